package helpdesk

import (
	"cmp"
	"context"
	"strings"
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
	fresh, err := e.makeUser(in)
	if err != nil {
		return nil, err
	}
	var made User
	err = e.store.System(ctx, func(ctx context.Context, tx SystemTx) error {
		made = *fresh.User
		return fresh.insert(ctx, tx.Users(), tx.Routes(), &made)
	})
	if err != nil {
		return nil, err
	}
	return &made, nil
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

// madeUser is a user who is not stored yet, with an access token.
type madeUser struct {
	*User
	token string
}

// makeUser checks the input and hashes the password, which takes long: it is not
// for transactions.
func (e *Engine) makeUser(in NewUser) (*madeUser, error) {
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
		u.PasswordHash = e.opts.Passwords.hash(in.Password)
	}
	token := newToken()
	u.AccessToken, err = e.seal(token, sealToken)
	return &madeUser{u, token}, err
}

// insert stores u, a copy of the user that was made.
func (m *madeUser) insert(ctx context.Context, users UserRepo, routes Routes, u *User) error {
	if err := users.Insert(ctx, u); err != nil {
		if CodeOf(err) == Conflict {
			return problems{"email": "has already been taken"}.err()
		}
		return err
	}
	return routes.Put(ctx, Route{Kind: AccessTokenRoute, Object: int64(u.ID)}, m.token)
}

// newUser makes and stores a user within a transaction; it is for those without
// a password.
func (e *Engine) newUser(ctx context.Context, users UserRepo, routes Routes, in NewUser) (*User, error) {
	fresh, err := e.makeUser(in)
	if err != nil {
		return nil, err
	}
	return fresh.User, fresh.insert(ctx, users, routes, fresh.User)
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
