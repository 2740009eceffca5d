package helpdesk_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
)

// What a conversation tells agents of what happened to it.
func TestActivityLines(t *testing.T) {
	t.Parallel()
	type id = helpdesk.ConversationID
	update := func(in helpdesk.ConversationChange) func(stage, id) {
		return func(s stage, c id) {
			_, err := s.as(s.ada).Conversations.Update(s.ctx, c, in)
			require.NoError(s.t, err)
		}
	}
	give := func(to func(stage) helpdesk.AgentID) func(stage, id) {
		return func(s stage, c id) {
			_, err := s.as(s.ada).Conversations.Assign(s.ctx, c, helpdesk.Assignment{To: to(s)})
			require.NoError(s.t, err)
		}
	}
	ada, bo, nobody := func(s stage) helpdesk.AgentID { return s.ada }, func(s stage) helpdesk.AgentID { return s.bo }, func(stage) helpdesk.AgentID { return 0 }
	label := func(titles ...string) func(stage, id) {
		return func(s stage, c id) {
			_, err := s.as(s.ada).Conversations.SetLabels(s.ctx, c, titles)
			require.NoError(s.t, err)
		}
	}
	move := func(to helpdesk.Status) func(stage, id) {
		return func(s stage, c id) { s.move(s.as(s.ada), c, to) }
	}
	by := func(do func(stage, *helpdesk.Desk, id)) func(stage, id) {
		return func(s stage, c id) { do(s, s.as(s.ada), c) }
	}
	var lines []act
	for _, tc := range []struct {
		name  string
		first func(stage, id) // before what is looked at
		do    func(stage, id)
		want  []string
	}{
		{"resolved", nil, move(helpdesk.Resolved), []string{"Conversation was marked resolved by ada"}},
		{"pending", nil, move(helpdesk.Pending), []string{"Conversation was marked as pending by ada"}},
		{"snoozed", nil, move(helpdesk.Snoozed), []string{"Conversation was snoozed by ada"}},
		{"opened", move(helpdesk.Pending), func(s stage, c id) { s.move(s.admin, c, helpdesk.Open) }, []string{"Conversation was reopened by Owner"}},
		{"opened by an agent, who takes it", move(helpdesk.Pending), move(helpdesk.Open), []string{"ada self-assigned this conversation", "Conversation was reopened by ada"}},
		{"the status it has already", nil, move(helpdesk.Open), []string{}},
		{"opened by the customer's message", move(helpdesk.Snoozed), func(s stage, c id) { s.again(c) }, []string{"Conversation was reopened by a new message"}},
		{"ended by the customer", nil, func(s stage, c id) {
			_, err := s.customer(c).Conversations.CloseOwn(s.ctx, c)
			require.NoError(s.t, err)
		}, []string{"Conversation was marked resolved by the customer"}},
		{"by a rule, whose name nobody is told", nil, func(s stage, c id) {
			r, err := s.admin.Rules.Create(s.ctx, helpdesk.RuleInput{Name: ptr("secret"), Event: helpdesk.MessageCreated, Actions: []helpdesk.RuleAction{action(helpdesk.DoResolve)}})
			require.NoError(s.t, err)
			s.again(c)
			require.NoError(s.t, s.admin.Rules.Delete(s.ctx, r.ID))
		}, []string{"Conversation was marked resolved by the system"}},
		{"a priority", nil, update(helpdesk.ConversationChange{Priority: ptr(helpdesk.High)}), []string{"ada set the priority to high"}},
		{"another priority", update(helpdesk.ConversationChange{Priority: ptr(helpdesk.High)}), update(helpdesk.ConversationChange{Priority: ptr(helpdesk.Low)}), []string{"ada set the priority to low"}},
		{"no priority", update(helpdesk.ConversationChange{Priority: ptr(helpdesk.High)}), update(helpdesk.ConversationChange{Priority: ptr(helpdesk.Priority(""))}), []string{"ada removed the priority"}},
		{"assigned to oneself", nil, give(ada), []string{"ada self-assigned this conversation"}},
		{"assigned to another", nil, give(bo), []string{"Assigned to bo by ada"}},
		{"unassigned", give(bo), give(nobody), []string{"Conversation unassigned by ada"}},
		{"handed out", func(s stage, c id) { s.set(c, helpdesk.Pending) }, func(s stage, c id) {
			s.members(s.box, helpdesk.ReplaceMembers, s.bo)
			s.boxIs(s.box, helpdesk.InboxInput{AutoAssign: ptr(true)})
			s.set(c, helpdesk.Open)
		}, []string{"Conversation was reopened by Owner", "Assigned to bo automatically"}},
		{"to a team", nil, func(s stage, c id) { s.toTeam(c, s.named("sales", false)) }, []string{"Assigned to team sales by Owner"}},
		{"to a team that hands on: its line first", nil, func(s stage, c id) { s.toTeam(c, s.named("support", true, s.bo)) }, []string{"Assigned to team support by Owner", "Assigned to bo automatically"}},
		{"out of its team", func(s stage, c id) { s.toTeam(c, s.named("others", false)) }, func(s stage, c id) { s.toTeam(c, 0) }, []string{"Team removed by Owner"}},
		{"labels", nil, label("one", "two"), []string{"ada added one, two"}},
		{"labels less and more", label("one", "two"), label("two", "three"), []string{"ada added three", "ada removed one"}},
		{"muted", nil, by(func(s stage, d *helpdesk.Desk, c id) {
			_, err := d.Conversations.SetMuted(s.ctx, c, true)
			require.NoError(s.t, err)
		}), []string{"ada has muted the conversation", "Conversation was marked resolved by ada"}},
		{"unmuted", func(s stage, c id) { s.mute(c, true) }, by(func(s stage, d *helpdesk.Desk, c id) {
			_, err := d.Conversations.SetMuted(s.ctx, c, false)
			require.NoError(s.t, err)
		}), []string{"ada has unmuted the conversation"}},
		{"an SLA", nil, func(s stage, c id) {
			p := s.world.policy(60, 0, 0, false)
			_, err := s.admin.Conversations.Update(s.ctx, c, helpdesk.ConversationChange{SLA: &p.ID})
			require.NoError(s.t, err)
		}, []string{"Owner added the SLA gold"}},
		{"the snooze is over", func(s stage, c id) { s.snooze(c, time.Hour) }, func(s stage, _ id) { s.pass(time.Hour) }, []string{"Conversation was reopened: its snooze is over"}},
	} {
		lines = append(lines, act{tc.name, func(s stage) {
			c := s.arrive(s.box)
			if tc.first != nil {
				tc.first(s, c)
			}
			before := len(s.told(c))
			s.restart()
			tc.do(s, c)
			s.restart()
			require.Equal(s.t, tc.want, s.told(c)[before:])
			last := s.messages(c)
			require.Equal(s.t, last[len(last)-1].CreatedAt, s.conversation(c).LastActivity, "which they count as activity")
		}})
	}
	perform(t, lines)
}

// named is a team with a name.
func (s stage) named(name string, auto bool, who ...helpdesk.AgentID) helpdesk.TeamID {
	s.t.Helper()
	team, err := s.admin.Teams.Create(s.ctx, helpdesk.TeamInput{Name: &name, AutoAssign: &auto})
	require.NoError(s.t, err)
	_, err = s.admin.Teams.SetMembers(s.ctx, team.ID, helpdesk.AddMembers, who...)
	require.NoError(s.t, err)
	return team.ID
}
