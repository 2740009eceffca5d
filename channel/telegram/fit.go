package telegram

import (
	"fmt"
	"mime"
	"strings"
	"unicode/utf16"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/channel/internal/wire"
)

// What Telegram takes.
const (
	maxText       = 4096     // UTF-16 units of a message, which is how it counts
	maxCaption    = 1024     // likewise, of what stands under a file
	maxPhoto      = 10 << 20 // bytes of a picture shown as one
	maxUpload     = 50 << 20 // bytes of any file
	maxDownload   = 20 << 20 // bytes of a file it hands to bots
	maxGroup      = 10       // files of an album
	maxButtons    = 100
	maxButtonData = 64 // bytes
)

// units is how long Telegram takes a text to be.
func units(s string) (n int) {
	for _, r := range s {
		n += max(utf16.RuneLen(r), 1)
	}
	return n
}

// split divides a text into what Telegram takes at once, never inside of what a
// reader sees as one sign.
func split(s string, limit int) (parts []string) {
	for _, part := range wire.Split(s, limit) {
		if units(part) <= limit {
			parts = append(parts, part)
			continue
		}
		parts = append(parts, wire.Split(part, limit/2)...) // every sign of it may count twice
	}
	return parts
}

// fileKind is what a file is sent as. What Telegram would not play goes as a
// document, which everybody can open.
func fileKind(f helpdesk.OutboundFile) string {
	contentType, _, err := mime.ParseMediaType(f.ContentType)
	if err != nil {
		contentType = strings.ToLower(f.ContentType)
	}
	switch contentType {
	case "image/jpeg", "image/png", "image/webp":
		if f.Size <= maxPhoto {
			return "photo"
		}
	case "image/gif":
		return "animation"
	case "video/mp4":
		return "video"
	case "audio/ogg", "application/ogg": // as sniffers call it
		return "voice"
	case "audio/mpeg", "audio/mp4", "audio/x-m4a":
		return "audio"
	}
	return "document"
}

// Fit implements helpdesk.Fitter.
func (s *sender) Fit(out *helpdesk.Outbound) error {
	wrong := map[string]string{}
	if _, ok := readAddress(out.To); !ok && out.To != "" { // asked before there is anybody to write to
		wrong["to"] = "is no chat of Telegram's"
	}
	if out.Template != nil {
		wrong["template"] = "is nothing that Telegram knows"
	}
	buttons := buttonsOf(out)
	switch text := strings.TrimSpace(out.Content); {
	case text == "" && len(out.Attachments) == 0:
		wrong["content"] = "can't be blank"
	case text == "" && len(buttons) > 0:
		wrong["content"] = "can't be blank where there are buttons"
	}
	if len(buttons) > maxButtons {
		wrong["content_attributes"] = fmt.Sprintf("have too many items (maximum is %d)", maxButtons)
	}
	for _, f := range out.Attachments {
		if f.Size > maxUpload {
			wrong["attachments"] = "have a file larger than the 50 MB that Telegram takes"
		}
		if f.Size == 0 {
			wrong["attachments"] = "have an empty file"
		}
	}
	if len(wrong) > 0 {
		return &helpdesk.Error{Code: helpdesk.Invalid, Message: "Telegram would not take this message", Fields: wrong}
	}
	return nil
}
