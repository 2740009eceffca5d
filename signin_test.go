package helpdesk_test

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"
	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/bcrypt"

	"github.com/gohelpdesk/helpdesk"
)

// postman keeps the mails that are sent through it.
type postman struct {
	mu    sync.Mutex
	mails []helpdesk.Mail
	err   error // of the next mail
}

func (p *postman) SendMail(_ context.Context, m helpdesk.Mail) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := p.err; err != nil {
		p.err = nil
		return err
	}
	p.mails = append(p.mails, m)
	return nil
}

// mailing gives the world an engine that sends mail.
func mailing(w *world) *postman {
	p := &postman{}
	w.engine = w.newEngine(helpdesk.Options{Mailer: p, PublicURL: "https://desk.example/"})
	w.admin = w.as(w.owner)
	return p
}

var tokenInLink = regexp.MustCompile(`https://desk\.example/app/auth/(\S+)_token=(\S+)`)

// letter delivers what is due and returns the newest mail with its token.
func (w *world) letter(p *postman) (helpdesk.Mail, string) {
	w.t.Helper()
	w.runDue()
	require.NotEmpty(w.t, p.mails)
	m := p.mails[len(p.mails)-1]
	found := tokenInLink.FindStringSubmatch(m.Text)
	require.NotNil(w.t, found, m.Text)
	return m, found[2]
}

const ownerPassword = "Secret1!"

func (w *world) signIn(password string) (*helpdesk.SignedIn, error) {
	return w.engine.SignIn(w.ctx, helpdesk.Credentials{Email: "owner@acme.test", Password: password, Remote: "203.0.113.7"})
}

func (w *world) checks(in *helpdesk.SignedIn) error {
	_, _, err := w.engine.CheckSession(w.ctx, in.User.Email, in.Session.Client, in.Token)
	return err
}

func TestPasswordReset(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		require.ErrorIs(t, w.engine.AskPasswordReset(w.ctx, "owner@acme.test"), helpdesk.Unsupported, "nobody waits for a mail that never comes")
		post := mailing(w)
		old, err := w.signIn(ownerPassword)
		require.NoError(t, err)

		require.NoError(t, w.engine.AskPasswordReset(w.ctx, "OWNER@acme.test"))
		require.NoError(t, w.engine.AskPasswordReset(w.ctx, "owner@acme.test"))
		post.err = context.DeadlineExceeded
		w.runDue()
		require.Empty(t, post.mails)
		w.clock.Advance(time.Minute)
		mail, token := w.letter(post)
		require.Len(t, post.mails, 1, "asking twice is asking once")
		require.Equal(t, []string{"owner@acme.test"}, mail.To)

		_, err = w.engine.ResetPassword(w.ctx, helpdesk.NewPassword{Token: token, Password: "weak", Confirmation: ptr("other")})
		bad := &helpdesk.Error{}
		require.ErrorAs(t, err, &bad)
		require.Contains(t, bad.Fields, "password")
		require.Contains(t, bad.Fields, "password_confirmation")

		in, err := w.engine.ResetPassword(w.ctx, helpdesk.NewPassword{Token: token, Password: "Changed2?", Remote: "203.0.113.8"})
		require.NoError(t, err)
		require.NoError(t, w.checks(in))
		require.ErrorIs(t, w.checks(old), helpdesk.Unauthenticated, "other sessions end")
		require.NotEqual(t, old.User.PubsubToken, in.User.PubsubToken)
		_, err = w.signIn(ownerPassword)
		require.ErrorIs(t, err, helpdesk.Unauthenticated)
		_, err = w.signIn("Changed2?")
		require.NoError(t, err)
		_, err = w.engine.ResetPassword(w.ctx, helpdesk.NewPassword{Token: token, Password: "Changed3?"})
		require.ErrorIs(t, err, helpdesk.NotFound, "a link works once")

		require.NoError(t, w.engine.AskPasswordReset(w.ctx, "owner@acme.test"))
		_, token = w.letter(post)
		w.clock.Advance(6 * time.Hour)
		_, err = w.engine.ResetPassword(w.ctx, helpdesk.NewPassword{Token: token, Password: "Changed3?"})
		require.ErrorIs(t, err, helpdesk.NotFound, "a link works for six hours")
	})
}

// Asking for a reset costs and says the same whoever the address belongs to.
func TestPasswordResetTellsNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, openMemory)
	post := mailing(w)
	ask := func(email string) int {
		return w.statements(func() { require.NoError(t, w.engine.AskPasswordReset(w.ctx, email)) })
	}
	require.Equal(t, ask("owner@acme.test"), ask("nobody@acme.test"))
	w.runDue()
	require.Len(t, post.mails, 1)
	require.ErrorIs(t, w.engine.AskPasswordReset(w.ctx, "nonsense"), helpdesk.Invalid)
}

func TestResetLinkIsUsedOnceByMany(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		post := mailing(w)
		require.NoError(t, w.engine.AskPasswordReset(w.ctx, "owner@acme.test"))
		_, token := w.letter(post)
		var all sync.WaitGroup
		errs := make([]error, 4)
		for i := range errs {
			all.Go(func() {
				_, errs[i] = w.engine.ResetPassword(w.ctx, helpdesk.NewPassword{Token: token, Password: "Changed2?"})
			})
		}
		all.Wait()
		require.Len(t, slices.DeleteFunc(errs, func(err error) bool { return helpdesk.CodeOf(err) == helpdesk.NotFound }), 1)
	})
}

func TestInvitedAgentSetsAPassword(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		post := mailing(w)
		_, err := w.admin.Accounts.Update(w.ctx, helpdesk.AccountChange{Locale: ptr("pt_BR")})
		require.NoError(t, err)
		bo, err := w.admin.Agents.Invite(w.ctx, helpdesk.AgentInput{Email: "bo@acme.test", Name: "Bo\r\nBcc: eve@evil.test"})
		require.NoError(t, err)
		require.False(t, bo.Confirmed)
		mail, token := w.letter(post)
		require.Equal(t, "Owner convida você para Acme", mail.Subject)
		require.Contains(t, mail.Text, "Olá Bo Bcc:", "a name breaks no line")
		in, err := w.engine.ResetPassword(w.ctx, helpdesk.NewPassword{Token: token, Password: "Bo-secret1"})
		require.NoError(t, err)
		require.True(t, in.User.Confirmed)
		require.NoError(t, w.checks(in))
		list, err := w.admin.Agents.List(w.ctx, helpdesk.AgentFilter{IDs: []helpdesk.AgentID{bo.ID}})
		require.NoError(t, err)
		require.True(t, list[0].Confirmed)
	})
}

func TestChangeOfEmailWaitsForItsConfirmation(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		post := mailing(w)
		change := func(email, current string) (*helpdesk.User, error) {
			return w.admin.Profile.Update(w.ctx, helpdesk.ProfileChange{Email: &email, CurrentPassword: current})
		}
		_, err := change("new@acme.test", "wrong")
		bad := &helpdesk.Error{}
		require.ErrorAs(t, err, &bad)
		require.Contains(t, bad.Fields, "current_password")
		w.agent("bo", helpdesk.AgentRole)
		_, err = change("BO@acme.test", ownerPassword)
		require.ErrorIs(t, err, helpdesk.Invalid, "somebody has it")

		u, err := change("new@acme.test", ownerPassword)
		require.NoError(t, err)
		require.Equal(t, "owner@acme.test", u.Email)
		mail, token := w.letter(post)
		require.Equal(t, []string{"new@acme.test"}, mail.To)
		in, err := w.engine.Confirm(w.ctx, helpdesk.Confirmation{Token: token})
		require.NoError(t, err)
		require.Equal(t, "new@acme.test", in.User.Email)
		require.NoError(t, w.checks(in))
		_, err = w.engine.Confirm(w.ctx, helpdesk.Confirmation{Token: token})
		require.ErrorIs(t, err, helpdesk.Conflict, "confirmed already")
		_, err = w.engine.Confirm(w.ctx, helpdesk.Confirmation{Token: "nonsense"})
		require.ErrorIs(t, err, helpdesk.NotFound)

		_, err = change("first@acme.test", ownerPassword)
		require.NoError(t, err)
		_, first := w.letter(post)
		_, err = change("second@acme.test", ownerPassword)
		require.NoError(t, err)
		w.letter(post)
		_, err = w.engine.Confirm(w.ctx, helpdesk.Confirmation{Token: first})
		require.ErrorIs(t, err, helpdesk.NotFound, "the newest change counts")
		u, err = change("new@acme.test", "")
		require.NoError(t, err)
		require.Empty(t, u.PendingEmail, "withdrawn")
	})
}

func TestChangeOfPassword(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		mine, err := w.signIn(ownerPassword)
		require.NoError(t, err)
		w.clock.Advance(time.Minute)
		newer, err := w.signIn(ownerPassword)
		require.NoError(t, err)
		change := func(current, session string) (*helpdesk.User, error) {
			return w.admin.Profile.Update(w.ctx, helpdesk.ProfileChange{Password: ptr("Changed2?"), Confirmation: ptr("Changed2?"), CurrentPassword: current, Session: session})
		}
		_, err = change("wrong", "")
		require.ErrorIs(t, err, helpdesk.Invalid)
		require.NoError(t, w.checks(mine))
		u, err := change(ownerPassword, mine.Session.Client)
		require.NoError(t, err)
		require.NotEqual(t, mine.User.PubsubToken, u.PubsubToken)
		require.NoError(t, w.checks(mine), "who changes it goes on")
		require.ErrorIs(t, w.checks(newer), helpdesk.Unauthenticated)
		require.Contains(t, w.audited(), "update user")
	})
}

// audited are the verbs and nouns of the audit log, newest first.
func (w *world) audited() (out []string) {
	w.t.Helper()
	list, _, err := w.admin.Audit.List(w.ctx, helpdesk.AuditFilter{}, helpdesk.Page{})
	require.NoError(w.t, err)
	for _, e := range list {
		out = append(out, e.Verb+" "+e.Noun)
	}
	return out
}

func TestSignInsStandInTheAuditLog(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		other, err := w.engine.CreateAccount(w.ctx, helpdesk.NewAccount{Name: "Other", Owner: w.owner})
		require.NoError(t, err)
		in, err := w.signIn(ownerPassword)
		require.NoError(t, err)
		require.NoError(t, w.engine.SignOut(w.ctx, in.User.ID, in.Session.Client, "203.0.113.8"))
		for _, account := range []helpdesk.AccountID{w.account, other.ID} {
			list, _, err := w.engine.As(w.engine.Host(account)).Audit.List(w.ctx, helpdesk.AuditFilter{}, helpdesk.Page{Limit: 2})
			require.NoError(t, err)
			require.Equal(t, "sign_out", list[0].Verb)
			require.Equal(t, "sign_in", list[1].Verb)
			require.Equal(t, "203.0.113.7", list[1].Remote)
			require.Equal(t, int64(w.owner), list[1].Object)
		}
	})
}

func TestBroughtPasswordsAreHashedAnew(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		brought, err := bcrypt.GenerateFromPassword([]byte("Old-times1"), bcrypt.MinCost)
		require.NoError(t, err)
		hash := func() (out string) {
			require.NoError(t, w.store.System(w.ctx, func(ctx context.Context, tx helpdesk.SystemTx) error {
				u, err := tx.Users().Get(ctx, w.owner)
				out = u.PasswordHash
				return err
			}))
			return out
		}
		require.NoError(t, w.store.System(w.ctx, func(ctx context.Context, tx helpdesk.SystemTx) error {
			u, err := tx.Users().Get(ctx, w.owner)
			require.NoError(t, err)
			u.PasswordHash = string(brought)
			return tx.Users().Update(ctx, u)
		}))
		_, err = w.signIn("wrong")
		require.ErrorIs(t, err, helpdesk.Unauthenticated)
		require.True(t, strings.HasPrefix(hash(), "$2"))
		for range 2 {
			_, err = w.signIn("Old-times1")
			require.NoError(t, err)
			require.True(t, strings.HasPrefix(hash(), "$argon2id$v=19$m=8,t=1,"))
		}
		dearer := w.newEngine(helpdesk.Options{Passwords: helpdesk.PasswordCost{Memory: 16}})
		_, err = dearer.SignIn(w.ctx, helpdesk.Credentials{Email: "owner@acme.test", Password: "Old-times1"})
		require.NoError(t, err)
		require.True(t, strings.HasPrefix(hash(), "$argon2id$v=19$m=16,t=2,"), "the new cost, and what is not said as it is by default")
		_, err = w.signIn("Old-times1")
		require.NoError(t, err)
	})
}

func TestSignUp(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		post := mailing(w)
		in := helpdesk.SignUp{Account: helpdesk.NewAccount{Name: "Fresh", Locale: "es"}, User: helpdesk.NewUser{Email: "eve@fresh.test", Name: "Eve", Password: "Eve-secret1", SuperAdmin: true}}
		account, got, err := w.engine.SignUp(w.ctx, in)
		require.NoError(t, err)
		require.NoError(t, w.checks(got))
		require.False(t, got.User.SuperAdmin, "strangers run nothing")
		eve := w.engine.As(w.engine.Agent(account.ID, got.User.ID))
		self, err := eve.Agents.Get(w.ctx, got.User.ID)
		require.NoError(t, err)
		require.Equal(t, helpdesk.Administrator, self.Role)

		credentials := helpdesk.Credentials{Email: "eve@fresh.test", Password: "Eve-secret1"}
		mail, _ := w.letter(post)
		require.Equal(t, "Confirma tu dirección de correo", mail.Subject)
		_, err = w.engine.SignIn(w.ctx, credentials)
		bad := &helpdesk.Error{}
		require.ErrorAs(t, err, &bad)
		require.Equal(t, helpdesk.Unauthenticated, bad.Code)
		require.Contains(t, bad.Fields, "email")
		_, token := w.letter(post)
		require.Len(t, post.mails, 2, "and the link comes again")
		_, err = w.engine.Confirm(w.ctx, helpdesk.Confirmation{Token: token})
		require.NoError(t, err)
		_, err = w.engine.SignIn(w.ctx, credentials)
		require.NoError(t, err)

		before, err := w.engine.ListAccounts(w.ctx, helpdesk.Page{})
		require.NoError(t, err)
		_, _, err = w.engine.SignUp(w.ctx, in)
		require.ErrorIs(t, err, helpdesk.Invalid)
		after, err := w.engine.ListAccounts(w.ctx, helpdesk.Page{})
		require.NoError(t, err)
		require.Len(t, after, len(before), "no account without its administrator")
	})
}

func TestAccessTokenIsReplaced(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		u, err := w.admin.Profile.Get(w.ctx)
		require.NoError(t, err)
		old, err := w.engine.AccessToken(u)
		require.NoError(t, err)
		u, err = w.admin.Profile.ResetAccessToken(w.ctx)
		require.NoError(t, err)
		fresh, err := w.engine.AccessToken(u)
		require.NoError(t, err)
		_, err = w.engine.UserByToken(w.ctx, old)
		require.ErrorIs(t, err, helpdesk.Unauthenticated)
		_, err = w.engine.UserByToken(w.ctx, fresh)
		require.NoError(t, err)
	})
}

// Who never had a password is asked for none.
func TestSecondFactorWithoutPassword(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		desk := w.as(w.agent("ada", helpdesk.AgentRole))
		key, err := desk.Profile.EnrollSecondFactor(w.ctx)
		require.NoError(t, err)
		code := func() string {
			c, err := totp.GenerateCode(key.Secret, w.clock.Now())
			require.NoError(t, err)
			return c
		}
		_, err = desk.Profile.EnableSecondFactor(w.ctx, code())
		require.NoError(t, err)
		require.ErrorIs(t, desk.Profile.DisableSecondFactor(w.ctx, "", code()), helpdesk.Invalid, "a code counts once")
		w.clock.Advance(time.Minute)
		require.ErrorIs(t, desk.Profile.DisableSecondFactor(w.ctx, "", "000000"), helpdesk.Invalid)
		require.ErrorIs(t, desk.Profile.DisableSecondFactor(w.ctx, "", ""), helpdesk.Invalid)
		require.NoError(t, desk.Profile.DisableSecondFactor(w.ctx, "", code()))
		user, err := desk.Profile.Get(w.ctx)
		require.NoError(t, err)
		require.False(t, user.OTPEnabled)
	})
}

func TestSecondFactor(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		key, err := w.admin.Profile.EnrollSecondFactor(w.ctx)
		require.NoError(t, err)
		code := func() string {
			c, err := totp.GenerateCode(key.Secret, w.clock.Now())
			require.NoError(t, err)
			return c
		}
		_, err = w.signIn(ownerPassword)
		require.NoError(t, err, "not asked for before it was tried")
		_, err = w.admin.Profile.EnableSecondFactor(w.ctx, "000000")
		require.ErrorIs(t, err, helpdesk.Invalid)
		backup, err := w.admin.Profile.EnableSecondFactor(w.ctx, code())
		require.NoError(t, err)
		require.Len(t, backup, 10)
		_, err = w.admin.Profile.EnrollSecondFactor(w.ctx)
		require.ErrorIs(t, err, helpdesk.Conflict)

		in, err := w.signIn(ownerPassword)
		require.NoError(t, err)
		require.Nil(t, in.Session)
		second := func(code, backup string) error {
			got, err := w.engine.SignInWithCode(w.ctx, helpdesk.SecondFactor{Ticket: in.Ticket, Code: code, BackupCode: backup})
			if err == nil {
				require.NoError(t, w.checks(got))
			}
			return err
		}
		require.ErrorIs(t, second(code(), ""), helpdesk.Invalid, "the code that enabled it is used up")
		w.clock.Advance(30 * time.Second)
		require.NoError(t, second(code(), ""))
		require.ErrorIs(t, second(code(), ""), helpdesk.Invalid, "a code counts once")
		require.NoError(t, second("", strings.ToLower(backup[3])))
		require.ErrorIs(t, second("", backup[3]), helpdesk.Invalid, "so does a backup code")
		require.ErrorIs(t, second("", ""), helpdesk.Invalid)
		w.clock.Advance(5 * time.Minute)
		require.ErrorIs(t, second(code(), ""), helpdesk.Unauthenticated, "the ticket is over")
		_, err = w.engine.SignInWithCode(w.ctx, helpdesk.SecondFactor{Ticket: "forged", Code: code()})
		require.ErrorIs(t, err, helpdesk.Unauthenticated)

		w.clock.Advance(time.Hour)
		fresh, err := w.admin.Profile.RenewBackupCodes(w.ctx, code())
		require.NoError(t, err)
		require.ErrorIs(t, w.admin.Profile.DisableSecondFactor(w.ctx, "wrong", fresh[0]), helpdesk.Invalid)
		require.ErrorIs(t, w.admin.Profile.DisableSecondFactor(w.ctx, ownerPassword, backup[0]), helpdesk.Invalid, "an old backup code")
		require.NoError(t, w.admin.Profile.DisableSecondFactor(w.ctx, ownerPassword, fresh[0]))
		in, err = w.signIn(ownerPassword)
		require.NoError(t, err)
		require.NotNil(t, in.Session)
	})
}

// A mailed link is one factor, not two.
func TestResetAsksForTheSecondFactor(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		post := mailing(w)
		key, err := w.admin.Profile.EnrollSecondFactor(w.ctx)
		require.NoError(t, err)
		require.Contains(t, key.URL, "desk.example")
		code, err := totp.GenerateCode(key.Secret, w.clock.Now())
		require.NoError(t, err)
		_, err = w.admin.Profile.EnableSecondFactor(w.ctx, code)
		require.NoError(t, err)
		before, err := w.signIn(ownerPassword)
		require.NoError(t, err)
		require.NoError(t, w.engine.AskPasswordReset(w.ctx, "owner@acme.test"))
		_, token := w.letter(post)
		in, err := w.engine.ResetPassword(w.ctx, helpdesk.NewPassword{Token: token, Password: "Changed2?"})
		require.NoError(t, err)
		require.Nil(t, in.Session)
		w.clock.Advance(time.Minute)
		code, err = totp.GenerateCode(key.Secret, w.clock.Now())
		require.NoError(t, err)
		_, err = w.engine.SignInWithCode(w.ctx, helpdesk.SecondFactor{Ticket: before.Ticket, Code: code})
		require.ErrorIs(t, err, helpdesk.Unauthenticated, "a ticket of the old password")
		_, err = w.engine.SignInWithCode(w.ctx, helpdesk.SecondFactor{Ticket: in.Ticket, Code: code})
		require.NoError(t, err)
	})
}

func TestOneCodeForManyIsUsedOnce(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		key, err := w.admin.Profile.EnrollSecondFactor(w.ctx)
		require.NoError(t, err)
		code, err := totp.GenerateCode(key.Secret, w.clock.Now())
		require.NoError(t, err)
		_, err = w.admin.Profile.EnableSecondFactor(w.ctx, code)
		require.NoError(t, err)
		in, err := w.signIn(ownerPassword)
		require.NoError(t, err)
		w.clock.Advance(time.Minute)
		code, err = totp.GenerateCode(key.Secret, w.clock.Now())
		require.NoError(t, err)
		var all sync.WaitGroup
		errs := make([]error, 6)
		for i := range errs {
			all.Go(func() {
				_, errs[i] = w.engine.SignInWithCode(w.ctx, helpdesk.SecondFactor{Ticket: in.Ticket, Code: code})
			})
		}
		all.Wait()
		require.Len(t, slices.DeleteFunc(errs, func(err error) bool { return helpdesk.CodeOf(err) == helpdesk.Invalid }), 1)
	})
}

func TestCodesAreNotGuessedForever(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		key, err := w.admin.Profile.EnrollSecondFactor(w.ctx)
		require.NoError(t, err)
		code, err := totp.GenerateCode(key.Secret, w.clock.Now())
		require.NoError(t, err)
		_, err = w.admin.Profile.EnableSecondFactor(w.ctx, code)
		require.NoError(t, err)
		in, err := w.signIn(ownerPassword)
		require.NoError(t, err)
		for range 9 {
			_, err = w.engine.SignInWithCode(w.ctx, helpdesk.SecondFactor{Ticket: in.Ticket, Code: "123456"})
			require.ErrorIs(t, err, helpdesk.Invalid)
		}
		other := w.newEngine(helpdesk.Options{})
		_, err = other.SignInWithCode(w.ctx, helpdesk.SecondFactor{Ticket: in.Ticket, Code: "123456"})
		require.ErrorIs(t, err, helpdesk.Limited, "another process counts with this one")
	})
}

func TestNewTellsOfAMailerWithoutAnAddress(t *testing.T) {
	t.Parallel()
	_, err := helpdesk.New(openMemory(t, nil), helpdesk.Options{Mailer: &postman{}})
	require.ErrorIs(t, err, helpdesk.Invalid)
}

func TestNewRefusesPasswordsThatCannotBeHashed(t *testing.T) {
	t.Parallel()
	_, err := helpdesk.New(openMemory(t, nil), helpdesk.Options{Passwords: helpdesk.PasswordCost{Memory: 7, Passes: -1}})
	require.ErrorContains(t, err, "invalid Passwords.Memory, Passwords.Passes")
	store := openMemory(t, nil)
	engine, err := helpdesk.New(store, helpdesk.Options{})
	require.NoError(t, err)
	_, owner, err := engine.Setup(t.Context(), "", helpdesk.NewAccount{Name: "Acme"}, helpdesk.NewUser{Email: "o@acme.test", Password: "Secret1!"})
	require.NoError(t, err)
	require.True(t, strings.HasPrefix(owner.PasswordHash, "$argon2id$v=19$m=19456,t=2,p=1$"), "the default")
}
