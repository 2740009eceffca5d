package dashboard

import (
	"cmp"
	"net/http"

	"github.com/gohelpdesk/helpdesk"
)

// setting is a noun that is listed, added, changed and removed on pages that look
// alike: Path is both its address below /settings/ and the file of its words, which
// has at least "title", "intro", "new" and "empty". A noun that needs more has
// pages of its own, and uses ask, the form template and table all the same.
type setting struct {
	Path string          // "labels"
	May  helpdesk.Action // to see the pages
	Edit helpdesk.Action // to change something

	List func(c *call) (*table, error)
	// Form is the questions, with the present answers; id 0 = of a new one. nil =
	// there is nothing to add or change.
	Form func(c *call, id int64) (*form, error)
	Page string // the form's template, when it is not settings/form
	// Save adds (id 0) or changes, and returns the id. An error with Fields is shown
	// at them.
	Save   func(c *call, id int64, in input) (int64, error)
	Delete func(c *call, id int64) error // nil = it cannot be removed
	// More is what the page of the form shows beside it, as Page has it in .More; id 0
	// = of a new one. nil = nothing.
	More func(c *call, id int64) (any, error)
}

// table is a list as pages show it.
type table struct {
	Columns []string // keys of words
	Rows    []tableRow
	Search  bool // it can be narrowed by a text: the query's "q"
}

type tableRow struct {
	ID     int64
	Cells  []cell
	To     string // where it leads; "" = to its form, when it may be edited
	Fixed  bool   // it has no form
	Stays  bool   // it cannot be removed
	Delete string // question before it is removed; "" = the noun's own
}

// cell is one figure or word of a table.
type cell struct {
	Text, Sub string
	Color     string // a dot before it
	Face      *person
	Faces     []person // of several, after it
	Small     bool     // in small print
	Badge     string   // "good", "bad", "warn", "plain": shown as a badge
	Mono      bool
}

func settings() []setting {
	return []setting{
		agentSetting(), teamSetting(), roleSetting(), labelSetting(), attributeSetting(), cannedSetting(), macroSetting(),
		slaSetting(), policySetting(), groupSetting(), webhookSetting(), botSetting(), appSetting(),
	}
}

func settingRoutes() []route {
	out := []route{{"GET /settings", helpdesk.ReadSettings, (*call).settingsHome}}
	for _, own := range [][]route{accountSettingRoutes(), webhookRoutes(), botRoutes(), auditRoutes()} {
		out = append(out, own...)
	}
	for _, s := range settings() {
		base := "/settings/" + s.Path
		out = append(out, route{"GET " + base, s.May, s.index})
		if s.Form != nil {
			out = append(out,
				route{"GET " + base + "/new", s.Edit, s.show}, route{"POST " + base + "/new", s.Edit, s.save},
				route{"GET " + base + "/{id}", s.Edit, s.show}, route{"POST " + base + "/{id}", s.Edit, s.save})
		}
		if s.Delete != nil {
			out = append(out, route{"POST " + base + "/{id}/delete", s.Edit, s.remove})
		}
	}
	return out
}

// settingPage is the data of both pages of a setting.
type settingPage struct {
	*call
	Setting setting
	Table   *table
	Form    *form
	ID      int64
	More    any
}

// Words is a text of the setting's own file.
func (p *settingPage) Words(key string) string { return p.T(p.Setting.Path + "." + key) }

// Editable is whether whoever looks may change something.
func (p *settingPage) Editable() bool { return p.Setting.Form != nil && p.May(string(p.Setting.Edit)) }

// Removable likewise.
func (p *settingPage) Removable() bool {
	return p.Setting.Delete != nil && p.May(string(p.Setting.Edit))
}

// Query is what the list is narrowed by.
func (p *settingPage) Query() string { return p.r.URL.Query().Get("q") }

// Base is the address of the list.
func (p *settingPage) Base() string { return p.path("/settings/", p.Setting.Path) }

func (s setting) index(c *call) error {
	t, err := s.List(c)
	if err != nil {
		return err
	}
	return c.render("settings/list", http.StatusOK, &settingPage{call: c, Setting: s, Table: t})
}

func (s setting) id(c *call) (int64, error) {
	if c.r.PathValue("id") == "" {
		return 0, nil
	}
	return c.id("id")
}

func (s setting) show(c *call) error {
	id, err := s.id(c)
	if err != nil {
		return err
	}
	f, err := s.Form(c, id)
	if err != nil {
		return err
	}
	return s.ask(c, http.StatusOK, f, id)
}

// ask answers with the page of a form.
func (s setting) ask(c *call, status int, f *form, id int64) (err error) {
	p := &settingPage{call: c, Setting: s, Form: f, ID: id}
	if s.More != nil {
		if p.More, err = s.More(c, id); err != nil {
			return err
		}
	}
	return c.render(cmp.Or(s.Page, "settings/form"), status, p)
}

func (s setting) save(c *call) error {
	id, err := s.id(c)
	if err != nil {
		return err
	}
	in, err := c.input()
	if err != nil {
		return err
	}
	if in.Has("form_do") { // a list of the form is to have a row more, or in another place
		return s.again(c, id, in)
	}
	_, err = s.Save(c, id, in)
	if err == nil {
		return c.done(c.path("/settings/", s.Path), "common.saved")
	}
	f, missing := s.Form(c, id)
	if missing != nil {
		return err
	}
	f.fill(in.Values)
	if !f.refuse(c, err) {
		return err
	}
	return s.ask(c, http.StatusUnprocessableEntity, f, id)
}

// again shows the form as it was sent, and saves nothing.
func (s setting) again(c *call, id int64, in input) error {
	f, err := s.Form(c, id)
	if err != nil {
		return err
	}
	f.fill(in.Values)
	return s.ask(c, http.StatusOK, f, id)
}

func (s setting) remove(c *call) error {
	id, err := c.id("id")
	if err != nil {
		return err
	}
	if err := s.Delete(c, id); err != nil {
		return err
	}
	return c.done(c.path("/settings/", s.Path), "common.deleted")
}

// settingsHome is the first page of the settings that whoever asks may see.
func (c *call) settingsHome() error {
	for _, g := range settingGroups() {
		for _, p := range g.places {
			if c.rights[p.may] {
				return redirect(c.path(p.path))
			}
		}
	}
	return helpdesk.NotFound
}

// settingGroup is a part of the settings' menu.
type settingGroup struct {
	key    string
	places []place
}

// settingGroups are the settings in the order of their menu.
func settingGroups() []settingGroup {
	return []settingGroup{
		{"settings.group_account", []place{
			{"account.title", "home", "/settings/account", helpdesk.EditSettings},
			{"agents.title", "person", "/settings/agents", helpdesk.ReadSettings},
			{"teams.title", "people", "/settings/teams", helpdesk.ReadSettings},
			{"roles.title", "key", "/settings/roles", helpdesk.EditSettings},
		}},
		{"inboxes.group", []place{
			{"inboxes.title", "inbox", "/settings/inboxes", helpdesk.ReadSettings},
			{"automation.title", "bolt", "/settings/automation", helpdesk.EditSettings},
			{"flows.title", "flow", "/settings/flows", helpdesk.EditSettings},
		}},
		{"settings.group_work", []place{
			{"canned.title", "template", "/settings/canned", helpdesk.ReadCanned},
			{"attributes.title", "list", "/settings/attributes", helpdesk.ReadSettings},
			{"labels.title", "tag", "/settings/labels", helpdesk.ReadSettings},
			{"macros.title", "bolt", "/settings/macros", helpdesk.RunMacro},
			{"assignment.title", "target", "/settings/assignment", helpdesk.ReadSettings},
			{"sla.title", "clock", "/settings/sla", helpdesk.ReadSettings},
			{"channelgroups.title", "merge", "/settings/channelgroups", helpdesk.ReadSettings},
		}},
		{"settings.group_programs", []place{
			{"bots.title", "bot", "/settings/bots", helpdesk.ReadSettings},
			{"webhooks.title", "webhook", "/settings/webhooks", helpdesk.EditSettings},
			{"apps.title", "panel", "/settings/apps", helpdesk.EditSettings},
			{"audit.title", "history", "/settings/audit", helpdesk.ReadAudit},
		}},
	}
}
