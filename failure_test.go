package helpdesk_test

import (
	"bufio"
	"context"
	"net"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
)

// A message that was deleted before its job came is not sent, then or later.
func TestDeletedBeforeSent(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		c := w.write(w.inbox("Shop"), "c1", "hello")
		m, err := w.admin.Messages.Send(w.ctx, c.ID, helpdesk.Reply{Content: "oops"})
		require.NoError(t, err)
		_, err = w.admin.Messages.Delete(w.ctx, m.ID)
		require.NoError(t, err)
		w.runDue()
		m, err = w.admin.Messages.Get(w.ctx, m.ID)
		require.NoError(t, err)
		require.Equal(t, helpdesk.StateFailed, m.State)
		_, err = w.admin.Messages.Retry(w.ctx, m.ID)
		require.ErrorIs(t, err, helpdesk.Conflict)
	})
}

// An endpoint that answers with dirt is one failed try like any other.
func TestEndpointAnswersDirt(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		end, err := net.Listen("tcp", "127.0.0.1:0")
		require.NoError(t, err)
		t.Cleanup(func() { _ = end.Close() })
		go func() {
			for {
				conn, err := end.Accept()
				if err != nil {
					return
				}
				_, _ = http.ReadRequest(bufio.NewReader(conn))
				_, _ = conn.Write([]byte("HTTP/1.1 500 a\x00b\xff\r\nContent-Length: 3\r\nConnection: close\r\n\r\n\x00\xff!"))
				_ = conn.Close()
			}
		}()
		hook, err := w.admin.Webhooks.Create(w.ctx, helpdesk.WebhookInput{URL: ptr("http://" + end.Addr().String()), Events: []helpdesk.EventKind{helpdesk.MessageCreated}})
		require.NoError(t, err)
		w.write(w.inbox("Shop"), "c1", "hello")
		w.runDue()
		tried, err := w.admin.Webhooks.Deliveries(w.ctx, helpdesk.DeliveryFilter{Webhook: hook.ID}, helpdesk.Page{})
		require.NoError(t, err)
		require.Len(t, tried, 1)
		require.Equal(t, 1, tried[0].Attempts)
		require.Equal(t, helpdesk.DeliveryPending, tried[0].State)
	})
}

// What an endpoint answers to typing is not what it answers to deliveries.
func TestTypingSwitchesNothingOff(t *testing.T) {
	t.Parallel()
	w := newWorld(t, openMemory)
	heard := make(chan struct{}, 10)
	end := newReceiver(t)
	end.answer(http.StatusGone)
	gone := end.Config.Handler
	end.Config.Handler = http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) { gone.ServeHTTP(rw, r); heard <- struct{}{} })
	hook, err := w.admin.Webhooks.Create(w.ctx, helpdesk.WebhookInput{URL: &end.URL, Events: []helpdesk.EventKind{helpdesk.TypingOn, helpdesk.MessageCreated}})
	require.NoError(t, err)
	box := w.inbox("Shop")
	c := w.write(box, "c1", "hello")
	require.NoError(t, w.admin.Conversations.Typing(w.ctx, c.ID, true, false))
	<-heard
	end.answer(http.StatusOK)
	w.write(box, "c1", "are you there?")
	w.runDue()
	hook, err = w.admin.Webhooks.Get(w.ctx, hook.ID)
	require.NoError(t, err)
	require.False(t, hook.Disabled)
	require.NotEmpty(t, end.take())
}

// hanging payloads render until they are cut off.
type hanging struct {
	helpdesk.ThinPayloads
	begun, cut chan struct{}
}

func (h hanging) Payload(ctx context.Context, _ *helpdesk.Desk, _ *helpdesk.Event) ([]byte, error) {
	close(h.begun)
	<-ctx.Done()
	close(h.cut)
	return nil, ctx.Err()
}

// Stop waits for what runs until its context ends, and then cuts it off.
func TestStopCutsOff(t *testing.T) {
	t.Parallel()
	w := newWorld(t, openMemory)
	h := hanging{begun: make(chan struct{}), cut: make(chan struct{})}
	e := w.newEngine(helpdesk.Options{Payloads: h})
	_, err := w.admin.Webhooks.Create(w.ctx, helpdesk.WebhookInput{URL: ptr("http://127.0.0.1:1"), Events: []helpdesk.EventKind{helpdesk.MessageCreated}})
	require.NoError(t, err)
	w.write(w.inbox("Shop"), "c1", "hello")
	require.NoError(t, e.Start(w.ctx))
	<-h.begun
	ctx, cancel := context.WithCancel(w.ctx)
	cancel()
	require.ErrorIs(t, e.Stop(ctx), context.Canceled)
	<-h.cut
}

// Agents whose clients talk to a process that runs no jobs stay connected too.
func TestPresenceOfAnEngineThatIsNotStarted(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		a, err := w.admin.Agents.Invite(w.ctx, helpdesk.AgentInput{Email: "ada@acme.test"})
		require.NoError(t, err)
		web := w.newEngine(helpdesk.Options{})
		for range 9 {
			require.NoError(t, web.As(web.Agent(w.account, a.ID)).Agents.Heartbeat(w.ctx))
			w.clock.Advance(20 * time.Second)
			w.runDue() // the process that works drops who is stale
			seen, err := w.admin.Agents.Get(w.ctx, a.ID)
			require.NoError(t, err)
			require.Equal(t, helpdesk.Online, seen.Effective())
		}
	})
}
