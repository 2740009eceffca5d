package helpdesk_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
)

func TestHoursInput(t *testing.T) {
	t.Parallel()
	day := func(day, open, closes int, more ...helpdesk.Interval) helpdesk.OpenHours {
		return helpdesk.OpenHours{Day: day, OpenMinute: open * 60, CloseMinute: closes * 60, More: more}
	}
	part := func(open, closes int) helpdesk.Interval {
		return helpdesk.Interval{Open: open * 60, Close: closes * 60}
	}
	many := make([]helpdesk.Interval, 30)
	for i := range many {
		many[i] = helpdesk.Interval{Open: i, Close: i + 1}
	}
	dates := make([]helpdesk.Holiday, 367)
	for i := range dates {
		dates[i] = helpdesk.Holiday{Date: time.Date(2026, 1, 1+i, 0, 0, 0, 0, time.UTC).Format(time.DateOnly)}
	}
	cases := []struct {
		name     string
		zone     string
		hours    []helpdesk.OpenHours
		holidays []helpdesk.Holiday
		wrong    string // fields and what is said of them; "" = fine
	}{
		{"a lunch break", "Europe/Berlin", []helpdesk.OpenHours{day(1, 9, 12, part(13, 17))}, nil, ""},
		{"a night", "", []helpdesk.OpenHours{day(5, 22, 4)}, nil, ""},
		{"until midnight", "", []helpdesk.OpenHours{day(5, 22, 24), day(6, 0, 4)}, nil, ""},
		{"the night of Saturday and Sunday's morning", "", []helpdesk.OpenHours{day(6, 22, 4), day(0, 4, 8)}, nil, ""},
		{"a zone nobody knows", "Mars/Phobos", nil, nil, "timezone: is not a time zone"},
		{"the zone of a machine", "Local", nil, nil, "timezone: is not a time zone"},
		{"an eighth day", "", []helpdesk.OpenHours{day(7, 9, 17)}, nil, "working_hours: have a day that is not 0 to 6"},
		{"no time at all", "", []helpdesk.OpenHours{day(1, 9, 9)}, nil, "working_hours: must close at another time than they open"},
		{"later than midnight", "", []helpdesk.OpenHours{day(1, 9, 25)}, nil, "working_hours: must open from 00:00 to 23:59 and close from 00:00 to 24:00"},
		{"before midnight", "", []helpdesk.OpenHours{day(1, -1, 3)}, nil, "working_hours: must open from"},
		{"overlap", "", []helpdesk.OpenHours{day(1, 9, 13, part(12, 17))}, nil, "working_hours: overlap"},
		{"overlap with the next day", "", []helpdesk.OpenHours{day(1, 22, 10)}, nil, "working_hours: overlap"},
		{"overlap over the week's end", "", []helpdesk.OpenHours{day(6, 22, 10), day(0, 9, 12)}, nil, "working_hours: overlap"},
		{"too many", "", []helpdesk.OpenHours{{Day: 1, OpenMinute: 60, CloseMinute: 61, More: many}}, nil, "too many intervals"},
		{"a date", "", nil, []helpdesk.Holiday{{Date: "2026-12-25"}, {Date: "2026-12-24", Hours: []helpdesk.Interval{part(9, 12)}}}, ""},
		{"no date", "", nil, []helpdesk.Holiday{{Date: "25.12.2026"}}, "holidays: have a date"},
		{"a date that is none", "", nil, []helpdesk.Holiday{{Date: "2026-02-30"}}, "holidays: have a date"},
		{"a date twice", "", nil, []helpdesk.Holiday{{Date: "2026-12-25"}, {Date: "2026-12-25"}}, "holidays: name a date twice"},
		{"a date's overlap", "", nil, []helpdesk.Holiday{{Date: "2026-12-25", Hours: []helpdesk.Interval{part(9, 12), part(11, 13)}}}, "holidays: have hours that overlap"},
		{"too many dates", "", nil, dates, "holidays: are too many"},
		{"all at once", "Local", []helpdesk.OpenHours{day(9, 9, 17)}, []helpdesk.Holiday{{Date: "x"}}, "holidays: have a date that is not of the form 2006-01-02; timezone: is not a time zone; working_hours: have a day"},
	}
	w := newWorld(t, openMemory)
	ada := w.agent("ada", helpdesk.AgentRole)
	box := w.inbox("Shop", ada)
	team, err := w.admin.Teams.Create(w.ctx, helpdesk.TeamInput{Name: ptr("night")})
	require.NoError(t, err)
	require.Empty(t, team.Hours, "who has no hours keeps none")
	for _, c := range cases {
		on := true
		box, boxErr := w.admin.Inboxes.Update(w.ctx, box.ID, helpdesk.InboxInput{HoursEnabled: &on, Timezone: &c.zone, Hours: c.hours, Holidays: c.holidays})
		team, teamErr := w.admin.Teams.Update(w.ctx, team.ID, helpdesk.TeamInput{HoursEnabled: &on, Timezone: &c.zone, Hours: c.hours, Holidays: c.holidays})
		a, agentErr := w.admin.Agents.Update(w.ctx, ada, helpdesk.AgentInput{HoursEnabled: &on, Timezone: &c.zone, Hours: c.hours, Holidays: c.holidays})
		for _, err := range []error{boxErr, teamErr, agentErr} {
			if c.wrong == "" {
				require.NoError(t, err, c.name)
				continue
			}
			require.ErrorIs(t, err, helpdesk.Invalid, c.name)
			require.Contains(t, said(err), c.wrong, c.name)
		}
		if c.wrong != "" {
			continue
		}
		require.Equal(t, box.WorkingHours, team.WorkingHours, c.name)
		require.Equal(t, box.WorkingHours, a.WorkingHours, c.name)
		if c.holidays != nil {
			require.Equal(t, "2026-12-24", box.Holidays[0].Date, "in order")
		}
		week := helpdesk.InboxInput{Hours: []helpdesk.OpenHours{{Day: 6, ClosedAll: true}, {Day: 0, ClosedAll: true}, {Day: 1, ClosedAll: true}, {Day: 5, ClosedAll: true}}}
		_, err = w.admin.Inboxes.Update(w.ctx, box.ID, week)
		require.NoError(t, err)
		_, err = w.admin.Teams.Update(w.ctx, team.ID, helpdesk.TeamInput{Hours: week.Hours})
		require.NoError(t, err)
		_, err = w.admin.Agents.Update(w.ctx, ada, helpdesk.AgentInput{Hours: week.Hours})
		require.NoError(t, err)
	}
	box, err = w.admin.Inboxes.Get(w.ctx, box.ID)
	require.NoError(t, err)
	require.Len(t, box.Holidays, 2, "what is not given stays")
	box, err = w.admin.Inboxes.Update(w.ctx, box.ID, helpdesk.InboxInput{Holidays: []helpdesk.Holiday{}})
	require.NoError(t, err)
	require.Empty(t, box.Holidays)
}

// said is what an error says of each field.
func said(err error) string {
	var out []string
	bad, _ := errors.AsType[*helpdesk.Error](err)
	for _, field := range []string{"holidays", "timezone", "working_hours"} {
		if what := bad.Fields[field]; what != "" {
			out = append(out, field+": "+what)
		}
	}
	return strings.Join(out, "; ")
}

// shift is hours of every day in a zone.
func shift(open, closes int) []helpdesk.OpenHours {
	out := make([]helpdesk.OpenHours, 7)
	for d := range out {
		out[d] = helpdesk.OpenHours{Day: d, OpenMinute: open * 60, CloseMinute: closes * 60}
	}
	return out
}

func TestTeamHoursInReports(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		ada := w.agent("ada", helpdesk.AgentRole) // it is Monday, nine o'clock
		box := w.inboxWith(helpdesk.InboxInput{Name: ptr("Shop"), HoursEnabled: ptr(true)}, ada)
		night, err := w.admin.Teams.Create(w.ctx, helpdesk.TeamInput{Name: ptr("night"), HoursEnabled: ptr(true), Hours: shift(22, 4)})
		require.NoError(t, err)
		plain, err := w.admin.Teams.Create(w.ctx, helpdesk.TeamInput{Name: ptr("plain"), HoursEnabled: ptr(false), Hours: shift(0, 1)})
		require.NoError(t, err)
		var ids []helpdesk.ConversationID
		for i, team := range []helpdesk.TeamID{0, plain.ID, night.ID, night.ID} {
			c := w.write(box, string(rune('a'+i)), "hello")
			ids = append(ids, c.ID)
			if team != 0 {
				_, err := w.admin.Conversations.AssignTeam(w.ctx, c.ID, team)
				require.NoError(t, err)
			}
		}
		_, err = w.admin.Conversations.AssignTeam(w.ctx, ids[3], 0) // it belongs to the team no more
		require.NoError(t, err)
		w.clock.Advance(24 * time.Hour)
		w.engine = w.newEngine(helpdesk.Options{})
		w.admin = w.as(w.owner)
		for _, id := range ids {
			_, err := w.admin.Conversations.Resolve(w.ctx, id)
			require.NoError(t, err)
		}
		var business, calendars []int64
		for _, ev := range w.log() {
			if ev.Kind == helpdesk.ConversationResolved {
				business, calendars = append(business, ev.Business), append(calendars, ev.Calendar)
			}
		}
		require.Equal(t, []int64{8 * 3600, 8 * 3600, 6 * 3600, 8 * 3600}, business)
		require.Equal(t, []int64{calendars[0], calendars[0]}, []int64{calendars[1], calendars[3]}, "one version of the inbox's hours")
		require.NotEqual(t, calendars[0], calendars[2])
	})
}

func TestAgentHours(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		ada, bo := w.agent("ada", helpdesk.AgentRole), w.agent("bo", helpdesk.AgentRole)
		w.clock.Advance(-2 * time.Hour) // Monday, seven o'clock in UTC
		hours := func(id helpdesk.AgentID, zone string, open, closes int) {
			t.Helper()
			_, err := w.admin.Agents.Update(w.ctx, id, helpdesk.AgentInput{HoursEnabled: ptr(true), Timezone: &zone, Hours: shift(open, closes)})
			require.NoError(t, err)
		}
		hours(ada, "Europe/Berlin", 9, 17) // from eight in UTC
		hours(bo, "UTC", 12, 20)
		box := w.inboxWith(helpdesk.InboxInput{Name: ptr("Shop"), OpenLimit: ptr(1)}, ada, bo)
		first, second := w.write(box, "a", "hello"), w.write(box, "b", "hello")
		require.Zero(t, first.Assignee)
		require.False(t, first.QueuedAt.IsZero())
		w.runDue()
		require.Zero(t, w.conversation(first.ID).Assignee, "nobody is on duty")

		w.engine = w.newEngine(helpdesk.Options{}) // a restart does not forget who begins when
		w.admin = w.as(w.owner)
		w.clock.Advance(time.Hour)
		w.runDue()
		require.Equal(t, ada, w.conversation(first.ID).Assignee, "her day begins at nine in Berlin")
		require.Zero(t, w.conversation(second.ID).Assignee)
		w.clock.Advance(4 * time.Hour)
		w.runDue()
		require.Equal(t, bo, w.conversation(second.ID).Assignee)

		third := w.write(box, "c", "hello")
		require.Zero(t, third.Assignee, "both have as much as they may")
		_, err := w.admin.Conversations.Assign(w.ctx, third.ID, helpdesk.Assignment{To: ada})
		require.NoError(t, err)
		w.clock.Advance(12 * time.Hour)
		_, err = w.admin.Conversations.Assign(w.ctx, third.ID, helpdesk.Assignment{To: bo})
		require.NoError(t, err, "by hand at any time")
		_, err = w.admin.Conversations.Resolve(w.ctx, first.ID)
		require.NoError(t, err)
		fourth := w.write(box, "d", "hello")
		require.Zero(t, fourth.Assignee, "it is night")
		_, err = w.admin.Agents.Update(w.ctx, ada, helpdesk.AgentInput{HoursEnabled: ptr(false)})
		require.NoError(t, err)
		require.Equal(t, ada, w.conversation(fourth.ID).Assignee, "who has no hours any more is there")
	})
}
