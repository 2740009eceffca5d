package postgres_test

import (
	"context"
	"database/sql"
	"errors"
	"testing"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/store/postgres"
	"github.com/gohelpdesk/helpdesk/store/postgrestest"
	"github.com/gohelpdesk/helpdesk/store/storetest"
)

// hostCase is a program that keeps its rows in the desk's database, through a
// handle of its own.
func hostCase(tb testing.TB) storetest.HostCase {
	tb.Helper()
	s, db := hosted(tb)
	if _, err := db.ExecContext(tb.Context(), "CREATE TABLE host_rows (n INTEGER)"); err != nil {
		tb.Fatal(err)
	}
	return storetest.HostCase{
		Store:    s,
		Overlaps: true,
		Begin: func(ctx context.Context) (storetest.HostTx, error) {
			tx, err := db.BeginTx(ctx, nil)
			if err != nil {
				return storetest.HostTx{}, err
			}
			inside, err := s.InHostTx(ctx, tx)
			return storetest.HostTx{
				Store:    inside,
				Exec:     func(q string) error { _, err := tx.ExecContext(ctx, q); return err },
				Commit:   tx.Commit,
				Rollback: tx.Rollback,
			}, err
		},
		Rows: func(ctx context.Context) (n int, err error) {
			return n, db.QueryRowContext(ctx, "SELECT count(*) FROM host_rows").Scan(&n)
		},
	}
}

// hosted opens a store on a host's own handle.
func hosted(tb testing.TB) (*postgres.Store, *sql.DB) {
	tb.Helper()
	db, err := sql.Open("pgx", postgrestest.DSN(tb))
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = db.Close() })
	s, err := postgres.New(tb.Context(), db, postgres.Options{})
	if err != nil {
		tb.Fatal(err)
	}
	return s, db
}

func TestHostTxMustBeReadCommitted(t *testing.T) {
	t.Parallel()
	s, db := hosted(t)
	tx, err := db.BeginTx(t.Context(), &sql.TxOptions{Isolation: sql.LevelSerializable})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback() }()
	if _, err := s.InHostTx(t.Context(), tx); !errors.Is(err, helpdesk.Unsupported) {
		t.Errorf("got %v, want Unsupported", err)
	}
}

func TestFailedHostTxRefusesTheRest(t *testing.T) {
	t.Parallel()
	s, db := hosted(t)
	tx, err := db.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback() }()
	inside, err := s.InHostTx(t.Context(), tx)
	if err != nil {
		t.Fatal(err)
	}
	failure := errors.New("the closure failed")
	fails := func(context.Context, helpdesk.Tx) error { return failure }
	if err := inside.Update(t.Context(), 1, fails); !errors.Is(err, failure) {
		t.Errorf("got %v, want the closure's own error", err)
	}
	works := func(context.Context, helpdesk.Tx) error { return nil }
	if err := inside.Update(t.Context(), 1, works); !errors.Is(err, helpdesk.Conflict) {
		t.Errorf("a later call: got %v, want Conflict", err)
	}
}

func TestHandleThatMisreadsTextIsRefused(t *testing.T) {
	t.Parallel()
	dsn := postgrestest.DSN(t)
	db, err := sql.Open("pgx", dsn+"&standard_conforming_strings=off")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	if _, err := postgres.New(t.Context(), db, postgres.Options{}); !errors.Is(err, helpdesk.Unsupported) {
		t.Errorf("got %v, want Unsupported", err)
	}
}
