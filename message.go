package helpdesk

import "time"

// MessageKind says whose message it is.
type MessageKind string

const (
	Incoming MessageKind = "incoming" // from the customer
	Outgoing MessageKind = "outgoing" // to the customer, or a private note
	Activity MessageKind = "activity" // what happened, told to agents
	Template MessageKind = "template" // sent by the product itself: greeting, out of office, survey
)

// SendState is how far a message to the customer has come. States form a
// lattice (see deliver.go): reports that would go backwards are ignored.
type SendState string

const (
	StatePending   SendState = "pending"   // committed, not tried
	StateSending   SendState = "sending"   // an attempt has begun
	StateUnknown   SendState = "unknown"   // the attempt ended without an answer; never repeated by itself
	StateSent      SendState = "sent"      // the provider took it
	StateDelivered SendState = "delivered" // it reached the customer
	StateRead      SendState = "read"      // the customer saw it
	StateFailed    SendState = "failed"    // it will not arrive; FailReason says why
)

// Message is one entry of a conversation.
type Message struct {
	Account      AccountID
	ID           MessageID
	Conversation ConversationID
	Inbox        InboxID
	Kind         MessageKind
	Private      bool // a note among agents; never leaves
	Content      string
	ContentType  string         // "text", "input_select", "cards", "form", "article", "incoming_email", "input_csat", …
	ContentAttrs map[string]any // what the content type needs; also in_reply_to, deleted, external_error
	Extra        map[string]any // campaign_id, template_params, …
	Sender       ActorRef       // zero = the product itself, or an echo of somebody else's software
	ExternalID   string         // the provider's id; unique in the inbox
	EchoID       string         // the sender's own id for it, given back so that a client recognises its message
	State        SendState
	FailReason   string
	ProviderAt   time.Time      // the provider's time; zero = unknown. Order is by ID, never by this
	Origin       ConversationID // where it was before a merge or split; 0 = here
	Attachments  []*Attachment  // read along
	CreatedAt    time.Time
	UpdatedAt    time.Time
	Version      int64
}

// Attachment is a file, or a thing like a location, that came with a message.
type Attachment struct {
	Account     AccountID
	ID          AttachmentID
	Message     MessageID
	Type        string // "image", "audio", "video", "file", "location", "contact", "fallback", "share", …
	Name        string // safe to show; never a path
	ContentType string // sniffed, not believed
	Size        int64
	Width       int
	Height      int
	Blob        string         // key in Blobs; "" = nothing stored
	URL         string         // where it lives instead
	Meta        map[string]any // coordinates, contact names, …
	CreatedAt   time.Time
}

// Attempt is one try to send a message. Its row is committed before the
// provider is called, so that a crash can never send twice.
type Attempt struct {
	Account    AccountID
	ID         AttemptID
	Message    MessageID
	Number     int // 1, 2, 3…; Retry opens the next
	State      SendState
	ExternalID string
	Code       string // the provider's error code
	Error      string
	StartedAt  time.Time
	EndedAt    time.Time // zero = still running, or the process died
}
