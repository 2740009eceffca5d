package helpdesk

import "time"

// Inbox is one address customers write to: a widget, a phone number, a mailbox.
type Inbox struct {
	Account AccountID
	ID      InboxID
	Name    string
	Kind    ChannelKind
	// Settings are the channel's own, in JSON, sealed at rest. Only the channel
	// knows what they mean.
	Settings []byte

	Active        bool // off: inbound is journalled but makes no message, nothing is started
	ActiveContact bool // on: agents may start conversations here
	AutoAssign    bool // hand new conversations to online members
	OpenLimit     int  // open conversations of this inbox handed to one agent; 0 = no bound
	Single        bool // one conversation per customer for ever, instead of a new ticket after resolving

	GreetingEnabled bool
	Greeting        string
	CSATEnabled     bool
	EmailCollect    bool
	HoursEnabled    bool
	OutOfOffice     string
	Timezone        string // IANA name; "" = UTC
	Hours           []OpenHours

	Identifier    string // public id of an API inbox, website token of a widget; its digest is a route
	HMACToken     []byte // sealed; proves identifiers when the channel validates identities
	HMACMandatory bool
	WebhookURL    string // what the channel declared as its own endpoint, if it has one
	Extra         map[string]any

	CreatedAt, UpdatedAt time.Time
	Version              int64
}

// OpenHours is one weekday of an inbox's week, in the inbox's time zone.
type OpenHours struct {
	Day         int  `json:"day"` // 0 = Sunday
	ClosedAll   bool `json:"closed_all,omitempty"`
	OpenAll     bool `json:"open_all,omitempty"`
	OpenMinute  int  `json:"open,omitempty"`  // minutes after midnight
	CloseMinute int  `json:"close,omitempty"` // exclusive
}
