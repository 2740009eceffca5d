package bunstore

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/gohelpdesk/helpdesk"
)

type contactInboxRow struct {
	bun.BaseModel `bun:"table:helpdesk_contact_inboxes,alias:ci"`

	AccountID   helpdesk.AccountID      `bun:"account_id,pk"`
	ID          helpdesk.ContactInboxID `bun:"id,pk,autoincrement"`
	Contact     helpdesk.ContactID      `bun:"contact_id"`
	Inbox       helpdesk.InboxID        `bun:"inbox_id"`
	Source      string                  `bun:"source"`
	Main        helpdesk.ContactInboxID `bun:"main_id"`
	PubsubToken string                  `bun:"pubsub_token"`
	Verified    bool                    `bun:"verified"`
	CreatedAt   int64                   `bun:"created_at"`
	UpdatedAt   int64                   `bun:"updated_at"`
	Version     int64                   `bun:"version"`
}

func packContactInbox(v *helpdesk.ContactInbox) *contactInboxRow {
	return &contactInboxRow{
		AccountID: v.Account, ID: v.ID, Contact: v.Contact, Inbox: v.Inbox, Source: v.Source, Main: v.Main,
		PubsubToken: v.PubsubToken, Verified: v.Verified,
		CreatedAt: micros(v.CreatedAt), UpdatedAt: micros(v.UpdatedAt), Version: v.Version,
	}
}

func (r *contactInboxRow) unpack() *helpdesk.ContactInbox {
	return &helpdesk.ContactInbox{
		Account: r.AccountID, ID: r.ID, Contact: r.Contact, Inbox: r.Inbox, Source: r.Source, Main: r.Main,
		PubsubToken: r.PubsubToken, Verified: r.Verified,
		CreatedAt: moment(r.CreatedAt), UpdatedAt: moment(r.UpdatedAt), Version: r.Version,
	}
}

type contactInboxes struct {
	repo[helpdesk.ContactInboxID, helpdesk.ContactInbox, struct{}, contactInboxRow]
}

func newContactInboxes(t *tx) *contactInboxes {
	return &contactInboxes{repo[helpdesk.ContactInboxID, helpdesk.ContactInbox, struct{}, contactInboxRow]{t, &noun[helpdesk.ContactInboxID, helpdesk.ContactInbox, struct{}, contactInboxRow]{
		name: "address", table: "@helpdesk_contact_inboxes", alias: "ci",
		pack: packContactInbox, unpack: (*contactInboxRow).unpack,
		key: func(v *helpdesk.ContactInbox) (*helpdesk.AccountID, *helpdesk.ContactInboxID, *int64) {
			return &v.Account, &v.ID, &v.Version
		},
	}}}
}

// Find implements helpdesk.ContactInboxRepo.
func (r *contactInboxes) Find(ctx context.Context, inbox helpdesk.InboxID, source string) (*helpdesk.ContactInbox, error) {
	return r.one(ctx, "ci.inbox_id = ? AND ci.source = ?", inbox, source)
}

// FindIn implements helpdesk.ContactInboxRepo.
func (r *contactInboxes) FindIn(ctx context.Context, inboxes []helpdesk.InboxID, source string) (*helpdesk.ContactInbox, error) {
	return r.one(ctx, "ci.inbox_id IN (?) AND ci.source = ? ORDER BY ci.inbox_id LIMIT 1", in(inboxes), source)
}

func (r *contactInboxes) locked(ctx context.Context, inbox helpdesk.InboxID, source string) (*helpdesk.ContactInbox, error) {
	return r.one(ctx, "ci.inbox_id = ? AND ci.source = ?"+r.locking("ci"), inbox, source)
}

// Claim implements helpdesk.ContactInboxRepo.
func (r *contactInboxes) Claim(ctx context.Context, inbox helpdesk.InboxID, source string) (*helpdesk.ContactInbox, error) {
	v, err := r.locked(ctx, inbox, source)
	if helpdesk.CodeOf(err) != helpdesk.NotFound {
		return v, err
	}
	fresh := &helpdesk.ContactInbox{Inbox: inbox, Source: source}
	err = r.put(ctx, fresh)
	if helpdesk.CodeOf(err) != helpdesk.Conflict {
		return claimed(fresh, err)
	}
	v, err = r.locked(ctx, inbox, source)
	if helpdesk.CodeOf(err) == helpdesk.NotFound { // deleted between the two statements
		return nil, r.moved("address")
	}
	return v, err
}

// Of implements helpdesk.ContactInboxRepo.
func (r *contactInboxes) Of(ctx context.Context, contacts ...helpdesk.ContactID) ([]*helpdesk.ContactInbox, error) {
	var rows []contactInboxRow
	return r.many(ctx, r.query(&rows).Where("ci.contact_id IN (?) AND ci.main_id = 0", in(contacts)).Order("ci.id"), &rows)
}
