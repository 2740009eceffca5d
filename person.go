package helpdesk

import (
	"context"
	"slices"
	"strings"
)

// Person fields and clean text, as they come from outside.
func (p *Person) clean() {
	p.Source = clean(p.Source)
	for i := range p.Also {
		p.Also[i] = clean(p.Also[i])
	}
	for _, field := range []*string{&p.Name, &p.Email, &p.Phone, &p.Identifier, &p.AvatarURL} {
		*field = strings.TrimSpace(clean(*field))
	}
	p.Attributes, p.Extra = cleanMap(p.Attributes), cleanMap(p.Extra)
}

// resolveContact finds the person behind an address, or makes one. The address
// row is locked first: of many first messages at once, one makes the contact and
// the others find it.
func (u *unit) resolveContact(inbox *Inbox, p Person) (*Contact, *ContactInbox, error) {
	address, err := u.tx.ContactInboxes().Claim(u.ctx, inbox.ID, p.Source)
	if err != nil {
		return nil, nil, err
	}
	if address.Contact != 0 {
		if address.Main != 0 {
			if address, err = u.tx.ContactInboxes().Get(u.ctx, address.Main); err != nil {
				return nil, nil, err
			}
		}
		contact, err := u.tx.Contacts().Get(u.ctx, address.Contact)
		if err != nil {
			return nil, nil, err
		}
		return contact, address, u.alias(address, p.Also...)
	}
	if main, err := u.knownAs(inbox, p.Also); main != nil || err != nil { // address_alias.go
		return u.joinAddress(main, address, p.Also, err)
	}
	contact, err := u.matchContact(p)
	if err != nil {
		return nil, nil, err
	}
	address.Contact, address.Verified, address.PubsubToken = contact.ID, p.Verified, newToken()
	address.CreatedAt, address.UpdatedAt = u.now, u.now
	if err := u.tx.ContactInboxes().Update(u.ctx, address); err != nil {
		return nil, nil, err
	}
	route := Route{Kind: PubsubRoute, Account: u.actor.account, Object: int64(address.ID)}
	if err := u.tx.Routes().Put(u.ctx, route, address.PubsubToken); err != nil {
		return nil, nil, err
	}
	u.askWho(inbox, address, p) // profile_ask.go: some providers tell names only when asked
	return contact, address, u.alias(address, p.Also...)
}

// matchContact finds a contact by what the provider says of the person, in the
// order identifier, e-mail, phone, or makes one. What cannot be an e-mail or a
// phone number is left out: a customer's message is never refused for it.
func (u *unit) matchContact(p Person) (*Contact, error) {
	fresh := u.personContact(p)
	keys := identityKeys(fresh)
	ids, err := u.claim(keys)
	if err != nil {
		return nil, err
	}
	for _, id := range ids {
		if id.Contact == 0 {
			continue
		}
		contact, err := u.tx.Contacts().Get(u.ctx, id.Contact)
		if err != nil {
			return nil, err
		}
		return contact, u.enrich(contact, fresh, ids, p)
	}
	if err := u.tx.Contacts().Insert(u.ctx, fresh); err != nil {
		return nil, err
	}
	u.emit(&Event{Kind: ContactCreated, Contact: fresh.ID})
	u.fetchPicture(contactPicture, int64(fresh.ID), fresh.AvatarURL)
	return fresh, u.adopt(ids, fresh.ID, p.Attested)
}

// enrich fills what was empty on a known contact and gives it the identities
// nobody had.
func (u *unit) enrich(c, from *Contact, ids []*Identity, p Person) error {
	before := *c
	free := func(kind IdentityKind) bool {
		return slices.ContainsFunc(ids, func(i *Identity) bool { return i.Kind == kind && (i.Contact == 0 || i.Contact == c.ID) })
	}
	fill(&c.Name, from.Name)
	if free(EmailIdentity) {
		fill(&c.Email, from.Email)
	}
	if free(PhoneIdentity) {
		fill(&c.Phone, from.Phone)
	}
	if free(IdentifierIdentity) {
		fill(&c.Identifier, from.Identifier)
	}
	if err := u.adopt(ids, c.ID, p.Attested); err != nil {
		return err
	}
	if c.Name == before.Name && c.Email == before.Email && c.Phone == before.Phone && c.Identifier == before.Identifier {
		return nil
	}
	return u.saveContact(&before, c)
}

func fill(field *string, value string) {
	if *field == "" {
		*field = value
	}
}

// personContact is the contact a person would make.
func (u *unit) personContact(p Person) *Contact {
	c := &Contact{
		Account: u.actor.account, Name: clip(p.Name, maxField), AvatarURL: clip(p.AvatarURL, maxURL),
		Attributes: p.Attributes, Extra: withoutConsent(p.Extra), CreatedAt: u.now, UpdatedAt: u.now,
	}
	if !tooLong(p.Identifier, maxField) { // a part of an identifier would be somebody else's
		c.Identifier = p.Identifier
	}
	if email, err := parseEmail(p.Email); err == nil {
		c.Email = email
	}
	if n, err := parsePhone(p.Phone, u.cfg.account.Country); err == nil {
		c.Phone = n.E164
	}
	return c
}

// Register makes sure that a person has an address in the inbox, as a customer's
// own client does before it writes: an existing one is found by source, else by
// identifier, e-mail or phone, and brought up to date. An empty Source gets a
// fresh one.
func (e *Engine) Register(ctx context.Context, account AccountID, inbox InboxID, p Person) (*Contact, *ContactInbox, error) {
	p.clean()
	if p.Source == "" {
		p.Source = newUUID()
	}
	if tooLong(p.Source, maxSource) {
		return nil, nil, problems{"source_id": "is too long (maximum is 1000 characters)"}.err()
	}
	var contact *Contact
	var address *ContactInbox
	err := e.update(ctx, e.System(account), func(u *unit) (err error) {
		if u.replay != nil {
			if address, err = u.tx.ContactInboxes().Get(u.ctx, ContactInboxID(u.replay.ID)); err == nil {
				contact, err = u.tx.Contacts().Get(u.ctx, address.Contact)
			}
			return err
		}
		target, err := u.openInbox(inbox)
		if err != nil {
			return err
		}
		if u.cfg.account.Suspended {
			return errSuspended()
		}
		if contact, address, err = u.resolveContact(target, p); err != nil {
			return err
		}
		u.actor.ref = ActorRef{ByContact, int64(contact.ID)}
		if p.Verified && contact.Identifier != "" && contact.Identifier != p.Identifier {
			return &Error{Code: Conflict, Message: "the address belongs to somebody else", Fields: map[string]string{"source_id": "has already been taken"}}
		}
		if p.Verified && !address.Verified {
			address.Verified = true
			if err := u.tx.ContactInboxes().Update(u.ctx, address); err != nil {
				return err
			}
		}
		if p.Name == "" && contact.Name == "" {
			p.Name = twoWords()
		}
		if err := u.applyPerson(contact, p); err != nil {
			return err
		}
		return u.result(int64(address.ID))
	})
	return contact, address, err
}

// applyPerson brings a contact up to date with what the person says now: what is
// given wins, what is left out stays, attributes merge. An e-mail or number that
// somebody else holds is refused.
func (u *unit) applyPerson(c *Contact, p Person) error {
	change := ContactChange{Attributes: p.Attributes, Extra: p.Extra}
	give := func(field **string, value string) {
		if value != "" {
			*field = &value
		}
	}
	give(&change.Name, p.Name)
	give(&change.Email, p.Email)
	give(&change.Phone, p.Phone)
	give(&change.Identifier, p.Identifier)
	give(&change.AvatarURL, p.AvatarURL)
	return u.changeContact(c, change)
}
