package dashboard_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
)

// The page of a webhook has its secret and everything it was sent, which can be
// sent again.
func TestWebhookPage(t *testing.T) {
	t.Parallel()
	onStores(t, func(w *world) {
		calls := make(chan string, 100)
		there := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			calls <- r.Header.Get("webhook-id")
			rw.WriteHeader(http.StatusAccepted)
			_, _ = rw.Write([]byte("<script>taken</script>"))
		}))
		w.Cleanup(there.Close)
		ada := w.signIn("ada@acme.example")
		ada.post("settings/webhooks/new", "url", there.URL, "name", "Ours").wrong("subscriptions", "must be chosen")
		ada.post("settings/webhooks/new", "url", there.URL, "name", "Ours", "subscriptions", "message.created").to("settings/webhooks").expect(http.StatusOK, "Ours", "1 event<")
		w.receive("Carla", "Hello <b>")
		err := w.e.RunDue(w.Context())
		require.NoError(w, err)

		list, err := w.admin.Webhooks.List(w.Context())
		require.NoError(w, err)
		secret, err := w.admin.Webhooks.Secret(w.Context(), list[0].ID)
		require.NoError(w, err)
		path := "settings/webhooks/" + str(list[0].ID)
		ada.get(path).expect(http.StatusOK, strings.ReplaceAll(secret, "+", "&#43;"), "message_created", "<code>202</code>", "&lt;script&gt;taken").without("<script>taken")
		ada.get(path+"?state=dead").expect(http.StatusOK, "Nothing was sent yet").without("<code>202</code>")
		log, err := w.admin.Webhooks.Deliveries(w.Context(), helpdesk.DeliveryFilter{Webhook: list[0].ID}, helpdesk.Page{})
		require.NoError(w, err)
		require.Len(w, log, 1)
		first := <-calls
		ada.post(path+"/deliveries/"+str(log[0].ID)).to(path).expect(http.StatusOK, "It is on its way again")
		err = w.e.RunDue(w.Context())
		require.NoError(w, err)
		require.Equal(w, first, <-calls, "the same id")
		ada.post(path + "/deliveries/999999").expect(http.StatusNotFound)
		w.signIn("bob@acme.example").post(path + "/deliveries/" + str(log[0].ID)).expect(http.StatusForbidden)
	})
}

func TestBotPage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada := w.signIn("ada@acme.example")
	ada.post("settings/bots/new", "name", "Robbie", "outgoing_url", "https://bot.example/", "give_way_after", "5m").to("settings/bots").expect(http.StatusOK, "Robbie", ">5m<")
	list, err := w.admin.Bots.List(t.Context())
	require.NoError(t, err)
	token, err := w.admin.Bots.Token(t.Context(), list[0].ID)
	require.NoError(t, err)
	path := "settings/bots/" + str(list[0].ID)
	ada.get(path).expect(http.StatusOK, token)
	ada.post(path+"/token").to(path).expect(http.StatusOK, "the old one works no longer").without(token)
	bob := w.signIn("bob@acme.example")
	bob.get(path).expect(http.StatusForbidden)
	bob.post(path + "/token").expect(http.StatusForbidden)
	bob.get("settings/bots").expect(http.StatusOK, "Robbie").without(path)
}

// A policy is given to inboxes, and taken from those that are no longer chosen.
func TestAssignmentPolicyInboxes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada := w.signIn("ada@acme.example")
	form := []string{"name", "Turns", "enabled", "true", "assignment_order", "round_robin", "conversation_priority", "earliest_created", "fair_distribution_limit", "5", "fair_distribution_window", "1h"}
	ada.post("settings/assignment/new", append(form, "inboxes", str(w.inbox.ID))...).to("settings/assignment").expect(http.StatusOK, `<td><span class="cell-text">Shop`)
	p, err := w.admin.AssignmentPolicies.Of(t.Context(), w.inbox.ID)
	require.NoError(t, err)
	require.Equal(t, 3600, p.FairWindow)
	ada.post("settings/assignment/"+str(p.ID), form...).to("settings/assignment").without(`<td><span class="cell-text">Shop`)
	ada.post("settings/assignment/new", append(form, "inboxes", "999")...).expect(http.StatusUnprocessableEntity, "has already been taken")
}

// The log is narrowed by what, who and when, and read on behind an entry.
func TestAuditPage(t *testing.T) {
	t.Parallel()
	onStores(t, func(w *world) {
		ada := w.signIn("ada@acme.example")
		for i := range 60 {
			title := "label-" + str(i+100)
			_, err := w.admin.Labels.Create(w.Context(), helpdesk.LabelInput{Title: &title})
			require.NoError(w, err)
		}
		page := ada.get("settings/audit?noun=label").expect(http.StatusOK, "60 entries", "<ins>label-159</ins>", "<ins>label-110</ins>", "Ada Lovelace", "Older").without("<ins>label-109</ins>", "Custom role</summary>")
		_, older, _ := strings.Cut(page.Body, `<p class="pages"><a class="button small" href="`)
		older, _, _ = strings.Cut(older, `"`)
		ada.get(unescape(older)).expect(http.StatusOK, "<ins>label-109</ins>", "<ins>label-100</ins>", "Newest").without("<ins>label-110</ins>")
		ada.get("settings/audit?noun=label&agent="+str(w.bob.ID)).expect(http.StatusOK, "Nothing was found")
		ada.get("settings/audit?noun=label&till=2026-03-13").expect(http.StatusOK, "Nothing was found")
		ada.get("settings/audit?from=2026-03-14&till=2026-03-14&noun=label").expect(http.StatusOK, "60 entries")
		ada.get("settings/audit?after=nonsense").expect(http.StatusUnprocessableEntity)
		w.signIn("bob@acme.example").get("settings/audit").expect(http.StatusForbidden)
	})
}
