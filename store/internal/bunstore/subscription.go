package bunstore

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/gohelpdesk/helpdesk"
)

type subscriptionRow struct {
	bun.BaseModel `bun:"table:helpdesk_push_subscriptions,alias:s"`

	ID         helpdesk.SubscriptionID  `bun:"id,pk,autoincrement"`
	User       helpdesk.AgentID         `bun:"user_id"`
	Kind       helpdesk.PushKind        `bun:"kind"`
	Identifier string                   `bun:"identifier"`
	Token      string                   `bun:"token"`
	Attributes document[map[string]any] `bun:"attributes"`
	CreatedAt  int64                    `bun:"created_at"`
	UpdatedAt  int64                    `bun:"updated_at"`
}

func (r *subscriptionRow) unpack() *helpdesk.PushSubscription {
	return &helpdesk.PushSubscription{
		ID: r.ID, User: r.User, Kind: r.Kind, Identifier: r.Identifier, Token: r.Token, Attributes: r.Attributes.v,
		CreatedAt: moment(r.CreatedAt), UpdatedAt: moment(r.UpdatedAt),
	}
}

// subscriptions keeps devices, of users in whatever account.
type subscriptions struct{ *tx }

func (r subscriptions) query(dest any) *bun.SelectQuery {
	return r.db.NewSelect().Model(dest).ModelTableExpr(r.d.qualify("@helpdesk_push_subscriptions AS s"))
}

// Get implements helpdesk.SubscriptionRepo.
func (r subscriptions) Get(ctx context.Context, id helpdesk.SubscriptionID) (*helpdesk.PushSubscription, error) {
	row := new(subscriptionRow)
	if err := r.find(ctx, r.query(row).Where("s.id = ?", id), "subscription"); err != nil {
		return nil, err
	}
	return row.unpack(), nil
}

// Put implements helpdesk.SubscriptionRepo.
func (r subscriptions) Put(ctx context.Context, v *helpdesk.PushSubscription) error {
	err := r.scan(ctx, &v.ID, `INSERT INTO @helpdesk_push_subscriptions AS s (user_id, kind, identifier, token, attributes, created_at, updated_at)
		VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (identifier) DO UPDATE SET user_id = EXCLUDED.user_id, kind = EXCLUDED.kind,
		token = EXCLUDED.token, attributes = EXCLUDED.attributes, updated_at = EXCLUDED.updated_at RETURNING id`,
		v.User, v.Kind, v.Identifier, v.Token, doc(v.Attributes), micros(v.CreatedAt), micros(v.UpdatedAt))
	if err != nil {
		return err
	}
	stored, err := r.Get(ctx, v.ID)
	if err == nil {
		v.CreatedAt = stored.CreatedAt
	}
	return err
}

// Of implements helpdesk.SubscriptionRepo.
func (r subscriptions) Of(ctx context.Context, user helpdesk.AgentID) ([]*helpdesk.PushSubscription, error) {
	var rows []subscriptionRow
	err := r.all(ctx, r.query(&rows).Where("s.user_id = ?", user).Order("s.id"))
	return unpackAll(rows, (*subscriptionRow).unpack), err
}

// Drop implements helpdesk.SubscriptionRepo.
func (r subscriptions) Drop(ctx context.Context, user helpdesk.AgentID, token string) error {
	if token == "" {
		return nil
	}
	_, err := r.exec(ctx, "DELETE FROM @helpdesk_push_subscriptions WHERE user_id = ? AND (token = ? OR identifier = ?)", user, token, token)
	return err
}
