package bunstore

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/gohelpdesk/helpdesk"
)

type portalRow struct {
	bun.BaseModel `bun:"table:helpdesk_portals,alias:p"`

	AccountID    helpdesk.AccountID           `bun:"account_id,pk"`
	ID           helpdesk.PortalID            `bun:"id,pk,autoincrement"`
	Name         string                       `bun:"name"`
	Slug         string                       `bun:"slug"`
	CustomDomain string                       `bun:"custom_domain"`
	Color        string                       `bun:"color"`
	HeaderText   string                       `bun:"header_text"`
	HomepageLink string                       `bun:"homepage_link"`
	PageTitle    string                       `bun:"page_title"`
	Archived     bool                         `bun:"archived"`
	Locales      document[[]string]           `bun:"locales"`
	Locale       string                       `bun:"locale"`
	Inbox        helpdesk.InboxID             `bun:"inbox_id"`
	Logo         document[*helpdesk.KeptFile] `bun:"logo"`
	CreatedAt    int64                        `bun:"created_at"`
	UpdatedAt    int64                        `bun:"updated_at"`
	Version      int64                        `bun:"version"`
}

func packPortal(v *helpdesk.Portal) *portalRow {
	return &portalRow{
		AccountID: v.Account, ID: v.ID, Name: v.Name, Slug: v.Slug, CustomDomain: v.CustomDomain, Color: v.Color,
		HeaderText: v.HeaderText, HomepageLink: v.HomepageLink, PageTitle: v.PageTitle, Archived: v.Archived,
		Locales: doc(v.Locales), Locale: v.Locale, Inbox: v.Inbox, Logo: doc(v.Logo),
		CreatedAt: micros(v.CreatedAt), UpdatedAt: micros(v.UpdatedAt), Version: v.Version,
	}
}

func (r *portalRow) unpack() *helpdesk.Portal {
	return &helpdesk.Portal{
		Account: r.AccountID, ID: r.ID, Name: r.Name, Slug: r.Slug, CustomDomain: r.CustomDomain, Color: r.Color,
		HeaderText: r.HeaderText, HomepageLink: r.HomepageLink, PageTitle: r.PageTitle, Archived: r.Archived,
		Locales: r.Locales.v, Locale: r.Locale, Inbox: r.Inbox, Logo: r.Logo.v,
		CreatedAt: moment(r.CreatedAt), UpdatedAt: moment(r.UpdatedAt), Version: r.Version,
	}
}

type portals struct {
	repo[helpdesk.PortalID, helpdesk.Portal, helpdesk.PortalFilter, portalRow]
}

func newPortals(t *tx) *portals {
	return &portals{repo[helpdesk.PortalID, helpdesk.Portal, helpdesk.PortalFilter, portalRow]{t, &noun[helpdesk.PortalID, helpdesk.Portal, helpdesk.PortalFilter, portalRow]{
		name: "portal", table: "@helpdesk_portals", alias: "p",
		pack: packPortal, unpack: (*portalRow).unpack,
		key: func(v *helpdesk.Portal) (*helpdesk.AccountID, *helpdesk.PortalID, *int64) {
			return &v.Account, &v.ID, &v.Version
		},
		owned: []string{
			"DELETE FROM @helpdesk_articles WHERE account_id = ? AND portal_id = ?",
			"DELETE FROM @helpdesk_categories WHERE account_id = ? AND portal_id = ?",
		},
	}}}
}

// BySlug implements helpdesk.PortalRepo.
func (r *portals) BySlug(ctx context.Context, slug string) (*helpdesk.Portal, error) {
	return r.one(ctx, "p.slug = ?", slug)
}
