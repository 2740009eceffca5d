package chatwoot

import (
	"fmt"
	"strings"

	"github.com/gohelpdesk/helpdesk"
)

// condition is one condition as Chatwoot writes it, in requests and answers
// alike. A list of them is flat: "and" binds before "or". Conditions is an
// addition: a group of its own, in place of a key; Negate turns the group round.
type condition struct {
	Key        string      `in:"attribute_key" json:"attribute_key,omitempty"`
	Operator   string      `in:"filter_operator" json:"filter_operator,omitempty"`
	Values     any         `in:"values" json:"values,omitempty"`
	Query      *string     `in:"query_operator" json:"query_operator"`
	Model      string      `in:"attribute_model" json:"attribute_model,omitempty"`
	Custom     string      `in:"custom_attribute_type" json:"custom_attribute_type"`
	Conditions []condition `in:"conditions" json:"conditions,omitempty"`
	Negate     bool        `in:"not" json:"not,omitempty"`
}

// readConditions makes a tree of a list: OR of ANDs, by precedence.
func readConditions(list []condition) (helpdesk.Cond, error) {
	var any []helpdesk.Cond
	var all []helpdesk.Cond
	for i, c := range list {
		one, err := c.read()
		if err != nil {
			return helpdesk.Cond{}, err
		}
		all = append(all, one)
		link := ""
		if c.Query != nil {
			link = strings.ToLower(strings.TrimSpace(*c.Query))
		}
		last := i == len(list)-1
		switch {
		case link != "" && link != "and" && link != "or", link == "" && !last:
			return helpdesk.Cond{}, &helpdesk.Error{Code: helpdesk.Invalid, Message: `Query operator must be either "AND" or "OR".`}
		case last || link == "or":
			any, all = append(any, group(all, false)), nil
		}
	}
	return group(any, true), nil
}

func (c condition) read() (helpdesk.Cond, error) {
	if len(c.Conditions) > 0 {
		inner, err := readConditions(c.Conditions)
		if c.Negate {
			return helpdesk.Cond{Not: &inner}, err
		}
		return inner, err
	}
	return helpdesk.Cond{Field: c.Key, Model: c.model(), Op: helpdesk.Op(c.Operator), Values: c.values()}, nil
}

// model is whose attribute the key names. Clients also send words like
// "standard", which say nothing.
func (c condition) model() helpdesk.AttributeModel {
	for _, name := range []string{c.Custom, c.Model} {
		switch name {
		case "conversation_attribute":
			return helpdesk.ConversationAttribute
		case "contact_attribute":
			return helpdesk.ContactAttribute
		}
	}
	return ""
}

// values reads what clients send: one value or a list, of texts, numbers, or
// objects with an id.
func (c condition) values() []any {
	if m, ok := c.Values.(map[string]any); ok && c.Operator == string(helpdesk.AttributeMoved) {
		return []any{several(m["from"]), several(m["to"])}
	}
	list, ok := c.Values.([]any)
	if !ok {
		list = []any{c.Values}
	}
	var out []any
	for _, v := range list {
		if m, ok := v.(map[string]any); ok {
			v = m["id"]
		}
		switch {
		case v == nil || v == "" && c.Key != "priority":
		case c.Key == "status" && v == "all":
			out = append(out, string(helpdesk.Open), string(helpdesk.Resolved), string(helpdesk.Pending), string(helpdesk.Snoozed))
		default:
			out = append(out, c.named(v))
		}
	}
	return out
}

// named gives a status or a priority its name in place of Chatwoot's number.
func (c condition) named(v any) any {
	text := fmt.Sprint(v)
	switch c.Key {
	case "status":
		if status, err := statusOf(text, ""); err == nil {
			return string(status)
		}
	case "priority":
		if text == "nil" {
			text = "none"
		}
		return string(priorityOf(text))
	}
	return v
}

// several is a list of values, of which one may stand alone.
func several(v any) []any {
	switch v := v.(type) {
	case nil:
		return []any{}
	case []any:
		return v
	default:
		return []any{v}
	}
}

// group joins conditions; one alone stays itself.
func group(list []helpdesk.Cond, either bool) helpdesk.Cond {
	switch {
	case len(list) == 0:
		return helpdesk.Cond{}
	case len(list) == 1:
		return list[0]
	case either:
		return helpdesk.Cond{Or: list}
	default:
		return helpdesk.Cond{And: list}
	}
}

// viewConditions is the list that reads as the tree. What precedence cannot say
// stands in a group.
func viewConditions(c helpdesk.Cond) []condition {
	out := []condition{}
	or := c.Or
	if len(or) == 0 {
		or = []helpdesk.Cond{c}
	}
	for i, branch := range or {
		and := branch.And
		if len(and) == 0 {
			and = []helpdesk.Cond{branch}
		}
		for j, leaf := range and {
			if leaf.Field == "" && len(leaf.And)+len(leaf.Or) == 0 && leaf.Not == nil {
				continue
			}
			one := viewCondition(leaf)
			switch {
			case j < len(and)-1:
				one.Query = link("and")
			case i < len(or)-1:
				one.Query = link("or")
			}
			out = append(out, one)
		}
	}
	return out
}

func viewCondition(c helpdesk.Cond) condition {
	if c.Not != nil {
		return condition{Conditions: viewConditions(*c.Not), Negate: true}
	}
	if c.Field == "" {
		return condition{Conditions: viewConditions(c)}
	}
	out := condition{Key: c.Field, Operator: string(c.Op), Values: list(c.Values)}
	if c.Op == helpdesk.AttributeMoved && len(c.Values) == 2 {
		out.Values = map[string]any{"from": c.Values[0], "to": c.Values[1]}
	}
	switch c.Model {
	case helpdesk.ConversationAttribute:
		out.Custom = "conversation_attribute"
	case helpdesk.ContactAttribute:
		out.Custom = "contact_attribute"
	}
	return out
}

func link(word string) *string { return &word }
