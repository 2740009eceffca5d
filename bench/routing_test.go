package bench_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
)

// BenchmarkRouting is 10,000 customers who each write for the first time, in an
// inbox of ten agents: without automatic hand-out, by turn, and under each policy.
// They take turns, and the ratios are to the bare pipeline.
func BenchmarkRouting(b *testing.B) {
	const agents = 10
	eachDatabase(b, func(b *testing.B, db *database) {
		d := newDesk(b, db)
		no, limit := false, 1_000_000
		weight := `("french" in agent.skills ? 10 : 5) - agent.open_here / 100`
		variants := []struct {
			name   string
			auto   *bool
			policy *helpdesk.AssignmentPolicyInput
			inbox  helpdesk.InboxID
			took   []time.Duration
		}{
			{name: "bare", auto: &no},
			{name: "turns"},
			{name: "balanced", policy: &helpdesk.AssignmentPolicyInput{Order: helpdesk.Balanced, FairLimit: &limit}},
			{name: "expression", policy: &helpdesk.AssignmentPolicyInput{Order: helpdesk.Weighed, Expression: &weight, FairLimit: &limit}},
		}
		var who []helpdesk.AgentID
		for i := range agents {
			a, err := d.admin().Agents.Invite(b.Context(), helpdesk.AgentInput{Email: fmt.Sprintf("agent%d@acme.test", i), AutoOffline: &no, Skills: &[]string{"french"}})
			require.NoError(b, err)
			who = append(who, a.ID)
		}
		for i := range variants {
			v := &variants[i]
			box, err := d.admin().Inboxes.Create(b.Context(), helpdesk.InboxInput{Kind: "api", Name: &v.name, AutoAssign: v.auto})
			require.NoError(b, err)
			require.NoError(b, d.admin().Inboxes.SetMembers(b.Context(), box.ID, helpdesk.ReplaceMembers, who...))
			v.inbox = box.ID
			if v.policy == nil {
				continue
			}
			v.policy.Name = &v.name
			p, err := d.admin().AssignmentPolicies.Create(b.Context(), *v.policy)
			require.NoError(b, err)
			_, err = d.admin().AssignmentPolicies.Attach(b.Context(), box.ID, p.ID)
			require.NoError(b, err)
		}
		n := 0
		for b.Loop() {
			n++
			for i := range variants {
				v := &variants[i]
				start := time.Now()
				_, err := d.engine.Receive(context.WithoutCancel(b.Context()), d.account, v.inbox, helpdesk.Inbound{
					ExternalID: fmt.Sprint("m", n), From: helpdesk.Person{Source: fmt.Sprint("ann", n)}, Content: "Where is my order?",
				})
				v.took = append(v.took, time.Since(start))
				require.NoError(b, err)
			}
		}
		b.ReportMetric(0, "ns/op")
		b.ReportMetric(float64(n), "arrivals")
		for _, v := range variants {
			b.ReportMetric(micro(median(v.took)), "p50-"+v.name+"-µs")
			b.ReportMetric(micro(median(v.took))/micro(median(variants[0].took)), v.name+"-ratio")
		}
	})
}
