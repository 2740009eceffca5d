package helpdesk_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
)

func (w *world) task(id helpdesk.TaskID) *helpdesk.Task {
	w.t.Helper()
	task, err := w.admin.Tasks.Get(w.ctx, id)
	require.NoError(w.t, err)
	return task
}

// Each item goes by the rules: what is not seen is skipped, what is refused is
// named, and the rest is done although they share a batch.
func TestBulkGoesByTheRules(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		ada, bob := w.agent("ada", helpdesk.AgentRole), w.agent("bob", helpdesk.AgentRole)
		mine := w.inboxWith(helpdesk.InboxInput{Name: ptr("Mine"), AutoAssign: ptr(false)}, ada, bob)
		alone := w.inboxWith(helpdesk.InboxInput{Name: ptr("Alone"), AutoAssign: ptr(false)}, ada)
		hidden := w.inboxWith(helpdesk.InboxInput{Name: ptr("Hidden"), AutoAssign: ptr(false)}, bob)
		var ids []helpdesk.DisplayID
		rows := map[string]*helpdesk.Conversation{}
		for i := range 25 {
			box := []*helpdesk.Inbox{mine, alone, hidden}[min(i/10, 2)]
			c := w.write(box, fmt.Sprint("c", i), "hello")
			rows[fmt.Sprint(i)] = c
			ids = append(ids, c.Display)
		}
		_, err := w.admin.Conversations.SetLabels(w.ctx, rows["0"].ID, []string{"old", "kept"})
		require.NoError(t, err)

		task, err := w.as(ada).Conversations.Change(w.ctx, helpdesk.ConversationsChange{
			Conversations: append(ids, ids[0], 999), Status: helpdesk.Pending, Assignee: &bob, AddLabels: []string{"New"}, RemoveLabels: []string{"old"},
		})
		require.NoError(t, err)
		require.Equal(t, 26, task.Total, "each once")
		require.Equal(t, helpdesk.Open, w.conversation(rows["0"].ID).Status, "not yet")
		w.runDue()

		task = w.task(task.ID)
		require.Equal(t, []int{10, 6, 10}, []int{task.Done, task.Skipped, task.Failed})
		require.False(t, task.EndedAt.IsZero())
		require.Equal(t, int64(rows["10"].Display), task.Failures[0].Item)
		require.Contains(t, task.Failures[0].Reason, "must be an agent of the inbox")
		done, refused, unseen := w.conversation(rows["0"].ID), w.conversation(rows["10"].ID), w.conversation(rows["24"].ID)
		require.Equal(t, bob, done.Assignee)
		require.Equal(t, helpdesk.Pending, done.Status)
		titles, err := w.admin.Labels.Titles(w.ctx, done.Labels)
		require.NoError(t, err)
		require.Equal(t, []string{"kept", "new"}, titles)
		for _, c := range []*helpdesk.Conversation{refused, unseen} {
			require.Equal(t, helpdesk.Open, c.Status)
			require.Empty(t, c.Labels)
		}
		_, err = w.as(bob).Tasks.Get(w.ctx, task.ID)
		require.ErrorIs(t, err, helpdesk.NotFound, "it is Ada's")
	})
}

// A role taken away while the task waits is gone when it runs, and an agent who
// left does nothing any more.
func TestBulkHasTheRightsOfItsTurn(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		eve := w.agent("eve", helpdesk.Administrator)
		box := w.inbox("Shop")
		c := w.write(box, "c1", "hello")
		change := helpdesk.ConversationsChange{Conversations: []helpdesk.DisplayID{c.Display}, Status: helpdesk.Resolved}
		first, err := w.as(eve).Conversations.Change(w.ctx, change)
		require.NoError(t, err)
		remove, err := w.as(eve).Contacts.Change(w.ctx, helpdesk.ContactsChange{Contacts: []helpdesk.ContactID{c.Contact}, Delete: true})
		require.NoError(t, err)
		_, err = w.admin.Agents.Update(w.ctx, eve, helpdesk.AgentInput{Role: helpdesk.AgentRole})
		require.NoError(t, err)
		w.runDue()
		require.Equal(t, 1, w.task(first.ID).Skipped)
		require.Equal(t, 1, w.task(remove.ID).Failed)

		require.NoError(t, w.admin.Inboxes.SetMembers(w.ctx, box.ID, helpdesk.AddMembers, eve))
		second, err := w.as(eve).Conversations.Change(w.ctx, change)
		require.NoError(t, err)
		require.NoError(t, w.admin.Agents.Remove(w.ctx, eve))
		w.runDue()
		require.Equal(t, 1, w.task(second.ID).Failed)
		require.Equal(t, helpdesk.Open, w.conversation(c.ID).Status)
		w.clock.Advance(31 * 24 * time.Hour)
		w.runDue()
		_, err = w.admin.Tasks.Get(w.ctx, first.ID)
		require.ErrorIs(t, err, helpdesk.NotFound, "forgotten")
	})
}

// A task that is cut off goes on where it was, and does nothing twice.
func TestBulkGoesOnAfterACrash(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		box := w.inboxWith(helpdesk.InboxInput{Name: ptr("Shop"), AutoAssign: ptr(false)})
		var ids []helpdesk.DisplayID
		var last *helpdesk.Conversation
		for i := range 25 {
			last = w.write(box, fmt.Sprint("c", i), "hello")
			ids = append(ids, last.Display)
		}
		task, err := w.admin.Conversations.Change(w.ctx, helpdesk.ConversationsChange{Conversations: ids, AddLabels: []string{"once"}})
		require.NoError(t, err)
		cut, err := helpdesk.New(&breaking{Store: w.store, task: task.ID}, helpdesk.Options{Now: w.clock.Now})
		require.NoError(t, err)
		_ = cut.RunDue(w.ctx) // the store fails in the middle
		half := w.task(task.ID)
		require.Greater(t, half.Done, 0)
		require.Less(t, half.Done, 25)
		w.clock.Advance(10 * time.Minute)
		w.runDue()
		require.Equal(t, 25, w.task(task.ID).Done)
		lines := 0
		for _, m := range w.messages(last.ID) {
			if m.Kind == helpdesk.Activity {
				lines++
			}
		}
		require.Equal(t, 1, lines)
	})
}

// breaking is a store that is gone once a task has got somewhere.
type breaking struct {
	helpdesk.Store
	task helpdesk.TaskID
}

func (b *breaking) Update(ctx context.Context, account helpdesk.AccountID, fn func(context.Context, helpdesk.Tx) error) error {
	next := 0
	err := b.View(ctx, account, func(ctx context.Context, tx helpdesk.Tx) error {
		t, err := tx.Tasks().Get(ctx, b.task)
		if err == nil {
			next = t.Next
		}
		return err
	})
	if err != nil || next >= 10 {
		return helpdesk.Errorf(helpdesk.Unavailable, "the store is gone")
	}
	return b.Store.Update(ctx, account, fn)
}
