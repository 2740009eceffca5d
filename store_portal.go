package helpdesk

import "context"

// PortalRepo keeps help centres.
type PortalRepo interface {
	// Delete takes the categories and articles along.
	Repo[PortalID, Portal, PortalFilter]
	BySlug(ctx context.Context, slug string) (*Portal, error) // NotFound
}

// CategoryRepo keeps the categories of help centres. A slug is taken within a
// portal and a locale.
type CategoryRepo interface {
	// Delete leaves articles without a category, and other categories without
	// the one that is gone.
	Repo[CategoryID, Category, CategoryFilter]
	// Counts counts what f finds, by portal and locale.
	Counts(ctx context.Context, f CategoryFilter) ([]CategoryCount, error)
	// Last is the highest position in a portal's locale; 0 = there is none.
	Last(ctx context.Context, portal PortalID, locale string) (int, error)
}

// CategoryCount is a number of categories.
type CategoryCount struct {
	Portal PortalID
	Locale string
	N      int
}

// ArticleRepo keeps the articles of help centres. A slug is taken within a
// portal. Update leaves Views alone.
type ArticleRepo interface {
	// Delete makes the article's translations articles of their own.
	Repo[ArticleID, Article, ArticleFilter]
	// Counts counts what f finds, by portal, category, locale and status; me is
	// whose "mine".
	Counts(ctx context.Context, f ArticleFilter, me AgentID) ([]ArticleCount, error)
	// Last is the highest position in a portal's category; category 0 = of the
	// articles without one. 0 = there is none.
	Last(ctx context.Context, portal PortalID, category CategoryID) (int, error)
	// View counts one more reading, and nothing else, without a version.
	View(ctx context.Context, id ArticleID) error
}

// ArticleCount is a number of articles.
type ArticleCount struct {
	Portal   PortalID
	Category CategoryID // 0 = of those without one
	Locale   string
	Status   ArticleStatus
	N        int
	Mine     int // of N
}
