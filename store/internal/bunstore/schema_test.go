package bunstore_test

import (
	"context"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk/store/internal/bunstore"
)

// Both dialects have the same migrations, and these the same tables and columns.
func TestDialectsHaveOneSchema(t *testing.T) {
	t.Parallel()
	postgres, err := bunstore.PostgresMigrations("desk")
	require.NoError(t, err)
	lite, pg := tables(t, bunstore.SQLiteMigrations()), tables(t, postgres)
	require.NotEmpty(t, lite)
	require.Equal(t, lite, pg)
	names, err := fs.Glob(postgres, "*.sql")
	require.NoError(t, err)
	others, err := fs.Glob(bunstore.SQLiteMigrations(), "*.sql")
	require.NoError(t, err)
	require.Equal(t, names, others)
}

// tables maps the tables that migrations make to their columns.
func tables(t *testing.T, files fs.FS) map[string][]string {
	t.Helper()
	create := regexp.MustCompile(`(?s)CREATE TABLE (?:desk\.)?(\w+) \((.*?)\n\)`)
	all := map[string][]string{}
	names, err := fs.Glob(files, "*.sql")
	require.NoError(t, err)
	for _, name := range names {
		text, err := fs.ReadFile(files, name)
		require.NoError(t, err)
		require.NotContains(t, string(text), "@helpdesk_")
		for _, m := range create.FindAllStringSubmatch(string(text), -1) {
			for line := range strings.SplitSeq(m[2], "\n") {
				column, _, _ := strings.Cut(strings.TrimSpace(line), " ")
				if column != "" && column != "PRIMARY" {
					all[m[1]] = append(all[m[1]], column)
				}
			}
		}
	}
	return all
}

func TestSchemaNamesAreChecked(t *testing.T) {
	t.Parallel()
	for _, name := range []string{`a"b`, "a.b", "A", "a b", "1a"} {
		_, err := bunstore.PostgresMigrations(name)
		require.Error(t, err, name)
	}
}

func TestProcessesThatStartTogetherMigrateOnce(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "desk.db")
	errs := make([]error, 4)
	var wg sync.WaitGroup
	for i := range errs {
		wg.Go(func() {
			s, err := bunstore.OpenSQLite(context.Background(), path, bunstore.SQLiteOptions{Normal: true})
			if err == nil {
				err = s.CheckSchema(context.Background())
				_ = s.Close()
			}
			errs[i] = err
		})
	}
	wg.Wait()
	require.Equal(t, make([]error, 4), slices.Clone(errs))
}

func TestAnOldSchemaIsNoticed(t *testing.T) {
	t.Parallel()
	s, err := bunstore.OpenSQLite(t.Context(), filepath.Join(t.TempDir(), "desk.db"), bunstore.SQLiteOptions{NoMigrate: true})
	require.NoError(t, err)
	t.Cleanup(func() { _ = s.Close() })
	require.Error(t, s.CheckSchema(t.Context()))
	require.NoError(t, s.Migrate(t.Context()))
	require.NoError(t, s.CheckSchema(t.Context()))
}
