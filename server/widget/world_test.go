package widget_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/channel/api"
	channel "github.com/gohelpdesk/helpdesk/channel/widget"
	"github.com/gohelpdesk/helpdesk/server/browsertest"
	"github.com/gohelpdesk/helpdesk/server/chatwoot"
	"github.com/gohelpdesk/helpdesk/server/widget"
	"github.com/gohelpdesk/helpdesk/store/sqlite"
)

func TestMain(m *testing.M) { browsertest.Main(m) }

func ptr[T any](v T) *T { return &v }

// world is a desk with one agent, Ada, served beside its widget.
type world struct {
	testing.TB
	e       *helpdesk.Engine
	h       http.Handler // of this package
	url     string       // of the desk
	account helpdesk.AccountID
	host    *helpdesk.Desk
	ada     *helpdesk.Desk
	adaID   helpdesk.AgentID

	mute atomic.Bool // the answer to the next message that is sent gets lost on its way
}

func newWorld(t testing.TB) *world {
	t.Helper()
	store, err := sqlite.OpenMemory(t.Context(), sqlite.Options{})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, store.Close()) })
	blobs, err := helpdesk.NewDirBlobs(t.TempDir())
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, blobs.Close()) })
	sealer, err := helpdesk.NewSealer(helpdesk.SealKey{ID: 1, Secret: []byte("a secret for tests")})
	require.NoError(t, err)
	e, err := helpdesk.New(store, helpdesk.Options{
		Channels: []helpdesk.Channel{api.New(), channel.New()}, Blobs: blobs, Sealer: sealer, Passwords: helpdesk.PasswordCost{Memory: 8, Passes: 1},
	})
	require.NoError(t, err)
	account, ada, err := e.Setup(t.Context(), "", helpdesk.NewAccount{Name: "Acme"}, helpdesk.NewUser{Email: "ada@acme.example", Name: "Ada Lovelace"})
	require.NoError(t, err)
	require.NoError(t, e.Start(context.WithoutCancel(t.Context())))
	t.Cleanup(func() { require.NoError(t, e.Stop(context.WithoutCancel(t.Context()))) })

	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	w := &world{
		TB: t, e: e, h: widget.New(e, widget.Options{}), url: "http://" + listener.Addr().String(), account: account.ID,
		host: e.As(e.Host(account.ID)), ada: e.As(e.Agent(account.ID, ada.ID)), adaID: ada.ID,
	}
	desk := chatwoot.New(e, chatwoot.Options{PublicURL: w.url})
	mux := http.NewServeMux()
	mux.HandleFunc("/", func(rw http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost && r.URL.Path == "/api/v1/widget/messages" && w.mute.CompareAndSwap(true, false) {
			desk.ServeHTTP(httptest.NewRecorder(), r)
			panic(http.ErrAbortHandler)
		}
		desk.ServeHTTP(rw, r)
	})
	for _, path := range []string{"/widget", "/widget/", "/packs/js/sdk.js"} {
		mux.Handle(path, w.h)
	}
	srv := httptest.NewUnstartedServer(mux)
	_ = srv.Listener.Close() // it takes ours
	srv.Listener = listener
	srv.Start()
	t.Cleanup(func() {
		require.NoError(t, desk.Shutdown(context.WithoutCancel(t.Context())))
		srv.Close()
	})
	return w
}

// inbox makes a widget with settings of its channel beside its own.
func (w *world) inbox(settings map[string]any, in helpdesk.InboxInput) *helpdesk.Inbox {
	w.Helper()
	all := map[string]any{"website_url": "https://shop.example"}
	for k, v := range settings {
		all[k] = v
	}
	raw, err := json.Marshal(all)
	require.NoError(w, err)
	in.Kind, in.Settings = channel.Kind, raw
	if in.Name == nil {
		in.Name = ptr("Acme Shop")
	}
	box, err := w.host.Inboxes.Create(w.Context(), in)
	require.NoError(w, err)
	require.NoError(w, w.host.Inboxes.SetMembers(w.Context(), box.ID, helpdesk.ReplaceMembers, w.adaID))
	return box
}

// shop is a site of somebody else's with the snippet that Chatwoot gives out, and
// whatever is put before it.
func (w *world) shop(box *helpdesk.Inbox, before string) string {
	w.Helper()
	srv := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/" {
			http.NotFound(rw, r)
			return
		}
		rw.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprintf(rw, `<!doctype html><html lang="en"><head><meta name="viewport" content="width=device-width"><title>Shop</title><link rel="icon" href="data:,"></head><body><main><h1>Bicycles</h1><p>All of them.</p></main>
<script>
  window.heard = [];
  for (const n of ["chatwoot", "helpdesk", "cloudchat"])
    for (const e of ["ready", "error", "on-message", "on-start-conversation", "opened", "closed", "postback"])
      window.addEventListener(n + ":" + e, (ev) => heard.push([n + ":" + e, ev.detail]));
  %s
  (function(d,t) {
    var BASE_URL=%q;
    var g=d.createElement(t),s=d.getElementsByTagName(t)[0];
    g.src=BASE_URL+"/packs/js/sdk.js";
    g.defer = true;
    g.async = true;
    s.parentNode.insertBefore(g,s);
    g.onload=function(){
      window.chatwootSDK.run({
        websiteToken: %q,
        baseUrl: BASE_URL
      })
    }
  })(document,"script");
</script></body></html>`, before, w.url, box.Identifier)
	}))
	w.Cleanup(srv.Close)
	return strings.Replace(srv.URL, "127.0.0.1", "localhost", 1) // another site than the desk
}

// eventually waits for the desk, not the page.
func (w *world) eventually(what string, holds func() bool) {
	w.Helper()
	require.Eventually(w, holds, browsertest.Patience, 20*time.Millisecond, what)
}

// talk is the newest conversation, once there is one.
func (w *world) talk() *helpdesk.ConversationDetail {
	w.Helper()
	var found []*helpdesk.ConversationDetail
	w.eventually("a conversation", func() bool {
		page, err := w.ada.Conversations.List(w.Context(), helpdesk.ConversationFilter{Sort: helpdesk.NewestCreated}, helpdesk.Page{Limit: 1})
		require.NoError(w, err)
		found = page.Items
		return len(found) > 0
	})
	return found[0]
}

func (w *world) said(id helpdesk.ConversationID) []*helpdesk.Message {
	w.Helper()
	list, err := w.ada.Messages.List(w.Context(), helpdesk.MessageFilter{Conversation: id}, helpdesk.Page{Limit: 200})
	require.NoError(w, err)
	return list
}

func (w *world) answer(id helpdesk.ConversationID, r helpdesk.Reply) *helpdesk.Message {
	w.Helper()
	m, err := w.ada.Messages.Send(w.Context(), id, r)
	require.NoError(w, err)
	return m
}

// heard are the names of the events that the page's scripts heard.
func heard(p *browsertest.Page) []string {
	return browsertest.Eval[[]string](p, "heard.map(e => e[0]).filter(n => n.startsWith('chatwoot:'))")
}
