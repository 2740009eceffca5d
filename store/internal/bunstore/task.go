package bunstore

import (
	"context"
	"encoding/json"

	"github.com/uptrace/bun"

	"github.com/gohelpdesk/helpdesk"
)

type taskRow struct {
	bun.BaseModel `bun:"table:helpdesk_tasks,alias:k"`

	AccountID helpdesk.AccountID               `bun:"account_id,pk"`
	ID        helpdesk.TaskID                  `bun:"id,pk,autoincrement"`
	Kind      helpdesk.TaskKind                `bun:"kind"`
	ActorKind helpdesk.ActorKind               `bun:"actor_kind"`
	ActorID   int64                            `bun:"actor_id"`
	Remote    string                           `bun:"remote"`
	Args      string                           `bun:"args"`
	Total     int                              `bun:"total"`
	Next      int                              `bun:"next"`
	Done      int                              `bun:"done"`
	Skipped   int                              `bun:"skipped"`
	Failed    int                              `bun:"failed"`
	Failures  document[[]helpdesk.TaskFailure] `bun:"failures"`
	Blob      string                           `bun:"blob"`
	CreatedAt int64                            `bun:"created_at"`
	UpdatedAt int64                            `bun:"updated_at"`
	EndedAt   stamp                            `bun:"ended_at"`
	Version   int64                            `bun:"version"`
}

func newTasks(t *tx) *repo[helpdesk.TaskID, helpdesk.Task, helpdesk.TaskFilter, taskRow] {
	return &repo[helpdesk.TaskID, helpdesk.Task, helpdesk.TaskFilter, taskRow]{t, &noun[helpdesk.TaskID, helpdesk.Task, helpdesk.TaskFilter, taskRow]{
		name: "task", table: "@helpdesk_tasks", alias: "k", newest: true,
		pack: func(v *helpdesk.Task) *taskRow {
			return &taskRow{
				AccountID: v.Account, ID: v.ID, Kind: v.Kind, ActorKind: v.By.Kind, ActorID: v.By.ID, Remote: v.Remote, Args: string(v.Args),
				Total: v.Total, Next: v.Next, Done: v.Done, Skipped: v.Skipped, Failed: v.Failed, Failures: doc(v.Failures), Blob: v.Blob,
				CreatedAt: micros(v.CreatedAt), UpdatedAt: micros(v.UpdatedAt), EndedAt: at(v.EndedAt), Version: v.Version,
			}
		},
		unpack: func(r *taskRow) *helpdesk.Task {
			return &helpdesk.Task{
				Account: r.AccountID, ID: r.ID, Kind: r.Kind, By: helpdesk.ActorRef{Kind: r.ActorKind, ID: r.ActorID}, Remote: r.Remote,
				Args: json.RawMessage(r.Args), Total: r.Total, Next: r.Next, Done: r.Done, Skipped: r.Skipped, Failed: r.Failed,
				Failures: r.Failures.v, Blob: r.Blob, CreatedAt: moment(r.CreatedAt), UpdatedAt: moment(r.UpdatedAt), EndedAt: r.EndedAt.time(), Version: r.Version,
			}
		},
		key: func(v *helpdesk.Task) (*helpdesk.AccountID, *helpdesk.TaskID, *int64) {
			return &v.Account, &v.ID, &v.Version
		},
		keep:  []string{"args"},
		owned: []string{"DELETE FROM @helpdesk_task_refusals WHERE account_id = ? AND task_id = ?"},
		filter: func(q *bun.SelectQuery, f helpdesk.TaskFilter) *bun.SelectQuery {
			if f.By != (helpdesk.ActorRef{}) {
				q = q.Where("k.actor_kind = ? AND k.actor_id = ?", f.By.Kind, f.By.ID)
			}
			if !f.EndedBy.IsZero() {
				q = q.Where("k.ended_at <= ?", micros(f.EndedBy))
			}
			if !f.FiledBy.IsZero() {
				q = q.Where("k.blob <> '' AND k.updated_at <= ?", micros(f.FiledBy))
			}
			return q
		},
	}}
}

type taskRefusals struct{ *tx }

type taskRefusalRow struct {
	bun.BaseModel `bun:"table:helpdesk_task_refusals,alias:kr"`

	AccountID helpdesk.AccountID `bun:"account_id,pk"`
	TaskID    helpdesk.TaskID    `bun:"task_id,pk"`
	Item      int                `bun:"item,pk"`
	Items     int                `bun:"items"`
	Reason    string             `bun:"reason"`
}

// Add implements helpdesk.TaskRefusals.
func (r taskRefusals) Add(ctx context.Context, v helpdesk.TaskRefusal) error {
	_, err := r.exec(ctx, "INSERT INTO @helpdesk_task_refusals (account_id, task_id, item, items, reason) VALUES (?, ?, ?, ?, ?)",
		r.account, v.Task, v.From, v.Items, v.Reason)
	return err
}

// List implements helpdesk.TaskRefusals.
func (r taskRefusals) List(ctx context.Context, task helpdesk.TaskID, after, limit int) ([]helpdesk.TaskRefusal, error) {
	var rows []taskRefusalRow
	q := r.selectFrom(&rows, "@helpdesk_task_refusals", "kr").Where("kr.task_id = ? AND kr.item > ?", task, after).Order("kr.item").Limit(int64(limit))
	if err := q.Scan(ctx); err != nil {
		return nil, err
	}
	out := make([]helpdesk.TaskRefusal, len(rows))
	for i, row := range rows {
		out[i] = helpdesk.TaskRefusal{Task: row.TaskID, From: row.Item, Items: row.Items, Reason: row.Reason}
	}
	return out, nil
}
