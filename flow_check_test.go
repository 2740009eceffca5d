package helpdesk_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/channel/api"
)

// All that is wrong with a flow is named at once, with the step.
func TestFlowsAreChecked(t *testing.T) {
	t.Parallel()
	w := newWorld(t, openMemory)
	_, err := w.admin.Attributes.Create(w.ctx, helpdesk.AttributeInput{Model: helpdesk.ContactAttribute, Key: "age", Name: ptr("Age"), Type: helpdesk.NumberAttribute})
	require.NoError(t, err)
	type steps = []helpdesk.FlowStep
	many := make(steps, 201)
	for name, c := range map[string]struct {
		steps steps
		wrong map[string]string // a part of what is said, by field
	}{
		"nothing":  {steps{}, map[string]string{"steps": "can't be blank"}},
		"too many": {many, map[string]string{"steps": "too many (maximum is 200)"}},
		"ids": {
			steps{{ID: "no id!", Kind: helpdesk.FlowFinish}, finish("twice"), finish("twice")},
			map[string]string{"steps.1.id": "letters, digits", "steps.twice.id": "stands twice"},
		},
		"kinds": {steps{{ID: "a", Kind: "dance", Next: "b"}, finish("b")}, map[string]string{"steps.a.kind": "is not a kind of step"}},
		"ways": {
			steps{send("a", "x", ""), {ID: "b", Kind: helpdesk.FlowDecide}, send("c", "x", "nowhere"), {ID: "d", Kind: helpdesk.FlowWebhook, URL: "https://x.test", Next: "a"}},
			map[string]string{
				"steps.a.next": "can't be blank", "steps.b.branches": "can't be blank", "steps.b.else": "can't be blank", "steps.c.next": "names no step (nowhere)",
				"steps.d.failed": "can't be blank", "steps.b.id": "is reached by no step", "steps.c.id": "is reached by no step", "steps.d.id": "is reached by no step",
			},
		},
		"questions": {
			steps{
				{ID: "a", Kind: helpdesk.FlowAsk, Pattern: "(", Choices: []helpdesk.FlowChoice{{Title: "Yes"}, {Title: "YES"}}, Retries: 11, Variable: "1x", Timeout: time.Hour, Next: "b"},
				{ID: "b", Kind: helpdesk.FlowAsk, Text: "?", OnTimeout: "a", Model: helpdesk.ContactAttribute, Attribute: "name", Next: "c"},
				finish("c"),
			},
			map[string]string{
				"steps.a.text": "can't be blank", "steps.a.pattern": "only one of them", "steps.a.choices": "a title twice", "steps.a.retries": "0 to 10",
				"steps.a.variable": "must be a name", "steps.a.give_up": "can't be blank", "steps.a.on_timeout": "can't be blank",
				"steps.b.timeout": "one second to 30 days", "steps.b.attribute": "is not an attribute",
			},
		},
		"circles": {
			steps{send("a", "x", "b"), {ID: "b", Kind: helpdesk.FlowDecide, Branches: []helpdesk.FlowBranch{expression("true", "a")}, Else: "c"}, finish("c")},
			map[string]string{"steps.b.branches.1.next": "in a circle without ask or wait (to a)"},
		},
		"itself": {steps{send("a", "x", "a")}, map[string]string{"steps.a.next": "in a circle"}},
		"names": {
			steps{
				{ID: "a", Kind: helpdesk.FlowLabel, Labels: []string{"unheard-of"}, Next: "b"},
				{ID: "b", Kind: helpdesk.FlowAssignAgent, Agent: 999, Next: "c"},
				{ID: "c", Kind: helpdesk.FlowAssignTeam, Team: 999, Next: "d"},
				{ID: "d", Kind: helpdesk.FlowSet, Model: helpdesk.ContactAttribute, Attribute: "age", Value: "old", Next: "e"},
				{ID: "e", Kind: helpdesk.FlowSet, Model: helpdesk.ConversationAttribute, Attribute: "age", Value: "1", Next: "f"},
				finish("f"),
			},
			map[string]string{
				"steps.a.labels": "unheard-of is none", "steps.b.agent": "an agent of the account", "steps.c.team": "a team of the account",
				"steps.d.value": "must be a number", "steps.e.attribute": "is not an attribute",
			},
		},
		"expressions": {
			steps{{ID: "a", Kind: helpdesk.FlowDecide, Else: "b", Branches: []helpdesk.FlowBranch{
				expression(`flow.texts.plan = 1`, "b"), expression(`flw.texts["x"] == "y"`, "b"), expression(`len(1..9) > 1`, "b"),
				{Next: "b"},
				{Cond: ptr(cond("color", helpdesk.Equal, "red")), Next: "b"},
				{Cond: ptr(cond("status", helpdesk.Equal, "open")), Expression: "true", Next: "b"},
			}}, finish("b")},
			map[string]string{
				"steps.a.branches.1.expression": "(1:17)", "steps.a.branches.2.expression": "unknown name flw (1:1)\n | flw.texts",
				"steps.a.branches.3.expression": "lists of numbers", "steps.a.branches.4.expression": "can't be blank",
				"steps.a.branches.5.conditions": "color", "steps.a.branches.6.expression": "only one of them",
			},
		},
		"texts": {
			steps{
				send("a", "{% for x in y %}{% endfor %}", "b"), send("b", "{{ contact.name | }", "c"), send("c", "{% if %}", "d"),
				send("d", strings.Repeat("x", 5001), "e"),
				{ID: "e", Kind: helpdesk.FlowPause, Wait: 31 * 24 * time.Hour, Next: "f"},
				{ID: "f", Kind: helpdesk.FlowWebhook, URL: "ftp://x", Data: map[string]string{"a b": "x"}, Fill: map[string]string{"ok": "a..b"}, Failed: "g", Next: "g"},
				finish("g"),
			},
			map[string]string{
				"steps.a.text": "loops", "steps.c.text": "is not a template", "steps.d.text": "is too long", "steps.e.wait": "one second to 30 days",
				"steps.f.url": "http or https", "steps.f.data": "names of letters", "steps.f.fill": "places in an answer",
			},
		},
	} {
		err := quiet(w.admin.Flows.Create(w.ctx, helpdesk.FlowInput{Name: ptr("x"), Steps: c.steps}))
		require.ErrorIs(t, err, helpdesk.Invalid, name)
		said := fieldsOf(t, err)
		if name != "too many" {
			require.ElementsMatch(t, slices.Collect(maps.Keys(c.wrong)), slices.Collect(maps.Keys(said)), "%s: %v", name, said)
		}
		for field, part := range c.wrong {
			require.Contains(t, said[field], part, "%s: %s", name, field)
		}
	}
	f := w.flow("lean", helpdesk.FlowStep{ID: "a", Kind: helpdesk.FlowFinish, Text: "not of end", URL: "x", Next: "y", Resolve: true})
	require.Equal(t, []helpdesk.FlowStep{{ID: "a", Kind: helpdesk.FlowFinish, Resolve: true}}, f.Steps, "a step keeps what its kind has")
	err = quiet(w.admin.Flows.Update(w.ctx, f.ID, helpdesk.FlowInput{Name: ptr(" "), Steps: []helpdesk.FlowStep{}}))
	require.Equal(t, map[string]string{"name": "can't be blank", "steps": "can't be blank"}, fieldsOf(t, err))
}

// Conditions mean in a branch what they mean in a rule, and variables can be
// compared in every way.
func TestFlowBranches(t *testing.T) {
	t.Parallel()
	w := newWorld(t, openMemory)
	for source, holds := range map[string]bool{
		`flow.values["a"] == "Twelve"`: true, `flow.texts["a"] == "twelve"`: true, `flow.numbers["n"] > 11`: true, `flow.checks["y"]`: true,
		`flow.values["none"] == ""`: true, `flow.numbers["none"] > 0`: false, `"none" in flow.numbers`: false, `message.content == "true"`: true,
		`conversation.status == "pending"`: true, `contact.numbers["n"] > 11`: false,
	} {
		f := w.flow(source, ask("a", "A?", "a", "n"), ask("n", "N?", "n", "y"), ask("y", "Y?", "y", "which"),
			helpdesk.FlowStep{ID: "which", Kind: helpdesk.FlowDecide, Branches: []helpdesk.FlowBranch{
				expression(source, "yes"), {Cond: ptr(cond("content", helpdesk.Contains, "nothing like it")), Next: "odd"},
			}, Else: "no"},
			send("yes", "holds", "end"), send("no", "does not", "end"), send("odd", "odd", "end"), finish("end"))
		box := w.entry(f)
		for _, say := range []string{"hello", "Twelve", "12", "true"} {
			w.write(box, source, say)
		}
		c := w.write(box, source, "thanks").ID
		require.Contains(t, w.said(c), map[bool]string{true: "holds", false: "does not"}[holds], source)
	}
	f := w.flow("cond", helpdesk.FlowStep{ID: "which", Kind: helpdesk.FlowDecide, Branches: []helpdesk.FlowBranch{
		{Cond: &helpdesk.Cond{And: []helpdesk.Cond{cond("content", helpdesk.Contains, "LAMP"), {Not: ptr(cond("status", helpdesk.Equal, "open"))}}}, Next: "yes"},
		{Expression: `contact.attributes["gone"].x > 3`, Next: "no"}, // which fails, and holds up nothing
	}, Else: "no"}, send("yes", "holds", "end"), send("no", "does not", "end"), finish("end"))
	box := w.entry(f)
	require.Equal(t, "holds", last(w.said(w.write(box, "ann", "my lamp").ID)))
	c := w.write(box, "bea", "my table").ID
	require.Equal(t, "does not", last(w.said(c)))
	require.Equal(t, helpdesk.FlowFault, w.run(c).Path[0].What)
}

// There is nothing to call in what the expressions of flows see.
func TestFlowEnvHasNoMethods(t *testing.T) {
	t.Parallel()
	for _, typ := range []reflect.Type{reflect.TypeFor[helpdesk.FlowEnv](), reflect.TypeFor[helpdesk.FlowValues]()} {
		require.Zero(t, typ.NumMethod())
		require.Zero(t, reflect.PointerTo(typ).NumMethod())
	}
}

// FuzzFlows stores whatever it can be talked into, and runs it with a customer who
// says anything: nothing panics, and nothing goes on for ever.
func FuzzFlows(f *testing.F) {
	for _, seed := range []string{
		`[{"id":"a","kind":"ask","text":"?","choices":[{"title":"x"}],"give_up":"b","variable":"v","next":"b"},{"id":"b","kind":"end","resolve":true}]`,
		`[{"id":"a","kind":"wait","wait":1000000000,"next":"b"},{"id":"b","kind":"branch","branches":[{"expression":"flow.numbers[\"v\"] > 1","next":"a"}],"else":"a"}]`,
		`[{"id":"a","kind":"ask","text":"{{flow.v | upcase}}","pattern":"^(a+)+$","retries":2,"give_up":"a","timeout":1000000000,"on_timeout":"a","next":"a","variable":"v"}]`,
		`[{"id":"a","kind":"webhook","url":"http://127.0.0.1:1","fill":{"v":"a.0"},"failed":"b","next":"b"},{"id":"b","kind":"hand_off"}]`,
		`[{"id":"a","kind":"send","text":"{% if x %}","next":"a"}]`,
	} {
		f.Add(seed, "aaaaaaaaaaaaaaaaaaaaaaaaaaaa!", "2")
	}
	w := newFuzzWorld(f)
	e, err := helpdesk.New(w.store, helpdesk.Options{Now: w.clock.Now, Channels: []helpdesk.Channel{api.New()}, HTTPClient: &http.Client{Transport: nowhere{}}})
	require.NoError(f, err)
	w.engine, w.admin = e, e.As(e.Host(w.account))
	box, err := w.admin.Inboxes.Create(w.ctx, helpdesk.InboxInput{Kind: "api", Name: ptr("Fuzz")})
	require.NoError(f, err)
	n := 0
	f.Fuzz(func(t *testing.T, source, first, second string) {
		var steps []helpdesk.FlowStep
		if json.Unmarshal([]byte(source), &steps) != nil {
			return
		}
		flow, err := w.admin.Flows.Create(w.ctx, helpdesk.FlowInput{Name: ptr("x"), Steps: steps})
		if err != nil {
			if helpdesk.CodeOf(err) != helpdesk.Invalid {
				t.Fatalf("%s: %v", source, err)
			}
			return
		}
		if _, err := w.admin.Inboxes.Update(w.ctx, box.ID, helpdesk.InboxInput{EntryFlow: &flow.ID}); err != nil {
			t.Fatal(err)
		}
		n++
		who := fmt.Sprint("who", n)
		for _, text := range []string{"hello", first, second, first} {
			if _, err := w.engine.Receive(w.ctx, w.account, box.ID, helpdesk.Inbound{From: helpdesk.Person{Source: who}, Content: text}); err != nil {
				t.Fatalf("%s: %v", source, err)
			}
			w.clock.Advance(31 * 24 * time.Hour)
			if err := w.engine.RunDue(w.ctx); err != nil {
				t.Fatalf("%s: %v", source, err)
			}
		}
		runs, err := w.admin.Flows.Runs(w.ctx, helpdesk.FlowRunFilter{Flow: flow.ID}, helpdesk.Page{})
		if err != nil || len(runs) == 0 || runs[0].Visits > 1000 || len(runs[0].Path) > 500 {
			t.Fatalf("%s: %v %v", source, runs, err)
		}
		if err := w.admin.Flows.Delete(w.ctx, flow.ID); err != nil {
			t.Fatal(err)
		}
	})
}
