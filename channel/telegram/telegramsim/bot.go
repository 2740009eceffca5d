package telegramsim

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
)

// SecretHeader is where the secret of setWebhook stands in every update.
const SecretHeader = "X-Telegram-Bot-Api-Secret-Token"

// Bot is one bot.
type Bot struct {
	Name string

	s          *Server
	id         int64
	token      string
	revoked    bool
	hook       webhook
	handler    http.Handler
	people     []*Person
	businesses map[string]*Business
	moved      map[int64]int64 // groups that became supergroups
	spinning   []string        // callbacks that wait for an answer

	updates  int64
	twice    bool
	hold     bool
	wrong    bool
	waiting  [][]byte // not delivered yet, in order
	failed   string
	failedAt int64
	got      []Delivery
}

type webhook struct {
	url, secret string
	allowed     []string
}

// Delivery is an update that was posted to the webhook.
type Delivery struct {
	Body   []byte // of the update
	Status int    // what the webhook answered; 0 = nobody was there
	Answer []byte
}

// NewBot makes a bot.
func (s *Server) NewBot(name string) *Bot {
	s.mu.Lock()
	defer s.mu.Unlock()
	b := &Bot{Name: name, s: s, id: s.next(), businesses: map[string]*Business{}, moved: map[int64]int64{}, updates: 100}
	b.token = strconv.FormatInt(b.id, 10) + ":AAE-simulated_" + strconv.FormatInt(s.next(), 36)
	s.bots[b.token] = b
	return b
}

func (b *Bot) username() string { return fmt.Sprintf("bot%d_bot", b.id) }

// Token is what BotFather gives for the bot.
func (b *Bot) Token() string { return b.token }

// Revoke withdraws the token: every call answers 401 from then on.
func (b *Bot) Revoke() { b.locked(func() { b.revoked = true }) }

// DeliverTo hands updates to a handler instead of the webhook's address, at that
// path, in the goroutine of whoever makes them happen. nil = to the address again.
func (b *Bot) DeliverTo(h http.Handler) { b.locked(func() { b.handler = h }) }

// Twice has the next update posted two times.
func (b *Bot) Twice() { b.locked(func() { b.twice = true }) }

// WrongSecret has the next update posted with a secret that is not the webhook's.
func (b *Bot) WrongSecret() { b.locked(func() { b.wrong = true }) }

// Hold keeps updates back until Release or Redeliver.
func (b *Bot) Hold() { b.locked(func() { b.hold = true }) }

// Release posts what was kept back, the last first.
func (b *Bot) Release() {
	b.locked(func() { slices.Reverse(b.waiting) })
	b.Redeliver()
}

// Redeliver posts again what was kept back or refused, until something is refused.
func (b *Bot) Redeliver() {
	var list [][]byte
	b.locked(func() { b.hold, list, b.waiting = false, b.waiting, nil })
	for i, body := range list {
		if !b.post(body) {
			b.locked(func() { b.waiting = append(b.waiting, list[i+1:]...) })
			return
		}
	}
}

// Deliveries returns what was posted so far.
func (b *Bot) Deliveries() []Delivery {
	b.s.mu.Lock()
	defer b.s.mu.Unlock()
	return slices.Clone(b.got)
}

// Migrate tells that a group became a supergroup: the old chat refuses, and names
// the new one.
func (b *Bot) Migrate(from, to int64) { b.locked(func() { b.moved[from] = to }) }

func (b *Bot) locked(do func()) {
	b.s.mu.Lock()
	defer b.s.mu.Unlock()
	do()
}

// Post posts an update of any content, under the next number. kind is its key:
// "message", "poll"… Kinds that the webhook did not ask for are not posted.
func (b *Bot) Post(kind string, content any) {
	var body []byte
	send := false
	b.locked(func() {
		b.updates++
		raw, err := json.Marshal(map[string]any{"update_id": b.updates, kind: content})
		if err != nil {
			panic("telegramsim: an update that JSON cannot hold: " + err.Error())
		}
		body, send = raw, b.asked(kind)
	})
	if send {
		b.PostRaw(body)
	}
}

// asked reports whether the webhook takes such updates; some come only to those
// who name them. The caller holds mu.
func (b *Bot) asked(kind string) bool {
	if len(b.hook.allowed) > 0 {
		return slices.Contains(b.hook.allowed, kind)
	}
	return kind != "message_reaction" && kind != "message_reaction_count" && kind != "chat_member"
}

// PostRaw posts bytes that may be no update at all.
func (b *Bot) PostRaw(body []byte) {
	again, held := false, false
	b.locked(func() {
		again, b.twice, held = b.twice, false, b.hold
		if held {
			b.waiting = append(b.waiting, body)
		}
	})
	if held {
		return
	}
	if b.post(body) && again {
		b.post(body)
	}
}

// post delivers one update. What is refused waits to be delivered again.
func (b *Bot) post(body []byte) bool {
	var hook webhook
	var handler http.Handler
	b.locked(func() {
		hook, handler = b.hook, b.handler
		if b.wrong {
			hook.secret, b.wrong = "not-"+hook.secret, false
		}
	})
	d := Delivery{Body: body}
	if hook.url == "" {
		b.settle(d)
		return false
	}
	r, err := http.NewRequest(http.MethodPost, hook.url, bytes.NewReader(body))
	if err != nil {
		panic(err) // setWebhook has read the address
	}
	r.Header.Set("Content-Type", "application/json")
	if hook.secret != "" {
		r.Header.Set(SecretHeader, hook.secret)
	}
	if handler != nil {
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		d.Status, d.Answer = w.Code, w.Body.Bytes()
	} else if res, err := new(http.Client).Do(r); err == nil {
		d.Status = res.StatusCode
		d.Answer, _ = io.ReadAll(res.Body)
		_ = res.Body.Close() // it was only read
	}
	return b.settle(d)
}

// settle notes what came of a delivery, and makes the call that the answer asks for.
func (b *Bot) settle(d Delivery) bool {
	b.s.mu.Lock()
	defer b.s.mu.Unlock()
	b.got = append(b.got, d)
	if d.Status/100 != 2 {
		b.waiting = append([][]byte{d.Body}, b.waiting...)
		b.failed, b.failedAt = fmt.Sprintf("Wrong response from the webhook: %d %s", d.Status, http.StatusText(d.Status)), b.s.time()
		return false
	}
	var call map[string]any
	if json.Unmarshal(d.Answer, &call) == nil && text(call["method"]) != "" {
		r := Request{Token: b.token, Method: text(call["method"]), Params: call, Status: http.StatusOK}
		if _, no := b.s.do(b, r); no != nil {
			r.Status = no.code
		}
		b.s.requests = append(b.s.requests, r)
	}
	return true
}

// Spinning returns how many pressed buttons wait for the bot's answer.
func (b *Bot) Spinning() (n int) {
	b.locked(func() { n = len(b.spinning) })
	return n
}
