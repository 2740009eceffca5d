package helpdesk

import (
	"context"
	"encoding/json"
	"strconv"
)

type askArgs struct {
	Inbox   InboxID        `json:"inbox"`
	Address ContactInboxID `json:"address"`
}

// askWho has the provider asked to whom a new address belongs, where it does not say
// so by itself: see Profiler.
func (u *unit) askWho(inbox *Inbox, address *ContactInbox, p Person) {
	if p.Name != "" {
		return
	}
	sender, err := u.e.openSender(inbox)
	if _, asks := sender.(Profiler); err == nil && asks {
		u.enqueue(&Job{Kind: jobContactAsk, Key: strconv.FormatInt(int64(address.ID), 10), Args: args(askArgs{inbox.ID, address.ID})})
	}
}

// askProfile is the contact.ask job. What is known of the contact already stays.
func (e *Engine) askProfile(ctx context.Context, j *Job) error {
	var a askArgs
	if err := json.Unmarshal(j.Args, &a); err != nil {
		return Permanent(err)
	}
	var address *ContactInbox
	err := e.view(ctx, e.System(j.Account), func(u *unit) (err error) {
		address, err = u.tx.ContactInboxes().Get(u.ctx, a.Address)
		return absent(err)
	})
	if err != nil || address == nil {
		return err
	}
	sender, err := e.sender(ctx, j.Account, a.Inbox)
	if err != nil {
		return Permanent(err)
	}
	asked, ok := sender.(Profiler)
	if !ok {
		return nil
	}
	who, err := asked.Profile(ctx, address.Source)
	if isRevoked(err) {
		failed := e.update(ctx, e.System(j.Account), func(u *unit) error { return u.revoke(a.Inbox, clean(err.Error())) })
		if failed != nil {
			return failed
		}
		return Permanent(err)
	}
	if err != nil || who == nil {
		return err
	}
	who.clean()
	return e.update(ctx, e.System(j.Account), func(u *unit) error {
		contact, err := u.tx.Contacts().Get(u.ctx, address.Contact)
		if err != nil {
			return absent(err)
		}
		change := ContactChange{Extra: merge(who.Extra, contact.Extra)}
		if contact.Name == "" && who.Name != "" {
			change.Name = &who.Name
		}
		if contact.Avatar == "" && contact.AvatarURL == "" && who.AvatarURL != "" {
			change.AvatarURL = &who.AvatarURL
		}
		return u.changeContact(contact, change)
	})
}
