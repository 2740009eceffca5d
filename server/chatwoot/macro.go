package chatwoot

import (
	"context"
	"errors"
	"net/http"

	"github.com/gohelpdesk/helpdesk"
)

// actionInput is one action of a macro or a rule.
type actionInput struct {
	Name   string `in:"action_name"`
	Params any    `in:"action_params"`
}

// ruleActions is the engine's form of actions; nil stays nil. A parameter that
// stands alone is a list of one.
func ruleActions(in []actionInput) []helpdesk.RuleAction {
	if in == nil {
		return nil
	}
	return each(in, func(a actionInput) helpdesk.RuleAction {
		out := helpdesk.RuleAction{Name: helpdesk.RuleActionName(a.Name)}
		switch v := a.Params.(type) {
		case nil:
		case []any:
			out.Values = v
		default:
			out.Values = []any{v}
		}
		return out
	})
}

// macroVisibility reads a name or Chatwoot's number.
func macroVisibility(s string) helpdesk.MacroVisibility {
	switch s {
	case "0":
		return helpdesk.PersonalMacro
	case "1":
		return helpdesk.GlobalMacro
	default:
		return helpdesk.MacroVisibility(s)
	}
}

type macroInput struct {
	Name       *string       `in:"name"`
	Visibility string        `in:"visibility"`
	Actions    []actionInput `in:"actions"`
	filesInput
}

// input is the engine's form of it. The caller calls close once it is stored.
func (in macroInput) input() (out helpdesk.MacroInput, closeFiles func(), err error) {
	files, closeFiles, err := in.change()
	return helpdesk.MacroInput{
		Name: in.Name, Visibility: macroVisibility(in.Visibility), Actions: ruleActions(in.Actions), Files: files,
	}, closeFiles, err
}

type macroID struct {
	ID helpdesk.MacroID `in:"id"`
}

type macroChange struct {
	macroID
	macroInput
}

// macros shapes macros, with the agents who made them.
func (c *call) macros(ctx context.Context, found ...*helpdesk.Macro) ([]macroView, error) {
	agents, err := c.agentsByID(ctx)
	if err != nil {
		return nil, err
	}
	return each(found, func(m *helpdesk.Macro) macroView { return c.viewMacro(m, agents) }), nil
}

func (c *call) oneMacro(ctx context.Context, m *helpdesk.Macro, err error) (payload[macroView], error) {
	if err != nil {
		return payload[macroView]{}, err
	}
	out, err := c.macros(ctx, m)
	if err != nil {
		return payload[macroView]{}, err
	}
	return wrap(out[0]), nil
}

// agentsByID is every agent of the account.
func (c *call) agentsByID(ctx context.Context) (map[helpdesk.AgentID]*helpdesk.Agent, error) {
	agents, err := c.desk.Agents.List(ctx, helpdesk.AgentFilter{})
	out := make(map[helpdesk.AgentID]*helpdesk.Agent, len(agents))
	for _, a := range agents {
		out[a.ID] = a
	}
	return out, err
}

func listMacros(ctx context.Context, c *call, _ none) (payload[[]macroView], error) {
	found, err := c.desk.Macros.List(ctx)
	if err != nil {
		return payload[[]macroView]{}, err
	}
	out, err := c.macros(ctx, found...)
	return wrap(out), err
}

func createMacro(ctx context.Context, c *call, in macroInput) (payload[macroView], error) {
	input, closeFiles, err := in.input()
	if err != nil {
		return payload[macroView]{}, err
	}
	defer closeFiles()
	m, err := c.desk.Macros.Create(ctx, input)
	return c.oneMacro(ctx, m, err)
}

func showMacro(ctx context.Context, c *call, in macroID) (payload[macroView], error) {
	m, err := c.desk.Macros.Get(ctx, in.ID)
	return c.oneMacro(ctx, m, err)
}

func updateMacro(ctx context.Context, c *call, in macroChange) (payload[macroView], error) {
	input, closeFiles, err := in.input()
	if err != nil {
		return payload[macroView]{}, err
	}
	defer closeFiles()
	m, err := c.desk.Macros.Update(ctx, in.ID, input)
	return c.oneMacro(ctx, m, err)
}

func deleteMacro(ctx context.Context, c *call, in macroID) (empty, error) {
	return empty{}, c.desk.Macros.Delete(ctx, in.ID)
}

type macroRun struct {
	macroID
	Conversations []helpdesk.DisplayID `in:"conversation_ids"`
}

func executeMacro(ctx context.Context, c *call, in macroRun) (empty, error) {
	return empty{}, c.desk.Macros.Execute(ctx, in.ID, in.Conversations...)
}

// fieldErrors is the shape in which macros and rules are refused.
type fieldErrors struct {
	Error map[string][]string `json:"error"`
}

// byField makes every invalid input of an operation an object of lists.
func byField(e endpoint) endpoint {
	do := e.do
	e.do = func(ctx context.Context, c *call) (any, error) {
		out, err := do(ctx, c)
		told, ok := errors.AsType[*helpdesk.Error](err)
		if !ok || told.Code != helpdesk.Invalid {
			return out, err
		}
		body := fieldErrors{make(map[string][]string, len(told.Fields))}
		for field, what := range told.Fields {
			body.Error[field] = []string{what}
		}
		if len(told.Fields) == 0 {
			body.Error["base"] = []string{sentence(told.Message)}
		}
		return nil, &refusal{http.StatusUnprocessableEntity, body}
	}
	return e
}
