package bunstore

import (
	"context"
	"slices"
	"sync"
)

// rwlock is a readers–writer lock whose waiters may give up. It is fair: whoever
// waits is served in order of arrival, readers in a row together. So readers do
// not get past a waiting writer, and a stream of writers does not keep readers
// out. A holder must not lock again, not even for reading. The zero value is
// unlocked.
type rwlock struct {
	mu      sync.Mutex
	readers int
	writing bool
	waiting []*lockWaiter
}

type lockWaiter struct {
	write bool
	ready chan struct{} // closed once the lock is the waiter's
}

// lock takes the lock for writing, or returns ctx's error and takes nothing.
func (l *rwlock) lock(ctx context.Context) error { return l.acquire(ctx, true) }

// unlock gives up what lock took.
func (l *rwlock) unlock() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.writing = false
	l.admit()
}

// rlock takes the lock for reading, or returns ctx's error and takes nothing.
func (l *rwlock) rlock(ctx context.Context) error { return l.acquire(ctx, false) }

// runlock gives up what rlock took.
func (l *rwlock) runlock() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.readers--
	l.admit()
}

func (l *rwlock) acquire(ctx context.Context, write bool) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	w := &lockWaiter{write: write, ready: make(chan struct{})}
	l.mu.Lock()
	l.waiting = append(l.waiting, w)
	l.admit()
	l.mu.Unlock()
	select {
	case <-w.ready:
		return nil
	case <-ctx.Done():
	}
	if l.leave(w) {
		return ctx.Err()
	}
	return nil // it came at the last moment
}

// leave takes w out of the queue, false when it has the lock already. Those
// behind a writer who leaves may be free to go.
func (l *rwlock) leave(w *lockWaiter) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	i := slices.Index(l.waiting, w)
	if i < 0 {
		return false
	}
	l.waiting = slices.Delete(l.waiting, i, i+1)
	l.admit()
	return true
}

// admit lets in from the head of the queue whoever is free to go.
func (l *rwlock) admit() {
	for len(l.waiting) > 0 && !l.writing {
		w := l.waiting[0]
		if w.write && l.readers > 0 {
			return
		}
		if w.write {
			l.writing = true
		} else {
			l.readers++
		}
		l.waiting = slices.Delete(l.waiting, 0, 1)
		close(w.ready)
	}
}
