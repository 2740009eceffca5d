// Package twilio is the channel of Twilio: SMS and MMS, and WhatsApp as Twilio
// sells it.
//
// Its settings are, in JSON, under the names that Chatwoot's clients know:
//
//	{"account_sid": "AC…", "auth_token": "…", "medium": "sms", "phone_number": "+15005550006"}
//	{"account_sid": "AC…", "api_key_sid": "SK…", "api_key_secret": "…", "auth_token": "…",
//	 "medium": "whatsapp", "messaging_service_sid": "MG…"}
//
// account_sid is required, and either auth_token or an API key with its secret,
// and either phone_number or messaging_service_sid. medium is "sms" or "whatsapp";
// "" = "sms". auth_token is the account's own and signs what Twilio posts, also
// where an API key makes the calls: without it the inbox works, and whoever knows
// its webhook's address can write to it; Check says so.
//
// A customer's address is what Twilio calls them: "+5511988887777", and
// "whatsapp:+5511988887777" on WhatsApp.
//
// Twilio fetches the files of messages by their addresses, and posts receipts to
// one that every message names: both need helpdesk.Options.PublicURL. That address
// holds the message's own id, so that one whose answer was lost is settled by its
// receipt. Twilio recognises no repeats.
package twilio

import (
	"net/http"
	"strings"
	"time"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/channel/internal/wire"
)

// Kind is what inboxes of this channel are called.
const Kind helpdesk.ChannelKind = "twilio"

// The media of inboxes.
const (
	SMS      = "sms" // and MMS
	WhatsApp = "whatsapp"
)

// Options are of the installation.
type Options struct {
	// HTTPClient calls Twilio. nil = one of its own with sober limits. Files are kept
	// by others, where Twilio's answers lead: hosts that must not reach private
	// networks give helpdesk.SafeClient.
	HTTPClient *http.Client

	// PublicURL is how Twilio reaches the desk, as in helpdesk.Options: Twilio signs
	// the address that it calls. "" = as the call itself says, which no proxy may
	// have changed.
	PublicURL string

	// BaseURL takes the place of all of Twilio's addresses: a simulator.
	// "" = Twilio's own.
	BaseURL string
}

// New returns the channel.
func New(o Options) helpdesk.Channel {
	o.HTTPClient, o.PublicURL = wire.Client(o.HTTPClient), strings.TrimRight(o.PublicURL, "/")
	o.BaseURL = strings.TrimRight(o.BaseURL, "/")
	return &channel{o}
}

type channel struct{ o Options }

// Kind implements helpdesk.Channel.
func (*channel) Kind() helpdesk.ChannelKind { return Kind }

// sender is an opened inbox. It never changes.
type sender struct {
	o   Options
	s   Settings
	api api
}

// Stateful implements helpdesk.Stateful: see Send.
func (*sender) Stateful() bool { return true }

// OptOutWords implements helpdesk.OptOuter: who is written to by number knows STOP.
func (*sender) OptOutWords() bool { return true }

// whatsApp is an inbox of that medium, which has a window and templates.
type whatsApp struct{ sender }

// What the engine looks for in an inbox.
var (
	_ helpdesk.WebhookParser = (*sender)(nil)
	_ helpdesk.Addressed     = (*sender)(nil)
	_ helpdesk.Shown         = (*sender)(nil)
	_ helpdesk.Fetcher       = (*sender)(nil)
	_ helpdesk.Fitter        = (*sender)(nil)
	_ helpdesk.Checker       = (*sender)(nil)
	_ helpdesk.Connector     = (*sender)(nil)
	_ helpdesk.Disconnector  = (*sender)(nil)
	_ helpdesk.Contactable   = (*sender)(nil)
	_ helpdesk.Stateful      = (*sender)(nil)
	_ helpdesk.Windowed      = (*whatsApp)(nil)
	_ helpdesk.Paced         = (*whatsApp)(nil)
	_ helpdesk.ReplyTyper    = (*whatsApp)(nil)
	_ helpdesk.Templated     = (*whatsApp)(nil)
)

// Addresses implements helpdesk.Addressed. They hold the account, so that nobody
// can take a number that is another's.
func (s *sender) Addresses() []helpdesk.Address {
	if s.s.MessagingService != "" {
		return []helpdesk.Address{s.address(s.s.MessagingService)}
	}
	return []helpdesk.Address{s.address(s.s.PhoneNumber)}
}

// address is that of an inbox of the same account and medium.
func (s *sender) address(number string) helpdesk.Address {
	return helpdesk.Address{Kind: Kind, Key: s.s.AccountSID + "/" + s.prefix() + number}
}

// prefix stands before the numbers of the medium.
func (s *sender) prefix() string {
	if s.s.Medium == WhatsApp {
		return whatsAppPrefix
	}
	return ""
}

const whatsAppPrefix = "whatsapp:"

// AddressOf implements helpdesk.Contactable: people are reached at their number.
func (s *sender) AddressOf(p helpdesk.Person) string {
	digits := strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, p.Phone)
	if phone := "+" + digits; number.MatchString(phone) {
		return s.prefix() + phone
	}
	return ""
}

// Shown implements helpdesk.Shown.
func (s *sender) Shown() map[string]any {
	shown := map[string]any{"medium": s.s.Medium}
	if s.s.MessagingService != "" {
		shown["messaging_service_sid"] = s.s.MessagingService
	} else {
		shown["phone_number"] = s.prefix() + s.s.PhoneNumber
	}
	return shown
}

// ReplyWindow implements helpdesk.Windowed: after a day only templates go.
func (*whatsApp) ReplyWindow() time.Duration { return 24 * time.Hour }

// Pace implements helpdesk.Paced: what a number on WhatsApp sends in a second. SMS
// needs none: Twilio keeps a queue for each number.
func (w *whatsApp) Pace(string) []helpdesk.RateLimit {
	return []helpdesk.RateLimit{{Key: "twilio:" + w.Addresses()[0].Key, Max: 80, Per: time.Second}}
}
