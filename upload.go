package helpdesk

import (
	"context"
	"crypto/md5" //nolint:gosec // the checksum that ActiveStorage's clients send; it guards against accidents, not against people
	"encoding/base64"
	"errors"
	"io"
	"strings"
	"time"
)

// Upload is a file that was handed over ahead of what will carry it. Nothing
// refers to it yet: what is not used within a day is removed with its bytes.
type Upload struct {
	Account     AccountID
	ID          UploadID
	By          ActorRef
	Name        string
	ContentType string // until the bytes are there: a claim
	Size        int64  // bytes; until they are there: what was announced
	Checksum    string // base64 of the MD5 that the bytes must have; "" = not checked
	Width       int    // of an image
	Height      int
	Blob        string // key in Blobs; "" = the bytes have not come
	Held        bool   // something keeps it for good: it is not removed by age

	CreatedAt time.Time
	Version   int64
}

// NewUpload announces a file whose bytes follow by themselves.
type NewUpload struct {
	// Conversation is where the file is meant to go: who may not write there may
	// not upload for it. 0 = anywhere.
	Conversation ConversationID
	Name         string // "" = file
	ContentType  string
	Size         int64  // bytes, at most 100 MB
	Checksum     string // base64 of an MD5; "" = unknown
}

const (
	keepUploads   = 24 * time.Hour // what nobody used
	uploadTokens  = "upload"       // purpose of the tokens that name uploads
	maxUploadName = 255
)

// Uploads is the service for files that were handed over ahead of their use.
type Uploads struct{ d *Desk }

func loadUpload(u *unit, id int64) (*Upload, error) { return u.tx.Uploads().Get(u.ctx, UploadID(id)) }

// Announce makes room for a file; Fill brings its bytes.
func (s Uploads) Announce(ctx context.Context, in NewUpload) (*Upload, error) {
	in.Name, in.ContentType, in.Checksum = safeName(in.Name), clean(in.ContentType), clean(in.Checksum)
	p := problems{}
	p.add(in.Size < 0 || in.Size > maxFile, "byte_size", "must be from 0 to 104857600")
	sum, err := base64.StdEncoding.DecodeString(in.Checksum)
	p.add(in.Checksum != "" && (err != nil || len(sum) != md5.Size), "checksum", "must be the base64 of an MD5")
	p.add(tooLong(in.ContentType, maxField), "content_type", "is too long (maximum is 255 characters)")
	if err := p.err(); err != nil {
		return nil, err
	}
	return change(ctx, s.d, loadUpload, func(u *unit) (*Upload, int64, error) {
		if err := u.mayUpload(in.Conversation); err != nil {
			return nil, 0, err
		}
		if u.e.opts.Blobs == nil {
			return nil, 0, errNoFiles()
		}
		row := &Upload{
			Account: u.actor.account, By: u.actor.ref, Name: in.Name, ContentType: in.ContentType, Size: in.Size,
			Checksum: in.Checksum, CreatedAt: u.now,
		}
		if err := u.tx.Uploads().Insert(u.ctx, row); err != nil {
			return nil, 0, err
		}
		return row, int64(row.ID), nil
	})
}

func errNoFiles() error { return Errorf(Unsupported, "this desk stores no files") }

// mayUpload asks for the right to hand over a file, in a conversation or at all.
func (u *unit) mayUpload(id ConversationID) error {
	if id == 0 {
		return u.may(UploadFile)
	}
	c, err := u.tx.Conversations().Get(u.ctx, id)
	if err != nil {
		return err
	}
	return u.mayConversation(UploadFile, c)
}

// Store takes a file with its bytes.
func (s Uploads) Store(ctx context.Context, f File) (*Upload, error) {
	if err := s.d.view(ctx, func(u *unit) error { return u.may(UploadFile) }); err != nil {
		return nil, err
	}
	a, err := s.d.e.storeFile(ctx, f)
	if err != nil {
		return nil, err
	}
	return s.keep(ctx, a)
}

// Fetch takes a file from an address that somebody typed in; private networks
// are refused.
func (s Uploads) Fetch(ctx context.Context, address string) (*Upload, error) {
	if err := s.d.view(ctx, func(u *unit) error { return u.may(UploadFile) }); err != nil {
		return nil, err
	}
	if !webAddress(address) {
		return nil, problems{"external_url": "must be an http or https address"}.err()
	}
	a, err := s.d.e.download(ctx, address)
	if err != nil {
		return nil, &Error{Code: Invalid, Message: "the file could not be fetched", Err: err}
	}
	return s.keep(ctx, a)
}

// keep makes the row of a file whose bytes are in Blobs already.
func (s Uploads) keep(ctx context.Context, a *Attachment) (*Upload, error) {
	row, err := change(ctx, s.d, loadUpload, func(u *unit) (*Upload, int64, error) {
		if err := u.may(UploadFile); err != nil {
			return nil, 0, err
		}
		row := &Upload{
			Account: u.actor.account, By: u.actor.ref, Name: a.Name, ContentType: a.ContentType, Size: a.Size,
			Width: a.Width, Height: a.Height, Blob: a.Blob, CreatedAt: u.now,
		}
		if err := u.tx.Uploads().Insert(u.ctx, row); err != nil {
			return nil, 0, err
		}
		return row, int64(row.ID), nil
	})
	s.d.e.dropUnused(ctx, err, []*Attachment{a}, func(key string) bool { return row != nil && row.Blob == key })
	return row, err
}

// UploadToken names an upload to outsiders: whoever holds it may use the upload,
// once. It lasts as long as the upload may wait.
func (e *Engine) UploadToken(row *Upload) (string, error) {
	return e.SealToken(uploadTokens, uploadTicket{row.Account, row.ID}, row.CreatedAt.Add(keepUploads))
}

type uploadTicket struct {
	Account AccountID `json:"a"`
	Upload  UploadID  `json:"u"`
}

// FillUpload brings the bytes of an announced file; token is what names it. The
// bytes must have the size and checksum that were announced. They come once:
// Conflict when they are there.
func (e *Engine) FillUpload(ctx context.Context, token string, r io.Reader) error {
	var t uploadTicket
	if err := e.OpenToken(uploadTokens, token, &t); err != nil {
		return err
	}
	row, err := e.upload(ctx, t)
	if err != nil {
		return err
	}
	if row.Blob != "" {
		return Errorf(Conflict, "the file is there already")
	}
	sum := md5.New() //nolint:gosec // see the import
	a, err := e.storeFile(ctx, File{Name: row.Name, ContentType: row.ContentType, Data: io.TeeReader(io.LimitReader(r, row.Size+1), sum)})
	if err != nil {
		return err
	}
	if a.Size != row.Size || row.Checksum != "" && base64.StdEncoding.EncodeToString(sum.Sum(nil)) != row.Checksum {
		return errors.Join(Errorf(Invalid, "the file is not the one that was announced"), e.opts.Blobs.Delete(ctx, a.Blob))
	}
	filled := false
	err = e.update(ctx, e.System(t.Account), func(u *unit) error {
		filled = false
		fresh, err := u.tx.Uploads().Get(u.ctx, t.Upload)
		if err != nil {
			return err
		}
		if fresh.Blob != "" {
			return Errorf(Conflict, "the file is there already")
		}
		fresh.Blob, fresh.ContentType, fresh.Width, fresh.Height = a.Blob, a.ContentType, a.Width, a.Height
		filled = true
		return u.tx.Uploads().Update(u.ctx, fresh)
	})
	e.dropUnused(ctx, err, []*Attachment{a}, func(string) bool { return filled })
	return err
}

func (e *Engine) upload(ctx context.Context, t uploadTicket) (row *Upload, err error) {
	err = e.view(ctx, e.System(t.Account), func(u *unit) error {
		row, err = u.tx.Uploads().Get(u.ctx, t.Upload)
		return err
	})
	return row, err
}

// UploadFile returns an upload by its token, with its bytes. The caller closes them.
func (e *Engine) UploadFile(ctx context.Context, token string) (*Upload, io.ReadSeekCloser, error) {
	var t uploadTicket
	if err := e.OpenToken(uploadTokens, token, &t); err != nil {
		return nil, nil, err
	}
	row, err := e.upload(ctx, t)
	if err != nil {
		return nil, nil, err
	}
	if row.Blob == "" || e.opts.Blobs == nil {
		return nil, nil, notFound("file")
	}
	content, err := e.opts.Blobs.Open(ctx, row.Blob)
	return row, content, err
}

// findUpload turns a token into what a message will carry. Every reason for
// refusing it is the same.
func (e *Engine) findUpload(ctx context.Context, account AccountID, token string) (*Upload, error) {
	bad := problems{"attachments": "hold a file that is not there, or was used already"}.err()
	var t uploadTicket
	if err := e.OpenToken(uploadTokens, token, &t); err != nil || t.Account != account {
		return nil, bad
	}
	row, err := e.upload(ctx, t)
	switch {
	case CodeOf(err) == NotFound, err == nil && row.Blob == "":
		return nil, bad
	default:
		return row, err
	}
}

// uploaded is the attachment that an upload becomes.
func (row *Upload) attachment() *Attachment {
	return &Attachment{
		Type: fileType(row.ContentType), Name: row.Name, ContentType: row.ContentType, Size: row.Size,
		Width: row.Width, Height: row.Height, Blob: row.Blob,
	}
}

// useUploads takes uploads out of what waits: from here on the bytes belong to
// what refers to them. It is asked in the commit that makes the reference.
func (u *unit) useUploads(ids ...UploadID) error {
	for _, id := range ids {
		err := u.tx.Uploads().Delete(u.ctx, id)
		if CodeOf(err) == NotFound {
			return problems{"attachments": "hold a file that is not there, or was used already"}.err()
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// dropUploads removes what waited for its use too long, and returns how many.
func (u *unit) dropUploads() (int, error) {
	old, err := u.tx.Uploads().List(u.ctx, UploadFilter{Before: u.now.Add(-keepUploads)}, Page{Limit: sweepBatch})
	if err != nil {
		return 0, err
	}
	var keys []string
	for _, row := range old {
		if row.Blob != "" {
			keys = append(keys, row.Blob)
		}
		if err := u.tx.Uploads().Delete(u.ctx, row.ID); err != nil {
			return 0, err
		}
	}
	u.dropBlobs(keys)
	return len(old), nil
}

// dropUnused removes bytes that were stored for a commit which was refused, or
// which had been made before. After an error that leaves the commit in doubt
// they stay.
func (e *Engine) dropUnused(ctx context.Context, err error, files []*Attachment, used func(key string) bool) {
	if code := CodeOf(err); code == Internal || code == Unavailable {
		return
	}
	for _, f := range files {
		if f.Blob == "" || err == nil && used(f.Blob) {
			continue
		}
		if err := e.opts.Blobs.Delete(context.WithoutCancel(ctx), f.Blob); err != nil {
			e.opts.Logger.Error("removing an unused file", "err", err)
		}
	}
}

// webAddress reports whether an address is one that may be fetched.
func webAddress(s string) bool {
	return len(s) <= maxURL && (strings.HasPrefix(s, "https://") || strings.HasPrefix(s, "http://"))
}
