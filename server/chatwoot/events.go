package chatwoot

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/gohelpdesk/helpdesk"
)

// beatEvery is how often a stream that has nothing to say shows that it lives.
const beatEvery = 15 * time.Second

// stream is an answer that goes on: serve hands it the connection.
type stream func(w http.ResponseWriter, r *http.Request)

type eventsInput struct {
	Cursor helpdesk.Cursor `in:"cursor"`
}

// streamEvents is the feed as server-sent events, or one page of it for who asks
// for JSON. Last-Event-ID, which browsers send by themselves, goes before cursor.
func streamEvents(ctx context.Context, c *call, in eventsInput) (any, error) {
	if strings.Contains(c.r.Header.Get("Accept"), "application/json") {
		return pollEvents(ctx, c, in)
	}
	after := cmp.Or(helpdesk.Cursor(c.r.Header.Get("Last-Event-ID")), in.Cursor)
	if after == "" {
		now, err := c.desk.Cursor(ctx)
		if err != nil {
			return nil, err
		}
		after = now
	}
	if !c.live.begin() {
		return nil, refused(http.StatusServiceUnavailable, "The server is stopping")
	}
	ctx, cancel := context.WithCancel(ctx)
	feed, err := c.desk.Subscribe(ctx, after)
	if err != nil {
		cancel()
		c.live.streams.Done()
		return nil, err
	}
	return stream(func(w http.ResponseWriter, _ *http.Request) {
		defer c.live.streams.Done()
		defer cancel()
		s := &eventStream{call: c, w: w, out: http.NewResponseController(w)}
		s.run(ctx, after, feed)
	}), nil
}

// eventStream writes a feed to one client.
type eventStream struct {
	*call
	w   http.ResponseWriter
	out *http.ResponseController
}

// run ends with the client, the account, or the server; the client comes again
// with the id it saw last.
func (s *eventStream) run(ctx context.Context, after helpdesk.Cursor, feed <-chan helpdesk.Item) {
	// A recorder in a test has no deadlines to lift.
	_ = s.out.SetReadDeadline(time.Time{})
	h := s.w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("X-Accel-Buffering", "no") // a proxy that collects defeats the purpose
	s.w.WriteHeader(http.StatusOK)
	beat := make(chan struct{}, 1)
	ring := func() {
		select {
		case beat <- struct{}{}:
		default:
		}
	}
	timer := s.live.after(beatEvery, ring)
	defer func() { timer.Stop() }()
	ok := s.write(": the feed goes on from here\nid: %s\n\n", after)
	for ok {
		select {
		case <-ctx.Done():
			return
		case <-s.live.end:
			return
		case <-beat:
			ok = s.write(": still here\n\n")
			timer = s.live.after(beatEvery, ring)
		case item, open := <-feed:
			ok = open && s.tell(ctx, item)
		}
	}
}

func (s *eventStream) tell(ctx context.Context, item helpdesk.Item) bool {
	t, err := s.live.push.tell(ctx, s.desk, item)
	switch {
	case err != nil:
		return false // from the id before this one it will be told again
	case t.name == "" && item.Cursor == "":
		return true
	case t.name == "": // not for clients, but they need not be asked about it again
		return s.write("id: %s\n\n", item.Cursor)
	case item.Cursor == "":
		return s.write("event: %s\ndata: %s\n\n", t.name, t.data)
	default:
		return s.write("id: %s\nevent: %s\ndata: %s\n\n", item.Cursor, t.name, t.data)
	}
}

// write sends at once. A client that does not take it in time is cut off.
func (s *eventStream) write(format string, args ...any) bool {
	_ = s.out.SetWriteDeadline(time.Now().Add(sendTime)) //nolint:forbidigo // the connection's deadlines go by the machine's clock
	var b bytes.Buffer
	_, _ = fmt.Fprintf(&b, format, args...) // memory is never full
	if _, err := s.w.Write(b.Bytes()); err != nil {
		return false
	}
	return s.out.Flush() == nil
}

type eventsPage struct {
	Items  []eventItem     `json:"items"`
	Cursor helpdesk.Cursor `json:"cursor"`
}

type eventItem struct {
	ID    helpdesk.Cursor `json:"id"`
	Event string          `json:"event"`
	Data  json.RawMessage `json:"data"`
}

// pollEvents is the feed for who asks now and then; without a cursor it says
// where to begin. An empty page is the end: ask again later.
func pollEvents(ctx context.Context, c *call, in eventsInput) (eventsPage, error) {
	out := eventsPage{Items: []eventItem{}, Cursor: in.Cursor}
	if in.Cursor == "" {
		var err error
		out.Cursor, err = c.desk.Cursor(ctx)
		return out, err
	}
	for {
		items, next, err := c.desk.Feed(ctx, out.Cursor)
		if err != nil {
			return out, err
		}
		for _, item := range items {
			t, err := c.live.push.tell(ctx, c.desk, item)
			if err != nil {
				return out, err
			}
			if t.name != "" {
				out.Items = append(out.Items, eventItem{item.Cursor, t.name, t.data})
			}
		}
		// What nobody is told of must not look like the end.
		end := next == out.Cursor
		if out.Cursor = next; end || len(out.Items) > 0 {
			return out, nil
		}
	}
}

func showCacheKeys(ctx context.Context, c *call, _ none) (cacheKeysView, error) {
	keys, err := readCacheKeys(ctx, c.desk)
	return cacheKeysView{keys}, err
}

type cacheKeysView struct {
	CacheKeys cacheKeys `json:"cache_keys"`
}

// readCacheKeys says which labels, inboxes and teams a client's copies must be
// of. Chatwoot's are times; clients only compare them, and these also tell two
// changes of one second apart.
func readCacheKeys(ctx context.Context, d *helpdesk.Desk) (cacheKeys, error) {
	r, err := d.Accounts.Revisions(ctx)
	key := func(n uint64) string { return fmt.Sprintf("%010d", n%10_000_000_000) }
	return cacheKeys{key(r.Labels), key(r.Inboxes), key(r.Teams)}, err
}

// markCursor notes where the feed stands before something is read, so that a
// client goes on from there: it misses nothing, and may hear of what it has.
func (c *call) markCursor(ctx context.Context) (err error) {
	c.cursor, err = c.desk.Cursor(ctx)
	return err
}
