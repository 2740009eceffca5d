package dashboard

import (
	"slices"
	"strconv"
	"strings"

	"github.com/gohelpdesk/helpdesk"
)

// actionChoices are what the values of actions are chosen from.
type actionChoices struct {
	of         map[helpdesk.RuleActionName][]option
	attributes map[string]*helpdesk.AttributeDefinition // by action and key
}

// actionChoices reads them. rule leaves out what a macro alone can do.
func (c *call) actionChoices(rule bool) (*actionChoices, error) {
	out := &actionChoices{of: map[helpdesk.RuleActionName][]option{}, attributes: map[string]*helpdesk.AttributeDefinition{}}
	for _, read := range []func(out *actionChoices) error{c.peopleChoices, c.workChoices, c.attributeChoices} {
		if err := read(out); err != nil {
			return nil, err
		}
	}
	nobody := []option{{Value: "nil", Label: c.T("actions.nobody")}}
	if !rule {
		nobody = append(nobody, option{Value: "self", Label: c.T("actions.self")})
	}
	out.of[helpdesk.DoAssignAgent] = append(nobody, out.of[helpdesk.DoAssignAgent]...)
	for _, s := range []helpdesk.Status{helpdesk.Open, helpdesk.Pending, helpdesk.Snoozed, helpdesk.Resolved} {
		out.of[helpdesk.DoChangeStatus] = append(out.of[helpdesk.DoChangeStatus], option{Value: string(s), Label: c.T("actions.status_" + string(s))})
	}
	for _, p := range []helpdesk.Priority{"nil", helpdesk.Low, helpdesk.Medium, helpdesk.High, helpdesk.Urgent} {
		out.of[helpdesk.DoChangePriority] = append(out.of[helpdesk.DoChangePriority], option{Value: string(p), Label: c.T("actions.priority_" + string(p))})
	}
	return out, nil
}

func (c *call) peopleChoices(out *actionChoices) error {
	agents, err := c.desk.Agents.List(c.ctx(), helpdesk.AgentFilter{})
	if err != nil {
		return err
	}
	for _, a := range agents {
		out.of[helpdesk.DoAssignAgent] = append(out.of[helpdesk.DoAssignAgent], option{Value: str(a.ID), Label: agentName(a)})
	}
	teams, err := c.desk.Teams.List(c.ctx())
	if err != nil {
		return err
	}
	for _, t := range teams {
		o := option{Value: str(t.ID), Label: t.Name}
		out.of[helpdesk.DoAssignTeam] = append(out.of[helpdesk.DoAssignTeam], o)
		out.of[helpdesk.DoSendEmailToTeam] = append(out.of[helpdesk.DoSendEmailToTeam], o)
	}
	return nil
}

func (c *call) workChoices(out *actionChoices) error {
	labels, err := c.desk.Labels.List(c.ctx())
	if err != nil {
		return err
	}
	for _, l := range labels {
		o := option{Value: l.Title, Label: l.Title}
		out.of[helpdesk.DoAddLabel] = append(out.of[helpdesk.DoAddLabel], o)
		out.of[helpdesk.DoRemoveLabel] = append(out.of[helpdesk.DoRemoveLabel], o)
	}
	flows, err := c.desk.Flows.List(c.ctx())
	if err != nil {
		return err
	}
	for _, f := range flows {
		out.of[helpdesk.DoStartFlow] = append(out.of[helpdesk.DoStartFlow], option{Value: str(f.ID), Label: f.Name})
	}
	policies, err := c.desk.SLAPolicies.List(c.ctx())
	for _, p := range policies {
		out.of[helpdesk.DoAddSLA] = append(out.of[helpdesk.DoAddSLA], option{Value: str(p.ID), Label: p.Name})
	}
	return err
}

func (c *call) attributeChoices(out *actionChoices) error {
	attributes, err := c.desk.Attributes.List(c.ctx(), "")
	for _, a := range attributes {
		name := helpdesk.DoSetAttribute
		if a.Model == helpdesk.ContactAttribute {
			name = helpdesk.DoSetContact
		}
		out.of[name] = append(out.of[name], option{Value: a.Key, Label: a.Name})
		out.attributes[string(name)+" "+a.Key] = a
	}
	return err
}

// input is how the value of an attribute is asked for.
func (k *actionChoices) input(c *call, name helpdesk.RuleActionName, key string) (kind string, options []option) {
	a := k.attributes[string(name)+" "+key]
	if a == nil {
		return "text", nil
	}
	switch a.Type {
	case helpdesk.NumberAttribute, helpdesk.CurrencyAttribute, helpdesk.PercentAttribute:
		return "number", nil
	case helpdesk.DateAttribute:
		return "date", nil
	case helpdesk.ListAttribute:
		for _, s := range a.Choices {
			options = append(options, option{Value: s, Label: s})
		}
		return "select", options
	case helpdesk.CheckboxAttribute:
		return "select", []option{{Value: "true", Label: c.T("common.yes")}, {Value: "false", Label: c.T("common.no")}}
	default:
		return "text", nil
	}
}

// read turns a row into an action's values, and says what is missing; "" = nothing
// that could be seen without the desk.
func (k *actionChoices) read(r *actionRow, a *helpdesk.RuleAction) string {
	value := strings.TrimSpace(r.Value())
	switch {
	case r.Name == "":
		return "must be chosen"
	case r.Shape == "mail":
		teams := []any{}
		for _, v := range r.Values {
			id, _ := strconv.ParseInt(v, 10, 64) // the desk refuses 0
			teams = append(teams, float64(id))
		}
		if len(teams) == 0 || strings.TrimSpace(r.Text) == "" {
			return "must hold teams of the account and a message"
		}
		a.Values = []any{map[string]any{"team_ids": teams, "message": r.Text}}
	case r.Shape == "":
	case value == "" && (r.Shape == "text" || r.Shape == "url" || r.Shape == "emails"):
		return "must not be blank"
	case value == "":
		return "must be chosen"
	case r.Shape == "one" && !slices.ContainsFunc(k.of[r.Name], func(o option) bool { return o.Value == value }):
		return "does not exist" // any more
	case r.Shape == "url" && !strings.HasPrefix(value, "http://") && !strings.HasPrefix(value, "https://"):
		return "must be an http or https address"
	case r.Shape == "attribute":
		a.Values = []any{value}
		if text := strings.TrimSpace(r.Text); text != "" {
			a.Values = append(a.Values, k.typed(r.Name, value, text))
		}
	case r.Shape == "many":
		for _, v := range r.Values {
			a.Values = append(a.Values, v)
		}
	case slices.Contains([]helpdesk.RuleActionName{helpdesk.DoAssignAgent, helpdesk.DoAssignTeam, helpdesk.DoStartFlow, helpdesk.DoAddSLA}, r.Name):
		a.Values = []any{value}
		if id, err := strconv.ParseInt(value, 10, 64); err == nil {
			a.Values[0] = float64(id) // as JSON has it
		}
	default:
		a.Values = []any{value}
	}
	return ""
}

// typed is an attribute's value as its type wants it; a text with a variable stays
// one until it is filled in.
func (k *actionChoices) typed(name helpdesk.RuleActionName, key, text string) any {
	a := k.attributes[string(name)+" "+key]
	if a == nil || strings.Contains(text, "{{") {
		return text
	}
	switch a.Type {
	case helpdesk.NumberAttribute, helpdesk.CurrencyAttribute, helpdesk.PercentAttribute:
		if n, err := strconv.ParseFloat(text, 64); err == nil {
			return n
		}
	case helpdesk.CheckboxAttribute:
		return text == "true"
	default:
	}
	return text
}
