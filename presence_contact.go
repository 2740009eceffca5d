package helpdesk

import (
	"context"
	"slices"
	"time"
)

// Customers' presence is known to the process they are connected to, and kept
// nowhere: after a restart, or asked of another replica, they are offline until
// they give a sign of life there.

// Heartbeat says that the customer behind the desk's actor is connected. Their
// clients call it every 20 seconds; one nobody has heard of for 45 counts as
// gone. For anybody else it does nothing.
func (s Contacts) Heartbeat(ctx context.Context) error {
	a := s.d.actor
	if a.ref.Kind != ByContact {
		return nil
	}
	err := s.d.view(ctx, func(u *unit) error { return u.may(TypeConversation) })
	if err == nil {
		s.d.e.presence.contact(a.account, ContactID(a.ref.ID))
	}
	return err
}

// Leave says that the customer behind the desk's actor disconnected.
func (s Contacts) Leave(ctx context.Context) error {
	a := s.d.actor
	if a.ref.Kind != ByContact {
		return nil
	}
	err := s.d.view(ctx, func(u *unit) error { return u.may(TypeConversation) })
	if err == nil {
		s.d.e.presence.contactLeft(a.account, ContactID(a.ref.ID))
	}
	return err
}

// Connected lists, in order of id, the customers connected to this process whom
// the actor may see: all of them for who may see every contact, and nobody for
// others.
func (s Contacts) Connected(ctx context.Context) ([]ContactID, error) {
	return read(ctx, s.d, func(u *unit) ([]ContactID, error) {
		if u.may(ReadContacts) != nil {
			return []ContactID{}, nil
		}
		return u.e.presence.connected(u.actor.account), nil
	})
}

func (p *presence) contact(account AccountID, id ContactID) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.here[account] == nil {
		p.here[account] = make(map[ContactID]time.Time)
	}
	p.here[account][id] = p.now()
}

func (p *presence) contactLeft(account AccountID, id ContactID) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.here[account], id)
}

// connected also forgets those who went without a word.
func (p *presence) connected(account AccountID) []ContactID {
	p.mu.Lock()
	defer p.mu.Unlock()
	out := []ContactID{}
	for id, at := range p.here[account] {
		if p.now().Sub(at) > presenceWindow {
			delete(p.here[account], id)
			continue
		}
		out = append(out, id)
	}
	if len(out) == 0 {
		delete(p.here, account)
	}
	slices.Sort(out)
	return out
}

func (p *presence) isHere(c *Contact) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	at, known := p.here[c.Account][c.ID]
	return known && p.now().Sub(at) <= presenceWindow
}

// tx is a transaction whose contacts come with their presence.
func (p *presence) tx(tx Tx) Tx { return presentTx{tx, p} }

type presentTx struct {
	Tx
	p *presence
}

// Contacts implements Tx.
func (t presentTx) Contacts() ContactRepo { return presentContacts{t.Tx.Contacts(), t.p} }

type presentContacts struct {
	ContactRepo
	p *presence
}

// Get implements Repo.
func (r presentContacts) Get(ctx context.Context, id ContactID) (*Contact, error) {
	c, err := r.ContactRepo.Get(ctx, id)
	if err == nil {
		c.Connected = r.p.isHere(c)
	}
	return c, err
}

// List implements Repo.
func (r presentContacts) List(ctx context.Context, f ContactFilter, p Page) ([]*Contact, error) {
	rows, err := r.ContactRepo.List(ctx, f, p)
	for _, c := range rows {
		c.Connected = r.p.isHere(c)
	}
	return rows, err
}
