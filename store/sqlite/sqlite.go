// Package sqlite keeps a helpdesk in one SQLite file, or in memory. It needs no
// C compiler and no server.
package sqlite

import (
	"context"
	"io/fs"

	"github.com/gohelpdesk/helpdesk/store/internal/bunstore"
)

// Synchronous says when a commit counts as kept.
type Synchronous int

const (
	Full   Synchronous = iota // once it is on disk
	Normal                    // once the file system has it: a power cut may lose the last commits, never the file
)

// Options configure a store. The zero value is right for production.
type Options struct {
	Synchronous Synchronous
	NoMigrate   bool            // leave the schema alone: the host migrates, with Migrate or Migrations
	OnQuery     func(op string) // hears of each statement, by its operation only ("SELECT"); called by many goroutines
}

// Store is a helpdesk.Store in SQLite. One process at a time should write to a
// file; others that do are waited for.
type Store struct{ *bunstore.Store }

// Open opens the file at path, making and migrating it as needed.
func Open(ctx context.Context, path string, o Options) (*Store, error) {
	s, err := bunstore.OpenSQLite(ctx, path, o.inner())
	if err != nil {
		return nil, err
	}
	return &Store{s}, nil
}

// OpenMemory opens a store of its own in memory; Close forgets it. It has no
// snapshots: a View and an Update wait for each other.
func OpenMemory(ctx context.Context, o Options) (*Store, error) {
	s, err := bunstore.OpenSQLiteMemory(ctx, o.inner())
	if err != nil {
		return nil, err
	}
	return &Store{s}, nil
}

// HostTx is a transaction in which the host's rows and the engine's commit or
// vanish together.
type HostTx = bunstore.HostTx

// BeginHost begins a transaction of the host's when the writer's turn has come;
// read HostTx before using it. There is no way to hand in an *sql.Tx begun
// elsewhere: see there for the reason.
func (s *Store) BeginHost(ctx context.Context) (*HostTx, error) {
	return bunstore.BeginHost(ctx, s.Store)
}

// Migrations returns the schema's migrations as plain SQL in goose's form, for
// hosts with a tool of their own.
func Migrations() fs.FS { return bunstore.SQLiteMigrations() }

func (o Options) inner() bunstore.SQLiteOptions {
	return bunstore.SQLiteOptions{Normal: o.Synchronous == Normal, NoMigrate: o.NoMigrate, OnQuery: o.OnQuery}
}
