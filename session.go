package helpdesk

import (
	"cmp"
	"context"
	"crypto/subtle"
	"time"
)

// Sessions last two months, and a user has at most 25 at once.
const (
	sessionLife = 60 * 24 * time.Hour
	maxSessions = 25
)

// Credentials are what somebody signs in with.
type Credentials struct {
	Email    string
	Password string
	Client   string // the device's own name for itself; "" makes one up
	Remote   string // where from, for the audit log
}

// SignedIn is an open session, or what is still needed to open one.
type SignedIn struct {
	User    *User
	Session *Session // nil while the second factor is missing
	Token   string   // of the session, told this once
	Ticket  string   // what SignInWithCode asks for; "" once a session is open
}

// SignIn checks an e-mail and password and opens a session. For a user with a
// second factor it returns a ticket instead. Whatever is wrong, the error is the
// same Unauthenticated and takes the same time; only who knows the password
// learns that the address is not confirmed yet, from a field "email", and is
// mailed the confirmation anew where there is a Mailer. Each session that is
// opened stands in the audit log of each of the user's accounts.
func (e *Engine) SignIn(ctx context.Context, in Credentials) (*SignedIn, error) {
	known, err := e.FindUser(ctx, in.Email)
	if err != nil && CodeOf(err) != NotFound {
		return nil, err
	}
	hash := ""
	if known != nil {
		hash = known.PasswordHash
	}
	if !e.opts.Passwords.check(hash, in.Password) {
		return nil, errCredentials()
	}
	renewed := ""
	if e.opts.Passwords.outdated(hash) {
		renewed = e.opts.Passwords.hash(in.Password)
	}
	var out *SignedIn
	unconfirmed := false
	err = e.store.System(ctx, func(ctx context.Context, tx SystemTx) error {
		u, err := tx.Users().Get(ctx, known.ID)
		if err != nil || u.PasswordHash != hash { // changed since it was checked
			return cmp.Or(err, error(errCredentials()))
		}
		if unconfirmed = !u.Confirmed; unconfirmed {
			return e.askToConfirm(ctx, tx, u)
		}
		if renewed != "" {
			u.PasswordHash, u.UpdatedAt = renewed, e.now()
			if err := tx.Users().Update(ctx, u); err != nil {
				return err
			}
		}
		out, err = e.enter(ctx, tx, u, in.Client, in.Remote)
		return err
	})
	switch {
	case CodeOf(err) == NotFound:
		return nil, errCredentials()
	case err != nil:
		return nil, err
	case unconfirmed:
		e.runner.poke()
		return nil, &Error{Code: Unauthenticated, Message: "the e-mail address is not confirmed", Fields: map[string]string{"email": "is not confirmed"}}
	}
	return out, nil
}

func errCredentials() *Error { return Errorf(Unauthenticated, "invalid login credentials") }

// ticketLife is how long somebody may take to type the second factor.
const ticketLife = 5 * time.Minute

// ticket says that a user has shown the first factor. A password that is
// changed meanwhile makes it worthless.
type ticket struct {
	User  AgentID `json:"u"`
	Proof []byte  `json:"p"`
}

const ticketPurpose = "second factor"

func proof(u *User) []byte { return digest(u.PasswordHash)[:8] }

// enter lets in a user who has shown the first factor: to a session, or to the
// question for the second. It is the last step of every way to sign in.
func (e *Engine) enter(ctx context.Context, tx SystemTx, u *User, client, remote string) (*SignedIn, error) {
	if !u.OTPEnabled {
		return e.openSession(ctx, tx, u, client, remote)
	}
	t, err := e.SealToken(ticketPurpose, ticket{u.ID, proof(u)}, e.now().Add(ticketLife))
	return &SignedIn{User: u, Ticket: t}, err
}

func (e *Engine) openSession(ctx context.Context, tx SystemTx, u *User, client, remote string) (*SignedIn, error) {
	token, now := newToken(), e.now()
	s := &Session{
		User: u.ID, Client: cmp.Or(clean(client), newToken()), Digest: digest(token),
		CreatedAt: now, UsedAt: now, ExpiresAt: now.Add(sessionLife),
	}
	if err := tx.Sessions().Put(ctx, s, maxSessions); err != nil {
		return nil, err
	}
	return &SignedIn{User: u, Session: s, Token: token}, e.auditUser(ctx, tx, u.ID, "sign_in", remote)
}

// auditUser records what a user did outside of any account in each of theirs.
func (e *Engine) auditUser(ctx context.Context, tx SystemTx, user AgentID, verb, remote string) error {
	return tx.AuditUser(ctx, user, &AuditEntry{
		Actor: ActorRef{ByAgent, int64(user)}, Remote: clean(remote), Verb: verb, Noun: "user", Object: int64(user), At: e.now(),
	})
}

// SecondFactor is what follows a ticket: a code of the user's device, or one of
// the backup codes.
type SecondFactor struct {
	Ticket     string
	Code       string
	BackupCode string // looked at when Code is ""
	Client     string // as in Credentials
	Remote     string
}

// SignInWithCode opens the session that SignIn held back. A ticket that is
// forged or over is Unauthenticated; a code that is wrong, or was used before, is
// Invalid in the field "otp_code". A user has ten tries in a quarter of an hour,
// wherever they come from; more are Limited.
func (e *Engine) SignInWithCode(ctx context.Context, in SecondFactor) (*SignedIn, error) {
	var t ticket
	if err := e.OpenToken(ticketPurpose, in.Ticket, &t); err != nil {
		return nil, errTicket()
	}
	if err := e.allowGuess(ctx, t.User); err != nil {
		return nil, err
	}
	var out *SignedIn
	err := e.store.System(ctx, func(ctx context.Context, tx SystemTx) error {
		u, err := tx.Users().Get(ctx, t.User)
		if CodeOf(err) == NotFound {
			return errTicket()
		}
		if err != nil {
			return err
		}
		if !u.OTPEnabled || subtle.ConstantTimeCompare(t.Proof, proof(u)) == 0 {
			return errTicket()
		}
		if err := e.takeFactor(u, in.Code, in.BackupCode); err != nil {
			return err
		}
		if err := tx.Users().Update(ctx, u); err != nil {
			return err
		}
		out, err = e.openSession(ctx, tx, u, in.Client, in.Remote)
		return err
	})
	return orNothing(out, err)
}

func errTicket() error { return Errorf(Unauthenticated, "this attempt to sign in is over") }

// CheckSession returns the user of a session's token; Unauthenticated when there
// is no such session or it is over.
func (e *Engine) CheckSession(ctx context.Context, email, client, token string) (u *User, s *Session, err error) {
	err = e.lookup(ctx, func(ctx context.Context, tx SystemTx) error {
		if u, err = tx.Users().ByEmail(ctx, clean(email)); err != nil {
			return err
		}
		s, err = tx.Sessions().Find(ctx, u.ID, clean(client))
		return err
	})
	if err != nil && CodeOf(err) != NotFound {
		return nil, nil, err
	}
	if err != nil || subtle.ConstantTimeCompare(s.Digest, digest(token)) == 0 || !e.now().Before(s.ExpiresAt) {
		return nil, nil, Errorf(Unauthenticated, "the session is over")
	}
	return u, s, nil
}

// SignOut ends a session, and says so in the audit log of each of the user's
// accounts. remote is where the wish came from.
func (e *Engine) SignOut(ctx context.Context, user AgentID, client, remote string) error {
	return e.store.System(ctx, func(ctx context.Context, tx SystemTx) error {
		if err := tx.Sessions().Delete(ctx, user, clean(client)); err != nil {
			return err
		}
		return e.auditUser(ctx, tx, user, "sign_out", remote)
	})
}
