package helpdesk

import (
	"context"
	"time"
)

// TokenPurpose is what a mailed link is for.
type TokenPurpose string

const (
	ResetToken   TokenPurpose = "reset"   // sets a new password
	ConfirmToken TokenPurpose = "confirm" // proves an address
	InviteToken  TokenPurpose = "invite"  // sets a first password
)

// UserToken is a one-time token that was mailed to somebody.
type UserToken struct {
	User      AgentID
	Purpose   TokenPurpose
	Digest    []byte // of the token; the token itself is never stored
	Email     string // the address it was mailed to, which is all that it proves
	ExpiresAt time.Time
}

// UserTokens keeps one token of each purpose for a user.
type UserTokens interface {
	// Put replaces the user's token of the purpose.
	Put(ctx context.Context, t UserToken) error
	// Find returns the token, unless it is over by now; NotFound.
	Find(ctx context.Context, purpose TokenPurpose, digest []byte, now time.Time) (*UserToken, error)
	// Drop removes the user's token of the purpose and reports whether there was
	// one: of two transactions that come together, one is told so.
	Drop(ctx context.Context, user AgentID, purpose TokenPurpose) (bool, error)
	// DropBefore forgets tokens that were over at the time.
	DropBefore(ctx context.Context, at time.Time) error
}

// Buckets are rate limits that all processes on the store share.
type Buckets interface {
	// Take takes one token out of a bucket that holds up to limit, and is full
	// again after per; false when it is empty. One nobody took from is full. Of
	// any number who come together, no more are served than it holds.
	Take(ctx context.Context, key string, limit int, per time.Duration, now time.Time) (bool, error)
	// DropBefore forgets buckets that nobody took from since the time.
	DropBefore(ctx context.Context, at time.Time) error
}
