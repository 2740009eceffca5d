package telegram

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"maps"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"slices"
	"strings"
	"time"

	"github.com/gohelpdesk/helpdesk"
)

// uploadPatience is how long a call with files may take.
const uploadPatience = 5 * time.Minute

// upload makes a call with files, streamed: they are never held in memory. A file
// that cannot be opened is an error before anything is sent.
func (b bot) upload(ctx context.Context, method string, params map[string]any, uploads []upload, out *json.RawMessage) error {
	var form bytes.Buffer
	w := multipart.NewWriter(&form)
	if err := writeFields(w, params); err != nil {
		return helpdesk.Permanent(err)
	}
	var body []io.Reader
	size := int64(0)
	for _, u := range uploads {
		if _, err := w.CreatePart(fileHeader(u)); err != nil {
			return helpdesk.Permanent(err)
		}
		file, err := u.file.Open(ctx)
		if err != nil {
			return &helpdesk.Error{Code: helpdesk.Unavailable, Message: "a file to send cannot be read", Err: err}
		}
		defer file.Close()
		body = append(body, bytes.NewReader(bytes.Clone(form.Bytes())), file)
		size += int64(form.Len()) + u.file.Size
		form.Reset()
	}
	if err := w.Close(); err != nil {
		return helpdesk.Permanent(err)
	}
	body, size = append(body, bytes.NewReader(form.Bytes())), size+int64(form.Len())
	ctx, cancel := context.WithTimeout(ctx, uploadPatience)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, b.url(method), io.MultiReader(body...))
	if err != nil {
		return helpdesk.Permanent(helpdesk.Errorf(helpdesk.Internal, "the address of the Bot API is none"))
	}
	r.Header.Set("Content-Type", w.FormDataContentType())
	if r.ContentLength = size; slices.ContainsFunc(uploads, func(u upload) bool { return u.file.Size <= 0 }) {
		r.ContentLength = -1
	}
	return b.do(r, out)
}

func writeFields(w *multipart.Writer, params map[string]any) error {
	for _, name := range slices.Sorted(maps.Keys(params)) {
		text, ok := params[name].(string)
		if !ok {
			raw, err := json.Marshal(params[name])
			if err != nil {
				return err
			}
			text = string(raw)
		}
		if err := w.WriteField(name, text); err != nil {
			return err
		}
	}
	return nil
}

func fileHeader(u upload) textproto.MIMEHeader {
	name := strings.NewReplacer("\\", "_", "/", "_", `"`, "_", "\r", "_", "\n", "_", "\x00", "_").Replace(u.file.Name)
	if name == "" {
		name = u.field
	}
	contentType := u.file.ContentType
	if contentType == "" || strings.ContainsAny(contentType, "\r\n") {
		contentType = "application/octet-stream"
	}
	return textproto.MIMEHeader{
		"Content-Disposition": {`form-data; name="` + u.field + `"; filename="` + name + `"`},
		"Content-Type":        {contentType},
	}
}
