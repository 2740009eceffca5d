package helpdesk_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
)

// follower is a client that lives from subscriptions, each of which may end at
// any item.
type follower struct {
	client
	told []helpdesk.EventSeq // everything it took, over all its lives
	r    *rand.Rand          // its own: they live at the same time
}

// fresh reads what there is, and where the feed goes on from it.
func (f *follower) fresh(w *world) error {
	page, err := f.d.Conversations.List(w.ctx, helpdesk.ConversationFilter{}, helpdesk.Page{Limit: helpdesk.MaxPage})
	if err != nil {
		return err
	}
	f.sees, f.cursor = map[helpdesk.ConversationID]bool{}, page.Cursor
	for _, c := range page.Items {
		f.sees[c.ID] = true
	}
	return nil
}

// live follows from the cursor on, until it stands at end or dies: after some
// items, with one more in its hand, or with ctx.
func (f *follower) live(ctx context.Context, w *world, items int, end helpdesk.Cursor) error {
	ctx, kill := context.WithCancel(ctx)
	defer kill()
	feed, err := f.d.Subscribe(ctx, f.cursor)
	if err != nil {
		return err
	}
	for f.cursor != end {
		item, open := <-feed
		if !open || items == 0 {
			return nil
		}
		items--
		switch {
		case item.Kind == helpdesk.FeedReset:
			return fmt.Errorf("%s was sent back from %s", f.name, f.cursor)
		case item.Kind == helpdesk.FeedViewer:
			return f.fresh(w) // what is on its way is older than that
		case item.Kind == helpdesk.FeedGone:
			delete(f.sees, item.Event.Conversation)
		case item.Event.Conversation != 0:
			f.sees[item.Event.Conversation] = true
		}
		f.told, f.cursor = append(f.told, item.Event.Seq), item.Cursor
	}
	return nil
}

// lives dies and comes again until ctx ends, or it stands at end.
func (f *follower) lives(ctx context.Context, w *world, end helpdesk.Cursor) error {
	for ctx.Err() == nil && f.cursor != end {
		if err := f.live(ctx, w, f.r.IntN(6), end); err != nil && ctx.Err() == nil {
			return fmt.Errorf("%s: %w", f.name, err)
		}
	}
	return nil
}

// TestKilledSubscribersResume: whoever follows and is killed at any item, while
// the account works and while they catch up, and goes on from their cursor, knows
// what somebody knows who reads everything anew, and took each item once.
func TestKilledSubscribersResume(t *testing.T) {
	t.Parallel()
	rounds := 50
	if os.Getenv("HELPDESK_PROVE") != "" {
		rounds = 1000
	}
	eachStore(t, func(t *testing.T, w *world) {
		c := newCast(w)
		r := rand.New(rand.NewPCG(3, 4))
		var followers []*follower
		for i, name := range c.names {
			if name == "contacts" || name == "labels" {
				continue // they have no list of conversations at all
			}
			one := &follower{client: client{name: name, d: c.desks[i]}, r: rand.New(rand.NewPCG(5, uint64(i)))}
			require.NoError(t, one.fresh(w))
			followers = append(followers, one)
		}
		whole := &follower{client: client{name: "owner", d: w.admin}, r: rand.New(rand.NewPCG(5, 99))}
		require.NoError(t, whole.fresh(w))
		start := whole.cursor
		followers = append(followers, whole)
		together := func(ctx context.Context, end helpdesk.Cursor, do func()) {
			t.Helper()
			errs := make(chan error, len(followers))
			for _, one := range followers {
				go func() { errs <- one.lives(ctx, w, end) }()
			}
			do()
			for range followers {
				require.NoError(t, <-errs)
			}
		}
		var known []helpdesk.ConversationID
		for round := range rounds {
			ctx, kill := context.WithCancel(w.ctx)
			together(ctx, "", func() {
				defer kill()
				known = randomWork(t, c, r, known)
				known = randomWork(t, c, r, known)
			})
			if round%10 != 9 {
				continue
			}
			// Something that all of them hear of is the last there is.
			_, err := w.admin.Labels.Create(w.ctx, helpdesk.LabelInput{Title: ptr(fmt.Sprint("round-", round))})
			require.NoError(t, err)
			end, err := w.admin.Cursor(w.ctx)
			require.NoError(t, err)
			ctx, kill = context.WithTimeout(w.ctx, time.Minute)
			together(ctx, end, func() {})
			kill()
			for _, one := range followers {
				require.Equal(t, end, one.cursor, "%s in round %d never arrived", one.name, round)
				require.Equal(t, visible(t, w, one.d), one.sees, "%s in round %d", one.name, round)
			}
		}
		// Who sees everything is told the same by the feed as it is read in one go.
		var read []helpdesk.EventSeq
		items, _ := drainFeed(t, w, w.admin, start)
		for _, item := range items {
			read = append(read, item.Event.Seq)
		}
		require.Equal(t, read, whole.told)
	})
}
