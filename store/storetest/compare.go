package storetest

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"time"
)

// same ends the test when the two rows differ in any field but those named.
// Times are compared as moments; nil and empty are the same.
func same[T any](d *desk, got, want *T, but ...string) {
	d.Helper()
	if got == nil {
		d.Fatalf("got no %T", want)
	}
	var wrong []string
	g, w := reflect.ValueOf(got).Elem(), reflect.ValueOf(want).Elem()
	for i := range g.NumField() {
		field := g.Type().Field(i).Name
		if slices.Contains(but, field) {
			continue
		}
		if a, b := canonical(g.Field(i)), canonical(w.Field(i)); a != b {
			wrong = append(wrong, field+": got "+a+", want "+b)
		}
	}
	if len(wrong) > 0 {
		d.Fatalf("%T differs:\n\t%s", *got, strings.Join(wrong, "\n\t"))
	}
}

// canonical is a field's value in a form in which equal values are equal text.
func canonical(v reflect.Value) string {
	if t, ok := v.Interface().(time.Time); ok {
		return t.UTC().Format(time.RFC3339Nano)
	}
	b, err := json.Marshal(v.Interface())
	if err != nil {
		return err.Error()
	}
	if s := string(b); s != "null" && s != "{}" && s != "[]" {
		return s
	}
	return ""
}

// inUTC ends the test when a time of the row is not.
func inUTC[T any](d *desk, v *T) {
	d.Helper()
	r := reflect.ValueOf(v).Elem()
	for i := range r.NumField() {
		if t, ok := r.Field(i).Interface().(time.Time); ok && t.Location() != time.UTC {
			d.Fatalf("%T.%s is not in UTC: %v", *v, r.Type().Field(i).Name, t)
		}
	}
}

// filled ends the test when a field of the row is zero, but for those named:
// what is not filled is not tested.
func filled[T any](d *desk, v *T, but ...string) {
	d.Helper()
	r := reflect.ValueOf(v).Elem()
	for i := range r.NumField() {
		if field := r.Type().Field(i).Name; !slices.Contains(but, field) && r.Field(i).IsZero() {
			d.Fatalf("storetest: %T.%s is not filled, so it is not tested", *v, field)
		}
	}
}

// field points to a row's field, such as its ID; nil when it has none.
func field[P, T any](v *T, name string) *P {
	f := reflect.ValueOf(v).Elem().FieldByName(name)
	if !f.IsValid() {
		return nil
	}
	return f.Addr().Interface().(*P)
}

// equal ends the test unless got is want.
func equal[T any](d *desk, what string, got, want T) {
	d.Helper()
	if a, b := canonical(reflect.ValueOf(&got).Elem()), canonical(reflect.ValueOf(&want).Elem()); a != b {
		d.Fatalf("%s: got %s, want %s", what, a, b)
	}
}

// ids are the ids of rows, in their order.
func ids[ID ~int64, T any](rows []*T) []ID {
	out := make([]ID, len(rows))
	for i, row := range rows {
		out[i] = *field[ID](row, "ID")
	}
	return out
}
