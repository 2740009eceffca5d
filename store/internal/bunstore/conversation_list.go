package bunstore

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/gohelpdesk/helpdesk"
)

// plainFilter is the part of a filter that the counters know too.
func plainFilter(q *bun.SelectQuery, alias string, f helpdesk.ConversationFilter) *bun.SelectQuery {
	a := bun.Safe(alias)
	switch len(f.Status) {
	case 0:
	case 1:
		q = q.Where("?.status = ?", a, f.Status[0])
	default:
		q = q.Where("?.status IN (?)", a, in(f.Status))
	}
	if f.Inbox != 0 {
		q = q.Where("?.inbox_id = ?", a, f.Inbox)
	}
	if f.Team != 0 {
		q = q.Where("?.team_id = ?", a, f.Team)
	}
	switch f.Assignee {
	case helpdesk.AnyAssignee:
	case helpdesk.Mine:
		q = q.Where("?.assignee_id = ? AND ?.assignee_id <> 0", a, f.AssigneeID, a)
	case helpdesk.Unassigned:
		q = q.Where("?.assignee_id = 0", a)
	case helpdesk.Assigned:
		q = q.Where("?.assignee_id <> 0", a)
	}
	return q
}

func (t *tx) conversationFilter(q *bun.SelectQuery, f helpdesk.ConversationFilter) *bun.SelectQuery {
	q = plainFilter(q, "c", f)
	if f.IDs != nil {
		q = q.Where("c.id IN (?)", in(f.IDs))
	}
	if f.Scope != nil {
		q = t.scoped(q, "c", *f.Scope)
	}
	if len(f.Labels) > 0 {
		q = t.labelled(q, "conversation", "c", f.Labels)
	}
	if f.Contact != 0 {
		q = q.Where("c.contact_id = ?", f.Contact)
	}
	if f.ContactInbox != 0 {
		q = q.Where("c.contact_inbox_id = ?", f.ContactInbox)
	}
	if f.Source != "" {
		q = q.Where(t.d.qualify("c.contact_inbox_id IN (SELECT ci.id FROM @helpdesk_contact_inboxes AS ci WHERE ci.account_id = ? AND ci.source = ?)"), t.account, f.Source)
	}
	if f.Text != "" {
		q = t.speaking(q, f)
	}
	if f.Person != "" {
		q = t.with(q, f.Person)
	}
	if f.Unattended {
		q = q.Where("(c.first_reply_at IS NULL OR c.waiting_since IS NOT NULL)")
	}
	if f.Participant != 0 {
		q = q.Where(t.d.qualify("c.id IN (SELECT p.conversation_id FROM @helpdesk_conversation_participants AS p WHERE p.account_id = ? AND p.agent_id = ?)"), t.account, f.Participant)
	}
	if f.Mentioned != 0 {
		q = q.Where(t.d.qualify("c.id IN (SELECT p.conversation_id FROM @helpdesk_conversation_mentions AS p WHERE p.account_id = ? AND p.agent_id = ?)"), t.account, f.Mentioned)
	}
	if !f.UpdatedSince.IsZero() {
		q = q.Where("c.updated_at >= ?", micros(f.UpdatedSince))
	}
	if !f.ActiveBy.IsZero() {
		q = q.Where("c.last_activity_at <= ?", micros(f.ActiveBy))
	}
	if f.Answered { // as the index of them says it
		q = q.Where("c.status = 'open' AND c.waiting_since IS NULL")
	}
	if f.Where != nil {
		q = t.where(q, helpdesk.ConversationAttribute, *f.Where)
	}
	return q
}

// Expressions of the orders, as the indexes have them: who does not wait, and
// what has no priority, comes last.
const (
	waitedOrder  = "COALESCE(c.waiting_since, 0)"
	waitingOrder = "COALESCE(c.waiting_since, 9007199254740991)"
	lowOrder     = "(CASE WHEN c.priority = 0 THEN 5 ELSE c.priority END)"
)

// conversationOrder gives the ORDER BY of a sort.
func conversationOrder(s helpdesk.ConversationSort) string {
	switch s {
	case helpdesk.OldestActivity:
		return "c.last_activity_at, c.id"
	case helpdesk.NewestCreated:
		return "c.created_at DESC, c.id DESC"
	case helpdesk.OldestCreated:
		return "c.created_at, c.id"
	case helpdesk.HighestFirst:
		return "c.priority DESC, c.last_activity_at DESC, c.id DESC"
	case helpdesk.LowestFirst:
		return lowOrder + ", c.last_activity_at DESC, c.id DESC"
	case helpdesk.LongestWait:
		return waitingOrder + ", c.id"
	case helpdesk.ShortestWait:
		return waitedOrder + " DESC, c.id DESC"
	default:
		return "c.last_activity_at DESC, c.id DESC"
	}
}

// List implements helpdesk.Repo.
func (r *conversations) List(ctx context.Context, f helpdesk.ConversationFilter, p helpdesk.Page) ([]*helpdesk.Conversation, error) {
	var rows []conversationRow
	q := r.query(&rows)
	if kept, _ := keptCounts(f); kept.labelled() {
		var err error
		if q, err = r.byLabel(ctx, q, kept, limit(p)+max(p.Offset, 0)); err != nil {
			return nil, err
		}
		f = kept.without(f)
	}
	q = r.conversationFilter(q, f).OrderExpr(conversationOrder(f.Sort)).Limit(int64(limit(p)))
	if p.After == "" {
		return r.many(ctx, q.Offset(int64(max(p.Offset, 0))), &rows)
	}
	q, err := conversationsBeyond(q, f.Sort, p.After)
	if err != nil {
		return nil, err
	}
	return r.many(ctx, q, &rows)
}

// conversationsBeyond starts a list behind the row of a key.
func conversationsBeyond(q *bun.SelectQuery, s helpdesk.ConversationSort, after string) (*bun.SelectQuery, error) {
	k, err := helpdesk.ParsePageKey(after)
	if err != nil {
		return nil, err
	}
	if s == helpdesk.HighestFirst || s == helpdesk.LowestFirst {
		return prioritiesBeyond(q, s, k)
	}
	value, err := keyNumber(k, 0)
	if err != nil {
		return nil, err
	}
	id, err := keyNumber(k, 1)
	if err != nil {
		return nil, err
	}
	switch s {
	case helpdesk.OldestActivity:
		return q.Where("(c.last_activity_at, c.id) > (?, ?)", value, id), nil
	case helpdesk.NewestCreated:
		return q.Where("(c.created_at, c.id) < (?, ?)", value, id), nil
	case helpdesk.OldestCreated:
		return q.Where("(c.created_at, c.id) > (?, ?)", value, id), nil
	case helpdesk.LongestWait:
		if value == 0 {
			value = 9007199254740991
		}
		return q.Where("("+waitingOrder+", c.id) > (?, ?)", value, id), nil
	case helpdesk.ShortestWait:
		return q.Where("("+waitedOrder+", c.id) < (?, ?)", value, id), nil
	default:
		return q.Where("(c.last_activity_at, c.id) < (?, ?)", value, id), nil
	}
}

func prioritiesBeyond(q *bun.SelectQuery, s helpdesk.ConversationSort, k helpdesk.PageKey) (*bun.SelectQuery, error) {
	activity, err := keyNumber(k, 1)
	if err != nil {
		return nil, err
	}
	id, err := keyNumber(k, 2)
	if err != nil {
		return nil, err
	}
	rank := packPriority(helpdesk.Priority(k[0]))
	if s == helpdesk.HighestFirst {
		return q.Where("(c.priority, c.last_activity_at, c.id) < (?, ?, ?)", rank, activity, id), nil
	}
	if rank == 0 {
		rank = len(priorities())
	}
	return q.Where("("+lowOrder+" > ? OR "+lowOrder+" = ? AND (c.last_activity_at, c.id) < (?, ?))", rank, rank, activity, id), nil
}
