package bunstore

import (
	"context"
	"database/sql"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"

	"github.com/gohelpdesk/helpdesk"
)

// PostgresOptions configure a Postgres store.
type PostgresOptions struct {
	Schema    string // "" = public
	Conns     int    // at most so many connections; 0 = 16. A host's own handle keeps its limits
	NoMigrate bool
	OnQuery   func(op string)
}

// OpenPostgres connects to the database of a URL or keyword string.
func OpenPostgres(ctx context.Context, dsn string, o PostgresOptions) (*Store, error) {
	config, err := pgx.ParseConfig(dsn)
	if err != nil {
		// The driver's message may hold the password.
		return nil, &helpdesk.Error{Code: helpdesk.Invalid, Message: "invalid dsn", Fields: map[string]string{"dsn": "is no address of a Postgres database"}}
	}
	// Statements carry their arguments: preparing them would be in vain, and
	// reading them must not depend on settings of a role.
	config.DefaultQueryExecMode = pgx.QueryExecModeSimpleProtocol
	config.RuntimeParams["standard_conforming_strings"] = "on"
	config.RuntimeParams["client_encoding"] = "UTF8"
	db := stdlib.OpenDB(*config)
	conns := o.Conns
	if conns == 0 {
		conns = 16
	}
	db.SetMaxOpenConns(conns)
	db.SetMaxIdleConns(conns)
	s, err := newPostgres(db, o)
	if err != nil {
		_ = db.Close()
		return nil, err
	}
	s.closeAll = db.Close
	return s.checked(ctx, o)
}

// NewPostgres uses a host's handle, which the host closes.
func NewPostgres(ctx context.Context, db *sql.DB, o PostgresOptions) (*Store, error) {
	s, err := newPostgres(db, o)
	if err != nil {
		return nil, err
	}
	s.closeAll = func() error { return nil }
	return s.checked(ctx, o)
}

func newPostgres(db *sql.DB, o PostgresOptions) (*Store, error) {
	d, err := postgresDialect(o.Schema)
	if err != nil {
		return nil, err
	}
	b := hooked(bun.NewDB(db, pgdialect.New()), o.OnQuery)
	snapshot := &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true}
	return &Store{dialect: d, db: b, writer: &pgWriter{b}, viewer: &txViewer{b, snapshot}}, nil
}

func (s *Store) checked(ctx context.Context, o PostgresOptions) (*Store, error) {
	if err := checkSettings(ctx, s.db); err != nil {
		_ = s.Close()
		return nil, err
	}
	return s.ready(ctx, o.NoMigrate)
}

// checkSettings refuses a connection on which a text could become SQL.
func checkSettings(ctx context.Context, db bun.IDB) error {
	var got struct {
		Strings  string `bun:"strings"`
		Encoding string `bun:"encoding"`
	}
	err := db.NewRaw("SELECT current_setting('standard_conforming_strings') AS strings, current_setting('client_encoding') AS encoding").Scan(ctx, &got)
	if err != nil {
		return unavailable(err)
	}
	if got.Strings != "on" || !strings.EqualFold(strings.ReplaceAll(got.Encoding, "-", ""), "UTF8") {
		return helpdesk.Errorf(helpdesk.Unsupported, "the connection must have standard_conforming_strings=on and client_encoding=UTF8, it has %s and %s", got.Strings, got.Encoding)
	}
	return nil
}
