package bench_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
)

// BenchmarkRules is an inbound message in an account with a thousand rules of three
// conditions each, of which none holds, beside one in an account without rules.
// The difference is what the rules cost.
func BenchmarkRules(b *testing.B) {
	const rules = 1000
	bare, ruled := newDesk(b, sqliteFile(b)), newDesk(b, sqliteFile(b))
	for i := range rules {
		name := fmt.Sprint("Rule ", i)
		_, err := ruled.admin().Rules.Create(b.Context(), helpdesk.RuleInput{
			Name: &name, Event: helpdesk.MessageCreated, Actions: []helpdesk.RuleAction{{Name: helpdesk.DoResolve}},
			Cond: &helpdesk.Cond{And: []helpdesk.Cond{
				{Field: "status", Op: helpdesk.Equal, Values: []any{"open"}},
				{Field: "inbox_id", Op: helpdesk.Equal, Values: []any{int64(ruled.inbox), 99.0}},
				{Field: "content", Op: helpdesk.Contains, Values: []any{fmt.Sprint("refund ", i)}},
			}},
		})
		require.NoError(b, err)
	}
	var without, with []time.Duration
	n := 0
	receive := func(d *desk) time.Duration {
		n++
		start := time.Now()
		_, err := d.engine.Receive(context.WithoutCancel(b.Context()), d.account, d.inbox, helpdesk.Inbound{
			ExternalID: fmt.Sprint("m", n), From: helpdesk.Person{Source: fmt.Sprint("ann", n%64)}, Content: "Where is my order? It was to arrive yesterday.",
		})
		took := time.Since(start)
		require.NoError(b, err)
		return took
	}
	for b.Loop() {
		without, with = append(without, receive(bare)), append(with, receive(ruled))
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(micro(median(without)), "p50-bare-µs")
	b.ReportMetric(micro(median(with)), "p50-ruled-µs")
	b.ReportMetric(micro(median(with)-median(without))/rules, "rule-µs")
}
