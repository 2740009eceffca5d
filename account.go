package helpdesk

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

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

// NewAccount is what an account is made from.
type NewAccount struct {
	Name    string  // required
	Locale  string  // "" = en
	Country string  // ISO 3166 alpha-2; "" = none
	Owner   AgentID // becomes its first administrator; 0 = nobody yet
}

// Validate names everything that is wrong with the input, as Invalid.
func (in NewAccount) Validate() error {
	_, err := in.row(time.Time{})
	return err
}

// row checks the input and turns it into an account.
func (in NewAccount) row(now time.Time) (*Account, error) {
	p := problems{}
	name := strings.TrimSpace(clean(in.Name))
	p.add(name == "", "name", "can't be blank")
	p.add(tooLong(name, 255), "name", "is too long (maximum is 255 characters)")
	p.add(in.Country != "" && len(in.Country) != 2, "country", "must be two letters (ISO 3166)")
	return &Account{
		Name: name, Locale: cmp.Or(clean(in.Locale), "en"), Country: strings.ToUpper(in.Country), CreatedAt: now, UpdatedAt: now,
	}, p.err()
}

// CreateAccount makes a tenant. It is the installation's own act, not an
// actor's: whoever calls it decides who may.
func (e *Engine) CreateAccount(ctx context.Context, in NewAccount) (*Account, error) {
	row, err := in.row(e.now())
	if err != nil {
		return nil, err
	}
	var made Account
	err = e.store.System(ctx, func(ctx context.Context, tx SystemTx) error {
		made = *row
		return tx.Accounts().Insert(ctx, &made)
	})
	if err != nil {
		return nil, err
	}
	if in.Owner == 0 {
		return &made, nil
	}
	_, err = e.As(e.Host(made.ID)).Agents.Add(ctx, in.Owner, AgentInput{Role: Administrator})
	return &made, err
}

// ListAccounts returns every account of the installation.
func (e *Engine) ListAccounts(ctx context.Context, p Page) (list []*Account, err error) {
	err = e.lookup(ctx, func(ctx context.Context, tx SystemTx) error {
		list, err = tx.Accounts().List(ctx, AccountFilter{}, p)
		return err
	})
	return list, err
}

// Accounts is the service for the desk's own account.
type Accounts struct{ d *Desk }

// Get returns the account.
func (s Accounts) Get(ctx context.Context) (*Account, error) {
	return read(ctx, s.d, func(u *unit) (*Account, error) {
		a := *u.cfg.account
		return &a, u.may(ReadSettings)
	})
}

// AccountChange says what to change; nil leaves a field alone.
type AccountChange struct {
	Name, Locale, Country, Domain, SupportEmail, Timezone *string

	OpenLimit  *int
	Settings   map[string]any // merged; a nil value removes its key
	Attributes map[string]any // merged likewise
}

// Update changes the account.
func (s Accounts) Update(ctx context.Context, ch AccountChange) (*Account, error) {
	load := func(u *unit, _ int64) (*Account, error) { return u.tx.Account(u.ctx) }
	return change(ctx, s.d, load, func(u *unit) (*Account, int64, error) {
		if err := u.may(EditSettings); err != nil {
			return nil, 0, err
		}
		a, err := u.tx.Account(u.ctx)
		if err != nil {
			return nil, 0, err
		}
		before := *a
		p := problems{}
		setText(p, &a.Name, ch.Name, "name", 255)
		setText(p, &a.Locale, ch.Locale, "locale", 10)
		setText(p, &a.Country, ch.Country, "country", 2)
		setText(p, &a.Domain, ch.Domain, "domain", 100)
		setText(p, &a.SupportEmail, ch.SupportEmail, "support_email", 100)
		setText(p, &a.Timezone, ch.Timezone, "timezone", 64)
		p.add(a.Name == "", "name", "can't be blank")
		checkSettings(p, numbers(ch.Settings))
		p.add(!validZone(a.Timezone), "timezone", "is not a time zone")
		if ch.OpenLimit != nil {
			a.OpenLimit = *ch.OpenLimit
			p.add(a.OpenLimit < 0, "open_limit", "must not be negative")
		}
		a.Settings, a.Attributes = merge(a.Settings, cleanMap(ch.Settings)), merge(a.Attributes, cleanMap(ch.Attributes))
		if err := p.err(); err != nil {
			return nil, 0, err
		}
		a.UpdatedAt = u.now
		if err := u.tx.UpdateAccount(u.ctx, a); err != nil {
			return nil, 0, err
		}
		if before.OpenLimit != a.OpenLimit {
			if err := u.reload(); err != nil {
				return nil, 0, err
			}
			u.drainLater(slices.Collect(maps.Keys(u.cfg.inboxes))...)
		}
		if before.autoResolve() != a.autoResolve() {
			u.armAutoResolve(a)
		}
		u.emit(&Event{Kind: ConfigChanged})
		return a, int64(a.ID), record(u, "account", int64(a.ID), &before, a)
	})
}

// autoResolveMinutes bounds after how long without activity a conversation may
// be resolved by itself.
const (
	minAutoResolve = 10        // minutes
	maxAutoResolve = 1_439_856 // minutes: 999 days
)

// numbers is a document whose whole numbers are float64, as encoding/json reads them.
func numbers(m map[string]any) map[string]any {
	out := make(map[string]any, len(m))
	for k, v := range m {
		out[k] = v
		switch n := v.(type) {
		case int:
			out[k] = float64(n)
		case int64:
			out[k] = float64(n)
		}
	}
	return out
}

// checkSettings names what is wrong with the settings that have a meaning; a nil
// value, which removes its key, never is.
func checkSettings(p problems, given map[string]any) {
	for key, v := range given {
		if v == nil {
			continue
		}
		switch key {
		case "auto_resolve_after":
			n, ok := v.(float64)
			p.add(!ok || n != float64(int64(n)) || n < minAutoResolve || n > maxAutoResolve, key, "must be a whole number of minutes from 10 to 1439856")
		case "opt_out_words", "opt_in_words":
			checkOptWords(p, key, v)
		case "auto_resolve_message", "auto_resolve_label", "opt_out_confirmation", "opt_in_confirmation":
			s, ok := v.(string)
			p.add(!ok || tooLong(s, 10_000), key, "must be a text")
		case "auto_resolve_ignore_waiting", "audio_transcriptions":
			_, ok := v.(bool)
			p.add(!ok, key, "must be true or false")
		case "conversation_required_attributes":
			list, ok := v.([]any)
			p.add(!ok, key, "must be a list of keys")
			for _, item := range list {
				_, ok := item.(string)
				p.add(!ok, key, "must be a list of keys")
			}
		}
	}
}

// setText applies an optional text field, trimmed and cleaned.
func setText(p problems, field *string, value *string, name string, limit int) {
	if value == nil {
		return
	}
	*field = strings.TrimSpace(clean(*value))
	p.add(tooLong(*field, limit), name, fmt.Sprintf("is too long (maximum is %d characters)", limit))
}

// setBool applies an optional switch.
func setBool(field, value *bool) {
	if value != nil {
		*field = *value
	}
}

func validZone(name string) bool {
	if name == "" {
		return true
	}
	_, err := time.LoadLocation(name)
	return err == nil && name != "Local" // which is another one on every machine
}
