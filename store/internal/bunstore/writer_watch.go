package bunstore

import (
	"context"
	"database/sql"
	"strings"

	"github.com/uptrace/bun"

	"github.com/gohelpdesk/helpdesk"
)

// watched is what a closure writes through: it notes that a write may have
// happened, so that a closure that fails before it costs its group nothing. It
// errs on the side of yes: a write counts once it is prepared, and all text that
// does not begin with SELECT is taken for a write.
type watched struct {
	bun.IDB
	wrote *bool
	conn  *writeConn // of the transaction
}

func (w *watched) note() bun.IDB {
	*w.wrote = true
	return w.IDB
}

func (w *watched) noteText(query string) bun.IDB {
	query = strings.TrimSpace(query)
	if len(query) < 6 || !strings.EqualFold(query[:6], "SELECT") {
		*w.wrote = true
	}
	return w.IDB
}

// prepared implements preparer.
func (w *watched) prepared(ctx context.Context, text string) (*sql.Stmt, error) {
	s, err := w.conn.prepared(ctx, text)
	if s != nil {
		w.noteText(text)
	}
	return s, err
}

func (w *watched) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	return w.note().ExecContext(ctx, query, args...)
}

func (w *watched) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	return w.noteText(query).QueryContext(ctx, query, args...)
}

func (w *watched) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	return w.noteText(query).QueryRowContext(ctx, query, args...)
}

func (w *watched) NewRaw(query string, args ...any) *bun.RawQuery {
	return w.noteText(query).NewRaw(query, args...)
}

func (w *watched) NewInsert() *bun.InsertQuery           { return w.note().NewInsert() }
func (w *watched) NewUpdate() *bun.UpdateQuery           { return w.note().NewUpdate() }
func (w *watched) NewDelete() *bun.DeleteQuery           { return w.note().NewDelete() }
func (w *watched) NewMerge() *bun.MergeQuery             { return w.note().NewMerge() }
func (w *watched) NewCreateTable() *bun.CreateTableQuery { return w.note().NewCreateTable() }
func (w *watched) NewDropTable() *bun.DropTableQuery     { return w.note().NewDropTable() }
func (w *watched) NewCreateIndex() *bun.CreateIndexQuery { return w.note().NewCreateIndex() }
func (w *watched) NewDropIndex() *bun.DropIndexQuery     { return w.note().NewDropIndex() }
func (w *watched) NewAddColumn() *bun.AddColumnQuery     { return w.note().NewAddColumn() }
func (w *watched) NewDropColumn() *bun.DropColumnQuery   { return w.note().NewDropColumn() }

func (w *watched) NewTruncateTable() *bun.TruncateTableQuery { return w.note().NewTruncateTable() }

// BeginTx is refused: a transaction inside the transaction would be a savepoint.
func (w *watched) BeginTx(context.Context, *sql.TxOptions) (bun.Tx, error) {
	return bun.Tx{}, errNested()
}

// RunInTx is refused like BeginTx.
func (w *watched) RunInTx(context.Context, *sql.TxOptions, func(context.Context, bun.Tx) error) error {
	return errNested()
}

func errNested() error {
	return helpdesk.Errorf(helpdesk.Internal, "a transaction was begun inside a transaction")
}
