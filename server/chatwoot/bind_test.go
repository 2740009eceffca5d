package chatwoot_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Every way in which clients are known to send the same thing.
func TestWaysToSay(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	tests := []struct{ name, path, kind, body string }{
		{"flat JSON", "/labels", "application/json", `{"title":"NAME","show_on_sidebar":false}`},
		{"wrapped JSON", "/labels", "application/json; charset=utf-8", `{"label":{"title":"NAME","show_on_sidebar":false}}`},
		{"no content type", "/labels", "", `{"title":"NAME","show_on_sidebar":"false"}`},
		{"form", "/labels", "application/x-www-form-urlencoded", `label[title]=NAME&label[show_on_sidebar]=false`},
		{"escaped form", "/labels/", "application/x-www-form-urlencoded", `label%5Btitle%5D=NAME&label%5Bshow_on_sidebar%5D=0`},
		{"last one wins", "/labels.json", "application/x-www-form-urlencoded", `label[title]=x&label[title]=NAME&label[show_on_sidebar]=f`},
		{"query", "/labels?label[title]=NAME&label[show_on_sidebar]=false", "application/json", `{"x":1}`},
		{"body beats query", "/labels?title=x", "application/json", `{"title":"NAME","show_on_sidebar":0}`},
	}
	for i, tt := range tests {
		name := "label" + string(rune('a'+i))
		req := httptest.NewRequestWithContext(t.Context(), "POST", w.path(strings.ReplaceAll(tt.path, "NAME", name)), strings.NewReader(strings.ReplaceAll(tt.body, "NAME", name)))
		if tt.kind != "" {
			req.Header.Set("Content-Type", tt.kind)
		}
		req.Header.Set("api_access_token", w.token)
		got := w.serve(req)
		require.Equal(t, http.StatusOK, got.status, "%s: %s", tt.name, got.body)
		require.Equal(t, name, got.at("title"), tt.name)
		require.Equal(t, false, got.at("show_on_sidebar"), tt.name)
		require.Equal(t, "application/json; charset=utf-8", got.header.Get("Content-Type"))
	}
	flat := w.send(request{method: "POST", path: w.path("/labels"), token: w.token, form: url.Values{"title": {"zz"}}})
	require.Equal(t, http.StatusUnprocessableEntity, flat.status, "a form must be wrapped")
}

func TestUpdatesAnswerPatchAndPut(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.call("POST", "/contacts", `{"name":"Dora","email":"d@mail.example","custom_attributes":{"a":1}}`).id("payload.contact.id")
	for _, method := range []string{"PUT", "PATCH"} {
		got := w.call(method, "/contacts/"+id, `{"name":"`+method+`","custom_attributes":{"`+method+`":true}}`)
		require.Equal(t, method, got.at("payload.name"))
		require.Equal(t, "d@mail.example", got.at("payload.email"), "absent leaves alone")
	}
	got := w.call("PATCH", "/contacts/"+id, `{"email":null}`)
	require.Nil(t, got.at("payload.email"), "null clears")
	require.Equal(t, map[string]any{"a": 1.0, "PUT": true, "PATCH": true}, got.at("payload.custom_attributes"))
}

func TestInboxReadsTheTextNull(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id, _ := w.inbox(nil)
	w.call("PATCH", "/inboxes/"+id, `{"greeting_message":"hi"}`)
	require.Nil(t, w.call("PATCH", "/inboxes/"+id, `{"greeting_message":"null"}`).at("greeting_message"))
}

func TestSourceWithSlash(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, public := w.inbox(nil)
	w.ok(request{method: "POST", path: public + "/contacts", json: map[string]any{"source_id": "a/b c"}})
	require.Equal(t, "a/b c", w.ok(request{method: "GET", path: public + "/contacts/a%2Fb%20c/"}).at("source_id"))
}
