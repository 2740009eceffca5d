package channeltest

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"reflect"
	"slices"
	"testing"

	"github.com/gohelpdesk/helpdesk"
)

// request is a call as the engine hands it to the parser, signed.
func (s *suite) request(c Call) *http.Request { return s.requestWith(c, c.Body) }

func (s *suite) requestWith(c Call, body []byte) *http.Request {
	r := unsigned(c, body)
	if s.c.Sign != nil {
		s.c.Sign(r, body)
	}
	return r
}

func unsigned(c Call, body []byte) *http.Request {
	path := c.Path
	if path == "" {
		path = "/"
	}
	r := httptest.NewRequest(http.MethodPost, path, bytes.NewReader(body))
	for name, values := range c.Header {
		r.Header[name] = slices.Clone(values)
	}
	return r
}

func (s *suite) parser(t *testing.T) helpdesk.WebhookParser {
	t.Helper()
	p := able[helpdesk.WebhookParser](t, s)
	if len(s.c.Calls) == 0 {
		t.Fatal("the channel has webhooks, and Case.Calls is empty")
	}
	return p
}

func (s *suite) parses(t *testing.T) {
	p := s.parser(t)
	for _, call := range s.c.Calls {
		if call.unknown() {
			continue
		}
		t.Run(call.Name, func(t *testing.T) {
			batch, err := p.ParseWebhook(s.request(call), call.Body)
			if err != nil {
				t.Fatal(err)
			}
			call.counts(t, batch)
			for _, item := range batch.Items {
				fit(t, item)
			}
		})
	}
}

func (c Call) unknown() bool { return c.Messages+c.Receipts+c.News == 0 }

func (c Call) counts(t *testing.T, batch helpdesk.Batch) {
	t.Helper()
	messages, receipts, news := 0, 0, 0
	for _, item := range batch.Items {
		messages, receipts = messages+len(item.Messages), receipts+len(item.Receipts)
		news += len(item.Edits) + len(item.Reactions) + len(item.Preferences) + len(item.Renames) + len(item.Referrals) + len(item.Notices)
	}
	if messages != c.Messages || receipts != c.Receipts || news != c.News {
		t.Errorf("%s: %d messages, %d receipts and %d news came of it; it carries %d, %d and %d",
			c.Name, messages, receipts, news, c.Messages, c.Receipts, c.News)
	}
}

// fit says what the engine would refuse.
func fit(t *testing.T, item helpdesk.BatchItem) {
	t.Helper()
	for _, m := range item.Messages {
		if m.From.Source == "" {
			t.Errorf("the message %q comes from nobody", m.ExternalID)
		}
		if n := len([]rune(m.Content)); n > 150_000 {
			t.Errorf("the message %q has %d characters", m.ExternalID, n)
		}
		if len(m.Attachments) > 15 {
			t.Errorf("the message %q has %d attachments", m.ExternalID, len(m.Attachments))
		}
	}
	for _, r := range item.Receipts {
		states := []helpdesk.SendState{helpdesk.StateSent, helpdesk.StateDelivered, helpdesk.StateRead, helpdesk.StateFailed}
		about := r.ExternalID != "" || !r.Through.IsZero() && r.Source != ""
		if !about || !slices.Contains(states, r.State) {
			t.Errorf("the receipt %+v speaks of no message, or of no state a provider knows", r)
		}
	}
}

func (s *suite) pure(t *testing.T) {
	p := s.parser(t)
	for _, call := range s.c.Calls {
		body := slices.Clone(call.Body)
		first, err := p.ParseWebhook(s.request(call), body)
		if err != nil {
			t.Fatalf("%s: %v", call.Name, err)
		}
		again, err := s.parser(t).ParseWebhook(s.request(call), body)
		if err != nil || !reflect.DeepEqual(first, again) {
			t.Errorf("%s: the same bytes gave %+v, and then %+v, %v", call.Name, first, again, err)
		}
		if !bytes.Equal(body, call.Body) {
			t.Errorf("%s: the body was changed", call.Name)
		}
	}
}

func (s *suite) unknownEvents(t *testing.T) {
	p, tried := s.parser(t), false
	for _, call := range s.c.Calls {
		if !call.unknown() {
			continue
		}
		tried = true
		batch, err := p.ParseWebhook(s.request(call), call.Body)
		if err != nil {
			t.Errorf("%s: %v", call.Name, err)
		}
		call.counts(t, batch)
	}
	if !tried {
		t.Skip("every Call carries something")
	}
}

func (s *suite) badSignature(t *testing.T) {
	p := s.parser(t)
	if s.c.Sign == nil {
		t.Skip("Case.Sign is nil")
	}
	call := s.c.Calls[0]
	s.refuses(t, p, unsigned(call, call.Body), call.Body, "no signature")
	plain, signed := unsigned(call, call.Body), s.request(call)
	for name, values := range signed.Header {
		if reflect.DeepEqual(plain.Header[name], values) {
			continue
		}
		for _, forged := range []string{"", "x", values[0] + "0", flip(values[0])} {
			r := s.request(call)
			r.Header[name] = []string{forged}
			s.refuses(t, p, r, call.Body, name+": "+forged)
		}
	}
}

func (s *suite) changedBody(t *testing.T) {
	p := s.parser(t)
	if s.c.Sign == nil || s.c.Token {
		t.Skip("the provider does not sign what it says")
	}
	call := s.c.Calls[0]
	s.refuses(t, p, s.request(call), append(slices.Clone(call.Body), ' '), "a space more")
	s.refuses(t, p, s.request(call), nil, "no body")
}

func (s *suite) refuses(t *testing.T, p helpdesk.WebhookParser, r *http.Request, body []byte, what string) {
	t.Helper()
	if _, err := p.ParseWebhook(r, body); helpdesk.CodeOf(err) != helpdesk.Unauthenticated {
		t.Errorf("with %s it answers %v; Unauthenticated is due", what, err)
	}
}

// flip changes the last character.
func flip(s string) string {
	last := byte('0')
	if s[len(s)-1] == last {
		last = '1'
	}
	return s[:len(s)-1] + string(last)
}

func (s *suite) junk(t *testing.T) {
	p := s.parser(t)
	for _, body := range []string{"{", "\x00\xff", "<html>", "[1"} {
		call := s.c.Calls[0]
		if _, err := p.ParseWebhook(s.requestWith(call, []byte(body)), []byte(body)); helpdesk.CodeOf(err) != helpdesk.Invalid {
			t.Errorf("with the body %q it answers %v; Invalid is due", body, err)
		}
	}
}

// cut ends every call at every byte: it may mean something, or be Invalid.
func (s *suite) cut(t *testing.T) {
	p := s.parser(t)
	for _, call := range s.c.Calls {
		for n := range len(call.Body) {
			body := call.Body[:n]
			if _, err := p.ParseWebhook(s.requestWith(call, body), body); err != nil && helpdesk.CodeOf(err) != helpdesk.Invalid {
				t.Fatalf("%s, cut after %d bytes: %v; Invalid is due", call.Name, n, err)
			}
		}
	}
}
