package bunstore

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"github.com/gohelpdesk/helpdesk"
)

type presenceRow struct {
	bun.BaseModel `bun:"table:helpdesk_presence,alias:p"`

	AccountID helpdesk.AccountID `bun:"account_id,pk"`
	Agent     helpdesk.AgentID   `bun:"agent_id,pk"`
	Connected bool               `bun:"connected"`
	HeardAt   int64              `bun:"heard_at"`
}

// SetConnected implements helpdesk.AgentRepo.
func (r *agents) SetConnected(ctx context.Context, at time.Time, state map[helpdesk.AgentID]bool) ([]helpdesk.AgentID, error) {
	if len(state) == 0 {
		return nil, nil
	}
	ids := slices.Sorted(maps.Keys(state))
	var before []presenceRow
	if err := r.all(ctx, r.lock(r.selectFrom(&before, "@helpdesk_presence", "p").Where("p.agent_id IN (?)", in(ids)).Order("p.agent_id"))); err != nil {
		return nil, err
	}
	was := make(map[helpdesk.AgentID]bool, len(before))
	for _, p := range before {
		was[p.Agent] = p.Connected
	}
	rows := make([]presenceRow, 0, len(ids))
	var changed []helpdesk.AgentID
	for _, id := range ids {
		rows = append(rows, presenceRow{AccountID: r.account, Agent: id, Connected: state[id], HeardAt: micros(at)})
		if was[id] != state[id] {
			changed = append(changed, id)
		}
	}
	_, err := r.insertInto(&rows, "@helpdesk_presence AS p").
		On("CONFLICT (account_id, agent_id) DO UPDATE").
		Set("connected = EXCLUDED.connected").Set("heard_at = EXCLUDED.heard_at").Exec(ctx)
	return changed, r.fail(err)
}

// Stale implements helpdesk.AgentRepo.
func (r *agents) Stale(ctx context.Context, before time.Time) ([]helpdesk.AgentID, error) {
	var ids []helpdesk.AgentID
	err := r.scan(ctx, &ids, "SELECT agent_id FROM @helpdesk_presence WHERE account_id = ? AND connected AND heard_at < ? ORDER BY agent_id", r.account, micros(before))
	return ids, err
}

type loadRow struct {
	Agent     helpdesk.AgentID `bun:"id"`
	Open      int              `bun:"n_open"`
	OpenHere  int              `bun:"n_here"`
	Turn      int64            `bun:"turn"`
	HandedAt  stamp            `bun:"handed_at"`
	NthAt     stamp            `bun:"nth_at"`
	Connected bool             `bun:"connected"`
}

// Loads implements helpdesk.AgentRepo.
func (r *agents) Loads(ctx context.Context, inbox helpdesk.InboxID, ids []helpdesk.AgentID, nth int) (map[helpdesk.AgentID]helpdesk.Load, error) {
	loads := make(map[helpdesk.AgentID]helpdesk.Load, len(ids))
	if len(ids) == 0 {
		return loads, nil
	}
	if err := r.flushCounts(ctx); err != nil {
		return nil, err
	}
	for _, id := range ids {
		loads[id] = helpdesk.Load{}
	}
	var rows []loadRow
	err := r.scan(ctx, &rows, `SELECT a.id, COALESCE(o.n_open, 0) AS n_open, COALESCE(o.n_here, 0) AS n_here,
		COALESCE(h.turn, 0) AS turn, h.handed_at, k.handed_at AS nth_at, COALESCE(p.connected, FALSE) AS connected
		FROM @helpdesk_agents AS a
		LEFT JOIN (SELECT assignee_id, SUM(n) AS n_open, SUM(CASE WHEN inbox_id = ? THEN n ELSE 0 END) AS n_here
			FROM @helpdesk_conversation_counts WHERE account_id = ? AND facet = 0 AND status = 'open' AND assignee_id IN (?)
			GROUP BY assignee_id) AS o ON o.assignee_id = a.id
		LEFT JOIN @helpdesk_inbox_turns AS h ON h.account_id = a.account_id AND h.inbox_id = ? AND h.agent_id = a.id
		LEFT JOIN @helpdesk_hand_outs AS k ON k.account_id = h.account_id AND k.inbox_id = h.inbox_id AND k.agent_id = h.agent_id AND k.nth = h.times + 1 - ?
		LEFT JOIN @helpdesk_presence AS p ON p.account_id = a.account_id AND p.agent_id = a.id
		WHERE a.account_id = ? AND a.id IN (?)`, inbox, r.account, in(ids), inbox, nth, r.account, in(ids))
	for _, l := range rows {
		loads[l.Agent] = helpdesk.Load{
			Open: l.Open, OpenHere: l.OpenHere, Turn: l.Turn, HandedAt: l.HandedAt.time(), NthAt: l.NthAt.time(), Connected: l.Connected,
		}
	}
	return loads, err
}

// Handed implements helpdesk.AgentRepo.
func (r *agents) Handed(ctx context.Context, inbox helpdesk.InboxID, agent helpdesk.AgentID, at time.Time, keep int) error {
	times, err := r.turn(ctx, inbox, agent, at, 1)
	if err != nil || keep == 0 {
		return err
	}
	_, err = r.exec(ctx, "INSERT INTO @helpdesk_hand_outs (account_id, inbox_id, agent_id, nth, handed_at) VALUES (?, ?, ?, ?, ?)",
		r.account, inbox, agent, times, micros(at))
	if err != nil {
		return err
	}
	_, err = r.exec(ctx, "DELETE FROM @helpdesk_hand_outs WHERE account_id = ? AND inbox_id = ? AND agent_id = ? AND nth <= ?",
		r.account, inbox, agent, times-int64(keep))
	return err
}

// Joined implements helpdesk.AgentRepo.
func (r *agents) Joined(ctx context.Context, inbox helpdesk.InboxID, agent helpdesk.AgentID, at time.Time) error {
	_, err := r.turn(ctx, inbox, agent, at, 0)
	return err
}

// turn gives an agent the latest turn, which LockRouting makes distinct, and
// returns how often they were handed something by now.
func (r *agents) turn(ctx context.Context, inbox helpdesk.InboxID, agent helpdesk.AgentID, at time.Time, more int) (times int64, err error) {
	err = r.scan(ctx, &times, `INSERT INTO @helpdesk_inbox_turns AS h (account_id, inbox_id, agent_id, turn, times, handed_at)
		SELECT ?, ?, ?, COALESCE(MAX(turn), 0) + 1, ?, ? FROM @helpdesk_inbox_turns WHERE account_id = ? AND inbox_id = ?
		ON CONFLICT (account_id, inbox_id, agent_id) DO UPDATE SET turn = EXCLUDED.turn, times = h.times + EXCLUDED.times, handed_at = EXCLUDED.handed_at
		RETURNING times`, r.account, inbox, agent, more, micros(at), r.account, inbox)
	return times, err
}
