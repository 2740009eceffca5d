package dashboard_test

import (
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
)

// Notifications can be opened, read, put away and deleted, and are their agent's
// alone.
func TestNotifications(t *testing.T) {
	t.Parallel()
	onStores(t, func(w *world) {
		ctx := w.Context()
		ada, bob := w.signIn("ada@acme.example"), w.signIn("bob@acme.example")
		bob.get("notifications").expect(http.StatusOK, "Nothing yet", `data-follows="notification"`)
		for _, who := range []string{"<b>Mary</b>", "John", "Zoe"} {
			m := w.receive(who, "Hello from "+who)
			_, err := w.admin.Conversations.Assign(ctx, m.Conversation, helpdesk.Assignment{To: w.bob.ID})
			require.NoError(w, err)
			w.clock.add(time.Minute)
		}
		list, err := w.as(w.bob.ID).Notifications.List(ctx, helpdesk.NotificationFilter{Oldest: true}, helpdesk.Page{})
		require.NoError(w, err)
		require.Len(w, list.Items, 3)
		mary, john, zoe := "notifications/"+number(list.Items[0].ID), "notifications/"+number(list.Items[1].ID), "notifications/"+number(list.Items[2].ID)

		all := bob.get("notifications").expect(http.StatusOK, "Assigned to you", "&lt;b&gt;Mary&lt;/b&gt;", "John").without("<b>Mary", "Earlier")
		require.Less(w, strings.Index(all.Body, "Zoe"), strings.Index(all.Body, "John"), "the newest first")
		bob.post(john+"/read").to("notifications").expect(http.StatusOK, "Earlier", "Marked as read")
		bob.get("notifications?show=unread").expect(http.StatusOK, "Zoe").without("John")
		read := bob.get("notifications")
		require.Greater(w, strings.Index(read.Body, "John"), strings.Index(read.Body, "Mary"), "what is unread comes first")
		bob.post(john+"/unread?show=unread").to("notifications?show=unread").expect(http.StatusOK, "John")

		bob.post(zoe+"/snooze", "until", "yesterday").expect(http.StatusUnprocessableEntity)
		bob.post(zoe+"/snooze", "until", "tomorrow").to("notifications").expect(http.StatusOK, "Snoozed until 15 Mar, 09:00")
		bob.get("notifications?show=unread").expect(http.StatusOK).without("Zoe")

		require.Equal(w, "/app/accounts/1/conversations/1?tab=all&status=all", bob.post(mary+"/open").Header.Get("Location"))
		bob.get("notifications?show=unread").expect(http.StatusOK, "John").without("Mary")
		ada.post(john + "/read").expect(http.StatusNotFound)
		ada.post(john + "/open").expect(http.StatusNotFound)
		ada.post(john + "/delete").expect(http.StatusNotFound)

		bob.post("notifications/read").to("notifications").expect(http.StatusOK, "All marked as read")
		bob.get("notifications?show=unread").expect(http.StatusOK, "All read.")
		bob.post(john+"/delete").to("notifications").expect(http.StatusOK, "Deleted").without("John")
		bob.post("notifications/delete").to("notifications").expect(http.StatusOK).without("Mary")
	})
}

// A search shows what was found with its words set off, page by page, and nothing
// of inboxes that whoever searches is not in.
func TestSearchPage(t *testing.T) {
	t.Parallel()
	onStores(t, func(w *world) {
		ada := w.signIn("ada@acme.example")
		for i := range 23 {
			w.receive("customer"+number(i), "Where is my <i>Parcel</i> & invoice "+number(i)+"?")
			w.clock.add(time.Minute)
		}
		_, err := w.admin.Contacts.Create(w.Context(), helpdesk.NewContact{ContactChange: helpdesk.ContactChange{Name: new("Paula Parcel"), Email: new("paula@example.com")}})
		require.NoError(w, err)
		ada.get("search").expect(http.StatusOK, "Type a word")
		all := ada.get("search?q=parcel").expect(http.StatusOK, "Where is my &lt;i&gt;<mark>Parcel</mark>&lt;/i&gt; &amp; invoice 22?", "Paula <mark>Parcel</mark>", "paula@example.com", "search?in=messages&amp;q=parcel").without("<i>Parcel")
		require.Equal(w, 5, strings.Count(all.Body, "Where is my"))
		first := ada.get("search?q=parcel&in=messages").expect(http.StatusOK, "page=2").without("Paula")
		require.Equal(w, 20, strings.Count(first.Body, "Where is my"))
		second := ada.get("search?q=parcel&in=messages&page=2").expect(http.StatusOK, "page=1").without("page=3")
		require.Equal(w, 3, strings.Count(second.Body, "Where is my"))
		ada.get("search?q=customer7").expect(http.StatusOK, "<mark>customer7</mark>", "/conversations/8", "#8")
		ada.get("search?q=%3Cscript%3E").expect(http.StatusOK, "&lt;script&gt;").without("<script>")
		ada.get("search?q="+strings.Repeat("x", 501)).expect(http.StatusUnprocessableEntity, "too long")
		eve := w.agent("eve@acme.example", "Eve", helpdesk.AgentRole)
		w.signIn(eve.Email).get("search?q=customer7").expect(http.StatusOK, "Nothing found").without("/conversations/8")
	})
}

func number[T ~int | ~int64](n T) string { return strconv.FormatInt(int64(n), 10) }
