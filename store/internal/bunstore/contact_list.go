package bunstore

import (
	"context"
	"strings"

	"github.com/uptrace/bun"

	"github.com/gohelpdesk/helpdesk"
)

func (t *tx) contactFilter(q *bun.SelectQuery, f helpdesk.ContactFilter) *bun.SelectQuery {
	if f.IDs != nil {
		q = q.Where("c.id IN (?)", in(f.IDs))
	} else {
		q = q.Where("c.merged_into = 0") // what became part of another is found by its id alone
	}
	if f.Query != "" {
		q = t.known(q, f.Query)
	}
	if !f.ActiveSince.IsZero() {
		q = q.Where("c.last_activity_at >= ?", micros(f.ActiveSince))
	}
	if !f.ActiveUntil.IsZero() {
		q = q.Where("c.last_activity_at <= ?", micros(f.ActiveUntil))
	}
	if len(f.Labels) > 0 {
		q = t.labelled(q, "contact", "c", f.Labels)
	}
	if f.Where != nil {
		q = t.where(q, helpdesk.ContactAttribute, *f.Where)
	}
	if f.Known {
		q = q.Where("(c.email <> '' OR c.phone <> '' OR c.identifier <> '')")
	}
	if f.Visible != nil && !f.Visible.All {
		q = q.Where("EXISTS (?)", t.scoped(t.db.NewSelect().TableExpr(t.d.qualify("@helpdesk_conversations AS v")).ColumnExpr("1").
			Where("v.account_id = c.account_id AND v.contact_id = c.id"), "v", *f.Visible))
	}
	return q
}

// contactOrders are the columns contacts can be sorted by. Texts compare
// without case where there is a folded column; numeric says what the key holds.
func contactOrder(name string) (column string, numeric, ok bool) {
	switch name {
	case "name", "email", "company":
		return name + "_fold", false, true
	case "phone", "city", "country":
		return name, false, true
	case "last_activity":
		return "last_activity_at", true, true
	case "created":
		return "created_at", true, true
	}
	return "", false, false
}

// List implements helpdesk.Repo.
func (r *contacts) List(ctx context.Context, f helpdesk.ContactFilter, p helpdesk.Page) ([]*helpdesk.Contact, error) {
	name, down := strings.CutPrefix(f.Sort, "-")
	column, numeric, ok := contactOrder(name)
	if !ok {
		return r.repo.List(ctx, f, p)
	}
	var rows []contactRow
	q := r.contactFilter(r.query(&rows), f).Limit(int64(limit(p)))
	order, beyond := "c.? ASC, c.id ASC", "(c.?, c.id) > (?, ?)"
	if down {
		order, beyond = "c.? DESC, c.id DESC", "(c.?, c.id) < (?, ?)"
	}
	q = q.OrderExpr(order, bun.Safe(column))
	if p.After == "" {
		return r.many(ctx, q.Offset(int64(max(p.Offset, 0))), &rows)
	}
	value, id, err := contactKey(p.After, column, numeric)
	if err != nil {
		return nil, err
	}
	return r.many(ctx, q.Where(beyond, bun.Safe(column), value, id), &rows)
}

func contactKey(after, column string, numeric bool) (value any, id int64, err error) {
	k, err := helpdesk.ParsePageKey(after)
	if err != nil {
		return nil, 0, err
	}
	if id, err = keyNumber(k, 1); err != nil {
		return nil, 0, err
	}
	if numeric {
		value, err = keyNumber(k, 0)
		return value, id, err
	}
	if strings.HasSuffix(column, "_fold") {
		return fold(k[0]), id, nil
	}
	return k[0], id, nil
}
