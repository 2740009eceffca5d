package bunstore

import (
	"context"
	"database/sql"
	"errors"
	"runtime"
	"strings"
	"time"

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
	base := fileDSN(path, o.Normal)
	f, err := openSQLiteFile(base+"&_pragma=journal_mode(WAL)", base, o.OnQuery)
	if err != nil {
		return nil, err
	}
	return f.store(ctx, nil, &txViewer{db: f.read}, o)
}

// OpenSQLiteMemory opens a new database in memory, which lasts until Close.
func OpenSQLiteMemory(ctx context.Context, o SQLiteOptions) (*Store, error) {
	m, err := newMemory(ctx)
	if err != nil {
		return nil, err
	}
	if !o.NoMigrate {
		full, err := migrated(ctx)
		if err == nil {
			err = m.copyFrom(full)
		}
		if err != nil {
			return nil, errors.Join(err, m.close())
		}
	}
	dsn := m.dsn + "&" + commonPragmas + "&_pragma=temp_store(MEMORY)"
	f, err := openSQLiteFile(dsn, dsn, o.OnQuery)
	if err != nil {
		return nil, errors.Join(err, m.close())
	}
	f.memory = m
	return f.store(ctx, &m.guard, &guardedViewer{txViewer{db: f.read}, &m.guard}, o)
}

// sqliteFile is the handles on one database. Migrations have their own, because
// the writer never lets go of its connection.
type sqliteFile struct {
	migrate, write, read *bun.DB
	memory               *memory // nil for a file
}

func openSQLiteFile(write, read string, report func(op string)) (*sqliteFile, error) {
	write += "&_txlock=immediate&_pragma=secure_delete(1)"
	var f sqliteFile
	var err [3]error
	f.migrate, err[0] = openSQLite(write, 1, nil)
	f.write, err[1] = openSQLite(write, 1, report)
	f.read, err[2] = openSQLite(read+"&_pragma=query_only(1)", max(4, runtime.NumCPU()), report)
	if err := errors.Join(err[:]...); err != nil {
		return nil, err // no handle has a connection yet
	}
	f.migrate.SetMaxIdleConns(0)
	return &f, nil
}

// store makes a store of f, migrated unless told not to. The store closes f.
func (f *sqliteFile) store(ctx context.Context, guard *rwlock, v viewer, o SQLiteOptions) (*Store, error) {
	s := &Store{dialect: sqliteDialect(), db: f.migrate, viewer: v, closeAll: f.close}
	if _, err := s.ready(ctx, o.NoMigrate); err != nil {
		return nil, err
	}
	w, err := newSQLiteWriter(ctx, f.write, guard, time.Now)
	if err != nil {
		return nil, errors.Join(err, s.Close())
	}
	w.conn.report = o.OnQuery
	s.writer = w
	s.closeAll = func() error { return errors.Join(w.close(), f.close()) }
	return s, nil
}

func (f *sqliteFile) close() error {
	err := errors.Join(f.read.Close(), f.write.Close(), f.migrate.Close())
	if f.memory != nil {
		err = errors.Join(err, f.memory.close())
	}
	return err
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

// connectTries is some six seconds: others may be migrating the file on a slow
// disk.
const connectTries = 100

// connect makes the first connection; on SQLite it switches the file to WAL,
// which another process that does the same, or migrates, may hold up.
func (s *Store) connect(ctx context.Context) error {
	for try := 1; ; try++ {
		err := s.db.PingContext(ctx)
		if err == nil {
			return nil
		}
		if !isBusy(err) || try == connectTries || !pause(ctx, min(try+3, 7)) {
			return unavailable(err)
		}
	}
}

const commonPragmas = "_pragma=busy_timeout(50)&_pragma=foreign_keys(1)"

// fileDSN names the file as a URI, so that no character of the path is taken
// for a parameter.
func fileDSN(path string, normal bool) string {
	sync := "FULL"
	if normal {
		sync = "NORMAL"
	}
	return "file:" + strings.NewReplacer("%", "%25", "?", "%3f", "#", "%23").Replace(path) +
		"?" + commonPragmas + "&_pragma=synchronous(" + sync + ")"
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
