// Package widget is the channel of the chat window on a website. Customers write
// from a page and read answers there, over the API and the feed: nothing is sent
// anywhere.
//
// Its settings are, in JSON, all optional but website_url:
//
//	{"website_url": "https://shop.example", "widget_color": "#1f93ff",
//	 "welcome_title": "Hi", "welcome_tagline": "We are here",
//	 "reply_time": "in_a_few_minutes", "allowed_domains": "shop.example, *.shop.example",
//	 "selected_feature_flags": ["attachments", "emoji_picker", "end_conversation"],
//	 "pre_chat_form_enabled": false, "pre_chat_form_options": {},
//	 "continuity_via_email": true}
//
// allowed_domains are the pages that may show the window; "" = all.
package widget

import (
	"context"
	"encoding/json"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/gohelpdesk/helpdesk"
)

// Kind is what inboxes of this channel are called.
const Kind helpdesk.ChannelKind = "web_widget"

const maxText = 2048 // characters

// New returns the channel.
func New() helpdesk.Channel { return channel{} }

type channel struct{}

// Kind implements helpdesk.Channel.
func (channel) Kind() helpdesk.ChannelKind { return Kind }

type settings struct {
	WebsiteURL     string         `json:"website_url"`
	Color          string         `json:"widget_color"`
	WelcomeTitle   string         `json:"welcome_title"`
	WelcomeTagline string         `json:"welcome_tagline"`
	ReplyTime      string         `json:"reply_time"`
	AllowedDomains string         `json:"allowed_domains"`
	Features       []string       `json:"selected_feature_flags"`
	PreChat        bool           `json:"pre_chat_form_enabled"`
	PreChatOptions map[string]any `json:"pre_chat_form_options"`
	Continuity     bool           `json:"continuity_via_email"`
}

var (
	color  = regexp.MustCompile(`^#[0-9a-fA-F]{6}$`)
	domain = regexp.MustCompile(`^(\*\.)?[a-zA-Z0-9-]+(\.[a-zA-Z0-9-]+)*(:\d+)?$`)
)

// Open implements helpdesk.Channel. It fails with Invalid, and names every
// setting that is wrong or unknown.
func (channel) Open(raw json.RawMessage) (helpdesk.Sender, error) {
	var given map[string]json.RawMessage
	if err := json.Unmarshal(raw, &given); err != nil || given == nil {
		return nil, &helpdesk.Error{Code: helpdesk.Invalid, Message: "the settings must be a JSON object", Err: err}
	}
	s := &settings{
		Color: "#1f93ff", ReplyTime: "in_a_few_minutes", Features: []string{"attachments", "emoji_picker", "end_conversation"},
		PreChatOptions: defaultForm(), Continuity: true,
	}
	fields := map[string]any{
		"website_url": &s.WebsiteURL, "widget_color": &s.Color, "welcome_title": &s.WelcomeTitle, "welcome_tagline": &s.WelcomeTagline,
		"reply_time": &s.ReplyTime, "allowed_domains": &s.AllowedDomains, "selected_feature_flags": &s.Features,
		"pre_chat_form_enabled": &s.PreChat, "pre_chat_form_options": &s.PreChatOptions, "continuity_via_email": &s.Continuity,
	}
	wrong := map[string]string{}
	for key, value := range given {
		switch to, known := fields[key]; {
		case !known:
			wrong[key] = "is not a setting of this channel"
		case json.Unmarshal(value, to) != nil:
			wrong[key] = "is of the wrong kind"
		}
	}
	s.check(wrong)
	if len(wrong) > 0 {
		return nil, &helpdesk.Error{Code: helpdesk.Invalid, Message: "the settings are not right", Fields: wrong}
	}
	return &sender{s}, nil
}

// check adds what is wrong with the values.
func (s *settings) check(wrong map[string]string) {
	add := func(bad bool, key, what string) {
		if _, seen := wrong[key]; bad && !seen {
			wrong[key] = what
		}
	}
	u, err := url.Parse(s.WebsiteURL)
	add(s.WebsiteURL == "", "website_url", "can't be blank")
	add(err != nil || u != nil && u.Scheme != "" && u.Scheme != "http" && u.Scheme != "https", "website_url", "must be a web address")
	add(!color.MatchString(s.Color), "widget_color", "must be #rrggbb")
	for key, text := range map[string]string{
		"website_url": s.WebsiteURL, "welcome_title": s.WelcomeTitle, "welcome_tagline": s.WelcomeTagline, "allowed_domains": s.AllowedDomains,
	} {
		add(utf8.RuneCountInString(text) > maxText, key, "is too long (maximum is 2048 characters)")
	}
	add(!slices.Contains([]string{"in_a_few_minutes", "in_a_few_hours", "in_a_day"}, s.ReplyTime), "reply_time", "must be in_a_few_minutes, in_a_few_hours or in_a_day")
	for _, f := range s.Features {
		add(!slices.Contains([]string{"attachments", "emoji_picker", "end_conversation", "use_inbox_avatar_for_bot"}, f), "selected_feature_flags", "hold a feature that is not known")
	}
	for _, d := range strings.FieldsFunc(s.AllowedDomains, func(r rune) bool { return r == ',' || r == ' ' || r == '\n' }) {
		add(!domain.MatchString(d), "allowed_domains", "hold what is no domain")
	}
}

// defaultForm is the form before the first message: what it may ask, all off.
func defaultForm() map[string]any {
	field := func(name, kind, label string, required bool) map[string]any {
		return map[string]any{"field_type": "standard", "label": label, "name": name, "type": kind, "required": required, "enabled": false}
	}
	return map[string]any{
		"pre_chat_message": "Share your queries or comments here.",
		"pre_chat_fields": []any{
			field("emailAddress", "email", "Email Id", true), field("fullName", "text", "Full name", false),
			field("phoneNumber", "text", "Phone number", false),
		},
	}
}

// sender is an opened inbox. It never changes.
type sender struct{ s *settings }

// Send implements helpdesk.Sender. It succeeds at once: the page reads the
// message from the API.
func (*sender) Send(ctx context.Context, _ *helpdesk.Outbound) (helpdesk.Receipt, error) {
	if err := ctx.Err(); err != nil {
		return helpdesk.Receipt{}, err
	}
	return helpdesk.Receipt{State: helpdesk.StateSent}, nil
}

// Repeatable implements helpdesk.Repeatable: sending does nothing, so it may be
// done twice.
func (*sender) Repeatable() bool { return true }

// Shown implements helpdesk.Shown: every page that shows the window knows all of it.
func (s *sender) Shown() map[string]any {
	raw, err := json.Marshal(s.s)
	if err != nil {
		return nil // what came out of JSON goes back into it
	}
	var out map[string]any
	if json.Unmarshal(raw, &out) != nil {
		return nil
	}
	return out
}
