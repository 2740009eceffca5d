package helpdesk

import (
	"context"
	"slices"
	"time"
)

// Category is a chapter of a help centre in one language.
type Category struct {
	Account     AccountID
	ID          CategoryID
	Portal      PortalID
	Name        string
	Slug        string // unique in the portal and locale
	Locale      string // one of the portal's when it was given
	Description string
	Icon        string // an emoji or the name of a picture
	Position    int    // lists are in this order
	Parent      CategoryID
	Root        CategoryID   // what it translates; 0 = it is no translation
	Related     []CategoryID // at most 100

	CreatedAt, UpdatedAt time.Time
	Version              int64
}

// Categories is the service for the categories of help centres. A portal goes by
// its slug.
type Categories struct{ d *Desk }

// CategoryInput is what a category is made of; in an update nil leaves a field
// alone.
type CategoryInput struct {
	Name, Slug, Description, Icon *string
	Locale                        *string // nil on create = the portal's default
	Position                      *int    // nil on create = behind all others
	Parent                        *CategoryID
	Root                          *CategoryID // of a translation: what it translates is looked up
	Related                       []CategoryID
}

// CategoryDetail is a category with what belongs to it; what is not there is nil.
type CategoryDetail struct {
	*Category
	ParentCategory, RootCategory *Category
	RelatedCategories            []*Category
	Articles                     int
}

const (
	positionStep = 10 // between neighbours, so that there is room
	maxPosition  = 1 << 30
	maxRelated   = 100
	maxDeep      = 20 // levels of categories
)

// categoryOf finds a category of the portal.
func (u *unit) categoryOf(portal *Portal, id CategoryID) (*Category, error) {
	c, err := u.tx.Categories().Get(u.ctx, id)
	if err == nil && c.Portal != portal.ID {
		err = notFound("category")
	}
	return orNothing(c, err)
}

func loadCategory(u *unit, id int64) (*Category, error) {
	return u.tx.Categories().Get(u.ctx, CategoryID(id))
}

// List returns a portal's categories in their order, and how many there are;
// locale "" = of every language.
func (s Categories) List(ctx context.Context, portal, locale string, p Page) (list []*Category, total int, err error) {
	err = s.d.view(ctx, func(u *unit) error {
		v, err := u.mayPortal(ReadSettings, portal)
		if err != nil {
			return err
		}
		f := CategoryFilter{Portal: v.ID, Locale: locale}
		if total, err = u.tx.Categories().Count(u.ctx, f); err != nil {
			return err
		}
		list, err = u.tx.Categories().List(u.ctx, f, p)
		return err
	})
	return list, total, err
}

// Get returns one category of a portal.
func (s Categories) Get(ctx context.Context, portal string, id CategoryID) (*Category, error) {
	return read(ctx, s.d, func(u *unit) (*Category, error) {
		v, err := u.mayPortal(ReadSettings, portal)
		if err != nil {
			return nil, err
		}
		return u.categoryOf(v, id)
	})
}

// Detail returns categories with what belongs to them, in order.
func (s Categories) Detail(ctx context.Context, rows ...*Category) ([]*CategoryDetail, error) {
	return read(ctx, s.d, func(u *unit) ([]*CategoryDetail, error) {
		if err := u.may(ReadSettings); err != nil {
			return nil, err
		}
		ids, near := make([]CategoryID, len(rows)), []CategoryID{}
		for i, c := range rows {
			ids[i], near = c.ID, append(append(near, c.Parent, c.Root), c.Related...)
		}
		around, err := u.categories(near)
		if err != nil {
			return nil, err
		}
		counts, err := u.tx.Articles().Counts(u.ctx, ArticleFilter{Categories: ids}, 0)
		if err != nil {
			return nil, err
		}
		articles := make(map[CategoryID]int)
		for _, n := range counts {
			articles[n.Category] += n.N
		}
		out := make([]*CategoryDetail, len(rows))
		for i, c := range rows {
			out[i] = &CategoryDetail{Category: c, ParentCategory: around[c.Parent], RootCategory: around[c.Root], Articles: articles[c.ID]}
			for _, id := range c.Related {
				if r := around[id]; r != nil {
					out[i].RelatedCategories = append(out[i].RelatedCategories, r)
				}
			}
		}
		return out, nil
	})
}

// categories finds categories by id; 0 and those that are gone are left out.
func (u *unit) categories(ids []CategoryID) (map[CategoryID]*Category, error) {
	ids = slices.DeleteFunc(slices.Compact(slices.Sorted(slices.Values(ids))), func(id CategoryID) bool { return id == 0 })
	if len(ids) == 0 {
		return nil, nil
	}
	return index(u.ctx, Repo[CategoryID, Category, CategoryFilter](u.tx.Categories()), CategoryFilter{IDs: ids}, func(c *Category) CategoryID { return c.ID })
}

// Create adds a category to a portal.
func (s Categories) Create(ctx context.Context, portal string, in CategoryInput) (*Category, error) {
	return change(ctx, s.d, loadCategory, func(u *unit) (*Category, int64, error) {
		v, err := u.mayPortal(EditHelpCenter, portal)
		if err != nil {
			return nil, 0, err
		}
		c := &Category{Account: u.actor.account, Portal: v.ID, Locale: v.Locale, CreatedAt: u.now}
		if err := u.applyCategory(v, c, in); err != nil {
			return nil, 0, err
		}
		if in.Position == nil {
			last, err := u.tx.Categories().Last(u.ctx, v.ID, c.Locale)
			if err != nil {
				return nil, 0, err
			}
			c.Position = last + positionStep
		}
		if err := u.tx.Categories().Insert(u.ctx, c); err != nil {
			return nil, 0, err
		}
		return c, int64(c.ID), record(u, "category", int64(c.ID), nil, c)
	})
}

// Update changes a category of a portal. Its articles keep their language.
func (s Categories) Update(ctx context.Context, portal string, id CategoryID, in CategoryInput) (*Category, error) {
	return change(ctx, s.d, loadCategory, func(u *unit) (*Category, int64, error) {
		v, err := u.mayPortal(EditHelpCenter, portal)
		if err != nil {
			return nil, 0, err
		}
		c, err := u.categoryOf(v, id)
		if err != nil {
			return nil, 0, err
		}
		before := *c
		if err := u.applyCategory(v, c, in); err != nil {
			return nil, 0, err
		}
		if err := u.tx.Categories().Update(u.ctx, c); err != nil {
			return nil, 0, err
		}
		return c, int64(id), record(u, "category", int64(id), &before, c)
	})
}

func (u *unit) applyCategory(v *Portal, c *Category, in CategoryInput) error {
	p := problems{}
	setText(p, &c.Name, in.Name, "name", 255)
	setText(p, &c.Slug, in.Slug, "slug", 255)
	setText(p, &c.Description, in.Description, "description", maxPortal)
	setText(p, &c.Icon, in.Icon, "icon", 255)
	setText(p, &c.Locale, in.Locale, "locale", 35)
	p.add(c.Name == "", "name", "can't be blank")
	checkSlug(p, c.Slug)
	said := c.ID == 0 || in.Locale != nil
	p.add(said && !slices.Contains(v.Locales, c.Locale), "locale", "must be one of the portal's allowed locales")
	setPosition(p, &c.Position, in.Position)
	if err := u.relateCategory(p, v, c, in); err != nil {
		return err
	}
	c.UpdatedAt = u.now
	same, err := u.tx.Categories().List(u.ctx, CategoryFilter{Portal: v.ID, Slug: c.Slug, Locale: c.Locale}, Page{Limit: 1})
	if err != nil {
		return err
	}
	p.add(c.Slug != "" && len(same) > 0 && same[0].ID != c.ID, "slug", "has already been taken")
	return p.err()
}

func setPosition(p problems, field, value *int) {
	if value != nil {
		*field = *value
		p.add(*field < 0 || *field > maxPosition, "position", "must be from 0 to 1073741824")
	}
}

// relateCategory sets what a category stands beside, all of the same portal.
func (u *unit) relateCategory(p problems, v *Portal, c *Category, in CategoryInput) error {
	find := func(name string, ids ...CategoryID) (map[CategoryID]*Category, error) {
		found, err := u.categories(ids)
		for _, id := range ids {
			p.add(id != 0 && (found[id] == nil || found[id].Portal != v.ID), name, "must exist")
			p.add(id != 0 && id == c.ID, name, "must be another category")
		}
		return found, err
	}
	if in.Parent != nil {
		found, err := find("parent_category_id", *in.Parent)
		if err != nil {
			return err
		}
		c.Parent = *in.Parent
		if err := u.checkAncestors(p, c, found[c.Parent]); err != nil {
			return err
		}
	}
	if in.Root != nil {
		found, err := find("associated_category_id", *in.Root)
		if err != nil {
			return err
		}
		c.Root = *in.Root
		if root := found[c.Root]; root != nil && root.Root != 0 {
			c.Root = root.Root
		}
		p.add(c.Root != 0 && c.Root == c.ID, "associated_category_id", "is a translation of this one")
		if err := u.moveTranslations(p, c); err != nil {
			return err
		}
	}
	if in.Related == nil {
		return nil
	}
	c.Related = slices.Compact(slices.Sorted(slices.Values(in.Related)))
	p.add(len(c.Related) > maxRelated, "related_category_ids", "are too many (maximum is 100)")
	_, err := find("related_category_ids", c.Related...)
	return err
}

// checkAncestors refuses a parent that is below the category itself, or too deep.
func (u *unit) checkAncestors(p problems, c, above *Category) (err error) {
	for depth := 0; above != nil && above.Parent != 0; depth++ {
		p.add(above.Parent == c.ID, "parent_category_id", "must not be below this one")
		p.add(depth >= maxDeep, "parent_category_id", "is too deep (maximum is 20)")
		if len(p) > 0 {
			return nil
		}
		if above, err = u.tx.Categories().Get(u.ctx, above.Parent); err != nil {
			return err
		}
	}
	return nil
}

// moveTranslations hands the translations of a category that becomes one itself
// to its root, so that a root is never a translation.
func (u *unit) moveTranslations(p problems, c *Category) error {
	if c.ID == 0 || c.Root == 0 || len(p) > 0 {
		return nil
	}
	below, err := all(u.ctx, Repo[CategoryID, Category, CategoryFilter](u.tx.Categories()), CategoryFilter{Root: c.ID})
	if err != nil {
		return err
	}
	for _, one := range below {
		one.Root = c.Root
		if err := u.tx.Categories().Update(u.ctx, one); err != nil {
			return err
		}
	}
	return nil
}

// Delete removes a category of a portal. Its articles stay, without one.
func (s Categories) Delete(ctx context.Context, portal string, id CategoryID) error {
	return remove(ctx, s.d, func(u *unit) error {
		v, err := u.mayPortal(EditHelpCenter, portal)
		if err != nil {
			return err
		}
		c, err := u.categoryOf(v, id)
		if err != nil {
			return err
		}
		if err := u.tx.Categories().Delete(u.ctx, id); err != nil {
			return err
		}
		return record(u, "category", int64(id), c, nil)
	})
}
