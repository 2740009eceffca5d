package chatwoot_test

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// upload sends a multipart form with one file per name.
func (w *world) upload(path, token, key string, fields map[string]string, files map[string]string) answer {
	w.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for name, value := range fields {
		require.NoError(w, form.WriteField(name, value))
	}
	for name, content := range files {
		part, err := form.CreateFormFile("attachments[]", name)
		require.NoError(w, err)
		_, err = part.Write([]byte(content))
		require.NoError(w, err)
	}
	require.NoError(w, form.Close())
	req := httptest.NewRequestWithContext(w.Context(), "POST", path, &body)
	req.Header.Set("Content-Type", form.FormDataContentType())
	if token != "" {
		req.Header.Set("api_access_token", token)
	}
	if key != "" {
		req.Header.Set("Idempotency-Key", key)
	}
	return w.serve(req)
}

func TestAttachments(t *testing.T) {
	t.Parallel()
	onStores(t, "", func(t *testing.T, w *world) {
		_, public := w.inbox(nil)
		carl, conv := w.customer(public, "carl", "hello")
		fields := map[string]string{"content": "see", "private": "false", "content_attributes": `{"a":1}`}
		sent := w.upload(w.path("/conversations/"+conv+"/messages"), w.token, "k1", fields, map[string]string{"../müll.html": "<script>alert(1)</script>"})
		require.Equal(t, http.StatusOK, sent.status, sent.body)
		require.Equal(t, map[string]any{"a": 1.0}, sent.at("content_attributes"))
		require.Equal(t, "html", sent.at("attachments.0.extension"))
		again := w.upload(w.path("/conversations/"+conv+"/messages"), w.token, "k1", fields, map[string]string{"../müll.html": "<script>alert(1)</script>"})
		require.Equal(t, sent.body, again.body, "another boundary is the same request")
		other := w.upload(w.path("/conversations/"+conv+"/messages"), w.token, "k1", fields, map[string]string{"../müll.html": "other bytes"})
		require.Equal(t, http.StatusUnprocessableEntity, other.status)

		link := strings.TrimPrefix(sent.at("attachments.0.data_url").(string), "https://desk.example")
		require.NotEqual(t, link, sent.at("attachments.0.data_url"), "links are absolute")
		got := w.ok(request{method: "GET", path: link})
		require.Equal(t, "<script>alert(1)</script>", got.body)
		require.Equal(t, "nosniff", got.header.Get("X-Content-Type-Options"))
		require.True(t, strings.HasPrefix(got.header.Get("Content-Disposition"), "attachment;"), got.header.Get("Content-Disposition"))
		require.Contains(t, got.header.Get("Content-Security-Policy"), "sandbox")
		part := w.send(request{method: "GET", path: link, header: map[string]string{"Range": "bytes=1-6"}})
		require.Equal(t, http.StatusPartialContent, part.status)
		require.Equal(t, "script", part.body)

		back := w.upload(carl+"/conversations/"+conv+"/messages", "", "", map[string]string{"content": "mine"}, map[string]string{"a.txt": "text"})
		require.Equal(t, http.StatusOK, back.status, back.body)
		own := strings.TrimPrefix(back.at("attachments.0.data_url").(string), "https://desk.example")
		require.Equal(t, "text", w.ok(request{method: "GET", path: own}).body)

		forged := strings.Replace(link, "/redirect/", "/redirect/x", 1)
		require.Equal(t, http.StatusNotFound, w.send(request{method: "GET", path: forged}).status)
		w.clock.add(7 * 24 * time.Hour)
		require.Equal(t, http.StatusNotFound, w.send(request{method: "GET", path: link}).status, "links end")
	})
}

func TestLinkDiesWithTheRight(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	boID, bo := w.invite("Bo", "agent")
	inbox, public := w.inbox(nil)
	w.call("POST", "/inbox_members", `{"inbox_id":`+inbox+`,"user_ids":[`+boID+`]}`)
	_, conv := w.customer(public, "carl", "hello")
	sent := w.upload(w.path("/conversations/"+conv+"/messages"), bo, "", nil, map[string]string{"a.txt": "text"})
	link := strings.TrimPrefix(sent.at("attachments.0.data_url").(string), "https://desk.example")
	w.ok(request{method: "GET", path: link})
	w.call("DELETE", "/inbox_members", `{"inbox_id":`+inbox+`,"user_ids":[`+boID+`]}`)
	require.Equal(t, http.StatusNotFound, w.send(request{method: "GET", path: link}).status)
}

func TestAttachmentsMustBeThere(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, public := w.inbox(nil)
	_, conv := w.customer(public, "carl", "hello")
	got := w.send(request{method: "POST", path: w.path("/conversations/" + conv + "/messages"), token: w.token, json: `{"attachments":["signed-id"]}`})
	require.Equal(t, http.StatusUnprocessableEntity, got.status)
	require.JSONEq(t, `{"error":"Validation failed: Attachments hold a file that is not there, or was used already"}`, got.body)
}
