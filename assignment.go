package helpdesk

import (
	"context"
	"slices"
	"strconv"
	"time"
)

// assign hands an open conversation nobody owns to an agent, or puts it into the
// queue. It is called with every message that opens or continues a conversation,
// and does nothing where there is nothing to do. The caller saves the conversation.
func (u *unit) assign(c *Conversation) error {
	if c.Status != Open || u.cfg.inboxes[c.Inbox] == nil {
		return nil
	}
	if c.Assignee != 0 && !c.AssigneeBot && !u.cfg.assignable(c.Inbox, c.Assignee) && u.justOpened(c) {
		u.release(c) // the owner left the inbox while it slept
	}
	if c.Assignee != 0 || !u.handsOn(place{c.Inbox, c.Team}) || !c.QueuedAt.IsZero() {
		return nil // owned, by hand only, or queued already: whatever frees a place drains the queue
	}
	return u.findOwner(c)
}

// justOpened reports whether the conversation became open in this unit.
func (u *unit) justOpened(c *Conversation) bool {
	return slices.ContainsFunc(u.events, func(ev *Event) bool { return ev.Kind == ConversationOpened && ev.Conversation == c.ID })
}

// handsOn reports whether the engine looks for an owner by itself: the team's
// switch decides, and without a team the inbox's.
func (u *unit) handsOn(at place) bool {
	if team := u.cfg.teams[at.team]; team != nil {
		return team.AutoAssign
	}
	inbox := u.cfg.inboxes[at.inbox]
	return inbox != nil && inbox.AutoAssign
}

// findOwner queues an open conversation, and hands it out at once where nobody
// waits before it.
func (u *unit) findOwner(c *Conversation) error {
	if c.QueuedAt.IsZero() {
		c.QueuedAt = u.now
	}
	r, err := u.route()
	if err != nil {
		return err
	}
	d, err := r.decide(c)
	if err != nil {
		return err
	}
	if d.to != nil {
		ahead, err := u.tx.Conversations().Waiting(u.ctx, Waiting{Inboxes: []InboxID{c.Inbox}, Teams: []TeamID{c.Team}, Limit: 2})
		if err != nil {
			return err
		}
		if slices.ContainsFunc(ahead, func(o *Conversation) bool { return o.ID != c.ID }) {
			u.drainLater(c.Inbox) // a queue is a queue
			d.to, d.behind = nil, true
		}
	}
	_, err = r.settle(c, d)
	return err
}

// Assignment says who is to own a conversation.
type Assignment struct {
	To AgentID // 0 = nobody
	// If, when set, is the owner the caller believes in; when it is somebody
	// else by now, the call is Conflict and changes nothing.
	If *AgentID
}

// Claim takes a conversation that nobody owns. Of two agents who try, one gets
// it and the other is told Conflict.
func (s Conversations) Claim(ctx context.Context, id ConversationID) (*Conversation, error) {
	return s.edit(ctx, ClaimConversation, id, func(u *unit, c *Conversation) error {
		if u.self == nil {
			return forbidden(ClaimConversation)
		}
		if c.Assignee == u.self.ID {
			return nil
		}
		if c.Assignee != 0 && !c.AssigneeBot {
			return u.taken(c)
		}
		return u.assignTo(c, u.self.ID)
	})
}

// Assign gives a conversation to an agent of its inbox or an administrator, or
// to nobody. It may exceed limits, and what is taken from its owner so waits for a
// person's hand until the customer writes again. Without the right to assign to others, an
// agent may still claim what is free and give up what is theirs.
func (s Conversations) Assign(ctx context.Context, id ConversationID, a Assignment) (*Conversation, error) {
	return s.edit(ctx, ReadConversation, id, func(u *unit, c *Conversation) error { return u.reassign(c, a) })
}

func (u *unit) taken(c *Conversation) error {
	name := ""
	if owner := u.cfg.agents[c.Assignee]; owner != nil {
		name = owner.Name
	}
	return &Error{
		Code: Conflict, Message: "somebody else owns the conversation",
		Fields: map[string]string{"assignee_id": strconv.FormatInt(int64(c.Assignee), 10), "assignee": name},
	}
}

// assignTo gives the conversation to an agent by hand.
func (u *unit) assignTo(c *Conversation, id AgentID) error {
	if c.Assignee == id {
		return nil
	}
	if !u.cfg.assignable(c.Inbox, id) {
		return problems{"assignee_id": "must be an agent of the inbox or an administrator"}.err()
	}
	before := c.facts()
	agent := u.cfg.agents[id]
	u.setOwner(c, id, agent.Bot)
	u.emitAssigned(c, before)
	if id == u.selfID() {
		u.tell(c, textSelfAssigned, u.actorName())
	} else {
		u.tell(c, textAssigned, u.actorName(), agent.Name)
	}
	if c.Status == Open {
		u.freed(before.Assignee)
	}
	if err := u.takeOver(c, !agent.Bot); err != nil {
		return err
	}
	return u.takesPart(c, id)
}

func (u *unit) unassign(c *Conversation) {
	if c.Assignee == 0 {
		return
	}
	u.release(c)
	u.tell(c, textUnassigned, u.actorName())
}

// release leaves the conversation without an owner.
func (u *unit) release(c *Conversation) {
	before := c.facts()
	u.setOwner(c, 0, false)
	u.emitAssigned(c, before)
	if c.Status == Open {
		u.freed(before.Assignee)
	}
}

// setOwner moves ownership: the only place that does.
func (u *unit) setOwner(c *Conversation, id AgentID, bot bool) {
	if c.AssigneeBot != bot || c.Assignee == 0 || id == 0 {
		c.OwnerEpoch++
	}
	c.Assignee, c.AssigneeBot, c.OwnerSeenAt = id, bot, time.Time{}
	if bot {
		u.toBot(c)
	}
	if id != 0 {
		c.unqueue()
		if !bot {
			c.LastAssignee = id
		}
	}
}

func (u *unit) emitAssigned(c *Conversation, before ConversationFacts) {
	details := map[string]Change{"assignee_id": changed(before.Assignee, c.Assignee)}
	u.emitConversation(ConversationAssigned, c, before, details)
	u.emitConversation(ConversationUpdated, c, before, details)
}

// takesPart makes agents take part in a conversation.
func (u *unit) takesPart(c *Conversation, ids ...AgentID) error {
	added, err := u.tx.Participants().Add(u.ctx, c.ID, ids...)
	c.Participants = slices.Compact(slices.Sorted(slices.Values(append(slices.Clone(c.Participants), added...))))
	return err
}

// AssignTeam moves a conversation to a team, or with 0 out of any. An owner
// outside the team loses it; where the team hands on by itself, the next online
// member who is also in the inbox and below the limits gets it (FEATURES E3).
func (s Conversations) AssignTeam(ctx context.Context, id ConversationID, team TeamID) (*Conversation, error) {
	return s.edit(ctx, AssignConversation, id, func(u *unit, c *Conversation) error { return u.setTeam(c, team) })
}

func (u *unit) setTeam(c *Conversation, id TeamID) error {
	if c.Team == id {
		return nil
	}
	team := u.cfg.teams[id]
	if id != 0 && team == nil {
		return notFound("team")
	}
	before, old := c.facts(), c.Team
	c.Team = id
	details := map[string]Change{"team_id": changed(old, id)}
	u.emitConversation(ConversationTeam, c, before, details)
	u.emitConversation(ConversationUpdated, c, before, details)
	if id == 0 {
		u.tell(c, textTeamRemoved, u.actorName())
		return u.moveQueue(c)
	}
	u.tell(c, textTeam, u.actorName(), team.Name)
	members := u.cfg.teamMembers[id]
	if c.Assignee != 0 && !slices.Contains(members, c.Assignee) {
		u.release(c)
	}
	return u.moveQueue(c)
}

// moveQueue has a conversation wait where it belongs now, for as long as it has
// waited already.
func (u *unit) moveQueue(c *Conversation) error {
	if c.Assignee != 0 || c.Status != Open || !u.handsOn(place{c.Inbox, c.Team}) {
		c.unqueue() // it is owned, or waits for a person's hand
		return nil
	}
	c.Unrouted = 0
	return u.findOwner(c)
}
