package bunstore

import (
	"github.com/uptrace/bun"

	"github.com/gohelpdesk/helpdesk"
)

type noteRow struct {
	bun.BaseModel `bun:"table:helpdesk_contact_notes,alias:n"`

	AccountID helpdesk.AccountID `bun:"account_id,pk"`
	ID        helpdesk.NoteID    `bun:"id,pk,autoincrement"`
	Contact   helpdesk.ContactID `bun:"contact_id"`
	Author    helpdesk.AgentID   `bun:"author_id"`
	Content   string             `bun:"content"`
	CreatedAt int64              `bun:"created_at"`
	UpdatedAt int64              `bun:"updated_at"`
	Version   int64              `bun:"version"`
}

func newNotes(t *tx) *repo[helpdesk.NoteID, helpdesk.Note, helpdesk.NoteFilter, noteRow] {
	return &repo[helpdesk.NoteID, helpdesk.Note, helpdesk.NoteFilter, noteRow]{t, &noun[helpdesk.NoteID, helpdesk.Note, helpdesk.NoteFilter, noteRow]{
		name: "note", table: "@helpdesk_contact_notes", alias: "n", newest: true,
		pack: func(v *helpdesk.Note) *noteRow {
			return &noteRow{
				AccountID: v.Account, ID: v.ID, Contact: v.Contact, Author: v.Author, Content: v.Content,
				CreatedAt: micros(v.CreatedAt), UpdatedAt: micros(v.UpdatedAt), Version: v.Version,
			}
		},
		unpack: func(r *noteRow) *helpdesk.Note {
			return &helpdesk.Note{
				Account: r.AccountID, ID: r.ID, Contact: r.Contact, Author: r.Author, Content: r.Content,
				CreatedAt: moment(r.CreatedAt), UpdatedAt: moment(r.UpdatedAt), Version: r.Version,
			}
		},
		key: func(v *helpdesk.Note) (*helpdesk.AccountID, *helpdesk.NoteID, *int64) {
			return &v.Account, &v.ID, &v.Version
		},
		filter: func(q *bun.SelectQuery, f helpdesk.NoteFilter) *bun.SelectQuery {
			if f.Contact != 0 {
				q = q.Where("n.contact_id = ?", f.Contact)
			}
			return q
		},
	}}
}
