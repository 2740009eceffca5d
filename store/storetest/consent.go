package storetest

import (
	"context"

	"github.com/gohelpdesk/helpdesk"
)

// consent adds a line to a contact's ledger.
func (d *desk) consent(contact helpdesk.ContactID, changes ...func(*helpdesk.Consent)) *helpdesk.Consent {
	d.Helper()
	c := &helpdesk.Consent{Contact: contact, Category: helpdesk.ConsentAll, Source: helpdesk.ConsentWord, At: at(1), CreatedAt: at(2)}
	for _, change := range changes {
		change(c)
	}
	d.update(func(ctx context.Context, tx helpdesk.Tx) error { return tx.Consents().Append(ctx, c) })
	return c
}

func (d *desk) ledger(f helpdesk.ConsentFilter, p helpdesk.Page) []*helpdesk.Consent {
	d.Helper()
	var out []*helpdesk.Consent
	d.view(func(ctx context.Context, tx helpdesk.Tx) (err error) {
		out, err = tx.Consents().List(ctx, f, p)
		return err
	})
	return out
}

// testConsents: what customers said about what may be sent to them.
func testConsents(s suite) {
	s.test("keeps every field", func(d *desk) {
		row := d.consent(d.contact().ID, func(c *helpdesk.Consent) {
			c.Category, c.Stop, c.Inbox, c.Message, c.Note = helpdesk.ConsentMarketing, true, 7, 1<<40, awkward("PARAR")
			c.Actor, c.At, c.CreatedAt = helpdesk.ActorRef{Kind: helpdesk.ByContact, ID: 3}, away(1), away(2)
		})
		filled(d, row)
		equal(d, "account", row.Account, d.account)
		for _, got := range []*helpdesk.Consent{d.ledger(helpdesk.ConsentFilter{}, helpdesk.Page{})[0], d.consentOf(row.ID)} {
			same(d, got, row)
			inUTC(d, got)
		}
		d.in(d.other).refuses(helpdesk.NotFound, func(ctx context.Context, tx helpdesk.Tx) error {
			_, err := tx.Consents().Get(ctx, row.ID)
			return err
		})
	})
	s.test("lists the newest first, filtered, in pages, of one account", func(d *desk) {
		ann, bob := d.contact().ID, d.contact().ID
		first := d.consent(ann).ID
		second := d.consent(ann, func(c *helpdesk.Consent) { c.Category, c.At = helpdesk.ConsentMarketing, at(9) }).ID
		third := d.consent(ann, func(c *helpdesk.Consent) { c.Source, c.At = helpdesk.ConsentProvider, at(0) }).ID
		d.consent(bob)
		d.in(d.other).consent(ann)
		found := func(f helpdesk.ConsentFilter, p helpdesk.Page) (out []helpdesk.ConsentID) {
			f.Contact = ann
			for _, c := range d.ledger(f, p) {
				out = append(out, c.ID)
			}
			return out
		}
		equal(d, "all", found(helpdesk.ConsentFilter{}, helpdesk.Page{}), []helpdesk.ConsentID{third, second, first})
		equal(d, "a page", found(helpdesk.ConsentFilter{}, helpdesk.Page{Limit: 1, Offset: 1}), []helpdesk.ConsentID{second})
		equal(d, "of a category", found(helpdesk.ConsentFilter{Category: helpdesk.ConsentAll}, helpdesk.Page{}), []helpdesk.ConsentID{third, first})
		equal(d, "of a source", found(helpdesk.ConsentFilter{Source: helpdesk.ConsentProvider}, helpdesk.Page{}), []helpdesk.ConsentID{third})
		equal(d, "of a moment", found(helpdesk.ConsentFilter{At: at(9)}, helpdesk.Page{}), []helpdesk.ConsentID{second})
	})
	s.test("goes with the contact", func(d *desk) {
		ann, bob := d.contact().ID, d.contact().ID
		d.consent(ann)
		kept := d.consent(bob).ID
		d.update(func(ctx context.Context, tx helpdesk.Tx) error { return tx.Contacts().Delete(ctx, ann) })
		rows := d.ledger(helpdesk.ConsentFilter{}, helpdesk.Page{})
		equal(d, "lines", len(rows), 1)
		equal(d, "whose", rows[0].ID, kept)
	})
}

func (d *desk) consentOf(id helpdesk.ConsentID) (row *helpdesk.Consent) {
	d.Helper()
	d.view(func(ctx context.Context, tx helpdesk.Tx) (err error) {
		row, err = tx.Consents().Get(ctx, id)
		return err
	})
	return row
}
