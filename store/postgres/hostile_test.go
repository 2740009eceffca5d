package postgres_test

import (
	"database/sql"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/store/postgrestest"
)

// openHostile opens a store on a database that reads a backslash in a text as
// an escape unless a connection says otherwise.
func openHostile(tb testing.TB) helpdesk.Store {
	tb.Helper()
	dsn := postgrestest.DSN(tb)
	db, err := sql.Open("pgx", dsn)
	if err != nil {
		tb.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	var name string
	if err := db.QueryRowContext(tb.Context(), "SELECT current_database()").Scan(&name); err != nil {
		tb.Fatal(err)
	}
	for _, setting := range []string{"standard_conforming_strings = off", "backslash_quote = on", "escape_string_warning = off", "client_encoding = 'LATIN1'"} {
		if _, err := db.ExecContext(tb.Context(), "ALTER DATABASE "+name+" SET "+setting); err != nil {
			tb.Fatal(err)
		}
	}
	return opened(tb, dsn)
}
