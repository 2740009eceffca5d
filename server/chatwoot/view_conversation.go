package chatwoot

import (
	"github.com/gohelpdesk/helpdesk"
)

type conversationView struct {
	Meta                   conversationMeta      `json:"meta"`
	ID                     helpdesk.DisplayID    `json:"id"`
	Messages               []*messagePush        `json:"messages"`
	AccountID              helpdesk.AccountID    `json:"account_id"`
	UUID                   string                `json:"uuid"`
	AdditionalAttributes   map[string]any        `json:"additional_attributes"`
	AgentLastSeenAt        epoch                 `json:"agent_last_seen_at"`
	AssigneeLastSeenAt     epoch                 `json:"assignee_last_seen_at"`
	CanReply               bool                  `json:"can_reply"`
	ContactLastSeenAt      epoch                 `json:"contact_last_seen_at"`
	CustomAttributes       map[string]any        `json:"custom_attributes"`
	InboxID                helpdesk.InboxID      `json:"inbox_id"`
	Labels                 []string              `json:"labels"`
	Muted                  bool                  `json:"muted"`
	SnoozedUntil           iso                   `json:"snoozed_until"`
	Status                 helpdesk.Status       `json:"status"`
	CreatedAt              epoch                 `json:"created_at"`
	UpdatedAt              stamp                 `json:"updated_at"`
	Timestamp              epoch                 `json:"timestamp"`
	FirstReplyCreatedAt    epoch                 `json:"first_reply_created_at"`
	UnreadCount            int                   `json:"unread_count"`
	LastNonActivityMessage *messagePush          `json:"last_non_activity_message"`
	LastActivityAt         epoch                 `json:"last_activity_at"`
	Priority               *string               `json:"priority"`
	WaitingSince           epoch                 `json:"waiting_since"`
	SLAPolicyID            *helpdesk.SLAPolicyID `json:"sla_policy_id"`
	AppliedSLA             *appliedView          `json:"applied_sla,omitempty"` // of conversations that have one
	SLAEvents              []slaEventView        `json:"sla_events,omitempty"`
}

type conversationMeta struct {
	Sender       contactView `json:"sender"`
	Channel      string      `json:"channel"`
	Assignee     any         `json:"assignee,omitempty"`
	AssigneeType string      `json:"assignee_type,omitempty"`
	Team         *teamView   `json:"team,omitempty"`
	HMACVerified bool        `json:"hmac_verified"`
}

// conversation is what agents see.
func (v *views) conversation(d *helpdesk.ConversationDetail) conversationView {
	out := conversationView{
		Meta: v.conversationMeta(d), ID: d.Display, Messages: []*messagePush{}, AccountID: d.Account, UUID: d.UUID,
		AdditionalAttributes: object(d.Extra), AgentLastSeenAt: epoch{d.AgentSeenAt}, AssigneeLastSeenAt: epoch{d.OwnerSeenAt},
		CanReply: d.CanReply, ContactLastSeenAt: epoch{d.ContactSeenAt}, CustomAttributes: object(d.Attributes), InboxID: d.Inbox,
		Labels: list(d.Titles), Muted: d.Muted, SnoozedUntil: iso{d.SnoozedUntil}, Status: d.Status, CreatedAt: epoch{d.CreatedAt},
		UpdatedAt: stamp{d.UpdatedAt}, Timestamp: epoch{d.LastActivity}, FirstReplyCreatedAt: epoch{d.FirstReplyAt},
		UnreadCount: min(d.Unread, 10), LastNonActivityMessage: v.push(d, lastTalk(d)), LastActivityAt: epoch{d.LastActivity},
		Priority: text(string(d.Priority)), WaitingSince: epoch{d.WaitingSince},
	}
	if d.Last != nil {
		out.Messages = append(out.Messages, v.push(d, d.Last))
	}
	if d.SLA != 0 {
		out.SLAPolicyID = &d.SLA
	}
	out.AppliedSLA, out.SLAEvents = viewApplied(d.Promise), viewMisses(d.Promise)
	return out
}

// lastTalk is the last message that is no activity; notes count.
func lastTalk(d *helpdesk.ConversationDetail) *helpdesk.Message {
	if d.Last != nil && d.Last.Kind != helpdesk.Activity {
		return d.Last
	}
	return d.LastTalk
}

func (v *views) conversationMeta(d *helpdesk.ConversationDetail) conversationMeta {
	out := conversationMeta{Sender: viewContact(d.Customer), Channel: channelOf(d), HMACVerified: d.Address != nil && d.Address.Verified}
	if d.Owner != nil {
		out.Assignee, out.AssigneeType = viewOwner(d.Owner, d.OwnerBot), ownerType(d.Owner)
	}
	if d.Dept != nil {
		team := viewTeam(d.Dept, v.teams[d.Dept.ID])
		out.Team = &team
	}
	return out
}

func channelOf(d *helpdesk.ConversationDetail) string {
	if d.Box == nil {
		return ""
	}
	return channelType(d.Box.Kind)
}

// conversationPush is a conversation in webhooks.
type conversationPush struct {
	AdditionalAttributes map[string]any        `json:"additional_attributes"`
	CanReply             bool                  `json:"can_reply"`
	Channel              string                `json:"channel"`
	ContactInbox         *contactInboxRaw      `json:"contact_inbox"`
	ID                   helpdesk.DisplayID    `json:"id"`
	InboxID              helpdesk.InboxID      `json:"inbox_id"`
	Messages             []*messagePush        `json:"messages"`
	Labels               []string              `json:"labels"`
	Meta                 pushMeta              `json:"meta"`
	Status               helpdesk.Status       `json:"status"`
	CustomAttributes     map[string]any        `json:"custom_attributes"`
	SnoozedUntil         iso                   `json:"snoozed_until"`
	UnreadCount          int                   `json:"unread_count"`
	FirstReplyCreatedAt  iso                   `json:"first_reply_created_at"`
	Priority             *string               `json:"priority"`
	WaitingSince         epoch                 `json:"waiting_since"`
	AgentLastSeenAt      epoch                 `json:"agent_last_seen_at"`
	ContactLastSeenAt    epoch                 `json:"contact_last_seen_at"`
	LastActivityAt       epoch                 `json:"last_activity_at"`
	Timestamp            epoch                 `json:"timestamp"`
	CreatedAt            epoch                 `json:"created_at"`
	UpdatedAt            stamp                 `json:"updated_at"`
	SLAPolicyID          *helpdesk.SLAPolicyID `json:"sla_policy_id,omitempty"` // of conversations that have one, as what is below
	AppliedSLA           *appliedView          `json:"applied_sla,omitempty"`
	SLAEvents            []slaEventView        `json:"sla_events,omitempty"`
}

type contactInboxRaw struct {
	ID           helpdesk.ContactInboxID `json:"id"`
	ContactID    helpdesk.ContactID      `json:"contact_id"`
	InboxID      helpdesk.InboxID        `json:"inbox_id"`
	SourceID     string                  `json:"source_id"`
	CreatedAt    iso                     `json:"created_at"`
	UpdatedAt    iso                     `json:"updated_at"`
	HMACVerified bool                    `json:"hmac_verified"`
	PubsubToken  string                  `json:"pubsub_token"`
}

type pushMeta struct {
	Sender       contactPush `json:"sender"`
	Assignee     any         `json:"assignee"`
	AssigneeType *string     `json:"assignee_type"`
	Team         *teamName   `json:"team"`
	HMACVerified bool        `json:"hmac_verified"`
}

type teamName struct {
	ID   helpdesk.TeamID `json:"id"`
	Name string          `json:"name"`
}

func (v *views) conversationPush(d *helpdesk.ConversationDetail) conversationPush {
	out := conversationPush{
		AdditionalAttributes: object(d.Extra), CanReply: d.CanReply, Channel: channelOf(d), ID: d.Display, InboxID: d.Inbox,
		Messages: []*messagePush{}, Labels: list(d.Titles), Meta: pushMeta{Sender: pushContact(d.Customer)}, Status: d.Status,
		CustomAttributes: object(d.Attributes), SnoozedUntil: iso{d.SnoozedUntil}, UnreadCount: min(d.Unread, 10),
		FirstReplyCreatedAt: iso{d.FirstReplyAt}, Priority: text(string(d.Priority)), WaitingSince: epoch{d.WaitingSince},
		AgentLastSeenAt: epoch{d.AgentSeenAt}, ContactLastSeenAt: epoch{d.ContactSeenAt}, LastActivityAt: epoch{d.LastActivity},
		Timestamp: epoch{d.LastActivity}, CreatedAt: epoch{d.CreatedAt}, UpdatedAt: stamp{d.UpdatedAt},
	}
	if d.LastTalk != nil {
		out.Messages = append(out.Messages, v.push(d, d.LastTalk))
	}
	if a := d.Address; a != nil {
		out.ContactInbox = &contactInboxRaw{a.ID, a.Contact, a.Inbox, a.Source, iso{a.CreatedAt}, iso{a.UpdatedAt}, a.Verified, a.PubsubToken}
		out.Meta.HMACVerified = a.Verified
	}
	if d.Owner != nil {
		out.Meta.Assignee, out.Meta.AssigneeType = pushAgent(d.Owner), text(ownerType(d.Owner))
	}
	if d.Dept != nil {
		out.Meta.Team = &teamName{d.Dept.ID, d.Dept.Name}
	}
	if d.SLA != 0 {
		out.SLAPolicyID = &d.SLA
	}
	out.AppliedSLA, out.SLAEvents = viewApplied(d.Promise), viewMisses(d.Promise)
	return out
}

// publicConversation is what its customer sees.
type publicConversation struct {
	ID                helpdesk.DisplayID `json:"id"`
	UUID              string             `json:"uuid"`
	InboxID           helpdesk.InboxID   `json:"inbox_id"`
	ContactLastSeenAt epoch              `json:"contact_last_seen_at"`
	Status            helpdesk.Status    `json:"status"`
	AgentLastSeenAt   epoch              `json:"agent_last_seen_at"`
	Messages          []publicMessage    `json:"messages"`
	Contact           contactRaw         `json:"contact"`
}

func (v *views) publicConversation(d *helpdesk.ConversationDetail, messages []*helpdesk.Message) publicConversation {
	return publicConversation{
		ID: d.Display, UUID: d.UUID, InboxID: d.Inbox, ContactLastSeenAt: epoch{d.ContactSeenAt}, Status: d.Status,
		AgentLastSeenAt: epoch{d.AgentSeenAt}, Contact: rawContact(d.Customer),
		Messages: each(messages, func(m *helpdesk.Message) publicMessage { return v.public(d, m) }),
	}
}

// countsView stands above lists of conversations.
type countsView struct {
	Mine       int `json:"mine_count"`
	Assigned   int `json:"assigned_count"`
	Unassigned int `json:"unassigned_count"`
	All        int `json:"all_count"`
}

func viewCounts(c helpdesk.Counts) countsView {
	return countsView{c.Mine, c.Assigned, c.Unassigned, c.All}
}
