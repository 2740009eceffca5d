package helpdesk

import "time"

// User is a person who can sign in; the same user may be an agent of several
// accounts. A host that brings its own people creates users without a password
// and never asks anybody to sign in here.
type User struct {
	ID           AgentID
	Email        string // unique in the installation, compared without case
	Name         string
	DisplayName  string
	PasswordHash string // Argon2id in PHC form; "" = cannot sign in with a password
	AccessToken  []byte // sealed; its digest is a route
	PubsubToken  string
	Signature    string // Markdown, under the agent's mails
	SuperAdmin   bool   // runs the installation
	Confirmed    bool
	UISettings   map[string]any
	Attributes   map[string]any

	CreatedAt, UpdatedAt time.Time
	Version              int64
}

// Session is one signed-in device of a user.
type Session struct {
	ID        SessionID
	User      AgentID
	Client    string // the device's own name for itself
	Digest    []byte // of the token; the token itself is never stored
	CreatedAt time.Time
	UsedAt    time.Time
	ExpiresAt time.Time
}

// Availability is what an agent chose to be.
type Availability string

const (
	Online  Availability = "online"
	Busy    Availability = "busy"    // connected, gets nothing by itself
	Offline Availability = "offline" // chosen, or nobody has heard of the agent for a while
)

// Agent is a user's, or a bot's, membership in one account.
type Agent struct {
	Account AccountID
	ID      AgentID // the user's or the bot's
	Bot     bool    // an agent bot: never picked by round robin, not bound by limits
	Role    Role
	Custom  RoleID // set when Role is RoleCustom

	Availability Availability // as chosen
	AutoOffline  bool         // true: shown as offline while not connected
	OpenLimit    int          // open conversations handed out at once; 0 = the account's limit

	Inviter   AgentID
	ActiveAt  time.Time // last use of this account
	CreatedAt time.Time
	UpdatedAt time.Time
	Version   int64

	// Read along from the user or bot, and from presence; not written here.
	Name      string
	Email     string
	Confirmed bool
	Connected bool // a heartbeat arrived within the presence window
}

// Effective is what others see of the agent and what hand-outs go by: as chosen
// while connected, offline otherwise unless AutoOffline is off.
func (a *Agent) Effective() Availability {
	if a.AutoOffline && !a.Connected {
		return Offline
	}
	return a.Availability
}

// CustomRole is a named set of permissions made by an administrator.
type CustomRole struct {
	Account     AccountID
	ID          RoleID
	Name        string
	Description string
	Permissions Permissions

	CreatedAt, UpdatedAt time.Time
	Version              int64
}
