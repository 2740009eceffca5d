package bunstore

import (
	"context"
	"slices"
	"strconv"

	"github.com/uptrace/bun"

	"github.com/gohelpdesk/helpdesk"
)

// measured is the condition of the partial indexes of the log, word by word:
// SQLite uses them for no other.
const measured = `e.kind IN ('conversation.bot_handoff', 'conversation.bot_resolved', 'conversation.created', 'conversation.opened', 'conversation.resolved', 'first_reply.created', 'reply.created')`

type reporter struct{ *tx }

type factRow struct {
	Span          int                  `bun:"span"`
	ID            int64                `bun:"id"`
	Kind          helpdesk.EventKind   `bun:"kind"`
	MessageKind   helpdesk.MessageKind `bun:"message_kind"`
	N             int                  `bun:"n"`
	Conversations int                  `bun:"conversations"`
	Elapsed       int64                `bun:"elapsed"`
	Business      int64                `bun:"business"`
}

// Facts implements helpdesk.Reporter. The spans are a table of their own that the
// log is joined to, so that one statement serves hours, months and years alike,
// and each event is looked up by the index of times.
func (r reporter) Facts(ctx context.Context, q helpdesk.FactQuery) ([]helpdesk.Fact, error) {
	if len(q.Spans) == 0 || len(q.Kinds) == 0 {
		return nil, nil
	}
	who, joins := r.owner(q.By)
	where := " WHERE e.account_id = ? AND e.at >= s.column2 AND e.at < s.column3 AND NOT e.private AND e.kind IN (?)"
	if !slices.Contains(q.Kinds, helpdesk.MessageCreated) {
		where += " AND " + measured
	}
	args := []any{spanTable(q.Spans), r.account, in(q.Kinds)}
	if q.ID != 0 && q.By != helpdesk.ByAccount {
		where += " AND " + who + " = ?"
		args = append(args, q.ID)
	}
	if q.Inboxes != nil {
		where += " AND " + r.d.fact("i") + " IN (?)"
		args = append(args, in(q.Inboxes))
	}
	var rows []factRow
	err := r.scan(ctx, &rows, "SELECT s.column1 AS span, "+who+" AS id, e.kind AS kind, e.message_kind AS message_kind, count(*) AS n,"+
		" count(DISTINCT e.conversation_id) AS conversations, CAST(sum(e.elapsed) AS bigint) AS elapsed, CAST(sum(e.business) AS bigint) AS business"+
		" FROM (VALUES ?) AS s CROSS JOIN @helpdesk_events AS e"+joins+where+" GROUP BY 1, 2, 3, 4", args...)
	return unpackFacts(rows), err
}

func unpackFacts(rows []factRow) []helpdesk.Fact {
	out := make([]helpdesk.Fact, len(rows))
	for i, row := range rows {
		out[i] = helpdesk.Fact(row)
	}
	return out
}

// spanTable is the inside of VALUES: number, since and until of each span.
func spanTable(spans []helpdesk.Span) bun.Safe {
	var b []byte
	for i, s := range spans {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendInt(append(b, '('), int64(i), 10)
		b = strconv.AppendInt(append(b, ','), micros(s.Since), 10)
		b = append(strconv.AppendInt(append(b, ','), micros(s.Until), 10), ')')
	}
	return bun.Safe(b)
}

// owner is the expression for whose an event is, and what must be joined for it.
func (r reporter) owner(by helpdesk.ReportBy) (who, joins string) {
	now := " JOIN @helpdesk_conversations AS c ON c.account_id = e.account_id AND c.id = e.conversation_id"
	switch by {
	case helpdesk.ByInboxes:
		return r.d.fact("i"), ""
	case helpdesk.ByTeams:
		return "c.team_id", now
	case helpdesk.ByLabels:
		return "l.label_id", " JOIN @helpdesk_conversation_labels AS l ON l.account_id = e.account_id AND l.conversation_id = e.conversation_id"
	case helpdesk.ByAgents:
		return "CASE WHEN e.kind = 'conversation.created' THEN COALESCE(c.assignee_id, 0)" +
			" WHEN e.kind = 'first_reply.created' OR e.message_kind = 'outgoing' THEN CASE WHEN e.actor_kind = 'agent' THEN e.actor_id ELSE 0 END" +
			" ELSE " + r.d.fact("a") + " END", " LEFT" + now
	default:
		return "0", ""
	}
}

// fact reads a number of an event's facts; 0 when it is not there.
func (d *dialect) fact(key string) string {
	if d.postgres() {
		return "COALESCE((e.after->>'" + key + "')::bigint, 0)"
	}
	return "COALESCE(json_extract(e.after, '$." + key + "'), 0)"
}

// reported starts a query for the measured events of a filter.
func (r reporter) reported(dest any, f helpdesk.ReportEventFilter) *bun.SelectQuery {
	q := r.selectFrom(dest, "@helpdesk_events", "e").Where(measured).Where("e.kind <> ?", helpdesk.ConversationCreated)
	if f.Kind != "" {
		q = q.Where("e.kind = ?", f.Kind)
	}
	if !f.Since.IsZero() {
		q = q.Where("e.at >= ?", micros(f.Since))
	}
	if !f.Until.IsZero() {
		q = q.Where("e.at < ?", micros(f.Until))
	}
	if f.Conversation != 0 {
		q = q.Where("e.conversation_id = ?", f.Conversation)
	}
	if f.Inbox != 0 {
		q = q.Where("? = ?", bun.Safe(r.d.fact("i")), f.Inbox)
	}
	if f.Inboxes != nil {
		q = q.Where("? IN (?)", bun.Safe(r.d.fact("i")), in(f.Inboxes))
	}
	if f.Agent != 0 {
		q = q.Where("CASE WHEN e.kind = 'first_reply.created' THEN CASE WHEN e.actor_kind = 'agent' THEN e.actor_id ELSE 0 END ELSE ? END = ?", bun.Safe(r.d.fact("a")), f.Agent)
	}
	return q
}

// Events implements helpdesk.Reporter.
func (r reporter) Events(ctx context.Context, f helpdesk.ReportEventFilter, p helpdesk.Page) ([]*helpdesk.Event, error) {
	var rows []eventRow
	q := r.reported(&rows, f).OrderExpr("e.at DESC, e.seq DESC").Limit(int64(limit(p))).Offset(int64(max(p.Offset, 0)))
	if err := r.all(ctx, q); err != nil {
		return nil, err
	}
	return unpackAll(rows, (*eventRow).unpack), nil
}

// CountEvents implements helpdesk.Reporter.
func (r reporter) CountEvents(ctx context.Context, f helpdesk.ReportEventFilter) (n int, err error) {
	err = r.fail(r.reported((*eventRow)(nil), f).ColumnExpr("count(*)").Scan(ctx, &n))
	return n, err
}

// Measured implements helpdesk.EventLog.
func (r eventLog) Measured(ctx context.Context, id helpdesk.ConversationID) ([]*helpdesk.Event, error) {
	var rows []eventRow
	q := r.selectFrom(&rows, "@helpdesk_events", "e").Where(measured).Where("e.conversation_id = ?", id).Order("e.seq")
	if err := r.all(ctx, q); err != nil {
		return nil, err
	}
	return unpackAll(rows, (*eventRow).unpack), nil
}

type liveRow struct {
	ID           int64 `bun:"id"`
	Open         int   `bun:"open"`
	Unattended   int   `bun:"unattended"`
	WaitingAgain int   `bun:"waiting_again"`
	Unassigned   int   `bun:"unassigned"`
	Pending      int   `bun:"pending"`
}

// Live implements helpdesk.Reporter.
func (r reporter) Live(ctx context.Context, q helpdesk.LiveQuery) ([]helpdesk.LiveCount, error) {
	who, where, args := "0", "", []any{r.account}
	switch q.By {
	case helpdesk.ByAgents:
		who = "c.assignee_id"
	case helpdesk.ByTeams:
		who = "c.team_id"
	default: // all together
	}
	if q.Team != 0 {
		where, args = " AND c.team_id = ?", append(args, q.Team)
	}
	if q.Inboxes != nil {
		where, args = where+" AND c.inbox_id IN (?)", append(args, in(q.Inboxes))
	}
	count := func(condition string) string {
		return "CAST(COALESCE(sum(CASE WHEN " + condition + " THEN 1 ELSE 0 END), 0) AS bigint)"
	}
	var rows []liveRow
	err := r.scan(ctx, &rows, "SELECT "+who+" AS id, "+count("c.status = 'open'")+" AS open, "+
		count("c.status = 'open' AND (c.first_reply_at IS NULL OR c.waiting_since IS NOT NULL)")+" AS unattended, "+
		count("c.status = 'open' AND c.first_reply_at IS NOT NULL AND c.waiting_since IS NOT NULL")+" AS waiting_again, "+
		count("c.status = 'open' AND c.assignee_id = 0")+" AS unassigned, "+count("c.status = 'pending'")+" AS pending"+
		" FROM @helpdesk_conversations AS c WHERE c.account_id = ? AND c.status IN ('open', 'pending')"+where+" GROUP BY 1 ORDER BY 1", args...)
	out := make([]helpdesk.LiveCount, len(rows))
	for i, row := range rows {
		out[i] = helpdesk.LiveCount(row)
	}
	return out, err
}

// Begun implements helpdesk.Reporter.
func (r reporter) Begun(ctx context.Context, s helpdesk.Span, inboxes []helpdesk.InboxID) ([]helpdesk.BegunCount, error) {
	var rows []struct {
		Inbox  helpdesk.InboxID `bun:"inbox_id"`
		Status helpdesk.Status  `bun:"status"`
		N      int              `bun:"n"`
	}
	where, args := "", []any{r.account, micros(s.Since), micros(s.Until)}
	if inboxes != nil {
		where, args = " AND inbox_id IN (?)", append(args, in(inboxes))
	}
	err := r.scan(ctx, &rows, "SELECT inbox_id, status, count(*) AS n FROM @helpdesk_conversations WHERE account_id = ? AND created_at >= ? AND created_at < ?"+
		where+" GROUP BY inbox_id, status ORDER BY inbox_id, status", args...)
	out := make([]helpdesk.BegunCount, len(rows))
	for i, row := range rows {
		out[i] = helpdesk.BegunCount(row)
	}
	return out, err
}
