// Package apidocs shows an OpenAPI document in the browser, with Swagger UI,
// which is embedded: nothing is fetched from elsewhere.
package apidocs

import (
	"compress/gzip"
	"html/template"
	"io"
	"net/http"
	"strings"

	"github.com/swaggest/swgui/v5/static"
)

// New returns a handler that shows the document at documentURL. Mount it under a
// prefix that ends in a slash, stripped. The page runs only scripts of this
// handler; its Content-Security-Policy allows styles in the markup, which
// Swagger UI writes, and requests to the page's own origin.
func New(title, documentURL string) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		protect(w.Header())
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_ = page.Execute(w, map[string]string{"Title": title, "Document": documentURL}) // the client left: nobody to tell
	})
	mux.HandleFunc("GET /start.js", func(w http.ResponseWriter, _ *http.Request) {
		protect(w.Header())
		w.Header().Set("Content-Type", "text/javascript; charset=utf-8")
		_, _ = io.WriteString(w, start)
	})
	for name, kind := range map[string]string{
		"swagger-ui-bundle.js": "text/javascript; charset=utf-8", "swagger-ui.css": "text/css; charset=utf-8", "favicon-32x32.png": "image/png",
	} {
		mux.HandleFunc("GET /"+name, func(w http.ResponseWriter, r *http.Request) { asset(w, r, name, kind) })
	}
	return mux
}

func protect(h http.Header) {
	h.Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
}

// asset serves a file of Swagger UI, which is embedded compressed.
func asset(w http.ResponseWriter, r *http.Request, name, kind string) {
	h := w.Header()
	protect(h)
	h.Set("Content-Type", kind)
	h.Set("Cache-Control", "public, max-age=86400")
	h.Set("Vary", "Accept-Encoding")
	if raw, err := static.FS.ReadFile(name); err == nil {
		_, _ = w.Write(raw)
		return
	}
	f, err := static.FS.Open(name + ".gz")
	if err != nil {
		http.NotFound(w, r)
		return
	}
	defer func() { _ = f.Close() }() // in memory
	var from io.Reader = f
	if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		h.Set("Content-Encoding", "gzip")
	} else if from, err = gzip.NewReader(f); err != nil {
		http.Error(w, "broken asset", http.StatusInternalServerError)
		return
	}
	_, _ = io.Copy(w, from) // the client left: nobody to tell
}

var page = template.Must(template.New("page").Parse(`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{.Title}}</title>
<link rel="stylesheet" href="swagger-ui.css">
<link rel="icon" type="image/png" href="favicon-32x32.png">
</head>
<body>
<div id="docs" data-document="{{.Document}}"></div>
<script src="swagger-ui-bundle.js"></script>
<script src="start.js"></script>
</body>
</html>
`))

const start = `"use strict";
SwaggerUIBundle({
  url: document.getElementById("docs").dataset.document,
  dom_id: "#docs",
  deepLinking: true,
  docExpansion: "none",
  filter: true,
  persistAuthorization: true,
});
`
