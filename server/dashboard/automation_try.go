package dashboard

import (
	"strconv"
	"strings"

	"github.com/gohelpdesk/helpdesk"
)

// ruleTrials is what a rule that is being written would do, and why.
type ruleTrials struct {
	History bool // over what was recorded, and not on conversations as they are
	Asked   int
	Held    int
	Unknown int
	Since   string
	Rows    []ruleTrial
}

type ruleTrial struct {
	Conversation helpdesk.DisplayID
	Holds        bool
	Fault        string
	At           moment
	Parts        []rulePart
}

type rulePart struct {
	Words, Expression string
	Holds             bool
}

// shownTrials is how many moments of the history a page shows.
const shownTrials = 20

// try asks the rule of the form: "history" about what was recorded, anything else
// about conversations by their numbers.
func (p *rulePage) try(what string) error {
	in, err := p.asked()
	if err != nil {
		return err
	}
	if what == "history" {
		return p.tryHistory(in)
	}
	var ids []helpdesk.DisplayID
	for _, word := range strings.FieldsFunc(p.Conversations, func(r rune) bool { return r == ',' || r == ' ' || r == '#' }) {
		n, err := strconv.ParseInt(word, 10, 64)
		if err != nil || n <= 0 {
			return p.tried(p.T("automation.no_number", "what", word))
		}
		ids = append(ids, helpdesk.DisplayID(n))
	}
	if len(ids) == 0 {
		return p.tried(p.T("automation.which"))
	}
	trials, err := p.desk.Rules.Try(p.ctx(), in, ids...)
	if helpdesk.CodeOf(err) == helpdesk.NotFound {
		return p.tried(p.T("automation.not_there"))
	}
	if err != nil {
		return err
	}
	p.Trials = &ruleTrials{}
	for _, t := range trials {
		p.Trials.Rows = append(p.Trials.Rows, p.trial(t))
	}
	return nil
}

// tried is an error about what the rule is tried on.
func (p *rulePage) tried(says string) error {
	return &helpdesk.Error{Code: helpdesk.Invalid, Message: says}
}

func (p *rulePage) tryHistory(in helpdesk.RuleInput) error {
	if p.ID != 0 {
		in.Position = &p.Rule.Position
	}
	f, err := p.desk.Rules.DryRun(p.ctx(), in, helpdesk.DryRun{Limit: shownTrials})
	if err != nil {
		return err
	}
	p.Trials = &ruleTrials{History: true, Asked: f.Asked, Held: f.Held, Unknown: f.Unknown, Since: p.moment(f.Since).Full}
	for _, t := range f.Trials {
		p.Trials.Rows = append(p.Trials.Rows, p.trial(t))
	}
	return nil
}

func (p *rulePage) trial(t helpdesk.RuleTrial) ruleTrial {
	out := ruleTrial{Conversation: t.Conversation, Holds: t.Holds, Fault: t.Fault, At: p.moment(t.At)}
	for _, part := range t.Parts {
		row := rulePart{Expression: part.Expression, Holds: part.Holds}
		if part.Cond.Field != "" {
			row.Words = p.Where.words(part.Cond)
		}
		out.Parts = append(out.Parts, row)
	}
	return out
}

// words is one condition as a sentence: "Status is Open".
func (f *condForm) words(c helpdesk.Cond) string {
	n := &condNode{Form: f}
	f.row(n, c)
	out := n.Field.Label + " " + f.c.say("cond", "op_", string(n.Op))
	values := func(part string, list []string) string {
		if !n.Listed() {
			return strings.Join(list, ", ")
		}
		picks, err := n.Picks(part)
		if err != nil {
			return strings.Join(list, ", ")
		}
		return picks.Names()
	}
	if n.Op == helpdesk.AttributeMoved {
		return out + " " + values("from", n.From) + " → " + values("to", n.To)
	}
	return strings.TrimSpace(out + " " + values("value", n.Values))
}
