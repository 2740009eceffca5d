package bunstore

import (
	"context"
	"crypto/rand"
	"time"

	"github.com/uptrace/bun"

	"github.com/gohelpdesk/helpdesk"
)

// sqliteWriter runs one closure per transaction on the only connection that
// writes.
type sqliteWriter struct {
	db   *bun.DB
	turn chan struct{}
}

func newSQLiteWriter(db *bun.DB) *sqliteWriter {
	return &sqliteWriter{db: db, turn: make(chan struct{}, 1)}
}

func (w *sqliteWriter) update(ctx context.Context, _ helpdesk.Lane, fn func(context.Context, bun.IDB) error) error {
	select {
	case w.turn <- struct{}{}:
	case <-ctx.Done():
		return wrap(ctx.Err())
	}
	defer func() { <-w.turn }()
	return retry(ctx, func() error { return w.once(ctx, fn) })
}

func (w *sqliteWriter) once(ctx context.Context, fn func(context.Context, bun.IDB) error) error {
	tx, err := w.begin(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // after a commit this does nothing
	if err := fn(context.WithoutCancel(ctx), tx); err != nil {
		return err
	}
	return wrap(tx.Commit())
}

// begin waits for the write lock, which another process may hold, until the
// caller's own context ends.
func (w *sqliteWriter) begin(ctx context.Context) (bun.Tx, error) {
	for {
		tx, err := w.db.BeginTx(context.WithoutCancel(ctx), nil)
		if err == nil {
			return tx, nil
		}
		if !isBusy(err) {
			return tx, wrap(err)
		}
		select {
		case <-ctx.Done():
			return tx, wrap(ctx.Err())
		case <-time.After(5 * time.Millisecond):
		}
	}
}

func (w *sqliteWriter) close() error {
	w.turn <- struct{}{}
	return w.db.Close()
}

// OpenSQLiteMemory opens a database of its own in memory.
func OpenSQLiteMemory(ctx context.Context, o SQLiteOptions) (*Store, error) {
	db, err := openSQLite("file:/"+rand.Text()+"?vfs=memdb&_txlock=immediate&_pragma=foreign_keys(1)", 1, o.OnQuery)
	if err != nil {
		return nil, err
	}
	w := newSQLiteWriter(db)
	s := &Store{dialect: sqliteDialect(), db: db, writer: w, viewer: memoryViewer{w}}
	s.closeAll = w.close
	return s.ready(ctx, o.NoMigrate)
}

// memoryViewer reads in the writer's turn.
type memoryViewer struct{ w *sqliteWriter }

func (v memoryViewer) view(ctx context.Context, fn func(context.Context, bun.IDB) error) error {
	return v.w.update(ctx, helpdesk.Live, func(inner context.Context, db bun.IDB) error {
		if _, err := db.ExecContext(inner, "PRAGMA query_only = 1"); err != nil {
			return wrap(err)
		}
		defer func() { _, _ = db.ExecContext(inner, "PRAGMA query_only = 0") }()
		return fn(ctx, db)
	})
}

func (v memoryViewer) close() error { return nil }
