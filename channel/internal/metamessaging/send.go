package metamessaging

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/channel/internal/wire"
)

// Send implements helpdesk.Sender. Of a message that takes several of Meta's it sends
// those that it has not sent before.
func (b *Inbox) Send(ctx context.Context, out *helpdesk.Outbound) (helpdesk.Receipt, error) {
	if err := ctx.Err(); err != nil {
		return helpdesk.Receipt{}, err
	}
	if err := b.Fit(out); err != nil {
		return helpdesk.Receipt{Code: "unfit"}, helpdesk.Permanent(err)
	}
	list := b.parts(out)
	way, err := wire.ReadProgress(ctx, out, len(list))
	if err != nil {
		return helpdesk.Receipt{}, err
	}
	receipt := helpdesk.Receipt{State: helpdesk.StateSent}
	for i := len(way.IDs); i < len(list); i++ {
		id, err := b.sendPart(ctx, out, list[i], b.mark(out.Message, i+1, len(list)))
		if err != nil {
			way.Receipt(&receipt)
			receipt.Parts, receipt.ExternalID = way.IDs, ""
			if refusal, ok := errors.AsType[*wire.GraphError](err); ok {
				receipt.Code, receipt.Reason = refusal.CodeText(), refusal.Error()
			}
			return receipt, way.Partly(wire.Fail(err, out.Attempt, Class))
		}
		way.Sent(ctx, id)
	}
	way.Receipt(&receipt)
	return receipt, nil
}

// sendPart makes one call and returns the id of what was sent.
func (b *Inbox) sendPart(ctx context.Context, out *helpdesk.Outbound, p part, mark string) (string, error) {
	request := object{"recipient": object{"id": out.To}}
	reacts := p.react != "" || p.unreact
	switch {
	case reacts:
		payload := object{"message_id": p.reply}
		request["sender_action"], request["payload"] = "unreact", payload
		if !p.unreact {
			request["sender_action"], payload["reaction"] = "react", p.react
		}
	default:
		message, err := b.content(ctx, p)
		if err != nil {
			return "", Repeatable(err) // no message was sent yet
		}
		if mark != "" {
			message["metadata"] = mark
		}
		request["message"] = message
		if p.reply != "" {
			request["reply_to"] = object{"mid": p.reply}
		}
		switch {
		case out.Late:
			request["messaging_type"], request["tag"] = "MESSAGE_TAG", "HUMAN_AGENT"
		case b.Product.Type:
			request["messaging_type"] = "RESPONSE"
		}
	}
	var answer struct {
		ID wire.Text `json:"message_id"`
	}
	if err := b.Graph.Post(ctx, b.Owner+"/messages", request, &answer); err != nil {
		return "", err
	}
	if answer.ID == "" && !reacts {
		return "", &wire.JunkError{Err: errors.New("it names no message")}
	}
	return string(answer.ID), nil
}

func (b *Inbox) content(ctx context.Context, p part) (object, error) {
	switch {
	case p.file != nil:
		payload, err := b.media(ctx, *p.file)
		if err != nil {
			return nil, err
		}
		return object{"attachment": object{"type": fileKind(*p.file), "payload": payload}}, nil
	case len(p.cards) > 0:
		return object{"attachment": object{"type": "template", "payload": object{"template_type": "generic", "elements": p.cards}}}, nil
	}
	message := object{"text": p.text}
	if len(p.quick) > 0 {
		list := make([]object, len(p.quick))
		for i, q := range p.quick {
			list[i] = object{"content_type": "text", "title": q.title, "payload": q.value}
		}
		message["quick_replies"] = list
	}
	return message, nil
}

// media hands over a file: its bytes, or where it can be fetched.
func (b *Inbox) media(ctx context.Context, f helpdesk.OutboundFile) (object, error) {
	if b.OwnLogin {
		link, err := f.Link()
		if helpdesk.CodeOf(err) == helpdesk.Unsupported { // the desk has no public address
			return nil, helpdesk.Permanent(err)
		}
		return object{"url": link}, err
	}
	body, err := f.Open(ctx)
	if err != nil {
		return nil, &helpdesk.Error{Code: helpdesk.Unavailable, Message: "a file to send cannot be read", Err: err}
	}
	defer body.Close()
	attachment, err := json.Marshal(object{"attachment": object{"type": fileKind(f), "payload": object{"is_reusable": true}}})
	if err != nil {
		return nil, helpdesk.Permanent(err)
	}
	fields := map[string]string{"message": string(attachment)}
	if b.Product.Platform != "" {
		fields["platform"] = b.Product.Platform
	}
	var answer struct {
		ID wire.Text `json:"attachment_id"`
	}
	err = b.Graph.Multipart(ctx, b.Owner+"/message_attachments", fields,
		wire.FormFile{Field: "filedata", Name: plainName(f.Name), ContentType: f.ContentType, Size: f.Size, Body: body}, &answer)
	if err == nil && answer.ID == "" {
		err = &wire.JunkError{Err: errors.New("it names no file")}
	}
	return object{"attachment_id": string(answer.ID)}, err
}

// plainName is a file's name in ASCII: others are refused.
func plainName(name string) string {
	name = strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return '_'
		}
		return r
	}, wire.Clip(name, 200))
	if name == "" {
		return "file"
	}
	return name
}

// mark is what an echo of a message's part carries, by which it is known as ours
// before the answer to the call has told its id. "" where the product has no such thing.
func (b *Inbox) mark(id helpdesk.MessageID, part, of int) string {
	if !b.Product.Metadata || id <= 0 {
		return ""
	}
	plain := fmt.Sprintf("helpdesk:%d:%d/%d", id, part, of)
	return plain + ":" + b.sign(plain)
}

// sign proves that this inbox made a mark: several desks may serve one page.
func (b *Inbox) sign(s string) string {
	h := hmac.New(sha256.New, []byte(b.Graph.Token))
	h.Write([]byte(s))
	return hex.EncodeToString(h.Sum(nil)[:8])
}

// readMark reads a mark of this inbox; last says that nothing comes after it.
func (b *Inbox) readMark(s string) (id helpdesk.MessageID, last, ours bool) {
	at := strings.LastIndexByte(s, ':')
	if b.Graph.Token == "" || at < 0 || !strings.HasPrefix(s, "helpdesk:") || !hmac.Equal([]byte(s[at+1:]), []byte(b.sign(s[:at]))) {
		return 0, false, false
	}
	fields := strings.Split(s[:at], ":")
	if len(fields) != 3 {
		return 0, false, false
	}
	n, err := strconv.ParseInt(fields[1], 10, 64)
	part, of, _ := strings.Cut(fields[2], "/")
	return helpdesk.MessageID(n), part == of, err == nil && n > 0
}
