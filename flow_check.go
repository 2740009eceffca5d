package helpdesk

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"
)

// Bounds of a flow.
const (
	maxFlowSteps    = 200
	maxFlowSize     = 256 << 10 // bytes of all its steps, as JSON
	maxFlowText     = 5000      // characters
	maxFlowChoices  = 20
	maxFlowBranches = 20
	maxFlowLabels   = 20
	maxFlowPairs    = 20 // of Data, and of Fill
	maxFlowRetries  = 10
	maxFlowTime     = 30 * 24 * time.Hour // of a wait, and of a question
)

var (
	flowStepID = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)
	flowName   = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]{0,63}$`)
	flowPath   = regexp.MustCompile(`^[^.\s]+(\.[^.\s]+){0,15}$`)
)

// flowStepKinds is which check belongs to each kind of step; it also says which
// fields a step of the kind keeps.
func flowStepKinds() map[FlowStepKind]func(f *flowCheck, s FlowStep) FlowStep {
	return map[FlowStepKind]func(f *flowCheck, s FlowStep) FlowStep{
		FlowSend: (*flowCheck).send, FlowAsk: (*flowCheck).ask, FlowDecide: (*flowCheck).branch, FlowSet: (*flowCheck).set,
		FlowLabel: (*flowCheck).label, FlowAssignAgent: (*flowCheck).assignAgent, FlowAssignTeam: (*flowCheck).assignTeam,
		FlowWebhook: (*flowCheck).webhook, FlowPause: (*flowCheck).wait,
		FlowHandOff: func(*flowCheck, FlowStep) FlowStep { return FlowStep{} },
		FlowFinish:  func(_ *flowCheck, s FlowStep) FlowStep { return FlowStep{Resolve: s.Resolve} },
	}
}

// flowCheck goes through a flow's steps and names all that is wrong.
type flowCheck struct {
	u  *unit
	p  problems
	at string // the step
}

func (f *flowCheck) add(bad bool, field, what string) {
	f.p.add(bad, "steps."+f.at+"."+field, what)
}

// checkSteps returns the steps as they are stored: cleaned, and with no field
// that their kind does not have.
func (u *unit) checkSteps(p problems, given []FlowStep) []FlowStep {
	p.add(len(given) == 0, "steps", "can't be blank")
	if p.add(len(given) > maxFlowSteps, "steps", fmt.Sprintf("are too many (maximum is %d)", maxFlowSteps)); len(given) > maxFlowSteps {
		return nil
	}
	f, kinds := &flowCheck{u: u, p: p}, flowStepKinds()
	out, seen := make([]FlowStep, len(given)), map[string]bool{}
	for i, s := range given {
		if f.at = s.ID; !flowStepID.MatchString(s.ID) {
			f.at = fmt.Sprint(i + 1)
			f.add(true, "id", "must be 1 to 64 letters, digits, _ or -")
		}
		f.add(seen[s.ID], "id", "stands twice")
		seen[s.ID] = true
		check, known := kinds[s.Kind]
		f.add(!known, "kind", "is not a kind of step")
		if known {
			out[i] = check(f, s)
		}
		out[i].ID, out[i].Kind = clean(s.ID), s.Kind
		if s.Kind != FlowDecide && s.Kind != FlowHandOff && s.Kind != FlowFinish {
			out[i].Next = clean(s.Next)
		}
	}
	size, err := json.Marshal(out)
	p.add(err != nil || len(size) > maxFlowSize, "steps", fmt.Sprintf("are too long (maximum is %d KiB)", maxFlowSize>>10))
	f.ways(out, seen)
	return out
}

// ways checks where the steps lead.
func (f *flowCheck) ways(steps []FlowStep, known map[string]bool) {
	byID := make(map[string]FlowStep, len(steps))
	for _, s := range steps {
		f.at = s.ID
		for _, w := range s.ways() {
			f.add(w.to == "", w.field, "can't be blank")
			f.add(w.to != "" && !known[w.to], w.field, fmt.Sprintf("names no step (%s)", clip(w.to, 64)))
		}
		byID[s.ID] = s
	}
	if len(steps) == 0 {
		return
	}
	reached := map[string]bool{}
	for queue := []string{steps[0].ID}; len(queue) > 0; queue = queue[1:] {
		if reached[queue[0]] {
			continue
		}
		reached[queue[0]] = true
		for _, w := range byID[queue[0]].ways() {
			queue = append(queue, w.to)
		}
	}
	state := map[string]int{}
	for _, s := range steps {
		f.at = s.ID
		f.add(!reached[s.ID], "id", "is reached by no step")
		f.circle(byID, s.ID, state)
	}
}

// circle names the steps that come back to themselves with nothing to wait for.
// state is 1 for what is on the way to id, 2 for what was looked at.
func (f *flowCheck) circle(byID map[string]FlowStep, id string, state map[string]int) {
	s, known := byID[id]
	if !known || state[id] != 0 || s.Kind == FlowAsk || s.Kind == FlowPause {
		return
	}
	state[id] = 1
	for _, w := range s.ways() {
		f.at = id
		f.add(state[w.to] == 1, w.field, fmt.Sprintf("goes round in a circle without ask or wait (to %s)", clip(w.to, 64)))
		f.circle(byID, w.to, state)
	}
	state[id] = 2
}

// flowWay is a step that another leads to, and the field that says so.
type flowWay struct{ field, to string }

// ways are the steps that a step may lead to; "" is a way that leads nowhere.
func (s FlowStep) ways() []flowWay {
	var out []flowWay
	switch s.Kind {
	case FlowHandOff, FlowFinish:
		return nil
	case FlowDecide:
		for i, b := range s.Branches {
			out = append(out, flowWay{fmt.Sprintf("branches.%d.next", i+1), b.Next})
		}
		return append(out, flowWay{"else", s.Else})
	case FlowAsk:
		if s.picky() {
			out = append(out, flowWay{"give_up", s.GiveUp})
		}
		if s.Timeout != 0 || s.OnTimeout != "" {
			out = append(out, flowWay{"on_timeout", s.OnTimeout})
		}
	case FlowWebhook:
		out = append(out, flowWay{"failed", s.Failed})
	case FlowSend, FlowSet, FlowLabel, FlowAssignAgent, FlowAssignTeam, FlowPause:
	}
	return append(out, flowWay{"next", s.Next})
}

// picky reports whether there are wrong answers to a question.
func (s FlowStep) picky() bool { return len(s.Choices) > 0 || s.Pattern != "" }

func (f *flowCheck) send(s FlowStep) FlowStep {
	f.add(strings.TrimSpace(s.Text) == "", "text", "can't be blank")
	return FlowStep{Text: f.template("text", s.Text), Choices: f.choices(s.Choices)}
}

// template checks a text that is filled in.
func (f *flowCheck) template(field, text string) string {
	text = clean(text)
	f.add(tooLong(text, maxFlowText), field, fmt.Sprintf("is too long (maximum is %d characters)", maxFlowText))
	if what := templateFault(text); what != "" {
		f.add(true, field, what)
	}
	return text
}

func (f *flowCheck) choices(given []FlowChoice) []FlowChoice {
	f.add(len(given) > maxFlowChoices, "choices", fmt.Sprintf("are too many (maximum is %d)", maxFlowChoices))
	var out []FlowChoice
	for _, c := range given[:min(len(given), maxFlowChoices)] {
		c = FlowChoice{strings.TrimSpace(clean(c.Title)), strings.TrimSpace(clean(c.Value))}
		f.add(c.Title == "" || tooLong(c.Title, 100), "choices", "must have a title of at most 100 characters")
		f.add(tooLong(c.Value, 255), "choices", "have a value that is too long (maximum is 255 characters)")
		same := func(o FlowChoice) bool { return fold(o.Title) == fold(c.Title) }
		f.add(slices.ContainsFunc(out, same), "choices", "have a title twice")
		out = append(out, c)
	}
	return out
}

func (f *flowCheck) ask(s FlowStep) FlowStep {
	out := f.send(s)
	f.add(s.Pattern != "" && len(s.Choices) > 0, "pattern", "stands in the place of choices: only one of them can be given")
	f.add(tooLong(s.Pattern, 1000), "pattern", "is too long (maximum is 1000 characters)")
	if s.Pattern != "" {
		_, err := compilePattern(s.Pattern)
		f.add(err != nil, "pattern", "is not a pattern")
	}
	f.add(s.Retries < 0 || s.Retries > maxFlowRetries, "retries", fmt.Sprintf("must be 0 to %d", maxFlowRetries))
	f.add(s.Variable != "" && !flowName.MatchString(s.Variable), "variable", "must be a name of letters, digits and _")
	out.Pattern, out.Variable = clean(s.Pattern), s.Variable
	if s.picky() {
		out.Retries, out.RetryText, out.GiveUp = s.Retries, f.template("retry_text", s.RetryText), clean(s.GiveUp)
	}
	if s.Timeout != 0 || s.OnTimeout != "" {
		f.span("timeout", s.Timeout)
		out.Timeout, out.OnTimeout = s.Timeout, clean(s.OnTimeout)
	}
	if s.Attribute != "" || s.Model != "" {
		f.attribute(s)
		out.Model, out.Attribute = s.Model, s.Attribute
	}
	return out
}

func (f *flowCheck) span(field string, d time.Duration) {
	f.add(d < time.Second || d > maxFlowTime, field, "must be one second to 30 days")
}

// attribute wants a defined attribute, and returns its definition.
func (f *flowCheck) attribute(s FlowStep) *AttributeDefinition {
	for _, def := range f.u.cfg.attributes {
		if def.Model == s.Model && def.Key == s.Attribute {
			return def
		}
	}
	f.add(true, "attribute", "is not an attribute of the account")
	return nil
}

func (f *flowCheck) set(s FlowStep) FlowStep {
	value := f.template("value", s.Value)
	if def := f.attribute(s); def != nil && !strings.Contains(value, "{{") && !strings.Contains(value, "{%") { // or it is known when it is filled in
		if what := def.Check(value); what != "" {
			f.add(true, "value", what)
		}
	}
	return FlowStep{Model: s.Model, Attribute: s.Attribute, Value: value}
}

func (f *flowCheck) branch(s FlowStep) FlowStep {
	out := FlowStep{Else: clean(s.Else)}
	f.add(len(s.Branches) == 0, "branches", "can't be blank")
	f.add(len(s.Branches) > maxFlowBranches, "branches", fmt.Sprintf("are too many (maximum is %d)", maxFlowBranches))
	for i, b := range s.Branches[:min(len(s.Branches), maxFlowBranches)] {
		out.Branches = append(out.Branches, f.oneBranch(fmt.Sprintf("branches.%d.", i+1), b))
	}
	return out
}

func (f *flowCheck) oneBranch(at string, b FlowBranch) FlowBranch {
	out := FlowBranch{Expression: strings.TrimSpace(clean(b.Expression)), Next: clean(b.Next)}
	if b.Cond != nil && !b.Cond.empty() {
		c := cleanCond(*b.Cond, maxCondDepth)
		out.Cond = &c
		r := f.u.resolver(ConversationAttribute)
		r.rule, r.strict = MessageCreated, true
		r.resolve(c, 1)
		f.add(len(r.faults) > 0, at+"conditions", strings.Join(slices.Compact(r.faults), " "))
	}
	f.add(out.Cond == nil && out.Expression == "", at+"expression", "can't be blank")
	f.add(out.Cond != nil && out.Expression != "", at+"expression", "stands in the place of conditions: only one of them can be given")
	if out.Expression != "" {
		if _, err := guardedOver(FlowEnv{}, out.Expression); err != nil {
			f.add(true, at+"expression", err.Error())
		}
	}
	return out
}

func (f *flowCheck) label(s FlowStep) FlowStep {
	titles := normalTitles(s.Labels)
	f.add(len(titles) == 0, "labels", "can't be blank")
	f.add(len(titles) > maxFlowLabels, "labels", fmt.Sprintf("are too many (maximum is %d)", maxFlowLabels))
	for _, t := range titles {
		f.add(f.u.cfg.labelByTitle[t] == nil, "labels", fmt.Sprintf("must be labels of the account (%s is none)", clip(t, 255)))
	}
	return FlowStep{Labels: titles}
}

func (f *flowCheck) assignAgent(s FlowStep) FlowStep {
	f.add(s.Agent != 0 && f.u.cfg.agents[s.Agent] == nil, "agent", "must be an agent of the account, or 0")
	return FlowStep{Agent: s.Agent}
}

func (f *flowCheck) assignTeam(s FlowStep) FlowStep {
	f.add(s.Team != 0 && f.u.cfg.teams[s.Team] == nil, "team", "must be a team of the account, or 0")
	return FlowStep{Team: s.Team}
}

func (f *flowCheck) webhook(s FlowStep) FlowStep {
	out := FlowStep{URL: clean(s.URL), Failed: clean(s.Failed)}
	f.add(!webURL(out.URL) || tooLong(out.URL, 2048), "url", "must be an http or https address of at most 2048 characters")
	f.add(len(s.Data) > maxFlowPairs, "data", fmt.Sprintf("are too many (maximum is %d)", maxFlowPairs))
	f.add(len(s.Fill) > maxFlowPairs, "fill", fmt.Sprintf("are too many (maximum is %d)", maxFlowPairs))
	for _, key := range slices.Sorted(maps.Keys(s.Data)) {
		if out.Data == nil {
			out.Data = make(map[string]string, len(s.Data))
		}
		f.add(!flowName.MatchString(key), "data", "must have names of letters, digits and _")
		out.Data[clean(key)] = f.template("data", s.Data[key])
	}
	for _, name := range slices.Sorted(maps.Keys(s.Fill)) {
		if out.Fill == nil {
			out.Fill = make(map[string]string, len(s.Fill))
		}
		f.add(!flowName.MatchString(name), "fill", "must have names of letters, digits and _")
		f.add(!flowPath.MatchString(s.Fill[name]) || len(s.Fill[name]) > 255, "fill", "must name places in an answer, as in order.items.0.name")
		out.Fill[clean(name)] = clean(s.Fill[name])
	}
	return out
}

func (f *flowCheck) wait(s FlowStep) FlowStep {
	f.span("wait", s.Wait)
	return FlowStep{Wait: s.Wait}
}
