package helpdesk

import (
	"context"
	"strings"
)

// invitee is the user of an e-mail, made when there is none, who is mailed a link
// to set a password when they have none.
func (u *unit) invitee(email, name string) (*User, error) {
	user, err := u.tx.Users().ByEmail(u.ctx, email)
	switch {
	case CodeOf(err) == NotFound:
		user, err = u.e.newUser(u.ctx, u.tx.Users(), u.tx.Routes(), NewUser{Email: email, Name: name})
	case err == nil && user.unproven() && u.cfg.agents[user.ID] == nil:
		if err = u.e.disown(u.ctx, u.tx.Routes(), u.tx.Sessions(), user); err == nil {
			err = u.tx.Users().Update(u.ctx, user)
		}
	}
	if err == nil && u.e.opts.Mailer != nil && user.PasswordHash == "" {
		u.enqueue(letterArgs{Purpose: InviteToken, User: user.ID, Inviter: u.actorName()}.job())
	}
	return orNothing(user, err)
}

// unproven reports whether somebody signed up under an address that they never
// showed to be theirs.
func (u *User) unproven() bool { return !u.Confirmed && u.PasswordHash != "" }

// disown takes a user from whoever signed up without proving the address, before
// the address's owner is let in: nothing that the former may hold works any more.
// The caller stores the user.
func (e *Engine) disown(ctx context.Context, routes Routes, sessions SessionRepo, u *User) (err error) {
	token := newToken()
	if u.AccessToken, err = e.seal(token, sealToken); err != nil {
		return err
	}
	u.PasswordHash, u.PubsubToken, u.PendingEmail, u.UpdatedAt = "", newToken(), "", e.now()
	u.OTPSecret, u.OTPEnabled, u.OTPStep, u.BackupCodes = nil, false, 0, nil
	if err := sessions.DeleteUser(ctx, u.ID); err != nil {
		return err
	}
	if err := routes.DropObject(ctx, AccessTokenRoute, 0, int64(u.ID)); err != nil {
		return err
	}
	return routes.Put(ctx, Route{Kind: AccessTokenRoute, Object: int64(u.ID)}, token)
}

// InviteAll makes people agents by their e-mail addresses, in one commit, and mails
// them as Invite does. What is no address, and who is an agent already, is passed
// over.
func (s Agents) InviteAll(ctx context.Context, emails ...string) error {
	return remove(ctx, s.d, func(u *unit) error {
		if err := u.may(EditSettings); err != nil {
			return err
		}
		if len(emails) > sweepBatch {
			return problems{"emails": "are too many (maximum is 100)"}.err()
		}
		seen := make(map[AgentID]bool)
		for _, given := range emails {
			email, err := parseEmail(clean(given))
			if err != nil {
				continue
			}
			if known, err := u.tx.Users().ByEmail(u.ctx, email); err == nil && (seen[known.ID] || u.cfg.agents[known.ID] != nil) {
				continue
			}
			name, _, _ := strings.Cut(email, "@")
			user, err := u.invitee(email, name)
			if err != nil {
				return err
			}
			seen[user.ID] = true
			if _, _, err := u.addAgent(user.ID, AgentInput{Email: email}); err != nil {
				return err
			}
		}
		return nil
	})
}
