package channeltest

import (
	"encoding/json"
	"errors"
	"net"
	"strings"
	"sync"
	"testing"

	"github.com/gohelpdesk/helpdesk"
)

func (s *suite) kind(t *testing.T) {
	kind := s.ch.Kind()
	if kind == "" {
		t.Fatal("the kind is empty")
	}
	if strings.ContainsFunc(string(kind), func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '_' }) {
		t.Errorf("the kind %q has more than lower-case letters, digits and underscores", kind)
	}
	if again := s.ch.Kind(); again != kind {
		t.Errorf("the kind changed from %q to %q", kind, again)
	}
}

func (s *suite) opens(t *testing.T) {
	given := append(json.RawMessage(nil), s.c.Settings...)
	if s.open(t) == nil {
		t.Error("Open returned neither an inbox nor an error")
	}
	if string(given) != string(s.c.Settings) {
		t.Error("Open changed the bytes of the settings")
	}
}

// refused fails the test unless err is an *Error of code Invalid, and returns it.
func refused(t *testing.T, sender helpdesk.Sender, err error) *helpdesk.Error {
	t.Helper()
	e, ok := errors.AsType[*helpdesk.Error](err)
	if !ok || e.Code != helpdesk.Invalid {
		t.Fatalf("Open returned %v, %v; an *Error of code Invalid is due", sender, err)
	}
	return e
}

// with is the good settings with one key changed.
func (s *suite) with(t *testing.T, key, value string) json.RawMessage {
	t.Helper()
	all := map[string]json.RawMessage{}
	if err := json.Unmarshal(s.c.Settings, &all); err != nil {
		t.Fatalf("Case.Settings are not a JSON object: %v", err)
	}
	all[key] = json.RawMessage(value)
	out, err := json.Marshal(all)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func (s *suite) strict(t *testing.T) {
	sender, err := s.ch.Open(s.with(t, "no_such_setting", "1"))
	refused(t, sender, err)
}

func (s *suite) garbage(t *testing.T) {
	for _, text := range []string{"{", "[]", "1", `"text"`, "true", "\x00", "{}{}", "\xff\xfe", strings.Repeat("[", 100_000), `{"` + strings.Repeat("x", 100_000)} {
		sender, err := s.ch.Open(json.RawMessage(text))
		refused(t, sender, err)
	}
}

// anyValue gives every setting a value of every type: Open may take it or refuse
// it, nothing else.
func (s *suite) anyValue(t *testing.T) {
	var all map[string]json.RawMessage
	if err := json.Unmarshal(s.c.Settings, &all); err != nil {
		t.Fatal(err)
	}
	for key := range all {
		for _, value := range []string{"null", "true", "-1", "0", "1e400", "1.5", `""`, `"\u0000"`, `"://"`, "[]", "[{}]", "{}", `{"a":[1]}`} {
			if sender, err := s.ch.Open(s.with(t, key, value)); err != nil {
				refused(t, sender, err)
			} else if sender == nil {
				t.Errorf("Open with %s = %s returned neither an inbox nor an error", key, value)
			}
		}
	}
}

func (s *suite) namesBad(t *testing.T) {
	if len(s.c.Bad) == 0 {
		t.Skip("Case.Bad is empty")
	}
	for _, bad := range s.c.Bad {
		t.Run(bad.Name, func(t *testing.T) {
			sender, err := s.ch.Open(bad.Settings)
			e := refused(t, sender, err)
			for _, f := range bad.Fields {
				if e.Fields[f] == "" {
					t.Errorf("the error does not say what is wrong with %q: %v", f, e)
				}
			}
			if len(e.Fields) > len(bad.Fields) {
				t.Errorf("the error names more than %q: %v", bad.Fields, e)
			}
		})
	}
}

func (s *suite) noNetwork(t *testing.T) {
	if s.c.Remote == nil {
		t.Skip("Case.Remote is nil")
	}
	l := listen(t)
	for range 3 {
		if _, err := s.ch.Open(s.c.Remote("http://" + l.addr)); err != nil {
			t.Fatal(err)
		}
	}
	if n := l.strangers(t); n > 0 {
		t.Errorf("Open made %d connections", n)
	}
}

// listener counts who connects to a loopback address, and hangs up on them
// unless hold is set.
type listener struct {
	addr string
	hold bool

	mu    sync.Mutex
	seen  []string
	moved chan struct{} // closed at the next connection
}

func listen(t *testing.T) *listener {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ln.Close() })
	l := &listener{addr: ln.Addr().String(), moved: make(chan struct{})}
	go func() {
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			if l.note(conn.RemoteAddr().String()) {
				t.Cleanup(func() { conn.Close() })
			} else {
				conn.Close()
			}
		}
	}()
	return l
}

func (l *listener) note(from string) (keep bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.seen = append(l.seen, from)
	close(l.moved)
	l.moved = make(chan struct{})
	return l.hold
}

// next closes when somebody connects after this call.
func (l *listener) next() <-chan struct{} {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.moved
}

// strangers returns how many have connected. It connects itself and waits to be
// seen: whoever came before has been counted then.
func (l *listener) strangers(t *testing.T) int {
	t.Helper()
	own, err := net.Dial("tcp", l.addr)
	if err != nil {
		t.Fatal(err)
	}
	defer own.Close()
	for {
		next := l.next()
		l.mu.Lock()
		for i, from := range l.seen {
			if from == own.LocalAddr().String() {
				l.mu.Unlock()
				return i
			}
		}
		l.mu.Unlock()
		<-next
	}
}
