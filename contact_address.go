package helpdesk

import (
	"context"
	"maps"
	"slices"
)

// Addresses returns the contacts' addresses, by contact. An agent sees those in
// inboxes they may see.
func (s Contacts) Addresses(ctx context.Context, contacts ...ContactID) (map[ContactID][]*ContactInbox, error) {
	return read(ctx, s.d, func(u *unit) (map[ContactID][]*ContactInbox, error) {
		if err := u.may(ReadContact); err != nil {
			return nil, err
		}
		contacts, err := u.visible(contacts)
		if err != nil || len(contacts) == 0 {
			return map[ContactID][]*ContactInbox{}, err
		}
		rows, err := u.tx.ContactInboxes().Of(u.ctx, contacts...)
		if err != nil {
			return nil, err
		}
		scope, out := u.scope(), make(map[ContactID][]*ContactInbox, len(contacts))
		for _, r := range rows {
			if scope.All || slices.Contains(scope.Inboxes, r.Inbox) {
				out[r.Contact] = append(out[r.Contact], r)
			}
		}
		return out, nil
	})
}

// AddAddress gives a contact an address in an inbox; "" makes one up. A source
// that leads to somebody else is Conflict.
func (s Contacts) AddAddress(ctx context.Context, id ContactID, inbox InboxID, source string) (*ContactInbox, error) {
	load := func(u *unit, id int64) (*ContactInbox, error) {
		return u.tx.ContactInboxes().Get(u.ctx, ContactInboxID(id))
	}
	return change(ctx, s.d, load, func(u *unit) (*ContactInbox, int64, error) {
		c, err := u.contact(EditContact, id)
		if err != nil {
			return nil, 0, err
		}
		a, err := u.addAddress(c, inbox, source)
		if err != nil {
			return nil, 0, err
		}
		return a, int64(a.ID), nil
	})
}

func (u *unit) addAddress(c *Contact, inbox InboxID, source string) (*ContactInbox, error) {
	if _, err := u.openInbox(inbox); err != nil {
		return nil, err
	}
	if err := u.mayInbox(inbox); err != nil {
		return nil, err
	}
	if source = clean(source); source == "" {
		made, err := u.makeAddress(c, inbox)
		if err != nil {
			return nil, err
		}
		source = made
	}
	if tooLong(source, maxSource) {
		return nil, problems{"source_id": "is too long (maximum is 1000 characters)"}.err()
	}
	a, err := u.tx.ContactInboxes().Claim(u.ctx, inbox, source)
	if err != nil || a.Contact == c.ID {
		return a, err
	}
	if a.Contact != 0 {
		return nil, &Error{Code: Conflict, Message: "source_id should be unique", Fields: map[string]string{"source_id": "has already been taken"}}
	}
	a.Contact, a.PubsubToken, a.CreatedAt, a.UpdatedAt = c.ID, newToken(), u.now, u.now
	if err := u.tx.ContactInboxes().Update(u.ctx, a); err != nil {
		return nil, err
	}
	return a, u.tx.Routes().Put(u.ctx, Route{Kind: PubsubRoute, Account: c.Account, Object: int64(a.ID)}, a.PubsubToken)
}

// Contactable returns the inboxes in which a conversation with the contact can be
// started, with the address it would go to: one that they have (its ID says which),
// or one that would be made. By inbox.
func (s Contacts) Contactable(ctx context.Context, id ContactID) ([]*ContactInbox, error) {
	return read(ctx, s.d, func(u *unit) ([]*ContactInbox, error) {
		c, err := u.contact(ReadContact, id)
		if err != nil {
			return nil, err
		}
		has, err := u.tx.ContactInboxes().Of(u.ctx, c.ID)
		if err != nil {
			return nil, err
		}
		scope := u.scope()
		var out []*ContactInbox
		for _, inbox := range slices.Sorted(maps.Keys(u.cfg.inboxes)) {
			box := u.cfg.inboxes[inbox]
			if !box.Active || !box.ActiveContact || !scope.All && !slices.Contains(scope.Inboxes, inbox) {
				continue
			}
			if i := slices.IndexFunc(has, func(a *ContactInbox) bool { return a.Inbox == inbox }); i >= 0 {
				out = append(out, has[i])
				continue
			}
			sender, err := u.e.openSender(box)
			_, own := sender.(Hooked)
			_, reaches := sender.(Contactable)
			if err != nil || !own && !reaches {
				continue // only who came by themselves is there
			}
			if source, err := u.makeAddress(c, inbox); err == nil {
				out = append(out, &ContactInbox{Account: c.Account, Contact: c.ID, Inbox: inbox, Source: source})
			}
		}
		return out, nil
	})
}

// makeAddress is where a contact who never wrote to an inbox is reached.
func (u *unit) makeAddress(c *Contact, inbox InboxID) (string, error) {
	sender, err := u.e.openSender(u.cfg.inboxes[inbox])
	way, ok := sender.(Contactable)
	if err != nil || !ok {
		return newUUID(), nil //nolint:nilerr // a channel that this process does not have makes addresses up
	}
	source := way.AddressOf(Person{Name: c.Name, Email: c.Email, Phone: c.Phone, Identifier: c.Identifier})
	if source == "" {
		return "", problems{"source_id": "cannot be made: the contact has nothing that this channel writes to"}.err()
	}
	return source, nil
}
