package bunstore

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/gohelpdesk/helpdesk"
)

type consentRow struct {
	bun.BaseModel `bun:"table:helpdesk_consents,alias:k"`

	AccountID helpdesk.AccountID       `bun:"account_id,pk"`
	ID        helpdesk.ConsentID       `bun:"id,pk,autoincrement"`
	Contact   helpdesk.ContactID       `bun:"contact_id"`
	Category  helpdesk.ConsentCategory `bun:"category"`
	Stop      bool                     `bun:"stop"`
	Source    helpdesk.ConsentSource   `bun:"source"`
	Inbox     helpdesk.InboxID         `bun:"inbox_id"`
	Message   helpdesk.MessageID       `bun:"message_id"`
	ActorKind helpdesk.ActorKind       `bun:"actor_kind"`
	ActorID   int64                    `bun:"actor_id"`
	Note      string                   `bun:"note"`
	At        int64                    `bun:"at"`
	CreatedAt int64                    `bun:"created_at"`
}

func (r *consentRow) unpack() *helpdesk.Consent {
	return &helpdesk.Consent{
		Account: r.AccountID, ID: r.ID, Contact: r.Contact, Category: r.Category, Stop: r.Stop, Source: r.Source,
		Inbox: r.Inbox, Message: r.Message, Actor: helpdesk.ActorRef{Kind: r.ActorKind, ID: r.ActorID}, Note: r.Note,
		At: moment(r.At), CreatedAt: moment(r.CreatedAt),
	}
}

func packConsent(v *helpdesk.Consent) *consentRow {
	return &consentRow{
		AccountID: v.Account, ID: v.ID, Contact: v.Contact, Category: v.Category, Stop: v.Stop, Source: v.Source,
		Inbox: v.Inbox, Message: v.Message, ActorKind: v.Actor.Kind, ActorID: v.Actor.ID, Note: v.Note,
		At: micros(v.At), CreatedAt: micros(v.CreatedAt),
	}
}

// consents is helpdesk.ConsentLog: of a noun's methods those that add and read.
type consents struct {
	repo[helpdesk.ConsentID, helpdesk.Consent, helpdesk.ConsentFilter, consentRow]
}

func newConsents(t *tx) *consents {
	return &consents{repo[helpdesk.ConsentID, helpdesk.Consent, helpdesk.ConsentFilter, consentRow]{t, &noun[helpdesk.ConsentID, helpdesk.Consent, helpdesk.ConsentFilter, consentRow]{
		name: "consent", table: "@helpdesk_consents", alias: "k", newest: true,
		pack: packConsent, unpack: (*consentRow).unpack,
		key: func(v *helpdesk.Consent) (*helpdesk.AccountID, *helpdesk.ConsentID, *int64) {
			return &v.Account, &v.ID, nil
		},
		filter: func(q *bun.SelectQuery, f helpdesk.ConsentFilter) *bun.SelectQuery {
			if f.Contact != 0 {
				q = q.Where("k.contact_id = ?", f.Contact)
			}
			if f.Category != "" {
				q = q.Where("k.category = ?", f.Category)
			}
			if f.Source != "" {
				q = q.Where("k.source = ?", f.Source)
			}
			if !f.At.IsZero() {
				q = q.Where("k.at = ?", micros(f.At))
			}
			return q
		},
	}}}
}

// Append implements helpdesk.ConsentLog.
func (c *consents) Append(ctx context.Context, v *helpdesk.Consent) error { return c.Insert(ctx, v) }
