package helpdesk

import (
	"bytes"
	"context"
	"maps"
	"time"
)

// Contact is a customer. What identifies a person stands in Identity rows, of
// which Email, Phone and Identifier show the primary ones.
type Contact struct {
	Account    AccountID
	ID         ContactID
	Name       string
	Email      string // unique in the account, compared without case
	Phone      string // E.164, unique in the account
	Identifier string // the host's own id of the person, unique in the account
	Company    string
	City       string
	Country    string // as given; CountryCode is derived
	AvatarURL  string // where the picture came from; "" = uploaded, or none
	Avatar     string // key of the picture in Blobs; "" = none, or not fetched yet
	Blocked    bool   // messages are stored, but open nothing and notify nobody
	Labels     []LabelID
	Attributes map[string]any // custom attributes, checked against their definitions
	// Extra is what channels and clients add: social profiles, browser… Under
	// "consent" stands, by ConsentCategory, what the customer said last of what may
	// be sent to them: {"stop": true, "at": RFC 3339}. Only their ledger writes that.
	Extra      map[string]any
	MergedInto ContactID // set when this contact became part of another
	Connected  bool      // read along from presence, as this process knows it; not written here

	LastActivityAt time.Time // zero = never
	CreatedAt      time.Time
	UpdatedAt      time.Time
	Version        int64
}

// IdentityKind names a key space in which one value means one person.
type IdentityKind string

const (
	EmailIdentity      IdentityKind = "email"
	PhoneIdentity      IdentityKind = "phone"
	IdentifierIdentity IdentityKind = "identifier"
)

// Identity is one thing that identifies a contact. (account, Kind, Canonical)
// is unique: that constraint, not a lookup, is what keeps one person one contact.
type Identity struct {
	Account   AccountID
	ID        IdentityID
	Contact   ContactID // 0 only inside the transaction that claims it
	Kind      IdentityKind
	Canonical string // one form for all spellings; see canonicalPhone for Brazil, Argentina, Mexico
	Raw       string // as given
	Attested  bool   // the provider vouches for it; otherwise somebody said so
	CreatedAt time.Time
}

// ContactInbox is a contact's address in one inbox: a phone number, a visitor's
// session, a source id of the API. (inbox, Source) is unique; conversations
// hang off it.
type ContactInbox struct {
	Account AccountID
	ID      ContactInboxID
	Contact ContactID // 0 only inside the transaction that claims it
	Inbox   InboxID
	Source  string
	// Main is the address that this one is another name of: what comes here belongs
	// there, and answers go there. 0 = it stands for itself.
	Main        ContactInboxID
	PubsubToken string // lets the customer's own client follow their conversations
	Verified    bool   // proven by HMAC: sees the conversations of all the contact's proven addresses in the inbox
	CreatedAt   time.Time
	UpdatedAt   time.Time
	Version     int64
}

// ContactChange says what to change; nil leaves a field alone.
type ContactChange struct {
	Name, Email, Phone, Identifier, Company, City, Country, AvatarURL *string

	Avatar *File   // a picture; a File without Data takes it away
	avatar *string // its key, once it is in Blobs

	Blocked    *bool
	Attributes map[string]any // merged: keys not given stay, a nil value removes its key
	Extra      map[string]any // merged likewise; "consent" is left alone, see SetConsent
}

// Limits of a contact's fields, in characters.
const (
	maxField = 255
	maxURL   = 2000
)

// changeContact applies a change, or says everything that is wrong with it.
func (u *unit) changeContact(c *Contact, ch ContactChange) error {
	before := *c
	if err := u.fillContact(c, ch); err != nil {
		return err
	}
	if err := u.reidentify(&before, c); err != nil {
		return err
	}
	u.swapPicture(&c.Avatar, ch.avatar)
	if c.AvatarURL != before.AvatarURL {
		u.fetchPicture(contactPicture, int64(c.ID), c.AvatarURL)
	}
	return u.saveContact(&before, c)
}

// saveContact writes a changed contact and says what changed.
func (u *unit) saveContact(before, c *Contact) error {
	c.UpdatedAt = u.now
	if err := u.tx.Contacts().Update(u.ctx, c); err != nil {
		return err
	}
	details := map[string]Change{}
	note := func(field string, a, b any) {
		if x, y := args(a), args(b); !bytes.Equal(x, y) {
			details[field] = Change{x, y}
		}
	}
	note("name", before.Name, c.Name)
	note("email", before.Email, c.Email)
	note("phone_number", before.Phone, c.Phone)
	note("identifier", before.Identifier, c.Identifier)
	note("blocked", before.Blocked, c.Blocked)
	note("company", before.Company, c.Company)
	note("city", before.City, c.City)
	note("country", before.Country, c.Country)
	note("avatar_url", before.Avatar+before.AvatarURL, c.Avatar+c.AvatarURL)
	note("custom_attributes", merge(before.Attributes, nil), merge(c.Attributes, nil)) // none and empty are the same
	note("additional_attributes", merge(before.Extra, nil), merge(c.Extra, nil))
	if len(details) > 0 {
		u.emit(&Event{Kind: ContactUpdated, Contact: c.ID, Details: details})
	}
	return nil
}

// merge lays change over base, into a map of its own; a nil value removes.
func merge(base, change map[string]any) map[string]any {
	out := make(map[string]any, len(base)+len(change))
	maps.Copy(out, base)
	for k, v := range change {
		if v == nil {
			delete(out, k)
		} else {
			out[k] = v
		}
	}
	return out
}

// Contacts is the service for customers.
type Contacts struct{ d *Desk }

// NewContact is what a contact is made from. With an Inbox it also gets an
// address there.
type NewContact struct {
	ContactChange
	Inbox  InboxID
	Source string // "" = made up when Inbox is set
}

// Get returns one contact.
func (s Contacts) Get(ctx context.Context, id ContactID) (*Contact, error) {
	return read(ctx, s.d, func(u *unit) (*Contact, error) { return u.contact(ReadContact, id) })
}

// contact loads a contact the actor may do a to. One that became part of another
// is that one.
func (u *unit) contact(a Action, id ContactID) (*Contact, error) {
	c, err := u.tx.Contacts().Get(u.ctx, id)
	if err == nil && c.MergedInto != 0 {
		c, err = u.tx.Contacts().Get(u.ctx, c.MergedInto)
	}
	if err == nil {
		err = u.mayContact(a, c)
	}
	return orNil(c, err)
}

// List returns contacts and how many there are in all.
func (s Contacts) List(ctx context.Context, f ContactFilter, p Page) (list []*Contact, total int, err error) {
	err = s.d.view(ctx, func(u *unit) (err error) {
		if err := u.may(ReadContacts); err != nil {
			return err
		}
		f.Query, f.Labels = clean(f.Query), normalTitles(f.Labels)
		if f.Where, err = u.condition(f.Where, ContactAttribute); err != nil {
			return err
		}
		if list, err = u.tx.Contacts().List(u.ctx, f, p); err != nil {
			return err
		}
		total, err = u.tx.Contacts().Count(u.ctx, f)
		return err
	})
	return list, total, err
}

// visible leaves of the contacts those the actor may see.
func (u *unit) visible(ids []ContactID) ([]ContactID, error) {
	if len(ids) == 0 || u.may(ReadContacts) == nil {
		return ids, nil
	}
	scope := u.scope()
	rows, err := u.tx.Contacts().List(u.ctx, ContactFilter{IDs: ids, Visible: &scope}, Page{Limit: MaxPage})
	out := make([]ContactID, len(rows))
	for i, c := range rows {
		out[i] = c.ID
	}
	return out, err
}

// Create makes a contact. An e-mail, phone or identifier that is taken is Invalid.
func (s Contacts) Create(ctx context.Context, in NewContact) (*Contact, error) {
	key, err := s.d.e.setPicture(ctx, in.Avatar)
	if err != nil {
		return nil, err
	}
	in.avatar = key
	c, err := change(ctx, s.d, loadContact, func(u *unit) (*Contact, int64, error) {
		if err := u.may(EditContact); err != nil {
			return nil, 0, err
		}
		c := &Contact{Account: u.actor.account, CreatedAt: u.now, UpdatedAt: u.now}
		if err := u.tx.Contacts().Insert(u.ctx, c); err != nil {
			return nil, 0, err
		}
		u.emit(&Event{Kind: ContactCreated, Contact: c.ID})
		created := len(u.events)
		if err := u.changeContact(c, in.ContactChange); err != nil {
			return nil, 0, err
		}
		u.events = u.events[:created] // it was born like this: no update happened
		if in.Inbox != 0 {
			if _, err := u.addAddress(c, in.Inbox, in.Source); err != nil {
				return nil, 0, err
			}
		}
		return c, int64(c.ID), nil
	})
	s.d.e.dropPicture(ctx, err, key, key != nil && c != nil && c.Avatar == *key)
	return c, err
}

func loadContact(u *unit, id int64) (*Contact, error) {
	return u.tx.Contacts().Get(u.ctx, ContactID(id))
}

// Update changes a contact.
func (s Contacts) Update(ctx context.Context, id ContactID, ch ContactChange) (*Contact, error) {
	key, err := s.d.e.setPicture(ctx, ch.Avatar)
	if err != nil {
		return nil, err
	}
	ch.avatar = key
	c, err := change(ctx, s.d, loadContact, func(u *unit) (*Contact, int64, error) {
		c, err := u.contact(EditContact, id)
		if err != nil {
			return nil, 0, err
		}
		return c, int64(c.ID), u.changeContact(c, ch)
	})
	s.d.e.dropPicture(ctx, err, key, key != nil && c != nil && c.Avatar == *key)
	return c, err
}

// UpdateSelf lets the customer behind the desk's actor change their own details.
func (s Contacts) UpdateSelf(ctx context.Context, p Person) (*Contact, error) {
	return change(ctx, s.d, loadContact, func(u *unit) (*Contact, int64, error) {
		if u.actor.ref.Kind != ByContact {
			return nil, 0, forbidden(EditContact)
		}
		c, err := u.tx.Contacts().Get(u.ctx, u.address.Contact)
		if err != nil {
			return nil, 0, err
		}
		p.clean()
		return c, int64(c.ID), u.applyPerson(c, p)
	})
}

// Self returns the customer behind the desk's actor, and their address.
func (s Contacts) Self(ctx context.Context) (c *Contact, a *ContactInbox, err error) {
	err = s.d.view(ctx, func(u *unit) (err error) {
		if u.actor.ref.Kind != ByContact {
			return forbidden(ReadContact)
		}
		a = u.address
		c, err = u.tx.Contacts().Get(u.ctx, a.Contact)
		return err
	})
	return c, a, err
}

// KnowsSelf reports whether the customer behind the desk's actor may be told what
// the desk knows of their contact: who is proven to be them may, and who came
// first and is alone, at the one address the contact was made with. Anybody else
// may have named another's e-mail, and is told nothing but their own word.
func (s Contacts) KnowsSelf(ctx context.Context) (bool, error) {
	return read(ctx, s.d, func(u *unit) (bool, error) {
		if u.actor.ref.Kind != ByContact {
			return false, forbidden(ReadContact)
		}
		if u.address.Verified {
			return true, nil
		}
		rows, err := u.tx.ContactInboxes().Of(u.ctx, u.address.Contact)
		if err != nil || len(rows) != 1 {
			return false, err
		}
		c, err := u.tx.Contacts().Get(u.ctx, u.address.Contact)
		return err == nil && c.CreatedAt.Equal(u.address.CreatedAt), err
	})
}

// SetLabels replaces a contact's labels by titles; unknown ones are made ad hoc.
func (s Contacts) SetLabels(ctx context.Context, id ContactID, titles []string) (*Contact, error) {
	return change(ctx, s.d, loadContact, func(u *unit) (*Contact, int64, error) {
		c, err := u.contact(EditContact, id)
		if err != nil {
			return nil, 0, err
		}
		return c, int64(c.ID), u.relabelContact(c, titles)
	})
}

func (u *unit) relabelContact(c *Contact, titles []string) error {
	ids, err := u.labelIDs(titles)
	if err != nil {
		return err
	}
	before := u.cfg.labelTitles(c.Labels)
	if err := u.tx.Contacts().SetLabels(u.ctx, c, ids); err != nil {
		return err
	}
	u.emit(&Event{Kind: ContactUpdated, Contact: c.ID, Details: map[string]Change{"labels": changed(before, normalTitles(titles))}})
	return nil
}

// Delete removes a contact with everything that hangs off it: conversations,
// messages, files, notes. One who is connected now is Invalid.
func (s Contacts) Delete(ctx context.Context, id ContactID) error {
	return remove(ctx, s.d, func(u *unit) error {
		c, err := u.contact(DeleteContact, id)
		if err != nil {
			return err
		}
		return u.deleteContact(c)
	})
}

// deleteContact is Delete within a unit.
func (u *unit) deleteContact(c *Contact) error {
	if u.e.presence.isHere(c) {
		return &Error{Code: Invalid, Message: c.Name + " is Online, please try again later"}
	}
	if err := u.audit("delete", "contact", int64(c.ID), nil); err != nil {
		return err
	}
	convs, err := all(u.ctx, Repo[ConversationID, Conversation, ConversationFilter](u.tx.Conversations()), ConversationFilter{Contact: c.ID})
	if err != nil {
		return err
	}
	for _, conv := range convs {
		if err := u.deleteConversation(conv); err != nil {
			return err
		}
	}
	ids, err := u.tx.Identities().Of(u.ctx, c.ID)
	if err != nil {
		return err
	}
	for _, identity := range ids {
		if err := u.tx.Identities().Delete(u.ctx, identity.ID); err != nil {
			return err
		}
	}
	addresses, err := u.tx.ContactInboxes().Of(u.ctx, c.ID)
	if err != nil {
		return err
	}
	for _, a := range addresses {
		if err := u.tx.Routes().DropObject(u.ctx, PubsubRoute, u.actor.account, int64(a.ID)); err != nil {
			return err
		}
	}
	if c.Avatar != "" {
		u.dropBlobs([]string{c.Avatar})
	}
	if err := u.dropMergedPictures(c); err != nil {
		return err
	}
	u.emit(&Event{Kind: ContactDeleted, Contact: c.ID})
	return u.tx.Contacts().Delete(u.ctx, c.ID)
}

// BySource returns the contact whose address in an inbox has this source id.
func (s Contacts) BySource(ctx context.Context, inbox InboxID, source string) (*Contact, error) {
	return read(ctx, s.d, func(u *unit) (*Contact, error) {
		if err := u.mayInbox(inbox); err != nil {
			return nil, err
		}
		a, err := u.tx.ContactInboxes().Find(u.ctx, inbox, clean(source))
		if err != nil {
			return nil, err
		}
		return u.contact(ReadContact, a.Contact)
	})
}
