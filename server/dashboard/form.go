package dashboard

import (
	"cmp"
	"errors"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/gohelpdesk/helpdesk"
)

// fieldKind is how a field looks and what it sends.
type fieldKind string

const (
	asText     fieldKind = "text"
	asEmail    fieldKind = "email"
	asURL      fieldKind = "url"
	asPassword fieldKind = "password" // never shown again
	asNumber   fieldKind = "number"
	asArea     fieldKind = "area"    // several lines
	asCode     fieldKind = "code"    // several lines, fixed width
	asSwitch   fieldKind = "switch"  // "true" or nothing
	asSelect   fieldKind = "select"  // one of Options
	asChoices  fieldKind = "choices" // any of Options
	asColor    fieldKind = "color"
	asTags     fieldKind = "tags" // several words, between commas
	asTime     fieldKind = "time"
	asDate     fieldKind = "date"
	asMoment   fieldKind = "datetime-local" // in the account's time zone
	asFile     fieldKind = "file"
	asCopy     fieldKind = "copy" // to be read and copied, not changed
	asHeading  fieldKind = "heading"
	asSecret   fieldKind = "secret"  // to be copied, and shown only when asked for
	asCurrent  fieldKind = "current" // the present password
)

// field is one question of a form. Its label is the text AREA.field_NAME of the form's
// words, and a hint stands below it where AREA.field_NAME_hint is one.
type field struct {
	Name     string
	Kind     fieldKind
	Value    string   // of all kinds but choices
	Values   []string // of choices
	Options  []option
	Required bool
	Max      int    // characters; 0 = the desk says
	Label    string // set when the words have none, as for custom attributes
	Hint     string
	Wrong    string // what is wrong with it
	Accept   string // of files
	Many     bool   // of files: several at once
	Suggest  []string
	Half     bool // it shares its line with the next that is half
}

type option struct {
	Value, Label, Hint string
}

// Chosen is for templates: whether an option is one of the field's values.
func (f field) Chosen(value string) bool { return f.Value == value || slices.Contains(f.Values, value) }

// form is a page's questions with what was answered, and what is wrong with it.
type form struct {
	Area    string // its words
	Title   string
	Fields  []field
	Problem string // what is wrong with no field of it
	Files   bool   // it carries files

	Actions *actionEditor // nil = it has none
	Hours   *hoursForm    // likewise

	index map[string]int
}

// ask completes fields with their words.
func (c *call) ask(area string, fields ...field) *form {
	f := &form{Area: area, Fields: fields, index: map[string]int{}}
	for i := range f.Fields {
		q := &f.Fields[i]
		f.index[q.Name] = i
		if q.Label == "" {
			q.Label = c.T(area + ".field_" + q.Name)
		}
		if hint := area + ".field_" + q.Name + "_hint"; q.Hint == "" && catalogue()[hint] != nil {
			q.Hint = c.T(hint)
		}
		f.Files = f.Files || q.Kind == asFile
	}
	return f
}

// Field is for templates that lay a form out themselves.
func (f *form) Field(name string) *field {
	if i, ok := f.index[name]; ok {
		return &f.Fields[i]
	}
	return nil
}

// fill puts what was sent back into the form, so that nothing typed is lost.
func (f *form) fill(in url.Values) {
	if f.Actions != nil {
		f.Actions.fill(input{in})
	}
	if f.Hours != nil {
		f.Hours = f.Hours.c.readHours(input{in})
	}
	for i := range f.Fields {
		q := &f.Fields[i]
		switch q.Kind {
		case asPassword, asCurrent, asFile, asCopy, asSecret, asHeading:
		case asChoices:
			q.Values = in[q.Name]
		default:
			q.Value = in.Get(q.Name)
		}
	}
}

// refuse shows an error at the fields it names, and reports whether it is one that
// whoever filled the form in can mend.
func (f *form) refuse(c *call, err error) bool {
	if f.Hours != nil {
		if err = f.Hours.refuse(err); err == nil {
			return true
		}
	}
	e, ok := errors.AsType[*helpdesk.Error](err)
	if !ok || (e.Code != helpdesk.Invalid && e.Code != helpdesk.Conflict && e.Code != helpdesk.Limited && e.Code != helpdesk.Unsupported) {
		return false
	}
	var rest []string
	for name, wrong := range e.Fields {
		if q := f.Field(name); q != nil && q.Kind != asHeading {
			q.Wrong = c.wrong(wrong)
			continue
		}
		if f.Actions != nil && f.Actions.refuse(name, wrong) {
			continue
		}
		rest = append(rest, name+" "+c.wrong(wrong))
	}
	slices.Sort(rest)
	if f.Problem = strings.Join(rest, "; "); len(e.Fields) == 0 {
		f.Problem = e.Message
	}
	return true
}

// renamed is an error whose fields have other names in a form.
func renamed(err error, names map[string]string) error {
	e, ok := errors.AsType[*helpdesk.Error](err)
	if !ok || len(e.Fields) == 0 {
		return err
	}
	out := *e
	out.Fields = map[string]string{}
	for name, says := range e.Fields {
		out.Fields[cmp.Or(names[name], name)] = says
	}
	return &out
}

// wrong is what the desk says of a field, in the reader's language where there are
// words for it. Words with {n} in them fit every number in its place.
func (c *call) wrong(says string) string {
	if known := catalogue()["wrong."+says]; known != nil {
		return known[c.lang]
	}
	n := wholeNumber.FindString(says)
	if known := catalogue()["wrong."+strings.Replace(says, n, "{n}", 1)]; n != "" && known != nil {
		return strings.Replace(known[c.lang], "{n}", n, 1)
	}
	return says
}

var wholeNumber = regexp.MustCompile(`\d+`)

// input is what a form sent.
type input struct{ url.Values }

// text is a field's text, trimmed; the pointer is what inputs of the desk want.
func (in input) text(name string) *string {
	s := strings.TrimSpace(in.Get(name))
	return &s
}

// area is a field's text as it was typed, with one kind of line break.
func (in input) area(name string) *string {
	s := strings.ReplaceAll(in.Get(name), "\r\n", "\n")
	return &s
}

func (in input) yes(name string) *bool {
	b := in.Get(name) == "true"
	return &b
}

// number is a whole number; what is none is a problem that names the field.
func (in input) number(name string, problems map[string]string) *int {
	s := strings.TrimSpace(in.Get(name))
	if s == "" {
		return new(int)
	}
	n, err := strconv.Atoi(s)
	if err != nil {
		problems[name] = "must be a whole number"
	}
	return &n
}

// id is a chosen object; 0 = none.
func (in input) id(name string) int64 {
	n, _ := strconv.ParseInt(in.Get(name), 10, 64) // what is no number chose nothing
	return n
}

// tags are the words of a field between commas.
func (in input) tags(name string) []string {
	out := []string{}
	for s := range strings.SplitSeq(in.Get(name), ",") {
		if s = strings.TrimSpace(s); s != "" {
			out = append(out, s)
		}
	}
	return out
}

// ids are the objects chosen of several.
func ids[T ~int64](in input, name string) []T {
	out := []T{}
	for _, s := range in.Values[name] {
		if n, err := strconv.ParseInt(s, 10, 64); err == nil {
			out = append(out, T(n))
		}
	}
	return out
}

// bad is an error of a form's own making, nil when there is no problem.
func bad(problems map[string]string) error {
	if len(problems) == 0 {
		return nil
	}
	return &helpdesk.Error{Code: helpdesk.Invalid, Message: "the form is not right", Fields: problems}
}

// form reads what was sent, files left aside.
func (c *call) input() (input, error) {
	var err error
	if strings.HasPrefix(c.r.Header.Get("Content-Type"), "multipart/") {
		err = c.r.ParseMultipartForm(maxForm)
	} else {
		err = c.r.ParseForm()
	}
	if err != nil {
		return input{}, helpdesk.Errorf(helpdesk.Invalid, "the form could not be read")
	}
	return input{c.r.PostForm}, nil //nolint:forbidigo // what was posted, not the client's call
}

func str[T ~int | ~int64](n T) string { return strconv.FormatInt(int64(n), 10) }

func yesNo(b bool) string {
	if b {
		return "true"
	}
	return ""
}
