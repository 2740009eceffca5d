package helpdesk

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// FieldType says how a field is compared, and what the values of a condition
// are once the engine has checked them. What a record holds and the type cannot
// read counts as missing, and so does an empty text.
type FieldType string

const (
	TextField     FieldType = "text"     // strings, folded; for Contains, NotContains and StartsWith a part of one
	NumberField   FieldType = "number"   // float64; for Contains and NotContains strings of digits
	DayField      FieldType = "day"      // a date without a time: strings, YYYY-MM-DD
	TimeField     FieldType = "time"     // time.Time; compared by the day in the account's time zone, so the values are its ends
	CheckboxField FieldType = "checkbox" // bool; missing = false
	RefField      FieldType = "ref"      // int64, the id of something
	ChoiceField   FieldType = "choice"   // strings: a Status or a Priority
	LabelsField   FieldType = "labels"   // int64, the ids of labels; a title nobody uses leaves none. Of rules strings, titles
)

// field is one row of the table of what conditions may ask about.
type field struct {
	name string
	typ  FieldType
	ops  []Op
}

// Sets of operators, in the order in which refusals name them.
var (
	opsEqual    = []Op{Equal, NotEqual}
	opsPresent  = []Op{Equal, NotEqual, Present, NotPresent}
	opsContains = []Op{Equal, NotEqual, Contains, NotContains}
	opsStarts   = []Op{Equal, NotEqual, Contains, NotContains, StartsWith}
	opsTime     = []Op{Greater, Less, DaysBefore}
)

// conditionFields is the one table of built-in fields. Of its operators:
//
//   - Equal holds when the record has any of the values, NotEqual when it has
//     none of them; a record without a value has none.
//   - Contains holds when the text holds any of the values, NotContains when it
//     holds none; again also where there is no text. Texts compare without
//     case, and % and _ are characters like others.
//   - Present and NotPresent ask whether there is a value.
//   - Greater and Less are strict, and false where there is no value; times and
//     dates compare by the day. DaysBefore is Less than so many days ago.
//   - Several labels are one value each: Equal is any of them, NotEqual none. So
//     are the channel groups that the conversation's inbox is in.
func conditionFields(about AttributeModel) []field {
	if about == ContactAttribute {
		return []field{
			{"name", TextField, opsContains},
			{"email", TextField, opsContains},
			{"phone_number", TextField, opsStarts},
			{"identifier", TextField, opsEqual},
			{"country_code", TextField, opsEqual},
			{"city", TextField, opsContains},
			{"company", TextField, opsContains},
			{"labels", LabelsField, opsPresent},
			{"created_at", TimeField, opsTime},
			{"last_activity_at", TimeField, opsTime},
			{"blocked", CheckboxField, opsEqual},
		}
	}
	return []field{
		{"status", ChoiceField, opsEqual},
		{"assignee_id", RefField, opsPresent},
		{"inbox_id", RefField, opsPresent},
		{channelGroupField, RefField, opsPresent},
		{"team_id", RefField, opsPresent},
		{"sla_policy_id", RefField, opsPresent},
		{"priority", ChoiceField, opsEqual},
		{"display_id", NumberField, opsContains},
		{"campaign_id", NumberField, opsPresent},
		{"labels", LabelsField, opsPresent},
		{"browser_language", TextField, opsEqual},
		{"conversation_language", TextField, opsEqual},
		{"referer", TextField, opsContains},
		{"mail_subject", TextField, opsContains},
		{"created_at", TimeField, opsTime},
		{"last_activity_at", TimeField, opsTime},
	}
}

// attributeField is how a custom attribute is asked about.
func attributeField(a *AttributeDefinition) field {
	switch a.Type {
	case NumberAttribute, CurrencyAttribute, PercentAttribute:
		return field{a.Key, NumberField, append(slices.Clone(opsPresent), Greater, Less)}
	case DateAttribute:
		return field{a.Key, DayField, append(slices.Clone(opsPresent), opsTime...)}
	case CheckboxAttribute:
		return field{a.Key, CheckboxField, opsEqual}
	default:
		return field{a.Key, TextField, append(slices.Clone(opsStarts), Present, NotPresent)}
	}
}

// Limits of a condition, all groups together.
const (
	maxCondDepth  = 8
	maxConds      = 100
	maxCondValues = 1000
	maxCondText   = 1500  // characters of one value
	maxCondSize   = 65536 // bytes of all values
)

// condition checks a condition about conversations or contacts against the
// account's configuration, and makes of it what a store is given: a copy with
// Type set and values of that type. nil and the zero value ask nothing.
func (u *unit) condition(c *Cond, about AttributeModel) (*Cond, error) {
	if c == nil || c.empty() {
		return nil, nil
	}
	r := u.resolver(about)
	out := r.resolve(*c, 1)
	if len(r.faults) > 0 {
		return nil, &Error{Code: Invalid, Message: strings.Join(slices.Compact(r.faults), " ")}
	}
	return &out, nil
}

func (u *unit) resolver(about AttributeModel) *resolver {
	return &resolver{cfg: u.cfg, about: about, zone: u.cfg.zone, now: u.now.In(u.cfg.zone)}
}

func (c *Cond) empty() bool {
	return c.Field == "" && c.Op == "" && len(c.Values) == 0 && c.And == nil && c.Or == nil && c.Not == nil
}

// resolver goes through one condition and collects all that is wrong with it.
type resolver struct {
	cfg   *config
	about AttributeModel
	rule  EventKind // the condition is a rule's, for this event; "" = it is not
	zone  *time.Location
	now   time.Time

	strict bool // it is being written: what it names must be there

	faults             []string
	conds, values, sum int
}

func (r *resolver) fault(format string, args ...any) Cond {
	r.faults = append(r.faults, fmt.Sprintf(format, args...))
	return Cond{}
}

func (r *resolver) resolve(c Cond, depth int) Cond {
	forms := 0
	for _, is := range []bool{c.Field != "", len(c.And) > 0, len(c.Or) > 0, c.Not != nil} {
		if is {
			forms++
		}
	}
	r.conds++
	switch {
	case forms > 1:
		return r.fault("Invalid condition: it must be one field or one group.")
	case depth > maxCondDepth:
		return r.fault("Invalid condition: groups are nested too deeply (maximum is %d).", maxCondDepth)
	case r.conds == maxConds+1:
		return r.fault("Invalid condition: there are too many (maximum is %d).", maxConds)
	case r.conds > maxConds:
		return Cond{}
	case len(c.And) > 0:
		return Cond{And: r.group(c.And, depth)}
	case len(c.Or) > 0:
		return Cond{Or: r.group(c.Or, depth)}
	case c.Not != nil:
		inner := r.resolve(*c.Not, depth+1)
		return Cond{Not: &inner}
	}
	return r.leaf(c)
}

func (r *resolver) group(list []Cond, depth int) []Cond {
	out := make([]Cond, len(list))
	for i, c := range list {
		out[i] = r.resolve(c, depth+1)
	}
	return out
}

// leaf checks one condition on one field.
func (r *resolver) leaf(c Cond) Cond {
	f, of, custom, ok := r.find(c)
	if !ok {
		names := make([]string, 0, 16)
		for _, f := range r.fields(r.about) {
			names = append(names, f.name)
		}
		return r.fault("Invalid attribute key - [%s]. The key should be one of [%s] or a custom attribute defined in the account.",
			clip(clean(c.Field), 100), strings.Join(names, ","))
	}
	if c.Op == AttributeMoved && r.rule != "" {
		return r.moved(f, c, custom)
	}
	if !slices.Contains(f.ops, c.Op) {
		names := make([]string, len(f.ops))
		for i, op := range f.ops {
			names[i] = string(op)
		}
		return r.fault("Invalid operator. The allowed operators for %s are [%s].", f.name, strings.Join(names, ","))
	}
	out := Cond{Field: c.Field, Model: of, Op: c.Op, Type: f.typ, Custom: custom}
	if c.Op == Present || c.Op == NotPresent {
		return r.leafDone(out)
	}
	values, ok := r.read(f, c)
	if !ok {
		return r.fault("Invalid value. The values provided for %s are invalid", f.name)
	}
	if out.Values = values; c.Op == DaysBefore && r.rule == "" {
		out.Op = Less
	}
	return r.leafDone(out)
}

// leafDone is a checked condition as its engine asks it.
func (r *resolver) leafDone(c Cond) Cond {
	if c.Field == channelGroupField && !c.Custom {
		return r.inGroups(c)
	}
	return c
}

// find looks a field up. Without a Model a built-in field goes before an
// attribute of the same key, with one after it. Of a conversation one may also
// ask about its contact.
func (r *resolver) find(c Cond) (f field, of AttributeModel, custom, ok bool) {
	if of = c.Model; of == "" {
		of = r.about
	}
	if of != r.about && (r.about != ConversationAttribute || of != ContactAttribute) {
		return f, of, false, false
	}
	fields := r.fields(of)
	i := slices.IndexFunc(fields, func(f field) bool { return f.name == c.Field })
	a := r.cfg.attribute(of, c.Field)
	if a == nil && c.Model == "" && r.rule != "" {
		if a = r.cfg.attribute(ContactAttribute, c.Field); a != nil {
			of = ContactAttribute
		}
	}
	switch {
	case i >= 0 && (a == nil || c.Model == ""):
		return fields[i], of, false, true
	case a != nil:
		return attributeField(a), of, true, true
	default:
		return f, of, false, false
	}
}

// fields are the built-in fields that the condition may ask about.
func (r *resolver) fields(of AttributeModel) []field {
	if r.rule != "" && of == ConversationAttribute {
		return append(conditionFields(of), ruleFields()...)
	}
	return conditionFields(of)
}

func (c *config) attribute(model AttributeModel, key string) *AttributeDefinition {
	for _, a := range c.attributes {
		if a.Model == model && a.Key == key {
			return a
		}
	}
	return nil
}

// read makes a condition's values those of its type.
func (r *resolver) read(f field, c Cond) (out []any, ok bool) {
	r.values += len(c.Values)
	if len(c.Values) == 0 || r.values > maxCondValues {
		return nil, false
	}
	for _, v := range c.Values {
		text, isText := v.(string)
		r.sum += len(text)
		if isText && (tooLong(text, maxCondText) || r.sum > maxCondSize) {
			return nil, false
		}
		one, ok := r.value(f, c.Op, v)
		if !ok {
			return nil, false
		}
		if one != nil {
			out = append(out, one)
		}
	}
	return out, len(out) > 0 || f.typ == LabelsField
}

// value reads one value; nil = it is one that no record can have.
func (r *resolver) value(f field, op Op, v any) (any, bool) {
	text, ok := valueText(v)
	if !ok {
		return nil, false
	}
	if op == DaysBefore {
		return r.daysAgo(f, text) // a rule's stay a number: it means another day tomorrow
	}
	switch f.typ {
	case TextField:
		return textValue(f, op, text)
	case NumberField:
		n, ok := parseNumber(text)
		if op == Contains || op == NotContains {
			return text, ok
		}
		return n, ok
	case DayField:
		day, ok := parseDay(text)
		return day, ok
	case TimeField:
		return r.dayEnd(op, text)
	case CheckboxField:
		yes, ok := parseCheck(text)
		return yes, ok
	case RefField:
		n, err := strconv.ParseInt(text, 10, 64)
		return n, err == nil
	case ChoiceField:
		return text, slices.Contains(choicesOf(f), text)
	default: // LabelsField
		if r.rule != "" {
			return normalTitle(text), true // rules go by titles: another may just have made the label
		}
		if l := r.cfg.labelByTitle[normalTitle(text)]; l != nil {
			return int64(l.ID), true
		}
		return nil, true
	}
}

// textValue is a text as records hold it for comparing.
func textValue(f field, op Op, text string) (any, bool) {
	if op != Equal && op != NotEqual {
		text = strings.TrimSpace(text)
	} else if f.name == "phone_number" && text != "" {
		text = "+" + strings.TrimPrefix(text, "+")
	}
	return fold(clean(text)), text != ""
}

// dayEnd is the moment a time is compared with: Greater than a day is after its
// last microsecond, Less is before its first.
func (r *resolver) dayEnd(op Op, text string) (any, bool) {
	day, err := time.ParseInLocation(time.DateOnly, text, r.zone)
	if err != nil {
		at, err := time.Parse(time.RFC3339, text)
		if err != nil {
			return nil, false
		}
		day = at.In(r.zone)
	}
	if op == Greater {
		return startOfDay(day.Year(), day.Month(), day.Day()+1, r.zone).Add(-time.Microsecond), true
	}
	return startOfDay(day.Year(), day.Month(), day.Day(), r.zone), true
}

// startOfDay is the first moment of a day, also where clocks skip midnight.
func startOfDay(year int, month time.Month, day int, zone *time.Location) time.Time {
	t := time.Date(year, month, day, 0, 0, 0, 0, zone)
	if t.Hour() != 0 { // Date chose the hour before the gap, or the one after it
		noon := time.Date(year, month, day, 12, 0, 0, 0, zone)
		for t.Day() != noon.Day() {
			t = t.Add(30 * time.Minute)
		}
	}
	return t
}

func (r *resolver) daysAgo(f field, text string) (any, bool) {
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 || n > 36500 {
		return nil, false
	}
	if r.rule != "" {
		return int64(n), true
	}
	day := r.now.AddDate(0, 0, -n)
	if f.typ == DayField {
		return day.Format(time.DateOnly), true
	}
	return startOfDay(day.Year(), day.Month(), day.Day(), r.zone), true
}

// valueText is a value as a text.
func valueText(v any) (string, bool) {
	switch v := v.(type) {
	case string:
		return v, true
	case bool:
		return strconv.FormatBool(v), true
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64), true
	case int:
		return strconv.Itoa(v), true
	case int64:
		return strconv.FormatInt(v, 10), true
	case json.Number:
		return v.String(), true
	default:
		return "", false
	}
}

func parseNumber(text string) (float64, bool) {
	n, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
	return n, err == nil && !math.IsNaN(n) && !math.IsInf(n, 0)
}

// parseDay reads a date, or the date of a time as it is written.
func parseDay(text string) (string, bool) {
	if _, err := time.Parse(time.DateOnly, text); err == nil {
		return text, true
	}
	if _, err := time.Parse(time.RFC3339, text); err == nil {
		return text[:len(time.DateOnly)], true
	}
	return "", false
}

func parseCheck(text string) (yes, ok bool) {
	return text == "true", text == "true" || text == "false"
}

// Readings is every way in which a value of an attribute can be read, for
// stores: what a condition compares does not depend on the database. Whatever a
// type cannot read is left empty.
type Readings struct {
	Text   string // folded
	Number *float64
	Day    string // YYYY-MM-DD
	Check  *bool
}

// ReadingsOf reads an attribute's value, as JSON gives it.
func ReadingsOf(v any) Readings {
	var out Readings
	text, isText := v.(string)
	switch v := v.(type) {
	case string:
		out.Text = fold(v)
		out.Day, _ = parseDay(v)
	case bool:
		out.Check = &v
	}
	if yes, ok := parseCheck(text); ok {
		out.Check = &yes
	}
	if _, isBool := v.(bool); isBool {
		return out
	}
	if number, ok := valueText(v); ok && (!isText || text != "") {
		if n, ok := parseNumber(number); ok {
			out.Number = &n
		}
	}
	return out
}
