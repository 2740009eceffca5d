package chatwoot_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/server/chatwoot"
)

// Pages and accounts are set up by hand as other channels are. What the installation's
// app vouches for is not for clients to say.
func TestPageInboxes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	call := func(method, path string, in map[string]any) answer {
		return w.send(request{method: method, path: w.path(path), token: w.token, json: in})
	}
	create := func(channel map[string]any) answer {
		return call("POST", "/inboxes", map[string]any{"name": "Page", "channel": channel})
	}
	made := create(map[string]any{"type": "facebook", "page_id": "100", "page_access_token": "secret-token", "app_secret": "app"})
	require.Equal(t, http.StatusOK, made.status, made.body)
	for _, part := range []string{
		`"channel_type":"Channel::FacebookPage"`, `"page_id":"100"`, `"reauthorization_required":false`, `"verify_token":"`, `"callback_webhook_url":"https://desk.example/hooks/`,
	} {
		require.Contains(t, made.body, part)
	}
	require.NotContains(t, made.body, "/hooks/app/")
	made = create(map[string]any{"type": "instagram", "instagram_id": "300", "access_token": "secret-token", "app_secret": "app"})
	require.Contains(t, made.body, `"channel_type":"Channel::Instagram"`)
	require.Contains(t, made.body, `"instagram_id":"300"`)

	bad := create(map[string]any{"type": "facebook", "page_id": "x"})
	require.Equal(t, http.StatusUnprocessableEntity, bad.status)
	require.Contains(t, bad.body, "page_access_token")
	forged := create(map[string]any{"type": "facebook", "page_id": "101", "page_access_token": "t", "source": "page_connection"})
	require.Equal(t, http.StatusUnprocessableEntity, forged.status, "the app would hand over anybody's page")

	page := call("POST", "/callbacks/register_facebook_page", map[string]any{"user_access_token": "long", "page_id": "108"})
	require.Equal(t, http.StatusOK, page.status, page.body)
	require.Contains(t, page.body, `"name":"Shop"`)
	require.Contains(t, page.body, `"callback_webhook_url":"https://desk.example/hooks/app/facebook"`)
	path := "/inboxes/" + page.id("id")
	require.Equal(t, http.StatusOK, call("PATCH", path, map[string]any{"channel": map[string]any{"human_agent": true}}).status)
	require.Equal(t, http.StatusUnprocessableEntity, call("PATCH", path, map[string]any{"channel": map[string]any{"page_id": "109"}}).status)
	require.Contains(t, call("POST", "/callbacks/facebook_pages", map[string]any{"omniauth_token": "short"}).body, `"exists":true`)
	for _, in := range []map[string]any{{"user_access_token": "long", "page_id": "999"}, {"user_access_token": "forged", "page_id": "108"}} {
		require.Equal(t, http.StatusUnprocessableEntity, call("POST", "/callbacks/register_facebook_page", in).status)
	}
	_, token := w.invite("bo", "agent")
	agents := w.send(request{method: "POST", path: w.path("/callbacks/facebook_pages"), token: token, json: map[string]any{"omniauth_token": "short"}})
	require.NotContains(t, agents.body, "page-token")

	w.h = chatwoot.New(w.e, chatwoot.Options{})
	require.Equal(t, http.StatusUnprocessableEntity, call("POST", "/callbacks/facebook_pages", map[string]any{"omniauth_token": "short"}).status, "there is no app")
}

// An account is connected in the browser, and connected again where it is known.
func TestInstagramCallback(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var states []string
	w.h = chatwoot.New(w.e, chatwoot.Options{PublicURL: "https://desk.example", Meta: metaApp{&states}})
	ask := func() *http.Cookie {
		cookie, err := http.ParseSetCookie(w.call("POST", "/instagram/authorization", nil).header.Get("Set-Cookie"))
		require.NoError(t, err)
		require.Equal(t, []any{true, true, http.SameSiteLaxMode, "/instagram/callback"}, []any{cookie.HttpOnly, cookie.Secure, cookie.SameSite, cookie.Path})
		return cookie
	}
	asked, other := ask(), ask()
	come := func(query string, cookie *http.Cookie) answer {
		r := request{method: "GET", path: "/instagram/callback?state=" + states[0] + query}
		if cookie != nil {
			r.header = map[string]string{"Cookie": cookie.Name + "=" + cookie.Value}
		}
		return w.send(r)
	}
	back := func(query string) string { return come(query, asked).header.Get("Location") }
	for name, stranger := range map[string]*http.Cookie{"a browser that did not ask": nil, "one that asked for itself": other, "an empty one": {Name: asked.Name}} {
		require.Contains(t, come("&code=good", stranger).header.Get("Location"), "error_type=session_mismatch", name)
	}
	require.Contains(t, come("&error=access_denied", asked).header.Get("Set-Cookie"), "Max-Age=0", "it is used up")
	require.True(t, strings.HasSuffix(back("&code=good"), "/agents"), "on to who answers there")
	list, err := w.e.As(w.e.Host(w.account.ID)).Inboxes.List(t.Context())
	require.NoError(t, err)
	require.Equal(t, helpdesk.ChannelKind("instagram"), list[len(list)-1].Kind)
	require.NotContains(t, back("&code=good"), "new", "it is known")
	require.Contains(t, back("&code=bad"), "error_message=")
	require.Contains(t, back("&error=access_denied&error_description=no"), "error_type=access_denied")
	require.Equal(t, http.StatusNotFound, w.send(request{method: "GET", path: "/instagram/callback?state=forged&code=good"}).status)
}
