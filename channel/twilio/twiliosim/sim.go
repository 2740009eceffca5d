// Package twiliosim plays Twilio in tests: an in-process HTTP server that checks
// what Twilio checks, refuses in its words, fetches the files it is given, and
// calls webhooks that are signed as Twilio signs them. Nothing leaves the machine,
// and time is the test's.
//
//	sim := twiliosim.New(t, twiliosim.Options{Now: clock.Now})
//	number := sim.WhatsApp("+15005550006")
//	channel := twilio.New(twilio.Options{BaseURL: sim.URL(), HTTPClient: sim.Client(), PublicURL: "https://desk.example"})
//	// … an inbox with number.Settings(), whose Connect names the webhook, and:
//	sim.DeliverTo(hooks.New(engine, hooks.Options{})) // what is meant for desk.example
//
//	ann := number.Customer("+5511988887777").Called("Ann")
//	ann.Writes("hello")        // the desk has it when this returns
//	// … an agent answers, the engine runs
//	ann.Got()[0].Body          // "good morning"
//	ann.Got()[0].Read()        // the receipt has arrived when this returns
//
// Faults are told ahead: Next says what becomes of the messages to come, Mangle
// what becomes of the webhooks, MissingMedia and SlowMedia what becomes of files. The package uses
// nothing but the standard library.
package twiliosim

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"
)

// TB is what the simulator needs of a test.
type TB interface {
	Helper()
	Errorf(format string, args ...any)
	Cleanup(fn func())
}

// Options of a simulator; the zero value will do.
type Options struct {
	Now func() time.Time // nil = a day in 2026 on which time stands still
}

// Sim is a simulator. It is safe for concurrent use.
type Sim struct {
	tb     TB
	o      Options
	server *httptest.Server

	mu       sync.Mutex
	serial   int
	accounts []*Account
	calls    []Call
	faults   []Fault
	mangles  []Mangle
	desk     http.Handler
	pending  []delivery  // receipts that Flush posts
	hold     *[]delivery // of Reversed
	slow     <-chan struct{}
	missing  int // files that are not there when they are asked for
}

// Call is a request that the simulator got.
type Call struct {
	Method, Path string
	Query        string
	Header       http.Header
	Body         []byte
	Status       int // of the answer; 0 = there was none
}

// Form is the body as a form.
func (c Call) Form() url.Values {
	form, _ := url.ParseQuery(string(c.Body)) // what it could read
	return form
}

// New starts a simulator, which ends with the test.
func New(t TB, o Options) *Sim {
	if o.Now == nil {
		o.Now = func() time.Time { return time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC) }
	}
	s := &Sim{tb: t, o: o}
	s.server = httptest.NewServer(http.HandlerFunc(s.serve))
	t.Cleanup(s.server.Close)
	return s
}

// URL takes the place of all of Twilio's addresses, for Options.BaseURL of the
// channel.
func (s *Sim) URL() string { return s.server.URL }

// Client reaches the simulator.
func (s *Sim) Client() *http.Client { return s.server.Client() }

// DeliverTo has a handler take what is meant for the desk, webhooks and the files
// that Twilio fetches, in the goroutine of whoever makes them happen. nil = they go
// to their addresses.
func (s *Sim) DeliverTo(h http.Handler) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.desk = h
}

// Calls returns the requests so far, in order.
func (s *Sim) Calls() []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.calls)
}

// sid is a fresh id of 34 characters. The caller holds mu.
func (s *Sim) sid(prefix string) string {
	s.serial++
	return fmt.Sprintf("%s%032x", prefix, 0xab00000000+s.serial)
}

// call is a request on its way through the server.
type call struct {
	s       *Sim
	w       http.ResponseWriter
	r       *http.Request
	body    []byte
	account *Account
	status  int
}

func (s *Sim) serve(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, 8<<20))
	if err != nil {
		return // the caller has gone
	}
	c := &call{s: s, w: w, r: r, body: body}
	s.mu.Lock()
	at := len(s.calls)
	s.calls = append(s.calls, Call{Method: r.Method, Path: r.URL.Path, Query: r.URL.RawQuery, Header: r.Header.Clone(), Body: body})
	s.mu.Unlock()
	c.route()
	s.mu.Lock()
	s.calls[at].Status = c.status
	s.mu.Unlock()
}

// route finds what a call is about.
func (c *call) route() {
	parts := strings.Split(strings.Trim(c.r.URL.Path, "/"), "/")
	if parts[0] == "cdn" {
		c.download(parts[len(parts)-1])
		return
	}
	if !c.signedIn() {
		return
	}
	last := strings.TrimSuffix(parts[len(parts)-1], ".json")
	switch path := "/" + strings.Join(parts[:min(len(parts), 2)], "/"); {
	case path == "/2010-04-01/Accounts" && len(parts) >= 3:
		c.core(parts[2:], last)
	case path == "/v1/Services" && len(parts) == 3:
		c.service(last)
	case path == "/v2/Channels":
		c.senders(parts[2:])
	case path == "/v2/Indicators" && last == "Typing":
		c.typing()
	case path == "/v1/ContentAndApprovals":
		c.contents()
	case path == "/v1/Content":
		c.content(parts[2:])
	default:
		c.unknown()
	}
}

// signedIn finds whose credentials they are.
func (c *call) signedIn() bool {
	user, password, _ := c.r.BasicAuth()
	c.s.mu.Lock()
	for _, a := range c.s.accounts {
		own := user == a.SID && password == a.AuthToken
		key := user == a.KeySID && password == a.KeySecret
		if (own || key) && !a.revoked {
			c.account = a
		}
	}
	c.s.mu.Unlock()
	if c.account == nil {
		c.refuse(http.StatusUnauthorized, 20003, "Authenticate")
		return false
	}
	return true
}

// core is what belongs to an account.
func (c *call) core(parts []string, last string) {
	of, byKey := strings.TrimSuffix(parts[0], ".json"), false
	if user, _, ok := c.r.BasicAuth(); ok {
		byKey = user == c.account.KeySID
	}
	switch {
	case of != c.account.SID:
		c.refuse(http.StatusUnauthorized, 20003, "Authenticate")
	case len(parts) == 1 && byKey: // a standard key may not ask that
		c.refuse(http.StatusUnauthorized, 20003, "Authenticate")
	case len(parts) == 1:
		c.answer(http.StatusOK, c.account.shown())
	case parts[1] == "Messages.json" && c.r.Method == http.MethodPost:
		c.send()
	case parts[1] == "Messages.json":
		c.list()
	case parts[1] == "Messages" && len(parts) == 3:
		c.fetch(last)
	case parts[1] == "Messages" && len(parts) == 5 && parts[3] == "Media":
		c.media(last)
	case parts[1] == "IncomingPhoneNumbers.json", parts[1] == "SMS" && len(parts) == 3 && last == "ShortCodes":
		c.numbers()
	case parts[1] == "IncomingPhoneNumbers" && len(parts) == 3, parts[1] == "SMS" && len(parts) == 4:
		c.number(last)
	default:
		c.unknown()
	}
}

func (c *call) answer(status int, v any) {
	raw, err := json.Marshal(v)
	if err != nil {
		c.s.tb.Errorf("twiliosim: an answer that JSON cannot hold: %v", err)
	}
	c.status = status
	c.w.Header().Set("Content-Type", "application/json")
	c.w.Header().Set("Twilio-Request-Id", "RQsim")
	c.w.WriteHeader(status)
	_, _ = c.w.Write(raw) // the caller may have gone
}

func (c *call) refuse(status, code int, message string) {
	c.answer(status, map[string]any{
		"code": code, "message": message, "more_info": fmt.Sprintf("https://www.twilio.com/docs/errors/%d", code), "status": status,
	})
}

func (c *call) unknown() {
	c.refuse(http.StatusNotFound, 20404, "The requested resource "+c.r.URL.Path+" was not found")
}

// form is the body of a call; not ok = it was refused.
func (c *call) form() (url.Values, bool) {
	form, err := url.ParseQuery(string(c.body))
	if err != nil || c.r.Header.Get("Content-Type") != "application/x-www-form-urlencoded" {
		c.refuse(http.StatusBadRequest, 20001, "the body is no form")
		return nil, false
	}
	return form, true
}

// in reads a JSON body; false = it was refused.
func (c *call) in(to any) bool {
	if c.r.Header.Get("Content-Type") != "application/json" || json.Unmarshal(c.body, to) != nil {
		c.refuse(http.StatusBadRequest, 20001, "the body is no JSON")
		return false
	}
	return true
}
