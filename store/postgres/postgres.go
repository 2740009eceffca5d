// Package postgres keeps a helpdesk in Postgres, 13 or later, for several
// processes at once.
package postgres

import (
	"context"
	"database/sql"
	"io/fs"

	"github.com/gohelpdesk/helpdesk/store/internal/bunstore"
)

// Options configure a store. The zero value is right for a database of our own.
type Options struct {
	Schema    string          // of our tables; "" = public. Made when it is not there. search_path means nothing to us
	Conns     int             // at most so many connections; 0 = 16. Not for New: a host's handle keeps its limits
	NoMigrate bool            // leave the schema alone: the host migrates, with Migrate or Migrations
	OnQuery   func(op string) // hears of each statement, by its operation only ("SELECT"); called by many goroutines
}

// Store is a helpdesk.Store in Postgres.
type Store struct{ *bunstore.Store }

// Open connects to the database that dsn names, as a URL or in keywords.
func Open(ctx context.Context, dsn string, o Options) (*Store, error) {
	s, err := bunstore.OpenPostgres(ctx, dsn, o.inner())
	if err != nil {
		return nil, err
	}
	return &Store{s}, nil
}

// New uses the host's own handle, which stays the host's to close. It is
// refused as Unsupported unless its connections have
// standard_conforming_strings=on and client_encoding=UTF8: otherwise a
// customer's text could become SQL.
func New(ctx context.Context, db *sql.DB, o Options) (*Store, error) {
	s, err := bunstore.NewPostgres(ctx, db, o.inner())
	if err != nil {
		return nil, err
	}
	return &Store{s}, nil
}

// Migrations returns the migrations for a schema as plain SQL in goose's form,
// for hosts with a tool of their own; "" = public.
func Migrations(schema string) (fs.FS, error) { return bunstore.PostgresMigrations(schema) }

func (o Options) inner() bunstore.PostgresOptions {
	return bunstore.PostgresOptions{Schema: o.Schema, Conns: o.Conns, NoMigrate: o.NoMigrate, OnQuery: o.OnQuery}
}
