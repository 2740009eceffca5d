package bunstore

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/gohelpdesk/helpdesk"
)

type flowRow struct {
	bun.BaseModel `bun:"table:helpdesk_flows,alias:f"`

	AccountID   helpdesk.AccountID            `bun:"account_id,pk"`
	ID          helpdesk.FlowID               `bun:"id,pk,autoincrement"`
	Name        string                        `bun:"name"`
	Description string                        `bun:"description"`
	Active      bool                          `bun:"active"`
	Steps       document[[]helpdesk.FlowStep] `bun:"steps"`
	CreatedAt   int64                         `bun:"created_at"`
	UpdatedAt   int64                         `bun:"updated_at"`
	Version     int64                         `bun:"version"`
}

type flows struct {
	repo[helpdesk.FlowID, helpdesk.Flow, helpdesk.FlowFilter, flowRow]
}

func newFlows(t *tx) *flows {
	return &flows{repo[helpdesk.FlowID, helpdesk.Flow, helpdesk.FlowFilter, flowRow]{t, &noun[helpdesk.FlowID, helpdesk.Flow, helpdesk.FlowFilter, flowRow]{
		name: "flow", table: "@helpdesk_flows", alias: "f", config: true,
		pack: func(v *helpdesk.Flow) *flowRow {
			return &flowRow{
				AccountID: v.Account, ID: v.ID, Name: v.Name, Description: v.Description, Active: v.Active, Steps: doc(v.Steps),
				CreatedAt: micros(v.CreatedAt), UpdatedAt: micros(v.UpdatedAt), Version: v.Version,
			}
		},
		unpack: func(r *flowRow) *helpdesk.Flow {
			return &helpdesk.Flow{
				Account: r.AccountID, ID: r.ID, Name: r.Name, Description: r.Description, Active: r.Active, Steps: r.Steps.v,
				CreatedAt: moment(r.CreatedAt), UpdatedAt: moment(r.UpdatedAt), Version: r.Version,
			}
		},
		key: func(v *helpdesk.Flow) (*helpdesk.AccountID, *helpdesk.FlowID, *int64) {
			return &v.Account, &v.ID, &v.Version
		},
		filter: func(q *bun.SelectQuery, _ helpdesk.FlowFilter) *bun.SelectQuery { return q },
	}}}
}

// Delete implements helpdesk.Repo: the flow comes off its inboxes.
func (r *flows) Delete(ctx context.Context, id helpdesk.FlowID) error {
	if err := r.repo.Delete(ctx, id); err != nil {
		return err
	}
	for _, column := range []string{"entry_flow_id", "exit_flow_id"} {
		_, err := r.exec(ctx, "UPDATE @helpdesk_inboxes SET "+column+" = 0, version = version + 1 WHERE account_id = ? AND "+column+" = ?", r.account, id)
		if err != nil {
			return err
		}
	}
	return nil
}

type flowRunRow struct {
	bun.BaseModel `bun:"table:helpdesk_flow_runs,alias:f"`

	AccountID    helpdesk.AccountID             `bun:"account_id,pk"`
	ID           helpdesk.FlowRunID             `bun:"id,pk,autoincrement"`
	Flow         helpdesk.FlowID                `bun:"flow_id"`
	Conversation helpdesk.ConversationID        `bun:"conversation_id"`
	Kind         helpdesk.FlowKind              `bun:"kind"`
	Steps        document[[]helpdesk.FlowStep]  `bun:"steps"`
	Step         string                         `bun:"step"`
	Waits        helpdesk.FlowWait              `bun:"waits"`
	Asked        helpdesk.MessageID             `bun:"asked_id"`
	Tries        int                            `bun:"tries"`
	Visits       int                            `bun:"visits"`
	Variables    document[map[string]any]       `bun:"variables"`
	Path         document[[]helpdesk.FlowTrace] `bun:"path"`
	Deadline     stamp                          `bun:"deadline"`
	Reason       helpdesk.FlowEnd               `bun:"reason"`
	StartedAt    int64                          `bun:"started_at"`
	EndedAt      stamp                          `bun:"ended_at"`
	Version      int64                          `bun:"version"`
}

func newFlowRuns(t *tx) *repo[helpdesk.FlowRunID, helpdesk.FlowRun, helpdesk.FlowRunFilter, flowRunRow] {
	return &repo[helpdesk.FlowRunID, helpdesk.FlowRun, helpdesk.FlowRunFilter, flowRunRow]{t, &noun[helpdesk.FlowRunID, helpdesk.FlowRun, helpdesk.FlowRunFilter, flowRunRow]{
		name: "flow run", table: "@helpdesk_flow_runs", alias: "f", newest: true,
		pack: func(v *helpdesk.FlowRun) *flowRunRow {
			return &flowRunRow{
				AccountID: v.Account, ID: v.ID, Flow: v.Flow, Conversation: v.Conversation, Kind: v.Kind, Steps: doc(v.Steps),
				Step: v.Step, Waits: v.Waits, Asked: v.Asked, Tries: v.Tries, Visits: v.Visits, Variables: doc(v.Variables),
				Path: doc(v.Path), Deadline: at(v.Deadline), Reason: v.Reason,
				StartedAt: micros(v.StartedAt), EndedAt: at(v.EndedAt), Version: v.Version,
			}
		},
		unpack: func(r *flowRunRow) *helpdesk.FlowRun {
			return &helpdesk.FlowRun{
				Account: r.AccountID, ID: r.ID, Flow: r.Flow, Conversation: r.Conversation, Kind: r.Kind, Steps: r.Steps.v,
				Step: r.Step, Waits: r.Waits, Asked: r.Asked, Tries: r.Tries, Visits: r.Visits, Variables: r.Variables.v,
				Path: r.Path.v, Deadline: r.Deadline.time(), Reason: r.Reason,
				StartedAt: moment(r.StartedAt), EndedAt: r.EndedAt.time(), Version: r.Version,
			}
		},
		key: func(v *helpdesk.FlowRun) (*helpdesk.AccountID, *helpdesk.FlowRunID, *int64) {
			return &v.Account, &v.ID, &v.Version
		},
		filter: func(q *bun.SelectQuery, f helpdesk.FlowRunFilter) *bun.SelectQuery {
			if f.Flow != 0 {
				q = q.Where("f.flow_id = ?", f.Flow)
			}
			if f.Conversation != 0 {
				q = q.Where("f.conversation_id = ?", f.Conversation)
			}
			if f.Running {
				q = q.Where("f.ended_at IS NULL")
			}
			return q
		},
	}}
}
