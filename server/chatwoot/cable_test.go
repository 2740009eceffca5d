package chatwoot_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/server/chatwoot"
)

// timers are timers that ring when told to.
type timers struct {
	mu   sync.Mutex
	wait []func()
}

func (m *timers) after(_ time.Duration, fn func()) *time.Timer {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.wait = append(m.wait, fn)
	return time.NewTimer(time.Hour)
}

// ring rings all that wait, once there are n of them.
func (m *timers) ring(t testing.TB, n int) {
	t.Helper()
	var due []func()
	require.Eventually(t, func() bool {
		m.mu.Lock()
		defer m.mu.Unlock()
		if len(m.wait) < n {
			return false
		}
		due, m.wait = m.wait, nil
		return true
	}, 10*time.Second, time.Millisecond, "nobody set a timer")
	for _, fn := range due {
		fn()
	}
}

// listening is a world whose handler is served on loopback.
type listening struct {
	*world
	url    string
	timers *timers
	h      *chatwoot.Handler
}

func (w *world) serveLoopback() *listening {
	h := w.h.(*chatwoot.Handler)
	m := &timers{}
	h.SetTimer(m.after)
	srv := httptest.NewServer(h)
	w.Cleanup(func() {
		_ = h.Shutdown(context.Background())
		srv.Close()
	})
	return &listening{w, srv.URL, m, h}
}

// cableClient is somebody on a socket.
type cableClient struct {
	testing.TB
	conn *websocket.Conn
	id   string // of the subscription, as JSON text
}

func (l *listening) dial(o *websocket.DialOptions) *cableClient {
	l.Helper()
	if o == nil {
		o = &websocket.DialOptions{Subprotocols: []string{"actioncable-v1-json", "actioncable-unsupported"}}
	}
	conn, res, err := websocket.Dial(l.Context(), l.url+"/cable", o)
	require.NoError(l, err)
	if res.Body != nil {
		_ = res.Body.Close()
	}
	conn.SetReadLimit(1 << 20)
	l.Cleanup(func() { _ = conn.CloseNow() })
	c := &cableClient{TB: l.TB, conn: conn}
	require.JSONEq(l, `{"type":"welcome"}`, c.read())
	return c
}

func (c *cableClient) write(v any) {
	c.Helper()
	raw, isText := v.(string)
	if !isText {
		b, err := json.Marshal(v)
		require.NoError(c, err)
		raw = string(b)
	}
	require.NoError(c, c.conn.Write(c.Context(), websocket.MessageText, []byte(raw)))
}

func (c *cableClient) read() string {
	c.Helper()
	ctx, cancel := context.WithTimeout(c.Context(), 20*time.Second)
	defer cancel()
	_, raw, err := c.conn.Read(ctx)
	require.NoError(c, err)
	return string(raw)
}

// cableFrame is what a server sends.
type cableFrame struct {
	Identifier string `json:"identifier"`
	Type       string `json:"type"`
	Message    struct {
		Event string         `json:"event"`
		Data  map[string]any `json:"data"`
	} `json:"message"`
}

func (c *cableClient) next() (f cableFrame) {
	c.Helper()
	raw := c.read()
	if strings.HasPrefix(raw, `{"type":"ping",`) {
		f.Type = "ping" // the one frame whose message is no event
		return f
	}
	require.NoError(c, json.Unmarshal([]byte(raw), &f))
	return f
}

// until reads events until one answers, and returns all of them.
func (c *cableClient) until(last func(cableFrame) bool) (all []cableFrame) {
	c.Helper()
	for {
		f := c.next()
		if all = append(all, f); last(f) {
			return all
		}
	}
}

func named(event string) func(cableFrame) bool {
	return func(f cableFrame) bool { return f.Message.Event == event }
}

func saying(text string) func(cableFrame) bool {
	return func(f cableFrame) bool {
		return f.Message.Event == "message.created" && f.Message.Data["content"] == text
	}
}

func events(frames []cableFrame) (out []string) {
	for _, f := range frames {
		out = append(out, f.Message.Event)
	}
	return out
}

func (c *cableClient) ask(command string) {
	c.write(map[string]any{"command": command, "identifier": c.id})
}

// subscribe subscribes and expects a confirmation and who is there.
func (c *cableClient) subscribe(id string) (present cableFrame) {
	c.Helper()
	c.id = id
	c.ask("subscribe")
	require.Equal(c, "confirm_subscription", c.next().Type)
	present = c.next()
	require.Equal(c, "presence.update", present.Message.Event)
	return present
}

func (l *listening) agentID(u *helpdesk.User) string {
	return fmt.Sprintf(`{"channel":"RoomChannel","pubsub_token":%q,"account_id":%d,"user_id":%d}`, u.PubsubToken, l.account.ID, u.ID)
}

// agent connects an agent by name.
func (l *listening) agent(name string) *cableClient {
	l.Helper()
	u, err := l.e.FindUser(l.Context(), strings.ToLower(name)+"@acme.example")
	require.NoError(l, err)
	c := l.dial(nil)
	c.subscribe(l.agentID(u))
	return c
}

// contact connects the customer of a conversation.
func (l *listening) contact(display string) *cableClient {
	l.Helper()
	c := l.dial(nil)
	c.subscribe(l.contactID(display))
	return c
}

func (l *listening) contactID(display string) string {
	l.Helper()
	var n int64
	require.NoError(l, json.Unmarshal([]byte(display), &n))
	host := l.e.As(l.e.Host(l.account.ID))
	row, err := host.Conversations.ByDisplay(l.Context(), helpdesk.DisplayID(n))
	require.NoError(l, err)
	d, err := host.Conversations.Detail(l.Context(), row.ID)
	require.NoError(l, err)
	return fmt.Sprintf(`{"channel":"RoomChannel","pubsub_token":%q}`, d[0].Address.PubsubToken)
}

func TestCableHandshake(t *testing.T) {
	t.Parallel()
	l := newWorld(t).serveLoopback()
	plain := l.send(request{method: "GET", path: "/cable"})
	require.Equal(t, http.StatusNotFound, plain.status)
	require.Equal(t, "Page not found", plain.body)

	c := l.dial(&websocket.DialOptions{
		Subprotocols: []string{"actioncable-v1-json", "actioncable-unsupported"}, HTTPHeader: http.Header{"Origin": {"https://anywhere.example"}},
	})
	require.Equal(t, "actioncable-v1-json", c.conn.Subprotocol())
	l.timers.ring(t, 1)
	require.JSONEq(t, fmt.Sprintf(`{"type":"ping","message":%d}`, l.clock.now().Unix()), c.read())

	for name, id := range map[string]string{
		"no token":          `{"channel":"RoomChannel"}`,
		"an unknown token":  `{"channel":"RoomChannel","pubsub_token":"nope"}`,
		"somebody else's":   fmt.Sprintf(`{"channel":"RoomChannel","pubsub_token":%q,"account_id":%d,"user_id":99}`, l.ada.PubsubToken, l.account.ID),
		"another account":   fmt.Sprintf(`{"channel":"RoomChannel","pubsub_token":%q,"account_id":99,"user_id":%d}`, l.ada.PubsubToken, l.ada.ID),
		"a user's, as none": fmt.Sprintf(`{"channel":"RoomChannel","pubsub_token":%q}`, l.ada.PubsubToken),
		"another channel":   strings.Replace(l.agentID(l.ada), "RoomChannel", "AdminChannel", 1),
		"no JSON":           `RoomChannel`,
	} {
		c.id = id
		c.ask("subscribe")
		got := c.next()
		require.Equal(t, "reject_subscription", got.Type, name)
		require.Equal(t, id, got.Identifier, name)
	}

	// Every byte of the identifier comes back, however it was written.
	raw := `"{\"user_id\": \"` + itoa(l.ada.ID) + `\",\u0022account_id\":` + itoa(l.account.ID) + `, \"pubsub_token\":\"` + l.ada.PubsubToken + `\",\"channel\":\"Room\u0043hannel\"}"`
	c.write(`{"command":"subscribe","identifier":` + raw + `}`)
	require.Equal(t, `{"identifier":`+raw+`,"type":"confirm_subscription"}`, c.read())
	require.True(t, strings.HasPrefix(c.read(), `{"identifier":`+raw+`,"message":{"event":"presence.update","data":{`))

	require.NoError(t, l.h.Shutdown(t.Context()))
	require.JSONEq(t, `{"type":"disconnect","reason":"server_restart","reconnect":true}`, c.read())
	_, _, err := c.conn.Read(t.Context())
	require.Equal(t, websocket.StatusGoingAway, websocket.CloseStatus(err))
	_, res, err := websocket.Dial(t.Context(), l.url+"/cable", nil)
	require.Error(t, err)
	require.Equal(t, http.StatusServiceUnavailable, res.StatusCode)
}

// What an administrator, a member of the inbox and the customer hear of an
// ordinary day; each once, in order, in Chatwoot's shapes.
func TestCableTellsADay(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	l := w.serveLoopback()
	boID, bo := w.invite("Bo", "agent")
	inbox, public := w.inbox(map[string]any{})
	w.call("PATCH", "/inboxes/"+inbox, `{"enable_auto_assignment":false}`)
	w.call("POST", "/inbox_members", `{"inbox_id":`+inbox+`,"user_ids":[`+boID+`]}`)
	team := w.call("POST", "/teams", `{"name":"sales"}`).id("id")
	carl, conv := w.customer(public, "carl", "hello")
	_, aside := w.customer(public, "carl", "where the test says that a step is over")
	clients := map[string]*cableClient{"ada": l.agent("Ada"), "bo": l.agent("Bo"), "carl": l.contact(conv)}
	heard := map[string][]cableFrame{}
	at := "/conversations/" + conv
	for i, do := range []func(){
		func() { w.call("POST", "/labels", `{"title":"vip"}`) },
		func() {
			w.ok(request{method: "POST", path: w.path(at + "/messages"), token: bo, json: `{"content":"hi","echo_id":"e1"}`})
		},
		func() { w.call("POST", at+"/messages", `{"content":"between us","private":true}`) },
		func() { w.call("POST", at+"/assignments", `{"assignee_id":`+boID+`}`) },
		func() { w.call("POST", at+"/assignments", `{"team_id":`+team+`}`) },
		func() { w.call("POST", at+"/labels", `{"labels":["vip"]}`) },
		func() { w.call("PATCH", "/contacts/1", `{"custom_attributes":{"plan":"gold"}}`) },
		func() { w.ok(request{method: "POST", path: carl + at + "/update_last_seen"}) },
		func() { w.call("POST", at+"/toggle_status", `{"status":"resolved"}`) },
		func() { w.ok(request{method: "POST", path: carl + "/conversations", json: `{}`}) },
		func() {
			w.ok(request{method: "POST", path: carl + "/conversations/3/messages", json: `{"content":"again"}`})
		},
	} {
		do()
		require.NoError(t, w.e.RunDue(t.Context()))
		// Events are told as things are when they are told: each step is to be
		// heard before the next.
		over := fmt.Sprint("step ", i)
		w.call("POST", "/conversations/"+aside+"/messages", `{"content":"`+over+`"}`)
		for name, c := range clients {
			for _, f := range c.until(saying(over)) {
				if n := f.Message.Data["conversation_id"]; compact(n) != aside && (compact(f.Message.Data["id"]) != aside || n != nil) {
					heard[name] = append(heard[name], f)
				}
			}
		}
		w.clock.add(time.Second)
	}
	for name := range clients {
		var out strings.Builder
		for _, f := range heard[name] {
			require.Equal(t, float64(w.account.ID), f.Message.Data["account_id"], f.Message.Event)
			raw, err := json.Marshal(map[string]any{"event": f.Message.Event, "data": f.Message.Data})
			require.NoError(t, err)
			if name != "bo" {
				out.WriteString(scrub(t, string(raw)))
			}
		}
		if name != "bo" {
			golden(t, "cable_"+name+".json", out.String())
		}
	}
	own := func(f cableFrame) bool { return strings.HasPrefix(f.Message.Event, "notification.") }
	require.Equal(t, events(heard["ada"]), events(slices.DeleteFunc(heard["bo"], own)), "but for their bell a member hears what an administrator hears")
	told := compact(heard["carl"])
	for _, secret := range []string{"between us", "vip", "sales"} {
		require.NotContains(t, told, secret, "the customer")
	}
	for _, f := range heard["carl"] {
		require.NotEqual(t, 2.0, f.Message.Data["message_type"], "no activity for the customer")
	}
}

func TestCablePresence(t *testing.T) {
	t.Parallel()
	onStores(t, "", func(t *testing.T, w *world) {
		l := w.serveLoopback()
		boID, _ := w.invite("Bo", "agent")
		_, public := w.inbox(nil)
		_, conv := w.customer(public, "carl", "hello")
		shows := func(what string) {
			t.Helper()
			require.Equal(t, what, w.call("GET", "/contacts/1", nil).at("payload.availability_status"))
		}
		shows("offline")
		first := l.dial(nil)
		seen := first.subscribe(l.agentID(w.ada))
		require.Equal(t, map[string]any{itoa(w.ada.ID): "online"}, seen.Message.Data["users"])
		require.Empty(t, seen.Message.Data["contacts"])
		carl := l.contact(conv)
		shows("online")
		bo, again := l.agent("Bo"), l.agent("Bo")
		first.write(map[string]any{"command": "message", "identifier": first.id, "data": `{"action":"update_presence"}`})
		seen = first.until(named("presence.update"))[0]
		require.Equal(t, map[string]any{itoa(w.ada.ID): "online", boID: "online"}, seen.Message.Data["users"])
		require.Equal(t, map[string]any{"1": "online"}, seen.Message.Data["contacts"])

		status := func() any {
			a, err := w.e.As(w.e.Host(w.account.ID)).Agents.Get(t.Context(), helpdesk.AgentID(2))
			require.NoError(t, err)
			return a.Effective()
		}
		require.NoError(t, bo.conn.Close(websocket.StatusNormalClosure, ""))
		require.NoError(t, carl.conn.Close(websocket.StatusNormalClosure, ""))
		require.Eventually(t, func() bool {
			return w.call("GET", "/contacts/1", nil).at("payload.availability_status") == "offline"
		}, 10*time.Second, time.Millisecond)
		require.Equal(t, helpdesk.Online, status(), "there is another socket")
		again.ask("unsubscribe")
		require.Eventually(t, func() bool { return status() == helpdesk.Offline }, 10*time.Second, time.Millisecond)
	})
}

func TestCableTyping(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	l := w.serveLoopback()
	boID, bo := w.invite("Bo", "agent")
	_, eve := w.invite("Eve", "agent")
	inbox, public := w.inbox(nil)
	w.call("POST", "/inbox_members", `{"inbox_id":`+inbox+`,"user_ids":[`+boID+`]}`)
	path, conv := w.customer(public, "carl", "hello")
	ada, bob, outsider, carl := l.agent("Ada"), l.agent("Bo"), l.agent("Eve"), l.contact(conv)
	at := w.path("/conversations/" + conv + "/toggle_typing_status")
	for _, r := range []request{
		{method: "POST", path: at, token: bo, json: `{"typing_status":"on"}`},
		{method: "POST", path: at, token: bo, json: `{"typing_status":"on","is_private":true}`},
		{method: "POST", path: path + "/conversations/" + conv + "/toggle_typing", json: `{"typing_status":"off"}`},
	} {
		w.ok(r)
	}
	require.Equal(t, http.StatusNotFound, w.send(request{method: "POST", path: at, token: eve, json: `{"typing_status":"on"}`}).status)
	all := ada.until(named("conversation.typing_off")) // before the end: a frame shows the conversation as it is when the frame is written
	w.call("POST", "/conversations/"+conv+"/messages", `{"content":"the end"}`)
	w.call("POST", "/labels", `{"title":"end"}`)
	typed := func(frames []cableFrame) (out []string) {
		for _, f := range frames {
			if strings.HasPrefix(f.Message.Event, "conversation.typing") {
				out = append(out, fmt.Sprint(f.Message.Event, " ", at2(f, "user", "name"), " ", f.Message.Data["is_private"]))
			}
		}
		return out
	}
	on, note, off := "conversation.typing_on Bo false", "conversation.typing_on Bo true", "conversation.typing_off Carl carl false"
	require.Equal(t, []string{on, note, off}, typed(all))
	require.Empty(t, typed(ada.until(saying("the end"))))
	first := slices.IndexFunc(all, func(f cableFrame) bool { return strings.HasPrefix(f.Message.Event, "conversation.typing") }) // what was said before may still arrive
	golden(t, "cable_typing.json", scrub(t, compact(all[first].Message.Data)))
	require.Equal(t, []string{off}, typed(bob.until(saying("the end"))), "not one's own")
	require.Equal(t, []string{on}, typed(carl.until(saying("the end"))), "no notes, not one's own")
	require.Empty(t, typed(outsider.until(named("account.cache_invalidated"))))
}

func at2(f cableFrame, key, field string) any {
	m, _ := f.Message.Data[key].(map[string]any)
	return m[field]
}

func TestCableSightMoves(t *testing.T) {
	t.Parallel()
	onStores(t, "", func(t *testing.T, w *world) {
		l := w.serveLoopback()
		boID, _ := w.invite("Bo", "agent")
		inbox, public := w.inbox(nil)
		_, conv := w.customer(public, "carl", "hello")
		ada, bo := l.agent("Ada"), l.agent("Bo")
		w.call("POST", "/conversations/"+conv+"/messages", `{"content":"hidden"}`)
		ada.until(saying("hidden")) // the feed goes by what is so when it is read
		w.call("POST", "/inbox_members", `{"inbox_id":`+inbox+`,"user_ids":[`+boID+`]}`)
		w.call("POST", "/conversations/"+conv+"/messages", `{"content":"seen"}`)
		got := bo.until(saying("seen"))
		require.Contains(t, events(got), "viewer.reset")
		require.False(t, slices.ContainsFunc(got, saying("hidden")), "what was said before is read, not heard")

		// Deleted: the one thing about a conversation that Chatwoot has no event for.
		w.call("DELETE", "/conversations/"+conv, nil)
		gone := bo.until(named("conversation.gone"))
		require.Equal(t, conv, compact(gone[len(gone)-1].Message.Data["id"]))

		w.send(request{method: "DELETE", path: w.path("/inbox_members"), token: w.token, json: `{"inbox_id":` + inbox + `,"user_ids":[` + boID + `]}`})
		w.customer(public, "dora", "not for Bo")
		w.call("DELETE", "/agents/"+boID, nil)
		rest := bo.until(func(f cableFrame) bool { return f.Type == "reject_subscription" })
		require.NotContains(t, compact(rest), "not for Bo")
		bo.ask("subscribe")
		require.Equal(t, "reject_subscription", bo.next().Type)
	})
}

func TestCableHostile(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	l := w.serveLoopback()
	t.Run("a frame too large", func(t *testing.T) {
		c := l.agent("Ada")
		c.write(`{"command":"` + strings.Repeat("x", 33<<10) + `"}`)
		_, _, err := c.conn.Read(t.Context())
		require.Equal(t, websocket.StatusMessageTooBig, websocket.CloseStatus(err))
	})
	t.Run("nonsense", func(t *testing.T) {
		c := l.agent("Ada")
		for _, text := range []string{`{`, `[]`, `null`, `"x"`, `{"command":1}`, `{"command":"subscribe"}`, `{"command":"message","identifier":"x","data":"y"}`, `{"command":"unsubscribe","identifier":{}}`} {
			c.write(text)
		}
		require.NoError(t, c.conn.Write(t.Context(), websocket.MessageBinary, []byte{0, 255}))
		w.call("POST", "/labels", `{"title":"alive"}`)
		require.Equal(t, "account.cache_invalidated", c.next().Message.Event)
	})
	t.Run("too many commands", func(t *testing.T) {
		c := l.dial(nil)
		for range 200 {
			if c.conn.Write(t.Context(), websocket.MessageText, []byte(`{"command":"none","identifier":"x"}`)) != nil {
				break
			}
		}
		_, _, err := c.conn.Read(t.Context())
		require.Equal(t, websocket.StatusPolicyViolation, websocket.CloseStatus(err))
	})
	t.Run("too many subscriptions", func(t *testing.T) {
		c := l.dial(nil)
		base := strings.TrimSuffix(l.agentID(w.ada), "}")
		var got []string
		for i := range 40 {
			c.id = base + fmt.Sprintf(`,"n":%d}`, i)
			c.ask("subscribe")
			f := c.next()
			if got = append(got, f.Type); f.Type == "confirm_subscription" {
				require.Equal(t, "presence.update", c.next().Message.Event)
			}
		}
		require.Equal(t, 32, len(slices.DeleteFunc(slices.Clone(got), func(s string) bool { return s != "confirm_subscription" })))
		require.Equal(t, "reject_subscription", got[39])
	})
}
