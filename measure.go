package helpdesk

import (
	"reflect"
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
// Business is the part of Elapsed within the hours of the inbox, by the version
// Calendar of them. An inbox without hours is always open: there Business is
// Elapsed and Calendar is 0.

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
	box := u.cfg.inboxes[ev.After.Inbox]
	if box == nil || !box.HoursEnabled {
		return nil
	}
	c, err := u.calendar(box)
	if err != nil {
		return err
	}
	ev.Calendar = int64(c.ID)
	ev.Business = c.Seconds(ev.At.Add(-time.Duration(ev.Elapsed)*time.Second), ev.At)
	return nil
}

// calendar is the inbox's hours as they are now, under a version of their own.
func (u *unit) calendar(box *Inbox) (*Calendar, error) {
	c, err := u.tx.Calendars().Current(u.ctx, box.ID)
	if err == nil && c.Timezone == box.Timezone && reflect.DeepEqual(c.Hours, box.Hours) {
		return c, nil
	}
	if err := absent(err); err != nil {
		return nil, err
	}
	c = &Calendar{Account: box.Account, Inbox: box.ID, Timezone: box.Timezone, Hours: box.Hours, CreatedAt: u.now}
	return c, u.tx.Calendars().Add(u.ctx, c)
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
