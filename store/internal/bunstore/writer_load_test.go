package bunstore_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/uptrace/bun"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/store/internal/bunstore"
)

// TestUnderLoadExactlyTheSuccessfulRowsAreThere lets many callers write, and some
// of them fail in every way there is.
func TestUnderLoadExactlyTheSuccessfulRowsAreThere(t *testing.T) {
	t.Parallel()
	for name, inMemory := range map[string]bool{"file": false, "memory": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := openDesk(t, inMemory)
			var (
				mu   sync.Mutex
				want []string
				all  sync.WaitGroup
			)
			for g := range 32 {
				all.Go(func() {
					rnd := rand.New(rand.NewPCG(uint64(g), 1))
					for i := range 40 {
						text := fmt.Sprintf("%d/%d", g, i)
						o := <-misbehave(d, rnd, text)
						if o.returned && o.err == nil {
							mu.Lock()
							want = append(want, text)
							mu.Unlock()
						}
					}
				})
			}
			all.Wait()
			got := d.notes(t)
			slices.Sort(got)
			slices.Sort(want)
			require.Equal(t, want, got)
			require.Greater(t, len(want), 32*40/2)
			require.False(t, d.Busy(), "the baton is free")
		})
	}
}

// misbehave writes text in a random lane, and fails at random.
func misbehave(d *desk, rnd *rand.Rand, text string) <-chan outcome {
	ctx, cancel := context.WithCancel(context.Background())
	if rnd.IntN(10) == 0 {
		cancel()
		ctx, cancel = context.WithTimeout(context.Background(), time.Duration(rnd.IntN(2000))*time.Microsecond)
	}
	if rnd.IntN(40) == 0 {
		return hostWrites(d, ctx, cancel, text)
	}
	what, late, runs := rnd.IntN(40), rnd.IntN(2) == 0, 0
	return start(func() error {
		defer cancel()
		return d.Update(ctx, helpdesk.Lane(what%2), func(ctx context.Context, db bun.IDB) error {
			if late {
				if err := write(text)(ctx, db); err != nil {
					return err
				}
			}
			runs++
			switch {
			case what == 0:
				return errMine
			case what == 1:
				panic("help")
			case what == 2:
				runtime.Goexit()
			case what == 3 && runs < 3:
				return bunstore.ErrRerun
			case what == 4:
				_, err := db.ExecContext(ctx, "ROLLBACK")
				return err
			}
			if late {
				return nil
			}
			return write(text)(ctx, db)
		})
	})
}

func hostWrites(d *desk, ctx context.Context, cancel func(), text string) <-chan outcome {
	return start(func() error {
		defer cancel()
		tx, err := d.BeginHost(ctx)
		if err != nil {
			return err
		}
		defer tx.Rollback()
		_, err = tx.ExecContext(context.Background(), "INSERT INTO notes (text) VALUES (?)", text)
		return errors.Join(err, tx.Commit())
	})
}

// TestCloseUnderLoad closes while many write: every answer is right, and nobody
// is left waiting.
func TestCloseUnderLoad(t *testing.T) {
	t.Parallel()
	for name, inMemory := range map[string]bool{"file": false, "memory": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := openDesk(t, inMemory)
			var calls []<-chan outcome
			for i := range 200 {
				calls = append(calls, misbehave(d, rand.New(rand.NewPCG(2, uint64(i))), fmt.Sprint(i)))
				if i == 100 {
					calls = append(calls, start(d.Close))
				}
			}
			want := 0
			for i, call := range calls {
				if o := <-call; o.returned && o.err == nil && i != 101 {
					want++
				}
			}
			require.Len(t, d.notes(t), want)
		})
	}
}

// BenchmarkWrite compares callers who share commits with callers who each make
// their own, on a file with synchronous=FULL.
func BenchmarkWrite(b *testing.B) {
	for _, callers := range []int{1, 8, 32} {
		for _, mode := range []string{"single", "grouped"} {
			b.Run(fmt.Sprintf("%s/%d", mode, callers), func(b *testing.B) {
				d := openDesk(b, false)
				var alone sync.Mutex
				var all sync.WaitGroup
				b.ResetTimer()
				for g := range callers {
					all.Go(func() {
						for i := g; i < b.N; i += callers {
							if mode == "single" {
								alone.Lock()
							}
							err := d.live(write(fmt.Sprint(i)))
							if mode == "single" {
								alone.Unlock()
							}
							if err != nil {
								b.Error(err)
							}
						}
					})
				}
				all.Wait()
				b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "tx/s")
				b.ReportMetric(float64(b.N)/float64(d.commits.Load()), "tx/commit")
			})
		}
	}
}
