package helpdesk

import (
	"context"
	"time"
)

// NotificationRepo keeps what agents are told.
type NotificationRepo interface {
	Repo[NotificationID, Notification, NotificationFilter]
	// Tell inserts notifications, of which no two are for one agent and one
	// conversation, assigning ids in order, and removes the older ones of the same
	// agents and conversations, which it returns.
	Tell(ctx context.Context, ns ...*Notification) (replaced []*Notification, err error)
	// MarkRead marks an agent's notifications as read that are neither read nor
	// snoozed, of one conversation or, with 0, of all; it returns how many.
	MarkRead(ctx context.Context, agent AgentID, conversation ConversationID, at time.Time) (int, error)
	// Clear removes an agent's notifications, or those of them that were read, and
	// returns how many.
	Clear(ctx context.Context, agent AgentID, onlyRead bool) (int, error)
	// DropBefore removes up to limit notifications made before at, and returns how
	// many.
	DropBefore(ctx context.Context, at time.Time, limit int) (int, error)
}

// SubscriptionRepo keeps devices that want push. They belong to users, in whatever
// account.
type SubscriptionRepo interface {
	Get(ctx context.Context, id SubscriptionID) (*PushSubscription, error) // NotFound
	// Put inserts a subscription, or brings the one with its Identifier up to date,
	// whoever's it was; that keeps its id and CreatedAt.
	Put(ctx context.Context, v *PushSubscription) error
	Of(ctx context.Context, user AgentID) ([]*PushSubscription, error) // in order of id
	// Drop forgets those of the user whose Token or Identifier it is.
	Drop(ctx context.Context, user AgentID, token string) error
}
