package whatsappsim

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"regexp"
	"strconv"
	"strings"
)

// call is a request on its way through the server.
type call struct {
	s      *Sim
	w      http.ResponseWriter
	r      *http.Request
	body   []byte
	path   string
	number *Number // whose token it carries
	status int
	at     int // among the calls
}

var version = regexp.MustCompile(`^/v\d+\.\d+/`)

func (s *Sim) serve(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, 120<<20))
	if err != nil {
		return // the caller has gone
	}
	c := &call{s: s, w: w, r: r, body: body, path: "/" + version.ReplaceAllString(r.URL.Path, "")}
	if !strings.HasPrefix(c.path, "/") || strings.HasPrefix(c.path, "//") {
		c.path = strings.TrimPrefix(c.path, "/")
	}
	s.mu.Lock()
	at := len(s.calls)
	c.at = at
	s.calls = append(s.calls, Call{Method: r.Method, Path: c.path, Query: r.URL.RawQuery, Header: r.Header.Clone(), Body: body})
	s.mu.Unlock()
	w.Header().Set("facebook-api-version", "v25.0")
	w.Header().Set("x-fb-trace-id", "Sim"+strconv.Itoa(at))
	c.route()
	s.mu.Lock()
	s.calls[at].Status = c.status
	s.mu.Unlock()
}

// route finds what a call is about.
func (c *call) route() {
	parts := strings.Split(strings.Trim(c.path, "/"), "/")
	if parts[0] == "lookaside" {
		c.download(parts[len(parts)-1])
		return
	}
	if parts[0] == "oauth" || parts[0] == "debug_token" {
		c.signUp(parts[0])
		return
	}
	if !c.signedIn() {
		return
	}
	n, edge := c.number, ""
	if len(parts) > 1 {
		edge = parts[1]
	}
	switch {
	case parts[0] == n.ID:
		c.phone(edge)
	case parts[0] == n.BusinessAccount:
		c.business(edge)
	case parts[0] == c.s.o.AppID && edge == "uploads", strings.HasPrefix(parts[0], "upload:"):
		c.upload(parts[0])
	default:
		c.object(parts[0])
	}
}

// signedIn finds whose token it is.
func (c *call) signedIn() bool {
	token, _ := strings.CutPrefix(c.r.Header.Get("Authorization"), "Bearer ")
	if other, ok := strings.CutPrefix(token, "OAuth "); ok { // of resumable uploads
		token = other
	}
	if token == "" {
		token = c.r.URL.Query().Get("access_token")
	}
	c.s.mu.Lock()
	for _, n := range c.s.numbers {
		if n.Token == token && !n.revoked {
			c.number = n
		}
	}
	c.s.mu.Unlock()
	if c.number == nil {
		c.refuse(&refusal{status: http.StatusUnauthorized, code: 190, message: titles[190], details: "the token is unknown or was taken back"})
		return false
	}
	return true
}

func (c *call) answer(v any) {
	c.write(http.StatusOK, v)
}

func (c *call) write(status int, v any) {
	raw, err := json.Marshal(v)
	if err != nil {
		c.s.tb.Errorf("whatsappsim: an answer that JSON cannot hold: %v", err)
	}
	c.status = status
	c.w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	c.w.WriteHeader(status)
	_, _ = c.w.Write(raw) // the caller may have gone
}

func (c *call) refuse(f *refusal) {
	if f.retryAfter > 0 {
		c.w.Header().Set("Retry-After", strconv.Itoa(int(f.retryAfter.Seconds())))
	}
	c.write(f.status, f.body(c.at))
}

// cut writes the first half of an answer and breaks the connection.
func (c *call) cut(v any, nothing bool) {
	raw, err := json.Marshal(v)
	if err != nil {
		c.s.tb.Errorf("whatsappsim: %v", err)
	}
	if !nothing {
		c.status = http.StatusOK
		c.w.Header().Set("Content-Length", strconv.Itoa(len(raw)))
		_, _ = c.w.Write(raw[:len(raw)/2])
	}
	panic(http.ErrAbortHandler)
}

// in reads a JSON body; false when it answered that it is none.
func (c *call) in(to any) bool {
	if !strings.HasPrefix(c.r.Header.Get("Content-Type"), "application/json") {
		c.refuse(refuse(100, "the content type is not application/json"))
		return false
	}
	d := json.NewDecoder(bytes.NewReader(c.body))
	d.UseNumber()
	if err := d.Decode(to); err != nil {
		c.refuse(refuse(100, "the body is no JSON"))
		return false
	}
	return true
}

func (c *call) unknown() {
	c.refuse(&refusal{status: http.StatusNotFound, code: 100, subcode: 33, message: "Unsupported " + strings.ToLower(c.r.Method) + " request", details: c.path})
}
