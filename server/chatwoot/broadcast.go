package chatwoot

import (
	"context"
	"encoding/json"
	"fmt"
	"runtime/debug"
	"sync"
	"time"

	"github.com/gohelpdesk/helpdesk"
	"github.com/gohelpdesk/helpdesk/server/internal/web"
)

// told is one thing told to a client: on the cable, or as a server-sent event.
type told struct {
	name string // "" = there is nothing to tell
	data json.RawMessage
}

// broadcaster makes what clients are told. Thousands of them may follow one
// account: what an event looks like is read once for agents and once for
// customers, and kept until all had their turn. Who may see it is decided for
// each, by what the engine found they see. What is for one agent alone is read
// as them, and not kept.
type broadcaster struct {
	e     *helpdesk.Engine
	files web.Files
	table map[helpdesk.EventKind]pushed

	mu    sync.Mutex
	kept  map[renderKey]*rendering
	order []renderKey // oldest first
	bytes int
}

// Bounds of what is kept for those who have not had their turn.
const (
	keptRenderings = 256
	keptBytes      = 8 << 20
	renderTime     = 30 * time.Second
)

type renderKey struct {
	account   helpdesk.AccountID
	seq       helpdesk.EventSeq
	typing    *helpdesk.Event // what is in no log is known by where it is
	customers bool
}

// rendering is what an event looks like to one audience, and what it takes to
// be shown it.
type rendering struct {
	done    chan struct{} // closed when the rest is there
	told    told
	seen    *helpdesk.Conversation // nil = no conversation is in it
	version int64                  // of the account's configuration, no older than what was read
	err     error
}

func newBroadcaster(e *helpdesk.Engine, files web.Files) *broadcaster {
	return &broadcaster{e: e, files: files, table: pushes(), kept: make(map[renderKey]*rendering)}
}

// tell is what a viewer is told of an item of their feed. An error means that it
// could not be found out: a client that is to miss nothing must come again.
func (b *broadcaster) tell(ctx context.Context, d *helpdesk.Desk, item helpdesk.Item) (told, error) {
	account := d.Actor().Account()
	switch item.Kind {
	case helpdesk.FeedReset:
		return encode(eventReset, pushedReset{account})
	case helpdesk.FeedViewer:
		return encode(eventViewer, pushedReset{account})
	case helpdesk.FeedGone:
		return b.gone(ctx, account, item.Event)
	case helpdesk.FeedEvent, helpdesk.FeedTyping:
	}
	customers := d.Actor().Ref().Kind == helpdesk.ByContact
	row, known := b.table[item.Event.Kind]
	if !known || customers && !row.customers {
		return told{}, nil
	}
	if item.Event.Agent == 0 {
		r, err := b.shared(ctx, account, item, customers)
		if err != nil {
			return told{}, err
		}
		if shown, sure := r.shows(item.Sight); sure {
			if !shown {
				return told{}, nil
			}
			return r.told, nil
		}
	}
	own := &rendering{}
	b.render(ctx, own, d, item.Event, customers)
	return own.told, own.err
}

// shows reports whether a viewer may be shown what was read; not sure means that
// it must be read as them.
func (r *rendering) shows(s *helpdesk.Sight) (shown, sure bool) {
	switch {
	case r.told.name == "":
		return false, true // nothing is there for anybody
	case s == nil || s.Version != r.version:
		return false, false
	case r.seen == nil:
		return true, true
	case s.Scope.Part:
		return false, false
	}
	facts := helpdesk.ConversationFacts{Inbox: r.seen.Inbox, ContactInbox: r.seen.ContactInbox, Assignee: r.seen.Assignee}
	return s.Scope.Sees(facts, r.seen.Contact, false), true
}

// gone tells that a conversation is out of sight, by the number clients call it.
func (b *broadcaster) gone(ctx context.Context, account helpdesk.AccountID, ev *helpdesk.Event) (told, error) {
	display := helpdesk.DisplayID(ev.Subject)
	if ev.Kind != helpdesk.ConversationDeleted {
		c, err := b.e.As(b.e.System(account)).Conversations.Get(ctx, ev.Conversation)
		if helpdesk.CodeOf(err) == helpdesk.NotFound {
			return told{}, nil // deleted since, which is told of next
		}
		if err != nil {
			return told{}, err
		}
		display = c.Display
	}
	return encode(eventGone, pushedGone{display, account})
}

// shared is the rendering of an item for its audience: made once, by a goroutine
// of its own, so that those who wait keep their small stacks.
func (b *broadcaster) shared(ctx context.Context, account helpdesk.AccountID, item helpdesk.Item, customers bool) (*rendering, error) {
	key := renderKey{account: account, seq: item.Event.Seq, customers: customers}
	if item.Kind == helpdesk.FeedTyping {
		key.typing = item.Event
	}
	b.mu.Lock()
	r := b.kept[key]
	if r == nil {
		r = &rendering{done: make(chan struct{})}
		b.kept[key] = r
		b.order = append(b.order, key)
		go func() {
			ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), renderTime)
			defer cancel()
			b.render(ctx, r, b.e.As(b.e.System(account)), item.Event, customers)
			b.settle(key, r)
		}()
	}
	b.mu.Unlock()
	select {
	case <-r.done:
		return r, r.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// settle publishes a rendering, and forgets the oldest beyond the bounds. One
// that failed is not kept: the next who asks tries again.
func (b *broadcaster) settle(key renderKey, r *rendering) {
	b.mu.Lock()
	defer b.mu.Unlock()
	close(r.done)
	if r.err != nil {
		delete(b.kept, key)
	} else {
		b.bytes += len(r.told.data)
	}
	for len(b.order) > keptRenderings || b.bytes > keptBytes && len(b.order) > 1 {
		oldest := b.kept[b.order[0]]
		if oldest != nil {
			select {
			case <-oldest.done:
				b.bytes -= len(oldest.told.data)
			default:
				return // it is being made
			}
		}
		delete(b.kept, b.order[0])
		b.order = b.order[1:]
	}
}

// render reads an event's body as a desk, and then the version of the
// configuration: when that is still the one a viewer was judged by, nothing
// moved before the body was read. A panic is a failure like any other: no request
// is around it whose server would catch it.
func (b *broadcaster) render(ctx context.Context, r *rendering, read *helpdesk.Desk, ev *helpdesk.Event, customers bool) {
	defer func() {
		if p := recover(); p != nil {
			r.err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	row := b.table[ev.Kind]
	system := b.e.As(b.e.System(read.Actor().Account()))
	v, err := newViews(ctx, b.files, read.Actor(), system)
	if err != nil {
		r.err = err
		return
	}
	p := &pusher{views: v, read: read, customers: customers, name: row.name}
	if a := v.agents[helpdesk.AgentID(ev.Actor.ID)]; row.performer && a != nil && ev.Actor.Kind == helpdesk.ByAgent {
		who := pushAgent(a)
		p.performer = &who
	}
	body, err := row.body(p, ctx, ev)
	if code := helpdesk.CodeOf(err); code == helpdesk.NotFound || code == helpdesk.Forbidden {
		return // gone meanwhile, or out of sight
	}
	if err == nil {
		r.told, err = encode(p.name, body)
		r.told.data = pictures(b.files.Base, r.told.data)
	}
	if err == nil {
		var account *helpdesk.Account
		if account, err = system.Accounts.Get(ctx); err == nil {
			r.version = account.ConfigVersion
		}
	}
	r.seen, r.err = p.seen, err
}

func encode(name string, body any) (told, error) {
	data, err := json.Marshal(body)
	return told{name, data}, err
}
