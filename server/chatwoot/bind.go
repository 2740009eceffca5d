package chatwoot

import (
	"encoding/json"
	"mime/multipart"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/gohelpdesk/helpdesk"
)

// bind fills a struct from the request. Fields name their parameter in the `in`
// tag; embedded structs belong to the same level. A pointer stays nil when the
// parameter is absent; null makes it point to the zero value. Texts become the
// field's type as in a form: "true", "12", a JSON object for a map.
//
// A value of the wrong kind is Invalid; in the path it is NotFound, since it
// names nothing.
func (c *call) bind(to any) error {
	wrong := make(map[string]string)
	bindStruct(reflect.ValueOf(to).Elem(), c.in.values, wrong)
	if len(wrong) == 0 {
		return nil
	}
	for name := range wrong {
		if slices.Contains(c.in.path, name) {
			return &helpdesk.Error{Code: helpdesk.NotFound, Message: "not found"}
		}
	}
	return &helpdesk.Error{Code: helpdesk.Invalid, Message: "invalid input", Fields: wrong}
}

// fieldNames lists the parameters a struct takes.
func fieldNames(of any) []string { return namesOf(reflect.TypeOf(of).Elem()) }

func namesOf(t reflect.Type) (names []string) {
	for i := range t.NumField() {
		f := t.Field(i)
		if f.Anonymous {
			names = append(names, namesOf(f.Type)...)
		} else if name := f.Tag.Get("in"); name != "" {
			names = append(names, name)
		}
	}
	return names
}

func bindStruct(to reflect.Value, from map[string]any, wrong map[string]string) {
	for i := range to.NumField() {
		f := to.Type().Field(i)
		if f.Anonymous {
			bindStruct(to.Field(i), from, wrong)
			continue
		}
		name := f.Tag.Get("in")
		v, given := from[name]
		if name == "" || !given {
			continue
		}
		if what := set(to.Field(i), v); what != "" {
			wrong[name] = what
		}
	}
}

var (
	fileType = reflect.TypeFor[*multipart.FileHeader]()
	anyType  = reflect.TypeFor[any]()
)

// set gives a field a value, and returns what is wrong with it; "" = nothing.
func set(to reflect.Value, v any) string {
	switch {
	case to.Type() == fileType:
		if f, ok := v.(*multipart.FileHeader); ok {
			to.Set(reflect.ValueOf(f))
		}
		return ""
	case to.Type() == anyType:
		if v = plain(v); v != nil {
			to.Set(reflect.ValueOf(v))
		}
		return ""
	}
	switch to.Kind() {
	case reflect.Pointer:
		return setPointer(to, v)
	case reflect.String:
		return setText(to, v)
	case reflect.Int, reflect.Int64:
		return setInt(to, v)
	case reflect.Bool:
		return setBool(to, v)
	case reflect.Slice:
		return setList(to, v)
	case reflect.Map:
		return setMap(to, v)
	case reflect.Struct:
		if m, ok := v.(map[string]any); ok {
			return setStruct(to, m)
		}
		return "must be an object"
	default:
		return "cannot be given"
	}
}

func setPointer(to reflect.Value, v any) string {
	if v == nil && to.Type().Elem().Kind() == reflect.Bool {
		return "" // neither yes nor no: as if not said
	}
	fresh := reflect.New(to.Type().Elem())
	if v != nil {
		if what := set(fresh.Elem(), v); what != "" {
			return what
		}
	}
	to.Set(fresh)
	return ""
}

func setText(to reflect.Value, v any) string {
	switch v := v.(type) {
	case nil:
	case string:
		to.SetString(v)
	case json.Number:
		to.SetString(v.String())
	case bool:
		to.SetString(strconv.FormatBool(v))
	default:
		return "must be a text"
	}
	return ""
}

func setInt(to reflect.Value, v any) string {
	text, ok := v.(string)
	if n, number := v.(json.Number); number {
		text, ok = n.String(), true
	}
	text = strings.TrimSpace(text)
	if v == nil || ok && text == "" {
		return ""
	}
	n, err := strconv.ParseInt(strings.TrimSuffix(text, ".0"), 10, 64)
	if !ok || err != nil {
		return "is not a number"
	}
	to.SetInt(n)
	return ""
}

func setBool(to reflect.Value, v any) string {
	switch v := v.(type) {
	case nil:
	case bool:
		to.SetBool(v)
	case json.Number:
		to.SetBool(v != "0")
	case string:
		to.SetBool(!slices.Contains([]string{"", "0", "f", "false", "off", "no"}, strings.ToLower(v)))
	default:
		return "must be true or false"
	}
	return ""
}

// setList takes a list, or one value as a list of one. Empty texts, which forms
// use to say "none", are left out.
func setList(to reflect.Value, v any) string {
	list, ok := v.([]any)
	if text, isText := v.(string); isText && to.Type().Elem().Kind() == reflect.Struct {
		list, ok = readObjects(text)
	}
	if !ok && v != nil {
		list = []any{v}
	}
	out := reflect.MakeSlice(to.Type(), 0, len(list))
	for _, item := range list {
		if item == "" || item == nil {
			continue
		}
		if out.Type().Elem() == fileType {
			if _, ok := item.(*multipart.FileHeader); !ok {
				return "must be files"
			}
		}
		one := reflect.New(out.Type().Elem()).Elem()
		if f, ok := item.(*multipart.FileHeader); ok && one.Type() == anyType {
			out = reflect.Append(out, reflect.ValueOf(f))
			continue
		}
		if what := set(one, item); what != "" {
			return what
		}
		out = reflect.Append(out, one)
	}
	to.Set(out)
	return ""
}

// readObjects reads a list of objects that a form sends as JSON text.
func readObjects(text string) (list []any, ok bool) {
	if text == "" {
		return nil, true
	}
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	return list, d.Decode(&list) == nil
}

func setMap(to reflect.Value, v any) string {
	if text, ok := v.(string); ok && text != "" {
		d := json.NewDecoder(strings.NewReader(text))
		d.UseNumber()
		if d.Decode(&v) != nil {
			return "must be an object"
		}
	}
	switch m := v.(type) {
	case nil, string:
		return ""
	case map[string]any:
		to.Set(reflect.ValueOf(plain(m)))
		return ""
	default:
		return "must be an object"
	}
}

func setStruct(to reflect.Value, m map[string]any) string {
	wrong := make(map[string]string)
	bindStruct(to, m, wrong)
	for name, what := range wrong {
		return name + " " + what
	}
	return ""
}

// plain is a value as encoding/json would make it: what the engine keeps.
func plain(v any) any {
	switch v := v.(type) {
	case json.Number:
		f, err := v.Float64()
		if err != nil {
			return v.String()
		}
		return f
	case map[string]any:
		out := make(map[string]any, len(v))
		for k, item := range v {
			out[k] = plain(item)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i := range v {
			out[i] = plain(v[i])
		}
		return out
	case *multipart.FileHeader:
		return v.Filename
	default:
		return v
	}
}
