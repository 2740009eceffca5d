package helpdesk

import (
	"context"
	"slices"
	"strings"
	"time"
)

// Bot is an agent that is a program. It is a member of its account like any
// agent, and may belong to inboxes and own conversations; nothing is handed to
// it by turns, and no limit binds it.
//
// An inbox may be connected to one bot (see Inboxes.SetBot). While it is, new
// conversations there begin pending, with the bot, and reach people only when
// the bot, or a person, opens them.
type Bot struct {
	// Account is whose bot it is; 0 = the installation's. Every account sees the
	// installation's bots, and one becomes a member of an account when it is
	// connected to the first of its inboxes, until it leaves the last.
	Account     AccountID
	ID          AgentID
	Name        string
	Description string
	Program     string         // of Options.Bots, in place of a URL; "" = none
	URL         string         // hears of messages and of conversations that open and close; "" = nobody is called
	AvatarURL   string         // where the picture came from; "" = uploaded, or none
	Avatar      string         // key of the picture in Blobs; "" = none, or not fetched yet
	Config      map[string]any // the bot's own
	AccessToken []byte         // sealed; its digest is a route
	// GiveWayAfter is how many seconds a customer waits for the bot before people
	// get the conversation, however the bot is called; 0 = for ever. Silence only
	// is counted: a public message of the bot's ends it, a note or a label does not.
	GiveWayAfter int

	CreatedAt, UpdatedAt time.Time
	Version              int64
}

// Bots is the service for agent bots.
type Bots struct{ d *Desk }

// BotInput is what a bot is made of; in an update nil leaves a field alone.
type BotInput struct {
	Name, Description *string
	URL, AvatarURL    *string        // http or https, up to 2048 characters; "" = none
	Program           *string        // one of Options.Bots; not beside a URL
	GiveWayAfter      *int           // seconds, up to a week; nil on create = 300
	Config            map[string]any // replaces what was

	Avatar *File   // a picture; a File without Data takes it away, its address too
	avatar *string // its key, once it is in Blobs
}

func loadBot(u *unit, id int64) (*Bot, error) { return u.bot(AgentID(id)) }

// bot finds a bot that the account may use: its own, or the installation's.
func (u *unit) bot(id AgentID) (*Bot, error) {
	b, err := u.tx.Bots().Get(u.ctx, id)
	if CodeOf(err) != NotFound {
		return b, err
	}
	shared, err := u.tx.Bots().Shared(u.ctx)
	if err != nil {
		return nil, err
	}
	if i := slices.IndexFunc(shared, func(b *Bot) bool { return b.ID == id }); i >= 0 {
		return shared[i], nil
	}
	return nil, notFound("bot")
}

// ownBot finds a bot that the account may change.
func (u *unit) ownBot(id AgentID) (*Bot, error) {
	if err := u.may(EditSettings); err != nil {
		return nil, err
	}
	b, err := u.bot(id)
	if err == nil && b.Account != u.actor.account {
		err = forbidden(EditSettings)
	}
	return orNil(b, err)
}

// List returns the account's bots and the installation's.
func (s Bots) List(ctx context.Context) ([]*Bot, error) {
	return read(ctx, s.d, func(u *unit) ([]*Bot, error) {
		if err := u.may(ReadSettings); err != nil {
			return nil, err
		}
		own, err := all(u.ctx, Repo[AgentID, Bot, BotFilter](u.tx.Bots()), BotFilter{})
		if err != nil {
			return nil, err
		}
		shared, err := u.tx.Bots().Shared(u.ctx)
		return append(own, shared...), err
	})
}

// Get returns one bot of the account or of the installation.
func (s Bots) Get(ctx context.Context, id AgentID) (*Bot, error) {
	return read(ctx, s.d, func(u *unit) (*Bot, error) {
		if err := u.may(ReadSettings); err != nil {
			return nil, err
		}
		return u.bot(id)
	})
}

// Create adds a bot with an access token (see Token).
func (s Bots) Create(ctx context.Context, in BotInput) (*Bot, error) {
	key, err := s.d.e.setPicture(ctx, in.Avatar)
	if err != nil {
		return nil, err
	}
	in.avatar = key
	b, err := change(ctx, s.d, loadBot, func(u *unit) (*Bot, int64, error) {
		if err := u.may(EditSettings); err != nil {
			return nil, 0, err
		}
		b, err := u.createBot(in)
		if err != nil {
			return nil, 0, err
		}
		return b, int64(b.ID), nil
	})
	s.d.e.dropPicture(ctx, err, key, b.shows(key))
	return b, err
}

func (u *unit) createBot(in BotInput) (*Bot, error) {
	b, token, err := u.e.newBot(u.actor.account, in)
	if err != nil {
		return nil, err
	}
	if err := u.tx.Bots().Insert(u.ctx, b); err != nil {
		return nil, err
	}
	u.fetchPicture(botPicture, int64(b.ID), b.AvatarURL)
	if err := u.tx.Routes().Put(u.ctx, Route{AccessTokenRoute, b.Account, int64(b.ID)}, token); err != nil {
		return nil, err
	}
	if err := u.joinBot(b); err != nil {
		return nil, err
	}
	return b, record(u, "bot", int64(b.ID), nil, b)
}

// newBot is a bot that is not stored yet, and its token.
func (e *Engine) newBot(account AccountID, in BotInput) (b *Bot, token string, err error) {
	b, token = &Bot{Account: account, GiveWayAfter: defaultGiveWay, CreatedAt: e.now()}, newToken()
	if err := e.applyBot(b, in); err != nil {
		return nil, "", err
	}
	if in.avatar != nil {
		b.Avatar = *in.avatar
	}
	b.AccessToken, err = e.seal(token, sealToken)
	return b, token, err
}

// defaultGiveWay is five minutes: programs answer in seconds, and whoever has
// waited that long is better served by somebody who need not have come.
const defaultGiveWay = 300

func (e *Engine) applyBot(b *Bot, in BotInput) error {
	p, was := problems{}, b.Program
	setText(p, &b.Program, in.Program, "program", 100)
	if _, known := e.opts.Bots[b.Program]; b.Program != was {
		p.add(b.Program != "" && !known, "program", "is not one of this server's")
	}
	if in.GiveWayAfter != nil {
		b.GiveWayAfter = *in.GiveWayAfter
	}
	p.add(b.GiveWayAfter < 0 || b.GiveWayAfter > 7*24*60*60, "give_way_after", "must be 0 to 604800 seconds")
	setText(p, &b.Name, in.Name, "name", 255)
	setText(p, &b.Description, in.Description, "description", 2000)
	setText(p, &b.URL, in.URL, "outgoing_url", 2048)
	setText(p, &b.AvatarURL, in.AvatarURL, "avatar_url", 2048)
	if in.avatar != nil {
		b.AvatarURL = ""
	}
	p.add(b.Name == "", "name", "can't be blank")
	p.add(b.URL != "" && !webURL(b.URL), "outgoing_url", "must be an http or https address")
	p.add(b.URL != "" && b.Program != "", "program", "must not stand beside outgoing_url")
	p.add(b.AvatarURL != "" && !webURL(b.AvatarURL), "avatar_url", "must be an http or https address")
	if in.Config != nil {
		b.Config = cleanMap(in.Config)
	}
	b.UpdatedAt = e.now()
	return p.err()
}

// joinBot makes the bot a member of the account, with an endpoint of its own.
func (u *unit) joinBot(b *Bot) error {
	a := &Agent{
		Account: u.actor.account, ID: b.ID, Bot: true, Role: AgentRole, Availability: Online,
		Inviter: u.selfID(), CreatedAt: u.now, UpdatedAt: u.now,
	}
	if err := u.tx.Agents().Insert(u.ctx, a); err != nil {
		return err
	}
	w, err := u.newWebhook()
	if err != nil {
		return err
	}
	w.Bot, w.Implicit, w.Name = b.ID, true, b.Name
	u.emit(&Event{Kind: ViewerChanged, Subject: int64(b.ID)})
	return u.tx.Webhooks().Insert(u.ctx, w)
}

// Update changes a bot of the account. Its endpoint, if it was switched off or
// paused, is tried again. One of the installation's is Forbidden.
func (s Bots) Update(ctx context.Context, id AgentID, in BotInput) (*Bot, error) {
	key, err := s.d.e.setPicture(ctx, in.Avatar)
	if err != nil {
		return nil, err
	}
	in.avatar = key
	b, err := change(ctx, s.d, loadBot, func(u *unit) (*Bot, int64, error) {
		b, err := u.ownBot(id)
		if err != nil {
			return nil, 0, err
		}
		before := *b
		if err := u.e.applyBot(b, in); err != nil {
			return nil, 0, err
		}
		u.swapPicture(&b.Avatar, key)
		if b.AvatarURL != before.AvatarURL {
			u.fetchPicture(botPicture, int64(id), b.AvatarURL)
		}
		if err := u.tx.Bots().Update(u.ctx, b); err != nil {
			return nil, 0, err
		}
		for _, w := range u.cfg.webhooks {
			if w.Bot != id {
				continue
			}
			if err := u.tx.Webhooks().SetBreaker(u.ctx, w.ID, 0, time.Time{}, false); err != nil {
				return nil, 0, err
			}
		}
		u.emit(&Event{Kind: ConfigChanged, Subject: int64(id)})
		return b, int64(id), record(u, "bot", int64(id), &before, b)
	})
	s.d.e.dropPicture(ctx, err, key, b.shows(key))
	return b, err
}

// Delete removes a bot of the account. What it owned is owned by nobody, and
// what it held goes to people.
func (s Bots) Delete(ctx context.Context, id AgentID) error {
	return remove(ctx, s.d, func(u *unit) error {
		b, err := u.ownBot(id)
		if err != nil {
			return err
		}
		a, err := u.tx.Agents().Get(u.ctx, id)
		if err != nil {
			return err
		}
		if err := u.removeAgent(a); err != nil {
			return err
		}
		return record(u, "bot", int64(id), b, nil)
	})
}

// Token returns the API token of a bot of the account; administrators only.
func (s Bots) Token(ctx context.Context, id AgentID) (string, error) {
	return read(ctx, s.d, func(u *unit) (string, error) {
		b, err := u.ownBot(id)
		if err != nil {
			return "", err
		}
		return u.e.unseal(b.AccessToken, sealToken)
	})
}

// Tokens is Token for every bot of the account.
func (s Bots) Tokens(ctx context.Context) (map[AgentID]string, error) {
	return read(ctx, s.d, func(u *unit) (map[AgentID]string, error) {
		if err := u.may(EditSettings); err != nil {
			return nil, err
		}
		out := make(map[AgentID]string)
		for _, b := range u.cfg.bots {
			if b.Account != u.actor.account {
				continue
			}
			token, err := u.e.unseal(b.AccessToken, sealToken)
			if err != nil {
				return nil, err
			}
			out[b.ID] = token
		}
		return out, nil
	})
}

// Secrets returns what the calls to each bot's URL are signed with.
func (s Bots) Secrets(ctx context.Context) (map[AgentID]string, error) {
	return read(ctx, s.d, func(u *unit) (map[AgentID]string, error) {
		if err := u.may(EditSettings); err != nil {
			return nil, err
		}
		out := make(map[AgentID]string)
		for _, w := range u.cfg.webhooks {
			if w.Bot == 0 {
				continue
			}
			secret, err := u.e.unseal(w.Secret, sealWebhook)
			if err != nil {
				return nil, err
			}
			out[w.Bot] = secret
		}
		return out, nil
	})
}

// ResetToken gives a bot of the account a new API token; the old one ends.
func (s Bots) ResetToken(ctx context.Context, id AgentID) (*Bot, error) {
	return change(ctx, s.d, loadBot, func(u *unit) (*Bot, int64, error) {
		b, err := u.ownBot(id)
		if err != nil {
			return nil, 0, err
		}
		before, token := *b, newToken()
		if b.AccessToken, err = u.e.seal(token, sealToken); err != nil {
			return nil, 0, err
		}
		b.UpdatedAt = u.now
		if err := u.tx.Bots().Update(u.ctx, b); err != nil {
			return nil, 0, err
		}
		if err := u.tx.Routes().DropObject(u.ctx, AccessTokenRoute, b.Account, int64(id)); err != nil {
			return nil, 0, err
		}
		if err := u.tx.Routes().Put(u.ctx, Route{AccessTokenRoute, b.Account, int64(id)}, token); err != nil {
			return nil, 0, err
		}
		return b, int64(id), record(u, "bot", int64(id), &before, b)
	})
}

// TokenOwner is whose an API token is; one field is set.
type TokenOwner struct {
	User *User
	Bot  *Bot
	App  *PlatformApp
}

// TokenOwner finds out whose an API token is; Unauthenticated when nobody's.
func (e *Engine) TokenOwner(ctx context.Context, token string) (TokenOwner, error) {
	var o TokenOwner
	token = strings.TrimSpace(token)
	err := e.lookup(ctx, func(ctx context.Context, tx SystemTx) error {
		o = TokenOwner{}
		route, err := tx.Routes().Find(ctx, AccessTokenRoute, token)
		if CodeOf(err) == NotFound {
			if route, err = tx.Routes().Find(ctx, PlatformRoute, token); err == nil {
				o.App, err = tx.PlatformApps().Get(ctx, PlatformAppID(route.Object))
			}
			return err
		}
		if err != nil {
			return err
		}
		if route.Account == 0 {
			if o.User, err = tx.Users().Get(ctx, AgentID(route.Object)); CodeOf(err) != NotFound {
				return err
			}
		}
		o.Bot, err = tx.Bots().Get(ctx, AgentID(route.Object))
		return err
	})
	if CodeOf(err) == NotFound {
		err = Errorf(Unauthenticated, "invalid access token")
	}
	if err != nil {
		return TokenOwner{}, err
	}
	return o, nil
}
