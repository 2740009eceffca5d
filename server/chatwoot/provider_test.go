package chatwoot_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/channel/whatsapp"
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

	channel["provider"] = "default"
	require.Equal(t, http.StatusUnprocessableEntity, create(channel).status)
	channel["provider"], channel["provider_config"] = "whatsapp_cloud", map[string]any{}
	bad := create(channel)
	require.Equal(t, http.StatusUnprocessableEntity, bad.status)
	require.Contains(t, bad.body, "api_key")
	require.Contains(t, bad.body, "phone_number_id")
}
