package helpdesk

import (
	"context"
	"time"
)

// Cursor is where the actor's feed stands now: Subscribe and Feed continue with
// what happens after.
func (d *Desk) Cursor(ctx context.Context) (Cursor, error) {
	return read(ctx, d, (*unit).cursor)
}

// Subscribe follows what the actor may see, from after a cursor on; "" starts
// now. The channel closes when ctx ends or the actor loses the account. A reader
// that is slow falls behind and catches up from the log: nothing is dropped.
//
// The feed is what committed, in the order it committed. Beside it stand
// FeedTyping items: of what this process alone was told, once, and only to a
// reader that keeps up. A subscription that has nothing to say costs about a
// kilobyte and no goroutine.
func (d *Desk) Subscribe(ctx context.Context, after Cursor) (<-chan Item, error) {
	var head LogHead
	err := d.view(ctx, func(u *unit) (err error) {
		head, err = u.tx.Events().Head(u.ctx)
		return err
	})
	if err != nil {
		return nil, err
	}
	s := &subscriber{ctx: ctx, d: d, head: head, at: head.Last, out: make(chan Item, feedBuffer)}
	if after != "" {
		account, epoch, at, ok := after.parse()
		if !ok || account != d.actor.account || epoch != head.Epoch || at > head.Last || at < head.Oldest {
			s.out <- Item{Kind: FeedReset, Cursor: makeCursor(d.actor.account, s.head, s.at)}
		} else {
			s.at = at
		}
	}
	s.tail = d.e.hub.follow(ctx, s)
	if !s.tail.join(s) {
		go s.catchUp()
	}
	context.AfterFunc(ctx, func() { s.tail.end(s, false) })
	return s.out, nil
}

// Sizes of a feed: how many events one that is behind reads at once, how many
// items wait for a reader before it counts as slow, and how many events the
// hub hands on at once.
const (
	feedBatch  = 200
	feedBuffer = 16
	liveBatch  = feedBuffer
)

// subscriber is one reader of an account's feed. While it is live the account's
// tail hands it what is new; while it is not, a goroutine of its own reads the
// log from where it stands.
type subscriber struct {
	ctx  context.Context // Subscribe's: it may fall behind at any time
	d    *Desk
	head LogHead // of the log when it came: cursors name its epoch
	tail *tail
	out  chan Item

	// Under the tail's lock.
	at     EventSeq // everything up to here is in out
	live   bool
	closed bool
}

// catchUp reads the log until the subscriber stands where the tail stands.
func (s *subscriber) catchUp() {
	ctx := s.ctx
	for {
		more, err := s.pump(ctx)
		switch code := CodeOf(err); {
		case ctx.Err() != nil || code == Unauthenticated || code == NotFound:
			s.tail.end(s, true)
			return
		case err != nil:
			s.d.e.opts.Logger.Error("reading the feed", "account", s.d.actor.account, "err", err)
			select {
			case <-ctx.Done():
			case <-time.After(idlePoll):
			}
		case !more && s.tail.join(s):
			if ctx.Err() != nil {
				s.tail.end(s, false)
			}
			return
		}
	}
}

// pump sends a batch of what happened after where the subscriber stands; more
// says that there is more.
func (s *subscriber) pump(ctx context.Context) (more bool, err error) {
	release, err := s.d.e.hub.turn(ctx)
	if err != nil {
		return false, err
	}
	var items []Item
	var next EventSeq
	err = s.d.view(ctx, func(u *unit) error {
		items, next = nil, s.at
		events, err := s.tail.since(u, s.at)
		if err != nil {
			return err
		}
		more = len(events) == feedBatch
		if len(events) > 0 {
			next = events[len(events)-1].Seq
		}
		items, err = u.feedItems(events, s.head)
		return err
	})
	release()
	if err != nil {
		return false, err
	}
	for _, item := range items {
		select {
		case s.out <- item:
		case <-ctx.Done():
			return false, ctx.Err()
		}
	}
	s.at = next // nobody else looks at it while it is behind
	return more, nil
}

// feedItems is what the unit's actor gets to know of some events.
func (u *unit) feedItems(events []*Event, head LogHead) (items []Item, err error) {
	for _, ev := range events {
		item, ok, err := u.feedItem(ev)
		if err != nil {
			return nil, err
		}
		if ok {
			item.Cursor = makeCursor(u.actor.account, head, ev.Seq)
			items = append(items, item)
		}
	}
	return items, nil
}
