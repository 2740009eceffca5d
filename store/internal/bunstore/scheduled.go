package bunstore

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/gohelpdesk/helpdesk"
)

type scheduledRow struct {
	bun.BaseModel `bun:"table:helpdesk_scheduled_messages,alias:s"`

	AccountID      helpdesk.AccountID            `bun:"account_id,pk"`
	ID             helpdesk.ScheduledID          `bun:"id,pk,autoincrement"`
	Conversation   helpdesk.ConversationID       `bun:"conversation_id"`
	AuthorKind     helpdesk.ActorKind            `bun:"author_kind"`
	AuthorID       int64                         `bun:"author_id"`
	Content        string                        `bun:"content"`
	Files          document[[]helpdesk.KeptFile] `bun:"files"`
	SendAt         int64                         `bun:"send_at"`
	HoldIfAnswered bool                          `bun:"hold_if_answered"`
	AsOf           helpdesk.MessageID            `bun:"as_of"`
	State          helpdesk.ScheduledState       `bun:"state"`
	Reason         helpdesk.SendBlock            `bun:"reason"`
	Detail         string                        `bun:"detail"`
	Message        helpdesk.MessageID            `bun:"message_id"`
	SentAt         stamp                         `bun:"sent_at"`
	CreatedAt      int64                         `bun:"created_at"`
	UpdatedAt      int64                         `bun:"updated_at"`
	Version        int64                         `bun:"version"`
}

type scheduled struct {
	repo[helpdesk.ScheduledID, helpdesk.ScheduledMessage, helpdesk.ScheduledFilter, scheduledRow]
}

func newScheduled(t *tx) *scheduled {
	return &scheduled{repo[helpdesk.ScheduledID, helpdesk.ScheduledMessage, helpdesk.ScheduledFilter, scheduledRow]{t, &noun[helpdesk.ScheduledID, helpdesk.ScheduledMessage, helpdesk.ScheduledFilter, scheduledRow]{
		name: "scheduled message", table: "@helpdesk_scheduled_messages", alias: "s",
		pack: func(v *helpdesk.ScheduledMessage) *scheduledRow {
			return &scheduledRow{
				AccountID: v.Account, ID: v.ID, Conversation: v.Conversation, AuthorKind: v.Author.Kind, AuthorID: v.Author.ID,
				Content: v.Content, Files: doc(v.Files), SendAt: micros(v.SendAt), HoldIfAnswered: v.HoldIfAnswered, AsOf: v.AsOf,
				State: v.State, Reason: v.Reason, Detail: v.Detail, Message: v.Message, SentAt: at(v.SentAt),
				CreatedAt: micros(v.CreatedAt), UpdatedAt: micros(v.UpdatedAt), Version: v.Version,
			}
		},
		unpack: func(r *scheduledRow) *helpdesk.ScheduledMessage {
			return &helpdesk.ScheduledMessage{
				Account: r.AccountID, ID: r.ID, Conversation: r.Conversation, Author: helpdesk.ActorRef{Kind: r.AuthorKind, ID: r.AuthorID},
				Content: r.Content, Files: r.Files.v, SendAt: moment(r.SendAt), HoldIfAnswered: r.HoldIfAnswered, AsOf: r.AsOf,
				State: r.State, Reason: r.Reason, Detail: r.Detail, Message: r.Message, SentAt: r.SentAt.time(),
				CreatedAt: moment(r.CreatedAt), UpdatedAt: moment(r.UpdatedAt), Version: r.Version,
			}
		},
		key: func(v *helpdesk.ScheduledMessage) (*helpdesk.AccountID, *helpdesk.ScheduledID, *int64) {
			return &v.Account, &v.ID, &v.Version
		},
		filter: t.scheduledFilter,
	}}}
}

func (t *tx) scheduledFilter(q *bun.SelectQuery, f helpdesk.ScheduledFilter) *bun.SelectQuery {
	if f.Conversation != 0 {
		q = q.Where("s.conversation_id = ?", f.Conversation)
	}
	if f.State != "" {
		q = q.Where("s.state = ?", f.State)
	}
	if f.Unsent { // as the index of them says it
		q = q.Where("s.state <> 'sent'")
	}
	if f.Scope != nil && !f.Scope.All {
		q = q.Where("EXISTS (?)", t.scoped(t.db.NewSelect().TableExpr(t.d.qualify("@helpdesk_conversations AS v")).ColumnExpr("1").
			Where("v.account_id = s.account_id AND v.id = s.conversation_id"), "v", *f.Scope))
	}
	return q
}

// List implements helpdesk.Repo: the next to be sent comes first.
func (r *scheduled) List(ctx context.Context, f helpdesk.ScheduledFilter, p helpdesk.Page) ([]*helpdesk.ScheduledMessage, error) {
	var rows []scheduledRow
	q := r.filtered(r.query(&rows), f).Order("s.send_at", "s.id").Limit(int64(limit(p)))
	if p.After == "" {
		return r.many(ctx, q.Offset(int64(max(p.Offset, 0))), &rows)
	}
	k, err := helpdesk.ParsePageKey(p.After)
	if err != nil || len(k) != 2 {
		return nil, badKey()
	}
	sendAt, err := keyNumber(k, 0)
	if err != nil {
		return nil, err
	}
	id, err := keyNumber(k, 1)
	if err != nil {
		return nil, err
	}
	return r.many(ctx, q.Where("(s.send_at, s.id) > (?, ?)", sendAt, id), &rows)
}
