package helpdesk

import (
	"context"
	"maps"
	"slices"
	"time"
)

// Merges returns the merges into a contact, by hand and by the desk itself, the
// oldest first; those that were undone are among them.
func (s Contacts) Merges(ctx context.Context, id ContactID) ([]*ContactMerge, error) {
	return read(ctx, s.d, func(u *unit) ([]*ContactMerge, error) {
		c, err := u.contact(ReadContact, id)
		if err != nil {
			return nil, err
		}
		return all(u.ctx, u.tx.Merges(), MergeFilter{Base: c.ID})
	})
}

// Unmerge makes two contacts of one again, and returns the one that had gone. It
// gets back what it was known by, its addresses and what hangs on them: also the
// conversations that came there since. The other keeps what it was given by hand
// since; what it only had from the merge it loses. What the desk had merged by
// itself, because a provider knows the two as one, it does not merge again.
//
// Conflict: it was undone already, or the contact has become part of another since;
// then that merge is to be undone first. Invalid names what somebody else is known
// by now.
func (s Contacts) Unmerge(ctx context.Context, id MergeID) (*Contact, error) {
	return change(ctx, s.d, loadContact, func(u *unit) (*Contact, int64, error) {
		m, err := u.tx.Merges().Get(u.ctx, id)
		if err != nil {
			return nil, 0, err
		}
		base, err := u.tx.Contacts().Get(u.ctx, m.Base.ID)
		if err != nil {
			return nil, 0, err
		}
		if err := u.mayContact(EditContact, base); err != nil {
			return nil, 0, err
		}
		from, err := u.tx.Contacts().Get(u.ctx, m.Merged.ID)
		if err != nil {
			return nil, 0, err
		}
		if !m.UndoneAt.IsZero() || from.MergedInto != base.ID {
			return nil, 0, Errorf(Conflict, "this merge was undone already, or a later one has to be undone first")
		}
		return from, int64(from.ID), u.splitContacts(m, base, from)
	})
}

func (u *unit) splitContacts(m *ContactMerge, base, from *Contact) error {
	convs, err := u.tx.Contacts().Split(u.ctx, base.ID, from.ID, m.Moved)
	if err != nil {
		return err
	}
	if err := u.giveUp(m, base); err != nil {
		return err
	}
	gone := *from
	version, created := from.Version, from.CreatedAt
	*from = m.Merged
	from.MergedInto, from.Version, from.CreatedAt = 0, version, created
	from.LastActivityAt = gone.LastActivityAt
	if err := u.reidentify(&Contact{}, from); err != nil {
		return err
	}
	if err := u.reconsent(from); err != nil {
		return err
	}
	if err := u.saveContact(&gone, from); err != nil {
		return err
	}
	if err := u.tx.Contacts().SetLabels(u.ctx, from, m.Merged.Labels); err != nil {
		return err
	}
	m.UndoneAt = u.now
	if err := u.tx.Merges().Update(u.ctx, m); err != nil {
		return err
	}
	u.emit(&Event{Kind: ContactSplit, Contact: base.ID, Subject: int64(from.ID)})
	if err := u.tellMoved(convs, base.ID, from.ID); err != nil {
		return err
	}
	return u.audit("unmerge", "contact", int64(base.ID), map[string]Change{"merged": changed(from.ID, nil)})
}

// giveUp takes from a contact what it only had from one that was merged into it.
func (u *unit) giveUp(m *ContactMerge, base *Contact) error {
	was := *base
	for field, pair := range map[*string][2]string{
		&base.Name: {m.Base.Name, m.Merged.Name}, &base.Email: {m.Base.Email, m.Merged.Email}, &base.Phone: {m.Base.Phone, m.Merged.Phone},
		&base.Identifier: {m.Base.Identifier, m.Merged.Identifier}, &base.Company: {m.Base.Company, m.Merged.Company},
		&base.City: {m.Base.City, m.Merged.City}, &base.Country: {m.Base.Country, m.Merged.Country},
		&base.Avatar: {m.Base.Avatar, m.Merged.Avatar}, &base.AvatarURL: {m.Base.AvatarURL, m.Merged.AvatarURL},
	} {
		if pair[0] == "" && *field == pair[1] {
			*field = ""
		}
	}
	base.Attributes, base.Extra = unabsorb(base.Attributes, m.Base.Attributes, m.Merged.Attributes), unabsorb(base.Extra, m.Base.Extra, m.Merged.Extra)
	if err := u.reidentify(&was, base); err != nil {
		return err
	}
	if err := u.reconsent(base); err != nil {
		return err
	}
	if err := u.saveContact(&was, base); err != nil {
		return err
	}
	given := func(id LabelID) bool {
		return slices.Contains(m.Merged.Labels, id) && !slices.Contains(m.Base.Labels, id)
	}
	if !slices.ContainsFunc(base.Labels, given) {
		return nil
	}
	return u.tx.Contacts().SetLabels(u.ctx, base, slices.DeleteFunc(slices.Clone(base.Labels), given))
}

// unabsorb takes from now what came from another map alone, and is as it came.
func unabsorb(now, before, other map[string]any) map[string]any {
	out := maps.Clone(now)
	for key, value := range other {
		if _, had := before[key]; !had && string(args(out[key])) == string(args(value)) {
			delete(out, key)
		}
	}
	return out
}

// reconsent reads a contact's state of consent from its ledger.
func (u *unit) reconsent(c *Contact) error {
	state := map[string]any{}
	for p := (Page{Limit: MaxPage}); ; p.Offset += MaxPage {
		said, err := u.tx.Consents().List(u.ctx, ConsentFilter{Contact: c.ID}, p)
		if err != nil {
			return err
		}
		for _, line := range said {
			_, since := (&Contact{Extra: map[string]any{consentKey: state}}).consent(line.Category)
			if line.At.After(since) || line.At.Equal(since) && line.Stop {
				state[string(line.Category)] = map[string]any{"stop": line.Stop, "at": line.At.Format(time.RFC3339Nano)}
			}
		}
		if len(said) < MaxPage {
			break
		}
	}
	var now any // nothing was ever said
	if len(state) > 0 {
		now = state
	}
	c.Extra = merge(c.Extra, map[string]any{consentKey: now})
	return nil
}

// apart reports whether somebody undid the merge of two contacts.
func (u *unit) apart(a, b ContactID) (bool, error) {
	for _, f := range []MergeFilter{{Base: a, Merged: b}, {Base: b, Merged: a}} {
		list, err := all(u.ctx, u.tx.Merges(), f)
		if err != nil || slices.ContainsFunc(list, func(m *ContactMerge) bool { return !m.UndoneAt.IsZero() }) {
			return err == nil, err
		}
	}
	return false, nil
}
