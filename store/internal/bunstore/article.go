package bunstore

import (
	"context"
	"strings"

	"github.com/uptrace/bun"

	"github.com/gohelpdesk/helpdesk"
)

type articleRow struct {
	bun.BaseModel `bun:"table:helpdesk_articles,alias:a"`

	AccountID   helpdesk.AccountID             `bun:"account_id,pk"`
	ID          helpdesk.ArticleID             `bun:"id,pk,autoincrement"`
	Portal      helpdesk.PortalID              `bun:"portal_id"`
	Category    helpdesk.CategoryID            `bun:"category_id"`
	Title       string                         `bun:"title"`
	Slug        string                         `bun:"slug"`
	Description string                         `bun:"description"`
	Content     string                         `bun:"content"`
	TextFold    string                         `bun:"text_fold"`
	Status      helpdesk.ArticleStatus         `bun:"status"`
	Locale      string                         `bun:"locale"`
	Position    int                            `bun:"position"`
	Views       int64                          `bun:"views"`
	Author      helpdesk.AgentID               `bun:"author_id"`
	Root        helpdesk.ArticleID             `bun:"root_id"`
	Meta        document[helpdesk.ArticleMeta] `bun:"meta"`
	CreatedAt   int64                          `bun:"created_at"`
	UpdatedAt   int64                          `bun:"updated_at"`
	Version     int64                          `bun:"version"`
}

func packArticle(v *helpdesk.Article) *articleRow {
	return &articleRow{
		AccountID: v.Account, ID: v.ID, Portal: v.Portal, Category: v.Category, Title: v.Title, Slug: v.Slug,
		Description: v.Description, Content: v.Content, TextFold: fold(strings.Join([]string{v.Title, v.Description, v.Content}, "\x1f")),
		Status: v.Status, Locale: v.Locale, Position: v.Position, Views: v.Views, Author: v.Author, Root: v.Root, Meta: doc(v.Meta),
		CreatedAt: micros(v.CreatedAt), UpdatedAt: micros(v.UpdatedAt), Version: v.Version,
	}
}

func (r *articleRow) unpack() *helpdesk.Article {
	return &helpdesk.Article{
		Account: r.AccountID, ID: r.ID, Portal: r.Portal, Category: r.Category, Title: r.Title, Slug: r.Slug,
		Description: r.Description, Content: r.Content, Status: r.Status, Locale: r.Locale, Position: r.Position, Views: r.Views,
		Author: r.Author, Root: r.Root, Meta: r.Meta.v,
		CreatedAt: moment(r.CreatedAt), UpdatedAt: moment(r.UpdatedAt), Version: r.Version,
	}
}

type articles struct {
	repo[helpdesk.ArticleID, helpdesk.Article, helpdesk.ArticleFilter, articleRow]
}

func newArticles(t *tx) *articles {
	return &articles{repo[helpdesk.ArticleID, helpdesk.Article, helpdesk.ArticleFilter, articleRow]{t, &noun[helpdesk.ArticleID, helpdesk.Article, helpdesk.ArticleFilter, articleRow]{
		name: "article", table: "@helpdesk_articles", alias: "a", keep: []string{"views"},
		pack: packArticle, unpack: (*articleRow).unpack,
		key: func(v *helpdesk.Article) (*helpdesk.AccountID, *helpdesk.ArticleID, *int64) {
			return &v.Account, &v.ID, &v.Version
		},
		filter: articleFilter,
	}}}
}

func articleFilter(q *bun.SelectQuery, f helpdesk.ArticleFilter) *bun.SelectQuery {
	if f.Portal != 0 {
		q = q.Where("a.portal_id = ?", f.Portal)
	}
	if f.IDs != nil {
		q = q.Where("a.id IN (?)", in(f.IDs))
	}
	if f.Categories != nil {
		q = q.Where("a.category_id IN (?)", in(f.Categories))
	}
	if f.Slug != "" {
		q = q.Where("a.slug = ?", f.Slug)
	}
	if f.Locale != "" {
		q = q.Where("a.locale = ?", f.Locale)
	}
	if f.Status != "" {
		q = q.Where("a.status = ?", f.Status)
	}
	if f.Author != 0 {
		q = q.Where("a.author_id = ?", f.Author)
	}
	if f.Roots != nil {
		q = q.Where("a.root_id IN (?)", in(f.Roots))
	}
	if f.Query != "" {
		q = q.Where("a.text_fold LIKE ? ESCAPE '!'", containing(f.Query))
	}
	return q
}

// List implements helpdesk.Repo: the latest change comes first, or the order of
// positions holds.
func (r *articles) List(ctx context.Context, f helpdesk.ArticleFilter, p helpdesk.Page) ([]*helpdesk.Article, error) {
	var rows []articleRow
	q := r.filtered(r.query(&rows), f)
	if f.ByPosition {
		q, err := byPosition(q, "a", p)
		if err != nil {
			return nil, err
		}
		return r.many(ctx, q, &rows)
	}
	q = q.Order("a.updated_at DESC", "a.id DESC").Limit(int64(limit(p)))
	if p.After == "" {
		return r.many(ctx, q.Offset(int64(max(p.Offset, 0))), &rows)
	}
	updated, id, err := twoNumbers(p.After)
	if err != nil {
		return nil, err
	}
	return r.many(ctx, q.Where("(a.updated_at, a.id) < (?, ?)", updated, id), &rows)
}

// Counts implements helpdesk.ArticleRepo.
func (r *articles) Counts(ctx context.Context, f helpdesk.ArticleFilter, me helpdesk.AgentID) ([]helpdesk.ArticleCount, error) {
	var rows []struct {
		Portal   helpdesk.PortalID      `bun:"portal_id"`
		Category helpdesk.CategoryID    `bun:"category_id"`
		Locale   string                 `bun:"locale"`
		Status   helpdesk.ArticleStatus `bun:"status"`
		N        int                    `bun:"n"`
		Mine     int                    `bun:"mine"`
	}
	q := r.filtered(r.query((*articleRow)(nil)), f).ColumnExpr("a.portal_id, a.category_id, a.locale, a.status, count(*) AS n").
		ColumnExpr("sum(CASE WHEN a.author_id = ? AND a.author_id <> 0 THEN 1 ELSE 0 END) AS mine", me).
		GroupExpr("a.portal_id, a.category_id, a.locale, a.status").OrderExpr("a.portal_id, a.category_id, a.locale, a.status")
	if err := r.fail(q.Scan(ctx, &rows)); err != nil {
		return nil, err
	}
	out := make([]helpdesk.ArticleCount, len(rows))
	for i, n := range rows {
		out[i] = helpdesk.ArticleCount(n)
	}
	return out, nil
}

// Last implements helpdesk.ArticleRepo.
func (r *articles) Last(ctx context.Context, portal helpdesk.PortalID, category helpdesk.CategoryID) (n int, err error) {
	err = r.scan(ctx, &n, "SELECT COALESCE(max(position), 0) FROM @helpdesk_articles WHERE account_id = ? AND portal_id = ? AND category_id = ?",
		r.account, portal, category)
	return n, err
}

// View implements helpdesk.ArticleRepo.
func (r *articles) View(ctx context.Context, id helpdesk.ArticleID) error {
	n, err := r.exec(ctx, "UPDATE @helpdesk_articles SET views = views + 1 WHERE account_id = ? AND id = ?", r.account, id)
	if err == nil && n == 0 {
		err = notFound("article")
	}
	return err
}

// Delete implements helpdesk.Repo: its translations stand by themselves.
func (r *articles) Delete(ctx context.Context, id helpdesk.ArticleID) error {
	if err := r.repo.Delete(ctx, id); err != nil {
		return err
	}
	_, err := r.exec(ctx, "UPDATE @helpdesk_articles SET root_id = 0, version = version + 1 WHERE account_id = ? AND root_id = ?", r.account, id)
	return err
}
