package chatwoot

import (
	"time"

	"github.com/gohelpdesk/helpdesk"
)

// widgetChannelView is what a widget's inbox has beside the rest.
type widgetChannelView struct {
	PreChatFormEnabled bool           `json:"pre_chat_form_enabled"`
	PreChatFormOptions map[string]any `json:"pre_chat_form_options"`
	Continuity         bool           `json:"continuity_via_email"`
}

// widgetOf reads the settings of a widget that are no secret.
func widgetOf(b *helpdesk.Inbox) widgetSettings {
	m := inExtra(b, "channel")
	s := func(key string) string { v, _ := m[key].(string); return v }
	yes := func(key string) bool { v, _ := m[key].(bool); return v }
	out := widgetSettings{
		URL: s("website_url"), Color: s("widget_color"), Title: s("welcome_title"), Tagline: s("welcome_tagline"), ReplyTime: s("reply_time"),
		Domains: s("allowed_domains"), PreChat: yes("pre_chat_form_enabled"), Continuity: yes("continuity_via_email"), Features: []string{},
	}
	form, _ := m["pre_chat_form_options"].(map[string]any)
	out.Form = object(form)
	features, _ := m["selected_feature_flags"].([]any)
	for _, f := range features {
		if name, ok := f.(string); ok {
			out.Features = append(out.Features, name)
		}
	}
	return out
}

type widgetSettings struct {
	URL, Color, Title, Tagline, ReplyTime, Domains string

	PreChat, Continuity bool
	Form                map[string]any
	Features            []string
}

// showWidget adds what a widget has to the view of its inbox.
func showWidget(out *inboxView, b *helpdesk.Inbox) {
	w := widgetOf(b)
	out.AllowedDomains, out.WidgetColor, out.WebsiteURL = &w.Domains, text(w.Color), text(w.URL)
	out.WelcomeTitle, out.WelcomeTagline, out.WebsiteToken = text(w.Title), text(w.Tagline), text(b.Identifier)
	features := list(w.Features)
	out.SelectedFeatureFlags, out.ReplyTime = &features, text(w.ReplyTime)
	out.widgetChannelView = &widgetChannelView{w.PreChat, w.Form, w.Continuity}
}

type widgetConfig struct {
	Channel widgetChannel  `json:"website_channel_config"`
	Contact widgetSelf     `json:"contact"`
	Global  map[string]any `json:"global_config"`
}

type widgetChannel struct {
	AfterResolved   bool             `json:"allow_messages_after_resolved"`
	APIHost         string           `json:"api_host"`
	AuthToken       string           `json:"auth_token"`
	AvatarURL       string           `json:"avatar_url"`
	CSAT            bool             `json:"csat_survey_enabled"`
	DisableBranding bool             `json:"disable_branding"`
	Features        []string         `json:"enabled_features"`
	Languages       []widgetLanguage `json:"enabled_languages"`
	Locale          string           `json:"locale"`
	OutOfOffice     *string          `json:"out_of_office_message"`
	Portal          *struct{}        `json:"portal"`
	PreChat         bool             `json:"pre_chat_form_enabled"`
	PreChatOptions  map[string]any   `json:"pre_chat_form_options"`
	ReplyTime       string           `json:"reply_time"`
	Timezone        string           `json:"timezone"`
	UTCOffset       string           `json:"utc_off_set"`
	Name            string           `json:"website_name"`
	Token           string           `json:"website_token"`
	Tagline         *string          `json:"welcome_tagline"`
	Title           *string          `json:"welcome_title"`
	Color           string           `json:"widget_color"`
	Hours           []hoursView      `json:"working_hours"`
	HoursEnabled    bool             `json:"working_hours_enabled"`
	Holidays        []holidayView    `json:"holidays"` // an addition
}

type widgetLanguage struct {
	Name string `json:"name"`
	Code string `json:"iso_639_1_code"`
}

// widgetSelf is the visitor. Who is not proven to be somebody is told nothing of
// them: a visitor who typed another's e-mail address would learn their number.
type widgetSelf struct {
	Email       *string            `json:"email"`
	ID          helpdesk.ContactID `json:"id"`
	Identifier  *string            `json:"identifier"`
	Name        *string            `json:"name"`
	PhoneNumber *string            `json:"phone_number"`
	PubsubToken string             `json:"pubsub_token"`
}

func viewWidgetSelf(p *helpdesk.Contact, a *helpdesk.ContactInbox) widgetSelf {
	out := widgetSelf{ID: p.ID, PubsubToken: a.PubsubToken}
	if a.Verified {
		out.Email, out.Identifier, out.Name, out.PhoneNumber = text(p.Email), text(p.Identifier), text(p.Name), text(p.Phone)
	}
	return out
}

// viewWidget is the configuration of a page's window.
func viewWidget(b *helpdesk.Inbox, account *helpdesk.Account, base, token string, now time.Time) widgetChannel {
	w, offset := widgetOf(b), "+00:00"
	if zone, err := time.LoadLocation(timezone(b)); err == nil {
		offset = now.In(zone).Format("-07:00")
	}
	box := viewInbox(b, "")
	return widgetChannel{
		AfterResolved: box.MessagesAfterResolved, APIHost: base, AuthToken: token, AvatarURL: box.AvatarURL, CSAT: b.CSATEnabled,
		Features: w.Features, Languages: []widgetLanguage{{"English (en)", "en"}, {"Português (pt)", "pt"}, {"Español (es)", "es"}},
		Locale: account.Locale, OutOfOffice: text(b.OutOfOffice), PreChat: w.PreChat, PreChatOptions: w.Form, ReplyTime: w.ReplyTime,
		Timezone: timezone(b), UTCOffset: offset, Name: b.Name, Token: b.Identifier, Tagline: text(w.Tagline), Title: text(w.Title),
		Color: w.Color, Hours: box.WorkingHours, HoursEnabled: b.HoursEnabled, Holidays: box.Holidays,
	}
}
