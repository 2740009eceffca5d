package bench_test

import (
	"os"
	"path/filepath"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/channel/api"
	"github.com/gohelpdesk/helpdesk/store/postgres"
	"github.com/gohelpdesk/helpdesk/store/postgrestest"
	"github.com/gohelpdesk/helpdesk/store/sqlite"
)

// database is one that stores are opened on, and hand-written SQL beside them.
type database struct {
	name string
	dsn  string // a path, or Postgres' address
}

func sqliteFile(tb testing.TB) *database {
	return &database{"sqlite", filepath.Join(tb.TempDir(), "desk.db")}
}

func postgresDatabase(tb testing.TB) *database {
	return &database{"postgres", postgrestest.DSN(tb)}
}

// eachDatabase runs fn on a fresh database of each kind.
func eachDatabase(b *testing.B, fn func(b *testing.B, db *database)) {
	b.Run("sqlite", func(b *testing.B) { fn(b, sqliteFile(b)) })
	b.Run("postgres", func(b *testing.B) { fn(b, postgresDatabase(b)) })
}

func (d *database) lite() bool { return d.name == "sqlite" }

func (d *database) open(tb testing.TB, onQuery func(string)) helpdesk.Store {
	var s helpdesk.Store
	var err error
	if d.lite() {
		s, err = sqlite.Open(tb.Context(), d.dsn, sqlite.Options{OnQuery: onQuery})
	} else {
		s, err = postgres.Open(tb.Context(), d.dsn, postgres.Options{OnQuery: onQuery})
	}
	require.NoError(tb, err)
	tb.Cleanup(func() { require.NoError(tb, s.Close()) })
	return s
}

// clock goes on by itself, faster than messages come, so that no conversation
// meets the limit of messages in a minute.
type clock struct{ ticks atomic.Int64 }

func (c *clock) Now() time.Time {
	return time.Unix(1_770_000_000, 0).Add(time.Duration(c.ticks.Add(1)) * 10 * time.Millisecond)
}

// desk is an account with one inbox whom nobody is a member of.
type desk struct {
	db      *database
	store   helpdesk.Store
	engine  *helpdesk.Engine
	clock   *clock
	account helpdesk.AccountID
	owner   helpdesk.AgentID
	inbox   helpdesk.InboxID
}

func newDesk(tb testing.TB, db *database) *desk {
	d := &desk{db: db, store: db.open(tb, nil), clock: &clock{}}
	d.engine = d.newEngine(tb, d.store)
	ctx := tb.Context()
	account, owner, err := d.engine.Setup(ctx, "", helpdesk.NewAccount{Name: "Acme"}, helpdesk.NewUser{Email: "owner@acme.test", Name: "Owner", Password: "Secret1!"})
	require.NoError(tb, err)
	d.account, d.owner = account.ID, owner.ID
	name := "Shop"
	inbox, err := d.admin().Inboxes.Create(ctx, helpdesk.InboxInput{Kind: api.Kind, Name: &name})
	require.NoError(tb, err)
	d.inbox = inbox.ID
	return d
}

func (d *desk) newEngine(tb testing.TB, s helpdesk.Store) *helpdesk.Engine {
	sealer, err := helpdesk.NewSealer(helpdesk.SealKey{ID: 1, Secret: []byte("a secret for benchmarks")})
	require.NoError(tb, err)
	e, err := helpdesk.New(s, helpdesk.Options{Channels: []helpdesk.Channel{api.New()}, Sealer: sealer, Now: d.clock.Now})
	require.NoError(tb, err)
	return e
}

func (d *desk) admin() *helpdesk.Desk { return d.engine.As(d.engine.Agent(d.account, d.owner)) }

// fsync is how long this machine's disk takes to keep 4 kB: the median of a few.
func fsync(tb testing.TB) time.Duration {
	f, err := os.Create(filepath.Join(tb.TempDir(), "fsync"))
	require.NoError(tb, err)
	defer func() { _ = f.Close() }()
	took := make([]time.Duration, 51)
	for i := range took {
		start := time.Now()
		_, err := f.WriteAt(make([]byte, 4096), int64(i)*4096)
		require.NoError(tb, err)
		require.NoError(tb, f.Sync())
		took[i] = time.Since(start)
	}
	return median(took)
}

func median[T int64 | float64 | time.Duration](values []T) T {
	sorted := slices.Clone(values)
	slices.Sort(sorted)
	return sorted[len(sorted)/2]
}

func micro(d time.Duration) float64 { return float64(d) / float64(time.Microsecond) }

// counted is how many statements fn needs on a store of its own, but for those
// that begin and end transactions.
func (d *desk) counted(tb testing.TB, fn func(e *helpdesk.Engine)) float64 {
	var n atomic.Int64
	e := d.newEngine(tb, d.db.open(tb, func(op string) {
		if op != "BEGIN" && op != "COMMIT" && op != "ROLLBACK" {
			n.Add(1)
		}
	}))
	fn(e)
	n.Store(0) // the first call also loads the configuration
	fn(e)
	return float64(n.Load())
}
