package widget_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/channel/channeltest"
	"github.com/gohelpdesk/helpdesk/channel/widget"
)

func TestContract(t *testing.T) {
	t.Parallel()
	channeltest.Run(t, widget.New(), channeltest.Case{
		Settings: json.RawMessage(`{"website_url": "https://shop.example", "allowed_domains": "shop.example, *.shop.example"}`),
		Remote:   func(base string) json.RawMessage { return json.RawMessage(`{"website_url": "` + base + `"}`) },
		Outbound: &helpdesk.Outbound{Message: 7, Attempt: 1, To: "visitor-1", Content: "hello"},
		Bad: []channeltest.Bad{
			{Name: "no site", Settings: json.RawMessage(`{}`), Fields: []string{"website_url"}},
			{Name: "not a web address", Settings: json.RawMessage(`{"website_url": "ftp://shop.example"}`), Fields: []string{"website_url"}},
			{
				Name: "everything", Settings: json.RawMessage(`{"website_url": 1, "widget_color": "red", "reply_time": "soon", "allowed_domains": "a b!", "selected_feature_flags": ["x"], "size": 1}`),
				Fields: []string{"website_url", "widget_color", "reply_time", "allowed_domains", "selected_feature_flags", "size"},
			},
		},
	})
}

func TestShown(t *testing.T) {
	t.Parallel()
	sender, err := widget.New().Open(json.RawMessage(`{"website_url": "https://shop.example"}`))
	require.NoError(t, err)
	shown := sender.(helpdesk.Shown).Shown()
	require.Equal(t, "https://shop.example", shown["website_url"])
	require.Equal(t, []any{"attachments", "emoji_picker", "end_conversation"}, shown["selected_feature_flags"])
	require.Len(t, shown["pre_chat_form_options"].(map[string]any)["pre_chat_fields"], 3)
}
