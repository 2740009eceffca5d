// Package messenger is the channel of Facebook pages: people who write to a page in
// Messenger.
//
// Its settings are, in JSON:
//
//	{"page_id": "108…", "page_access_token": "EAAG…", "app_id": "…", "app_secret": "…",
//	 "verify_token": "a secret word", "human_agent": false, "source": "", "user_id": "…"}
//
// page_id and page_access_token are required, and so is app_secret, with which Meta
// signs what it posts. Only where source is "page_connection", as Authorize makes it,
// the app is the installation's, of the Options; user_id is then whose authorisation
// it is. verify_token answers Meta's question whether the webhook's address is ours.
//
// human_agent says that the app was granted Meta's permission of that name: what a
// person of the desk writes then goes for seven days after the customer's last message
// (with the tag HUMAN_AGENT), and what a program writes for 24 hours.
//
// Everything that is said to a page goes to one address of its app, so that several
// inboxes of one app may share the webhook of any of them, or that of the whole
// installation: see New. The app must be the primary receiver of the page's
// conversations; what arrives as standby is passed over, with a warning.
//
// A customer's address is the id that Meta gives them for the page. A message's external
// id is Meta's "mid". Messages of several parts have that of the last.
package messenger

import (
	"encoding/json"
	"net/http"
	"time"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/channel/internal/metamessaging"
	"github.com/gohelpdesk/helpdesk/channel/internal/wire"
)

// Kind is what inboxes of this channel are called, as Chatwoot calls them.
const Kind helpdesk.ChannelKind = "facebook"

// DefaultBaseURL is where Graph lives.
const DefaultBaseURL = "https://graph.facebook.com"

// PageConnection is the Source of Settings that Authorize made.
const PageConnection = "page_connection"

// Options are of the installation.
type Options struct {
	// HTTPClient calls Graph. nil = one of its own with sober limits. Redirects are
	// never followed. The addresses of files come from Graph: hosts that must not
	// reach private networks give helpdesk.SafeClient.
	HTTPClient *http.Client

	BaseURL string // "" = DefaultBaseURL
	Version string // "" = metamessaging's, "v25.0"

	// The Meta app of the installation, for page connection. "" = there is none.
	AppID     string
	AppSecret string
	// VerifyToken answers Meta's question at the webhook of the installation's app.
	VerifyToken string
	// HumanAgent says that this app may use the tag HUMAN_AGENT.
	HumanAgent bool
}

func (o Options) filled() Options {
	o.HTTPClient = wire.Client(o.HTTPClient)
	if o.BaseURL == "" {
		o.BaseURL = DefaultBaseURL
	}
	if o.Version == "" {
		o.Version = metamessaging.DefaultVersion
	}
	return o
}

func (o Options) graph(token, secret string) wire.Graph {
	g := wire.Graph{HTTP: o.HTTPClient, Base: o.BaseURL, Version: o.Version, Token: token}
	if token != "" && secret != "" {
		g.Proof = wire.Proof(token, secret)
	}
	return g
}

// New returns the channel. With an app of the installation it also understands what
// that app posts for all its pages: see helpdesk.Engine.IngestKind.
func New(o Options) helpdesk.Channel { return &channel{o.filled()} }

type channel struct{ o Options }

// Kind implements helpdesk.Channel.
func (*channel) Kind() helpdesk.ChannelKind { return Kind }

// ParseWebhook implements helpdesk.WebhookParser for the installation's app.
func (c *channel) ParseWebhook(r *http.Request, body []byte) (helpdesk.Batch, error) {
	return product().ParseShared(r, body, c.o.AppSecret, c.o.VerifyToken)
}

// ParseGrant implements helpdesk.GrantParser for the installation's app.
func (c *channel) ParseGrant(_ *http.Request, body []byte) (who string, at time.Time, err error) {
	return metamessaging.ParseGrant(body, c.o.AppSecret, metamessaging.AtFacebook)
}

// granted is a page that somebody gave to the installation's app.
type granted struct {
	*metamessaging.Inbox

	s Settings
}

var _ helpdesk.Granted = (*granted)(nil)

// GrantedBy implements helpdesk.Granted.
func (g *granted) GrantedBy() []string {
	if g.s.UserID == "" {
		return nil
	}
	return []string{metamessaging.AtFacebook + g.s.UserID}
}

// Ungranted implements helpdesk.Granted.
func (g *granted) Ungranted() (json.RawMessage, error) {
	s := g.s
	s.PageToken, s.UserID = metamessaging.Withdrawn, ""
	return json.Marshal(s)
}

func product() *metamessaging.Product {
	return &metamessaging.Product{
		Kind: Kind, Name: "Messenger", Object: "page",
		Fields: []string{
			"messages", "messaging_postbacks", "message_deliveries", "message_reads", "message_echoes", "message_reactions", "message_edits",
			"messaging_referrals", "messaging_optins", "standby", "messaging_handovers",
		},
		Scopes:  []string{"pages_messaging", "pages_manage_metadata"},
		Profile: "first_name,last_name,profile_pic,name",
		MaxText: 2000, MaxImage: 25 << 20, MaxFile: 25 << 20, Metadata: true, Type: true,
	}
}

// Settings are those of an inbox; see the package's comment.
type Settings struct {
	PageID      string `json:"page_id"`
	PageToken   string `json:"page_access_token"`
	AppID       string `json:"app_id,omitempty"`
	AppSecret   string `json:"app_secret,omitempty"`
	VerifyToken string `json:"verify_token,omitempty"`
	HumanAgent  bool   `json:"human_agent,omitempty"`
	Source      string `json:"source,omitempty"`
	UserID      string `json:"user_id,omitempty"`
}

// Open implements helpdesk.Channel. It fails with Invalid, and names every setting
// that is wrong or unknown.
func (c *channel) Open(raw json.RawMessage) (helpdesk.Sender, error) {
	var s Settings
	read, err := metamessaging.Read(raw, map[string]any{
		"page_id": &s.PageID, "page_access_token": &s.PageToken, "app_id": &s.AppID, "app_secret": &s.AppSecret,
		"verify_token": &s.VerifyToken, "human_agent": &s.HumanAgent, "source": &s.Source, "user_id": &s.UserID,
	})
	if err != nil {
		return nil, err
	}
	installed := s.Source == PageConnection
	read.ID("page_id", s.PageID, true)
	read.ID("app_id", s.AppID, false)
	read.ID("user_id", s.UserID, false)
	read.Secret("page_access_token", s.PageToken, true)
	read.Secret("app_secret", s.AppSecret, !installed)
	read.Secret("verify_token", s.VerifyToken, false)
	read.Add(s.Source != "" && !installed, "source", "must be page_connection or nothing")
	read.Add(installed && c.o.AppSecret == "", "source", "needs the installation's Meta app, and there is none")
	if err := read.Err(); err != nil {
		return nil, err
	}
	b := &metamessaging.Inbox{
		Product: product(), Own: s.PageID, Owner: s.PageID, AppID: s.AppID, Secret: s.AppSecret, VerifyToken: s.VerifyToken, HumanAgent: s.HumanAgent,
		State: map[string]any{"page_id": s.PageID, "human_agent": s.HumanAgent, "source": s.Source},
	}
	if installed {
		b.AppID, b.Secret, b.Shared, b.VerifyToken = c.o.AppID, c.o.AppSecret, true, c.o.VerifyToken
		b.HumanAgent = s.HumanAgent || c.o.HumanAgent
	}
	b.Graph = c.o.graph(s.PageToken, b.Secret)
	if installed {
		return &granted{b, s}, nil
	}
	return b, nil
}
