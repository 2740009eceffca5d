// Package dashboard is the desk in a browser, for those who answer: conversations,
// contacts, reports and every setting. Pages are rendered here and work as plain
// links and forms; small modules of our own make them live. Begin with routes.go,
// which names every page; DESIGN.md in this folder says how one is made.
package dashboard

import (
	"cmp"
	"context"
	"embed"
	"log/slog"
	"net/http"
	"net/netip"
	"strings"

	"github.com/yuin/goldmark"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/server/internal/web"
)

//go:embed static
var staticFiles embed.FS

// Options configure the handler. The zero value works for one server on loopback.
type Options struct {
	// PublicURL is where browsers reach the server, without a slash at the end;
	// with https:// its cookies are Secure. "" = links are relative and cookies go
	// over plain HTTP too.
	PublicURL string
	Proxies   []netip.Prefix // whose X-Forwarded-For is believed, for limits and the audit log
	Logger    *slog.Logger   // nil = discarded. Codes only, never who or what
}

// Handler serves everything under /app/. It is safe for concurrent use.
type Handler struct {
	e       *helpdesk.Engine
	o       Options
	files   web.Files
	pages   map[string]*pages // by language
	assets  *web.Assets
	live    *live
	writing goldmark.Markdown
	mux     http.Handler
}

// New returns the dashboard of an engine's accounts. Mount it at /app/, beside the
// handlers of server/chatwoot, whose files and pictures its pages show.
func New(e *helpdesk.Engine, o Options) *Handler {
	o.Logger = cmp.Or(o.Logger, slog.New(slog.DiscardHandler))
	o.PublicURL = strings.TrimSuffix(o.PublicURL, "/")
	h := &Handler{e: e, o: o, files: web.Files{Engine: e, Base: o.PublicURL}, assets: web.LoadAssets(staticFiles, "/app/static/"), live: newLive(), writing: writing()}
	h.pages = loadPages(h.assets)
	mux := http.NewServeMux()
	for pattern, serve := range h.routes() {
		mux.HandleFunc(pattern, serve)
	}
	guard := http.NewCrossOriginProtection() // a form of another site changes nothing here
	guard.SetDenyHandler(http.HandlerFunc(h.foreign))
	h.mux = guard.Handler(mux)
	return h
}

func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) { h.mux.ServeHTTP(w, r) }

// Shutdown sends the streams away, so that a server can stop; they come again to
// the next one and miss nothing. It returns when the last has gone, or with ctx.
func (h *Handler) Shutdown(ctx context.Context) error { return h.live.shutdown(ctx) }
