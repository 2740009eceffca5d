package chatwoot_test

import (
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk/server/chatwoot"
)

// step is one request of the scenario. {name} in a path or body is what an
// earlier step saved under that name.
type step struct {
	name   string
	route  string // as the table writes it, for the check that every row was walked
	path   string
	body   string
	save   map[string]string // name to place in the answer
	status int               // 0 = 200
}

const (
	acct = "/api/v1/accounts/{account_id}"
	conv = acct + "/conversations/{display_id}"
	pub  = "/public/api/v1/inboxes/{inbox_identifier}"
	cust = pub + "/contacts/{source_id}"
	thr  = cust + "/conversations/{display_id}"
)

// scenario walks every row of the route table once, in an order in which each
// has something to do.
func scenario() []step {
	return slices.Concat(
		deskScenario(), peopleScenario(), botScenario(), platformScenario(), integrationScenario(), realtimeScenario(), viewScenario(), searchScenario(),
		notificationScenario(), workScenario(), reportScenario(), portalScenario(), fileScenario(), widgetScenario(), importScenario(), pageScenario(), customerScenario(),
	)
}

// Each part of the scenario finds Ada, {account}, {inbox}, {contact}, {conv},
// {bo} and {team} of deskScenario, which customerScenario takes away at last.

func deskScenario() []step {
	return []step{
		{"version", "GET /api", "/api", "", nil, 0},
		{"profile", "GET /api/v1/profile", "/api/v1/profile", "", nil, 0},
		{"profile_update", "PUT /api/v1/profile", "/api/v1/profile", `{"profile":{"display_name":"Ada L.","message_signature":"Yours, Ada","ui_settings":{"theme":"dark"}}}`, nil, 0},
		{"profile_availability", "POST /api/v1/profile/availability", "/api/v1/profile/availability", `{"profile":{"account_id":{account},"availability":"busy"}}`, nil, 0},
		{"profile_auto_offline", "POST /api/v1/profile/auto_offline", "/api/v1/profile/auto_offline", `{"profile":{"account_id":{account},"auto_offline":false}}`, nil, 0},
		{"profile_active_account", "PUT /api/v1/profile/set_active_account", "/api/v1/profile/set_active_account", `{"profile":{"account_id":{account}}}`, nil, 0},
		{"account", "GET " + acct, "A", "", nil, 0},
		{"account_update", "PATCH " + acct, "A", `{"name":"Acme Ltd","auto_resolve_after":60,"industry":"toys"}`, nil, 0},
		{"agents_create", "POST " + acct + "/agents", "A/agents", `{"agent":{"name":"Bo","email":"bo@acme.example","role":"agent","availability":"online","auto_offline":true,"skills":["French","billing"]}}`, map[string]string{"bo": "id"}, 0},
		{"agents_update", "PATCH " + acct + "/agents/{id}", "A/agents/{bo}", `{"name":"Bo B.","availability":"busy","working_hours_enabled":false,"timezone":"Europe/Berlin","working_hours":[{"day_of_week":1,"intervals":[{"open_hour":9,"open_minutes":0,"close_hour":12,"close_minutes":0},{"open_hour":13,"open_minutes":0,"close_hour":18,"close_minutes":0}]}]}`, nil, 0},
		{"agents", "GET " + acct + "/agents", "A/agents", "", nil, 0},
		{"teams_create", "POST " + acct + "/teams", "A/teams", `{"name":"Sales","description":"who sell"}`, map[string]string{"team": "id"}, 0},
		{"teams_show", "GET " + acct + "/teams/{id}", "A/teams/{team}", "", nil, 0},
		{"teams_update", "PATCH " + acct + "/teams/{id}", "A/teams/{team}", `{"team":{"allow_auto_assign":false,"working_hours_enabled":false,"working_hours":[{"day_of_week":5,"open_hour":22,"open_minutes":0,"close_hour":4,"close_minutes":0}],"holidays":[{"date":"2026-12-25"}]}}`, nil, 0},
		{"team_members_add", "POST " + acct + "/teams/{team_id}/team_members", "A/teams/{team}/team_members", `{"user_ids":[{bo}]}`, nil, 0},
		{"team_members_replace", "PATCH " + acct + "/teams/{team_id}/team_members", "A/teams/{team}/team_members", `{"user_ids":[{bo},{ada}]}`, nil, 0},
		{"team_members", "GET " + acct + "/teams/{team_id}/team_members", "A/teams/{team}/team_members", "", nil, 0},
		{"team_members_remove", "DELETE " + acct + "/teams/{team_id}/team_members", "A/teams/{team}/team_members", `{"user_ids":[{bo}]}`, nil, 0},
		{"teams", "GET " + acct + "/teams", "A/teams", "", nil, 0},
		{"inboxes_create", "POST " + acct + "/inboxes", "A/inboxes/", `{"name":"Shop","channel":{"type":"api","webhook_url":"https://shop.example/hook","additional_attributes":{"agent_reply_time_window":48}},"greeting_enabled":true,"greeting_message":"Hello","enable_auto_assignment":false}`, map[string]string{"inbox": "id", "identifier": "inbox_identifier"}, 0},
		{"inboxes_update", "PATCH " + acct + "/inboxes/{id}", "A/inboxes/{inbox}", `{"name":"The Shop","channel":{"webhook_url":""},"working_hours":[{"day_of_week":6,"closed_all_day":false,"open_hour":10,"open_minutes":30,"close_hour":14,"close_minutes":0}],"holidays":[{"date":"2026-12-25"},{"date":"2026-12-24","intervals":[{"open_hour":9,"open_minutes":0,"close_hour":12,"close_minutes":0}]}]}`, nil, 0},
		{"inboxes_show", "GET " + acct + "/inboxes/{id}", "A/inboxes/{inbox}/", "", nil, 0},
		{"inboxes", "GET " + acct + "/inboxes", "A/inboxes.json", "", nil, 0},
		{"inbox_members_add", "POST " + acct + "/inbox_members", "A/inbox_members", `{"inbox_id":{inbox},"user_ids":[{bo},{ada}]}`, nil, 0},
		{"inbox_members_replace", "PATCH " + acct + "/inbox_members", "A/inbox_members", `{"inbox_id":{inbox},"user_ids":[{bo}]}`, nil, 0},
		{"inbox_members", "GET " + acct + "/inbox_members/{inbox_id}", "A/inbox_members/{inbox}", "", nil, 0},
		{"inbox_assignable", "GET " + acct + "/inboxes/{id}/assignable_agents", "A/inboxes/{inbox}/assignable_agents", "", nil, 0},
		{"assignable", "GET " + acct + "/assignable_agents", "A/assignable_agents?inbox_ids[]={inbox}", "", nil, 0},
		{"labels_create", "POST " + acct + "/labels", "A/labels", `{"title":"VIP","description":"big","color":"#ff0000"}`, map[string]string{"label": "id"}, 0},
		{"labels_update", "PATCH " + acct + "/labels/{id}", "A/labels/{label}", `{"label":{"description":"very big"}}`, nil, 0},
		{"labels_show", "GET " + acct + "/labels/{id}", "A/labels/{label}", "", nil, 0},
		{"labels", "GET " + acct + "/labels", "A/labels", "", nil, 0},
		{"attributes_create", "POST " + acct + "/custom_attribute_definitions", "A/custom_attribute_definitions", `{"attribute_display_name":"Plan","attribute_key":"plan","attribute_display_type":6,"attribute_model":1,"attribute_values":["free","gold"]}`, map[string]string{"attribute": "id"}, 0},
		{"attributes_update", "PATCH " + acct + "/custom_attribute_definitions/{id}", "A/custom_attribute_definitions/{attribute}", `{"attribute_description":"what they pay"}`, nil, 0},
		{"attributes_show", "GET " + acct + "/custom_attribute_definitions/{id}", "A/custom_attribute_definitions/{attribute}", "", nil, 0},
		{"attributes", "GET " + acct + "/custom_attribute_definitions", "A/custom_attribute_definitions?attribute_model=1", "", nil, 0},
		{"contacts_create", "POST " + acct + "/contacts", "A/contacts", `{"name":"Dora","email":"dora@mail.example","phone_number":"+5511987654321","identifier":"cust-7","inbox_id":{inbox},"source_id":"dora-1","custom_attributes":{"plan":"gold"},"additional_attributes":{"company_name":"Toys Inc","city":"Recife","social":{"x":"dora"}}}`, map[string]string{"contact": "payload.contact.id"}, 0},
		{"contacts_update", "PATCH " + acct + "/contacts/{id}", "A/contacts/{contact}", `{"name":"Dora D.","custom_attributes":{"since":2020}}`, nil, 0},
		{"contacts_show", "GET " + acct + "/contacts/{id}", "A/contacts/{contact}", "", nil, 0},
		{"contacts", "GET " + acct + "/contacts", "A/contacts?sort=-name&page=1", "", nil, 0},
		{"contacts_search", "GET " + acct + "/contacts/search", "A/contacts/search?q=toys", "", nil, 0},
		{"contact_labels_set", "POST " + acct + "/contacts/{id}/labels", "A/contacts/{contact}/labels", `{"labels":["vip","Loyal"]}`, nil, 0},
		{"contact_labels", "GET " + acct + "/contacts/{id}/labels", "A/contacts/{contact}/labels", "", nil, 0},
		{"contact_inboxes_create", "POST " + acct + "/contacts/{id}/contact_inboxes", "A/contacts/{contact}/contact_inboxes", `{"inbox_id":{inbox},"source_id":"dora-2"}`, nil, 0},
		{"contactable", "GET " + acct + "/contacts/{id}/contactable_inboxes", "A/contacts/{contact}/contactable_inboxes", "", nil, 0},
		{"notes_create", "POST " + acct + "/contacts/{contact_id}/notes", "A/contacts/{contact}/notes", `{"content":"Likes **blue**"}`, map[string]string{"note": "id"}, 0},
		{"notes", "GET " + acct + "/contacts/{contact_id}/notes", "A/contacts/{contact}/notes", "", nil, 0},
		{"notes_delete", "DELETE " + acct + "/contacts/{contact_id}/notes/{id}", "A/contacts/{contact}/notes/{note}", "", nil, 0},
		{"webhooks_create", "POST " + acct + "/webhooks", "A/webhooks", `{"url":"{endpoint}","name":"mine","inbox_id":{inbox},"subscriptions":["message_created","conversation_typing_on"]}`, map[string]string{"hook": "payload.webhook.id"}, 0},
		{"webhooks_update", "PATCH " + acct + "/webhooks/{id}", "A/webhooks/{hook}", `{"webhook":{"subscriptions":["message_created"]}}`, nil, 0},
		{"webhooks_show", "GET " + acct + "/webhooks/{id}", "A/webhooks/{hook}", "", nil, 0},
		{"webhooks", "GET " + acct + "/webhooks", "A/webhooks", "", nil, 0},
		{"conversations_create", "POST " + acct + "/conversations", "A/conversations", `{"inbox_id":{inbox},"contact_id":{contact},"source_id":"dora-1","additional_attributes":{"referer":"https://shop.example"},"custom_attributes":{"order":"A-1"},"message":{"content":"Hello Dora"}}`, map[string]string{"conv": "id"}, 0},
		{"conversations_show", "GET " + conv, "A/conversations/{conv}", "", nil, 0},
		{"conversations_update", "PATCH " + conv, "A/conversations/{conv}", `{"priority":"high","conversation_language":"pt_BR"}`, nil, 0},
		{"toggle_priority", "POST " + conv + "/toggle_priority", "A/conversations/{conv}/toggle_priority", `{"priority":"urgent"}`, nil, 0},
		{"toggle_status", "POST " + conv + "/toggle_status", "A/conversations/{conv}/toggle_status", `{"status":"snoozed","snoozed_until":1773590400}`, nil, 0},
		{"assign_agent", "POST " + conv + "/assignments", "A/conversations/{conv}/assignments", `{"assignee_id":{bo},"expected_assignee_id":null}`, nil, 0},
		{"assign_team", "POST " + conv + "/assignments", "A/conversations/{conv}/assignments", `{"team_id":{team}}`, nil, 0},
		{"assign_nobody", "POST " + conv + "/assignments", "A/conversations/{conv}/assignments", `{"assignee_id":0}`, nil, 0},
		{"routing", "GET " + conv + "/routing", "A/conversations/{conv}/routing", "", nil, 0},
		{"queue_position", "GET " + conv + "/queue_position", "A/conversations/{conv}/queue_position", "", nil, 0},
		{"claim", "POST " + conv + "/claim", "A/conversations/{conv}/claim", "", nil, 0},
		{"conversation_labels_set", "POST " + conv + "/labels", "A/conversations/{conv}/labels", `{"labels":["vip"]}`, nil, 0},
		{"conversation_labels", "GET " + conv + "/labels", "A/conversations/{conv}/labels", "", nil, 0},
		{"conversation_attributes", "POST " + conv + "/custom_attributes", "A/conversations/{conv}/custom_attributes", `{"custom_attributes":{"order":"A-2","n":3}}`, nil, 0},
		{"update_last_seen", "POST " + conv + "/update_last_seen", "A/conversations/{conv}/update_last_seen", "", nil, 0},
		{"participants", "GET " + conv + "/participants", "A/conversations/{conv}/participants", "", nil, 0},
		{"typing", "POST " + conv + "/toggle_typing_status", "A/conversations/{conv}/toggle_typing_status?typing_status=on", "", nil, 0},
		{"messages_create", "POST " + conv + "/messages", "A/conversations/{conv}/messages", `{"content":"On its way","echo_id":"e-1","content_attributes":{"items":[1]}}`, map[string]string{"message": "id"}, 0},
		{"messages_note", "POST " + conv + "/messages", "A/conversations/{conv}/messages", `{"content":"poor Dora","private":true}`, nil, 0},
		{"messages_incoming", "POST " + conv + "/messages", "A/conversations/{conv}/messages", `{"content":"Thanks","message_type":"incoming","source_id":"ext-1"}`, nil, 0},
		{"messages_status", "PATCH " + conv + "/messages/{id}", "A/conversations/{conv}/messages/{message}", `{"status":"failed","external_error":"no such number"}`, nil, 0},
		{"messages_retry", "POST " + conv + "/messages/{id}/retry", "A/conversations/{conv}/messages/{message}/retry", "", nil, 0},
		{"messages_delete", "DELETE " + conv + "/messages/{id}", "A/conversations/{conv}/messages/{message}", "", nil, 0},
		{"messages", "GET " + conv + "/messages", "A/conversations/{conv}/messages", "", nil, 0},
		{"unread", "POST " + conv + "/unread", "A/conversations/{conv}/unread", "", nil, 0},
		{"conversations", "GET " + acct + "/conversations", "A/conversations?status=all&labels[]=vip", "", nil, 0},
		{"conversations_meta", "GET " + acct + "/conversations/meta", "A/conversations/meta?status=all", "", nil, 0},
		{"contact_conversations", "GET " + acct + "/contacts/{id}/conversations", "A/contacts/{contact}/conversations", "", nil, 0},
		{"mute", "POST " + conv + "/mute", "A/conversations/{conv}/mute", "", nil, 0},
		{"unmute", "POST " + conv + "/unmute", "A/conversations/{conv}/unmute", "", nil, 0},
	}
}

func customerScenario() []step {
	return []step{
		{"public_inbox", "GET " + pub, "P", "", nil, 0},
		{"public_contact_create", "POST " + pub + "/contacts", "P/contacts", `{"source_id":"carl-1","name":"Carl","email":"carl@mail.example","custom_attributes":{"plan":"free"}}`, nil, 0},
		{"public_contact", "GET " + cust, "P/contacts/carl-1", "", nil, 0},
		{"public_contact_update", "PATCH " + cust, "P/contacts/carl-1", `{"name":"Carl C.","phone_number":"+14155550123"}`, nil, 0},
		{"public_conversation_create", "POST " + cust + "/conversations", "P/contacts/carl-1/conversations", `{"custom_attributes":{"order":"B-1"}}`, map[string]string{"thread": "id"}, 0},
		{"public_message_create", "POST " + thr + "/messages", "P/contacts/carl-1/conversations/{thread}/messages", `{"content":"Where is it?","echo_id":"e-9"}`, nil, 0},
		{"agent_answer", "POST " + conv + "/messages", "A/conversations/{thread}/messages", `{"content":"Which one?","content_type":"input_select","content_attributes":{"items":[{"title":"A","value":"a"}]}}`, map[string]string{"question": "id"}, 0},
		{"public_message_update", "PATCH " + thr + "/messages/{id}", "P/contacts/carl-1/conversations/{thread}/messages/{question}", `{"submitted_values":[{"title":"A","value":"a"}]}`, nil, 0},
		{"public_typing", "POST " + thr + "/toggle_typing", "P/contacts/carl-1/conversations/{thread}/toggle_typing", `{"typing_status":"on"}`, nil, 0},
		{"public_seen", "POST " + thr + "/update_last_seen", "P/contacts/carl-1/conversations/{thread}/update_last_seen", "", nil, 0},
		{"public_messages", "GET " + thr + "/messages", "P/contacts/carl-1/conversations/{thread}/messages", "", nil, 0},
		{"public_conversation", "GET " + thr, "P/contacts/carl-1/conversations/{thread}", "", nil, 0},
		{"public_conversations", "GET " + cust + "/conversations", "P/contacts/carl-1/conversations", "", nil, 0},
		{"public_toggle_status", "POST " + thr + "/toggle_status", "P/contacts/carl-1/conversations/{thread}/toggle_status", "", nil, 0},

		{"deliveries", "GET " + acct + "/webhooks/{id}/deliveries", "A/webhooks/{hook}/deliveries", "", map[string]string{"delivery": "payload.0.id"}, 0},
		{"redeliver", "POST " + acct + "/webhooks/{id}/deliveries/{delivery_id}/redeliver", "A/webhooks/{hook}/deliveries/{delivery}/redeliver", "", nil, 0},
		{"webhooks_delete", "DELETE " + acct + "/webhooks/{id}", "A/webhooks/{hook}", "", nil, 0},
		{"conversations_delete", "DELETE " + conv, "A/conversations/{thread}", "", nil, 0},
		{"contacts_delete", "DELETE " + acct + "/contacts/{id}", "A/contacts/{contact}", "", nil, 0},
		{"attributes_delete", "DELETE " + acct + "/custom_attribute_definitions/{id}", "A/custom_attribute_definitions/{attribute}", "", nil, 204},
		{"labels_delete", "DELETE " + acct + "/labels/{id}", "A/labels/{label}", "", nil, 0},
		{"inbox_members_remove", "DELETE " + acct + "/inbox_members", "A/inbox_members", `{"inbox_id":{inbox},"user_ids":[{bo}]}`, nil, 0},
		{"inboxes_delete", "DELETE " + acct + "/inboxes/{id}", "A/inboxes/{inbox}", "", nil, 0},
		{"teams_delete", "DELETE " + acct + "/teams/{id}", "A/teams/{team}", "", nil, 0},
		{"agents_delete", "DELETE " + acct + "/agents/{id}", "A/agents/{bo}", "", nil, 0},
	}
}

// walk runs the scenario. send makes each request; what it returns is compared
// with the golden file where the store numbers rows as the file does.
func walk(t *testing.T, w *world, compare bool, send func(s step, r request) answer) {
	t.Helper()
	endpoint := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet { // a file to fetch
			_, _ = w.Write([]byte("words"))
			return
		}
		w.WriteHeader(http.StatusNoContent)
	}))
	t.Cleanup(endpoint.Close)
	saved := map[string]string{"account": itoa(w.account.ID), "ada": itoa(w.ada.ID), "endpoint": endpoint.URL}
	fill := func(s string) string {
		for name, v := range saved {
			s = strings.ReplaceAll(s, "{"+name+"}", v)
		}
		return s
	}
	for _, s := range scenario() {
		method, _, _ := strings.Cut(s.route, " ")
		r := request{method: method, path: fill(s.path), token: w.token}
		if rest, ok := strings.CutPrefix(r.path, "A"); ok {
			r.path = w.path(rest)
		}
		if rest, ok := strings.CutPrefix(r.path, "P"); ok {
			r.path, r.token = "/public/api/v1/inboxes/"+saved["identifier"]+rest, ""
		}
		if strings.HasPrefix(r.path, "/platform/") {
			r.token = w.app()
		}
		if rest, ok := strings.CutPrefix(r.path, "W"); ok {
			r.path, r.token = wid+rest+"?website_token="+saved["website_token"], ""
			r.header = map[string]string{"X-Auth-Token": saved["visitor"]}
		}
		if file, ok := strings.CutPrefix(s.body, "import_file="); ok {
			r.file = file
		} else if file, ok := strings.CutPrefix(s.body, "file="); ok {
			r.file, r.field = file, "file"
		} else if s.body != "" {
			r.json = fill(s.body)
		}
		got := send(s, r)
		want := s.status
		if want == 0 {
			want = http.StatusOK
		}
		require.Equal(t, want, got.status, "%s: %s", s.name, got.body)
		for name, place := range s.save {
			saved[name] = got.id(place)
		}
		text := strings.ReplaceAll(scrub(t, got.body), endpoint.URL, "http://endpoint")
		if compare {
			golden(t, s.name+".json", text)
		}
		require.NoError(t, w.e.RunDue(t.Context()), s.name)
	}
}

func TestEveryOperation(t *testing.T) {
	t.Parallel()
	onStores(t, "", func(t *testing.T, w *world) {
		walk(t, w, w.queries != nil, func(_ step, r request) answer { return w.send(r) })
	})
}

func TestScenarioWalksTheWholeTable(t *testing.T) {
	t.Parallel()
	walked := map[string]bool{
		"POST /auth/sign_in": true, "GET /auth/validate_token": true, "DELETE /auth/sign_out": true, // TestSession
		"GET " + acct + "/events": true, // TestStream…: it does not end
		// TestPeople: they change Ada's own credentials.
		"PATCH /auth/password": true, "POST /auth/confirmation": true, "POST /api/v1/accounts": true, "POST /api/v1/profile/reset_access_token": true, "POST /api/v1/profile/resend_confirmation": true,
		"POST /api/v1/profile/mfa": true, "DELETE /api/v1/profile/mfa": true, "POST /api/v1/profile/mfa/verify": true, "POST /api/v1/profile/mfa/backup_codes": true,
	}
	for _, s := range scenario() {
		walked[s.route] = true
	}
	for _, row := range chatwoot.Rows() {
		require.True(t, walked[row.Method+" "+row.Path], "no step for %s %s", row.Method, row.Path)
	}
}

// TestIdempotency makes every write twice at once, and again after a restart:
// the scenario's answers stay what they are without keys, so nothing happened
// twice.
func TestIdempotency(t *testing.T) {
	t.Parallel()
	writes := make(map[string]bool)
	for _, row := range chatwoot.Rows() {
		writes[row.Method+" "+row.Path] = row.Writes
	}
	onStores(t, "", func(t *testing.T, w *world) {
		n := 0
		var refused []string
		defer func() { require.ElementsMatch(t, refusedHere, refused) }()
		walk(t, w, w.queries != nil, func(s step, r request) answer {
			if !writes[s.route] {
				return w.send(r)
			}
			n++
			header := map[string]string{"Idempotency-Key": fmt.Sprint("key-", n)}
			maps.Copy(header, r.header)
			r.header = header
			var first, second answer
			var both sync.WaitGroup
			both.Go(func() { first = w.send(r) })
			both.Go(func() { second = w.send(r) })
			both.Wait()
			require.NoError(t, w.e.RunDue(t.Context()))
			w.restart()
			again := w.send(r)
			for _, a := range []answer{second, again} {
				require.Equal(t, first.body, a.body, s.name)
				require.Equal(t, first.status, a.status, s.name)
			}
			if first.status >= http.StatusBadRequest { // nothing was done, and no key is kept
				refused = append(refused, s.route)
				return first
			}
			require.Equal(t, "true", again.header.Get("Idempotent-Replayed"), s.name)
			r.path += map[bool]string{false: "?", true: "&"}[strings.Contains(r.path, "?")] + "other=1"
			other := w.send(r)
			require.Equal(t, http.StatusUnprocessableEntity, other.status, "%s: %s", s.name, other.body)
			return first
		})
	})
}

// refusedHere are the writes that the scenario's installation, which has no
// mailer, no translator and one kind of channel, can only refuse.
var refusedHere = []string{
	"POST " + conv + "/transcript", "POST /api/v1/widget/conversations/transcript",
	"POST " + acct + "/portals/{portal_slug}/send_instructions",
}

func TestNobodyGetsNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, row := range chatwoot.Rows() {
		path := strings.NewReplacer("{account_id}", itoa(w.account.ID), "{inbox_identifier}", "nope", "{source_id}", "nope").Replace(row.Path)
		for _, name := range []string{"id", "display_id", "team_id", "inbox_id", "contact_id", "delivery_id"} {
			path = strings.ReplaceAll(path, "{"+name+"}", "1")
		}
		got := w.send(request{method: row.Method, path: path, json: map[string]any{}})
		switch {
		case row.Open:
		case row.Visitor:
			require.Equal(t, http.StatusNotFound, got.status, path)
			require.JSONEq(t, `{"error":"web widget does not exist"}`, got.body)
		case row.Customer:
			require.Equal(t, http.StatusNotFound, got.status, path)
			require.JSONEq(t, `{"status":404,"error":"Not Found"}`, got.body)
		case row.Platform:
			require.Equal(t, http.StatusUnauthorized, got.status, path)
			require.JSONEq(t, `{"error":"Invalid access_token"}`, got.body)
		default:
			require.Equal(t, http.StatusUnauthorized, got.status, path)
			require.JSONEq(t, `{"errors":["You need to sign in or sign up before continuing."]}`, got.body)
		}
	}
}
