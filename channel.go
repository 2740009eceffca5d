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
	// Failures are classed by Permanent, RetryAfter and Ambiguous; anything else
	// is retried with backoff, so it MUST mean that nothing was sent.
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
	State        ChannelState // the inbox's own storage; nil where the channel asked for none
}

// OutboundFile is an attachment to send. Open may be called several times.
type OutboundFile struct {
	Name        string
	ContentType string
	Size        int64
	Open        func(ctx context.Context) (io.ReadCloser, error)
}

// Receipt is what a provider says of a message.
type Receipt struct {
	ExternalID string // the provider's id; "" when it gives none
	State      SendState
	Code       string // the provider's error code, for failures
	Reason     string // for people
	At         time.Time
}

// Address is a provider's own name for one of our inboxes: a phone number id, a
// page id, a bot's number.
type Address struct {
	Kind ChannelKind
	Key  string
}

// Person is who sent an inbound message, as the provider tells it.
type Person struct {
	Source     string // required: the person's address in the inbox
	Name       string
	Email      string
	Phone      string // any form; canonicalised by the engine
	Identifier string
	AvatarURL  string
	Attested   bool // the provider vouches for e-mail and phone
	Verified   bool // identity proven (HMAC)
	Claims     bool // what is given is the customer's own word now: see Contacts.Identify
	Attributes map[string]any
	Extra      map[string]any
}

// Inbound is one message from a customer.
type Inbound struct {
	ExternalID   string // the provider's id; "" = cannot be deduplicated
	From         Person
	At           time.Time // the provider's time; zero = now
	Content      string    // at most 150,000 characters
	ContentType  string    // "" = text
	ContentAttrs map[string]any
	Extra        map[string]any
	Attachments  []InboundFile // at most 15
	ReplyTo      string        // external id of the message it quotes
	EchoID       string
	// Conversation asks for one of the sender's own conversations; it is
	// followed while that is not resolved, and then as if it were not given.
	Conversation DisplayID
	// Start fills a conversation that this message opens.
	Start StartFields

	language string // of Content; "" = nobody can tell
}

// StartFields are what a conversation may be given when it starts.
type StartFields struct {
	Attributes map[string]any
	Extra      map[string]any
}

// InboundFile is an attachment of an inbound message. One of Data, Blob, URL and
// Meta is set: bytes, bytes that are in Blobs already, an address that a job
// fetches after the message is stored, or a thing without bytes (a location).
type InboundFile struct {
	Type        string // "" = by content type
	Name        string
	ContentType string // a claim; sniffed when there are bytes
	Size        int64
	Data        []byte `json:"-"`
	Blob        string
	URL         string
	Meta        map[string]any
	Upload      string // the token of an Upload, see Engine.UploadToken; it takes the place of all but Type

	upload UploadID // whose bytes Blob names: used up by the message
}

// Batch is what one call of a provider carried: any number of things for any
// number of inboxes.
type Batch struct {
	Items []BatchItem
	// Answer, when set, is sent instead of an empty 200: challenges and the like.
	Answer *Answer
}

// BatchItem is the slice of a batch that concerns one of our addresses.
type BatchItem struct {
	To       Address // zero = the inbox whose webhook was called
	Messages []Inbound
	Receipts []Receipt
}

// Answer is a webhook's reply.
type Answer struct {
	Status      int
	ContentType string
	Body        []byte
}

// WebhookParser is a Sender whose provider calls us. ParseWebhook verifies the
// call over the raw body and translates it. It MUST be pure, MUST iterate every
// nesting level, and MUST answer Unauthenticated for a bad signature and
// Invalid for what cannot be parsed; unknown events are an empty Batch.
type WebhookParser interface {
	ParseWebhook(r *http.Request, body []byte) (Batch, error)
}

// Addressed is a Sender that knows the provider's names of its inbox; they
// become routes, unique in the installation.
type Addressed interface{ Addresses() []Address }

// Typer shows the customer that somebody is writing. Best effort, once.
type Typer interface {
	Typing(ctx context.Context, to string, on bool) error
}

// Windowed is a Sender that may only answer for some time after the customer's
// last message. 0 = no limit.
type Windowed interface{ ReplyWindow() time.Duration }

// Repeatable is a Sender whose provider recognises a repeated Send of the same
// Outbound.Message, so that a crash in the middle may simply try again.
type Repeatable interface{ Repeatable() bool }

// Hooked is a Sender whose customer side listens on a webhook instead of a
// provider: the engine delivers the inbox's events there (see webhook.go).
type Hooked interface{ WebhookURL() string }

// Shown is a Sender some of whose settings are no secret: they are kept beside
// the inbox, under "channel" of its Extra, for everybody who sees it.
type Shown interface{ Shown() map[string]any }

// Stateful is a Sender that wants storage of its own.
type Stateful interface{ Stateful() bool }

// ChannelState is a sealed key–value store that belongs to one inbox.
type ChannelState interface {
	Get(ctx context.Context, key string) ([]byte, error) // NotFound
	List(ctx context.Context, prefix string) (map[string][]byte, error)
	// Write applies all puts and deletes (nil values), or none.
	Write(ctx context.Context, values map[string][]byte) error
}

// ErrNotConnected is what Send answers on a node that does not hold the
// provider's connection; the message goes back to the queue.
var ErrNotConnected = &Error{Code: Unavailable, Message: "not connected here"}
