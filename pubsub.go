package helpdesk

import (
	"context"
	"crypto/subtle"
)

// errNoListener is the same whatever was wrong with a pubsub token.
func errNoListener() error { return Errorf(Unauthenticated, "nobody listens with this token") }

// AgentByPubsub returns the actor of a user who follows an account's feed with
// their pubsub token. It is Unauthenticated when the token is not that user's, or
// the user does not belong to the account.
func (e *Engine) AgentByPubsub(ctx context.Context, account AccountID, user AgentID, token string) (Actor, error) {
	var u *User
	err := e.lookup(ctx, func(ctx context.Context, tx SystemTx) (err error) {
		u, err = tx.Users().Get(ctx, user)
		return err
	})
	if err != nil && CodeOf(err) != NotFound {
		return Actor{}, err
	}
	if err != nil || token == "" || subtle.ConstantTimeCompare([]byte(u.PubsubToken), []byte(token)) == 0 {
		return Actor{}, errNoListener()
	}
	actor := e.Agent(account, user)
	err = e.view(ctx, actor, func(*unit) error { return nil })
	if CodeOf(err) == NotFound { // no such account
		err = errNoListener()
	}
	return actor, err
}

// CustomerByPubsub returns the actor of a customer who follows what concerns them
// with the pubsub token of one of their addresses; Unauthenticated when it is
// nobody's.
func (e *Engine) CustomerByPubsub(ctx context.Context, token string) (Actor, error) {
	if token == "" {
		return Actor{}, errNoListener()
	}
	route, err := e.route(ctx, PubsubRoute, token)
	if CodeOf(err) == NotFound {
		return Actor{}, errNoListener()
	}
	if err != nil {
		return Actor{}, err
	}
	var actor Actor
	err = e.view(ctx, e.System(route.Account), func(u *unit) error {
		a, err := u.tx.ContactInboxes().Get(u.ctx, ContactInboxID(route.Object))
		if err != nil {
			return err
		}
		actor = e.Contact(route.Account, a.Contact, a.ID)
		return nil
	})
	if CodeOf(err) == NotFound {
		err = errNoListener()
	}
	if err == nil {
		err = e.view(ctx, actor, func(*unit) error { return nil }) // suspended accounts
	}
	return actor, err
}
