package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"github.com/gohelpdesk/helpdesk"
)

// Time limits of the server. Writing is limited too: a stream that means to last
// lifts its own deadline.
const (
	headerTimeout = 10 * time.Second
	readTimeout   = 5 * time.Minute // 15 files of 100 MB over a slow line
	writeTimeout  = 5 * time.Minute
	idleTimeout   = 2 * time.Minute
	maxHeader     = 64 << 10         // bytes
	drainTimeout  = 30 * time.Second // for requests, then for jobs, each
)

// serve runs the desk until ctx ends, and then stops it in order: sockets and
// streams sent away, no new connections, running requests answered, running jobs
// done, store closed.
func serve(ctx context.Context, p *program, args []string) (err error) {
	c, err := p.parseConfig("serve", args, p.serveFlags)
	if err != nil {
		return err
	}
	log := slog.New(slog.NewTextHandler(p.log, nil))
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", c.addr)
	if err != nil {
		return err
	}
	defer func() { _ = listener.Close() }() // closed by the server already, unless it never started
	base := c.base(listener.Addr())
	d, err := openDesk(ctx, c, false, log, payloads(base))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.close()) }()
	warnOpen(c, listener.Addr(), log)
	if _, err := fmt.Fprintf(p.out, "helpdesk is listening on %s\n", base); err != nil {
		return err
	}
	if err := d.welcome(ctx, c, p.out, base); err != nil {
		return err
	}
	if err := d.Start(context.WithoutCancel(ctx)); err != nil {
		return err
	}
	server := &http.Server{
		Handler: d.handler(c, base, log), ReadHeaderTimeout: headerTimeout, ReadTimeout: readTimeout, WriteTimeout: writeTimeout,
		IdleTimeout: idleTimeout, MaxHeaderBytes: maxHeader, ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}
	return d.serveUntil(ctx, server, listener, log)
}

// serveUntil serves until ctx ends or the server fails, and drains.
func (d *desk) serveUntil(ctx context.Context, server *http.Server, listener net.Listener, log *slog.Logger) error {
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	var err error
	select {
	case err = <-failed:
	case <-ctx.Done():
		log.Info("stopping; a second signal ends at once")
	}
	err = errors.Join(err, within(ctx, d.endStreams), within(ctx, server.Shutdown), within(ctx, d.Stop))
	log.Info("stopped")
	return err
}

// within gives a step of the way out its time, though ctx has ended.
func within(ctx context.Context, step func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainTimeout)
	defer cancel()
	return step(ctx)
}

// warnOpen says what an operator should know of an address that others reach.
func warnOpen(c *config, at net.Addr, log *slog.Logger) {
	if port, err := netip.ParseAddrPort(at.String()); err == nil && port.Addr().IsLoopback() {
		return
	}
	if !strings.HasPrefix(c.publicURL, "https://") {
		log.Warn("plain HTTP on an address others can reach: passwords and messages can be read on the way. Put a proxy with TLS in front and say so with --public-url https://…", "addr", at.String())
	}
	if c.demo {
		log.Warn("the demo account's passwords are known to everybody, and others can reach this address", "addr", at.String())
	}
}

// ready reports whether the desk can do its work: the store answers and has this
// version's schema.
func (d *desk) ready(ctx context.Context) error {
	if check, ok := helpdesk.StoreAs[helpdesk.SchemaChecker](d.store); ok {
		return check.CheckSchema(ctx)
	}
	_, err := inUse(ctx, d.store)
	return err
}
