package chatwoot_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// robo is a bot of the world's account, connected to the inbox.
func (w *world) robo(inbox string) (id, token string) {
	w.Helper()
	made := w.call("POST", "/agent_bots", map[string]any{"name": "Robo", "outgoing_url": ""})
	w.call("POST", "/inboxes/"+inbox+"/set_agent_bot", `{"agent_bot":`+made.id("id")+`}`)
	return made.id("id"), made.id("access_token")
}

const notForBots = `{"error":"Access to this endpoint is not authorized for bots"}`

func TestBotTokensMayWhatChatwootsMay(t *testing.T) {
	t.Parallel()
	onStores(t, "", func(t *testing.T, w *world) {
		inbox, public := w.inbox(nil)
		id, token := w.robo(inbox)
		_, display := w.customer(public, "carl", "hello")
		at := w.path("/conversations/" + display)
		as := func(method, path string, body any) answer {
			return w.send(request{method: method, path: path, token: token, json: body})
		}
		require.Equal(t, "pending", w.call("GET", "/conversations/"+display, nil).at("status"))
		sent := as("POST", at+"/messages", `{"content":"Beep"}`)
		require.Equal(t, 200, sent.status, sent.body)
		require.Equal(t, "agent_bot", sent.at("sender.type"))
		require.Equal(t, id, sent.id("sender.id"))
		for path, body := range map[string]string{
			"/toggle_priority": `{"priority":"high"}`, "/custom_attributes": `{"custom_attributes":{"a":"b"}}`, "/assignments": `{"assignee_id":` + id + `}`,
			"/toggle_status": `{"status":"open"}`,
		} {
			got := as("POST", at+path, body)
			require.Equal(t, 200, got.status, path+got.body)
		}
		for _, r := range []struct{ method, path string }{
			{"GET", at},
			{"GET", at + "/messages"},
			{"DELETE", at},
			{"POST", at + "/labels"},
			{"GET", w.path("/agents")},
			{"GET", w.path("/contacts")},
			{"GET", "/api/v1/profile"},
			{"GET", w.path("/agent_bots")},
			{"POST", at + "/claim"},
		} {
			got := as(r.method, r.path, `{}`)
			require.Equal(t, 401, got.status, r.path)
			require.JSONEq(t, notForBots, got.body, r.path)
		}
	})
}

// What a webhook bot is told of an older message carries the epoch of then: its
// answer is refused once a person has replied. One that sends none is an old client.
func TestBotsOwnerEpochOverHTTP(t *testing.T) {
	t.Parallel()
	onStores(t, "", func(t *testing.T, w *world) {
		l := listen(t)
		inbox, public := w.inbox(nil)
		made := w.call("POST", "/agent_bots", map[string]any{"name": "Robo", "outgoing_url": l.URL, "give_way_after": 90})
		require.EqualValues(t, 90, made.at("give_way_after"))
		w.call("POST", "/inboxes/"+inbox+"/set_agent_bot", `{"agent_bot":`+made.id("id")+`}`)
		_, display := w.customer(public, "carl", "hello")
		at := "/conversations/" + display + "/messages"
		w.call("POST", at, `{"content":"I am on it"}`) // before the bot is called
		require.NoError(t, w.e.RunDue(t.Context()))
		bodies, _ := l.take()
		require.NotEmpty(t, bodies)
		var told struct {
			ID           int64  `json:"id"`
			Type         string `json:"message_type"`
			Conversation struct {
				OwnerEpoch int64 `json:"owner_epoch"`
			} `json:"conversation"`
		}
		require.NoError(t, json.Unmarshal([]byte(bodies[0]), &told))
		require.Equal(t, "incoming", told.Type)
		require.NotZero(t, told.Conversation.OwnerEpoch)
		send := func(body string) int {
			return w.send(request{method: "POST", path: w.path(at), token: made.id("access_token"), json: body}).status
		}
		require.Equal(t, http.StatusConflict, send(fmt.Sprintf(`{"content":"Beep","owner_epoch":%d}`, told.Conversation.OwnerEpoch)))
		require.Equal(t, http.StatusConflict, send(fmt.Sprintf(`{"content":"Beep","as_of":%d}`, told.ID)))
		require.Equal(t, http.StatusOK, send(`{"content":"Beep"}`))
		require.NoError(t, json.Unmarshal([]byte(bodies[1]), &told))
		require.Equal(t, http.StatusOK, send(fmt.Sprintf(`{"content":"Beep","owner_epoch":%d}`, told.Conversation.OwnerEpoch)), "it has read the reply")
	})
}

func TestBotsOfOtherAccounts(t *testing.T) {
	t.Parallel()
	onStores(t, "", func(t *testing.T, w *world) {
		app := w.app()
		branch := w.ok(request{method: "POST", path: "/platform/api/v1/accounts", token: app, json: `{"name":"Branch"}`}).id("id")
		bot := w.ok(request{method: "POST", path: "/platform/api/v1/agent_bots", token: app, json: `{"name":"Far","account_id":` + branch + `}`})
		house := w.ok(request{method: "POST", path: "/platform/api/v1/agent_bots", token: app, json: `{"name":"House"}`})
		inbox, public := w.inbox(nil)
		_, display := w.customer(public, "carl", "hello")
		path := w.path("/conversations/" + display + "/messages")
		for _, token := range []string{bot.id("access_token"), house.id("access_token")} {
			got := w.send(request{method: "POST", path: path, token: token, json: `{"content":"hi"}`})
			require.Equal(t, 401, got.status)
			require.JSONEq(t, `{"error":"Bot is not authorized to access this account"}`, got.body)
		}
		w.call("POST", "/inboxes/"+inbox+"/set_agent_bot", `{"agent_bot":`+house.id("id")+`}`)
		w.ok(request{method: "POST", path: path, token: house.id("access_token"), json: `{"content":"hi"}`})
		got := w.send(request{method: "POST", path: w.path("/inboxes/" + inbox + "/set_agent_bot"), token: w.token, json: `{"agent_bot":` + bot.id("id") + `}`})
		require.Equal(t, http.StatusNotFound, got.status, "another account's bot")
		got = w.send(request{method: "GET", path: w.path("/agents"), token: app})
		require.JSONEq(t, notForBots, got.body, "a platform app is no user")
		got = w.send(request{method: "GET", path: "/platform/api/v1/accounts", token: w.token})
		require.JSONEq(t, `{"error":"Invalid access_token"}`, got.body, "nor is a user a platform app")
	})
}

func TestTokensAreForAdministrators(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	inbox, _ := w.inbox(nil)
	boID, bo := w.invite("Bo", "agent")
	w.call("POST", "/inbox_members", `{"inbox_id":`+inbox+`,"user_ids":[`+boID+`]}`)
	w.robo(inbox)
	w.call("POST", "/integrations/hooks", `{"app_id":"openai","settings":{"api_key":"swordfish"}}`)
	for _, path := range []string{"/agent_bots", "/inboxes/" + inbox + "/agent_bot", "/integrations/apps"} {
		got := w.ok(request{method: "GET", path: w.path(path), token: bo})
		for _, secret := range []string{"access_token", "webhook_secret", "swordfish"} {
			require.NotContains(t, got.body, secret, path)
		}
	}
	got := w.send(request{method: "POST", path: w.path("/integrations/hooks"), token: w.token, json: `{"app_id":"slack","settings":{}}`})
	require.Equal(t, http.StatusUnprocessableEntity, got.status)
	require.JSONEq(t, `{"error":"Slack cannot be set up here"}`, got.body)
}

func TestPlatformRefusals(t *testing.T) {
	t.Parallel()
	onStores(t, password, func(t *testing.T, w *world) {
		p := "/platform/api/v1"
		app := func(method, path string, body any) answer {
			return w.send(request{method: method, path: p + path, token: w.app(), json: body})
		}
		got := app("GET", "/accounts/"+itoa(w.account.ID), nil)
		require.Equal(t, 401, got.status)
		require.JSONEq(t, `{"error":"Non permissible resource"}`, got.body)
		got = app("GET", "/accounts/999999", nil)
		require.Equal(t, 404, got.status)
		require.JSONEq(t, `{"status":404,"error":"Not Found"}`, got.body)
		got = app("POST", "/users", `{"name":"Cleo","email":"cleo@acme.example","password":"weak"}`)
		require.Equal(t, 422, got.status)
		require.Contains(t, got.body, `"attributes":["password"]`)
		got = app("POST", "/users", `{"email":"ada@acme.example"}`)
		require.Equal(t, 401, got.status, "a super administrator")
		made := app("POST", "/users", `{"name":"Cleo","email":"cleo@acme.example","password":"Sup3r-secret"}`)
		require.Equal(t, 200, made.status, made.body)

		link, err := http.NewRequestWithContext(t.Context(), "GET", app("GET", "/users/"+made.id("id")+"/login", nil).at("url").(string), nil)
		require.NoError(t, err)
		ticket := link.URL.Query().Get("sso_auth_token")
		require.Equal(t, "cleo@acme.example", link.URL.Query().Get("email"))
		in := w.send(request{method: "POST", path: "/auth/sign_in", json: map[string]any{"email": "cleo@acme.example", "sso_auth_token": ticket}})
		require.Equal(t, 200, in.status, in.body)
		require.NotEmpty(t, in.header.Get("access-token"))
		again := w.send(request{method: "POST", path: "/auth/sign_in", json: map[string]any{"email": "cleo@acme.example", "sso_auth_token": ticket}})
		require.Equal(t, 401, again.status)

		branch := app("POST", "/accounts", `{"name":"Branch"}`).id("id")
		member := app("POST", "/accounts/"+branch+"/account_users", `{"user_id":`+made.id("id")+`,"role":"administrator"}`)
		require.Equal(t, "administrator", member.at("role"), member.body)
		seen := w.ok(request{method: "GET", path: "/api/v1/accounts/" + branch + "/labels", token: made.id("access_token")})
		require.JSONEq(t, `{"payload":[]}`, seen.body)
		app("PATCH", "/accounts/"+branch, `{"status":"suspended"}`)
		got = w.send(request{method: "GET", path: "/api/v1/accounts/" + branch + "/labels", token: made.id("access_token")})
		require.Equal(t, 401, got.status)
		require.JSONEq(t, `{"error":"Account is suspended"}`, got.body)
		w.clock.add(time.Minute)
		require.Equal(t, 422, app("PATCH", "/accounts/"+branch, `{"status":"asleep"}`).status)
	})
}
