package chatwoot

import (
	"bytes"
	"context"
	"encoding/json"
	"mime"
	"net/http"
	"path"
	"reflect"
	"runtime"
	"strings"
	"time"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/server/internal/web"
)

// route is one row of the table in routes.go.
type route struct {
	method, path string
	who          caller
	writes       bool // makes one Update, and takes an Idempotency-Key
	endpoint
}

// endpoint answers one request, and knows what it takes and gives, for the
// OpenAPI document. What do returns is written as JSON, but for the types in
// this file.
type endpoint struct {
	do      func(ctx context.Context, c *call) (any, error)
	name    string       // of the function, as operationId
	in, out reflect.Type // out of an interface type = one of several shapes
	root    string       // the key that JSON may wrap its fields in
}

// describe is an endpoint of fn that runs do.
func describe[In, Out any](fn any, root string, do func(ctx context.Context, c *call) (any, error)) endpoint {
	name := runtime.FuncForPC(reflect.ValueOf(fn).Pointer()).Name()
	return endpoint{do, name[strings.LastIndexByte(name, '.')+1:], reflect.TypeFor[In](), reflect.TypeFor[Out](), root}
}

// call is one request on its way through the handler.
type call struct {
	*api
	r     *http.Request
	route route
	in    params

	limits []guard

	who   principal      // whoever signed in; zero for customers
	actor helpdesk.Actor // in whose name the desk works; zero where there is no account
	desk  *helpdesk.Desk
	agent *helpdesk.Agent // the actor's membership; nil for customers and hosts
	inbox *helpdesk.Inbox // of the customers' API

	cursor   helpdesk.Cursor       // where the feed stood when a list was read; "" = not said
	app      *helpdesk.PlatformApp // of the platform API
	platform *helpdesk.Platform
	source   string       // of a widget's visitor, by their token
	cookie   *http.Cookie // that the answer sets; nil = none
}

// none is the input of operations that take nothing.
type none struct{}

// empty is answered as 200 without a body, noContent as 204.
type (
	empty     struct{}
	noContent struct{}
)

// op makes an endpoint of a function from what a request says to what it
// answers. Input fields are bound by their `in` tag; see bind.go.
func op[In, Out any](fn func(ctx context.Context, c *call, in In) (Out, error)) endpoint {
	return describe[In, Out](fn, "", func(ctx context.Context, c *call) (any, error) {
		var in In
		if err := c.bind(&in); err != nil {
			return nil, err
		}
		return fn(ctx, c, in)
	})
}

// under is op for operations whose JSON may stand under a root key, or flat;
// in a form the key is mandatory.
func under[In, Out any](root string, fn func(ctx context.Context, c *call, in In) (Out, error)) endpoint {
	return describe[In, Out](fn, root, func(ctx context.Context, c *call) (any, error) {
		var in In
		if err := c.in.lift(root, fieldNames(&in)); err != nil {
			return nil, err
		}
		if err := c.bind(&in); err != nil {
			return nil, err
		}
		return fn(ctx, c, in)
	})
}

// answer is a rendered response.
type answer struct {
	status      int
	contentType string
	body        []byte
	replayed    bool
	location    string // of a redirect
	stream      stream // nil = body is all
}

// redirect is answered as 302 to the address, partial as 206 with the body.
type (
	redirect string
	partial  struct{ body any }
)

// serve carries a request through one route: who asks, what they ask, was it
// asked before, do it, write the answer.
func (a *api) serve(rt route) http.Handler {
	guards := guardsOf(rt)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c := &call{api: a, r: r, route: rt, limits: guards}
		r.Body = http.MaxBytesReader(w, r.Body, a.bodyLimit(rt, r))
		out := c.run(r.Context())
		defer c.in.discard()
		c.who.repeatHeaders(w.Header())
		h := w.Header()
		if out.contentType != "" {
			h.Set("Content-Type", out.contentType)
		}
		if out.contentType == csvType {
			h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": path.Base(rt.path) + ".csv"}))
		}
		if out.replayed {
			h.Set("Idempotent-Replayed", "true")
		}
		if out.location != "" {
			h.Set("Location", out.location)
		}
		if c.cursor != "" {
			h.Set("X-Event-Cursor", string(c.cursor))
		}
		if c.cookie != nil {
			http.SetCookie(w, c.cookie)
		}
		h.Set("Cache-Control", "no-store")
		if out.stream != nil {
			out.stream(w, r)
			return
		}
		w.WriteHeader(out.status)
		_, _ = w.Write(out.body) // the client left: nobody to tell
	})
}

// bodyLimit lets files through only from those who may bring some.
func (a *api) bodyLimit(rt route, r *http.Request) int64 {
	if rt.who != anyone && strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/") {
		return a.o.MaxUpload
	}
	return maxBody
}

func (c *call) run(ctx context.Context) answer {
	if err := c.identify(ctx); err != nil {
		return c.refuse(ctx, err)
	}
	if err := c.in.read(c.r, c.route.path); err != nil {
		return c.refuse(ctx, err)
	}
	if err := c.limit(ctx); err != nil {
		return c.refuse(ctx, err)
	}
	c.chooseAccount()
	if key := c.r.Header.Get("Idempotency-Key"); key != "" && c.route.writes && (c.desk != nil || c.app != nil) {
		return c.once(ctx, key)
	}
	out, err := c.route.endpoint.do(ctx, c)
	if err != nil {
		return c.refuse(ctx, err)
	}
	return c.render(ctx, out)
}

// once is run for a request with an Idempotency-Key: an answer that was given is
// given again, byte for byte.
func (c *call) once(ctx context.Context, key string) answer {
	if len(key) > 255 {
		return c.refuse(ctx, helpdesk.Errorf(helpdesk.Invalid, "Idempotency-Key is longer than 255 characters"))
	}
	request, err := c.in.fingerprint(c.r)
	if err != nil {
		return c.refuse(ctx, err)
	}
	ctx = helpdesk.WithIdempotencyKey(ctx, c.scope(), key, request)
	if seen, err := c.e.StoredAnswer(ctx, c.actor.Account()); err != nil {
		return c.refuse(ctx, err)
	} else if seen != nil {
		return answer{status: seen.Status, contentType: seen.ContentType, body: seen.Body, replayed: true}
	}
	out, err := c.route.endpoint.do(ctx, c)
	if err != nil || helpdesk.Repeated(ctx) {
		if first := c.first(ctx); first != nil {
			return *first
		}
	}
	if err != nil {
		return c.refuse(ctx, err)
	}
	made := c.render(ctx, out)
	if err := c.e.StoreAnswer(ctx, c.actor.Account(), made.status, made.contentType, made.body); err != nil {
		// The work is done and its result stands beside the key: a repeat gets
		// the same answer, rendered again.
		c.o.Logger.Error("storing an answer", "path", c.route.path, "err", err)
		return made
	}
	// Of two requests with one key that came together, the first answer counts.
	if first, err := c.e.StoredAnswer(ctx, c.actor.Account()); err == nil && first != nil && !bytes.Equal(first.Body, made.body) {
		return answer{status: first.Status, contentType: first.ContentType, body: first.Body, replayed: true}
	}
	return made
}

// patience is how long a repeat waits for the answer of a request that is being
// given it.
const patience = 2 * time.Second

// first is the answer of the request that this one repeats, when the work of
// that is done: it may have left nothing for this one to find, or what it came to
// cannot be told from what is there now. nil = it is not done.
func (c *call) first(ctx context.Context) *answer {
	for waited := time.Duration(0); ; waited += patience / 100 {
		done, err := c.e.RequestDone(ctx, c.actor.Account())
		if err != nil || !done {
			return nil
		}
		seen, err := c.e.StoredAnswer(ctx, c.actor.Account())
		if err != nil {
			return nil
		}
		if seen != nil {
			return &answer{status: seen.Status, contentType: seen.ContentType, body: seen.Body, replayed: true}
		}
		if waited >= patience {
			break
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(patience / 100): //nolint:forbidigo // a request waits for another in the machine's time
		}
	}
	// The process that did it has stopped before it answered. What has no body is
	// answered all the same.
	switch c.route.out {
	case reflect.TypeFor[empty]():
		return &answer{status: http.StatusOK, replayed: true}
	case reflect.TypeFor[noContent]():
		return &answer{status: http.StatusNoContent, replayed: true}
	}
	return nil
}

// render turns what an endpoint returned into bytes.
func (c *call) render(ctx context.Context, out any) answer {
	made := answer{status: http.StatusOK, contentType: web.JSONType}
	switch special := out.(type) {
	case stream:
		return answer{stream: special}
	case empty:
		return answer{status: http.StatusOK}
	case noContent:
		return answer{status: http.StatusNoContent}
	case csvFile:
		body, err := special.encode()
		if err != nil {
			return c.refuse(ctx, err)
		}
		return answer{status: http.StatusOK, contentType: csvType, body: body}
	case redirect:
		return answer{status: http.StatusFound, location: string(special)}
	case partial:
		made.status, out = http.StatusPartialContent, special.body
	}
	body, err := json.Marshal(out)
	if err != nil {
		return c.refuse(ctx, err)
	}
	made.body = pictures(c.files.Base, body)
	return made
}
