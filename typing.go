package helpdesk

import (
	"context"
	"slices"
)

// Typing tells that the actor is writing in a conversation, or stopped. It is
// best effort: told once, to endpoints and to whoever follows the feed in this
// process and sees the conversation, and never stored. Who types is not told,
// and of a note customers are not.
func (s Conversations) Typing(ctx context.Context, id ConversationID, on, private bool) error {
	var hooks []*Webhook
	var ev *Event
	var verdicts map[viewer]verdict
	var told *Conversation // whose customer's client shows that somebody writes
	err := s.d.view(ctx, func(u *unit) error {
		c, err := u.tx.Conversations().Get(u.ctx, id)
		if err != nil {
			return err
		}
		if err := u.mayConversation(TypeConversation, c); err != nil {
			return err
		}
		hooks = slices.DeleteFunc(slices.Clone(u.cfg.webhooks), func(w *Webhook) bool { return !w.wantsTyping(c, on) })
		if !private && s.d.actor.ref.Kind == ByAgent && u.signals(c.Inbox, typingSignal(on)) {
			told = c
		}
		ev = u.typing(c, on, private)
		verdicts, err = u.tellTyping(ev)
		return err
	})
	if err != nil {
		return err
	}
	if len(verdicts) > 0 {
		s.d.e.hub.tell(s.d.actor.account, verdicts)
	}
	if told != nil {
		err := s.d.e.update(ctx, s.d.e.System(s.d.actor.account), func(u *unit) error { u.signal(told, typingSignal(on)); return nil })
		if err != nil {
			return err
		}
	}
	if len(hooks) > 0 {
		s.d.e.typing(context.WithoutCancel(ctx), s.d.actor, hooks, Typing{Conversation: id, By: s.d.actor.ref, On: on, Private: private})
	}
	return nil
}

// typing is what happened, as an event that no log holds.
func (u *unit) typing(c *Conversation, on, private bool) *Event {
	kind := TypingOff
	if on {
		kind = TypingOn
	}
	return &Event{
		Account: u.actor.account, Kind: kind, At: u.now, Actor: u.actor.ref, Conversation: c.ID, Contact: c.Contact,
		Before: c.facts(), After: c.facts(), Private: private,
	}
}

// tellTyping says which viewers get to know of typing.
func (u *unit) tellTyping(ev *Event) (map[viewer]verdict, error) {
	out := make(map[viewer]verdict)
	u.parts = make(map[ConversationID][]AgentID)
	for v, actor := range u.e.hub.viewers(u.actor.account) {
		if v.ref == ev.Actor || v.ref.Kind == ByContact && !ev.concerns(actor) {
			continue
		}
		own := u.other()
		if err := own.become(actor); err != nil {
			continue // the feed finds out by itself
		}
		item, ok, err := own.feedItem(ev)
		if err != nil {
			return nil, err
		}
		if item.Kind = FeedTyping; ok {
			out[v] = verdict{items: []Item{item}}
		}
	}
	return out, nil
}

// viewers are who follows an account in this process.
func (h *hub) viewers(account AccountID) map[viewer]Actor {
	h.mu.Lock()
	t := h.tails[account]
	h.mu.Unlock()
	out := make(map[viewer]Actor)
	if t == nil {
		return out
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	for s := range t.subs {
		out[s.viewer()] = s.d.actor
	}
	return out
}

// tell gives live subscribers an item that no log holds; who has no room for it
// does without.
func (h *hub) tell(account AccountID, verdicts map[viewer]verdict) {
	h.mu.Lock()
	t := h.tails[account]
	h.mu.Unlock()
	if t == nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	for s := range t.subs {
		for _, item := range verdicts[s.viewer()].items {
			if !s.live {
				continue
			}
			select {
			case s.out <- item:
			default:
			}
		}
	}
}
