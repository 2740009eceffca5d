package chatwoot_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
)

// listener is an endpoint that keeps what it is sent.
type listener struct {
	*httptest.Server
	mu     sync.Mutex
	bodies []string
	header []http.Header
	came   chan struct{}
}

func listen(t *testing.T) *listener {
	t.Helper()
	l := &listener{came: make(chan struct{}, 100)}
	l.Server = httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		raw, _ := io.ReadAll(r.Body)
		l.mu.Lock()
		l.bodies, l.header = append(l.bodies, string(raw)), append(l.header, r.Header.Clone())
		l.mu.Unlock()
		l.came <- struct{}{}
	}))
	t.Cleanup(l.Close)
	return l
}

// take returns what came since the last call.
func (l *listener) take() ([]string, []http.Header) {
	l.mu.Lock()
	defer l.mu.Unlock()
	bodies, header := l.bodies, l.header
	l.bodies, l.header = nil, nil
	return bodies, header
}

func TestWebhookBodies(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	l := listen(t)
	made := w.call("POST", "/webhooks", map[string]any{"url": l.URL, "subscriptions": []string{
		"conversation_status_changed", "conversation_updated", "conversation_created", "contact_created", "contact_updated",
		"message_created", "message_updated", "webwidget_triggered", "inbox_created", "inbox_updated",
	}})
	secret := made.at("payload.webhook.secret").(string)
	require.True(t, strings.HasPrefix(secret, "whsec_"))
	inbox, public := w.inbox(nil)
	steps := []struct {
		name string
		do   func()
	}{
		{"inbox_created", func() {}},
		{"inbox_updated", func() { w.call("PATCH", "/inboxes/"+inbox, `{"name":"Store"}`) }},
		{"conversation_started", func() { w.customer(public, "carl", "hello") }},
		{"answered", func() { w.call("POST", "/conversations/1/messages", `{"content":"hi **Carl**"}`) }},
		{"note", func() { w.call("POST", "/conversations/1/messages", `{"content":"hm","private":true}`) }},
		{"labelled", func() { w.call("POST", "/conversations/1/labels", `{"labels":["vip"]}`) }},
		{"resolved", func() { w.call("POST", "/conversations/1/toggle_status", `{"status":"resolved"}`) }},
		{"contact_updated", func() { w.call("PATCH", "/contacts/1", `{"custom_attributes":{"plan":"gold"}}`) }},
	}
	for _, s := range steps {
		s.do()
		require.NoError(t, w.e.RunDue(t.Context()))
		bodies, headers := l.take()
		var out strings.Builder
		for i, body := range bodies {
			require.NoError(t, helpdesk.VerifyWebhook(headers[i], secret, w.clock.now(), []byte(body)))
			out.WriteString(scrub(t, body))
		}
		golden(t, "webhook_"+s.name+".json", out.String())
	}
}

func TestTypingBodies(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	l := listen(t)
	w.call("POST", "/webhooks", map[string]any{"url": l.URL, "subscriptions": []string{"conversation_typing_on", "conversation_typing_off"}})
	_, public := w.inbox(nil)
	carl, conv := w.customer(public, "carl", "hello")
	var out strings.Builder
	for _, send := range []func(){
		func() {
			w.call("POST", "/conversations/"+conv+"/toggle_typing_status", `{"typing_status":"on","is_private":true}`)
		},
		func() {
			w.ok(request{method: "POST", path: carl + "/conversations/" + conv + "/toggle_typing?typing_status=off"})
		},
	} {
		send()
		<-l.came
		bodies, _ := l.take()
		require.Len(t, bodies, 1)
		out.WriteString(scrub(t, bodies[0]))
	}
	golden(t, "webhook_typing.json", out.String())
}

// The channel's own endpoint hears of its inbox, unasked and signed.
func TestInboxEndpoint(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	l := listen(t)
	_, public := w.inbox(map[string]any{"webhook_url": l.URL})
	w.customer(public, "carl", "hello")
	require.NoError(t, w.e.RunDue(t.Context()))
	bodies, headers := l.take()
	require.NotEmpty(t, bodies)
	require.Contains(t, strings.Join(bodies, "\n"), `"event":"message_created"`)
	require.NotEmpty(t, headers[0].Get("webhook-signature"))
	require.Equal(t, "[]", strings.TrimSpace(compact(w.call("GET", "/webhooks", nil).at("payload.webhooks"))), "and is not listed")
}
