package widget

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"

	"github.com/gohelpdesk/helpdesk"
)

// page is what views/window.html shows.
type page struct {
	Lang, Dir, Scheme string
	T                 map[string]string
	Assets            string
	Theme             string // the colour without its #, for the style sheet's address
	Token             string
	Name              string
	Title, Tagline    string
	Popout            bool
	Config            string // JSON: what the scripts need at once
	Notice            string // of a page that only says something
}

// window serves the frame. The page is the same for every visitor: who they are
// its script tells the API.
func (h *handler) window(w http.ResponseWriter, r *http.Request) {
	if !h.allow(r) {
		h.missing(w, r, http.StatusTooManyRequests, "later")
		return
	}
	b, err := h.find(r)
	switch code := helpdesk.CodeOf(err); {
	case code == helpdesk.NotFound:
		h.missing(w, r, http.StatusNotFound, "missing")
		return
	case err != nil:
		h.o.Logger.Error("serving a widget", "code", code, "err", err)
		h.missing(w, r, http.StatusServiceUnavailable, "later")
		return
	}
	s, q := settingsOf(b), r.URL.Query()
	lang, words := language(h.locale(r, b))
	config, err := json.Marshal(map[string]any{"info": infoOf(b, words, h.e.Now()), "reply_time": s.ReplyTime, "words": words, "names": h.o.Names})
	if err != nil {
		h.missing(w, r, http.StatusInternalServerError, "later")
		return
	}
	h.render(w, http.StatusOK, s.ancestors(), "window.html", page{
		Lang: lang, Dir: direction(lang), Scheme: scheme(q.Get("scheme")), T: words, Assets: h.assets.Prefix,
		Theme: strings.TrimPrefix(s.Color, "#"), Token: b.Identifier, Name: b.Name, Title: s.Title, Tagline: s.Tagline,
		Popout: q.Get("popout") != "", Config: string(config),
	})
}

// scheme is one of the colour schemes there are.
func scheme(given string) string {
	switch given {
	case "dark", "auto":
		return given
	}
	return "light"
}

// missing is the page for a token that names nothing.
func (h *handler) missing(w http.ResponseWriter, r *http.Request, status int, word string) {
	lang, words := language(h.locale(r, nil))
	h.render(w, status, "frame-ancestors *", "notice.html", page{
		Lang: lang, Dir: direction(lang), Scheme: "auto", T: words, Assets: h.assets.Prefix, Notice: words[word],
	})
}

func (h *handler) render(w http.ResponseWriter, status int, ancestors, name string, p page) {
	var b bytes.Buffer
	if err := h.views.ExecuteTemplate(&b, name, p); err != nil {
		h.o.Logger.Error("rendering a widget", "err", err)
		http.Error(w, "the page could not be rendered", http.StatusInternalServerError)
		return
	}
	head := w.Header()
	head.Set("Content-Type", "text/html; charset=utf-8")
	// Pictures may come from elsewhere: a card's, or one that a channel only links.
	head.Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' https: blob:; media-src 'self' https:; form-action 'none'; base-uri 'none'; "+ancestors)
	head.Set("Referrer-Policy", "strict-origin-when-cross-origin")
	head.Set("X-Content-Type-Options", "nosniff")
	head.Set("X-Robots-Tag", "noindex")
	head.Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes()) // the visitor left: nobody to tell
}
