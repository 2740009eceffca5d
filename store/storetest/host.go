package storetest

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/gohelpdesk/helpdesk"
)

// testHost: the store inside a transaction of the host. Rows of both commit or
// vanish together.
func testHost(s suite) {
	if s.Host == nil {
		return
	}
	testHostCommits(s)
	testHostFailures(s)
}

// host runs a test on a desk whose database a host shares.
func (s suite) host(name string, fn func(*hosted)) {
	s.t.Run(name, func(t *testing.T) {
		t.Parallel()
		c := s.Host(t)
		fn(&hosted{newDesk(t, c.Store), c})
	})
}

func testHostCommits(s suite) {
	s.host("a commit publishes both", func(h *hosted) {
		tx := h.begin()
		h.ok(tx.Store.Update(h.ctx(), h.account, h.unit(0)))
		h.ok(tx.Exec("INSERT INTO host_rows (n) VALUES (1)"))
		h.ok(tx.Store.Update(h.ctx(), h.account, h.unit(1))) // a second engine call
		h.ok(tx.Commit())
		h.there(2, 1)
	})
	s.host("a rollback leaves neither", func(h *hosted) {
		tx := h.begin()
		h.ok(tx.Exec("INSERT INTO host_rows (n) VALUES (1)"))
		h.ok(tx.Store.Update(h.ctx(), h.account, h.unit(0)))
		h.ok(tx.Rollback())
		h.there(0, 0)
		h.works()
	})
	s.host("nothing is seen before the commit", func(h *hosted) {
		if !h.Overlaps {
			h.Skip("a store with one host transaction at a time may let nobody read beside it")
		}
		tx := h.begin()
		h.ok(tx.Store.Update(h.ctx(), h.account, h.unit(0)))
		h.there(0, 0)
		h.ok(tx.Commit())
		h.there(1, 0)
	})
	s.host("sees its own rows", func(h *hosted) {
		tx := h.begin()
		defer func() { _ = tx.Rollback() }()
		h.ok(tx.Store.Update(h.ctx(), h.account, h.unit(0)))
		h.ok(tx.Store.View(h.ctx(), h.account, func(ctx context.Context, tx helpdesk.Tx) error {
			n, err := tx.Labels().Count(ctx, helpdesk.LabelFilter{Titles: []string{"unit-0"}})
			if err == nil && n != 1 {
				err = fmt.Errorf("%d labels of the first Update", n)
			}
			return err
		}))
	})
}

func testHostFailures(s suite) {
	s.host("a version that moved is a Conflict, not a second run", func(h *hosted) {
		tx := h.begin()
		h.ok(tx.Exec("INSERT INTO host_rows (n) VALUES (1)"))
		runs := 0
		err := tx.Store.Update(h.ctx(), h.account, func(ctx context.Context, tx helpdesk.Tx) error {
			runs++
			return errors.Join(h.unit(0)(ctx, tx), h.miss(ctx, tx))
		})
		h.ok(tx.Rollback())
		h.is(err, helpdesk.Conflict)
		equal(h.desk, "runs of the closure", runs, 1)
		h.there(0, 0)
	})
	s.host("a failed unit rolls back with the host", func(h *hosted) {
		tx := h.begin()
		err := tx.Store.Update(h.ctx(), h.account, func(ctx context.Context, tx helpdesk.Tx) error {
			return errors.Join(h.unit(0)(ctx, tx), errOnPurpose)
		})
		h.ok(wants(err, errOnPurpose))
		h.ok(tx.Rollback())
		h.there(0, 0)
		h.works()
	})
	s.host("a failed unit is never half of a commit", func(h *hosted) {
		tx := h.begin()
		_ = tx.Store.Update(h.ctx(), h.account, func(ctx context.Context, tx helpdesk.Tx) error {
			return errors.Join(h.unit(0)(ctx, tx), errOnPurpose)
		})
		_ = tx.Exec("INSERT INTO host_rows (n) VALUES (1)")
		if tx.Commit() != nil { // refusing to commit is right; so is committing the host's rows alone
			_ = tx.Rollback()
		}
		equal(h.desk, "labels of the unit", len(h.titles()), 0)
		equal(h.desk, "events of the unit", len(h.events(0, 9)), 0)
		h.works()
	})
	s.host("a panic leaves the rollback to the host", func(h *hosted) {
		tx := h.begin()
		func() {
			defer func() { _ = recover() }()
			_ = tx.Store.Update(h.ctx(), h.account, func(ctx context.Context, tx helpdesk.Tx) error {
				if err := h.unit(0)(ctx, tx); err != nil {
					return err
				}
				panic(errOnPurpose)
			})
		}()
		h.ok(tx.Rollback())
		h.there(0, 0)
		h.works()
	})
	s.host("a deadlock is a Conflict", func(h *hosted) {
		if !h.Overlaps {
			h.Skip("only one host transaction can be open, so none can be locked out by another")
		}
		h.deadlock()
	})
}

// hosted is a desk whose database a host shares.
type hosted struct {
	*desk
	HostCase
}

func (h *hosted) begin() HostTx {
	h.Helper()
	tx, err := h.Begin(h.ctx())
	h.ok(err)
	return tx
}

// unit writes a row, a job and an event.
func (h *hosted) unit(n int) work {
	return func(ctx context.Context, tx helpdesk.Tx) error {
		if err := addLabels(fmt.Sprintf("unit-%d", n))(ctx, tx); err != nil {
			return err
		}
		if err := tx.Jobs().Enqueue(ctx, &helpdesk.Job{Kind: "unit", RunAt: at(0)}); err != nil {
			return err
		}
		return appended(1, int64(n))(ctx, tx)
	}
}

// there wants so many units and so many rows of the host.
func (h *hosted) there(units, rows int) {
	h.Helper()
	equal(h.desk, "labels", len(h.titles()), units)
	equal(h.desk, "events", len(h.events(0, 9)), units)
	n, err := h.Rows(h.ctx())
	h.ok(err)
	equal(h.desk, "rows of the host", n, rows)
	if units > 0 {
		equal(h.desk, "jobs", len(h.claim(at(9))), units)
	}
}

// works wants an ordinary Update to go through.
func (h *hosted) works() {
	h.Helper()
	h.within("an Update after a host transaction", func() {
		if err := h.desk.store.Update(h.ctx(), h.account, addLabels(h.name("next"))); err != nil {
			h.Errorf("the next Update: %v", err)
		}
	})
}

// deadlock lets two host transactions take two accounts' logs crosswise: one of
// them must hear of a Conflict, and the other commits.
func (h *hosted) deadlock() {
	txs := []HostTx{h.begin(), h.begin()}
	accounts := []helpdesk.AccountID{h.account, h.other}
	for i, tx := range txs {
		h.ok(tx.Store.Update(h.ctx(), accounts[i], appended(1, 1)))
	}
	var errs []error
	h.within("a deadlock", func() {
		errs = together(2, func(i int) error {
			err := txs[i].Store.Update(h.ctx(), accounts[1-i], appended(1, 2))
			if err != nil {
				return errors.Join(err, txs[i].Rollback())
			}
			return txs[i].Commit()
		})
	})
	lost := 0
	for _, err := range errs {
		if err != nil {
			h.is(err, helpdesk.Conflict)
			lost++
		}
	}
	if lost == 0 {
		h.Fatal("both of two transactions in each other's way were committed")
	}
	want := 2 - lost
	equal(h.desk, "events", len(h.events(0, 9))+len(h.in(h.other).events(0, 9)), 2*want)
}
