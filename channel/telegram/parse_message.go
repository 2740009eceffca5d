package telegram

import (
	"encoding/json"
	"maps"
	"slices"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/channel/internal/wire"
)

// maxContent is how much of a text is kept, in characters.
const maxContent = 100_000

// message is what every message has, whatever its kind of content.
type message struct {
	ID           wire.Text       `json:"message_id"`
	From         user            `json:"from"`
	Chat         chat            `json:"chat"`
	Date         wire.Text       `json:"date"`
	Edited       wire.Text       `json:"edit_date"`
	Connection   string          `json:"business_connection_id"`
	SenderBot    user            `json:"sender_business_bot"`
	Text         *string         `json:"text"`
	Caption      *string         `json:"caption"`
	Entities     json.RawMessage `json:"entities"`
	CaptionMarks json.RawMessage `json:"caption_entities"`
	Album        wire.Text       `json:"media_group_id"`
	Origin       json.RawMessage `json:"forward_origin"`
	ViaBot       user            `json:"via_bot"`
	MigrateTo    wire.Text       `json:"migrate_to_chat_id"`
	ReplyTo      struct {
		ID wire.Text `json:"message_id"`
	} `json:"reply_to_message"`
	Quote struct {
		Text string `json:"text"`
	} `json:"quote"`
}

func (m *message) address() address { return address{string(m.Chat.ID), m.Connection} }

// words is what was written, under a file or alone.
func (m *message) words() string {
	switch {
	case m.Text != nil:
		return wire.Clip(wire.Clean(*m.Text), maxContent)
	case m.Caption != nil:
		return wire.Clip(wire.Clean(*m.Caption), maxContent)
	}
	return ""
}

// message reads one of them, new or edited.
func (p *parser) message(raw json.RawMessage, edited bool) {
	var m message
	var keys map[string]json.RawMessage
	if wire.Decode(raw, &m) != nil || wire.Decode(raw, &keys) != nil || keys == nil {
		return
	}
	if to := string(m.MigrateTo); number.MatchString(to) && number.MatchString(string(m.Chat.ID)) {
		p.item.Renames = append(p.item.Renames, helpdesk.Rename{
			From: string(m.Chat.ID), To: helpdesk.Person{Source: to, Name: m.Chat.String()}, At: m.Date.Time(),
		})
		return
	}
	if !m.Chat.private() {
		return // what is said in groups is not for the desk
	}
	if string(m.SenderBot.ID) == p.bot {
		return // what the desk itself has said in the business's name
	}
	if edited {
		p.edit(&m, keys)
		return
	}
	if in, ok := m.inbound(keys, p.update); ok {
		p.item.Messages = append(p.item.Messages, in)
	}
}

// edit is new words. A place that moves on is none, and comes every few seconds.
func (p *parser) edit(m *message, keys map[string]json.RawMessage) {
	if m.Text == nil && m.Caption == nil && !slices.ContainsFunc(captioned(), func(k string) bool { return keys[k] != nil }) {
		return
	}
	if m.ID == "" {
		return
	}
	p.item.Edits = append(p.item.Edits, helpdesk.Edit{ExternalID: m.address().message(string(m.ID)), At: m.Edited.Time(), Content: m.words()})
}

// inbound is the message as the desk takes it; not ok = nothing that anybody said.
func (m *message) inbound(keys map[string]json.RawMessage, update string) (in helpdesk.Inbound, ok bool) {
	at := m.address()
	in = helpdesk.Inbound{
		ExternalID: at.message(string(m.ID)), From: person(at, m.Chat.names, ""), At: m.Date.Time(), Content: m.words(), Start: start(at),
		Extra: map[string]any{}, ContentAttrs: map[string]any{},
	}
	if m.ID == "" && update != "" {
		in.ExternalID = "update:" + update
	}
	if in.Echo = m.Connection != "" && m.From.ID != "" && m.From.ID != m.Chat.ID; !in.Echo && m.From.Language != "" {
		in.From.Extra["language_code"] = wire.Clean(m.From.Language)
	}
	r := reader{in: &in, own: m.From.ID}
	kind := r.content(keys)
	switch {
	case kind == "":
		return in, false
	case kind == unknown:
		r.placeholder(firstUnknown(keys))
	}
	if in.Content == "" && len(in.Attachments) == 0 {
		r.placeholder(kind)
	}
	in.ReplyTo, in.Group = at.message(string(m.ReplyTo.ID)), at.message(string(m.Album))
	m.extra(in.Extra, keys)
	return in, true
}

// extra is what else is told of a message.
func (m *message) extra(to map[string]any, keys map[string]json.RawMessage) {
	note := func(key, value string) {
		if value = wire.Clip(wire.Clean(value), maxContent); value != "" {
			to[key] = value
		}
	}
	note("media_group_id", string(m.Album))
	note("quote", m.Quote.Text)
	note("via_bot", m.ViaBot.Username)
	note("business_connection_id", m.Connection)
	note("forwarded_from", forwardedFrom(m.Origin))
	for _, key := range []string{"reply_to_story", "external_reply"} {
		if len(keys[key]) > 0 && len(keys[key]) <= 4<<10 {
			to[key] = wire.Object(keys[key])
		}
	}
	type mark struct {
		Type string `json:"type"`
		URL  string `json:"url"`
	}
	var links []any
	for _, e := range slices.Concat(wire.Each[mark](m.Entities), wire.Each[mark](m.CaptionMarks)) {
		if e.Type == "text_link" && len(links) < 20 {
			links = append(links, wire.Clip(wire.Clean(e.URL), 2048)) // the text does not show where they lead
		}
	}
	if links != nil {
		to["links"] = links
	}
}

// forwardedFrom is who said it first.
func forwardedFrom(raw json.RawMessage) string {
	var o struct {
		User   user   `json:"sender_user"`
		Hidden string `json:"sender_user_name"`
		Sender chat   `json:"sender_chat"`
		Chat   chat   `json:"chat"`
	}
	if wire.Decode(raw, &o) != nil {
		return ""
	}
	for _, name := range []string{o.User.String(), o.Hidden, o.Sender.String(), o.Chat.String()} {
		if name != "" {
			return name
		}
	}
	return ""
}

// unknown is content of a kind that Telegram had not thought of yet.
const unknown = "unknown"

// firstUnknown is the key that tells of it.
func firstUnknown(keys map[string]json.RawMessage) string {
	for _, key := range slices.Sorted(maps.Keys(keys)) {
		if !slices.Contains(around(), key) {
			return wire.Clip(wire.Clean(key), 60)
		}
	}
	return unknown
}

// captioned are the kinds that may have words under them.
func captioned() []string {
	return []string{"photo", "video", "animation", "document", "audio", "voice", "paid_media"}
}

// around is what stands around a content.
func around() []string {
	return []string{
		"message_id", "message_thread_id", "direct_messages_topic", "from", "sender_chat", "sender_boost_count", "sender_business_bot",
		"sender_tag", "date", "business_connection_id", "chat", "forward_origin", "is_topic_message", "is_automatic_forward",
		"reply_to_message", "external_reply", "quote", "reply_to_story", "reply_to_checklist_task_id", "via_bot", "edit_date",
		"has_protected_content", "is_from_offline", "is_paid_post", "media_group_id", "author_signature", "paid_star_count",
		"entities", "link_preview_options", "suggested_post_info", "effect_id", "caption", "caption_entities",
		"show_caption_above_media", "has_media_spoiler", "reply_markup", "guest_query_id", "text",
	}
}

// silent are what Telegram itself writes into a chat, and nobody said.
func silent() []string {
	return []string{
		"pinned_message", "message_auto_delete_timer_changed", "write_access_allowed", "chat_background_set", "connected_website",
		"boost_added", "proximity_alert_triggered", "passport_data", "new_chat_members", "left_chat_member", "new_chat_title",
		"new_chat_photo", "delete_chat_photo", "group_chat_created", "supergroup_chat_created", "channel_chat_created",
		"forum_topic_created", "forum_topic_edited", "forum_topic_closed", "forum_topic_reopened", "general_forum_topic_hidden",
		"general_forum_topic_unhidden", "migrate_from_chat_id", "migrate_to_chat_id",
	}
}
