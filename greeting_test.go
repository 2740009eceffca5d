package helpdesk_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/channel/widget"
)

// automatic is what the desk said by itself in a conversation.
func (w *world) automatic(id helpdesk.ConversationID) []string {
	w.t.Helper()
	out := []string{}
	for _, m := range w.messages(id) {
		if m.Kind == helpdesk.Template {
			require.NotContains(w.t, []helpdesk.ActorKind{helpdesk.ByAgent, helpdesk.ByContact, helpdesk.ByBot}, m.Sender.Kind, "nobody signs it")
			out = append(out, m.Content)
		}
	}
	return out
}

func (w *world) send(from *helpdesk.Desk, id helpdesk.ConversationID, text string) {
	w.t.Helper()
	_, err := from.Messages.Send(w.ctx, id, helpdesk.Reply{Content: text})
	require.NoError(w.t, err)
}

// at moves the clock on to a time of 2026, in UTC.
func (w *world) at(text string) {
	w.t.Helper()
	to, err := time.Parse("Jan 2 15:04:05 2006", text+" 2026")
	require.NoError(w.t, err)
	w.clock.Advance(to.Sub(w.clock.Now()))
}

// office is an inbox that is open from nine to five in Berlin, and says so.
func (w *world) office(members ...helpdesk.AgentID) *helpdesk.Inbox {
	return w.inboxWith(helpdesk.InboxInput{
		Name: ptr("Shop"), GreetingEnabled: ptr(true), Greeting: ptr("Hello {{contact.name}}"), OutOfOffice: ptr("We are closed"),
		HoursEnabled: ptr(true), Timezone: ptr("Europe/Berlin"),
	}, members...)
}

// TestGreeting is FEATURES C1: once for each new conversation that its customer
// began, whether or not the desk is closed.
func TestGreeting(t *testing.T) {
	t.Parallel()
	const hello, closed = "Hello", "We are closed"
	cases := []struct {
		name string
		run  func(t *testing.T, w *world, box *helpdesk.Inbox, ada helpdesk.AgentID) *helpdesk.Conversation
		want []string
	}{
		{"a new conversation", func(_ *testing.T, w *world, box *helpdesk.Inbox, _ helpdesk.AgentID) *helpdesk.Conversation {
			return w.write(box, "a", "hi")
		}, []string{hello}},
		{"once", func(_ *testing.T, w *world, box *helpdesk.Inbox, _ helpdesk.AgentID) *helpdesk.Conversation {
			w.write(box, "a", "hi")
			w.restart()
			w.clock.Advance(time.Minute)
			return w.write(box, "a", "anybody?")
		}, []string{hello}},
		{"while closed, after what says so", func(_ *testing.T, w *world, box *helpdesk.Inbox, _ helpdesk.AgentID) *helpdesk.Conversation {
			w.at("Mar 7 12:00:00")
			return w.write(box, "a", "hi")
		}, []string{closed, hello}},
		{"the next conversation", func(t *testing.T, w *world, box *helpdesk.Inbox, ada helpdesk.AgentID) *helpdesk.Conversation {
			c := w.write(box, "a", "hi")
			_, err := w.as(ada).Conversations.Resolve(w.ctx, c.ID)
			require.NoError(t, err)
			next := w.write(box, "a", "hi again")
			require.NotEqual(t, c.ID, next.ID)
			return next
		}, []string{hello}},
		{"not again when one is opened again", func(t *testing.T, w *world, box *helpdesk.Inbox, ada helpdesk.AgentID) *helpdesk.Conversation {
			_, err := w.admin.Inboxes.Update(w.ctx, box.ID, helpdesk.InboxInput{Single: ptr(true)})
			require.NoError(t, err)
			c := w.write(box, "a", "hi")
			_, err = w.as(ada).Conversations.Resolve(w.ctx, c.ID)
			require.NoError(t, err)
			return w.write(box, "a", "hi again")
		}, []string{hello}},
		{"an agent began it", func(t *testing.T, w *world, box *helpdesk.Inbox, ada helpdesk.AgentID) *helpdesk.Conversation {
			who, err := w.admin.Contacts.Create(w.ctx, helpdesk.NewContact{Inbox: box.ID, Source: "a"})
			require.NoError(t, err)
			c, err := w.as(ada).Conversations.Create(w.ctx, helpdesk.NewConversation{Inbox: box.ID, Contact: who.ID})
			require.NoError(t, err)
			got := w.write(box, "a", "hi")
			require.Equal(t, c.ID, got.ID)
			return got
		}, []string{}},
		{"switched off", func(t *testing.T, w *world, box *helpdesk.Inbox, _ helpdesk.AgentID) *helpdesk.Conversation {
			_, err := w.admin.Inboxes.Update(w.ctx, box.ID, helpdesk.InboxInput{GreetingEnabled: ptr(false)})
			require.NoError(t, err)
			return w.write(box, "a", "hi")
		}, []string{}},
		{"no text", func(t *testing.T, w *world, box *helpdesk.Inbox, _ helpdesk.AgentID) *helpdesk.Conversation {
			_, err := w.admin.Inboxes.Update(w.ctx, box.ID, helpdesk.InboxInput{Greeting: ptr(" ")})
			require.NoError(t, err)
			return w.write(box, "a", "hi")
		}, []string{}},
		{"a blocked contact", func(t *testing.T, w *world, box *helpdesk.Inbox, ada helpdesk.AgentID) *helpdesk.Conversation {
			_, err := w.admin.Inboxes.Update(w.ctx, box.ID, helpdesk.InboxInput{GreetingEnabled: ptr(false)})
			require.NoError(t, err)
			c := w.write(box, "a", "hi")
			_, err = w.as(ada).Conversations.SetMuted(w.ctx, c.ID, true)
			require.NoError(t, err)
			_, err = w.admin.Inboxes.Update(w.ctx, box.ID, helpdesk.InboxInput{GreetingEnabled: ptr(true)})
			require.NoError(t, err)
			w.at("Mar 7 12:00:00")
			return w.write(box, "a", "hi")
		}, []string{}},
		{"somebody's program", func(t *testing.T, w *world, box *helpdesk.Inbox, _ helpdesk.AgentID) *helpdesk.Conversation {
			w.at("Mar 7 12:00:00")
			m, err := w.engine.Receive(w.ctx, w.account, box.ID, helpdesk.Inbound{From: helpdesk.Person{Source: "a"}, Content: "I am away", Extra: map[string]any{"auto_reply": true}})
			require.NoError(t, err)
			return w.conversation(m.Conversation)
		}, []string{}},
		{"a campaign", func(t *testing.T, w *world, box *helpdesk.Inbox, _ helpdesk.AgentID) *helpdesk.Conversation {
			w.at("Mar 7 12:00:00")
			m, err := w.engine.Receive(w.ctx, w.account, box.ID, helpdesk.Inbound{
				From: helpdesk.Person{Source: "a"}, Content: "yes", Start: helpdesk.StartFields{Extra: map[string]any{"campaign_id": 7}},
			})
			require.NoError(t, err)
			return w.conversation(m.Conversation)
		}, []string{}},
	}
	eachStore(t, func(t *testing.T, w *world) {
		ada := w.agent("ada", helpdesk.AgentRole)
		start := w.clock.Now()
		for _, c := range cases {
			w.clock.Advance(start.Sub(w.clock.Now()))
			box := w.office(ada)
			_, err := w.admin.Inboxes.Update(w.ctx, box.ID, helpdesk.InboxInput{Greeting: ptr("Hello")})
			require.NoError(t, err)
			require.Equal(t, c.want, w.automatic(c.run(t, w, box, ada).ID), c.name)
		}
	})
}

func TestOutOfOffice(t *testing.T) {
	t.Parallel()
	const closed = "We are closed"
	cases := []struct {
		name string
		run  func(t *testing.T, w *world, box *helpdesk.Inbox, ada helpdesk.AgentID) *helpdesk.Conversation
		want int // how often it is said
	}{
		{"while open", func(_ *testing.T, w *world, box *helpdesk.Inbox, _ helpdesk.AgentID) *helpdesk.Conversation {
			return w.write(box, "a", "hi")
		}, 0},
		{"while closed", func(_ *testing.T, w *world, box *helpdesk.Inbox, _ helpdesk.AgentID) *helpdesk.Conversation {
			w.at("Mar 7 12:00:00")
			return w.write(box, "a", "hi")
		}, 1},
		{"the moment it closes is still open", func(_ *testing.T, w *world, box *helpdesk.Inbox, _ helpdesk.AgentID) *helpdesk.Conversation {
			w.at("Mar 2 16:00:00")
			return w.write(box, "a", "hi")
		}, 0},
		{"a second later is not", func(_ *testing.T, w *world, box *helpdesk.Inbox, _ helpdesk.AgentID) *helpdesk.Conversation {
			w.at("Mar 2 16:00:01")
			return w.write(box, "a", "hi")
		}, 1},
		{"the morning after the clocks went forward", func(_ *testing.T, w *world, box *helpdesk.Inbox, _ helpdesk.AgentID) *helpdesk.Conversation {
			w.at("Mar 30 07:00:00") // nine o'clock, an hour sooner than on Friday
			return w.write(box, "a", "hi")
		}, 0},
		{"the morning after they went back", func(_ *testing.T, w *world, box *helpdesk.Inbox, _ helpdesk.AgentID) *helpdesk.Conversation {
			w.at("Oct 26 07:59:59")
			return w.write(box, "a", "hi")
		}, 1},
		{"once a day", func(_ *testing.T, w *world, box *helpdesk.Inbox, _ helpdesk.AgentID) *helpdesk.Conversation {
			w.at("Mar 7 12:00:00")
			w.write(box, "a", "hi")
			w.restart()
			w.clock.Advance(3 * time.Hour)
			return w.write(box, "a", "anybody?")
		}, 1},
		{"the day is that of the inbox", func(_ *testing.T, w *world, box *helpdesk.Inbox, _ helpdesk.AgentID) *helpdesk.Conversation {
			w.at("Mar 7 22:50:00")
			w.write(box, "a", "hi")
			w.at("Mar 7 23:10:00") // Sunday in Berlin
			return w.write(box, "a", "anybody?")
		}, 2},
		{"not within five minutes of a reply", func(_ *testing.T, w *world, box *helpdesk.Inbox, ada helpdesk.AgentID) *helpdesk.Conversation {
			c := w.write(box, "a", "hi")
			w.at("Mar 2 15:59:00")
			w.send(w.as(ada), c.ID, "hello")
			w.at("Mar 2 16:03:59")
			return w.write(box, "a", "thanks")
		}, 0},
		{"but after them", func(_ *testing.T, w *world, box *helpdesk.Inbox, ada helpdesk.AgentID) *helpdesk.Conversation {
			c := w.write(box, "a", "hi")
			w.at("Mar 2 15:59:00")
			w.send(w.as(ada), c.ID, "hello")
			w.restart()
			w.at("Mar 2 16:04:00")
			return w.write(box, "a", "thanks")
		}, 1},
		{"a note is no reply", func(t *testing.T, w *world, box *helpdesk.Inbox, ada helpdesk.AgentID) *helpdesk.Conversation {
			c := w.write(box, "a", "hi")
			w.at("Mar 2 16:01:00")
			_, err := w.as(ada).Messages.Send(w.ctx, c.ID, helpdesk.Reply{Content: "a note", Private: true})
			require.NoError(t, err)
			return w.write(box, "a", "hi")
		}, 1},
		{"a survey is said by itself too", func(t *testing.T, w *world, box *helpdesk.Inbox, _ helpdesk.AgentID) *helpdesk.Conversation {
			c := w.write(box, "a", "hi")
			_, err := w.admin.Surveys.Send(w.ctx, c.ID)
			require.NoError(t, err)
			w.at("Mar 2 18:00:00")
			return w.write(box, "a", "good")
		}, 0},
		{"hours switched off", func(t *testing.T, w *world, box *helpdesk.Inbox, _ helpdesk.AgentID) *helpdesk.Conversation {
			_, err := w.admin.Inboxes.Update(w.ctx, box.ID, helpdesk.InboxInput{HoursEnabled: ptr(false)})
			require.NoError(t, err)
			w.at("Mar 7 12:00:00")
			return w.write(box, "a", "hi")
		}, 0},
		{"no text", func(t *testing.T, w *world, box *helpdesk.Inbox, _ helpdesk.AgentID) *helpdesk.Conversation {
			_, err := w.admin.Inboxes.Update(w.ctx, box.ID, helpdesk.InboxInput{OutOfOffice: ptr("")})
			require.NoError(t, err)
			w.at("Mar 7 12:00:00")
			return w.write(box, "a", "hi")
		}, 0},
		{"a holiday", func(t *testing.T, w *world, box *helpdesk.Inbox, _ helpdesk.AgentID) *helpdesk.Conversation {
			_, err := w.admin.Inboxes.Update(w.ctx, box.ID, helpdesk.InboxInput{Holidays: []helpdesk.Holiday{{Date: "2026-03-02"}}})
			require.NoError(t, err)
			return w.write(box, "a", "hi")
		}, 1},
		{"the team is there", func(t *testing.T, w *world, box *helpdesk.Inbox, _ helpdesk.AgentID) *helpdesk.Conversation {
			c := w.write(box, "a", "hi")
			w.toTeam(t, c, "Mar 7 12:00:00", shift(0, 24))
			return w.write(box, "a", "hi")
		}, 0},
		{"the team is not", func(t *testing.T, w *world, box *helpdesk.Inbox, _ helpdesk.AgentID) *helpdesk.Conversation {
			c := w.write(box, "a", "hi")
			w.toTeam(t, c, "Mar 2 11:00:00", shift(22, 4))
			return w.write(box, "a", "hi")
		}, 1},
		{"the team has hours, and the inbox none", func(t *testing.T, w *world, box *helpdesk.Inbox, _ helpdesk.AgentID) *helpdesk.Conversation {
			_, err := w.admin.Inboxes.Update(w.ctx, box.ID, helpdesk.InboxInput{HoursEnabled: ptr(false)})
			require.NoError(t, err)
			c := w.write(box, "a", "hi")
			w.toTeam(t, c, "Mar 2 11:00:00", shift(22, 4))
			return w.write(box, "a", "hi")
		}, 1},
	}
	eachStore(t, func(t *testing.T, w *world) {
		ada := w.agent("ada", helpdesk.AgentRole)
		start := w.clock.Now()
		for _, c := range cases {
			w.clock.Advance(start.Sub(w.clock.Now()))
			box := w.office(ada)
			_, err := w.admin.Inboxes.Update(w.ctx, box.ID, helpdesk.InboxInput{GreetingEnabled: ptr(false)})
			require.NoError(t, err)
			id := c.run(t, w, box, ada).ID
			n := 0
			for _, text := range w.automatic(id) {
				if text == closed {
					n++
				}
			}
			require.Equal(t, c.want, n, c.name)
		}
	})
}

// toTeam gives a conversation to a new team with hours, and moves the clock.
func (w *world) toTeam(t *testing.T, c *helpdesk.Conversation, at string, hours []helpdesk.OpenHours) {
	t.Helper()
	w.serial++
	team, err := w.admin.Teams.Create(w.ctx, helpdesk.TeamInput{Name: ptr("team " + string(rune('a'+w.serial%26)) + string(rune('a'+w.serial/26%26))), HoursEnabled: ptr(true), Hours: hours})
	require.NoError(t, err)
	_, err = w.admin.Conversations.AssignTeam(w.ctx, c.ID, team.ID)
	require.NoError(t, err)
	w.at(at)
}

// What the desk says by itself is sent, and is nobody's reply.
func TestAutomaticTexts(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		ada := w.agent("ada", helpdesk.AgentRole)
		box := w.office(ada)
		w.at("Mar 7 12:00:00")
		plain := w.inboxWith(helpdesk.InboxInput{Name: ptr("Plain")}, ada)
		w.write(plain, "warm", "hi")
		w.write(box, "warm", "hi")
		before := w.statements(func() { w.write(plain, "b", "hi") })
		require.LessOrEqual(t, w.statements(func() { w.write(box, "b", "hi") }), before+3, "the texts, the contact they name, and the jobs that send them")
		m, err := w.engine.Receive(w.ctx, w.account, box.ID, helpdesk.Inbound{From: helpdesk.Person{Source: "c", Name: "maria"}, Content: "hi"})
		require.NoError(t, err)
		c := w.conversation(m.Conversation)
		require.Equal(t, []string{"We are closed", "Hello Maria"}, w.automatic(c.ID))
		require.Equal(t, m.CreatedAt, c.WaitingSince, "she still waits")
		require.Zero(t, c.FirstReplyAt)
		require.Equal(t, 1, c.Unread)
		w.runDue()
		for _, m := range w.messages(c.ID) {
			if m.Kind == helpdesk.Template {
				require.Equal(t, helpdesk.StateSent, m.State)
			}
		}
		for _, ev := range w.log() {
			require.NotContains(t, []helpdesk.EventKind{helpdesk.FirstReply, helpdesk.ReplyCreated}, ev.Kind)
		}
	})
}

// While a bot holds a conversation it is the bot who talks.
func TestOutOfOfficeAfterBot(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		ada := w.agent("ada", helpdesk.AgentRole)
		box := w.office(ada)
		bot, err := w.admin.Bots.Create(w.ctx, helpdesk.BotInput{Name: ptr("Robo")})
		require.NoError(t, err)
		_, err = w.admin.Inboxes.SetBot(w.ctx, box.ID, bot.ID)
		require.NoError(t, err)
		robo := w.engine.As(w.engine.Bot(w.account, bot.ID))
		w.at("Mar 7 12:00:00")
		c := w.write(box, "a", "hi")
		require.Equal(t, helpdesk.Pending, c.Status)
		require.Equal(t, []string{"Hello "}, w.automatic(c.ID), "whoever answers first")
		w.send(robo, c.ID, "Let me ask somebody")
		_, err = robo.Conversations.SetStatus(w.ctx, c.ID, helpdesk.Open, time.Time{})
		require.NoError(t, err)
		require.Equal(t, []string{"Hello ", "We are closed"}, w.automatic(c.ID), "although somebody answered just now")
		w.clock.Advance(time.Hour)
		w.write(box, "a", "hello?")
		require.Equal(t, []string{"Hello ", "We are closed"}, w.automatic(c.ID), "once a day")

		mute := w.write(box, "b", "hi")
		_, err = robo.Conversations.SetStatus(w.ctx, mute.ID, helpdesk.Open, time.Time{})
		require.NoError(t, err)
		require.Equal(t, []string{"Hello ", "We are closed"}, w.automatic(mute.ID), "the bot said nothing")
		w.at("Mar 9 12:00:00")
		open := w.write(box, "c", "hi")
		w.send(robo, open.ID, "One moment")
		_, err = robo.Conversations.SetStatus(w.ctx, open.ID, helpdesk.Open, time.Time{})
		require.NoError(t, err)
		require.Equal(t, []string{"Hello "}, w.automatic(open.ID))
	})
}

// A visitor of a website without an address is asked for one, once.
func TestEmailCollect(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		w.engine = w.newEngine(helpdesk.Options{Channels: []helpdesk.Channel{widget.New()}})
		w.admin = w.as(w.owner)
		website := func(in helpdesk.InboxInput) *helpdesk.Inbox {
			in.Kind, in.Name, in.Settings = widget.Kind, ptr("Site"), settings(map[string]any{"website_url": "https://shop.example"})
			box, err := w.admin.Inboxes.Create(w.ctx, in)
			require.NoError(t, err)
			return box
		}
		types := func(id helpdesk.ConversationID) (out []string) {
			for _, m := range w.messages(id) {
				if m.Kind == helpdesk.Template {
					out = append(out, m.ContentType)
				}
			}
			return out
		}
		box := website(helpdesk.InboxInput{})
		c := w.write(box, "a", "hi")
		require.Equal(t, []string{"text", "input_email"}, types(c.ID))
		c = w.write(box, "a", "hi")
		require.Len(t, types(c.ID), 2, "once")

		address, err := w.engine.FindCustomer(w.ctx, box, "a")
		require.NoError(t, err)
		visitor := w.engine.As(address)
		list := w.messages(c.ID)
		var ask *helpdesk.Message
		for _, m := range list {
			if m.ContentType == "input_email" {
				ask = m
			}
		}
		_, err = visitor.Messages.SubmitEmail(w.ctx, ask.ID, "maria@example.test", "")
		require.NoError(t, err)
		who, err := w.admin.Contacts.Get(w.ctx, c.Contact)
		require.NoError(t, err)
		require.Equal(t, "maria@example.test", who.Email)
		ask, err = w.admin.Messages.Get(w.ctx, ask.ID)
		require.NoError(t, err)
		require.Equal(t, "maria@example.test", ask.ContentAttrs["submitted_email"])
		_, err = w.admin.Conversations.Resolve(w.ctx, c.ID)
		require.NoError(t, err)
		require.Empty(t, types(w.write(box, "a", "hi").ID), "she is known")

		require.Empty(t, types(w.write(website(helpdesk.InboxInput{EmailCollect: ptr(false)}), "b", "hi").ID), "switched off")
		require.Empty(t, types(w.write(w.inbox("API"), "c", "hi").ID), "no website")

		asked := website(helpdesk.InboxInput{EmailCollect: ptr(false)})
		d := w.write(asked, "d", "hi")
		_, err = w.admin.Messages.Send(w.ctx, d.ID, helpdesk.Reply{Content: "Your address?", ContentType: "input_email"})
		require.NoError(t, err)
		_, err = w.admin.Inboxes.Update(w.ctx, asked.ID, helpdesk.InboxInput{EmailCollect: ptr(true)})
		require.NoError(t, err)
		require.Empty(t, types(w.write(asked, "d", "hi").ID), "an agent asked already")
	})
}

// What is due at once is said in this order: that nobody is there, the greeting, the
// question for an address. Each inbox of a website says it, with its engine made
// anew, and none of it where no customer has written.
func TestAutomaticTextsInOrder(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		ada := w.agent("ada", helpdesk.AgentRole)
		engine := func() {
			w.engine = w.newEngine(helpdesk.Options{Channels: []helpdesk.Channel{widget.New()}, Blobs: w.files})
			w.admin = w.as(w.owner)
		}
		engine()
		box, err := w.admin.Inboxes.Create(w.ctx, helpdesk.InboxInput{
			Kind: widget.Kind, Name: ptr("Site"), Settings: settings(map[string]any{"website_url": "https://shop.example"}),
			GreetingEnabled: ptr(true), Greeting: ptr("Hello"), OutOfOffice: ptr("We are closed"), HoursEnabled: ptr(true), Timezone: ptr("Europe/Lisbon"),
		})
		require.NoError(t, err)
		require.NoError(t, w.admin.Inboxes.SetMembers(w.ctx, box.ID, helpdesk.AddMembers, ada))
		w.at("Mar 7 12:00:00")
		who, err := w.admin.Contacts.Create(w.ctx, helpdesk.NewContact{Inbox: box.ID, Source: "begun"})
		require.NoError(t, err)
		c, err := w.as(ada).Conversations.Create(w.ctx, helpdesk.NewConversation{Inbox: box.ID, Contact: who.ID, Message: &helpdesk.Reply{Content: "hi"}})
		require.NoError(t, err)
		require.Empty(t, w.automatic(c.ID), "the customer has written nothing")
		engine()
		said := w.automatic(w.write(box, "a", "hi").ID)
		require.Len(t, said, 4)
		require.Equal(t, []string{"We are closed", "Hello"}, said[:2])
		require.Equal(t, "Your e-mail address", said[3])
	})
}

// What the desk says by itself fires no rule: not a greeting, that nobody is there,
// keep-alive, the end of what was idle, nor a flow.
func TestAutomaticTextsFireNoRule(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		w.rule(helpdesk.MessageCreated, cond("message_type", helpdesk.NotEqual, "incoming"), action(helpdesk.DoAddNote, "a rule ran"))
		ruled := func(c helpdesk.ConversationID) bool { return slices.Contains(w.said(c), "a rule ran") }

		w.at("Mar 7 12:00:00") // a Saturday
		box := w.inboxWith(helpdesk.InboxInput{
			Name: ptr("Shop"), GreetingEnabled: ptr(true), Greeting: ptr("Hello"), OutOfOffice: ptr("We are closed"), HoursEnabled: ptr(true), Timezone: ptr("UTC"),
			KeepAlive: &helpdesk.KeepAliveInput{
				Active: ptr(true), Inactivity: ptr(10), Finalisation: ptr(10), InactivityMessage: ptr("Are you there?"), FinalisationMessage: ptr("Goodbye"),
			},
		})
		c := w.write(box, "ann", "hello").ID
		for range 2 {
			w.clock.Advance(11 * time.Minute)
			w.runDue()
		}
		require.Equal(t, []string{"We are closed", "Hello", "Are you there?", "Goodbye"}, w.automatic(c))
		require.False(t, ruled(c))

		_, err := w.admin.Accounts.Update(w.ctx, helpdesk.AccountChange{Settings: map[string]any{"auto_resolve_after": 10, "auto_resolve_message": "It is over"}})
		require.NoError(t, err)
		c = w.write(w.inboxWith(helpdesk.InboxInput{Name: ptr("Idle")}), "bo", "hello").ID
		w.clock.Advance(24 * time.Hour)
		w.runDue()
		require.Equal(t, []string{"It is over"}, w.automatic(c))
		require.False(t, ruled(c))

		c = w.write(w.entry(w.flow("short", send("a", "Welcome", "b"), finish("b"))), "cy", "hello").ID
		require.Contains(t, w.said(c), "Welcome")
		require.False(t, ruled(c))

		_, err = w.admin.Messages.Send(w.ctx, c, helpdesk.Reply{Content: "a person"})
		require.NoError(t, err)
		require.True(t, ruled(c), "the rule is one that works")
	})
}

// A flow begins after the greeting, and nothing is said between its questions; as
// it hands over, the customer is told that nobody is there.
func TestAutomaticTextsAroundFlows(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		f := w.flow("entry", ask("name", "What is it about?", "about", "over"), handOff("over"))
		box := w.office(w.agent("ada", helpdesk.AgentRole))
		_, err := w.admin.Inboxes.Update(w.ctx, box.ID, helpdesk.InboxInput{EntryFlow: &f.ID, Greeting: ptr("Hello")})
		require.NoError(t, err)
		w.at("Mar 7 12:00:00")
		c := w.write(box, "a", "hi")
		require.Equal(t, []string{"Hello", "What is it about?"}, w.automatic(c.ID))
		w.restart()
		w.clock.Advance(time.Minute)
		c = w.write(box, "a", "an order")
		require.Equal(t, helpdesk.Open, c.Status)
		require.Equal(t, []string{"Hello", "What is it about?", "We are closed"}, w.automatic(c.ID))
		w.clock.Advance(time.Hour)
		w.write(box, "a", "hello?")
		require.Len(t, w.automatic(c.ID), 3)

		w.at("Mar 9 12:00:00")
		c = w.write(box, "b", "hi")
		w.write(box, "b", "an order")
		require.Equal(t, []string{"Hello", "What is it about?"}, w.automatic(c.ID), "somebody is there")
	})
}
