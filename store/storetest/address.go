package storetest

import (
	"context"
	"fmt"
	"slices"

	"github.com/gohelpdesk/helpdesk"
)

// testAddresses: contacts' addresses in inboxes.
func testAddresses(s suite) {
	s.test("Claim inserts once, then finds", claimAddress)
	s.test("of many claims of one source exactly one sees nobody", claimAddressAtOnce)
	s.test("a source is another one in another inbox", func(d *desk) {
		one, two := d.inbox().ID, d.inbox().ID
		seen := map[helpdesk.ContactInboxID]bool{}
		for _, inbox := range []helpdesk.InboxID{one, two} {
			d.update(func(ctx context.Context, tx helpdesk.Tx) error {
				a, err := tx.ContactInboxes().Claim(ctx, inbox, "source")
				if err != nil {
					return err
				}
				seen[a.ID] = true
				a.Contact, a.PubsubToken = d.contactIn(ctx, tx), d.name("p")
				return tx.ContactInboxes().Update(ctx, a)
			})
		}
		equal(d, "addresses", len(seen), 2)
	})
	s.test("FindIn takes the first inbox that knows the source", func(d *desk) {
		first, second, third := d.inbox().ID, d.inbox().ID, d.inbox().ID
		who := d.contact().ID
		source := d.address(second, who).Source
		d.update(func(ctx context.Context, tx helpdesk.Tx) error {
			a, err := tx.ContactInboxes().Claim(ctx, third, source)
			if err != nil {
				return err
			}
			a.Contact, a.PubsubToken = who, d.name("p")
			return tx.ContactInboxes().Update(ctx, a)
		})
		d.view(func(ctx context.Context, tx helpdesk.Tx) error {
			a, err := tx.ContactInboxes().FindIn(ctx, []helpdesk.InboxID{third, second, first}, source)
			if err != nil {
				return err
			}
			equal(d, "inbox", a.Inbox, second)
			for _, where := range [][]helpdesk.InboxID{{first}, nil} {
				_, err := tx.ContactInboxes().FindIn(ctx, where, source)
				equal(d, "code", helpdesk.CodeOf(err), helpdesk.NotFound)
			}
			return nil
		})
	})
	s.test("Of several contacts", func(d *desk) {
		inbox, second := d.inbox().ID, d.inbox().ID
		a, b, c := d.contact().ID, d.contact().ID, d.contact().ID
		want := []helpdesk.ContactInboxID{d.address(inbox, a).ID, d.address(second, a).ID, d.address(inbox, b).ID}
		d.address(inbox, c)
		d.view(func(ctx context.Context, tx helpdesk.Tx) error {
			rows, err := tx.ContactInboxes().Of(ctx, a, b)
			got := ids[helpdesk.ContactInboxID](rows)
			slices.Sort(got)
			equal(d, "addresses", got, want)
			return err
		})
		d.view(func(ctx context.Context, tx helpdesk.Tx) error {
			rows, err := tx.ContactInboxes().Of(ctx)
			equal(d, "addresses of nobody", len(rows), 0)
			return err
		})
	})
	testAddressRows(s)
}

// testAddressRows: rows are written as every noun's are.
func testAddressRows(s suite) {
	s.test("a version that moved runs the closure again", func(d *desk) {
		stale := d.address(d.inbox().ID, d.contact().ID)
		d.update(func(ctx context.Context, tx helpdesk.Tx) error {
			moved := *stale
			return tx.ContactInboxes().Update(ctx, &moved)
		})
		runs := 0
		d.update(func(ctx context.Context, tx helpdesk.Tx) error {
			if runs++; runs > 1 {
				return nil
			}
			row := *stale
			return tx.ContactInboxes().Update(ctx, &row)
		})
		equal(d, "runs of the closure", runs, 2)
	})
	s.test("another account's are NotFound", func(d *desk) {
		a := d.address(d.inbox().ID, d.contact().ID)
		there := d.in(d.other)
		for name, fn := range map[string]work{
			"Get": func(ctx context.Context, tx helpdesk.Tx) error {
				_, err := tx.ContactInboxes().Get(ctx, a.ID)
				return err
			},
			"Find": func(ctx context.Context, tx helpdesk.Tx) error {
				_, err := tx.ContactInboxes().Find(ctx, a.Inbox, a.Source)
				return err
			},
			"Update": func(ctx context.Context, tx helpdesk.Tx) error {
				row := *a
				return tx.ContactInboxes().Update(ctx, &row)
			},
		} {
			if err := there.try(fn); helpdesk.CodeOf(err) != helpdesk.NotFound {
				d.Errorf("%s answered %v, want %s", name, err, helpdesk.NotFound)
			}
		}
		there.view(func(ctx context.Context, tx helpdesk.Tx) error {
			rows, err := tx.ContactInboxes().Of(ctx, a.Contact)
			equal(d, "addresses", len(rows), 0)
			return err
		})
	})
}

// contactIn makes a contact inside a transaction; 0 when that fails, which the
// write that follows will tell.
func (d *desk) contactIn(ctx context.Context, tx helpdesk.Tx) helpdesk.ContactID {
	c := &helpdesk.Contact{Name: "new", CreatedAt: start, UpdatedAt: start}
	if tx.Contacts().Insert(ctx, c) != nil {
		return 0
	}
	return c.ID
}

func claimAddress(d *desk) {
	inbox, contact := d.inbox().ID, d.contact().ID
	var first *helpdesk.ContactInbox
	d.twice(func(ctx context.Context, tx helpdesk.Tx) (err error) {
		if first, err = tx.ContactInboxes().Claim(ctx, inbox, awkward("source")); err != nil {
			return err
		}
		if first.Contact != 0 {
			return fmt.Errorf("the first claim sees contact %d", first.Contact)
		}
		first.Contact, first.Main, first.PubsubToken, first.Verified = contact, 5, "pubsub", true
		first.CreatedAt, first.UpdatedAt = away(1), away(2)
		return tx.ContactInboxes().Update(ctx, first)
	})
	filled(d, first)
	d.update(func(ctx context.Context, tx helpdesk.Tx) error {
		second, err := tx.ContactInboxes().Claim(ctx, inbox, awkward("source"))
		if err == nil {
			same(d, second, first)
		}
		return err
	})
	d.view(func(ctx context.Context, tx helpdesk.Tx) error {
		found, err := tx.ContactInboxes().Find(ctx, inbox, awkward("source"))
		if err != nil {
			return err
		}
		same(d, found, first)
		inUTC(d, found)
		got, err := tx.ContactInboxes().Get(ctx, first.ID)
		if err == nil {
			same(d, got, first)
		}
		return err
	})
}

func claimAddressAtOnce(d *desk) {
	inbox := d.inbox().ID
	fresh := make([]bool, 20)
	owner := make([]helpdesk.ContactID, len(fresh))
	d.all(together(len(fresh), func(i int) error {
		return d.try(func(ctx context.Context, tx helpdesk.Tx) error {
			a, err := tx.ContactInboxes().Claim(ctx, inbox, "new")
			if err != nil {
				return err
			}
			if fresh[i] = a.Contact == 0; fresh[i] {
				a.Contact, a.PubsubToken = d.contactIn(ctx, tx), d.name("p")
				if err := tx.ContactInboxes().Update(ctx, a); err != nil {
					return err
				}
			}
			owner[i] = a.Contact
			return nil
		})
	}))
	equal(d, "claims that saw nobody", trues(fresh), 1)
	equal(d, "contacts", len(d.findContacts(helpdesk.ContactFilter{}, helpdesk.Page{})), 1)
	for _, id := range owner {
		equal(d, "contact of a claim", id, owner[0])
	}
}
