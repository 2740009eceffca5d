package helpdesk

import (
	"bytes"
	"context"
	"slices"
	"strings"
)

// ContactRow is what somebody's list says of a contact. Email, Phone and
// Identifier say which contact is meant; one of them is needed. They only match:
// those of a contact that is known stay as they are.
type ContactRow struct {
	Email, Phone, Identifier string

	Name, Company, City, Country *string // nil = as it is; "" clears

	Attributes map[string]any // merged: keys not given stay, a nil value removes its key
	AddLabels  []string       // titles of labels there are
}

// Upsert brings the contact that the row's keys name up to date, or makes one.
// Keys that name two contacts, and labels that are none, are Invalid.
func (s Contacts) Upsert(ctx context.Context, in ContactRow) (*Contact, error) {
	return change(ctx, s.d, loadContact, func(u *unit) (*Contact, int64, error) {
		if err := u.may(EditContact); err != nil {
			return nil, 0, err
		}
		named, known, err := u.readRow(in)
		if err != nil {
			return nil, 0, err
		}
		if known != nil {
			if err := u.mayContact(EditContact, known); err != nil {
				return nil, 0, err
			}
		}
		c, err := u.applyRow(named, known, in)
		if err != nil {
			return nil, 0, err
		}
		return c, int64(c.ID), nil
	})
}

// rest is what a row changes of a contact that is known.
func (in ContactRow) rest() ContactChange {
	return ContactChange{Name: in.Name, Company: in.Company, City: in.City, Country: in.Country, Attributes: in.Attributes}
}

// readRow checks a row, and writes nothing: named is the contact it would make,
// known the one it matches, or nil.
func (u *unit) readRow(in ContactRow) (named, known *Contact, err error) {
	whole, p := in.rest(), problems{}
	whole.Email, whole.Phone, whole.Identifier = &in.Email, &in.Phone, &in.Identifier
	named = &Contact{Account: u.actor.account, CreatedAt: u.now, UpdatedAt: u.now}
	p.merge(u.fillContact(named, whole))
	p.add(named.Email == "" && named.Phone == "" && named.Identifier == "", "email", "or phone_number or identifier is needed")
	for _, title := range normalTitles(in.AddLabels) {
		p.add(u.cfg.labelByTitle[title] == nil, "tags", "hold a label that is none: "+clip(title, maxField))
	}
	if err := p.err(); err != nil {
		return nil, nil, err
	}
	for _, key := range identityKeys(named) {
		id, err := u.tx.Identities().Find(u.ctx, key.kind, key.canonical)
		if CodeOf(err) == NotFound || err == nil && (id.Contact == 0 || known != nil && id.Contact == known.ID) {
			continue
		}
		if err != nil {
			return nil, nil, err
		}
		if known != nil {
			return nil, nil, problems{contactField(key.kind): "is somebody else's than the other keys"}.err()
		}
		if known, err = u.tx.Contacts().Get(u.ctx, id.Contact); err != nil {
			return nil, nil, err
		}
	}
	return named, known, nil
}

// applyRow writes what readRow found to be right.
func (u *unit) applyRow(named, known *Contact, in ContactRow) (*Contact, error) {
	if known == nil {
		return named, u.insertContact(named, in.AddLabels)
	}
	after := *known
	if err := u.fillContact(&after, in.rest()); err != nil {
		return nil, err
	}
	if !bytes.Equal(args(known), args(after)) {
		if err := u.saveContact(known, &after); err != nil {
			return nil, err
		}
	}
	if titles, ok := relabelled(u.cfg.labelTitles(after.Labels), in.AddLabels, nil); ok {
		return &after, u.relabelContact(&after, titles)
	}
	return &after, nil
}

// insertContact makes a contact whose fields were checked.
func (u *unit) insertContact(c *Contact, labels []string) error {
	ids, err := u.claim(identityKeys(c))
	if err != nil {
		return err
	}
	if slices.ContainsFunc(ids, func(id *Identity) bool { return id.Contact != 0 }) {
		return Errorf(Conflict, "somebody else made this contact just now")
	}
	if err := u.tx.Contacts().Insert(u.ctx, c); err != nil {
		return err
	}
	u.emit(&Event{Kind: ContactCreated, Contact: c.ID})
	created := len(u.events)
	if err := u.adopt(ids, c.ID, false); err != nil || len(labels) == 0 {
		return err
	}
	err = u.relabelContact(c, labels)
	u.events = u.events[:created] // it was born like this: no update happened
	return err
}

// fillContact writes a change into a contact's fields, and nothing into the
// store; its error names every field that is wrong.
func (u *unit) fillContact(c *Contact, ch ContactChange) error {
	p := problems{}
	set := func(field *string, value *string, name string, limit int) {
		if value == nil {
			return
		}
		*field = strings.TrimSpace(clean(*value))
		p.add(tooLong(*field, limit), name, "is too long")
	}
	set(&c.Name, ch.Name, "name", maxField)
	set(&c.Identifier, ch.Identifier, "identifier", maxField)
	set(&c.Company, ch.Company, "company", maxField)
	set(&c.City, ch.City, "city", maxField)
	set(&c.Country, ch.Country, "country", maxField)
	set(&c.AvatarURL, ch.AvatarURL, "avatar_url", maxURL)
	if ch.avatar != nil {
		c.AvatarURL = ""
	}
	set(&c.Email, ch.Email, "email", maxField)
	set(&c.Phone, ch.Phone, "phone_number", maxField)
	if ch.Email != nil && c.Email != "" {
		_, err := parseEmail(c.Email)
		p.add(err != nil, "email", "is not an e-mail address")
	}
	if ch.Phone != nil && c.Phone != "" {
		n, err := parsePhone(c.Phone, u.cfg.account.Country)
		p.add(err != nil, "phone_number", "is not a possible phone number in e164 format")
		c.Phone = n.E164
	}
	if ch.Blocked != nil {
		c.Blocked = *ch.Blocked
	}
	attributes := cleanMap(ch.Attributes)
	c.Attributes = merge(c.Attributes, attributes)
	u.checkAttributes(p, ContactAttribute, attributes)
	c.Extra = merge(c.Extra, withoutConsent(cleanMap(ch.Extra)))
	return p.err()
}
