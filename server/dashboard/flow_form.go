package dashboard

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/gohelpdesk/helpdesk"
)

// flowForm edits the steps of a flow: a card for each, in order. Its buttons send
// the form, as those of a condition do.
type flowForm struct {
	Steps  []*flowCard
	Kinds  []option
	Edited bool

	c       *call
	options map[string][]option // of attributes, labels, agents, teams
}

// flowCard is one step. Its fields are called s.KEY.NAME.
type flowCard struct {
	Key         string
	Step        helpdesk.FlowStep
	Fields      []field
	More        []field // what few need
	Branches    []*flowBranch
	Ways        []string // where it leads
	KindName    string
	Wrong       string // what is wrong with no field of it
	First, Last bool
	Number      int

	wrong map[string]string // of numbers that are none
}

// flowBranch is a way out of a branch.
type flowBranch struct {
	Name   string // of its fields
	Number int
	Raw    bool
	Expr   field
	Where  *condForm
	Next   field
	Wrong  string
}

// flowKinds are the kinds of steps in the order in which people look for them.
func flowKinds() []helpdesk.FlowStepKind {
	return []helpdesk.FlowStepKind{
		helpdesk.FlowSend, helpdesk.FlowAsk, helpdesk.FlowDecide, helpdesk.FlowSet, helpdesk.FlowLabel, helpdesk.FlowAssignAgent,
		helpdesk.FlowAssignTeam, helpdesk.FlowWebhook, helpdesk.FlowPause, helpdesk.FlowHandOff, helpdesk.FlowFinish,
	}
}

var flowAbout = condAbout{Model: helpdesk.ConversationAttribute, Event: helpdesk.MessageCreated}

// flowForm shows steps.
func (c *call) flowForm(steps []helpdesk.FlowStep) (*flowForm, error) {
	f := &flowForm{c: c, options: map[string][]option{}}
	for _, k := range flowKinds() {
		f.Kinds = append(f.Kinds, option{Value: string(k), Label: c.say("flows", "kind_", string(k))})
	}
	if err := f.load(); err != nil {
		return nil, err
	}
	for i, s := range steps {
		card := &flowCard{Key: str(i + 1), Step: s}
		for _, b := range s.Branches {
			if err := f.addBranch(card, b); err != nil {
				return nil, err
			}
		}
		f.Steps = append(f.Steps, card)
	}
	f.complete()
	return f, nil
}

// load reads what steps are chosen from.
func (f *flowForm) load() error {
	attributes, err := f.c.desk.Attributes.List(f.c.ctx(), "")
	if err != nil {
		return err
	}
	f.options["attribute"] = append([]option{{Label: f.c.T("common.none")}}, optionsOf(attributes, func(a *helpdesk.AttributeDefinition) option {
		label := a.Name
		if a.Model == helpdesk.ContactAttribute {
			label = f.c.T("cond.of_contact", "field", a.Name)
		}
		return option{Value: string(a.Model) + ":" + a.Key, Label: label}
	})...)
	labels, err := f.c.desk.Labels.List(f.c.ctx())
	if err != nil {
		return err
	}
	f.options["labels"] = optionsOf(labels, func(l *helpdesk.Label) option { return option{Value: l.Title, Label: l.Title} })
	for name, refs := range map[string]string{"agent": "assignee_id", "team": "team_id"} {
		found, err := f.c.condRefs(refs)
		if err != nil {
			return err
		}
		f.options[name] = append([]option{{Value: "0", Label: f.c.T("common.none")}}, found...)
	}
	return nil
}

func (f *flowForm) addBranch(card *flowCard, b helpdesk.FlowBranch) error {
	cond := helpdesk.Cond{}
	if b.Cond != nil {
		cond = *b.Cond
	}
	n := len(card.Branches) + 1
	out := &flowBranch{Name: "s." + card.Key + ".b." + str(n), Number: n, Raw: b.Expression != "", Expr: field{Value: b.Expression}, Next: field{Value: b.Next}}
	var err error
	out.Where, err = f.c.condForm(out.Name+".where", flowAbout, cond)
	card.Branches = append(card.Branches, out)
	return err
}

// complete gives every card its fields.
func (f *flowForm) complete() {
	ways := []option{{Label: f.c.T("flows.nowhere")}}
	for _, card := range f.Steps {
		ways = append(ways, option{Value: card.Step.ID, Label: card.Step.ID})
	}
	f.options["next"] = ways
	for i, card := range f.Steps {
		card.Number, card.First, card.Last = i+1, i == 0, i == len(f.Steps)-1
		card.KindName = f.c.say("flows", "kind_", string(card.Step.Kind))
		f.ask(card)
	}
}

// ask makes the questions of a card's kind.
func (f *flowForm) ask(card *flowCard) {
	s := &card.Step
	card.Fields, card.More = nil, nil
	add := func(name string, kind fieldKind, value string) {
		q := field{Name: "s." + card.Key + "." + name, Kind: kind, Value: value, Label: f.c.T("flows." + "field_" + name), Wrong: card.wrong[name]}
		if hint := "flows.field_" + name + "_hint"; catalogue()[hint] != nil {
			q.Hint = f.c.T(hint)
		}
		switch name {
		case "next", "give_up", "on_timeout", "failed", "else":
			q.Options = f.way(value)
			if value != "" || name == "next" || name == "else" { // the others may stay out
				card.Ways = append(card.Ways, value)
			}
		case "labels":
			q.Options, q.Values = f.options[name], s.Labels
		default:
			q.Options = f.options[name]
		}
		if s.Kind == helpdesk.FlowAsk && !slices.Contains([]string{"text", "choices", "variable", "next"}, name) {
			card.More = append(card.More, q)
			return
		}
		card.Fields = append(card.Fields, q)
	}
	card.Ways = nil
	attribute := ""
	if s.Attribute != "" {
		attribute = string(s.Model) + ":" + s.Attribute
	}
	switch s.Kind { //nolint:exhaustive // handing over asks nothing
	case helpdesk.FlowSend:
		add("text", asArea, s.Text)
		add("choices", asCode, choiceLines(s.Choices))
	case helpdesk.FlowAsk:
		add("text", asArea, s.Text)
		add("choices", asCode, choiceLines(s.Choices))
		add("pattern", asText, s.Pattern)
		add("variable", asText, s.Variable)
		add("attribute", asSelect, attribute)
		add("retries", asNumber, numberText(s.Retries))
		add("retry_text", asText, s.RetryText)
		add("give_up", asSelect, s.GiveUp)
		add("timeout", asText, spanText(int(s.Timeout/time.Second)))
		add("on_timeout", asSelect, s.OnTimeout)
	case helpdesk.FlowSet:
		add("attribute", asSelect, attribute)
		add("value", asText, s.Value)
	case helpdesk.FlowLabel:
		add("labels", asChoices, "")
	case helpdesk.FlowAssignAgent:
		add("agent", asSelect, str(s.Agent))
	case helpdesk.FlowAssignTeam:
		add("team", asSelect, str(s.Team))
	case helpdesk.FlowWebhook:
		add("url", asURL, s.URL)
		add("data", asCode, pairLines(s.Data))
		add("fill", asCode, pairLines(s.Fill))
		add("failed", asSelect, s.Failed)
	case helpdesk.FlowPause:
		add("wait", asText, spanText(int(s.Wait/time.Second)))
	case helpdesk.FlowFinish:
		add("resolve", asSwitch, yesNo(s.Resolve))
	case helpdesk.FlowDecide:
		for _, b := range card.Branches {
			b.Expr = field{Name: b.Name + ".expression", Kind: asCode, Value: b.Expr.Value, Label: f.c.T("automation.expression"), Hint: f.c.T("flows.expression_hint"), Wrong: b.Expr.Wrong}
			b.Next = field{Name: b.Name + ".next", Kind: asSelect, Value: b.Next.Value, Label: f.c.T("flows.field_next"), Options: f.way(b.Next.Value), Wrong: b.Next.Wrong}
			card.Ways = append(card.Ways, b.Next.Value)
		}
		add("else", asSelect, s.Else)
		return
	}
	if s.Kind != helpdesk.FlowHandOff && s.Kind != helpdesk.FlowFinish {
		add("next", asSelect, s.Next)
	}
}

// Open is for templates: whether what few need is shown, as where it is used.
func (card *flowCard) Open() bool {
	return slices.ContainsFunc(card.More, func(q field) bool { return q.Value != "" || q.Wrong != "" })
}

// way are the steps that one may lead to, and where it leads now.
func (f *flowForm) way(to string) []option {
	out := f.options["next"]
	if to != "" && !slices.ContainsFunc(out, func(o option) bool { return o.Value == to }) {
		out = append(slices.Clone(out), option{Value: to, Label: f.c.T("cond.gone", "what", to)})
	}
	return out
}

func choiceLines(list []helpdesk.FlowChoice) string {
	var out []string
	for _, c := range list {
		line := c.Title
		if c.Value != "" {
			line += " = " + c.Value
		}
		out = append(out, line)
	}
	return strings.Join(out, "\n")
}

func pairLines(m map[string]string) string {
	var out []string
	for _, k := range slices.Sorted(maps.Keys(m)) {
		out = append(out, k+" = "+strings.ReplaceAll(m[k], "\n", " "))
	}
	return strings.Join(out, "\n")
}
