package bunstore

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"sync/atomic"

	"github.com/uptrace/bun"
	"modernc.org/sqlite"

	"github.com/gohelpdesk/helpdesk"
)

// writeConn is the writing connection. One goroutine at a time uses it.
//
// SQLite may end a transaction by itself (disk full, I/O error, an interrupted
// write) and would then run what follows outside of any, each statement a commit
// of its own. Two hooks prevent that: one notices the end, the other refuses
// every commit that is not ours.
type writeConn struct {
	bun.Conn
	guard      *rwlock
	report     func(op string)      // hears of prepared statements; nil = nobody does
	statements map[string]*sql.Stmt // prepared, by text
	committing atomic.Bool
	ended      atomic.Bool // the transaction is gone, and not by rollback
}

func newWriteConn(ctx context.Context, db *bun.DB, guard *rwlock) (*writeConn, error) {
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, unavailable(err)
	}
	c := &writeConn{Conn: conn, guard: guard, statements: map[string]*sql.Stmt{}}
	if err := c.hook(c.mayCommit, func() { c.ended.Store(true) }); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return c, nil
}

// hook sets SQLite's commit and rollback hooks; nil removes them.
func (c *writeConn) hook(commit sqlite.CommitHookFn, rollback sqlite.RollbackHookFn) error {
	return c.Raw(func(conn any) error {
		h, ok := conn.(sqlite.HookRegisterer)
		if !ok {
			return helpdesk.Errorf(helpdesk.Internal, "the SQLite driver has no transaction hooks")
		}
		h.RegisterCommitHook(commit)
		h.RegisterRollbackHook(rollback)
		return nil
	})
}

// mayCommit is SQLite's commit hook: anything but 0 turns a commit into a rollback.
func (c *writeConn) mayCommit() int32 {
	if c.committing.Load() {
		return 0
	}
	return 1
}

// begin opens a transaction for t, which lives on whatever becomes of t's
// context. While another process holds the file it tries again, until t's
// context ends or the store is shut.
func (c *writeConn) begin(t *ticket, shut func() bool) (bun.Tx, error) {
	unending := context.WithoutCancel(t.ctx)
	if c.guard != nil {
		patience := t.ctx
		if t.runs > 0 {
			patience = unending
		}
		if err := c.guard.lock(patience); err != nil {
			return bun.Tx{}, wrap(err)
		}
	}
	for {
		tx, err := c.BeginTx(unending, nil)
		if err == nil {
			c.ended.Store(false)
			return tx, nil
		}
		switch {
		case !isBusy(err):
			err = unavailable(err)
		case shut():
			err = errClosed()
		default:
			err = wrap(t.ctx.Err())
		}
		if err != nil {
			c.unguard()
			return bun.Tx{}, err
		}
	}
}

func (c *writeConn) commit(tx bun.Tx) error {
	defer c.unguard()
	c.committing.Store(true)
	defer c.committing.Store(false)
	return wrap(tx.Commit()) // after a failure the driver rolls back
}

// rollback cannot fail but where SQLite has rolled back already.
func (c *writeConn) rollback(tx bun.Tx) {
	defer c.unguard()
	_ = tx.Rollback()
}

func (c *writeConn) unguard() {
	if c.guard != nil {
		c.guard.unlock()
	}
}

// prepared returns the statement of a text for one use; nil when it is not kept.
func (c *writeConn) prepared(ctx context.Context, text string) (*sql.Stmt, error) {
	s, kept := c.statements[text]
	if !kept && len(c.statements) < maxPrepared {
		var err error
		if s, err = c.Conn.Conn.PrepareContext(ctx, text); err != nil {
			return nil, err
		}
		c.statements[text] = s
	}
	if s != nil && c.report != nil {
		op, _, _ := strings.Cut(text, " ")
		c.report(op)
	}
	return s, nil
}

// close gives the connection back to its pool.
func (c *writeConn) close() error {
	err := c.hook(nil, nil)
	for _, s := range c.statements {
		err = errors.Join(err, s.Close())
	}
	return errors.Join(err, c.Conn.Close())
}
