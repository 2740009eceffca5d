package chatwoot

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/gohelpdesk/helpdesk"
)

// Channels behind which a provider stands, by their kinds.
const (
	whatsappKind helpdesk.ChannelKind = "whatsapp"
	telegramKind helpdesk.ChannelKind = "telegram"

	facebookKind  helpdesk.ChannelKind = "facebook"
	instagramKind helpdesk.ChannelKind = "instagram"
	twilioKind    helpdesk.ChannelKind = "twilio"
)

// metaSettings is what a client says of a page or an account of Instagram's. That the
// app is the installation's is not for a client to say: only who has proven that a page
// is theirs has it that way. What the provider's calls are verified with is made up
// where nobody says it.
func metaSettings(given, current map[string]any) (map[string]any, error) {
	wrong := map[string]string{}
	for key := range given {
		if key == "source" || current["source"] != nil && key != "human_agent" {
			wrong[key] = "cannot be set"
		}
	}
	if len(wrong) > 0 {
		return nil, &helpdesk.Error{Code: helpdesk.Invalid, Fields: wrong}
	}
	if given["verify_token"] == nil && current["verify_token"] == nil && current["source"] == nil {
		given["verify_token"] = rand.Text()
	}
	return given, nil
}

// hasProvider says that somebody else stands behind a channel, as inboxes show it.
func hasProvider(kind helpdesk.ChannelKind) bool {
	return slices.Contains([]helpdesk.ChannelKind{whatsappKind, telegramKind, twilioKind, facebookKind, instagramKind}, kind)
}

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
	delete(out, "source") // by which secret calls are proven is not for clients to say
	if out["webhook_verify_token"] == nil && current["webhook_verify_token"] == nil {
		out["webhook_verify_token"] = rand.Text()
	}
	return out, nil
}

// twilioInput is how clients add an inbox of Twilio: on an address of its own.
type twilioInput struct {
	Channel map[string]any `in:"twilio_channel"`
}

func createTwilioInbox(ctx context.Context, c *call, in twilioInput) (inboxView, error) {
	name, _ := in.Channel["name"].(string)
	settings, err := channelSettings(twilioKind, nil, in.Channel)
	if err != nil {
		return inboxView{}, err
	}
	b, err := c.desk.Inboxes.Create(ctx, helpdesk.InboxInput{Kind: twilioKind, Name: &name, Settings: settings})
	return c.oneInbox(ctx, b, err)
}

// twilioSettings is what a client says of an inbox of Twilio. Beside an API key
// clients give its secret as the auth_token; the account's own comes with the
// secret under its own name.
func twilioSettings(given map[string]any) map[string]any {
	out := make(map[string]any)
	for _, key := range []string{"account_sid", "auth_token", "api_key_sid", "api_key_secret", "medium", "phone_number", "messaging_service_sid"} {
		if v, ok := given[key]; ok {
			if out[key] = v; v == "" {
				out[key] = nil
			}
		}
	}
	if out["api_key_sid"] != nil && out["api_key_secret"] == nil && out["auth_token"] != nil {
		out["api_key_secret"], out["auth_token"] = out["auth_token"], nil
	}
	return out
}

// providerView is what an inbox with a provider shows beside the others.
type providerView struct {
	Reauthorize       bool           `json:"reauthorization_required"`
	ReauthorizeReason string         `json:"reauthorization_reason,omitempty"` // an addition
	SilenceAlarm      int            `json:"silence_alarm_hours"`              // an addition; 0 = off
	SilentSince       *int64         `json:"silent_since,omitempty"`           // an addition
	BotName           *string        `json:"bot_name,omitempty"`
	PageID            *string        `json:"page_id,omitempty"`
	InstagramID       *string        `json:"instagram_id,omitempty"`    // an addition
	ProviderConfig    map[string]any `json:"provider_config,omitempty"` // administrators

	Templates   *[]wireTemplate `json:"message_templates,omitempty"`
	*twilioView                 // nil off that channel
}

// twilioView is what an inbox of Twilio shows: administrators see how its calls are
// made.
type twilioView struct {
	Medium       string           `json:"medium"`
	Content      contentTemplates `json:"content_templates"`
	AccountSID   string           `json:"account_sid,omitempty"`
	AuthToken    string           `json:"auth_token,omitempty"`
	APIKeySID    string           `json:"api_key_sid,omitempty"`    // additions, as
	APIKeySecret string           `json:"api_key_secret,omitempty"` // this
}

func showProvider(out *inboxView, b *helpdesk.Inbox) {
	shown := inExtra(b, "channel")
	word := func(key string) *string { s, _ := shown[key].(string); return text(s) }
	out.providerView = &providerView{Reauthorize: !b.RevokedAt.IsZero(), ReauthorizeReason: b.RevokedReason, SilenceAlarm: b.SilenceAlarm}
	if !b.SilentSince.IsZero() {
		out.SilentSince = new(b.SilentSince.Unix())
	}
	switch b.Kind {
	case whatsappKind:
		out.PhoneNumber, out.Provider = word("phone_number"), word("provider")
	case twilioKind:
		medium, _ := shown["medium"].(string)
		out.PhoneNumber, out.MessagingServiceSID = word("phone_number"), word("messaging_service_sid")
		out.twilioView = &twilioView{Medium: medium}
	case telegramKind:
		out.BotName = word("bot_name")
	default:
		out.PageID, out.InstagramID = word("page_id"), word("instagram_id")
	}
}

// configure shows an administrator how an inbox is connected: where its provider
// has to call, and the settings of Twilio's and Meta's channels.
func (c *call) configure(ctx context.Context, b *helpdesk.Inbox, out *inboxView) error {
	if !hasProvider(b.Kind) {
		return nil
	}
	hook := strings.TrimSuffix(c.o.PublicURL, "/") + "/hooks/"
	out.CallbackWebhookURL = text(hook + b.Identifier)
	var into any = &out.ProviderConfig
	switch source, _ := inExtra(b, "channel")["source"].(string); {
	case b.Kind == telegramKind:
		return nil
	case b.Kind == twilioKind:
		into = out.twilioView
	case b.Kind != whatsappKind && source != "": // the installation's app calls there, for all inboxes
		out.CallbackWebhookURL = text(hook + "app/" + string(b.Kind))
	}
	raw, err := c.desk.Inboxes.Settings(ctx, b.ID)
	if err != nil {
		return err
	}
	return json.Unmarshal(raw, into)
}
