package helpdesk

import (
	"context"
	"strconv"
	"time"
)

// RateLimit allows so many events of one key: Max at once, and as many again
// over Per, evenly.
type RateLimit struct {
	Key string // names the limit and who it is for
	Max int
	Per time.Duration
}

// Allow counts one event against each of the limits, in their order, until one
// of them refuses: then it is Limited. All processes on the store count
// together, and a restart forgets nothing.
func (e *Engine) Allow(ctx context.Context, limits ...RateLimit) error {
	allowed := true
	err := e.store.System(ctx, func(ctx context.Context, tx SystemTx) error {
		allowed = true
		for _, l := range limits {
			ok, err := tx.Buckets().Take(ctx, storable(l.Key), l.Max, l.Per, e.now())
			if err != nil || !ok {
				allowed = false
				return err
			}
		}
		return nil
	})
	if err == nil && !allowed {
		return Errorf(Limited, "too many attempts; try again later")
	}
	return err
}

// restedBucket is when a bucket is forgotten. No limit takes longer to be full
// again.
const restedBucket = 24 * time.Hour

// allowGuess bounds how often anybody may try a code of a user's second factor:
// six digits are few, and addresses to guess from are many.
func (e *Engine) allowGuess(ctx context.Context, user AgentID) error {
	return e.Allow(ctx, RateLimit{Key: "second factor:" + strconv.FormatInt(int64(user), 10), Max: 10, Per: 15 * time.Minute})
}
