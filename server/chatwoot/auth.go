package chatwoot

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/server/internal/web"
)

// caller says who may call a route, before the desk is asked whether they may do
// what they want.
type caller int

const (
	anyone      caller = iota // nobody in particular
	signedIn                  // a user, in no account yet
	member                    // an agent of the account in the path
	ownAccount                // the same; who is none gets 404, not 401
	memberOrBot               // an agent or an agent bot of the account
	anyInbox                  // whoever knows an API inbox's identifier
	customer                  // whoever also knows one of its source ids
	platformApp               // a platform app
	anyWidget                 // whoever knows a widget's website token
	visitor                   // whoever also holds a visitor's token
)

// principal is who signed in, and how.
type principal struct {
	user    *helpdesk.User
	session *helpdesk.Session // nil with an API token
	token   string            // of the session
	actor   helpdesk.Actor    // set when the host says who it is
	bot     *helpdesk.Bot     // an agent bot
}

// device is what a session is known by on the wire.
type device struct {
	Token  string `json:"access-token"`
	Type   string `json:"token-type"`
	Client string `json:"client"`
	Expiry string `json:"expiry"`
	UID    string `json:"uid"`
}

// repeatHeaders gives a session's headers back, as every answer to it does.
func (p principal) repeatHeaders(h http.Header) {
	if p.session == nil {
		return
	}
	d := device{p.token, "Bearer", p.session.Client, strconv.FormatInt(p.session.ExpiresAt.Unix(), 10), p.user.Email}
	raw, err := json.Marshal(d)
	if err != nil {
		return
	}
	h.Set("access-token", d.Token)
	h.Set("token-type", d.Type)
	h.Set("client", d.Client)
	h.Set("expiry", d.Expiry)
	h.Set("uid", d.UID)
	h.Set("authorization", "Bearer "+base64.StdEncoding.EncodeToString(raw))
}

// identify finds out who calls, and gives them a desk.
func (c *call) identify(ctx context.Context) error {
	switch c.route.who {
	case anyone:
		return nil
	case anyInbox, customer:
		return c.findCustomer(ctx)
	case platformApp:
		return c.findApp(ctx)
	case anyWidget, visitor:
		return c.findWidget(ctx)
	default:
		return c.identifyAgent(ctx)
	}
}

func (c *call) identifyAgent(ctx context.Context) error {
	if err := c.signIn(ctx); err != nil {
		return err
	}
	if c.route.who == signedIn {
		return c.enterAny(ctx)
	}
	return c.enter(ctx)
}

// signIn reads the credentials: the host's own, an API token, a session.
func (c *call) signIn(ctx context.Context) error {
	actor, err := c.e.Authenticate(c.r)
	if err == nil {
		c.who.actor = actor
		return nil
	}
	if helpdesk.CodeOf(err) != helpdesk.NotFound {
		return err
	}
	if token, given := apiToken(c.r.Header); given {
		return c.signInByToken(ctx, token)
	}
	d := sessionOf(c.r)
	if d.Token != "" {
		c.who.user, c.who.session, err = c.e.CheckSession(ctx, d.UID, d.Client, d.Token)
		c.who.token = d.Token
		if err == nil || helpdesk.CodeOf(err) != helpdesk.Unauthenticated {
			return err
		}
		c.who = principal{}
	}
	return &refusal{http.StatusUnauthorized, errorList{[]string{"You need to sign in or sign up before continuing."}}}
}

// signInByToken lets users in, and bots where the route hears them.
func (c *call) signInByToken(ctx context.Context, token string) error {
	owner, err := c.e.TokenOwner(ctx, token)
	if helpdesk.CodeOf(err) == helpdesk.Unauthenticated {
		return refused(http.StatusUnauthorized, "Invalid Access Token")
	}
	if err != nil {
		return err
	}
	if owner.App != nil || owner.Bot != nil && c.route.who != memberOrBot {
		return errNotForBots()
	}
	c.who.user, c.who.bot = owner.User, owner.Bot
	return nil
}

func errNotForBots() error {
	return refused(http.StatusUnauthorized, "Access to this endpoint is not authorized for bots")
}

type errorList struct {
	Errors []string `json:"errors"`
}

// apiToken reads the header in every spelling that proxies make of it.
func apiToken(h http.Header) (token string, given bool) {
	for name, values := range h {
		if strings.EqualFold(strings.ReplaceAll(name, "_", "-"), "api-access-token") && len(values) > 0 {
			return values[0], true
		}
	}
	return "", false
}

// sessionOf reads a session's token from its headers, from parameters of the
// same names, or from the Bearer form, which is base64 of a JSON object. Any
// other Authorization is somebody else's.
func sessionOf(r *http.Request) (d device) {
	if bearer, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
		if raw, err := base64.StdEncoding.DecodeString(bearer); err == nil && json.Unmarshal(raw, &d) != nil {
			d = device{}
		}
	}
	query := r.URL.Query()
	for name, field := range map[string]*string{"access-token": &d.Token, "client": &d.Client, "uid": &d.UID} {
		if v := r.Header.Get(name); v != "" {
			*field = v
		} else if v := query.Get(name); v != "" && *field == "" {
			*field = v
		}
	}
	if d.Client == "" {
		d.Client = "default"
	}
	return d
}

// enter is the gate of an account: the actor's membership is read once, and
// refused where there is none.
func (c *call) enter(ctx context.Context) error {
	id, err := strconv.ParseInt(c.r.PathValue("account_id"), 10, 64)
	if err != nil {
		return &helpdesk.Error{Code: helpdesk.NotFound, Message: "account not found"}
	}
	account := helpdesk.AccountID(id)
	if c.who.bot != nil {
		c.act(c.e.Bot(account, c.who.bot.ID))
	} else if c.who.user != nil {
		c.act(c.e.Agent(account, c.who.user.ID))
	} else if c.act(c.who.actor); c.actor.Account() != account {
		return c.outside()
	}
	switch c.actor.Ref().Kind {
	case helpdesk.ByHost, helpdesk.BySystem:
		return nil
	case helpdesk.ByBot:
		if c.route.who != memberOrBot {
			return errNotForBots()
		}
	default: // whose rights the desk asks for
	}
	c.agent, err = c.desk.Agents.Get(ctx, helpdesk.AgentID(c.actor.Ref().ID))
	switch helpdesk.CodeOf(err) {
	case helpdesk.Unauthenticated:
		return c.locked(ctx, account)
	case helpdesk.Forbidden:
		return nil // a role without any permission: the desk says so wherever it is asked
	default:
		return err
	}
}

// outside is the refusal of somebody who does not belong to the account.
func (c *call) outside() error {
	if c.route.who == ownAccount {
		return &helpdesk.Error{Code: helpdesk.NotFound, Message: "account not found"}
	}
	if c.actor.Ref().Kind == helpdesk.ByBot {
		return refused(http.StatusUnauthorized, "Bot is not authorized to access this account")
	}
	return refused(http.StatusUnauthorized, "You are not authorized to access this account")
}

// locked tells a suspended account from one the caller does not belong to.
func (c *call) locked(ctx context.Context, account helpdesk.AccountID) error {
	_, accounts, err := c.e.Memberships(ctx, helpdesk.AgentID(c.actor.Ref().ID))
	if err != nil {
		return err
	}
	for _, a := range accounts {
		if a.ID == account && a.Suspended {
			return refused(http.StatusUnauthorized, "Account is suspended")
		}
	}
	return c.outside()
}

// enterAny gives a user the desk of the account they used last; one without any
// account has none.
func (c *call) enterAny(ctx context.Context) error {
	if c.who.user == nil {
		c.act(c.who.actor)
		user, err := c.desk.Profile.Get(ctx)
		c.who.user = user
		return err
	}
	agents, _, err := c.e.Memberships(ctx, c.who.user.ID)
	if err != nil || len(agents) == 0 {
		return err
	}
	c.act(c.e.Agent(lastUsed(agents).Account, c.who.user.ID))
	return nil
}

func lastUsed(agents []*helpdesk.Agent) *helpdesk.Agent {
	last := agents[0]
	for _, a := range agents {
		if a.ActiveAt.After(last.ActiveAt) {
			last = a
		}
	}
	return last
}

func (c *call) act(actor helpdesk.Actor) {
	if ip := web.ClientIP(c.r, c.o.Proxies); ip.IsValid() {
		actor = actor.From(ip.String())
	}
	c.actor, c.desk = actor, c.e.As(actor)
}

// findCustomer resolves what the customers' API holds: an inbox's identifier
// and a source id. Credentials that are sent along mean nothing here.
func (c *call) findCustomer(ctx context.Context) (err error) {
	if c.inbox, err = c.e.FindInbox(ctx, c.r.PathValue("inbox_identifier")); err != nil {
		return err
	}
	if c.inbox.Kind != apiKind {
		return &helpdesk.Error{Code: helpdesk.NotFound, Message: "inbox not found"}
	}
	if c.route.who == anyInbox {
		c.act(c.e.System(c.inbox.Account))
		return nil
	}
	actor, err := c.e.FindCustomer(ctx, c.inbox, c.r.PathValue("source_id"))
	if err == nil {
		c.act(actor)
	}
	return err
}

// scope separates callers' idempotency keys. Who has told nothing of themselves
// yet goes by where they call from: else whoever guessed a key and the request
// would be given somebody else's answer, with the tokens in it.
func (c *call) scope() string {
	ref := c.actor.Ref()
	if c.app != nil {
		return fmt.Sprintf("app:%d", c.app.ID)
	}
	if c.source != "" {
		return fmt.Sprintf("inbox:%d:%s", c.inbox.ID, c.source)
	}
	if c.inbox != nil {
		if source := c.r.PathValue("source_id"); source != "" {
			return fmt.Sprintf("inbox:%d:%s", c.inbox.ID, source)
		}
		return fmt.Sprintf("inbox:%d from %s", c.inbox.ID, web.ClientIP(c.r, c.o.Proxies))
	}
	return fmt.Sprintf("%s:%d", ref.Kind, ref.ID)
}

// isAdmin reports whether the caller sees what only administrators are shown.
func (c *call) isAdmin() bool {
	kind := c.actor.Ref().Kind
	return kind == helpdesk.ByHost || kind == helpdesk.BySystem || c.agent != nil && c.agent.Role == helpdesk.Administrator
}
