package helpdesk

import (
	"net/url"
	"slices"
	"strings"
)

func (u *unit) applyPortal(v *Portal, in PortalInput) error {
	p := problems{}
	setText(p, &v.Name, in.Name, "name", 255)
	setText(p, &v.Slug, in.Slug, "slug", 255)
	setText(p, &v.Color, in.Color, "color", 7)
	setText(p, &v.HeaderText, in.HeaderText, "header_text", maxPortal)
	setText(p, &v.HomepageLink, in.HomepageLink, "homepage_link", 2048)
	setText(p, &v.PageTitle, in.PageTitle, "page_title", 255)
	setBool(&v.Archived, in.Archived)
	p.add(v.Name == "", "name", "can't be blank")
	checkSlug(p, v.Slug)
	p.add(v.Color != "" && !colorForm.MatchString(v.Color), "color", "must be #rrggbb")
	p.add(v.HomepageLink != "" && !webPage(v.HomepageLink), "homepage_link", "must be an http or https address")
	if in.CustomDomain != nil {
		v.CustomDomain = hostName(clean(*in.CustomDomain))
		p.add(v.CustomDomain != "" && !(len(v.CustomDomain) <= 253 && domainForm.MatchString(v.CustomDomain)), "custom_domain", "must be a domain")
	}
	if in.Inbox != nil {
		v.Inbox = *in.Inbox
		p.add(v.Inbox != 0 && u.cfg.inboxes[v.Inbox] == nil, "inbox_id", "must exist")
	}
	applyLocales(p, v, in)
	if err := u.applyLogo(p, v, in); err != nil {
		return err
	}
	if err := u.portalTaken(p, v); err != nil {
		return err
	}
	v.UpdatedAt = u.now
	return p.err()
}

func checkSlug(p problems, slug string) {
	p.add(slug == "", "slug", "can't be blank")
	p.add(slug != "" && !slugForm.MatchString(slug), "slug", "may hold letters, digits, hyphens and underscores only")
}

// applyLocales sets the languages; the default one is always one of them.
func applyLocales(p problems, v *Portal, in PortalInput) {
	if in.Locale != nil {
		v.Locale = strings.TrimSpace(clean(*in.Locale))
	}
	if in.Locales != nil {
		v.Locales = make([]string, 0, len(in.Locales))
		for _, l := range in.Locales {
			if l = strings.TrimSpace(clean(l)); !slices.Contains(v.Locales, l) {
				v.Locales = append(v.Locales, l)
			}
		}
		if in.Locale == nil && !slices.Contains(v.Locales, v.Locale) {
			v.Locale = ""
		}
	}
	if v.Locale == "" && len(v.Locales) > 0 {
		v.Locale = v.Locales[0]
	}
	if v.Locale == "" {
		v.Locale = portalLocale
	}
	if len(v.Locales) == 0 {
		v.Locales = []string{v.Locale}
	}
	p.add(!slices.Contains(v.Locales, v.Locale), "default_locale", "must be one of allowed_locales")
	p.add(len(v.Locales) > maxLocales, "allowed_locales", "are too many (maximum is 50)")
	for _, l := range v.Locales {
		p.add(!localeForm.MatchString(l), "allowed_locales", "hold what is not a locale")
	}
}

// hostName is the host of an address, or what was given where that is none.
func hostName(s string) string {
	s = strings.ToLower(strings.TrimSpace(s))
	if s == "" {
		return ""
	}
	address := s
	if !strings.Contains(address, "://") {
		address = "https://" + address
	}
	if at, err := url.Parse(address); err == nil && at.Hostname() != "" {
		return at.Hostname()
	}
	return s
}

// webPage reports whether a text is an address that a browser may be led to.
func webPage(s string) bool {
	at, err := url.Parse(s)
	return err == nil && (at.Scheme == "https" || at.Scheme == "http") && at.Host != ""
}

// portalTaken looks for the slug and the domain at other portals, of any account.
func (u *unit) portalTaken(p problems, v *Portal) error {
	for _, key := range []struct {
		kind        RouteKind
		value, name string
	}{{PortalRoute, v.Slug, "slug"}, {DomainRoute, v.CustomDomain, "custom_domain"}} {
		if key.value == "" {
			continue
		}
		found, err := u.tx.Routes().Find(u.ctx, key.kind, key.value)
		if CodeOf(err) == NotFound {
			continue
		}
		if err != nil {
			return err
		}
		p.add(found.Account != v.Account || found.Object != int64(v.ID), key.name, "has already been taken")
	}
	return nil
}

// routePortal leads the portal's slug and domain to it, and the former ones
// nowhere.
func (u *unit) routePortal(before, after *Portal) error {
	move := func(kind RouteKind, from, to string) error {
		if from == to {
			return nil
		}
		if from != "" {
			if err := u.tx.Routes().Drop(u.ctx, kind, from); err != nil {
				return err
			}
		}
		if to == "" {
			return nil
		}
		return u.tx.Routes().Put(u.ctx, Route{kind, after.Account, int64(after.ID)}, to)
	}
	if err := move(PortalRoute, before.Slug, after.Slug); err != nil {
		return err
	}
	return move(DomainRoute, before.CustomDomain, after.CustomDomain)
}

// applyLogo sets the logo that came with the input, or was uploaded before it.
func (u *unit) applyLogo(p problems, v *Portal, in PortalInput) error {
	var logo *KeptFile
	if len(in.logo.stored) > 0 {
		logo = &in.logo.stored[0]
	} else if in.LogoUpload != "" {
		var t uploadTicket
		if err := u.e.OpenToken(uploadTokens, in.LogoUpload, &t); err != nil || t.Account != v.Account {
			p.add(true, "blob_id", "names no upload")
			return nil
		}
		row, err := u.tx.Uploads().Get(u.ctx, t.Upload)
		if CodeOf(err) == NotFound || err == nil && row.Blob == "" {
			p.add(true, "blob_id", "names no upload")
			return nil
		}
		if err != nil {
			return err
		}
		a := row.attachment()
		logo = &KeptFile{Key: a.Blob, Name: a.Name, ContentType: a.ContentType, Type: a.Type, Size: a.Size, Width: a.Width, Height: a.Height}
		if err := u.useUploads(row.ID); err != nil {
			return err
		}
	}
	if logo == nil {
		return nil
	}
	p.add(logo.Type != "image", "logo", "must be an image")
	u.dropKept(v.files())
	v.Logo = logo
	return nil
}
