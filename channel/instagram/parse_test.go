package instagram_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/channel/instagram"
	"github.com/gohelpdesk/helpdesk/channel/instagram/instagramsim"
)

// kind is what the call of that name carries for our account.
func kind(t testing.TB, name string) helpdesk.BatchItem {
	t.Helper()
	for _, c := range kinds() {
		if c.Name != name {
			continue
		}
		r := httptest.NewRequest(http.MethodPost, "/", nil)
		sign(r, c.Body)
		batch, err := open(t, instagram.Options{}, inboxSettings("")).(helpdesk.WebhookParser).ParseWebhook(r, c.Body)
		require.NoError(t, err)
		require.Len(t, batch.Items, 1)
		require.Equal(t, helpdesk.Address{}, batch.Items[0].To)
		return batch.Items[0]
	}
	t.Fatalf("there is no kind %q", name)
	return helpdesk.BatchItem{}
}

// TestMessages says what each kind of message becomes.
func TestMessages(t *testing.T) {
	t.Parallel()
	type attrs = map[string]any
	odd := attrs{"is_unsupported": true}
	linked := func(kind, name string, meta attrs) []helpdesk.InboundFile {
		return []helpdesk.InboundFile{{Type: kind, Name: name, Meta: meta}}
	}
	for name, want := range map[string]helpdesk.Inbound{
		"text":    {Content: "hello"},
		"quote":   {Content: "yes", ReplyTo: "m_0"},
		"picture": {Attachments: []helpdesk.InboundFile{{Type: "image", Ref: "0 m_1 https://cdn.example/a.jpg"}}},
		"post":    {Content: "https://cdn.example/p.jpg", Attachments: linked("ig_post", "Shoes", attrs{"ig_post_media_id": "18", "url": "https://cdn.example/p.jpg"})},
		"share":   {Content: "https://cdn.example/p.jpg", Attachments: linked("share", "", attrs{"url": "https://cdn.example/p.jpg"})},
		"reel":    {Content: "https://cdn.example/r.mp4", Attachments: linked("ig_reel", "Look", attrs{"reel_video_id": "17", "url": "https://cdn.example/r.mp4"})},
		"product": {Content: "this?", Extra: attrs{"referral": attrs{"product": attrs{"id": "77"}}}},
		"wrapped": {Content: "hi"},
		"echo":    {Content: "from the phone", Echo: true, ExternalID: "m_3"},

		"answer to a story":               {Content: "lovely", ContentAttrs: attrs{"story_id": "179", "story_url": "https://cdn.example/s.jpg", "image_type": "ig_story_reply"}},
		"answer to a story that has gone": {Content: "lovely", ContentAttrs: attrs{"story_id": "179", "image_type": "ig_story_reply"}},
		"answer to a story without words": {Content: "❤️", ContentAttrs: attrs{"story_id": "179", "image_type": "ig_story_reply"}},
		"relative reel":                   {Attachments: linked("ig_reel", "", attrs{"reel_video_id": "17"})},
		"somebody's story":                {Content: "https://cdn.example/s.mp4", Attachments: linked("ig_story", "", attrs{"story_media_id": "19", "url": "https://cdn.example/s.mp4"})},
		"heart without a payload":         {Content: "❤️"},
		"what disappears":                 {Content: "[ephemeral]", ContentAttrs: odd},
		"unsupported":                     {Content: "[unsupported]", ContentAttrs: odd},
		"unsupported type":                {Content: "[unsupported_type]", ContentAttrs: odd},
		"fallback with a local path":      {Attachments: linked("fallback", "Shoes", attrs{})},
		"postback":                        {Content: "Prices", ExternalID: "m_2", ContentAttrs: attrs{"postback": attrs{"payload": "PRICES", "title": "Prices"}}},
		"own message without a mark":      {Content: "from the phone", Echo: true, ExternalID: "m_3"},
		"time in seconds":                 {Content: "x"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want.From, want.At = helpdesk.Person{Source: igsid}, time.Unix(1739321024, 0).UTC()
			if want.ExternalID == "" {
				want.ExternalID = "m_1"
			}
			require.Equal(t, []helpdesk.Inbound{want}, kind(t, name).Messages)
		})
	}
}

// TestNews says what becomes of all that is no message.
func TestNews(t *testing.T) {
	t.Parallel()
	at := time.Unix(1739321024, 0).UTC()
	require.Equal(t, []helpdesk.Reaction{
		{ExternalID: "m_1", From: igsid, Emoji: "❤️", At: at}, {ExternalID: "m_1", From: igsid, Emoji: "❔", At: at}, {ExternalID: "m_1", From: igsid, At: at},
	}, kind(t, "reactions").Reactions)
	require.Equal(t, []helpdesk.Edit{{ExternalID: "m_1", At: at, Content: "new"}}, kind(t, "edit").Edits)
	require.Equal(t, []helpdesk.Edit{{ExternalID: "m_1", At: at, Deleted: true}}, kind(t, "unsend").Edits)
	require.Equal(t, []helpdesk.Receipt{
		{ExternalID: "m_9", State: helpdesk.StateRead, At: at}, {State: helpdesk.StateRead, Source: igsid, Through: at, At: at},
	}, kind(t, "seen").Receipts, "who opened the last has seen the rest")
	require.Equal(t, "standby", kind(t, "standby").Notices[0].Value)
}

// TestSignature knows an app by either of its two secrets.
func TestSignature(t *testing.T) {
	t.Parallel()
	o := instagram.Options{AppID: "1", AppSecret: "ig", PageAppID: "2", PageAppSecret: "fb", VerifyToken: "v"}
	body := said(`"text":"x"`)
	for name, c := range map[string]struct {
		secret     string
		parser     any
		ok, shared bool
	}{
		"the inbox's":           {secret, open(t, o, inboxSettings("")), true, false},
		"not the inbox's":       {"ig", open(t, o, inboxSettings("")), false, false},
		"of Instagram's login":  {"ig", open(t, o, inboxSettings(`,"source":"instagram_login"`)), true, true},
		"of the page":           {"fb", open(t, o, inboxSettings(`,"source":"page_connection","page_id":"3"`)), true, true},
		"not of the page":       {"ig", open(t, o, inboxSettings(`,"source":"page_connection","page_id":"3"`)), false, false},
		"the channel's":         {"ig", instagram.New(o), true, true},
		"the channel's other":   {"fb", instagram.New(o), true, true},
		"nobody's":              {"x", instagram.New(o), false, false},
		"there is no app":       {"", instagram.New(instagram.Options{}), false, false},
		"there is no other app": {"", instagram.New(instagram.Options{AppSecret: "ig"}), false, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := httptest.NewRequest(http.MethodPost, "/", nil)
			r.Header.Set("X-Hub-Signature-256", instagramsim.Signature(c.secret, body))
			batch, err := c.parser.(helpdesk.WebhookParser).ParseWebhook(r, body)
			if !c.ok {
				require.ErrorIs(t, err, helpdesk.Unauthenticated)
				return
			}
			require.NoError(t, err)
			require.Equal(t, c.shared, batch.Shared)
		})
	}
	hello := httptest.NewRequest(http.MethodGet, "/?hub.mode=subscribe&hub.challenge=7&hub.verify_token=v", nil)
	batch, err := instagram.New(o).(helpdesk.WebhookParser).ParseWebhook(hello, nil)
	require.NoError(t, err)
	require.Equal(t, "7", string(batch.Answer.Body))
}

func FuzzParseWebhook(f *testing.F) {
	for _, c := range kinds() {
		f.Add(c.Body)
	}
	parser := open(f, instagram.Options{}, inboxSettings("")).(helpdesk.WebhookParser)
	f.Fuzz(func(t *testing.T, body []byte) {
		r := httptest.NewRequest(http.MethodPost, "/", nil)
		sign(r, body)
		batch, err := parser.ParseWebhook(r, body)
		if err != nil {
			require.ErrorIs(t, err, helpdesk.Invalid)
			return
		}
		for _, item := range batch.Items {
			for _, m := range item.Messages {
				require.NotEmpty(t, m.From.Source)
				require.NotContains(t, m.Content, "\x00")
				require.LessOrEqual(t, len(m.Attachments), 15)
				require.True(t, m.Content != "" || len(m.Attachments) > 0)
			}
			for _, r := range item.Receipts {
				require.True(t, r.ExternalID != "" || !r.Through.IsZero() && r.Source != "")
			}
		}
	})
}

func FuzzSignature(f *testing.F) {
	for _, c := range kinds()[:5] {
		f.Add(instagramsim.Signature("fb", c.Body), c.Body)
	}
	f.Add("sha256=", []byte("{}"))
	parser := instagram.New(instagram.Options{AppSecret: "ig", PageAppSecret: "fb"}).(helpdesk.WebhookParser)
	f.Fuzz(func(t *testing.T, header string, body []byte) {
		r := httptest.NewRequest(http.MethodPost, "/", nil)
		r.Header["X-Hub-Signature-256"] = []string{header}
		_, err := parser.ParseWebhook(r, body)
		signed := strings.HasPrefix(header, "sha256=") &&
			(strings.EqualFold(header, instagramsim.Signature("ig", body)) || strings.EqualFold(header, instagramsim.Signature("fb", body)))
		require.Equal(t, !signed, errors.Is(err, helpdesk.Unauthenticated))
	})
}
