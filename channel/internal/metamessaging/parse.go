package metamessaging

import (
	"crypto/subtle"
	"encoding/json"
	"net/http"
	"time"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/channel/internal/wire"
)

// ParseWebhook implements helpdesk.WebhookParser: Meta's question whether the
// address is ours, and what it posts.
func (b *Inbox) ParseWebhook(r *http.Request, body []byte) (helpdesk.Batch, error) {
	if r.Method == http.MethodGet {
		return Handshake(r, b.VerifyToken)
	}
	if !wire.Signed(b.Secret, r.Header.Get(wire.SignatureHeader), body) {
		return helpdesk.Batch{}, helpdesk.Errorf(helpdesk.Unauthenticated, "the signature is not that of the app")
	}
	items, err := b.Product.parse(b, body)
	return helpdesk.Batch{Items: items, Shared: b.Shared}, err
}

// ParseShared is ParseWebhook of the installation's app, for the inboxes of all its
// pages or accounts.
func (p *Product) ParseShared(r *http.Request, body []byte, secret, verifyToken string) (helpdesk.Batch, error) {
	if r.Method == http.MethodGet {
		return Handshake(r, verifyToken)
	}
	if !wire.Signed(secret, r.Header.Get(wire.SignatureHeader), body) {
		return helpdesk.Batch{}, helpdesk.Errorf(helpdesk.Unauthenticated, "the signature is not that of the app")
	}
	items, err := p.parse(&Inbox{Product: p}, body)
	return helpdesk.Batch{Items: items, Shared: true}, err
}

// Handshake answers Meta's question, once, when the webhook is set up.
func Handshake(r *http.Request, verifyToken string) (helpdesk.Batch, error) {
	q := r.URL.Query()
	same := subtle.ConstantTimeCompare([]byte(q.Get("hub.verify_token")), []byte(verifyToken)) == 1
	challenge := q.Get("hub.challenge")
	if q.Get("hub.mode") != "subscribe" || verifyToken == "" || !same || len(challenge) > 1024 {
		return helpdesk.Batch{}, helpdesk.Errorf(helpdesk.Unauthenticated, "the verify token is not the one that was set")
	}
	return helpdesk.Batch{Answer: &helpdesk.Answer{Status: http.StatusOK, ContentType: "text/plain; charset=utf-8", Body: []byte(challenge)}}, nil
}

func (p *Product) parse(b *Inbox, body []byte) ([]helpdesk.BatchItem, error) {
	var call struct {
		Object string          `json:"object"`
		Entry  json.RawMessage `json:"entry"`
	}
	if err := wire.Decode(body, &call); err != nil {
		return nil, &helpdesk.Error{Code: helpdesk.Invalid, Message: "the call cannot be read", Err: err}
	}
	if call.Object != p.Object {
		return nil, nil
	}
	parser := &parser{b: b, items: map[string]*helpdesk.BatchItem{}}
	for _, e := range wire.Each[entry](call.Entry) {
		parser.entry(e)
	}
	return parser.batch(), nil
}

type entry struct {
	ID        wire.Text       `json:"id"`
	Time      wire.Text       `json:"time"`
	Messaging json.RawMessage `json:"messaging"`
	Standby   json.RawMessage `json:"standby"`
	Changes   json.RawMessage `json:"changes"`
}

// parser collects what a call carries, by the page or account it concerns.
type parser struct {
	b     *Inbox
	order []string
	items map[string]*helpdesk.BatchItem

	own string    // whose entry it is
	at  time.Time // of the entry
}

// item is the slice of the entry; that of the inbox that was called has no address.
func (p *parser) item() *helpdesk.BatchItem {
	if p.items[p.own] == nil {
		p.items[p.own] = &helpdesk.BatchItem{}
		if p.own != p.b.Own {
			p.items[p.own].To = helpdesk.Address{Kind: p.b.Product.Kind, Key: p.own}
		}
		p.order = append(p.order, p.own)
	}
	return p.items[p.own]
}

func (p *parser) batch() []helpdesk.BatchItem {
	var out []helpdesk.BatchItem
	for _, own := range p.order {
		i := p.items[own]
		if len(i.Messages)+len(i.Edits)+len(i.Reactions)+len(i.Receipts)+len(i.Preferences)+len(i.Referrals)+len(i.Notices) > 0 {
			out = append(out, *i)
		}
	}
	return out
}

func (p *parser) entry(e entry) {
	p.at, p.own = e.Time.Time(), wire.Clip(wire.Clean(string(e.ID)), 100)
	for _, m := range wire.Each[messaging](e.Messaging) {
		p.event(m)
	}
	// Some calls wrap what would be messaging; what is tested from Meta's own pages
	// names people and accounts that there are not.
	for _, c := range wire.Each[change](e.Changes) {
		var m messaging
		if c.Field == "messages" && wire.Decode(c.Value, &m) == nil && p.own != "" && (string(m.Recipient.ID) == p.own || string(m.Sender.ID) == p.own) {
			p.event(m)
		}
	}
	if p.own != "" && len(wire.Each[messaging](e.Standby)) > 0 {
		p.standby()
	}
}

type change struct {
	Field string          `json:"field"`
	Value json.RawMessage `json:"value"`
}

// standby warns that somebody else answers: of what is said then, nothing is for the
// desk.
func (p *parser) standby() {
	i := p.item()
	for _, n := range i.Notices {
		if n.Kind == helpdesk.NoticeWarning {
			return
		}
	}
	i.Notices = append(i.Notices, helpdesk.Notice{
		Kind: helpdesk.NoticeWarning, At: p.at, Value: "standby",
		Reason: "messages arrive while another app has the conversation: make this app the primary receiver in the settings of advanced messaging",
	})
}

type party struct {
	ID wire.Text `json:"id"`
}

// messaging is one event.
type messaging struct {
	Sender    party     `json:"sender"`
	Recipient party     `json:"recipient"`
	Timestamp wire.Text `json:"timestamp"`

	Message  *message        `json:"message"`
	Postback *postback       `json:"postback"`
	Reaction *reaction       `json:"reaction"`
	Read     *seen           `json:"read"`
	Delivery *seen           `json:"delivery"`
	Edit     *edited         `json:"message_edit"`
	OptIn    *optIn          `json:"optin"`
	Referral json.RawMessage `json:"referral"`
	Taken    json.RawMessage `json:"take_thread_control"`
}

type (
	postback struct {
		MID      string          `json:"mid"`
		Title    string          `json:"title"`
		Payload  string          `json:"payload"`
		Referral json.RawMessage `json:"referral"`
	}
	reaction struct {
		MID      string `json:"mid"`
		Action   string `json:"action"`
		Reaction string `json:"reaction"`
		Emoji    string `json:"emoji"`
	}
	seen struct {
		MID       string      `json:"mid"`
		MIDs      []wire.Text `json:"mids"`
		Watermark wire.Text   `json:"watermark"`
	}
	edited struct {
		MID  string `json:"mid"`
		Text string `json:"text"`
	}
	optIn struct {
		Type   string `json:"type"`
		Status string `json:"notification_messages_status"`
	}
)

// event adds what one event is. What it does not know concerns no desk: that accounts
// were linked, or a conversation handed on.
func (p *parser) event(m messaging) {
	customer, ours := wire.Clean(string(m.Sender.ID)), false
	if customer == p.own {
		customer, ours = wire.Clean(string(m.Recipient.ID)), true
	}
	if p.own == "" || customer == "" || customer == p.own || len(customer) > 200 {
		return // from nobody, or the business to itself
	}
	at := m.Timestamp.Time()
	if at.IsZero() {
		at = p.at
	}
	who := helpdesk.Person{Source: customer}
	switch {
	case m.Message != nil:
		p.message(*m.Message, who, ours || m.Message.IsEcho, at)
	case m.Postback != nil && !ours:
		p.postback(*m.Postback, who, at, m.Timestamp)
	case m.Reaction != nil && m.Reaction.MID != "":
		r := helpdesk.Reaction{ExternalID: m.Reaction.MID, From: customer, Emoji: m.Reaction.sign(), At: at}
		if ours {
			r.From = ""
		}
		p.item().Reactions = append(p.item().Reactions, r)
	case m.Edit != nil && m.Edit.MID != "":
		p.item().Edits = append(p.item().Edits, helpdesk.Edit{ExternalID: m.Edit.MID, At: at, Content: wire.Clip(wire.Clean(m.Edit.Text), maxContent)})
	case m.Delivery != nil && !ours:
		p.receipts(*m.Delivery, helpdesk.StateDelivered, customer, at)
	case m.Read != nil && !ours:
		p.receipts(*m.Read, helpdesk.StateRead, customer, at)
	case m.OptIn != nil && m.OptIn.Type == "notification_messages" && !ours:
		p.item().Preferences = append(p.item().Preferences, helpdesk.Preference{
			From: who, Category: helpdesk.ConsentMarketing, Stop: stops(m.OptIn.Status), At: at,
		})
	case len(wire.Object(m.Referral)) > 0 && !ours:
		p.item().Referrals = append(p.item().Referrals, helpdesk.Referral{From: customer, Details: wire.Object(m.Referral), At: at})
	case len(m.Taken) > 0 && string(m.Taken) != "null":
		p.standby()
	}
}

func stops(status string) bool { return len(status) >= 4 && status[:4] == "STOP" }

// receipts are of single messages, and of all that went before a time. What has a
// single id is about all that went before, too: who opened the last has seen the rest.
func (p *parser) receipts(s seen, state helpdesk.SendState, customer string, at time.Time) {
	i := p.item()
	for _, id := range append(s.MIDs, wire.Text(s.MID)) {
		if id != "" {
			i.Receipts = append(i.Receipts, helpdesk.Receipt{ExternalID: string(id), State: state, At: at})
		}
	}
	through := s.Watermark.Time()
	if through.IsZero() && s.MID != "" {
		through = at
	}
	if !through.IsZero() {
		i.Receipts = append(i.Receipts, helpdesk.Receipt{State: state, Source: customer, Through: through, At: at})
	}
}

// signs are what Meta calls reactions that it writes without a sign.
var signs = map[string]string{
	"love": "❤️", "smile": "😆", "haha": "😆", "laugh": "😆", "wow": "😮", "sad": "😢", "angry": "😠", "like": "👍", "dislike": "👎",
}

func (r *reaction) sign() string {
	if r.Action == "unreact" {
		return ""
	}
	if r.Emoji != "" {
		return wire.Clip(wire.Clean(r.Emoji), 32)
	}
	if sign := signs[r.Reaction]; sign != "" {
		return sign
	}
	return "❔"
}
