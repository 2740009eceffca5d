package helpdesk_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
)

// snoozed has a customer write, and puts that away for some time; 0 = until they
// write again.
func (s stage) snoozed(d time.Duration) helpdesk.ConversationID {
	s.t.Helper()
	id := s.arrive(s.box)
	s.snooze(id, d)
	return id
}

func (s stage) snooze(id helpdesk.ConversationID, d time.Duration) {
	s.t.Helper()
	until := time.Time{}
	if d != 0 {
		until = s.clock.Now().Add(d)
	}
	_, err := s.admin.Conversations.Snooze(s.ctx, id, until)
	require.NoError(s.t, err)
}

// How a snooze ends, in a process that is restarted at every step.
func TestSnooze(t *testing.T) {
	t.Parallel()
	const woke = "Conversation was reopened: its snooze is over"
	times := func(s stage, id helpdesk.ConversationID, text string) (n int) {
		for _, line := range s.told(id) {
			if line == text {
				n++
			}
		}
		return n
	}
	perform(t, []act{
		{"it wakes at its time and not before", func(s stage) {
			id := s.snoozed(time.Hour)
			s.pass(30*time.Minute, 30*time.Minute-time.Microsecond)
			s.is(id, helpdesk.Snoozed)
			s.pass(time.Microsecond)
			s.is(id, helpdesk.Open)
			require.Zero(s.t, s.conversation(id).SnoozedUntil)
			require.Equal(s.t, 1, times(s, id, woke))
			require.Len(s.t, s.happened(id, helpdesk.ConversationOpened), 1)
		}},
		{"for a month", func(s stage) {
			id := s.snoozed(31 * 24 * time.Hour)
			s.pass(15*24*time.Hour, 16*24*time.Hour-time.Second)
			s.is(id, helpdesk.Snoozed)
			s.pass(time.Second)
			s.is(id, helpdesk.Open)
		}},
		{"one that is overdue by more than three days still wakes", func(s stage) {
			id := s.snoozed(time.Hour)
			s.clock.Advance(10 * 24 * time.Hour) // no process ran
			s.restart()
			s.runDue()
			s.is(id, helpdesk.Open)
		}},
		{"without a time it does not wake by itself", func(s stage) {
			id := s.snoozed(0)
			s.pass(24*time.Hour, 400*24*time.Hour)
			s.is(id, helpdesk.Snoozed)
			require.Equal(s.t, id, s.writeAs(s.box, helpdesk.Person{Source: s.sourceOf(id)}, "at last").ID)
			s.is(id, helpdesk.Open)
			require.Zero(s.t, times(s, id, woke))
		}},
		{"later than before", func(s stage) {
			id := s.snoozed(time.Hour)
			s.snooze(id, 3*time.Hour)
			s.pass(2 * time.Hour)
			s.is(id, helpdesk.Snoozed)
			s.pass(time.Hour)
			s.is(id, helpdesk.Open)
		}},
		{"sooner than before", func(s stage) {
			id := s.snoozed(3 * time.Hour)
			s.snooze(id, time.Hour)
			s.pass(time.Hour)
			s.is(id, helpdesk.Open)
			s.pass(5 * time.Hour)
			require.Equal(s.t, 1, times(s, id, woke))
		}},
		{"no time any more", func(s stage) {
			id := s.snoozed(time.Hour)
			s.snooze(id, 0)
			s.pass(2 * time.Hour)
			s.is(id, helpdesk.Snoozed)
		}},
		{"ended by hand: its time means nothing", func(s stage) {
			for _, to := range []helpdesk.Status{helpdesk.Open, helpdesk.Pending, helpdesk.Resolved} {
				id := s.snoozed(time.Hour)
				s.set(id, to)
				s.pass(2 * time.Hour)
				s.is(id, to)
				require.Zero(s.t, times(s, id, woke))
			}
		}},
		{"ended by hand and snoozed anew: the new time counts", func(s stage) {
			id := s.snoozed(time.Hour)
			s.set(id, helpdesk.Open)
			s.snooze(id, 2*time.Hour)
			s.pass(time.Hour)
			s.is(id, helpdesk.Snoozed)
			s.pass(time.Hour)
			s.is(id, helpdesk.Open)
		}},
		{"a time that is over is refused", func(s stage) {
			id := s.arrive(s.box)
			for _, until := range []time.Time{s.clock.Now(), s.clock.Now().Add(-time.Hour)} {
				_, err := s.admin.Conversations.Snooze(s.ctx, id, until)
				require.ErrorIs(s.t, err, helpdesk.Invalid)
			}
			s.is(id, helpdesk.Open)
		}},
		{"macros and rules set no time", func(s stage) {
			id := s.arrive(s.box)
			m, err := s.admin.Macros.Create(s.ctx, helpdesk.MacroInput{Name: ptr("sleep"), Actions: []helpdesk.RuleAction{action(helpdesk.DoSnooze)}})
			require.NoError(s.t, err)
			require.NoError(s.t, s.admin.Macros.Execute(s.ctx, m.ID, s.conversation(id).Display))
			s.restart()
			s.runDue()
			r, err := s.admin.Rules.Create(s.ctx, helpdesk.RuleInput{Name: ptr("sleep"), Event: helpdesk.ConversationCreated, Actions: []helpdesk.RuleAction{action(helpdesk.DoSnooze)}})
			require.NoError(s.t, err)
			ruled := s.arrive(s.box)
			require.NoError(s.t, s.admin.Rules.Delete(s.ctx, r.ID))
			s.pass(24 * time.Hour)
			for _, id := range []helpdesk.ConversationID{id, ruled} {
				s.is(id, helpdesk.Snoozed)
				require.Zero(s.t, s.conversation(id).SnoozedUntil)
			}
		}},
		{"its owner keeps it", func(s stage) {
			id := s.snoozed(time.Hour)
			s.give(id, s.bo)
			s.boxIs(s.box, helpdesk.InboxInput{AutoAssign: ptr(true)})
			s.pass(time.Hour)
			s.owns(s.bo, id, "bo's still")
		}},
		{"what is nobody's is handed out", func(s stage) {
			s.boxIs(s.box, helpdesk.InboxInput{AutoAssign: ptr(true)})
			id := s.snoozed(time.Hour)
			s.give(id, 0)
			s.pass(time.Hour)
			require.NotZero(s.t, s.conversation(id).Assignee)
		}},
		{"what belongs to somebody who left the inbox is handed to another", func(s stage) {
			s.boxIs(s.box, helpdesk.InboxInput{AutoAssign: ptr(true)})
			id := s.snoozed(time.Hour)
			s.give(id, s.bo)
			s.members(s.box, helpdesk.RemoveMembers, s.bo)
			s.owns(s.bo, id, "while it sleeps")
			s.pass(time.Hour)
			s.owns(s.ada, id, "as it wakes")
		}},
		{"a blocked contact's wakes at its time too", func(s stage) {
			id := s.snoozed(time.Hour)
			s.block(id, true)
			s.pass(time.Hour)
			s.is(id, helpdesk.Open)
		}},
		{"deleted meanwhile", func(s stage) {
			id := s.snoozed(time.Hour)
			require.NoError(s.t, s.admin.Conversations.Delete(s.ctx, id))
			s.pass(time.Hour)
		}},
		{"two processes wake it once", func(s stage) {
			id := s.snoozed(time.Hour)
			s.clock.Advance(time.Hour)
			both(s.t, s.world, s.engine, s.newEngine(helpdesk.Options{}))
			s.is(id, helpdesk.Open)
			require.Equal(s.t, 1, times(s, id, woke))
		}},
	})
}

// change is when a zone's clocks move.
type change struct {
	zone string
	at   time.Time
}

// clockChanges are those of 2026 in two zones, in order.
func clockChanges() []change {
	return []change{
		{"America/New_York", time.Date(2026, 3, 8, 7, 0, 0, 0, time.UTC)},
		{"Europe/Lisbon", time.Date(2026, 3, 29, 1, 0, 0, 0, time.UTC)},
		{"Europe/Lisbon", time.Date(2026, 10, 25, 1, 0, 0, 0, time.UTC)},
		{"America/New_York", time.Date(2026, 11, 1, 6, 0, 0, 0, time.UTC)},
	}
}

// Timers around the nights in which the clocks change: what is set to a time on the
// wall comes at that time, and what is a span takes as long as on any other night.
func TestTimersAcrossDaylightSaving(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		ada, bo := w.agent("ada", helpdesk.AgentRole), w.agent("bo", helpdesk.AgentRole)
		for _, ch := range clockChanges() {
			zone, err := time.LoadLocation(ch.zone)
			require.NoError(t, err)
			_, offset := ch.at.Add(-time.Second).In(zone).Zone()
			_, after := ch.at.In(zone).Zone()
			require.NotEqual(t, offset, after, "the clocks change")
			s := stage{router{w}, w.inboxWith(helpdesk.InboxInput{Name: &ch.zone, AutoAssign: ptr(false)}, ada, bo), ada, bo}
			_, err = w.admin.Accounts.Update(w.ctx, helpdesk.AccountChange{Timezone: &ch.zone})
			require.NoError(t, err)
			to := func(at time.Time) { w.pass(at.Sub(w.clock.Now())) }

			evening := ch.at.Add(-12 * time.Hour)
			to(evening)
			day := ch.at.In(zone)
			nine := time.Date(day.Year(), day.Month(), day.Day(), 9, 0, 0, 0, zone)
			slept := s.arrive(s.box)
			_, err = w.admin.Conversations.Snooze(w.ctx, slept, nine)
			require.NoError(t, err)
			scheduled, err := w.admin.ScheduledMessages.Create(w.ctx, slept, helpdesk.ScheduledInput{Content: ptr("Good morning"), SendAt: &nine})
			require.NoError(t, err)

			begin := ch.at.Add(-20 * time.Minute)
			to(begin)
			kept := w.inbox("Kept", ada)
			w.keepAlive(kept, alive(true))
			asked := s.arrive(kept)
			begun := w.clock.Now()
			w.set(map[string]any{"auto_resolve_after": 60})
			idle := w.write(s.box, "idle "+ch.at.String(), "hello").ID
			to(begun.Add(30*time.Minute - time.Second))
			require.Empty(t, w.automatic(asked))
			to(begun.Add(30 * time.Minute))
			require.Len(t, w.automatic(asked), 1)
			to(begun.Add(45*time.Minute - time.Second))
			s.is(asked, helpdesk.Open)
			to(begun.Add(45 * time.Minute))
			s.is(asked, helpdesk.Resolved)
			to(begun.Add(time.Hour - time.Second))
			s.is(idle, helpdesk.Open)
			to(begun.Add(time.Hour))
			s.is(idle, helpdesk.Resolved)
			w.set(map[string]any{"auto_resolve_after": nil})

			to(nine.Add(-time.Second))
			s.is(slept, helpdesk.Snoozed)
			to(nine)
			s.is(slept, helpdesk.Open)
			sent, err := w.admin.ScheduledMessages.Get(w.ctx, scheduled.ID)
			require.NoError(t, err)
			require.Equal(t, helpdesk.ScheduledSent, sent.State)
			require.Equal(t, "09:00", sent.SentAt.In(zone).Format("15:04"))
			require.Contains(t, s.told(slept), "Owner scheduled a message for "+nine.Format("2006-01-02 15:04 MST"))
			s.set(slept, helpdesk.Resolved)
		}
	})
}
