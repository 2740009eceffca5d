package whatsappsim

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

type object = map[string]any

// messages is POST /{number}/messages.
func (c *call) messages() {
	var m object
	if c.R.Method != http.MethodPost {
		c.unknown()
		return
	}
	if !c.in(&m) {
		return
	}
	if m["messaging_product"] != "whatsapp" {
		c.refuse(refuse(100, "messaging_product must be whatsapp"))
		return
	}
	if m["status"] == "read" {
		c.marked(m)
		return
	}
	f := c.s.fault()
	if f.Hold != nil {
		select {
		case <-f.Hold:
		case <-c.R.Context().Done():
		}
	}
	if f.Status != 0 && f.Code == 0 && !f.Accept {
		c.Status = f.Status
		http.Error(c.W, "<html>"+http.StatusText(f.Status)+"</html>", f.Status)
		return
	}
	if f.Status != 0 && !f.Accept {
		c.refuse(&refusal{status: f.Status, code: f.Code, message: f.Message, details: f.Details, retryAfter: f.RetryAfter})
		return
	}
	to, bad := c.recipient(m)
	if bad == nil {
		bad = c.limits(to)
	}
	if bad == nil {
		bad = c.check(m)
	}
	if bad != nil {
		c.refuse(bad)
		return
	}
	c.accept(to, m, f)
}

// accept takes a message.
func (c *call) accept(to *Customer, m object, f Fault) {
	got := &Got{sim: c.s, number: c.number, to: to, ID: c.s.wamid(), Type: str(m["type"]), Raw: m, opaque: str(m["biz_opaque_callback_data"])}
	got.read()
	c.s.mu.Lock()
	got.At = c.s.o.Now()
	to.got = append(to.got, got)
	open := got.At.Before(to.wrote[c.number].Add(24 * time.Hour))
	closed := !open && got.Type != "template"
	if closed {
		c.s.pending = append(c.s.pending, got.receipt("failed", 131047, "Re-engagement message"))
	} else if got.Type != "reaction" {
		c.s.pending = append(c.s.pending, got.receipt("sent", 0, ""))
	}
	c.s.mu.Unlock()
	if f.Early {
		got.Sent()
		got.Delivered()
	}
	message := object{"id": got.ID}
	if f.Odd != "" {
		message["message_status"] = f.Odd
	}
	contact := object{"input": str(m["to"]) + str(m["recipient"])}
	if to.WaID != "" {
		contact["wa_id"] = to.WaID
	}
	if to.UserID != "" {
		contact["user_id"] = to.UserID
	}
	body := object{"messaging_product": "whatsapp", "contacts": []any{contact}, "messages": []any{message}}
	if f.Drop || f.Cut {
		c.Cut(body, f.Drop)
		return
	}
	c.Answer(body)
}

// recipient is whom a message goes to: somebody who is known, or a new one.
func (c *call) recipient(m object) (*Customer, *refusal) {
	to, id := str(m["to"]), str(m["recipient"])
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	for _, known := range c.s.customers {
		if to != "" && known.answersTo(digits(to)) || to == "" && id != "" && known.UserID == id {
			return known, nil
		}
	}
	switch {
	case to == "" && id == "":
		return nil, refuse(131008, "to or recipient is required")
	case to != "" && len(digits(to)) < 7:
		return nil, refuse(131009, "to is not a number")
	case to == "":
		return nil, refuse(131026, "nobody has this id")
	}
	fresh := &Customer{sim: c.s, WaID: digits(to), wrote: map[*Number]time.Time{}}
	c.s.customers[fresh.WaID] = fresh
	return fresh, nil
}

func (c *call) limits(to *Customer) *refusal {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	if !c.s.take("number "+c.number.ID, c.s.o.Throughput, time.Second/time.Duration(c.s.o.Throughput)) {
		return &refusal{status: http.StatusTooManyRequests, code: 130429, message: titles[130429], details: "too many messages from this number"}
	}
	if !c.s.take("pair "+c.number.ID+" "+to.WaID+to.UserID, c.s.o.Burst, 6*time.Second) {
		return refuse(131056, "too many messages to this person")
	}
	return nil
}

// check is what Graph says of a message's body.
func (c *call) check(m object) *refusal {
	kind := str(m["type"])
	part, _ := m[kind].(object)
	if len(str(m["biz_opaque_callback_data"])) > 512 {
		return refuse(100, "biz_opaque_callback_data is longer than 512")
	}
	if context, given := m["context"].(object); given && str(context["message_id"]) == "" {
		return refuse(131009, "context.message_id is empty")
	}
	if part == nil && kind != "contacts" {
		return refuse(131008, "%q is missing", kind)
	}
	switch kind {
	case "text":
		return between("text.body", str(part["body"]), 1, 4096)
	case "image", "video", "audio", "document", "sticker":
		return c.checkMedia(kind, part)
	case "location":
		if part["latitude"] == nil || part["longitude"] == nil {
			return refuse(131008, "latitude and longitude are required")
		}
	case "contacts":
		list, _ := m["contacts"].([]any)
		if len(list) == 0 || len(list) > 257 {
			return refuse(131009, "contacts must be 1 to 257")
		}
	case "reaction":
		if str(part["message_id"]) == "" || part["emoji"] == nil {
			return refuse(131008, "message_id and emoji are required")
		}
	case "interactive":
		return checkInteractive(part)
	case "template":
		return c.checkTemplate(part)
	default:
		return refuse(131051, "type %q", kind)
	}
	return nil
}

func (c *call) checkMedia(kind string, part object) *refusal {
	id, link := str(part["id"]), str(part["link"])
	if (id == "") == (link == "") {
		return refuse(131008, "one of id and link is required")
	}
	if part["caption"] != nil && (kind == "audio" || kind == "sticker") {
		return refuse(131009, "%s takes no caption", kind)
	}
	if part["filename"] != nil && kind != "document" {
		return refuse(131009, "%s takes no filename", kind)
	}
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	if f := c.s.files[id]; id != "" && (f == nil || f.number != c.number) {
		return refuse(131053, "there is no file %s", id)
	} else if id != "" && !slices.Contains(kindsOf(f.ContentType), kind) {
		return refuse(131053, "%s is no %s", f.ContentType, kind)
	}
	return between("caption", str(part["caption"]), 0, 1024)
}

func checkInteractive(part object) *refusal {
	body, _ := part["body"].(object)
	action, _ := part["action"].(object)
	if text, ok := part["action"].(string); ok && json.Unmarshal([]byte(text), &action) != nil {
		return refuse(131009, "action is no JSON")
	}
	switch str(part["type"]) {
	case "button":
		buttons, _ := action["buttons"].([]any)
		if len(buttons) == 0 || len(buttons) > 3 {
			return refuse(131009, "buttons must be 1 to 3")
		}
		seen := map[string]bool{}
		for _, b := range buttons {
			one, _ := b.(object)
			reply, _ := one["reply"].(object)
			if bad := first(between("id", str(reply["id"]), 1, 256), between("title", str(reply["title"]), 1, 20)); bad != nil {
				return bad
			}
			if seen[str(reply["title"])] {
				return refuse(131009, "two buttons have one title")
			}
			seen[str(reply["title"])] = true
		}
		return between("body", str(body["text"]), 1, 1024)
	case "list":
		rows := 0
		sections, _ := action["sections"].([]any)
		for _, s := range sections {
			section, _ := s.(object)
			list, _ := section["rows"].([]any)
			for _, r := range list {
				row, _ := r.(object)
				rows++
				if bad := first(between("row id", str(row["id"]), 1, 200), between("row title", str(row["title"]), 1, 24), between("row description", str(row["description"]), 0, 72)); bad != nil {
					return bad
				}
			}
		}
		if rows == 0 || rows > 10 || len(sections) > 10 {
			return refuse(131009, "rows must be 1 to 10")
		}
		return first(between("button", str(action["button"]), 1, 20), between("body", str(body["text"]), 1, 4096))
	}
	return nil
}

func (c *call) marked(m object) {
	id := str(m["message_id"])
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	for _, who := range c.s.customers {
		if at := slices.Index(who.said, id); at >= 0 {
			who.seen = max(who.seen, at+1)
			who.typing = m["typing_indicator"] != nil
			defer c.Answer(object{"success": true})
			return
		}
	}
	defer c.refuse(refuse(131009, "there is no message %s", id))
}

func between(what, s string, least, most int) *refusal {
	if n := utf8.RuneCountInString(s); n < least || n > most {
		return refuse(131009, "%s must have %d to %d characters", what, least, most)
	}
	return nil
}

func first(all ...*refusal) *refusal {
	for _, f := range all {
		if f != nil {
			return f
		}
	}
	return nil
}

func str(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case nil:
		return ""
	}
	return strings.TrimSpace(fmt.Sprint(v))
}
