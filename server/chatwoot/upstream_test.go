package chatwoot_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/require"
)

// upstream is what Chatwoot 4.10 publishes of its own API, reduced to operations
// and shapes.
func upstream(t testing.TB) *openapi3.T {
	t.Helper()
	raw, err := os.ReadFile("testdata/chatwoot-4.10.json")
	require.NoError(t, err)
	doc, err := openapi3.NewLoader().LoadFromData(raw)
	require.NoError(t, err)
	return doc
}

var pathParameter = regexp.MustCompile(`\{[^}]*\}`)

// operationKey is a route without the names of its parameters.
func operationKey(method, path string) string {
	return method + " " + strings.TrimSuffix(pathParameter.ReplaceAllString(path, "{}"), "/")
}

// fields are what the published document says wrongly of a field wherever it
// occurs. That a value may be null it says nowhere; our own document does, and
// TestAnswersValidate holds every answer to it.
var fields = map[string]string{
	"sender_type":                          "is User, Contact or AgentBot",
	"messages/*/updated_at":                "is ISO 8601 in a message's columns",
	"last_non_activity_message/updated_at": "is ISO 8601 in a message's columns",
	"timestamp":                            "is a number of seconds",
	"meta/current_page":                    "is what was asked: a text, or the number 1 when nothing was",
	"attribute_values":                     "is a list",
}

// corrections are the operations for which a real server does not send what the
// published document says, and we do as the server does. at are the JSON
// pointers that may differ: "*" = any index or key, "" = the whole body.
var corrections = map[string]correction{
	"GET " + publishedAccount:   {why: "features is an object of the enabled ones", at: []string{"/features"}},
	"PATCH " + publishedAccount: {why: "features is an object of the enabled ones", at: []string{"/features"}},
	"DELETE " + publishedAccount + "/custom_attribute_definitions/{}": {why: "answers 204", status: 204},
	"DELETE " + publishedAccount + "/custom_filters/{}":               {why: "answers 204", status: 204},
	"GET " + publishedAccount + "/inboxes/{}/agent_bot":               {why: "answers 200, with {} where there is no bot", status: 200, at: []string{""}},
	"POST " + publishedAccount + "/inboxes/{}/set_agent_bot":          {why: "answers 200", status: 200, at: []string{""}},
	"POST " + publishedAccount + "/contacts":                          {why: "the payload is an object", at: []string{"/payload"}},
	"PUT " + publishedAccount + "/contacts/{}":                        {why: "answers 200 with the contact", status: 200, at: []string{""}},
	"GET " + publishedAccount + "/webhooks":                           {why: "the list stands in payload.webhooks", at: []string{""}},
	"GET " + publishedAccount + "/automation_rules":                   {why: "payload is a list; parameters and values are what was given", at: rulePointers("/payload/*")},
	"GET " + publishedAccount + "/automation_rules/{}":                {why: "payload is the rule; parameters and values are what was given", at: rulePointers("/payload")},
	"PATCH " + publishedAccount + "/automation_rules/{}":              {why: "payload is the rule; parameters and values are what was given", at: rulePointers("/payload")},
	"POST " + publishedAccount + "/automation_rules":                  {why: "parameters and values are what was given", at: rulePointers("")},
	"POST " + publishedAccount + "/integrations/hooks":                {why: "ids are numbers, hook_type is a name", at: []string{"/id", "/account_id", "/hook_type"}},
	"PATCH " + publishedAccount + "/integrations/hooks/{}":            {why: "ids are numbers, hook_type is a name", at: []string{"/id", "/account_id", "/hook_type"}},
	"GET /accounts/{}/conversations/{}/messages":                      {why: "agents write too", at: []string{"/payload/*/sender/type"}},
	"GET /api/v2/accounts/{}/reports":                                 {why: "values are numbers", at: []string{"/*/value"}},
	"GET /api/v2/accounts/{}/reports/summary":                         {why: "averages are numbers", at: []string{"/avg_first_response_time", "/avg_resolution_time", "/previous/avg_first_response_time", "/previous/avg_resolution_time"}},
	"GET /api/v2/accounts/{}/reports/conversations":                   {why: "published twice: a list of agents, or the account's figures", at: []string{""}},
	"GET " + publishedThread + "/messages":                            {why: "numbers are numbers", at: publicPointers("/*")},
	"POST " + publishedThread + "/messages":                           {why: "numbers are numbers", at: publicPointers("")},
	"PATCH " + publishedThread + "/messages/{}":                       {why: "numbers are numbers", at: publicPointers("")},
	"GET " + publishedThread:                                          {why: "inbox_id is a number; a template is of type 3", at: []string{"/inbox_id", "/messages/*/message_type"}},
	"POST " + publishedThread + "/toggle_status":                      {why: "inbox_id is a number; a template is of type 3", at: []string{"/inbox_id", "/messages/*/message_type"}},
	"GET " + publishedContact + "/conversations":                      {why: "inbox_id is a number; a template is of type 3", at: []string{"/*/inbox_id", "/*/messages/*/message_type"}},
	"POST " + publishedContact + "/conversations":                     {why: "inbox_id is a number", at: []string{"/inbox_id"}},
}

const (
	publishedAccount = "/api/v1/accounts/{}"
	publishedContact = "/public/api/v1/inboxes/{}/contacts/{}"
	publishedThread  = publishedContact + "/conversations/{}"
)

func rulePointers(at string) []string {
	return []string{"/payload", at + "/actions/*/action_params/*", at + "/conditions/*/values/*"}
}

func publicPointers(at string) []string {
	return []string{at + "/id", at + "/content_attributes", at + "/created_at", at + "/message_type", at + "/conversation_id"}
}

// pages are the published operations that answer no JSON, and are not this
// handler's.
var pages = map[string]string{"GET /survey/responses/{}": "server/survey"}

type correction struct {
	why    string
	status int // instead of the documented one
	at     []string
}

// Every operation of the published document answers, with its status and shape.
func TestPublishedOperations(t *testing.T) {
	t.Parallel()
	onStores(t, "", func(t *testing.T, w *world) {
		answers := map[string]answer{}
		walk(t, w, false, func(s step, r request) answer {
			a := w.send(r)
			method, path, _ := strings.Cut(s.route, " ")
			if key := operationKey(method, path); answers[key].body == "" {
				answers[key] = a
			}
			return a
		})
		var wrong []string
		used := map[string]bool{}
		for path, item := range upstream(t).Paths.Map() {
			for method, op := range item.Operations() {
				key := operationKey(method, path)
				got, there := answers[key]
				if !there && method == http.MethodPut {
					got, there = answers[strings.Replace(key, "PUT", "PATCH", 1)]
				}
				if pages[key] != "" {
					continue
				}
				if !there {
					wrong = append(wrong, key+": is not walked by the scenario")
					continue
				}
				fix, corrected := corrections[key]
				problems := against(op, fix, got)
				if corrected {
					used[key] = true
				}
				for _, p := range problems {
					wrong = append(wrong, key+": "+p)
				}
			}
		}
		for key := range corrections {
			if !used[key] {
				wrong = append(wrong, key+": is corrected, but not published")
			}
		}
		slices.Sort(wrong)
		if len(wrong) > 0 {
			t.Fatal(strings.Join(wrong, "\n"))
		}
	})
}

// against lists how an answer differs from what an operation is said to answer.
func against(op *openapi3.Operation, fix correction, got answer) (out []string) {
	said := op.Responses.Status(got.status)
	if fix.status == got.status && said == nil {
		for _, r := range op.Responses.Map() {
			said = r
		}
	}
	if said == nil {
		return []string{fmt.Sprint("answers ", got.status)}
	}
	media := said.Value.Content.Get("application/json")
	if media == nil || media.Schema == nil || slices.Contains(fix.at, "") {
		return nil
	}
	var body any
	if err := json.Unmarshal([]byte(got.body), &body); err != nil {
		return []string{"is no JSON: " + got.body}
	}
	err := media.Schema.Value.VisitJSON(body, openapi3.MultiErrors())
	for _, e := range flat(err) {
		schemaError, ok := errors.AsType[*openapi3.SchemaError](e)
		if !ok {
			out = append(out, e.Error())
			continue
		}
		at := "/" + strings.Join(schemaError.JSONPointer(), "/")
		known := schemaError.Value == nil || slices.ContainsFunc(fix.at, func(allowed string) bool { return matches(allowed, at) })
		for field := range fields {
			known = known || endsIn(at, field)
		}
		if !known {
			out = append(out, at+": "+schemaError.Reason)
		}
	}
	return out
}

func flat(err error) []error {
	if list, ok := errors.AsType[openapi3.MultiError](err); ok {
		var out []error
		for _, e := range list {
			out = append(out, flat(e)...)
		}
		return out
	}
	if err == nil {
		return nil
	}
	return []error{err}
}

// matches compares a pointer with a pattern, part by part.
func matches(pattern, at string) bool {
	want, got := strings.Split(pattern, "/"), strings.Split(at, "/")
	if len(want) != len(got) {
		return false
	}
	for i := range want {
		if want[i] != "*" && want[i] != got[i] {
			return false
		}
	}
	return true
}

// endsIn reports whether a pointer ends in a pattern.
func endsIn(at, pattern string) bool {
	got, n := strings.Split(at, "/"), strings.Count(pattern, "/")+1
	return len(got) >= n && matches(pattern, strings.Join(got[len(got)-n:], "/"))
}
