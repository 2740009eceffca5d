package chatwoot

import (
	"context"
	"mime/multipart"
	"strconv"

	"github.com/gohelpdesk/helpdesk"
)

// bots shapes bots for the caller: administrators see the tokens of the
// account's own, and what calls to them are signed with.
func (c *call) bots(ctx context.Context, rows ...*helpdesk.Bot) ([]botView, error) {
	var tokens, secrets map[helpdesk.AgentID]string
	if c.isAdmin() {
		var err error
		if tokens, err = c.desk.Bots.Tokens(ctx); err != nil {
			return nil, err
		}
		if secrets, err = c.desk.Bots.Secrets(ctx); err != nil {
			return nil, err
		}
	}
	return each(rows, func(b *helpdesk.Bot) botView { return viewBot(b, tokens[b.ID], secrets[b.ID]) }), nil
}

func (c *call) bot(ctx context.Context, b *helpdesk.Bot, err error) (botView, error) {
	if err != nil {
		return botView{}, err
	}
	out, err := c.bots(ctx, b)
	if err != nil {
		return botView{}, err
	}
	return out[0], nil
}

func listBots(ctx context.Context, c *call, _ none) ([]botView, error) {
	rows, err := c.desk.Bots.List(ctx)
	if err != nil {
		return nil, err
	}
	return c.bots(ctx, rows...)
}

type botID struct {
	ID helpdesk.AgentID `in:"id"`
}

type botInput struct {
	Name        *string               `in:"name"`
	Description *string               `in:"description"`
	URL         *string               `in:"outgoing_url"`
	Program     *string               `in:"program"`        // additions: a program of the server's in place of an address,
	GiveWay     *int                  `in:"give_way_after"` // and how many seconds customers wait for the bot
	AvatarURL   *string               `in:"avatar_url"`
	Avatar      *multipart.FileHeader `in:"avatar"`
	Config      map[string]any        `in:"bot_config"`
}

// give hands the input to what makes or changes a bot, its picture open.
func (in botInput) give(to func(helpdesk.BotInput) (*helpdesk.Bot, error)) (*helpdesk.Bot, error) {
	avatar, closeFile, err := openFile(in.Avatar)
	if err != nil {
		return nil, err
	}
	defer closeFile()
	return to(helpdesk.BotInput{
		Name: in.Name, Description: in.Description, URL: in.URL, Program: in.Program, GiveWayAfter: in.GiveWay, AvatarURL: in.AvatarURL, Config: in.Config, Avatar: avatar,
	})
}

type botChange struct {
	botID
	botInput
}

func createBot(ctx context.Context, c *call, in botInput) (botView, error) {
	b, err := in.give(func(in helpdesk.BotInput) (*helpdesk.Bot, error) { return c.desk.Bots.Create(ctx, in) })
	return c.bot(ctx, b, err)
}

func showBot(ctx context.Context, c *call, in botID) (botView, error) {
	b, err := c.desk.Bots.Get(ctx, in.ID)
	return c.bot(ctx, b, err)
}

func updateBot(ctx context.Context, c *call, in botChange) (botView, error) {
	b, err := in.give(func(bot helpdesk.BotInput) (*helpdesk.Bot, error) { return c.desk.Bots.Update(ctx, in.ID, bot) })
	return c.bot(ctx, b, err)
}

func deleteBot(ctx context.Context, c *call, in botID) (empty, error) {
	return empty{}, c.desk.Bots.Delete(ctx, in.ID)
}

func deleteBotAvatar(ctx context.Context, c *call, in botID) (botView, error) {
	b, err := c.desk.Bots.Update(ctx, in.ID, helpdesk.BotInput{Avatar: &helpdesk.File{}})
	return c.bot(ctx, b, err)
}

func resetBotToken(ctx context.Context, c *call, in botID) (botView, error) {
	b, err := c.desk.Bots.ResetToken(ctx, in.ID)
	return c.bot(ctx, b, err)
}

// inboxBot leaves the key out where there is no bot.
type inboxBot struct {
	Bot *botView `json:"agent_bot,omitempty"`
}

func showInboxBot(ctx context.Context, c *call, in inboxID) (inboxBot, error) {
	b, err := c.desk.Inboxes.Bot(ctx, in.ID)
	if err != nil || b == nil {
		return inboxBot{}, err
	}
	view, err := c.bot(ctx, b, nil)
	return inboxBot{&view}, err
}

type inboxBotInput struct {
	inboxID
	Bot *helpdesk.AgentID `in:"agent_bot"`
}

func setInboxBot(ctx context.Context, c *call, in inboxBotInput) (empty, error) {
	bot := helpdesk.AgentID(0)
	if in.Bot != nil {
		bot = *in.Bot
	}
	_, err := c.desk.Inboxes.SetBot(ctx, in.ID, bot)
	return empty{}, err
}

func listRoles(ctx context.Context, c *call, _ none) ([]roleView, error) {
	roles, err := c.desk.Roles.List(ctx)
	return each(roles, viewRole), err
}

type roleID struct {
	ID helpdesk.RoleID `in:"id"`
}

type roleInput struct {
	Name        *string  `in:"name"`
	Description *string  `in:"description"`
	Permissions []string `in:"permissions"`
}

// input lays what was sent over the role as it is.
func (in roleInput) input(now helpdesk.CustomRole) (helpdesk.RoleInput, error) {
	out := helpdesk.RoleInput{Name: now.Name, Description: now.Description, Permissions: now.Permissions}
	if in.Name != nil {
		out.Name = *in.Name
	}
	if in.Description != nil {
		out.Description = *in.Description
	}
	var err error
	if in.Permissions != nil {
		out.Permissions, err = permissionsOf(in.Permissions)
	}
	return out, err
}

type roleChange struct {
	roleID
	roleInput
}

func createRole(ctx context.Context, c *call, in roleInput) (roleView, error) {
	input, err := in.input(helpdesk.CustomRole{})
	if err != nil {
		return roleView{}, err
	}
	r, err := c.desk.Roles.Create(ctx, input)
	return shown(r, err, viewRole)
}

func showRole(ctx context.Context, c *call, in roleID) (roleView, error) {
	r, err := c.desk.Roles.Get(ctx, in.ID)
	return shown(r, err, viewRole)
}

func updateRole(ctx context.Context, c *call, in roleChange) (roleView, error) {
	r, err := c.desk.Roles.Get(ctx, in.ID)
	if err != nil {
		return roleView{}, err
	}
	input, err := in.input(*r)
	if err != nil {
		return roleView{}, err
	}
	r, err = c.desk.Roles.Update(ctx, in.ID, input)
	return shown(r, err, viewRole)
}

func deleteRole(ctx context.Context, c *call, in roleID) (empty, error) {
	return empty{}, c.desk.Roles.Delete(ctx, in.ID)
}

// senderBot is the bot in whose name an agent writes; 0 = their own.
func senderBot(kind string, id any) helpdesk.AgentID {
	if kind != "AgentBot" || id == nil {
		return 0
	}
	n, err := strconv.ParseInt(asString(id), 10, 64)
	if err != nil {
		return 0
	}
	return helpdesk.AgentID(n)
}

func asString(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case float64:
		return strconv.FormatInt(int64(v), 10)
	default:
		return ""
	}
}
