package chatwoot

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gohelpdesk/helpdesk"
)

// Meta connects pages of Facebook's and accounts of Instagram's by the installation's
// own apps. Its errors are the engine's: Unsupported where there is no such app.
type Meta interface {
	// Pages is what somebody has given to the app, by a token that Facebook's script
	// gave them in the browser.
	Pages(ctx context.Context, token string) (*GrantedPages, error)
	// InstagramURL is where somebody is sent to give their account, and from where they
	// come back to redirect.
	InstagramURL(redirect, state string) (string, error)
	// Instagram is the account that a code stands for.
	Instagram(ctx context.Context, code, redirect string) (*GrantedPage, error)
	// WhatsApp is the number that was signed up in Meta's window; its ID is the
	// provider's. The code works once.
	WhatsApp(ctx context.Context, in WhatsAppSignUp) (*GrantedPage, error)
}

// WhatsAppSignUp is what Meta's window of embedded sign-up tells the browser.
type WhatsAppSignUp struct {
	Code        string `in:"code"`
	Account     string `in:"waba_id"`
	Number      string `in:"phone_number_id"` // "" = the account's only one
	Coexistence bool   `in:"coexistence"`     // an addition: the number lives on in a phone's app
}

// GrantedPages is what somebody has given to the app.
type GrantedPages struct {
	UserToken string
	Pages     []GrantedPage
}

// GrantedPage is a page, an account of Instagram's, or a number on WhatsApp.
type GrantedPage struct {
	ID       string
	Name     string
	Token    string
	Settings json.RawMessage // of its inbox
}

func (c *call) meta() (Meta, error) {
	if !c.isAdmin() {
		return nil, &helpdesk.Error{Code: helpdesk.Forbidden}
	}
	if c.o.Meta == nil {
		return nil, refused(http.StatusUnprocessableEntity, "This installation has no app at Meta")
	}
	return c.o.Meta, nil
}

// pageDetail is one that may be connected; exists says that it is.
type pageDetail struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	Token  string `json:"access_token"`
	Exists bool   `json:"exists"`
}

type pageDetails struct {
	Pages     []pageDetail `json:"page_details"`
	UserToken string       `json:"user_access_token"`
}

type facebookPages struct {
	Token string `in:"omniauth_token"`
}

// listFacebookPages is the first thing that follows an authorisation. Pages that it
// left out are looked after: their inboxes may not work any more.
func listFacebookPages(ctx context.Context, c *call, in facebookPages) (data[pageDetails], error) {
	granted, err := c.granted(ctx, in.Token)
	if err != nil {
		return data[pageDetails]{}, err
	}
	boxes, err := c.desk.Inboxes.List(ctx)
	if err != nil {
		return data[pageDetails]{}, err
	}
	out := pageDetails{Pages: []pageDetail{}, UserToken: granted.UserToken}
	for _, p := range granted.Pages {
		exists := slices.ContainsFunc(boxes, func(b *helpdesk.Inbox) bool { return b.Kind == facebookKind && pageOf(b) == p.ID })
		out.Pages = append(out.Pages, pageDetail{p.ID, p.Name, p.Token, exists})
	}
	return data[pageDetails]{out}, nil
}

func (c *call) granted(ctx context.Context, token string) (*GrantedPages, error) {
	m, err := c.meta()
	if err != nil {
		return nil, err
	}
	granted, err := m.Pages(ctx, token)
	if err != nil {
		return nil, err
	}
	return granted, c.checkDropped(ctx, granted)
}

// checkDropped asks the provider about connected pages that an authorisation did not
// name: what it takes back is marked as to be connected again.
func (c *call) checkDropped(ctx context.Context, granted *GrantedPages) error {
	boxes, err := c.desk.Inboxes.List(ctx)
	for _, b := range boxes {
		named := slices.ContainsFunc(granted.Pages, func(p GrantedPage) bool { return p.ID == pageOf(b) })
		if b.Kind != facebookKind || named || inExtra(b, "channel")["source"] != "page_connection" || !b.RevokedAt.IsZero() {
			continue
		}
		if _, err := c.desk.Inboxes.Check(ctx, b.ID); err != nil {
			c.o.Logger.Warn("a page could not be checked", "inbox", b.ID, "code", helpdesk.CodeOf(err))
		}
	}
	return err
}

func pageOf(b *helpdesk.Inbox) string {
	id, _ := inExtra(b, "channel")["page_id"].(string)
	return id
}

// page finds a page among those that were given: what the browser says of it is not
// taken on trust.
func (g *GrantedPages) page(id string) (*GrantedPage, error) {
	for i := range g.Pages {
		if g.Pages[i].ID == id {
			return &g.Pages[i], nil
		}
	}
	return nil, &helpdesk.Error{Code: helpdesk.Invalid, Fields: map[string]string{"page_id": "was not given to the app"}}
}

type registerPage struct {
	UserToken string `in:"user_access_token"`
	Page      string `in:"page_id"`
	Name      string `in:"inbox_name"`
}

func registerFacebookPage(ctx context.Context, c *call, in registerPage) (inboxView, error) {
	m, err := c.meta()
	if err != nil {
		return inboxView{}, err
	}
	granted, err := m.Pages(ctx, in.UserToken)
	if err != nil {
		return inboxView{}, err
	}
	page, err := granted.page(in.Page)
	if err != nil {
		return inboxView{}, err
	}
	if in.Name == "" {
		in.Name = page.Name
	}
	b, err := c.desk.Inboxes.Create(ctx, helpdesk.InboxInput{Kind: facebookKind, Name: &in.Name, Settings: page.Settings})
	return c.oneInbox(ctx, b, err)
}

type reauthorizePage struct {
	Inbox helpdesk.InboxID `in:"inbox_id"`
	Token string           `in:"omniauth_token"`
}

func reauthorizeFacebookPage(ctx context.Context, c *call, in reauthorizePage) (inboxView, error) {
	granted, err := c.granted(ctx, in.Token)
	if err != nil {
		return inboxView{}, err
	}
	b, err := c.desk.Inboxes.Get(ctx, in.Inbox)
	if err != nil {
		return inboxView{}, err
	}
	page, err := granted.page(pageOf(b))
	if err != nil {
		return inboxView{}, err
	}
	b, err = c.desk.Inboxes.Update(ctx, in.Inbox, helpdesk.InboxInput{Settings: page.Settings})
	return c.oneInbox(ctx, b, err)
}

type signUpWhatsApp struct {
	WhatsAppSignUp
	Inbox helpdesk.InboxID `in:"inbox_id"` // one that is to work again; 0 = a new one
}

type whatsappMade struct {
	Success bool             `json:"success"`
	ID      helpdesk.InboxID `json:"id"`
	Name    string           `json:"name"`
	Channel string           `json:"channel_type"`
}

// authorizeWhatsApp makes an inbox of a number that was signed up in Meta's window.
func authorizeWhatsApp(ctx context.Context, c *call, in signUpWhatsApp) (whatsappMade, error) {
	m, err := c.meta()
	if err != nil {
		return whatsappMade{}, err
	}
	given, err := m.WhatsApp(ctx, in.WhatsAppSignUp)
	if err != nil {
		return whatsappMade{}, err
	}
	var b *helpdesk.Inbox
	if in.Inbox != 0 {
		b, err = c.desk.Inboxes.Get(ctx, in.Inbox)
		if err == nil && b.Kind != whatsappKind {
			err = &helpdesk.Error{Code: helpdesk.Invalid, Fields: map[string]string{"inbox_id": "is no inbox of WhatsApp"}}
		}
		if err == nil {
			b, err = c.desk.Inboxes.Update(ctx, in.Inbox, helpdesk.InboxInput{Settings: given.Settings})
		}
	} else {
		b, err = c.desk.Inboxes.Create(ctx, helpdesk.InboxInput{Kind: whatsappKind, Name: &given.Name, Settings: given.Settings})
	}
	if err != nil {
		return whatsappMade{}, err
	}
	return whatsappMade{true, b.ID, b.Name, "whatsapp"}, nil
}

// instagramState is what the browser carries to Instagram and back. It is worth nothing
// without the cookie that only the browser got which asked: otherwise who is sent a link
// with somebody else's state would give their account to that one's desk.
type instagramState struct {
	Account helpdesk.AccountID `json:"a"`
	Agent   helpdesk.AgentID   `json:"g"`
	Browser string             `json:"b"` // what the cookie holds
}

const (
	instagramCookie  = "helpdesk_instagram"
	instagramPurpose = "instagram"
	instagramLife    = 15 * time.Minute
	instagramPath    = "/instagram/callback"
)

type authorization struct {
	Success bool   `json:"success"`
	URL     string `json:"url"`
}

func authorizeInstagram(ctx context.Context, c *call, _ none) (authorization, error) {
	m, err := c.meta()
	if err != nil {
		return authorization{}, err
	}
	browser := rand.Text()
	state, err := c.e.SealToken(instagramPurpose, instagramState{c.actor.Account(), helpdesk.AgentID(c.actor.Ref().ID), browser}, c.e.Now().Add(instagramLife))
	if err != nil {
		return authorization{}, err
	}
	c.setInstagramCookie(browser, instagramLife)
	to, err := m.InstagramURL(c.instagramBack(), state)
	return authorization{err == nil, to}, err
}

// setInstagramCookie has the browser hold a word until it comes back; a life below 0
// takes it away.
func (c *call) setInstagramCookie(word string, life time.Duration) {
	c.cookie = &http.Cookie{
		Name: instagramCookie, Value: word, Path: instagramPath, MaxAge: int(life / time.Second), HttpOnly: true,
		Secure: strings.HasPrefix(c.o.PublicURL, "https://"), SameSite: http.SameSiteLaxMode, // Instagram sends people back by a link
	}
}

func (c *call) instagramBack() string { return strings.TrimSuffix(c.o.PublicURL, "/") + instagramPath }

type instagramAnswer struct {
	Code  string `in:"code"`
	State string `in:"state"`
	Error string `in:"error"`
	Why   string `in:"error_description"`
}

// connectInstagram is where Instagram sends people back: the account becomes an inbox,
// or its inbox works again.
func connectInstagram(ctx context.Context, c *call, in instagramAnswer) (redirect, error) {
	var state instagramState
	if err := c.e.OpenToken(instagramPurpose, in.State, &state); err != nil {
		return "", err
	}
	settings := strings.TrimSuffix(c.o.PublicURL, "/") + "/app/accounts/" + strconv.FormatInt(int64(state.Account), 10) + "/settings/inboxes/"
	failed := func(kind, why string) (redirect, error) {
		return redirect(settings + "new/instagram?" + url.Values{"error_type": {kind}, "error_message": {why}}.Encode()), nil
	}
	held, err := c.r.Cookie(instagramCookie)
	if err != nil || state.Browser == "" || subtle.ConstantTimeCompare([]byte(held.Value), []byte(state.Browser)) != 1 {
		return failed("session_mismatch", "begin again, in this browser")
	}
	c.setInstagramCookie("", -time.Second)
	if in.Error != "" || c.o.Meta == nil {
		return failed(in.Error, in.Why)
	}
	given, err := c.o.Meta.Instagram(ctx, in.Code, c.instagramBack())
	if err != nil {
		return failed(string(helpdesk.CodeOf(err)), words(err))
	}
	desk := c.e.As(c.e.Agent(state.Account, state.Agent))
	boxes, err := desk.Inboxes.List(ctx)
	if err != nil {
		return failed(string(helpdesk.CodeOf(err)), words(err))
	}
	for _, b := range boxes {
		if b.Kind == instagramKind && inExtra(b, "channel")["instagram_id"] == given.ID {
			if _, err := desk.Inboxes.Update(ctx, b.ID, helpdesk.InboxInput{Settings: given.Settings}); err != nil {
				return failed(string(helpdesk.CodeOf(err)), words(err))
			}
			return redirect(settings + strconv.FormatInt(int64(b.ID), 10)), nil
		}
	}
	b, err := desk.Inboxes.Create(ctx, helpdesk.InboxInput{Kind: instagramKind, Name: &given.Name, Settings: given.Settings})
	if err != nil {
		return failed(string(helpdesk.CodeOf(err)), words(err))
	}
	return redirect(settings + "new/" + strconv.FormatInt(int64(b.ID), 10) + "/agents"), nil
}

// words are what an error says to people: never its cause.
func words(err error) string {
	if helpdesk.CodeOf(err) == helpdesk.Internal {
		return "something went wrong"
	}
	e, ok := errors.AsType[*helpdesk.Error](err)
	if !ok {
		return string(helpdesk.CodeOf(err))
	}
	return (&helpdesk.Error{Code: e.Code, Message: e.Message, Fields: maps.Clone(e.Fields)}).Error()
}
