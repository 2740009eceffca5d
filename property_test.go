package helpdesk_test

import (
	"cmp"
	"encoding/base64"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
)

// rewind is the cursor of the same log before its first event.
func rewind(t *testing.T, c helpdesk.Cursor) helpdesk.Cursor {
	t.Helper()
	raw, err := base64.RawURLEncoding.DecodeString(string(c))
	require.NoError(t, err)
	return helpdesk.Cursor(base64.RawURLEncoding.EncodeToString([]byte(string(raw[:strings.LastIndexByte(string(raw), '.')]) + ".0")))
}

// client is somebody who keeps the set of conversations they see, from the feed
// alone, and is killed now and then.
type client struct {
	name   string
	d      *helpdesk.Desk
	cursor helpdesk.Cursor
	sees   map[helpdesk.ConversationID]bool
}

func (c *client) list(t *testing.T, w *world) {
	t.Helper()
	c.sees = visible(t, w, c.d)
	page, err := c.d.Conversations.List(w.ctx, helpdesk.ConversationFilter{}, helpdesk.Page{Limit: 1})
	require.NoError(t, err)
	c.cursor = page.Cursor
}

func visible(t *testing.T, w *world, d *helpdesk.Desk) map[helpdesk.ConversationID]bool {
	t.Helper()
	page, err := d.Conversations.List(w.ctx, helpdesk.ConversationFilter{}, helpdesk.Page{Limit: helpdesk.MaxPage})
	require.NoError(t, err)
	out := map[helpdesk.ConversationID]bool{}
	for _, c := range page.Items {
		out[c.ID] = true
	}
	require.Equal(t, len(out), page.Counts.All, "counts agree with the list")
	return out
}

// catchUp applies up to some items and may stop in the middle of a page, as a
// client does that is killed.
func (c *client) catchUp(t *testing.T, w *world, r *rand.Rand) {
	t.Helper()
	for {
		items, next, err := c.d.Feed(w.ctx, c.cursor)
		require.NoError(t, err)
		if r != nil && len(items) > 0 {
			items = items[:r.IntN(len(items)+1)]
		}
		for _, item := range items {
			switch {
			case item.Kind == helpdesk.FeedViewer || item.Kind == helpdesk.FeedReset:
				c.list(t, w)
				return
			case item.Kind == helpdesk.FeedGone:
				delete(c.sees, item.Event.Conversation)
			case item.Event.Conversation != 0: // known, New, or unknown ahead of a FeedViewer: see Item.New
				c.sees[item.Event.Conversation] = true
			}
			c.cursor = item.Cursor
		}
		if r != nil || c.cursor == next && len(items) == 0 {
			return
		}
		c.cursor = next
	}
}

// TestScopeAndFeedAgree drives random work and asks, of every role, three
// questions after it: does the list hold what Get shows, do the counts agree, and
// does a client that lives from the feed know the same set.
func TestScopeAndFeedAgree(t *testing.T) {
	t.Parallel()
	rounds := 50
	if os.Getenv("HELPDESK_PROVE") != "" {
		rounds = 1000
	}
	eachStore(t, func(t *testing.T, w *world) {
		c := newCast(w)
		r := rand.New(rand.NewPCG(1, 2))
		var clients []*client
		for i, d := range c.desks {
			if c.names[i] == "contacts" || c.names[i] == "labels" {
				continue // they have no list of conversations at all
			}
			one := &client{name: c.names[i], d: d}
			one.list(t, w)
			clients = append(clients, one)
		}
		var known []helpdesk.ConversationID
		for round := range rounds {
			known = randomWork(t, c, r, known)
			clients[r.IntN(len(clients))].catchUp(t, w, r)
			if round%10 != 9 {
				continue
			}
			for _, one := range clients {
				one.catchUp(t, w, nil)
				require.Equal(t, visible(t, w, one.d), one.sees, "%s in round %d", one.name, round)
			}
		}
		for _, one := range clients {
			for _, id := range known {
				_, err := one.d.Conversations.Get(w.ctx, id)
				require.Equal(t, one.sees[id], err == nil, "%s, %d: %v", one.name, id, err)
			}
		}
	})
}

// randomWork does one thing that may change who sees what.
func randomWork(t *testing.T, c *cast, r *rand.Rand, known []helpdesk.ConversationID) []helpdesk.ConversationID {
	t.Helper()
	c.clock.Advance(time.Second)
	if len(known) < 3 || r.IntN(3) == 0 {
		return append(known, c.write(c.box, fmt.Sprint("random-", r.IntN(1000)), "hello").ID)
	}
	id := known[r.IntN(len(known))]
	anybody := append(slices.Clone(c.ids[:10]), c.other, 0)
	var err error
	switch r.IntN(8) {
	case 0, 1, 2, 3:
		_, err = c.admin.Conversations.Assign(c.ctx, id, helpdesk.Assignment{To: anybody[r.IntN(len(anybody))]})
	case 4:
		_, err = c.admin.Conversations.Toggle(c.ctx, id)
	case 5:
		who := c.ids[r.IntN(10)]
		how := []helpdesk.MemberChange{helpdesk.AddMembers, helpdesk.RemoveMembers}[r.IntN(2)]
		err = c.admin.Inboxes.SetMembers(c.ctx, c.box.ID, how, who)
	case 6:
		_, err = c.admin.Messages.Send(c.ctx, id, helpdesk.Reply{Content: "note", Private: true})
	default:
		if err = c.admin.Conversations.Delete(c.ctx, id); err == nil {
			known = slices.DeleteFunc(known, func(k helpdesk.ConversationID) bool { return k == id })
		}
	}
	if code := helpdesk.CodeOf(err); code != "" && code != helpdesk.Invalid { // who left the inbox owns nothing there
		require.NoError(t, err)
	}
	slices.Sort(known)
	return slices.Compact(known)
}

// A deletion, of a conversation, its contact or its inbox, reaches everybody who
// saw it.
func TestFeedTellsOfDeletions(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		for name, remove := range map[string]func(c *cast, s *play) error{
			"conversation": func(c *cast, s *play) error { return c.admin.Conversations.Delete(w.ctx, s.c.ID) },
			"contact":      func(c *cast, s *play) error { return c.admin.Contacts.Delete(w.ctx, s.c.Contact) },
		} {
			ada := w.agent("ada"+name, helpdesk.AgentRole)
			c := &cast{world: w, box: w.inbox("Shop"+name, ada)}
			s := c.play(nil, 0, false)
			one := &client{name: name, d: w.as(ada)}
			one.list(t, w)
			require.True(t, one.sees[s.c.ID])
			require.NoError(t, remove(c, s))
			one.catchUp(t, w, nil)
			require.Empty(t, one.sees, name)
		}
		ada := w.agent("ada", helpdesk.AgentRole)
		c := &cast{world: w, box: w.inbox("Shop", ada)}
		s := c.play(nil, 0, false)
		one := &client{d: w.as(ada)}
		one.list(t, w)
		require.NoError(t, w.admin.Inboxes.Delete(w.ctx, c.box.ID))
		one.catchUp(t, w, nil)
		require.Empty(t, one.sees)
		_, err := w.admin.Conversations.Get(w.ctx, s.c.ID)
		require.ErrorIs(t, err, helpdesk.NotFound)
	})
}

// A change that the agent who leaves frees is not handed to them.
func TestNobodyIsHandedWorkOnTheWayOut(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		ada := w.agent("ada", helpdesk.AgentRole)
		_, err := w.admin.Agents.Update(w.ctx, ada, helpdesk.AgentInput{OpenLimit: ptr(1)})
		require.NoError(t, err)
		box := w.inbox("Shop", ada)
		first, second := w.write(box, "c1", "hello"), w.write(box, "c2", "hello")
		require.Equal(t, ada, first.Assignee)
		require.Zero(t, second.Assignee)
		require.NoError(t, w.admin.Agents.Remove(w.ctx, ada))
		require.Zero(t, w.conversation(first.ID).Assignee)
		require.Zero(t, w.conversation(second.ID).Assignee)
	})
}

// Deleting takes the files of every message along, however many there are.
func TestDeleteTakesAllFiles(t *testing.T) {
	t.Parallel()
	w := newWorld(t, openMemory)
	dir := t.TempDir()
	blobs, err := helpdesk.NewDirBlobs(dir)
	require.NoError(t, err)
	t.Cleanup(func() { _ = blobs.Close() })
	w.engine = w.newEngine(helpdesk.Options{Blobs: blobs})
	w.admin = w.engine.As(w.engine.Host(w.account))
	box := w.inbox("Shop")
	var last *helpdesk.Message
	for i := range helpdesk.MaxPage + 5 {
		in := helpdesk.Inbound{From: helpdesk.Person{Source: "c1"}, Content: "hello"}
		if i == 0 {
			in.Attachments = []helpdesk.InboundFile{{Name: "a.txt", Data: []byte("secret")}}
		}
		if i%100 == 0 {
			w.clock.Advance(time.Minute) // the guard against floods
		}
		last, err = w.engine.Receive(w.ctx, w.account, box.ID, in)
		require.NoError(t, err)
	}
	require.Len(t, storedFiles(t, dir), 1)
	require.NoError(t, w.admin.Contacts.Delete(w.ctx, helpdesk.ContactID(last.Sender.ID)))
	w.runDue()
	require.Empty(t, storedFiles(t, dir))
}

func storedFiles(t *testing.T, dir string) []string {
	t.Helper()
	out := map[string]bool{}
	folders, err := os.ReadDir(dir)
	require.NoError(t, err)
	for _, f := range folders {
		files, err := os.ReadDir(dir + "/" + f.Name())
		require.NoError(t, err)
		for _, f := range files {
			out[f.Name()] = true
		}
	}
	return slices.SortedFunc(maps.Keys(out), cmp.Compare)
}
