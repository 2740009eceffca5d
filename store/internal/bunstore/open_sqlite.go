package bunstore

import (
	"context"
	"database/sql"
	"errors"
	"runtime"
	"strings"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/sqlitedialect"
	_ "modernc.org/sqlite" // the driver "sqlite"

	"github.com/gohelpdesk/helpdesk"
)

// SQLiteOptions configure a SQLite store.
type SQLiteOptions struct {
	Normal    bool // synchronous=NORMAL instead of FULL
	NoMigrate bool
	OnQuery   func(op string)
}

// OpenSQLite opens the database file at path, making it when there is none.
func OpenSQLite(ctx context.Context, path string, o SQLiteOptions) (*Store, error) {
	if path == "" {
		return nil, &helpdesk.Error{Code: helpdesk.Invalid, Message: "invalid path", Fields: map[string]string{"path": "is required"}}
	}
	write, err := openSQLite(fileDSN(path, o.Normal)+"&_txlock=immediate&_pragma=journal_mode(WAL)&_pragma=secure_delete(1)", 1, o.OnQuery)
	if err != nil {
		return nil, err
	}
	read, err := openSQLite(fileDSN(path, o.Normal)+"&_pragma=query_only(1)", max(4, runtime.NumCPU()), o.OnQuery)
	if err != nil {
		return nil, errors.Join(err, write.Close())
	}
	w, v := newSQLiteWriter(write), &txViewer{db: read}
	s := &Store{dialect: sqliteDialect(), db: write, writer: w, viewer: v}
	s.closeAll = func() error { return errors.Join(v.close(), w.close()) }
	return s.ready(ctx, o.NoMigrate)
}

// ready migrates unless told not to; a store that fails is closed.
func (s *Store) ready(ctx context.Context, noMigrate bool) (*Store, error) {
	err := s.connect(ctx)
	if err == nil && !noMigrate {
		err = s.Migrate(ctx)
	}
	if err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// connect makes the first connection; on SQLite it switches the file to WAL,
// which another process that does the same may hold up.
func (s *Store) connect(ctx context.Context) error {
	for try := 1; ; try++ {
		err := s.db.PingContext(ctx)
		if err == nil {
			return nil
		}
		if !isBusy(err) || try == 20 || !pause(ctx, min(try+3, 7)) {
			return unavailable(err)
		}
	}
}

// fileDSN names the file as a URI, so that no character of the path is taken
// for a parameter.
func fileDSN(path string, normal bool) string {
	sync := "FULL"
	if normal {
		sync = "NORMAL"
	}
	return "file:" + strings.NewReplacer("%", "%25", "?", "%3f", "#", "%23").Replace(path) +
		"?_pragma=busy_timeout(50)&_pragma=foreign_keys(1)&_pragma=synchronous(" + sync + ")"
}

func openSQLite(dsn string, conns int, report func(op string)) (*bun.DB, error) {
	db, err := sql.Open("sqlite", dsn)
	if err != nil {
		return nil, unavailable(err)
	}
	db.SetMaxOpenConns(conns)
	db.SetMaxIdleConns(conns)
	return hooked(bun.NewDB(db, sqlitedialect.New()), report), nil
}
