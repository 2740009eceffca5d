package bunstore

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/gohelpdesk/helpdesk"
)

type botRow struct {
	bun.BaseModel `bun:"table:helpdesk_bots,alias:b"`

	AccountID   helpdesk.AccountID       `bun:"account_id,pk"`
	ID          helpdesk.AgentID         `bun:"id,pk"`
	Name        string                   `bun:"name"`
	Description string                   `bun:"description"`
	URL         string                   `bun:"url"`
	Program     string                   `bun:"program"`
	GiveWay     int                      `bun:"give_way_after"`
	AvatarURL   string                   `bun:"avatar_url"`
	Avatar      string                   `bun:"avatar"`
	Config      document[map[string]any] `bun:"config"`
	AccessToken []byte                   `bun:"access_token"`
	CreatedAt   int64                    `bun:"created_at"`
	UpdatedAt   int64                    `bun:"updated_at"`
	Version     int64                    `bun:"version"`
}

func packBot(v *helpdesk.Bot) *botRow {
	return &botRow{
		AccountID: v.Account, ID: v.ID, Name: v.Name, Description: v.Description, URL: v.URL, AvatarURL: v.AvatarURL, Avatar: v.Avatar,
		Program: v.Program, GiveWay: v.GiveWayAfter, Config: doc(v.Config), AccessToken: v.AccessToken,
		CreatedAt: micros(v.CreatedAt), UpdatedAt: micros(v.UpdatedAt), Version: v.Version,
	}
}

func (r *botRow) unpack() *helpdesk.Bot {
	return &helpdesk.Bot{
		Account: r.AccountID, ID: r.ID, Name: r.Name, Description: r.Description, URL: r.URL, AvatarURL: r.AvatarURL, Avatar: r.Avatar,
		Program: r.Program, GiveWayAfter: r.GiveWay, Config: r.Config.v, AccessToken: r.AccessToken,
		CreatedAt: moment(r.CreatedAt), UpdatedAt: moment(r.UpdatedAt), Version: r.Version,
	}
}

// bots are an account's, or in System all there are.
type bots struct {
	repo[helpdesk.AgentID, helpdesk.Bot, helpdesk.BotFilter, botRow]
}

func newBots(t *tx, global bool) *bots {
	return &bots{repo[helpdesk.AgentID, helpdesk.Bot, helpdesk.BotFilter, botRow]{t, &noun[helpdesk.AgentID, helpdesk.Bot, helpdesk.BotFilter, botRow]{
		name: "bot", table: "@helpdesk_bots", alias: "b", global: global, config: true,
		pack: packBot, unpack: (*botRow).unpack,
		key: func(v *helpdesk.Bot) (*helpdesk.AccountID, *helpdesk.AgentID, *int64) {
			if global {
				return nil, &v.ID, &v.Version
			}
			return &v.Account, &v.ID, &v.Version
		},
		filter: func(q *bun.SelectQuery, f helpdesk.BotFilter) *bun.SelectQuery {
			if f.IDs != nil {
				q = q.Where("b.id IN (?)", in(f.IDs))
			}
			return q
		},
	}}}
}

// Insert implements helpdesk.Repo. The id comes from the sequence that users
// and bots share.
func (r *bots) Insert(ctx context.Context, b *helpdesk.Bot) error {
	id, err := r.newAgentID(ctx)
	if err != nil {
		return err
	}
	b.ID = id
	return r.put(ctx, b)
}

// Shared implements helpdesk.BotRepo.
func (r *bots) Shared(ctx context.Context) ([]*helpdesk.Bot, error) {
	return r.list(ctx, "b.account_id = 0")
}

// Members implements helpdesk.BotRepo.
func (r *bots) Members(ctx context.Context) ([]*helpdesk.Bot, error) {
	return r.list(ctx, "b.id IN (SELECT a.id FROM @helpdesk_agents AS a WHERE a.account_id = ? AND a.bot)", r.account)
}

func (r *bots) list(ctx context.Context, where string, args ...any) ([]*helpdesk.Bot, error) {
	var rows []botRow
	q := r.db.NewSelect().Model(&rows).ModelTableExpr(r.d.qualify("@helpdesk_bots AS b")).Where(r.d.qualify(where), args...).Order("b.id")
	if err := r.all(ctx, q); err != nil {
		return nil, err
	}
	return unpackAll(rows, (*botRow).unpack), nil
}
