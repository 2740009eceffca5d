package helpdesk

import "context"

// audit records an administrative change, in the commit that makes it.
func (u *unit) audit(verb, noun string, object int64, changes map[string]Change) error {
	return u.tx.Audit().Append(u.ctx, &AuditEntry{
		Account: u.actor.account, Actor: u.actor.ref, Remote: u.actor.remote, Verb: verb, Noun: noun, Object: object,
		Changes: changes, At: u.now,
	})
}

// Audit is the service for the record of administrative changes.
type Audit struct{ d *Desk }

// List returns entries, newest first.
func (s Audit) List(ctx context.Context, p Page) ([]*AuditEntry, error) {
	return read(ctx, s.d, func(u *unit) ([]*AuditEntry, error) {
		if err := u.may(ReadAudit); err != nil {
			return nil, err
		}
		return u.tx.Audit().List(u.ctx, p)
	})
}
