package telegramsim

import (
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
)

// What Telegram takes.
const (
	maxText     = 4096
	maxCaption  = 1024
	maxPhoto    = 10 << 20
	maxUpload   = 50 << 20
	maxDownload = 20 << 20
)

var secretForm = regexp.MustCompile(`^[A-Za-z0-9_-]{1,256}$`)

// do makes a call. The caller holds mu.
func (s *Server) do(b *Bot, r Request) (any, *apiError) {
	switch r.Method {
	case "getMe":
		return map[string]any{"id": b.id, "is_bot": true, "first_name": b.Name, "username": b.username(), "can_connect_to_business": true}, nil
	case "setWebhook":
		return b.setWebhook(r)
	case "deleteWebhook":
		b.hook = webhook{}
		return true, nil
	case "getWebhookInfo":
		info := map[string]any{"url": b.hook.url, "has_custom_certificate": false, "pending_update_count": len(b.waiting), "allowed_updates": b.hook.allowed}
		if b.failed != "" {
			info["last_error_date"], info["last_error_message"] = b.failedAt, b.failed
		}
		return info, nil
	case "getUpdates":
		if b.hook.url != "" {
			return nil, &apiError{code: 409, text: "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"}
		}
		return []any{}, nil
	case "getFile":
		return s.getFile(r)
	case "sendMediaGroup":
		return b.sendGroup(r)
	case "sendMessage", "sendPhoto", "sendDocument", "sendVideo", "sendAnimation", "sendAudio", "sendVoice":
		return b.send(r)
	case "sendChatAction", "readBusinessMessage":
		_, no := b.chatOf(r)
		return no == nil, no
	case "answerCallbackQuery":
		id := text(r.Params["callback_query_id"])
		if !slices.Contains(b.spinning, id) {
			return nil, bad("query is too old and response timeout expired or query ID is invalid")
		}
		b.spinning = slices.DeleteFunc(b.spinning, func(one string) bool { return one == id })
		return true, nil
	case "deleteMessage", "editMessageText":
		return b.change(r)
	case "getUserProfilePhotos":
		return map[string]any{"total_count": 0, "photos": []any{}}, nil
	case "getBusinessConnection":
		if c := b.businesses[text(r.Params["business_connection_id"])]; c != nil {
			return c.object(), nil
		}
		return nil, bad("business connection not found")
	}
	return nil, &apiError{code: 404, text: "Not Found: method not found"}
}

// text is a parameter, whether it was written as a text or a number.
func text(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	}
	return ""
}

// object is a parameter that JSON and forms write differently.
func object(v any, to any) bool {
	raw, ok := v.(string)
	if !ok {
		b, err := json.Marshal(v)
		if err != nil {
			return false
		}
		raw = string(b)
	}
	return json.Unmarshal([]byte(raw), to) == nil
}

func (b *Bot) setWebhook(r Request) (any, *apiError) {
	address, secret := text(r.Params["url"]), text(r.Params["secret_token"])
	u, err := url.Parse(address)
	switch {
	case err != nil || address != "" && (u.Scheme != "https" && u.Scheme != "http" || u.Host == ""):
		return nil, bad("bad webhook: invalid webhook URL specified")
	case secret != "" && !secretForm.MatchString(secret):
		return nil, bad("secret token contains illegal characters")
	}
	var allowed []string
	if given, ok := r.Params["allowed_updates"]; ok && !object(given, &allowed) {
		return nil, bad("can't parse allowed_updates")
	}
	b.hook = webhook{url: address, secret: secret, allowed: allowed}
	return true, nil
}

func (s *Server) getFile(r Request) (any, *apiError) {
	f := s.files[text(r.Params["file_id"])]
	switch {
	case f == nil:
		return nil, bad("wrong file_id or the file is temporarily unavailable")
	case f.size() > maxDownload:
		return nil, bad("file is too big")
	}
	return map[string]any{"file_id": f.id, "file_unique_id": "u" + f.id, "file_size": f.size(), "file_path": f.path()}, nil
}

// chatOf is the chat that a call is about, and who would be written to.
func (b *Bot) chatOf(r Request) (*Person, *apiError) {
	id, err := strconv.ParseInt(text(r.Params["chat_id"]), 10, 64)
	if err != nil {
		return nil, bad("chat_id is empty")
	}
	connection := text(r.Params["business_connection_id"])
	if to, moved := b.moved[id]; moved {
		return nil, &apiError{code: 400, text: "Bad Request: group chat was upgraded to a supergroup chat", chat: to}
	}
	if connection != "" && b.businesses[connection] == nil {
		return nil, bad("business connection not found")
	}
	for _, p := range b.people {
		if p.ID != id || p.connection() != connection {
			continue
		}
		if p.blocked {
			return nil, &apiError{code: 403, text: "Forbidden: bot was blocked by the user"}
		}
		return p, nil
	}
	return nil, bad("chat not found")
}

// shown is what a text looks like, and whether it fits.
func shown(r map[string]any, key string, limit int) (string, *apiError) {
	s := text(r[key])
	if mode := text(r["parse_mode"]); mode == "HTML" {
		plain, no := plainOf(s)
		if no != nil {
			return "", no
		}
		s = plain
	} else if mode != "" {
		return "", bad("unsupported parse_mode")
	}
	if len(utf16.Encode([]rune(s))) > limit {
		if key == "caption" {
			return "", bad("message caption is too long")
		}
		return "", bad("message is too long")
	}
	return s, nil
}

func (b *Bot) send(r Request) (any, *apiError) {
	p, no := b.chatOf(r)
	if no != nil {
		return nil, no
	}
	m := Message{FromBot: true, Kind: "text"}
	if kind := strings.ToLower(strings.TrimPrefix(r.Method, "send")); kind == "message" {
		m.Text, no = shown(r.Params, "text", maxText)
		if no == nil && strings.TrimSpace(m.Text) == "" {
			no = bad("message text is empty")
		}
	} else {
		m.Kind = kind
		if m.Text, no = shown(r.Params, "caption", maxCaption); no == nil {
			no = m.take(kind, r, kind)
		}
	}
	if no == nil {
		no = m.dress(r, p)
	}
	if no != nil {
		return nil, no
	}
	return p.add(m).object(), nil
}

// take adds the file of a field to a message.
func (m *Message) take(kind string, r Request, field string) *apiError {
	data, ok := r.Files[field]
	switch {
	case !ok:
		return bad("there is no " + kind + " in the request")
	case len(data) == 0:
		return bad("file must be non-empty")
	case kind == "photo" && len(data) > maxPhoto:
		return bad(fmt.Sprintf("file of size %d bytes is too big for a photo; the maximum size is %d bytes", len(data), maxPhoto))
	case len(data) > maxUpload:
		return &apiError{code: 413, text: "Request Entity Too Large"}
	}
	m.Files = append(m.Files, File{Kind: kind, Name: text(r.Params["name of "+field]), Data: data})
	return nil
}

// dress adds what goes with any message: buttons, and what it quotes.
func (m *Message) dress(r Request, p *Person) *apiError {
	var reply struct {
		ID      json.Number `json:"message_id"`
		Without bool        `json:"allow_sending_without_reply"`
	}
	if given, ok := r.Params["reply_parameters"]; ok {
		if !object(given, &reply) {
			return bad("can't parse reply parameters")
		}
		id, _ := reply.ID.Int64() // 0 is no message
		if i := p.index(id); i >= 0 {
			m.ReplyTo = id
		} else if !reply.Without {
			return bad("message to be replied not found")
		}
	}
	var markup struct {
		Rows [][]struct {
			Text string `json:"text"`
			Data string `json:"callback_data"`
			URL  string `json:"url"`
		} `json:"inline_keyboard"`
	}
	given, ok := r.Params["reply_markup"]
	if !ok {
		return nil
	}
	if !object(given, &markup) {
		return bad("can't parse reply keyboard markup JSON object")
	}
	for _, b := range slices.Concat(markup.Rows...) {
		switch {
		case b.Text == "":
			return bad("can't parse inline keyboard button: Field \"text\" must be non-empty")
		case b.Data == "" && b.URL == "":
			return bad("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
		case len(b.Data) > 64:
			return bad("BUTTON_DATA_INVALID")
		}
		m.Buttons = append(m.Buttons, Button{b.Text, b.Data, b.URL})
	}
	if len(m.Buttons) > 100 {
		return bad("REPLY_MARKUP_TOO_LONG")
	}
	return nil
}

func (b *Bot) sendGroup(r Request) (any, *apiError) {
	p, no := b.chatOf(r)
	if no != nil {
		return nil, no
	}
	var media []map[string]any
	if !object(r.Params["media"], &media) {
		return nil, bad("can't parse media JSON object")
	}
	if len(media) < 2 || len(media) > 10 {
		return nil, bad("group of media must be 2-10")
	}
	var all []Message
	kinds := map[bool]bool{}
	for _, one := range media {
		kind := text(one["type"])
		m := Message{FromBot: true, Kind: kind, Album: fmt.Sprint("album of ", p.nextID)}
		if m.Text, no = shown(one, "caption", maxCaption); no != nil {
			return nil, no
		}
		if no = m.take(kind, r, strings.TrimPrefix(text(one["media"]), "attach://")); no != nil {
			return nil, no
		}
		if no = m.dress(r, p); no != nil {
			return nil, no
		}
		kinds[kind == "photo" || kind == "video"] = true
		all = append(all, m)
	}
	if len(kinds) > 1 {
		return nil, bad("document can't be mixed with other media types")
	}
	var out []any
	for _, m := range all {
		out = append(out, p.add(m).object())
	}
	return out, nil
}

// change deletes a message of the bot, or gives it other words.
func (b *Bot) change(r Request) (any, *apiError) {
	p, no := b.chatOf(r)
	if no != nil {
		return nil, no
	}
	id, _ := strconv.ParseInt(text(r.Params["message_id"]), 10, 64) // 0 is no message
	i := p.index(id)
	if i < 0 {
		return nil, bad("message to " + strings.TrimSuffix(strings.TrimSuffix(r.Method, "Message"), "MessageText") + " not found")
	}
	if r.Method == "deleteMessage" {
		p.messages = slices.Delete(p.messages, i, i+1)
		return true, nil
	}
	words, no := shown(r.Params, "text", maxText)
	if no != nil {
		return nil, no
	}
	p.messages[i].Text = words
	return p.messages[i].object(), nil
}
