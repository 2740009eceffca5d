package channeltest

import (
	"context"
	"net/url"
	"reflect"
	"sync"
	"testing"
	"time"

	"github.com/gohelpdesk/helpdesk"
)

// patience is how long the suite waits for what should happen at once.
const patience = 10 * time.Second

// outbound is a message to send: the case's, or a plain one.
func (s *suite) outbound() *helpdesk.Outbound {
	if s.c.Outbound != nil {
		out := *s.c.Outbound
		return &out
	}
	return &helpdesk.Outbound{Message: 1, Attempt: 1, To: "customer", Content: "hello", ContentType: "text"}
}

func (s *suite) sends(t *testing.T) {
	if s.c.Outbound == nil {
		t.Skip("Case.Outbound is nil")
	}
	receipt, err := s.open(t).Send(t.Context(), s.outbound())
	if err != nil {
		t.Fatalf("Send: %v", err)
	}
	switch receipt.State {
	case "", helpdesk.StateSent, helpdesk.StateDelivered, helpdesk.StateRead:
	default:
		t.Errorf("Send succeeded with the state %q; what was not accepted is an error", receipt.State)
	}
}

func (s *suite) contextOver(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.open(t).Send(ctx, s.outbound()); err == nil {
		t.Error("Send succeeded with a context that was over before")
	}
}

func (s *suite) contextEnds(t *testing.T) {
	if s.c.Remote == nil {
		t.Skip("Case.Remote is nil")
	}
	l := listen(t)
	l.hold = true
	sender, err := s.ch.Open(s.c.Remote("http://" + l.addr))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	connected, returned := l.next(), make(chan struct{})
	go func() {
		defer close(returned)
		_, _ = sender.Send(ctx, s.outbound()) // whatever it says, it must say it soon
	}()
	select {
	case <-connected: // and is never answered
	case <-returned:
	case <-time.After(patience):
	}
	cancel()
	select {
	case <-returned:
	case <-time.After(patience):
		t.Error("Send goes on after its context ended")
	}
}

func (s *suite) repeats(t *testing.T) {
	sender := able[helpdesk.Repeatable](t, s)
	if !sender.Repeatable() || s.c.Outbound == nil {
		t.Skip("the channel does not promise it, or Case.Outbound is nil")
	}
	first, err := sender.(helpdesk.Sender).Send(t.Context(), s.outbound())
	if err != nil {
		t.Fatal(err)
	}
	again, err := sender.(helpdesk.Sender).Send(t.Context(), s.outbound())
	if err != nil || again.ExternalID != first.ExternalID {
		t.Errorf("the same message was %q, and then %q, %v", first.ExternalID, again.ExternalID, err)
	}
}

func (s *suite) addresses(t *testing.T) {
	list := able[helpdesk.Addressed](t, s).Addresses()
	if again := able[helpdesk.Addressed](t, s).Addresses(); !reflect.DeepEqual(list, again) {
		t.Errorf("the addresses were %v, and then %v", list, again)
	}
	seen := map[helpdesk.Address]bool{}
	for _, a := range list {
		if a.Kind != s.ch.Kind() || a.Key == "" || seen[a] {
			t.Errorf("the address %+v is of another kind, empty, or there twice", a)
		}
		seen[a] = true
	}
}

func (s *suite) window(t *testing.T) {
	if w := able[helpdesk.Windowed](t, s).ReplyWindow(); w < 0 {
		t.Errorf("the reply window is %v", w)
	}
}

func (s *suite) hooked(t *testing.T) {
	address := able[helpdesk.Hooked](t, s).WebhookURL()
	if address == "" {
		t.Skip("the inbox has no webhook address")
	}
	if u, err := url.Parse(address); err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		t.Errorf("the webhook address %q is not one of http or https", address)
	}
}

func (s *suite) typing(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_ = able[helpdesk.Typer](t, s).Typing(ctx, s.outbound().To, true) // best effort: it only must return
}

// concurrent uses one opened inbox from several goroutines; the race detector is
// the judge.
func (s *suite) concurrent(t *testing.T) {
	sender := s.open(t)
	var wg sync.WaitGroup
	defer wg.Wait()
	for i := range 4 {
		wg.Go(func() {
			if s.c.Outbound != nil {
				out := s.outbound()
				out.Message += helpdesk.MessageID(i)
				if _, err := sender.Send(t.Context(), out); err != nil {
					t.Errorf("Send: %v", err)
				}
			}
			if p, ok := sender.(helpdesk.WebhookParser); ok {
				for _, call := range s.c.Calls {
					if _, err := p.ParseWebhook(s.request(call), call.Body); err != nil {
						t.Errorf("ParseWebhook of %s: %v", call.Name, err)
					}
				}
			}
			if a, ok := sender.(helpdesk.Addressed); ok {
				a.Addresses()
			}
			if _, err := s.ch.Open(s.c.Settings); err != nil {
				t.Errorf("Open: %v", err)
			}
		})
	}
}
