package storetest

import (
	"context"
	"fmt"
	"slices"

	"github.com/gohelpdesk/helpdesk"
)

// testIdentities: one key is one person.
func testIdentities(s suite) {
	s.test("Claim inserts once, then finds", claimIdentity)
	s.test("of many claims of one key exactly one sees nobody", claimIdentityAtOnce)
	s.test("a claim that is rolled back leaves nothing", func(d *desk) {
		d.ok(wants(d.try(func(ctx context.Context, tx helpdesk.Tx) error {
			if _, err := tx.Identities().Claim(ctx, helpdesk.EmailIdentity, "a", "a"); err != nil {
				return err
			}
			return errOnPurpose
		}), errOnPurpose))
		_, err := d.findIdentity(helpdesk.EmailIdentity, "a")
		d.is(err, helpdesk.NotFound)
	})
	s.test("kinds and accounts are apart", func(d *desk) {
		a, b := d.contact().ID, d.contact().ID
		there := d.in(d.other)
		c := there.contact().ID
		d.identify(helpdesk.EmailIdentity, "key", a)
		d.identify(helpdesk.IdentifierIdentity, "key", b)
		there.identify(helpdesk.EmailIdentity, "key", c)
		for _, want := range []struct {
			d       *desk
			kind    helpdesk.IdentityKind
			contact helpdesk.ContactID
		}{{d, helpdesk.EmailIdentity, a}, {d, helpdesk.IdentifierIdentity, b}, {there, helpdesk.EmailIdentity, c}} {
			v, err := want.d.findIdentity(want.kind, "key")
			d.ok(err)
			equal(d, "contact", v.Contact, want.contact)
		}
		_, err := there.findIdentity(helpdesk.IdentifierIdentity, "key")
		d.is(err, helpdesk.NotFound)
	})
	s.test("Of, Update and Delete", identitiesOf)
	s.test("another account's are NotFound", func(d *desk) {
		v := d.identify(helpdesk.EmailIdentity, "key", d.contact().ID)
		there := d.in(d.other)
		there.refuses(helpdesk.NotFound, func(ctx context.Context, tx helpdesk.Tx) error {
			row := *v
			return tx.Identities().Update(ctx, &row)
		})
		there.refuses(helpdesk.NotFound, func(ctx context.Context, tx helpdesk.Tx) error {
			return tx.Identities().Delete(ctx, v.ID)
		})
		equal(d, "identities", d.identities(v.Contact), []string{"key"})
	})
}

// identify claims a key that must be free, and gives it to the contact.
func (d *desk) identify(kind helpdesk.IdentityKind, canonical string, contact helpdesk.ContactID) *helpdesk.Identity {
	d.Helper()
	var v *helpdesk.Identity
	d.update(func(ctx context.Context, tx helpdesk.Tx) (err error) {
		if v, err = tx.Identities().Claim(ctx, kind, canonical, awkward(canonical)); err != nil {
			return err
		}
		if v.Contact != 0 {
			return fmt.Errorf("%q belongs to contact %d already", canonical, v.Contact)
		}
		v.Contact, v.CreatedAt = contact, start
		return tx.Identities().Update(ctx, v)
	})
	return v
}

func (d *desk) findIdentity(kind helpdesk.IdentityKind, canonical string) (*helpdesk.Identity, error) {
	var v *helpdesk.Identity
	err := d.store.View(d.ctx(), d.account, func(ctx context.Context, tx helpdesk.Tx) (err error) {
		v, err = tx.Identities().Find(ctx, kind, canonical)
		return err
	})
	return v, err
}

// identities are the contact's, in their canonical form.
func (d *desk) identities(contact helpdesk.ContactID) []string {
	d.Helper()
	out := []string{}
	d.view(func(ctx context.Context, tx helpdesk.Tx) error {
		rows, err := tx.Identities().Of(ctx, contact)
		for _, v := range rows {
			out = append(out, v.Canonical)
		}
		return err
	})
	slices.Sort(out)
	return out
}

func claimIdentity(d *desk) {
	contact := d.contact().ID
	var first *helpdesk.Identity
	d.twice(func(ctx context.Context, tx helpdesk.Tx) (err error) {
		if first, err = tx.Identities().Claim(ctx, helpdesk.PhoneIdentity, "+5511987654321", "+55 11 8765-4321"); err != nil {
			return err
		}
		if first.Contact != 0 {
			return fmt.Errorf("the first claim sees contact %d", first.Contact)
		}
		first.Contact, first.Attested, first.CreatedAt = contact, true, away(1)
		return tx.Identities().Update(ctx, first)
	})
	filled(d, first)
	d.update(func(ctx context.Context, tx helpdesk.Tx) error {
		second, err := tx.Identities().Claim(ctx, helpdesk.PhoneIdentity, "+5511987654321", "another spelling")
		if err == nil {
			same(d, second, first)
		}
		return err
	})
	found, err := d.findIdentity(helpdesk.PhoneIdentity, "+5511987654321")
	d.ok(err)
	same(d, found, first)
	inUTC(d, found)
	equal(d, "account", found.Account, d.account)
}

// claimIdentityAtOnce is twenty first messages of one new person.
func claimIdentityAtOnce(d *desk) {
	fresh := make([]bool, 20)
	owner := make([]helpdesk.ContactID, len(fresh))
	d.all(together(len(fresh), func(i int) error {
		return d.try(func(ctx context.Context, tx helpdesk.Tx) error {
			v, err := tx.Identities().Claim(ctx, helpdesk.EmailIdentity, "new@example.com", "new@example.com")
			if err != nil {
				return err
			}
			if fresh[i] = v.Contact == 0; fresh[i] {
				c := &helpdesk.Contact{Name: "new", CreatedAt: start, UpdatedAt: start}
				if err := tx.Contacts().Insert(ctx, c); err != nil {
					return err
				}
				v.Contact, v.CreatedAt = c.ID, start
				if err := tx.Identities().Update(ctx, v); err != nil {
					return err
				}
			}
			owner[i] = v.Contact
			return nil
		})
	}))
	equal(d, "claims that saw nobody", trues(fresh), 1)
	equal(d, "contacts", d.findContacts(helpdesk.ContactFilter{}, helpdesk.Page{}), []string{"new"})
	for _, id := range owner {
		equal(d, "contact of a claim", id, owner[0])
	}
}

func identitiesOf(d *desk) {
	contact := d.contact().ID
	mail := d.identify(helpdesk.EmailIdentity, "a@example.com", contact)
	d.identify(helpdesk.PhoneIdentity, "+15550100", contact)
	d.identify(helpdesk.EmailIdentity, "b@example.com", d.contact().ID)
	equal(d, "identities", d.identities(contact), []string{"+15550100", "a@example.com"})
	d.twice(func(ctx context.Context, tx helpdesk.Tx) error { return tx.Identities().Delete(ctx, mail.ID) })
	equal(d, "identities after Delete", d.identities(contact), []string{"+15550100"})
	d.refuses(helpdesk.NotFound, func(ctx context.Context, tx helpdesk.Tx) error { return tx.Identities().Delete(ctx, mail.ID) })
	d.refuses(helpdesk.NotFound, func(ctx context.Context, tx helpdesk.Tx) error {
		row := *mail
		return tx.Identities().Update(ctx, &row)
	})
	if next := d.identify(helpdesk.EmailIdentity, "a@example.com", contact); next.ID <= mail.ID {
		d.Fatalf("the id %d came after %d was deleted", next.ID, mail.ID)
	}
}
