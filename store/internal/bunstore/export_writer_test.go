package bunstore

import (
	"context"
	"errors"
	"time"

	"github.com/uptrace/bun"

	"github.com/gohelpdesk/helpdesk"
)

// What the tests of the writer see of it.
type (
	Writer = sqliteWriter
	RWLock = rwlock
	Memory = memory
)

var (
	ErrRerun  = error(&rerun{errors.New("the row moved")})
	NewMemory = newMemory
)

const (
	GroupSpan = groupSpan
)

func NewWriter(ctx context.Context, db *bun.DB, guard *RWLock, now func() time.Time) (*Writer, error) {
	return newSQLiteWriter(ctx, db, guard, now)
}

func (w *Writer) Update(ctx context.Context, lane helpdesk.Lane, fn func(context.Context, bun.IDB) error) error {
	return w.update(ctx, lane, fn)
}

func (w *Writer) Close() error { return w.close() }

// Waiting is how many callers are queued.
func (w *Writer) Waiting() int {
	w.queue.mu.Lock()
	defer w.queue.mu.Unlock()
	return len(w.queue.live) + len(w.queue.bulk)
}

// Busy reports whether somebody holds the baton.
func (w *Writer) Busy() bool {
	w.queue.mu.Lock()
	defer w.queue.mu.Unlock()
	return w.queue.held
}

func (w *Writer) BeginHost(ctx context.Context) (*HostTx, error) { return w.beginHost(ctx) }

func (h *HostTx) Update(ctx context.Context, fn func(context.Context, bun.IDB) error) error {
	return h.update(ctx, helpdesk.Live, fn)
}

func (l *rwlock) Lock(ctx context.Context) error  { return l.lock(ctx) }
func (l *rwlock) Unlock()                         { l.unlock() }
func (l *rwlock) RLock(ctx context.Context) error { return l.rlock(ctx) }
func (l *rwlock) RUnlock()                        { l.runlock() }

func (m *memory) DSN() string    { return m.dsn }
func (m *memory) Guard() *RWLock { return &m.guard }
func (m *memory) Close() error   { return m.close() }
