package main

import (
	"bytes"
	"embed"
	"html/template"
	"io/fs"
	"net/http"
)

//go:embed pages
var pageFiles embed.FS

// render writes one of our own few pages. Nothing on them runs, loads or is
// framed: the policy allows our style sheet and forms to ourselves.
func render(w http.ResponseWriter, status int, name string, data any) {
	var b bytes.Buffer
	pages, err := template.ParseFS(pageFiles, "pages/*.html")
	if err == nil {
		err = pages.ExecuteTemplate(&b, name, data)
	}
	if err != nil {
		http.Error(w, "the page could not be rendered", http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes()) // the client left: nobody to tell
}

// stylesheet serves the pages' one style sheet.
func stylesheet() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		css, err := fs.ReadFile(pageFiles, "pages/style.css")
		if err != nil {
			http.Error(w, "not found", http.StatusNotFound)
			return
		}
		w.Header().Set("Content-Type", "text/css; charset=utf-8")
		w.Header().Set("Cache-Control", "max-age=3600")
		_, _ = w.Write(css) // the client left: nobody to tell
	})
}
