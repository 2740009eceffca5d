package helpdesk

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/expr-lang/expr/vm"
)

// Rules on silence (FEATURES F6)
//
// A rule may wait for nothing to happen. The customer is silent from the last
// public message that somebody sent them (a person, a bot or a program; not a rule or a flow,
// and not the desk by itself) until they write. The agents are silent from the
// earliest customer message nobody answered until a person or a bot answers.
//
// Only open conversations are silent, and a silence is counted from when the
// conversation was opened if that was later. It is counted from Rule.ArmedAt too,
// so that a rule that is switched on, or whose time is changed, lets everybody wait
// its full time, and does not run on all old conversations at once.
//
// A rule is asked once about each silence, whether or not its conditions hold: when
// the silence has lasted After minutes, by the clock or, with HoursOnly, within the
// hours that then hold for the conversation. What began it again begins the count
// again. Of the two a rule of an account hears, those in their order.
//
// There is one job for each conversation with a silence that some rule waits for.
// It is armed for the earliest, and when it finds that it is early, armed anew: so
// people who go on talking cost nothing.
const (
	CustomerSilent EventKind = "conversation.customer_silent" // never in the log, as the other: what rules did of it is
	AgentSilent    EventKind = "conversation.agent_silent"
)

// SilenceEvents are the events of rules that wait for nothing to happen.
func SilenceEvents() []EventKind { return []EventKind{CustomerSilent, AgentSilent} }

const (
	maxSilence      = 525_600   // minutes: a year
	silenceArmBatch = 50        // conversations of a run
	silenceRetry    = time.Hour // of a suspended account
)

// silence is what a rule waits for in a conversation.
type silence struct {
	rule       *liveRule
	begun, due time.Time
}

// silences are those of a conversation that rules have still to be asked about, the
// next first.
func (u *unit) silences(c *Conversation) []silence {
	if c.Status != Open {
		return nil
	}
	var out []silence
	wait := func(kind EventKind, since time.Time) {
		if since.IsZero() {
			return
		}
		for _, r := range u.cfg.rules[kind] {
			s := silence{rule: r, begun: since}
			for _, later := range []time.Time{c.OpenedAt, r.ArmedAt} {
				if later.After(s.begun) {
					s.begun = later
				}
			}
			s.due = s.begun.Add(minutes(r.After))
			if r.HoursOnly {
				s.due = u.hoursOf(c).after(s.begun, int64(r.After)*60)
			}
			if !s.due.IsZero() && c.Silences[r.ID] != s.begun.UnixMicro() {
				out = append(out, s)
			}
		}
	}
	wait(CustomerSilent, c.AnsweredAt)
	if c.LastIncoming != 0 {
		wait(AgentSilent, c.WaitingSince)
	}
	slices.SortStableFunc(out, func(a, b silence) int { return a.due.Compare(b.due) })
	return out
}

// armSilence makes sure that the timer runs when the first silence is over, or
// before. The caller saves the conversation.
func (u *unit) armSilence(c *Conversation) {
	if len(u.cfg.rules[CustomerSilent])+len(u.cfg.rules[AgentSilent]) == 0 {
		return
	}
	if next := u.silences(c); len(next) > 0 {
		u.armSilenceAt(c, next[0].due)
	}
}

func (u *unit) armSilenceAt(c *Conversation, at time.Time) {
	if c.SilenceAt.After(u.now) && !c.SilenceAt.After(at) {
		return
	}
	c.SilenceAt = at
	u.enqueue(&Job{Kind: jobSilence, Key: strconv.FormatInt(int64(c.ID), 10), RunAt: at, Args: args(snoozeArgs{c.ID})})
}

// endSilence is the conversation.silence job. What rules were asked is in the
// conversation's row, so that running twice asks nothing twice.
func (e *Engine) endSilence(ctx context.Context, j *Job) error {
	var a snoozeArgs
	if err := json.Unmarshal(j.Args, &a); err != nil {
		return Permanent(err)
	}
	return e.update(ctx, e.System(j.Account), func(u *unit) error {
		c, err := u.tx.Conversations().Lock(u.ctx, a.Conversation)
		if err != nil {
			return absent(err)
		}
		c.SilenceAt = time.Time{}
		if u.cfg.account.Suspended {
			u.armSilenceAt(c, u.now.Add(silenceRetry))
			return u.saveConversation(c)
		}
		if err := u.askSilent(c); err != nil {
			return err
		}
		u.armSilence(c)
		return u.saveConversation(c)
	})
}

// askSilent asks the rules about the silences that are over, until one of them does
// something that ends them.
func (u *unit) askSilent(c *Conversation) error {
	var machine vm.VM
	for {
		all := u.silences(c)
		if len(all) == 0 || all[0].due.After(u.now) {
			return nil
		}
		s := all[0]
		u.heard(c, s)
		t := trigger{happening: happening{&Event{
			Kind: s.rule.Event, Account: c.Account, At: u.now, Actor: u.actor.ref, Conversation: c.ID, Contact: c.Contact,
			Before: c.facts(), After: c.facts(),
		}, c, nil}}
		env, err := u.ruleEnv(c, t)
		if err != nil {
			return err
		}
		holds, err := u.ruleHolds(s.rule, &machine, *env)
		if err != nil {
			return err
		}
		if !holds {
			continue
		}
		stop, err := u.runRule(s.rule.Rule, c, t)
		if err != nil {
			return err
		}
		for _, other := range all[1:] {
			if stop && !other.due.After(u.now) {
				u.heard(c, other)
			}
		}
	}
}

// heard remembers that a rule was asked about a silence, and forgets rules that are
// gone.
func (u *unit) heard(c *Conversation, s silence) {
	next := map[RuleID]int64{}
	maps.Copy(next, c.Silences)
	maps.DeleteFunc(next, func(id RuleID, _ int64) bool {
		same := func(r *liveRule) bool { return r.ID == id }
		return !slices.ContainsFunc(u.cfg.rules[CustomerSilent], same) && !slices.ContainsFunc(u.cfg.rules[AgentSilent], same)
	})
	next[s.rule.ID] = s.begun.UnixMicro()
	c.Silences = next
}

// applySilence sets how long a rule's silence lasts, and from when it is counted.
func (u *unit) applySilence(p problems, before, r *Rule, in RuleInput) {
	if in.After != nil {
		r.After = *in.After
	}
	setBool(&r.HoursOnly, in.HoursOnly)
	if !slices.Contains(SilenceEvents(), r.Event) {
		r.After, r.HoursOnly, r.ArmedAt = 0, false, time.Time{}
		return
	}
	p.add(r.After < 1 || r.After > maxSilence, "after", "must be 1 to 525600 minutes")
	if r.ID == 0 || r.Active && !before.Active || r.Event != before.Event || r.After != before.After || r.HoursOnly != before.HoursOnly {
		r.ArmedAt = u.now
	}
}

type silenceArmArgs struct {
	Rule RuleID    `json:"rule"`
	At   time.Time `json:"at"`    // the ArmedAt it is about
	Next string    `json:"after"` // the page after this one
}

// armRule has a rule wait for those who are silent already, when it is new or
// counts anew.
func (u *unit) armRule(before, r *Rule) {
	if r.Active && !r.ArmedAt.IsZero() && (before == nil || !before.ArmedAt.Equal(r.ArmedAt)) {
		u.enqueueArm(silenceArmArgs{Rule: r.ID, At: r.ArmedAt})
	}
}

func (u *unit) enqueueArm(a silenceArmArgs) {
	key := strconv.FormatInt(int64(a.Rule), 10) + " " + strconv.FormatInt(a.At.UnixMicro(), 10) + " " + a.Next
	u.enqueue(&Job{Kind: jobSilenceArm, Key: key, Lane: Bulk, Args: args(a)})
}

// armSilences is the rule.arm job: a page of open conversations. Those that are
// opened meanwhile arm themselves.
func (e *Engine) armSilences(ctx context.Context, j *Job) error {
	var a silenceArmArgs
	if err := json.Unmarshal(j.Args, &a); err != nil {
		return Permanent(err)
	}
	return e.update(ctx, e.System(j.Account), func(u *unit) error {
		waits := func(r *liveRule) bool { return r.ID == a.Rule && r.ArmedAt.Equal(a.At) }
		if !slices.ContainsFunc(u.cfg.rules[CustomerSilent], waits) && !slices.ContainsFunc(u.cfg.rules[AgentSilent], waits) {
			return nil
		}
		f := ConversationFilter{Status: []Status{Open}, Sort: NewestCreated}
		page, err := u.tx.Conversations().List(u.ctx, f, Page{Limit: silenceArmBatch, After: a.Next})
		if err != nil {
			return err
		}
		for _, row := range page {
			c, err := u.tx.Conversations().Lock(u.ctx, row.ID)
			if absent(err) != nil {
				return err
			}
			if err != nil {
				continue // deleted since
			}
			before := c.SilenceAt
			if u.armSilence(c); c.SilenceAt.Equal(before) {
				continue
			}
			if err := u.saveConversation(c); err != nil {
				return err
			}
		}
		if len(page) == silenceArmBatch {
			a.Next = f.Key(page[len(page)-1])
			u.enqueueArm(a)
		}
		return nil
	})
}
