package helpdesk_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
)

// restart rebuilds the engine over the same store, as a process that ended does.
func (w *world) restart() {
	w.t.Helper()
	w.engine = w.newEngine(helpdesk.Options{Blobs: w.files})
	w.admin = w.engine.As(w.engine.Agent(w.account, w.owner))
}

// set changes settings of the account.
func (w *world) set(settings map[string]any) {
	w.t.Helper()
	_, err := w.admin.Accounts.Update(w.ctx, helpdesk.AccountChange{Settings: settings})
	require.NoError(w.t, err)
}

// pass lets time go by in steps, as a process that runs sees it, restarting at
// each.
func (w *world) pass(steps ...time.Duration) {
	w.t.Helper()
	for _, d := range steps {
		w.clock.Advance(d)
		w.restart()
		w.runDue()
	}
}

// saidSince is what a conversation tells after its first n messages, as kind: content.
func (w *world) saidSince(id helpdesk.ConversationID, n int) []string {
	w.t.Helper()
	out := []string{}
	for _, m := range w.messages(id)[n:] {
		out = append(out, string(m.Kind)+": "+m.Content)
	}
	return out
}

// autoResolveCase is a line of chatwoot-domain.md §2.3. The customer has written
// once, in an inbox whose channel takes answers for two hours.
type autoResolveCase struct {
	name     string
	settings map[string]any
	do       func(w *world, c *helpdesk.Conversation) // before the time passes
	pass     []time.Duration
	resolved bool
	said     []string // after what do did
}

func autoResolveCases() []autoResolveCase {
	const day = 24 * time.Hour
	answer := func(w *world, c *helpdesk.Conversation) {
		_, err := w.admin.Messages.Send(w.ctx, c.ID, helpdesk.Reply{Content: "answer"})
		require.NoError(w.t, err)
	}
	move := func(to helpdesk.Status) func(*world, *helpdesk.Conversation) {
		return func(w *world, c *helpdesk.Conversation) {
			_, err := w.admin.Conversations.SetStatus(w.ctx, c.ID, to, time.Time{})
			require.NoError(w.t, err)
		}
	}
	minutes := func(n int, more ...any) map[string]any {
		out := map[string]any{"auto_resolve_after": n}
		for i := 0; i < len(more); i += 2 {
			out["auto_resolve_"+more[i].(string)] = more[i+1]
		}
		return out
	}
	line := func(n string) string {
		return "activity: Conversation was marked resolved by the system: " + n + " without activity"
	}
	return []autoResolveCase{
		{"off", map[string]any{"auto_resolve_message": "bye"}, nil, []time.Duration{1000 * day}, false, nil},
		{"not yet", minutes(30), nil, []time.Duration{29*time.Minute + 59*time.Second}, false, nil},
		{"by minutes", minutes(30), nil, []time.Duration{30 * time.Minute}, true, []string{line("30 minutes")}},
		{"by hours", minutes(180), nil, []time.Duration{2 * time.Hour, time.Hour}, true, []string{line("3 hours")}},
		{"by days", minutes(2 * 1440), nil, []time.Duration{day, day}, true, []string{line("2 days")}},
		{"minutes that make no hour", minutes(90), nil, []time.Duration{90 * time.Minute}, true, []string{line("90 minutes")}},
		{"the customer waits", minutes(30, "ignore_waiting", true), nil, []time.Duration{time.Hour, 10 * day}, false, nil},
		{"the customer waits, and may", minutes(30, "ignore_waiting", false), nil, []time.Duration{time.Hour}, true, []string{line("30 minutes")}},
		{"an answer went out", minutes(30, "ignore_waiting", true), answer, []time.Duration{29 * time.Minute, time.Minute}, true, []string{line("30 minutes")}},
		{"a note counts as activity", minutes(30), func(w *world, c *helpdesk.Conversation) {
			w.pass(20 * time.Minute)
			_, err := w.admin.Messages.Send(w.ctx, c.ID, helpdesk.Reply{Content: "note", Private: true})
			require.NoError(w.t, err)
		}, []time.Duration{20 * time.Minute}, false, nil},
		{"pending", minutes(30), move(helpdesk.Pending), []time.Duration{day}, false, nil},
		{"snoozed", minutes(30), move(helpdesk.Snoozed), []time.Duration{day}, false, nil},
		{"message and label", minutes(30, "message", "Bye, {{contact.name}}.", "label", "idle"), nil, []time.Duration{time.Hour}, true, []string{
			"template: Bye, Ana.", "activity: the system added idle", line("30 minutes"),
		}},
		{"the window is closed", minutes(180, "message", "Bye."), nil, []time.Duration{3 * time.Hour}, true, []string{
			"activity: The message of auto-resolve was not sent: the customer cannot be written to now", line("3 hours"),
		}},
		{"switched off meanwhile", minutes(30), func(w *world, _ *helpdesk.Conversation) { w.set(map[string]any{"auto_resolve_after": nil}) }, []time.Duration{day}, false, nil},
		{"made shorter meanwhile", minutes(60), func(w *world, _ *helpdesk.Conversation) {
			w.pass(20 * time.Minute)
			w.set(minutes(10))
		}, []time.Duration{0}, true, []string{line("10 minutes")}},
		{"made longer meanwhile", minutes(30), func(w *world, _ *helpdesk.Conversation) { w.set(minutes(60)) }, []time.Duration{45 * time.Minute}, false, nil},
	}
}

func TestAutoResolve(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		box := w.inboxWith(helpdesk.InboxInput{Name: ptr("Shop"), Settings: settings(map[string]any{"reply_window_hours": 2})}, w.owner)
		for _, tc := range autoResolveCases() {
			w.set(map[string]any{"auto_resolve_after": nil, "auto_resolve_message": nil, "auto_resolve_label": nil, "auto_resolve_ignore_waiting": nil})
			w.set(tc.settings)
			w.runDue()
			c := w.writeAs(box, helpdesk.Person{Source: tc.name, Name: "Ana"}, "hello")
			if tc.do != nil {
				tc.do(w, c)
			}
			n := len(w.messages(c.ID))
			w.pass(tc.pass...)
			require.Equal(t, tc.resolved, w.conversation(c.ID).Status == helpdesk.Resolved, tc.name)
			require.Equal(t, append([]string{}, tc.said...), w.saidSince(c.ID, n), tc.name)
			_, err := w.admin.Conversations.Resolve(w.ctx, c.ID)
			require.NoError(t, err)
		}
	})
}

// A run takes a hundred, and the next follows at once; one that cannot be resolved
// holds up no other. Rules hear of each, and what is resolved makes room.
func TestAutoResolveOfMany(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		ada := w.agent("ada", helpdesk.AgentRole)
		box := w.inbox("Shop", ada)
		_, err := w.admin.Rules.Create(w.ctx, helpdesk.RuleInput{
			Name: ptr("mark"), Event: helpdesk.ConversationResolved, Actions: []helpdesk.RuleAction{action(helpdesk.DoAddLabel, "seen")},
		})
		require.NoError(t, err)
		w.set(map[string]any{"auto_resolve_after": 10})
		for i := range 120 {
			w.write(box, fmt.Sprint("c", i), "hello")
		}
		w.clock.Advance(10 * time.Minute)
		w.runDue()
		list, err := w.admin.Conversations.List(w.ctx, helpdesk.ConversationFilter{Status: []helpdesk.Status{helpdesk.Resolved}, Labels: []string{"seen"}}, helpdesk.Page{})
		require.NoError(t, err)
		require.Equal(t, 120, list.Counts.All)
		fresh := w.write(box, "fresh", "hello")
		require.Equal(t, ada, fresh.Assignee)
	})
}

// Two replicas run the same job, and each conversation is told once.
func TestAutoResolveOnTwoReplicas(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		box := w.inbox("Shop", w.owner)
		w.set(map[string]any{"auto_resolve_after": 10, "auto_resolve_message": "bye"})
		c := w.write(box, "c", "hello")
		w.clock.Advance(10 * time.Minute)
		both(t, w, w.engine, w.newEngine(helpdesk.Options{}))
		require.Equal(t, 1, strings.Count(strings.Join(w.saidSince(c.ID, 0), "\n"), "template: bye"))
		require.Equal(t, helpdesk.Resolved, w.conversation(c.ID).Status)
	})
}

// both runs what is due on two engines at once.
func both(t *testing.T, w *world, engines ...*helpdesk.Engine) {
	t.Helper()
	done := make(chan error, len(engines))
	for _, e := range engines {
		go func() { done <- e.RunDue(w.ctx) }()
	}
	for range engines {
		require.NoError(t, <-done)
	}
}

// A setting given is refused where Chatwoot refuses it.
func TestAutoResolveBounds(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		for _, v := range []any{9, 1_439_857, 10.5, "30", true} {
			_, err := w.admin.Accounts.Update(w.ctx, helpdesk.AccountChange{Settings: map[string]any{"auto_resolve_after": v}})
			require.ErrorIs(t, err, helpdesk.Invalid, v)
		}
		w.set(map[string]any{"auto_resolve_after": 1_439_856})
	})
}

// A person resolves only what has the attributes the account asks for; nobody else
// is asked.
func TestRequiredAttributes(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		ada := w.agent("ada", helpdesk.AgentRole)
		box := w.inbox("Shop", ada)
		for key, kind := range map[string]helpdesk.AttributeType{"order": helpdesk.TextAttribute, "paid": helpdesk.CheckboxAttribute} {
			_, err := w.admin.Attributes.Create(w.ctx, helpdesk.AttributeInput{Model: helpdesk.ConversationAttribute, Key: key, Name: ptr(key), Type: kind})
			require.NoError(t, err)
		}
		w.set(map[string]any{"conversation_required_attributes": []any{"order", "paid", "deleted since"}})
		desk := w.as(ada)
		missing := func(err error, keys ...string) {
			t.Helper()
			var told *helpdesk.Error
			require.ErrorAs(t, err, &told)
			require.Equal(t, helpdesk.Invalid, told.Code)
			require.Len(t, told.Fields, len(keys))
			for _, k := range keys {
				require.Contains(t, told.Fields, k)
			}
		}
		status := func(c *helpdesk.Conversation) helpdesk.Status { return w.conversation(c.ID).Status }

		c := w.write(box, "c", "hello")
		_, err := desk.Conversations.Resolve(w.ctx, c.ID)
		missing(err, "order", "paid")
		_, err = desk.Conversations.Toggle(w.ctx, c.ID)
		missing(err, "order", "paid")
		_, err = desk.Conversations.SetAttributes(w.ctx, c.ID, map[string]any{"order": " ", "paid": false})
		require.NoError(t, err)
		_, err = desk.Conversations.Resolve(w.ctx, c.ID)
		missing(err, "order")

		task, err := desk.Conversations.Change(w.ctx, helpdesk.ConversationsChange{Conversations: []helpdesk.DisplayID{c.Display}, Status: helpdesk.Resolved})
		require.NoError(t, err)
		m, err := desk.Macros.Create(w.ctx, helpdesk.MacroInput{Name: ptr("close"), Actions: []helpdesk.RuleAction{action(helpdesk.DoResolve), action(helpdesk.DoAddLabel, "tried")}})
		require.NoError(t, err)
		require.NoError(t, desk.Macros.Execute(w.ctx, m.ID, c.Display))
		w.runDue()
		task, err = desk.Tasks.Get(w.ctx, task.ID)
		require.NoError(t, err)
		require.Equal(t, 1, task.Failed)
		require.Equal(t, helpdesk.Open, status(c))
		require.Len(t, w.conversation(c.ID).Labels, 1, "the macro's other action ran")

		_, err = desk.Conversations.SetAttributes(w.ctx, c.ID, map[string]any{"order": "7", "paid": false})
		require.NoError(t, err)
		_, err = desk.Conversations.Resolve(w.ctx, c.ID)
		require.NoError(t, err)
		_, err = desk.Conversations.Resolve(w.ctx, c.ID)
		require.NoError(t, err)

		muted := w.write(box, "spam", "buy")
		_, err = desk.Conversations.SetMuted(w.ctx, muted.ID, true)
		require.NoError(t, err)
		require.Equal(t, helpdesk.Resolved, status(muted))
		own := w.write(box, "own", "hello")
		_, err = w.engine.As(w.engine.Contact(w.account, own.Contact, own.ContactInbox)).Conversations.CloseOwn(w.ctx, own.ID)
		require.NoError(t, err)
		hosted := w.write(box, "hosted", "hello")
		_, err = w.engine.As(w.engine.Host(w.account)).Conversations.Resolve(w.ctx, hosted.ID)
		require.NoError(t, err)
		_, err = w.admin.Rules.Create(w.ctx, helpdesk.RuleInput{Name: ptr("close"), Event: helpdesk.MessageCreated, Actions: []helpdesk.RuleAction{action(helpdesk.DoResolve)}})
		require.NoError(t, err)
		require.Equal(t, helpdesk.Resolved, status(w.write(box, "ruled", "hello")))
	})
}
