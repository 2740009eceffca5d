package chatwoot_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk/server/chatwoot"
)

// document is the handler's own OpenAPI document, read by a library that knows
// the standard.
func document(t testing.TB) *openapi3.T {
	t.Helper()
	doc, err := openapi3.NewLoader().LoadFromData(chatwoot.OpenAPI("https://desk.example"))
	require.NoError(t, err)
	return doc
}

func TestOpenAPIDocumentIsValid(t *testing.T) {
	t.Parallel()
	doc := document(t)
	require.NoError(t, doc.Validate(t.Context()))
	w := newWorld(t)
	served := w.ok(request{method: "GET", path: "/api/openapi.json"})
	require.JSONEq(t, string(chatwoot.OpenAPI("https://desk.example")), served.body)
}

// OPERATIONS.md has exactly the rows of the route table, each with its words,
// and every operation has a name of its own.
func TestOperationsTable(t *testing.T) {
	t.Parallel()
	told, rows := chatwoot.OperationRows(), chatwoot.Routes()
	for _, row := range rows {
		require.NotEmpty(t, told[row], "%s is not in OPERATIONS.md", row)
	}
	for row := range told {
		require.Contains(t, rows, row, "OPERATIONS.md has a row that is no route")
	}
	names := map[string]string{}
	for path, item := range document(t).Paths.Map() {
		for method, op := range item.Operations() {
			require.NotEmpty(t, op.Tags[0], "%s %s", method, path)
			require.Empty(t, names[op.OperationID], "%s %s is called %s too", method, path, op.OperationID)
			names[op.OperationID] = method + " " + path
		}
	}
	require.Len(t, names, len(rows))
}

// Every answer of the scenario has the shape that the document promises.
func TestAnswersValidate(t *testing.T) {
	t.Parallel()
	doc := document(t)
	var wrong []string
	w := newWorld(t)
	walk(t, w, false, func(s step, r request) answer {
		a := w.send(r)
		if problem := validates(doc, s.route, a); problem != "" {
			wrong = append(wrong, s.name+": "+problem)
		}
		return a
	})
	require.Empty(t, wrong, strings.Join(wrong, "\n"))
}

// validates checks a body against the operation's schema, and returns what is
// wrong with it.
func validates(doc *openapi3.T, route string, a answer) string {
	method, path, _ := strings.Cut(route, " ")
	responses := doc.Paths.Value(path).GetOperation(method).Responses
	said := responses.Status(a.status)
	if said == nil && a.status >= http.StatusBadRequest {
		said = responses.Default()
	}
	switch {
	case said == nil:
		return "the document does not tell of this status"
	case said.Value.Content == nil && a.body == "":
		return ""
	case said.Value.Content == nil:
		return "the document says that the body is empty: " + a.body
	}
	media := said.Value.Content.Get("application/json")
	if media == nil {
		return ""
	}
	var body any
	if err := json.Unmarshal([]byte(a.body), &body); err != nil {
		return err.Error()
	}
	if err := media.Schema.Value.VisitJSON(body, openapi3.MultiErrors()); err != nil {
		lines := strings.Split(err.Error(), "\n")
		return strings.Join(slices.DeleteFunc(lines, func(l string) bool { return !strings.Contains(l, "rror") }), " ")
	}
	return ""
}
