package storetest

import (
	"context"
	"time"

	"github.com/gohelpdesk/helpdesk"
)

// flowSteps have every field filled somewhere.
func flowSteps() []helpdesk.FlowStep {
	cond := ruleCond()
	return []helpdesk.FlowStep{
		{
			ID: awkward("ask"), Kind: helpdesk.FlowAsk, Next: "b", Text: awkward("which?"), Choices: []helpdesk.FlowChoice{{Title: awkward("t"), Value: awkward("v")}},
			Pattern: awkward(`^\d+$`), Retries: 3, RetryText: awkward("again"), GiveUp: "b", Timeout: 36 * time.Hour, OnTimeout: "b", Variable: "plan",
			Model: helpdesk.ContactAttribute, Attribute: awkward("key"), Value: awkward("{{x}}"),
		},
		{ID: "b", Kind: helpdesk.FlowDecide, Branches: []helpdesk.FlowBranch{{Cond: &cond, Next: "c"}, {Expression: awkward("e"), Next: "c"}}, Else: "c"},
		{
			ID: "c", Kind: helpdesk.FlowWebhook, URL: "https://example.com/?a='", Data: map[string]string{awkward("k"): awkward("v")},
			Fill: map[string]string{"plan": "a.b"}, Failed: "b", Labels: []string{awkward("l")}, Agent: 1 << 40, Team: 1 << 41, Wait: time.Hour, Resolve: true,
		},
	}
}

func flowNoun() noun[helpdesk.FlowID, helpdesk.Flow, helpdesk.FlowFilter] {
	return noun[helpdesk.FlowID, helpdesk.Flow, helpdesk.FlowFilter]{
		name: "Flow", repo: helpdesk.Tx.Flows,
		make: func(d *desk) *helpdesk.Flow {
			return &helpdesk.Flow{
				Account: d.account, Name: awkward("flow"), Description: awkward("d"), Active: true, Steps: flowSteps(), CreatedAt: at(1), UpdatedAt: at(2),
			}
		},
		change: func(_ *desk, f *helpdesk.Flow) {
			f.Name, f.Description, f.Active, f.Steps, f.UpdatedAt = "plain", "", false, nil, at(3)
		},
	}
}

func flowRunNoun() noun[helpdesk.FlowRunID, helpdesk.FlowRun, helpdesk.FlowRunFilter] {
	return noun[helpdesk.FlowRunID, helpdesk.FlowRun, helpdesk.FlowRunFilter]{
		name: "FlowRun", repo: helpdesk.Tx.FlowRuns,
		make: func(d *desk) *helpdesk.FlowRun {
			return &helpdesk.FlowRun{
				Account: d.account, Flow: 1 << 40, Conversation: 1<<40 + helpdesk.ConversationID(d.number()), Kind: helpdesk.ExitFlow, Steps: flowSteps(),
				Step: awkward("ask"), Waits: helpdesk.FlowAnswer, Asked: 1 << 41, Tries: 2, Visits: 7,
				Variables: map[string]any{awkward("k"): awkward("v"), "n": 1.5, "yes": true},
				Path:      []helpdesk.FlowTrace{{At: at(3), Step: awkward("ask"), What: helpdesk.FlowAsked, Text: awkward("t")}, {At: at(4)}},
				Deadline:  away(9), Reason: helpdesk.FlowTakenOver, StartedAt: at(1), EndedAt: away(12),
			}
		},
		change: func(_ *desk, r *helpdesk.FlowRun) {
			*r = helpdesk.FlowRun{
				Account: r.Account, ID: r.ID, Version: r.Version, Flow: r.Flow + 1, Conversation: r.Conversation + 1, Kind: helpdesk.EntryFlow, StartedAt: at(2),
			}
		},
	}
}

func testFlows(s suite) {
	s.test("come off their inboxes, and leave their runs", func(d *desk) {
		flow, other := insert(d, helpdesk.Tx.Flows, flowNoun().make(d)), insert(d, helpdesk.Tx.Flows, flowNoun().make(d))
		box := inboxNoun().make(d)
		box.EntryFlow, box.ExitFlow = flow.ID, other.ID
		id := insert(d, helpdesk.Tx.Inboxes, box).ID
		run := flowRunNoun().make(d)
		run.Flow = flow.ID
		insert(d, helpdesk.Tx.FlowRuns, run)
		d.update(func(ctx context.Context, tx helpdesk.Tx) error { return tx.Flows().Delete(ctx, flow.ID) })
		d.view(func(ctx context.Context, tx helpdesk.Tx) error {
			got, err := tx.Inboxes().Get(ctx, id)
			if err != nil {
				return err
			}
			equal(d, "flows", []helpdesk.FlowID{got.EntryFlow, got.ExitFlow}, []helpdesk.FlowID{0, other.ID})
			_, err = tx.FlowRuns().Get(ctx, run.ID)
			return err
		})
	})
	s.test("runs are found, and go with their conversation", func(d *desk) {
		put := func(flow helpdesk.FlowID, c helpdesk.ConversationID, ended bool) helpdesk.FlowRunID {
			r := &helpdesk.FlowRun{Flow: flow, Conversation: c, Kind: helpdesk.EntryFlow, StartedAt: start}
			if ended {
				r.EndedAt = at(2)
			}
			return insert(d, helpdesk.Tx.FlowRuns, r).ID
		}
		here, there := d.conversation().ID, d.conversation().ID
		old, now, elsewhere := put(1, here, true), put(1, here, false), put(2, there, false)
		find := func(f helpdesk.FlowRunFilter) []helpdesk.FlowRunID {
			var rows []*helpdesk.FlowRun
			d.view(func(ctx context.Context, tx helpdesk.Tx) (err error) {
				rows, err = tx.FlowRuns().List(ctx, f, helpdesk.Page{})
				return err
			})
			return ids[helpdesk.FlowRunID](rows)
		}
		equal(d, "of a conversation", find(helpdesk.FlowRunFilter{Conversation: here}), []helpdesk.FlowRunID{now, old})
		equal(d, "that run", find(helpdesk.FlowRunFilter{Flow: 1, Running: true}), []helpdesk.FlowRunID{now})
		d.update(func(ctx context.Context, tx helpdesk.Tx) error { return tx.Conversations().Delete(ctx, here) })
		equal(d, "what is left", find(helpdesk.FlowRunFilter{}), []helpdesk.FlowRunID{elsewhere})
	})
}
