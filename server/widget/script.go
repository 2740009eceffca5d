package widget

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
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
