package bunstore

import (
	"context"
	"database/sql"
	"errors"
	"sync"

	"github.com/uptrace/bun"

	"github.com/gohelpdesk/helpdesk"
)

// HostTx is a transaction of the host's: its own rows and the engine's calls
// commit or vanish together. It comes through the same queue as every write of
// the store, because SQLite has one writer, and while it is open all other
// writers wait: keep it short, and do nothing slow in it. On a store in memory
// readers wait too.
//
// There is no way to hand in an *sql.Tx begun elsewhere. SQLite begins those
// deferred, on a snapshot; their first write fails as busy whenever somebody has
// written since, and no waiting mends that. It would also stand outside the
// queue, and neither durability nor its connection's settings could be promised.
//
// The context given to BeginHost bounds the wait for the turn and nothing else:
// once BeginHost has returned, its end neither rolls back nor commits, and the
// transaction stays open until Commit or Rollback. So
//
//	defer tx.Rollback()
//
// belongs on the next line; after a Commit it does nothing. A statement looks at
// its own context before it starts, never while it runs, because SQLite may end
// the whole transaction when it is interrupted. Should SQLite end it all the same
// (disk full, I/O error), nothing is kept and Commit says so with Conflict.
//
// Statements of the host and calls of the engine must not run at the same time.
// A write to the store itself, not through this transaction, waits for it: on
// the goroutine that holds the transaction that is a deadlock until its context
// ends. Closing the store rolls the transaction back.
type HostTx struct {
	w     *sqliteWriter
	group *group
	store *Store

	mu     sync.Mutex // one engine call, or the end, at a time
	done   bool
	failed error // the engine call after which only Rollback is left
}

// BeginHost begins a host transaction on a SQLite store when its turn has come.
// ctx carries the lane, as in every call of the store. It returns Unavailable
// when ctx ends first or the store is closed.
func BeginHost(ctx context.Context, s *Store) (*HostTx, error) {
	w, ok := s.writer.(*sqliteWriter)
	if !ok {
		return nil, helpdesk.Errorf(helpdesk.Unsupported, "only a SQLite store has a writer queue to begin in")
	}
	if err := s.enter(ctx); err != nil {
		return nil, err
	}
	h, err := w.beginHost(ctx)
	if err != nil {
		return nil, err
	}
	h.store = &Store{dialect: s.dialect, db: s.db, writer: h, viewer: h, closeAll: h.close}
	return h, nil
}

func (w *sqliteWriter) beginHost(ctx context.Context) (*HostTx, error) {
	t := newTicket(ctx, helpdesk.LaneOf(ctx))
	t.alone = true
	if err := w.queue.enter(t); err != nil {
		return nil, err
	}
	if done, err := w.board(t); done {
		return nil, err
	}
	h := &HostTx{w: w, group: w.group}
	w.group.alone = true
	w.host.Store(h)
	if w.queue.isShut() { // close may have looked for h too early
		h.Rollback()
		return nil, errClosed()
	}
	return h, nil
}

// Store returns the store inside the transaction. Its Update and System commit
// nothing by themselves, its View sees what the transaction wrote, and its Close
// does nothing to it.
func (h *HostTx) Store() helpdesk.Store { return h.store }

// ExecContext runs a statement of the host's, with SQLite's own placeholders.
func (h *HostTx) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	if err := h.usable(ctx); err != nil {
		return nil, err
	}
	return h.group.tx.Tx.ExecContext(context.WithoutCancel(ctx), query, args...)
}

// QueryContext runs a query of the host's. Its rows must be closed before Commit.
func (h *HostTx) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if err := h.usable(ctx); err != nil {
		return nil, err
	}
	return h.group.tx.Tx.QueryContext(context.WithoutCancel(ctx), query, args...)
}

// QueryRowContext runs a query of the host's for at most one row.
func (h *HostTx) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	if h.usable(ctx) == nil {
		ctx = context.WithoutCancel(ctx)
	}
	return h.group.tx.Tx.QueryRowContext(ctx, query, args...)
}

// Bun returns the transaction for the host's own models. Statements run with the
// context they are given; give them one that does not end, see above.
func (h *HostTx) Bun() bun.IDB { return &watched{h.group.tx, &h.group.wrote, h.w.conn} }

// usable returns an error when a statement should not be started.
func (h *HostTx) usable(ctx context.Context) error {
	if h.w.conn.ended.Load() {
		return errEnded()
	}
	return ctx.Err()
}

// update runs an engine call inside the transaction: it makes HostTx a writer
// that commits nothing. A call that fails leaves half of its rows behind, so
// from then on only Rollback is left. It cannot be run again: a row that moved
// is a Conflict.
func (h *HostTx) update(ctx context.Context, _ helpdesk.Lane, fn func(context.Context, bun.IDB) error) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if err := h.open(); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return wrap(err)
	}
	h.failed = errUnwound // unless fn returns
	err := fn(context.WithoutCancel(ctx), h.Bun())
	if err == nil && h.w.conn.ended.Load() {
		err = errEnded()
	}
	h.failed = answer(err)
	return h.failed
}

// view runs an engine call that only reads. Its failure costs nothing.
func (h *HostTx) view(ctx context.Context, fn func(context.Context, bun.IDB) error) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if err := h.open(); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return wrap(err)
	}
	ctx = context.WithoutCancel(ctx)
	if err := h.queryOnly(ctx, "ON"); err != nil {
		return err
	}
	defer func() {
		if err := h.queryOnly(ctx, "OFF"); err != nil {
			h.failed = err // nothing could be written any more
		}
	}()
	return fn(ctx, h.Bun())
}

func (h *HostTx) queryOnly(ctx context.Context, onOff string) error {
	_, err := h.group.tx.Tx.ExecContext(ctx, "PRAGMA query_only = "+onOff)
	return wrap(err)
}

// close implements writer; a store over a host transaction owns nothing.
func (h *HostTx) close() error { return nil }

// open returns an error when the transaction can neither be used nor committed.
func (h *HostTx) open() error {
	switch {
	case h.done:
		return helpdesk.Errorf(helpdesk.Conflict, "the transaction is over")
	case h.w.conn.ended.Load():
		return errEnded()
	case h.failed != nil:
		return &helpdesk.Error{Code: helpdesk.Conflict, Message: "a call inside the transaction failed; roll it back", Err: h.failed}
	}
	return nil
}

// Commit makes the host's rows and the engine's durable together. It returns
// Conflict when an engine call failed or the transaction is over; after a failed
// call the transaction stays open for Rollback. Any other error means that
// nothing was kept.
func (h *HostTx) Commit() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if err := h.open(); err != nil {
		return err
	}
	defer h.leave()
	return answer(h.w.conn.commit(h.group.tx))
}

// Rollback undoes everything, and lets the next writer go on. After Commit or
// Rollback it does nothing.
func (h *HostTx) Rollback() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.done {
		return
	}
	defer h.leave()
	h.w.conn.rollback(h.group.tx)
}

// leave passes the baton.
func (h *HostTx) leave() {
	h.done = true
	h.w.host.Store(nil)
	h.w.group = nil
	h.w.pass()
}

// errUnwound stands for the result of an engine call that never returned.
var errUnwound = errors.New("the call panicked or left its goroutine")

func errEnded() error {
	return helpdesk.Errorf(helpdesk.Conflict, "the database ended the transaction; nothing of it is kept")
}
