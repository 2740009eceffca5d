package helpdesk

import (
	"context"
	"encoding/json"
	"strconv"
	"time"
)

type snoozeArgs struct {
	Conversation ConversationID `json:"conversation"`
}

// armSnooze keeps the one timer of a snooze in step with the conversation.
func (u *unit) armSnooze(c *Conversation) error {
	key := strconv.FormatInt(int64(c.ID), 10)
	if c.Status != Snoozed || c.SnoozedUntil.IsZero() {
		return u.tx.Jobs().Cancel(u.ctx, jobSnoozeEnd, key)
	}
	if moved, err := u.tx.Jobs().Move(u.ctx, jobSnoozeEnd, key, c.SnoozedUntil); moved || err != nil {
		return err
	}
	u.enqueue(&Job{Kind: jobSnoozeEnd, Key: key, RunAt: c.SnoozedUntil, Args: args(snoozeArgs{c.ID})})
	return nil
}

// endSnooze opens a conversation whose time has come. One that was opened, or
// snoozed anew, meanwhile is left alone.
func (e *Engine) endSnooze(ctx context.Context, j *Job) error {
	var a snoozeArgs
	if err := json.Unmarshal(j.Args, &a); err != nil {
		return Permanent(err)
	}
	return e.update(ctx, e.System(j.Account), func(u *unit) error {
		c, err := u.tx.Conversations().Lock(u.ctx, a.Conversation)
		if CodeOf(err) == NotFound {
			return nil
		}
		if err != nil {
			return err
		}
		if c.Status != Snoozed || c.SnoozedUntil.IsZero() || c.SnoozedUntil.After(u.now) {
			return nil
		}
		u.setStatus(c, Open, time.Time{})
		u.tell(c, textWoke)
		if err := u.assign(c); err != nil {
			return err
		}
		return u.saveConversation(c)
	})
}
