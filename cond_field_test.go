package helpdesk_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
)

// condValue is a value that a condition on a field may have.
func condValue(f helpdesk.CondField, op helpdesk.Op) []any {
	switch {
	case op == helpdesk.Present || op == helpdesk.NotPresent:
		return nil
	case op == helpdesk.AttributeMoved:
		return []any{[]any{}, []any{"x"}}
	case op == helpdesk.DaysBefore:
		return []any{"3"}
	case len(f.Choices) > 0:
		return []any{f.Choices[0]}
	}
	switch f.Type {
	case helpdesk.NumberField:
		return []any{"7"}
	case helpdesk.DayField, helpdesk.TimeField:
		return []any{"2026-03-01"}
	case helpdesk.CheckboxField:
		return []any{"true"}
	case helpdesk.RefField:
		return []any{int64(1)}
	default:
		return []any{"x"}
	}
}

// Whatever a form of conditions offers, a filter and a rule take.
func TestCondFieldsAreTaken(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		for _, model := range []helpdesk.AttributeModel{helpdesk.ContactAttribute, helpdesk.ConversationAttribute} {
			for _, kind := range []helpdesk.AttributeType{
				helpdesk.TextAttribute, helpdesk.NumberAttribute, helpdesk.LinkAttribute, helpdesk.DateAttribute, helpdesk.ListAttribute, helpdesk.CheckboxAttribute,
			} {
				in := helpdesk.AttributeInput{Model: model, Key: "own_" + string(kind), Type: kind, Name: new("Own")}
				if kind == helpdesk.ListAttribute {
					in.Choices = []string{"a", "b"}
				}
				_, err := w.admin.Attributes.Create(t.Context(), in)
				require.NoError(t, err)
			}
		}
		group, err := w.admin.ChannelGroups.Create(t.Context(), helpdesk.ChannelGroupInput{Name: new("All")})
		require.NoError(t, err)
		require.EqualValues(t, 1, group.ID)
		each := func(about helpdesk.AttributeModel, event helpdesk.EventKind, ask func(c helpdesk.Cond) error) (n int) {
			fields, err := w.admin.Attributes.CondFields(t.Context(), about, event)
			require.NoError(t, err)
			for _, f := range fields {
				for _, op := range f.Ops {
					c := helpdesk.Cond{Field: f.Name, Model: f.Model, Op: op, Values: condValue(f, op)}
					require.NoError(t, ask(c), "%+v", c)
					n++
				}
			}
			return n
		}
		contacts := each(helpdesk.ContactAttribute, "", func(c helpdesk.Cond) error {
			_, _, err := w.admin.Contacts.List(t.Context(), helpdesk.ContactFilter{Where: &c}, helpdesk.Page{})
			return err
		})
		talks := each(helpdesk.ConversationAttribute, "", func(c helpdesk.Cond) error {
			_, err := w.admin.Conversations.List(t.Context(), helpdesk.ConversationFilter{Where: &c}, helpdesk.Page{})
			return err
		})
		require.Greater(t, talks, contacts)
		rules := each(helpdesk.ConversationAttribute, helpdesk.ConversationUpdated, func(c helpdesk.Cond) error {
			_, err := w.admin.Rules.Try(t.Context(), helpdesk.RuleInput{Event: helpdesk.ConversationUpdated, Cond: &c})
			return err
		})
		require.Greater(t, rules, talks)
	})
}
