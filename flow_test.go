package helpdesk_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
)

// flow adds a flow that is switched on.
func (w *world) flow(name string, steps ...helpdesk.FlowStep) *helpdesk.Flow {
	w.t.Helper()
	f, err := w.admin.Flows.Create(w.ctx, helpdesk.FlowInput{Name: &name, Steps: steps})
	require.NoError(w.t, err)
	return f
}

// entry makes an inbox that begins with a flow.
func (w *world) entry(f *helpdesk.Flow, members ...helpdesk.AgentID) *helpdesk.Inbox {
	w.t.Helper()
	return w.inboxWith(helpdesk.InboxInput{Name: ptr("Flow"), EntryFlow: &f.ID}, members...)
}

// run is the flow that runs on a conversation, or the last that did.
func (w *world) run(id helpdesk.ConversationID) *helpdesk.FlowRun {
	w.t.Helper()
	r, err := w.admin.Flows.Current(w.ctx, id)
	require.NoError(w.t, err)
	return r
}

// trod is the path of a run: "step what text".
func trod(r *helpdesk.FlowRun) []string {
	out := make([]string, len(r.Path))
	for i, e := range r.Path {
		out[i] = strings.TrimSpace(e.Step + " " + string(e.What) + " " + e.Text)
	}
	return out
}

func send(id, text, next string) helpdesk.FlowStep {
	return helpdesk.FlowStep{ID: id, Kind: helpdesk.FlowSend, Text: text, Next: next}
}

func ask(id, text, variable, next string) helpdesk.FlowStep {
	return helpdesk.FlowStep{ID: id, Kind: helpdesk.FlowAsk, Text: text, Variable: variable, Next: next}
}

func handOff(id string) helpdesk.FlowStep {
	return helpdesk.FlowStep{ID: id, Kind: helpdesk.FlowHandOff}
}

func finish(id string) helpdesk.FlowStep { return helpdesk.FlowStep{ID: id, Kind: helpdesk.FlowFinish} }

func expression(source, next string) helpdesk.FlowBranch {
	return helpdesk.FlowBranch{Expression: source, Next: next}
}

// A customer is asked, answers wrong and right, and is handed over with what was
// learnt; nobody is handed the conversation before.
func TestEntryFlow(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		bo := w.agent("bo", helpdesk.AgentRole)
		_, err := w.admin.Labels.Create(w.ctx, helpdesk.LabelInput{Title: ptr("vip")})
		require.NoError(t, err)
		team, err := w.admin.Teams.Create(w.ctx, helpdesk.TeamInput{Name: ptr("Gold"), AutoAssign: ptr(true)})
		require.NoError(t, err)
		require.NoError(t, quiet(w.admin.Teams.SetMembers(w.ctx, team.ID, helpdesk.AddMembers, bo)))
		for _, def := range []helpdesk.AttributeInput{
			{Model: helpdesk.ConversationAttribute, Key: "order", Name: ptr("Order"), Type: helpdesk.TextAttribute},
			{Model: helpdesk.ContactAttribute, Key: "plan", Name: ptr("Plan"), Type: helpdesk.ListAttribute, Choices: []string{"gold", "free"}},
		} {
			_, err := w.admin.Attributes.Create(w.ctx, def)
			require.NoError(t, err)
		}
		plan := helpdesk.FlowStep{
			ID: "plan", Kind: helpdesk.FlowAsk, Text: "Which plan, {{contact.name | default: 'you'}}?", Choices: []helpdesk.FlowChoice{{Title: "Gold plan", Value: "gold"}, {Title: "Free", Value: "free"}},
			Retries: 1, RetryText: "Please pick one.", GiveUp: "out", Variable: "plan", Model: helpdesk.ContactAttribute, Attribute: "plan", Next: "which",
		}
		order := helpdesk.FlowStep{
			ID: "order", Kind: helpdesk.FlowAsk, Text: "Your order's number?", Pattern: `^(?=\d)\d{3,}$`, GiveUp: "out", Variable: "order", Next: "keep",
		}
		f := w.flow("hello", send("hi", "Welcome to {{inbox.name}}.", "plan"), plan,
			helpdesk.FlowStep{ID: "which", Kind: helpdesk.FlowDecide, Branches: []helpdesk.FlowBranch{
				expression(`flow.texts["plan"] == "gold" and contact.texts["plan"] == "gold"`, "mark"),
			}, Else: "order"},
			helpdesk.FlowStep{ID: "mark", Kind: helpdesk.FlowLabel, Labels: []string{"vip"}, Next: "order"},
			order,
			helpdesk.FlowStep{ID: "keep", Kind: helpdesk.FlowSet, Model: helpdesk.ConversationAttribute, Attribute: "order", Value: "no. {{flow.order}}", Next: "team"},
			helpdesk.FlowStep{ID: "team", Kind: helpdesk.FlowAssignTeam, Team: team.ID, Next: "out"},
			handOff("out"))
		box := w.entry(f, bo)
		w.rule(helpdesk.MessageCreated, cond("content", helpdesk.Contains, "welcome"), action(helpdesk.DoAddNote, "never: what a flow does fires no rule"))

		c := w.write(box, "ann", "hello")
		require.Equal(t, helpdesk.Pending, c.Status)
		require.Zero(t, c.Assignee)
		require.Equal(t, []string{"hello", "Welcome to Flow.", "Which plan, you?"}, w.said(c.ID))
		asked := w.messages(c.ID)[len(w.said(c.ID))-1]
		require.Equal(t, "input_select", asked.ContentType)
		require.Equal(t, helpdesk.Template, asked.Kind)
		require.Zero(t, asked.Sender)
		waits := c.WaitingSince
		require.NotZero(t, waits)

		w.write(box, "ann", "what?")
		require.Equal(t, "Please pick one.", last(w.said(c.ID)))
		w.write(box, "ann", "GOLD PLAN")
		require.Equal(t, "Your order's number?", last(w.said(c.ID)))
		done := w.write(box, "ann", "4711")
		require.Equal(t, c.ID, done.ID)
		require.Equal(t, helpdesk.Open, done.Status)
		require.Equal(t, bo, done.Assignee, "handed out once the flow gave it on")
		require.Equal(t, waits.UTC(), done.WaitingSince.UTC(), "nobody has answered")
		require.Zero(t, done.FirstReplyAt)
		require.Equal(t, "no. 4711", done.Attributes["order"])
		titles, err := w.admin.Labels.Titles(w.ctx, done.Labels)
		require.NoError(t, err)
		require.Equal(t, []string{"vip"}, titles)
		r := w.run(c.ID)
		require.Equal(t, helpdesk.FlowHandedOff, r.Reason)
		require.Equal(t, map[string]any{"plan": "gold", "order": "4711"}, r.Variables)
		require.Nil(t, r.Steps)
		require.Equal(t, []string{
			"hi said Welcome to Flow.", "plan asked Which plan, you?", "plan wrong what?", "plan asked Please pick one.", "plan answered gold", "plan did",
			"which took mark", "mark did", "order asked Your order's number?", "order answered 4711", "keep did", "team did", "out over handed_off",
		}, trod(r))
		require.NotContains(t, w.said(c.ID), "never: what a flow does fires no rule")
		w.write(box, "ann", "and one more thing")
		require.Len(t, w.messages(done.ID), len(w.messages(c.ID)), "it runs once")
		require.Equal(t, r.ID, w.run(c.ID).ID)
	})
}

// An exit flow follows whoever ends service, and while it asks the customer's
// answer opens no ticket.
func TestExitFlow(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		ada := w.agent("ada", helpdesk.AgentRole)
		reason := ask("why", "How was it?", "how", "thanks")
		reason.Timeout, reason.OnTimeout = time.Hour, "thanks"
		f := w.flow("bye", reason, send("thanks", "Thank you{% if flow.how %}: {{flow.how}}{% endif %}.", "end"), finish("end"))
		single := w.inboxWith(helpdesk.InboxInput{Name: ptr("Single"), ExitFlow: &f.ID, Single: ptr(true)}, ada)
		box := w.inboxWith(helpdesk.InboxInput{Name: ptr("Tickets"), ExitFlow: &f.ID}, ada)
		w.rule(helpdesk.MessageCreated, cond("content", helpdesk.Contains, "close it"), action(helpdesk.DoResolve))
		m, err := w.admin.Macros.Create(w.ctx, helpdesk.MacroInput{Name: ptr("close"), Visibility: helpdesk.GlobalMacro, Actions: []helpdesk.RuleAction{action(helpdesk.DoResolve)}})
		require.NoError(t, err)
		for name, end := range map[string]func(c *helpdesk.Conversation){
			"a person": func(c *helpdesk.Conversation) {
				got, err := w.as(ada).Conversations.Resolve(w.ctx, c.ID)
				require.NoError(t, err)
				require.Equal(t, w.conversation(c.ID).Version, got.Version, "who asked is told how it is after the flow")
			},
			"a rule": func(*helpdesk.Conversation) { w.write(box, "a rule", "close it") },
			"a macro": func(c *helpdesk.Conversation) {
				require.NoError(t, w.admin.Macros.Execute(w.ctx, m.ID, c.Display))
				w.runDue()
			},
			"the host": func(c *helpdesk.Conversation) {
				require.NoError(t, quiet(w.engine.As(w.engine.Host(w.account)).Conversations.Resolve(w.ctx, c.ID)))
			},
			"the customer": func(c *helpdesk.Conversation) {
				customer, err := w.engine.FindCustomer(w.ctx, box, "the customer")
				require.NoError(t, err)
				require.NoError(t, quiet(w.engine.As(customer).Conversations.CloseOwn(w.ctx, c.ID)))
			},
		} {
			c := w.write(box, name, "hello")
			end(c)
			require.Equal(t, "How was it?", last(w.said(c.ID)), name)
			require.Equal(t, helpdesk.Resolved, w.conversation(c.ID).Status, name)
			answered := w.write(box, name, "fine "+name)
			require.Equal(t, c.ID, answered.ID, name)
			require.Equal(t, helpdesk.Resolved, answered.Status, name)
			require.Equal(t, "Thank you: fine "+name+".", last(w.said(c.ID)))
			require.Equal(t, helpdesk.FlowFinished, w.run(c.ID).Reason, name)
			require.NotEqual(t, c.ID, w.write(box, name, "something else").ID, "service had ended, and so had the flow")
		}
		c := w.write(single, "cy", "hello")
		_, err = w.as(ada).Conversations.Resolve(w.ctx, c.ID)
		require.NoError(t, err)
		require.Equal(t, helpdesk.Resolved, w.write(single, "cy", "good").Status)
		require.Equal(t, helpdesk.Open, w.write(single, "cy", "more").Status)

		late := w.write(box, "late", "hello")
		_, err = w.as(ada).Conversations.Resolve(w.ctx, late.ID)
		require.NoError(t, err)
		w.clock.Advance(2 * time.Hour)
		w.runDue()
		require.Equal(t, "Thank you.", last(w.said(late.ID)))
		require.Equal(t, helpdesk.Resolved, w.conversation(late.ID).Status)

		blocked := w.write(box, "blocked", "hello")
		_, err = w.as(ada).Conversations.SetMuted(w.ctx, blocked.ID, true)
		require.NoError(t, err)
		require.Equal(t, []string{"hello"}, w.said(blocked.ID), "not for whom nobody wants to hear")

		var ended int
		items, _ := drainFeed(t, w, w.admin, firstCursor(t, w))
		for _, item := range items {
			if ev := item.Event; ev != nil && ev.Kind == helpdesk.FlowEnded && ev.Conversation == late.ID {
				require.Equal(t, int64(f.ID), ev.Subject)
				require.JSONEq(t, `"exit"`, string(ev.Details["kind"].After))
				ended++
			}
		}
		require.Equal(t, 1, ended, "what goes after it can wait for that")
	})
}

// What is closed for its silence has its exit flow too.
func TestExitFlowAfterSilence(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		f := w.flow("bye", send("bye", "Bye.", "end"), finish("end"))
		kept := w.inboxWith(helpdesk.InboxInput{
			Name: ptr("Kept"), AutoAssign: ptr(false), ExitFlow: &f.ID,
			KeepAlive: &helpdesk.KeepAliveInput{Active: ptr(true), Inactivity: ptr(10), InactivityMessage: ptr("There?"), Finalisation: ptr(5), FinalisationMessage: ptr("Closing.")},
		})
		silent := w.write(kept, "ann", "hello").ID
		for range 4 {
			w.clock.Advance(10 * time.Minute)
			w.runDue()
		}
		require.Equal(t, []string{"hello", "There?", "Closing.", "Bye."}, w.said(silent))
		require.Equal(t, helpdesk.Resolved, w.conversation(silent).Status)

		ada := w.agent("ada", helpdesk.AgentRole)
		idle := w.write(w.inboxWith(helpdesk.InboxInput{Name: ptr("Idle"), ExitFlow: &f.ID}, ada), "bea", "hello").ID
		_, err := w.as(ada).Messages.Send(w.ctx, idle, helpdesk.Reply{Content: "hi"})
		require.NoError(t, err)
		_, err = w.admin.Accounts.Update(w.ctx, helpdesk.AccountChange{Settings: map[string]any{"auto_resolve_after": 30}})
		require.NoError(t, err)
		for range 4 {
			w.clock.Advance(20 * time.Minute)
			w.runDue()
		}
		require.Equal(t, "Bye.", last(w.said(idle)))
		require.Equal(t, helpdesk.Resolved, w.conversation(idle).Status)
	})
}

// After service had ended a flow may give the conversation back to people, and
// what is written into its pauses is a matter of its own.
func TestExitFlowHandsBack(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		ada := w.agent("ada", helpdesk.AgentRole)
		solved := helpdesk.FlowStep{
			ID: "ask", Kind: helpdesk.FlowAsk, Text: "Solved?", Choices: []helpdesk.FlowChoice{{Title: "Yes"}, {Title: "No"}},
			GiveUp: "pause", Variable: "solved", Next: "which",
		}
		f := w.flow("solved", solved,
			helpdesk.FlowStep{ID: "which", Kind: helpdesk.FlowDecide, Branches: []helpdesk.FlowBranch{expression(`flow.values["solved"] == "No"`, "back")}, Else: "pause"},
			handOff("back"), helpdesk.FlowStep{ID: "pause", Kind: helpdesk.FlowPause, Wait: time.Hour, Next: "later"}, send("later", "Still fine?", "end"), finish("end"))
		box := w.inboxWith(helpdesk.InboxInput{Name: ptr("Tickets"), ExitFlow: &f.ID}, ada)
		c := w.write(box, "ann", "hello")
		_, err := w.as(ada).Conversations.Resolve(w.ctx, c.ID)
		require.NoError(t, err)
		back := w.write(box, "ann", "2")
		require.Equal(t, c.ID, back.ID)
		require.Equal(t, helpdesk.Open, back.Status)
		require.Equal(t, ada, back.Assignee)
		require.Equal(t, w.clock.Now(), back.WaitingSince.UTC())

		_, err = w.as(ada).Conversations.Resolve(w.ctx, c.ID)
		require.NoError(t, err)
		w.write(box, "ann", "yes")
		require.NotEqual(t, c.ID, w.write(box, "ann", "something else").ID)
		require.Equal(t, helpdesk.FlowLeft, w.run(c.ID).Reason)
		w.clock.Advance(2 * time.Hour)
		w.runDue()
		require.NotContains(t, w.said(c.ID), "Still fine?")
	})
}

// Whoever takes a conversation into their hands ends its flow.
func TestPeopleTakeOver(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		ada := w.agent("ada", helpdesk.AgentRole)
		f := w.flow("hello", ask("ask", "What is it?", "", "end"), finish("end"))
		box := w.entry(f, ada)
		desk := w.as(ada)
		for name, c := range map[string]struct {
			do       func(id helpdesk.ConversationID) error
			reason   helpdesk.FlowEnd
			status   helpdesk.Status
			assignee helpdesk.AgentID
		}{
			"answers": {func(id helpdesk.ConversationID) error {
				return quiet(desk.Messages.Send(w.ctx, id, helpdesk.Reply{Content: "I am here"}))
			}, helpdesk.FlowTakenOver, helpdesk.Open, ada},
			"writes a note": {func(id helpdesk.ConversationID) error {
				return quiet(desk.Messages.Send(w.ctx, id, helpdesk.Reply{Content: "hm", Private: true}))
			}, "", helpdesk.Pending, 0},
			"claims": {func(id helpdesk.ConversationID) error { return quiet(desk.Conversations.Claim(w.ctx, id)) }, helpdesk.FlowTakenOver, helpdesk.Open, ada},
			"assigns": {func(id helpdesk.ConversationID) error {
				return quiet(w.admin.Conversations.Assign(w.ctx, id, helpdesk.Assignment{To: ada}))
			}, helpdesk.FlowTakenOver, helpdesk.Open, ada},
			"opens":    {func(id helpdesk.ConversationID) error { return quiet(desk.Conversations.Reopen(w.ctx, id)) }, helpdesk.FlowTakenOver, helpdesk.Open, ada},
			"resolves": {func(id helpdesk.ConversationID) error { return quiet(desk.Conversations.Resolve(w.ctx, id)) }, helpdesk.FlowMoved, helpdesk.Resolved, 0},
			"snoozes": {func(id helpdesk.ConversationID) error {
				return quiet(desk.Conversations.Snooze(w.ctx, id, time.Time{}))
			}, helpdesk.FlowMoved, helpdesk.Snoozed, 0},
			"blocks": {func(id helpdesk.ConversationID) error { return quiet(desk.Conversations.SetMuted(w.ctx, id, true)) }, helpdesk.FlowMoved, helpdesk.Resolved, 0},
			"stops":  {func(id helpdesk.ConversationID) error { return quiet(desk.Flows.Stop(w.ctx, id)) }, helpdesk.FlowStopped, helpdesk.Open, ada},
		} {
			conv := w.write(box, name, "hello")
			require.NoError(t, c.do(conv.ID), name)
			r, got := w.run(conv.ID), w.conversation(conv.ID)
			require.Equal(t, c.reason, r.Reason, name)
			require.Equal(t, c.status, got.Status, name)
			require.Equal(t, c.assignee, got.Assignee, name)
			if c.reason != "" {
				require.Zero(t, got.FlowRun, name)
				require.Equal(t, "over "+string(c.reason), strings.TrimPrefix(last(trod(r)), "ask "), name)
			}
			before := len(w.said(conv.ID))
			w.clock.Advance(48 * time.Hour)
			w.runDue()
			require.Len(t, w.said(conv.ID), before, "%s: its timer finds nothing to do", name)
		}
		gone := w.write(box, "gone", "hello")
		require.NoError(t, w.admin.Conversations.Delete(w.ctx, gone.ID))
		require.ErrorIs(t, quiet(w.admin.Flows.Current(w.ctx, gone.ID)), helpdesk.NotFound)
		w.clock.Advance(48 * time.Hour)
		w.runDue()
	})
}

// The timer of a question survives the process, and a clock that is moved for
// summer: spans are spans.
func TestFlowsSurviveRestarts(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		w.clock.Advance(time.Date(2026, 3, 28, 20, 0, 0, 0, time.UTC).Sub(w.clock.Now())) // in Europe the night has one hour less
		_, err := w.admin.Accounts.Update(w.ctx, helpdesk.AccountChange{Timezone: ptr("Europe/Berlin")})
		require.NoError(t, err)
		one := ask("one", "One?", "one", "pause")
		one.Timeout, one.OnTimeout = 12*time.Hour, "late"
		f := w.flow("hello", one, helpdesk.FlowStep{ID: "pause", Kind: helpdesk.FlowPause, Wait: 24 * time.Hour, Next: "two"},
			ask("two", "Two, after {{flow.one}}?", "two", "end"), send("late", "Are you there?", "two"), finish("end"))
		box := w.entry(f)
		restart := func() {
			w.engine = w.newEngine(helpdesk.Options{})
			w.admin = w.engine.As(w.engine.Agent(w.account, w.owner))
		}
		c := w.write(box, "ann", "hello").ID
		quiet := w.write(box, "bea", "hello").ID
		restart()
		w.clock.Advance(11 * time.Hour)
		w.runDue()
		require.Equal(t, "One?", last(w.said(quiet)))
		w.write(box, "ann", "first")
		restart()
		w.clock.Advance(time.Hour)
		w.runDue()
		require.Equal(t, []string{"hello", "One?", "Are you there?", "Two, after ?"}, w.said(quiet), "12 hours, whatever the clock on the wall says")
		w.clock.Advance(22*time.Hour + 59*time.Minute)
		w.runDue()
		require.Equal(t, "first", last(w.said(c)))
		restart()
		w.clock.Advance(time.Minute)
		w.runDue()
		require.Equal(t, "Two, after first?", last(w.said(c)))
		w.write(box, "ann", "second")
		require.Equal(t, map[string]any{"one": "first", "two": "second"}, w.run(c).Variables)
		require.Equal(t, helpdesk.Pending, w.conversation(c).Status, "there is nothing left to do")
		require.Equal(t, helpdesk.Open, w.write(box, "ann", "hello again").Status)
		w.clock.Advance(time.Hour)
		w.runDue()
		require.Equal(t, helpdesk.FlowTimedOut, w.run(quiet).Reason, "without a branch for silence, a day is the end")
		require.Equal(t, helpdesk.Open, w.conversation(quiet).Status)
	})
}

// A webhook's answer fills variables, and whatever else comes takes the way for
// failures.
func TestFlowWebhooks(t *testing.T) {
	t.Parallel()
	answers := map[string]struct {
		status int
		body   string
		said   string
	}{
		"good":  {200, `{"order":{"items":[{"name":"Lamp"}],"total":12.5,"paid":true,"more":{}}}`, "Lamp 12.5 true |"},
		"less":  {201, `{"order":{}}`, "   |"},
		"none":  {404, `{}`, "failed"},
		"wrong": {200, `not json`, "failed"},
		"long":  {200, `"` + strings.Repeat("x", 70_000) + `"`, "failed"},
		"away":  {503, ``, "failed"},
	}
	eachStore(t, func(t *testing.T, w *world) {
		var mu sync.Mutex
		asked := map[string]int{}
		var body string
		server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			got, _ := io.ReadAll(r.Body)
			name := r.URL.Path[1:]
			mu.Lock()
			asked[name]++
			body = string(got)
			mu.Unlock()
			rw.WriteHeader(answers[name].status)
			_, _ = rw.Write([]byte(answers[name].body))
		}))
		defer server.Close()
		for name, a := range answers {
			f := w.flow(name, ask("ask", "Which?", "q", "call"),
				helpdesk.FlowStep{
					ID: "call", Kind: helpdesk.FlowWebhook, URL: server.URL + "/" + name, Data: map[string]string{"who": "{{contact.id}}/{{flow.q}}"},
					Fill: map[string]string{"item": "order.items.0.name", "total": "order.total", "paid": "order.paid", "more": "order.more"}, Failed: "failed", Next: "say",
				},
				send("say", "{{flow.item}} {{flow.total}} {{flow.paid}} |{{flow.more}}", "out"), send("failed", "failed", "out"), handOff("out"))
			box := w.entry(f)
			c := w.write(box, name, "hello")
			w.write(box, name, "it")
			require.Equal(t, "it", last(w.said(c.ID)), "%s: nothing waits for a network inside a commit", name)
			w.runDue()
			for range 3 {
				w.clock.Advance(time.Minute)
				w.runDue()
			}
			require.Equal(t, a.said, last(w.said(c.ID)), name)
			require.Equal(t, helpdesk.Open, w.conversation(c.ID).Status, name)
			require.Equal(t, map[bool]int{true: 3, false: 1}[name == "away"], asked[name], name)
			require.Contains(t, body, fmt.Sprintf(`"data":{"who":"%d/it"}`, c.Contact))
			require.Contains(t, body, `"variables":{"q":"it"}`)
		}
		f := w.flow("nowhere", helpdesk.FlowStep{ID: "call", Kind: helpdesk.FlowWebhook, URL: "http://169.254.169.254/x", Failed: "failed", Next: "failed"}, send("failed", "failed", "out"), handOff("out"))
		c := w.write(w.entry(f), "nowhere", "hello")
		for range 4 {
			w.runDue()
			w.clock.Advance(time.Minute)
		}
		require.Equal(t, "failed", last(w.said(c.ID)), "addresses inside the network are not called")
	})
}

// What runs goes on as the flow was; a flow that is deleted gives back what it
// held.
func TestFlowsChangeWhileTheyRun(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		f := w.flow("hello", ask("one", "Old?", "", "two"), send("two", "Old end.", "out"), handOff("out"))
		box := w.entry(f)
		old, gone := w.write(box, "old", "hello").ID, w.write(box, "gone", "hello").ID
		_, err := w.admin.Flows.Update(w.ctx, f.ID, helpdesk.FlowInput{Steps: []helpdesk.FlowStep{ask("new", "New?", "", "out"), handOff("out")}})
		require.NoError(t, err)
		require.Equal(t, "New?", last(w.said(w.write(box, "new", "hello").ID)))
		w.write(box, "old", "x")
		require.Equal(t, "Old end.", last(w.said(old)))
		_, err = w.admin.Flows.Update(w.ctx, f.ID, helpdesk.FlowInput{Active: ptr(false)})
		require.NoError(t, err)
		off := w.write(box, "off", "hello")
		require.Equal(t, helpdesk.Open, off.Status)
		require.Equal(t, []string{"hello"}, w.said(off.ID))
		require.Equal(t, helpdesk.Pending, w.conversation(gone).Status)
		require.NoError(t, w.admin.Flows.Delete(w.ctx, f.ID))
		w.runDue()
		require.Equal(t, helpdesk.Open, w.conversation(gone).Status)
		require.Equal(t, helpdesk.FlowDeleted, w.run(gone).Reason)
		got, err := w.admin.Inboxes.Get(w.ctx, box.ID)
		require.NoError(t, err)
		require.Zero(t, got.EntryFlow)
		require.Equal(t, helpdesk.Open, w.write(box, "after", "hello").Status)
	})
}

// Two answers at once are two answers, in some order, and two processes that run
// a timer move the flow on once.
func TestFlowsAtOnce(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		f := w.flow("hello", ask("a", "A?", "a", "b"), ask("b", "B?", "b", "c"), ask("c", "C?", "c", "wait"),
			helpdesk.FlowStep{ID: "wait", Kind: helpdesk.FlowPause, Wait: time.Hour, Next: "said"}, send("said", "Once.", "out"), handOff("out"))
		box := w.entry(f)
		c := w.write(box, "ann", "hello").ID
		var wg sync.WaitGroup
		for i := range 3 {
			wg.Go(func() {
				_, err := w.engine.Receive(w.ctx, w.account, box.ID, helpdesk.Inbound{ExternalID: fmt.Sprint("at once ", i), From: helpdesk.Person{Source: "ann"}, Content: fmt.Sprint(i)})
				require.NoError(t, err)
			})
		}
		wg.Wait()
		r := w.run(c)
		require.Len(t, r.Variables, 3)
		require.ElementsMatch(t, []any{"0", "1", "2"}, []any{r.Variables["a"], r.Variables["b"], r.Variables["c"]})
		w.clock.Advance(time.Hour)
		other := w.newEngine(helpdesk.Options{})
		for _, e := range []*helpdesk.Engine{w.engine, other} {
			wg.Go(func() { require.NoError(t, e.RunDue(w.ctx)) })
		}
		wg.Wait()
		require.Equal(t, 1, strings.Count(strings.Join(w.said(c), "|"), "Once."))
		require.Equal(t, helpdesk.FlowHandedOff, w.run(c).Reason)
	})
}

// Flows start by rules, by macros and by hand, one at a time.
func TestFlowsAreStarted(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		ada := w.agent("ada", helpdesk.AgentRole)
		box := w.inbox("Shop", ada)
		f := w.flow("order", ask("ask", "Which order?", "", "out"), handOff("out"))
		w.rule(helpdesk.MessageCreated, cond("content", helpdesk.Contains, "order"), action(helpdesk.DoStartFlow, float64(f.ID)))
		c := w.write(box, "ann", "my order")
		require.Equal(t, helpdesk.Pending, c.Status)
		require.Zero(t, c.Assignee)
		require.Equal(t, "Which order?", last(w.said(c.ID)), "what started it is no answer to it")
		require.Equal(t, helpdesk.StartedFlow, w.run(c.ID).Kind)
		require.ErrorIs(t, quiet(w.as(ada).Flows.Start(w.ctx, c.ID, f.ID)), helpdesk.Conflict)
		done := w.write(box, "ann", "order 7")
		require.Equal(t, helpdesk.Open, done.Status)
		require.Equal(t, ada, done.Assignee)

		r, err := w.as(ada).Flows.Start(w.ctx, c.ID, f.ID)
		require.NoError(t, err)
		require.Equal(t, helpdesk.FlowAnswer, r.Waits)
		require.Equal(t, helpdesk.Pending, w.conversation(c.ID).Status)
		held := w.write(box, "ann", "9")
		require.Equal(t, helpdesk.Open, held.Status)
		require.Equal(t, ada, held.Assignee, "it comes back to whose it was")
		require.ErrorIs(t, quiet(w.as(ada).Flows.Start(w.ctx, c.ID, 999)), helpdesk.Invalid)
		require.NoError(t, quiet(w.as(ada).Flows.Stop(w.ctx, c.ID)), "it is over already")
		err = quiet(w.admin.Macros.Create(w.ctx, helpdesk.MacroInput{Name: ptr("x"), Visibility: helpdesk.GlobalMacro, Actions: []helpdesk.RuleAction{action(helpdesk.DoStartFlow, 999.0)}}))
		require.Contains(t, fieldsOf(t, err)["actions"], "must name a flow")

		customer, err := w.engine.FindCustomer(w.ctx, box, "ann")
		require.NoError(t, err)
		require.ErrorIs(t, quiet(w.engine.As(customer).Flows.Run(w.ctx, r.ID)), helpdesk.Forbidden)
		stranger := w.agent("stranger", helpdesk.AgentRole)
		require.ErrorIs(t, quiet(w.as(stranger).Flows.Run(w.ctx, r.ID)), helpdesk.NotFound)
		require.ErrorIs(t, quiet(w.as(ada).Flows.Runs(w.ctx, helpdesk.FlowRunFilter{Flow: f.ID}, helpdesk.Page{})), helpdesk.Forbidden)
		mine, err := w.as(ada).Flows.Runs(w.ctx, helpdesk.FlowRunFilter{Conversation: c.ID}, helpdesk.Page{})
		require.NoError(t, err)
		require.Len(t, mine, 2)
	})
}

// A flow goes before the inbox's bot, which hears nothing until it has the
// conversation.
func TestFlowsGoBeforeBots(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		var mu sync.Mutex
		var heard []string
		server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			got, _ := io.ReadAll(r.Body)
			mu.Lock()
			heard = append(heard, string(got))
			mu.Unlock()
		}))
		defer server.Close()
		f := w.flow("hello", ask("ask", "What is it?", "", "out"), handOff("out"))
		box := w.entry(f, w.agent("ada", helpdesk.AgentRole))
		w.bot(box, server.URL)
		c := w.write(box, "ann", "hello")
		w.runDue()
		require.Empty(t, heard)
		got := w.write(box, "ann", "my lamp")
		w.runDue()
		require.Equal(t, helpdesk.Pending, got.Status)
		require.Zero(t, got.Assignee)
		require.Len(t, heard, 1, "what the customer said last")
		require.Contains(t, heard[0], string(helpdesk.MessageUpdated))
		w.write(box, "ann", "and my table")
		w.runDue()
		require.Len(t, heard, 2)
		require.Equal(t, helpdesk.Pending, w.conversation(c.ID).Status)
	})
}

// A pick below the question is an answer to it.
func TestFlowsTakePicks(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		pick := helpdesk.FlowStep{
			ID: "ask", Kind: helpdesk.FlowAsk, Text: "Which?", Choices: []helpdesk.FlowChoice{{Title: "One", Value: "1st"}, {Title: "Two"}},
			GiveUp: "out", Variable: "which", Next: "out",
		}
		box := w.entry(w.flow("pick", pick, handOff("out")))
		c := w.write(box, "ann", "hello").ID
		customer, err := w.engine.FindCustomer(w.ctx, box, "ann")
		require.NoError(t, err)
		list := w.messages(c)
		var asked helpdesk.MessageID
		for _, m := range list {
			if m.Kind == helpdesk.Template {
				asked = m.ID
			}
		}
		_, err = w.engine.As(customer).Messages.SubmitValues(w.ctx, asked, []any{map[string]any{"title": "One", "value": "1st"}})
		require.NoError(t, err)
		require.Equal(t, map[string]any{"which": "1st"}, w.run(c).Variables)
		require.Equal(t, helpdesk.Open, w.conversation(c).Status)
	})
}

// A long flow takes more than one commit, and one that never ends is ended.
func TestFlowsAreBounded(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		var long []helpdesk.FlowStep
		for i := range 120 {
			long = append(long, send(fmt.Sprint("s", i), fmt.Sprint(i), fmt.Sprint("s", i+1)))
		}
		c := w.write(w.entry(w.flow("long", append(long, finish("s120"))...)), "ann", "hello").ID
		require.Len(t, w.said(c), 51)
		w.runDue()
		require.Len(t, w.said(c), 121)
		require.Equal(t, helpdesk.FlowFinished, w.run(c).Reason)

		var round []helpdesk.FlowStep
		for i := range 49 {
			round = append(round, helpdesk.FlowStep{ID: fmt.Sprint("s", i), Kind: helpdesk.FlowAssignTeam, Next: fmt.Sprint("s", i+1)})
		}
		round = append(round, helpdesk.FlowStep{ID: "s49", Kind: helpdesk.FlowPause, Wait: time.Second, Next: "s0"})
		c = w.write(w.entry(w.flow("round", round...)), "bea", "hello").ID
		for range 25 {
			w.clock.Advance(time.Second)
			w.runDue()
		}
		r := w.run(c)
		require.Equal(t, helpdesk.FlowEndless, r.Reason)
		require.Equal(t, 1000, r.Visits)
		require.Len(t, r.Path, 500)
		require.Equal(t, helpdesk.Open, w.conversation(c).Status)
	})
}

// An inbox that is switched off, and a contact who is blocked, end the flow when
// it would go on.
func TestFlowsHalt(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		f := w.flow("wait", helpdesk.FlowStep{ID: "wait", Kind: helpdesk.FlowPause, Wait: time.Hour, Next: "say"}, send("say", "never", "end"), finish("end"))
		box, other := w.entry(f), w.entry(f)
		off, blocked := w.write(box, "ann", "hello"), w.write(other, "bea", "hello")
		_, err := w.admin.Inboxes.Update(w.ctx, box.ID, helpdesk.InboxInput{Active: ptr(false)})
		require.NoError(t, err)
		_, err = w.admin.Contacts.Update(w.ctx, blocked.Contact, helpdesk.ContactChange{Blocked: ptr(true)})
		require.NoError(t, err)
		w.clock.Advance(time.Hour)
		w.runDue()
		require.Equal(t, helpdesk.FlowInboxOff, w.run(off.ID).Reason)
		require.Equal(t, helpdesk.FlowBlocked, w.run(blocked.ID).Reason)
		require.NotContains(t, append(w.said(off.ID), w.said(blocked.ID)...), "never")
		err = quiet(w.admin.Inboxes.Update(w.ctx, box.ID, helpdesk.InboxInput{EntryFlow: ptr(helpdesk.FlowID(999)), ExitFlow: ptr(helpdesk.FlowID(998))}))
		require.Len(t, fieldsOf(t, err), 2)
	})
}

// A message costs nothing more while no flow is used.
func TestFlowsUnusedAreFree(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		box := w.inbox("Shop", w.agent("ada", helpdesk.AgentRole))
		w.write(box, "ann", "hello")
		before := w.statements(func() { w.write(box, "ann", "again") })
		w.flow("unused", finish("end"))
		w.write(box, "ann", "and again")
		require.Equal(t, before, w.statements(func() { w.write(box, "ann", "and again") }))
	})
}
