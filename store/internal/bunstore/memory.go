package bunstore

import (
	"context"
	"database/sql"
	"errors"
	"sync"

	"github.com/google/uuid"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/sqlitedialect"
	"modernc.org/sqlite"
)

// memory is a database that lives in this process's memory, under a name nobody
// else has: several connections see it, and nothing is on disk. SQLite's memdb
// has no snapshots, so a View holds guard for reading, and a write transaction
// for writing.
type memory struct {
	dsn   string // without options; the pragmas of the store are added with &
	guard rwlock
	db    *sql.DB
	pin   *sql.Conn // the data live as long as any connection does
}

// newMemory makes an empty database that lasts until close.
func newMemory(ctx context.Context) (*memory, error) {
	m := &memory{dsn: "file:/helpdesk-" + uuid.NewString() + "?vfs=memdb"}
	var err error
	if m.db, err = sql.Open("sqlite", m.dsn); err != nil {
		return nil, unavailable(err)
	}
	if m.pin, err = m.db.Conn(ctx); err == nil {
		err = m.pin.PingContext(ctx)
	}
	if err != nil {
		return nil, unavailable(errors.Join(err, m.db.Close()))
	}
	return m, nil
}

// blank is a database in memory with the schema and no rows. All others are copies
// of it, which takes a fifth of the time of migrating. It stays for good.
var blank struct {
	sync.Mutex
	made *memory
}

// migrated returns blank, which it makes at the first call.
func migrated(ctx context.Context) (*memory, error) {
	blank.Lock()
	defer blank.Unlock()
	if blank.made != nil {
		return blank.made, nil
	}
	ctx = context.WithoutCancel(ctx) // others wait for it too
	m, err := newMemory(ctx)
	if err != nil {
		return nil, err
	}
	m.db.SetMaxOpenConns(2) // the pin, and what migrates
	s := &Store{dialect: sqliteDialect(), db: bun.NewDB(m.db, sqlitedialect.New()), closeAll: m.close}
	if _, err := s.ready(ctx, false); err != nil {
		return nil, err
	}
	blank.made = m
	return m, nil
}

// copyFrom makes an empty database one with the tables and rows of another.
func (m *memory) copyFrom(other *memory) error {
	return m.pin.Raw(func(conn any) error {
		c, ok := conn.(interface {
			NewRestore(from string) (*sqlite.Backup, error)
		})
		if !ok {
			return unavailable(errors.New("SQLite's driver cannot copy a database"))
		}
		b, err := c.NewRestore(other.dsn)
		if err != nil {
			return unavailable(err)
		}
		_, err = b.Step(-1)
		if err = errors.Join(err, b.Finish()); err != nil {
			return unavailable(err)
		}
		return nil
	})
}

// close lets the database go, once its last other connection is closed.
func (m *memory) close() error {
	return errors.Join(m.pin.Close(), m.db.Close())
}

// guardedViewer keeps writers out while it reads.
type guardedViewer struct {
	txViewer
	guard *rwlock
}

func (v *guardedViewer) view(ctx context.Context, fn func(context.Context, bun.IDB) error) error {
	if err := v.guard.rlock(ctx); err != nil {
		return wrap(err)
	}
	defer v.guard.runlock()
	return v.txViewer.view(ctx, fn)
}
