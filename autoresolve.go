package helpdesk

import (
	"context"
	"strconv"
	"strings"
	"time"
)

// Auto-resolve closes what nobody has said anything in for some time. It is set
// per account, in Account.Settings:
//
//	auto_resolve_after           minutes without a message of any kind, 10 to 1439856; absent = off
//	auto_resolve_message         a template for the customer; "" = none
//	auto_resolve_label           a title that is added; "" = none
//	auto_resolve_ignore_waiting  true = not while the customer waits for an answer
//
// Only open conversations are closed. An account has one job for it, armed for
// when the next conversation may become due, so what is not due costs nothing.

const (
	autoResolveBatch = 100             // conversations of a run; the next run follows at once
	autoResolveRetry = 5 * time.Minute // after a run in which one could not be resolved
)

type autoResolve struct {
	after         time.Duration // 0 = off
	message       string
	label         string
	ignoreWaiting bool
}

// autoResolve reads the account's settings.
func (a *Account) autoResolve() (out autoResolve) {
	minutes, _ := numbers(a.Settings)["auto_resolve_after"].(float64)
	out.after = time.Duration(minutes) * time.Minute
	out.message, _ = a.Settings["auto_resolve_message"].(string)
	out.label, _ = a.Settings["auto_resolve_label"].(string)
	out.ignoreWaiting, _ = a.Settings["auto_resolve_ignore_waiting"].(bool)
	return out
}

// filter is what could be resolved, the longest idle first.
func (r autoResolve) filter() ConversationFilter {
	return ConversationFilter{Status: []Status{Open}, Answered: r.ignoreWaiting, Sort: OldestActivity}
}

// due reports whether a conversation is to be resolved now.
func (r autoResolve) due(c *Conversation, now time.Time) bool {
	return r.after > 0 && c.Status == Open && !c.LastActivity.Add(r.after).After(now) && !(r.ignoreWaiting && !c.WaitingSince.IsZero())
}

// span is the text that says how long that is, and its number: of days, hours or
// minutes, whatever comes out even.
func (r autoResolve) span() (textKey, string) {
	n := int64(r.after / time.Minute)
	switch {
	case n%(24*60) == 0:
		return textIdleDays, strconv.FormatInt(n/(24*60), 10)
	case n%60 == 0:
		return textIdleHours, strconv.FormatInt(n/60, 10)
	default:
		return textIdleMinutes, strconv.FormatInt(n, 10)
	}
}

// armAutoResolve runs the job at once when the account has it on; it finds out
// itself when it is needed next.
func (u *unit) armAutoResolve(a *Account) {
	if a.autoResolve().after > 0 {
		u.enqueue(&Job{Kind: jobAutoResolve, Key: "idle", Lane: Bulk})
	}
}

// resolveIdle is the conversation.auto_resolve job. Each conversation is a
// transaction of its own; one that cannot be resolved holds up no other.
func (e *Engine) resolveIdle(ctx context.Context, j *Job) error {
	var due []*Conversation
	err := e.view(ctx, e.System(j.Account), func(u *unit) (err error) {
		set := u.cfg.account.autoResolve()
		if due = nil; set.after == 0 || u.cfg.account.Suspended {
			return nil
		}
		f := set.filter()
		f.ActiveBy = u.now.Add(-set.after)
		due, err = u.tx.Conversations().List(u.ctx, f, Page{Limit: autoResolveBatch})
		return err
	})
	if err != nil {
		return err
	}
	failed := false
	for _, c := range due {
		if err := e.resolveIdleOne(ctx, j.Account, c.ID); err != nil {
			failed = true
			e.opts.Logger.Warn("an idle conversation could not be resolved", "conversation", c.ID, "err", err)
		}
	}
	return e.update(ctx, e.System(j.Account), func(u *unit) error { return u.rearmAutoResolve(failed) })
}

// rearmAutoResolve sets the job to when the next conversation may be due. One that
// is opened or answered later has its activity later, so that is soon enough.
func (u *unit) rearmAutoResolve(failed bool) error {
	set := u.cfg.account.autoResolve()
	if set.after == 0 {
		return nil
	}
	first, err := u.tx.Conversations().List(u.ctx, set.filter(), Page{Limit: 1})
	if err != nil {
		return err
	}
	at := u.now.Add(set.after)
	if len(first) > 0 {
		at = first[0].LastActivity.Add(set.after)
	}
	if soon := u.now.Add(autoResolveRetry); (failed || u.cfg.account.Suspended) && at.Before(soon) {
		at = soon
	}
	u.enqueue(&Job{Kind: jobAutoResolve, Key: "idle", Lane: Bulk, RunAt: at})
	return nil
}

// resolveIdleOne resolves a conversation if it is still idle.
func (e *Engine) resolveIdleOne(ctx context.Context, account AccountID, id ConversationID) error {
	return e.update(ctx, e.System(account), func(u *unit) error {
		c, err := u.tx.Conversations().Lock(u.ctx, id)
		if err != nil {
			return absent(err)
		}
		set := u.cfg.account.autoResolve()
		if !set.due(c, u.now) {
			return nil
		}
		if set.message != "" {
			if err := u.sayOrTell(c, set.message, textIdleUnsent); err != nil {
				return err
			}
		}
		if label := strings.TrimSpace(set.label); label != "" {
			if err := u.setLabels(c, append(u.cfg.labelTitles(c.Labels), label)); err != nil {
				return err
			}
		}
		key, n := set.span()
		if err := u.putStatus(c, Resolved, time.Time{}, key, n); err != nil {
			return err
		}
		return u.saveConversation(c)
	})
}

// sayOrTell sends the customer what the desk has to say by itself, or, where the
// channel does not take it, tells the agents that it was not sent.
func (u *unit) sayOrTell(c *Conversation, content string, unsent textKey) error {
	if quiet, err := u.letBe(c); err != nil || quiet || !u.canSend(c).Allowed {
		u.tell(c, unsent)
		return err
	}
	_, err := u.say(c, content)
	return err
}
