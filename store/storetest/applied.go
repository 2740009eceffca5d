package storetest

import (
	"context"
	"time"

	"github.com/gohelpdesk/helpdesk"
)

func appliedNoun() noun[helpdesk.AppliedSLAID, helpdesk.AppliedSLA, helpdesk.AppliedSLAFilter] {
	return noun[helpdesk.AppliedSLAID, helpdesk.AppliedSLA, helpdesk.AppliedSLAFilter]{
		name: "AppliedSLA", repo: helpdesk.Tx.AppliedSLAs,
		make: func(d *desk) *helpdesk.AppliedSLA {
			clock := helpdesk.SLAClock{Used: 1 << 50, Warned: true, Missed: true}
			return &helpdesk.AppliedSLA{
				Account: d.account, Conversation: d.conversation().ID, Policy: 1 << 40,
				Terms: helpdesk.SLATerms{Name: awkward("gold"), Description: awkward("d"), FirstResponse: 0.5, NextResponse: 60, Resolution: 1e6, HoursOnly: true},
				State: helpdesk.SLAState{
					At: away(3), Calendar: 1 << 40, Status: helpdesk.Pending, Waiting: away(4), Answered: true, First: clock, Next: clock, Resolution: clock,
					Misses: []helpdesk.SLAMiss{{Kind: helpdesk.SLANextResponse, Due: away(5)}}, Missed: 7,
				},
				Status: helpdesk.SLAActiveMissed, TimerAt: away(6), StartedAt: away(7), EndedAt: away(8), CreatedAt: at(1), UpdatedAt: at(2),
			}
		},
		change: func(_ *desk, v *helpdesk.AppliedSLA) {
			v.Policy, v.Terms, v.State, v.Status = 3, helpdesk.SLATerms{Name: "plain"}, helpdesk.SLAState{At: at(9)}, helpdesk.SLAHit
			v.TimerAt, v.StartedAt, v.EndedAt, v.UpdatedAt = time.Time{}, at(7), time.Time{}, at(10)
		},
		collide: func(v, taken *helpdesk.AppliedSLA) { v.Conversation = taken.Conversation },
	}
}

func testApplied(s suite) {
	s.test("by conversation, policy, misses, time and scope", func(d *desk) {
		put := func(day int, policy helpdesk.SLAPolicyID, missed int) *helpdesk.AppliedSLA {
			v := appliedNoun().make(d)
			v.StartedAt, v.Policy, v.State.Missed = at(day), policy, missed
			return insert(d, helpdesk.Tx.AppliedSLAs, v)
		}
		first, second, third := put(1, 1, 0), put(2, 2, 1), put(3, 1, 2)
		label := insert(d, helpdesk.Tx.Labels, labelNoun().make(d))
		const agent, team = 1 << 41, 1 << 42
		d.update(func(ctx context.Context, tx helpdesk.Tx) error {
			c, err := tx.Conversations().Get(ctx, third.Conversation)
			if err != nil {
				return err
			}
			c.Assignee, c.Team = agent, team
			if err := tx.Conversations().Update(ctx, c); err != nil {
				return err
			}
			return tx.Conversations().SetLabels(ctx, c, []helpdesk.LabelID{label.ID})
		})
		var owner *helpdesk.Conversation
		d.view(func(ctx context.Context, tx helpdesk.Tx) (err error) {
			owner, err = tx.Conversations().Get(ctx, second.Conversation)
			return err
		})
		own := helpdesk.Scope{Inboxes: []helpdesk.InboxID{owner.Inbox}, Own: true, Free: true, Others: true}
		for name, c := range map[string]struct {
			filter helpdesk.AppliedSLAFilter
			want   []helpdesk.AppliedSLAID
		}{
			"all":           {helpdesk.AppliedSLAFilter{}, []helpdesk.AppliedSLAID{first.ID, second.ID, third.ID}},
			"conversations": {helpdesk.AppliedSLAFilter{Conversations: []helpdesk.ConversationID{first.Conversation, third.Conversation}}, []helpdesk.AppliedSLAID{first.ID, third.ID}},
			"none":          {helpdesk.AppliedSLAFilter{Conversations: []helpdesk.ConversationID{}}, nil},
			"policy":        {helpdesk.AppliedSLAFilter{Policy: 1}, []helpdesk.AppliedSLAID{first.ID, third.ID}},
			"missed":        {helpdesk.AppliedSLAFilter{Missed: true}, []helpdesk.AppliedSLAID{second.ID, third.ID}},
			"from":          {helpdesk.AppliedSLAFilter{From: at(2)}, []helpdesk.AppliedSLAID{second.ID, third.ID}},
			"to":            {helpdesk.AppliedSLAFilter{To: at(2)}, []helpdesk.AppliedSLAID{first.ID}},
			"scope":         {helpdesk.AppliedSLAFilter{Scope: &own}, []helpdesk.AppliedSLAID{second.ID}},
			"newest":        {helpdesk.AppliedSLAFilter{Newest: true}, []helpdesk.AppliedSLAID{third.ID, second.ID, first.ID}},
			"inbox":         {helpdesk.AppliedSLAFilter{Inbox: owner.Inbox}, []helpdesk.AppliedSLAID{second.ID}},
			"agent":         {helpdesk.AppliedSLAFilter{Agent: agent}, []helpdesk.AppliedSLAID{third.ID}},
			"team":          {helpdesk.AppliedSLAFilter{Team: team}, []helpdesk.AppliedSLAID{third.ID}},
			"labels":        {helpdesk.AppliedSLAFilter{Labels: []string{label.Title, "another"}}, []helpdesk.AppliedSLAID{third.ID}},
			"another label": {helpdesk.AppliedSLAFilter{Labels: []string{"another"}}, nil},
		} {
			d.view(func(ctx context.Context, tx helpdesk.Tx) error {
				rows, err := tx.AppliedSLAs().List(ctx, c.filter, helpdesk.Page{})
				equal(d, name, ids[helpdesk.AppliedSLAID](rows), c.want)
				return err
			})
		}
		d.update(func(ctx context.Context, tx helpdesk.Tx) error {
			return tx.Conversations().Delete(ctx, second.Conversation)
		})
		d.view(func(ctx context.Context, tx helpdesk.Tx) error {
			n, err := tx.AppliedSLAs().Count(ctx, helpdesk.AppliedSLAFilter{Conversations: []helpdesk.ConversationID{second.Conversation}})
			equal(d, "left by a conversation that is gone", n, 0)
			return err
		})
	})
}
