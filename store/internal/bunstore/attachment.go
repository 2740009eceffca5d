package bunstore

import (
	"context"
	"slices"

	"github.com/uptrace/bun"

	"github.com/gohelpdesk/helpdesk"
)

type attachmentRow struct {
	bun.BaseModel `bun:"table:helpdesk_attachments,alias:f"`

	AccountID   helpdesk.AccountID       `bun:"account_id,pk"`
	ID          helpdesk.AttachmentID    `bun:"id,pk,autoincrement"`
	Message     helpdesk.MessageID       `bun:"message_id"`
	Type        string                   `bun:"type"`
	Name        string                   `bun:"name"`
	ContentType string                   `bun:"content_type"`
	Size        int64                    `bun:"size"`
	Width       int                      `bun:"width"`
	Height      int                      `bun:"height"`
	Blob        string                   `bun:"blob"`
	URL         string                   `bun:"url"`
	Ref         string                   `bun:"ref"`
	Meta        document[map[string]any] `bun:"meta"`
	CreatedAt   int64                    `bun:"created_at"`
}

func packAttachment(a *helpdesk.Attachment) *attachmentRow {
	return &attachmentRow{
		AccountID: a.Account, ID: a.ID, Message: a.Message, Type: a.Type, Name: a.Name, ContentType: a.ContentType,
		Size: a.Size, Width: a.Width, Height: a.Height, Blob: a.Blob, URL: a.URL, Ref: a.Ref, Meta: doc(a.Meta), CreatedAt: micros(a.CreatedAt),
	}
}

func (r *attachmentRow) unpack() *helpdesk.Attachment {
	return &helpdesk.Attachment{
		Account: r.AccountID, ID: r.ID, Message: r.Message, Type: r.Type, Name: r.Name, ContentType: r.ContentType,
		Size: r.Size, Width: r.Width, Height: r.Height, Blob: r.Blob, URL: r.URL, Ref: r.Ref, Meta: r.Meta.v, CreatedAt: moment(r.CreatedAt),
	}
}

// attach reads the attachments of messages that have some.
func (r *messages) attach(ctx context.Context, ms []*helpdesk.Message) error {
	if len(ms) == 0 {
		return nil
	}
	byID := make(map[helpdesk.MessageID]*helpdesk.Message, len(ms))
	ids := make([]helpdesk.MessageID, len(ms))
	for i, m := range ms {
		ids[i], byID[m.ID] = m.ID, m
	}
	var rows []attachmentRow
	err := r.all(ctx, r.selectFrom(&rows, "@helpdesk_attachments", "f").Where("f.message_id IN (?)", in(ids)).Order("f.id"))
	for i := range rows {
		m := byID[rows[i].Message]
		m.Attachments = append(m.Attachments, rows[i].unpack())
	}
	return err
}

// insertAttachments writes the attachments of new messages.
func (r *messages) insertAttachments(ctx context.Context, ms []*helpdesk.Message) error {
	var all []*helpdesk.Attachment
	for _, m := range ms {
		for _, a := range m.Attachments {
			a.Account, a.ID, a.Message = r.account, 0, m.ID
			all = append(all, a)
		}
	}
	if len(all) == 0 {
		return nil
	}
	rows := make([]attachmentRow, len(all))
	for i, a := range all {
		rows[i] = *packAttachment(a)
	}
	var ids []helpdesk.AttachmentID
	if err := r.fail(r.insertInto(&rows, "@helpdesk_attachments").Returning("id").Scan(ctx, &ids)); err != nil {
		return err
	}
	slices.Sort(ids)
	for i, a := range all {
		a.ID = ids[i]
	}
	return nil
}

// AddAttachments implements helpdesk.MessageRepo.
func (r *messages) AddAttachments(ctx context.Context, id helpdesk.MessageID, as ...*helpdesk.Attachment) error {
	n, err := r.exec(ctx, "UPDATE @helpdesk_messages SET attachments = attachments + ? WHERE account_id = ? AND id = ?", len(as), r.account, id)
	if err != nil {
		return err
	}
	if n == 0 {
		return notFound("message")
	}
	return r.insertAttachments(ctx, []*helpdesk.Message{{ID: id, Attachments: as}})
}

// Attachment implements helpdesk.MessageRepo.
func (r *messages) Attachment(ctx context.Context, id helpdesk.AttachmentID) (*helpdesk.Attachment, error) {
	row := new(attachmentRow)
	if err := r.find(ctx, r.selectFrom(row, "@helpdesk_attachments", "f").Where("f.id = ?", id), "attachment"); err != nil {
		return nil, err
	}
	return row.unpack(), nil
}

// UpdateAttachment implements helpdesk.MessageRepo.
func (r *messages) UpdateAttachment(ctx context.Context, a *helpdesk.Attachment) error {
	a.Account = r.account
	res, err := r.db.NewUpdate().Model(packAttachment(a)).ModelTableExpr(r.d.qualify("@helpdesk_attachments AS f")).
		ExcludeColumn("message_id").WherePK().Exec(ctx)
	if err != nil {
		return r.fail(err)
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return notFound("attachment")
	}
	return nil
}

// DeleteAttachments implements helpdesk.MessageRepo.
func (r *messages) DeleteAttachments(ctx context.Context, id helpdesk.MessageID) ([]string, error) {
	var keys []string
	if err := r.scan(ctx, &keys, "DELETE FROM @helpdesk_attachments WHERE account_id = ? AND message_id = ? RETURNING blob", r.account, id); err != nil {
		return nil, err
	}
	_, err := r.exec(ctx, "UPDATE @helpdesk_messages SET attachments = 0 WHERE account_id = ? AND id = ?", r.account, id)
	return slices.DeleteFunc(keys, func(k string) bool { return k == "" }), err
}

// Attachments implements helpdesk.MessageRepo.
func (r *messages) Attachments(ctx context.Context, id helpdesk.ConversationID, only bool, p helpdesk.Page) ([]*helpdesk.Attachment, error) {
	var rows []attachmentRow
	q := r.attachmentsOf(&rows, id, only).Order("f.message_id DESC", "f.id DESC")
	err := r.all(ctx, q.Limit(int64(limit(p))).Offset(int64(max(p.Offset, 0))))
	return unpackAll(rows, (*attachmentRow).unpack), err
}

// CountAttachments implements helpdesk.MessageRepo.
func (r *messages) CountAttachments(ctx context.Context, id helpdesk.ConversationID, only bool) (int, error) {
	var n int
	err := r.attachmentsOf((*attachmentRow)(nil), id, only).ColumnExpr("count(*)").Scan(ctx, &n)
	return n, r.fail(err)
}

func (r *messages) attachmentsOf(dest any, id helpdesk.ConversationID, only bool) *bun.SelectQuery {
	said := public(r.selectFrom((*messageRow)(nil), "@helpdesk_messages", "m").ColumnExpr("m.id").
		Where("m.conversation_id = ? AND m.attachments > 0", id), only)
	return r.selectFrom(dest, "@helpdesk_attachments", "f").Where("f.message_id IN (?)", said)
}
