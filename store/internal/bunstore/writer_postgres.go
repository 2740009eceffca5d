package bunstore

import (
	"context"
	"database/sql"

	"github.com/uptrace/bun"

	"github.com/gohelpdesk/helpdesk"
)

// lockTimeout stays below deadlock_timeout (a second unless set otherwise), so
// that a closure that waits for another is rerun before the server looks for
// deadlocks.
const beginWrite = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE; SET LOCAL lock_timeout = '800ms'"

// pgWriter runs one closure per READ COMMITTED transaction.
type pgWriter struct{ db *bun.DB }

func (w *pgWriter) update(ctx context.Context, _ helpdesk.Lane, fn func(context.Context, bun.IDB) error) error {
	return retry(ctx, func() error { return w.once(ctx, fn) })
}

// once sends BEGIN and its setting in one round trip, which is why the
// transaction is driven by hand on one connection.
func (w *pgWriter) once(ctx context.Context, fn func(context.Context, bun.IDB) error) error {
	conn, err := w.db.Conn(ctx)
	if err != nil {
		return wrap(err)
	}
	defer func() { _ = conn.Close() }()
	ctx = context.WithoutCancel(ctx)
	if _, err := conn.ExecContext(ctx, beginWrite); err != nil {
		return wrap(err)
	}
	done := false
	defer func() {
		if !done {
			// A connection that cannot even roll back is discarded by the driver.
			_, _ = conn.ExecContext(ctx, "ROLLBACK")
		}
	}()
	if err := fn(ctx, conn); err != nil {
		return err
	}
	_, err = conn.ExecContext(ctx, "COMMIT")
	done = err == nil
	return wrap(err)
}

func (w *pgWriter) close() error { return w.db.Close() }

// txViewer runs each closure in a read-only transaction of the database's own
// kind of snapshot.
type txViewer struct {
	db   *bun.DB
	opts *sql.TxOptions
}

func (v *txViewer) view(ctx context.Context, fn func(context.Context, bun.IDB) error) error {
	tx, err := v.db.BeginTx(ctx, v.opts)
	if err != nil {
		return wrap(err)
	}
	defer func() { _ = tx.Rollback() }() // there is nothing to keep
	return fn(ctx, tx)
}

func (v *txViewer) close() error { return v.db.Close() }
