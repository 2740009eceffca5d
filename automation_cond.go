package helpdesk

import (
	"slices"
	"strings"
)

// cleanCond makes a stranger's condition storable. What is nested deeper than
// depth becomes a condition without a field, which checkRuleCond refuses.
func cleanCond(c Cond, depth int) Cond {
	if depth == 0 {
		return Cond{Op: c.Op}
	}
	values, _ := cleanValue(c.Values).([]any)
	out := Cond{Field: clean(c.Field), Model: AttributeModel(clean(string(c.Model))), Op: Op(clean(string(c.Op))), Values: values}
	for _, one := range c.And {
		out.And = append(out.And, cleanCond(one, depth-1))
	}
	for _, one := range c.Or {
		out.Or = append(out.Or, cleanCond(one, depth-1))
	}
	if c.Not != nil {
		not := cleanCond(*c.Not, depth-1)
		out.Not = &not
	}
	return out
}

// ruleFields are what a rule may ask about beside the fields of a conversation:
// the message that set it off, and what Chatwoot's rules call by its bare name
// though it is the contact's.
func ruleFields() []field {
	return []field{
		{"message_type", ChoiceField, opsEqual},
		{"content", TextField, opsContains},
		{"email", TextField, opsContains},
		{"phone_number", TextField, opsStarts},
		{"country_code", TextField, opsEqual},
		{"city", TextField, opsContains},
		{"company", TextField, opsContains},
	}
}

// checkRuleCond says what is wrong with the conditions of a rule for an event.
func (u *unit) checkRuleCond(p problems, event EventKind, c Cond) {
	if c.empty() {
		return
	}
	r := u.resolver(ConversationAttribute)
	r.rule, r.strict = event, true
	r.resolve(c, 1)
	p.add(len(r.faults) > 0, "conditions", strings.Join(slices.Compact(r.faults), " "))
}

// checkExpression says what is wrong with an expression, in expr's own words and
// with its mark at the place.
func (u *unit) checkExpression(p problems, r *Rule) {
	if r.Expression == "" {
		return
	}
	p.add(!r.Cond.empty(), "expression", "stands in the place of conditions: only one of them can be given")
	if _, err := guardedExpression(r.Expression); err != nil {
		p.add(true, "expression", err.Error())
	}
}

// moved checks the two lists of attribute_changed: from, and to.
func (r *resolver) moved(f field, c Cond, custom bool) Cond {
	if r.rule != ConversationUpdated {
		return r.fault("Invalid operator. %s can be asked of %s only when a conversation is updated.", AttributeMoved, f.name)
	}
	if len(c.Values) != 2 {
		return r.fault("Invalid value. The values provided for %s are invalid", f.name)
	}
	for _, v := range c.Values {
		if _, ok := v.([]any); !ok {
			return r.fault("Invalid value. The values provided for %s are invalid", f.name)
		}
	}
	c.Custom = custom
	return c
}
