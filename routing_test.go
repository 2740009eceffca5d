package helpdesk_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
)

// router is a world with people to route to, restarted between the steps.
type router struct{ *world }

func (s router) owns(who helpdesk.AgentID, id helpdesk.ConversationID, why string) {
	s.t.Helper()
	s.restart()
	require.Equal(s.t, who, s.conversation(id).Assignee, why)
}

func (s router) is(who helpdesk.AgentID, what helpdesk.Availability) {
	s.t.Helper()
	_, err := s.as(who).Agents.SetAvailability(s.ctx, what, nil)
	require.NoError(s.t, err)
}

func (s router) agentIs(who helpdesk.AgentID, in helpdesk.AgentInput) {
	s.t.Helper()
	_, err := s.admin.Agents.Update(s.ctx, who, in)
	require.NoError(s.t, err)
}

func (s router) boxIs(box *helpdesk.Inbox, in helpdesk.InboxInput) {
	s.t.Helper()
	_, err := s.admin.Inboxes.Update(s.ctx, box.ID, in)
	require.NoError(s.t, err)
}

func (s router) members(box *helpdesk.Inbox, how helpdesk.MemberChange, who ...helpdesk.AgentID) {
	s.t.Helper()
	require.NoError(s.t, s.admin.Inboxes.SetMembers(s.ctx, box.ID, how, who...))
}

func (s router) team(auto bool, who ...helpdesk.AgentID) helpdesk.TeamID {
	s.t.Helper()
	s.serial++
	team, err := s.admin.Teams.Create(s.ctx, helpdesk.TeamInput{Name: ptr(fmt.Sprint("team", s.serial)), AutoAssign: &auto})
	require.NoError(s.t, err)
	_, err = s.admin.Teams.SetMembers(s.ctx, team.ID, helpdesk.AddMembers, who...)
	require.NoError(s.t, err)
	return team.ID
}

func (s router) toTeam(id helpdesk.ConversationID, team helpdesk.TeamID) {
	s.t.Helper()
	_, err := s.admin.Conversations.AssignTeam(s.ctx, id, team)
	require.NoError(s.t, err)
}

func (s router) give(id helpdesk.ConversationID, to helpdesk.AgentID) {
	s.t.Helper()
	_, err := s.admin.Conversations.Assign(s.ctx, id, helpdesk.Assignment{To: to})
	require.NoError(s.t, err)
}

func (s router) set(id helpdesk.ConversationID, to helpdesk.Status) {
	s.t.Helper()
	_, err := s.admin.Conversations.SetStatus(s.ctx, id, to, time.Time{})
	require.NoError(s.t, err)
}

// policy attaches a new policy to an inbox.
func (s router) policy(box *helpdesk.Inbox, in helpdesk.AssignmentPolicyInput) helpdesk.PolicyID {
	s.t.Helper()
	s.serial++
	in.Name = ptr(fmt.Sprint("policy", s.serial))
	p, err := s.admin.AssignmentPolicies.Create(s.ctx, in)
	require.NoError(s.t, err)
	_, err = s.admin.AssignmentPolicies.Attach(s.ctx, box.ID, p.ID)
	require.NoError(s.t, err)
	return p.ID
}

func (s router) policyIs(id helpdesk.PolicyID, in helpdesk.AssignmentPolicyInput) {
	s.t.Helper()
	_, err := s.admin.AssignmentPolicies.Update(s.ctx, id, in)
	require.NoError(s.t, err)
}

// arrive has another customer write.
func (s router) arrive(box *helpdesk.Inbox) helpdesk.ConversationID {
	s.t.Helper()
	s.clock.Advance(time.Second)
	return s.write(box, fmt.Sprint("customer-", s.serial), "hello").ID
}

// decisions are what was decided, newest first: "ada" or "nobody", and why not the others.
func (s router) decisions(id helpdesk.ConversationID) (out []string) {
	s.t.Helper()
	list, err := s.admin.Conversations.Routing(s.ctx, id)
	require.NoError(s.t, err)
	name := func(id helpdesk.AgentID) string {
		if id == 0 {
			return "nobody"
		}
		a, err := s.admin.Agents.Get(s.ctx, id)
		require.NoError(s.t, err)
		return a.Name
	}
	for _, d := range list {
		said := name(d.To)
		if d.Behind {
			said += " (others wait)"
		}
		var over []string
		for _, p := range d.Passed {
			one := name(p.Agent) + " " + string(p.Why)
			if p.Limit > 0 {
				one += fmt.Sprint(" ", p.Limit)
			}
			over = append(over, one)
		}
		slices.Sort(over)
		out = append(out, said+": "+strings.Join(over, ", "))
	}
	return out
}

type line struct {
	name string // the line of FEATURES.md or of chatwoot-domain.md
	run  func(s router)
}

// TestRoutingLineByLine walks what is said of hand-outs, on both stores, with the
// engine made anew between the steps.
func TestRoutingLineByLine(t *testing.T) {
	t.Parallel()
	for _, l := range slices.Concat(limitLines(), queueLines(), teamLines(), policyLines(), leavingLines()) {
		t.Run(l.name, func(t *testing.T) {
			t.Parallel()
			eachStore(t, func(_ *testing.T, w *world) { l.run(router{w}) })
		})
	}
}

func limitLines() []line {
	return []line{
		{"A2: the agent's own limit beats the account's", func(s router) {
			ada := s.agent("ada", helpdesk.AgentRole)
			box := s.inbox("Shop", ada)
			_, err := s.admin.Accounts.Update(s.ctx, helpdesk.AccountChange{OpenLimit: ptr(1)})
			require.NoError(s.t, err)
			s.owns(ada, s.arrive(box), "the first")
			second := s.arrive(box)
			s.owns(0, second, "the account's limit is one")
			s.agentIs(ada, helpdesk.AgentInput{OpenLimit: ptr(2)})
			s.owns(ada, second, "hers is two")
			s.owns(0, s.arrive(box), "and no more")
		}},
		{"A2: only status open counts", func(s router) {
			ada := s.agent("ada", helpdesk.AgentRole)
			box := s.inbox("Shop", ada)
			s.agentIs(ada, helpdesk.AgentInput{OpenLimit: ptr(1)})
			first := s.arrive(box)
			for _, to := range []helpdesk.Status{helpdesk.Snoozed, helpdesk.Pending, helpdesk.Resolved} {
				next := s.arrive(box)
				s.owns(0, next, "no room")
				s.set(first, to)
				s.owns(ada, next, string(to)+" does not count")
				first = next
			}
		}},
		{"A2: manual assignment may exceed it", func(s router) {
			ada := s.agent("ada", helpdesk.AgentRole)
			box := s.inbox("Shop", ada)
			s.agentIs(ada, helpdesk.AgentInput{OpenLimit: ptr(1)})
			s.arrive(box)
			second := s.arrive(box)
			s.give(second, ada)
			s.owns(ada, second, "by hand")
		}},
		{"A2: a pending one that reopens may exceed it", func(s router) {
			ada := s.agent("ada", helpdesk.AgentRole)
			box := s.inbox("Shop", ada)
			s.agentIs(ada, helpdesk.AgentInput{OpenLimit: ptr(1)})
			first := s.arrive(box)
			s.set(first, helpdesk.Pending)
			second := s.arrive(box)
			s.owns(ada, second, "the first is pending")
			s.set(first, helpdesk.Open)
			s.owns(ada, first, "it stays hers")
			s.owns(ada, second, "and so does the other")
		}},
		{"A2: room under both limits; the inbox's counts its own", func(s router) {
			ada := s.agent("ada", helpdesk.AgentRole)
			shop, help := s.inboxWith(helpdesk.InboxInput{Name: ptr("Shop"), OpenLimit: ptr(1)}, ada), s.inbox("Help", ada)
			s.agentIs(ada, helpdesk.AgentInput{OpenLimit: ptr(2)})
			s.owns(ada, s.arrive(shop), "the first")
			second := s.arrive(shop)
			s.owns(0, second, "the shop's limit is one")
			other := s.arrive(help)
			s.owns(ada, other, "which the other inbox does not count")
			s.boxIs(shop, helpdesk.InboxInput{OpenLimit: ptr(5)})
			s.owns(0, second, "now hers is reached")
			s.set(other, helpdesk.Resolved)
			s.owns(ada, second, "room under both")
		}},
		{"A2, 3.6: who goes offline or busy gets no new ones, and keeps those assigned", func(s router) {
			ada := s.agent("ada", helpdesk.AgentRole)
			box := s.inbox("Shop", ada)
			first := s.arrive(box)
			for _, what := range []helpdesk.Availability{helpdesk.Busy, helpdesk.Offline} {
				s.is(ada, what)
				next := s.arrive(box)
				s.owns(0, next, string(what))
				s.owns(ada, first, "hers stays hers")
				s.is(ada, helpdesk.Online)
				s.owns(ada, next, "back again")
			}
		}},
		{"A2: presence with auto-offline", func(s router) {
			a, err := s.admin.Agents.Invite(s.ctx, helpdesk.AgentInput{Email: "ada@acme.test"})
			require.NoError(s.t, err)
			box := s.inbox("Shop", a.ID)
			first := s.arrive(box)
			s.owns(0, first, "not connected")
			require.NoError(s.t, s.as(a.ID).Agents.Heartbeat(s.ctx))
			s.owns(a.ID, first, "handed out as she connects")
			s.clock.Advance(time.Minute)
			s.runDue()
			s.owns(0, s.arrive(box), "nobody has heard of her")
		}},
	}
}

func queueLines() []line {
	return []line{
		{"E2: nobody is online: it waits in order, and is handed out when somebody comes", func(s router) {
			ada := s.agent("ada", helpdesk.AgentRole)
			box := s.inbox("Shop", ada)
			s.agentIs(ada, helpdesk.AgentInput{OpenLimit: ptr(2), Availability: helpdesk.Offline})
			first, second, third := s.arrive(box), s.arrive(box), s.arrive(box)
			s.is(ada, helpdesk.Online)
			s.owns(ada, first, "the first")
			s.owns(ada, second, "the second")
			s.owns(0, third, "no room")
			s.set(first, helpdesk.Resolved)
			s.owns(ada, third, "she has a place again")
		}},
		{"E2: every way to free a place", func(s router) {
			ada, bo := s.agent("ada", helpdesk.AgentRole), s.agent("bo", helpdesk.AgentRole)
			box := s.inbox("Shop", ada, bo)
			s.agentIs(bo, helpdesk.AgentInput{Availability: helpdesk.Busy})
			s.agentIs(ada, helpdesk.AgentInput{OpenLimit: ptr(1)})
			held := s.arrive(box)
			for name, free := range map[string]func(){
				"reassigned": func() { s.give(held, bo) },
				"unassigned": func() { s.give(held, 0) },
				"muted": func() {
					_, err := s.admin.Conversations.SetMuted(s.ctx, held, true)
					require.NoError(s.t, err)
				},
				"deleted":         func() { require.NoError(s.t, s.admin.Conversations.Delete(s.ctx, held)) },
				"contact deleted": func() { require.NoError(s.t, s.admin.Contacts.Delete(s.ctx, s.conversation(held).Contact)) },
				"moved to a team": func() { s.toTeam(held, s.team(false, bo)) },
				"closed by the customer": func() {
					c := s.conversation(held)
					source, err := s.admin.Contacts.Addresses(s.ctx, c.Contact)
					require.NoError(s.t, err)
					actor, err := s.engine.FindCustomer(s.ctx, box, source[c.Contact][0].Source)
					require.NoError(s.t, err)
					_, err = s.engine.As(actor).Conversations.CloseOwn(s.ctx, held)
					require.NoError(s.t, err)
				},
			} {
				next := s.arrive(box)
				s.owns(0, next, name+": no room")
				free()
				s.owns(ada, next, name)
				held = next
			}
		}},
		{"E2: an inbox that is deleted frees places elsewhere", func(s router) {
			ada := s.agent("ada", helpdesk.AgentRole)
			shop, help := s.inbox("Shop", ada), s.inbox("Help", ada)
			s.agentIs(ada, helpdesk.AgentInput{OpenLimit: ptr(1)})
			s.arrive(shop)
			waits := s.arrive(help)
			s.owns(0, waits, "no room")
			require.NoError(s.t, s.admin.Inboxes.Delete(s.ctx, shop.ID))
			s.owns(ada, waits, "room")
		}},
		{"E2: every way to have more room", func(s router) {
			ada, bo := s.agent("ada", helpdesk.AgentRole), s.agent("bo", helpdesk.AgentRole)
			box := s.inboxWith(helpdesk.InboxInput{Name: ptr("Shop"), OpenLimit: ptr(1)}, ada)
			s.arrive(box)
			waits := s.arrive(box)
			s.owns(0, waits, "the inbox's limit")
			s.boxIs(box, helpdesk.InboxInput{OpenLimit: ptr(2)})
			s.owns(ada, waits, "the inbox's limit was raised")
			waits = s.arrive(box)
			s.members(box, helpdesk.AddMembers, bo)
			s.owns(bo, waits, "somebody joined the inbox")
			_, err := s.admin.Accounts.Update(s.ctx, helpdesk.AccountChange{OpenLimit: ptr(1)})
			require.NoError(s.t, err)
			s.boxIs(box, helpdesk.InboxInput{OpenLimit: ptr(9)})
			waits = s.arrive(box)
			s.owns(0, waits, "the account's limit")
			_, err = s.admin.Accounts.Update(s.ctx, helpdesk.AccountChange{OpenLimit: ptr(2)})
			require.NoError(s.t, err)
			s.owns(bo, waits, "the account's limit was raised")
		}},
		{"E2: a switch that is turned on takes what came before, and off lets go of it", func(s router) {
			ada := s.agent("ada", helpdesk.AgentRole)
			box := s.inboxWith(helpdesk.InboxInput{Name: ptr("Shop"), AutoAssign: ptr(false)}, ada)
			first := s.arrive(box)
			s.owns(0, first, "the switch is off")
			s.agentIs(ada, helpdesk.AgentInput{OpenLimit: ptr(1)})
			second := s.arrive(box)
			s.boxIs(box, helpdesk.InboxInput{AutoAssign: ptr(true)})
			s.owns(ada, first, "the switch is on")
			s.owns(0, second, "no room")
			s.boxIs(box, helpdesk.InboxInput{AutoAssign: ptr(false)})
			s.set(first, helpdesk.Resolved)
			s.owns(0, second, "the switch is off")
			pos, err := s.admin.Conversations.QueuePosition(s.ctx, second)
			require.NoError(s.t, err)
			require.Zero(s.t, pos)
		}},
		{"3.1: when it opens; pending ones once they are opened", func(s router) {
			ada := s.agent("ada", helpdesk.AgentRole)
			box := s.inboxWith(helpdesk.InboxInput{Name: ptr("Shop")}, ada)
			_, bot := s.bot(box, "")
			c := s.arrive(box)
			s.owns(0, c, "it is the bot's")
			_, err := bot.Conversations.SetStatus(s.ctx, c, helpdesk.Open, time.Time{})
			require.NoError(s.t, err)
			s.owns(ada, c, "handed over")
		}},
		{"3.1: the owner who left the inbox loses it when it opens again, an administrator does not", func(s router) {
			ada, bo := s.agent("ada", helpdesk.AgentRole), s.agent("bo", helpdesk.AgentRole)
			box := s.inbox("Shop", ada)
			hers, admins := s.arrive(box), s.arrive(box)
			s.give(admins, s.owner)
			s.members(box, helpdesk.ReplaceMembers, bo)
			for _, id := range []helpdesk.ConversationID{hers, admins} {
				s.set(id, helpdesk.Resolved)
				s.set(id, helpdesk.Open)
			}
			s.owns(bo, hers, "to the next")
			s.owns(s.owner, admins, "administrators need be no members (E1)")
		}},
		{"3.2: who was handed one longest ago; who joins goes last; busy is passed over", func(s router) {
			ada, bo, cy, di := s.agent("ada", helpdesk.AgentRole), s.agent("bo", helpdesk.AgentRole), s.agent("cy", helpdesk.AgentRole), s.agent("di", helpdesk.AgentRole)
			box := s.inbox("Shop", bo, ada, cy)
			s.owns(bo, s.arrive(box), "as they were added")
			s.owns(ada, s.arrive(box), "the second")
			s.members(box, helpdesk.AddMembers, di)
			s.is(cy, helpdesk.Busy)
			s.owns(bo, s.arrive(box), "cy is busy, di came last")
			s.owns(ada, s.arrive(box), "before di came")
			s.is(cy, helpdesk.Online)
			s.owns(cy, s.arrive(box), "her turn still")
			s.owns(di, s.arrive(box), "then di")
			s.owns(bo, s.arrive(box), "and around again")
		}},
	}
}

func teamLines() []line {
	return []line{
		{"E3, 3.3: a team's switch is independent of the inbox's", func(s router) {
			ada, bo := s.agent("ada", helpdesk.AgentRole), s.agent("bo", helpdesk.AgentRole)
			box := s.inboxWith(helpdesk.InboxInput{Name: ptr("Shop"), AutoAssign: ptr(false)}, ada, bo)
			c := s.arrive(box)
			s.toTeam(c, s.team(true, bo))
			s.owns(bo, c, "the inbox's is off")
		}},
		{"E3: the next online member who is also in the inbox and below the limits", func(s router) {
			ada, bo, cy, di, ed := s.agent("ada", helpdesk.AgentRole), s.agent("bo", helpdesk.AgentRole), s.agent("cy", helpdesk.AgentRole), s.agent("di", helpdesk.AgentRole), s.agent("ed", helpdesk.AgentRole)
			box, other := s.inbox("Shop", ada, bo, cy, di), s.inbox("Help", bo)
			team := s.team(true, bo, cy, di, ed)
			s.agentIs(bo, helpdesk.AgentInput{OpenLimit: ptr(1)})
			s.arrive(other)
			s.is(cy, helpdesk.Busy)
			c := s.arrive(box)
			s.owns(ada, c, "the inbox's")
			s.toTeam(c, team)
			s.owns(di, c, "bo has no room, cy is busy, ed is not in the inbox")
			require.Equal(s.t, "Di: Ada not_in_team, Bo agent_limit 1, Cy busy", titled(s.decisions(c)[0]))
		}},
		{"E3: the switch is off: left without an owner, until it is turned on", func(s router) {
			ada, bo := s.agent("ada", helpdesk.AgentRole), s.agent("bo", helpdesk.AgentRole)
			box := s.inbox("Shop", ada)
			team := s.team(false, bo)
			c := s.arrive(box)
			s.toTeam(c, team)
			s.owns(0, c, "left without an owner")
			s.members(box, helpdesk.AddMembers, bo)
			s.owns(0, c, "for a person's hand")
			_, err := s.admin.Teams.Update(s.ctx, team, helpdesk.TeamInput{AutoAssign: ptr(true)})
			require.NoError(s.t, err)
			s.owns(bo, c, "the switch was turned on")
		}},
		{"E3, 3.3: an owner who is of the team keeps it", func(s router) {
			ada := s.agent("ada", helpdesk.AgentRole)
			c := s.arrive(s.inbox("Shop", ada))
			s.toTeam(c, s.team(true, ada))
			s.owns(ada, c, "she is of it")
		}},
		{"E3: who joins the team gets what waits for it", func(s router) {
			ada, bo := s.agent("ada", helpdesk.AgentRole), s.agent("bo", helpdesk.AgentRole)
			box := s.inbox("Shop", ada, bo)
			team := s.team(true)
			c := s.arrive(box)
			s.toTeam(c, team)
			s.owns(0, c, "nobody is of the team")
			_, err := s.admin.Teams.SetMembers(s.ctx, team, helpdesk.AddMembers, bo)
			require.NoError(s.t, err)
			s.owns(bo, c, "she joined")
		}},
		{"A5: a team's members get nothing in inboxes that are not theirs", func(s router) {
			ada, bo := s.agent("ada", helpdesk.AgentRole), s.agent("bo", helpdesk.AgentRole)
			box := s.inbox("Shop", ada)
			c := s.arrive(box)
			s.toTeam(c, s.team(true, bo))
			s.owns(0, c, "bo is not in the inbox")
			s.members(box, helpdesk.AddMembers, bo)
			s.owns(bo, c, "now bo is")
		}},
		{"E3: what leaves its team, or outlives it, is the inbox's again", func(s router) {
			ada := s.agent("ada", helpdesk.AgentRole)
			box := s.inbox("Shop", ada)
			first, second := s.arrive(box), s.arrive(box)
			team := s.team(false)
			s.toTeam(first, team)
			s.toTeam(second, team)
			s.toTeam(first, 0)
			s.owns(ada, first, "out of the team")
			require.NoError(s.t, s.admin.Teams.Delete(s.ctx, team))
			s.owns(ada, second, "the team is gone")
		}},
		{"E3: many who wait for one team hold up nobody else", func(s router) {
			ada, bo := s.agent("ada", helpdesk.AgentRole), s.agent("bo", helpdesk.AgentRole)
			box := s.inbox("Shop", ada, bo)
			s.is(ada, helpdesk.Busy)
			s.is(bo, helpdesk.Busy)
			team := s.team(true, bo)
			for range 25 {
				s.toTeam(s.arrive(box), team)
			}
			last := s.arrive(box)
			s.is(ada, helpdesk.Online)
			s.runDue()
			s.owns(ada, last, "the 25 before it wait for bo")
		}},
	}
}

func titled(said string) string {
	return strings.NewReplacer("ada", "Ada", "bo ", "Bo ", "cy", "Cy", "di:", "Di:").Replace(said)
}
