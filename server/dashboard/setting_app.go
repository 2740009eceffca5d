package dashboard

import (
	"strings"

	"github.com/gohelpdesk/helpdesk"
)

// appSetting is /settings/apps: pages of other programs beside a conversation.
func appSetting() setting {
	return setting{
		Path: "apps", May: helpdesk.EditSettings, Edit: helpdesk.EditSettings, List: appList, Form: appForm, Save: saveApp,
		Delete: func(c *call, id int64) error {
			return c.desk.DashboardApps.Delete(c.ctx(), helpdesk.DashboardAppID(id))
		},
	}
}

func appList(c *call) (*table, error) {
	list, err := c.desk.DashboardApps.List(c.ctx())
	t := &table{Columns: []string{"apps.name", "apps.pages"}}
	for _, a := range list {
		t.Rows = append(t.Rows, tableRow{ID: int64(a.ID), Cells: []cell{{Text: a.Title}, {Text: strings.Join(a.Frames, " "), Mono: true}}})
	}
	return t, err
}

func appForm(c *call, id int64) (*form, error) {
	a := &helpdesk.DashboardApp{}
	if id != 0 {
		var err error
		if a, err = c.desk.DashboardApps.Get(c.ctx(), helpdesk.DashboardAppID(id)); err != nil {
			return nil, err
		}
	}
	f := c.ask("apps",
		field{Name: "title", Kind: asText, Value: a.Title, Required: true},
		field{Name: "content", Kind: asCode, Value: strings.Join(a.Frames, "\n"), Required: true},
	)
	f.Title = a.Title
	return f, nil
}

func saveApp(c *call, id int64, in input) (int64, error) {
	change := helpdesk.DashboardAppInput{Title: in.text("title"), Frames: in.lines("content")}
	var a *helpdesk.DashboardApp
	var err error
	if id == 0 {
		a, err = c.desk.DashboardApps.Create(c.ctx(), change)
	} else {
		a, err = c.desk.DashboardApps.Update(c.ctx(), helpdesk.DashboardAppID(id), change)
	}
	if err != nil {
		return 0, err
	}
	return int64(a.ID), nil
}
