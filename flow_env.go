package helpdesk

import (
	"encoding/json"
	"strconv"
	"strings"

	"github.com/expr-lang/expr/vm"
)

// FlowEnv is everything that an expression of a flow can name: what a rule's can,
// of which Message is the customer's that moved the flow on, and the variables.
type FlowEnv struct {
	RuleEnv

	Flow FlowValues `expr:"flow"`
}

// FlowValues are a flow's variables, in each way that they can be read. What is
// not there is "", 0 or false.
type FlowValues struct {
	Values  map[string]string  `expr:"values"` // as they are
	Texts   map[string]string  `expr:"texts"`  // folded, for comparing
	Numbers map[string]float64 `expr:"numbers"`
	Checks  map[string]bool    `expr:"checks"`
}

func flowValues(variables map[string]any) FlowValues {
	out := FlowValues{map[string]string{}, map[string]string{}, map[string]float64{}, map[string]bool{}}
	for name, v := range variables {
		out.Values[name], _ = valueText(v)
		read := ReadingsOf(v)
		out.Texts[name] = read.Text
		if read.Number != nil {
			out.Numbers[name] = *read.Number
		}
		if read.Check != nil {
			out.Checks[name] = *read.Check
		}
	}
	return out
}

// decide is the step that a branch leads to, and what kept a condition from being
// evaluated.
func (w *flowWork) decide(s FlowStep) (next string, fault, err error) {
	ev := &Event{Kind: MessageCreated}
	seen, err := w.u.ruleEnv(w.c, trigger{happening: happening{ev, w.c, w.m}})
	if err != nil {
		return "", nil, err
	}
	var env any = FlowEnv{*seen, flowValues(w.r.Variables)}
	var machine vm.VM
	for _, b := range s.Branches {
		p, err := w.u.branchProgram(b)
		if err != nil {
			fault = err
			continue
		}
		holds, err := machine.Run(p, env)
		if err != nil {
			fault = err
			continue
		}
		if holds == true {
			return b.Next, fault, nil
		}
	}
	return s.Else, fault, nil
}

// branchProgram is the condition of a branch, ready to run.
func (u *unit) branchProgram(b FlowBranch) (*vm.Program, error) {
	source, nodes := b.Expression, uint(maxExprNodes)
	if b.Cond != nil {
		var err error
		if source, err = u.ruleSource(&Rule{Event: MessageCreated, Cond: *b.Cond}); err != nil {
			return nil, err
		}
		if source == "" {
			source = "true"
		}
		nodes = 0
	}
	return u.e.programs.get("flow: "+source, func(string) (*vm.Program, error) {
		if nodes == 0 {
			return compileOver(FlowEnv{}, source, 0)
		}
		return guardedOver(FlowEnv{}, source)
	})
}

// Bounds of variables.
const (
	maxFlowVariables = 100
	maxFlowValue     = 4000 // characters
)

// remember keeps a value under a name; what is no text, number or boolean takes
// the name away.
func (r *FlowRun) remember(name string, v any) (kept bool) {
	switch text := v.(type) {
	case string:
		v = clip(clean(text), maxFlowValue)
	case float64, bool:
	default:
		delete(r.Variables, name)
		return false
	}
	if _, there := r.Variables[name]; !there && len(r.Variables) >= maxFlowVariables {
		return false
	}
	if r.Variables == nil {
		r.Variables = map[string]any{}
	}
	r.Variables[name] = v
	return true
}

// valueAt finds what stands at a path of a JSON document; nil = nothing.
func valueAt(doc any, path string) any {
	for part := range strings.SplitSeq(path, ".") {
		switch in := doc.(type) {
		case map[string]any:
			doc = in[part]
		case []any:
			i, err := strconv.Atoi(part)
			if err != nil || i < 0 || i >= len(in) {
				return nil
			}
			doc = in[i]
		default:
			return nil
		}
	}
	return doc
}

// fillFrom gives variables what an answer says. An answer that is no JSON is a
// fault only where something is wanted of it.
func (r *FlowRun) fillFrom(fill map[string]string, answer []byte) error {
	if len(fill) == 0 {
		return nil
	}
	var doc any
	if err := json.Unmarshal(answer, &doc); err != nil {
		return err
	}
	for name, path := range fill {
		r.remember(name, valueAt(doc, path))
	}
	return nil
}
