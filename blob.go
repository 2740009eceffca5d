package helpdesk

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Blobs keeps files: attachments and large bodies. Keys are made by the engine
// from random ids, and never contain anything a stranger chose.
type Blobs interface {
	// Put stores all of r under key. A failed Put MUST leave nothing that Open
	// would return; a second Put of a key replaces it.
	Put(ctx context.Context, key string, r io.Reader) error
	// Open returns the bytes; NotFound when there are none.
	Open(ctx context.Context, key string) (io.ReadSeekCloser, error)
	// Delete removes the key; one that is gone is no error.
	Delete(ctx context.Context, key string) error
}

// DirBlobs keeps blobs as files below one directory, two levels deep. The
// directory is opened as a root: no key can name a file outside it.
type DirBlobs struct{ root *os.Root }

// NewDirBlobs opens dir, making it when it is not there, for the owner alone.
func NewDirBlobs(dir string) (*DirBlobs, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	return &DirBlobs{root}, nil
}

// Close releases the directory.
func (b *DirBlobs) Close() error { return b.root.Close() }

func (b *DirBlobs) path(key string) string {
	if len(key) < 4 {
		return key
	}
	return filepath.Join(key[:2], key)
}

// Put writes beside the target and renames, so that a crash leaves either the
// whole file or none.
func (b *DirBlobs) Put(_ context.Context, key string, r io.Reader) (err error) {
	path := b.path(key)
	if dir := filepath.Dir(path); dir != "." {
		if err := b.root.Mkdir(dir, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
			return err
		}
	}
	part := path + "." + newToken() + ".part"
	f, err := b.root.OpenFile(part, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = b.root.Remove(part) // what is left is swept with other .part files
		}
	}()
	_, err = io.Copy(f, r)
	err = errors.Join(err, f.Sync(), f.Close())
	if err != nil {
		return err
	}
	return b.root.Rename(part, path)
}

// Open implements Blobs.
func (b *DirBlobs) Open(_ context.Context, key string) (io.ReadSeekCloser, error) {
	f, err := b.root.Open(b.path(key))
	if errors.Is(err, fs.ErrNotExist) || strings.Contains(key, "/") {
		return nil, notFound("file")
	}
	return f, err
}

// Delete implements Blobs.
func (b *DirBlobs) Delete(_ context.Context, key string) error {
	if err := b.root.Remove(b.path(key)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
