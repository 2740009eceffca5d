package bunstore

import (
	"github.com/uptrace/bun"

	"github.com/gohelpdesk/helpdesk"
)

type roleRow struct {
	bun.BaseModel `bun:"table:helpdesk_custom_roles,alias:r"`

	AccountID   helpdesk.AccountID `bun:"account_id,pk"`
	ID          helpdesk.RoleID    `bun:"id,pk,autoincrement"`
	Name        string             `bun:"name"`
	Description string             `bun:"description"`
	Permissions int64              `bun:"permissions"`
	CreatedAt   int64              `bun:"created_at"`
	UpdatedAt   int64              `bun:"updated_at"`
	Version     int64              `bun:"version"`
}

func newRoles(t *tx) *repo[helpdesk.RoleID, helpdesk.CustomRole, helpdesk.RoleFilter, roleRow] {
	return &repo[helpdesk.RoleID, helpdesk.CustomRole, helpdesk.RoleFilter, roleRow]{t, &noun[helpdesk.RoleID, helpdesk.CustomRole, helpdesk.RoleFilter, roleRow]{
		name: "role", table: "@helpdesk_custom_roles", alias: "r", config: true,
		pack: func(v *helpdesk.CustomRole) *roleRow {
			return &roleRow{
				AccountID: v.Account, ID: v.ID, Name: v.Name, Description: v.Description, Permissions: int64(v.Permissions),
				CreatedAt: micros(v.CreatedAt), UpdatedAt: micros(v.UpdatedAt), Version: v.Version,
			}
		},
		unpack: func(r *roleRow) *helpdesk.CustomRole {
			return &helpdesk.CustomRole{
				Account: r.AccountID, ID: r.ID, Name: r.Name, Description: r.Description,
				Permissions: helpdesk.Permissions(r.Permissions), //nolint:gosec // written from the same type
				CreatedAt:   moment(r.CreatedAt), UpdatedAt: moment(r.UpdatedAt), Version: r.Version,
			}
		},
		key: func(v *helpdesk.CustomRole) (*helpdesk.AccountID, *helpdesk.RoleID, *int64) {
			return &v.Account, &v.ID, &v.Version
		},
	}}
}
