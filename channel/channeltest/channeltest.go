// Package channeltest is the meaning of helpdesk.Channel, as tests: every MUST of
// the contract is a named subtest here. Whoever adds a channel calls Run from a
// test of their own:
//
//	func TestChannel(t *testing.T) {
//		channeltest.Run(t, pigeon.New(), channeltest.Case{Settings: json.RawMessage(`{"loft": "north"}`)})
//	}
//
// Beside it stands Fake, a channel for the tests of hosts: it records what is
// sent and does what it is told. The package uses nothing but the standard
// library.
package channeltest

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/gohelpdesk/helpdesk"
)

// Case is what the suite must know of a channel to test it. What it leaves out
// is skipped, aloud; Settings alone are required.
type Case struct {
	// Settings open an inbox with every ability the channel has.
	Settings json.RawMessage

	// Bad are settings that must be refused.
	Bad []Bad

	// Remote returns settings like Settings that lead to base, a bare http
	// address, wherever they name a server. nil = they never do.
	Remote func(base string) json.RawMessage

	// Outbound is a message that the inbox of Settings can send, at least a
	// dozen times, some of them at once. nil = nothing is really sent.
	Outbound *helpdesk.Outbound

	// Calls are what the provider posts, for channels with webhooks.
	Calls []Call

	// Sign makes a request one of the provider's, as it would be for the inbox
	// of Settings, by setting headers. nil = the provider does not sign.
	Sign func(r *http.Request, body []byte)

	// Token says that Sign proves who calls and not what is said: a changed body
	// passes.
	Token bool
}

// Bad are settings that Open must refuse.
type Bad struct {
	Name     string
	Settings json.RawMessage
	Fields   []string // every one of which the error must name
}

// Call is a request of the provider.
type Call struct {
	Name   string
	Path   string // with the query; "" = "/"
	Header http.Header
	Body   []byte
	// Messages and Receipts are how many the call carries, for whatever address
	// and however deep, and News how many edits, reactions, preferences, renames
	// and notices; none of them = an event the channel does not know.
	Messages, Receipts, News int
}

// Run tests a channel. It is meant to be run under the race detector.
func Run(t *testing.T, ch helpdesk.Channel, c Case) {
	s := &suite{ch: ch, c: c}
	t.Run("Kind", s.kind)
	t.Run("Open", func(t *testing.T) {
		t.Run("takes good settings", s.opens)
		t.Run("refuses a setting it does not know", s.strict)
		t.Run("refuses what is not an object", s.garbage)
		t.Run("survives every value", s.anyValue)
		t.Run("names every bad setting", s.namesBad)
		t.Run("touches no network", s.noNetwork)
	})
	if t.Failed() {
		return
	}
	t.Run("Send", func(t *testing.T) {
		t.Run("sends", s.sends)
		t.Run("honours a context that is over", s.contextOver)
		t.Run("honours a context that ends meanwhile", s.contextEnds)
		t.Run("repeats", s.repeats)
	})
	t.Run("Webhook", func(t *testing.T) {
		t.Run("understands the provider", s.parses)
		t.Run("is pure", s.pure)
		t.Run("has nothing to say of unknown events", s.unknownEvents)
		t.Run("refuses a bad signature", s.badSignature)
		t.Run("refuses a changed body", s.changedBody)
		t.Run("refuses junk", s.junk)
		t.Run("survives every cut", s.cut)
	})
	t.Run("Abilities", func(t *testing.T) {
		t.Run("addresses are stable", s.addresses)
		t.Run("reply window", s.window)
		t.Run("webhook address", s.hooked)
		t.Run("typing", s.typing)
	})
	t.Run("Concurrency", s.concurrent)
}

type suite struct {
	ch helpdesk.Channel
	c  Case
}

func (s *suite) open(t *testing.T) helpdesk.Sender {
	t.Helper()
	sender, err := s.ch.Open(s.c.Settings)
	if err != nil {
		t.Fatalf("Open with good settings: %v", err)
	}
	return sender
}

// able returns the opened inbox as T, and skips the test when it is not one.
func able[T any](t *testing.T, s *suite) T {
	t.Helper()
	sender, ok := s.open(t).(T)
	if !ok {
		t.Skipf("the channel has no such ability: %T", *new(T))
	}
	return sender
}
