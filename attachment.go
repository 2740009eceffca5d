package helpdesk

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	_ "image/gif" // sizes of the common formats
	_ "image/jpeg"
	_ "image/png"
	"io"
	"mime"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// File is a file that an agent or a client hands over with a message.
type File struct {
	Name        string
	ContentType string // a claim; the stored type is sniffed from the bytes
	Data        io.Reader
}

// storeInbound moves a message's bytes into Blobs, before any transaction. What
// a failed transaction leaves behind is removed by a sweep.
func (e *Engine) storeInbound(ctx context.Context, account AccountID, in *Inbound) error {
	for i := range in.Attachments {
		f := &in.Attachments[i]
		f.Name, f.Type, f.URL, f.Ref, f.Meta = safeName(f.Name), clean(f.Type), clean(f.URL), clean(f.Ref), cleanMap(f.Meta)
		f.ContentType = clean(f.ContentType)
		if f.Upload != "" {
			row, err := e.findUpload(ctx, account, f.Upload)
			if err != nil {
				return err
			}
			f.Blob, f.Name, f.ContentType, f.Size, f.Upload, f.upload = row.Blob, row.Name, row.ContentType, row.Size, "", row.ID
		}
		if f.Data == nil {
			continue
		}
		a, err := e.storeFile(ctx, File{Name: f.Name, ContentType: f.ContentType, Data: bytes.NewReader(f.Data)})
		if err != nil {
			return err
		}
		f.Data, f.Blob, f.ContentType, f.Size = nil, a.Blob, a.ContentType, a.Size
	}
	return nil
}

// storeFile streams a file into Blobs and returns the attachment it makes, not
// yet part of a message.
func (e *Engine) storeFile(ctx context.Context, f File) (*Attachment, error) {
	if e.opts.Blobs == nil {
		return nil, errNoFiles()
	}
	head := make([]byte, 512<<10) // enough for any image header
	n, err := io.ReadFull(f.Data, head)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
		return nil, &Error{Code: Invalid, Message: "the file could not be read", Err: err}
	}
	head = head[:n]
	count := &counter{r: io.MultiReader(bytes.NewReader(head), f.Data)}
	a := &Attachment{Name: safeName(f.Name), ContentType: sniff(head, f.ContentType), Blob: newToken()}
	if err := e.opts.Blobs.Put(ctx, a.Blob, io.LimitReader(count, maxFile+1)); err != nil {
		return nil, &Error{Code: Unavailable, Message: "the file could not be stored", Err: err}
	}
	if count.n > maxFile {
		return nil, errors.Join(Errorf(Invalid, "the file is larger than 100 MB"), e.opts.Blobs.Delete(ctx, a.Blob))
	}
	a.Size, a.Type = count.n, fileType(a.ContentType)
	if a.Type == "image" {
		if c, _, err := image.DecodeConfig(bytes.NewReader(head)); err == nil {
			a.Width, a.Height = c.Width, c.Height
		}
	}
	return a, nil
}

type counter struct {
	r io.Reader
	n int64
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}

// sniff trusts the bytes over the claim; the claim only refines what the bytes
// leave open, and never into something a browser would run.
func sniff(head []byte, claim string) string {
	found, _, _ := mime.ParseMediaType(http.DetectContentType(head))
	if found != "application/octet-stream" && found != "text/plain" {
		return found
	}
	claimed, _, err := mime.ParseMediaType(claim)
	if err != nil || strings.HasPrefix(claimed, "text/html") || strings.Contains(claimed, "xml") || strings.Contains(claimed, "script") || strings.HasPrefix(claimed, "image/") {
		return found
	}
	return claimed
}

// fileType is Chatwoot's coarse kind of a content type.
func fileType(contentType string) string {
	switch {
	case slices.Contains([]string{"image/jpeg", "image/png", "image/gif", "image/bmp", "image/webp"}, contentType):
		return "image"
	case strings.HasPrefix(contentType, "audio/"):
		return "audio"
	case slices.Contains([]string{"video/ogg", "video/mp4", "video/webm", "video/quicktime"}, contentType):
		return "video"
	}
	return "file"
}

// safeName makes a stranger's file name harmless to show and to save: no path,
// no control or direction-changing characters, at most 255 bytes.
func safeName(name string) string {
	name = path.Base(strings.ReplaceAll(clean(name), `\`, "/"))
	name = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) {
			return -1
		}
		return r
	}, name)
	if name == "." || name == "/" {
		return ""
	}
	for len(name) > 255 { // from the front: the extension matters
		_, size := utf8.DecodeRuneInString(name)
		name = name[size:]
	}
	return name
}

// attachments turns an inbound message's files into rows.
func (u *unit) attachments(in Inbound) []*Attachment {
	out := make([]*Attachment, 0, len(in.Attachments))
	for _, f := range in.Attachments {
		kind := f.Type
		if kind == "" {
			kind = fileType(f.ContentType)
		}
		out = append(out, &Attachment{
			Account: u.actor.account, Type: kind, Name: f.Name, ContentType: f.ContentType, Size: f.Size,
			Blob: f.Blob, URL: f.URL, Ref: f.Ref, Meta: f.Meta, CreatedAt: u.now,
		})
	}
	return out
}

// useInbound uses up the uploads that an inbound message named.
func (u *unit) useInbound(in Inbound) error {
	for _, f := range in.Attachments {
		if f.upload == 0 {
			continue
		}
		if err := u.useUploads(f.upload); err != nil {
			return err
		}
	}
	return nil
}

type mediaArgs struct {
	Attachment AttachmentID `json:"attachment"`
	Message    MessageID    `json:"message"`
}

// fetchLinked arms a job for each file that the provider only linked.
func (u *unit) fetchLinked(m *Message) {
	for _, a := range m.Attachments {
		if a.Blob == "" && a.URL+a.Ref != "" && u.e.opts.Blobs != nil {
			u.enqueue(&Job{
				Kind: jobMessageMedia, Key: strconv.FormatInt(int64(a.ID), 10),
				Args: args(mediaArgs{Attachment: a.ID, Message: m.ID}),
			})
		}
	}
}

// fetchMedia downloads one linked file. The address came from a stranger, so the
// client refuses private networks.
func (e *Engine) fetchMedia(ctx context.Context, j *Job) error {
	var a mediaArgs
	if err := json.Unmarshal(j.Args, &a); err != nil {
		return Permanent(err)
	}
	att, err := e.attachment(ctx, j.Account, a.Attachment)
	if CodeOf(err) == NotFound || err == nil && att.Blob != "" {
		return nil
	}
	if err != nil {
		return err
	}
	got, err := e.fetchFile(ctx, j.Account, a.Message, att)
	if err != nil {
		return err
	}
	return e.update(ctx, e.System(j.Account), func(u *unit) error {
		fresh, err := u.tx.Messages().Attachment(u.ctx, a.Attachment)
		if err != nil {
			return err
		}
		fresh.Ref, fresh.Blob, fresh.ContentType, fresh.Size, fresh.Width, fresh.Height = "", got.Blob, got.ContentType, got.Size, got.Width, got.Height
		if fresh.Name == "" {
			fresh.Name = got.Name
		}
		if err := u.tx.Messages().UpdateAttachment(u.ctx, fresh); err != nil {
			return err
		}
		m, c, err := u.messageAnd(a.Message)
		if err != nil {
			return err
		}
		u.emitMessage(MessageUpdated, c, m, nil)
		return nil
	})
}

// fetchFile gets a file from where it lives: an address, or the provider itself.
func (e *Engine) fetchFile(ctx context.Context, account AccountID, message MessageID, att *Attachment) (*Attachment, error) {
	if att.Ref == "" {
		return e.download(ctx, att.URL)
	}
	var box InboxID
	err := e.view(ctx, e.System(account), func(u *unit) error {
		m, err := u.tx.Messages().Get(u.ctx, message)
		if err == nil {
			box = m.Inbox
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	sender, err := e.sender(ctx, account, box)
	if err != nil {
		return nil, err
	}
	fetcher, ok := sender.(Fetcher)
	if !ok {
		return nil, Permanent(Errorf(Unsupported, "the channel fetches no files"))
	}
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	file, err := fetcher.Fetch(ctx, att.Ref)
	if err != nil {
		return nil, err
	}
	defer file.Body.Close()
	digest := sha256.New()
	got, err := e.storeFile(ctx, File{Name: cmp.Or(att.Name, file.Name), ContentType: cmp.Or(file.ContentType, att.ContentType), Data: io.TeeReader(file.Body, digest)})
	if err == nil && file.SHA256 != nil && !bytes.Equal(digest.Sum(nil), file.SHA256) {
		return nil, errors.Join(Errorf(Unavailable, "the file is not what the provider says it is"), e.opts.Blobs.Delete(ctx, got.Blob))
	}
	return got, err
}

func (e *Engine) attachment(ctx context.Context, account AccountID, id AttachmentID) (*Attachment, error) {
	var att *Attachment
	err := e.view(ctx, e.System(account), func(u *unit) (err error) {
		att, err = u.tx.Messages().Attachment(u.ctx, id)
		return err
	})
	return att, err
}

func (e *Engine) download(ctx context.Context, from string) (*Attachment, error) {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	res, err := e.fetch(ctx, from)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	name := ""
	if u, err := url.Parse(from); err == nil {
		name = path.Base(u.Path)
	}
	return e.storeFile(ctx, File{Name: name, ContentType: res.Header.Get("Content-Type"), Data: res.Body})
}

// fetch asks for a file that somebody named by its address. The caller closes
// the body of a good answer.
func (e *Engine) fetch(ctx context.Context, from string) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, from, nil)
	if err != nil {
		return nil, Permanent(err)
	}
	res, err := e.opts.HTTPClient.Do(req)
	if err != nil {
		return nil, err
	}
	if res.StatusCode != http.StatusOK {
		_ = res.Body.Close() // nothing of it is wanted
		err := fmt.Errorf("the file's server answered %s", res.Status)
		if res.StatusCode < 500 && res.StatusCode != http.StatusTooManyRequests {
			err = Permanent(err)
		}
		return nil, err
	}
	return res, nil
}

// Attachment returns an attachment of a message the actor may see.
func (s Messages) Attachment(ctx context.Context, id AttachmentID) (*Attachment, error) {
	return read(ctx, s.d, func(u *unit) (*Attachment, error) {
		a, err := u.tx.Messages().Attachment(u.ctx, id)
		if err != nil {
			return nil, err
		}
		msg, c, err := u.messageAnd(a.Message)
		if err != nil {
			return nil, err
		}
		if err := u.mayConversation(ReadConversation, c); err != nil {
			return nil, err
		}
		if u.actor.ref.Kind == ByContact && (msg.Private || msg.Kind == Activity) {
			return nil, notFound("attachment")
		}
		return a, nil
	})
}

// OpenFile returns the bytes of an attachment the actor may see. The caller
// closes it.
func (s Messages) OpenFile(ctx context.Context, a *Attachment) (io.ReadSeekCloser, error) {
	if _, err := s.Attachment(ctx, a.ID); err != nil {
		return nil, err
	}
	if a.Blob == "" || s.d.e.opts.Blobs == nil {
		return nil, notFound("file")
	}
	return s.d.e.opts.Blobs.Open(ctx, a.Blob)
}

type blobArgs struct {
	Keys []string `json:"keys"`
}

// dropBlobs removes files once the rows that named them are gone for good.
func (u *unit) dropBlobs(keys []string) {
	if len(keys) > 0 {
		u.enqueue(&Job{Kind: jobBlobDrop, Lane: Bulk, Args: args(blobArgs{keys})})
	}
}

func (e *Engine) dropBlobs(ctx context.Context, j *Job) error {
	var a blobArgs
	if err := json.Unmarshal(j.Args, &a); err != nil {
		return Permanent(err)
	}
	var errs error
	for _, key := range a.Keys {
		errs = errors.Join(errs, e.opts.Blobs.Delete(ctx, key))
	}
	return errs
}

// spill moves a large journal body into Blobs, where there are any.
func (e *Engine) spill(ctx context.Context, entry *JournalEntry) error {
	if len(entry.Body) <= maxJournalBody || e.opts.Blobs == nil {
		return nil
	}
	key := newToken()
	if err := e.opts.Blobs.Put(ctx, key, bytes.NewReader(entry.Body)); err != nil {
		return &Error{Code: Unavailable, Message: "the message could not be stored", Err: err}
	}
	entry.Blob, entry.Body = key, nil
	return nil
}
