package helpdesk

import (
	"encoding/json"
	"slices"
	"time"
)

// moment is when a rule would have been asked, and what it would have been asked
// about.
type moment struct {
	at    int // how many of the history's events had happened
	on    trigger
	facts ConversationFacts

	active  sometime // the conversation's latest message
	waiting sometime // since when the customer waited
	touched sometime // the contact's latest message
}

// sometime is a time that may be unknown.
type sometime struct {
	at    time.Time
	known bool
}

// moments are when a rule would have been asked, in order. last says that it would
// have stood behind all others.
func (h *history) moments(u *unit, r *Rule, last bool) []moment {
	before := func(id RuleID) bool {
		i := slices.IndexFunc(u.cfg.rules[r.Event], func(o *liveRule) bool { return o.ID == id })
		return last || i < 0 || u.cfg.rules[r.Event][i].Position <= r.Position
	}
	var out []moment
	for begin := 0; begin < len(h.events); {
		end := h.groupEnd(begin)
		for _, list := range h.triggers(u, h.events[begin:end]) {
			for i, t := range list {
				if t.ev.Kind != r.Event {
					continue
				}
				if at, asked := h.place(end, list[:i], t, before); asked {
					out = append(out, moment{at: at, on: t})
				}
			}
		}
		begin = end
	}
	slices.SortStableFunc(out, func(a, b moment) int { return a.at - b.at })
	return out
}

// groupEnd is where the events end that rules were asked about together with the
// one at begin.
func (h *history) groupEnd(begin int) int {
	rest := h.events[begin+1:]
	if i := slices.IndexFunc(rest, func(ev *Event) bool { return ev.Opens }); i >= 0 {
		return begin + 1 + i
	}
	return len(h.events)
}

// triggers are what rules were asked about a group of events, by conversation, as
// runRules gathers them.
func (h *history) triggers(u *unit, group []*Event) [][]trigger {
	var out [][]trigger
	at := map[ConversationID]int{}
	for _, ev := range group {
		if !slices.Contains(RuleEvents(), ev.Kind) {
			continue
		}
		hap := happening{ev, h.convs[ev.Conversation], nil}
		if hap.c == nil {
			hap.c = &Conversation{ID: ev.Conversation}
		}
		if ev.Kind == MessageCreated {
			if hap.m = h.messages[ev.Message]; hap.m == nil {
				hap.m = &Message{ID: ev.Message, Kind: ev.MessageKind, Private: ev.Private}
			}
		}
		if !u.firesRules(hap) {
			continue
		}
		i, known := at[ev.Conversation]
		if !known {
			i = len(out)
			at[ev.Conversation], out = i, append(out, nil)
		}
		out[i] = addTrigger(out[i], hap)
	}
	return out
}

// place is after how many events the rule would have been asked about t: behind
// what the rules did that ran before it, which is told right behind the group. One
// of those may have kept it from being asked.
func (h *history) place(end int, earlier []trigger, t trigger, before func(RuleID) bool) (at int, asked bool) {
	at = end
	if end == len(h.events) {
		return at, true
	}
	for i, ev := range h.events[end:h.groupEnd(end)] {
		if ev.Kind != RuleRan || ev.Conversation != t.ev.Conversation {
			continue
		}
		var on EventKind
		var did []string
		if json.Unmarshal(ev.Details["event"].After, &on) != nil || json.Unmarshal(ev.Details["actions"].After, &did) != nil {
			continue
		}
		same := on == t.ev.Kind && ev.Message == t.ev.Message
		first := slices.ContainsFunc(earlier, func(o trigger) bool { return on == o.ev.Kind && ev.Message == o.ev.Message })
		if !first && !(same && before(RuleID(ev.Subject))) {
			continue
		}
		if same && slices.Contains(did, string(DoCancel)) {
			return 0, false
		}
		at = end + i + 1
	}
	return at, true
}

// clocks sets what of the moments moves with time: the facts, and who was last
// active when. What happened before the history, and changed in it, is unknown.
func (h *history) clocks(moments []moment) {
	active, waiting, touched := map[ConversationID]sometime{}, map[ConversationID]sometime{}, map[ContactID]sometime{}
	for id, c := range h.convs {
		active[id], waiting[id] = sometime{c.LastActivity, true}, sometime{c.WaitingSince, true}
	}
	for id, c := range h.contacts {
		touched[id] = sometime{c.LastActivityAt, true}
	}
	type told struct {
		id ConversationID
		at time.Time
	}
	// Activity lines are written behind the rules. What somebody did counts before
	// them, and what a rule did once that had run.
	lines := map[told][]ActorRef{}
	ran := map[told][]ActorRef{}
	for _, ev := range h.events {
		if ev.Kind == MessageCreated && ev.MessageKind == Activity {
			key := told{ev.Conversation, ev.At}
			lines[key] = append(lines[key], ev.Actor)
		}
		if stirs(ev) {
			active[ev.Conversation] = sometime{}
		}
		if _, is := wait(ev, sometime{}); is {
			waiting[ev.Conversation] = sometime{}
		}
		if touches(ev) {
			touched[ev.Contact] = sometime{}
		}
	}
	facts := map[ConversationID]ConversationFacts{}
	for i, ev := range h.events {
		if ev.Conversation != 0 && ev.After != (ConversationFacts{}) {
			facts[ev.Conversation] = ev.After
		}
		if stirs(ev) {
			active[ev.Conversation] = sometime{ev.At, true}
		}
		if now, is := wait(ev, waiting[ev.Conversation]); is {
			waiting[ev.Conversation] = now
		}
		switch {
		case touches(ev):
			touched[ev.Contact] = sometime{ev.At, true}
		case ev.Kind == ContactCreated:
			touched[ev.Contact] = sometime{known: true} // nobody wrote yet
		}
		if ev.Kind == RuleRan {
			key := told{ev.Conversation, ev.At}
			ran[key] = append(ran[key], ActorRef{ByRule, ev.Subject})
		}
		for len(moments) > 0 && moments[0].at == i+1 {
			m := &moments[0]
			id := m.on.ev.Conversation
			m.facts, m.active, m.waiting, m.touched = facts[id], active[id], waiting[id], touched[m.on.ev.Contact]
			key := told{id, m.on.ev.At}
			if slices.ContainsFunc(lines[key], func(a ActorRef) bool { return a.Kind != ByRule || slices.Contains(ran[key], a) }) {
				m.active = sometime{m.on.ev.At, true}
			}
			moments = moments[1:]
		}
	}
}

// stirs reports whether an event is an activity of its conversation.
func stirs(ev *Event) bool { return ev.Kind == MessageCreated || ev.Kind == ConversationCreated }

// touches reports whether an event is an activity of its contact.
func touches(ev *Event) bool {
	return ev.Kind == MessageCreated && ev.MessageKind == Incoming
}

// wait is since when a customer waits after an event, and whether the event has to
// do with it; see appendIncoming and endWait.
func wait(ev *Event, before sometime) (after sometime, is bool) {
	none := sometime{known: true}
	switch {
	case ev.Kind == ConversationCreated && ev.After.Status != Resolved:
		return sometime{ev.At, true}, true
	case ev.Kind == ConversationCreated, ev.Kind == ConversationResolved, ev.Kind == FirstReply, ev.Kind == ReplyCreated:
		return none, true
	case ev.Kind != MessageCreated || ev.Private:
		return before, false
	case ev.MessageKind == Outgoing && ev.Actor.Kind == ByBot:
		return none, true
	case ev.MessageKind == Incoming && ev.After.Status != Resolved:
		if before.known && before.at.IsZero() {
			return sometime{ev.At, true}, true
		}
		return before, true
	}
	return before, false
}
