package twiliosim

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// Account is an account at Twilio. Tests set its fields before they begin.
type Account struct {
	s *Sim

	SID       string
	AuthToken string // signs webhooks, whoever makes the calls
	KeySID    string // of its API key
	KeySecret string
	Status    string // "active"

	revoked   bool
	lines     []*Number
	services  []*Service
	templates []*Content
	messages  []*Got
	files     map[string]*file
}

// Account adds an account.
func (s *Sim) Account() *Account {
	s.mu.Lock()
	defer s.mu.Unlock()
	a := &Account{s: s, SID: s.sid("AC"), AuthToken: s.sid("")[:32], KeySID: s.sid("SK"), KeySecret: s.sid("key"), Status: "active", files: map[string]*file{}}
	s.accounts = append(s.accounts, a)
	return a
}

func (a *Account) shown() map[string]any {
	a.s.mu.Lock()
	defer a.s.mu.Unlock()
	return map[string]any{"sid": a.SID, "friendly_name": "Shop", "status": a.Status, "type": "Full"}
}

// Revoke takes the token and the key back: every call fails with 20003.
func (a *Account) Revoke() { a.set(func() { a.revoked = true }) }

// Restore gives them back.
func (a *Account) Restore() { a.set(func() { a.revoked = false }) }

func (a *Account) set(change func()) {
	a.s.mu.Lock()
	defer a.s.mu.Unlock()
	change()
}

// Number is a number of the business: for SMS and MMS, or on WhatsApp.
type Number struct {
	*Account

	Phone string // "+15005550006", or a short code
	ID    string // Twilio's
	State string // of a sender on WhatsApp: "ONLINE"
	CanMMS,
	CanSMS bool

	whatsApp bool
	sandbox  bool
	callback string
	service  *Service
	people   []*Customer
}

// Number adds a number for SMS and MMS, in an account of its own.
func (s *Sim) Number(phone string) *Number { return s.Account().Number(phone) }

// WhatsApp adds a number on WhatsApp, in an account of its own.
func (s *Sim) WhatsApp(phone string) *Number { return s.Account().WhatsApp(phone) }

// Number adds a number for SMS and MMS, or a short code.
func (a *Account) Number(phone string) *Number {
	return a.line(&Number{Account: a, Phone: phone, CanSMS: true, CanMMS: true}, "PN")
}

// WhatsApp adds a number on WhatsApp.
func (a *Account) WhatsApp(phone string) *Number {
	return a.line(&Number{Account: a, Phone: phone, State: "ONLINE", whatsApp: true}, "XE")
}

// Sandbox adds a number on WhatsApp that Twilio's API does not list.
func (a *Account) Sandbox(phone string) *Number {
	return a.line(&Number{Account: a, Phone: phone, whatsApp: true, sandbox: true}, "XE")
}

func (a *Account) line(n *Number, prefix string) *Number {
	a.s.mu.Lock()
	defer a.s.mu.Unlock()
	n.ID = a.s.sid(prefix)
	a.lines = append(a.lines, n)
	return n
}

// address is the number as messages name it.
func (n *Number) address() string {
	if n.whatsApp {
		return "whatsapp:" + n.Phone
	}
	return n.Phone
}

// Settings are those of an inbox with this number and the account's token.
func (n *Number) Settings() json.RawMessage {
	return n.settings(map[string]any{"phone_number": n.Phone, "auth_token": n.AuthToken})
}

func (n *Number) settings(more map[string]any) json.RawMessage {
	more["account_sid"], more["medium"] = n.SID, "sms"
	if n.whatsApp {
		more["medium"] = "whatsapp"
	}
	raw, err := json.Marshal(more)
	if err != nil {
		panic(err) // strings go into JSON
	}
	return raw
}

// Webhook sets the address that Twilio calls, as somebody would in its console.
func (n *Number) Webhook(address string) { n.set(func() { n.callback = address }) }

// Callback is the address that Twilio calls.
func (n *Number) Callback() string {
	n.s.mu.Lock()
	defer n.s.mu.Unlock()
	address, _, _ := strings.Cut(n.calls(), "#")
	return address
}

// calls is where Twilio calls. The caller holds mu.
func (n *Number) calls() string {
	if n.service != nil && !n.service.onNumber {
		return n.service.callback
	}
	return n.callback
}

// Service is a messaging service: numbers that send in one name.
type Service struct {
	*Account

	ID string

	numbers  []*Number
	callback string
	onNumber bool
}

// Service makes a messaging service of numbers of the account.
func (a *Account) Service(numbers ...*Number) *Service {
	a.s.mu.Lock()
	defer a.s.mu.Unlock()
	v := &Service{Account: a, ID: a.s.sid("MG"), numbers: numbers, onNumber: true}
	for _, n := range numbers {
		n.service = v
	}
	a.services = append(a.services, v)
	return v
}

// Settings are those of an inbox with this service, with the account's API key.
func (v *Service) Settings() json.RawMessage {
	return v.numbers[0].settings(map[string]any{
		"messaging_service_sid": v.ID, "api_key_sid": v.KeySID, "api_key_secret": v.KeySecret, "auth_token": v.AuthToken,
	})
}

// Callback is the address that Twilio calls for the service's numbers; "" = each
// number's own.
func (v *Service) Callback() string {
	v.s.mu.Lock()
	defer v.s.mu.Unlock()
	if v.onNumber {
		return ""
	}
	address, _, _ := strings.Cut(v.callback, "#")
	return address
}

// numbers lists those for SMS.
func (c *call) numbers() {
	wanted := c.r.URL.Query().Get("PhoneNumber") + c.r.URL.Query().Get("ShortCode")
	list := []any{}
	c.account.set(func() {
		for _, n := range c.account.lines {
			if !n.whatsApp && (wanted == "" || n.Phone == wanted) {
				list = append(list, n.shown())
			}
		}
	})
	key := "incoming_phone_numbers"
	if strings.Contains(c.r.URL.Path, "ShortCodes") {
		key = "short_codes"
	}
	c.answer(http.StatusOK, map[string]any{key: list, "page": 0, "next_page_uri": nil})
}

// shown is a number as the API tells it. The caller holds mu.
func (n *Number) shown() map[string]any {
	return map[string]any{
		"sid": n.ID, "account_sid": n.SID, "friendly_name": n.Phone, "phone_number": n.Phone, "short_code": n.Phone, "sms_url": n.callback, "sms_method": "POST",
		"capabilities": map[string]any{"sms": n.CanSMS, "mms": n.CanMMS, "voice": true},
	}
}

func (c *call) number(id string) {
	form, ok := c.form()
	if !ok {
		return
	}
	var shown map[string]any
	good := true
	c.account.set(func() {
		for _, n := range c.account.lines {
			if n.ID != id {
				continue
			}
			if address, given := form["SmsUrl"]; given {
				if good = callable(address[0]); good {
					n.callback = address[0]
				}
			}
			shown = n.shown()
		}
	})
	switch {
	case shown == nil:
		c.unknown()
	case !good:
		c.refuse(http.StatusBadRequest, 21502, "SmsUrl is not valid")
	default:
		c.answer(http.StatusOK, shown)
	}
}

// callable is whether Twilio would call an address; "" takes it away.
func callable(address string) bool {
	u, err := url.Parse(address)
	if _, err := overrides(address); err != nil {
		return false
	}
	return address == "" || err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" && !strings.Contains(u.Hostname(), "_")
}

func (c *call) service(id string) {
	i := slices.IndexFunc(c.account.services, func(v *Service) bool { return v.ID == id })
	if i < 0 {
		c.unknown()
		return
	}
	v := c.account.services[i]
	if c.r.Method == http.MethodPost {
		form, ok := c.form()
		if !ok {
			return
		}
		if !callable(form.Get("InboundRequestUrl")) {
			c.refuse(http.StatusBadRequest, 20001, "InboundRequestUrl is not valid")
			return
		}
		v.set(func() {
			if form.Has("InboundRequestUrl") {
				v.callback = form.Get("InboundRequestUrl")
			}
			if form.Has("UseInboundWebhookOnNumber") {
				v.onNumber = form.Get("UseInboundWebhookOnNumber") == "true"
			}
		})
	}
	v.s.mu.Lock()
	shown := map[string]any{"sid": v.ID, "friendly_name": "Service", "inbound_request_url": v.callback, "use_inbound_webhook_on_number": v.onNumber}
	v.s.mu.Unlock()
	c.answer(http.StatusOK, shown)
}

// senders are the numbers on WhatsApp, two a page.
func (c *call) senders(parts []string) {
	if len(parts) == 0 || parts[0] != "Senders" {
		c.unknown()
		return
	}
	c.s.mu.Lock()
	var lines []*Number
	for _, n := range c.account.lines {
		if n.whatsApp && !n.sandbox {
			lines = append(lines, n)
		}
	}
	c.s.mu.Unlock()
	if len(parts) == 1 {
		list := []any{}
		from, next := 0, any(nil)
		if c.r.URL.Query().Get("Page") == "1" {
			from = 2
		} else if len(lines) > 2 {
			next = c.s.URL() + "/v2/Channels/Senders?Channel=whatsapp&Page=1"
		}
		for i, n := range lines {
			if i >= from && (i < 2 || from == 2) {
				list = append(list, n.sender())
			}
		}
		c.answer(http.StatusOK, map[string]any{"senders": list, "meta": map[string]any{"next_page_url": next}})
		return
	}
	i := slices.IndexFunc(lines, func(n *Number) bool { return n.ID == parts[1] })
	if i < 0 {
		c.unknown()
		return
	}
	if c.r.Method == http.MethodPost {
		var in struct {
			Webhook struct {
				Callback *string `json:"callback_url"`
			} `json:"webhook"`
		}
		if !c.in(&in) {
			return
		}
		if in.Webhook.Callback != nil {
			lines[i].Webhook(*in.Webhook.Callback)
		}
	}
	c.answer(http.StatusAccepted, lines[i].sender())
}

func (n *Number) sender() map[string]any {
	n.s.mu.Lock()
	defer n.s.mu.Unlock()
	return map[string]any{
		"sid": n.ID, "sender_id": n.address(), "status": n.State, "webhook": map[string]any{"callback_url": n.callback, "callback_method": "POST"},
		"properties": map[string]any{"quality_rating": "HIGH", "messaging_limit": "1K Customers/24hr"},
	}
}
