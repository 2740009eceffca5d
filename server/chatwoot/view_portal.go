package chatwoot

import (
	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/server/internal/web"
)

type portalsView struct {
	Payload []portalView `json:"payload"`
	Meta    portalsMeta  `json:"meta"`
}

type portalsMeta struct {
	CurrentPage any `json:"current_page"`
	Portals     int `json:"portals_count"`
}

type portalView struct {
	ID           helpdesk.PortalID  `json:"id"`
	Color        *string            `json:"color"`
	CustomDomain *string            `json:"custom_domain"`
	HeaderText   *string            `json:"header_text"`
	HomepageLink *string            `json:"homepage_link"`
	Name         string             `json:"name"`
	PageTitle    *string            `json:"page_title"`
	Slug         string             `json:"slug"`
	Archived     bool               `json:"archived"`
	AccountID    helpdesk.AccountID `json:"account_id"`
	Config       portalConfig       `json:"config"`
	Inbox        *inboxView         `json:"inbox,omitempty"`
	Logo         *logoView          `json:"logo,omitempty"`
	Meta         portalMeta         `json:"meta"`
}

type portalConfig struct {
	Locales []localeView `json:"allowed_locales"`
}

type localeView struct {
	Code       string `json:"code"`
	Articles   int    `json:"articles_count"`
	Categories int    `json:"categories_count"`
}

type logoView struct {
	ID        int                `json:"id"` // always 1: a portal has one logo
	PortalID  helpdesk.PortalID  `json:"portal_id"`
	FileType  string             `json:"file_type"`
	AccountID helpdesk.AccountID `json:"account_id"`
	FileURL   string             `json:"file_url"`
	BlobID    string             `json:"blob_id"`
	Filename  string             `json:"filename"`
}

type portalMeta struct {
	All           int    `json:"all_articles_count"`
	Archived      int    `json:"archived_articles_count"`
	Published     int    `json:"published_count"`
	Draft         int    `json:"draft_articles_count"`
	Mine          *int   `json:"mine_articles_count,omitempty"` // where there are articles
	Categories    int    `json:"categories_count"`
	DefaultLocale string `json:"default_locale"`
}

func (c *call) viewPortal(v *helpdesk.Portal, box *helpdesk.Inbox, stats *helpdesk.PortalStats) portalView {
	if stats == nil {
		stats = &helpdesk.PortalStats{}
	}
	out := portalView{
		ID: v.ID, Color: text(v.Color), CustomDomain: text(v.CustomDomain), HeaderText: text(v.HeaderText),
		HomepageLink: text(v.HomepageLink), Name: v.Name, PageTitle: text(v.PageTitle), Slug: v.Slug, Archived: v.Archived,
		AccountID: v.Account,
		Config: portalConfig{each(v.Locales, func(code string) localeView {
			n := stats.Locales[code]
			return localeView{code, n.Articles, n.Categories}
		})},
		Meta: portalMeta{
			All: stats.All, Archived: stats.Archived, Published: stats.Published, Draft: stats.Draft,
			Categories: stats.Categories, DefaultLocale: v.Locale,
		},
	}
	if stats.All > 0 {
		out.Meta.Mine = &stats.Mine
	}
	if box != nil {
		shape := viewInbox(box, "")
		out.Inbox = &shape
	}
	if v.Logo != nil {
		out.Logo = &logoView{
			ID: 1, PortalID: v.ID, FileType: v.Logo.ContentType, AccountID: v.Account,
			FileURL: c.files.KeptURL(c.actor, web.KeptByPortal, int64(v.ID), *v.Logo), BlobID: v.Logo.Key, Filename: v.Logo.Name,
		}
	}
	return out
}

type categoriesView struct {
	Payload []categoryView `json:"payload"`
	Meta    categoriesMeta `json:"meta"`
}

type categoriesMeta struct {
	CurrentPage any `json:"current_page"`
	Categories  int `json:"categories_count"`
}

// nearCategory is a category beside another.
type nearCategory struct {
	ID          helpdesk.CategoryID `json:"id"`
	Name        string              `json:"name"`
	Slug        string              `json:"slug"`
	Locale      string              `json:"locale"`
	Description string              `json:"description"`
	Position    int                 `json:"position"`
	AccountID   helpdesk.AccountID  `json:"account_id"`
	Icon        string              `json:"icon"`
}

type categoryView struct {
	nearCategory
	Related []nearCategory `json:"related_categories,omitempty"`
	Parent  *nearCategory  `json:"parent_category,omitempty"`
	Root    *nearCategory  `json:"root_category,omitempty"`
	Meta    categoryMeta   `json:"meta"`
}

type categoryMeta struct {
	Articles int `json:"articles_count"`
}

func viewNear(c *helpdesk.Category) nearCategory {
	return nearCategory{c.ID, c.Name, c.Slug, c.Locale, c.Description, c.Position, c.Account, c.Icon}
}

func viewCategory(c *helpdesk.CategoryDetail) categoryView {
	near := func(c *helpdesk.Category) *nearCategory {
		if c == nil {
			return nil
		}
		v := viewNear(c)
		return &v
	}
	return categoryView{
		viewNear(c.Category), each(c.RelatedCategories, viewNear), near(c.ParentCategory), near(c.RootCategory), categoryMeta{c.Articles},
	}
}

type articlesView struct {
	Payload []articleView `json:"payload"`
	Meta    articlesMeta  `json:"meta"`
}

type articlesMeta struct {
	All         int `json:"all_articles_count"`
	Archived    int `json:"archived_articles_count"`
	Found       int `json:"articles_count"`
	CurrentPage any `json:"current_page"`
	Draft       int `json:"draft_articles_count"`
	Mine        int `json:"mine_articles_count"`
	Published   int `json:"published_count"`
}

type articleView struct {
	ID           helpdesk.ArticleID     `json:"id"`
	Slug         string                 `json:"slug"`
	Title        string                 `json:"title"`
	Content      string                 `json:"content"`
	Description  string                 `json:"description"`
	Status       helpdesk.ArticleStatus `json:"status"`
	Position     int                    `json:"position"`
	AccountID    helpdesk.AccountID     `json:"account_id"`
	UpdatedAt    epoch                  `json:"updated_at"`
	Meta         helpdesk.ArticleMeta   `json:"meta"`
	Category     *articleCategory       `json:"category,omitempty"` // left out of translations
	Views        int64                  `json:"views"`
	Author       *agentView             `json:"author,omitempty"`
	Translations []articleView          `json:"associated_articles,omitempty"`
	Locale       string                 `json:"locale"` // additions: the article's own language,
	PortalID     helpdesk.PortalID      `json:"portal_id"`
	RootID       *helpdesk.ArticleID    `json:"associated_article_id"` // and what it translates
}

// articleCategory is all null where there is none.
type articleCategory struct {
	ID     *helpdesk.CategoryID `json:"id"`
	Name   *string              `json:"name"`
	Slug   *string              `json:"slug"`
	Locale *string              `json:"locale"`
}

func viewArticle(a *helpdesk.ArticleDetail, agents map[helpdesk.AgentID]*helpdesk.Agent) articleView {
	out := viewArticleRow(a.Article, agents)
	out.Category = &articleCategory{}
	if u := a.Under; u != nil {
		out.Category = &articleCategory{&u.ID, &u.Name, &u.Slug, &u.Locale}
	}
	if len(a.Translations) > 0 {
		out.Translations = each(a.Translations, func(t *helpdesk.Article) articleView { return viewArticleRow(t, agents) })
	}
	return out
}

func viewArticleRow(a *helpdesk.Article, agents map[helpdesk.AgentID]*helpdesk.Agent) articleView {
	return articleView{
		ID: a.ID, Slug: a.Slug, Title: a.Title, Content: a.Content, Description: a.Description, Status: a.Status, Position: a.Position,
		AccountID: a.Account, UpdatedAt: epoch{a.UpdatedAt}, Meta: a.Meta, Views: a.Views, Author: agentOrNone(agents[a.Author]),
		Locale: a.Locale, PortalID: a.Portal, RootID: number(a.Root),
	}
}

// foundArticle is an article as the search shows it.
type foundArticle struct {
	ID           helpdesk.ArticleID     `json:"id"`
	Title        string                 `json:"title"`
	Locale       string                 `json:"locale"`
	Content      string                 `json:"content"`
	Slug         string                 `json:"slug"`
	PortalSlug   string                 `json:"portal_slug"`
	AccountID    helpdesk.AccountID     `json:"account_id"`
	CategoryName *string                `json:"category_name"`
	Status       helpdesk.ArticleStatus `json:"status"`
	UpdatedAt    epoch                  `json:"updated_at"`
}

func viewFoundArticle(a *helpdesk.ArticleDetail) foundArticle {
	out := foundArticle{
		ID: a.ID, Title: a.Title, Locale: a.Locale, Content: a.Content, Slug: a.Slug, AccountID: a.Account, Status: a.Status,
		UpdatedAt: epoch{a.UpdatedAt},
	}
	if a.In != nil {
		out.PortalSlug = a.In.Slug
	}
	if a.Under != nil {
		out.CategoryName = text(a.Under.Name)
	}
	return out
}
