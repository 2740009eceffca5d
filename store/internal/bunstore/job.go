package bunstore

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"github.com/gohelpdesk/helpdesk"
)

type jobRow struct {
	bun.BaseModel `bun:"table:helpdesk_jobs,alias:j"`

	AccountID  helpdesk.AccountID            `bun:"account_id,pk"`
	ID         helpdesk.JobID                `bun:"id,pk,autoincrement"`
	Kind       helpdesk.JobKind              `bun:"kind"`
	Key        string                        `bun:"key"`
	Args       string                        `bun:"args"` // text on every database: it comes back byte for byte
	Lane       helpdesk.Lane                 `bun:"lane"`
	RunAt      int64                         `bun:"run_at"`
	OrderKey   string                        `bun:"order_key"`
	Affinity   string                        `bun:"affinity"`
	Cause      document[[]helpdesk.ActorRef] `bun:"cause"`
	Attempt    int                           `bun:"attempt"`
	Again      bool                          `bun:"again"`
	Lease      string                        `bun:"lease"`
	LeaseUntil stamp                         `bun:"lease_until"`
	Dead       bool                          `bun:"dead"`
	LastError  string                        `bun:"last_error"`
	CreatedAt  int64                         `bun:"created_at"`
}

func packJob(j *helpdesk.Job) jobRow {
	return jobRow{
		AccountID: j.Account, Kind: j.Kind, Key: j.Key, Args: string(j.Args), Lane: j.Lane,
		RunAt:    cmp.Or(micros(j.RunAt), micros(j.CreatedAt), 1), // 1 = long ago, and not "never"
		OrderKey: j.OrderKey, Affinity: j.Affinity, Cause: doc(j.Cause), CreatedAt: micros(j.CreatedAt),
	}
}

func (r *jobRow) unpack() *helpdesk.Job {
	var args json.RawMessage
	if r.Args != "" {
		args = json.RawMessage(r.Args)
	}
	return &helpdesk.Job{
		Account: r.AccountID, ID: r.ID, Kind: r.Kind, Key: r.Key, Args: args, Lane: r.Lane, RunAt: moment(r.RunAt),
		OrderKey: r.OrderKey, Affinity: r.Affinity, Cause: r.Cause.v, Attempt: r.Attempt, Again: r.Again,
		Lease: r.Lease, LeaseUntil: r.LeaseUntil.time(), Dead: r.Dead, LastError: r.LastError, CreatedAt: moment(r.CreatedAt),
	}
}

type jobs struct{ *tx }

// jobKey is what at most one unfinished job of an account has.
type jobKey struct {
	kind helpdesk.JobKind
	key  string
}

// Enqueue implements helpdesk.JobQueue, in one statement. A job that runs keeps
// the time it is to run again at.
func (r jobs) Enqueue(ctx context.Context, js ...*helpdesk.Job) error {
	if len(js) == 0 {
		return nil
	}
	rows := make([]jobRow, 0, len(js))
	keyed := map[jobKey]int{}
	for _, j := range js {
		j.Account = r.account
		row := packJob(j)
		k := jobKey{j.Kind, j.Key}
		if i, twice := keyed[k]; twice && j.Key != "" {
			rows[i].RunAt = min(rows[i].RunAt, row.RunAt)
			continue
		}
		keyed[k] = len(rows)
		rows = append(rows, row)
	}
	var written []jobRow
	err := r.insertInto(&rows, "@helpdesk_jobs AS j").
		On("CONFLICT (account_id, kind, key) WHERE key <> '' AND NOT dead DO UPDATE").
		Set("run_at = CASE WHEN j.lease <> '' AND NOT j.again OR EXCLUDED.run_at < j.run_at THEN EXCLUDED.run_at ELSE j.run_at END").
		Set("again = (j.lease <> '')").
		Returning("id, kind, key").Scan(ctx, &written)
	if err != nil {
		return r.fail(err)
	}
	number(js, written)
	return nil
}

// number tells the jobs which rows they became: keyed ones by their key, the
// others in order, as ids are given.
func number(js []*helpdesk.Job, written []jobRow) {
	byKey := map[jobKey]helpdesk.JobID{}
	var others []helpdesk.JobID
	for _, row := range written {
		if row.Key == "" {
			others = append(others, row.ID)
		} else {
			byKey[jobKey{row.Kind, row.Key}] = row.ID
		}
	}
	slices.Sort(others)
	for _, j := range js {
		if j.Key != "" {
			j.ID = byKey[jobKey{j.Kind, j.Key}]
		} else {
			j.ID, others = others[0], others[1:]
		}
	}
}

// Move implements helpdesk.JobQueue. A job that runs is run again at the time.
func (r jobs) Move(ctx context.Context, kind helpdesk.JobKind, key string, when time.Time) (bool, error) {
	n, err := r.exec(ctx, "UPDATE @helpdesk_jobs SET run_at = ?, again = (lease <> '') WHERE account_id = ? AND kind = ? AND key = ? AND key <> '' AND NOT dead",
		cmp.Or(micros(when), 1), r.account, kind, key)
	return n > 0, err
}

// Cancel implements helpdesk.JobQueue.
func (r jobs) Cancel(ctx context.Context, kind helpdesk.JobKind, key string) error {
	_, err := r.exec(ctx, "DELETE FROM @helpdesk_jobs WHERE account_id = ? AND kind = ? AND key = ? AND key <> '' AND NOT dead AND lease = ''", r.account, kind, key)
	return err
}

// claimable is the condition on a job j that somebody may lease it at a time,
// given twice. Dead jobs hold up nobody behind them.
const claimable = `NOT j.dead AND j.run_at <= ? AND (j.lease = '' OR j.lease_until < ?) AND ` + inTurn

const inTurn = `(j.order_key = '' OR NOT EXISTS (SELECT 1 FROM @helpdesk_jobs AS o
	WHERE o.account_id = j.account_id AND o.order_key = j.order_key AND o.order_key <> '' AND NOT o.dead AND o.id < j.id))`

// Claim implements helpdesk.JobQueue.
func (r jobs) Claim(ctx context.Context, c helpdesk.Claim) ([]*helpdesk.Job, error) {
	now := micros(c.Now)
	var rows []jobRow
	err := r.scan(ctx, &rows, `UPDATE @helpdesk_jobs SET lease = ?, lease_until = ?, attempt = attempt + 1
		WHERE account_id = ? AND id IN (SELECT j.id FROM @helpdesk_jobs AS j WHERE j.account_id = ? AND j.lane = ? AND `+claimable+`
			AND (j.affinity = '' OR j.affinity IN (?)) ORDER BY j.run_at, j.id LIMIT ?`+r.d.skipLocked()+`) RETURNING *`,
		c.Lease, at(c.Until), r.account, r.account, c.Lane, now, now, in(c.Affinity), c.Limit)
	slices.SortFunc(rows, func(a, b jobRow) int { return cmp.Or(cmp.Compare(a.RunAt, b.RunAt), cmp.Compare(a.ID, b.ID)) })
	return unpackAll(rows, (*jobRow).unpack), err
}

// Finish implements helpdesk.JobQueue.
func (r jobs) Finish(ctx context.Context, id helpdesk.JobID, lease string, _ time.Time) error {
	n, err := r.exec(ctx, "DELETE FROM @helpdesk_jobs WHERE account_id = ? AND id = ? AND lease = ? AND lease <> '' AND NOT again", r.account, id, lease)
	if err != nil || n > 0 {
		return err
	}
	return r.leased(ctx, id, lease, "lease = '', lease_until = NULL, again = FALSE, attempt = 0, last_error = ''")
}

// Fail implements helpdesk.JobQueue. A job that was enqueued anew while it ran
// does not die: what was asked for then has not been tried.
func (r jobs) Fail(ctx context.Context, id helpdesk.JobID, lease, reason string, when time.Time, dead bool) error {
	if dead {
		return r.leased(ctx, id, lease, "lease = '', lease_until = NULL, last_error = ?, dead = NOT again, attempt = CASE WHEN again THEN 0 ELSE attempt END, again = FALSE", reason)
	}
	return r.leased(ctx, id, lease, "lease = '', lease_until = NULL, last_error = ?, run_at = ?, again = FALSE", reason, cmp.Or(micros(when), 1))
}

// Extend implements helpdesk.JobQueue.
func (r jobs) Extend(ctx context.Context, id helpdesk.JobID, lease string, until time.Time) error {
	return r.leased(ctx, id, lease, "lease_until = ?", at(until))
}

// leased changes a job that is still leased to the caller.
func (r jobs) leased(ctx context.Context, id helpdesk.JobID, lease, set string, args ...any) error {
	n, err := r.exec(ctx, "UPDATE @helpdesk_jobs SET "+set+" WHERE account_id = ? AND id = ? AND lease = ? AND lease <> ''", append(args, r.account, id, lease)...)
	if err == nil && n == 0 {
		return helpdesk.Errorf(helpdesk.Conflict, "the lease of the job was lost")
	}
	return err
}

// Dead implements helpdesk.JobQueue.
func (r jobs) Dead(ctx context.Context, p helpdesk.Page) ([]*helpdesk.Job, error) {
	var rows []jobRow
	q, err := byID(r.selectFrom(&rows, "@helpdesk_jobs", "j").Where("j.dead"), "j", true, p)
	if err != nil {
		return nil, err
	}
	if err := r.all(ctx, q); err != nil {
		return nil, err
	}
	return unpackAll(rows, (*jobRow).unpack), nil
}

// Get implements helpdesk.JobQueue.
func (r jobs) Get(ctx context.Context, id helpdesk.JobID) (*helpdesk.Job, error) {
	row := new(jobRow)
	if err := r.find(ctx, r.selectFrom(row, "@helpdesk_jobs", "j").Where("j.id = ?", id), "job"); err != nil {
		return nil, err
	}
	return row.unpack(), nil
}

// DueAccounts implements helpdesk.SystemTx.
func (s *systemTx) DueAccounts(ctx context.Context, lane helpdesk.Lane, now time.Time, limit int) ([]helpdesk.AccountID, error) {
	var ids []helpdesk.AccountID
	err := s.scan(ctx, &ids, "SELECT j.account_id FROM @helpdesk_jobs AS j WHERE j.lane = ? AND "+claimable+
		" GROUP BY j.account_id ORDER BY MIN(j.run_at), j.account_id LIMIT ?", lane, micros(now), micros(now), limit)
	return ids, err
}

// NextDue implements helpdesk.SystemTx: the earliest run of a job that waits,
// or end of a lease.
func (s *systemTx) NextDue(ctx context.Context) (time.Time, error) {
	const first = "SELECT due FROM (SELECT j.run_at AS due FROM @helpdesk_jobs AS j WHERE j.lane = ? AND NOT j.dead AND j.lease = '' AND " + inTurn +
		" ORDER BY j.run_at LIMIT 1) AS "
	var due int64
	err := s.scan(ctx, &due, "SELECT COALESCE(MIN(due), 0) FROM ("+first+"a UNION ALL "+first+"b UNION ALL SELECT MIN(lease_until) FROM @helpdesk_jobs WHERE lease <> '') AS c",
		helpdesk.Live, helpdesk.Bulk)
	if errors.Is(err, sql.ErrNoRows) {
		return time.Time{}, nil
	}
	return moment(due), err
}
