package bunstore

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/gohelpdesk/helpdesk"
)

type appliedRow struct {
	bun.BaseModel `bun:"table:helpdesk_applied_slas,alias:s"`

	AccountID    helpdesk.AccountID          `bun:"account_id,pk"`
	ID           helpdesk.AppliedSLAID       `bun:"id,pk,autoincrement"`
	Conversation helpdesk.ConversationID     `bun:"conversation_id"`
	Policy       helpdesk.SLAPolicyID        `bun:"sla_policy_id"`
	Terms        document[helpdesk.SLATerms] `bun:"terms"`
	State        document[helpdesk.SLAState] `bun:"state"`
	Status       helpdesk.SLAStatus          `bun:"status"`
	Missed       bool                        `bun:"missed"`
	TimerAt      stamp                       `bun:"timer_at"`
	StartedAt    int64                       `bun:"started_at"`
	EndedAt      stamp                       `bun:"ended_at"`
	CreatedAt    int64                       `bun:"created_at"`
	UpdatedAt    int64                       `bun:"updated_at"`
	Version      int64                       `bun:"version"`
}

type appliedSLAs struct {
	repo[helpdesk.AppliedSLAID, helpdesk.AppliedSLA, helpdesk.AppliedSLAFilter, appliedRow]
}

func newAppliedSLAs(t *tx) *appliedSLAs {
	return &appliedSLAs{repo[helpdesk.AppliedSLAID, helpdesk.AppliedSLA, helpdesk.AppliedSLAFilter, appliedRow]{t, &noun[helpdesk.AppliedSLAID, helpdesk.AppliedSLA, helpdesk.AppliedSLAFilter, appliedRow]{
		name: "applied SLA", table: "@helpdesk_applied_slas", alias: "s",
		pack: func(v *helpdesk.AppliedSLA) *appliedRow {
			return &appliedRow{
				AccountID: v.Account, ID: v.ID, Conversation: v.Conversation, Policy: v.Policy, Terms: doc(v.Terms), State: doc(v.State),
				Status: v.Status, Missed: v.State.Missed > 0, TimerAt: at(v.TimerAt), StartedAt: micros(v.StartedAt), EndedAt: at(v.EndedAt),
				CreatedAt: micros(v.CreatedAt), UpdatedAt: micros(v.UpdatedAt), Version: v.Version,
			}
		},
		unpack: func(r *appliedRow) *helpdesk.AppliedSLA {
			return &helpdesk.AppliedSLA{
				Account: r.AccountID, ID: r.ID, Conversation: r.Conversation, Policy: r.Policy, Terms: r.Terms.v, State: r.State.v,
				Status: r.Status, TimerAt: r.TimerAt.time(), StartedAt: moment(r.StartedAt), EndedAt: r.EndedAt.time(),
				CreatedAt: moment(r.CreatedAt), UpdatedAt: moment(r.UpdatedAt), Version: r.Version,
			}
		},
		key: func(v *helpdesk.AppliedSLA) (*helpdesk.AccountID, *helpdesk.AppliedSLAID, *int64) {
			return &v.Account, &v.ID, &v.Version
		},
		filter: t.appliedFilter,
	}}}
}

func (t *tx) appliedFilter(q *bun.SelectQuery, f helpdesk.AppliedSLAFilter) *bun.SelectQuery {
	if f.Conversations != nil {
		q = q.Where("s.conversation_id IN (?)", in(f.Conversations))
	}
	if f.Policy != 0 {
		q = q.Where("s.sla_policy_id = ?", f.Policy)
	}
	if f.Missed {
		q = q.Where("s.missed")
	}
	if !f.From.IsZero() {
		q = q.Where("s.started_at >= ?", micros(f.From))
	}
	if !f.To.IsZero() {
		q = q.Where("s.started_at < ?", micros(f.To))
	}
	if own, asked := t.appliedTo(f); asked {
		q = q.Where("EXISTS (?)", own)
	}
	return q
}

// appliedTo asks for what a filter says of the conversation, if it says anything.
func (t *tx) appliedTo(f helpdesk.AppliedSLAFilter) (q *bun.SelectQuery, asked bool) {
	q = t.db.NewSelect().TableExpr(t.d.qualify("@helpdesk_conversations AS v")).ColumnExpr("1").
		Where("v.account_id = s.account_id AND v.id = s.conversation_id")
	if f.Inbox != 0 {
		q = q.Where("v.inbox_id = ?", f.Inbox)
	}
	if f.Agent != 0 {
		q = q.Where("v.assignee_id = ?", f.Agent)
	}
	if f.Team != 0 {
		q = q.Where("v.team_id = ?", f.Team)
	}
	if len(f.Labels) > 0 {
		q = t.labelled(q, "conversation", "v", f.Labels)
	}
	scoped := f.Scope != nil && !f.Scope.All
	if scoped {
		q = t.scoped(q, "v", *f.Scope)
	}
	return q, scoped || f.Inbox != 0 || f.Agent != 0 || f.Team != 0 || len(f.Labels) > 0
}

// List implements helpdesk.Repo.
func (r *appliedSLAs) List(ctx context.Context, f helpdesk.AppliedSLAFilter, p helpdesk.Page) ([]*helpdesk.AppliedSLA, error) {
	var rows []appliedRow
	q, err := byID(r.filtered(r.query(&rows), f), "s", f.Newest, p)
	if err != nil {
		return nil, err
	}
	return r.many(ctx, q, &rows)
}
