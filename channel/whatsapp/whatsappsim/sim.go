// Package whatsappsim plays WhatsApp's side in tests: an in-process HTTP server
// that speaks Graph, checks what Graph checks, refuses in its words, and posts
// signed webhooks. Nothing leaves the machine, and time is the test's.
//
//	sim := whatsappsim.New(t, whatsappsim.Options{Now: clock.Now})
//	number := sim.Number("+5511999990000")
//	channel := whatsapp.New(whatsapp.Options{BaseURL: sim.URL(), HTTPClient: sim.Client()})
//	// … an inbox with number.Settings(), and:
//	number.OnWebhook(func(r *http.Request) error { _, err := engine.Ingest(ctx, inbox.Identifier, r); return err })
//
//	ann := sim.Customer("+5511988887777")
//	ann.Writes("hello")        // the desk has it when this returns
//	// … an agent answers, the engine runs
//	ann.Got()[0].Text          // "good morning"
//	ann.Got()[0].Read()        // the receipt has arrived when this returns
//
// Faults are told ahead: Next says what becomes of the calls to come, Mangle what
// becomes of the webhooks. The package uses nothing but the standard library.
package whatsappsim

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
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

	AppID     string // "" = "900100200300400"
	AppSecret string // "" = "app-secret"; signs webhooks

	// Throughput is how many messages a number may send in a second, and Burst how
	// many one person may get at once, with one more every six seconds. 0 = 80 and 45.
	Throughput, Burst int
}

// Sim is a simulator. It is safe for concurrent use.
type Sim struct {
	tb     TB
	o      Options
	server *httptest.Server

	mu        sync.Mutex
	serial    int
	numbers   []*Number
	customers map[string]*Customer
	calls     []Call
	faults    []Fault
	mangles   []Mangle
	buckets   map[string]*bucket
	files     map[string]*file
	links     map[string]*link
	uploads   map[string]int64
	codes     map[string]*Number // one-time codes of embedded sign-up
	pending   []delivery         // receipts that Flush posts
	hold      *[]delivery        // of Reversed and Together
	slow      <-chan struct{}    // of SlowMedia
}

// Call is a request that the simulator got.
type Call struct {
	Method, Path string // without the version
	Query        string
	Header       http.Header
	Body         []byte
	Status       int // of the answer
}

// JSON is the body as an object; nil when it is none.
func (c Call) JSON() map[string]any {
	var m map[string]any
	_ = json.Unmarshal(c.Body, &m)
	return m
}

// New starts a simulator, which ends with the test.
func New(t TB, o Options) *Sim {
	if o.Now == nil {
		o.Now = func() time.Time { return time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC) }
	}
	for _, d := range []struct {
		value *string
		is    string
	}{{&o.AppID, "900100200300400"}, {&o.AppSecret, "app-secret"}} {
		if *d.value == "" {
			*d.value = d.is
		}
	}
	if o.Throughput == 0 {
		o.Throughput = 80
	}
	if o.Burst == 0 {
		o.Burst = 45
	}
	s := &Sim{
		tb: t, o: o, customers: map[string]*Customer{}, buckets: map[string]*bucket{}, files: map[string]*file{},
		links: map[string]*link{}, uploads: map[string]int64{}, codes: map[string]*Number{},
	}
	s.server = httptest.NewServer(http.HandlerFunc(s.serve))
	t.Cleanup(s.server.Close)
	return s
}

// URL is the base address of Graph, for Options.BaseURL of the channel.
func (s *Sim) URL() string { return s.server.URL }

// Client reaches the simulator.
func (s *Sim) Client() *http.Client { return s.server.Client() }

// AppID and AppSecret are the app's.
func (s *Sim) AppID() string { return s.o.AppID }

// AppSecret signs webhooks.
func (s *Sim) AppSecret() string { return s.o.AppSecret }

// Calls returns the requests so far, in order.
func (s *Sim) Calls() []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.calls)
}

// next is a fresh id. The caller holds mu.
func (s *Sim) next() int {
	s.serial++
	return s.serial
}

func (s *Sim) wamid() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return fmt.Sprintf("wamid.SIM%06d", s.next())
}

// Number is a business's phone number.
type Number struct {
	sim *Sim

	Phone           string // "+5511999990000"
	ID              string // of the phone number
	BusinessAccount string
	Token           string
	VerifyToken     string

	// What follows is guarded by the simulator; tests set it before they begin.
	Name        string
	Quality     string // "GREEN"
	Limit       string // "TIER_2K"
	Status      string // "CONNECTED"
	Coexistence bool   // lives on a phone too: it must never be registered

	revoked    bool
	registered bool
	subscribed bool
	callback   string
	hook       func(*http.Request) error
	templates  []*Template
	synced     []string
}

// Number adds a business's number, connected and without templates.
func (s *Sim) Number(phone string) *Number {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := s.next()
	number := &Number{
		sim: s, Phone: phone, ID: fmt.Sprint(106500000000000 + n), BusinessAccount: fmt.Sprint(102200000000000 + n),
		Token: fmt.Sprint("EAAtoken", n), VerifyToken: fmt.Sprint("verify-", n), Name: "Shop", Quality: "GREEN", Limit: "TIER_2K", Status: "CONNECTED",
	}
	s.numbers = append(s.numbers, number)
	return number
}

// Settings are those of an inbox with this number, with the app's secret.
func (n *Number) Settings() json.RawMessage {
	raw, err := json.Marshal(map[string]any{
		"phone_number": n.Phone, "phone_number_id": n.ID, "business_account_id": n.BusinessAccount, "api_key": n.Token,
		"webhook_verify_token": n.VerifyToken, "app_id": n.sim.o.AppID, "app_secret": n.sim.o.AppSecret, "coexistence": n.Coexistence,
	})
	if err != nil {
		panic(err) // strings go into JSON
	}
	return raw
}

// OnWebhook has the number's webhooks handled here instead of posted to an
// address. An error counts as an answer that is not 200.
func (n *Number) OnWebhook(fn func(*http.Request) error) {
	n.sim.mu.Lock()
	defer n.sim.mu.Unlock()
	n.hook = fn
}

// Webhook sets the address that the number's webhooks are posted to, as
// subscribed_apps does.
func (n *Number) Webhook(address string) {
	n.sim.mu.Lock()
	defer n.sim.mu.Unlock()
	n.callback = address
}

// Revoke takes the token back: every call with it fails with 190.
func (n *Number) Revoke() { n.set(func() { n.revoked = true }) }

// Restore gives it back.
func (n *Number) Restore() { n.set(func() { n.revoked = false }) }

func (n *Number) set(change func()) {
	n.sim.mu.Lock()
	defer n.sim.mu.Unlock()
	change()
}

// Registered says whether the number was registered.
func (n *Number) Registered() bool { return get(n, func() bool { return n.registered }) }

// Subscribed says whether the app hears of the business account.
func (n *Number) Subscribed() bool { return get(n, func() bool { return n.subscribed }) }

// Callback is where webhooks go.
func (n *Number) Callback() string { return get(n, func() string { return n.callback }) }

// Synced are the kinds of data that a coexisting number was asked for, in order.
func (n *Number) Synced() []string {
	return get(n, func() []string { return slices.Clone(n.synced) })
}

func get[T any](n *Number, read func() T) T {
	n.sim.mu.Lock()
	defer n.sim.mu.Unlock()
	return read()
}

// Code is a one-time code of embedded sign-up that leads to the number.
func (n *Number) Code() string {
	n.sim.mu.Lock()
	defer n.sim.mu.Unlock()
	code := fmt.Sprint("code-", n.sim.next())
	n.sim.codes[code] = n
	return code
}

func digits(s string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, s)
}
