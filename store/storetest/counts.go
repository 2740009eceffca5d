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
	s.test("of two labels are of those with both", func(d *desk) {
		w := newTown(d, 1)
		carries := func(l *helpdesk.Label) helpdesk.Cond {
			return helpdesk.Cond{Field: "labels", Model: helpdesk.ConversationAttribute, Op: helpdesk.Equal, Type: helpdesk.LabelsField, Values: []any{int64(l.ID)}}
		}
		for _, labels := range [][]helpdesk.LabelID{{w.labels[0].ID}, {w.labels[0].ID, w.labels[1].ID}} {
			d.update(func(ctx context.Context, tx helpdesk.Tx) error {
				c := d.draft(w.addresses[0])
				c.Labels = labels
				return tx.Conversations().Insert(ctx, c)
			})
		}
		both := helpdesk.ConversationFilter{Where: &helpdesk.Cond{And: []helpdesk.Cond{carries(w.labels[0]), carries(w.labels[1])}}}
		equal(d, "listed", len(w.list(both)), 1)
		equal(d, "counted", d.counts(both, 0).All, 1)
		one := helpdesk.ConversationFilter{Where: new(carries(w.labels[0]))}
		equal(d, "listed with one", len(w.list(one)), 2)
		equal(d, "counted with one", d.counts(one, 0).All, 2)
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
		switch what := w.r.IntN(20); {
		case what < 9 || len(all) < 5:
			w.d.update(w.open)
		case what < 10:
			w.relabel()
		case what < 15:
			row := *pick(w.r, all)
			w.shuffle(&row)
			w.d.update(func(ctx context.Context, tx helpdesk.Tx) error {
				c := row
				return tx.Conversations().Update(ctx, &c)
			})
		case what < 18:
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

// relabel deletes a label and makes it anew, on no conversation.
func (w *town) relabel() {
	w.d.Helper()
	i := w.r.IntN(len(w.labels))
	title := w.labels[i].Title
	w.d.update(func(ctx context.Context, tx helpdesk.Tx) error { return tx.Labels().Delete(ctx, w.labels[i].ID) })
	w.labels[i] = w.d.label(title)
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
	if w.r.IntN(2) == 0 {
		f.Where = w.cond()
	}
}

// cond is a random condition of the kind that counters may know.
func (w *town) cond() *helpdesk.Cond {
	equal := func(field string, typ helpdesk.FieldType, values ...any) helpdesk.Cond {
		return helpdesk.Cond{Field: field, Model: helpdesk.ConversationAttribute, Op: helpdesk.Equal, Type: typ, Values: values}
	}
	var all []helpdesk.Cond
	for range 1 + w.r.IntN(3) {
		switch w.r.IntN(6) {
		case 0:
			all = append(all, equal("status", helpdesk.ChoiceField, string(pick(w.r, statuses)), string(pick(w.r, statuses))))
		case 1:
			all = append(all, equal("priority", helpdesk.ChoiceField, string(pick(w.r, priorities)), string(pick(w.r, priorities))))
		case 2:
			all = append(all, equal("labels", helpdesk.LabelsField, int64(pick(w.r, w.labels).ID)))
		case 3:
			all = append(all, equal("inbox_id", helpdesk.RefField, int64(pick(w.r, w.inboxes))))
		case 4:
			all = append(all, equal("team_id", helpdesk.RefField, int64(pick(w.r, w.teams))))
		default:
			all = append(all, equal("assignee_id", helpdesk.RefField, int64(pick(w.r, w.agents))))
		}
	}
	return &helpdesk.Cond{And: all}
}

// holds is a condition of cond by hand.
func holds(where *helpdesk.Cond, c *helpdesk.Conversation) bool {
	if where == nil {
		return true
	}
	for _, one := range where.And {
		if !slices.ContainsFunc(one.Values, func(v any) bool {
			switch one.Field {
			case "status":
				return v == string(c.Status)
			case "priority":
				return v == string(c.Priority)
			case "labels":
				return slices.ContainsFunc(c.Labels, func(id helpdesk.LabelID) bool { return v == int64(id) })
			case "inbox_id":
				return v == int64(c.Inbox)
			case "team_id":
				return v == int64(c.Team)
			default:
				return v == int64(c.Assignee)
			}
		}) {
			return false
		}
	}
	return true
}

// passes is the filter by hand.
func (w *town) passes(f helpdesk.ConversationFilter, c *helpdesk.Conversation) bool {
	labelled := len(f.Labels) == 0
	for _, l := range w.labels {
		labelled = labelled || slices.Contains(f.Labels, l.Title) && slices.Contains(c.Labels, l.ID)
	}
	return labelled && holds(f.Where, c) &&
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
