package dashboard

import (
	"slices"

	"github.com/gohelpdesk/helpdesk"
)

// teamSetting is /settings/teams.
func teamSetting() setting {
	return setting{
		Path: "teams", May: helpdesk.ReadSettings, Edit: helpdesk.EditSettings, List: teamList, Form: teamForm, Save: saveTeam, Page: "settings/hours",
		Delete: func(c *call, id int64) error { return c.desk.Teams.Delete(c.ctx(), helpdesk.TeamID(id)) },
	}
}

func teamList(c *call) (*table, error) {
	teams, err := c.desk.Teams.List(c.ctx())
	if err != nil {
		return nil, err
	}
	t := &table{Columns: []string{"teams.name", "teams.members", "teams.hand_out"}}
	for _, team := range teams {
		members, err := c.desk.Teams.Members(c.ctx(), team.ID)
		if err != nil {
			return nil, err
		}
		given := cell{Text: c.T("teams.by_hand"), Badge: "plain"}
		if team.AutoAssign {
			given = cell{Text: c.T("teams.by_itself"), Badge: "good"}
		}
		t.Rows = append(t.Rows, tableRow{ID: int64(team.ID), Cells: []cell{
			{Text: team.Name, Sub: team.Description}, {Text: c.T("teams.members_n", "n", len(members)), Faces: faces(members)}, given,
		}})
	}
	return t, nil
}

// faces are the first few of some agents.
func faces(agents []*helpdesk.Agent) []person {
	const shown = 6
	var out []person
	for _, a := range agents[:min(shown, len(agents))] {
		out = append(out, face(agentName(a), a.Avatar))
	}
	return out
}

func teamForm(c *call, id int64) (*form, error) {
	team := &helpdesk.Team{AutoAssign: true}
	var members []string
	if id != 0 {
		var err error
		if team, err = c.desk.Teams.Get(c.ctx(), helpdesk.TeamID(id)); err != nil {
			return nil, err
		}
		in, err := c.desk.Teams.Members(c.ctx(), team.ID)
		if err != nil {
			return nil, err
		}
		for _, a := range in {
			members = append(members, str(a.ID))
		}
	}
	agents, err := c.agentOptions()
	if err != nil {
		return nil, err
	}
	f := c.ask("teams",
		field{Name: "name", Kind: asText, Value: team.Name, Required: true},
		field{Name: "description", Kind: asText, Value: team.Description},
		field{Name: "members", Kind: asChoices, Values: members, Options: agents},
		field{Name: "allow_auto_assign", Kind: asSwitch, Value: yesNo(team.AutoAssign)},
	)
	f.Title, f.Hours = team.Name, c.hoursForm(team.WorkingHours)
	return f, nil
}

// agentOptions are the people of the account, by name.
func (c *call) agentOptions() ([]option, error) {
	agents, err := c.desk.Agents.List(c.ctx(), helpdesk.AgentFilter{})
	var out []option
	for _, a := range agents {
		if !a.Bot {
			out = append(out, option{Value: str(a.ID), Label: agentName(a), Hint: a.Email})
		}
	}
	return out, err
}

// workingHours reads the hours of a form. Days that were not sent are left alone.
func (c *call) workingHours(in input) (helpdesk.WorkingHours, error) {
	f := c.readHours(in)
	f.Days = slices.DeleteFunc(f.Days, func(d hoursDay) bool { return d.Mode == "" })
	week, holidays, err := f.Week()
	return helpdesk.WorkingHours{HoursEnabled: f.Enabled, Timezone: f.Zone, Hours: week, Holidays: holidays}, err
}

func saveTeam(c *call, id int64, in input) (int64, error) {
	change := helpdesk.TeamInput{Name: in.text("name"), Description: in.text("description"), AutoAssign: in.yes("allow_auto_assign")}
	hours, err := c.workingHours(in)
	if err != nil {
		return 0, err
	}
	change.HoursEnabled, change.Timezone, change.Hours, change.Holidays = &hours.HoursEnabled, &hours.Timezone, hours.Hours, hours.Holidays
	var team *helpdesk.Team
	if id == 0 {
		team, err = c.desk.Teams.Create(c.ctx(), change)
	} else {
		team, err = c.desk.Teams.Update(c.ctx(), helpdesk.TeamID(id), change)
	}
	if err != nil {
		return 0, err
	}
	members := ids[helpdesk.AgentID](in, "members")
	slices.Sort(members)
	_, err = c.desk.Teams.SetMembers(c.ctx(), team.ID, helpdesk.ReplaceMembers, slices.Compact(members)...)
	return int64(team.ID), err
}
