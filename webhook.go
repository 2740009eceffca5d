package helpdesk

import "time"

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
	Secret   []byte // sealed "whsec_…"

	After       EventSeq  // cursor: events up to here have become deliveries
	Failures    int       // in a row
	PausedUntil time.Time // the breaker is open: nothing is tried before
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
