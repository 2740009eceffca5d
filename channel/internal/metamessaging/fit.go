package metamessaging

import (
	"fmt"
	"mime"
	"strings"

	"github.com/gohelpdesk/helpdesk"
)

// fileKind is what a file is sent as.
func fileKind(f helpdesk.OutboundFile) string {
	plain, _, err := mime.ParseMediaType(f.ContentType)
	if err != nil {
		plain = strings.ToLower(f.ContentType)
	}
	switch {
	case plain == "image/jpeg", plain == "image/png", plain == "image/gif", plain == "image/webp":
		return "image"
	case strings.HasPrefix(plain, "video/"):
		return "video"
	case strings.HasPrefix(plain, "audio/"), plain == "application/ogg":
		return "audio"
	}
	return "file"
}

// Fit implements helpdesk.Fitter.
func (b *Inbox) Fit(out *helpdesk.Outbound) error {
	p, wrong := b.Product, map[string]string{}
	add := func(bad bool, key, what string) {
		if _, seen := wrong[key]; bad && !seen {
			wrong[key] = what
		}
	}
	add(out.To != "" && !graphID.MatchString(out.To), "to", "is nobody's id at "+p.Name)
	add(out.Template != nil, "template", "is nothing that "+p.Name+" knows")
	_, reacts := out.ContentAttrs["reaction"]
	if reacts {
		add(out.ReplyTo == "" && out.ContentAttrs["in_reply_to_external_id"] == nil && out.ContentAttrs["in_reply_to"] == nil, "reply_to", "must name the message that the reaction stands under")
	} else {
		text, _, cards := b.rendered(out)
		add(strings.TrimSpace(text) == "" && len(cards)+len(out.Attachments) == 0, "content", "can't be blank")
	}
	for _, f := range out.Attachments {
		kind, most := fileKind(f), p.MaxFile
		if kind == "image" {
			most = p.MaxImage
		}
		add(f.Size > most, "attachments", fmt.Sprintf("hold a file larger than the %d MB that %s takes", most>>20, p.Name))
		add(f.Size == 0, "attachments", "hold an empty file")
		add(p.PDFOnly && kind == "file" && !strings.HasPrefix(f.ContentType, "application/pdf"), "attachments", "hold a file that "+p.Name+" does not take: of documents only PDF")
	}
	if len(wrong) == 0 {
		return nil
	}
	return &helpdesk.Error{Code: helpdesk.Invalid, Message: p.Name + " would not take this", Fields: wrong}
}
