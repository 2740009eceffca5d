package bunstore

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/gohelpdesk/helpdesk"
)

type sessionRow struct {
	bun.BaseModel `bun:"table:helpdesk_sessions,alias:s"`

	ID        helpdesk.SessionID `bun:"id,pk,autoincrement"`
	User      helpdesk.AgentID   `bun:"user_id"`
	Client    string             `bun:"client"`
	Digest    []byte             `bun:"digest"`
	CreatedAt int64              `bun:"created_at"`
	UsedAt    int64              `bun:"used_at"`
	ExpiresAt stamp              `bun:"expires_at"`
}

type sessions struct{ *tx }

// Put implements helpdesk.SessionRepo.
func (r sessions) Put(ctx context.Context, s *helpdesk.Session, keep int) error {
	if err := r.Delete(ctx, s.User, s.Client); err != nil {
		return err
	}
	row := &sessionRow{
		User: s.User, Client: s.Client, Digest: s.Digest,
		CreatedAt: micros(s.CreatedAt), UsedAt: micros(s.UsedAt), ExpiresAt: at(s.ExpiresAt),
	}
	n, err := r.insert(ctx, r.insertInto(row, "@helpdesk_sessions AS s"))
	if err != nil {
		return err
	}
	if n == 0 {
		return taken("session")
	}
	s.ID = row.ID
	_, err = r.exec(ctx, `DELETE FROM @helpdesk_sessions WHERE user_id = ? AND id NOT IN (
		SELECT id FROM @helpdesk_sessions WHERE user_id = ? ORDER BY used_at DESC, id DESC LIMIT ?)`, s.User, s.User, keep)
	return err
}

// Find implements helpdesk.SessionRepo.
func (r sessions) Find(ctx context.Context, user helpdesk.AgentID, client string) (*helpdesk.Session, error) {
	row := new(sessionRow)
	q := r.db.NewSelect().Model(row).ModelTableExpr(r.d.qualify("@helpdesk_sessions AS s")).
		Where("s.user_id = ? AND s.client = ?", user, client)
	if err := r.find(ctx, q, "session"); err != nil {
		return nil, err
	}
	return &helpdesk.Session{
		ID: row.ID, User: row.User, Client: row.Client, Digest: row.Digest,
		CreatedAt: moment(row.CreatedAt), UsedAt: moment(row.UsedAt), ExpiresAt: row.ExpiresAt.time(),
	}, nil
}

// Delete implements helpdesk.SessionRepo.
func (r sessions) Delete(ctx context.Context, user helpdesk.AgentID, client string) error {
	_, err := r.exec(ctx, "DELETE FROM @helpdesk_sessions WHERE user_id = ? AND client = ?", user, client)
	return err
}

// DeleteOthers implements helpdesk.SessionRepo.
func (r sessions) DeleteOthers(ctx context.Context, user helpdesk.AgentID, client string) error {
	_, err := r.exec(ctx, `DELETE FROM @helpdesk_sessions WHERE user_id = ? AND id NOT IN (
		SELECT id FROM @helpdesk_sessions WHERE user_id = ? AND (? = '' OR client = ?) ORDER BY used_at DESC, id DESC LIMIT 1)`,
		user, user, client, client)
	return err
}

// DeleteUser implements helpdesk.SessionRepo.
func (r sessions) DeleteUser(ctx context.Context, user helpdesk.AgentID) error {
	_, err := r.exec(ctx, "DELETE FROM @helpdesk_sessions WHERE user_id = ?", user)
	return err
}
