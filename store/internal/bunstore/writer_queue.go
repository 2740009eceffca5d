package bunstore

import (
	"context"
	"slices"
	"sync"

	"github.com/gohelpdesk/helpdesk"
)

// ticket is one caller's place in the queue. At any time it is queued, or its
// caller holds the baton, or it is a member of the open group, or it is settled.
type ticket struct {
	ctx   context.Context
	lane  helpdesk.Lane
	alone bool  // its closure shares a transaction with no other
	runs  int   // how often its closure ran; after the first the end of ctx means nothing
	err   error // what its closure returned in the open group

	signal chan signal // holds one: a ticket is sent nothing more before it took the last
}

// signal ends a wait: with the baton, or with the final result.
type signal struct {
	turn bool
	err  error
}

func newTicket(ctx context.Context, lane helpdesk.Lane) *ticket {
	return &ticket{ctx: ctx, lane: lane, signal: make(chan signal, 1)}
}

// settle gives the caller its final result.
func (t *ticket) settle(err error) { t.signal <- signal{err: err} }

// expired returns an error when ctx ended before the closure started.
func (t *ticket) expired() error {
	if t.runs > 0 || t.ctx.Err() == nil {
		return nil
	}
	return wrap(t.ctx.Err())
}

// queue is who waits for the baton: everybody live before everybody bulk, and
// first come, first served within a lane. The zero value is a queue whose baton
// is free.
type queue struct {
	mu     sync.Mutex
	live   []*ticket
	bulk   []*ticket
	held   bool // the baton is somebody's, or on its way
	closed bool
}

func (q *queue) lane(l helpdesk.Lane) *[]*ticket {
	if l == helpdesk.Bulk {
		return &q.bulk
	}
	return &q.live
}

// enter puts t at the end of its lane, or gives it a baton that is free.
func (q *queue) enter(t *ticket) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed {
		return errClosed()
	}
	q.admit(t)
	return nil
}

func (q *queue) admit(t *ticket) {
	if !q.held {
		q.held = true
		t.signal <- signal{turn: true}
		return
	}
	lane := q.lane(t.lane)
	*lane = append(*lane, t)
}

// wait returns t's next signal. A caller whose context ends while it is queued
// for the first time leaves; when the baton is already on its way, it is taken,
// and begin finds the context ended.
func (q *queue) wait(t *ticket) signal {
	ended := t.ctx.Done()
	if t.runs > 0 {
		ended = nil
	}
	select {
	case s := <-t.signal:
		return s
	case <-ended:
	}
	if q.leave(t) {
		return signal{err: wrap(t.ctx.Err())}
	}
	return <-t.signal
}

// leave takes t out of the queue; false when it is no longer there.
func (q *queue) leave(t *ticket) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	lane := q.lane(t.lane)
	i := slices.Index(*lane, t)
	if i < 0 {
		return false
	}
	*lane = slices.Delete(*lane, i, i+1)
	return true
}

// grant gives the baton to the next in the queue, if that one fits.
func (q *queue) grant(fits func(*ticket) bool) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.next(fits)
}

// release gives the baton to the next in the queue, or lays it down.
func (q *queue) release() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.held = q.next(func(*ticket) bool { return true })
}

func (q *queue) next(fits func(*ticket) bool) bool {
	lane := &q.live
	if len(*lane) == 0 {
		lane = &q.bulk
	}
	if len(*lane) == 0 || !fits((*lane)[0]) {
		return false
	}
	(*lane)[0].signal <- signal{turn: true}
	*lane = slices.Delete(*lane, 0, 1)
	return true
}

// again puts tickets that were rolled back at the head of their lanes, in their
// order, to run alone.
func (q *queue) again(ts []*ticket) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, t := range slices.Backward(ts) {
		t.alone = true
		q.putBack(t)
	}
}

// overtaken reports that a live caller waits while t, who is bulk, holds the
// baton; t is then back at the head of its lane and must pass the baton on.
func (q *queue) overtaken(t *ticket) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if t.lane != helpdesk.Bulk || len(q.live) == 0 {
		return false
	}
	q.putBack(t)
	return true
}

func (q *queue) putBack(t *ticket) {
	if q.closed {
		t.settle(errClosed())
		return
	}
	lane := q.lane(t.lane)
	*lane = slices.Insert(*lane, 0, t)
}

// shut turns everybody away, now and from now on, except last.
func (q *queue) shut(last *ticket) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed = true
	for _, t := range slices.Concat(q.live, q.bulk) {
		t.settle(errClosed())
	}
	q.live, q.bulk = nil, nil
	q.admit(last)
}

func (q *queue) isShut() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.closed
}

func errClosed() error { return helpdesk.Errorf(helpdesk.Unavailable, "the store is closed") }
