package web

import (
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"
)

// Assets are a handler's embedded style sheets, modules and icons. Their address
// holds a digest of them all, so that a browser keeps them for ever and a new version
// is fetched whole; modules import each other by relative names.
type Assets struct {
	Prefix string // "/app/static/1a2b3c4d5e6f/"
	files  map[string][]byte
}

// LoadAssets reads the folder static of an embedded file system, to be served below
// base ("/app/static/") by a pattern base{digest}/{file...}. It panics when they
// cannot be read: they are part of the program.
func LoadAssets(from fs.FS, base string) *Assets {
	a := &Assets{files: map[string][]byte{}}
	sum := sha256.New()
	err := fs.WalkDir(from, "static", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		raw, err := fs.ReadFile(from, name)
		_, _ = sum.Write(append([]byte(name), raw...)) // a hash takes everything
		a.files[strings.TrimPrefix(name, "static/")] = raw
		return err
	})
	if err != nil {
		panic("assets of " + base + ": " + err.Error())
	}
	a.Prefix = base + hex.EncodeToString(sum.Sum(nil))[:12] + "/"
	return a
}

// URL is the address of a file.
func (a *Assets) URL(name string) string { return a.Prefix + name }

// ServeHTTP answers with the file that the pattern's {file} names. Under a digest of
// another version it is answered too, and not kept.
func (a *Assets) ServeHTTP(w http.ResponseWriter, r *http.Request) {
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
	if strings.HasPrefix(r.URL.Path, a.Prefix) {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	_, _ = w.Write(raw) // the browser left: nobody to tell
}
