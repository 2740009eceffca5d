package helpdesk

import (
	"context"
	"errors"
	"time"
)

// slowInbox is an inbox whose provider said that it gets too much at once.
type slowInbox struct {
	account AccountID
	inbox   InboxID
}

// slowed remembers that everything of an inbox has to wait. Each process learns it
// by itself, at the price of one refusal.
func (e *Engine) slowed(account AccountID, inbox InboxID, failure error) {
	if slow, ok := errors.AsType[*slowError](failure); ok {
		e.slow.Store(slowInbox{account, inbox}, e.now().Add(slow.after))
	}
}

// pausedUntil is when an inbox's provider takes messages again; past, or the zero
// time, = it does.
func (e *Engine) pausedUntil(account AccountID, inbox InboxID) time.Time {
	until, ok := e.slow.Load(slowInbox{account, inbox})
	if !ok {
		return time.Time{}
	}
	if at := until.(time.Time); at.After(e.now()) { //nolint:forcetypeassert // slowed stores nothing else
		return at
	}
	e.slow.CompareAndDelete(slowInbox{account, inbox}, until)
	return time.Time{}
}

// awaitTurn takes a place in what the provider takes at a time, for all processes
// together, or says when to come back. It is no try of the message.
func (e *Engine) awaitTurn(ctx context.Context, account AccountID, a sendArgs) error {
	if wait := e.pausedUntil(account, a.Inbox).Sub(e.now()); wait > 0 {
		return RetryAfter(Errorf(Limited, "the provider asked for a pause"), wait)
	}
	sender, err := e.sender(ctx, account, a.Inbox)
	paced, ok := sender.(Paced)
	if err != nil || !ok {
		return nil //nolint:nilerr // beginAttempt meets what is wrong, and says it
	}
	var to string
	err = e.view(ctx, e.System(account), func(u *unit) error {
		address, err := u.tx.ContactInboxes().Get(u.ctx, a.Address)
		if err == nil {
			to = address.Source
		}
		return absent(err)
	})
	if err != nil || to == "" {
		return err
	}
	for _, limit := range paced.Pace(to) { // a refusal costs the limits before it their place
		if err := e.Allow(ctx, limit); CodeOf(err) == Limited {
			return RetryAfter(err, max(limit.Per/time.Duration(max(limit.Max, 1)), 20*time.Millisecond))
		} else if err != nil {
			return err
		}
	}
	return nil
}
