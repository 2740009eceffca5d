package helpdesk

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"slices"
	"strings"
	"time"
)

// WithdrawalPath is where people read what became of what they took back: the path
// below the public address, followed by a token.
const WithdrawalPath = "/hooks/deletion/"

const (
	withdrawalPurpose = "withdrawal"
	withdrawalKept    = 365 * 24 * time.Hour // how long its page can be read
	withdrawalFresh   = 24 * time.Hour       // how old a call may be: an older one is somebody's copy
)

// Withdrawal is that somebody took back what they had given the installation's app at
// a provider. It holds nothing about them.
type Withdrawal struct {
	Inboxes int       `json:"n"` // that worked by it
	At      time.Time `json:"t"` // when the desk was told, and had done it

	URL  string `json:"-"` // where its page is
	Code string `json:"-"` // what people name it by
}

// withdrawAll is Withdraw of a call that was proven.
func (e *Engine) withdrawAll(ctx context.Context, who string, at time.Time, erase bool) (*Withdrawal, error) {
	if !at.IsZero() && e.now().Sub(at) > withdrawalFresh {
		return nil, Errorf(Invalid, "the call is older than a day")
	}
	w := &Withdrawal{At: e.now().UTC().Truncate(time.Second)}
	for p := (Page{Limit: MaxPage}); ; {
		accounts, err := e.ListAccounts(ctx, p)
		if err != nil {
			return nil, err
		}
		for _, a := range accounts {
			n, err := e.withdrawIn(ctx, a.ID, who, erase)
			if err != nil {
				return nil, err
			}
			w.Inboxes += n
		}
		if len(accounts) < p.Limit {
			break
		}
		p.After = IDKey(accounts[len(accounts)-1].ID)
	}
	token, err := e.SealToken(withdrawalPurpose, w, w.At.Add(withdrawalKept))
	w.name(e, token)
	return w, err
}

// Withdrawal is what a token of WithdrawalPath is about.
func (e *Engine) Withdrawal(token string) (*Withdrawal, error) {
	w := &Withdrawal{}
	if err := e.OpenToken(withdrawalPurpose, token, w); err != nil {
		return nil, err
	}
	w.name(e, token)
	return w, nil
}

func (w *Withdrawal) name(e *Engine, token string) {
	sum := sha256.Sum256([]byte(token))
	w.Code = strings.ToUpper(hex.EncodeToString(sum[:6]))
	w.URL = strings.TrimSuffix(e.opts.PublicURL, "/") + WithdrawalPath + token
}

// withdrawIn does it in one account, and says to how many inboxes.
func (e *Engine) withdrawIn(ctx context.Context, account AccountID, who string, erase bool) (n int, err error) {
	var found []InboxID
	find := func(u *unit) error {
		found = nil
		for _, id := range slices.Sorted(maps.Keys(u.cfg.inboxes)) {
			sender, err := u.e.openSender(u.cfg.inboxes[id])
			if err != nil {
				continue // nobody knows whose it is, and it sends nothing
			}
			if g, ok := sender.(Granted); ok && slices.Contains(g.GrantedBy(), who) {
				found = append(found, id)
			}
		}
		return nil
	}
	if err := e.view(ctx, e.System(account), find); err != nil || len(found) == 0 {
		return 0, absent(err)
	}
	err = e.update(ctx, e.System(account), func(u *unit) error {
		if err := find(u); err != nil {
			return err
		}
		for _, id := range found {
			if err := u.withdraw(id, erase); err != nil {
				return err
			}
		}
		return nil
	})
	return len(found), err
}

func (u *unit) withdraw(id InboxID, erase bool) error {
	why := "the person who connected it has taken that back at the provider"
	if erase {
		why = "the person who connected it has had the access they gave deleted"
	}
	if err := u.revoke(id, why); err != nil || !erase {
		return err
	}
	box, err := u.tx.Inboxes().Get(u.ctx, id)
	if err != nil {
		return absent(err)
	}
	sender, err := u.e.openSender(box)
	if err != nil {
		return err
	}
	g, ok := sender.(Granted)
	if !ok {
		return nil
	}
	settings, err := g.Ungranted()
	if err != nil {
		return err
	}
	if box.Settings, err = u.e.seal(string(settings), sealSettings); err != nil {
		return err
	}
	box.UpdatedAt = u.now
	return u.tx.Inboxes().Update(u.ctx, box)
}
