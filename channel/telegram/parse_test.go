package telegram_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/channel/telegram"
)

// parse reads a body as one that Telegram has signed.
func parse(t testing.TB, body string) (helpdesk.Batch, error) {
	t.Helper()
	s, err := telegram.New(telegram.Options{}).Open([]byte(`{"bot_token": "42:x", "webhook_secret": "s3cret"}`))
	require.NoError(t, err)
	r, err := http.NewRequest(http.MethodPost, "/", nil)
	require.NoError(t, err)
	r.Header.Set(telegram.SecretHeader, secret)
	return s.(helpdesk.WebhookParser).ParseWebhook(r, []byte(body))
}

// item is the one slice that an update carries.
func item(t *testing.T, key, content string) helpdesk.BatchItem {
	t.Helper()
	batch, err := parse(t, string(update(key, content)))
	require.NoError(t, err)
	require.Len(t, batch.Items, 1)
	require.Zero(t, batch.Items[0].To)
	return batch.Items[0]
}

func TestParseText(t *testing.T) {
	t.Parallel()
	got := item(t, "message", says(`"text": "hi\u0000 there", "entities": [{"type": "text_link", "url": "https://x.example"}],
		"reply_to_message": {"message_id": 4}, "quote": {"text": "that"}, "forward_origin": {"type": "hidden_user", "sender_user_name": "Ana"},
		"media_group_id": "g1", "via_bot": {"username": "gif"}`)).Messages[0]
	require.Equal(t, helpdesk.Inbound{
		ExternalID: "5000000001:5", ReplyTo: "5000000001:4", Group: "5000000001:g1", At: time.Unix(1767225600, 0).UTC(), Content: "hi there",
		From: helpdesk.Person{Source: "5000000001", Name: "Maria", Extra: map[string]any{
			"social_telegram_user_id": "5000000001", "social_telegram_user_name": "maria", "username": "maria", "language_code": "pt",
		}},
		Start:        helpdesk.StartFields{Extra: map[string]any{"chat_id": "5000000001"}},
		ContentAttrs: map[string]any{},
		Extra: map[string]any{
			"quote": "that", "forwarded_from": "Ana", "media_group_id": "g1", "via_bot": "gif", "links": []any{"https://x.example"},
		},
	}, got)
}

func TestParseContent(t *testing.T) {
	t.Parallel()
	one := func(f helpdesk.InboundFile) []helpdesk.InboundFile { return []helpdesk.InboundFile{f} }
	for _, c := range []struct {
		name, content string
		text          string
		files         []helpdesk.InboundFile
		odd           bool // a placeholder
	}{
		{
			"photo: the largest", `"photo": [{"file_id": "s"}, {"file_id": "l", "file_size": 9}], "caption": "look"`, "look",
			one(helpdesk.InboundFile{Type: "image", Ref: "l", Size: 9}), false,
		},
		{
			"document", `"document": {"file_id": "d", "file_name": "a.pdf", "mime_type": "application/pdf"}`, "",
			one(helpdesk.InboundFile{Type: "file", Ref: "d", Name: "a.pdf", ContentType: "application/pdf"}), false,
		},
		{"animation sets document too", `"document": {"file_id": "d"}, "animation": {"file_id": "a"}`, "", one(helpdesk.InboundFile{Type: "video", Ref: "a"}), false},
		{"video", `"video": {"file_id": "v"}`, "", one(helpdesk.InboundFile{Type: "video", Ref: "v"}), false},
		{"video note", `"video_note": {"file_id": "v"}`, "", one(helpdesk.InboundFile{Type: "video", Ref: "v"}), false},
		{"audio", `"audio": {"file_id": "a"}`, "", one(helpdesk.InboundFile{Type: "audio", Ref: "a"}), false},
		{"voice", `"voice": {"file_id": "a", "mime_type": "audio/ogg"}`, "", one(helpdesk.InboundFile{Type: "audio", Ref: "a", ContentType: "audio/ogg"}), false},
		{"sticker", `"sticker": {"file_id": "s", "emoji": "😀"}`, "", one(helpdesk.InboundFile{Type: "image", Ref: "s"}), false},
		{"sticker that moves", `"sticker": {"file_id": "s", "is_animated": true, "thumbnail": {"file_id": "t"}}`, "", one(helpdesk.InboundFile{Type: "image", Ref: "t"}), false},
		{"sticker that moves, without a still", `"sticker": {"file_id": "s", "is_animated": true, "emoji": "😀"}`, "😀", nil, false},
		{"sticker of video", `"sticker": {"file_id": "s", "is_video": true}`, "", one(helpdesk.InboundFile{Type: "video", Ref: "s"}), false},
		{
			"21 MB", `"video": {"file_id": "v", "file_name": "film.mp4", "file_size": 22020096}`, "",
			one(helpdesk.InboundFile{Type: "fallback", Name: "film.mp4 (21 MB)", Meta: map[string]any{"too_large": true, "file_size": int64(22020096), "content_type": ""}}), false,
		},
		{
			"location", `"location": {"latitude": -23.5, "longitude": 0}`, "",
			one(helpdesk.InboundFile{Type: "location", Meta: map[string]any{"coordinates_lat": -23.5, "coordinates_long": 0.0}}), false,
		},
		{
			"venue sets location too", `"location": {"latitude": 1, "longitude": 2}, "venue": {"location": {"latitude": 1, "longitude": 2}, "title": "Shop", "address": "Rua 1"}`, "",
			one(helpdesk.InboundFile{Type: "location", Name: "Shop, Rua 1", Meta: map[string]any{"coordinates_lat": 1.0, "coordinates_long": 2.0}}), false,
		},
		{
			"contact", `"contact": {"phone_number": "+5511", "first_name": "Ana", "user_id": 3}`, "",
			one(helpdesk.InboundFile{Type: "contact", Name: "+5511", Meta: map[string]any{"firstName": "Ana", "lastName": ""}}), false,
		},
		{"dice", `"dice": {"emoji": "🎲", "value": 4}`, "🎲 4", nil, false},
		{"poll", `"poll": {"question": "Which?", "options": [{"text": "a"}, {"text": "b"}]}`, "Which?\n- a\n- b", nil, false},
		{"checklist", `"checklist": {"title": "To do", "tasks": [{"id": 1, "text": "a"}]}`, "To do\n- a", nil, false},
		{"web app", `"web_app_data": {"data": "{}", "button_text": "Order"}`, "Order", nil, false},
		{"story", `"story": {"id": 1}`, "[story]", nil, true},
		{"paid media", `"paid_media": {"star_count": 1}, "caption": "buy"`, "buy", nil, true},
		{"of a kind that nobody has thought of", `"hologram": {"x": 1}`, "[hologram]", nil, true},
		{"a file of no id", `"document": {"file_name": "x"}`, "[file]", nil, true},
		{"a photo of no size", `"photo": []`, "[photo]", nil, true},
		{"a photo that is none", `"photo": 7`, "[photo]", nil, true},
		{"a location nowhere", `"location": {"latitude": "x"}`, "[location]", nil, true},
		{"an empty dice", `"dice": {}`, "[dice]", nil, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := item(t, "message", says(c.content)).Messages[0]
			require.Equal(t, c.text, got.Content)
			require.Equal(t, c.files, got.Attachments)
			require.Equal(t, c.odd, got.ContentAttrs["is_unsupported"] == true)
		})
	}
}

// TestParseNothing is what does not concern a desk, and what is broken in a way
// that another delivery would not mend.
func TestParseNothing(t *testing.T) {
	t.Parallel()
	group := func(kind string) string {
		return `{"message_id": 5, "chat": {"id": -100, "type": "` + kind + `", "title": "G"}, "from": {"id": 1}, "text": "hi"}`
	}
	for name, body := range map[string]string{
		"message:null":         `{"update_id": 1, "message": null}`,
		"no message":           `{"update_id": 1}`,
		"no object":            `[]`,
		"a number":             `1`,
		"message of text":      string(update("message", `"x"`)),
		"message of list":      string(update("message", `[1]`)),
		"empty message":        string(update("message", `{}`)),
		"no chat":              string(update("message", `{"message_id": 1, "text": "hi"}`)),
		"chat of text":         string(update("message", `{"message_id": 1, "text": "hi", "chat": {"id": "../x", "type": "private"}}`)),
		"group":                string(update("message", group("group"))),
		"supergroup":           string(update("message", group("supergroup"))),
		"channel":              string(update("channel_post", group("channel"))),
		"edited channel":       string(update("edited_channel_post", group("channel"))),
		"reaction in a group":  string(update("message_reaction", `{"chat": {"id": -1, "type": "group"}, "message_id": 1}`)),
		"pinned":               string(update("message", says(`"pinned_message": {"message_id": 1}`))),
		"a place moves":        string(update("edited_message", says(`"edit_date": 1767225700, "location": {"latitude": 1, "longitude": 1}`))),
		"kicked from a group":  string(update("my_chat_member", `{"chat": {"id": -1, "type": "group"}, "new_chat_member": {"status": "kicked"}}`)),
		"inline query":         string(update("inline_query", `{"id": "1"}`)),
		"unknown kind":         string(update("telepathy", `{"id": "1"}`)),
		"our own words":        string(update("business_message", says(`"text": "hi", "business_connection_id": "bc", "sender_business_bot": {"id": 42}`))),
		"nothing to take back": string(update("deleted_business_messages", `{"chat": {"id": 1, "type": "private"}, "message_ids": null}`)),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			batch, err := parse(t, body)
			require.NoError(t, err)
			require.Empty(t, batch)
		})
	}
}

func TestParseTwoKeys(t *testing.T) {
	t.Parallel()
	batch, err := parse(t, `{"update_id": 1, "message": `+says(`"text": "a"`)+`, "edited_message": `+says(`"text": "b", "edit_date": 1767225700`)+`, "poll": {}}`)
	require.NoError(t, err)
	require.Len(t, batch.Items[0].Messages, 1)
	require.Len(t, batch.Items[0].Edits, 1)
}

func TestParseEdits(t *testing.T) {
	t.Parallel()
	at := time.Unix(1767225700, 0).UTC()
	for name, c := range map[string]struct{ content, text string }{
		"text":                    {`"text": "new"`, "new"},
		"caption":                 {`"photo": [{"file_id": "x"}], "caption": "new"`, "new"},
		"a caption that was lost": {`"photo": [{"file_id": "x"}]`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := item(t, "edited_message", says(`"edit_date": 1767225700, `+c.content))
			require.Equal(t, []helpdesk.Edit{{ExternalID: "5000000001:5", At: at, Content: c.text}}, got.Edits)
		})
	}
	got := item(t, "deleted_business_messages", `{"business_connection_id": "b:c", "chat": {"id": 9, "type": "private"}, "message_ids": [1, "2", null]}`)
	require.Equal(t, []helpdesk.Edit{{ExternalID: "business:b:c:9:1", Deleted: true}, {ExternalID: "business:b:c:9:2", Deleted: true}}, got.Edits)
}

func TestParseBusiness(t *testing.T) {
	t.Parallel()
	customer := item(t, "business_message", says(`"text": "hi", "business_connection_id": "bc"`)).Messages[0]
	require.Equal(t, "business:bc:5000000001", customer.From.Source)
	require.Equal(t, "business:bc:5000000001:5", customer.ExternalID)
	require.Equal(t, "bc", customer.Extra["business_connection_id"])
	require.Equal(t, "bc", customer.Start.Extra["business_connection_id"])
	require.False(t, customer.Echo)
	owner := item(t, "business_message", strings.Replace(says(`"text": "hi", "business_connection_id": "bc"`), `"from": {"id": 5000000001`, `"from": {"id": 77`, 1)).Messages[0]
	require.True(t, owner.Echo)
	require.Equal(t, "business:bc:5000000001", owner.From.Source, "whom it went to")
	require.Equal(t, "Maria", owner.From.Name)
}

func TestParsePress(t *testing.T) {
	t.Parallel()
	press := func(message string) string {
		return string(update("callback_query", `{"id": "c1", "from": {"id": 5000000001, "first_name": "Maria"}, "data": "xl", "message": `+message+`}`))
	}
	for name, c := range map[string]struct{ message, text string }{
		"button":       {says(`"reply_markup": {"inline_keyboard": [[{"text": "Small", "callback_data": "s"}], [{"text": "Large", "callback_data": "xl"}]]}`), "Large"},
		"no keyboard":  {says(`"text": "Size?"`), "xl"},
		"inaccessible": {`{"chat": {"id": 5000000001, "type": "private"}, "message_id": 5, "date": 0}`, "xl"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			batch, err := parse(t, press(c.message))
			require.NoError(t, err)
			require.JSONEq(t, `{"method": "answerCallbackQuery", "callback_query_id": "c1"}`, string(batch.Answer.Body))
			got := batch.Items[0].Messages[0]
			require.Equal(t, c.text, got.Content)
			require.Equal(t, "callback:c1", got.ExternalID)
			require.Equal(t, "5000000001:5", got.ReplyTo)
			require.Equal(t, "xl", got.Extra["callback_data"])
			require.True(t, got.At.IsZero())
		})
	}
	for name, message := range map[string]string{"in a group": `{"chat": {"id": -1, "type": "group"}, "message_id": 5}`, "under nothing": `null`} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			batch, err := parse(t, press(message))
			require.NoError(t, err)
			require.Empty(t, batch.Items)
			require.NotNil(t, batch.Answer, "the button must not spin")
		})
	}
}

func TestParseNews(t *testing.T) {
	t.Parallel()
	at := time.Unix(1767225600, 0).UTC()
	for signs, want := range map[string]string{
		`[]`: "", `null`: "", `[{"type": "emoji", "emoji": "👍"}]`: "👍", `[{"type": "paid"}]`: "⭐", `[{"type": "custom_emoji", "custom_emoji_id": "1"}]`: "❔",
	} {
		got := item(t, "message_reaction", says(`"new_reaction": `+signs))
		require.Equal(t, []helpdesk.Reaction{{ExternalID: "5000000001:5", From: "5000000001", Emoji: want, At: at}}, got.Reactions)
	}
	for status, stop := range map[string]bool{"kicked": true, "member": false} {
		got := item(t, "my_chat_member", says(fmt.Sprintf(`"new_chat_member": {"status": %q}`, status))).Preferences[0]
		require.Equal(t, stop, got.Stop)
		require.Equal(t, helpdesk.ConsentAll, got.Category)
		require.Equal(t, "5000000001", got.From.Source)
	}
	moved := item(t, "message", `{"message_id": 1, "date": 1767225600, "chat": {"id": -5, "type": "group", "title": "G"}, "migrate_to_chat_id": -1005}`)
	require.Equal(t, []helpdesk.Rename{{From: "-5", To: helpdesk.Person{Source: "-1005", Name: "G"}, At: at}}, moved.Renames)
	notice := item(t, "business_connection", `{"id": "bc", "user": {"first_name": "Ana"}, "is_enabled": false}`).Notices[0]
	require.Equal(t, helpdesk.NoticeOther, notice.Kind)
	require.Equal(t, "no longer connected to the business account of Ana", notice.Reason)
}

func TestParseOwnNumber(t *testing.T) {
	t.Parallel()
	own := item(t, "message", says(`"contact": {"phone_number": "5511999990000", "user_id": 5000000001}`)).Messages[0]
	require.Equal(t, "+5511999990000", own.From.Phone)
	require.False(t, own.From.Attested)
	other := item(t, "message", says(`"contact": {"phone_number": "5511999990000", "user_id": 1}`)).Messages[0]
	require.Empty(t, other.From.Phone)
}

func TestParseMalformed(t *testing.T) {
	t.Parallel()
	for _, body := range []string{"", "{", `{"update_id": 1`, `{"message": {"chat": }}`, "\xff", "{}{}", strings.Repeat("[", 20_000)} {
		_, err := parse(t, body)
		require.Equal(t, helpdesk.Invalid, helpdesk.CodeOf(err), "%.20q", body)
	}
}

// FuzzSignature proves itself with anything: the secret alone gets through.
func FuzzSignature(f *testing.F) {
	for _, given := range []string{secret, "", secret + "0", strings.ToUpper(secret), "\x00" + secret} {
		f.Add(given, update("message", says(`"text": "hi"`)))
	}
	s, err := telegram.New(telegram.Options{}).Open([]byte(`{"bot_token": "42:x", "webhook_secret": "` + secret + `"}`))
	require.NoError(f, err)
	f.Fuzz(func(t *testing.T, given string, body []byte) {
		r := &http.Request{Method: http.MethodPost, Header: http.Header{telegram.SecretHeader: {given}}}
		_, err := s.(helpdesk.WebhookParser).ParseWebhook(r, body)
		require.Equal(t, given != secret, helpdesk.CodeOf(err) == helpdesk.Unauthenticated)
	})
}

func FuzzParseWebhook(f *testing.F) {
	for _, content := range []string{`"text": "hi"`, `"photo": [{"file_id": "x"}]`, `"sticker": {"file_id": "x", "thumbnail": null}`, `"migrate_to_chat_id": -1`} {
		f.Add(update("message", says(content)))
		f.Add(update("edited_business_message", says(content)))
	}
	f.Add(update("callback_query", `{"id": "1", "message": `+says(`"reply_markup": {"inline_keyboard": [[{"text": "x"}], null]}`)+`}`))
	f.Add(update("message_reaction", says(`"new_reaction": [null, {"emoji": "x"}]`)))
	f.Add(update("my_chat_member", says(`"new_chat_member": {"status": "kicked"}`)))
	f.Add(update("deleted_business_messages", `{"chat": {"id": 1, "type": "private"}, "message_ids": [1, {}]}`))
	f.Add(update("business_connection", `{"id": "bc", "rights": []}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		batch, err := parse(t, string(body))
		if err != nil {
			require.Equal(t, helpdesk.Invalid, helpdesk.CodeOf(err))
			return
		}
		for _, i := range batch.Items {
			for _, m := range i.Messages {
				require.NotEmpty(t, m.From.Source)
				require.False(t, m.Content == "" && len(m.Attachments) == 0, "a message that says nothing")
				require.NotContains(t, m.Content, "\x00")
			}
			for _, e := range i.Edits {
				require.NotEmpty(t, e.ExternalID)
			}
		}
	})
}
