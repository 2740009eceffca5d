package helpdesk_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
)

// receiver is an endpoint that records what it gets and answers as told.
type receiver struct {
	*httptest.Server

	mu     sync.Mutex
	status int
	got    []received
}

type received struct {
	header http.Header
	body   []byte
}

func newReceiver(t *testing.T) *receiver {
	r := &receiver{status: http.StatusOK}
	r.Server = httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, req *http.Request) {
		body, _ := io.ReadAll(req.Body)
		r.mu.Lock()
		defer r.mu.Unlock()
		r.got = append(r.got, received{req.Header.Clone(), body})
		rw.WriteHeader(r.status)
	}))
	t.Cleanup(r.Close)
	return r
}

func (r *receiver) answer(status int) { r.mu.Lock(); r.status = status; r.mu.Unlock() }

func (r *receiver) take() []received {
	r.mu.Lock()
	defer r.mu.Unlock()
	got := r.got
	r.got = nil
	return got
}

func (r received) event(t *testing.T) string {
	var v struct{ Event string }
	require.NoError(t, json.Unmarshal(r.body, &v))
	return v.Event
}

func (w *world) webhook(r *receiver, events ...helpdesk.EventKind) *helpdesk.Webhook {
	w.t.Helper()
	hook, err := w.admin.Webhooks.Create(w.ctx, helpdesk.WebhookInput{URL: &r.URL, Events: events})
	require.NoError(w.t, err)
	return hook
}

func TestWebhookIsSignedAndInOrder(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		r := newReceiver(t)
		hook := w.webhook(r, helpdesk.MessageCreated, helpdesk.ConversationCreated)
		box := w.inbox("Shop")
		for i := range 5 {
			w.write(box, "c1", fmt.Sprint(i))
		}
		w.runDue()
		secret, err := w.admin.Webhooks.Secret(w.ctx, hook.ID)
		require.NoError(t, err)
		got := r.take()
		require.Len(t, got, 6)
		require.Equal(t, "conversation.created", got[0].event(t))
		ids := map[string]bool{}
		for _, d := range got {
			require.NoError(t, helpdesk.VerifyWebhook(d.header, secret, w.clock.Now(), d.body))
			ids[d.header.Get("Webhook-Id")] = true
			tampered := append([]byte(" "), d.body...)
			require.ErrorIs(t, helpdesk.VerifyWebhook(d.header, secret, w.clock.Now(), tampered), helpdesk.Unauthenticated)
			require.ErrorIs(t, helpdesk.VerifyWebhook(d.header, secret, w.clock.Now().Add(6*time.Minute), d.body), helpdesk.Unauthenticated)
		}
		require.Len(t, ids, 6, "each delivery has an id of its own")
	})
}

func TestWebhookRetriesWithTheSameBytes(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		r := newReceiver(t)
		hook := w.webhook(r, helpdesk.MessageCreated)
		box := w.inbox("Shop")
		r.answer(http.StatusInternalServerError)
		w.write(box, "c1", "first")
		w.write(box, "c1", "second")
		w.write(box, "c2", "elsewhere")
		w.runDue()
		first := r.take()
		require.Len(t, first, 2, "the second message of a conversation waits for the first; another conversation does not")

		r.answer(http.StatusNoContent)
		w.clock.Advance(time.Minute)
		w.runDue()
		again := r.take()
		require.Len(t, again, 3)
		require.Equal(t, first[0].header.Get("Webhook-Id"), again[0].header.Get("Webhook-Id"))
		require.Equal(t, first[0].body, again[0].body)
		require.NotEqual(t, first[0].header.Get("Webhook-Timestamp"), again[0].header.Get("Webhook-Timestamp"))

		log, err := w.admin.Webhooks.Deliveries(w.ctx, helpdesk.DeliveryFilter{Webhook: hook.ID}, helpdesk.Page{})
		require.NoError(t, err)
		require.Len(t, log, 3)
		for _, d := range log {
			require.Equal(t, helpdesk.DeliveryDelivered, d.State)
		}
		_, err = w.admin.Webhooks.Redeliver(w.ctx, log[0].Webhook, log[0].ID)
		require.NoError(t, err)
		w.runDue()
		repeat := r.take()
		require.Len(t, repeat, 1)
		require.Equal(t, log[0].UID, repeat[0].header.Get("Webhook-Id"))
		require.Equal(t, log[0].Body, repeat[0].body)
	})
}

func TestDeadEndpointDelaysNoOther(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		dead, alive := newReceiver(t), newReceiver(t)
		dead.answer(http.StatusBadGateway)
		sick := w.webhook(dead, helpdesk.MessageCreated)
		w.webhook(alive, helpdesk.MessageCreated)
		box := w.inbox("Shop")
		for i := range 30 {
			w.write(box, fmt.Sprint("c", i), "hello")
		}
		w.runDue()
		require.Len(t, alive.take(), 30)
		require.LessOrEqual(t, len(dead.take()), 10, "the breaker opens after ten failures in a row")
		hook, err := w.admin.Webhooks.Get(w.ctx, sick.ID)
		require.NoError(t, err)
		require.True(t, hook.PausedUntil.After(w.clock.Now()))

		dead.answer(http.StatusOK)
		w.clock.Advance(2 * time.Hour)
		w.runDue()
		require.Len(t, dead.take(), 30, "nothing was lost meanwhile")
	})
}

func TestWebhookGivesUp(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		r := newReceiver(t)
		r.answer(http.StatusInternalServerError)
		hook := w.webhook(r, helpdesk.MessageCreated)
		w.write(w.inbox("Shop"), "c1", "hello")
		for range 30 {
			w.runDue()
			w.clock.Advance(6 * time.Hour)
		}
		log, err := w.admin.Webhooks.Deliveries(w.ctx, helpdesk.DeliveryFilter{Webhook: hook.ID}, helpdesk.Page{})
		require.NoError(t, err)
		require.Equal(t, helpdesk.DeliveryDead, log[0].State)
		require.Greater(t, log[0].Attempts, 8)

		r.answer(http.StatusGone)
		gone := w.webhook(newReceiver(t), helpdesk.MessageCreated)
		_ = gone
		w.write(w.inbox("Help"), "c2", "hello")
		w.clock.Advance(2 * time.Hour)
		w.runDue()
		hook, err = w.admin.Webhooks.Get(w.ctx, hook.ID)
		require.NoError(t, err)
		require.True(t, hook.Disabled, "410 switches the endpoint off")
	})
}

func TestInboxWebhookFailsItsMessage(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		r := newReceiver(t)
		box := w.inboxWith(helpdesk.InboxInput{Name: ptr("Shop"), Settings: settings(map[string]any{"webhook_url": r.URL})})
		c := w.write(box, "c1", "hello")
		w.runDue()
		require.NotEmpty(t, r.take())
		r.answer(http.StatusInternalServerError)
		m, err := w.admin.Messages.Send(w.ctx, c.ID, helpdesk.Reply{Content: "hello"})
		require.NoError(t, err)
		w.runDue()
		got, err := w.admin.Messages.Get(w.ctx, m.ID)
		require.NoError(t, err)
		require.Equal(t, helpdesk.StateSent, got.State, "still being tried")
		for range 40 {
			w.clock.Advance(6 * time.Hour)
			w.runDue()
		}
		got, err = w.admin.Messages.Get(w.ctx, m.ID)
		require.NoError(t, err)
		require.Equal(t, helpdesk.StateFailed, got.State)
		require.Contains(t, got.FailReason, "500")
	})
}

func TestWebhooksStayOutOfPrivateNetworks(t *testing.T) {
	t.Parallel()
	r := newReceiver(t)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, r.URL, nil)
	require.NoError(t, err)
	res, err := helpdesk.SafeClient().Do(req)
	if err == nil {
		require.NoError(t, res.Body.Close())
	}
	require.Error(t, err)
	require.Empty(t, r.take())
}
