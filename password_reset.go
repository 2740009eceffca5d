package helpdesk

import (
	"context"
	"strings"
)

// AskPasswordReset mails a link by which a new password can be set within six
// hours, if there is a user with the e-mail. Nobody learns whether there is: the
// call only writes the wish down, alike for every address, and who it is for
// turns out later. Unsupported without a Mailer.
func (e *Engine) AskPasswordReset(ctx context.Context, email string) error {
	if e.opts.Mailer == nil {
		return errNoMailer()
	}
	email, err := parseEmail(strings.TrimSpace(clean(email)))
	if err != nil {
		return problems{"email": "is not an e-mail address"}.err()
	}
	err = e.store.System(ctx, func(ctx context.Context, tx SystemTx) error {
		return e.enqueueGlobal(ctx, tx, letterArgs{Purpose: ResetToken, Email: email}.job())
	})
	if err == nil {
		e.runner.poke()
	}
	return err
}

// NewPassword is a password set by a mailed link.
type NewPassword struct {
	Token        string  // of a reset's or an invitation's link
	Password     string  // see NewUser
	Confirmation *string // the same again; nil = not asked for
	Client       string  // as in Credentials
	Remote       string
}

// ResetPassword sets a user's password by the token of a mailed link, which
// works once. The address it was mailed to counts as confirmed by it, every
// session ends, and a new one is opened; a user with a second factor gets a
// ticket, as from SignIn. A token that does not work is NotFound.
func (e *Engine) ResetPassword(ctx context.Context, in NewPassword) (*SignedIn, error) {
	if _, _, err := e.mailedTo(ctx, in.Token); err != nil {
		return nil, err // before anything takes time
	}
	p := problems{}
	checkNewPassword(p, in.Password, in.Confirmation)
	if err := p.err(); err != nil {
		return nil, err
	}
	hash := e.opts.Passwords.hash(in.Password)
	var out *SignedIn
	err := e.store.System(ctx, func(ctx context.Context, tx SystemTx) error {
		u, t, err := findMailed(ctx, tx, in.Token, e)
		if err != nil {
			return err
		}
		first, err := tx.UserTokens().Drop(ctx, u.ID, t.Purpose)
		if err == nil && !first {
			err = notFound("link")
		}
		if err != nil {
			return err
		}
		if u.unproven() { // whoever signed up under it may have been somebody else
			if err := e.disown(ctx, tx.Routes(), tx.Sessions(), u); err != nil {
				return err
			}
		}
		u.Confirmed = true
		u.setPassword(hash, e)
		if err := dropPasswordLinks(ctx, tx.UserTokens(), u.ID); err != nil {
			return err
		}
		if err := tx.Users().Update(ctx, u); err != nil {
			return err
		}
		if err := tx.Sessions().DeleteUser(ctx, u.ID); err != nil {
			return err
		}
		if err := e.auditUser(ctx, tx, u.ID, "reset_password", in.Remote); err != nil {
			return err
		}
		if err := tx.MoveConfig(ctx, u.ID); err != nil {
			return err
		}
		out, err = e.enter(ctx, tx, u, in.Client, in.Remote)
		return err
	})
	return orNothing(out, err)
}

// mailedTo is findMailed in a transaction of its own.
func (e *Engine) mailedTo(ctx context.Context, token string) (u *User, t *UserToken, err error) {
	err = e.lookup(ctx, func(ctx context.Context, tx SystemTx) error {
		u, t, err = findMailed(ctx, tx, token, e)
		return err
	})
	return u, t, err
}

// findMailed returns whose token it is that sets a password. One that was mailed
// to an address the user has left proves nothing.
func findMailed(ctx context.Context, tx SystemTx, token string, e *Engine) (*User, *UserToken, error) {
	sum := digest(clean(token))
	t, err := tx.UserTokens().Find(ctx, ResetToken, sum, e.now())
	if CodeOf(err) == NotFound {
		t, err = tx.UserTokens().Find(ctx, InviteToken, sum, e.now())
	}
	if err != nil {
		return nil, nil, err
	}
	u, err := tx.Users().Get(ctx, t.User)
	if err == nil && fold(u.Email) != fold(t.Email) {
		err = notFound("link")
	}
	return u, t, err
}

func checkNewPassword(p problems, password string, again *string) {
	p.add(!goodPassword(password), "password", passwordRule)
	p.add(again != nil && *again != password, "password_confirmation", "doesn't match Password")
}

// setPassword also changes the token of the user's live connections, so that
// those of whoever knew the old password end.
func (u *User) setPassword(hash string, e *Engine) {
	u.PasswordHash, u.PubsubToken, u.UpdatedAt = hash, newToken(), e.now()
}

// dropPasswordLinks ends the mailed links by which a password can be set: once it
// was set in another way, who still holds one is not to undo that.
func dropPasswordLinks(ctx context.Context, tokens UserTokens, user AgentID) error {
	_, err := tokens.Drop(ctx, user, ResetToken)
	if err == nil {
		_, err = tokens.Drop(ctx, user, InviteToken)
	}
	return err
}
