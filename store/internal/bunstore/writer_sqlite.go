package bunstore

import (
	"cmp"
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/uptrace/bun"

	"github.com/gohelpdesk/helpdesk"
)

// How SQLite is written
//
// SQLite has one writer at a time, and a durable commit costs an fsync. So the
// store has one writing connection, and callers who wait for it share a commit.
// There is no goroutine for this. There is a baton: whoever holds it, and nobody
// else, may use the connection.
//
//	update   stands in the queue (writer_queue.go) until the baton comes
//	board    begins a transaction, unless the one before left it open
//	run      runs the caller's closure, on the caller's own goroutine
//	judge    decides what the closure's end means for the group
//	pass     hands the baton to the next in the queue with the transaction still
//	         open, or commits, tells everybody in the group, and hands it on
//
// So a group is a chain of callers, each of whom ran its closure in the same
// transaction and waits for the last one to commit. It ends when the queue is
// empty or after groupSpan. A caller on its own commits at once.
//
// There are no savepoints, because the optimistic case is nearly every case. A
// closure that fails before it wrote leaves nothing to undo, and the group goes
// on. After a write, or when SQLite ended the transaction by itself, the whole
// group is rolled back and everybody in it runs again, each alone; there, a
// failure is the closure's own. No answer is given before the commit, not even a
// failure: it may rest on what another closure of the group wrote.
//
// A closure that asks for a rerun (a row's version moved) runs again alone.
//
// A panic or runtime.Goexit unwinds through run, which rolls back and passes the
// baton, and goes on in its own goroutine; the others never see it.

// groupSpan is how long a group takes in closures.
const groupSpan = 5 * time.Millisecond

// sqliteWriter is the writer of SQLite stores.
type sqliteWriter struct {
	queue queue
	conn  *writeConn
	now   func() time.Time

	group *group // the open transaction; belongs to whoever holds the baton

	host    atomic.Pointer[HostTx] // the host transaction that is open, for close
	closing sync.Once
	closed  error // what closing the connection said
}

// group is one transaction and the callers who share it.
type group struct {
	tx      bun.Tx
	began   time.Time
	alone   bool      // nobody may join
	wrote   bool      // the closure that runs now has written
	members []*ticket // whose closures ran and who wait for the commit
}

// admits reports whether t may join. A closure that must be alone begins a
// group of its own, or takes one in which nothing has happened.
func (g *group) admits(t *ticket) bool {
	return !g.alone && (!t.alone || len(g.members) == 0)
}

// newSQLiteWriter takes the only connection of db, which must begin its
// transactions immediately, and keeps it until close. When guard is not nil, a
// transaction holds it for writing.
func newSQLiteWriter(ctx context.Context, db *bun.DB, guard *rwlock, now func() time.Time) (*sqliteWriter, error) {
	conn, err := newWriteConn(ctx, db, guard)
	if err != nil {
		return nil, err
	}
	return &sqliteWriter{conn: conn, now: now}, nil
}

// update implements writer. The end of ctx counts only until fn has started.
func (w *sqliteWriter) update(ctx context.Context, lane helpdesk.Lane, fn func(context.Context, bun.IDB) error) error {
	t := newTicket(ctx, lane)
	if err := w.queue.enter(t); err != nil {
		return err
	}
	for {
		if done, err := w.board(t); done {
			return err
		}
		w.run(t, fn)
	}
}

// board waits until t holds the baton in an open transaction; or until there is
// nothing more to wait for, and then returns t's final result.
func (w *sqliteWriter) board(t *ticket) (done bool, err error) {
	for {
		if s := w.queue.wait(t); !s.turn {
			return true, s.err
		}
		if err := w.begin(t); err != nil {
			w.pass()
			return true, err
		}
		if !w.queue.overtaken(t) {
			return false, nil
		}
		w.pass()
	}
}

// begin makes sure that a transaction is open for t, who holds the baton.
func (w *sqliteWriter) begin(t *ticket) error {
	if err := t.expired(); err != nil {
		return err
	}
	if w.group != nil {
		return nil
	}
	tx, err := w.conn.begin(t, w.queue.isShut)
	if err == nil {
		w.group = &group{tx: tx, began: w.now()}
	}
	return err
}

// run runs fn and passes the baton, however fn ends.
func (w *sqliteWriter) run(t *ticket, fn func(context.Context, bun.IDB) error) {
	defer w.pass()
	var err error
	returned := false
	defer func() { w.judge(t, err, returned) }()
	t.runs++
	w.group.alone, w.group.wrote = t.alone, false
	err = fn(context.WithoutCancel(t.ctx), &watched{w.group.tx, &w.group.wrote, w.conn})
	returned = true
}

// judge decides what the end of t's closure means for t and its group: that it
// returned err, or did not return at all.
func (w *sqliteWriter) judge(t *ticket, err error, returned bool) {
	ended := w.conn.ended.Load()
	if err == nil && ended {
		err = &rerun{errEnded()} // the closure overlooked it, but its rows are gone
	}
	t.err = err
	company := len(w.group.members) > 0
	broken := !returned || err != nil && (w.group.wrote || ended)
	var again []*ticket
	if broken {
		again = w.rollback()
	}
	switch {
	case !returned: // nobody is there to be told
	case isRerun(err) && t.runs < maxRuns, broken && company:
		again = append(again, t)
	case err != nil && !company:
		t.settle(answer(err))
	default:
		w.group.members = append(w.group.members, t)
	}
	w.queue.again(again)
}

// pass gives the baton away: within the group while that lasts, otherwise after
// the commit.
func (w *sqliteWriter) pass() {
	if w.group != nil {
		if w.now().Sub(w.group.began) < groupSpan && w.queue.grant(w.group.admits) {
			return
		}
		w.commit()
	}
	w.queue.release()
}

// commit ends the group and tells its members. When it fails, nobody succeeded,
// and those who had company try alone.
func (w *sqliteWriter) commit() {
	if len(w.group.members) == 0 {
		w.rollback()
		return
	}
	g := w.group
	w.group = nil
	err := w.conn.commit(g.tx)
	if err != nil && len(g.members) > 1 {
		w.queue.again(g.members)
		return
	}
	for _, t := range g.members {
		t.settle(answer(cmp.Or(err, t.err)))
	}
}

// rollback ends the group with nothing done and returns its members.
func (w *sqliteWriter) rollback() []*ticket {
	g := w.group
	w.group = nil
	w.conn.rollback(g.tx)
	return g.members
}

// close implements writer: those who wait get Unavailable, a host transaction is
// rolled back, and a group that runs is finished first. The closer ends up with
// the baton and keeps it.
func (w *sqliteWriter) close() error {
	w.closing.Do(func() {
		t := newTicket(context.Background(), helpdesk.Live) //nolint:forbidigo // closing has no caller to wait for
		t.alone, t.runs = true, 1
		w.queue.shut(t)
		if h := w.host.Load(); h != nil {
			h.Rollback()
		}
		w.queue.wait(t)
		if w.group != nil {
			w.rollback()
		}
		w.closed = w.conn.close()
	})
	return w.closed
}

func isRerun(err error) bool {
	_, ok := errors.AsType[*rerun](err)
	return ok
}

// answer is what the caller hears of err: of a rerun, that there were too many.
func answer(err error) error {
	if !isRerun(err) {
		return err
	}
	return &helpdesk.Error{Code: helpdesk.Conflict, Message: "too many changes at once, try again", Err: err}
}
