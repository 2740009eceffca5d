package dashboard_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/server/browsertest"
)

// A macro is put together in a browser: rows come, change and move without anything
// being saved or lost.
func TestMacroEditorInABrowser(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, err := w.admin.Labels.Create(t.Context(), helpdesk.LabelInput{Title: new("vip")})
	require.NoError(t, err)
	p := w.open("ada@acme.example", browsertest.Options{})
	p.Goto(w.at("settings/macros/new"))
	ready(p)
	p.Type("#f-name", "Say good bye")
	choose := func(row, action string) {
		p.Do(`{ const s = document.getElementById('action_` + row + `_name'); s.value = '` + action + `'; s.dispatchEvent(new Event('change', { bubbles: true })); }`)
	}
	ready(p)
	choose("1", "resolve_conversation")
	p.WaitFor(`document.querySelector('[name=action_1_was]').value === 'resolve_conversation'`)
	p.Click("button >> Add action")
	p.WaitFor(`document.activeElement.id === 'action_2_name'`)
	choose("2", "send_message")
	p.Type("textarea[name=action_2_value]", "Good bye")
	p.Click("button >> Add action")
	p.Wait("#action-3")
	choose("3", "add_label")
	p.Click(".pick >> vip")
	p.Click("#action-2 button[value='action-up 2']")
	p.WaitFor(`document.querySelector('.action-list li').id === 'action-2'`)
	require.Equal(t, "Good bye", p.Value("textarea[name=action_2_value]"))
	p.Axe()
	p.Shot("macro")
	p.Click(".form-end button >> Save")
	p.WaitText("#table", "Say good bye")
	p.WaitText("#table", "3 actions")
	list, err := w.admin.Macros.List(t.Context())
	require.NoError(t, err)
	require.Equal(t, []helpdesk.RuleAction{
		{Name: "send_message", Values: []any{"Good bye"}}, {Name: "resolve_conversation"}, {Name: "add_label", Values: []any{"vip"}},
	}, list[0].Actions)
}

// The pages of settings and the profile have nothing that a program for the blind
// stumbles over, in light, dark and on a phone.
func TestSettingsInABrowser(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, err := w.admin.Webhooks.Create(t.Context(), helpdesk.WebhookInput{URL: new("http://127.0.0.1:9/")})
	require.NoError(t, err)
	p := w.open("ada@acme.example", browsertest.Options{})
	for _, path := range []string{"settings/account", "settings/agents", "settings/agents/" + str(w.bob.ID), "settings/webhooks/1", "settings/audit", "profile/notifications"} {
		p.Goto(w.at(path))
		ready(p)
		p.Axe()
	}
	p.Goto(w.at("profile"))
	ready(p)
	p.Do(`{ const s = document.getElementById('f-theme'); s.value = 'dark'; }`)
	p.Click("button >> Save")
	p.WaitFor(`document.documentElement.dataset.theme === 'dark'`)
	p.Goto(w.at("profile/security"))
	ready(p)
	p.Click("[data-show=f-access_token]")
	p.WaitFor(`document.getElementById('f-access_token').type === 'text'`)
	p.Click("#factor button >> Set up")
	p.Wait("svg.qr")
	p.Axe()
	p.Shot("factor-dark")

	p.Click(".nav-foot summary")
	p.Click(".nav-foot button[value=busy]")
	p.Wait(".nav-foot .presence-busy")
}
