package main_test

import (
	"context"
	"fmt"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/channel/api"
)

// Promise 2: nothing is doubled. However many bring the same thing at once, it
// is there once; however many first messages a new person sends at once, the
// person is one and so is the conversation.
func TestPromise2NothingIsDoubled(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, db database) {
		store, err := db.open(t.Context())
		require.NoError(t, err)
		t.Cleanup(func() { store.Close() })
		blobs, err := helpdesk.NewDirBlobs(filepath.Join(t.TempDir(), "files"))
		require.NoError(t, err)
		t.Cleanup(func() { blobs.Close() })
		e, err := helpdesk.New(store, helpdesk.Options{Channels: []helpdesk.Channel{api.New()}, Blobs: blobs})
		require.NoError(t, err)
		for _, c := range []struct {
			name string
			test func(t *testing.T, d doubling)
		}{
			{"the same message 50 times", sameMessage},
			{"the same request 50 times", sameRequest},
			{"20 first messages of one new person", firstMessages},
			{"20 first messages of one new person over two inboxes", twoInboxes},
		} {
			t.Run(c.name, func(t *testing.T) { c.test(t, newDoubling(t, e, store)) })
		}
	})
}

// doubling is an account of its own with two inboxes.
type doubling struct {
	*helpdesk.Engine
	store   helpdesk.Store
	account helpdesk.AccountID
	inbox   [2]helpdesk.InboxID
}

func newDoubling(t *testing.T, e *helpdesk.Engine, store helpdesk.Store) doubling {
	account, err := e.CreateAccount(t.Context(), helpdesk.NewAccount{Name: "Doubling"})
	require.NoError(t, err)
	d := doubling{Engine: e, store: store, account: account.ID}
	for i := range d.inbox {
		name := fmt.Sprint("inbox ", i)
		box, err := e.As(e.Host(account.ID)).Inboxes.Create(t.Context(), helpdesk.InboxInput{Kind: api.Kind, Name: &name})
		require.NoError(t, err)
		d.inbox[i] = box.ID
	}
	return d
}

func sameMessage(t *testing.T, d doubling) {
	ids := together(t, 50, func(int) (*helpdesk.Message, error) {
		return d.Receive(t.Context(), d.account, d.inbox[0], helpdesk.Inbound{
			ExternalID: "wamid.1", From: helpdesk.Person{Source: "one", Phone: "+12025550199"}, Content: "once",
		})
	})
	require.Len(t, ids, 1, "answers name different messages")
	require.Equal(t, found{contacts: 1, conversations: 1, messages: 1, events: 1}, d.count(t))
}

func sameRequest(t *testing.T, d doubling) {
	ids := together(t, 50, func(int) (*helpdesk.Message, error) {
		ctx := helpdesk.WithIdempotencyKey(t.Context(), "test", "key-1", []byte("once"))
		return d.Receive(ctx, d.account, d.inbox[0], helpdesk.Inbound{From: helpdesk.Person{Source: "one"}, Content: "once"})
	})
	require.Len(t, ids, 1, "answers name different messages")
	require.Equal(t, found{contacts: 1, conversations: 1, messages: 1, events: 1}, d.count(t))
}

func firstMessages(t *testing.T, d doubling) {
	ids := together(t, 20, func(i int) (*helpdesk.Message, error) {
		return d.Receive(t.Context(), d.account, d.inbox[0], helpdesk.Inbound{
			ExternalID: fmt.Sprint("m", i), From: helpdesk.Person{Source: "new", Email: "new@example.com", Phone: "+12025550198"}, Content: fmt.Sprint("first ", i),
		})
	})
	require.Len(t, ids, 20)
	require.Equal(t, found{contacts: 1, conversations: 1, messages: 20, events: 20}, d.count(t))
}

// twoInboxes: the two addresses are two rows, so it is the identities that keep
// the person one.
func twoInboxes(t *testing.T, d doubling) {
	ids := together(t, 20, func(i int) (*helpdesk.Message, error) {
		return d.Receive(t.Context(), d.account, d.inbox[i%2], helpdesk.Inbound{
			ExternalID: fmt.Sprint("m", i), From: helpdesk.Person{Source: fmt.Sprint("new", i%2), Email: "New@Example.com", Phone: "+12025550197"}, Content: fmt.Sprint("first ", i),
		})
	})
	require.Len(t, ids, 20)
	require.Equal(t, found{contacts: 1, conversations: 2, messages: 20, events: 20}, d.count(t))
}

// together calls do n times at the same moment and returns the messages it made.
func together(t *testing.T, n int, do func(i int) (*helpdesk.Message, error)) map[helpdesk.MessageID]bool {
	t.Helper()
	var mu sync.Mutex
	var all sync.WaitGroup
	start, ids, failures := make(chan struct{}), map[helpdesk.MessageID]bool{}, []error(nil)
	for i := range n {
		all.Go(func() {
			<-start
			m, err := do(i)
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				failures = append(failures, err)
				return
			}
			ids[m.ID] = true
		})
	}
	close(start)
	all.Wait()
	require.Empty(t, failures)
	return ids
}

type found struct{ contacts, conversations, messages, events int }

// count counts what the account holds, row by row.
func (d doubling) count(t *testing.T) (n found) {
	t.Helper()
	require.NoError(t, d.store.View(t.Context(), d.account, func(ctx context.Context, tx helpdesk.Tx) error {
		n = found{}
		list, err := tx.Conversations().List(ctx, helpdesk.ConversationFilter{}, helpdesk.Page{Limit: 100})
		if err != nil {
			return err
		}
		n.conversations = len(list)
		for _, c := range list {
			ms, err := tx.Messages().List(ctx, helpdesk.MessageFilter{Conversation: c.ID, Public: true}, helpdesk.Page{Limit: 100})
			if err != nil {
				return err
			}
			n.messages += len(ms)
		}
		events, err := tx.Events().Since(ctx, 0, 1000)
		if err != nil {
			return err
		}
		for _, e := range events {
			if e.Kind == helpdesk.MessageCreated {
				n.events++
			}
		}
		n.contacts, err = tx.Contacts().Count(ctx, helpdesk.ContactFilter{})
		return err
	}))
	return n
}
