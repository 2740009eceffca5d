package bunstore

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"github.com/uptrace/bun"

	"github.com/gohelpdesk/helpdesk"
)

// writer runs closures that write, each in a transaction of its own or in one
// shared with others, and returns once the outcome is durable. The context it
// hands to fn is never cancelled. It runs fn again after a rollback when the
// error is a rerun; a panic in fn rolls back and goes on to the caller.
type writer interface {
	update(ctx context.Context, lane helpdesk.Lane, fn func(ctx context.Context, db bun.IDB) error) error
	close() error
}

// viewer runs closures that only read, each on one snapshot.
type viewer interface {
	view(ctx context.Context, fn func(ctx context.Context, db bun.IDB) error) error
	close() error
}

// rerun is a failure that the same closure may not meet again: a version that
// moved, a deadlock, a serialisation failure, a lock that was not given in time.
type rerun struct{ err error }

func (e *rerun) Error() string { return e.err.Error() }
func (e *rerun) Unwrap() error { return e.err }

// maxRuns bounds how often a closure runs before the caller hears Conflict.
const maxRuns = 12

// retry calls once until it ends in anything but a rerun.
func retry(ctx context.Context, once func() error) error {
	for run := 1; ; run++ {
		err := once()
		again, ok := errors.AsType[*rerun](err)
		if !ok {
			return err
		}
		if run == maxRuns || !pause(ctx, run) {
			return &helpdesk.Error{Code: helpdesk.Conflict, Message: "too many changes at once, try again", Err: again.err}
		}
	}
}

// pause waits a little, longer after each run and never in step with others;
// it reports false when ctx ended.
func pause(ctx context.Context, run int) bool {
	if run == 1 {
		return ctx.Err() == nil
	}
	limit := time.Millisecond << min(run, 7)
	timer := time.NewTimer(rand.N(limit))
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
