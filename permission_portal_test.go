package helpdesk_test

import (
	"fmt"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
)

// handbook is a portal with a category and an article.
func (s *play) handbook() (string, helpdesk.CategoryID, helpdesk.ArticleID) {
	s.serial++
	slug := fmt.Sprint("handbook", s.serial)
	_, err := s.admin.Portals.Create(s.ctx, helpdesk.PortalInput{Name: ptr("Handbook"), Slug: &slug})
	require.NoError(s.t, err)
	c, err := s.admin.Categories.Create(s.ctx, slug, helpdesk.CategoryInput{Name: ptr("Basics"), Slug: ptr("basics")})
	require.NoError(s.t, err)
	a, err := s.admin.Articles.Create(s.ctx, slug, helpdesk.ArticleInput{Title: ptr("T"), Content: ptr("C"), Author: &s.owner})
	require.NoError(s.t, err)
	return slug, c.ID, a.ID
}

// portalVerbs are those of help centres.
func portalVerbs() []verb {
	const admins, everybody = "++ ff ff ff ff ff ff ff ff ff ff", "++ ++ ++ ++ ++ ++ ++ ++ ++ ++ ++"
	return []verb{
		{"Portals.List", everybody, func(s *play) error { return quiet(s.d.Portals.List(s.ctx)) }},
		{"Portals.Stats", everybody, func(s *play) error { return quiet(s.d.Portals.Stats(s.ctx, "")) }},
		{"Portals.Get", everybody, func(s *play) error { slug, _, _ := s.handbook(); return quiet(s.d.Portals.Get(s.ctx, slug)) }},
		{"Portals.Create", admins, func(s *play) error {
			return quiet(s.d.Portals.Create(s.ctx, helpdesk.PortalInput{Name: ptr("P"), Slug: ptr(fmt.Sprint("p", s.serial))}))
		}},
		{"Portals.Update", admins, func(s *play) error {
			slug, _, _ := s.handbook()
			return quiet(s.d.Portals.Update(s.ctx, slug, helpdesk.PortalInput{Name: ptr("Q")}))
		}},
		{"Portals.DeleteLogo", admins, func(s *play) error { slug, _, _ := s.handbook(); return s.d.Portals.DeleteLogo(s.ctx, slug) }},
		{"Portals.Delete", admins, func(s *play) error { slug, _, _ := s.handbook(); return s.d.Portals.Delete(s.ctx, slug) }},
		{"Categories.List", everybody, func(s *play) error {
			slug, _, _ := s.handbook()
			_, _, err := s.d.Categories.List(s.ctx, slug, "", helpdesk.Page{})
			return err
		}},
		{"Categories.Get", everybody, func(s *play) error { slug, c, _ := s.handbook(); return quiet(s.d.Categories.Get(s.ctx, slug, c)) }},
		{"Categories.Create", admins, func(s *play) error {
			slug, _, _ := s.handbook()
			return quiet(s.d.Categories.Create(s.ctx, slug, helpdesk.CategoryInput{Name: ptr("C"), Slug: ptr("c")}))
		}},
		{"Categories.Update", admins, func(s *play) error {
			slug, c, _ := s.handbook()
			return quiet(s.d.Categories.Update(s.ctx, slug, c, helpdesk.CategoryInput{Name: ptr("D")}))
		}},
		{"Categories.Delete", admins, func(s *play) error { slug, c, _ := s.handbook(); return s.d.Categories.Delete(s.ctx, slug, c) }},
		{"Articles.List", everybody, func(s *play) error {
			slug, _, _ := s.handbook()
			return quiet(s.d.Articles.List(s.ctx, slug, helpdesk.ArticleQuery{}, helpdesk.Page{}))
		}},
		{"Articles.Search", everybody, func(s *play) error { return quiet(s.d.Articles.Search(s.ctx, "x", helpdesk.Page{})) }},
		{"Articles.Get", everybody, func(s *play) error { slug, _, a := s.handbook(); return quiet(s.d.Articles.Get(s.ctx, slug, a)) }},
		{"Articles.Create", admins, func(s *play) error {
			slug, _, _ := s.handbook()
			return quiet(s.d.Articles.Create(s.ctx, slug, helpdesk.ArticleInput{Title: ptr("T"), Content: ptr("C"), Author: &s.self}))
		}},
		{"Articles.Update", admins, func(s *play) error {
			slug, _, a := s.handbook()
			return quiet(s.d.Articles.Update(s.ctx, slug, a, helpdesk.ArticleInput{Title: ptr("U")}))
		}},
		{"Articles.Reorder", admins, func(s *play) error {
			slug, _, a := s.handbook()
			return s.d.Articles.Reorder(s.ctx, slug, map[helpdesk.ArticleID]int{a: 1})
		}},
		{"Articles.CountView", everybody, func(s *play) error { slug, _, a := s.handbook(); return s.d.Articles.CountView(s.ctx, slug, a) }},
		{"Articles.Delete", admins, func(s *play) error { slug, _, a := s.handbook(); return s.d.Articles.Delete(s.ctx, slug, a) }},
	}
}
