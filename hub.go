package helpdesk

import (
	"context"
	"slices"
	"sync"
	"time"
)

// hub follows the logs of the accounts that have subscribers in this process.
// Each such account has one tail, which reads the log once, judges it for all
// who are live, and hands them what they may see.
type hub struct {
	e     *Engine
	turns chan struct{} // how many subscribers may read the log for themselves at once
	mu    sync.Mutex
	tails map[AccountID]*tail
}

// maxCatchUps bounds what subscribers that are behind ask of the database, so
// that a burst that leaves thousands behind does not starve everybody else.
const maxCatchUps = 8

func newHub(e *Engine) *hub {
	return &hub{e: e, turns: make(chan struct{}, maxCatchUps), tails: make(map[AccountID]*tail)}
}

// tail is the newest end of one account's log.
type tail struct {
	h       *hub
	account AccountID
	moved   chan struct{} // holds the word that the log moved
	left    chan struct{} // closed when the last subscriber left

	mu     sync.Mutex
	subs   map[*subscriber]struct{}
	head   LogHead
	pos    EventSeq // everything up to here was handed to those who are live
	recent []*Event // contiguous, the newest tailSize

	judged *config // the configuration by which the live were judged last; the reader's own
}

const tailSize = 2 * feedBatch

// wake tells an account's tail that the log moved.
func (h *hub) wake(account AccountID) {
	h.mu.Lock()
	t := h.tails[account]
	h.mu.Unlock()
	if t == nil {
		return
	}
	select {
	case t.moved <- struct{}{}:
	default: // it knows
	}
}

// turn waits for a place among those who catch up.
func (h *hub) turn(ctx context.Context) (release func(), err error) {
	select {
	case h.turns <- struct{}{}:
		return func() { <-h.turns }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// follow adds a subscriber to its account's tail, and starts the tail with the
// first.
func (h *hub) follow(ctx context.Context, s *subscriber) *tail {
	h.mu.Lock()
	defer h.mu.Unlock()
	account := s.d.actor.account
	t := h.tails[account]
	if t == nil {
		t = &tail{
			h: h, account: account, moved: make(chan struct{}, 1), left: make(chan struct{}), subs: make(map[*subscriber]struct{}),
			head: s.head, pos: s.head.Last,
		}
		h.tails[account] = t
		go t.run(context.WithoutCancel(ctx))
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.subs[s] = struct{}{}
	return t
}

// join makes a subscriber live that stands where the tail stands, or ahead of it.
func (t *tail) join(s *subscriber) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	s.live = !s.closed && s.at >= t.pos
	return s.live
}

// end closes a subscriber's channel. One that catches up is closed by its own
// goroutine alone, which may be sending.
func (t *tail) end(s *subscriber, own bool) {
	t.h.mu.Lock()
	defer t.h.mu.Unlock()
	t.mu.Lock()
	defer t.mu.Unlock()
	if !s.closed && (own || s.live) {
		t.close(s)
	}
}

// close is end under the locks. The last one out ends the tail.
func (t *tail) close(s *subscriber) {
	s.closed, s.live = true, false
	close(s.out)
	delete(t.subs, s)
	if len(t.subs) == 0 && t.h.tails[t.account] == t {
		delete(t.h.tails, t.account)
		close(t.left)
	}
}

// run hands on what happens until nobody listens. Without a word it looks once a
// second: another process may have written, and nobody told.
func (t *tail) run(ctx context.Context) {
	for {
		more, err := t.pass(ctx)
		if err != nil {
			t.h.e.opts.Logger.Error("reading the log", "account", t.account, "err", err)
		}
		if more {
			continue
		}
		select {
		case <-t.left:
			return
		case <-t.moved:
		case <-time.After(idlePoll):
		}
	}
}

// viewer is an actor without where they are from: one verdict serves all the
// subscribers of one.
type viewer struct {
	ref     ActorRef
	address ContactInboxID
}

// verdict is what one viewer gets of a pass.
type verdict struct {
	items []Item
	lost  bool // they have no business here any more
}

// pass reads what is new once, and hands each live subscriber their part.
func (t *tail) pass(ctx context.Context) (more bool, err error) {
	t.mu.Lock()
	from, viewers := t.pos, make(map[viewer]Actor)
	for s := range t.subs {
		if s.live {
			viewers[s.viewer()] = s.d.actor
		}
	}
	t.mu.Unlock()
	var events []*Event
	var verdicts map[viewer]verdict
	var cfg *config
	err = t.h.e.view(ctx, t.h.e.System(t.account), func(u *unit) (err error) {
		if events, err = u.tx.Events().Since(u.ctx, from, liveBatch); err != nil {
			return err
		}
		cfg, verdicts, u.parts = u.cfg, make(map[viewer]verdict, len(viewers)), make(map[ConversationID][]AgentID)
		if len(events) == 0 && cfg == t.judged {
			return nil
		}
		for v, actor := range viewers {
			if verdicts[v], err = u.judge(actor, events, t.head, cfg != t.judged); err != nil {
				return err
			}
		}
		return nil
	})
	if CodeOf(err) == NotFound { // the account is gone
		verdicts = make(map[viewer]verdict)
		for v := range viewers {
			verdicts[v] = verdict{lost: true}
		}
		t.hand(nil, verdicts)
		return false, nil
	}
	if err != nil {
		return false, err
	}
	t.judged = cfg
	t.hand(events, verdicts)
	return len(events) == liveBatch, nil
}

// other is a unit on the same snapshot for somebody else to be identified.
func (u *unit) other() *unit {
	return &unit{ctx: u.ctx, e: u.e, tx: u.tx, now: u.now, cfg: u.cfg, loaded: u.loaded, parts: u.parts}
}

func (s *subscriber) viewer() viewer { return viewer{s.d.actor.ref, s.d.actor.contact} }

// judge is what an actor gets to know of some events. A customer is looked up
// only when something may concern them, or the configuration moved.
func (u *unit) judge(actor Actor, events []*Event, head LogHead, moved bool) (verdict, error) {
	if actor.ref.Kind == ByContact && !moved && !slices.ContainsFunc(events, func(ev *Event) bool { return ev.concerns(actor) }) {
		return verdict{lost: u.cfg.account.Suspended}, nil
	}
	own := u.other()
	if err := own.become(actor); err != nil {
		if CodeOf(err) == Unauthenticated {
			return verdict{lost: true}, nil
		}
		return verdict{}, err
	}
	items, err := own.feedItems(events, head)
	return verdict{items: items}, err
}

// concerns reports whether a customer may have to do with an event.
func (ev *Event) concerns(customer Actor) bool {
	return ev.Contact == ContactID(customer.ref.ID) || ev.Kind == ContactMerged && ev.Subject == customer.ref.ID ||
		ev.Before.ContactInbox == customer.contact || ev.After.ContactInbox == customer.contact
}

// hand gives the live their items. Whoever has no room for one is behind from
// here on.
func (t *tail) hand(events []*Event, verdicts map[viewer]verdict) {
	t.h.mu.Lock()
	defer t.h.mu.Unlock()
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(events) > 0 {
		t.keep(events)
		t.pos = events[len(events)-1].Seq
	}
	for s := range t.subs {
		got, known := verdicts[s.viewer()]
		switch {
		case !s.live:
		case got.lost:
			t.close(s)
		case known && s.take(got.items):
			s.at = max(s.at, t.pos)
		case s.at < t.pos: // no room, or it came while the log was read
			s.live = false
			go s.catchUp()
		}
	}
}

// take puts items into the subscriber's channel, from where it stands on; false
// when it is full.
func (s *subscriber) take(items []Item) bool {
	for _, item := range items {
		if item.Event.Seq <= s.at {
			continue
		}
		select {
		case s.out <- item:
			s.at = item.Event.Seq
		default:
			return false
		}
	}
	return true
}

// since returns events after a position for one who catches up: from what is
// kept, or from the log.
func (t *tail) since(u *unit, after EventSeq) ([]*Event, error) {
	if kept := t.kept(after); len(kept) > 0 {
		return kept, nil
	}
	return u.tx.Events().Since(u.ctx, after, feedBatch)
}

func (t *tail) kept(after EventSeq) []*Event {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.recent) == 0 || t.recent[0].Seq > after+1 {
		return nil
	}
	i := int(after + 1 - t.recent[0].Seq)
	if i >= len(t.recent) {
		return nil
	}
	return slices.Clone(t.recent[i:min(i+feedBatch, len(t.recent))])
}

// keep remembers events that follow directly on what is kept.
func (t *tail) keep(events []*Event) {
	t.recent = append(t.recent, events...)
	if over := len(t.recent) - tailSize; over > 0 {
		t.recent = slices.Clone(t.recent[over:])
	}
}
