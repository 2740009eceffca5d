package helpdesk

import (
	"context"
	"slices"
	"strings"
	"time"
)

// ConsentCategory is a kind of message that a customer may refuse.
type ConsentCategory string

const (
	// ConsentMarketing is what promotes: templates of that category are not sent.
	ConsentMarketing ConsentCategory = "marketing"

	// ConsentAll is whatever the customer did not ask for. A stop holds for the
	// person, in every inbox. While it stands,
	//
	//   - no template is sent to them, by whatever way: by hand, by a rule, by a
	//     campaign, on a schedule. What its provider calls a code, they asked for;
	//   - until they write again, the desk says nothing at a time of its own:
	//     keep-alive and auto-resolve close without their message, rules on silence
	//     do not send theirs, and a scheduled message is held as OptedOut.
	//
	// Answers go as ever, as long as the channel takes them: a person's reply, what a
	// bot, a flow or a rule says to what the customer has just written, a greeting.
	ConsentAll ConsentCategory = "all"
)

// ConsentSource says how something was said.
type ConsentSource string

const (
	ConsentWord     ConsentSource = "word"     // the customer wrote a word for it: Consent.Message
	ConsentProvider ConsentSource = "provider" // the provider told
	ConsentPerson   ConsentSource = "person"   // an agent recorded it
	ConsentProgram  ConsentSource = "program"  // the host, a bot, an app or a rule did
)

// Consent is one thing said about what may be sent to a contact: a line of their
// ledger. Lines are added and never changed. They go with the contact, and with a
// merge to the one who remains; nothing else removes them. What holds now is, of
// each category, what was said last: see Contact.Extra["consent"].
type Consent struct {
	Account  AccountID
	ID       ConsentID
	Contact  ContactID
	Category ConsentCategory
	Stop     bool // false = takes it back
	Source   ConsentSource
	Inbox    InboxID   // where it was said; 0 = in none
	Message  MessageID // the customer's words; 0 = none. It may be gone
	Actor    ActorRef  // who recorded it: the customer themselves for a word
	Note     string    // for people: the words, or what the recorder adds
	At       time.Time // when it was said, by the provider's clock where that tells; never ahead

	CreatedAt time.Time // when the desk learned it
}

// ConsentFilter chooses lines of the ledger; zero fields do not matter.
type ConsentFilter struct {
	Contact  ContactID
	Category ConsentCategory
	Source   ConsentSource
	At       time.Time
}

// ConsentInput is what somebody records of a customer's wishes.
type ConsentInput struct {
	Category ConsentCategory // ConsentMarketing or ConsentAll
	Stop     bool            // false = takes it back
	Note     string          // at most 1,000 characters: how it was said, by whom
	At       time.Time       // when it was said; zero = now, and never ahead
}

const maxConsentNote = 1_000 // characters

// consentKey is where of a contact's Extra the state stands. Only the ledger writes it.
const consentKey = "consent"

// Consents returns a contact's ledger, the line that was learned last first.
func (s Contacts) Consents(ctx context.Context, id ContactID, p Page) ([]*Consent, error) {
	return read(ctx, s.d, func(u *unit) ([]*Consent, error) {
		c, err := u.contact(ReadContact, id)
		if err != nil {
			return nil, err
		}
		return u.tx.Consents().List(u.ctx, ConsentFilter{Contact: c.ID}, p)
	})
}

// SetConsent adds to a contact's ledger what the customer said. Where something
// later stands there of that category, the line is kept and the state stays.
func (s Contacts) SetConsent(ctx context.Context, id ContactID, in ConsentInput) (*Consent, error) {
	load := func(u *unit, id int64) (*Consent, error) { return u.tx.Consents().Get(u.ctx, ConsentID(id)) }
	return change(ctx, s.d, load, func(u *unit) (*Consent, int64, error) {
		c, err := u.contact(EditContact, id)
		if err != nil {
			return nil, 0, err
		}
		if err := in.Check(u.now); err != nil {
			return nil, 0, err
		}
		said := &Consent{Category: in.Category, Stop: in.Stop, Source: ConsentProgram, Note: strings.TrimSpace(clean(in.Note)), At: u.providerTime(in.At)}
		if u.actor.ref.Kind == ByAgent {
			said.Source = ConsentPerson
		}
		_, err = u.recordConsent(c, said)
		return said, int64(said.ID), err
	})
}

// Check says what is wrong with an input, as SetConsent would say it at this time. It is
// for whoever reads more of a request than these fields, and names all that is wrong.
func (in ConsentInput) Check(now time.Time) error {
	p := problems{}
	p.add(!slices.Contains([]ConsentCategory{ConsentMarketing, ConsentAll}, in.Category), "category", "must be marketing or all")
	p.add(tooLong(strings.TrimSpace(clean(in.Note)), maxConsentNote), "note", "is too long (maximum is 1000 characters)")
	p.add(in.At.After(now), "at", "must not lie ahead")
	p.add(!in.At.IsZero() && in.At.Unix() <= 0, "at", "must be a time since 1970")
	return p.err()
}

// applyPreference keeps what a customer allows, as the provider tells it, with a note
// for people. Who never wrote has nobody here to remember it of.
func (u *unit) applyPreference(inbox *Inbox, p Preference, note string) error {
	address, err := u.mainAddress(inbox.ID, clean(p.From.Source))
	if err != nil {
		return absent(err)
	}
	address, err = u.tx.ContactInboxes().Claim(u.ctx, inbox.ID, address.Source) // held: told twice at once, it is kept once
	if err != nil {
		return err
	}
	c, err := u.tx.Contacts().Get(u.ctx, address.Contact)
	if err != nil {
		return absent(err)
	}
	said := &Consent{
		Category: ConsentCategory(clip(clean(string(p.Category)), maxField)), Stop: p.Stop, Source: ConsentProvider,
		Inbox: inbox.ID, Note: clip(clean(note), maxConsentNote), At: u.providerTime(p.At),
	}
	known, err := u.knownConsent(c, said, p.At.IsZero())
	if err != nil || known || said.Category == "" {
		return err
	}
	_, err = u.recordConsent(c, said)
	return err
}

// knownConsent reports whether a provider tells again what the ledger holds. What is
// told without a time is new when the state is another.
func (u *unit) knownConsent(c *Contact, said *Consent, timeless bool) (bool, error) {
	if stop, since := c.consent(said.Category); timeless {
		return stop == said.Stop && !since.IsZero(), nil
	}
	before, err := u.tx.Consents().List(u.ctx, ConsentFilter{Contact: c.ID, Category: said.Category, Source: said.Source, At: said.At}, Page{Limit: MaxPage})
	return slices.ContainsFunc(before, func(o *Consent) bool { return o.Stop == said.Stop && o.Inbox == said.Inbox }), err
}

// recordConsent adds a line to a contact's ledger, and makes it the state unless
// something later was said. moved says that other messages may go now than before.
func (u *unit) recordConsent(c *Contact, said *Consent) (moved bool, err error) {
	said.Account, said.Contact, said.Actor, said.CreatedAt = c.Account, c.ID, u.actor.ref, u.now
	if err := u.tx.Consents().Append(u.ctx, said); err != nil {
		return false, err
	}
	stopped, since := c.consent(said.Category)
	if since.After(said.At) {
		return false, nil
	}
	before := *c
	held, _ := c.Extra[consentKey].(map[string]any)
	state := map[string]any{"stop": said.Stop, "at": said.At.Format(time.RFC3339Nano)}
	c.Extra = merge(c.Extra, map[string]any{consentKey: merge(held, map[string]any{string(said.Category): state})})
	if err := u.saveContact(&before, c); err != nil || stopped == said.Stop {
		return false, err
	}
	u.emit(&Event{Kind: ContactConsent, Contact: c.ID, Subject: int64(said.ID), Details: map[string]Change{
		"category": changed(nil, said.Category), "stop": changed(stopped, said.Stop),
	}})
	return true, nil
}

// optOut keeps what a provider's refusal says of the customer: that they have
// stopped, and not since when.
func (u *unit) optOut(c *Conversation, refusal error) error {
	box := u.cfg.inboxes[c.Inbox]
	if box == nil || !isUnwanted(refusal) {
		return nil
	}
	address, err := u.tx.ContactInboxes().Get(u.ctx, c.ContactInbox)
	if err != nil {
		return absent(err)
	}
	return u.applyPreference(box, Preference{From: Person{Source: address.Source}, Category: ConsentAll, Stop: true}, refusal.Error())
}

// consent says whether the contact refuses a category, and since when; the zero
// time = nothing was said.
func (c *Contact) consent(category ConsentCategory) (stop bool, since time.Time) {
	held, _ := c.Extra[consentKey].(map[string]any)
	said, _ := held[string(category)].(map[string]any)
	stop, _ = said["stop"].(bool)
	text, _ := said["at"].(string)
	since, _ = time.Parse(time.RFC3339Nano, text) // somebody else's spelling is no time
	return stop, since
}

// absorbConsent takes over what another contact said, where it was said later. Of
// two things said at one moment the stop counts.
func (c *Contact) absorbConsent(mine, theirs map[string]any) {
	held, _ := mine[consentKey].(map[string]any)
	more, _ := theirs[consentKey].(map[string]any)
	if len(more) == 0 {
		return
	}
	from, out := &Contact{Extra: theirs}, merge(held, nil)
	own := &Contact{Extra: mine}
	for category, said := range more {
		stop, at := from.consent(ConsentCategory(category))
		_, since := own.consent(ConsentCategory(category))
		if at.After(since) || at.Equal(since) && stop {
			out[category] = said
		}
	}
	c.Extra = merge(c.Extra, map[string]any{consentKey: out})
}

// withoutConsent is what others may write of a contact's Extra: clients hand back
// all of it with every change, and what they hold may be old.
func withoutConsent(extra map[string]any) map[string]any {
	if _, given := extra[consentKey]; !given {
		return extra
	}
	return merge(extra, map[string]any{consentKey: nil})
}

// refuses reports whether a customer has asked not to be sent such a template, and the
// line of their ledger that says so; nil = it is not found any more.
func (u *unit) refuses(id ContactID, t *TemplateUse) (refused bool, by *Consent, err error) {
	if t == nil || t.Status != "" && t.Category == "AUTHENTICATION" { // the provider's word: nobody else's makes it one
		return false, nil, nil
	}
	c, err := u.tx.Contacts().Get(u.ctx, id)
	if err != nil {
		return false, nil, err
	}
	for _, category := range []ConsentCategory{ConsentAll, ConsentMarketing} {
		stop, since := c.consent(category)
		if !stop || category == ConsentMarketing && !strings.EqualFold(t.Category, "MARKETING") {
			continue
		}
		lines, err := u.tx.Consents().List(u.ctx, ConsentFilter{Contact: id, Category: category, At: since}, Page{Limit: MaxPage})
		for _, line := range lines {
			if line.Stop {
				return true, line, err
			}
		}
		return true, nil, err
	}
	return false, nil, nil
}

// letBe reports whether the desk may say nothing in a conversation at a time of its
// own: the customer asked for that, and has not written since.
func (u *unit) letBe(c *Conversation) (bool, error) {
	contact, err := u.tx.Contacts().Get(u.ctx, c.Contact)
	if err != nil {
		return false, err
	}
	stop, since := contact.consent(ConsentAll)
	return stop && !c.LastInAt.After(since), nil
}
