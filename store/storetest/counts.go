package storetest

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/gohelpdesk/helpdesk"
)

// testCounts: the figures above a list equal a recount, whatever happened to
// the conversations. The seeds are fixed.
func testCounts(s suite) {
	for seed := range uint64(3) {
		s.test(fmt.Sprintf("equal a recount, seed %d", seed), func(d *desk) {
			w := newTown(d, seed)
			for round := range 6 {
				w.live(15)
				w.involve(5)
				w.recount(12, round)
			}
		})
	}
	s.test("stay right when a closure runs twice or fails", func(d *desk) {
		a, agent := d.address(d.inbox().ID, d.contact().ID), d.agent()
		insert := func(ctx context.Context, tx helpdesk.Tx) error {
			c := d.draft(a)
			c.Assignee = agent
			return tx.Conversations().Insert(ctx, c)
		}
		d.twice(insert)
		d.ok(wants(d.try(func(ctx context.Context, tx helpdesk.Tx) error {
			return errors.Join(insert(ctx, tx), errOnPurpose)
		}), errOnPurpose))
		want := helpdesk.Counts{Mine: 1, Assigned: 1, All: 1}
		equal(d, "counts", d.counts(helpdesk.ConversationFilter{}, agent), want)
	})
	s.test("stay right under load", func(d *desk) {
		a, agent := d.address(d.inbox().ID, d.contact().ID), d.agent()
		shared := d.converse(a).ID
		d.all(together(10, func(i int) error {
			return d.try(func(ctx context.Context, tx helpdesk.Tx) error {
				if err := tx.Conversations().Insert(ctx, d.draft(a)); err != nil {
					return err
				}
				c, err := tx.Conversations().Lock(ctx, shared)
				if err != nil {
					return err
				}
				if c.Assignee == 0 {
					c.Assignee = agent
				} else {
					c.Assignee = 0
				}
				return tx.Conversations().Update(ctx, c)
			})
		}))
		want := helpdesk.Counts{Unassigned: 11, All: 11}
		equal(d, "counts", d.counts(helpdesk.ConversationFilter{}, agent), want)
	})
	s.test("are of one account", func(d *desk) {
		d.conversation()
		equal(d, "counts", d.in(d.other).counts(helpdesk.ConversationFilter{}, 1), helpdesk.Counts{})
	})
}

func (d *desk) counts(f helpdesk.ConversationFilter, me helpdesk.AgentID) helpdesk.Counts {
	d.Helper()
	var n helpdesk.Counts
	d.view(func(ctx context.Context, tx helpdesk.Tx) (err error) {
		n, err = tx.Conversations().Counts(ctx, f, me)
		return err
	})
	return n
}

// live does n random things to the conversations, each in its own Update.
func (w *town) live(n int) {
	w.d.Helper()
	for range n {
		all := w.all()
		switch what := w.r.IntN(10); {
		case what < 5 || len(all) < 5:
			w.d.update(w.open)
		case what < 8:
			row := *pick(w.r, all)
			w.shuffle(&row)
			w.d.update(func(ctx context.Context, tx helpdesk.Tx) error {
				c := row
				return tx.Conversations().Update(ctx, &c)
			})
		case what < 9:
			row, labels := *pick(w.r, all), []helpdesk.LabelID{pick(w.r, w.labels).ID}
			w.d.update(func(ctx context.Context, tx helpdesk.Tx) error {
				c := row
				return tx.Conversations().SetLabels(ctx, &c, labels)
			})
		default:
			gone := pick(w.r, all).ID
			delete(w.part, gone)
			w.d.update(func(ctx context.Context, tx helpdesk.Tx) error { return tx.Conversations().Delete(ctx, gone) })
		}
	}
}

// recount compares the counts of n random questions with a recount by hand.
func (w *town) recount(n, round int) {
	w.d.Helper()
	all := w.all()
	for i := range n {
		f, me := helpdesk.ConversationFilter{}, pick(w.r, w.agents)
		if w.r.IntN(3) > 0 {
			f.Scope = w.scope()
		}
		w.narrow(&f)
		var want helpdesk.Counts
		for _, c := range all {
			if w.passes(f, c) {
				add(&want, c, me)
			}
		}
		what := fmt.Sprintf("round %d, question %d: counts of %+v in scope %+v for %d", round, i, f, f.Scope, me)
		equal(w.d, what, w.d.counts(f, me), want)
		f.Assignee, f.AssigneeID = helpdesk.Mine, me // ignored
		equal(w.d, what+", of an assignee", w.d.counts(f, me), want)
		equal(w.d, what+", listed", len(w.list(f)), want.Mine)
	}
}

// narrow sets random fields of the filter.
func (w *town) narrow(f *helpdesk.ConversationFilter) {
	if w.r.IntN(2) == 0 {
		f.Status = append(f.Status, pick(w.r, statuses))
	}
	if w.r.IntN(3) == 0 {
		f.Inbox = pick(w.r, w.inboxes)
	}
	if w.r.IntN(3) == 0 {
		f.Team = pick(w.r, w.teams)
	}
	if w.r.IntN(5) == 0 {
		f.Labels = []string{pick(w.r, w.labels).Title}
	}
	if w.r.IntN(6) == 0 {
		f.Participant = pick(w.r, w.agents)
	}
}

// passes is the filter by hand.
func (w *town) passes(f helpdesk.ConversationFilter, c *helpdesk.Conversation) bool {
	labelled := len(f.Labels) == 0
	for _, l := range w.labels {
		labelled = labelled || slices.Contains(f.Labels, l.Title) && slices.Contains(c.Labels, l.ID)
	}
	return labelled &&
		(f.Scope == nil || w.sees(f.Scope, c)) &&
		(len(f.Status) == 0 || slices.Contains(f.Status, c.Status)) &&
		(f.Inbox == 0 || f.Inbox == c.Inbox) &&
		(f.Team == 0 || f.Team == c.Team) &&
		(f.Participant == 0 || w.part[c.ID][f.Participant])
}

func add(n *helpdesk.Counts, c *helpdesk.Conversation, me helpdesk.AgentID) {
	n.All++
	switch c.Assignee {
	case 0:
		n.Unassigned++
	case me:
		n.Mine++
		n.Assigned++
	default:
		n.Assigned++
	}
}
