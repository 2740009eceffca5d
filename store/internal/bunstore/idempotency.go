package bunstore

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"github.com/gohelpdesk/helpdesk"
)

type idempotencyRow struct {
	bun.BaseModel `bun:"table:helpdesk_idempotency,alias:i"`

	AccountID   helpdesk.AccountID `bun:"account_id,pk"`
	Scope       string             `bun:"scope,pk"`
	Key         string             `bun:"key,pk"`
	Fingerprint []byte             `bun:"fingerprint"`
	Kind        string             `bun:"kind"`
	ObjectID    int64              `bun:"object_id"`
	Status      int                `bun:"status"`
	ContentType string             `bun:"content_type"`
	Body        []byte             `bun:"body"`
	At          int64              `bun:"at"`
}

// idempotency keeps the keys of an account; 0 = of the installation.
type idempotency struct {
	*tx
	account helpdesk.AccountID
}

// Begin implements helpdesk.Idempotency. On Postgres it waits for a request
// with the same key that has not committed yet.
func (r idempotency) Begin(ctx context.Context, scope, key string, fingerprint []byte, when time.Time) (*helpdesk.IdempotentResult, error) {
	n, err := r.insert(ctx, r.insertInto(&idempotencyRow{
		AccountID: r.account, Scope: scope, Key: key, Fingerprint: fingerprint, At: micros(when),
	}, "@helpdesk_idempotency AS i"))
	if err != nil || n > 0 {
		return nil, err
	}
	found, err := r.Find(ctx, scope, key)
	if helpdesk.CodeOf(err) == helpdesk.NotFound { // forgotten between the two statements
		return nil, r.moved("request")
	}
	return found, err
}

// Result implements helpdesk.Idempotency.
func (r idempotency) Result(ctx context.Context, scope, key, kind string, id int64) error {
	return r.set(ctx, scope, key, "kind = ?, object_id = ?", kind, id)
}

// Find implements helpdesk.Idempotency.
func (r idempotency) Find(ctx context.Context, scope, key string) (*helpdesk.IdempotentResult, error) {
	row := new(idempotencyRow)
	q := r.db.NewSelect().Model(row).ModelTableExpr(r.d.qualify("@helpdesk_idempotency AS i")).
		Where("i.account_id = ? AND i.scope = ? AND i.key = ?", r.account, scope, key)
	if err := r.find(ctx, q, "request"); err != nil {
		return nil, err
	}
	return &helpdesk.IdempotentResult{
		Fingerprint: row.Fingerprint, Kind: row.Kind, ID: row.ObjectID, Status: row.Status, ContentType: row.ContentType, Body: row.Body,
	}, nil
}

// Answer implements helpdesk.Idempotency.
func (r idempotency) Answer(ctx context.Context, scope, key string, status int, contentType string, body []byte) error {
	return r.set(ctx, scope, key, "content_type = CASE WHEN status = 0 THEN ? ELSE content_type END, body = CASE WHEN status = 0 THEN ? ELSE body END,"+
		" status = CASE WHEN status = 0 THEN ? ELSE status END", contentType, body, status)
}

func (r idempotency) set(ctx context.Context, scope, key, set string, args ...any) error {
	n, err := r.exec(ctx, "UPDATE @helpdesk_idempotency SET "+set+" WHERE account_id = ? AND scope = ? AND key = ?", append(args, r.account, scope, key)...)
	if err == nil && n == 0 {
		return notFound("request")
	}
	return err
}
