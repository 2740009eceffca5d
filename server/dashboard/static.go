package dashboard

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"
)

//go:embed static
var staticFiles embed.FS

// assets are the style sheets, modules and icons. Their address holds a digest of
// them all, so that a browser keeps them for ever and a new version is fetched
// whole; modules import each other by relative names.
type assets struct {
	prefix string // "/app/static/1a2b3c4d5e6f/"
	files  map[string][]byte
}

func loadAssets() *assets {
	a := &assets{files: map[string][]byte{}}
	sum := sha256.New()
	err := fs.WalkDir(staticFiles, "static", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		raw, err := staticFiles.ReadFile(name)
		_, _ = sum.Write(append([]byte(name), raw...)) // a hash takes everything
		a.files[strings.TrimPrefix(name, "static/")] = raw
		return err
	})
	if err != nil {
		panic("dashboard: " + err.Error()) // they are part of the program
	}
	a.prefix = "/app/static/" + hex.EncodeToString(sum.Sum(nil))[:12] + "/"
	return a
}

func (a *assets) url(name string) string { return a.prefix + name }

func (a *assets) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("file")
	raw, ok := a.files[name]
	if !ok {
		http.NotFound(w, r)
		return
	}
	h := w.Header()
	h.Set("Content-Type", mime.TypeByExtension(path.Ext(name)))
	if strings.HasSuffix(name, ".js") {
		h.Set("Content-Type", "text/javascript; charset=utf-8") // whatever the machine's own list says
	}
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "no-cache")
	if strings.HasPrefix(r.URL.Path, a.prefix) {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	_, _ = w.Write(raw) // the browser left: nobody to tell
}
