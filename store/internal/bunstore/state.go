package bunstore

import (
	"context"
	"maps"
	"slices"

	"github.com/uptrace/bun"

	"github.com/gohelpdesk/helpdesk"
)

type stateRow struct {
	bun.BaseModel `bun:"table:helpdesk_channel_state,alias:s"`

	AccountID helpdesk.AccountID `bun:"account_id,pk"`
	Inbox     helpdesk.InboxID   `bun:"inbox_id,pk"`
	Key       string             `bun:"key,pk"`
	Value     []byte             `bun:"value"`
}

// channelState keeps the bytes as given; the engine seals them.
type channelState struct {
	*tx
	inbox helpdesk.InboxID
}

// Get implements helpdesk.ChannelState.
func (r channelState) Get(ctx context.Context, key string) ([]byte, error) {
	row := new(stateRow)
	err := r.find(ctx, r.selectFrom(row, "@helpdesk_channel_state", "s").Where("s.inbox_id = ? AND s.key = ?", r.inbox, key), "value")
	return row.Value, err
}

// List implements helpdesk.ChannelState.
func (r channelState) List(ctx context.Context, prefix string) (map[string][]byte, error) {
	var rows []stateRow
	err := r.all(ctx, r.selectFrom(&rows, "@helpdesk_channel_state", "s").
		Where("s.inbox_id = ? AND s.key >= ? AND substr(s.key, 1, length(?)) = ?", r.inbox, prefix, prefix, prefix))
	values := make(map[string][]byte, len(rows))
	for _, row := range rows {
		values[row.Key] = row.Value
	}
	return values, err
}

// Keep implements helpdesk.InboxState. On Postgres it waits for a writer of the
// key that has not committed yet.
func (r channelState) Keep(ctx context.Context, key string, value []byte) ([]byte, error) {
	n, err := r.insert(ctx, r.insertInto(&stateRow{AccountID: r.account, Inbox: r.inbox, Key: key, Value: value}, "@helpdesk_channel_state AS s"))
	if err != nil || n > 0 {
		return value, err
	}
	found, err := r.Get(ctx, key)
	if helpdesk.CodeOf(err) == helpdesk.NotFound { // deleted between the two statements
		return nil, r.moved("value")
	}
	return found, err
}

// Write implements helpdesk.ChannelState.
func (r channelState) Write(ctx context.Context, values map[string][]byte) error {
	var puts []stateRow
	var deletes []string
	for _, key := range slices.Sorted(maps.Keys(values)) {
		if values[key] == nil {
			deletes = append(deletes, key)
		} else {
			puts = append(puts, stateRow{AccountID: r.account, Inbox: r.inbox, Key: key, Value: values[key]})
		}
	}
	if len(deletes) > 0 {
		if _, err := r.exec(ctx, "DELETE FROM @helpdesk_channel_state WHERE account_id = ? AND inbox_id = ? AND key IN (?)", r.account, r.inbox, in(deletes)); err != nil {
			return err
		}
	}
	if len(puts) == 0 {
		return nil
	}
	_, err := r.insertInto(&puts, "@helpdesk_channel_state AS s").On("CONFLICT (account_id, inbox_id, key) DO UPDATE").
		Set("value = EXCLUDED.value").Exec(ctx)
	return r.fail(err)
}
