package dashboard

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/server/internal/web"
)

// steps are what has to be done at a provider, one on each line of its text.
func (c *call) steps(when string, kind helpdesk.ChannelKind) []string {
	key := "inboxes." + when + string(kind)
	if catalogue()[key] == nil {
		return nil
	}
	return strings.Split(c.T(key), "\n")
}

func (p *inboxPage) showConnection() error {
	settings, err := p.inboxSettings(p.Box.ID)
	if err != nil {
		return err
	}
	p.Checks = p.Box.Kind != apiKind
	p.Steps = p.steps("after_", p.Box.Kind)
	fields := p.channelFields(p.Box.Kind, settings)
	if p.Box.Kind == apiKind {
		fields = append(fields, p.signedOnly())
	}
	p.Form = p.ask("inboxes", fields...)
	switch {
	case p.Box.Kind == apiKind:
		return p.showIdentifier(field{Name: "inbox_identifier", Kind: asCopy, Value: p.Box.Identifier})
	case p.Box.Kind == telegramKind: // it is told by itself
		return nil
	}
	copies := []field{{Name: "hook", Kind: asCopy, Value: p.hook(p.Box, settings)}}
	if key := verifyKey(p.Box.Kind); key != "" {
		if token, _ := settings[key].(string); token != "" {
			copies = append(copies, field{Name: "verify", Kind: asCopy, Value: token})
		}
	}
	p.Copies = p.ask("inboxes", copies...)
	return nil
}

// signedOnly asks whether customers must prove who they say they are.
func (p *inboxPage) signedOnly() field {
	return field{Name: "hmac_mandatory", Kind: asSwitch, Value: yesNo(p.Box.HMACMandatory)}
}

// showIdentifier shows what a customer's client names and proves itself with.
func (p *inboxPage) showIdentifier(first ...field) error {
	token, err := p.desk.Inboxes.HMACToken(p.ctx(), p.Box.ID)
	p.Copies = p.ask("inboxes", append(first, field{Name: "hmac_token", Kind: asCopy, Value: token})...)
	return err
}

func (p *inboxPage) saveConnection(in input) error {
	change, err := p.channelChange(in)
	if err != nil {
		return err
	}
	if p.Box.Kind == apiKind {
		change.HMACMandatory = in.yes("hmac_mandatory")
	}
	_, err = p.desk.Inboxes.Update(p.ctx(), p.Box.ID, change)
	return err
}

func (p *inboxPage) channelChange(in input) (helpdesk.InboxInput, error) {
	current, err := p.inboxSettings(p.Box.ID)
	if err != nil {
		return helpdesk.InboxInput{}, err
	}
	settings, err := channelSettings(p.Box.Kind, current, in)
	return helpdesk.InboxInput{Settings: settings}, err
}

// inboxCheck asks the provider whether the inbox works, and shows what it says.
func (c *call) inboxCheck() error {
	p, tab, err := c.inboxPage("connection")
	if err != nil {
		return err
	}
	health, err := c.desk.Inboxes.Check(c.ctx(), p.Box.ID)
	switch helpdesk.CodeOf(err) {
	case "":
	case helpdesk.Unsupported:
		p.NoAnswer = c.T("inboxes.check_nobody")
	case helpdesk.Unavailable:
		p.NoAnswer = c.T("inboxes.check_silent")
	default:
		return err
	}
	if p.Box, err = c.desk.Inboxes.Get(c.ctx(), p.Box.ID); err != nil {
		return err
	}
	p.State, p.Why = c.inboxState(p.Box)
	p.Health = health
	if err := tab.show(p); err != nil {
		return err
	}
	return c.render("settings/inbox", http.StatusOK, p)
}

// fact is what a provider tells of an inbox.
type fact struct{ Name, Value string }

// Facts is for templates.
func (p *inboxPage) Facts() []fact {
	var out []fact
	for _, name := range slices.Sorted(maps.Keys(p.Health.Facts)) {
		value := fmt.Sprint(p.Health.Facts[name])
		if value != "" {
			out = append(out, fact{strings.ReplaceAll(name, "_", " "), value})
		}
	}
	return out
}

// preChatRow is a question that a widget may ask before the first message.
type preChatRow struct {
	Name, Label, FieldType, Type string
	Enabled, Required            bool
	Options                      []string
}

func (p *inboxPage) showWidget() error {
	settings, err := p.inboxSettings(p.Box.ID)
	if err != nil {
		return err
	}
	p.Script = web.WidgetScript(p.base(), p.Box.Identifier)
	shown, _ := p.Box.Extra["channel"].(map[string]any) // with the defaults filled in
	maps.Copy(settings, shown)
	options, _ := settings["pre_chat_form_options"].(map[string]any)
	message, _ := options["pre_chat_message"].(string)
	on, _ := settings["pre_chat_form_enabled"].(bool)
	fields := append(p.channelFields(widgetKind, settings), p.signedOnly(),
		field{Name: "pre_chat", Kind: asHeading},
		field{Name: "pre_chat_form_enabled", Kind: asSwitch, Value: yesNo(on)},
		field{Name: "pre_chat_message", Kind: asText, Value: message},
	)
	p.Form = p.ask("inboxes", fields...)
	if err := p.preChat(options); err != nil {
		return err
	}
	return p.showIdentifier()
}

// preChat lists the questions there are: what is set, and attributes that might be.
func (p *inboxPage) preChat(options map[string]any) error {
	list, _ := options["pre_chat_fields"].([]any)
	for _, one := range list {
		m, _ := one.(map[string]any)
		word := func(key string) string { s, _ := m[key].(string); return s }
		row := preChatRow{Name: word("name"), Label: word("label"), FieldType: word("field_type"), Type: word("type")}
		row.Enabled, _ = m["enabled"].(bool)
		row.Required, _ = m["required"].(bool)
		values, _ := m["values"].([]any)
		for _, v := range values {
			row.Options = append(row.Options, fmt.Sprint(v))
		}
		if row.Name != "" {
			p.PreChat = append(p.PreChat, row)
		}
	}
	attributes, err := p.desk.Attributes.List(p.ctx(), "")
	for _, a := range attributes {
		if !slices.ContainsFunc(p.PreChat, func(r preChatRow) bool { return r.Name == a.Key }) {
			p.PreChat = append(p.PreChat, preChatRow{
				Name: a.Key, Label: a.Name, FieldType: string(a.Model) + "_attribute", Type: string(a.Type), Options: a.Choices,
			})
		}
	}
	return err
}

func (p *inboxPage) fillPreChat(in input) {
	for i := range p.PreChat {
		r := &p.PreChat[i]
		r.Label, r.Enabled, r.Required = in.Get("pc."+r.Name+".label"), in.Get("pc."+r.Name+".enabled") == "true", in.Get("pc."+r.Name+".required") == "true"
	}
}

func (p *inboxPage) saveWidget(in input) error {
	if err := p.showWidget(); err != nil { // for the questions there are
		return err
	}
	p.fillPreChat(in)
	current, err := p.inboxSettings(p.Box.ID)
	if err != nil {
		return err
	}
	rows := make([]any, 0, len(p.PreChat))
	for _, r := range p.PreChat {
		row := map[string]any{"field_type": r.FieldType, "label": r.Label, "name": r.Name, "type": r.Type, "required": r.Required, "enabled": r.Enabled}
		if len(r.Options) > 0 {
			row["values"] = r.Options
		}
		rows = append(rows, row)
	}
	p.PreChat = nil // it is shown anew
	current["pre_chat_form_enabled"] = in.Get("pre_chat_form_enabled") == "true"
	current["pre_chat_form_options"] = map[string]any{"pre_chat_message": in.Get("pre_chat_message"), "pre_chat_fields": rows}
	settings, err := channelSettings(widgetKind, current, in)
	if err != nil {
		return err
	}
	_, err = p.desk.Inboxes.Update(p.ctx(), p.Box.ID, helpdesk.InboxInput{Settings: settings, HMACMandatory: in.yes("hmac_mandatory")})
	return err
}
