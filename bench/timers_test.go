//go:build unix

package bench_test

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
)

// BenchmarkTimers is what an inbound message and a round of RunDue cost without a
// timer, and with 100,000 armed for later: they cost what is due, not what is armed.
func BenchmarkTimers(b *testing.B) {
	eachDatabase(b, func(b *testing.B, db *database) {
		w := newInbound(b, db)
		ctx := context.WithoutCancel(b.Context())
		engine := w.variants[0]
		measure := func() (message, due float64) {
			w.turn(b, engine, 1, 200) // warm
			message = w.turn(b, engine, 1, 2000).wall
			require.NoError(b, w.engine.RunDue(ctx))
			start := time.Now()
			const rounds = 200
			for range rounds {
				require.NoError(b, w.engine.RunDue(ctx))
			}
			return message, micro(time.Since(start)) / rounds
		}
		for b.Loop() {
			before, idle := measure()
			armTimers(b, w.desk, 100_000)
			after, armed := measure()
			b.ReportMetric(before, "µs/message")
			b.ReportMetric(after, "µs/message-armed")
			b.ReportMetric(after/before, "ratio-message")
			b.ReportMetric(idle, "µs/RunDue")
			b.ReportMetric(armed, "µs/RunDue-armed")
			b.ReportMetric(armed/idle, "ratio-RunDue")
		}
	})
}

// armTimers arms timers of conversations that are not there, a year ahead and more.
func armTimers(tb testing.TB, w *desk, n int) {
	const batch = 1000
	for from := 0; from < n; from += batch {
		err := w.store.Update(context.WithoutCancel(tb.Context()), w.account, func(ctx context.Context, tx helpdesk.Tx) error {
			jobs := make([]*helpdesk.Job, batch)
			for i := range jobs {
				id := 1_000_000 + from + i
				jobs[i] = &helpdesk.Job{
					Kind: "conversation.keep_alive", Key: fmt.Sprint(id), Args: json.RawMessage(fmt.Sprintf(`{"conversation":%d}`, id)),
					RunAt: w.clock.Now().Add(365*24*time.Hour + time.Duration(from+i)*time.Second),
				}
			}
			return tx.Jobs().Enqueue(ctx, jobs...)
		})
		require.NoError(tb, err)
	}
}
