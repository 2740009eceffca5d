package bunstore

import (
	"context"
	"time"

	"github.com/gohelpdesk/helpdesk"
)

// systemTx is a directory of what belongs to no account.
type systemTx struct {
	directory
	*tx
}

func (s *systemTx) Accounts() helpdesk.Repo[helpdesk.AccountID, helpdesk.Account, helpdesk.AccountFilter] {
	return newAccounts(s.tx)
}

func (s *systemTx) Bots() helpdesk.Repo[helpdesk.AgentID, helpdesk.Bot, helpdesk.BotFilter] {
	return newBots(s.tx, true)
}

func (s *systemTx) PlatformApps() helpdesk.Repo[helpdesk.PlatformAppID, helpdesk.PlatformApp, helpdesk.PlatformAppFilter] {
	return newPlatformApps(s.tx)
}

func (s *systemTx) Tickets() helpdesk.Tickets { return tickets{s.tx} }

func (s *systemTx) Leases() helpdesk.Leases { return leases{s.tx} }

func (s *systemTx) Buckets() helpdesk.Buckets { return buckets{s.tx} }

// AddMember implements helpdesk.SystemTx.
func (s *systemTx) AddMember(ctx context.Context, a *helpdesk.Agent) error {
	within := newTx(s.d, s.db, a.Account)
	err := newAgents(within).Insert(ctx, a)
	if err == nil {
		err = within.bumpConfig(ctx)
	}
	if within.failed != nil {
		return s.fail(within.failed)
	}
	return err
}

// Memberships implements helpdesk.SystemTx.
func (s *systemTx) Memberships(ctx context.Context, user helpdesk.AgentID) ([]*helpdesk.Agent, error) {
	var rows []agentRow
	q := s.db.NewSelect().Model(&rows).ModelTableExpr(s.d.qualify("@helpdesk_agents AS a")).
		ColumnExpr("?TableColumns").ColumnExpr(s.d.qualify(agentAlong)).
		Where("a.id = ?", user).Order("a.account_id")
	if err := s.all(ctx, q); err != nil {
		return nil, err
	}
	return unpackAll(rows, (*agentRow).unpack), nil
}

// DropIdempotency implements helpdesk.SystemTx.
func (s *systemTx) DropIdempotency(ctx context.Context, before time.Time) error {
	_, err := s.exec(ctx, "DELETE FROM @helpdesk_idempotency WHERE at < ?", micros(before))
	return err
}
