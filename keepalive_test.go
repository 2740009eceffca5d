package helpdesk_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
)

// alive is keep-alive after 30 minutes, and 15 more.
func alive(active bool) *helpdesk.KeepAliveInput {
	return &helpdesk.KeepAliveInput{
		Active: &active, Inactivity: ptr(30), InactivityMessage: ptr("Still there, {{contact.name}}?"),
		Finalisation: ptr(15), FinalisationMessage: ptr("We close this."),
	}
}

func (w *world) keepAlive(box *helpdesk.Inbox, in *helpdesk.KeepAliveInput) {
	w.t.Helper()
	_, err := w.admin.Inboxes.Update(w.ctx, box.ID, helpdesk.InboxInput{KeepAlive: in})
	require.NoError(w.t, err)
}

// keepAliveCase is a sentence of FEATURES C12, or what happens in between. The
// customer wrote a moment ago; do is called when the passes before it are over.
type keepAliveCase struct {
	name     string
	first    []time.Duration
	do       func(w *world, box *helpdesk.Inbox, c *helpdesk.Conversation)
	then     []time.Duration
	resolved bool
	said     []string // all but what do wrote or made the desk tell
}

const (
	silentAsked  = "template: Still there, Ana?"
	silentParted = "template: We close this."
	silentClosed = "activity: Conversation was marked resolved by the system: the customer did not answer"
	silentUnsent = "activity: The message to a customer who does not answer was not sent: the customer cannot be written to now"
)

func keepAliveCases() []keepAliveCase {
	const m = time.Minute
	span := func(d ...time.Duration) []time.Duration { return d }
	ok := func(w *world, err error) {
		w.t.Helper()
		require.NoError(w.t, err)
	}
	write := func(w *world, box *helpdesk.Inbox, c *helpdesk.Conversation) {
		a, err := w.admin.Conversations.Detail(w.ctx, c.ID)
		ok(w, err)
		w.writeAs(box, helpdesk.Person{Source: a[0].Address.Source}, "I am here")
	}
	answer := func(w *world, _ *helpdesk.Inbox, c *helpdesk.Conversation) {
		_, err := w.admin.Messages.Send(w.ctx, c.ID, helpdesk.Reply{Content: "an answer"})
		ok(w, err)
	}
	move := func(to helpdesk.Status, until time.Duration) func(*world, *helpdesk.Inbox, *helpdesk.Conversation) {
		return func(w *world, _ *helpdesk.Inbox, c *helpdesk.Conversation) {
			at := time.Time{}
			if until != 0 {
				at = w.clock.Now().Add(until)
			}
			_, err := w.admin.Conversations.SetStatus(w.ctx, c.ID, to, at)
			ok(w, err)
		}
	}
	do := func(steps ...func(*world, *helpdesk.Inbox, *helpdesk.Conversation)) func(*world, *helpdesk.Inbox, *helpdesk.Conversation) {
		return func(w *world, box *helpdesk.Inbox, c *helpdesk.Conversation) {
			for _, s := range steps {
				s(w, box, c)
			}
		}
	}
	turn := func(on bool) func(*world, *helpdesk.Inbox, *helpdesk.Conversation) {
		return func(w *world, box *helpdesk.Inbox, _ *helpdesk.Conversation) {
			w.keepAlive(box, &helpdesk.KeepAliveInput{Active: &on})
		}
	}
	set := func(in helpdesk.InboxInput) func(*world, *helpdesk.Inbox, *helpdesk.Conversation) {
		return func(w *world, box *helpdesk.Inbox, _ *helpdesk.Conversation) {
			_, err := w.admin.Inboxes.Update(w.ctx, box.ID, in)
			ok(w, err)
		}
	}
	wait := func(d time.Duration) func(*world, *helpdesk.Inbox, *helpdesk.Conversation) {
		return func(w *world, _ *helpdesk.Inbox, _ *helpdesk.Conversation) { w.pass(d) }
	}
	none := []string{}
	return []keepAliveCase{
		{"not before the inactivity time", span(30*m - time.Second), nil, nil, false, none},
		{"after it the inactivity message", span(10*m, 20*m), nil, nil, false, []string{silentAsked}},
		{"not closed before the finalisation time", span(30 * m), nil, span(15*m - time.Second), false, []string{silentAsked}},
		{"after it the finalisation message, and closed", span(30 * m), nil, span(10*m, 5*m), true, []string{silentAsked, silentParted, silentClosed}},
		{"a process that was down sends them one after the other", span(10 * time.Hour), nil, nil, false, []string{silentAsked}},
		{"closed is closed", span(30*m, 15*m), nil, span(24*time.Hour, 24*time.Hour), true, []string{silentAsked, silentParted, silentClosed}},
		{"a message of the customer restarts it", span(20 * m), write, span(29 * m), false, none},
		{"and it runs from there", span(20 * m), write, span(29*m, m), false, []string{silentAsked}},
		{"also after the inactivity message", span(30*m, 10*m), write, span(5*m, 24*m), false, []string{silentAsked}},
		{"which comes again then", span(30*m, 10*m), write, span(30*m, 15*m), true, []string{silentAsked, silentAsked, silentParted, silentClosed}},
		{"an answer does not move it", span(20 * m), answer, span(10 * m), false, []string{silentAsked}},
		{"pending runs too", span(20 * m), move(helpdesk.Pending, 0), span(10*m, 15*m), true, []string{silentAsked, silentParted, silentClosed}},
		{"resolved by hand: nothing is sent", span(20 * m), move(helpdesk.Resolved, 0), span(10*m, 15*m), true, none},
		{"resolved by hand in between", span(30*m, m), move(helpdesk.Resolved, 0), span(14*m, 20*m), true, []string{silentAsked}},
		{"opened again by hand: not until the customer writes", span(20 * m), do(move(helpdesk.Resolved, 0), wait(10*m), move(helpdesk.Open, 0)), span(time.Hour), false, none},
		{"snoozed: nothing is sent", span(20 * m), move(helpdesk.Snoozed, 0), span(10*m, 15*m), false, none},
		{"snoozed until a time: not until the customer writes", span(20 * m), move(helpdesk.Snoozed, 20*m), span(10*m, 15*m, time.Hour), false, none},
		{"written while snoozed", span(20 * m), do(move(helpdesk.Snoozed, 0), wait(20*m), write), span(30 * m), false, []string{silentAsked}},
		{"switched off in between", span(30 * m), turn(false), span(15*m, 24*time.Hour), false, []string{silentAsked}},
		{"switched off and on again in time", span(10 * m), do(turn(false), turn(true)), span(20 * m), false, []string{silentAsked}},
		{"switched on again too late", span(10 * m), do(turn(false), wait(20*m), turn(true)), span(time.Hour), false, none},
		{"made longer in between", span(20 * m), func(w *world, box *helpdesk.Inbox, _ *helpdesk.Conversation) {
			w.keepAlive(box, &helpdesk.KeepAliveInput{Inactivity: ptr(60)})
		}, span(10*m, 29*m), false, none},
		{"the inbox was switched off", span(30 * m), set(helpdesk.InboxInput{Active: ptr(false)}), span(15 * m), false, []string{silentAsked}},
		{"the contact was blocked", span(30 * m), func(w *world, _ *helpdesk.Inbox, c *helpdesk.Conversation) {
			_, err := w.admin.Contacts.Update(w.ctx, c.Contact, helpdesk.ContactChange{Blocked: ptr(true)})
			ok(w, err)
		}, span(15 * m), false, []string{silentAsked}},
		{"the window is closed: said to agents, and closed", nil, set(helpdesk.InboxInput{Settings: settings(map[string]any{"reply_window_hours": 1}), KeepAlive: &helpdesk.KeepAliveInput{Inactivity: ptr(70)}}), span(70*m, 15*m), true, []string{silentUnsent, silentUnsent, silentClosed}},
	}
}

func TestKeepAlive(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		for _, tc := range keepAliveCases() {
			box := w.inbox(tc.name, w.owner)
			w.keepAlive(box, alive(true))
			c := w.writeAs(box, helpdesk.Person{Source: tc.name, Name: "Ana"}, "hello")
			w.pass(tc.first...)
			if tc.do != nil {
				tc.do(w, box, c)
			}
			w.pass(tc.then...)
			got := []string{}
			for _, line := range w.saidSince(c.ID, 0) {
				if strings.HasPrefix(line, "template:") || line == silentClosed || line == silentUnsent {
					got = append(got, line)
				}
			}
			require.Equal(t, tc.said, got, tc.name)
			require.Equal(t, tc.resolved, w.conversation(c.ID).Status == helpdesk.Resolved, tc.name)
			require.NoError(t, w.admin.Inboxes.Delete(w.ctx, box.ID)) // timers that are left do nothing
		}
		w.pass(24 * time.Hour)
	})
}

// Saved settings do nothing until they are activated, and only whole ones can be.
func TestKeepAliveSettings(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		box := w.inbox("Shop", w.owner)
		w.keepAlive(box, alive(false))
		c := w.write(box, "c", "hello")
		w.pass(time.Hour, time.Hour)
		require.Equal(t, []string{"incoming: hello"}, w.saidSince(c.ID, 0))
		w.keepAlive(box, &helpdesk.KeepAliveInput{Active: ptr(true)})
		w.pass(24 * time.Hour)
		require.Equal(t, []string{"incoming: hello"}, w.saidSince(c.ID, 0), "who has been silent for long is left alone")

		_, err := w.admin.Inboxes.Create(w.ctx, helpdesk.InboxInput{Kind: "api", Name: ptr("Other"), KeepAlive: &helpdesk.KeepAliveInput{Active: ptr(true), Finalisation: ptr(-1)}})
		var bad *helpdesk.Error
		require.ErrorAs(t, err, &bad)
		for _, field := range []string{"inactivity", "finalisation", "inactivity_message", "finalisation_message"} {
			require.Contains(t, bad.Fields, field)
		}
	})
}

// A customer who goes on writing arms the timer once, at no further statement, and
// two replicas say everything once.
func TestKeepAliveCostsNothingPerMessage(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		plain, kept := w.inbox("Plain", w.owner), w.inbox("Kept", w.owner)
		w.keepAlive(kept, alive(true))
		for range 2 {
			w.write(plain, "c", "hello")
			w.write(kept, "k", "hello")
		}
		send := func(box *helpdesk.Inbox, source, id string) int {
			return w.statements(func() {
				_, err := w.engine.Receive(w.ctx, w.account, box.ID, helpdesk.Inbound{ExternalID: id, From: helpdesk.Person{Source: source}, Content: "more"})
				require.NoError(t, err)
			})
		}
		w.clock.Advance(time.Minute)
		require.Equal(t, send(plain, "c", "a"), send(kept, "k", "b"))

		c := w.write(kept, "k", "hello")
		for _, d := range []time.Duration{30 * time.Minute, 15 * time.Minute} {
			w.clock.Advance(d)
			both(t, w, w.engine, w.newEngine(helpdesk.Options{}))
		}
		said := strings.Join(w.saidSince(c.ID, 0), "\n")
		require.Equal(t, 1, strings.Count(said, "Still there"))
		require.Equal(t, 1, strings.Count(said, "We close this"))
		require.Equal(t, helpdesk.Resolved, w.conversation(c.ID).Status)
	})
}

// While a flow holds a conversation its cycle does not count; it begins when the
// flow lets go, also anew where the customer had been asked already.
func TestKeepAliveWaitsForFlows(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		f := w.flow("entry", ask("name", "What is it about?", "about", "over"), handOff("over"))
		asked := func(id helpdesk.ConversationID) (n int) {
			for _, line := range w.saidSince(id, 0) {
				if line == silentAsked {
					n++
				}
			}
			return n
		}
		box := w.entry(f)
		w.keepAlive(box, alive(true))
		c := w.writeAs(box, helpdesk.Person{Source: "a", Name: "Ana"}, "hi")
		require.NotZero(t, c.FlowRun)
		w.pass(40*time.Minute, 40*time.Minute)
		require.Zero(t, asked(c.ID), "the flow talks")
		_, err := w.admin.Flows.Stop(w.ctx, c.ID)
		require.NoError(t, err)
		w.pass(29 * time.Minute)
		require.Zero(t, asked(c.ID), "it counts from when the flow let go")
		w.pass(time.Minute)
		require.Equal(t, 1, asked(c.ID))
		_, err = w.admin.Flows.Start(w.ctx, c.ID, f.ID)
		require.NoError(t, err)
		w.pass(15*time.Minute, time.Hour)
		require.Equal(t, helpdesk.Pending, w.conversation(c.ID).Status, "it is not closed under the flow")
		w.writeAs(box, helpdesk.Person{Source: "a", Name: "Ana"}, "an order")
		require.Zero(t, w.conversation(c.ID).FlowRun)
		w.pass(30 * time.Minute)
		require.Equal(t, 2, asked(c.ID))
		w.pass(15 * time.Minute)
		require.Equal(t, helpdesk.Resolved, w.conversation(c.ID).Status)
	})
}

// What a program of the customer's writes is not their answer: nothing is said to
// it, it restarts nothing, answers no flow and ends no circle; rules see it.
func TestAutomaticMessagesOfCustomers(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		n := 0
		away := func(box *helpdesk.Inbox) helpdesk.ConversationID {
			n++
			m, err := w.engine.Receive(w.ctx, w.account, box.ID, helpdesk.Inbound{
				ExternalID: fmt.Sprint("auto-", n), From: helpdesk.Person{Source: "a", Name: "Ana"}, Content: "I am away", Automatic: true,
			})
			require.NoError(t, err)
			require.Equal(t, true, m.Extra["auto_reply"])
			return m.Conversation
		}
		_, err := w.admin.Rules.Create(w.ctx, helpdesk.RuleInput{
			Name: ptr("away"), Event: helpdesk.MessageCreated, Expression: ptr("message.automatic"),
			Actions: []helpdesk.RuleAction{action(helpdesk.DoAddLabel, "away")},
		})
		require.NoError(t, err)

		box := w.inbox("Shop", w.owner)
		w.keepAlive(box, alive(true))
		c := w.writeAs(box, helpdesk.Person{Source: "a", Name: "Ana"}, "hello")
		require.Empty(t, w.titles(c.ID))
		w.pass(20 * time.Minute)
		require.Equal(t, c.ID, away(box))
		require.Equal(t, []string{"away"}, w.titles(c.ID), "rules see it")
		w.pass(10 * time.Minute)
		require.Contains(t, w.saidSince(c.ID, 0), silentAsked, "the cycle went on")
		away(box)
		w.pass(15 * time.Minute)
		require.Equal(t, helpdesk.Resolved, w.conversation(c.ID).Status)

		asks := w.entry(w.flow("entry", ask("name", "What is it about?", "about", "over"), handOff("over")))
		held := w.writeAs(asks, helpdesk.Person{Source: "a", Name: "Ana"}, "hi")
		away(asks)
		require.NotZero(t, w.conversation(held.ID).FlowRun, "it is no answer")

		s, bots := &script{}, w.inbox("Bots")
		w.program(s, bots)
		w.writeAs(bots, helpdesk.Person{Source: "a", Name: "Ana"}, "hi")
		w.after(calm)
		away(bots)
		w.after(calm)
		require.Len(t, s.asked, 1, "it is no turn")
	})
}

// A rule that answers each message of a customer's program ends in fifty.
func TestAutomaticMessagesEndInACircle(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		box := w.inboxWith(helpdesk.InboxInput{Name: ptr("Shop"), AutoAssign: ptr(false)})
		w.rule(helpdesk.MessageCreated, cond("message_type", helpdesk.Equal, "incoming"), action(helpdesk.DoSendMessage, "thanks"))
		var id helpdesk.ConversationID
		for i := range 55 {
			w.clock.Advance(time.Minute)
			m, err := w.engine.Receive(w.ctx, w.account, box.ID, helpdesk.Inbound{
				ExternalID: fmt.Sprint(i), From: helpdesk.Person{Source: "a"}, Content: "I am away", Automatic: i > 0,
			})
			require.NoError(t, err)
			id = m.Conversation
		}
		require.Len(t, w.sent(id), 50)
	})
}

// titles are a conversation's labels.
func (w *world) titles(id helpdesk.ConversationID) []string {
	w.t.Helper()
	d, err := w.admin.Conversations.Detail(w.ctx, id)
	require.NoError(w.t, err)
	return d[0].Titles
}
