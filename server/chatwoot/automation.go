package chatwoot

import (
	"context"
	"strings"

	"github.com/gohelpdesk/helpdesk"
)

// ruleEvent reads the name of an event; the engine writes a dot where Chatwoot
// has an underscore.
func ruleEvent(name string) helpdesk.EventKind {
	for _, kind := range append(helpdesk.RuleEvents(), helpdesk.SilenceEvents()...) {
		if ruleEventName(kind) == name {
			return kind
		}
	}
	return helpdesk.EventKind(name)
}

func ruleEventName(kind helpdesk.EventKind) string { return strings.Replace(string(kind), ".", "_", 1) }

type ruleInput struct {
	Name        *string       `in:"name"`
	Description *string       `in:"description"`
	Event       string        `in:"event_name"`
	Active      *bool         `in:"active"`
	Position    *int          `in:"position"` // an addition
	Conditions  *[]condition  `in:"conditions"`
	Expression  *string       `in:"expression"`                 // an addition
	After       *int          `in:"after_minutes"`              // an addition: of silence
	HoursOnly   *bool         `in:"only_during_business_hours"` // an addition
	Actions     []actionInput `in:"actions"`
	filesInput
}

// input is the engine's form of it. The caller calls close once it is stored.
func (in ruleInput) input() (out helpdesk.RuleInput, closeFiles func(), err error) {
	out = helpdesk.RuleInput{
		Name: in.Name, Description: in.Description, Event: ruleEvent(in.Event), Active: in.Active, Position: in.Position,
		Actions: ruleActions(in.Actions), Expression: in.Expression,
		After: in.After, HoursOnly: in.HoursOnly,
	}
	if in.Conditions != nil {
		cond, err := readConditions(*in.Conditions)
		if err != nil {
			return out, nil, asConditions(err)
		}
		out.Cond = &cond
	}
	out.Files, closeFiles, err = in.change()
	return out, closeFiles, err
}

// asConditions says under which field a list of conditions is refused.
func asConditions(err error) error {
	if told, ok := err.(*helpdesk.Error); ok && len(told.Fields) == 0 { //nolint:errorlint // made by readConditions, which wraps nothing
		return &helpdesk.Error{Code: told.Code, Message: told.Message, Fields: map[string]string{"conditions": told.Message}}
	}
	return err
}

type ruleID struct {
	ID helpdesk.RuleID `in:"id"`
}

type ruleChange struct {
	ruleID
	ruleInput
}

func listRules(ctx context.Context, c *call, _ none) (payload[[]ruleView], error) {
	found, err := c.desk.Rules.List(ctx)
	return wrap(each(found, c.viewRule)), err
}

func createRule(ctx context.Context, c *call, in ruleInput) (ruleView, error) {
	input, closeFiles, err := in.input()
	if err != nil {
		return ruleView{}, err
	}
	defer closeFiles()
	r, err := c.desk.Rules.Create(ctx, input)
	return shown(r, err, c.viewRule)
}

func (c *call) oneRule(r *helpdesk.Rule, err error) (payload[ruleView], error) {
	out, err := shown(r, err, c.viewRule)
	return wrap(out), err
}

func showRule(ctx context.Context, c *call, in ruleID) (payload[ruleView], error) {
	return c.oneRule(c.desk.Rules.Get(ctx, in.ID))
}

func updateRule(ctx context.Context, c *call, in ruleChange) (payload[ruleView], error) {
	input, closeFiles, err := in.input()
	if err != nil {
		return payload[ruleView]{}, err
	}
	defer closeFiles()
	return c.oneRule(c.desk.Rules.Update(ctx, in.ID, input))
}

func cloneRule(ctx context.Context, c *call, in ruleID) (payload[ruleView], error) {
	return c.oneRule(c.desk.Rules.Clone(ctx, in.ID))
}

func deleteRule(ctx context.Context, c *call, in ruleID) (empty, error) {
	return empty{}, c.desk.Rules.Delete(ctx, in.ID)
}
