package twilio

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/channel/internal/wire"
)

// The parameters of receipts' addresses.
const (
	aboutMessage = "message" // the message's id
	aboutPart    = "part"    // which part of it, unless it is the last
)

// part is what one call sends: all of a message, or of one that takes several of
// Twilio's what goes in one of them.
type part struct {
	text  string
	files []helpdesk.OutboundFile
	mark  string // see aboutPart
}

// parts divides a message: WhatsApp takes one file at a time, and the words go with
// the first that can carry them; words that none carries go before.
func (s *sender) parts(out *helpdesk.Outbound) (list []part) {
	words := content(out)
	if s.s.Medium != WhatsApp || out.Template != nil || len(out.Attachments) == 0 {
		return []part{{text: words, files: out.Attachments}}
	}
	carrier := slices.IndexFunc(out.Attachments, captioned)
	if carrier < 0 && words != "" {
		list = append(list, part{text: words})
	}
	for i := range out.Attachments {
		p := part{files: out.Attachments[i : i+1]}
		if i == carrier {
			p.text = words
		}
		list = append(list, p)
	}
	for i := range len(list) - 1 {
		list[i].mark = strconv.Itoa(i + 1)
	}
	return list
}

// captioned says whether words can stand beside a file on WhatsApp.
func captioned(f helpdesk.OutboundFile) bool {
	kind := strings.ToLower(f.ContentType)
	return !strings.HasPrefix(kind, "audio/") && !strings.HasPrefix(kind, "application/ogg") && !strings.HasPrefix(kind, "image/webp") && !strings.HasPrefix(kind, "text/vcard")
}

// Send implements helpdesk.Sender. Of a message that takes several of Twilio's it
// sends those that it has not sent before.
func (s *sender) Send(ctx context.Context, out *helpdesk.Outbound) (helpdesk.Receipt, error) {
	if err := ctx.Err(); err != nil {
		return helpdesk.Receipt{}, err
	}
	if err := s.Fit(out); err != nil {
		return helpdesk.Receipt{Code: "unfit"}, helpdesk.Permanent(err)
	}
	list := s.parts(out)
	way, err := wire.ReadProgress(ctx, out, len(list))
	if err != nil {
		return helpdesk.Receipt{}, err
	}
	receipt := helpdesk.Receipt{State: helpdesk.StateSent}
	for i := len(way.IDs); i < len(list); i++ {
		sent, err := s.sendPart(ctx, out, list[i])
		if err != nil {
			sent.Parts = way.IDs
			return sent, way.Partly(err)
		}
		way.Sent(ctx, sent.ExternalID)
	}
	way.Receipt(&receipt)
	return receipt, nil
}

// sendPart makes one call.
func (s *sender) sendPart(ctx context.Context, out *helpdesk.Outbound, p part) (helpdesk.Receipt, error) {
	form, err := s.form(ctx, out, p)
	if err != nil {
		return helpdesk.Receipt{}, err
	}
	var answer struct {
		SID string `json:"sid"`
	}
	if err = s.api.post(ctx, s.url("/Messages.json"), form, &answer); err == nil && answer.SID == "" {
		err = errCutOff
	}
	if no, ok := errors.AsType[*refusal](err); ok {
		return helpdesk.Receipt{Code: no.codeText(), Reason: no.text}, fail(err, out.Attempt)
	}
	if err != nil {
		return helpdesk.Receipt{}, fail(err, out.Attempt)
	}
	return helpdesk.Receipt{ExternalID: answer.SID}, nil
}

// form is a part of a message as Twilio takes it.
func (s *sender) form(ctx context.Context, out *helpdesk.Outbound, p part) (url.Values, error) {
	form := url.Values{"To": {out.To}}
	if s.s.MessagingService != "" {
		form.Set("MessagingServiceSid", s.s.MessagingService)
	} else {
		form.Set("From", s.prefix()+s.s.PhoneNumber)
	}
	if out.Callback != "" {
		join := "?"
		if strings.Contains(out.Callback, "?") {
			join = "&"
		}
		about := aboutMessage + "=" + strconv.FormatInt(int64(out.Message), 10)
		if p.mark != "" {
			about += "&" + aboutPart + "=" + p.mark
		}
		form.Set("StatusCallback", out.Callback+join+about+tryAgain)
	}
	if out.Template != nil {
		return form, s.template(ctx, form, out.Template)
	}
	if p.text != "" {
		form.Set("Body", p.text)
	}
	if where := location(out); where != "" {
		form.Set("PersistentAction", where)
	}
	for _, f := range p.files {
		if f.Link == nil {
			return nil, helpdesk.Permanent(helpdesk.Errorf(helpdesk.Unsupported, "the file has no address at which Twilio could fetch it"))
		}
		address, err := f.Link()
		if helpdesk.CodeOf(err) == helpdesk.Unsupported {
			return nil, helpdesk.Permanent(err)
		}
		if err != nil {
			return nil, err
		}
		form.Add("MediaUrl", address)
	}
	return form, nil
}

// content is the text of a message, with what its kind of content shows besides:
// choices are numbered lines, and who answers with a number or the words is
// understood.
func content(out *helpdesk.Outbound) string {
	lines := []string{out.Content}
	list, _ := out.ContentAttrs["items"].([]any)
	n := 0
	choice := func(title string) {
		if title != "" {
			n++
			lines = append(lines, strconv.Itoa(n)+". "+title)
		}
	}
	for _, one := range list {
		item, _ := one.(map[string]any)
		switch out.ContentType {
		case "input_select":
			choice(word(item, "title", "value"))
		case "article":
			lines = append(lines, joined(": ", word(item, "title"), word(item, "description")), word(item, "link"))
		case "cards":
			lines = append(lines, joined("\n", word(item, "title"), word(item, "description"), word(item, "media_url")))
			actions, _ := item["actions"].([]any)
			for _, a := range actions {
				action, _ := a.(map[string]any)
				if uri := word(action, "uri"); uri != "" {
					lines = append(lines, joined(" ", word(action, "text"), uri))
				} else {
					choice(word(action, "text", "payload"))
				}
			}
		}
	}
	return strings.TrimSpace(joined("\n", lines...))
}

// word is the first of these that is there.
func word(m map[string]any, keys ...string) string {
	for _, key := range keys {
		if s, _ := m[key].(string); s != "" {
			return s
		}
	}
	return ""
}

func joined(with string, texts ...string) string {
	var said []string
	for _, t := range texts {
		if t != "" {
			said = append(said, t)
		}
	}
	return strings.Join(said, with)
}

// location is a place as WhatsApp takes it through Twilio; "" = the message is none.
func location(out *helpdesk.Outbound) string {
	place, _ := out.ContentAttrs["location"].(map[string]any)
	if place["latitude"] == nil || place["longitude"] == nil {
		return ""
	}
	label := joined(", ", word(place, "name"), word(place, "address"))
	return strings.TrimSuffix(fmt.Sprintf("geo:%v,%v|%s", place["latitude"], place["longitude"], label), "|")
}

// template names the content and fills in its variables.
func (s *sender) template(ctx context.Context, form url.Values, t *helpdesk.TemplateUse) error {
	sid, err := s.contentOf(ctx, t)
	if err != nil {
		return err
	}
	form.Set("ContentSid", sid)
	values := contentVariables(t)
	if len(values) == 0 {
		return nil
	}
	raw, err := json.Marshal(values)
	if err != nil {
		return helpdesk.Permanent(err)
	}
	form.Set("ContentVariables", string(raw))
	return nil
}

// contentOf is Twilio's id of a template. Where nobody knows it, Twilio is asked.
func (s *sender) contentOf(ctx context.Context, t *helpdesk.TemplateUse) (string, error) {
	for _, id := range []string{t.ID, t.Name} {
		if contentSID.MatchString(id) {
			return id, nil
		}
	}
	found := ""
	err := s.contents(ctx, func(c content1) error {
		p := c.template()
		if found == "" && p.Name == t.Name && (t.Language == "" || p.Language == t.Language) && p.Status != helpdesk.TemplateRejected {
			found = p.ID
		}
		return nil
	})
	if err == nil && found == "" {
		err = helpdesk.Permanent(&helpdesk.Error{
			Code: helpdesk.Invalid, Message: "Twilio has no such template", Fields: map[string]string{"template": "is unknown to Twilio: " + t.Name},
		})
	}
	return found, err
}
