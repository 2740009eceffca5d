package main_test

import (
	"net/http"
	"net/url"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk/server/browsertest"
)

// From an empty database to the first answered conversation, in a browser alone:
// the set-up link, the sign-in, an inbox, a customer, an answer.
func TestFirstRunInABrowser(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, db database) {
		s := start(t, []string{"HELPDESK_SECRET=" + secret}, "--addr", freeAddr(t), "--db", db.name, "--data", filepath.Join(t.TempDir(), "data"))
		link := regexp.MustCompile(`http://\S+/setup/\S+`).FindString(s.out.String())
		require.NotEmpty(t, link, s.out.String())
		p := browsertest.Open(t, browsertest.Options{})
		p.Goto(link)
		p.Axe()
		p.Type("#account", "Velo & Co")
		p.Type("#name", "Ada Lovelace")
		p.Type("#email", "ada@example.com")
		p.Type("#password", "Secret-1!")
		p.Shot("first-run-setup")
		p.Press("Enter")
		p.WaitText("main", "Velo & Co is there")
		p.Click("a >> Open the desk")
		p.WaitText("h1", "Sign in")
		p.Fill("#email", "ada@example.com")
		p.Fill("#password", "Secret-1!")
		p.Click("button >> Sign in")
		p.WaitURL("/conversations")
		p.Axe()

		p.Click("#nav a >> Settings")
		p.Click(".side a >> Inboxes")
		p.Click("a >> Add inbox")
		p.Click("a >> API")
		p.Type("#f-name", "Shop")
		p.Axe()
		p.Shot("first-run-inbox")
		p.Click("form.form button.primary")
		p.WaitURL("/settings/inboxes/1/")
		p.Shot("first-run-inbox-made")
		shown := `[...document.querySelectorAll('input[readonly]')].map(e => e.value).find(v => /^[A-Za-z0-9_-]{16,}$/.test(v))`
		p.WaitFor(shown)
		identifier := browsertest.Eval[string](p, shown)

		customer := newClient(s.url, "")
		shop := "/public/api/v1/inboxes/" + url.PathEscape(identifier)
		var contact struct {
			Source string `json:"source_id"`
		}
		customer.must(t, http.MethodPost, shop+"/contacts", "", map[string]any{"name": "Carla"}, &contact)
		var talk struct{ ID int64 }
		customer.must(t, http.MethodPost, shop+"/contacts/"+contact.Source+"/conversations", "", map[string]any{}, &talk)
		said := shop + "/contacts/" + contact.Source + "/conversations/1/messages"
		customer.must(t, http.MethodPost, said, "", map[string]any{"content": "Where is my order?"}, nil)

		p.Click("#nav a >> Conversations")
		p.WaitFor(`document.documentElement.hasAttribute('data-wired')`)
		p.Click(".tabs a >> All")
		p.Click(".row >> Carla")
		p.WaitText("#bubbles .in", "Where is my order?")
		p.WaitFor(`document.documentElement.hasAttribute('data-wired')`)
		p.Type("#content", "It left this morning.")
		p.Press("Control+Enter")
		p.WaitText("#bubbles .out", "It left this morning.")
		p.Shot("first-run-answered")
		var messages []struct{ Content string }
		customer.must(t, http.MethodGet, said, "", nil, &messages)
		require.Equal(t, "It left this morning.", messages[len(messages)-1].Content)
	})
}

// The demo, as somebody plays it who has never seen it: a visitor in the shop's
// window and an agent at the dashboard, each sees at once what the other writes.
func TestVisitorAndAgentInBrowsers(t *testing.T) {
	t.Parallel()
	s := start(t, nil, "--demo", "--addr", "127.0.0.1:0", "--db", "sqlite::memory:")
	agent, visitor := browsertest.Open(t, browsertest.Options{}), browsertest.Open(t, browsertest.Options{})
	agent.Goto(s.url + "/app/login")
	agent.Fill("#email", "ana@example.com")
	agent.Fill("#password", "Demo-2-demo!")
	agent.Click("button >> Sign in")
	agent.WaitURL("/conversations")
	agent.Goto(s.url + "/app/accounts/1/conversations?tab=all&status=all")
	agent.Wait("#rows > .row")
	next := browsertest.Eval[string](agent, `"#c-" + (1 + Math.max(...[...document.querySelectorAll("#rows > .row")].map(r => +r.id.slice(2)))) + " a"`)

	visitor.Goto(s.url + "/demo")
	visitor.Click(".woot-widget-bubble")
	window := visitor.Frame("/widget?")
	window.Wait("#text")
	visitor.Axe()
	window.Type("#text", "Do you have this one in green?")
	window.Press("Enter")
	window.WaitText(".own", "Do you have this one in green?")

	agent.Click(next)
	agent.WaitText("#bubbles .in", "Do you have this one in green?")
	agent.WaitFor(`document.documentElement.hasAttribute('data-wired')`)
	agent.Type("#content", "We do, in two sizes.")
	window.Wait("#typing")
	agent.Press("Control+Enter")
	window.WaitText(".theirs", "We do, in two sizes.")
	window.Type("#text", "The larger one, please")
	window.Press("Enter")
	agent.WaitText("#bubbles .in", "The larger one, please")
	visitor.Shot("visitor")
	agent.Shot("agent")
}
