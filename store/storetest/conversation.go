package storetest

import (
	"context"
	"slices"

	"github.com/gohelpdesk/helpdesk"
)

// testConversations: numbers, locks, labels, mentions.
func testConversations(s suite) {
	s.test("Display counts 1, 2, 3 in each account", displayNumbers)
	s.test("Display has no duplicates and no gaps under load", displayNumbersUnderLoad)
	s.test("ByDisplay", byDisplay)
	s.test("Lock serialises", lockSerialises)
	s.test("Latest is the newest of the address", latest)
	s.test("SetLabels", conversationLabels)
	s.test("Muted mirrors the contact's block", muted)
	s.test("a merge is kept", func(d *desk) {
		into, row := d.conversation(), d.conversation()
		d.changeConversation(row.ID, func(c *helpdesk.Conversation) { c.MergedInto = into.ID })
		equal(d, "MergedInto", get(d, conversations, row.ID).MergedInto, into.ID)
	})
	s.test("Delete takes messages along", func(d *desk) {
		c := d.conversation()
		m := text(c, "hello")
		d.say(m)
		d.twice(func(ctx context.Context, tx helpdesk.Tx) error { return tx.Conversations().Delete(ctx, c.ID) })
		d.refuses(helpdesk.NotFound, func(ctx context.Context, tx helpdesk.Tx) error {
			_, err := tx.Messages().Get(ctx, m.ID)
			return err
		})
	})
}

// changeConversation reads, changes and writes one, run twice.
func (d *desk) changeConversation(id helpdesk.ConversationID, change func(*helpdesk.Conversation)) {
	d.Helper()
	d.twice(func(ctx context.Context, tx helpdesk.Tx) error {
		c, err := tx.Conversations().Get(ctx, id)
		if err != nil {
			return err
		}
		change(c)
		return tx.Conversations().Update(ctx, c)
	})
}

func displayNumbers(d *desk) {
	a := d.address(d.inbox().ID, d.contact().ID)
	there := d.in(d.other)
	b := there.address(there.inbox().ID, there.contact().ID)
	for want := helpdesk.DisplayID(1); want <= 3; want++ {
		var c helpdesk.Conversation
		d.twice(func(ctx context.Context, tx helpdesk.Tx) error {
			c = *d.draft(a)
			return tx.Conversations().Insert(ctx, &c)
		})
		equal(d, "number", c.Display, want)
		equal(d, "number of the other account", there.converse(b).Display, want)
		if want == 3 {
			d.update(func(ctx context.Context, tx helpdesk.Tx) error { return tx.Conversations().Delete(ctx, c.ID) })
			equal(d, "number after 3 was deleted", d.converse(a).Display, 4)
		}
	}
}

func displayNumbersUnderLoad(d *desk) {
	a := d.address(d.inbox().ID, d.contact().ID)
	numbers := make([]int, 20)
	d.all(together(len(numbers), func(i int) error {
		return d.try(func(ctx context.Context, tx helpdesk.Tx) error {
			c := d.draft(a)
			err := tx.Conversations().Insert(ctx, c)
			numbers[i] = int(c.Display)
			return err
		})
	}))
	slices.Sort(numbers)
	for i, n := range numbers {
		if n != i+1 {
			d.Fatalf("the numbers are %v", numbers)
		}
	}
}

func byDisplay(d *desk) {
	d.conversation()
	c := d.conversation()
	there := d.in(d.other)
	there.conversation()
	read := func(n helpdesk.DisplayID) (out *helpdesk.Conversation, err error) {
		err = d.store.View(d.ctx(), d.account, func(ctx context.Context, tx helpdesk.Tx) (err error) {
			out, err = tx.Conversations().ByDisplay(ctx, n)
			return err
		})
		return out, err
	}
	got, err := read(c.Display)
	d.ok(err)
	same(d, got, c)
	_, err = read(3)
	d.is(err, helpdesk.NotFound)
	there.is(there.try(func(ctx context.Context, tx helpdesk.Tx) error {
		_, err := tx.Conversations().ByDisplay(ctx, c.Display)
		return err
	}), helpdesk.NotFound)
}

// lockSerialises: what is read after Lock is still true at the commit, so no
// closure that only locks and counts ever has to run again.
func lockSerialises(d *desk) {
	id := d.conversation().ID
	const n = 12
	d.all(together(n, func(int) error {
		return d.try(func(ctx context.Context, tx helpdesk.Tx) error {
			c, err := tx.Conversations().Lock(ctx, id)
			if err != nil {
				return err
			}
			c.Unread++
			return tx.Conversations().Update(ctx, c)
		})
	}))
	equal(d, "Unread", get(d, conversations, id).Unread, n)
	d.refuses(helpdesk.NotFound, func(ctx context.Context, tx helpdesk.Tx) error {
		_, err := tx.Conversations().Lock(ctx, 1<<40)
		return err
	})
	d.in(d.other).refuses(helpdesk.NotFound, func(ctx context.Context, tx helpdesk.Tx) error {
		_, err := tx.Conversations().Lock(ctx, id)
		return err
	})
}

func latest(d *desk) {
	a, second := d.address(d.inbox().ID, d.contact().ID), d.address(d.inbox().ID, d.contact().ID)
	read := func(a *helpdesk.ContactInbox, unresolved bool) (out *helpdesk.Conversation, err error) {
		err = d.try(func(ctx context.Context, tx helpdesk.Tx) (err error) {
			out, err = tx.Conversations().Latest(ctx, a.ID, unresolved)
			return err
		})
		return out, err
	}
	_, err := read(a, false)
	d.is(err, helpdesk.NotFound)
	open := d.converse(a)
	newest := d.converse(a, func(c *helpdesk.Conversation) { c.Status = helpdesk.Resolved })
	d.converse(second)
	got, err := read(a, false)
	d.ok(err)
	same(d, got, newest)
	got, err = read(a, true)
	d.ok(err)
	same(d, got, open)
	d.in(d.other).refuses(helpdesk.NotFound, func(ctx context.Context, tx helpdesk.Tx) error {
		_, err := tx.Conversations().Latest(ctx, a.ID, false)
		return err
	})
}

func conversationLabels(d *desk) {
	a, b, c := d.label("a").ID, d.label("b").ID, d.label("c").ID
	row, bystander := d.conversation(), d.conversation()
	for _, want := range [][]helpdesk.LabelID{{a, b}, {b, c}, {}, {a}} {
		d.twice(func(ctx context.Context, tx helpdesk.Tx) error {
			now, err := tx.Conversations().Get(ctx, row.ID)
			if err != nil {
				return err
			}
			return tx.Conversations().SetLabels(ctx, now, want)
		})
		got := get(d, conversations, row.ID).Labels
		slices.Sort(got)
		equal(d, "labels", got, want)
	}
	equal(d, "labels of another conversation", len(get(d, conversations, bystander.ID).Labels), 0)
	d.update(func(ctx context.Context, tx helpdesk.Tx) error { return tx.Labels().Delete(ctx, a) })
	equal(d, "labels after the label was deleted", len(get(d, conversations, row.ID).Labels), 0)
}

func muted(d *desk) {
	c := d.conversation()
	equal(d, "Muted", get(d, conversations, c.ID).Muted, false)
	d.twice(func(ctx context.Context, tx helpdesk.Tx) error {
		contact, err := tx.Contacts().Get(ctx, c.Contact)
		if err != nil {
			return err
		}
		contact.Blocked = true
		return tx.Contacts().Update(ctx, contact)
	})
	equal(d, "Muted", get(d, conversations, c.ID).Muted, true)
}
