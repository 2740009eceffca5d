package twiliosim

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha1" //nolint:gosec // it is what Twilio signs with
	"encoding/base64"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// SignatureHeader is where Twilio signs what it posts.
const SignatureHeader = "X-Twilio-Signature"

// Signature is what SignatureHeader holds for a call of an address with a form.
func Signature(token, address string, form url.Values) string {
	h := hmac.New(sha1.New, []byte(token))
	h.Write([]byte(address))
	for _, name := range slices.Sorted(maps.Keys(form)) {
		h.Write([]byte(name + form.Get(name)))
	}
	return base64.StdEncoding.EncodeToString(h.Sum(nil))
}

// delivery is a webhook call that is to be made.
type delivery struct {
	account *Account
	address string
	form    url.Values
}

// Mangle is what becomes of one webhook call. The zero Mangle is none.
type Mangle struct {
	Times          int  // how often it is posted, with one token; 0 = once
	WrongSignature bool // it must be refused
	Cut            bool // the body ends within an escape, well signed: it must be refused
	Padding        int  // so many bytes more, in a parameter that nobody knows
	Get            bool // it is asked for, not posted
}

// Mangle says what becomes of the next webhook calls, one each.
func (s *Sim) Mangle(m ...Mangle) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mangles = append(s.mangles, m...)
}

// Reversed keeps the webhook calls that are made within fn, and makes them in the
// opposite order after it.
func (s *Sim) Reversed(fn func()) {
	var kept []delivery
	s.mu.Lock()
	s.hold = &kept
	s.mu.Unlock()
	fn()
	s.mu.Lock()
	s.hold = nil
	s.mu.Unlock()
	for _, d := range slices.Backward(kept) {
		s.post(d)
	}
}

// Flush posts the receipts that have come up by themselves: "sent" for what was
// taken, "failed" with 63016 for what went out after the window had closed.
func (s *Sim) Flush() {
	s.mu.Lock()
	pending := s.pending
	s.pending = nil
	s.mu.Unlock()
	for _, d := range pending {
		s.post(d)
	}
}

// Post posts any form to a number's webhook: the account is added.
func (n *Number) Post(form url.Values) {
	form.Set("AccountSid", n.SID)
	n.s.post(delivery{n.Account, n.Callback(), form})
}

// post makes a call, or keeps it.
func (s *Sim) post(d delivery) {
	if d.address == "" {
		return // nobody listens
	}
	s.mu.Lock()
	if s.hold != nil {
		*s.hold = append(*s.hold, d)
		s.mu.Unlock()
		return
	}
	var m Mangle
	if len(s.mangles) > 0 {
		m, s.mangles = s.mangles[0], s.mangles[1:]
	}
	token := s.sid("")
	s.mu.Unlock()
	form := maps.Clone(d.form)
	if m.Padding > 0 {
		form.Set("Padding", strings.Repeat("x", m.Padding))
	}
	for range max(m.Times, 1) {
		status := s.deliver(d, form, m, token)
		again, err := overrides(d.address)
		for range again.times {
			if status == 0 && !again.broken || status != 0 && (status/100 != 5 || !again.refused) {
				break
			}
			status = s.deliver(d, form, m, token)
		}
		if err != nil {
			s.tb.Errorf("twiliosim: the webhook %s: %v", d.address, err)
		}
		if wrong := m.WrongSignature || m.Cut; wrong != (status/100 != 2) {
			s.tb.Helper()
			s.tb.Errorf("twiliosim: the webhook %s answered %d", d.address, status)
		}
	}
}

// again says when a webhook is called again.
type again struct {
	times           int
	broken, refused bool // nobody answered; it answered 5xx
}

// overrides reads what stands behind an address and tells Twilio how to call it.
// Without it a call whose connection fails is made once more.
func overrides(address string) (again, error) {
	_, behind, given := strings.Cut(address, "#")
	if !given {
		return again{times: 1, broken: true}, nil
	}
	q, err := url.ParseQuery(behind)
	if err != nil {
		return again{}, err
	}
	var a again
	for name, values := range q {
		n, err := strconv.Atoi(values[0])
		switch {
		case name == "rc" && err == nil && n >= 0 && n <= 5:
			a.times = n
		case name == "rp":
			for _, when := range strings.Split(values[0], ",") {
				if !slices.Contains([]string{"4xx", "5xx", "ct", "rt", "all"}, when) {
					return a, fmt.Errorf("rp has no %q", when)
				}
				a.broken, a.refused = a.broken || when != "5xx" && when != "4xx", a.refused || when == "5xx" || when == "all"
			}
		case name == "ct" || name == "rt" || name == "tt":
		default:
			return a, fmt.Errorf("%s=%s is nothing that Twilio knows", name, values[0])
		}
	}
	return a, nil
}

// deliver makes a call once, and says what the desk answered; 0 = nothing.
func (s *Sim) deliver(d delivery, form url.Values, m Mangle, token string) int {
	address, _, _ := strings.Cut(d.address, "#") // what stands there tells Twilio how to call
	method, body, posted := http.MethodPost, []byte(form.Encode()), form
	if m.Get {
		join := "?"
		if strings.Contains(address, "?") {
			join = "&"
		}
		method, address, body, posted = http.MethodGet, address+join+form.Encode(), nil, nil
	}
	if m.Cut {
		body = append(body, "&x=%2"...)
	}
	r, err := http.NewRequestWithContext(s.ctx(), method, address, bytes.NewReader(body))
	if err != nil {
		s.tb.Errorf("twiliosim: the webhook's address: %v", err)
		return 0
	}
	secret := d.account.AuthToken
	if m.WrongSignature {
		secret += "x"
	}
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=UTF-8")
	}
	r.Header.Set(SignatureHeader, Signature(secret, address, posted))
	r.Header.Set("I-Twilio-Idempotency-Token", token)
	r.Header.Set("User-Agent", "TwilioProxy/1.1")
	res, err := s.ask(r)
	if err != nil {
		return 0
	}
	defer res.Body.Close()
	said, err := io.ReadAll(io.LimitReader(res.Body, 1<<20))
	if err != nil {
		return 0
	}
	kind := res.Header.Get("Content-Type")
	if res.StatusCode/100 == 2 && len(said) > 0 && !(strings.HasPrefix(kind, "text/xml") && string(said) == "<Response/>") {
		s.tb.Errorf("twiliosim: the webhook said %q (%s), which Twilio would send to the customer", said, kind)
	}
	return res.StatusCode
}

// ask makes a call outside: to the desk's handler, or to its address.
func (s *Sim) ask(r *http.Request) (*http.Response, error) {
	s.mu.Lock()
	desk := s.desk
	s.mu.Unlock()
	if desk == nil {
		return s.server.Client().Do(r)
	}
	if r.Body == nil {
		r.Body = http.NoBody // as servers have it
	}
	w := httptest.NewRecorder()
	desk.ServeHTTP(w, r)
	return w.Result(), nil
}

// ctx ends with the test, where the test has such a thing.
func (s *Sim) ctx() context.Context {
	if t, ok := s.tb.(interface{ Context() context.Context }); ok {
		return t.Context()
	}
	r, err := http.NewRequest(http.MethodGet, s.server.URL, nil)
	if err != nil {
		panic(err) // a server has an address
	}
	return r.Context()
}
