package bunstore

import (
	"context"
	"slices"

	"github.com/uptrace/bun"

	"github.com/gohelpdesk/helpdesk"
)

// members implements helpdesk.Members over a table of pairs.
type members[Owner ~int64] struct {
	*tx
	table  string
	column string // of the owner
	config bool
}

// Of implements helpdesk.Members.
func (m *members[Owner]) Of(ctx context.Context, owner Owner) ([]helpdesk.AgentID, error) {
	var ids []helpdesk.AgentID
	err := m.scan(ctx, &ids, "SELECT agent_id FROM "+m.table+" WHERE account_id = ? AND "+m.column+" = ? ORDER BY agent_id", m.account, owner)
	return ids, err
}

// All implements helpdesk.Members.
func (m *members[Owner]) All(ctx context.Context) (map[Owner][]helpdesk.AgentID, error) {
	var rows []struct {
		Owner int64            `bun:"owner"`
		Agent helpdesk.AgentID `bun:"agent_id"`
	}
	err := m.scan(ctx, &rows, "SELECT "+m.column+" AS owner, agent_id FROM "+m.table+" WHERE account_id = ? ORDER BY agent_id", m.account)
	all := map[Owner][]helpdesk.AgentID{}
	for _, r := range rows {
		all[Owner(r.Owner)] = append(all[Owner(r.Owner)], r.Agent)
	}
	return all, err
}

// Add implements helpdesk.Members.
func (m *members[Owner]) Add(ctx context.Context, owner Owner, agents ...helpdesk.AgentID) ([]helpdesk.AgentID, error) {
	if len(agents) == 0 {
		return nil, nil
	}
	var added []helpdesk.AgentID
	err := m.scan(ctx, &added, "INSERT INTO "+m.table+" (account_id, "+m.column+", agent_id) VALUES ? ON CONFLICT DO NOTHING RETURNING agent_id",
		pairs(int64(m.account), int64(owner), sortedIDs(agents)))
	m.tx.config = m.tx.config || m.config && len(added) > 0
	slices.Sort(added)
	return added, err
}

// Remove implements helpdesk.Members.
func (m *members[Owner]) Remove(ctx context.Context, owner Owner, agents ...helpdesk.AgentID) error {
	n, err := m.exec(ctx, "DELETE FROM "+m.table+" WHERE account_id = ? AND "+m.column+" = ? AND agent_id IN (?)", m.account, owner, in(agents))
	m.tx.config = m.tx.config || m.config && n > 0
	return err
}

// RemoveAgent implements helpdesk.Members.
func (m *members[Owner]) RemoveAgent(ctx context.Context, agent helpdesk.AgentID) error {
	n, err := m.exec(ctx, "DELETE FROM "+m.table+" WHERE account_id = ? AND agent_id = ?", m.account, agent)
	m.tx.config = m.tx.config || m.config && n > 0
	return err
}

// sortedIDs is ids in order and each once, so that two transactions insert
// them in the same order.
func sortedIDs[ID ~int64](ids []ID) []ID {
	return slices.Compact(slices.Sorted(slices.Values(ids)))
}

// pairs is the rows (account, owner, id) of an INSERT.
func pairs[ID ~int64](account, owner int64, ids []ID) any {
	rows := make([]bun.TupleValues, len(ids))
	for i, id := range ids {
		rows[i] = bun.Tuple([]int64{account, owner, int64(id)})
	}
	return bun.List(rows)
}
