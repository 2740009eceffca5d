package helpdesk_test

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
)

// Every verb that makes something answers a repeated call with what the first
// one made.
func TestVerbsRepeat(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		box := w.inbox("Shop", w.owner)
		c := w.write(box, "c1", "hello")
		serial := 0
		for name, do := range map[string]func(ctx context.Context) (any, error){
			"receive": func(ctx context.Context) (any, error) {
				m, err := w.engine.Receive(ctx, w.account, box.ID, helpdesk.Inbound{From: helpdesk.Person{Source: "c2"}, Content: "hi"})
				return idOf(m, func() any { return m.ID }), err
			},
			"register": func(ctx context.Context) (any, error) {
				p, a, err := w.engine.Register(ctx, w.account, box.ID, helpdesk.Person{Name: "Ada"})
				return fmt.Sprint(p.ID, a.ID), err
			},
			"send": func(ctx context.Context) (any, error) {
				m, err := w.admin.Messages.Send(ctx, c.ID, helpdesk.Reply{Content: "hi"})
				return idOf(m, func() any { return m.ID }), err
			},
			"contact": func(ctx context.Context) (any, error) {
				p, err := w.admin.Contacts.Create(ctx, helpdesk.NewContact{ContactChange: helpdesk.ContactChange{Name: ptr("Ada")}})
				return idOf(p, func() any { return p.ID }), err
			},
			"start": func(ctx context.Context) (any, error) {
				p, err := w.admin.Conversations.Create(ctx, helpdesk.NewConversation{Inbox: box.ID, Contact: c.Contact})
				return idOf(p, func() any { return p.ID }), err
			},
			"note": func(ctx context.Context) (any, error) {
				p, err := w.admin.Notes.Create(ctx, c.Contact, "hm")
				return idOf(p, func() any { return p.ID }), err
			},
			"label": func(ctx context.Context) (any, error) {
				p, err := w.admin.Labels.Create(ctx, helpdesk.LabelInput{Title: ptr("vip")})
				return idOf(p, func() any { return p.ID }), err
			},
			"team": func(ctx context.Context) (any, error) {
				p, err := w.admin.Teams.Create(ctx, helpdesk.TeamInput{Name: ptr("sales")})
				return idOf(p, func() any { return p.ID }), err
			},
			"inbox": func(ctx context.Context) (any, error) {
				p, err := w.admin.Inboxes.Create(ctx, helpdesk.InboxInput{Kind: "api", Name: ptr("Help")})
				return idOf(p, func() any { return p.ID }), err
			},
			"webhook": func(ctx context.Context) (any, error) {
				p, err := w.admin.Webhooks.Create(ctx, helpdesk.WebhookInput{URL: ptr("https://example.com")})
				return idOf(p, func() any { return p.ID }), err
			},
			"role": func(ctx context.Context) (any, error) {
				p, err := w.admin.Roles.Create(ctx, helpdesk.RoleInput{Name: "r"})
				return idOf(p, func() any { return p.ID }), err
			},
			"invite": func(ctx context.Context) (any, error) {
				p, err := w.admin.Agents.Invite(ctx, helpdesk.AgentInput{Email: "ada@acme.test"})
				return idOf(p, func() any { return p.ID }), err
			},
			"delete note": func(ctx context.Context) (any, error) {
				return nil, w.admin.Conversations.Delete(ctx, c.ID+1000)
			},
		} {
			serial++
			ctx := helpdesk.WithIdempotencyKey(w.ctx, "test", fmt.Sprint("key-", serial), []byte(name))
			if name == "delete note" {
				require.ErrorIs(t, quiet(do(ctx)), helpdesk.NotFound)
				require.ErrorIs(t, quiet(do(ctx)), helpdesk.NotFound, "a failure burns no key")
				continue
			}
			first, err := do(ctx)
			require.NoError(t, err, name)
			second, err := do(ctx)
			require.NoError(t, err, name)
			require.Equal(t, first, second, name)
		}
	})
}

func idOf[T any](v *T, id func() any) any {
	if v == nil {
		return nil
	}
	return id()
}

// A request that failed may be made again with its key, and a key stands for one
// request.
func TestFailureBurnsNoKey(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		c := w.write(w.inbox("Shop"), "c1", "hello")
		ctx := helpdesk.WithIdempotencyKey(w.ctx, "test", "k\xff\x00", []byte("a"))
		_, err := w.admin.Messages.Send(ctx, c.ID, helpdesk.Reply{Content: "hi", OwnerEpoch: 99})
		require.ErrorIs(t, err, helpdesk.Conflict)
		m, err := w.admin.Messages.Send(ctx, c.ID, helpdesk.Reply{Content: "hi"})
		require.NoError(t, err)
		again, err := w.admin.Messages.Send(ctx, c.ID, helpdesk.Reply{Content: "hi"})
		require.NoError(t, err)
		require.Equal(t, m.ID, again.ID)
		other := helpdesk.WithIdempotencyKey(w.ctx, "test", "k\xff\x00", []byte("b"))
		require.ErrorIs(t, quiet(w.admin.Messages.Send(other, c.ID, helpdesk.Reply{Content: "ho"})), helpdesk.Invalid)
		elsewhere := helpdesk.WithIdempotencyKey(w.ctx, "test 2", "k\xff\x00", []byte("b"))
		require.NoError(t, quiet(w.admin.Messages.Send(elsewhere, c.ID, helpdesk.Reply{Content: "ho"})))
	})
}

// Answers hold tokens: nobody reads them in the store, and a process that lost
// the key they are sealed with has none.
func TestAnswersAreSealed(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		ctx := helpdesk.WithIdempotencyKey(w.ctx, "test", "k", []byte("a"))
		_, err := w.admin.Labels.Create(ctx, helpdesk.LabelInput{Title: ptr("vip")})
		require.NoError(t, err)
		require.NoError(t, w.engine.StoreAnswer(ctx, w.account, 200, "text/plain", []byte("a token")))
		seen, err := w.engine.StoredAnswer(ctx, w.account)
		require.NoError(t, err)
		require.Equal(t, "a token", string(seen.Body))
		require.Equal(t, 200, seen.Status)
		require.NoError(t, w.store.View(w.ctx, w.account, func(ctx context.Context, tx helpdesk.Tx) error {
			row, err := tx.Idempotency().Find(ctx, "test", "k")
			if err == nil {
				require.NotEmpty(t, row.Body)
				require.NotContains(t, string(row.Body), "token")
			}
			return err
		}))
		sealer, err := helpdesk.NewSealer(helpdesk.SealKey{ID: 2, Secret: []byte("another secret for tests")})
		require.NoError(t, err)
		other := w.newEngine(helpdesk.Options{Sealer: sealer})
		seen, err = other.StoredAnswer(ctx, w.account)
		require.NoError(t, err)
		require.Nil(t, seen, "as if it had not been stored")
		again, err := other.As(w.admin.Actor()).Labels.Create(ctx, helpdesk.LabelInput{Title: ptr("vip")})
		require.NoError(t, err)
		require.Equal(t, "vip", again.Title, "the result is there still")
	})
}

// Requests with one key that come together have one effect and one answer.
func TestOneKeyAtOnce(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		c := w.write(w.inbox("Shop"), "c1", "hello")
		second := w.newEngine(helpdesk.Options{})
		ctx := helpdesk.WithIdempotencyKey(w.ctx, "test", "k", []byte("a"))
		ids := make([]helpdesk.MessageID, 12)
		var wg sync.WaitGroup
		for i := range ids {
			d := []*helpdesk.Desk{w.admin, second.As(w.admin.Actor())}[i%2]
			wg.Go(func() {
				m, err := d.Messages.Send(ctx, c.ID, helpdesk.Reply{Content: "hi"})
				if err != nil {
					t.Error(err)
					return
				}
				ids[i] = m.ID
			})
		}
		wg.Wait()
		for _, id := range ids {
			require.Equal(t, ids[0], id)
		}
		require.Len(t, w.messages(c.ID), 2)
	})
}

// What made no message, or one that is gone since, is repeated as such.
func TestReceiveRepeatsNothing(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		box := w.inboxWith(helpdesk.InboxInput{Name: ptr("Shop"), Active: ptr(false)})
		ctx := helpdesk.WithIdempotencyKey(w.ctx, "test", "k", nil)
		for range 2 {
			m, err := w.engine.Receive(ctx, w.account, box.ID, helpdesk.Inbound{From: helpdesk.Person{Source: "c1"}})
			require.NoError(t, err)
			require.Nil(t, m)
		}
	})
}

// A caller's reply is not changed by sending it, so it may be sent again.
func TestCreateLeavesTheReplyAlone(t *testing.T) {
	t.Parallel()
	w := newWorld(t, openMemory)
	box := w.inbox("Shop")
	c := w.write(box, "c1", "hello")
	r := &helpdesk.Reply{Content: "a\x00b"}
	_, err := w.admin.Conversations.Create(w.ctx, helpdesk.NewConversation{Inbox: box.ID, Contact: c.Contact, Message: r})
	require.NoError(t, err)
	require.Equal(t, &helpdesk.Reply{Content: "a\x00b"}, r)
}

// In a suspended account nothing arrives and nobody registers.
func TestSuspendedAccount(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		box := w.inbox("Shop")
		w.write(box, "c1", "hello")
		require.NoError(t, w.store.Update(w.ctx, w.account, func(ctx context.Context, tx helpdesk.Tx) error {
			a, err := tx.Account(ctx)
			if err != nil {
				return err
			}
			a.Suspended = true
			return tx.UpdateAccount(ctx, a)
		}))
		m, err := w.engine.Receive(w.ctx, w.account, box.ID, helpdesk.Inbound{From: helpdesk.Person{Source: "c1"}, Content: "hi"})
		require.NoError(t, err)
		require.Nil(t, m, "only journalled")
		_, _, err = w.engine.Register(w.ctx, w.account, box.ID, helpdesk.Person{Name: "Eve"})
		require.ErrorIs(t, err, helpdesk.Unauthenticated)
		_, err = w.admin.Conversations.List(w.ctx, helpdesk.ConversationFilter{}, helpdesk.Page{})
		require.ErrorIs(t, err, helpdesk.Unauthenticated)
		_, err = w.engine.FindInbox(w.ctx, box.Identifier)
		require.ErrorIs(t, err, helpdesk.NotFound)
	})
}
