package helpdesk

import (
	"context"
	"time"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/vm"
)

// RuleTrial tells whether a rule's conditions hold for a conversation, and why.
type RuleTrial struct {
	Conversation DisplayID
	Holds        bool
	Fault        string     // why they could not be evaluated; "" = they could
	Parts        []RulePart // the conditions one by one, in order; an expression is one

	// Of a dry run: what the rule would have been asked about.
	Event   EventSeq
	At      time.Time
	Message MessageID // of message.created
}

// RulePart is one condition of a rule and what came of it.
type RulePart struct {
	Cond       Cond   // zero when the rule is an expression
	Expression string // what it means: an expression over RuleEnv
	Holds      bool
}

// maxTrials is how many conversations Try looks at.
const maxTrials = 100

// Try evaluates what a rule would be made of on conversations as they are now, as
// if the event happened to them: for message.created with their last message. It
// needs the event, and conditions or an expression, and writes nothing. At most
// 100 conversations are tried; one that is not there is NotFound.
func (s Rules) Try(ctx context.Context, in RuleInput, conversations ...DisplayID) ([]RuleTrial, error) {
	return read(ctx, s.d, func(u *unit) ([]RuleTrial, error) {
		if err := u.may(EditSettings); err != nil {
			return nil, err
		}
		p := problems{}
		p.add(len(conversations) > maxTrials, "conversations", "are too many (maximum is 100)")
		r, err := u.trialRule(p, in)
		if err != nil {
			return nil, err
		}
		out := make([]RuleTrial, len(conversations))
		for i, id := range conversations {
			var err error
			if out[i], err = u.tryRule(r, id); err != nil {
				return nil, err
			}
		}
		return out, nil
	})
}

// trialRule is a rule with the input's event and conditions that does nothing. p is
// what is wrong with what else was asked.
func (u *unit) trialRule(p problems, in RuleInput) (*Rule, error) {
	r := &Rule{Name: "trial", Actions: []RuleAction{{Name: DoResolve}}}
	after := 1 // a silence is asked about as if it had lasted
	p.merge(u.applyRule(r, RuleInput{After: &after, Event: in.Event, Cond: in.Cond, Expression: in.Expression, Position: in.Position}))
	return r, p.err()
}

// tryRule evaluates a rule on one conversation.
func (u *unit) tryRule(r *Rule, id DisplayID) (out RuleTrial, err error) {
	out.Conversation = id
	c, err := u.tx.Conversations().ByDisplay(u.ctx, id)
	if err != nil {
		return out, err
	}
	t := trigger{happening: happening{&Event{Kind: r.Event}, c, nil}}
	if r.Event == MessageCreated {
		if t.m, err = u.lastSaid(c); err != nil {
			return out, err
		}
	}
	env, err := u.ruleEnv(c, t)
	if err != nil {
		return out, err
	}
	u.weigh(r, env, &out)
	return out, nil
}

// weigh evaluates a rule, and each of its conditions.
func (u *unit) weigh(r *Rule, env *RuleEnv, out *RuleTrial) {
	run := func(p *vm.Program, err error) bool {
		if err == nil && p == nil {
			return true
		}
		var yes any
		if err == nil {
			yes, err = expr.Run(p, *env)
		}
		if err != nil {
			out.Fault = err.Error()
		}
		return yes == true
	}
	out.Holds = run(u.program(r))
	for _, leaf := range leaves(r.Cond) {
		one := *r
		one.Cond = leaf
		source, _ := u.ruleSource(&one)
		out.Parts = append(out.Parts, RulePart{leaf, source, run(u.program(&one))})
	}
	if r.Expression != "" {
		out.Parts = []RulePart{{Expression: r.Expression, Holds: out.Holds}}
	}
}

// lastSaid is the newest message of a conversation that is no activity, among the
// newest few; nil when there is none.
func (u *unit) lastSaid(c *Conversation) (*Message, error) {
	list, err := u.tx.Messages().List(u.ctx, MessageFilter{Conversation: c.ID}, Page{Limit: 50})
	for i := len(list) - 1; i >= 0; i-- {
		if list[i].Kind != Activity {
			return list[i], err
		}
	}
	return nil, err
}

// leaves are the single conditions of a condition, in order.
func leaves(c Cond) []Cond {
	var out []Cond
	switch {
	case c.Field != "":
		return []Cond{c}
	case c.Not != nil:
		return leaves(*c.Not)
	}
	for _, list := range [][]Cond{c.And, c.Or} {
		for _, one := range list {
			out = append(out, leaves(one)...)
		}
	}
	return out
}
