package dashboard

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/gohelpdesk/helpdesk"
)

const (
	beatEvery = 15 * time.Second // how often a stream that has nothing to say shows that it lives
	sendTime  = 20 * time.Second // how long a browser may take to read what it is sent
)

// live are the streams to browsers, and which conversation each has on its screen.
type live struct {
	end     chan struct{}
	once    sync.Once
	streams sync.WaitGroup

	mu      sync.Mutex
	looking map[*stream]helpdesk.ConversationID // of this process
}

func newLive() *live {
	return &live{end: make(chan struct{}), looking: map[*stream]helpdesk.ConversationID{}}
}

func (l *live) shutdown(ctx context.Context) error {
	l.once.Do(func() { close(l.end) })
	gone := make(chan struct{})
	go func() { l.streams.Wait(); close(gone) }()
	select {
	case <-gone:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// enter adds a stream, and tells those who have the same conversation before them.
func (l *live) enter(s *stream, id helpdesk.ConversationID) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.looking[s] = id
	l.tellLooking(id)
}

func (l *live) leave(s *stream) {
	l.mu.Lock()
	defer l.mu.Unlock()
	id := l.looking[s]
	delete(l.looking, s)
	l.tellLooking(id)
}

// tellLooking tells everybody who looks at a conversation who else does. Whoever
// has no room for it hears it with the next.
func (l *live) tellLooking(id helpdesk.ConversationID) {
	if id == 0 {
		return
	}
	var there []*stream
	for s, at := range l.looking {
		if at == id {
			there = append(there, s)
		}
	}
	for _, s := range there {
		names := []string{}
		for _, other := range there {
			if other.self.ID != s.self.ID && !slices.Contains(names, agentName(other.self)) {
				names = append(names, agentName(other.self))
			}
		}
		slices.Sort(names)
		raw, err := json.Marshal(map[string]any{"conversation": id, "names": names})
		if err != nil {
			continue
		}
		select {
		case s.poke <- "event: looking\ndata: " + string(raw) + "\n\n":
		default:
		}
	}
}

// stream is one browser that follows the account. It is told what moved, never
// what it is: the browser asks for the parts of its page that show it, and so sees
// what its agent may see at that moment, whatever happened before.
type stream struct {
	*call
	out  *http.ResponseController
	poke chan string // events of this process that are in no log
}

// told is what a browser hears of an event.
type told struct {
	Topics  []string `json:"topics"`            // what parts of pages wait for, in data-follows
	Message int64    `json:"message,omitempty"` // a message that was written or changed
	Sound   bool     `json:"sound,omitempty"`   // a customer wrote
}

// follow is GET /live: the feed as server-sent events, from Last-Event-ID on.
func (c *call) follow() error {
	after := helpdesk.Cursor(cmp.Or(c.r.Header.Get("Last-Event-ID"), c.r.URL.Query().Get("after")))
	ctx, cancel := context.WithCancel(c.ctx())
	defer cancel()
	feed, err := c.desk.Subscribe(ctx, after)
	if err != nil {
		return err
	}
	select {
	case <-c.live.end:
		return helpdesk.Unavailable
	default:
	}
	c.live.streams.Add(1)
	defer c.live.streams.Done()
	s := &stream{call: c, out: http.NewResponseController(c.w), poke: make(chan string, 16)}
	looking, _ := strconv.ParseInt(c.r.URL.Query().Get("looking"), 10, 64) // what is no number looks at nothing
	if looking != 0 {
		if _, err := c.desk.Conversations.Get(ctx, helpdesk.ConversationID(looking)); err != nil {
			looking = 0 // gone, or not theirs to see
		}
	}
	if err := c.desk.Agents.Heartbeat(ctx); err != nil {
		return err
	}
	c.live.enter(s, helpdesk.ConversationID(looking))
	defer c.live.leave(s)
	s.run(ctx, after, feed)
	return nil
}

func (s *stream) run(ctx context.Context, after helpdesk.Cursor, feed <-chan helpdesk.Item) {
	_ = s.out.SetReadDeadline(time.Time{}) // a recorder in a test has no deadlines to lift
	h := s.w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no") // a proxy that collects defeats the purpose
	s.w.WriteHeader(http.StatusOK)
	beat := time.NewTicker(beatEvery) //nolint:forbidigo // a connection lives by the machine's clock
	defer beat.Stop()
	ok := s.send("retry: 1000\nid: %s\nevent: hello\ndata: {}\n\n", after)
	for ok {
		select {
		case <-ctx.Done():
			return
		case <-s.live.end:
			return
		case <-beat.C:
			_ = s.desk.Agents.Heartbeat(ctx) // the next one comes soon
			ok = s.send(": still here\n\n")
		case event := <-s.poke:
			ok = s.send("%s", event)
		case item, open := <-feed:
			ok = open && s.tell(item)
		}
	}
}

// tell passes on one item. Many events come in one commit; a browser waits a
// moment and asks once.
func (s *stream) tell(item helpdesk.Item) bool {
	if item.Kind == helpdesk.FeedReset {
		return s.send("id: %s\nevent: reset\ndata: {}\n\n", item.Cursor)
	}
	if item.Kind == helpdesk.FeedTyping {
		return s.tellTyping(item)
	}
	raw, err := json.Marshal(s.topics(item))
	if err != nil {
		return false
	}
	return s.send("id: %s\nevent: moved\ndata: %s\n\n", item.Cursor, raw)
}

func (s *stream) tellTyping(item helpdesk.Item) bool {
	ev := item.Event
	if ev == nil || ev.Actor.Kind == helpdesk.ByAgent && helpdesk.AgentID(ev.Actor.ID) == s.self.ID {
		return true
	}
	who := "agent"
	if ev.Actor.Kind == helpdesk.ByContact {
		who = "contact"
	}
	on := ev.Kind == helpdesk.TypingOn
	return s.send("event: typing\ndata: {\"conversation\":%d,\"who\":%q,\"id\":%d,\"on\":%t}\n\n", ev.Conversation, who, ev.Actor.ID, on)
}

// topics are what an event moved.
func (s *stream) topics(item helpdesk.Item) told {
	ev := item.Event
	switch {
	case item.Kind == helpdesk.FeedViewer || ev == nil:
		return told{Topics: []string{"config", "list", "counts"}}
	case ev.Conversation != 0:
		t := told{Topics: []string{"list", "conversation:" + str(ev.Conversation)}}
		if ev.Message != 0 {
			t.Message = int64(ev.Message)
			t.Sound = ev.Kind == helpdesk.MessageCreated && ev.MessageKind == helpdesk.Incoming
		}
		if ev.Agent != 0 {
			t.Topics = append(t.Topics, "notification")
		}
		return t
	case ev.Contact != 0:
		return told{Topics: []string{"contact:" + str(ev.Contact), "contacts"}}
	}
	switch ev.Kind {
	case helpdesk.NotificationCreated, helpdesk.NotificationUpdated, helpdesk.NotificationDeleted:
		return told{Topics: []string{"notification"}}
	case helpdesk.AgentPresence:
		return told{Topics: []string{"presence"}}
	default:
		return told{Topics: []string{"config"}}
	}
}

// send writes at once. A browser that does not take it in time is cut off, and
// comes again.
func (s *stream) send(format string, args ...any) bool {
	_ = s.out.SetWriteDeadline(time.Now().Add(sendTime)) //nolint:forbidigo // the connection's deadlines go by the machine's clock
	if _, err := fmt.Fprintf(s.w, format, args...); err != nil {
		return false
	}
	return s.out.Flush() == nil
}
