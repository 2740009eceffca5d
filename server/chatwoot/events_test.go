package chatwoot_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
)

// sse is a stream of server-sent events.
type sse struct {
	testing.TB
	res   *http.Response
	lines *bufio.Scanner
	kill  context.CancelFunc
}

// event is one of them, or one of a page.
type event struct {
	ID    string         `json:"id"`
	Event string         `json:"event"`
	Data  map[string]any `json:"data"`
}

func (l *listening) stream(token string, header map[string]string, query string) *sse {
	l.Helper()
	ctx, kill := context.WithTimeout(l.Context(), 30*time.Second)
	req, err := http.NewRequestWithContext(ctx, "GET", l.url+l.path("/events"+query), nil)
	require.NoError(l, err)
	req.Header.Set("api_access_token", token)
	for k, v := range header {
		req.Header.Set(k, v)
	}
	res, err := http.DefaultClient.Do(req)
	require.NoError(l, err)
	require.Equal(l, http.StatusOK, res.StatusCode)
	require.Equal(l, "text/event-stream", res.Header.Get("Content-Type"))
	s := &sse{l.TB, res, bufio.NewScanner(res.Body), kill}
	s.lines.Buffer(nil, 1<<20)
	l.Cleanup(s.close)
	return s
}

func (s *sse) close() {
	s.kill()
	_ = s.res.Body.Close()
}

// block reads up to an empty line.
func (s *sse) block() (lines []string, ok bool) {
	for s.lines.Scan() {
		if s.lines.Text() == "" {
			return lines, true
		}
		lines = append(lines, s.lines.Text())
	}
	return lines, false
}

// next reads an event; what has no name only moves the id.
func (s *sse) next() (e event) {
	s.Helper()
	for e.Event == "" {
		lines, ok := s.block()
		require.True(s, ok, "the stream ended: %v", s.lines.Err())
		for _, line := range lines {
			switch field, value, _ := strings.Cut(line, ": "); field {
			case "id":
				e.ID = value
			case "event":
				e.Event = value
			case "data":
				require.NoError(s, json.Unmarshal([]byte(value), &e.Data))
			}
		}
	}
	return e
}

func (l *listening) poll(token, cursor string) (items []event, next string) {
	l.Helper()
	got := l.ok(request{method: "GET", path: l.path("/events/poll?cursor=" + url.QueryEscape(cursor)), token: token})
	var page struct {
		Items  []event
		Cursor string
	}
	require.NoError(l, json.Unmarshal([]byte(got.body), &page))
	return page.Items, page.Cursor
}

func TestEventStream(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	l := w.serveLoopback()
	_, public := w.inbox(nil)
	_, conv := w.customer(public, "carl", "hello")
	list := w.call("GET", "/conversations", nil)
	start := list.header.Get("X-Event-Cursor")
	require.NotEmpty(t, start)
	require.Equal(t, start, w.call("GET", "/conversations/"+conv, nil).header.Get("X-Event-Cursor"))
	require.Equal(t, start, w.call("GET", "/conversations/"+conv+"/messages", nil).header.Get("X-Event-Cursor"))
	w.call("POST", "/conversations/"+conv+"/messages", `{"content":"one"}`)

	s := l.stream(w.token, nil, "?cursor="+start)
	lines, _ := s.block()
	require.Contains(t, lines, "id: "+start, "a client that dies at once knows where to go on")
	one := s.next()
	require.Equal(t, "message.created", one.Event)
	require.Equal(t, "one", one.Data["content"])
	w.call("POST", "/labels", `{"title":"vip"}`)
	for s.next().Event != "account.cache_invalidated" {
		continue
	}
	l.timers.ring(t, 1)
	lines, _ = s.block()
	require.Equal(t, []string{": still here"}, lines)

	// Last-Event-ID goes before the cursor in the address, which browsers repeat.
	again := l.stream(w.token, map[string]string{"Last-Event-ID": one.ID}, "?cursor="+start)
	require.NotEqual(t, one.ID, again.next().ID)

	// A poll tells the same, with the same ids.
	items, next := l.poll(w.token, start)
	require.Equal(t, one, items[0])
	none, same := l.poll(w.token, next)
	require.Empty(t, none)
	require.Equal(t, next, same)
	asJSON := w.ok(request{method: "GET", path: w.path("/events"), token: w.token, header: map[string]string{"Accept": "application/json"}})
	require.Equal(t, next, asJSON.at("cursor"), "and without a cursor where to begin")

	for _, bad := range []string{"nonsense", "MS4wLjA5OTk5OTk5", start + "x"} {
		reset := l.stream(w.token, nil, "?cursor="+bad).next()
		require.Equal(t, "reset", reset.Event, "never a silent gap")
		require.NotEmpty(t, reset.ID)
		items, _ := l.poll(w.token, bad)
		require.Equal(t, "reset", items[0].Event)
	}
	require.Equal(t, http.StatusUnauthorized, w.send(request{method: "GET", path: w.path("/events")}).status)

	require.NoError(t, l.h.Shutdown(t.Context()))
	_, ok := s.block()
	require.False(t, ok, "the server ends its streams")
	require.Equal(t, http.StatusServiceUnavailable, w.send(request{method: "GET", path: w.path("/events"), token: w.token}).status)
}

// replica is a client that keeps what it sees from the feed, and is killed now
// and then.
type replica struct {
	*listening
	name, token string
	stream      bool // over server-sent events; otherwise it polls
	cursor      string
	sees        map[string]glance
}

// glance is what a client shows of a conversation.
type glance struct {
	Status   any
	Priority any
	Owner    any
	Labels   string
	Last     float64 // message
}

func glanceOf(c map[string]any) glance {
	g := glance{Status: c["status"], Priority: c["priority"], Labels: compact(c["labels"])}
	meta, _ := c["meta"].(map[string]any)
	if owner, ok := meta["assignee"].(map[string]any); ok {
		g.Owner = owner["id"]
	}
	return g
}

// glanceAt is of a conversation as REST shows it, its last message included.
func glanceAt(c map[string]any) glance {
	g := glanceOf(c)
	if last, ok := c["messages"].([]any); ok && len(last) > 0 {
		g.Last, _ = last[0].(map[string]any)["id"].(float64)
	}
	return g
}

// fresh reads everything anew.
func (r *replica) fresh() (sees map[string]glance, cursor string) {
	r.Helper()
	sees = map[string]glance{}
	for page := 1; ; page++ {
		got := r.ok(request{method: "GET", path: r.path(fmt.Sprint("/conversations?status=all&page=", page)), token: r.token})
		if page == 1 {
			cursor = got.header.Get("X-Event-Cursor")
		}
		rows := got.at("data.payload").([]any)
		for _, row := range rows {
			c := row.(map[string]any)
			sees[compact(c["id"])] = glanceAt(c)
		}
		if len(rows) < 25 {
			return sees, cursor
		}
	}
}

// apply does what an event says; false when it had to read everything anew.
func (r *replica) apply(e event) bool {
	r.Helper()
	switch {
	case e.Event == "reset" || e.Event == "viewer.reset":
		r.sees, r.cursor = r.fresh()
		return false
	case e.Event == "conversation.gone":
		delete(r.sees, compact(e.Data["id"]))
	case strings.HasPrefix(e.Event, "message."):
		id := compact(e.Data["conversation_id"])
		if known := r.find(id); known {
			g := r.sees[id]
			g.Last = max(g.Last, e.Data["id"].(float64))
			r.sees[id] = g
		}
	case e.Data["meta"] != nil:
		id := compact(e.Data["id"])
		if known := r.find(id); known {
			g := glanceOf(e.Data)
			g.Last = r.sees[id].Last
			r.sees[id] = g
		}
	}
	r.cursor = e.ID
	return true
}

// find fetches a conversation that is new to the client.
func (r *replica) find(id string) (known bool) {
	if _, known := r.sees[id]; known {
		return true
	}
	got := r.send(request{method: "GET", path: r.path("/conversations/" + id), token: r.token})
	if got.status == http.StatusOK {
		r.sees[id] = glanceAt(got.at("").(map[string]any))
	}
	return false
}

// catchUp reads on, all of it or up to where it is killed.
func (r *replica) catchUp(rnd *rand.Rand) {
	r.Helper()
	for {
		items, next := r.poll(r.token, r.cursor)
		if len(items) == 0 {
			r.cursor = next
			return
		}
		n := len(items)
		if rnd != nil {
			n = rnd.IntN(n + 1)
		}
		if r.stream {
			s := r.listening.stream(r.token, map[string]string{"Last-Event-ID": r.cursor}, "")
			for i := range n {
				got := s.next()
				require.Equal(r, items[i].ID, got.ID, "both ways tell the same")
				items[i] = got
			}
			s.close()
		}
		for _, e := range items[:n] {
			if !r.apply(e) {
				break
			}
		}
		if rnd != nil {
			return
		}
	}
}

// TestKilledClientsResume: whoever is killed anywhere and goes on from their
// cursor knows what somebody knows who reads everything anew.
func TestKilledClientsResume(t *testing.T) {
	t.Parallel()
	rounds := 50
	if os.Getenv("HELPDESK_PROVE") != "" {
		rounds = 1000
	}
	onStores(t, "", func(t *testing.T, w *world) {
		l := w.serveLoopback()
		boID, bo := w.invite("Bo", "agent")
		calID, cal := w.invite("Cal", "agent")
		inbox, public := w.inbox(nil)
		w.call("PATCH", "/inboxes/"+inbox, `{"enable_auto_assignment":false}`)
		w.call("POST", "/inbox_members", `{"inbox_id":`+inbox+`,"user_ids":[`+boID+`,`+calID+`]}`)
		var clients []*replica
		for name, token := range map[string]string{"Ada": w.token, "Bo": bo, "Cal": cal} {
			for _, stream := range []bool{false, true} {
				r := &replica{listening: l, name: name, token: token, stream: stream}
				r.sees, r.cursor = r.fresh()
				clients = append(clients, r)
			}
		}
		rnd := rand.New(rand.NewPCG(3, 4))
		var known []string
		for round := range rounds {
			known = l.randomWrite(rnd, known, public, inbox, []string{boID, calID})
			clients[rnd.IntN(len(clients))].catchUp(rnd)
			if round%10 != 9 {
				continue
			}
			for _, r := range clients {
				r.catchUp(nil)
				want, _ := r.fresh()
				require.Equal(t, want, r.sees, "%s, round %d, stream %v", r.name, round, r.stream)
			}
		}
	})
}

// randomWrite does one thing that may change what somebody sees.
func (l *listening) randomWrite(rnd *rand.Rand, known []string, public, inbox string, agents []string) []string {
	l.Helper()
	l.clock.add(time.Second)
	if len(known) < 4 || rnd.IntN(6) == 0 {
		_, display := l.customer(public, fmt.Sprint("c", rnd.IntN(1000)), "hello")
		return append(known, display)
	}
	i := rnd.IntN(len(known))
	at := "/conversations/" + known[i]
	agent := agents[rnd.IntN(len(agents))]
	pick := func(of ...string) string { return of[rnd.IntN(len(of))] }
	switch rnd.IntN(9) {
	case 0:
		l.send(request{method: "POST", path: l.path(at + "/assignments"), token: l.token, json: `{"assignee_id":` + pick(append(slices.Clone(agents), "null")...) + `}`})
	case 1:
		l.call("POST", at+"/messages", `{"content":"so","private":`+pick("true", "false")+`}`)
	case 2:
		l.call("POST", at+"/toggle_status", `{"status":"`+pick("open", "resolved", "pending")+`"}`)
	case 3:
		l.call("POST", at+"/labels", `{"labels":["`+pick("vip", "late", "new")+`"]}`)
	case 4:
		l.call("POST", at+"/toggle_priority", `{"priority":"`+pick("low", "urgent")+`"}`)
	case 5, 6:
		l.call(pick("POST", "DELETE"), "/inbox_members", `{"inbox_id":`+inbox+`,"user_ids":[`+agent+`]}`)
	case 7:
		role := pick("agent", "administrator", "assistant")
		_, err := l.e.As(l.e.Host(l.account.ID)).Agents.Update(l.Context(), helpdesk.AgentID(agent[0]-'0'), helpdesk.AgentInput{Role: helpdesk.Role(role)})
		require.NoError(l, err)
	case 8:
		l.call("DELETE", at, nil)
		return slices.Delete(known, i, i+1)
	}
	return known
}
