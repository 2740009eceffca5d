package dashboard_test

import (
	"io"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
)

// rowsOf is how a list of actions of one row each is sent: by turns the action and
// its first value.
func rowsOf(actions ...string) []string {
	var out []string
	for i := 0; i+1 < len(actions); i += 2 {
		at := "action_" + string(rune('1'+i/2)) + "_"
		out = append(out, "action", string(rune('1'+i/2)), at+"name", actions[i], at+"was", actions[i], at+"value", actions[i+1])
	}
	return out
}

// A macro's actions are added, moved and taken away by buttons that save nothing,
// with a script or without.
func TestActionEditor(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada := w.signIn("ada@acme.example")
	form := append([]string{"name", "Close it"}, rowsOf("add_label", "vip", "send_message", "Bye <b>", "resolve_conversation", "")...)

	ada.get("settings/macros/new").expect(http.StatusOK, `id="action-1"`).without(`id="action-2"`)
	ada.post("settings/macros/new", append(form, "form_do", "action-add")...).expect(http.StatusOK, `value="Close it"`, `id="action-4"`, "Bye &lt;b&gt;</textarea>")
	ada.post("settings/macros/new", append(form, "form_do", "action-remove 2")...).expect(http.StatusOK, `id="action-3"`).without(`id="action-2"`, "Bye")
	moved := ada.post("settings/macros/new", append(form, "form_do", "action-up 3")...).expect(http.StatusOK)
	require.Less(t, indexOf(moved.Body, `id="action-3"`), indexOf(moved.Body, `id="action-2"`))

	other := append([]string{}, form...)
	other[other1(other, "action_2_name")] = "assign_agent"
	ada.post("settings/macros/new", append(other, "form_do", "redo")...).expect(http.StatusOK, "Whoever runs it", "Bob Stone").without("Bye")
	macros, err := w.admin.Macros.List(t.Context())
	require.NoError(t, err)
	require.Empty(t, macros)

	ada.post("settings/macros/new", form...).to("settings/macros").expect(http.StatusOK, "Close it", "3 actions")
	macros, err = w.admin.Macros.List(t.Context())
	require.NoError(t, err)
	require.Equal(t, []helpdesk.RuleAction{
		{Name: "add_label", Values: []any{"vip"}}, {Name: "send_message", Values: []any{"Bye <b>"}}, {Name: "resolve_conversation"},
	}, macros[0].Actions)
}

func other1(fields []string, name string) int {
	for i := 0; i < len(fields); i += 2 {
		if fields[i] == name {
			return i + 1
		}
	}
	return -1
}

// What is wrong with an action is said at its row, the rest stays as it was typed.
func TestActionEditorSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada := w.signIn("ada@acme.example")
	for _, c := range []struct {
		name, row, says string
		actions         []string
	}{
		{"nothing chosen", "1", "must be chosen", []string{"", ""}},
		{"a text that is missing", "2", "must not be blank", []string{"send_message", "first", "send_message", " "}},
		{"no file", "1", "must be chosen", []string{"send_attachment", ""}},
		{"an address that is none", "2", "must be an http or https address", []string{"resolve_conversation", "", "send_webhook_event", "ftp://x"}},
		{"an agent who is gone", "2", "does not exist", []string{"add_label", "vip", "assign_agent", "99999"}},
		{"the second of two", "3", "does not exist", []string{"change_priority", "high", "mute_conversation", "", "change_priority", "dire"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			form := append([]string{"name", "Half typed"}, rowsOf(c.actions...)...)
			p := ada.post("settings/macros/new", form...).expect(http.StatusUnprocessableEntity, `value="Half typed"`)
			p.wrong("action_"+c.row+"_name", c.says)
		})
	}
	ada.post("settings/macros/new", "name", "").wrong("name", "can&#39;t be blank").expect(http.StatusUnprocessableEntity, `role="alert"`)
}

// Files go with the actions that send them.
func TestActionEditorKeepsFiles(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada := w.signIn("ada@acme.example")
	form := append([]string{"name", "Price list"}, rowsOf("send_attachment", "", "send_attachment", "")...)
	ada.send("settings/macros/new", []upload{{"action_1_file", "prices.txt", "one"}, {"action_2_file", "prices.txt", "two"}}, form...).to("settings/macros")
	macros, err := w.admin.Macros.List(t.Context())
	require.NoError(t, err)
	m := macros[0]
	require.Len(t, m.Files, 2)
	for i, want := range []string{"one", "two"} {
		_, f, err := w.admin.Macros.OpenFile(t.Context(), m.ID, m.Actions[i].Values[0].(string))
		require.NoError(t, err)
		raw, err := io.ReadAll(f)
		require.NoError(t, err)
		require.NoError(t, f.Close())
		require.Equal(t, want, string(raw))
	}

	path := "settings/macros/1"
	ada.get(path).expect(http.StatusOK, "prices.txt")
	ada.post(path, append([]string{"name", "Price list"}, rowsOf("send_attachment", m.Files[1].Key)...)...).to("settings/macros")
	m, err = w.admin.Macros.Get(t.Context(), m.ID)
	require.NoError(t, err)
	require.Len(t, m.Files, 1, "no action sends the other")
}

// Whoever is no administrator makes macros of their own, and does not change those
// of all.
func TestMacrosOfAgents(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada, bob := w.signIn("ada@acme.example"), w.signIn("bob@acme.example")
	ada.post("settings/macros/new", append([]string{"name", "Of all", "visibility", "global"}, rowsOf("resolve_conversation", "")...)...).to("settings/macros")
	bob.get("settings/macros").expect(http.StatusOK, "Of all").without("settings/macros/1\"")
	bob.get("settings/macros/1").expect(http.StatusForbidden)
	bob.post("settings/macros/1", append([]string{"name", "Mine"}, rowsOf("mute_conversation", "")...)...).expect(http.StatusForbidden)
	bob.get("settings/macros/new").expect(http.StatusOK).without(`name="visibility"`)
	bob.post("settings/macros/new", append([]string{"name", "Of Bob", "visibility", "global"}, rowsOf("resolve_conversation", "")...)...).to("settings/macros").expect(http.StatusOK, "Of Bob")
	ada.get("settings/macros").expect(http.StatusOK).without("Of Bob")
}
