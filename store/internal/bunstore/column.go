package bunstore

import (
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/schema"
	"golang.org/x/text/cases"
)

// stamp is a time in microseconds since 1970, UTC; zero is kept as NULL.
type stamp int64

// AppendQuery implements schema.QueryAppender.
func (s stamp) AppendQuery(_ schema.QueryGen, b []byte) ([]byte, error) {
	if s == 0 {
		return append(b, "NULL"...), nil
	}
	return strconv.AppendInt(b, int64(s), 10), nil
}

// Value implements driver.Valuer.
func (s stamp) Value() (driver.Value, error) {
	if s == 0 {
		return nil, nil
	}
	return int64(s), nil
}

func at(t time.Time) stamp { return stamp(micros(t)) }

func (s stamp) time() time.Time { return moment(int64(s)) }

// micros is a time in a column that is never NULL, because lists are sorted by it.
func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

func moment(us int64) time.Time {
	if us == 0 {
		return time.Time{}
	}
	return time.UnixMicro(us).UTC()
}

// document is a column of JSON: text on SQLite, jsonb on Postgres. A nil value
// is NULL.
type document[T any] struct{ v T }

func doc[T any](v T) document[T] { return document[T]{v} }

// AppendQuery implements schema.QueryAppender.
func (d document[T]) AppendQuery(gen schema.QueryGen, b []byte) ([]byte, error) {
	text, err := d.Value()
	if err != nil {
		return nil, err
	}
	if text == nil {
		return append(b, "NULL"...), nil
	}
	return gen.Dialect().AppendString(b, text.(string)), nil
}

// Value implements driver.Valuer.
func (d document[T]) Value() (driver.Value, error) {
	text, err := json.Marshal(d.v)
	if err != nil || string(text) == "null" {
		return nil, err
	}
	return string(text), nil
}

// Scan implements sql.Scanner.
func (d *document[T]) Scan(src any) error {
	var zero T
	d.v = zero
	switch src := src.(type) {
	case nil:
		return nil
	case string:
		return json.Unmarshal([]byte(src), &d.v)
	case []byte:
		return json.Unmarshal(src, &d.v)
	default:
		return fmt.Errorf("JSON column holds %T", src)
	}
}

// idList is a set of ids in a column of text, ",3,7,": a row is read with its
// labels in one statement, and an id is taken out by replacing ",7," with ",".
type idList string

func packIDs[ID ~int64](ids []ID) idList {
	if len(ids) == 0 {
		return ""
	}
	b := []byte{','}
	for _, id := range ids {
		b = append(strconv.AppendInt(b, int64(id), 10), ',')
	}
	return idList(b)
}

func unpackIDs[ID ~int64](l idList) []ID {
	var ids []ID
	for part := range strings.SplitSeq(string(l), ",") {
		if n, err := strconv.ParseInt(part, 10, 64); err == nil {
			ids = append(ids, ID(n))
		}
	}
	return ids
}

// fold makes texts comparable without case, alike on every database.
func fold(s string) string {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return cases.Fold().String(s)
		}
	}
	return strings.ToLower(s)
}

// containing is a LIKE pattern, with ! as its escape, for texts that hold part.
func containing(part string) string {
	return "%" + strings.NewReplacer("!", "!!", "%", "!%", "_", "!_").Replace(fold(part)) + "%"
}

// in is the inside of IN (?): the ids, or NULL, which nothing is in.
func in[T any](values []T) any {
	if len(values) == 0 {
		return bun.Safe("NULL")
	}
	return bun.List(values)
}
