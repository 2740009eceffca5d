package dashboard

import (
	"net/http"
	"slices"

	"github.com/gohelpdesk/helpdesk"
)

// placeRoutes are the settings of where conversations come from, and of what is done
// to them by itself.
func placeRoutes() []route { return slices.Concat(inboxRoutes(), automationRoutes(), flowRoutes()) }

// inboxRoutes are the pages below /settings/inboxes.
func inboxRoutes() []route {
	const base = "/settings/inboxes"
	edit := helpdesk.EditSettings
	return []route{
		{"GET " + base, helpdesk.ReadSettings, (*call).inboxList},
		{"GET " + base + "/new", edit, (*call).inboxNew},
		{"POST " + base + "/new", edit, (*call).inboxCreate},
		{"GET " + base + "/{id}", edit, (*call).inboxFirst},
		{"POST " + base + "/{id}/delete", edit, (*call).inboxDelete},
		{"POST " + base + "/{id}/check", edit, (*call).inboxCheck},
		{"GET " + base + "/{id}/{tab}", edit, (*call).inboxShow},
		{"POST " + base + "/{id}/{tab}", edit, (*call).inboxSave},
		{"POST " + base + "/{id}/templates/sync", edit, (*call).templateSync},
		{"GET " + base + "/{id}/templates/{template}", edit, (*call).templateShow},
		{"POST " + base + "/{id}/templates/{template}", edit, (*call).templateSave},
		{"POST " + base + "/{id}/templates/{template}/delete", edit, (*call).templateDelete},
	}
}

// inboxRow is an inbox of the list.
type inboxRow struct {
	*helpdesk.Inbox
	Icon, KindName string
	Members        []person
	More           int
	State, Why     string // "ok", "off", "revoked", "silent", and the reason
}

type inboxListPage struct {
	*call
	Rows []inboxRow
	Edit bool
}

func (c *call) inboxList() error {
	p := &inboxListPage{call: c, Edit: c.rights[helpdesk.EditSettings]}
	boxes, err := c.desk.Inboxes.List(c.ctx())
	if err != nil {
		return err
	}
	for _, b := range boxes {
		row := inboxRow{Inbox: b, Icon: channelIcon(b.Kind), KindName: c.kindName(b.Kind)}
		row.State, row.Why = c.inboxState(b)
		members, err := c.desk.Inboxes.Members(c.ctx(), b.ID)
		if err != nil {
			return err
		}
		members = slices.DeleteFunc(members, func(a *helpdesk.Agent) bool { return a.Bot })
		for i, a := range members {
			if i == 4 {
				row.More = len(members) - i
				break
			}
			row.Members = append(row.Members, face(agentName(a), a.Avatar))
		}
		p.Rows = append(p.Rows, row)
	}
	return c.render("settings/inboxes", http.StatusOK, p)
}

// inboxState is how an inbox is, and why.
func (c *call) inboxState(b *helpdesk.Inbox) (state, why string) {
	switch {
	case !b.RevokedAt.IsZero():
		return "revoked", b.RevokedReason
	case !b.Active:
		return "off", ""
	case !b.SilentSince.IsZero():
		return "silent", c.T("inboxes.silent_since", "when", c.moment(b.SilentSince).Full)
	}
	return "ok", ""
}

// kindLink is a channel that can be added.
type kindLink struct {
	Kind             helpdesk.ChannelKind
	Icon, Name, Hint string
}

type inboxKindsPage struct {
	*call
	Kinds []kindLink
}

func (c *call) inboxKinds() error {
	p := &inboxKindsPage{call: c}
	for _, k := range c.e.Channels() {
		link := kindLink{Kind: k, Icon: channelIcon(k), Name: c.kindName(k)}
		if inboxKnows(k) {
			link.Hint = c.say("inboxes", "about_", string(k))
		}
		p.Kinds = append(p.Kinds, link)
	}
	return c.render("settings/inbox-kinds", http.StatusOK, p)
}

// inboxNewPage asks for what a channel needs.
type inboxNewPage struct {
	*call
	Kind  kindLink
	Steps []string
	Form  *form
}

func (c *call) inboxForm() (*inboxNewPage, error) {
	kind := helpdesk.ChannelKind(c.r.URL.Query().Get("kind"))
	if !slices.Contains(c.e.Channels(), kind) {
		return nil, helpdesk.NotFound
	}
	agents, err := c.agentOptions()
	if err != nil {
		return nil, err
	}
	fields := append([]field{{Name: "name", Kind: asText, Required: true}}, c.channelFields(kind, nil)...)
	fields = append(fields, field{Name: "members", Kind: asChoices, Options: agents, Values: []string{str(c.self.ID)}})
	return &inboxNewPage{
		call: c, Kind: kindLink{Kind: kind, Icon: channelIcon(kind), Name: c.kindName(kind)},
		Steps: c.steps("before_", kind), Form: c.ask("inboxes", fields...),
	}, nil
}

// inboxNew asks for the channel, and then for what ?kind= needs.
func (c *call) inboxNew() error {
	if c.r.URL.Query().Get("kind") == "" {
		return c.inboxKinds()
	}
	p, err := c.inboxForm()
	if err != nil {
		return err
	}
	return c.render("settings/inbox-new", http.StatusOK, p)
}

func (c *call) inboxCreate() error {
	p, err := c.inboxForm()
	if err != nil {
		return err
	}
	in, err := c.input()
	if err != nil {
		return err
	}
	id, err := c.createInbox(p.Kind.Kind, in)
	if err != nil {
		if !p.Form.refuse(c, err) {
			return err
		}
		p.Form.fill(in.Values)
		return c.render("settings/inbox-new", http.StatusUnprocessableEntity, p)
	}
	tab := "connection"
	if p.Kind.Kind == widgetKind {
		tab = "widget"
	}
	return c.done(c.path("/settings/inboxes/", str(id), "/", tab), "inboxes.created")
}

func (c *call) createInbox(kind helpdesk.ChannelKind, in input) (helpdesk.InboxID, error) {
	settings, err := channelSettings(kind, nil, in)
	if err != nil {
		return 0, err
	}
	b, err := c.desk.Inboxes.Create(c.ctx(), helpdesk.InboxInput{Kind: kind, Name: in.text("name"), Settings: settings})
	if err != nil {
		return 0, err
	}
	if who := ids[helpdesk.AgentID](in, "members"); len(who) > 0 {
		err = c.desk.Inboxes.SetMembers(c.ctx(), b.ID, helpdesk.AddMembers, who...)
	}
	return b.ID, err
}

func (c *call) inboxDelete() error {
	id, err := c.id("id")
	if err != nil {
		return err
	}
	if err := c.desk.Inboxes.Delete(c.ctx(), helpdesk.InboxID(id)); err != nil {
		return err
	}
	return c.done(c.path("/settings/inboxes"), "common.deleted")
}
