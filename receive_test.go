package helpdesk_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/channel/channeltest"
)

// scene is a desk with one inbox of the fake channel, seen by its
// host. Nothing runs in it but what a test asks for.
type scene struct {
	*testing.T
	store  helpdesk.Store
	opts   helpdesk.Options
	fake   *channeltest.Fake
	engine *helpdesk.Engine
	inbox  *helpdesk.Inbox
	desk   *helpdesk.Desk
	clock  *clock
}

// sceneMaker opens a scene; change, if not nil, may change the engine's options,
// and settings are those of the inbox ("" = none).
type sceneMaker func(t *testing.T, settings string, change func(*helpdesk.Options)) *scene

// onEachStore runs a test with scenes on every store.
func onEachStore(t *testing.T, fn func(t *testing.T, newScene sceneMaker)) {
	t.Helper()
	for name, open := range map[string]func(testing.TB, func(string)) helpdesk.Store{"sqlite": openMemory, "postgres": openPostgres} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fn(t, func(t *testing.T, settings string, change func(*helpdesk.Options)) *scene {
				return sceneOn(t, open(t, nil), settings, change)
			})
		})
	}
}

func newScene(t *testing.T, settings string, change func(*helpdesk.Options)) *scene {
	t.Helper()
	return sceneOn(t, openMemory(t, nil), settings, change)
}

func sceneOn(t *testing.T, store helpdesk.Store, settings string, change func(*helpdesk.Options)) *scene {
	t.Helper()
	sealer, err := helpdesk.NewSealer(helpdesk.SealKey{ID: 1, Secret: []byte("0123456789abcdef")})
	require.NoError(t, err)
	s := &scene{T: t, store: store, fake: &channeltest.Fake{}, clock: &clock{now: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)}}
	s.opts = helpdesk.Options{Channels: []helpdesk.Channel{s.fake}, Sealer: sealer, Now: s.clock.Now}
	if change != nil {
		change(&s.opts)
	}
	s.engine = s.newEngine()
	account, err := s.engine.CreateAccount(t.Context(), helpdesk.NewAccount{Name: "Shop"})
	require.NoError(t, err)
	s.desk = s.engine.As(s.engine.Host(account.ID))
	s.inbox = s.newInbox(settings)
	return s
}

// newEngine is another process on the same store.
func (s *scene) newEngine() *helpdesk.Engine {
	s.Helper()
	engine, err := helpdesk.New(s.store, s.opts)
	require.NoError(s, err)
	return engine
}

func (s *scene) newInbox(settings string) *helpdesk.Inbox {
	s.Helper()
	name := "Inbox"
	in := helpdesk.InboxInput{Kind: channeltest.FakeKind, Name: &name}
	if settings != "" {
		in.Settings = json.RawMessage(settings)
	}
	inbox, err := s.desk.Inboxes.Create(s.Context(), in)
	require.NoError(s, err)
	return inbox
}

func (s *scene) receive(in helpdesk.Inbound) (*helpdesk.Message, error) {
	return s.engine.Receive(s.Context(), s.inbox.Account, s.inbox.ID, in)
}

// hear receives a text from source, and fails the test when it cannot.
func (s *scene) hear(source, text string) *helpdesk.Message {
	s.Helper()
	msg, err := s.receive(helpdesk.Inbound{From: helpdesk.Person{Source: source}, Content: text})
	require.NoError(s, err)
	return msg
}

func (s *scene) ingest(p channeltest.Post) error {
	_, err := s.engine.Ingest(s.Context(), s.inbox.Identifier, p.Request(""))
	return err
}

func (s *scene) conversation(id helpdesk.ConversationID) *helpdesk.Conversation {
	s.Helper()
	c, err := s.desk.Conversations.Get(s.Context(), id)
	require.NoError(s, err)
	return c
}

func (s *scene) list() []*helpdesk.ConversationDetail {
	s.Helper()
	list, err := s.desk.Conversations.List(s.Context(), helpdesk.ConversationFilter{Sort: helpdesk.OldestCreated}, helpdesk.Page{})
	require.NoError(s, err)
	return list.Items
}

// talk is what was said in a conversation, without activity lines.
func (s *scene) talk(id helpdesk.ConversationID) (texts []string) {
	s.Helper()
	messages, err := s.desk.Messages.List(s.Context(), helpdesk.MessageFilter{Conversation: id, Public: true}, helpdesk.Page{})
	require.NoError(s, err)
	for _, m := range messages {
		texts = append(texts, m.Content)
	}
	return texts
}

func (s *scene) runDue() {
	s.Helper()
	require.NoError(s, s.engine.RunDue(s.Context()))
}

func TestReceiveTheSameAtOnce(t *testing.T) {
	t.Parallel()
	onEachStore(t, func(t *testing.T, newScene sceneMaker) {
		s := newScene(t, "", nil)
		list, err := s.desk.Conversations.List(t.Context(), helpdesk.ConversationFilter{}, helpdesk.Page{})
		require.NoError(t, err)
		ids := make([]helpdesk.MessageID, 50)
		var wg sync.WaitGroup
		for i := range ids {
			wg.Go(func() {
				msg, err := s.receive(helpdesk.Inbound{ExternalID: "wamid.1", From: helpdesk.Person{Source: "ann"}, Content: "hello"})
				if err != nil {
					t.Error(err)
					return
				}
				ids[i] = msg.ID
			})
		}
		wg.Wait()
		for _, id := range ids {
			require.Equal(t, ids[0], id)
		}
		require.Len(t, s.list(), 1)
		require.Equal(t, []string{"hello"}, s.talk(s.list()[0].ID))
		items, _, err := s.desk.Feed(t.Context(), list.Cursor)
		require.NoError(t, err)
		created := 0
		for _, item := range items {
			if item.Event.Kind == helpdesk.MessageCreated {
				created++
			}
		}
		require.Equal(t, 1, created)
	})
}

func TestReceiveFirstMessagesAtOnce(t *testing.T) {
	t.Parallel()
	onEachStore(t, func(t *testing.T, newScene sceneMaker) {
		s := newScene(t, "", nil)
		var wg sync.WaitGroup
		for i := range 20 {
			wg.Go(func() {
				_, err := s.receive(helpdesk.Inbound{ExternalID: fmt.Sprint(i), From: helpdesk.Person{Source: "ann", Phone: "+5511987654321"}, Content: "hello"})
				if err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		require.Len(t, s.list(), 1)
		require.Len(t, s.talk(s.list()[0].ID), 20)
		_, contacts, err := s.desk.Contacts.List(t.Context(), helpdesk.ContactFilter{}, helpdesk.Page{})
		require.NoError(t, err)
		require.Equal(t, 1, contacts)
	})
}

func TestReceiveFindsTheConversation(t *testing.T) {
	t.Parallel()
	tomorrow := func(s *scene) time.Time { return s.clock.Now().Add(24 * time.Hour) }
	for _, c := range []struct {
		name   string
		single bool
		before func(s *scene, id helpdesk.ConversationID) error
		same   bool
		status helpdesk.Status // of the conversation that gets the message
	}{
		{"open", false, func(*scene, helpdesk.ConversationID) error { return nil }, true, helpdesk.Open},
		{"pending", false, func(s *scene, id helpdesk.ConversationID) error {
			_, err := s.desk.Conversations.SetStatus(s.Context(), id, helpdesk.Pending, time.Time{})
			return err
		}, true, helpdesk.Open},
		{"snoozed until a time", false, func(s *scene, id helpdesk.ConversationID) error {
			_, err := s.desk.Conversations.Snooze(s.Context(), id, tomorrow(s))
			return err
		}, true, helpdesk.Open},
		{"snoozed until an answer", false, func(s *scene, id helpdesk.ConversationID) error {
			_, err := s.desk.Conversations.Snooze(s.Context(), id, time.Time{})
			return err
		}, true, helpdesk.Open},
		{"resolved", false, func(s *scene, id helpdesk.ConversationID) error {
			_, err := s.desk.Conversations.Resolve(s.Context(), id)
			return err
		}, false, helpdesk.Open},
		{"resolved, one for ever", true, func(s *scene, id helpdesk.ConversationID) error {
			_, err := s.desk.Conversations.Resolve(s.Context(), id)
			return err
		}, true, helpdesk.Open},
		{"of a blocked contact", false, func(s *scene, id helpdesk.ConversationID) error {
			_, err := s.desk.Conversations.SetMuted(s.Context(), id, true)
			return err
		}, true, helpdesk.Resolved},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := newScene(t, "", nil)
			_, err := s.desk.Inboxes.Update(t.Context(), s.inbox.ID, helpdesk.InboxInput{Single: &c.single})
			require.NoError(t, err)
			first := s.hear("ann", "hello")
			require.NoError(t, c.before(s, first.Conversation))
			second := s.hear("ann", "again")
			require.Equal(t, c.same, first.Conversation == second.Conversation)
			require.Equal(t, c.status, s.conversation(second.Conversation).Status)
		})
	}
}

func TestReceiveTheConversationAskedFor(t *testing.T) {
	t.Parallel()
	s := newScene(t, "", nil)
	first := s.hear("ann", "one")
	old := s.conversation(first.Conversation)
	_, err := s.desk.Conversations.Resolve(t.Context(), old.ID)
	require.NoError(t, err)
	recent := s.hear("ann", "two")
	_, err = s.desk.Conversations.Reopen(t.Context(), old.ID)
	require.NoError(t, err)

	ask := func(source string) (*helpdesk.Message, error) {
		return s.receive(helpdesk.Inbound{From: helpdesk.Person{Source: source}, Content: "three", Conversation: old.Display})
	}
	msg, err := ask("ann")
	require.NoError(t, err)
	require.Equal(t, old.ID, msg.Conversation)
	require.NotEqual(t, recent.Conversation, msg.Conversation)
	_, err = ask("eve")
	require.ErrorIs(t, err, helpdesk.NotFound, "it is somebody else's")

	_, err = s.desk.Conversations.Resolve(t.Context(), old.ID)
	require.NoError(t, err)
	_, err = s.desk.Conversations.Resolve(t.Context(), recent.Conversation)
	require.NoError(t, err)
	msg, err = ask("ann")
	require.NoError(t, err)
	require.NotContains(t, []helpdesk.ConversationID{old.ID, recent.Conversation}, msg.Conversation, "it is over: a new ticket")
	again, err := ask("ann")
	require.NoError(t, err)
	require.Equal(t, msg.Conversation, again.Conversation, "one new ticket, not one for every message")
}

func TestReceiveRefusesAllThatIsWrongAtOnce(t *testing.T) {
	t.Parallel()
	s := newScene(t, "", nil)
	_, err := s.receive(helpdesk.Inbound{Content: strings.Repeat("é", 150_001), Attachments: make([]helpdesk.InboundFile, 16)})
	require.ErrorIs(t, err, helpdesk.Invalid)
	var e *helpdesk.Error
	require.ErrorAs(t, err, &e)
	require.Len(t, e.Fields, 3)
	for _, field := range []string{"source", "content", "attachments"} {
		require.Contains(t, e.Fields, field)
	}
	require.Empty(t, s.list())
}

func TestReceiveCleansText(t *testing.T) {
	t.Parallel()
	onEachStore(t, func(t *testing.T, newScene sceneMaker) {
		s := newScene(t, "", nil)
		msg, err := s.receive(helpdesk.Inbound{From: helpdesk.Person{Source: "ann\x00", Name: "An\xffn"}, Content: "a\x00b\xffc", At: s.clock.Now().Add(time.Hour)})
		require.NoError(t, err)
		msg, err = s.desk.Messages.Get(t.Context(), msg.ID)
		require.NoError(t, err)
		require.Equal(t, "ab\uFFFDc", msg.Content)
		require.Equal(t, s.clock.Now(), msg.ProviderAt, "a time ahead is not believed")
		require.Equal(t, "ann", s.list()[0].Address.Source)
		require.Equal(t, "An\uFFFDn", s.list()[0].Customer.Name)
	})
}

func TestReceiveWhileSwitchedOff(t *testing.T) {
	t.Parallel()
	s := newScene(t, "", nil)
	_, err := s.desk.Inboxes.Update(t.Context(), s.inbox.ID, helpdesk.InboxInput{Active: ptr(false)})
	require.NoError(t, err)
	msg, err := s.receive(helpdesk.Inbound{From: helpdesk.Person{Source: "ann"}, Content: "hello"})
	require.NoError(t, err)
	require.Nil(t, msg)
	require.NoError(t, s.ingest(messages("hello")))
	require.Empty(t, s.list())
}

func TestReceiveWhatWasErased(t *testing.T) {
	t.Parallel()
	onEachStore(t, func(t *testing.T, newScene sceneMaker) {
		s := newScene(t, "", nil)
		require.NoError(t, s.ingest(messages("hello")))
		require.NoError(t, s.desk.Conversations.Delete(t.Context(), s.list()[0].ID))
		msg, err := s.receive(messages("hello").Messages[0])
		require.NoError(t, err)
		require.Nil(t, msg, "what was seen does not come back")
		require.Empty(t, s.list())
	})
}

func TestReceiveAsksTheHost(t *testing.T) {
	t.Parallel()
	s := newScene(t, "", func(o *helpdesk.Options) {
		o.BeforeReceive = func(_ context.Context, inbox *helpdesk.Inbox, in *helpdesk.Inbound) error {
			inbox.Active = false // a copy: it means nothing
			if in.Content == "spam" {
				return helpdesk.Errorf(helpdesk.Forbidden, "no spam")
			}
			in.Content = strings.ToUpper(in.Content)
			return nil
		}
	})
	require.Equal(t, "HELLO", s.hear("ann", "hello").Content)
	_, err := s.receive(helpdesk.Inbound{From: helpdesk.Person{Source: "ann"}, Content: "spam"})
	require.ErrorIs(t, err, helpdesk.Forbidden)
	require.Equal(t, []string{"HELLO"}, s.talk(s.list()[0].ID))
}

// messages is a call of the provider with texts of ann, each its own id.
func messages(texts ...string) channeltest.Post {
	p := channeltest.Post{Event: "messages"}
	for _, text := range texts {
		p.Messages = append(p.Messages, helpdesk.Inbound{ExternalID: "in-" + text, From: helpdesk.Person{Source: "ann"}, Content: text})
	}
	return p
}

func TestIngest(t *testing.T) {
	t.Parallel()
	onEachStore(t, func(t *testing.T, newScene sceneMaker) {
		s := newScene(t, "", nil)
		require.NoError(t, s.ingest(messages("one", "two", "three")))
		require.NoError(t, s.ingest(messages("two", "four")), "what was delivered before changes nothing")
		require.Len(t, s.list(), 1)
		require.Equal(t, []string{"one", "two", "three", "four"}, s.talk(s.list()[0].ID))
		require.NoError(t, s.ingest(channeltest.Post{Event: "weather"}))
	})
}

func TestIngestForAnotherInbox(t *testing.T) {
	t.Parallel()
	s := newScene(t, "", nil)
	other := s.newInbox(`{"address": "+551199"}`)
	p := messages("hello")
	p.To = "+551199"
	require.NoError(t, s.ingest(p))
	require.Equal(t, other.ID, s.list()[0].Inbox)
	p.To = "+0"
	require.ErrorIs(t, s.ingest(p), helpdesk.NotFound)
}

// TestIngestForAnotherAccount speaks for a neighbour's inbox with a secret of our
// own: nothing happens there.
func TestIngestForAnotherAccount(t *testing.T) {
	t.Parallel()
	s := newScene(t, "", nil)
	account, err := s.engine.CreateAccount(t.Context(), helpdesk.NewAccount{Name: "Neighbour"})
	require.NoError(t, err)
	neighbour := s.engine.As(s.engine.Host(account.ID))
	_, err = neighbour.Inboxes.Create(t.Context(), helpdesk.InboxInput{
		Kind: channeltest.FakeKind, Name: ptr("Theirs"), Settings: json.RawMessage(`{"address": "+551199"}`),
	})
	require.NoError(t, err)
	heard := func() int {
		list, err := neighbour.Conversations.List(t.Context(), helpdesk.ConversationFilter{}, helpdesk.Page{})
		require.NoError(t, err)
		return len(list.Items)
	}
	p := messages("hello")
	p.To = "+551199"
	require.ErrorIs(t, s.ingest(p), helpdesk.NotFound)
	require.Zero(t, heard())
	p.Shared = true
	require.NoError(t, s.ingest(p))
	require.Equal(t, 1, heard())
}

func TestIngestRefuses(t *testing.T) {
	t.Parallel()
	s := newScene(t, "", nil)
	nobody := channeltest.Post{Event: "messages", Messages: []helpdesk.Inbound{{Content: "hello"}}}
	junk, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "/", strings.NewReader("{"))
	require.NoError(t, err)
	channeltest.Sign("")(junk, []byte("{"))
	large, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "/", strings.NewReader(strings.Repeat("x", 4<<20+1)))
	require.NoError(t, err)
	for _, c := range []struct {
		name, token string
		request     *http.Request
		code        helpdesk.Code
	}{
		{"an unknown token", "nobody", messages("hello").Request(""), helpdesk.NotFound},
		{"a bad signature", s.inbox.Identifier, messages("hello").Request("wrong"), helpdesk.Unauthenticated},
		{"junk", s.inbox.Identifier, junk, helpdesk.Invalid},
		{"a message from nobody", s.inbox.Identifier, nobody.Request(""), helpdesk.Invalid},
		{"too much", s.inbox.Identifier, large, helpdesk.Invalid},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := s.engine.Ingest(t.Context(), c.token, c.request)
			require.Equal(t, c.code, helpdesk.CodeOf(err), "%v", err)
		})
	}
	require.Empty(t, s.list())
}

// faulty is a store whose next Updates fail.
type faulty struct {
	helpdesk.Store
	mu    sync.Mutex
	fails int
}

func (f *faulty) Unwrap() helpdesk.Store { return f.Store }

func (f *faulty) Update(ctx context.Context, account helpdesk.AccountID, fn func(context.Context, helpdesk.Tx) error) error {
	f.mu.Lock()
	fails := f.fails > 0
	f.fails--
	f.mu.Unlock()
	if fails {
		return helpdesk.Errorf(helpdesk.Unavailable, "the disk is full")
	}
	return f.Store.Update(ctx, account, fn)
}

func TestIngestWhatCannotBeStoredAtOnce(t *testing.T) {
	t.Parallel()
	onEachStore(t, func(t *testing.T, newScene sceneMaker) {
		for _, c := range []struct {
			name  string
			fails int
			code  helpdesk.Code
			heard []string
		}{
			{"the unit fails", 1, "", []string{"one", "two"}},
			{"so does the journal", 2, helpdesk.Unavailable, nil},
		} {
			t.Run(c.name, func(t *testing.T) {
				t.Parallel()
				s := newScene(t, "", nil)
				engine, err := helpdesk.New(&faulty{Store: s.store, fails: c.fails}, s.opts)
				require.NoError(t, err)
				_, err = engine.Ingest(t.Context(), s.inbox.Identifier, messages("one", "two").Request(""))
				require.Equal(t, c.code, helpdesk.CodeOf(err), "%v", err)
				require.Empty(t, s.list())
				s.runDue()
				if c.heard == nil {
					require.Empty(t, s.list(), "the provider will try again")
					return
				}
				require.Equal(t, c.heard, s.talk(s.list()[0].ID))
				require.NoError(t, s.ingest(messages("one", "two")))
				require.Equal(t, c.heard, s.talk(s.list()[0].ID))
			})
		}
	})
}
