package chatwoot

import (
	"github.com/gohelpdesk/helpdesk"
)

type platformAccountView struct {
	ID               helpdesk.AccountID `json:"id"`
	Name             string             `json:"name"`
	Locale           string             `json:"locale"`
	Domain           *string            `json:"domain"`
	SupportEmail     *string            `json:"support_email"`
	Features         map[string]bool    `json:"features"`
	CustomAttributes map[string]any     `json:"custom_attributes"`
	Limits           struct{}           `json:"limits"` // always empty: nothing is limited
	Status           string             `json:"status"`
}

func viewPlatformAccount(a *helpdesk.Account) platformAccountView {
	on := make(map[string]bool)
	for name, enabled := range a.Features {
		if enabled {
			on[name] = true
		}
	}
	return platformAccountView{
		ID: a.ID, Name: a.Name, Locale: a.Locale, Domain: text(a.Domain), SupportEmail: text(a.SupportEmail), Features: on,
		CustomAttributes: object(a.Attributes), Status: accountStatus(a),
	}
}

// accountUserRaw is a membership. It has no id of its own: its user's stands in.
type accountUserRaw struct {
	ID             helpdesk.AgentID      `json:"id"`
	AccountID      helpdesk.AccountID    `json:"account_id"`
	UserID         helpdesk.AgentID      `json:"user_id"`
	Role           string                `json:"role"`
	InviterID      *helpdesk.AgentID     `json:"inviter_id"`
	CreatedAt      iso                   `json:"created_at"`
	UpdatedAt      iso                   `json:"updated_at"`
	ActiveAt       iso                   `json:"active_at"`
	Availability   helpdesk.Availability `json:"availability"`
	AutoOffline    bool                  `json:"auto_offline"`
	CustomRoleID   *helpdesk.RoleID      `json:"custom_role_id"`
	CapacityPolicy *int64                `json:"agent_capacity_policy_id"`
}

func rawAccountUser(a *helpdesk.Agent) accountUserRaw {
	return accountUserRaw{
		ID: a.ID, AccountID: a.Account, UserID: a.ID, Role: roleName(a.Role), InviterID: number(a.Inviter), CreatedAt: iso{a.CreatedAt},
		UpdatedAt: iso{a.UpdatedAt}, ActiveAt: iso{a.ActiveAt}, Availability: a.Availability, AutoOffline: a.AutoOffline, CustomRoleID: number(a.Custom),
	}
}

type platformBotView struct {
	ID          helpdesk.AgentID    `json:"id"`
	Name        string              `json:"name"`
	Description string              `json:"description"`
	OutgoingURL string              `json:"outgoing_url"`
	AccountID   *helpdesk.AccountID `json:"account_id"`
	AccessToken string              `json:"access_token"`

	Program      string `json:"program"`        // additions: who answers in place of an address,
	GiveWayAfter int    `json:"give_way_after"` // and for how many seconds it may be silent
}

func viewPlatformBot(b *helpdesk.Bot, token string) platformBotView {
	return platformBotView{b.ID, b.Name, b.Description, b.URL, number(b.Account), token, b.Program, b.GiveWayAfter}
}

type platformUserView struct {
	AccessToken      string               `json:"access_token"`
	AccountID        *helpdesk.AccountID  `json:"account_id"`
	AvailableName    string               `json:"available_name"`
	AvatarURL        string               `json:"avatar_url"`
	Confirmed        bool                 `json:"confirmed"`
	DisplayName      *string              `json:"display_name"`
	MessageSignature *string              `json:"message_signature"`
	Email            string               `json:"email"`
	ID               helpdesk.AgentID     `json:"id"`
	Name             string               `json:"name"`
	Provider         string               `json:"provider"`
	PubsubToken      string               `json:"pubsub_token"`
	CustomAttributes map[string]any       `json:"custom_attributes"`
	Role             *string              `json:"role"`
	UISettings       map[string]any       `json:"ui_settings"`
	UID              string               `json:"uid"`
	Accounts         []platformMembership `json:"accounts"`
}

type platformMembership struct {
	ID       helpdesk.AccountID `json:"id"`
	Name     string             `json:"name"`
	ActiveAt iso                `json:"active_at"`
	Role     string             `json:"role"`
}

func viewPlatformUser(u *helpdesk.User, token string, agents []*helpdesk.Agent, accounts []*helpdesk.Account) platformUserView {
	v := viewUser(u, token, agents, accounts)
	return platformUserView{
		AccessToken: v.AccessToken, AccountID: v.AccountID, AvailableName: v.AvailableName, AvatarURL: v.AvatarURL, Confirmed: v.Confirmed,
		DisplayName: v.DisplayName, MessageSignature: v.MessageSignature, Email: v.Email, ID: v.ID, Name: v.Name, Provider: v.Provider,
		PubsubToken: v.PubsubToken, CustomAttributes: object(u.Attributes), Role: v.Role, UISettings: v.UISettings, UID: v.UID,
		Accounts: each(v.Accounts, func(m membershipView) platformMembership {
			return platformMembership{m.ID, m.Name, m.ActiveAt, m.Role}
		}),
	}
}

type userToken struct {
	AccessToken string    `json:"access_token"`
	Expiry      *int64    `json:"expiry"` // never
	User        tokenUser `json:"user"`
}

type tokenUser struct {
	ID          helpdesk.AgentID `json:"id"`
	Name        string           `json:"name"`
	DisplayName *string          `json:"display_name"`
	Email       string           `json:"email"`
	PubsubToken string           `json:"pubsub_token"`
}
