package helpdesk

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
)

// maxAliases is how many other addresses a provider may tell of one person.
const maxAliases = 3

// knownAs finds the address that somebody has already under another name; nil =
// none of the names is known.
func (u *unit) knownAs(inbox *Inbox, names []string) (*ContactInbox, error) {
	for _, name := range names {
		if name == "" || tooLong(name, maxSource) {
			continue
		}
		main, err := u.mainAddress(inbox.ID, name)
		if CodeOf(err) != NotFound {
			return main, err
		}
	}
	return nil, nil
}

// mainAddress finds an address by any of its names; NotFound.
func (u *unit) mainAddress(inbox InboxID, name string) (*ContactInbox, error) {
	found, err := u.tx.ContactInboxes().Find(u.ctx, inbox, name)
	if err == nil && found.Main != 0 {
		found, err = u.tx.ContactInboxes().Get(u.ctx, found.Main)
	}
	return found, err
}

// joinAddress makes a new address another name of a known one.
func (u *unit) joinAddress(main, fresh *ContactInbox, names []string, err error) (*Contact, *ContactInbox, error) {
	if err != nil {
		return nil, nil, err
	}
	if err := u.setMain(fresh, main); err != nil {
		return nil, nil, err
	}
	contact, err := u.tx.Contacts().Get(u.ctx, main.Contact)
	if err != nil {
		return nil, nil, err
	}
	return contact, main, u.alias(main, names...)
}

// alias makes names lead to an address. A name that has been an address of its own
// leads here from now on, and where it was another contact's, the two become one.
func (u *unit) alias(main *ContactInbox, names ...string) error {
	for _, name := range names[:min(len(names), maxAliases)] {
		if name == "" || name == main.Source || tooLong(name, maxSource) {
			continue
		}
		found, err := u.tx.ContactInboxes().Find(u.ctx, main.Inbox, name)
		if CodeOf(err) == NotFound {
			found, err = u.tx.ContactInboxes().Claim(u.ctx, main.Inbox, name)
		}
		if err != nil {
			return err
		}
		if found.Main == main.ID {
			continue
		}
		if other := found.Contact; other != 0 && other != main.Contact {
			if apart, err := u.apart(main.Contact, other); err != nil || apart {
				return err // somebody knows better than the provider
			}
			u.enqueue(&Job{Kind: jobContactHeal, Key: fmt.Sprint(main.Contact, " ", other), Args: args(healArgs{main.Contact, other})})
		}
		if err := u.setMain(found, main); err != nil {
			return err
		}
	}
	return nil
}

func (u *unit) setMain(a, main *ContactInbox) error {
	if a.Contact == 0 {
		a.Contact, a.CreatedAt = main.Contact, u.now
	}
	a.Main, a.UpdatedAt = main.ID, u.now
	return u.tx.ContactInboxes().Update(u.ctx, a)
}

type healArgs struct {
	Into  ContactID `json:"into"`
	Other ContactID `json:"other"`
}

// healContacts is the contact.heal job: two contacts that a provider says are one
// person become one, as if somebody had merged them.
func (e *Engine) healContacts(ctx context.Context, j *Job) error {
	var a healArgs
	if err := json.Unmarshal(j.Args, &a); err != nil {
		return Permanent(err)
	}
	return e.update(ctx, e.System(j.Account), func(u *unit) error {
		both, err := all(u.ctx, Repo[ContactID, Contact, ContactFilter](u.tx.Contacts()), ContactFilter{IDs: []ContactID{a.Into, a.Other}})
		if err != nil || len(both) != 2 || both[0].MergedInto != 0 || both[1].MergedInto != 0 { // one is gone, or it was done
			return err
		}
		slices.SortFunc(both, func(x, y *Contact) int { return int(x.ID - y.ID) }) // the older one stays
		return u.mergeContacts(both[0], both[1])
	})
}

// rename follows a customer to another address. What they said and what is open
// with them goes on there; the old name still leads to them.
func (u *unit) rename(inbox *Inbox, r Rename) error {
	from := clean(r.From)
	r.To.clean()
	to := r.To.Source
	if from == "" || to == "" || from == to || tooLong(to, maxSource) {
		return nil
	}
	main, err := u.mainAddress(inbox.ID, from)
	if err != nil {
		return absent(err)
	}
	if _, err := u.tx.ContactInboxes().Find(u.ctx, inbox.ID, to); err == nil {
		return u.alias(main, append([]string{to}, r.To.Also...)...) // they wrote from there before we were told
	} else if CodeOf(err) != NotFound {
		return err
	}
	old := main.Source
	main.Source, main.UpdatedAt = to, u.now
	if err := u.tx.ContactInboxes().Update(u.ctx, main); err != nil {
		return err
	}
	if err := u.alias(main, append([]string{old}, r.To.Also...)...); err != nil {
		return err
	}
	return u.renumber(main.Contact, r.To)
}

// renumber gives a contact the telephone number that goes with a new address,
// unless somebody has it.
func (u *unit) renumber(id ContactID, p Person) error {
	n, err := parsePhone(p.Phone, u.cfg.account.Country)
	if err != nil {
		return nil //nolint:nilerr // no number came with the address
	}
	if _, err := u.tx.Identities().Find(u.ctx, PhoneIdentity, n.Canonical); CodeOf(err) != NotFound {
		return err
	}
	c, err := u.tx.Contacts().Get(u.ctx, id)
	if err != nil {
		return err
	}
	return u.changeContact(c, ContactChange{Phone: &n.E164})
}
