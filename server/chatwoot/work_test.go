package chatwoot_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
)

// What a client sends as conditions and actions comes back the same.
func TestRulesComeBackAsTheyWereSent(t *testing.T) {
	t.Parallel()
	onStores(t, "", func(t *testing.T, w *world) {
		w.call("POST", "/custom_attribute_definitions", `{"attribute_display_name":"P","attribute_key":"paid","attribute_model":0,"attribute_display_type":7}`)
		for _, conditions := range []string{
			`[]`,
			`[{"attribute_key":"status","filter_operator":"equal_to","values":["open"],"query_operator":null,"custom_attribute_type":""}]`,
			`[{"attribute_key":"inbox_id","filter_operator":"equal_to","values":[1,"2"],"query_operator":"or","custom_attribute_type":""},
			  {"attribute_key":"paid","filter_operator":"equal_to","values":[true],"query_operator":"and","custom_attribute_type":"conversation_attribute"},
			  {"attribute_key":"team_id","filter_operator":"is_present","values":[],"query_operator":"or","custom_attribute_type":""},
			  {"attribute_key":"labels","filter_operator":"not_equal_to","values":["vip"],"query_operator":null,"custom_attribute_type":""}]`,
			`[{"attribute_key":"status","filter_operator":"attribute_changed","values":{"from":["open"],"to":["resolved","snoozed"]},"query_operator":null,"custom_attribute_type":""}]`,
			`[{"conditions":[{"attribute_key":"status","filter_operator":"equal_to","values":["open"],"query_operator":"or","custom_attribute_type":""},
			    {"attribute_key":"priority","filter_operator":"equal_to","values":["high"],"query_operator":null,"custom_attribute_type":""}],"query_operator":"and","custom_attribute_type":""},
			  {"attribute_key":"content","filter_operator":"contains","values":["x"],"query_operator":null,"custom_attribute_type":""}]`,
		} {
			actions := `[{"action_name":"assign_agent","action_params":[1]},{"action_name":"assign_team","action_params":["nil"]},{"action_name":"add_label","action_params":["vip","b"]},{"action_name":"resolve_conversation","action_params":[]}]`
			made := w.call("POST", "/automation_rules", `{"name":"r","event_name":"conversation_updated","conditions":`+conditions+`,"actions":`+actions+`}`)
			shown := w.call("GET", "/automation_rules/"+made.id("id"), nil)
			for part, want := range map[string]string{"conditions": conditions, "actions": actions} {
				got, err := json.Marshal(shown.at("payload." + part))
				require.NoError(t, err)
				require.JSONEq(t, want, string(got))
			}
		}
		upper := w.call("POST", "/automation_rules", `{"name":"r","event_name":"message_created","conditions":[{"attribute_key":"status","filter_operator":"equal_to","values":"open","query_operator":"AND"},{"attribute_key":"status","filter_operator":"equal_to","values":["open"],"query_operator":"and"}],"actions":[{"action_name":"mute_conversation"}]}`)
		require.Equal(t, "and", upper.at("conditions.0.query_operator"))
		require.Nil(t, upper.at("conditions.1.query_operator"), "nothing follows it")
		require.Equal(t, []any{"open"}, upper.at("conditions.0.values"))
	})
}

func TestRulesAndMacrosAreRefusedByField(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for body, want := range map[string]string{
		`{"name":"","event_name":"x","conditions":[{"attribute_key":"a","filter_operator":"equal_to","values":["x"]}],"actions":[{"action_name":"send_email_transcript","action_params":["a@b.example"]}]}`: `{"error":{
			"name":["can't be blank"],"event_name":["is not an event that rules can wait for"],
			"conditions":["Invalid attribute key - [a]. The key should be one of [status,assignee_id,inbox_id,channel_group_id,team_id,sla_policy_id,priority,display_id,campaign_id,labels,browser_language,conversation_language,referer,mail_subject,created_at,last_activity_at,message_type,content,email,phone_number,country_code,city,company] or a custom attribute defined in the account."],
			"actions":["send_email_transcript needs a mailer, and this desk has none"]}}`,
		`{"name":"r","event_name":"message_created","actions":[{"action_name":"mute_conversation"}],"conditions":[{"attribute_key":"status","filter_operator":"equal_to","values":["open"]},{"attribute_key":"status","filter_operator":"equal_to","values":["open"]}]}`: `{"error":{"conditions":["Query operator must be either \"AND\" or \"OR\"."]}}`,
	} {
		got := w.send(request{method: "POST", path: w.path("/automation_rules"), token: w.token, json: body})
		require.Equal(t, http.StatusUnprocessableEntity, got.status)
		require.JSONEq(t, want, got.body)
	}
	got := w.send(request{method: "POST", path: w.path("/macros"), token: w.token, json: `{"name":"m","visibility":"secret"}`})
	require.Equal(t, http.StatusUnprocessableEntity, got.status)
	require.JSONEq(t, `{"error":{"actions":["can't be blank"],"visibility":["must be personal or global"]}}`, got.body)
}

// form sends a multipart form with files[].
func (w *world) filesForm(method, path string, fields, files map[string]string) answer {
	w.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for name, value := range fields {
		require.NoError(w, form.WriteField(name, value))
	}
	for name, content := range files {
		part, err := form.CreateFormFile("files[]", name)
		require.NoError(w, err)
		_, err = part.Write([]byte(content))
		require.NoError(w, err)
	}
	require.NoError(w, form.Close())
	req := httptest.NewRequestWithContext(w.Context(), method, path, &body)
	req.Header.Set("Content-Type", form.FormDataContentType())
	req.Header.Set("api_access_token", w.token)
	return w.serve(req)
}

func TestFilesOfMacros(t *testing.T) {
	t.Parallel()
	onStores(t, "", func(t *testing.T, w *world) {
		_, public := w.inbox(nil)
		_, conv := w.customer(public, "carl", "hello")
		made := w.filesForm("POST", w.path("/macros"), map[string]string{
			"name": "Send", "visibility": "1", "actions": `[{"action_name":"send_attachment","action_params":["price.txt"]}]`,
		}, map[string]string{"price.txt": "10 euros"})
		require.Equal(t, http.StatusOK, made.status, made.body)
		require.Equal(t, "global", made.at("payload.visibility"))
		blob := made.at("payload.files.0.blob_id")
		require.Equal(t, []any{blob}, made.at("payload.actions.0.action_params"), "an action names the file as it is kept")
		link := strings.TrimPrefix(made.at("payload.files.0.file_url").(string), "https://desk.example")
		require.Equal(t, "10 euros", w.ok(request{method: "GET", path: link}).body)
		require.Equal(t, "application/octet-stream", made.at("payload.files.0.file_type"), "as the form says")

		w.call("POST", "/macros/"+made.id("payload.id")+"/execute", `{"conversation_ids":[`+conv+`]}`)
		require.NoError(t, w.e.RunDue(t.Context()))
		messages := w.call("GET", "/conversations/"+conv+"/messages", nil).at("payload").([]any)
		require.Equal(t, "txt", at(t, messages[len(messages)-1], "attachments.0.extension"))

		w.call("DELETE", "/macros/"+made.id("payload.id"), nil)
		require.NoError(t, w.e.RunDue(t.Context()))
		require.Equal(t, http.StatusNotFound, w.send(request{method: "GET", path: link}).status)

		canned := w.upload(w.path("/canned_responses"), w.token, "", map[string]string{"canned_response[short_code]": "x", "canned_response[content]": "y"}, map[string]string{"a.txt": "text"})
		require.Equal(t, http.StatusOK, canned.status, canned.body)
		own := strings.TrimPrefix(canned.at("attachments.0.file_url").(string), "https://desk.example")
		require.Equal(t, "text", w.ok(request{method: "GET", path: own}).body)
	})
}

func TestWebsiteCampaigns(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	site := w.call("POST", "/inboxes", `{"name":"Site","channel":{"type":"web_widget","website_url":"https://shop.example"}}`).id("id")
	made := w.call("POST", "/campaigns", `{"title":"Hi","message":"Need help?","inbox_id":`+site+`,"trigger_rules":{"url":"https://shop.example/*","time_on_page":10},"trigger_only_during_business_hours":true,"audience":[{"type":"Label","id":1}]}`)
	require.Equal(t, "ongoing", made.at("campaign_type"))
	require.Equal(t, map[string]any{"url": "https://shop.example/*", "time_on_page": 10.0}, made.at("trigger_rules"))
	require.NotContains(t, made.body, "scheduled_at")
	require.NotContains(t, made.body, "audience")
	require.NotContains(t, made.body, `"sender"`)
	api, _ := w.inbox(nil)
	refused := w.send(request{method: "POST", path: w.path("/campaigns"), token: w.token, json: `{"title":"Hi","message":"x","inbox_id":` + api + `}`})
	require.Equal(t, http.StatusUnprocessableEntity, refused.status)
	require.JSONEq(t, `{"message":"Inbox Unsupported Inbox type","attributes":["inbox"]}`, refused.body)
	require.Equal(t, http.StatusNotFound, w.send(request{method: "GET", path: w.path("/campaigns/99"), token: w.token}).status)
}

func TestWorkListsAskAConstantNumberOfQuestions(t *testing.T) {
	t.Parallel()
	w := newWorldWith(t, "", helpdesk.Options{})
	texts := w.call("POST", "/inboxes", `{"name":"Texts","channel":{"type":"sms"}}`).id("id")
	lists := []string{"/canned_responses", "/canned_responses?search=c", "/macros", "/automation_rules", "/campaigns", "/inboxes/" + texts + "/campaigns", "/assignment_policies", "/channel_groups", "/sla_policies"}
	fill := func(n int) {
		for range n {
			name := `"name":"n` + itoa(int64(w.queries())) + `"`
			w.call("POST", "/canned_responses", `{"short_code":"c`+itoa(int64(w.queries()))+`","content":"x"}`)
			w.call("POST", "/macros", `{`+name+`,"visibility":"global","actions":[{"action_name":"resolve_conversation"}]}`)
			w.call("POST", "/automation_rules", `{`+name+`,"event_name":"message_created","actions":[{"action_name":"resolve_conversation"}]}`)
			w.call("POST", "/campaigns", `{"title":"t","message":"m","inbox_id":`+texts+`,"sender_id":`+itoa(w.ada.ID)+`}`)
			w.call("POST", "/assignment_policies", `{`+name+`}`)
			w.call("POST", "/channel_groups", `{`+name+`,"inbox_ids":[`+texts+`]}`)
			w.call("POST", "/sla_policies", `{`+name+`}`)
		}
	}
	cost := func(path string) int {
		w.call("GET", path, nil) // warms the configuration's cache
		before := w.queries()
		w.call("GET", path, nil)
		return w.queries() - before
	}
	fill(1)
	few := make(map[string]int)
	for _, path := range lists {
		few[path] = cost(path)
	}
	fill(6)
	for _, path := range lists {
		require.Equal(t, few[path], cost(path), path)
	}
}

// A list of conversations by channel group is of that group's inboxes alone.
func TestConversationsOfAChannelGroup(t *testing.T) {
	t.Parallel()
	onStores(t, "", func(t *testing.T, w *world) {
		one, public := w.inbox(nil)
		_, otherPublic := w.inbox(nil)
		_, conv := w.customer(public, "ana", "hello")
		_, other := w.customer(otherPublic, "bea", "hello")
		group := w.call("POST", "/channel_groups", `{"name":"One","inbox_ids":[`+one+`]}`).id("id")
		list := func(query string) []string {
			var out []string
			for _, row := range w.call("GET", "/conversations?status=all&channel_group_id="+query, nil).at("data.payload").([]any) {
				out = append(out, fmt.Sprint(row.(map[string]any)["id"]))
			}
			return out
		}
		require.Equal(t, []string{conv}, list(group))
		require.Equal(t, []string{conv}, list(group+"&assignee_type=unassigned&inbox_id="+one))
		require.Len(t, list(""), 2)
		w.call("PATCH", "/channel_groups/"+group, `{"inbox_ids":[]}`)
		require.Empty(t, list(group), "it holds none")
		w.call("DELETE", "/channel_groups/"+group, nil)
		require.Empty(t, list(group), "it is gone")
		require.NotEqual(t, conv, other)
	})
}
