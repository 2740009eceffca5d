package dashboard_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
)

// A filter is looked through once, or kept as a view; what is wrong with it is said
// where it is wrong, and nothing typed is lost.
func TestConversationFilter(t *testing.T) {
	t.Parallel()
	onStores(t, func(w *world) {
		w.receive("Carla", "hello")
		m := w.receive("Dora", "hello")
		_, err := w.admin.Conversations.SetPriority(w.Context(), m.Conversation, helpdesk.Urgent)
		require.NoError(w, err)
		ada := w.signIn("ada@acme.example")
		fields := func(value string) []string {
			return []string{"where", "0", "where.0.join", "and", "where", "0.0", "where.0.0.field", "priority", "where.0.0.op", "equal_to", "where.0.0.value", value}
		}
		shown := ada.post("conversations/filter", fields("urgent")...)
		shown.expect(http.StatusSeeOther)
		to := shown.Header.Get("Location")
		ada.get(to).expect(http.StatusOK, "Dora")
		require.NotContains(w, ada.get(to).Body, "Carla")

		ada.post("conversations/filter", append(fields("urgent"), "keep", "1")...).expect(http.StatusUnprocessableEntity, `aria-invalid="true"`, `value="urgent"`)
		kept := ada.post("conversations/filter", append(fields("urgent"), "keep", "1", "name", "On <fire>")...)
		kept.expect(http.StatusSeeOther)
		ada.get(kept.Header.Get("Location")).expect(http.StatusOK, "On &lt;fire&gt;", "Dora")
		require.NotContains(w, ada.get(kept.Header.Get("Location")).Body, "Carla")
		_, id, _ := strings.Cut(kept.Header.Get("Location"), "view=")
		ada.get("conversations/filter?view="+id).expect(http.StatusOK, "On &lt;fire&gt;", `value="urgent"`)
		w.signIn("bob@acme.example").get("conversations/filter?view=" + id).expect(http.StatusNotFound)
		ada.post("conversations/filter/" + id + "/delete").expect(http.StatusSeeOther)
		ada.get("conversations?view=" + id).expect(http.StatusNotFound)
		ada.get("conversations?where=%7B%22field%22").expect(http.StatusUnprocessableEntity)
	})
}

// What is done to a conversation goes through the desk: it is refused to who may not,
// missing to who does not see it, and another site's form does nothing.
func TestConversationActs(t *testing.T) {
	t.Parallel()
	onStores(t, func(w *world) {
		m := w.receive("Carla", "hello")
		ada := w.signIn("ada@acme.example")
		for _, act := range [][]string{
			{"status", "status", "resolved"},
			{"status", "status", "open"},
			{"snooze", "until", "tomorrow"},
			{"snooze", "until", "reply"},
			{"snooze", "until", "2026-03-20T10:30"},
			{"claim"},
			{"assign", "agent", "0"},
			{"team", "team", "0"},
			{"priority", "priority", "high"},
			{"labels", "labels", "vip"},
			{"labels", "label", "vip"},
			{"mute", "on", "true"},
			{"mute", "on", ""},
			{"unread"},
			{"participants", "agent", str(w.bob.ID), "on", "true"},
			{"notes", "content", "mornings"},
		} {
			p := ada.post("conversations/1/"+act[0], act[1:]...)
			require.Equal(w, http.StatusSeeOther, p.Status, "%v: %s", act, p.Body)
		}
		c, err := w.admin.Conversations.Get(w.Context(), m.Conversation)
		require.NoError(w, err)
		require.Equal(w, []any{helpdesk.High, helpdesk.AgentID(0), 0}, []any{c.Priority, c.Assignee, len(c.Labels)})
		for _, act := range [][]string{
			{"status", "status", "gone"},
			{"snooze", "until", "some day"},
			{"priority", "priority", "huge"},
			{"assign", "agent", "999"},
			{"transcript", "email", "nobody"},
		} {
			require.Contains(w, []int{http.StatusUnprocessableEntity, http.StatusNotFound}, ada.post("conversations/1/"+act[0], act[1:]...).Status, act)
		}
		ada.post("conversations/99/status", "status", "resolved").expect(http.StatusNotFound)
		ada.post("conversations/1/messages/" + str(m.ID+100) + "/delete").expect(http.StatusNotFound)
		w.signIn("bob@acme.example").post("conversations/1/delete").expect(http.StatusForbidden)
		w.stranger().post("conversations/1/status", "status", "resolved").expect(http.StatusSeeOther)

		r, err := http.NewRequestWithContext(w.Context(), http.MethodPost, ada.path("conversations/1/delete"), nil)
		require.NoError(w, err)
		r.Header.Set("Sec-Fetch-Site", "cross-site")
		ada.do(r).expect(http.StatusForbidden)
		_, err = w.admin.Conversations.Get(w.Context(), m.Conversation)
		require.NoError(w, err)
	})
}

// Whoever wants to be sent somewhere else after signing in is not.
func TestSignInGoesNowhereElse(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for to, want := range map[string]string{
		"/app/accounts/1/settings/labels?x=1": "/app/accounts/1/settings/labels?x=1",
		"https://evil.example/app/":           "/app/",
		"//evil.example/app/":                 "/app/",
		`/\evil.example/app/`:                 "/app/",
		"/app/../api/v1/profile":              "/app/",
		"/api/v1/profile":                     "/app/",
		"":                                    "/app/",
	} {
		p := w.stranger().post("/app/login", "email", "ada@acme.example", "password", password, "to", to)
		p.expect(http.StatusSeeOther)
		require.Equal(t, want, p.Header.Get("Location"), to)
	}
	p := w.stranger().post("/app/login", "email", "ada@acme.example", "password", "wrong")
	p.expect(http.StatusUnauthorized, "E-mail or password is wrong", `value="ada@acme.example"`)
	w.stranger().get("conversations/1").expect(http.StatusSeeOther)
	out := w.signIn("ada@acme.example")
	out.post("/app/logout").expect(http.StatusSeeOther)
	out.get("conversations").expect(http.StatusSeeOther)
}
