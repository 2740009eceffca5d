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
	URL         string         // hears of messages and of conversations that open and close; "" = nobody is called
	AvatarURL   string         // where the picture came from; "" = uploaded, or none
	Avatar      string         // key of the picture in Blobs; "" = none, or not fetched yet
	Config      map[string]any // the bot's own
	AccessToken []byte         // sealed; its digest is a route

	CreatedAt, UpdatedAt time.Time
	Version              int64
}

// Bots is the service for agent bots.
type Bots struct{ d *Desk }

// BotInput is what a bot is made of; in an update nil leaves a field alone.
type BotInput struct {
	Name, Description *string
	URL, AvatarURL    *string        // http or https, up to 2048 characters; "" = none
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
	b, token = &Bot{Account: account, CreatedAt: e.now()}, newToken()
	if err := b.apply(in, e.now()); err != nil {
		return nil, "", err
	}
	if in.avatar != nil {
		b.Avatar = *in.avatar
	}
	b.AccessToken, err = e.seal(token, sealToken)
	return b, token, err
}

func (b *Bot) apply(in BotInput, now time.Time) error {
	p := problems{}
	setText(p, &b.Name, in.Name, "name", 255)
	setText(p, &b.Description, in.Description, "description", 2000)
	setText(p, &b.URL, in.URL, "outgoing_url", 2048)
	setText(p, &b.AvatarURL, in.AvatarURL, "avatar_url", 2048)
	if in.avatar != nil {
		b.AvatarURL = ""
	}
	p.add(b.Name == "", "name", "can't be blank")
	p.add(b.URL != "" && !webURL(b.URL), "outgoing_url", "must be an http or https address")
	p.add(b.AvatarURL != "" && !webURL(b.AvatarURL), "avatar_url", "must be an http or https address")
	if in.Config != nil {
		b.Config = cleanMap(in.Config)
	}
	b.UpdatedAt = now
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
		if err := b.apply(in, u.now); err != nil {
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

// Bot returns the bot an inbox is connected to; nil = none.
func (s Inboxes) Bot(ctx context.Context, id InboxID) (*Bot, error) {
	return read(ctx, s.d, func(u *unit) (*Bot, error) {
		if err := u.mayInbox(id); err != nil {
			return nil, err
		}
		box, err := u.openInbox(id)
		if err != nil {
			return nil, err
		}
		return copied(u.cfg.bots[box.Bot]), nil
	})
}

// SetBot connects an inbox to a bot, which becomes a member of it, or with 0 to
// none. What the former bot held stays pending for the new one; without one it
// goes to people, by a job.
func (s Inboxes) SetBot(ctx context.Context, id InboxID, bot AgentID) (*Inbox, error) {
	return change(ctx, s.d, loadInbox, func(u *unit) (*Inbox, int64, error) {
		if err := u.may(EditSettings); err != nil {
			return nil, 0, err
		}
		box, err := u.tx.Inboxes().Get(u.ctx, id)
		if err != nil || box.Bot == bot {
			return box, int64(id), err
		}
		before := *box
		if err := u.connectBot(box, bot); err != nil {
			return nil, 0, err
		}
		if before.Bot != 0 {
			if err := u.leaveInbox(box, before.Bot); err != nil {
				return nil, 0, err
			}
		}
		u.emit(&Event{Kind: InboxUpdated, Subject: int64(id)})
		return box, int64(id), record(u, "inbox", int64(id), &before, box)
	})
}

// connectBot writes who answers first in an inbox.
func (u *unit) connectBot(box *Inbox, bot AgentID) error {
	box.Bot, box.UpdatedAt = bot, u.now
	if err := u.tx.Inboxes().Update(u.ctx, box); err != nil || bot == 0 {
		return err
	}
	b, err := u.bot(bot)
	if err != nil {
		return err
	}
	if u.cfg.agents[bot] == nil {
		if err := u.joinBot(b); err != nil {
			return err
		}
	}
	u.emit(&Event{Kind: ViewerChanged, Subject: int64(bot)})
	_, err = u.tx.InboxMembers().Add(u.ctx, box.ID, bot)
	return err
}

// leaveInbox ends a bot's work in an inbox it is not connected to any more. One
// of the installation's that has no inbox left leaves the account.
func (u *unit) leaveInbox(box *Inbox, bot AgentID) error {
	if err := u.tx.InboxMembers().Remove(u.ctx, box.ID, bot); err != nil {
		return err
	}
	u.emit(&Event{Kind: ViewerChanged, Subject: int64(bot)})
	u.enqueueHandBack(box.ID, bot)
	elsewhere := slices.ContainsFunc(u.cfg.inboxesOf[bot], func(id InboxID) bool { return id != box.ID })
	if b := u.cfg.bots[bot]; b == nil || b.Account != 0 || elsewhere {
		return nil
	}
	a, err := u.tx.Agents().Get(u.ctx, bot)
	if err != nil {
		return err
	}
	return u.removeAgent(a)
}

// dropBot takes a bot that leaves the account out of its inboxes.
func (u *unit) dropBot(id AgentID) error {
	for _, inbox := range u.cfg.inboxesOf[id] {
		box, err := u.tx.Inboxes().Get(u.ctx, inbox)
		if err != nil {
			return err
		}
		if box.Bot != id {
			continue
		}
		if err := u.connectBot(box, 0); err != nil {
			return err
		}
		u.enqueueHandBack(inbox, id)
	}
	for _, w := range u.cfg.webhooks {
		if w.Bot != id {
			continue
		}
		if err := u.tx.Webhooks().Delete(u.ctx, w.ID); err != nil {
			return err
		}
	}
	if b := u.cfg.bots[id]; b == nil || b.Account == 0 {
		return nil // the installation's bot goes on elsewhere
	} else if b.Avatar != "" {
		u.dropBlobs([]string{b.Avatar})
	}
	if err := u.tx.Grants().Drop(u.ctx, BotGrant, int64(id)); err != nil {
		return err
	}
	return u.tx.Routes().DropObject(u.ctx, AccessTokenRoute, u.actor.account, int64(id))
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
