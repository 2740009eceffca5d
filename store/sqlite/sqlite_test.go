package sqlite_test

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/store/sqlite"
	"github.com/gohelpdesk/helpdesk/store/storetest"
)

func open(tb testing.TB) helpdesk.Store {
	tb.Helper()
	s, err := sqlite.Open(tb.Context(), filepath.Join(tb.TempDir(), "desk ?%#.db"), sqlite.Options{Synchronous: sqlite.Normal})
	require.NoError(tb, err)
	tb.Cleanup(func() { _ = s.Close() })
	return s
}

func TestStore(t *testing.T) { storetest.Run(t, open) }

func TestStoreInMemory(t *testing.T) {
	storetest.Run(t, func(tb testing.TB) helpdesk.Store {
		s, err := sqlite.OpenMemory(tb.Context(), sqlite.Options{})
		require.NoError(tb, err)
		tb.Cleanup(func() { _ = s.Close() })
		return s
	}, storetest.SnapshotView)
}
