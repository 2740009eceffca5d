package whatsappsim

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/gohelpdesk/helpdesk/channel/internal/metasim"
)

// delivery is a webhook call that is to be made.
type delivery struct {
	number *Number
	field  string
	value  object
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
		d.number.deliver([]delivery{d})
	}
}

// Together makes one webhook call of all that are made within fn for one number:
// an entry, and a change for each.
func (s *Sim) Together(fn func()) {
	by := map[*Number][]delivery{}
	var order []*Number
	for _, d := range s.keeping(fn) {
		if by[d.number] == nil {
			order = append(order, d.number)
		}
		by[d.number] = append(by[d.number], d)
	}
	for _, n := range order {
		n.deliver(by[n])
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

// Post posts any change of the number: field and value are as Meta has them; the
// metadata are added.
func (n *Number) Post(field string, value map[string]any) { n.post(field, value) }

func (n *Number) post(field string, value object) {
	d := delivery{n, field, value}
	n.sim.mu.Lock()
	if n.sim.hold != nil {
		*n.sim.hold = append(*n.sim.hold, d)
		n.sim.mu.Unlock()
		return
	}
	n.sim.mu.Unlock()
	n.deliver([]delivery{d})
}

func (n *Number) statuses(d delivery) { n.post(d.field, d.value) }

func (n *Number) message(m, contact object, id string) {
	m["id"] = id
	m["timestamp"] = strconv.FormatInt(n.sim.o.Now().Unix(), 10)
	value := object{"messages": []any{m}}
	if contact != nil {
		value["contacts"] = []any{contact}
	}
	n.post("messages", value)
}

// Echo posts what the owner wrote to a customer on their phone, and returns its id.
func (n *Number) Echo(to *Customer, text string) string {
	id := n.sim.wamid()
	n.post("smb_message_echoes", object{"message_echoes": []any{object{
		"from": digits(n.Phone), "to": to.WaID, "id": id, "timestamp": strconv.FormatInt(n.sim.o.Now().Unix(), 10),
		"type": "text", "text": object{"body": text},
	}}})
	return id
}

// deliver makes one call of several changes.
func (n *Number) deliver(all []delivery) {
	s := n.sim
	s.mu.Lock()
	var m Mangle
	if len(s.mangles) > 0 {
		m, s.mangles = s.mangles[0], s.mangles[1:]
	}
	s.mu.Unlock()
	changes := make([]any, 0, len(all))
	for _, d := range all {
		value := object{"messaging_product": "whatsapp", "metadata": object{"display_phone_number": digits(n.Phone), "phone_number_id": n.ID}}
		for key, v := range d.value {
			value[key] = v
		}
		changes = append(changes, object{"field": d.field, "value": value})
	}
	entry := object{"id": n.BusinessAccount, "time": s.o.Now().Unix(), "changes": changes}
	call := object{"object": "whatsapp_business_account", "entry": []any{entry}}
	if m.Padding > 0 {
		call["padding"] = strings.Repeat("x", m.Padding)
	}
	body := metasim.Escaped(raw(call))
	if m.Cut {
		body = body[:len(body)/2]
	}
	secret := s.o.AppSecret
	if m.WrongSignature {
		secret += "x"
	}
	for range max(m.Times, 1) {
		err := n.send(body, Signature(secret, body))
		if refused := err != nil; refused != (m.WrongSignature || m.Cut) {
			s.tb.Helper()
			s.tb.Errorf("whatsappsim: the webhook of %s answered %v", all[0].field, err)
		}
	}
}

// Signature is what X-Hub-Signature-256 holds for a body.
func Signature(secret string, body []byte) string { return metasim.Signature(secret, body) }

// statusError is an answer that is not 200.
type statusError int

func (e statusError) Error() string { return "status " + strconv.Itoa(int(e)) }

// send makes a call: to the function, or to the address.
func (n *Number) send(body []byte, signature string) error {
	n.sim.mu.Lock()
	hook, address := n.hook, n.callback
	n.sim.mu.Unlock()
	if hook == nil && address == "" {
		return nil // nobody listens
	}
	if address == "" {
		address = "http://webhook.test/"
	}
	r, err := http.NewRequestWithContext(n.ctx(), http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("User-Agent", "facebookexternalua")
	r.Header.Set("X-Hub-Signature-256", signature)
	if hook != nil {
		return hook(r)
	}
	return n.do(r)
}

// ctx ends with the test, where the test has such a thing.
func (n *Number) ctx() context.Context {
	if t, ok := n.sim.tb.(interface{ Context() context.Context }); ok {
		return t.Context()
	}
	r, err := http.NewRequest(http.MethodGet, "http://webhook.test/", nil)
	if err != nil {
		panic(err) // the address above is one
	}
	return r.Context()
}

func (n *Number) do(r *http.Request) error {
	res, err := n.sim.server.Client().Do(r)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(res.Body, 1<<20))
	if res.StatusCode != http.StatusOK {
		return statusError(res.StatusCode)
	}
	return nil
}

// verify asks an address whether it is ours, as Meta does before it calls there.
func (n *Number) verify(address, token string) bool {
	challenge := "challenge-" + n.ID
	query := url.Values{"hub.mode": {"subscribe"}, "hub.verify_token": {token}, "hub.challenge": {challenge}}
	join := "?"
	if strings.Contains(address, "?") {
		join = "&"
	}
	r, err := http.NewRequestWithContext(n.ctx(), http.MethodGet, address+join+query.Encode(), nil)
	if err != nil {
		return false
	}
	res, err := n.sim.server.Client().Do(r)
	if err != nil {
		return false
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, 4096))
	return err == nil && res.StatusCode == http.StatusOK && string(body) == challenge
}
