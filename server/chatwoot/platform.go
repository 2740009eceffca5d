package chatwoot

import (
	"context"
	"net/http"
	"net/url"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/server/internal/web"
)

// findApp lets a platform app in, and nobody else.
func (c *call) findApp(ctx context.Context) error {
	refusal := refused(http.StatusUnauthorized, "Invalid access_token")
	token, given := apiToken(c.r.Header)
	if !given {
		return refusal
	}
	owner, err := c.e.TokenOwner(ctx, token)
	if helpdesk.CodeOf(err) == helpdesk.Unauthenticated || err == nil && owner.App == nil {
		return refusal
	}
	if err != nil {
		return err
	}
	from := ""
	if ip := web.ClientIP(c.r, c.o.Proxies); ip.IsValid() {
		from = ip.String()
	}
	c.app, c.platform = owner.App, c.e.Platform(owner.App.ID, from)
	return nil
}

type accountID struct {
	ID helpdesk.AccountID `in:"id"`
}

type platformAccountInput struct {
	Name         *string        `in:"name"`
	Locale       *string        `in:"locale"`
	Domain       *string        `in:"domain"`
	SupportEmail *string        `in:"support_email"`
	Status       string         `in:"status"`
	Features     map[string]any `in:"features"`
	Attributes   map[string]any `in:"custom_attributes"`
}

func (in platformAccountInput) input() (helpdesk.PlatformAccount, error) {
	out := helpdesk.PlatformAccount{Name: in.Name, Locale: in.Locale, Domain: in.Domain, SupportEmail: in.SupportEmail, Attributes: in.Attributes}
	switch in.Status {
	case "":
	case "active", "0", "suspended", "1":
		suspended := in.Status == "suspended" || in.Status == "1"
		out.Suspended = &suspended
	default:
		return out, &helpdesk.Error{Code: helpdesk.Invalid, Message: "invalid status", Fields: map[string]string{"status": "must be active or suspended"}}
	}
	if in.Features != nil {
		out.Features = make(map[string]bool, len(in.Features))
		for name, on := range in.Features {
			out.Features[name] = on == true || on == "true" || on == 1.0
		}
	}
	return out, nil
}

type platformAccountChange struct {
	accountID
	platformAccountInput
}

func listPlatformAccounts(ctx context.Context, c *call, _ none) ([]platformAccountView, error) {
	list, err := c.platform.Accounts(ctx)
	return each(list, viewPlatformAccount), err
}

func createPlatformAccount(ctx context.Context, c *call, in platformAccountInput) (platformAccountView, error) {
	input, err := in.input()
	if err != nil {
		return platformAccountView{}, err
	}
	a, err := c.platform.CreateAccount(ctx, input)
	return shown(a, err, viewPlatformAccount)
}

func showPlatformAccount(ctx context.Context, c *call, in accountID) (platformAccountView, error) {
	a, err := c.platform.Account(ctx, in.ID)
	return shown(a, err, viewPlatformAccount)
}

func updatePlatformAccount(ctx context.Context, c *call, in platformAccountChange) (platformAccountView, error) {
	input, err := in.input()
	if err != nil {
		return platformAccountView{}, err
	}
	a, err := c.platform.UpdateAccount(ctx, in.ID, input)
	return shown(a, err, viewPlatformAccount)
}

func deletePlatformAccount(ctx context.Context, c *call, in accountID) (empty, error) {
	return empty{}, c.platform.DeleteAccount(ctx, in.ID)
}

type accountUser struct {
	Account    helpdesk.AccountID `in:"account_id"`
	User       helpdesk.AgentID   `in:"user_id"`
	Role       helpdesk.Role      `in:"role"`
	CustomRole helpdesk.RoleID    `in:"custom_role_id"`
}

func listAccountUsers(ctx context.Context, c *call, in accountUser) ([]accountUserRaw, error) {
	list, err := c.platform.Members(ctx, in.Account)
	return each(list, rawAccountUser), err
}

func setAccountUser(ctx context.Context, c *call, in accountUser) (accountUserRaw, error) {
	role := agentInput{Role: in.Role, CustomRole: in.CustomRole}
	a, err := c.platform.SetMember(ctx, in.Account, in.User, role.input(helpdesk.WorkingHours{}))
	return shown(a, err, rawAccountUser)
}

func deleteAccountUser(ctx context.Context, c *call, in accountUser) (empty, error) {
	return empty{}, c.platform.RemoveMember(ctx, in.Account, in.User)
}

// platformBot shapes a bot with its token.
func (c *call) platformBot(ctx context.Context, b *helpdesk.Bot, err error) (platformBotView, error) {
	if err != nil {
		return platformBotView{}, err
	}
	token, err := c.platform.BotToken(ctx, b)
	return viewPlatformBot(b, token), err
}

func listPlatformBots(ctx context.Context, c *call, _ none) ([]platformBotView, error) {
	list, err := c.platform.Bots(ctx)
	out := make([]platformBotView, 0, len(list))
	for _, b := range list {
		view, err := c.platformBot(ctx, b, nil)
		if err != nil {
			return nil, err
		}
		out = append(out, view)
	}
	return out, err
}

type platformBotInput struct {
	botInput
	Account helpdesk.AccountID `in:"account_id"`
}

func createPlatformBot(ctx context.Context, c *call, in platformBotInput) (platformBotView, error) {
	b, err := in.give(func(bot helpdesk.BotInput) (*helpdesk.Bot, error) { return c.platform.CreateBot(ctx, in.Account, bot) })
	return c.platformBot(ctx, b, err)
}

func showPlatformBot(ctx context.Context, c *call, in botID) (platformBotView, error) {
	b, err := c.platform.Bot(ctx, in.ID)
	return c.platformBot(ctx, b, err)
}

func updatePlatformBot(ctx context.Context, c *call, in botChange) (platformBotView, error) {
	b, err := in.give(func(bot helpdesk.BotInput) (*helpdesk.Bot, error) { return c.platform.UpdateBot(ctx, in.ID, bot) })
	return c.platformBot(ctx, b, err)
}

func deletePlatformBot(ctx context.Context, c *call, in botID) (empty, error) {
	return empty{}, c.platform.DeleteBot(ctx, in.ID)
}

type userID struct {
	ID helpdesk.AgentID `in:"id"`
}

type platformUserInput struct {
	Name        *string        `in:"name"`
	DisplayName *string        `in:"display_name"`
	Email       *string        `in:"email"`
	Password    *string        `in:"password"`
	Attributes  map[string]any `in:"custom_attributes"`
}

func (in platformUserInput) input() helpdesk.PlatformUser {
	return helpdesk.PlatformUser{Email: in.Email, Name: in.Name, DisplayName: in.DisplayName, Password: in.Password, Attributes: in.Attributes}
}

type platformUserChange struct {
	userID
	platformUserInput
}

// platformUser shapes a user with the accounts they are an agent of.
func (c *call) platformUser(ctx context.Context, u *helpdesk.User, err error) (platformUserView, error) {
	if err != nil {
		return platformUserView{}, err
	}
	token, err := c.e.AccessToken(u)
	if err != nil {
		return platformUserView{}, err
	}
	agents, accounts, err := c.e.Memberships(ctx, u.ID)
	return viewPlatformUser(u, token, agents, accounts), err
}

func createPlatformUser(ctx context.Context, c *call, in platformUserInput) (platformUserView, error) {
	u, err := c.platform.CreateUser(ctx, in.input())
	return c.platformUser(ctx, u, err)
}

func showPlatformUser(ctx context.Context, c *call, in userID) (platformUserView, error) {
	u, err := c.platform.User(ctx, in.ID)
	return c.platformUser(ctx, u, err)
}

func updatePlatformUser(ctx context.Context, c *call, in platformUserChange) (platformUserView, error) {
	u, err := c.platform.UpdateUser(ctx, in.ID, in.input())
	return c.platformUser(ctx, u, err)
}

func deletePlatformUser(ctx context.Context, c *call, in userID) (empty, error) {
	return empty{}, c.platform.DeleteUser(ctx, in.ID)
}

type loginLink struct {
	URL string `json:"url"`
}

// linkPlatformUser makes a link that signs a user in once.
func linkPlatformUser(ctx context.Context, c *call, in userID) (loginLink, error) {
	u, ticket, err := c.platform.SignInTicket(ctx, in.ID)
	if err != nil {
		return loginLink{}, err
	}
	query := url.Values{"email": {u.Email}, "sso_auth_token": {ticket}}
	return loginLink{c.files.Base + "/app/login?" + query.Encode()}, nil
}

func showPlatformUserToken(ctx context.Context, c *call, in userID) (userToken, error) {
	u, err := c.platform.User(ctx, in.ID)
	if err != nil {
		return userToken{}, err
	}
	token, err := c.e.AccessToken(u)
	return userToken{token, nil, tokenUser{u.ID, u.Name, text(u.DisplayName), u.Email, u.PubsubToken}}, err
}
