package bunstore

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"

	"github.com/gohelpdesk/helpdesk"
)

type routes struct{ *tx }

// routeDigest is the form in which an outsider's key is kept: never in clear.
func routeDigest(key string) []byte {
	sum := sha256.Sum256([]byte(key))
	return sum[:]
}

// Find implements helpdesk.Routes.
func (r routes) Find(ctx context.Context, kind helpdesk.RouteKind, key string) (*helpdesk.Route, error) {
	var row struct {
		Account helpdesk.AccountID `bun:"account_id"`
		Object  int64              `bun:"object_id"`
	}
	err := r.scan(ctx, &row, "SELECT account_id, object_id FROM @helpdesk_routes WHERE kind = ? AND digest = ?", kind, routeDigest(key))
	if errors.Is(err, sql.ErrNoRows) {
		return nil, notFound("route")
	}
	return claimed(&helpdesk.Route{Kind: kind, Account: row.Account, Object: row.Object}, err)
}

// Put implements helpdesk.Routes.
func (r routes) Put(ctx context.Context, v helpdesk.Route, key string) error {
	n, err := r.exec(ctx, "INSERT INTO @helpdesk_routes (kind, digest, account_id, object_id) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
		v.Kind, routeDigest(key), v.Account, v.Object)
	if err != nil || n > 0 {
		return err
	}
	found, err := r.Find(ctx, v.Kind, key)
	if err != nil {
		return err
	}
	if *found != v {
		return taken("route")
	}
	return nil
}

// Drop implements helpdesk.Routes.
func (r routes) Drop(ctx context.Context, kind helpdesk.RouteKind, key string) error {
	_, err := r.exec(ctx, "DELETE FROM @helpdesk_routes WHERE kind = ? AND digest = ?", kind, routeDigest(key))
	return err
}

// DropObject implements helpdesk.Routes.
func (r routes) DropObject(ctx context.Context, kind helpdesk.RouteKind, account helpdesk.AccountID, object int64) error {
	_, err := r.exec(ctx, "DELETE FROM @helpdesk_routes WHERE kind = ? AND account_id = ? AND object_id = ?", kind, account, object)
	return err
}
