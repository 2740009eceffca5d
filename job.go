package helpdesk

import (
	"context"
	"encoding/json"
	"time"
)

// Lane keeps live traffic ahead of bulk work, down to the store's writer.
type Lane int8

const (
	Live Lane = iota // somebody is waiting
	Bulk             // imports, campaigns, erasure: yields to Live; a bulk closure writes at most 100 rows
)

// JobKind names the work; see (*Engine).work for the list of all of it.
type JobKind string

// Job is something to do later: outbox, timer and cron in one. Delivery is at
// least once, so handlers are idempotent.
type Job struct {
	Account  AccountID
	ID       JobID
	Kind     JobKind
	Key      string // not "": at most one unfinished job per (account, Kind, Key)
	Args     json.RawMessage
	Lane     Lane
	RunAt    time.Time // zero = now
	OrderKey string    // not "": only the oldest unfinished job of the key is claimable
	Affinity string    // not "": claimable only by the holder of the lease of that name
	Cause    []ActorRef

	// Set by the store.
	Attempt    int       // 1 on the first run
	Again      bool      // enqueued anew while it ran: it runs once more when it finishes
	Lease      string    // proof of the claim
	LeaseUntil time.Time // after that, others may claim it
	Dead       bool      // given up; kept for people to look at
	LastError  string
	CreatedAt  time.Time
}

// Claim asks for due jobs of one account.
type Claim struct {
	Now      time.Time
	Until    time.Time // of the lease
	Lease    string    // a token nobody else uses
	Lane     Lane
	Limit    int
	Affinity []string // leases this process holds
}

// leaseTime is how long a claim lasts; it tolerates clocks 30 seconds apart.
const leaseTime = 5 * time.Minute

type laneKey struct{}

// WithLane marks all store work done under ctx as belonging to the lane.
func WithLane(ctx context.Context, l Lane) context.Context {
	return context.WithValue(ctx, laneKey{}, l)
}

// LaneOf is the lane of ctx; Live unless marked.
func LaneOf(ctx context.Context) Lane {
	l, _ := ctx.Value(laneKey{}).(Lane)
	return l
}
