package sqlite_test

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/store/sqlite"
	"github.com/gohelpdesk/helpdesk/store/storetest"
)

// migrated is a migrated and empty file: copying it is quicker than migrating
// each test's own.
var migrated = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "helpdesk-sqlite")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "desk.db")
	s, err := sqlite.Open(context.Background(), path, sqlite.Options{})
	if err != nil {
		return nil, err
	}
	if err := s.Close(); err != nil {
		return nil, err
	}
	return os.ReadFile(path)
})

func openFile(tb testing.TB) *sqlite.Store {
	path := filepath.Join(tb.TempDir(), "desk ?%#.db")
	template, err := migrated()
	if err == nil {
		err = os.WriteFile(path, template, 0o600)
	}
	if err != nil {
		tb.Fatal(err)
	}
	return opened(tb)(sqlite.Open(context.Background(), path, sqlite.Options{Synchronous: sqlite.Normal}))
}

func openMemory(tb testing.TB) *sqlite.Store {
	return opened(tb)(sqlite.OpenMemory(context.Background(), sqlite.Options{}))
}

func opened(tb testing.TB) func(*sqlite.Store, error) *sqlite.Store {
	return func(s *sqlite.Store, err error) *sqlite.Store {
		tb.Helper()
		if err != nil {
			tb.Fatal(err)
		}
		tb.Cleanup(func() {
			if err := s.Close(); err != nil {
				tb.Error(err)
			}
		})
		return s
	}
}

func TestFile(t *testing.T) {
	t.Parallel()
	storetest.RunConfig(t, storetest.Config{
		Open: func(tb testing.TB) helpdesk.Store { return openFile(tb) },
		Host: func(tb testing.TB) storetest.HostCase { return hostCase(tb, openFile(tb)) },
	})
}

// The store in memory stands behind a decorator here: that too must pass.
func TestMemory(t *testing.T) {
	t.Parallel()
	storetest.RunConfig(t, storetest.Config{
		Open: func(tb testing.TB) helpdesk.Store { return decorator{openMemory(tb)} },
		Host: func(tb testing.TB) storetest.HostCase { return hostCase(tb, openMemory(tb)) },
		Skip: []storetest.Feature{storetest.SnapshotView},
	})
}

type decorator struct{ helpdesk.Store }

func (d decorator) Unwrap() helpdesk.Store { return d.Store }

// hostCase is a program that keeps its rows beside the desk's.
func hostCase(tb testing.TB, s *sqlite.Store) storetest.HostCase {
	ctx := context.Background()
	tx, err := s.BeginHost(ctx)
	if err == nil {
		_, err = tx.ExecContext(ctx, "CREATE TABLE host_rows (n INTEGER)")
	}
	if err == nil {
		err = tx.Commit()
	}
	if err != nil {
		tb.Fatal(err)
	}
	return storetest.HostCase{
		Store: s,
		Begin: func(ctx context.Context) (storetest.HostTx, error) {
			tx, err := s.BeginHost(ctx)
			if err != nil {
				return storetest.HostTx{}, err
			}
			return storetest.HostTx{
				Store:    tx.Store(),
				Exec:     func(q string) error { _, err := tx.ExecContext(ctx, q); return err },
				Commit:   tx.Commit,
				Rollback: func() error { tx.Rollback(); return nil },
			}, nil
		},
		Rows: func(ctx context.Context) (int, error) {
			tx, err := s.BeginHost(ctx)
			if err != nil {
				return 0, err
			}
			defer tx.Rollback()
			var n sql.NullInt64
			err = tx.QueryRowContext(ctx, "SELECT count(*) FROM host_rows").Scan(&n)
			return int(n.Int64), err
		},
	}
}

// A transaction begun elsewhere is deferred: it would lose to any writer.
func TestAForeignTransactionIsRefused(t *testing.T) {
	t.Parallel()
	db, err := sql.Open("sqlite", ":memory:")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	tx, err := db.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback() }()
	if _, err := openMemory(t).InHostTx(t.Context(), tx); !errors.Is(err, helpdesk.Unsupported) {
		t.Errorf("got %v, want Unsupported", err)
	}
}
