package bunstore

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/gohelpdesk/helpdesk"
)

type ruleRow struct {
	bun.BaseModel `bun:"table:helpdesk_rules,alias:r"`

	AccountID   helpdesk.AccountID              `bun:"account_id,pk"`
	ID          helpdesk.RuleID                 `bun:"id,pk,autoincrement"`
	Name        string                          `bun:"name"`
	Description string                          `bun:"description"`
	Event       helpdesk.EventKind              `bun:"event"`
	Active      bool                            `bun:"active"`
	Position    int                             `bun:"position"`
	Cond        document[helpdesk.Cond]         `bun:"cond"`
	Expression  string                          `bun:"expression"`
	Actions     document[[]helpdesk.RuleAction] `bun:"actions"`
	Files       document[[]helpdesk.KeptFile]   `bun:"files"`
	Failures    int                             `bun:"failures"`
	LastError   string                          `bun:"last_error"`
	FailedAt    stamp                           `bun:"failed_at"`
	After       int                             `bun:"after_minutes"`
	HoursOnly   bool                            `bun:"hours_only"`
	ArmedAt     stamp                           `bun:"armed_at"`
	CreatedAt   int64                           `bun:"created_at"`
	UpdatedAt   int64                           `bun:"updated_at"`
	Version     int64                           `bun:"version"`
}

type rules struct {
	repo[helpdesk.RuleID, helpdesk.Rule, helpdesk.RuleFilter, ruleRow]
}

func newRules(t *tx) *rules {
	return &rules{repo[helpdesk.RuleID, helpdesk.Rule, helpdesk.RuleFilter, ruleRow]{t, &noun[helpdesk.RuleID, helpdesk.Rule, helpdesk.RuleFilter, ruleRow]{
		name: "automation rule", table: "@helpdesk_rules", alias: "r", config: true,
		pack: func(v *helpdesk.Rule) *ruleRow {
			return &ruleRow{
				AccountID: v.Account, ID: v.ID, Name: v.Name, Description: v.Description, Event: v.Event, Active: v.Active,
				Position: v.Position, Cond: doc(v.Cond), Expression: v.Expression, Actions: doc(v.Actions), Files: doc(v.Files),
				Failures: v.Failures, LastError: v.LastError, FailedAt: at(v.FailedAt),
				After: v.After, HoursOnly: v.HoursOnly, ArmedAt: at(v.ArmedAt),
				CreatedAt: micros(v.CreatedAt), UpdatedAt: micros(v.UpdatedAt), Version: v.Version,
			}
		},
		unpack: func(r *ruleRow) *helpdesk.Rule {
			return &helpdesk.Rule{
				Account: r.AccountID, ID: r.ID, Name: r.Name, Description: r.Description, Event: r.Event, Active: r.Active,
				Position: r.Position, Cond: r.Cond.v, Expression: r.Expression, Actions: r.Actions.v, Files: r.Files.v,
				Failures: r.Failures, LastError: r.LastError, FailedAt: r.FailedAt.time(),
				After: r.After, HoursOnly: r.HoursOnly, ArmedAt: r.ArmedAt.time(),
				CreatedAt: moment(r.CreatedAt), UpdatedAt: moment(r.UpdatedAt), Version: r.Version,
			}
		},
		key: func(v *helpdesk.Rule) (*helpdesk.AccountID, *helpdesk.RuleID, *int64) {
			return &v.Account, &v.ID, &v.Version
		},
		filter: func(q *bun.SelectQuery, f helpdesk.RuleFilter) *bun.SelectQuery {
			if f.Event != "" {
				q = q.Where("r.event = ?", f.Event)
			}
			if f.Active != nil {
				q = q.Where("r.active = ?", *f.Active)
			}
			return q
		},
	}}}
}

// List implements helpdesk.Repo: rules stand in their order.
func (r *rules) List(ctx context.Context, f helpdesk.RuleFilter, p helpdesk.Page) ([]*helpdesk.Rule, error) {
	var rows []ruleRow
	q := r.filtered(r.query(&rows), f).Order("r.position", "r.id").Limit(int64(limit(p)))
	if p.After == "" {
		return r.many(ctx, q.Offset(int64(max(p.Offset, 0))), &rows)
	}
	k, err := helpdesk.ParsePageKey(p.After)
	if err != nil || len(k) != 2 {
		return nil, badKey()
	}
	position, err := keyNumber(k, 0)
	if err != nil {
		return nil, err
	}
	id, err := keyNumber(k, 1)
	if err != nil {
		return nil, err
	}
	return r.many(ctx, q.Where("(r.position, r.id) > (?, ?)", position, id), &rows)
}
