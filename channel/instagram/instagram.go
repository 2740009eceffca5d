// Package instagram is the channel of Instagram's professional accounts: people who
// write to one, or answer its stories.
//
// Its settings are, in JSON:
//
//	{"instagram_id": "178…", "access_token": "IGAA…", "expires_at": "2026-05-01T00:00:00Z",
//	 "app_id": "…", "app_secret": "…", "verify_token": "a secret word",
//	 "human_agent": false, "page_id": "", "source": ""}
//
// instagram_id and access_token are required, and so is app_secret, with which Meta
// signs what it posts. An account is reached in one of two ways: by Instagram's own
// login, with a token of sixty days that is renewed ten days before expires_at ("" =
// never renewed); or by the Facebook page that it belongs to, where page_id is given
// and access_token is that page's. By Instagram's own login files are not uploaded but
// fetched from a public address, so that the installation must have one.
//
// Only where source is "instagram_login", as Authorize makes it, or "page_connection",
// the app is the installation's, of the Options.
//
// human_agent says that the app was granted Meta's permission of that name: what a
// person of the desk writes then goes for seven days after the customer's last message
// (with the tag HUMAN_AGENT), and what a program writes for 24 hours.
//
// That the account was mentioned in somebody's story is no message and passed over;
// comments are none either. What is shared (posts, reels, stories) is linked and never
// copied. The app must be the primary receiver; what arrives as standby is passed over,
// with a warning.
//
// A customer's address is the id that Instagram gives them for the account. A message's
// external id is Meta's "mid". Messages of several parts have that of the last.
package instagram

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"time"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/channel/internal/metamessaging"
	"github.com/gohelpdesk/helpdesk/channel/internal/wire"
)

// Kind is what inboxes of this channel are called.
const Kind helpdesk.ChannelKind = "instagram"

// Where Instagram lives.
const (
	DefaultBaseURL     = "https://graph.instagram.com"
	DefaultPageBaseURL = "https://graph.facebook.com"
	DefaultLoginURL    = "https://api.instagram.com"
)

// Sources of Settings whose app is the installation's.
const (
	InstagramLogin = "instagram_login"
	PageConnection = "page_connection"
)

// Options are of the installation.
type Options struct {
	// HTTPClient calls Instagram. nil = one of its own with sober limits. Redirects are
	// never followed. The addresses of files come from Instagram: hosts that must not
	// reach private networks give helpdesk.SafeClient.
	HTTPClient *http.Client

	BaseURL     string // of Instagram's own login; "" = DefaultBaseURL
	PageBaseURL string // of accounts that are reached by their page; "" = DefaultPageBaseURL
	LoginURL    string // where codes become tokens; "" = DefaultLoginURL
	Version     string // "" = "v25.0"

	// The installation's app: Instagram's own id and secret of it, which are not those
	// of Facebook. "" = there is none.
	AppID     string
	AppSecret string
	// The same app's id and secret at Facebook, for accounts reached by their page.
	PageAppID     string
	PageAppSecret string
	// VerifyToken answers Meta's question at the webhook of the installation's app.
	VerifyToken string
	// HumanAgent says that this app may use the tag HUMAN_AGENT.
	HumanAgent bool
}

func (o Options) filled() Options {
	o.HTTPClient = wire.Client(o.HTTPClient)
	for _, d := range []struct {
		value *string
		is    string
	}{{&o.BaseURL, DefaultBaseURL}, {&o.PageBaseURL, DefaultPageBaseURL}, {&o.LoginURL, DefaultLoginURL}, {&o.Version, metamessaging.DefaultVersion}} {
		if *d.value == "" {
			*d.value = d.is
		}
	}
	return o
}

// New returns the channel. With an app of the installation it also understands what
// that app posts for all its accounts: see helpdesk.Engine.IngestKind.
func New(o Options) helpdesk.Channel { return &channel{o.filled()} }

type channel struct{ o Options }

// Kind implements helpdesk.Channel.
func (*channel) Kind() helpdesk.ChannelKind { return Kind }

// ParseWebhook implements helpdesk.WebhookParser for the installation's app, of which
// Instagram and Facebook know a secret each.
func (c *channel) ParseWebhook(r *http.Request, body []byte) (helpdesk.Batch, error) {
	batch, err := product(true).ParseShared(r, body, c.o.AppSecret, c.o.VerifyToken)
	if errors.Is(err, helpdesk.Unauthenticated) && r.Method != http.MethodGet {
		return product(false).ParseShared(r, body, c.o.PageAppSecret, c.o.VerifyToken)
	}
	return batch, err
}

// ParseGrant implements helpdesk.GrantParser for the installation's app, of which
// Instagram and Facebook know a secret each.
func (c *channel) ParseGrant(_ *http.Request, body []byte) (who string, at time.Time, err error) {
	who, at, err = metamessaging.ParseGrant(body, c.o.AppSecret, metamessaging.AtInstagram)
	if errors.Is(err, helpdesk.Unauthenticated) {
		return metamessaging.ParseGrant(body, c.o.PageAppSecret, metamessaging.AtFacebook)
	}
	return who, at, err
}

// granted is an account that somebody gave to the installation's app.
type granted struct {
	*metamessaging.Inbox

	s Settings
}

// GrantedBy implements helpdesk.Granted.
func (g *granted) GrantedBy() []string {
	switch {
	case g.s.Source == InstagramLogin && g.s.UserID != "":
		return []string{metamessaging.AtInstagram + g.s.UserID, metamessaging.AtInstagram + g.s.InstagramID}
	case g.s.Source == InstagramLogin:
		return []string{metamessaging.AtInstagram + g.s.InstagramID}
	case g.s.Source == PageConnection && g.s.UserID != "":
		return []string{metamessaging.AtFacebook + g.s.UserID}
	}
	return nil
}

// Ungranted implements helpdesk.Granted.
func (g *granted) Ungranted() (json.RawMessage, error) {
	s := g.s
	s.AccessToken, s.ExpiresAt, s.UserID = metamessaging.Withdrawn, time.Time{}, ""
	return json.Marshal(s)
}

// product is Instagram as one of the two ways shows it.
func product(ownLogin bool) *metamessaging.Product {
	p := &metamessaging.Product{
		Kind: Kind, Name: "Instagram", Object: "instagram",
		Fields:  []string{"messages", "messaging_postbacks", "message_reactions", "messaging_seen", "messaging_referral", "message_edit"},
		Profile: "name,username,profile_pic,follower_count,is_user_follow_business,is_business_follow_user,is_verified_user",
		MaxText: 1000, InBytes: true, MaxImage: 8 << 20, MaxFile: 25 << 20, PDFOnly: true,
	}
	if !ownLogin {
		p.Platform = "instagram"
		p.Scopes = []string{"instagram_basic", "instagram_manage_messages", "pages_manage_metadata"}
		// A page is subscribed to fields of pages; those of Instagram are the app's.
		p.Fields = []string{"messages", "messaging_postbacks", "message_reactions", "message_reads", "messaging_referrals", "message_edits", "standby"}
	}
	return p
}

// Settings are those of an inbox; see the package's comment.
type Settings struct {
	InstagramID string    `json:"instagram_id"`
	AccessToken string    `json:"access_token"`
	ExpiresAt   time.Time `json:"expires_at,omitzero"`
	AppID       string    `json:"app_id,omitempty"`
	AppSecret   string    `json:"app_secret,omitempty"`
	VerifyToken string    `json:"verify_token,omitempty"`
	HumanAgent  bool      `json:"human_agent,omitempty"`
	PageID      string    `json:"page_id,omitempty"`
	Source      string    `json:"source,omitempty"`
	UserID      string    `json:"user_id,omitempty"`
}

// Open implements helpdesk.Channel. It fails with Invalid, and names every setting
// that is wrong or unknown.
func (c *channel) Open(raw json.RawMessage) (helpdesk.Sender, error) {
	var s Settings
	read, err := metamessaging.Read(raw, map[string]any{
		"instagram_id": &s.InstagramID, "access_token": &s.AccessToken, "expires_at": &s.ExpiresAt, "app_id": &s.AppID,
		"app_secret": &s.AppSecret, "verify_token": &s.VerifyToken, "human_agent": &s.HumanAgent, "page_id": &s.PageID, "source": &s.Source,
		"user_id": &s.UserID,
	})
	if err != nil {
		return nil, err
	}
	installed := s.Source == InstagramLogin || s.Source == PageConnection
	read.ID("instagram_id", s.InstagramID, true)
	read.ID("app_id", s.AppID, false)
	read.ID("user_id", s.UserID, false)
	read.ID("page_id", s.PageID, s.Source == PageConnection)
	read.Secret("access_token", s.AccessToken, true)
	read.Secret("app_secret", s.AppSecret, !installed)
	read.Secret("verify_token", s.VerifyToken, false)
	read.Add(s.Source != "" && !installed, "source", "must be instagram_login, page_connection or nothing")
	read.Add(s.Source == InstagramLogin && c.o.AppSecret == "" || s.Source == PageConnection && c.o.PageAppSecret == "", "source", "needs the installation's Meta app, and there is none")
	if err := read.Err(); err != nil {
		return nil, err
	}
	b := &metamessaging.Inbox{
		Product: product(s.PageID == ""), Own: s.InstagramID, Owner: "me", AppID: s.AppID, Secret: s.AppSecret, VerifyToken: s.VerifyToken,
		HumanAgent: s.HumanAgent, OwnLogin: s.PageID == "",
		State: map[string]any{"instagram_id": s.InstagramID, "human_agent": s.HumanAgent, "source": s.Source},
	}
	if installed {
		b.AppID, b.Secret, b.Shared, b.VerifyToken = c.o.AppID, c.o.AppSecret, true, c.o.VerifyToken
		b.HumanAgent = s.HumanAgent || c.o.HumanAgent
		if s.Source == PageConnection {
			b.AppID, b.Secret = c.o.PageAppID, c.o.PageAppSecret
		}
	}
	b.Graph = wire.Graph{HTTP: c.o.HTTPClient, Base: c.o.BaseURL, Version: c.o.Version, Token: s.AccessToken}
	if s.PageID != "" {
		b.Owner, b.Graph.Base, b.Graph.Proof = s.PageID, c.o.PageBaseURL, wire.Proof(s.AccessToken, b.Secret)
		return &granted{b, s}, nil
	}
	return &sender{granted{b, s}}, nil
}

// sender is an account that is reached by Instagram's own login.
type sender struct{ granted }

var (
	_ helpdesk.Granted = (*granted)(nil)
	_ helpdesk.Renewer = (*sender)(nil)
)

// renewBefore is how long before its end a token is renewed. Instagram renews none that
// is younger than a day, and none that has ended.
const renewBefore = 10 * 24 * time.Hour

// RenewAt implements helpdesk.Renewer.
func (s *sender) RenewAt() time.Time {
	if s.s.ExpiresAt.IsZero() {
		return time.Time{}
	}
	return s.s.ExpiresAt.Add(-renewBefore)
}

// Renew implements helpdesk.Renewer.
func (s *sender) Renew(ctx context.Context) (json.RawMessage, error) {
	var answer longToken
	g := s.Graph
	g.Version = "" // without one
	query := url.Values{"grant_type": {"ig_refresh_token"}, "access_token": {s.s.AccessToken}}
	if err := g.Get(ctx, "refresh_access_token", query, &answer); err != nil {
		return nil, wire.Fail(metamessaging.Repeatable(err), 1, metamessaging.Class)
	}
	lasts, ok := answer.lasts()
	if !ok {
		return nil, helpdesk.Errorf(helpdesk.Unavailable, "Instagram's answer holds no token")
	}
	fresh := s.s
	fresh.AccessToken, fresh.ExpiresAt = answer.Token, s.s.ExpiresAt.Add(-renewBefore).Add(lasts)
	return json.Marshal(fresh)
}
