package helpdesk

import (
	"context"
	"slices"
)

// CondField is something that conditions may ask about: what a form of conditions
// is made of. A condition on it carries its Name and Model.
type CondField struct {
	Name      string
	Model     AttributeModel // "" = a built-in field of what is asked about
	Type      FieldType
	Ops       []Op                 // never empty
	Choices   []string             // of a ChoiceField: every value; "" = none. Of a list attribute: its choices
	Attribute *AttributeDefinition // nil = a built-in field
}

// CondFields returns every field that conditions about conversations or contacts
// may ask about, built-in ones before custom attributes; of conversations those of
// their contact too. With an event it is those of the conditions of a rule that
// waits for it.
func (s Attributes) CondFields(ctx context.Context, about AttributeModel, event EventKind) ([]CondField, error) {
	return read(ctx, s.d, func(u *unit) ([]CondField, error) {
		if err := u.may(ReadSettings); err != nil {
			return nil, err
		}
		r := u.resolver(about)
		r.rule = event
		var out []CondField
		for _, f := range r.fields(about) {
			out = append(out, r.describe(f, "", nil))
		}
		models := []AttributeModel{about}
		if about == ConversationAttribute {
			models = append(models, ContactAttribute)
			for _, f := range r.fields(ContactAttribute) {
				if event == "" || !slices.ContainsFunc(ruleFields(), func(bare field) bool { return bare.name == f.name }) {
					out = append(out, r.describe(f, ContactAttribute, nil))
				}
			}
		}
		for _, model := range models {
			for _, a := range u.cfg.attributes {
				if a.Model == model {
					out = append(out, r.describe(attributeField(a), model, a))
				}
			}
		}
		return out, nil
	})
}

// describe is a field as whoever writes a condition sees it.
func (r *resolver) describe(f field, model AttributeModel, a *AttributeDefinition) CondField {
	out := CondField{Name: f.name, Model: model, Type: f.typ, Ops: slices.Clone(f.ops), Attribute: a}
	if f.typ == ChoiceField {
		out.Choices = choicesOf(f)
	}
	if a != nil && a.Type == ListAttribute {
		out.Choices = slices.Clone(a.Choices)
	}
	if r.rule == ConversationUpdated && model != ContactAttribute && (a != nil || slices.Contains(changingFields(), f.name)) {
		out.Ops = append(out.Ops, AttributeMoved)
	}
	return out
}

// choicesOf are the values that a choice may have.
func choicesOf(f field) []string {
	switch f.name {
	case "priority":
		return []string{"", string(Low), string(Medium), string(High), string(Urgent)}
	case "message_type":
		return []string{string(Incoming), string(Outgoing)}
	default:
		return []string{string(Open), string(Pending), string(Snoozed), string(Resolved)}
	}
}

// changingFields are the built-in fields of which conversation.updated tells from
// what to what they changed.
func changingFields() []string {
	return []string{"status", "assignee_id", "team_id", "priority", "labels", conversationLanguage}
}
