package helpdesk

import "time"

// reachedFor is the moving day in which a provider counts whom a business wrote to
// first.
const reachedFor = 24 * time.Hour

// messagingLimit is the key of an inbox's Extra under which stands how many people
// its provider lets the business write to first within a day; negative = no limit,
// absent = unknown.
const messagingLimit = "messaging_limit"

// hearOfLimit keeps the limit that a provider tells.
func (u *unit) hearOfLimit(inbox *Inbox, limit int) error {
	box, err := u.tx.Inboxes().Get(u.ctx, inbox.ID)
	if err != nil || limit == 0 {
		return absent(err)
	}
	before := box.messagingLimit()
	if before == limit {
		return nil
	}
	box.Extra, box.UpdatedAt = merge(box.Extra, map[string]any{messagingLimit: limit}), u.now
	u.emit(&Event{Kind: InboxUpdated, Subject: int64(box.ID), Details: map[string]Change{messagingLimit: changed(before, limit)}})
	return u.tx.Inboxes().Update(u.ctx, box)
}

func (b *Inbox) messagingLimit() int {
	switch n := b.Extra[messagingLimit].(type) {
	case int:
		return n
	case float64: // as JSON has it
		return int(n)
	}
	return 0
}

// withinBudget says whether the business may write to one more person first. Who
// was written to within the day is paid for. The provider itself decides, and
// counts what was delivered: this keeps from it what it would surely refuse.
func (u *unit) withinBudget(c *Conversation, sender Sender) (Verdict, error) {
	limit := u.cfg.inboxes[c.Inbox].messagingLimit()
	_, owner := u.templated(c.Inbox)
	if _, ok := sender.(Templated); !ok || limit <= 0 {
		return Verdict{Allowed: true}, nil
	}
	n, first, err := u.tx.Reached().Count(u.ctx, owner, c.Contact, u.now.Add(-reachedFor))
	if err != nil || n < limit {
		return Verdict{Allowed: err == nil}, err
	}
	return Verdict{
		Reason: BudgetSpent, Until: first.Add(reachedFor),
		Detail: "the provider lets the business write first to no more people today",
	}, nil
}

// reach notes that a message writes to somebody first.
func (u *unit) reach(c *Conversation, out *Outbound) error {
	sender, owner := u.templated(c.Inbox)
	if sender == nil || out.Template == nil {
		return nil
	}
	if open, _ := u.window(c, windowOf(sender.(Sender))); open { //nolint:forcetypeassert // templated found it on a Sender
		return nil
	}
	return u.tx.Reached().Mark(u.ctx, owner, c.Contact, u.now)
}
