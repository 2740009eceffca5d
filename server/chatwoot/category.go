package chatwoot

import (
	"context"

	"github.com/gohelpdesk/helpdesk"
)

const categoriesPerPage = 1000

type categoryInput struct {
	Name        *string                `in:"name"`
	Slug        *string                `in:"slug"`
	Locale      *string                `in:"locale"`
	Description *string                `in:"description"`
	Position    *int                   `in:"position"`
	Icon        *string                `in:"icon"`
	Parent      *helpdesk.CategoryID   `in:"parent_category_id"`
	Root        *helpdesk.CategoryID   `in:"associated_category_id"`
	Related     *[]helpdesk.CategoryID `in:"related_category_ids"`
}

func (in categoryInput) input() helpdesk.CategoryInput {
	out := helpdesk.CategoryInput{
		Name: in.Name, Slug: in.Slug, Locale: in.Locale, Description: in.Description, Position: in.Position, Icon: in.Icon,
		Parent: in.Parent, Root: in.Root,
	}
	if in.Related != nil {
		out.Related = list(*in.Related)
	}
	return out
}

type categoryID struct {
	portalSlug
	ID helpdesk.CategoryID `in:"id"`
}

type newCategory struct {
	portalSlug
	categoryInput
}

type categoryChange struct {
	categoryID
	categoryInput
}

func (c *call) oneCategory(ctx context.Context, row *helpdesk.Category, err error) (out payload[categoryView], _ error) {
	if err != nil {
		return out, err
	}
	found, err := c.desk.Categories.Detail(ctx, row)
	if err != nil {
		return out, err
	}
	return wrap(viewCategory(found[0])), nil
}

type categoriesInput struct {
	portalSlug
	pageInput
	Locale string `in:"locale"`
}

func listCategories(ctx context.Context, c *call, in categoriesInput) (out categoriesView, err error) {
	rows, total, err := c.desk.Categories.List(ctx, in.Portal, in.Locale, in.page(categoriesPerPage))
	if err != nil {
		return out, err
	}
	found, err := c.desk.Categories.Detail(ctx, rows...)
	return categoriesView{each(found, viewCategory), categoriesMeta{c.in.currentPage(), total}}, err
}

func createCategory(ctx context.Context, c *call, in newCategory) (payload[categoryView], error) {
	row, err := c.desk.Categories.Create(ctx, in.Portal, in.input())
	return c.oneCategory(ctx, row, err)
}

func showCategory(ctx context.Context, c *call, in categoryID) (payload[categoryView], error) {
	row, err := c.desk.Categories.Get(ctx, in.Portal, in.ID)
	return c.oneCategory(ctx, row, err)
}

func updateCategory(ctx context.Context, c *call, in categoryChange) (payload[categoryView], error) {
	row, err := c.desk.Categories.Update(ctx, in.Portal, in.ID, in.input())
	return c.oneCategory(ctx, row, err)
}

func deleteCategory(ctx context.Context, c *call, in categoryID) (empty, error) {
	return empty{}, c.desk.Categories.Delete(ctx, in.Portal, in.ID)
}
