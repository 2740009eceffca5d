package storetest

import (
	"context"
	"encoding/json"
	"time"

	"github.com/gohelpdesk/helpdesk"
)

func viewNoun() noun[helpdesk.ViewID, helpdesk.View, helpdesk.ViewFilter] {
	return noun[helpdesk.ViewID, helpdesk.View, helpdesk.ViewFilter]{
		name: "View", repo: helpdesk.Tx.Views,
		make: func(d *desk) *helpdesk.View {
			return &helpdesk.View{
				Account: d.account, Owner: d.agent(), Kind: helpdesk.ContactView, Name: awkward("view"), Query: things("q"),
				Where:     &helpdesk.Cond{Or: []helpdesk.Cond{{Field: "name", Op: helpdesk.Equal, Values: []any{awkward("x"), 1.5, true}}}},
				CreatedAt: at(1), UpdatedAt: at(2),
			}
		},
		change: func(_ *desk, v *helpdesk.View) {
			v.Name, v.Query, v.Where, v.UpdatedAt = "plain", nil, nil, at(3)
		},
	}
}

func taskNoun() noun[helpdesk.TaskID, helpdesk.Task, helpdesk.TaskFilter] {
	return noun[helpdesk.TaskID, helpdesk.Task, helpdesk.TaskFilter]{
		name: "Task", repo: helpdesk.Tx.Tasks,
		make: func(d *desk) *helpdesk.Task {
			return &helpdesk.Task{
				Account: d.account, Kind: helpdesk.ChangeContacts, By: helpdesk.ActorRef{Kind: helpdesk.ByAgent, ID: int64(d.agent())},
				Remote: awkward("from"), Args: json.RawMessage(`{"contacts":[1,2]}`), Total: 5, CreatedAt: at(1), UpdatedAt: at(2),
				Next: 1, Done: 2, Skipped: 3, Failed: 4, Failures: []helpdesk.TaskFailure{{Item: 9, Reason: awkward("no")}}, EndedAt: away(3),
			}
		},
		change: func(_ *desk, v *helpdesk.Task) {
			v.Next, v.Done, v.Skipped, v.Failed, v.Failures, v.EndedAt, v.UpdatedAt = 5, 6, 7, 8, nil, at(4), at(5)
		},
	}
}

func testViewsAndTasks(s suite) {
	s.test("views by owner and kind", func(d *desk) {
		one, two := insert(d, helpdesk.Tx.Views, viewNoun().make(d)), insert(d, helpdesk.Tx.Views, viewNoun().make(d))
		d.view(func(ctx context.Context, tx helpdesk.Tx) error {
			for name, c := range map[string]struct {
				filter helpdesk.ViewFilter
				want   int
			}{
				"owner": {helpdesk.ViewFilter{Owner: one.Owner}, 1}, "kind": {helpdesk.ViewFilter{Kind: two.Kind}, 2},
				"neither": {helpdesk.ViewFilter{Owner: two.Owner, Kind: helpdesk.ReportView}, 0},
			} {
				n, err := tx.Views().Count(ctx, c.filter)
				if err != nil {
					return err
				}
				equal(d, "views by "+name, n, c.want)
			}
			return nil
		})
	})
	s.test("tasks by actor and end", func(d *desk) {
		one := insert(d, helpdesk.Tx.Tasks, taskNoun().make(d))
		goesOn := taskNoun().make(d)
		goesOn.EndedAt = time.Time{}
		insert(d, helpdesk.Tx.Tasks, goesOn)
		d.view(func(ctx context.Context, tx helpdesk.Tx) error {
			n, err := tx.Tasks().Count(ctx, helpdesk.TaskFilter{By: one.By})
			equal(d, "tasks of an actor", n, 1)
			if err != nil {
				return err
			}
			n, err = tx.Tasks().Count(ctx, helpdesk.TaskFilter{EndedBy: one.EndedAt})
			equal(d, "tasks that ended by then", n, 1)
			return err
		})
	})
}
