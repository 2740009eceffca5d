package helpdesk

import (
	"context"
	"time"
)

// BotRepo keeps the account's agent bots.
type BotRepo interface {
	Repo[AgentID, Bot, BotFilter]
	// Shared lists the installation's bots, which belong to no account.
	Shared(ctx context.Context) ([]*Bot, error)
	// Members lists the bots, whosever they are, that are agents of the account.
	Members(ctx context.Context) ([]*Bot, error)
}

// RouteKind names what an outsider's key leads to.
type RouteKind string

const (
	AccessTokenRoute RouteKind = "access_token" // of a user (account 0) or a bot
	InboxRoute       RouteKind = "inbox"        // an API inbox's identifier, a widget's token
	PubsubRoute      RouteKind = "pubsub"       // of a contact's address
	ProviderRoute    RouteKind = "provider"     // "<channel kind>:<provider's key>"
	SetupRoute       RouteKind = "setup"        // the one-time link of a fresh installation
	SurveyRoute      RouteKind = "survey"       // the UUID of a conversation in which a survey was sent
	PortalRoute      RouteKind = "portal"       // a help centre's slug
	DomainRoute      RouteKind = "domain"       // a help centre's own domain
	PlatformRoute    RouteKind = "platform"     // token of a platform app
)

// Route is the only way from something an outsider holds to an account.
type Route struct {
	Kind    RouteKind
	Account AccountID // 0 for what belongs to none
	Object  int64
}

// Routes looks up what outsiders hold by its digest.
type Routes interface {
	Find(ctx context.Context, kind RouteKind, key string) (*Route, error) // NotFound
	// Put adds a route; Conflict when the key leads elsewhere.
	Put(ctx context.Context, r Route, key string) error
	Drop(ctx context.Context, kind RouteKind, key string) error
	DropObject(ctx context.Context, kind RouteKind, account AccountID, object int64) error
}

// Grants say what platform apps may reach.
type Grants interface {
	Add(ctx context.Context, app PlatformAppID, kind GrantKind, object int64) error
	Has(ctx context.Context, app PlatformAppID, kind GrantKind, object int64) (bool, error)
	// Of lists the objects of a kind that an app may reach, in order of id.
	Of(ctx context.Context, app PlatformAppID, kind GrantKind) ([]int64, error)
	// Drop takes an object, which is gone, from every app.
	Drop(ctx context.Context, kind GrantKind, object int64) error
}

// Tickets sign a user in once.
type Tickets interface {
	// Put keeps a ticket by its digest, and forgets those that expired before now.
	Put(ctx context.Context, ticket string, user AgentID, expires, now time.Time) error
	// Take removes a ticket and returns whose it was; NotFound when there is none
	// or it has expired. Of many that take one ticket, one gets it.
	Take(ctx context.Context, ticket string, now time.Time) (AgentID, error)
}
