package storetest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/gohelpdesk/helpdesk"
)

// testJobs: the queue, what is claimable and what is not.
func testJobs(s suite) {
	s.test("Enqueue keeps every field", jobKeepsEveryField)
	s.test("is enqueued with the unit or not at all", func(d *desk) {
		d.ok(wants(d.try(func(ctx context.Context, tx helpdesk.Tx) error {
			return errors.Join(tx.Jobs().Enqueue(ctx, &helpdesk.Job{Kind: "gone", RunAt: at(0)}), errOnPurpose)
		}), errOnPurpose))
		equal(d, "jobs after a rollback", d.claim(at(9)), nil)
		d.enqueue(helpdesk.Job{Kind: "stays", RunAt: at(0)})
		equal(d, "jobs after a commit", d.claim(at(9)), []string{"stays"})
	})
	s.test("is due at its time, the oldest first", func(d *desk) {
		for _, n := range []int{5, 1, 9, 3} {
			d.enqueue(helpdesk.Job{Kind: helpdesk.JobKind(fmt.Sprint(n)), RunAt: at(n)})
		}
		equal(d, "before the first", d.claim(at(0)), nil)
		equal(d, "at the third, limited to two", d.claim(at(5), func(c *helpdesk.Claim) { c.Limit = 2 }), []string{"1", "3"})
		equal(d, "at the third", d.claim(at(5)), []string{"5"})
		equal(d, "after the last", d.claim(at(10)), []string{"9"})
	})
	s.test("without a time is due now", func(d *desk) {
		d.enqueue(helpdesk.Job{Kind: "now"})
		equal(d, "jobs", d.claim(time.Now().Add(time.Hour).UTC().Truncate(time.Second)), []string{"now"})
	})
	s.test("is claimed once by many", claimedOnce)
	s.test("lanes are apart", func(d *desk) {
		d.enqueue(helpdesk.Job{Kind: "bulk", Lane: helpdesk.Bulk, RunAt: at(0)})
		d.enqueue(helpdesk.Job{Kind: "live", RunAt: at(1)})
		equal(d, "live jobs", d.claim(at(9)), []string{"live"})
		equal(d, "bulk jobs", d.claim(at(9), func(c *helpdesk.Claim) { c.Lane = helpdesk.Bulk }), []string{"bulk"})
	})
	s.test("accounts are apart", func(d *desk) {
		d.enqueue(helpdesk.Job{Kind: "ours", RunAt: at(0)})
		there := d.in(d.other)
		equal(d, "their jobs", there.claim(at(9)), nil)
		equal(d, "our jobs", d.claim(at(9)), []string{"ours"})
	})
	s.test("affinity needs the lease", func(d *desk) {
		d.enqueue(helpdesk.Job{Kind: "bound", Affinity: "device-1", RunAt: at(0)})
		d.enqueue(helpdesk.Job{Kind: "free", RunAt: at(1)})
		equal(d, "without a lease", d.claim(at(9)), []string{"free"})
		equal(d, "with another", d.claim(at(9), func(c *helpdesk.Claim) { c.Affinity = []string{"device-2"} }), nil)
		equal(d, "with the lease", d.claim(at(9), func(c *helpdesk.Claim) { c.Affinity = []string{"device-2", "device-1"} }), []string{"bound"})
	})
	s.test("of one OrderKey only the oldest unfinished", orderKey)
	s.test("DueAccounts, the longest overdue first", dueAccounts)
	s.test("NextDue", nextDue)
	s.test("View refuses to claim", func(d *desk) {
		d.enqueue(helpdesk.Job{Kind: "job", RunAt: at(0)})
		err := d.store.View(d.ctx(), d.account, func(ctx context.Context, tx helpdesk.Tx) error {
			_, err := tx.Jobs().Claim(ctx, helpdesk.Claim{Now: at(9), Until: at(14), Lease: "l", Limit: 9})
			return err
		})
		if err == nil {
			d.Fatal("a View claimed a job")
		}
	})
}

// enqueue adds a job in a closure that runs twice.
func (d *desk) enqueue(j helpdesk.Job) {
	d.Helper()
	d.update(func(ctx context.Context, tx helpdesk.Tx) error {
		job := j
		return tx.Jobs().Enqueue(ctx, &job)
	})
}

// lease claims due jobs with a token of its own.
func (d *desk) lease(now time.Time, changes ...func(*helpdesk.Claim)) []*helpdesk.Job {
	d.Helper()
	c := helpdesk.Claim{Now: now, Until: now.Add(5 * time.Minute), Lease: d.name("lease"), Limit: 100}
	for _, change := range changes {
		change(&c)
	}
	var jobs []*helpdesk.Job
	d.update(func(ctx context.Context, tx helpdesk.Tx) (err error) {
		jobs, err = tx.Jobs().Claim(ctx, c)
		return err
	})
	for _, j := range jobs {
		equal(d, "lease", j.Lease, c.Lease)
		equal(d, "end of the lease", j.LeaseUntil, c.Until)
	}
	return jobs
}

// one leases the only job that is due.
func (d *desk) one(now time.Time) *helpdesk.Job {
	d.Helper()
	jobs := d.lease(now)
	if len(jobs) != 1 {
		d.Fatalf("%d jobs are due, want 1", len(jobs))
	}
	return jobs[0]
}

// claim is lease, and the kinds of what it got.
func (d *desk) claim(now time.Time, changes ...func(*helpdesk.Claim)) []string {
	d.Helper()
	var kinds []string
	for _, j := range d.lease(now, changes...) {
		kinds = append(kinds, string(j.Kind))
	}
	return kinds
}

func (d *desk) finish(j *helpdesk.Job, now time.Time) {
	d.Helper()
	d.twice(func(ctx context.Context, tx helpdesk.Tx) error { return tx.Jobs().Finish(ctx, j.ID, j.Lease, now) })
}

func (d *desk) job(id helpdesk.JobID) (*helpdesk.Job, error) {
	var j *helpdesk.Job
	err := d.store.View(d.ctx(), d.account, func(ctx context.Context, tx helpdesk.Tx) (err error) {
		j, err = tx.Jobs().Get(ctx, id)
		return err
	})
	return j, err
}

func jobKeepsEveryField(d *desk) {
	row := helpdesk.Job{
		Account: d.account, Kind: "kind", Key: awkward("key"), Args: json.RawMessage(`{"a":"\\' é"}`), Lane: helpdesk.Bulk,
		RunAt: away(1), OrderKey: awkward("order"), Affinity: awkward("lease"),
		Cause: []helpdesk.ActorRef{{Kind: helpdesk.ByRule, ID: 1 << 40}, {Kind: helpdesk.BySystem}},
	}
	byStore := []string{"ID", "Attempt", "Again", "Lease", "LeaseUntil", "Dead", "LastError", "CreatedAt"}
	filled(d, &row, byStore...)
	d.twice(func(ctx context.Context, tx helpdesk.Tx) error {
		job := row
		return tx.Jobs().Enqueue(ctx, &job)
	})
	jobs := d.lease(at(2), func(c *helpdesk.Claim) { c.Lane, c.Affinity = helpdesk.Bulk, []string{row.Affinity} })
	equal(d, "jobs", len(jobs), 1)
	same(d, jobs[0], &row, byStore...)
	inUTC(d, jobs[0])
	equal(d, "attempt", jobs[0].Attempt, 1)
	stored, err := d.job(jobs[0].ID)
	d.ok(err)
	same(d, stored, jobs[0])
	_, err = d.in(d.other).job(stored.ID)
	d.is(err, helpdesk.NotFound)
}

// claimedOnce lets eight claimers empty the queue.
func claimedOnce(d *desk) {
	const jobs = 40
	d.update(func(ctx context.Context, tx helpdesk.Tx) error {
		for i := range jobs {
			if err := tx.Jobs().Enqueue(ctx, &helpdesk.Job{Kind: helpdesk.JobKind(fmt.Sprint(i)), RunAt: at(0)}); err != nil {
				return err
			}
		}
		return nil
	})
	var mu sync.Mutex
	var got []helpdesk.JobID
	d.all(together(8, func(i int) error {
		for n := 0; ; n++ {
			var claimed []*helpdesk.Job
			err := d.try(func(ctx context.Context, tx helpdesk.Tx) (err error) {
				claimed, err = tx.Jobs().Claim(ctx, helpdesk.Claim{Now: at(1), Until: at(6), Lease: fmt.Sprintf("%d-%d", i, n), Limit: 3})
				return err
			})
			if err != nil || len(claimed) == 0 {
				return err
			}
			mu.Lock()
			got = append(got, ids[helpdesk.JobID](claimed)...)
			mu.Unlock()
		}
	}))
	// A claimer that found nothing may have been looking while another held the
	// last jobs, so what is left is claimed now.
	for _, j := range d.lease(at(1)) {
		got = append(got, j.ID)
	}
	slices.Sort(got)
	equal(d, "claims", len(got), jobs)
	equal(d, "jobs claimed", len(slices.Compact(got)), jobs)
}

func orderKey(d *desk) {
	d.enqueue(helpdesk.Job{Kind: "first", OrderKey: "c-1", RunAt: at(5)})
	d.enqueue(helpdesk.Job{Kind: "second", OrderKey: "c-1", RunAt: at(1)})
	d.enqueue(helpdesk.Job{Kind: "third", OrderKey: "c-1", RunAt: at(1)})
	d.enqueue(helpdesk.Job{Kind: "elsewhere", OrderKey: "c-2", RunAt: at(1)})
	elsewhere := d.one(at(2)) // the first of its own order, while c-1 waits
	equal(d, "kind", string(elsewhere.Kind), "elsewhere")
	d.finish(elsewhere, at(2))
	first := d.one(at(5))
	equal(d, "kind", string(first.Kind), "first")
	equal(d, "while the first runs", d.claim(at(6)), nil)
	d.fail(first, at(8), false)
	equal(d, "while the first waits", d.claim(at(7)), nil)
	first = d.one(at(8))
	equal(d, "kind", string(first.Kind), "first")
	d.finish(first, at(9))
	second := d.one(at(9))
	equal(d, "kind", string(second.Kind), "second")
	d.fail(second, at(9), true)
	equal(d, "after the second is dead", d.claim(at(9)), []string{"third"})
}

func (d *desk) fail(j *helpdesk.Job, next time.Time, dead bool) {
	d.Helper()
	d.twice(func(ctx context.Context, tx helpdesk.Tx) error {
		return tx.Jobs().Fail(ctx, j.ID, j.Lease, awkward("reason"), next, dead)
	})
}

func (d *desk) due(lane helpdesk.Lane, now time.Time, limit int) []helpdesk.AccountID {
	d.Helper()
	var out []helpdesk.AccountID
	d.system(func(ctx context.Context, tx helpdesk.SystemTx) (err error) {
		out, err = tx.DueAccounts(ctx, lane, now, limit)
		return err
	})
	return out
}

func dueAccounts(d *desk) {
	there := d.in(d.other)
	third := d.in(d.newAccount())
	equal(d, "accounts with nothing", d.due(helpdesk.Live, at(9), 9), nil)
	for range 2 {
		d.enqueue(helpdesk.Job{Kind: "job", RunAt: at(5)})
	}
	there.enqueue(helpdesk.Job{Kind: "job", RunAt: at(2)})
	third.enqueue(helpdesk.Job{Kind: "job", RunAt: at(3), Lane: helpdesk.Bulk})
	type accounts = []helpdesk.AccountID
	equal(d, "before any", d.due(helpdesk.Live, at(1), 9), nil)
	equal(d, "when one is due", d.due(helpdesk.Live, at(3), 9), accounts{d.other})
	equal(d, "when both are", d.due(helpdesk.Live, at(5), 9), accounts{d.other, d.account})
	equal(d, "limited to one", d.due(helpdesk.Live, at(5), 1), accounts{d.other})
	equal(d, "in the bulk lane", d.due(helpdesk.Bulk, at(5), 9), accounts{third.account})
	there.one(at(5))
	equal(d, "while theirs runs", d.due(helpdesk.Live, at(5), 9), accounts{d.account})
	equal(d, "when their lease has ended", d.due(helpdesk.Live, at(11), 9), accounts{d.other, d.account})
}

func nextDue(d *desk) {
	next := func() (at time.Time) {
		d.system(func(ctx context.Context, tx helpdesk.SystemTx) (err error) {
			at, err = tx.NextDue(ctx)
			return err
		})
		return at
	}
	equal(d, "with no jobs", next(), time.Time{})
	d.enqueue(helpdesk.Job{Kind: "job", RunAt: at(5)})
	d.in(d.other).enqueue(helpdesk.Job{Kind: "job", RunAt: at(3), Lane: helpdesk.Bulk})
	equal(d, "with two", next(), at(3))
	theirs := d.in(d.other).lease(at(3), func(c *helpdesk.Claim) { c.Lane = helpdesk.Bulk })[0]
	d.in(d.other).update(func(ctx context.Context, tx helpdesk.Tx) error {
		return tx.Jobs().Finish(ctx, theirs.ID, theirs.Lease, at(3))
	})
	equal(d, "with one", next(), at(5))
	d.fail(d.one(at(5)), at(7), false)
	equal(d, "after a failure", next(), at(7))
	d.fail(d.one(at(7)), at(9), true)
	equal(d, "with a dead one", next(), time.Time{})
}
