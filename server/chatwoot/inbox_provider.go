package chatwoot

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"maps"
	"strings"

	"github.com/gohelpdesk/helpdesk"
)

// Channels behind which a provider stands, by their kinds.
const (
	whatsappKind helpdesk.ChannelKind = "whatsapp"
	telegramKind helpdesk.ChannelKind = "telegram"
)

// whatsappSettings is what a client says of a WhatsApp number: all but the number
// itself stands under provider_config. What the provider's calls are verified with
// is made up where nobody says it.
func whatsappSettings(given, current map[string]any) (map[string]any, error) {
	if p, ok := given["provider"]; ok && p != "whatsapp_cloud" {
		return nil, &helpdesk.Error{Code: helpdesk.Invalid, Fields: map[string]string{"provider": "must be whatsapp_cloud"}}
	}
	out := make(map[string]any)
	if config, ok := given["provider_config"].(map[string]any); ok {
		maps.Copy(out, config)
	}
	for key, value := range given {
		if key != "provider" && key != "provider_config" {
			out[key] = value
		}
	}
	if out["webhook_verify_token"] == nil && current["webhook_verify_token"] == nil {
		out["webhook_verify_token"] = rand.Text()
	}
	return out, nil
}

// providerView is what an inbox with a provider shows beside the others.
type providerView struct {
	Reauthorize       bool           `json:"reauthorization_required"`
	ReauthorizeReason string         `json:"reauthorization_reason,omitempty"` // an addition
	BotName           *string        `json:"bot_name,omitempty"`
	ProviderConfig    map[string]any `json:"provider_config,omitempty"` // administrators

	Templates *[]wireTemplate `json:"message_templates,omitempty"`
}

func showProvider(out *inboxView, b *helpdesk.Inbox) {
	shown := inExtra(b, "channel")
	word := func(key string) *string { s, _ := shown[key].(string); return text(s) }
	out.providerView = &providerView{Reauthorize: !b.RevokedAt.IsZero(), ReauthorizeReason: b.RevokedReason}
	if b.Kind == whatsappKind {
		out.PhoneNumber, out.Provider = word("phone_number"), word("provider")
	} else {
		out.BotName = word("bot_name")
	}
}

// configure shows an administrator how an inbox is connected: where its provider
// has to call, and the settings of WhatsApp.
func (c *call) configure(ctx context.Context, b *helpdesk.Inbox, out *inboxView) error {
	if b.Kind != whatsappKind && b.Kind != telegramKind {
		return nil
	}
	out.CallbackWebhookURL = text(strings.TrimSuffix(c.o.PublicURL, "/") + "/hooks/" + b.Identifier)
	if b.Kind != whatsappKind {
		return nil
	}
	raw, err := c.desk.Inboxes.Settings(ctx, b.ID)
	if err != nil {
		return err
	}
	return json.Unmarshal(raw, &out.ProviderConfig)
}
