package main_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
)

func TestBacklogCountsByLane(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, db database) {
		store, err := db.open(t.Context())
		require.NoError(t, err)
		t.Cleanup(func() { store.Close() })
		reporter, ok := helpdesk.StoreAs[helpdesk.BacklogReporter](store)
		require.True(t, ok)
		now := time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)
		empty, err := reporter.Backlog(t.Context(), now)
		require.NoError(t, err)
		require.Equal(t, []helpdesk.Backlog{{Lane: helpdesk.Live}, {Lane: helpdesk.Bulk}}, empty)

		for range 2 { // all accounts are counted together
			e, err := helpdesk.New(store, helpdesk.Options{})
			require.NoError(t, err)
			account, err := e.CreateAccount(t.Context(), helpdesk.NewAccount{Name: "One"})
			require.NoError(t, err)
			require.NoError(t, store.Update(t.Context(), account.ID, func(ctx context.Context, tx helpdesk.Tx) error {
				return enqueueSome(ctx, tx.Jobs(), now)
			}))
		}
		got, err := reporter.Backlog(t.Context(), now)
		require.NoError(t, err)
		require.Equal(t, []helpdesk.Backlog{
			{Lane: helpdesk.Live, Due: 2, Dead: 2, Oldest: now.Add(-time.Minute)},
			{Lane: helpdesk.Bulk, Due: 4, Oldest: now.Add(-time.Hour)},
		}, got)
	})
}

// enqueueSome leaves, in the live lane, a job that is due, one that runs, one
// that is dead and one of tomorrow; in the bulk lane two that are due.
func enqueueSome(ctx context.Context, jobs helpdesk.JobQueue, now time.Time) error {
	live := func(ago time.Duration) *helpdesk.Job {
		return &helpdesk.Job{Kind: "x", RunAt: now.Add(-ago)}
	}
	bulk := func(ago time.Duration) *helpdesk.Job {
		return &helpdesk.Job{Kind: "x", Lane: helpdesk.Bulk, RunAt: now.Add(-ago)}
	}
	if err := jobs.Enqueue(ctx, live(3*time.Hour), live(2*time.Hour)); err != nil {
		return err
	}
	claim := helpdesk.Claim{Now: now, Until: now.Add(time.Minute), Lease: "mine", Limit: 2}
	running, err := jobs.Claim(ctx, claim)
	if err != nil {
		return err
	}
	if err := jobs.Fail(ctx, running[0].ID, "mine", "broken", now, true); err != nil {
		return err
	}
	return jobs.Enqueue(ctx, live(time.Minute), live(-24*time.Hour), bulk(time.Hour), bulk(time.Second))
}
