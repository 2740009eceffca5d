package telegram

import (
	"crypto/subtle"
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/channel/internal/wire"
)

// SecretHeader is where Telegram proves itself.
const SecretHeader = "X-Telegram-Bot-Api-Secret-Token"

// ParseWebhook implements helpdesk.WebhookParser. The press of a button is
// answered with the call that stops it from spinning.
func (s *sender) ParseWebhook(r *http.Request, body []byte) (helpdesk.Batch, error) {
	if subtle.ConstantTimeCompare([]byte(r.Header.Get(SecretHeader)), []byte(s.s.secret())) == 0 {
		return helpdesk.Batch{}, helpdesk.Errorf(helpdesk.Unauthenticated, "the secret token does not match")
	}
	var u update
	if err := wire.Decode(body, &u); err != nil {
		return helpdesk.Batch{}, &helpdesk.Error{Code: helpdesk.Invalid, Message: "the update cannot be read", Err: err}
	}
	p := parser{bot: s.s.botID(), update: string(u.ID)}
	p.message(u.Message, false)
	p.message(u.BusinessMessage, false)
	p.message(u.EditedMessage, true)
	p.message(u.EditedBusinessMessage, true)
	p.deleted(u.Deleted)
	p.reaction(u.Reaction)
	p.pressed(u.Callback)
	p.member(u.Member)
	p.connection(u.Connection)
	return p.batch(), nil
}

// update is one piece of news: exactly one of its fields is there, as promised.
// Other kinds do not concern a desk.
type update struct {
	ID                    wire.Text       `json:"update_id"`
	Message               json.RawMessage `json:"message"`
	EditedMessage         json.RawMessage `json:"edited_message"`
	BusinessMessage       json.RawMessage `json:"business_message"`
	EditedBusinessMessage json.RawMessage `json:"edited_business_message"`
	Deleted               json.RawMessage `json:"deleted_business_messages"`
	Reaction              json.RawMessage `json:"message_reaction"`
	Callback              json.RawMessage `json:"callback_query"`
	Member                json.RawMessage `json:"my_chat_member"`
	Connection            json.RawMessage `json:"business_connection"`
}

// chat is where something was said; its names are those of the person, in private.
type chat struct {
	ID   wire.Text `json:"id"`
	Type string    `json:"type"`
	names
}

// private reports whether it is a conversation with one person.
func (c chat) private() bool { return c.Type == "private" && number.MatchString(string(c.ID)) }

type user struct {
	ID       wire.Text `json:"id"`
	Language string    `json:"language_code"`
	names
}

type names struct {
	First    string `json:"first_name"`
	Last     string `json:"last_name"`
	Username string `json:"username"`
	Title    string `json:"title"` // of a group
}

func (n names) String() string {
	name := strings.TrimSpace(n.First + " " + n.Last)
	for _, other := range []string{n.Title, n.Username} {
		if name == "" {
			name = other
		}
	}
	return wire.Clip(wire.Clean(name), maxName)
}

// parser gathers what an update says.
type parser struct {
	bot    string // whose webhook it is
	update string
	item   helpdesk.BatchItem
	answer *helpdesk.Answer
}

func (p *parser) batch() helpdesk.Batch {
	b := helpdesk.Batch{Answer: p.answer}
	i := p.item
	if len(i.Messages)+len(i.Edits)+len(i.Reactions)+len(i.Preferences)+len(i.Renames)+len(i.Notices) > 0 {
		b.Items = []helpdesk.BatchItem{i}
	}
	return b
}

// person is somebody at an address, known by these names.
func person(a address, n names, language string) helpdesk.Person {
	extra := map[string]any{"social_telegram_user_id": a.chat}
	if n.Username != "" {
		extra["username"], extra["social_telegram_user_name"] = wire.Clean(n.Username), wire.Clean(n.Username)
	}
	if language != "" {
		extra["language_code"] = wire.Clean(language)
	}
	if a.connection != "" {
		extra["business_connection_id"] = a.connection
	}
	return helpdesk.Person{Source: a.String(), Name: n.String(), Extra: extra}
}

// start fills a conversation that begins at an address.
func start(a address) helpdesk.StartFields {
	extra := map[string]any{"chat_id": a.chat}
	if a.connection != "" {
		extra["business_connection_id"] = a.connection
	}
	return helpdesk.StartFields{Extra: extra}
}

// deleted takes back what was deleted in a business's chat, for both sides.
func (p *parser) deleted(raw json.RawMessage) {
	var d struct {
		Connection string      `json:"business_connection_id"`
		Chat       chat        `json:"chat"`
		IDs        []wire.Text `json:"message_ids"`
	}
	if wire.Decode(raw, &d) != nil || !d.Chat.private() {
		return
	}
	at := address{string(d.Chat.ID), d.Connection}
	for _, id := range d.IDs {
		if number.MatchString(string(id)) {
			p.item.Edits = append(p.item.Edits, helpdesk.Edit{ExternalID: at.message(string(id)), Deleted: true})
		}
	}
}

// reaction is what somebody's signs under a message are now, all of them.
func (p *parser) reaction(raw json.RawMessage) {
	var r struct {
		Chat chat            `json:"chat"`
		ID   wire.Text       `json:"message_id"`
		Date wire.Text       `json:"date"`
		New  json.RawMessage `json:"new_reaction"`
	}
	if wire.Decode(raw, &r) != nil || !r.Chat.private() || !number.MatchString(string(r.ID)) {
		return
	}
	type sign struct {
		Type  string `json:"type"`
		Emoji string `json:"emoji"`
	}
	var signs strings.Builder
	for _, one := range wire.Each[sign](r.New) {
		switch {
		case one.Emoji != "":
			signs.WriteString(wire.Clean(one.Emoji))
		case one.Type == "paid":
			signs.WriteString("⭐")
		default:
			signs.WriteString("❔") // a picture of Telegram's own
		}
	}
	at := address{chat: string(r.Chat.ID)}
	p.item.Reactions = append(p.item.Reactions, helpdesk.Reaction{
		ExternalID: at.message(string(r.ID)), From: at.String(), Emoji: wire.Clip(signs.String(), 30), At: r.Date.Time(),
	})
}

// pressed is the press of a button: as if its words had been written.
func (p *parser) pressed(raw json.RawMessage) {
	var c struct {
		ID      wire.Text       `json:"id"`
		From    user            `json:"from"`
		Message json.RawMessage `json:"message"`
		Data    string          `json:"data"`
	}
	if wire.Decode(raw, &c) != nil || c.ID == "" {
		return
	}
	p.answer = stopSpinning(string(c.ID))
	var m struct {
		ID         wire.Text `json:"message_id"`
		Chat       chat      `json:"chat"`
		Connection string    `json:"business_connection_id"`
		Markup     struct {
			Rows json.RawMessage `json:"inline_keyboard"`
		} `json:"reply_markup"`
	}
	if wire.Decode(c.Message, &m) != nil || !m.Chat.private() {
		return // in a group, or under a message that nobody here has sent
	}
	at := address{string(m.Chat.ID), m.Connection}
	data := wire.Clean(c.Data)
	text := data
	var rows [][]button
	if wire.Decode(m.Markup.Rows, &rows) == nil {
		for _, b := range slices.Concat(rows...) {
			if b.Data == c.Data && b.Text != "" {
				text = wire.Clean(b.Text)
				break
			}
		}
	}
	if strings.TrimSpace(text) == "" {
		text = "[button]" // of a game, or one that is gone
	}
	p.item.Messages = append(p.item.Messages, helpdesk.Inbound{
		ExternalID: "callback:" + string(c.ID), From: person(at, c.From.names, c.From.Language), Content: text,
		Extra: map[string]any{"callback_data": data}, ReplyTo: at.message(string(m.ID)), Start: start(at),
	})
}

// stopSpinning is a call of the Bot API as the answer to an update.
func stopSpinning(id string) *helpdesk.Answer {
	body, err := json.Marshal(map[string]string{"method": "answerCallbackQuery", "callback_query_id": id})
	if err != nil {
		return nil
	}
	return &helpdesk.Answer{Status: http.StatusOK, ContentType: "application/json", Body: body}
}

// member tells that somebody stopped the bot, or took it up again.
func (p *parser) member(raw json.RawMessage) {
	var m struct {
		Chat chat      `json:"chat"`
		From user      `json:"from"`
		Date wire.Text `json:"date"`
		New  struct {
			Status string `json:"status"`
		} `json:"new_chat_member"`
	}
	if wire.Decode(raw, &m) != nil || !m.Chat.private() || m.New.Status == "" {
		return
	}
	at := address{chat: string(m.Chat.ID)}
	p.item.Preferences = append(p.item.Preferences, helpdesk.Preference{
		From: person(at, m.Chat.names, m.From.Language), Category: helpdesk.ConsentAll,
		Stop: m.New.Status == "kicked", At: m.Date.Time(),
	})
}

// connection tells that a business took the bot on, or let it go.
func (p *parser) connection(raw json.RawMessage) {
	var c struct {
		ID      string          `json:"id"`
		User    user            `json:"user"`
		Date    wire.Text       `json:"date"`
		Enabled bool            `json:"is_enabled"`
		Rights  json.RawMessage `json:"rights"`
	}
	if wire.Decode(raw, &c) != nil || c.ID == "" {
		return
	}
	reason := "connected to the business account of "
	if !c.Enabled {
		reason = "no longer connected to the business account of "
	}
	p.item.Notices = append(p.item.Notices, helpdesk.Notice{
		Kind: helpdesk.NoticeOther, At: c.Date.Time(), Reason: reason + c.User.String(),
		Details: map[string]any{"business_connection_id": wire.Clean(c.ID), "enabled": c.Enabled, "rights": wire.Object(c.Rights)},
	})
}
