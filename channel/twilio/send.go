package twilio

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"github.com/gohelpdesk/helpdesk"
)

// aboutMessage is the parameter of receipts' addresses that holds the message's id.
const aboutMessage = "message"

// Send implements helpdesk.Sender. A message goes as one of Twilio's: what does
// not fit into one is a misfit, see Fit.
func (s *sender) Send(ctx context.Context, out *helpdesk.Outbound) (helpdesk.Receipt, error) {
	if err := ctx.Err(); err != nil {
		return helpdesk.Receipt{}, err
	}
	if err := s.Fit(out); err != nil {
		return helpdesk.Receipt{Code: "unfit"}, helpdesk.Permanent(err)
	}
	form, err := s.form(ctx, out)
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
	return helpdesk.Receipt{ExternalID: answer.SID, State: helpdesk.StateSent}, nil
}

// form is the message as Twilio takes it.
func (s *sender) form(ctx context.Context, out *helpdesk.Outbound) (url.Values, error) {
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
		form.Set("StatusCallback", out.Callback+join+aboutMessage+"="+strconv.FormatInt(int64(out.Message), 10)+tryAgain)
	}
	if out.Template != nil {
		return form, s.template(ctx, form, out.Template)
	}
	if text := content(out); text != "" {
		form.Set("Body", text)
	}
	if where := location(out); where != "" {
		form.Set("PersistentAction", where)
	}
	for _, f := range out.Attachments {
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
