package bunstore

import (
	"context"
	"strings"
	"testing"

	"github.com/uptrace/bun"
)

// Record makes a hook hear of the queries of Views.
func (s *Store) Record(hook bun.QueryHook) {
	v, ok := s.viewer.(*txViewer)
	if !ok {
		panic("the store reads in another way")
	}
	v.db = v.db.WithQueryHook(hook)
}

// Run runs a statement outside the store's ways.
func (s *Store) Run(ctx context.Context, statement string) error {
	_, err := s.db.DB.ExecContext(ctx, statement)
	return err
}

// Explain returns what the database says of an EXPLAIN, line by line: the last
// column.
func (s *Store) Explain(t *testing.T, statement string) string {
	rows, err := s.db.DB.QueryContext(t.Context(), statement)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	columns, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for rows.Next() {
		var line string
		dest := make([]any, len(columns))
		for i := range dest {
			dest[i] = new(any)
		}
		dest[len(dest)-1] = &line
		if err := rows.Scan(dest...); err != nil {
			t.Fatal(err)
		}
		lines = append(lines, line)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return strings.Join(lines, "\n")
}
