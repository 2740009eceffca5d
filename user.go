package helpdesk

import (
	"cmp"
	"context"
	"crypto/subtle"
	"slices"
	"strings"
	"time"
)

// NewUser is what a person who can sign in is made from.
type NewUser struct {
	Email      string // required, unique in the installation
	Name       string // "" = the e-mail's local part
	Password   string // "" = cannot sign in with one
	SuperAdmin bool
}

// CreateUser makes a person known to the installation. Like CreateAccount it is
// the installation's own act.
func (e *Engine) CreateUser(ctx context.Context, in NewUser) (*User, error) {
	var made *User
	err := e.store.System(ctx, func(ctx context.Context, tx SystemTx) (err error) {
		made, err = e.newUser(ctx, tx.Users(), tx.Routes(), in)
		return err
	})
	return made, err
}

// Validate names everything that is wrong with the input, as Invalid. It cannot
// know whether the e-mail is taken.
func (in NewUser) Validate() error {
	_, err := parseEmail(clean(in.Email))
	p := problems{}
	p.add(err != nil, "email", "is not an e-mail address")
	p.add(in.Password != "" && !goodPassword(in.Password), "password", passwordRule)
	p.add(tooLong(in.Name, 255), "name", "is too long (maximum is 255 characters)")
	return p.err()
}

// newUser inserts a user with an access token, within a transaction.
func (e *Engine) newUser(ctx context.Context, users UserRepo, routes Routes, in NewUser) (*User, error) {
	if err := in.Validate(); err != nil {
		return nil, err
	}
	email, err := parseEmail(clean(in.Email))
	if err != nil {
		return nil, err
	}
	local, _, _ := strings.Cut(email, "@")
	u := &User{
		Email: email, Name: cmp.Or(strings.TrimSpace(clean(in.Name)), local), SuperAdmin: in.SuperAdmin, PubsubToken: newToken(),
		Confirmed: in.Password != "", CreatedAt: e.now(), UpdatedAt: e.now(),
	}
	if in.Password != "" {
		u.PasswordHash = hashPassword(in.Password)
	}
	token := newToken()
	if u.AccessToken, err = e.seal(token, sealToken); err != nil {
		return nil, err
	}
	if err := users.Insert(ctx, u); err != nil {
		if CodeOf(err) == Conflict {
			return nil, problems{"email": "has already been taken"}.err()
		}
		return nil, err
	}
	return u, routes.Put(ctx, Route{Kind: AccessTokenRoute, Object: int64(u.ID)}, token)
}

// AccessToken returns a user's API token.
func (e *Engine) AccessToken(u *User) (string, error) { return e.unseal(u.AccessToken, sealToken) }

// FindUser returns a user by e-mail, compared without case.
func (e *Engine) FindUser(ctx context.Context, email string) (u *User, err error) {
	err = e.lookup(ctx, func(ctx context.Context, tx SystemTx) error {
		u, err = tx.Users().ByEmail(ctx, strings.TrimSpace(clean(email)))
		return err
	})
	return u, err
}

// UserByToken returns the user an API token belongs to; Unauthenticated for any
// other token.
func (e *Engine) UserByToken(ctx context.Context, token string) (u *User, err error) {
	err = e.lookup(ctx, func(ctx context.Context, tx SystemTx) error {
		route, err := tx.Routes().Find(ctx, AccessTokenRoute, token)
		if err == nil && route.Account == 0 {
			u, err = tx.Users().Get(ctx, AgentID(route.Object))
		}
		return err
	})
	if CodeOf(err) == NotFound || err == nil && u == nil {
		return nil, Errorf(Unauthenticated, "invalid access token")
	}
	return u, err
}

// Memberships returns the accounts a user is an agent of, and each account, in
// the same order.
func (e *Engine) Memberships(ctx context.Context, user AgentID) (agents []*Agent, accounts []*Account, err error) {
	err = e.lookup(ctx, func(ctx context.Context, tx SystemTx) error {
		if agents, err = tx.Memberships(ctx, user); err != nil {
			return err
		}
		accounts = make([]*Account, len(agents))
		for i, a := range agents {
			if accounts[i], err = tx.Accounts().Get(ctx, a.Account); err != nil {
				return err
			}
		}
		return nil
	})
	return agents, accounts, err
}

// Sessions last two months, and a user has at most 25 at once.
const (
	sessionLife = 60 * 24 * time.Hour
	maxSessions = 25
)

// SignIn checks an e-mail and password and opens a session for a client of the
// user's choosing; "" makes one up. The token is returned this once. Whatever is
// wrong, the error is the same and takes the same time.
func (e *Engine) SignIn(ctx context.Context, email, password, client string) (u *User, s *Session, token string, err error) {
	u, err = e.FindUser(ctx, email)
	if err != nil && CodeOf(err) != NotFound {
		return nil, nil, "", err
	}
	hash := ""
	if u != nil {
		hash = u.PasswordHash
	}
	if !checkPassword(hash, password) {
		return nil, nil, "", Errorf(Unauthenticated, "invalid login credentials")
	}
	token = newToken()
	s = &Session{
		User: u.ID, Client: cmp.Or(clean(client), newToken()), Digest: digest(token),
		CreatedAt: e.now(), UsedAt: e.now(), ExpiresAt: e.now().Add(sessionLife),
	}
	err = e.store.System(ctx, func(ctx context.Context, tx SystemTx) error { return tx.Sessions().Put(ctx, s, maxSessions) })
	return u, s, token, err
}

// CheckSession returns the user of a session's token; Unauthenticated when there
// is no such session or it is over.
func (e *Engine) CheckSession(ctx context.Context, email, client, token string) (u *User, s *Session, err error) {
	err = e.lookup(ctx, func(ctx context.Context, tx SystemTx) error {
		if u, err = tx.Users().ByEmail(ctx, clean(email)); err != nil {
			return err
		}
		s, err = tx.Sessions().Find(ctx, u.ID, clean(client))
		return err
	})
	if err != nil && CodeOf(err) != NotFound {
		return nil, nil, err
	}
	if err != nil || subtle.ConstantTimeCompare(s.Digest, digest(token)) == 0 || !e.now().Before(s.ExpiresAt) {
		return nil, nil, Errorf(Unauthenticated, "the session is over")
	}
	return u, s, nil
}

// SignOut ends a session.
func (e *Engine) SignOut(ctx context.Context, user AgentID, client string) error {
	return e.store.System(ctx, func(ctx context.Context, tx SystemTx) error { return tx.Sessions().Delete(ctx, user, clean(client)) })
}

// NewSetupToken makes a one-time token for the first administrator of an empty
// installation.
func (e *Engine) NewSetupToken(ctx context.Context) (string, error) {
	token := newToken()
	return token, e.store.System(ctx, func(ctx context.Context, tx SystemTx) error {
		if err := tx.Routes().DropObject(ctx, SetupRoute, 0, 1); err != nil {
			return err
		}
		return tx.Routes().Put(ctx, Route{Kind: SetupRoute, Object: 1}, token)
	})
}

// Setup makes the first account and its administrator. token is the one-time
// token of NewSetupToken; "" is for whoever operates the process. An installation
// that is set up already is Conflict. A set-up that was cut short is completed by
// calling it again with the same e-mail.
func (e *Engine) Setup(ctx context.Context, token string, account NewAccount, admin NewUser) (*Account, *User, error) {
	first, err := account.row(e.now())
	if err != nil {
		return nil, nil, err
	}
	admin.SuperAdmin = true
	var made *Account
	var user *User
	err = e.store.System(ctx, func(ctx context.Context, tx SystemTx) (err error) {
		if token != "" {
			if _, err := tx.Routes().Find(ctx, SetupRoute, token); err != nil {
				return err
			}
		}
		if user, err = e.setupUser(ctx, tx, admin); err != nil {
			return err
		}
		made, err = e.setupAccount(ctx, tx, user, *first)
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	err = e.update(ctx, e.Host(made.ID), func(u *unit) error {
		if token != "" {
			if err := u.tx.Routes().Drop(u.ctx, SetupRoute, token); err != nil {
				return err
			}
		}
		_, _, err := u.addAgent(user.ID, AgentInput{Role: Administrator})
		return err
	})
	return made, user, err
}

// setupUser makes the administrator, or brings one up to date that a set-up cut
// short has left.
func (e *Engine) setupUser(ctx context.Context, tx SystemTx, in NewUser) (*User, error) {
	user, err := tx.Users().ByEmail(ctx, strings.TrimSpace(in.Email))
	if CodeOf(err) == NotFound {
		return e.newUser(ctx, tx.Users(), tx.Routes(), in)
	}
	if err != nil || in.Password == "" {
		return user, err
	}
	if !goodPassword(in.Password) {
		return nil, problems{"password": passwordRule}.err()
	}
	user.PasswordHash, user.Confirmed, user.UpdatedAt = hashPassword(in.Password), true, e.now()
	return user, tx.Users().Update(ctx, user)
}

// setupAccount makes the first account; one without members, of a user without
// accounts, is what a set-up cut short has left.
func (e *Engine) setupAccount(ctx context.Context, tx SystemTx, user *User, first Account) (*Account, error) {
	there, err := tx.Accounts().List(ctx, AccountFilter{}, Page{Limit: 2})
	if err != nil {
		return nil, err
	}
	if len(there) == 0 {
		return &first, tx.Accounts().Insert(ctx, &first)
	}
	mine, err := tx.Memberships(ctx, user.ID)
	if err != nil {
		return nil, err
	}
	if len(there) > 1 || len(mine) > 0 || user.CreatedAt.After(there[0].CreatedAt) {
		return nil, Errorf(Conflict, "this installation is set up already")
	}
	return there[0], nil
}

// Profile is the service for the acting agent's own user.
type Profile struct{ d *Desk }

// ProfileChange says what to change; nil leaves a field alone.
type ProfileChange struct {
	Name, DisplayName, Signature *string

	UISettings map[string]any // merged

	Avatar *File // a picture; a File without Data takes it away
}

// Get returns the acting agent's user.
func (s Profile) Get(ctx context.Context) (*User, error) {
	return read(ctx, s.d, func(u *unit) (*User, error) {
		if u.self == nil || u.self.Bot {
			return nil, forbidden(EditSelf)
		}
		return u.tx.Users().Get(u.ctx, u.self.ID)
	})
}

// Update changes the acting agent's user.
func (s Profile) Update(ctx context.Context, ch ProfileChange) (*User, error) {
	load := func(u *unit, id int64) (*User, error) { return u.tx.Users().Get(u.ctx, AgentID(id)) }
	key, err := s.d.setPicture(ctx, ch.Avatar)
	if err != nil {
		return nil, err
	}
	user, err := change(ctx, s.d, load, func(u *unit) (*User, int64, error) {
		if u.self == nil || u.self.Bot {
			return nil, 0, forbidden(EditSelf)
		}
		user, err := u.tx.Users().Get(u.ctx, u.self.ID)
		if err != nil {
			return nil, 0, err
		}
		p := problems{}
		setText(p, &user.Name, ch.Name, "name", 255)
		setText(p, &user.DisplayName, ch.DisplayName, "display_name", 255)
		setText(p, &user.Signature, ch.Signature, "message_signature", 20_000)
		p.add(user.Name == "", "name", "can't be blank")
		user.UISettings = merge(user.UISettings, cleanMap(ch.UISettings))
		if err := p.err(); err != nil {
			return nil, 0, err
		}
		u.swapPicture(&user.Avatar, key)
		user.UpdatedAt = u.now
		if err := u.tx.Users().Update(u.ctx, user); err != nil {
			return nil, 0, err
		}
		// The membership shows the name: writing it has everybody read it afresh.
		self, err := u.tx.Agents().Get(u.ctx, u.self.ID)
		if err != nil {
			return nil, 0, err
		}
		self.UpdatedAt = u.now
		return user, int64(user.ID), u.tx.Agents().Update(u.ctx, self)
	})
	s.d.e.dropPicture(ctx, err, key, key != nil && user != nil && user.Avatar == *key)
	return user, err
}

// Typing tells that the actor is writing in a conversation, or stopped. It is
// best effort: told once, to whoever listens, and never stored.
func (s Conversations) Typing(ctx context.Context, id ConversationID, on, private bool) error {
	var hooks []*Webhook
	err := s.d.view(ctx, func(u *unit) error {
		c, err := u.tx.Conversations().Get(u.ctx, id)
		if err != nil {
			return err
		}
		if err := u.mayConversation(TypeConversation, c); err != nil {
			return err
		}
		hooks = slices.DeleteFunc(slices.Clone(u.cfg.webhooks), func(w *Webhook) bool { return !w.wantsTyping(c, on) })
		return nil
	})
	if err != nil || len(hooks) == 0 {
		return err
	}
	s.d.e.typing(context.WithoutCancel(ctx), s.d.actor, hooks, Typing{Conversation: id, By: s.d.actor.ref, On: on, Private: private})
	return nil
}
