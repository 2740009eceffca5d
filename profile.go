package helpdesk

import (
	"context"
	"strings"
)

// Profile is the service for the acting agent's own user.
type Profile struct{ d *Desk }

// ProfileChange says what to change; nil leaves a field alone.
type ProfileChange struct {
	Name, DisplayName, Signature *string

	UISettings map[string]any // merged

	Avatar *File // a picture; a File without Data takes it away

	// Email needs CurrentPassword. Where there is a Mailer and the present
	// address is confirmed, the new one takes its place once it is confirmed too;
	// the present one, given again, withdraws a change that waits.
	Email *string
	// Password needs CurrentPassword, and ends every other session.
	Password        *string
	Confirmation    *string // the same password again; nil = not asked for
	CurrentPassword string  // of a user who has one
	Session         string  // the client whose session goes on; "" = the newest
}

// ownUser is the user behind the acting agent.
func (u *unit) ownUser() (*User, error) {
	if u.self == nil || u.self.Bot {
		return nil, forbidden(EditSelf)
	}
	return u.tx.Users().Get(u.ctx, u.self.ID)
}

// Get returns the acting agent's user.
func (s Profile) Get(ctx context.Context) (*User, error) {
	return read(ctx, s.d, (*unit).ownUser)
}

// edit changes the acting agent's user in one Update. A repeated call finds the
// user as they are.
func (s Profile) edit(ctx context.Context, fn func(u *unit, user *User) error) (*User, error) {
	load := func(u *unit, id int64) (*User, error) { return u.tx.Users().Get(u.ctx, AgentID(id)) }
	return change(ctx, s.d, load, func(u *unit) (*User, int64, error) {
		user, err := u.ownUser()
		if err != nil {
			return nil, 0, err
		}
		if err := fn(u, user); err != nil {
			return nil, 0, err
		}
		user.UpdatedAt = u.now
		if err := u.tx.Users().Update(u.ctx, user); err != nil {
			if CodeOf(err) == Conflict {
				err = problems{"email": "has already been taken"}.err()
			}
			return nil, 0, err
		}
		return user, int64(user.ID), nil
	})
}

// Update changes the acting agent's user. A wrong CurrentPassword is Invalid in
// the field "current_password".
func (s Profile) Update(ctx context.Context, ch ProfileChange) (*User, error) {
	secret, err := s.prove(ctx, ch)
	if err != nil {
		return nil, err
	}
	key, err := s.d.e.setPicture(ctx, ch.Avatar)
	if err != nil {
		return nil, err
	}
	user, err := s.edit(ctx, func(u *unit, user *User) error {
		p := problems{}
		setText(p, &user.Name, ch.Name, "name", 255)
		setText(p, &user.DisplayName, ch.DisplayName, "display_name", 255)
		setText(p, &user.Signature, ch.Signature, "message_signature", 20_000)
		p.add(user.Name == "", "name", "can't be blank")
		user.UISettings = merge(user.UISettings, cleanMap(ch.UISettings))
		moved := ch.Email != nil && strings.TrimSpace(clean(*ch.Email)) != user.Email
		if moved || ch.Password != nil {
			p.add(!secret.proved || secret.before != user.PasswordHash, "current_password", "is invalid")
		}
		if err := u.setEmail(p, user, ch.Email); err != nil {
			return err
		}
		if ch.Password != nil {
			checkNewPassword(p, *ch.Password, ch.Confirmation)
		}
		if err := p.err(); err != nil {
			return err
		}
		if err := u.setOwnPassword(user, secret.hash, ch.Session); err != nil {
			return err
		}
		// The membership shows the name: writing it has everybody read it afresh.
		self, err := u.tx.Agents().Get(u.ctx, u.self.ID)
		if err != nil {
			return err
		}
		self.UpdatedAt = u.now
		u.swapPicture(&user.Avatar, key)
		return u.tx.Agents().Update(u.ctx, self)
	})
	s.d.e.dropPicture(ctx, err, key, key != nil && user != nil && user.Avatar == *key)
	return user, err
}

// proven is what a change of password or e-mail rests on. It is worked out
// before the transaction, because hashing takes long.
type proven struct {
	before string // the hash that was checked
	proved bool   // CurrentPassword fits it, or there is none to know
	hash   string // of the new password; "" = none, or a bad one
}

func (s Profile) prove(ctx context.Context, ch ProfileChange) (out proven, err error) {
	if ch.Password == nil && ch.Email == nil {
		return out, nil
	}
	self, err := s.Get(ctx)
	if err != nil {
		return out, err
	}
	out.before = self.PasswordHash
	out.proved = self.PasswordHash == "" || s.d.e.opts.Passwords.check(self.PasswordHash, ch.CurrentPassword)
	if ch.Password != nil && goodPassword(*ch.Password) {
		out.hash = s.d.e.opts.Passwords.hash(*ch.Password)
	}
	return out, nil
}

// setEmail changes the address, or asks the new one for its confirmation.
func (u *unit) setEmail(p problems, user *User, to *string) error {
	if to == nil {
		return nil
	}
	email, err := parseEmail(strings.TrimSpace(clean(*to)))
	p.add(err != nil, "email", "is not an e-mail address")
	if err != nil {
		return nil
	}
	if email == user.Email {
		user.PendingEmail = ""
		return nil
	}
	other, err := u.tx.Users().ByEmail(u.ctx, email)
	if err != nil && CodeOf(err) != NotFound {
		return err
	}
	p.add(err == nil && other.ID != user.ID, "email", "has already been taken")
	before := user.Email
	if u.e.opts.Mailer != nil {
		u.enqueue(letterArgs{Purpose: ConfirmToken, User: user.ID}.job())
	}
	if u.e.opts.Mailer != nil && user.Confirmed {
		user.PendingEmail = email
		return u.audit("update", "user", int64(user.ID), map[string]Change{"pending_email": changed(nil, email)})
	}
	user.Email, user.PendingEmail = email, ""
	return u.audit("update", "user", int64(user.ID), map[string]Change{"email": changed(before, email)})
}

func (u *unit) setOwnPassword(user *User, hash, session string) error {
	if hash == "" {
		return nil
	}
	user.setPassword(hash, u.e)
	if err := dropPasswordLinks(u.ctx, u.tx.UserTokens(), user.ID); err != nil {
		return err
	}
	if err := u.tx.Sessions().DeleteOthers(u.ctx, user.ID, session); err != nil {
		return err
	}
	return u.audit("update", "user", int64(user.ID), map[string]Change{"password": changed(nil, "(secret)")})
}

// ResetAccessToken gives the acting agent's user a new API token; the old one
// works no longer.
func (s Profile) ResetAccessToken(ctx context.Context) (*User, error) {
	token := newToken()
	return s.edit(ctx, func(u *unit, user *User) (err error) {
		if user.AccessToken, err = u.e.seal(token, sealToken); err != nil {
			return err
		}
		if err := u.tx.Routes().DropObject(u.ctx, AccessTokenRoute, 0, int64(user.ID)); err != nil {
			return err
		}
		if err := u.tx.Routes().Put(u.ctx, Route{Kind: AccessTokenRoute, Object: int64(user.ID)}, token); err != nil {
			return err
		}
		return u.audit("update", "user", int64(user.ID), map[string]Change{"access_token": changed(nil, "(secret)")})
	})
}
