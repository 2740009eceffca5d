package helpdesk

import (
	"context"
	"maps"
	"time"
)

// ContactMerge is the record of two contacts that became one: enough to tell
// them apart again.
type ContactMerge struct {
	Account   AccountID
	ID        MergeID
	Base      Contact // who stays, as it was before
	Merged    Contact // who went into it, as it was before
	Moved     MovedWithContact
	By        ActorRef
	CreatedAt time.Time
	UndoneAt  time.Time // zero = it stands
}

// MovedWithContact is what a merge handed over, in order of id. What the contact
// had said is in the conversations.
type MovedWithContact struct {
	Addresses     []ContactInboxID `json:"addresses,omitempty"`
	Identities    []IdentityID     `json:"identities,omitempty"`
	Conversations []ConversationID `json:"conversations,omitempty"`
	Notes         []NoteID         `json:"notes,omitempty"`
	Consents      []ConsentID      `json:"consents,omitempty"`
	Contacts      []ContactID      `json:"contacts,omitempty"` // that had been merged into it
}

// Merge makes one contact of two. What base has wins, what it lacks it gets;
// conversations, with what was said in them, addresses, identities, notes,
// consents and labels are base's from then on, and the other's id leads to base.
func (s Contacts) Merge(ctx context.Context, base, other ContactID) (*Contact, error) {
	p := problems{}
	p.add(base == other, "mergee_contact_id", "must be another contact")
	if err := p.err(); err != nil {
		return nil, err
	}
	return change(ctx, s.d, loadContact, func(u *unit) (*Contact, int64, error) {
		into, err := u.contact(EditContact, base)
		if err != nil {
			return nil, 0, err
		}
		from, err := u.contact(EditContact, other)
		if err != nil {
			return nil, 0, err
		}
		if into.ID == from.ID {
			return nil, 0, problems{"mergee_contact_id": "is that contact already"}.err()
		}
		return into, int64(into.ID), u.mergeContacts(into, from)
	})
}

// mergeContacts makes from a part of into.
func (u *unit) mergeContacts(into, from *Contact) error {
	before := ContactMerge{Account: u.actor.account, Base: *into, Merged: *from, By: u.actor.ref, CreatedAt: u.now}
	labels := append(append([]LabelID{}, into.Labels...), from.Labels...)
	var err error
	if before.Moved, err = u.tx.Contacts().Merge(u.ctx, into.ID, from.ID); err != nil {
		return err
	}
	// First: from then on nothing it is known by is taken.
	from.MergedInto, from.UpdatedAt = into.ID, u.now
	if err := u.tx.Contacts().Update(u.ctx, from); err != nil {
		return err
	}
	if len(from.Labels) > 0 {
		if err := u.tx.Contacts().SetLabels(u.ctx, into, labels); err != nil {
			return err
		}
	}
	was := *into
	into.absorb(from)
	if err := u.saveContact(&was, into); err != nil {
		return err
	}
	if err := u.tx.Merges().Insert(u.ctx, &before); err != nil {
		return err
	}
	u.emit(&Event{Kind: ContactMerged, Contact: into.ID, Subject: int64(from.ID)})
	if err := u.tellMoved(before.Moved.Conversations, from.ID, into.ID); err != nil {
		return err
	}
	return u.audit("merge", "contact", int64(into.ID), map[string]Change{"merged": changed(nil, from.ID)})
}

// tellMoved tells of conversations that have another contact now: who has one on
// the screen shows whom it is with.
func (u *unit) tellMoved(ids []ConversationID, from, into ContactID) error {
	if len(ids) == 0 {
		return nil
	}
	moved, err := all(u.ctx, Repo[ConversationID, Conversation, ConversationFilter](u.tx.Conversations()), ConversationFilter{IDs: ids})
	for _, c := range moved {
		u.emitConversation(ConversationContact, c, c.facts(), map[string]Change{"contact_id": changed(from, into)})
	}
	return err
}

// absorb fills what is empty from another contact.
func (c *Contact) absorb(from *Contact) {
	for field, value := range map[*string]string{
		&c.Name: from.Name, &c.Email: from.Email, &c.Phone: from.Phone, &c.Identifier: from.Identifier,
		&c.Company: from.Company, &c.City: from.City, &c.Country: from.Country,
	} {
		fill(field, value)
	}
	if c.Avatar == "" && c.AvatarURL == "" {
		c.Avatar, c.AvatarURL = from.Avatar, from.AvatarURL
	}
	own := c.Extra
	c.Attributes, c.Extra = under(c.Attributes, from.Attributes), under(c.Extra, from.Extra)
	c.absorbConsent(own, from.Extra)
	if from.LastActivityAt.After(c.LastActivityAt) {
		c.LastActivityAt = from.LastActivityAt
	}
}

// under lays base under what there is, at every depth.
func under(over, base map[string]any) map[string]any {
	if len(base) == 0 {
		return over
	}
	out := maps.Clone(base)
	for k, v := range over {
		inner, ok := v.(map[string]any)
		below, both := out[k].(map[string]any)
		if ok && both {
			v = under(inner, below)
		}
		out[k] = v
	}
	return out
}

// dropMergedPictures removes the pictures of contacts that went into one which
// goes now.
func (u *unit) dropMergedPictures(c *Contact) error {
	merged, err := all(u.ctx, u.tx.Merges(), MergeFilter{Base: c.ID})
	for _, m := range merged {
		if m.Merged.Avatar != "" && m.Merged.Avatar != c.Avatar {
			u.dropBlobs([]string{m.Merged.Avatar})
		}
	}
	return err
}

// Active returns the contacts who are connected now, and how many there are.
func (s Contacts) Active(ctx context.Context, p Page) (list []*Contact, total int, err error) {
	err = s.d.view(ctx, func(u *unit) (err error) {
		if err := u.may(ReadContacts); err != nil {
			return err
		}
		f := ContactFilter{IDs: u.e.presence.connected(u.actor.account)}
		if len(f.IDs) == 0 {
			return nil
		}
		if list, err = u.tx.Contacts().List(u.ctx, f, p); err != nil {
			return err
		}
		total, err = u.tx.Contacts().Count(u.ctx, f)
		return err
	})
	return list, total, err
}

// DropAttributes removes custom attributes by their keys; keys it does not have
// are no error.
func (s Contacts) DropAttributes(ctx context.Context, id ContactID, keys ...string) (*Contact, error) {
	return s.Update(ctx, id, ContactChange{Attributes: gone(keys)})
}

// gone is the change that removes keys.
func gone(keys []string) map[string]any {
	out := make(map[string]any, len(keys))
	for _, k := range keys {
		out[k] = nil
	}
	return out
}
