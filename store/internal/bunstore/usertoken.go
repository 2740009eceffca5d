package bunstore

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/gohelpdesk/helpdesk"
)

type userTokenRow struct {
	User      helpdesk.AgentID      `bun:"user_id"`
	Purpose   helpdesk.TokenPurpose `bun:"purpose"`
	Digest    []byte                `bun:"digest"`
	Email     string                `bun:"email"`
	ExpiresAt int64                 `bun:"expires_at"`
}

type userTokens struct{ *tx }

// Put implements helpdesk.UserTokens.
func (r userTokens) Put(ctx context.Context, v helpdesk.UserToken) error {
	_, err := r.exec(ctx, `INSERT INTO @helpdesk_user_tokens (user_id, purpose, digest, email, expires_at) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (user_id, purpose) DO UPDATE SET digest = EXCLUDED.digest, email = EXCLUDED.email, expires_at = EXCLUDED.expires_at`,
		v.User, v.Purpose, v.Digest, v.Email, micros(v.ExpiresAt))
	return err
}

// Find implements helpdesk.UserTokens.
func (r userTokens) Find(ctx context.Context, purpose helpdesk.TokenPurpose, digest []byte, now time.Time) (*helpdesk.UserToken, error) {
	var row userTokenRow
	err := r.scan(ctx, &row, `SELECT user_id, purpose, digest, email, expires_at FROM @helpdesk_user_tokens
		WHERE purpose = ? AND digest = ? AND expires_at > ?`, purpose, digest, micros(now))
	if errors.Is(err, sql.ErrNoRows) {
		return nil, notFound("token")
	}
	if err != nil {
		return nil, err
	}
	return &helpdesk.UserToken{User: row.User, Purpose: row.Purpose, Digest: row.Digest, Email: row.Email, ExpiresAt: moment(row.ExpiresAt)}, nil
}

// Drop implements helpdesk.UserTokens.
func (r userTokens) Drop(ctx context.Context, user helpdesk.AgentID, purpose helpdesk.TokenPurpose) (bool, error) {
	n, err := r.exec(ctx, "DELETE FROM @helpdesk_user_tokens WHERE user_id = ? AND purpose = ?", user, purpose)
	return n > 0, err
}

// DropBefore implements helpdesk.UserTokens.
func (r userTokens) DropBefore(ctx context.Context, at time.Time) error {
	_, err := r.exec(ctx, "DELETE FROM @helpdesk_user_tokens WHERE expires_at <= ?", micros(at))
	return err
}
