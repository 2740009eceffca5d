package postgrestest

import (
	"context"
	"crypto/rand"
	"fmt"
	"strings"
	"sync"

	"github.com/jackc/pgx/v5"
)

// pool holds the databases that no test has at the moment.
type pool struct {
	mu    sync.Mutex
	users int
	free  []string
}

var databases pool

// take gives a test an empty database.
func (p *pool) take(ctx context.Context, admin string) (string, error) {
	p.mu.Lock()
	p.users++
	if n := len(p.free); n > 0 {
		name := p.free[n-1]
		p.free = p.free[:n-1]
		p.mu.Unlock()
		return name, nil
	}
	p.mu.Unlock()
	template, err := ensureTemplate(ctx, admin)
	if err != nil {
		return "", fmt.Errorf("template: %w", err)
	}
	name := "helpdesk_test_" + strings.ToLower(rand.Text())
	// Copying files is several times as quick as writing pages through the log.
	return name, run(ctx, admin, "CREATE DATABASE "+name+" TEMPLATE "+template+" STRATEGY file_copy")
}

// give takes a database back: emptied for others, or dropped when its schema is
// not the template's any more. With its last user gone the pool drops the rest.
func (p *pool) give(ctx context.Context, admin, name string) error {
	usable, err := empty(ctx, admin, name)
	p.mu.Lock()
	var drop []string
	if err == nil && usable {
		p.free = append(p.free, name)
	} else {
		drop = append(drop, name)
	}
	if p.users--; p.users == 0 {
		drop, p.free = append(drop, p.free...), nil
	}
	p.mu.Unlock()
	for _, name := range drop {
		if dropped := run(ctx, admin, "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)"); dropped != nil {
			err = dropped
		}
	}
	return err
}

// empty removes every row, and reports whether the schema is still the
// template's.
func empty(ctx context.Context, admin, name string) (usable bool, err error) {
	template, err := templateName()
	if err != nil {
		return false, err
	}
	conn, err := pgx.Connect(ctx, with(admin, name))
	if err != nil {
		return false, nil // the test dropped or renamed it
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	if _, err = conn.Exec(ctx, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"); err != nil {
		return false, err
	}
	shape, err := shapeOf(ctx, conn)
	if err != nil {
		return false, nil // nor does it answer as a fresh one does
	}
	shapes.mu.Lock()
	want, known := shapes.of[template]
	shapes.mu.Unlock()
	if !known {
		if want, err = templateShape(ctx, admin, template); err != nil {
			return false, err
		}
	}
	if shape != want {
		return false, nil
	}
	_, err = conn.Exec(ctx, clear, pgx.QueryExecModeSimpleProtocol)
	return true, err
}

// shapes are the templates' digests.
var shapes = struct {
	mu sync.Mutex
	of map[string]string
}{of: map[string]string{}}

// templateShape looks at a copy: nothing ever connects to a template.
func templateShape(ctx context.Context, admin, template string) (string, error) {
	name := "helpdesk_test_" + strings.ToLower(rand.Text())
	if err := run(ctx, admin, "CREATE DATABASE "+name+" TEMPLATE "+template+" STRATEGY file_copy"); err != nil {
		return "", err
	}
	conn, err := pgx.Connect(ctx, with(admin, name))
	if err != nil {
		return "", err
	}
	shape, err := shapeOf(ctx, conn)
	_ = conn.Close(context.WithoutCancel(ctx))
	if err != nil {
		return "", err
	}
	shapes.mu.Lock()
	shapes.of[template] = shape
	shapes.mu.Unlock()
	return shape, run(ctx, admin, "DROP DATABASE "+name)
}

// shapeOf is a digest of everything that statements could have changed in the
// schema, settings of the database among them. What is made anew has another oid;
// copies of one template have the same.
func shapeOf(ctx context.Context, conn *pgx.Conn) (shape string, err error) {
	err = conn.QueryRow(ctx, `SELECT md5(COALESCE((SELECT string_agg(c.oid::text || '.' || c.relname || c.relnatts::text, ',' ORDER BY c.oid)
		FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
		WHERE n.nspname NOT LIKE 'pg\_%' AND n.nspname <> 'information_schema'), '')
		|| COALESCE((SELECT string_agg(proname, ',' ORDER BY proname) FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace WHERE n.nspname = 'public'), '')
		|| (SELECT string_agg(nspname, ',' ORDER BY nspname) FROM pg_namespace WHERE nspname NOT LIKE 'pg\_temp%' AND nspname NOT LIKE 'pg\_toast\_temp%')
		|| COALESCE((SELECT string_agg(s.setconfig::text, ',') FROM pg_db_role_setting AS s JOIN pg_database AS d ON d.oid = s.setdatabase WHERE d.datname = current_database()), '')
		|| (SELECT COALESCE(max(version_id), 0)::text || ':' || count(*)::text FROM public.helpdesk_migrations))`, pgx.QueryExecModeSimpleProtocol).Scan(&shape)
	return shape, err
}

// clear empties the tables that hold anything, and numbers them anew. To delete
// the few rows of most tests is far quicker than the files that TRUNCATE makes.
const clear = `DO $$
DECLARE
	r record;
	large text := '';
BEGIN
	FOR r IN SELECT quote_ident(relname) AS name, pg_relation_size(oid) AS size FROM pg_class
		WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relname <> 'helpdesk_migrations' AND pg_relation_size(oid) > 0
	LOOP
		IF r.size > 262144 THEN
			large := large || ', ' || r.name;
		ELSE
			EXECUTE 'DELETE FROM ' || r.name;
		END IF;
	END LOOP;
	IF large <> '' THEN
		EXECUTE 'TRUNCATE ' || substr(large, 3);
	END IF;
	PERFORM setval(oid::regclass, 1, false) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'S';
END $$`
