package helpdesk

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strconv"
	"time"
)

// assign hands an open conversation nobody owns to the next agent, or puts it
// into the queue. It is called with every message that opens or continues a
// conversation, and does nothing where there is nothing to do. The caller saves
// the conversation.
func (u *unit) assign(c *Conversation) error {
	inbox := u.cfg.inboxes[c.Inbox]
	if c.Status != Open || inbox == nil {
		return nil
	}
	if c.Assignee != 0 && !c.AssigneeBot && !u.cfg.assignable(c.Inbox, c.Assignee) {
		u.release(c) // the owner left the inbox while it slept
	}
	if c.Assignee != 0 || !u.handsOn(c) || !c.QueuedAt.IsZero() {
		return nil // owned, by hand only, or queued already: whatever frees a place drains the queue
	}
	c.QueuedAt = u.now
	if err := u.tx.LockRouting(u.ctx); err != nil {
		return err
	}
	ahead, err := u.tx.Conversations().Waiting(u.ctx, Waiting{Inboxes: []InboxID{c.Inbox}, Limit: 2})
	if err != nil {
		return err
	}
	if slices.ContainsFunc(ahead, func(o *Conversation) bool { return o.ID != c.ID }) {
		u.drainLater(c.Inbox) // others wait longer; a queue is a queue
		return nil
	}
	agent, err := u.pick(inbox, u.candidates(c))
	if err != nil || agent == 0 {
		return err
	}
	return u.handOut(c, agent)
}

// handsOn reports whether the engine looks for an owner by itself: the team's
// switch decides, and without a team the inbox's.
func (u *unit) handsOn(c *Conversation) bool {
	if team := u.cfg.teams[c.Team]; team != nil {
		return team.AutoAssign
	}
	inbox := u.cfg.inboxes[c.Inbox]
	return inbox != nil && inbox.AutoAssign
}

// candidates are who a conversation may be handed to: the members of its inbox,
// and while it belongs to a team, those of them who are in it (FEATURES E3).
func (u *unit) candidates(c *Conversation) []AgentID {
	members := u.cfg.inboxMembers[c.Inbox]
	team := u.cfg.teams[c.Team]
	if team == nil {
		return members
	}
	return slices.DeleteFunc(slices.Clone(members), func(a AgentID) bool { return !slices.Contains(u.cfg.teamMembers[c.Team], a) })
}

// pick chooses among the given agents who gets the next conversation of the
// inbox: of those online and below their limits, the one whose last turn is
// longest ago. 0 = nobody can take it now. The routing lock is held.
func (u *unit) pick(inbox *Inbox, among []AgentID) (AgentID, error) {
	persons := slices.DeleteFunc(slices.Clone(among), func(id AgentID) bool {
		a := u.cfg.agents[id]
		return a == nil || a.Bot || a.Availability != Online
	})
	if len(persons) == 0 {
		return 0, nil
	}
	loads, err := u.tx.Agents().Loads(u.ctx, inbox.ID, persons)
	if err != nil {
		return 0, err
	}
	free := slices.DeleteFunc(persons, func(id AgentID) bool { return !u.hasRoom(inbox, u.cfg.agents[id], loads[id]) })
	if len(free) == 0 {
		return 0, nil
	}
	return slices.MinFunc(free, func(a, b AgentID) int {
		return cmp.Or(cmp.Compare(loads[a].Turn, loads[b].Turn), cmp.Compare(a, b))
	}), nil
}

// hasRoom reports whether the engine may hand the agent one more: only open
// conversations count, and there must be room under the agent's own limit (or
// the account's) and under the inbox's (FEATURES A2).
func (u *unit) hasRoom(inbox *Inbox, a *Agent, l Load) bool {
	if a.AutoOffline && !l.Connected || !u.onDuty(a) {
		return false
	}
	limit := cmp.Or(a.OpenLimit, u.cfg.account.OpenLimit)
	return (limit == 0 || l.Open < limit) && (inbox.OpenLimit == 0 || l.OpenHere < inbox.OpenLimit)
}

// handOut gives a queued conversation to an agent and records the turn.
func (u *unit) handOut(c *Conversation, agent AgentID) error {
	before := c.facts()
	u.setOwner(c, agent, false)
	u.emitAssigned(c, before)
	u.tell(c, textHandedTo, u.cfg.agents[agent].Name)
	if err := u.takesPart(c, agent); err != nil {
		return err
	}
	return u.tx.Agents().Handed(u.ctx, c.Inbox, agent, u.now)
}

// drainMax is how many conversations one transaction hands out; more are left
// to a job at once, so that no unit grows without bound.
const drainMax = 20

// drainLater has flush hand out what waits in the inboxes, once everything else
// in the unit is written.
func (u *unit) drainLater(inboxes ...InboxID) {
	for _, id := range inboxes {
		if !slices.Contains(u.drains, id) {
			u.drains = append(u.drains, id)
		}
	}
}

// drain hands out what waits in the inboxes, oldest first, in the transaction
// that freed a place or brought an agent online. The routing lock is taken even
// when nothing waits: a conversation that found no place must either see this
// one freed, or be seen here.
func (u *unit) drain(inboxes []InboxID) error {
	if len(inboxes) == 0 {
		return nil
	}
	if err := u.tx.LockRouting(u.ctx); err != nil {
		return err
	}
	for handed := 0; len(inboxes) > 0; {
		queue, err := u.tx.Conversations().Waiting(u.ctx, Waiting{Inboxes: inboxes, Limit: drainMax + 1})
		if err != nil {
			return err
		}
		before := handed
		var full []place // nobody there has room: asking again is pointless
		for _, c := range queue {
			if slices.Contains(full, place{c.Inbox, c.Team}) {
				continue
			}
			if handed == drainMax {
				u.enqueueDrain()
				return nil
			}
			ok, err := u.handNext(c)
			if err != nil {
				return err
			}
			if ok {
				handed++
			} else {
				full = append(full, place{c.Inbox, c.Team})
			}
		}
		left := slices.DeleteFunc(slices.Clone(inboxes), func(id InboxID) bool { return slices.Contains(full, place{id, 0}) })
		if len(queue) <= drainMax || handed == before && len(left) == len(inboxes) {
			return nil
		}
		inboxes = left
	}
	return nil
}

// place is where conversations compete for the same agents.
type place struct {
	inbox InboxID
	team  TeamID
}

// handNext hands one queued conversation out, if somebody has room for it.
func (u *unit) handNext(c *Conversation) (bool, error) {
	inbox := u.cfg.inboxes[c.Inbox]
	if inbox == nil {
		return false, nil
	}
	agent, err := u.pick(inbox, u.candidates(c))
	if err != nil || agent == 0 {
		return false, err
	}
	if err := u.handOut(c, agent); err != nil {
		return false, err
	}
	return true, u.saveConversation(c)
}

func (u *unit) enqueueDrain() { u.enqueue(&Job{Kind: jobDrain, Key: "queue"}) }

// drainQueue is the routing.drain job: every inbox of the account.
func (e *Engine) drainQueue(ctx context.Context, j *Job) error {
	return e.update(ctx, e.System(j.Account), func(u *unit) error {
		u.drainLater(slices.Collect(maps.Keys(u.cfg.inboxes))...)
		return nil
	})
}

// freed hands on the place that an agent has again.
func (u *unit) freed(agent AgentID) { u.drainLater(u.cfg.inboxesOf[agent]...) }

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
// to nobody. It may exceed limits. Without the right to assign to others, an
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
		c.QueuedAt = time.Time{}
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
		return nil
	}
	u.tell(c, textTeam, u.actorName(), team.Name)
	members := u.cfg.teamMembers[id]
	if c.Assignee != 0 && !slices.Contains(members, c.Assignee) {
		u.release(c)
	}
	if !team.AutoAssign {
		c.QueuedAt = time.Time{} // it waits for the team, not for its inbox's next agent
	}
	if c.Assignee != 0 || c.Status != Open || !team.AutoAssign {
		return nil
	}
	if err := u.tx.LockRouting(u.ctx); err != nil {
		return err
	}
	agent, err := u.pick(u.cfg.inboxes[c.Inbox], u.candidates(c))
	if err != nil {
		return err
	}
	if agent == 0 {
		c.QueuedAt = u.now // for the next of the team who has room
		return nil
	}
	return u.handOut(c, agent)
}

// QueuePosition says how many conversations of the same inbox wait before this
// one, counting from 1; 0 = it does not wait.
func (s Conversations) QueuePosition(ctx context.Context, id ConversationID) (int, error) {
	return read(ctx, s.d, func(u *unit) (int, error) {
		c, err := u.tx.Conversations().Get(u.ctx, id)
		if err != nil {
			return 0, err
		}
		if err := u.mayConversation(ReadConversation, c); err != nil || c.QueuedAt.IsZero() {
			return 0, err
		}
		queue, err := u.tx.Conversations().Waiting(u.ctx, Waiting{Inboxes: []InboxID{c.Inbox}, Limit: MaxPage})
		return slices.IndexFunc(queue, func(o *Conversation) bool { return o.ID == id }) + 1, err
	})
}
