package helpdesk

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// SLAStatus says how a conversation stands by its SLA.
type SLAStatus string

const (
	SLAActive       SLAStatus = "active"             // nothing was missed yet
	SLAHit          SLAStatus = "hit"                // resolved, and nothing was missed
	SLAWasMissed    SLAStatus = "missed"             // resolved, and something was
	SLAActiveMissed SLAStatus = "active_with_misses" // something was missed already
)

// AppliedSLA is a conversation's SLA: what was promised, and how it was kept. A
// conversation has at most one, for good. How it is counted is told in
// sla_clock.go.
type AppliedSLA struct {
	Account      AccountID
	ID           AppliedSLAID
	Conversation ConversationID
	Policy       SLAPolicyID // whose Terms these are; it may be gone
	Terms        SLATerms
	State        SLAState
	Status       SLAStatus
	TimerAt      time.Time // when its timer runs; zero = there is none
	StartedAt    time.Time
	EndedAt      time.Time // when it was last resolved; zero = it is not

	CreatedAt, UpdatedAt time.Time
	Version              int64
}

// isSLAEvent reports whether an event tells of an SLA.
func isSLAEvent(kind EventKind) bool { return strings.HasPrefix(string(kind), "sla.") }

// applySLA begins to measure a conversation. The caller saves it.
func (u *unit) applySLA(c *Conversation, id SLAPolicyID) error {
	if c.SLA == id {
		return nil
	}
	if c.SLA != 0 {
		return problems{"sla_policy_id": "is set, and stays"}.err()
	}
	policy, err := u.tx.SLAPolicies().Get(u.ctx, id)
	if err != nil {
		return err
	}
	a := &AppliedSLA{
		Account: c.Account, Conversation: c.ID, Policy: id, StartedAt: u.now, CreatedAt: u.now, UpdatedAt: u.now,
		Terms: SLATerms{policy.Name, policy.Description, policy.FirstResponse, policy.NextResponse, policy.Resolution, policy.HoursOnly},
	}
	a.State.At = u.now
	if a.State.Calendar, err = u.slaCalendar(c, a); err != nil {
		return err
	}
	a.turn(c, u.now)
	if err := u.tx.AppliedSLAs().Insert(u.ctx, a); err != nil {
		return err
	}
	c.SLA = id
	u.emit(u.slaSays(SLAApplied, c, a))
	u.emitConversation(ConversationUpdated, c, c.facts(), map[string]Change{"sla_policy_id": changed(nil, id)})
	u.tell(c, textSLAAdded, u.actorName(), policy.Name)
	u.timed = append(u.timed, c)
	return nil
}

func (u *unit) slaSays(kind EventKind, c *Conversation, a *AppliedSLA) *Event {
	return &Event{
		Kind: kind, Conversation: c.ID, Contact: c.Contact, Subject: int64(a.Policy), Calendar: int64(a.State.Calendar),
		Before: c.facts(), After: c.facts(),
	}
}

// slaCalendar is the version of the hours an SLA counts by now; 0 = by the clock.
func (u *unit) slaCalendar(c *Conversation, a *AppliedSLA) (CalendarID, error) {
	if !a.Terms.HoursOnly {
		return 0, nil
	}
	return u.calendarOf(c.facts())
}

// stirSLA remembers that the SLA of a conversation has to be counted.
func (u *unit) stirSLA(ev *Event, c *Conversation) {
	if c.SLA != 0 && slaStirs(ev) {
		u.timed = append(u.timed, c)
	}
}

// countSLAs counts the SLAs of the conversations of which something happened in the
// unit. Nobody is asked about those that have none.
func (u *unit) countSLAs() error {
	last := map[ConversationID]*Conversation{} // rules may have read one anew
	for _, c := range u.timed {
		last[c.ID] = c
	}
	u.timed = nil
	for _, id := range slices.Sorted(maps.Keys(last)) {
		if err := u.countSLA(last[id], false); err != nil {
			return err
		}
	}
	return nil
}

// countSLA lets the clocks of a locked conversation run until now, tells what they
// have to say, and sees to it that somebody looks at them again. fired says that
// the timer asks, and nothing has happened.
func (u *unit) countSLA(c *Conversation, fired bool) error {
	found, err := u.tx.AppliedSLAs().List(u.ctx, AppliedSLAFilter{Conversations: []ConversationID{c.ID}}, Page{Limit: 1})
	if err != nil || len(found) == 0 {
		return err
	}
	a := found[0]
	var hours *schedule
	if a.Terms.HoursOnly {
		hours = u.hoursOf(c)
	}
	calendar, err := u.slaCalendar(c, a)
	if err != nil {
		return err
	}
	before, other := a.State, calendar != a.State.Calendar
	a.State.Misses = slices.Clone(a.State.Misses)
	a.State.Calendar = calendar
	signals := a.State.count(a.Terms, u.now, hours)
	if fired && len(signals) == 0 && !other { // it is early: what is not in the log is not counted
		a.State = before
	}
	if other {
		u.emit(u.slaSays(SLAHours, c, a))
	}
	u.signalSLA(c, a, signals)
	if fired {
		a.TimerAt = time.Time{}
	}
	a.turn(c, u.now)
	next := a.State.next(a.Terms, hours)
	if !next.IsZero() && (!a.TimerAt.After(u.now) || a.TimerAt.After(next)) {
		a.TimerAt = next
		u.enqueue(&Job{Kind: jobSLA, Key: strconv.FormatInt(int64(c.ID), 10), RunAt: next, Args: args(snoozeArgs{c.ID})})
	}
	a.UpdatedAt = u.now
	return u.tx.AppliedSLAs().Update(u.ctx, a)
}

// turn takes over what the conversation is now.
func (a *AppliedSLA) turn(c *Conversation, now time.Time) {
	a.State.turn(c.Status, c.WaitingSince, !c.FirstReplyAt.IsZero())
	resolved := c.Status == Resolved
	switch missed := a.State.Missed > 0; {
	case resolved && missed:
		a.Status = SLAWasMissed
	case resolved:
		a.Status = SLAHit
	case missed:
		a.Status = SLAActiveMissed
	default:
		a.Status = SLAActive
	}
	if !resolved {
		a.EndedAt = time.Time{}
	} else if a.EndedAt.IsZero() {
		a.EndedAt = now
	}
}

// signalSLA records what clocks have told.
func (u *unit) signalSLA(c *Conversation, a *AppliedSLA, signals []slaSignal) {
	for _, s := range signals {
		kind, elapsed := SLAWarned, s.left/secondLen
		if s.missed {
			kind, elapsed = SLAMissed, seconds(u.now.Sub(s.due))
		}
		ev := u.slaSays(slaEvent(kind, s.kind), c, a)
		ev.Elapsed = elapsed
		u.emit(ev)
		u.notify(ev, c)
	}
}

// concerned are whom a miss is told: who has the conversation, who takes part in
// it, and the administrators.
func (u *unit) concerned(c *Conversation) []AgentID {
	out := append([]AgentID{c.Assignee}, c.Participants...)
	for _, id := range slices.Sorted(maps.Keys(u.cfg.agents)) {
		if u.cfg.agents[id].Role == Administrator {
			out = append(out, id)
		}
	}
	return out
}

// watchSLA is the conversation.sla job. What was told is in the row, so that
// running twice tells nothing twice.
func (e *Engine) watchSLA(ctx context.Context, j *Job) error {
	var a snoozeArgs
	if err := json.Unmarshal(j.Args, &a); err != nil {
		return Permanent(err)
	}
	return e.update(ctx, e.System(j.Account), func(u *unit) error {
		c, err := u.tx.Conversations().Lock(u.ctx, a.Conversation)
		if err != nil || c.SLA == 0 {
			return absent(err)
		}
		return u.countSLA(c, true)
	})
}

func checkSLA(u *unit, a RuleAction, _ []KeptFile) string {
	id, ok := a.id()
	if ok && id != 0 {
		if _, err := u.tx.SLAPolicies().Get(u.ctx, SLAPolicyID(id)); err == nil {
			return ""
		}
	}
	return "must name an SLA policy of the account"
}

func (u *unit) doAddSLA(c *Conversation, a RuleAction, _ *actionWork) error {
	id, _ := a.id()
	return u.applySLA(c, SLAPolicyID(id))
}
