package bunstore

import (
	"github.com/uptrace/bun"

	"github.com/gohelpdesk/helpdesk"
)

type viewRow struct {
	bun.BaseModel `bun:"table:helpdesk_views,alias:v"`

	AccountID  helpdesk.AccountID       `bun:"account_id,pk"`
	ID         helpdesk.ViewID          `bun:"id,pk,autoincrement"`
	Owner      helpdesk.AgentID         `bun:"owner_id"`
	Kind       helpdesk.ViewKind        `bun:"kind"`
	Name       string                   `bun:"name"`
	Query      document[map[string]any] `bun:"query"`
	Conditions document[*helpdesk.Cond] `bun:"conditions"`
	CreatedAt  int64                    `bun:"created_at"`
	UpdatedAt  int64                    `bun:"updated_at"`
	Version    int64                    `bun:"version"`
}

func newViews(t *tx) *repo[helpdesk.ViewID, helpdesk.View, helpdesk.ViewFilter, viewRow] {
	return &repo[helpdesk.ViewID, helpdesk.View, helpdesk.ViewFilter, viewRow]{t, &noun[helpdesk.ViewID, helpdesk.View, helpdesk.ViewFilter, viewRow]{
		name: "view", table: "@helpdesk_views", alias: "v",
		pack: func(v *helpdesk.View) *viewRow {
			return &viewRow{
				AccountID: v.Account, ID: v.ID, Owner: v.Owner, Kind: v.Kind, Name: v.Name, Query: doc(v.Query), Conditions: doc(v.Where),
				CreatedAt: micros(v.CreatedAt), UpdatedAt: micros(v.UpdatedAt), Version: v.Version,
			}
		},
		unpack: func(r *viewRow) *helpdesk.View {
			return &helpdesk.View{
				Account: r.AccountID, ID: r.ID, Owner: r.Owner, Kind: r.Kind, Name: r.Name, Query: r.Query.v, Where: r.Conditions.v,
				CreatedAt: moment(r.CreatedAt), UpdatedAt: moment(r.UpdatedAt), Version: r.Version,
			}
		},
		key: func(v *helpdesk.View) (*helpdesk.AccountID, *helpdesk.ViewID, *int64) {
			return &v.Account, &v.ID, &v.Version
		},
		filter: func(q *bun.SelectQuery, f helpdesk.ViewFilter) *bun.SelectQuery {
			if f.Owner != 0 {
				q = q.Where("v.owner_id = ?", f.Owner)
			}
			if f.Kind != "" {
				q = q.Where("v.kind = ?", f.Kind)
			}
			return q
		},
	}}
}
