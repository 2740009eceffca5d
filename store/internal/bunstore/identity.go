package bunstore

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/gohelpdesk/helpdesk"
)

type identityRow struct {
	bun.BaseModel `bun:"table:helpdesk_contact_identities,alias:i"`

	AccountID helpdesk.AccountID    `bun:"account_id,pk"`
	ID        helpdesk.IdentityID   `bun:"id,pk,autoincrement"`
	Contact   helpdesk.ContactID    `bun:"contact_id"`
	Kind      helpdesk.IdentityKind `bun:"kind"`
	Canonical string                `bun:"canonical"`
	Raw       string                `bun:"raw"`
	Attested  bool                  `bun:"attested"`
	CreatedAt int64                 `bun:"created_at"`
}

func (r *identityRow) unpack() *helpdesk.Identity {
	return &helpdesk.Identity{
		Account: r.AccountID, ID: r.ID, Contact: r.Contact, Kind: r.Kind, Canonical: r.Canonical,
		Raw: r.Raw, Attested: r.Attested, CreatedAt: moment(r.CreatedAt),
	}
}

type identities struct{ *tx }

func (r identities) query(row *identityRow, kind helpdesk.IdentityKind, canonical string) *bun.SelectQuery {
	return r.selectFrom(row, "@helpdesk_contact_identities", "i").Where("i.kind = ? AND i.canonical = ?", kind, canonical)
}

// Claim implements helpdesk.IdentityRepo. The known case costs one statement;
// an insertion waits for another transaction that inserts the same key, and
// then finds its row.
func (r identities) Claim(ctx context.Context, kind helpdesk.IdentityKind, canonical, raw string) (*helpdesk.Identity, error) {
	row := new(identityRow)
	err := r.find(ctx, r.lock(r.query(row, kind, canonical)), "identity")
	if helpdesk.CodeOf(err) != helpdesk.NotFound {
		return claimed(row.unpack(), err)
	}
	fresh := &identityRow{AccountID: r.account, Kind: kind, Canonical: canonical, Raw: raw}
	n, err := r.insert(ctx, r.insertInto(fresh, "@helpdesk_contact_identities AS i"))
	if err != nil || n > 0 {
		return claimed(fresh.unpack(), err)
	}
	err = r.find(ctx, r.lock(r.query(row, kind, canonical)), "identity")
	if helpdesk.CodeOf(err) == helpdesk.NotFound { // deleted between the two statements
		return nil, r.moved("identity")
	}
	return claimed(row.unpack(), err)
}

func claimed[T any](v *T, err error) (*T, error) {
	if err != nil {
		return nil, err
	}
	return v, nil
}

// Find implements helpdesk.IdentityRepo.
func (r identities) Find(ctx context.Context, kind helpdesk.IdentityKind, canonical string) (*helpdesk.Identity, error) {
	row := new(identityRow)
	if err := r.find(ctx, r.query(row, kind, canonical), "identity"); err != nil {
		return nil, err
	}
	return row.unpack(), nil
}

// Of implements helpdesk.IdentityRepo.
func (r identities) Of(ctx context.Context, contact helpdesk.ContactID) ([]*helpdesk.Identity, error) {
	var rows []identityRow
	err := r.all(ctx, r.selectFrom(&rows, "@helpdesk_contact_identities", "i").Where("i.contact_id = ?", contact).Order("i.id"))
	return unpackAll(rows, (*identityRow).unpack), err
}

// Update implements helpdesk.IdentityRepo.
func (r identities) Update(ctx context.Context, v *helpdesk.Identity) error {
	n, err := r.exec(ctx, `UPDATE @helpdesk_contact_identities SET contact_id = ?, kind = ?, canonical = ?, raw = ?, attested = ?, created_at = ?
		WHERE account_id = ? AND id = ?`, v.Contact, v.Kind, v.Canonical, v.Raw, v.Attested, micros(v.CreatedAt), r.account, v.ID)
	if err == nil && n == 0 {
		return notFound("identity")
	}
	v.Account = r.account
	return err
}

// Delete implements helpdesk.IdentityRepo.
func (r identities) Delete(ctx context.Context, id helpdesk.IdentityID) error {
	n, err := r.exec(ctx, "DELETE FROM @helpdesk_contact_identities WHERE account_id = ? AND id = ?", r.account, id)
	if err == nil && n == 0 {
		return notFound("identity")
	}
	return err
}
