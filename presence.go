package helpdesk

import (
	"context"
	"slices"
	"sync"
	"time"
)

// presenceWindow is how long an agent counts as connected after the last
// heartbeat: two of a client's beats, which come every 20 seconds.
const presenceWindow = 45 * time.Second

// presence keeps this process's heartbeats. They reach the store in one batch
// every beatEvery; only an agent's coming and going is an Update at once.
type presence struct {
	now   func() time.Time
	mu    sync.Mutex
	beats map[AccountID]map[AgentID]heartbeat
}

type heartbeat struct {
	at      time.Time
	written time.Time // to the store
}

func newPresence(now func() time.Time) *presence {
	return &presence{now: now, beats: make(map[AccountID]map[AgentID]heartbeat)}
}

// beat records a heartbeat and reports whether the store should hear of it now:
// the agent was not connected here, or nobody writes the batches because the
// engine is not started.
func (p *presence) beat(account AccountID, agent AgentID) (write bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.beats[account] == nil {
		p.beats[account] = make(map[AgentID]heartbeat)
	}
	now, last := p.now(), p.beats[account][agent]
	next := heartbeat{at: now, written: last.written}
	if write = now.Sub(last.at) > presenceWindow || now.Sub(last.written) >= 2*beatEvery; write {
		next.written = now
	}
	p.beats[account][agent] = next
	return write
}

// drop forgets an agent, and reports whether there was anything to forget.
func (p *presence) drop(account AccountID, agent AgentID) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	_, known := p.beats[account][agent]
	delete(p.beats[account], agent)
	return known
}

// alive returns who is connected here, to be written, and forgets the others.
func (p *presence) alive() map[AccountID]map[AgentID]bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	out := make(map[AccountID]map[AgentID]bool)
	for account, agents := range p.beats {
		for agent, beat := range agents {
			if p.now().Sub(beat.at) > presenceWindow {
				delete(agents, agent)
				continue
			}
			beat.written = p.now()
			agents[agent] = beat
			if out[account] == nil {
				out[account] = make(map[AgentID]bool)
			}
			out[account][agent] = true
		}
		if len(agents) == 0 {
			delete(p.beats, account)
		}
	}
	return out
}

// Heartbeat says that the acting agent is connected. Clients call it every 20
// seconds; an agent nobody has heard of for 45 counts as gone.
func (s Agents) Heartbeat(ctx context.Context) error {
	a := s.d.actor
	if a.ref.Kind != ByAgent {
		return nil
	}
	if !s.d.e.presence.beat(a.account, AgentID(a.ref.ID)) {
		return nil
	}
	return s.d.e.connect(ctx, a, map[AgentID]bool{AgentID(a.ref.ID): true})
}

// Leave says that the acting agent disconnected.
func (s Agents) Leave(ctx context.Context) error {
	a := s.d.actor
	if a.ref.Kind != ByAgent || !s.d.e.presence.drop(a.account, AgentID(a.ref.ID)) {
		return nil
	}
	return s.d.e.connect(ctx, a, map[AgentID]bool{AgentID(a.ref.ID): false})
}

// connect records transitions, tells about them, and hands waiting
// conversations to those who came.
func (e *Engine) connect(ctx context.Context, actor Actor, agents map[AgentID]bool) error {
	return e.update(ctx, actor, func(u *unit) error {
		moved, err := u.tx.Agents().SetConnected(u.ctx, u.now, agents)
		if err != nil {
			return err
		}
		for _, id := range moved {
			if a := u.cfg.agents[id]; a != nil {
				seen := *a
				seen.Connected = agents[id]
				u.emitPresence(id, seen.Effective())
			}
			if agents[id] {
				u.drainLater(u.cfg.inboxesOf[id]...)
			}
		}
		return nil
	})
}

func (u *unit) emitPresence(id AgentID, is Availability) {
	u.emit(&Event{Kind: AgentPresence, Subject: int64(id), Details: map[string]Change{"availability": changed(nil, is)}})
}

// writePresence refreshes the rows of who is connected here, and marks those as
// gone of whom no process has written for a window.
func (e *Engine) writePresence(ctx context.Context) error {
	alive := e.presence.alive()
	for account, agents := range alive {
		if err := e.connect(ctx, e.System(account), agents); err != nil {
			return err
		}
	}
	var accounts []*Account
	err := e.lookup(ctx, func(ctx context.Context, tx SystemTx) (err error) {
		accounts, err = all(ctx, tx.Accounts(), AccountFilter{})
		return err
	})
	if err != nil {
		return err
	}
	for _, a := range accounts {
		if err := e.dropStale(ctx, a.ID); err != nil {
			return err
		}
	}
	return nil
}

func (e *Engine) dropStale(ctx context.Context, account AccountID) error {
	gone := make(map[AgentID]bool)
	err := e.store.View(ctx, account, func(ctx context.Context, tx Tx) error {
		stale, err := tx.Agents().Stale(ctx, e.now().Add(-presenceWindow))
		for _, id := range stale {
			gone[id] = false
		}
		return err
	})
	if err != nil || len(gone) == 0 {
		return err
	}
	return e.connect(ctx, e.System(account), gone)
}

// Typing tells that the actor is writing in a conversation, or stopped. It is
// best effort: told once, to whoever listens, and never stored.
func (s Conversations) Typing(ctx context.Context, id ConversationID, on, private bool) error {
	var hooks []*Webhook
	err := s.d.view(ctx, func(u *unit) error {
		c, err := u.tx.Conversations().Get(u.ctx, id)
		if err != nil {
			return err
		}
		if err := u.mayConversation(TypeConversation, c); err != nil {
			return err
		}
		hooks = slices.DeleteFunc(slices.Clone(u.cfg.webhooks), func(w *Webhook) bool { return !w.wantsTyping(c, on) })
		return nil
	})
	if err != nil || len(hooks) == 0 {
		return err
	}
	s.d.e.typing(context.WithoutCancel(ctx), s.d.actor, hooks, Typing{Conversation: id, By: s.d.actor.ref, On: on, Private: private})
	return nil
}
