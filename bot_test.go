package helpdesk_test

import (
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

// bot connects a new bot to an inbox, and returns its id and desk.
func (w *world) bot(box *helpdesk.Inbox, url string) (helpdesk.AgentID, *helpdesk.Desk) {
	w.t.Helper()
	b, err := w.admin.Bots.Create(w.ctx, helpdesk.BotInput{Name: ptr("Robo"), URL: &url})
	require.NoError(w.t, err)
	_, err = w.admin.Inboxes.SetBot(w.ctx, box.ID, b.ID)
	require.NoError(w.t, err)
	return b.ID, w.engine.As(w.engine.Bot(w.account, b.ID))
}

// kinds lists what happened, in order.
func (w *world) kinds(of ...helpdesk.EventKind) (found []helpdesk.EventKind) {
	w.t.Helper()
	items, _, err := w.admin.Feed(w.ctx, firstCursor(w.t, w))
	require.NoError(w.t, err)
	for _, item := range items {
		for _, kind := range of {
			if item.Event.Kind == kind {
				found = append(found, kind)
			}
		}
	}
	return found
}

func TestBotAnswersFirstAndHandsOff(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		ada := w.agent("ada", helpdesk.AgentRole)
		box := w.inbox("Shop", ada)
		id, robo := w.bot(box, "")
		c := w.write(box, "c1", "hello")
		require.Equal(t, helpdesk.Pending, c.Status)
		require.Zero(t, c.Assignee, "a pending conversation is handed to nobody")
		require.Equal(t, helpdesk.Pending, w.write(box, "c1", "anybody?").Status, "what the bot holds stays with it")

		m, err := robo.Messages.Send(w.ctx, c.ID, helpdesk.Reply{Content: "Beep"})
		require.NoError(t, err)
		require.Equal(t, helpdesk.ActorRef{Kind: helpdesk.ByBot, ID: int64(id)}, m.Sender)
		require.Zero(t, w.conversation(c.ID).FirstReplyAt, "a bot's answer is no person's")

		_, err = robo.Conversations.SetStatus(w.ctx, c.ID, helpdesk.Open, time.Time{})
		require.NoError(t, err)
		after := w.conversation(c.ID)
		require.Equal(t, helpdesk.Open, after.Status)
		require.Equal(t, ada, after.Assignee, "a hand-off is followed by routing")
		require.Greater(t, after.OwnerEpoch, c.OwnerEpoch)
		require.Equal(t, []helpdesk.EventKind{helpdesk.ConversationHandoff}, w.kinds(helpdesk.ConversationHandoff))
		_, err = robo.Messages.Send(w.ctx, c.ID, helpdesk.Reply{Content: "late", OwnerEpoch: c.OwnerEpoch + 100})
		require.ErrorIs(t, err, helpdesk.Conflict)
	})
}

func TestPersonWhoOpensIsNoHandOff(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		ada := w.agent("ada", helpdesk.AgentRole)
		box := w.inbox("Shop", ada)
		w.bot(box, "")
		c := w.write(box, "c1", "hello")
		_, err := w.as(ada).Conversations.Reopen(w.ctx, c.ID)
		require.NoError(t, err)
		require.Equal(t, ada, w.conversation(c.ID).Assignee)
		require.Empty(t, w.kinds(helpdesk.ConversationHandoff))
	})
}

func TestCustomersMessageInABotsInbox(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		ada := w.agent("ada", helpdesk.AgentRole)
		box := w.inboxWith(helpdesk.InboxInput{Name: ptr("Shop"), Single: ptr(true), AutoAssign: ptr(false)}, ada)
		w.bot(box, "")
		c := w.write(box, "c1", "hello")
		for _, tt := range []struct {
			from, want helpdesk.Status
			owner      helpdesk.AgentID
		}{
			{helpdesk.Open, helpdesk.Open, 0},
			{helpdesk.Pending, helpdesk.Pending, 0},
			{helpdesk.Pending, helpdesk.Open, ada}, // a person prepares it: no bot holds it
			{helpdesk.Snoozed, helpdesk.Open, 0},
			{helpdesk.Resolved, helpdesk.Pending, 0}, // one conversation for ever: the bot begins anew
		} {
			_, err := w.admin.Conversations.Assign(w.ctx, c.ID, helpdesk.Assignment{To: tt.owner})
			require.NoError(t, err)
			_, err = w.admin.Conversations.SetStatus(w.ctx, c.ID, tt.from, time.Time{})
			require.NoError(t, err)
			require.Equal(t, tt.want, w.write(box, "c1", "again").Status, tt.from)
		}
	})
}

func TestDisconnectedBotLeavesNobodyWaiting(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		ada := w.agent("ada", helpdesk.AgentRole)
		box := w.inbox("Shop", ada)
		id, robo := w.bot(box, "")
		held, owned := w.write(box, "c1", "hello"), w.write(box, "c2", "hello")
		_, err := w.admin.Conversations.Reopen(w.ctx, owned.ID)
		require.NoError(t, err)
		_, err = w.admin.Conversations.Assign(w.ctx, owned.ID, helpdesk.Assignment{To: id})
		require.NoError(t, err)
		require.True(t, w.conversation(owned.ID).AssigneeBot)
		_, err = w.admin.Inboxes.SetBot(w.ctx, box.ID, 0)
		require.NoError(t, err)
		_, err = robo.Conversations.Get(w.ctx, held.ID)
		require.ErrorIs(t, err, helpdesk.NotFound, "it belongs to the inbox no more")
		w.runDue()
		for _, c := range []helpdesk.ConversationID{held.ID, owned.ID} {
			require.Equal(t, helpdesk.Open, w.conversation(c).Status)
			require.Equal(t, ada, w.conversation(c).Assignee)
		}
		require.Equal(t, helpdesk.Open, w.write(box, "c3", "hello").Status)
	})
}

func TestDeletedBotIsGone(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		box := w.inbox("Shop")
		id, robo := w.bot(box, "")
		token, err := w.admin.Bots.Token(w.ctx, id)
		require.NoError(t, err)
		owner, err := w.engine.TokenOwner(w.ctx, token)
		require.NoError(t, err)
		require.Equal(t, id, owner.Bot.ID)
		_, err = w.admin.Bots.ResetToken(w.ctx, id)
		require.NoError(t, err)
		_, err = w.engine.TokenOwner(w.ctx, token)
		require.ErrorIs(t, err, helpdesk.Unauthenticated)
		token, err = w.admin.Bots.Token(w.ctx, id)
		require.NoError(t, err)
		require.NoError(t, w.admin.Bots.Delete(w.ctx, id))
		_, err = w.engine.TokenOwner(w.ctx, token)
		require.ErrorIs(t, err, helpdesk.Unauthenticated)
		_, err = robo.Bots.List(w.ctx)
		require.ErrorIs(t, err, helpdesk.Unauthenticated)
		seen, err := w.admin.Inboxes.Get(w.ctx, box.ID)
		require.NoError(t, err)
		require.Zero(t, seen.Bot)
		_, err = w.admin.Bots.Get(w.ctx, id)
		require.ErrorIs(t, err, helpdesk.NotFound)
	})
}

// A bot is called for what concerns it; when it cannot be reached, people are.
func TestBotIsCalled(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		var mu sync.Mutex
		var heard []string
		status := http.StatusOK
		server := httptest.NewServer(http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			mu.Lock()
			defer mu.Unlock()
			heard = append(heard, string(body))
			out.WriteHeader(status)
		}))
		t.Cleanup(server.Close)
		ada := w.agent("ada", helpdesk.AgentRole)
		box, other := w.inbox("Shop", ada), w.inbox("Other", ada)
		w.bot(box, server.URL)
		c := w.write(box, "c1", "hello")
		w.write(other, "c2", "not yours")
		w.runDue()
		require.Len(t, heard, 1)
		require.True(t, strings.Contains(heard[0], string(helpdesk.MessageCreated)), heard[0])
		require.Equal(t, helpdesk.Pending, w.conversation(c.ID).Status)
		mu.Lock()
		status = http.StatusInternalServerError
		mu.Unlock()
		w.write(box, "c1", "are you there?")
		w.runDue()
		after := w.conversation(c.ID)
		require.Equal(t, helpdesk.Open, after.Status)
		require.Equal(t, ada, after.Assignee)
	})
}
