package helpdesk

import (
	"maps"
	"slices"
	"time"
)

const (
	warnings     = "warnings"     // of an inbox's Extra: code to {"reason", "at" in seconds}
	warnEvery    = time.Hour      // a warning that comes with every message is written so often
	warningLasts = 24 * time.Hour // and told so long
	maxWarnings  = 10
)

// warn keeps a warning beside the inbox, for Check to tell.
func (u *unit) warn(id InboxID, n Notice) error {
	code := clip(clean(n.Value), maxField)
	box, err := u.tx.Inboxes().Get(u.ctx, id)
	if err != nil || code == "" {
		return absent(err)
	}
	held, _ := box.Extra[warnings].(map[string]any)
	one, known := held[code].(map[string]any)
	at, _ := one["at"].(float64)
	if known && u.now.Sub(time.Unix(int64(at), 0)) < warnEvery || !known && len(held) >= maxWarnings {
		return nil
	}
	told := map[string]any{"reason": clip(clean(n.Reason), maxURL), "at": float64(u.now.Unix())}
	box.Extra = merge(box.Extra, map[string]any{warnings: merge(held, map[string]any{code: told})})
	box.UpdatedAt = u.now
	if err := u.tx.Inboxes().Update(u.ctx, box); err != nil {
		return err
	}
	u.emit(&Event{Kind: InboxUpdated, Subject: int64(id)})
	return nil
}

// complaints is the warning that a provider says that people complain of what an inbox
// sends them: see Complained.
const complaints = "complaints"

// complainedUntil is how long an inbox begins nothing, since people complain of it.
func (b *Inbox) complainedUntil() time.Time {
	held, _ := b.Extra[warnings].(map[string]any)
	one, known := held[complaints].(map[string]any)
	at, _ := one["at"].(float64)
	if !known {
		return time.Time{}
	}
	return time.Unix(int64(at), 0).Add(warningLasts)
}

// warned are the warnings of an inbox that still hold, by their codes.
func (b *Inbox) warned(now time.Time) (list []HealthProblem) {
	held, _ := b.Extra[warnings].(map[string]any)
	for _, code := range slices.Sorted(maps.Keys(held)) {
		one, _ := held[code].(map[string]any)
		at, _ := one["at"].(float64)
		reason, _ := one["reason"].(string)
		if now.Sub(time.Unix(int64(at), 0)) < warningLasts+warnEvery {
			list = append(list, HealthProblem{Code: code, Message: reason})
		}
	}
	if !b.SilentSince.IsZero() {
		list = append(list, HealthProblem{Code: "silence", Message: "nothing has come from the provider since " + b.SilentSince.UTC().Format(time.RFC3339)})
	}
	return list
}
