package api_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/channel/api"
	"github.com/gohelpdesk/helpdesk/channel/channeltest"
)

func TestContract(t *testing.T) {
	t.Parallel()
	channeltest.Run(t, api.New(), channeltest.Case{
		Settings: json.RawMessage(`{"webhook_url": "https://shop.example/desk", "reply_window_hours": 24}`),
		Remote:   func(base string) json.RawMessage { return json.RawMessage(`{"webhook_url": "` + base + `"}`) },
		Outbound: &helpdesk.Outbound{Message: 7, Attempt: 1, To: "customer-1", Content: "hello"},
		Bad: []channeltest.Bad{
			{Name: "not a web address", Settings: json.RawMessage(`{"webhook_url": "ftp://shop.example"}`), Fields: []string{"webhook_url"}},
			{Name: "no host", Settings: json.RawMessage(`{"webhook_url": "https://:80/"}`), Fields: []string{"webhook_url"}},
			{Name: "relative", Settings: json.RawMessage(`{"webhook_url": "/desk"}`), Fields: []string{"webhook_url"}},
			{Name: "too long", Settings: json.RawMessage(`{"webhook_url": "https://a.example/` + strings.Repeat("x", 2048) + `"}`), Fields: []string{"webhook_url"}},
			{Name: "no time at all", Settings: json.RawMessage(`{"reply_window_hours": 0}`), Fields: []string{"agent_reply_time_window"}},
			{Name: "half an hour", Settings: json.RawMessage(`{"reply_window_hours": 0.5}`), Fields: []string{"agent_reply_time_window"}},
			{Name: "more than a duration holds", Settings: json.RawMessage(`{"reply_window_hours": 3000000}`), Fields: []string{"agent_reply_time_window"}},
			{Name: "everything", Settings: json.RawMessage(`{"webhook_url": 1, "reply_window_hours": "x", "colour": "red"}`), Fields: []string{"webhook_url", "agent_reply_time_window", "colour"}},
		},
	})
}

func TestSettings(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, settings, webhook string
		window                  time.Duration
	}{
		{"none", `{}`, "", 0},
		{"empty", `{"webhook_url": "", "reply_window_hours": null}`, "", 0},
		{"both", `{"webhook_url": "http://10.0.0.1:8080/x?y=z", "reply_window_hours": 24}`, "http://10.0.0.1:8080/x?y=z", 24 * time.Hour},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			sender, err := api.New().Open(json.RawMessage(c.settings))
			require.NoError(t, err)
			require.Equal(t, c.webhook, sender.(helpdesk.Hooked).WebhookURL())
			require.Equal(t, c.window, sender.(helpdesk.Windowed).ReplyWindow())
			require.True(t, sender.(helpdesk.Repeatable).Repeatable())
			receipt, err := sender.Send(t.Context(), &helpdesk.Outbound{})
			require.NoError(t, err)
			require.Equal(t, helpdesk.Receipt{State: helpdesk.StateSent}, receipt)
		})
	}
}
