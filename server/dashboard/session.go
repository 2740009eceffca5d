package dashboard

import (
	"cmp"
	"encoding/base64"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/server/internal/web"
)

const (
	sessionCookie = "helpdesk_session"
	sessionAge    = 60 * 24 * 3600 // seconds, as long as a session lasts
)

// cookie is a cookie of the dashboard: no script reads it, no other site's form
// sends it.
func (c *call) cookie(name, value string, age int) *http.Cookie {
	return &http.Cookie{
		Name: name, Value: value, Path: "/app/", MaxAge: age, HttpOnly: true, SameSite: http.SameSiteLaxMode,
		Secure: strings.HasPrefix(c.o.PublicURL, "https://"),
	}
}

// session is what the cookie holds: whose, which device's, and its secret.
type session struct{ email, client, token string }

func (s session) String() string {
	return base64.RawURLEncoding.EncodeToString([]byte(strings.Join([]string{s.email, s.client, s.token}, "\n")))
}

func (c *call) session() (session, bool) {
	k, err := c.r.Cookie(sessionCookie)
	if err != nil {
		return session{}, false
	}
	raw, err := base64.RawURLEncoding.DecodeString(k.Value)
	parts := strings.Split(string(raw), "\n")
	if err != nil || len(parts) != 3 {
		return session{}, false
	}
	return session{parts[0], parts[1], parts[2]}, true
}

// signedIn finds whose session the browser holds.
func (c *call) signedIn() error {
	s, ok := c.session()
	if !ok {
		return helpdesk.Unauthenticated
	}
	user, _, err := c.e.CheckSession(c.ctx(), s.email, s.client, s.token)
	c.user = user
	return err
}

// keep puts an open session into the browser.
func (c *call) keep(in *helpdesk.SignedIn) {
	s := session{in.User.Email, in.Session.Client, in.Token}
	http.SetCookie(c.w, c.cookie(sessionCookie, s.String(), sessionAge))
}

// toLogin asks who is there, and remembers where they wanted to go.
func (c *call) toLogin() {
	to := "/app/login"
	if c.r.Method == http.MethodGet && c.r.URL.Path != "/app/" {
		to += "?to=" + url.QueryEscape(c.r.URL.RequestURI())
	}
	http.Redirect(c.w, c.r, to, http.StatusSeeOther)
}

// backTo is where somebody wanted to go before they signed in: a page of ours.
func backTo(to string) string {
	u, err := url.Parse(to)
	if err != nil || u.IsAbs() || u.Host != "" || !strings.HasPrefix(u.Path, "/app/") || strings.Contains(u.Path, "..") || strings.ContainsAny(to, "\\\r\n\t") {
		return "/app/"
	}
	return u.RequestURI()
}

// home leads to the account somebody worked in last.
func (c *call) home() error {
	if err := c.signedIn(); err != nil {
		return err
	}
	agents, accounts, err := c.e.Memberships(c.ctx(), c.user.ID)
	if err != nil {
		return err
	}
	var last *helpdesk.Agent
	for i, a := range agents {
		if !accounts[i].Suspended && (last == nil || a.ActiveAt.After(last.ActiveAt)) {
			last = a
		}
	}
	if last == nil {
		return c.render("login", http.StatusForbidden, &loginPage{call: c, Problem: c.T("login.no_account")})
	}
	return redirect("/app/accounts/" + strconv.FormatInt(int64(last.Account), 10) + "/conversations")
}

// loginPage asks for the first factor, or with a Ticket for the second.
type loginPage struct {
	*call
	Email, To, Ticket, Problem string
	Sent                       bool // of the forgotten password: a mail went, if the address is known
}

func (c *call) showLogin() error {
	q := c.r.URL.Query()
	if email, ticket := q.Get("email"), q.Get("sso_auth_token"); email != "" && ticket != "" {
		in, err := c.e.SignInWithTicket(c.ctx(), email, ticket, c.remote())
		if err == nil {
			return c.enter(in, "/app/")
		}
		return c.login(http.StatusUnauthorized, &loginPage{Problem: c.T("login.link_over")})
	}
	p := &loginPage{To: q.Get("to")}
	if q.Get("error") != "" {
		p.Problem = c.T("login.link_over")
	}
	return c.login(http.StatusOK, p)
}

func (c *call) login(status int, p *loginPage) error {
	p.call = c
	return c.render("login", status, p)
}

// limited are the limits of the API's sign-in, counted together with its: whoever
// guesses here has as many tries in all. From this machine itself there are none.
func (c *call) limited(limits ...helpdesk.RateLimit) error {
	if ip := web.ClientIP(c.r, c.o.Proxies); ip.IsLoopback() {
		return nil
	}
	return c.e.Allow(c.ctx(), limits...)
}

func (c *call) network() string { return web.Network(web.ClientIP(c.r, c.o.Proxies)) }

func (c *call) postLogin() error {
	email, to := c.r.PostFormValue("email"), c.r.PostFormValue("to")
	p := &loginPage{Email: email, To: to}
	if err := c.limited(
		helpdesk.RateLimit{Key: "POST /auth/sign_in ip " + c.network(), Max: 5, Per: 5 * time.Minute},
		helpdesk.RateLimit{Key: "POST /auth/sign_in email " + strings.ToLower(strings.TrimSpace(email)), Max: 10, Per: 15 * time.Minute},
	); err != nil {
		if !errors.Is(err, helpdesk.Limited) {
			return err
		}
		p.Problem = c.T("login.limited")
		return c.login(http.StatusTooManyRequests, p)
	}
	in, err := c.e.SignIn(c.ctx(), helpdesk.Credentials{Email: email, Password: c.r.PostFormValue("password"), Remote: c.remote()})
	if err != nil {
		bad, ok := errors.AsType[*helpdesk.Error](err)
		if !ok || bad.Code != helpdesk.Unauthenticated {
			return err
		}
		p.Problem = c.T("login.wrong")
		if bad.Fields["email"] != "" {
			p.Problem = c.T("login.unconfirmed")
		}
		return c.login(http.StatusUnauthorized, p)
	}
	return c.enter(in, to)
}

// enter goes where somebody wanted, or asks for the second factor.
func (c *call) enter(in *helpdesk.SignedIn, to string) error {
	if in.Session == nil {
		return c.login(http.StatusOK, &loginPage{To: to, Ticket: in.Ticket})
	}
	c.keep(in)
	return redirect(backTo(cmp.Or(to, "/app/")))
}

func (c *call) postCode() error {
	ticket, to := c.r.PostFormValue("ticket"), c.r.PostFormValue("to")
	factor := helpdesk.SecondFactor{Ticket: ticket, Remote: c.remote()}
	if code := strings.ReplaceAll(c.r.PostFormValue("code"), " ", ""); len(code) > 6 {
		factor.BackupCode = code
	} else {
		factor.Code = code
	}
	in, err := c.e.SignInWithCode(c.ctx(), factor)
	switch {
	case err == nil:
		return c.enter(in, to)
	case errors.Is(err, helpdesk.Unauthenticated):
		return c.login(http.StatusUnauthorized, &loginPage{To: to, Problem: c.T("login.took_too_long")})
	case errors.Is(err, helpdesk.Invalid):
		return c.login(http.StatusUnprocessableEntity, &loginPage{To: to, Ticket: ticket, Problem: c.T("login.wrong_code")})
	case errors.Is(err, helpdesk.Limited):
		return c.login(http.StatusTooManyRequests, &loginPage{To: to, Ticket: ticket, Problem: c.T("login.limited")})
	}
	return err
}

// postLogout ends the session and nothing of it stays in the browser.
func (c *call) postLogout() error {
	if err := c.signedIn(); err == nil {
		s, _ := c.session()
		if err := c.e.SignOut(c.ctx(), c.user.ID, s.client, c.remote()); err != nil && !errors.Is(err, helpdesk.NotFound) {
			return err
		}
	}
	http.SetCookie(c.w, c.cookie(sessionCookie, "", -1))
	c.w.Header().Set("Clear-Site-Data", `"cache"`)
	return redirect("/app/login")
}

func (c *call) showForgot() error {
	return c.render("forgot", http.StatusOK, &loginPage{call: c, Email: c.r.URL.Query().Get("email")})
}

// postForgot says the same whether the address is known or not.
func (c *call) postForgot() error {
	p := &loginPage{call: c, Email: c.r.PostFormValue("email"), Sent: true}
	err := c.limited(helpdesk.RateLimit{Key: "POST /auth/password ip " + c.network(), Max: 5, Per: 30 * time.Minute})
	if err == nil {
		err = c.e.AskPasswordReset(c.ctx(), p.Email)
	}
	if errors.Is(err, helpdesk.Limited) {
		p.Sent, p.Problem, err = false, c.T("login.limited"), nil
	}
	if err != nil && !errors.Is(err, helpdesk.NotFound) {
		return err
	}
	return c.render("forgot", http.StatusOK, p)
}
