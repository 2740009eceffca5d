package helpdesk

import (
	"encoding/json"
	"time"
)

// EventKind names what happened.
type EventKind string

const (
	ConversationCreated   EventKind = "conversation.created"
	ConversationUpdated   EventKind = "conversation.updated" // any field a client shows, labels and attributes included
	ConversationStatus    EventKind = "conversation.status_changed"
	ConversationOpened    EventKind = "conversation.opened"   // became open; not raised at creation
	ConversationResolved  EventKind = "conversation.resolved" // became resolved
	ConversationAssigned  EventKind = "conversation.assignee_changed"
	ConversationTeam      EventKind = "conversation.team_changed"
	ConversationContact   EventKind = "conversation.contact_changed" // its contact became part of another: Contact
	ConversationRead      EventKind = "conversation.read"            // the customer looked
	ConversationHandoff   EventKind = "conversation.bot_handoff"
	ConversationDeleted   EventKind = "conversation.deleted" // with its messages; After is empty, Subject its Display
	BotResolved           EventKind = "conversation.bot_resolved"
	MessageCreated        EventKind = "message.created"
	MessageUpdated        EventKind = "message.updated" // send state, deletion, submitted values
	FirstReply            EventKind = "first_reply.created"
	ReplyCreated          EventKind = "reply.created" // a person ended a wait
	ContactCreated        EventKind = "contact.created"
	ContactUpdated        EventKind = "contact.updated"
	ContactDeleted        EventKind = "contact.deleted"
	InboxCreated          EventKind = "inbox.created"
	InboxUpdated          EventKind = "inbox.updated"
	InboxDeleted          EventKind = "inbox.deleted"
	AgentPresence         EventKind = "agent.presence"      // effective availability changed
	ViewerChanged         EventKind = "viewer.changed"      // an agent's role, inboxes or account changed: what they may see is different now
	ConfigChanged         EventKind = "config.changed"      // labels, teams, attributes…
	ConversationRouted    EventKind = "conversation.routed" // an owner was looked for: After has who it is, if anybody; Subject is the policy; Details tell who was passed over
	LoopDetected          EventKind = "loop.detected"
	ConversationMentioned EventKind = "conversation.mentioned" // for Agent alone
	InboxRevoked          EventKind = "inbox.revoked"          // its provider takes nothing more: somebody must connect it again
	InboxSilent           EventKind = "inbox.silent"           // nothing came from its provider for as long as Inbox.SilenceAlarm says; InboxUpdated tells that something did
	ContactMerged         EventKind = "contact.merged"         // Contact is who stays, Subject who went into it
	ContactSplit          EventKind = "contact.split"          // likewise: Subject is somebody of their own again
	ContactConsent        EventKind = "contact.consent"        // what may be sent to Contact changed: Subject is the line of their ledger. A merge is told by its own event
	NotificationCreated   EventKind = "notification.created"   // for Agent alone; Subject is the notification, here and below; 0 = several
	NotificationUpdated   EventKind = "notification.updated"   // for Agent alone
	NotificationDeleted   EventKind = "notification.deleted"   // for Agent alone

	TypingOn  EventKind = "conversation.typing_on" // never in the log: an endpoint may ask to be told all the same
	TypingOff EventKind = "conversation.typing_off"

	FlowStarted EventKind = "conversation.flow_started" // Subject is the flow; Details tell which run, and of what kind
	FlowEnded   EventKind = "conversation.flow_ended"   // likewise, and why
	SLAApplied  EventKind = "sla.applied"               // Subject is the policy, here and below; Calendar the hours it counts by, 0 = by the clock
	SLAHours    EventKind = "sla.hours"                 // other hours hold since the last of its events: Calendar
	SLAWarned   EventKind = "sla.warning"               // with a dot and a SLAKind behind it; Elapsed is how many seconds are left of its span
	SLAMissed   EventKind = "sla.missed"                // likewise; Elapsed is how many seconds ago it was due

	RuleRan EventKind = "rule.ran" // Subject is the rule; Details tell what became of each of its actions

	// RuleExecuted is what the address of a rule's action is told, with a dot and the
	// kind of the event that the rule waited for behind it. It is never in the log.
	RuleExecuted EventKind = "automation_event"

	MacroExecuted EventKind = "macro.executed" // never in the log: what the address of a macro's action is told
)

// Event is one entry of an account's log: what happened, in order, for ever.
// Everything in it but Details is a fact: ids, enums, numbers and times, never
// personal. Details may be erased or trimmed; facts stay.
type Event struct {
	Account AccountID
	Seq     EventSeq
	Kind    EventKind
	At      time.Time
	Actor   ActorRef
	Cause   []ActorRef // who set it off, oldest first: what cuts loops

	Conversation ConversationID
	Message      MessageID
	Contact      ContactID
	Subject      int64   // id of anything else the kind speaks of: inbox, agent, label…
	Agent        AgentID // whom alone it concerns: nobody else is told; 0 = whoever sees the rest

	// For conversation and message events: who could see the conversation
	// before and after. Equal when nothing moved.
	Before, After ConversationFacts

	MessageKind MessageKind
	Private     bool

	// Opens marks the first of the events that rules were asked about together:
	// those up to the next such event, of one commit.
	Opens bool

	// Elapsed and Business are seconds the event measured (a wait, a
	// resolution), by the clock and within the business hours of Calendar.
	Elapsed  int64
	Business int64
	Calendar int64

	Details map[string]Change // field to what it was and is; may be gone
}

// ConversationFacts is the part of a conversation that decides who sees it, and
// whether it is a bot's.
type ConversationFacts struct {
	Inbox        InboxID        `json:"i,omitempty"`
	ContactInbox ContactInboxID `json:"c,omitempty"`
	Assignee     AgentID        `json:"a,omitempty"`
	Bot          bool           `json:"b,omitempty"`
	Team         TeamID         `json:"t,omitempty"`
	Status       Status         `json:"s,omitempty"`
	Priority     Priority       `json:"p,omitempty"`
	OwnerEpoch   int64          `json:"e,omitempty"`
	Flow         bool           `json:"f,omitempty"` // one runs: bots hear nothing
}

// Change is a field's value before and after, as JSON.
type Change struct {
	Before json.RawMessage `json:"before,omitempty"`
	After  json.RawMessage `json:"after,omitempty"`
}

func (c *Conversation) facts() ConversationFacts {
	return ConversationFacts{
		Inbox: c.Inbox, ContactInbox: c.ContactInbox, Assignee: c.Assignee, Bot: c.AssigneeBot,
		Team: c.Team, Status: c.Status, Priority: c.Priority, OwnerEpoch: c.OwnerEpoch, Flow: c.FlowRun != 0,
	}
}
