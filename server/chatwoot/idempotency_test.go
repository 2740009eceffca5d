package chatwoot_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestOneKeyManyAtOnce(t *testing.T) {
	t.Parallel()
	onStores(t, "", func(t *testing.T, w *world) {
		_, public := w.inbox(nil)
		carl, conv := w.customer(public, "carl", "hello")
		r := request{
			method: "POST", path: carl + "/conversations/" + conv + "/messages", json: map[string]any{"content": "once"},
			header: map[string]string{"Idempotency-Key": "k"},
		}
		answers := make([]answer, 10)
		var wg sync.WaitGroup
		for i := range answers {
			wg.Go(func() { answers[i] = w.send(r) })
		}
		wg.Wait()
		for _, a := range answers {
			require.Equal(t, http.StatusOK, a.status, a.body)
			require.Equal(t, answers[0].body, a.body)
		}
		said := w.ok(request{method: "GET", path: carl + "/conversations/" + conv + "/messages"})
		require.Equal(t, 1, strings.Count(said.body, `"once"`))
	})
}

func TestKeysBelongToTheirCaller(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, public := w.inbox(nil)
	key := map[string]string{"Idempotency-Key": "k"}
	for _, source := range []string{"carl", "eve"} {
		w.ok(request{method: "POST", path: public + "/contacts", json: map[string]any{"source_id": source}})
		got := w.ok(request{method: "POST", path: public + "/contacts/" + source + "/conversations", header: key})
		require.Empty(t, got.header.Get("Idempotent-Replayed"))
	}
	w.ok(request{method: "POST", path: w.path("/labels"), token: w.token, header: key, json: map[string]any{"title": "vip"}})
}

// A visitor whom nobody knows yet shares no keys with another: a guessed one
// gives nobody somebody else's token.
func TestKeysOfTheUnknownBelongToTheirAddress(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, public := w.inbox(nil)
	register := func(from string) answer {
		req := httptest.NewRequestWithContext(t.Context(), "POST", public+"/contacts", strings.NewReader(`{"name":"Visitor"}`))
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("Idempotency-Key", "1")
		req.RemoteAddr = from
		got := w.serve(req)
		require.Equal(t, http.StatusOK, got.status, got.body)
		return got
	}
	carl, eve := register("203.0.113.1:5000"), register("203.0.113.2:5000")
	require.NotEqual(t, carl.at("pubsub_token"), eve.at("pubsub_token"))
	require.NotEqual(t, carl.at("source_id"), eve.at("source_id"))
	again := register("203.0.113.1:6000")
	require.Equal(t, carl.body, again.body)
	require.Equal(t, "true", again.header.Get("Idempotent-Replayed"))
}

func TestAFailureKeepsNoKey(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r := request{method: "POST", path: w.path("/labels"), token: w.token, header: map[string]string{"Idempotency-Key": "k"}, json: map[string]any{"title": "x y"}}
	require.Equal(t, http.StatusUnprocessableEntity, w.send(r).status)
	r.json = map[string]any{"title": "xy"}
	w.ok(r)
	r.header = map[string]string{"Idempotency-Key": strings.Repeat("k", 256)}
	require.Equal(t, http.StatusUnprocessableEntity, w.send(r).status)
}

// A repeat gets what the first request was answered, however close behind it
// comes: by itself it could not tell who was added.
func TestRepeatsGetTheFirstAnswer(t *testing.T) {
	t.Parallel()
	onStores(t, "", func(t *testing.T, w *world) {
		bo, _ := w.invite("Bo", "agent")
		inbox, public := w.inbox(nil)
		w.call("POST", "/inbox_members", `{"inbox_id":`+inbox+`,"user_ids":[`+bo+`]}`)
		for round := range 20 {
			_, conv := w.customer(public, "carl"+fmt.Sprint(round), "hello")
			r := request{
				method: "POST", path: w.path("/conversations/" + conv + "/participants"), token: w.token, json: `{"user_ids":[` + bo + `]}`,
				header: map[string]string{"Idempotency-Key": "round-" + fmt.Sprint(round)},
			}
			answers := make([]answer, 4)
			var wg sync.WaitGroup
			for i := range answers {
				wg.Go(func() { answers[i] = w.send(r) })
			}
			wg.Wait()
			for _, a := range answers {
				require.Equal(t, http.StatusOK, a.status, a.body)
				require.Contains(t, a.body, `"id":`+bo+`,`)
			}
		}
	})
}
