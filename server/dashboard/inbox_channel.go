package dashboard

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/gohelpdesk/helpdesk"
)

// The kinds of channel that have a set-up form of their own. Others, which a host
// brings along, are set up by their settings in JSON.
const (
	apiKind       helpdesk.ChannelKind = "api"
	widgetKind    helpdesk.ChannelKind = "web_widget"
	whatsappKind  helpdesk.ChannelKind = "whatsapp"
	telegramKind  helpdesk.ChannelKind = "telegram"
	facebookKind  helpdesk.ChannelKind = "facebook"
	instagramKind helpdesk.ChannelKind = "instagram"
	twilioKind    helpdesk.ChannelKind = "twilio"
)

// question is one setting of a channel. Its name is the setting's, so that what the
// channel says of it stands at its field.
type question struct {
	Name     string
	Kind     fieldKind
	Required bool
	Secret   bool // shown only while it is typed; empty = as it was
	Options  []string
}

// channelQuestions are the settings of a kind that people fill in.
func channelQuestions(kind helpdesk.ChannelKind) []question {
	switch kind {
	case apiKind:
		return []question{{Name: "webhook_url", Kind: asURL}, {Name: "agent_reply_time_window", Kind: asNumber}}
	case widgetKind:
		return []question{
			{Name: "website_url", Kind: asURL, Required: true},
			{Name: "widget_color", Kind: asColor},
			{Name: "welcome_title", Kind: asText},
			{Name: "welcome_tagline", Kind: asText},
			{Name: "reply_time", Kind: asSelect, Options: []string{"in_a_few_minutes", "in_a_few_hours", "in_a_day"}},
			{Name: "selected_feature_flags", Kind: asChoices, Options: []string{"attachments", "emoji_picker", "end_conversation", "use_inbox_avatar_for_bot"}},
			{Name: "allowed_domains", Kind: asText},
			{Name: "continuity_via_email", Kind: asSwitch},
		}
	case whatsappKind:
		return []question{
			{Name: "phone_number", Kind: asText, Required: true},
			{Name: "phone_number_id", Kind: asText, Required: true},
			{Name: "business_account_id", Kind: asText, Required: true},
			{Name: "api_key", Kind: asText, Required: true, Secret: true},
			{Name: "app_id", Kind: asText},
			{Name: "app_secret", Kind: asText, Secret: true},
			{Name: "pin", Kind: asText, Secret: true},
			{Name: "coexistence", Kind: asSwitch},
		}
	case telegramKind:
		return []question{{Name: "bot_token", Kind: asText, Required: true, Secret: true}, {Name: "bot_name", Kind: asText}}
	case facebookKind:
		return []question{
			{Name: "page_id", Kind: asText, Required: true},
			{Name: "page_access_token", Kind: asText, Required: true, Secret: true},
			{Name: "app_id", Kind: asText},
			{Name: "app_secret", Kind: asText, Required: true, Secret: true},
			{Name: "human_agent", Kind: asSwitch},
		}
	case instagramKind:
		return []question{
			{Name: "instagram_id", Kind: asText, Required: true},
			{Name: "access_token", Kind: asText, Required: true, Secret: true},
			{Name: "page_id", Kind: asText},
			{Name: "app_id", Kind: asText},
			{Name: "app_secret", Kind: asText, Required: true, Secret: true},
			{Name: "human_agent", Kind: asSwitch},
		}
	case twilioKind:
		return []question{
			{Name: "medium", Kind: asSelect, Options: []string{"sms", "whatsapp"}},
			{Name: "account_sid", Kind: asText, Required: true},
			{Name: "auth_token", Kind: asText, Secret: true},
			{Name: "api_key_sid", Kind: asText},
			{Name: "api_key_secret", Kind: asText, Secret: true},
			{Name: "phone_number", Kind: asText},
			{Name: "messaging_service_sid", Kind: asText},
		}
	}
	return []question{{Name: "settings", Kind: asCode, Secret: true}}
}

// inboxKnows says that a kind has a set-up form, and words, of its own.
func inboxKnows(kind helpdesk.ChannelKind) bool {
	return channelQuestions(kind)[0].Name != "settings"
}

// kindName is what a kind of channel is called.
func (c *call) kindName(kind helpdesk.ChannelKind) string {
	if inboxKnows(kind) {
		return c.say("inboxes", "kind_", string(kind))
	}
	return string(kind)
}

// channelFields are a channel's questions with the present answers; nil = it is new.
func (c *call) channelFields(kind helpdesk.ChannelKind, current map[string]any) []field {
	var out []field
	for _, q := range channelQuestions(kind) {
		f := field{Name: q.Name, Kind: q.Kind, Required: q.Required}
		for _, o := range q.Options {
			f.Options = append(f.Options, option{Value: o, Label: c.say("inboxes", "option_", o)})
		}
		if hint := "inboxes.hint_" + string(kind) + "_" + q.Name; catalogue()[hint] != nil {
			f.Hint = c.T(hint)
		}
		switch v := current[settingKey(q.Name)].(type) {
		case string:
			f.Value = v
		case bool:
			f.Value = yesNo(v)
		case float64:
			f.Value = strconv.FormatFloat(v, 'f', -1, 64)
		case []any:
			for _, one := range v {
				f.Values = append(f.Values, fmt.Sprint(one))
			}
		}
		if f.Value != "" && q.Secret {
			f.Value, f.Hint, f.Required = "", c.T("inboxes.keep_secret"), false
		}
		if current == nil && kind == widgetKind {
			widgetDefaults(&f)
		}
		out = append(out, f)
	}
	return out
}

// widgetDefaults are what a new widget begins with.
func widgetDefaults(f *field) {
	switch f.Name {
	case "widget_color":
		f.Value = "#1f93ff"
	case "selected_feature_flags":
		f.Values = []string{"attachments", "emoji_picker", "end_conversation"}
	case "continuity_via_email":
		f.Value = "true"
	}
}

// settingKey is a setting's own name, where its errors have another.
func settingKey(name string) string {
	if name == "agent_reply_time_window" {
		return "reply_window_hours"
	}
	return name
}

// channelSettings lays what was answered over a channel's settings.
func channelSettings(kind helpdesk.ChannelKind, current map[string]any, in input) (json.RawMessage, error) {
	out := map[string]any{}
	for k, v := range current {
		out[k] = v
	}
	for _, q := range channelQuestions(kind) {
		key, text := settingKey(q.Name), strings.TrimSpace(in.Get(q.Name))
		switch {
		case q.Name == "settings":
			if text == "" {
				continue
			}
			if !json.Valid([]byte(text)) {
				return nil, bad(map[string]string{"settings": "must be a JSON object"})
			}
			return json.RawMessage(text), nil
		case q.Kind == asSwitch:
			if out[key] = in.Get(q.Name) == "true"; out[key] == false && kind != widgetKind {
				delete(out, key)
			}
		case q.Kind == asChoices:
			out[key] = append([]string{}, in.Values[q.Name]...)
		case q.Kind == asNumber && text != "":
			n, err := strconv.Atoi(text)
			if err != nil {
				return nil, bad(map[string]string{q.Name: "must be a whole number"})
			}
			out[key] = n
		case text == "" && q.Secret && current[key] != nil:
		case text == "" && kind != widgetKind:
			delete(out, key)
		default:
			out[key] = text
		}
	}
	if key := verifyKey(kind); key != "" && out[key] == nil && out["source"] == nil {
		out[key] = rand.Text()
	}
	return json.Marshal(out)
}

// verifyKey is the setting with which a provider proves that it may call; "" = the
// channel has none that people copy.
func verifyKey(kind helpdesk.ChannelKind) string {
	switch kind {
	case whatsappKind:
		return "webhook_verify_token"
	case facebookKind, instagramKind:
		return "verify_token"
	}
	return ""
}

// inboxSettings are a channel's settings as they are, secrets and all.
func (c *call) inboxSettings(id helpdesk.InboxID) (map[string]any, error) {
	raw, err := c.desk.Inboxes.Settings(c.ctx(), id)
	if err != nil {
		return nil, err
	}
	out := map[string]any{}
	return out, json.Unmarshal(raw, &out)
}

// base is where people and providers reach the server.
func (c *call) base() string {
	if c.o.PublicURL != "" {
		return c.o.PublicURL
	}
	if c.r.TLS != nil {
		return "https://" + c.r.Host
	}
	return "http://" + c.r.Host
}

// hook is where an inbox's provider calls. One that came by the installation's own
// app at Meta is called for all together.
func (c *call) hook(b *helpdesk.Inbox, settings map[string]any) string {
	if b.Kind != whatsappKind && settings["source"] != nil && settings["source"] != "" {
		return c.base() + "/hooks/app/" + string(b.Kind)
	}
	return c.base() + "/hooks/" + b.Identifier
}
