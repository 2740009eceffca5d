package helpdesk_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
)

// log returns every event of the account.
func (w *world) log() (out []*helpdesk.Event) {
	w.t.Helper()
	require.NoError(w.t, w.store.View(w.ctx, w.account, func(ctx context.Context, tx helpdesk.Tx) (err error) {
		out, err = tx.Events().Since(ctx, 0, 10_000)
		return err
	}))
	return out
}

// measured are the durations of the log, by kind, in order.
func (w *world) measured() map[helpdesk.EventKind][]int64 {
	out := map[helpdesk.EventKind][]int64{}
	for _, ev := range w.log() {
		out[ev.Kind] = append(out[ev.Kind], ev.Elapsed)
	}
	return out
}

func TestDurationsOfTheLog(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		ada := w.agent("ada", helpdesk.AgentRole)
		box := w.inboxWith(helpdesk.InboxInput{Name: ptr("Shop"), Single: ptr(true)}, ada)
		desk := w.as(ada)
		send := func(c *helpdesk.Conversation) {
			_, err := desk.Messages.Send(w.ctx, c.ID, helpdesk.Reply{Content: "hi"})
			require.NoError(t, err)
		}
		c := w.write(box, "c", "hello")
		w.clock.Advance(90 * time.Second)
		_, err := desk.Conversations.Resolve(w.ctx, c.ID)
		require.NoError(t, err)
		w.clock.Advance(10 * time.Minute)
		w.write(box, "c", "hello again")
		w.clock.Advance(time.Minute)
		send(c)
		send(c)
		w.clock.Advance(time.Minute)
		w.write(box, "c", "and?")
		w.clock.Advance(5 * time.Second)
		w.write(box, "c", "well?")
		w.clock.Advance(25 * time.Second)
		send(c)
		_, err = desk.Conversations.Resolve(w.ctx, c.ID)
		require.NoError(t, err)
		got := w.measured()
		require.Equal(t, []int64{600}, got[helpdesk.ConversationOpened], "since it was resolved")
		require.Equal(t, []int64{60}, got[helpdesk.FirstReply], "since it was opened, not since it began")
		require.Equal(t, []int64{30}, got[helpdesk.ReplyCreated], "since the first unanswered message")
		require.Equal(t, []int64{90, 90 + 600 + 60 + 60 + 30}, got[helpdesk.ConversationResolved], "since it began, both times")
		require.Empty(t, got[helpdesk.BotResolved])
		for _, ev := range w.log() {
			require.Equal(t, ev.Elapsed, ev.Business, "an inbox without hours is always open")
		}
	})
}

func TestBusinessHoursOfTheLog(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		ada := w.agent("ada", helpdesk.AgentRole) // it is Monday, nine o'clock
		box := w.inboxWith(helpdesk.InboxInput{Name: ptr("Shop"), HoursEnabled: ptr(true)}, ada)
		c := w.write(box, "c", "hello")
		w.clock.Advance(24 * time.Hour)
		_, err := w.as(ada).Messages.Send(w.ctx, c.ID, helpdesk.Reply{Content: "hi"})
		require.NoError(t, err)
		_, err = w.admin.Inboxes.Update(w.ctx, box.ID, helpdesk.InboxInput{Timezone: ptr("America/Sao_Paulo")})
		require.NoError(t, err)
		w.clock.Advance(24 * time.Hour)
		_, err = w.as(ada).Conversations.Resolve(w.ctx, c.ID)
		require.NoError(t, err)
		other := w.write(box, "d", "hello")
		_, err = w.as(ada).Conversations.Resolve(w.ctx, other.ID)
		require.NoError(t, err)
		var business, calendars []int64
		for _, ev := range w.log() {
			if ev.Kind == helpdesk.FirstReply || ev.Kind == helpdesk.ConversationResolved {
				business, calendars = append(business, ev.Business), append(calendars, ev.Calendar)
			}
		}
		require.Equal(t, []int64{8 * 3600, 16 * 3600, 0}, business)
		require.Equal(t, []int64{calendars[0], calendars[0] + 1, calendars[0] + 1}, calendars, "other hours are another version")

		q := helpdesk.ReportQuery{Span: helpdesk.Span{Since: w.clock.Now().Add(-72 * time.Hour), Until: w.clock.Now().Add(1)}, Business: true}
		now, _, err := w.admin.Reports.Summary(w.ctx, q)
		require.NoError(t, err)
		require.Equal(t, helpdesk.Mean{Count: 1, Seconds: 8 * 3600}, now.FirstResponse)
		q.Business = false
		now, _, err = w.admin.Reports.Summary(w.ctx, q)
		require.NoError(t, err)
		require.Equal(t, helpdesk.Mean{Count: 1, Seconds: 24 * 3600}, now.FirstResponse)
	})
}

// busy is two days of two agents, a team and a label; it returns the ids.
func busy(t *testing.T, w *world) (ada, bo helpdesk.AgentID, shop, mail *helpdesk.Inbox, team *helpdesk.Team) {
	ada, bo = w.agent("ada", helpdesk.AgentRole), w.agent("bo", helpdesk.AgentRole)
	shop = w.inboxWith(helpdesk.InboxInput{Name: ptr("Shop"), AutoAssign: ptr(false)}, ada, bo)
	mail = w.inboxWith(helpdesk.InboxInput{Name: ptr("Mail"), AutoAssign: ptr(false), HoursEnabled: ptr(true)}, ada, bo)
	team, err := w.admin.Teams.Create(w.ctx, helpdesk.TeamInput{Name: ptr("sales"), AutoAssign: ptr(false)})
	require.NoError(t, err)
	for i := range 12 {
		box, agent := shop, ada
		if i%3 == 0 {
			box = mail
		}
		if i%4 == 0 {
			agent = bo
		}
		c := w.write(box, string(rune('a'+i)), "hello")
		_, err := w.admin.Conversations.Assign(w.ctx, c.ID, helpdesk.Assignment{To: agent})
		require.NoError(t, err)
		if i%2 == 0 {
			_, err = w.admin.Conversations.AssignTeam(w.ctx, c.ID, team.ID)
			require.NoError(t, err)
			_, err = w.admin.Conversations.SetLabels(w.ctx, c.ID, []string{"vip", "loud"})
			require.NoError(t, err)
		}
		w.clock.Advance(time.Duration(i+1) * 7 * time.Minute)
		_, err = w.as(agent).Messages.Send(w.ctx, c.ID, helpdesk.Reply{Content: "hi"})
		require.NoError(t, err)
		_, err = w.as(agent).Messages.Send(w.ctx, c.ID, helpdesk.Reply{Content: "hm", Private: true})
		require.NoError(t, err)
		w.write(box, string(rune('a'+i)), "thanks")
		w.clock.Advance(time.Duration(i) * 11 * time.Minute)
		_, err = w.as(bo).Messages.Send(w.ctx, c.ID, helpdesk.Reply{Content: "bye"}) // answered for whoever owns it
		require.NoError(t, err)
		if i%5 != 0 {
			_, err = w.as(agent).Conversations.Resolve(w.ctx, c.ID)
			require.NoError(t, err)
		}
		w.clock.Advance(time.Hour)
	}
	return ada, bo, shop, mail, team
}

// recount works a metric out from the log, one event after another.
func recount(log []*helpdesk.Event, m helpdesk.Metric, s helpdesk.Span, business bool, of func(*helpdesk.Event) bool) (value float64, count int) {
	kinds := map[helpdesk.Metric]helpdesk.EventKind{
		helpdesk.ConversationsCount: helpdesk.ConversationCreated, helpdesk.IncomingCount: helpdesk.MessageCreated, helpdesk.OutgoingCount: helpdesk.MessageCreated,
		helpdesk.ResolutionsCount: helpdesk.ConversationResolved, helpdesk.ResolutionTime: helpdesk.ConversationResolved,
		helpdesk.FirstResponseTime: helpdesk.FirstReply, helpdesk.ReplyTime: helpdesk.ReplyCreated,
	}
	var sum int64
	for _, ev := range log {
		if ev.Kind != kinds[m] || ev.At.Before(s.Since) || !ev.At.Before(s.Until) || ev.Private || !of(ev) ||
			m == helpdesk.IncomingCount && ev.MessageKind != helpdesk.Incoming || m == helpdesk.OutgoingCount && ev.MessageKind != helpdesk.Outgoing {
			continue
		}
		count++
		if sum += ev.Elapsed; business {
			sum += ev.Business - ev.Elapsed
		}
	}
	if !m.Average() {
		return float64(count), count
	}
	if count == 0 {
		return 0, 0
	}
	return float64(sum) / float64(count), count
}

func TestReportsAreTheLogCountedAgain(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		begin := w.clock.Now()
		ada, bo, shop, mail, team := busy(t, w)
		zone := time.FixedZone("", -3*3600)
		span := helpdesk.Span{Since: begin.Add(30 * time.Minute), Until: w.clock.Now().Add(-30 * time.Minute)}
		log := w.log()
		known := map[helpdesk.ConversationID]*helpdesk.Conversation{} // nothing changes any more
		conversation := func(id helpdesk.ConversationID) *helpdesk.Conversation {
			if known[id] == nil {
				known[id] = w.conversation(id)
			}
			return known[id]
		}
		vip := conversation(1).Labels[0]
		owner := func(ev *helpdesk.Event) helpdesk.AgentID {
			switch {
			case ev.Kind == helpdesk.ConversationCreated:
				return conversation(ev.Conversation).Assignee
			case ev.MessageKind == helpdesk.Outgoing && ev.Actor.Kind == helpdesk.ByAgent:
				return helpdesk.AgentID(ev.Actor.ID)
			default:
				return ev.After.Assignee
			}
		}
		about := []struct {
			by helpdesk.ReportBy
			id int64
			of func(*helpdesk.Event) bool
		}{
			{helpdesk.ByAccount, 0, func(*helpdesk.Event) bool { return true }},
			{helpdesk.ByInboxes, int64(shop.ID), func(ev *helpdesk.Event) bool { return ev.After.Inbox == shop.ID }},
			{helpdesk.ByInboxes, int64(mail.ID), func(ev *helpdesk.Event) bool { return ev.After.Inbox == mail.ID }},
			{helpdesk.ByAgents, int64(ada), func(ev *helpdesk.Event) bool { return owner(ev) == ada }},
			{helpdesk.ByAgents, int64(bo), func(ev *helpdesk.Event) bool { return owner(ev) == bo }},
			{helpdesk.ByTeams, int64(team.ID), func(ev *helpdesk.Event) bool { return conversation(ev.Conversation).Team == team.ID }},
			{helpdesk.ByLabels, int64(vip), func(ev *helpdesk.Event) bool { return len(conversation(ev.Conversation).Labels) > 0 }},
		}
		groups := w.channelGroups([]helpdesk.InboxID{shop.ID}, []helpdesk.InboxID{shop.ID, mail.ID})
		about = append(about, about[1], about[0])
		about[len(about)-2].by, about[len(about)-2].id = helpdesk.ByChannelGroups, int64(groups[0])
		about[len(about)-1].by, about[len(about)-1].id = helpdesk.ByChannelGroups, int64(groups[1])
		postmaster := w.agent("pat", helpdesk.Supervisor)
		require.NoError(t, w.admin.Inboxes.SetMembers(w.ctx, mail.ID, helpdesk.AddMembers, postmaster))
		limited := w.as(postmaster).Reports
		metrics := []helpdesk.Metric{
			helpdesk.ConversationsCount, helpdesk.IncomingCount, helpdesk.OutgoingCount, helpdesk.ResolutionsCount,
			helpdesk.FirstResponseTime, helpdesk.ResolutionTime, helpdesk.ReplyTime,
		}
		for _, a := range about {
			q := helpdesk.ReportQuery{Span: span, By: a.by, ID: a.id, Every: helpdesk.Hourly, Zone: zone, Business: a.by == helpdesk.ByTeams}
			now, before, err := w.admin.Reports.Summary(w.ctx, q)
			require.NoError(t, err)
			total := 0
			for _, m := range metrics {
				points, err := w.admin.Reports.Series(w.ctx, m, q)
				require.NoError(t, err)
				require.Len(t, points, int(span.Until.Sub(points[0].Start).Hours()+1))
				for i, p := range points {
					s := helpdesk.Span{Since: p.Start, Until: p.Start.Add(time.Hour)}
					if i == 0 {
						s.Since = span.Since
					}
					if i == len(points)-1 {
						s.Until = span.Until
					}
					value, count := recount(log, m, s, q.Business, a.of)
					require.InDelta(t, value, p.Value, 1e-9, "%s of %s %d at %s", m, a.by, a.id, p.Start)
					require.Equal(t, count, p.Count)
					total += count
				}
			}
			require.Positive(t, total)
			value, count := recount(log, helpdesk.ReplyTime, span, q.Business, a.of)
			require.Equal(t, count, now.Reply.Count)
			require.InDelta(t, value, now.Reply.Value(), 1e-9)
			_, count = recount(log, helpdesk.ConversationsCount, helpdesk.Span{Since: span.Since.Add(-span.Until.Sub(span.Since)), Until: span.Since}, false, a.of)
			require.Equal(t, count, before.Conversations, "the span before")
			if a.by != helpdesk.ByAccount {
				table, err := w.admin.Reports.Table(w.ctx, q)
				require.NoError(t, err)
				require.Equal(t, now, table[a.id], "a table's row is the summary")
			}
			ofMail := func(ev *helpdesk.Event) bool { return ev.After.Inbox == mail.ID && a.of(ev) }
			requireLimited(t, w, limited, q, log, ofMail, a.by == helpdesk.ByInboxes && a.id == int64(shop.ID))
		}
	})
}

// requireLimited asks a reader of some inboxes for the figures of a query, and
// compares them with the log's events that are theirs.
func requireLimited(t *testing.T, w *world, r helpdesk.Reports, q helpdesk.ReportQuery, log []*helpdesk.Event, of func(*helpdesk.Event) bool, foreign bool) {
	t.Helper()
	now, _, err := r.Summary(w.ctx, q)
	if foreign {
		require.ErrorIs(t, err, helpdesk.NotFound)
		_, err = r.Series(w.ctx, helpdesk.IncomingCount, q)
		require.ErrorIs(t, err, helpdesk.NotFound)
		return
	}
	require.NoError(t, err)
	if q.By != helpdesk.ByAccount {
		table, err := r.Table(w.ctx, q)
		require.NoError(t, err)
		require.Equal(t, now, table[q.ID])
		require.True(t, q.By != helpdesk.ByInboxes || len(table) == 1, "there is no row of another inbox")
	}
	for m, got := range map[helpdesk.Metric]int{
		helpdesk.ConversationsCount: now.Conversations, helpdesk.IncomingCount: now.Incoming, helpdesk.OutgoingCount: now.Outgoing,
		helpdesk.ResolutionsCount: now.Resolutions, helpdesk.FirstResponseTime: now.FirstResponse.Count, helpdesk.ReplyTime: now.Reply.Count,
	} {
		_, want := recount(log, m, q.Span, false, of)
		require.Equal(t, want, got, "%s of %s %d", m, q.By, q.ID)
		points, err := r.Series(w.ctx, m, q)
		require.NoError(t, err)
		for _, p := range points {
			want -= p.Count
		}
		require.Zero(t, want, "%s of %s %d, summed up", m, q.By, q.ID)
	}
}

// Whoever reads reports reads those of their inboxes (FEATURES A4).
func TestReportsOfOwnInboxes(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		begin := w.clock.Now()
		_, _, shop, mail, team := busy(t, w)
		pat, nobody := w.agent("pat", helpdesk.Supervisor), w.agent("nobody", helpdesk.Supervisor)
		require.NoError(t, w.admin.Inboxes.SetMembers(w.ctx, mail.ID, helpdesk.AddMembers, pat))
		var open, foreign int
		for id := range helpdesk.ConversationID(12) {
			c := w.conversation(id + 1)
			m, err := w.admin.Surveys.Send(w.ctx, c.ID)
			require.NoError(t, err)
			actor, err := w.engine.FindCustomer(w.ctx, map[helpdesk.InboxID]*helpdesk.Inbox{shop.ID: shop, mail.ID: mail}[c.Inbox], string(rune('a'+id)))
			require.NoError(t, err)
			_, err = w.engine.As(actor).Surveys.Answer(w.ctx, m.ID, 5, "")
			require.NoError(t, err)
			switch {
			case c.Inbox == shop.ID:
				foreign++
			case c.Status == helpdesk.Open:
				open++
			}
		}
		require.Equal(t, 8, foreign)
		span := helpdesk.Span{Since: begin, Until: w.clock.Now().Add(time.Hour)}
		d := w.as(pat)
		live, err := d.Reports.Live(w.ctx, 0)
		require.NoError(t, err)
		require.Equal(t, open, live.Open)
		teams, err := d.Reports.LiveBy(w.ctx, helpdesk.ByTeams)
		require.NoError(t, err)
		sum := 0
		for _, row := range teams {
			sum += row.Open
		}
		require.Equal(t, open, sum)
		begun, err := d.Reports.Channels(w.ctx, span)
		require.NoError(t, err)
		require.Equal(t, 4, begun["api"][helpdesk.Open]+begun["api"][helpdesk.Resolved])
		events, n, err := d.Reports.Events(w.ctx, helpdesk.ReportEventFilter{}, helpdesk.Page{Limit: helpdesk.MaxPage})
		require.NoError(t, err)
		require.Len(t, events, n)
		require.NotEmpty(t, events)
		for _, ev := range events {
			require.Equal(t, mail.ID, ev.After.Inbox)
		}
		_, _, err = d.Reports.Events(w.ctx, helpdesk.ReportEventFilter{Inbox: shop.ID}, helpdesk.Page{})
		require.ErrorIs(t, err, helpdesk.NotFound)
		answers, err := d.Surveys.List(w.ctx, helpdesk.SurveyFilter{}, helpdesk.Page{})
		require.NoError(t, err)
		require.Len(t, answers, 4)
		figures, err := d.Surveys.Figures(w.ctx, helpdesk.SurveyFilter{Inboxes: []helpdesk.InboxID{shop.ID}})
		require.NoError(t, err)
		require.Equal(t, helpdesk.SurveyFigures{Sent: 4, Responses: 4, Ratings: map[int]int{5: 4}}, figures, "what is asked for does not widen it")
		_, err = d.Surveys.List(w.ctx, helpdesk.SurveyFilter{Inbox: shop.ID}, helpdesk.Page{})
		require.ErrorIs(t, err, helpdesk.NotFound)
		_, err = d.Surveys.Figures(w.ctx, helpdesk.SurveyFilter{Inbox: shop.ID})
		require.ErrorIs(t, err, helpdesk.NotFound)

		none := w.as(nobody)
		table, err := none.Reports.Table(w.ctx, helpdesk.ReportQuery{Span: span, By: helpdesk.ByAgents})
		require.NoError(t, err)
		require.Empty(t, table)
		live, err = none.Reports.Live(w.ctx, team.ID)
		require.NoError(t, err)
		require.Zero(t, live)
	})
}

func TestSeriesPeriods(t *testing.T) {
	t.Parallel()
	w := newWorld(t, openMemory)
	berlin, err := time.LoadLocation("Europe/Berlin")
	require.NoError(t, err)
	at := func(y int, m time.Month, d, h int) time.Time { return time.Date(y, m, d, h, 0, 0, 0, berlin) }
	cases := []struct {
		every        helpdesk.Period
		since, until time.Time
		want         []time.Time
	}{
		{helpdesk.Daily, at(2026, 3, 28, 12), at(2026, 3, 30, 1), []time.Time{at(2026, 3, 28, 0), at(2026, 3, 29, 0), at(2026, 3, 30, 0)}},
		{helpdesk.Weekly, at(2026, 3, 4, 0), at(2026, 3, 15, 0), []time.Time{at(2026, 3, 1, 0), at(2026, 3, 8, 0)}},
		{helpdesk.Monthly, at(2026, 1, 31, 0), at(2026, 3, 1, 0), []time.Time{at(2026, 1, 1, 0), at(2026, 2, 1, 0)}},
		{helpdesk.Yearly, at(2025, 12, 31, 23), at(2026, 1, 1, 1), []time.Time{at(2025, 1, 1, 0), at(2026, 1, 1, 0)}},
		{helpdesk.Daily, at(2026, 3, 1, 0), at(2026, 3, 1, 0), nil},
	}
	for _, c := range cases {
		points, err := w.admin.Reports.Series(w.ctx, helpdesk.ConversationsCount, helpdesk.ReportQuery{Span: helpdesk.Span{Since: c.since, Until: c.until}, Every: c.every, Zone: berlin})
		require.NoError(t, err)
		var got []time.Time
		for _, p := range points {
			got = append(got, p.Start)
		}
		require.Equal(t, c.want, got, "%s", c.every)
	}
	hours, err := w.admin.Reports.Series(w.ctx, helpdesk.ConversationsCount, helpdesk.ReportQuery{
		Span: helpdesk.Span{Since: at(2026, 10, 25, 0), Until: at(2026, 10, 26, 0)}, Every: helpdesk.Hourly, Zone: berlin,
	})
	require.NoError(t, err)
	require.Len(t, hours, 25, "the day the clocks go back")
	_, err = w.admin.Reports.Series(w.ctx, "luck", helpdesk.ReportQuery{By: "weather", Every: "moon"})
	require.ErrorIs(t, err, helpdesk.Invalid)
	require.ErrorContains(t, err, "metric")
	require.ErrorContains(t, err, "group_by")
	require.ErrorContains(t, err, "since")
	long := helpdesk.Span{Since: at(2000, 1, 1, 0), Until: at(2026, 1, 1, 0)}
	_, err = w.admin.Reports.Series(w.ctx, helpdesk.ConversationsCount, helpdesk.ReportQuery{Span: long, Every: helpdesk.Hourly})
	require.ErrorContains(t, err, "too many points")
	_, err = w.admin.Reports.Series(w.ctx, helpdesk.ConversationsCount, helpdesk.ReportQuery{Span: long, Every: helpdesk.Yearly, By: helpdesk.ByInboxes, ID: 99})
	require.ErrorIs(t, err, helpdesk.NotFound)
}

func TestLiveFigures(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		ada := w.agent("ada", helpdesk.AgentRole)
		box := w.inboxWith(helpdesk.InboxInput{Name: ptr("Shop"), AutoAssign: ptr(false)}, ada)
		zero, err := w.admin.Reports.Live(w.ctx, 0)
		require.NoError(t, err)
		require.Equal(t, helpdesk.LiveCount{}, zero)
		answered, waiting, pending, done := w.write(box, "a", "x"), w.write(box, "b", "x"), w.write(box, "c", "x"), w.write(box, "d", "x")
		_, err = w.admin.Conversations.Assign(w.ctx, answered.ID, helpdesk.Assignment{To: ada})
		require.NoError(t, err)
		_, err = w.as(ada).Messages.Send(w.ctx, answered.ID, helpdesk.Reply{Content: "hi"})
		require.NoError(t, err)
		_, err = w.admin.Conversations.SetStatus(w.ctx, pending.ID, helpdesk.Pending, time.Time{})
		require.NoError(t, err)
		_, err = w.admin.Conversations.Resolve(w.ctx, done.ID)
		require.NoError(t, err)
		live, err := w.admin.Reports.Live(w.ctx, 0)
		require.NoError(t, err)
		require.Equal(t, helpdesk.LiveCount{Open: 2, Unattended: 1, Unassigned: 1, Pending: 1}, live)
		w.write(box, "a", "again")
		by, err := w.admin.Reports.LiveBy(w.ctx, helpdesk.ByAgents)
		require.NoError(t, err)
		require.Equal(t, []helpdesk.LiveCount{
			{ID: 0, Open: 1, Unattended: 1, Unassigned: 1, Pending: 1}, {ID: int64(ada), Open: 1, Unattended: 1, WaitingAgain: 1},
		}, by)
		_ = waiting
		begun, err := w.admin.Reports.Channels(w.ctx, helpdesk.Span{Since: w.clock.Now().Add(-time.Hour), Until: w.clock.Now().Add(time.Hour)})
		require.NoError(t, err)
		require.Equal(t, map[helpdesk.ChannelKind]map[helpdesk.Status]int{"api": {helpdesk.Open: 2, helpdesk.Pending: 1, helpdesk.Resolved: 1}}, begun)
		_, err = w.admin.Reports.Channels(w.ctx, helpdesk.Span{Since: w.clock.Now().AddDate(0, -7, 0), Until: w.clock.Now()})
		require.ErrorContains(t, err, "6 months")
	})
}

// A report costs the same number of statements whatever it covers.
func TestReportStatementsDoNotGrow(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		busy(t, w)
		ask := func(days int) int {
			return w.statements(func() {
				q := helpdesk.ReportQuery{Span: helpdesk.Span{Since: w.clock.Now().AddDate(0, 0, -days), Until: w.clock.Now()}}
				_, err := w.admin.Reports.Series(w.ctx, helpdesk.IncomingCount, q)
				require.NoError(t, err)
				_, _, err = w.admin.Reports.Summary(w.ctx, q)
				require.NoError(t, err)
				q.By = helpdesk.ByLabels
				_, err = w.admin.Reports.Table(w.ctx, q)
				require.NoError(t, err)
			})
		}
		ask(1)
		require.Equal(t, 6, ask(1), "the account and one aggregation, three times")
		require.Equal(t, 6, ask(3000))
	})
}
