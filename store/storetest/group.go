package storetest

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"sync/atomic"

	"github.com/gohelpdesk/helpdesk"
)

// testGroup runs eight closures at once, of which one ends badly. A store may
// commit closures in groups; the seven others are there exactly once all the
// same, and none of them hears anything of it.
func testGroup(s suite) {
	for _, e := range endings() {
		s.test(e.name, func(d *desk) {
			d.within("the group", func() {
				for round := range 4 {
					inGroup(d, e, round)
				}
			})
		})
	}
	s.test("a context that ends while it waits", endsWhileWaiting)
}

const groupSize = 8

func inGroup(d *desk, e ending, round int) {
	contact, err := newContact(d)
	if err != nil {
		d.Errorf("a contact: %v", err)
		return
	}
	bad, stored := (3+2*round)%groupSize, false
	errs := queued(d, func(i int) (err error) {
		row := note(contact, fmt.Sprint(i))
		if i == bad {
			stored, err = e.run(d, row)
			return err
		}
		return d.try(row)
	})
	for i, err := range errs {
		if err != nil {
			d.Errorf("closure %d (%d ended badly): %v", i, bad, err)
		}
	}
	var want []string
	for i := range groupSize {
		if i != bad || stored {
			want = append(want, fmt.Sprint(i))
		}
	}
	got := d.notes(contact)
	slices.Sort(got)
	if !slices.Equal(got, want) {
		d.Errorf("rows %v are there, want %v (%d ended badly)", got, want, bad)
	}
}

// newContact is contact for goroutines that must not end the test.
func newContact(d *desk) (helpdesk.ContactID, error) {
	c := &helpdesk.Contact{Name: "c", CreatedAt: start, UpdatedAt: start}
	err := d.try(func(ctx context.Context, tx helpdesk.Tx) error {
		row := *c
		if err := tx.Contacts().Insert(ctx, &row); err != nil {
			return err
		}
		c.ID = row.ID
		return nil
	})
	return c.ID, err
}

// queued runs fn eight times at once behind an Update that is held until all
// of them are about to start, so that a store which has one writer finds them
// waiting together.
func queued(d *desk, fn func(i int) error) []error {
	var waiting atomic.Int32
	holding := make(chan struct{})
	held := make(chan error)
	go func() {
		first := true
		held <- d.try(func(context.Context, helpdesk.Tx) error {
			if first {
				first = false
				close(holding)
			}
			for waiting.Load() < groupSize {
				runtime.Gosched()
			}
			for range 1000 { // let the last of them reach the store
				runtime.Gosched()
			}
			return nil
		})
	}()
	<-holding
	errs := together(groupSize, func(i int) error {
		waiting.Add(1)
		return fn(i)
	})
	return append(errs, <-held)
}

// endsWhileWaiting ends the context of a closure that waits behind another. It
// either never starts and the error says so, or it is committed.
func endsWhileWaiting(d *desk) {
	contact := d.contact().ID
	ctx, cancel := context.WithCancel(d.ctx())
	defer cancel()
	var outcome error
	errs := queued(d, func(i int) error {
		switch i {
		case 0:
			cancel()
			return nil
		case 5:
			outcome = d.store.Update(ctx, d.account, note(contact, "late"))
			return nil
		}
		return d.try(note(contact, fmt.Sprint(i)))
	})
	d.all(errs)
	got := d.notes(contact)
	if there := slices.Contains(got, "late"); there != (outcome == nil) {
		d.Fatalf("Update answered %v and its row is there: %v", outcome, there)
	}
	if outcome != nil {
		d.ok(wants(outcome, context.Canceled))
		got = append(got, "late")
	}
	equal(d, "number of rows", len(got), groupSize-1)
}
