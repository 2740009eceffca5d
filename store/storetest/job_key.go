package storetest

import (
	"context"
	"fmt"
	"time"

	"github.com/gohelpdesk/helpdesk"
)

// testJobKeys: of one key there is at most one unfinished job, which is what
// timers are made of.
func testJobKeys(s suite) {
	s.test("the earlier time wins", func(d *desk) {
		d.keyed(5)
		d.keyed(9) // a timer moved later keeps its time and looks again when it fires
		equal(d, "due", d.keyedDue(), 5)
		d.keyed(2)
		equal(d, "due", d.keyedDue(), 2)
		equal(d, "jobs", len(d.lease(at(99))), 1)
	})
	s.test("in one Enqueue", func(d *desk) {
		d.twice(func(ctx context.Context, tx helpdesk.Tx) error {
			return tx.Jobs().Enqueue(ctx,
				&helpdesk.Job{Kind: "timer", Key: "k", RunAt: at(5)},
				&helpdesk.Job{Kind: "timer", Key: "k", RunAt: at(3)},
				&helpdesk.Job{Kind: "timer", Key: "", RunAt: at(4)},
				&helpdesk.Job{Kind: "timer", Key: "", RunAt: at(4)},
			)
		})
		equal(d, "jobs", len(d.lease(at(99))), 3)
	})
	s.test("under load", func(d *desk) {
		d.all(together(8, func(i int) error {
			return d.try(func(ctx context.Context, tx helpdesk.Tx) error {
				return tx.Jobs().Enqueue(ctx, &helpdesk.Job{Kind: "timer", Key: "k", RunAt: at(10 - i)})
			})
		}))
		equal(d, "due", d.keyedDue(), 3)
		equal(d, "jobs", len(d.lease(at(99))), 1)
	})
	s.test("kinds, keys and accounts are apart", func(d *desk) {
		d.enqueue(helpdesk.Job{Kind: "timer", Key: "k", RunAt: at(1)})
		d.enqueue(helpdesk.Job{Kind: "timer", Key: "l", RunAt: at(1)})
		d.enqueue(helpdesk.Job{Kind: "clock", Key: "k", RunAt: at(1)})
		there := d.in(d.other)
		there.enqueue(helpdesk.Job{Kind: "timer", Key: "k", RunAt: at(1)})
		equal(d, "jobs", []int{len(d.lease(at(9))), len(there.lease(at(9)))}, []int{3, 1})
	})
	s.test("enqueued while it runs, it runs once more", func(d *desk) {
		d.keyed(1)
		running := d.one(at(1))
		d.keyed(4)
		d.keyed(5)
		stored, err := d.job(running.ID)
		d.ok(err)
		equal(d, "Again", stored.Again, true)
		equal(d, "jobs while it runs", len(d.lease(at(5))), 0)
		d.finish(running, at(5))
		again := d.one(at(9))
		equal(d, "Again", again.Again, false)
		equal(d, "job", again.ID, running.ID)
		d.finish(again, at(9))
		equal(d, "jobs after the second run", len(d.lease(at(99))), 0)
	})
	testJobKeysFree(s)
}

// testJobKeysFree: a finished key is free, and an unfinished one can be moved or cancelled.
func testJobKeysFree(s suite) {
	s.test("finished, its key is free", func(d *desk) {
		d.keyed(1)
		first := d.one(at(1))
		d.finish(first, at(1))
		d.keyed(2)
		if second := d.one(at(2)); second.ID <= first.ID {
			d.Fatalf("the id %d came after %d was finished", second.ID, first.ID)
		}
	})
	s.test("dead, its key is free", func(d *desk) {
		d.keyed(1)
		d.fail(d.one(at(1)), at(2), true)
		d.keyed(3)
		equal(d, "attempt of the next", d.one(at(3)).Attempt, 1)
	})
	s.test("Move goes either way", func(d *desk) {
		equal(d, "moved what is not there", d.move("k", 5), false)
		d.keyed(5)
		for _, n := range []int{9, 2} {
			equal(d, "moved", d.move("k", n), true)
			equal(d, "due", d.keyedDue(), n)
		}
		equal(d, "moved another", d.move("other", 5), false)
		equal(d, "moved from another account", d.in(d.other).moved("k", 5), false)
		d.finish(d.one(at(2)), at(2))
		equal(d, "moved what is finished", d.move("k", 5), false)
	})
	s.test("Cancel removes it, unless it runs", func(d *desk) {
		d.cancel("k") // what is not there is no error
		d.keyed(1)
		d.enqueue(helpdesk.Job{Kind: "timer", Key: "other", RunAt: at(50)})
		d.cancel("k")
		equal(d, "jobs after Cancel", len(d.lease(at(9))), 0)
		equal(d, "jobs of another key", len(d.lease(at(50))), 1)
		d.keyed(1)
		running := d.one(at(9))
		d.cancel("k")
		d.finish(running, at(9))
	})
	s.test("Cancel and Enqueue in one unit", func(d *desk) {
		d.keyed(1)
		d.twice(func(ctx context.Context, tx helpdesk.Tx) error {
			if err := tx.Jobs().Cancel(ctx, "timer", "k"); err != nil {
				return err
			}
			return tx.Jobs().Enqueue(ctx, &helpdesk.Job{Kind: "timer", Key: "k", RunAt: at(7)})
		})
		equal(d, "due", d.keyedDue(), 7)
	})
}

// keyed enqueues the timer k for minute n, in a closure that runs twice.
func (d *desk) keyed(n int) {
	d.Helper()
	d.twice(func(ctx context.Context, tx helpdesk.Tx) error {
		return tx.Jobs().Enqueue(ctx, &helpdesk.Job{Kind: "timer", Key: "k", RunAt: at(n)})
	})
}

// keyedDue is the minute at which the next job is due.
func (d *desk) keyedDue() int {
	d.Helper()
	var next time.Time
	d.system(func(ctx context.Context, tx helpdesk.SystemTx) (err error) {
		next, err = tx.NextDue(ctx)
		return err
	})
	return int(next.Sub(start) / time.Minute)
}

func (d *desk) move(key string, n int) (found bool) {
	d.Helper()
	d.twice(func(ctx context.Context, tx helpdesk.Tx) (err error) {
		found, err = tx.Jobs().Move(ctx, "timer", key, at(n))
		return err
	})
	return found
}

// moved is move in a closure that runs once, for any account.
func (d *desk) moved(key string, n int) (found bool) {
	d.Helper()
	d.update(func(ctx context.Context, tx helpdesk.Tx) (err error) {
		found, err = tx.Jobs().Move(ctx, "timer", key, at(n))
		return err
	})
	return found
}

func (d *desk) cancel(key string) {
	d.Helper()
	d.twice(func(ctx context.Context, tx helpdesk.Tx) error { return tx.Jobs().Cancel(ctx, "timer", key) })
}

// testJobLeases: a claim lasts as long as its lease, and no longer.
func testJobLeases(s suite) {
	s.test("is not claimed again before the end, and is after", func(d *desk) {
		d.enqueue(helpdesk.Job{Kind: "job", RunAt: at(0)})
		first := d.one(at(0)) // until 5
		equal(d, "jobs at 4", len(d.lease(at(4))), 0)
		second := d.one(at(6))
		equal(d, "job, attempt", []int{int(second.ID), second.Attempt}, []int{int(first.ID), 2})
	})
	s.test("a lost lease conflicts", func(d *desk) {
		d.enqueue(helpdesk.Job{Kind: "job", RunAt: at(0)})
		lost := d.one(at(0))
		d.losesEverything(lost, "another token")
		held := d.one(at(6))
		d.losesEverything(lost, lost.Lease)
		d.finish(held, at(7))
		d.losesEverything(held, held.Lease)
	})
	s.test("another account's conflicts or is NotFound", func(d *desk) {
		d.enqueue(helpdesk.Job{Kind: "job", RunAt: at(0)})
		j := d.one(at(0))
		err := d.in(d.other).try(func(ctx context.Context, tx helpdesk.Tx) error {
			return tx.Jobs().Finish(ctx, j.ID, j.Lease, at(1))
		})
		if code := helpdesk.CodeOf(err); code != helpdesk.Conflict && code != helpdesk.NotFound {
			d.Fatalf("Finish answered %v", err)
		}
		d.finish(j, at(1))
	})
	s.test("Extend prolongs", func(d *desk) {
		d.enqueue(helpdesk.Job{Kind: "job", RunAt: at(0)})
		j := d.one(at(0)) // until 5
		d.twice(func(ctx context.Context, tx helpdesk.Tx) error { return tx.Jobs().Extend(ctx, j.ID, j.Lease, at(10)) })
		equal(d, "jobs at 9", len(d.lease(at(9))), 0)
		equal(d, "attempt at 11", d.one(at(11)).Attempt, 2)
	})
	s.test("Finish removes the job", func(d *desk) {
		d.enqueue(helpdesk.Job{Kind: "job", RunAt: at(0)})
		j := d.one(at(0))
		d.finish(j, at(1))
		_, err := d.job(j.ID)
		d.is(err, helpdesk.NotFound)
		equal(d, "jobs", len(d.lease(at(99))), 0)
	})
	s.test("Fail tries again at its time", func(d *desk) {
		d.enqueue(helpdesk.Job{Kind: "job", RunAt: at(0)})
		d.fail(d.one(at(0)), at(7), false)
		equal(d, "jobs before", len(d.lease(at(6))), 0)
		again := d.one(at(7))
		equal(d, "attempt", again.Attempt, 2)
		equal(d, "last error", again.LastError, awkward("reason"))
		equal(d, "dead jobs", len(d.dead(helpdesk.Page{})), 0)
	})
	s.test("Fail to dead keeps it, the newest first", func(d *desk) {
		for n := range 3 {
			d.enqueue(helpdesk.Job{Kind: helpdesk.JobKind(fmt.Sprint(n)), RunAt: at(n)})
			d.fail(d.one(at(n)), at(n), true)
		}
		dead := d.dead(helpdesk.Page{})
		var kinds []string
		for _, j := range dead {
			kinds = append(kinds, string(j.Kind))
		}
		equal(d, "dead jobs", kinds, []string{"2", "1", "0"})
		equal(d, "last error", dead[0].LastError, awkward("reason"))
		equal(d, "Dead", dead[0].Dead, true)
		equal(d, "dead jobs, a page", ids[helpdesk.JobID](d.dead(helpdesk.Page{Limit: 1, Offset: 1})), []helpdesk.JobID{dead[1].ID})
		equal(d, "jobs that are due", len(d.lease(at(999))), 0)
		equal(d, "dead jobs of another account", len(d.in(d.other).dead(helpdesk.Page{})), 0)
	})
}

// losesEverything: a token that does not hold the job can do nothing with it.
func (d *desk) losesEverything(j *helpdesk.Job, lease string) {
	d.Helper()
	for name, fn := range map[string]work{
		"Finish": func(ctx context.Context, tx helpdesk.Tx) error { return tx.Jobs().Finish(ctx, j.ID, lease, at(1)) },
		"Fail": func(ctx context.Context, tx helpdesk.Tx) error {
			return tx.Jobs().Fail(ctx, j.ID, lease, "r", at(1), true)
		},
		"Extend": func(ctx context.Context, tx helpdesk.Tx) error { return tx.Jobs().Extend(ctx, j.ID, lease, at(9)) },
	} {
		if err := d.try(fn); helpdesk.CodeOf(err) != helpdesk.Conflict {
			d.Fatalf("%s without the lease answered %v, want %s", name, err, helpdesk.Conflict)
		}
	}
}

func (d *desk) dead(p helpdesk.Page) []*helpdesk.Job {
	d.Helper()
	var out []*helpdesk.Job
	d.view(func(ctx context.Context, tx helpdesk.Tx) (err error) {
		out, err = tx.Jobs().Dead(ctx, p)
		return err
	})
	return out
}
