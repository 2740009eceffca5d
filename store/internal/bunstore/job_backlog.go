package bunstore

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"github.com/gohelpdesk/helpdesk"
)

// Backlog implements helpdesk.BacklogReporter, beside the writers.
func (s *Store) Backlog(ctx context.Context, now time.Time) ([]helpdesk.Backlog, error) {
	if err := s.enter(ctx); err != nil {
		return nil, err
	}
	out := []helpdesk.Backlog{{Lane: helpdesk.Live}, {Lane: helpdesk.Bulk}}
	err := s.viewer.view(ctx, func(ctx context.Context, db bun.IDB) error {
		var rows []struct {
			Lane   helpdesk.Lane
			Due    int
			Dead   int
			Oldest int64
		}
		err := newTx(s.dialect, db, 0).scan(ctx, &rows, `SELECT lane, COUNT(*) - SUM(CASE WHEN dead THEN 1 ELSE 0 END) AS due,
			SUM(CASE WHEN dead THEN 1 ELSE 0 END) AS dead, COALESCE(MIN(CASE WHEN NOT dead THEN run_at END), 0) AS oldest
			FROM @helpdesk_jobs WHERE dead OR run_at <= ? AND (lease = '' OR lease_until < ?) GROUP BY lane`, micros(now), micros(now))
		for _, r := range rows {
			for i := range out {
				if out[i].Lane == r.Lane {
					out[i].Due, out[i].Dead, out[i].Oldest = r.Due, r.Dead, moment(r.Oldest)
				}
			}
		}
		return err
	})
	return out, err
}
