package chatwoot_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk/server/chatwoot"
)

// node is a program of testdata/npm with its packages. Those are installed by
// .ci/test; without them the test is skipped, aloud.
func node(t *testing.T, script string, args ...string) *exec.Cmd {
	t.Helper()
	modules := os.Getenv("HELPDESK_TEST_NPM")
	if modules == "" {
		t.Skip("SKIPPED: HELPDESK_TEST_NPM does not name a node_modules with the clients of testdata/npm; make test installs them")
	}
	cmd := exec.CommandContext(t.Context(), "node", append([]string{"testdata/npm/" + script}, args...)...)
	cmd.Env = append(os.Environ(), "NODE_PATH="+modules)
	return cmd
}

// toldLine is a line of testdata/npm/cable.js.
type toldLine struct {
	Who  int            `json:"who"`
	What string         `json:"what"`
	Data map[string]any `json:"data"`
}

// TestActionCable has Rails' own client follow an agent's and a customer's
// stream, be sent away by a server that stops, and come back by itself.
func TestActionCable(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var now atomic.Pointer[chatwoot.Handler]
	now.Store(w.h.(*chatwoot.Handler))
	srv := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) { now.Load().ServeHTTP(rw, r) }))
	t.Cleanup(srv.Close)
	_, public := w.inbox(nil)
	_, conv := w.customer(public, "carl", "hello")
	l := &listening{world: w, url: srv.URL}
	cmd := node(t, "cable.js", "ws"+strings.TrimPrefix(srv.URL, "http")+"/cable", l.agentID(w.ada), l.contactID(conv), `{"channel":"RoomChannel","pubsub_token":"nobody's"}`)
	var errs bytes.Buffer
	cmd.Stderr = &errs
	stdin, err := cmd.StdinPipe()
	require.NoError(t, err)
	stdout, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	heard := make(chan toldLine, 1000)
	go func() {
		defer close(heard)
		lines := bufio.NewScanner(stdout)
		lines.Buffer(nil, 1<<20)
		for lines.Scan() {
			var line toldLine
			if json.Unmarshal(lines.Bytes(), &line) == nil {
				heard <- line
			}
		}
	}()
	// wait reads on until each of the lines was heard, in whatever order.
	wait := func(want ...toldLine) {
		t.Helper()
		for len(want) > 0 {
			select {
			case got, ok := <-heard:
				require.True(t, ok, "the client ended: %s", &errs)
				for i, w := range want {
					if w.Who == got.Who && w.What == got.What && (w.Data == nil || w.Data["content"] == got.Data["content"]) {
						want = append(want[:i], want[i+1:]...)
						break
					}
				}
			case <-time.After(time.Minute):
				t.Fatalf("not heard: %v", want)
			}
		}
	}
	said := func(who int, what string) toldLine {
		return toldLine{Who: who, What: "message.created", Data: map[string]any{"content": what}}
	}
	wait(toldLine{Who: 0, What: "connected"}, toldLine{Who: 1, What: "connected"}, toldLine{Who: 2, What: "rejected"}, toldLine{Who: 0, What: "presence.update"}, toldLine{Who: 1, What: "presence.update"})
	w.call("POST", "/conversations/"+conv+"/messages", `{"content":"hi"}`)
	wait(said(0, "hi"), said(1, "hi"))

	// A new server stands ready when the old one sends its clients away.
	old := now.Load()
	now.Store(chatwoot.New(w.e, chatwoot.Options{PublicURL: "https://desk.example"}))
	t.Cleanup(func() { _ = now.Load().Shutdown(t.Context()) })
	require.NoError(t, old.Shutdown(t.Context()))
	wait(toldLine{Who: 0, What: "disconnected"}, toldLine{Who: 0, What: "connected"}, toldLine{Who: 1, What: "connected"})
	w.call("POST", "/conversations/"+conv+"/messages", `{"content":"again"}`)
	wait(said(0, "again"), said(1, "again"))
	require.NoError(t, stdin.Close())
	require.NoError(t, cmd.Wait(), errs.String())
}

// TestSDK makes a round trip with the SDK that most programs in JavaScript use.
func TestSDK(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	srv := httptest.NewServer(w.h)
	t.Cleanup(srv.Close)
	cmd := node(t, "sdk.js", srv.URL, w.token, itoa(w.account.ID))
	var errs bytes.Buffer
	cmd.Stderr = &errs
	out, err := cmd.Output()
	require.NoError(t, err, errs.String())
	require.JSONEq(t, `{
		"inbox": "Shop", "inboxes": ["Shop"], "agent": "Bo", "agents": ["Ada", "Bo"], "team": "sales", "teams": ["sales"],
		"contact": "Carl", "found": ["Carl C."], "contacts": 1, "message": "hello", "note": true, "messages": ["hello", "hm"],
		"toggled": "resolved", "status": "resolved", "conversations": [true]
	}`, strings.TrimSpace(string(out)))
}
