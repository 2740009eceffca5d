package helpdesk

import (
	"context"
	"encoding/json"
	"io"
	"time"
)

// Typer shows the customer that somebody is writing. Best effort, once.
type Typer interface {
	Typing(ctx context.Context, to string, on bool) error
}

// ReplyTyper is Typer for a provider that wants to know to which of the customer's
// messages, by its external id, somebody is writing the answer. The customer is
// told that it was read. Best effort, once.
type ReplyTyper interface {
	TypingReply(ctx context.Context, to, externalID string) error
}

// Windowed is a Sender that may only answer for some time after the customer's
// last message. 0 = no limit.
type Windowed interface{ ReplyWindow() time.Duration }

// PersonWindowed is a Windowed Sender that takes what a person of the desk wrote
// for longer than what a program did. It is told which is which: see Outbound.Late.
// 0, or less than ReplyWindow = no longer.
type PersonWindowed interface{ PersonWindow() time.Duration }

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

// Marker tells the provider that the business has read the customer's messages up
// to and with one. Best effort, once.
type Marker interface {
	MarkRead(ctx context.Context, to, externalID string) error
}

// Fetcher is a Sender that gets the files which its provider only names
// (InboundFile.Ref). The engine closes the body, stops reading at 100 MB and
// trusts neither name nor type. Failures are classed as Send's are.
type Fetcher interface {
	Fetch(ctx context.Context, ref string) (*FetchedFile, error)
}

// FetchedFile is a file as it arrives.
type FetchedFile struct {
	Body        io.ReadCloser
	Name        string
	ContentType string
	// SHA256 is the digest of the bytes, where the provider tells it; other bytes
	// are fetched again. nil = it does not tell.
	SHA256 []byte
}

// Fitter is a Sender that knows what its provider would refuse: a file too large,
// a text too long, a button too many. Fit is pure, touches no network and opens no
// file; it names every misfit at once in an Error of code Invalid. The engine asks
// before anything is stored, and once more before it is sent.
type Fitter interface{ Fit(out *Outbound) error }

// Contactable is a Sender that can write to somebody first: AddressOf says at which
// address it reaches a person, by what else is known of them; "" = at none. It is
// pure. Without it a new address is made up, which suits channels whose customers
// come by themselves.
type Contactable interface{ AddressOf(p Person) string }

// OptOuter is a Sender that says whether its customers expect to stop messages by a
// word, as on SMS: its new inboxes heed such words. Of the others only those of a
// Templated channel do.
type OptOuter interface{ OptOutWords() bool }

// Paced is a Sender whose provider takes only so much at a time. The engine takes
// one from each of the buckets before it sends, in order and for all processes
// together, and comes back later when one is empty; what it took before that is
// spent, so the narrowest comes first. Keys are unique in the installation.
type Paced interface{ Pace(to string) []RateLimit }

// Profiler is a Sender whose provider tells who somebody is only when it is asked. A
// job asks once, when an address is new and nameless, and fills in what is not known
// of the contact. nil = nobody tells. Failures are classed as Send's are.
type Profiler interface {
	Profile(ctx context.Context, source string) (*Person, error)
}

// Renewer is a Sender whose access ends by itself unless it is renewed in time. A job
// calls Renew at RenewAt (zero = never), which returns the inbox's settings with the
// new access. Failures are classed as Send's are.
type Renewer interface {
	RenewAt() time.Time
	Renew(ctx context.Context) (json.RawMessage, error)
}

// Granted is a Sender that may work by what one person gave the installation's app at
// its provider.
type Granted interface {
	// GrantedBy is whose it is, as GrantParser names them; nil = it has an app of its own.
	GrantedBy() []string
	// Ungranted are the inbox's settings without what they gave and who they are. With
	// these it opens, and sends nothing.
	Ungranted() (json.RawMessage, error)
}

// Checker is a Sender that can ask its provider whether the inbox would work:
// tokens, permissions, webhooks. An inbox that does not is no error, but a Health
// that says what is wrong; an error means that nobody can tell.
type Checker interface {
	Check(ctx context.Context) (*Health, error)
}

// Health is what a provider says of an inbox.
type Health struct {
	Problems []HealthProblem // none = it works
	Facts    map[string]any  // what the provider tells of it: name, quality, limits
}

// HealthProblem is one thing that is wrong with an inbox, in words for who has to
// mend it.
type HealthProblem struct {
	Code    string // "token", "permission", "webhook", "secret"…
	Message string
	Revoked bool // nothing works until the inbox is connected again
}

// Connector is a Sender that has something to do at its provider when the inbox
// is made or its settings change: subscribe, register a webhook. callback is where
// the provider shall call. A job calls it, and may call it again; failures are
// classed as Send's are. One that is Revoked marks the inbox; what else is final is
// left for Checker to tell.
type Connector interface {
	Connect(ctx context.Context, callback string) error
}

// Disconnector undoes what Connector did, when the inbox is deleted. Best effort.
type Disconnector interface {
	Disconnect(ctx context.Context) error
}
