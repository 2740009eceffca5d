package main

import (
	"context"
	"encoding/json"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/gohelpdesk/helpdesk/channel/instagram"
	"github.com/gohelpdesk/helpdesk/channel/messenger"
	"github.com/gohelpdesk/helpdesk/channel/whatsapp"
	"github.com/gohelpdesk/helpdesk/server/chatwoot"
)

// metaApps are the installation's apps at Meta.
type metaApps struct {
	facebook, instagram metaApp
	verifyToken         string
	humanAgent          bool
}

type metaApp struct{ id, secret string }

var metaAppForm = regexp.MustCompile(`^[0-9]{1,32}:[!-9;-~]{1,200}$`)

func (c *config) readMeta(wrong *problems, env func(string) string) {
	for name, app := range map[string]*metaApp{"HELPDESK_FACEBOOK_APP": &c.meta.facebook, "HELPDESK_INSTAGRAM_APP": &c.meta.instagram} {
		given := env(name)
		wrong.add(given != "" && !metaAppForm.MatchString(given), "%s: must be the app's id, a colon, and its secret", name)
		app.id, app.secret, _ = strings.Cut(given, ":")
	}
	c.meta.verifyToken = env("HELPDESK_META_VERIFY_TOKEN")
	wrong.add(c.meta.some() && c.meta.verifyToken == "", "HELPDESK_META_VERIFY_TOKEN: is required with an app: any word that is also entered at Meta")
	given := env("HELPDESK_META_HUMAN_AGENT")
	is, err := strconv.ParseBool(given)
	wrong.add(given != "" && err != nil, "HELPDESK_META_HUMAN_AGENT: %q is neither true nor false", given)
	c.meta.humanAgent = is
}

func (m metaApps) some() bool { return m.facebook.id != "" || m.instagram.id != "" }

func (c *config) messenger(client *http.Client) messenger.Options {
	m := c.meta
	return messenger.Options{
		HTTPClient: client, BaseURL: c.providers["messenger"], AppID: m.facebook.id, AppSecret: m.facebook.secret, VerifyToken: m.verifyToken, HumanAgent: m.humanAgent,
	}
}

func (c *config) instagram(client *http.Client) instagram.Options {
	m := c.meta
	return instagram.Options{
		HTTPClient: client, BaseURL: c.providers["instagram"], AppID: m.instagram.id, AppSecret: m.instagram.secret, PageAppID: m.facebook.id, PageAppSecret: m.facebook.secret,
		VerifyToken: m.verifyToken, HumanAgent: m.humanAgent,
	}
}

func (c *config) whatsapp(client *http.Client) whatsapp.Options {
	return whatsapp.Options{HTTPClient: client, BaseURL: c.providers["whatsapp"], AppID: c.meta.facebook.id, AppSecret: c.meta.facebook.secret}
}

// granter is the server's way to those apps.
type granter struct {
	c      *config
	client *http.Client
	now    func() time.Time
}

// granter is what the API connects pages with; nil = there are no apps.
func (c *config) granter(client *http.Client, now func() time.Time) chatwoot.Meta {
	if !c.meta.some() {
		return nil
	}
	return granter{c, client, now}
}

// Pages implements chatwoot.Meta.
func (g granter) Pages(ctx context.Context, token string) (*chatwoot.GrantedPages, error) {
	a, err := messenger.AuthorizeToken(ctx, g.c.messenger(g.client), token)
	if err != nil {
		return nil, err
	}
	out := &chatwoot.GrantedPages{UserToken: a.UserToken}
	for _, p := range a.Pages {
		settings, err := json.Marshal(a.Settings(p.ID))
		if err != nil {
			return nil, err
		}
		out.Pages = append(out.Pages, chatwoot.GrantedPage{ID: p.ID, Name: p.Name, Token: p.Token, Settings: settings})
	}
	return out, nil
}

// InstagramURL implements chatwoot.Meta.
func (g granter) InstagramURL(redirect, state string) (string, error) {
	return instagram.AuthorizeURL(g.c.instagram(g.client), redirect, state)
}

// Instagram implements chatwoot.Meta.
func (g granter) Instagram(ctx context.Context, code, redirect string) (*chatwoot.GrantedPage, error) {
	a, err := instagram.Authorize(ctx, g.c.instagram(g.client), code, redirect, g.now())
	if err != nil {
		return nil, err
	}
	settings, err := json.Marshal(a.Settings)
	name := a.Name
	if name == "" {
		name = a.Username
	}
	return &chatwoot.GrantedPage{ID: a.Settings.InstagramID, Name: name, Token: a.Settings.AccessToken, Settings: settings}, err
}

// WhatsApp implements chatwoot.Meta. The app is the one with which pages are
// connected.
func (g granter) WhatsApp(ctx context.Context, in chatwoot.WhatsAppSignUp) (*chatwoot.GrantedPage, error) {
	s, err := whatsapp.SignUp(ctx, g.c.whatsapp(g.client), whatsapp.SignUpAnswer{
		Code: in.Code, BusinessAccountID: in.Account, PhoneNumberID: in.Number, Coexistence: in.Coexistence,
	})
	if err != nil {
		return nil, err
	}
	settings, err := json.Marshal(s)
	return &chatwoot.GrantedPage{ID: s.PhoneNumberID, Name: s.PhoneNumber, Token: s.APIKey, Settings: settings}, err
}
