package chatwoot

import (
	"context"
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
	Ticket   string `in:"sso_auth_token"`
}

type data[T any] struct {
	Data T `json:"data"`
}

type sessionError struct {
	Success bool     `json:"success"`
	Errors  []string `json:"errors"`
}

func signIn(ctx context.Context, c *call, in signInInput) (data[userView], error) {
	if err := c.limitSignIn(in.Email); err != nil {
		return data[userView]{}, err
	}
	user, session, token, err := in.signIn(ctx, c)
	if helpdesk.CodeOf(err) == helpdesk.Unauthenticated {
		return data[userView]{}, &refusal{http.StatusUnauthorized, sessionError{Errors: []string{"Invalid login credentials. Please try again."}}}
	}
	if err != nil {
		return data[userView]{}, err
	}
	c.who = principal{user: user, session: session, token: token}
	view, err := c.user(ctx)
	return data[userView]{view}, err
}

// signIn opens a session by a ticket that was made for the user, or a password.
func (in signInInput) signIn(ctx context.Context, c *call) (*helpdesk.User, *helpdesk.Session, string, error) {
	if in.Ticket != "" {
		return c.e.SignInWithTicket(ctx, in.Email, in.Ticket, "")
	}
	return c.e.SignIn(ctx, strings.TrimSpace(in.Email), in.Password, "")
}

// limitSignIn slows down guessing, by address and by e-mail; this machine's own
// addresses are exempt.
func (c *call) limitSignIn(email string) error {
	ip, now := web.ClientIP(c.r, c.o.Proxies), c.e.Now()
	if ip.IsLoopback() {
		return nil
	}
	if !c.byIP.Allow(ip.String(), now) || !c.byEmail.Allow(strings.ToLower(strings.TrimSpace(email)), now) {
		return helpdesk.Errorf(helpdesk.Limited, "too many attempts to sign in")
	}
	return nil
}

type validated struct {
	Success bool     `json:"success"`
	Data    userView `json:"data"`
}

func validateToken(ctx context.Context, c *call, _ none) (payload[validated], error) {
	if err := c.checkSession(ctx); err != nil {
		if helpdesk.CodeOf(err) == helpdesk.Unauthenticated {
			err = &refusal{http.StatusUnauthorized, sessionError{Errors: []string{"Invalid login credentials"}}}
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
	return success{true}, c.e.SignOut(ctx, who.user.ID, who.session.Client)
}

// checkSession asks for a session, not any other credential.
func (c *call) checkSession(ctx context.Context) error {
	d := sessionOf(c.r)
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
