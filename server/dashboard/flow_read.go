package dashboard

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gohelpdesk/helpdesk"
)

// maxFlowCards is how many steps a form may send; the desk's own limit is lower.
const maxFlowCards = 250

// readFlow reads the steps that a form sent, whatever is wrong with them, and does
// what one of its own buttons asked for.
func (c *call) readFlow(in input) (*flowForm, error) {
	f, err := c.flowForm(nil)
	if err != nil {
		return nil, err
	}
	renamed := map[string]string{}
	for i, key := range in.Values["step"] {
		if _, err := strconv.Atoi(key); err != nil || i >= maxFlowCards || f.card(key) != nil {
			continue // not from our form
		}
		card := &flowCard{Key: key, wrong: map[string]string{}}
		if err := f.readCard(in, card); err != nil {
			return nil, err
		}
		if was := in.Get("s." + key + ".was"); was != "" && was != card.Step.ID {
			renamed[was] = card.Step.ID
		}
		f.Steps = append(f.Steps, card)
	}
	f.rename(renamed)
	for _, b := range f.branches() {
		f.Edited = f.Edited || b.Where.Edited
	}
	if do := in.Get("steps.do"); do != "" {
		f.Edited = true
		if err := f.edit(do, helpdesk.FlowStepKind(in.Get("steps.kind"))); err != nil {
			return nil, err
		}
	}
	f.complete()
	return f, nil
}

func (f *flowForm) card(key string) *flowCard {
	for _, c := range f.Steps {
		if c.Key == key {
			return c
		}
	}
	return nil
}

func (f *flowForm) branches() (out []*flowBranch) {
	for _, c := range f.Steps {
		out = append(out, c.Branches...)
	}
	return out
}

func (f *flowForm) readCard(in input, card *flowCard) error {
	at := "s." + card.Key + "."
	get := func(name string) string { return strings.TrimSpace(in.Get(at + name)) }
	s := &card.Step
	*s = helpdesk.FlowStep{
		ID: get("id"), Kind: helpdesk.FlowStepKind(get("kind")), Next: get("next"), Text: *in.area(at + "text"), Pattern: get("pattern"),
		RetryText: get("retry_text"), GiveUp: get("give_up"), OnTimeout: get("on_timeout"), Variable: get("variable"), Value: get("value"),
		Else: get("else"), Labels: in.Values[at+"labels"], Agent: helpdesk.AgentID(in.id(at + "agent")), Team: helpdesk.TeamID(in.id(at + "team")),
		URL: get("url"), Failed: get("failed"), Resolve: get("resolve") == "true", Data: readPairs(get("data")), Fill: readPairs(get("fill")),
	}
	wrong := map[string]string{}
	s.Retries = *in.number(at+"retries", wrong)
	s.Timeout = time.Duration(in.span(at+"timeout", wrong)) * time.Second
	s.Wait = time.Duration(in.span(at+"wait", wrong)) * time.Second
	for name, says := range wrong {
		card.wrong[strings.TrimPrefix(name, at)] = f.c.wrong(says)
	}
	if model, key, ok := strings.Cut(get("attribute"), ":"); ok {
		s.Model, s.Attribute = helpdesk.AttributeModel(model), key
	}
	for line := range strings.Lines(get("choices")) {
		title, value, _ := strings.Cut(strings.TrimSpace(line), " = ")
		if title != "" {
			s.Choices = append(s.Choices, helpdesk.FlowChoice{Title: strings.TrimSpace(title), Value: strings.TrimSpace(value)})
		}
	}
	for i := range in.Values[at+"branch"] {
		if i > 50 {
			break
		}
		if err := f.addBranch(card, helpdesk.FlowBranch{}); err != nil {
			return err
		}
		b, from := card.Branches[i], at+"b."+in.Values[at+"branch"][i]
		b.Raw, b.Expr.Value, b.Next.Value = in.Get(from+".mode") == "raw", in.Get(from+".expression"), in.Get(from+".next")
		var err error
		if b.Where, err = f.c.readCond(in, from+".where", flowAbout); err != nil {
			return err
		}
		b.Where.Name = b.Name + ".where"
	}
	return nil
}

func readPairs(text string) map[string]string {
	out := map[string]string{}
	for line := range strings.Lines(text) {
		name, value, _ := strings.Cut(line, "=")
		if name = strings.TrimSpace(name); name != "" {
			out[name] = strings.TrimSpace(value)
		}
	}
	return out
}

// rename has ways lead to steps under their new names.
func (f *flowForm) rename(names map[string]string) {
	follow := func(to *string) {
		if now := names[*to]; now != "" {
			*to = now
		}
	}
	for _, c := range f.Steps {
		for _, to := range []*string{&c.Step.Next, &c.Step.GiveUp, &c.Step.OnTimeout, &c.Step.Else, &c.Step.Failed} {
			follow(to)
		}
		for _, b := range c.Branches {
			follow(&b.Next.Value)
		}
	}
}

// edit does what a button asked for: "add", "up:3", "branch:3", "unbranch:3:1".
func (f *flowForm) edit(do string, kind helpdesk.FlowStepKind) error {
	parts := strings.Split(do, ":")
	if parts[0] == "add" {
		f.add(kind)
		return nil
	}
	if len(parts) < 2 {
		return nil // "refresh"
	}
	at := slices.IndexFunc(f.Steps, func(c *flowCard) bool { return c.Key == parts[1] })
	if at < 0 {
		return nil
	}
	switch card := f.Steps[at]; parts[0] {
	case "up":
		if at > 0 {
			f.Steps[at-1], f.Steps[at] = f.Steps[at], f.Steps[at-1]
		}
	case "down":
		if at+1 < len(f.Steps) {
			f.Steps[at+1], f.Steps[at] = f.Steps[at], f.Steps[at+1]
		}
	case "drop":
		f.Steps = slices.Delete(f.Steps, at, at+1)
		f.rename(map[string]string{card.Step.ID: card.Step.Next}) // what led to it leads past it
	case "branch":
		return f.addBranch(card, helpdesk.FlowBranch{})
	case "unbranch":
		if n, err := strconv.Atoi(parts[len(parts)-1]); err == nil && n >= 1 && n <= len(card.Branches) {
			card.Branches = slices.Delete(card.Branches, n-1, n)
			for i, b := range card.Branches {
				b.Number, b.Name = i+1, "s."+card.Key+".b."+str(i+1)
				b.Where.Name = b.Name + ".where"
			}
		}
	}
	return nil
}

// add puts a step behind the others, to which the last leads where it led nowhere.
func (f *flowForm) add(kind helpdesk.FlowStepKind) {
	if !slices.Contains(flowKinds(), kind) {
		return
	}
	last, ids := 0, map[string]bool{}
	for _, c := range f.Steps {
		n, _ := strconv.Atoi(c.Key) // checked in readFlow
		last = max(last, n)
		ids[c.Step.ID] = true
	}
	id := string(kind)
	for n := 2; ids[id]; n++ {
		id = string(kind) + "_" + str(n)
	}
	card := &flowCard{Key: str(last + 1), Step: helpdesk.FlowStep{ID: id, Kind: kind}}
	if len(f.Steps) > 0 {
		before := &f.Steps[len(f.Steps)-1].Step
		switch before.Kind {
		case helpdesk.FlowHandOff, helpdesk.FlowFinish:
		case helpdesk.FlowDecide:
			if before.Else == "" {
				before.Else = id
			}
		default:
			if before.Next == "" {
				before.Next = id
			}
		}
	}
	f.Steps = append(f.Steps, card)
	if kind == helpdesk.FlowDecide {
		_ = f.addBranch(card, helpdesk.FlowBranch{}) // what failed shows when the page is made
	}
}

// Read is the steps as the desk takes them. What cannot be read is said at its
// card, and an error.
func (f *flowForm) Read() ([]helpdesk.FlowStep, error) {
	right := true
	out := make([]helpdesk.FlowStep, 0, len(f.Steps))
	for _, card := range f.Steps {
		s := card.Step
		right = right && len(card.wrong) == 0
		s.Branches = nil
		for _, b := range card.Branches {
			one := helpdesk.FlowBranch{Next: b.Next.Value}
			if b.Raw {
				one.Expression = b.Expr.Value
			} else {
				cond, err := b.Where.Cond()
				right = right && err == nil
				one.Cond = cond
			}
			s.Branches = append(s.Branches, one)
		}
		out = append(out, s)
	}
	if !right {
		return nil, bad(map[string]string{"steps": f.c.T("flows.wrong")})
	}
	return out, nil
}

// refuse shows an error at the steps it names, and returns the rest.
func (f *flowForm) refuse(err error) error {
	e, ok := errors.AsType[*helpdesk.Error](err)
	if !ok || len(e.Fields) == 0 {
		return err
	}
	rest := map[string]string{}
	for name, says := range e.Fields {
		step, ok := strings.CutPrefix(name, "steps.")
		id, at, _ := strings.Cut(step, ".")
		card := f.named(id)
		if !ok || card == nil {
			rest[name] = says
			continue
		}
		card.refuse(f, at, f.c.wrong(says))
	}
	return &helpdesk.Error{Code: e.Code, Message: e.Message, Fields: rest}
}

// named is the step of an error: by its id, or by its place where that is bad.
func (f *flowForm) named(id string) *flowCard {
	for _, c := range f.Steps {
		if c.Step.ID == id {
			return c
		}
	}
	if n, err := strconv.Atoi(id); err == nil && n >= 1 && n <= len(f.Steps) {
		return f.Steps[n-1]
	}
	return nil
}

func (card *flowCard) refuse(f *flowForm, at, says string) {
	for _, list := range [][]field{card.Fields, card.More} {
		for i := range list {
			if list[i].Name == "s."+card.Key+"."+at {
				list[i].Wrong = says
				return
			}
		}
	}
	parts := strings.Split(at, ".")
	if n, err := strconv.Atoi(parts[min(1, len(parts)-1)]); err == nil && len(parts) == 3 && parts[0] == "branches" && n >= 1 && n <= len(card.Branches) {
		b := card.Branches[n-1]
		switch {
		case parts[2] == "next":
			b.Next.Wrong = says
		case parts[2] == "expression" && b.Raw:
			b.Expr.Wrong = says
		default:
			b.Where.Problem = says
		}
		return
	}
	if card.Wrong != "" {
		card.Wrong += " "
	}
	card.Wrong += f.c.T("flows.step_wrong", "what", says)
}
