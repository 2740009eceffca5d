package helpdesk

import (
	"encoding/json"
	"time"
)

const (
	referralKey = "referral" // of a conversation's Extra, as it is of a message's
	maxReferral = 8 << 10    // bytes of JSON: a provider's own words, and no more
)

// applyReferral keeps with the customer's last conversation what led them back to it.
// Of several the latest counts; told twice, it is kept once.
func (u *unit) applyReferral(inbox *Inbox, r Referral) error {
	details := cleanMap(r.Details)
	raw, err := json.Marshal(details)
	if err != nil || len(details) == 0 || len(raw) > maxReferral {
		return nil //nolint:nilerr // what no JSON can say came from no provider
	}
	address, err := u.mainAddress(inbox.ID, clean(r.From))
	if err != nil {
		return absent(err)
	}
	for _, unresolved := range []bool{true, false} {
		c, err := u.latestConversation(address, unresolved)
		if err != nil || c == nil {
			if err != nil {
				return err
			}
			continue
		}
		at := u.providerTime(r.At)
		held, _ := c.Extra[referralKey].(map[string]any)
		said, _ := held["at"].(string)
		if before, err := time.Parse(time.RFC3339Nano, said); err == nil && !at.After(before) {
			return nil
		}
		facts, now := c.facts(), merge(details, map[string]any{"at": at.Format(time.RFC3339Nano)})
		c.Extra = merge(c.Extra, map[string]any{referralKey: now})
		u.emitConversation(ConversationUpdated, c, facts, map[string]Change{referralKey: changed(held, now)})
		return u.saveConversation(c)
	}
	return nil
}
