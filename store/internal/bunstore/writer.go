package bunstore

import (
	"context"

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

// rerun is a failure that the same closure may not meet again.
type rerun struct{ err error }

func (e *rerun) Error() string { return e.err.Error() }
func (e *rerun) Unwrap() error { return e.err }

// maxRuns bounds how often a closure runs before the caller hears Conflict.
const maxRuns = 12
