package helpdesk

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
	"time"
)

// runner claims due jobs and runs them. Only a started engine, or one whose
// RunDue is called, runs any.
type runner struct {
	e     *Engine
	wake  chan struct{} // a commit here may have made a job due
	lanes map[Lane]chan struct{}

	mu        sync.Mutex
	lastBeat  time.Time // of the presence table
	lastSweep time.Time
}

func newRunner(e *Engine) *runner {
	live := max(1, e.opts.Workers/4)
	return &runner{
		e:    e,
		wake: make(chan struct{}, 1),
		lanes: map[Lane]chan struct{}{
			Live: make(chan struct{}, e.opts.Workers),
			Bulk: make(chan struct{}, max(1, e.opts.Workers-live)),
		},
	}
}

// Start runs jobs until Stop, or until ctx ends. It refuses a store whose schema
// is not the one this version works with. Starting twice is Conflict.
func (e *Engine) Start(ctx context.Context) error {
	if check, ok := StoreAs[SchemaChecker](e.store); ok {
		if err := check.CheckSchema(ctx); err != nil {
			return err
		}
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.stop != nil {
		return Errorf(Conflict, "the engine is started already")
	}
	ctx, e.stop = context.WithCancel(ctx)
	// Jobs outlive the wish to stop: they are drained.
	var jobs context.Context
	jobs, e.abort = context.WithCancel(context.WithoutCancel(ctx))
	e.stopped = make(chan struct{})
	go e.runner.loop(ctx, jobs, e.stopped)
	return nil
}

// Stop claims no more jobs, waits for those that run until ctx ends, and then
// cancels them. The engine can be started again. It does not close the store.
func (e *Engine) Stop(ctx context.Context) error {
	e.mu.Lock()
	stop, abort, stopped := e.stop, e.abort, e.stopped
	e.stop, e.abort, e.stopped = nil, nil, nil
	e.mu.Unlock()
	if stop == nil {
		return nil
	}
	stop()
	defer abort()
	select {
	case <-stopped:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// RunDue does everything that is due now and returns: what it enqueues for now
// is done too. Tests need no goroutine and no sleep; a host may call it from its
// own scheduler. The error joins those of the store, not those of the jobs:
// a job's failure stands in its row.
func (e *Engine) RunDue(ctx context.Context) error {
	if err := e.runner.tick(ctx); err != nil {
		return err
	}
	for {
		n := 0
		for _, lane := range []Lane{Live, Bulk} {
			jobs, err := e.runner.claim(ctx, lane, 100)
			if err != nil {
				return err
			}
			for _, j := range jobs {
				if err := e.runner.run(ctx, j); err != nil {
					return err
				}
			}
			n += len(jobs)
		}
		if n == 0 {
			return nil
		}
	}
}

// idlePoll is how long a runner sleeps when nobody wakes it: other processes'
// jobs are found that late at the worst, unless a Notifier tells.
const idlePoll = time.Second

func (r *runner) loop(ctx, jobs context.Context, stopped chan struct{}) {
	defer close(stopped)
	var running sync.WaitGroup
	defer running.Wait()
	for ctx.Err() == nil {
		busy := false
		if err := r.tick(ctx); err != nil && ctx.Err() == nil {
			r.e.opts.Logger.Error("housekeeping", "err", err)
		}
		for _, lane := range []Lane{Live, Bulk} {
			slots := r.lanes[lane]
			free := min(cap(slots)-len(slots), r.e.opts.Workers-len(r.lanes[Live])-len(r.lanes[Bulk]))
			if free <= 0 {
				continue
			}
			claimed, err := r.claim(ctx, lane, free)
			if err != nil && ctx.Err() == nil {
				r.e.opts.Logger.Error("claiming jobs", "err", err)
			}
			for _, j := range claimed {
				busy = true
				slots <- struct{}{}
				running.Go(func() {
					defer func() { <-slots; r.poke() }()
					if err := r.run(jobs, j); err != nil {
						r.e.opts.Logger.Error("settling a job", "kind", j.Kind, "job", j.ID, "err", err)
					}
				})
			}
		}
		if busy {
			continue
		}
		select {
		case <-ctx.Done():
		case <-r.wake:
		case <-time.After(idlePoll):
		}
	}
}

// poke wakes the loop; it never blocks.
func (r *runner) poke() {
	select {
	case r.wake <- struct{}{}:
	default:
	}
}

// claim leases up to limit due jobs of the lane, fairly: one account's backlog
// does not keep another's jobs waiting.
func (r *runner) claim(ctx context.Context, lane Lane, limit int) ([]*Job, error) {
	now := r.e.now()
	var accounts []AccountID
	err := r.e.lookup(ctx, func(ctx context.Context, tx SystemTx) (err error) {
		accounts, err = tx.DueAccounts(ctx, lane, now, limit)
		return err
	})
	if err != nil || len(accounts) == 0 {
		return nil, err
	}
	share := max(1, limit/len(accounts))
	var jobs []*Job
	for _, account := range accounts {
		var got []*Job
		err := r.e.store.Update(WithLane(ctx, lane), account, func(ctx context.Context, tx Tx) (err error) {
			got, err = tx.Jobs().Claim(ctx, Claim{
				Now: now, Until: now.Add(leaseTime), Lease: newToken(), Lane: lane, Limit: min(share, limit-len(jobs)),
			})
			return err
		})
		if err != nil {
			return jobs, err
		}
		if jobs = append(jobs, got...); len(jobs) >= limit {
			break
		}
	}
	return jobs, nil
}

// run does one job and settles it. A lost lease means another process has it
// now, which is no error here.
func (r *runner) run(ctx context.Context, j *Job) error {
	ctx, cancel := context.WithTimeout(ctx, leaseTime)
	defer cancel()
	failure := r.do(WithLane(withCause(ctx, j.Cause), j.Lane), j)
	now := r.e.now()
	err := r.e.store.Update(WithLane(ctx, j.Lane), j.Account, func(ctx context.Context, tx Tx) error {
		if failure == nil {
			return tx.Jobs().Finish(ctx, j.ID, j.Lease, now)
		}
		after, asked := retryDelay(failure)
		if !asked {
			after = backoff(j.Attempt, j.ID)
		}
		dead := isPermanent(failure) || !asked && j.Attempt >= maxAttempts
		return tx.Jobs().Fail(ctx, j.ID, j.Lease, clean(failure.Error()), now.Add(after), dead)
	})
	if failure != nil {
		r.e.opts.Logger.Warn("job failed", "kind", j.Kind, "job", j.ID, "account", j.Account, "attempt", j.Attempt, "err", failure)
	}
	if errors.Is(err, Conflict) || errors.Is(err, NotFound) {
		return nil
	}
	return err
}

// do runs the handler; a panic is a failed try like any other.
func (r *runner) do(ctx context.Context, j *Job) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	handler := r.e.work()[j.Kind]
	if handler == nil {
		return Permanent(fmt.Errorf("this version does not know the kind %q", j.Kind))
	}
	return handler(ctx, j)
}

// beatEvery and sweepEvery space what this process does beside jobs.
const (
	beatEvery  = 10 * time.Second
	sweepEvery = time.Hour
)

// tick does what is due by the clock: presence rows, and an hourly sweep of
// every account by a job each.
func (r *runner) tick(ctx context.Context) error {
	now := r.e.now()
	r.mu.Lock()
	beat := now.Sub(r.lastBeat) >= beatEvery
	if beat {
		r.lastBeat = now
	}
	sweep := now.Sub(r.lastSweep) >= sweepEvery
	if sweep {
		r.lastSweep = now
	}
	r.mu.Unlock()
	var err error
	if beat {
		err = r.e.writePresence(ctx)
	}
	if sweep {
		err = errors.Join(err, r.e.armSweeps(ctx))
	}
	return err
}

// moved tells everybody who follows the account that it moved: this process's
// subscribers and workers at once, other processes through the Notifier.
func (e *Engine) moved(account AccountID) {
	e.hub.wake(account)
	e.runner.poke()
	if e.opts.Notifier != nil {
		e.opts.Notifier.Moved(account)
	}
}

// Notifier carries the word that an account moved between processes that share
// a store. It is only a wake-up: losing one makes things a second late.
type Notifier interface {
	// Moved says so. It MUST NOT block and may coalesce.
	Moved(account AccountID)
}

// Moved is what a Notifier's receiving end calls on the engine.
func (e *Engine) Moved(account AccountID) {
	e.hub.wake(account)
	e.runner.poke()
}
