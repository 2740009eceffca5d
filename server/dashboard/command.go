package dashboard

import (
	"cmp"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/gohelpdesk/helpdesk"
)

func commandRoutes() []route { return []route{{"GET /command", "", (*call).command}} }

// commandGroup is a part of what the command bar offers.
type commandGroup struct {
	Key, Title string
	Items      []commandItem
}

// commandItem is one thing to do or one place to go. Just one of To, Post, Level
// and Do is set.
type commandItem struct {
	Text, Sub, Icon, Color string
	Face                   *person
	To                     string     // an address
	Post                   string     // an address that takes Fields
	Fields                 url.Values // what is sent there
	Level                  string     // opens the items whose In it is
	In                     string     // the level it stands in; "" = the first
	InText                 string     // what its level is called
	Ask                    string     // kind of field whose value is sent, by the name of Field
	Field                  string
	Do                     string // something that a module does: "shortcuts"
	Key                    string // name of the shortcut that does the same
	On                     bool   // it holds now
}

// Sent is for templates: the fields as a form sends them.
func (i commandItem) Sent() string { return i.Fields.Encode() }

type commandPage struct {
	*call
	Groups []commandGroup
}

// command is GET /command: all that can be done from here, or, with q, what a
// search for it finds. conversation is the one that is open.
func (c *call) command() error {
	p := &commandPage{call: c}
	var err error
	if q := strings.TrimSpace(c.r.URL.Query().Get("q")); q != "" {
		p.Groups, err = c.commandHits(q)
	} else {
		p.Groups, err = c.commandOffers()
	}
	if err != nil {
		return err
	}
	return c.render("command", http.StatusOK, p)
}

func (c *call) commandOffers() ([]commandGroup, error) {
	var out []commandGroup
	id, _ := strconv.ParseInt(c.r.URL.Query().Get("conversation"), 10, 64) // what is no number is no conversation
	if id > 0 {
		g, err := c.commandActions(helpdesk.ConversationID(id))
		if code := helpdesk.CodeOf(err); err != nil && code != helpdesk.NotFound && code != helpdesk.Forbidden {
			return nil, err
		}
		if len(g.Items) > 0 {
			out = append(out, g)
		}
	}
	nav, err := c.Nav()
	if err != nil {
		return nil, err
	}
	for i, n := range nav {
		g := commandGroup{Key: "go", Title: n.Title}
		if i == 0 {
			g.Title = c.T("command.go")
		}
		for _, item := range n.Items {
			g.Items = append(g.Items, commandItem{Text: item.Name, Icon: item.Icon, Color: item.Color, To: item.To, Key: commandKey(c, item.To)})
		}
		out = append(out, g)
	}
	for _, g := range []commandGroup{c.commandReports(), c.commandSettings(), c.commandSelf()} {
		if len(g.Items) > 0 {
			out = append(out, g)
		}
	}
	return out, nil
}

// commandKey is the shortcut that leads to a part of the menu.
func commandKey(c *call, to string) string {
	for _, part := range []string{"conversations", "contacts", "reports", "settings", "notifications"} {
		if to == c.path("/", part) {
			return part
		}
	}
	return ""
}

func (c *call) commandSettings() commandGroup {
	g := commandGroup{Key: "settings", Title: c.T("settings.title")}
	for _, group := range c.SettingsMenu() {
		for _, item := range group.Items {
			g.Items = append(g.Items, commandItem{Text: item.Name, Sub: group.Title, Icon: item.Icon, To: item.To})
		}
	}
	return g
}

func (c *call) commandReports() commandGroup {
	g := commandGroup{Key: "reports", Title: c.T("reports.title")}
	for _, item := range c.ReportMenu() {
		g.Items = append(g.Items, commandItem{Text: item.Name, Icon: item.Icon, To: item.To})
	}
	return g
}

// commandSelf is what the person may do about themselves.
func (c *call) commandSelf() commandGroup {
	g := commandGroup{Key: "self", Title: c.T("command.self"), Items: []commandItem{
		{Text: c.T("frame.profile"), Icon: "person", To: c.path("/profile")},
		{Text: c.T("frame.shortcuts"), Icon: "keyboard", Do: "shortcuts", Key: "shortcuts"},
		{Text: c.T("command.availability"), Icon: "eye", Level: "availability"},
	}}
	for _, a := range []string{"online", "busy", "offline"} {
		g.Items = append(g.Items, commandItem{
			Text: c.T("frame." + a), Icon: "eye", In: "availability", InText: c.T("command.availability"), On: string(c.self.Availability) == a,
			Post: c.path("/profile/availability"), Fields: url.Values{"availability": {a}},
		})
	}
	for _, a := range c.Accounts() {
		if !a.Current {
			g.Items = append(g.Items, commandItem{Text: c.T("command.account", "name", a.Name), Icon: "home", To: "/app/accounts/" + str(a.ID) + "/conversations"})
		}
	}
	return g
}

// commandHits are people and conversations that a text finds, a few of each.
func (c *call) commandHits(q string) ([]commandGroup, error) {
	if utf8.RuneCountInString(q) < 2 {
		return nil, nil
	}
	page := helpdesk.Page{Limit: 5}
	talks, err := c.desk.Search.Conversations(c.ctx(), q, page)
	if err != nil && helpdesk.CodeOf(err) != helpdesk.Forbidden {
		return nil, err
	}
	people, err := c.desk.Search.Contacts(c.ctx(), helpdesk.ContactFilter{Query: q}, page)
	if err != nil && helpdesk.CodeOf(err) != helpdesk.Forbidden {
		return nil, err
	}
	found := commandGroup{Key: "hits", Title: c.T("frame.conversations")}
	for _, d := range talks {
		who := c.contactFace(d.Customer)
		found.Items = append(found.Items, commandItem{
			Text: who.Name + " · #" + str(d.Display), Sub: c.statusName(d.Status), Face: &who, To: c.path("/conversations/", str(d.Display), "?tab=all&status=all"),
		})
	}
	persons := commandGroup{Key: "hits", Title: c.T("command.contacts")}
	for _, p := range people {
		who := c.contactFace(p)
		persons.Items = append(persons.Items, commandItem{Text: who.Name, Sub: cmp.Or(p.Email, p.Phone), Face: &who, To: c.path("/contacts/", str(p.ID))})
	}
	all := commandGroup{Key: "hits", Title: c.T("search.title"), Items: []commandItem{
		{Text: c.T("command.everything", "q", q), Icon: "search", To: c.path("/search?q=" + url.QueryEscape(q))},
	}}
	var out []commandGroup
	for _, g := range []commandGroup{found, persons, all} {
		if len(g.Items) > 0 {
			out = append(out, g)
		}
	}
	return out, nil
}

// statusName is what a conversation's status is called.
func (c *call) statusName(s helpdesk.Status) string { return c.T("command." + string(s)) }
