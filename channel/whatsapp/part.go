package whatsapp

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/gohelpdesk/helpdesk"
)

// part is what one call sends: what the message's kind of content makes of it, or a
// file, or words beside files.
type part struct {
	file  *helpdesk.OutboundFile
	text  string // of a file: its caption
	first bool   // it quotes what the message quotes
	mark  string // stands behind the message's id in receipts: of the last part nothing
}

// parts divides a message: each file goes by itself, the words with the first that
// can carry them. Words that no file carries go before, and what can be chosen after.
func parts(out *helpdesk.Outbound) (list []part) {
	words := out.Content
	if whole(out) {
		return []part{{text: words, first: true}}
	}
	choose := chooses(out)
	carrier := -1
	for i, f := range out.Attachments {
		if carrier < 0 && !choose && utf8.RuneCountInString(words) <= maxCaption && captioned(f) {
			carrier = i
		}
	}
	if carrier < 0 && !choose && strings.TrimSpace(words) != "" {
		list = append(list, part{text: words})
	}
	for i := range out.Attachments {
		p := part{file: &out.Attachments[i]}
		if i == carrier {
			p.text = words
		}
		list = append(list, p)
	}
	if choose {
		list = append(list, part{text: words})
	}
	list[0].first = true
	for i := range len(list) - 1 {
		list[i].mark = "/" + strconv.Itoa(i+1)
	}
	return list
}

// whole says that a message is one of WhatsApp's, whatever files it has.
func whole(out *helpdesk.Outbound) bool {
	a := out.ContentAttrs
	_, reaction := a["reaction"]
	return out.Template != nil || reaction || a["location"] != nil || a["contacts"] != nil || len(out.Attachments) == 0
}

func chooses(out *helpdesk.Outbound) bool {
	return out.ContentType == "input_select" || out.ContentType == "cards"
}

// captioned says whether words can stand beside a file.
func captioned(f helpdesk.OutboundFile) bool {
	kind, _ := mediaKind(f)
	return kind != "audio" && kind != "sticker"
}
