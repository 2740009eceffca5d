package helpdesk

import (
	"context"
	"time"
)

// How long what is not business data is kept.
const (
	keepParked  = 10 * time.Minute    // receipts for messages nobody has heard of
	keepJournal = 30 * 24 * time.Hour // settled raw traffic
	keepDetails = 30 * 24 * time.Hour // what events say beside facts: the feed's window
	keepKeys    = 24 * time.Hour      // idempotency keys
	keepNotices = 30 * 24 * time.Hour // notifications
	keepSent    = 30 * 24 * time.Hour // deliveries that are done, with their bodies

	sweepBatch = 100 // rows of a kind a bulk transaction removes
)

// armSweeps gives every account a sweep of its own, and drops what is over of
// what belongs to no account: request keys, mailed tokens, rate limits at rest.
func (e *Engine) armSweeps(ctx context.Context) error {
	var ids []AccountID
	err := e.store.System(ctx, func(ctx context.Context, tx SystemTx) error {
		accounts, err := all(ctx, tx.Accounts(), AccountFilter{})
		if err != nil {
			return err
		}
		ids = ids[:0]
		for _, a := range accounts {
			ids = append(ids, a.ID)
		}
		if err := tx.Buckets().DropBefore(ctx, e.now().Add(-restedBucket)); err != nil {
			return err
		}
		if err := tx.UserTokens().DropBefore(ctx, e.now()); err != nil {
			return err
		}
		return tx.DropIdempotency(ctx, e.now().Add(-keepKeys))
	})
	if err != nil {
		return err
	}
	for _, id := range ids {
		if err := e.update(ctx, e.System(id), func(u *unit) error {
			u.enqueue(&Job{Kind: jobSweep, Key: "sweep", Lane: Bulk})
			u.armAutoResolve(u.cfg.account) // were its job ever given up, this brings it back
			return nil
		}); err != nil {
			return err
		}
	}
	return nil
}

// sweepAccount removes what has been kept long enough, a batch at a time so
// that live traffic never waits for it.
func (e *Engine) sweepAccount(ctx context.Context, j *Job) error {
	for {
		more := false
		err := e.update(ctx, e.System(j.Account), func(u *unit) error {
			if err := u.tx.Parked().DropBefore(u.ctx, u.now.Add(-keepParked)); err != nil {
				return err
			}
			if err := u.tx.Reached().DropBefore(u.ctx, u.now.Add(-reachedFor)); err != nil {
				return err
			}
			trimmed, err := u.tx.Events().TrimDetails(u.ctx, u.now.Add(-keepDetails), sweepBatch)
			if err != nil {
				return err
			}
			dropped, blobs, err := u.tx.Journal().DropBefore(u.ctx, u.now.Add(-keepJournal), sweepBatch)
			if err != nil {
				return err
			}
			u.dropBlobs(blobs)
			old, err := u.dropDeliveries()
			if err != nil {
				return err
			}
			tasks, err := u.dropTasks()
			if err != nil {
				return err
			}
			told, err := u.tx.Notifications().DropBefore(u.ctx, u.now.Add(-keepNotices), sweepBatch)
			if err != nil {
				return err
			}
			unused, err := u.dropUploads()
			if err != nil {
				return err
			}
			files, err := u.dropTaskFiles()
			more = max(trimmed, dropped, old, tasks, told, unused, files) >= sweepBatch
			return err
		})
		if err != nil || !more {
			return err
		}
	}
}

// dropDeliveries forgets what endpoints were sent long ago, and returns how many.
func (u *unit) dropDeliveries() (int, error) {
	old, err := u.tx.Deliveries().List(u.ctx, DeliveryFilter{Before: u.now.Add(-keepSent)}, Page{Limit: sweepBatch})
	if err != nil {
		return 0, err
	}
	for _, d := range old {
		if err := u.tx.Deliveries().Delete(u.ctx, d.ID); err != nil {
			return 0, err
		}
	}
	return len(old), nil
}
