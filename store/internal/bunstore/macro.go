package bunstore

import (
	"github.com/uptrace/bun"

	"github.com/gohelpdesk/helpdesk"
)

type macroRow struct {
	bun.BaseModel `bun:"table:helpdesk_macros,alias:m"`

	AccountID  helpdesk.AccountID              `bun:"account_id,pk"`
	ID         helpdesk.MacroID                `bun:"id,pk,autoincrement"`
	Name       string                          `bun:"name"`
	Visibility helpdesk.MacroVisibility        `bun:"visibility"`
	Actions    document[[]helpdesk.RuleAction] `bun:"actions"`
	Files      document[[]helpdesk.KeptFile]   `bun:"files"`
	CreatedBy  helpdesk.AgentID                `bun:"created_by"`
	UpdatedBy  helpdesk.AgentID                `bun:"updated_by"`
	CreatedAt  int64                           `bun:"created_at"`
	UpdatedAt  int64                           `bun:"updated_at"`
	Version    int64                           `bun:"version"`
}

func newMacros(t *tx) *repo[helpdesk.MacroID, helpdesk.Macro, helpdesk.MacroFilter, macroRow] {
	return &repo[helpdesk.MacroID, helpdesk.Macro, helpdesk.MacroFilter, macroRow]{t, &noun[helpdesk.MacroID, helpdesk.Macro, helpdesk.MacroFilter, macroRow]{
		name: "macro", table: "@helpdesk_macros", alias: "m",
		pack: func(v *helpdesk.Macro) *macroRow {
			return &macroRow{
				AccountID: v.Account, ID: v.ID, Name: v.Name, Visibility: v.Visibility, Actions: doc(v.Actions), Files: doc(v.Files),
				CreatedBy: v.CreatedBy, UpdatedBy: v.UpdatedBy,
				CreatedAt: micros(v.CreatedAt), UpdatedAt: micros(v.UpdatedAt), Version: v.Version,
			}
		},
		unpack: func(r *macroRow) *helpdesk.Macro {
			return &helpdesk.Macro{
				Account: r.AccountID, ID: r.ID, Name: r.Name, Visibility: r.Visibility, Actions: r.Actions.v, Files: r.Files.v,
				CreatedBy: r.CreatedBy, UpdatedBy: r.UpdatedBy,
				CreatedAt: moment(r.CreatedAt), UpdatedAt: moment(r.UpdatedAt), Version: r.Version,
			}
		},
		key: func(v *helpdesk.Macro) (*helpdesk.AccountID, *helpdesk.MacroID, *int64) {
			return &v.Account, &v.ID, &v.Version
		},
		filter: func(q *bun.SelectQuery, f helpdesk.MacroFilter) *bun.SelectQuery {
			if f.VisibleTo != 0 {
				q = q.Where("(m.visibility = ? OR m.created_by = ?)", helpdesk.GlobalMacro, f.VisibleTo)
			}
			if f.Owner != 0 {
				q = q.Where("m.visibility = ? AND m.created_by = ?", helpdesk.PersonalMacro, f.Owner)
			}
			return q
		},
	}}
}
