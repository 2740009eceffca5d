package helpdesk

import (
	"context"
	"encoding/base64"
	"fmt"
	"slices"
	"sync"
	"time"
)

// Cursor is a position in an account's feed. It is opaque: keep it, and give it
// back to continue exactly there.
type Cursor string

func makeCursor(account AccountID, h LogHead, at EventSeq) Cursor {
	return Cursor(base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "%d.%d.%d", account, h.Epoch, at)))
}

func (c Cursor) parse() (account AccountID, epoch int64, at EventSeq, ok bool) {
	raw, err := base64.RawURLEncoding.DecodeString(string(c))
	if err != nil {
		return 0, 0, 0, false
	}
	if _, err := fmt.Sscanf(string(raw), "%d.%d.%d", &account, &epoch, &at); err != nil {
		return 0, 0, 0, false
	}
	return account, epoch, at, makeCursor(account, LogHead{Epoch: epoch}, at) == c
}

// cursor is where the log stands in this snapshot.
func (u *unit) cursor() (Cursor, error) {
	h, err := u.tx.Events().Head(u.ctx)
	return makeCursor(u.actor.account, h, h.Last), err
}

// FeedKind says what an Item of a feed is.
type FeedKind string

const (
	FeedEvent  FeedKind = "event"  // something happened that the viewer may see
	FeedGone   FeedKind = "gone"   // a conversation the viewer saw is out of their sight now; Event says which
	FeedViewer FeedKind = "viewer" // what the viewer may see changed as a whole: read lists afresh
	FeedReset  FeedKind = "reset"  // the cursor is too old, from another log, or from the future: read everything afresh
)

// Item is one thing a feed tells.
type Item struct {
	Kind   FeedKind
	Cursor Cursor // continue after this item
	Event  *Event // nil for FeedReset
	// New says that the viewer may not have seen the conversation before: fetch
	// the whole of it. What is in a feed goes by what the viewer may see when it
	// is read, so that ahead of a FeedViewer item an event may name a conversation
	// a client does not know, without New: take it as new.
	New bool
}

// Subscribe follows what the actor may see, from after a cursor on; "" starts
// now. The channel closes when ctx ends or the actor loses the account. A reader
// that is slow falls behind and catches up from the log: nothing is dropped.
//
// The feed is what committed, in the order it committed. Typing and presence of
// customers are not in it.
func (d *Desk) Subscribe(ctx context.Context, after Cursor) (<-chan Item, error) {
	var head LogHead
	err := d.view(ctx, func(u *unit) (err error) {
		head, err = u.tx.Events().Head(u.ctx)
		return err
	})
	if err != nil {
		return nil, err
	}
	s := &subscriber{d: d, head: head, at: head.Last, out: make(chan Item, 16)}
	reset := false
	if after != "" {
		account, epoch, at, ok := after.parse()
		if reset = !ok || account != d.actor.account || epoch != head.Epoch || at > head.Last || at < head.Oldest; !reset {
			s.at = at
		}
	}
	go s.run(ctx, reset)
	return s.out, nil
}

type subscriber struct {
	d    *Desk
	head LogHead
	at   EventSeq
	out  chan Item
}

func (s *subscriber) run(ctx context.Context, reset bool) {
	defer close(s.out)
	wake, done := s.d.e.hub.follow(ctx, s.d.actor.account)
	defer done()
	if reset && !s.send(ctx, Item{Kind: FeedReset, Cursor: makeCursor(s.d.actor.account, s.head, s.at)}) {
		return
	}
	for {
		var again <-chan time.Time // after a failure, without waiting for the log to move
		more, err := s.pump(ctx)
		if err != nil {
			if code := CodeOf(err); code == Unauthenticated || code == NotFound || ctx.Err() != nil {
				return
			}
			s.d.e.opts.Logger.Error("reading the feed", "account", s.d.actor.account, "err", err)
			again = time.After(idlePoll)
		}
		if more {
			continue
		}
		select {
		case <-ctx.Done():
			return
		case <-wake():
		case <-again:
		}
	}
}

// feedBatch is how many events a subscriber reads at once.
const feedBatch = 200

// pump sends what happened since the last call; more says that there is more.
func (s *subscriber) pump(ctx context.Context) (more bool, err error) {
	var items []Item
	var next EventSeq
	err = s.d.view(ctx, func(u *unit) error {
		items, next = nil, s.at
		events, err := s.d.e.hub.since(u, s.at)
		if err != nil {
			return err
		}
		more = len(events) == feedBatch
		for _, ev := range events {
			next = ev.Seq
			item, ok, err := u.feedItem(ev)
			if err != nil {
				return err
			}
			if ok {
				item.Cursor = makeCursor(u.actor.account, s.head, ev.Seq)
				items = append(items, item)
			}
		}
		return nil
	})
	if err != nil {
		return false, err
	}
	for _, item := range items {
		if !s.send(ctx, item) {
			return false, ctx.Err()
		}
	}
	s.at = next
	return more, nil
}

func (s *subscriber) send(ctx context.Context, item Item) bool {
	select {
	case s.out <- item:
		return true
	case <-ctx.Done():
		return false
	}
}

// Feed reads up to 200 items after a cursor at once, for clients that poll. The
// second result continues there. A cursor that cannot be continued from answers
// one FeedReset.
func (d *Desk) Feed(ctx context.Context, after Cursor) (items []Item, next Cursor, err error) {
	err = d.view(ctx, func(u *unit) error {
		items = []Item{}
		head, err := u.tx.Events().Head(u.ctx)
		if err != nil {
			return err
		}
		account, epoch, at, ok := after.parse()
		if !ok || account != u.actor.account || epoch != head.Epoch || at > head.Last || at < head.Oldest {
			next = makeCursor(u.actor.account, head, head.Last)
			items = append(items, Item{Kind: FeedReset, Cursor: next})
			return nil
		}
		events, err := u.tx.Events().Since(u.ctx, at, feedBatch)
		if err != nil {
			return err
		}
		next = makeCursor(u.actor.account, head, at)
		for _, ev := range events {
			next = makeCursor(u.actor.account, head, ev.Seq)
			item, ok, err := u.feedItem(ev)
			if err != nil {
				return err
			}
			if ok {
				item.Cursor = next
				items = append(items, item)
			}
		}
		return nil
	})
	return items, next, err
}

// feedItem is what the unit's actor gets to know of an event, if anything.
func (u *unit) feedItem(ev *Event) (Item, bool, error) {
	item := Item{Kind: FeedEvent, Event: ev}
	switch {
	case ev.Kind == ViewerChanged:
		item.Kind = FeedViewer
		return item, u.self != nil && AgentID(ev.Subject) == u.self.ID, nil
	case ev.Agent != 0 && (u.self == nil || ev.Agent != u.self.ID):
		return item, false, nil
	case ev.Conversation == 0:
		return item, u.feedsAccount(ev), nil
	case u.actor.ref.Kind == ByContact && (ev.Private || ev.MessageKind == Activity):
		return item, false, nil
	}
	scope, part := u.scope(), false
	if scope.Part {
		who, err := u.tx.Participants().Of(u.ctx, ev.Conversation)
		if err != nil {
			return item, false, err
		}
		part = slices.Contains(who, scope.Agent)
	}
	if ev.Kind == ConversationDeleted {
		part = scope.Part // who took part is gone with it
	}
	sees := ev.After.Inbox != 0 && scope.Sees(ev.After, ev.Contact, part)
	saw := ev.Before.Inbox != 0 && scope.Sees(ev.Before, ev.Contact, part)
	switch {
	case sees:
		// Who takes part is known as of now, not as of the event: a conversation
		// seen for that alone may be new.
		if item.New = !saw || !scope.Sees(ev.Before, ev.Contact, false); u.actor.ref.Kind == ByContact {
			item.Event = copied(ev)
			item.Event.Details = nil // labels, owners, attributes: for agents
		}
		return item, true, nil
	case saw:
		return Item{Kind: FeedGone, Event: &Event{Account: ev.Account, Seq: ev.Seq, Kind: ev.Kind, At: ev.At, Conversation: ev.Conversation}}, true, nil
	}
	return item, false, nil
}

// feedsAccount reports whether the actor hears of an event that concerns no
// conversation.
func (u *unit) feedsAccount(ev *Event) bool {
	switch ev.Kind {
	case NotificationCreated, NotificationUpdated, NotificationDeleted:
		return u.self != nil
	case ContactCreated, ContactUpdated, ContactDeleted, ContactMerged:
		if u.actor.ref.Kind == ByContact {
			return ev.Contact == ContactID(u.actor.ref.ID)
		}
		return u.may(ReadContacts) == nil
	case InboxCreated, InboxUpdated, InboxDeleted:
		return u.mayInbox(InboxID(ev.Subject)) == nil
	default:
		return u.actor.ref.Kind != ByContact && u.may(ReadSettings) == nil
	}
}

// hub wakes subscribers and keeps each followed account's latest events, so that
// many subscribers read the log once.
type hub struct {
	e     *Engine
	mu    sync.Mutex
	tails map[AccountID]*tail
}

type tail struct {
	followers int
	moved     chan struct{} // closed at the next wake
	left      chan struct{} // closed when the last follower left
	recent    []*Event      // contiguous, the newest tailSize
}

const tailSize = 2 * feedBatch

func newHub(e *Engine) *hub { return &hub{e: e, tails: make(map[AccountID]*tail)} }

// wake tells the account's followers that the log moved.
func (h *hub) wake(account AccountID) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if t := h.tails[account]; t != nil {
		close(t.moved)
		t.moved = make(chan struct{})
	}
}

// follow registers a follower. wake returns a channel that closes when the log
// has moved since the previous call of wake.
func (h *hub) follow(ctx context.Context, account AccountID) (wake func() <-chan struct{}, done func()) {
	h.mu.Lock()
	defer h.mu.Unlock()
	t := h.tails[account]
	if t == nil {
		t = &tail{moved: make(chan struct{}), left: make(chan struct{})}
		h.tails[account] = t
		go h.poll(context.WithoutCancel(ctx), account, t.left)
	}
	t.followers++
	next := t.moved
	wake = func() <-chan struct{} {
		now := next
		h.mu.Lock()
		next = t.moved
		h.mu.Unlock()
		return now
	}
	done = func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		if t.followers--; t.followers == 0 && h.tails[account] == t {
			delete(h.tails, account)
			close(t.left)
		}
	}
	return wake, done
}

// poll finds what other processes wrote and nobody told of: one look a second
// for each followed account, however many follow it.
func (h *hub) poll(ctx context.Context, account AccountID, left <-chan struct{}) {
	var last EventSeq
	for {
		select {
		case <-left:
			return
		case <-time.After(idlePoll):
		}
		err := h.e.store.View(ctx, account, func(ctx context.Context, tx Tx) error {
			head, err := tx.Events().Head(ctx)
			if err == nil && head.Last != last {
				last = head.Last
				h.wake(account)
			}
			return err
		})
		if err != nil {
			h.e.opts.Logger.Error("polling the log", "account", account, "err", err)
		}
	}
}

// since returns events after a position: from what is kept, or from the log.
func (h *hub) since(u *unit, after EventSeq) ([]*Event, error) {
	if kept := h.kept(u.actor.account, after); len(kept) > 0 {
		return kept, nil
	}
	events, err := u.tx.Events().Since(u.ctx, after, feedBatch)
	if err == nil {
		h.keep(u.actor.account, events)
	}
	return events, err
}

func (h *hub) kept(account AccountID, after EventSeq) []*Event {
	h.mu.Lock()
	defer h.mu.Unlock()
	t := h.tails[account]
	if t == nil || len(t.recent) == 0 || t.recent[0].Seq > after+1 {
		return nil
	}
	i := int(after + 1 - t.recent[0].Seq)
	if i >= len(t.recent) {
		return nil
	}
	return slices.Clone(t.recent[i:min(i+feedBatch, len(t.recent))])
}

// keep appends events that follow directly on what is kept.
func (h *hub) keep(account AccountID, events []*Event) {
	if len(events) == 0 {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	t := h.tails[account]
	if t == nil {
		return
	}
	switch {
	case len(t.recent) == 0 || events[0].Seq > t.recent[len(t.recent)-1].Seq+1:
		t.recent = slices.Clone(events)
	case events[len(events)-1].Seq > t.recent[len(t.recent)-1].Seq:
		skip := int(t.recent[len(t.recent)-1].Seq + 1 - events[0].Seq)
		t.recent = append(t.recent, events[max(skip, 0):]...)
	}
	if over := len(t.recent) - tailSize; over > 0 {
		t.recent = slices.Clone(t.recent[over:])
	}
}
