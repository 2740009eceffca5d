package whatsapp

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/channel/internal/wire"
)

// What WhatsApp takes, in characters.
const (
	maxText        = 4096
	maxCaption     = 1024
	maxButtonsBody = 1024
	maxButtons     = 3
	maxButtonTitle = 20
	maxButtonID    = 256
	maxRows        = 10
	maxRowTitle    = 24
	maxRowID       = 200
	maxRowText     = 72
	maxOpaque      = 512
)

// object is a part of a request.
type object = map[string]any

// Send implements helpdesk.Sender. Of a message that takes several of WhatsApp's it
// sends those that it has not sent before.
func (w *sender) Send(ctx context.Context, out *helpdesk.Outbound) (helpdesk.Receipt, error) {
	if err := ctx.Err(); err != nil {
		return helpdesk.Receipt{}, err
	}
	if err := w.Fit(out); err != nil {
		return helpdesk.Receipt{Code: "unfit"}, helpdesk.Permanent(err)
	}
	list := parts(out)
	way, err := wire.ReadProgress(ctx, out, len(list))
	if err != nil {
		return helpdesk.Receipt{}, err
	}
	receipt := helpdesk.Receipt{State: helpdesk.StateSent}
	for i := len(way.IDs); i < len(list); i++ {
		id, source, err := w.sendPart(ctx, out, list[i])
		if err != nil {
			receipt = helpdesk.Receipt{Parts: way.IDs, Source: way.Source}
			if refusal, ok := errors.AsType[*wire.GraphError](err); ok {
				receipt.Code, receipt.Reason = refusal.CodeText(), refusal.Error()
			}
			return receipt, way.Partly(wire.Fail(err, out.Attempt, class))
		}
		way.Source = source
		way.Sent(ctx, id)
	}
	way.Receipt(&receipt)
	return receipt, nil
}

// sendPart makes one call. It returns the id of what was sent, and how WhatsApp
// itself writes the address, where that is another way.
func (w *sender) sendPart(ctx context.Context, out *helpdesk.Outbound, p part) (id, source string, err error) {
	payload, err := w.payload(ctx, out, p)
	if err != nil {
		return "", "", repeatable(err) // an upload is no message
	}
	request := w.envelope(out, p)
	for key, one := range payload {
		request[key] = one
	}
	var answer struct {
		Contacts []struct {
			WaID   wire.Text `json:"wa_id"`
			UserID wire.Text `json:"user_id"`
		} `json:"contacts"`
		Messages []struct {
			ID     string `json:"id"`
			Status string `json:"message_status"`
		} `json:"messages"`
	}
	if err := w.graph.Post(ctx, w.s.PhoneNumberID+"/messages", request, &answer); err != nil {
		return "", "", err
	}
	if len(answer.Messages) == 0 || answer.Messages[0].ID == "" {
		return "", "", &wire.JunkError{Err: errors.New("it names no message")}
	}
	if len(answer.Contacts) > 0 {
		if known := wire.Clean(string(answer.Contacts[0].WaID)); known != digits(out.To) {
			source = known
		}
	}
	return answer.Messages[0].ID, source, nil
}

// repeatable makes a call that is safe to make again one that simply failed.
func repeatable(err error) error {
	if broken, ok := errors.AsType[*wire.BrokenError](err); ok {
		return &wire.BrokenError{Err: broken.Err}
	}
	if junk, ok := errors.AsType[*wire.JunkError](err); ok {
		return &wire.BrokenError{Err: junk}
	}
	return err
}

// envelope is what every message has.
func (w *sender) envelope(out *helpdesk.Outbound, p part) object {
	request := object{"messaging_product": "whatsapp", "recipient_type": "individual"}
	if userID.MatchString(out.To) {
		request["recipient"] = out.To
	} else {
		request["to"] = digits(out.To)
	}
	if out.Message > 0 {
		request["biz_opaque_callback_data"] = strconv.FormatInt(int64(out.Message), 10) + p.mark
	}
	if out.ReplyTo != "" && p.first {
		request["context"] = object{"message_id": out.ReplyTo}
	}
	return request
}

// digits is a number as WhatsApp writes it.
func digits(s string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, s)
}

// payload is what makes the message what it is.
func (w *sender) payload(ctx context.Context, out *helpdesk.Outbound, p part) (object, error) {
	switch {
	case out.Template != nil:
		return w.template(ctx, out)
	case out.ContentAttrs["reaction"] != nil:
		emoji, _ := out.ContentAttrs["reaction"].(string)
		return object{"type": "reaction", "reaction": object{"message_id": out.ReplyTo, "emoji": emoji}}, nil
	case out.ContentAttrs["location"] != nil:
		return object{"type": "location", "location": out.ContentAttrs["location"]}, nil
	case out.ContentAttrs["contacts"] != nil:
		return object{"type": "contacts", "contacts": out.ContentAttrs["contacts"]}, nil
	case p.file != nil:
		return w.media(ctx, *p.file, p.text)
	case chooses(out):
		return choices(out), nil
	}
	return text(p.text), nil
}

func text(s string) object {
	link := strings.Contains(s, "http://") || strings.Contains(s, "https://")
	return object{"type": "text", "text": object{"body": s, "preview_url": link}}
}

// media uploads a file and sends it by its id: our files need no public address.
func (w *sender) media(ctx context.Context, file helpdesk.OutboundFile, caption string) (object, error) {
	kind, contentType := mediaKind(file)
	id, err := w.upload(ctx, file, contentType)
	if err != nil {
		return nil, err
	}
	media := object{"id": id}
	if caption != "" {
		media["caption"] = caption
	}
	if kind == "document" && file.Name != "" {
		media["filename"] = wire.Clip(file.Name, 240)
	}
	return object{"type": kind, kind: media}, nil
}

func (w *sender) upload(ctx context.Context, file helpdesk.OutboundFile, contentType string) (string, error) {
	body, err := file.Open(ctx)
	if err != nil {
		return "", err
	}
	defer body.Close()
	name := file.Name
	if name == "" {
		name = "file"
	}
	var answer struct {
		ID wire.Text `json:"id"`
	}
	err = w.graph.Multipart(ctx, w.s.PhoneNumberID+"/media", map[string]string{"messaging_product": "whatsapp", "type": contentType},
		wire.FormFile{Name: name, ContentType: contentType, Size: file.Size, Body: body}, &answer)
	if err == nil && answer.ID == "" {
		err = &wire.JunkError{Err: errors.New("it names no file")}
	}
	return string(answer.ID), err
}

// item is one thing a customer may pick.
type item struct{ id, title, description string }

// choices renders items as buttons, as a list, or as numbered lines: whichever
// WhatsApp can show.
func choices(out *helpdesk.Outbound) object {
	items, body := pick(out)
	size := utf8.RuneCountInString(body)
	switch {
	case len(items) == 0 || body == "":
		return text(numbered(body, items))
	case len(items) <= maxButtons && size <= maxButtonsBody && fits(items, maxButtonTitle, maxButtonID, 0):
		buttons := make([]object, len(items))
		for i, it := range items {
			buttons[i] = object{"type": "reply", "reply": object{"id": it.id, "title": it.title}}
		}
		return object{"type": "interactive", "interactive": object{
			"type": "button", "body": object{"text": body}, "action": object{"buttons": buttons},
		}}
	case len(items) <= maxRows && size <= maxText && fits(items, maxRowTitle, maxRowID, maxRowText):
		rows := make([]object, len(items))
		for i, it := range items {
			rows[i] = object{"id": it.id, "title": it.title}
			if it.description != "" {
				rows[i]["description"] = it.description
			}
		}
		return object{"type": "interactive", "interactive": object{
			"type": "list", "body": object{"text": body},
			"action": object{"button": listButton(out), "sections": []object{{"rows": rows}}},
		}}
	}
	return text(numbered(body, items))
}

// listButton opens a list. The engine may say how, in the customer's language.
func listButton(out *helpdesk.Outbound) string {
	if label, _ := out.ContentAttrs["button"].(string); label != "" {
		return wire.Clip(label, maxButtonTitle)
	}
	return "☰"
}

// pick reads the items as Chatwoot's clients send them, and the text above them.
func pick(out *helpdesk.Outbound) (items []item, body string) {
	body = out.Content
	list, _ := out.ContentAttrs["items"].([]any)
	for _, one := range list {
		m, _ := one.(map[string]any)
		if out.ContentType == "input_select" {
			items = append(items, item{id: str(m["value"]), title: str(m["title"])})
			continue
		}
		var links []string
		actions, _ := m["actions"].([]any)
		for _, a := range actions {
			action, _ := a.(map[string]any)
			if uri := str(action["uri"]); uri != "" {
				links = append(links, strings.TrimSpace(str(action["text"])+" "+uri))
			} else if str(action["text"]) != "" {
				id := str(action["payload"])
				if id == "" {
					id = str(action["text"])
				}
				items = append(items, item{id: id, title: str(action["text"]), description: str(m["title"])})
			}
		}
		card := strings.TrimSpace(strings.Join(append([]string{bold(str(m["title"])), str(m["description"])}, links...), "\n"))
		body = strings.TrimSpace(body + "\n\n" + card)
	}
	return items, body
}

func bold(s string) string {
	if s == "" {
		return ""
	}
	return "*" + s + "*"
}

func str(v any) string {
	s, _ := v.(string)
	return s
}

// fits says whether WhatsApp would take the items as they are: nothing is cut,
// since a cut title may be another answer.
func fits(items []item, title, id, description int) bool {
	titles, ids := map[string]bool{}, map[string]bool{}
	for _, it := range items {
		long := utf8.RuneCountInString(it.title) > title || utf8.RuneCountInString(it.id) > id ||
			description > 0 && utf8.RuneCountInString(it.description) > description
		if long || it.title == "" || it.id == "" || titles[it.title] || ids[it.id] {
			return false
		}
		titles[it.title], ids[it.id] = true, true
	}
	return true
}

func numbered(body string, items []item) string {
	lines := make([]string, 0, len(items)+2)
	if body != "" {
		lines = append(lines, body)
	}
	for i, it := range items {
		lines = append(lines, strconv.Itoa(i+1)+". "+it.title)
	}
	return strings.Join(lines, "\n")
}
