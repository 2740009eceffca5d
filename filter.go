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
		// Labels asks for contacts that carry any of the titles.
		Labels []string
		Where  *Cond // about contacts; nil = everything
		// Known leaves out visitors: contacts without e-mail, phone and identifier.
		Known bool
		// ActiveSince and ActiveUntil bound the last activity, both inclusive.
		ActiveSince, ActiveUntil time.Time
		// Visible limits to contacts of conversations in the scope.
		Visible *Scope
		Sort    string // "name", "email", "phone", "last_activity", "created", "company", "city", "country"; "-" before it turns it round; "" = id
	}

	NoteFilter struct{ Contact ContactID } // newest first

	MergeFilter struct {
		Base, Merged ContactID
	}

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
		IDs          []ConversationID // nil = any
		Scope        *Scope           // nil = all of the account; services always set it
		Status       []Status
		Assignee     AssigneeFilter
		AssigneeID   AgentID
		Inbox        InboxID
		Team         TeamID
		Labels       []string // carries any of them
		Contact      ContactID
		ContactInbox ContactInboxID
		Source       string    // ContactInbox.Source
		Text         string    // words of one message; see MessageSearch. The newest 10,000 messages that have them count
		Person       string    // in the contact's name, e-mail, phone, identifier or company, without case; or the conversation's number
		Unattended   bool      // nobody has answered, or the customer waits again
		Participant  AgentID   // takes part in it
		Mentioned    AgentID   // was mentioned in it
		UpdatedSince time.Time // inclusive
		ActiveBy     time.Time // nothing was said since; inclusive
		Answered     bool      // open, and the customer waits for no answer
		Where        *Cond     // about conversations; nil = everything
		Sort         ConversationSort
	}

	// MessageFilter lists a conversation's messages, oldest first. Without
	// bounds it is the newest Page.Limit; Before alone the ones just before it;
	// After alone the ones just after it; both: After ≤ id < Before.
	MessageFilter struct {
		Conversation ConversationID
		Before       MessageID
		After        MessageID
		IDs          []MessageID // not nil: only these; Conversation 0 = in whatever conversation
		Public       bool        // what the customer may see: no private and no activity messages
	}

	// MessageSearch finds messages by their words, newest first. All words of
	// Query must be in a message, in any case and order; the last may be the
	// beginning of one, when it has two characters or more. Words in "quotes",
	// and those of a piece such as an e-mail address, must stand in a row. Of a
	// word 64 characters count, of a query 32 words. A Query without a letter or
	// digit finds nothing. Activity messages, and what stands in the place of
	// deleted ones, are not found.
	MessageSearch struct {
		Query         string
		Scope         *Scope // nil = all of the account; services always set it
		Inbox         InboxID
		From          ActorRef         // who wrote it
		Conversations []ConversationID // nil = any
		Since, Until  time.Time        // when it was stored, both inclusive
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

	CannedFilter struct {
		ShortCode string // without case
		Query     string // in short code or content, without case
	}

	MessageTemplateFilter struct {
		Owner    string
		Owners   []string // any of these; nil = all
		Name     string   // exactly
		Names    []string // any of these; nil = all
		Language string   // exactly
		Status   TemplateStatus
		Category string
		Query    string // in the name, without case
	}

	MacroFilter struct {
		VisibleTo AgentID // global, or personal and theirs
		Owner     AgentID // personal and theirs
	}

	// ScheduledFilter lists the next to be sent first.
	ScheduledFilter struct {
		Conversation ConversationID
		State        ScheduledState
		Unsent       bool   // waiting or held
		Scope        *Scope // of conversations in it; nil = all
	}

	RuleFilter struct { // in their order
		Event  EventKind
		Active *bool
	}

	FlowFilter struct{} // oldest first

	FlowRunFilter struct { // newest first
		Flow         FlowID
		Conversation ConversationID
		Running      bool // only those that are not over
	}

	CampaignFilter struct { // newest first
		Inbox InboxID
	}

	AssignmentPolicyFilter struct{ Name string } // without case

	SLAPolicyFilter struct{}

	ChannelGroupFilter struct{} // oldest first

	// AppliedSLAFilter lists the oldest first. Inbox, Agent, Team and Labels are what
	// the conversation has now; the zero value of a field asks nothing.
	AppliedSLAFilter struct {
		Conversations []ConversationID // nil = all
		Policy        SLAPolicyID
		Missed        bool      // only those with a miss
		From, To      time.Time // applied from, and before; zero = unbounded
		Inbox         InboxID
		Agent         AgentID // who is assigned
		Team          TeamID
		Labels        []string // carries any of them
		Scope         *Scope   // of conversations in it; nil = all
		Newest        bool     // newest first instead of oldest
	}

	ViewFilter struct { // oldest first
		Owner AgentID
		Kind  ViewKind
	}

	TaskFilter struct { // newest first
		By      ActorRef
		EndedBy time.Time // over, at or before it
		FiledBy time.Time // has a file, and did nothing since
	}

	// NotificationFilter lists the latest activity first.
	NotificationFilter struct {
		Agent        AgentID
		Conversation ConversationID
		Scope        *Scope // of conversations in it; nil = all
		Unread       bool   // only those nobody has read
		Awake        bool   // only those that are not snoozed
		Oldest       bool   // the oldest activity first
	}
	BotFilter struct{ IDs []AgentID }

	IntegrationFilter struct {
		App   string
		Inbox InboxID
	}

	DashboardAppFilter struct{}

	PortalFilter struct{} // oldest first

	CategoryFilter struct { // in their order
		Portal PortalID
		IDs    []CategoryID
		Slug   string
		Locale string
		Root   CategoryID // its translations
	}

	ArticleFilter struct { // the latest change first
		Portal     PortalID
		IDs        []ArticleID
		Categories []CategoryID // in any of them; nil = anywhere
		Slug       string
		Locale     string
		Status     ArticleStatus
		Author     AgentID
		Roots      []ArticleID // translations of any of them; nil = all
		Query      string      // in title, description or content, without case
		ByPosition bool        // in the order of their positions
	}

	UserFilter struct{ Email string }

	PlatformAppFilter struct{}

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
	// More says that All stopped counting at 1,000.
	More bool
}

// Waiting asks for the queue of conversations nobody owns yet.
type Waiting struct {
	Inboxes []InboxID // empty = all
	Teams   []TeamID  // nil = whatever their team; 0 = those of none
	Order   QueueOrder
	After   *Conversation // only those behind it in that order; nil = all
	Limit   int
}

// QueueOrder says who is first in a queue; of equals it is the oldest.
type QueueOrder int

const (
	QueueByArrival  QueueOrder = iota // who has been in it longest
	QueueByCreation                   // which conversation began first
	QueueByActivity                   // where the last message of any kind is longest ago
)

// Cond is one condition, or a group of them: the one language of filters, saved
// views, automation, audiences and routing. Exactly one of Field, And, Or and
// Not is set; the zero value holds for everything.
type Cond struct {
	Field  string         `json:"field,omitempty"`
	Model  AttributeModel `json:"model,omitempty"` // Field is the key of a custom attribute of this; "" = a built-in field, or an attribute of what is asked about
	Op     Op             `json:"op,omitempty"`
	Values []any          `json:"values,omitempty"` // texts, numbers and booleans, as they were given

	// What the engine sets in what it hands to a store, where Model is never "":
	Type   FieldType `json:"-"` // what the values are by then
	Custom bool      `json:"-"` // Field is a custom attribute's key

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
