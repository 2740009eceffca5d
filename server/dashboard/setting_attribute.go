package dashboard

import (
	"strings"

	"github.com/gohelpdesk/helpdesk"
)

// attributeSetting is /settings/attributes: custom attributes of conversations and
// contacts.
func attributeSetting() setting {
	return setting{
		Path: "attributes", May: helpdesk.ReadSettings, Edit: helpdesk.EditSettings, List: attributeList, Form: attributeForm, Save: saveAttribute,
		Delete: func(c *call, id int64) error {
			return c.desk.Attributes.Delete(c.ctx(), helpdesk.AttributeID(id))
		},
	}
}

func attributeTypes() []helpdesk.AttributeType {
	return []helpdesk.AttributeType{
		helpdesk.TextAttribute, helpdesk.NumberAttribute, helpdesk.CurrencyAttribute, helpdesk.PercentAttribute, helpdesk.LinkAttribute,
		helpdesk.DateAttribute, helpdesk.ListAttribute, helpdesk.CheckboxAttribute,
	}
}

func attributeList(c *call) (*table, error) {
	list, err := c.desk.Attributes.List(c.ctx(), "")
	t := &table{Columns: []string{"attributes.name", "attributes.of", "attributes.type", "attributes.key"}}
	for _, a := range list {
		kind := cell{Text: c.T("attributes.type_" + string(a.Type))}
		if a.Type == helpdesk.ListAttribute {
			kind.Sub = strings.Join(a.Choices, ", ")
		}
		t.Rows = append(t.Rows, tableRow{ID: int64(a.ID), Delete: c.T("attributes.delete", "name", a.Name), Cells: []cell{
			{Text: a.Name, Sub: a.Description}, {Text: c.T("attributes.of_" + string(a.Model)), Badge: "plain"}, kind, {Text: a.Key, Mono: true},
		}})
	}
	return t, err
}

func attributeForm(c *call, id int64) (*form, error) {
	a := &helpdesk.AttributeDefinition{Model: helpdesk.ConversationAttribute, Type: helpdesk.TextAttribute}
	if id != 0 {
		var err error
		if a, err = c.desk.Attributes.Get(c.ctx(), helpdesk.AttributeID(id)); err != nil {
			return nil, err
		}
	}
	fields := []field{
		{Name: "attribute_display_name", Kind: asText, Value: a.Name, Required: true},
		{Name: "attribute_description", Kind: asText, Value: a.Description},
	}
	if id == 0 { // values may exist of the others
		of, kind := field{Name: "attribute_model", Kind: asSelect, Value: string(a.Model)}, field{Name: "attribute_display_type", Kind: asSelect, Value: string(a.Type)}
		for _, m := range []helpdesk.AttributeModel{helpdesk.ConversationAttribute, helpdesk.ContactAttribute} {
			of.Options = append(of.Options, option{Value: string(m), Label: c.T("attributes.of_" + string(m))})
		}
		for _, k := range attributeTypes() {
			kind.Options = append(kind.Options, option{Value: string(k), Label: c.T("attributes.type_" + string(k))})
		}
		fields = append(fields, field{Name: "attribute_key", Kind: asText, Value: a.Key}, of, kind)
	} else {
		fields = append(fields, field{Name: "attribute_key", Kind: asCopy, Value: a.Key})
	}
	if id == 0 || a.Type == helpdesk.ListAttribute {
		fields = append(fields, field{Name: "attribute_values", Kind: asArea, Value: strings.Join(a.Choices, "\n")})
	}
	if id == 0 || a.Type == helpdesk.TextAttribute {
		fields = append(fields, field{Name: "regex_pattern", Kind: asText, Value: a.Pattern}, field{Name: "regex_cue", Kind: asText, Value: a.Hint})
	}
	f := c.ask("attributes", append(fields, field{Name: "default_value", Kind: asText, Value: a.Default})...)
	f.Title = a.Name
	return f, nil
}

func saveAttribute(c *call, id int64, in input) (int64, error) {
	change := helpdesk.AttributeInput{
		Name: in.text("attribute_display_name"), Description: in.text("attribute_description"), Default: in.text("default_value"),
	}
	kind := helpdesk.AttributeType(in.Get("attribute_display_type"))
	if id != 0 {
		a, err := c.desk.Attributes.Get(c.ctx(), helpdesk.AttributeID(id))
		if err != nil {
			return 0, err
		}
		kind = a.Type
	}
	switch kind {
	case helpdesk.ListAttribute:
		change.Choices = in.lines("attribute_values")
		if len(change.Choices) == 0 {
			return 0, bad(map[string]string{"attribute_values": "must have at least one item"})
		}
	case helpdesk.TextAttribute:
		change.Pattern, change.Hint = in.text("regex_pattern"), in.text("regex_cue")
	default:
	}
	var a *helpdesk.AttributeDefinition
	var err error
	if id == 0 {
		change.Model, change.Type, change.Key = helpdesk.AttributeModel(in.Get("attribute_model")), kind, *in.text("attribute_key")
		if change.Key == "" {
			change.Key = attributeKey(*change.Name)
		}
		a, err = c.desk.Attributes.Create(c.ctx(), change)
	} else {
		a, err = c.desk.Attributes.Update(c.ctx(), helpdesk.AttributeID(id), change)
	}
	if err != nil {
		return 0, err
	}
	return int64(a.ID), nil
}

// attributeKey makes a key of a name: "Order number" is order_number.
func attributeKey(name string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(name) {
		switch {
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			b.WriteRune(r)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "_"):
			b.WriteByte('_')
		}
	}
	return strings.Trim(b.String(), "_")
}

// lines are the lines of a field that hold something.
func (in input) lines(name string) []string {
	out := []string{}
	for line := range strings.Lines(in.Get(name)) {
		if line = strings.TrimSpace(line); line != "" {
			out = append(out, line)
		}
	}
	return out
}
