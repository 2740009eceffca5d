package chatwoot

import (
	"cmp"

	"github.com/gohelpdesk/helpdesk"
)

type agentView struct {
	ID                 helpdesk.AgentID      `json:"id"`
	AccountID          helpdesk.AccountID    `json:"account_id"`
	AvailabilityStatus helpdesk.Availability `json:"availability_status"`
	AutoOffline        bool                  `json:"auto_offline"`
	Confirmed          bool                  `json:"confirmed"`
	Email              string                `json:"email"`
	Provider           string                `json:"provider"`
	AvailableName      string                `json:"available_name"`
	Name               string                `json:"name"`
	Role               string                `json:"role"`
	Profile            helpdesk.Role         `json:"profile"` // an addition: the exact profile
	CustomRoleID       *helpdesk.RoleID      `json:"custom_role_id"`
	Thumbnail          string                `json:"thumbnail"`
	Skills             []string              `json:"skills"` // an addition
}

func viewAgent(a *helpdesk.Agent) agentView {
	return agentView{
		ID: a.ID, AccountID: a.Account, AvailabilityStatus: a.Effective(), AutoOffline: a.AutoOffline, Confirmed: a.Confirmed,
		Email: a.Email, Provider: "email", AvailableName: cmp.Or(a.DisplayName, a.Name), Name: a.Name, Role: roleName(a.Role), Profile: a.Role,
		CustomRoleID: number(a.Custom), Thumbnail: picture(a.Avatar, ""), Skills: append([]string{}, a.Skills...),
	}
}

// roleName is one of the two roles that Chatwoot's clients know.
func roleName(r helpdesk.Role) string {
	if r == helpdesk.Administrator {
		return "administrator"
	}
	return "agent"
}

// userPush is a person or a bot beside other things; bots have no availability.
type userPush struct {
	ID                 helpdesk.AgentID       `json:"id"`
	Name               string                 `json:"name"`
	AvailableName      string                 `json:"available_name,omitempty"`
	AvatarURL          string                 `json:"avatar_url"`
	Type               string                 `json:"type"`
	AvailabilityStatus *helpdesk.Availability `json:"availability_status,omitempty"`
	Thumbnail          *string                `json:"thumbnail,omitempty"`
}

func pushAgent(a *helpdesk.Agent) userPush {
	if a.Bot {
		return userPush{ID: a.ID, Name: a.Name, AvatarURL: picture(a.Avatar, ""), Type: "agent_bot"}
	}
	is, face := a.Effective(), picture(a.Avatar, "")
	return userPush{ID: a.ID, Name: a.Name, AvailableName: cmp.Or(a.DisplayName, a.Name), AvatarURL: face, Type: "user", AvailabilityStatus: &is, Thumbnail: &face}
}

func ownerType(a *helpdesk.Agent) string {
	if a.Bot {
		return "AgentBot"
	}
	return "User"
}

type teamView struct {
	ID              helpdesk.TeamID    `json:"id"`
	Name            string             `json:"name"`
	Description     string             `json:"description"`
	AllowAutoAssign bool               `json:"allow_auto_assign"`
	AccountID       helpdesk.AccountID `json:"account_id"`
	IsMember        bool               `json:"is_member"`
}

func viewTeam(t *helpdesk.Team, mine bool) teamView {
	return teamView{t.ID, t.Name, t.Description, t.AutoAssign, t.Account, mine}
}

type teamRaw struct {
	ID              helpdesk.TeamID    `json:"id"`
	Name            string             `json:"name"`
	Description     string             `json:"description"`
	AllowAutoAssign bool               `json:"allow_auto_assign"`
	AccountID       helpdesk.AccountID `json:"account_id"`
	CreatedAt       iso                `json:"created_at"`
	UpdatedAt       iso                `json:"updated_at"`
}

func rawTeam(t *helpdesk.Team) teamRaw {
	return teamRaw{t.ID, t.Name, t.Description, t.AutoAssign, t.Account, iso{t.CreatedAt}, iso{t.UpdatedAt}}
}

// userView is the signed-in user.
type userView struct {
	AccessToken      string              `json:"access_token"`
	AccountID        *helpdesk.AccountID `json:"account_id"`
	AvailableName    string              `json:"available_name"`
	AvatarURL        string              `json:"avatar_url"`
	Confirmed        bool                `json:"confirmed"`
	DisplayName      *string             `json:"display_name"`
	MessageSignature *string             `json:"message_signature"`
	Email            string              `json:"email"`
	ID               helpdesk.AgentID    `json:"id"`
	InviterID        *helpdesk.AgentID   `json:"inviter_id"`
	Name             string              `json:"name"`
	Provider         string              `json:"provider"`
	PubsubToken      string              `json:"pubsub_token"`
	CustomAttributes map[string]any      `json:"custom_attributes,omitempty"`
	Role             *string             `json:"role"`
	UISettings       map[string]any      `json:"ui_settings"`
	UID              string              `json:"uid"`
	Type             *string             `json:"type"`
	Accounts         []membershipView    `json:"accounts"`
	CreatedAt        iso                 `json:"created_at,omitzero"` // only when a session is validated
}

type membershipView struct {
	ID                 helpdesk.AccountID    `json:"id"`
	Name               string                `json:"name"`
	Status             string                `json:"status"`
	ActiveAt           iso                   `json:"active_at"`
	Role               string                `json:"role"`
	Permissions        []string              `json:"permissions"`
	Availability       helpdesk.Availability `json:"availability"`
	AvailabilityStatus helpdesk.Availability `json:"availability_status"`
	AutoOffline        bool                  `json:"auto_offline"`
}

func viewUser(u *helpdesk.User, token string, agents []*helpdesk.Agent, accounts []*helpdesk.Account) userView {
	out := userView{
		AccessToken: token, AvailableName: cmp.Or(u.DisplayName, u.Name), AvatarURL: picture(u.Avatar, ""), Confirmed: u.Confirmed, DisplayName: text(u.DisplayName),
		MessageSignature: text(u.Signature), Email: u.Email, ID: u.ID, Name: u.Name, Provider: "email", PubsubToken: u.PubsubToken,
		CustomAttributes: u.Attributes, UISettings: object(u.UISettings), UID: u.Email, Accounts: []membershipView{},
	}
	if u.SuperAdmin {
		out.Type = text("SuperAdmin")
	}
	for i, a := range agents {
		role := roleName(a.Role)
		out.Accounts = append(out.Accounts, membershipView{
			ID: a.Account, Name: accounts[i].Name, Status: accountStatus(accounts[i]), ActiveAt: iso{a.ActiveAt}, Role: role,
			Permissions: []string{role}, Availability: a.Availability, AvailabilityStatus: a.Effective(), AutoOffline: a.AutoOffline,
		})
	}
	if len(agents) > 0 {
		last := lastUsed(agents)
		out.AccountID, out.InviterID, out.Role = number(last.Account), number(last.Inviter), text(roleName(last.Role))
	}
	return out
}

func accountStatus(a *helpdesk.Account) string {
	if a.Suspended {
		return "suspended"
	}
	return "active"
}

type accountView struct {
	Settings         map[string]any     `json:"settings"`
	CreatedAt        iso                `json:"created_at"`
	CustomAttributes map[string]any     `json:"custom_attributes,omitempty"`
	Domain           *string            `json:"domain"`
	Features         map[string]bool    `json:"features"`
	ID               helpdesk.AccountID `json:"id"`
	Locale           string             `json:"locale"`
	Name             string             `json:"name"`
	SupportEmail     *string            `json:"support_email"`
	Status           string             `json:"status"`
	CacheKeys        cacheKeys          `json:"cache_keys"`
	LatestVersion    *string            `json:"latest_chatwoot_version"`
}

type cacheKeys struct {
	Label string `json:"label"`
	Inbox string `json:"inbox"`
	Team  string `json:"team"`
}

func viewAccount(a *helpdesk.Account) accountView {
	on := make(map[string]bool)
	for name, enabled := range a.Features {
		if enabled {
			on[name] = true
		}
	}
	const never = "0000000000"
	return accountView{
		Settings: object(a.Settings), CreatedAt: iso{a.CreatedAt}, CustomAttributes: a.Attributes, Domain: text(a.Domain), Features: on,
		ID: a.ID, Locale: a.Locale, Name: a.Name, SupportEmail: text(a.SupportEmail), Status: accountStatus(a),
		CacheKeys: cacheKeys{never, never, never},
	}
}
