package whatsapp_test

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
	"github.com/gohelpdesk/helpdesk/channel/whatsapp"
	"github.com/gohelpdesk/helpdesk/channel/whatsapp/whatsappsim"
)

func parse(t testing.TB, body []byte) helpdesk.BatchItem {
	t.Helper()
	sender, err := whatsapp.New(whatsapp.Options{}).Open(inboxSettings(""))
	require.NoError(t, err)
	batch, err := sender.(helpdesk.WebhookParser).ParseWebhook(httptest.NewRequest(http.MethodPost, "/", nil), body)
	require.NoError(t, err)
	require.False(t, batch.Shared)
	if len(batch.Items) == 0 {
		return helpdesk.BatchItem{}
	}
	require.Equal(t, helpdesk.Address{}, batch.Items[0].To)
	return batch.Items[0]
}

// kind is the body of one of kinds.
func kind(t testing.TB, name string) []byte {
	t.Helper()
	for _, c := range kinds() {
		if c.Name == name {
			return c.Body
		}
	}
	t.Fatalf("there is no kind %q", name)
	return nil
}

// TestMessages says what each kind of message becomes.
func TestMessages(t *testing.T) {
	t.Parallel()
	ann := helpdesk.Person{Source: "5511988887777", Name: "Ann", Phone: "+5511988887777", Attested: true}
	at := time.Unix(1739321024, 0).UTC()
	file := func(kind, name, contentType string, meta map[string]any) []helpdesk.InboundFile {
		return []helpdesk.InboundFile{{Type: kind, Name: name, ContentType: contentType, Ref: "77", Meta: meta}}
	}
	odd := map[string]any{"is_unsupported": true}
	type attrs = map[string]any
	for name, want := range map[string]helpdesk.Inbound{
		"text":            {Content: "hello"},
		"escapes":         {Content: "café 😀 a/b"},
		"quote":           {Content: "yes", ReplyTo: "wamid.Q"},
		"forwarded":       {Content: "yes", ContentAttrs: attrs{"forwarded": true}},
		"product inquiry": {Content: "this?", ReplyTo: "w", Extra: attrs{"referred_product": attrs{"catalog_id": "1", "product_retailer_id": "2"}}},
		"advertisement":   {Content: "hi", Extra: attrs{"referral": attrs{"source_url": "https://fb.me/1", "source_type": "ad", "ctwa_clid": "abc"}}},
		"image":           {Content: "look", Attachments: file("image", "", "image/jpeg", nil)},
		"video":           {Attachments: file("video", "", "video/mp4", nil)},
		"voice note":      {Attachments: file("audio", "", "audio/ogg", attrs{"is_recorded_audio": true})},
		"old voice note":  {Attachments: file("audio", "", "audio/ogg", attrs{"is_recorded_audio": true})},
		"document":        {Attachments: file("file", "../a.pdf", "application/pdf", nil)},
		"sticker":         {Attachments: file("image", "", "image/webp", attrs{"sticker": true, "animated": false})},
		"location": {Attachments: []helpdesk.InboundFile{{Type: "location", Name: "Shop, Rua 1", Meta: attrs{
			"coordinates_lat": -23.5, "coordinates_long": -46.6, "url": "https://maps.example",
		}}}},
		"contacts": {Content: "Bob B +1 555\nNo Phone", Attachments: []helpdesk.InboundFile{
			{Type: "contact", Name: "+1 555", Meta: attrs{"firstName": "Bob", "lastName": "", "name": "Bob B"}},
			{Type: "contact", Meta: attrs{"firstName": "", "lastName": "", "name": "No Phone"}},
		}},
		"template's button": {Content: "Yes", ContentAttrs: attrs{"button_reply": attrs{"payload": "yes-1", "text": "Yes"}}},
		"button":            {Content: "Sales", ContentAttrs: attrs{"interactive_reply": attrs{"type": "button_reply", "id": "b1", "title": "Sales", "description": ""}}},
		"list":              {Content: "Row", ContentAttrs: attrs{"interactive_reply": attrs{"type": "list_reply", "id": "r1", "title": "Row", "description": "d"}}},
		"form": {Content: "Sent", ContentAttrs: attrs{"interactive_reply": attrs{
			"type": "nfm_reply", "name": "flow", "response_json": `{"flow_token":"t","a":1}`, "response": attrs{"flow_token": "t", "a": 1.0},
		}}},
		"form with junk":             {Content: "Sent", ContentAttrs: attrs{"interactive_reply": attrs{"type": "nfm_reply", "name": "flow", "response_json": "{no"}}},
		"interactive without a body": {Content: "[interactive]", ContentAttrs: odd},
		"order": {Content: "please\n2 × sku (9.5 BRL)", ContentAttrs: attrs{"order": attrs{
			"catalog_id": "1", "text": "please", "product_items": []any{attrs{"product_retailer_id": "sku", "quantity": 2.0, "item_price": 9.5, "currency": "BRL"}},
		}}},
		"unsupported":   {Content: "[unsupported]", ContentAttrs: attrs{"is_unsupported": true, "external_error": "Message type unknown: not supported"}},
		"poll":          {Content: "[poll]", ContentAttrs: odd},
		"of the future": {Content: "[hologram]", ContentAttrs: odd},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want.ExternalID, want.From, want.At = "wamid.1", ann, at
			require.Equal(t, []helpdesk.Inbound{want}, parse(t, kind(t, name)).Messages)
		})
	}
}

func TestPeople(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]helpdesk.Person{
		"hidden number":             {Source: "BR.1349", Also: []string{"BR.ENT.1"}, Name: "Eve", Extra: map[string]any{"whatsapp_username": "eve"}},
		"id in place of the number": {Source: "BR.1349", Name: "Eve"},
		"numbers as numbers":        {Source: "5511988887777", Phone: "+5511988887777", Attested: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, want, parse(t, kind(t, name)).Messages[0].From)
		})
	}
	both := parse(t, call(`{"field":"messages","value":{"contacts":[{"profile":{"name":"Other"},"wa_id":"2"},{"profile":{"name":"Ann"},"wa_id":"15551","user_id":"US.1"}],`+
		`"messages":[{"from":"15551","id":"w","type":"text","text":{"body":"x"}}]}}`)).Messages[0].From
	require.Equal(t, helpdesk.Person{Source: "15551", Also: []string{"US.1"}, Name: "Ann", Phone: "+15551", Attested: true}, both, "matched by id, never by place")
}

// TestNews says what becomes of all that is no message.
func TestNews(t *testing.T) {
	t.Parallel()
	at := time.Unix(1739321024, 0).UTC()
	require.Equal(t, []helpdesk.Reaction{
		{ExternalID: "w", From: "5511988887777", Emoji: "👍", At: at}, {ExternalID: "w", From: "5511988887777", At: at}, {ExternalID: "w", From: "5511988887777", At: at},
	}, parse(t, kind(t, "reactions")).Reactions)
	require.Equal(t, []helpdesk.Edit{{ExternalID: "w", At: at, Content: "new"}}, parse(t, kind(t, "edit")).Edits)
	require.Equal(t, []helpdesk.Edit{{ExternalID: "w", At: at, Deleted: true}}, parse(t, kind(t, "revoke")).Edits)
	require.Equal(t, []helpdesk.Rename{{
		From: "5511988887777", At: at, To: helpdesk.Person{Source: "5511977776666", Phone: "+5511977776666", Attested: true},
	}}, parse(t, kind(t, "changed number")).Renames)
	require.Equal(t, "BR.2", parse(t, kind(t, "changed id")).Renames[0].To.Source)

	got := parse(t, kind(t, "receipts")).Receipts
	require.Equal(t, helpdesk.Receipt{ExternalID: "w1", State: helpdesk.StateSent, At: at, Message: 42}, got[0])
	require.Equal(t, []helpdesk.SendState{helpdesk.StateDelivered, helpdesk.StateRead, helpdesk.StateRead}, []helpdesk.SendState{got[1].State, got[2].State, got[3].State})
	failure := parse(t, kind(t, "failure")).Receipts[0]
	require.Equal(t, []any{helpdesk.StateFailed, "131047", "Re-engagement message: too late"}, []any{failure.State, failure.Code, failure.Reason})

	echo := parse(t, kind(t, "echoes"))
	require.Equal(t, []any{true, false, "5511988887777", "e1", "from my phone"}, []any{
		echo.Messages[0].Echo, echo.Messages[0].History, echo.Messages[0].From.Source, echo.Messages[0].ExternalID, echo.Messages[0].Content,
	})
	require.Equal(t, "", echo.Reactions[0].From, "the business itself")
	require.True(t, echo.Edits[0].Deleted)

	old := parse(t, kind(t, "history")).Messages
	for _, m := range old {
		require.True(t, m.History)
		require.Equal(t, "5511988887777", m.From.Source)
	}
	require.Equal(t, []bool{false, true, false}, []bool{old[0].Echo, old[1].Echo, old[2].Echo})
	require.NotEqual(t, "h3", old[2].ExternalID, "the file itself comes later under its own id")
	require.Equal(t, "h3", parse(t, kind(t, "history's file")).Messages[0].ExternalID)

	wishes := parse(t, kind(t, "preferences")).Preferences
	require.Equal(t, []bool{true, false}, []bool{wishes[0].Stop, wishes[1].Stop})
	require.Equal(t, helpdesk.ConsentMarketing, wishes[0].Category)

	news := parse(t, kind(t, "templates")).Notices
	require.Equal(t, &helpdesk.TemplateNews{ID: "594425479261596", Name: "x", Language: "en", Status: helpdesk.TemplateRejected, Reason: "ABUSIVE_CONTENT"}, news[0].Template)
	require.Equal(t, []any{waba, "RED", "MARKETING"}, []any{news[0].Owner, news[1].Template.Quality, news[2].Template.Category})

	account := parse(t, kind(t, "account")).Notices
	require.Equal(t, []helpdesk.NoticeKind{helpdesk.NoticeRevoked, helpdesk.NoticeRestored, helpdesk.NoticeLimit, helpdesk.NoticeOther},
		[]helpdesk.NoticeKind{account[0].Kind, account[1].Kind, account[2].Kind, account[3].Kind})
	require.Equal(t, 10_000, account[2].Limit)
	require.Equal(t, 1, account[3].Details["contacts"])
}

// TestNesting iterates every level, and keeps what concerns others apart.
func TestNesting(t *testing.T) {
	t.Parallel()
	sender := open(t, whatsapp.Options{}, inboxSettings(""))
	batch, err := sender.(helpdesk.WebhookParser).ParseWebhook(httptest.NewRequest(http.MethodPost, "/", nil), kind(t, "mixed"))
	require.NoError(t, err)
	byAddress := map[helpdesk.Address][]string{}
	for _, item := range batch.Items {
		for _, m := range item.Messages {
			byAddress[item.To] = append(byAddress[item.To], m.ExternalID)
		}
		for _, n := range item.Notices {
			require.NotEqual(t, helpdesk.NoticeRevoked, n.Kind, "another business account's end is not ours")
		}
	}
	require.Equal(t, map[helpdesk.Address][]string{{}: {"a", "b"}, {Kind: "whatsapp", Key: "999"}: {"c"}}, byAddress)
}

func TestHandshake(t *testing.T) {
	t.Parallel()
	parser := open(t, whatsapp.Options{}, inboxSettings(`,"webhook_verify_token":"word","app_secret":"s"`)).(helpdesk.WebhookParser)
	silent := open(t, whatsapp.Options{}, inboxSettings("")).(helpdesk.WebhookParser)
	for _, c := range []struct {
		name, query string
		parser      helpdesk.WebhookParser
		answer      string
	}{
		{"right", "?hub.mode=subscribe&hub.challenge=c<1>&hub.verify_token=word", parser, "c<1>"},
		{"wrong token", "?hub.mode=subscribe&hub.challenge=1&hub.verify_token=words", parser, ""},
		{"wrong mode", "?hub.mode=unsubscribe&hub.challenge=1&hub.verify_token=word", parser, ""},
		{"nothing", "", parser, ""},
		{"no token in the settings", "?hub.mode=subscribe&hub.challenge=1&hub.verify_token=", silent, ""},
		{"a novel", "?hub.mode=subscribe&hub.verify_token=word&hub.challenge=" + strings.Repeat("x", 2000), parser, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
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
	body := kind(t, "escapes")
	good := whatsappsim.Signature(secret, body)
	own := inboxSettings(`,"app_secret":"` + secret + `"`)
	embedded := inboxSettings(`,"source":"embedded_signup"`)
	for _, c := range []struct {
		name, header string
		settings     []byte
		body         []byte
		ok, shared   bool
	}{
		{"right", good, own, body, true, false},
		{"upper case", "sha256=" + strings.ToUpper(good[7:]), own, body, true, false},
		{"one byte changed", good, own, bytes.Replace(body, []byte("caf"), []byte("Caf"), 1), false, false},
		{"escapes resolved", good, own, bytes.Replace(body, []byte(`\u00e9`), []byte("é"), 1), false, false},
		{"missing", "", own, body, false, false},
		{"the old kind", "sha1=" + good[7:], own, body, false, false},
		{"cut", good[:40], own, body, false, false},
		{"no hex", "sha256=" + strings.Repeat("z", 64), own, body, false, false},
		{"another secret", whatsappsim.Signature("x", body), own, body, false, false},
		{"no secret at all", "", inboxSettings(""), body, true, false},
		{"the installation's", good, embedded, body, true, true},
		{"not the installation's", whatsappsim.Signature("x", body), embedded, body, false, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			sender := open(t, whatsapp.Options{AppID: "1", AppSecret: secret}, c.settings)
			r := httptest.NewRequest(http.MethodPost, "/", nil)
			r.Header.Set("X-Hub-Signature-256", c.header)
			batch, err := sender.(helpdesk.WebhookParser).ParseWebhook(r, c.body)
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

func TestDeepNesting(t *testing.T) {
	t.Parallel()
	parser := open(t, whatsapp.Options{}, inboxSettings("")).(helpdesk.WebhookParser)
	deep := []byte(`{"object":"whatsapp_business_account","entry":` + strings.Repeat("[", 200_000))
	_, err := parser.ParseWebhook(httptest.NewRequest(http.MethodPost, "/", nil), deep)
	require.ErrorIs(t, err, helpdesk.Invalid)
	long := said(`"type":"text","text":{"body":"` + strings.Repeat("é", 400_000) + `"}`)
	require.Len(t, []rune(parse(t, long).Messages[0].Content), 150_000)
	zero := parse(t, said(`"type":"text","text":{"body":"a\u0000b"}`))
	require.Equal(t, "ab", zero.Messages[0].Content)
}

func FuzzParseWebhook(f *testing.F) {
	for _, c := range kinds() {
		f.Add(c.Body)
	}
	sender, err := whatsapp.New(whatsapp.Options{}).Open(inboxSettings(`,"webhook_verify_token":"v"`))
	require.NoError(f, err)
	parser := sender.(helpdesk.WebhookParser)
	f.Fuzz(func(t *testing.T, body []byte) {
		batch, err := parser.ParseWebhook(httptest.NewRequest(http.MethodPost, "/", nil), body)
		if err != nil {
			require.ErrorIs(t, err, helpdesk.Invalid)
			return
		}
		for _, item := range batch.Items {
			for _, m := range item.Messages {
				require.NotEmpty(t, m.From.Source)
				require.LessOrEqual(t, len(m.From.Also), 3)
				require.LessOrEqual(t, len(m.Attachments), 15)
			}
			for _, r := range item.Receipts {
				require.NotEmpty(t, r.ExternalID)
			}
		}
	})
}

func FuzzSignature(f *testing.F) {
	for _, c := range kinds()[:5] {
		f.Add(whatsappsim.Signature(secret, c.Body), c.Body)
	}
	f.Add("sha256=", []byte("{}"))
	sender, err := whatsapp.New(whatsapp.Options{}).Open(inboxSettings(`,"app_secret":"` + secret + `"`))
	require.NoError(f, err)
	f.Fuzz(func(t *testing.T, header string, body []byte) {
		r := httptest.NewRequest(http.MethodPost, "/", nil)
		r.Header["X-Hub-Signature-256"] = []string{header}
		_, err := sender.(helpdesk.WebhookParser).ParseWebhook(r, body)
		signed := strings.EqualFold(header, whatsappsim.Signature(secret, body)) && strings.HasPrefix(header, "sha256=")
		require.Equal(t, !signed, errors.Is(err, helpdesk.Unauthenticated))
	})
}
