package bunstore

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/gohelpdesk/helpdesk"
)

type policyRow struct {
	bun.BaseModel `bun:"table:helpdesk_assignment_policies,alias:p"`

	AccountID   helpdesk.AccountID          `bun:"account_id,pk"`
	ID          helpdesk.PolicyID           `bun:"id,pk,autoincrement"`
	Name        string                      `bun:"name"`
	NameFold    string                      `bun:"name_fold"`
	Description string                      `bun:"description"`
	Order       helpdesk.AssignmentOrder    `bun:"assignment_order"`
	Expression  string                      `bun:"expression"`
	Priority    helpdesk.AssignmentPriority `bun:"priority"`
	FairLimit   int                         `bun:"fair_limit"`
	FairWindow  int                         `bun:"fair_window"`
	Enabled     bool                        `bun:"enabled"`
	CreatedAt   int64                       `bun:"created_at"`
	UpdatedAt   int64                       `bun:"updated_at"`
	Version     int64                       `bun:"version"`
}

type policies struct {
	repo[helpdesk.PolicyID, helpdesk.AssignmentPolicy, helpdesk.AssignmentPolicyFilter, policyRow]
}

func newPolicies(t *tx) *policies {
	return &policies{repo[helpdesk.PolicyID, helpdesk.AssignmentPolicy, helpdesk.AssignmentPolicyFilter, policyRow]{t, &noun[helpdesk.PolicyID, helpdesk.AssignmentPolicy, helpdesk.AssignmentPolicyFilter, policyRow]{
		name: "assignment policy", table: "@helpdesk_assignment_policies", alias: "p", config: true,
		pack: func(v *helpdesk.AssignmentPolicy) *policyRow {
			return &policyRow{
				AccountID: v.Account, ID: v.ID, Name: v.Name, NameFold: fold(v.Name), Description: v.Description, Order: v.Order,
				Expression: v.Expression, Priority: v.Priority, FairLimit: v.FairLimit, FairWindow: v.FairWindow, Enabled: v.Enabled,
				CreatedAt: micros(v.CreatedAt), UpdatedAt: micros(v.UpdatedAt), Version: v.Version,
			}
		},
		unpack: func(r *policyRow) *helpdesk.AssignmentPolicy {
			return &helpdesk.AssignmentPolicy{
				Account: r.AccountID, ID: r.ID, Name: r.Name, Description: r.Description, Order: r.Order,
				Expression: r.Expression, Priority: r.Priority, FairLimit: r.FairLimit, FairWindow: r.FairWindow, Enabled: r.Enabled,
				CreatedAt: moment(r.CreatedAt), UpdatedAt: moment(r.UpdatedAt), Version: r.Version,
			}
		},
		key: func(v *helpdesk.AssignmentPolicy) (*helpdesk.AccountID, *helpdesk.PolicyID, *int64) {
			return &v.Account, &v.ID, &v.Version
		},
		filter: func(q *bun.SelectQuery, f helpdesk.AssignmentPolicyFilter) *bun.SelectQuery {
			if f.Name != "" {
				q = q.Where("p.name_fold = ?", fold(f.Name))
			}
			return q
		},
	}}}
}

// Delete implements helpdesk.Repo: the policy comes off its inboxes.
func (r *policies) Delete(ctx context.Context, id helpdesk.PolicyID) error {
	if err := r.repo.Delete(ctx, id); err != nil {
		return err
	}
	_, err := r.exec(ctx, "UPDATE @helpdesk_inboxes SET policy_id = 0, version = version + 1 WHERE account_id = ? AND policy_id = ?", r.account, id)
	return err
}

type slaRow struct {
	bun.BaseModel `bun:"table:helpdesk_sla_policies,alias:p"`

	AccountID     helpdesk.AccountID   `bun:"account_id,pk"`
	ID            helpdesk.SLAPolicyID `bun:"id,pk,autoincrement"`
	Name          string               `bun:"name"`
	Description   string               `bun:"description"`
	FirstResponse float64              `bun:"first_response"`
	NextResponse  float64              `bun:"next_response"`
	Resolution    float64              `bun:"resolution"`
	HoursOnly     bool                 `bun:"hours_only"`
	CreatedAt     int64                `bun:"created_at"`
	UpdatedAt     int64                `bun:"updated_at"`
	Version       int64                `bun:"version"`
}

func newSLAPolicies(t *tx) *repo[helpdesk.SLAPolicyID, helpdesk.SLAPolicy, helpdesk.SLAPolicyFilter, slaRow] {
	return &repo[helpdesk.SLAPolicyID, helpdesk.SLAPolicy, helpdesk.SLAPolicyFilter, slaRow]{t, &noun[helpdesk.SLAPolicyID, helpdesk.SLAPolicy, helpdesk.SLAPolicyFilter, slaRow]{
		name: "SLA policy", table: "@helpdesk_sla_policies", alias: "p",
		pack: func(v *helpdesk.SLAPolicy) *slaRow {
			return &slaRow{
				AccountID: v.Account, ID: v.ID, Name: v.Name, Description: v.Description, FirstResponse: v.FirstResponse,
				NextResponse: v.NextResponse, Resolution: v.Resolution, HoursOnly: v.HoursOnly,
				CreatedAt: micros(v.CreatedAt), UpdatedAt: micros(v.UpdatedAt), Version: v.Version,
			}
		},
		unpack: func(r *slaRow) *helpdesk.SLAPolicy {
			return &helpdesk.SLAPolicy{
				Account: r.AccountID, ID: r.ID, Name: r.Name, Description: r.Description, FirstResponse: r.FirstResponse,
				NextResponse: r.NextResponse, Resolution: r.Resolution, HoursOnly: r.HoursOnly,
				CreatedAt: moment(r.CreatedAt), UpdatedAt: moment(r.UpdatedAt), Version: r.Version,
			}
		},
		key: func(v *helpdesk.SLAPolicy) (*helpdesk.AccountID, *helpdesk.SLAPolicyID, *int64) {
			return &v.Account, &v.ID, &v.Version
		},
	}}
}
