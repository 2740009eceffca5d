package bunstore

import (
	"context"
	"slices"

	"github.com/uptrace/bun"

	"github.com/gohelpdesk/helpdesk"
)

type mergeRow struct {
	bun.BaseModel `bun:"table:helpdesk_contact_merges,alias:cm"`

	AccountID helpdesk.AccountID                  `bun:"account_id,pk"`
	ID        helpdesk.MergeID                    `bun:"id,pk,autoincrement"`
	BaseID    helpdesk.ContactID                  `bun:"base_id"`
	MergedID  helpdesk.ContactID                  `bun:"merged_id"`
	Base      document[helpdesk.Contact]          `bun:"base"`
	Merged    document[helpdesk.Contact]          `bun:"merged"`
	Moved     document[helpdesk.MovedWithContact] `bun:"moved"`
	ByKind    helpdesk.ActorKind                  `bun:"by_kind"`
	ByID      int64                               `bun:"by_id"`
	CreatedAt int64                               `bun:"created_at"`
	UndoneAt  stamp                               `bun:"undone_at"`
}

func newMerges(t *tx) *repo[helpdesk.MergeID, helpdesk.ContactMerge, helpdesk.MergeFilter, mergeRow] {
	return &repo[helpdesk.MergeID, helpdesk.ContactMerge, helpdesk.MergeFilter, mergeRow]{t, &noun[helpdesk.MergeID, helpdesk.ContactMerge, helpdesk.MergeFilter, mergeRow]{
		name: "merge", table: "@helpdesk_contact_merges", alias: "cm",
		pack: func(v *helpdesk.ContactMerge) *mergeRow {
			return &mergeRow{
				AccountID: v.Account, ID: v.ID, BaseID: v.Base.ID, MergedID: v.Merged.ID, Base: doc(v.Base), Merged: doc(v.Merged),
				Moved: doc(v.Moved), ByKind: v.By.Kind, ByID: v.By.ID, CreatedAt: micros(v.CreatedAt), UndoneAt: at(v.UndoneAt),
			}
		},
		unpack: func(r *mergeRow) *helpdesk.ContactMerge {
			return &helpdesk.ContactMerge{
				Account: r.AccountID, ID: r.ID, Base: r.Base.v, Merged: r.Merged.v, Moved: r.Moved.v,
				By: helpdesk.ActorRef{Kind: r.ByKind, ID: r.ByID}, CreatedAt: moment(r.CreatedAt), UndoneAt: r.UndoneAt.time(),
			}
		},
		key: func(v *helpdesk.ContactMerge) (*helpdesk.AccountID, *helpdesk.MergeID, *int64) {
			return &v.Account, &v.ID, nil
		},
		filter: func(q *bun.SelectQuery, f helpdesk.MergeFilter) *bun.SelectQuery {
			if f.Base != 0 {
				q = q.Where("cm.base_id = ?", f.Base)
			}
			if f.Merged != 0 {
				q = q.Where("cm.merged_id = ?", f.Merged)
			}
			return q
		},
	}}
}

// Merge implements helpdesk.ContactRepo. Addresses come first: whoever receives
// for one of them holds its row, and their conversation is there when it is
// looked for.
func (r *contacts) Merge(ctx context.Context, base, from helpdesk.ContactID) (m helpdesk.MovedWithContact, err error) {
	move := func(ids any, table, column, also string) {
		if err == nil {
			err = r.scan(ctx, ids, "UPDATE @helpdesk_"+table+" SET "+column+" = ?"+also+" WHERE account_id = ? AND "+column+" = ? RETURNING id", base, r.account, from)
		}
	}
	const moved = ", version = version + 1"
	move(&m.Addresses, "contact_inboxes", "contact_id", moved)
	move(&m.Identities, "contact_identities", "contact_id", "")
	move(&m.Conversations, "conversations", "contact_id", moved)
	move(&m.Notes, "contact_notes", "contact_id", moved)
	move(&m.Consents, "consents", "contact_id", "")
	move(&m.Contacts, "contacts", "merged_into", moved)
	if err != nil {
		return m, err
	}
	slices.Sort(m.Addresses)
	slices.Sort(m.Identities)
	slices.Sort(m.Conversations)
	slices.Sort(m.Notes)
	slices.Sort(m.Consents)
	slices.Sort(m.Contacts)
	_, err = r.exec(ctx, "UPDATE @helpdesk_messages SET sender_id = ?, version = version + 1 WHERE account_id = ? AND conversation_id IN (?) AND sender_kind = ? AND sender_id = ?",
		base, r.account, in(m.Conversations), helpdesk.ByContact, from)
	if err != nil {
		return m, err
	}
	// What the journal knows of, erasure has to find under either.
	_, err = r.exec(ctx, `INSERT INTO @helpdesk_journal_contacts (account_id, journal_id, contact_id)
		SELECT account_id, journal_id, ? FROM @helpdesk_journal_contacts WHERE account_id = ? AND contact_id = ? ON CONFLICT DO NOTHING`, base, r.account, from)
	return m, err
}

// Split implements helpdesk.ContactRepo.
func (r *contacts) Split(ctx context.Context, base, from helpdesk.ContactID, m helpdesk.MovedWithContact) (convs []helpdesk.ConversationID, err error) {
	back := func(table, column, also, where string, args ...any) {
		if err == nil {
			args = append([]any{from, r.account, base}, args...)
			_, err = r.exec(ctx, "UPDATE @helpdesk_"+table+" SET "+column+" = ?"+also+" WHERE account_id = ? AND "+column+" = ? AND "+where, args...)
		}
	}
	const moved = ", version = version + 1"
	back("contact_inboxes", "contact_id", moved, "id IN (?)", in(m.Addresses))
	if err == nil {
		_, err = r.exec(ctx, "UPDATE @helpdesk_contact_inboxes SET main_id = 0 WHERE account_id = ? AND id IN (?) AND main_id NOT IN (?)", r.account, in(m.Addresses), in(append([]helpdesk.ContactInboxID{0}, m.Addresses...)))
	}
	back("contact_identities", "contact_id", "", "id IN (?)", in(m.Identities))
	if err == nil {
		err = r.scan(ctx, &convs, `UPDATE @helpdesk_conversations SET contact_id = ?, version = version + 1
			WHERE account_id = ? AND contact_id = ? AND (id IN (?) OR contact_inbox_id IN (?)) RETURNING id`, from, r.account, base, in(m.Conversations), in(m.Addresses))
	}
	back("contact_notes", "contact_id", moved, "id IN (?)", in(m.Notes))
	back("consents", "contact_id", "", "id IN (?)", in(m.Consents))
	back("contacts", "merged_into", moved, "id IN (?)", in(m.Contacts))
	back("messages", "sender_id", moved, "sender_kind = ? AND conversation_id IN (?)", helpdesk.ByContact, in(convs))
	slices.Sort(convs)
	return convs, err
}
