package bunstore

import (
	"context"
	"database/sql"
	"errors"
	"math/rand/v2"
	"time"

	"github.com/uptrace/bun"

	"github.com/gohelpdesk/helpdesk"
)

type eventRow struct {
	bun.BaseModel `bun:"table:helpdesk_events,alias:e"`

	AccountID    helpdesk.AccountID                    `bun:"account_id,pk"`
	Seq          helpdesk.EventSeq                     `bun:"seq,pk"`
	Kind         helpdesk.EventKind                    `bun:"kind"`
	At           int64                                 `bun:"at"`
	ActorKind    helpdesk.ActorKind                    `bun:"actor_kind"`
	ActorID      int64                                 `bun:"actor_id"`
	Cause        document[[]helpdesk.ActorRef]         `bun:"cause"`
	Conversation helpdesk.ConversationID               `bun:"conversation_id"`
	Message      helpdesk.MessageID                    `bun:"message_id"`
	Contact      helpdesk.ContactID                    `bun:"contact_id"`
	Subject      int64                                 `bun:"subject"`
	Agent        helpdesk.AgentID                      `bun:"agent_id"`
	Before       document[*helpdesk.ConversationFacts] `bun:"before"` // NULL = as after: nothing moved
	After        document[*helpdesk.ConversationFacts] `bun:"after"`  // NULL = no facts
	MessageKind  helpdesk.MessageKind                  `bun:"message_kind"`
	Private      bool                                  `bun:"private"`
	Opens        bool                                  `bun:"opens"`
	Elapsed      int64                                 `bun:"elapsed"`
	Business     int64                                 `bun:"business"`
	Calendar     int64                                 `bun:"calendar"`

	Details document[map[string]helpdesk.Change] `bun:"details,scanonly"`
}

type detailRow struct {
	bun.BaseModel `bun:"table:helpdesk_event_details,alias:d"`

	AccountID helpdesk.AccountID                   `bun:"account_id,pk"`
	Seq       helpdesk.EventSeq                    `bun:"seq,pk"`
	At        int64                                `bun:"at"`
	Details   document[map[string]helpdesk.Change] `bun:"details"`
}

func packEvent(e *helpdesk.Event) eventRow {
	row := eventRow{
		AccountID: e.Account, Seq: e.Seq, Kind: e.Kind, At: micros(e.At), ActorKind: e.Actor.Kind, ActorID: e.Actor.ID,
		Cause: doc(e.Cause), Conversation: e.Conversation, Message: e.Message, Contact: e.Contact, Subject: e.Subject, Agent: e.Agent,
		MessageKind: e.MessageKind, Private: e.Private, Opens: e.Opens, Elapsed: e.Elapsed, Business: e.Business, Calendar: e.Calendar,
	}
	if e.After != (helpdesk.ConversationFacts{}) {
		row.After = doc(&e.After)
	}
	if e.Before != e.After {
		row.Before = doc(&e.Before)
	}
	return row
}

func (r *eventRow) unpack() *helpdesk.Event {
	e := &helpdesk.Event{
		Account: r.AccountID, Seq: r.Seq, Kind: r.Kind, At: moment(r.At), Actor: helpdesk.ActorRef{Kind: r.ActorKind, ID: r.ActorID},
		Cause: r.Cause.v, Conversation: r.Conversation, Message: r.Message, Contact: r.Contact, Subject: r.Subject, Agent: r.Agent,
		MessageKind: r.MessageKind, Private: r.Private, Opens: r.Opens, Elapsed: r.Elapsed, Business: r.Business, Calendar: r.Calendar,
		Details: r.Details.v,
	}
	if r.After.v != nil {
		e.After = *r.After.v
	}
	e.Before = e.After
	if r.Before.v != nil {
		e.Before = *r.Before.v
	}
	return e
}

type eventLog struct{ *tx }

// Append implements helpdesk.EventLog. The statement that takes the numbers
// also locks the account's log until the commit, which makes the order of
// numbers the order of commits.
func (r eventLog) Append(ctx context.Context, events []*helpdesk.Event) error {
	if len(events) == 0 {
		return nil
	}
	last, err := r.take(ctx, len(events))
	if err != nil {
		return err
	}
	rows := make([]eventRow, len(events))
	var details []detailRow
	for i, e := range events {
		e.Account, e.Seq = r.account, last-helpdesk.EventSeq(len(events)-1-i)
		rows[i] = packEvent(e)
		if len(e.Details) > 0 {
			details = append(details, detailRow{AccountID: r.account, Seq: e.Seq, At: rows[i].At, Details: doc(e.Details)})
		}
	}
	if err := r.insertEvents(ctx, rows); err != nil {
		return err
	}
	if len(details) == 0 {
		return nil
	}
	_, err = r.insertInto(&details, "@helpdesk_event_details").Returning("NULL").Exec(ctx)
	return r.fail(err)
}

func (r eventLog) insertEvents(ctx context.Context, rows []eventRow) error {
	if len(rows) == 1 {
		fresh, err := r.insertRow(ctx, "@helpdesk_events", &rows[0])
		if err == nil && !fresh {
			err = r.fail(taken("event"))
		}
		return err
	}
	_, err := r.insertInto(&rows, "@helpdesk_events").Returning("NULL").Exec(ctx)
	return r.fail(err)
}

// take returns the last of the next n numbers. The first event of an account
// makes its log, under a random epoch: no cursor of a log that was there before
// fits by chance.
func (r eventLog) take(ctx context.Context, n int) (helpdesk.EventSeq, error) {
	var last helpdesk.EventSeq
	err := r.scan(ctx, &last, "UPDATE @helpdesk_logs SET last_seq = last_seq + ? WHERE account_id = ? RETURNING last_seq", n, r.account)
	if !errors.Is(err, sql.ErrNoRows) {
		return last, err
	}
	return last, r.scan(ctx, &last, `INSERT INTO @helpdesk_logs AS l (account_id, last_seq, epoch, oldest_seq) VALUES (?, ?, ?, 0)
		ON CONFLICT (account_id) DO UPDATE SET last_seq = l.last_seq + EXCLUDED.last_seq RETURNING last_seq`, r.account, n, 1+rand.Int64N(1<<52))
}

// Since implements helpdesk.EventLog.
func (r eventLog) Since(ctx context.Context, after helpdesk.EventSeq, limit int) ([]*helpdesk.Event, error) {
	var rows []eventRow
	q := r.selectFrom(&rows, "@helpdesk_events", "e").ColumnExpr("?TableColumns").ColumnExpr("d.details").
		Join(r.d.qualify("LEFT JOIN @helpdesk_event_details AS d ON d.account_id = e.account_id AND d.seq = e.seq")).
		Where("e.seq > ?", after).Order("e.seq").Limit(int64(limit))
	if err := r.all(ctx, q); err != nil {
		return nil, err
	}
	return unpackAll(rows, (*eventRow).unpack), nil
}

// Told implements helpdesk.EventLog.
func (r eventLog) Told(ctx context.Context, id helpdesk.ConversationID, kind helpdesk.EventKind, limit int) ([]*helpdesk.Event, error) {
	var rows []eventRow
	q := r.selectFrom(&rows, "@helpdesk_events", "e").ColumnExpr("?TableColumns").ColumnExpr("d.details").
		Join(r.d.qualify("LEFT JOIN @helpdesk_event_details AS d ON d.account_id = e.account_id AND d.seq = e.seq")).
		Where("e.conversation_id = ? AND e.kind = ?", id, kind).Order("e.seq DESC").Limit(int64(limit))
	if err := r.all(ctx, q); err != nil {
		return nil, err
	}
	return unpackAll(rows, (*eventRow).unpack), nil
}

// Head implements helpdesk.EventLog.
func (r eventLog) Head(ctx context.Context) (helpdesk.LogHead, error) {
	var row struct {
		Epoch  int64             `bun:"epoch"`
		Last   helpdesk.EventSeq `bun:"last_seq"`
		Oldest helpdesk.EventSeq `bun:"oldest_seq"`
	}
	err := r.scan(ctx, &row, "SELECT epoch, last_seq, oldest_seq FROM @helpdesk_logs WHERE account_id = ?", r.account)
	if errors.Is(err, sql.ErrNoRows) {
		return helpdesk.LogHead{}, nil
	}
	return helpdesk.LogHead{Epoch: row.Epoch, Last: row.Last, Oldest: row.Oldest}, err
}

// TrimDetails implements helpdesk.EventLog. A feed may no longer start before
// what was trimmed.
func (r eventLog) TrimDetails(ctx context.Context, before time.Time, limit int) (int, error) {
	var seqs []helpdesk.EventSeq
	err := r.scan(ctx, &seqs, `DELETE FROM @helpdesk_event_details WHERE account_id = ? AND seq IN (SELECT seq FROM @helpdesk_event_details
		WHERE account_id = ? AND at < ? ORDER BY seq LIMIT ?) RETURNING seq`, r.account, r.account, micros(before), limit)
	if err != nil || len(seqs) == 0 {
		return 0, err
	}
	var oldest helpdesk.EventSeq
	for _, seq := range seqs {
		oldest = max(oldest, seq)
	}
	_, err = r.exec(ctx, "UPDATE @helpdesk_logs SET oldest_seq = ? WHERE account_id = ? AND oldest_seq < ?", oldest, r.account, oldest)
	return len(seqs), err
}
