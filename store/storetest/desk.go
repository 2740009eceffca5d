package storetest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gohelpdesk/helpdesk"
)

// work is what a closure does inside a transaction.
type work = func(ctx context.Context, tx helpdesk.Tx) error

// desk is one test's own store with two accounts: what happens in account must
// never be seen from other. Its helpers make rows with every field a store may
// demand, and end the test when they fail.
type desk struct {
	testing.TB
	store          helpdesk.Store
	account, other helpdesk.AccountID
	count          *atomic.Int64
	stale          *helpdesk.Label // as it was before its version moved
}

// start is the time at which every test begins. It has microseconds, and lies
// in the past of any real clock.
var start = time.Date(2024, 2, 29, 23, 59, 58, 123456000, time.UTC)

// at is n minutes after the start.
func at(n int) time.Time { return start.Add(time.Duration(n) * time.Minute) }

func newDesk(tb testing.TB, store helpdesk.Store) *desk {
	tb.Helper()
	if store == nil {
		tb.Fatal("storetest: Open returned no store")
	}
	d := &desk{TB: tb, store: store, count: new(atomic.Int64)}
	d.account, d.other = d.newAccount(), d.newAccount()
	d.stale = d.movedLabel()
	return d
}

// in is the same desk seen from another account.
func (d *desk) in(account helpdesk.AccountID) *desk {
	there := *d
	there.account, there.stale = account, nil
	return &there
}

// ctx is a context that lasts as long as the test.
func (d *desk) ctx() context.Context { return d.Context() }

// number is different at every call, and positive.
func (d *desk) number() int { return int(d.count.Add(1)) }

// name is different at every call.
func (d *desk) name(prefix string) string { return fmt.Sprintf("%s-%d", prefix, d.number()) }

func (d *desk) try(fn work) error { return d.store.Update(d.ctx(), d.account, fn) }

func (d *desk) update(fn work) {
	d.Helper()
	d.ok(d.try(fn))
}

func (d *desk) view(fn work) {
	d.Helper()
	d.ok(d.store.View(d.ctx(), d.account, fn))
}

func (d *desk) system(fn func(ctx context.Context, tx helpdesk.SystemTx) error) {
	d.Helper()
	d.ok(d.store.System(d.ctx(), fn))
}

// twice runs fn in an Update that the store has to run again: at the end of its
// first run, after all that fn wrote, a version turns out to have moved. What
// fn did in the first run must leave no trace.
func (d *desk) twice(fn work) {
	d.Helper()
	missed, runs := false, 0
	d.update(func(ctx context.Context, tx helpdesk.Tx) error {
		runs++
		if err := fn(ctx, tx); err != nil || missed {
			return err
		}
		missed = true
		return d.miss(ctx, tx)
	})
	if !missed || runs < 2 {
		d.Fatalf("the closure ran %d times; a version that moved must run it again", runs)
	}
}

// miss is work that always meets a version that has moved.
func (d *desk) miss(ctx context.Context, tx helpdesk.Tx) error {
	stale := *d.stale
	return tx.Labels().Update(ctx, &stale)
}

// movedLabel stores a label whose version has moved, and returns its first state.
func (d *desk) movedLabel() *helpdesk.Label {
	d.Helper()
	old := d.label("moved")
	now := *old
	d.update(func(ctx context.Context, tx helpdesk.Tx) error {
		next := now
		return tx.Labels().Update(ctx, &next)
	})
	return old
}

// ok ends the test on an error.
func (d *desk) ok(err error) {
	d.Helper()
	if err != nil {
		d.Fatalf("unexpected error (%s): %v", helpdesk.CodeOf(err), err)
	}
}

// is ends the test unless err carries the code.
func (d *desk) is(err error, code helpdesk.Code) {
	d.Helper()
	if !errors.Is(err, code) {
		d.Fatalf("got error %v (%s), want %s", err, helpdesk.CodeOf(err), code)
	}
}

// refuses runs fn in an Update of its own, which must fail with the code.
func (d *desk) refuses(code helpdesk.Code, fn work) {
	d.Helper()
	d.is(d.try(fn), code)
}

// together runs fn n times at once and returns the errors in order. fn runs on
// goroutines of its own, so it must not end the test.
func together(n int, fn func(i int) error) []error {
	errs := make([]error, n)
	ready := make(chan struct{})
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() {
			<-ready
			errs[i] = fn(i)
		})
	}
	close(ready)
	all.Wait()
	return errs
}

// all ends the test when one of many went wrong.
func (d *desk) all(errs []error) {
	d.Helper()
	d.ok(errors.Join(errs...))
}

// within ends the test when fn takes so long that it must hang.
func (d *desk) within(what string, fn func()) {
	d.Helper()
	done := make(chan struct{})
	go func() {
		defer close(done)
		fn()
	}()
	select {
	case <-done:
	case <-time.After(30 * time.Second):
		d.Fatalf("%s hangs", what)
	}
}
