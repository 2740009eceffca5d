package bunstore

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/gohelpdesk/helpdesk"
)

type agentRow struct {
	bun.BaseModel `bun:"table:helpdesk_agents,alias:a"`

	AccountID    helpdesk.AccountID    `bun:"account_id,pk"`
	ID           helpdesk.AgentID      `bun:"id,pk"`
	Bot          bool                  `bun:"bot"`
	Role         helpdesk.Role         `bun:"role"`
	Custom       helpdesk.RoleID       `bun:"custom_role_id"`
	Availability helpdesk.Availability `bun:"availability"`
	AutoOffline  bool                  `bun:"auto_offline"`
	OpenLimit    int                   `bun:"open_limit"`
	Skills       document[[]string]    `bun:"skills"`

	HoursEnabled bool                           `bun:"hours_enabled"`
	Timezone     string                         `bun:"timezone"`
	Hours        document[[]helpdesk.OpenHours] `bun:"hours"`
	Holidays     document[[]helpdesk.Holiday]   `bun:"holidays"`

	MailOn helpdesk.NotificationSet `bun:"mail_on"`
	PushOn helpdesk.NotificationSet `bun:"push_on"`

	Inviter   helpdesk.AgentID `bun:"inviter_id"`
	ActiveAt  stamp            `bun:"active_at"`
	CreatedAt int64            `bun:"created_at"`
	UpdatedAt int64            `bun:"updated_at"`
	Version   int64            `bun:"version"`

	Name        string `bun:"along_name,scanonly"`
	DisplayName string `bun:"along_display_name,scanonly"`
	Email       string `bun:"along_email,scanonly"`
	Avatar      string `bun:"along_avatar,scanonly"`
	Confirmed   bool   `bun:"along_confirmed,scanonly"`
	Connected   bool   `bun:"along_connected,scanonly"`
}

// agentAlong reads what an agent is called from its user or bot, and whether it
// is connected from presence.
const agentAlong = `COALESCE((SELECT u.name FROM @helpdesk_users AS u WHERE u.id = a.id),
	(SELECT b.name FROM @helpdesk_bots AS b WHERE b.id = a.id), '') AS along_name,
	COALESCE((SELECT u.display_name FROM @helpdesk_users AS u WHERE u.id = a.id), '') AS along_display_name,
	COALESCE((SELECT u.email FROM @helpdesk_users AS u WHERE u.id = a.id), '') AS along_email,
	COALESCE((SELECT u.avatar FROM @helpdesk_users AS u WHERE u.id = a.id),
	(SELECT b.avatar FROM @helpdesk_bots AS b WHERE b.id = a.id), '') AS along_avatar,
	COALESCE((SELECT u.confirmed FROM @helpdesk_users AS u WHERE u.id = a.id), FALSE) AS along_confirmed,
	COALESCE((SELECT p.connected FROM @helpdesk_presence AS p WHERE p.account_id = a.account_id AND p.agent_id = a.id), FALSE) AS along_connected`

func packAgent(a *helpdesk.Agent) *agentRow {
	return &agentRow{
		AccountID: a.Account, ID: a.ID, Bot: a.Bot, Role: a.Role, Custom: a.Custom,
		Availability: a.Availability, AutoOffline: a.AutoOffline, OpenLimit: a.OpenLimit, Skills: doc(a.Skills),
		HoursEnabled: a.HoursEnabled, Timezone: a.Timezone, Hours: doc(a.Hours), Holidays: doc(a.Holidays),
		MailOn: a.MailOn, PushOn: a.PushOn, Inviter: a.Inviter, ActiveAt: at(a.ActiveAt),
		CreatedAt: micros(a.CreatedAt), UpdatedAt: micros(a.UpdatedAt), Version: a.Version,
	}
}

func (r *agentRow) unpack() *helpdesk.Agent {
	return &helpdesk.Agent{
		Account: r.AccountID, ID: r.ID, Bot: r.Bot, Role: r.Role, Custom: r.Custom,
		Availability: r.Availability, AutoOffline: r.AutoOffline, OpenLimit: r.OpenLimit, Skills: r.Skills.v,
		WorkingHours: helpdesk.WorkingHours{HoursEnabled: r.HoursEnabled, Timezone: r.Timezone, Hours: r.Hours.v, Holidays: r.Holidays.v},
		MailOn:       r.MailOn, PushOn: r.PushOn, Inviter: r.Inviter, ActiveAt: r.ActiveAt.time(),
		CreatedAt: moment(r.CreatedAt), UpdatedAt: moment(r.UpdatedAt), Version: r.Version,
		Name: r.Name, DisplayName: r.DisplayName, Email: r.Email, Avatar: r.Avatar, Confirmed: r.Confirmed, Connected: r.Connected,
	}
}

type agents struct {
	repo[helpdesk.AgentID, helpdesk.Agent, helpdesk.AgentFilter, agentRow]
}

func newAgents(t *tx) *agents {
	return &agents{repo[helpdesk.AgentID, helpdesk.Agent, helpdesk.AgentFilter, agentRow]{t, &noun[helpdesk.AgentID, helpdesk.Agent, helpdesk.AgentFilter, agentRow]{
		name: "agent", table: "@helpdesk_agents", alias: "a", config: true,
		pack: packAgent, unpack: (*agentRow).unpack,
		key: func(a *helpdesk.Agent) (*helpdesk.AccountID, *helpdesk.AgentID, *int64) {
			return &a.Account, &a.ID, &a.Version
		},
		filter: t.agentFilter,
		along:  agentAlong,
		owned: []string{
			"DELETE FROM @helpdesk_team_members WHERE account_id = ? AND agent_id = ?",
			"DELETE FROM @helpdesk_inbox_members WHERE account_id = ? AND agent_id = ?",
			"DELETE FROM @helpdesk_inbox_turns WHERE account_id = ? AND agent_id = ?",
			"DELETE FROM @helpdesk_hand_outs WHERE account_id = ? AND agent_id = ?",
			"DELETE FROM @helpdesk_notifications WHERE account_id = ? AND agent_id = ?",
			"DELETE FROM @helpdesk_presence WHERE account_id = ? AND agent_id = ?",
			"DELETE FROM @helpdesk_bots WHERE account_id = ? AND id = ?",
			"DELETE FROM @helpdesk_macros WHERE visibility = 'personal' AND account_id = ? AND created_by = ?",
			"DELETE FROM @helpdesk_views WHERE account_id = ? AND owner_id = ?",
		},
	}}}
}

func (t *tx) agentFilter(q *bun.SelectQuery, f helpdesk.AgentFilter) *bun.SelectQuery {
	if f.IDs != nil {
		q = q.Where("a.id IN (?)", in(f.IDs))
	}
	if f.Inbox != 0 {
		q = q.Where(t.d.qualify("EXISTS (SELECT 1 FROM @helpdesk_inbox_members AS m WHERE m.account_id = a.account_id AND m.inbox_id = ? AND m.agent_id = a.id)"), f.Inbox)
	}
	if f.Team != 0 {
		q = q.Where(t.d.qualify("EXISTS (SELECT 1 FROM @helpdesk_team_members AS m WHERE m.account_id = a.account_id AND m.team_id = ? AND m.agent_id = a.id)"), f.Team)
	}
	if f.Persons {
		q = q.Where("NOT a.bot")
	}
	if f.Admins {
		q = q.Where("a.role = ?", helpdesk.Administrator)
	}
	return q
}

// Insert implements helpdesk.Repo. The id of a person is the user's; a bot
// without an id is a new one, called Name.
func (r *agents) Insert(ctx context.Context, a *helpdesk.Agent) error {
	if a.ID == 0 && !a.Bot {
		return &helpdesk.Error{Code: helpdesk.Invalid, Message: "invalid id", Fields: map[string]string{"id": "must be a user's"}}
	}
	if a.ID == 0 {
		id, err := r.newAgentID(ctx)
		if err != nil {
			return err
		}
		a.ID = id
		_, err = r.exec(ctx, `INSERT INTO @helpdesk_bots (account_id, id, name, description, url, avatar_url, created_at, updated_at, version)
			VALUES (?, ?, ?, '', '', '', ?, ?, 1)`, r.account, id, a.Name, micros(a.CreatedAt), micros(a.UpdatedAt))
		if err != nil {
			return err
		}
	}
	return r.put(ctx, a)
}
