package bunstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/gohelpdesk/helpdesk"
)

// owned is a table whose rows belong to accounts.
type owned struct {
	name string // as statements write it
	key  string // the columns of its primary key
	blob bool   // rows name a file
	kept bool   // rows list kept files
}

// ownedTables reads from the schema which tables belong to accounts, so that
// one that is added is never forgotten. Jobs come first: nothing runs any more.
var ownedTables = sync.OnceValues(func() ([]owned, error) {
	files := SQLiteMigrations()
	names, err := fs.Glob(files, "*.sql")
	if err != nil {
		return nil, err
	}
	create := regexp.MustCompile(`(?s)CREATE TABLE (helpdesk_\w+) \((.*?)\n\)`)
	var found []owned
	for _, name := range names {
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, err
		}
		for _, m := range create.FindAllStringSubmatch(string(text), -1) {
			if t, ok := ownedTable(m[1], m[2]); ok {
				found = append(found, t)
			}
		}
	}
	slices.SortStableFunc(found, func(a, b owned) int {
		return strings.Compare(strings.TrimSuffix(a.name, "jobs"), strings.TrimSuffix(b.name, "jobs"))
	})
	return found, nil
})

// ownedTable reads one table's columns; false when it has no account.
func ownedTable(name, body string) (owned, bool) {
	t := owned{name: "@" + name}
	of := false
	for line := range strings.SplitSeq(body, "\n") {
		line = strings.TrimSuffix(strings.TrimSpace(line), ",")
		column, kind, _ := strings.Cut(line, " ")
		switch {
		case column == "PRIMARY":
			t.key = strings.Trim(strings.TrimPrefix(kind, "KEY "), "()")
		case strings.Contains(kind, "PRIMARY KEY"):
			t.key = column
		}
		of, t.blob = of || column == "account_id", t.blob || column == "blob"
		t.kept = t.kept || column == "files"
	}
	return t, of
}

// Purge implements helpdesk.Tx.
func (t directory) Purge(ctx context.Context, limit int) (blobs []string, more bool, err error) {
	if _, err := t.Account(ctx); helpdesk.CodeOf(err) != helpdesk.NotFound {
		if err == nil {
			err = helpdesk.Errorf(helpdesk.Conflict, "the account is not deleted")
		}
		return nil, false, err
	}
	tables, err := ownedTables()
	if err != nil {
		return nil, false, err
	}
	for _, o := range tables {
		some := fmt.Sprintf("SELECT %s FROM %s WHERE account_id = ? ORDER BY %s LIMIT ?", o.key, o.name, o.key)
		if o.blob {
			err := t.tx.scan(ctx, &blobs, strings.Replace(some, "SELECT "+o.key, "SELECT blob", 1), t.tx.account, limit)
			if err != nil && !noRows(err) {
				return nil, false, err
			}
			blobs = slices.DeleteFunc(blobs, func(key string) bool { return key == "" })
		}
		if o.kept {
			keys, err := t.tx.keptBlobs(ctx, strings.Replace(some, "SELECT "+o.key, "SELECT files", 1), limit)
			if err != nil {
				return nil, false, err
			}
			blobs = append(blobs, keys...)
		}
		n, err := t.tx.exec(ctx, fmt.Sprintf("DELETE FROM %s WHERE account_id = ? AND (%s) IN (%s)", o.name, o.key, some), t.tx.account, t.tx.account, limit)
		if err != nil || n > 0 {
			return blobs, true, err
		}
	}
	return nil, false, nil
}

// keptBlobs are the files of the rows that a query finds.
func (t *tx) keptBlobs(ctx context.Context, query string, limit int) (keys []string, err error) {
	var rows []struct {
		Files document[[]helpdesk.KeptFile] `bun:"files"`
	}
	if err := t.scan(ctx, &rows, query, t.account, limit); err != nil && !noRows(err) {
		return nil, err
	}
	for _, row := range rows {
		for _, f := range row.Files.v {
			keys = append(keys, f.Key)
		}
	}
	return keys, nil
}

func noRows(err error) bool { return errors.Is(err, sql.ErrNoRows) }
