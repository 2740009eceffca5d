package helpdesk

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"time"
)

// ChannelKind names a channel: "api", "whatsapp", "email"…
type ChannelKind string

// Channel is one kind of place customers write from. Third parties implement
// it to add a provider, and prove it with channel/channeltest. It is a value
// without state: bytes in, values out. It never sees a Store or an Engine.
type Channel interface {
	Kind() ChannelKind

	// Open decodes an inbox's settings, strictly, and returns the opened inbox.
	// It MUST NOT touch the network and MUST report every bad setting at once,
	// as an *Error of code Invalid. The result is used by several goroutines.
	Open(settings json.RawMessage) (Sender, error)
}

// Sender is an opened inbox. It may also be any of the small interfaces below;
// the engine looks for them and never asks which channel it holds.
type Sender interface {
	// Send hands one message to the provider. A nil error means accepted.
	// Failures are classed by Permanent, Unwanted, RetryAfter, SlowDown, Revoked and
	// Ambiguous; anything else is retried with backoff, so it MUST mean that nothing
	// was sent.
	Send(ctx context.Context, out *Outbound) (Receipt, error)
}

// Outbound is a message on its way to a customer.
type Outbound struct {
	Message      MessageID
	Attempt      int
	To           string // ContactInbox.Source
	Contact      Identity
	Content      string
	ContentType  string
	ContentAttrs map[string]any
	Extra        map[string]any
	ReplyTo      string // external id of the quoted message
	Attachments  []OutboundFile
	Template     *TemplateUse // the approved template this message is; nil = free text
	// Late says that the reply window has closed and the message goes all the same,
	// since a person wrote it: see PersonWindowed.
	Late     bool
	Callback string       // where the provider calls the inbox; "" = the desk has no public address
	State    ChannelState // the inbox's own storage; nil where the channel asked for none
}

// OutboundFile is an attachment to send. Its functions may be called several
// times; they are nil where only Fit is asked.
type OutboundFile struct {
	Name        string
	ContentType string
	Size        int64
	Open        func(ctx context.Context) (io.ReadCloser, error)
	// Link returns a web address at which whoever holds it gets the file, for a day:
	// for providers that fetch files themselves. Unsupported where the desk has no
	// public address.
	Link func() (string, error)
}

// Receipt is what a provider says of a message.
type Receipt struct {
	ExternalID string // the provider's id; "" when it gives none
	State      SendState
	Code       string // the provider's error code, for failures
	Reason     string // for people
	At         time.Time
	// Parts are the provider's ids of what went before ExternalID, where a message
	// takes several of the provider's: an echo of any of them is no new message.
	Parts []string
	// Message is ours, where the provider hands back what Send gave it: it settles
	// a message whose id never reached us. 0 = by ExternalID alone.
	Message MessageID
	// Part says that ExternalID is one of Parts of Message: only its failure says
	// something of the message, which then has failed.
	Part bool
	// Source is how the provider itself writes the address that the message went
	// to, where that is not Outbound.To: it leads to the same person from then on.
	Source string
	// Through says that the receipt is about every message that went to Source up to
	// this time, by the provider's clock. Message and ExternalID are then not needed.
	Through time.Time
}

// Address is a provider's own name for one of our inboxes: a phone number id, a
// page id, a bot's number.
type Address struct {
	Kind ChannelKind
	Key  string
}

// WebhookParser is a Sender whose provider calls us. ParseWebhook verifies the
// call over the raw body and translates it. It MUST be pure, MUST iterate every
// nesting level, and MUST answer Unauthenticated for a bad signature and
// Invalid for what cannot be parsed; unknown events are an empty Batch.
//
// A Channel may be a WebhookParser too, where the installation has an app of its own at
// the provider: see Engine.IngestKind. All it finds is addressed, and Shared.
type WebhookParser interface {
	ParseWebhook(r *http.Request, body []byte) (Batch, error)
}

// GrantParser is a Channel whose provider tells the installation's app that somebody
// takes back what they gave it: see Engine.Withdraw. ParseGrant verifies the call, says
// who, unique among all channels, and when; zero = the call does not tell. It MUST be
// pure, and answers as ParseWebhook does.
type GrantParser interface {
	ParseGrant(r *http.Request, body []byte) (who string, at time.Time, err error)
}

// ErrNotConnected is what Send answers on a node that does not hold the
// provider's connection; the message goes back to the queue.
var ErrNotConnected = &Error{Code: Unavailable, Message: "not connected here"}
