package chatwoot

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/server/internal/web"
)

type versionView struct {
	Version       string `json:"version"`
	Timestamp     string `json:"timestamp"`
	QueueServices string `json:"queue_services"`
	DataServices  string `json:"data_services"`
}

func showVersion(_ context.Context, c *call, _ none) (versionView, error) {
	return versionView{Version, c.e.Now().Format("2006-01-02 15:04:05"), "ok", "ok"}, nil
}

type signInInput struct {
	Email    string `in:"email"`
	Password string `in:"password"`

	// The second step of a user with a second factor.
	Ticket string `in:"mfa_token"`
	Code   string `in:"otp_code"`
	Backup string `in:"backup_code"`

	Link string `in:"sso_auth_token"` // of a platform app, in place of the password
}

type data[T any] struct {
	Data T `json:"data"`
}

type sessionError struct {
	Success bool     `json:"success"`
	Errors  []string `json:"errors"`
}

func notSignedIn(text string) error {
	return &refusal{http.StatusUnauthorized, sessionError{Errors: []string{text}}}
}

func signIn(ctx context.Context, c *call, in signInInput) (entered, error) {
	if in.Ticket != "" {
		return signInWithCode(ctx, c, in)
	}
	got, err := in.enter(ctx, c)
	if told, ok := errors.AsType[*helpdesk.Error](err); ok && told.Code == helpdesk.Unauthenticated {
		if told.Fields["email"] != "" {
			return nil, notSignedIn("A confirmation email was sent to your account at '" + in.Email +
				"'. You must follow the instructions in the email before your account can be activated")
		}
		return nil, notSignedIn("Invalid login credentials. Please try again.")
	}
	if err != nil {
		return nil, err
	}
	return c.signedIn(ctx, got)
}

func (in signInInput) enter(ctx context.Context, c *call) (*helpdesk.SignedIn, error) {
	if in.Link != "" {
		return c.e.SignInWithTicket(ctx, in.Email, in.Link, c.remote())
	}
	return c.e.SignIn(ctx, helpdesk.Credentials{Email: in.Email, Password: in.Password, Remote: c.remote()})
}

func signInWithCode(ctx context.Context, c *call, in signInInput) (entered, error) {
	got, err := c.e.SignInWithCode(ctx, helpdesk.SecondFactor{Ticket: in.Ticket, Code: in.Code, BackupCode: in.Backup, Remote: c.remote()})
	switch helpdesk.CodeOf(err) {
	case "":
		return c.signedIn(ctx, got)
	case helpdesk.Unauthenticated:
		return nil, refused(http.StatusUnauthorized, "Invalid or expired MFA token")
	case helpdesk.Invalid:
		return nil, refused(http.StatusBadRequest, "Invalid verification code")
	default:
		return nil, err
	}
}

// entered is what every way to sign in answers: data[userView] with a session's
// headers, or partial when the second factor is still missing.
type entered any

type secondFactorAsked struct {
	Required bool   `json:"mfa_required"`
	Token    string `json:"mfa_token"`
}

// signedIn answers every way to sign in.
func (c *call) signedIn(ctx context.Context, got *helpdesk.SignedIn) (entered, error) {
	if got.Session == nil {
		return partial{secondFactorAsked{true, got.Ticket}}, nil
	}
	c.who = principal{user: got.User, session: got.Session, token: got.Token}
	view, err := c.user(ctx)
	return data[userView]{view}, err
}

// remote is the caller's address, for the audit log.
func (c *call) remote() string {
	if ip := web.ClientIP(c.r, c.o.Proxies); ip.IsValid() {
		return ip.String()
	}
	return ""
}

// denyAccess is where single sign-on sends people who may not come in.
func denyAccess(_ context.Context, c *call, _ none) (redirect, error) {
	return redirect(strings.TrimSuffix(c.o.PublicURL, "/") + "/app/login?error=access-denied"), nil
}

type validated struct {
	Success bool     `json:"success"`
	Data    userView `json:"data"`
}

func validateToken(ctx context.Context, c *call, _ none) (payload[validated], error) {
	if err := c.checkSession(ctx); err != nil {
		if helpdesk.CodeOf(err) == helpdesk.Unauthenticated {
			err = notSignedIn("Invalid login credentials")
		}
		return payload[validated]{}, err
	}
	view, err := c.user(ctx)
	view.CreatedAt = iso{c.who.user.CreatedAt}
	return wrap(validated{true, view}), err
}

type success struct {
	Success bool `json:"success"`
}

func signOut(ctx context.Context, c *call, _ none) (success, error) {
	if err := c.checkSession(ctx); err != nil {
		if helpdesk.CodeOf(err) == helpdesk.Unauthenticated {
			err = &refusal{http.StatusNotFound, sessionError{Errors: []string{"User was not found or was not logged in."}}}
		}
		return success{}, err
	}
	who := c.who
	c.who = principal{} // its headers would promise a session that is over
	return success{true}, c.e.SignOut(ctx, who.user.ID, who.session.Client, c.remote())
}

// checkSession asks for a session, not any other credential.
func (c *call) checkSession(ctx context.Context) error {
	d := sessionOf(c.r)
	for name, field := range map[string]*string{"access-token": &d.Token, "uid": &d.UID, "client": &d.Client} {
		if v, _ := c.in.values[name].(string); v != "" && (*field == "" || name == "client" && *field == "default") {
			*field = v // in the body
		}
	}
	user, session, err := c.e.CheckSession(ctx, d.UID, d.Client, d.Token)
	if err == nil {
		c.who = principal{user: user, session: session, token: d.Token}
	}
	return err
}

// user shapes the signed-in user as they are now.
func (c *call) user(ctx context.Context) (userView, error) {
	token, err := c.e.AccessToken(c.who.user)
	if err != nil {
		return userView{}, err
	}
	agents, accounts, err := c.e.Memberships(ctx, c.who.user.ID)
	return viewUser(c.who.user, token, agents, accounts), err
}
