package helpdesk_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/channel/api"
	"github.com/gohelpdesk/helpdesk/channel/channeltest"
)

// reply stores an answer in a conversation, pending.
func (s *scene) reply(id helpdesk.ConversationID, text string) *helpdesk.Message {
	s.Helper()
	msg, err := s.desk.Messages.Send(s.Context(), id, helpdesk.Reply{Content: text})
	require.NoError(s, err)
	require.Equal(s, helpdesk.StatePending, msg.State)
	return msg
}

func (s *scene) message(id helpdesk.MessageID) *helpdesk.Message {
	s.Helper()
	msg, err := s.desk.Messages.Get(s.Context(), id)
	require.NoError(s, err)
	return msg
}

func (s *scene) attempt(id helpdesk.MessageID) (a *helpdesk.Attempt) {
	s.Helper()
	require.NoError(s, s.store.View(s.Context(), s.inbox.Account, func(ctx context.Context, tx helpdesk.Tx) (err error) {
		a, err = tx.Attempts().Latest(ctx, id)
		return err
	}))
	return a
}

// sent is the texts handed to the provider.
func (s *scene) sent() (texts []string) {
	for _, out := range s.fake.Sent() {
		texts = append(texts, out.Content)
	}
	return texts
}

func (s *scene) report(id string, states ...helpdesk.SendState) {
	s.Helper()
	for _, state := range states {
		r := helpdesk.Receipt{ExternalID: id, State: state, Code: "470", Reason: "says the provider"}
		require.NoError(s, s.ingest(channeltest.Post{Event: "receipts", Receipts: []helpdesk.Receipt{r}}))
	}
}

func TestDeliverOutcomes(t *testing.T) {
	t.Parallel()
	onEachStore(t, func(t *testing.T, newScene sceneMaker) {
		for _, c := range []struct {
			name    string
			outcome channeltest.Outcome
			state   helpdesk.SendState
			reason  string
			attempt helpdesk.Attempt
			tries   int // within the next day
		}{
			{"accepted", channeltest.Accept("x-1"), helpdesk.StateSent, "", helpdesk.Attempt{State: helpdesk.StateSent, ExternalID: "x-1"}, 1},
			{"accepted without an id", channeltest.Accept(""), helpdesk.StateSent, "", helpdesk.Attempt{State: helpdesk.StateSent}, 1},
			{
				"refused", channeltest.Refuse("131026", "no such number"), helpdesk.StateFailed, "no such number",
				helpdesk.Attempt{State: helpdesk.StateFailed, Code: "131026", Error: "no such number"},
				1,
			},
			{
				"lost", channeltest.Lose(), helpdesk.StateUnknown, "",
				helpdesk.Attempt{State: helpdesk.StateUnknown, Error: "the connection broke"},
				1,
			},
			{
				"busy", channeltest.Retry(0), helpdesk.StatePending, "",
				helpdesk.Attempt{State: helpdesk.StateFailed, Error: "the provider is busy"},
				2,
			},
		} {
			t.Run(c.name, func(t *testing.T) {
				t.Parallel()
				s := newScene(t, "", nil)
				msg := s.reply(s.hear("ann", "hello").Conversation, "good morning")
				s.fake.Then(c.outcome)
				s.runDue()
				require.Len(t, s.fake.Sent(), 1)
				out := s.fake.Sent()[0]
				require.Equal(t, []any{msg.ID, 1, "ann", "good morning"}, []any{out.Message, out.Attempt, out.To, out.Content})
				msg = s.message(msg.ID)
				require.Equal(t, c.state, msg.State)
				require.Equal(t, c.reason, msg.FailReason)
				require.Equal(t, c.attempt.ExternalID, msg.ExternalID)
				a := s.attempt(msg.ID)
				require.Equal(t, c.attempt, helpdesk.Attempt{State: a.State, ExternalID: a.ExternalID, Code: a.Code, Error: a.Error})
				s.clock.Advance(24 * time.Hour)
				s.runDue()
				require.Len(t, s.fake.Sent(), c.tries)
			})
		}
	})
}

// TestDeliverLattice reports states in any order: a message never goes back.
func TestDeliverLattice(t *testing.T) {
	t.Parallel()
	const sent, delivered, read, failed, pending = helpdesk.StateSent, helpdesk.StateDelivered, helpdesk.StateRead, helpdesk.StateFailed, helpdesk.StatePending
	for _, c := range []struct {
		reports []helpdesk.SendState
		state   helpdesk.SendState
	}{
		{nil, sent},
		{[]helpdesk.SendState{sent}, sent},
		{[]helpdesk.SendState{pending}, sent},
		{[]helpdesk.SendState{delivered}, delivered},
		{[]helpdesk.SendState{delivered, sent}, delivered},
		{[]helpdesk.SendState{delivered, read}, read},
		{[]helpdesk.SendState{read, delivered, sent}, read},
		{[]helpdesk.SendState{failed}, failed},
		{[]helpdesk.SendState{failed, delivered, read}, failed},
		{[]helpdesk.SendState{delivered, failed}, delivered},
		{[]helpdesk.SendState{read, failed}, read},
		{[]helpdesk.SendState{"nonsense"}, sent},
	} {
		t.Run(fmt.Sprint(c.reports), func(t *testing.T) {
			t.Parallel()
			s := newScene(t, "", nil)
			msg := s.reply(s.hear("ann", "hello").Conversation, "good morning")
			s.runDue()
			s.report("fake-1", c.reports...)
			require.Equal(t, c.state, s.message(msg.ID).State)
			if c.state == failed {
				require.Equal(t, "470: says the provider", s.message(msg.ID).FailReason)
			}
			_, err := s.desk.Messages.Retry(t.Context(), msg.ID)
			require.Equal(t, c.state != failed, helpdesk.CodeOf(err) == helpdesk.Conflict, "only what failed can be sent again: %v", err)
		})
	}
}

// TestDeliverParkedReceipts reports on a message before Send has answered.
func TestDeliverParkedReceipts(t *testing.T) {
	t.Parallel()
	onEachStore(t, func(t *testing.T, newScene sceneMaker) {
		for _, c := range []struct {
			name    string
			then    channeltest.Outcome
			reports []helpdesk.SendState
			state   helpdesk.SendState
		}{
			{"read", channeltest.Accept("x-1"), []helpdesk.SendState{helpdesk.StateDelivered, helpdesk.StateRead}, helpdesk.StateRead},
			{"failed", channeltest.Accept("x-1"), []helpdesk.SendState{helpdesk.StateFailed}, helpdesk.StateFailed},
			{"of another message", channeltest.Accept("x-2"), []helpdesk.SendState{helpdesk.StateRead}, helpdesk.StateSent},
			{"never named", channeltest.Lose(), []helpdesk.SendState{helpdesk.StateRead}, helpdesk.StateUnknown},
		} {
			t.Run(c.name, func(t *testing.T) {
				t.Parallel()
				s := newScene(t, "", nil)
				msg := s.reply(s.hear("ann", "hello").Conversation, "good morning")
				answered, done := make(chan struct{}), make(chan error, 1)
				s.fake.Then(channeltest.Hold(answered, c.then))
				go func() { done <- s.engine.RunDue(context.WithoutCancel(s.Context())) }()
				require.NoError(t, s.fake.Wait(t.Context(), 1))
				s.report("x-1", c.reports...)
				require.Equal(t, helpdesk.StateSending, s.message(msg.ID).State)
				close(answered)
				require.NoError(t, <-done)
				require.Equal(t, c.state, s.message(msg.ID).State)
			})
		}
	})
}

func TestDeliverRetriesWhenToldTo(t *testing.T) {
	t.Parallel()
	s := newScene(t, "", nil)
	msg := s.reply(s.hear("ann", "hello").Conversation, "good morning")
	s.fake.Then(channeltest.Retry(time.Minute))
	s.runDue()
	s.clock.Advance(59 * time.Second)
	s.runDue()
	require.Len(t, s.fake.Sent(), 1)
	s.clock.Advance(time.Second)
	s.runDue()
	require.Equal(t, helpdesk.StateSent, s.message(msg.ID).State)
	require.Equal(t, 2, s.fake.Sent()[1].Attempt)
}

func TestDeliverGivesUp(t *testing.T) {
	t.Parallel()
	s := newScene(t, "", nil)
	msg := s.reply(s.hear("ann", "hello").Conversation, "good morning")
	for range 100 {
		s.fake.Then(channeltest.Retry(0))
		s.runDue()
		s.clock.Advance(time.Hour)
	}
	require.Equal(t, helpdesk.StateFailed, s.message(msg.ID).State)
	require.Equal(t, "the provider is busy", s.message(msg.ID).FailReason)
	require.Len(t, s.fake.Sent(), 16)
}

func TestDeliverInOrder(t *testing.T) {
	t.Parallel()
	onEachStore(t, func(t *testing.T, newScene sceneMaker) {
		s := newScene(t, "", nil)
		ann, bob := s.hear("ann", "hello").Conversation, s.hear("bob", "hello").Conversation
		s.reply(ann, "one")
		s.reply(ann, "two")
		s.reply(bob, "three")
		s.fake.Then(channeltest.Retry(time.Minute))
		s.runDue()
		require.Equal(t, []string{"one", "three"}, s.sent(), "two waits for one, and three for nobody")
		s.clock.Advance(time.Minute)
		s.runDue()
		require.Equal(t, []string{"one", "three", "one", "two"}, s.sent())
	})
}

func TestDeliverRetry(t *testing.T) {
	t.Parallel()
	onEachStore(t, func(t *testing.T, newScene sceneMaker) {
		for _, c := range []struct {
			name    string
			outcome channeltest.Outcome
		}{
			{"failed", channeltest.Refuse("1", "no")},
			{"unknown", channeltest.Lose()},
		} {
			t.Run(c.name, func(t *testing.T) {
				t.Parallel()
				s := newScene(t, "", nil)
				in := s.hear("ann", "hello")
				msg := s.reply(in.Conversation, "good morning")
				_, err := s.desk.Messages.Retry(t.Context(), msg.ID)
				require.ErrorIs(t, err, helpdesk.Conflict, "it is on its way")
				s.fake.Then(c.outcome)
				s.runDue()
				again, err := s.desk.Messages.Retry(t.Context(), msg.ID)
				require.NoError(t, err)
				require.Equal(t, []any{helpdesk.StatePending, ""}, []any{again.State, again.FailReason})
				s.runDue()
				require.Equal(t, helpdesk.StateSent, s.message(msg.ID).State)
				require.Equal(t, 2, s.fake.Sent()[1].Attempt)
				_, err = s.desk.Messages.Retry(t.Context(), in.ID)
				require.ErrorIs(t, err, helpdesk.Conflict, "it is the customer's")
			})
		}
	})
}

// TestDeliverAfterACrash loses a process between calling the provider and
// keeping its answer.
func TestDeliverAfterACrash(t *testing.T) {
	t.Parallel()
	onEachStore(t, func(t *testing.T, newScene sceneMaker) {
		for _, c := range []struct {
			name, settings string
			state          helpdesk.SendState
			calls          int
		}{
			{"of a provider that would send twice", `{}`, helpdesk.StateUnknown, 1},
			{"of one that recognises repeats", `{"repeatable": true}`, helpdesk.StateSent, 2},
		} {
			t.Run(c.name, func(t *testing.T) {
				t.Parallel()
				s := newScene(t, c.settings, nil)
				msg := s.reply(s.hear("ann", "hello").Conversation, "good morning")
				hung, done := make(chan struct{}), make(chan error, 1)
				s.fake.Then(channeltest.Hold(hung, channeltest.Accept("late")))
				go func() { done <- s.engine.RunDue(context.WithoutCancel(s.Context())) }()
				require.NoError(t, s.fake.Wait(t.Context(), 1))

				survivor := s.newEngine()
				require.NoError(t, survivor.RunDue(t.Context()))
				require.Equal(t, helpdesk.StateSending, s.message(msg.ID).State, "the lease holds")
				s.clock.Advance(10 * time.Minute)
				require.NoError(t, survivor.RunDue(t.Context()))
				require.Equal(t, c.state, s.message(msg.ID).State)
				require.Len(t, s.fake.Sent(), c.calls)

				close(hung) // it was only slow: what it knows still counts
				require.NoError(t, <-done)
				require.Equal(t, helpdesk.StateSent, s.message(msg.ID).State)
				require.NoError(t, survivor.RunDue(t.Context()))
				require.Len(t, s.fake.Sent(), c.calls)
			})
		}
	})
}

func TestDeliverNothing(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		do   func(s *scene, id helpdesk.ConversationID) error
	}{
		{"a private note", func(s *scene, id helpdesk.ConversationID) error {
			_, err := s.desk.Messages.Send(s.Context(), id, helpdesk.Reply{Content: "careful", Private: true})
			return err
		}},
		{"what went out already", func(s *scene, id helpdesk.ConversationID) error {
			_, err := s.desk.Messages.Send(s.Context(), id, helpdesk.Reply{Content: "from the phone", ExternalID: "x-9"})
			return err
		}},
		{"what the host refuses", func(s *scene, id helpdesk.ConversationID) error {
			_, err := s.desk.Messages.Send(s.Context(), id, helpdesk.Reply{Content: "secret"})
			require.ErrorIs(s, err, helpdesk.Forbidden)
			return nil
		}},
		{"what is gone", func(s *scene, id helpdesk.ConversationID) error {
			s.reply(id, "good morning")
			return s.desk.Conversations.Delete(s.Context(), id)
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := newScene(t, "", func(o *helpdesk.Options) {
				o.BeforeSend = func(_ context.Context, _ *helpdesk.Conversation, r *helpdesk.Reply) error {
					if r.Content == "secret" {
						return helpdesk.Errorf(helpdesk.Forbidden, "no secrets")
					}
					return nil
				}
			})
			require.NoError(t, c.do(s, s.hear("ann", "hello").Conversation))
			s.runDue()
			require.Empty(t, s.sent())
		})
	}
}

// Who quotes a message by the desk's id quotes it at the provider too, unless it is
// somebody else's.
func TestReplyQuotes(t *testing.T) {
	t.Parallel()
	onEachStore(t, func(t *testing.T, newScene sceneMaker) {
		s := newScene(t, "{}", nil)
		first, err := s.receive(helpdesk.Inbound{ExternalID: "in-1", From: helpdesk.Person{Source: "ann"}, Content: "red or green?"})
		require.NoError(t, err)
		other, err := s.receive(helpdesk.Inbound{ExternalID: "in-2", From: helpdesk.Person{Source: "bob"}, Content: "hello"})
		require.NoError(t, err)
		for _, id := range []any{float64(first.ID), int64(first.ID), float64(other.ID), float64(1 << 40), "x", nil} {
			_, err := s.desk.Messages.Send(s.Context(), first.Conversation, helpdesk.Reply{Content: "green", ContentAttrs: map[string]any{"in_reply_to": id}})
			require.NoError(t, err)
			s.runDue()
		}
		var quoted []string
		for _, out := range s.fake.Sent() {
			quoted = append(quoted, out.ReplyTo)
		}
		require.Equal(t, []string{"in-1", "in-1", "", "", "", ""}, quoted)
	})
}

func TestReplyToAStaleView(t *testing.T) {
	t.Parallel()
	onEachStore(t, func(t *testing.T, newScene sceneMaker) {
		s := newScene(t, "", nil)
		first := s.hear("ann", "hello")
		second := s.hear("ann", "never mind")
		_, err := s.desk.Messages.Send(t.Context(), first.Conversation, helpdesk.Reply{Content: "hello!", AsOf: first.ID})
		var e *helpdesk.Error
		require.ErrorAs(t, err, &e)
		require.Equal(t, helpdesk.Conflict, e.Code)
		require.Equal(t, fmt.Sprint(second.ID), e.Fields["missed"])
		_, err = s.desk.Messages.Send(t.Context(), first.Conversation, helpdesk.Reply{Content: "hello!", AsOf: second.ID})
		require.NoError(t, err)
	})
}

// endpoint is what an API inbox's webhook address leads to.
type endpoint struct {
	*httptest.Server
	mu     sync.Mutex
	body   []byte // of the last call
	header http.Header
}

func newEndpoint(t *testing.T, status int) *endpoint {
	e := &endpoint{}
	e.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		e.mu.Lock()
		defer e.mu.Unlock()
		e.body, e.header = body, r.Header.Clone()
		w.WriteHeader(status)
	}))
	t.Cleanup(e.Close)
	return e
}

// TestDeliverOverTheAPIChannel answers to an endpoint instead of a provider.
func TestDeliverOverTheAPIChannel(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		status int
		state  helpdesk.SendState
		reason string
	}{
		{"taken", http.StatusOK, helpdesk.StateSent, ""},
		{"gone", http.StatusGone, helpdesk.StateFailed, "the endpoint is switched off"},
		{"down for four days", http.StatusBadGateway, helpdesk.StateFailed, "the endpoint answered 502 Bad Gateway"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			end := newEndpoint(t, c.status)
			s := newScene(t, "", func(o *helpdesk.Options) {
				o.Channels, o.HTTPClient = append(o.Channels, api.New()), end.Client()
			})
			inbox, err := s.desk.Inboxes.Create(t.Context(), helpdesk.InboxInput{
				Kind: api.Kind, Name: ptr("API"), Settings: json.RawMessage(`{"webhook_url": "` + end.URL + `", "reply_window_hours": 2}`),
			})
			require.NoError(t, err)
			s.inbox = inbox
			in := s.hear("ann", "hello")
			msg := s.reply(in.Conversation, "good morning")
			s.runDue()
			for range 4 * 24 {
				if c.status == http.StatusBadGateway {
					s.clock.Advance(time.Hour)
					s.runDue()
				}
			}
			msg = s.message(msg.ID)
			require.Equal(t, []any{c.state, c.reason}, []any{msg.State, msg.FailReason})
			secrets, err := s.desk.Webhooks.InboxSecrets(t.Context())
			require.NoError(t, err)
			at, err := strconv.ParseInt(end.header.Get("Webhook-Timestamp"), 10, 64)
			require.NoError(t, err)
			require.NoError(t, helpdesk.VerifyWebhook(end.header, secrets[inbox.ID], time.Unix(at, 0), end.body))
		})
	}
}

// TestReport lets the client of an API inbox say what became of a message.
func TestReport(t *testing.T) {
	t.Parallel()
	s := newScene(t, "", func(o *helpdesk.Options) { o.Channels = append(o.Channels, api.New()) })
	faked := s.reply(s.hear("ann", "hello").Conversation, "good morning")
	inbox, err := s.desk.Inboxes.Create(t.Context(), helpdesk.InboxInput{Kind: api.Kind, Name: ptr("API")})
	require.NoError(t, err)
	s.inbox = inbox
	msg := s.reply(s.hear("ann", "hello").Conversation, "good morning")
	s.runDue()
	for _, state := range []helpdesk.SendState{helpdesk.StateRead, helpdesk.StateDelivered} {
		got, err := s.desk.Messages.Report(t.Context(), msg.ID, state, "")
		require.NoError(t, err)
		require.Equal(t, helpdesk.StateRead, got.State)
	}
	_, err = s.desk.Messages.Report(t.Context(), msg.ID, helpdesk.StatePending, "")
	require.ErrorIs(t, err, helpdesk.Invalid)
	_, err = s.desk.Messages.Report(t.Context(), faked.ID, helpdesk.StateRead, "")
	require.ErrorIs(t, err, helpdesk.Forbidden, "a provider reports there")
}

func TestReplyWindow(t *testing.T) {
	t.Parallel()
	s := newScene(t, `{"reply_window_hours": 2}`, nil)
	s.hear("ann", "hello")
	require.True(t, s.list()[0].CanReply)
	s.clock.Advance(3 * time.Hour)
	require.False(t, s.list()[0].CanReply)
	s.hear("ann", "hello?")
	require.True(t, s.list()[0].CanReply)
}
