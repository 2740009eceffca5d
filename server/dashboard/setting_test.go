package dashboard_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// settingCase is a page of settings: a form that is right, and one that is wrong.
type settingCase struct {
	path  string   // below settings/
	good  []string // names and values by turns
	shows string   // what the list holds afterwards
	bad   []string
	field string // that is wrong with bad
	says  string
	keeps string // what was typed in bad, and is still there
	agent int    // what somebody who is no administrator is answered to the form
}

// settingCases has a row for every setting: add yours.
func settingCases() []settingCase {
	return []settingCase{
		{
			path: "labels", good: []string{"title", "billing", "description", "Money", "color", "#ff0000"}, shows: ">billing</span>",
			bad: []string{"title", "", "description", "half typed"}, field: "title", says: "must not be blank", keeps: "half typed", agent: http.StatusForbidden,
		},
		{
			path: "sla", good: []string{"name", "Gold", "first_response_time_threshold", "1h 30m", "resolution_time_threshold", "2d"}, shows: "1h 30m",
			bad: []string{"name", "half typed", "first_response_time_threshold", "soon"}, field: "first_response_time_threshold", says: "must be a time", keeps: "half typed", agent: http.StatusForbidden,
		},
		{
			path: "assignment", shows: "Skilled", agent: http.StatusForbidden,
			good:  []string{"name", "Skilled", "enabled", "true", "assignment_order", "expression", "expression", "agent.open", "conversation_priority", "longest_waiting", "fair_distribution_limit", "5", "fair_distribution_window", "1h", "inboxes", "1"},
			bad:   []string{"name", "half typed", "assignment_order", "expression", "expression", "", "conversation_priority", "longest_waiting", "fair_distribution_limit", "5", "fair_distribution_window", "1h"},
			field: "expression", says: "can&#39;t be blank", keeps: "half typed",
		},
		{
			path: "channelgroups", good: []string{"name", "The south", "inbox_ids", "1"}, shows: "The south",
			bad: []string{"name", "", "description", "half typed"}, field: "name", says: "can&#39;t be blank", keeps: "half typed", agent: http.StatusForbidden,
		},
		{
			path: "webhooks", good: []string{"url", "https://hooks.example/in", "subscriptions", "message.created"}, shows: "https://hooks.example/in",
			bad: []string{"url", "ftp://x", "name", "half typed", "subscriptions", "message.created"}, field: "url", says: "must be an http", keeps: "half typed", agent: http.StatusForbidden,
		},
		{
			path: "bots", good: []string{"name", "Robbie", "outgoing_url", "https://bot.example/", "give_way_after", "5m"}, shows: "Robbie",
			bad: []string{"name", "half typed", "outgoing_url", "nowhere"}, field: "outgoing_url", says: "must be an http", keeps: "half typed", agent: http.StatusForbidden,
		},
		{
			path: "apps", good: []string{"title", "Orders", "content", "https://shop.example/a\nhttps://shop.example/b"}, shows: "Orders",
			bad: []string{"title", "half typed", "content", "javascript:alert(1)"}, field: "content", says: "must hold http", keeps: "half typed", agent: http.StatusForbidden,
		},
		{
			path: "teams", good: []string{"name", "returns", "members", "1", "allow_auto_assign", "true", "timezone", "UTC"}, shows: ">returns</span>",
			bad: []string{"name", " ", "description", "half typed"}, field: "name", says: "must not be blank", keeps: "half typed", agent: http.StatusForbidden,
		},
		{
			path: "roles", good: []string{"name", "Night shift", "permissions", "contact_manage", "permissions", "report_manage"}, shows: "Night shift",
			bad: []string{"name", "half typed"}, field: "permissions", says: "must be chosen", keeps: "half typed", agent: http.StatusForbidden,
		},
		{
			path: "attributes", shows: "Order number", agent: http.StatusForbidden,
			good:  []string{"attribute_display_name", "Order number", "attribute_model", "conversation", "attribute_display_type", "text", "regex_pattern", "^A", "regex_cue", "Begins with A"},
			bad:   []string{"attribute_display_name", "half typed", "attribute_model", "contact", "attribute_display_type", "text", "regex_pattern", "("},
			field: "regex_pattern", says: "is not a regular expression", keeps: "half typed",
		},
		{
			path: "canned", good: []string{"short_code", "bye", "content", "Good bye <b>"}, shows: "Good bye &lt;b&gt;",
			bad: []string{"short_code", "", "content", "half typed"}, field: "short_code", says: "can&#39;t be blank", keeps: "half typed", agent: http.StatusOK,
		},
		{
			path: "macros", good: append([]string{"name", "Close it"}, rowsOf("resolve_conversation", "")...), shows: "Close it",
			bad: append([]string{"name", ""}, rowsOf("send_message", "half typed")...), field: "name", says: "can&#39;t be blank", keeps: "half typed", agent: http.StatusNotFound,
		},
	}
}

// Every setting can be added, changed and removed; what is wrong is said at its
// field, and nothing typed is lost.
func TestSettings(t *testing.T) {
	t.Parallel()
	for _, c := range settingCases() {
		t.Run(c.path, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			ada, base := w.signIn("ada@acme.example"), "settings/"+c.path
			ada.get(base).expect(http.StatusOK).without(c.shows)
			ada.get(base + "/new").expect(http.StatusOK)
			ada.post(base+"/new", c.bad...).wrong(c.field, c.says).expect(http.StatusUnprocessableEntity, c.keeps)
			list := ada.post(base+"/new", c.good...).to(base).expect(http.StatusOK, c.shows, "Saved")

			row := regexp.MustCompile(`settings/` + regexp.QuoteMeta(c.path) + `/(\d+)"`).FindStringSubmatch(list.Body)
			require.NotNil(t, row, "no row leads to its form")
			ada.get(base+"/"+row[1]).expect(http.StatusOK, "<form")
			ada.post(base+"/"+row[1], c.good...).to(base).expect(http.StatusOK, c.shows)
			ada.post(base+"/"+row[1], c.bad...).wrong(c.field, c.says)
			ada.get(base + "/999999").expect(http.StatusNotFound)
			ada.post(base+"/999999", c.good...).expect(http.StatusNotFound)

			w.signIn("bob@acme.example").get(base + "/" + row[1]).expect(c.agent)
			if strings.Contains(list.Body, base+"/"+row[1]+"/delete") {
				ada.post(base+"/"+row[1]+"/delete").to(base).expect(http.StatusOK, "Deleted").without(c.shows)
			}
		})
	}
}

// Every page that the menu of the settings names is there.
func TestSettingsMenuLeadsSomewhere(t *testing.T) {
	t.Parallel()
	ada := newWorld(t).signIn("ada@acme.example")
	first := ada.get("settings").expect(http.StatusSeeOther).Header.Get("Location")
	for _, m := range regexp.MustCompile(`<li><a href="(/app/accounts/\d+/settings/[^"]+)"`).FindAllStringSubmatch(ada.get(first).Body, -1) {
		ada.get(m[1]).expect(http.StatusOK, `aria-current="page"`)
	}
}

// A form of another site changes nothing.
func TestForeignFormsAreRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada := w.signIn("ada@acme.example")
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, ada.path("settings/labels/new"), strings.NewReader("title=stolen"))
	require.NoError(t, err)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	ada.do(r).expect(http.StatusForbidden)
	labels, err := w.admin.Labels.List(t.Context())
	require.NoError(t, err)
	require.Empty(t, labels)
}
