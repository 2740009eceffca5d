package helpdesk

import (
	"context"
	"strings"
)

// InviteAll makes people agents by their e-mail addresses, in one commit. What is
// no address, and who is an agent already, is passed over.
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
			user, err := u.tx.Users().ByEmail(u.ctx, email)
			if CodeOf(err) == NotFound {
				name, _, _ := strings.Cut(email, "@")
				user, err = u.e.newUser(u.ctx, u.tx.Users(), u.tx.Routes(), NewUser{Email: email, Name: name})
			}
			if err != nil {
				return err
			}
			if seen[user.ID] || u.cfg.agents[user.ID] != nil {
				continue
			}
			seen[user.ID] = true
			if _, _, err := u.addAgent(user.ID, AgentInput{Email: email}); err != nil {
				return err
			}
		}
		return nil
	})
}
