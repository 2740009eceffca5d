package twilio_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/channel/channeltest"
	"github.com/gohelpdesk/helpdesk/channel/twilio"
	"github.com/gohelpdesk/helpdesk/channel/twilio/twiliosim"
)

const (
	account = "ACaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	token   = "12345"
	ours    = "+15005550006"
	theirs  = "+5511988887777"
	desk    = "https://desk.example"
)

// elsewhere is the channel with the base URL among its settings, for the suite.
type elsewhere struct{ base string }

func (elsewhere) Kind() helpdesk.ChannelKind { return twilio.Kind }

func (e elsewhere) Open(raw json.RawMessage) (helpdesk.Sender, error) {
	var all map[string]json.RawMessage
	if json.Unmarshal(raw, &all) == nil && all["base"] != nil {
		_ = json.Unmarshal(all["base"], &e.base)
		delete(all, "base")
		raw, _ = json.Marshal(all)
	}
	return twilio.New(twilio.Options{BaseURL: e.base, PublicURL: desk}).Open(raw)
}

// says is a call with a message of a customer, on WhatsApp, with these parameters.
func says(more ...string) []byte {
	form := url.Values{
		"MessageSid": {"SM00000000000000000000000000000001"}, "AccountSid": {account}, "From": {"whatsapp:" + theirs}, "To": {"whatsapp:" + ours},
		"Body": {""}, "NumMedia": {"0"}, "SmsStatus": {"received"}, "ProfileName": {"Ann"}, "WaId": {theirs[1:]},
	}
	return with(form, more...)
}

// became is a call with a receipt.
func became(status string, more ...string) []byte {
	form := url.Values{
		"MessageSid": {"SM2"}, "SmsSid": {"SM2"}, "AccountSid": {account}, "From": {"whatsapp:" + ours}, "To": {"whatsapp:" + theirs}, "MessageStatus": {status}, "SmsStatus": {status},
	}
	return with(form, more...)
}

// with sets pairs of names and values; "-" takes a parameter away.
func with(form url.Values, more ...string) []byte {
	for i := 0; i < len(more); i += 2 {
		if form.Set(more[i], more[i+1]); more[i+1] == "-" {
			form.Del(more[i])
		}
	}
	return []byte(form.Encode())
}

func sign(r *http.Request, body []byte) {
	form, _ := url.ParseQuery(string(body)) // what can be read of it
	r.Header.Set(twilio.SignatureHeader, twiliosim.Signature(token, desk+r.URL.RequestURI(), form))
}

func media(n int) (more []string) {
	for i := range n {
		more = append(more, fmt.Sprint("MediaUrl", i), fmt.Sprintf("https://api.twilio.com/2010-04-01/Accounts/%s/Messages/MM1/Media/ME%d", account, i), fmt.Sprint("MediaContentType", i), "image/jpeg")
	}
	return append(more, "NumMedia", fmt.Sprint(n))
}

// kinds are calls of every kind, with what they carry. They seed the fuzzers too.
func kinds() []channeltest.Call {
	one := func(name string, more ...string) channeltest.Call {
		return channeltest.Call{Name: name, Messages: 1, Body: says(more...)}
	}
	return []channeltest.Call{
		one("text", "Body", "hello"),
		one("image", slices.Concat(media(1), []string{"MessageType", "image", "Body", "look"})...),
		one("ten files", media(10)...),
		one("button", "Body", "Yes", "ButtonText", "Yes", "ButtonPayload", "yes-1", "MessageType", "button", "OriginalRepliedMessageSid", "SM9"),
		one("list", "ListId", "r1", "ListTitle", "Row", "ListDescription", "d", "MessageType", "interactive"),
		one("form", "InteractiveData", `{"a": 1}`, "MessageType", "interactive"),
		one("form with junk", "FlowData", `{no`, "MessageType", "interactive"),
		one("location", "Latitude", "-23.5", "Longitude", "-46.6", "Label", "Shop", "MessageType", "location"),
		one("location with junk", "Latitude", "NaN", "Longitude", "x", "MessageType", "location"),
		one("advertisement", "Body", "hi", "ReferralSourceUrl", "https://fb.me/1", "ReferralCtwaClid", "abc"),
		one("forwarded", "Body", "hi", "Forwarded", "true"),
		one("empty"),
		one("of the future", "MessageType", "hologram"),
		one("hidden number", "From", "whatsapp:US.1349", "WaId", "-", "ExternalUserId", "US.1349", "Body", "x"),
		one("NUL", "Body", "a\x00b"),
		one("odd count", "NumMedia", "abc", "Body", "x"),
		one("unknown parameters", "Body", "x", "Surprise", "!"),
		{Name: "stop", Messages: 1, News: 1, Body: says("Body", "STOP", "OptOutType", "STOP")},
		{Name: "start", Messages: 1, News: 1, Body: says("Body", "START", "OptOutType", "START")},
		{Name: "help", Messages: 1, Body: says("Body", "HELP", "OptOutType", "HELP")},
		{Name: "delivered", Receipts: 1, Body: became("delivered")},
		{Name: "ours", Path: "/hooks/x?message=7", Receipts: 1, Body: became("sent")},
		{Name: "failed", Receipts: 1, Body: became("failed", "ErrorCode", "63016")},
		{Name: "stopped", Receipts: 1, News: 1, Body: became("undelivered", "ErrorCode", "21610")},
		{Name: "suspended", Receipts: 1, News: 1, Body: became("failed", "ErrorCode", "30002", "ErrorMessage", "Account suspended")},
		{Name: "unknown state", Body: became("levitating")},
		{Name: "a phone call", Body: []byte("AccountSid=" + account + "&CallSid=CA1&CallStatus=ringing")},
	}
}

func settings(more string) json.RawMessage {
	return json.RawMessage(`{"account_sid": "` + account + `", "auth_token": "` + token + `", "phone_number": "` + ours + `"` + more + `}`)
}

func TestContract(t *testing.T) {
	t.Parallel()
	sim := twiliosim.New(t, twiliosim.Options{})
	acc := sim.Account()
	acc.SID, acc.AuthToken = account, token
	number := acc.WhatsApp(ours)
	number.Customer(theirs).Writes("hello")
	whatsApp := func(base string) json.RawMessage { return settings(`, "medium": "whatsapp"` + base) }
	hex := "AC" + strings.Repeat("0", 32)
	channeltest.Run(t, elsewhere{sim.URL()}, channeltest.Case{
		Settings: whatsApp(""),
		Remote:   func(base string) json.RawMessage { return whatsApp(fmt.Sprintf(`, "base": %q`, base)) },
		Outbound: &helpdesk.Outbound{Message: 1, Attempt: 1, To: "whatsapp:" + theirs, Content: "hello", Callback: desk + "/hooks/x"},
		Bad: []channeltest.Bad{
			{Name: "nothing", Settings: json.RawMessage(`{}`), Fields: []string{"account_sid", "auth_token", "phone_number"}},
			{Name: "both", Settings: json.RawMessage(`{"account_sid": "` + hex + `", "auth_token": "x", "phone_number": "+1500", "messaging_service_sid": "MG1"}`), Fields: []string{"phone_number", "messaging_service_sid"}},
			{Name: "half a key", Settings: json.RawMessage(`{"account_sid": "` + hex + `", "api_key_sid": "SK", "phone_number": "+1500"}`), Fields: []string{"api_key_sid", "api_key_secret"}},
			{Name: "a short code on WhatsApp", Settings: json.RawMessage(`{"account_sid": "` + hex + `", "auth_token": "x", "medium": "whatsapp", "phone_number": "12345"}`), Fields: []string{"phone_number"}},
			{Name: "everything", Settings: json.RawMessage(`{"account_sid": "x", "auth_token": "a b", "medium": "pigeon", "phone_number": "hello", "api_key_secret": 1, "x": 1}`), Fields: []string{"account_sid", "auth_token", "medium", "phone_number", "api_key_secret", "x"}},
		},
		Calls: kinds(),
		Sign:  sign,
	})
}

// clock is time that moves only when told.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *clock { return &clock{now: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// phone is a number with its sender, and what its webhooks carried.
type phone struct {
	*testing.T
	sim    *twiliosim.Sim
	number *twiliosim.Number
	sender helpdesk.Sender
	clock  *clock
	ann    *twiliosim.Customer

	mu    sync.Mutex
	heard []helpdesk.BatchItem
	files map[string][]byte // by their paths
}

func newPhone(t *testing.T, whatsApp bool) *phone {
	t.Helper()
	p := &phone{T: t, clock: newClock(), files: map[string][]byte{}}
	p.sim = twiliosim.New(t, twiliosim.Options{Now: p.clock.Now})
	if p.number = p.sim.Number(ours); whatsApp {
		p.number = p.sim.WhatsApp(ours)
	}
	p.sender = p.open(p.number.Settings())
	p.sim.DeliverTo(http.HandlerFunc(p.serve))
	p.number.Webhook(desk + "/hooks/x")
	p.ann = p.number.Customer(theirs).Called("Ann")
	p.ann.Writes("hello") // opens the window
	return p
}

func (p *phone) open(raw json.RawMessage) helpdesk.Sender {
	p.Helper()
	s, err := twilio.New(twilio.Options{BaseURL: p.sim.URL(), HTTPClient: p.sim.Client(), PublicURL: desk}).Open(raw)
	require.NoError(p, err)
	return s
}

// serve is the desk: its webhook, and its files.
func (p *phone) serve(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if data, ok := p.files[r.URL.Path]; ok {
		w.Header().Set("Content-Type", "image/png")
		_, _ = w.Write(data)
		return
	}
	body, err := io.ReadAll(r.Body)
	if err != nil || r.URL.Path != "/hooks/x" {
		http.NotFound(w, r)
		return
	}
	batch, err := p.sender.(helpdesk.WebhookParser).ParseWebhook(r, body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	p.heard = append(p.heard, batch.Items...)
	w.Header().Set("Content-Type", batch.Answer.ContentType)
	_, _ = w.Write(batch.Answer.Body)
}

func (p *phone) last() helpdesk.BatchItem {
	p.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	require.NotEmpty(p, p.heard)
	return p.heard[len(p.heard)-1]
}

func (p *phone) to() string {
	if _, whatsApp := p.sender.(helpdesk.Windowed); whatsApp {
		return "whatsapp:" + theirs
	}
	return theirs
}

func (p *phone) send(out helpdesk.Outbound) (helpdesk.Receipt, error) {
	if out.To == "" {
		out.To = p.to()
	}
	out.Message, out.Attempt, out.Callback = max(out.Message, 7), max(out.Attempt, 1), desk+"/hooks/x"
	return p.sender.Send(p.Context(), &out)
}

// got sends and returns what arrived.
func (p *phone) got(out helpdesk.Outbound) *twiliosim.Got {
	p.Helper()
	receipt, err := p.send(out)
	require.NoError(p, err)
	all := p.ann.Got()
	require.NotEmpty(p, all)
	require.Equal(p, all[len(all)-1].ID, receipt.ExternalID)
	return all[len(all)-1]
}

// file is a file of the desk.
func (p *phone) file(name string, data []byte) helpdesk.OutboundFile {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.files["/files/"+name] = data
	return helpdesk.OutboundFile{Name: name, ContentType: "image/png", Size: int64(len(data)), Link: func() (string, error) { return desk + "/files/" + name, nil }}
}

// parse has an inbox read a call as it came.
func parse(t *testing.T, public string, r *http.Request, body []byte) (helpdesk.Batch, error) {
	t.Helper()
	s, err := twilio.New(twilio.Options{PublicURL: public}).Open(settings(`, "medium": "whatsapp"`))
	require.NoError(t, err)
	return s.(helpdesk.WebhookParser).ParseWebhook(r, body)
}

// told is what a call tells, signed.
func told(t *testing.T, body []byte) helpdesk.BatchItem {
	t.Helper()
	r := httptest.NewRequest(http.MethodPost, "/hooks/x", nil)
	sign(r, body)
	batch, err := parse(t, desk, r, body)
	require.NoError(t, err)
	require.Len(t, batch.Items, 1)
	return batch.Items[0]
}

// outcome is what the engine makes of an error.
func outcome(err error) string {
	if err == nil {
		return "sent"
	}
	for _, o := range []struct {
		name string
		like error
	}{
		{"unwanted", helpdesk.Unwanted(helpdesk.NotFound)},
		{"permanent", helpdesk.Permanent(helpdesk.NotFound)},
		{"revoked", helpdesk.Revoked(helpdesk.NotFound)},
		{"unknown", helpdesk.Ambiguous(helpdesk.NotFound)},
		{"slow", helpdesk.SlowDown(helpdesk.NotFound, 1)},
		{"after", helpdesk.RetryAfter(helpdesk.NotFound, 1)},
	} {
		like := fmt.Sprintf("%T", o.like)
		if o.name == "unwanted" {
			like = fmt.Sprintf("%T", errors.Unwrap(o.like))
		}
		for e := err; e != nil; e = errors.Unwrap(e) {
			if fmt.Sprintf("%T", e) == like {
				return o.name
			}
		}
	}
	return "again"
}

func formOf(body []byte) url.Values {
	form, _ := url.ParseQuery(string(body))
	return maps.Clone(form)
}
