package chatwoot

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/coder/websocket"

	"github.com/gohelpdesk/helpdesk"
)

// Rules of the cable, as Action Cable's clients expect them, and what one socket
// may ask of us.
const (
	cableProtocol = "actioncable-v1-json"
	pingEvery     = 3 * time.Second
	checkEvery    = 20               // pings between looks at whether tokens are still good
	sendTime      = 10 * time.Second // a reader slower than this is cut off, and comes again
	maxCommand    = 32 << 10         // bytes
	maxChannels   = 32               // subscriptions of one socket
	maxCommands   = 100              // in commandWindow
	commandWindow = 10 * time.Second
)

// cable is GET /cable. Nobody is asked who they are before they subscribe, and
// any page may connect: what counts is the token in a subscription.
func (a *api) cable(w http.ResponseWriter, r *http.Request) {
	if !strings.EqualFold(r.Header.Get("Upgrade"), "websocket") {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.WriteHeader(http.StatusNotFound)
		_, _ = io.WriteString(w, "Page not found") // the client left: nobody to tell
		return
	}
	if !a.live.begin() {
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	conn, err := websocket.Accept(w, r, &websocket.AcceptOptions{Subprotocols: []string{cableProtocol}, InsecureSkipVerify: true})
	if err != nil {
		a.live.streams.Done()
		return // it has answered
	}
	conn.SetReadLimit(maxCommand)
	ctx, stop := context.WithCancel(context.WithoutCancel(r.Context()))
	s := &socket{api: a, conn: conn, ctx: ctx, stop: stop, channels: make(map[string]*channel)}
	a.live.add(s)
	go s.run() // and the request is over: what held it can go
}

// socket is one connection.
type socket struct {
	*api
	conn *websocket.Conn
	ctx  context.Context
	stop context.CancelFunc

	window   time.Time // of counting commands; the reader's own
	commands int

	mu       sync.Mutex
	channels map[string]*channel // by identifier
	ping     *time.Timer
	pings    int
}

// run reads commands until the connection ends.
func (s *socket) run() {
	defer s.close()
	if !s.send([]byte(`{"type":"welcome"}`)) {
		return
	}
	s.armPing()
	for {
		kind, raw, err := s.conn.Read(s.ctx)
		if err != nil {
			return
		}
		if !s.within() {
			_ = s.conn.Close(websocket.StatusPolicyViolation, "too many commands") // it ends either way
			return
		}
		if kind == websocket.MessageText {
			s.command(raw)
		}
	}
}

// within counts commands.
func (s *socket) within() bool {
	if now := s.e.Now(); now.Sub(s.window) >= commandWindow {
		s.window, s.commands = now, 0
	}
	s.commands++
	return s.commands <= maxCommands
}

func (s *socket) close() {
	s.stop()
	_ = s.conn.CloseNow() // it is over already
	s.mu.Lock()
	if s.ping != nil {
		s.ping.Stop()
	}
	open := make([]*channel, 0, len(s.channels))
	for _, ch := range s.channels {
		open = append(open, ch)
	}
	s.mu.Unlock()
	for _, ch := range open {
		s.unsubscribe(ch)
	}
	s.live.drop(s)
}

// goAway tells the client to come back, and hangs up.
func (s *socket) goAway() {
	s.send([]byte(`{"type":"disconnect","reason":"server_restart","reconnect":true}`))
	_ = s.conn.Close(websocket.StatusGoingAway, "") // it ends either way
	s.stop()
}

// send writes one frame. A client that does not take it in time is cut off.
func (s *socket) send(frame []byte) bool {
	ctx, cancel := context.WithTimeout(s.ctx, sendTime)
	defer cancel()
	if err := s.conn.Write(ctx, websocket.MessageText, frame); err != nil {
		s.stop()
		return false
	}
	return true
}

func (s *socket) armPing() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ctx.Err() == nil {
		s.ping = s.live.after(pingEvery, s.beat)
	}
}

// beat is what happens every three seconds, in a goroutine of its own.
func (s *socket) beat() {
	frame := append([]byte(`{"type":"ping","message":`), strconv.FormatInt(s.e.Now().Unix(), 10)...)
	if !s.send(append(frame, '}')) {
		return
	}
	s.mu.Lock()
	s.pings++
	var check []*channel
	if s.pings%checkEvery == 0 {
		for _, ch := range s.channels {
			check = append(check, ch)
		}
	}
	s.mu.Unlock()
	for _, ch := range check {
		if _, err := ch.key.actor(s.ctx, s.e); helpdesk.CodeOf(err) == helpdesk.Unauthenticated {
			ch.cancel()
		}
	}
	s.armPing()
}

// command is what a client sends.
type command struct {
	Command    string          `json:"command"`
	Identifier json.RawMessage `json:"identifier"` // a text; given back as it came
	Data       string          `json:"data"`
}

// command does what a frame says. What is no command is passed over, as Action
// Cable does.
func (s *socket) command(raw []byte) {
	var c command
	var id string
	if json.Unmarshal(raw, &c) != nil || json.Unmarshal(c.Identifier, &id) != nil {
		return
	}
	s.mu.Lock()
	ch, n := s.channels[id], len(s.channels)
	s.mu.Unlock()
	switch {
	case c.Command == "subscribe" && ch != nil:
		s.reply(c.Identifier, "confirm_subscription")
	case c.Command == "subscribe" && n >= maxChannels:
		s.reply(c.Identifier, "reject_subscription")
	case c.Command == "subscribe":
		s.subscribe(id, c.Identifier)
	case c.Command == "unsubscribe" && ch != nil:
		s.unsubscribe(ch)
	case c.Command == "message" && ch != nil:
		var data struct {
			Action string `json:"action"`
		}
		if json.Unmarshal([]byte(c.Data), &data) == nil && data.Action == "update_presence" {
			s.present(ch)
		}
	}
}

func (s *socket) reply(identifier json.RawMessage, what string) {
	s.send(frameOf(identifier, `,"type":"`, what, `"}`))
}

// tell writes an event to a subscription.
func (s *socket) tell(ch *channel, t told) bool {
	return s.send(frameOf(ch.identifier, `,"message":{"event":"`, t.name, `","data":`, string(t.data), `}}`))
}

// frameOf puts a frame together around the identifier, whose every byte matters.
func frameOf(identifier json.RawMessage, parts ...string) []byte {
	const head = `{"identifier":`
	n := len(head) + len(identifier)
	for _, p := range parts {
		n += len(p)
	}
	out := append(append(make([]byte, 0, n), head...), identifier...)
	for _, p := range parts {
		out = append(out, p...)
	}
	return out
}
