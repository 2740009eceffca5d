package widget

import (
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/server/internal/web"
)

// settings are those of an inbox that its pages may know.
type settings struct {
	Color, Title, Tagline, ReplyTime, Domains string
}

func settingsOf(b *helpdesk.Inbox) settings {
	m, _ := b.Extra["channel"].(map[string]any)
	s := func(key string) string { v, _ := m[key].(string); return v }
	return settings{s("widget_color"), s("welcome_title"), s("welcome_tagline"), s("reply_time"), s("allowed_domains")}
}

// host is a source of the policy. What is none would let somebody write a policy
// of their own.
var host = regexp.MustCompile(`^(\*\.)?[a-zA-Z0-9-]+(\.[a-zA-Z0-9-]+)*(:\d+)?$`)

// domains are the pages that may show the window; none = all. Where only nonsense
// was given, no page may.
func (s settings) domains() (out []string) {
	given := strings.FieldsFunc(s.Domains, func(r rune) bool { return r == ',' || r == ' ' || r == '\n' || r == '\r' || r == '\t' })
	for _, d := range given {
		if host.MatchString(d) {
			out = append(out, d)
		}
	}
	if len(given) > 0 && len(out) == 0 {
		out = []string{"'none'"}
	}
	return out
}

// ancestors is the policy that has browsers keep the window out of other pages.
func (s settings) ancestors() string {
	allowed := s.domains()
	if len(allowed) == 0 {
		return "frame-ancestors *"
	}
	if allowed[0] == "'none'" {
		return "frame-ancestors 'none'"
	}
	// The desk itself may show it.
	return "frame-ancestors 'self' " + strings.Join(allowed, " ")
}

// allows reports whether a page of this origin may show the window, as a browser
// decides it by the policy. A request without an origin is our own page's.
func (s settings) allows(origin string, r *http.Request) bool {
	allowed := s.domains()
	if len(allowed) == 0 || origin == "" {
		return true
	}
	u, err := url.Parse(origin)
	if err != nil || u.Host == "" {
		return false
	}
	if u.Host == r.Host {
		return true
	}
	for _, d := range allowed {
		at := u.Hostname()
		if strings.Contains(d, ":") {
			at = u.Host
		}
		if rest, wild := strings.CutPrefix(d, "*."); wild {
			if strings.HasSuffix(strings.ToLower(at), "."+strings.ToLower(rest)) {
				return true
			}
		} else if strings.EqualFold(at, d) && (strings.Contains(d, ":") || u.Port() == "") {
			return true
		}
	}
	return false
}

// info is what a page that shows the bubble needs, and what the window asks for
// again while it is open: hours begin and end.
type info struct {
	Color   string `json:"color"`
	Ink     string `json:"ink"`
	Name    string `json:"name"`
	Open    bool   `json:"open"`
	OpensAt int64  `json:"opens_at,omitempty"` // seconds since 1970; 0 = it is open, or never will be

	Words map[string]string `json:"words"`
}

func infoOf(b *helpdesk.Inbox, words map[string]string, now time.Time) info {
	s := settingsOf(b)
	t := themeOf(s.Color)
	out := info{Color: t.Fill, Ink: t.Ink, Name: b.Name, Open: true, Words: map[string]string{}}
	if b.HoursEnabled {
		c := helpdesk.Calendar{Timezone: b.Timezone, Hours: b.Hours, Holidays: b.Holidays}
		if out.Open = c.OpenAt(now); !out.Open {
			if next := c.NextOpen(now); !next.IsZero() {
				out.OpensAt = next.Unix()
			}
		}
	}
	for _, key := range []string{"open_chat", "close_chat", "unread", "frame"} {
		out.Words[key] = words[key]
	}
	return out
}

// info answers any page that may show the widget; another is refused, so that it
// draws no bubble that would not open.
func (h *handler) info(w http.ResponseWriter, r *http.Request) {
	head := w.Header()
	head.Set("Access-Control-Allow-Origin", "*")
	head.Set("Cross-Origin-Resource-Policy", "cross-origin")
	head.Set("Vary", "Origin")
	head.Set("Cache-Control", "no-store")
	if !h.allow(r) {
		problem(w, http.StatusTooManyRequests, "too many requests")
		return
	}
	b, err := h.find(r)
	switch code := helpdesk.CodeOf(err); {
	case code == helpdesk.NotFound:
		problem(w, http.StatusNotFound, "web widget does not exist")
		return
	case err != nil:
		h.o.Logger.Error("serving a widget", "code", code, "err", err)
		problem(w, http.StatusServiceUnavailable, "try again later")
		return
	}
	if !settingsOf(b).allows(r.Header.Get("Origin"), r) {
		problem(w, http.StatusForbidden, "this page may not show the widget")
		return
	}
	_, words := language(h.locale(r, b))
	raw, err := json.Marshal(infoOf(b, words, h.e.Now()))
	if err != nil {
		problem(w, http.StatusInternalServerError, "the answer could not be written")
		return
	}
	head.Set("Content-Type", "application/json; charset=utf-8")
	head.Set("X-Content-Type-Options", "nosniff")
	_, _ = w.Write(raw) // the page left: nobody to tell
}

func problem(w http.ResponseWriter, status int, what string) {
	web.WriteJSON(w, status, map[string]string{"error": what})
}

// find is the inbox that the request names; NotFound where it has no widget.
func (h *handler) find(r *http.Request) (*helpdesk.Inbox, error) {
	b, err := h.e.FindInbox(r.Context(), r.URL.Query().Get("website_token"))
	if err == nil && b.Kind != kind {
		return nil, helpdesk.Errorf(helpdesk.NotFound, "the inbox has no widget")
	}
	return b, err
}

func (h *handler) allow(r *http.Request) bool {
	ip := web.ClientIP(r, h.o.Proxies)
	return ip.IsLoopback() || h.reads.Allow(web.Network(ip), h.e.Now())
}

// locale is the language to speak: the page's choice, else the visitor's browser,
// else the account's.
func (h *handler) locale(r *http.Request, b *helpdesk.Inbox) string {
	if asked := r.URL.Query().Get("locale"); known(asked) {
		return asked
	}
	for _, wanted := range strings.Split(r.Header.Get("Accept-Language"), ",") {
		if tag, _, _ := strings.Cut(strings.TrimSpace(wanted), ";"); known(tag) {
			return tag
		}
	}
	if b != nil {
		if a, err := h.e.As(h.e.System(b.Account)).Accounts.Get(r.Context()); err == nil {
			return a.Locale
		}
	}
	return ""
}
