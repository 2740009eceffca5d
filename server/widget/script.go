package widget

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"regexp"
	"strings"
)

var plainName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9]*$`)

// script is the loader with the names it answers to.
func script(names []string) []byte {
	for _, n := range names {
		if !plainName.MatchString(n) {
			panic(fmt.Sprintf("widget: %q in Options.Names is not letters and digits", n))
		}
	}
	raw, err := files.ReadFile("static/sdk.js")
	list, failed := json.Marshal(names)
	if err != nil || failed != nil {
		panic(fmt.Sprint("widget: ", err, failed)) // it is part of the program
	}
	return bytes.Replace(raw, []byte(`["helpdesk"]; // Options.Names`), append(list, ';'), 1)
}

// sdk serves the loader to any page. It is asked for again after some minutes: a
// page names it without a version.
func (h *handler) sdk(w http.ResponseWriter, r *http.Request) {
	sum := sha256.Sum256(h.script)
	tag := `"` + hex.EncodeToString(sum[:8]) + `"`
	head := w.Header()
	head.Set("Content-Type", "text/javascript; charset=utf-8")
	head.Set("X-Content-Type-Options", "nosniff")
	head.Set("Access-Control-Allow-Origin", "*")
	head.Set("Cross-Origin-Resource-Policy", "cross-origin")
	head.Set("Cache-Control", "public, max-age=600")
	head.Set("ETag", tag)
	if r.Header.Get("If-None-Match") == tag {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	_, _ = w.Write(h.script) // the browser left: nobody to tell
}

// assets are the frame's style sheet and modules. Their address holds a digest of
// them all: a browser keeps them for ever, and a new version is fetched whole.
type assets struct {
	prefix string // "/widget/static/1a2b3c4d5e6f/"
	files  map[string][]byte
}

func loadAssets() *assets {
	a := &assets{files: map[string][]byte{}}
	sum := sha256.New()
	err := fs.WalkDir(files, "static", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		raw, err := files.ReadFile(name)
		_, _ = sum.Write(append([]byte(name), raw...)) // a hash takes everything
		a.files[strings.TrimPrefix(name, "static/")] = raw
		return err
	})
	if err != nil {
		panic("widget: " + err.Error()) // they are part of the program
	}
	a.prefix = "/widget/static/" + hex.EncodeToString(sum.Sum(nil))[:12] + "/"
	return a
}

func (a *assets) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("file")
	raw, ok := a.files[name]
	if !ok {
		http.NotFound(w, r)
		return
	}
	head := w.Header()
	head.Set("Content-Type", mime.TypeByExtension(path.Ext(name)))
	if strings.HasSuffix(name, ".js") {
		head.Set("Content-Type", "text/javascript; charset=utf-8") // whatever the machine's own list says
	}
	head.Set("X-Content-Type-Options", "nosniff")
	head.Set("Cache-Control", "no-cache")
	if strings.HasPrefix(r.URL.Path, a.prefix) {
		head.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	_, _ = w.Write(raw) // the browser left: nobody to tell
}
