package bunstore

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"regexp"
	"strings"

	"github.com/uptrace/bun"

	"github.com/gohelpdesk/helpdesk"
)

// dialect holds every difference between the databases.
type dialect struct {
	name   string // "sqlite" or "postgres"
	schema string // of our tables; "" on SQLite
	prefix string // what "@" in a statement stands for
}

func sqliteDialect() *dialect { return &dialect{name: "sqlite"} }

var schemaName = regexp.MustCompile(`^[a-z_][a-z0-9_]{0,62}$`)

// postgresDialect puts all tables into schema; "" = public.
func postgresDialect(schema string) (*dialect, error) {
	if schema == "" {
		schema = "public"
	}
	if !schemaName.MatchString(schema) {
		return nil, &helpdesk.Error{Code: helpdesk.Invalid, Message: "invalid schema", Fields: map[string]string{"Schema": "must be lower-case letters, digits and underscores"}}
	}
	return &dialect{name: "postgres", schema: schema, prefix: schema + "."}, nil
}

func (d *dialect) postgres() bool { return d.name == "postgres" }

// qualify is the only place that names the schema: in statements and migrations
// every table is written @helpdesk_x.
func (d *dialect) qualify(statement string) string {
	return strings.ReplaceAll(statement, "@helpdesk_", d.prefix+"helpdesk_")
}

// forUpdate locks what the query finds. SQLite has one writer, who needs no
// row locks.
func (d *dialect) forUpdate(q *bun.SelectQuery) *bun.SelectQuery {
	if d.postgres() {
		return q.For("UPDATE OF ?", bun.Ident(q.GetModel().(bun.TableModel).Table().Alias))
	}
	return q
}

// skipLocked lets two claims pass each other.
func (d *dialect) skipLocked() string {
	if d.postgres() {
		return " FOR UPDATE SKIP LOCKED"
	}
	return ""
}

// lockStatement serialises a purpose of an account until the commit; "" where
// the writer is alone anyway. The key space is the host's too, so the key is
// derived from everything that makes it ours.
func (d *dialect) lockStatement(purpose string, account helpdesk.AccountID) string {
	if !d.postgres() {
		return ""
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "helpdesk %s %s %d", d.schema, purpose, account))
	return fmt.Sprintf("SELECT pg_advisory_xact_lock(%d)", int64(binary.BigEndian.Uint64(sum[:]))) //nolint:gosec // any bits will do
}
