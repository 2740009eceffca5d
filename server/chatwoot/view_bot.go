package chatwoot

import (
	"github.com/gohelpdesk/helpdesk"
)

// botSlim is a bot beside other things. An installation's bot does not say where
// it is called.
type botSlim struct {
	ID          helpdesk.AgentID `json:"id"`
	Name        string           `json:"name"`
	Description string           `json:"description"`
	Thumbnail   string           `json:"thumbnail"`
	OutgoingURL *string          `json:"outgoing_url,omitempty"`
	BotType     string           `json:"bot_type"`
}

func slimBot(b *helpdesk.Bot) botSlim {
	out := botSlim{ID: b.ID, Name: b.Name, Description: b.Description, Thumbnail: picture(b.Avatar, b.AvatarURL), BotType: "webhook"}
	if b.Account != 0 {
		out.OutgoingURL = &b.URL
	}
	return out
}

type botView struct {
	botSlim
	BotConfig     map[string]any      `json:"bot_config"`
	AccountID     *helpdesk.AccountID `json:"account_id"`
	AccessToken   string              `json:"access_token,omitempty"`
	SystemBot     bool                `json:"system_bot"`
	WebhookSecret string              `json:"webhook_secret,omitempty"` // additions: what calls are signed with,
	Program       string              `json:"program"`                  // who answers in place of an address,
	GiveWayAfter  int                 `json:"give_way_after"`           // and for how many seconds it may be silent
}

func viewBot(b *helpdesk.Bot, token, secret string) botView {
	return botView{slimBot(b), object(b.Config), number(b.Account), token, b.Account == 0, secret, b.Program, b.GiveWayAfter}
}

// viewOwner is an assignee: an agent or a bot, of which bot tells more.
func viewOwner(a *helpdesk.Agent, bot *helpdesk.Bot) any {
	switch {
	case bot != nil:
		return slimBot(bot)
	case a.Bot:
		return botSlim{ID: a.ID, Name: a.Name, Thumbnail: picture(a.Avatar, ""), BotType: "webhook"}
	default:
		return viewAgent(a)
	}
}

// permissionNames are the permissions of a custom role, as the wire writes them.
func permissionNames() []struct {
	name string
	perm helpdesk.Permissions
} {
	return []struct {
		name string
		perm helpdesk.Permissions
	}{
		{"conversation_manage", helpdesk.ManageAll},
		{"conversation_unassigned_manage", helpdesk.ManageUnassigned},
		{"conversation_others_manage", helpdesk.ManageOthers}, // an addition
		{"conversation_participating_manage", helpdesk.ManageParticipating},
		{"contact_manage", helpdesk.ManageContacts},
		{"report_manage", helpdesk.ViewReports},
		{"knowledge_base_manage", helpdesk.ManageHelpCenter},
		{"campaign_manage", helpdesk.ManageCampaigns}, // additions
		{"label_manage", helpdesk.ManageLabels},
	}
}

// permissionsOf reads names; an unknown one is Invalid.
func permissionsOf(names []string) (helpdesk.Permissions, error) {
	var out helpdesk.Permissions
	for _, name := range names {
		found := helpdesk.Permissions(0)
		for _, p := range permissionNames() {
			if p.name == name {
				found = p.perm
			}
		}
		if found == 0 {
			return 0, &helpdesk.Error{Code: helpdesk.Invalid, Message: "invalid permissions", Fields: map[string]string{"permissions": "hold an unknown name"}}
		}
		out |= found
	}
	return out, nil
}

type roleView struct {
	ID          helpdesk.RoleID `json:"id"`
	Name        string          `json:"name"`
	Description string          `json:"description"`
	Permissions []string        `json:"permissions"`
	CreatedAt   iso             `json:"created_at"`
	UpdatedAt   iso             `json:"updated_at"`
}

func viewRole(r *helpdesk.CustomRole) roleView {
	out := roleView{r.ID, r.Name, r.Description, []string{}, iso{r.CreatedAt}, iso{r.UpdatedAt}}
	for _, p := range permissionNames() {
		if r.Permissions&p.perm != 0 {
			out.Permissions = append(out.Permissions, p.name)
		}
	}
	return out
}
