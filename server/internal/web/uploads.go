package web

import (
	"mime"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Patterns under which the rest of the files is served, in net/http's form.
const (
	// AvatarPrefix begins the path of a picture; its key follows.
	AvatarPrefix = "/rails/active_storage/avatars/"
	AvatarPath   = AvatarPrefix + "{key}"
	// UploadPath shows a file that waits for its use, to whoever holds its token.
	UploadPath = "/rails/active_storage/uploads/{token}/{name}"
	// PutPath is where the bytes of an announced file go.
	PutPath = "/rails/active_storage/disk/{token}"
)

// UploadURL is where an upload can be looked at while it waits.
func (f Files) UploadURL(token, name string) string {
	if name == "" {
		name = "file"
	}
	return f.Base + strings.NewReplacer("{token}", token, "{name}", url.PathEscape(name)).Replace(UploadPath)
}

// PutURL is where the bytes of an announced file go.
func (f Files) PutURL(token string) string {
	return f.Base + strings.ReplaceAll(PutPath, "{token}", token)
}

// ServeUpload answers UploadPath, with the same care as an attachment.
func (f Files) ServeUpload(w http.ResponseWriter, r *http.Request) {
	row, content, err := f.Engine.UploadFile(r.Context(), r.PathValue("token"))
	if err != nil {
		http.NotFound(w, r)
		return
	}
	defer content.Close()
	h := w.Header()
	h.Set("Content-Type", row.ContentType)
	h.Set("Content-Disposition", mime.FormatMediaType(disposition(row.ContentType), map[string]string{"filename": row.Name}))
	guard(h)
	http.ServeContent(w, r, "", row.CreatedAt, content)
}

// ServeAvatar answers AvatarPath. The key is the right to see the picture: it is
// long, and another picture has another.
func (f Files) ServeAvatar(w http.ResponseWriter, r *http.Request) {
	content, err := f.Engine.OpenAvatar(r.Context(), r.PathValue("key"))
	if err != nil {
		http.NotFound(w, r)
		return
	}
	defer content.Close()
	h := w.Header() // the type is sniffed: it is a PNG or a JPEG that was drawn here
	guard(h)
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	http.ServeContent(w, r, "", time.Time{}, content)
}

// guard keeps a browser from running what a stranger sent.
func guard(h http.Header) {
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; sandbox")
	h.Set("Cache-Control", "private, max-age=604800")
}
