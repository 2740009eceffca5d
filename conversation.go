package helpdesk

import "time"

// Status is where a conversation stands.
type Status string

const (
	Open     Status = "open"     // somebody should act
	Pending  Status = "pending"  // with a bot, or prepared and not started
	Snoozed  Status = "snoozed"  // until a time, or until the customer answers
	Resolved Status = "resolved" // done
)

// Priority of a conversation; "" = none.
type Priority string

const (
	Low    Priority = "low"
	Medium Priority = "medium"
	High   Priority = "high"
	Urgent Priority = "urgent"
)

// Conversation is one matter with one contact in one inbox. Its customers call
// it by Display; Version is what If-Match compares.
type Conversation struct {
	Account      AccountID
	ID           ConversationID
	Display      DisplayID
	UUID         string
	Inbox        InboxID
	Contact      ContactID
	ContactInbox ContactInboxID

	Status       Status
	SnoozedUntil time.Time // zero while snoozed = until the customer answers
	Priority     Priority
	Assignee     AgentID // a person or a bot; AssigneeBot says which
	AssigneeBot  bool
	LastAssignee AgentID // the last person assigned, kept when unassigned
	Team         TeamID
	Labels       []LabelID
	Attributes   map[string]any // custom attributes, checked against their definitions
	Extra        map[string]any // what channels add: browser, referer, mail subject…
	Muted        bool           // mirrors the contact's block; read along, not written here

	OwnerEpoch    int64     // grows when ownership moves between bot and people; a bot's answer to an older epoch is refused
	QueuedAt      time.Time // set while it waits to be handed out; the queue's order
	LastActivity  time.Time // of the latest message of any kind
	WaitingSince  time.Time // the earliest customer message nobody answered; zero = not waiting
	FirstReplyAt  time.Time // zero = no person has answered yet
	LastPublic    MessageID // last message the customer can see: what a reply's AsOf is compared with (stored as last_public_seq)
	LastMessage   MessageID // last message of any kind
	LastIncoming  MessageID
	LastInAt      time.Time // provider's time of the customer's last message: what a channel's window counts from
	Unread        int       // customer messages since an agent last looked
	AgentSeenAt   time.Time
	OwnerSeenAt   time.Time // the assignee's
	ContactSeenAt time.Time

	MergedInto ConversationID
	CreatedAt  time.Time
	UpdatedAt  time.Time
	Version    int64
}
