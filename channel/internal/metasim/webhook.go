package metasim

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// delivery is an event that is to be posted.
type delivery struct {
	account *Account
	event   object
}

// Mangle is what becomes of one webhook call. The zero Mangle is none.
type Mangle struct {
	Times          int  // how often it is posted; 0 = once
	WrongSignature bool // it must be refused
	Cut            bool // the body ends half way, well signed: it must be refused
	Padding        int  // so many bytes more, of something that nobody knows
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
	kept := s.keeping(fn)
	slices.Reverse(kept)
	for _, d := range kept {
		d.account.deliver([]delivery{d})
	}
}

// Together makes one webhook call of all that are made within fn for one account: one
// entry with an item for each.
func (s *Sim) Together(fn func()) {
	by, order := map[*Account][]delivery{}, []*Account(nil)
	for _, d := range s.keeping(fn) {
		if by[d.account] == nil {
			order = append(order, d.account)
		}
		by[d.account] = append(by[d.account], d)
	}
	for _, a := range order {
		a.deliver(by[a])
	}
}

func (s *Sim) keeping(fn func()) []delivery {
	var kept []delivery
	s.mu.Lock()
	s.hold = &kept
	s.mu.Unlock()
	fn()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hold = nil
	return kept
}

// Flush posts the echoes of what was sent since the last time.
func (s *Sim) Flush() {
	s.mu.Lock()
	pending := s.pending
	s.pending = nil
	s.mu.Unlock()
	for _, d := range pending {
		d.account.deliver([]delivery{d})
	}
}

// Echo posts what somebody wrote to a customer in Meta's own pages or in another app
// (appID; "" = none), and returns its id.
func (a *Account) Echo(to *Customer, text, appID string) string {
	mid := a.sim.mid()
	m := object{"mid": mid, "text": text, "is_echo": true}
	if appID != "" {
		m["app_id"] = appID
	}
	a.post(object{"sender": object{"id": a.ID}, "recipient": object{"id": to.ID}, "timestamp": a.sim.o.Now().UnixMilli(), "message": m})
	return mid
}

// Post posts any event, as Meta has it.
func (a *Account) Post(event map[string]any) { a.post(event) }

func (a *Account) post(event object) {
	d := delivery{a, event}
	a.sim.mu.Lock()
	if a.sim.hold != nil {
		*a.sim.hold = append(*a.sim.hold, d)
		a.sim.mu.Unlock()
		return
	}
	a.sim.mu.Unlock()
	a.deliver([]delivery{d})
}

// deliver makes one call of several events.
func (a *Account) deliver(all []delivery) {
	s := a.sim
	s.mu.Lock()
	var m Mangle
	if len(s.mangles) > 0 {
		m, s.mangles = s.mangles[0], s.mangles[1:]
	}
	key := "messaging"
	if a.standby {
		key = "standby"
	}
	s.mu.Unlock()
	events := make([]any, 0, len(all))
	for _, d := range all {
		events = append(events, d.event)
	}
	call := object{"object": s.flavour.Object, "entry": []any{object{"id": a.ID, "time": s.o.Now().UnixMilli(), key: events}}}
	if m.Padding > 0 {
		call["padding"] = strings.Repeat("x", m.Padding)
	}
	body := Escaped(raw(call))
	if m.Cut {
		body = body[:len(body)/2]
	}
	secret := s.o.AppSecret
	if m.WrongSignature {
		secret += "x"
	}
	for range max(m.Times, 1) {
		err := a.send(body, Signature(secret, body))
		if refused := err != nil; refused != (m.WrongSignature || m.Cut) {
			s.tb.Helper()
			s.tb.Errorf("metasim: the webhook answered %v", err)
		}
	}
}

// raw is a value as the wire would have it.
func raw(v any) json.RawMessage {
	b, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprint("metasim: ", err))
	}
	return b
}

// Escaped writes a body as Meta does: in ASCII, with \u00e9 for é and \/ for /.
func Escaped(body []byte) []byte {
	var out bytes.Buffer
	for _, r := range string(body) {
		switch {
		case r == '/':
			out.WriteString(`\/`)
		case r < 0x80:
			out.WriteRune(r)
		case r > 0xFFFF:
			r -= 0x10000
			writeHex(&out, 0xD800+r>>10)
			writeHex(&out, 0xDC00+r&0x3FF)
		default:
			writeHex(&out, r)
		}
	}
	return out.Bytes()
}

func writeHex(out *bytes.Buffer, r rune) {
	digits := strconv.FormatInt(int64(r), 16)
	out.WriteString(`\u` + strings.Repeat("0", 4-len(digits)) + digits)
}

// statusError is an answer that is not 200.
type statusError int

func (e statusError) Error() string { return "status " + strconv.Itoa(int(e)) }

// send makes a call: to the function, or to the address.
func (a *Account) send(body []byte, signature string) error {
	a.sim.mu.Lock()
	hook, address := a.hook, a.callback
	a.sim.mu.Unlock()
	if hook == nil && address == "" {
		return nil // nobody listens
	}
	if address == "" {
		address = "http://webhook.test/"
	}
	r, err := http.NewRequestWithContext(a.ctx(), http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("User-Agent", "facebookexternalua")
	r.Header.Set("X-Hub-Signature-256", signature)
	if hook != nil {
		return hook(r)
	}
	res, err := a.sim.server.Client().Do(r)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(res.Body, 1<<20)) // nobody reads it
	if res.StatusCode != http.StatusOK {
		return statusError(res.StatusCode)
	}
	return nil
}

// ctx ends with the test, where the test has such a thing.
func (a *Account) ctx() context.Context {
	if t, ok := a.sim.tb.(interface{ Context() context.Context }); ok {
		return t.Context()
	}
	r, err := http.NewRequest(http.MethodGet, "http://webhook.test/", nil)
	if err != nil {
		panic(err) // the address above is one
	}
	return r.Context()
}

// Verify asks an address whether it is ours, as Meta does when it is entered there.
func (a *Account) Verify(address string) bool {
	challenge := "challenge-" + a.ID
	query := url.Values{"hub.mode": {"subscribe"}, "hub.verify_token": {a.VerifyToken}, "hub.challenge": {challenge}}
	r, err := http.NewRequestWithContext(a.ctx(), http.MethodGet, address+"?"+query.Encode(), nil)
	if err != nil {
		return false
	}
	res, err := a.sim.server.Client().Do(r)
	if err != nil {
		return false
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, 4096))
	return err == nil && res.StatusCode == http.StatusOK && string(body) == challenge
}
