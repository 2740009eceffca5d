package chatwoot_test

import (
	"bytes"
	"crypto/md5" //nolint:gosec // what ActiveStorage's clients send
	"encoding/base64"
	"encoding/json"
	"image"
	"image/png"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
)

func (w *world) raw(method, path, body string) answer {
	w.Helper()
	return w.serve(httptest.NewRequestWithContext(w.Context(), method, strings.TrimPrefix(path, "https://desk.example"), strings.NewReader(body)))
}

func TestDirectUpload(t *testing.T) {
	t.Parallel()
	onStores(t, "", func(t *testing.T, w *world) {
		_, public := w.inbox(nil)
		_, conv := w.customer(public, "carl", "hello")
		sum := md5.Sum([]byte("hello file")) //nolint:gosec // see the import
		blob := map[string]any{"blob": map[string]any{"filename": "a.txt", "content_type": "text/plain", "byte_size": 10, "checksum": base64.StdEncoding.EncodeToString(sum[:])}}
		made := w.call("POST", "/conversations/"+conv+"/direct_uploads", blob)
		signed, to := made.at("signed_id").(string), made.at("direct_upload.url").(string)
		send := func() answer {
			return w.send(request{method: "POST", path: w.path("/conversations/" + conv + "/messages"), token: w.token, json: map[string]any{"attachments": []string{signed}}})
		}
		require.Equal(t, http.StatusUnprocessableEntity, send().status, "its bytes have not come")
		require.Equal(t, http.StatusUnprocessableEntity, w.raw("PUT", to, "other bytes").status, "another size")
		require.Equal(t, http.StatusUnprocessableEntity, w.raw("PUT", to, "hallo file").status, "another sum")
		require.Equal(t, http.StatusNoContent, w.raw("PUT", to, "hello file").status)
		require.Equal(t, http.StatusUnprocessableEntity, w.raw("PUT", to, "hello file").status, "bytes come once")
		require.Equal(t, http.StatusNotFound, w.raw("PUT", to+"x", "hello file").status)
		sent := send()
		require.Equal(t, http.StatusOK, sent.status, sent.body)
		require.Equal(t, "hello file", w.raw("GET", sent.at("attachments.0.data_url").(string), "").body)
		require.Equal(t, http.StatusUnprocessableEntity, send().status, "an upload is used once")
	})
}

func TestUnusedUploadsAreSwept(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	file := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<svg onload=alert(1)>")) }))
	defer file.Close()
	made := w.call("POST", "/upload", map[string]any{"external_url": file.URL + "/x.svg"})
	link := made.at("file_url").(string)
	got := w.raw("GET", link, "")
	require.Equal(t, http.StatusOK, got.status)
	require.True(t, strings.HasPrefix(got.header.Get("Content-Disposition"), "attachment"), "what could run is saved, not shown")
	require.Contains(t, got.header.Get("Content-Security-Policy"), "sandbox")
	w.clock.add(25 * time.Hour)
	require.Equal(t, http.StatusNotFound, w.raw("GET", link, "").status)
}

func (w *world) avatar(method, path string, content []byte) answer {
	w.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, err := form.CreateFormFile("avatar", "me.png")
	require.NoError(w, err)
	_, err = part.Write(content)
	require.NoError(w, err)
	require.NoError(w, form.Close())
	req := httptest.NewRequestWithContext(w.Context(), method, path, &body)
	req.Header.Set("Content-Type", form.FormDataContentType())
	req.Header.Set("api_access_token", w.token)
	return w.serve(req)
}

func TestAvatar(t *testing.T) {
	t.Parallel()
	onStores(t, "", func(t *testing.T, w *world) {
		id := w.call("POST", "/contacts", `{"name":"Dora","email":"dora@mail.example"}`).id("payload.contact.id")
		var big bytes.Buffer
		require.NoError(t, png.Encode(&big, image.NewRGBA(image.Rect(0, 0, 1000, 500))))
		got := w.avatar("PUT", w.path("/contacts/"+id), big.Bytes())
		require.Equal(t, http.StatusOK, got.status, got.body)
		link := got.at("payload.thumbnail").(string)
		require.True(t, strings.HasPrefix(link, "https://desk.example/rails/"), link)
		shown := w.raw("GET", link, "")
		require.Equal(t, http.StatusOK, shown.status)
		require.Equal(t, "image/png", shown.header.Get("Content-Type"))
		small, err := png.DecodeConfig(strings.NewReader(shown.body))
		require.NoError(t, err)
		require.Equal(t, []int{250, 125}, []int{small.Width, small.Height})

		bad := w.avatar("PUT", w.path("/contacts/"+id), []byte("<svg/>"))
		require.Equal(t, http.StatusUnprocessableEntity, bad.status)
		require.Equal(t, link, w.call("GET", "/contacts/"+id, nil).at("payload.thumbnail"), "the old one stays")
		require.Empty(t, w.call("DELETE", "/contacts/"+id+"/avatar", nil).at("payload.thumbnail"))
		require.NoError(t, w.e.RunDue(t.Context()))
		require.Equal(t, http.StatusNotFound, w.raw("GET", link, "").status, "its bytes are gone")
	})
}

// visitor is a page with the widget.
type page struct {
	*world
	website, token string
}

func (w *world) page(channel string) *page {
	w.Helper()
	made := w.call("POST", "/inboxes", `{"name":"Site","channel":{"type":"web_widget","website_url":"https://shop.example"`+channel+`}}`)
	return w.visit(made.at("website_token").(string))
}

func (w *world) visit(website string) *page {
	p := &page{world: w, website: website}
	p.token = p.do("POST", "/config", "").at("website_channel_config.auth_token").(string)
	return p
}

func (p *page) do(method, path string, body string) answer {
	p.Helper()
	r := request{method: method, path: "/api/v1/widget" + path + "?website_token=" + p.website, header: map[string]string{"X-Auth-Token": p.token}}
	if body != "" {
		r.json = body
	}
	return p.send(r)
}

func TestVisitorsSeeTheirOwn(t *testing.T) {
	t.Parallel()
	onStores(t, "", func(t *testing.T, w *world) {
		vera := w.page("")
		vera.do("POST", "/conversations", `{"contact":{"email":"vera@mail.example","phone_number":"+14155550123"},"message":{"content":"my secret"}}`)
		vera.do("PATCH", "/contact/set_user", `{"identifier":"vera-7","name":"Vera"}`)

		eve := w.visit(vera.website)
		got := eve.do("POST", "/conversations", `{"contact":{"email":"vera@mail.example"},"message":{"content":"hi"}}`)
		require.Equal(t, http.StatusOK, got.status, got.body)
		for _, path := range []string{"/messages", "/conversations", "/contact"} {
			seen := eve.do("GET", path, "")
			require.Equal(t, http.StatusOK, seen.status)
			for _, secret := range []string{"my secret", "+14155550123", "vera-7", "Vera"} {
				require.NotContains(t, seen.body+got.body+eve.do("POST", "/config", "").body, secret, path)
			}
		}
		both := w.call("GET", "/contacts/search?q=vera@mail.example", nil)
		require.EqualValues(t, 1, both.at("meta.count"), "for agents they are one")
		forged := &page{world: w, website: vera.website, token: vera.token[:len(vera.token)-3] + "xyz"}
		require.Equal(t, http.StatusNotFound, forged.do("GET", "/messages", "").status)
		w.clock.add(181 * 24 * time.Hour)
		require.Equal(t, http.StatusNotFound, vera.do("GET", "/messages", "").status, "sessions end")
	})
}

// A visitor ends a conversation where the widget lets them, and no other way.
func TestVisitorsEndTheirOwn(t *testing.T) {
	t.Parallel()
	onStores(t, "", func(t *testing.T, w *world) {
		for features, want := range map[string]struct {
			status int
			left   string
		}{
			`["end_conversation"]`: {http.StatusOK, "resolved"},
			`["emoji_picker"]`:     {http.StatusForbidden, "open"},
		} {
			p := w.page(`,"selected_feature_flags":` + features)
			p.do("POST", "/conversations", `{"contact":{"name":"Vera"},"message":{"content":"hello"}}`)
			require.Equal(t, want.status, p.do("GET", "/conversations/toggle_status", "").status, features)
			require.Equal(t, want.left, p.do("GET", "/conversations", "").at("status"), features)
		}
	})
}

func TestWidgetProvesIdentity(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	vera := w.page(`,"hmac_mandatory":true`)
	key := w.call("GET", "/inboxes", nil).at("payload.0.hmac_token").(string)
	require.Equal(t, http.StatusUnauthorized, vera.do("PATCH", "/contact/set_user", `{"identifier":"vera-7"}`).status)
	require.Equal(t, http.StatusUnauthorized, vera.do("PATCH", "/contact/set_user", `{"identifier":"vera-7","identifier_hash":"00"}`).status)
	user, _ := json.Marshal(map[string]any{"identifier": "vera-7", "identifier_hash": hash(key, "vera-7"), "name": "Vera"})
	got := vera.do("PATCH", "/contact/set_user", string(user))
	require.Equal(t, http.StatusOK, got.status, got.body)
	vera.do("POST", "/messages", `{"message":{"content":"from the shop"}}`)

	phone := w.visit(vera.website)
	require.Equal(t, http.StatusOK, phone.do("PATCH", "/contact/set_user", string(user)).status)
	require.Contains(t, phone.do("GET", "/messages", "").body, "from the shop", "who is proven sees it on every device")

	other, _ := json.Marshal(map[string]any{"identifier": "carl-1", "identifier_hash": hash(key, "carl-1")})
	moved := phone.do("PATCH", "/contact/set_user", string(other))
	require.NotEmpty(t, moved.at("widget_auth_token"), "somebody else on the same device")
	phone.token = moved.at("widget_auth_token").(string)
	require.NotContains(t, phone.do("GET", "/messages", "").body, "from the shop")
}

func TestTranscript(t *testing.T) {
	t.Parallel()
	mails := &outbox{}
	w := newWorldWith(t, "", helpdesk.Options{Mailer: mails, PublicURL: "https://desk.example"})
	inbox, public := w.inbox(nil)
	w.call("PATCH", "/inboxes/"+inbox, `{"timezone":"America/Sao_Paulo"}`)
	_, conv := w.customer(public, "carl", "where is it?")
	w.call("POST", "/conversations/"+conv+"/messages", `{"content":"a thief","private":true}`)
	require.Equal(t, http.StatusUnprocessableEntity, w.send(request{method: "POST", path: w.path("/conversations/" + conv + "/transcript"), token: w.token, json: `{}`}).status)
	w.call("POST", "/conversations/"+conv+"/transcript", `{"email":"boss@mail.example"}`)
	require.NoError(t, w.e.RunDue(t.Context()))
	require.Len(t, mails.sent, 1)
	m := mails.sent[0]
	require.Contains(t, m.Subject, "[#"+conv+"]")
	require.Contains(t, m.Text, "where is it?")
	require.Contains(t, m.Text, "2026-03-14 12:09 -03")
	require.NotContains(t, m.Text, "thief")
}

func TestItemsAreChecked(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, public := w.inbox(nil)
	_, conv := w.customer(public, "carl", "hello")
	for _, bad := range []string{
		`{"content_type":"input_select"}`, `{"content_type":"input_select","content_attributes":{"items":[{"title":"A"}]}}`,
		`{"content_type":"cards","content_attributes":{"items":[{"title":"A"}]}}`, `{"content_type":"nonsense"}`,
		`{"content_type":"article","content_attributes":{"items":[{"title":"A","evil":1}]}}`, `{"cc_emails":"a@b.example,nobody"}`,
	} {
		got := w.send(request{method: "POST", path: w.path("/conversations/" + conv + "/messages"), token: w.token, json: bad})
		require.Equal(t, http.StatusUnprocessableEntity, got.status, bad)
	}
}

// Who becomes one with somebody by typing an address learns no more of them on
// the cable than over the API.
func TestVisitorsHearTheirOwn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	l := w.serveLoopback()
	vera := w.page("")
	vera.do("POST", "/conversations", `{"contact":{"email":"vera@mail.example","phone_number":"+14155550123"},"message":{"content":"my secret"}}`)
	vera.do("PATCH", "/contact/set_user", `{"identifier":"vera-7","name":"Vera"}`)
	eve := w.visit(vera.website)
	conv := eve.do("POST", "/conversations", `{"contact":{"email":"vera@mail.example"},"message":{"content":"hi"}}`).id("id")
	hears := l.contact(conv)
	eve.do("POST", "/messages", `{"message":{"content":"who am I?"}}`)
	w.call("POST", "/conversations/"+conv+"/toggle_status", `{"status":"resolved"}`)
	w.call("POST", "/conversations/"+conv+"/messages", `{"content":"the end"}`)
	heard := hears.until(saying("the end"))
	require.Contains(t, events(heard), "conversation.status_changed")
	for _, secret := range []string{"my secret", "+14155550123", "vera-7", "Vera", "vera@mail.example"} {
		require.NotContains(t, compact(heard), secret)
	}
}

// What a visitor says of their conversation in the window is an answer to the
// survey, as on its own page.
func TestVisitorsRate(t *testing.T) {
	t.Parallel()
	onStores(t, "", func(t *testing.T, w *world) {
		vera := w.page("")
		started := vera.do("POST", "/conversations", `{"contact":{"name":"Vera"},"message":{"content":"hello"}}`)
		asked := w.call("POST", "/conversations/"+started.id("id")+"/messages", `{"content":"How was it?","content_type":"input_csat"}`).id("id")
		rate := func(body string) int {
			return vera.do("PATCH", "/messages/"+asked, `{"message":{"submitted_values":{"csat_survey_response":`+body+`}}}`).status
		}
		require.Equal(t, http.StatusUnprocessableEntity, rate(`{"rating":6}`))
		require.Equal(t, http.StatusOK, rate(`{"rating":4,"feedback_message":"quick"}`))
		got := w.call("GET", "/csat_survey_responses", nil)
		require.Contains(t, got.body, `"rating":4`)
		require.Contains(t, got.body, `"quick"`)
	})
}
