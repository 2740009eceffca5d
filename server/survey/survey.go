// Package survey is the page on which a customer says how satisfied they were.
// Its address holds the conversation's UUID, and that is all one needs to know.
// It is one form: nothing on it runs, and nothing is loaded but a style sheet.
package survey

import (
	"bytes"
	"embed"
	"html/template"
	"log/slog"
	"net/http"
	"net/netip"
	"strconv"
	"time"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/server/internal/web"
)

// Options configure the handler. The zero value works.
type Options struct {
	Proxies []netip.Prefix // whose X-Forwarded-For is believed, for limits; that of this machine's loopback always is
	Logger  *slog.Logger   // nil = discarded. Codes only, never who or what
}

//go:embed pages
var pages embed.FS

const (
	path    = "/survey/responses/{conversation_uuid}"
	maxForm = 256 << 10 // bytes: 20,000 characters as a form spells them at the worst
)

type handler struct {
	e       *helpdesk.Engine
	o       Options
	page    *template.Template
	style   []byte
	reads   *web.Limit
	answers *web.Limit
}

// New returns the handler of /survey/. Everything but a survey that was sent is a
// page that says that there is nothing.
func New(e *helpdesk.Engine, o Options) http.Handler {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	style, err := pages.ReadFile("pages/style.css")
	if err != nil {
		panic("survey: " + err.Error()) // it is part of the program
	}
	h := &handler{
		e: e, o: o, page: template.Must(template.ParseFS(pages, "pages/survey.html")), style: style,
		reads: &web.Limit{Max: 120, Per: time.Minute}, answers: &web.Limit{Max: 30, Per: time.Minute},
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+path, h.show)
	mux.HandleFunc("POST "+path, h.answer)
	mux.HandleFunc("GET /survey/style.css", h.stylesheet)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { h.missing(w, r) })
	return mux
}

// view is what the page shows.
type view struct {
	Lang, Title string
	T           map[string]string
	Choices     []choice
	Inbox       string
	Question    string
	Feedback    string
	Form        bool   // it may be answered
	Notice      string // what came of it; "" = nothing yet
	Bad         bool   // the notice is a complaint
}

type choice struct {
	Rating  int
	Emoji   string
	Label   string
	Checked bool
}

func (h *handler) show(w http.ResponseWriter, r *http.Request) {
	if !h.allow(w, r, h.reads) {
		return
	}
	s, err := h.e.FindSurvey(r.Context(), r.PathValue("conversation_uuid"))
	if err != nil {
		h.fail(w, r, err)
		return
	}
	v := viewOf(s)
	switch {
	case r.URL.Query().Has("thanks") && s.Response != nil:
		v.Notice = v.T["thanks"]
	case s.Closed:
		v.Notice = v.T["closed"]
	}
	h.render(w, http.StatusOK, v)
}

func (h *handler) answer(w http.ResponseWriter, r *http.Request) {
	if !h.allow(w, r, h.answers) {
		return
	}
	uuid := r.PathValue("conversation_uuid")
	s, err := h.e.FindSurvey(r.Context(), uuid)
	if err != nil {
		h.fail(w, r, err)
		return
	}
	v := viewOf(s)
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	if err := r.ParseForm(); err != nil {
		v.Notice, v.Bad = v.T["long"], true
		h.render(w, http.StatusRequestEntityTooLarge, v)
		return
	}
	rating, _ := strconv.Atoi(r.PostForm.Get("rating")) // none is 0, which is refused
	v.Feedback = r.PostForm.Get("feedback")
	for i := range v.Choices {
		v.Choices[i].Checked = v.Choices[i].Rating == rating
	}
	if _, err := h.e.AnswerSurvey(r.Context(), uuid, rating, v.Feedback); err != nil {
		if helpdesk.CodeOf(err) != helpdesk.Invalid {
			h.fail(w, r, err)
			return
		}
		switch {
		case s.Closed:
			v.Notice = v.T["closed"]
		case rating < 1 || rating > 5:
			v.Notice = v.T["choose"]
		default:
			v.Notice = v.T["long"]
		}
		v.Bad = true
		h.render(w, http.StatusUnprocessableEntity, v)
		return
	}
	http.Redirect(w, r, r.URL.EscapedPath()+"?thanks", http.StatusSeeOther)
}

func viewOf(s *helpdesk.Survey) view {
	lang, words := language(s.Locale)
	v := view{Lang: lang, Title: words["title"], T: words, Question: s.Content, Form: !s.Closed}
	if s.Box != nil {
		v.Inbox = s.Box.Name
	}
	for i, emoji := range []string{"😞", "😑", "😐", "😀", "😍"} {
		n := i + 1
		v.Choices = append(v.Choices, choice{n, emoji, words["rating"+strconv.Itoa(n)], s.Response != nil && s.Response.Rating == n})
	}
	if s.Response != nil {
		v.Feedback = s.Response.Feedback
	}
	return v
}

func (h *handler) allow(w http.ResponseWriter, r *http.Request, l *web.Limit) bool {
	if l.Allow(web.Network(web.ClientIP(r, h.o.Proxies)), h.e.Now()) {
		return true
	}
	h.tell(w, r, http.StatusTooManyRequests, "later")
	return false
}

func (h *handler) fail(w http.ResponseWriter, r *http.Request, err error) {
	switch code := helpdesk.CodeOf(err); code {
	case helpdesk.NotFound, helpdesk.Unauthenticated:
		h.missing(w, r)
	default:
		h.o.Logger.Error("serving a survey", "code", code, "err", err)
		h.tell(w, r, http.StatusServiceUnavailable, "later")
	}
}

func (h *handler) missing(w http.ResponseWriter, r *http.Request) {
	h.tell(w, r, http.StatusNotFound, "missing")
}

// tell answers with a page that only says something, in the browser's language:
// there is no account to ask.
func (h *handler) tell(w http.ResponseWriter, r *http.Request, status int, word string) {
	lang, words := language(r.Header.Get("Accept-Language"))
	h.render(w, status, view{Lang: lang, Title: words["title"], T: words, Notice: words[word], Bad: true})
}

func (h *handler) render(w http.ResponseWriter, status int, v view) {
	var b bytes.Buffer
	if err := h.page.ExecuteTemplate(&b, "survey.html", v); err != nil {
		h.o.Logger.Error("rendering a survey", "err", err)
		http.Error(w, "the page could not be rendered", http.StatusInternalServerError)
		return
	}
	head := w.Header()
	head.Set("Content-Type", "text/html; charset=utf-8")
	head.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
	head.Set("Referrer-Policy", "no-referrer")
	head.Set("X-Content-Type-Options", "nosniff")
	head.Set("X-Robots-Tag", "noindex")
	head.Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes()) // the customer left: nobody to tell
}

func (h *handler) stylesheet(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/css; charset=utf-8")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Cache-Control", "max-age=3600")
	_, _ = w.Write(h.style) // the customer left: nobody to tell
}
