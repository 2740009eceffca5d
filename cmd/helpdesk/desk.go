package main

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"

	"github.com/gohelpdesk/helpdesk"
)

// desk is an engine with everything it stands on.
type desk struct {
	*helpdesk.Engine
	store   helpdesk.Store
	options helpdesk.Options // the engine's own
	close   func() error     // of what stands behind the engine, in order

	endStreams func(context.Context) error // of what its handlers keep open; nil until they are made
}

// openDesk opens what c names. The caller closes it.
func openDesk(ctx context.Context, c *config, noMigrate bool, log *slog.Logger, payloads helpdesk.Payloads) (d *desk, err error) {
	var closers []func() error
	closeAll := func() error {
		var err error
		for i := len(closers) - 1; i >= 0; i-- {
			err = errors.Join(err, closers[i]())
		}
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, closeAll())
		}
	}()
	data, drop, err := dataDir(c)
	if err != nil {
		return nil, err
	}
	closers = append(closers, drop)
	store, err := c.db.open(ctx, noMigrate)
	if err != nil {
		return nil, err
	}
	closers = append(closers, store.Close)
	seal, err := sealer(ctx, c, store, data)
	if err != nil {
		return nil, err
	}
	blobs, err := helpdesk.NewDirBlobs(filepath.Join(data, "files"))
	if err != nil {
		return nil, err
	}
	closers = append(closers, blobs.Close)
	client := helpdesk.SafeClient(c.allow...)
	options := helpdesk.Options{
		Channels: c.channels(client),
		Blobs:    blobs, Sealer: seal, Payloads: payloads, HTTPClient: client, Logger: log, DetectLanguage: detectLanguage,
		PublicURL: c.publicURL,
	}
	if c.smtp != nil {
		if options.Mailer, err = newMailer(c); err != nil {
			return nil, err
		}
	}
	engine, err := helpdesk.New(store, options)
	return &desk{Engine: engine, store: store, options: options, close: closeAll}, err
}

// dataDir makes the data directory. A database in memory that was given none
// gets one that goes when it goes.
func dataDir(c *config) (dir string, drop func() error, err error) {
	if c.db.memory() && c.data == "" {
		dir, err = os.MkdirTemp("", "helpdesk-")
		return dir, func() error { return os.RemoveAll(dir) }, err
	}
	dir = cmp.Or(c.data, c.db.data())
	return dir, func() error { return nil }, os.MkdirAll(dir, 0o700)
}
