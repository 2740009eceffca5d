package chatwoot_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
)

// Old clients know a customer by the source alone.
func TestConversationOfASourceAlone(t *testing.T) {
	t.Parallel()
	onStores(t, "", func(t *testing.T, w *world) {
		w.inbox(nil)
		box, public := w.inbox(nil)
		w.customer(public, "carl", "hello")
		start := func(token string, body map[string]any) answer {
			return w.send(request{method: "POST", path: w.path("/conversations"), token: token, json: body})
		}
		made := start(w.token, map[string]any{"source_id": "carl"})
		require.Equal(t, http.StatusOK, made.status, made.body)
		require.Equal(t, box, made.id("inbox_id"))
		require.Equal(t, "carl@mail.example", made.at("meta.sender.email"))
		for _, body := range []map[string]any{
			{"source_id": "nobody"}, {}, {"inbox_id": box}, {"contact_id": made.id("meta.sender.id")}, {"inbox_id": box, "source_id": "nobody"},
		} {
			require.Equal(t, http.StatusNotFound, start(w.token, body).status, body)
		}
		_, bea := w.invite("Bea", "agent")
		require.Equal(t, http.StatusNotFound, start(bea, map[string]any{"source_id": "carl"}).status, "of an inbox she does not see")

		other := w.call("POST", "/contacts", map[string]any{"name": "Dora"}).id("payload.contact.id")
		taken := start(w.token, map[string]any{"inbox_id": box, "contact_id": other, "source_id": "carl"})
		require.Equal(t, http.StatusUnprocessableEntity, taken.status)
		require.JSONEq(t, `{"error":"source_id should be unique"}`, taken.body)
	})
}

// A client that goes on writing to a conversation that was resolved begins one
// new conversation.
func TestClientsThatKeepAConversation(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, public := w.inbox(nil)
	carl, first := w.customer(public, "carl", "hello")
	w.call("POST", "/conversations/"+first+"/toggle_status", map[string]any{"status": "resolved"})
	write := request{method: "POST", path: carl + "/conversations/" + first + "/messages", json: map[string]any{"content": "and another thing"}}
	second := w.ok(write).id("conversation_id")
	require.NotEqual(t, first, second)
	require.Equal(t, second, w.ok(write).id("conversation_id"))
	relay := map[string]any{"content": "and a third", "message_type": "incoming"}
	require.Equal(t, second, w.call("POST", "/conversations/"+first+"/messages", relay).id("conversation_id"))
}

func TestMessageTypesAreKnown(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, public := w.inbox(nil)
	_, conv := w.customer(public, "carl", "hello")
	send := func(kind any) answer {
		return w.send(request{method: "POST", path: w.path("/conversations/" + conv + "/messages"), token: w.token, json: map[string]any{"content": "x", "message_type": kind}})
	}
	for kind, want := range map[any]float64{"incoming": 0, 0: 0, "outgoing": 1, 1: 1, "": 1, "template": 1} {
		require.Equal(t, want, send(kind).at("message_type"), kind) //nolint:testifylint // small whole numbers
	}
	for _, kind := range []any{"activity", 2, "letter"} {
		got := send(kind)
		require.Equal(t, http.StatusUnprocessableEntity, got.status, kind)
		require.JSONEq(t, `{"error":"Validation failed: Message type must be incoming or outgoing"}`, got.body)
	}
}

func TestPeopleGoByTheirDisplayName(t *testing.T) {
	t.Parallel()
	onStores(t, "", func(t *testing.T, w *world) {
		_, public := w.inbox(nil)
		carl, conv := w.customer(public, "carl", "hello")
		w.ok(request{method: "PUT", path: "/api/v1/profile", token: w.token, json: map[string]any{"display_name": "Ada of Acme"}})
		require.Equal(t, "Ada of Acme", w.call("GET", "/agents", nil).at("0.available_name"))
		require.Equal(t, "Ada", w.call("GET", "/agents", nil).at("0.name"))
		sent := w.call("POST", "/conversations/"+conv+"/messages", map[string]any{"content": "good day"})
		require.Equal(t, "Ada of Acme", sent.at("sender.available_name"))
		heard := w.ok(request{method: "GET", path: carl + "/conversations/" + conv + "/messages"})
		require.Equal(t, "Ada of Acme", heard.at("1.sender.available_name"))
		w.ok(request{method: "PUT", path: "/api/v1/profile", token: w.token, json: map[string]any{"display_name": ""}})
		require.Equal(t, "Ada", w.call("GET", "/agents", nil).at("0.available_name"))
	})
}

func TestCurrentPageIsEchoed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	list := func(path string, page any) any {
		body := map[string]any{"payload": []any{}}
		if page != nil {
			body["page"] = page
		}
		return w.call("POST", path, body).at("meta.current_page")
	}
	require.Equal(t, "2", list("/contacts/filter?page=2", nil))
	require.Equal(t, "2", list("/contacts/filter", "2"))
	require.EqualValues(t, 2, list("/contacts/filter", 2))
	require.EqualValues(t, 1, list("/contacts/filter", nil))
}

// What an inbox keeps for clients alone: in forms every value is a text, and
// names may be numbers.
func TestInboxKeepsWhatClientsSet(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id, _ := w.inbox(nil)
	set := func(form url.Values) answer {
		return w.send(request{method: "PATCH", path: w.path("/inboxes/" + id), token: w.token, form: form})
	}
	got := set(url.Values{
		"allow_messages_after_resolved": {"false"}, "sender_name_type": {"1"}, "business_name": {"Acme Ltd"}, "csat_config[display_type]": {"star"},
	})
	require.Equal(t, http.StatusOK, got.status, got.body)
	require.Equal(t, false, got.at("allow_messages_after_resolved"))
	require.Equal(t, "professional", got.at("sender_name_type"))
	require.Equal(t, "Acme Ltd", got.at("business_name"))
	require.Equal(t, "star", got.at("csat_config.display_type"))
	require.Equal(t, http.StatusUnprocessableEntity, set(url.Values{"sender_name_type": {"rude"}}).status)
	require.Nil(t, set(url.Values{"business_name": {"null"}}).at("business_name"))
}

func TestInboxNamesItsHelpCentre(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	box, _ := w.inbox(nil)
	require.NotContains(t, w.call("GET", "/inboxes/"+box, nil).body, "help_center")
	made := w.call("POST", "/portals", map[string]any{"name": "Help", "slug": "help", "custom_domain": "https://help.acme.example/en", "inbox_id": box})
	require.Equal(t, "help.acme.example", made.at("custom_domain"))
	require.Equal(t, map[string]any{"name": "Help", "slug": "help"}, w.call("GET", "/inboxes/"+box, nil).at("help_center"))
	raw := w.call("POST", "/contacts", map[string]any{"name": "Dora", "inbox_id": box}).at("payload.contact_inbox.inbox")
	require.Equal(t, made.at("id"), at(t, raw, "portal_id"))

	asked := w.send(request{method: "POST", path: w.path("/portals/help/send_instructions"), token: w.token})
	require.Equal(t, http.StatusUnprocessableEntity, asked.status)
	require.Equal(t, "Email is not an e-mail address", asked.at("error"))
}

// The endpoint of an inbox or a bot is no webhook of the account's.
func TestImplicitEndpointsAreLeftAlone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	box, _ := w.inbox(map[string]any{"webhook_url": "https://shop.example/in"})
	desk := w.e.As(w.e.Agent(w.account.ID, w.ada.ID))
	secrets, err := desk.Webhooks.InboxSecrets(w.Context())
	require.NoError(t, err)
	require.Len(t, secrets, 1)
	require.JSONEq(t, `{"payload":{"webhooks":[]}}`, w.call("GET", "/webhooks", nil).body)
	var id string
	for n := helpdesk.WebhookID(1); id == ""; n++ {
		if hook, err := desk.Webhooks.Get(w.Context(), n); err == nil && hook.Implicit {
			id = itoa(n)
		}
	}
	for _, method := range []string{"PATCH", "DELETE"} {
		got := w.send(request{method: method, path: w.path("/webhooks/" + id), token: w.token, json: map[string]any{"url": "https://evil.example"}})
		require.Equal(t, http.StatusNotFound, got.status, method)
	}
	require.True(t, strings.HasSuffix(w.call("GET", "/inboxes/"+box, nil).at("webhook_url").(string), "/in"))
	after, err := desk.Webhooks.InboxSecrets(w.Context())
	require.NoError(t, err)
	require.Equal(t, secrets, after)
}

func TestAccountSettingsOfAForm(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	set := func(form url.Values) answer {
		return w.send(request{method: "PATCH", path: w.path(""), token: w.token, form: form})
	}
	got := set(url.Values{"auto_resolve_after": {"60"}, "auto_resolve_ignore_waiting": {"true"}, "auto_resolve_message": {"42"}})
	require.Equal(t, http.StatusOK, got.status, got.body)
	require.Equal(t, map[string]any{"auto_resolve_after": 60.0, "auto_resolve_ignore_waiting": true, "auto_resolve_message": "42"}, got.at("settings"))
	require.Equal(t, http.StatusUnprocessableEntity, set(url.Values{"auto_resolve_after": {"soon"}}).status)
	require.NotContains(t, set(url.Values{"auto_resolve_after": {""}}).at("settings"), "auto_resolve_after")
}

// Software behind an API inbox sends what the webhook says: a survey needs its
// address there.
func TestWebhookOfASurveyHasItsAddress(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	l := listen(t)
	_, public := w.inbox(map[string]any{"webhook_url": l.URL})
	_, conv := w.customer(public, "carl", "hello")
	asked := w.call("POST", "/conversations/"+conv+"/csat_survey", nil)
	require.NotContains(t, asked.at("content"), "https://", "clients make their own link")
	require.NoError(t, w.e.RunDue(t.Context()))
	bodies, _ := l.take()
	told := answer{t, http.StatusOK, nil, bodies[slices.IndexFunc(bodies, func(s string) bool { return strings.Contains(s, `"content_type":"input_csat","content":`) })]}
	uuid := w.call("GET", "/conversations/"+conv, nil).at("uuid").(string)
	require.Equal(t, asked.at("content").(string)+" https://desk.example/survey/responses/"+uuid, told.at("content"))
}
