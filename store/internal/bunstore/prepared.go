package bunstore

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"reflect"
	"slices"
	"strings"

	"github.com/uptrace/bun/schema"
)

// How statements run
//
// bun writes arguments into the text. On Postgres that saves a round trip; on
// SQLite it means that every statement is parsed and planned anew, which costs
// more than running it. So the writer of SQLite keeps statements prepared, by
// their text, and exec and scan bind the arguments where all of them can be
// bound. Nobody who calls exec or scan need know which it was.

// maxPrepared bounds how many texts are kept; the code has fewer. What is beyond
// runs unprepared.
const maxPrepared = 500

// preparer is a connection that keeps statements. It returns nil for a text it
// does not keep.
type preparer interface {
	prepared(ctx context.Context, text string) (*sql.Stmt, error)
}

// statement returns the kept statement of a text, or nil when it is to be run
// with its arguments written in.
func (t *tx) statement(ctx context.Context, text string, args []any) (*sql.Stmt, error) {
	p, ok := t.db.(preparer)
	if !ok || slices.ContainsFunc(args, unbindable) {
		return nil, nil
	}
	return p.prepared(ctx, text)
}

// unbindable says that an argument is a piece of SQL, such as the inside of an IN.
func unbindable(arg any) bool {
	_, piece := arg.(schema.QueryAppender)
	_, value := arg.(driver.Valuer)
	return piece && !value
}

// exec runs a statement and returns how many rows it touched.
func (t *tx) exec(ctx context.Context, text string, args ...any) (int64, error) {
	text = t.d.qualify(text)
	s, err := t.statement(ctx, text, args) //nolint:sqlclosecheck // kept with the connection
	if err != nil {
		return 0, t.fail(err)
	}
	var res sql.Result
	if s != nil {
		res, err = s.ExecContext(ctx, args...)
	} else {
		res, err = t.db.NewRaw(text, args...).Exec(ctx)
	}
	if err != nil {
		return 0, t.fail(err)
	}
	n, err := res.RowsAffected()
	return n, t.fail(err)
}

// scan runs a statement and reads its only row; sql.ErrNoRows when there is none.
// A pointer to a slice takes all rows; what a plain value takes must not be NULL.
func (t *tx) scan(ctx context.Context, dest any, text string, args ...any) error {
	text = t.d.qualify(text)
	s, err := t.statement(ctx, text, args) //nolint:sqlclosecheck // kept with the connection
	if err != nil {
		return t.fail(err)
	}
	if s == nil {
		return t.fail(t.db.NewRaw(text, args...).Scan(ctx, dest))
	}
	rows, err := s.QueryContext(ctx, args...)
	if err != nil {
		return t.fail(err)
	}
	defer func() { _ = rows.Close() }()
	return t.fail(t.read(ctx, rows, dest))
}

// read fills dest, which is a pointer to a value, to a row, or to a slice of either.
func (t *tx) read(ctx context.Context, rows *sql.Rows, dest any) error {
	bunDB := t.db.NewSelect().DB()
	if reflect.TypeOf(dest).Elem().Kind() == reflect.Slice {
		return bunDB.ScanRows(ctx, rows, dest)
	}
	if !rows.Next() {
		if err := rows.Err(); err != nil {
			return err
		}
		return sql.ErrNoRows
	}
	if err := bunDB.ScanRow(ctx, rows, dest); err != nil {
		return err
	}
	for rows.Next() { // SQLite may fail after the first row of what it returns
	}
	return rows.Err()
}

// tableOf is what bun knows of a type of row.
func (t *tx) tableOf(row reflect.Type) *schema.Table { return t.db.Dialect().Tables().Get(row) }

// columns lists the columns of a type of row, each behind a prefix.
func (t *tx) columnsOf(row reflect.Type, prefix string) string {
	var b strings.Builder
	for i, f := range t.tableOf(row).Fields {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(prefix)
		b.WriteString(string(f.SQLName))
	}
	return b.String()
}

// insertRow inserts one row, a pointer to a struct, gives way when its key is
// there, and reports whether it was new. A column that counts by itself is
// filled in when it is 0.
func (t *tx) insertRow(ctx context.Context, table string, row any) (fresh bool, err error) {
	v := reflect.ValueOf(row).Elem()
	var names, marks strings.Builder
	var args []any
	var counts *schema.Field
	for _, f := range t.tableOf(v.Type()).Fields {
		if f.AutoIncrement && f.HasZeroValue(v) {
			counts = f
			continue
		}
		if len(args) > 0 {
			names.WriteString(", ")
			marks.WriteString(", ")
		}
		names.WriteString(string(f.SQLName))
		marks.WriteByte('?')
		args = append(args, f.Value(v).Interface())
	}
	text := "INSERT INTO " + table + " (" + names.String() + ") VALUES (" + marks.String() + ") ON CONFLICT DO NOTHING"
	if counts == nil {
		n, err := t.exec(ctx, text, args...)
		return n > 0, err
	}
	var id int64
	err = t.scan(ctx, &id, text+" RETURNING "+string(counts.SQLName), args...)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	counts.Value(v).SetInt(id)
	return err == nil, err
}

// updateRow writes all columns of a row but its keys and those in keep, where
// its version is still the one given; -1 asks for none. It returns how many rows
// there were.
func (t *tx) updateRow(ctx context.Context, table, alias string, row any, keep []string, version int64) (int64, error) {
	v := reflect.ValueOf(row).Elem()
	var set, where strings.Builder
	var args, keys []any
	for _, f := range t.tableOf(v.Type()).Fields {
		switch {
		case f.IsPK:
			where.WriteString(" AND " + alias + "." + string(f.SQLName) + " = ?")
			keys = append(keys, f.Value(v).Interface())
		case !slices.Contains(keep, f.Name):
			if len(args) > 0 {
				set.WriteString(", ")
			}
			set.WriteString(string(f.SQLName) + " = ?")
			args = append(args, f.Value(v).Interface())
		}
	}
	if version >= 0 {
		where.WriteString(" AND " + alias + ".version = ?")
		keys = append(keys, version)
	}
	text := "UPDATE " + table + " AS " + alias + " SET " + set.String() + " WHERE " + strings.TrimPrefix(where.String(), " AND ")
	return t.exec(ctx, text, append(args, keys...)...)
}
