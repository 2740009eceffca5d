package whatsapp

import (
	"crypto/subtle"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/channel/internal/wire"
)

// ParseWebhook implements helpdesk.WebhookParser: Meta's question whether the
// address is ours, and what it posts.
func (w *sender) ParseWebhook(r *http.Request, body []byte) (helpdesk.Batch, error) {
	if r.Method == http.MethodGet {
		return w.handshake(r)
	}
	secret, shared := w.secret()
	if secret != "" && !wire.Signed(secret, r.Header.Get(wire.SignatureHeader), body) {
		return helpdesk.Batch{}, helpdesk.Errorf(helpdesk.Unauthenticated, "the signature is not that of the app")
	}
	var call struct {
		Object string          `json:"object"`
		Entry  json.RawMessage `json:"entry"`
	}
	if err := wire.Decode(body, &call); err != nil {
		return helpdesk.Batch{}, &helpdesk.Error{Code: helpdesk.Invalid, Message: "the call cannot be read", Err: err}
	}
	p := &parser{w: w, items: map[string]*helpdesk.BatchItem{}}
	if call.Object == "whatsapp_business_account" {
		for _, e := range wire.Each[entry](call.Entry) {
			p.entry(e)
		}
	}
	return helpdesk.Batch{Items: p.batch(), Shared: shared}, nil
}

// handshake answers Meta's question, once, when the webhook is set up.
func (w *sender) handshake(r *http.Request) (helpdesk.Batch, error) {
	q := r.URL.Query()
	same := subtle.ConstantTimeCompare([]byte(q.Get("hub.verify_token")), []byte(w.s.VerifyToken)) == 1
	challenge := q.Get("hub.challenge")
	if q.Get("hub.mode") != "subscribe" || w.s.VerifyToken == "" || !same || len(challenge) > 1024 {
		return helpdesk.Batch{}, helpdesk.Errorf(helpdesk.Unauthenticated, "the verify token is not that of the inbox")
	}
	return helpdesk.Batch{Answer: &helpdesk.Answer{Status: http.StatusOK, ContentType: "text/plain; charset=utf-8", Body: []byte(challenge)}}, nil
}

type entry struct {
	ID      wire.Text       `json:"id"`
	Time    wire.Text       `json:"time"`
	Changes json.RawMessage `json:"changes"`
}

type change struct {
	Field string          `json:"field"`
	Value json.RawMessage `json:"value"`
}

// parser collects what a call carries, by the phone number it concerns.
type parser struct {
	w     *sender
	order []string
	items map[string]*helpdesk.BatchItem
	at    time.Time // of the entry
}

// item is the slice of a phone number; "" is the inbox that was called.
func (p *parser) item(phone string) *helpdesk.BatchItem {
	if phone == p.w.s.PhoneNumberID {
		phone = ""
	}
	if p.items[phone] == nil {
		p.items[phone] = &helpdesk.BatchItem{}
		if phone != "" {
			p.items[phone].To = helpdesk.Address{Kind: Kind, Key: wire.Clip(wire.Clean(phone), 100)}
		}
		p.order = append(p.order, phone)
	}
	return p.items[phone]
}

func (p *parser) batch() []helpdesk.BatchItem {
	var out []helpdesk.BatchItem
	for _, phone := range p.order {
		i := p.items[phone]
		if len(i.Messages)+len(i.Edits)+len(i.Reactions)+len(i.Receipts)+len(i.Preferences)+len(i.Renames)+len(i.Notices) > 0 {
			out = append(out, *i)
		}
	}
	return out
}

func (p *parser) entry(e entry) {
	p.at = e.Time.Time()
	for _, c := range wire.Each[change](e.Changes) {
		var v value
		if wire.Decode(c.Value, &v) != nil {
			continue
		}
		item := p.item(string(v.Metadata.PhoneNumberID))
		switch c.Field {
		case "messages":
			p.messages(item, v)
		case "smb_message_echoes":
			for _, m := range wire.Each[message](v.Echoes) {
				p.message(item, v, m, sentByUs)
			}
		case "history":
			p.history(item, v)
		case "user_preferences":
			p.preferences(item, v)
		default:
			// What concerns the business account is news for its own inboxes alone.
			if string(e.ID) == p.w.s.BusinessAccountID {
				p.news(item, c)
			}
		}
	}
}

// value is what a change of a number holds.
type value struct {
	Metadata struct {
		Display       wire.Text `json:"display_phone_number"`
		PhoneNumberID wire.Text `json:"phone_number_id"`
	} `json:"metadata"`
	Contacts    json.RawMessage `json:"contacts"`
	Messages    json.RawMessage `json:"messages"`
	Statuses    json.RawMessage `json:"statuses"`
	Errors      json.RawMessage `json:"errors"`
	Echoes      json.RawMessage `json:"message_echoes"`
	History     json.RawMessage `json:"history"`
	Preferences json.RawMessage `json:"user_preferences"`
}

type contact struct {
	Profile struct {
		Name     string `json:"name"`
		Username string `json:"username"`
	} `json:"profile"`
	WaID         wire.Text `json:"wa_id"`
	UserID       wire.Text `json:"user_id"`
	ParentUserID wire.Text `json:"parent_user_id"`
}

func (p *parser) messages(item *helpdesk.BatchItem, v value) {
	messages := wire.Each[message](v.Messages)
	for _, m := range messages {
		p.message(item, v, m, received)
	}
	for _, s := range wire.Each[status](v.Statuses) {
		p.status(item, s)
	}
	if len(messages) > 0 {
		return // the errors are those of the messages
	}
	for _, e := range wire.Each[webhookError](v.Errors) {
		item.Notices = append(item.Notices, helpdesk.Notice{
			Kind: helpdesk.NoticeOther, At: p.at, Reason: e.text(),
			Details: map[string]any{"event": "error", "code": e.Code.Int()},
		})
	}
}

// webhookError is an error as webhooks tell it.
type webhookError struct {
	Code    wire.Text       `json:"code"`
	Title   string          `json:"title"`
	Message string          `json:"message"`
	Data    json.RawMessage `json:"error_data"`
}

func (e webhookError) text() string {
	failure := wire.GraphError{Code: e.Code.Int(), Type: "webhook", Message: e.Title, Details: wire.ErrorDetails(e.Data)}
	if failure.Message == "" {
		failure.Message = e.Message
	}
	return failure.Error()
}

type status struct {
	ID        string          `json:"id"`
	Status    string          `json:"status"`
	Timestamp wire.Text       `json:"timestamp"`
	Ours      wire.Text       `json:"biz_opaque_callback_data"`
	Errors    json.RawMessage `json:"errors"`
}

// states are what receipts say; whatever else comes moves nothing.
var states = map[string]helpdesk.SendState{
	"sent": helpdesk.StateSent, "delivered": helpdesk.StateDelivered, "read": helpdesk.StateRead, "played": helpdesk.StateRead,
	"failed": helpdesk.StateFailed,
}

func (p *parser) status(item *helpdesk.BatchItem, s status) {
	state, known := states[s.Status]
	if !known || s.ID == "" {
		return
	}
	ours, _, part := strings.Cut(string(s.Ours), "/") // see parts
	receipt := helpdesk.Receipt{ExternalID: s.ID, State: state, At: s.Timestamp.Time(), Message: helpdesk.MessageID(max(wire.Text(ours).Int(), 0)), Part: part}
	if errs := wire.Each[webhookError](s.Errors); state == helpdesk.StateFailed && len(errs) > 0 {
		receipt.Code, receipt.Reason = string(errs[0].Code), errs[0].text()
	}
	item.Receipts = append(item.Receipts, receipt)
}

func (p *parser) preferences(item *helpdesk.BatchItem, v value) {
	type preference struct {
		WaID      wire.Text `json:"wa_id"`
		UserID    wire.Text `json:"user_id"`
		Category  string    `json:"category"`
		Value     string    `json:"value"`
		Timestamp wire.Text `json:"timestamp"`
	}
	for _, one := range wire.Each[preference](v.Preferences) {
		from := p.person(v, one.WaID, one.UserID, "")
		if from.Source == "" || one.Category != "marketing_messages" || one.Value == "" {
			continue
		}
		item.Preferences = append(item.Preferences, helpdesk.Preference{
			From: from, Category: helpdesk.ConsentMarketing, Stop: one.Value == "stop", At: one.Timestamp.Time(),
		})
	}
}

// person is who an id and a number belong to. Some write the id where the number
// should be.
func (p *parser) person(v value, number, id, parent wire.Text) helpdesk.Person {
	n, i := wire.Clean(string(number)), wire.Clean(string(id))
	if userID.MatchString(n) {
		if i == "" {
			i = n
		}
		n = ""
	}
	var from helpdesk.Person
	for _, c := range wire.Each[contact](v.Contacts) {
		byNumber := n != "" && string(c.WaID) == n
		byID := i != "" && (string(c.UserID) == i || string(c.WaID) == i)
		if !byNumber && !byID {
			continue
		}
		from.Name = wire.Clip(wire.Clean(c.Profile.Name), 255)
		if c.Profile.Username != "" {
			from.Extra = map[string]any{"whatsapp_username": wire.Clean(c.Profile.Username)}
		}
		if n == "" && !userID.MatchString(string(c.WaID)) {
			n = wire.Clean(string(c.WaID))
		}
		if i == "" {
			i = wire.Clean(string(c.UserID))
		}
		if parent == "" {
			parent = c.ParentUserID
		}
		break
	}
	addresses := make([]string, 0, 3)
	for _, a := range []string{n, i, wire.Clean(string(parent))} {
		if a != "" && len(a) <= 200 && (len(addresses) == 0 || addresses[0] != a) {
			addresses = append(addresses, a)
		}
	}
	if len(addresses) == 0 {
		return from
	}
	from.Source, from.Also = addresses[0], addresses[1:]
	if len(from.Also) == 0 {
		from.Also = nil
	}
	if phone := "+" + n; phoneNumber.MatchString(phone) {
		from.Phone, from.Attested = phone, true
	}
	return from
}
