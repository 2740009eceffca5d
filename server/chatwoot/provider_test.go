package chatwoot_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/channel/whatsapp"
	"github.com/gohelpdesk/helpdesk/channel/whatsapp/whatsappsim"
)

// A WhatsApp number is set up as Chatwoot's clients do it, and the answer says what
// is to be entered at the provider. Who is no administrator sees none of it.
func TestWhatsAppInboxes(t *testing.T) {
	t.Parallel()
	w := newWorldWith(t, "", helpdesk.Options{Channels: []helpdesk.Channel{whatsapp.New(whatsapp.Options{HTTPClient: &http.Client{}})}})
	create := func(channel map[string]any) answer {
		return w.send(request{method: "POST", path: w.path("/inboxes"), token: w.token, json: map[string]any{"name": "Phone", "channel": channel}})
	}
	channel := map[string]any{
		"type": "whatsapp", "phone_number": "+5511987654321", "provider": "whatsapp_cloud",
		"provider_config": map[string]any{"api_key": "secret-key", "phone_number_id": "100", "business_account_id": "200"},
	}
	made := create(channel)
	require.Equal(t, http.StatusOK, made.status, made.body)
	for _, part := range []string{
		`"channel_type":"Channel::Whatsapp"`, `"provider":"whatsapp_cloud"`, `"phone_number":"+5511987654321"`, `"reauthorization_required":false`,
		`"webhook_verify_token":"`, `"api_key":"secret-key"`, `"callback_webhook_url":"https://desk.example/hooks/`,
	} {
		require.Contains(t, made.body, part)
	}
	id := made.id("id")
	bo, token := w.invite("bo", "agent")
	require.Equal(t, http.StatusOK, w.call("POST", "/inbox_members", map[string]any{"inbox_id": id, "user_ids": []any{bo}}).status)
	for _, path := range []string{"/inboxes", "/inboxes/" + id} {
		seen := w.send(request{method: "GET", path: w.path(path), token: token})
		require.Equal(t, http.StatusOK, seen.status, seen.body)
		require.NotContains(t, seen.body, "secret-key")
		require.NotContains(t, seen.body, "webhook_verify_token")
		require.NotContains(t, seen.body, "/hooks/")
	}

	// A change keeps what it does not name, and the token of the handshake.
	changed := w.call("PATCH", "/inboxes/"+id, map[string]any{"channel": map[string]any{"provider_config": map[string]any{"api_key": "another"}}})
	require.Equal(t, http.StatusOK, changed.status, changed.body)
	require.Contains(t, changed.body, `"api_key":"another"`)
	require.Contains(t, changed.body, `"phone_number_id":"100"`)
	verify := func(body string) string {
		_, rest, _ := strings.Cut(body, `"webhook_verify_token":"`)
		found, _, _ := strings.Cut(rest, `"`)
		return found
	}
	require.NotEmpty(t, verify(made.body))
	require.Equal(t, verify(made.body), verify(changed.body))

	// The alarm of a webhook that stopped is a setting like any other.
	require.Contains(t, made.body, `"silence_alarm_hours":0`)
	changed = w.call("PATCH", "/inboxes/"+id, map[string]any{"silence_alarm_hours": 72})
	require.Contains(t, changed.body, `"silence_alarm_hours":72`)
	require.NotContains(t, changed.body, "silent_since")
	refused := w.send(request{method: "PATCH", path: w.path("/inboxes/" + id), token: w.token, json: map[string]any{"silence_alarm_hours": 1000}})
	require.Equal(t, http.StatusUnprocessableEntity, refused.status, refused.body)

	channel["provider"] = "default"
	require.Equal(t, http.StatusUnprocessableEntity, create(channel).status)
	channel["provider"], channel["provider_config"] = "whatsapp_cloud", map[string]any{}
	bad := create(channel)
	require.Equal(t, http.StatusUnprocessableEntity, bad.status)
	require.Contains(t, bad.body, "api_key")
	require.Contains(t, bad.body, "phone_number_id")
}

// What Chatwoot's clients do with templates: they read them in the inbox, send them
// by template_params, and are told beforehand what cannot be sent.
func TestWhatsAppTemplates(t *testing.T) {
	t.Parallel()
	onStores(t, "", func(t *testing.T, plain *world) {
		sim := whatsappsim.New(t, whatsappsim.Options{Now: plain.clock.now})
		number, ann := sim.Number("+5511987654321"), sim.Customer("+5511912345678").Called("Ann")
		number.Template(whatsappsim.Body("order_sent", "en", "Hello {{1}}, your order left."))
		w := plain.with(whatsapp.New(whatsapp.Options{BaseURL: sim.URL(), HTTPClient: sim.Client()}))
		var settings map[string]any
		require.NoError(t, json.Unmarshal(number.Settings(), &settings))
		made := w.send(request{method: "POST", path: w.path("/inboxes"), token: w.token, json: map[string]any{
			"name": "Phone", "channel": map[string]any{"type": "whatsapp", "phone_number": "+5511987654321", "provider_config": settings},
		}})
		require.Equal(t, http.StatusOK, made.status, made.body)
		require.Contains(t, made.body, `"message_templates":[]`)
		inbox := made.id("id")
		require.NoError(t, w.e.RunDue(t.Context()))
		shown := w.send(request{method: "GET", path: w.path("/inboxes/" + inbox), token: w.token})
		require.Contains(t, shown.body, `"components":[{"text":"Hello {{1}}, your order left.","type":"BODY"}]`)
		require.Contains(t, shown.body, `"status":"APPROVED"`)

		contact := w.call("POST", "/contacts", `{"name":"Ann","phone_number":"+5511912345678"}`).id("payload.contact.id")
		where := w.send(request{method: "GET", path: w.path("/contacts/" + contact + "/contactable_inboxes"), token: w.token})
		require.Contains(t, where.body, `"source_id":"5511912345678"`)
		talk := w.call("POST", "/conversations", `{"inbox_id":`+inbox+`,"contact_id":`+contact+`}`)
		require.Equal(t, http.StatusOK, talk.status, talk.body)
		at := "/conversations/" + talk.id("id")
		require.Contains(t, w.call("POST", at+"/can_send", `{"content":"hi"}`).body, `"allowed":false,"reason":"needs_template"`)
		use := `{"template_params":{"name":"order_sent","language":"en","processed_params":{"body":{"1":"{{contact.name}}"}}}}`
		require.Contains(t, w.call("POST", at+"/can_send", use).body, `"allowed":true`)
		sent := w.call("POST", at+"/messages", use)
		require.Equal(t, http.StatusOK, sent.status, sent.body)
		require.Contains(t, sent.body, `"content":"Hello Ann, your order left."`)
		require.NoError(t, w.e.RunDue(t.Context()))
		require.Len(t, ann.Got(), 1)
		require.Equal(t, "Hello Ann, your order left.", ann.Got()[0].Text)
		try := func(method, path, body string) answer {
			return w.send(request{method: method, path: w.path(path), token: w.token, json: body})
		}
		refused := try("POST", at+"/messages", `{"template_params":{"name":"other","language":"en"}}`)
		require.Equal(t, http.StatusUnprocessableEntity, refused.status, refused.body)
		require.Contains(t, refused.body, "Template params")

		// Managed from here.
		templates := "/inboxes/" + inbox + "/message_templates"
		bad := try("POST", templates, `{"name":"Bad Name","language":"en","category":"UTILITY","body":"{{1}}"}`)
		require.Equal(t, http.StatusUnprocessableEntity, bad.status, bad.body)
		for _, field := range []string{"name", "body", "examples"} {
			require.Contains(t, bad.body, `"`+field+`"`)
		}
		id := w.call("POST", templates, `{"name":"news","language":"en","category":"MARKETING","body":"Buy {{1}}, get two!","examples":{"1":"one"}}`).id("payload.id")
		require.Equal(t, http.StatusConflict, try("PATCH", templates+"/"+id, `{"body":"Buy!"}`).status, "it is judged")
		require.Equal(t, http.StatusUnprocessableEntity, try("DELETE", templates+"/"+id, `{"name":"new"}`).status)
		require.Equal(t, http.StatusOK, w.call("DELETE", templates+"/"+id, `{"name":"news"}`).status)
		require.Equal(t, http.StatusOK, w.call("POST", "/inboxes/"+inbox+"/sync_templates", nil).status)
		require.NotContains(t, w.send(request{method: "GET", path: w.path(templates), token: w.token}).body, "news")
	})
}

// An inbox of Twilio is set up as Chatwoot's clients do it, with the account's token
// or an API key, and what it is called with is shown to administrators alone.
func TestTwilioInboxes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	sid := func(prefix string) string { return prefix + strings.Repeat("a", 32) }
	create := func(channel map[string]any) answer {
		channel["name"], channel["account_sid"] = "Twilio", sid("AC")
		return w.send(request{method: "POST", path: w.path("/channels/twilio_channel"), token: w.token, json: map[string]any{"twilio_channel": channel}})
	}
	made := create(map[string]any{"medium": "whatsapp", "auth_token": "secret-token", "phone_number": "whatsapp:+15005550006", "messaging_service_sid": ""})
	require.Equal(t, http.StatusOK, made.status, made.body)
	for _, part := range []string{
		`"channel_type":"Channel::TwilioSms"`, `"medium":"whatsapp"`, `"phone_number":"whatsapp:+15005550006"`, `"messaging_service_sid":null`, `"content_templates":{}`,
		`"auth_token":"secret-token"`, `"account_sid":"` + sid("AC") + `"`, `"callback_webhook_url":"https://desk.example/hooks/`,
	} {
		require.Contains(t, made.body, part)
	}
	id := made.id("id")
	bo, token := w.invite("bo", "agent")
	require.Equal(t, http.StatusOK, w.call("POST", "/inbox_members", map[string]any{"inbox_id": id, "user_ids": []any{bo}}).status)
	for _, path := range []string{"/inboxes", "/inboxes/" + id} {
		seen := w.send(request{method: "GET", path: w.path(path), token: token})
		require.Equal(t, http.StatusOK, seen.status, seen.body)
		require.Contains(t, seen.body, `"medium":"whatsapp"`)
		for _, secret := range []string{"secret-token", sid("AC"), "/hooks/"} {
			require.NotContains(t, seen.body, secret)
		}
	}
	refused := w.send(request{method: "POST", path: w.path("/channels/twilio_channel"), token: token, json: map[string]any{"twilio_channel": map[string]any{"name": "x"}}})
	require.Equal(t, http.StatusUnauthorized, refused.status, "only administrators add inboxes")

	// A key's secret comes as the auth_token; the account's own beside it has its name.
	made = create(map[string]any{"api_key_sid": sid("SK"), "auth_token": "key-secret", "messaging_service_sid": sid("MG")})
	require.Equal(t, http.StatusOK, made.status, made.body)
	require.Contains(t, made.body, `"api_key_secret":"key-secret"`)
	require.Contains(t, made.body, `"messaging_service_sid":"`+sid("MG")+`"`)
	require.NotContains(t, made.body, `"auth_token"`)
	changed := w.call("PATCH", "/inboxes/"+made.id("id"), map[string]any{"channel": map[string]any{"auth_token": "account"}})
	require.Equal(t, http.StatusOK, changed.status, changed.body)
	require.Contains(t, changed.body, `"auth_token":"account"`)
	require.Contains(t, changed.body, `"api_key_secret":"key-secret"`)

	require.Equal(t, http.StatusConflict, create(map[string]any{"medium": "whatsapp", "auth_token": "x", "phone_number": "+15005550006"}).status, "it is taken")
	bad := create(map[string]any{"medium": "pigeon", "phone_number": "hello"})
	require.Equal(t, http.StatusUnprocessableEntity, bad.status)
	for _, field := range []string{"medium", "phone_number", "auth_token"} {
		require.Contains(t, bad.body, field)
	}
}
