package bunstore

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/gohelpdesk/helpdesk"
)

type attemptRow struct {
	bun.BaseModel `bun:"table:helpdesk_attempts,alias:t"`

	AccountID  helpdesk.AccountID `bun:"account_id,pk"`
	ID         helpdesk.AttemptID `bun:"id,pk,autoincrement"`
	Message    helpdesk.MessageID `bun:"message_id"`
	Inbox      helpdesk.InboxID   `bun:"inbox_id"`
	Number     int                `bun:"number"`
	State      helpdesk.SendState `bun:"state"`
	ExternalID string             `bun:"external_id"`
	Code       string             `bun:"code"`
	Error      string             `bun:"error"`
	StartedAt  int64              `bun:"started_at"`
	EndedAt    stamp              `bun:"ended_at"`
}

func packAttempt(a *helpdesk.Attempt) *attemptRow {
	return &attemptRow{
		AccountID: a.Account, ID: a.ID, Message: a.Message, Number: a.Number, State: a.State,
		ExternalID: a.ExternalID, Code: a.Code, Error: a.Error, StartedAt: micros(a.StartedAt), EndedAt: at(a.EndedAt),
	}
}

func (r *attemptRow) unpack() *helpdesk.Attempt {
	return &helpdesk.Attempt{
		Account: r.AccountID, ID: r.ID, Message: r.Message, Number: r.Number, State: r.State,
		ExternalID: r.ExternalID, Code: r.Code, Error: r.Error, StartedAt: moment(r.StartedAt), EndedAt: r.EndedAt.time(),
	}
}

type attempts struct{ *tx }

func (r attempts) newest(ctx context.Context, where string, args ...any) (*helpdesk.Attempt, error) {
	row := new(attemptRow)
	q := r.selectFrom(row, "@helpdesk_attempts", "t").Where(where, args...).Order("t.number DESC", "t.id DESC").Limit(1)
	if err := r.find(ctx, q, "attempt"); err != nil {
		return nil, err
	}
	return row.unpack(), nil
}

// Latest implements helpdesk.AttemptRepo.
func (r attempts) Latest(ctx context.Context, id helpdesk.MessageID) (*helpdesk.Attempt, error) {
	return r.newest(ctx, "t.message_id = ?", id)
}

// ByExternal implements helpdesk.AttemptRepo.
func (r attempts) ByExternal(ctx context.Context, inbox helpdesk.InboxID, externalID string) (*helpdesk.Attempt, error) {
	return r.newest(ctx, "t.inbox_id = ? AND t.external_id = ? AND t.external_id <> ''", inbox, externalID)
}

// Insert implements helpdesk.AttemptRepo.
func (r attempts) Insert(ctx context.Context, inbox helpdesk.InboxID, a *helpdesk.Attempt) error {
	a.Account, a.ID = r.account, 0
	row := packAttempt(a)
	row.Inbox = inbox
	n, err := r.insert(ctx, r.insertInto(row, "@helpdesk_attempts AS t"))
	if err != nil {
		return err
	}
	if n == 0 {
		return taken("attempt")
	}
	a.ID = row.ID
	return nil
}

// Update implements helpdesk.AttemptRepo.
func (r attempts) Update(ctx context.Context, a *helpdesk.Attempt) error {
	a.Account = r.account
	res, err := r.db.NewUpdate().Model(packAttempt(a)).ModelTableExpr(r.d.qualify("@helpdesk_attempts AS t")).
		ExcludeColumn("message_id", "inbox_id", "number").WherePK().Exec(ctx)
	if err != nil {
		return r.fail(err)
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return notFound("attempt")
	}
	return nil
}
