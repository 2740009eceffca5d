package helpdesk_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
)

// later schedules "See you, …" for an hour from now.
func (w *world) later(d *helpdesk.Desk, c *helpdesk.Conversation, hold bool, files ...helpdesk.File) *helpdesk.ScheduledMessage {
	w.t.Helper()
	m, err := d.ScheduledMessages.Create(w.ctx, c.ID, helpdesk.ScheduledInput{
		Content: ptr("See you, {{contact.name}}! {{agent.name}}"), SendAt: ptr(w.clock.Now().Add(time.Hour)), HoldIfAnswered: &hold,
		Files: helpdesk.FileChange{Add: files},
	})
	require.NoError(w.t, err)
	return m
}

// scheduledCase is what has happened when a message of ada, scheduled an hour
// before, is due.
type scheduledCase struct {
	name string
	hold bool
	do   func(p scheduledPlay)
	want helpdesk.ScheduledState // "" = gone
	why  helpdesk.SendBlock
}

type scheduledPlay struct {
	*world
	box *helpdesk.Inbox
	c   *helpdesk.Conversation
	ada helpdesk.AgentID
	m   *helpdesk.ScheduledMessage
}

func (p scheduledPlay) answer() {
	p.clock.Advance(time.Minute)
	p.writeAs(p.box, helpdesk.Person{Source: p.box.Name}, "hello again")
}

func scheduledCases() []scheduledCase {
	ok := func(p scheduledPlay, err error) {
		p.t.Helper()
		require.NoError(p.t, err)
	}
	inbox := func(in helpdesk.InboxInput) func(scheduledPlay) {
		return func(p scheduledPlay) {
			_, err := p.admin.Inboxes.Update(p.ctx, p.box.ID, in)
			ok(p, err)
		}
	}
	sent, held := helpdesk.ScheduledSent, helpdesk.ScheduledHeld
	return []scheduledCase{
		{"nothing", false, func(scheduledPlay) {}, sent, ""},
		{"nothing, to be held if answered", true, func(scheduledPlay) {}, sent, ""},
		{"the customer answered", false, scheduledPlay.answer, sent, ""},
		{"the customer answered, to be held then", true, scheduledPlay.answer, held, helpdesk.CustomerAnswered},
		{"answered, and changed after", true, func(p scheduledPlay) {
			p.answer()
			_, err := p.as(p.ada).ScheduledMessages.Update(p.ctx, p.m.ID, helpdesk.ScheduledInput{Content: ptr("See you, Ana! Ada")})
			ok(p, err)
		}, sent, ""},
		{"resolved", false, func(p scheduledPlay) {
			_, err := p.admin.Conversations.Resolve(p.ctx, p.c.ID)
			ok(p, err)
		}, sent, ""},
		{"the window closed", false, inbox(helpdesk.InboxInput{Settings: settings(map[string]any{"reply_window_hours": 1})}), held, helpdesk.WindowClosed},
		{"the inbox was switched off", false, inbox(helpdesk.InboxInput{Active: ptr(false)}), held, helpdesk.InboxInactive},
		{"no conversations may be started, which is another switch", false, inbox(helpdesk.InboxInput{ActiveContact: ptr(false)}), sent, ""},
		{"muted", false, func(p scheduledPlay) {
			_, err := p.admin.Conversations.SetMuted(p.ctx, p.c.ID, true)
			ok(p, err)
		}, held, helpdesk.ContactBlocked},
		{"the author left the inbox", false, func(p scheduledPlay) {
			ok(p, p.admin.Inboxes.SetMembers(p.ctx, p.box.ID, helpdesk.RemoveMembers, p.ada))
		}, held, helpdesk.AuthorMayNot},
		{"the author left", false, func(p scheduledPlay) { ok(p, p.admin.Agents.Remove(p.ctx, p.ada)) }, held, helpdesk.AuthorLeft},
		{"cancelled", false, func(p scheduledPlay) { ok(p, p.as(p.ada).ScheduledMessages.Cancel(p.ctx, p.m.ID)) }, "", ""},
		{"the conversation was deleted", false, func(p scheduledPlay) { ok(p, p.admin.Conversations.Delete(p.ctx, p.c.ID)) }, "", ""},
		{"the inbox was deleted", false, func(p scheduledPlay) { ok(p, p.admin.Inboxes.Delete(p.ctx, p.box.ID)) }, "", ""},
		{"contacts were merged", false, func(p scheduledPlay) {
			base, err := p.admin.Contacts.Create(p.ctx, helpdesk.NewContact{ContactChange: helpdesk.ContactChange{Name: ptr("Ana")}})
			ok(p, err)
			_, err = p.admin.Contacts.Merge(p.ctx, base.ID, p.c.Contact)
			ok(p, err)
		}, sent, ""},
		{"put off", false, func(p scheduledPlay) {
			_, err := p.as(p.ada).ScheduledMessages.Update(p.ctx, p.m.ID, helpdesk.ScheduledInput{SendAt: ptr(p.m.SendAt.Add(time.Hour))})
			ok(p, err)
		}, helpdesk.ScheduledWaiting, ""},
		{"the host says no", false, func(p scheduledPlay) { p.refuse = true }, held, helpdesk.SendRefused},
	}
}

func TestScheduledWhenDue(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		for i, tc := range scheduledCases() {
			ada := w.agent(fmt.Sprint("ada", i), helpdesk.AgentRole)
			_, err := w.admin.Agents.Update(w.ctx, ada, helpdesk.AgentInput{Name: "ada"})
			require.NoError(t, err)
			box := w.inbox(tc.name, ada)
			c := w.writeAs(box, helpdesk.Person{Source: tc.name, Name: "Ana"}, "hello")
			w.refuse = false
			m := w.later(w.as(ada), c, tc.hold, helpdesk.File{Name: "map.txt", Data: strings.NewReader("left, right")})
			w.pass(59 * time.Minute)
			before := 0
			tc.do(scheduledPlay{w, box, c, ada, m})
			if tc.want != "" {
				before = len(w.messages(c.ID))
			}
			w.clock.Advance(time.Hour / 60)
			refuse := w.refuse
			w.engine = w.newEngine(helpdesk.Options{Blobs: w.files, BeforeSend: func(_ context.Context, _ *helpdesk.Conversation, r *helpdesk.Reply) error {
				if refuse {
					return helpdesk.Errorf(helpdesk.Invalid, "mind your language")
				}
				return nil
			}})
			w.runDue()
			w.pass(time.Minute) // nothing comes twice
			got, err := w.admin.ScheduledMessages.Get(w.ctx, m.ID)
			if tc.want == "" {
				require.ErrorIs(t, err, helpdesk.NotFound, tc.name)
				continue
			}
			require.NoError(t, err)
			require.Equal(t, tc.want, got.State, tc.name)
			require.Equal(t, tc.why, got.Reason, tc.name)
			lines := w.saidSince(c.ID, before)
			switch tc.want {
			case helpdesk.ScheduledSent:
				require.Equal(t, []string{"outgoing: See you, Ana! Ada", "activity: The message that ada had scheduled was sent"}, lines, tc.name)
				out, err := w.admin.Messages.Get(w.ctx, got.Message)
				require.NoError(t, err)
				require.Equal(t, helpdesk.ActorRef{Kind: helpdesk.ByAgent, ID: int64(ada)}, out.Sender)
				require.Equal(t, helpdesk.StateSent, out.State)
				require.Len(t, out.Attachments, 1)
				require.Equal(t, "left, right", w.blob(out.Attachments[0].Blob))
				require.Empty(t, got.Files)
				_, err = w.files.Open(w.ctx, m.Files[0].Key)
				require.Error(t, err, "the copy that waited is gone")
			case helpdesk.ScheduledHeld:
				name := "ada"
				if tc.why == helpdesk.AuthorLeft {
					name = "the system"
				}
				require.Equal(t, []string{"activity: The message that " + name + " had scheduled could not be sent, and is held"}, lines, tc.name)
				require.Equal(t, tc.why == helpdesk.SendRefused, strings.Contains(got.Detail, "mind your language"), tc.name)
			case helpdesk.ScheduledWaiting:
				require.Empty(t, lines, tc.name)
			}
		}
		left, err := w.admin.ScheduledMessages.List(w.ctx, helpdesk.ScheduledFilter{Unsent: true}, helpdesk.Page{})
		require.NoError(t, err)
		require.True(t, slices.IsSortedFunc(left, func(a, b *helpdesk.ScheduledMessage) int { return a.SendAt.Compare(b.SendAt) }))
	})
}

// blob is what a file holds.
func (w *world) blob(key string) string {
	w.t.Helper()
	f, err := w.files.Open(w.ctx, key)
	require.NoError(w.t, err)
	defer f.Close()
	text, err := io.ReadAll(f)
	require.NoError(w.t, err)
	return string(text)
}

// A held one is rescheduled, by whoever may reply, and goes out in their name.
func TestScheduledLife(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		ada, bo, eve := w.agent("ada", helpdesk.AgentRole), w.agent("bo", helpdesk.AgentRole), w.agent("eve", helpdesk.AgentRole)
		_, err := w.admin.Accounts.Update(w.ctx, helpdesk.AccountChange{Timezone: ptr("America/Sao_Paulo")})
		require.NoError(t, err)
		box := w.inbox("Shop", ada, bo)
		c := w.writeAs(box, helpdesk.Person{Source: "c", Name: "Ana"}, "hello")
		m := w.later(w.as(ada), c, false, helpdesk.File{Name: "a.txt", Data: strings.NewReader("a")})
		require.Contains(t, w.saidSince(c.ID, 0), "activity: ada scheduled a message for 2026-03-02 07:00 -03")

		for name, d := range map[string]*helpdesk.Desk{"no member": w.as(eve), "the customer": w.engine.As(w.engine.Contact(w.account, c.Contact, c.ContactInbox))} {
			_, err = d.ScheduledMessages.Get(w.ctx, m.ID)
			require.Error(t, err, name)
			_, err = d.ScheduledMessages.Update(w.ctx, m.ID, helpdesk.ScheduledInput{Content: ptr("x")})
			require.Error(t, err, name)
			require.Error(t, d.ScheduledMessages.Cancel(w.ctx, m.ID), name)
			list, _ := d.ScheduledMessages.List(w.ctx, helpdesk.ScheduledFilter{}, helpdesk.Page{})
			require.Empty(t, list, name)
		}

		require.NoError(t, w.admin.Agents.Remove(w.ctx, ada))
		w.pass(time.Hour)
		held, err := w.as(bo).ScheduledMessages.Get(w.ctx, m.ID)
		require.NoError(t, err)
		require.Equal(t, helpdesk.AuthorLeft, held.Reason)
		edited, err := w.as(bo).ScheduledMessages.Update(w.ctx, m.ID, helpdesk.ScheduledInput{Content: ptr("From {{agent.name}}"), Files: helpdesk.FileChange{Drop: []string{m.Files[0].Key}}})
		require.NoError(t, err)
		require.Equal(t, helpdesk.ScheduledHeld, edited.State, "it has no time yet")
		_, err = w.as(bo).ScheduledMessages.Update(w.ctx, m.ID, helpdesk.ScheduledInput{SendAt: ptr(w.clock.Now().Add(time.Minute))})
		require.NoError(t, err)
		w.pass(time.Minute)
		sent, err := w.as(bo).ScheduledMessages.Get(w.ctx, m.ID)
		require.NoError(t, err)
		require.Equal(t, helpdesk.ScheduledSent, sent.State)
		require.Contains(t, w.saidSince(c.ID, 0), "outgoing: From Bo")

		_, err = w.as(bo).ScheduledMessages.Update(w.ctx, m.ID, helpdesk.ScheduledInput{Content: ptr("x")})
		require.ErrorIs(t, err, helpdesk.Conflict)
		require.ErrorIs(t, w.as(bo).ScheduledMessages.Cancel(w.ctx, m.ID), helpdesk.Conflict)

		other := w.later(w.as(bo), c, false, helpdesk.File{Name: "b.txt", Data: strings.NewReader("b")})
		w.pass(2*time.Hour - 30*time.Minute - 45*time.Minute) // a sweep takes no file that waits
		require.Equal(t, "b", w.blob(other.Files[0].Key))
		require.NoError(t, w.as(bo).ScheduledMessages.Cancel(w.ctx, other.ID))
		require.Contains(t, strings.Join(w.saidSince(c.ID, 0), "\n"), "activity: bo cancelled the message scheduled for 2026-03-02 08:01 -03")
		w.pass(time.Hour)
		_, err = w.files.Open(w.ctx, other.Files[0].Key)
		require.Error(t, err)
	})
}

func TestScheduledInput(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		c := w.write(w.inbox("Shop", w.owner), "c", "hello")
		now := w.clock.Now()
		for name, tc := range map[string]struct {
			in     helpdesk.ScheduledInput
			fields []string
		}{
			"nothing":     {helpdesk.ScheduledInput{}, []string{"content", "send_at"}},
			"now":         {helpdesk.ScheduledInput{Content: ptr("x"), SendAt: &now}, []string{"send_at"}},
			"far ahead":   {helpdesk.ScheduledInput{Content: ptr("x"), SendAt: ptr(now.AddDate(200, 0, 0))}, []string{"send_at"}},
			"no bytes":    {helpdesk.ScheduledInput{Content: ptr("\x00"), SendAt: ptr(now.Add(time.Hour))}, []string{"content"}},
			"a long text": {helpdesk.ScheduledInput{Content: ptr(strings.Repeat("x", 150_001)), SendAt: ptr(now.Add(time.Hour))}, []string{"content"}},
		} {
			_, err := w.admin.ScheduledMessages.Create(w.ctx, c.ID, tc.in)
			var bad *helpdesk.Error
			require.ErrorAs(t, err, &bad, name)
			require.Equal(t, helpdesk.Invalid, bad.Code, name)
			require.Len(t, bad.Fields, len(tc.fields), name)
			for _, f := range tc.fields {
				require.Contains(t, bad.Fields, f, name)
			}
		}
		for range 100 {
			w.later(w.admin, c, false)
		}
		_, err := w.admin.ScheduledMessages.Create(w.ctx, c.ID, helpdesk.ScheduledInput{Content: ptr("x"), SendAt: ptr(now.Add(time.Hour))})
		require.ErrorIs(t, err, helpdesk.Limited)
	})
}

// Two replicas, a job that ends after its commit, and somebody who cancels at the
// same moment: the message goes once or not at all.
func TestScheduledIsSentOnce(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		box := w.inbox("Shop", w.owner)
		for range 5 {
			c := w.write(box, "c", "hello")
			m := w.later(w.admin, c, false)
			w.clock.Advance(time.Hour)
			before := len(w.messages(c.ID))
			cancelled := make(chan error, 1)
			go func() { cancelled <- w.admin.ScheduledMessages.Cancel(w.ctx, m.ID) }()
			both(t, w, w.engine, w.newEngine(helpdesk.Options{Blobs: w.files}))
			err := <-cancelled
			w.runDue()
			out := 0
			for _, line := range w.saidSince(c.ID, before) {
				if strings.HasPrefix(line, "outgoing:") {
					out++
				}
			}
			if err == nil {
				require.Zero(t, out)
			} else {
				require.True(t, errors.Is(err, helpdesk.Conflict), err)
				require.Equal(t, 1, out)
			}
		}
	})
}

// A time that was meant in local time is a moment: what was scheduled for nine in
// the morning after the clocks change goes at nine.
func TestScheduledAcrossDaylightSaving(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		zone, err := time.LoadLocation("America/New_York")
		require.NoError(t, err)
		_, err = w.admin.Accounts.Update(w.ctx, helpdesk.AccountChange{Timezone: ptr(zone.String())})
		require.NoError(t, err)
		c := w.write(w.inbox("Shop", w.owner), "c", "hello")
		w.clock.Advance(time.Date(2026, 3, 7, 12, 0, 0, 0, zone).Sub(w.clock.Now())) // the night before
		nine := time.Date(2026, 3, 8, 9, 0, 0, 0, zone)
		m, err := w.admin.ScheduledMessages.Create(w.ctx, c.ID, helpdesk.ScheduledInput{Content: ptr("Good morning"), SendAt: &nine})
		require.NoError(t, err)
		require.Contains(t, w.saidSince(c.ID, 0), "activity: Owner scheduled a message for 2026-03-08 09:00 EDT")
		w.pass(19*time.Hour+59*time.Minute, time.Minute)
		got, err := w.admin.ScheduledMessages.Get(w.ctx, m.ID)
		require.NoError(t, err)
		require.Equal(t, helpdesk.ScheduledSent, got.State)
		require.Equal(t, 9, got.SentAt.In(zone).Hour())
	})
}
