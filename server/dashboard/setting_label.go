package dashboard

import (
	"github.com/gohelpdesk/helpdesk"
)

// labelSetting is /settings/labels.
func labelSetting() setting {
	return setting{
		Path: "labels", May: helpdesk.ReadSettings, Edit: helpdesk.EditLabels,
		List: func(c *call) (*table, error) {
			labels, err := c.desk.Labels.List(c.ctx())
			t := &table{Columns: []string{"labels.label", "labels.description"}}
			for _, l := range labels {
				t.Rows = append(t.Rows, tableRow{ID: int64(l.ID), Cells: []cell{{Text: l.Title, Color: l.Color}, {Text: l.Description}}})
			}
			return t, err
		},
		Form: func(c *call, id int64) (*form, error) {
			l := &helpdesk.Label{Color: "#1f93ff", Sidebar: true}
			if id != 0 {
				var err error
				if l, err = c.desk.Labels.Get(c.ctx(), helpdesk.LabelID(id)); err != nil {
					return nil, err
				}
			}
			return c.ask("labels",
				field{Name: "title", Kind: asText, Value: l.Title, Required: true},
				field{Name: "description", Kind: asText, Value: l.Description},
				field{Name: "color", Kind: asColor, Value: l.Color},
				field{Name: "show_on_sidebar", Kind: asSwitch, Value: yesNo(l.Sidebar)},
			), nil
		},
		Save: func(c *call, id int64, in input) (int64, error) {
			change := helpdesk.LabelInput{Title: in.text("title"), Description: in.text("description"), Color: in.text("color"), Sidebar: in.yes("show_on_sidebar")}
			var l *helpdesk.Label
			var err error
			if id == 0 {
				l, err = c.desk.Labels.Create(c.ctx(), change)
			} else {
				l, err = c.desk.Labels.Update(c.ctx(), helpdesk.LabelID(id), change)
			}
			if err != nil {
				return 0, err
			}
			return int64(l.ID), nil
		},
		Delete: func(c *call, id int64) error { return c.desk.Labels.Delete(c.ctx(), helpdesk.LabelID(id)) },
	}
}
