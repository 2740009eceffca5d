package bunstore

import (
	"context"
	"database/sql"
	"errors"
	"sync"

	"github.com/uptrace/bun"

	"github.com/gohelpdesk/helpdesk"
)

// InHostTx returns a store whose calls all happen inside a transaction the host
// began: its rows and the engine's commit or vanish together. The host commits;
// the store's Close does nothing.
//
// The transaction must be READ COMMITTED. From its first event on it holds the
// account's log until its end, so the host calls the engine last. A closure
// cannot be run again: a deadlock, or a version that moved, is a Conflict. After a
// failed call, of which nothing is kept, the store refuses all others: the host
// should roll back.
func (s *Store) InHostTx(ctx context.Context, tx *sql.Tx) (helpdesk.Store, error) {
	if s.closed.Load() {
		return nil, helpdesk.Errorf(helpdesk.Unavailable, "the store is closed")
	}
	if !s.dialect.postgres() {
		return nil, helpdesk.Errorf(helpdesk.Unsupported, "SQLite begins a foreign transaction on a snapshot that it cannot write to later: use BeginHost")
	}
	db := hostConn{s.db, tx}
	if err := checkSettings(ctx, db); err != nil {
		return nil, err
	}
	var isolation string
	if err := db.NewRaw("SHOW transaction_isolation").Scan(ctx, &isolation); err != nil {
		return nil, wrap(err)
	}
	if isolation != "read committed" {
		return nil, helpdesk.Errorf(helpdesk.Unsupported, "the host's transaction must be READ COMMITTED, it is %s", isolation)
	}
	h := &pgHost{db: db}
	return &Store{dialect: s.dialect, db: s.db, writer: h, viewer: h, closeAll: h.close}, nil
}

// pgHost runs closures inside a transaction that somebody else ends.
type pgHost struct {
	db hostConn

	mu     sync.Mutex // one engine call at a time
	failed error      // the call after which only a rollback is left
}

func (h *pgHost) update(ctx context.Context, _ helpdesk.Lane, fn func(context.Context, bun.IDB) error) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.failed != nil {
		return &helpdesk.Error{Code: helpdesk.Conflict, Message: "a call inside the transaction failed; roll it back", Err: h.failed}
	}
	if err := ctx.Err(); err != nil {
		return wrap(err)
	}
	ctx = context.WithoutCancel(ctx)
	if _, err := h.db.ExecContext(ctx, "SAVEPOINT helpdesk"); err != nil {
		return wrap(err)
	}
	h.failed = errors.New("the closure did not return") // what a panic leaves behind
	defer func() {
		if h.failed != nil {
			// Half of a unit is never committed, whatever the host does next.
			_, _ = h.db.ExecContext(ctx, "ROLLBACK TO SAVEPOINT helpdesk")
		}
	}()
	h.failed = h.unit(fn(ctx, h.db))
	return h.failed
}

// unit turns the end of a closure into the answer of the call: it cannot be run
// again here.
func (h *pgHost) unit(err error) error {
	if again, ok := errors.AsType[*rerun](err); ok {
		err = &helpdesk.Error{Code: helpdesk.Conflict, Message: "somebody was faster; roll back and try again", Err: again.err}
	}
	return err
}

// view reads what the transaction sees, its own rows included.
func (h *pgHost) view(ctx context.Context, fn func(context.Context, bun.IDB) error) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.failed != nil {
		return &helpdesk.Error{Code: helpdesk.Conflict, Message: "a call inside the transaction failed; roll it back", Err: h.failed}
	}
	return fn(ctx, h.db)
}

func (h *pgHost) close() error { return nil }

// hostConn is the host's transaction as bun wants it: its queries are built by
// our own handle and run on the host's connection.
type hostConn struct {
	*bun.DB
	tx *sql.Tx
}

func (c hostConn) NewSelect() *bun.SelectQuery { return c.DB.NewSelect().Conn(c.tx) }
func (c hostConn) NewInsert() *bun.InsertQuery { return c.DB.NewInsert().Conn(c.tx) }
func (c hostConn) NewUpdate() *bun.UpdateQuery { return c.DB.NewUpdate().Conn(c.tx) }
func (c hostConn) NewDelete() *bun.DeleteQuery { return c.DB.NewDelete().Conn(c.tx) }

func (c hostConn) NewRaw(query string, args ...any) *bun.RawQuery {
	return c.DB.NewRaw(query, args...).Conn(c.tx)
}

// ExecContext runs a statement in the host's transaction.
func (c hostConn) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	return c.NewRaw(query, args...).Exec(ctx)
}

// BeginTx is refused: the transaction is the host's.
func (hostConn) BeginTx(context.Context, *sql.TxOptions) (bun.Tx, error) {
	return bun.Tx{}, helpdesk.Errorf(helpdesk.Internal, "a transaction inside a host's transaction")
}
