package storetest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/gohelpdesk/helpdesk"
)

// testScope: the store's SQL and Scope.Sees are one predicate, compared on
// random conversations and random scopes. The seeds are fixed.
func testScope(s suite) {
	for seed := range uint64(4) {
		s.test(fmt.Sprintf("lists what Sees sees, seed %d", seed), func(d *desk) {
			town := newTown(d, seed)
			d.update(func(ctx context.Context, tx helpdesk.Tx) error {
				for range 40 {
					if err := town.open(ctx, tx); err != nil {
						return err
					}
				}
				return nil
			})
			town.involve(30)
			town.compare(d, 60)
		})
	}
}

// town is a small random account.
type town struct {
	d         *desk
	r         *rand.Rand
	inboxes   []helpdesk.InboxID
	agents    []helpdesk.AgentID
	teams     []helpdesk.TeamID
	labels    []*helpdesk.Label
	contacts  []helpdesk.ContactID
	addresses []*helpdesk.ContactInbox
	part      map[helpdesk.ConversationID]map[helpdesk.AgentID]bool
}

func newTown(d *desk, seed uint64) *town {
	d.Helper()
	w := &town{d: d, r: rand.New(rand.NewPCG(seed, 2)), part: map[helpdesk.ConversationID]map[helpdesk.AgentID]bool{}}
	for range 3 {
		w.inboxes = append(w.inboxes, d.inbox().ID)
		w.contacts = append(w.contacts, d.contact().ID)
		w.agents = append(w.agents, d.agent())
	}
	w.teams = []helpdesk.TeamID{0, d.team().ID, d.team().ID}
	w.labels = []*helpdesk.Label{d.label("red"), d.label("blue")}
	for _, inbox := range w.inboxes {
		for _, contact := range w.contacts {
			w.addresses = append(w.addresses, d.address(inbox, contact))
		}
	}
	return w
}

// pick is a random one.
func pick[T any](r *rand.Rand, all []T) T { return all[r.IntN(len(all))] }

var statuses = []helpdesk.Status{helpdesk.Open, helpdesk.Open, helpdesk.Pending, helpdesk.Snoozed, helpdesk.Resolved}

var priorities = []helpdesk.Priority{"", "", helpdesk.Low, helpdesk.High, helpdesk.Urgent}

// shuffle gives the conversation another random state.
func (w *town) shuffle(c *helpdesk.Conversation) {
	c.Status, c.Team, c.Assignee = pick(w.r, statuses), pick(w.r, w.teams), 0
	if w.r.IntN(3) > 0 {
		c.Assignee = pick(w.r, w.agents)
	}
	c.Priority, c.LastActivity = pick(w.r, priorities), at(w.r.IntN(100))
}

func (w *town) open(ctx context.Context, tx helpdesk.Tx) error {
	c := w.d.draft(pick(w.r, w.addresses))
	w.shuffle(c)
	if w.r.IntN(3) == 0 {
		c.Labels = []helpdesk.LabelID{pick(w.r, w.labels).ID}
	}
	return tx.Conversations().Insert(ctx, c)
}

// involve lets agents take part in n random conversations.
func (w *town) involve(n int) {
	w.d.Helper()
	all := w.all()
	w.d.update(func(ctx context.Context, tx helpdesk.Tx) error {
		for range n {
			c, agent := pick(w.r, all), pick(w.r, w.agents)
			if _, err := tx.Participants().Add(ctx, c.ID, agent); err != nil {
				return err
			}
			if w.part[c.ID] == nil {
				w.part[c.ID] = map[helpdesk.AgentID]bool{}
			}
			w.part[c.ID][agent] = true
		}
		return nil
	})
}

// all are the conversations, in order of id.
func (w *town) all() []*helpdesk.Conversation {
	w.d.Helper()
	rows := w.list(helpdesk.ConversationFilter{})
	slices.SortFunc(rows, func(a, b *helpdesk.Conversation) int { return int(a.ID - b.ID) })
	return rows
}

func (w *town) list(f helpdesk.ConversationFilter) []*helpdesk.Conversation {
	w.d.Helper()
	var rows []*helpdesk.Conversation
	w.d.view(func(ctx context.Context, tx helpdesk.Tx) (err error) {
		rows, err = tx.Conversations().List(ctx, f, helpdesk.Page{Limit: helpdesk.MaxPage})
		return err
	})
	return rows
}

// scope is a random one: an agent's three times, a customer's once.
func (w *town) scope() *helpdesk.Scope {
	s := &helpdesk.Scope{All: w.r.IntN(12) == 0}
	for _, inbox := range w.inboxes {
		if w.r.IntN(2) == 0 {
			s.Inboxes = append(s.Inboxes, inbox)
		}
	}
	if w.r.IntN(4) == 0 {
		a := pick(w.r, w.addresses)
		s.Address, s.Contact = a.ID, a.Contact
		for range w.r.IntN(4) {
			s.Proven = append(s.Proven, pick(w.r, w.addresses).ID)
		}
		return s
	}
	yes := func() bool { return w.r.IntN(2) == 0 }
	s.Own, s.Free, s.Others, s.Part = yes(), yes(), yes(), yes()
	if w.r.IntN(8) > 0 {
		s.Agent = pick(w.r, w.agents)
	}
	return s
}

// sees is Scope.Sees of a stored conversation.
func (w *town) sees(s *helpdesk.Scope, c *helpdesk.Conversation) bool {
	facts := helpdesk.ConversationFacts{
		Inbox: c.Inbox, ContactInbox: c.ContactInbox, Assignee: c.Assignee, Bot: c.AssigneeBot,
		Team: c.Team, Status: c.Status, Priority: c.Priority,
	}
	return s.Sees(facts, c.Contact, w.part[c.ID][s.Agent])
}

// compare asks the store with n random scopes.
func (w *town) compare(d *desk, n int) {
	d.Helper()
	all, some, none := w.all(), 0, 0
	for range n {
		s := w.scope()
		visible := slices.DeleteFunc(slices.Clone(all), func(c *helpdesk.Conversation) bool { return !w.sees(s, c) })
		want := ids[helpdesk.ConversationID](visible)
		got := ids[helpdesk.ConversationID](w.list(helpdesk.ConversationFilter{Scope: s}))
		slices.Sort(got)
		equal(d, fmt.Sprintf("conversations in %+v", *s), got, want)
		if len(want) == 0 {
			none++
		} else if len(want) < len(all) {
			some++
		}
		w.compareContacts(s, visible)
	}
	if some < n/4 || none == n {
		d.Fatalf("storetest: only %d of %d scopes show some and not all, so little is tested", some, n)
	}
}

// compareContacts asks ContactFilter.Visible the same.
func (w *town) compareContacts(s *helpdesk.Scope, visible []*helpdesk.Conversation) {
	w.d.Helper()
	var want, got []helpdesk.ContactID
	for _, c := range visible {
		want = append(want, c.Contact)
	}
	slices.Sort(want)
	w.d.view(func(ctx context.Context, tx helpdesk.Tx) error {
		rows, err := tx.Contacts().List(ctx, helpdesk.ContactFilter{Visible: s}, helpdesk.Page{})
		got = ids[helpdesk.ContactID](rows)
		return err
	})
	slices.Sort(got)
	equal(w.d, fmt.Sprintf("contacts in %+v", *s), got, slices.Compact(want))
}
