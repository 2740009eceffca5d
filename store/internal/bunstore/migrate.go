package bunstore

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"
	"testing/fstest"
	"time"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
	"github.com/uptrace/bun"

	"github.com/gohelpdesk/helpdesk"
)

//go:embed migrations
var migrationFiles embed.FS

// migrationLock keeps processes that start together from migrating together.
const migrationLock = 4834577209615

// SQLiteMigrations returns the migrations as plain SQL in goose's form.
func SQLiteMigrations() fs.FS { return sqliteDialect().migrations() }

// PostgresMigrations returns the migrations for a schema; "" = public. The
// schema must exist.
func PostgresMigrations(schema string) (fs.FS, error) {
	d, err := postgresDialect(schema)
	if err != nil {
		return nil, err
	}
	return d.migrations(), nil
}

func (d *dialect) migrations() fs.FS {
	out := fstest.MapFS{}
	dir := path.Join("migrations", d.name)
	entries, _ := migrationFiles.ReadDir(dir) // embedded: cannot fail
	for _, e := range entries {
		text, _ := migrationFiles.ReadFile(path.Join(dir, e.Name()))
		out[e.Name()] = &fstest.MapFile{Data: []byte(d.qualify(string(text))), Mode: 0o444}
	}
	return out
}

func (s *Store) provider() (*goose.Provider, error) {
	opts := []goose.ProviderOption{
		// Without quotes: goose looks the name up as it is written, and would
		// make the table anew each time. A schema's name needs none.
		goose.WithTableName(strings.ReplaceAll(s.dialect.qualify("@helpdesk_migrations"), `"`, "")),
		goose.WithDisableGlobalRegistry(true),
	}
	dialect := goose.DialectSQLite3
	if s.dialect.postgres() {
		locker, err := lock.NewPostgresSessionLocker(lock.WithLockID(migrationLock))
		if err != nil {
			return nil, err
		}
		dialect, opts = goose.DialectPostgres, append(opts, goose.WithSessionLocker(locker))
	}
	return goose.NewProvider(dialect, s.db.DB, s.dialect.migrations(), opts...)
}

// Migrate brings the schema to this version's. It is safe when several
// processes call it at once, and does nothing when there is nothing to do.
func (s *Store) Migrate(ctx context.Context) error {
	if err := s.createSchema(ctx); err != nil {
		return err
	}
	for try := 1; ; try++ {
		err := s.migrate(ctx)
		// SQLite has no lock that outlives a transaction: of several that start
		// together one wins, and the others find its work done at the next try.
		if err == nil || s.dialect.postgres() || try == 10 || ctx.Err() != nil {
			return err
		}
		pause(ctx, min(try+3, 7))
	}
}

func (s *Store) migrate(ctx context.Context) error {
	p, err := s.provider()
	if err != nil {
		return migrationError(err)
	}
	_, err = p.Up(ctx)
	return migrationError(err)
}

func migrationError(err error) error {
	if err == nil {
		return nil
	}
	return &helpdesk.Error{Code: helpdesk.Unavailable, Message: "the schema could not be migrated", Err: err}
}

// createSchema tries again when another process creates the schema meanwhile:
// Postgres then reports a duplicate even with IF NOT EXISTS.
func (s *Store) createSchema(ctx context.Context) error {
	if !s.dialect.postgres() {
		return nil
	}
	var err error
	for range 3 {
		var there bool
		err = s.db.NewRaw("SELECT EXISTS (SELECT 1 FROM pg_namespace WHERE nspname = ?)", s.dialect.schema).Scan(ctx, &there)
		if err == nil && there {
			return nil
		}
		if err == nil {
			_, err = s.db.ExecContext(ctx, `CREATE SCHEMA IF NOT EXISTS "`+s.dialect.schema+`"`)
		}
		if err == nil {
			return nil
		}
		time.Sleep(10 * time.Millisecond)
	}
	return migrationError(err)
}

// CheckSchema implements helpdesk.SchemaChecker.
func (s *Store) CheckSchema(ctx context.Context) error {
	p, err := s.provider()
	if err != nil {
		return migrationError(err)
	}
	sources := p.ListSources()
	want := sources[len(sources)-1].Version
	var have int64
	err = s.viewer.view(ctx, func(ctx context.Context, db bun.IDB) error {
		return db.NewRaw(s.dialect.qualify("SELECT COALESCE(MAX(version_id), 0) FROM @helpdesk_migrations WHERE is_applied")).Scan(ctx, &have)
	})
	if _, busy := errors.AsType[*rerun](wrap(err)); busy || helpdesk.CodeOf(wrap(err)) == helpdesk.Unavailable {
		return unavailable(err)
	}
	if err != nil {
		return &helpdesk.Error{Code: helpdesk.Unsupported, Message: "the database has no schema of helpdesk's: migrate it first", Err: err}
	}
	if have != want {
		return &helpdesk.Error{
			Code: helpdesk.Unsupported, Message: "the schema of the database is not the one this version works with",
			Err: fmt.Errorf("schema %d, wanted %d", have, want),
		}
	}
	return nil
}
