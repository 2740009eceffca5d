package web

import (
	"sync"
	"time"
)

// Limit allows so many events of one key in a window of time, counted in this
// process. It is safe for concurrent use.
type Limit struct {
	Max int
	Per time.Duration

	mu     sync.Mutex
	window int64
	counts map[string]int
}

// maxKeys bounds what one window remembers; beyond it new keys are refused, so
// that an attacker with many addresses cannot fill the memory.
const maxKeys = 100_000

// Allow counts one event of key and reports whether it is within the limit.
func (l *Limit) Allow(key string, now time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if w := now.UnixNano() / int64(l.Per); l.counts == nil || w != l.window {
		l.window, l.counts = w, make(map[string]int)
	}
	if _, known := l.counts[key]; !known && len(l.counts) >= maxKeys {
		return false
	}
	l.counts[key]++
	return l.counts[key] <= l.Max
}
