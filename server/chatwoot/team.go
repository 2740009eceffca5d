package chatwoot

import (
	"context"
	"net/http"
	"slices"

	"github.com/gohelpdesk/helpdesk"
)

// teamFull is a team with the hours it has of its own, an addition.
type teamFull struct {
	teamView
	ownHours
}

func viewTeamFull(t *helpdesk.Team, mine bool) teamFull {
	return teamFull{viewTeam(t, mine), viewOwnHours(t.WorkingHours)}
}

func listTeams(ctx context.Context, c *call, _ none) ([]teamFull, error) {
	teams, err := c.desk.Teams.List(ctx)
	if err != nil {
		return nil, err
	}
	mine, err := c.desk.Teams.Mine(ctx)
	return each(teams, func(t *helpdesk.Team) teamFull { return viewTeamFull(t, slices.Contains(mine, t.ID)) }), err
}

type teamInput struct {
	Name        *string `in:"name"`
	Description *string `in:"description"`
	AutoAssign  *bool   `in:"allow_auto_assign"`
	hoursInput
}

// input is the engine's form of it; hours are the team's as they are.
func (in teamInput) input(hours helpdesk.WorkingHours) helpdesk.TeamInput {
	return helpdesk.TeamInput{
		Name: in.Name, Description: in.Description, AutoAssign: in.AutoAssign,
		HoursEnabled: in.Enabled, Timezone: in.Timezone, Hours: in.week(hours), Holidays: in.dates(),
	}
}

type teamID struct {
	ID helpdesk.TeamID `in:"id"`
}

type teamChange struct {
	teamID
	teamInput
}

// team shapes a team for the caller.
func (c *call) team(ctx context.Context, t *helpdesk.Team, err error) (teamFull, error) {
	if err != nil {
		return teamFull{}, err
	}
	mine, err := c.desk.Teams.Mine(ctx)
	return viewTeamFull(t, slices.Contains(mine, t.ID)), err
}

func createTeam(ctx context.Context, c *call, in teamInput) (teamFull, error) {
	t, err := c.desk.Teams.Create(ctx, in.input(helpdesk.WorkingHours{}))
	return c.team(ctx, t, err)
}

func showTeam(ctx context.Context, c *call, in teamID) (teamFull, error) {
	t, err := c.desk.Teams.Get(ctx, in.ID)
	return c.team(ctx, t, err)
}

func updateTeam(ctx context.Context, c *call, in teamChange) (teamFull, error) {
	var now helpdesk.WorkingHours
	if len(in.Days) > 0 {
		t, err := c.desk.Teams.Get(ctx, in.ID)
		if err != nil {
			return teamFull{}, err
		}
		now = t.WorkingHours
	}
	t, err := c.desk.Teams.Update(ctx, in.ID, in.input(now))
	return c.team(ctx, t, err)
}

func deleteTeam(ctx context.Context, c *call, in teamID) (empty, error) {
	return empty{}, c.desk.Teams.Delete(ctx, in.ID)
}

type teamMembers struct {
	Team  helpdesk.TeamID    `in:"team_id"`
	Users []helpdesk.AgentID `in:"user_ids"`
}

func listTeamMembers(ctx context.Context, c *call, in teamMembers) ([]agentView, error) {
	members, err := c.desk.Teams.Members(ctx, in.Team)
	return each(members, viewAgent), err
}

// addTeamMembers answers only with who is new.
func addTeamMembers(ctx context.Context, c *call, in teamMembers) ([]agentView, error) {
	added, err := c.setTeamMembers(ctx, helpdesk.AddMembers, in)
	if err != nil {
		return nil, err
	}
	members, err := c.desk.Teams.Members(ctx, in.Team)
	members = slices.DeleteFunc(members, func(a *helpdesk.Agent) bool { return !slices.Contains(added, a.ID) })
	return each(members, viewAgent), err
}

func replaceTeamMembers(ctx context.Context, c *call, in teamMembers) ([]agentView, error) {
	if _, err := c.setTeamMembers(ctx, helpdesk.ReplaceMembers, in); err != nil {
		return nil, err
	}
	return listTeamMembers(ctx, c, in)
}

func removeTeamMembers(ctx context.Context, c *call, in teamMembers) (empty, error) {
	_, err := c.setTeamMembers(ctx, helpdesk.RemoveMembers, in)
	return empty{}, err
}

func (c *call) setTeamMembers(ctx context.Context, how helpdesk.MemberChange, in teamMembers) ([]helpdesk.AgentID, error) {
	added, err := c.desk.Teams.SetMembers(ctx, in.Team, how, in.Users...)
	if helpdesk.CodeOf(err) == helpdesk.Invalid {
		err = refused(http.StatusUnauthorized, "Invalid User IDs")
	}
	return added, err
}
