// Package telegram is the channel of Telegram's bots: people who write to a bot,
// and people who write to a business that has the bot answer for it.
//
// Its settings are, in JSON, under the names that Chatwoot's clients know:
//
//	{"bot_token": "123456:AAE…", "bot_name": "Shop", "webhook_secret": "…"}
//
// bot_token is required; BotFather gives it. bot_name is shown to agents.
// webhook_secret is what Telegram proves itself with, at most 256 letters, digits,
// "_" and "-"; without it one is derived from the token, which is as good and
// changes with it.
//
// A customer's address is the number of their chat. Of somebody who wrote to a
// business it is "business:", the connection's id, ":" and that number: the same
// person may write to the bot as well, and that is another chat. A message's
// external id is its chat's address, ":" and its number there.
//
// What is said in groups and channels is not for the desk and passed over. Bots are
// not told what was read, and Telegram recognises no repeats.
//
// A message that is too long for one of Telegram's goes as several, and so do
// several files. How far it came is kept in the inbox's own storage, so that a
// retry goes on where the last one ended; its external id is that of the last.
package telegram

import (
	"net/http"
	"strings"
	"time"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/channel/internal/wire"
)

// Kind is what inboxes of this channel are called.
const Kind helpdesk.ChannelKind = "telegram"

// DefaultBaseURL is where Telegram's own Bot API lives.
const DefaultBaseURL = "https://api.telegram.org"

// Options are of the installation.
type Options struct {
	// HTTPClient calls the Bot API. nil = one of its own with sober limits.
	// Redirects are never followed.
	HTTPClient *http.Client

	// BaseURL is where the Bot API lives: one's own server, or a simulator.
	// "" = DefaultBaseURL.
	BaseURL string
}

// New returns the channel.
func New(o Options) helpdesk.Channel {
	if o.BaseURL == "" {
		o.BaseURL = DefaultBaseURL
	}
	return &channel{http: wire.Client(o.HTTPClient), base: strings.TrimRight(o.BaseURL, "/")}
}

type channel struct {
	http *http.Client
	base string
}

// Kind implements helpdesk.Channel.
func (*channel) Kind() helpdesk.ChannelKind { return Kind }

// sender is an opened inbox. It never changes.
type sender struct {
	s   Settings
	bot bot
}

// Addresses implements helpdesk.Addressed: the bot's number, so that one bot
// cannot be connected twice, which would take the webhook from the first.
func (s *sender) Addresses() []helpdesk.Address {
	return []helpdesk.Address{{Kind: Kind, Key: s.s.botID()}}
}

// Shown implements helpdesk.Shown.
func (s *sender) Shown() map[string]any {
	return map[string]any{"bot_name": s.s.BotName, "bot_id": s.s.botID()}
}

// Repeatable implements helpdesk.Repeatable: what is sent twice arrives twice.
func (*sender) Repeatable() bool { return false }

// Stateful implements helpdesk.Stateful: see Send.
func (*sender) Stateful() bool { return true }

// Pace implements helpdesk.Paced: 30 messages a second of a bot, one a second in
// a chat.
func (s *sender) Pace(to string) []helpdesk.RateLimit {
	key := "telegram/" + s.s.botID()
	return []helpdesk.RateLimit{
		{Key: key + "/" + to, Max: 1, Per: time.Second},
		{Key: key, Max: 30, Per: time.Second},
	}
}
