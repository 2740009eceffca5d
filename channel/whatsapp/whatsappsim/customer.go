package whatsappsim

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"time"
)

// Customer is somebody with WhatsApp on their phone. Where there are several
// numbers, what they write goes to the first, or to the one of To.
type Customer struct {
	sim  *Sim
	WaID string // "5511988887777"; "" = hides the number

	Name   string // "" = none
	UserID string // the id that stays while the number is hidden; "" = none

	also   []string // other ways to dial the same person
	wrote  map[*Number]time.Time
	said   []string // ids of what they wrote
	seen   int      // how many of said the business has read
	typing bool
	got    []*Got
}

// Customer is who has this number; always the same one for the same number.
func (s *Sim) Customer(phone string) *Customer {
	s.mu.Lock()
	defer s.mu.Unlock()
	id := digits(phone)
	if s.customers[id] == nil {
		s.customers[id] = &Customer{sim: s, WaID: id, wrote: map[*Number]time.Time{}}
	}
	return s.customers[id]
}

// Hidden is somebody who shows no number but an id, as "BR.1349".
func (s *Sim) Hidden(userID string) *Customer {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.customers[userID] == nil {
		s.customers[userID] = &Customer{sim: s, UserID: userID, wrote: map[*Number]time.Time{}}
	}
	return s.customers[userID]
}

// Called gives the customer a name, and returns them.
func (c *Customer) Called(name string) *Customer {
	c.Name = name
	return c
}

// Dialled adds another number under which WhatsApp reaches the same person: that
// with the ninth digit, say.
func (c *Customer) Dialled(phone string) *Customer {
	c.sim.mu.Lock()
	defer c.sim.mu.Unlock()
	c.also = append(c.also, digits(phone))
	return c
}

func (c *Customer) answersTo(id string) bool {
	return id != "" && (c.WaID == id || slices.Contains(c.also, id))
}

// To is the customer as they write to another number of the business.
func (c *Customer) To(n *Number) *Writer { return &Writer{c, n} }

// Writer writes to one number.
type Writer struct {
	c *Customer
	n *Number
}

func (c *Customer) writer() *Writer {
	c.sim.mu.Lock()
	defer c.sim.mu.Unlock()
	if len(c.sim.numbers) == 0 {
		c.sim.tb.Errorf("whatsappsim: there is no Number to write to")
		return nil
	}
	return &Writer{c, c.sim.numbers[0]}
}

// Writes sends a text and returns its id.
func (c *Customer) Writes(text string) string { return c.writer().Writes(text) }

// Says sends a message of any type: body is what stands under its name. It returns
// the id.
func (c *Customer) Says(kind string, body any) string { return c.writer().Says(kind, body, nil) }

// Replies sends a text that quotes a message.
func (c *Customer) Replies(to, text string) string {
	return c.writer().Says("text", object{"body": text}, object{"context": object{"id": to}})
}

// Reacts sets a sign under a message; "" takes it away.
func (c *Customer) Reacts(to, emoji string) string {
	return c.Says("reaction", object{"message_id": to, "emoji": emoji})
}

// Edits changes the words of a message they sent.
func (c *Customer) Edits(id, text string) string {
	return c.Says("edit", object{"original_message_id": id, "message": object{"type": "text", "text": object{"body": text}}})
}

// TakesBack deletes a message they sent, for everybody.
func (c *Customer) TakesBack(id string) string {
	return c.Says("revoke", object{"original_message_id": id})
}

// Taps answers buttons or a list by the title of what is tapped.
func (c *Customer) Taps(got *Got, title string) string {
	for _, choice := range got.Choices {
		if choice.Title != title {
			continue
		}
		kind := map[string]string{"button": "button_reply", "list": "list_reply"}[got.shape]
		if got.Type == "template" {
			return c.writer().Says("button", object{"payload": choice.ID, "text": choice.Title}, object{"context": object{"id": got.ID}})
		}
		return c.writer().Says("interactive", object{"type": kind, kind: object{"id": choice.ID, "title": choice.Title}}, object{"context": object{"id": got.ID}})
	}
	c.sim.tb.Helper()
	c.sim.tb.Errorf("whatsappsim: nothing there is called %q", title)
	return ""
}

// Sends sends a file: kind is image, video, audio, document or sticker.
func (c *Customer) Sends(kind, name, contentType string, data []byte, caption string) string {
	w := c.writer()
	c.sim.mu.Lock()
	id := c.sim.keep(w.n, contentType, data)
	c.sim.mu.Unlock()
	sum := sha256.Sum256(data)
	body := object{"id": id, "mime_type": contentType, "sha256": base64.StdEncoding.EncodeToString(sum[:])}
	if caption != "" {
		body["caption"] = caption
	}
	if name != "" {
		body["filename"] = name
	}
	return w.Says(kind, body, nil)
}

// Stops says that the customer wants no marketing any more; Resumes takes it back.
func (c *Customer) Stops() { c.writer().Stops() }

// Resumes allows marketing again.
func (c *Customer) Resumes() { c.writer().Resumes() }

// Stops is Customer.Stops, told to this number.
func (w *Writer) Stops() { w.prefers("stop") }

// Resumes is Customer.Resumes, told to this number.
func (w *Writer) Resumes() { w.prefers("resume") }

func (w *Writer) prefers(value string) {
	c := w.c
	w.n.post("user_preferences", object{"user_preferences": []any{object{
		"wa_id": c.WaID, "category": "marketing_messages", "value": value, "timestamp": c.sim.o.Now().Unix(), "detail": "User requested to " + value,
	}}, "contacts": []any{w.c.contact()}})
}

// Moves changes the customer's number.
func (c *Customer) Moves(phone string) {
	w := c.writer()
	old := c.WaID
	c.sim.mu.Lock()
	delete(c.sim.customers, old)
	c.WaID = digits(phone)
	c.sim.customers[c.WaID] = c
	c.sim.mu.Unlock()
	w.n.message(object{"from": old, "type": "system", "system": object{
		"body": "changed", "type": "user_changed_number", "wa_id": c.WaID, "new_wa_id": c.WaID,
	}}, nil, c.sim.wamid())
}

// Writes sends a text and returns its id.
func (w *Writer) Writes(text string) string { return w.Says("text", object{"body": text}, nil) }

// Says is Customer.Says with further fields of the message.
func (w *Writer) Says(kind string, body any, more map[string]any) string {
	id, c := w.c.sim.wamid(), w.c
	m := object{"type": kind, kind: body}
	if c.WaID != "" {
		m["from"] = c.WaID
	}
	if c.UserID != "" {
		m["from_user_id"] = c.UserID
	}
	for key, value := range more {
		m[key] = value
	}
	c.sim.mu.Lock()
	c.said = append(c.said, id)
	if !slices.Contains([]string{"reaction", "edit", "revoke"}, kind) {
		c.wrote[w.n] = c.sim.o.Now()
	}
	c.sim.mu.Unlock()
	w.n.message(m, c.contact(), id)
	return id
}

func (c *Customer) contact() object {
	contact := object{"profile": object{"name": c.Name}}
	if c.WaID != "" {
		contact["wa_id"] = c.WaID
	}
	if c.UserID != "" {
		contact["user_id"] = c.UserID
	}
	return contact
}

// Seen is how many of the customer's messages the business has read, as their
// phone shows it; Typing whether somebody is writing.
func (c *Customer) Seen() int {
	c.sim.mu.Lock()
	defer c.sim.mu.Unlock()
	return c.seen
}

// Typing says whether the business is writing.
func (c *Customer) Typing() bool {
	c.sim.mu.Lock()
	defer c.sim.mu.Unlock()
	return c.typing
}

// Got is what the customer received, in order.
func (c *Customer) Got() []*Got {
	c.sim.mu.Lock()
	defer c.sim.mu.Unlock()
	return slices.Clone(c.got)
}

// Got is a message on a customer's phone.
type Got struct {
	sim    *Sim
	number *Number
	to     *Customer
	opaque string
	shape  string // of interactive ones

	ID      string
	At      time.Time
	Type    string
	Text    string // the words: body, caption, or a template filled in
	Quotes  string // the id of the message it answers
	Choices []Choice
	Name    string         // of a template, or of a file
	Data    []byte         // of a file
	Raw     map[string]any // the request
}

// Choice is a button or a row.
type Choice struct{ ID, Title string }

// read fills in what the message shows.
func (g *Got) read() {
	part, _ := g.Raw[g.Type].(object)
	context, _ := g.Raw["context"].(object)
	g.Quotes = str(context["message_id"])
	switch g.Type {
	case "text":
		g.Text = str(part["body"])
	case "reaction":
		g.Text = str(part["emoji"])
	case "interactive":
		g.shape = str(part["type"])
		body, _ := part["body"].(object)
		g.Text = str(body["text"])
		g.Choices = choicesOf(part)
	case "template":
		g.Name = str(part["name"])
		g.Text, g.Choices = g.number.filledIn(part)
	case "image", "video", "audio", "document", "sticker":
		g.Text, g.Name = str(part["caption"]), str(part["filename"])
		g.sim.mu.Lock()
		if f := g.sim.files[str(part["id"])]; f != nil {
			g.Data = f.data
		}
		g.sim.mu.Unlock()
	}
}

func choicesOf(part object) (all []Choice) {
	action, _ := part["action"].(object)
	buttons, _ := action["buttons"].([]any)
	for _, b := range buttons {
		one, _ := b.(object)
		reply, _ := one["reply"].(object)
		all = append(all, Choice{str(reply["id"]), str(reply["title"])})
	}
	sections, _ := action["sections"].([]any)
	for _, s := range sections {
		section, _ := s.(object)
		rows, _ := section["rows"].([]any)
		for _, r := range rows {
			row, _ := r.(object)
			all = append(all, Choice{str(row["id"]), str(row["title"])})
		}
	}
	return all
}

// Sent posts the receipt that WhatsApp has passed it on.
func (g *Got) Sent() { g.number.statuses(g.receipt("sent", 0, "")) }

// Delivered says that the phone has it.
func (g *Got) Delivered() { g.number.statuses(g.receipt("delivered", 0, "")) }

// Read says that the customer opened it.
func (g *Got) Read() { g.number.statuses(g.receipt("read", 0, "")) }

// Failed says that it never arrived.
func (g *Got) Failed(code int, title string) { g.number.statuses(g.receipt("failed", code, title)) }

func (g *Got) receipt(state string, code int, title string) delivery {
	s := object{"id": g.ID, "status": state, "timestamp": strconv.FormatInt(g.sim.o.Now().Unix(), 10)}
	if g.to.WaID != "" {
		s["recipient_id"] = g.to.WaID
	}
	if g.to.UserID != "" {
		s["recipient_user_id"] = g.to.UserID
	}
	if g.opaque != "" {
		s["biz_opaque_callback_data"] = g.opaque
	}
	if code != 0 {
		s["errors"] = []any{object{"code": code, "title": title, "message": title, "error_data": object{"details": title + " in detail"}}}
	}
	return delivery{g.number, "messages", object{"statuses": []any{s}}}
}

// Flush posts the receipts that have come up by themselves: "sent" for what was
// taken, "failed" with 131047 for what went out after the window had closed.
func (s *Sim) Flush() {
	s.mu.Lock()
	pending := s.pending
	s.pending = nil
	s.mu.Unlock()
	for _, d := range pending {
		d.number.statuses(d)
	}
}

// raw is a value as the wire would have it.
func raw(v any) json.RawMessage {
	b, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprint("whatsappsim: ", err))
	}
	return b
}
