package helpdesk_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
)

// stage is an inbox of its own with two agents, in a world that is restarted
// between the steps.
type stage struct {
	router
	box     *helpdesk.Inbox
	ada, bo helpdesk.AgentID
}

// act is what is said of the desk in one line, and how that shows.
type act struct {
	name string
	run  func(s stage)
}

// perform walks lines in one world, each in an inbox of its own.
func perform(t *testing.T, lines []act) {
	t.Helper()
	eachStore(t, func(t *testing.T, w *world) {
		ada, bo := w.agent("ada", helpdesk.AgentRole), w.agent("bo", helpdesk.AgentRole)
		for _, l := range lines {
			t.Run(l.name, func(t *testing.T) {
				above := w.t
				w.t = t
				defer func() { w.t = above }()
				w.restart()
				l.run(stage{router{w}, w.inboxWith(helpdesk.InboxInput{Name: &l.name, AutoAssign: ptr(false)}, ada, bo), ada, bo})
			})
		}
	})
}

// hello has a customer write to the inbox.
func (s stage) hello() helpdesk.ConversationID {
	s.t.Helper()
	return s.write(s.box, "customer", "hello").ID
}

// is restarts the engine and asks where a conversation stands.
func (s stage) is(id helpdesk.ConversationID, want helpdesk.Status) {
	s.t.Helper()
	s.restart()
	require.Equal(s.t, want, s.conversation(id).Status)
}

// has makes a conversation that stands somewhere.
func (s stage) has(at helpdesk.Status) helpdesk.ConversationID {
	s.t.Helper()
	id := s.arrive(s.box)
	s.set(id, at)
	return id
}

// begin has an agent start a conversation with a new contact.
func (s stage) begin(in helpdesk.NewConversation) *helpdesk.Conversation {
	s.t.Helper()
	if in.Contact == 0 {
		in.Contact = s.contact("begun")
	}
	in.Inbox = s.box.ID
	c, err := s.admin.Conversations.Create(s.ctx, in)
	require.NoError(s.t, err)
	return c
}

// contact is a contact with an address in the inbox.
func (s stage) contact(source string) helpdesk.ContactID {
	s.t.Helper()
	who, err := s.admin.Contacts.Create(s.ctx, helpdesk.NewContact{Inbox: s.box.ID, Source: source})
	require.NoError(s.t, err)
	return who.ID
}

func (s stage) block(id helpdesk.ConversationID, blocked bool) {
	s.t.Helper()
	_, err := s.admin.Contacts.Update(s.ctx, s.conversation(id).Contact, helpdesk.ContactChange{Blocked: &blocked})
	require.NoError(s.t, err)
}

func (s stage) mute(id helpdesk.ConversationID, muted bool) {
	s.t.Helper()
	_, err := s.admin.Conversations.SetMuted(s.ctx, id, muted)
	require.NoError(s.t, err)
}

func (s stage) toggle(by *helpdesk.Desk, id helpdesk.ConversationID) {
	s.t.Helper()
	_, err := by.Conversations.Toggle(s.ctx, id)
	require.NoError(s.t, err)
}

func (s stage) move(by *helpdesk.Desk, id helpdesk.ConversationID, to helpdesk.Status) {
	s.t.Helper()
	_, err := by.Conversations.SetStatus(s.ctx, id, to, time.Time{})
	require.NoError(s.t, err)
}

// customer is who writes in a conversation.
func (s stage) customer(id helpdesk.ConversationID) *helpdesk.Desk {
	s.t.Helper()
	c := s.conversation(id)
	return s.engine.As(s.engine.Contact(s.account, c.Contact, c.ContactInbox))
}

// told are the lines of a conversation that say what happened.
func (s stage) told(id helpdesk.ConversationID) []string {
	s.t.Helper()
	out := []string{}
	for _, line := range s.saidSince(id, 0) {
		if rest, ok := strings.CutPrefix(line, "activity: "); ok {
			out = append(out, rest)
		}
	}
	return out
}

// happened are the events of a conversation, of the kinds asked for.
func (s stage) happened(id helpdesk.ConversationID, kinds ...helpdesk.EventKind) (out []*helpdesk.Event) {
	s.t.Helper()
	for _, ev := range s.log() {
		for _, kind := range kinds {
			if ev.Kind == kind && ev.Conversation == id {
				out = append(out, ev)
			}
		}
	}
	return out
}

func everyStatus() []helpdesk.Status {
	return []helpdesk.Status{helpdesk.Open, helpdesk.Pending, helpdesk.Snoozed, helpdesk.Resolved}
}

// How a conversation begins.
func TestFirstStatus(t *testing.T) {
	t.Parallel()
	perform(t, []act{
		{"open, when nobody says anything else", func(s stage) {
			s.is(s.hello(), helpdesk.Open)
			s.is(s.begin(helpdesk.NewConversation{}).ID, helpdesk.Open)
		}},
		{"the status that is asked for", func(s stage) {
			for _, at := range everyStatus() {
				s.is(s.begin(helpdesk.NewConversation{Contact: s.contact(string(at)), Status: at}).ID, at)
			}
		}},
		{"snoozed from the start wakes at its time", func(s stage) {
			c := s.begin(helpdesk.NewConversation{Status: helpdesk.Snoozed, SnoozedUntil: s.clock.Now().Add(time.Hour)})
			s.pass(time.Hour - time.Second)
			s.is(c.ID, helpdesk.Snoozed)
			s.pass(time.Second)
			s.is(c.ID, helpdesk.Open)
		}},
		{"pending with an active bot, whatever is asked for", func(s stage) {
			s.bot(s.box, "")
			s.is(s.hello(), helpdesk.Pending)
			s.is(s.begin(helpdesk.NewConversation{Status: helpdesk.Snoozed}).ID, helpdesk.Pending)
		}},
		{"an agent's own is open at once, in spite of the bot", func(s stage) {
			s.bot(s.box, "")
			c := s.begin(helpdesk.NewConversation{Assignee: s.ada})
			s.is(c.ID, helpdesk.Open)
			s.owns(s.ada, c.ID, "whoever began it")
		}},
		{"resolved for a blocked contact, whatever is asked for, and with a bot", func(s stage) {
			first := s.hello()
			s.mute(first, true)
			c := s.begin(helpdesk.NewConversation{Contact: s.conversation(first).Contact, Status: helpdesk.Pending})
			require.NotEqual(s.t, first, c.ID)
			s.is(c.ID, helpdesk.Resolved)
			s.bot(s.box, "")
			s.is(s.begin(helpdesk.NewConversation{Contact: s.conversation(first).Contact}).ID, helpdesk.Resolved)
		}},
		{"resolved for a blocked contact in every other inbox", func(s stage) {
			first := s.hello()
			s.mute(first, true)
			other := s.inbox("Elsewhere", s.ada)
			_, err := s.admin.Contacts.AddAddress(s.ctx, s.conversation(first).Contact, other.ID, "there")
			require.NoError(s.t, err)
			s.is(s.write(other, "there", "hello?").ID, helpdesk.Resolved)
		}},
	})
}

// What a customer's message makes of the conversation that gets it.
func TestMessageMovesStatus(t *testing.T) {
	t.Parallel()
	again := func(s stage, id helpdesk.ConversationID) helpdesk.ConversationID {
		s.restart()
		return s.writeAs(s.box, helpdesk.Person{Source: s.sourceOf(id)}, "again").ID
	}
	const reopened = "Conversation was reopened by a new message"
	perform(t, []act{
		{"open stays open, without a word", func(s stage) {
			id := s.has(helpdesk.Open)
			require.Equal(s.t, id, again(s, id))
			s.is(id, helpdesk.Open)
			require.Empty(s.t, s.told(id))
		}},
		{"pending that a bot holds stays pending", func(s stage) {
			s.bot(s.box, "")
			id := s.arrive(s.box)
			require.Equal(s.t, id, again(s, id))
			s.is(id, helpdesk.Pending)
			require.Empty(s.t, s.happened(id, helpdesk.ConversationOpened))
		}},
		{"any other that is pending opens", func(s stage) {
			id := s.has(helpdesk.Pending)
			require.Equal(s.t, id, again(s, id))
			s.is(id, helpdesk.Open)
			require.Len(s.t, s.happened(id, helpdesk.ConversationOpened), 1)
			require.Equal(s.t, reopened, s.told(id)[1])
		}},
		{"pending that the bot gave to people opens", func(s stage) {
			_, robo := s.bot(s.box, "")
			id := s.arrive(s.box)
			s.move(robo, id, helpdesk.Open)
			s.give(id, s.ada)
			s.set(id, helpdesk.Pending)
			again(s, id)
			s.is(id, helpdesk.Open)
		}},
		{"snoozed until a time opens, and its time is forgotten", func(s stage) {
			id := s.arrive(s.box)
			_, err := s.admin.Conversations.Snooze(s.ctx, id, s.clock.Now().Add(time.Hour))
			require.NoError(s.t, err)
			require.Equal(s.t, id, again(s, id))
			s.is(id, helpdesk.Open)
			require.Zero(s.t, s.conversation(id).SnoozedUntil)
			require.Len(s.t, s.happened(id, helpdesk.ConversationOpened), 1)
			s.set(id, helpdesk.Resolved)
			s.pass(2 * time.Hour)
			s.is(id, helpdesk.Resolved)
		}},
		{"snoozed opens although a bot is active", func(s stage) {
			_, robo := s.bot(s.box, "")
			id := s.arrive(s.box)
			s.move(robo, id, helpdesk.Open)
			s.set(id, helpdesk.Snoozed)
			again(s, id)
			s.is(id, helpdesk.Open)
		}},
		{"resolved is pending again where a bot is active", func(s stage) {
			s.boxIs(s.box, helpdesk.InboxInput{Single: ptr(true)})
			_, robo := s.bot(s.box, "")
			id := s.arrive(s.box)
			s.move(robo, id, helpdesk.Resolved)
			require.Equal(s.t, id, again(s, id))
			s.is(id, helpdesk.Pending)
		}},
		{"resolved opens otherwise", func(s stage) {
			s.boxIs(s.box, helpdesk.InboxInput{Single: ptr(true)})
			id := s.has(helpdesk.Resolved)
			require.Equal(s.t, id, again(s, id))
			s.is(id, helpdesk.Open)
			require.Equal(s.t, reopened, s.told(id)[1])
			require.Len(s.t, s.happened(id, helpdesk.ConversationOpened), 1)
		}},
		{"a blocked contact's moves nothing", func(s stage) {
			for _, single := range []bool{false, true} {
				s.boxIs(s.box, helpdesk.InboxInput{Single: &single})
				for _, at := range everyStatus() {
					id := s.has(at)
					s.block(id, true)
					n := len(s.messages(id))
					require.Equal(s.t, id, again(s, id), "it is stored")
					require.Len(s.t, s.messages(id), n+1)
					s.is(id, at)
				}
			}
		}},
		{"nothing else that is said moves it", func(s stage) {
			for _, at := range everyStatus() {
				id := s.has(at)
				s.send(s.as(s.ada), id, "an answer")
				_, err := s.as(s.ada).Messages.Send(s.ctx, id, helpdesk.Reply{Content: "a note", Private: true})
				require.NoError(s.t, err)
				_, err = s.admin.Surveys.Send(s.ctx, id) // a template
				require.NoError(s.t, err)
				_, err = s.admin.Conversations.SetPriority(s.ctx, id, helpdesk.High) // an activity
				require.NoError(s.t, err)
				s.is(id, at)
			}
		}},
	})
}

// sourceOf is the address that a conversation is with.
func (s stage) sourceOf(id helpdesk.ConversationID) string {
	s.t.Helper()
	d, err := s.admin.Conversations.Detail(s.ctx, id)
	require.NoError(s.t, err)
	return d[0].Address.Source
}

// What people, bots and customers make of a conversation.
func TestStatusByHand(t *testing.T) {
	t.Parallel()
	perform(t, []act{
		{"toggled: open is resolved, everything else opens", func(s stage) {
			for _, at := range everyStatus() {
				id := s.has(at)
				s.toggle(s.admin, id)
				s.is(id, map[bool]helpdesk.Status{true: helpdesk.Resolved, false: helpdesk.Open}[at == helpdesk.Open])
			}
		}},
		{"set: from every status to every other", func(s stage) {
			for _, from := range everyStatus() {
				for _, to := range everyStatus() {
					id := s.has(from)
					s.set(id, to)
					s.is(id, to)
				}
			}
		}},
		{"snoozed until a time, which goes with the snooze", func(s stage) {
			until := s.clock.Now().Add(time.Hour)
			for _, to := range everyStatus() {
				id := s.arrive(s.box)
				_, err := s.admin.Conversations.SetStatus(s.ctx, id, helpdesk.Snoozed, until)
				require.NoError(s.t, err)
				require.Equal(s.t, until, s.conversation(id).SnoozedUntil)
				s.set(id, to)
				require.Zero(s.t, s.conversation(id).SnoozedUntil)
			}
		}},
		{"a bot that opens what is pending hands it to people", func(s stage) {
			_, err := s.as(s.bo).Notifications.SetSettings(s.ctx, helpdesk.NotificationSettings{Push: tellings{helpdesk.NotifyCreated}})
			require.NoError(s.t, err)
			_, robo := s.bot(s.box, "")
			id := s.arrive(s.box)
			require.Empty(s.t, s.notified(s.bo), "while the bot holds it")
			s.move(robo, id, helpdesk.Open)
			s.is(id, helpdesk.Open)
			require.Len(s.t, s.happened(id, helpdesk.ConversationHandoff), 1)
			require.Equal(s.t, tellings{helpdesk.NotifyCreated}, s.notified(s.bo), "as of a new one")
			s.clear(s.bo)
		}},
		{"a hand-over is counted once for a conversation, ever", func(s stage) {
			_, robo := s.bot(s.box, "")
			s.clock.Advance(24 * time.Hour) // the other lines' are another day's
			from := s.clock.Now()
			id := s.arrive(s.box)
			for range 3 {
				s.move(robo, id, helpdesk.Open)
				s.clock.Advance(24 * time.Hour)
				s.set(id, helpdesk.Pending)
			}
			figures, err := s.admin.Reports.Bots(s.ctx, helpdesk.Span{Since: from, Until: s.clock.Now()})
			require.NoError(s.t, err)
			require.Equal(s.t, 1, figures.HandedOff)
		}},
		{"a person who opens it hands nothing over", func(s stage) {
			s.bot(s.box, "")
			id := s.arrive(s.box)
			s.move(s.as(s.ada), id, helpdesk.Open)
			require.Empty(s.t, s.happened(id, helpdesk.ConversationHandoff))
		}},
		{"an agent who opens it takes it, whoever had it", func(s stage) {
			for _, from := range []helpdesk.Status{helpdesk.Pending, helpdesk.Snoozed, helpdesk.Resolved} {
				for _, owner := range []helpdesk.AgentID{0, s.bo} {
					set, toggled := s.has(from), s.has(from)
					s.give(set, owner)
					s.give(toggled, owner)
					s.move(s.as(s.ada), set, helpdesk.Open)
					s.toggle(s.as(s.ada), toggled)
					for _, id := range []helpdesk.ConversationID{set, toggled} {
						s.is(id, helpdesk.Open)
						s.owns(s.ada, id, "opened by her")
					}
				}
			}
		}},
		{"also what a bot held", func(s stage) {
			id, _ := s.bot(s.box, "")
			c := s.arrive(s.box)
			s.give(c, id)
			s.set(c, helpdesk.Pending)
			s.move(s.as(s.ada), c, helpdesk.Open)
			s.owns(s.ada, c, "opened by her")
		}},
		{"opening what is open takes it from nobody", func(s stage) {
			id := s.has(helpdesk.Open)
			s.give(id, s.bo)
			s.move(s.as(s.ada), id, helpdesk.Open)
			s.owns(s.bo, id, "nothing has changed")
		}},
		{"an administrator who opens it does not take it", func(s stage) {
			id := s.has(helpdesk.Resolved)
			s.move(s.admin, id, helpdesk.Open)
			s.owns(0, id, "nobody's")
			s.give(id, s.bo)
			s.set(id, helpdesk.Resolved)
			s.move(s.admin, id, helpdesk.Open)
			s.owns(s.bo, id, "bo's still")
		}},
		{"the customer ends it: any becomes resolved, and that says who it was", func(s stage) {
			for _, at := range everyStatus() {
				id := s.has(at)
				before := len(s.told(id))
				_, err := s.customer(id).Conversations.CloseOwn(s.ctx, id)
				require.NoError(s.t, err)
				s.is(id, helpdesk.Resolved)
				said := s.told(id)[before:]
				if at == helpdesk.Resolved {
					require.Empty(s.t, said, "it was already")
					continue
				}
				require.Len(s.t, said, 1)
				require.Contains(s.t, said[0], "marked resolved by the customer")
				ends := s.happened(id, helpdesk.ConversationResolved)
				require.Equal(s.t, helpdesk.ByContact, ends[0].Actor.Kind)
			}
		}},
		{"muted: resolved, blocked, and said", func(s stage) {
			for _, at := range everyStatus() {
				id := s.has(at)
				before := len(s.told(id))
				s.mute(id, true)
				s.is(id, helpdesk.Resolved)
				require.True(s.t, s.conversation(id).Muted)
				require.Equal(s.t, "Owner has muted the conversation", s.told(id)[before])
			}
		}},
		{"muting a second time says nothing", func(s stage) {
			id := s.has(helpdesk.Open)
			s.mute(id, true)
			before := s.told(id)
			s.mute(id, true)
			require.Equal(s.t, before, s.told(id))
		}},
		{"unmuted: blocked no more, the status stays", func(s stage) {
			id := s.has(helpdesk.Open)
			s.mute(id, true)
			s.mute(id, false)
			s.is(id, helpdesk.Resolved)
			require.False(s.t, s.conversation(id).Muted)
			said := s.told(id)
			require.Equal(s.t, "Owner has unmuted the conversation", said[len(said)-1])
			next := s.writeAs(s.box, helpdesk.Person{Source: s.sourceOf(id)}, "at last").ID
			require.NotEqual(s.t, id, next)
			s.is(next, helpdesk.Open)
		}},
		{"muting is of the contact, in all that is theirs", func(s stage) {
			id := s.has(helpdesk.Open)
			other := s.inbox("Beside", s.ada)
			_, err := s.admin.Contacts.AddAddress(s.ctx, s.conversation(id).Contact, other.ID, "beside")
			require.NoError(s.t, err)
			beside := s.write(other, "beside", "hello").ID
			s.set(beside, helpdesk.Snoozed)
			s.mute(id, true)
			s.is(beside, helpdesk.Snoozed)
			s.write(other, "beside", "hello?")
			s.is(beside, helpdesk.Snoozed)
			require.True(s.t, s.conversation(beside).Muted)
		}},
		{"a bot that cannot be reached: what is pending opens, and says so", func(s stage) {
			down := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) }))
			defer down.Close()
			_, robo := s.bot(s.box, down.URL)
			id, resolved := s.arrive(s.box), s.arrive(s.box)
			s.move(robo, resolved, helpdesk.Resolved)
			s.restart()
			s.runDue()
			s.is(id, helpdesk.Open)
			require.Contains(s.t, s.told(id), "Conversation was opened: the bot could not be reached")
			s.is(resolved, helpdesk.Resolved)
		}},
	})
}
