package dashboard_test

import (
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
)

// The command bar offers what fits: the places a role may see, and what can be done
// with a conversation as it is.
func TestCommandBar(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	title := "urgent-case"
	_, err := w.admin.Labels.Create(ctx, helpdesk.LabelInput{Title: &title})
	require.NoError(t, err)
	email := "mary@example.com"
	_, err = w.admin.Contacts.Create(ctx, helpdesk.NewContact{ContactChange: helpdesk.ContactChange{Email: &email}})
	require.NoError(t, err)
	m := w.receive("<b>Mary</b>", "Hello")
	talk := strconv.FormatInt(int64(m.Conversation), 10)
	ada, bob := w.signIn("ada@acme.example"), w.signIn("bob@acme.example")

	ada.get("command").expect(http.StatusOK, `role="option"`, "/settings/labels", "Shop").without("/status", "<html")
	bob.get("command?conversation=nothing").expect(http.StatusOK).without("/status")
	ada.get("command?conversation=999").expect(http.StatusOK).without("/status")

	open := ada.get("command?conversation="+talk).expect(http.StatusOK, "Conversation #1", "Resolve conversation", "Mark as pending", "Mute conversation",
		`data-fields="agent=2"`, `data-fields="label=urgent-case&amp;on=true"`, `data-fields="until="`, `data-fields="priority=urgent"`, "Bob Stone").without("Reopen")
	require.Contains(t, open.Body, url.QueryEscape("2026-03-15T09:00:00Z"), "tomorrow at nine")
	require.Contains(t, open.Body, url.QueryEscape("2026-03-16T09:00:00Z"), "the next Monday")
	require.Contains(t, open.Body, url.QueryEscape("2026-04-06T09:00:00Z"), "the first Monday of next month")
	require.Contains(t, open.Body, url.QueryEscape("2026-03-14T16:09:26Z"), "in an hour")

	_, err = w.admin.Conversations.Resolve(ctx, m.Conversation)
	require.NoError(t, err)
	_, err = w.admin.Conversations.SetLabels(ctx, m.Conversation, []string{title})
	require.NoError(t, err)
	ada.get("command?conversation="+talk).expect(http.StatusOK, "Reopen conversation", `data-fields="label=urgent-case&amp;on=false"`).without("Resolve conversation")

	ada.get("command?q=mary").expect(http.StatusOK, "&lt;b&gt;Mary&lt;/b&gt; · #1", "/conversations/1", "mary@example.com", "/contacts/1", "/search?q=mary", "Resolved").without("<b>Mary")
	ada.get("command?q=m").expect(http.StatusOK).without("Mary")
	w.stranger().get("command").expect(http.StatusSeeOther)
}

// Whoever is not in an inbox finds nothing of it.
func TestCommandBarShowsNoOthersConversations(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	eve := w.agent("eve@acme.example", "Eve", helpdesk.AgentRole)
	m := w.receive("Mary", "Hello")
	b := w.signIn(eve.Email)
	b.get("command?conversation="+strconv.FormatInt(int64(m.Conversation), 10)).expect(http.StatusOK).without("Mary", "/status")
	b.get("command?q=mary").expect(http.StatusOK).without("/conversations/1")
}

// Every shortcut has its words, and no two have the same keys.
func TestShortcuts(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("static/js/shortcuts.js")
	require.NoError(t, err)
	known, seen := words(t), map[string]bool{}
	rows := regexp.MustCompile(`keys: '([^']+)', text: '(\w+)'`).FindAllStringSubmatch(string(raw), -1)
	require.Greater(t, len(rows), 15)
	for _, r := range rows {
		require.False(t, seen[r[1]], r[1])
		seen[r[1]] = true
		require.Contains(t, known, "phrases."+r[2])
	}
	for _, r := range regexp.MustCompile(`\['(shortcuts_\w+)', \[`).FindAllStringSubmatch(string(raw), -1) {
		require.Contains(t, known, "phrases."+r[1])
	}
}
