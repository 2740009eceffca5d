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
		identifier := browsertest.Eval[string](p, `[...document.querySelectorAll('input[readonly]')].map(e => e.value).find(v => /^[A-Za-z0-9_-]{16,}$/.test(v)) ?? ''`)
		require.NotEmpty(t, identifier, "the page does not show the inbox's identifier")

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
		p.Click(".tabs a >> All")
		p.Click(".row >> Carla")
		p.WaitText("#bubbles .in", "Where is my order?")
		p.Type("#content", "It left this morning.")
		p.Press("Control+Enter")
		p.WaitText("#bubbles .out", "It left this morning.")
		p.Shot("first-run-answered")
		var messages []struct{ Content string }
		customer.must(t, http.MethodGet, said, "", nil, &messages)
		require.Equal(t, "It left this morning.", messages[len(messages)-1].Content)
	})
}
