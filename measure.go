package helpdesk

import (
	"slices"
	"time"
)

// What reports count
//
// Reports are a function of the event log. These are the events they read, and
// what Elapsed of each is, in seconds:
//
//	conversation.created       a conversation began; no duration
//	conversation.resolved      from the conversation's beginning; opening it again does not start anew
//	conversation.bot_resolved  the same, told beside it when the inbox has a bot and no person has answered
//	conversation.opened        from the last time it was resolved; 0 = it never was
//	conversation.bot_handoff   from the conversation's beginning
//	first_reply.created        from the last hand-over or opening, else from the last resolution by a bot,
//	                           else from the conversation's beginning
//	reply.created              from the earliest customer message nobody had answered; never for the first reply
//	message.created            a message; no duration
//
// Business is the part of Elapsed within the hours that held when the event
// happened, by the version Calendar of them: those of the conversation's team, or
// where it has none of its own, of the inbox. Without either it is always open:
// there Business is Elapsed and Calendar is 0.

// Measured are the events of a conversation that reports count, messages aside.
func Measured() []EventKind {
	return []EventKind{
		ConversationHandoff, BotResolved, ConversationCreated, ConversationOpened, ConversationResolved,
		FirstReply, ReplyCreated,
	}
}

// measure completes the durations of the unit's events.
func (u *unit) measure() error {
	for i, ev := range u.events {
		if ev.Kind == ConversationCreated || !slices.Contains(Measured(), ev.Kind) {
			continue
		}
		if ev.Kind == FirstReply || ev.Kind == ConversationOpened || ev.Kind == ConversationHandoff {
			past, err := u.tx.Events().Measured(u.ctx, ev.Conversation)
			if err != nil {
				return err
			}
			for _, other := range u.events[:i] {
				if other.Conversation == ev.Conversation {
					past = append(past, other)
				}
			}
			ev.Elapsed = elapsed(past, ev)
		}
		if err := u.measureBusiness(ev); err != nil {
			return err
		}
	}
	return nil
}

// elapsed is the duration of an event by what happened to its conversation
// before, oldest first. Where the log does not reach back far enough, what the
// event says already stands.
func elapsed(past []*Event, ev *Event) int64 {
	last := func(kinds ...EventKind) (time.Time, bool) {
		for _, p := range slices.Backward(past) {
			if slices.Contains(kinds, p.Kind) {
				return p.At, true
			}
		}
		return time.Time{}, false
	}
	begin, known := last(ConversationCreated)
	switch ev.Kind {
	case FirstReply:
		if at, ok := last(ConversationHandoff, ConversationOpened); ok {
			begin, known = at, true
		} else if at, ok := last(BotResolved); ok {
			begin, known = at, true
		}
	case ConversationOpened:
		if begin, known = last(ConversationResolved); !known {
			return 0
		}
	default: // from the beginning
	}
	if !known {
		return ev.Elapsed
	}
	return seconds(ev.At.Sub(begin))
}

// measureBusiness sets Business and Calendar of an event whose Elapsed is known.
func (u *unit) measureBusiness(ev *Event) error {
	ev.Business = ev.Elapsed
	id, err := u.calendarOf(ev.After)
	if err != nil || id == 0 {
		return err
	}
	begin := ev.At.Add(-time.Duration(ev.Elapsed) * time.Second)
	ev.Calendar = int64(id)
	ev.Business = u.cfg.hoursOf(ev.After.Inbox, ev.After.Team).seconds(begin, ev.At)
	return nil
}

// calendarOf is the version of the hours that hold for a conversation now, which is
// kept if it is new; 0 = it is always open.
func (u *unit) calendarOf(f ConversationFacts) (CalendarID, error) {
	now := &Calendar{Account: u.actor.account, CreatedAt: u.now}
	var own WorkingHours
	if team, box := u.cfg.teams[f.Team], u.cfg.inboxes[f.Inbox]; team != nil && team.HoursEnabled {
		now.Team, own = team.ID, team.WorkingHours
	} else if box != nil && box.HoursEnabled {
		now.Inbox, own = box.ID, box.WorkingHours
	} else {
		return 0, nil
	}
	c, err := u.tx.Calendars().Current(u.ctx, now.Inbox, now.Team)
	if absent(err) != nil {
		return 0, err
	}
	if err != nil || !c.sameHours(own) { // a version of its own for what has changed
		c = now
		c.Timezone, c.Hours, c.Holidays = own.Timezone, own.Hours, own.Holidays
		if err := u.tx.Calendars().Add(u.ctx, c); err != nil {
			return 0, err
		}
	}
	return c.ID, nil
}

// botResolved tells a resolution that took no person: the inbox has a bot, and
// nobody has answered.
func (u *unit) botResolved(c *Conversation) bool {
	return c.FirstReplyAt.IsZero() && u.cfg.hasBot(c.Inbox)
}

// hasBot reports whether a bot belongs to the inbox.
func (c *config) hasBot(id InboxID) bool {
	return slices.ContainsFunc(c.inboxMembers[id], func(m AgentID) bool { return c.agents[m] != nil && c.agents[m].Bot })
}

func seconds(d time.Duration) int64 { return int64(d / time.Second) }
