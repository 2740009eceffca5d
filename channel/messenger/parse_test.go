package messenger_test

import (
	"bytes"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/channel/messenger"
	"github.com/gohelpdesk/helpdesk/channel/messenger/messengersim"
)

func parse(t testing.TB, body []byte) helpdesk.Batch {
	t.Helper()
	r := httptest.NewRequest(http.MethodPost, "/", nil)
	sign(r, body)
	batch, err := open(t, messenger.Options{}, inboxSettings("")).(helpdesk.WebhookParser).ParseWebhook(r, body)
	require.NoError(t, err)
	require.False(t, batch.Shared)
	return batch
}

// kind is what the call of that name carries for our page.
func kind(t testing.TB, name string) helpdesk.BatchItem {
	t.Helper()
	for _, c := range kinds() {
		if c.Name == name {
			items := parse(t, c.Body).Items
			require.NotEmpty(t, items)
			require.Equal(t, helpdesk.Address{}, items[0].To)
			return items[0]
		}
	}
	t.Fatalf("there is no kind %q", name)
	return helpdesk.BatchItem{}
}

// TestMessages says what each kind of message becomes.
func TestMessages(t *testing.T) {
	t.Parallel()
	type attrs = map[string]any
	odd := attrs{"is_unsupported": true}
	file := func(kind, link string, meta attrs) []helpdesk.InboundFile {
		return []helpdesk.InboundFile{{Type: kind, Ref: "0 m_1 " + link, Meta: meta}}
	}
	for name, want := range map[string]helpdesk.Inbound{
		"text":            {Content: "hello"},
		"escapes":         {Content: "café 😀 a/b"},
		"quote":           {Content: "yes", ReplyTo: "m_0"},
		"quick reply":     {Content: "Sales", ContentAttrs: attrs{"quick_reply": attrs{"payload": "v-sales"}}},
		"advertisement":   {Content: "hi", Extra: attrs{"referral": attrs{"source": "ADS", "type": "OPEN_THREAD", "ad_id": 6045246247433.0, "ads_context_data": attrs{"ad_title": "Shoes"}}}},
		"picture":         {Attachments: file("image", "https://cdn.example/a.jpg?x=1", nil)},
		"file":            {Attachments: file("file", "https://cdn.example/a.pdf", nil)},
		"sound":           {Attachments: file("audio", "https://cdn.example/a.mp4", nil)},
		"sticker":         {Attachments: file("image", "https://cdn.example/s.png", attrs{"sticker": true})},
		"thumb":           {Content: "👍"},
		"location":        {Attachments: []helpdesk.InboundFile{{Type: "location", Name: "Ann's Location", Meta: attrs{"coordinates_lat": -23.5, "coordinates_long": -46.6, "url": "https://www.facebook.com/l.php"}}}},
		"fallback":        {Content: "https://shop.example/1", Attachments: []helpdesk.InboundFile{{Type: "fallback", Name: "Shoes", Meta: attrs{"url": "https://shop.example/1"}}}},
		"fallback above":  {Content: "https://shop.example/1", Attachments: []helpdesk.InboundFile{{Type: "fallback", Name: "Shoes", Meta: attrs{"url": "https://shop.example/1"}}}},
		"relative reel":   {Attachments: []helpdesk.InboundFile{{Type: "ig_reel", Meta: attrs{"reel_video_id": "77"}}}},
		"unsupported":     {Content: "[unsupported]", ContentAttrs: odd},
		"of the future":   {Content: "[hologram]", ContentAttrs: odd},
		"time in seconds": {Content: "x"},

		"fallback with a local path": {Attachments: []helpdesk.InboundFile{{Type: "fallback", Name: "Shoes", Meta: attrs{}}}},
		"picture without an address": {Content: "[image]", ContentAttrs: odd},
		"heart without a payload":    {Content: "❤️"},
		"two pictures":               {Attachments: append(file("image", "https://cdn.example/a.jpg", nil), helpdesk.InboundFile{Type: "video", Ref: "1 m_1 https://cdn.example/b.mp4"})},
		"template":                   {Content: "Shoes\nRed", ContentAttrs: attrs{"template": attrs{"product": attrs{"elements": []any{}}, "elements": []any{attrs{"title": "Shoes", "subtitle": "Red"}}}}},
		"echo":                       {Content: "from the page's inbox", Echo: true, ExternalID: "m_3"},
		"echo of another app":        {Content: "from a bot", Echo: true, ExternalID: "m_3", Extra: attrs{"app_id": "4242"}},
		"forged mark":                {Content: "x", Echo: true, ExternalID: "m_3"},
		"postback":                   {Content: "Buy", ExternalID: "m_2", ContentAttrs: attrs{"postback": attrs{"payload": "BUY", "title": "Buy"}}, Extra: attrs{"referral": attrs{"ref": "r", "source": "SHORTLINK", "type": "OPEN_THREAD"}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want.From, want.At = helpdesk.Person{Source: psid}, time.Unix(1739321024, 0).UTC()
			if want.ExternalID == "" {
				want.ExternalID = "m_1"
			}
			require.Equal(t, []helpdesk.Inbound{want}, kind(t, name).Messages)
		})
	}
	first, again := kind(t, "postback without an id").Messages[0], kind(t, "postback without an id").Messages[0]
	require.Equal(t, first.ExternalID, again.ExternalID, "a redelivery is known")
	require.Equal(t, "Get started", first.Content)
}

// TestNews says what becomes of all that is no message.
func TestNews(t *testing.T) {
	t.Parallel()
	at, through := time.Unix(1739321024, 0).UTC(), time.Unix(1739321023, 0).UTC()
	require.Equal(t, []helpdesk.Reaction{
		{ExternalID: "m_1", From: psid, Emoji: "❤", At: at}, {ExternalID: "m_1", From: psid, Emoji: "😆", At: at}, {ExternalID: "m_1", From: psid, At: at},
	}, kind(t, "reactions").Reactions)
	require.Equal(t, []helpdesk.Edit{{ExternalID: "m_1", At: at, Content: "new"}}, kind(t, "edit").Edits)
	require.Equal(t, []helpdesk.Edit{{ExternalID: "m_1", At: at, Deleted: true}}, kind(t, "unsend").Edits)
	delivered := helpdesk.Receipt{State: helpdesk.StateDelivered, Source: psid, Through: through, At: at}
	require.Equal(t, []helpdesk.Receipt{delivered}, kind(t, "delivery by watermark only").Receipts)
	require.Equal(t, []helpdesk.Receipt{{ExternalID: "m_9", State: helpdesk.StateDelivered, At: at}, delivered}, kind(t, "delivery").Receipts)
	require.Equal(t, []helpdesk.Receipt{{State: helpdesk.StateRead, Source: psid, Through: through, At: at}}, kind(t, "reading").Receipts)
	warning := kind(t, "standby").Notices[0]
	require.Equal(t, []any{helpdesk.NoticeWarning, "standby"}, []any{warning.Kind, warning.Value})
	require.Contains(t, warning.Reason, "primary receiver")
	require.Equal(t, helpdesk.NoticeWarning, kind(t, "control was taken").Notices[0].Kind)
	wishes := kind(t, "opt-in").Preferences
	require.Equal(t, []bool{true, false}, []bool{wishes[0].Stop, wishes[1].Stop})

	byAddress := map[helpdesk.Address]string{}
	for _, c := range kinds() {
		if c.Name == "two entries" {
			for _, item := range parse(t, c.Body).Items {
				byAddress[item.To] = item.Messages[0].ExternalID
			}
		}
	}
	require.Equal(t, map[helpdesk.Address]string{{}: "a", {Kind: "facebook", Key: "999"}: "b"}, byAddress)
}

func TestHandshake(t *testing.T) {
	t.Parallel()
	parser := open(t, messenger.Options{}, inboxSettings(`,"verify_token":"word"`)).(helpdesk.WebhookParser)
	silent := open(t, messenger.Options{}, inboxSettings("")).(helpdesk.WebhookParser)
	app := messenger.New(messenger.Options{AppSecret: secret, VerifyToken: "word"}).(helpdesk.WebhookParser)
	for name, c := range map[string]struct {
		query  string
		parser helpdesk.WebhookParser
		answer string
	}{
		"right":                {"?hub.mode=subscribe&hub.challenge=c<1>&hub.verify_token=word", parser, "c<1>"},
		"the installation's":   {"?hub.mode=subscribe&hub.challenge=1&hub.verify_token=word", app, "1"},
		"wrong token":          {"?hub.mode=subscribe&hub.challenge=1&hub.verify_token=words", parser, ""},
		"wrong mode":           {"?hub.mode=unsubscribe&hub.challenge=1&hub.verify_token=word", parser, ""},
		"nothing":              {"", parser, ""},
		"no token in settings": {"?hub.mode=subscribe&hub.challenge=1&hub.verify_token=", silent, ""},
		"a novel":              {"?hub.mode=subscribe&hub.verify_token=word&hub.challenge=" + strings.Repeat("x", 2000), parser, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			batch, err := c.parser.ParseWebhook(httptest.NewRequest(http.MethodGet, "/"+c.query, nil), nil)
			if c.answer == "" {
				require.ErrorIs(t, err, helpdesk.Unauthenticated)
				return
			}
			require.NoError(t, err)
			require.Equal(t, &helpdesk.Answer{Status: 200, ContentType: "text/plain; charset=utf-8", Body: []byte(c.answer)}, batch.Answer)
		})
	}
}

func TestSignature(t *testing.T) {
	t.Parallel()
	body := said(`"text":"caf\u00e9"`)
	good := messengersim.Signature(secret, body)
	installed := inboxSettings(`,"source":"page_connection"`)
	o := messenger.Options{AppID: "1", AppSecret: secret}
	for name, c := range map[string]struct {
		header     string
		parser     any
		body       []byte
		ok, shared bool
	}{
		"right":             {good, open(t, o, inboxSettings("")), body, true, false},
		"upper case":        {"sha256=" + strings.ToUpper(good[7:]), open(t, o, inboxSettings("")), body, true, false},
		"one byte changed":  {good, open(t, o, inboxSettings("")), bytes.Replace(body, []byte("caf"), []byte("Caf"), 1), false, false},
		"escapes resolved":  {good, open(t, o, inboxSettings("")), bytes.Replace(body, []byte(`\u00e9`), []byte("é"), 1), false, false},
		"missing":           {"", open(t, o, inboxSettings("")), body, false, false},
		"the old kind":      {"sha1=" + good[7:], open(t, o, inboxSettings("")), body, false, false},
		"cut":               {good[:40], open(t, o, inboxSettings("")), body, false, false},
		"another secret":    {messengersim.Signature("x", body), open(t, o, inboxSettings("")), body, false, false},
		"the app's":         {good, open(t, o, installed), body, true, true},
		"the channel's":     {good, messenger.New(o), body, true, true},
		"not the channel's": {messengersim.Signature("x", body), messenger.New(o), body, false, false},
		"there is no app":   {messengersim.Signature("", body), messenger.New(messenger.Options{}), body, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := httptest.NewRequest(http.MethodPost, "/", nil)
			r.Header.Set("X-Hub-Signature-256", c.header)
			batch, err := c.parser.(helpdesk.WebhookParser).ParseWebhook(r, c.body)
			if !c.ok {
				require.ErrorIs(t, err, helpdesk.Unauthenticated)
				return
			}
			require.NoError(t, err)
			require.Len(t, batch.Items, 1)
			require.Equal(t, c.shared, batch.Shared)
		})
	}
}

func TestSizes(t *testing.T) {
	t.Parallel()
	parser := open(t, messenger.Options{}, inboxSettings("")).(helpdesk.WebhookParser)
	deep := []byte(`{"object":"page","entry":` + strings.Repeat("[", 200_000))
	r := httptest.NewRequest(http.MethodPost, "/", nil)
	sign(r, deep)
	_, err := parser.ParseWebhook(r, deep)
	require.ErrorIs(t, err, helpdesk.Invalid)
	long := parse(t, said(`"text":"`+strings.Repeat("é", 400_000)+`"`)).Items[0].Messages[0]
	require.Len(t, []rune(long.Content), 150_000)
	many := parse(t, attached(strings.TrimSuffix(strings.Repeat(`{"type":"image","payload":{"url":"https://cdn.example/a.jpg"}},`, 40), ","))).Items[0].Messages[0]
	require.Len(t, many.Attachments, 15)
	require.Equal(t, "ab", parse(t, said(`"text":"a\u0000b"`)).Items[0].Messages[0].Content)
}

func FuzzParseWebhook(f *testing.F) {
	for _, c := range kinds() {
		f.Add(c.Body)
	}
	parser := open(f, messenger.Options{}, inboxSettings("")).(helpdesk.WebhookParser)
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
		f.Add(messengersim.Signature(secret, c.Body), c.Body)
	}
	f.Add("sha256=", []byte("{}"))
	parser := open(f, messenger.Options{}, inboxSettings("")).(helpdesk.WebhookParser)
	f.Fuzz(func(t *testing.T, header string, body []byte) {
		r := httptest.NewRequest(http.MethodPost, "/", nil)
		r.Header["X-Hub-Signature-256"] = []string{header}
		_, err := parser.ParseWebhook(r, body)
		signed := strings.EqualFold(header, messengersim.Signature(secret, body)) && strings.HasPrefix(header, "sha256=")
		require.Equal(t, !signed, errors.Is(err, helpdesk.Unauthenticated))
	})
}
