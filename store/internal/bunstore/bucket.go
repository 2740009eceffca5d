package bunstore

import (
	"context"
	"time"
)

type buckets struct{ *tx }

// Take implements helpdesk.Buckets: one statement, which locks the bucket's row,
// so that two who come together never both get the last token. A clock that is
// behind another process's fills nothing.
func (r buckets) Take(ctx context.Context, key string, limit int, per time.Duration, now time.Time) (bool, error) {
	const full = "CASE WHEN ? > b.at THEN b.tokens + (? - b.at) * ? ELSE b.tokens END"
	at, most := micros(now), float64(limit)
	rate := most / float64(per.Microseconds())
	n, err := r.exec(ctx, `INSERT INTO @helpdesk_token_buckets AS b (account_id, key, tokens, at) VALUES (?, ?, ?, ?)
		ON CONFLICT (account_id, key) DO UPDATE SET
			tokens = (CASE WHEN `+full+` > ? THEN ? ELSE `+full+` END) - 1,
			at = CASE WHEN ? > b.at THEN ? ELSE b.at END
		WHERE `+full+` >= ?`,
		r.account, key, most-1, at, at, at, rate, most, most, at, at, rate, at, at, at, at, rate, justOne)
	return n > 0, err
}

// justOne is one token, but for what adding fractions loses.
const justOne = 1 - 1e-6

// DropBefore implements helpdesk.Buckets.
func (r buckets) DropBefore(ctx context.Context, at time.Time) error {
	_, err := r.exec(ctx, "DELETE FROM @helpdesk_token_buckets WHERE account_id = ? AND at < ?", r.account, micros(at))
	return err
}
