package dashboard_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/server/browsertest"
)

// row is one condition of a form: its place, field, operator and values.
func row(path, field, op string, values ...string) []string {
	out := []string{"where", path, "where." + path + ".field", field, "where." + path + ".op", op}
	for _, v := range values {
		out = append(out, "where."+path+".value", v)
	}
	return out
}

func group(path, join string) []string {
	return []string{"where", path, "where." + path + ".join", join}
}

func fields(parts ...[]string) (out []string) {
	for _, p := range parts {
		out = append(out, p...)
	}
	return out
}

// A rule's conditions are built, saved as a tree, shown again, and refused at their
// rows; nothing typed is lost.
func TestAutomationConditions(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada := w.signIn("ada@acme.example")
	_, err := w.admin.Attributes.Create(t.Context(), helpdesk.AttributeInput{Model: helpdesk.ContactAttribute, Key: "plan", Type: helpdesk.ListAttribute, Name: new("Plan"), Choices: []string{"free", "gold"}})
	require.NoError(t, err)
	_, err = w.admin.Labels.Create(t.Context(), helpdesk.LabelInput{Title: new("vip")})
	require.NoError(t, err)
	base := []string{"name", "Greet", "active", "true", "event_name", "message.created", "mode", "form", "action", "1", "action_1_name", "add_label", "action_1_was", "add_label", "action_1_value", "vip"}
	ada.get("settings/automation/new").expect(http.StatusOK, "everything matches")
	ada.post("settings/automation/new", fields(base, group("0", "and"), []string{"where.do", "row:0"})...).expect(http.StatusOK, `value="contact:plan">Contact: Plan`, `<optgroup label="Message">`).without("attribute_changed")

	tree := fields(
		group("0", "and"), row("0.0", "content", "contains", "order", "refund"), row("0.1", "inbox_id", "equal_to", str(w.inbox.ID)),
		group("0.2", "or"), row("0.2.0", "contact:plan", "equal_to", "gold"), row("0.2.1", "created_at", "days_before", "3"),
		group("0.3", "none"), row("0.3.0", "email", "contains", "@spam.example"), row("0.3.1", "priority", "equal_to", ""),
	)
	ada.post("settings/automation/new", fields(base, tree)...).to("settings/automation").expect(http.StatusOK, "Greet", "A message is written", `aria-checked="true"`)
	rules, err := w.admin.Rules.List(t.Context())
	require.NoError(t, err)
	require.Len(t, rules, 1)
	id := str(rules[0].ID)
	cond := func(field, op string, values ...any) helpdesk.Cond {
		return helpdesk.Cond{Field: field, Op: helpdesk.Op(op), Values: values}
	}
	plan := cond("plan", "equal_to", "gold")
	plan.Model = helpdesk.ContactAttribute
	require.Equal(t, helpdesk.Cond{And: []helpdesk.Cond{
		cond("content", "contains", "order", "refund"), cond("inbox_id", "equal_to", float64(w.inbox.ID)),
		{Or: []helpdesk.Cond{plan, cond("created_at", "days_before", "3")}},
		{Not: &helpdesk.Cond{Or: []helpdesk.Cond{cond("email", "contains", "@spam.example"), cond("priority", "equal_to", "")}}},
	}}, rules[0].Cond)

	form := ada.get("settings/automation/"+id).expect(http.StatusOK, `value="order"`, `value="refund"`, `value="none" selected`, `value="gold" checked`, "Value: Shop", `aria-label="Value: None"`)
	require.Equal(t, 2, strings.Count(form.Body, `value="and" selected`)+strings.Count(form.Body, `value="none" selected`))

	for name, c := range map[string]struct {
		tree []string
		says string
	}{
		"without a value":      {fields(group("0", "and"), row("0.0", "content", "contains", " ")), "Choose or enter a value."},
		"no number":            {fields(group("0", "and"), row("0.0", "display_id", "contains", "abc")), "Enter a number."},
		"no days":              {fields(group("0", "and"), row("0.0", "created_at", "days_before", "-1")), "Enter a number of days"},
		"no date":              {fields(group("0", "and"), row("0.0", "created_at", "is_less_than", "soon")), "Enter a date."},
		"a field that is gone": {fields(group("0", "and"), row("0.0", "contact:size", "equal_to", "9")), "This field is no longer there."},
	} {
		page := ada.post("settings/automation/new", fields(base, []string{"description", "kept <i>"}, c.tree)...)
		page.expect(http.StatusUnprocessableEntity, `<p class="wrong" id="w-where-0.0">`+c.says, "kept &lt;i&gt;", `value="Greet"`)
		_ = name
	}
	deep := fields(group("0", "and"))
	for path := "0.0"; len(path) < 20; path += ".0" {
		deep = fields(deep, group(path, "none"))
		if len(path) > 17 {
			deep = fields(deep, row(path+".0", "status", "equal_to", "open"))
		}
	}
	ada.post("settings/automation/new", fields(base, deep)...).expect(http.StatusUnprocessableEntity, "nested too deeply")

	// The builder's own buttons save nothing.
	ada.post("settings/automation/new", fields(base, group("0", "and"), []string{"where.do", "group:0"})...).expect(http.StatusOK, `data-path="0.0"`, `name="where.0.0.0.field"`)
	ada.post("settings/automation/new", fields(base, tree, []string{"where.do", "drop:0.2"})...).expect(http.StatusOK, `value="refund"`).without("days_before\" selected")
	ada.post("settings/automation/new", fields(base, tree, []string{"event_name", "conversation.updated"})...).expect(http.StatusSeeOther)
	rules, err = w.admin.Rules.List(t.Context())
	require.NoError(t, err)
	require.Len(t, rules, 2)
	w.signIn("bob@acme.example").get("settings/automation").expect(http.StatusForbidden)
}

// An expression is refused with a mark at the place, beside what else is wrong; the
// list switches, moves, copies and removes rules.
func TestAutomationList(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada := w.signIn("ada@acme.example")
	base := []string{"active", "true", "event_name", "conversation.created", "mode", "raw", "action", "1", "action_1_name", "resolve_conversation", "action_1_was", "resolve_conversation"}
	bad := ada.post("settings/automation/new", append([]string{"name", "", "expression", `contact.nme == "x"`}, base...)...)
	bad.wrong("name", "blank").expect(http.StatusUnprocessableEntity, `<pre class="wrong caret" role="alert">`, "| contact.nme ==", "........^", `contact.nme == &#34;x&#34;</textarea>`)
	for _, name := range []string{"First", "Second"} {
		ada.post("settings/automation/new", append([]string{"name", name, "expression", `contact.blocked`}, base...)...).to("settings/automation").expect(http.StatusOK, name)
	}
	ada.post("settings/automation/2/move", "to", "up").to("settings/automation").expect(http.StatusOK)
	ada.post("settings/automation/1/switch", "active", "false").to("settings/automation").expect(http.StatusOK, `aria-checked="false"`)
	ada.post("settings/automation/1/clone").to("settings/automation").expect(http.StatusOK, "Duplicated")
	ada.post("settings/automation/3/delete").to("settings/automation").expect(http.StatusOK)
	rules, err := w.admin.Rules.List(t.Context())
	require.NoError(t, err)
	require.Len(t, rules, 2)
	require.Equal(t, []string{"Second", "First"}, []string{rules[0].Name, rules[1].Name})
	require.False(t, rules[1].Active)
	ada.post("settings/automation/1/move", "to", "down").to("settings/automation")
	ada.get("settings/automation/99").expect(http.StatusNotFound)
	ada.post("settings/automation/99/switch").expect(http.StatusNotFound)

	silent := []string{"name", "Waits", "event_name", "conversation.agent_silent", "mode", "form", "action", "1", "action_1_name", "resolve_conversation", "action_1_was", "resolve_conversation"}
	ada.post("settings/automation/new", append(silent, "after", "0")...).wrong("after", "525600")
	ada.post("settings/automation/new", append(silent, "after", "30", "hours_only", "true")...).to("settings/automation").expect(http.StatusOK, "The customer waits for an answer")
}

// What a rule would do is shown before it is saved: over the history, and on one
// conversation with every condition explained.
func TestAutomationIsTried(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada := w.signIn("ada@acme.example")
	w.receive("ann", "Where is my order?")
	w.receive("ben", "Hello <b>there</b>")
	ask := fields([]string{"name", "Try", "event_name", "message.created", "mode", "form"}, group("0", "and"), row("0.0", "content", "contains", "order"), row("0.1", "status", "equal_to", "open"))
	ada.post("settings/automation/new", append(ask, "try", "history")...).expect(http.StatusOK, "Asked 2 times, it would have run 1 times.", "Message text contains order", "Status is Open", "folded.content contains")
	ada.post("settings/automation/new", append(ask, "try", "conversations", "conversations", "1, #2")...).expect(http.StatusOK, `<span class="badge badge-good">Runs`, "Does not run", `class="holds-not"`)
	ada.post("settings/automation/new", append(ask, "try", "conversations", "conversations", "99")...).expect(http.StatusOK, "There is no such conversation.")
	ada.post("settings/automation/new", append(ask, "try", "conversations", "conversations", "x<y")...).expect(http.StatusOK, "“x&lt;y” is no number")
	ada.post("settings/automation/new", append(ask, "try", "conversations")...).expect(http.StatusOK, "Say which conversations.")
	ada.post("settings/automation/new", append(ask[:4], "mode", "raw", "expression", "message.", "try", "history")...).expect(http.StatusOK, "caret")
	rules, err := w.admin.Rules.List(t.Context())
	require.NoError(t, err)
	require.Empty(t, rules)
}

// A rule that is put together with the mouse does what it says when a message comes.
func TestBrowserAutomation(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, err := w.admin.Labels.Create(t.Context(), helpdesk.LabelInput{Title: new("orders")})
	require.NoError(t, err)
	w.receive("zoe", "An order from before")
	p := w.open("ada@acme.example", browsertest.Options{})
	p.Goto(w.server.URL + "/app/accounts/" + str(w.account.ID) + "/settings/automation")
	ready(p)
	p.Click("a.primary >> Add rule")
	p.Fill("#f-name", "Orders")
	p.Click(`.cond-more button[value="row:0"]`)
	p.Wait(`[name="where.0.0.field"]:focus`)
	p.Select(`[name="where.0.0.field"]`, "content")
	p.WaitFor(`document.querySelector('[name="where.0.0.was"][value="content text"]')`)
	p.Select(`[name="where.0.0.op"]`, "contains")
	p.Fill(`[name="where.0.0.value"]`, "order")
	p.Click(`.cond-more button[value="group:0"]`)
	p.Wait(`[name="where.0.1.0.field"]:focus`)
	require.Equal(t, "order", p.Value(`[name="where.0.0.value"]`), "what was typed stays")
	p.Select(`[name="where.0.1.0.field"]`, "inbox_id")
	p.WaitFor(`document.querySelector('[name="where.0.1.0.was"][value="inbox_id pick"]')`)
	p.Click(`[data-path="0.1"] .cond-picks summary`)
	p.Click(`[data-path="0.1"] .cond-picks label >> Shop`)
	p.WaitText(`[data-path="0.1"] .cond-picks summary`, "Shop")
	p.Click(`[data-path="0.1"] .cond-more button[value="row:0.1"]`)
	p.Wait(`[name="where.0.1.1.field"]:focus`)
	p.Click(`[value="drop:0.1.1"]`)
	p.WaitGone(`[name="where.0.1.1.field"]`)
	p.Select(`[name="action_1_name"]`, "add_label")
	p.Click(`#actions .pick >> orders`)
	p.Click(`button[value="history"]`)
	p.WaitText("#trial", "it would have run 1 times")
	p.Axe()
	p.Shot("automation")
	p.Click(".form-end .primary >> Save")
	p.WaitText("#table", "Orders")
	p.Axe()

	m := w.receive("ann", "Where is my ORDER?")
	d, err := w.admin.Conversations.Get(t.Context(), m.Conversation)
	require.NoError(t, err)
	titles, err := w.admin.Labels.Titles(t.Context(), d.Labels)
	require.NoError(t, err)
	require.Equal(t, []string{"orders"}, titles)
	p.Click(`[role="switch"]`)
	p.Wait(`[role="switch"][aria-checked="false"]`)
	require.Empty(t, p.Complaints())
}
