package helpdesk_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
)

// drainFeed reads a desk's feed from a cursor to its end.
func drainFeed(t *testing.T, w *world, d *helpdesk.Desk, after helpdesk.Cursor) (items []helpdesk.Item, next helpdesk.Cursor) {
	t.Helper()
	for {
		page, cursor, err := d.Feed(w.ctx, after)
		require.NoError(t, err)
		items = append(items, page...)
		if cursor == after || len(page) > 0 && page[0].Kind == helpdesk.FeedReset {
			return items, cursor
		}
		after = cursor
	}
}

func kinds(items []helpdesk.Item) []string {
	var out []string
	for _, i := range items {
		name := string(i.Kind)
		if i.Kind == helpdesk.FeedEvent {
			name = string(i.Event.Kind)
		}
		out = append(out, name)
	}
	return out
}

func TestListAndFeedJoinWithoutAGap(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		box := w.inbox("Shop")
		w.write(box, "c1", "before")
		list, err := w.admin.Conversations.List(w.ctx, helpdesk.ConversationFilter{}, helpdesk.Page{})
		require.NoError(t, err)
		require.Len(t, list.Items, 1)
		w.write(box, "c1", "after")
		items, _ := drainFeed(t, w, w.admin, list.Cursor)
		require.Equal(t, []string{"message.created"}, kinds(items))
	})
}

func TestFeedResets(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		other, err := w.engine.CreateAccount(w.ctx, helpdesk.NewAccount{Name: "Other", Owner: w.owner})
		require.NoError(t, err)
		list, err := w.engine.As(w.engine.Agent(other.ID, w.owner)).Conversations.List(w.ctx, helpdesk.ConversationFilter{}, helpdesk.Page{})
		require.NoError(t, err)
		for name, cursor := range map[string]helpdesk.Cursor{"garbage": "%%", "empty": "", "another account's": list.Cursor} {
			items, next := drainFeed(t, w, w.admin, cursor)
			require.Equal(t, []string{"reset"}, kinds(items), name)
			again, _, err := w.admin.Feed(w.ctx, next)
			require.NoError(t, err)
			require.Empty(t, again, "%s: a reset gives a cursor that works", name)
		}
	})
}

func TestWhoLosesSightIsTold(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		ada, helper := w.agent("ada", helpdesk.AgentRole), w.agent("hal", helpdesk.Assistant)
		box := w.inboxWith(helpdesk.InboxInput{Name: ptr("Shop"), AutoAssign: ptr(false)}, ada, helper)
		c := w.write(box, "c1", "hello")
		start, err := w.as(helper).Conversations.List(w.ctx, helpdesk.ConversationFilter{}, helpdesk.Page{})
		require.NoError(t, err)
		require.Len(t, start.Items, 1)

		_, err = w.as(ada).Conversations.Claim(w.ctx, c.ID)
		require.NoError(t, err)
		w.write(box, "c1", "a secret")
		items, next := drainFeed(t, w, w.as(helper), start.Cursor)
		require.Equal(t, []string{"gone"}, slices.Compact(kinds(items)), "an assistant sees only own and unassigned ones")
		for _, i := range items {
			require.Empty(t, i.Event.Details, "and learns nothing on the way out")
			require.Equal(t, c.ID, i.Event.Conversation)
		}

		_, err = w.admin.Conversations.Assign(w.ctx, c.ID, helpdesk.Assignment{To: helper})
		require.NoError(t, err)
		items, next = drainFeed(t, w, w.as(helper), next)
		require.True(t, items[0].New, "the whole conversation is new to them")

		require.NoError(t, w.admin.Inboxes.SetMembers(w.ctx, box.ID, helpdesk.RemoveMembers, helper))
		items, _ = drainFeed(t, w, w.as(helper), next)
		require.Contains(t, kinds(items), "viewer")
	})
}

func TestCustomerFeedHoldsNoNotes(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		box := w.inbox("Shop")
		c := w.write(box, "c1", "hello")
		customer, err := w.engine.FindCustomer(w.ctx, box, "c1")
		require.NoError(t, err)
		_, start := drainFeed(t, w, w.engine.As(customer), "")
		_, err = w.admin.Messages.Send(w.ctx, c.ID, helpdesk.Reply{Content: "between us", Private: true})
		require.NoError(t, err)
		_, err = w.admin.Conversations.SetPriority(w.ctx, c.ID, helpdesk.Urgent)
		require.NoError(t, err)
		_, err = w.admin.Messages.Send(w.ctx, c.ID, helpdesk.Reply{Content: "hello you"})
		require.NoError(t, err)
		items, _ := drainFeed(t, w, w.engine.As(customer), start)
		said := 0
		for _, i := range items {
			require.False(t, i.Event.Private)
			require.NotEqual(t, helpdesk.Activity, i.Event.MessageKind)
			if i.Event.Kind == helpdesk.MessageCreated {
				said++
			}
		}
		require.Equal(t, 1, said)

		w.write(box, "c2", "somebody else")
		items, _ = drainFeed(t, w, w.engine.As(customer), items[len(items)-1].Cursor)
		require.Empty(t, items)
	})
}

func TestSubscribeFollows(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		ctx, cancel := context.WithTimeout(w.ctx, time.Minute)
		defer cancel()
		box := w.inbox("Shop")
		feed, err := w.admin.Subscribe(ctx, "")
		require.NoError(t, err)
		const n = 50
		go func() {
			for range n {
				w.write(box, "c1", "hello")
			}
		}()
		seen, last := 0, helpdesk.EventSeq(0)
		for item := range feed {
			require.Equal(t, helpdesk.FeedEvent, item.Kind)
			require.Greater(t, item.Event.Seq, last, "in order, each once")
			last = item.Event.Seq
			if item.Event.Kind == helpdesk.MessageCreated && item.Event.MessageKind == helpdesk.Incoming {
				if seen++; seen == n {
					break
				}
			}
		}
		require.Equal(t, n, seen)
		cancel()
		for range feed { // it closes once its context has ended
			continue
		}
	})
}
