package twilio

import (
	"fmt"
	"mime"
	"slices"
	"strings"
	"unicode/utf16"

	"github.com/gohelpdesk/helpdesk"
)

// What Twilio takes.
const (
	maxText      = 1600 // UTF-16 units of a message
	maxMMS       = 10   // files of an MMS
	maxMMSImage  = 5 << 20
	maxMMSFile   = 500 << 10
	maxWhatsApp  = 16 << 20
	maxVariables = 4096 // UTF-16 units of all the values of a template
)

// units is how long Twilio takes a text to be.
func units(s string) (n int) {
	for _, r := range s {
		n += max(utf16.RuneLen(r), 1)
	}
	return n
}

// Fit implements helpdesk.Fitter.
func (s *sender) Fit(out *helpdesk.Outbound) error {
	wrong := map[string]string{}
	add := func(bad bool, key, what string) {
		if _, seen := wrong[key]; bad && !seen {
			wrong[key] = what
		}
	}
	bare := strings.TrimPrefix(out.To, whatsAppPrefix)
	whatsApp := s.s.Medium == WhatsApp
	add(out.To != "" && whatsApp != (bare != out.To), "to", "is no address of this medium: WhatsApp's begin with whatsapp:, others with a plus")
	add(out.To != "" && (bare == "" || strings.ContainsAny(bare, " \t\r\n")), "to", "is no number")
	switch {
	case out.Template != nil:
		s.fitTemplate(add, out.Template)
	case location(out) != "":
		add(!whatsApp, "content_attributes", "have a location, which SMS cannot carry")
	default:
		text := content(out)
		add(text == "" && len(out.Attachments) == 0, "content", "can't be blank")
		add(units(text) > maxText, "content", fmt.Sprintf("is too long (maximum is %d characters)", maxText))
	}
	add(len(out.Attachments) > maxMMS && !whatsApp, "attachments", fmt.Sprintf("are too many (maximum is %d in a message)", maxMMS))
	for _, f := range out.Attachments {
		add(f.Size == 0, "attachments", "hold an empty file")
		limit := int64(maxWhatsApp)
		if !whatsApp {
			limit = mmsLimit(f.ContentType)
		}
		add(f.Size > limit, "attachments", fmt.Sprintf("hold a file larger than %d KB", limit>>10))
	}
	if len(wrong) == 0 {
		return nil
	}
	return &helpdesk.Error{Code: helpdesk.Invalid, Message: "Twilio would not take this message", Fields: wrong}
}

func mmsLimit(contentType string) int64 {
	plain, _, err := mime.ParseMediaType(contentType)
	if err == nil && slices.Contains([]string{"image/jpeg", "image/png", "image/gif"}, plain) {
		return maxMMSImage
	}
	return maxMMSFile
}

func (s *sender) fitTemplate(add func(bad bool, key, what string), t *helpdesk.TemplateUse) {
	add(s.s.Medium != WhatsApp, "template", "is nothing that SMS needs or knows")
	add(t.ID == "" && t.Name == "", "template", "must be named")
	add(t.Status != "" && t.Status != helpdesk.TemplateApproved, "template", "is not approved")
	size := 0
	for _, name := range helpdesk.TemplateVariables(t.Body) {
		add(strings.TrimSpace(t.Params[name]) == "", "params", "must all be filled in")
	}
	for _, v := range contentVariables(t) {
		size += units(v)
	}
	add(size > maxVariables, "params", "are too long")
}
