package chatwoot

import (
	"cmp"
	"context"
	"maps"
	"net/http"
	"slices"

	"github.com/gohelpdesk/helpdesk"
)

// widgetContact is what a page learns of its visitor.
type widgetContact struct {
	ID         helpdesk.ContactID `json:"id"`
	HasEmail   bool               `json:"has_email"`
	HasName    bool               `json:"has_name"`
	HasPhone   bool               `json:"has_phone_number"`
	Identifier *string            `json:"identifier"`
	Token      string             `json:"widget_auth_token,omitempty"` // when somebody else begins on the same device
}

// viewWidgetContact leaves out the identifier: it is told to who is proven, or
// has just named it.
func viewWidgetContact(p *helpdesk.Contact) widgetContact {
	return widgetContact{ID: p.ID, HasEmail: p.Email != "", HasName: p.Name != "", HasPhone: p.Phone != ""}
}

func showWidgetContact(ctx context.Context, c *call, _ none) (widgetContact, error) {
	p, a, err := c.desk.Contacts.Self(ctx)
	out, err := shown(p, err, viewWidgetContact)
	if err == nil && a.Verified {
		out.Identifier = text(p.Identifier)
	}
	return out, err
}

type widgetUser struct {
	customerInput
	Extra map[string]any `in:"additional_attributes"`
}

// person is what the page says of its visitor. Places and networks stand flat in
// what pages send, and under additional_attributes in what the desk keeps.
func (in widgetUser) person(c *call, verified bool) helpdesk.Person {
	p := in.customerInput.person(verified)
	p.Source, p.Claims, p.Extra = "", true, maps.Clone(object(in.Extra))
	maps.Copy(p.Extra, c.in.pick("city", "country_code", "company_name", "description", "social_profiles"))
	return p
}

func updateWidgetContact(ctx context.Context, c *call, in widgetUser) (widgetContact, error) {
	in.Identifier, in.Hash = "", ""
	p, _, err := c.desk.Contacts.Identify(ctx, in.person(c, false))
	return shown(p, err, viewWidgetContact)
}

// setWidgetUser says who the visitor is. Without an identifier there is nothing
// to prove, unless the inbox insists.
func setWidgetUser(ctx context.Context, c *call, in widgetUser) (widgetContact, error) {
	verified := false
	if in.Identifier != "" || in.Hash != "" || in.Email != "" || in.Phone != "" {
		var err error
		if verified, err = c.verify(in.customerInput); err != nil {
			return widgetContact{}, err
		}
	}
	p, a, err := c.desk.Contacts.Identify(ctx, in.person(c, verified))
	if err != nil {
		return widgetContact{}, err
	}
	out := viewWidgetContact(p)
	if a.Verified || p.Identifier == in.Identifier {
		out.Identifier = text(p.Identifier)
	}
	if a.Source != c.source {
		out.Token, err = c.visitorToken(ctx, a)
	}
	return out, err
}

type widgetContactKeys struct {
	Keys []string `in:"custom_attributes"`
}

func dropWidgetContactAttributes(ctx context.Context, c *call, in widgetContactKeys) (widgetContact, error) {
	p, err := c.desk.Contacts.UpdateSelf(ctx, helpdesk.Person{Attributes: without(in.Keys)})
	return shown(p, err, viewWidgetContact)
}

type widgetAgent struct {
	ID           helpdesk.AgentID      `json:"id"`
	Name         string                `json:"name"`
	AvatarURL    string                `json:"avatar_url"`
	Availability helpdesk.Availability `json:"availability_status"`
}

func listWidgetAgents(ctx context.Context, c *call, _ none) (payload[[]widgetAgent], error) {
	members, err := c.e.As(c.e.System(c.inbox.Account)).Inboxes.Members(ctx, c.inbox.ID)
	return wrap(each(members, func(a *helpdesk.Agent) widgetAgent {
		return widgetAgent{a.ID, cmp.Or(a.DisplayName, a.Name), picture(a.Avatar, ""), a.Effective()}
	})), err
}

type widgetEvent struct {
	Name string `in:"name"`
}

// tellWidgetEvent takes what a page tells of itself: only the two names there
// are, so that nobody puts words of their own into the desk's mouth.
func tellWidgetEvent(_ context.Context, _ *call, in widgetEvent) (noContent, error) {
	if !slices.Contains([]string{"webwidget.triggered", "campaign.triggered"}, in.Name) {
		return noContent{}, refused(http.StatusUnprocessableEntity, "Unknown event")
	}
	return noContent{}, nil
}

func announceWidgetUpload(ctx context.Context, c *call, in directUpload) (blobView, error) {
	return c.announce(ctx, in, 0)
}

func listWidgetCampaigns(context.Context, *call, none) ([]struct{}, error) { return []struct{}{}, nil }
