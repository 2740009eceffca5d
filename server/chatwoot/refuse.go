package chatwoot

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/server/internal/web"
)

// refusal is an error whose answer is fixed already.
type refusal struct {
	status int
	body   any
}

func (r *refusal) Error() string { return http.StatusText(r.status) }

// errorText is the usual shape of an error.
type errorText struct {
	Error  string            `json:"error"`
	Fields map[string]string `json:"fields,omitempty"` // an addition: what a conflict or limit is about
}

// invalid is the shape of a failed validation.
type invalid struct {
	Message    string   `json:"message"`
	Attributes []string `json:"attributes"`
}

func refused(status int, text string) error { return &refusal{status, errorText{Error: text}} }

// refuse renders an error. This is the one place that knows what the engine's
// codes are called over HTTP.
func (c *call) refuse(ctx context.Context, err error) answer {
	if r, ok := errors.AsType[*refusal](err); ok {
		return refuseWith(r.status, r.body)
	}
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return refuseWith(http.StatusRequestEntityTooLarge, errorText{Error: "The request is too large"})
	}
	told, ok := errors.AsType[*helpdesk.Error](err)
	if !ok {
		told = &helpdesk.Error{Code: helpdesk.CodeOf(err)}
	}
	switch told.Code {
	case helpdesk.Invalid:
		return refuseWith(http.StatusUnprocessableEntity, invalidBody(told))
	case helpdesk.Unauthenticated:
		return refuseWith(http.StatusUnauthorized, errorText{Error: sentence(told.Message)})
	case helpdesk.Forbidden:
		if c.route.who == platformApp {
			return refuseWith(http.StatusUnauthorized, errorText{Error: "Non permissible resource"})
		}
		return refuseWith(http.StatusUnauthorized, errorText{Error: "You are not authorized to do this action"})
	case helpdesk.NotFound:
		if slices.Contains([]caller{customer, anyInbox, platformApp}, c.route.who) {
			return refuseWith(http.StatusNotFound, unknownPath{http.StatusNotFound, "Not Found"})
		}
		return refuseWith(http.StatusNotFound, errorText{Error: "Resource could not be found"})
	case helpdesk.Conflict:
		return refuseWith(http.StatusConflict, errorText{sentence(told.Message), told.Fields})
	case helpdesk.Limited:
		return answer{status: http.StatusTooManyRequests, contentType: "text/plain", body: []byte("Retry later\n")}
	case helpdesk.Unsupported:
		return refuseWith(http.StatusUnprocessableEntity, errorText{Error: sentence(told.Message)})
	case helpdesk.Unavailable:
		return refuseWith(http.StatusServiceUnavailable, errorText{Error: sentence(told.Message)})
	default:
		if ctx.Err() == nil {
			c.o.Logger.Error("serving a request", "method", c.route.method, "path", c.route.path, "err", err)
		}
		return refuseWith(http.StatusInternalServerError, unknownPath{http.StatusInternalServerError, "Internal Server Error"})
	}
}

func refuseWith(status int, body any) answer {
	raw, err := json.Marshal(body)
	if err != nil {
		return answer{status: http.StatusInternalServerError}
	}
	return answer{status: status, contentType: web.JSONType, body: raw}
}

// invalidBody is Rails' validation error where fields are named, else a text.
func invalidBody(e *helpdesk.Error) any {
	if len(e.Fields) == 0 {
		return errorText{Error: sentence(e.Message)}
	}
	return invalid{fullMessages(e), slices.Sorted(maps.Keys(e.Fields))}
}

// fullMessages joins "Phone number is bad" and the like, as Rails words them.
func fullMessages(e *helpdesk.Error) string {
	fields := slices.Sorted(maps.Keys(e.Fields))
	out := make([]string, len(fields))
	for i, f := range fields {
		out[i] = sentence(strings.ReplaceAll(strings.TrimSuffix(f, "_id"), "_", " ")) + " " + e.Fields[f]
	}
	return strings.Join(out, ", ")
}

// sentence begins with a capital letter.
func sentence(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// asText makes every invalid input of an operation a plain text, as message
// creation does.
func asText(e endpoint) endpoint {
	do := e.do
	e.do = func(ctx context.Context, c *call) (any, error) {
		out, err := do(ctx, c)
		told, ok := errors.AsType[*helpdesk.Error](err)
		if ok && told.Code == helpdesk.Invalid && len(told.Fields) > 0 {
			return nil, refused(http.StatusUnprocessableEntity, "Validation failed: "+fullMessages(told))
		}
		return out, err
	}
	return e
}
