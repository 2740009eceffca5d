package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/store/postgres"
	"github.com/gohelpdesk/helpdesk/store/sqlite"
)

// database is where everything is kept.
type database struct {
	postgres bool
	name     string // DSN of Postgres, path of SQLite
}

const memory = ":memory:"

func parseDatabase(wrong *problems, s string) database {
	if strings.HasPrefix(s, "postgres://") || strings.HasPrefix(s, "postgresql://") {
		return database{postgres: true, name: s}
	}
	path, ok := strings.CutPrefix(s, "sqlite:")
	// The text is not repeated: it may be a DSN with a typing error, and hold a password.
	wrong.add(!ok || path == "", "--db: must be sqlite:FILE, sqlite::memory: or postgres://…")
	return database{name: path}
}

func (d database) memory() bool { return !d.postgres && d.name == memory }

// kind names the database in logs and metrics.
func (d database) kind() string {
	if d.postgres {
		return "postgres"
	}
	return "sqlite"
}

// open opens the store and migrates it, or, with noMigrate, refuses a schema that
// is not this version's.
func (d database) open(ctx context.Context, noMigrate bool) (helpdesk.Store, error) {
	store, err := d.connect(ctx, noMigrate)
	if err != nil || !noMigrate {
		return store, err
	}
	if check, ok := helpdesk.StoreAs[helpdesk.SchemaChecker](store); ok {
		if err := check.CheckSchema(ctx); err != nil {
			return nil, errors.Join(err, store.Close())
		}
	}
	return store, nil
}

func (d database) connect(ctx context.Context, noMigrate bool) (helpdesk.Store, error) {
	switch {
	case d.postgres:
		return opened(postgres.Open(ctx, d.name, postgres.Options{NoMigrate: noMigrate}))
	case d.memory():
		return opened(sqlite.OpenMemory(ctx, sqlite.Options{NoMigrate: noMigrate}))
	}
	if err := os.MkdirAll(filepath.Dir(d.name), 0o700); err != nil {
		return nil, err
	}
	// Customers' words are nobody else's: a fresh file is for its owner alone, and
	// SQLite gives its other files the same mode.
	f, err := os.OpenFile(d.name, os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	if err := f.Close(); err != nil {
		return nil, err
	}
	return opened(sqlite.Open(ctx, d.name, sqlite.Options{NoMigrate: noMigrate}))
}

// opened keeps a nil pointer from becoming a store.
func opened[S helpdesk.Store](s S, err error) (helpdesk.Store, error) {
	if err != nil {
		return nil, err
	}
	return s, nil
}

// data is where files go when nobody said: "helpdesk-data" beside "helpdesk.db".
func (d database) data() string {
	if d.postgres {
		return "helpdesk-data"
	}
	return strings.TrimSuffix(d.name, filepath.Ext(d.name)) + "-data"
}
