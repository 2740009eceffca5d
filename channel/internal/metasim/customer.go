package metasim

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Customer is somebody who writes to the first account, or to the one of To.
type Customer struct {
	sim *Sim
	to  *Account // nil = the first
	*person
}

// person is the customer, whichever account they write to.
type person struct {
	ID   string
	Name string

	wrote     map[*Account]time.Time
	said      []string
	seen      int
	typing    bool
	hidden    bool
	blocked   bool
	reactions []string
	got       []*Got
}

// Customer is a new person with this name.
func (s *Sim) Customer(name string) *Customer {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := &Customer{sim: s, person: &person{ID: fmt.Sprint(6100000000000000 + s.next()), Name: name, wrote: map[*Account]time.Time{}}}
	s.customers[c.ID] = c
	return c
}

// To is the customer as they write to another account.
func (c *Customer) To(a *Account) *Customer { return &Customer{c.sim, a, c.person} }

// Hides takes back that businesses may know who they are.
func (c *Customer) Hides() { c.set(func() { c.hidden = true }) }

// Blocks has the person take no more messages.
func (c *Customer) Blocks() { c.set(func() { c.blocked = true }) }

func (c *Customer) set(change func()) {
	c.sim.mu.Lock()
	defer c.sim.mu.Unlock()
	change()
}

func (c *Customer) profile() object {
	username := strings.ToLower(strings.ReplaceAll(c.Name, " ", "_"))
	if c.sim.flavour.Instagram {
		return object{"id": c.ID, "name": c.Name, "username": username, "follower_count": 42, "is_verified_user": false, "is_user_follow_business": true, "is_business_follow_user": false}
	}
	first, last, _ := strings.Cut(c.Name, " ")
	return object{"id": c.ID, "name": c.Name, "first_name": first, "last_name": last}
}

func (c *Customer) account() *Account {
	c.sim.mu.Lock()
	defer c.sim.mu.Unlock()
	switch {
	case c.to != nil:
		return c.to
	case len(c.sim.accounts) == 0:
		c.sim.tb.Errorf("metasim: there is no account to write to")
		return nil
	}
	return c.sim.accounts[0]
}

// Does posts an event of the customer's: what is in it is as Meta has it; who it is
// from, to whom and when are added.
func (c *Customer) Does(event map[string]any) {
	a := c.account()
	e := object{"sender": object{"id": c.ID}, "recipient": object{"id": a.ID}, "timestamp": c.sim.o.Now().UnixMilli()}
	for key, value := range event {
		e[key] = value
	}
	a.post(e)
}

// Says sends a message of any content, and returns its id.
func (c *Customer) Says(message map[string]any) string {
	mid, a := c.sim.mid(), c.account()
	m := object{"mid": mid}
	for key, value := range message {
		m[key] = value
	}
	c.set(func() {
		c.said = append(c.said, mid)
		c.wrote[a] = c.sim.o.Now()
	})
	c.Does(object{"message": m})
	return mid
}

// Writes sends a text and returns its id.
func (c *Customer) Writes(text string) string { return c.Says(object{"text": text}) }

// Replies sends a text that quotes a message.
func (c *Customer) Replies(to, text string) string {
	return c.Says(object{"text": text, "reply_to": object{"mid": to}})
}

// Attaches sends attachments as Meta has them, and returns the message's id.
func (c *Customer) Attaches(attachments ...map[string]any) string {
	list := make([]any, len(attachments))
	for i, a := range attachments {
		list[i] = a
	}
	return c.Says(object{"attachments": list})
}

// Sends sends a file: kind is image, video, audio or file.
func (c *Customer) Sends(kind, name, contentType string, data []byte) string {
	c.sim.mu.Lock()
	f := &file{id: fmt.Sprint("f", c.sim.next()), name: name, contentType: contentType, data: data}
	c.sim.files[f.id] = f
	mid := fmt.Sprintf("m_SIM%06d", c.sim.next())
	c.sim.ofMessage[mid] = []*file{f}
	a := c.to
	if a == nil && len(c.sim.accounts) > 0 {
		a = c.sim.accounts[0]
	}
	c.said = append(c.said, mid)
	c.wrote[a] = c.sim.o.Now()
	c.sim.mu.Unlock()
	c.Does(object{"message": object{"mid": mid, "attachments": []any{object{"type": kind, "payload": object{"url": c.sim.server.URL + "/cdn/" + f.id}}}}})
	return mid
}

// RepliesToStory answers a story of the account's.
func (c *Customer) RepliesToStory(storyURL, text string) string {
	return c.Says(object{"text": text, "reply_to": object{"story": object{"id": "17900000000000001", "url": storyURL}}})
}

// MentionsInStory mentions the account in a story of their own.
func (c *Customer) MentionsInStory() string {
	return c.Attaches(object{"type": "story_mention", "payload": object{"url": c.sim.server.URL + "/cdn/story"}})
}

// Reacts sets a sign under a message; "" takes it away.
func (c *Customer) Reacts(mid, emoji string) {
	r := object{"mid": mid, "action": "react", "emoji": emoji, "reaction": "other"}
	if emoji == "" {
		r = object{"mid": mid, "action": "unreact"}
	}
	c.Does(object{"reaction": r})
}

// Edits changes the words of a message they sent.
func (c *Customer) Edits(mid, text string) {
	c.Does(object{"message_edit": object{"mid": mid, "text": text, "num_edit": 1}})
}

// TakesBack unsends a message.
func (c *Customer) TakesBack(mid string) {
	c.Does(object{"message": object{"mid": mid, "is_deleted": true}})
}

// Taps presses a quick reply or a button by its title.
func (c *Customer) Taps(got *Got, title string) string {
	for _, choice := range got.Choices {
		switch {
		case choice.Title != title:
		case choice.Button:
			mid, a := c.sim.mid(), c.account()
			c.set(func() { c.said, c.wrote[a] = append(c.said, mid), c.sim.o.Now() })
			c.Does(object{"postback": object{"mid": mid, "title": title, "payload": choice.Payload}})
			return mid
		default:
			return c.Says(object{"text": title, "quick_reply": object{"payload": choice.Payload}})
		}
	}
	c.sim.tb.Helper()
	c.sim.tb.Errorf("metasim: nothing there is called %q", title)
	return ""
}

// Seen is how many of the customer's messages the business has read, as they see it.
func (c *Customer) Seen() (n int) { c.set(func() { n = c.seen }); return n }

// Typing says whether the business is writing.
func (c *Customer) Typing() (on bool) { c.set(func() { on = c.typing }); return on }

// Reactions are the signs that the business set under their messages, in order; "" was
// one taken away.
func (c *Customer) Reactions() (list []string) {
	c.set(func() { list = slices.Clone(c.reactions) })
	return list
}

// Got is what the customer received, in order.
func (c *Customer) Got() (list []*Got) { c.set(func() { list = slices.Clone(c.got) }); return list }

// Texts are the words of what the customer received.
func (c *Customer) Texts() (list []string) {
	for _, g := range c.Got() {
		list = append(list, g.Text)
	}
	return list
}

// Got is a message that a customer received.
type Got struct {
	sim     *Sim
	account *Account
	to      *Customer

	ID      string
	At      time.Time
	Type    string // "text", "image", "video", "audio", "file" or "template"
	Text    string
	Quotes  string // the id of the message it answers
	Choices []Choice
	Titles  []string // of cards
	Tag     string   // "HUMAN_AGENT"
	Data    []byte   // of a file that was uploaded
	URL     string   // of one that is fetched
	Raw     map[string]any
}

// Choice is a quick reply, or a button of a card.
type Choice struct {
	Title, Payload string
	Button         bool
}

// arrive has a message stand in the customer's conversation.
func (s *Sim) arrive(a *Account, who *Customer, in, message object) *Got {
	s.mu.Lock()
	defer s.mu.Unlock()
	g := &Got{sim: s, account: a, to: who, ID: fmt.Sprintf("m_SIM%06d", s.next()), At: s.o.Now(), Type: "text", Text: str(message["text"]), Tag: str(in["tag"]), Raw: in}
	if reply, ok := in["reply_to"].(object); ok {
		g.Quotes = str(reply["mid"])
	}
	quick, _ := message["quick_replies"].([]any)
	for _, q := range quick {
		one, _ := q.(object)
		g.Choices = append(g.Choices, Choice{Title: str(one["title"]), Payload: str(one["payload"])})
	}
	if attachment, ok := message["attachment"].(object); ok {
		payload, _ := attachment["payload"].(object)
		g.Type, g.URL = str(attachment["type"]), str(payload["url"])
		if f := s.files[str(payload["attachment_id"])]; f != nil {
			g.Data = f.data
		}
		elements, _ := payload["elements"].([]any)
		for _, e := range elements {
			one, _ := e.(object)
			g.Titles = append(g.Titles, str(one["title"]))
			buttons, _ := one["buttons"].([]any)
			for _, b := range buttons {
				button, _ := b.(object)
				g.Choices = append(g.Choices, Choice{str(button["title"]), str(button["payload"]), true})
			}
		}
	}
	who.got = append(who.got, g)
	who.typing = false
	return g
}

// echo is the message as the account's webhook tells it.
func (g *Got) echo(message object) object {
	m := object{"mid": g.ID, "is_echo": true}
	if g.Text != "" {
		m["text"] = g.Text
	}
	if !g.sim.flavour.Instagram {
		m["app_id"] = g.sim.o.AppID
		if meta := message["metadata"]; meta != nil {
			m["metadata"] = meta
		}
	}
	if g.Type != "text" {
		m["attachments"] = []any{object{"type": g.Type, "payload": object{"url": g.sim.server.URL + "/cdn/echo"}}}
	}
	return object{"sender": object{"id": g.account.ID}, "recipient": object{"id": g.to.ID}, "timestamp": g.At.UnixMilli(), "message": m}
}

// Delivered says that the message has arrived, and all before it. Instagram does not
// tell.
func (g *Got) Delivered() {
	if !g.sim.flavour.Instagram {
		g.to.To(g.account).Does(object{"delivery": object{"mids": []any{g.ID}, "watermark": g.sim.o.Now().UnixMilli()}})
	}
}

// Read says that the customer has seen it, and all before it.
func (g *Got) Read() {
	read := object{"watermark": g.sim.o.Now().UnixMilli()}
	if g.sim.flavour.ReadByID {
		read = object{"mid": g.ID}
	}
	g.to.To(g.account).Does(object{"read": read})
}
