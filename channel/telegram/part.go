package telegram

import (
	"cmp"
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/gohelpdesk/helpdesk"
)

// part is what one call sends: a text, a file, or an album of them.
type part struct {
	text    string // of a file, what stands under it
	files   []helpdesk.OutboundFile
	buttons []button
	reply   string // the number of the message it quotes

	plain    bool // no markup: Telegram could not read it
	document bool // files as they are: Telegram could not show or play them
}

type button struct {
	Text string `json:"text"`
	Data string `json:"callback_data,omitempty"`
	URL  string `json:"url,omitempty"`
}

// parts divides a message. A text that fits goes under a single file or album;
// otherwise it goes before them.
func parts(out *helpdesk.Outbound, to address) (list []part) {
	text, buttons := content(out), buttonsOf(out)
	files := albums(out.Attachments)
	under := len(files) == 1 && units(text) <= maxCaption && (len(buttons) == 0 || len(files[0]) == 1)
	if !under && text != "" {
		for _, piece := range split(text, maxText) {
			list = append(list, part{text: piece})
		}
		list[len(list)-1].buttons = buttons
	}
	for _, group := range files {
		list = append(list, part{files: group})
	}
	if under {
		list[0].text, list[0].buttons = text, buttons
	}
	if len(list) > 0 {
		list[0].reply = to.messageNumber(out.ReplyTo)
	}
	return list
}

// albums puts pictures and videos that follow each other together.
func albums(files []helpdesk.OutboundFile) (groups [][]helpdesk.OutboundFile) {
	shown := func(f helpdesk.OutboundFile) bool { kind := fileKind(f); return kind == "photo" || kind == "video" }
	for i, f := range files {
		last := len(groups) - 1
		if i > 0 && shown(f) && shown(files[i-1]) && len(groups[last]) < maxGroup {
			groups[last] = append(groups[last], f)
			continue
		}
		groups = append(groups, []helpdesk.OutboundFile{f})
	}
	return groups
}

// content is the text of a message, with what its kind of content shows besides.
func content(out *helpdesk.Outbound) string {
	lines := []string{out.Content}
	for _, item := range items(out) {
		switch out.ContentType {
		case "article":
			lines = append(lines, joined(": ", item["title"], item["description"]), joined("", item["link"]))
		case "cards":
			lines = append(lines, joined("\n", item["title"], item["description"], item["media_url"]))
		}
	}
	return strings.TrimSpace(strings.Join(lines, "\n"))
}

func joined(with string, values ...any) string {
	var texts []string
	for _, v := range values {
		if s, _ := v.(string); s != "" {
			texts = append(texts, s)
		}
	}
	return strings.Join(texts, with)
}

func items(out *helpdesk.Outbound) (list []map[string]any) {
	given, _ := out.ContentAttrs["items"].([]any)
	for _, v := range given {
		if item, ok := v.(map[string]any); ok {
			list = append(list, item)
		}
	}
	return list
}

// buttonsOf are what the customer can press: the choices of a list, the actions of
// cards.
func buttonsOf(out *helpdesk.Outbound) (list []button) {
	for _, item := range items(out) {
		switch out.ContentType {
		case "input_select":
			title, value := joined("", item["title"]), joined("", item["value"])
			list = append(list, button{Text: cmp.Or(title, value), Data: buttonData(value, title)})
		case "cards":
			actions, _ := item["actions"].([]any)
			for _, a := range actions {
				action, _ := a.(map[string]any)
				text, uri := joined("", action["text"]), joined("", action["uri"])
				if uri != "" {
					list = append(list, button{Text: cmp.Or(text, uri), URL: uri})
				} else if data := buttonData(joined("", action["payload"]), text); data != "" {
					list = append(list, button{Text: cmp.Or(text, data), Data: data})
				}
			}
		}
	}
	return list
}

// buttonData is what a button tells when it is pressed: its value where that fits.
// Who reads answers takes a choice by its title as well.
func buttonData(value, title string) string {
	if value == "" || len(value) > maxButtonData && title != "" {
		value = title
	}
	if len(value) <= maxButtonData {
		return value
	}
	value = value[:maxButtonData]
	for !utf8.ValidString(value) {
		value = value[:len(value)-1]
	}
	return value
}

// upload is a file of a call, under the name that its parameters give it.
type upload struct {
	field string
	file  helpdesk.OutboundFile
}

// request is the method that sends the part, and what goes with it.
func (p part) request(to address) (method string, params map[string]any, uploads []upload) {
	params = map[string]any{"chat_id": json.Number(to.chat)}
	if to.connection != "" {
		params["business_connection_id"] = to.connection
	}
	if p.reply != "" {
		params["reply_parameters"] = map[string]any{"message_id": json.Number(p.reply), "allow_sending_without_reply": true}
	}
	if len(p.buttons) > 0 {
		rows := make([][]button, len(p.buttons))
		for i, b := range p.buttons {
			rows[i] = []button{b}
		}
		params["reply_markup"] = map[string]any{"inline_keyboard": rows}
	}
	switch len(p.files) {
	case 0:
		p.write(params, "text")
		return "sendMessage", params, nil
	case 1:
		kind := p.kind(p.files[0])
		p.write(params, "caption")
		return "send" + strings.ToUpper(kind[:1]) + kind[1:], params, []upload{{kind, p.files[0]}}
	}
	media := make([]map[string]any, len(p.files))
	for i, f := range p.files {
		field := fmt.Sprint("file", i)
		media[i] = map[string]any{"type": p.kind(f), "media": "attach://" + field}
		uploads = append(uploads, upload{field, f})
	}
	p.write(media[0], "caption")
	params["media"] = media
	return "sendMediaGroup", params, uploads
}

func (p part) kind(f helpdesk.OutboundFile) string {
	if p.document {
		return "document"
	}
	return fileKind(f)
}

// write puts the text under its name, marked where there is markup in it.
func (p part) write(to map[string]any, name string) {
	if p.text == "" {
		return
	}
	to[name] = p.text
	if html, marked := markup(p.text); marked && !p.plain {
		to[name], to["parse_mode"] = html, "HTML"
	}
}

// otherwise is the part as Telegram may take it after all.
func (p part) otherwise(no *refusal) (part, bool) {
	switch {
	case !p.plain && no.says("can't parse entities", "can't find end of"):
		p.plain = true
	case !p.document && len(p.files) > 0 && no.says("photo_invalid_dimensions", "image_process_failed", "voice_messages_forbidden",
		"photo_ext_invalid", "photo_save_file_invalid", "wrong type of the web page content", "failed to get http url content"):
		p.document = true
	default:
		return p, false
	}
	return p, true
}
