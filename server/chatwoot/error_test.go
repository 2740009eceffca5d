package chatwoot_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestErrors(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, bo := w.invite("Bo", "agent")
	inbox, public := w.inbox(nil)
	carl, conv := w.customer(public, "carl", "hello")
	w.call("POST", "/contacts", map[string]any{"name": "Dora", "email": "dora@mail.example"})
	w.call("POST", "/teams", map[string]any{"name": "sales"})
	unauthorized := `{"error":"You are not authorized to do this action"}`
	gone := `{"error":"Resource could not be found"}`
	tests := []struct {
		name, method, path, token, body string
		status                          int
		want                            string
	}{
		{"permission", "POST", "A/labels", bo, `{"title":"vip"}`, 401, unauthorized},
		{"permission on webhooks", "GET", "A/webhooks", bo, "", 401, unauthorized},
		{"permission on deletion", "DELETE", "A/conversations/" + conv, bo, "", 404, gone},
		{"invisible conversation", "GET", "A/conversations/" + conv, bo, "", 404, gone},
		{"invisible inbox", "GET", "A/inboxes/" + inbox, bo, "", 404, gone},
		{"missing row", "GET", "A/contacts/999", w.token, "", 404, gone},
		{"no id", "GET", "A/contacts/abc", w.token, "", 404, gone},
		{"missing conversation", "POST", "A/conversations/999/toggle_status", w.token, "{}", 404, gone},
		{"taken e-mail", "POST", "A/contacts", w.token, `{"email":"DORA@mail.example"}`, 422, `{"message":"Email has already been taken","attributes":["email"]}`},
		{"all problems at once", "POST", "A/contacts", w.token, `{"email":"no","phone_number":"12"}`, 422, ""},
		{"taken name", "POST", "A/teams", w.token, `{"name":"SALES"}`, 422, `{"message":"Name has already been taken","attributes":["name"]}`},
		{"blank title", "POST", "A/labels", w.token, `{"title":""}`, 422, `{"message":"Title must not be blank","attributes":["title"]}`},
		{"missing root key", "POST", "A/labels", w.token, `{"other":1}`, 422, `{"error":"param is missing or the value is empty: label"}`},
		{"empty body", "POST", "A/labels", w.token, ``, 422, `{"error":"param is missing or the value is empty: label"}`},
		{"unknown event", "POST", "A/webhooks", w.token, `{"url":"https://a.example","subscriptions":["x"]}`, 422, `{"message":"Subscriptions Invalid events","attributes":["subscriptions"]}`},
		{"reserved key", "POST", "A/custom_attribute_definitions", w.token, `{"attribute_display_name":"X","attribute_key":"email","attribute_model":1}`, 422, `{"message":"Attribute key The provided key is not allowed as it might conflict with default attributes.","attributes":["attribute_key"]}`},
		{"strangers in a team", "POST", "A/teams/1/team_members", w.token, `{"user_ids":[99]}`, 401, `{"error":"Invalid User IDs"}`},
		{"long message", "POST", "A/conversations/" + conv + "/messages", w.token, `{"content":"` + strings.Repeat("x", 150_001) + `"}`, 422, `{"error":"Validation failed: Content is too long (maximum is 150000 characters)"}`},
		{"unknown status", "POST", "A/conversations/" + conv + "/toggle_status", w.token, `{"status":"done"}`, 422, `{"message":"Status must be open, resolved, pending or snoozed","attributes":["status"]}`},
		{"neither contact nor source", "POST", "A/conversations", w.token, `{"inbox_id":1}`, 404, gone},
		{"channel that is not there", "POST", "A/inboxes", w.token, `{"name":"X","channel":{"type":"carrier_pigeon"}}`, 422, ""},
		{"retry of what did not fail", "POST", "A/conversations/" + conv + "/messages/1/retry", w.token, "", 409, ""},
		{"message of another conversation", "DELETE", "A/conversations/" + conv + "/messages/99", w.token, "", 404, gone},
		{"bad JSON", "POST", "A/labels", w.token, `{"title"`, 400, `{"status":400,"error":"Bad Request"}`},
		{"JSON list", "POST", "A/labels", w.token, `[1]`, 400, `{"status":400,"error":"Bad Request"}`},
		{"wrong kind of value", "POST", "A/labels", w.token, `{"title":{"a":1}}`, 422, `{"message":"Title must be a text","attributes":["title"]}`},
		{"customer's unknown conversation", "GET", "P/conversations/99", "", "", 404, `{"status":404,"error":"Not Found"}`},
		{"customer's unknown source", "GET", "P-nobody", "", "", 404, `{"status":404,"error":"Not Found"}`},
	}
	for _, tt := range tests {
		r := request{method: tt.method, path: tt.path, token: tt.token}
		if rest, ok := strings.CutPrefix(r.path, "A"); ok {
			r.path = w.path(rest)
		} else if rest, ok := strings.CutPrefix(r.path, "P"); ok {
			r.path = carl + rest
		}
		if tt.body != "" {
			r.json = tt.body
		}
		got := w.send(r)
		require.Equal(t, tt.status, got.status, "%s: %s", tt.name, got.body)
		if tt.want != "" {
			require.JSONEq(t, tt.want, got.body, tt.name)
		}
	}
}

func TestTooLarge(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	got := w.send(request{method: "POST", path: w.path("/labels"), token: w.token, json: `{"title":"` + strings.Repeat("x", 5<<20) + `"}`})
	require.Equal(t, http.StatusRequestEntityTooLarge, got.status)
	require.JSONEq(t, `{"error":"The request is too large"}`, got.body)
}

func TestStaleAnswerIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, public := w.inbox(nil)
	carl, conv := w.customer(public, "carl", "hello")
	seen := w.call("GET", "/conversations/"+conv+"/messages", nil).id("payload.0.id")
	late := w.ok(request{method: "POST", path: carl + "/conversations/" + conv + "/messages", json: map[string]any{"content": "never mind"}}).id("id")
	got := w.send(request{method: "POST", path: w.path("/conversations/" + conv + "/messages"), token: w.token, json: `{"content":"Sure!","as_of":` + seen + `}`})
	require.Equal(t, http.StatusConflict, got.status)
	require.Equal(t, late, got.at("fields.missed"))
	w.call("POST", "/conversations/"+conv+"/messages", `{"content":"Sure!","as_of":`+late+`}`)
}

func TestTwoClaims(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	boID, bo := w.invite("Bo", "agent")
	inbox, public := w.inbox(nil)
	w.call("POST", "/inbox_members", `{"inbox_id":`+inbox+`,"user_ids":[`+boID+`]}`)
	_, conv := w.customer(public, "carl", "hello")
	claimed := w.ok(request{method: "POST", path: w.path("/conversations/" + conv + "/claim"), token: bo})
	require.Equal(t, boID, claimed.id("id"))
	got := w.send(request{method: "POST", path: w.path("/conversations/" + conv + "/claim"), token: w.token})
	require.Equal(t, http.StatusConflict, got.status)
	require.Equal(t, "Bo", got.at("fields.assignee"))
	swap := w.send(request{method: "POST", path: w.path("/conversations/" + conv + "/assignments"), token: w.token, json: `{"assignee_id":` + itoa(w.ada.ID) + `,"expected_assignee_id":null}`})
	require.Equal(t, http.StatusConflict, swap.status)
	w.call("POST", "/conversations/"+conv+"/assignments", `{"assignee_id":`+itoa(w.ada.ID)+`,"expected_assignee_id":`+boID+`}`)
}
