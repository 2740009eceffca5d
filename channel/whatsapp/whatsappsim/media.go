package whatsappsim

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"strconv"
	"strings"
	"time"
)

type file struct {
	number      *Number
	ContentType string
	data        []byte
}

type link struct {
	file *file
	at   time.Time
}

// keep stores a file under a fresh id. The caller holds mu.
func (s *Sim) keep(n *Number, contentType string, data []byte) string {
	id := fmt.Sprint(1037543291543000 + s.next())
	s.files[id] = &file{n, contentType, data}
	return id
}

// limits of files, in bytes, by what they are sent as.
var fileLimits = map[string]int{"image": 5 << 20, "video": 16 << 20, "audio": 16 << 20, "sticker": 500 << 10, "document": 100 << 20}

// kindsOf are what a file of a type may be sent as.
func kindsOf(contentType string) []string {
	plain, _, _ := mime.ParseMediaType(contentType)
	switch plain {
	case "image/jpeg", "image/png":
		return []string{"image", "document"}
	case "image/webp":
		return []string{"sticker", "document"}
	case "video/mp4", "video/3gpp":
		return []string{"video", "document"}
	case "audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg":
		return []string{"audio", "document"}
	}
	return []string{"document"}
}

// media is POST /{number}/media.
func (c *call) media() {
	_, params, err := mime.ParseMediaType(c.R.Header.Get("Content-Type"))
	if err != nil || c.R.Method != http.MethodPost {
		c.refuse(refuse(100, "a form with a file is due"))
		return
	}
	form, err := multipart.NewReader(bytes.NewReader(c.Body), params["boundary"]).ReadForm(1 << 20)
	if err != nil || form.Value["messaging_product"] == nil || len(form.File["file"]) != 1 {
		c.refuse(refuse(100, "messaging_product and one file are required"))
		return
	}
	part := form.File["file"][0]
	f, err := part.Open()
	if err != nil {
		c.refuse(refuse(131053, "the file cannot be read"))
		return
	}
	defer f.Close()
	data, err := io.ReadAll(f)
	contentType := part.Header.Get("Content-Type")
	if err != nil || len(data) == 0 {
		c.refuse(refuse(131053, "the file is empty"))
		return
	}
	if limit := fileLimits[kindsOf(contentType)[0]]; len(data) > limit {
		c.refuse(refuse(131053, "the file is larger than %d bytes", limit))
		return
	}
	c.s.mu.Lock()
	id := c.s.keep(c.number, contentType, data)
	c.s.mu.Unlock()
	c.Answer(object{"id": id})
}

// object is what has an id of its own: files and templates.
func (c *call) object(id string) {
	c.s.mu.Lock()
	f := c.s.files[id]
	c.s.mu.Unlock()
	switch {
	case f == nil:
		c.templateByID(id)
	case f.number != c.number:
		c.unknown()
	case c.R.Method == http.MethodDelete:
		c.s.mu.Lock()
		delete(c.s.files, id)
		c.s.mu.Unlock()
		c.Answer(object{"success": true})
	default:
		c.s.mu.Lock()
		token := fmt.Sprint("t", c.s.next())
		c.s.links[token] = &link{f, c.s.o.Now()}
		c.s.mu.Unlock()
		sum := sha256.Sum256(f.data)
		c.Answer(object{
			"url": c.s.server.URL + "/lookaside/" + token, "mime_type": f.ContentType, "sha256": hex.EncodeToString(sum[:]),
			"file_size": strconv.Itoa(len(f.data)), "id": id, "messaging_product": "whatsapp",
		})
	}
}

// download is the second step: the bytes, for five minutes, with the token.
func (c *call) download(token string) {
	if !c.signedIn() {
		return
	}
	c.s.mu.Lock()
	l, slow := c.s.links[token], c.s.slow
	late := l != nil && c.s.o.Now().After(l.at.Add(5*time.Minute))
	c.s.mu.Unlock()
	if slow != nil {
		select {
		case <-slow:
		case <-c.R.Context().Done():
			return
		}
	}
	if l == nil || late || l.file.number != c.number || c.R.Header.Get("User-Agent") == "" {
		c.Status = http.StatusNotFound
		http.Error(c.W, "URL signature expired", c.Status)
		return
	}
	c.Status = http.StatusOK
	c.W.Header().Set("Content-Type", l.file.ContentType)
	_, _ = c.W.Write(l.file.data) // the caller may have gone
}

// upload is a resumable upload: the sample of a template's header.
func (c *call) upload(id string) {
	if c.R.Method != http.MethodPost {
		c.unknown()
		return
	}
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	if !strings.HasPrefix(id, "upload:") {
		q := c.R.URL.Query()
		size, err := strconv.ParseInt(q.Get("file_length"), 10, 64)
		if err != nil || size <= 0 || q.Get("file_type") == "" {
			c.refuse(refuse(100, "file_length and file_type are required"))
			return
		}
		key := fmt.Sprint("upload:", c.s.next())
		c.s.uploads[key] = size
		c.Answer(object{"id": key})
		return
	}
	size, known := c.s.uploads[id]
	if !known || int64(len(c.Body)) != size || c.R.Header.Get("file_offset") != "0" {
		c.refuse(refuse(100, "%d bytes came; %d are due", len(c.Body), size))
		return
	}
	c.Answer(object{"h": "4::" + id})
}
