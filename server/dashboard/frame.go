package dashboard

import (
	"net/url"
	"strings"

	"github.com/gohelpdesk/helpdesk"
)

// navGroup is a part of the menu that stands on every page.
type navGroup struct {
	Title string
	Items []navItem
	Lists bool // narrower lists of conversations: a phone leaves them out
}

type navItem struct {
	Name, Icon, Color string // Color: a dot instead of the icon
	To                string
	Count             string
	Current           bool
}

// item is a place of the account in a menu.
func (c *call) item(key, icon, path string) navItem {
	return navItem{Name: c.T(key), Icon: icon, To: c.path(path), Current: strings.HasPrefix(c.r.URL.Path, c.path(path))}
}

// Nav is for templates: where the person may go. What their role forbids is left
// out.
func (c *call) Nav() ([]navGroup, error) {
	talks := navGroup{Items: []navItem{c.talkItem("frame.conversations", "chat", "")}}
	talks.Items = append(talks.Items, c.talkItem("frame.mentions", "at", "mentioned=1"), c.talkItem("frame.unattended", "clock", "unattended=1"))
	unread, err := c.desk.Notifications.Unread(c.ctx())
	if err != nil {
		return nil, err
	}
	inform := c.item("frame.notifications", "bell", "/notifications")
	if unread > 0 {
		inform.Count = str(unread)
	}
	talks.Items = append(talks.Items, inform)
	groups := []navGroup{talks}
	for _, part := range []func() (navGroup, error){c.navViews, c.navTeams, c.navInboxes, c.navLabels} {
		g, err := part()
		if err != nil {
			return nil, err
		}
		if len(g.Items) > 0 {
			groups = append(groups, g)
		}
	}
	return append(groups, c.navRest()), nil
}

// navRest are the other parts of the product.
func (c *call) navRest() navGroup {
	g := navGroup{Title: c.T("frame.desk")}
	for _, p := range places() {
		if p.may == "" || c.rights[p.may] {
			g.Items = append(g.Items, c.item(p.key, p.icon, p.path))
		}
	}
	return g
}

// place is a part of the product beside the conversations.
type place struct {
	key, icon, path string
	may             helpdesk.Action
}

func places() []place {
	return []place{
		{"contacts.title", "contacts", "/contacts", helpdesk.ReadContacts},
		{"reports.title", "chart", "/reports", helpdesk.ReadReports},
		{"settings.title", "gear", "/settings", helpdesk.ReadSettings},
	}
}

// talkItem is a list of conversations; query narrows it.
func (c *call) talkItem(key, icon, query string) navItem {
	return c.talks(navItem{Name: c.T(key), Icon: icon}, query)
}

// talks completes a menu's item that leads to a list of conversations. It is
// current when the page's list is narrowed the same way.
func (c *call) talks(i navItem, query string) navItem {
	i.To = c.path("/conversations")
	if query != "" {
		i.To += "?" + query
	}
	if !strings.HasPrefix(c.r.URL.Path, c.path("/conversations")) {
		return i
	}
	want, _ := url.ParseQuery(query) // ours
	have := c.r.URL.Query()
	i.Current = true
	for _, name := range []string{"inbox", "team", "label", "view", "mentioned", "unattended"} {
		i.Current = i.Current && want.Get(name) == have.Get(name)
	}
	return i
}

func (c *call) navViews() (navGroup, error) {
	g := navGroup{Title: c.T("frame.views"), Lists: true}
	views, err := c.desk.Views.List(c.ctx(), helpdesk.ConversationView)
	for _, v := range views {
		g.Items = append(g.Items, c.talks(navItem{Name: v.Name, Icon: "filter"}, "view="+str(v.ID)))
	}
	return g, err
}

func (c *call) navTeams() (navGroup, error) {
	g := navGroup{Title: c.T("frame.teams"), Lists: true}
	teams, err := c.desk.Teams.List(c.ctx())
	for _, t := range teams {
		g.Items = append(g.Items, c.talks(navItem{Name: t.Name, Icon: "people"}, "team="+str(t.ID)))
	}
	return g, err
}

func (c *call) navInboxes() (navGroup, error) {
	g := navGroup{Title: c.T("frame.inboxes"), Lists: true}
	boxes, err := c.desk.Inboxes.List(c.ctx())
	for _, b := range boxes {
		g.Items = append(g.Items, c.talks(navItem{Name: b.Name, Icon: channelIcon(b.Kind)}, "inbox="+str(b.ID)))
	}
	return g, err
}

func (c *call) navLabels() (navGroup, error) {
	g := navGroup{Title: c.T("frame.labels"), Lists: true}
	labels, err := c.desk.Labels.List(c.ctx())
	for _, l := range labels {
		if l.Sidebar {
			g.Items = append(g.Items, c.talks(navItem{Name: l.Title, Color: l.Color}, "label="+url.QueryEscape(l.Title)))
		}
	}
	return g, err
}

// channelIcon is the picture of a kind of inbox.
func channelIcon(k helpdesk.ChannelKind) string {
	switch k {
	case "whatsapp", "telegram", "instagram", "email", "api":
		return "ch-" + string(k)
	case "web_widget":
		return "ch-widget"
	case "facebook":
		return "ch-messenger"
	case "twilio":
		return "ch-sms"
	default:
		return "ch-other"
	}
}

// accountLink is an account the person may change to.
type accountLink struct {
	ID      helpdesk.AccountID
	Name    string
	Current bool
}

// Accounts is for templates: the accounts the person may change to.
func (c *call) Accounts() []accountLink {
	var out []accountLink
	for _, a := range c.accounts {
		if !a.Suspended {
			out = append(out, accountLink{a.ID, a.Name, a.ID == c.account.ID})
		}
	}
	return out
}

// AccountName is for templates.
func (c *call) AccountName() string { return c.account.Name }

// AccountInitial is for templates.
func (c *call) AccountInitial() string { return face(c.account.Name, "").Initials() }

// Me is for templates: who is signed in.
func (c *call) Me() person {
	p := face(agentName(c.self), c.self.Avatar)
	p.Online = string(c.self.Availability)
	return p
}

// SelfID is for templates.
func (c *call) SelfID() helpdesk.AgentID { return c.self.ID }

// Theme is for templates: "light" or "dark" when the person chose one.
func (c *call) Theme() string {
	switch theme, _ := c.user.UISettings["theme"].(string); theme {
	case "light", "dark":
		return theme
	}
	return ""
}

// Cursor is for templates: where the feed stood before the page was read.
func (c *call) Cursor() (helpdesk.Cursor, error) { return c.desk.Cursor(c.ctx()) }

// Phrases is for templates: what modules say by themselves. They are all texts of
// words/phrases.json.
func (c *call) Phrases() map[string]string {
	out := map[string]string{}
	for key, texts := range catalogue() {
		if name, ok := strings.CutPrefix(key, "phrases."); ok {
			out[name] = texts[c.lang]
		}
	}
	return out
}

// SettingsMenu is for templates: the settings the person may see.
func (c *call) SettingsMenu() []navGroup {
	var out []navGroup
	for _, g := range settingGroups() {
		group := navGroup{Title: c.T(g.key)}
		for _, p := range g.places {
			if p.may == "" || c.rights[p.may] {
				group.Items = append(group.Items, c.item(p.key, p.icon, p.path))
			}
		}
		if len(group.Items) > 0 {
			out = append(out, group)
		}
	}
	return out
}
