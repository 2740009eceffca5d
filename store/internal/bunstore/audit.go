package bunstore

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/gohelpdesk/helpdesk"
)

type auditRow struct {
	bun.BaseModel `bun:"table:helpdesk_audit,alias:a"`

	AccountID helpdesk.AccountID                   `bun:"account_id,pk"`
	ID        helpdesk.AuditID                     `bun:"id,pk,autoincrement"`
	ActorKind helpdesk.ActorKind                   `bun:"actor_kind"`
	ActorID   int64                                `bun:"actor_id"`
	Remote    string                               `bun:"remote"`
	Verb      string                               `bun:"verb"`
	Noun      string                               `bun:"noun"`
	Object    int64                                `bun:"object_id"`
	Changes   document[map[string]helpdesk.Change] `bun:"changes"`
	Cause     document[[]helpdesk.ActorRef]        `bun:"cause"`
	At        int64                                `bun:"at"`
}

func (r *auditRow) unpack() *helpdesk.AuditEntry {
	return &helpdesk.AuditEntry{
		Account: r.AccountID, ID: r.ID, Actor: helpdesk.ActorRef{Kind: r.ActorKind, ID: r.ActorID}, Remote: r.Remote,
		Verb: r.Verb, Noun: r.Noun, Object: r.Object, Changes: r.Changes.v, Cause: r.Cause.v, At: moment(r.At),
	}
}

type audit struct{ *tx }

// Append implements helpdesk.AuditLog.
func (r audit) Append(ctx context.Context, e *helpdesk.AuditEntry) error {
	row := &auditRow{
		AccountID: r.account, ActorKind: e.Actor.Kind, ActorID: e.Actor.ID, Remote: e.Remote,
		Verb: e.Verb, Noun: e.Noun, Object: e.Object, Changes: doc(e.Changes), Cause: doc(e.Cause), At: micros(e.At),
	}
	_, err := r.insertInto(row, "@helpdesk_audit").Exec(ctx)
	e.Account, e.ID = r.account, row.ID
	return r.fail(err)
}

// AuditUser implements helpdesk.SystemTx.
func (s *systemTx) AuditUser(ctx context.Context, user helpdesk.AgentID, e *helpdesk.AuditEntry) error {
	_, err := s.exec(ctx, `INSERT INTO @helpdesk_audit (account_id, actor_kind, actor_id, remote, verb, noun, object_id, changes, cause, at)
		SELECT account_id, ?, ?, ?, ?, ?, ?, NULL, NULL, ? FROM @helpdesk_agents WHERE id = ? ORDER BY account_id`,
		e.Actor.Kind, e.Actor.ID, e.Remote, e.Verb, e.Noun, e.Object, micros(e.At), user)
	return err
}

// List implements helpdesk.AuditLog.
func (r audit) List(ctx context.Context, p helpdesk.Page) ([]*helpdesk.AuditEntry, error) {
	var rows []auditRow
	q, err := byID(r.selectFrom(&rows, "@helpdesk_audit", "a"), "a", true, p)
	if err != nil {
		return nil, err
	}
	if err := r.all(ctx, q); err != nil {
		return nil, err
	}
	return unpackAll(rows, (*auditRow).unpack), nil
}
