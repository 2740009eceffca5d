package bunstore

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"github.com/gohelpdesk/helpdesk"
)

type conversationRow struct {
	bun.BaseModel `bun:"table:helpdesk_conversations,alias:c"`

	AccountID     helpdesk.AccountID                  `bun:"account_id,pk"`
	ID            helpdesk.ConversationID             `bun:"id,pk,autoincrement"`
	Display       helpdesk.DisplayID                  `bun:"display_id"`
	UUID          string                              `bun:"uuid"`
	Inbox         helpdesk.InboxID                    `bun:"inbox_id"`
	Contact       helpdesk.ContactID                  `bun:"contact_id"`
	ContactInbox  helpdesk.ContactInboxID             `bun:"contact_inbox_id"`
	Status        helpdesk.Status                     `bun:"status"`
	SnoozedUntil  stamp                               `bun:"snoozed_until"`
	Priority      int                                 `bun:"priority"`
	Assignee      helpdesk.AgentID                    `bun:"assignee_id"`
	AssigneeBot   bool                                `bun:"assignee_bot"`
	LastAssignee  helpdesk.AgentID                    `bun:"last_assignee_id"`
	Team          helpdesk.TeamID                     `bun:"team_id"`
	Labels        idList                              `bun:"labels"`
	Attributes    document[map[string]any]            `bun:"attributes"`
	Extra         document[map[string]any]            `bun:"extra"`
	Readings      document[*readings]                 `bun:"readings"`
	OwnerEpoch    int64                               `bun:"owner_epoch"`
	QueuedAt      stamp                               `bun:"queued_at"`
	Unrouted      int64                               `bun:"unrouted"`
	LastActivity  int64                               `bun:"last_activity_at"`
	WaitingSince  stamp                               `bun:"waiting_since"`
	FirstReplyAt  stamp                               `bun:"first_reply_at"`
	LastPublic    helpdesk.MessageID                  `bun:"last_public_seq"`
	LastMessage   helpdesk.MessageID                  `bun:"last_message_id"`
	LastIncoming  helpdesk.MessageID                  `bun:"last_incoming_id"`
	BotSeen       helpdesk.MessageID                  `bun:"bot_seen_id"`
	LastInAt      stamp                               `bun:"last_in_at"`
	LastReplyAt   stamp                               `bun:"last_reply_at"`
	LastAutoAt    stamp                               `bun:"last_auto_at"`
	GreetingDue   bool                                `bun:"greeting_due"`
	EmailAsked    bool                                `bun:"email_asked"`
	Unread        int                                 `bun:"unread"`
	RuleRuns      int                                 `bun:"rule_runs"`
	SLA           helpdesk.SLAPolicyID                `bun:"sla_policy_id"`
	OpenedAt      stamp                               `bun:"opened_at"`
	AnsweredAt    stamp                               `bun:"answered_at"`
	SilenceAt     stamp                               `bun:"silence_at"`
	Silences      document[map[helpdesk.RuleID]int64] `bun:"silences"`
	KeepAliveAt   stamp                               `bun:"keep_alive_at"`
	NudgedAt      stamp                               `bun:"nudged_at"`
	FlowRun       helpdesk.FlowRunID                  `bun:"flow_run_id"`
	AgentSeenAt   stamp                               `bun:"agent_seen_at"`
	OwnerSeenAt   stamp                               `bun:"owner_seen_at"`
	ContactSeenAt stamp                               `bun:"contact_seen_at"`
	MergedInto    helpdesk.ConversationID             `bun:"merged_into"`
	CreatedAt     int64                               `bun:"created_at"`
	UpdatedAt     int64                               `bun:"updated_at"`
	Version       int64                               `bun:"version"`

	Muted        bool   `bun:"along_muted,scanonly"`
	Participants idList `bun:"along_participants,scanonly"`
}

const conversationAlong = `COALESCE((SELECT k.blocked FROM @helpdesk_contacts AS k WHERE k.account_id = c.account_id AND k.id = c.contact_id), FALSE) AS along_muted,
	COALESCE((SELECT string_agg(CAST(p.agent_id AS text), ',' ORDER BY p.agent_id) FROM @helpdesk_conversation_participants AS p WHERE p.account_id = c.account_id AND p.conversation_id = c.id), '') AS along_participants`

func packConversation(c *helpdesk.Conversation) *conversationRow {
	return &conversationRow{
		AccountID: c.Account, ID: c.ID, Display: c.Display, UUID: c.UUID,
		Inbox: c.Inbox, Contact: c.Contact, ContactInbox: c.ContactInbox,
		Status: c.Status, SnoozedUntil: at(c.SnoozedUntil), Priority: packPriority(c.Priority),
		Assignee: c.Assignee, AssigneeBot: c.AssigneeBot, LastAssignee: c.LastAssignee, Team: c.Team,
		Labels: packIDs(c.Labels), Attributes: doc(c.Attributes), Extra: doc(c.Extra), Readings: conversationReadings(c),
		OwnerEpoch: c.OwnerEpoch, QueuedAt: at(c.QueuedAt), Unrouted: c.Unrouted, LastActivity: micros(c.LastActivity),
		WaitingSince: at(c.WaitingSince), FirstReplyAt: at(c.FirstReplyAt),
		LastPublic: c.LastPublic, LastMessage: c.LastMessage, LastIncoming: c.LastIncoming, BotSeen: c.BotSeen, LastInAt: at(c.LastInAt),
		LastReplyAt: at(c.LastReplyAt), LastAutoAt: at(c.LastAutoAt), GreetingDue: c.GreetingDue, EmailAsked: c.EmailAsked,
		Unread: c.Unread, RuleRuns: c.RuleRuns, FlowRun: c.FlowRun, KeepAliveAt: at(c.KeepAliveAt), NudgedAt: at(c.NudgedAt),
		SLA: c.SLA, OpenedAt: at(c.OpenedAt), AnsweredAt: at(c.AnsweredAt), SilenceAt: at(c.SilenceAt), Silences: doc(c.Silences),
		AgentSeenAt: at(c.AgentSeenAt), OwnerSeenAt: at(c.OwnerSeenAt), ContactSeenAt: at(c.ContactSeenAt),
		MergedInto: c.MergedInto,
		CreatedAt:  micros(c.CreatedAt), UpdatedAt: micros(c.UpdatedAt), Version: c.Version,
	}
}

func (r *conversationRow) unpack() *helpdesk.Conversation {
	return &helpdesk.Conversation{
		Account: r.AccountID, ID: r.ID, Display: r.Display, UUID: r.UUID,
		Inbox: r.Inbox, Contact: r.Contact, ContactInbox: r.ContactInbox,
		Status: r.Status, SnoozedUntil: r.SnoozedUntil.time(), Priority: unpackPriority(r.Priority),
		Assignee: r.Assignee, AssigneeBot: r.AssigneeBot, LastAssignee: r.LastAssignee, Team: r.Team,
		Labels: unpackIDs[helpdesk.LabelID](r.Labels), Attributes: r.Attributes.v, Extra: r.Extra.v, Muted: r.Muted,
		Participants: unpackIDs[helpdesk.AgentID](r.Participants),
		OwnerEpoch:   r.OwnerEpoch, QueuedAt: r.QueuedAt.time(), Unrouted: r.Unrouted, LastActivity: moment(r.LastActivity),
		WaitingSince: r.WaitingSince.time(), FirstReplyAt: r.FirstReplyAt.time(),
		LastPublic: r.LastPublic, LastMessage: r.LastMessage, LastIncoming: r.LastIncoming, BotSeen: r.BotSeen, LastInAt: r.LastInAt.time(),
		LastReplyAt: r.LastReplyAt.time(), LastAutoAt: r.LastAutoAt.time(), GreetingDue: r.GreetingDue, EmailAsked: r.EmailAsked,
		Unread: r.Unread, RuleRuns: r.RuleRuns, FlowRun: r.FlowRun, KeepAliveAt: r.KeepAliveAt.time(), NudgedAt: r.NudgedAt.time(),
		SLA: r.SLA, OpenedAt: r.OpenedAt.time(), AnsweredAt: r.AnsweredAt.time(), SilenceAt: r.SilenceAt.time(), Silences: r.Silences.v,
		AgentSeenAt: r.AgentSeenAt.time(), OwnerSeenAt: r.OwnerSeenAt.time(), ContactSeenAt: r.ContactSeenAt.time(),
		MergedInto: r.MergedInto,
		CreatedAt:  moment(r.CreatedAt), UpdatedAt: moment(r.UpdatedAt), Version: r.Version,
	}
}

// priorities in order of rank, which is what the column holds.
func priorities() []helpdesk.Priority {
	return []helpdesk.Priority{"", helpdesk.Low, helpdesk.Medium, helpdesk.High, helpdesk.Urgent}
}

func packPriority(p helpdesk.Priority) int {
	for rank, q := range priorities() {
		if p == q {
			return rank
		}
	}
	return 0
}

func unpackPriority(rank int) helpdesk.Priority {
	if all := priorities(); rank > 0 && rank < len(all) {
		return all[rank]
	}
	return ""
}

type conversations struct {
	repo[helpdesk.ConversationID, helpdesk.Conversation, helpdesk.ConversationFilter, conversationRow]
}

func newConversations(t *tx) *conversations {
	return &conversations{repo[helpdesk.ConversationID, helpdesk.Conversation, helpdesk.ConversationFilter, conversationRow]{t, &noun[helpdesk.ConversationID, helpdesk.Conversation, helpdesk.ConversationFilter, conversationRow]{
		name: "conversation", table: "@helpdesk_conversations", alias: "c",
		pack: packConversation, unpack: t.unpackConversation,
		key: func(c *helpdesk.Conversation) (*helpdesk.AccountID, *helpdesk.ConversationID, *int64) {
			return &c.Account, &c.ID, &c.Version
		},
		filter: t.conversationFilter,
		along:  conversationAlong,
		keep:   []string{"labels", "display_id"},
	}}}
}

// unpackConversation also remembers what the row is counted as, so that an
// Update need not ask.
func (t *tx) unpackConversation(r *conversationRow) *helpdesk.Conversation {
	c := r.unpack()
	t.counts.remember(c)
	return c
}

// Insert implements helpdesk.Repo.
func (r *conversations) Insert(ctx context.Context, c *helpdesk.Conversation) error {
	err := r.scan(ctx, &c.Display, `INSERT INTO @helpdesk_display_numbers AS d (account_id, last) VALUES (?, 1)
		ON CONFLICT (account_id) DO UPDATE SET last = d.last + 1 RETURNING last`, r.account)
	if err != nil {
		return err
	}
	c.Labels = sortedIDs(c.Labels)
	if err := r.repo.Insert(ctx, c); err != nil {
		return err
	}
	r.counts.add(countedAs(c), 1)
	return r.addLabels(ctx, "conversation", int64(c.ID), c.Labels)
}

// Update implements helpdesk.Repo.
func (r *conversations) Update(ctx context.Context, c *helpdesk.Conversation) error {
	was, err := r.countedBefore(ctx, c)
	if err != nil {
		return err
	}
	if err := r.repo.Update(ctx, c); err != nil {
		return err
	}
	now := countedAs(c)
	now.labels = was.labels // which it leaves alone
	r.recount(c, was, now)
	return nil
}

// countedBefore returns how c is counted before it is written.
func (r *conversations) countedBefore(ctx context.Context, c *helpdesk.Conversation) (counted, error) {
	if was, ok := r.counts.recall(c); ok {
		return was, nil
	}
	old, err := r.Get(ctx, c.ID)
	if err != nil {
		return counted{}, err
	}
	if old.Version != c.Version {
		return counted{}, r.moved("conversation")
	}
	return countedAs(old), nil
}

// recount moves c, as written, from one count to another.
func (r *conversations) recount(c *helpdesk.Conversation, was, now counted) {
	r.counts.add(was, -1)
	r.counts.add(now, 1)
	r.counts.know(c.ID, c.Version, now)
}

// Delete implements helpdesk.Repo.
func (r *conversations) Delete(ctx context.Context, id helpdesk.ConversationID) error {
	n, err := r.countDropped(ctx, "id", int64(id))
	if err != nil {
		return err
	}
	if n == 0 {
		return notFound("conversation")
	}
	return r.deleteConversations(ctx, "id", int64(id))
}

// Lock implements helpdesk.ConversationRepo.
func (r *conversations) Lock(ctx context.Context, id helpdesk.ConversationID) (*helpdesk.Conversation, error) {
	return r.one(ctx, "c.id = ?"+r.locking("c"), id)
}

// ByDisplay implements helpdesk.ConversationRepo.
func (r *conversations) ByDisplay(ctx context.Context, d helpdesk.DisplayID) (*helpdesk.Conversation, error) {
	return r.one(ctx, "c.display_id = ?", d)
}

// Latest implements helpdesk.ConversationRepo.
func (r *conversations) Latest(ctx context.Context, address helpdesk.ContactInboxID, unresolved bool) (*helpdesk.Conversation, error) {
	if unresolved {
		return r.one(ctx, "c.contact_inbox_id = ? AND c.status <> 'resolved' ORDER BY c.id DESC LIMIT 1"+r.locking("c"), address)
	}
	return r.one(ctx, "c.contact_inbox_id = ? ORDER BY c.id DESC LIMIT 1"+r.locking("c"), address)
}

// SetLabels implements helpdesk.ConversationRepo. It moves the version.
func (r *conversations) SetLabels(ctx context.Context, c *helpdesk.Conversation, labels []helpdesk.LabelID) error {
	labels = sortedIDs(labels)
	was, err := r.countedBefore(ctx, c)
	if err != nil {
		return err
	}
	n, err := r.exec(ctx, "UPDATE @helpdesk_conversations SET labels = ?, version = version + 1 WHERE account_id = ? AND id = ? AND version = ?",
		string(packIDs(labels)), r.account, c.ID, c.Version)
	if err != nil || n == 0 {
		return r.missed(ctx, c.ID, err)
	}
	c.Labels = labels
	c.Version++
	now := was
	now.labels = labels
	r.recount(c, was, now)
	return r.setLabels(ctx, "conversation", int64(c.ID), labels)
}

// Mention implements helpdesk.ConversationRepo.
func (r *conversations) Mention(ctx context.Context, id helpdesk.ConversationID, at time.Time, agents ...helpdesk.AgentID) error {
	for _, agent := range sortedIDs(agents) {
		_, err := r.exec(ctx, `INSERT INTO @helpdesk_conversation_mentions (account_id, conversation_id, agent_id, mentioned_at) VALUES (?, ?, ?, ?)
			ON CONFLICT (account_id, conversation_id, agent_id) DO UPDATE SET mentioned_at = EXCLUDED.mentioned_at`, r.account, id, agent, micros(at))
		if err != nil {
			return err
		}
	}
	return nil
}

// dropConversations deletes the conversations of a contact or an inbox.
func (t *tx) dropConversations(ctx context.Context, column string, id int64) error {
	n, err := t.countDropped(ctx, column, id)
	if err != nil || n == 0 {
		return err
	}
	return t.deleteConversations(ctx, column, id)
}

// deleteConversations removes conversations and all that belongs to them.
func (t *tx) deleteConversations(ctx context.Context, column string, id int64) error {
	these := "(SELECT id FROM @helpdesk_conversations WHERE account_id = ? AND " + column + " = ?)"
	messages := "(SELECT id FROM @helpdesk_messages WHERE account_id = ? AND conversation_id IN " + these + ")"
	for _, table := range []string{"attachments", "attempts"} {
		if _, err := t.exec(ctx, "DELETE FROM @helpdesk_"+table+" WHERE account_id = ? AND message_id IN "+messages, t.account, t.account, t.account, id); err != nil {
			return err
		}
	}
	for _, table := range []string{
		"messages", "conversation_labels", "conversation_participants", "conversation_mentions", "conversation_drafts", "scheduled_messages", "applied_slas", "survey_responses", "notifications", "flow_runs",
	} {
		if _, err := t.exec(ctx, "DELETE FROM @helpdesk_"+table+" WHERE account_id = ? AND conversation_id IN "+these, t.account, t.account, id); err != nil {
			return err
		}
	}
	_, err := t.exec(ctx, "DELETE FROM @helpdesk_conversations WHERE account_id = ? AND "+column+" = ?", t.account, id)
	return err
}
