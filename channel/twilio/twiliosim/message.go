package twiliosim

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf16"
)

// Got is a message that was sent to a customer.
type Got struct {
	number *Number
	to     *Customer
	status string // of the last receipt

	ID        string
	At        time.Time
	Body      string // the words: the body, or a template filled in
	Media     [][]byte
	Content   *Content          // the template; nil = none
	Variables map[string]string // what fills it
	Place     string            // of a location
	Callback  string            // where receipts go
	Form      url.Values        // the request
}

var (
	e164  = regexp.MustCompile(`^\+[1-9][0-9]{6,14}$`)
	bsuid = regexp.MustCompile(`^[A-Z]{2}\.[A-Za-z0-9_.]+$`)
)

// refused is an answer in Twilio's words; nil = the message is taken.
type refused struct {
	code int
	text string
}

func no(code int, format string, args ...any) *refused {
	return &refused{code, fmt.Sprintf(format, args...)}
}

// send is POST Messages.json.
func (c *call) send() {
	form, ok := c.form()
	if !ok {
		return
	}
	f := c.s.fault()
	if c.broken(f) {
		return
	}
	from, bad := c.from(form)
	var got *Got
	if bad == nil {
		got, bad = c.check(from, form)
	}
	if bad == nil && len(form["MediaUrl"]) > 0 {
		got.Media, bad = c.fetchAll(form["MediaUrl"])
	}
	if bad != nil {
		c.refuse(http.StatusBadRequest, bad.code, bad.text)
		return
	}
	c.s.mu.Lock()
	got.ID, got.At = c.s.sid("SM"), c.s.o.Now()
	if len(got.Media) > 0 {
		got.ID = "MM" + got.ID[2:]
	}
	got.status = "queued"
	open := !from.whatsApp || got.At.Before(got.to.wrote.Add(24*time.Hour)) || got.Content != nil && got.Content.Status == "approved"
	c.account.messages = append(c.account.messages, got)
	if open {
		got.to.got = append(got.to.got, got)
		c.s.pending = append(c.s.pending, got.receipt("sent", 0))
	} else { // it is taken, and never arrives
		c.s.pending = append(c.s.pending, got.receipt("failed", 63016))
	}
	shown := got.shown()
	c.s.mu.Unlock()
	if f.Early {
		got.Queued()
		got.Delivered()
	}
	c.taken(f, shown)
}

// shown is a message as the API tells it. The caller holds mu.
func (g *Got) shown() map[string]any {
	return map[string]any{
		"sid": g.ID, "account_sid": g.number.SID, "from": g.number.address(), "to": g.to.address(), "body": g.Body, "status": g.status,
		"num_media": fmt.Sprint(len(g.Media)), "num_segments": "1", "direction": "outbound-api", "error_code": nil, "error_message": nil,
		"date_created": g.At.UTC().Format(time.RFC1123Z), "messaging_service_sid": g.Form.Get("MessagingServiceSid"),
	}
}

// from is the number that sends.
func (c *call) from(form url.Values) (*Number, *refused) {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	to, whatsApp := strings.CutPrefix(form.Get("To"), "whatsapp:")
	if !e164.MatchString(to) && !(whatsApp && bsuid.MatchString(to)) {
		return nil, no(21211, "Invalid 'To' Phone Number: %s", form.Get("To"))
	}
	if id := form.Get("MessagingServiceSid"); id != "" {
		for _, v := range c.account.services {
			if v.ID != id {
				continue
			}
			for _, n := range v.numbers {
				if n.whatsApp == whatsApp {
					return n, nil
				}
			}
		}
		return nil, no(21701, "The Messaging Service does not exist: %s", id)
	}
	if form.Get("From") == "" {
		return nil, no(21603, "A 'From' phone number is required.")
	}
	for _, n := range c.account.lines {
		switch {
		case n.address() != form.Get("From"):
		case n.whatsApp != whatsApp && n.whatsApp:
			return nil, no(63007, "Twilio could not find a Channel with the specified From address")
		case n.whatsApp != whatsApp || !n.whatsApp && !n.CanSMS:
			return nil, no(21606, "The From phone number %s is not a valid, SMS-capable number", form.Get("From"))
		default:
			return n, nil
		}
	}
	if strings.HasPrefix(form.Get("From"), "whatsapp:") {
		return nil, no(63007, "Twilio could not find a Channel with the specified From address")
	}
	return nil, no(21606, "The From phone number %s is not a valid, SMS-capable inbound phone number for your account.", form.Get("From"))
}

// check reads a message as Twilio does.
func (c *call) check(from *Number, form url.Values) (*Got, *refused) {
	got := &Got{number: from, Body: form.Get("Body"), Callback: form.Get("StatusCallback"), Place: strings.TrimPrefix(form.Get("PersistentAction"), "geo:"), Form: form}
	got.to = from.Customer(strings.TrimPrefix(form.Get("To"), "whatsapp:"))
	media := form["MediaUrl"]
	known := []string{
		"To", "From", "MessagingServiceSid", "Body", "MediaUrl", "ContentSid", "ContentVariables", "StatusCallback", "PersistentAction", "ValidityPeriod",
		"ScheduleType", "SendAt", "ProvideFeedback", "SmartEncoded", "RiskCheck", "SendAsMms", "FallbackFrom", "ShortenUrls",
	}
	for name := range form {
		if !slices.Contains(known, name) {
			return nil, no(20001, "unknown parameter %s", name)
		}
	}
	switch sid := form.Get("ContentSid"); {
	case got.to.stopped:
		return nil, no(21610, "Attempt to send to unsubscribed recipient")
	case got.Callback != "" && !callable(got.Callback):
		return nil, no(21609, "The 'StatusCallback' URL %s is not a valid URL.", got.Callback)
	case len(utf16.Encode([]rune(got.Body))) > 1600:
		return nil, no(21617, "The concatenated message body exceeds the 1600 character limit.")
	case len(media) > 10:
		return nil, no(21623, "Number of media files exceeds allowed limit")
	case from.whatsApp && len(media) > 1:
		return nil, no(63021, "WhatsApp takes one file in a message")
	case !from.whatsApp && len(media) > 0 && !from.CanMMS:
		return nil, no(21612, "the number cannot send MMS")
	case !from.whatsApp && got.Place != "":
		return nil, no(20001, "PersistentAction is not for SMS")
	case sid != "":
		return got, c.fill(got, sid)
	case got.Body == "" && len(media) == 0 && got.Place == "":
		return nil, no(21619, "A text message body or media urls must be specified.")
	}
	return got, nil
}

// fill fills a template in.
func (c *call) fill(got *Got, sid string) *refused {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	for _, t := range c.account.templates {
		if t.SID == sid {
			got.Content = t
		}
	}
	if got.Content == nil {
		return no(21655, "The ContentSid is Invalid")
	}
	if raw := got.Form.Get("ContentVariables"); raw != "" && json.Unmarshal([]byte(raw), &got.Variables) != nil {
		return no(21656, "The Content Variables Parameter is invalid")
	}
	for name, v := range got.Variables {
		if strings.TrimSpace(v) == "" {
			return no(21656, "The Content Variables Parameter is invalid: %s is empty", name)
		}
	}
	got.Body = hole.ReplaceAllStringFunc(got.Content.Body(), func(m string) string {
		name := hole.FindStringSubmatch(m)[1]
		if v, ok := got.Variables[name]; ok {
			return v
		}
		return got.Content.Variables[name] // the sample
	})
	return nil
}

var hole = regexp.MustCompile(`\{\{\s*(\w+)\s*\}\}`)

// fetchAll gets the files of a message, from wherever they are.
func (c *call) fetchAll(list []string) (all [][]byte, bad *refused) {
	for _, address := range list {
		r, err := http.NewRequestWithContext(c.r.Context(), http.MethodGet, address, nil)
		if err != nil || r.URL.Host == "" {
			return nil, no(21620, "Invalid media URL(s): %s", address)
		}
		r.Header.Set("User-Agent", "TwilioProxy/1.1")
		res, err := c.s.ask(r)
		if err != nil {
			return nil, no(21620, "Invalid media URL(s): %v", err)
		}
		data, err := io.ReadAll(res.Body)
		_ = res.Body.Close() // it was only read
		if err != nil || res.StatusCode != http.StatusOK || res.Header.Get("Content-Type") == "" {
			return nil, no(21620, "Invalid media URL(s): status %d", res.StatusCode)
		}
		all = append(all, data)
	}
	return all, nil
}

// list is GET Messages.json, of whom and since when.
func (c *call) list() {
	q := c.r.URL.Query()
	since, err := time.Parse(time.RFC3339, q.Get("DateSent>"))
	if err != nil {
		since = time.Time{}
	}
	list := []any{}
	c.account.set(func() {
		for _, g := range slices.Backward(c.account.messages) {
			if (q.Get("To") == "" || g.to.address() == q.Get("To")) && !g.At.Before(since) {
				list = append(list, g.shown())
			}
		}
	})
	c.answer(http.StatusOK, map[string]any{"messages": list, "next_page_uri": nil})
}

func (c *call) fetch(id string) {
	c.s.mu.Lock()
	i := slices.IndexFunc(c.account.messages, func(g *Got) bool { return g.ID == id })
	var shown map[string]any
	if i >= 0 {
		shown = c.account.messages[i].shown()
	}
	c.s.mu.Unlock()
	if i < 0 {
		c.unknown()
		return
	}
	c.answer(http.StatusOK, shown)
}

func (c *call) typing() {
	form, ok := c.form()
	if !ok {
		return
	}
	id := form.Get("messageId")
	done := false
	c.account.set(func() {
		for _, n := range c.account.lines {
			for _, p := range n.people {
				if at := slices.Index(p.said, id); at >= 0 && n.whatsApp {
					p.typing, p.seen, done = true, max(p.seen, at+1), true
				}
			}
		}
	})
	if !done || form.Get("channel") != "whatsapp" {
		c.refuse(http.StatusBadRequest, 20001, "messageId is not a message from WhatsApp")
		return
	}
	c.answer(http.StatusOK, map[string]any{"success": true})
}
