// Package whatsapp is the channel of WhatsApp's Cloud API: Meta's own, without a
// company in between.
//
// Its settings are, in JSON, under the names that Chatwoot's clients know:
//
//	{"phone_number": "+5511999990000", "phone_number_id": "106540352242922",
//	 "business_account_id": "102290129340398", "api_key": "EAAG…",
//	 "webhook_verify_token": "a secret word", "app_secret": "…", "app_id": "…",
//	 "coexistence": false, "source": "", "pin": "123456"}
//
// The first four are required. Without app_secret the inbox works, and whoever
// knows its webhook's address can write to it: Check says so. app_id is needed for
// samples of templates alone. coexistence says that the number lives in a phone's
// app too, and is never registered here. source is "embedded_signup" where SignUp
// made the settings: then the app is the installation's, of the Options. pin is
// what Connect registers the number with; without one it is not registered.
//
// A customer's address is their number, digits only, as WhatsApp writes it; of
// someone who hides it, the id that WhatsApp gives them ("US.1349…").
//
// Every message carries its own id along, so that one whose answer was lost is
// settled by its receipt. WhatsApp recognises no repeats.
package whatsapp

import (
	"net/http"
	"time"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/channel/internal/wire"
)

// Kind is what inboxes of this channel are called.
const Kind helpdesk.ChannelKind = "whatsapp"

// Where Graph lives.
const (
	DefaultBaseURL = "https://graph.facebook.com"
	DefaultVersion = "v25.0"
)

// Options are of the installation.
type Options struct {
	// HTTPClient calls Graph. nil = one of its own with sober limits. Redirects are
	// never followed. The addresses of files come from Graph: hosts that must not
	// reach private networks give helpdesk.SafeClient.
	HTTPClient *http.Client

	BaseURL string // "" = DefaultBaseURL
	Version string // "" = DefaultVersion

	// The Meta app of the installation, for embedded sign-up. "" = there is none.
	AppID     string
	AppSecret string
}

// New returns the channel.
func New(o Options) helpdesk.Channel { return &channel{o.filled()} }

func (o Options) filled() Options {
	o.HTTPClient = wire.Client(o.HTTPClient)
	if o.BaseURL == "" {
		o.BaseURL = DefaultBaseURL
	}
	if o.Version == "" {
		o.Version = DefaultVersion
	}
	return o
}

func (o Options) graph(token string) wire.Graph {
	return wire.Graph{HTTP: o.HTTPClient, Base: o.BaseURL, Version: o.Version, Token: token}
}

type channel struct{ o Options }

// Kind implements helpdesk.Channel.
func (*channel) Kind() helpdesk.ChannelKind { return Kind }

// sender is an opened inbox. It never changes.
type sender struct {
	o     Options
	s     Settings
	graph wire.Graph
}

// What the engine looks for in an inbox of WhatsApp.
var (
	_ helpdesk.WebhookParser = (*sender)(nil)
	_ helpdesk.Addressed     = (*sender)(nil)
	_ helpdesk.ReplyTyper    = (*sender)(nil)
	_ helpdesk.Windowed      = (*sender)(nil)
	_ helpdesk.Shown         = (*sender)(nil)
	_ helpdesk.Marker        = (*sender)(nil)
	_ helpdesk.Fetcher       = (*sender)(nil)
	_ helpdesk.Fitter        = (*sender)(nil)
	_ helpdesk.Paced         = (*sender)(nil)
	_ helpdesk.Checker       = (*sender)(nil)
	_ helpdesk.Connector     = (*sender)(nil)
	_ helpdesk.Disconnector  = (*sender)(nil)
	_ helpdesk.Stateful      = (*sender)(nil)
	_ helpdesk.Templated     = (*sender)(nil)
)

// Stateful implements helpdesk.Stateful: see Send.
func (*sender) Stateful() bool { return true }

// ReplyWindow implements helpdesk.Windowed: after a day only templates go.
func (*sender) ReplyWindow() time.Duration { return 24 * time.Hour }

// Addresses implements helpdesk.Addressed. The number itself is none: WhatsApp
// writes it in more than one way.
func (w *sender) Addresses() []helpdesk.Address {
	return []helpdesk.Address{{Kind: Kind, Key: w.s.PhoneNumberID}}
}

// Shown implements helpdesk.Shown.
func (w *sender) Shown() map[string]any {
	return map[string]any{
		"phone_number": w.s.PhoneNumber, "phone_number_id": w.s.PhoneNumberID,
		"business_account_id": w.s.BusinessAccountID, "provider": "whatsapp_cloud",
		"coexistence": w.s.Coexistence, "source": w.s.Source,
	}
}

// secret is what calls of the webhook are signed with, and whether it is the
// installation's; "" = nobody knows.
func (w *sender) secret() (secret string, shared bool) {
	if w.s.AppSecret == "" && w.s.Source == EmbeddedSignUp {
		return w.o.AppSecret, w.o.AppSecret != ""
	}
	return w.s.AppSecret, false
}
