package whatsappsim

import (
	"io"
	"net/http"
	"regexp"
	"strconv"
	"strings"

	"github.com/gohelpdesk/helpdesk/channel/internal/metasim"
)

// call is a request on its way through the server.
type call struct {
	metasim.Exchange

	s      *Sim
	path   string
	number *Number // whose token it carries
}

var version = regexp.MustCompile(`^/v\d+\.\d+/`)

func (s *Sim) serve(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, 120<<20))
	if err != nil {
		return // the caller has gone
	}
	c := &call{Exchange: metasim.Exchange{TB: s.tb, W: w, R: r, Body: body}, s: s, path: "/" + version.ReplaceAllString(r.URL.Path, "")}
	if !strings.HasPrefix(c.path, "/") || strings.HasPrefix(c.path, "//") {
		c.path = strings.TrimPrefix(c.path, "/")
	}
	s.mu.Lock()
	at := len(s.calls)
	c.At = at
	s.calls = append(s.calls, Call{Method: r.Method, Path: c.path, Query: r.URL.RawQuery, Header: r.Header.Clone(), Body: body})
	s.mu.Unlock()
	w.Header().Set("facebook-api-version", "v25.0")
	w.Header().Set("x-fb-trace-id", "Sim"+strconv.Itoa(at))
	c.route()
	s.mu.Lock()
	s.calls[at].Status = c.Status
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
	token, _ := strings.CutPrefix(c.R.Header.Get("Authorization"), "Bearer ")
	if other, ok := strings.CutPrefix(token, "OAuth "); ok { // of resumable uploads
		token = other
	}
	if token == "" {
		token = c.R.URL.Query().Get("access_token")
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

func (c *call) refuse(f *refusal) { c.Refuse(f.status, f.retryAfter, f.body(c.At)) }

// in reads a JSON body; false when it answered that it is none.
func (c *call) in(to any) bool {
	if wrong := c.Read(to); wrong != "" {
		c.refuse(refuse(100, "%s", wrong))
		return false
	}
	return true
}

func (c *call) unknown() {
	c.refuse(&refusal{status: http.StatusNotFound, code: 100, subcode: 33, message: "Unsupported " + strings.ToLower(c.R.Method) + " request", details: c.path})
}
