package metamessaging

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/channel/internal/wire"
)

// What Meta takes, in characters where nothing else is said.
const (
	maxQuickReplies = 13
	maxQuickTitle   = 20
	maxPayload      = 1000
	maxElements     = 10
	maxElementText  = 80
	maxButtons      = 3
	maxButtonTitle  = 20
)

// part is what one call sends: a text, a file, cards or a reaction.
type part struct {
	text    string
	quick   []choice
	file    *helpdesk.OutboundFile
	cards   []object
	reply   string // the id of the message it quotes
	react   string // what it is reacted with; "" = see unreact
	unreact bool
}

type choice struct{ title, value string }

// parts divides a message: words, cards and each file go by themselves.
func (b *Inbox) parts(out *helpdesk.Outbound) (list []part) {
	if emoji, reacts := out.ContentAttrs["reaction"]; reacts {
		sign := str(emoji)
		return []part{{reply: out.ReplyTo, react: reactionName(sign), unreact: sign == ""}}
	}
	text, quick, cards := b.rendered(out)
	if text != "" {
		for _, piece := range b.Product.split(text) {
			list = append(list, part{text: piece})
		}
		list[len(list)-1].quick = quick
	}
	if len(cards) > 0 {
		list = append(list, part{cards: cards})
	}
	for i := range out.Attachments {
		list = append(list, part{file: &out.Attachments[i]})
	}
	if len(list) > 0 {
		list[0].reply = out.ReplyTo
	}
	return list
}

func (p *Product) split(s string) []string {
	if p.InBytes {
		return wire.SplitBytes(s, p.MaxText)
	}
	return wire.Split(s, p.MaxText)
}

// rendered is a message's text with what its kind of content shows besides, as far as
// Meta can show it; otherwise as words.
func (b *Inbox) rendered(out *helpdesk.Outbound) (text string, quick []choice, cards []object) {
	text = out.Content
	list := items(out)
	switch out.ContentType {
	case "input_select":
		for _, item := range list {
			title, value := str(item["title"]), str(item["value"])
			quick = append(quick, choice{first(title, value), first(value, title)})
		}
	case "cards":
		if cards, ok := elements(list); ok {
			return text, nil, cards
		}
		text, quick = cardsAsText(text, list)
	case "article":
		lines := []string{text}
		for _, item := range list {
			lines = append(lines, str(item["title"]), str(item["description"]), str(item["link"]))
		}
		return joined(lines...), nil, nil
	}
	if text == "" || !quickFits(quick) {
		return numbered(text, quick), nil, nil
	}
	return text, quick, nil
}

// quickFits says whether Meta would take the choices as they are: nothing is cut,
// since a cut title may be another answer.
func quickFits(list []choice) bool {
	seen := map[string]bool{}
	for _, c := range list {
		if c.title == "" || seen[c.title] || utf8.RuneCountInString(c.title) > maxQuickTitle || utf8.RuneCountInString(c.value) > maxPayload {
			return false
		}
		seen[c.title] = true
	}
	return len(list) <= maxQuickReplies
}

func numbered(text string, list []choice) string {
	lines := []string{text}
	for i, c := range list {
		lines = append(lines, strconv.Itoa(i+1)+". "+c.title)
	}
	return joined(lines...)
}

// elements are cards as Meta shows them; false = they do not fit.
func elements(list []map[string]any) (cards []object, fit bool) {
	for _, item := range list {
		title, below := str(item["title"]), str(item["description"])
		card := object{"title": title}
		if below != "" {
			card["subtitle"] = below
		}
		if image := webLink(str(item["media_url"])); image != "" {
			card["image_url"] = image
		}
		var buttons []object
		for _, a := range objects(item["actions"]) {
			label, uri, data := str(a["text"]), str(a["uri"]), first(str(a["payload"]), str(a["text"]))
			button := object{"type": "postback", "title": label, "payload": data}
			if uri != "" {
				button = object{"type": "web_url", "title": label, "url": uri}
			}
			if label == "" || utf8.RuneCountInString(label) > maxButtonTitle || utf8.RuneCountInString(data) > maxPayload || uri != "" && webLink(uri) == "" {
				return nil, false
			}
			buttons = append(buttons, button)
		}
		if len(buttons) > 0 {
			card["buttons"] = buttons
		}
		if title == "" || utf8.RuneCountInString(title) > maxElementText || utf8.RuneCountInString(below) > maxElementText || len(buttons) > maxButtons || len(card) < 2 {
			return nil, false
		}
		cards = append(cards, card)
	}
	return cards, len(cards) > 0 && len(cards) <= maxElements
}

// cardsAsText writes cards as words, and what can be pressed on them as choices.
func cardsAsText(text string, list []map[string]any) (string, []choice) {
	lines := []string{text}
	var quick []choice
	for _, item := range list {
		lines = append(lines, str(item["title"]), str(item["description"]), str(item["media_url"]))
		for _, a := range objects(item["actions"]) {
			if uri := str(a["uri"]); uri != "" {
				lines = append(lines, strings.TrimSpace(str(a["text"])+" "+uri))
			} else if label := str(a["text"]); label != "" {
				quick = append(quick, choice{label, first(str(a["payload"]), label)})
			}
		}
	}
	return joined(lines...), quick
}

func joined(lines ...string) string {
	var kept []string
	for _, s := range lines {
		if s = strings.TrimSpace(s); s != "" {
			kept = append(kept, s)
		}
	}
	return strings.Join(kept, "\n")
}

func items(out *helpdesk.Outbound) []map[string]any { return objects(out.ContentAttrs["items"]) }

func objects(v any) (list []map[string]any) {
	given, _ := v.([]any)
	for _, one := range given {
		if m, ok := one.(map[string]any); ok {
			list = append(list, m)
		}
	}
	return list
}

func str(v any) string {
	s, _ := v.(string)
	return s
}

// reactionName is what Meta calls a sign; what it has no name for goes as it is.
func reactionName(sign string) string {
	for _, name := range []string{"love", "smile", "wow", "sad", "angry", "like", "dislike"} {
		if strings.TrimSuffix(signs[name], "\uFE0F") == strings.TrimSuffix(sign, "\uFE0F") {
			return name
		}
	}
	return sign
}
