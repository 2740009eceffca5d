package storetest

import (
	"context"
	"encoding/json"

	"github.com/gohelpdesk/helpdesk"
)

// testAudit: the log of administrative changes.
func testAudit(s suite) {
	s.test("keeps every field", func(d *desk) {
		row := helpdesk.AuditEntry{
			Account: d.account, Actor: helpdesk.ActorRef{Kind: helpdesk.ByAgent, ID: 3}, Remote: "2001:db8::1", Verb: "update",
			Noun: "inbox", Object: 7, Changes: map[string]helpdesk.Change{"name": {After: json.RawMessage(`"\\' é"`)}}, At: away(1),
			Cause: []helpdesk.ActorRef{{Kind: helpdesk.ByRule, ID: 4}},
		}
		filled(d, &row, "ID")
		d.twice(func(ctx context.Context, tx helpdesk.Tx) error {
			e := row
			return tx.Audit().Append(ctx, &e)
		})
		rows := d.audit(helpdesk.Page{})
		equal(d, "entries", len(rows), 1)
		same(d, rows[0], &row, "ID")
		inUTC(d, rows[0])
	})
	s.test("lists the newest first, in pages, of one account", func(d *desk) {
		there := d.in(d.other)
		for n := range 5 {
			for _, see := range []*desk{d, there} {
				see.update(func(ctx context.Context, tx helpdesk.Tx) error {
					return tx.Audit().Append(ctx, &helpdesk.AuditEntry{Verb: "create", Noun: "label", Object: int64(n), At: at(n)})
				})
			}
		}
		objects := func(p helpdesk.Page) (out []int64) {
			for _, e := range d.audit(p) {
				equal(d, "account", e.Account, d.account)
				out = append(out, e.Object)
			}
			return out
		}
		equal(d, "objects", objects(helpdesk.Page{}), []int64{4, 3, 2, 1, 0})
		equal(d, "objects, a page", objects(helpdesk.Page{Limit: 2, Offset: 2}), []int64{2, 1})
	})
	s.test("filters and counts", auditFilter)
}

func (d *desk) audit(p helpdesk.Page) []*helpdesk.AuditEntry {
	d.Helper()
	var out []*helpdesk.AuditEntry
	d.view(func(ctx context.Context, tx helpdesk.Tx) (err error) {
		out, err = tx.Audit().List(ctx, helpdesk.AuditFilter{}, p)
		return err
	})
	return out
}

func auditFilter(d *desk) {
	d.update(func(ctx context.Context, tx helpdesk.Tx) error {
		for n, noun := range []string{"label", "inbox", "label", "team"} {
			e := &helpdesk.AuditEntry{Verb: "create", Noun: noun, Object: int64(n), At: at(n), Actor: helpdesk.ActorRef{Kind: helpdesk.ByAgent, ID: int64(n % 2)}}
			if err := tx.Audit().Append(ctx, e); err != nil {
				return err
			}
		}
		return nil
	})
	found := func(f helpdesk.AuditFilter) (out []int64) {
		d.view(func(ctx context.Context, tx helpdesk.Tx) error {
			rows, err := tx.Audit().List(ctx, f, helpdesk.Page{})
			if err != nil {
				return err
			}
			n, err := tx.Audit().Count(ctx, f)
			equal(d, "count", n, len(rows))
			out = nil
			for _, e := range rows {
				out = append(out, e.Object)
			}
			return err
		})
		return out
	}
	equal(d, "everything", found(helpdesk.AuditFilter{}), []int64{3, 2, 1, 0})
	equal(d, "labels", found(helpdesk.AuditFilter{Noun: "label"}), []int64{2, 0})
	equal(d, "of one agent", found(helpdesk.AuditFilter{Agent: 1}), []int64{3, 1})
	equal(d, "in a span", found(helpdesk.AuditFilter{Span: helpdesk.Span{Since: at(1), Until: at(3)}}), []int64{2, 1})
}
