package bunstore

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"github.com/gohelpdesk/helpdesk"
)

type notificationRow struct {
	bun.BaseModel `bun:"table:helpdesk_notifications,alias:n"`

	AccountID    helpdesk.AccountID        `bun:"account_id,pk"`
	ID           helpdesk.NotificationID   `bun:"id,pk,autoincrement"`
	Agent        helpdesk.AgentID          `bun:"agent_id"`
	Kind         helpdesk.NotificationKind `bun:"kind"`
	Conversation helpdesk.ConversationID   `bun:"conversation_id"`
	Message      helpdesk.MessageID        `bun:"message_id"`
	ByKind       helpdesk.ActorKind        `bun:"by_kind"`
	ByID         int64                     `bun:"by_id"`
	ReadAt       stamp                     `bun:"read_at"`
	SnoozedUntil stamp                     `bun:"snoozed_until"`
	LastActivity int64                     `bun:"last_activity_at"`
	CreatedAt    int64                     `bun:"created_at"`
	UpdatedAt    int64                     `bun:"updated_at"`
	Version      int64                     `bun:"version"`
}

type notifications struct {
	repo[helpdesk.NotificationID, helpdesk.Notification, helpdesk.NotificationFilter, notificationRow]
}

func newNotifications(t *tx) *notifications {
	return &notifications{repo[helpdesk.NotificationID, helpdesk.Notification, helpdesk.NotificationFilter, notificationRow]{t, &noun[helpdesk.NotificationID, helpdesk.Notification, helpdesk.NotificationFilter, notificationRow]{
		name: "notification", table: "@helpdesk_notifications", alias: "n",
		pack: packNotification, unpack: (*notificationRow).unpack,
		key: func(v *helpdesk.Notification) (*helpdesk.AccountID, *helpdesk.NotificationID, *int64) {
			return &v.Account, &v.ID, &v.Version
		},
		filter: t.notificationFilter,
	}}}
}

func packNotification(v *helpdesk.Notification) *notificationRow {
	return &notificationRow{
		AccountID: v.Account, ID: v.ID, Agent: v.Agent, Kind: v.Kind, Conversation: v.Conversation, Message: v.Message,
		ByKind: v.By.Kind, ByID: v.By.ID, ReadAt: at(v.ReadAt), SnoozedUntil: at(v.SnoozedUntil), LastActivity: micros(v.LastActivity),
		CreatedAt: micros(v.CreatedAt), UpdatedAt: micros(v.UpdatedAt), Version: v.Version,
	}
}

func (r *notificationRow) unpack() *helpdesk.Notification {
	return &helpdesk.Notification{
		Account: r.AccountID, ID: r.ID, Agent: r.Agent, Kind: r.Kind, Conversation: r.Conversation, Message: r.Message,
		By: helpdesk.ActorRef{Kind: r.ByKind, ID: r.ByID}, ReadAt: r.ReadAt.time(), SnoozedUntil: r.SnoozedUntil.time(),
		LastActivity: moment(r.LastActivity), CreatedAt: moment(r.CreatedAt), UpdatedAt: moment(r.UpdatedAt), Version: r.Version,
	}
}

func (t *tx) notificationFilter(q *bun.SelectQuery, f helpdesk.NotificationFilter) *bun.SelectQuery {
	if f.Agent != 0 {
		q = q.Where("n.agent_id = ?", f.Agent)
	}
	if f.Conversation != 0 {
		q = q.Where("n.conversation_id = ?", f.Conversation)
	}
	if f.Unread {
		q = q.Where("n.read_at IS NULL")
	}
	if f.Awake {
		q = q.Where("n.snoozed_until IS NULL")
	}
	if f.Scope != nil && !f.Scope.All {
		q = q.Where("EXISTS (?)", t.scoped(t.db.NewSelect().TableExpr(t.d.qualify("@helpdesk_conversations AS v")).ColumnExpr("1").
			Where("v.account_id = n.account_id AND v.id = n.conversation_id"), "v", *f.Scope))
	}
	return q
}

// List implements helpdesk.Repo.
func (r *notifications) List(ctx context.Context, f helpdesk.NotificationFilter, p helpdesk.Page) ([]*helpdesk.Notification, error) {
	var rows []notificationRow
	order, beyond := "n.last_activity_at DESC, n.id DESC", "(n.last_activity_at, n.id) < (?, ?)"
	if f.Oldest {
		order, beyond = "n.last_activity_at, n.id", "(n.last_activity_at, n.id) > (?, ?)"
	}
	q := r.filtered(r.query(&rows), f).OrderExpr(order).Limit(int64(limit(p)))
	if p.After == "" {
		return r.many(ctx, q.Offset(int64(max(p.Offset, 0))), &rows)
	}
	k, err := helpdesk.ParsePageKey(p.After)
	if err != nil {
		return nil, err
	}
	activity, err := keyNumber(k, 0)
	if err != nil {
		return nil, err
	}
	id, err := keyNumber(k, 1)
	if err != nil {
		return nil, err
	}
	return r.many(ctx, q.Where(beyond, activity, id), &rows)
}

// Tell implements helpdesk.NotificationRepo.
func (r *notifications) Tell(ctx context.Context, ns ...*helpdesk.Notification) ([]*helpdesk.Notification, error) {
	if len(ns) == 0 {
		return nil, nil
	}
	places, rows := make([]bun.TupleValues, len(ns)), make([]notificationRow, len(ns))
	for i, n := range ns {
		n.Account, n.ID, n.Version = r.account, 0, 1
		places[i], rows[i] = bun.Tuple([]int64{int64(n.Agent), int64(n.Conversation)}), *packNotification(n)
	}
	var old []notificationRow
	place := "(agent_id, conversation_id) IN (?)"
	if !r.d.postgres() {
		place = "(agent_id, conversation_id) IN (VALUES ?)"
	}
	err := r.scan(ctx, &old, "DELETE FROM @helpdesk_notifications WHERE account_id = ? AND "+place+" RETURNING *", r.account, bun.List(places))
	if err != nil {
		return nil, err
	}
	var ids []helpdesk.NotificationID
	if err := r.fail(r.insertInto(&rows, "@helpdesk_notifications AS n").Returning("id").Scan(ctx, &ids)); err != nil {
		return nil, err
	}
	ids = sortedIDs(ids) // given in the order of the rows; answers may come in any
	for i, n := range ns {
		n.ID = ids[i]
	}
	return unpackAll(old, (*notificationRow).unpack), nil
}

// MarkRead implements helpdesk.NotificationRepo.
func (r *notifications) MarkRead(ctx context.Context, agent helpdesk.AgentID, conversation helpdesk.ConversationID, at time.Time) (int, error) {
	n, err := r.exec(ctx, `UPDATE @helpdesk_notifications SET read_at = ?, updated_at = ?, version = version + 1 WHERE account_id = ? AND agent_id = ?
		AND (? = 0 OR conversation_id = ?) AND read_at IS NULL AND snoozed_until IS NULL`, micros(at), micros(at), r.account, agent, conversation, conversation)
	return int(n), err
}

// Clear implements helpdesk.NotificationRepo.
func (r *notifications) Clear(ctx context.Context, agent helpdesk.AgentID, onlyRead bool) (int, error) {
	statement := "DELETE FROM @helpdesk_notifications WHERE account_id = ? AND agent_id = ?"
	if onlyRead {
		statement += " AND read_at IS NOT NULL"
	}
	n, err := r.exec(ctx, statement, r.account, agent)
	return int(n), err
}

// DropBefore implements helpdesk.NotificationRepo.
func (r *notifications) DropBefore(ctx context.Context, at time.Time, limit int) (int, error) {
	n, err := r.exec(ctx, `DELETE FROM @helpdesk_notifications WHERE account_id = ? AND id IN (SELECT id FROM @helpdesk_notifications
		WHERE account_id = ? AND created_at < ? ORDER BY created_at, id LIMIT ?)`, r.account, r.account, micros(at), limit)
	return int(n), err
}
