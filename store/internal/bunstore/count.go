package bunstore

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"github.com/uptrace/bun"

	"github.com/gohelpdesk/helpdesk"
)

// countKey is what a conversation is counted as.
type countKey struct {
	facet    facet
	inbox    helpdesk.InboxID
	status   helpdesk.Status
	assignee helpdesk.AgentID
	team     helpdesk.TeamID
}

func (k countKey) compare(o countKey) int {
	return cmp.Or(cmp.Compare(k.facet, o.facet), cmp.Compare(k.inbox, o.inbox), cmp.Compare(k.status, o.status),
		cmp.Compare(k.assignee, o.assignee), cmp.Compare(k.team, o.team))
}

// counted is how a conversation is counted: once, and once more for each of its
// facets.
type counted struct {
	key    countKey // of facet everything
	rank   int      // of its priority
	labels []helpdesk.LabelID
}

func countedAs(c *helpdesk.Conversation) counted {
	return counted{countKey{everything, c.Inbox, c.Status, c.Assignee, c.Team}, packPriority(c.Priority), slices.Clone(c.Labels)}
}

// counter collects what a transaction changes in the counts, so that it is
// written once, in one order, at the end: the rows are hot.
type counter struct {
	deltas map[countKey]int64
	known  map[helpdesk.ConversationID]knownCount
}

// knownCount is how the row was counted at a version.
type knownCount struct {
	version int64
	counted
}

// add counts n conversations of a kind.
func (c *counter) add(k counted, n int64) {
	c.addKey(k.key, n)
	for _, f := range k.facets() {
		k.key.facet = f
		c.addKey(k.key, n)
	}
}

func (c *counter) addKey(k countKey, n int64) {
	if c.deltas == nil {
		c.deltas = map[countKey]int64{}
	}
	c.deltas[k] += n
	if c.deltas[k] == 0 {
		delete(c.deltas, k)
	}
}

func (c *counter) know(id helpdesk.ConversationID, version int64, k counted) {
	if c.known == nil {
		c.known = map[helpdesk.ConversationID]knownCount{}
	}
	c.known[id] = knownCount{version, k}
}

func (c *counter) remember(v *helpdesk.Conversation) { c.know(v.ID, v.Version, countedAs(v)) }

// recall returns how v is counted when this transaction read or wrote it at v's
// version.
func (c *counter) recall(v *helpdesk.Conversation) (counted, bool) {
	k, ok := c.known[v.ID]
	return k.counted, ok && k.version == v.Version
}

type countRow struct {
	bun.BaseModel `bun:"table:helpdesk_conversation_counts,alias:k"`

	AccountID helpdesk.AccountID `bun:"account_id,pk"`
	Facet     facet              `bun:"facet,pk"`
	Inbox     helpdesk.InboxID   `bun:"inbox_id,pk"`
	Status    helpdesk.Status    `bun:"status,pk"`
	Assignee  helpdesk.AgentID   `bun:"assignee_id,pk"`
	Team      helpdesk.TeamID    `bun:"team_id,pk"`
	N         int64              `bun:"n"`
}

// flushCounts writes the collected changes.
func (t *tx) flushCounts(ctx context.Context) error {
	if len(t.counts.deltas) == 0 {
		return nil
	}
	keys := slices.SortedFunc(maps.Keys(t.counts.deltas), countKey.compare)
	rows := make([]countRow, len(keys))
	for i, k := range keys {
		rows[i] = countRow{AccountID: t.account, Facet: k.facet, Inbox: k.inbox, Status: k.status, Assignee: k.assignee, Team: k.team, N: t.counts.deltas[k]}
	}
	_, err := t.insertInto(&rows, "@helpdesk_conversation_counts AS k").
		On("CONFLICT (account_id, facet, inbox_id, status, assignee_id, team_id) DO UPDATE").
		Set("n = k.n + EXCLUDED.n").Returning("NULL").Exec(ctx)
	t.counts.deltas = nil
	return t.fail(err)
}

// countDropped takes the conversations that column leads to out of the counts,
// and returns how many there are.
func (t *tx) countDropped(ctx context.Context, column string, id int64) (int64, error) {
	const kind, these = "c.inbox_id, c.status, c.assignee_id, c.team_id", " WHERE c.account_id = ? AND c."
	var rows []countRow
	err := t.scan(ctx, &rows, "SELECT 0 AS facet, "+kind+", count(*) AS n FROM @helpdesk_conversations AS c"+these+column+" = ? GROUP BY "+kind+
		" UNION ALL SELECT -c.priority, "+kind+", count(*) FROM @helpdesk_conversations AS c"+these+column+" = ? AND c.priority > 0 GROUP BY c.priority, "+kind+
		" UNION ALL SELECT x.label_id, "+kind+", count(*) FROM @helpdesk_conversations AS c JOIN @helpdesk_conversation_labels AS x"+
		" ON x.account_id = c.account_id AND x.conversation_id = c.id"+these+column+" = ? GROUP BY x.label_id, "+kind,
		t.account, id, t.account, id, t.account, id)
	var n int64
	for _, r := range rows {
		t.counts.addKey(countKey{r.Facet, r.Inbox, r.Status, r.Assignee, r.Team}, -r.N)
		if r.Facet == everything {
			n += r.N
		}
	}
	return n, err
}

// maxCount is where counting stops, so that a filter costs the same in an account
// of ten thousand conversations and in one of a million.
const maxCount = 1000

// Counts implements helpdesk.ConversationRepo.
func (r *conversations) Counts(ctx context.Context, f helpdesk.ConversationFilter, me helpdesk.AgentID) (helpdesk.Counts, error) {
	f.Assignee, f.AssigneeID = helpdesk.AnyAssignee, 0
	var sums struct {
		Mine       int `bun:"mine"`
		Unassigned int `bun:"unassigned"`
		All        int `bun:"total"`
	}
	var q *bun.SelectQuery
	kept, exact := keptCounts(f)
	if exact {
		if err := r.flushCounts(ctx); err != nil {
			return helpdesk.Counts{}, err
		}
		q = r.counting(kept).ColumnExpr("COALESCE(SUM(k.n), 0) AS total, COALESCE(SUM(CASE WHEN k.assignee_id = 0 THEN k.n ELSE 0 END), 0) AS unassigned,"+
			" COALESCE(SUM(CASE WHEN k.assignee_id = ? AND k.assignee_id <> 0 THEN k.n ELSE 0 END), 0) AS mine", me)
	} else {
		// In the list's order, so that it walks the account's index and no table.
		some := r.conversationFilter(r.query((*conversationRow)(nil)), f).ColumnExpr("c.assignee_id").
			OrderExpr(conversationOrder(helpdesk.LatestActivity)).Limit(maxCount + 1)
		q = r.db.NewSelect().TableExpr("(?) AS few", some).
			ColumnExpr("count(*) AS total, COALESCE(SUM(CASE WHEN few.assignee_id = 0 THEN 1 ELSE 0 END), 0) AS unassigned,"+
				" COALESCE(SUM(CASE WHEN few.assignee_id = ? AND few.assignee_id <> 0 THEN 1 ELSE 0 END), 0) AS mine", me)
	}
	if err := r.fail(q.Scan(ctx, &sums)); err != nil {
		return helpdesk.Counts{}, err
	}
	c := helpdesk.Counts{Mine: sums.Mine, Assigned: sums.All - sums.Unassigned, Unassigned: sums.Unassigned, All: sums.All}
	if !exact && c.All > maxCount {
		c.All, c.More = maxCount, true
	}
	return c, nil
}
