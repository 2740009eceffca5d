package helpdesk

import (
	"context"
	"slices"
)

// SetParticipants adds agents to, removes them from, or makes them exactly those
// who take part in a conversation, and returns who was added. Only agents who
// may be assigned in its inbox can take part.
func (s Conversations) SetParticipants(ctx context.Context, id ConversationID, how MemberChange, agents ...AgentID) (added []*Agent, err error) {
	agents = slices.Compact(slices.Sorted(slices.Values(agents)))
	err = remove(ctx, s.d, func(u *unit) error {
		added = nil
		c, err := u.conversation(EditConversation, id)
		if err != nil {
			return err
		}
		p := problems{}
		for _, a := range agents {
			who := u.cfg.agents[a]
			p.add(how != RemoveMembers && (who == nil || who.Bot || !u.cfg.assignable(c.Inbox, a)), "user_ids", "hold somebody who does not see this inbox")
		}
		if err := p.err(); err != nil {
			return err
		}
		joined, left, err := setMembers(u, u.tx.Participants(), id, how, agents)
		if err != nil || len(joined)+len(left) == 0 {
			return err
		}
		for _, a := range joined {
			added = append(added, copied(u.cfg.agents[a]))
		}
		u.emitConversation(ConversationUpdated, c, c.facts(), map[string]Change{"participants": changed(left, joined)})
		return nil
	})
	return orNothing(added, err)
}
