package dashboard

import (
	"github.com/gohelpdesk/helpdesk"
)

// macroSetting is /settings/macros. Everybody makes macros of their own; those of
// all are an administrator's.
func macroSetting() setting {
	return setting{
		Path: "macros", May: helpdesk.RunMacro, Edit: helpdesk.EditMacro, Page: "settings/actions",
		List: macroList, Form: macroForm, Save: saveMacro,
		Delete: func(c *call, id int64) error { return c.desk.Macros.Delete(c.ctx(), helpdesk.MacroID(id)) },
	}
}

func macroList(c *call) (*table, error) {
	macros, err := c.desk.Macros.List(c.ctx())
	if err != nil {
		return nil, err
	}
	names, err := c.agentNames()
	if err != nil {
		return nil, err
	}
	t := &table{Columns: []string{"macros.name", "macros.visibility", "macros.by", "macros.changed"}}
	for _, m := range macros {
		seen := cell{Text: c.T("macros.visibility_" + string(m.Visibility)), Badge: "plain"}
		if m.Visibility == helpdesk.GlobalMacro {
			seen.Badge = "good"
		}
		t.Rows = append(t.Rows, tableRow{
			ID: int64(m.ID), Fixed: m.Visibility == helpdesk.GlobalMacro && !c.rights[helpdesk.EditSettings],
			Cells: []cell{
				{Text: m.Name, Sub: c.T("macros.actions", "n", len(m.Actions))},
				seen,
				{Text: names[m.UpdatedBy]},
				{Text: c.moment(m.UpdatedAt).Day},
			},
		})
	}
	return t, nil
}

// agentNames are what the account's agents are called, bots among them.
func (c *call) agentNames() (map[helpdesk.AgentID]string, error) {
	agents, err := c.desk.Agents.List(c.ctx(), helpdesk.AgentFilter{})
	out := make(map[helpdesk.AgentID]string, len(agents))
	for _, a := range agents {
		out[a.ID] = agentName(a)
	}
	return out, err
}

func (c *call) macro(id int64) (*helpdesk.Macro, error) {
	if id == 0 {
		return &helpdesk.Macro{Visibility: helpdesk.PersonalMacro}, nil
	}
	m, err := c.desk.Macros.Get(c.ctx(), helpdesk.MacroID(id))
	if err == nil && m.Visibility == helpdesk.GlobalMacro && !c.rights[helpdesk.EditSettings] {
		err = helpdesk.Forbidden
	}
	return m, err
}

func macroForm(c *call, id int64) (*form, error) {
	m, err := c.macro(id)
	if err != nil {
		return nil, err
	}
	fields := []field{{Name: "name", Kind: asText, Value: m.Name, Required: true}}
	if c.rights[helpdesk.EditSettings] {
		fields = append(fields, field{Name: "visibility", Kind: asSelect, Value: string(m.Visibility), Options: []option{
			{Value: string(helpdesk.PersonalMacro), Label: c.T("macros.visibility_personal")},
			{Value: string(helpdesk.GlobalMacro), Label: c.T("macros.visibility_global")},
		}})
	}
	f := c.ask("macros", fields...)
	f.Title, f.Files = m.Name, true
	f.Actions, err = c.actionEditor(m.Actions, m.Files, false)
	return f, err
}

func saveMacro(c *call, id int64, in input) (int64, error) {
	m, err := c.macro(id)
	if err != nil {
		return 0, err
	}
	editor, err := c.actionEditor(nil, m.Files, false)
	if err != nil {
		return 0, err
	}
	actions, files, done, err := editor.read(in)
	defer done()
	if err != nil {
		return 0, err
	}
	change := helpdesk.MacroInput{Name: in.text("name"), Visibility: helpdesk.MacroVisibility(in.Get("visibility")), Actions: actions, Files: files}
	if id == 0 {
		m, err = c.desk.Macros.Create(c.ctx(), change)
	} else {
		m, err = c.desk.Macros.Update(c.ctx(), helpdesk.MacroID(id), change)
	}
	if err != nil {
		return 0, err
	}
	return int64(m.ID), nil
}
