package helpdesk

import "time"

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
	AvatarURL  string
	Blocked    bool // messages are stored, but open nothing and notify nobody
	Labels     []LabelID
	Attributes map[string]any // custom attributes, checked against their definitions
	Extra      map[string]any // what channels and clients add: social profiles, browser…
	MergedInto ContactID      // set when this contact became part of another

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
	Account     AccountID
	ID          ContactInboxID
	Contact     ContactID // 0 only inside the transaction that claims it
	Inbox       InboxID
	Source      string
	PubsubToken string // lets the customer's own client follow their conversations
	Verified    bool   // proven by HMAC: sees all conversations of the contact in the inbox
	CreatedAt   time.Time
	UpdatedAt   time.Time
	Version     int64
}
