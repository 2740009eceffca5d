package helpdesk

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"
)

// ArticleStatus says who sees an article.
type ArticleStatus string

const (
	ArticleDraft     ArticleStatus = "draft"     // who may see the account's settings
	ArticlePublished ArticleStatus = "published" // everybody
	ArticleArchived  ArticleStatus = "archived"  // as drafts
)

// Article is a page of a help centre, in Markdown.
type Article struct {
	Account     AccountID
	ID          ArticleID
	Portal      PortalID
	Category    CategoryID // 0 = none
	Title       string
	Slug        string // unique in the portal
	Description string
	Content     string `audit:"-"` // Markdown, at most 200,000 characters; too large for the audit log
	Status      ArticleStatus
	Locale      string // the category's, where there was one when it was set
	Position    int    // in the category
	Views       int64  `audit:"-"` // how often it was read while published; kept by CountView
	Author      AgentID
	Root        ArticleID // what it translates; 0 = it is no translation
	Meta        ArticleMeta

	CreatedAt, UpdatedAt time.Time
	Version              int64
}

// ArticleMeta is what search engines are told of an article.
type ArticleMeta struct {
	Title       string   `json:"title,omitempty"`
	Description string   `json:"description,omitempty"`
	Tags        []string `json:"tags,omitempty"` // at most 50
}

// Articles is the service for the articles of help centres. A portal goes by its
// slug.
type Articles struct{ d *Desk }

// ArticleInput is what an article is made of; in an update nil leaves a field
// alone.
type ArticleInput struct {
	Title, Description, Content *string
	Slug                        *string       // nil or "" on create = "<epoch>-<title>"
	Status                      ArticleStatus // "" = as it is, on create a draft
	Locale                      *string       // of an article without category; nil on create = the portal's default
	Category                    *CategoryID   // 0 = none; the locale follows it
	Position                    *int          // nil = behind all others, on create and in a new category
	Author                      *AgentID      // required on create; an agent of the account
	Root                        *ArticleID    // of a translation: what it translates is looked up
	Meta                        *ArticleMeta
}

// ArticleDetail is an article with what belongs to it.
type ArticleDetail struct {
	*Article
	In           *Portal
	Under        *Category  // nil = none
	Translations []*Article // of which it is the root
}

// ArticleQuery says which articles of a portal are asked for; the zero value is
// all, the latest change first. Within a category they come by position.
type ArticleQuery struct {
	Locale   string
	Query    string // in title, description or content, without case
	Category string // a slug, in whatever language
	Status   ArticleStatus
	Author   AgentID
}

// ArticleStats are numbers of articles.
type ArticleStats struct{ All, Published, Draft, Archived, Mine int }

func (s *ArticleStats) add(n ArticleCount) {
	s.All, s.Mine = s.All+n.N, s.Mine+n.Mine
	switch n.Status {
	case ArticleDraft:
		s.Draft += n.N
	case ArticlePublished:
		s.Published += n.N
	case ArticleArchived:
		s.Archived += n.N
	}
}

// ArticleList is a page of articles. Stats count whatever the status and author
// asked for; Found is how many there are of those.
type ArticleList struct {
	Items []*Article
	Found int
	Stats ArticleStats
}

const (
	maxArticle = 200_000 // characters
	maxTags    = 50
	maxOrder   = 1000 // articles in one change of positions
)

func loadArticle(u *unit, id int64) (*Article, error) {
	return u.tx.Articles().Get(u.ctx, ArticleID(id))
}

// articleOf finds an article of the portal.
func (u *unit) articleOf(portal *Portal, id ArticleID) (*Article, error) {
	a, err := u.tx.Articles().Get(u.ctx, id)
	if err == nil && a.Portal != portal.ID {
		err = notFound("article")
	}
	return orNothing(a, err)
}

// List returns articles of a portal.
func (s Articles) List(ctx context.Context, portal string, q ArticleQuery, p Page) (*ArticleList, error) {
	return read(ctx, s.d, func(u *unit) (*ArticleList, error) {
		v, err := u.mayPortal(ReadSettings, portal)
		if err != nil {
			return nil, err
		}
		f, err := u.articleFilter(v, q)
		if err != nil {
			return nil, err
		}
		out := &ArticleList{}
		counts, err := u.tx.Articles().Counts(u.ctx, f, u.me())
		if err != nil {
			return nil, err
		}
		for _, n := range counts {
			out.Stats.add(n)
		}
		f.Status, f.Author = q.Status, q.Author
		if out.Found, err = u.tx.Articles().Count(u.ctx, f); err != nil {
			return nil, err
		}
		out.Items, err = u.tx.Articles().List(u.ctx, f, p)
		return out, err
	})
}

// articleFilter is a query but for status and author.
func (u *unit) articleFilter(v *Portal, q ArticleQuery) (ArticleFilter, error) {
	f := ArticleFilter{Portal: v.ID, Locale: q.Locale, Query: strings.TrimSpace(clean(q.Query))}
	pr := problems{}
	pr.add(tooLong(f.Query, maxQuery), "query", "is too long (maximum is 500 characters)")
	pr.add(q.Status != "" && !validArticleStatus(q.Status), "status", "must be draft, published or archived")
	if err := pr.err(); err != nil || q.Category == "" {
		return f, err
	}
	found, err := all(u.ctx, Repo[CategoryID, Category, CategoryFilter](u.tx.Categories()), CategoryFilter{Portal: v.ID, Slug: q.Category, Locale: q.Locale})
	f.ByPosition, f.Categories = true, make([]CategoryID, len(found))
	for i, c := range found {
		f.Categories[i] = c.ID
	}
	return f, err
}

func validArticleStatus(s ArticleStatus) bool {
	return slices.Contains([]ArticleStatus{ArticleDraft, ArticlePublished, ArticleArchived}, s)
}

// Get returns one article of a portal.
func (s Articles) Get(ctx context.Context, portal string, id ArticleID) (*Article, error) {
	return read(ctx, s.d, func(u *unit) (*Article, error) {
		v, err := u.mayPortal(ReadSettings, portal)
		if err != nil {
			return nil, err
		}
		return u.articleOf(v, id)
	})
}

// Search finds articles of all portals by their words, the latest change first.
// A blank query finds nothing.
func (s Articles) Search(ctx context.Context, query string, p Page) ([]*ArticleDetail, error) {
	return read(ctx, s.d, func(u *unit) ([]*ArticleDetail, error) {
		if err := u.may(ReadSettings); err != nil {
			return nil, err
		}
		query = strings.TrimSpace(clean(query))
		if tooLong(query, maxQuery) {
			return nil, problems{"q": "is too long (maximum is 500 characters)"}.err()
		}
		if query == "" {
			return []*ArticleDetail{}, nil
		}
		rows, err := u.tx.Articles().List(u.ctx, ArticleFilter{Query: query}, p)
		if err != nil {
			return nil, err
		}
		return u.articleDetails(rows)
	})
}

// Detail returns articles with what belongs to them, in order.
func (s Articles) Detail(ctx context.Context, rows ...*Article) ([]*ArticleDetail, error) {
	return read(ctx, s.d, func(u *unit) ([]*ArticleDetail, error) {
		if err := u.may(ReadSettings); err != nil {
			return nil, err
		}
		return u.articleDetails(rows)
	})
}

func (u *unit) articleDetails(rows []*Article) ([]*ArticleDetail, error) {
	out := make([]*ArticleDetail, len(rows))
	if len(rows) == 0 {
		return out, nil
	}
	ids, categories := make([]ArticleID, len(rows)), make([]CategoryID, len(rows))
	for i, a := range rows {
		ids[i], categories[i] = a.ID, a.Category
	}
	portals, err := index(u.ctx, Repo[PortalID, Portal, PortalFilter](u.tx.Portals()), PortalFilter{}, func(v *Portal) PortalID { return v.ID })
	if err != nil {
		return nil, err
	}
	under, err := u.categories(categories)
	if err != nil {
		return nil, err
	}
	below, err := all(u.ctx, Repo[ArticleID, Article, ArticleFilter](u.tx.Articles()), ArticleFilter{Roots: ids, ByPosition: true})
	if err != nil {
		return nil, err
	}
	translations := make(map[ArticleID][]*Article)
	for _, a := range below {
		translations[a.Root] = append(translations[a.Root], a)
	}
	for i, a := range rows {
		out[i] = &ArticleDetail{a, portals[a.Portal], under[a.Category], translations[a.ID]}
	}
	return out, nil
}

// Create adds an article to a portal.
func (s Articles) Create(ctx context.Context, portal string, in ArticleInput) (*Article, error) {
	return change(ctx, s.d, loadArticle, func(u *unit) (*Article, int64, error) {
		v, err := u.mayPortal(EditHelpCenter, portal)
		if err != nil {
			return nil, 0, err
		}
		a := &Article{Account: u.actor.account, Portal: v.ID, Status: ArticleDraft, Locale: v.Locale, CreatedAt: u.now}
		if err := u.applyArticle(v, a, in); err != nil {
			return nil, 0, err
		}
		if err := u.tx.Articles().Insert(u.ctx, a); err != nil {
			return nil, 0, err
		}
		return a, int64(a.ID), record(u, "article", int64(a.ID), nil, a)
	})
}

// Update changes an article of a portal.
func (s Articles) Update(ctx context.Context, portal string, id ArticleID, in ArticleInput) (*Article, error) {
	return change(ctx, s.d, loadArticle, func(u *unit) (*Article, int64, error) {
		v, err := u.mayPortal(EditHelpCenter, portal)
		if err != nil {
			return nil, 0, err
		}
		a, err := u.articleOf(v, id)
		if err != nil {
			return nil, 0, err
		}
		before := *a
		if err := u.applyArticle(v, a, in); err != nil {
			return nil, 0, err
		}
		if err := u.tx.Articles().Update(u.ctx, a); err != nil {
			return nil, 0, err
		}
		return a, int64(id), record(u, "article", int64(id), &before, a)
	})
}

// Reorder gives articles of a portal new positions. It is no change of the
// articles themselves: when they were last changed stays.
func (s Articles) Reorder(ctx context.Context, portal string, positions map[ArticleID]int) error {
	return remove(ctx, s.d, func(u *unit) error {
		v, err := u.mayPortal(EditHelpCenter, portal)
		if err != nil {
			return err
		}
		p := problems{}
		p.add(len(positions) > maxOrder, "positions_hash", "holds too many articles (maximum is 1000)")
		for _, n := range positions {
			p.add(n < 0 || n > maxPosition, "positions_hash", "holds a position that is not from 0 to 1073741824")
		}
		if err := p.err(); err != nil {
			return err
		}
		return u.reorder(v, positions)
	})
}

func (u *unit) reorder(v *Portal, positions map[ArticleID]int) error {
	for _, id := range slices.Sorted(maps.Keys(positions)) { // one order of locks
		a, err := u.articleOf(v, id)
		if err != nil {
			return err
		}
		if a.Position == positions[id] {
			continue
		}
		before := *a
		a.Position = positions[id]
		if err := u.tx.Articles().Update(u.ctx, a); err != nil {
			return err
		}
		if err := record(u, "article", int64(id), &before, a); err != nil {
			return err
		}
	}
	return nil
}

// Delete removes an article of a portal. Its translations stay, as articles of
// their own.
func (s Articles) Delete(ctx context.Context, portal string, id ArticleID) error {
	return remove(ctx, s.d, func(u *unit) error {
		v, err := u.mayPortal(EditHelpCenter, portal)
		if err != nil {
			return err
		}
		a, err := u.articleOf(v, id)
		if err != nil {
			return err
		}
		if err := u.tx.Articles().Delete(u.ctx, id); err != nil {
			return err
		}
		return record(u, "article", int64(id), a, nil)
	})
}

// CountView counts one more reading of an article; of one that is not published
// it counts nothing.
func (s Articles) CountView(ctx context.Context, portal string, id ArticleID) error {
	return remove(ctx, s.d, func(u *unit) error {
		v, err := u.mayPortal(ReadSettings, portal)
		if err != nil {
			return err
		}
		a, err := u.articleOf(v, id)
		if err != nil || a.Status != ArticlePublished {
			return err
		}
		return u.tx.Articles().View(u.ctx, id)
	})
}
