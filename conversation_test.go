package helpdesk_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
)

// What a customer's message does to the conversation it finds (FEATURES D1, D2).
func TestCustomerMessageMeetsStatus(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name   string
		status helpdesk.Status
		single bool
		fresh  bool // a new ticket is opened
	}{
		{"open goes on", helpdesk.Open, false, false},
		{"pending opens", helpdesk.Pending, false, false},
		{"snoozed opens", helpdesk.Snoozed, false, false},
		{"resolved starts a new ticket", helpdesk.Resolved, false, true},
		{"resolved goes on in a single-conversation inbox", helpdesk.Resolved, true, false},
	}
	eachStore(t, func(t *testing.T, w *world) {
		for _, tc := range cases {
			box := w.inboxWith(helpdesk.InboxInput{Name: &tc.name, Single: &tc.single})
			before := w.write(box, "c", "hello")
			_, err := w.admin.Conversations.SetStatus(w.ctx, before.ID, tc.status, time.Time{})
			require.NoError(t, err, tc.name)
			after := w.write(box, "c", "hello again")
			require.Equal(t, tc.fresh, before.ID != after.ID, tc.name)
			require.Equal(t, helpdesk.Open, after.Status, tc.name)
		}
	})
}

func TestSnoozeEnds(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		c := w.write(w.inbox("Shop"), "c", "hello")
		until := w.clock.Now().Add(time.Hour)
		_, err := w.admin.Conversations.Snooze(w.ctx, c.ID, until)
		require.NoError(t, err)
		_, err = w.admin.Conversations.Snooze(w.ctx, c.ID, until.Add(time.Hour)) // moved
		require.NoError(t, err)
		w.clock.Advance(90 * time.Minute)
		w.runDue()
		require.Equal(t, helpdesk.Snoozed, w.conversation(c.ID).Status)
		w.clock.Advance(time.Hour)
		w.runDue()
		require.Equal(t, helpdesk.Open, w.conversation(c.ID).Status)
		_, err = w.admin.Conversations.Snooze(w.ctx, c.ID, w.clock.Now().Add(-time.Hour))
		require.ErrorIs(t, err, helpdesk.Invalid)
	})
}

func TestFirstReplyAndWaiting(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		box := w.inbox("Shop")
		c := w.write(box, "c", "hello")
		started := c.WaitingSince
		require.False(t, started.IsZero())
		w.clock.Advance(time.Minute)
		_, err := w.admin.Messages.Send(w.ctx, c.ID, helpdesk.Reply{Content: "a note", Private: true})
		require.NoError(t, err)
		require.Equal(t, started, w.conversation(c.ID).WaitingSince, "a note answers nobody")
		_, err = w.admin.Messages.Send(w.ctx, c.ID, helpdesk.Reply{Content: "hello"})
		require.NoError(t, err)
		c = w.conversation(c.ID)
		require.True(t, c.WaitingSince.IsZero())
		require.Equal(t, w.clock.Now(), c.FirstReplyAt)
		w.clock.Advance(time.Minute)
		w.write(box, "c", "and?")
		w.clock.Advance(time.Minute)
		c = w.write(box, "c", "hello?")
		require.Equal(t, w.clock.Now().Add(-time.Minute), c.WaitingSince, "the earliest unanswered message")
		require.Equal(t, 3, c.Unread)
		c, err = w.admin.Conversations.MarkSeen(w.ctx, c.ID)
		require.NoError(t, err)
		require.Zero(t, c.Unread)
	})
}

func TestStaleReplyIsRefused(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		box := w.inbox("Shop")
		c := w.write(box, "c", "hello")
		read := c.LastPublic
		w.write(box, "c", "never mind")
		_, err := w.admin.Messages.Send(w.ctx, c.ID, helpdesk.Reply{Content: "on it", AsOf: read})
		require.ErrorIs(t, err, helpdesk.Conflict)
		_, err = w.admin.Messages.Send(w.ctx, c.ID, helpdesk.Reply{Content: "on it"})
		require.NoError(t, err, "it can be overridden")
	})
}

func TestMutedContact(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		box := w.inbox("Shop")
		c := w.write(box, "c", "buy now")
		c, err := w.admin.Conversations.SetMuted(w.ctx, c.ID, true)
		require.NoError(t, err)
		require.Equal(t, helpdesk.Resolved, c.Status)
		after := w.write(box, "c", "buy now!!")
		require.Equal(t, c.ID, after.ID, "stored")
		require.Equal(t, helpdesk.Resolved, after.Status, "and opens nothing")
	})
}

func TestLabelsAndAttributes(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		_, err := w.admin.Labels.Create(w.ctx, helpdesk.LabelInput{Title: ptr("VIP")})
		require.NoError(t, err)
		c := w.write(w.inbox("Shop"), "c", "hello")
		_, err = w.admin.Conversations.SetLabels(w.ctx, c.ID, []string{"vip", "never-defined"})
		require.NoError(t, err)
		labels, err := w.admin.Labels.List(w.ctx)
		require.NoError(t, err)
		require.Len(t, labels, 1, "what nobody defined is not listed")
		found, err := w.admin.Conversations.List(w.ctx, helpdesk.ConversationFilter{Labels: []string{"never-defined"}}, helpdesk.Page{})
		require.NoError(t, err)
		require.Len(t, found.Items, 1, "and found all the same")
		require.Equal(t, []string{"never-defined", "vip"}, found.Items[0].Titles)

		_, err = w.admin.Attributes.Create(w.ctx, helpdesk.AttributeInput{
			Model: helpdesk.ConversationAttribute, Key: "cpf", Name: ptr("CPF"), Type: helpdesk.TextAttribute,
			Pattern: ptr(`^\d{3}\.?\d{3}\.?\d{3}-?\d{2}$`), Hint: ptr("eleven digits"),
		})
		require.NoError(t, err)
		_, err = w.admin.Attributes.Create(w.ctx, helpdesk.AttributeInput{
			Model: helpdesk.ConversationAttribute, Key: "items", Name: ptr("Items"), Type: helpdesk.NumberAttribute,
		})
		require.NoError(t, err)
		_, err = w.admin.Conversations.SetAttributes(w.ctx, c.ID, map[string]any{"cpf": "12", "items": "many"})
		var e *helpdesk.Error
		require.ErrorAs(t, err, &e)
		require.Equal(t, map[string]string{"cpf": "eleven digits", "items": "must be a number"}, e.Fields, "all problems at once")
		_, err = w.admin.Conversations.SetAttributes(w.ctx, c.ID, map[string]any{"cpf": "123.456.789-09", "items": 3.0, "free": "kept"})
		require.NoError(t, err)
		require.Equal(t, map[string]any{"cpf": "123.456.789-09", "items": 3.0, "free": "kept"}, w.conversation(c.ID).Attributes)
	})
}

// The inbound message is the measure of the engine: see DESIGN's budgets.
func TestInboundStatements(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		box := w.inbox("Shop")
		w.write(box, "c", "hello")
		n := w.statements(func() {
			_, err := w.engine.Receive(w.ctx, w.account, box.ID, helpdesk.Inbound{ExternalID: "counted", From: helpdesk.Person{Source: "c"}, Content: "again"})
			require.NoError(t, err)
		})
		require.LessOrEqual(t, n, 12)
	})
}

func TestListStatementsDoNotGrow(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		box := w.inbox("Shop")
		count := func() int {
			return w.statements(func() {
				_, err := w.admin.Conversations.List(w.ctx, helpdesk.ConversationFilter{Status: []helpdesk.Status{helpdesk.Open}}, helpdesk.Page{})
				require.NoError(t, err)
			})
		}
		w.write(box, "c0", "hello")
		one := count()
		for _, source := range []string{"c1", "c2", "c3", "c4", "c5", "c6"} {
			w.write(box, source, "hello")
		}
		require.Equal(t, one, count())
	})
}
