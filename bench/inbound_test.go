//go:build unix

package bench_test

import (
	"context"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
)

const people = 1000 // known contacts, each with an open conversation

// variant is one way to store an inbound message.
type variant struct {
	name    string
	receive func(ctx context.Context, in helpdesk.Inbound) error
	rounds  []round
}

// round is what a message cost in one turn of a variant.
type round struct{ wall, cpu float64 } // microseconds

// inbound is a desk with known contacts and the variants to compare.
type inbound struct {
	*desk
	variants []*variant // the engine first
	serial   atomic.Int64
}

func newInbound(tb testing.TB, db *database) *inbound {
	w := &inbound{desk: newDesk(tb, db)}
	engine := func(ctx context.Context, in helpdesk.Inbound) error {
		_, err := w.engine.Receive(ctx, w.account, w.inbox, in)
		return err
	}
	w.variants = []*variant{{name: "engine", receive: engine}}
	w.turn(tb, w.variants[0], 32, people) // everybody writes once: from now on they are known
	if !db.lite() {
		w.variants = append(w.variants, &variant{name: "each", receive: pooled(newHandwritten(tb, w.desk, 16))})
		return w
	}
	h := newHandwritten(tb, w.desk, 1)
	w.variants = append(w.variants,
		&variant{name: "each", receive: pooled(h)},
		&variant{name: "grouped", receive: newGrouped(tb, h[0]).receive})
	return w
}

// pooled gives each message a connection for as long as it takes.
func pooled(conns []*handwritten) func(context.Context, helpdesk.Inbound) error {
	free := make(chan *handwritten, len(conns))
	for _, h := range conns {
		free <- h
	}
	return func(ctx context.Context, in helpdesk.Inbound) error {
		h := <-free
		defer func() { free <- h }()
		return h.receive(ctx, in)
	}
}

func (w *inbound) next() helpdesk.Inbound {
	n := w.serial.Add(1)
	return helpdesk.Inbound{
		ExternalID: fmt.Sprintf("wamid.%032d", n),
		From:       helpdesk.Person{Source: fmt.Sprintf("+55119%08d", n%people)},
		Content:    "Hello, where is my order? It was to arrive yesterday, and nobody answers the phone.",
	}
}

// turn sends messages through a variant and says what one cost.
func (w *inbound) turn(tb testing.TB, v *variant, concurrency, messages int) round {
	ctx := context.WithoutCancel(tb.Context())
	runtime.GC() // nobody sweeps up behind another
	var left atomic.Int64
	left.Store(int64(messages))
	var failed atomic.Pointer[error]
	var wg sync.WaitGroup
	start, used := time.Now(), cpu(tb)
	for range concurrency {
		wg.Go(func() {
			for left.Add(-1) >= 0 {
				if err := v.receive(ctx, w.next()); err != nil {
					failed.Store(&err)
					return
				}
			}
		})
	}
	wg.Wait()
	r := round{micro(time.Since(start)) / float64(messages), micro(cpu(tb)-used) / float64(messages)}
	if err := failed.Load(); err != nil {
		require.NoError(tb, *err, v.name)
	}
	return r
}

// BenchmarkInbound is the whole way of an inbound message of a known contact
// into a known conversation, without rules, beside the same rows in SQL that is
// written and prepared by hand: in a transaction each, and on SQLite also in
// groups, which is what the store does when several callers wait. One iteration
// is one turn of each variant.
func BenchmarkInbound(b *testing.B) {
	eachDatabase(b, func(b *testing.B, db *database) {
		w := newInbound(b, db)
		for _, concurrency := range []int{1, 8, 32} {
			b.Run(fmt.Sprintf("c=%d", concurrency), func(b *testing.B) { w.compare(b, concurrency) })
		}
	})
}

func (w *inbound) compare(b *testing.B, concurrency int) {
	messages := 64 + 4*concurrency
	for _, v := range w.variants {
		w.turn(b, v, concurrency, messages) // warm
		v.rounds = nil
	}
	for b.Loop() {
		for turn := range 4 * len(w.variants) {
			v := w.variants[turn%len(w.variants)]
			v.rounds = append(v.rounds, w.turn(b, v, concurrency, messages))
		}
	}
	w.report(b)
}

// report prints rates of each variant, and the medians of the ratios of each
// turn.
func (w *inbound) report(b *testing.B) {
	engine := w.variants[0]
	b.ReportMetric(0, "ns/op") // of an iteration: means nothing
	b.ReportMetric(w.counted(b, func(e *helpdesk.Engine) {
		_, err := e.Receive(b.Context(), w.account, w.inbox, w.next())
		require.NoError(b, err)
	}), "statements")
	b.ReportMetric(micro(fsync(b)), "fsync-µs")
	b.ReportMetric(1e6/engine.median(wall), "msg/s")
	b.ReportMetric(engine.median(used), "cpu-µs/msg")
	for _, v := range w.variants[1:] {
		b.ReportMetric(1e6/v.median(wall), v.name+"-msg/s")
		b.ReportMetric(1/engine.over(v, wall), v.name+"-rate-ratio")
		b.ReportMetric(engine.over(v, used), v.name+"-cpu-ratio")
	}
}

func wall(r round) float64 { return r.wall }
func used(r round) float64 { return r.cpu }

func (v *variant) median(of func(round) float64) float64 {
	values := make([]float64, len(v.rounds))
	for i, r := range v.rounds {
		values[i] = of(r)
	}
	return median(values)
}

// over is how many times another variant's cost v costs.
func (v *variant) over(other *variant, of func(round) float64) float64 {
	ratios := make([]float64, len(v.rounds))
	for i := range v.rounds {
		ratios[i] = of(v.rounds[i]) / of(other.rounds[i])
	}
	return median(ratios)
}
