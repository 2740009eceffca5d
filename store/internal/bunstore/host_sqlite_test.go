package bunstore_test

import (
	"context"
	"database/sql"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/uptrace/bun"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/store/internal/bunstore"
)

const insertNote = "INSERT INTO notes (text) VALUES (?)"

func TestHostTransaction(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name string
		act  func(t *testing.T, tx *bunstore.HostTx)
		want []string
	}{
		{"commit keeps both", func(t *testing.T, tx *bunstore.HostTx) {
			require.NoError(t, tx.Commit())
			require.ErrorIs(t, tx.Commit(), helpdesk.Conflict)
			require.ErrorIs(t, tx.Update(t.Context(), write("late")), helpdesk.Conflict)
			_, err := tx.ExecContext(t.Context(), insertNote, "late")
			require.ErrorIs(t, err, sql.ErrTxDone)
		}, []string{"host", "bun", "engine"}},
		{"rollback keeps nothing", func(t *testing.T, tx *bunstore.HostTx) {
			tx.Rollback()
			require.ErrorIs(t, tx.Commit(), helpdesk.Conflict)
		}, nil},
		{"a failed engine call leaves only rollback", func(t *testing.T, tx *bunstore.HostTx) {
			err := tx.Update(t.Context(), func(context.Context, bun.IDB) error { return errMine })
			require.ErrorIs(t, err, errMine)
			require.ErrorIs(t, tx.Update(t.Context(), write("late")), errMine)
			require.ErrorIs(t, tx.Commit(), helpdesk.Conflict)
		}, nil},
		{"so does one that panics", func(t *testing.T, tx *bunstore.HostTx) {
			require.Panics(t, func() {
				_ = tx.Update(t.Context(), func(context.Context, bun.IDB) error { panic("help") })
			})
			require.ErrorIs(t, tx.Commit(), helpdesk.Conflict)
		}, nil},
		{"a row that moved is a conflict", func(t *testing.T, tx *bunstore.HostTx) {
			err := tx.Update(t.Context(), func(context.Context, bun.IDB) error { return bunstore.ErrRerun })
			require.ErrorIs(t, err, helpdesk.Conflict)
		}, nil},
		{"a statement whose context has ended is not run", func(t *testing.T, tx *bunstore.HostTx) {
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			_, err := tx.ExecContext(ctx, insertNote, "late")
			require.ErrorIs(t, err, context.Canceled)
			require.ErrorIs(t, tx.Update(ctx, write("late")), context.Canceled)
			require.ErrorIs(t, tx.QueryRowContext(ctx, "SELECT 1").Err(), context.Canceled)
			require.NoError(t, tx.Commit())
		}, []string{"host", "bun", "engine"}},
		{"a transaction that SQLite ended is not committed", func(t *testing.T, tx *bunstore.HostTx) {
			_, err := tx.ExecContext(t.Context(), "INSERT OR ROLLBACK INTO notes (text) VALUES ('host')")
			require.Error(t, err)
			_, err = tx.ExecContext(t.Context(), insertNote, "outside")
			require.ErrorIs(t, err, helpdesk.Conflict)
			require.Error(t, write("outside")(t.Context(), tx.Bun()))
			require.ErrorIs(t, tx.Update(t.Context(), write("outside")), helpdesk.Conflict)
			require.ErrorIs(t, tx.Commit(), helpdesk.Conflict)
		}, nil},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			bothDesks(t, func(t *testing.T, d *desk) {
				tx, err := d.BeginHost(t.Context())
				require.NoError(t, err)
				_, err = tx.ExecContext(t.Context(), insertNote, "host")
				require.NoError(t, err)
				require.NoError(t, write("bun")(t.Context(), tx.Bun()))
				require.NoError(t, tx.Update(t.Context(), write("engine")))
				var n int
				require.NoError(t, tx.QueryRowContext(t.Context(), "SELECT count(*) FROM notes").Scan(&n))
				require.Equal(t, 3, n)
				c.act(t, tx)
				tx.Rollback()
				require.Equal(t, c.want, d.notes(t))
				require.NoError(t, d.live(write("next")))
			})
		})
	}
}

func TestTheHostsContextBoundsOnlyTheWait(t *testing.T) {
	t.Parallel()
	bothDesks(t, func(t *testing.T, d *desk) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		tx, err := d.BeginHost(ctx)
		require.NoError(t, err)
		_, err = tx.ExecContext(ctx, insertNote, "host")
		require.NoError(t, err)
		_, err = d.BeginHost(ctx)
		require.ErrorIs(t, err, context.DeadlineExceeded)

		waits := start(func() error { return d.live(write("waits")) })
		synctest.Wait()
		assert.Empty(t, waits)
		require.NoError(t, tx.Commit())
		succeeds(t, <-waits)
		require.Equal(t, []string{"host", "waits"}, d.notes(t))
	})
}

func TestCloseRollsAHostTransactionBack(t *testing.T) {
	t.Parallel()
	bothDesks(t, func(t *testing.T, d *desk) {
		tx, err := d.BeginHost(t.Context())
		require.NoError(t, err)
		_, err = tx.ExecContext(t.Context(), insertNote, "host")
		require.NoError(t, err)
		require.NoError(t, d.Close())
		require.ErrorIs(t, tx.Commit(), helpdesk.Conflict)
		_, err = d.BeginHost(t.Context())
		require.ErrorIs(t, err, helpdesk.Unavailable)
		require.Empty(t, d.notes(t))
	})
}
