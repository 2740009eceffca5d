package bunstore_test

import (
	"context"
	"database/sql"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/sqlitedialect"
	_ "modernc.org/sqlite"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/store/internal/bunstore"
)

const schema = `
	CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE);
	CREATE TABLE replies (note INTEGER REFERENCES notes (id) DEFERRABLE INITIALLY DEFERRED);`

// desk is a small database with a writer, and a second connection to look at it.
type desk struct {
	*bunstore.Writer
	guard   *bunstore.RWLock // nil for a file
	reader  *sql.DB
	commits atomic.Int32
}

// openDesk opens a database in a file or in memory.
func openDesk(t testing.TB, inMemory bool) *desk {
	t.Helper()
	ctx := context.Background()
	d := &desk{}
	dsn := "file:" + filepath.Join(t.TempDir(), "desk.db") + "?_pragma=journal_mode(WAL)"
	if inMemory {
		m, err := bunstore.NewMemory(ctx)
		require.NoError(t, err)
		t.Cleanup(func() { require.NoError(t, m.Close()) })
		dsn, d.guard = m.DSN(), m.Guard()
	}
	dsn += "&_pragma=busy_timeout(50)&_pragma=synchronous(FULL)&_pragma=foreign_keys(1)"
	db := bun.NewDB(openDB(t, dsn+"&_txlock=immediate"), sqlitedialect.New())
	db.SetMaxOpenConns(1)
	db = db.WithQueryHook((*commitCounter)(&d.commits))
	_, err := db.Exec(schema)
	require.NoError(t, err)
	d.reader = openDB(t, dsn)
	d.Writer, err = bunstore.NewWriter(ctx, db, d.guard, time.Now)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, d.Close()) })
	return d
}

func openDB(t testing.TB, dsn string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", dsn)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	return db
}

type commitCounter atomic.Int32

func (c *commitCounter) BeforeQuery(ctx context.Context, _ *bun.QueryEvent) context.Context {
	return ctx
}

func (c *commitCounter) AfterQuery(_ context.Context, e *bun.QueryEvent) {
	if e.Query == "COMMIT" && e.Err == nil {
		(*atomic.Int32)(c).Add(1)
	}
}

// live runs fn as somebody who waits would.
func (d *desk) live(fn func(context.Context, bun.IDB) error) error {
	return d.Update(context.Background(), helpdesk.Live, fn)
}

// notes returns the committed texts in order of writing.
func (d *desk) notes(t testing.TB) []string {
	t.Helper()
	ctx := context.Background()
	if d.guard != nil {
		require.NoError(t, d.guard.RLock(ctx))
		defer d.guard.RUnlock()
	}
	rows, err := d.reader.Query("SELECT text FROM notes ORDER BY id")
	require.NoError(t, err)
	defer rows.Close()
	var texts []string
	for rows.Next() {
		var s string
		require.NoError(t, rows.Scan(&s))
		texts = append(texts, s)
	}
	require.NoError(t, rows.Err())
	return texts
}

type note struct {
	bun.BaseModel `bun:"table:notes"`
	ID            int64 `bun:",pk,autoincrement"`
	Text          string
}

// write returns a closure that inserts text.
func write(text string) func(context.Context, bun.IDB) error {
	return func(ctx context.Context, db bun.IDB) error {
		_, err := db.NewInsert().Model(&note{Text: text}).Exec(ctx)
		return err
	}
}

// outcome is how a call of Update ended: with a value, a panic or not at all.
type outcome struct {
	err      error
	panicked any
	returned bool
}

// start calls fn on a goroutine of its own.
func start(fn func() error) <-chan outcome {
	c := make(chan outcome, 1)
	go func() {
		var o outcome
		defer func() {
			o.panicked = recover()
			c <- o
		}()
		o.err = fn()
		o.returned = true
	}()
	return c
}
