package chatwoot

import (
	"context"
	"errors"
	"mime/multipart"
	"net/http"
	"net/url"

	"github.com/gohelpdesk/helpdesk"
)

type portalSlug struct {
	Portal string `in:"portal_slug"`
}

type portalInput struct {
	Name         *string `in:"name"`
	Slug         *string `in:"slug"`
	CustomDomain *string `in:"custom_domain"`
	Color        *string `in:"color"`
	HeaderText   *string `in:"header_text"`
	HomepageLink *string `in:"homepage_link"`
	PageTitle    *string `in:"page_title"`
	Archived     *bool   `in:"archived"`
	Config       struct {
		Locale  *string   `in:"default_locale"`
		Locales *[]string `in:"allowed_locales"`
	} `in:"config"`
	Inbox *helpdesk.InboxID     `in:"inbox_id"`
	Logo  *multipart.FileHeader `in:"logo"` // an addition
	Blob  string                `in:"blob_id"`
}

// input is the engine's form of it. The caller calls close once it is stored.
func (in portalInput) input() (out helpdesk.PortalInput, closeFiles func(), err error) {
	out = helpdesk.PortalInput{
		Name: in.Name, Slug: in.Slug, CustomDomain: domainOf(in.CustomDomain), Color: in.Color, HeaderText: in.HeaderText,
		HomepageLink: in.HomepageLink, PageTitle: in.PageTitle, Archived: in.Archived, Locale: in.Config.Locale, Inbox: in.Inbox, LogoUpload: in.Blob,
	}
	if in.Config.Locales != nil {
		out.Locales = list(*in.Config.Locales)
	}
	if in.Logo == nil {
		return out, func() {}, nil
	}
	files, closeFiles, err := openFiles([]*multipart.FileHeader{in.Logo})
	if err == nil {
		out.Logo = &files[0]
	}
	return out, closeFiles, err
}

// domainOf is the domain of an address, as clients may send one for the other.
func domainOf(s *string) *string {
	if s == nil {
		return nil
	}
	if at, err := url.Parse(*s); err == nil && at.Host != "" {
		return &at.Host
	}
	return s
}

type portalChange struct {
	portalSlug
	portalInput
}

// portals shapes portals, with their inboxes and what is in them.
func (c *call) portals(ctx context.Context, locale string, found ...*helpdesk.Portal) ([]portalView, error) {
	// Who sees a portal may see its inbox here, member or not.
	boxes, err := c.e.As(c.e.System(c.actor.Account())).Inboxes.List(ctx)
	if err != nil {
		return nil, err
	}
	byID := make(map[helpdesk.InboxID]*helpdesk.Inbox, len(boxes))
	for _, b := range boxes {
		byID[b.ID] = b
	}
	stats, err := c.desk.Portals.Stats(ctx, locale)
	return each(found, func(v *helpdesk.Portal) portalView { return c.viewPortal(v, byID[v.Inbox], stats[v.ID]) }), err
}

func (c *call) onePortal(ctx context.Context, locale string, v *helpdesk.Portal, err error) (portalView, error) {
	if err != nil {
		return portalView{}, err
	}
	out, err := c.portals(ctx, locale, v)
	if err != nil {
		return portalView{}, err
	}
	return out[0], nil
}

func listPortals(ctx context.Context, c *call, _ pageInput) (out portalsView, err error) {
	found, err := c.desk.Portals.List(ctx)
	if err != nil {
		return out, err
	}
	out.Meta = portalsMeta{c.in.currentPage(), len(found)}
	out.Payload, err = c.portals(ctx, "", found...)
	return out, err
}

type portalLocale struct {
	portalSlug
	Locale string `in:"locale"`
}

func showPortal(ctx context.Context, c *call, in portalLocale) (portalView, error) {
	v, err := c.desk.Portals.Get(ctx, in.Portal)
	return c.onePortal(ctx, in.Locale, v, err)
}

func createPortal(ctx context.Context, c *call, in portalInput) (portalView, error) {
	input, closeFiles, err := in.input()
	if err != nil {
		return portalView{}, err
	}
	defer closeFiles()
	v, err := c.desk.Portals.Create(ctx, input)
	return c.onePortal(ctx, "", v, err)
}

func updatePortal(ctx context.Context, c *call, in portalChange) (portalView, error) {
	input, closeFiles, err := in.input()
	if err != nil {
		return portalView{}, err
	}
	defer closeFiles()
	v, err := c.desk.Portals.Update(ctx, in.Portal, input)
	return c.onePortal(ctx, "", v, err)
}

func archivePortal(ctx context.Context, c *call, in portalSlug) (portalView, error) {
	archived := true
	v, err := c.desk.Portals.Update(ctx, in.Portal, helpdesk.PortalInput{Archived: &archived})
	return c.onePortal(ctx, "", v, err)
}

func deletePortal(ctx context.Context, c *call, in portalSlug) (empty, error) {
	return empty{}, c.desk.Portals.Delete(ctx, in.Portal)
}

func deletePortalLogo(ctx context.Context, c *call, in portalSlug) (empty, error) {
	return empty{}, c.desk.Portals.DeleteLogo(ctx, in.Portal)
}

type instructionsInput struct {
	portalSlug
	Email string `in:"email"`
}

type sentView struct {
	Message string `json:"message"`
}

func sendInstructions(ctx context.Context, c *call, in instructionsInput) (sentView, error) {
	err := c.desk.Portals.SendInstructions(ctx, in.Portal, in.Email)
	if told, ok := errors.AsType[*helpdesk.Error](err); ok && told.Code == helpdesk.Invalid {
		err = refused(http.StatusUnprocessableEntity, fullMessages(told))
	}
	return sentView{"Instructions sent successfully"}, err
}
