package chatwoot

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"unicode"
)

// schema is a JSON Schema, as OpenAPI 3.1 embeds it.
type schema map[string]any

// schemas makes schemas of Go types, each named type once.
type schemas struct {
	defs  map[string]any
	names map[role]string
}

// role is a type as what is answered, or as what is taken.
type role struct {
	t     reflect.Type
	input bool
}

func newSchemas() *schemas {
	return &schemas{defs: make(map[string]any), names: make(map[role]string)}
}

// wireTypes are the types that write themselves.
func wireTypes() map[reflect.Type]schema {
	return map[reflect.Type]schema{
		reflect.TypeFor[epoch]():           {"type": "integer", "description": "seconds since 1970; 0 = never"},
		reflect.TypeFor[iso]():             {"type": []string{"string", "null"}, "description": "UTC, as 2026-01-02T03:04:05.678Z"},
		reflect.TypeFor[stamp]():           {"type": "number", "description": "seconds since 1970, with six decimals"},
		reflect.TypeFor[json.RawMessage](): anything(),
	}
}

// anything says what an empty schema says, but for readers to whom null is
// nothing.
func anything() schema {
	return schema{"type": []string{"string", "number", "boolean", "object", "array", "null"}}
}

// of is the schema of what encoding/json makes of a type.
func (s *schemas) of(t reflect.Type) schema {
	if known, ok := wireTypes()[t]; ok {
		return known
	}
	switch t.Kind() {
	case reflect.Pointer:
		return nullOr(s.of(t.Elem()))
	case reflect.Bool:
		return schema{"type": "boolean"}
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return schema{"type": "integer"}
	case reflect.Float64:
		return schema{"type": "number"}
	case reflect.String:
		return schema{"type": "string"}
	case reflect.Slice:
		return schema{"type": "array", "items": s.of(t.Elem())}
	case reflect.Map:
		return schema{"type": "object", "additionalProperties": s.of(t.Elem())}
	case reflect.Struct:
		return s.object(t)
	default:
		return anything()
	}
}

// nullOr also allows null.
func nullOr(of schema) schema {
	switch t := of["type"].(type) {
	case string:
		next := schema{}
		for k, v := range of {
			next[k] = v
		}
		next["type"] = []string{t, "null"}
		return next
	case []string:
		return of
	}
	if len(of) == 0 {
		return of
	}
	return schema{"anyOf": []any{of, schema{"type": "null"}}}
}

// object refers to a struct's schema; generic and nameless ones stand in place.
func (s *schemas) object(t reflect.Type) schema {
	if t.Name() == "" || strings.Contains(t.Name(), "[") {
		return s.fields(t)
	}
	return s.named(role{t, false}, func() schema { return s.fields(t) })
}

// named refers to the schema of a type in a role, made when it is first met.
func (s *schemas) named(r role, of func() schema) schema {
	name, known := s.names[r]
	if !known {
		name = s.nameOf(r)
		s.names[r] = name
		s.defs[name] = schema{} // taken: the type may contain itself
		s.defs[name] = of()
	}
	return schema{"$ref": "#/components/schemas/" + name}
}

// nameOf is conversationView as Conversation.
func (s *schemas) nameOf(r role) string {
	runes := []rune(strings.TrimSuffix(r.t.Name(), "View"))
	runes[0] = unicode.ToUpper(runes[0])
	name := string(runes)
	if r.input && !strings.HasSuffix(name, "Input") {
		name += "Input"
	}
	for s.defs[name] != nil {
		name += "_"
	}
	return name
}

func (s *schemas) fields(t reflect.Type) schema {
	props, required := map[string]any{}, []string{}
	s.addFields(t, props, &required)
	out := schema{"type": "object", "properties": props}
	if len(required) > 0 {
		slices.Sort(required)
		out["required"] = required
	}
	return out
}

// addFields adds a struct's fields as encoding/json sees them: an outer field
// hides an embedded one of the same name.
func (s *schemas) addFields(t reflect.Type, props map[string]any, required *[]string) {
	for i := range t.NumField() {
		f := t.Field(i)
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		if f.Anonymous && name == "" {
			continue
		}
		if name == "-" || !f.IsExported() {
			continue
		}
		if name == "" {
			name = f.Name
		}
		if props[name] != nil {
			continue
		}
		of := s.of(f.Type)
		optional := strings.Contains(options, "omitempty") || strings.Contains(options, "omitzero")
		if optional && f.Type.Kind() == reflect.Pointer {
			of = s.of(f.Type.Elem()) // never null: left out instead
		}
		props[name] = of
		if !optional {
			*required = append(*required, name)
		}
	}
	for i := range t.NumField() {
		f := t.Field(i)
		if name, _, _ := strings.Cut(f.Tag.Get("json"), ","); !f.Anonymous || name != "" {
			continue
		}
		embedded, required := f.Type, required
		if embedded.Kind() == reflect.Pointer { // may be nil: then its fields are left out
			embedded, required = embedded.Elem(), new([]string)
		}
		if embedded.Kind() == reflect.Struct {
			s.addFields(embedded, props, required)
		}
	}
}

// property is one parameter that an operation takes.
type property struct {
	name   string
	schema schema
	file   bool
}

// inputs are the parameters of an input struct, without those of the path.
func (s *schemas) inputs(t reflect.Type, inPath []string) (out []property) {
	for i := range t.NumField() {
		f := t.Field(i)
		if f.Anonymous {
			out = append(out, s.inputs(f.Type, inPath)...)
			continue
		}
		name := f.Tag.Get("in")
		if name == "" || slices.Contains(inPath, name) {
			continue
		}
		of, file := s.input(f.Type)
		out = append(out, property{name, of, file})
	}
	return out
}

// input is the schema of a parameter: numbers and booleans may come as texts.
func (s *schemas) input(t reflect.Type) (of schema, file bool) {
	switch {
	case t == fileType:
		return schema{"type": "string", "contentMediaType": "application/octet-stream"}, true
	case t.Kind() == reflect.Pointer:
		of, file = s.input(t.Elem())
		return nullOr(of), file
	case t.Kind() == reflect.Slice:
		of, file = s.input(t.Elem())
		return schema{"type": "array", "items": of}, file
	case t.Kind() == reflect.Struct:
		fields := func() schema {
			props := map[string]any{}
			for _, p := range s.inputs(t, nil) {
				props[p.name] = p.schema
			}
			return schema{"type": "object", "properties": props}
		}
		if t.Name() == "" {
			return fields(), false
		}
		return s.named(role{t, true}, fields), false
	case t.Kind() == reflect.Map:
		return schema{"type": "object"}, false
	default:
		return s.of(t), false
	}
}
