package helpdesk

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"time"
)

// Webhook is an endpoint that hears of events over HTTP.
type Webhook struct {
	Account AccountID
	ID      WebhookID
	Name    string
	URL     string
	// Events the endpoint wants, as event kinds; empty = DefaultWebhookEvents.
	Events []EventKind
	// Inbox limits the endpoint to one inbox; 0 = all. Implicit endpoints are
	// the ones an inbox declared by itself (the API channel's webhook URL):
	// they are kept in step with the inbox and not listed.
	Inbox    InboxID
	Implicit bool
	Bot      AgentID // not 0: the implicit endpoint of this bot; it is at the bot's URL, wherever that is
	Secret   []byte  // sealed "whsec_…"

	After       EventSeq  `audit:"-"` // cursor: events up to here have become deliveries
	Failures    int       `audit:"-"` // in a row
	PausedUntil time.Time `audit:"-"` // the breaker is open: nothing is tried before
	Disabled    bool      // the endpoint answered 410 Gone, or an administrator switched it off

	CreatedAt, UpdatedAt time.Time
	Version              int64
}

// DeliveryState is how far a delivery has come.
type DeliveryState string

const (
	DeliveryPending   DeliveryState = "pending"
	DeliveryDelivered DeliveryState = "delivered"
	DeliveryDead      DeliveryState = "dead" // given up after three days, or refused for good
)

// Delivery is one event on its way to one endpoint. Deliveries of one
// (endpoint, conversation) go strictly in order.
type Delivery struct {
	Account      AccountID
	ID           DeliveryID
	UID          string // the webhook-id header: the same on every try
	Webhook      WebhookID
	Seq          EventSeq
	Kind         EventKind
	Conversation ConversationID
	Message      MessageID
	State        DeliveryState
	Attempts     int
	Body         []byte // rendered at the first try and repeated byte for byte; erased after 30 days
	Status       int    // of the last answer; 0 = none came
	Response     string // its first 1 kB
	Error        string
	CreatedAt    time.Time
	TriedAt      time.Time
	DeliveredAt  time.Time
}

// DefaultWebhookEvents are what an endpoint gets that asked for nothing special.
func DefaultWebhookEvents() []EventKind {
	return []EventKind{
		ConversationStatus, ConversationUpdated, ConversationCreated, ContactCreated, ContactUpdated, MessageCreated, MessageUpdated,
	}
}

// wants reports whether the endpoint hears of the event. Activity lines are for
// agents only.
func (w *Webhook) wants(cfg *config, ev *Event) bool {
	if ev.MessageKind == Activity || ev.Agent != 0 || w.Inbox != 0 && w.Inbox != ev.After.Inbox {
		return false
	}
	if w.Bot != 0 {
		return cfg.botHears(w.Bot, ev)
	}
	if w.Implicit {
		return ev.Conversation != 0 && slices.Contains(DefaultWebhookEvents(), ev.Kind)
	}
	events := w.Events
	if len(events) == 0 {
		events = DefaultWebhookEvents()
	}
	return slices.Contains(events, ev.Kind)
}

// Payloads renders what an endpoint receives. It is called at a delivery's first
// try; what it returns is kept and repeated byte for byte.
type Payloads interface {
	// Payload returns the body for an event, read through a desk that sees the
	// whole account. A nil body means that there is nothing to say (any more),
	// and the delivery is dropped.
	Payload(ctx context.Context, d *Desk, ev *Event) ([]byte, error)
	// Typing is the same for an agent's or a customer's typing, which is told
	// once and never stored.
	Typing(ctx context.Context, d *Desk, t Typing) ([]byte, error)
}

// Typing says that somebody is writing, or stopped.
type Typing struct {
	Conversation ConversationID
	By           ActorRef
	On           bool
	Private      bool // a note
}

// ThinPayloads are bodies without content: the receiver fetches what it needs.
type ThinPayloads struct{}

type thinPayload struct {
	Event        EventKind      `json:"event"`
	Account      AccountID      `json:"account_id"`
	Seq          EventSeq       `json:"seq,omitempty"`
	At           *time.Time     `json:"at,omitempty"`
	Conversation ConversationID `json:"conversation,omitempty"`
	Message      MessageID      `json:"message,omitempty"`
	Contact      ContactID      `json:"contact,omitempty"`
	Subject      int64          `json:"subject,omitempty"`
}

// Payload implements Payloads.
func (ThinPayloads) Payload(_ context.Context, _ *Desk, ev *Event) ([]byte, error) {
	return json.Marshal(thinPayload{ev.Kind, ev.Account, ev.Seq, &ev.At, ev.Conversation, ev.Message, ev.Contact, ev.Subject})
}

// Typing implements Payloads.
func (ThinPayloads) Typing(_ context.Context, d *Desk, t Typing) ([]byte, error) {
	kind := EventKind("conversation.typing_off")
	if t.On {
		kind = "conversation.typing_on"
	}
	return json.Marshal(thinPayload{Event: kind, Account: d.actor.account, Conversation: t.Conversation})
}

// Webhooks is the service for endpoints and their deliveries.
type Webhooks struct{ d *Desk }

// WebhookInput is what an endpoint is made of; in an update nil leaves a field
// alone.
type WebhookInput struct {
	Name   *string
	URL    *string     // http or https, unique in the account
	Events []EventKind // nil on create = DefaultWebhookEvents
	Inbox  *InboxID
}

func loadWebhook(u *unit, id int64) (*Webhook, error) {
	return u.tx.Webhooks().Get(u.ctx, WebhookID(id))
}

// List returns the account's endpoints, without the implicit ones.
func (s Webhooks) List(ctx context.Context) ([]*Webhook, error) {
	return read(ctx, s.d, func(u *unit) ([]*Webhook, error) {
		if err := u.may(EditSettings); err != nil {
			return nil, err
		}
		explicit := false
		return all(u.ctx, Repo[WebhookID, Webhook, WebhookFilter](u.tx.Webhooks()), WebhookFilter{Implicit: &explicit})
	})
}

// Get returns one endpoint.
func (s Webhooks) Get(ctx context.Context, id WebhookID) (*Webhook, error) {
	return read(ctx, s.d, func(u *unit) (*Webhook, error) {
		if err := u.may(EditSettings); err != nil {
			return nil, err
		}
		return u.tx.Webhooks().Get(u.ctx, id)
	})
}

// Create adds an endpoint. It hears of what happens from now on, signed with a
// secret of its own (see Secret).
func (s Webhooks) Create(ctx context.Context, in WebhookInput) (*Webhook, error) {
	return change(ctx, s.d, loadWebhook, func(u *unit) (*Webhook, int64, error) {
		if err := u.may(EditSettings); err != nil {
			return nil, 0, err
		}
		w, err := u.newWebhook()
		if err != nil {
			return nil, 0, err
		}
		if err := u.applyWebhook(w, in); err != nil {
			return nil, 0, err
		}
		if err := u.tx.Webhooks().Insert(u.ctx, w); err != nil {
			return nil, 0, err
		}
		return w, int64(w.ID), record(u, "webhook", int64(w.ID), nil, w)
	})
}

// newWebhook is an endpoint that starts listening here and now.
func (u *unit) newWebhook() (*Webhook, error) {
	head, err := u.tx.Events().Head(u.ctx)
	if err != nil {
		return nil, err
	}
	raw := make([]byte, 32)
	if _, err := rand.Read(raw); err != nil {
		return nil, err
	}
	secret, err := u.e.seal("whsec_"+base64.StdEncoding.EncodeToString(raw), sealWebhook)
	if err != nil {
		return nil, err
	}
	return &Webhook{Account: u.actor.account, Secret: secret, After: head.Last, CreatedAt: u.now, UpdatedAt: u.now}, nil
}

func (u *unit) applyWebhook(w *Webhook, in WebhookInput) error {
	p := problems{}
	if in.Name != nil {
		setText(p, &w.Name, in.Name, "name", 255)
	}
	if in.URL != nil {
		w.URL = strings.TrimSpace(clean(*in.URL))
		p.add(!webURL(w.URL), "url", "must be an http or https address")
		p.add(tooLong(w.URL, 2048), "url", "is too long (maximum is 2048 characters)")
		for _, o := range u.cfg.webhooks {
			p.add(!o.Implicit && o.ID != w.ID && o.URL == w.URL, "url", "has already been taken")
		}
	}
	p.add(w.URL == "", "url", "can't be blank")
	if in.Events != nil {
		w.Events = make([]EventKind, len(in.Events))
		for i, kind := range in.Events {
			w.Events[i] = EventKind(clean(string(kind)))
		}
	}
	if in.Inbox != nil {
		w.Inbox = *in.Inbox
		p.add(w.Inbox != 0 && u.cfg.inboxes[w.Inbox] == nil, "inbox_id", "does not exist")
	}
	w.UpdatedAt = u.now
	return p.err()
}

// webURL reports whether s is an absolute http or https address with a host.
func webURL(s string) bool {
	a, err := url.Parse(s)
	return err == nil && (a.Scheme == "http" || a.Scheme == "https") && a.Host != ""
}

// ownWebhook is an endpoint that is changed by itself: an implicit one is changed
// with its inbox or its bot.
func (u *unit) ownWebhook(id WebhookID) (*Webhook, error) {
	w, err := u.tx.Webhooks().Get(u.ctx, id)
	if err == nil && w.Implicit {
		return nil, notFound("webhook")
	}
	return w, err
}

// Update changes an endpoint, and switches one that was disabled on again.
// Implicit ones are NotFound, here and to Delete.
func (s Webhooks) Update(ctx context.Context, id WebhookID, in WebhookInput) (*Webhook, error) {
	return change(ctx, s.d, loadWebhook, func(u *unit) (*Webhook, int64, error) {
		if err := u.may(EditSettings); err != nil {
			return nil, 0, err
		}
		w, err := u.ownWebhook(id)
		if err != nil {
			return nil, 0, err
		}
		before := *w
		if err := u.applyWebhook(w, in); err != nil {
			return nil, 0, err
		}
		w.Disabled, w.Failures, w.PausedUntil = false, 0, time.Time{}
		if err := u.tx.Webhooks().Update(u.ctx, w); err != nil {
			return nil, 0, err
		}
		return w, int64(w.ID), record(u, "webhook", int64(w.ID), &before, w)
	})
}

// Delete removes an endpoint, and what it was still to hear.
func (s Webhooks) Delete(ctx context.Context, id WebhookID) error {
	return remove(ctx, s.d, func(u *unit) error {
		if err := u.may(EditSettings); err != nil {
			return err
		}
		w, err := u.ownWebhook(id)
		if err != nil {
			return err
		}
		if err := u.tx.Webhooks().Delete(u.ctx, id); err != nil {
			return err
		}
		return record(u, "webhook", int64(id), w, nil)
	})
}

// Secret returns the endpoint's signing secret ("whsec_…", as Standard Webhooks
// writes it).
func (s Webhooks) Secret(ctx context.Context, id WebhookID) (string, error) {
	w, err := s.Get(ctx, id)
	if err != nil {
		return "", err
	}
	return s.d.e.unseal(w.Secret, sealWebhook)
}

// InboxSecrets returns the signing secret of every inbox that has an endpoint of
// its own.
func (s Webhooks) InboxSecrets(ctx context.Context) (map[InboxID]string, error) {
	return read(ctx, s.d, func(u *unit) (map[InboxID]string, error) {
		if err := u.may(EditSettings); err != nil {
			return nil, err
		}
		out := make(map[InboxID]string)
		for _, w := range u.cfg.webhooks {
			if !w.Implicit || w.Bot != 0 {
				continue
			}
			secret, err := u.e.unseal(w.Secret, sealWebhook)
			if err != nil {
				return nil, err
			}
			out[w.Inbox] = secret
		}
		return out, nil
	})
}

// Deliveries lists what an endpoint was sent, newest first.
func (s Webhooks) Deliveries(ctx context.Context, f DeliveryFilter, p Page) ([]*Delivery, error) {
	return read(ctx, s.d, func(u *unit) ([]*Delivery, error) {
		if err := u.may(EditSettings); err != nil {
			return nil, err
		}
		return u.tx.Deliveries().List(u.ctx, f, p)
	})
}

// Redeliver sends a delivery of an endpoint again: the same id, the same bytes.
func (s Webhooks) Redeliver(ctx context.Context, endpoint WebhookID, id DeliveryID) (*Delivery, error) {
	load := func(u *unit, id int64) (*Delivery, error) { return u.tx.Deliveries().Get(u.ctx, DeliveryID(id)) }
	return change(ctx, s.d, load, func(u *unit) (*Delivery, int64, error) {
		if err := u.may(EditSettings); err != nil {
			return nil, 0, err
		}
		d, err := u.tx.Deliveries().Get(u.ctx, id)
		if err != nil {
			return nil, 0, err
		}
		if d.Webhook != endpoint {
			return nil, 0, notFound("delivery")
		}
		if d.State == DeliveryPending {
			return d, int64(d.ID), nil
		}
		d.State, d.Attempts, d.CreatedAt = DeliveryPending, 0, u.now
		if err := u.tx.Deliveries().Update(u.ctx, d); err != nil {
			return nil, 0, err
		}
		u.enqueuePost(d)
		return d, int64(d.ID), u.audit("redeliver", "webhook", int64(d.Webhook), map[string]Change{"delivery": changed(nil, d.ID)})
	})
}
