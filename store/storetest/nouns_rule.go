package storetest

import (
	"context"
	"strings"
	"time"

	"github.com/gohelpdesk/helpdesk"
)

func campaigns(tx helpdesk.Tx) helpdesk.Repo[helpdesk.CampaignID, helpdesk.Campaign, helpdesk.CampaignFilter] {
	return tx.Campaigns()
}

// keptFiles are files with every field filled.
func keptFiles(d *desk) []helpdesk.KeptFile {
	return []helpdesk.KeptFile{
		{Key: d.name("blob"), Name: awkward("f"), ContentType: "image/png", Type: "image", Size: 1 << 40, Width: 3, Height: 4},
		{Key: d.name("blob")},
	}
}

// ruleActions have a value of every kind.
func ruleActions() []helpdesk.RuleAction {
	return []helpdesk.RuleAction{
		{Name: helpdesk.DoSendMessage, Values: []any{awkward("hello")}},
		{Name: helpdesk.DoAssignAgent, Values: []any{float64(1 << 40), "7", nil, true, 1.5}},
		{Name: helpdesk.DoSendEmailToTeam, Values: []any{map[string]any{"team_ids": []any{1.0}, "message": awkward("m")}}},
		{Name: helpdesk.DoResolve},
	}
}

func cannedNoun() noun[helpdesk.CannedID, helpdesk.CannedResponse, helpdesk.CannedFilter] {
	return noun[helpdesk.CannedID, helpdesk.CannedResponse, helpdesk.CannedFilter]{
		name: "CannedResponse", repo: helpdesk.Tx.CannedResponses,
		make: func(d *desk) *helpdesk.CannedResponse {
			return &helpdesk.CannedResponse{
				Account: d.account, ShortCode: awkward(d.name("code")), Content: awkward("c"), Files: keptFiles(d),
				CreatedAt: at(1), UpdatedAt: at(2),
			}
		},
		change: func(d *desk, c *helpdesk.CannedResponse) {
			c.ShortCode, c.Content, c.Files, c.UpdatedAt = d.name("code"), "", nil, at(3)
		},
		collide: func(v, taken *helpdesk.CannedResponse) { v.ShortCode = taken.ShortCode },
	}
}

func macroNoun() noun[helpdesk.MacroID, helpdesk.Macro, helpdesk.MacroFilter] {
	return noun[helpdesk.MacroID, helpdesk.Macro, helpdesk.MacroFilter]{
		name: "Macro", repo: helpdesk.Tx.Macros,
		make: func(d *desk) *helpdesk.Macro {
			return &helpdesk.Macro{
				Account: d.account, Name: awkward("macro"), Visibility: helpdesk.GlobalMacro, Actions: ruleActions(), Files: keptFiles(d),
				CreatedBy: d.agent(), UpdatedBy: d.agent(), CreatedAt: at(1), UpdatedAt: at(2),
			}
		},
		change: func(_ *desk, m *helpdesk.Macro) {
			m.Name, m.Visibility, m.Actions, m.Files = "plain", helpdesk.PersonalMacro, nil, nil
			m.CreatedBy, m.UpdatedBy, m.UpdatedAt = m.CreatedBy+1, 0, at(3)
		},
	}
}

func ruleNoun() noun[helpdesk.RuleID, helpdesk.Rule, helpdesk.RuleFilter] {
	return noun[helpdesk.RuleID, helpdesk.Rule, helpdesk.RuleFilter]{
		name: "Rule", repo: helpdesk.Tx.Rules, key: helpdesk.RuleFilter{}.Key,
		make: func(d *desk) *helpdesk.Rule {
			return &helpdesk.Rule{
				Account: d.account, Name: awkward("rule"), Description: awkward("d"), Event: helpdesk.MessageCreated, Active: true,
				Position: 7 + d.number()%2, Cond: ruleCond(), Expression: awkward("e"), Actions: ruleActions(), Files: keptFiles(d),
				Failures: 2, LastError: awkward("why"), FailedAt: away(3), After: 90, HoursOnly: true, ArmedAt: away(4), CreatedAt: at(1), UpdatedAt: at(2),
			}
		},
		change: func(_ *desk, r *helpdesk.Rule) {
			r.Expression, r.Failures, r.LastError, r.FailedAt = "", 0, "", time.Time{}
			r.After, r.HoursOnly, r.ArmedAt = 0, false, time.Time{}
			r.Name, r.Description, r.Event, r.Active = "plain", "", helpdesk.ConversationOpened, false
			r.Position, r.Cond, r.Actions, r.Files, r.UpdatedAt = 0, helpdesk.Cond{}, nil, nil, at(3)
		},
	}
}

// ruleCond nests, and has values of every kind.
func ruleCond() helpdesk.Cond {
	return helpdesk.Cond{Or: []helpdesk.Cond{
		{Field: awkward("plan"), Model: helpdesk.ContactAttribute, Op: helpdesk.Equal, Values: []any{awkward("v"), 1.5, true, nil}},
		{And: []helpdesk.Cond{
			{Field: "status", Op: helpdesk.AttributeMoved, Values: []any{[]any{"open"}, []any{"resolved"}}},
			{Not: &helpdesk.Cond{Field: "labels", Op: helpdesk.Present}},
		}},
	}}
}

func campaignNoun() noun[helpdesk.CampaignID, helpdesk.Campaign, helpdesk.CampaignFilter] {
	return noun[helpdesk.CampaignID, helpdesk.Campaign, helpdesk.CampaignFilter]{
		name: "Campaign", repo: campaigns, elsewhere: []string{"Number"},
		make: func(d *desk) *helpdesk.Campaign {
			return &helpdesk.Campaign{
				Account: d.account, Title: awkward("t"), Description: awkward("d"), Message: awkward("m"), Inbox: d.inbox().ID,
				Kind: helpdesk.OneOffCampaign, Status: helpdesk.CampaignCompleted, Sender: d.agent(), Enabled: true, HoursOnly: true,
				URL: "https://example.com/*?a='", TimeOnPage: 9, ScheduledAt: away(3), Audience: []helpdesk.LabelID{3, 1 << 40},
				Template: things("t"), CreatedAt: at(1), UpdatedAt: at(2),
			}
		},
		change: func(_ *desk, c *helpdesk.Campaign) {
			*c = helpdesk.Campaign{
				Account: c.Account, ID: c.ID, Number: c.Number, Version: c.Version, CreatedAt: c.CreatedAt,
				Title: "plain", Inbox: c.Inbox + 1, Kind: helpdesk.OngoingCampaign, Status: helpdesk.CampaignActive, UpdatedAt: at(4),
			}
		},
	}
}

func (d *desk) policy() *helpdesk.AssignmentPolicy {
	d.Helper()
	return insert(d, helpdesk.Tx.AssignmentPolicies, policyNoun().make(d))
}

func policyNoun() noun[helpdesk.PolicyID, helpdesk.AssignmentPolicy, helpdesk.AssignmentPolicyFilter] {
	return noun[helpdesk.PolicyID, helpdesk.AssignmentPolicy, helpdesk.AssignmentPolicyFilter]{
		name: "AssignmentPolicy", repo: helpdesk.Tx.AssignmentPolicies,
		make: func(d *desk) *helpdesk.AssignmentPolicy {
			return &helpdesk.AssignmentPolicy{
				Account: d.account, Name: awkward(d.name("policy")), Description: awkward("d"), Order: helpdesk.Balanced,
				Expression: awkward("agent.open > 1"),
				Priority:   helpdesk.LongestWaiting, FairLimit: 5, FairWindow: 60, Enabled: true, CreatedAt: at(1), UpdatedAt: at(2),
			}
		},
		change: func(d *desk, v *helpdesk.AssignmentPolicy) {
			v.Name, v.Description, v.Expression, v.Order, v.Priority = d.name("policy"), "", "", helpdesk.RoundRobin, helpdesk.EarliestCreated
			v.FairLimit, v.FairWindow, v.Enabled, v.UpdatedAt = 1, 2, false, at(3)
		},
		collide: func(v, taken *helpdesk.AssignmentPolicy) { v.Name = taken.Name },
	}
}

func slaNoun() noun[helpdesk.SLAPolicyID, helpdesk.SLAPolicy, helpdesk.SLAPolicyFilter] {
	return noun[helpdesk.SLAPolicyID, helpdesk.SLAPolicy, helpdesk.SLAPolicyFilter]{
		name: "SLAPolicy", repo: helpdesk.Tx.SLAPolicies,
		make: func(d *desk) *helpdesk.SLAPolicy {
			return &helpdesk.SLAPolicy{
				Account: d.account, Name: awkward("sla"), Description: awkward("d"), FirstResponse: 60.5, NextResponse: 120,
				Resolution: 1 << 20, HoursOnly: true, CreatedAt: at(1), UpdatedAt: at(2),
			}
		},
		change: func(_ *desk, v *helpdesk.SLAPolicy) {
			*v = helpdesk.SLAPolicy{Account: v.Account, ID: v.ID, Version: v.Version, CreatedAt: v.CreatedAt, Name: "plain", UpdatedAt: at(3)}
		},
	}
}

func channelGroupNoun() noun[helpdesk.ChannelGroupID, helpdesk.ChannelGroup, helpdesk.ChannelGroupFilter] {
	return noun[helpdesk.ChannelGroupID, helpdesk.ChannelGroup, helpdesk.ChannelGroupFilter]{
		name: "ChannelGroup", repo: helpdesk.Tx.ChannelGroups,
		make: func(d *desk) *helpdesk.ChannelGroup {
			return &helpdesk.ChannelGroup{
				Account: d.account, Name: awkward(d.name("group")), Description: awkward("d"), Inboxes: []helpdesk.InboxID{d.inbox().ID, 1 << 40},
				CreatedAt: at(1), UpdatedAt: at(2),
			}
		},
		change: func(d *desk, v *helpdesk.ChannelGroup) {
			v.Name, v.Description, v.Inboxes, v.UpdatedAt = d.name("group"), "", nil, at(3)
		},
		collide: func(v, taken *helpdesk.ChannelGroup) { v.Name = strings.ToUpper(taken.Name) },
	}
}

func testChannelGroups(s suite) {
	s.test("an inbox that is deleted comes off its groups", func(d *desk) {
		gone, stays := d.inbox().ID, d.inbox().ID
		put := func(boxes ...helpdesk.InboxID) helpdesk.ChannelGroupID {
			return insert(d, helpdesk.Tx.ChannelGroups, &helpdesk.ChannelGroup{Name: d.name("group"), Inboxes: boxes, CreatedAt: at(1), UpdatedAt: at(1)}).ID
		}
		first, second, without := put(gone, stays), put(stays, gone), put(stays)
		there := d.in(d.other)
		theirs := insert(there, helpdesk.Tx.ChannelGroups, &helpdesk.ChannelGroup{Name: "theirs", Inboxes: []helpdesk.InboxID{gone}, CreatedAt: at(1), UpdatedAt: at(1)}).ID
		d.movesConfig("Delete", func(ctx context.Context, tx helpdesk.Tx) error { return tx.Inboxes().Delete(ctx, gone) })
		for _, id := range []helpdesk.ChannelGroupID{first, second, without} {
			equal(d, "what is left", get(d, helpdesk.Tx.ChannelGroups, id).Inboxes, []helpdesk.InboxID{stays})
		}
		equal(d, "one it was not in", get(d, helpdesk.Tx.ChannelGroups, without).Version, 1)
		equal(d, "the other account's", get(there, helpdesk.Tx.ChannelGroups, theirs).Inboxes, []helpdesk.InboxID{gone})
	})
}

func testCanned(s suite) {
	s.test("a short code is taken without case", func(d *desk) {
		insert(d, helpdesk.Tx.CannedResponses, &helpdesk.CannedResponse{ShortCode: "Été", CreatedAt: start, UpdatedAt: start})
		d.refuses(helpdesk.Conflict, func(ctx context.Context, tx helpdesk.Tx) error {
			return tx.CannedResponses().Insert(ctx, &helpdesk.CannedResponse{ShortCode: "éTÉ", CreatedAt: start, UpdatedAt: start})
		})
	})
	s.test("is found by what it holds, without case", func(d *desk) {
		put := func(code, content string) helpdesk.CannedID {
			return insert(d, helpdesk.Tx.CannedResponses, &helpdesk.CannedResponse{
				ShortCode: code, Content: content, CreatedAt: start, UpdatedAt: start,
			}).ID
		}
		code, content := put("HELLO É", "x"), put("y", "say Hello é%")
		put("other", "hell_")
		find := func(f helpdesk.CannedFilter) []helpdesk.CannedID {
			var rows []*helpdesk.CannedResponse
			d.view(func(ctx context.Context, tx helpdesk.Tx) (err error) {
				rows, err = tx.CannedResponses().List(ctx, f, helpdesk.Page{})
				return err
			})
			return ids[helpdesk.CannedID](rows)
		}
		equal(d, "in either", find(helpdesk.CannedFilter{Query: "hello É"}), []helpdesk.CannedID{code, content})
		equal(d, "a wildcard", find(helpdesk.CannedFilter{Query: "é%"}), []helpdesk.CannedID{content})
		equal(d, "the code alone", find(helpdesk.CannedFilter{ShortCode: "hello é"}), []helpdesk.CannedID{code})
	})
}

func testMacros(s suite) {
	s.test("personal ones are their owner's, and go with them", func(d *desk) {
		ada, bo := d.agent(), d.agent()
		put := func(owner helpdesk.AgentID, v helpdesk.MacroVisibility) helpdesk.MacroID {
			return insert(d, helpdesk.Tx.Macros, &helpdesk.Macro{Name: "m", Visibility: v, CreatedBy: owner, CreatedAt: start, UpdatedAt: start}).ID
		}
		personal, global, other := put(ada, helpdesk.PersonalMacro), put(ada, helpdesk.GlobalMacro), put(bo, helpdesk.PersonalMacro)
		find := func(f helpdesk.MacroFilter) []helpdesk.MacroID {
			var rows []*helpdesk.Macro
			d.view(func(ctx context.Context, tx helpdesk.Tx) (err error) {
				rows, err = tx.Macros().List(ctx, f, helpdesk.Page{})
				return err
			})
			return ids[helpdesk.MacroID](rows)
		}
		equal(d, "what ada sees", find(helpdesk.MacroFilter{VisibleTo: ada}), []helpdesk.MacroID{personal, global})
		equal(d, "what is hers alone", find(helpdesk.MacroFilter{Owner: ada}), []helpdesk.MacroID{personal})
		d.update(func(ctx context.Context, tx helpdesk.Tx) error { return tx.Agents().Delete(ctx, ada) })
		equal(d, "what is left", find(helpdesk.MacroFilter{}), []helpdesk.MacroID{global, other})
	})
}

func testRules(s suite) {
	s.test("stand in their order, by event", func(d *desk) {
		put := func(position int, event helpdesk.EventKind, active bool) helpdesk.RuleID {
			return insert(d, helpdesk.Tx.Rules, &helpdesk.Rule{
				Name: "r", Event: event, Active: active, Position: position, CreatedAt: start, UpdatedAt: start,
			}).ID
		}
		last := put(2, helpdesk.MessageCreated, true)
		first := put(1, helpdesk.MessageCreated, true)
		off := put(1, helpdesk.MessageCreated, false)
		other := put(0, helpdesk.ConversationCreated, true)
		find := func(f helpdesk.RuleFilter) []helpdesk.RuleID {
			var rows []*helpdesk.Rule
			d.view(func(ctx context.Context, tx helpdesk.Tx) (err error) {
				rows, err = tx.Rules().List(ctx, f, helpdesk.Page{})
				return err
			})
			return ids[helpdesk.RuleID](rows)
		}
		on := true
		equal(d, "all", find(helpdesk.RuleFilter{}), []helpdesk.RuleID{other, first, off, last})
		equal(d, "active of an event", find(helpdesk.RuleFilter{Event: helpdesk.MessageCreated, Active: &on}), []helpdesk.RuleID{first, last})
	})
}

func testCampaigns(s suite) {
	s.test("are numbered by account, and a number is not used again", func(d *desk) {
		one, two := insert(d, campaigns, campaignNoun().make(d)), insert(d, campaigns, campaignNoun().make(d))
		equal(d, "numbers", []helpdesk.CampaignNumber{one.Number, two.Number}, []helpdesk.CampaignNumber{1, 2})
		d.update(func(ctx context.Context, tx helpdesk.Tx) error { return tx.Campaigns().Delete(ctx, two.ID) })
		equal(d, "the next", insert(d, campaigns, campaignNoun().make(d)).Number, 3)
		there := d.in(d.other)
		equal(d, "the other account's", insert(there, campaigns, campaignNoun().make(there)).Number, 1)
		d.view(func(ctx context.Context, tx helpdesk.Tx) error {
			found, err := tx.Campaigns().ByNumber(ctx, 1)
			if err == nil {
				equal(d, "by number", found.ID, one.ID)
			}
			_, gone := tx.Campaigns().ByNumber(ctx, 2)
			d.is(gone, helpdesk.NotFound)
			return err
		})
	})
	s.test("go with their inbox, and keep their number in an Update", func(d *desk) {
		gone, stays := insert(d, campaigns, campaignNoun().make(d)), insert(d, campaigns, campaignNoun().make(d))
		d.update(func(ctx context.Context, tx helpdesk.Tx) error {
			next := *stays
			next.Number = 99
			if err := tx.Campaigns().Update(ctx, &next); err != nil {
				return err
			}
			return tx.Inboxes().Delete(ctx, gone.Inbox)
		})
		equal(d, "number", get(d, campaigns, stays.ID).Number, stays.Number)
		d.view(func(ctx context.Context, tx helpdesk.Tx) error {
			_, err := tx.Campaigns().Get(ctx, gone.ID)
			d.is(err, helpdesk.NotFound)
			rows, err := tx.Campaigns().List(ctx, helpdesk.CampaignFilter{Inbox: stays.Inbox}, helpdesk.Page{})
			equal(d, "of the inbox", ids[helpdesk.CampaignID](rows), []helpdesk.CampaignID{stays.ID})
			return err
		})
	})
}

func testPolicies(s suite) {
	s.test("a policy that is deleted comes off its inboxes", func(d *desk) {
		gone, stays := d.policy(), d.policy()
		attach := func(id helpdesk.PolicyID) helpdesk.InboxID {
			box := d.inbox()
			box.Policy = id
			d.update(func(ctx context.Context, tx helpdesk.Tx) error { next := *box; return tx.Inboxes().Update(ctx, &next) })
			return box.ID
		}
		one, two := attach(gone.ID), attach(stays.ID)
		d.movesConfig("Delete", func(ctx context.Context, tx helpdesk.Tx) error { return tx.AssignmentPolicies().Delete(ctx, gone.ID) })
		equal(d, "the inbox it was on", get(d, helpdesk.Tx.Inboxes, one).Policy, 0)
		equal(d, "another's", get(d, helpdesk.Tx.Inboxes, two).Policy, stays.ID)
	})
}
