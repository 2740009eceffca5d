package chatwoot

import (
	"github.com/gohelpdesk/helpdesk"
)

const apiKind helpdesk.ChannelKind = "api"

// channelTypes are Chatwoot's class names of channels.
func channelTypes() map[helpdesk.ChannelKind]string {
	return map[helpdesk.ChannelKind]string{
		apiKind: "Channel::Api", "web_widget": "Channel::WebWidget", "email": "Channel::Email", "whatsapp": "Channel::Whatsapp",
		"twilio": "Channel::TwilioSms", "sms": "Channel::Sms", "telegram": "Channel::Telegram", "line": "Channel::Line",
		"facebook": "Channel::FacebookPage", "instagram": "Channel::Instagram", "tiktok": "Channel::Tiktok", "voice": "Channel::Voice",
	}
}

// channelType is the class name of a kind; clients treat those they do not know
// as an API inbox.
func channelType(k helpdesk.ChannelKind) string {
	if name := channelTypes()[k]; name != "" {
		return name
	}
	return "Channel::" + sentence(string(k))
}

type inboxSlim struct {
	ID          helpdesk.InboxID `json:"id"`
	AvatarURL   string           `json:"avatar_url"`
	ChannelID   helpdesk.InboxID `json:"channel_id"`
	Name        string           `json:"name"`
	ChannelType string           `json:"channel_type"`
	Provider    *string          `json:"provider"`
}

func slimInbox(b *helpdesk.Inbox) inboxSlim {
	return inboxSlim{ID: b.ID, AvatarURL: picture(b.Avatar, ""), ChannelID: b.ID, Name: b.Name, ChannelType: channelType(b.Kind)}
}

type inboxView struct {
	inboxSlim
	GreetingEnabled       bool             `json:"greeting_enabled"`
	GreetingMessage       *string          `json:"greeting_message"`
	WorkingHoursEnabled   bool             `json:"working_hours_enabled"`
	EnableEmailCollect    bool             `json:"enable_email_collect"`
	CSATSurveyEnabled     bool             `json:"csat_survey_enabled"`
	CSATConfig            map[string]any   `json:"csat_config"`
	EnableAutoAssignment  bool             `json:"enable_auto_assignment"`
	AutoAssignmentConfig  map[string]any   `json:"auto_assignment_config"`
	OutOfOfficeMessage    *string          `json:"out_of_office_message"`
	WorkingHours          []hoursView      `json:"working_hours"`
	Holidays              []holidayView    `json:"holidays"` // an addition
	Timezone              string           `json:"timezone"`
	CallbackWebhookURL    *string          `json:"callback_webhook_url"`
	MessagesAfterResolved bool             `json:"allow_messages_after_resolved"`
	LockToSingle          bool             `json:"lock_to_single_conversation"`
	SenderNameType        string           `json:"sender_name_type"`
	BusinessName          *string          `json:"business_name"`
	HelpCenter            *helpCenter      `json:"help_center,omitempty"` // the portal it belongs to
	AllowedDomains        *string          `json:"allowed_domains"`
	WidgetColor           *string          `json:"widget_color"`
	WebsiteURL            *string          `json:"website_url"`
	HMACMandatory         *bool            `json:"hmac_mandatory"`
	WelcomeTitle          *string          `json:"welcome_title"`
	WelcomeTagline        *string          `json:"welcome_tagline"`
	WebWidgetScript       *string          `json:"web_widget_script"`
	WebsiteToken          *string          `json:"website_token"`
	SelectedFeatureFlags  *[]string        `json:"selected_feature_flags"`
	ReplyTime             *string          `json:"reply_time"`
	MessagingServiceSID   *string          `json:"messaging_service_sid"`
	PhoneNumber           *string          `json:"phone_number"`
	HMACToken             string           `json:"hmac_token,omitempty"`
	*apiChannelView                        // nil off that channel
	*widgetChannelView                     // likewise
	*providerView                          // of channels with a provider
	Active                bool             `json:"active"`                   // additions: switched on,
	ActiveContact         bool             `json:"active_contact"`           // may start conversations,
	KeepAlive             keepAliveView    `json:"keep_alive"`               // asks after silent customers,
	OptOutWords           bool             `json:"opt_out_words"`            // heeds words like STOP,
	EntryFlowID           *helpdesk.FlowID `json:"entry_flow_id"`            // begins with a flow, null = none,
	ExitFlowID            *helpdesk.FlowID `json:"exit_flow_id"`             // and ends with one
	WebhookSecret         string           `json:"webhook_secret,omitempty"` // what deliveries to webhook_url are signed with
}

// keepAliveView is an inbox's keep-alive; times are minutes.
type keepAliveView struct {
	Active              bool   `json:"active"`
	Inactivity          int    `json:"inactivity"`
	InactivityMessage   string `json:"inactivity_message"`
	Finalisation        int    `json:"finalisation"`
	FinalisationMessage string `json:"finalisation_message"`
}

// inboxRaw is an inbox's row as Rails would print it.
type inboxRaw struct {
	ID                    helpdesk.InboxID   `json:"id"`
	ChannelID             helpdesk.InboxID   `json:"channel_id"`
	AccountID             helpdesk.AccountID `json:"account_id"`
	Name                  string             `json:"name"`
	CreatedAt             iso                `json:"created_at"`
	UpdatedAt             iso                `json:"updated_at"`
	ChannelType           string             `json:"channel_type"`
	EnableAutoAssignment  bool               `json:"enable_auto_assignment"`
	GreetingEnabled       bool               `json:"greeting_enabled"`
	GreetingMessage       *string            `json:"greeting_message"`
	EmailAddress          *string            `json:"email_address"`
	WorkingHoursEnabled   bool               `json:"working_hours_enabled"`
	OutOfOfficeMessage    *string            `json:"out_of_office_message"`
	Timezone              string             `json:"timezone"`
	EnableEmailCollect    bool               `json:"enable_email_collect"`
	CSATSurveyEnabled     bool               `json:"csat_survey_enabled"`
	MessagesAfterResolved bool               `json:"allow_messages_after_resolved"`
	AutoAssignmentConfig  map[string]any     `json:"auto_assignment_config"`
	LockToSingle          bool               `json:"lock_to_single_conversation"`
	PortalID              *helpdesk.PortalID `json:"portal_id"`
	SenderNameType        string             `json:"sender_name_type"`
	BusinessName          *string            `json:"business_name"`
	CSATConfig            map[string]any     `json:"csat_config"`
}

func rawInbox(b *helpdesk.Inbox, portal *helpdesk.Portal) *inboxRaw {
	v := viewInbox(b, "")
	out := &inboxRaw{
		ID: v.ID, ChannelID: v.ChannelID, AccountID: b.Account, Name: v.Name, CreatedAt: iso{b.CreatedAt}, UpdatedAt: iso{b.UpdatedAt},
		ChannelType: v.ChannelType, EnableAutoAssignment: v.EnableAutoAssignment, GreetingEnabled: v.GreetingEnabled,
		GreetingMessage: v.GreetingMessage, WorkingHoursEnabled: v.WorkingHoursEnabled, OutOfOfficeMessage: v.OutOfOfficeMessage,
		Timezone: v.Timezone, EnableEmailCollect: v.EnableEmailCollect, CSATSurveyEnabled: v.CSATSurveyEnabled,
		MessagesAfterResolved: v.MessagesAfterResolved, AutoAssignmentConfig: v.AutoAssignmentConfig, LockToSingle: v.LockToSingle,
		SenderNameType: v.SenderNameType, BusinessName: v.BusinessName, CSATConfig: v.CSATConfig,
	}
	if portal != nil {
		out.PortalID = &portal.ID
	}
	return out
}

type helpCenter struct {
	Name string `json:"name"`
	Slug string `json:"slug"`
}

type apiChannelView struct {
	WebhookURL           *string        `json:"webhook_url"`
	InboxIdentifier      string         `json:"inbox_identifier"`
	AdditionalAttributes map[string]any `json:"additional_attributes"`
}

// viewInbox is an inbox; hmac is its token, "" for whoever may not see it.
func viewInbox(b *helpdesk.Inbox, hmac string) inboxView {
	out := inboxView{
		inboxSlim: slimInbox(b), GreetingEnabled: b.GreetingEnabled, GreetingMessage: text(b.Greeting),
		WorkingHoursEnabled: b.HoursEnabled, EnableEmailCollect: b.EmailCollect, CSATSurveyEnabled: b.CSATEnabled,
		CSATConfig: inExtra(b, "csat_config"), EnableAutoAssignment: b.AutoAssign, AutoAssignmentConfig: map[string]any{},
		OutOfOfficeMessage: text(b.OutOfOffice), WorkingHours: each(b.Hours, viewHours), Holidays: each(b.Holidays, viewHoliday), Timezone: timezone(b),
		CallbackWebhookURL: nil, MessagesAfterResolved: true, LockToSingle: b.Single, SenderNameType: "friendly",
		HMACToken: hmac, Active: b.Active, ActiveContact: b.ActiveContact, KeepAlive: keepAliveView(b.KeepAlive), OptOutWords: b.OptOutWords,
	}
	if b.EntryFlow != 0 {
		out.EntryFlowID = &b.EntryFlow
	}
	if b.ExitFlow != 0 {
		out.ExitFlowID = &b.ExitFlow
	}
	if b.OpenLimit > 0 {
		out.AutoAssignmentConfig["max_assignment_limit"] = b.OpenLimit
	}
	if v, ok := b.Extra["allow_messages_after_resolved"].(bool); ok {
		out.MessagesAfterResolved = v
	}
	if v, ok := b.Extra["sender_name_type"].(string); ok && v != "" {
		out.SenderNameType = v
	}
	if v, ok := b.Extra["business_name"].(string); ok {
		out.BusinessName = text(v)
	}
	if b.Kind == apiKind || b.Kind == widgetKind {
		out.HMACMandatory = &b.HMACMandatory
	}
	if b.Kind == apiKind {
		out.apiChannelView = &apiChannelView{text(b.WebhookURL), b.Identifier, inExtra(b, "additional_attributes")}
	}
	if b.Kind == widgetKind {
		showWidget(&out, b)
	}
	if hasProvider(b.Kind) {
		showProvider(&out, b)
	}
	return out
}

func inExtra(b *helpdesk.Inbox, key string) map[string]any {
	m, _ := b.Extra[key].(map[string]any)
	return object(m)
}

func timezone(b *helpdesk.Inbox) string {
	if b.Timezone == "" {
		return "UTC"
	}
	return b.Timezone
}

// publicInbox is what a customer's client learns of an inbox.
type publicInbox struct {
	Identifier          string        `json:"identifier"`
	IdentityValidation  bool          `json:"identity_validation_enabled"`
	Name                string        `json:"name"`
	Timezone            string        `json:"timezone"`
	WorkingHours        []hoursView   `json:"working_hours"`
	WorkingHoursEnabled bool          `json:"working_hours_enabled"`
	CSATSurveyEnabled   bool          `json:"csat_survey_enabled"`
	GreetingEnabled     bool          `json:"greeting_enabled"`
	Holidays            []holidayView `json:"holidays"` // an addition
}

func viewPublicInbox(b *helpdesk.Inbox) publicInbox {
	return publicInbox{
		b.Identifier, b.HMACMandatory, b.Name, timezone(b), each(b.Hours, viewHours), b.HoursEnabled, b.CSATEnabled, b.GreetingEnabled,
		each(b.Holidays, viewHoliday),
	}
}
