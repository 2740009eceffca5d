package bunstore

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/uptrace/bun"

	"github.com/gohelpdesk/helpdesk"
)

// Bounds of a search.
const (
	maxExpansion  = 100 // words that begin as asked, above which the index is read as a whole
	maxScopeWords = 50  // inboxes that the index is asked for; more are sorted out row by row
	maxHits       = 10_000
	newestFirst   = 5000 // messages that Postgres looks through before it asks its index
)

// index is one of the two search indexes.
type index struct {
	table  string // whose rows it finds
	alias  string
	column string // what Postgres' index is over, beside the account
	fts    string // SQLite's index
	inbox  bool   // it holds inboxes too
}

func messageIndex() index { return index{"@helpdesk_messages", "m", "words", "message", true} }

func contactIndex() index { return index{"@helpdesk_contacts", "c", "grams", "contact", false} }

// from is what a search selects from: on SQLite the index leads.
func (x index) from(d *dialect) string {
	if d.postgres() {
		return d.qualify(x.table) + " AS " + x.alias
	}
	return "helpdesk_" + x.fts + "_search AS s CROSS JOIN " + d.qualify(x.table) + " AS " + x.alias + " ON " + x.alias + ".id = s.rowid"
}

// order is newest first. On Postgres it is no index's order: the planner would
// walk all rows backwards for words that nobody said.
func (x index) order(d *dialect) string {
	if d.postgres() {
		return x.alias + ".id + 0 DESC"
	}
	return "s.rowid DESC"
}

// tokens is the expression of Postgres' index, letter by letter as the migration
// has it.
func (x index) tokens() string {
	a := x.alias + ".account_id::text"
	e := a + " || '_' || replace(" + x.alias + "." + x.column + ", ' ', ' ' || " + a + " || '_')"
	if x.inbox {
		e += " || ' _i' || " + x.alias + ".inbox_id::text"
	}
	return "(" + e + ")::tsvector"
}

// match limits a query over from to rows that hold all words, and a word that
// begins with prefix; of some inboxes, unless there are none. Words hold letters,
// digits and marks only, so that no database takes one for anything else.
func (t *tx) match(q *bun.SelectQuery, x index, words []string, prefix string, inboxes []helpdesk.InboxID) *bun.SelectQuery {
	var all, any []string
	for _, w := range words {
		all = append(all, t.token(w))
	}
	if x.inbox && len(inboxes) > 0 && len(inboxes) <= maxScopeWords {
		for _, id := range inboxes {
			any = append(any, t.d.quoteToken("_i"+strconv.FormatInt(int64(id), 10)))
		}
	}
	q = q.Where("?.account_id = ?", bun.Safe(x.alias), t.account)
	if t.d.postgres() {
		if len(any) > 0 {
			all = append(all, "("+strings.Join(any, " | ")+")")
		}
		if prefix != "" {
			all = append(all, t.token(prefix)+":*")
		}
		return q.Where("?.? <> '' AND ? @@ ?::tsquery", bun.Safe(x.alias), bun.Safe(x.column), bun.Safe(x.tokens()), strings.Join(all, " & "))
	}
	if len(any) > 0 {
		all = append(all, "("+strings.Join(any, " OR ")+")")
	}
	column := bun.Safe("s.helpdesk_" + x.fts + "_search")
	text := strings.Join(all, " AND ")
	if prefix == "" {
		return q.Where("? MATCH ?", column, text)
	}
	if text != "" {
		text += " AND "
	}
	return q.Where("? MATCH (? || (?))", column, text, t.expansion(x, prefix))
}

// token is a word as the index holds it, quoted for a question.
func (t *tx) token(word string) string { return t.d.quoteToken(fmt.Sprintf("%d_%s", t.account, word)) }

// quoteToken is a token within a tsquery, or within what FTS5 is asked. There is
// nothing in it to escape.
func (d *dialect) quoteToken(token string) string {
	if d.postgres() {
		return "'" + token + "'"
	}
	return `"` + token + `"`
}

// expansion is a subquery that spells out the words with a prefix, on SQLite: FTS5
// would collect and sort all their entries before it gives the first, where of
// words it knows it reads them newest first, and only as many as are asked for.
// The words are found by leaps, one look each.
func (t *tx) expansion(x index, prefix string) *bun.SelectQuery {
	from := fmt.Sprintf("%d_%s", t.account, prefix)
	leap := "(SELECT v.term FROM helpdesk_" + x.fts + "_vocabulary AS v WHERE v.term >= ? AND v.term < ? LIMIT 1)"
	beyond := from + "\U0010FFFF"
	words := t.db.NewRaw("WITH RECURSIVE w(term) AS (SELECT "+leap+" UNION ALL SELECT "+leap+" FROM w WHERE w.term IS NOT NULL LIMIT ?)"+
		" SELECT term FROM w WHERE term IS NOT NULL", from, beyond, bun.Safe("w.term || '0'"), beyond, maxExpansion+2)
	return t.db.NewSelect().TableExpr("(?) AS w", words).
		ColumnExpr(`CASE WHEN count(*) > ? THEN ? ELSE '(' || COALESCE(string_agg('"' || w.term || '"', ' OR '), ?) || ')' END`,
			maxExpansion, t.token(prefix)+"*", t.token(prefix))
}

// hits limits a query over the message index to what a question finds.
func (t *tx) hits(q *bun.SelectQuery, ask question, scope *helpdesk.Scope, inbox helpdesk.InboxID) *bun.SelectQuery {
	var inboxes []helpdesk.InboxID
	switch {
	case inbox != 0:
		inboxes = []helpdesk.InboxID{inbox}
	case scope != nil && !scope.All && scope.Address == 0:
		inboxes = scope.Inboxes
	}
	q = t.match(q, messageIndex(), ask.words, ask.prefix, inboxes)
	return t.visible(saying(q, ask.phrases), scope, inbox)
}

// saying limits messages to those whose words are like all patterns.
func saying(q *bun.SelectQuery, patterns []string) *bun.SelectQuery {
	for _, pattern := range patterns {
		q = q.Where("' ' || m.words || ' ' LIKE ?", pattern)
	}
	return q
}

// visible limits messages to those in a scope, and in an inbox unless that is 0.
func (t *tx) visible(q *bun.SelectQuery, scope *helpdesk.Scope, inbox helpdesk.InboxID) *bun.SelectQuery {
	if inbox != 0 {
		q = q.Where("m.inbox_id = ?", inbox)
	}
	return t.scopedMessages(q, scope)
}

// scopedMessages limits messages to those of conversations in the scope.
func (t *tx) scopedMessages(q *bun.SelectQuery, s *helpdesk.Scope) *bun.SelectQuery {
	switch {
	case s == nil || s.All:
		return q
	case s.Address == 0 && s.Own && s.Free && s.Others: // whoever owns them
		return q.Where("m.inbox_id IN (?)", in(s.Inboxes))
	default:
		return q.Where("EXISTS (?)", t.scoped(t.db.NewSelect().TableExpr(t.d.qualify("@helpdesk_conversations AS v")).ColumnExpr("1").
			Where("v.account_id = m.account_id AND v.id = m.conversation_id"), "v", *s))
	}
}

// Search implements helpdesk.MessageRepo. Postgres' index gives its entries in no
// order, so that a word which everybody says costs a look at all who ever said it.
// The newest messages are therefore looked through first, without the index: what
// is said often fills a page from them, and what is said seldom is soon had from
// the index.
func (r *messages) Search(ctx context.Context, f helpdesk.MessageSearch, p helpdesk.Page) ([]*helpdesk.Message, error) {
	ask := parseQuestion(f.Query)
	if ask.none() || f.Conversations != nil && len(f.Conversations) == 0 {
		return nil, nil
	}
	if r.d.postgres() && f.Conversations == nil && p.Offset <= newestFirst-limit(p) {
		var rows []messageRow
		newest := r.db.NewSelect().TableExpr(r.d.qualify("@helpdesk_messages")).Where("account_id = ?", r.account).OrderExpr("id DESC").Limit(newestFirst)
		q := r.db.NewSelect().Model(&rows).ModelTableExpr("(?) AS m", newest).OrderExpr("m.id DESC")
		found, err := r.page(ctx, r.visible(saying(q, ask.patterns()), f.Scope, f.Inbox), f, p, &rows)
		if err != nil || len(found) == limit(p) {
			return found, err
		}
	}
	var rows []messageRow
	x := messageIndex()
	q := r.hits(r.db.NewSelect().Model(&rows).ModelTableExpr(x.from(r.d)), ask, f.Scope, f.Inbox).OrderExpr(x.order(r.d))
	return r.page(ctx, q, f, p, &rows)
}

// page reads a page of the messages found, of those that the rest of the search is
// about.
func (r *messages) page(ctx context.Context, q *bun.SelectQuery, f helpdesk.MessageSearch, p helpdesk.Page, rows *[]messageRow) ([]*helpdesk.Message, error) {
	if f.Conversations != nil {
		q = q.Where("m.conversation_id IN (?)", in(f.Conversations))
	}
	if f.From != (helpdesk.ActorRef{}) {
		q = q.Where("m.sender_kind = ? AND m.sender_id = ?", f.From.Kind, f.From.ID)
	}
	if !f.Since.IsZero() {
		q = q.Where("m.created_at >= ?", micros(f.Since))
	}
	if !f.Until.IsZero() {
		q = q.Where("m.created_at <= ?", micros(f.Until))
	}
	return r.read(ctx, q.Limit(int64(limit(p))).Offset(int64(max(p.Offset, 0))), rows)
}

// speaking limits conversations to those that hold the words of a question in one
// of their messages, of which the newest maxHits are looked at.
func (t *tx) speaking(q *bun.SelectQuery, f helpdesk.ConversationFilter) *bun.SelectQuery {
	ask := parseQuestion(f.Text)
	if ask.none() {
		return q.Where("1 = 0")
	}
	x := messageIndex()
	newest := t.hits(t.db.NewSelect().TableExpr(x.from(t.d)), ask, f.Scope, f.Inbox).
		ColumnExpr("m.conversation_id").OrderExpr(x.order(t.d)).Limit(maxHits)
	return q.Where("c.id IN (SELECT h.conversation_id FROM (?) AS h)", newest)
}

// known limits contacts to those that have a part in their name, e-mail, company,
// phone or identifier. A part without a trigram is looked for in every row.
func (t *tx) known(q *bun.SelectQuery, part string) *bun.SelectQuery {
	if all := gramsOf(part); len(all) > 0 {
		x := contactIndex()
		rows := t.match(t.db.NewSelect().TableExpr(x.from(t.d)), x, strings.Fields(grams(part)), "", nil)
		q = q.Where("c.id IN (?)", rows.ColumnExpr("c.id"))
	}
	return q.Where(containsPart("c"), repeated(containing(part), 5)...)
}

// with limits conversations to those with contacts that have a part, and to the one
// that has it as its number.
func (t *tx) with(q *bun.SelectQuery, part string) *bun.SelectQuery {
	number, _ := strconv.ParseInt(strings.TrimPrefix(part, "#"), 10, 64) // 0 = no number
	people := t.known(t.db.NewSelect().TableExpr(t.d.qualify("@helpdesk_contacts AS c")).ColumnExpr("c.id").Where("c.account_id = ?", t.account), part)
	return q.Where("(c.display_id = ? OR c.contact_id IN (?))", number, people)
}

// containsPart is the condition that a contact's row has a part; it takes the
// pattern five times.
func containsPart(alias string) string {
	like := func(column string) string { return column + " LIKE ? ESCAPE '!'" }
	return "(" + strings.Join([]string{
		like(alias + ".name_fold"), like(alias + ".email_fold"), like(alias + ".company_fold"),
		like("lower(" + alias + ".phone)"), like("lower(" + alias + ".identifier)"),
	}, " OR ") + ")"
}

func repeated(v any, n int) []any {
	out := make([]any, n)
	for i := range out {
		out[i] = v
	}
	return out
}
