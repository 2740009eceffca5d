package helpdesk_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
)

// ran are the events that a rule ran on, as the log tells: the conversation, what
// happened, when, and the message.
func ran(items []helpdesk.Item, r *helpdesk.Rule) (out []string) {
	for _, item := range items {
		ev := item.Event
		if ev == nil || ev.Kind != helpdesk.RuleRan || ev.Subject != int64(r.ID) {
			continue
		}
		out = append(out, fmt.Sprintf("conversation %d at %s, message %d", ev.Conversation, ev.At.Format(time.RFC3339Nano), ev.Message))
	}
	return out
}

// A dry run over what happened says exactly when a rule ran that was at work
// meanwhile, whatever it asks, and whatever stood before it and behind it.
func TestDryRunPredictsExactly(t *testing.T) {
	t.Parallel()
	everyStore(t, func(t *testing.T, w *world) {
		seed, rounds := uint64(time.Now().UnixNano()), 60 //nolint:gosec // any bits will do
		if fixed, err := strconv.ParseUint(os.Getenv("HELPDESK_SEED"), 10, 64); err == nil {
			seed = fixed
		}
		if raced {
			rounds = 20
		}
		if os.Getenv("HELPDESK_PROVE") != "" {
			rounds = 2_000
		}
		t.Logf("HELPDESK_SEED=%d", seed)
		d := crowd(t, w, rand.New(rand.NewPCG(seed, 4)))
		w.agents(d, w.owner, w.agent("bo", helpdesk.AgentRole))
		effects := [][]helpdesk.RuleAction{
			{action(helpdesk.DoAddLabel, "vip"), action(helpdesk.DoChangePriority, "low")},
			{action(helpdesk.DoSetAttribute, "text", "Été"), action(helpdesk.DoSetContact, "number", 7.0)},
			{action(helpdesk.DoRemoveLabel, "late"), action(helpdesk.DoCancel)},
			{action(helpdesk.DoSendMessage, "thanks"), action(helpdesk.DoChangeStatus, "open")},
		}
		var watched []*helpdesk.Rule
		for i := range 16 {
			what := d.history()
			r := w.rule(pick(d, helpdesk.RuleEvents()...), what, action(helpdesk.DoSendWebhook, "https://hook.test/"))
			watched = append(watched, r)
			if i%4 == 3 {
				w.rule(pick(d, helpdesk.RuleEvents()...), d.cond(helpdesk.ConversationAttribute, 1), effects[i/4]...)
			}
		}
		w.clock.Advance(time.Second)
		from, since := w.head(), w.clock.Now()
		for range rounds {
			w.happen(d)
		}
		items, _ := drainFeed(t, w, w.admin, from)
		held := 0
		for _, r := range watched {
			in := helpdesk.RuleInput{Event: r.Event, Cond: &r.Cond, Position: &r.Position}
			f, err := w.admin.Rules.DryRun(w.ctx, in, helpdesk.DryRun{Since: since, Limit: 1000})
			require.NoError(t, err)
			var said []string
			for _, trial := range slices.Backward(f.Trials) {
				require.Empty(t, trial.Fault, show(r.Cond))
				c, err := w.admin.Conversations.ByDisplay(w.ctx, trial.Conversation)
				require.NoError(t, err)
				said = append(said, fmt.Sprintf("conversation %d at %s, message %d", c.ID, trial.At.Format(time.RFC3339Nano), trial.Message))
			}
			require.Equal(t, ran(items, r), said, "%s: %s", r.Event, show(r.Cond))
			require.Len(t, said, f.Held)
			held += f.Held
		}
		require.NotZero(t, held, "nothing was predicted")
	}, false)
}

// agents makes people members of the dice's inboxes.
func (w *world) agents(d dice, ids ...helpdesk.AgentID) {
	w.t.Helper()
	for _, box := range d.boxes {
		require.NoError(w.t, w.admin.Inboxes.SetMembers(w.ctx, box, helpdesk.AddMembers, ids...))
		_, err := w.admin.Inboxes.Update(w.ctx, box, helpdesk.InboxInput{AutoAssign: ptr(true)})
		require.NoError(w.t, err)
	}
}

// history is a condition that may also ask what was said and what changed.
func (d dice) history() helpdesk.Cond {
	c := d.cond(helpdesk.ConversationAttribute, 2)
	switch d.IntN(4) {
	case 0:
		c = helpdesk.Cond{Or: []helpdesk.Cond{c, cond("content", helpdesk.Contains, "é")}}
	case 1:
		c = cond("message_type", pick(d, helpdesk.Equal, helpdesk.NotEqual), "incoming")
	}
	return c
}

// happen has one thing happen, to anybody. No two happen in the same microsecond:
// the log could not tell what of that instant belongs to which of them.
func (w *world) happen(d dice) {
	w.t.Helper()
	w.clock.Advance(pick(d, time.Microsecond, time.Second, time.Hour, 13*time.Hour))
	list, err := w.admin.Conversations.List(w.ctx, helpdesk.ConversationFilter{}, helpdesk.Page{Limit: 100})
	require.NoError(w.t, err)
	c := pick(d, list.Items...)
	box, err := w.admin.Inboxes.Get(w.ctx, pick(d, d.boxes...))
	require.NoError(w.t, err)
	switch d.IntN(10) {
	case 0, 1, 2:
		_, err = w.engine.Receive(w.ctx, w.account, box.ID, helpdesk.Inbound{
			From: helpdesk.Person{Source: fmt.Sprint("s", d.IntN(40))}, Content: pick(d, "hello", "Café", "é"),
			ExternalID: fmt.Sprint("m", w.serial),
		})
		w.serial++
	case 3:
		_, err = w.admin.Messages.Send(w.ctx, c.ID, helpdesk.Reply{Content: d.word(), Private: d.IntN(2) == 0})
	case 4:
		_, err = w.admin.Conversations.SetStatus(w.ctx, c.ID, pick(d, helpdesk.Open, helpdesk.Pending, helpdesk.Resolved), time.Time{})
	case 5:
		_, err = w.admin.Conversations.SetLabels(w.ctx, c.ID, d.labels())
	case 6:
		_, err = w.admin.Conversations.SetAttributes(w.ctx, c.ID, map[string]any{"text": d.word(), "checkbox": d.IntN(2) == 0})
	case 7:
		_, err = w.admin.Conversations.SetPriority(w.ctx, c.ID, pick(d, "", helpdesk.Low, helpdesk.Urgent))
	case 8:
		_, err = w.admin.Contacts.Update(w.ctx, c.Contact, helpdesk.ContactChange{
			City: ptr(d.word()), Blocked: ptr(d.IntN(3) == 0), Attributes: map[string]any{"number": float64(d.IntN(9)), "text": pick[any](d, nil, d.word())},
		})
		if err == nil {
			_, err = w.admin.Contacts.SetLabels(w.ctx, c.Contact, d.labels())
		}
	case 9:
		_, err = w.admin.Conversations.AssignTeam(w.ctx, c.ID, pick(d, 0, d.teams[0], d.teams[1]))
	}
	require.NoError(w.t, err)
}

// head is where the feed stands.
func (w *world) head() helpdesk.Cursor {
	w.t.Helper()
	list, err := w.admin.Conversations.List(w.ctx, helpdesk.ConversationFilter{}, helpdesk.Page{})
	require.NoError(w.t, err)
	return list.Cursor
}

// A dry run explains itself, writes nothing, and does not guess.
func TestDryRunTells(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		box := w.inboxWith(helpdesk.InboxInput{Name: ptr("Shop"), AutoAssign: ptr(false)})
		c := w.write(box, "ann", "I want a refund")
		w.clock.Advance(time.Hour)
		_, err := w.admin.Conversations.SetPriority(w.ctx, c.ID, helpdesk.Urgent)
		require.NoError(t, err)
		gone := w.write(box, "bob", "a refund, please")
		w.write(box, "cyd", "hello")
		before := w.head()
		refund := cond("content", helpdesk.Contains, "REFUND")
		in := helpdesk.RuleInput{Event: helpdesk.MessageCreated, Cond: &helpdesk.Cond{And: []helpdesk.Cond{refund, cond("priority", helpdesk.NotEqual, "urgent")}}}
		f, err := w.admin.Rules.DryRun(w.ctx, in, helpdesk.DryRun{})
		require.NoError(t, err)
		require.Equal(t, before, w.head(), "nothing was written")
		require.Equal(t, []int{3, 2, 0, 2}, []int{f.Asked, f.Held, f.Unknown, len(f.Trials)})
		require.Equal(t, gone.Display, f.Trials[0].Conversation, "the newest first")
		require.Equal(t, c.Display, f.Trials[1].Conversation, "it was not urgent then")
		f, err = w.admin.Rules.DryRun(w.ctx, in, helpdesk.DryRun{Misses: true, Limit: 1})
		require.NoError(t, err)
		require.Len(t, f.Trials, 1)
		require.False(t, f.Trials[0].Holds)
		require.Equal(t, []bool{false, true}, []bool{f.Trials[0].Parts[0].Holds, f.Trials[0].Parts[1].Holds}, "and why")

		_, err = w.admin.Messages.Delete(w.ctx, w.messages(c.ID)[0].ID)
		require.NoError(t, err)
		require.NoError(t, w.admin.Conversations.Delete(w.ctx, gone.ID))
		f, err = w.admin.Rules.DryRun(w.ctx, in, helpdesk.DryRun{})
		require.NoError(t, err)
		require.Equal(t, []int{3, 0, 2}, []int{f.Asked, f.Held, f.Unknown})
		require.Equal(t, "the conversation was deleted since", f.Trials[0].Fault)
		require.Equal(t, "the message was deleted since", f.Trials[1].Fault)

		f, err = w.admin.Rules.DryRun(w.ctx, helpdesk.RuleInput{Event: helpdesk.MessageCreated, Expression: ptr(`len(contact.name) > 3 and "x" in conversation.labels`)}, helpdesk.DryRun{Since: w.clock.Now().Add(time.Hour)})
		require.NoError(t, err)
		require.Zero(t, f.Asked, "nothing happened since")
		err = quiet(w.admin.Rules.DryRun(w.ctx, helpdesk.RuleInput{Event: "x", Expression: ptr("nobody")}, helpdesk.DryRun{Limit: -1}))
		fields := fieldsOf(t, err)
		for _, name := range []string{"event_name", "expression", "limit"} {
			require.Contains(t, fields, name)
		}
		_, err = w.as(w.agent("bo", helpdesk.AgentRole)).Rules.DryRun(w.ctx, in, helpdesk.DryRun{})
		require.ErrorIs(t, err, helpdesk.Forbidden)
	})
}
