package chatwoot

import (
	"context"
	"encoding/json"
	"strconv"

	"github.com/gohelpdesk/helpdesk"
)

const articlesPerPage = 25

type articleInput struct {
	Title       *string              `in:"title"`
	Content     *string              `in:"content"`
	Description *string              `in:"description"`
	Slug        *string              `in:"slug"`
	Status      string               `in:"status"`
	Locale      *string              `in:"locale"`
	Category    *helpdesk.CategoryID `in:"category_id"`
	Position    *int                 `in:"position"`
	Author      *helpdesk.AgentID    `in:"author_id"`
	Root        *helpdesk.ArticleID  `in:"associated_article_id"`
	Meta        *struct {
		Title       string   `in:"title"`
		Description string   `in:"description"`
		Tags        []string `in:"tags"`
	} `in:"meta"`
}

func (in articleInput) input() helpdesk.ArticleInput {
	out := helpdesk.ArticleInput{
		Title: in.Title, Content: in.Content, Description: in.Description, Slug: in.Slug, Status: articleStatus(in.Status),
		Locale: in.Locale, Category: in.Category, Position: in.Position, Author: in.Author, Root: in.Root,
	}
	if in.Meta != nil {
		out.Meta = &helpdesk.ArticleMeta{Title: in.Meta.Title, Description: in.Meta.Description, Tags: in.Meta.Tags}
	}
	return out
}

// articleStatus reads a name or Chatwoot's number.
func articleStatus(s string) helpdesk.ArticleStatus {
	switch s {
	case "0":
		return helpdesk.ArticleDraft
	case "1":
		return helpdesk.ArticlePublished
	case "2":
		return helpdesk.ArticleArchived
	default:
		return helpdesk.ArticleStatus(s)
	}
}

type articleID struct {
	portalSlug
	ID helpdesk.ArticleID `in:"id"`
}

type newArticle struct {
	portalSlug
	articleInput
}

type articleChange struct {
	articleID
	articleInput
}

// articles shapes articles, with their authors.
func (c *call) articles(ctx context.Context, rows ...*helpdesk.Article) ([]articleView, error) {
	found, err := c.desk.Articles.Detail(ctx, rows...)
	if err != nil {
		return nil, err
	}
	agents, err := c.agentsByID(ctx)
	return each(found, func(a *helpdesk.ArticleDetail) articleView { return viewArticle(a, agents) }), err
}

func (c *call) oneArticle(ctx context.Context, row *helpdesk.Article, err error) (out payload[articleView], _ error) {
	if err != nil {
		return out, err
	}
	found, err := c.articles(ctx, row)
	if err != nil {
		return out, err
	}
	return wrap(found[0]), nil
}

type articlesInput struct {
	portalSlug
	pageInput
	Locale   string           `in:"locale"`
	Query    string           `in:"query"`
	Category string           `in:"category_slug"`
	Status   string           `in:"status"`
	Author   helpdesk.AgentID `in:"author_id"`
}

func listArticles(ctx context.Context, c *call, in articlesInput) (out articlesView, err error) {
	found, err := c.desk.Articles.List(ctx, in.Portal, helpdesk.ArticleQuery{
		Locale: in.Locale, Query: in.Query, Category: in.Category, Status: articleStatus(in.Status), Author: in.Author,
	}, in.page(articlesPerPage))
	if err != nil {
		return out, err
	}
	out.Meta = articlesMeta{
		found.Stats.All, found.Stats.Archived, found.Found, c.in.currentPage(), found.Stats.Draft, found.Stats.Mine, found.Stats.Published,
	}
	out.Payload, err = c.articles(ctx, found.Items...)
	return out, err
}

func createArticle(ctx context.Context, c *call, in newArticle) (payload[articleView], error) {
	row, err := c.desk.Articles.Create(ctx, in.Portal, in.input())
	return c.oneArticle(ctx, row, err)
}

func showArticle(ctx context.Context, c *call, in articleID) (payload[articleView], error) {
	row, err := c.desk.Articles.Get(ctx, in.Portal, in.ID)
	return c.oneArticle(ctx, row, err)
}

func updateArticle(ctx context.Context, c *call, in articleChange) (payload[articleView], error) {
	row, err := c.desk.Articles.Update(ctx, in.Portal, in.ID, in.input())
	return c.oneArticle(ctx, row, err)
}

func deleteArticle(ctx context.Context, c *call, in articleID) (empty, error) {
	return empty{}, c.desk.Articles.Delete(ctx, in.Portal, in.ID)
}

type reorderInput struct {
	portalSlug
	Positions map[string]any `in:"positions_hash"`
}

func reorderArticles(ctx context.Context, c *call, in reorderInput) (empty, error) {
	positions := make(map[helpdesk.ArticleID]int, len(in.Positions))
	for key, value := range in.Positions {
		id, err := strconv.ParseInt(key, 10, 64)
		position, ok := wholeNumber(value)
		if err != nil || !ok {
			return empty{}, invalidField("positions_hash", "must hold a position for each id")
		}
		positions[helpdesk.ArticleID(id)] = position
	}
	return empty{}, c.desk.Articles.Reorder(ctx, in.Portal, positions)
}

// wholeNumber reads a number, or a text that is one.
func wholeNumber(v any) (int, bool) {
	switch v := v.(type) {
	case float64:
		return int(v), v == float64(int(v))
	case json.Number:
		n, err := strconv.Atoi(v.String())
		return n, err == nil
	case string:
		n, err := strconv.Atoi(v)
		return n, err == nil
	default:
		return 0, false
	}
}
