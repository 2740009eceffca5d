package helpdesk_test

import (
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
)

func policyLines() []line {
	return []line{
		{"3.4: no policy attached: by turn", func(s router) {
			ada, bo := s.agent("ada", helpdesk.AgentRole), s.agent("bo", helpdesk.AgentRole)
			box := s.inbox("Shop", ada, bo)
			s.owns(ada, s.arrive(box), "one")
			s.owns(bo, s.arrive(box), "two")
		}},
		{"3.4: balanced: the fewest open in this inbox, then by turn", func(s router) {
			ada, bo := s.agent("ada", helpdesk.AgentRole), s.agent("bo", helpdesk.AgentRole)
			box, other := s.inbox("Shop", ada, bo), s.inbox("Help", bo)
			s.policy(box, helpdesk.AssignmentPolicyInput{Order: helpdesk.Balanced})
			s.arrive(other)
			s.arrive(other)
			first := s.arrive(box)
			s.owns(ada, first, "both have none here: by turn")
			second := s.arrive(box)
			s.owns(bo, second, "what bo owns elsewhere does not count")
			s.set(second, helpdesk.Resolved)
			third := s.arrive(box)
			s.owns(bo, third, "bo owns fewer, though it was ada's turn")
			require.Equal(s.t, "bo: ada more_open", s.decisions(third)[0])
		}},
		{"3.4: one policy per inbox, attaching replaces; what waits goes by it at once", func(s router) {
			ada := s.agent("ada", helpdesk.AgentRole)
			box := s.inbox("Shop", ada)
			s.policy(box, helpdesk.AssignmentPolicyInput{Order: helpdesk.Weighed, Expression: ptr("0")})
			c := s.arrive(box)
			s.owns(0, c, "nobody weighs anything")
			s.policy(box, helpdesk.AssignmentPolicyInput{})
			s.owns(ada, c, "the other policy")
		}},
		{"3.4: detached, deleted, changed and switched off: what waits is handed out at once", func(s router) {
			ada := s.agent("ada", helpdesk.AgentRole)
			box := s.inbox("Shop", ada)
			no := helpdesk.AssignmentPolicyInput{Order: helpdesk.Weighed, Expression: ptr("false")}
			for name, undo := range map[string]func(helpdesk.PolicyID){
				"detached":     func(helpdesk.PolicyID) { require.NoError(s.t, s.admin.AssignmentPolicies.Detach(s.ctx, box.ID)) },
				"deleted":      func(id helpdesk.PolicyID) { require.NoError(s.t, s.admin.AssignmentPolicies.Delete(s.ctx, id)) },
				"changed":      func(id helpdesk.PolicyID) { s.policyIs(id, helpdesk.AssignmentPolicyInput{Expression: ptr("true")}) },
				"switched off": func(id helpdesk.PolicyID) { s.policyIs(id, helpdesk.AssignmentPolicyInput{Enabled: ptr(false)}) },
			} {
				id := s.policy(box, no)
				c := s.arrive(box)
				s.owns(0, c, name+": not yet")
				undo(id)
				s.owns(ada, c, name)
			}
		}},
		{"3.4: earliest_created goes first", func(s router) {
			ada := s.agent("ada", helpdesk.AgentRole)
			box := s.inbox("Shop", ada)
			s.policy(box, helpdesk.AssignmentPolicyInput{Priority: helpdesk.EarliestCreated})
			s.agentIs(ada, helpdesk.AgentInput{OpenLimit: ptr(1)})
			oldest := s.arrive(box)
			s.set(oldest, helpdesk.Resolved)
			s.give(oldest, 0)
			held, waits := s.arrive(box), s.arrive(box)
			s.set(oldest, helpdesk.Open)
			s.owns(0, oldest, "it came into the queue last")
			s.set(held, helpdesk.Resolved)
			s.owns(ada, oldest, "it began first")
			s.owns(0, waits, "though this waited longer")
		}},
		{"3.4: longest_waiting: the last activity longest ago, then the earliest created", func(s router) {
			ada := s.agent("ada", helpdesk.AgentRole)
			box := s.inbox("Shop", ada)
			s.policy(box, helpdesk.AssignmentPolicyInput{Priority: helpdesk.LongestWaiting})
			s.agentIs(ada, helpdesk.AgentInput{OpenLimit: ptr(1)})
			held := s.arrive(box)
			first := s.write(box, "first", "hello").ID
			s.clock.Advance(time.Second)
			second := s.write(box, "second", "hello").ID
			s.clock.Advance(time.Second)
			s.write(box, "first", "are you there?")
			for id, want := range map[helpdesk.ConversationID]int{second: 1, first: 2} {
				pos, err := s.admin.Conversations.QueuePosition(s.ctx, id)
				require.NoError(s.t, err)
				require.Equal(s.t, want, pos)
			}
			s.set(held, helpdesk.Resolved)
			s.owns(ada, second, "it was silent for longer")
			s.owns(0, first, "this was not")
		}},
		{"3.4: the fair limit, and the end of its window", func(s router) {
			ada, bo := s.agent("ada", helpdesk.AgentRole), s.agent("bo", helpdesk.AgentRole)
			box := s.inbox("Shop", ada, bo)
			s.policy(box, helpdesk.AssignmentPolicyInput{FairLimit: ptr(2), FairWindow: ptr(600)})
			s.is(ada, helpdesk.Offline)
			begin := s.clock.Now()
			var all []helpdesk.ConversationID
			for range 5 {
				all = append(all, s.arrive(box))
			}
			s.owns(bo, all[1], "two within the window")
			s.owns(0, all[2], "and no third")
			require.Equal(s.t, "nobody: ada offline, bo fair_limit 2", s.decisions(all[2])[0])
			s.is(ada, helpdesk.Online)
			s.owns(ada, all[2], "she returns")
			s.owns(ada, all[3], "and is handed two")
			s.owns(0, all[4], "but is not flooded")
			s.clock.Advance(begin.Add(10*time.Minute + 999*time.Millisecond).Sub(s.clock.Now()))
			s.runDue()
			s.owns(0, all[4], "not yet")
			s.clock.Advance(time.Millisecond)
			s.runDue()
			s.owns(bo, all[4], "ten minutes after bo's first")
			last := s.arrive(box)
			s.runDue()
			s.owns(bo, last, "and after bo's second")
		}},
		{"3.4: the fair limit counts each inbox by itself, and not what is assigned by hand", func(s router) {
			ada := s.agent("ada", helpdesk.AgentRole)
			shop, help := s.inbox("Shop", ada), s.inbox("Help", ada)
			for _, box := range []*helpdesk.Inbox{shop, help} {
				s.policy(box, helpdesk.AssignmentPolicyInput{FairLimit: ptr(1), FairWindow: ptr(600)})
				s.owns(ada, s.arrive(box), "the first of this inbox")
				waits := s.arrive(box)
				s.owns(0, waits, "the second")
				s.give(waits, ada)
			}
		}},
		{"3.4: enabled is heeded", func(s router) {
			ada := s.agent("ada", helpdesk.AgentRole)
			box := s.inbox("Shop", ada)
			s.policy(box, helpdesk.AssignmentPolicyInput{FairLimit: ptr(1), Enabled: ptr(false)})
			s.owns(ada, s.arrive(box), "one")
			s.owns(ada, s.arrive(box), "two")
		}},
		{"E4: skills and weights", func(s router) {
			ada, bo, cy := s.agent("ada", helpdesk.AgentRole), s.agent("bo", helpdesk.AgentRole), s.agent("cy", helpdesk.AgentRole)
			box := s.inbox("Shop", ada, bo, cy)
			s.agentIs(ada, helpdesk.AgentInput{Skills: &[]string{" French", "billing", "french"}})
			s.agentIs(bo, helpdesk.AgentInput{Skills: &[]string{"french"}})
			a, err := s.admin.Agents.Get(s.ctx, ada)
			require.NoError(s.t, err)
			require.Equal(s.t, []string{"billing", "french"}, a.Skills)
			s.policy(box, helpdesk.AssignmentPolicyInput{Order: helpdesk.Weighed, Expression: ptr(
				`"french" in agent.skills ? ("billing" in agent.skills and contact.city == "Lyon" ? 2.5 : 1) : int(contact.attributes["nothing"])`,
			)})
			c := s.arrive(box)
			s.owns(ada, c, "equal weight: by turn")
			require.Contains(s.t, s.decisions(c)[0], "bo turn")
			require.Contains(s.t, s.decisions(c)[0], "cy weight_error")
			c = s.arrive(box)
			s.owns(bo, c, "and the next")
			first := s.write(box, "lyon", "bonjour")
			s.set(first.ID, helpdesk.Resolved)
			s.give(first.ID, 0)
			_, err = s.admin.Contacts.Update(s.ctx, first.Contact, helpdesk.ContactChange{City: ptr("Lyon")})
			require.NoError(s.t, err)
			again := s.write(box, "lyon", "bonjour").ID
			s.owns(ada, again, "she weighs most")
			require.Contains(s.t, s.decisions(again)[0], "bo weighs_less")
			s.is(ada, helpdesk.Busy)
			s.is(bo, helpdesk.Busy)
			s.owns(0, s.arrive(box), "nobody has the skill")
		}},
		{"E4: who cannot be served holds up nobody, and is served when that changes", func(s router) {
			ada, bo := s.agent("ada", helpdesk.AgentRole), s.agent("bo", helpdesk.AgentRole)
			box := s.inbox("Shop", ada, bo)
			s.agentIs(ada, helpdesk.AgentInput{Skills: &[]string{"vip"}, Availability: helpdesk.Busy})
			s.policy(box, helpdesk.AssignmentPolicyInput{Order: helpdesk.Weighed, Expression: ptr(`conversation.priority != "urgent" or "vip" in agent.skills`)})
			s.is(bo, helpdesk.Busy)
			var urgent []helpdesk.ConversationID
			for range 25 {
				id := s.arrive(box)
				_, err := s.admin.Conversations.SetPriority(s.ctx, id, helpdesk.Urgent)
				require.NoError(s.t, err)
				urgent = append(urgent, id)
			}
			plain := s.arrive(box)
			s.is(bo, helpdesk.Online)
			s.owns(bo, plain, "the urgent ones before it are not for bo")
			s.owns(0, urgent[0], "no vip is there")
			_, err := s.admin.Conversations.SetPriority(s.ctx, urgent[3], helpdesk.Low)
			require.NoError(s.t, err)
			s.owns(bo, urgent[3], "handed out in the commit that changed it")
			s.agentIs(bo, helpdesk.AgentInput{Skills: &[]string{"vip"}})
			s.runDue()
			for _, id := range urgent {
				s.owns(bo, id, "bo learnt it")
			}
		}},
	}
}

func leavingLines() []line {
	return []line{
		{"3.6: removed from the account: their conversations are nobody's, and handed on", func(s router) {
			ada, bo := s.agent("ada", helpdesk.AgentRole), s.agent("bo", helpdesk.AgentRole)
			box := s.inbox("Shop", ada)
			team := s.team(true, ada)
			open, done := s.arrive(box), s.arrive(box)
			s.set(done, helpdesk.Resolved)
			require.NoError(s.t, s.admin.Agents.Remove(s.ctx, ada))
			s.owns(0, open, "nobody is there")
			s.owns(0, done, "nobody's either")
			who, err := s.admin.Teams.Members(s.ctx, team)
			require.NoError(s.t, err)
			require.Empty(s.t, who)
			who, err = s.admin.Inboxes.Members(s.ctx, box.ID)
			require.NoError(s.t, err)
			require.Empty(s.t, who)
			s.members(box, helpdesk.AddMembers, bo)
			s.owns(bo, open, "handed on")
			s.owns(0, done, "it is over")
		}},
		{"3.6: removed from an inbox only: conversations stay assigned", func(s router) {
			ada, bo := s.agent("ada", helpdesk.AgentRole), s.agent("bo", helpdesk.AgentRole)
			box := s.inbox("Shop", ada)
			c := s.write(box, "ann", "hello").ID
			s.members(box, helpdesk.ReplaceMembers, bo)
			s.owns(ada, c, "they stay")
			s.write(box, "ann", "and another thing")
			s.owns(ada, c, "also when the customer goes on")
			s.set(c, helpdesk.Snoozed)
			s.write(box, "ann", "again")
			s.owns(bo, c, "until it opens anew")
		}},
		{"E1: by hand to agents of the inbox and administrators only", func(s router) {
			ada, eve := s.agent("ada", helpdesk.AgentRole), s.agent("eve", helpdesk.AgentRole)
			c := s.arrive(s.inbox("Shop", ada))
			_, err := s.admin.Conversations.Assign(s.ctx, c, helpdesk.Assignment{To: eve})
			require.ErrorIs(s.t, err, helpdesk.Invalid)
			s.give(c, s.owner)
			s.owns(s.owner, c, "an administrator")
		}},
	}
}
