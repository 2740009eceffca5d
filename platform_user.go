package helpdesk

import (
	"context"
	"errors"
	"strings"
	"time"
)

// PlatformUser is what an app says of a user; in an update nil leaves a field
// alone.
type PlatformUser struct {
	Email, Name, DisplayName, Password *string

	Attributes map[string]any // merged; a nil value removes its key
}

// User returns one user and the accounts they are an agent of.
func (p *Platform) User(ctx context.Context, id AgentID) (user *User, err error) {
	err = p.look(ctx, UserGrant, int64(id), func(ctx context.Context, tx SystemTx) error {
		user, err = tx.Users().Get(ctx, id)
		return err
	})
	return orNil(user, err)
}

func (p *Platform) loadUser(ctx context.Context, tx SystemTx, id int64) (*User, int64, error) {
	u, err := tx.Users().Get(ctx, AgentID(id))
	return u, id, err
}

// CreateUser makes a user who need not confirm their address, and whom the app
// may reach. A user who has the e-mail already is returned as they are, and may
// be reached from now on, unless they are a super administrator: then it is
// Forbidden. One who never proved the address loses password, sessions and tokens.
func (p *Platform) CreateUser(ctx context.Context, in PlatformUser) (*User, error) {
	return platformChange(ctx, p, p.loadUser, func(ctx context.Context, tx SystemTx, _ int64) (*User, int64, error) {
		email := strings.TrimSpace(clean(deref(in.Email)))
		u, err := tx.Users().ByEmail(ctx, email)
		if CodeOf(err) == NotFound {
			u, err = p.e.newUser(ctx, tx.Users(), tx.Routes(), NewUser{Email: email, Name: deref(in.Name), Password: deref(in.Password)})
			if err == nil {
				err = p.finishUser(ctx, tx, u, in)
			}
		}
		if err == nil && u.SuperAdmin {
			err = Errorf(Forbidden, "a super administrator is nobody's to take")
		}
		if err == nil && u.unproven() { // as Agents.Invite does
			if err = p.e.disown(ctx, tx.Routes(), tx.Sessions(), u); err == nil {
				err = tx.Users().Update(ctx, u)
			}
		}
		if err != nil {
			return nil, 0, err
		}
		return u, int64(u.ID), tx.Grants().Add(ctx, p.app, UserGrant, int64(u.ID))
	})
}

// finishUser writes what a new user has beyond e-mail, name and password.
func (p *Platform) finishUser(ctx context.Context, tx SystemTx, u *User, in PlatformUser) error {
	wrong := problems{}
	setText(wrong, &u.DisplayName, in.DisplayName, "display_name", 255)
	if err := wrong.err(); err != nil {
		return err
	}
	u.Confirmed, u.Attributes = true, cleanMap(in.Attributes)
	return tx.Users().Update(ctx, u)
}

// UpdateUser changes a user. A new password ends their sessions.
func (p *Platform) UpdateUser(ctx context.Context, id AgentID, in PlatformUser) (*User, error) {
	return platformChange(ctx, p, p.loadUser, func(ctx context.Context, tx SystemTx, _ int64) (*User, int64, error) {
		if err := p.reach(ctx, tx, UserGrant, int64(id)); err != nil {
			return nil, 0, err
		}
		u, err := tx.Users().Get(ctx, id)
		if err != nil {
			return nil, 0, err
		}
		if err := in.apply(u, p.e); err != nil {
			return nil, 0, err
		}
		if err := tx.Users().Update(ctx, u); CodeOf(err) == Conflict {
			return nil, 0, problems{"email": "has already been taken"}.err()
		} else if err != nil {
			return nil, 0, err
		}
		if in.Password != nil {
			if err := errors.Join(tx.Sessions().DeleteUser(ctx, id), dropPasswordLinks(ctx, tx.UserTokens(), id)); err != nil {
				return nil, 0, err
			}
		}
		return u, int64(id), tx.MoveConfig(ctx, id) // accounts show the name
	})
}

func (in PlatformUser) apply(u *User, e *Engine) error {
	p := problems{}
	setText(p, &u.Name, in.Name, "name", 255)
	setText(p, &u.DisplayName, in.DisplayName, "display_name", 255)
	p.add(u.Name == "", "name", "can't be blank")
	if in.Email != nil {
		email, err := parseEmail(clean(*in.Email))
		p.add(err != nil, "email", "is not an e-mail address")
		u.Email = email
	}
	if in.Password != nil {
		p.add(!goodPassword(*in.Password), "password", passwordRule)
	}
	u.Attributes = merge(u.Attributes, cleanMap(in.Attributes))
	u.Confirmed, u.UpdatedAt = true, e.now()
	if err := p.err(); err != nil {
		return err
	}
	if in.Password != nil {
		u.setPassword(e.opts.Passwords.hash(*in.Password), e)
	}
	return nil
}

func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// linkLife is how long a link to sign in waits for its use.
const linkLife = 5 * time.Minute

// SignInTicket makes a ticket that signs the user in once, within five minutes.
func (p *Platform) SignInTicket(ctx context.Context, id AgentID) (user *User, ticket string, err error) {
	ticket = newToken()
	err = p.e.store.System(ctx, func(ctx context.Context, tx SystemTx) error {
		if err := p.reach(ctx, tx, UserGrant, int64(id)); err != nil {
			return err
		}
		if user, err = tx.Users().Get(ctx, id); err != nil {
			return err
		}
		return tx.Tickets().Put(ctx, ticket, id, p.e.now().Add(linkLife), p.e.now())
	})
	if err != nil {
		return nil, "", err
	}
	return user, ticket, nil
}

// SignInWithTicket opens a session for whom a ticket was made. It is used up
// even when the e-mail is another user's; every refusal is the same.
func (e *Engine) SignInWithTicket(ctx context.Context, email, ticket, remote string) (in *SignedIn, err error) {
	err = e.store.System(ctx, func(ctx context.Context, tx SystemTx) error {
		in = nil
		id, err := tx.Tickets().Take(ctx, strings.TrimSpace(ticket), e.now())
		if err != nil {
			return absent(err)
		}
		u, err := tx.Users().Get(ctx, id)
		if err != nil {
			return absent(err)
		}
		if fold(u.Email) != fold(strings.TrimSpace(clean(email))) {
			return nil // the ticket is used up all the same
		}
		in, err = e.openSession(ctx, tx, u, "", remote)
		return err
	})
	if err == nil && in == nil {
		err = errCredentials()
	}
	return in, err
}
