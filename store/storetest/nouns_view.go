package storetest

import (
	"context"
	"encoding/json"
	"errors"
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
				Next: 1, Done: 2, Skipped: 3, Failed: 4, Failures: []helpdesk.TaskFailure{{Item: 9, Reason: awkward("no")}}, EndedAt: away(3), Blob: "f1",
			}
		},
		change: func(_ *desk, v *helpdesk.Task) {
			v.Next, v.Done, v.Skipped, v.Failed, v.Failures, v.EndedAt, v.UpdatedAt, v.Blob = 5, 6, 7, 8, nil, at(4), at(5), ""
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
	s.test("tasks by their file", func(d *desk) {
		insert(d, helpdesk.Tx.Tasks, taskNoun().make(d))
		bare := taskNoun().make(d)
		bare.Blob = ""
		insert(d, helpdesk.Tx.Tasks, bare)
		d.view(func(ctx context.Context, tx helpdesk.Tx) error {
			for when, want := range map[int]int{1: 0, 2: 1, 3: 1} {
				n, err := tx.Tasks().Count(ctx, helpdesk.TaskFilter{FiledBy: at(when)})
				if err != nil {
					return err
				}
				equal(d, "tasks that have a file and did nothing since", n, want)
			}
			return nil
		})
	})
	s.test("refusals of a task go with it", func(d *desk) {
		one, other := insert(d, helpdesk.Tx.Tasks, taskNoun().make(d)), insert(d, helpdesk.Tx.Tasks, taskNoun().make(d))
		rows := []helpdesk.TaskRefusal{{Task: one.ID, From: 0, Items: 1, Reason: awkward("no")}, {Task: one.ID, From: 4, Items: 9, Reason: "never"}}
		read := func(ctx context.Context, tx helpdesk.Tx, want int, after, limit int) error {
			got, err := tx.TaskRefusals().List(ctx, one.ID, after, limit)
			equal(d, "refusals", len(got), want)
			for i, r := range got {
				equal(d, "refusal", r, rows[len(rows)-len(got)+i])
			}
			return err
		}
		d.update(func(ctx context.Context, tx helpdesk.Tx) error {
			for _, r := range append(rows, helpdesk.TaskRefusal{Task: other.ID, From: 2, Items: 1}) {
				if err := tx.TaskRefusals().Add(ctx, r); err != nil {
					return err
				}
			}
			return errors.Join(read(ctx, tx, 2, -1, 10), read(ctx, tx, 1, 0, 10), read(ctx, tx, 0, 4, 10))
		})
		d.update(func(ctx context.Context, tx helpdesk.Tx) error {
			if err := tx.Tasks().Delete(ctx, one.ID); err != nil {
				return err
			}
			return read(ctx, tx, 0, -1, 10)
		})
	})
}
