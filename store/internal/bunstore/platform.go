package bunstore

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/uptrace/bun"

	"github.com/gohelpdesk/helpdesk"
)

type platformAppRow struct {
	bun.BaseModel `bun:"table:helpdesk_platform_apps,alias:p"`

	ID        helpdesk.PlatformAppID `bun:"id,pk,autoincrement"`
	Name      string                 `bun:"name"`
	CreatedAt int64                  `bun:"created_at"`
	UpdatedAt int64                  `bun:"updated_at"`
	Version   int64                  `bun:"version"`
}

type platformApps = repo[helpdesk.PlatformAppID, helpdesk.PlatformApp, helpdesk.PlatformAppFilter, platformAppRow]

func newPlatformApps(t *tx) *platformApps {
	return &platformApps{t, &noun[helpdesk.PlatformAppID, helpdesk.PlatformApp, helpdesk.PlatformAppFilter, platformAppRow]{
		name: "platform app", table: "@helpdesk_platform_apps", alias: "p", global: true,
		pack: func(v *helpdesk.PlatformApp) *platformAppRow {
			return &platformAppRow{ID: v.ID, Name: v.Name, CreatedAt: micros(v.CreatedAt), UpdatedAt: micros(v.UpdatedAt), Version: v.Version}
		},
		unpack: func(r *platformAppRow) *helpdesk.PlatformApp {
			return &helpdesk.PlatformApp{ID: r.ID, Name: r.Name, CreatedAt: moment(r.CreatedAt), UpdatedAt: moment(r.UpdatedAt), Version: r.Version}
		},
		key: func(v *helpdesk.PlatformApp) (*helpdesk.AccountID, *helpdesk.PlatformAppID, *int64) {
			return nil, &v.ID, &v.Version
		},
		owned: []string{
			"DELETE FROM @helpdesk_platform_grants WHERE app_id = ?",
			"DELETE FROM @helpdesk_routes WHERE kind = 'platform' AND account_id = 0 AND object_id = ?",
		},
	}}
}

type grants struct{ *tx }

// Add implements helpdesk.Grants.
func (r grants) Add(ctx context.Context, app helpdesk.PlatformAppID, kind helpdesk.GrantKind, object int64) error {
	_, err := r.exec(ctx, "INSERT INTO @helpdesk_platform_grants (app_id, kind, object_id) VALUES (?, ?, ?) ON CONFLICT DO NOTHING", app, kind, object)
	return err
}

// Has implements helpdesk.Grants.
func (r grants) Has(ctx context.Context, app helpdesk.PlatformAppID, kind helpdesk.GrantKind, object int64) (bool, error) {
	var n int
	err := r.scan(ctx, &n, "SELECT count(*) FROM @helpdesk_platform_grants WHERE app_id = ? AND kind = ? AND object_id = ?", app, kind, object)
	return n > 0, err
}

// Of implements helpdesk.Grants.
func (r grants) Of(ctx context.Context, app helpdesk.PlatformAppID, kind helpdesk.GrantKind) ([]int64, error) {
	var ids []int64
	err := r.scan(ctx, &ids, "SELECT object_id FROM @helpdesk_platform_grants WHERE app_id = ? AND kind = ? ORDER BY object_id", app, kind)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return ids, err
}

// Drop implements helpdesk.Grants.
func (r grants) Drop(ctx context.Context, kind helpdesk.GrantKind, object int64) error {
	_, err := r.exec(ctx, "DELETE FROM @helpdesk_platform_grants WHERE kind = ? AND object_id = ?", kind, object)
	return err
}

type tickets struct{ *tx }

// Put implements helpdesk.Tickets.
func (r tickets) Put(ctx context.Context, ticket string, user helpdesk.AgentID, expires, now time.Time) error {
	if _, err := r.exec(ctx, "DELETE FROM @helpdesk_tickets WHERE expires_at <= ?", micros(now)); err != nil {
		return err
	}
	_, err := r.exec(ctx, "INSERT INTO @helpdesk_tickets (digest, user_id, expires_at) VALUES (?, ?, ?)", routeDigest(ticket), user, micros(expires))
	return err
}

// Take implements helpdesk.Tickets.
func (r tickets) Take(ctx context.Context, ticket string, now time.Time) (helpdesk.AgentID, error) {
	var user helpdesk.AgentID
	err := r.scan(ctx, &user, "DELETE FROM @helpdesk_tickets WHERE digest = ? AND expires_at > ? RETURNING user_id", routeDigest(ticket), micros(now))
	if errors.Is(err, sql.ErrNoRows) {
		return 0, notFound("ticket")
	}
	return user, err
}

// MoveConfig implements helpdesk.SystemTx.
func (s *systemTx) MoveConfig(ctx context.Context, member helpdesk.AgentID) error {
	_, err := s.exec(ctx, "UPDATE @helpdesk_accounts SET config_version = config_version + 1"+
		" WHERE id IN (SELECT account_id FROM @helpdesk_agents WHERE id = ?)", member)
	return err
}
