package bunstore

import (
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/gohelpdesk/helpdesk"
)

// A condition becomes an expression that is true or false and never NULL, so
// that NOT means what it says. Its texts are pieces written here; what a person
// gave is only ever an argument.

// where adds a condition about the rows of alias c.
func (t *tx) where(q *bun.SelectQuery, about helpdesk.AttributeModel, c helpdesk.Cond) *bun.SelectQuery {
	e := expression{tx: t, about: about, alias: "c"}
	e.cond(c)
	return q.Where(e.text.String(), e.args...)
}

// expression is a condition on its way into SQL.
type expression struct {
	*tx
	about helpdesk.AttributeModel
	alias string
	text  strings.Builder
	args  []any
}

func (e *expression) write(text string, args ...any) {
	e.text.WriteString(text)
	e.args = append(e.args, args...)
}

func (e *expression) cond(c helpdesk.Cond) {
	switch {
	case len(c.And) > 0:
		e.join(c.And, " AND ")
	case len(c.Or) > 0:
		e.join(c.Or, " OR ")
	case c.Not != nil:
		e.write("NOT ")
		e.cond(*c.Not)
	case c.Field == "":
		e.write("TRUE")
	case c.Model != e.about:
		e.ofContact(c)
	default:
		e.leaf(c)
	}
}

func (e *expression) join(list []helpdesk.Cond, word string) {
	e.write("(")
	for i, c := range list {
		if i > 0 {
			e.write(word)
		}
		e.cond(c)
	}
	e.write(")")
}

// ofContact asks about the contact of a conversation.
func (e *expression) ofContact(c helpdesk.Cond) {
	e.write(e.d.qualify("EXISTS (SELECT 1 FROM @helpdesk_contacts AS w WHERE w.account_id = " + e.alias + ".account_id AND w.id = " + e.alias + ".contact_id AND "))
	inner := expression{tx: e.tx, about: helpdesk.ContactAttribute, alias: "w"}
	inner.leaf(c)
	e.write(inner.text.String()+")", inner.args...)
}

func (e *expression) leaf(c helpdesk.Cond) {
	negative := false
	switch c.Op {
	case helpdesk.NotEqual:
		c.Op, negative = helpdesk.Equal, true
	case helpdesk.NotContains:
		c.Op, negative = helpdesk.Contains, true
	case helpdesk.NotPresent:
		c.Op, negative = helpdesk.Present, true
	default: // said as it is
	}
	if negative {
		e.write("NOT ")
	}
	switch c.Type {
	case helpdesk.LabelsField:
		e.labels(c)
	case helpdesk.CheckboxField:
		e.checkbox(c)
	default:
		e.compare(c)
	}
}

// labels asks whether a row carries any of the labels.
func (e *expression) labels(c helpdesk.Cond) {
	if c.Op == helpdesk.Present {
		e.write("(" + e.alias + ".labels <> '')")
		return
	}
	owner := string(e.about)
	e.write(e.d.qualify("EXISTS (SELECT 1 FROM @helpdesk_"+owner+"_labels AS x WHERE x.account_id = "+e.alias+".account_id AND x."+owner+"_id = "+
		e.alias+".id AND x.label_id IN (?))"), in(c.Values))
}

// checkbox compares a truth; one that was never set is false.
func (e *expression) checkbox(c helpdesk.Cond) {
	yes, no := false, false
	for _, v := range c.Values {
		yes, no = yes || v == true, no || v != true
	}
	if yes && no {
		e.write("TRUE")
		return
	}
	if no {
		e.write("NOT ")
	}
	if !c.Custom {
		e.write(e.alias + ".blocked")
		return
	}
	text, args := e.reading("b", keyName(c.Field))
	set := " = 1"
	if e.d.postgres() {
		set = " = 'true'"
	}
	e.write("COALESCE("+text+set+", FALSE)", args...)
}

// compare compares one value of a row; there may be none.
func (e *expression) compare(c helpdesk.Cond) {
	column, args, missing := e.column(c)
	nullable := missing == isNull
	switch c.Op {
	case helpdesk.Present:
		e.write("(NOT "+column+missing+")", args...)
		return
	case helpdesk.Equal:
		e.truth(column+" IN (?)", nullable, append(args, bun.List(e.values(c)))...)
		return
	default: // one value after the other
	}
	e.write("(")
	for i, v := range e.values(c) {
		if i > 0 {
			e.write(" OR ")
		}
		e.one(c, column, nullable, append(args[:len(args):len(args)], v))
	}
	e.write(")")
}

// truth writes a comparison that is false, not NULL, where there is no value. No
// index serves what stands in a COALESCE, so that it is used only where needed.
func (e *expression) truth(comparison string, nullable bool, args ...any) {
	if nullable {
		comparison = "COALESCE(" + comparison + ", FALSE)"
	}
	e.write(comparison, args...)
}

// one compares with one value, the last of the arguments.
func (e *expression) one(c helpdesk.Cond, column string, nullable bool, args []any) {
	v := &args[len(args)-1]
	switch c.Op {
	case helpdesk.Contains:
		*v = "%" + literal(*v) + "%"
		if c.Type == helpdesk.NumberField {
			column = "CAST(" + column + " AS TEXT)"
		}
		e.truth(column+" LIKE ? ESCAPE '!'", nullable, args...)
	case helpdesk.StartsWith:
		*v = literal(*v) + "%"
		e.truth(column+" LIKE ? ESCAPE '!'", nullable, args...)
	case helpdesk.Greater:
		e.truth(column+" > ?", nullable, args...)
	case helpdesk.Less:
		e.truth(column+" < ?", nullable, args...)
		if c.Type == helpdesk.TimeField {
			e.write(" AND " + column + " <> 0") // 0 is never
		}
	default:
		e.write("FALSE")
	}
}

func literal(v any) string {
	text, _ := v.(string)
	return strings.NewReplacer("!", "!!", "%", "!%", "_", "!_").Replace(text)
}

// values are a condition's, as the column holds them.
func (e *expression) values(c helpdesk.Cond) []any {
	out := make([]any, len(c.Values))
	for i, v := range c.Values {
		out[i] = v
		if at, ok := v.(time.Time); ok {
			out[i] = micros(at)
		}
		if c.Field == "priority" && c.Type == helpdesk.ChoiceField {
			name, _ := v.(string)
			out[i] = packPriority(helpdesk.Priority(name))
		}
	}
	return out
}

// isNull is how a column says that there is nothing, unless a value does.
const isNull = " IS NULL"

// column is where a row of the alias keeps what is asked about, and how it says
// that there is nothing.
func (e *expression) column(c helpdesk.Cond) (text string, args []any, missing string) {
	if c.Custom {
		text, args = e.attribute(c)
		return text, args, isNull
	}
	missing = " = ''"
	if c.Type != helpdesk.TextField {
		missing = " = 0"
	}
	a := e.alias + "."
	switch c.Field {
	case "name", "email", "company":
		return a + c.Field + "_fold", nil, missing
	case "phone_number":
		return a + "phone", nil, missing
	case "status", "assignee_id", "inbox_id", "team_id", "sla_policy_id", "priority", "display_id", "created_at", "last_activity_at":
		return a + c.Field, nil, missing
	case "campaign_id":
		if e.d.postgres() {
			return "(" + a + "readings ->> 'c')::float8", nil, isNull
		}
		return "json_extract(" + a + "readings, '$.c')", nil, isNull
	default: // checked by the engine
		text, args = e.reading("f", keyName(c.Field))
		return text, args, isNull
	}
}

// attribute is the reading of a custom attribute that a type compares.
func (e *expression) attribute(c helpdesk.Cond) (string, []any) {
	switch key := keyName(c.Field); c.Type {
	case helpdesk.NumberField:
		text, args := e.reading("n", key)
		if e.d.postgres() {
			text += "::float8"
		}
		return text, args
	case helpdesk.DayField:
		text, args := e.reading("d", key)
		if e.d.postgres() {
			text = "(" + text + ` COLLATE "C")`
		}
		return text, args
	default:
		return e.reading("t", key)
	}
}

// reading is one value of the column of readings, by kind and key.
func (e *expression) reading(kind, key string) (string, []any) {
	if e.d.postgres() {
		return "(" + e.alias + ".readings -> '" + kind + "' ->> ?)", []any{key}
	}
	return "json_extract(" + e.alias + ".readings, ?)", []any{"$." + kind + `."` + key + `"`}
}
