package storetest

import (
	"context"
	"slices"
	"time"

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
	read := func(a *helpdesk.ContactInbox) (out *helpdesk.Conversation, err error) {
		err = d.try(func(ctx context.Context, tx helpdesk.Tx) (err error) {
			out, err = tx.Conversations().Latest(ctx, a.ID)
			return err
		})
		return out, err
	}
	_, err := read(a)
	d.is(err, helpdesk.NotFound)
	d.converse(a)
	newest := d.converse(a, func(c *helpdesk.Conversation) { c.Status = helpdesk.Resolved })
	d.converse(second)
	got, err := read(a)
	d.ok(err)
	same(d, got, newest)
	d.in(d.other).refuses(helpdesk.NotFound, func(ctx context.Context, tx helpdesk.Tx) error {
		_, err := tx.Conversations().Latest(ctx, a.ID)
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

// testWaiting: the queue of what nobody owns yet.
func testWaiting(s suite) {
	s.test("lists what waits, oldest first", func(d *desk) {
		one, two := d.address(d.inbox().ID, d.contact().ID), d.address(d.inbox().ID, d.contact().ID)
		agent := d.agent()
		queue := func(a *helpdesk.ContactInbox, n int, changes ...func(*helpdesk.Conversation)) helpdesk.ConversationID {
			queued := func(c *helpdesk.Conversation) { c.QueuedAt = at(n) }
			return d.converse(a, append(changes, queued)...).ID
		}
		last, first, middle := queue(one, 9), queue(one, 1), queue(two, 5)
		queue(one, 2, func(c *helpdesk.Conversation) { c.Assignee = agent })
		for _, status := range []helpdesk.Status{helpdesk.Pending, helpdesk.Snoozed, helpdesk.Resolved} {
			queue(one, 2, func(c *helpdesk.Conversation) { c.Status = status })
		}
		d.converse(one) // not handed out by the engine
		there := d.in(d.other)
		there.converse(there.address(there.inbox().ID, there.contact().ID), func(c *helpdesk.Conversation) { c.QueuedAt = at(0) })

		for name, c := range map[string]struct {
			ask  helpdesk.Waiting
			want []helpdesk.ConversationID
		}{
			"all":         {helpdesk.Waiting{Limit: 10}, []helpdesk.ConversationID{first, middle, last}},
			"two":         {helpdesk.Waiting{Limit: 2}, []helpdesk.ConversationID{first, middle}},
			"one inbox":   {helpdesk.Waiting{Limit: 10, Inboxes: []helpdesk.InboxID{one.Inbox}}, []helpdesk.ConversationID{first, last}},
			"two inboxes": {helpdesk.Waiting{Limit: 10, Inboxes: []helpdesk.InboxID{one.Inbox, two.Inbox}}, []helpdesk.ConversationID{first, middle, last}},
			"no inbox":    {helpdesk.Waiting{Limit: 10, Inboxes: []helpdesk.InboxID{1 << 40}}, nil},
		} {
			d.view(func(ctx context.Context, tx helpdesk.Tx) error {
				rows, err := tx.Conversations().Waiting(ctx, c.ask)
				equal(d, "the queue of "+name, ids[helpdesk.ConversationID](rows), c.want)
				return err
			})
		}
	})
	s.test("is handed out once by many", func(d *desk) {
		a, agent := d.address(d.inbox().ID, d.contact().ID), d.agent()
		for i := range 8 {
			d.converse(a, func(c *helpdesk.Conversation) { c.QueuedAt = at(i) })
		}
		taken := make([]helpdesk.ConversationID, 8)
		d.all(together(len(taken), func(i int) error {
			return d.try(func(ctx context.Context, tx helpdesk.Tx) error {
				if err := tx.LockRouting(ctx); err != nil {
					return err
				}
				rows, err := tx.Conversations().Waiting(ctx, helpdesk.Waiting{Limit: 1})
				if err != nil || len(rows) == 0 {
					return err
				}
				taken[i] = rows[0].ID
				rows[0].Assignee, rows[0].QueuedAt = agent, time.Time{}
				return tx.Conversations().Update(ctx, rows[0])
			})
		}))
		slices.Sort(taken)
		equal(d, "conversations handed out", len(slices.Compact(taken)), 8)
		equal(d, "open conversations of the agent", d.loads(a.Inbox, agent)[agent].OpenHere, 8)
	})
}
