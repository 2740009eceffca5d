package chatwoot

import (
	_ "embed" // OPERATIONS.md names the operations
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strings"
)

// operationsTable is the human half of the OpenAPI document.
//
//go:embed OPERATIONS.md
var operationsTable string

// operation is a row of OPERATIONS.md.
type operation struct {
	tag, summary, differs string
}

// operations reads OPERATIONS.md, by "METHOD path".
func operations() map[string]operation {
	out := make(map[string]operation)
	tag := ""
	for line := range strings.Lines(operationsTable) {
		if title, ok := strings.CutPrefix(line, "## "); ok {
			tag = strings.TrimSpace(title)
		}
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), " | ")
		if len(cells) < 3 || !strings.HasPrefix(line, "| ") || !strings.Contains(cells[1], "`/") {
			continue
		}
		op := operation{tag: tag, summary: strings.TrimSpace(cells[2])}
		if len(cells) > 3 {
			op.differs = strings.TrimSpace(strings.Join(cells[3:], " | "))
		}
		out[strings.TrimSpace(cells[0])+" "+strings.Trim(strings.TrimSpace(cells[1]), "`")] = op
	}
	return out
}

// OpenAPI returns the OpenAPI 3.1 document of the handler, made from its route
// table and the Go types behind it. server is the URL it is mounted under; "" =
// the same host.
func OpenAPI(server string) []byte {
	s := newSchemas()
	paths := make(map[string]map[string]any)
	told := operations()
	var tags []any
	for _, rt := range routes() {
		op := told[rt.method+" "+rt.path]
		if !slices.ContainsFunc(tags, func(t any) bool { return t.(map[string]any)["name"] == op.tag }) {
			tags = append(tags, map[string]any{"name": op.tag})
		}
		if paths[rt.path] == nil {
			paths[rt.path] = make(map[string]any)
		}
		paths[rt.path][strings.ToLower(rt.method)] = rt.document(s, op)
	}
	doc := map[string]any{
		"openapi": "3.1.0",
		"info": map[string]any{
			"title": "helpdesk", "version": Version,
			"description": "The wire format of Chatwoot " + Version + ", and what helpdesk adds to it. Operations marked x-addition are not Chatwoot's.",
		},
		"tags":  tags,
		"paths": paths,
		"components": map[string]any{
			"schemas":         s.defs,
			"securitySchemes": securitySchemes(),
		},
	}
	if server != "" {
		doc["servers"] = []any{map[string]any{"url": server}}
	}
	raw, err := json.Marshal(doc)
	if err != nil {
		panic("chatwoot: the OpenAPI document: " + err.Error()) // maps of texts always encode
	}
	return raw
}

func securitySchemes() map[string]any {
	header := func(name, what string) map[string]any {
		return map[string]any{"type": "apiKey", "in": "header", "name": name, "description": what}
	}
	return map[string]any{
		"token":   header("api_access_token", "of a user, an agent bot or a platform app"),
		"session": header("access-token", "of POST /auth/sign_in, together with the headers client and uid"),
		"visitor": header("X-Auth-Token", "of the widget's visitor"),
	}
}

// security is what a caller must show.
func (rt route) security() []any {
	switch rt.who {
	case anyone, anyInbox, customer:
		return []any{}
	default:
		return []any{map[string]any{"token": []any{}}, map[string]any{"session": []any{}}}
	}
}

// document describes one operation.
func (rt route) document(s *schemas, op operation) map[string]any {
	out := map[string]any{
		"operationId": rt.name, "summary": op.summary, "tags": []any{op.tag}, "security": rt.security(),
		"responses": rt.responses(s),
	}
	if op.differs != "" {
		out["description"] = op.differs
	}
	if strings.HasPrefix(op.differs, "Addition") {
		out["x-addition"] = true
	}
	inPath := pathNames(rt.path)
	params := make([]any, 0, len(inPath))
	for _, name := range inPath {
		params = append(params, map[string]any{"name": name, "in": "path", "required": true, "schema": schema{"type": "string"}})
	}
	if rt.writes {
		params = append(params, map[string]any{
			"name": "Idempotency-Key", "in": "header", "schema": schema{"type": "string", "maxLength": 255},
			"description": "A repeated request with the same key has one effect and the same answer, for 24 hours.",
		})
	}
	props := s.inputs(rt.in, inPath)
	if rt.method == http.MethodGet || rt.method == http.MethodDelete && len(props) == 0 {
		for _, p := range props {
			if p.schema["type"] == "array" {
				p.name += "[]"
			}
			params = append(params, map[string]any{"name": p.name, "in": "query", "schema": p.schema})
		}
	} else if len(props) > 0 {
		out["requestBody"] = map[string]any{"content": rt.content(props)}
	}
	if len(params) > 0 {
		out["parameters"] = params
	}
	return out
}

// content is a body in the forms it may take.
func (rt route) content(props []property) map[string]any {
	fields := make(map[string]any, len(props))
	files := false
	for _, p := range props {
		fields[p.name] = p.schema
		files = files || p.file
	}
	flat := schema{"type": "object", "properties": fields}
	body := flat
	if rt.root != "" {
		body = schema{"anyOf": []any{schema{"type": "object", "properties": map[string]any{rt.root: flat}, "required": []string{rt.root}}, flat}}
	}
	out := map[string]any{"application/json": map[string]any{"schema": body}}
	if files {
		out["multipart/form-data"] = map[string]any{"schema": body}
	}
	return out
}

// responses are what an operation answers when all is well, and the errors that
// any may answer.
func (rt route) responses(s *schemas) map[string]any {
	body := func(what string, of schema) map[string]any {
		return map[string]any{"description": what, "content": map[string]any{"application/json": map[string]any{"schema": of}}}
	}
	out := map[string]any{}
	switch rt.out {
	case reflect.TypeFor[empty]():
		out["200"] = map[string]any{"description": "Done; the body is empty"}
	case reflect.TypeFor[noContent]():
		out["204"] = map[string]any{"description": "Done"}
	case reflect.TypeFor[csvFile]():
		out["200"] = map[string]any{"description": "A table", "content": map[string]any{"text/csv": map[string]any{"schema": schema{"type": "string"}}}}
	case reflect.TypeFor[redirect]():
		out["302"] = map[string]any{"description": "Elsewhere; the body is empty"}
	case reflect.TypeFor[entered]():
		out["200"] = body("Signed in; the headers are the session", s.of(reflect.TypeFor[data[userView]]()))
		out["206"] = body("The second factor is missing", s.of(reflect.TypeFor[secondFactorAsked]()))
	default:
		out["200"] = body("Done", s.of(rt.out))
	}
	wrong := s.of(reflect.TypeFor[errorText]())
	if rt.who != anyone {
		out["401"] = body("Nobody signed in, or they may not", schema{"anyOf": []any{s.of(reflect.TypeFor[errorList]()), wrong}})
	}
	if len(pathNames(rt.path)) > 0 {
		out["404"] = body("Not there, or not to be seen", wrong)
	}
	if rt.writes {
		out["409"] = body("Changed meanwhile, or a key is taken", wrong)
	}
	out["default"] = body("Refused", schema{"anyOf": []any{s.of(reflect.TypeFor[invalid]()), wrong, schema{"type": "object"}}})
	out["429"] = map[string]any{"description": "Too many requests", "content": map[string]any{"text/plain": map[string]any{"schema": schema{"type": "string"}}}}
	return out
}

// pathNames lists the parameters of a path.
func pathNames(path string) (names []string) {
	for _, part := range strings.Split(path, "/") {
		if name, ok := strings.CutPrefix(part, "{"); ok {
			names = append(names, strings.TrimRight(name, ".}"))
		}
	}
	return names
}

// showOpenAPI answers the document of this very handler.
func (a *api) showOpenAPI(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Access-Control-Allow-Origin", "*")
	_, _ = fmt.Fprintf(w, "%s", OpenAPI(a.o.PublicURL)) // the client left: nobody to tell
}
