package helpdesk_test

import (
	"context"
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

func action(name helpdesk.RuleActionName, values ...any) helpdesk.RuleAction {
	return helpdesk.RuleAction{Name: name, Values: values}
}

// listener is an endpoint that remembers what it was told.
func listener(t *testing.T) (url string, told func() []string) {
	var mu sync.Mutex
	var bodies []string
	srv := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		mu.Lock()
		defer mu.Unlock()
		bodies = append(bodies, r.Header.Get("Webhook-Id")+" "+string(b))
	}))
	t.Cleanup(srv.Close)
	return srv.URL, func() []string { mu.Lock(); defer mu.Unlock(); return bodies }
}

func TestMacroDoesEverythingInTheNameOfWhoRunsIt(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		url, told := listener(t)
		bo, ada := w.agent("bo", helpdesk.AgentRole), w.agent("ada", helpdesk.AgentRole)
		box := w.inboxWith(helpdesk.InboxInput{Name: ptr("Shop"), AutoAssign: ptr(false)}, bo)
		c := w.write(box, "c1", "hello")
		hidden := w.write(w.inboxWith(helpdesk.InboxInput{Name: ptr("Secret"), AutoAssign: ptr(false)}, ada), "c2", "hello")
		team, err := w.admin.Teams.Create(w.ctx, helpdesk.TeamInput{Name: ptr("sales"), AutoAssign: ptr(false)})
		require.NoError(t, err)
		_, err = w.admin.Teams.SetMembers(w.ctx, team.ID, helpdesk.AddMembers, bo)
		require.NoError(t, err)
		_, err = w.admin.Conversations.SetLabels(w.ctx, c.ID, []string{"old", "kept"})
		require.NoError(t, err)
		m, err := w.as(bo).Macros.Create(w.ctx, helpdesk.MacroInput{
			Name: ptr("All"), Visibility: helpdesk.GlobalMacro,
			Files: helpdesk.FileChange{Add: []helpdesk.File{{Name: "price.txt", Data: strings.NewReader("10 euros")}}},
			Actions: []helpdesk.RuleAction{
				action(helpdesk.DoAssignTeam, float64(team.ID)), action(helpdesk.DoAssignAgent, "self"),
				action(helpdesk.DoAddLabel, "New"), action(helpdesk.DoRemoveLabel, "old"), action(helpdesk.DoChangePriority, "urgent"),
				action(helpdesk.DoSendMessage, "on it"), action(helpdesk.DoAddNote, "rude"), action(helpdesk.DoSendAttachment, "price.txt"),
				action(helpdesk.DoAssignAgent, float64(ada)), // refused: she is not in the inbox
				action(helpdesk.DoSendWebhook, url), action(helpdesk.DoResolve),
			},
		})
		require.NoError(t, err)
		require.Equal(t, helpdesk.PersonalMacro, m.Visibility, "agents make personal ones only")
		require.NoError(t, w.as(bo).Macros.Execute(w.ctx, m.ID, hidden.Display, c.Display, 999))
		require.Equal(t, helpdesk.Open, w.conversation(c.ID).Status, "nothing happens before the job")
		w.runDue()

		got := w.conversation(c.ID)
		require.Equal(t, []any{helpdesk.Resolved, bo, team.ID, helpdesk.Urgent}, []any{got.Status, got.Assignee, got.Team, got.Priority})
		titles, err := w.admin.Labels.Titles(w.ctx, got.Labels)
		require.NoError(t, err)
		require.Equal(t, []string{"kept", "new"}, titles)
		var said []string
		for _, msg := range w.messages(c.ID) {
			if msg.Kind == helpdesk.Outgoing {
				require.Equal(t, helpdesk.ActorRef{Kind: helpdesk.ByAgent, ID: int64(bo)}, msg.Sender)
				said = append(said, msg.Content)
				if len(msg.Attachments) > 0 {
					require.NotEqual(t, m.Files[0].Key, msg.Attachments[0].Blob, "a message has a copy of its own")
					require.Equal(t, "10 euros", content(t, w, msg.Attachments[0]))
				}
			}
		}
		require.Equal(t, []string{"on it", "rude", ""}, said)
		require.Len(t, told(), 1)
		require.Contains(t, told()[0], `"event":"macro.executed"`)
		require.True(t, strings.HasPrefix(told()[0], "msg_"))
		require.Equal(t, helpdesk.Open, w.conversation(hidden.ID).Status, "what Bo does not see is left alone")
	})
}

func content(t *testing.T, w *world, a *helpdesk.Attachment) string {
	t.Helper()
	f, err := w.admin.Messages.OpenFile(w.ctx, a)
	require.NoError(t, err)
	b, err := io.ReadAll(f)
	require.NoError(t, err)
	require.NoError(t, f.Close())
	return string(b)
}

func TestMacroAsksForRightsWhenItRuns(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		bo := w.agent("bo", helpdesk.AgentRole)
		box := w.inboxWith(helpdesk.InboxInput{Name: ptr("Shop"), AutoAssign: ptr(false)}, bo)
		c := w.write(box, "c1", "hello")
		m, err := w.admin.Macros.Create(w.ctx, helpdesk.MacroInput{
			Name: ptr("Go"), Visibility: helpdesk.GlobalMacro, Actions: []helpdesk.RuleAction{
				action(helpdesk.DoAssignAgent, float64(w.owner)), action(helpdesk.DoAddLabel, "done"),
			},
		})
		require.NoError(t, err)
		require.NoError(t, w.as(bo).Macros.Execute(w.ctx, m.ID, c.Display))
		_, err = w.admin.Agents.Update(w.ctx, bo, helpdesk.AgentInput{Role: helpdesk.Assistant})
		require.NoError(t, err)
		w.runDue()
		got := w.conversation(c.ID)
		require.Zero(t, got.Assignee, "an assistant may not assign to others")
		require.Len(t, got.Labels, 1, "and what follows is done all the same")

		other := w.write(box, "c2", "hello")
		require.NoError(t, w.as(bo).Macros.Execute(w.ctx, m.ID, other.Display))
		require.NoError(t, w.admin.Agents.Remove(w.ctx, bo))
		w.runDue()
		require.Empty(t, w.conversation(other.ID).Labels, "who left runs nothing")
	})
}

func TestMacrosAreSeenAndChangedByTheirOwners(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		bo, ada := w.as(w.agent("bo", helpdesk.AgentRole)), w.as(w.agent("ada", helpdesk.Supervisor))
		in := helpdesk.MacroInput{Name: ptr("Mine"), Actions: []helpdesk.RuleAction{action(helpdesk.DoResolve)}}
		mine, err := bo.Macros.Create(w.ctx, in)
		require.NoError(t, err)
		in.Name, in.Visibility = ptr("all"), helpdesk.GlobalMacro
		global, err := w.admin.Macros.Create(w.ctx, in)
		require.NoError(t, err)
		for _, d := range []*helpdesk.Desk{ada, w.admin} {
			require.ErrorIs(t, quiet(d.Macros.Get(w.ctx, mine.ID)), helpdesk.NotFound, "personal ones are their owner's alone")
			require.ErrorIs(t, d.Macros.Execute(w.ctx, mine.ID, 1), helpdesk.NotFound)
			require.ErrorIs(t, d.Macros.Delete(w.ctx, mine.ID), helpdesk.NotFound)
		}
		require.ErrorIs(t, quiet(ada.Macros.Update(w.ctx, global.ID, helpdesk.MacroInput{Name: ptr("x")})), helpdesk.Forbidden)
		seen, err := bo.Macros.List(w.ctx)
		require.NoError(t, err)
		require.Equal(t, []helpdesk.MacroID{global.ID, mine.ID}, []helpdesk.MacroID{seen[0].ID, seen[1].ID})

		require.NoError(t, w.admin.Agents.Remove(w.ctx, mine.CreatedBy))
		left, err := w.engine.As(w.engine.Host(w.account)).Macros.List(w.ctx)
		require.NoError(t, err)
		require.Len(t, left, 1, "personal macros go with their owner")
	})
}

func TestActionsThatCannotRunAreRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t, openMemory)
	bad := []helpdesk.RuleAction{
		action("send_email_transcript", "a@b.example"), action("add_sla", 1.0), action("dance"),
		action(helpdesk.DoAssignAgent), action(helpdesk.DoAssignAgent, 999.0), action(helpdesk.DoAssignAgent, 1.5),
		action(helpdesk.DoAssignTeam, "7"), action(helpdesk.DoAddLabel), action(helpdesk.DoAddLabel, " "), action(helpdesk.DoAddLabel, 1.0),
		action(helpdesk.DoChangeStatus, "gone"), action(helpdesk.DoChangePriority, "top"), action(helpdesk.DoSendMessage, " "),
		action(helpdesk.DoAddNote), action(helpdesk.DoSendAttachment, "none"), action(helpdesk.DoSendWebhook, "ftp://x"),
		action(helpdesk.DoSendEmailToTeam, map[string]any{"team_ids": []any{1.0}, "message": "x"}), // no mailer
	}
	for _, a := range bad {
		_, err := w.admin.Macros.Create(w.ctx, helpdesk.MacroInput{Name: ptr("x"), Actions: []helpdesk.RuleAction{a}})
		require.ErrorIs(t, err, helpdesk.Invalid, a.Name)
		require.ErrorContains(t, err, string(a.Name))
	}
	_, err := w.admin.Macros.Create(w.ctx, helpdesk.MacroInput{Actions: bad[:3]})
	for _, part := range []string{"name can't be blank", "send_email_transcript", "add_sla", "dance"} {
		require.ErrorContains(t, err, part, "everything is named at once")
	}
	require.ErrorIs(t, quiet(w.admin.Macros.Create(w.ctx, helpdesk.MacroInput{Name: ptr("x")})), helpdesk.Invalid)
}

// What a macro or a rule names may be deleted; it goes on without it.
func TestWhatActionsNameMayGo(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		team, err := w.admin.Teams.Create(w.ctx, helpdesk.TeamInput{Name: ptr("sales")})
		require.NoError(t, err)
		gone := w.agent("gone", helpdesk.AgentRole)
		actions := []helpdesk.RuleAction{
			action(helpdesk.DoAssignTeam, float64(team.ID)), action(helpdesk.DoAssignAgent, float64(gone)), action(helpdesk.DoChangePriority, "low"),
		}
		m, err := w.admin.Macros.Create(w.ctx, helpdesk.MacroInput{Name: ptr("x"), Visibility: helpdesk.GlobalMacro, Actions: actions})
		require.NoError(t, err)
		r, err := w.admin.Rules.Create(w.ctx, helpdesk.RuleInput{Name: ptr("x"), Event: helpdesk.MessageCreated, Actions: actions})
		require.NoError(t, err)
		require.NoError(t, w.admin.Teams.Delete(w.ctx, team.ID))
		require.NoError(t, w.admin.Agents.Remove(w.ctx, gone))
		_, err = w.admin.Macros.Update(w.ctx, m.ID, helpdesk.MacroInput{Name: ptr("y")})
		require.NoError(t, err)
		_, err = w.admin.Rules.Update(w.ctx, r.ID, helpdesk.RuleInput{Active: ptr(false)})
		require.NoError(t, err)
		c := w.write(w.inbox("Shop"), "c1", "hello")
		require.NoError(t, w.admin.Macros.Execute(w.ctx, m.ID, c.Display))
		w.runDue()
		require.Equal(t, helpdesk.Low, w.conversation(c.ID).Priority)
	})
}

// A run that is tried again goes on where it was: the host is not asked again
// about what was said.
func TestMacroRunGoesOnWhereItWas(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		asked := map[helpdesk.ConversationID]int{}
		box := w.inbox("Shop")
		first, second := w.write(box, "c1", "hello"), w.write(box, "c2", "hello")
		w.engine = w.newEngine(helpdesk.Options{BeforeSend: func(_ context.Context, c *helpdesk.Conversation, _ *helpdesk.Reply) error {
			if asked[c.ID]++; c.ID == second.ID && asked[c.ID] == 1 {
				return helpdesk.Errorf(helpdesk.Unavailable, "not now")
			}
			return nil
		}})
		admin := w.as(w.owner)
		m, err := admin.Macros.Create(w.ctx, helpdesk.MacroInput{Name: ptr("greet"), Actions: []helpdesk.RuleAction{action(helpdesk.DoSendMessage, "hi")}})
		require.NoError(t, err)
		require.NoError(t, admin.Macros.Execute(w.ctx, m.ID, first.Display, second.Display))
		w.runDue()
		w.clock.Advance(time.Minute)
		w.runDue()
		require.Equal(t, map[helpdesk.ConversationID]int{first.ID: 1, second.ID: 2}, asked)
		for _, c := range []*helpdesk.Conversation{first, second} {
			require.Len(t, w.messages(c.ID), 2)
		}
	})
}
