package chatwoot_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func compact(v any) string {
	raw, _ := json.Marshal(v)
	return string(raw)
}

// The keys of Chatwoot 4.10's shapes, as its clients read them.
const (
	messageKeys      = "id content inbox_id conversation_id message_type content_type status content_attributes created_at private source_id sender"
	messagePushKeys  = "id content account_id inbox_id conversation_id message_type created_at updated_at private status source_id content_type content_attributes sender_type sender_id external_source_ids additional_attributes processed_message_content sentiment conversation sender"
	messagePubKeys   = "id content message_type content_type content_attributes created_at conversation_id sender"
	contactKeys      = "additional_attributes availability_status email id name phone_number blocked identifier thumbnail custom_attributes created_at"
	contactPushKeys  = "additional_attributes custom_attributes email id identifier name phone_number thumbnail blocked type"
	contactRawKeys   = "id name email phone_number account_id created_at updated_at additional_attributes identifier custom_attributes last_activity_at contact_type middle_name last_name location country_code blocked company_id"
	userPushKeys     = "id name available_name avatar_url type availability_status thumbnail"
	agentKeys        = "id account_id availability_status auto_offline confirmed email provider available_name name role thumbnail profile custom_role_id skills"
	teamKeys         = "id name description allow_auto_assign account_id is_member"
	ownHoursKeys     = " working_hours_enabled timezone working_hours holidays"
	labelKeys        = "id title description color show_on_sidebar"
	userKeys         = "access_token account_id available_name avatar_url confirmed display_name message_signature email id inviter_id name provider pubsub_token role ui_settings uid type accounts"
	membershipKeys   = "id name status active_at role permissions availability availability_status auto_offline"
	inboxSlimKeys    = "id avatar_url channel_id name channel_type provider"
	conversationKeys = "meta id messages account_id uuid additional_attributes agent_last_seen_at assignee_last_seen_at can_reply contact_last_seen_at custom_attributes inbox_id labels muted snoozed_until status created_at updated_at timestamp first_reply_created_at unread_count last_non_activity_message last_activity_at priority waiting_since sla_policy_id"
	conversationPub  = "id uuid inbox_id contact_last_seen_at status agent_last_seen_at messages contact"
	definitionKeys   = "id attribute_display_name attribute_display_type attribute_description attribute_key regex_pattern regex_cue attribute_values attribute_model default_value created_at updated_at"
	inboxKeys        = inboxSlimKeys + " greeting_enabled greeting_message working_hours_enabled enable_email_collect csat_survey_enabled csat_config enable_auto_assignment auto_assignment_config out_of_office_message working_hours holidays timezone callback_webhook_url allow_messages_after_resolved lock_to_single_conversation sender_name_type business_name allowed_domains widget_color website_url hmac_mandatory welcome_title welcome_tagline web_widget_script website_token selected_feature_flags reply_time messaging_service_sid phone_number hmac_token webhook_url inbox_identifier additional_attributes active active_contact keep_alive opt_out_words entry_flow_id exit_flow_id"
)

func TestShapes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	inbox, public := w.inbox(nil)
	carl, conv := w.customer(public, "carl", "hello")
	w.call("POST", "/conversations/"+conv+"/messages", `{"content":"hi"}`)
	w.call("POST", "/conversations/"+conv+"/assignments", `{"assignee_id":`+itoa(w.ada.ID)+`}`)
	w.call("POST", "/teams", `{"name":"sales"}`)
	w.call("POST", "/conversations/"+conv+"/assignments", `{"team_id":1}`)
	w.call("POST", "/conversations/"+conv+"/assignments", `{"assignee_id":`+itoa(w.ada.ID)+`}`)
	w.call("POST", "/labels", `{"title":"vip"}`)
	w.call("POST", "/custom_attribute_definitions", `{"attribute_display_name":"P","attribute_key":"plan","attribute_model":0}`)
	profile := w.ok(request{method: "GET", path: "/api/v1/profile", token: w.token})
	tests := []struct {
		body answer
		at   string
		keys string
	}{
		{w.call("GET", "/conversations", nil), "data.meta", "mine_count assigned_count unassigned_count all_count"},
		{w.call("GET", "/conversations", nil), "data.payload.0", conversationKeys},
		{w.call("GET", "/conversations", nil), "data.payload.0.meta", "sender channel assignee assignee_type team hmac_verified"},
		{w.call("GET", "/conversations", nil), "data.payload.0.meta.sender", contactKeys + " last_activity_at"},
		{w.call("GET", "/conversations", nil), "data.payload.0.meta.assignee", agentKeys},
		{w.call("GET", "/conversations", nil), "data.payload.0.meta.team", teamKeys},
		{w.call("GET", "/conversations", nil), "data.payload.0.last_non_activity_message", messagePushKeys},
		{w.call("GET", "/conversations", nil), "data.payload.0.last_non_activity_message.conversation", "assignee_id unread_count last_activity_at contact_inbox"},
		{w.call("GET", "/conversations/"+conv+"/messages", nil), "meta", "labels additional_attributes contact assignee agent_last_seen_at assignee_last_seen_at"},
		{w.call("GET", "/conversations/"+conv+"/messages", nil), "payload.0", messageKeys},
		{w.call("GET", "/conversations/"+conv+"/messages", nil), "payload.0.sender", contactPushKeys},
		{w.call("GET", "/conversations/"+conv+"/messages", nil), "payload.1.sender", userPushKeys},
		{w.call("GET", "/contacts", nil), "payload.0", contactKeys + " last_activity_at contact_inboxes"},
		{w.call("GET", "/contacts", nil), "payload.0.contact_inboxes.0.inbox", inboxSlimKeys},
		{w.call("GET", "/inboxes", nil), "payload.0", inboxKeys},
		{w.call("GET", "/agents", nil), "0", agentKeys + ownHoursKeys},
		{w.call("GET", "/teams", nil), "0", teamKeys + ownHoursKeys},
		{w.call("GET", "/labels", nil), "payload.0", labelKeys},
		{w.call("GET", "/custom_attribute_definitions", nil), "0", definitionKeys},
		{profile, "", userKeys},
		{profile, "accounts.0", membershipKeys},
		{w.ok(request{method: "GET", path: carl + "/conversations"}), "0", conversationPub},
		{w.ok(request{method: "GET", path: carl + "/conversations"}), "0.messages.0", messagePubKeys},
		{w.ok(request{method: "PATCH", path: carl, json: "{}"}), "", contactRawKeys},
	}
	for i, tt := range tests {
		got, ok := tt.body.at(tt.at).(map[string]any)
		require.True(t, ok, tt.at)
		want := strings.Fields(tt.keys)
		slices.Sort(want)
		require.Equal(t, want, slices.Sorted(maps.Keys(got)), fmt.Sprint(i, " ", tt.at))
	}
	_, bo := w.invite("Bo", "agent")
	w.call("POST", "/inbox_members", `{"inbox_id":`+inbox+`,"user_ids":[2]}`)
	seen := w.ok(request{method: "GET", path: w.path("/inboxes"), token: bo})
	require.NotContains(t, seen.body, "hmac_token", "only administrators see it")
}

// A list costs the same number of statements whatever it holds.
func TestListsAskAConstantNumberOfQuestions(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, public := w.inbox(nil)
	lists := []string{
		"/conversations?status=all", "/contacts", "/contacts/search?q=carl", "/inboxes", "/agents", "/teams", "/labels", "/webhooks",
		"/contacts/1/notes", "/contacts/1/conversations", "/conversations/1/messages", "/custom_attribute_definitions",
	}
	fill := func(n int) {
		for range n {
			id := fmt.Sprint("carl", w.queries())
			w.customer(public, id, "hello")
			w.call("POST", "/labels", `{"title":"`+id+`"}`)
			w.call("POST", "/teams", `{"name":"`+id+`"}`)
			w.call("POST", "/webhooks", `{"url":"https://a.example/`+id+`"}`)
			w.call("POST", "/contacts/1/notes", `{"content":"x"}`)
			w.call("POST", "/conversations/1/messages", `{"content":"x"}`)
			w.inbox(nil)
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

func TestAgentSeesOnlyTheirInboxes(t *testing.T) {
	t.Parallel()
	onStores(t, "", func(t *testing.T, w *world) {
		boID, bo := w.invite("Bo", "agent")
		mine, public := w.inbox(nil)
		_, other := w.inbox(nil)
		w.call("POST", "/inbox_members", `{"inbox_id":`+mine+`,"user_ids":[`+boID+`]}`)
		_, seen := w.customer(public, "carl", "hello")
		w.customer(other, "eve", "hidden")
		got := w.ok(request{method: "GET", path: w.path("/conversations"), token: bo})
		require.Equal(t, 1.0, got.at("data.meta.all_count"))
		require.Equal(t, seen, got.id("data.payload.0.id"))
		require.NotContains(t, got.body, "hidden")
		boxes := w.ok(request{method: "GET", path: w.path("/inboxes"), token: bo})
		require.Len(t, boxes.at("payload"), 1)
	})
}
