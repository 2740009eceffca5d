package twilio

import (
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/channel/internal/wire"
)

// ParseWebhook implements helpdesk.WebhookParser: messages, and receipts of ours.
// Every call is about one message. Twilio makes a call again as tryAgain says.
func (s *sender) ParseWebhook(r *http.Request, body []byte) (helpdesk.Batch, error) {
	form, err := parameters(r, body)
	if err != nil {
		return helpdesk.Batch{}, &helpdesk.Error{Code: helpdesk.Invalid, Message: "the call cannot be read", Err: err}
	}
	posted := form
	if r.Method == http.MethodGet {
		posted = nil // they are part of the address
	}
	if s.s.AuthToken != "" && !s.signed(r, body, posted) {
		return helpdesk.Batch{}, helpdesk.Errorf(helpdesk.Unauthenticated, "the signature is not that of the account")
	}
	if form.Get("AccountSid") != s.s.AccountSID {
		return helpdesk.Batch{}, helpdesk.Errorf(helpdesk.Invalid, "the call is not about the inbox's account")
	}
	answer := &helpdesk.Answer{Status: http.StatusOK, ContentType: "text/xml; charset=utf-8", Body: []byte("<Response/>")} // anything else Twilio would send to the customer
	c := call{clean(form)}
	item := helpdesk.BatchItem{}
	switch state := c.state(); {
	case c.sid() == "" && c.get("Body") == "" && c.get("MediaUrl0") == "": // calls of phones, and whatever else there may be
		return helpdesk.Batch{Answer: answer}, nil
	case state == "" || state == "received" || state == "receiving":
		if c.get("From") == "" {
			return helpdesk.Batch{}, helpdesk.Errorf(helpdesk.Invalid, "the message comes from nobody")
		}
		item = c.inbound()
		item.To = s.called(c.get("To"), c.get("MessagingServiceSid"))
	default:
		about := r.URL.Query().Get(aboutMessage)
		item = c.receipt(state, about)
		for i := range item.Receipts {
			item.Receipts[i].Part = about != "" && r.URL.Query().Get(aboutPart) != ""
		}
		if about == "" {
			item.To = s.called(c.get("From"), c.get("MessagingServiceSid"))
		}
	}
	if len(item.Messages)+len(item.Receipts)+len(item.Notices) == 0 {
		return helpdesk.Batch{Answer: answer}, nil
	}
	return helpdesk.Batch{Items: []helpdesk.BatchItem{item}, Answer: answer}, nil
}

// parameters reads a call's form, wherever it stands. A JSON object is one too.
func parameters(r *http.Request, body []byte) (url.Values, error) {
	if r.Method == http.MethodGet {
		return url.ParseQuery(r.URL.RawQuery)
	}
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err == nil && kind == "application/json" {
		var object map[string]wire.Text
		if err := wire.Decode(body, &object); err != nil {
			return nil, err
		}
		form := url.Values{}
		for name, value := range object {
			form.Set(name, string(value))
		}
		return form, nil
	}
	return url.ParseQuery(string(body))
}

// clean is the first value of each parameter, as databases take it.
func clean(form url.Values) map[string]string {
	out := make(map[string]string, len(form))
	for name, values := range form {
		if len(values) > 0 {
			out[name] = wire.Clean(values[0])
		}
	}
	return out
}

// call is what a call says.
type call struct{ form map[string]string }

func (c call) get(name string) string { return c.form[name] }

// sid is Twilio's id of the message.
func (c call) sid() string {
	for _, name := range []string{"MessageSid", "SmsSid", "SmsMessageSid"} {
		if sid := strings.TrimSpace(c.get(name)); sid != "" {
			return wire.Clip(sid, 200)
		}
	}
	return ""
}

// state is what became of a message.
func (c call) state() string {
	for _, name := range []string{"MessageStatus", "SmsStatus"} {
		if state := c.get(name); state != "" {
			return strings.ToLower(state)
		}
	}
	return ""
}

// called is the inbox whose number a call is about; zero = the one that was called.
func (s *sender) called(number, service string) helpdesk.Address {
	bare := strings.TrimPrefix(number, whatsAppPrefix)
	medium := SMS
	if bare != number {
		medium = WhatsApp
	}
	whose := bare
	switch {
	case s.s.MessagingService != "" && (service == "" || service == s.s.MessagingService):
		whose = s.s.MessagingService
	case s.s.MessagingService != "":
		whose = service
	case sameNumber(bare, s.s.PhoneNumber):
		whose = s.s.PhoneNumber
	}
	if medium == s.s.Medium && (whose == s.s.PhoneNumber || whose == s.s.MessagingService) {
		return helpdesk.Address{}
	}
	other := *s
	other.s.Medium = medium
	return other.address(wire.Clip(whose, 100))
}

// sameNumber compares a number as Twilio writes it with one that somebody set up:
// Mexico's may have a 1 after the country.
func sameNumber(a, b string) bool {
	plain := func(s string) string {
		if rest, ok := strings.CutPrefix(s, "+521"); ok && len(rest) == 10 {
			return "+52" + rest
		}
		return s
	}
	return plain(a) == plain(b)
}

// states is what Twilio's states come to. What it has taken counts as sent: so a
// message whose answer was lost is found again.
var states = map[string]helpdesk.SendState{
	"accepted": helpdesk.StateSent, "scheduled": helpdesk.StateSent, "queued": helpdesk.StateSent, "sending": helpdesk.StateSent,
	"sent": helpdesk.StateSent, "partially_delivered": helpdesk.StateSent, "delivered": helpdesk.StateDelivered, "read": helpdesk.StateRead,
	"undelivered": helpdesk.StateFailed, "failed": helpdesk.StateFailed, "canceled": helpdesk.StateFailed,
}

// receipt is what became of a message of ours; about is our own id of it.
func (c call) receipt(state, about string) (item helpdesk.BatchItem) {
	to, known := states[state]
	if !known || c.sid() == "" {
		return item
	}
	receipt := helpdesk.Receipt{ExternalID: c.sid(), State: to}
	if id, err := strconv.ParseInt(about, 10, 64); err == nil && id > 0 {
		receipt.Message = helpdesk.MessageID(id)
	}
	if to != helpdesk.StateFailed {
		item.Receipts = []helpdesk.Receipt{receipt}
		return item
	}
	receipt.Code, receipt.Reason = wire.Clip(c.get("ErrorCode"), 20), c.reason(state)
	item.Receipts = []helpdesk.Receipt{receipt}
	code, err := strconv.Atoi(receipt.Code)
	if err != nil {
		return item
	}
	switch refusals[code] {
	case unwanted:
		item.Preferences = []helpdesk.Preference{{From: c.person("To"), Category: helpdesk.ConsentAll, Stop: true}}
	case admin:
		item.Notices = []helpdesk.Notice{{
			Kind: helpdesk.NoticeRevoked, Reason: receipt.Code + ": " + receipt.Reason, Details: map[string]any{"error_code": code},
		}}
	default: // it is about this message alone
	}
	return item
}

// reasons are those that Twilio gives by number alone.
var reasons = map[int]string{
	21610: "the person has told Twilio to stop", 30002: "the account is suspended", 30003: "the phone is off or out of reach",
	30004: "the message was blocked", 30005: "there is no such phone", 30006: "the number is a landline, or the carrier cannot be reached",
	30007: "the carrier took it for spam", 30008: "nobody says why", 30034: "the number is not registered for messages to the United States",
	63003: "nobody on WhatsApp has this number", 63007: "there is no such sender on WhatsApp", 63013: "it is against WhatsApp's policy",
	63016: "a day has passed since the customer last wrote: only a template may be sent", 63018: "too many messages at once",
	63024: "it cannot go to this number", 63032: "WhatsApp does not let this person be written to now", 63049: "WhatsApp held back marketing",
	63051: "the business account on WhatsApp is locked",
}

func (c call) reason(state string) string {
	for _, name := range []string{"ErrorMessage", "ChannelStatusMessage"} {
		if text := c.get(name); text != "" {
			return wire.Ellipsis(text, 500)
		}
	}
	if code, err := strconv.Atoi(c.get("ErrorCode")); err == nil && reasons[code] != "" {
		return reasons[code]
	}
	return "Twilio says that it is " + state
}
