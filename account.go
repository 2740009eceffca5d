package helpdesk

import "time"

// Account is one tenant: its people, inboxes, contacts and conversations are
// invisible to every other account of the same store.
type Account struct {
	ID           AccountID
	Name         string
	Locale       string // BCP 47, as Chatwoot writes it ("en", "pt_BR", "es"): drives every text the product sends
	Country      string // ISO 3166 alpha-2; numbers without a country code take it. "" = a number must carry its own
	Domain       string
	SupportEmail string
	Timezone     string // IANA name; "" = UTC
	Suspended    bool   // nobody may act in it, and inbound traffic is journalled only

	// OpenLimit bounds how many open conversations the engine hands to one
	// agent of this account by itself; 0 = no bound. An agent's own limit wins.
	OpenLimit int

	Settings   map[string]any // what clients keep here: auto_resolve_after, …
	Attributes map[string]any // custom attributes of the account itself
	Features   map[string]bool

	// ConfigVersion grows with every change of the account's configuration
	// (inboxes, members, teams, agents, roles, labels, attributes, webhooks).
	// The store moves it; the engine caches by it.
	ConfigVersion int64

	CreatedAt, UpdatedAt time.Time
	Version              int64
}
