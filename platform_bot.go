package helpdesk

import (
	"context"
)

// Bots lists the bots the app may reach.
func (p *Platform) Bots(ctx context.Context) (list []*Bot, err error) {
	err = p.e.lookup(ctx, func(ctx context.Context, tx SystemTx) error {
		ids, err := tx.Grants().Of(ctx, p.app, BotGrant)
		if err != nil {
			return err
		}
		list, err = all(ctx, tx.Bots(), BotFilter{IDs: agentIDs(ids)})
		return err
	})
	return list, err
}

func agentIDs(ids []int64) []AgentID {
	out := make([]AgentID, len(ids))
	for i, id := range ids {
		out[i] = AgentID(id)
	}
	return out
}

// Bot returns one bot.
func (p *Platform) Bot(ctx context.Context, id AgentID) (b *Bot, err error) {
	err = p.look(ctx, BotGrant, int64(id), func(ctx context.Context, tx SystemTx) error {
		b, err = tx.Bots().Get(ctx, id)
		return err
	})
	return orNil(b, err)
}

// CreateBot makes a bot, which the app may reach: of an account that the app may
// reach, or with 0 of the installation. A picture that one of the installation's
// is given by its address is not fetched, but shown from there.
func (p *Platform) CreateBot(ctx context.Context, account AccountID, in BotInput) (*Bot, error) {
	key, err := p.e.setPicture(ctx, in.Avatar)
	if err != nil {
		return nil, err
	}
	in.avatar = key
	b, err := p.createBot(ctx, account, in)
	p.e.dropPicture(ctx, err, key, b.shows(key))
	return b, err
}

func (p *Platform) createBot(ctx context.Context, account AccountID, in BotInput) (*Bot, error) {
	if account != 0 {
		return accountChange(ctx, p, account, loadBot, func(u *unit) (*Bot, int64, error) {
			b, err := u.createBot(in)
			if err != nil {
				return nil, 0, err
			}
			return b, int64(b.ID), u.tx.Grants().Add(u.ctx, p.app, BotGrant, int64(b.ID))
		})
	}
	return platformChange(ctx, p, p.loadBot, func(ctx context.Context, tx SystemTx, _ int64) (*Bot, int64, error) {
		b, token, err := p.e.newBot(0, in)
		if err != nil {
			return nil, 0, err
		}
		if err := tx.Bots().Insert(ctx, b); err != nil {
			return nil, 0, err
		}
		if err := tx.Routes().Put(ctx, Route{Kind: AccessTokenRoute, Object: int64(b.ID)}, token); err != nil {
			return nil, 0, err
		}
		return b, int64(b.ID), tx.Grants().Add(ctx, p.app, BotGrant, int64(b.ID))
	})
}

func (p *Platform) loadBot(ctx context.Context, tx SystemTx, id int64) (*Bot, int64, error) {
	b, err := tx.Bots().Get(ctx, AgentID(id))
	return b, id, err
}

// UpdateBot changes a bot.
func (p *Platform) UpdateBot(ctx context.Context, id AgentID, in BotInput) (*Bot, error) {
	b, err := p.Bot(ctx, id)
	if err != nil {
		return nil, err
	}
	if b.Account != 0 {
		return p.e.As(p.in(b.Account)).Bots.Update(globalKeys(ctx), id, in)
	}
	key, err := p.e.setPicture(ctx, in.Avatar)
	if err != nil {
		return nil, err
	}
	in.avatar = key
	b, err = platformChange(ctx, p, p.loadBot, func(ctx context.Context, tx SystemTx, _ int64) (*Bot, int64, error) {
		b, err := tx.Bots().Get(ctx, id)
		if err != nil {
			return nil, 0, err
		}
		if err := p.e.applyBot(b, in); err != nil {
			return nil, 0, err
		}
		if key != nil && *key != b.Avatar {
			if err := p.e.dropPictureOf(ctx, tx, b.Avatar); err != nil {
				return nil, 0, err
			}
			b.Avatar = *key
		}
		if err := tx.Bots().Update(ctx, b); err != nil {
			return nil, 0, err
		}
		return b, int64(id), tx.MoveConfig(ctx, id) // of the accounts that use it
	})
	p.e.dropPicture(ctx, err, key, b.shows(key))
	return b, err
}

// dropPictureOf removes the picture of what belongs to no account, with this
// commit.
func (e *Engine) dropPictureOf(ctx context.Context, tx SystemTx, key string) error {
	if key == "" {
		return nil
	}
	return tx.Jobs().Enqueue(ctx, &Job{Kind: jobBlobDrop, Lane: Bulk, RunAt: e.now(), Args: args(blobArgs{[]string{key}})})
}

// DeleteBot removes a bot. One of the installation's leaves each account in
// turn, by a job, and can do nothing from now on.
func (p *Platform) DeleteBot(ctx context.Context, id AgentID) error {
	b, err := p.Bot(ctx, id)
	if err != nil {
		return err
	}
	if b.Account != 0 {
		return p.e.As(p.in(b.Account)).Bots.Delete(globalKeys(ctx), id)
	}
	return p.remove(ctx, BotGrant, int64(id), func(ctx context.Context, tx SystemTx) error {
		if err := tx.Routes().DropObject(ctx, AccessTokenRoute, 0, int64(id)); err != nil {
			return err
		}
		return p.e.enqueueMemberDrop(ctx, tx, id)
	})
}

// BotToken returns the API token of a bot the app may reach.
func (p *Platform) BotToken(ctx context.Context, b *Bot) (string, error) {
	err := p.e.lookup(ctx, func(ctx context.Context, tx SystemTx) error {
		return p.holds(ctx, tx.Grants(), BotGrant, int64(b.ID))
	})
	if err != nil {
		return "", err
	}
	return p.e.unseal(b.AccessToken, sealToken)
}
