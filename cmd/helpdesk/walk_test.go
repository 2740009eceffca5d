package main_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
)

// receiver is the customer's side of an API inbox: it keeps what is posted to it.
type receiver struct {
	*httptest.Server
	mu  sync.Mutex
	got []delivery
}

type delivery struct {
	head http.Header
	body []byte
}

func newReceiver(t *testing.T) *receiver {
	r := &receiver{}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		body, err := io.ReadAll(req.Body)
		if err != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		r.mu.Lock()
		defer r.mu.Unlock()
		r.got = append(r.got, delivery{req.Header.Clone(), body})
	}))
	t.Cleanup(r.Close)
	return r
}

// with returns the deliveries of an event whose content is text.
func (r *receiver) with(event, text string) (out []delivery) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, d := range r.got {
		var b struct{ Event, Content string }
		if json.Unmarshal(d.body, &b) == nil && b.Event == event && b.Content == text {
			out = append(out, d)
		}
	}
	return out
}

// The main job, as the README tells it: a customer writes, the conversation is
// handed to the agent who is online, the answer arrives at the webhook, signed,
// once.
func TestWalkThrough(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, db database) {
		hook := newReceiver(t)
		env := append(asAdmin(), "HELPDESK_WEBHOOK_ALLOW=127.0.0.0/8")
		args := []string{"--addr", freeAddr(t), "--db", db.name, "--data", filepath.Join(t.TempDir(), "data")}
		p := start(t, env, args...)
		token, stderr, code := command(t, env, append([]string{"token", "--email", adminEmail}, args[2:]...)...)
		require.Equal(t, 0, code, stderr)
		agent, customer := newClient(p.url, strings.TrimSpace(token)), newClient(p.url, "")

		var me struct {
			ID       int64 `json:"id"`
			Accounts []struct {
				ID int64 `json:"id"`
			} `json:"accounts"`
		}
		agent.must(t, http.MethodGet, "/api/v1/profile", "", nil, &me)
		require.Len(t, me.Accounts, 1)
		account := me.Accounts[0].ID
		box := agent.makeInbox(t, account, "Shop", hook.URL+"/desk")
		desk := fmt.Sprintf("/api/v1/accounts/%d", account)
		agent.must(t, http.MethodPost, desk+"/inbox_members", "", map[string]any{"inbox_id": box.ID, "user_ids": []int64{me.ID}}, nil)
		agent.must(t, http.MethodPatch, fmt.Sprintf("%s/agents/%d", desk, me.ID), "", map[string]any{"availability": "online", "auto_offline": false}, nil)

		// A customer writes.
		shop := "/public/api/v1/inboxes/" + url.PathEscape(box.Identifier)
		var contact struct {
			Source string `json:"source_id"`
		}
		customer.must(t, http.MethodPost, shop+"/contacts", "", map[string]any{"name": "Ada", "email": "ada@example.com"}, &contact)
		mine := shop + "/contacts/" + contact.Source + "/conversations"
		var talk struct {
			ID int64 `json:"id"`
		}
		customer.must(t, http.MethodPost, mine, "", map[string]any{}, &talk)
		question := map[string]any{"content": "Where is my order?", "echo_id": "e1"}
		customer.must(t, http.MethodPost, fmt.Sprintf("%s/%d/messages", mine, talk.ID), "question-1", question, nil)

		// It is handed out.
		var seen struct {
			Meta struct {
				Assignee struct {
					ID int64 `json:"id"`
				} `json:"assignee"`
			} `json:"meta"`
		}
		thread := fmt.Sprintf("%s/conversations/%d", desk, talk.ID)
		agent.must(t, http.MethodGet, thread, "", nil, &seen)
		require.Equal(t, me.ID, seen.Meta.Assignee.ID, "the conversation is not assigned to the agent who is online")

		// The agent answers, twice with the same key, also across a restart.
		reply := map[string]any{"content": "It left this morning."}
		first := agent.must(t, http.MethodPost, thread+"/messages", "answer-1", reply, nil)
		require.False(t, first.replayed)
		again := agent.must(t, http.MethodPost, thread+"/messages", "answer-1", reply, nil)
		require.True(t, again.replayed)
		require.Equal(t, string(first.body), string(again.body))
		other, err := agent.do(t.Context(), http.MethodPost, thread+"/messages", "answer-1", map[string]any{"content": "Something else."})
		require.NoError(t, err)
		require.Equal(t, http.StatusUnprocessableEntity, other.status, "one key, two requests: %s", other.body)
		require.Eventually(t, func() bool { return len(hook.with("message_created", "It left this morning.")) > 0 }, time.Minute, 10*time.Millisecond, "the answer does not arrive")
		p.stop()
		p = start(t, env, args...)
		again = agent.must(t, http.MethodPost, thread+"/messages", "answer-1", reply, nil)
		require.Equal(t, string(first.body), string(again.body))

		// The customer reads it, and it arrived once, signed.
		var messages []struct {
			Content string `json:"content"`
		}
		customer.must(t, http.MethodGet, fmt.Sprintf("%s/%d/messages", mine, talk.ID), "", nil, &messages)
		require.Len(t, messages, 2)
		require.Equal(t, "It left this morning.", messages[1].Content)
		p.stop()
		came := hook.with("message_created", "It left this morning.")
		require.Len(t, came, 1)
		require.NoError(t, helpdesk.VerifyWebhook(came[0].head, box.Secret, time.Now(), came[0].body))
		require.Error(t, helpdesk.VerifyWebhook(came[0].head, box.Secret, time.Now(), append(came[0].body, ' ')))
		require.NotEmpty(t, came[0].head.Get("X-Chatwoot-Signature"))
	})
}
