package helpdesk

import (
	"bytes"
	"context"
	"reflect"
	"strings"
	"unicode"
)

// audit records an administrative change, in the commit that makes it.
func (u *unit) audit(verb, noun string, object int64, changes map[string]Change) error {
	return u.tx.Audit().Append(u.ctx, &AuditEntry{
		Account: u.actor.account, Actor: u.actor.ref, Remote: u.actor.remote, Verb: verb, Noun: noun, Object: object,
		Changes: changes, Cause: causeFrom(u.ctx), At: u.now,
	})
}

// record audits what became of a row: every field that differs, before and
// after. before is nil for a row that is new, after for one that is gone.
func record[T any](u *unit, noun string, object int64, before, after *T) error {
	verb := "update"
	switch {
	case before == nil:
		verb = "create"
	case after == nil:
		verb = "delete"
	}
	return u.audit(verb, noun, object, differences(before, after))
}

// auditMembers records who came to something and who left.
func (u *unit) auditMembers(noun string, object int64, added, removed []AgentID) error {
	changes := make(map[string]Change)
	if len(added) > 0 {
		changes["added"] = Change{After: args(added)}
	}
	if len(removed) > 0 {
		changes["removed"] = Change{Before: args(removed)}
	}
	if len(changes) == 0 {
		return nil
	}
	return u.audit("update", noun, object, changes)
}

// differences names the fields of a struct that differ, in snake case. Fields
// tagged `audit:"-"` are left out, as are the row's own bookkeeping; bytes are
// sealed secrets, of which only the change is told.
func differences[T any](before, after *T) map[string]Change {
	was, is := valueOf(before), valueOf(after)
	out := make(map[string]Change)
	t := was.Type()
	for _, f := range reflect.VisibleFields(t) {
		if f.Anonymous || bookkeeping[f.Name] || f.Tag.Get("audit") == "-" || !f.IsExported() {
			continue // of an embedded struct, the fields are told
		}
		a, b := was.FieldByIndex(f.Index).Interface(), is.FieldByIndex(f.Index).Interface()
		if _, secret := a.([]byte); secret {
			if !bytes.Equal(a.([]byte), b.([]byte)) {
				out[snake(f.Name)] = Change{After: args("(secret)")}
			}
			continue
		}
		c := changed(a, b)
		if bytes.Equal(c.Before, c.After) {
			continue
		}
		if before == nil {
			c.Before = nil
		}
		if after == nil {
			c.After = nil
		}
		out[snake(f.Name)] = c
	}
	return out
}

// bookkeeping are the fields that say nothing about a change.
var bookkeeping = map[string]bool{"Account": true, "ID": true, "CreatedAt": true, "UpdatedAt": true, "Version": true}

func valueOf[T any](v *T) reflect.Value {
	if v == nil {
		v = new(T)
	}
	return reflect.ValueOf(v).Elem()
}

// snake is OpenLimit as open_limit, and HMACToken as hmac_token.
func snake(name string) string {
	var out strings.Builder
	runes := []rune(name)
	for i, r := range runes {
		if i > 0 && unicode.IsUpper(r) && (unicode.IsLower(runes[i-1]) || i+1 < len(runes) && unicode.IsLower(runes[i+1])) {
			out.WriteByte('_')
		}
		out.WriteRune(unicode.ToLower(r))
	}
	return out.String()
}

// Audit is the service for the record of administrative changes.
type Audit struct{ d *Desk }

// AuditFilter chooses entries.
type AuditFilter struct {
	Span         // zero times = unbounded
	Noun  string // "inbox", "agent"…; "" = any
	Agent AgentID
}

// List returns entries, newest first, and how many the filter finds in all.
func (s Audit) List(ctx context.Context, f AuditFilter, p Page) (list []*AuditEntry, n int, err error) {
	err = s.d.view(ctx, func(u *unit) error {
		list, n = nil, 0
		if err := u.may(ReadAudit); err != nil {
			return err
		}
		if list, err = u.tx.Audit().List(u.ctx, f, p); err != nil {
			return err
		}
		n, err = u.tx.Audit().Count(u.ctx, f)
		return err
	})
	return list, n, err
}
