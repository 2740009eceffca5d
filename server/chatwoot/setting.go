package chatwoot

import (
	"context"

	"github.com/gohelpdesk/helpdesk"
)

func listLabels(ctx context.Context, c *call, _ none) (payload[[]labelView], error) {
	labels, err := c.desk.Labels.List(ctx)
	return wrap(each(labels, viewLabel)), err
}

type labelInput struct {
	Title       *string `in:"title"`
	Description *string `in:"description"`
	Color       *string `in:"color"`
	Sidebar     *bool   `in:"show_on_sidebar"`
}

func (in labelInput) input() helpdesk.LabelInput {
	return helpdesk.LabelInput{Title: in.Title, Description: in.Description, Color: in.Color, Sidebar: in.Sidebar}
}

type labelID struct {
	ID helpdesk.LabelID `in:"id"`
}

type labelChange struct {
	labelID
	labelInput
}

// shown applies a view to a row that was found.
func shown[T, V any](row *T, err error, view func(*T) V) (out V, _ error) {
	if err != nil {
		return out, err
	}
	return view(row), nil
}

func createLabel(ctx context.Context, c *call, in labelInput) (labelView, error) {
	l, err := c.desk.Labels.Create(ctx, in.input())
	return shown(l, err, viewLabel)
}

func showLabel(ctx context.Context, c *call, in labelID) (labelView, error) {
	l, err := c.desk.Labels.Get(ctx, in.ID)
	return shown(l, err, viewLabel)
}

func updateLabel(ctx context.Context, c *call, in labelChange) (labelView, error) {
	l, err := c.desk.Labels.Update(ctx, in.ID, in.input())
	return shown(l, err, viewLabel)
}

func deleteLabel(ctx context.Context, c *call, in labelID) (empty, error) {
	return empty{}, c.desk.Labels.Delete(ctx, in.ID)
}

type attributeFilter struct {
	Model string `in:"attribute_model"`
}

func listAttributes(ctx context.Context, c *call, in attributeFilter) ([]attributeView, error) {
	found, err := c.desk.Attributes.List(ctx, attributeModel(in.Model))
	return each(found, viewAttribute), err
}

// attributeModel reads a name or a number.
func attributeModel(s string) helpdesk.AttributeModel {
	switch s {
	case "0", "conversation_attribute":
		return helpdesk.ConversationAttribute
	case "1", "contact_attribute":
		return helpdesk.ContactAttribute
	default:
		return helpdesk.AttributeModel(s)
	}
}

// attributeType reads a name or a number; text is the default.
func attributeType(s string) helpdesk.AttributeType {
	types := map[string]helpdesk.AttributeType{
		"": helpdesk.TextAttribute, "0": helpdesk.TextAttribute, "1": helpdesk.NumberAttribute, "2": helpdesk.CurrencyAttribute,
		"3": helpdesk.PercentAttribute, "4": helpdesk.LinkAttribute, "5": helpdesk.DateAttribute, "6": helpdesk.ListAttribute,
		"7": helpdesk.CheckboxAttribute,
	}
	if t, ok := types[s]; ok {
		return t
	}
	return helpdesk.AttributeType(s)
}

type attributeInput struct {
	Name        *string  `in:"attribute_display_name"`
	Type        string   `in:"attribute_display_type"`
	Description *string  `in:"attribute_description"`
	Key         string   `in:"attribute_key"`
	Model       string   `in:"attribute_model"`
	Values      []string `in:"attribute_values"`
	Pattern     *string  `in:"regex_pattern"`
	Cue         *string  `in:"regex_cue"`
	Default     *string  `in:"default_value"`
}

func (in attributeInput) input() helpdesk.AttributeInput {
	model := in.Model
	if model == "" {
		model = "0"
	}
	return helpdesk.AttributeInput{
		Model: attributeModel(model), Key: in.Key, Type: attributeType(in.Type), Name: in.Name, Description: in.Description,
		Pattern: in.Pattern, Hint: in.Cue, Default: in.Default, Choices: in.Values,
	}
}

type attributeID struct {
	ID helpdesk.AttributeID `in:"id"`
}

type attributeChange struct {
	attributeID
	attributeInput
}

func createAttribute(ctx context.Context, c *call, in attributeInput) (attributeView, error) {
	a, err := c.desk.Attributes.Create(ctx, in.input())
	return shown(a, err, viewAttribute)
}

func showAttribute(ctx context.Context, c *call, in attributeID) (attributeView, error) {
	a, err := c.desk.Attributes.Get(ctx, in.ID)
	return shown(a, err, viewAttribute)
}

func updateAttribute(ctx context.Context, c *call, in attributeChange) (attributeView, error) {
	a, err := c.desk.Attributes.Update(ctx, in.ID, in.input())
	return shown(a, err, viewAttribute)
}

func deleteAttribute(ctx context.Context, c *call, in attributeID) (noContent, error) {
	return noContent{}, c.desk.Attributes.Delete(ctx, in.ID)
}
