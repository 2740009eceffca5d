package main

import (
	"cmp"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"
)

// recorder remembers what was answered.
type recorder struct {
	http.ResponseWriter
	status int // 0 = nothing written yet
	bytes  int64
}

// WriteHeader implements http.ResponseWriter.
func (w *recorder) WriteHeader(status int) {
	if w.status == 0 && status >= 200 {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

// Write implements http.ResponseWriter.
func (w *recorder) Write(b []byte) (int, error) {
	w.status = cmp.Or(w.status, http.StatusOK)
	n, err := w.ResponseWriter.Write(b)
	w.bytes += int64(n)
	return n, err
}

// Unwrap lets http.ResponseController reach what is behind.
func (w *recorder) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// route is the pattern that served a request. Paths themselves hold tokens,
// identifiers and source ids, and queries hold more: neither is ever logged.
func route(r *http.Request) string {
	_, path, found := strings.Cut(r.Pattern, " ")
	if !found {
		path = r.Pattern
	}
	return cmp.Or(path, "none")
}

// method keeps strangers from making up values.
func method(r *http.Request) string {
	switch r.Method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return r.Method
	}
	return "other"
}

// probes are what machines ask for all day.
func probes() []string { return []string{"/healthz", "/readyz", "/metrics"} }

// logged writes a line for each request: what was asked for in kind, and how it
// went. No path, query, header or content. Probes that went well are for debugging.
func logged(next http.Handler, log *slog.Logger) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		rec, start := &recorder{ResponseWriter: w}, time.Now()
		next.ServeHTTP(rec, r)
		status, level := cmp.Or(rec.status, http.StatusOK), slog.LevelInfo
		if status == http.StatusOK && slices.Contains(probes(), route(r)) {
			level = slog.LevelDebug
		}
		log.Log(r.Context(), level, "request", "method", method(r), "route", route(r),
			"status", status, "bytes", rec.bytes, "took", time.Since(start).Round(time.Microsecond))
	})
}
