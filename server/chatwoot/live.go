package chatwoot

import (
	"context"
	"net/http"
	"sync"
	"time"

	"github.com/gohelpdesk/helpdesk"
)

// live is everything of a handler that lasts longer than a request: sockets and
// streams.
type live struct {
	after func(time.Duration, func()) *time.Timer // time.AfterFunc, but for tests
	push  *broadcaster

	mu      sync.Mutex
	ended   bool
	end     chan struct{} // closed when everything is to end
	sockets map[*socket]struct{}
	streams sync.WaitGroup
	present map[presentKey]int // open subscriptions of agents and customers
}

type presentKey struct {
	account helpdesk.AccountID
	who     helpdesk.ActorRef
}

func newLive(push *broadcaster) *live {
	return &live{
		after: time.AfterFunc, //nolint:forbidigo // pings and deadlines of connections go by the machine's clock
		push:  push, end: make(chan struct{}), sockets: make(map[*socket]struct{}), present: make(map[presentKey]int),
	}
}

// Handler serves Chatwoot's API. Shut it down before the server around it, which
// knows nothing of sockets and waits for streams.
type Handler struct {
	http.Handler
	live *live
}

// Shutdown tells everybody on a socket to come back, ends streams, takes no new
// ones, and waits for all of them until ctx ends. Requests are not its concern.
// Agents count as connected for as long as they would after a lost connection,
// so that a restart hands nobody's work to others.
func (h *Handler) Shutdown(ctx context.Context) error {
	l := h.live
	l.mu.Lock()
	if !l.ended {
		l.ended = true
		close(l.end)
	}
	for s := range l.sockets {
		go s.goAway()
	}
	l.mu.Unlock()
	done := make(chan struct{})
	go func() {
		l.streams.Wait()
		close(done)
	}()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// begin counts a stream in; false when none may begin any more.
func (l *live) begin() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.ended {
		return false
	}
	l.streams.Add(1)
	return true
}

func (l *live) add(s *socket) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.sockets[s] = struct{}{}; l.ended {
		go s.goAway() // it came between begin and here
	}
}

func (l *live) drop(s *socket) {
	l.mu.Lock()
	delete(l.sockets, s)
	l.mu.Unlock()
	l.streams.Done()
}

// came counts an open subscription of somebody.
func (l *live) came(a helpdesk.Actor) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.present[presentKey{a.Account(), a.Ref()}]++
}

// left counts one out, and reports whether it was their last here and they are
// really gone, not sent away by Shutdown.
func (l *live) left(a helpdesk.Actor) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	key := presentKey{a.Account(), a.Ref()}
	if l.present[key]--; l.present[key] > 0 {
		return false
	}
	delete(l.present, key)
	return !l.ended
}
