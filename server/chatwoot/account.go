package chatwoot

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"

	"github.com/gohelpdesk/helpdesk"
)

func showAccount(ctx context.Context, c *call, _ none) (accountView, error) {
	a, err := c.desk.Accounts.Get(ctx)
	return c.account(ctx, a, err)
}

// account shapes the account, with the state of what clients keep copies of.
func (c *call) account(ctx context.Context, a *helpdesk.Account, err error) (accountView, error) {
	if err != nil {
		return accountView{}, err
	}
	view := viewAccount(a)
	view.CacheKeys, err = readCacheKeys(ctx, c.desk)
	return view, err
}

type accountInput struct {
	Name         *string `in:"name"`
	Locale       *string `in:"locale"`
	Domain       *string `in:"domain"`
	SupportEmail *string `in:"support_email"`
	Timezone     *string `in:"timezone"`
}

func updateAccount(ctx context.Context, c *call, in accountInput) (accountView, error) {
	a, err := c.desk.Accounts.Update(ctx, helpdesk.AccountChange{
		Name: in.Name, Locale: in.Locale, Domain: in.Domain, SupportEmail: in.SupportEmail, Timezone: in.Timezone,
		Settings: settingsOf(c.in.pick("auto_resolve_after", "auto_resolve_message", "auto_resolve_ignore_waiting", "auto_resolve_label",
			"audio_transcriptions", "conversation_required_attributes",
			"opt_out_words", "opt_in_words", "opt_out_confirmation", "opt_in_confirmation")),
		Attributes: c.in.pick("industry", "company_size", "timezone"),
	})
	return c.account(ctx, a, err)
}

// settingsOf reads the texts of a form as what the settings are; others, and what
// cannot be read, are the engine's to judge.
func settingsOf(given map[string]any) map[string]any {
	for _, name := range []string{"auto_resolve_after", "auto_resolve_ignore_waiting", "audio_transcriptions"} {
		var value any
		if s, ok := given[name].(string); ok && json.Unmarshal([]byte(cmp.Or(s, "null")), &value) == nil {
			given[name] = value
		}
	}
	return given
}

// pick returns the named parameters that were given, null included.
func (p *params) pick(names ...string) map[string]any {
	out := make(map[string]any)
	for _, name := range names {
		if v, given := p.values[name]; given {
			out[name] = plain(v)
		}
	}
	return out
}

// agentFull is an agent with the hours they have of their own, an addition.
type agentFull struct {
	agentView
	ownHours
}

func viewAgentFull(a *helpdesk.Agent) agentFull {
	return agentFull{viewAgent(a), viewOwnHours(a.WorkingHours)}
}

func listAgents(ctx context.Context, c *call, _ none) ([]agentFull, error) {
	agents, err := c.desk.Agents.List(ctx, helpdesk.AgentFilter{Persons: true})
	return each(agents, viewAgentFull), err
}

type agentInput struct {
	Name         string                `in:"name"`
	Email        string                `in:"email"`
	Role         helpdesk.Role         `in:"role"`
	CustomRole   helpdesk.RoleID       `in:"custom_role_id"`
	Availability helpdesk.Availability `in:"availability"`
	AutoOffline  *bool                 `in:"auto_offline"`
	OpenLimit    *int                  `in:"open_limit"`
	Skills       *[]string             `in:"skills"`
	hoursInput
}

// input is the engine's form of it; hours are the agent's as they are.
func (in agentInput) input(hours helpdesk.WorkingHours) helpdesk.AgentInput {
	role := roleOf(in.Role)
	if in.CustomRole != 0 && role != helpdesk.Administrator {
		role = helpdesk.CustomRoled // clients send it beside the role "agent"
	}
	return helpdesk.AgentInput{
		Name: in.Name, Email: in.Email, Role: role, Custom: in.CustomRole,
		Availability: availabilityOf(in.Availability), AutoOffline: in.AutoOffline, OpenLimit: in.OpenLimit, Skills: in.Skills,
		HoursEnabled: in.Enabled, Timezone: in.Timezone, Hours: in.week(hours), Holidays: in.dates(),
	}
}

// roleOf and availabilityOf also read Chatwoot's numbers.
func roleOf(r helpdesk.Role) helpdesk.Role {
	switch r {
	case "0":
		return helpdesk.AgentRole
	case "1":
		return helpdesk.Administrator
	default:
		return r
	}
}

func availabilityOf(a helpdesk.Availability) helpdesk.Availability {
	if i := slices.Index([]helpdesk.Availability{"0", "1", "2"}, a); i >= 0 {
		return []helpdesk.Availability{helpdesk.Online, helpdesk.Offline, helpdesk.Busy}[i]
	}
	return a
}

func createAgent(ctx context.Context, c *call, in agentInput) (agentFull, error) {
	a, err := c.desk.Agents.Invite(ctx, in.input(helpdesk.WorkingHours{}))
	if err != nil {
		return agentFull{}, err
	}
	return viewAgentFull(a), nil
}

type agentChange struct {
	ID helpdesk.AgentID `in:"id"`
	agentInput
}

func updateAgent(ctx context.Context, c *call, in agentChange) (agentFull, error) {
	var now helpdesk.WorkingHours
	if len(in.Days) > 0 {
		a, err := c.desk.Agents.Get(ctx, in.ID)
		if err != nil {
			return agentFull{}, err
		}
		now = a.WorkingHours
	}
	a, err := c.desk.Agents.Update(ctx, in.ID, in.input(now))
	if err != nil {
		return agentFull{}, err
	}
	return viewAgentFull(a), nil
}

type agentID struct {
	ID helpdesk.AgentID `in:"id"`
}

func deleteAgent(ctx context.Context, c *call, in agentID) (empty, error) {
	return empty{}, c.desk.Agents.Remove(ctx, in.ID)
}

type assignableInput struct {
	Inboxes []helpdesk.InboxID `in:"inbox_ids"`
}

func listAssignable(ctx context.Context, c *call, in assignableInput) (payload[[]agentView], error) {
	agents, err := c.assignable(ctx, in.Inboxes...)
	return wrap(each(agents, viewAgent)), err
}

// assignable is who belongs to all the inboxes, and every administrator.
func (c *call) assignable(ctx context.Context, inboxes ...helpdesk.InboxID) ([]*helpdesk.Agent, error) {
	agents, err := c.desk.Agents.List(ctx, helpdesk.AgentFilter{Persons: true})
	if err != nil {
		return nil, err
	}
	in := make(map[helpdesk.AgentID]int)
	for _, id := range inboxes {
		members, err := c.desk.Inboxes.Members(ctx, id)
		if err != nil {
			return nil, err
		}
		for _, m := range members {
			in[m.ID]++
		}
	}
	return slices.DeleteFunc(agents, func(a *helpdesk.Agent) bool {
		return a.Role != helpdesk.Administrator && (len(inboxes) == 0 || in[a.ID] < len(inboxes))
	}), nil
}
