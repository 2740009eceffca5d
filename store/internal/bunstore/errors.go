package bunstore

import (
	"context"
	"database/sql"
	"errors"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"

	"github.com/gohelpdesk/helpdesk"
)

// Result codes of SQLite; the low byte is the kind, the rest says more.
const (
	sqliteBusy       = 5
	sqliteLocked     = 6
	sqliteReadOnly   = 8
	sqliteConstraint = 19
)

// wrap turns an error of the database into one of helpdesk's, or into a rerun.
// It leaves both as they are when they come again.
func wrap(err error) error {
	if err == nil {
		return nil
	}
	if _, ok := errors.AsType[*helpdesk.Error](err); ok {
		return err
	}
	if _, ok := errors.AsType[*rerun](err); ok {
		return err
	}
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		return wrapPostgres(e)
	}
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		return wrapSQLite(e)
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return &helpdesk.Error{Code: helpdesk.Unavailable, Message: "given up before it was done", Err: err}
	}
	if errors.Is(err, sql.ErrConnDone) || errors.Is(err, sql.ErrTxDone) {
		return &helpdesk.Error{Code: helpdesk.Internal, Message: "the transaction is over", Err: err}
	}
	if _, ok := errors.AsType[*pgconn.ConnectError](err); ok || pgconn.SafeToRetry(err) {
		return unavailable(err)
	}
	return &helpdesk.Error{Code: helpdesk.Internal, Message: "the store failed", Err: err}
}

func wrapPostgres(e *pgconn.PgError) error {
	switch e.Code {
	case "40P01", "40001", "55P03": // deadlock, serialisation failure, lock not available
		return &rerun{e}
	case "23505":
		return &helpdesk.Error{Code: helpdesk.Conflict, Message: "it exists already", Err: e}
	case "25006":
		return &helpdesk.Error{Code: helpdesk.Internal, Message: "a View cannot write", Err: e}
	case "57014": // cancelled, or statement_timeout
		return unavailable(e)
	}
	switch e.Code[:2] {
	case "08", "53", "57": // connection, resources, operator
		return unavailable(e)
	}
	return &helpdesk.Error{Code: helpdesk.Internal, Message: "the store failed", Err: e}
}

func wrapSQLite(e *sqlite.Error) error {
	switch e.Code() & 0xff {
	case sqliteBusy, sqliteLocked:
		return &rerun{e}
	case sqliteConstraint:
		return &helpdesk.Error{Code: helpdesk.Conflict, Message: "it exists already", Err: e}
	case sqliteReadOnly:
		return &helpdesk.Error{Code: helpdesk.Internal, Message: "a View cannot write", Err: e}
	}
	return &helpdesk.Error{Code: helpdesk.Internal, Message: "the store failed", Err: e}
}

func unavailable(err error) error {
	return &helpdesk.Error{Code: helpdesk.Unavailable, Message: "the database cannot be reached", Err: err}
}

func isBusy(err error) bool {
	e, ok := errors.AsType[*sqlite.Error](err)
	return ok && e.Code()&0xff == sqliteBusy
}

func notFound(noun string) error {
	return helpdesk.Errorf(helpdesk.NotFound, "%s not found", noun)
}

func taken(noun string) error {
	return helpdesk.Errorf(helpdesk.Conflict, "there is such a %s already", noun)
}
