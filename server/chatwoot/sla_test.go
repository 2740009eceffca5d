package chatwoot_test

import (
	"encoding/csv"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
)

// A miss is listed, counted and downloaded, by every filter, and to nobody who
// reads no reports or does not see the conversation.
func TestAppliedSLAs(t *testing.T) {
	t.Parallel()
	onStores(t, "", func(t *testing.T, w *world) {
		box, public := w.inbox(nil)
		other, otherPublic := w.inbox(nil)
		w.call("PATCH", "/inboxes/"+other, map[string]any{"name": "Hidden"})
		gold := w.call("POST", "/sla_policies", map[string]any{"name": "=Gold", "first_response_time_threshold": 60}).id("payload.id")
		team := w.call("POST", "/teams", map[string]any{"name": "sales"}).id("id")
		begun := w.clock.now()
		given := func(public, source string) string {
			_, conv := w.customer(public, source, "hello")
			require.Equal(t, gold, itoa(int64(w.call("PATCH", "/conversations/"+conv, map[string]any{"sla_policy_id": gold}).at("sla_policy_id").(float64))))
			return conv
		}
		late, kept, hidden := given(public, "late"), given(public, "kept"), given(otherPublic, "hidden")
		w.call("POST", "/conversations/"+late+"/labels", map[string]any{"labels": []string{"vip"}})
		w.call("POST", "/conversations/"+late+"/assignments", map[string]any{"team_id": team})
		w.call("POST", "/conversations/"+late+"/assignments", map[string]any{"assignee_id": w.ada.ID})
		w.call("POST", "/conversations/"+kept+"/messages", map[string]any{"content": "hi"})
		w.clock.add(2 * time.Minute)
		require.NoError(t, w.e.RunDue(w.Context()))

		ids := func(a answer) (out []string) {
			for _, row := range a.at("payload").([]any) {
				number, _ := row.(map[string]any)["conversation"].(map[string]any)["id"].(float64)
				out = append(out, itoa(int64(number)))
			}
			return out
		}
		all := w.call("GET", "/applied_slas", nil)
		require.Equal(t, []string{hidden, late}, ids(all))
		require.InDelta(t, 2, all.at("meta.count"), 0)
		require.InDelta(t, 1, all.at("meta.current_page"), 0)
		require.Equal(t, "active_with_misses", all.at("payload.1.applied_sla.sla_status"))
		require.Equal(t, "frt", all.at("payload.1.sla_events.0.event_type"))
		require.Equal(t, "vip", all.at("payload.1.conversation.labels"))
		require.Empty(t, ids(w.call("GET", "/applied_slas?page=2", nil)))
		for query, want := range map[string]bool{
			"inbox_id=" + box: true, "team_id=" + team: true, "assigned_agent_id=" + itoa(w.ada.ID): true, "sla_policy_id=" + gold + "&label_list=vip": true,
			"sla_policy_id=999999": false, "label_list=other": false, "team_id=999999": false, "label_list[]=other&label_list[]=VIP": true,
			"since=" + itoa(begun.Unix()) + "&until=" + itoa(begun.Unix()+60) + "&inbox_id=" + box: true,
			"since=" + itoa(begun.Unix()+60): false,
		} {
			got := ids(w.call("GET", "/applied_slas?"+query, nil))
			if !want {
				require.Empty(t, got, query)
				continue
			}
			require.Equal(t, []string{late}, got, query)
		}
		metrics := w.call("GET", "/applied_slas/metrics", nil)
		require.JSONEq(t, `{"total_applied_slas":3,"number_of_sla_misses":2,"hit_rate":"33.33%"}`, metrics.body)
		require.JSONEq(t, `{"total_applied_slas":0,"number_of_sla_misses":0,"hit_rate":"100%"}`, w.call("GET", "/applied_slas/metrics?team_id=99999", nil).body)
		table, err := csv.NewReader(strings.NewReader(w.call("GET", "/applied_slas/download?inbox_id="+box, nil).body)).ReadAll()
		require.NoError(t, err)
		require.Len(t, table, 2)
		require.Equal(t, late, table[1][0])
		require.Equal(t, "'=Gold", table[1][1])
		require.Equal(t, "frt", table[1][7])

		host := w.e.As(w.e.Host(w.account.ID))
		for name, c := range map[string]struct {
			role   helpdesk.Role
			status int
		}{"supervisor": {helpdesk.Supervisor, http.StatusOK}, "agent": {helpdesk.AgentRole, http.StatusUnauthorized}} {
			a, err := host.Agents.Invite(w.Context(), helpdesk.AgentInput{Name: name, Email: name + "@acme.example", Role: c.role})
			require.NoError(t, err)
			w.call("POST", "/inbox_members", map[string]any{"inbox_id": box, "user_ids": []helpdesk.AgentID{a.ID}})
			user, err := w.e.FindUser(w.Context(), name+"@acme.example")
			require.NoError(t, err)
			token, err := w.e.AccessToken(user)
			require.NoError(t, err)
			for _, path := range []string{"", "/metrics", "/download"} {
				got := w.send(request{method: "GET", path: w.path("/applied_slas" + path), token: token})
				require.Equal(t, c.status, got.status, "%s %s: %s", name, path, got.body)
				require.NotContains(t, got.body, "Hidden", name)
				require.NotContains(t, got.body, `"total_applied_slas":3`, name)
			}
		}
	})
}
