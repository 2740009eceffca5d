package twilio

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/gohelpdesk/helpdesk"
)

// line is what an inbox sends with, as Twilio tells it: a number, a short code, a
// sender on WhatsApp or a messaging service.
type line struct {
	at       string // its own address
	callback string // where Twilio calls
	trouble  string // why it cannot send; "" = it can
	facts    map[string]any
	json     bool // it is changed with JSON
}

// errNoLine says that the account has no such number.
var errNoLine = errors.New("the account has no such number")

// line asks Twilio for it: errNoLine, or as of call.
func (s *sender) line(ctx context.Context) (*line, error) {
	switch {
	case s.s.MessagingService != "":
		return s.service(ctx)
	case s.s.Medium == WhatsApp:
		return s.whatsAppSender(ctx)
	case shortCode.MatchString(s.s.PhoneNumber):
		return s.incoming(ctx, "/SMS/ShortCodes", "ShortCode", "short_codes")
	}
	return s.incoming(ctx, "/IncomingPhoneNumbers", "PhoneNumber", "incoming_phone_numbers")
}

// incoming is a number or a short code.
func (s *sender) incoming(ctx context.Context, path, filter, key string) (*line, error) {
	var list map[string]any
	if err := s.api.get(ctx, s.url("%s.json?%s", path, url.Values{filter: {s.s.PhoneNumber}}.Encode()), &list); err != nil {
		return nil, err
	}
	found, _ := list[key].([]any)
	for _, one := range found {
		n, _ := one.(map[string]any)
		if sid := word(n, "sid"); sid != "" && sameNumber(word(n, "phone_number", "short_code"), s.s.PhoneNumber) {
			l := &line{at: s.url("%s/%s.json", path, url.PathEscape(sid)), callback: word(n, "sms_url"), facts: map[string]any{"name": word(n, "friendly_name")}}
			if can, ok := n["capabilities"].(map[string]any); ok {
				l.facts["capabilities"] = can
				if sms, ok := can["sms"].(bool); ok && !sms {
					l.trouble = "the number cannot send or receive SMS"
				}
			}
			return l, nil
		}
	}
	return nil, errNoLine
}

func (s *sender) service(ctx context.Context) (*line, error) {
	at := s.api.messaging + "/v1/Services/" + s.s.MessagingService
	var service struct {
		Name     string `json:"friendly_name"`
		Callback string `json:"inbound_request_url"`
		OnNumber bool   `json:"use_inbound_webhook_on_number"`
	}
	err := s.api.get(ctx, at, &service)
	if no, ok := errors.AsType[*refusal](err); ok && no.status == http.StatusNotFound {
		return nil, errNoLine
	}
	if err != nil {
		return nil, err
	}
	if service.OnNumber {
		service.Callback = "" // each number's own is called
	}
	return &line{at: at, callback: service.Callback, facts: map[string]any{"name": service.Name}}, nil
}

func (s *sender) whatsAppSender(ctx context.Context) (*line, error) {
	address := s.api.messaging + "/v2/Channels/Senders?Channel=whatsapp&PageSize=100"
	for range 50 {
		var list struct {
			Senders []struct {
				SID     string `json:"sid"`
				ID      string `json:"sender_id"`
				Status  string `json:"status"`
				Webhook struct {
					Callback string `json:"callback_url"`
				} `json:"webhook"`
				Properties map[string]any `json:"properties"`
			} `json:"senders"`
			Meta struct {
				Next string `json:"next_page_url"`
			} `json:"meta"`
		}
		if err := s.api.get(ctx, address, &list); err != nil {
			return nil, err
		}
		for _, one := range list.Senders {
			if !sameNumber(strings.TrimPrefix(one.ID, whatsAppPrefix), s.s.PhoneNumber) {
				continue
			}
			l := &line{
				at: s.api.messaging + "/v2/Channels/Senders/" + url.PathEscape(one.SID), callback: one.Webhook.Callback, json: true,
				facts: map[string]any{"status": one.Status, "properties": one.Properties},
			}
			if status := strings.ToUpper(one.Status); status != "" && !strings.HasPrefix(status, "ONLINE") {
				l.trouble = "WhatsApp says that the number is " + strings.ToLower(one.Status)
			}
			return l, nil
		}
		if address = s.ours(list.Meta.Next, s.api.messaging); address == "" {
			break
		}
	}
	return nil, errNoLine
}

// ours is the address of a next page, if it is where the first one was: the
// account's credentials go there.
func (s *sender) ours(next, base string) string {
	if !strings.HasPrefix(next, base+"/") {
		return ""
	}
	return next
}

// tryAgain is what Twilio reads behind an address that it calls, and neither sends nor
// signs: that it shall come again when nobody answers, or says that the desk cannot
// take it now. By itself it would not.
const tryAgain = "#rc=5&rp=5xx,ct,rt"

// hook has Twilio call an address; "" = none.
func (s *sender) hook(ctx context.Context, l *line, callback string) error {
	if callback != "" {
		callback += tryAgain
	}
	switch {
	case l.json:
		return s.api.postJSON(ctx, l.at, map[string]any{"webhook": map[string]any{"callback_url": callback, "callback_method": http.MethodPost}}, nil)
	case s.s.MessagingService != "":
		return s.api.post(ctx, l.at, url.Values{
			"InboundRequestUrl": {callback}, "InboundMethod": {http.MethodPost}, "UseInboundWebhookOnNumber": {"false"},
		}, nil)
	}
	return s.api.post(ctx, l.at, url.Values{"SmsUrl": {callback}, "SmsMethod": {http.MethodPost}}, nil)
}

// Connect implements helpdesk.Connector: Twilio calls callback with what comes for
// the number. A number on WhatsApp that Twilio's API does not list (its sandbox) has
// to be set up in the console: Check says so.
func (s *sender) Connect(ctx context.Context, callback string) error {
	l, err := s.line(ctx)
	if errors.Is(err, errNoLine) && s.s.Medium == WhatsApp && s.s.MessagingService == "" {
		return nil
	}
	if err == nil {
		err = s.hook(ctx, l, callback)
	}
	return s.connecting(err)
}

// connecting says in words what Connect failed at; to make it again does no harm.
func (s *sender) connecting(err error) error {
	invalid := func(field, what string) error {
		return &helpdesk.Error{Code: helpdesk.Invalid, Message: "Twilio refused it", Fields: map[string]string{field: what}, Err: err}
	}
	no, refused := errors.AsType[*refusal](err)
	switch {
	case err == nil:
		return nil
	case errors.Is(err, errNoLine):
		return helpdesk.Permanent(invalid(s.lineSetting(), "is not one of the account's"))
	case !refused:
		return harmless(err)
	}
	switch class(no) {
	case admin:
		return helpdesk.Revoked(invalid(s.secretSetting(), no.Error()))
	case never:
		return helpdesk.Permanent(invalid(s.lineSetting(), no.Error()))
	default:
		return harmless(err)
	}
}

func (s *sender) lineSetting() string {
	if s.s.MessagingService != "" {
		return "messaging_service_sid"
	}
	return "phone_number"
}

func (s *sender) secretSetting() string {
	if s.s.APIKeySID != "" {
		return "api_key_secret"
	}
	return "auth_token"
}

// Disconnect implements helpdesk.Disconnector. What somebody else has set up
// meanwhile stays.
func (s *sender) Disconnect(ctx context.Context) error {
	if s.o.PublicURL == "" {
		return nil
	}
	l, err := s.line(ctx)
	if errors.Is(err, errNoLine) || err == nil && !s.calls(l) {
		return nil
	}
	if err == nil {
		err = s.hook(ctx, l, "")
	}
	return s.connecting(err)
}

// calls reports whether Twilio calls this desk.
func (s *sender) calls(l *line) bool { return strings.HasPrefix(l.callback, s.o.PublicURL+"/hooks/") }

// Check implements helpdesk.Checker: the token, the account, the number and where
// Twilio calls. It also warns of what is not wrong: without the account's token
// anybody may write to the webhook.
func (s *sender) Check(ctx context.Context) (*helpdesk.Health, error) {
	h := &helpdesk.Health{Facts: map[string]any{}}
	problem := func(code, message string, revoked bool) {
		h.Problems = append(h.Problems, helpdesk.HealthProblem{Code: code, Message: message, Revoked: revoked})
	}
	if s.s.AuthToken == "" {
		problem("secret", "the account's auth_token is not set: what is posted to the webhook is taken from anybody who knows its address", false)
	}
	if s.s.APIKeySID == "" { // most keys may not ask this
		var account struct {
			Name   string `json:"friendly_name"`
			Status string `json:"status"`
			Type   string `json:"type"`
		}
		err := s.api.get(ctx, s.url(".json"), &account)
		if no, ok := errors.AsType[*refusal](err); ok && (class(no) == admin || no.status == http.StatusNotFound) {
			problem("token", "Twilio does not take account_sid and auth_token (any more): "+no.Error(), true)
			return h, nil
		}
		if err != nil {
			return nil, harmless(err)
		}
		h.Facts["account_name"], h.Facts["account_status"], h.Facts["account_type"] = account.Name, account.Status, account.Type
		if account.Status == "suspended" || account.Status == "closed" {
			problem("account", "Twilio says that the account is "+account.Status, true)
		}
	}
	l, err := s.line(ctx)
	no, refused := errors.AsType[*refusal](err)
	switch {
	case errors.Is(err, errNoLine):
		problem(s.lineSetting(), "Twilio's account has no such "+strings.ReplaceAll(strings.TrimSuffix(s.lineSetting(), "_sid"), "_", " ")+
			", or it is a sandbox, where the address that Twilio calls is set in the console", s.s.Medium != WhatsApp)
	case refused && class(no) == admin:
		problem("token", "Twilio does not take "+s.secretSetting()+" (any more): "+no.Error(), true)
	case refused && class(no) == never:
		problem("permission", "the account or its key may not do this: "+no.Error(), false)
	case err != nil:
		return nil, harmless(err)
	default:
		s.lineHealth(h, l, problem)
	}
	return h, nil
}

func (s *sender) lineHealth(h *helpdesk.Health, l *line, problem func(code, message string, revoked bool)) {
	for key, fact := range l.facts {
		h.Facts[key] = fact
	}
	h.Facts["callback_url"] = l.callback
	if l.trouble != "" {
		problem("number", l.trouble, false)
	}
	switch {
	case l.callback == "":
		problem("webhook", "Twilio has no address to call, so that nothing arrives", false)
	case s.o.PublicURL != "" && !s.calls(l):
		problem("webhook", "Twilio calls another address: "+l.callback, false)
	}
}
