package bunstore

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"

	"github.com/gohelpdesk/helpdesk"
)

type categoryRow struct {
	bun.BaseModel `bun:"table:helpdesk_categories,alias:c"`

	AccountID   helpdesk.AccountID  `bun:"account_id,pk"`
	ID          helpdesk.CategoryID `bun:"id,pk,autoincrement"`
	Portal      helpdesk.PortalID   `bun:"portal_id"`
	Name        string              `bun:"name"`
	Slug        string              `bun:"slug"`
	Locale      string              `bun:"locale"`
	Description string              `bun:"description"`
	Icon        string              `bun:"icon"`
	Position    int                 `bun:"position"`
	Parent      helpdesk.CategoryID `bun:"parent_id"`
	Root        helpdesk.CategoryID `bun:"root_id"`
	Related     idList              `bun:"related"`
	CreatedAt   int64               `bun:"created_at"`
	UpdatedAt   int64               `bun:"updated_at"`
	Version     int64               `bun:"version"`
}

func packCategory(v *helpdesk.Category) *categoryRow {
	return &categoryRow{
		AccountID: v.Account, ID: v.ID, Portal: v.Portal, Name: v.Name, Slug: v.Slug, Locale: v.Locale,
		Description: v.Description, Icon: v.Icon, Position: v.Position, Parent: v.Parent, Root: v.Root, Related: packIDs(v.Related),
		CreatedAt: micros(v.CreatedAt), UpdatedAt: micros(v.UpdatedAt), Version: v.Version,
	}
}

func (r *categoryRow) unpack() *helpdesk.Category {
	return &helpdesk.Category{
		Account: r.AccountID, ID: r.ID, Portal: r.Portal, Name: r.Name, Slug: r.Slug, Locale: r.Locale,
		Description: r.Description, Icon: r.Icon, Position: r.Position, Parent: r.Parent, Root: r.Root,
		Related:   unpackIDs[helpdesk.CategoryID](r.Related),
		CreatedAt: moment(r.CreatedAt), UpdatedAt: moment(r.UpdatedAt), Version: r.Version,
	}
}

type categories struct {
	repo[helpdesk.CategoryID, helpdesk.Category, helpdesk.CategoryFilter, categoryRow]
}

func newCategories(t *tx) *categories {
	return &categories{repo[helpdesk.CategoryID, helpdesk.Category, helpdesk.CategoryFilter, categoryRow]{t, &noun[helpdesk.CategoryID, helpdesk.Category, helpdesk.CategoryFilter, categoryRow]{
		name: "category", table: "@helpdesk_categories", alias: "c",
		pack: packCategory, unpack: (*categoryRow).unpack,
		key: func(v *helpdesk.Category) (*helpdesk.AccountID, *helpdesk.CategoryID, *int64) {
			return &v.Account, &v.ID, &v.Version
		},
		filter: func(q *bun.SelectQuery, f helpdesk.CategoryFilter) *bun.SelectQuery {
			if f.Portal != 0 {
				q = q.Where("c.portal_id = ?", f.Portal)
			}
			if f.IDs != nil {
				q = q.Where("c.id IN (?)", in(f.IDs))
			}
			if f.Slug != "" {
				q = q.Where("c.slug = ?", f.Slug)
			}
			if f.Locale != "" {
				q = q.Where("c.locale = ?", f.Locale)
			}
			if f.Root != 0 {
				q = q.Where("c.root_id = ?", f.Root)
			}
			return q
		},
	}}}
}

// List implements helpdesk.Repo: categories stand in their order.
func (r *categories) List(ctx context.Context, f helpdesk.CategoryFilter, p helpdesk.Page) ([]*helpdesk.Category, error) {
	var rows []categoryRow
	q, err := byPosition(r.filtered(r.query(&rows), f), "c", p)
	if err != nil {
		return nil, err
	}
	return r.many(ctx, q, &rows)
}

// byPosition sorts by position and cuts the page.
func byPosition(q *bun.SelectQuery, alias string, p helpdesk.Page) (*bun.SelectQuery, error) {
	a := bun.Safe(alias)
	q = q.OrderExpr("?.position, ?.id", a, a).Limit(int64(limit(p)))
	if p.After == "" {
		return q.Offset(int64(max(p.Offset, 0))), nil
	}
	position, id, err := twoNumbers(p.After)
	if err != nil {
		return nil, err
	}
	return q.Where("(?.position, ?.id) > (?, ?)", a, a, position, id), nil
}

// twoNumbers reads a key of two numbers.
func twoNumbers(key string) (first, second int64, err error) {
	k, err := helpdesk.ParsePageKey(key)
	if err != nil || len(k) != 2 {
		return 0, 0, badKey()
	}
	if first, err = keyNumber(k, 0); err != nil {
		return 0, 0, err
	}
	second, err = keyNumber(k, 1)
	return first, second, err
}

// Counts implements helpdesk.CategoryRepo.
func (r *categories) Counts(ctx context.Context, f helpdesk.CategoryFilter) ([]helpdesk.CategoryCount, error) {
	var rows []struct {
		Portal helpdesk.PortalID `bun:"portal_id"`
		Locale string            `bun:"locale"`
		N      int               `bun:"n"`
	}
	q := r.filtered(r.query((*categoryRow)(nil)), f).ColumnExpr("c.portal_id, c.locale, count(*) AS n").
		GroupExpr("c.portal_id, c.locale").OrderExpr("c.portal_id, c.locale")
	if err := r.fail(q.Scan(ctx, &rows)); err != nil {
		return nil, err
	}
	out := make([]helpdesk.CategoryCount, len(rows))
	for i, n := range rows {
		out[i] = helpdesk.CategoryCount(n)
	}
	return out, nil
}

// Last implements helpdesk.CategoryRepo.
func (r *categories) Last(ctx context.Context, portal helpdesk.PortalID, locale string) (n int, err error) {
	err = r.scan(ctx, &n, "SELECT COALESCE(max(position), 0) FROM @helpdesk_categories WHERE account_id = ? AND portal_id = ? AND locale = ?",
		r.account, portal, locale)
	return n, err
}

// Delete implements helpdesk.Repo: whatever named the category names it no longer.
func (r *categories) Delete(ctx context.Context, id helpdesk.CategoryID) error {
	if err := r.repo.Delete(ctx, id); err != nil {
		return err
	}
	mark := fmt.Sprintf(",%d,", id)
	for _, statement := range []struct {
		text string
		args []any
	}{
		{"UPDATE @helpdesk_articles SET category_id = 0, version = version + 1 WHERE account_id = ? AND category_id = ?", []any{r.account, id}},
		{"UPDATE @helpdesk_categories SET parent_id = 0, version = version + 1 WHERE account_id = ? AND parent_id = ?", []any{r.account, id}},
		{"UPDATE @helpdesk_categories SET root_id = 0, version = version + 1 WHERE account_id = ? AND root_id = ?", []any{r.account, id}},
		{
			"UPDATE @helpdesk_categories SET related = replace(related, ?, ','), version = version + 1 WHERE account_id = ? AND related LIKE ?",
			[]any{mark, r.account, "%" + mark + "%"},
		},
		{"UPDATE @helpdesk_categories SET related = '' WHERE account_id = ? AND related = ','", []any{r.account}},
	} {
		if _, err := r.exec(ctx, statement.text, statement.args...); err != nil {
			return err
		}
	}
	return nil
}
