package storetest

import (
	"context"
	"time"

	"github.com/gohelpdesk/helpdesk"
)

func testReached(s suite) {
	s.test("people are counted once, by the last time, and by owner", func(d *desk) {
		mark := func(owner string, contact helpdesk.ContactID, at time.Time) {
			d.update(func(ctx context.Context, tx helpdesk.Tx) error { return tx.Reached().Mark(ctx, owner, contact, at) })
		}
		count := func(owner string, but helpdesk.ContactID, since time.Time) (n int, first time.Time) {
			d.view(func(ctx context.Context, tx helpdesk.Tx) (err error) {
				n, first, err = tx.Reached().Count(ctx, owner, but, since)
				return err
			})
			return n, first
		}
		mark("one", 1, at(1))
		mark("one", 2, at(3))
		mark("one", 1, at(5))
		mark("one", 2, at(2)) // told late
		mark("two", 3, at(4))
		for _, row := range []struct {
			owner string
			but   helpdesk.ContactID
			since time.Time
			n     int
			first time.Time
		}{
			{"one", 0, at(0), 2, at(3)},
			{"one", 2, at(0), 1, at(5)},
			{"one", 0, at(3), 1, at(5)},
			{"two", 0, at(0), 1, at(4)},
			{"none", 0, at(0), 0, time.Time{}},
		} {
			n, first := count(row.owner, row.but, row.since)
			equal(d, "how many", n, row.n)
			equal(d, "since when", first, row.first)
		}
		d.update(func(ctx context.Context, tx helpdesk.Tx) error { return tx.Reached().DropBefore(ctx, at(5)) })
		n, _ := count("one", 0, at(0))
		equal(d, "what is left", n, 1)
	})
}
