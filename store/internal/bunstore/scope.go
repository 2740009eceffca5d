package bunstore

import (
	"github.com/uptrace/bun"

	"github.com/gohelpdesk/helpdesk"
)

// scoped is helpdesk.Scope in SQL: the one place where lists, counts and
// searches learn what a viewer sees. It must agree with Scope.Sees.
func (t *tx) scoped(q *bun.SelectQuery, alias string, s helpdesk.Scope) *bun.SelectQuery {
	a := bun.Safe(alias)
	if s.All {
		return q
	}
	if s.Address != 0 {
		if len(s.Proven) == 0 {
			return q.Where("?.contact_inbox_id = ?", a, s.Address)
		}
		return q.Where("(?.contact_inbox_id = ? OR ?.contact_id = ? AND ?.contact_inbox_id IN (?))", a, s.Address, a, s.Contact, a, in(s.Proven))
	}
	q = q.Where("?.inbox_id IN (?)", a, in(s.Inboxes))
	if s.Own && s.Free && s.Others {
		return q
	}
	return q.WhereGroup(" AND ", func(q *bun.SelectQuery) *bun.SelectQuery {
		q = q.Where("1 = 0")
		if s.Free {
			q = q.WhereOr("?.assignee_id = 0", a)
		}
		if s.Own {
			q = q.WhereOr("?.assignee_id = ? AND ?.assignee_id <> 0", a, s.Agent, a)
		}
		if s.Others {
			q = q.WhereOr("?.assignee_id NOT IN (0, ?)", a, s.Agent)
		}
		if s.Part {
			q = q.WhereOr("?.assignee_id <> ? AND "+t.d.qualify("EXISTS (SELECT 1 FROM @helpdesk_conversation_participants AS p WHERE p.account_id = ?.account_id AND p.conversation_id = ?.id AND p.agent_id = ?)"), a, s.Agent, a, a, s.Agent)
		}
		return q
	})
}
