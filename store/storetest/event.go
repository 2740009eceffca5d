package storetest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime"
	"time"

	"github.com/gohelpdesk/helpdesk"
)

// testEvents: the log of an account, without gaps, in the order of commits.
func testEvents(s suite) {
	s.test("Append keeps every field", eventKeepsEveryField)
	s.test("numbers go 1, 2, 3 in each account", eventNumbers)
	s.test("a failed Update leaves no gap", eventNoGap)
	s.test("Since pages", eventSince)
	s.test("a reader that follows misses nothing", eventFollower)
	s.test("the order of numbers is the order of commits", eventCommitOrder)
	s.test("TrimDetails leaves the facts", eventTrim)
	s.test("Told lists a kind of one conversation, newest first", eventTold)
	s.test("Head", eventHead)
}

// appended is work that appends n events of the subject.
func appended(n int, subject int64) work {
	return func(ctx context.Context, tx helpdesk.Tx) error {
		events := make([]*helpdesk.Event, n)
		for i := range events {
			events[i] = &helpdesk.Event{Kind: helpdesk.ConfigChanged, At: at(i), Subject: subject}
		}
		return tx.Events().Append(ctx, events)
	}
}

func (d *desk) events(after helpdesk.EventSeq, limit int) []*helpdesk.Event {
	d.Helper()
	var out []*helpdesk.Event
	d.view(func(ctx context.Context, tx helpdesk.Tx) (err error) {
		out, err = tx.Events().Since(ctx, after, limit)
		return err
	})
	return out
}

func (d *desk) head() helpdesk.LogHead {
	d.Helper()
	var h helpdesk.LogHead
	d.view(func(ctx context.Context, tx helpdesk.Tx) (err error) {
		h, err = tx.Events().Head(ctx)
		return err
	})
	return h
}

func seqs(events []*helpdesk.Event) []helpdesk.EventSeq {
	out := make([]helpdesk.EventSeq, len(events))
	for i, e := range events {
		out[i] = e.Seq
	}
	return out
}

func fullEvent(account helpdesk.AccountID) *helpdesk.Event {
	return &helpdesk.Event{
		Account: account, Kind: helpdesk.MessageCreated, At: away(1), Actor: helpdesk.ActorRef{Kind: helpdesk.ByAgent, ID: 3},
		Cause:        []helpdesk.ActorRef{{Kind: helpdesk.ByRule, ID: 1 << 40}, {Kind: helpdesk.ByBot, ID: 2}},
		Conversation: 4, Message: 5, Contact: 6, Subject: 7, Agent: 8,
		Before:      helpdesk.ConversationFacts{Inbox: 1, ContactInbox: 2, Assignee: 3, Bot: true, Team: 4, Status: helpdesk.Pending, Priority: helpdesk.Low, OwnerEpoch: 12},
		After:       helpdesk.ConversationFacts{Inbox: 5, ContactInbox: 6, Assignee: 7, Team: 8, Status: helpdesk.Open, Priority: helpdesk.High, OwnerEpoch: 13},
		MessageKind: helpdesk.Outgoing, Private: true, Opens: true, Elapsed: 9, Business: 10, Calendar: 11,
		Details: map[string]helpdesk.Change{
			"name": {Before: json.RawMessage(`null`), After: json.RawMessage(`"\\' ' -- é"`)}, "a": {After: json.RawMessage(`[1,2]`)},
		},
	}
}

func eventKeepsEveryField(d *desk) {
	row := fullEvent(d.account)
	filled(d, row, "Seq")
	d.twice(func(ctx context.Context, tx helpdesk.Tx) error {
		return tx.Events().Append(ctx, []*helpdesk.Event{fullEvent(d.account), {Kind: helpdesk.ContactCreated, At: at(2)}})
	})
	got := d.events(0, 10)
	equal(d, "numbers", seqs(got), []helpdesk.EventSeq{1, 2})
	same(d, got[0], row, "Seq")
	inUTC(d, got[0])
	same(d, got[1], &helpdesk.Event{Account: d.account, Seq: 2, Kind: helpdesk.ContactCreated, At: at(2)})
}

func eventNumbers(d *desk) {
	there := d.in(d.other)
	d.update(appended(2, 1))
	there.update(appended(1, 9))
	events := []*helpdesk.Event{{Kind: helpdesk.ConfigChanged, At: start}, {Kind: helpdesk.ConfigChanged, At: start}}
	d.update(func(ctx context.Context, tx helpdesk.Tx) error {
		if err := tx.Events().Append(ctx, nil); err != nil { // nothing is nothing
			return err
		}
		return tx.Events().Append(ctx, events)
	})
	equal(d, "numbers given", seqs(events), []helpdesk.EventSeq{3, 4})
	equal(d, "numbers", seqs(d.events(0, 10)), []helpdesk.EventSeq{1, 2, 3, 4})
	theirs := there.events(0, 10)
	equal(d, "numbers of the other account", seqs(theirs), []helpdesk.EventSeq{1})
	equal(d, "event of the other account", theirs[0].Subject, 9)
}

func eventNoGap(d *desk) {
	d.twice(appended(1, 1))
	d.ok(wants(d.try(func(ctx context.Context, tx helpdesk.Tx) error {
		return errors.Join(appended(3, 2)(ctx, tx), errOnPurpose)
	}), errOnPurpose))
	d.twice(appended(2, 3))
	equal(d, "numbers", seqs(d.events(0, 10)), []helpdesk.EventSeq{1, 2, 3})
}

func eventSince(d *desk) {
	d.update(appended(7, 1))
	var got []helpdesk.EventSeq
	for range 3 {
		var after helpdesk.EventSeq
		if len(got) > 0 {
			after = got[len(got)-1]
		}
		got = append(got, seqs(d.events(after, 3))...)
	}
	equal(d, "numbers in pages", got, []helpdesk.EventSeq{1, 2, 3, 4, 5, 6, 7})
	equal(d, "events after the last", len(d.events(7, 3)), 0)
	equal(d, "events after a position ahead", len(d.events(99, 3)), 0)
}

// eventFollower reads `after the last one I saw` while eight writers append:
// each number comes exactly once, in order, and never late.
func eventFollower(d *desk) {
	const writers, each = 8, 6
	done := make(chan []error)
	go func() {
		done <- together(writers, func(i int) error {
			for n := range each {
				err := d.try(func(ctx context.Context, tx helpdesk.Tx) error {
					if err := addLabels(fmt.Sprintf("%d-%d", i, n))(ctx, tx); err != nil {
						return err
					}
					defer runtime.Gosched() // let a faster one overtake, if the store lets it
					return appended(1+n%3, int64(i))(ctx, tx)
				})
				if err != nil {
					return err
				}
			}
			return nil
		})
	}()
	want := helpdesk.EventSeq(writers * (1 + 2 + 3) * each / 3)
	var last helpdesk.EventSeq
	var errs []error
	for ended := false; !ended || last < want; {
		select {
		case errs = <-done:
			ended = true
			d.all(errs)
		default:
		}
		page := d.events(last, 5)
		if ended && len(page) == 0 {
			break
		}
		for _, e := range page {
			if e.Seq != last+1 {
				d.Fatalf("event %d came after %d", e.Seq, last)
			}
			last = e.Seq
		}
	}
	equal(d, "the last event", last, want)
}

// eventCommitOrder holds an Update open after its Append. Another that appends
// must come after it, and is not seen before it.
func eventCommitOrder(d *desk) {
	appendedFirst, started := make(chan struct{}), make(chan struct{})
	var once bool
	first := make(chan error)
	go func() {
		first <- d.try(func(ctx context.Context, tx helpdesk.Tx) error {
			if err := appended(1, 1)(ctx, tx); err != nil {
				return err
			}
			if !once {
				once = true
				close(appendedFirst)
			}
			<-started
			for range 1000 { // let the second reach its Append
				runtime.Gosched()
			}
			return nil
		})
	}()
	select {
	case <-appendedFirst:
	case err := <-first:
		d.Fatalf("the first Update ended early: %v", err)
	case <-time.After(30 * time.Second):
		d.Fatal("the first Update hangs")
	}
	second := make(chan error)
	go func() {
		close(started)
		second <- d.try(appended(1, 2))
	}()
	d.ok(errors.Join(<-second, <-first))
	got := d.events(0, 10)
	equal(d, "numbers", seqs(got), []helpdesk.EventSeq{1, 2})
	equal(d, "subjects", []int64{got[0].Subject, got[1].Subject}, []int64{1, 2})
}

func eventTrim(d *desk) {
	there := d.in(d.other)
	for _, see := range []*desk{d, there} {
		see.update(func(ctx context.Context, tx helpdesk.Tx) error {
			var events []*helpdesk.Event
			for n := range 4 {
				e := fullEvent(see.account)
				e.At = at(n)
				events = append(events, e)
			}
			return tx.Events().Append(ctx, events)
		})
	}
	before := d.events(0, 10)
	trim := func(limit int) (n int) {
		d.twice(func(ctx context.Context, tx helpdesk.Tx) (err error) {
			n, err = tx.Events().TrimDetails(ctx, at(3), limit)
			return err
		})
		return n
	}
	equal(d, "trimmed, at most two", trim(2), 2)
	equal(d, "trimmed, the rest", trim(10), 1)
	equal(d, "trimmed, nothing left", trim(10), 0)
	after := d.events(0, 10)
	equal(d, "events", len(after), 4)
	for i, e := range after {
		same(d, e, before[i], "Details")
		equal(d, fmt.Sprintf("details of event %d", i+1), len(e.Details) > 0, i == 3)
	}
	equal(d, "details in the other account", len(there.events(0, 1)[0].Details), 2)
}

func eventHead(d *desk) {
	empty := d.head()
	equal(d, "Last of an empty log", empty.Last, 0)
	equal(d, "Oldest of an empty log", empty.Oldest, 0)
	d.in(d.other).update(appended(5, 1))
	equal(d, "Last while another account appends", d.head().Last, 0)
	d.twice(appended(3, 1))
	h := d.head()
	equal(d, "Head", h, helpdesk.LogHead{Epoch: h.Epoch, Last: 3})
	d.update(appended(1, 1))
	equal(d, "Head", d.head(), helpdesk.LogHead{Epoch: h.Epoch, Last: 4})
	d.update(func(ctx context.Context, tx helpdesk.Tx) error {
		if err := appended(1, 1)(ctx, tx); err != nil {
			return err
		}
		inside, err := tx.Events().Head(ctx)
		equal(d, "Last inside the Update", inside.Last, 5)
		return err
	})
}

func eventTold(d *desk) {
	c, other := d.conversation().ID, d.conversation().ID
	tell := func(desk *desk, c helpdesk.ConversationID, kind helpdesk.EventKind, subject int64) {
		desk.update(func(ctx context.Context, tx helpdesk.Tx) error {
			return tx.Events().Append(ctx, []*helpdesk.Event{{Kind: kind, At: at(1), Conversation: c, Subject: subject, Details: map[string]helpdesk.Change{"n": {After: json.RawMessage(fmt.Sprint(subject))}}}})
		})
	}
	for n := range int64(4) {
		tell(d, c, helpdesk.ConversationRouted, n)
		tell(d, c, helpdesk.ConversationUpdated, 90+n)
		tell(d, other, helpdesk.ConversationRouted, 80+n)
	}
	tell(d.in(d.other), c, helpdesk.ConversationRouted, 70)
	told := func(limit int) (out []string) {
		d.view(func(ctx context.Context, tx helpdesk.Tx) error {
			events, err := tx.Events().Told(ctx, c, helpdesk.ConversationRouted, limit)
			for _, ev := range events {
				out = append(out, string(ev.Details["n"].After))
			}
			return err
		})
		return out
	}
	equal(d, "all", told(10), []string{"3", "2", "1", "0"})
	equal(d, "two", told(2), []string{"3", "2"})
}
