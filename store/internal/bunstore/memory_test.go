package bunstore_test

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk/store/internal/bunstore"
)

func TestMemoryIsOneDatabaseForAllItsConnections(t *testing.T) {
	t.Parallel()
	m, err := bunstore.NewMemory(t.Context())
	require.NoError(t, err)
	one, two := openDB(t, m.DSN()), openDB(t, m.DSN())
	_, err = one.Exec("CREATE TABLE notes (text TEXT); INSERT INTO notes VALUES ('a')")
	require.NoError(t, err)
	require.NoError(t, one.Close(), "the data do not go with a connection")
	var n int
	require.NoError(t, two.QueryRow("SELECT count(*) FROM notes").Scan(&n))
	require.Equal(t, 1, n)
	require.NoError(t, two.Close())

	name, _, _ := strings.Cut(strings.TrimPrefix(m.DSN(), "file:"), "?")
	require.NoFileExists(t, name)
	open, err := os.ReadDir("/proc/self/fd")
	if err == nil { // Linux
		for _, fd := range open {
			target, _ := os.Readlink("/proc/self/fd/" + fd.Name())
			require.NotContains(t, target, name)
		}
	}

	require.NoError(t, m.Close())
	require.Error(t, openDB(t, m.DSN()).QueryRow("SELECT count(*) FROM notes").Scan(&n), "they go with the store")
}

func TestMemoriesAreStrangers(t *testing.T) {
	t.Parallel()
	for range 2 {
		m, err := bunstore.NewMemory(t.Context())
		require.NoError(t, err)
		t.Cleanup(func() { require.NoError(t, m.Close()) })
		_, err = openDB(t, m.DSN()).Exec("CREATE TABLE notes (text TEXT)")
		require.NoError(t, err)
	}
}
