package bunstore

import (
	"github.com/uptrace/bun"

	"github.com/gohelpdesk/helpdesk"
)

type integrationRow struct {
	bun.BaseModel `bun:"table:helpdesk_integrations,alias:i"`

	AccountID helpdesk.AccountID     `bun:"account_id,pk"`
	ID        helpdesk.IntegrationID `bun:"id,pk,autoincrement"`
	App       string                 `bun:"app"`
	Inbox     helpdesk.InboxID       `bun:"inbox_id"`
	Enabled   bool                   `bun:"enabled"`
	Settings  []byte                 `bun:"settings"`
	CreatedAt int64                  `bun:"created_at"`
	UpdatedAt int64                  `bun:"updated_at"`
	Version   int64                  `bun:"version"`
}

type integrations = repo[helpdesk.IntegrationID, helpdesk.Integration, helpdesk.IntegrationFilter, integrationRow]

func newIntegrations(t *tx) *integrations {
	return &integrations{t, &noun[helpdesk.IntegrationID, helpdesk.Integration, helpdesk.IntegrationFilter, integrationRow]{
		name: "integration", table: "@helpdesk_integrations", alias: "i",
		pack: func(v *helpdesk.Integration) *integrationRow {
			return &integrationRow{
				AccountID: v.Account, ID: v.ID, App: v.App, Inbox: v.Inbox, Enabled: v.Enabled, Settings: v.Settings,
				CreatedAt: micros(v.CreatedAt), UpdatedAt: micros(v.UpdatedAt), Version: v.Version,
			}
		},
		unpack: func(r *integrationRow) *helpdesk.Integration {
			return &helpdesk.Integration{
				Account: r.AccountID, ID: r.ID, App: r.App, Inbox: r.Inbox, Enabled: r.Enabled, Settings: r.Settings,
				CreatedAt: moment(r.CreatedAt), UpdatedAt: moment(r.UpdatedAt), Version: r.Version,
			}
		},
		key: func(v *helpdesk.Integration) (*helpdesk.AccountID, *helpdesk.IntegrationID, *int64) {
			return &v.Account, &v.ID, &v.Version
		},
		filter: func(q *bun.SelectQuery, f helpdesk.IntegrationFilter) *bun.SelectQuery {
			if f.App != "" {
				q = q.Where("i.app = ?", f.App)
			}
			if f.Inbox != 0 {
				q = q.Where("i.inbox_id = ?", f.Inbox)
			}
			return q
		},
	}}
}

type dashboardAppRow struct {
	bun.BaseModel `bun:"table:helpdesk_dashboard_apps,alias:p"`

	AccountID helpdesk.AccountID      `bun:"account_id,pk"`
	ID        helpdesk.DashboardAppID `bun:"id,pk,autoincrement"`
	Title     string                  `bun:"title"`
	Frames    document[[]string]      `bun:"frames"`
	CreatedAt int64                   `bun:"created_at"`
	UpdatedAt int64                   `bun:"updated_at"`
	Version   int64                   `bun:"version"`
}

type dashboardApps = repo[helpdesk.DashboardAppID, helpdesk.DashboardApp, helpdesk.DashboardAppFilter, dashboardAppRow]

func newDashboardApps(t *tx) *dashboardApps {
	return &dashboardApps{t, &noun[helpdesk.DashboardAppID, helpdesk.DashboardApp, helpdesk.DashboardAppFilter, dashboardAppRow]{
		name: "dashboard app", table: "@helpdesk_dashboard_apps", alias: "p",
		pack: func(v *helpdesk.DashboardApp) *dashboardAppRow {
			return &dashboardAppRow{
				AccountID: v.Account, ID: v.ID, Title: v.Title, Frames: doc(v.Frames),
				CreatedAt: micros(v.CreatedAt), UpdatedAt: micros(v.UpdatedAt), Version: v.Version,
			}
		},
		unpack: func(r *dashboardAppRow) *helpdesk.DashboardApp {
			return &helpdesk.DashboardApp{
				Account: r.AccountID, ID: r.ID, Title: r.Title, Frames: r.Frames.v,
				CreatedAt: moment(r.CreatedAt), UpdatedAt: moment(r.UpdatedAt), Version: r.Version,
			}
		},
		key: func(v *helpdesk.DashboardApp) (*helpdesk.AccountID, *helpdesk.DashboardAppID, *int64) {
			return &v.Account, &v.ID, &v.Version
		},
	}}
}
