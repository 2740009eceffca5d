package dashboard_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/server/browsertest"
)

// furnish gives the account one of most nouns, so that their pages have something to
// show.
func (w *world) furnish() {
	w.Helper()
	ctx := w.Context()
	_, err := w.admin.Labels.Create(ctx, helpdesk.LabelInput{Title: new("vip")})
	require.NoError(w, err)
	_, err = w.admin.Teams.Create(ctx, helpdesk.TeamInput{Name: new("sales")})
	require.NoError(w, err)
	_, err = w.admin.CannedResponses.Create(ctx, helpdesk.CannedInput{ShortCode: new("hi"), Content: new("Hello")})
	require.NoError(w, err)
	_, err = w.admin.Macros.Create(ctx, helpdesk.MacroInput{Name: new("Close"), Actions: []helpdesk.RuleAction{{Name: helpdesk.DoResolve}}})
	require.NoError(w, err)
	_, err = w.admin.Webhooks.Create(ctx, helpdesk.WebhookInput{URL: new("https://hooks.example/desk")})
	require.NoError(w, err)
	_, err = w.admin.Bots.Create(ctx, helpdesk.BotInput{Name: new("Robin")})
	require.NoError(w, err)
	m := w.receive("Carla <b>", "Hello, where is my bike?")
	_, err = w.admin.Messages.Send(ctx, m.Conversation, helpdesk.Reply{Content: "On its way"})
	require.NoError(w, err)
	w.receive("Dora", "Hello")
}

// Every page that is reached by links is found, has nothing serious that keeps
// people out, complains of nothing, and fits a phone.
func TestEveryPage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.furnish()
	p := w.open("ada@acme.example", browsertest.Options{Still: true})
	digits := regexp.MustCompile(`\d+`)
	kind := func(path string) string { return digits.ReplaceAllString(path, "N") }
	base := strings.TrimSuffix(w.at(""), "/")
	seen, todo := map[string]bool{}, []string{"/conversations"}
	var all []string
	for len(todo) > 0 {
		path := todo[0]
		todo = todo[1:]
		if seen[kind(path)] {
			continue
		}
		seen[kind(path)] = true
		all = append(all, path)
		p.Goto(base + path)
		p.Wait("#main")
		p.Axe()
		for _, to := range browsertest.Eval[[]string](p, `[...document.querySelectorAll('a[href]:not([download])')].map(a => a.href)`) {
			to, _, _ = strings.Cut(to, "#")
			to, query, _ := strings.Cut(to, "?")
			if within, ok := strings.CutPrefix(to, base); ok && !strings.HasSuffix(within, ".csv") && !strings.Contains(query, "download") {
				if strings.HasPrefix(query, "kind=") { // each channel asks for something else
					within += "?" + query
				}
				todo = append(todo, within)
			}
		}
	}
	t.Logf("%d pages: %s", len(all), strings.Join(all, " "))
	// Pages that links alone must lead to.
	for _, must := range []string{"/contacts", "/reports", "/settings/account", "/settings/automation/new", "/settings/flows/new", "/settings/inboxes/1", "/profile", "/notifications"} {
		require.True(t, slices.ContainsFunc(all, func(path string) bool { return strings.HasPrefix(path, must) }), "%s is not reached", must)
	}

	phone := w.open("ada@acme.example", browsertest.Options{Phone: true, Dark: true})
	for _, path := range all {
		phone.Goto(base + path)
		phone.Wait("#main")
		require.LessOrEqual(t, browsertest.Eval[int](phone, `document.documentElement.scrollWidth - innerWidth`), 0, "%s is wider than a phone", path)
	}
}
