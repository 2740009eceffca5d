package helpdesk

import (
	"net/mail"
	"slices"
	"strings"
)

// identityKey is one thing that identifies a person, in canonical form.
type identityKey struct {
	kind      IdentityKind
	canonical string
	raw       string
}

// parseEmail checks an address and returns it as stored: trimmed, as typed.
func parseEmail(raw string) (string, error) {
	raw = strings.TrimSpace(raw)
	a, err := mail.ParseAddress(raw)
	if err != nil || a.Address != raw || len(raw) > 255 {
		return "", Errorf(Invalid, "%q is not an e-mail address", raw)
	}
	return raw, nil
}

// identityKeys lists what identifies a contact, in the order in which a match
// counts: identifier, e-mail, phone.
func identityKeys(c *Contact) []identityKey {
	var keys []identityKey
	if c.Identifier != "" {
		keys = append(keys, identityKey{IdentifierIdentity, c.Identifier, c.Identifier})
	}
	if c.Email != "" {
		keys = append(keys, identityKey{EmailIdentity, fold(c.Email), c.Email})
	}
	if c.Phone != "" {
		keys = append(keys, identityKey{PhoneIdentity, canonicalPhone(c.Phone), c.Phone})
	}
	return keys
}

// claim locks the identities of a person in one order, whoever asks, so that two
// transactions never wait for each other; it returns them in keys' order.
func (u *unit) claim(keys []identityKey) ([]*Identity, error) {
	order := make([]int, len(keys))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int {
		return strings.Compare(string(keys[a].kind)+keys[a].canonical, string(keys[b].kind)+keys[b].canonical)
	})
	out := make([]*Identity, len(keys))
	for _, i := range order {
		id, err := u.tx.Identities().Claim(u.ctx, keys[i].kind, keys[i].canonical, keys[i].raw)
		if err != nil {
			return nil, err
		}
		out[i] = id
	}
	return out, nil
}

// adopt gives the claimed identities that belong to nobody to the contact.
func (u *unit) adopt(ids []*Identity, contact ContactID, attested bool) error {
	for _, id := range ids {
		if id.Contact != 0 {
			continue
		}
		id.Contact, id.Attested = contact, attested
		if err := u.tx.Identities().Update(u.ctx, id); err != nil {
			return err
		}
	}
	return nil
}

// reidentify makes the contact's identities those of its fields: new ones are
// claimed, ones that no field shows any more are given up. It fails with Invalid
// when somebody else holds one.
func (u *unit) reidentify(before, after *Contact) error {
	old, now := identityKeys(before), identityKeys(after)
	added := slices.DeleteFunc(slices.Clone(now), func(k identityKey) bool { return hasKey(old, k) })
	ids, err := u.claim(added)
	if err != nil {
		return err
	}
	p := problems{}
	for i, id := range ids {
		p.add(id.Contact != 0 && id.Contact != after.ID, contactField(added[i].kind), "has already been taken")
	}
	if err := p.err(); err != nil {
		return err
	}
	if err := u.adopt(ids, after.ID, false); err != nil {
		return err
	}
	for _, k := range old {
		if hasKey(now, k) {
			continue
		}
		gone, err := u.tx.Identities().Find(u.ctx, k.kind, k.canonical)
		if CodeOf(err) == NotFound || err == nil && gone.Contact != after.ID {
			continue
		}
		if err != nil {
			return err
		}
		if err := u.tx.Identities().Delete(u.ctx, gone.ID); err != nil {
			return err
		}
	}
	return nil
}

func hasKey(keys []identityKey, k identityKey) bool {
	return slices.ContainsFunc(keys, func(o identityKey) bool { return o.kind == k.kind && o.canonical == k.canonical })
}

// contactField is the input field an identity comes from.
func contactField(k IdentityKind) string {
	if k == PhoneIdentity {
		return "phone_number"
	}
	return string(k)
}
