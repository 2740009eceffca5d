// Package metamessaging is what Messenger and Instagram share: Meta's messaging
// webhooks, the Send API, uploads, profiles and subscriptions. The two differ in what
// Product says, and in how an inbox is set up, which their own packages know.
package metamessaging

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/channel/internal/wire"
)

// DefaultVersion of Graph.
const DefaultVersion = "v25.0"

// Window is how long after a customer's message the business may answer, and
// PersonWindow how long a person of it may, with the tag HUMAN_AGENT.
const (
	Window       = 24 * time.Hour
	PersonWindow = 7 * 24 * time.Hour
)

// Product is what one of the two is like.
type Product struct {
	Kind     helpdesk.ChannelKind
	Name     string   // as people call it
	Object   string   // of its webhooks
	Fields   []string // that an inbox subscribes to
	Scopes   []string // that a token needs, of those that Graph tells
	Profile  string   // the fields that are asked of a person
	MaxText  int      // of a message
	InBytes  bool     // MaxText counts bytes; otherwise characters
	MaxImage int64    // bytes
	MaxFile  int64    // bytes of anything else
	PDFOnly  bool     // of what is neither picture nor sound nor film, it takes PDF alone
	Metadata bool     // an echo carries what the message was given
	Type     bool     // answers are marked as such
	Platform string   // that an upload is told; "" = nothing
}

// Inbox is an opened inbox of either product. It never changes.
type Inbox struct {
	Product *Product

	// Own is the page's or the account's id, which webhooks name.
	Own string
	// Owner is whose token it is: the page, or the account itself. Messages are sent,
	// and webhooks subscribed to, there.
	Owner string

	Graph       wire.Graph // with the token
	AppID       string     // "" = not known
	Secret      string     // webhooks are signed with it
	Shared      bool       // the secret is the installation's
	VerifyToken string
	HumanAgent  bool // the app may use the tag HUMAN_AGENT
	// OwnLogin says that it is reached by Instagram's own login: files are fetched from
	// a public address instead of uploaded, and the token says nothing of itself.
	OwnLogin bool

	State map[string]any // what everybody who sees the inbox may know: see helpdesk.Shown
}

// What the engine looks for in an inbox.
var (
	_ helpdesk.WebhookParser  = (*Inbox)(nil)
	_ helpdesk.Addressed      = (*Inbox)(nil)
	_ helpdesk.Typer          = (*Inbox)(nil)
	_ helpdesk.Marker         = (*Inbox)(nil)
	_ helpdesk.PersonWindowed = (*Inbox)(nil)
	_ helpdesk.Windowed       = (*Inbox)(nil)
	_ helpdesk.Shown          = (*Inbox)(nil)
	_ helpdesk.Stateful       = (*Inbox)(nil)
	_ helpdesk.Fetcher        = (*Inbox)(nil)
	_ helpdesk.Fitter         = (*Inbox)(nil)
	_ helpdesk.Paced          = (*Inbox)(nil)
	_ helpdesk.Profiler       = (*Inbox)(nil)
	_ helpdesk.Checker        = (*Inbox)(nil)
	_ helpdesk.Connector      = (*Inbox)(nil)
	_ helpdesk.Disconnector   = (*Inbox)(nil)
)

// ReplyWindow implements helpdesk.Windowed.
func (*Inbox) ReplyWindow() time.Duration { return Window }

// PersonWindow implements helpdesk.PersonWindowed.
func (b *Inbox) PersonWindow() time.Duration {
	if b.HumanAgent {
		return PersonWindow
	}
	return 0
}

// Addresses implements helpdesk.Addressed.
func (b *Inbox) Addresses() []helpdesk.Address {
	return []helpdesk.Address{{Kind: b.Product.Kind, Key: b.Own}}
}

// Shown implements helpdesk.Shown.
func (b *Inbox) Shown() map[string]any { return b.State }

// Stateful implements helpdesk.Stateful: see Send.
func (*Inbox) Stateful() bool { return true }

// Pace implements helpdesk.Paced: what a page or an account may say in a second.
func (b *Inbox) Pace(string) []helpdesk.RateLimit {
	return []helpdesk.RateLimit{{Key: string(b.Product.Kind) + ":" + b.Own, Max: 100, Per: time.Second}}
}

// Typing implements helpdesk.Typer. It is shown for some 20 seconds.
func (b *Inbox) Typing(ctx context.Context, to string, on bool) error {
	if on {
		return b.act(ctx, to, "typing_on")
	}
	return b.act(ctx, to, "typing_off")
}

// MarkRead implements helpdesk.Marker: of the whole conversation.
func (b *Inbox) MarkRead(ctx context.Context, to, _ string) error { return b.act(ctx, to, "mark_seen") }

func (b *Inbox) act(ctx context.Context, to, action string) error {
	in := object{"recipient": object{"id": to}, "sender_action": action}
	return wire.Fail(Repeatable(b.Graph.Post(ctx, b.Owner+"/messages", in, nil)), 1, Class)
}

// object is a part of a request.
type object = map[string]any

// Repeatable makes a call that is safe to make again one that simply failed.
func Repeatable(err error) error {
	if broken, ok := errors.AsType[*wire.BrokenError](err); ok {
		return &wire.BrokenError{Err: broken.Err}
	}
	if junk, ok := errors.AsType[*wire.JunkError](err); ok {
		return &wire.BrokenError{Err: junk}
	}
	return err
}

// Client is wire.Client.
func Client(c *http.Client) *http.Client { return wire.Client(c) }
