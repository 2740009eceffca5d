package bunstore

import (
	"context"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/gohelpdesk/helpdesk"
)

// Waiting implements helpdesk.ConversationRepo.
func (r *conversations) Waiting(ctx context.Context, w helpdesk.Waiting) ([]*helpdesk.Conversation, error) {
	var rows []conversationRow
	q := queued(r.query(&rows), w)
	order := queueOrder(w.Order)
	if w.After != nil {
		q = q.Where("("+strings.Join(order, ", ")+") > "+marks(len(order)), queuePlace(w.Order, w.After)...)
	}
	for _, column := range order {
		q = q.OrderExpr(column)
	}
	return r.many(ctx, q.Limit(int64(limit(helpdesk.Page{Limit: w.Limit}))), &rows)
}

// Ahead implements helpdesk.ConversationRepo.
func (r *conversations) Ahead(ctx context.Context, w helpdesk.Waiting, c *helpdesk.Conversation) (int, error) {
	order := queueOrder(w.Order)
	var n int
	err := queued(r.query((*conversationRow)(nil)), w).
		Where("("+strings.Join(order, ", ")+") < "+marks(len(order)), queuePlace(w.Order, c)...).
		ColumnExpr("count(*)").Scan(ctx, &n)
	return n, r.fail(err)
}

// queued keeps to what waits where w says.
func queued(q *bun.SelectQuery, w helpdesk.Waiting) *bun.SelectQuery {
	q = q.Where("c.queued_at IS NOT NULL AND c.status = ? AND c.assignee_id = 0", helpdesk.Open)
	if len(w.Inboxes) > 0 {
		q = q.Where("c.inbox_id IN (?)", in(w.Inboxes))
	}
	if w.Teams != nil {
		q = q.Where("c.team_id IN (?)", in(w.Teams))
	}
	return q
}

// queueOrder is the order of a queue. A sum keeps databases from walking all the
// conversations in the order of an index, where the queue is a few of them.
func queueOrder(o helpdesk.QueueOrder) []string {
	switch o {
	case helpdesk.QueueByCreation:
		return []string{"(c.created_at + 0)", "c.id"}
	case helpdesk.QueueByActivity:
		return []string{"(c.last_activity_at + 0)", "(c.created_at + 0)", "c.id"}
	case helpdesk.QueueByArrival:
	}
	return []string{"c.queued_at", "c.id"}
}

// queuePlace is where a conversation stands in an order.
func queuePlace(o helpdesk.QueueOrder, c *helpdesk.Conversation) []any {
	switch o {
	case helpdesk.QueueByCreation:
		return []any{micros(c.CreatedAt), c.ID}
	case helpdesk.QueueByActivity:
		return []any{micros(c.LastActivity), micros(c.CreatedAt), c.ID}
	case helpdesk.QueueByArrival:
	}
	return []any{micros(c.QueuedAt), c.ID}
}

func marks(n int) string { return "(" + strings.TrimSuffix(strings.Repeat("?, ", n), ", ") + ")" }

// Queue implements helpdesk.ConversationRepo.
func (r *conversations) Queue(ctx context.Context, inbox helpdesk.InboxID, team helpdesk.TeamID, when time.Time) error {
	where, args := "account_id = ? AND status = ? AND assignee_id = 0 AND team_id = ?", []any{r.account, helpdesk.Open, team}
	if inbox != 0 {
		where += " AND inbox_id = ?"
		args = append(args, inbox)
	}
	if when.IsZero() {
		_, err := r.exec(ctx, "UPDATE @helpdesk_conversations SET queued_at = NULL, unrouted = 0, version = version + 1 WHERE queued_at IS NOT NULL AND "+where, args...)
		return err
	}
	_, err := r.exec(ctx, "UPDATE @helpdesk_conversations SET queued_at = ?, unrouted = 0, version = version + 1 WHERE queued_at IS NULL AND "+where,
		append([]any{micros(when)}, args...)...)
	return err
}
