package bunstore

import (
	"context"
	"crypto/sha256"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"github.com/gohelpdesk/helpdesk"
)

type journalRow struct {
	bun.BaseModel `bun:"table:helpdesk_journal,alias:j"`

	AccountID   helpdesk.AccountID          `bun:"account_id,pk"`
	ID          helpdesk.JournalID          `bun:"id,pk,autoincrement"`
	Inbox       helpdesk.InboxID            `bun:"inbox_id"`
	ContentType string                      `bun:"content_type"`
	Body        []byte                      `bun:"body"`
	Blob        string                      `bun:"blob"`
	Header      document[map[string]string] `bun:"header"`
	Done        bool                        `bun:"done"`
	Error       string                      `bun:"error"`
	ReceivedAt  int64                       `bun:"received_at"`
	DoneAt      stamp                       `bun:"done_at"`
}

type journal struct{ *tx }

// Insert implements helpdesk.Journal.
func (r journal) Insert(ctx context.Context, e *helpdesk.JournalEntry) error {
	row := &journalRow{
		AccountID: r.account, Inbox: e.Inbox, ContentType: e.ContentType, Body: e.Body, Blob: e.Blob, Header: doc(e.Header),
		Done: e.Done, Error: e.Error, ReceivedAt: micros(e.ReceivedAt), DoneAt: at(e.DoneAt),
	}
	_, err := r.insertRow(ctx, "@helpdesk_journal", row)
	e.Account, e.ID = r.account, row.ID
	return err
}

// Get implements helpdesk.Journal.
func (r journal) Get(ctx context.Context, id helpdesk.JournalID) (*helpdesk.JournalEntry, error) {
	row := new(journalRow)
	if err := r.find(ctx, r.selectFrom(row, "@helpdesk_journal", "j").Where("j.id = ?", id), "journal entry"); err != nil {
		return nil, err
	}
	return &helpdesk.JournalEntry{
		Account: row.AccountID, ID: row.ID, Inbox: row.Inbox, ContentType: row.ContentType, Body: row.Body, Blob: row.Blob, Header: row.Header.v,
		Done: row.Done, Error: row.Error, ReceivedAt: moment(row.ReceivedAt), DoneAt: row.DoneAt.time(),
	}, nil
}

// Settle implements helpdesk.Journal.
func (r journal) Settle(ctx context.Context, id helpdesk.JournalID, when time.Time, reason string) error {
	n, err := r.exec(ctx, "UPDATE @helpdesk_journal SET done = TRUE, error = ?, done_at = ? WHERE account_id = ? AND id = ?", reason, at(when), r.account, id)
	if err == nil && n == 0 {
		return notFound("journal entry")
	}
	return err
}

// Mention implements helpdesk.Journal.
func (r journal) Mention(ctx context.Context, id helpdesk.JournalID, contacts ...helpdesk.ContactID) error {
	switch len(contacts) {
	case 0:
		return nil
	case 1:
		_, err := r.exec(ctx, "INSERT INTO @helpdesk_journal_contacts (account_id, journal_id, contact_id) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
			r.account, id, contacts[0])
		return err
	}
	_, err := r.exec(ctx, "INSERT INTO @helpdesk_journal_contacts (account_id, journal_id, contact_id) VALUES ? ON CONFLICT DO NOTHING",
		pairs(int64(r.account), int64(id), sortedIDs(contacts)))
	return err
}

// See implements helpdesk.Journal. On Postgres an insertion waits for another
// transaction that inserts the same key; it is fresh only if that one fails.
func (r journal) See(ctx context.Context, inbox helpdesk.InboxID, externalID string, when time.Time) (bool, error) {
	sum := sha256.Sum256([]byte(externalID))
	n, err := r.exec(ctx, "INSERT INTO @helpdesk_seen (account_id, inbox_id, digest, seen_at, message_id) VALUES (?, ?, ?, ?, 0) ON CONFLICT DO NOTHING",
		r.account, inbox, sum[:], micros(when))
	return n > 0, err
}

// Join implements helpdesk.Journal.
func (r journal) Join(ctx context.Context, inbox helpdesk.InboxID, externalID string, id helpdesk.MessageID, when time.Time) error {
	sum := sha256.Sum256([]byte(externalID))
	_, err := r.exec(ctx, `INSERT INTO @helpdesk_seen (account_id, inbox_id, digest, seen_at, message_id) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (account_id, inbox_id, digest) DO UPDATE SET message_id = excluded.message_id`, r.account, inbox, sum[:], micros(when), id)
	return err
}

// Joined implements helpdesk.Journal.
func (r journal) Joined(ctx context.Context, inbox helpdesk.InboxID, externalID string) (helpdesk.MessageID, error) {
	sum := sha256.Sum256([]byte(externalID))
	var ids []helpdesk.MessageID
	err := r.scan(ctx, &ids, "SELECT message_id FROM @helpdesk_seen WHERE account_id = ? AND inbox_id = ? AND digest = ?", r.account, inbox, sum[:])
	if err != nil || len(ids) == 0 {
		return 0, err
	}
	return ids[0], nil
}

// Latest implements helpdesk.Journal.
func (r journal) Latest(ctx context.Context, inbox helpdesk.InboxID) (time.Time, error) {
	var last []int64
	err := r.scan(ctx, &last, "SELECT received_at FROM @helpdesk_journal WHERE account_id = ? AND inbox_id = ? ORDER BY received_at DESC LIMIT 1", r.account, inbox)
	if err != nil || len(last) == 0 {
		return time.Time{}, err
	}
	return moment(last[0]), nil
}

// DropBefore implements helpdesk.Journal.
func (r journal) DropBefore(ctx context.Context, before time.Time, limit int) (int, []string, error) {
	var rows []journalRow
	err := r.scan(ctx, &rows, `DELETE FROM @helpdesk_journal WHERE account_id = ? AND id IN (SELECT id FROM @helpdesk_journal
		WHERE account_id = ? AND done AND received_at < ? ORDER BY received_at, id LIMIT ?) RETURNING id, blob`, r.account, r.account, micros(before), limit)
	if err != nil || len(rows) == 0 {
		return 0, nil, err
	}
	var ids []helpdesk.JournalID
	var blobs []string
	for _, row := range rows {
		ids = append(ids, row.ID)
		if row.Blob != "" {
			blobs = append(blobs, row.Blob)
		}
	}
	slices.Sort(blobs)
	_, err = r.exec(ctx, "DELETE FROM @helpdesk_journal_contacts WHERE account_id = ? AND journal_id IN (?)", r.account, in(ids))
	return len(rows), blobs, err
}
