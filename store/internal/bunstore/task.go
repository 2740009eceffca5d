package bunstore

import (
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
				Total: v.Total, Next: v.Next, Done: v.Done, Skipped: v.Skipped, Failed: v.Failed, Failures: doc(v.Failures),
				CreatedAt: micros(v.CreatedAt), UpdatedAt: micros(v.UpdatedAt), EndedAt: at(v.EndedAt), Version: v.Version,
			}
		},
		unpack: func(r *taskRow) *helpdesk.Task {
			return &helpdesk.Task{
				Account: r.AccountID, ID: r.ID, Kind: r.Kind, By: helpdesk.ActorRef{Kind: r.ActorKind, ID: r.ActorID}, Remote: r.Remote,
				Args: json.RawMessage(r.Args), Total: r.Total, Next: r.Next, Done: r.Done, Skipped: r.Skipped, Failed: r.Failed,
				Failures: r.Failures.v, CreatedAt: moment(r.CreatedAt), UpdatedAt: moment(r.UpdatedAt), EndedAt: r.EndedAt.time(), Version: r.Version,
			}
		},
		key: func(v *helpdesk.Task) (*helpdesk.AccountID, *helpdesk.TaskID, *int64) {
			return &v.Account, &v.ID, &v.Version
		},
		keep: []string{"args"},
		filter: func(q *bun.SelectQuery, f helpdesk.TaskFilter) *bun.SelectQuery {
			if f.By != (helpdesk.ActorRef{}) {
				q = q.Where("k.actor_kind = ? AND k.actor_id = ?", f.By.Kind, f.By.ID)
			}
			if !f.EndedBy.IsZero() {
				q = q.Where("k.ended_at <= ?", micros(f.EndedBy))
			}
			return q
		},
	}}
}
