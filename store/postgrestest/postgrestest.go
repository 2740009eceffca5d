// Package postgrestest gives each test a Postgres database of its own.
package postgrestest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/gohelpdesk/helpdesk/store/postgres"
)

// Env names the variable with the address of a server, as a URL or in keywords,
// for a role that may create databases. Only throwaway servers belong there.
const Env = "HELPDESK_TEST_POSTGRES"

// templateLock keeps processes that start together from making the template
// together. It lives in the administrative database of a test server.
const templateLock = 77_031_905

// DSN returns the address of a database with the newest schema and nothing in
// it. It is the test's own until the test ends. Without a server the test is
// skipped, and says so.
//
// Making a database costs many times what emptying one does, so those that tests
// are done with serve others, while any test of the process has one; the last to
// end drops them all. A test may do to its database what it likes: one whose
// schema was changed is not used again.
func DSN(tb testing.TB) string {
	tb.Helper()
	admin := os.Getenv(Env)
	if admin == "" {
		tb.Skip("Postgres skipped: HELPDESK_TEST_POSTGRES is not set; `make test` starts one")
	}
	name, err := databases.take(tb.Context(), admin)
	if err != nil {
		tb.Fatalf("postgrestest: %v", err)
	}
	tb.Cleanup(func() {
		if err := databases.give(context.Background(), admin, name); err != nil {
			tb.Errorf("postgrestest: %v", err)
		}
	})
	return with(admin, name)
}

// run executes statements on a connection of their own.
func run(ctx context.Context, dsn string, statements ...string) error {
	conn, err := pgx.Connect(ctx, dsn)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	for _, s := range statements {
		if _, err := conn.Exec(ctx, s, pgx.QueryExecModeSimpleProtocol); err != nil {
			return err
		}
	}
	return nil
}

// ensureTemplate makes the template of these migrations unless it is there, and
// returns its name. Nothing ever connects to it once it has that name.
func ensureTemplate(ctx context.Context, admin string) (string, error) {
	name, err := templateName()
	if err != nil {
		return "", err
	}
	conn, err := pgx.Connect(ctx, admin)
	if err != nil {
		return "", err
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }() // and with it the lock
	if there, err := exists(ctx, conn, name); err != nil || there {
		return name, err
	}
	if _, err := conn.Exec(ctx, "SELECT pg_advisory_lock($1)", templateLock); err != nil {
		return "", err
	}
	if there, err := exists(ctx, conn, name); err != nil || there {
		return name, err
	}
	return name, makeTemplate(ctx, admin, name)
}

func exists(ctx context.Context, conn *pgx.Conn, name string) (there bool, err error) {
	err = conn.QueryRow(ctx, "SELECT EXISTS (SELECT 1 FROM pg_database WHERE datname = $1)", name).Scan(&there)
	return there, err
}

// makeTemplate migrates a database under another name and gives it its own last,
// so that a process which dies in between leaves no half a template.
func makeTemplate(ctx context.Context, admin, name string) error {
	making := name + "_making"
	if err := run(ctx, admin, "DROP DATABASE IF EXISTS "+making+" WITH (FORCE)", "CREATE DATABASE "+making+" TEMPLATE template0 ENCODING 'UTF8'"); err != nil {
		return err
	}
	store, err := postgres.Open(ctx, with(admin, making), postgres.Options{})
	if err != nil {
		return err
	}
	if err := store.Close(); err != nil {
		return err
	}
	return run(ctx, admin, "ALTER DATABASE "+making+" RENAME TO "+name)
}

// templateName holds a digest of the migrations: another schema is another
// template.
func templateName() (string, error) {
	files, err := postgres.Migrations("")
	if err != nil {
		return "", err
	}
	sum := sha256.New()
	err = fs.WalkDir(files, ".", func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		text, err := fs.ReadFile(files, path)
		fmt.Fprintf(sum, "%s %d\n", path, len(text))
		_, _ = sum.Write(text)
		return err
	})
	return "helpdesk_template_" + hex.EncodeToString(sum.Sum(nil))[:16], err
}

// with is the address of another database of the same server.
func with(admin, database string) string {
	if u, err := url.Parse(admin); err == nil && strings.HasPrefix(u.Scheme, "postgres") {
		u.Path = "/" + database
		return u.String()
	}
	return admin + " dbname=" + database // of two, the last counts
}
