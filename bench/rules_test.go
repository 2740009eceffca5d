//go:build unix

package bench_test

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/vm"
	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
)

// threeConditions is a rule's condition of which the last never holds.
func threeConditions(d *desk, i int) helpdesk.Cond {
	return helpdesk.Cond{And: []helpdesk.Cond{
		{Field: "status", Op: helpdesk.Equal, Values: []any{"open"}},
		{Field: "inbox_id", Op: helpdesk.Equal, Values: []any{float64(d.inbox), 99.0}},
		{Field: "content", Op: helpdesk.Contains, Values: []any{fmt.Sprint("refund ", i)}},
	}}
}

// addRules gives an account rules. All but the last go past the engine, which would
// read all of them anew for each.
func addRules(tb testing.TB, d *desk, n int) {
	ctx := context.WithoutCancel(tb.Context())
	actions := []helpdesk.RuleAction{{Name: helpdesk.DoResolve}}
	require.NoError(tb, d.store.Update(ctx, d.account, func(ctx context.Context, tx helpdesk.Tx) error {
		for i := range n - 1 {
			r := &helpdesk.Rule{
				Name: fmt.Sprint("Rule ", i), Event: helpdesk.MessageCreated, Active: true, Position: i,
				Cond: threeConditions(d, i), Actions: actions,
			}
			if err := tx.Rules().Insert(ctx, r); err != nil {
				return err
			}
		}
		return nil
	}))
	name, c := "The last", threeConditions(d, n-1)
	_, err := d.admin().Rules.Create(ctx, helpdesk.RuleInput{Name: &name, Event: helpdesk.MessageCreated, Cond: &c, Actions: actions})
	require.NoError(tb, err)
}

// BenchmarkRules is an inbound message in an account with a thousand rules of three
// conditions each, of which none holds, beside one in an account without rules.
// They take turns of 64 messages; the difference is what the rules cost.
func BenchmarkRules(b *testing.B) {
	const rules, turn = 1000, 64
	bare, ruled := newDesk(b, sqliteFile(b)), newDesk(b, sqliteFile(b))
	addRules(b, ruled, rules)
	n := 0
	receive := func(d *desk) time.Duration {
		n++
		start := time.Now()
		_, err := d.engine.Receive(context.WithoutCancel(b.Context()), d.account, d.inbox, helpdesk.Inbound{
			ExternalID: fmt.Sprint("m", n), From: helpdesk.Person{Source: fmt.Sprint("ann", n%turn)}, Content: "Where is my order? It was to arrive yesterday.",
		})
		took := time.Since(start)
		require.NoError(b, err)
		return took
	}
	turns := func(d *desk, took *[]time.Duration) (used time.Duration) {
		runtime.GC() // nobody sweeps up behind another
		before := cpu(b)
		for range turn {
			*took = append(*took, receive(d))
		}
		return (cpu(b) - before) / turn
	}
	var without, with, more, ratio []time.Duration
	_, _ = turns(bare, new([]time.Duration)), turns(ruled, new([]time.Duration)) // warm: also compiles
	for b.Loop() {
		cheap, dear := turns(bare, &without), turns(ruled, &with)
		more, ratio = append(more, dear-cheap), append(ratio, 1000*dear/cheap)
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(micro(median(without)), "p50-bare-µs")
	b.ReportMetric(micro(median(with)), "p50-ruled-µs")
	b.ReportMetric(micro(slices.Min(without)), "min-bare-µs")
	b.ReportMetric(micro(slices.Min(with)), "min-ruled-µs")
	b.ReportMetric(micro(median(more)), "cpu-rules-µs")
	b.ReportMetric(float64(median(ratio))/1000, "cpu-ratio")
}

// BenchmarkRule is the program of one rule of three conditions, and BenchmarkPredicate
// an expression that goes through a hundred items, none of which is met.
func BenchmarkRule(b *testing.B) {
	d := newDesk(b, sqliteFile(b))
	m, err := d.engine.Receive(b.Context(), d.account, d.inbox, helpdesk.Inbound{ExternalID: "m", From: helpdesk.Person{Source: "ann"}, Content: "Hello"})
	require.NoError(b, err)
	c, err := d.admin().Conversations.Get(b.Context(), m.Conversation)
	require.NoError(b, err)
	conds := threeConditions(d, 1)
	tried, err := d.admin().Rules.Try(b.Context(), helpdesk.RuleInput{Event: helpdesk.MessageCreated, Cond: &conds}, c.Display)
	require.NoError(b, err)
	var parts []string
	for _, p := range tried[0].Parts {
		parts = append(parts, p.Expression)
	}
	runProgram(b, d, strings.Join(parts, " and "))
}

func BenchmarkPredicate(b *testing.B) {
	runProgram(b, &desk{inbox: 1}, `any(conversation.labels, # startsWith "vip")`)
}

// runProgram runs a program as the engine does, on one machine and an environment
// that is made once.
func runProgram(b *testing.B, d *desk, source string) {
	program, err := expr.Compile(source, expr.Env(helpdesk.RuleEnv{}), expr.AsBool())
	require.NoError(b, err)
	seen := helpdesk.RuleEnv{Conversation: helpdesk.RuleConversation{Status: "open", InboxID: int(d.inbox)}}
	seen.Folded.Content = "where is my order? it was to arrive yesterday."
	for i := range 100 {
		seen.Conversation.Labels = append(seen.Conversation.Labels, fmt.Sprint("label-", i))
	}
	var env any = seen
	var machine vm.VM
	const runs = 100
	var took []time.Duration
	b.ReportAllocs()
	for b.Loop() {
		start := time.Now()
		for range runs {
			if holds, err := machine.Run(program, env); err != nil || holds != false {
				b.Fatal(holds, err)
			}
		}
		took = append(took, time.Since(start))
	}
	b.ReportMetric(0, "ns/op") // of an iteration: means nothing
	b.ReportMetric(micro(median(took))/runs, "p50-µs")
	b.ReportMetric(micro(slices.Min(took))/runs, "min-µs")
}
