// Package metasim plays Meta's side of Messenger and Instagram in tests: what their
// simulators share. It uses nothing but the standard library.
package metasim

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"time"
)

// TB is what the simulator needs of a test.
type TB interface {
	Helper()
	Errorf(format string, args ...any)
	Cleanup(fn func())
}

// Flavour is which of the two is played.
type Flavour struct {
	Object    string // of webhooks
	MaxText   int
	InBytes   bool // MaxText counts bytes
	Window    int  // the subcode of a refusal after the window
	ReadByID  bool // receipts of reading name a message
	MaxImage  int
	Instagram bool
}

// Options of a simulator; the zero value will do.
type Options struct {
	Now func() time.Time // nil = a day in 2026 on which time stands still

	AppID     string // "" = "900100200300400"
	AppSecret string // "" = "app-secret"; signs webhooks
}

// Sim is a simulator. It is safe for concurrent use.
type Sim struct {
	tb      TB
	o       Options
	flavour Flavour
	server  *httptest.Server

	mu        sync.Mutex
	serial    int
	accounts  []*Account
	customers map[string]*Customer
	users     []*User
	codes     map[string]*User
	tokens    map[string]*User // of people: short and long ones
	igCodes   map[string]*Account
	calls     []Call
	faults    []Fault
	mangles   []Mangle
	files     map[string]*file // by attachment id, and by the address's token
	ofMessage map[string][]*file
	pending   []delivery // echoes that Flush posts
	hold      *[]delivery
}

type file struct {
	id, name, contentType string
	data                  []byte
	gone                  bool // the address has expired
	erased                bool // and there is no new one
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
func New(t TB, f Flavour, o Options) *Sim {
	if o.Now == nil {
		o.Now = func() time.Time { return time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC) }
	}
	if o.AppID == "" {
		o.AppID = "900100200300400"
	}
	if o.AppSecret == "" {
		o.AppSecret = "app-secret"
	}
	s := &Sim{
		tb: t, o: o, flavour: f, customers: map[string]*Customer{}, codes: map[string]*User{}, tokens: map[string]*User{},
		igCodes: map[string]*Account{}, files: map[string]*file{}, ofMessage: map[string][]*file{},
	}
	s.server = httptest.NewServer(http.HandlerFunc(s.serve))
	t.Cleanup(s.server.Close)
	return s
}

// URL is the base address of Graph, and of everything else that Meta has.
func (s *Sim) URL() string { return s.server.URL }

// Client reaches the simulator.
func (s *Sim) Client() *http.Client { return s.server.Client() }

// AppID is the app's.
func (s *Sim) AppID() string { return s.o.AppID }

// AppSecret signs webhooks.
func (s *Sim) AppSecret() string { return s.o.AppSecret }

// Calls returns the requests so far, in order.
func (s *Sim) Calls() []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.calls)
}

// next is a fresh number. The caller holds mu.
func (s *Sim) next() int {
	s.serial++
	return s.serial
}

func (s *Sim) mid() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return fmt.Sprintf("m_SIM%06d", s.next())
}

// Account is a page, or a professional account of Instagram's.
type Account struct {
	sim *Sim

	ID          string
	PageID      string // of the page that an Instagram account is reached by; "" = Instagram's own login
	Token       string
	VerifyToken string

	// What follows is guarded by the simulator; tests set it before they begin.
	Name       string
	HumanAgent bool     // the app was granted the permission to use the tag
	Scopes     []string // that the token has

	revoked    bool
	subscribed []string
	callback   string
	hook       func(*http.Request) error
	standby    bool
}

// Account adds one, with a token.
func (s *Sim) Account(name string) *Account {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := s.next()
	a := &Account{
		sim: s, ID: fmt.Sprint(108000000000000 + n), Token: fmt.Sprint("EAAtoken", n), VerifyToken: fmt.Sprint("verify-", n), Name: name,
		Scopes: []string{"pages_messaging", "pages_manage_metadata", "instagram_basic", "instagram_manage_messages"},
	}
	s.accounts = append(s.accounts, a)
	return a
}

// owner is whose id calls name beside "me".
func (a *Account) owner() string {
	if a.PageID != "" {
		return a.PageID
	}
	return a.ID
}

// OnWebhook has the account's webhooks handled here instead of posted to an address.
// An error counts as an answer that is not 200.
func (a *Account) OnWebhook(fn func(*http.Request) error) { a.set(func() { a.hook = fn }) }

// Webhook sets the address that the account's webhooks are posted to, as Meta's own
// pages do.
func (a *Account) Webhook(address string) { a.set(func() { a.callback = address }) }

// Revoke takes the token back: every call with it fails with 190.
func (a *Account) Revoke() { a.set(func() { a.revoked = true }) }

// Restore gives it back.
func (a *Account) Restore() { a.set(func() { a.revoked = false }) }

// Standby makes another app the primary receiver, or this one again: what is said
// then comes as standby.
func (a *Account) Standby(on bool) { a.set(func() { a.standby = on }) }

// Subscribed are the fields that the app hears of.
func (a *Account) Subscribed() (fields []string) {
	a.set(func() { fields = slices.Clone(a.subscribed) })
	return fields
}

func (a *Account) set(change func()) {
	a.sim.mu.Lock()
	defer a.sim.mu.Unlock()
	change()
}

// Code is a one-time code of Instagram's own login that leads to the account.
func (a *Account) Code() string {
	a.sim.mu.Lock()
	defer a.sim.mu.Unlock()
	code := fmt.Sprint("igcode-", a.sim.next())
	a.sim.igCodes[code] = a
	return code
}

// User is somebody who has pages.
type User struct {
	sim   *Sim
	ID    string
	pages []*Account
}

// User adds somebody.
func (s *Sim) User() *User {
	s.mu.Lock()
	defer s.mu.Unlock()
	u := &User{sim: s, ID: fmt.Sprint(700000000 + s.next())}
	s.users = append(s.users, u)
	return u
}

// Grants gives the app these pages and no others: those that it was given before and
// are left out are taken back. It returns the code of the dialog.
func (u *User) Grants(pages ...*Account) string {
	s := u.sim
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, before := range u.pages {
		before.revoked = !slices.Contains(pages, before)
	}
	for _, p := range pages {
		p.revoked = false
	}
	u.pages = slices.Clone(pages)
	code := fmt.Sprint("code-", s.next())
	s.codes[code] = u
	return code
}

// ShortToken is what Facebook's script in the browser gives.
func (u *User) ShortToken() string {
	u.sim.mu.Lock()
	defer u.sim.mu.Unlock()
	token := fmt.Sprint("short-", u.sim.next())
	u.sim.tokens[token] = u
	return token
}

// SignedRequest is what Meta posts, as signed_request of a form, when somebody removes
// the app or wants their data deleted.
func (s *Sim) SignedRequest(userID string) string {
	payload := fmt.Appendf(nil, `{"algorithm":"HMAC-SHA256","issued_at":%d,"user_id":"%s"}`, s.o.Now().Unix(), userID)
	signed := base64.RawURLEncoding.EncodeToString(payload)
	h := hmac.New(sha256.New, []byte(s.o.AppSecret))
	h.Write([]byte(signed))
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil)) + "." + signed
}

// AppScopedID is what Instagram calls the account's owner to the app.
func (a *Account) AppScopedID() string { return "9" + a.ID }

// Signature is what X-Hub-Signature-256 holds for a body.
func Signature(secret string, body []byte) string { return "sha256=" + digest(secret, body) }

func digest(secret string, body []byte) string {
	h := hmac.New(sha256.New, []byte(secret))
	h.Write(body)
	return hex.EncodeToString(h.Sum(nil))
}

type object = map[string]any
