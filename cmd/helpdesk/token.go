package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"runtime"
	"runtime/debug"

	"github.com/gohelpdesk/helpdesk"
)

// printToken prints a user's API token, for operators: whoever can read the
// database and its key can do it.
func printToken(ctx context.Context, p *program, args []string) error {
	c, err := p.parseConfig("token", args, func(set *flag.FlagSet, c *config) { set.StringVar(&c.email, "email", "", "") })
	if err != nil {
		return err
	}
	if c.email == "" {
		return usageError{"--email is required: whose token?"}
	}
	return p.printFrom(ctx, c, func(d *desk) (string, error) {
		user, err := d.FindUser(ctx, c.email)
		if errors.Is(err, helpdesk.NotFound) {
			return "", fmt.Errorf("there is no user with the e-mail %s", c.email)
		}
		if err != nil {
			return "", err
		}
		return d.AccessToken(user)
	})
}

// printFrom prints what do reads or makes on the desk that c names; the desk is
// not made when it is not there.
func (p *program) printFrom(ctx context.Context, c *config, do func(d *desk) (string, error)) (err error) {
	if err := c.db.exists(); err != nil {
		return err
	}
	d, err := openDesk(ctx, c, true, slog.New(slog.DiscardHandler), nil)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.close()) }()
	text, err := do(d)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(p.out, text)
	return err
}

// makePlatformApp makes a platform app and prints its token, which is kept
// nowhere else in clear.
func makePlatformApp(ctx context.Context, p *program, args []string) error {
	c, err := p.parseConfig("platform-app", args, func(set *flag.FlagSet, c *config) { set.StringVar(&c.appName, "name", "", "") })
	if err != nil {
		return err
	}
	if c.appName == "" {
		return usageError{"--name is required: what is the app called?"}
	}
	return p.printFrom(ctx, c, func(d *desk) (string, error) {
		_, token, err := d.CreatePlatformApp(ctx, c.appName)
		return token, err
	})
}

// exists refuses to make a database where one should be read.
func (d database) exists() error {
	if d.postgres || d.memory() {
		return nil
	}
	if _, err := os.Stat(d.name); errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("there is no database %s", d.name)
	}
	return nil
}

// migrate brings the schema up to date and touches nothing else.
func migrate(ctx context.Context, p *program, args []string) error {
	c, err := p.parseConfig("migrate", args, nil)
	if err != nil {
		return err
	}
	store, err := c.db.open(ctx, false)
	if err != nil {
		return err
	}
	if err := store.Close(); err != nil {
		return err
	}
	_, err = fmt.Fprintln(p.out, "the schema is up to date")
	return err
}

func printVersion(_ context.Context, p *program, _ []string) error {
	_, err := fmt.Fprintf(p.out, "helpdesk %s %s %s/%s\n", version(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return err
}

// version is the module's, or the revision the binary was built from.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	if v := info.Main.Version; v != "" && v != "(devel)" {
		return v
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			return s.Value
		}
	}
	return "devel"
}
