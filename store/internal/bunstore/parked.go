package bunstore

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"github.com/gohelpdesk/helpdesk"
)

type parkedRow struct {
	bun.BaseModel `bun:"table:helpdesk_parked,alias:p"`

	AccountID  helpdesk.AccountID `bun:"account_id,pk"`
	ID         int64              `bun:"id,pk,autoincrement"`
	Inbox      helpdesk.InboxID   `bun:"inbox_id"`
	ExternalID string             `bun:"external_id"`
	State      helpdesk.SendState `bun:"state"`
	Code       string             `bun:"code"`
	Reason     string             `bun:"reason"`
	At         stamp              `bun:"at"`
}

type parked struct{ *tx }

// Put implements helpdesk.Parked.
func (r parked) Put(ctx context.Context, inbox helpdesk.InboxID, v helpdesk.Receipt) error {
	_, err := r.insertInto(&parkedRow{
		AccountID: r.account, Inbox: inbox, ExternalID: v.ExternalID, State: v.State, Code: v.Code, Reason: v.Reason, At: at(v.At),
	}, "@helpdesk_parked").Exec(ctx)
	return r.fail(err)
}

// Take implements helpdesk.Parked.
func (r parked) Take(ctx context.Context, inbox helpdesk.InboxID, externalID string) ([]helpdesk.Receipt, error) {
	var rows []parkedRow
	err := r.all(ctx, r.lock(r.selectFrom(&rows, "@helpdesk_parked", "p").Where("p.inbox_id = ? AND p.external_id = ?", inbox, externalID).Order("p.id")))
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	receipts := make([]helpdesk.Receipt, len(rows))
	ids := make([]int64, len(rows))
	for i, row := range rows {
		ids[i] = row.ID
		receipts[i] = helpdesk.Receipt{ExternalID: row.ExternalID, State: row.State, Code: row.Code, Reason: row.Reason, At: row.At.time()}
	}
	_, err = r.exec(ctx, "DELETE FROM @helpdesk_parked WHERE account_id = ? AND id IN (?)", r.account, in(ids))
	return receipts, err
}

// DropBefore implements helpdesk.Parked. A receipt without a time is old.
func (r parked) DropBefore(ctx context.Context, before time.Time) error {
	_, err := r.exec(ctx, "DELETE FROM @helpdesk_parked WHERE account_id = ? AND COALESCE(at, 0) < ?", r.account, micros(before))
	return err
}
