package bunstore

import (
	"context"
	"database/sql"
	"errors"

	"github.com/uptrace/bun"

	"github.com/gohelpdesk/helpdesk"
)

// tx is one run of a closure over one connection: what all repositories have, and
// what they put off until the commit. It is used by one goroutine.
type tx struct {
	d        *dialect
	db       bun.IDB
	account  helpdesk.AccountID // 0 in System
	readOnly bool

	failed error // a statement failed: nothing after it may be committed
	config bool  // the account's configuration changed
	counts counter
}

func newTx(d *dialect, db bun.IDB, account helpdesk.AccountID) *tx {
	return &tx{d: d, db: db, account: account}
}

// run calls fn and writes what was put off. A failure of the database wins over
// what fn made of it: a transaction with a failed statement never commits.
func (t *tx) run(ctx context.Context, fn func(context.Context, helpdesk.Tx) error) error {
	return t.finish(ctx, fn(ctx, directory{t}))
}

func (t *tx) runSystem(ctx context.Context, fn func(context.Context, helpdesk.SystemTx) error) error {
	return t.finish(ctx, fn(ctx, &systemTx{directory{t}, t}))
}

func (t *tx) finish(ctx context.Context, err error) error {
	if again, ok := errors.AsType[*rerun](t.failed); ok {
		return again
	}
	if err != nil {
		return err
	}
	if t.failed != nil {
		return t.failed
	}
	if err := t.flushCounts(ctx); err != nil {
		return err
	}
	return t.bumpConfig(ctx)
}

// fail passes an error of the database on and remembers it. sql.ErrNoRows is an
// answer, not a failure.
func (t *tx) fail(err error) error {
	if err == nil || errors.Is(err, sql.ErrNoRows) {
		return err
	}
	err = wrap(err)
	if t.failed == nil {
		t.failed = err
	}
	return err
}

// moved gives the transaction up because a row's version moved.
func (t *tx) moved(noun string) error {
	return t.fail(&rerun{helpdesk.Errorf(helpdesk.Conflict, "the %s was changed meanwhile", noun)})
}

// find runs a query for one row.
func (t *tx) find(ctx context.Context, q *bun.SelectQuery, noun string) error {
	err := t.fail(q.Scan(ctx))
	if errors.Is(err, sql.ErrNoRows) {
		return notFound(noun)
	}
	return err
}

// all runs a query for any number of rows.
func (t *tx) all(ctx context.Context, q *bun.SelectQuery) error {
	err := t.fail(q.Scan(ctx))
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	return err
}

// insert runs an insertion that gives way to rows that are there, and returns
// how many were new.
func (t *tx) insert(ctx context.Context, q *bun.InsertQuery) (int64, error) {
	res, err := q.On("CONFLICT DO NOTHING").Exec(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	if err != nil {
		return 0, t.fail(err)
	}
	n, err := res.RowsAffected()
	return n, t.fail(err)
}

// lock makes a query for update, where that means anything.
func (t *tx) lock(q *bun.SelectQuery) *bun.SelectQuery {
	if t.readOnly {
		return q
	}
	return t.d.forUpdate(q)
}

// locking is the end of a query that locks the rows of alias it finds, where
// that means anything.
func (t *tx) locking(alias string) string {
	if t.readOnly || !t.d.postgres() {
		return ""
	}
	return " FOR UPDATE OF " + alias
}

// selectFrom starts a query of the account's rows of a table: dest is a pointer
// to a row or to a slice of rows.
func (t *tx) selectFrom(dest any, table, alias string) *bun.SelectQuery {
	q := t.db.NewSelect().Model(dest).ModelTableExpr(t.d.qualify(table) + " AS " + alias)
	return q.Where("?.account_id = ?", bun.Safe(alias), t.account)
}

// insertInto starts an insertion of a row or of a slice of rows.
func (t *tx) insertInto(rows any, table string) *bun.InsertQuery {
	return t.db.NewInsert().Model(rows).ModelTableExpr(t.d.qualify(table))
}
