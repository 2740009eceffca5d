package main_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// client speaks JSON with a server.
type client struct {
	base  string
	token string // of an agent; "" = a customer
	http  *http.Client
}

func newClient(base, token string) *client {
	// Each client has its own connections, so that a killed server's are not
	// kept for another.
	return &client{base, token, &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 2}}}
}

// answer is what came back.
type answer struct {
	status   int
	replayed bool
	body     []byte
}

// do makes one request; key is its Idempotency-Key, "" for none.
func (c *client) do(ctx context.Context, method, path, key string, in any) (answer, error) {
	var body io.Reader
	if in != nil {
		b, err := json.Marshal(in)
		if err != nil {
			return answer{}, err
		}
		body = bytes.NewReader(b)
	}
	req, err := http.NewRequestWithContext(ctx, method, c.base+path, body)
	if err != nil {
		return answer{}, err
	}
	req.Header.Set("Content-Type", "application/json")
	if key != "" {
		req.Header.Set("Idempotency-Key", key)
	}
	if c.token != "" {
		req.Header.Set("api_access_token", c.token)
	}
	res, err := c.http.Do(req)
	if err != nil {
		return answer{}, err
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	return answer{res.StatusCode, res.Header.Get("Idempotent-Replayed") == "true", b}, err
}

// must is do for a request that has to succeed; out takes its JSON, if not nil.
func (c *client) must(t *testing.T, method, path, key string, in, out any) answer {
	t.Helper()
	a, err := c.do(t.Context(), method, path, key, in)
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, a.status, "%s %s: %s", method, path, a.body)
	if out != nil {
		require.NoError(t, json.Unmarshal(a.body, out), "%s", a.body)
	}
	return a
}

// apiInbox is what the tests read of an inbox.
type apiInbox struct {
	ID         int64  `json:"id"`
	Identifier string `json:"inbox_identifier"`
	Secret     string `json:"webhook_secret"` // "" without a webhook
}

func (c *client) makeInbox(t *testing.T, account int64, name, webhook string) (box apiInbox) {
	t.Helper()
	channel := map[string]any{"type": "api", "webhook_url": webhook}
	c.must(t, http.MethodPost, fmt.Sprintf("/api/v1/accounts/%d/inboxes", account), "", map[string]any{"name": name, "channel": channel}, &box)
	require.NotEmpty(t, box.Identifier)
	return box
}
