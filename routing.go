package helpdesk

import (
	"cmp"
	"context"
	"encoding/binary"
	"encoding/json"
	"hash/fnv"
	"slices"
	"strconv"
	"time"
)

// PassedReason says why an agent was not handed a conversation.
type PassedReason string

const (
	PassedBot          PassedReason = "bot"           // no person
	PassedTeam         PassedReason = "not_in_team"   // the conversation is a team's, and the agent not of it
	PassedOffline      PassedReason = "offline"       // chosen, or not connected
	PassedBusy         PassedReason = "busy"          //
	PassedHours        PassedReason = "off_hours"     // outside the agent's own working hours
	PassedAgentLimit   PassedReason = "agent_limit"   // as many open conversations as the agent's own limit
	PassedAccountLimit PassedReason = "account_limit" // the same of the account's, where the agent has none
	PassedInboxLimit   PassedReason = "inbox_limit"   // as many of them in the inbox as it allows
	PassedFairLimit    PassedReason = "fair_limit"    // handed as many within the window as the policy allows
	PassedWeight       PassedReason = "weight"        // the policy's expression gave 0 or less, or false
	PassedError        PassedReason = "weight_error"  // it could not be evaluated
	PassedTurn         PassedReason = "turn"          // free, but was handed one later than who got it
	PassedOpen         PassedReason = "more_open"     // free, but owns more open conversations there
	PassedLess         PassedReason = "weighs_less"   // free, but weighs less
)

// PassedOver is an agent who was not handed a conversation, and why.
type PassedOver struct {
	Agent  AgentID      `json:"agent_id"`
	Why    PassedReason `json:"reason"`
	Limit  int          `json:"limit,omitempty"`  // the one that was reached
	Weight float64      `json:"weight,omitempty"` // that the policy's expression gave
	Error  string       `json:"error,omitempty"`  // of the expression
}

// RoutingDecision is what came of looking for an owner once.
type RoutingDecision struct {
	At     time.Time
	To     AgentID // 0 = it waits
	Inbox  InboxID
	Team   TeamID   // 0 = none: any member of the inbox could have it
	Policy PolicyID // 0 = none: whose turn was longest ago

	// The following is kept as long as the details of events are.
	Order  AssignmentOrder
	Weight float64 // of who got it
	Behind bool    // it waits because others did before it
	Passed []PassedOver
	More   int // agents passed over beyond those
}

// Bounds of what is kept of a decision, and of what is shown.
const (
	maxPassed    = 50
	maxDecisions = 50
)

// routed is what an event says of a decision, beside its facts.
type routed struct {
	Order  AssignmentOrder `json:"order"`
	Weight float64         `json:"weight,omitempty"`
	Behind bool            `json:"behind,omitempty"`
	Passed []PassedOver    `json:"passed"`
	More   int             `json:"more,omitempty"`
}

// Routing returns what came of looking for an owner of a conversation: the latest
// 50 decisions, newest first. That nobody could take it is told once, and again
// when the reasons are others; those who wait behind it in the same inbox and team
// are asked about when it is their turn.
func (s Conversations) Routing(ctx context.Context, id ConversationID) ([]*RoutingDecision, error) {
	return read(ctx, s.d, func(u *unit) ([]*RoutingDecision, error) {
		c, err := u.tx.Conversations().Get(u.ctx, id)
		if err != nil {
			return nil, err
		}
		if err := u.mayConversation(ReadConversation, c); err != nil {
			return nil, err
		}
		if u.actor.ref.Kind == ByContact {
			return nil, forbidden(ReadConversation)
		}
		events, err := u.tx.Events().Told(u.ctx, id, ConversationRouted, maxDecisions)
		if err != nil {
			return nil, err
		}
		out := make([]*RoutingDecision, 0, len(events))
		for _, ev := range events {
			d := &RoutingDecision{At: ev.At, Inbox: ev.After.Inbox, Team: ev.After.Team, To: ev.After.Assignee, Policy: PolicyID(ev.Subject)}
			var more routed
			if json.Unmarshal(ev.Details["routing"].After, &more) == nil {
				d.Order, d.Weight, d.Behind, d.Passed, d.More = more.Order, more.Weight, more.Behind, more.Passed, more.More
			}
			out = append(out, d)
		}
		return out, nil
	})
}

// policyOf is the policy that hand-outs of an inbox follow; nil = none.
func (c *config) policyOf(inbox InboxID) *AssignmentPolicy {
	box := c.inboxes[inbox]
	if box == nil {
		return nil
	}
	if p := c.policies[box.Policy]; p != nil && p.Enabled {
		return p
	}
	return nil
}

// router finds owners within one unit, under the routing lock. It keeps what it
// has read of agents in step with what it hands out.
type router struct {
	u     *unit
	loads map[InboxID]map[AgentID]Load
	scale scale
}

// route begins to hand out: the lock is held from here to the commit.
func (u *unit) route() (*router, error) {
	return &router{u: u, loads: map[InboxID]map[AgentID]Load{}}, u.tx.LockRouting(u.ctx)
}

// loadsOf is what is known of the inbox's members who are online, if connected.
func (r *router) loadsOf(inbox InboxID, p *AssignmentPolicy) (map[AgentID]Load, error) {
	if known, ok := r.loads[inbox]; ok {
		return known, nil
	}
	cfg := r.u.cfg
	online := slices.DeleteFunc(slices.Clone(cfg.inboxMembers[inbox]), func(id AgentID) bool {
		a := cfg.agents[id]
		return a == nil || a.Bot || a.Availability != Online
	})
	nth := 0
	if p != nil {
		nth = p.FairLimit
	}
	var loads map[AgentID]Load
	var err error
	if len(online) > 0 {
		loads, err = r.u.tx.Agents().Loads(r.u.ctx, inbox, online, nth)
	}
	r.loads[inbox] = loads
	return loads, err
}

// handed brings what is known in step with a hand-out.
func (r *router) handed(inbox InboxID, agent AgentID) {
	for id, loads := range r.loads {
		l, ok := loads[agent]
		if !ok {
			continue
		}
		l.Open++
		if id == inbox {
			l.OpenHere++
			l.HandedAt = r.u.now
			for _, other := range loads {
				l.Turn = max(l.Turn, other.Turn+1)
			}
		}
		loads[agent] = l
	}
	if r.u.cfg.policyOf(inbox) != nil {
		delete(r.loads, inbox) // the window moved
	}
}

// candidate is an agent who could have a conversation.
type candidate struct {
	agent  *Agent
	load   Load
	weight float64
}

// decision is what the router comes to.
type decision struct {
	to     *candidate // nil = nobody
	policy *AssignmentPolicy
	passed []PassedOver
	behind bool
	frees  time.Time // when the first agent leaves a fair window behind; zero = none is held up by it
}

// decide looks for an owner: of the members of the inbox, and where it is a team's
// of those who are in it too, who is online and below all limits (FEATURES E2, E3,
// A2), as the policy orders them.
func (r *router) decide(c *Conversation) (*decision, error) {
	d := &decision{policy: r.u.cfg.policyOf(c.Inbox)}
	loads, err := r.loadsOf(c.Inbox, d.policy)
	if err != nil {
		return nil, err
	}
	var free []candidate
	for _, id := range r.u.cfg.inboxMembers[c.Inbox] {
		a := r.u.cfg.agents[id]
		if a == nil {
			continue
		}
		one, over := candidate{agent: a, load: loads[id]}, r.u.passes(place{c.Inbox, c.Team}, d.policy, a, loads[id])
		if over.Why == PassedFairLimit {
			if at := one.load.NthAt.Add(d.policy.window()); d.frees.IsZero() || at.Before(d.frees) {
				d.frees = at
			}
		}
		if over.Why == "" && d.policy.weighs() {
			if one.weight, over, err = r.weigh(d.policy, c, one); err != nil {
				return nil, err
			}
		}
		if over.Why != "" {
			d.passed = append(d.passed, over)
			continue
		}
		free = append(free, one)
	}
	d.choose(free)
	return d, nil
}

// passes says why an agent cannot have a conversation of a place now, whichever it
// is; "" = they can.
func (u *unit) passes(at place, p *AssignmentPolicy, a *Agent, l Load) PassedOver {
	over := func(why PassedReason, limit int) PassedOver { return PassedOver{Agent: a.ID, Why: why, Limit: limit} }
	box, account := u.cfg.inboxes[at.inbox], u.cfg.account
	switch {
	case a.Bot:
		return over(PassedBot, 0)
	case at.team != 0 && !slices.Contains(u.cfg.teamMembers[at.team], a.ID):
		return over(PassedTeam, 0)
	case a.Availability == Offline || a.AutoOffline && !l.Connected && a.Availability == Online:
		return over(PassedOffline, 0)
	case a.Availability != Online:
		return over(PassedBusy, 0)
	case !u.onDuty(a):
		return over(PassedHours, 0)
	case a.OpenLimit > 0 && l.Open >= a.OpenLimit:
		return over(PassedAgentLimit, a.OpenLimit)
	case a.OpenLimit == 0 && account.OpenLimit > 0 && l.Open >= account.OpenLimit:
		return over(PassedAccountLimit, account.OpenLimit)
	case box.OpenLimit > 0 && l.OpenHere >= box.OpenLimit:
		return over(PassedInboxLimit, box.OpenLimit)
	case p != nil && !l.NthAt.IsZero() && l.NthAt.Add(p.window()).After(u.now):
		return over(PassedFairLimit, p.FairLimit)
	}
	return PassedOver{}
}

// hasRoom reports whether somebody could have a conversation of a place now,
// weights aside.
func (r *router) hasRoom(at place) (bool, error) {
	p := r.u.cfg.policyOf(at.inbox)
	loads, err := r.loadsOf(at.inbox, p)
	return slices.ContainsFunc(r.u.cfg.inboxMembers[at.inbox], func(id AgentID) bool {
		a := r.u.cfg.agents[id]
		return a != nil && r.u.passes(at, p, a, loads[id]).Why == ""
	}), err
}

// choose takes the first of those who are free, and passes over the others.
func (d *decision) choose(free []candidate) {
	if len(free) == 0 {
		return
	}
	best := slices.MinFunc(free, func(a, b candidate) int {
		return cmp.Or(d.rank(a, b), cmp.Compare(a.load.Turn, b.load.Turn), cmp.Compare(a.agent.ID, b.agent.ID))
	})
	d.to = &best
	for _, one := range free {
		if one.agent.ID == best.agent.ID {
			continue
		}
		why := PassedTurn
		if d.rank(best, one) != 0 {
			why = map[AssignmentOrder]PassedReason{Balanced: PassedOpen, Weighed: PassedLess}[d.policy.Order]
		}
		d.passed = append(d.passed, PassedOver{Agent: one.agent.ID, Why: why, Weight: one.weight})
	}
}

// rank compares two who are free by the policy; 0 = the turn decides.
func (d *decision) rank(a, b candidate) int {
	switch d.order() {
	case Balanced:
		return cmp.Compare(a.load.OpenHere, b.load.OpenHere)
	case Weighed:
		return cmp.Compare(b.weight, a.weight)
	case RoundRobin:
	}
	return 0
}

func (d *decision) order() AssignmentOrder {
	if d.policy == nil {
		return RoundRobin
	}
	return d.policy.Order
}

// fingerprint stands for the reasons why nobody could have it; never 0.
func (d *decision) fingerprint() int64 {
	h := fnv.New64a()
	for _, p := range d.passed {
		_, _ = h.Write(binary.BigEndian.AppendUint64(nil, uint64(p.Agent))) //nolint:gosec // an id is not negative
		_, _ = h.Write([]byte(p.Why))
	}
	return int64(h.Sum64()>>1) | 1 //nolint:gosec // it lost its first bit
}

// emitRouted records a decision.
func (u *unit) emitRouted(c *Conversation, d *decision) {
	// Those who came closest are told first, where not all of them are.
	near := func(p PassedOver) int {
		return slices.Index([]PassedReason{PassedOffline, PassedTeam, PassedBot}, p.Why)
	}
	more := routed{Order: d.order(), Behind: d.behind, Passed: d.passed}
	if over := len(d.passed) - maxPassed; over > 0 {
		more.More = over
		slices.SortStableFunc(more.Passed, func(a, b PassedOver) int { return cmp.Compare(near(a), near(b)) })
		more.Passed = more.Passed[:maxPassed]
	}
	if d.to != nil {
		more.Weight = d.to.weight
	}
	ev := &Event{
		Kind: ConversationRouted, Conversation: c.ID, Contact: c.Contact, Private: true, Before: c.facts(), After: c.facts(),
		Details: map[string]Change{"routing": changed(nil, more)},
	}
	if d.policy != nil {
		ev.Subject = int64(d.policy.ID)
	}
	u.emit(ev)
}

// settle does what was decided. When nobody could have it, it reports whether that
// is news.
func (r *router) settle(c *Conversation, d *decision) (news bool, err error) {
	u := r.u
	if d.to != nil {
		if err := u.handOut(c, d.to.agent.ID, d.policy); err != nil {
			return false, err
		}
		r.handed(c.Inbox, d.to.agent.ID)
		u.emitRouted(c, d)
		return true, nil
	}
	if !d.frees.IsZero() {
		u.enqueue(&Job{Kind: jobDrain, Key: "fair/" + strconv.FormatInt(int64(c.Inbox), 10), RunAt: d.frees, Args: args(drainArgs{c.Inbox})})
	}
	why := d.fingerprint()
	if why == c.Unrouted {
		return false, nil
	}
	c.Unrouted = why
	u.emitRouted(c, d)
	return true, nil
}

// joinTurns puts those who join an inbox behind those who are there, as they were
// named.
func (u *unit) joinTurns(inbox InboxID, named, added []AgentID) error {
	if err := u.tx.LockRouting(u.ctx); err != nil {
		return err
	}
	for _, id := range named {
		if !slices.Contains(added, id) {
			continue
		}
		if err := u.tx.Agents().Joined(u.ctx, inbox, id, u.now); err != nil {
			return err
		}
	}
	return nil
}

// handOut gives a conversation to an agent and records the turn.
func (u *unit) handOut(c *Conversation, agent AgentID, p *AssignmentPolicy) error {
	before := c.facts()
	u.setOwner(c, agent, false)
	u.emitAssigned(c, before)
	u.tell(c, textHandedTo, u.cfg.agents[agent].Name)
	if err := u.takesPart(c, agent); err != nil {
		return err
	}
	keep := 0
	if p != nil {
		keep = p.FairLimit
	}
	return u.tx.Agents().Handed(u.ctx, c.Inbox, agent, u.now, keep)
}
