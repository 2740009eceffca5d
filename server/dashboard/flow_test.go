package dashboard_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/server/browsertest"
)

// step is a card of a form: its key, kind and id, and its other answers.
func step(key, kind, id string, answers ...string) []string {
	at := "s." + key + "."
	out := []string{"step", key, at + "kind", kind, at + "id", id, at + "was", id}
	for i := 0; i < len(answers); i += 2 {
		out = append(out, at+answers[i], answers[i+1])
	}
	return out
}

// A flow is written step by step, saved, shown again; every mistake stands at its
// step, and nothing typed is lost.
func TestFlow(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada := w.signIn("ada@acme.example")
	team, err := w.admin.Teams.Create(t.Context(), helpdesk.TeamInput{Name: new("sales")})
	require.NoError(t, err)
	_, err = w.admin.Attributes.Create(t.Context(), helpdesk.AttributeInput{Model: helpdesk.ContactAttribute, Key: "plan", Type: helpdesk.TextAttribute, Name: new("Plan")})
	require.NoError(t, err)
	_, err = w.admin.Labels.Create(t.Context(), helpdesk.LabelInput{Title: new("vip")})
	require.NoError(t, err)
	ada.get("settings/flows").expect(http.StatusOK, "No flows yet")
	ada.get("settings/flows/new").expect(http.StatusOK, `value="welcome"`, "Hand over to people")

	good := fields(
		[]string{"name", "Reception", "active", "true"},
		step("1", "ask", "topic", "text", "What is it about?", "choices", "An order = order\r\nSomething else", "variable", "topic", "retries", "2", "give_up", "people", "timeout", "30m", "on_timeout", "bye", "attribute", "contact:plan", "next", "decide"),
		step("2", "branch", "decide", "branch", "1", "b.1.mode", "raw", "b.1.expression", `flow.texts.topic == "order"`, "b.1.next", "tag", "branch", "2", "b.2.mode", "form", "b.2.next", "team", "else", "people"),
		[]string{"s.2.b.2.where", "0", "s.2.b.2.where.0.join", "and", "s.2.b.2.where", "0.0", "s.2.b.2.where.0.0.field", "inbox_id", "s.2.b.2.where.0.0.op", "equal_to", "s.2.b.2.where.0.0.value", str(w.inbox.ID)},
		step("3", "label", "tag", "labels", "vip", "next", "call"),
		step("4", "webhook", "call", "url", "https://shop.example/x", "data", "who = {{contact.name}}", "fill", "name = order.name", "failed", "people", "next", "pause"),
		step("5", "wait", "pause", "wait", "90s", "next", "set"),
		step("6", "set_attribute", "set", "attribute", "contact:plan", "value", "gold", "next", "team"),
		step("7", "assign_team", "team", "team", str(team.ID), "next", "people"),
		step("8", "hand_off", "people"),
		step("9", "end", "bye", "resolve", "true"),
	)
	ada.post("settings/flows/new", good...).to("settings/flows").expect(http.StatusOK, "Reception", "9 steps", "No inbox uses it")
	flows, err := w.admin.Flows.List(t.Context())
	require.NoError(t, err)
	require.Len(t, flows, 1)
	s := flows[0].Steps
	require.Equal(t, helpdesk.FlowStep{
		ID: "topic", Kind: helpdesk.FlowAsk, Next: "decide", Text: "What is it about?", Choices: []helpdesk.FlowChoice{{Title: "An order", Value: "order"}, {Title: "Something else"}},
		Retries: 2, GiveUp: "people", Timeout: 30 * time.Minute, OnTimeout: "bye", Variable: "topic", Model: helpdesk.ContactAttribute, Attribute: "plan",
	}, s[0])
	require.Len(t, s[1].Branches, 2)
	require.Equal(t, "tag", s[1].Branches[0].Next)
	require.Equal(t, "inbox_id", s[1].Branches[1].Cond.Field)
	require.Equal(t, map[string]string{"name": "order.name"}, s[3].Fill)
	require.Equal(t, 90*time.Second, s[4].Wait)
	require.True(t, s[8].Resolve)
	ada.get("settings/flows/1").expect(http.StatusOK, "An order = order", `value="30m"`, `value="1m 30s"`, "Value: Shop", "who = {{contact.name}}", `<option value="tag" selected>`)

	for says, bad := range map[string][]string{
		"can&#39;t be blank":      fields([]string{"name", "F"}, step("1", "send", "hello", "text", "", "next", "people"), step("2", "hand_off", "people")),
		"names no step (nothing)": fields([]string{"name", "F"}, step("1", "send", "hello", "text", "<b>", "next", "nothing")),
		"is reached by no other":  fields([]string{"name", "F"}, step("1", "send", "hello", "text", "x", "next", "people"), step("2", "hand_off", "people"), step("3", "end", "lost")),
		"must be a time such as":  fields([]string{"name", "F"}, step("1", "wait", "w", "wait", "soon", "next", "people"), step("2", "hand_off", "people")),
		"flow.":                   fields([]string{"name", "F"}, step("1", "branch", "b", "branch", "1", "b.1.mode", "raw", "b.1.expression", "flow.", "b.1.next", "people", "else", "people"), step("2", "hand_off", "people")),
		"Choose or enter a value": fields([]string{"name", "F"}, step("1", "branch", "b", "branch", "1", "b.1.mode", "form", "b.1.next", "people", "else", "people"), []string{"s.1.b.1.where", "0", "s.1.b.1.where", "0.0", "s.1.b.1.where.0.0.field", "content", "s.1.b.1.where.0.0.op", "contains"}, step("2", "hand_off", "people")),
	} {
		ada.post("settings/flows/1", bad...).expect(http.StatusUnprocessableEntity, `class="wrong"`, says, `value="F"`)
	}
	ada.post("settings/flows/1", append(good[2:], "name", "")...).wrong("name", "blank")

	// Its own buttons save nothing: a step follows the last, a step that is renamed or
	// taken away takes along what leads to it.
	page := fields([]string{"name", "F"}, step("1", "send", "hello", "text", "Hi", "next", ""), []string{"steps.kind", "ask", "steps.do", "add"})
	ada.post("settings/flows/1", page...).expect(http.StatusOK, `id="step-2"`, `<option value="ask" selected>`)
	page = fields([]string{"name", "F"}, step("1", "send", "hello", "text", "Hi", "next", "mid"), []string{"step", "2", "s.2.kind", "send", "s.2.was", "mid", "s.2.id", "middle", "s.2.next", "people"}, step("3", "hand_off", "people"))
	ada.post("settings/flows/1", append(page, "steps.do", "up:3")...).expect(http.StatusOK, `<option value="middle" selected>`).without(`value="mid"`)
	ada.post("settings/flows/1", append(page, "steps.do", "drop:2")...).expect(http.StatusOK, `<option value="people" selected>`).without(`id="step-2"`)

	ada.post("settings/inboxes/1/bot", "entry_flow_id", "1").to("settings/inboxes/1/bot")
	ada.get("settings/flows").expect(http.StatusOK, "Shop · at the beginning")
	ada.post("settings/flows/1/switch", "active", "false").to("settings/flows").expect(http.StatusOK, `aria-checked="false"`)
	ada.get("settings/flows/9").expect(http.StatusNotFound)
	w.signIn("bob@acme.example").get("settings/flows").expect(http.StatusForbidden)
}

// A flow is put together in a browser, and answers a customer.
func TestBrowserFlow(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.open("ada@acme.example", browsertest.Options{})
	p.Goto(w.at("settings/flows/new"))
	ready(p)
	p.Fill("#f-name", "Reception")
	p.Fill(`[name="s.1.text"]`, "Welcome to Velo")
	p.Select(`[name="steps.kind"]`, "ask")
	p.Click(`button[value="add"]`)
	p.Fill(`[name="s.3.text"]`, "What is it about?")
	p.Select(`[name="s.1.next"]`, "ask")
	p.Select(`[name="s.3.next"]`, "people")
	p.Click(`button[value="up:3"]`)
	p.WaitFor(`document.querySelector('.flow-steps > li:nth-child(2)').id === 'step-3'`)
	p.Axe()
	p.Shot("flow")
	p.Click(".form-end .primary >> Save")
	p.WaitText("#table", "Reception")
	flow := helpdesk.FlowID(1)
	_, err := w.admin.Inboxes.Update(t.Context(), w.inbox.ID, helpdesk.InboxInput{EntryFlow: &flow})
	require.NoError(t, err)
	m := w.receive("ann", "Hi")
	for range 4 {
		require.NoError(t, w.e.RunDue(t.Context()))
	}
	list, err := w.admin.Messages.List(t.Context(), helpdesk.MessageFilter{Conversation: m.Conversation}, helpdesk.Page{})
	require.NoError(t, err)
	var said []string
	for _, m := range list {
		said = append(said, m.Content)
	}
	require.Contains(t, said, "Welcome to Velo")
	require.Contains(t, said, "What is it about?")
	require.Empty(t, p.Complaints())
}
