package helpdesk_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/channel/channeltest"
)

// A provider is given no more than it takes at a time, and nobody's message is lost
// or tried in vain for it.
func TestSendsKeepTheProvidersPace(t *testing.T) {
	t.Parallel()
	onEachStore(t, func(t *testing.T, newScene sceneMaker) {
		s := newScene(t, `{"per_minute": 3}`, nil)
		var last *helpdesk.Message
		for i := range 7 {
			who := fmt.Sprint("customer ", i)
			last = s.reply(s.hear(who, "hello").Conversation, who)
		}
		s.runDue()
		require.Len(t, s.fake.Sent(), 3)
		for range 60 {
			s.clock.Advance(5 * time.Second)
			s.runDue()
		}
		require.Len(t, s.fake.Sent(), 7)
		require.Equal(t, helpdesk.StateSent, s.message(last.ID).State)
		require.Equal(t, 1, s.attempt(last.ID).Number, "waiting is no try")

		// What it asks itself holds for the whole inbox.
		s = newScene(t, "", nil)
		s.fake.Then(channeltest.SlowDown(time.Minute))
		s.reply(s.hear("ann", "hello").Conversation, "one")
		s.runDue()
		s.reply(s.hear("bo", "hello").Conversation, "two")
		s.runDue()
		require.Len(t, s.fake.Sent(), 1)
		s.clock.Advance(2 * time.Minute)
		s.runDue()
		require.Equal(t, []string{"one", "one", "two"}, s.sent())
	})
}

// What does not fit the channel is refused before it is stored, and what the
// provider would refuse does not reach it.
func TestNothingLeavesThatWouldBeRefused(t *testing.T) {
	t.Parallel()
	onEachStore(t, func(t *testing.T, newScene sceneMaker) {
		s := newScene(t, `{"max_length": 10, "reply_window_hours": 24}`, nil)
		c := s.hear("ann", "hello").Conversation
		_, err := s.desk.Messages.Send(s.Context(), c, helpdesk.Reply{Content: "much too long"})
		require.ErrorIs(t, err, helpdesk.Invalid)
		require.ErrorContains(t, err, "too long")
		require.Equal(t, []string{"hello"}, s.talk(c))
		_, err = s.desk.Messages.Send(s.Context(), c, helpdesk.Reply{Content: "a note may be as long as it likes", Private: true})
		require.NoError(t, err)

		late := s.reply(c, "late")
		s.clock.Advance(25 * time.Hour)
		s.runDue()
		require.Empty(t, s.fake.Sent())
		require.Equal(t, helpdesk.StateFailed, s.message(late.ID).State)
		require.Contains(t, s.message(late.ID).FailReason, "too long ago")
		m, err := s.desk.Messages.Send(s.Context(), c, helpdesk.Reply{Content: "Your order", Extra: map[string]any{
			"template_params": map[string]any{"name": "order", "language": "pt_BR", "processed_params": map[string]any{
				"body": map[string]any{"number": "12"}, "buttons": []any{map[string]any{"type": "url", "parameter": "x"}},
			}},
		}})
		require.NoError(t, err)
		s.runDue()
		require.Equal(t, helpdesk.StateSent, s.message(m.ID).State)
		use := s.fake.Sent()[0].Template
		require.Equal(t, []any{"order", "pt_BR", helpdesk.NamedParameters, map[string]string{"number": "12"}, map[int]string{0: "x"}},
			[]any{use.Name, use.Language, use.Format, use.Params, use.Buttons})

		// Who asked for no promotion gets none, by whatever way.
		promote := helpdesk.Reply{Content: "Sale!", Extra: map[string]any{"template_params": map[string]any{"name": "sale", "language": "pt_BR", "category": "MARKETING"}}}
		for _, stop := range []bool{true, false} {
			s.news(helpdesk.BatchItem{Preferences: []helpdesk.Preference{
				{From: from("ann"), Category: helpdesk.ConsentMarketing, Stop: stop, At: s.clock.Now()},
				{From: from("ann"), Category: helpdesk.ConsentMarketing, Stop: !stop, At: s.clock.Now().Add(-time.Hour)}, // told late
				{From: from("nobody"), Category: helpdesk.ConsentAll, Stop: true},
			}})
			v, err := s.desk.Messages.CanSend(s.Context(), c, promote)
			require.NoError(t, err)
			require.Equal(t, !stop, v.Allowed)
			require.Equal(t, stop, v.Reason == helpdesk.OptedOut)
			sent := len(s.fake.Sent())
			_, err = s.desk.Messages.Send(s.Context(), c, promote)
			require.NoError(t, err)
			s.runDue()
			require.Equal(t, !stop, len(s.fake.Sent()) > sent)
			s.clock.Advance(time.Minute)
		}

		// The window is the customer's, not the ticket's.
		s.hear("ann", "here again")
		_, err = s.desk.Conversations.SetStatus(s.Context(), c, helpdesk.Resolved, time.Time{})
		require.NoError(t, err)
		detail, err := s.desk.Conversations.Create(s.Context(), helpdesk.NewConversation{Inbox: s.inbox.ID, Source: "ann"})
		require.NoError(t, err)
		require.NotEqual(t, c, detail.ID)
		v, err := s.desk.Messages.CanSend(s.Context(), detail.ID, helpdesk.Reply{Content: "x"})
		require.NoError(t, err)
		require.True(t, v.Allowed)
	})
}

// Customers are shown that somebody reads and writes, and providers where to call.
func TestSignalsAndConnections(t *testing.T) {
	t.Parallel()
	onEachStore(t, func(t *testing.T, newScene sceneMaker) {
		s := newScene(t, "", func(o *helpdesk.Options) { o.PublicURL = "https://desk.test/" })
		s.runDue()
		require.Equal(t, []string{"connect https://desk.test/hooks/" + s.inbox.Identifier}, s.fake.Told())
		m, err := s.receive(helpdesk.Inbound{ExternalID: "m1", From: from("ann"), Content: "hello"})
		require.NoError(t, err)
		bo, err := s.desk.Agents.Invite(s.Context(), helpdesk.AgentInput{Email: "bo@shop.test", Name: "Bo", Role: helpdesk.AgentRole})
		require.NoError(t, err)
		require.NoError(t, s.desk.Inboxes.SetMembers(s.Context(), s.inbox.ID, helpdesk.AddMembers, bo.ID))
		agent := s.engine.As(s.engine.Agent(s.inbox.Account, bo.ID))
		for range 2 {
			_, err = agent.Conversations.MarkSeen(s.Context(), m.Conversation)
			require.NoError(t, err)
			s.runDue()
		}
		require.NoError(t, agent.Conversations.Typing(s.Context(), m.Conversation, true, true))
		require.NoError(t, agent.Conversations.Typing(s.Context(), m.Conversation, true, false))
		s.runDue()
		require.NoError(t, agent.Conversations.Typing(s.Context(), m.Conversation, false, false))
		s.runDue()
		require.Equal(t, []string{"read ann m1", "typing ann", "typing off ann"}, s.fake.Told()[1:])

		h, err := s.desk.Inboxes.Check(s.Context(), s.inbox.ID)
		require.NoError(t, err)
		require.Empty(t, h.Problems)
		s.fake.Ails(helpdesk.HealthProblem{Code: "token", Message: "the token is over", Revoked: true})
		_, err = s.desk.Inboxes.Check(s.Context(), s.inbox.ID)
		require.NoError(t, err)
		box, err := s.desk.Inboxes.Get(s.Context(), s.inbox.ID)
		require.NoError(t, err)
		require.Equal(t, "the token is over", box.RevokedReason)
		s.fake.Ails()
		_, err = s.desk.Inboxes.Check(s.Context(), s.inbox.ID)
		require.NoError(t, err)
		box, err = s.desk.Inboxes.Get(s.Context(), s.inbox.ID)
		require.NoError(t, err)
		require.True(t, box.RevokedAt.IsZero())
		require.NoError(t, s.desk.Inboxes.SetMembers(s.Context(), s.inbox.ID, helpdesk.RemoveMembers, bo.ID))
		_, err = agent.Inboxes.Check(s.Context(), s.inbox.ID)
		require.ErrorIs(t, err, helpdesk.NotFound)

		require.NoError(t, s.desk.Inboxes.Delete(s.Context(), s.inbox.ID))
		require.Equal(t, "disconnect", s.fake.Told()[len(s.fake.Told())-1])
	})
}
