package helpdesk_test

import (
	"fmt"
	"go/ast"
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
)

// told reads the account's record since a number of entries ago, oldest first,
// as "verb noun field: before -> after".
func (w *world) told(skip int) (out []string) {
	entries, _, err := w.admin.Audit.List(w.ctx, helpdesk.AuditFilter{}, helpdesk.Page{Limit: helpdesk.MaxPage})
	require.NoError(w.t, err)
	slices.Reverse(entries)
	for _, e := range entries[skip:] {
		require.Equal(w.t, w.clock.Now(), e.At)
		require.NotZero(w.t, e.Object)
		for _, field := range slices.Sorted(maps.Keys(e.Changes)) {
			c := e.Changes[field]
			out = append(out, fmt.Sprintf("%s %s %s: %s -> %s", e.Verb, e.Noun, field, c.Before, c.After))
		}
		if len(e.Changes) == 0 {
			out = append(out, e.Verb+" "+e.Noun)
		}
	}
	return out
}

func TestAuditTellsBeforeAndAfter(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		skip := len(entriesOf(w))
		d := w.engine.As(w.engine.Agent(w.account, w.owner).From("192.0.2.7"))
		l, err := d.Labels.Create(w.ctx, helpdesk.LabelInput{Title: ptr("vip")})
		require.NoError(t, err)
		_, err = d.Labels.Update(w.ctx, l.ID, helpdesk.LabelInput{Color: ptr("#ff0000")})
		require.NoError(t, err)
		require.NoError(t, d.Labels.Delete(w.ctx, l.ID))
		require.Equal(t, []string{
			`create label color:  -> "#1f93ff"`, `create label sidebar:  -> true`, `create label title:  -> "vip"`,
			`update label color: "#1f93ff" -> "#ff0000"`,
			`delete label color: "#ff0000" -> `, `delete label sidebar: true -> `, `delete label title: "vip" -> `,
		}, w.told(skip))

		entries, _, err := d.Audit.List(w.ctx, helpdesk.AuditFilter{}, helpdesk.Page{Limit: 1})
		require.NoError(t, err)
		require.Equal(t, "192.0.2.7", entries[0].Remote)
		require.Equal(t, helpdesk.ActorRef{Kind: helpdesk.ByAgent, ID: int64(w.owner)}, entries[0].Actor)

		before := len(entriesOf(w))
		_, err = d.Labels.Update(w.ctx, l.ID, helpdesk.LabelInput{Color: ptr("#ff0000")})
		require.ErrorIs(t, err, helpdesk.NotFound)
		require.Len(t, entriesOf(w), before, "what failed is not told of")
	})
}

func entriesOf(w *world) []*helpdesk.AuditEntry {
	entries, _, err := w.admin.Audit.List(w.ctx, helpdesk.AuditFilter{}, helpdesk.Page{Limit: helpdesk.MaxPage})
	require.NoError(w.t, err)
	return entries
}

// Secrets are named, never told.
func TestAuditKeepsSecrets(t *testing.T) {
	t.Parallel()
	w := newWorld(t, openMemory)
	skip := len(entriesOf(w))
	box := w.inbox("Shop")
	_, err := w.admin.Inboxes.Update(w.ctx, box.ID, helpdesk.InboxInput{Name: ptr("The Shop"), Settings: []byte(`{"webhook_url":"https://shop.example/swordfish"}`)})
	require.NoError(t, err)
	hook, err := w.admin.Webhooks.Create(w.ctx, helpdesk.WebhookInput{URL: ptr("https://a.example")})
	require.NoError(t, err)
	secret, err := w.admin.Webhooks.Secret(w.ctx, hook.ID)
	require.NoError(t, err)
	told := fmt.Sprint(w.told(skip))
	require.Contains(t, told, `update inbox name: "Shop" -> "The Shop"`)
	require.Contains(t, told, `update inbox settings:  -> "(secret)"`)
	require.Contains(t, told, `create webhook secret:  -> "(secret)"`)
	require.NotContains(t, told, secret)
}

// Whoever may change settings leaves a trace: every method that asks for an
// administrator's permission and writes also audits, or hands on to what does.
func TestEveryAdministrativeChangeIsAudited(t *testing.T) {
	t.Parallel()
	admin := []string{"EditSettings", "EditLabels", "EditCampaigns", "EditHelpCenter", "DeleteConversation", "DeleteContact", "MoveContacts"}
	traces := []string{"record", "audit", "auditMembers", "addAgent", "updateAgent", "createBot", "deleteIntegration", "savePortal", "reorder", "deleteContact"}
	found := 0
	eachServiceMethod(t, func(name string, fn *ast.FuncDecl) {
		calls := callNames(fn.Body)
		if calls["change"]+calls["remove"]+calls["update"] == 0 {
			return
		}
		asks := false
		ast.Inspect(fn.Body, func(n ast.Node) bool {
			id, ok := n.(*ast.Ident)
			asks = asks || ok && slices.Contains(admin, id.Name)
			return true
		})
		if !asks {
			return
		}
		found++
		require.True(t, slices.ContainsFunc(traces, func(c string) bool { return calls[c] > 0 }), "%s leaves no trace", name)
	})
	require.Greater(t, found, 20)
}
