// Package widget is the chat window on a website: the script that a page
// includes, and the frame that the script opens. What happens in the frame goes
// through the API of server/chatwoot, at the same address: this package serves
// documents, and knows no visitor.
//
//	/packs/js/sdk.js, /widget/sdk.js   the script, under the names that pages know
//	/widget/info?website_token=…       what the bubble needs to know, for any page that may show it
//	/widget?website_token=…            the frame: the window, alone when popped out
//
// The script draws a bubble and loads nothing else until somebody opens it, but for
// a visitor who has written before: their window is loaded, unseen, so that an
// answer shows on the bubble. It speaks to the frame by messages whose names are
// Chatwoot's, and to the page by its names as well: every method, setting and event
// exists once under each of Options.Names.
package widget

import (
	"embed"
	"html/template"
	"log/slog"
	"net/http"
	"net/netip"
	"time"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/server/internal/web"
)

// Options configure the handler. The zero value works.
type Options struct {
	// Names are what pages call the script: for "acme" there are window.acmeSDK,
	// window.$acme, window.acmeSettings and the events acme:ready, acme:opened….
	// They are letters and digits; nil = Names.
	Names   []string
	Proxies []netip.Prefix // whose X-Forwarded-For is believed, for limits; that of this machine's loopback always is
	Logger  *slog.Logger   // nil = discarded. Codes only, never who or what
}

// Names are the names under which the script answers unless Options say otherwise:
// Chatwoot's, so that pages go on working, our own, and one under which it is
// resold.
func Names() []string { return []string{"chatwoot", "helpdesk", "cloudchat"} }

// kind is what inboxes with a widget are called.
const kind helpdesk.ChannelKind = "web_widget"

//go:embed static views
var files embed.FS

type handler struct {
	e      *helpdesk.Engine
	o      Options
	script []byte
	assets *web.Assets
	views  *template.Template
	reads  *web.Limit
}

// New returns the handler of /widget, /widget/ and /packs/js/sdk.js. It has to be
// mounted at the address that serves server/chatwoot, which its frame calls.
func New(e *helpdesk.Engine, o Options) http.Handler {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Names == nil {
		o.Names = Names()
	}
	h := &handler{
		e: e, o: o, script: script(o.Names), assets: web.LoadAssets(files, "/widget/static/"), views: template.Must(template.ParseFS(files, "views/*.html")),
		reads: &web.Limit{Max: 300, Per: time.Minute},
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /packs/js/sdk.js", h.sdk)
	mux.HandleFunc("GET /widget/sdk.js", h.sdk)
	mux.HandleFunc("GET /widget/info", h.info)
	mux.HandleFunc("GET /widget/theme.css", h.theme)
	mux.Handle("GET /widget/static/{digest}/{file...}", h.assets)
	mux.HandleFunc("GET /widget", h.window)
	mux.HandleFunc("GET /widget/{$}", h.window)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { h.missing(w, r, http.StatusNotFound, "missing") })
	return mux
}
