// Package chatwoot speaks the REST API of Chatwoot 4.10, so that its clients
// work against a helpdesk engine by changing their base URL.
//
// Read routes.go for what there is: one row an operation. Each row names a
// small closure in the file of its noun, which calls the desk and shapes what
// came back with the view_*.go files. No rule of the product stands here.
package chatwoot

import (
	"cmp"
	"log/slog"
	"net/http"
	"net/netip"
	"strings"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/server/internal/web"
)

// Options configure the handler. The zero value works.
type Options struct {
	PublicURL string         // "https://desk.example": what links to files begin with; "" = relative links
	MaxUpload int64          // bytes of one request with files; 0 = 40 MiB. Requests without are cut at 4 MiB
	SignUp    bool           // whether strangers may make accounts; off, POST /api/v1/accounts is 404
	Proxies   []netip.Prefix // whose X-Forwarded-For is believed, for limits and the audit log; that of this machine's loopback always is
	Meta      Meta           // connects pages and accounts by the installation's app at Meta; nil = there is none
	Logger    *slog.Logger   // nil = discarded. Codes and paths only, never content
}

// Version is what GET /api answers: the release of Chatwoot whose clients this
// package is written for.
const Version = "4.10.0"

const (
	defaultUpload = 40 << 20
	maxBody       = 4 << 20
)

// api is the handler behind New.
type api struct {
	e     *helpdesk.Engine
	o     Options
	files web.Files
	live  *live
}

// New returns a handler for Chatwoot's API over the engine: /api, /auth,
// /public/api, the socket at /cable and the files that answers link to. It
// answers every other path with 404, so mount it under those prefixes or as the
// fallback. Shut it down before the server around it.
func New(e *helpdesk.Engine, o Options) *Handler {
	o.MaxUpload = cmp.Or(o.MaxUpload, defaultUpload)
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	a := &api{e: e, o: o, files: linkTo(e, o.PublicURL)}
	a.live = newLive(newBroadcaster(e, a.files))
	return &Handler{a.handler(), a.live}
}

// linkTo makes links to files.
func linkTo(e *helpdesk.Engine, publicURL string) web.Files {
	return web.Files{Engine: e, Base: strings.TrimSuffix(publicURL, "/")}
}

func (a *api) handler() http.Handler {
	mux := http.NewServeMux()
	taken := make(map[string]bool)
	table := routes()
	for _, rt := range table {
		taken[rt.method+" "+rt.path] = true
	}
	for _, rt := range table {
		mux.Handle(rt.method+" "+rt.path, a.serve(rt))
		if rt.method == http.MethodPatch && !taken["PUT "+rt.path] {
			mux.Handle("PUT "+rt.path, a.serve(rt))
		}
	}
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		web.WriteJSON(w, http.StatusNotFound, unknownPath{http.StatusNotFound, "Not Found"})
	})
	outer := http.NewServeMux()
	outer.Handle("GET "+web.FilePath, a.files)
	outer.HandleFunc("GET /cable", a.cable)
	outer.HandleFunc("GET "+web.UploadPath, a.files.ServeUpload)
	outer.HandleFunc("GET "+web.AvatarPath, a.files.ServeAvatar)
	outer.HandleFunc("GET "+web.TaskPath, a.files.ServeTask)
	outer.HandleFunc("PUT "+web.PutPath, a.fill)
	outer.HandleFunc("GET /api/openapi.json", a.showOpenAPI)
	outer.Handle("/", withoutSuffix(crossOrigin(mux)))
	return a.unflooded(outer)
}

type unknownPath struct {
	Status int    `json:"status"`
	Error  string `json:"error"`
}

// withoutSuffix drops the trailing slash and the ".json" that clients may add.
func withoutSuffix(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		path := trimSuffix(r.URL.EscapedPath())
		if path == r.URL.EscapedPath() {
			next.ServeHTTP(w, r)
			return
		}
		to := *r
		u := *r.URL
		u.Path, u.RawPath = trimSuffix(r.URL.Path), path
		to.URL = &u
		next.ServeHTTP(w, &to)
	})
}

func trimSuffix(path string) string {
	path = strings.TrimSuffix(path, "/")
	return strings.TrimSuffix(path, ".json")
}

// crossOrigin lets any page call the customers' API: what it needs to know is in
// the path, and no cookie is looked at.
func crossOrigin(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/public/api/") {
			h := w.Header()
			h.Set("Access-Control-Allow-Origin", "*")
			h.Set("Access-Control-Allow-Methods", "GET, POST, PUT, PATCH, DELETE, OPTIONS, HEAD")
			h.Set("Access-Control-Allow-Headers", "*")
			h.Set("Access-Control-Max-Age", "7200")
			if r.Method == http.MethodOptions {
				w.WriteHeader(http.StatusOK)
				return
			}
		}
		next.ServeHTTP(w, r)
	})
}
