package whatsapp

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/gohelpdesk/helpdesk"
)

// mediaLimit is what WhatsApp takes of a kind of file.
type mediaLimit struct {
	size  int64 // bytes
	types []string
}

var mediaLimits = map[string]mediaLimit{
	"image":    {5 << 20, []string{"image/jpeg", "image/png"}},
	"video":    {16 << 20, []string{"video/mp4", "video/3gpp"}},
	"audio":    {16 << 20, []string{"audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg"}},
	"sticker":  {500 << 10, []string{"image/webp"}},
	"document": {100 << 20, nil},
}

// mediaKind is what a file is sent as: what WhatsApp cannot play goes as a
// document, which everybody can open.
func mediaKind(f helpdesk.OutboundFile) (kind, contentType string) {
	contentType, _, _ = strings.Cut(strings.ToLower(f.ContentType), ";")
	contentType = strings.TrimSpace(contentType)
	if contentType == "application/ogg" {
		contentType = "audio/ogg" // as sniffers call it
	}
	for kind, limit := range mediaLimits {
		if slices.Contains(limit.types, contentType) && f.Size <= limit.size {
			if contentType == "audio/ogg" {
				contentType = "audio/ogg; codecs=opus"
			}
			return kind, contentType
		}
	}
	if contentType == "" {
		contentType = "application/octet-stream"
	}
	return "document", contentType
}

// AddressOf implements helpdesk.Contactable.
func (w *sender) AddressOf(p helpdesk.Person) string { return digits(p.Phone) }

// Fit implements helpdesk.Fitter.
func (w *sender) Fit(out *helpdesk.Outbound) error {
	wrong := map[string]string{}
	add := func(bad bool, key, what string) {
		if _, seen := wrong[key]; bad && !seen {
			wrong[key] = what
		}
	}
	add(out.To != "" && !userID.MatchString(out.To) && digits(out.To) == "", "to", "is no number and no id of WhatsApp's")
	if out.Template != nil {
		fitTemplate(add, out)
	} else {
		fitMessage(add, out)
	}
	for _, f := range out.Attachments {
		kind, _ := mediaKind(f)
		add(f.Size > mediaLimits[kind].size, "attachments", fmt.Sprintf("hold a file larger than %d MB", mediaLimits[kind].size>>20))
		add(f.Size == 0, "attachments", "hold an empty file")
	}
	if len(wrong) == 0 {
		return nil
	}
	return &helpdesk.Error{Code: helpdesk.Invalid, Message: "WhatsApp would not take this", Fields: wrong}
}

func fitMessage(add func(bad bool, key, what string), out *helpdesk.Outbound) {
	if _, reaction := out.ContentAttrs["reaction"]; reaction {
		add(out.ReplyTo == "" && out.ContentAttrs["in_reply_to_external_id"] == nil && out.ContentAttrs["in_reply_to"] == nil, "reply_to", "must name the message that the reaction stands under")
		return
	}
	if out.ContentAttrs["location"] != nil || out.ContentAttrs["contacts"] != nil {
		return
	}
	body, files := out.Content, len(out.Attachments) > 0
	if chooses(out) {
		items, above := pick(out)
		body, files = numbered(above, items), false
	}
	add(strings.TrimSpace(body) == "" && !files, "content", "can't be blank")
	add(utf8.RuneCountInString(body) > maxText, "content", "is too long (maximum is 4096 characters)")
}

var spaces = regexp.MustCompile(`[\n\r\t]| {5,}`)

func fitTemplate(add func(bad bool, key, what string), out *helpdesk.Outbound) {
	t := out.Template
	add(len(out.Attachments) > 1, "attachments", "are too many (maximum is 1 beside a template)")
	add(t.Status != "" && t.Status != helpdesk.TemplateApproved, "template", "is not approved")
	add(t.Category == "AUTHENTICATION" && userID.MatchString(out.To), "to", "hides the number: a code cannot be sent there")
	value := func(v string) {
		add(strings.TrimSpace(v) == "", "params", "must all be filled in")
		add(spaces.MatchString(v), "params", "must not hold line breaks, tabs or more than four spaces in a row")
	}
	size := utf8.RuneCountInString(t.Body)
	for _, name := range helpdesk.TemplateVariables(t.Body) {
		value(t.Params[name])
		size += utf8.RuneCountInString(t.Params[name])
	}
	add(size > 4096, "params", "make the text too long")
	header := t.TemplateContent.Header
	switch header.Kind {
	case "TEXT":
		if len(helpdesk.TemplateVariables(header.Text)) > 0 {
			value(t.Header)
		}
	case "IMAGE", "VIDEO", "DOCUMENT":
		add(t.Header == "" && len(out.Attachments) == 0, "header", "needs a file")
		if t.Header == "" && len(out.Attachments) > 0 {
			kind, _ := mediaKind(out.Attachments[0])
			add(strings.ToLower(header.Kind) != kind && header.Kind != "DOCUMENT", "attachments", "are not of the kind that the template's header shows")
		}
	case "LOCATION":
		add(out.ContentAttrs["location"] == nil, "header", "needs a location")
	}
	for i, b := range t.TemplateContent.Buttons {
		if len(helpdesk.TemplateVariables(b.URL)) > 0 || b.Kind == "COPY_CODE" {
			add(strings.TrimSpace(t.Buttons[i]) == "", "buttons", "must have their variables filled in")
		}
		add(b.Kind == "COPY_CODE" && utf8.RuneCountInString(t.Buttons[i]) > 15, "buttons", "hold a code that is too long (maximum is 15 characters)")
	}
}

// Pace implements helpdesk.Paced: what a number sends in a second, and what one
// person gets.
func (w *sender) Pace(to string) []helpdesk.RateLimit {
	perSecond := 80
	if w.s.Coexistence {
		perSecond = 20
	}
	number := "whatsapp:" + w.s.PhoneNumberID
	return []helpdesk.RateLimit{
		{Key: number + ":" + to, Max: 45, Per: 45 * 6 * time.Second},
		{Key: number, Max: perSecond, Per: time.Second},
	}
}
