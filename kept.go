package helpdesk

import (
	"context"
	"errors"
	"io"
	"slices"
)

// KeptFile is a file that belongs to a canned response, a macro or a rule, to
// be sent with messages. Each message that carries it gets a copy of its own.
type KeptFile struct {
	Key         string `json:"key"` // in Blobs; also what names it in actions
	Name        string `json:"name"`
	ContentType string `json:"content_type"` // sniffed, not believed
	Type        string `json:"type"`         // "image", "audio", "video" or "file"
	Size        int64  `json:"size"`
	Width       int    `json:"width,omitempty"`
	Height      int    `json:"height,omitempty"`
}

// FileChange adds files to what keeps them, and takes others away. At most 15
// files are kept by one row.
type FileChange struct {
	Add  []File
	Drop []string // keys; one that is not there is no error

	stored []KeptFile // Add, once in Blobs
}

// store moves the new files into Blobs, before any transaction. What a failed
// transaction leaves behind is removed by the caller, with forget.
func (f *FileChange) store(ctx context.Context, e *Engine) error {
	if len(f.Add) > maxAttachments {
		return problems{"files": "are too many (maximum is 15)"}.err()
	}
	for _, file := range f.Add {
		a, err := e.storeFile(ctx, file)
		if err != nil {
			return err
		}
		f.stored = append(f.stored, KeptFile{
			Key: a.Blob, Name: a.Name, ContentType: a.ContentType, Type: a.Type, Size: a.Size, Width: a.Width, Height: a.Height,
		})
	}
	return nil
}

// forget removes what was stored for a row that was not written.
func (f *FileChange) forget(ctx context.Context, e *Engine, kept []KeptFile) error {
	var errs error
	for _, file := range f.stored {
		if !slices.ContainsFunc(kept, func(k KeptFile) bool { return k.Key == file.Key }) {
			errs = errors.Join(errs, e.opts.Blobs.Delete(context.WithoutCancel(ctx), file.Key))
		}
	}
	return errs
}

// keep applies a change of files to those that a row has.
func (u *unit) keep(p problems, have []KeptFile, f FileChange) []KeptFile {
	out := make([]KeptFile, 0, len(have)+len(f.stored))
	var gone []string
	for _, file := range have {
		if slices.Contains(f.Drop, file.Key) {
			gone = append(gone, file.Key)
		} else {
			out = append(out, file)
		}
	}
	out = append(out, f.stored...)
	p.add(len(out) > maxAttachments, "files", "are too many (maximum is 15)")
	u.dropBlobs(gone)
	return out
}

// dropKept removes the files of rows that go.
func (u *unit) dropKept(files []KeptFile) {
	keys := make([]string, len(files))
	for i, f := range files {
		keys[i] = f.Key
	}
	u.dropBlobs(keys)
}

// keptFile finds a file by its key.
func keptFile(files []KeptFile, key string) (KeptFile, bool) {
	i := slices.IndexFunc(files, func(f KeptFile) bool { return f.Key == key })
	if i < 0 {
		return KeptFile{}, false
	}
	return files[i], true
}

// openKept returns the bytes of a file of a row that the caller was allowed to see.
func (e *Engine) openKept(ctx context.Context, files []KeptFile, key string) (KeptFile, io.ReadSeekCloser, error) {
	f, ok := keptFile(files, key)
	if !ok || e.opts.Blobs == nil {
		return KeptFile{}, nil, notFound("file")
	}
	content, err := e.opts.Blobs.Open(ctx, f.Key)
	return f, content, err
}

// keeping runs a change of a row that keeps files: they are stored first, and
// those that the row did not take (it was refused, or made before) are removed.
func keeping[T any](ctx context.Context, d *Desk, f *FileChange, files func(*T) []KeptFile, write func() (*T, error)) (*T, error) {
	err := f.store(ctx, d.e)
	if err != nil {
		return nil, errors.Join(err, f.forget(ctx, d.e, nil))
	}
	row, err := write()
	var kept []KeptFile
	if row != nil {
		kept = files(row)
	}
	if forgotten := f.forget(ctx, d.e, kept); forgotten != nil {
		d.e.opts.Logger.Warn("removing files that nothing took", "err", forgotten)
	}
	return row, err
}
