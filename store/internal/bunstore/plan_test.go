package bunstore_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/uptrace/bun"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/channel/api"
	"github.com/gohelpdesk/helpdesk/store/internal/bunstore"
	"github.com/gohelpdesk/helpdesk/store/postgrestest"
)

var (
	growing = regexp.MustCompile(`helpdesk_(conversations|conversation_counts|messages|contacts|contact_inboxes)\b`)
	ids     = regexp.MustCompile(`'\{[0-9,]+\}'`)

	// Postgres reads a few rows by an index with a bitmap or without, as it finds
	// the table vacuumed.
	fewRows = regexp.MustCompile(`(?:Bitmap Heap Scan on \w+ (\w+)\n\s+Recheck Cond: .*\n\s+->  Bitmap Index Scan on (\w+)|Index (?:Only )?Scan using (\w+) on \w+ (\w+))\n\s+Index Cond: `)
)

// sameIndex writes the reading of a few labels or counters in one way.
func sameIndex(plan string) string {
	return fewRows.ReplaceAllStringFunc(plan, func(found string) string {
		m := fewRows.FindStringSubmatch(found)
		alias, index := m[1]+m[4], m[2]+m[3]
		if alias != "few" && !strings.HasPrefix(alias, "k") {
			return found
		}
		return alias + " by " + index + ": "
	})
}

// recorder is a bun hook that keeps the queries of tables that grow.
type recorder struct {
	mu      sync.Mutex
	on      bool
	queries []string
}

func (r *recorder) BeforeQuery(ctx context.Context, e *bun.QueryEvent) context.Context {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.on && growing.MatchString(e.Query) {
		r.queries = append(r.queries, e.Query)
	}
	return ctx
}

func (r *recorder) AfterQuery(context.Context, *bun.QueryEvent) {}

// record returns the queries fn makes.
func (r *recorder) record(fn func()) []string {
	r.mu.Lock()
	r.on, r.queries = true, nil
	r.mu.Unlock()
	fn()
	r.mu.Lock()
	defer r.mu.Unlock()
	r.on = false
	return r.queries
}

// A page of conversations with its counts asks the same queries in the same way
// however many conversations there are, and reads no table from end to end. With
// HELPDESK_PROVE=1 the larger size is a million.
func TestListPlansDoNotGrow(t *testing.T) {
	t.Parallel()
	large := 20_000
	if os.Getenv("HELPDESK_PROVE") != "" {
		large = 1_000_000
	}
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		open := func() *bunstore.Store {
			s, err := bunstore.OpenSQLite(t.Context(), filepath.Join(t.TempDir(), "desk.db"), bunstore.SQLiteOptions{Normal: true})
			require.NoError(t, err)
			return s
		}
		samePlans(t, "EXPLAIN QUERY PLAN ", regexp.MustCompile(`SCAN (c|m|k|ci|p|helpdesk_\w+)\b( |$)`), listing{open(), 10_000}, listing{open(), large})
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		open := func() *bunstore.Store {
			s, err := bunstore.OpenPostgres(t.Context(), postgrestest.DSN(t), bunstore.PostgresOptions{})
			require.NoError(t, err)
			return s
		}
		samePlans(t, "EXPLAIN (COSTS OFF) ", regexp.MustCompile(`Seq Scan on helpdesk_(conversations|conversation_labels|messages|contacts|contact_inboxes)\b`), listing{open(), 10_000}, listing{open(), large})
	})
}

// listing is a store with n conversations.
type listing struct {
	store *bunstore.Store
	n     int
}

func samePlans(t *testing.T, explain string, scan *regexp.Regexp, small, large listing) {
	want, got := small.plans(t, explain), large.plans(t, explain)
	require.Contains(t, want["admin rare"], "helpdesk_conversation_labels_label_conversation", "few carry the label, which leads")
	require.NotEmpty(t, want["agent where priority"])
	for view, plan := range want {
		require.Equal(t, plan, got[view], view)
		for _, line := range strings.Split(plan, "\n") {
			require.NotRegexp(t, scan, line, "%s:\n%s", view, plan)
		}
	}
}

// plans are how each view of the list is found, without ids.
func (l listing) plans(t *testing.T, explain string) map[string]string {
	t.Cleanup(func() { require.NoError(t, l.store.Close()) })
	engine, err := helpdesk.New(l.store, helpdesk.Options{Channels: []helpdesk.Channel{api.New()}})
	require.NoError(t, err)
	ctx := t.Context()
	account, owner, err := engine.Setup(ctx, "", helpdesk.NewAccount{Name: "Acme"}, helpdesk.NewUser{Email: "o@acme.test", Name: "O", Password: "Secret1!"})
	require.NoError(t, err)
	admin := engine.As(engine.Agent(account.ID, owner.ID))
	agent, err := admin.Agents.Invite(ctx, helpdesk.AgentInput{Email: "a@acme.test", Name: "A", Role: helpdesk.AgentRole})
	require.NoError(t, err)
	for n := range 10 {
		name := fmt.Sprint("Inbox ", n)
		inbox, err := admin.Inboxes.Create(ctx, helpdesk.InboxInput{Kind: api.Kind, Name: &name})
		require.NoError(t, err)
		if n%3 == 0 {
			require.NoError(t, admin.Inboxes.SetMembers(ctx, inbox.ID, helpdesk.AddMembers, agent.ID))
		}
	}
	helper, err := admin.Agents.Invite(ctx, helpdesk.AgentInput{Email: "h@acme.test", Name: "H", Role: helpdesk.Assistant})
	require.NoError(t, err)
	require.NoError(t, admin.Inboxes.SetMembers(ctx, 1, helpdesk.AddMembers, helper.ID))
	for _, title := range []string{"vip", "rare"} {
		_, err = admin.Labels.Create(ctx, helpdesk.LabelInput{Title: &title})
		require.NoError(t, err)
	}
	l.fill(t, account.ID, owner.ID)
	hook := new(recorder)
	l.store.Record(hook)
	found := map[string]string{}
	for who, desk := range map[string]*helpdesk.Desk{"admin": admin, "agent": engine.As(engine.Agent(account.ID, agent.ID)), "assistant": engine.As(engine.Agent(account.ID, helper.ID))} {
		_, err = desk.Conversations.List(ctx, helpdesk.ConversationFilter{}, helpdesk.Page{}) // loads the configuration
		require.NoError(t, err)
		counted := countedViews()
		for view, f := range listViews() {
			full := false
			queries := hook.record(func() {
				list, err := desk.Conversations.List(ctx, f, helpdesk.Page{Limit: 25})
				require.NoError(t, err)
				full = len(list.Items) == 25
				require.True(t, full || who == "assistant" || view == "rare", view) // who has no conversations of their own
			})
			if !full {
				continue
			}
			want := 6 // the page, contacts, addresses, last messages of both kinds, counts
			if byLabel()[view] {
				want++ // how many carry it
			}
			require.Len(t, queries, want, "%s: %q", view, queries)
			if counted[view] && strings.Contains(explain, "COSTS") {
				// Postgres goes through an account's rows as it sees fit when it
				// counts what no counter knows; it is bounded by a limit.
				queries = queries[:len(queries)-1]
			}
			for _, q := range queries {
				found[who+" "+view] += sameIndex(ids.ReplaceAllString(l.store.Explain(t, explain+q), "(ids)")) + "\n"
			}
		}
	}
	return found
}

// countedViews are those whose figures no counter knows.
func countedViews() map[string]bool {
	return map[string]bool{"where either": true, "where contact": true}
}

// byLabel are those of a single label.
func byLabel() map[string]bool {
	return map[string]bool{"label": true, "rare": true, "label team": true, "where label": true}
}

func listViews() map[string]helpdesk.ConversationFilter {
	open := []helpdesk.Status{helpdesk.Open}
	return map[string]helpdesk.ConversationFilter{
		"all":        {Status: open},
		"mine":       {Status: open, Assignee: helpdesk.Mine},
		"unassigned": {Status: open, Assignee: helpdesk.Unassigned},
		"inbox":      {Status: open, Inbox: 4},
		"everything": {},
		"label":      {Status: open, Labels: []string{"vip"}},
		"rare":       {Status: open, Labels: []string{"rare"}},
		"team":       {Status: open, Team: 1},
		"team mine":  {Status: open, Team: 1, Assignee: helpdesk.Assigned},
		"label team": {Labels: []string{"vip"}, Team: 1},
		"where label": {Where: &helpdesk.Cond{And: []helpdesk.Cond{
			{Field: "status", Op: helpdesk.Equal, Values: []any{"open"}}, {Field: "labels", Op: helpdesk.Equal, Values: []any{"vip"}},
		}}},
		"where priority": {Where: &helpdesk.Cond{And: []helpdesk.Cond{
			{Field: "status", Op: helpdesk.Equal, Values: []any{"open"}}, {Field: "priority", Op: helpdesk.Equal, Values: []any{"urgent", "high"}},
		}}},
		"where either": {Where: &helpdesk.Cond{Or: []helpdesk.Cond{
			{Field: "priority", Op: helpdesk.Equal, Values: []any{"urgent", "high"}}, {Field: "team_id", Op: helpdesk.Equal, Values: []any{1}},
		}}},
		"where contact": {Where: &helpdesk.Cond{Field: "country_code", Model: helpdesk.ContactAttribute, Op: helpdesk.NotEqual, Values: []any{"AR"}}},
	}
}

// fill runs the benchmarks' seed.
func (l listing) fill(t *testing.T, account helpdesk.AccountID, agent helpdesk.AgentID) {
	seed, err := os.ReadFile(filepath.FromSlash("../../../bench/testdata/seed.sql"))
	require.NoError(t, err)
	text := strings.NewReplacer(":now", "1770000000000000", ":account", fmt.Sprint(account), ":base", "1000", ":inboxes", "10", ":inbox", "1",
		":agents", "20", ":agent", fmt.Sprint(agent), ":n", strconv.Itoa(l.n)).Replace(string(seed))
	for statement := range strings.SplitSeq(text, ";\n") {
		if strings.TrimSpace(statement) != "" {
			require.NoError(t, l.store.Run(t.Context(), statement))
		}
	}
}

// SQLite knows how each table that grows is filled before there is a row in it.
func TestEveryIndexOfAGrowingTableHasStatistics(t *testing.T) {
	t.Parallel()
	s, err := bunstore.OpenSQLiteMemory(t.Context(), bunstore.SQLiteOptions{})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	missing := s.Explain(t, `SELECT i.name FROM sqlite_schema AS t JOIN pragma_index_list(t.name) AS i
		WHERE t.name IN (SELECT tbl FROM sqlite_stat1) AND i.origin <> 'pk' AND i.name NOT IN (SELECT idx FROM sqlite_stat1)`)
	require.Empty(t, missing, "indexes that sqlite_stat1 does not name")
	unknown := s.Explain(t, `SELECT idx FROM sqlite_stat1 WHERE idx NOT IN (SELECT name FROM sqlite_schema)`)
	require.Empty(t, unknown, "sqlite_stat1 names what is not there")
	for statement, index := range map[string]string{
		"SELECT * FROM helpdesk_events WHERE account_id = 1 AND kind IN ('a', 'b') AND conversation_id = 7 ORDER BY seq": "helpdesk_events_conversation",
		"SELECT count(*) FROM helpdesk_conversations WHERE account_id = 1 AND id IN (1, 2, 3) AND inbox_id = 4":          "INTEGER PRIMARY KEY",
		"SELECT * FROM helpdesk_messages WHERE account_id = 1 AND conversation_id = 7 AND kind = 'incoming'":             "helpdesk_messages_conversation",
		// timers: what is due is found without reading what is armed
		"SELECT j.id FROM helpdesk_jobs AS j WHERE j.account_id = 1 AND j.lane = 0 AND NOT j.dead AND j.run_at <= 5 AND (j.lease = '' OR j.lease_until < 5) ORDER BY j.run_at, j.id LIMIT 9":                             "helpdesk_jobs_lane_run ",
		"SELECT * FROM helpdesk_conversations AS c WHERE c.account_id = 1 AND c.status = 'open' AND c.last_activity_at <= 7 ORDER BY c.last_activity_at, c.id LIMIT 9":                                                   "helpdesk_conversations_status_last_activity ",
		"SELECT * FROM helpdesk_conversations AS c WHERE c.account_id = 1 AND c.status = 'open' AND c.last_activity_at <= 7 AND c.status = 'open' AND c.waiting_since IS NULL ORDER BY c.last_activity_at, c.id LIMIT 9": "helpdesk_conversations_answered ",
		"SELECT * FROM helpdesk_scheduled_messages AS s WHERE s.account_id = 1 AND s.state <> 'sent' ORDER BY s.send_at, s.id LIMIT 9":                                                                                   "helpdesk_scheduled_messages_unsent ",
		"SELECT count(*) FROM helpdesk_contacts WHERE account_id = 1 AND merged_into = 0":                                                                                                                                "helpdesk_contacts_id_key",
	} {
		require.Contains(t, s.Explain(t, "EXPLAIN QUERY PLAN "+statement), index, statement)
	}
}
