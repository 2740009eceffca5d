package chatwoot_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/server/chatwoot"
)

// rated is a customer's conversation that was answered, resolved and rated; it
// returns its number.
func (w *world) rated(public, source string, agent string) string {
	w.Helper()
	_, conv := w.customer(public, source, "hello "+source)
	w.call("POST", "/conversations/"+conv+"/assignments", map[string]any{"assignee_id": agent})
	w.call("POST", "/conversations/"+conv+"/labels", map[string]any{"labels": []string{"vip"}})
	w.call("POST", "/conversations/"+conv+"/messages", map[string]any{"content": "hi"})
	w.call("POST", "/conversations/"+conv+"/csat_survey", nil)
	uuid := w.call("GET", "/conversations/"+conv, nil).at("uuid").(string)
	w.ok(request{
		method: "PATCH", path: "/public/api/v1/csat_survey/" + uuid,
		json: `{"message":{"submitted_values":{"csat_survey_response":{"rating":4}}}}`,
	})
	w.call("POST", "/conversations/"+conv+"/toggle_status", map[string]any{"status": "resolved"})
	return conv
}

// reportPaths are the report routes as requests; group is a channel
// group, and conv a conversation that the reader sees.
func reportPaths(w *world, inbox, group, conv string) []string {
	var out []string
	for _, s := range reportScenario() {
		path, isGet := strings.CutPrefix(s.route, "GET ")
		if !isGet || s.status == http.StatusUnprocessableEntity || strings.HasPrefix(path, "/public/") || path == acct+"/audit_logs" || strings.HasSuffix(path, "/conversations/{display_id}") {
			continue
		}
		full := strings.NewReplacer("A/", w.path("/"), "{account}", itoa(w.account.ID), "{inbox}", inbox, "{conv}", conv, "{ada}", itoa(w.ada.ID)).Replace(s.path)
		out = append(out, full)
	}
	for _, by := range []string{"agent&id=" + itoa(w.ada.ID), "inbox&id=" + inbox, "channel_group&id=" + group, "account"} {
		out = append(out, "/api/v2/accounts/"+itoa(w.account.ID)+"/reports/summary?"+reportSpan+"&type="+by)
	}
	return append(out,
		"/api/v2/accounts/"+itoa(w.account.ID)+"/reports/conversation_traffic?days_before=3&timezone_offset=14",
		"/api/v2/accounts/"+itoa(w.account.ID)+"/live_reports/grouped_conversation_metrics?group_by=team_id",
	)
}

// Nothing that happens in another inbox shows in any report of whoever belongs
// to one alone, be they a supervisor or of a role that reads reports.
func TestReportsShowNoOtherInbox(t *testing.T) {
	t.Parallel()
	onStores(t, "", func(t *testing.T, w *world) {
		host := w.e.As(w.e.Host(w.account.ID))
		role, err := host.Roles.Create(w.Context(), helpdesk.RoleInput{Name: "reports", Permissions: helpdesk.ViewReports | helpdesk.ManageOthers | helpdesk.ManageUnassigned})
		require.NoError(t, err)
		own, public := w.inbox(nil)
		other, otherPublic := w.inbox(nil)
		w.call("PATCH", "/inboxes/"+other, map[string]any{"name": "Hidden"})
		group := w.call("POST", "/channel_groups", `{"name":"Both","inbox_ids":[`+own+`,`+other+`]}`).id("id")
		conv := w.rated(public, "one", itoa(w.ada.ID))
		tokens := map[string]string{}
		for name, in := range map[string]helpdesk.AgentInput{
			"supervisor": {Role: helpdesk.Supervisor}, "reader": {Role: helpdesk.CustomRoled, Custom: role.ID},
		} {
			in.Name, in.Email = name, name+"@acme.example"
			a, err := host.Agents.Invite(w.Context(), in)
			require.NoError(t, err)
			w.call("POST", "/inbox_members", map[string]any{"inbox_id": own, "user_ids": []helpdesk.AgentID{a.ID}})
			user, err := w.e.FindUser(w.Context(), in.Email)
			require.NoError(t, err)
			tokens[name], err = w.e.AccessToken(user)
			require.NoError(t, err)
		}
		ask := func(token string) map[string]string {
			out := map[string]string{}
			for _, path := range reportPaths(w, own, group, conv) {
				got := w.send(request{method: "GET", path: path, token: token})
				require.Equal(t, http.StatusOK, got.status, "%s: %s", path, got.body)
				require.NotContains(t, got.body, "Hidden", path)
				out[path] = got.body
			}
			return out
		}
		before := map[string]map[string]string{}
		for name, token := range tokens {
			before[name] = ask(token)
		}
		require.Contains(t, before["reader"]["/api/v2/accounts/"+itoa(w.account.ID)+"/live_reports/conversation_metrics"], `"open":0`)
		for _, source := range []string{"two", "three"} {
			w.rated(otherPublic, source, itoa(w.ada.ID))
		}
		w.customer(otherPublic, "four", "nobody answered")
		for name, token := range tokens {
			require.Equal(t, before[name], ask(token), name)
			for _, path := range []string{
				"/api/v2/accounts/" + itoa(w.account.ID) + "/reports?metric=conversations_count&type=inbox&id=" + other + "&" + reportSpan,
				"/api/v2/accounts/" + itoa(w.account.ID) + "/reports/summary?type=inbox&id=" + other + "&" + reportSpan,
				"/api/v2/accounts/" + itoa(w.account.ID) + "/reports/bot_summary?type=inbox&id=" + other + "&" + reportSpan,
				w.path("/reporting_events?inbox_id=" + other),
				w.path("/csat_survey_responses?inbox_id=" + other),
				w.path("/csat_survey_responses/metrics?inbox_id=" + other),
				w.path("/csat_survey_responses/download?inbox_id=" + other),
				w.path("/applied_slas?inbox_id=" + other),
				w.path("/applied_slas/metrics?inbox_id=" + other),
				w.path("/applied_slas/download?inbox_id=" + other),
			} {
				require.Equal(t, http.StatusNotFound, w.send(request{method: "GET", path: path, token: token}).status, path)
			}
		}
	})
}

// TestReportsShowNoOtherInbox asks every route there is.
func TestReportPathsAreAll(t *testing.T) {
	t.Parallel()
	asked := map[string]bool{}
	for _, s := range reportScenario() {
		asked[s.route] = true
	}
	for _, row := range chatwoot.Routes() {
		about := slices.ContainsFunc([]string{"/reports", "_reports", "/reporting_events", "/csat_survey_responses", "/applied_slas"}, func(part string) bool { return strings.Contains(row, part) })
		require.True(t, !about || asked[row], row)
	}
}
