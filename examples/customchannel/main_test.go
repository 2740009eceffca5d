package main

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/channel/channeltest"
)

func TestRun(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	require.NoError(t, run(t.Context(), &out))
	require.Equal(t, `grace asks: Are you open?
the gateway beeps grace: Until six.
the answer is read
`, out.String())
}

func TestFit(t *testing.T) {
	t.Parallel()
	s := &sender{}
	require.NoError(t, s.Fit(&helpdesk.Outbound{Content: strings.Repeat("é", 100)}))
	require.ErrorIs(t, s.Fit(&helpdesk.Outbound{Content: strings.Repeat("é", 101)}), helpdesk.Invalid)
}

// FuzzParseWebhook posts anything, with the token: it may mean something, or be Invalid.
func FuzzParseWebhook(f *testing.F) {
	for _, body := range []string{`{"type": "text", "id": "in-1", "who": "grace", "text": "hello"}`, `{"type": 7}`, `[`} {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		s := &sender{}
		s.settings.Token = "secret"
		_, err := s.ParseWebhook(&http.Request{Header: http.Header{"Beep-Token": {"secret"}}}, body)
		require.Contains(t, []helpdesk.Code{"", helpdesk.Invalid}, helpdesk.CodeOf(err))
	})
}

func TestBeep(t *testing.T) {
	t.Parallel()
	gateway := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(`{"id": "beep-1"}`))
	}))
	t.Cleanup(gateway.Close)
	settings := func(base string) json.RawMessage {
		return json.RawMessage(`{"gateway": "` + base + `", "token": "secret"}`)
	}
	channeltest.Run(t, Beep{gateway.Client()}, channeltest.Case{
		Settings: settings(gateway.URL),
		Remote:   settings,
		Bad: []channeltest.Bad{
			{Name: "nothing", Settings: json.RawMessage(`{}`), Fields: []string{"gateway", "token"}},
			{Name: "no web address", Settings: settings("ftp://beep.example"), Fields: []string{"gateway"}},
		},
		Outbound: &helpdesk.Outbound{Message: 1, Attempt: 1, To: "grace", Content: "hello"},
		Calls: []channeltest.Call{
			{Name: "text", Messages: 1, Body: []byte(`{"type": "text", "id": "in-1", "who": "grace", "text": "hello"}`)},
			{Name: "seen", Receipts: 1, Body: []byte(`{"type": "seen", "id": "beep-1"}`)},
			{Name: "ping", Body: []byte(`{"type": "ping"}`)},
		},
		Sign:  func(r *http.Request, _ []byte) { r.Header.Set("Beep-Token", "secret") },
		Token: true,
	})
}
