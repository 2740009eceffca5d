package helpdesk

import (
	"context"
	"encoding/json"
	"strconv"
	"time"
)

// KeepAlive is how an inbox asks after customers who fall silent, and closes what
// they do not come back to (FEATURES C12). The cycle runs while a conversation is
// open or pending, from the customer's last message on, whoever spoke last:
// after Inactivity the first message goes out; after a further Finalisation the
// second one does, and the conversation is resolved. Another message of the
// customer starts it anew. What is resolved or snoozed has no cycle until the
// customer writes again. While a flow holds a conversation it does not count, and
// begins when the flow lets go.
type KeepAlive struct {
	Active              bool   `json:"active,omitempty"`     // off: the rest is kept, and does nothing
	Inactivity          int    `json:"inactivity,omitempty"` // minutes, up to 1439856
	InactivityMessage   string `json:"inactivity_message,omitempty"`
	Finalisation        int    `json:"finalisation,omitempty"` // minutes after the inactivity message, up to 1439856
	FinalisationMessage string `json:"finalisation_message,omitempty"`
}

// KeepAliveInput changes a KeepAlive; nil leaves a field alone. All of it must be
// given before it can be active. Messages are templates (see template.go).
type KeepAliveInput struct {
	Active                   *bool
	Inactivity, Finalisation *int

	InactivityMessage, FinalisationMessage *string
}

func (in *KeepAliveInput) apply(p problems, k *KeepAlive) {
	if in == nil {
		return
	}
	setBool(&k.Active, in.Active)
	setText(p, &k.InactivityMessage, in.InactivityMessage, "inactivity_message", 10_000)
	setText(p, &k.FinalisationMessage, in.FinalisationMessage, "finalisation_message", 10_000)
	for field, minutes := range map[string]struct {
		of    *int
		given *int
	}{"inactivity": {&k.Inactivity, in.Inactivity}, "finalisation": {&k.Finalisation, in.Finalisation}} {
		if minutes.given != nil {
			*minutes.of = *minutes.given
		}
		p.add(*minutes.of < 0 || *minutes.of > maxAutoResolve, field, "must be a number of minutes from 1 to 1439856")
		p.add(k.Active && *minutes.of == 0, field, "can't be blank")
	}
	p.add(k.Active && k.InactivityMessage == "", "inactivity_message", "can't be blank")
	p.add(k.Active && k.FinalisationMessage == "", "finalisation_message", "can't be blank")
}

func minutes(n int) time.Duration { return time.Duration(n) * time.Minute }

// restartKeepAlive begins the cycle of a conversation the customer has just
// written in. The caller saves the conversation.
func (u *unit) restartKeepAlive(c *Conversation) {
	c.NudgedAt = time.Time{}
	box := u.cfg.inboxes[c.Inbox]
	if box != nil && box.KeepAlive.Active && (c.Status == Open || c.Status == Pending) && c.FlowRun == 0 {
		u.armKeepAlive(c, u.now.Add(minutes(box.KeepAlive.Inactivity)))
	}
}

// armKeepAlive makes sure that the timer runs at a time or before. One that runs
// before finds out that it is early and is armed again, so that a customer who
// goes on writing costs nothing.
func (u *unit) armKeepAlive(c *Conversation, at time.Time) {
	if c.KeepAliveAt.After(u.now) && !c.KeepAliveAt.After(at) {
		return
	}
	c.KeepAliveAt = at
	u.enqueue(&Job{Kind: jobKeepAlive, Key: strconv.FormatInt(int64(c.ID), 10), RunAt: at, Args: args(snoozeArgs{c.ID})})
}

// keepAlive is the conversation.keep_alive job. Where a conversation stands in its
// cycle is in its row, so that running twice says nothing twice.
func (e *Engine) keepAlive(ctx context.Context, j *Job) error {
	var a snoozeArgs
	if err := json.Unmarshal(j.Args, &a); err != nil {
		return Permanent(err)
	}
	return e.update(ctx, e.System(j.Account), func(u *unit) error {
		c, err := u.tx.Conversations().Lock(u.ctx, a.Conversation)
		if err != nil {
			return absent(err)
		}
		c.KeepAliveAt = time.Time{}
		next, err := u.stepKeepAlive(c)
		if err != nil {
			return err
		}
		if !next.IsZero() {
			u.armKeepAlive(c, next)
		}
		return u.saveConversation(c)
	})
}

// letGo begins the cycle of a conversation that a flow held. The caller saves it.
func (u *unit) letGo(c *Conversation) {
	c.NudgedAt = time.Time{}
	if box := u.cfg.inboxes[c.Inbox]; box != nil && box.KeepAlive.Active && c.LastIncoming != 0 {
		u.armKeepAlive(c, u.now.Add(minutes(box.KeepAlive.Inactivity)))
	}
}

// silentSince is from when a conversation's cycle counts: the customer's last
// message, or when a flow let go of it after that.
func (u *unit) silentSince(c *Conversation) (time.Time, error) {
	last, err := u.tx.Messages().Get(u.ctx, c.LastIncoming)
	if err != nil {
		return time.Time{}, err
	}
	run, err := u.lastRun(c.ID)
	if err == nil && run.EndedAt.After(last.CreatedAt) {
		return run.EndedAt, nil
	}
	return last.CreatedAt, absent(err)
}

// stepKeepAlive does what is due in the cycle, and returns when the next step is;
// zero ends the cycle.
func (u *unit) stepKeepAlive(c *Conversation) (next time.Time, err error) {
	box := u.cfg.inboxes[c.Inbox]
	if box == nil || !box.KeepAlive.Active || u.cfg.account.Suspended || c.FlowRun != 0 || c.Status != Open && c.Status != Pending || c.LastIncoming == 0 {
		return next, nil
	}
	if why := u.canSend(c).Reason; why == InboxInactive || why == ContactBlocked {
		return next, nil
	}
	k := box.KeepAlive
	if c.NudgedAt.IsZero() {
		since, err := u.silentSince(c)
		if err != nil {
			return next, absent(err)
		}
		if due := since.Add(minutes(k.Inactivity)); due.After(u.now) {
			return due, nil
		}
		c.NudgedAt = u.now
		return u.now.Add(minutes(k.Finalisation)), u.sayOrTell(c, k.InactivityMessage, textSilentUnsent)
	}
	if due := c.NudgedAt.Add(minutes(k.Finalisation)); due.After(u.now) {
		return due, nil
	}
	if err := u.sayOrTell(c, k.FinalisationMessage, textSilentUnsent); err != nil {
		return next, err
	}
	return next, u.putStatus(c, Resolved, time.Time{}, textSilentClosed)
}
