package bunstore

import (
	"github.com/uptrace/bun"

	"github.com/gohelpdesk/helpdesk"
)

type teamRow struct {
	bun.BaseModel `bun:"table:helpdesk_teams,alias:t"`

	AccountID   helpdesk.AccountID `bun:"account_id,pk"`
	ID          helpdesk.TeamID    `bun:"id,pk,autoincrement"`
	Name        string             `bun:"name"`
	Description string             `bun:"description"`
	AutoAssign  bool               `bun:"auto_assign"`

	HoursEnabled bool                           `bun:"hours_enabled"`
	Timezone     string                         `bun:"timezone"`
	Hours        document[[]helpdesk.OpenHours] `bun:"hours"`
	Holidays     document[[]helpdesk.Holiday]   `bun:"holidays"`

	CreatedAt int64 `bun:"created_at"`
	UpdatedAt int64 `bun:"updated_at"`
	Version   int64 `bun:"version"`
}

func newTeams(t *tx) *repo[helpdesk.TeamID, helpdesk.Team, helpdesk.TeamFilter, teamRow] {
	return &repo[helpdesk.TeamID, helpdesk.Team, helpdesk.TeamFilter, teamRow]{t, &noun[helpdesk.TeamID, helpdesk.Team, helpdesk.TeamFilter, teamRow]{
		name: "team", table: "@helpdesk_teams", alias: "t", config: true,
		pack: func(v *helpdesk.Team) *teamRow {
			return &teamRow{
				AccountID: v.Account, ID: v.ID, Name: v.Name, Description: v.Description, AutoAssign: v.AutoAssign,
				HoursEnabled: v.HoursEnabled, Timezone: v.Timezone, Hours: doc(v.Hours), Holidays: doc(v.Holidays),
				CreatedAt: micros(v.CreatedAt), UpdatedAt: micros(v.UpdatedAt), Version: v.Version,
			}
		},
		unpack: func(r *teamRow) *helpdesk.Team {
			return &helpdesk.Team{
				Account: r.AccountID, ID: r.ID, Name: r.Name, Description: r.Description, AutoAssign: r.AutoAssign,
				WorkingHours: helpdesk.WorkingHours{HoursEnabled: r.HoursEnabled, Timezone: r.Timezone, Hours: r.Hours.v, Holidays: r.Holidays.v},
				CreatedAt:    moment(r.CreatedAt), UpdatedAt: moment(r.UpdatedAt), Version: r.Version,
			}
		},
		key: func(v *helpdesk.Team) (*helpdesk.AccountID, *helpdesk.TeamID, *int64) {
			return &v.Account, &v.ID, &v.Version
		},
		filter: func(q *bun.SelectQuery, f helpdesk.TeamFilter) *bun.SelectQuery {
			if f.Name != "" {
				q = q.Where("t.name = ?", f.Name)
			}
			return q
		},
		owned: []string{"DELETE FROM @helpdesk_team_members WHERE account_id = ? AND team_id = ?"},
	}}
}
