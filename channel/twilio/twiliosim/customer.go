package twiliosim

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Customer is somebody who writes to a number.
type Customer struct {
	n *Number

	Phone  string // "+5511988887777"; "" = hides the number
	Name   string // on WhatsApp; "" = none
	UserID string // on WhatsApp, the id that stays while the number is hidden; "" = none

	stopped bool
	wrote   time.Time
	said    []string
	seen    int
	typing  bool
	got     []*Got
}

// Customer is who has this phone; always the same one for the same number. On
// WhatsApp an id, as "BR.1349", is somebody who hides their number.
func (n *Number) Customer(phone string) *Customer {
	n.s.mu.Lock()
	defer n.s.mu.Unlock()
	for _, p := range n.people {
		if p.Phone == phone || p.Phone == "" && p.UserID == phone {
			return p
		}
	}
	p := &Customer{n: n, Phone: phone}
	if n.whatsApp && bsuid.MatchString(phone) {
		p.Phone, p.UserID = "", phone
	}
	n.people = append(n.people, p)
	return p
}

// Called gives the customer a name, and returns them.
func (p *Customer) Called(name string) *Customer {
	p.Name = name
	return p
}

// address is the customer as messages name them.
func (p *Customer) address() string {
	phone := p.Phone
	if phone == "" {
		phone = p.UserID
	}
	if p.n.whatsApp {
		return "whatsapp:" + phone
	}
	return phone
}

// File is a file on its way.
type File struct {
	Type string // "image/png"
	Data []byte
}

type file struct {
	account *Account
	File
}

// Writes sends a text and returns its id.
func (p *Customer) Writes(text string) string {
	return p.Says(url.Values{"Body": {text}})
}

// Sends sends files and a text.
func (p *Customer) Sends(text string, files ...File) string {
	more := url.Values{"Body": {text}, "NumMedia": {strconv.Itoa(len(files))}, "MessageType": {"image"}}
	p.n.s.mu.Lock()
	message := p.n.s.sid("MM")
	for i, f := range files {
		id := p.n.s.sid("ME")
		p.n.files[id] = &file{p.n.Account, f}
		more.Set("MediaUrl"+strconv.Itoa(i), p.n.s.URL()+"/2010-04-01/Accounts/"+p.n.SID+"/Messages/"+message+"/Media/"+id)
		more.Set("MediaContentType"+strconv.Itoa(i), f.Type)
	}
	p.n.s.mu.Unlock()
	more.Set("MessageSid", message)
	return p.Says(more)
}

// Replies quotes a message, on WhatsApp.
func (p *Customer) Replies(to, text string) string {
	return p.Says(url.Values{"Body": {text}, "OriginalRepliedMessageSid": {to}, "OriginalRepliedMessageSender": {p.n.address()}})
}

// Presses presses a button of a template, on WhatsApp.
func (p *Customer) Presses(to *Got, text, payload string) string {
	return p.Says(url.Values{
		"Body": {text}, "ButtonText": {text}, "ButtonPayload": {payload}, "MessageType": {"button"}, "OriginalRepliedMessageSid": {to.ID},
	})
}

// Shares shares a place, on WhatsApp.
func (p *Customer) Shares(latitude, longitude float64, label string) string {
	return p.Says(url.Values{
		"Body": {""}, "Latitude": {fmt.Sprint(latitude)}, "Longitude": {fmt.Sprint(longitude)}, "Label": {label}, "MessageType": {"location"},
	})
}

// Stops says STOP: Twilio sends them nothing more. Starts takes it back.
func (p *Customer) Stops() string { return p.wants("STOP") }

// Starts allows messages again.
func (p *Customer) Starts() string { return p.wants("START") }

func (p *Customer) wants(word string) string {
	p.n.set(func() { p.stopped = word == "STOP" })
	return p.Says(url.Values{"Body": {word}, "OptOutType": {word}})
}

// Says sends a message with these parameters beside, or in place of, the usual ones;
// nil takes one away. It returns the message's id.
func (p *Customer) Says(more url.Values) string {
	s := p.n.s
	s.mu.Lock()
	id := more.Get("MessageSid")
	if id == "" {
		id = s.sid("SM")
	}
	form := url.Values{
		"MessageSid": {id}, "SmsSid": {id}, "SmsMessageSid": {id}, "AccountSid": {p.n.SID}, "From": {p.address()}, "To": {p.n.address()},
		"Body": {""}, "NumMedia": {"0"}, "NumSegments": {"1"}, "SmsStatus": {"received"}, "ApiVersion": {"2010-04-01"},
	}
	if p.n.whatsApp {
		form.Set("MessageType", "text")
		form.Set("ProfileName", p.Name)
		form.Set("WaId", strings.TrimPrefix(p.Phone, "+"))
		form.Set("ChannelMetadata", `{"type":"whatsapp","data":{}}`)
		if p.UserID != "" {
			form.Set("ExternalUserId", p.UserID)
		}
	} else {
		form.Set("FromCountry", "BR")
		form.Set("FromState", "SP")
		form.Set("FromZip", "01000")
		form.Set("FromCity", "")
	}
	if p.n.service != nil {
		form.Set("MessagingServiceSid", p.n.service.ID)
	}
	for name, values := range more {
		if form[name] = values; values == nil {
			delete(form, name)
		}
	}
	p.said, p.wrote = append(p.said, id), s.o.Now()
	address := p.n.calls()
	s.mu.Unlock()
	s.post(delivery{account: p.n.Account, address: address, form: form})
	return id
}

// Got is what the customer received, in order.
func (p *Customer) Got() []*Got {
	p.n.s.mu.Lock()
	defer p.n.s.mu.Unlock()
	return slices.Clone(p.got)
}

// Typing says whether the business is writing, and Seen how many of the customer's
// messages it has read, as their phone shows it.
func (p *Customer) Typing() bool {
	p.n.s.mu.Lock()
	defer p.n.s.mu.Unlock()
	return p.typing
}

// Seen is how many of the customer's messages the business has read.
func (p *Customer) Seen() int {
	p.n.s.mu.Lock()
	defer p.n.s.mu.Unlock()
	return p.seen
}

// Queued posts the receipt that Twilio has taken it.
func (g *Got) Queued() { g.post("queued", 0) }

// Sent says that it has left.
func (g *Got) Sent() { g.post("sent", 0) }

// Delivered says that the phone has it.
func (g *Got) Delivered() { g.post("delivered", 0) }

// Read says that the customer opened it, on WhatsApp.
func (g *Got) Read() { g.post("read", 0) }

// Undelivered says that it never arrived; Failed that it never left.
func (g *Got) Undelivered(code int) { g.post("undelivered", code) }

// Failed says that it never left.
func (g *Got) Failed(code int) { g.post("failed", code) }

func (g *Got) post(status string, code int) {
	g.number.s.mu.Lock()
	d := g.receipt(status, code)
	g.number.s.mu.Unlock()
	g.number.s.post(d)
}

// receipt is a receipt. The caller holds mu.
func (g *Got) receipt(status string, code int) delivery {
	g.status = status
	form := url.Values{
		"MessageSid": {g.ID}, "SmsSid": {g.ID}, "MessageStatus": {status}, "SmsStatus": {status}, "AccountSid": {g.number.SID},
		"From": {g.number.address()}, "To": {g.to.address()}, "ApiVersion": {"2010-04-01"},
	}
	if code != 0 {
		form.Set("ErrorCode", strconv.Itoa(code))
	}
	if g.number.whatsApp {
		form.Set("ChannelPrefix", "whatsapp")
		form.Set("ChannelInstallSid", "XE00000000000000000000000000000000")
	}
	if id := g.Form.Get("MessagingServiceSid"); id != "" {
		form.Set("MessagingServiceSid", id)
	}
	return delivery{account: g.number.Account, address: g.Callback, form: form}
}

// media is a file of a message: it moves the caller on to where the bytes are.
func (c *call) media(id string) {
	c.s.mu.Lock()
	f, missing := c.account.files[id], c.s.missing > 0
	if missing {
		c.s.missing--
	}
	if c.r.Method == http.MethodDelete {
		delete(c.account.files, id)
	}
	c.s.mu.Unlock()
	switch {
	case f == nil || missing:
		c.unknown()
	case c.r.Method == http.MethodDelete:
		c.status = http.StatusNoContent
		c.w.WriteHeader(c.status)
	default:
		c.status = http.StatusTemporaryRedirect
		http.Redirect(c.w, c.r, "/cdn/"+id, c.status)
	}
}

// download is where the bytes are: whoever knows the address gets them, and whoever
// brings the account's credentials has told them to a stranger.
func (c *call) download(id string) {
	if _, _, given := c.r.BasicAuth(); given {
		c.s.tb.Errorf("twiliosim: the account's credentials went to where files are kept")
	}
	c.s.mu.Lock()
	var f *file
	for _, a := range c.s.accounts {
		if a.files[id] != nil {
			f = a.files[id]
		}
	}
	slow := c.s.slow
	c.s.mu.Unlock()
	if slow != nil {
		select {
		case <-slow:
		case <-c.r.Context().Done():
			return
		}
	}
	if f == nil {
		c.status = http.StatusNotFound
		http.NotFound(c.w, c.r)
		return
	}
	c.status = http.StatusOK
	c.w.Header().Set("Content-Type", f.Type)
	_, _ = c.w.Write(f.Data) // the caller may have gone
}
