package helpdesk_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
)

// silenceRule waits for a silence and adds a label.
func (w *world) silenceRule(event helpdesk.EventKind, after int, hours bool, label string, more ...helpdesk.RuleAction) *helpdesk.Rule {
	w.t.Helper()
	r, err := w.admin.Rules.Create(w.ctx, helpdesk.RuleInput{
		Name: ptr(label), Event: event, After: &after, HoursOnly: &hours,
		Actions: append([]helpdesk.RuleAction{action(helpdesk.DoAddLabel, label)}, more...),
	})
	require.NoError(w.t, err)
	return r
}

// ran counts how often rules ran on a conversation, by the log.
func (w *world) ran(c *helpdesk.Conversation) int {
	w.t.Helper()
	n := 0
	for _, ev := range w.log() {
		if ev.Kind == helpdesk.RuleRan && ev.Conversation == c.ID {
			n++
		}
	}
	return n
}

// weekdays is 9 to 17 o'clock in a zone from Monday to Friday.
func weekdays(zone string, holidays ...string) helpdesk.InboxInput {
	on := true
	in := helpdesk.InboxInput{HoursEnabled: &on, Timezone: &zone, Holidays: []helpdesk.Holiday{}}
	for day := range 7 {
		in.Hours = append(in.Hours, helpdesk.OpenHours{Day: day, ClosedAll: day == 0 || day == 6, OpenMinute: 9 * 60, CloseMinute: 17 * 60})
	}
	for _, d := range holidays {
		in.Holidays = append(in.Holidays, helpdesk.Holiday{Date: d})
	}
	return in
}

// FEATURES F6: no answer for two business hours, to the second.
func TestSilenceWithinBusinessHours(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name, zone, begins, due string
		holidays                []string
	}{
		{"from before the hours", "UTC", "2026-03-02T03:00:00Z", "2026-03-02T11:00:00Z", nil},
		{"within a day", "UTC", "2026-03-03T10:00:00Z", "2026-03-03T12:00:00Z", nil},
		{"over a night", "UTC", "2026-03-04T16:30:00Z", "2026-03-05T10:30:00Z", nil},
		{"over a weekend", "UTC", "2026-03-06T16:00:00Z", "2026-03-09T10:00:00Z", nil},
		{"over a holiday", "UTC", "2026-03-10T16:00:00Z", "2026-03-12T10:00:00Z", []string{"2026-03-11"}},
		{"the clocks go forward", "Europe/Berlin", "2026-03-27T15:00:00Z", "2026-03-30T08:00:00Z", nil},
		{"the clocks go back", "Europe/Berlin", "2026-10-23T14:00:00Z", "2026-10-26T09:00:00Z", nil},
	}
	eachStore(t, func(t *testing.T, w *world) {
		w.clock.now = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
		w.silenceRule(helpdesk.AgentSilent, 120, true, "late")
		for _, c := range cases {
			box := w.inbox(c.name, w.owner)
			_, err := w.admin.Inboxes.Update(w.ctx, box.ID, weekdays(c.zone, c.holidays...))
			require.NoError(t, err)
			begins, err := time.Parse(time.RFC3339, c.begins)
			require.NoError(t, err)
			due, err := time.Parse(time.RFC3339, c.due)
			require.NoError(t, err)
			w.clock.now = begins
			conv := w.write(box, c.name, "hello")
			w.clock.now = due.Add(-time.Second)
			w.runDue()
			require.Zero(t, w.ran(conv), c.name)
			w.engine = w.newEngine(helpdesk.Options{Blobs: w.files}) // a restart
			w.admin = w.engine.As(w.engine.Agent(w.account, w.owner))
			w.clock.now = due
			w.runDue()
			require.Equal(t, 1, w.ran(conv), c.name)
		}
	})
}

// What ends a silence, what begins another, and what becomes of changed rules.
func TestSilence(t *testing.T) {
	t.Parallel()
	const m = time.Minute
	type step = func(w *world, box *helpdesk.Inbox, c *helpdesk.Conversation, r *helpdesk.Rule)
	ok := func(w *world, err error) { w.t.Helper(); require.NoError(w.t, err) }
	wait := func(d time.Duration) step {
		return func(w *world, _ *helpdesk.Inbox, _ *helpdesk.Conversation, _ *helpdesk.Rule) {
			w.clock.Advance(d)
			w.runDue()
		}
	}
	write := func(w *world, box *helpdesk.Inbox, _ *helpdesk.Conversation, _ *helpdesk.Rule) {
		w.write(box, "ana", "again")
	}
	answer := func(w *world, _ *helpdesk.Inbox, c *helpdesk.Conversation, _ *helpdesk.Rule) {
		_, err := w.admin.Messages.Send(w.ctx, c.ID, helpdesk.Reply{Content: "an answer"})
		ok(w, err)
	}
	note := func(w *world, _ *helpdesk.Inbox, c *helpdesk.Conversation, _ *helpdesk.Rule) {
		_, err := w.admin.Messages.Send(w.ctx, c.ID, helpdesk.Reply{Content: "a note", Private: true})
		ok(w, err)
	}
	move := func(to helpdesk.Status) step {
		return func(w *world, _ *helpdesk.Inbox, c *helpdesk.Conversation, _ *helpdesk.Rule) {
			_, err := w.admin.Conversations.SetStatus(w.ctx, c.ID, to, time.Time{})
			ok(w, err)
		}
	}
	change := func(in helpdesk.RuleInput) step {
		return func(w *world, _ *helpdesk.Inbox, _ *helpdesk.Conversation, r *helpdesk.Rule) {
			_, err := w.admin.Rules.Update(w.ctx, r.ID, in)
			ok(w, err)
		}
	}
	drop := func(w *world, _ *helpdesk.Inbox, _ *helpdesk.Conversation, r *helpdesk.Rule) {
		ok(w, w.admin.Rules.Delete(w.ctx, r.ID))
	}
	off, on := false, true
	agent, customer := helpdesk.AgentSilent, helpdesk.CustomerSilent
	cases := []struct {
		name  string
		event helpdesk.EventKind
		steps []step
		ran   int
	}{
		{"not before its time", agent, []step{wait(60*m - time.Second)}, 0},
		{"at its time, once", agent, []step{wait(60 * m), wait(60 * m), wait(600 * m)}, 1},
		{"an answer ends it", agent, []step{wait(30 * m), answer, wait(60 * m)}, 0},
		{"a note does not", agent, []step{wait(30 * m), note, wait(30 * m)}, 1},
		{"who writes again waits from the first message", agent, []step{wait(30 * m), write, wait(30 * m)}, 1},
		{"a new wait counts anew", agent, []step{wait(60 * m), answer, write, wait(59 * m)}, 1},
		{"and to its end", agent, []step{wait(60 * m), answer, write, wait(60 * m)}, 2},
		{"pending is not silent", agent, []step{move(helpdesk.Pending), wait(60 * m)}, 0},
		{"opened again counts from there", agent, []step{move(helpdesk.Pending), wait(50 * m), move(helpdesk.Open), wait(59 * m)}, 0},
		{"to the end", agent, []step{move(helpdesk.Pending), wait(50 * m), move(helpdesk.Open), wait(60 * m)}, 1},
		{"resolved in between", agent, []step{wait(30 * m), move(helpdesk.Resolved), wait(60 * m)}, 0},
		{"deleted meanwhile", agent, []step{wait(30 * m), drop, wait(60 * m)}, 0},
		{"switched off meanwhile", agent, []step{wait(30 * m), change(helpdesk.RuleInput{Active: &off}), wait(60 * m)}, 0},
		{"switched on again counts from there", agent, []step{wait(30 * m), change(helpdesk.RuleInput{Active: &off}), change(helpdesk.RuleInput{Active: &on}), wait(59 * m)}, 0},
		{"to its end", agent, []step{wait(30 * m), change(helpdesk.RuleInput{Active: &off}), change(helpdesk.RuleInput{Active: &on}), wait(60 * m)}, 1},
		{"made shorter", agent, []step{wait(30 * m), change(helpdesk.RuleInput{After: ptr(10)}), wait(0), wait(10 * m)}, 1},
		{"renamed changes nothing", agent, []step{wait(30 * m), change(helpdesk.RuleInput{Name: ptr("x")}), wait(30 * m)}, 1},
		{"nobody wrote to the customer", customer, []step{wait(600 * m)}, 0},
		{"the customer does not answer", customer, []step{answer, wait(60 * m), wait(600 * m)}, 1},
		{"not before", customer, []step{answer, wait(60*m - time.Second)}, 0},
		{"the customer answers", customer, []step{answer, wait(30 * m), write, wait(60 * m)}, 0},
		{"from our last message", customer, []step{answer, wait(30 * m), answer, wait(59 * m)}, 0},
		{"each silence once", customer, []step{answer, wait(60 * m), write, answer, wait(60 * m)}, 2},
	}
	eachStore(t, func(t *testing.T, w *world) {
		box := w.inbox("Shop", w.owner)
		for _, c := range cases {
			r := w.silenceRule(c.event, 60, false, "late", action(helpdesk.DoSendMessage, "are you there?"))
			conv := w.write(box, "ana", "hello")
			for _, s := range c.steps {
				s(w, box, conv, r)
			}
			require.Equal(t, c.ran, w.ran(conv), c.name)
			require.NoError(t, w.admin.Conversations.Delete(w.ctx, conv.ID))
			if c.name != "deleted meanwhile" {
				require.NoError(t, w.admin.Rules.Delete(w.ctx, r.ID))
			}
		}
		_, err := w.admin.Rules.DryRun(w.ctx, helpdesk.RuleInput{Event: agent}, helpdesk.DryRun{})
		require.ErrorIs(t, err, helpdesk.Invalid)
		_, err = w.admin.Rules.Create(w.ctx, helpdesk.RuleInput{Name: ptr("x"), Event: agent, Actions: []helpdesk.RuleAction{action(helpdesk.DoResolve)}})
		require.ErrorIs(t, err, helpdesk.Invalid)
	})
}

// A rule that is new waits for those who are silent already, from now; and two
// replicas run it once.
func TestSilenceOfOldConversations(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		box := w.inbox("Shop", w.owner)
		c := w.write(box, "ana", "hello")
		w.clock.Advance(24 * time.Hour)
		w.silenceRule(helpdesk.AgentSilent, 60, false, "late")
		w.runDue()
		w.clock.Advance(59 * time.Minute)
		w.runDue()
		require.Zero(t, w.ran(c))
		w.clock.Advance(time.Minute)
		both(t, w, w.engine, w.newEngine(helpdesk.Options{}))
		require.Equal(t, 1, w.ran(c))
	})
}
