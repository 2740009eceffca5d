package helpdesk

import "time"

// Page asks for part of a list. The zero value is the first DefaultPage rows.
type Page struct {
	Limit  int    // 0 = DefaultPage, at most MaxPage
	Offset int    // for clients that count pages; reading far in costs what is skipped
	After  string // a Key of the previous page's last row, opaque; beats Offset
}

const (
	DefaultPage = 25
	MaxPage     = 1000
)

// Filters hold one noun's conditions; the zero value of each field asks
// nothing, and all that is set must hold.
type (
	AgentFilter struct {
		IDs     []AgentID
		Inbox   InboxID // members of it
		Team    TeamID  // members of it
		Persons bool    // no bots
		Admins  bool    // only administrators
	}
	RoleFilter struct{}
	TeamFilter struct{ Name string }

	InboxFilter struct {
		IDs  []InboxID
		Kind ChannelKind
	}

	ContactFilter struct {
		IDs   []ContactID
		Query string // in name, e-mail, phone, identifier or company, without case
		Label string
		// Known leaves out visitors: contacts without e-mail, phone and identifier.
		Known bool
		// Visible limits to contacts of conversations in the scope.
		Visible *Scope
		Sort    string // "name", "email", "phone", "last_activity", "created", "company", "city", "country"; "-" before it turns it round; "" = id
	}

	NoteFilter struct{ Contact ContactID } // newest first

	MergeFilter struct{ Base ContactID }

	LabelFilter struct {
		Titles  []string
		IDs     []LabelID
		Defined bool // only those an administrator defined
	}

	AttributeFilter struct {
		Model AttributeModel
		Key   string
	}

	ConversationFilter struct {
		Scope        *Scope // nil = all of the account; services always set it
		Status       []Status
		Assignee     AssigneeFilter
		AssigneeID   AgentID
		Inbox        InboxID
		Team         TeamID
		Labels       []string // carries any of them
		Contact      ContactID
		ContactInbox ContactInboxID
		Source       string    // ContactInbox.Source
		Text         string    // in a message's content, without case
		Unattended   bool      // nobody has answered, or the customer waits again
		Participant  AgentID   // takes part in it
		Mentioned    AgentID   // was mentioned in it
		UpdatedSince time.Time // inclusive
		Sort         ConversationSort
	}

	// MessageFilter lists a conversation's messages, oldest first. Without
	// bounds it is the newest Page.Limit; Before alone the ones just before it;
	// After alone the ones just after it; both: After ≤ id < Before.
	MessageFilter struct {
		Conversation ConversationID
		Before       MessageID
		After        MessageID
		Public       bool // what the customer may see: no private and no activity messages
		IDs          []MessageID
	}

	UploadFilter struct {
		Before time.Time // made before it, and not held
	}

	WebhookFilter struct {
		Inbox    InboxID
		Implicit *bool
	}

	DeliveryFilter struct { // newest first
		Webhook WebhookID
		State   DeliveryState
		Before  time.Time // made before it, and no longer pending
	}

	UserFilter struct{ Email string }

	AccountFilter struct{}
)

// AssigneeFilter asks whose conversations.
type AssigneeFilter string

const (
	AnyAssignee AssigneeFilter = ""
	Mine        AssigneeFilter = "me" // of AssigneeID
	Unassigned  AssigneeFilter = "unassigned"
	Assigned    AssigneeFilter = "assigned"
)

// ConversationSort is a list's order. Each has an index and ends with the id,
// so that pages never overlap.
type ConversationSort string

const (
	LatestActivity ConversationSort = "" // newest first
	OldestActivity ConversationSort = "last_activity_at_asc"
	NewestCreated  ConversationSort = "created_at_desc"
	OldestCreated  ConversationSort = "created_at_asc"
	HighestFirst   ConversationSort = "priority_desc" // none last, then latest activity
	LowestFirst    ConversationSort = "priority_asc"  // none last, then latest activity
	LongestWait    ConversationSort = "waiting_since_asc"
	ShortestWait   ConversationSort = "waiting_since_desc"
)

// Counts are the figures above a conversation list.
type Counts struct {
	Mine, Assigned, Unassigned, All int
	// More says that All stopped counting at 10,000.
	More bool
}

// Waiting asks for the queue of conversations nobody owns yet, oldest first.
type Waiting struct {
	Inboxes []InboxID // empty = all
	Limit   int
}

// Cond is one condition, or a group of them: the one language of filters, saved
// views, automation, audiences and routing. Exactly one of Field, And, Or and
// Not is set; the zero value holds for everything.
type Cond struct {
	Field  string         `json:"field,omitempty"`
	Model  AttributeModel `json:"model,omitempty"` // Field is the key of a custom attribute of this; "" = a built-in field, or an attribute of what is asked about
	Op     Op             `json:"op,omitempty"`
	Values []any          `json:"values,omitempty"` // texts, numbers and booleans, as they were given

	And []Cond `json:"and,omitempty"`
	Or  []Cond `json:"or,omitempty"`
	Not *Cond  `json:"not,omitempty"`
}

// Op compares a field with values.
type Op string

const (
	Equal          Op = "equal_to"     // any of the values
	NotEqual       Op = "not_equal_to" // none of them; also where there is no value
	Contains       Op = "contains"
	NotContains    Op = "does_not_contain" // also where there is no value
	Present        Op = "is_present"
	NotPresent     Op = "is_not_present"
	Greater        Op = "is_greater_than"
	Less           Op = "is_less_than"
	DaysBefore     Op = "days_before" // older than so many days
	StartsWith     Op = "starts_with"
	AttributeMoved Op = "attribute_changed" // of an event: from any of the first values to any of the second
)
