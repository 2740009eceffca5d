package helpdesk

import "time"

// ConsentCategory is a kind of message that a customer may refuse.
type ConsentCategory string

const (
	ConsentMarketing ConsentCategory = "marketing" // what promotes
	ConsentAll       ConsentCategory = "all"       // whatever the customer did not ask for
)

// applyPreference keeps what a customer allows, as the provider tells it: under
// "consent" of the contact's Extra, by category, {"stop": true, "at": RFC 3339}. Of
// one category the latest time counts. What came before stands in the contact's
// events.
func (u *unit) applyPreference(inbox *Inbox, p Preference) error {
	address, err := u.mainAddress(inbox.ID, clean(p.From.Source))
	if err != nil {
		return absent(err) // who never wrote has nobody here to remember it of
	}
	c, err := u.tx.Contacts().Get(u.ctx, address.Contact)
	if err != nil {
		return absent(err)
	}
	at := u.providerTime(p.At)
	if _, since := c.consent(p.Category); since.After(at) {
		return nil
	}
	held, _ := c.Extra["consent"].(map[string]any)
	said := map[string]any{"stop": p.Stop, "at": at.Format(time.RFC3339Nano)}
	return u.changeContact(c, ContactChange{Extra: map[string]any{"consent": merge(held, map[string]any{clean(string(p.Category)): said})}})
}

// optOut keeps what a provider's refusal says of the customer.
func (u *unit) optOut(c *Conversation, refusal error) error {
	box := u.cfg.inboxes[c.Inbox]
	if box == nil || !isUnwanted(refusal) {
		return nil
	}
	address, err := u.tx.ContactInboxes().Get(u.ctx, c.ContactInbox)
	if err != nil {
		return absent(err)
	}
	return u.applyPreference(box, Preference{From: Person{Source: address.Source}, Category: ConsentAll, Stop: true, At: u.now})
}

// consent says whether the contact refuses a category, and since when; the zero
// time = nothing was said.
func (c *Contact) consent(category ConsentCategory) (stop bool, since time.Time) {
	held, _ := c.Extra["consent"].(map[string]any)
	said, _ := held[string(category)].(map[string]any)
	stop, _ = said["stop"].(bool)
	text, _ := said["at"].(string)
	since, _ = time.Parse(time.RFC3339Nano, text) // somebody else's spelling is no time
	return stop, since
}

// refuses reports whether a customer has asked not to be sent such a template.
func (u *unit) refuses(id ContactID, t *TemplateUse) (bool, error) {
	if t == nil {
		return false, nil
	}
	c, err := u.tx.Contacts().Get(u.ctx, id)
	if err != nil {
		return false, err
	}
	all, _ := c.consent(ConsentAll)
	marketing, _ := c.consent(ConsentMarketing)
	return all || marketing && t.Category == "MARKETING", nil
}
