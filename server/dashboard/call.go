package dashboard

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/server/internal/web"
)

// What a request may send, in bytes: besides files, and with them.
const (
	maxForm   = 4 << 20
	maxUpload = 15*(100<<20) + maxForm
)

// call is one request and who makes it. What is of an account is set for its
// routes only.
type call struct {
	*Handler
	w http.ResponseWriter
	r *http.Request

	lang string // of the catalogues: "en", "pt" or "es"
	user *helpdesk.User

	desk     *helpdesk.Desk
	account  *helpdesk.Account
	self     *helpdesk.Agent
	rights   map[helpdesk.Action]bool
	zone     *time.Location
	accounts []*helpdesk.Account // the user's, for the switcher

	notice string // key of what the last request did, to be said once
}

// redirect is not an error of anybody: it ends a handler with another address.
type redirect string

func (r redirect) Error() string { return "see " + string(r) }

// answer runs a handler and says what went wrong.
func (h *Handler) answer(serve func(c *call) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, maxUpload)
		c := &call{Handler: h, w: w, r: r, lang: language(r.Header.Get("Accept-Language")), zone: time.UTC}
		c.takeNotice()
		if err := serve(c); err != nil {
			c.fail(err)
		}
	}
}

// fail turns an error into a page. What the person could not have avoided is
// logged.
func (c *call) fail(err error) {
	if to, ok := errors.AsType[redirect](err); ok {
		http.Redirect(c.w, c.r, string(to), http.StatusSeeOther)
		return
	}
	if c.r.Context().Err() != nil {
		return // they left
	}
	switch code := helpdesk.CodeOf(err); code {
	case helpdesk.Unauthenticated:
		c.toLogin()
	case helpdesk.NotFound:
		c.tell(http.StatusNotFound, "error.missing", "")
	case helpdesk.Forbidden:
		c.tell(http.StatusForbidden, "error.forbidden", "")
	case helpdesk.Limited:
		c.tell(http.StatusTooManyRequests, "error.limited", message(err))
	case helpdesk.Conflict:
		c.tell(http.StatusConflict, "error.conflict", message(err))
	case helpdesk.Invalid, helpdesk.Unsupported:
		c.tell(http.StatusUnprocessableEntity, "error.invalid", message(err))
	default:
		c.o.Logger.Error("serving the dashboard", "code", code, "err", err, "method", c.r.Method)
		c.tell(http.StatusServiceUnavailable, "error.unavailable", "")
	}
}

// message is what an error says to a person, every field named.
func message(err error) string {
	e, ok := errors.AsType[*helpdesk.Error](err)
	if !ok {
		return ""
	}
	shown := *e
	shown.Err = nil
	return shown.Error()
}

func (c *call) missing() error { return helpdesk.NotFound }

func (h *Handler) foreign(w http.ResponseWriter, r *http.Request) {
	c := &call{Handler: h, w: w, r: r, lang: language(r.Header.Get("Accept-Language"))}
	c.tell(http.StatusForbidden, "error.foreign", "")
}

// inAccount serves a route to an agent of the account. Whoever is signed out is
// asked to sign in and comes back; whoever is no agent of it sees that there is
// nothing.
func (c *call) inAccount(r route) error {
	id, err := strconv.ParseInt(c.r.PathValue("account"), 10, 64)
	if err != nil || id <= 0 {
		return helpdesk.NotFound
	}
	if err := c.signedIn(); err != nil {
		return err
	}
	ctx := c.ctx()
	c.desk = c.e.As(c.e.Agent(helpdesk.AccountID(id), c.user.ID).From(c.remote()))
	agents, accounts, err := c.e.Memberships(ctx, c.user.ID)
	if err != nil {
		return err
	}
	for i, a := range agents {
		if int64(a.Account) == id {
			c.self, c.account = a, accounts[i]
		}
	}
	if c.self == nil || c.account.Suspended {
		return helpdesk.NotFound
	}
	c.accounts = accounts
	c.lang = c.chooseLanguage()
	if zone, err := time.LoadLocation(c.account.Timezone); err == nil {
		c.zone = zone
	}
	if c.rights, err = c.desk.May(ctx, shownRights()...); err != nil {
		return err
	}
	if r.May != "" && !c.rights[r.May] {
		return helpdesk.Forbidden
	}
	return r.Serve(c)
}

// shownRights are the actions that routes and menus ask for.
func shownRights() []helpdesk.Action {
	return []helpdesk.Action{
		helpdesk.ReadContacts, helpdesk.EditContact, helpdesk.DeleteContact, helpdesk.MoveContacts, helpdesk.StartConversation,
		helpdesk.DeleteConversation, helpdesk.AssignConversation, helpdesk.ReadReports, helpdesk.EditSettings, helpdesk.ReadSettings,
		helpdesk.EditLabels, helpdesk.ReadCanned, helpdesk.EditCanned, helpdesk.RunMacro, helpdesk.EditMacro, helpdesk.EditHelpCenter, helpdesk.EditCampaigns, helpdesk.ReadAudit,
	}
}

// May is for templates: whether the agent's role allows an action.
func (c *call) May(action string) bool { return c.rights[helpdesk.Action(action)] }

func (c *call) ctx() context.Context { return c.r.Context() }

func (c *call) remote() string {
	if ip := web.ClientIP(c.r, c.o.Proxies); ip.IsValid() {
		return ip.String()
	}
	return ""
}

// path is an address within the account.
func (c *call) path(parts ...string) string {
	return "/app/accounts/" + strconv.FormatInt(int64(c.account.ID), 10) + strings.Join(parts, "")
}

// Path is for templates: an address within the account, each part escaped.
func (c *call) Path(parts ...any) string {
	var b strings.Builder
	b.WriteString(c.path())
	for _, p := range parts {
		b.WriteString("/" + url.PathEscape(text(p)))
	}
	return b.String()
}

// id is a number of the path. What is no number is missing.
func (c *call) id(name string) (int64, error) {
	id, err := strconv.ParseInt(c.r.PathValue(name), 10, 64)
	if err != nil || id <= 0 {
		return 0, helpdesk.NotFound
	}
	return id, nil
}

// T is for templates and handlers: a text in the reader's language. Every pair of
// args is a name in braces and its value.
func (c *call) T(key string, args ...any) string { return say(c.lang, key, args...) }

// say is a text of an area whose key ends with a value.
func (c *call) say(area, key, value string) string { return c.T(area + "." + key + value) }

// Lang is the page's language as HTML wants it.
func (c *call) Lang() string {
	if c.lang == "pt" {
		return "pt-BR"
	}
	return c.lang
}

// once reads something for the page, the first time that it is asked for.
func once[T any](kept **T, read func() (T, error)) (T, error) {
	if *kept != nil {
		return **kept, nil
	}
	v, err := read()
	if err == nil {
		*kept = &v
	}
	return v, err
}
