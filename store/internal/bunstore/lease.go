package bunstore

import (
	"context"
	"time"
)

type leases struct{ *tx }

// Take implements helpdesk.Leases.
func (r leases) Take(ctx context.Context, name, holder string, now, until time.Time) (bool, error) {
	n, err := r.exec(ctx, `INSERT INTO @helpdesk_leases AS l (name, holder, until_at) VALUES (?, ?, ?)
		ON CONFLICT (name) DO UPDATE SET holder = EXCLUDED.holder, until_at = EXCLUDED.until_at
		WHERE l.holder = EXCLUDED.holder OR l.until_at <= ?`, name, holder, micros(until), micros(now))
	return n > 0, err
}

// Drop implements helpdesk.Leases.
func (r leases) Drop(ctx context.Context, name, holder string) error {
	_, err := r.exec(ctx, "DELETE FROM @helpdesk_leases WHERE name = ? AND holder = ?", name, holder)
	return err
}
