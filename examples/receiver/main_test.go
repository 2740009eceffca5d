package main

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
)

func TestReceive(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	const secret = "whsec_c2VjcmV0IHNlY3JldCBzZWNyZXQgc2VjcmV0"
	body := []byte(`{"event":"message_created","message_type":"outgoing","content":"On its way."}`)
	var out bytes.Buffer
	handler := receive(secret, func() time.Time { return now }, &out)
	post := func(secret string) int {
		r := httptest.NewRequest(http.MethodPost, "/", bytes.NewReader(body))
		helpdesk.SignWebhook(r.Header, secret, "msg_1", now, body)
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		return w.Code
	}
	require.Equal(t, http.StatusOK, post(secret))
	require.Equal(t, http.StatusOK, post(secret), "a repeat is taken, and not told twice")
	require.Equal(t, http.StatusUnauthorized, post("whsec_b3RoZXI="))
	require.Equal(t, "signed message_created outgoing On its way.\n", out.String())
}
