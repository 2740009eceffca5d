package main

import (
	"bytes"
	"context"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/gohelpdesk/helpdesk"
)

// Beep is a channel to a gateway that takes messages over HTTP and calls back
// with a token. Its settings are {"gateway": "https://…", "token": "…"}.
type Beep struct{ Client *http.Client }

// Kind implements helpdesk.Channel.
func (Beep) Kind() helpdesk.ChannelKind { return "beep" }

// Open implements helpdesk.Channel.
func (b Beep) Open(settings json.RawMessage) (helpdesk.Sender, error) {
	s := &sender{client: b.Client}
	decoder := json.NewDecoder(bytes.NewReader(settings))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&s.settings); err != nil || decoder.More() {
		return nil, &helpdesk.Error{Code: helpdesk.Invalid, Message: "the settings cannot be read", Err: err}
	}
	wrong := map[string]string{}
	if !strings.HasPrefix(s.settings.Gateway, "http://") && !strings.HasPrefix(s.settings.Gateway, "https://") {
		wrong["gateway"] = "must be a web address"
	}
	if s.settings.Token == "" {
		wrong["token"] = "can't be blank"
	}
	if len(wrong) > 0 {
		return nil, &helpdesk.Error{Code: helpdesk.Invalid, Fields: wrong}
	}
	return s, nil
}

type sender struct {
	client   *http.Client
	settings struct{ Gateway, Token string }
}

// beep is what goes over the wire, both ways.
type beep struct {
	Type string `json:"type"` // "text" or "seen"
	ID   string `json:"id"`
	Who  string `json:"who"`
	Text string `json:"text,omitempty"`
}

// Send implements helpdesk.Sender. Every failure says whether it may be repeated.
func (s *sender) Send(ctx context.Context, out *helpdesk.Outbound) (helpdesk.Receipt, error) {
	body, err := json.Marshal(beep{Type: "text", Who: out.To, Text: out.Content})
	if err != nil {
		return helpdesk.Receipt{}, helpdesk.Permanent(err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.settings.Gateway, bytes.NewReader(body))
	if err != nil {
		return helpdesk.Receipt{}, helpdesk.Permanent(err)
	}
	req.Header.Set("Beep-Token", s.settings.Token)
	res, err := s.client.Do(req)
	if op, ok := errors.AsType[*net.OpError](err); ok && op.Op == "dial" {
		return helpdesk.Receipt{}, err // nothing left: try again later
	} else if err != nil {
		return helpdesk.Receipt{}, helpdesk.Ambiguous(err) // it may have arrived
	}
	defer res.Body.Close()
	var taken beep
	switch {
	case res.StatusCode == http.StatusTooManyRequests:
		return helpdesk.Receipt{}, helpdesk.RetryAfter(helpdesk.Errorf(helpdesk.Limited, "the gateway is busy"), time.Minute)
	case res.StatusCode/100 != 2:
		return helpdesk.Receipt{Code: res.Status}, helpdesk.Permanent(helpdesk.Errorf(helpdesk.Invalid, "the gateway refused it"))
	case json.NewDecoder(res.Body).Decode(&taken) != nil:
		return helpdesk.Receipt{}, helpdesk.Ambiguous(helpdesk.Errorf(helpdesk.Unavailable, "the gateway's answer is cut off"))
	}
	return helpdesk.Receipt{ExternalID: taken.ID, State: helpdesk.StateSent}, nil
}

// Fit implements helpdesk.Fitter, one of the abilities a channel may have beside
// Send: beepers show 100 characters. What does not fit is refused before it is stored.
func (s *sender) Fit(out *helpdesk.Outbound) error {
	if utf8.RuneCountInString(out.Content) > 100 || len(out.Attachments) > 0 {
		return &helpdesk.Error{Code: helpdesk.Invalid, Fields: map[string]string{"content": "must be a text of at most 100 characters"}}
	}
	return nil
}

// ParseWebhook implements helpdesk.WebhookParser.
func (s *sender) ParseWebhook(r *http.Request, body []byte) (helpdesk.Batch, error) {
	if subtle.ConstantTimeCompare([]byte(r.Header.Get("Beep-Token")), []byte(s.settings.Token)) == 0 {
		return helpdesk.Batch{}, helpdesk.Errorf(helpdesk.Unauthenticated, "the token is not ours")
	}
	var b beep
	if err := json.Unmarshal(body, &b); err != nil {
		return helpdesk.Batch{}, &helpdesk.Error{Code: helpdesk.Invalid, Message: "the call cannot be read", Err: err}
	}
	var item helpdesk.BatchItem // to the inbox whose webhook was called
	switch b.Type {
	case "text":
		item.Messages = []helpdesk.Inbound{{ExternalID: b.ID, From: helpdesk.Person{Source: b.Who}, Content: b.Text}}
	case "seen":
		item.Receipts = []helpdesk.Receipt{{ExternalID: b.ID, State: helpdesk.StateRead}}
	default:
		return helpdesk.Batch{}, nil
	}
	return helpdesk.Batch{Items: []helpdesk.BatchItem{item}}, nil
}
