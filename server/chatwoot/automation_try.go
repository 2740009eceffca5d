package chatwoot

import (
	"context"

	"github.com/gohelpdesk/helpdesk"
)

// What rules would do: additions.

// ruleTry is what a rule would be made of, and what it is tried on: an addition.
type ruleTry struct {
	Event         string               `in:"event_name"`
	Conditions    *[]condition         `in:"conditions"`
	Expression    *string              `in:"expression"`
	Conversations []helpdesk.DisplayID `in:"conversation_ids"`
}

type trialView struct {
	Conversation helpdesk.DisplayID `json:"conversation_id"`
	Matches      bool               `json:"matches"`
	Error        string             `json:"error,omitempty"`
	Conditions   []partView         `json:"conditions"`
}

// partView is one condition: as it was given, and as the expression it means.
type partView struct {
	Condition  *condition `json:"condition,omitempty"`
	Expression string     `json:"expression"`
	Matches    bool       `json:"matches"`
}

func viewPart(p helpdesk.RulePart) partView {
	out := partView{Expression: p.Expression, Matches: p.Holds}
	if p.Cond.Field != "" {
		one := viewCondition(p.Cond)
		out.Condition = &one
	}
	return out
}

func viewTrial(t helpdesk.RuleTrial) trialView {
	return trialView{t.Conversation, t.Holds, t.Fault, each(t.Parts, viewPart)}
}

func tryRule(ctx context.Context, c *call, in ruleTry) (payload[[]trialView], error) {
	what, closeFiles, err := ruleInput{Event: in.Event, Conditions: in.Conditions, Expression: in.Expression}.input()
	if err != nil {
		return payload[[]trialView]{}, err
	}
	defer closeFiles()
	trials, err := c.desk.Rules.Try(ctx, what, in.Conversations...)
	return wrap(each(trials, viewTrial)), err
}

// ruleDryRun is what a rule would be made of, and the history it is asked about.
type ruleDryRun struct {
	Event      string       `in:"event_name"`
	Conditions *[]condition `in:"conditions"`
	Expression *string      `in:"expression"`
	Position   *int         `in:"position"`
	Since      string       `in:"since"`
	Misses     bool         `in:"misses"`
	Limit      int          `in:"limit"`
}

type forecastView struct {
	Since   *epoch             `json:"since"`
	Asked   int                `json:"asked"`
	Matched int                `json:"matched"`
	Unknown int                `json:"unknown"`
	Trials  []historyTrialView `json:"trials"`
}

// historyTrialView is one moment of the past.
type historyTrialView struct {
	trialView
	At      epoch              `json:"at"`
	Message helpdesk.MessageID `json:"message_id,omitempty"`
}

func viewForecast(f *helpdesk.RuleForecast) forecastView {
	out := forecastView{Asked: f.Asked, Matched: f.Held, Unknown: f.Unknown}
	if !f.Since.IsZero() {
		out.Since = &epoch{f.Since}
	}
	out.Trials = each(f.Trials, func(t helpdesk.RuleTrial) historyTrialView {
		return historyTrialView{viewTrial(t), epoch{t.At}, t.Message}
	})
	return out
}

func dryRunRule(ctx context.Context, c *call, in ruleDryRun) (payload[forecastView], error) {
	what, closeFiles, err := ruleInput{Event: in.Event, Conditions: in.Conditions, Expression: in.Expression, Position: in.Position}.input()
	if err != nil {
		return payload[forecastView]{}, err
	}
	defer closeFiles()
	how := helpdesk.DryRun{Misses: in.Misses, Limit: in.Limit}
	if in.Since != "" {
		if how.Since, err = readTime(in.Since); err != nil {
			return payload[forecastView]{}, err
		}
	}
	f, err := c.desk.Rules.DryRun(ctx, what, how)
	if err != nil {
		return payload[forecastView]{}, err
	}
	return wrap(viewForecast(f)), nil
}
