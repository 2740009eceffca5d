package helpdesk_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
)

// applied is a conversation's SLA.
func (w *world) applied(id helpdesk.ConversationID) *helpdesk.AppliedSLA {
	w.t.Helper()
	d, err := w.admin.Conversations.Detail(w.ctx, id)
	require.NoError(w.t, err)
	return d[0].Promise
}

func (w *world) policy(first, next, resolution float64, hours bool) *helpdesk.SLAPolicy {
	w.t.Helper()
	p, err := w.admin.SLAPolicies.Create(w.ctx, helpdesk.SLAPolicyInput{Name: ptr("gold"), FirstResponse: &first, NextResponse: &next, Resolution: &resolution, HoursOnly: &hours})
	require.NoError(w.t, err)
	return p
}

func TestSLA(t *testing.T) {
	t.Parallel()
	const m = time.Minute
	type step = func(w *world, box *helpdesk.Inbox, c *helpdesk.Conversation)
	wait := func(d time.Duration) step {
		return func(w *world, _ *helpdesk.Inbox, _ *helpdesk.Conversation) {
			w.clock.Advance(d)
			w.runDue()
		}
	}
	late := func(d time.Duration) step { // nobody looked meanwhile
		return func(w *world, _ *helpdesk.Inbox, _ *helpdesk.Conversation) { w.clock.Advance(d) }
	}
	write := func(w *world, box *helpdesk.Inbox, _ *helpdesk.Conversation) { w.write(box, "ana", "again") }
	answer := func(w *world, _ *helpdesk.Inbox, c *helpdesk.Conversation) {
		_, err := w.admin.Messages.Send(w.ctx, c.ID, helpdesk.Reply{Content: "an answer"})
		require.NoError(w.t, err)
	}
	move := func(to helpdesk.Status) step {
		return func(w *world, _ *helpdesk.Inbox, c *helpdesk.Conversation) {
			_, err := w.admin.Conversations.SetStatus(w.ctx, c.ID, to, time.Time{})
			require.NoError(w.t, err)
		}
	}
	open, pending, snoozed, resolved := move(helpdesk.Open), move(helpdesk.Pending), move(helpdesk.Snoozed), move(helpdesk.Resolved)
	// First response within 30 minutes, the next within 20, resolved within 120.
	cases := []struct {
		name   string
		hours  bool
		steps  []step
		misses []string // with the minute it was due
		warned int
		status helpdesk.SLAStatus
	}{
		{"nothing yet", false, []step{wait(20 * m)}, nil, 0, helpdesk.SLAActive},
		{"a warning", false, []step{wait(24 * m)}, nil, 1, helpdesk.SLAActive},
		{"the first response is late", false, []step{wait(24 * m), wait(6 * m)}, []string{"first_response 30"}, 1, helpdesk.SLAActiveMissed},
		{"an answer in time", false, []step{wait(10 * m), answer, wait(50 * m)}, nil, 0, helpdesk.SLAActive},
		{"late, and nobody looked", false, []step{late(40 * m), answer}, []string{"first_response 30"}, 0, helpdesk.SLAActiveMissed},
		{"resolved in time", false, []step{answer, wait(10 * m), resolved, wait(600 * m)}, nil, 0, helpdesk.SLAHit},
		{"resolved after a miss", false, []step{wait(30 * m), resolved}, []string{"first_response 30"}, 0, helpdesk.SLAWasMissed},
		{"the next response is late", false, []step{answer, wait(10 * m), write, wait(20 * m)}, []string{"next_response 30"}, 0, helpdesk.SLAActiveMissed},
		{"who waits for the customer owes no answer", false, []step{answer, wait(80 * m)}, nil, 0, helpdesk.SLAActive},
		{"each wait counts", false, []step{answer, write, wait(20 * m), answer, write, wait(20 * m)}, []string{"next_response 20", "next_response 40"}, 0, helpdesk.SLAActiveMissed},
		{"the resolution is late", false, []step{answer, wait(100 * m), wait(20 * m)}, []string{"resolution 120"}, 1, helpdesk.SLAActiveMissed},
		{"a bot's time is not the agents'", false, []step{pending, wait(60 * m), open, wait(23 * m)}, nil, 0, helpdesk.SLAActive},
		{"but counts for the resolution", false, []step{pending, wait(120 * m)}, []string{"resolution 120"}, 0, helpdesk.SLAActiveMissed},
		{"handed over, the agents' time begins", false, []step{wait(10 * m), pending, wait(40 * m), open, wait(20 * m)}, []string{"first_response 70"}, 0, helpdesk.SLAActiveMissed},
		{"a snooze counts for nothing", false, []step{wait(10 * m), snoozed, wait(600 * m), open, wait(13 * m)}, nil, 0, helpdesk.SLAActive},
		{"opened again it goes on", false, []step{answer, wait(60 * m), resolved, wait(600 * m), open, wait(60 * m)}, []string{"resolution 720"}, 0, helpdesk.SLAActiveMissed},
		{"within hours", true, []step{wait(10 * m), wait(960 * m), wait(19 * m)}, nil, 1, helpdesk.SLAActive},
		{"late within hours", true, []step{wait(10 * m), wait(960 * m), wait(20 * m)}, []string{"first_response 990"}, 0, helpdesk.SLAActiveMissed},
	}
	eachStore(t, func(t *testing.T, w *world) {
		policies := map[bool]*helpdesk.SLAPolicy{false: w.policy(1800, 1200, 7200, false), true: w.policy(1800, 1200, 7200, true)}
		box := w.inbox("Shop", w.owner)
		_, err := w.admin.Inboxes.Update(w.ctx, box.ID, weekdays("UTC"))
		require.NoError(t, err)
		for i, c := range cases {
			w.clock.mu.Lock()
			w.clock.now = time.Date(2027, 1, 4, 9, 0, 0, 0, time.UTC).AddDate(0, 0, 7*i) // a Monday
			if c.hours {
				w.clock.now = w.clock.now.Add(7*time.Hour + 50*m)
			}
			begin := w.clock.now
			w.clock.mu.Unlock()
			conv := w.write(box, "ana", "hello")
			conv, err := w.admin.Conversations.Update(w.ctx, conv.ID, helpdesk.ConversationChange{SLA: &policies[c.hours].ID})
			require.NoError(t, err)
			for _, s := range c.steps {
				s(w, box, conv)
			}
			a := w.applied(conv.ID)
			var misses []string
			for _, miss := range a.State.Misses {
				misses = append(misses, fmt.Sprintf("%s %v", miss.Kind, int(miss.Due.Sub(begin)/m)))
			}
			require.Equal(t, c.misses, misses, c.name)
			require.Equal(t, c.status, a.Status, c.name)
			warned, missed := 0, 0
			for _, ev := range w.log() {
				if ev.Conversation == conv.ID {
					switch ev.Kind { //nolint:exhaustive // the others are no SLA's
					case "sla.warning.first_response", "sla.warning.next_response", "sla.warning.resolution":
						warned++
					case "sla.missed.first_response", "sla.missed.next_response", "sla.missed.resolution":
						missed++
					}
				}
			}
			require.Equal(t, c.warned, warned, c.name)
			require.Len(t, c.misses, missed, c.name)
			require.NoError(t, w.admin.Conversations.Delete(w.ctx, conv.ID))
		}
	})
}

// A rule gives the policy, administrators are told of a miss once, and another
// policy is refused.
func TestSLAByRule(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		ada, boss := w.agent("ada", helpdesk.AgentRole), w.agent("boss", helpdesk.Administrator)
		box := w.inbox("Shop", ada)
		gold, other := w.policy(60, 0, 0, false), w.policy(30, 0, 0, false)
		_, err := w.admin.Rules.Create(w.ctx, helpdesk.RuleInput{Name: ptr("sla"), Event: helpdesk.ConversationCreated, Actions: []helpdesk.RuleAction{action(helpdesk.DoAddSLA, gold.ID)}})
		if err != nil {
			_, err = w.admin.Rules.Create(w.ctx, helpdesk.RuleInput{Name: ptr("sla"), Event: helpdesk.ConversationCreated, Actions: []helpdesk.RuleAction{action(helpdesk.DoAddSLA, float64(gold.ID))}})
		}
		require.NoError(t, err)
		c := w.write(box, "ana", "hello")
		require.Equal(t, gold.ID, c.SLA)
		_, err = w.admin.Conversations.Update(w.ctx, c.ID, helpdesk.ConversationChange{SLA: &other.ID})
		require.ErrorIs(t, err, helpdesk.Invalid)
		require.NoError(t, w.admin.SLAPolicies.Delete(w.ctx, gold.ID))
		w.clock.Advance(time.Minute)
		both(t, w, w.engine, w.newEngine(helpdesk.Options{}))
		require.Equal(t, helpdesk.SLAActiveMissed, w.applied(c.ID).Status)
		for _, id := range []helpdesk.AgentID{ada, boss} {
			told, err := w.as(id).Notifications.List(w.ctx, helpdesk.NotificationFilter{}, helpdesk.Page{})
			require.NoError(t, err)
			require.Len(t, told.Items, 1)
			require.Equal(t, helpdesk.NotifySLAFirst, told.Items[0].Kind)
		}
	})
}

// What is stored is what the log says, on random histories.
func TestSLAIsMeasuredFromTheLog(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		d := rand.New(rand.NewPCG(1, 2))
		box := w.inbox("Shop", w.owner)
		calendars := map[helpdesk.CalendarID]*helpdesk.Calendar{}
		for range 4 {
			p := w.policy(float64(d.IntN(9000)), float64(d.IntN(9000)), float64(d.IntN(90000)), d.IntN(2) == 0)
			c := w.write(box, "ana", "hello")
			_, err := w.admin.Conversations.Update(w.ctx, c.ID, helpdesk.ConversationChange{SLA: &p.ID})
			require.NoError(t, err)
			for range 25 {
				w.clock.Advance(time.Duration(1+d.IntN(40)) * 97 * time.Second)
				if d.IntN(2) == 0 {
					w.runDue()
					w.clock.Advance(time.Second)
				}
				switch d.IntN(6) {
				case 0, 1:
					w.write(box, "ana", "again")
				case 2, 3:
					_, err = w.admin.Messages.Send(w.ctx, c.ID, helpdesk.Reply{Content: "an answer"})
				case 4:
					to := []helpdesk.Status{helpdesk.Open, helpdesk.Pending, helpdesk.Snoozed}[d.IntN(3)]
					_, err = w.admin.Conversations.SetStatus(w.ctx, c.ID, to, time.Time{})
				default:
					hours := weekdays([]string{"UTC", "America/Sao_Paulo"}[d.IntN(2)])
					on := d.IntN(3) > 0
					hours.HoursEnabled = &on
					_, err = w.admin.Inboxes.Update(w.ctx, box.ID, hours)
				}
				require.NoError(t, err)
				require.NoError(t, w.store.View(w.ctx, w.account, func(ctx context.Context, tx helpdesk.Tx) error {
					if now, err := tx.Calendars().Current(ctx, box.ID, 0); err == nil {
						calendars[now.ID] = now
					}
					return nil
				}))
			}
			a := w.applied(c.ID)
			var own []*helpdesk.Event
			for _, ev := range w.log() {
				if ev.Conversation == c.ID {
					own = append(own, ev)
				}
			}
			got, ok := helpdesk.MeasureSLA(a.Terms, own, calendars, a.State.At)
			require.True(t, ok)
			require.Equal(t, a.State, got)
			require.NoError(t, w.admin.Conversations.Delete(w.ctx, c.ID))
		}
	})
}
