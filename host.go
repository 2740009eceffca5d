package helpdesk

import (
	"context"
	"maps"
)

// Hosted is the engine inside a transaction of the host's: its rows and the
// host's commit or vanish together, an idempotency key among them.
//
// Call the engine last. From its first call to the end of the transaction other
// writers of the account wait, on SQLite everybody's; hooks run and files are
// stored meanwhile.
//
// Nothing is run again: where the engine would by itself have tried once more,
// the call is Conflict. Roll back, and do the whole anew. After any other error
// of a call that writes, roll back too: the store refuses all that follows.
//
// Its calls must not run beside each other or beside statements of the host, and
// are of no use once the transaction is over; follow the feed through Engine.As.
type Hosted struct {
	outer, inner *Engine
	moves        moves // not told yet
}

// In returns the engine over a store that works inside a transaction of the
// host's on the engine's database: (*sqlite.HostTx).Store, or what
// (*postgres.Store).InHostTx returns. The host alone commits and rolls back.
func (e *Engine) In(tx Store) *Hosted {
	h := &Hosted{outer: e, moves: moves{}}
	h.inner = &Engine{store: tx, opts: e.opts, channels: e.channels, presence: e.presence, flood: e.flood}
	h.inner.opts.Notifier = h.moves
	h.inner.hub, h.inner.runner = newHub(h.inner), newRunner(h.inner) // nobody listens there
	e.configs.mu.Lock()
	defer e.configs.mu.Unlock()
	h.inner.configs.seen = maps.Clone(e.configs.seen) // of its own: what is rolled back must not stay remembered
	return h
}

// As is Engine.As inside the transaction.
func (h *Hosted) As(a Actor) *Desk { return h.inner.As(a) }

// Receive is Engine.Receive inside the transaction: nil means that the message
// is on disk once the host has committed.
func (h *Hosted) Receive(ctx context.Context, account AccountID, inbox InboxID, in Inbound) (*Message, error) {
	return h.inner.Receive(ctx, account, inbox, in)
}

// Wake tells subscribers and workers what the transaction did; until then nobody
// is told. Call it after the commit. Without it they find out by polling, a
// second later at the worst; after a rollback it does no harm.
func (h *Hosted) Wake() {
	for account := range h.moves {
		h.outer.moved(account)
	}
	clear(h.moves)
}

// moves is the Notifier of a transaction: it keeps the word to itself.
type moves map[AccountID]bool

// Moved implements Notifier.
func (m moves) Moved(account AccountID) { m[account] = true }
