package helpdesk

import (
	"cmp"
	"context"
	"encoding/json"
	"maps"
	"slices"
	"time"
)

// place is where conversations compete for the same agents: an inbox, or what one
// team has of it.
type place struct {
	inbox InboxID
	team  TeamID
}

// unqueue takes the conversation out of the queue.
func (c *Conversation) unqueue() { c.QueuedAt, c.Unrouted = time.Time{}, 0 }

// Bounds of one transaction: how many conversations it hands out, and how many it
// looks at where an expression decides. More are left to a job at once.
const (
	drainMax = 20
	weighMax = 200
)

// switched has what is open and nobody's in a place wait to be handed out, or no
// more.
func (u *unit) switched(inbox InboxID, team TeamID, on bool) error {
	var since time.Time
	if on {
		since = u.now
	}
	return u.tx.Conversations().Queue(u.ctx, inbox, team, since)
}

// drainLater has flush hand out what waits in the inboxes, once everything else
// in the unit is written.
func (u *unit) drainLater(inboxes ...InboxID) {
	for _, id := range inboxes {
		if !slices.Contains(u.drains, id) {
			u.drains = append(u.drains, id)
		}
	}
}

// freed hands on the place that an agent has again.
func (u *unit) freed(agent AgentID) { u.drainLater(u.cfg.inboxesOf[agent]...) }

// drain hands out what waits in the inboxes in the transaction that freed a place
// or brought an agent online. The routing lock is taken even when nothing waits:
// a conversation that found no place must either see this one freed, or be seen
// here.
func (u *unit) drain(inboxes []InboxID) error {
	if len(inboxes) == 0 {
		return nil
	}
	_, more, err := u.drainAfter(inboxes, nil)
	if more {
		u.enqueueDrain()
	}
	return err
}

func (u *unit) enqueueDrain() { u.enqueue(&Job{Kind: jobDrain, Key: "queue"}) }

type drainArgs struct {
	Inbox InboxID `json:"inbox"` // 0 = all
}

// drainQueue is the routing.drain job: it goes through the whole queue, a bounded
// transaction at a time.
func (e *Engine) drainQueue(ctx context.Context, j *Job) error {
	var a drainArgs
	if len(j.Args) > 0 {
		if err := json.Unmarshal(j.Args, &a); err != nil {
			return Permanent(err)
		}
	}
	var at map[InboxID]*Conversation
	for more := true; more; {
		var next map[InboxID]*Conversation
		err := e.update(ctx, e.System(j.Account), func(u *unit) (err error) {
			inboxes := []InboxID{a.Inbox}
			if a.Inbox == 0 {
				inboxes = slices.Sorted(maps.Keys(u.cfg.inboxes))
			}
			next, more, err = u.drainAfter(inboxes, at)
			return err
		})
		if err != nil {
			return err
		}
		at = next
	}
	return nil
}

// drainAfter hands out a transaction's worth of what waits in the inboxes behind
// the given conversations. more says that it may go on behind those it returns.
func (u *unit) drainAfter(inboxes []InboxID, after map[InboxID]*Conversation) (map[InboxID]*Conversation, bool, error) {
	r, err := u.route()
	if err != nil {
		return nil, false, err
	}
	queues, err := r.queues(inboxes, after)
	if err != nil {
		return nil, false, err
	}
	more := true
	for handed, asked := 0, 0; handed < drainMax && asked < weighMax; asked++ {
		q, err := r.foremost(queues)
		if err != nil {
			return nil, false, err
		}
		if q == nil {
			more = false
			break
		}
		ok, err := r.handNext(q)
		if err != nil {
			return nil, false, err
		}
		if ok {
			handed++
		}
	}
	at := make(map[InboxID]*Conversation, len(queues))
	for _, q := range queues {
		at[q.inbox] = q.passed
	}
	return at, more, nil
}

// queue is what waits in one inbox, in the order of its policy.
type queue struct {
	inbox  InboxID
	order  QueueOrder
	page   []*Conversation
	last   bool            // nothing is behind the page
	read   *Conversation   // the end of the last page; nil = none was read
	passed *Conversation   // the last one that was asked about
	full   map[TeamID]bool // whose agents have no room: asking again is pointless
}

// order is the order in which what waits in an inbox is handed out.
func (c *config) order(inbox InboxID) QueueOrder {
	p := c.policyOf(inbox)
	switch {
	case p == nil:
		return QueueByArrival
	case p.Priority == LongestWaiting:
		return QueueByActivity
	default:
		return QueueByCreation
	}
}

// queues begins to read what waits in the inboxes. One statement tells that it is
// nothing, or all there is when that is little.
func (r *router) queues(inboxes []InboxID, after map[InboxID]*Conversation) ([]*queue, error) {
	inboxes = slices.DeleteFunc(slices.Clone(inboxes), func(id InboxID) bool { return r.u.cfg.inboxes[id] == nil })
	if len(inboxes) == 0 {
		return nil, nil
	}
	var all []*queue
	for _, id := range inboxes {
		all = append(all, &queue{inbox: id, order: r.u.cfg.order(id), read: after[id], passed: after[id], full: map[TeamID]bool{}})
	}
	if after != nil {
		return all, nil
	}
	rows, err := r.u.tx.Conversations().Waiting(r.u.ctx, Waiting{Inboxes: inboxes, Limit: drainMax + 1})
	if err != nil || len(rows) > drainMax {
		return all, err
	}
	for _, q := range all {
		q.last = true
		for _, c := range rows {
			if c.Inbox == q.inbox {
				q.page = append(q.page, c)
			}
		}
		slices.SortStableFunc(q.page, func(a, b *Conversation) int { return q.order.compare(a, b) })
	}
	return slices.DeleteFunc(all, func(q *queue) bool { return len(q.page) == 0 }), nil
}

// foremost is the queue whose first conversation has waited longest; nil when
// nothing waits that could be handed out.
func (r *router) foremost(queues []*queue) (*queue, error) {
	var first *queue
	for _, q := range queues {
		if err := r.advance(q); err != nil {
			return nil, err
		}
		if len(q.page) > 0 && (first == nil || QueueByArrival.compare(q.page[0], first.page[0]) < 0) {
			first = q
		}
	}
	return first, nil
}

// advance moves a queue on to the next conversation worth asking about.
func (r *router) advance(q *queue) error {
	for {
		for len(q.page) > 0 && q.full[q.page[0].Team] {
			q.page = q.page[1:]
		}
		if len(q.page) > 0 || q.last {
			return nil
		}
		w := Waiting{Inboxes: []InboxID{q.inbox}, Order: q.order, After: q.read, Limit: drainMax + 1}
		if q.read != nil { // who is first is told why it waits; of the others only whom somebody has room for
			var err error
			if w.Teams, err = r.roomy(q); err != nil || len(w.Teams) == 0 {
				q.last = true
				return err
			}
		}
		rows, err := r.u.tx.Conversations().Waiting(r.u.ctx, w)
		if err != nil {
			return err
		}
		q.page, q.last = rows, len(rows) <= drainMax
		if len(rows) > 0 {
			q.read = rows[len(rows)-1]
		}
	}
}

// roomy are the teams, 0 for none, of which somebody has room in the queue's inbox.
func (r *router) roomy(q *queue) (teams []TeamID, err error) {
	for _, id := range append(slices.Sorted(maps.Keys(r.u.cfg.teams)), 0) {
		if q.full[id] || !r.u.handsOn(place{q.inbox, id}) {
			continue
		}
		room, err := r.hasRoom(place{q.inbox, id})
		if err != nil {
			return nil, err
		}
		if room {
			teams = append(teams, id)
		}
	}
	return teams, nil
}

// handNext hands out the first conversation of a queue, if somebody can have it.
func (r *router) handNext(q *queue) (bool, error) {
	c, u := q.page[0], r.u
	at := place{c.Inbox, c.Team}
	q.page, q.passed = q.page[1:], c
	if !u.handsOn(at) {
		q.full[c.Team] = true
		return false, nil
	}
	d, err := r.decide(c)
	if err != nil {
		return false, err
	}
	if d.to == nil && !d.policy.weighs() {
		q.full[c.Team] = true
	}
	news, err := r.settle(c, d)
	if err != nil || !news {
		return false, err
	}
	c.UpdatedAt = u.now
	return d.to != nil, u.tx.Conversations().Update(u.ctx, c)
}

// compare says which of two conversations goes first.
func (o QueueOrder) compare(a, b *Conversation) int {
	switch o {
	case QueueByCreation:
		return cmp.Or(a.CreatedAt.Compare(b.CreatedAt), int(a.ID-b.ID))
	case QueueByActivity:
		return cmp.Or(a.LastActivity.Compare(b.LastActivity), a.CreatedAt.Compare(b.CreatedAt), int(a.ID-b.ID))
	case QueueByArrival:
	}
	return cmp.Or(a.QueuedAt.Compare(b.QueuedAt), int(a.ID-b.ID))
}

// QueuePosition says where a conversation stands among those of its inbox and
// team that wait, in the order in which they are handed out, counting from 1; 0 =
// it does not wait.
func (s Conversations) QueuePosition(ctx context.Context, id ConversationID) (int, error) {
	return read(ctx, s.d, func(u *unit) (int, error) {
		c, err := u.tx.Conversations().Get(u.ctx, id)
		if err != nil {
			return 0, err
		}
		if err := u.mayConversation(ReadConversation, c); err != nil || c.QueuedAt.IsZero() {
			return 0, err
		}
		w := Waiting{Inboxes: []InboxID{c.Inbox}, Teams: []TeamID{c.Team}, Order: u.cfg.order(c.Inbox)}
		ahead, err := u.tx.Conversations().Ahead(u.ctx, w, c)
		return ahead + 1, err
	})
}
