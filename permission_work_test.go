package helpdesk_test

import (
	"fmt"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
)

// stock is what administrators keep for everybody.
type stock struct {
	canned helpdesk.CannedID
	macro  helpdesk.MacroID
	rule   helpdesk.RuleID
	flow   helpdesk.FlowID
}

func (s *play) kept() stock {
	does := []helpdesk.RuleAction{{Name: helpdesk.DoResolve}}
	s.serial++
	c, err := s.admin.CannedResponses.Create(s.ctx, helpdesk.CannedInput{ShortCode: ptr(fmt.Sprint("kept", s.serial)), Content: ptr("x")})
	require.NoError(s.t, err)
	m, err := s.admin.Macros.Create(s.ctx, helpdesk.MacroInput{Name: ptr("kept"), Visibility: helpdesk.GlobalMacro, Actions: does})
	require.NoError(s.t, err)
	r, err := s.admin.Rules.Create(s.ctx, helpdesk.RuleInput{Name: ptr("kept"), Event: helpdesk.MessageCreated, Actions: does})
	require.NoError(s.t, err)
	steps := []helpdesk.FlowStep{{ID: "end", Kind: helpdesk.FlowFinish}}
	f, err := s.admin.Flows.Create(s.ctx, helpdesk.FlowInput{Name: ptr("kept"), Steps: steps})
	require.NoError(s.t, err)
	return stock{c.ID, m.ID, r.ID, f.ID}
}

// workVerbs are those of canned responses, macros, rules, flows, campaigns and policies.
func workVerbs() []verb {
	const admins, everybody = "++ ff ff ff ff ff ff ff ff ff ff", "++ ++ ++ ++ ++ ++ ++ ++ ++ ++ ++"
	const adminsFindNone, workers = "nn ff ff ff ff ff ff ff ff ff ff", "++ ++ ++ ++ ++ ++ ++ ++ ff ff ++"
	const seen = "++ ++ ++ n+ ++ n+ +n nn nn nn nn"
	const editors = "++ ++ ++ ff ++ ++ ++ ++ ff ff ++"
	resolve := []helpdesk.RuleAction{{Name: helpdesk.DoResolve}}
	return []verb{
		{"CannedResponses.List", everybody, func(s *play) error { return quiet(s.d.CannedResponses.List(s.ctx, "")) }},
		{"CannedResponses.Get", everybody, func(s *play) error { return quiet(s.d.CannedResponses.Get(s.ctx, s.kept().canned)) }},
		{"CannedResponses.Create", editors, func(s *play) error {
			return quiet(s.d.CannedResponses.Create(s.ctx, helpdesk.CannedInput{ShortCode: ptr(fmt.Sprint("c", s.serial)), Content: ptr("x")}))
		}},
		{"CannedResponses.Update", editors, func(s *play) error {
			return quiet(s.d.CannedResponses.Update(s.ctx, s.kept().canned, helpdesk.CannedInput{Content: ptr("y")}))
		}},
		{"CannedResponses.Delete", editors, func(s *play) error { return s.d.CannedResponses.Delete(s.ctx, s.kept().canned) }},
		{"Macros.List", workers, func(s *play) error { return quiet(s.d.Macros.List(s.ctx)) }},
		{"Macros.Get", workers, func(s *play) error { return quiet(s.d.Macros.Get(s.ctx, s.kept().macro)) }},
		{"Macros.Create", editors, func(s *play) error {
			return quiet(s.d.Macros.Create(s.ctx, helpdesk.MacroInput{Name: ptr("m"), Actions: resolve}))
		}},
		{"Macros.Update a global one", admins, func(s *play) error {
			return quiet(s.d.Macros.Update(s.ctx, s.kept().macro, helpdesk.MacroInput{Name: ptr("n")}))
		}},
		{"Macros.Delete a global one", admins, func(s *play) error { return s.d.Macros.Delete(s.ctx, s.kept().macro) }},
		{"Macros.Execute", workers, func(s *play) error { return s.d.Macros.Execute(s.ctx, s.kept().macro, s.c.Display) }},
		{"Rules.List", admins, func(s *play) error { return quiet(s.d.Rules.List(s.ctx)) }},
		{"Rules.Get", admins, func(s *play) error { return quiet(s.d.Rules.Get(s.ctx, s.kept().rule)) }},
		{"Rules.Create", admins, func(s *play) error {
			return quiet(s.d.Rules.Create(s.ctx, helpdesk.RuleInput{Name: ptr("r"), Event: helpdesk.MessageCreated, Actions: resolve}))
		}},
		{"Rules.Update", admins, func(s *play) error {
			return quiet(s.d.Rules.Update(s.ctx, s.kept().rule, helpdesk.RuleInput{Name: ptr("s")}))
		}},
		{"Rules.Clone", admins, func(s *play) error { return quiet(s.d.Rules.Clone(s.ctx, s.kept().rule)) }},
		{"Rules.Delete", admins, func(s *play) error { return s.d.Rules.Delete(s.ctx, s.kept().rule) }},
		{"Flows.List", everybody, func(s *play) error { return quiet(s.d.Flows.List(s.ctx)) }},
		{"Flows.Get", everybody, func(s *play) error { return quiet(s.d.Flows.Get(s.ctx, s.kept().flow)) }},
		{"Flows.Create", admins, func(s *play) error {
			return quiet(s.d.Flows.Create(s.ctx, helpdesk.FlowInput{Name: ptr("f"), Steps: []helpdesk.FlowStep{{ID: "end", Kind: helpdesk.FlowFinish}}}))
		}},
		{"Flows.Update", admins, func(s *play) error {
			return quiet(s.d.Flows.Update(s.ctx, s.kept().flow, helpdesk.FlowInput{Name: ptr("g")}))
		}},
		{"Flows.Delete", admins, func(s *play) error { return s.d.Flows.Delete(s.ctx, s.kept().flow) }},
		{"Flows.Start", seen, func(s *play) error { return quiet(s.d.Flows.Start(s.ctx, s.c.ID, s.kept().flow)) }},
		{"Flows.Runs", seen, func(s *play) error {
			return quiet(s.d.Flows.Runs(s.ctx, helpdesk.FlowRunFilter{Conversation: s.c.ID}, helpdesk.Page{}))
		}},
		{"Flows.Runs of all", admins, func(s *play) error { return quiet(s.d.Flows.Runs(s.ctx, helpdesk.FlowRunFilter{}, helpdesk.Page{})) }},
		{"Flows.Run", "nn nn nn nn nn nn nn nn nn nn nn", func(s *play) error { return quiet(s.d.Flows.Run(s.ctx, 999)) }},
		{"Flows.Current", "nn nn nn nn nn nn nn nn nn nn nn", func(s *play) error { return quiet(s.d.Flows.Current(s.ctx, s.c.ID)) }},
		{"Flows.Stop", "nn nn nn nn nn nn nn nn nn nn nn", func(s *play) error { return quiet(s.d.Flows.Stop(s.ctx, s.c.ID)) }},
		{"Campaigns.List", admins, func(s *play) error { return quiet(s.d.Campaigns.List(s.ctx, 0)) }},
		{"Campaigns.Get", adminsFindNone, func(s *play) error { return quiet(s.d.Campaigns.Get(s.ctx, 1)) }},
		{"Campaigns.ByNumber", adminsFindNone, func(s *play) error { return quiet(s.d.Campaigns.ByNumber(s.ctx, 1)) }},
		{"Campaigns.Update", adminsFindNone, func(s *play) error { return quiet(s.d.Campaigns.Update(s.ctx, 1, helpdesk.CampaignInput{})) }},
		{"Campaigns.Delete", adminsFindNone, func(s *play) error { return s.d.Campaigns.Delete(s.ctx, 1) }},
		{"AssignmentPolicies.List", admins, func(s *play) error {
			_, _, err := s.d.AssignmentPolicies.List(s.ctx)
			return err
		}},
		{"AssignmentPolicies.Get", adminsFindNone, func(s *play) error { return quiet(s.d.AssignmentPolicies.Get(s.ctx, 999)) }},
		{"AssignmentPolicies.Create", admins, func(s *play) error {
			return quiet(s.d.AssignmentPolicies.Create(s.ctx, helpdesk.AssignmentPolicyInput{Name: ptr(fmt.Sprint("p", s.serial))}))
		}},
		{"AssignmentPolicies.Inboxes", adminsFindNone, func(s *play) error { return quiet(s.d.AssignmentPolicies.Inboxes(s.ctx, 999)) }},
		{"AssignmentPolicies.Of", adminsFindNone, func(s *play) error { return quiet(s.d.AssignmentPolicies.Of(s.ctx, s.box.ID)) }},
		{"AssignmentPolicies.Attach", adminsFindNone, func(s *play) error { return quiet(s.d.AssignmentPolicies.Attach(s.ctx, s.box.ID, 999)) }},
		{"AssignmentPolicies.Detach", adminsFindNone, func(s *play) error { return s.d.AssignmentPolicies.Detach(s.ctx, s.box.ID) }},
		{"AssignmentPolicies.Delete", adminsFindNone, func(s *play) error { return s.d.AssignmentPolicies.Delete(s.ctx, 999) }},
		{"ChannelGroups.List", everybody, func(s *play) error { return quiet(s.d.ChannelGroups.List(s.ctx)) }},
		{"ChannelGroups.Get", "nn nn nn nn nn nn nn nn nn nn nn", func(s *play) error { return quiet(s.d.ChannelGroups.Get(s.ctx, 999)) }},
		{"ChannelGroups.Create", admins, func(s *play) error {
			s.serial++
			return quiet(s.d.ChannelGroups.Create(s.ctx, helpdesk.ChannelGroupInput{Name: ptr(fmt.Sprint("g", s.serial)), Inboxes: []helpdesk.InboxID{s.box.ID}}))
		}},
		{"ChannelGroups.Update", adminsFindNone, func(s *play) error {
			return quiet(s.d.ChannelGroups.Update(s.ctx, 999, helpdesk.ChannelGroupInput{Name: ptr("g")}))
		}},
		{"ChannelGroups.Delete", adminsFindNone, func(s *play) error { return s.d.ChannelGroups.Delete(s.ctx, 999) }},
		{"SLAPolicies.List", everybody, func(s *play) error { return quiet(s.d.SLAPolicies.List(s.ctx)) }},
		{"SLAPolicies.Create", admins, func(s *play) error {
			return quiet(s.d.SLAPolicies.Create(s.ctx, helpdesk.SLAPolicyInput{Name: ptr("s")}))
		}},
		{"SLAPolicies.Delete", adminsFindNone, func(s *play) error { return s.d.SLAPolicies.Delete(s.ctx, 999) }},
	}
}
