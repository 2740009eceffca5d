package helpdesk_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
)

// Who takes part in a conversation, and who has seen it.
func TestParticipantsAndSeen(t *testing.T) {
	t.Parallel()
	part := func(s stage, id helpdesk.ConversationID, want ...helpdesk.AgentID) {
		s.t.Helper()
		s.restart()
		list, err := s.admin.Conversations.Participants(s.ctx, id)
		require.NoError(s.t, err)
		got := []helpdesk.AgentID{}
		for _, a := range list {
			got = append(got, a.ID)
		}
		slices.Sort(got)
		require.Equal(s.t, append([]helpdesk.AgentID{}, want...), got)
	}
	perform(t, []act{
		{"whoever is assigned takes part, and goes on taking part", func(s stage) {
			id := s.arrive(s.box)
			part(s, id)
			s.give(id, s.ada)
			part(s, id, s.ada)
			s.give(id, s.bo)
			part(s, id, s.ada, s.bo)
			s.give(id, 0)
			part(s, id, s.ada, s.bo)
		}},
		{"also who is handed it, claims it, or opens it", func(s stage) {
			claimed, opened := s.arrive(s.box), s.has(helpdesk.Resolved)
			_, err := s.as(s.bo).Conversations.Claim(s.ctx, claimed)
			require.NoError(s.t, err)
			s.move(s.as(s.bo), opened, helpdesk.Open)
			s.members(s.box, helpdesk.ReplaceMembers, s.bo)
			s.boxIs(s.box, helpdesk.InboxInput{AutoAssign: ptr(true)})
			for _, id := range []helpdesk.ConversationID{claimed, opened, s.arrive(s.box)} {
				part(s, id, s.bo)
			}
		}},
		{"who is mentioned in a note", func(s stage) {
			id := s.arrive(s.box)
			_, err := s.as(s.ada).Messages.Send(s.ctx, id, helpdesk.Reply{Content: fmt.Sprintf("(mention://user/%d/bo)", s.bo), Private: true})
			require.NoError(s.t, err)
			part(s, id, s.bo)
		}},
		{"added, replaced and removed by hand", func(s stage) {
			id := s.arrive(s.box)
			for _, step := range []struct {
				how  helpdesk.MemberChange
				who  helpdesk.AgentID
				want []helpdesk.AgentID
			}{
				{helpdesk.AddMembers, s.ada, []helpdesk.AgentID{s.ada}},
				{helpdesk.AddMembers, s.bo, []helpdesk.AgentID{s.ada, s.bo}},
				{helpdesk.ReplaceMembers, s.bo, []helpdesk.AgentID{s.bo}},
				{helpdesk.RemoveMembers, s.ada, []helpdesk.AgentID{s.bo}},
				{helpdesk.RemoveMembers, s.bo, nil},
			} {
				_, err := s.admin.Conversations.SetParticipants(s.ctx, id, step.how, step.who)
				require.NoError(s.t, err)
				part(s, id, step.want...)
			}
		}},
		{"an agent has seen it; its owner's look is kept apart", func(s stage) {
			id := s.arrive(s.box)
			s.give(id, s.bo)
			s.pass(time.Minute)
			first := s.clock.Now()
			_, err := s.as(s.ada).Conversations.MarkSeen(s.ctx, id)
			require.NoError(s.t, err)
			s.restart()
			c := s.conversation(id)
			require.Equal(s.t, first, c.AgentSeenAt)
			require.Zero(s.t, c.OwnerSeenAt)
			require.Zero(s.t, c.Unread)
			s.pass(time.Minute)
			_, err = s.as(s.bo).Conversations.MarkSeen(s.ctx, id)
			require.NoError(s.t, err)
			c = s.conversation(id)
			require.Equal(s.t, s.clock.Now(), c.AgentSeenAt)
			require.Equal(s.t, s.clock.Now(), c.OwnerSeenAt)
		}},
		{"unread: both are a second before the customer's last message", func(s stage) {
			id := s.arrive(s.box)
			last := s.clock.Now()
			s.give(id, s.bo)
			s.pass(time.Minute)
			s.send(s.as(s.bo), id, "an answer")
			_, err := s.as(s.bo).Conversations.MarkSeen(s.ctx, id)
			require.NoError(s.t, err)
			_, err = s.as(s.bo).Conversations.MarkUnread(s.ctx, id)
			require.NoError(s.t, err)
			s.restart()
			c := s.conversation(id)
			require.Equal(s.t, last.Add(-time.Second), c.AgentSeenAt)
			require.Equal(s.t, last.Add(-time.Second), c.OwnerSeenAt)
			require.Equal(s.t, 1, c.Unread)
		}},
	})
}
