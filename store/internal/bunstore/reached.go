package bunstore

import (
	"context"
	"time"

	"github.com/gohelpdesk/helpdesk"
)

type reached struct{ *tx }

// Mark implements helpdesk.Reached.
func (r reached) Mark(ctx context.Context, owner string, contact helpdesk.ContactID, at time.Time) error {
	_, err := r.exec(ctx, `INSERT INTO @helpdesk_reached AS r (account_id, owner, contact_id, reached_at) VALUES (?, ?, ?, ?)
		ON CONFLICT (account_id, owner, contact_id) DO UPDATE SET reached_at = EXCLUDED.reached_at WHERE r.reached_at < EXCLUDED.reached_at`,
		r.account, owner, contact, micros(at))
	return err
}

// Count implements helpdesk.Reached.
func (r reached) Count(ctx context.Context, owner string, but helpdesk.ContactID, since time.Time) (int, time.Time, error) {
	var row struct {
		N     int   `bun:"n"`
		First stamp `bun:"first"`
	}
	err := r.scan(ctx, &row, `SELECT COUNT(*) AS n, MIN(reached_at) AS first FROM @helpdesk_reached
		WHERE account_id = ? AND owner = ? AND contact_id <> ? AND reached_at > ?`, r.account, owner, but, micros(since))
	return row.N, row.First.time(), err
}

// DropBefore implements helpdesk.Reached.
func (r reached) DropBefore(ctx context.Context, before time.Time) error {
	_, err := r.exec(ctx, "DELETE FROM @helpdesk_reached WHERE account_id = ? AND reached_at < ?", r.account, micros(before))
	return err
}
