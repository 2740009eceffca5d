package helpdesk

import (
	"context"
	"strings"
)

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
		return e.newUser(ctx, tx.Users(), tx.Routes(), in) // hashed within: nobody else waits on an empty database
	}
	if err != nil || in.Password == "" {
		return user, err
	}
	if !goodPassword(in.Password) {
		return nil, problems{"password": passwordRule}.err()
	}
	user.PasswordHash, user.Confirmed, user.UpdatedAt = e.opts.Passwords.hash(in.Password), true, e.now()
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
