package helpdesk

import (
	"context"
	"io"
	"regexp"
	"strings"
	"time"
)

// Portal is a help centre: articles in categories, for anybody to read, in one
// or several languages.
type Portal struct {
	Account      AccountID
	ID           PortalID
	Name         string
	Slug         string // what its addresses begin with; unique in the installation
	CustomDomain string // a host name, unique in the installation; "" = none
	Color        string // #rrggbb or #rgb; "" = none
	HeaderText   string
	HomepageLink string // an http or https address; "" = none
	PageTitle    string
	Archived     bool
	Locales      []string // in which there may be categories; never empty, at most 50
	Locale       string   // the default one, of Locales
	Inbox        InboxID  // whose customers are offered it; 0 = none
	Logo         *KeptFile

	CreatedAt, UpdatedAt time.Time
	Version              int64
}

// Portals is the service for help centres. They go by their slug.
type Portals struct{ d *Desk }

// PortalInput is what a portal is made of; in an update nil leaves a field alone.
type PortalInput struct {
	Name, Slug              *string
	CustomDomain            *string // a host name or an address with one; "" = none
	Color, HeaderText       *string
	HomepageLink, PageTitle *string
	Archived                *bool
	Locales                 []string // nil on create = the default locale alone
	Locale                  *string  // "" = the first of Locales; nil on create = likewise, or "en"
	Inbox                   *InboxID // 0 = none
	Logo                    *File    // an image; the caller closes it
	LogoUpload              string   // a token of an image uploaded before, in place of Logo; "" = none

	logo FileChange
}

const (
	maxLocales   = 50
	maxPortal    = 20_000 // characters of a text of a portal or a category
	portalLocale = "en"   // of a portal that says nothing else
)

var (
	slugForm   = regexp.MustCompile(`^[\p{L}\p{M}\p{N}][\p{L}\p{M}\p{N}_-]*$`)
	localeForm = regexp.MustCompile(`^[A-Za-z]{2,3}([_-][A-Za-z0-9]{2,8})*$`)
	colorForm  = regexp.MustCompile(`^#([0-9a-fA-F]{3}|[0-9a-fA-F]{6})$`)
	domainForm = regexp.MustCompile(`^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$`)
)

func loadPortal(u *unit, id int64) (*Portal, error) { return u.tx.Portals().Get(u.ctx, PortalID(id)) }

// mayPortal asks for the right to do a, and finds the portal of a slug.
func (u *unit) mayPortal(a Action, slug string) (*Portal, error) {
	if err := u.may(a); err != nil {
		return nil, err
	}
	return u.tx.Portals().BySlug(u.ctx, slug)
}

// List returns the portals, the oldest first, the archived ones too.
func (s Portals) List(ctx context.Context) ([]*Portal, error) {
	return read(ctx, s.d, func(u *unit) ([]*Portal, error) {
		if err := u.may(ReadSettings); err != nil {
			return nil, err
		}
		return all(u.ctx, Repo[PortalID, Portal, PortalFilter](u.tx.Portals()), PortalFilter{})
	})
}

// Get returns one portal.
func (s Portals) Get(ctx context.Context, slug string) (*Portal, error) {
	return read(ctx, s.d, func(u *unit) (*Portal, error) { return u.mayPortal(ReadSettings, slug) })
}

// OpenLogo returns the bytes of a portal's logo. The caller closes it.
func (s Portals) OpenLogo(ctx context.Context, id PortalID, key string) (KeptFile, io.ReadSeekCloser, error) {
	v, err := read(ctx, s.d, func(u *unit) (*Portal, error) {
		if err := u.may(ReadSettings); err != nil {
			return nil, err
		}
		return u.tx.Portals().Get(u.ctx, id)
	})
	if err != nil {
		return KeptFile{}, nil, err
	}
	return s.d.e.openKept(ctx, v.files(), key)
}

func (v *Portal) files() []KeptFile {
	if v.Logo == nil {
		return nil
	}
	return []KeptFile{*v.Logo}
}

// Create adds a portal.
func (s Portals) Create(ctx context.Context, in PortalInput) (*Portal, error) {
	return s.write(ctx, &in, func() (*Portal, error) {
		return change(ctx, s.d, loadPortal, func(u *unit) (*Portal, int64, error) {
			if err := u.may(EditHelpCenter); err != nil {
				return nil, 0, err
			}
			v := &Portal{Account: u.actor.account, CreatedAt: u.now}
			if err := u.applyPortal(v, in); err != nil {
				return nil, 0, err
			}
			if err := u.tx.Portals().Insert(u.ctx, v); err != nil {
				return nil, 0, err
			}
			if err := u.routePortal(&Portal{}, v); err != nil {
				return nil, 0, err
			}
			return v, int64(v.ID), record(u, "portal", int64(v.ID), nil, v)
		})
	})
}

// Update changes a portal.
func (s Portals) Update(ctx context.Context, slug string, in PortalInput) (*Portal, error) {
	return s.write(ctx, &in, func() (*Portal, error) {
		return change(ctx, s.d, loadPortal, func(u *unit) (*Portal, int64, error) {
			v, err := u.mayPortal(EditHelpCenter, slug)
			if err != nil {
				return nil, 0, err
			}
			before := *v
			if err := u.applyPortal(v, in); err != nil {
				return nil, 0, err
			}
			return v, int64(v.ID), u.savePortal(&before, v)
		})
	})
}

func (u *unit) savePortal(before, v *Portal) error {
	v.UpdatedAt = u.now
	if err := u.tx.Portals().Update(u.ctx, v); err != nil {
		return err
	}
	if err := u.routePortal(before, v); err != nil {
		return err
	}
	return record(u, "portal", int64(v.ID), before, v)
}

// write stores the logo that comes with an input around the change fn.
func (s Portals) write(ctx context.Context, in *PortalInput, fn func() (*Portal, error)) (*Portal, error) {
	if in.Logo != nil {
		in.logo.Add = []File{*in.Logo}
	}
	return keeping(ctx, s.d, &in.logo, (*Portal).files, fn)
}

// DeleteLogo takes the logo off a portal; one that has none is no error.
func (s Portals) DeleteLogo(ctx context.Context, slug string) error {
	return remove(ctx, s.d, func(u *unit) error {
		v, err := u.mayPortal(EditHelpCenter, slug)
		if err != nil || v.Logo == nil {
			return err
		}
		before := *v
		u.dropKept(v.files())
		v.Logo = nil
		return u.savePortal(&before, v)
	})
}

// Delete removes a portal with its categories and articles.
func (s Portals) Delete(ctx context.Context, slug string) error {
	return remove(ctx, s.d, func(u *unit) error {
		v, err := u.mayPortal(EditHelpCenter, slug)
		if err != nil {
			return err
		}
		if err := u.tx.Portals().Delete(u.ctx, v.ID); err != nil {
			return err
		}
		if err := u.routePortal(v, &Portal{}); err != nil {
			return err
		}
		u.dropKept(v.files())
		return record(u, "portal", int64(v.ID), v, nil)
	})
}

// SendInstructions mails somebody how to point the portal's own domain here. It
// is Unsupported without a Mailer.
func (s Portals) SendInstructions(ctx context.Context, slug, email string) error {
	return remove(ctx, s.d, func(u *unit) error {
		v, err := u.mayPortal(EditHelpCenter, slug)
		if err != nil {
			return err
		}
		p := problems{}
		to, err := parseEmail(clean(email))
		p.add(err != nil, "email", "is not an e-mail address")
		p.add(v.CustomDomain == "", "custom_domain", "can't be blank")
		if err := p.err(); err != nil {
			return err
		}
		say := func(key textKey) string {
			return text(u.cfg.account.Locale, key, v.CustomDomain, hostName(u.e.opts.PublicURL))
		}
		if err := u.mail(Mail{To: []string{to}, Subject: say(textDomainSubject), Text: say(textDomainLetter)}); err != nil {
			return err
		}
		return u.audit("send_instructions", "portal", int64(v.ID), map[string]Change{"email": {After: args(to)}})
	})
}

// PortalStats is what is in a portal.
type PortalStats struct {
	ArticleStats
	Categories int
	Locales    map[string]LocaleStats
}

// LocaleStats is what is in one of a portal's languages.
type LocaleStats struct{ Articles, Categories int }

// Stats counts what is in the account's portals; locale limits all but Locales
// to one language, "" = every language.
func (s Portals) Stats(ctx context.Context, locale string) (map[PortalID]*PortalStats, error) {
	return read(ctx, s.d, func(u *unit) (map[PortalID]*PortalStats, error) {
		if err := u.may(ReadSettings); err != nil {
			return nil, err
		}
		articles, err := u.tx.Articles().Counts(u.ctx, ArticleFilter{}, u.me())
		if err != nil {
			return nil, err
		}
		categories, err := u.tx.Categories().Counts(u.ctx, CategoryFilter{})
		if err != nil {
			return nil, err
		}
		out := make(map[PortalID]*PortalStats)
		of := func(id PortalID) *PortalStats {
			if out[id] == nil {
				out[id] = &PortalStats{Locales: make(map[string]LocaleStats)}
			}
			return out[id]
		}
		for _, n := range articles {
			v := of(n.Portal)
			l := v.Locales[n.Locale]
			v.Locales[n.Locale] = LocaleStats{l.Articles + n.N, l.Categories}
			if locale == "" || locale == n.Locale {
				v.add(n)
			}
		}
		for _, n := range categories {
			v := of(n.Portal)
			v.Locales[n.Locale] = LocaleStats{v.Locales[n.Locale].Articles, n.N}
			if locale == "" || locale == n.Locale {
				v.Categories += n.N
			}
		}
		return out, nil
	})
}

// me is the agent who acts; 0 for anybody else.
func (u *unit) me() AgentID {
	if u.actor.ref.Kind != ByAgent {
		return 0
	}
	return AgentID(u.actor.ref.ID)
}

// FindPortal finds the help centre that an address shows, by its slug or by the
// host name of its own domain; NotFound also when it is archived. It asks for no
// right: a help centre is public.
func (e *Engine) FindPortal(ctx context.Context, slugOrDomain string) (*Portal, error) {
	route, err := e.route(ctx, PortalRoute, slugOrDomain)
	if CodeOf(err) == NotFound {
		route, err = e.route(ctx, DomainRoute, strings.ToLower(slugOrDomain))
	}
	if err != nil {
		return nil, err
	}
	var found *Portal
	err = e.view(ctx, e.System(route.Account), func(u *unit) error {
		found, err = u.tx.Portals().Get(u.ctx, PortalID(route.Object))
		if err == nil && found.Archived {
			err = notFound("portal")
		}
		return err
	})
	return orNothing(found, err)
}
