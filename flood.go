package helpdesk

import (
	"sync"
	"time"
)

// maxPerMinute is how many messages a conversation takes in a minute, in this
// process, before it refuses more: the guard against loops and runaway clients.
const maxPerMinute = 200

// flood counts messages per conversation in the current minute.
type flood struct {
	mu     sync.Mutex
	minute int64
	counts map[ConversationID]int
}

func (f *flood) allow(id ConversationID, now time.Time) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if minute := now.Unix() / 60; f.counts == nil || f.minute != minute {
		f.minute, f.counts = minute, make(map[ConversationID]int)
	}
	if f.counts[id] >= maxPerMinute {
		return false
	}
	f.counts[id]++
	return true
}
