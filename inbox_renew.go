package helpdesk

import (
	"context"
	"encoding/json"
	"errors"
	"strconv"
	"time"
)

const renewAgain = 6 * time.Hour

// renewLater arms the renewal of an inbox's access, where it ends by itself. A timer
// that is there already stays where it is and looks at the time when it fires.
func (u *unit) renewLater(box *Inbox, sender Sender) {
	if r, ok := sender.(Renewer); ok && !r.RenewAt().IsZero() {
		u.enqueue(&Job{
			Kind: jobInboxRenew, Key: strconv.FormatInt(int64(box.ID), 10), Args: args(connectArgs{box.ID}), RunAt: r.RenewAt(),
		})
	}
}

// renewInbox is the inbox.renew job. What the provider refuses for good is shown as
// the inbox's trouble.
func (e *Engine) renewInbox(ctx context.Context, j *Job) error {
	var a connectArgs
	if err := json.Unmarshal(j.Args, &a); err != nil {
		return Permanent(err)
	}
	var box *Inbox
	err := e.view(ctx, e.System(j.Account), func(u *unit) (err error) {
		box, err = u.openInbox(a.Inbox)
		return absent(err)
	})
	if err != nil || box == nil {
		return err
	}
	sender, err := e.openSender(box)
	if err != nil {
		return Permanent(err)
	}
	r, ok := sender.(Renewer)
	if !ok || r.RenewAt().IsZero() || !box.RevokedAt.IsZero() {
		return nil
	}
	if wait := r.RenewAt().Sub(e.now()); wait > 0 { // it was set up anew meanwhile
		return RetryAfter(Errorf(Conflict, "the access lasts longer by now"), wait)
	}
	settings, failure := r.Renew(ctx)
	if isRevoked(failure) || isPermanent(failure) {
		return errors.Join(failure, e.update(ctx, e.System(j.Account), func(u *unit) error { return u.revoke(box.ID, failure.Error()) }))
	}
	if failure != nil {
		return RetryAfter(failure, renewAgain) // there are days left
	}
	return e.update(ctx, e.System(j.Account), func(u *unit) error {
		fresh, err := u.tx.Inboxes().Get(u.ctx, box.ID)
		if err != nil || string(fresh.Settings) != string(box.Settings) { // somebody else was faster
			return absent(err)
		}
		if fresh.Settings, err = u.e.seal(string(settings), sealSettings); err != nil {
			return err
		}
		fresh.UpdatedAt = u.now
		if sender, err = u.e.openSender(fresh); err != nil {
			return Permanent(err)
		}
		if err := u.tx.Inboxes().Update(u.ctx, fresh); err != nil {
			return err
		}
		u.renewLater(fresh, sender)
		return nil
	})
}
