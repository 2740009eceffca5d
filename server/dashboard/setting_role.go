package dashboard

import (
	"strings"

	"github.com/gohelpdesk/helpdesk"
)

// permissionNames are the permissions of custom roles, as forms send them.
func permissionNames() []struct {
	name string
	flag helpdesk.Permissions
} {
	return []struct {
		name string
		flag helpdesk.Permissions
	}{
		{"conversation_manage", helpdesk.ManageAll},
		{"conversation_unassigned_manage", helpdesk.ManageUnassigned},
		{"conversation_others_manage", helpdesk.ManageOthers},
		{"conversation_participating_manage", helpdesk.ManageParticipating},
		{"contact_manage", helpdesk.ManageContacts},
		{"report_manage", helpdesk.ViewReports},
		{"knowledge_base_manage", helpdesk.ManageHelpCenter},
		{"campaign_manage", helpdesk.ManageCampaigns},
		{"label_manage", helpdesk.ManageLabels},
	}
}

// roleSetting is /settings/roles.
func roleSetting() setting {
	return setting{
		Path: "roles", May: helpdesk.EditSettings, Edit: helpdesk.EditSettings, List: roleList, Form: roleForm, Save: saveRole,
		Delete: func(c *call, id int64) error { return c.desk.Roles.Delete(c.ctx(), helpdesk.RoleID(id)) },
	}
}

func roleList(c *call) (*table, error) {
	roles, err := c.desk.Roles.List(c.ctx())
	if err != nil {
		return nil, err
	}
	agents, err := c.desk.Agents.List(c.ctx(), helpdesk.AgentFilter{})
	if err != nil {
		return nil, err
	}
	t := &table{Columns: []string{"roles.name", "roles.permissions", "roles.agents"}}
	for _, r := range roles {
		var may []string
		for _, p := range permissionNames() {
			if r.Permissions&p.flag != 0 {
				may = append(may, c.T("roles.may_"+p.name))
			}
		}
		row := tableRow{ID: int64(r.ID)}
		var have []*helpdesk.Agent
		for _, a := range agents {
			if a.Role == helpdesk.CustomRoled && a.Custom == r.ID {
				have = append(have, a)
			}
		}
		if len(have) > 0 {
			row.Delete = c.T("roles.delete_used", "name", r.Name, "n", len(have))
		}
		row.Cells = []cell{{Text: r.Name, Sub: r.Description}, {Text: strings.Join(may, ", "), Small: true}, {Text: str(len(have)), Faces: faces(have)}}
		t.Rows = append(t.Rows, row)
	}
	return t, nil
}

func roleForm(c *call, id int64) (*form, error) {
	r := &helpdesk.CustomRole{}
	if id != 0 {
		var err error
		if r, err = c.desk.Roles.Get(c.ctx(), helpdesk.RoleID(id)); err != nil {
			return nil, err
		}
	}
	may := field{Name: "permissions", Kind: asChoices}
	for _, p := range permissionNames() {
		may.Options = append(may.Options, option{Value: p.name, Label: c.T("roles.may_" + p.name), Hint: c.T("roles.may_" + p.name + "_hint")})
		if r.Permissions&p.flag != 0 {
			may.Values = append(may.Values, p.name)
		}
	}
	f := c.ask("roles",
		field{Name: "name", Kind: asText, Value: r.Name, Required: true},
		field{Name: "description", Kind: asText, Value: r.Description},
		may,
	)
	f.Title = r.Name
	return f, nil
}

func saveRole(c *call, id int64, in input) (int64, error) {
	change := helpdesk.RoleInput{Name: *in.text("name"), Description: *in.text("description")}
	chosen := in.Values["permissions"]
	for _, p := range permissionNames() {
		for _, name := range chosen {
			if name == p.name {
				change.Permissions |= p.flag
			}
		}
	}
	if change.Permissions == 0 {
		return 0, bad(map[string]string{"permissions": "must be chosen"})
	}
	var r *helpdesk.CustomRole
	var err error
	if id == 0 {
		r, err = c.desk.Roles.Create(c.ctx(), change)
	} else {
		r, err = c.desk.Roles.Update(c.ctx(), helpdesk.RoleID(id), change)
	}
	if err != nil {
		return 0, err
	}
	return int64(r.ID), nil
}
