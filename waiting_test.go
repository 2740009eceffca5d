package helpdesk_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
)

// Since when a customer waits, and what ends that.
func TestWaiting(t *testing.T) {
	t.Parallel()
	replies := []helpdesk.EventKind{helpdesk.FirstReply, helpdesk.ReplyCreated}
	waits := func(s stage, id helpdesk.ConversationID, since time.Time) {
		s.t.Helper()
		s.restart()
		require.Equal(s.t, since, s.conversation(id).WaitingSince)
	}
	// answered has a conversation whose customer was answered, and waits for nothing.
	answered := func(s stage) helpdesk.ConversationID {
		id := s.arrive(s.box)
		s.clock.Advance(time.Minute)
		s.send(s.as(s.ada), id, "an answer")
		waits(s, id, time.Time{})
		return id
	}
	perform(t, []act{
		{"from the beginning, whoever began it", func(s stage) {
			s.clock.Advance(time.Minute)
			now := s.clock.Now()
			waits(s, s.begin(helpdesk.NewConversation{}).ID, now)
			waits(s, s.hello(), now)
		}},
		{"the first reply: when, and the wait is over", func(s stage) {
			id := s.arrive(s.box)
			s.pass(90 * time.Second)
			s.send(s.as(s.ada), id, "an answer")
			c := s.conversation(id)
			require.Equal(s.t, s.clock.Now(), c.FirstReplyAt)
			waits(s, id, time.Time{})
			got := s.happened(id, replies...)
			require.Len(s.t, got, 1)
			require.Equal(s.t, helpdesk.FirstReply, got[0].Kind)
			require.EqualValues(s.t, 90, got[0].Elapsed)
		}},
		{"a later reply: how long it took, and the first stays the first", func(s stage) {
			id := answered(s)
			first := s.conversation(id).FirstReplyAt
			s.again(id)
			s.pass(40 * time.Second)
			s.send(s.as(s.bo), id, "another answer")
			got := s.happened(id, replies...)
			require.Len(s.t, got, 2)
			require.Equal(s.t, helpdesk.ReplyCreated, got[1].Kind)
			require.EqualValues(s.t, 40, got[1].Elapsed)
			require.Equal(s.t, first, s.conversation(id).FirstReplyAt)
			waits(s, id, time.Time{})
		}},
		{"who waits for nothing is replied to without an event", func(s stage) {
			id := answered(s)
			s.send(s.as(s.ada), id, "and another thing")
			require.Len(s.t, s.happened(id, replies...), 1)
		}},
		{"the earliest message that nobody answered", func(s stage) {
			id := answered(s)
			s.again(id)
			since := s.clock.Now()
			s.pass(time.Hour)
			s.again(id)
			waits(s, id, since)
		}},
		{"a bot's answer ends it without an event, and is no first reply", func(s stage) {
			_, robo := s.bot(s.box, "")
			id := s.arrive(s.box)
			s.send(robo, id, "beep")
			waits(s, id, time.Time{})
			require.Zero(s.t, s.conversation(id).FirstReplyAt)
			require.Empty(s.t, s.happened(id, replies...))
		}},
		{"a note ends nothing", func(s stage) {
			id := s.arrive(s.box)
			since := s.clock.Now()
			_, err := s.as(s.ada).Messages.Send(s.ctx, id, helpdesk.Reply{Content: "a note", Private: true})
			require.NoError(s.t, err)
			waits(s, id, since)
			require.Zero(s.t, s.conversation(id).FirstReplyAt)
		}},
		{"a rule's message ends nothing", func(s stage) {
			r, err := s.admin.Rules.Create(s.ctx, helpdesk.RuleInput{Name: ptr("hi"), Event: helpdesk.ConversationCreated, Actions: []helpdesk.RuleAction{action(helpdesk.DoSendMessage, "hi")}})
			require.NoError(s.t, err)
			id := s.arrive(s.box)
			require.NoError(s.t, s.admin.Rules.Delete(s.ctx, r.ID))
			require.Contains(s.t, s.saidSince(id, 0), "outgoing: hi")
			waits(s, id, s.clock.Now())
			require.Empty(s.t, s.happened(id, replies...))
		}},
		{"a template ends nothing", func(s stage) {
			id := s.arrive(s.box)
			_, err := s.admin.Surveys.Send(s.ctx, id)
			require.NoError(s.t, err)
			waits(s, id, s.clock.Now())
			require.Empty(s.t, s.happened(id, replies...))
		}},
		{"what a client sends for a campaign or a rule ends nothing", func(s stage) {
			for _, r := range []helpdesk.Reply{
				{Content: "news", Extra: map[string]any{"campaign_id": 3}},
				{Content: "hi", ContentAttrs: map[string]any{"automation_rule_id": 3}},
			} {
				id := s.arrive(s.box)
				_, err := s.as(s.ada).Messages.Send(s.ctx, id, r)
				require.NoError(s.t, err)
				waits(s, id, s.clock.Now())
				require.Empty(s.t, s.happened(id, replies...))
				require.Zero(s.t, s.conversation(id).FirstReplyAt)
			}
		}},
		{"resolving ends it, and says nothing of it", func(s stage) {
			id := s.arrive(s.box)
			s.set(id, helpdesk.Resolved)
			waits(s, id, time.Time{})
			for _, ev := range s.happened(id, helpdesk.ConversationUpdated) {
				require.NotContains(s.t, ev.Details, "waiting_since")
			}
			require.Empty(s.t, s.happened(id, replies...))
		}},
		{"opened again by hand nobody waits until the customer writes", func(s stage) {
			id := s.has(helpdesk.Resolved)
			s.set(id, helpdesk.Open)
			waits(s, id, time.Time{})
			s.again(id)
			waits(s, id, s.clock.Now())
		}},
	})
}
