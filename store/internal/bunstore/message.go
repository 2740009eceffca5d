package bunstore

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/gohelpdesk/helpdesk"
)

type messageRow struct {
	bun.BaseModel `bun:"table:helpdesk_messages,alias:m"`

	AccountID    helpdesk.AccountID       `bun:"account_id,pk"`
	ID           helpdesk.MessageID       `bun:"id,pk,autoincrement"`
	Conversation helpdesk.ConversationID  `bun:"conversation_id"`
	Inbox        helpdesk.InboxID         `bun:"inbox_id"`
	Kind         helpdesk.MessageKind     `bun:"kind"`
	Private      bool                     `bun:"private"`
	Content      string                   `bun:"content"`
	Words        string                   `bun:"words"` // what it is found by; see words.go
	ContentType  string                   `bun:"content_type"`
	ContentAttrs document[map[string]any] `bun:"content_attrs"`
	Extra        document[map[string]any] `bun:"extra"`
	SenderKind   helpdesk.ActorKind       `bun:"sender_kind"`
	SenderID     int64                    `bun:"sender_id"`
	ExternalID   string                   `bun:"external_id"`
	EchoID       string                   `bun:"echo_id"`
	State        helpdesk.SendState       `bun:"state"`
	FailReason   string                   `bun:"fail_reason"`
	ProviderAt   stamp                    `bun:"provider_at"`
	Origin       helpdesk.ConversationID  `bun:"origin_conversation_id"`
	Attachments  int                      `bun:"attachments"` // how many, so that most messages need no second query
	CreatedAt    int64                    `bun:"created_at"`
	UpdatedAt    int64                    `bun:"updated_at"`
	Version      int64                    `bun:"version"`
}

func packMessage(m *helpdesk.Message) *messageRow {
	return &messageRow{
		AccountID: m.Account, ID: m.ID, Conversation: m.Conversation, Inbox: m.Inbox, Kind: m.Kind, Private: m.Private,
		Content: m.Content, Words: searchable(m), ContentType: m.ContentType,
		ContentAttrs: doc(m.ContentAttrs), Extra: doc(m.Extra), SenderKind: m.Sender.Kind, SenderID: m.Sender.ID,
		ExternalID: m.ExternalID, EchoID: m.EchoID, State: m.State, FailReason: m.FailReason,
		ProviderAt: at(m.ProviderAt), Origin: m.Origin, Attachments: len(m.Attachments),
		CreatedAt: micros(m.CreatedAt), UpdatedAt: micros(m.UpdatedAt), Version: m.Version,
	}
}

// searchable are the words a message is found by: none for what the product said
// of itself, and in the place of a message that was deleted.
func searchable(m *helpdesk.Message) string {
	if deleted, _ := m.ContentAttrs["deleted"].(bool); deleted || m.Kind == helpdesk.Activity {
		return ""
	}
	return strings.Join(wordsOf(m.Content), " ")
}

func (r *messageRow) unpack() *helpdesk.Message {
	return &helpdesk.Message{
		Account: r.AccountID, ID: r.ID, Conversation: r.Conversation, Inbox: r.Inbox, Kind: r.Kind, Private: r.Private,
		Content: r.Content, ContentType: r.ContentType,
		ContentAttrs: r.ContentAttrs.v, Extra: r.Extra.v, Sender: helpdesk.ActorRef{Kind: r.SenderKind, ID: r.SenderID},
		ExternalID: r.ExternalID, EchoID: r.EchoID, State: r.State, FailReason: r.FailReason,
		ProviderAt: r.ProviderAt.time(), Origin: r.Origin,
		CreatedAt: moment(r.CreatedAt), UpdatedAt: moment(r.UpdatedAt), Version: r.Version,
	}
}

type messages struct {
	repo[helpdesk.MessageID, helpdesk.Message, helpdesk.MessageFilter, messageRow]
}

func newMessages(t *tx) *messages {
	return &messages{repo[helpdesk.MessageID, helpdesk.Message, helpdesk.MessageFilter, messageRow]{t, &noun[helpdesk.MessageID, helpdesk.Message, helpdesk.MessageFilter, messageRow]{
		name: "message", table: "@helpdesk_messages", alias: "m",
		pack: packMessage, unpack: (*messageRow).unpack,
		key: func(m *helpdesk.Message) (*helpdesk.AccountID, *helpdesk.MessageID, *int64) {
			return &m.Account, &m.ID, &m.Version
		},
		keep: []string{"attachments"},
	}}}
}

// public is what the customer may see.
func public(q *bun.SelectQuery, only bool) *bun.SelectQuery {
	if only {
		q = q.Where("NOT m.private AND m.kind <> ?", helpdesk.Activity)
	}
	return q
}

// read runs a query for messages and reads their attachments along.
func (r *messages) read(ctx context.Context, q *bun.SelectQuery, rows *[]messageRow) ([]*helpdesk.Message, error) {
	ms, err := r.many(ctx, q, rows)
	if err != nil {
		return nil, err
	}
	var with []*helpdesk.Message
	for i, row := range *rows {
		if row.Attachments > 0 {
			with = append(with, ms[i])
		}
	}
	return ms, r.attach(ctx, with)
}

func (r *messages) first(ctx context.Context, where func(*bun.SelectQuery) *bun.SelectQuery) (*helpdesk.Message, error) {
	var rows []messageRow
	ms, err := r.read(ctx, where(r.query(&rows)).Limit(1), &rows)
	if err != nil {
		return nil, err
	}
	if len(ms) == 0 {
		return nil, notFound("message")
	}
	return ms[0], nil
}

// Get implements helpdesk.MessageRepo.
func (r *messages) Get(ctx context.Context, id helpdesk.MessageID) (*helpdesk.Message, error) {
	return r.first(ctx, func(q *bun.SelectQuery) *bun.SelectQuery { return q.Where("m.id = ?", id) })
}

// ByExternal implements helpdesk.MessageRepo.
func (r *messages) ByExternal(ctx context.Context, inbox helpdesk.InboxID, externalID string) (*helpdesk.Message, error) {
	if externalID == "" {
		return nil, notFound("message")
	}
	m, err := r.first(ctx, func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Where("m.inbox_id = ? AND m.external_id = ? AND m.external_id <> ''", inbox, externalID)
	})
	if helpdesk.CodeOf(err) != helpdesk.NotFound {
		return m, err
	}
	id, broken := journal{r.tx}.Joined(ctx, inbox, externalID)
	if broken != nil {
		return nil, broken
	}
	if id == 0 {
		return nil, err
	}
	return r.Get(ctx, id)
}

// List implements helpdesk.MessageRepo.
func (r *messages) List(ctx context.Context, f helpdesk.MessageFilter, p helpdesk.Page) ([]*helpdesk.Message, error) {
	var rows []messageRow
	q := public(r.query(&rows), f.Public)
	if f.IDs != nil {
		q = q.Where("m.id IN (?)", in(f.IDs))
	}
	if f.IDs == nil || f.Conversation != 0 {
		q = q.Where("m.conversation_id = ?", f.Conversation)
	}
	forward := f.After != 0
	switch {
	case f.After != 0 && f.Before != 0:
		q = q.Where("m.id >= ? AND m.id < ?", f.After, f.Before)
	case f.After != 0:
		q = q.Where("m.id > ?", f.After)
	case f.Before != 0:
		q = q.Where("m.id < ?", f.Before)
	}
	if forward {
		q = q.Order("m.id")
	} else {
		q = q.Order("m.id DESC")
	}
	ms, err := r.read(ctx, q.Limit(int64(limit(p))).Offset(int64(max(p.Offset, 0))), &rows)
	if !forward {
		slices.Reverse(ms)
	}
	return ms, err
}

// Last implements helpdesk.MessageRepo.
func (r *messages) Last(ctx context.Context, only bool, ids ...helpdesk.ConversationID) (map[helpdesk.ConversationID]*helpdesk.Message, error) {
	last := make(map[helpdesk.ConversationID]*helpdesk.Message, len(ids))
	if len(ids) == 0 {
		return last, nil
	}
	// One look at the end of the index per conversation, however long it is.
	newest := public(r.selectFrom((*messageRow)(nil), "@helpdesk_messages", "m").ColumnExpr("m.id").Where("m.conversation_id = c.id"), only).
		Order("m.id DESC").Limit(1)
	newestOf := r.db.NewSelect().TableExpr(r.d.qualify("@helpdesk_conversations AS c")).ColumnExpr("(?)", newest).
		Where("c.account_id = ? AND c.id IN (?)", r.account, in(ids))
	var rows []messageRow
	ms, err := r.read(ctx, r.query(&rows).Where("m.id IN (?)", newestOf), &rows)
	for _, m := range ms {
		last[m.Conversation] = m
	}
	return last, err
}

// Insert implements helpdesk.MessageRepo.
func (r *messages) Insert(ctx context.Context, ms ...*helpdesk.Message) error {
	if len(ms) == 0 {
		return nil
	}
	if len(ms) == 1 {
		return r.insertOne(ctx, ms[0])
	}
	rows := make([]messageRow, len(ms))
	for i, m := range ms {
		m.Account, m.ID, m.Version = r.account, 0, 1
		rows[i] = *packMessage(m)
	}
	var ids []helpdesk.MessageID
	err := r.fail(r.insertInto(&rows, "@helpdesk_messages AS m").On("CONFLICT DO NOTHING").Returning("id").Scan(ctx, &ids))
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	if len(ids) == 0 {
		return taken("message")
	}
	if len(ids) < len(ms) {
		return r.fail(taken("message")) // some were written: nothing of it may stay
	}
	slices.Sort(ids) // ids are given in the order of the rows; answers may come in any
	for i, m := range ms {
		m.ID = ids[i]
	}
	return r.insertAttachments(ctx, ms)
}

func (r *messages) insertOne(ctx context.Context, m *helpdesk.Message) error {
	if err := r.repo.Insert(ctx, m); err != nil || len(m.Attachments) == 0 {
		return err
	}
	return r.insertAttachments(ctx, []*helpdesk.Message{m})
}

// Update implements helpdesk.MessageRepo. It leaves the attachments alone.
func (r *messages) Update(ctx context.Context, m *helpdesk.Message) error {
	return r.repo.Update(ctx, m)
}

// CountSince implements helpdesk.MessageRepo.
func (r *messages) CountSince(ctx context.Context, id helpdesk.ConversationID, since time.Time) (int, error) {
	var n int
	return n, r.scan(ctx, &n, "SELECT count(*) FROM @helpdesk_messages WHERE account_id = ? AND conversation_id = ? AND created_at >= ?", r.account, id, micros(since))
}

// MarkRead implements helpdesk.MessageRepo.
func (r *messages) MarkRead(ctx context.Context, id helpdesk.ConversationID, at time.Time) ([]*helpdesk.Message, error) {
	var ids []helpdesk.MessageID
	err := r.scan(ctx, &ids, `UPDATE @helpdesk_messages SET state = ?, version = version + 1 WHERE account_id = ? AND conversation_id = ?
		AND kind IN (?) AND NOT private AND created_at <= ? AND state IN (?) RETURNING id`,
		helpdesk.StateRead, r.account, id, bun.List([]helpdesk.MessageKind{helpdesk.Outgoing, helpdesk.Template}), micros(at),
		bun.List([]helpdesk.SendState{helpdesk.StateSent, helpdesk.StateDelivered}))
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	var rows []messageRow
	return r.read(ctx, r.query(&rows).Where("m.id IN (?)", in(ids)).Order("m.id"), &rows)
}
