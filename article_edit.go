package helpdesk

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

func (u *unit) applyArticle(v *Portal, a *Article, in ArticleInput) error {
	p := problems{}
	setText(p, &a.Title, in.Title, "title", 255)
	setText(p, &a.Description, in.Description, "description", maxPortal)
	setText(p, &a.Content, in.Content, "content", maxArticle)
	p.add(a.Title == "", "title", "can't be blank")
	p.add(a.Content == "", "content", "can't be blank")
	if in.Status != "" {
		a.Status = in.Status
		p.add(!validArticleStatus(a.Status), "status", "must be draft, published or archived")
	}
	if in.Author != nil {
		a.Author = *in.Author
		author := u.cfg.agents[a.Author]
		p.add(a.Author != 0 && (author == nil || author.Bot), "author_id", "must be an agent of the account")
	}
	p.add(a.Author == 0 && (a.ID == 0 || in.Author != nil), "author_id", "can't be blank")
	if in.Meta != nil {
		a.Meta = articleMeta(p, *in.Meta)
	}
	if err := u.placeArticle(p, v, a, in); err != nil {
		return err
	}
	if err := u.translateArticle(p, v, a, in); err != nil {
		return err
	}
	if err := u.nameArticle(p, a, in.Slug); err != nil {
		return err
	}
	a.UpdatedAt = u.now
	return p.err()
}

func articleMeta(p problems, m ArticleMeta) ArticleMeta {
	out := ArticleMeta{}
	setText(p, &out.Title, &m.Title, "meta", 255)
	setText(p, &out.Description, &m.Description, "meta", 1000)
	for _, tag := range m.Tags {
		tag = strings.TrimSpace(clean(tag))
		p.add(tooLong(tag, 255), "meta", "holds a tag that is too long (maximum is 255 characters)")
		if tag != "" && !slices.Contains(out.Tags, tag) {
			out.Tags = append(out.Tags, tag)
		}
	}
	p.add(len(out.Tags) > maxTags, "meta", "holds too many tags (maximum is 50)")
	return out
}

// placeArticle sets category, language and position.
func (u *unit) placeArticle(p problems, v *Portal, a *Article, in ArticleInput) error {
	moved := a.ID == 0
	if in.Category != nil {
		moved = moved || *in.Category != a.Category
		a.Category = *in.Category
	}
	var under *Category
	if a.Category != 0 {
		var err error
		under, err = u.categoryOf(v, a.Category)
		p.add(CodeOf(err) == NotFound, "category_id", "must exist")
		if err != nil && CodeOf(err) != NotFound {
			return err
		}
	}
	switch {
	case under != nil:
		if in.Category != nil {
			a.Locale = under.Locale
		}
	case in.Locale != nil && *in.Locale != "":
		setText(p, &a.Locale, in.Locale, "locale", 35)
		p.add(!localeForm.MatchString(a.Locale), "locale", "is not a locale")
	}
	setPosition(p, &a.Position, in.Position)
	if !moved || in.Position != nil {
		return nil
	}
	last, err := u.tx.Articles().Last(u.ctx, a.Portal, a.Category)
	a.Position = last + positionStep
	return err
}

// translateArticle sets what an article translates. What it translates is never
// a translation itself, so its own translations move along.
func (u *unit) translateArticle(p problems, v *Portal, a *Article, in ArticleInput) error {
	if in.Root == nil {
		return nil
	}
	a.Root = *in.Root
	if a.Root == 0 {
		return nil
	}
	root, err := u.articleOf(v, a.Root)
	p.add(CodeOf(err) == NotFound, "associated_article_id", "must exist")
	if err != nil {
		if CodeOf(err) == NotFound {
			return nil
		}
		return err
	}
	if root.Root != 0 {
		a.Root = root.Root
	}
	p.add(a.Root == a.ID, "associated_article_id", "must be another article, and no translation of this one")
	if a.ID == 0 || len(p) > 0 {
		return nil
	}
	below, err := all(u.ctx, Repo[ArticleID, Article, ArticleFilter](u.tx.Articles()), ArticleFilter{Roots: []ArticleID{a.ID}})
	if err != nil {
		return err
	}
	for _, one := range below {
		one.Root = a.Root
		if err := u.tx.Articles().Update(u.ctx, one); err != nil {
			return err
		}
	}
	return nil
}

// nameArticle sets the slug, or makes one of the time and the title.
func (u *unit) nameArticle(p problems, a *Article, slug *string) error {
	setText(p, &a.Slug, slug, "slug", 255)
	taken := func() (bool, error) {
		same, err := u.tx.Articles().List(u.ctx, ArticleFilter{Portal: a.Portal, Slug: a.Slug}, Page{Limit: 1})
		return len(same) > 0 && same[0].ID != a.ID, err
	}
	if a.Slug != "" {
		checkSlug(p, a.Slug)
		is, err := taken()
		p.add(is, "slug", "has already been taken")
		return err
	}
	base := strings.Trim(fmt.Sprintf("%d-%s", u.now.Unix(), slugOf(a.Title)), "-")
	a.Slug = base
	for n := 2; ; n++ {
		is, err := taken()
		if err != nil || !is {
			return err
		}
		a.Slug = fmt.Sprintf("%s-%d", base, n)
	}
}

// slugOf is a title as part of an address: letters without marks and digits, in
// lower case, with hyphens between them.
func slugOf(title string) string {
	var out strings.Builder
	for _, r := range norm.NFD.String(strings.ToLower(title)) {
		switch {
		case unicode.IsLetter(r), unicode.IsDigit(r):
			out.WriteRune(r)
		case unicode.Is(unicode.Mn, r) || out.Len() == 0 || strings.HasSuffix(out.String(), "-"):
		default:
			out.WriteByte('-')
		}
	}
	return strings.Trim(norm.NFC.String(clip(out.String(), 100)), "-")
}
