package helpdesk

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"
)

// Team is a department: conversations can be assigned to it, with or without
// handing them on to one of its members. Membership alone shows a member
// nothing: they must also belong to the inbox.
type Team struct {
	Account     AccountID
	ID          TeamID
	Name        string // lower case, unique in the account
	Description string
	AutoAssign  bool // hand a transferred conversation to an online member
	// WorkingHours, switched on, hold for its conversations instead of their inbox's.
	WorkingHours

	CreatedAt, UpdatedAt time.Time
	Version              int64
}

// Teams is the service for teams.
type Teams struct{ d *Desk }

// TeamInput is what a team is made of; in an update nil leaves a field alone.
type TeamInput struct {
	Name, Description *string
	AutoAssign        *bool // nil on create = true

	HoursEnabled *bool
	Timezone     *string
	Hours        []OpenHours // the given days replace theirs
	Holidays     []Holiday   // replace what was; nil leaves them alone
}

func loadTeam(u *unit, id int64) (*Team, error) { return u.tx.Teams().Get(u.ctx, TeamID(id)) }

// List returns the account's teams.
func (s Teams) List(ctx context.Context) ([]*Team, error) {
	return read(ctx, s.d, func(u *unit) ([]*Team, error) {
		if err := u.may(ReadSettings); err != nil {
			return nil, err
		}
		return all(u.ctx, u.tx.Teams(), TeamFilter{})
	})
}

// Get returns one team.
func (s Teams) Get(ctx context.Context, id TeamID) (*Team, error) {
	return read(ctx, s.d, func(u *unit) (*Team, error) {
		if err := u.may(ReadSettings); err != nil {
			return nil, err
		}
		return u.tx.Teams().Get(u.ctx, id)
	})
}

// Mine returns the teams the acting agent belongs to.
func (s Teams) Mine(ctx context.Context) ([]TeamID, error) {
	return read(ctx, s.d, func(u *unit) ([]TeamID, error) {
		var out []TeamID
		for id, members := range u.cfg.teamMembers {
			if slices.Contains(members, u.selfID()) {
				out = append(out, id)
			}
		}
		slices.Sort(out)
		return out, nil
	})
}

// Create adds a team.
func (s Teams) Create(ctx context.Context, in TeamInput) (*Team, error) {
	return change(ctx, s.d, loadTeam, func(u *unit) (*Team, int64, error) {
		if err := u.may(EditSettings); err != nil {
			return nil, 0, err
		}
		t := &Team{Account: u.actor.account, AutoAssign: true, CreatedAt: u.now}
		if err := u.applyTeam(t, in); err != nil {
			return nil, 0, err
		}
		if err := u.tx.Teams().Insert(u.ctx, t); err != nil {
			return nil, 0, err
		}
		u.emit(&Event{Kind: ConfigChanged, Subject: int64(t.ID)})
		return t, int64(t.ID), record(u, "team", int64(t.ID), nil, t)
	})
}

// Update changes a team.
func (s Teams) Update(ctx context.Context, id TeamID, in TeamInput) (*Team, error) {
	return change(ctx, s.d, loadTeam, func(u *unit) (*Team, int64, error) {
		if err := u.may(EditSettings); err != nil {
			return nil, 0, err
		}
		t, err := u.tx.Teams().Get(u.ctx, id)
		if err != nil {
			return nil, 0, err
		}
		before := *t
		if err := u.applyTeam(t, in); err != nil {
			return nil, 0, err
		}
		if err := u.tx.Teams().Update(u.ctx, t); err != nil {
			return nil, 0, err
		}
		if before.AutoAssign != t.AutoAssign {
			if err := u.switched(0, id, t.AutoAssign); err != nil {
				return nil, 0, err
			}
			if err := u.reload(); err != nil {
				return nil, 0, err
			}
			u.drainLater(slices.Collect(maps.Keys(u.cfg.inboxes))...)
		}
		u.emit(&Event{Kind: ConfigChanged, Subject: int64(t.ID)})
		return t, int64(t.ID), record(u, "team", int64(t.ID), &before, t)
	})
}

func (u *unit) applyTeam(t *Team, in TeamInput) error {
	p := problems{}
	setText(p, &t.Name, in.Name, "name", 255)
	t.Name = strings.ToLower(t.Name)
	setText(p, &t.Description, in.Description, "description", 2000)
	if in.AutoAssign != nil {
		t.AutoAssign = *in.AutoAssign
	}
	t.apply(p, hoursInput{in.HoursEnabled, in.Timezone, in.Hours, in.Holidays})
	p.add(t.Name == "", "name", "must not be blank")
	for _, o := range u.cfg.teams {
		p.add(o.ID != t.ID && o.Name == t.Name, "name", "has already been taken")
	}
	t.UpdatedAt = u.now
	return p.err()
}

// Delete removes a team; its conversations belong to none, and those without an
// owner wait for their inbox's agents.
func (s Teams) Delete(ctx context.Context, id TeamID) error {
	return remove(ctx, s.d, func(u *unit) error {
		if err := u.may(EditSettings); err != nil {
			return err
		}
		held, err := all(u.ctx, Repo[ConversationID, Conversation, ConversationFilter](u.tx.Conversations()), ConversationFilter{Team: id})
		if err != nil {
			return err
		}
		for _, c := range held {
			if err := u.setTeam(c, 0); err != nil {
				return err
			}
			if err := u.saveConversation(c); err != nil {
				return err
			}
		}
		if err := u.tx.Teams().Delete(u.ctx, id); err != nil {
			return err
		}
		u.emit(&Event{Kind: ConfigChanged, Subject: int64(id)})
		return record(u, "team", int64(id), u.cfg.teams[id], nil)
	})
}

// Members returns who belongs to a team.
func (s Teams) Members(ctx context.Context, id TeamID) ([]*Agent, error) {
	return read(ctx, s.d, func(u *unit) ([]*Agent, error) {
		if err := u.may(ReadSettings); err != nil {
			return nil, err
		}
		if u.cfg.teams[id] == nil {
			return nil, notFound("team")
		}
		return all(u.ctx, Repo[AgentID, Agent, AgentFilter](u.tx.Agents()), AgentFilter{Team: id})
	})
}

// SetMembers adds agents to, removes them from, or makes them exactly the
// members of a team, and returns those that are new. Who joins may get what waits
// for the team, in the same commit.
func (s Teams) SetMembers(ctx context.Context, id TeamID, how MemberChange, agents ...AgentID) ([]AgentID, error) {
	var added []AgentID
	err := remove(ctx, s.d, func(u *unit) (err error) {
		if err := u.may(EditSettings); err != nil {
			return err
		}
		if u.cfg.teams[id] == nil {
			return notFound("team")
		}
		var removed []AgentID
		added, removed, err = setMembers(u, u.tx.TeamMembers(), id, how, agents)
		if err != nil {
			return err
		}
		if len(added) > 0 {
			if err := u.reload(); err != nil {
				return err
			}
			for _, a := range added {
				u.freed(a)
			}
		}
		u.emit(&Event{Kind: ConfigChanged, Subject: int64(id)})
		return u.auditMembers("team_members", int64(id), added, removed)
	})
	return added, err
}

// MemberChange says how a list of members is meant.
type MemberChange int

const (
	AddMembers     MemberChange = iota // these too
	RemoveMembers                      // these no more
	ReplaceMembers                     // exactly these
)

// setMembers applies a change of members; agents of another account are Invalid.
func setMembers[Owner ~int64](u *unit, m Members[Owner], id Owner, how MemberChange, agents []AgentID) (added, removed []AgentID, err error) {
	if how != RemoveMembers {
		for _, a := range agents {
			if u.cfg.agents[a] == nil {
				return nil, nil, problems{"user_ids": "holds somebody who is no agent of this account"}.err()
			}
		}
	}
	now, err := m.Of(u.ctx, id)
	if err != nil {
		return nil, nil, err
	}
	switch how {
	case RemoveMembers:
		removed = slices.DeleteFunc(now, func(a AgentID) bool { return !slices.Contains(agents, a) })
	case ReplaceMembers:
		removed = slices.DeleteFunc(now, func(a AgentID) bool { return slices.Contains(agents, a) })
	case AddMembers:
	}
	if err := m.Remove(u.ctx, id, removed...); err != nil || how == RemoveMembers {
		return nil, removed, err
	}
	added, err = m.Add(u.ctx, id, agents...)
	return added, removed, err
}
