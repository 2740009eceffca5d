package chatwoot_test

import (
	"bytes"
	"image"
	"image/png"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func face(t testing.TB) []byte {
	t.Helper()
	var out bytes.Buffer
	require.NoError(t, png.Encode(&out, image.NewRGBA(image.Rect(0, 0, 300, 300))))
	return out.Bytes()
}

// form sends fields and a picture as a browser does.
func (w *world) form(method, path, token string, fields map[string]string, picture []byte) answer {
	w.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for name, value := range fields {
		require.NoError(w, form.WriteField(name, value))
	}
	field := "avatar"
	if strings.HasSuffix(path, "/profile") {
		field = "profile[avatar]"
	}
	part, err := form.CreateFormFile(field, "face.png")
	require.NoError(w, err)
	_, err = part.Write(picture)
	require.NoError(w, err)
	require.NoError(w, form.Close())
	req := httptest.NewRequestWithContext(w.Context(), method, path, &body)
	req.Header.Set("Content-Type", form.FormDataContentType())
	req.Header.Set("api_access_token", token)
	got := w.serve(req)
	require.Equal(w, http.StatusOK, got.status, got.body)
	return got
}

// gone expects that a picture's bytes go with it.
func (w *world) gone(link string) {
	w.Helper()
	require.NoError(w, w.e.RunDue(w.Context()))
	require.Equal(w, http.StatusNotFound, w.raw("GET", link, "").status, "its bytes are gone")
}

// there expects a link to a picture, and returns it.
func (w *world) there(link any) string {
	w.Helper()
	text, _ := link.(string)
	require.True(w, strings.HasPrefix(text, "https://desk.example/rails/"), "%v", link)
	require.Equal(w, http.StatusOK, w.raw("GET", text, "").status)
	return text
}

func TestBotAvatar(t *testing.T) {
	t.Parallel()
	onStores(t, "", func(t *testing.T, w *world) {
		inbox, public := w.inbox(nil)
		made := w.form("POST", w.path("/agent_bots"), w.token, map[string]string{"name": "Robo"}, face(t))
		bot, first := made.id("id"), w.there(made.at("thumbnail"))
		w.call("POST", "/inboxes/"+inbox+"/set_agent_bot", `{"agent_bot":`+bot+`}`)
		_, conv := w.customer(public, "carl", "hello")
		w.call("POST", "/conversations/"+conv+"/assignments", `{"assignee_id":`+bot+`,"assignee_type":"AgentBot"}`)
		token := made.at("access_token").(string)
		said := w.ok(request{method: "POST", path: w.path("/conversations/" + conv + "/messages"), token: token, json: `{"content":"beep"}`})
		require.Equal(t, first, said.at("sender.avatar_url"))
		for path, at := range map[string]string{
			"/agent_bots": "0.thumbnail", "/agent_bots/" + bot: "thumbnail", "/inboxes/" + inbox + "/agent_bot": "agent_bot.thumbnail",
			"/conversations/" + conv: "meta.assignee.thumbnail",
		} {
			require.Equal(t, first, w.call("GET", path, nil).at(at), path)
		}

		second := w.there(w.form("PATCH", w.path("/agent_bots/"+bot), w.token, nil, face(t)).at("thumbnail"))
		require.NotEqual(t, first, second)
		w.gone(first)
		require.Empty(t, w.call("DELETE", "/agent_bots/"+bot+"/avatar", nil).at("thumbnail"))
		require.Empty(t, w.call("GET", "/conversations/"+conv, nil).at("meta.assignee.thumbnail"), "at once")
		w.gone(second)

		// What is given by its address is fetched.
		site := httptest.NewServer(http.HandlerFunc(func(out http.ResponseWriter, _ *http.Request) { _, _ = out.Write(face(t)) }))
		defer site.Close()
		require.Equal(t, site.URL, w.call("PATCH", "/agent_bots/"+bot, map[string]any{"avatar_url": site.URL}).at("thumbnail"))
		require.NoError(t, w.e.RunDue(t.Context()))
		fetched := w.there(w.call("GET", "/agent_bots/"+bot, nil).at("thumbnail"))
		_, eve := w.invite("Eve", "agent")
		refused := w.send(request{method: "DELETE", path: w.path("/agent_bots/" + bot + "/avatar"), token: eve})
		require.Equal(t, http.StatusUnauthorized, refused.status)
		w.there(fetched)
		w.call("DELETE", "/agent_bots/"+bot, nil)
		w.gone(fetched)
	})
}

func TestHouseBotAvatar(t *testing.T) {
	t.Parallel()
	onStores(t, "", func(t *testing.T, w *world) {
		app := w.app()
		made := w.form("POST", "/platform/api/v1/agent_bots", app, map[string]string{"name": "House"}, face(t))
		shown := func() any { return w.call("GET", "/agent_bots/"+made.id("id"), nil).at("thumbnail") }
		first := w.there(shown())
		w.form("PATCH", "/platform/api/v1/agent_bots/"+made.id("id"), app, nil, face(t))
		second := w.there(shown())
		w.gone(first)
		w.ok(request{method: "DELETE", path: "/platform/api/v1/agent_bots/" + made.id("id"), token: app})
		w.gone(second)
	})
}

func TestInboxAvatar(t *testing.T) {
	t.Parallel()
	onStores(t, "", func(t *testing.T, w *world) {
		made := w.call("POST", "/inboxes", `{"name":"Site","channel":{"type":"web_widget","website_url":"https://shop.example"}}`)
		id, website := made.id("id"), made.at("website_token").(string)
		link := w.there(w.form("PATCH", w.path("/inboxes/"+id), w.token, nil, face(t)).at("avatar_url"))
		require.Equal(t, link, w.call("GET", "/inboxes/"+id, nil).at("avatar_url"))
		require.Equal(t, link, w.call("GET", "/inboxes", nil).at("payload.0.avatar_url"))
		p := &page{world: w, website: website}
		require.Equal(t, link, p.do("POST", "/config", "").at("website_channel_config.avatar_url"))
		w.call("DELETE", "/inboxes/"+id+"/avatar", nil)
		require.Empty(t, w.call("GET", "/inboxes/"+id, nil).at("avatar_url"))
		w.gone(link)
		link = w.there(w.form("PATCH", w.path("/inboxes/"+id), w.token, nil, face(t)).at("avatar_url"))
		w.call("DELETE", "/inboxes/"+id, nil)
		w.gone(link)
	})
}

func TestProfileAvatar(t *testing.T) {
	t.Parallel()
	onStores(t, "", func(t *testing.T, w *world) {
		boID, bo := w.invite("Bo", "agent")
		link := w.there(w.form("PUT", "/api/v1/profile", bo, nil, face(t)).at("avatar_url"))
		require.Equal(t, link, w.ok(request{method: "GET", path: "/api/v1/profile", token: bo}).at("avatar_url"))
		require.Equal(t, link, w.call("GET", "/agents", nil).at("1.thumbnail"))
		inbox, public := w.inbox(nil)
		w.call("POST", "/inbox_members", `{"inbox_id":`+inbox+`,"user_ids":[`+boID+`]}`)
		_, conv := w.customer(public, "carl", "hello")
		w.call("POST", "/conversations/"+conv+"/assignments", `{"assignee_id":`+boID+`}`)
		require.Equal(t, link, w.call("GET", "/conversations/"+conv, nil).at("meta.assignee.thumbnail"))
		require.Empty(t, w.ok(request{method: "DELETE", path: "/api/v1/profile/avatar", token: bo}).at("avatar_url"))
		require.Empty(t, w.call("GET", "/agents", nil).at("1.thumbnail"))
		w.gone(link)
	})
}
