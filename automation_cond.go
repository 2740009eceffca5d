package helpdesk

import (
	"fmt"
	"slices"
	"strings"
)

const (
	maxCondDepth = 5   // groups within groups
	maxConds     = 100 // of one rule
	maxCondValue = 100 // values of one condition
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

// ruleFields are the built-in fields that a rule's conditions may ask for, and
// how each compares.
func ruleFields() map[string][]Op {
	eq := []Op{Equal, NotEqual}
	pres := append(slices.Clone(eq), Present, NotPresent)
	cont := append(slices.Clone(eq), Contains, NotContains)
	starts := append(slices.Clone(cont), StartsWith)
	return map[string][]Op{
		"message_type": eq, "content": cont, "email": cont, "inbox_id": eq, "status": eq, "assignee_id": pres, "team_id": pres,
		"priority": eq, "conversation_language": eq, "phone_number": starts, "labels": pres, "browser_language": eq,
		"country_code": eq, "mail_subject": cont, "referer": cont, "city": cont, "company": cont,
	}
}

// attributeOps are how a custom attribute of each type compares.
func attributeOps(t AttributeType) []Op {
	eq := []Op{Equal, NotEqual}
	pres := append(slices.Clone(eq), Present, NotPresent)
	switch t {
	case TextAttribute:
		return append(pres, Contains, NotContains, StartsWith)
	case DateAttribute:
		return append(pres, Greater, Less, DaysBefore)
	case NumberAttribute, CurrencyAttribute, PercentAttribute:
		return append(pres, Greater, Less)
	case LinkAttribute, ListAttribute, CheckboxAttribute:
		return pres
	default:
		return eq
	}
}

// checkRuleCond says what is wrong with the conditions of a rule for an event.
func (u *unit) checkRuleCond(p problems, event EventKind, c Cond) {
	var wrong []string
	n := u.eachRuleCond(event, c, func(what string) { wrong = append(wrong, what) })
	p.add(n > maxConds, "conditions", fmt.Sprintf("are too many (maximum is %d)", maxConds))
	p.add(len(wrong) > 0, "conditions", strings.Join(wrong, "; "))
}

// eachRuleCond reports what is wrong below c, and counts its conditions. The
// zero condition, which always holds, stands only at the top.
func (u *unit) eachRuleCond(event EventKind, c Cond, wrong func(string)) int {
	groups := append(slices.Clone(c.And), c.Or...)
	if c.Not != nil {
		groups = append(groups, *c.Not)
	}
	if len(groups) == 0 {
		if c.Field == "" && c.Op == "" && len(c.Values) == 0 {
			return 0
		}
		if what := u.ruleCondProblem(event, c); what != "" {
			wrong(what)
		}
		return 1
	}
	if c.Field != "" {
		wrong("hold a condition that is also a group")
	}
	n := 0
	for _, one := range groups {
		if one.Field == "" && len(one.And)+len(one.Or) == 0 && one.Not == nil {
			wrong("hold a condition without a field, or too deep in groups")
			continue
		}
		n += u.eachRuleCond(event, one, wrong)
	}
	return n
}

func (u *unit) ruleCondProblem(event EventKind, c Cond) string {
	ops := u.ruleOps(c)
	switch {
	case ops == nil:
		return fmt.Sprintf("%q is no field of conversations, messages and contacts, and no custom attribute", c.Field)
	case c.Op == AttributeMoved:
		return movedProblem(event, c)
	case !slices.Contains(ops, c.Op):
		return fmt.Sprintf("%s cannot be asked with %q", c.Field, c.Op)
	case c.Op == Present || c.Op == NotPresent:
		return ""
	case len(c.Values) == 0 || len(c.Values) > maxCondValue:
		return fmt.Sprintf("%s needs 1 to %d values", c.Field, maxCondValue)
	}
	for _, v := range c.Values {
		switch v.(type) {
		case string, float64, bool, int, int64, nil:
		default:
			return c.Field + " has a value that is no text, number or truth"
		}
	}
	return ""
}

// movedProblem checks the two lists of attribute_changed: from, and to.
func movedProblem(event EventKind, c Cond) string {
	if event != ConversationUpdated {
		return fmt.Sprintf("%s can be asked with %q when a conversation is updated only", c.Field, c.Op)
	}
	for _, v := range c.Values {
		if _, ok := v.([]any); !ok || len(c.Values) != 2 {
			return c.Field + " needs the values it moved from and those it moved to"
		}
	}
	if len(c.Values) != 2 {
		return c.Field + " needs the values it moved from and those it moved to"
	}
	return ""
}

// ruleOps are how the field of a condition compares; nil = there is no such
// field.
func (u *unit) ruleOps(c Cond) []Op {
	if c.Model == "" {
		if ops := ruleFields()[c.Field]; ops != nil {
			return ops
		}
	}
	for _, a := range u.cfg.attributes {
		if a.Key == c.Field && (c.Model == "" || c.Model == a.Model) {
			return attributeOps(a.Type)
		}
	}
	return nil
}
