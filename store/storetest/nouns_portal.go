package storetest

import (
	"context"

	"github.com/gohelpdesk/helpdesk"
)

func portals(tx helpdesk.Tx) helpdesk.Repo[helpdesk.PortalID, helpdesk.Portal, helpdesk.PortalFilter] {
	return tx.Portals()
}

func categories(tx helpdesk.Tx) helpdesk.Repo[helpdesk.CategoryID, helpdesk.Category, helpdesk.CategoryFilter] {
	return tx.Categories()
}

func articles(tx helpdesk.Tx) helpdesk.Repo[helpdesk.ArticleID, helpdesk.Article, helpdesk.ArticleFilter] {
	return tx.Articles()
}

func (d *desk) portal() *helpdesk.Portal {
	d.Helper()
	return insert(d, portals, portalNoun().make(d))
}

func (d *desk) category(p *helpdesk.Portal) *helpdesk.Category {
	d.Helper()
	c := categoryNoun().make(d)
	c.Portal, c.Locale = p.ID, "en"
	return insert(d, categories, c)
}

func (d *desk) article(p *helpdesk.Portal, change func(*helpdesk.Article)) *helpdesk.Article {
	d.Helper()
	a := articleNoun().make(d)
	a.Portal, a.Locale, a.Root, a.Category = p.ID, "en", 0, 0
	if change != nil {
		change(a)
	}
	return insert(d, articles, a)
}

func portalNoun() noun[helpdesk.PortalID, helpdesk.Portal, helpdesk.PortalFilter] {
	return noun[helpdesk.PortalID, helpdesk.Portal, helpdesk.PortalFilter]{
		name: "Portal", repo: portals,
		make: func(d *desk) *helpdesk.Portal {
			return &helpdesk.Portal{
				Account: d.account, Name: awkward("p"), Slug: d.name("slug"), CustomDomain: d.name("domain") + ".example", Color: "#abcdef",
				HeaderText: awkward("h"), HomepageLink: "https://example.com/?a='", PageTitle: awkward("t"), Archived: true,
				Locales: []string{"pt_BR", "en"}, Locale: "en", Inbox: d.inbox().ID, Logo: &keptFiles(d)[0], CreatedAt: at(1), UpdatedAt: at(2),
			}
		},
		change: func(d *desk, p *helpdesk.Portal) {
			*p = helpdesk.Portal{
				Account: p.Account, ID: p.ID, Version: p.Version, CreatedAt: p.CreatedAt, Name: "plain", Slug: d.name("slug"),
				Locales: []string{"en"}, Locale: "en", UpdatedAt: at(4),
			}
		},
		collide: func(v, taken *helpdesk.Portal) { v.Slug = taken.Slug },
	}
}

func categoryNoun() noun[helpdesk.CategoryID, helpdesk.Category, helpdesk.CategoryFilter] {
	return noun[helpdesk.CategoryID, helpdesk.Category, helpdesk.CategoryFilter]{
		name: "Category", repo: categories, key: helpdesk.CategoryFilter{}.Key,
		make: func(d *desk) *helpdesk.Category {
			return &helpdesk.Category{
				Account: d.account, Portal: d.portal().ID, Name: awkward("c"), Slug: d.name("slug"), Locale: "pt_BR",
				Description: awkward("d"), Icon: "👩‍👩‍👧", Position: 7 + d.number()%2, Parent: 1 << 40, Root: 1<<40 + 1,
				Related: []helpdesk.CategoryID{1 << 39, 1 << 40}, CreatedAt: at(1), UpdatedAt: at(2),
			}
		},
		change: func(d *desk, c *helpdesk.Category) {
			*c = helpdesk.Category{
				Account: c.Account, ID: c.ID, Version: c.Version, CreatedAt: c.CreatedAt, Portal: c.Portal,
				Name: "plain", Slug: d.name("slug"), Locale: "en", UpdatedAt: at(4),
			}
		},
		collide: func(v, taken *helpdesk.Category) {
			v.Portal, v.Slug = taken.Portal, taken.Slug
			v.Locale = taken.Locale
		},
	}
}

func articleNoun() noun[helpdesk.ArticleID, helpdesk.Article, helpdesk.ArticleFilter] {
	return noun[helpdesk.ArticleID, helpdesk.Article, helpdesk.ArticleFilter]{
		name: "Article", repo: articles, key: helpdesk.ArticleFilter{}.Key,
		elsewhere: []string{"Views"}, // written by View
		make: func(d *desk) *helpdesk.Article {
			return &helpdesk.Article{
				Account: d.account, Portal: d.portal().ID, Category: 1 << 40, Title: awkward("t"), Slug: d.name("slug"),
				Description: awkward("d"), Content: awkward("**c**"), Status: helpdesk.ArticlePublished, Locale: "pt_BR",
				Position: 7 + d.number()%2, Author: d.agent(), Root: 1<<40 + 1,
				Meta:      helpdesk.ArticleMeta{Title: awkward("m"), Description: awkward("d"), Tags: []string{awkward("tag"), "b"}},
				CreatedAt: at(1), UpdatedAt: at(2 + d.number()%2),
			}
		},
		change: func(d *desk, a *helpdesk.Article) {
			*a = helpdesk.Article{
				Account: a.Account, ID: a.ID, Version: a.Version, CreatedAt: a.CreatedAt, Portal: a.Portal, Views: a.Views,
				Title: "plain", Slug: d.name("slug"), Status: helpdesk.ArticleDraft, Locale: "en", UpdatedAt: at(4),
			}
		},
		collide: func(v, taken *helpdesk.Article) { v.Portal, v.Slug = taken.Portal, taken.Slug },
	}
}

func testPortals(s suite) {
	s.test("is found by its slug, in its own account", func(d *desk) {
		p := d.portal()
		d.view(func(ctx context.Context, tx helpdesk.Tx) error {
			found, err := tx.Portals().BySlug(ctx, p.Slug)
			if err == nil {
				equal(d, "by slug", found.ID, p.ID)
			}
			_, gone := tx.Portals().BySlug(ctx, p.Slug+"x")
			d.is(gone, helpdesk.NotFound)
			return err
		})
		there := d.in(d.other)
		there.refuses(helpdesk.NotFound, func(ctx context.Context, tx helpdesk.Tx) error {
			_, err := tx.Portals().BySlug(ctx, p.Slug)
			return err
		})
	})
	s.test("takes its categories and articles along, and no others", func(d *desk) {
		gone, stays := d.portal(), d.portal()
		inGone, inStays := d.category(gone), d.category(stays)
		lost, kept := d.article(gone, nil), d.article(stays, nil)
		d.update(func(ctx context.Context, tx helpdesk.Tx) error { return tx.Portals().Delete(ctx, gone.ID) })
		missing(d, categories, inGone.ID)
		missing(d, articles, lost.ID)
		same(d, get(d, categories, inStays.ID), inStays)
		same(d, get(d, articles, kept.ID), kept)
	})
	s.test("an inbox that is deleted comes off it", func(d *desk) {
		p := d.portal()
		d.update(func(ctx context.Context, tx helpdesk.Tx) error { return tx.Inboxes().Delete(ctx, p.Inbox) })
		equal(d, "inbox", get(d, portals, p.ID).Inbox, 0)
	})
}

func missing[ID ~int64, T, F any](d *desk, repo func(helpdesk.Tx) helpdesk.Repo[ID, T, F], id ID) {
	d.Helper()
	d.refuses(helpdesk.NotFound, func(ctx context.Context, tx helpdesk.Tx) error {
		_, err := repo(tx).Get(ctx, id)
		return err
	})
}

func testCategories(s suite) {
	s.test("one that is deleted is named no longer", func(d *desk) {
		p := d.portal()
		gone := d.category(p)
		near := categoryNoun().make(d)
		near.Portal, near.Parent, near.Root, near.Related = p.ID, gone.ID, gone.ID, []helpdesk.CategoryID{gone.ID}
		insert(d, categories, near)
		far := categoryNoun().make(d)
		far.Portal, far.Related = p.ID, []helpdesk.CategoryID{1 << 39, gone.ID, 1 << 40}
		insert(d, categories, far)
		a := d.article(p, func(a *helpdesk.Article) { a.Category = gone.ID })
		d.update(func(ctx context.Context, tx helpdesk.Tx) error { return tx.Categories().Delete(ctx, gone.ID) })
		now := get(d, categories, near.ID)
		equal(d, "parent and root", [2]helpdesk.CategoryID{now.Parent, now.Root}, [2]helpdesk.CategoryID{})
		equal(d, "related", len(now.Related), 0)
		equal(d, "related", get(d, categories, far.ID).Related, []helpdesk.CategoryID{1 << 39, 1 << 40})
		equal(d, "category of the article", get(d, articles, a.ID).Category, 0)
	})
	s.test("are listed by portal, slug, locale and root, and counted", func(d *desk) {
		p := d.portal()
		en := d.category(p)
		pt := categoryNoun().make(d)
		pt.Portal, pt.Slug, pt.Root, pt.Position = p.ID, en.Slug, en.ID, 90
		insert(d, categories, pt)
		d.category(d.portal())
		find := func(f helpdesk.CategoryFilter) []helpdesk.CategoryID {
			var rows []*helpdesk.Category
			d.view(func(ctx context.Context, tx helpdesk.Tx) (err error) {
				rows, err = tx.Categories().List(ctx, f, helpdesk.Page{})
				return err
			})
			return ids[helpdesk.CategoryID](rows)
		}
		equal(d, "of the portal", find(helpdesk.CategoryFilter{Portal: p.ID}), []helpdesk.CategoryID{en.ID, pt.ID})
		equal(d, "of the slug", find(helpdesk.CategoryFilter{Slug: en.Slug}), []helpdesk.CategoryID{en.ID, pt.ID})
		equal(d, "of the locale", find(helpdesk.CategoryFilter{Portal: p.ID, Locale: "pt_BR"}), []helpdesk.CategoryID{pt.ID})
		equal(d, "translations", find(helpdesk.CategoryFilter{Root: en.ID}), []helpdesk.CategoryID{pt.ID})
		equal(d, "of no ids", len(find(helpdesk.CategoryFilter{IDs: []helpdesk.CategoryID{}})), 0)
		d.view(func(ctx context.Context, tx helpdesk.Tx) error {
			counts, err := tx.Categories().Counts(ctx, helpdesk.CategoryFilter{Portal: p.ID})
			equal(d, "counts", counts, []helpdesk.CategoryCount{{Portal: p.ID, Locale: "en", N: 1}, {Portal: p.ID, Locale: "pt_BR", N: 1}})
			if err != nil {
				return err
			}
			last, err := tx.Categories().Last(ctx, p.ID, "pt_BR")
			equal(d, "last position", last, 90)
			if err != nil {
				return err
			}
			last, err = tx.Categories().Last(ctx, p.ID, "fr")
			equal(d, "last position of none", last, 0)
			return err
		})
	})
}

func testArticles(s suite) {
	s.test("are found by what they hold, without case", func(d *desk) {
		p := d.portal()
		put := func(title, description, content string) helpdesk.ArticleID {
			return d.article(p, func(a *helpdesk.Article) {
				a.Title, a.Description, a.Content, a.UpdatedAt = title, description, content, at(d.number())
			}).ID
		}
		content, description, title := put("x", "y", "100% SÃO"), put("x", "são", "y"), put("São!", "x", "y")
		find := func(q string) []helpdesk.ArticleID {
			var rows []*helpdesk.Article
			d.view(func(ctx context.Context, tx helpdesk.Tx) (err error) {
				rows, err = tx.Articles().List(ctx, helpdesk.ArticleFilter{Query: q}, helpdesk.Page{})
				return err
			})
			return ids[helpdesk.ArticleID](rows)
		}
		equal(d, "found, the latest first", find("sÃo"), []helpdesk.ArticleID{title, description, content})
		equal(d, "a wildcard", find("0%"), []helpdesk.ArticleID{content})
		equal(d, "the escape", find("o!"), []helpdesk.ArticleID{title})
	})
	s.test("are listed by each condition, and counted", testArticleFilter)
	s.test("readings are counted beside the row, and an Update leaves them", func(d *desk) {
		a := d.article(d.portal(), nil)
		d.update(func(ctx context.Context, tx helpdesk.Tx) error {
			if err := tx.Articles().View(ctx, a.ID); err != nil {
				return err
			}
			return tx.Articles().View(ctx, a.ID)
		})
		d.update(func(ctx context.Context, tx helpdesk.Tx) error { return tx.Articles().Update(ctx, a) }) // its version did not move
		equal(d, "views", get(d, articles, a.ID).Views, 2)
		d.in(d.other).refuses(helpdesk.NotFound, func(ctx context.Context, tx helpdesk.Tx) error { return tx.Articles().View(ctx, a.ID) })
	})
	s.test("translations outlive what they translate", func(d *desk) {
		p := d.portal()
		root := d.article(p, nil)
		one := d.article(p, func(a *helpdesk.Article) { a.Root = root.ID })
		d.update(func(ctx context.Context, tx helpdesk.Tx) error { return tx.Articles().Delete(ctx, root.ID) })
		equal(d, "root", get(d, articles, one.ID).Root, 0)
	})
}

func testArticleFilter(d *desk) {
	p, ada, bo := d.portal(), d.agent(), d.agent()
	put := func(position int, author helpdesk.AgentID, status helpdesk.ArticleStatus, category helpdesk.CategoryID, locale string) *helpdesk.Article {
		return d.article(p, func(a *helpdesk.Article) {
			a.Position, a.Author, a.Status, a.Category, a.Locale, a.UpdatedAt = position, author, status, category, locale, at(d.number())
		})
	}
	one := put(30, ada, helpdesk.ArticleDraft, 5, "en")
	two := put(20, bo, helpdesk.ArticleDraft, 5, "en")
	three := put(10, ada, helpdesk.ArticlePublished, 0, "pt")
	d.article(d.portal(), nil)
	find := func(f helpdesk.ArticleFilter) []helpdesk.ArticleID {
		f.Portal = p.ID
		var rows []*helpdesk.Article
		d.view(func(ctx context.Context, tx helpdesk.Tx) (err error) {
			rows, err = tx.Articles().List(ctx, f, helpdesk.Page{})
			return err
		})
		return ids[helpdesk.ArticleID](rows)
	}
	type list = []helpdesk.ArticleID
	equal(d, "all", find(helpdesk.ArticleFilter{}), list{three.ID, two.ID, one.ID})
	equal(d, "by position", find(helpdesk.ArticleFilter{ByPosition: true}), list{three.ID, two.ID, one.ID})
	equal(d, "of the author", find(helpdesk.ArticleFilter{Author: ada}), list{three.ID, one.ID})
	equal(d, "of the status", find(helpdesk.ArticleFilter{Status: helpdesk.ArticleDraft}), list{two.ID, one.ID})
	equal(d, "of the category", find(helpdesk.ArticleFilter{Categories: []helpdesk.CategoryID{5}}), list{two.ID, one.ID})
	equal(d, "of no category asked for", len(find(helpdesk.ArticleFilter{Categories: []helpdesk.CategoryID{}})), 0)
	equal(d, "of the locale", find(helpdesk.ArticleFilter{Locale: "pt"}), list{three.ID})
	equal(d, "of the slug", find(helpdesk.ArticleFilter{Slug: two.Slug}), list{two.ID})
	equal(d, "of the ids", find(helpdesk.ArticleFilter{IDs: list{one.ID}}), list{one.ID})
	d.view(func(ctx context.Context, tx helpdesk.Tx) error {
		counts, err := tx.Articles().Counts(ctx, helpdesk.ArticleFilter{Portal: p.ID}, ada)
		equal(d, "counts", counts, []helpdesk.ArticleCount{
			{Portal: p.ID, Locale: "pt", Status: helpdesk.ArticlePublished, N: 1, Mine: 1},
			{Portal: p.ID, Category: 5, Locale: "en", Status: helpdesk.ArticleDraft, N: 2, Mine: 1},
		})
		if err != nil {
			return err
		}
		last, err := tx.Articles().Last(ctx, p.ID, 5)
		equal(d, "last position", last, 30)
		return err
	})
}
