// Package bunstore is the one implementation of helpdesk.Store over SQL. What
// differs between SQLite and Postgres stands in dialect.go; how a transaction
// is begun, retried and committed stands behind the writer and viewer
// interfaces. Each noun has a file: its row, its mapping, its filter.
package bunstore

import (
	"context"
	"sync/atomic"

	"github.com/uptrace/bun"

	"github.com/gohelpdesk/helpdesk"
)

// Store implements helpdesk.Store. It is safe for concurrent use.
type Store struct {
	dialect  *dialect
	db       *bun.DB // for migrations and schema checks
	writer   writer
	viewer   viewer
	closed   atomic.Bool
	closeAll func() error
}

// Dialect names the database: "sqlite" or "postgres".
func (s *Store) Dialect() string { return s.dialect.name }

// markKey marks a context as inside a transaction of the store, so that the
// store can refuse to be called from within a closure of its own.
type markKey struct{ s *Store }

func (s *Store) mark(ctx context.Context) context.Context {
	return context.WithValue(ctx, markKey{s}, true)
}

func (s *Store) enter(ctx context.Context) error {
	if s.closed.Load() {
		return helpdesk.Errorf(helpdesk.Unavailable, "the store is closed")
	}
	if ctx.Value(markKey{s}) != nil {
		return helpdesk.Errorf(helpdesk.Internal, "the store was called with the context of a closure of its own")
	}
	if err := ctx.Err(); err != nil {
		return wrap(err)
	}
	return nil
}

// Update implements helpdesk.Store.
func (s *Store) Update(ctx context.Context, account helpdesk.AccountID, fn func(context.Context, helpdesk.Tx) error) error {
	if err := s.enter(ctx); err != nil {
		return err
	}
	return s.writer.update(ctx, helpdesk.LaneOf(ctx), func(ctx context.Context, db bun.IDB) error {
		return newTx(s.dialect, db, account).run(s.mark(ctx), fn)
	})
}

// View implements helpdesk.Store.
func (s *Store) View(ctx context.Context, account helpdesk.AccountID, fn func(context.Context, helpdesk.Tx) error) error {
	if err := s.enter(ctx); err != nil {
		return err
	}
	return s.viewer.view(ctx, func(ctx context.Context, db bun.IDB) error {
		t := newTx(s.dialect, db, account)
		t.readOnly = true
		return t.run(s.mark(ctx), fn)
	})
}

// System implements helpdesk.Store.
func (s *Store) System(ctx context.Context, fn func(context.Context, helpdesk.SystemTx) error) error {
	if err := s.enter(ctx); err != nil {
		return err
	}
	return s.writer.update(ctx, helpdesk.LaneOf(ctx), func(ctx context.Context, db bun.IDB) error {
		return newTx(s.dialect, db, 0).runSystem(s.mark(ctx), fn)
	})
}

// SystemView implements helpdesk.SystemViewer.
func (s *Store) SystemView(ctx context.Context, fn func(context.Context, helpdesk.SystemTx) error) error {
	if err := s.enter(ctx); err != nil {
		return err
	}
	return s.viewer.view(ctx, func(ctx context.Context, db bun.IDB) error {
		t := newTx(s.dialect, db, 0)
		t.readOnly = true
		return t.runSystem(s.mark(ctx), fn)
	})
}

// Close waits for transactions that run and releases the database. It may be
// called again.
func (s *Store) Close() error {
	if s.closed.Swap(true) {
		return nil
	}
	return wrap(s.closeAll())
}
