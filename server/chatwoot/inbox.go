package chatwoot

import (
	"context"
	"encoding/json"
	"maps"
	"mime/multipart"
	"strconv"
	"strings"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/server/internal/web"
)

func listInboxes(ctx context.Context, c *call, _ none) (payload[[]inboxView], error) {
	boxes, err := c.desk.Inboxes.List(ctx)
	if err != nil {
		return payload[[]inboxView]{}, err
	}
	out, err := c.inboxes(ctx, boxes...)
	return wrap(out), err
}

// inboxes shapes inboxes for the caller: administrators see the HMAC tokens and
// what webhooks are signed with.
func (c *call) inboxes(ctx context.Context, boxes ...*helpdesk.Inbox) ([]inboxView, error) {
	var tokens, secrets map[helpdesk.InboxID]string
	if c.isAdmin() {
		var err error
		if tokens, err = c.desk.Inboxes.HMACTokens(ctx, boxes...); err != nil {
			return nil, err
		}
		if secrets, err = c.desk.Webhooks.InboxSecrets(ctx); err != nil {
			return nil, err
		}
	}
	portals, err := c.helpCenters(ctx)
	if err != nil {
		return nil, err
	}
	out := each(boxes, func(b *helpdesk.Inbox) inboxView { return viewInbox(b, tokens[b.ID]) })
	for i, b := range boxes {
		out[i].WebhookSecret = secrets[b.ID]
		if v := portals[b.ID]; v != nil {
			out[i].HelpCenter = &helpCenter{v.Name, v.Slug}
		}
		if b.Kind == widgetKind {
			out[i].WebWidgetScript = text(web.WidgetScript(c.files.Base, b.Identifier))
		}
	}
	return out, c.showTemplates(ctx, boxes, out)
}

// helpCenters are the portals that inboxes belong to. Who sees an inbox may see
// what its help centre is called.
func (c *call) helpCenters(ctx context.Context) (map[helpdesk.InboxID]*helpdesk.Portal, error) {
	portals, err := c.e.As(c.e.System(c.actor.Account())).Portals.List(ctx)
	out := make(map[helpdesk.InboxID]*helpdesk.Portal, len(portals))
	for _, v := range portals {
		out[v.Inbox] = v
	}
	return out, err
}

func (c *call) oneInbox(ctx context.Context, b *helpdesk.Inbox, err error) (inboxView, error) {
	if err != nil {
		return inboxView{}, err
	}
	out, err := c.inboxes(ctx, b)
	if err == nil && c.isAdmin() {
		err = c.configure(ctx, b, &out[0])
	}
	if err != nil {
		return inboxView{}, err
	}
	return out[0], nil
}

// inboxesByID is every inbox the caller may see.
func (c *call) inboxesByID(ctx context.Context) (map[helpdesk.InboxID]*helpdesk.Inbox, error) {
	boxes, err := c.desk.Inboxes.List(ctx)
	out := make(map[helpdesk.InboxID]*helpdesk.Inbox, len(boxes))
	for _, b := range boxes {
		out[b.ID] = b
	}
	return out, err
}

type inboxID struct {
	ID helpdesk.InboxID `in:"id"`
}

func showInbox(ctx context.Context, c *call, in inboxID) (inboxView, error) {
	b, err := c.desk.Inboxes.Get(ctx, in.ID)
	return c.oneInbox(ctx, b, err)
}

type inboxInput struct {
	hoursInput
	Name            *string        `in:"name"`
	Channel         map[string]any `in:"channel"`
	GreetingEnabled *bool          `in:"greeting_enabled"`
	Greeting        *string        `in:"greeting_message"`
	AutoAssign      *bool          `in:"enable_auto_assignment"`
	AutoAssignment  struct {
		Limit *int `in:"max_assignment_limit"`
	} `in:"auto_assignment_config"`
	EmailCollect *bool                 `in:"enable_email_collect"`
	OptOutWords  *bool                 `in:"opt_out_words"`       // an addition
	SilenceAlarm *int                  `in:"silence_alarm_hours"` // an addition
	CSAT         *bool                 `in:"csat_survey_enabled"`
	OutOfOffice  *string               `in:"out_of_office_message"`
	Single       *bool                 `in:"lock_to_single_conversation"`
	Active       *bool                 `in:"active"`
	MayStart     *bool                 `in:"active_contact"`
	EntryFlow    *helpdesk.FlowID      `in:"entry_flow_id"` // additions, as is
	ExitFlow     *helpdesk.FlowID      `in:"exit_flow_id"`  // this; 0 or null takes it off
	Avatar       *multipart.FileHeader `in:"avatar"`
	KeepAlive    struct {
		Active       *bool   `in:"active"`
		Inactivity   *int    `in:"inactivity"`
		Ask          *string `in:"inactivity_message"`
		Finalisation *int    `in:"finalisation"`
		Part         *string `in:"finalisation_message"`
	} `in:"keep_alive"` // an addition

	// Kept for clients; the desk does not go by them.
	CSATConfig    *map[string]any `in:"csat_config"`
	AfterResolved *bool           `in:"allow_messages_after_resolved"`
	SenderName    *string         `in:"sender_name_type"`
	BusinessName  *string         `in:"business_name"`
}

// extra is what the desk keeps for clients.
func (in inboxInput) extra() (map[string]any, error) {
	out := make(map[string]any)
	if in.CSATConfig != nil {
		out["csat_config"] = *in.CSATConfig
	}
	if in.AfterResolved != nil {
		out["allow_messages_after_resolved"] = *in.AfterResolved
	}
	if in.BusinessName != nil {
		out["business_name"] = *in.BusinessName
	}
	if in.SenderName == nil {
		return out, nil
	}
	switch *in.SenderName {
	case "friendly", "0":
		out["sender_name_type"] = "friendly"
	case "professional", "1":
		out["sender_name_type"] = "professional"
	default:
		return nil, &helpdesk.Error{Code: helpdesk.Invalid, Fields: map[string]string{"sender_name_type": "must be friendly or professional"}}
	}
	return out, nil
}

// input is the engine's form of it; current holds the channel's settings, and hours
// the hours, as they are.
func (in inboxInput) input(kind helpdesk.ChannelKind, current json.RawMessage, hours helpdesk.WorkingHours) (helpdesk.InboxInput, error) {
	kept, err := in.extra()
	if err != nil {
		return helpdesk.InboxInput{}, err
	}
	out := helpdesk.InboxInput{
		Kind: kind, Name: in.Name, Greeting: in.Greeting, OutOfOffice: in.OutOfOffice, Timezone: in.Timezone, Active: in.Active,
		ActiveContact: in.MayStart, EntryFlow: in.EntryFlow, ExitFlow: in.ExitFlow, AutoAssign: in.AutoAssign, Single: in.Single, GreetingEnabled: in.GreetingEnabled,
		CSATEnabled: in.CSAT, EmailCollect: in.EmailCollect, OptOutWords: in.OptOutWords, HoursEnabled: in.Enabled, OpenLimit: in.AutoAssignment.Limit,
		SilenceAlarm: in.SilenceAlarm,
		Hours:        in.week(hours), Holidays: in.dates(), Extra: kept,
		KeepAlive: &helpdesk.KeepAliveInput{
			Active: in.KeepAlive.Active, Inactivity: in.KeepAlive.Inactivity, InactivityMessage: in.KeepAlive.Ask,
			Finalisation: in.KeepAlive.Finalisation, FinalisationMessage: in.KeepAlive.Part,
		},
	}
	if mandatory, ok := in.Channel["hmac_mandatory"]; ok {
		out.HMACMandatory = new(bool)
		*out.HMACMandatory = mandatory == true || mandatory == "true" || mandatory == 1.0
	}
	if extra, ok := in.Channel["additional_attributes"]; ok && kind == apiKind {
		out.Extra["additional_attributes"] = extra
	}
	if in.Channel == nil {
		return out, nil
	}
	out.Settings, err = channelSettings(kind, current, in.Channel)
	return out, err
}

// channelSettings lays what a client says of a channel over its settings. The
// API channel calls its window something else; for the others the keys are the
// channel's own.
func channelSettings(kind helpdesk.ChannelKind, current json.RawMessage, given map[string]any) (json.RawMessage, error) {
	settings := make(map[string]any)
	if len(current) > 0 {
		if err := json.Unmarshal(current, &settings); err != nil {
			return nil, err
		}
	}
	given = maps.Clone(given)
	delete(given, "type")
	delete(given, "hmac_mandatory")
	switch kind {
	case apiKind:
		given = apiSettings(given)
	case widgetKind:
		given = widgetInput(given)
	case whatsappKind:
		var err error
		if given, err = whatsappSettings(given, settings); err != nil {
			return nil, err
		}
	case facebookKind, instagramKind:
		var err error
		if given, err = metaSettings(given, settings); err != nil {
			return nil, err
		}
	case twilioKind:
		given = twilioSettings(given)
	}
	for key, value := range given {
		if value == nil {
			delete(settings, key)
			continue
		}
		settings[key] = value
	}
	return json.Marshal(settings)
}

// widgetInput is what a client says of a widget: keys that mean nothing are
// passed over, and reply times may be numbers.
func widgetInput(given map[string]any) map[string]any {
	out := make(map[string]any)
	for _, key := range []string{
		"website_url", "widget_color", "welcome_title", "welcome_tagline", "reply_time", "allowed_domains", "selected_feature_flags",
		"pre_chat_form_enabled", "pre_chat_form_options", "continuity_via_email",
	} {
		if v, ok := given[key]; ok {
			out[key] = v
		}
	}
	for n, name := range []string{"in_a_few_minutes", "in_a_few_hours", "in_a_day"} {
		if out["reply_time"] == float64(n) || out["reply_time"] == strconv.Itoa(n) {
			out["reply_time"] = name
		}
	}
	return out
}

func apiSettings(given map[string]any) map[string]any {
	out := make(map[string]any)
	if address, ok := given["webhook_url"]; ok {
		out["webhook_url"] = address
		if address == "" {
			out["webhook_url"] = nil
		}
	}
	if extra, ok := given["additional_attributes"].(map[string]any); ok {
		out["reply_window_hours"] = extra["agent_reply_time_window"]
	}
	return out
}

func createInbox(ctx context.Context, c *call, in inboxInput) (inboxView, error) {
	kind, _ := in.Channel["type"].(string)
	input, err := in.input(helpdesk.ChannelKind(strings.TrimSpace(kind)), nil, helpdesk.WorkingHours{})
	if err != nil {
		return inboxView{}, err
	}
	avatar, closeFile, err := openFile(in.Avatar)
	if err != nil {
		return inboxView{}, err
	}
	defer closeFile()
	input.Avatar = avatar
	b, err := c.desk.Inboxes.Create(ctx, input)
	return c.oneInbox(ctx, b, err)
}

type inboxChange struct {
	inboxID
	inboxInput
}

func updateInbox(ctx context.Context, c *call, in inboxChange) (inboxView, error) {
	b, err := c.desk.Inboxes.Get(ctx, in.ID)
	if err != nil {
		return inboxView{}, err
	}
	var current json.RawMessage
	if in.Channel != nil {
		if current, err = c.desk.Inboxes.Settings(ctx, in.ID); err != nil {
			return inboxView{}, err
		}
	}
	input, err := in.input(b.Kind, current, b.WorkingHours)
	if err != nil {
		return inboxView{}, err
	}
	avatar, closeFile, err := openFile(in.Avatar)
	if err != nil {
		return inboxView{}, err
	}
	defer closeFile()
	input.Avatar = avatar
	b, err = c.desk.Inboxes.Update(ctx, in.ID, input)
	return c.oneInbox(ctx, b, err)
}

// nullable reads the text "null" as null, as inbox updates do.
func nullable(e endpoint) endpoint {
	do := e.do
	e.do = func(ctx context.Context, c *call) (any, error) {
		for name, v := range c.in.values {
			if v == "null" {
				c.in.values[name] = nil
			}
		}
		return do(ctx, c)
	}
	return e
}

type messageOnly struct {
	Message string `json:"message"`
}

func deleteInbox(ctx context.Context, c *call, in inboxID) (messageOnly, error) {
	return messageOnly{"Your inbox deletion request will be processed in some time."}, c.desk.Inboxes.Delete(ctx, in.ID)
}

func listInboxAssignable(ctx context.Context, c *call, in inboxID) (payload[[]agentView], error) {
	agents, err := c.assignable(ctx, in.ID)
	return wrap(each(agents, viewAgent)), err
}

type inboxMembers struct {
	Inbox helpdesk.InboxID   `in:"inbox_id"`
	Users []helpdesk.AgentID `in:"user_ids"`
}

func listInboxMembers(ctx context.Context, c *call, in inboxMembers) (payload[[]agentView], error) {
	members, err := c.desk.Inboxes.Members(ctx, in.Inbox)
	return wrap(each(members, viewAgent)), err
}

func addInboxMembers(ctx context.Context, c *call, in inboxMembers) (payload[[]agentView], error) {
	return c.setInboxMembers(ctx, helpdesk.AddMembers, in)
}

func replaceInboxMembers(ctx context.Context, c *call, in inboxMembers) (payload[[]agentView], error) {
	return c.setInboxMembers(ctx, helpdesk.ReplaceMembers, in)
}

func (c *call) setInboxMembers(ctx context.Context, how helpdesk.MemberChange, in inboxMembers) (payload[[]agentView], error) {
	if err := c.desk.Inboxes.SetMembers(ctx, in.Inbox, how, in.Users...); err != nil {
		return payload[[]agentView]{}, err
	}
	return listInboxMembers(ctx, c, in)
}

func removeInboxMembers(ctx context.Context, c *call, in inboxMembers) (empty, error) {
	return empty{}, c.desk.Inboxes.SetMembers(ctx, in.Inbox, helpdesk.RemoveMembers, in.Users...)
}
