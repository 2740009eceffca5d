package telegramsim

import (
	"fmt"
	"maps"
	"slices"
)

// Person is somebody with a private chat with a bot, or with a business that has
// the bot answer. What they do is told to the bot's webhook before it returns.
type Person struct {
	ID       int64 // of the person, and of the chat
	First    string
	Last     string
	Username string
	Language string

	bot      *Bot
	business *Business
	blocked  bool
	messages []Message
	nextID   int64
}

// Message is one message of a chat.
type Message struct {
	ID      int64
	FromBot bool   // or the business itself
	Kind    string // "text", "photo", "document"…
	Text    string // as it is shown: without markup
	Files   []File
	Buttons []Button
	ReplyTo int64 // 0 = none
	Album   string

	chat, date int64
}

// Button is one below a message.
type Button struct{ Text, Data, URL string }

// File is one in a message.
type File struct {
	Kind string // "photo", "document", "voice"…
	Name string
	Type string // of its content
	Data []byte
	Size int64 // 0 = that of Data; for files that are too large to make

	id string
}

// Ref is the file_id that Telegram gives it; "" before it was sent to a bot.
func (f File) Ref() string { return f.id }

func (f *File) size() int64 { return max(f.Size, int64(len(f.Data))) }

func (f *File) path() string { return "documents/" + f.id + ".bin" }

func (m Message) object() map[string]any {
	return map[string]any{"message_id": m.ID, "date": m.date, "chat": map[string]any{"id": m.chat, "type": "private"}}
}

// Business is somebody who has the bot answer for them.
type Business struct {
	ID    string
	Owner int64

	bot  *Bot
	name string
}

// Business connects somebody's business to the bot, and tells it so.
func (b *Bot) Business(owner string) *Business {
	var c *Business
	b.locked(func() {
		c = &Business{ID: fmt.Sprint("bc_", b.s.next()), Owner: b.s.next(), bot: b, name: owner}
		b.businesses[c.ID] = c
	})
	b.Post("business_connection", c.object())
	return c
}

func (c *Business) object() map[string]any {
	return map[string]any{
		"id": c.ID, "user": map[string]any{"id": c.Owner, "is_bot": false, "first_name": c.name}, "user_chat_id": c.Owner,
		"date": 1767225600, "is_enabled": true, "rights": map[string]any{"can_reply": true, "can_read_messages": true},
	}
}

// Person is a new person who knows the bot.
func (b *Bot) Person(first, last string) *Person { return b.person(first, last, nil) }

// Person is a new customer of the business.
func (c *Business) Person(first, last string) *Person { return c.bot.person(first, last, c) }

func (b *Bot) person(first, last string, c *Business) (p *Person) {
	b.locked(func() {
		p = &Person{ID: b.s.next(), First: first, Last: last, bot: b, business: c}
		b.people = append(b.people, p)
	})
	return p
}

func (p *Person) connection() string {
	if p.business == nil {
		return ""
	}
	return p.business.ID
}

// index is where a message stands; -1 = nowhere. The caller holds mu.
func (p *Person) index(id int64) int {
	return slices.IndexFunc(p.messages, func(m Message) bool { return m.ID == id })
}

// add puts a message into the chat. The caller holds mu.
func (p *Person) add(m Message) Message {
	p.nextID++
	m.ID, m.chat, m.date = p.nextID, p.ID, p.bot.s.time()
	p.messages = append(p.messages, m)
	return m
}

// Sees returns the chat as the person has it before them.
func (p *Person) Sees() []Message {
	p.bot.s.mu.Lock()
	defer p.bot.s.mu.Unlock()
	return slices.Clone(p.messages)
}

// user is the person as updates name them.
func (p *Person) user() map[string]any {
	u := map[string]any{"id": p.ID, "is_bot": false, "first_name": p.First}
	for key, value := range map[string]string{"last_name": p.Last, "username": p.Username, "language_code": p.Language} {
		if value != "" {
			u[key] = value
		}
	}
	return u
}

func (p *Person) chat() map[string]any {
	c := p.user()
	delete(c, "is_bot")
	delete(c, "language_code")
	c["type"] = "private"
	return c
}

// told is a message as updates tell it, with more keys.
func (p *Person) told(m Message, more map[string]any) map[string]any {
	o := map[string]any{"message_id": m.ID, "date": m.date, "chat": p.chat(), "from": p.user()}
	if p.business != nil {
		o["business_connection_id"] = p.business.ID
		if m.FromBot {
			o["from"] = map[string]any{"id": p.business.Owner, "is_bot": false, "first_name": p.business.name}
		}
	}
	maps.Copy(o, more)
	return o
}

func (p *Person) kind(edited bool) string {
	switch {
	case p.business != nil && edited:
		return "edited_business_message"
	case p.business != nil:
		return "business_message"
	case edited:
		return "edited_message"
	}
	return "message"
}

// Does has the person post a message of any content: {"dice": {…}}.
func (p *Person) Does(content map[string]any) Message { return p.says(Message{Kind: "other"}, content) }

func (p *Person) says(m Message, content map[string]any) Message {
	p.bot.locked(func() { m = p.add(m) })
	p.bot.Post(p.kind(false), p.told(m, content))
	return m
}

// Writes has the person write a text.
func (p *Person) Writes(text string) Message {
	return p.says(Message{Kind: "text", Text: text}, map[string]any{"text": text})
}

// Replies has the person quote a message.
func (p *Person) Replies(to Message, text string) Message {
	return p.says(Message{Kind: "text", Text: text, ReplyTo: to.ID},
		map[string]any{"text": text, "reply_to_message": map[string]any{"message_id": to.ID, "date": to.date, "chat": p.chat()}})
}

// Sends has the person send files, several as an album; caption stands under the
// first.
func (p *Person) Sends(caption string, files ...File) (all []Message) {
	album := ""
	if len(files) > 1 {
		p.bot.locked(func() { album = fmt.Sprint(p.bot.s.next()) })
	}
	for i, f := range files {
		p.bot.locked(func() {
			f.id = fmt.Sprint("file_", p.bot.s.next())
			p.bot.s.files[f.id] = &f
		})
		content := f.told()
		m := Message{Kind: f.Kind, Files: []File{f}, Album: album}
		if album != "" {
			content["media_group_id"] = album
		}
		if i == 0 && caption != "" {
			m.Text, content["caption"] = caption, caption
		}
		all = append(all, p.says(m, content))
	}
	return all
}

// told is a file as messages tell it.
func (f *File) told() map[string]any {
	o := map[string]any{"file_id": f.id, "file_unique_id": "u" + f.id, "file_size": f.size()}
	if f.Kind == "photo" {
		small := maps.Clone(o)
		small["file_id"], small["width"], small["height"] = "thumb_"+f.id, 90, 90
		o["width"], o["height"] = 1280, 1280
		return map[string]any{"photo": []any{small, o}}
	}
	if f.Name != "" {
		o["file_name"] = f.Name
	}
	if f.Type != "" {
		o["mime_type"] = f.Type
	}
	content := map[string]any{f.Kind: o}
	if f.Kind == "animation" {
		content["document"] = o // as in the days before animations
	}
	return content
}

// Edits has the person give a message other words; those under a file likewise.
func (p *Person) Edits(m Message, text string) {
	key, edited := "text", int64(0)
	p.bot.locked(func() {
		if i := p.index(m.ID); i >= 0 {
			p.messages[i].Text = text
		}
		edited = p.bot.s.time()
	})
	content := map[string]any{"edit_date": edited}
	if len(m.Files) > 0 {
		key = "caption"
		maps.Copy(content, m.Files[0].told())
	}
	content[key] = text
	p.bot.Post(p.kind(true), p.told(m, content))
}

// Reacts has the person set signs under a message; none = they take them away.
func (p *Person) Reacts(m Message, emoji ...string) {
	signs, at := []any{}, int64(0)
	for _, e := range emoji {
		signs = append(signs, map[string]any{"type": "emoji", "emoji": e})
	}
	p.bot.locked(func() { at = p.bot.s.time() })
	p.bot.Post("message_reaction", map[string]any{
		"chat": p.chat(), "message_id": m.ID, "user": p.user(), "date": at, "old_reaction": []any{}, "new_reaction": signs,
	})
}

// Presses has the person press the button with this text.
func (p *Person) Presses(m Message, text string) {
	var rows []any
	data, id := "", ""
	for _, b := range m.Buttons {
		rows = append(rows, []any{map[string]any{"text": b.Text, "callback_data": b.Data}})
		if b.Text == text {
			data = b.Data
		}
	}
	p.bot.locked(func() {
		id = fmt.Sprint("cb_", p.bot.s.next())
		p.bot.spinning = append(p.bot.spinning, id)
	})
	under := p.told(m, map[string]any{"text": m.Text, "reply_markup": map[string]any{"inline_keyboard": rows}})
	under["from"] = map[string]any{"id": p.bot.id, "is_bot": true, "first_name": p.bot.Name}
	p.bot.Post("callback_query", map[string]any{"id": id, "from": p.user(), "message": under, "chat_instance": "1", "data": data})
}

// Deletes has a message of a business's chat disappear.
func (p *Person) Deletes(list ...Message) {
	var ids []int64
	for _, m := range list {
		ids = append(ids, m.ID)
	}
	p.bot.locked(func() {
		p.messages = slices.DeleteFunc(p.messages, func(m Message) bool { return slices.Contains(ids, m.ID) })
	})
	if p.business != nil { // bots are not told
		p.bot.Post("deleted_business_messages", map[string]any{"business_connection_id": p.business.ID, "chat": p.chat(), "message_ids": ids})
	}
}

// Answers has the owner of the business write to a customer, in their own app.
func (c *Business) Answers(p *Person, text string) Message {
	return p.says(Message{FromBot: true, Kind: "text", Text: text}, map[string]any{"text": text})
}

// Blocks has the person stop the bot: it may not write to them any more.
func (p *Person) Blocks() { p.member(true) }

// Unblocks has the person take the bot up again.
func (p *Person) Unblocks() { p.member(false) }

func (p *Person) member(blocked bool) {
	at := int64(0)
	p.bot.locked(func() { p.blocked, at = blocked, p.bot.s.time() })
	status := map[bool]string{true: "kicked", false: "member"}
	me := map[string]any{"id": p.bot.id, "is_bot": true, "first_name": p.bot.Name}
	p.bot.Post("my_chat_member", map[string]any{
		"chat": p.chat(), "from": p.user(), "date": at,
		"old_chat_member": map[string]any{"user": me, "status": status[!blocked]},
		"new_chat_member": map[string]any{"user": me, "status": status[blocked]},
	})
}
