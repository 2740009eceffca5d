package storetest

import (
	"context"
	"slices"
	"time"

	"github.com/gohelpdesk/helpdesk"
)

// testWaiting: the queue of what nobody owns yet.
func testWaiting(s suite) {
	s.test("lists what waits, oldest first", func(d *desk) {
		one, two := d.address(d.inbox().ID, d.contact().ID), d.address(d.inbox().ID, d.contact().ID)
		agent := d.agent()
		queue := func(a *helpdesk.ContactInbox, n int, changes ...func(*helpdesk.Conversation)) helpdesk.ConversationID {
			queued := func(c *helpdesk.Conversation) { c.QueuedAt = at(n) }
			return d.converse(a, append(changes, queued)...).ID
		}
		last, first, middle := queue(one, 9), queue(one, 1), queue(two, 5)
		queue(one, 2, func(c *helpdesk.Conversation) { c.Assignee = agent })
		for _, status := range []helpdesk.Status{helpdesk.Pending, helpdesk.Snoozed, helpdesk.Resolved} {
			queue(one, 2, func(c *helpdesk.Conversation) { c.Status = status })
		}
		d.converse(one) // not handed out by the engine
		there := d.in(d.other)
		there.converse(there.address(there.inbox().ID, there.contact().ID), func(c *helpdesk.Conversation) { c.QueuedAt = at(0) })

		for name, c := range map[string]struct {
			ask  helpdesk.Waiting
			want []helpdesk.ConversationID
		}{
			"all":         {helpdesk.Waiting{Limit: 10}, []helpdesk.ConversationID{first, middle, last}},
			"two":         {helpdesk.Waiting{Limit: 2}, []helpdesk.ConversationID{first, middle}},
			"one inbox":   {helpdesk.Waiting{Limit: 10, Inboxes: []helpdesk.InboxID{one.Inbox}}, []helpdesk.ConversationID{first, last}},
			"two inboxes": {helpdesk.Waiting{Limit: 10, Inboxes: []helpdesk.InboxID{one.Inbox, two.Inbox}}, []helpdesk.ConversationID{first, middle, last}},
			"no inbox":    {helpdesk.Waiting{Limit: 10, Inboxes: []helpdesk.InboxID{1 << 40}}, nil},
		} {
			d.view(func(ctx context.Context, tx helpdesk.Tx) error {
				rows, err := tx.Conversations().Waiting(ctx, c.ask)
				equal(d, "the queue of "+name, ids[helpdesk.ConversationID](rows), c.want)
				return err
			})
		}
	})
	s.test("has an order, and teams", waitingInOrder)
	s.test("Queue puts in and takes out", queueSwitch)
	s.test("is handed out once by many", func(d *desk) {
		a, agent := d.address(d.inbox().ID, d.contact().ID), d.agent()
		for i := range 8 {
			d.converse(a, func(c *helpdesk.Conversation) { c.QueuedAt = at(i) })
		}
		taken := make([]helpdesk.ConversationID, 8)
		d.all(together(len(taken), func(i int) error {
			return d.try(func(ctx context.Context, tx helpdesk.Tx) error {
				if err := tx.LockRouting(ctx); err != nil {
					return err
				}
				rows, err := tx.Conversations().Waiting(ctx, helpdesk.Waiting{Limit: 1})
				if err != nil || len(rows) == 0 {
					return err
				}
				taken[i] = rows[0].ID
				rows[0].Assignee, rows[0].QueuedAt = agent, time.Time{}
				return tx.Conversations().Update(ctx, rows[0])
			})
		}))
		slices.Sort(taken)
		equal(d, "conversations handed out", len(slices.Compact(taken)), 8)
		equal(d, "open conversations of the agent", d.loads(a.Inbox, agent)[agent].OpenHere, 8)
	})
}

func waitingInOrder(d *desk) {
	a, team := d.address(d.inbox().ID, d.contact().ID), d.team().ID
	var made []helpdesk.ConversationID
	add := func(queued, created, active int, of helpdesk.TeamID) {
		made = append(made, d.converse(a, func(c *helpdesk.Conversation) {
			c.QueuedAt, c.CreatedAt, c.LastActivity, c.Team = at(queued), at(created), at(active), of
		}).ID)
	}
	add(1, 9, 5, 0)
	add(2, 8, 5, team)
	add(3, 8, 4, 0)
	add(3, 8, 4, team)
	both, none := []helpdesk.TeamID(nil), []helpdesk.TeamID{0}
	for name, c := range map[string]struct {
		order helpdesk.QueueOrder
		teams []helpdesk.TeamID
		want  []int
	}{
		"by arrival":           {helpdesk.QueueByArrival, both, []int{0, 1, 2, 3}},
		"by creation":          {helpdesk.QueueByCreation, both, []int{1, 2, 3, 0}},
		"by activity":          {helpdesk.QueueByActivity, both, []int{2, 3, 1, 0}},
		"of no team":           {helpdesk.QueueByCreation, none, []int{2, 0}},
		"of a team":            {helpdesk.QueueByArrival, []helpdesk.TeamID{team}, []int{1, 3}},
		"of the team and none": {helpdesk.QueueByArrival, []helpdesk.TeamID{team, 0}, []int{0, 1, 2, 3}},
		"of another team":      {helpdesk.QueueByArrival, []helpdesk.TeamID{1 << 40}, nil},
		"of nobody's":          {helpdesk.QueueByArrival, []helpdesk.TeamID{}, nil},
	} {
		w := helpdesk.Waiting{Inboxes: []helpdesk.InboxID{a.Inbox}, Teams: c.teams, Order: c.order, Limit: 1}
		var got []int
		d.view(func(ctx context.Context, tx helpdesk.Tx) error {
			for range 10 {
				page, err := tx.Conversations().Waiting(ctx, w)
				if err != nil || len(page) == 0 {
					return err
				}
				w.After = page[0]
				ahead, err := tx.Conversations().Ahead(ctx, w, page[0])
				if err != nil {
					return err
				}
				equal(d, name+": how many are ahead", ahead, len(got))
				got = append(got, slices.Index(made, page[0].ID))
			}
			return nil
		})
		equal(d, name, got, c.want)
	}
}

func queueSwitch(d *desk) {
	a, b, team, agent := d.address(d.inbox().ID, d.contact().ID), d.address(d.inbox().ID, d.contact().ID), d.team().ID, d.agent()
	plain := d.converse(a)
	waits := d.converse(a, func(c *helpdesk.Conversation) { c.QueuedAt, c.Unrouted = at(1), 7 })
	there := d.converse(b)
	teams := d.converse(b, func(c *helpdesk.Conversation) { c.Team = team })
	d.converse(a, func(c *helpdesk.Conversation) { c.Assignee = agent })
	d.converse(a, func(c *helpdesk.Conversation) { c.Status = helpdesk.Resolved })
	foreign := d.in(d.other).conversation()
	queued := func() (out []helpdesk.ConversationID) {
		d.view(func(ctx context.Context, tx helpdesk.Tx) error {
			rows, err := tx.Conversations().Waiting(ctx, helpdesk.Waiting{Limit: 100})
			out = ids[helpdesk.ConversationID](rows)
			return err
		})
		return out
	}
	set := func(inbox helpdesk.InboxID, team helpdesk.TeamID, when time.Time) {
		d.update(func(ctx context.Context, tx helpdesk.Tx) error {
			return tx.Conversations().Queue(ctx, inbox, team, when)
		})
	}
	set(a.Inbox, 0, at(5))
	equal(d, "an inbox is switched on", queued(), []helpdesk.ConversationID{waits.ID, plain.ID})
	equal(d, "who waited keeps its place", get(d, conversations, waits.ID).QueuedAt, at(1))
	if get(d, conversations, plain.ID).Version == plain.Version {
		d.Fatal("Queue does not move the version")
	}
	set(0, team, at(6))
	equal(d, "a team is switched on", queued(), []helpdesk.ConversationID{waits.ID, plain.ID, teams.ID})
	set(0, team, time.Time{})
	set(a.Inbox, 0, time.Time{})
	equal(d, "both are switched off", len(queued()), 0)
	equal(d, "what was known of why it waits", get(d, conversations, waits.ID).Unrouted, 0)
	set(0, 0, at(7))
	equal(d, "everywhere", queued(), []helpdesk.ConversationID{plain.ID, waits.ID, there.ID})
	equal(d, "another account's", d.in(d.other).queuedAt(foreign.ID), time.Time{})
}

func (d *desk) queuedAt(id helpdesk.ConversationID) time.Time {
	return get(d, conversations, id).QueuedAt
}
