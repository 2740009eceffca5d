package bunstore

import (
	"context"
	"slices"

	"github.com/uptrace/bun"

	"github.com/gohelpdesk/helpdesk"
)

// Facets
//
// Beside inbox, status, owner and team, which each conversation has one of, it is
// counted by its labels and by its priority: once more under each. So a list by a
// label has its figures without counting, and knows whether few or many carry it.

// facet is what conversations are counted under: everything, a label's id, or a
// priority's rank below zero. What has no priority is only in everything.
type facet int64

const everything facet = 0

// facets are those of a conversation, beside everything.
func (k counted) facets() []facet {
	var all []facet
	if k.rank > 0 {
		all = append(all, facet(-k.rank))
	}
	for _, id := range k.labels {
		all = append(all, facet(id))
	}
	return all
}

// keptFilter is the part of a filter that the counters know of: plain fields and
// scope, and facets of which a conversation has one at most.
type keptFilter struct {
	helpdesk.ConversationFilter
	title  string // of a label
	facets []facet
}

// keptCounts takes from a filter what the counters know of. It is all of it when
// exact; otherwise they count too much.
func keptCounts(f helpdesk.ConversationFilter) (k keptFilter, exact bool) {
	k.ConversationFilter = helpdesk.ConversationFilter{
		Scope: f.Scope, Status: f.Status, Assignee: f.Assignee, AssigneeID: f.AssigneeID, Inbox: f.Inbox, Team: f.Team,
	}
	exact = f.IDs == nil && f.Contact == 0 && f.ContactInbox == 0 && f.Source == "" && f.Text == "" && f.Person == "" &&
		!f.Unattended && f.Participant == 0 && f.Mentioned == 0 && f.UpdatedSince.IsZero() && f.ActiveBy.IsZero() && !f.Answered
	if s := f.Scope; s != nil && !s.All && (s.Address != 0 || s.Part) {
		exact, k.Scope = false, nil
	}
	switch len(f.Labels) {
	case 0:
	case 1:
		k.title = f.Labels[0]
	default:
		exact = false
	}
	if f.Where != nil && !k.take(*f.Where) {
		exact = false
	}
	return k, exact
}

// take adds a condition, and reports whether it is one that the counters know.
func (k *keptFilter) take(c helpdesk.Cond) bool {
	if len(c.And) > 0 {
		all := true
		for _, one := range c.And {
			all = k.take(one) && all
		}
		return all
	}
	if c.Custom || c.Model != helpdesk.ConversationAttribute || c.Op != helpdesk.Equal || len(c.Values) == 0 {
		return false
	}
	switch id, single := onlyID(c.Values); c.Field {
	case "status":
		if k.Status != nil {
			return false
		}
		for _, v := range c.Values {
			name, _ := v.(string)
			k.Status = append(k.Status, helpdesk.Status(name))
		}
		return true
	case "inbox_id":
		if !single || k.Inbox != 0 {
			return false
		}
		k.Inbox = helpdesk.InboxID(id)
		return true
	case "team_id":
		if !single || k.Team != 0 {
			return false
		}
		k.Team = helpdesk.TeamID(id)
		return true
	case "labels":
		if !single || k.faceted() {
			return false
		}
		k.facets = []facet{facet(id)}
		return true
	case "priority":
		if k.faceted() {
			return false
		}
		k.facets = priorityFacets(c.Values)
		return k.facets != nil
	default:
		return false
	}
}

// onlyID returns the id when it is the only value.
func onlyID(values []any) (id int64, ok bool) {
	id, _ = values[0].(int64)
	return id, id > 0 && len(values) == 1
}

// priorityFacets are those of priorities; nil when having none is among them.
func priorityFacets(values []any) []facet {
	var all []facet
	for _, v := range values {
		name, _ := v.(string)
		rank := packPriority(helpdesk.Priority(name))
		if rank == 0 {
			return nil
		}
		all = append(all, facet(-rank))
	}
	return slices.Compact(slices.Sorted(slices.Values(all)))
}

func (k *keptFilter) faceted() bool { return k.title != "" || k.facets != nil }

// labelled reports whether the filter asks for a single label.
func (k *keptFilter) labelled() bool { return k.title != "" || len(k.facets) == 1 && k.facets[0] > 0 }

// counting starts a query over the counters of what passes the filter.
func (t *tx) counting(k keptFilter) *bun.SelectQuery {
	q := plainFilter(t.underFacet(k), "k", k.ConversationFilter)
	if k.Scope != nil {
		q = t.scoped(q, "k", *k.Scope)
	}
	return q
}

// underFacet starts a query over the counters of the filter's facets.
func (t *tx) underFacet(k keptFilter) *bun.SelectQuery {
	q := t.selectFrom((*countRow)(nil), "@helpdesk_conversation_counts", "k")
	switch {
	case k.title != "":
		return q.Where("k.facet IN (?)", t.labelIDs(k.title))
	case k.facets != nil:
		return q.Where("k.facet IN (?)", in(k.facets))
	default:
		return q.Where("k.facet = ?", everything)
	}
}

// labelIDs is a query for the id of a label.
func (t *tx) labelIDs(title string) *bun.SelectQuery {
	return t.selectFrom((*labelRow)(nil), "@helpdesk_labels", "l").ColumnExpr("l.id").Where("l.title_fold = ?", fold(title))
}

// byLabel limits a query to conversations with the filter's label, of which a page
// of rows is wanted. They are found by going through the list, or through all that
// carry the label when that is shorter: the counters know. They choose the way and
// never what is found.
func (r *conversations) byLabel(ctx context.Context, q *bun.SelectQuery, k keptFilter, rows int) (*bun.SelectQuery, error) {
	if err := r.flushCounts(ctx); err != nil {
		return nil, err
	}
	plain := k
	plain.title, plain.facets = "", nil
	sum := "COALESCE(SUM(k.n), 0)"
	var n struct {
		Label helpdesk.LabelID `bun:"label"`
		Carry int              `bun:"carry"` // carry it, whoever may see them
		Pass  int              `bun:"pass"`  // and pass the filter
		List  int              `bun:"list"`  // pass it without the label
	}
	count := r.db.NewSelect().
		ColumnExpr("(?) AS carry", r.underFacet(k).ColumnExpr(sum)).
		ColumnExpr("(?) AS pass", r.counting(k).ColumnExpr(sum)).
		ColumnExpr("(?) AS list", r.counting(plain).ColumnExpr(sum))
	if k.title != "" {
		count = count.ColumnExpr("COALESCE((?), 0) AS label", r.labelIDs(k.title))
	} else {
		count = count.ColumnExpr("? AS label", k.facets[0])
	}
	if err := count.Scan(ctx, &n); err != nil {
		return nil, r.fail(err)
	}
	walked := n.List
	if n.Pass > rows {
		walked = n.List * rows / n.Pass
	}
	if n.Carry < walked {
		return r.carrying(q, n.Label), nil
	}
	// No EXISTS, which Postgres would make a join of, with all that carry it.
	return q.Where(r.d.qualify("(SELECT x.label_id FROM @helpdesk_conversation_labels AS x WHERE x.account_id = c.account_id AND x.conversation_id = c.id AND x.label_id = ?) IS NOT NULL"), n.Label), nil
}

// carrying makes a query of conversations begin with those that carry a label.
func (t *tx) carrying(q *bun.SelectQuery, label helpdesk.LabelID) *bun.SelectQuery {
	if t.d.postgres() {
		return q.Where(t.d.qualify("c.id = ANY (ARRAY(SELECT few.conversation_id FROM @helpdesk_conversation_labels AS few WHERE few.account_id = ? AND few.label_id = ?))"),
			t.account, label)
	}
	return q.ModelTableExpr(t.d.qualify("@helpdesk_conversation_labels AS few CROSS JOIN @helpdesk_conversations AS c")).
		Where("few.account_id = ? AND few.label_id = ? AND c.id = few.conversation_id", t.account, label)
}

// without is a filter without the single label that was taken from it.
func (k *keptFilter) without(f helpdesk.ConversationFilter) helpdesk.ConversationFilter {
	if k.title != "" {
		f.Labels = nil
		return f
	}
	where := withoutLabel(*f.Where, k.facets[0])
	f.Where = &where
	return f
}

func withoutLabel(c helpdesk.Cond, label facet) helpdesk.Cond {
	if len(c.And) > 0 {
		c.And = slices.Clone(c.And)
		for i := range c.And {
			c.And[i] = withoutLabel(c.And[i], label)
		}
		return c
	}
	if k := (keptFilter{}); k.take(c) && k.labelled() && k.facets[0] == label {
		return helpdesk.Cond{}
	}
	return c
}
