package helpdesk

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"
)

// How history is asked
//
// The log tells what happened, in order, and what each thing that changed was
// before. So the desk as it was at any moment is the desk as it is now, with what
// happened since taken back. A dry run walks the log twice: forward, for the
// moments at which the rule would have been asked and for what moves with time
// alone; and backward, taking changes back, to ask it at each of them.

// DryRun says what of the recorded history a rule is asked about.
type DryRun struct {
	Since  time.Time // zero = as far back as the log goes
	Misses bool      // tell also of the times when the conditions did not hold
	Limit  int       // of Trials; 0 = 100, at most 1,000
}

// RuleForecast is what a rule would have done.
type RuleForecast struct {
	Since   time.Time // from when on the rule was asked; zero = nothing is recorded
	Asked   int       // how often the rule would have been asked
	Held    int       // how often it would have run
	Unknown int       // how often nobody can tell: what it asks about is gone
	Trials  []RuleTrial
}

// Bounds of a dry run.
const (
	maxHistory        = 20_000 // events
	maxHistoryTrials  = 1_000
	someHistoryTrials = 100
)

// DryRun asks what a rule would be made of at every moment since when it would
// have been asked, and tells what it would have come to, the newest first. It
// writes nothing. The input needs the event, and conditions or an expression; its
// Position says which rules, of those that ran, would have run before it.
//
// The answer is exact as far as the log is: it reads the newest 20,000 events, and
// none from before the feed's window (30 days), where the log keeps no values. What
// other rules did is part of the history, and so is what this one did if it was at
// work. What cannot be known any more is not guessed: the trial's Fault says why.
func (s Rules) DryRun(ctx context.Context, in RuleInput, how DryRun) (*RuleForecast, error) {
	return read(ctx, s.d, func(u *unit) (*RuleForecast, error) {
		if err := u.may(EditSettings); err != nil {
			return nil, err
		}
		p := problems{}
		p.add(how.Limit < 0 || how.Limit > maxHistoryTrials, "limit", "must be 0 to 1000")
		p.add(slices.Contains(SilenceEvents(), in.Event), "event_name", "is silence, which no record tells of: it can be tried on conversations")
		r, err := u.trialRule(p, in)
		if err != nil {
			return nil, err
		}
		if how.Limit == 0 {
			how.Limit = someHistoryTrials
		}
		h, err := u.history()
		if err != nil {
			return nil, err
		}
		if err := h.load(u); err != nil {
			return nil, err
		}
		return h.ask(u, r, in.Position == nil, how)
	})
}

// history is a stretch of the log, and the desk after it.
type history struct {
	events   []*Event
	convs    map[ConversationID]*Conversation
	contacts map[ContactID]*Contact
	messages map[MessageID]*Message
	lost     map[ConversationID]string // why a conversation cannot be known, from where the walk is backward
	strange  map[ContactID]string      // likewise a contact
	labels   map[ConversationID][]string
	tags     map[ContactID][]string
}

// history reads the newest events, oldest first.
func (u *unit) history() (*history, error) {
	head, err := u.tx.Events().Head(u.ctx)
	if err != nil {
		return nil, err
	}
	h := &history{}
	for at := max(head.Oldest, head.Last-maxHistory); at < head.Last; {
		page, err := u.tx.Events().Since(u.ctx, at, MaxPage)
		if err != nil || len(page) == 0 {
			return h, err
		}
		h.events = append(h.events, page...)
		at = page[len(page)-1].Seq
	}
	// The rest of a group of which the beginning is not there tells half a story.
	if i := slices.IndexFunc(h.events, func(ev *Event) bool { return ev.Opens }); i > 0 {
		h.events = h.events[i:]
	}
	return h, nil
}

// load reads what the events are about, as it is now.
func (h *history) load(u *unit) error {
	var err error
	h.lost, h.strange = map[ConversationID]string{}, map[ContactID]string{}
	h.labels, h.tags = map[ConversationID][]string{}, map[ContactID][]string{}
	h.convs, err = byIDs(h.events, func(ev *Event) ConversationID { return ev.Conversation }, func(ids []ConversationID) ([]*Conversation, error) {
		return u.tx.Conversations().List(u.ctx, ConversationFilter{IDs: ids}, Page{Limit: MaxPage})
	}, func(c *Conversation) ConversationID { return c.ID })
	if err != nil {
		return err
	}
	contact := func(ev *Event) ContactID {
		if c := h.convs[ev.Conversation]; c != nil {
			return c.Contact
		}
		return ev.Contact
	}
	h.contacts, err = byIDs(h.events, contact, func(ids []ContactID) ([]*Contact, error) {
		return u.tx.Contacts().List(u.ctx, ContactFilter{IDs: ids}, Page{Limit: MaxPage})
	}, func(c *Contact) ContactID { return c.ID })
	if err != nil {
		return err
	}
	said := func(ev *Event) MessageID {
		if ev.Kind != MessageCreated {
			return 0
		}
		return ev.Message
	}
	h.messages, err = byIDs(h.events, said, func(ids []MessageID) ([]*Message, error) {
		return u.tx.Messages().List(u.ctx, MessageFilter{IDs: ids}, Page{Limit: MaxPage})
	}, func(m *Message) MessageID { return m.ID })
	for id, c := range h.convs {
		h.labels[id] = u.cfg.labelTitles(c.Labels)
	}
	for id, c := range h.contacts {
		h.tags[id] = u.cfg.labelTitles(c.Labels)
	}
	return err
}

// byIDs reads what events name, a page of ids at a time.
func byIDs[ID ~int64, T any](events []*Event, of func(*Event) ID, list func([]ID) ([]*T, error), id func(*T) ID) (map[ID]*T, error) {
	out := map[ID]*T{}
	var ids []ID
	for _, ev := range events {
		if id := of(ev); id != 0 {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	for page := range slices.Chunk(slices.Compact(ids), MaxPage) {
		rows, err := list(page)
		if err != nil {
			return nil, err
		}
		for _, row := range rows {
			out[id(row)] = row
		}
	}
	return out, nil
}

// ask walks the history with a rule.
func (h *history) ask(u *unit, r *Rule, last bool, how DryRun) (*RuleForecast, error) {
	out := &RuleForecast{}
	if len(h.events) == 0 {
		return out, nil
	}
	if out.Since = h.events[0].At; how.Since.After(out.Since) {
		out.Since = how.Since
	}
	moments := slices.DeleteFunc(h.moments(u, r, last), func(m moment) bool { return m.on.ev.At.Before(out.Since) })
	h.clocks(moments)
	source := r.Expression
	if source == "" {
		var err error
		if source, err = u.ruleSource(r); err != nil {
			return nil, err
		}
	}
	now := u.now
	defer func() { u.now = now }()
	for i := len(h.events); i > 0; i-- {
		for len(moments) > 0 && moments[len(moments)-1].at == i {
			m := moments[len(moments)-1]
			moments = moments[:len(moments)-1]
			t := h.try(u, r, source, m)
			out.add(t, how)
		}
		h.takeBack(h.events[i-1])
	}
	return out, nil
}

// add counts a trial, and keeps it when it is asked for.
func (f *RuleForecast) add(t RuleTrial, how DryRun) {
	f.Asked++
	switch {
	case t.Fault != "":
		f.Unknown++
	case t.Holds:
		f.Held++
	case !how.Misses:
		return
	}
	if len(f.Trials) < how.Limit {
		f.Trials = append(f.Trials, t)
	}
}

// try asks the rule at a moment that the walk backward has reached.
func (h *history) try(u *unit, r *Rule, source string, m moment) RuleTrial {
	out := RuleTrial{At: m.on.ev.At, Event: m.on.ev.Seq, Message: m.on.ev.Message}
	now := h.convs[m.on.ev.Conversation]
	if now == nil {
		out.Fault = "the conversation was deleted since"
		return out
	}
	out.Conversation = now.Display
	contact := h.contacts[now.Contact]
	if out.Fault = h.gone(source, m, contact); out.Fault != "" {
		return out
	}
	c, who := *now, *contact
	f := m.facts
	c.Inbox, c.Status, c.Priority, c.Assignee, c.AssigneeBot, c.Team = f.Inbox, f.Status, f.Priority, f.Assignee, f.Bot, f.Team
	c.LastActivity, c.WaitingSince, c.Muted = m.active.at, m.waiting.at, who.Blocked
	who.LastActivityAt = m.touched.at
	u.now = m.on.ev.At
	env := u.ruleEnvOf(&c, &who, m.on)
	env.Conversation.Labels, env.Contact.Labels = h.labels[c.ID], h.tags[who.ID]
	u.weigh(r, env, &out)
	return out
}

// gone is why nobody can tell any more what the rule asks; "" = everything is known.
func (h *history) gone(source string, m moment, contact *Contact) string {
	asks := func(word string) bool { return strings.Contains(source, word) }
	c := h.convs[m.on.ev.Conversation]
	switch {
	case contact == nil:
		return "the contact was deleted since"
	case h.lost[c.ID] != "":
		return h.lost[c.ID]
	case h.strange[contact.ID] != "":
		return h.strange[contact.ID]
	case m.on.m != nil && asks("message.") && h.messages[m.on.m.ID] == nil, m.on.m != nil && asks("content") && m.on.m.ContentAttrs["deleted"] == true:
		return "the message was deleted since"
	case asks("last_activity") && !(m.active.known && m.touched.known):
		return "the log does not reach back to what was active last"
	case asks("waiting_since") && !m.waiting.known:
		return "the log does not reach back to since when the customer waited"
	}
	return ""
}

// takeBack makes the desk what it was before an event.
func (h *history) takeBack(ev *Event) {
	switch ev.Kind { //nolint:exhaustive // the others change nothing that a rule sees, or nothing but facts
	case ConversationContact:
		h.lost[ev.Conversation] = "its contact became part of another since"
	case ContactMerged:
		h.strange[ev.Contact] = "another contact became part of the contact since"
	case ContactSplit:
		h.strange[ev.Contact] = "what had become part of the contact was taken from it since"
		h.strange[ContactID(ev.Subject)] = "the contact was part of another"
	case ConversationUpdated:
		if c := h.convs[ev.Conversation]; c != nil {
			backIn(ev, "labels", h.labels, c.ID)
			back(ev, "custom_attributes", &c.Attributes)
			back(ev, "sla_policy_id", &c.SLA)
			spoke := c.Language()
			back(ev, conversationLanguage, &spoke)
			c.Extra = merge(c.Extra, map[string]any{conversationLanguage: spoke})
		}
	case ContactUpdated:
		c := h.contacts[ev.Contact]
		if c == nil {
			return
		}
		for field, value := range map[string]*string{
			"name": &c.Name, "email": &c.Email, "phone_number": &c.Phone, "identifier": &c.Identifier,
			"company": &c.Company, "city": &c.City, "country": &c.Country,
		} {
			back(ev, field, value)
		}
		back(ev, "blocked", &c.Blocked)
		back(ev, "custom_attributes", &c.Attributes)
		backIn(ev, "labels", h.tags, c.ID)
	}
}

// back sets a value to what it was before an event, when the event changed it.
func back[T any](ev *Event, field string, value *T) {
	ch, ok := ev.Details[field]
	if !ok {
		return
	}
	var was T
	if json.Unmarshal(ch.Before, &was) == nil {
		*value = was
	}
}

// backIn is back for a value in a map.
func backIn[K comparable, T any](ev *Event, field string, values map[K]T, key K) {
	value := values[key]
	back(ev, field, &value)
	values[key] = value
}
