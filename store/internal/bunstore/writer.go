package bunstore

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/gohelpdesk/helpdesk"
)

// writer is the one way in which a store writes.
type writer interface {
	// update runs fn in a durable write transaction; success is returned only after COMMIT.
	update(ctx context.Context, lane helpdesk.Lane, fn func(ctx context.Context, db bun.IDB) error) error
	close() error
}
