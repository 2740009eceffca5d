package dashboard

import (
	"errors"
	"strings"

	"github.com/gohelpdesk/helpdesk"
)

// agentSetting is /settings/agents: new is an invitation of one or several.
func agentSetting() setting {
	return setting{
		Path: "agents", May: helpdesk.ReadSettings, Edit: helpdesk.EditSettings, List: agentList, Form: agentForm, Save: saveAgent, Page: "settings/hours",
		Delete: func(c *call, id int64) error {
			if helpdesk.AgentID(id) == c.self.ID {
				return helpdesk.Errorf(helpdesk.Invalid, "%s", c.T("agents.not_oneself"))
			}
			return c.desk.Agents.Remove(c.ctx(), helpdesk.AgentID(id))
		},
	}
}

func agentList(c *call) (*table, error) {
	agents, err := c.desk.Agents.List(c.ctx(), helpdesk.AgentFilter{})
	if err != nil {
		return nil, err
	}
	roles, err := c.roleNames()
	if err != nil {
		return nil, err
	}
	t := &table{Columns: []string{"agents.agent", "agents.role", "agents.availability", "agents.limit", "agents.skills"}}
	for _, a := range agents {
		if a.Bot {
			continue
		}
		who := face(agentName(a), a.Avatar)
		name := cell{Text: agentName(a), Sub: a.Email, Face: &who}
		is := cell{Text: c.T("frame." + string(a.Effective())), Badge: "plain"}
		switch {
		case !a.Confirmed:
			is = cell{Text: c.T("agents.invited"), Badge: "warn"}
		case a.Effective() == helpdesk.Online:
			is.Badge = "good"
		case a.Effective() == helpdesk.Busy:
			is.Badge = "warn"
		}
		limit := c.T("agents.limit_account")
		if a.OpenLimit > 0 {
			limit = str(a.OpenLimit)
		}
		t.Rows = append(t.Rows, tableRow{
			ID: int64(a.ID), Stays: a.ID == c.self.ID, Delete: c.T("agents.delete", "name", agentName(a)),
			Cells: []cell{name, {Text: roles[roleValue(a)]}, is, {Text: limit}, {Text: strings.Join(a.Skills, ", ")}},
		})
	}
	return t, nil
}

// roleValue is a role as forms send it: "agent", "custom 7".
func roleValue(a *helpdesk.Agent) string {
	if a.Role == helpdesk.CustomRoled {
		return "custom " + str(a.Custom)
	}
	return string(a.Role)
}

// builtInRoles are the roles that are there without being made.
func builtInRoles() []helpdesk.Role {
	return []helpdesk.Role{helpdesk.AgentRole, helpdesk.Administrator, helpdesk.Supervisor, helpdesk.Assistant}
}

func (c *call) roleOptions() ([]option, error) {
	var out []option
	for _, r := range builtInRoles() {
		out = append(out, option{Value: string(r), Label: c.T("agents.role_"+string(r)) + " – " + c.T("agents.role_"+string(r)+"_does")})
	}
	roles, err := c.desk.Roles.List(c.ctx())
	for _, r := range roles {
		out = append(out, option{Value: "custom " + str(r.ID), Label: r.Name})
	}
	return out, err
}

// roleNames are roles by what forms send.
func (c *call) roleNames() (map[string]string, error) {
	out := map[string]string{}
	for _, r := range builtInRoles() {
		out[string(r)] = c.T("agents.role_" + string(r))
	}
	roles, err := c.desk.Roles.List(c.ctx())
	for _, r := range roles {
		out["custom "+str(r.ID)] = r.Name
	}
	return out, err
}

func agentForm(c *call, id int64) (*form, error) {
	roles, err := c.roleOptions()
	if err != nil {
		return nil, err
	}
	if id == 0 {
		return c.ask("agents",
			field{Name: "emails", Kind: asArea, Required: true},
			field{Name: "role", Kind: asSelect, Value: string(helpdesk.AgentRole), Options: roles},
		), nil
	}
	a, err := c.agent(id)
	if err != nil {
		return nil, err
	}
	limit := ""
	if a.OpenLimit > 0 {
		limit = str(a.OpenLimit)
	}
	is := field{Name: "availability", Half: true, Kind: asSelect, Value: string(a.Availability)}
	for _, v := range []helpdesk.Availability{helpdesk.Online, helpdesk.Busy, helpdesk.Offline} {
		is.Options = append(is.Options, option{Value: string(v), Label: c.T("frame." + string(v))})
	}
	f := c.ask("agents",
		field{Name: "name", Kind: asText, Value: a.Name, Required: true},
		field{Name: "email", Kind: asCopy, Value: a.Email},
		field{Name: "role", Kind: asSelect, Value: roleValue(a), Options: roles},
		field{Name: "work", Kind: asHeading},
		is,
		field{Name: "open_limit", Kind: asNumber, Value: limit, Half: true},
		field{Name: "auto_offline", Kind: asSwitch, Value: yesNo(a.AutoOffline)},
		field{Name: "skills", Kind: asTags, Value: strings.Join(a.Skills, ", ")},
	)
	f.Title, f.Hours = agentName(a), c.hoursForm(a.WorkingHours)
	return f, nil
}

// agent is somebody of the account who is no bot.
func (c *call) agent(id int64) (*helpdesk.Agent, error) {
	a, err := c.desk.Agents.Get(c.ctx(), helpdesk.AgentID(id))
	if err == nil && a.Bot {
		err = helpdesk.NotFound
	}
	return a, err
}

// role is what was chosen.
func (in input) role() (helpdesk.Role, helpdesk.RoleID) {
	if id, ok := strings.CutPrefix(in.Get("role"), "custom "); ok {
		return helpdesk.CustomRoled, helpdesk.RoleID(input{map[string][]string{"id": {id}}}.id("id"))
	}
	return helpdesk.Role(in.Get("role")), 0
}

func saveAgent(c *call, id int64, in input) (int64, error) {
	if id == 0 {
		return 0, inviteAgents(c, in)
	}
	a, err := c.agent(id)
	if err != nil {
		return 0, err
	}
	problems := map[string]string{}
	skills := in.tags("skills")
	change := helpdesk.AgentInput{
		Name: in.Get("name"), Availability: helpdesk.Availability(in.Get("availability")),
		AutoOffline: in.yes("auto_offline"), OpenLimit: in.number("open_limit", problems), Skills: &skills,
	}
	change.Role, change.Custom = in.role()
	if strings.TrimSpace(change.Name) == "" {
		problems["name"] = "can't be blank"
	}
	if a.ID == c.self.ID && a.Role == helpdesk.Administrator && change.Role != helpdesk.Administrator {
		problems["role"] = "cannot be taken from yourself" // nobody could give it back
	}
	if err := bad(problems); err != nil {
		return 0, err
	}
	hours, err := c.workingHours(in)
	if err != nil {
		return 0, err
	}
	change.HoursEnabled, change.Timezone, change.Hours, change.Holidays = &hours.HoursEnabled, &hours.Timezone, hours.Hours, hours.Holidays
	_, err = c.desk.Agents.Update(c.ctx(), a.ID, change)
	return id, renamed(err, map[string]string{"custom_role_id": "role"})
}

// inviteAgents invites everybody named. Those who were invited before one who could
// not be are agents, and are not asked for again.
func inviteAgents(c *call, in input) error {
	emails := strings.FieldsFunc(in.Get("emails"), func(r rune) bool { return strings.ContainsRune(" ,;\r\n\t", r) })
	if len(emails) == 0 {
		return bad(map[string]string{"emails": "can't be blank"})
	}
	const most = 100
	if len(emails) > most {
		return bad(map[string]string{"emails": "are too many (maximum is 100)"})
	}
	role, custom := in.role()
	for i, email := range emails {
		name, _, _ := strings.Cut(email, "@")
		_, err := c.desk.Agents.Invite(c.ctx(), helpdesk.AgentInput{Email: email, Name: name, Role: role, Custom: custom})
		if err == nil {
			continue
		}
		in.Set("emails", strings.Join(emails[i:], "\n"))
		if e, ok := errors.AsType[*helpdesk.Error](err); ok && e.Fields["email"] != "" {
			return bad(map[string]string{"emails": email + ": " + c.wrong(e.Fields["email"])})
		}
		return err
	}
	return nil
}
