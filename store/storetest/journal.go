package storetest

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/gohelpdesk/helpdesk"
)

// testJournal: inbound traffic as it came, and what was seen.
func testJournal(s suite) {
	s.test("Insert keeps every field", func(d *desk) {
		row := &helpdesk.JournalEntry{
			Account: d.account, Inbox: d.inbox().ID, ContentType: "application/json", Body: everyByte(), Blob: "blob",
			Header: map[string]string{"X-É": awkward("h")}, ReceivedAt: away(1),
		}
		filled(d, row, "ID", "Done", "Error", "DoneAt")
		d.journal(row)
		got := d.entry(row.ID)
		same(d, got, row)
		inUTC(d, got)
	})
	s.test("Settle", func(d *desk) {
		good, bad, open := d.received(1), d.received(1), d.received(1)
		for id, reason := range map[helpdesk.JournalID]string{good: "", bad: awkward("no")} {
			d.twice(func(ctx context.Context, tx helpdesk.Tx) error { return tx.Journal().Settle(ctx, id, at(2), reason) })
			got := d.entry(id)
			equal(d, "error", got.Error, reason)
			equal(d, "done at", got.DoneAt, at(2))
		}
		equal(d, "done", []bool{d.entry(good).Done, d.entry(open).Done}, []bool{true, false})
	})
	s.test("another account's is NotFound", func(d *desk) {
		id := d.received(1)
		there := d.in(d.other)
		there.refuses(helpdesk.NotFound, func(ctx context.Context, tx helpdesk.Tx) error {
			_, err := tx.Journal().Get(ctx, id)
			return err
		})
		_ = there.try(func(ctx context.Context, tx helpdesk.Tx) error { return tx.Journal().Settle(ctx, id, at(2), "x") })
		equal(d, "done", d.entry(id).Done, false)
	})
	s.test("Mention takes a contact twice", func(d *desk) {
		id, a, b := d.received(1), d.contact().ID, d.contact().ID
		for range 2 {
			d.twice(func(ctx context.Context, tx helpdesk.Tx) error { return tx.Journal().Mention(ctx, id, a, b) })
		}
	})
	s.test("Latest is an inbox's newest", func(d *desk) {
		inbox, empty := d.inbox().ID, d.inbox().ID
		for _, n := range []int{3, 5, 4} {
			d.journal(&helpdesk.JournalEntry{Inbox: inbox, ReceivedAt: at(n)})
		}
		d.in(d.other).update(func(ctx context.Context, tx helpdesk.Tx) error {
			return tx.Journal().Insert(ctx, &helpdesk.JournalEntry{Inbox: inbox, ReceivedAt: at(9)})
		})
		d.view(func(ctx context.Context, tx helpdesk.Tx) error {
			for id, want := range map[helpdesk.InboxID]time.Time{inbox: at(5), empty: {}} {
				last, err := tx.Journal().Latest(ctx, id)
				if err != nil {
					return err
				}
				equal(d, "the newest", last, want)
			}
			return nil
		})
	})
	s.test("DropBefore forgets what is settled", dropJournal)
	s.test("See remembers", see)
	s.test("Join leads to a message", join)
	s.test("See of many at once is fresh for exactly one", func(d *desk) {
		inbox := d.inbox().ID
		fresh := make([]bool, 20)
		d.all(together(len(fresh), func(i int) error {
			return d.try(func(ctx context.Context, tx helpdesk.Tx) (err error) {
				fresh[i], err = tx.Journal().See(ctx, inbox, "ext", at(i))
				return err
			})
		}))
		equal(d, "fresh ones", trues(fresh), 1)
	})
}

func (d *desk) journal(e *helpdesk.JournalEntry) {
	d.Helper()
	d.twice(func(ctx context.Context, tx helpdesk.Tx) error {
		e.ID = 0
		return tx.Journal().Insert(ctx, e)
	})
}

// received journals something at minute n.
func (d *desk) received(n int) helpdesk.JournalID {
	d.Helper()
	e := &helpdesk.JournalEntry{Inbox: d.inbox().ID, Body: []byte("{}"), Blob: fmt.Sprintf("blob-%d", n), ReceivedAt: at(n)}
	d.update(func(ctx context.Context, tx helpdesk.Tx) error {
		e.ID = 0
		return tx.Journal().Insert(ctx, e)
	})
	return e.ID
}

func (d *desk) entry(id helpdesk.JournalID) *helpdesk.JournalEntry {
	d.Helper()
	var e *helpdesk.JournalEntry
	d.view(func(ctx context.Context, tx helpdesk.Tx) (err error) {
		e, err = tx.Journal().Get(ctx, id)
		return err
	})
	return e
}

// settled journals something that is done.
func (d *desk) settled(n int) helpdesk.JournalID {
	d.Helper()
	id := d.received(n)
	d.update(func(ctx context.Context, tx helpdesk.Tx) error { return tx.Journal().Settle(ctx, id, at(n), "") })
	return id
}

func dropJournal(d *desk) {
	var settled []helpdesk.JournalID
	for n := range 4 {
		settled = append(settled, d.settled(n))
	}
	open := d.received(0)
	theirs := d.in(d.other).settled(0)
	drop := func(limit int) (blobs []string) {
		d.twice(func(ctx context.Context, tx helpdesk.Tx) (err error) {
			var n int
			if n, blobs, err = tx.Journal().DropBefore(ctx, at(3), limit); err == nil && n < len(blobs) {
				err = fmt.Errorf("%d entries with %d blobs", n, len(blobs))
			}
			return err
		})
		slices.Sort(blobs)
		return blobs
	}
	first := drop(2)
	equal(d, "blobs of the first two and the rest", append(first, drop(10)...), []string{"blob-0", "blob-1", "blob-2"})
	equal(d, "blobs of the first two", len(first), 2)
	equal(d, "blobs left", len(drop(10)), 0)
	d.entry(settled[3])
	d.entry(open)
	d.in(d.other).entry(theirs)
	d.refuses(helpdesk.NotFound, func(ctx context.Context, tx helpdesk.Tx) error {
		_, err := tx.Journal().Get(ctx, settled[0])
		return err
	})
}

// see: the memory is of one inbox, outlives the message, and is undone with
// the transaction that failed.
func see(d *desk) {
	inbox, second := d.inbox().ID, d.inbox().ID
	see := func(inbox helpdesk.InboxID, id string) (fresh bool) {
		d.Helper()
		d.twice(func(ctx context.Context, tx helpdesk.Tx) (err error) {
			fresh, err = tx.Journal().See(ctx, inbox, id, at(1))
			return err
		})
		return fresh
	}
	d.ok(wants(d.try(func(ctx context.Context, tx helpdesk.Tx) error {
		if _, err := tx.Journal().See(ctx, inbox, "a", at(1)); err != nil {
			return err
		}
		return errOnPurpose
	}), errOnPurpose))
	for i, step := range []struct {
		inbox helpdesk.InboxID
		id    string
		want  bool
	}{{inbox, "a", true}, {inbox, "a", false}, {inbox, "A", true}, {second, "a", true}, {inbox, awkward("a"), true}, {inbox, awkward("a"), false}} {
		equal(d, fmt.Sprintf("step %d is fresh", i), see(step.inbox, step.id), step.want)
	}
	d.update(func(ctx context.Context, tx helpdesk.Tx) error {
		for _, want := range []bool{true, false} { // within one transaction
			fresh, err := tx.Journal().See(ctx, inbox, "twice", at(1))
			if err != nil {
				return err
			}
			equal(d, "fresh", fresh, want)
		}
		return nil
	})
}

// testParked: receipts that came before the message's id was known.
func testParked(s suite) {
	s.test("Take removes them in order of arrival", func(d *desk) {
		inbox, second := d.inbox().ID, d.inbox().ID
		want := []helpdesk.Receipt{
			{ExternalID: "a", State: helpdesk.StateRead, Code: "c", Reason: awkward("r"), At: at(9)},
			{ExternalID: "a", State: helpdesk.StateSent, At: at(1)},
			{ExternalID: "a", State: helpdesk.StateDelivered, At: at(5)},
		}
		for _, r := range want {
			d.park(inbox, r)
		}
		d.park(inbox, helpdesk.Receipt{ExternalID: "b", State: helpdesk.StateSent, At: at(1)})
		d.park(second, helpdesk.Receipt{ExternalID: "a", State: helpdesk.StateFailed, At: at(1)})
		equal(d, "receipts", d.unpark(inbox, "a"), want)
		equal(d, "receipts again", len(d.unpark(inbox, "a")), 0)
		equal(d, "receipts of another message", len(d.unpark(inbox, "b")), 1)
		equal(d, "receipts of another inbox", len(d.unpark(second, "a")), 1)
	})
	s.test("of many that take, one gets it", func(d *desk) {
		inbox := d.inbox().ID
		d.park(inbox, helpdesk.Receipt{ExternalID: "a", State: helpdesk.StateSent, At: at(1)})
		got := make([]bool, 8)
		d.all(together(len(got), func(i int) error {
			return d.try(func(ctx context.Context, tx helpdesk.Tx) error {
				rs, err := tx.Parked().Take(ctx, inbox, "a")
				got[i] = len(rs) > 0
				return err
			})
		}))
		equal(d, "takers that got it", trues(got), 1)
	})
	s.test("another account takes nothing", func(d *desk) {
		inbox := d.inbox().ID
		d.park(inbox, helpdesk.Receipt{ExternalID: "a", State: helpdesk.StateSent, At: at(1)})
		equal(d, "receipts", len(d.in(d.other).receipts(inbox, "a")), 0)
		equal(d, "receipts", len(d.unpark(inbox, "a")), 1)
	})
	s.test("DropBefore", func(d *desk) {
		inbox := d.inbox().ID
		for n, id := range []string{"a", "b"} {
			d.park(inbox, helpdesk.Receipt{ExternalID: id, State: helpdesk.StateSent, At: at(n)})
		}
		d.twice(func(ctx context.Context, tx helpdesk.Tx) error { return tx.Parked().DropBefore(ctx, at(1)) })
		equal(d, "receipts", []int{len(d.unpark(inbox, "a")), len(d.unpark(inbox, "b"))}, []int{0, 1})
	})
}

func (d *desk) park(inbox helpdesk.InboxID, r helpdesk.Receipt) {
	d.Helper()
	d.twice(func(ctx context.Context, tx helpdesk.Tx) error { return tx.Parked().Put(ctx, inbox, r) })
}

// unpark takes receipts in an Update that runs twice.
func (d *desk) unpark(inbox helpdesk.InboxID, id string) (rs []helpdesk.Receipt) {
	d.Helper()
	d.twice(func(ctx context.Context, tx helpdesk.Tx) (err error) {
		rs, err = tx.Parked().Take(ctx, inbox, id)
		return err
	})
	return rs
}

func (d *desk) receipts(inbox helpdesk.InboxID, id string) (rs []helpdesk.Receipt) {
	d.Helper()
	d.update(func(ctx context.Context, tx helpdesk.Tx) (err error) {
		rs, err = tx.Parked().Take(ctx, inbox, id)
		return err
	})
	return rs
}

// join: the last message counts, an id that a message has goes before, and what
// became part of a message is seen, whether or not it had been.
func join(d *desk) {
	c, second := d.conversation(), d.conversation()
	first, other, gone, named := text(c, "first"), text(c, "other"), text(second, "gone"), text(c, "named")
	named.ExternalID = "own"
	d.say(first, other, named)
	d.say(gone)
	key := "\x00" + awkward("group")
	d.twice(func(ctx context.Context, tx helpdesk.Tx) error {
		if fresh, err := tx.Journal().See(ctx, c.Inbox, "seen", at(1)); err != nil || !fresh {
			return fmt.Errorf("seen: %v, %w", fresh, err)
		}
		for _, step := range []struct {
			inbox helpdesk.InboxID
			id    string
			to    helpdesk.MessageID
		}{
			{c.Inbox, "seen", first.ID},
			{c.Inbox, "fresh", first.ID},
			{c.Inbox, key, first.ID},
			{c.Inbox, key, other.ID},
			{c.Inbox, "own", first.ID},
			{second.Inbox, "gone", gone.ID},
		} {
			if err := tx.Journal().Join(ctx, step.inbox, step.id, step.to, at(2)); err != nil {
				return err
			}
		}
		fresh, err := tx.Journal().See(ctx, c.Inbox, "fresh", at(3))
		equal(d, "fresh after Join", fresh, false)
		return err
	})
	d.update(func(ctx context.Context, tx helpdesk.Tx) error { return tx.Conversations().Delete(ctx, second.ID) })
	d.view(func(ctx context.Context, tx helpdesk.Tx) error {
		for _, want := range []struct {
			inbox helpdesk.InboxID
			id    string
			to    helpdesk.MessageID
		}{
			{c.Inbox, "seen", first.ID},
			{c.Inbox, "fresh", first.ID},
			{c.Inbox, key, other.ID},
			{second.Inbox, "seen", 0},
			{c.Inbox, "Seen", 0},
			{c.Inbox, "", 0},
		} {
			got, err := tx.Journal().Joined(ctx, want.inbox, want.id)
			if err != nil {
				return err
			}
			equal(d, fmt.Sprintf("%q is part of", want.id), got, want.to)
		}
		for id, want := range map[string]helpdesk.MessageID{"seen": first.ID, "fresh": first.ID, "own": named.ID} {
			m, err := tx.Messages().ByExternal(ctx, c.Inbox, id)
			if err != nil {
				return err
			}
			equal(d, "ByExternal of "+id, m.ID, want)
		}
		return nil
	})
	d.refuses(helpdesk.NotFound, func(ctx context.Context, tx helpdesk.Tx) error {
		_, err := tx.Messages().ByExternal(ctx, second.Inbox, "gone")
		return err
	})
	d.in(d.other).refuses(helpdesk.NotFound, func(ctx context.Context, tx helpdesk.Tx) error {
		_, err := tx.Messages().ByExternal(ctx, c.Inbox, "seen")
		return err
	})
}
