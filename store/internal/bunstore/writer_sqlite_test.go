package bunstore_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/uptrace/bun"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/store/internal/bunstore"
)

var errMine = errors.New("mine")

// bothDesks runs the test on a file and in memory, in a bubble where waiting
// takes no time and a goroutine left behind is a failure.
func bothDesks(t *testing.T, test func(t *testing.T, d *desk)) {
	t.Helper()
	for name, inMemory := range map[string]bool{"file": false, "memory": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) { test(t, openDesk(t, inMemory)) })
		})
	}
}

// occupy keeps the writer busy until the returned function is called, so that
// callers pile up behind it.
func occupy(t *testing.T, d *desk) (free func()) {
	t.Helper()
	gate := make(chan struct{})
	first := start(func() error {
		return d.live(func(context.Context, bun.IDB) error { <-gate; return nil })
	})
	synctest.Wait()
	return func() {
		close(gate)
		assert.NoError(t, (<-first).err)
	}
}

func TestOneCallerCommitsAtOnce(t *testing.T) {
	t.Parallel()
	bothDesks(t, func(t *testing.T, d *desk) {
		require.NoError(t, d.live(write("a")))
		require.Equal(t, []string{"a"}, d.notes(t))
		require.NoError(t, d.live(write("b")))
		require.EqualValues(t, 2, d.commits.Load())
	})
}

func TestOneOfEightMisbehaves(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name    string
		fn      func(cancel func()) func(context.Context, bun.IDB) error
		check   func(t *testing.T, o outcome)
		kept    bool  // its own row is there
		commits int32 // in one: nobody was disturbed; in six: those before it alone, those after it together
	}{
		{"is fine", func(func()) func(context.Context, bun.IDB) error {
			return write("mine")
		}, succeeds, true, 1},
		{"fails before it writes", func(func()) func(context.Context, bun.IDB) error {
			return func(ctx context.Context, db bun.IDB) error {
				_, err := db.NewSelect().Table("notes").Count(ctx)
				return errors.Join(errMine, err)
			}
		}, fails(errMine), false, 1},
		{"fails after it wrote", func(func()) func(context.Context, bun.IDB) error {
			return func(ctx context.Context, db bun.IDB) error {
				return errors.Join(write("mine")(ctx, db), errMine)
			}
		}, fails(errMine), false, 6},
		{"panics", func(func()) func(context.Context, bun.IDB) error {
			return func(ctx context.Context, db bun.IDB) error {
				assert.NoError(t, write("mine")(ctx, db))
				panic("help")
			}
		}, func(t *testing.T, o outcome) { assert.Equal(t, "help", o.panicked) }, false, 6},
		{"leaves its goroutine with rows open", func(func()) func(context.Context, bun.IDB) error {
			return func(ctx context.Context, db bun.IDB) error {
				_, err := db.QueryContext(ctx, "SELECT 1 UNION ALL SELECT 2") //nolint:rowserrcheck,sqlclosecheck // they are left open: that is the case
				assert.NoError(t, err)
				runtime.Goexit()
				return nil
			}
		}, func(t *testing.T, o outcome) { assert.False(t, o.returned) }, false, 6},
		{"ends its context while it runs", func(cancel func()) func(context.Context, bun.IDB) error {
			return func(ctx context.Context, db bun.IDB) error {
				cancel()
				assert.NoError(t, ctx.Err())
				return write("mine")(ctx, db)
			}
		}, succeeds, true, 1},
		{"lost a race once", func(func()) func(context.Context, bun.IDB) error {
			runs := 0
			return func(ctx context.Context, db bun.IDB) error {
				if runs++; runs == 1 {
					return errors.Join(write("lost")(ctx, db), bunstore.ErrRerun)
				}
				return write("mine")(ctx, db)
			}
		}, succeeds, true, 7},
		{"loses every race", func(func()) func(context.Context, bun.IDB) error {
			return func(ctx context.Context, db bun.IDB) error {
				return fmt.Errorf("contact: %w", bunstore.ErrRerun)
			}
		}, fails(helpdesk.Conflict), false, 2},
		{"begins a transaction of its own", func(func()) func(context.Context, bun.IDB) error {
			return func(ctx context.Context, db bun.IDB) error {
				return db.RunInTx(ctx, nil, func(context.Context, bun.Tx) error { return nil })
			}
		}, fails(helpdesk.Internal), false, 1},
		{"hides a failed insert", func(func()) func(context.Context, bun.IDB) error {
			return func(ctx context.Context, db bun.IDB) error {
				assert.Error(t, write("row 0")(ctx, db))
				return write("mine")(ctx, db)
			}
		}, succeeds, true, 1},
		{"makes SQLite roll back and goes on", func(func()) func(context.Context, bun.IDB) error {
			return func(ctx context.Context, db bun.IDB) error {
				_, err := db.ExecContext(ctx, "INSERT OR ROLLBACK INTO notes SELECT * FROM notes")
				if err == nil { // it runs alone, and nothing is there to collide with
					_, _ = db.ExecContext(ctx, "ROLLBACK")
				}
				_ = write("outside")(ctx, db)
				return nil
			}
		}, fails(helpdesk.Conflict), false, 6},
		{"commits behind our back", func(func()) func(context.Context, bun.IDB) error {
			return func(ctx context.Context, db bun.IDB) error {
				assert.NoError(t, write("early")(ctx, db))
				_, err := db.ExecContext(ctx, "COMMIT")
				assert.Error(t, err)
				return err
			}
		}, failsSomehow, false, 6},
		{"breaks a deferred foreign key", func(func()) func(context.Context, bun.IDB) error {
			return func(ctx context.Context, db bun.IDB) error {
				_, err := db.ExecContext(ctx, "INSERT INTO replies VALUES (999)")
				return err
			}
		}, fails(helpdesk.Conflict), false, 8},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			bothDesks(t, func(t *testing.T, d *desk) {
				want := []string{}
				free := occupy(t, d)
				var calls []<-chan outcome
				for i := range 8 {
					ctx, cancel := context.WithCancel(t.Context())
					text := fmt.Sprintf("row %d", i)
					fn := write(text)
					if i == 4 {
						fn, text = c.fn(cancel), "mine"
					}
					if i != 4 || c.kept {
						want = append(want, text)
					}
					calls = append(calls, start(func() error {
						defer cancel()
						return d.Update(ctx, helpdesk.Live, fn)
					}))
					synctest.Wait()
				}
				free()
				for i, call := range calls {
					if i == 4 {
						c.check(t, <-call)
					} else {
						succeeds(t, <-call)
					}
				}
				require.ElementsMatch(t, want, d.notes(t))
				require.Equal(t, c.commits, d.commits.Load())
			})
		})
	}
}

func succeeds(t *testing.T, o outcome) {
	t.Helper()
	assert.NoError(t, o.err)
	assert.True(t, o.returned)
}

func failsSomehow(t *testing.T, o outcome) {
	t.Helper()
	assert.Error(t, o.err)
}

func fails(err error) func(*testing.T, outcome) {
	return func(t *testing.T, o outcome) {
		t.Helper()
		assert.ErrorIs(t, o.err, err)
	}
}

func TestNobodyHearsBeforeTheCommit(t *testing.T) {
	t.Parallel()
	bothDesks(t, func(t *testing.T, d *desk) {
		free := occupy(t, d)
		first := start(func() error { return d.live(write("a")) })
		synctest.Wait()
		failed := start(func() error {
			return d.live(func(ctx context.Context, db bun.IDB) error {
				n, err := db.NewSelect().Table("notes").Count(ctx)
				return errors.Join(fmt.Errorf("saw %d", n), err)
			})
		})
		synctest.Wait()
		gate := make(chan struct{})
		last := start(func() error {
			return d.live(func(context.Context, bun.IDB) error { <-gate; return nil })
		})
		synctest.Wait()
		go free()
		synctest.Wait()
		require.Empty(t, first)
		require.Empty(t, failed, "it failed because of a row that is not committed")
		close(gate)
		succeeds(t, <-first)
		succeeds(t, <-last)
		require.ErrorContains(t, (<-failed).err, "saw 1")
		require.EqualValues(t, 1, d.commits.Load())
	})
}

func TestLiveGoesBeforeBulk(t *testing.T) {
	t.Parallel()
	bothDesks(t, func(t *testing.T, d *desk) {
		free := occupy(t, d)
		var calls []<-chan outcome
		for i, lane := range []helpdesk.Lane{helpdesk.Bulk, helpdesk.Bulk, helpdesk.Live, helpdesk.Live} {
			calls = append(calls, start(func() error {
				return d.Update(t.Context(), lane, write(fmt.Sprint(i)))
			}))
			synctest.Wait()
		}
		free()
		for _, call := range calls {
			succeeds(t, <-call)
		}
		require.Equal(t, []string{"2", "3", "0", "1"}, d.notes(t))
		require.EqualValues(t, 1, d.commits.Load())
	})
}

func TestAGroupEndsAfterItsSpan(t *testing.T) {
	t.Parallel()
	bothDesks(t, func(t *testing.T, d *desk) {
		free := occupy(t, d)
		var calls []<-chan outcome
		for i := range 6 {
			calls = append(calls, start(func() error {
				return d.live(func(ctx context.Context, db bun.IDB) error {
					time.Sleep(bunstore.GroupSpan / 2)
					return write(fmt.Sprint(i))(ctx, db)
				})
			}))
			synctest.Wait()
		}
		free()
		for _, call := range calls {
			succeeds(t, <-call)
		}
		require.Len(t, d.notes(t), 6)
		require.EqualValues(t, 3, d.commits.Load())
	})
}

func TestACallerWhoseContextEndsLeavesTheQueue(t *testing.T) {
	t.Parallel()
	bothDesks(t, func(t *testing.T, d *desk) {
		free := occupy(t, d)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		gone := start(func() error { return d.Update(ctx, helpdesk.Live, write("gone")) })
		synctest.Wait()
		stays := start(func() error { return d.live(write("stays")) })
		o := <-gone
		require.ErrorIs(t, o.err, context.DeadlineExceeded)
		require.ErrorIs(t, o.err, helpdesk.Unavailable)
		free()
		succeeds(t, <-stays)
		require.ErrorIs(t, d.Update(ctx, helpdesk.Live, write("late")), context.DeadlineExceeded)
		require.Equal(t, []string{"stays"}, d.notes(t))
	})
}

func TestCloseTurnsAwayThoseWhoWait(t *testing.T) {
	t.Parallel()
	bothDesks(t, func(t *testing.T, d *desk) {
		free := occupy(t, d)
		var waiting []<-chan outcome
		for range 3 {
			waiting = append(waiting, start(func() error { return d.live(write("late")) }))
		}
		synctest.Wait()
		closed := start(d.Close)
		synctest.Wait()
		for _, call := range waiting {
			require.ErrorIs(t, (<-call).err, helpdesk.Unavailable)
		}
		require.Empty(t, closed, "a closure is still running")
		free()
		succeeds(t, <-closed)
		require.NoError(t, d.Close())
		require.ErrorIs(t, d.live(write("later")), helpdesk.Unavailable)
		require.Empty(t, d.notes(t))
	})
}

// lockFile holds the file's write lock as another process would, until the
// returned function is called. SQLite waits in real time, so no bubble here.
func lockFile(t *testing.T, d *desk) (unlock func()) {
	t.Helper()
	foreign, err := d.reader.Conn(t.Context())
	require.NoError(t, err)
	_, err = foreign.ExecContext(t.Context(), "BEGIN IMMEDIATE")
	require.NoError(t, err)
	return func() {
		_, err := foreign.ExecContext(t.Context(), "ROLLBACK")
		require.NoError(t, errors.Join(err, foreign.Close()))
	}
}

func TestAForeignLockIsWaitedForUntilTheContextEnds(t *testing.T) {
	t.Parallel()
	d := openDesk(t, false)
	unlock := lockFile(t, d)
	patient := start(func() error { return d.Update(t.Context(), helpdesk.Bulk, write("bulk")) })
	ctx, cancel := context.WithTimeout(t.Context(), 150*time.Millisecond)
	defer cancel()
	require.ErrorIs(t, d.Update(ctx, helpdesk.Live, write("late")), context.DeadlineExceeded)
	overtakes := start(func() error { return d.live(write("live")) })
	require.Eventually(t, func() bool { return d.Waiting() == 1 }, 5*time.Second, time.Millisecond)
	unlock()
	succeeds(t, <-patient)
	succeeds(t, <-overtakes)
	require.Equal(t, []string{"live", "bulk"}, d.notes(t))
}

func TestAForeignLockDoesNotKeepTheStoreOpen(t *testing.T) {
	t.Parallel()
	d := openDesk(t, false)
	unlock := lockFile(t, d)
	stuck := start(func() error { return d.live(write("stuck")) })
	require.Eventually(t, d.Busy, 5*time.Second, time.Millisecond)
	require.NoError(t, d.Close())
	require.ErrorIs(t, (<-stuck).err, helpdesk.Unavailable)
	unlock()
}
