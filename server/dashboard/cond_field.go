package dashboard

import (
	"slices"
	"strings"

	"github.com/gohelpdesk/helpdesk"
)

// condAbout is what conditions are asked about.
type condAbout struct {
	Model helpdesk.AttributeModel
	Event helpdesk.EventKind // of an automation rule; "" = they are a filter's
}

// condField is a field as the builder offers it.
type condField struct {
	helpdesk.CondField
	Key   string // what the form sends: "status", "contact:plan"
	Label string
	Gone  bool // nothing by that name is there any more
}

// condGroup is a part of the list of fields.
type condGroup struct {
	Label  string
	Fields []condField
}

// condFields are the fields of the builder, in groups.
func (c *call) condFields(about condAbout) ([]condGroup, error) {
	found, err := c.desk.Attributes.CondFields(c.ctx(), about.Model, about.Event)
	if err != nil {
		return nil, err
	}
	var out []condGroup
	for _, f := range found {
		key, group := f.Name, condGroupOf(about, f)
		if f.Model != "" {
			key = string(f.Model) + ":" + f.Name
		}
		i := slices.IndexFunc(out, func(g condGroup) bool { return g.Label == c.T("cond."+group) })
		if i < 0 {
			i = len(out)
			out = append(out, condGroup{Label: c.T("cond." + group)})
		}
		out[i].Fields = append(out[i].Fields, condField{CondField: f, Key: key, Label: c.condLabel(about, group, f)})
	}
	return out, nil
}

// condGroupOf is the key of the group a field stands in.
func condGroupOf(about condAbout, f helpdesk.CondField) string {
	contact := []string{"email", "phone_number", "country_code", "city", "company"} // rules call them by their bare names
	switch {
	case f.Attribute != nil && f.Model == helpdesk.ContactAttribute:
		return "group_contact_custom"
	case f.Attribute != nil:
		return "group_conversation_custom"
	case about.Model == helpdesk.ContactAttribute, f.Model == helpdesk.ContactAttribute, slices.Contains(contact, f.Name):
		return "group_contact"
	case f.Name == "message_type" || f.Name == "content":
		return "group_message"
	}
	return "group_conversation"
}

// condLabel is what a field is called. Those of a conversation's contact say whose
// they are, for the list shows one of them without its group.
func (c *call) condLabel(about condAbout, group string, f helpdesk.CondField) string {
	label := c.say("cond", "field_", f.Name)
	if f.Attribute != nil {
		label = f.Attribute.Name
	}
	if about.Model != helpdesk.ContactAttribute && strings.HasPrefix(group, "group_contact") {
		return c.T("cond.of_contact", "field", label)
	}
	return label
}

// field finds the field of a key. What is not there any more is shown as it was
// written.
func (f *condForm) field(key string) condField {
	for _, g := range f.Groups {
		for _, field := range g.Fields {
			if field.Key == key {
				return field
			}
		}
	}
	return condField{CondField: helpdesk.CondField{Name: key, Type: helpdesk.TextField}, Key: key, Label: key, Gone: true}
}

// fieldOf finds the field that a condition asks about, as the desk does.
func (f *condForm) fieldOf(c helpdesk.Cond) condField {
	for _, same := range []func(field condField) bool{
		func(field condField) bool { return field.Model == c.Model },
		func(field condField) bool { return c.Model == f.about.Model && field.Model == "" },
		func(condField) bool { return c.Model == "" || f.about.Event != "" },
	} {
		for _, g := range f.Groups {
			for _, field := range g.Fields {
				if field.Name == c.Field && same(field) {
					return field
				}
			}
		}
	}
	key := c.Field
	if c.Model != "" {
		key = string(c.Model) + ":" + key
	}
	return f.field(key)
}

// condKind is how the values of a condition are asked for.
type condKind string

const (
	condNone   condKind = "none"
	condPick   condKind = "pick" // any of a list
	condText   condKind = "text" // any of several texts
	condNumber condKind = "number"
	condDate   condKind = "date"
	condDays   condKind = "days" // how many days ago
	condMoved  condKind = "moved"
)

func (f condField) kind(op helpdesk.Op) condKind {
	switch op { //nolint:exhaustive // the others go by the field
	case helpdesk.Present, helpdesk.NotPresent:
		return condNone
	case helpdesk.DaysBefore:
		return condDays
	case helpdesk.AttributeMoved:
		return condMoved
	}
	switch f.Type { //nolint:exhaustive // texts are below
	case helpdesk.RefField, helpdesk.ChoiceField, helpdesk.LabelsField, helpdesk.CheckboxField:
		return condPick
	case helpdesk.NumberField:
		return condNumber
	case helpdesk.DayField, helpdesk.TimeField:
		return condDate
	}
	if len(f.Choices) > 0 && (op == helpdesk.Equal || op == helpdesk.NotEqual) {
		return condPick
	}
	return condText
}

// condOptions are the values that one of the fields may have.
func (c *call) condOptions(f condField) ([]option, error) {
	var out []option
	add := func(value, label string) { out = append(out, option{Value: value, Label: label}) }
	switch {
	case f.Gone:
	case f.Attribute == nil && f.Type == helpdesk.ChoiceField:
		for _, v := range f.Choices {
			word := v
			if word == "" {
				word = "none"
			}
			add(v, c.say("cond", "value_", word))
		}
	case f.Type == helpdesk.CheckboxField:
		add("true", c.T("common.yes"))
		add("false", c.T("common.no"))
	case f.Type == helpdesk.LabelsField:
		labels, err := c.desk.Labels.List(c.ctx())
		for _, l := range labels {
			add(l.Title, l.Title)
		}
		return out, err
	case f.Type == helpdesk.RefField:
		return c.condRefs(f.Name)
	default:
		for _, v := range f.Choices {
			add(v, v)
		}
	}
	return out, nil
}

// condRefs are the things of an account that a field may point at.
func (c *call) condRefs(field string) (out []option, err error) {
	switch field {
	case "assignee_id":
		agents, err := c.desk.Agents.List(c.ctx(), helpdesk.AgentFilter{})
		return optionsOf(agents, func(a *helpdesk.Agent) option { return option{Value: str(a.ID), Label: agentName(a)} }), err
	case "inbox_id":
		boxes, err := c.desk.Inboxes.List(c.ctx())
		return optionsOf(boxes, func(b *helpdesk.Inbox) option { return option{Value: str(b.ID), Label: b.Name} }), err
	case "channel_group_id":
		groups, err := c.desk.ChannelGroups.List(c.ctx())
		return optionsOf(groups, func(g *helpdesk.ChannelGroup) option { return option{Value: str(g.ID), Label: g.Name} }), err
	case "team_id":
		teams, err := c.desk.Teams.List(c.ctx())
		return optionsOf(teams, func(t *helpdesk.Team) option { return option{Value: str(t.ID), Label: t.Name} }), err
	case "sla_policy_id":
		policies, err := c.desk.SLAPolicies.List(c.ctx())
		return optionsOf(policies, func(p *helpdesk.SLAPolicy) option { return option{Value: str(p.ID), Label: p.Name} }), err
	}
	return nil, nil
}

func optionsOf[T any](list []T, one func(T) option) []option {
	out := make([]option, len(list))
	for i, v := range list {
		out[i] = one(v)
	}
	return out
}
