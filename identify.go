package helpdesk

import (
	"context"
	"crypto/rand"
	"math/big"
	"slices"
	"strings"
)

// Identify takes what the customer behind the desk's actor says of themselves:
// what is given wins, what cannot be stored is left out. When it names somebody
// who is known, the two become one contact. A customer who names another
// identifier than the one they are known by is somebody else on the same device:
// they get an address of their own, which is returned.
func (s Contacts) Identify(ctx context.Context, p Person) (c *Contact, a *ContactInbox, err error) {
	p.clean()
	err = s.d.e.update(ctx, s.d.actor, func(u *unit) (err error) {
		if u.actor.ref.Kind != ByContact {
			return forbidden(EditContact)
		}
		if u.replay != nil {
			if a, err = u.tx.ContactInboxes().Get(u.ctx, ContactInboxID(u.replay.ID)); err == nil {
				c, err = u.tx.Contacts().Get(u.ctx, a.Contact)
			}
			return err
		}
		if c, a, err = u.identify(u.address, p); err != nil {
			return err
		}
		return u.result(int64(a.ID))
	})
	if err != nil {
		return nil, nil, err
	}
	return c, a, nil
}

// identify brings the contact of an address up to date with the customer's own
// word, and returns who and where they are now.
func (u *unit) identify(address *ContactInbox, p Person) (*Contact, *ContactInbox, error) {
	address, err := u.tx.ContactInboxes().Claim(u.ctx, address.Inbox, address.Source) // held: two calls at once do not both merge
	if err != nil {
		return nil, nil, err
	}
	c, err := u.tx.Contacts().Get(u.ctx, address.Contact)
	if err != nil {
		return nil, nil, err
	}
	p = u.storable(p)
	if p.Identifier != "" && c.Identifier != "" && p.Identifier != c.Identifier {
		p.Source = newUUID()
		if c, address, err = u.resolveContact(u.cfg.inboxes[address.Inbox], p); err != nil {
			return nil, nil, err
		}
	} else if c, p, err = u.joinKnown(c, p); err != nil {
		return nil, nil, err
	}
	if address.Contact != c.ID || p.Verified && !address.Verified {
		if address, err = u.tx.ContactInboxes().Get(u.ctx, address.ID); err != nil {
			return nil, nil, err
		}
		if p.Verified && !address.Verified {
			address.Verified = true
			if err := u.tx.ContactInboxes().Update(u.ctx, address); err != nil {
				return nil, nil, err
			}
		}
	}
	return c, address, u.applyPerson(c, p)
}

// joinKnown makes a visitor one with whom they name, by identifier, e-mail or
// phone, in that order. Who is known by another identifier, or by phone under
// another e-mail, is somebody else: then what names them is left out.
func (u *unit) joinKnown(c *Contact, p Person) (*Contact, Person, error) {
	named := &Contact{Identifier: p.Identifier, Email: p.Email, Phone: p.Phone}
	for _, key := range identityKeys(named) {
		id, err := u.tx.Identities().Find(u.ctx, key.kind, key.canonical)
		if CodeOf(err) == NotFound || err == nil && id.Contact == c.ID {
			continue
		}
		if err != nil {
			return nil, p, err
		}
		known, err := u.tx.Contacts().Get(u.ctx, id.Contact)
		if err != nil {
			return nil, p, err
		}
		other := p.Identifier != "" && known.Identifier != "" && known.Identifier != p.Identifier ||
			c.Identifier != "" && known.Identifier != "" && known.Identifier != c.Identifier ||
			key.kind == PhoneIdentity && p.Email != "" && known.Email != "" && fold(known.Email) != fold(p.Email)
		if other || c.Blocked {
			switch key.kind {
			case EmailIdentity:
				p.Email = ""
			case PhoneIdentity:
				p.Phone = ""
			case IdentifierIdentity:
				p.Identifier = ""
			}
			continue
		}
		if err := u.mergeContacts(known, c); err != nil {
			return nil, p, err
		}
		c = known
	}
	return c, p, nil
}

// storable is what of a customer's word can be kept: addresses that are some,
// and values of attributes that are defined.
func (u *unit) storable(p Person) Person {
	if _, err := parseEmail(p.Email); err != nil {
		p.Email = ""
	}
	n, err := parsePhone(p.Phone, u.cfg.account.Country)
	if p.Phone = n.E164; err != nil {
		p.Phone = ""
	}
	p.Name, p.AvatarURL = clip(p.Name, maxField), clip(p.AvatarURL, maxURL)
	if tooLong(p.Identifier, maxField) {
		p.Identifier = ""
	}
	kept := make(map[string]any)
	for key, v := range p.Attributes {
		defined := slices.ContainsFunc(u.cfg.attributes, func(d *AttributeDefinition) bool { return d.Model == ContactAttribute && d.Key == key })
		wrong := problems{}
		u.checkAttributes(wrong, ContactAttribute, map[string]any{key: v})
		if defined && len(wrong) == 0 {
			kept[key] = v
		}
	}
	p.Attributes = kept
	return p
}

// SubmitEmail records the e-mail address that a customer gave where they were
// asked for one, and makes it theirs.
func (s Messages) SubmitEmail(ctx context.Context, id MessageID, email, name string) (*Message, error) {
	p := Person{Email: email, Name: name}
	p.clean()
	bad := problems{}
	_, err := parseEmail(p.Email)
	bad.add(err != nil, "email", "is not an e-mail address")
	if err := bad.err(); err != nil {
		return nil, err
	}
	return change(ctx, s.d, loadMessage, func(u *unit) (*Message, int64, error) {
		m, c, err := u.messageAnd(id)
		if err != nil {
			return nil, 0, err
		}
		if err := u.mayConversation(TypeConversation, c); err != nil {
			return nil, 0, err
		}
		if u.actor.ref.Kind != ByContact || m.Private || m.ContentType != "input_email" {
			return nil, 0, notFound("message")
		}
		m.ContentAttrs = merge(m.ContentAttrs, map[string]any{"submitted_email": p.Email})
		m.UpdatedAt = u.now
		if err := u.tx.Messages().Update(u.ctx, m); err != nil {
			return nil, 0, err
		}
		u.emitMessage(MessageUpdated, c, m, map[string]Change{"submitted_email": changed(nil, p.Email)})
		_, _, err = u.identify(u.address, p)
		return m, int64(m.ID), err
	})
}

// SetOwnAttributes lets the customer set custom attributes of their
// conversation: a nil value removes its key, other keys stay.
func (s Conversations) SetOwnAttributes(ctx context.Context, id ConversationID, values map[string]any) (*Conversation, error) {
	return s.edit(ctx, CloseOwn, id, func(u *unit, c *Conversation) error {
		p, given := problems{}, cleanMap(values)
		u.checkAttributes(p, ConversationAttribute, given)
		if err := p.err(); err != nil {
			return err
		}
		before := c.Attributes
		c.Attributes = merge(c.Attributes, given)
		u.emitConversation(ConversationUpdated, c, c.facts(), map[string]Change{"custom_attributes": changed(before, c.Attributes)})
		return nil
	})
}

// SetOwnLabel lets the customer put a label on their conversation, or take it
// off. Only labels that an administrator defined can be put on.
func (s Conversations) SetOwnLabel(ctx context.Context, id ConversationID, title string, on bool) (*Conversation, error) {
	title = normalTitle(title)
	return s.edit(ctx, CloseOwn, id, func(u *unit, c *Conversation) error {
		l := u.cfg.labelByTitle[title]
		if l == nil || l.Adhoc || slices.Contains(c.Labels, l.ID) == on {
			return nil
		}
		before := u.cfg.labelTitles(c.Labels)
		ids := slices.DeleteFunc(slices.Clone(c.Labels), func(id LabelID) bool { return id == l.ID })
		if on {
			ids = append(ids, l.ID)
		}
		if err := u.tx.Conversations().SetLabels(u.ctx, c, ids); err != nil {
			return err
		}
		u.emitConversation(ConversationUpdated, c, c.facts(), map[string]Change{"labels": changed(before, u.cfg.labelTitles(c.Labels))})
		return nil
	})
}

// twoWords is what a visitor is called of whom nothing is known.
func twoWords() string {
	pick := func(words string) string {
		list := strings.Fields(words)
		n, err := rand.Int(rand.Reader, big.NewInt(int64(len(list))))
		if err != nil {
			panic("helpdesk: no randomness: " + err.Error()) // the platform is unusable
		}
		return list[n.Int64()]
	}
	return pick(adjectives) + "-" + pick(nouns)
}

const (
	adjectives = "amber ancient autumn bold brave bright calm clever cool crimson damp dawn deep dry early fading falling fancy floral " +
		"fragrant frosty gentle golden green hidden holy icy jolly late lively long lucky misty morning nameless old patient plain polished proud " +
		"purple quiet rapid restless rough round shiny shy silent small snowy solitary still summer sunny swift twilight wandering white wild winter young"
	nouns = "bird bonus breeze brook bush butterfly cloud darkness dawn dew dream dust feather field fire firefly flower fog forest frog frost glade " +
		"glitter grass haze hill king lab lake leaf limit meadow moon morning mountain night otter paper pine pond queen rain recipe resonance rice " +
		"river sea shadow shape silence sky smoke snow snowflake sound star sun sunset surf term thunder tree union violet voice water waterfall wave wind wood"
)

// sessionSecret is what sessions of an inbox's visitors are signed with.
const sessionSecret = "engine/session"

// SessionKey is the key with which a handler signs the sessions of an inbox's
// visitors: 32 bytes, made when it is first asked for and kept sealed.
func (e *Engine) SessionKey(ctx context.Context, box *Inbox) ([]byte, error) {
	state := e.channelState(box.Account, box.ID)
	key, err := state.Get(ctx, sessionSecret)
	if CodeOf(err) != NotFound {
		return key, err
	}
	fresh := make([]byte, 32)
	if _, err := rand.Read(fresh); err != nil {
		return nil, err
	}
	return state.keep(ctx, sessionSecret, fresh) // of two that came first, one won
}
