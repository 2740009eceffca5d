package bunstore

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"github.com/gohelpdesk/helpdesk"
)

type contactRow struct {
	bun.BaseModel `bun:"table:helpdesk_contacts,alias:c"`

	AccountID      helpdesk.AccountID       `bun:"account_id,pk"`
	ID             helpdesk.ContactID       `bun:"id,pk,autoincrement"`
	Name           string                   `bun:"name"`
	NameFold       string                   `bun:"name_fold"`
	Email          string                   `bun:"email"`
	EmailFold      string                   `bun:"email_fold"`
	Phone          string                   `bun:"phone"`
	Identifier     string                   `bun:"identifier"`
	Company        string                   `bun:"company"`
	CompanyFold    string                   `bun:"company_fold"`
	Grams          string                   `bun:"grams"` // what they are found by; see words.go
	City           string                   `bun:"city"`
	Country        string                   `bun:"country"`
	AvatarURL      string                   `bun:"avatar_url"`
	Avatar         string                   `bun:"avatar"`
	Blocked        bool                     `bun:"blocked"`
	Labels         idList                   `bun:"labels"`
	Attributes     document[map[string]any] `bun:"attributes"`
	Extra          document[map[string]any] `bun:"extra"`
	Readings       document[*readings]      `bun:"readings"`
	MergedInto     helpdesk.ContactID       `bun:"merged_into"`
	LastActivityAt int64                    `bun:"last_activity_at"`
	CreatedAt      int64                    `bun:"created_at"`
	UpdatedAt      int64                    `bun:"updated_at"`
	Version        int64                    `bun:"version"`
}

func packContact(c *helpdesk.Contact) *contactRow {
	return &contactRow{
		AccountID: c.Account, ID: c.ID, Name: c.Name, NameFold: fold(c.Name), Email: c.Email, EmailFold: fold(c.Email),
		Phone: c.Phone, Identifier: c.Identifier, Company: c.Company, CompanyFold: fold(c.Company),
		Grams: grams(c.Name, c.Email, c.Company, c.Phone, c.Identifier),
		City:  c.City, Country: c.Country, AvatarURL: c.AvatarURL, Avatar: c.Avatar, Blocked: c.Blocked, Labels: packIDs(c.Labels),
		Attributes: doc(c.Attributes), Extra: doc(c.Extra), MergedInto: c.MergedInto,
		Readings:       contactReadings(c),
		LastActivityAt: micros(c.LastActivityAt),
		CreatedAt:      micros(c.CreatedAt), UpdatedAt: micros(c.UpdatedAt), Version: c.Version,
	}
}

func (r *contactRow) unpack() *helpdesk.Contact {
	return &helpdesk.Contact{
		Account: r.AccountID, ID: r.ID, Name: r.Name, Email: r.Email,
		Phone: r.Phone, Identifier: r.Identifier, Company: r.Company,
		City: r.City, Country: r.Country, AvatarURL: r.AvatarURL, Avatar: r.Avatar, Blocked: r.Blocked, Labels: unpackIDs[helpdesk.LabelID](r.Labels),
		Attributes: r.Attributes.v, Extra: r.Extra.v, MergedInto: r.MergedInto,
		LastActivityAt: moment(r.LastActivityAt),
		CreatedAt:      moment(r.CreatedAt), UpdatedAt: moment(r.UpdatedAt), Version: r.Version,
	}
}

type contacts struct {
	repo[helpdesk.ContactID, helpdesk.Contact, helpdesk.ContactFilter, contactRow]
}

func newContacts(t *tx) *contacts {
	return &contacts{repo[helpdesk.ContactID, helpdesk.Contact, helpdesk.ContactFilter, contactRow]{t, &noun[helpdesk.ContactID, helpdesk.Contact, helpdesk.ContactFilter, contactRow]{
		name: "contact", table: "@helpdesk_contacts", alias: "c",
		pack: packContact, unpack: (*contactRow).unpack,
		key: func(c *helpdesk.Contact) (*helpdesk.AccountID, *helpdesk.ContactID, *int64) {
			return &c.Account, &c.ID, &c.Version
		},
		filter: t.contactFilter,
		keep:   []string{"labels"},
		owned: []string{
			"DELETE FROM @helpdesk_contact_labels WHERE account_id = ? AND contact_id = ?",
			"DELETE FROM @helpdesk_contact_identities WHERE account_id = ? AND contact_id = ?",
			"DELETE FROM @helpdesk_contact_inboxes WHERE account_id = ? AND contact_id = ?",
			"DELETE FROM @helpdesk_contact_notes WHERE account_id = ? AND contact_id = ?",
			"DELETE FROM @helpdesk_consents WHERE account_id = ? AND contact_id = ?",
			"DELETE FROM @helpdesk_contact_merges WHERE account_id = ? AND base_id = ?",
			"DELETE FROM @helpdesk_contacts WHERE account_id = ? AND merged_into = ?",
		},
	}}}
}

// Insert implements helpdesk.Repo.
func (r *contacts) Insert(ctx context.Context, c *helpdesk.Contact) error {
	c.Labels = sortedIDs(c.Labels)
	if err := r.repo.Insert(ctx, c); err != nil {
		return err
	}
	return r.addLabels(ctx, "contact", int64(c.ID), c.Labels)
}

// Delete implements helpdesk.Repo: a contact takes their conversations with them.
func (r *contacts) Delete(ctx context.Context, id helpdesk.ContactID) error {
	if err := r.repo.Delete(ctx, id); err != nil {
		return err
	}
	return r.dropConversations(ctx, "contact_id", int64(id))
}

// SetLabels implements helpdesk.ContactRepo. It moves the contact's version.
func (r *contacts) SetLabels(ctx context.Context, c *helpdesk.Contact, labels []helpdesk.LabelID) error {
	labels = sortedIDs(labels)
	n, err := r.exec(ctx, "UPDATE @helpdesk_contacts SET labels = ?, version = version + 1 WHERE account_id = ? AND id = ? AND version = ?",
		string(packIDs(labels)), r.account, c.ID, c.Version)
	if err != nil || n == 0 {
		return r.missed(ctx, c.ID, err)
	}
	c.Labels = labels
	c.Version++
	return r.setLabels(ctx, "contact", int64(c.ID), labels)
}

// Touch implements helpdesk.ContactRepo.
func (r *contacts) Touch(ctx context.Context, id helpdesk.ContactID, at time.Time) error {
	_, err := r.exec(ctx, "UPDATE @helpdesk_contacts SET last_activity_at = ? WHERE account_id = ? AND id = ? AND last_activity_at < ?",
		micros(at), r.account, id, micros(at))
	return err
}
