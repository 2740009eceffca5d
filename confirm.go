package helpdesk

import "context"

// Confirmation proves an address by a mailed link.
type Confirmation struct {
	Token  string
	Client string // as in Credentials
	Remote string
}

// Confirm takes the token of a confirmation's link: the user's address is proved
// by it, or the new one that waited takes its place. It opens a session, as
// SignIn does. A token that does not work is NotFound, one that was used is
// Conflict, and an address that somebody else has taken meanwhile is Invalid.
func (e *Engine) Confirm(ctx context.Context, in Confirmation) (*SignedIn, error) {
	var out *SignedIn
	err := e.store.System(ctx, func(ctx context.Context, tx SystemTx) error {
		// The token stays until it is over, so that a second visit can be told
		// that the first one worked.
		t, err := tx.UserTokens().Find(ctx, ConfirmToken, digest(clean(in.Token)), e.now())
		if err != nil {
			return err
		}
		u, err := tx.Users().Get(ctx, t.User)
		if err != nil {
			return err
		}
		if err := u.confirm(t.Email); err != nil {
			return err
		}
		u.UpdatedAt = e.now()
		if err := tx.Users().Update(ctx, u); err != nil {
			if CodeOf(err) == Conflict {
				return problems{"email": "has already been taken"}.err()
			}
			return err
		}
		if err := tx.MoveConfig(ctx, u.ID); err != nil {
			return err
		}
		out, err = e.enter(ctx, tx, u, in.Client, in.Remote)
		return err
	})
	return orNothing(out, err)
}

// confirm takes an address as proved.
func (u *User) confirm(email string) error {
	switch {
	case u.PendingEmail != "" && fold(email) == fold(u.PendingEmail):
		u.Email, u.PendingEmail, u.Confirmed = u.PendingEmail, "", true
	case fold(email) != fold(u.Email):
		return notFound("link")
	case u.Confirmed:
		return Errorf(Conflict, "this address is confirmed already")
	default:
		u.Confirmed = true
	}
	return nil
}

// askToConfirm mails a user the link that proves their address, where there is a
// Mailer.
func (e *Engine) askToConfirm(ctx context.Context, tx SystemTx, u *User) error {
	if e.opts.Mailer == nil {
		return nil
	}
	return e.enqueueGlobal(ctx, tx, letterArgs{Purpose: ConfirmToken, User: u.ID}.job())
}

// ResendConfirmation mails the acting agent's user the link that proves the
// address they have, or the one that waits. With nothing to prove it does
// nothing; without a Mailer it is Unsupported.
func (s Profile) ResendConfirmation(ctx context.Context) error {
	return remove(ctx, s.d, func(u *unit) error {
		user, err := u.ownUser()
		if err != nil || user.Confirmed && user.PendingEmail == "" {
			return err
		}
		if u.e.opts.Mailer == nil {
			return errNoMailer()
		}
		u.enqueue(letterArgs{Purpose: ConfirmToken, User: user.ID}.job())
		return nil
	})
}
