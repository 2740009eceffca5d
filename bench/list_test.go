package bench_test

import (
	"context"
	_ "embed"
	"flag"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/channel/api"
)

//go:embed testdata/seed.sql
var seed string

const inboxes, agents = 10, 20

// crowd is a desk with many conversations and somebody of each kind who looks
// at them.
type crowd struct {
	label   string
	viewers map[string]*helpdesk.Desk
}

// newCrowd is a desk with n conversations in ten inboxes. One agent is a member
// of three of these, and has a twentieth of the conversations; an assistant of one
// sees what is nobody's there.
func newCrowd(tb testing.TB, db *database, label string, n int) *crowd {
	return newDesk(tb, db).crowd(tb, label, n)
}

func (d *desk) crowd(tb testing.TB, label string, n int) *crowd {
	ctx := tb.Context()
	first := d.inbox
	for i := 1; i < inboxes; i++ {
		name := fmt.Sprintf("Inbox %d", i)
		_, err := d.admin().Inboxes.Create(ctx, helpdesk.InboxInput{Kind: api.Kind, Name: &name})
		require.NoError(tb, err)
	}
	// Before the agents that the seed gives conversations to: an assistant has none.
	helper, err := d.admin().Agents.Invite(ctx, helpdesk.AgentInput{Email: "helper@acme.test", Name: "Helper", Role: helpdesk.Assistant})
	require.NoError(tb, err)
	agent, err := d.admin().Agents.Invite(ctx, helpdesk.AgentInput{Email: "agent@acme.test", Name: "Agent", Role: helpdesk.AgentRole})
	require.NoError(tb, err)
	for i := range helpdesk.InboxID(3) {
		require.NoError(tb, d.admin().Inboxes.SetMembers(ctx, first+i, helpdesk.AddMembers, agent.ID))
	}
	require.NoError(tb, d.admin().Inboxes.SetMembers(ctx, first, helpdesk.AddMembers, helper.ID))
	for _, title := range []string{"vip", "rare"} {
		_, err = d.admin().Labels.Create(ctx, helpdesk.LabelInput{Title: &title})
		require.NoError(tb, err)
	}
	d.fill(tb, n, first, agent.ID)
	as := func(id helpdesk.AgentID) *helpdesk.Desk { return d.engine.As(d.engine.Agent(d.account, id)) }
	return &crowd{label, map[string]*helpdesk.Desk{"admin": d.admin(), "agent": as(agent.ID), "assistant": as(helper.ID)}}
}

// fill runs the seed.
func (d *desk) fill(tb testing.TB, n int, inbox helpdesk.InboxID, agent helpdesk.AgentID) {
	text := strings.NewReplacer(
		":now", fmt.Sprint(d.clock.Now().UnixMicro()), ":account", fmt.Sprint(d.account), ":base", "1000", ":inboxes", strconv.Itoa(inboxes), ":inbox", fmt.Sprint(inbox),
		":agents", strconv.Itoa(agents), ":agent", fmt.Sprint(agent), ":n", strconv.Itoa(n),
	).Replace(seed)
	h := d.db.handle(tb, 1)
	for statement := range strings.SplitSeq(text, ";\n") {
		if strings.TrimSpace(statement) == "" {
			continue
		}
		_, err := h.ExecContext(tb.Context(), statement)
		require.NoError(tb, err, statement)
	}
	require.NoError(tb, h.Close())
}

// view is a list that a dashboard asks for.
type view struct {
	name   string
	filter helpdesk.ConversationFilter
}

func views() []view {
	open := []helpdesk.Status{helpdesk.Open}
	return []view{
		{"all", helpdesk.ConversationFilter{Status: open}},
		{"mine", helpdesk.ConversationFilter{Status: open, Assignee: helpdesk.Mine}},
		{"unassigned", helpdesk.ConversationFilter{Status: open, Assignee: helpdesk.Unassigned}},
		{"inbox", helpdesk.ConversationFilter{Status: open, Inbox: 2}},
		{"team", helpdesk.ConversationFilter{Status: open, Team: 1}},
		{"label", helpdesk.ConversationFilter{Status: open, Labels: []string{"vip"}}},
		{"rare", helpdesk.ConversationFilter{Status: open, Labels: []string{"rare"}}},
		{"where", helpdesk.ConversationFilter{Where: &helpdesk.Cond{And: []helpdesk.Cond{
			{Field: "status", Op: helpdesk.Equal, Values: []any{"open"}}, {Field: "priority", Op: helpdesk.Equal, Values: []any{"urgent", "high"}},
		}}}},
		{"nothing", helpdesk.ConversationFilter{Status: open, Where: &helpdesk.Cond{Field: "browser_language", Op: helpdesk.Equal, Values: []any{"tlh"}}}},
	}
}

// BenchmarkList is a page of 25 open conversations with counts, contacts and
// last messages, as it grows. One iteration asks each size once, in turn.
func BenchmarkList(b *testing.B) {
	benchmarkList(b, 10_000, 100_000)
}

// BenchmarkListMillion is BenchmarkList with the largest size. It runs when
// asked for by name, or with HELPDESK_PROVE=1: seeding takes minutes.
func BenchmarkListMillion(b *testing.B) {
	asked := strings.Contains(flag.Lookup("test.bench").Value.String(), "Million")
	if !asked && os.Getenv("HELPDESK_PROVE") == "" {
		b.Skip("a million conversations: -bench ListMillion")
	}
	benchmarkList(b, 10_000, 1_000_000)
}

func benchmarkList(b *testing.B, sizes ...int) {
	b.Run("sqlite", func(b *testing.B) { eachList(b, sqliteFile, sizes) })
	b.Run("postgres", func(b *testing.B) { eachList(b, postgresDatabase, sizes) })
}

func eachList(b *testing.B, fresh func(testing.TB) *database, sizes []int) {
	var crowds []*crowd
	for _, n := range sizes {
		crowds = append(crowds, newCrowd(b, fresh(b), strconv.Itoa(n/1000)+"k", n))
	}
	for _, viewer := range []string{"admin", "agent", "assistant"} {
		for _, v := range views() {
			b.Run(viewer+"/"+v.name, func(b *testing.B) { compareLists(b, crowds, viewer, v.filter) })
		}
	}
}

func compareLists(b *testing.B, crowds []*crowd, viewer string, f helpdesk.ConversationFilter) {
	took := make([][]time.Duration, len(crowds))
	for b.Loop() {
		for i, c := range crowds {
			start := time.Now()
			list, err := c.viewers[viewer].Conversations.List(context.WithoutCancel(b.Context()), f, helpdesk.Page{Limit: 25})
			took[i] = append(took[i], time.Since(start))
			require.NoError(b, err)
			if len(list.Items) == 0 && viewer != "admin" && f.Assignee == "" && f.Inbox == 0 && f.Where == nil && !slices.Contains(f.Labels, "rare") {
				b.Fatalf("the list of %s is empty", c.label)
			}
		}
	}
	b.ReportMetric(0, "ns/op")
	smallest := median(took[0])
	for i, c := range crowds {
		b.ReportMetric(micro(median(took[i])), "p50-"+c.label+"-µs")
		if i > 0 {
			b.ReportMetric(float64(median(took[i]))/float64(smallest), c.label+"-ratio")
		}
	}
}
