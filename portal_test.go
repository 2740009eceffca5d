package helpdesk_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
)

// A slug and a domain are taken in the whole installation, and free again when
// the portal lets go of them.
func TestPortalsAreNamedOnceInTheInstallation(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		host := w.engine.As(w.engine.Host(w.account))
		in := helpdesk.PortalInput{Name: ptr("Help"), Slug: ptr("help"), CustomDomain: ptr("https://Help.Acme.example/x")}
		made, err := host.Portals.Create(w.ctx, in)
		require.NoError(t, err)
		require.Equal(t, "help.acme.example", made.CustomDomain)
		require.Equal(t, []string{"en"}, made.Locales)
		_, err = host.Portals.Create(w.ctx, in)
		require.ErrorIs(t, err, helpdesk.Invalid)
		require.ErrorContains(t, err, "custom_domain, slug")
		for _, key := range []string{"help", "HELP.acme.example"} {
			found, err := w.engine.FindPortal(w.ctx, key)
			require.NoError(t, err)
			require.Equal(t, made.ID, found.ID)
		}
		_, err = host.Portals.Update(w.ctx, "help", helpdesk.PortalInput{Slug: ptr("handbook"), CustomDomain: ptr("")})
		require.NoError(t, err)
		_, err = w.engine.FindPortal(w.ctx, "help.acme.example")
		require.ErrorIs(t, err, helpdesk.NotFound)
		_, err = host.Portals.Create(w.ctx, in)
		require.NoError(t, err, "both are free again")
		require.NoError(t, host.Portals.Delete(w.ctx, "handbook"))
		_, err = w.engine.FindPortal(w.ctx, "handbook")
		require.ErrorIs(t, err, helpdesk.NotFound)
		_, err = host.Portals.Update(w.ctx, "help", helpdesk.PortalInput{Archived: ptr(true)})
		require.NoError(t, err)
		_, err = w.engine.FindPortal(w.ctx, "help")
		require.ErrorIs(t, err, helpdesk.NotFound, "archived")
	})
}

func TestPortalNamesEveryBadField(t *testing.T) {
	t.Parallel()
	w := newWorld(t, openMemory)
	_, err := w.admin.Portals.Create(w.ctx, helpdesk.PortalInput{
		Slug: ptr("a/b"), CustomDomain: ptr("localhost"), Color: ptr("red"), HomepageLink: ptr("javascript:alert(1)"),
		Locales: []string{"en", "???"}, Locale: ptr("fr"), Inbox: ptr(helpdesk.InboxID(99)),
	})
	require.ErrorIs(t, err, helpdesk.Invalid)
	require.ErrorContains(t, err, "allowed_locales, color, custom_domain, default_locale, homepage_link, inbox_id, name, slug")
}

func TestArticlesStandInTheirCategory(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		d := w.admin
		_, err := d.Portals.Create(w.ctx, helpdesk.PortalInput{Name: ptr("Help"), Slug: ptr("help"), Locales: []string{"en", "pt_BR"}})
		require.NoError(t, err)
		_, err = d.Categories.Create(w.ctx, "help", helpdesk.CategoryInput{Name: ptr("C"), Slug: ptr("c"), Locale: ptr("fr")})
		require.ErrorContains(t, err, "locale")
		pt, err := d.Categories.Create(w.ctx, "help", helpdesk.CategoryInput{Name: ptr("C"), Slug: ptr("c"), Locale: ptr("pt_BR")})
		require.NoError(t, err)
		bot := ptr(helpdesk.AgentID(999))
		write := func(in helpdesk.ArticleInput) (*helpdesk.Article, error) {
			in.Content = ptr("x")
			return d.Articles.Create(w.ctx, "help", in)
		}
		_, err = write(helpdesk.ArticleInput{Title: ptr("T"), Author: bot})
		require.ErrorContains(t, err, "author_id")
		one, err := write(helpdesk.ArticleInput{Title: ptr("Olá, Mundo"), Author: &w.owner, Category: &pt.ID, Locale: ptr("en")})
		require.NoError(t, err)
		require.Equal(t, "1772442000-ola-mundo", one.Slug)
		require.Equal(t, "pt_BR", one.Locale, "the category's")
		require.Equal(t, helpdesk.ArticleDraft, one.Status)
		require.Equal(t, 10, one.Position)
		two, err := write(helpdesk.ArticleInput{Title: ptr("Olá, Mundo"), Author: &w.owner, Root: &one.ID})
		require.NoError(t, err)
		require.Equal(t, "1772442000-ola-mundo-2", two.Slug)
		three, err := write(helpdesk.ArticleInput{Title: ptr("3"), Author: &w.owner, Root: &two.ID})
		require.NoError(t, err)
		require.Equal(t, one.ID, three.Root, "a translation's translation is the root's")
		_, err = d.Articles.Update(w.ctx, "help", one.ID, helpdesk.ArticleInput{Root: &three.ID})
		require.ErrorIs(t, err, helpdesk.Invalid)
		two, err = d.Articles.Update(w.ctx, "help", two.ID, helpdesk.ArticleInput{Category: &pt.ID})
		require.NoError(t, err)
		require.Equal(t, 20, two.Position, "behind the other")
		require.NoError(t, d.Articles.Reorder(w.ctx, "help", map[helpdesk.ArticleID]int{two.ID: 5}))
		list, err := d.Articles.List(w.ctx, "help", helpdesk.ArticleQuery{Category: "c", Status: helpdesk.ArticleDraft}, helpdesk.Page{})
		require.NoError(t, err)
		require.Equal(t, []helpdesk.ArticleID{two.ID, one.ID}, []helpdesk.ArticleID{list.Items[0].ID, list.Items[1].ID})
		require.Equal(t, helpdesk.ArticleStats{All: 2, Draft: 2, Mine: 2}, list.Stats)
		require.NoError(t, d.Articles.CountView(w.ctx, "help", one.ID))
		_, err = d.Articles.Update(w.ctx, "help", one.ID, helpdesk.ArticleInput{Status: helpdesk.ArticlePublished})
		require.NoError(t, err)
		require.NoError(t, d.Articles.CountView(w.ctx, "help", one.ID))
		found, err := d.Articles.Search(w.ctx, "olá", helpdesk.Page{})
		require.NoError(t, err)
		require.Len(t, found, 2)
		require.NoError(t, d.Categories.Delete(w.ctx, "help", pt.ID))
		left, err := d.Articles.Get(w.ctx, "help", one.ID)
		require.NoError(t, err)
		require.Zero(t, left.Category)
		require.EqualValues(t, 1, left.Views, "while it was published")
	})
}

func TestPortalInstructionsAreMailed(t *testing.T) {
	t.Parallel()
	w := newWorld(t, openMemory)
	_, err := w.admin.Portals.Create(w.ctx, helpdesk.PortalInput{Name: ptr("Help"), Slug: ptr("help"), CustomDomain: ptr("help.acme.example")})
	require.NoError(t, err)
	require.ErrorIs(t, w.admin.Portals.SendInstructions(w.ctx, "help", "it@acme.example"), helpdesk.Unsupported)
	p := mailing(w)
	require.ErrorIs(t, w.admin.Portals.SendInstructions(w.ctx, "help", "nobody"), helpdesk.Invalid)
	require.NoError(t, w.admin.Portals.SendInstructions(w.ctx, "help", "it@acme.example"))
	w.runDue()
	require.Len(t, p.mails, 1)
	require.Equal(t, []string{"it@acme.example"}, p.mails[0].To)
	require.Contains(t, p.mails[0].Text, "help.acme.example CNAME desk.example")
}

// Categories are made no deeper than they can be moved.
func TestCategoriesAreNotBottomless(t *testing.T) {
	t.Parallel()
	w := newWorld(t, openMemory)
	_, err := w.admin.Portals.Create(w.ctx, helpdesk.PortalInput{Name: ptr("Help"), Slug: ptr("help")})
	require.NoError(t, err)
	var above helpdesk.CategoryID
	for n := range 40 {
		slug := fmt.Sprint("c", n)
		made, err := w.admin.Categories.Create(w.ctx, "help", helpdesk.CategoryInput{Name: &slug, Slug: &slug, Parent: &above})
		if err != nil {
			require.ErrorIs(t, err, helpdesk.Invalid)
			require.ErrorContains(t, err, "parent_category_id")
			require.Greater(t, n, 20)
			return
		}
		above = made.ID
	}
	require.Fail(t, "there is no end to it")
}
