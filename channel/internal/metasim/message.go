package metasim

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"
)

// messages is POST /{page or account}/messages.
func (c *call) messages() {
	var in object
	if !c.in(&in) {
		return
	}
	f := c.s.fault()
	if f.Hold != nil {
		select {
		case <-f.Hold:
		case <-c.R.Context().Done():
			return
		}
	}
	if f.Status != 0 && f.Code == 0 {
		c.Status = f.Status
		http.Error(c.W, "<html>Bad gateway</html>", f.Status)
		return
	}
	if no := f.refusal(); no != nil {
		c.refuse(no)
		return
	}
	recipient, _ := in["recipient"].(object)
	who := c.recipient(str(recipient["id"]))
	if who == nil {
		return
	}
	if action := str(in["sender_action"]); action != "" {
		c.action(who, action, in)
		return
	}
	message, _ := in["message"].(object)
	no := c.window(who, in)
	if no == nil {
		no = c.s.checkMessage(message)
	}
	if no != nil {
		c.refuse(no)
		return
	}
	got := c.s.arrive(c.account, who, in, message)
	echo := delivery{c.account, got.echo(message)}
	if f.Early {
		c.account.deliver([]delivery{echo})
	} else {
		c.s.mu.Lock()
		c.s.pending = append(c.s.pending, echo)
		c.s.mu.Unlock()
	}
	answer := object{"recipient_id": who.ID, "message_id": got.ID}
	if f.Accept {
		c.Cut(answer, f.Drop)
	}
	c.Answer(answer)
}

// recipient finds who is written to; nil = it has answered that there is nobody.
func (c *call) recipient(id string) *Customer {
	c.s.mu.Lock()
	who := c.s.customers[id]
	c.s.mu.Unlock()
	switch {
	case who == nil && c.s.flavour.Instagram:
		c.refuse(refuse(9010, 0, "No matching Instagram user"))
	case who == nil:
		c.refuse(refuse(100, 2018001, "No matching user found"))
	case who.blocked:
		c.refuse(refuse(551, 1545041, "This person isn't available right now."))
	default:
		return who
	}
	return nil
}

// window says whether a message may go so long after the customer's last.
func (c *call) window(who *Customer, in object) *refusal {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	last, wrote := who.wrote[c.account]
	age := c.s.o.Now().Sub(last)
	kind, tag := str(in["messaging_type"]), str(in["tag"])
	switch {
	case !within([]string{"", "RESPONSE", "UPDATE", "MESSAGE_TAG"}, kind) || (kind == "MESSAGE_TAG") != (tag != "") || kind == "" && !c.s.flavour.Instagram:
		return refuse(100, 0, "messaging_type or tag is not right")
	case tag != "" && tag != "HUMAN_AGENT":
		return refuse(100, 2018278, "the tag %s was withdrawn", tag)
	case tag != "" && !c.account.HumanAgent:
		return refuse(10, 0, "Application does not have permission for the HUMAN_AGENT tag")
	case !wrote, tag == "" && age >= 24*time.Hour, age >= 7*24*time.Hour:
		return refuse(10, c.s.flavour.Window, "This message is sent outside of allowed window.")
	}
	return nil
}

func (s *Sim) checkMessage(m object) *refusal {
	text, attachment := str(m["text"]), m["attachment"]
	size := utf8.RuneCountInString(text)
	if s.flavour.InBytes {
		size = len(text)
	}
	if (strings.TrimSpace(text) == "") == (attachment == nil) {
		return refuse(100, 0, "a message is a text or an attachment")
	}
	if size > s.flavour.MaxText {
		return refuse(100, 0, "Length of param message[text] must be less than or equal to %d", s.flavour.MaxText)
	}
	if meta := str(m["metadata"]); len(meta) > 1000 {
		return refuse(100, 0, "metadata is too long")
	}
	quick, _ := m["quick_replies"].([]any)
	if len(quick) > 13 {
		return refuse(100, 0, "quick_replies are more than 13")
	}
	for _, q := range quick {
		one, _ := q.(object)
		title, payload := str(one["title"]), str(one["payload"])
		if str(one["content_type"]) != "text" || title == "" || utf8.RuneCountInString(title) > 20 || payload == "" || utf8.RuneCountInString(payload) > 1000 {
			return refuse(100, 0, "a quick reply is not right: %s", title)
		}
	}
	if attachment == nil {
		return nil
	}
	a, _ := attachment.(object)
	payload, _ := a["payload"].(object)
	switch kind := str(a["type"]); kind {
	case "image", "video", "audio", "file":
		return s.checkFile(payload)
	case "template":
		return checkTemplate(payload)
	default:
		return refuse(100, 0, "there is no attachment of type %s", kind)
	}
}

func (s *Sim) checkFile(payload object) *refusal {
	s.mu.Lock()
	defer s.mu.Unlock()
	if id := str(payload["attachment_id"]); id != "" {
		if s.files[id] == nil {
			return refuse(100, 2018074, "Invalid Data: there is no attachment %s", id)
		}
		return nil
	}
	if link := str(payload["url"]); !strings.HasPrefix(link, "http") {
		return refuse(100, 2018047, "the file cannot be fetched")
	}
	return nil
}

func checkTemplate(payload object) *refusal {
	elements, _ := payload["elements"].([]any)
	if str(payload["template_type"]) != "generic" || len(elements) == 0 || len(elements) > 10 {
		return refuse(100, 0, "elements must be 1 to 10 of a generic template")
	}
	for _, e := range elements {
		one, _ := e.(object)
		title, below := str(one["title"]), str(one["subtitle"])
		buttons, _ := one["buttons"].([]any)
		if title == "" || utf8.RuneCountInString(title) > 80 || utf8.RuneCountInString(below) > 80 || len(buttons) > 3 || len(one) < 2 {
			return refuse(100, 0, "an element is not right: %s", title)
		}
		for _, b := range buttons {
			button, _ := b.(object)
			label := str(button["title"])
			fine := str(button["type"]) == "web_url" && str(button["url"]) != "" || str(button["type"]) == "postback" && str(button["payload"]) != ""
			if !fine || label == "" || utf8.RuneCountInString(label) > 20 {
				return refuse(100, 0, "a button is not right: %s", label)
			}
		}
	}
	return nil
}

func (c *call) action(who *Customer, action string, in object) {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	payload, _ := in["payload"].(object)
	switch action {
	case "typing_on", "typing_off":
		who.typing = action == "typing_on"
	case "mark_seen":
		who.seen = len(who.said)
	case "react", "unreact":
		if !within(who.said, str(payload["message_id"])) {
			c.refuse(refuse(100, 0, "there is no message to react to"))
			return
		}
		who.reactions = append(who.reactions, str(payload["reaction"]))
	default:
		c.refuse(refuse(100, 0, "there is no action %s", action))
		return
	}
	c.Answer(object{"recipient_id": who.ID})
}

// upload is POST /{page}/message_attachments.
func (c *call) upload() {
	if c.s.flavour.Instagram && c.account.PageID == "" {
		c.unknown()
		return
	}
	_, params, err := mime.ParseMediaType(c.R.Header.Get("Content-Type"))
	if err != nil {
		c.refuse(refuse(100, 0, "a form with a file is due"))
		return
	}
	form, err := multipart.NewReader(bytes.NewReader(c.Body), params["boundary"]).ReadForm(1 << 20)
	var message struct {
		Attachment struct {
			Type string `json:"type"`
		} `json:"attachment"`
	}
	if err != nil || len(form.Value["message"]) != 1 || json.Unmarshal([]byte(form.Value["message"][0]), &message) != nil || len(form.File["filedata"]) != 1 {
		c.refuse(refuse(100, 0, "message and filedata are required"))
		return
	}
	if c.s.flavour.Instagram && (len(form.Value["platform"]) != 1 || form.Value["platform"][0] != "instagram") {
		c.refuse(refuse(100, 0, "platform must be instagram"))
		return
	}
	part := form.File["filedata"][0]
	f, err := part.Open()
	if err != nil {
		c.refuse(refuse(100, 2018047, "the file cannot be read"))
		return
	}
	defer f.Close()
	data, err := io.ReadAll(f)
	limit := 25 << 20
	if message.Attachment.Type == "image" {
		limit = c.s.flavour.MaxImage
	}
	if err != nil || len(data) == 0 || len(data) > limit || strings.ContainsFunc(part.Filename, func(r rune) bool { return r > '~' }) {
		c.refuse(refuse(100, 2018109, "the file is empty, too large, or its name is not plain"))
		return
	}
	c.s.mu.Lock()
	id := fmt.Sprint(1745504518000000 + c.s.next())
	c.s.files[id] = &file{id: id, name: part.Filename, contentType: part.Header.Get("Content-Type"), data: data}
	c.s.mu.Unlock()
	c.Answer(object{"attachment_id": id})
}
