package helpdesk_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/channel/channeltest"
)

// hotline is an inbox of a provider that may stop calling.
type hotline struct {
	*world
	box  *helpdesk.Inbox
	opts helpdesk.Options
	post *post
}

func newHotline(w *world, in helpdesk.InboxInput) *hotline {
	q := &hotline{world: w, post: &post{}}
	q.opts = helpdesk.Options{Mailer: q.post, PublicURL: "https://desk.example", Channels: []helpdesk.Channel{&channeltest.Fake{}}}
	q.restart()
	in.Kind, in.Name = channeltest.FakeKind, ptr("Hotline")
	box, err := q.admin.Inboxes.Create(w.ctx, in)
	require.NoError(w.t, err)
	q.box = box
	return q
}

func (q *hotline) restart() {
	q.engine = q.newEngine(q.opts)
	q.admin = q.as(q.owner)
}

func (q *hotline) wait(d time.Duration) {
	q.t.Helper()
	q.clock.Advance(d)
	q.runDue()
}

// alarms is how often the alarm was told, as events and as mail, and what health says.
func (q *hotline) alarms() (out [3]int) {
	q.t.Helper()
	for _, ev := range q.log() {
		if ev.Kind == helpdesk.InboxSilent && ev.Subject == int64(q.box.ID) {
			out[0]++
		}
	}
	h, err := q.admin.Inboxes.Check(q.ctx, q.box.ID)
	require.NoError(q.t, err)
	for _, p := range h.Problems {
		require.Equal(q.t, "silence", p.Code)
		require.False(q.t, p.Revoked)
	}
	out[1], out[2] = len(q.post.sent), len(h.Problems)
	return out
}

func (q *hotline) update(in helpdesk.InboxInput) {
	q.t.Helper()
	_, err := q.admin.Inboxes.Update(q.ctx, q.box.ID, in)
	require.NoError(q.t, err)
}

func (q *hotline) since() time.Time {
	q.t.Helper()
	box, err := q.admin.Inboxes.Get(q.ctx, q.box.ID)
	require.NoError(q.t, err)
	return box.SilentSince
}

// A provider that stops calling is told of once, until it calls again.
func TestSilentInbox(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		w.agent("bea", helpdesk.AgentRole)
		q := newHotline(w, helpdesk.InboxInput{SilenceAlarm: ptr(72)})
		q.wait(200 * time.Hour)
		require.Equal(t, [3]int{}, q.alarms(), "nothing has ever come")

		w.write(q.box, "ann", "hello")
		last := w.clock.Now()
		q.wait(71 * time.Hour)
		q.restart()
		require.Equal(t, [3]int{}, q.alarms())
		q.wait(time.Hour)
		require.Equal(t, [3]int{1, 1, 1}, q.alarms())
		require.Equal(t, []string{"owner@acme.test"}, q.post.sent[0].To, "administrators alone")
		require.Equal(t, "[Acme] Nothing arrives in Hotline any more", q.post.sent[0].Subject)
		require.Contains(t, q.post.sent[0].Text, "2026-03-10 17:00 UTC")
		require.Equal(t, last.UTC(), q.since().UTC())
		for range 40 { // also when the journal has forgotten it
			q.wait(24 * time.Hour)
		}
		q.restart()
		q.wait(time.Hour)
		require.Equal(t, [3]int{1, 1, 1}, q.alarms(), "once")

		_, err := w.engine.Ingest(w.ctx, q.box.Identifier, channeltest.Post{Event: "receipts", Receipts: []helpdesk.Receipt{{ExternalID: "x-1", State: helpdesk.StateRead}}}.Request(""))
		require.NoError(t, err)
		q.wait(time.Hour)
		require.Equal(t, [3]int{1, 1, 0}, q.alarms(), "whatever comes ends it")
		require.Zero(t, q.since())
		q.wait(70 * time.Hour)
		require.Equal(t, [3]int{1, 1, 0}, q.alarms())
		q.wait(time.Hour)
		require.Equal(t, [3]int{2, 2, 1}, q.alarms(), "and another is told anew")

		q.update(helpdesk.InboxInput{SilenceAlarm: ptr(0)})
		require.Equal(t, [3]int{2, 2, 0}, q.alarms())
		q.wait(100 * time.Hour)
		require.Equal(t, [3]int{2, 2, 0}, q.alarms())
		q.update(helpdesk.InboxInput{SilenceAlarm: ptr(24)})
		q.wait(0)
		require.Equal(t, [3]int{3, 3, 1}, q.alarms(), "switched on, it looks back")
	})
}

func TestWhenAnInboxIsSilent(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		q := newHotline(w, helpdesk.InboxInput{SilenceAlarm: ptr(8), HoursEnabled: ptr(true), Hours: week()})
		w.clock.Advance(4*24*time.Hour + time.Hour) // Friday at ten
		w.write(q.box, "ann", "hello")
		q.wait(3*24*time.Hour - time.Minute)
		require.Equal(t, [3]int{}, q.alarms(), "nobody is there at the weekend")
		q.update(helpdesk.InboxInput{Active: ptr(false)})
		q.wait(time.Minute)
		q.wait(time.Hour)
		require.Equal(t, [3]int{}, q.alarms(), "it is switched off")
		q.update(helpdesk.InboxInput{Active: ptr(true)})
		q.wait(0)
		require.Equal(t, [3]int{1, 1, 1}, q.alarms())

		w.write(q.box, "ann", "again")
		q.wait(time.Hour)
		require.Equal(t, [3]int{1, 1, 0}, q.alarms())
		q.update(helpdesk.InboxInput{HoursEnabled: ptr(false)})
		q.wait(7 * time.Hour)
		require.Equal(t, [3]int{2, 2, 1}, q.alarms(), "by the clock")

		cost := func() int {
			w.write(q.box, "ann", "to read the settings")
			return w.statements(func() { w.write(q.box, "ann", "and now") })
		}
		armed := cost()
		q.update(helpdesk.InboxInput{SilenceAlarm: ptr(0)})
		require.Equal(t, cost(), armed, "what arrives costs nothing more")
	})
}

func TestSilenceAlarmIsChecked(t *testing.T) {
	t.Parallel()
	w := newWorld(t, openMemory)
	q := newHotline(w, helpdesk.InboxInput{})
	plain := w.inbox("Plain")
	closed := make([]helpdesk.OpenHours, 7)
	for d := range closed {
		closed[d] = helpdesk.OpenHours{Day: d, ClosedAll: true}
	}
	for name, c := range map[string]struct {
		inbox helpdesk.InboxID
		in    helpdesk.InboxInput
		says  string
	}{
		"negative":                   {q.box.ID, helpdesk.InboxInput{SilenceAlarm: ptr(-1)}, "must be a number of hours from 0 to 336"},
		"too long":                   {q.box.ID, helpdesk.InboxInput{SilenceAlarm: ptr(337)}, "must be a number of hours from 0 to 336"},
		"the longest":                {q.box.ID, helpdesk.InboxInput{SilenceAlarm: ptr(336)}, ""},
		"no provider":                {plain.ID, helpdesk.InboxInput{SilenceAlarm: ptr(1)}, "is for channels whose provider calls"},
		"no provider, off":           {plain.ID, helpdesk.InboxInput{SilenceAlarm: ptr(0)}, ""},
		"four weeks of nine to five": {q.box.ID, helpdesk.InboxInput{SilenceAlarm: ptr(160), HoursEnabled: ptr(true), Hours: week()}, ""},
		"more than that":             {q.box.ID, helpdesk.InboxInput{SilenceAlarm: ptr(161), HoursEnabled: ptr(true), Hours: week()}, "takes longer than four weeks with these business hours"},
		"never open":                 {q.box.ID, helpdesk.InboxInput{SilenceAlarm: ptr(1), HoursEnabled: ptr(true), Hours: closed}, "takes longer than four weeks with these business hours"},
	} {
		t.Run(name, func(t *testing.T) {
			if c.in.HoursEnabled == nil {
				c.in.HoursEnabled = ptr(false) // the cases share their inboxes, and run in any order
			}
			_, err := w.admin.Inboxes.Update(w.ctx, c.inbox, c.in)
			if c.says == "" {
				require.NoError(t, err)
				return
			}
			require.Equal(t, c.says, fieldsOf(t, err)["silence_alarm_hours"])
		})
	}
}
