package main

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"time"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/server/apidocs"
	"github.com/gohelpdesk/helpdesk/server/chatwoot"
	"github.com/gohelpdesk/helpdesk/server/dashboard"
	"github.com/gohelpdesk/helpdesk/server/hooks"
	"github.com/gohelpdesk/helpdesk/server/survey"
	"github.com/gohelpdesk/helpdesk/server/widget"
)

// readyTimeout is how long the store may take to answer a probe.
const readyTimeout = 5 * time.Second

// payloads renders what webhooks carry.
func payloads(base string) helpdesk.Payloads { return chatwoot.Payloads{PublicURL: base} }

// served is one part of the server, as the status page lists it.
type served struct{ Path, What string }

// parts are what the status page lists.
func parts() []served {
	return []served{
		{"/app/", "the dashboard, for those who answer"},
		{"/api/", "the agents' API, in Chatwoot's wire format"},
		{"/docs/", "that API in the browser, from its OpenAPI document"},
		{"/auth/", "sign-in for its clients"},
		{"/cable", "what happens, as it happens, over a WebSocket"},
		{"/public/", "the API for customers' own clients"},
		{"/rails/", "files that answers link to"},
		{"/hooks/", "where providers deliver"},
		{"/instagram/", "where Instagram sends people back who connect their account"},
		{"/survey/", "where customers say how it was"},
		{"/widget", "the chat window for websites, and its script at /packs/js/sdk.js"},
		{"/healthz", "the process is up"},
		{"/readyz", "the database answers, with the schema of this version"},
		{"/metrics", "figures for Prometheus"},
	}
}

// handler is everything the port serves. What is nobody else's is answered by
// the API, so that its clients get their own kind of 404.
func (d *desk) handler(c *config, base string, log *slog.Logger) http.Handler {
	mux, m := http.NewServeMux(), newMeter(d.store, c.db.kind())
	api := chatwoot.New(d.Engine, chatwoot.Options{
		PublicURL: base, SignUp: c.signUp, Proxies: c.proxies, Logger: log, Meta: c.granter(d.options.HTTPClient, d.Now),
	})
	screens := dashboard.New(d.Engine, dashboard.Options{PublicURL: c.publicURL, Proxies: c.proxies, Logger: log})
	chat := widget.New(d.Engine, widget.Options{Proxies: c.proxies, Logger: log})
	d.endStreams = func(ctx context.Context) error { return errors.Join(api.Shutdown(ctx), screens.Shutdown(ctx)) }
	mux.Handle("/", api)
	mux.Handle("/app/", screens)
	mux.Handle("/docs/", http.StripPrefix("/docs", apidocs.New("helpdesk API", "/api/openapi.json")))
	for _, path := range []string{"/widget", "/widget/", "/packs/js/sdk.js"} {
		mux.Handle(path, chat)
	}
	mux.Handle("/survey/", survey.New(d.Engine, survey.Options{Proxies: c.proxies, Logger: log}))
	mux.Handle("/hooks/", hooks.New(d.Engine, hooks.Options{Logger: log}))
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { plain(w, http.StatusOK, "up") })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), readyTimeout)
		defer cancel()
		if err := d.ready(ctx); err != nil {
			log.Error("not ready", "err", err)
			plain(w, http.StatusServiceUnavailable, "not ready")
			return
		}
		plain(w, http.StatusOK, "ready")
	})
	mux.Handle("GET /metrics", m)
	if c.demo {
		demoSite(mux, d, c)
	}
	setupPages(mux, d, base)
	letterPages(mux, d)
	mux.Handle("GET /{$}", http.RedirectHandler("/app/", http.StatusFound))
	mux.HandleFunc("GET /status", func(w http.ResponseWriter, _ *http.Request) {
		render(w, http.StatusOK, "status", map[string]any{"Title": "helpdesk", "Version": version(), "Parts": parts()})
	})
	return m.watch(logged(mux, log))
}

func plain(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, text+"\n") // the client left: nobody to tell
}
