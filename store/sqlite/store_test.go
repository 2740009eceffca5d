package sqlite_test

import (
	"path/filepath"
	"testing"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/store/sqlite"
	"github.com/gohelpdesk/helpdesk/store/storetest"
)

func TestFile(t *testing.T) {
	t.Parallel()
	storetest.Run(t, openFile)
}

func TestMemory(t *testing.T) {
	t.Parallel()
	storetest.Run(t, openMemory, storetest.SnapshotView)
}

// TestDecorated proves that a store behind a decorator is still one.
func TestDecorated(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(tb testing.TB) helpdesk.Store { return decorator{openMemory(tb)} }, storetest.SnapshotView)
}

type decorator struct{ helpdesk.Store }

func (d decorator) Unwrap() helpdesk.Store { return d.Store }

func openFile(tb testing.TB) helpdesk.Store {
	tb.Helper()
	s, err := sqlite.Open(tb.Context(), filepath.Join(tb.TempDir(), "desk.db"), sqlite.Options{Synchronous: sqlite.Normal})
	return opened(tb, s, err)
}

func openMemory(tb testing.TB) helpdesk.Store {
	tb.Helper()
	s, err := sqlite.OpenMemory(tb.Context(), sqlite.Options{})
	return opened(tb, s, err)
}

func opened(tb testing.TB, s *sqlite.Store, err error) helpdesk.Store {
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
