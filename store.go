package helpdesk

import (
	"context"
	"time"
)

// Store keeps everything. Third parties may implement or wrap it; what it must
// do is what store/storetest tests. It grows by optional abilities found with
// StoreAs, never by new methods.
//
// Writes exist only on the transaction handed to the closure. The closure gets
// a context of its own, marked as inside the transaction: calling the Store
// with it is refused as Internal. Closures MUST NOT do network calls, sleep, or
// call back into a host.
type Store interface {
	// Update runs fn in a transaction of one account: all or nothing. It MAY
	// run fn again (a deadlock, a serialisation failure, a version that moved),
	// so fn must not write to variables it also reads. The closure's context is
	// not cancelled by ctx; ctx is looked at only before fn starts. Success is
	// returned only once the commit is durable.
	Update(ctx context.Context, account AccountID, fn func(ctx context.Context, tx Tx) error) error

	// View runs fn on one snapshot: two reads agree, whatever commits in
	// between. Writes fail.
	View(ctx context.Context, account AccountID, fn func(ctx context.Context, tx Tx) error) error

	// System runs fn in a transaction over what belongs to no account.
	System(ctx context.Context, fn func(ctx context.Context, tx SystemTx) error) error

	Close() error
}

// StoreAs finds an optional ability of a store through any number of wrappers,
// each of which says what it wraps by a method Unwrap() Store.
func StoreAs[T any](s Store) (T, bool) {
	for s != nil {
		if t, ok := s.(T); ok {
			return t, true
		}
		u, ok := s.(interface{ Unwrap() Store })
		if !ok {
			break
		}
		s = u.Unwrap()
	}
	var zero T
	return zero, false
}

// SchemaChecker is a Store that knows whether its schema is the one this
// version works with. Start refuses to run otherwise.
type SchemaChecker interface {
	CheckSchema(ctx context.Context) error
}

// SystemViewer is a Store that can read what belongs to no account on a
// snapshot, without waiting for writers. Looking up a token uses it where there
// is one; elsewhere it is a System transaction that writes nothing.
type SystemViewer interface {
	SystemView(ctx context.Context, fn func(ctx context.Context, tx SystemTx) error) error
}

// Tx is a directory of one account's repositories inside one transaction. All
// they return belongs to that account; another account's id is NotFound.
type Tx interface {
	// Account returns the account's row; NotFound when there is none.
	Account(ctx context.Context) (*Account, error)
	// UpdateAccount writes the account's row and moves ConfigVersion.
	UpdateAccount(ctx context.Context, a *Account) error

	// Repositories marked (config) move Account.ConfigVersion with every write.
	Agents() AgentRepo                                                   // config
	Roles() Repo[RoleID, CustomRole, RoleFilter]                         // config
	Teams() Repo[TeamID, Team, TeamFilter]                               // config
	TeamMembers() Members[TeamID]                                        // config
	Inboxes() Repo[InboxID, Inbox, InboxFilter]                          // config
	InboxMembers() Members[InboxID]                                      // config
	Labels() Repo[LabelID, Label, LabelFilter]                           // config
	Attributes() Repo[AttributeID, AttributeDefinition, AttributeFilter] // config
	Webhooks() WebhookRepo                                               // config, but for cursors and breakers
	Bots() BotRepo                                                       // config

	Integrations() Repo[IntegrationID, Integration, IntegrationFilter]
	DashboardApps() Repo[DashboardAppID, DashboardApp, DashboardAppFilter]

	CannedResponses() Repo[CannedID, CannedResponse, CannedFilter]
	MessageTemplates() Repo[MessageTemplateID, MessageTemplate, MessageTemplateFilter]
	Macros() Repo[MacroID, Macro, MacroFilter]
	Rules() Repo[RuleID, Rule, RuleFilter]
	// Flows: deleting one takes it off its inboxes; its runs stay.
	Flows() Repo[FlowID, Flow, FlowFilter]             // config
	FlowRuns() Repo[FlowRunID, FlowRun, FlowRunFilter] // go with their conversation
	Campaigns() CampaignRepo
	// AssignmentPolicies: deleting one takes it off its inboxes.
	AssignmentPolicies() Repo[PolicyID, AssignmentPolicy, AssignmentPolicyFilter] // config
	SLAPolicies() Repo[SLAPolicyID, SLAPolicy, SLAPolicyFilter]
	// ChannelGroups: deleting an inbox takes it off its groups.
	ChannelGroups() Repo[ChannelGroupID, ChannelGroup, ChannelGroupFilter] // config
	AppliedSLAs() Repo[AppliedSLAID, AppliedSLA, AppliedSLAFilter]
	Views() Repo[ViewID, View, ViewFilter]
	Tasks() Repo[TaskID, Task, TaskFilter] // deleting one deletes its refusals
	TaskRefusals() TaskRefusals
	Portals() PortalRepo
	Categories() CategoryRepo
	Articles() ArticleRepo

	Contacts() ContactRepo
	Identities() IdentityRepo
	ContactInboxes() ContactInboxRepo
	Notes() Repo[NoteID, Note, NoteFilter]
	Consents() ConsentLog
	Merges() Repo[MergeID, ContactMerge, MergeFilter]
	Conversations() ConversationRepo
	Participants() Members[ConversationID]
	Messages() MessageRepo
	ScheduledMessages() Repo[ScheduledID, ScheduledMessage, ScheduledFilter]
	Attempts() AttemptRepo
	Surveys() SurveyRepo
	Uploads() Repo[UploadID, Upload, UploadFilter]

	Journal() Journal
	Parked() Parked
	Reached() Reached
	Events() EventLog
	Calendars() Calendars
	Reports() Reporter
	Jobs() JobQueue
	Notifications() NotificationRepo
	Deliveries() Repo[DeliveryID, Delivery, DeliveryFilter]
	Idempotency() Idempotency
	Audit() AuditLog
	State(inbox InboxID) InboxState

	// Users, Sessions, UserTokens and Routes are global; they stand here too
	// because an invitation writes the user and the membership in one commit.
	// Grants and GlobalKeys do likewise for what a platform app does in an account.
	Users() UserRepo
	Sessions() SessionRepo
	UserTokens() UserTokens
	Routes() Routes
	Subscriptions() SubscriptionRepo // global too
	Grants() Grants
	// GlobalKeys is SystemTx.Idempotency.
	GlobalKeys() Idempotency

	// Purge removes up to limit rows of an account whose own row is deleted, and
	// returns the blobs that they named. more says whether there was anything.
	Purge(ctx context.Context, limit int) (blobs []string, more bool, err error)

	// LockRouting serialises hand-outs of the account until the commit. In the
	// one lock order it comes after identities and conversations, before events.
	LockRouting(ctx context.Context) error
}

// SystemTx is a directory of what belongs to no account.
type SystemTx interface {
	Accounts() Repo[AccountID, Account, AccountFilter]
	Users() UserRepo
	Sessions() SessionRepo
	UserTokens() UserTokens
	Routes() Routes
	Leases() Leases
	Buckets() Buckets
	// Bots are those of all accounts and of none.
	Bots() Repo[AgentID, Bot, BotFilter]
	PlatformApps() Repo[PlatformAppID, PlatformApp, PlatformAppFilter]
	Grants() Grants
	Tickets() Tickets
	// Jobs and Idempotency are of the installation: of account 0, which
	// DueAccounts lists and Update takes as it does any other.
	Jobs() JobQueue
	Idempotency() Idempotency
	// MoveConfig moves ConfigVersion of every account that the user or bot is a
	// member of.
	MoveConfig(ctx context.Context, member AgentID) error
	// Memberships lists the accounts a user is an agent of.
	Memberships(ctx context.Context, user AgentID) ([]*Agent, error)
	// AddMember inserts a membership of a.Account, which may have been made in
	// this transaction; Conflict when there is one.
	AddMember(ctx context.Context, a *Agent) error
	// AuditUser appends the entry to the audit log of every account the user is
	// an agent of; its Account, ID, Changes and Cause are ignored.
	AuditUser(ctx context.Context, user AgentID, e *AuditEntry) error
	// DueAccounts lists accounts with a claimable job of the lane, the longest
	// overdue first.
	DueAccounts(ctx context.Context, lane Lane, now time.Time, limit int) ([]AccountID, error)
	// NextDue is when the next job of any account becomes due; zero = none.
	NextDue(ctx context.Context) (time.Time, error)
	// DropIdempotency forgets keys older than before.
	DropIdempotency(ctx context.Context, before time.Time) error
}

// Repo is the same six methods for most nouns.
type Repo[ID ~int64, T, F any] interface {
	// Get returns one row; NotFound also when it is another account's.
	Get(ctx context.Context, id ID) (*T, error)
	// List returns rows in a stable order that ends with the id.
	List(ctx context.Context, f F, p Page) ([]*T, error)
	Count(ctx context.Context, f F) (int, error)
	// Insert assigns the id and Version 1; Conflict on a taken key.
	Insert(ctx context.Context, v *T) error
	// Update writes the row WHERE id AND version, and moves Version. When the
	// version moved meanwhile, the whole transaction is rolled back and its
	// closure run again; a row that is gone is NotFound; a taken key Conflict.
	Update(ctx context.Context, v *T) error
	// Delete removes the row and what belongs to it alone; NotFound when it is gone.
	Delete(ctx context.Context, id ID) error
}

// Members is who belongs to a team, an inbox or a conversation.
type Members[Owner ~int64] interface {
	Of(ctx context.Context, owner Owner) ([]AgentID, error) // in order of id
	All(ctx context.Context) (map[Owner][]AgentID, error)
	Add(ctx context.Context, owner Owner, agents ...AgentID) (added []AgentID, err error)
	Remove(ctx context.Context, owner Owner, agents ...AgentID) error
	RemoveAgent(ctx context.Context, agent AgentID) error // from all
}

// AgentRepo keeps memberships, and what routing needs to know of them.
type AgentRepo interface {
	Repo[AgentID, Agent, AgentFilter]
	// SetConnected records whether each agent is connected, as of at, and
	// returns those whose state changed by it. It does not move ConfigVersion.
	SetConnected(ctx context.Context, at time.Time, agents map[AgentID]bool) ([]AgentID, error)
	// Stale lists connected agents not heard of since before.
	Stale(ctx context.Context, before time.Time) ([]AgentID, error)
	// Loads returns, of the given agents, how many open conversations each owns
	// in all and in the inbox, when each was last handed one there, and with nth
	// above 0 when each was handed the nth latest that Handed kept.
	Loads(ctx context.Context, inbox InboxID, agents []AgentID, nth int) (map[AgentID]Load, error)
	// Handed records that the agent was just given a conversation of the inbox.
	// With keep above 0 the time of this one is kept, and of those kept before it
	// the latest keep - 1. Theirs is then the latest turn of the inbox.
	Handed(ctx context.Context, inbox InboxID, agent AgentID, at time.Time, keep int) error
	// Joined gives an agent who was handed nothing the latest turn of the inbox.
	Joined(ctx context.Context, inbox InboxID, agent AgentID, at time.Time) error
}

// Load is what routing knows of an agent.
type Load struct {
	Open      int       // in the account
	OpenHere  int       // in the inbox asked about
	Turn      int64     // grows with every hand-out in the inbox, and with who joins; 0 = neither
	Connected bool      // as of the last transition
	HandedAt  time.Time // of the last hand-out there, or of joining; zero = neither
	NthAt     time.Time // of the nth latest; zero = there were fewer, or it was not kept
}

// ContactRepo keeps contacts.
type ContactRepo interface {
	Repo[ContactID, Contact, ContactFilter]
	SetLabels(ctx context.Context, c *Contact, labels []LabelID) error
	// Merge hands all that is from's to base: addresses, identities, conversations,
	// what from said in them, notes, consents, and contacts that were merged into
	// from. It
	// returns what moved, in order of id. The caller writes the two rows.
	Merge(ctx context.Context, base, from ContactID) (MovedWithContact, error)
	// Split gives back to from what a merge had moved and base still has, and the
	// conversations that came to the moved addresses since, with what base said in
	// them. An address that had become another name of one that stays is its own
	// again. It returns the conversations, in order of id. The caller writes the two
	// rows.
	Split(ctx context.Context, base, from ContactID, moved MovedWithContact) ([]ConversationID, error)
	// Touch moves LastActivityAt forward, and nothing else, without a version.
	Touch(ctx context.Context, id ContactID, at time.Time) error
}

// ConsentLog keeps what customers said about what may be sent to them. Lines go with
// their contact, and in no other way.
type ConsentLog interface {
	Append(ctx context.Context, c *Consent) error // assigns the id
	Get(ctx context.Context, id ConsentID) (*Consent, error)
	List(ctx context.Context, f ConsentFilter, p Page) ([]*Consent, error) // newest first
}

// IdentityRepo keeps what identifies people.
type IdentityRepo interface {
	// Claim returns the identity of (kind, canonical), locked until the commit.
	// When there was none it is inserted, with Contact 0: the caller gives it a
	// contact before the commit. Two claims of one key never both see 0.
	Claim(ctx context.Context, kind IdentityKind, canonical, raw string) (*Identity, error)
	Find(ctx context.Context, kind IdentityKind, canonical string) (*Identity, error) // NotFound
	Of(ctx context.Context, contact ContactID) ([]*Identity, error)
	Update(ctx context.Context, v *Identity) error
	Delete(ctx context.Context, id IdentityID) error
}

// ContactInboxRepo keeps addresses.
type ContactInboxRepo interface {
	Get(ctx context.Context, id ContactInboxID) (*ContactInbox, error)
	Find(ctx context.Context, inbox InboxID, source string) (*ContactInbox, error) // NotFound
	// FindIn is Find in the first of the inboxes, by id, that knows the source.
	FindIn(ctx context.Context, inboxes []InboxID, source string) (*ContactInbox, error)
	// Claim is as IdentityRepo.Claim, for (inbox, source).
	Claim(ctx context.Context, inbox InboxID, source string) (*ContactInbox, error)
	Of(ctx context.Context, contacts ...ContactID) ([]*ContactInbox, error)
	Update(ctx context.Context, v *ContactInbox) error
}

// ConversationRepo keeps conversations and their counts.
type ConversationRepo interface {
	// Insert also numbers the conversation (Display).
	Repo[ConversationID, Conversation, ConversationFilter]
	Lock(ctx context.Context, id ConversationID) (*Conversation, error) // held until the commit
	ByDisplay(ctx context.Context, d DisplayID) (*Conversation, error)
	// Latest returns the newest conversation of an address, locked, or the newest
	// that is not resolved; NotFound.
	Latest(ctx context.Context, address ContactInboxID, unresolved bool) (*Conversation, error)
	SetLabels(ctx context.Context, c *Conversation, labels []LabelID) error
	// Counts answers from maintained counters where scope and filter allow, and
	// otherwise counts, up to 1,000. f.Assignee is ignored; me is whose "mine".
	Counts(ctx context.Context, f ConversationFilter, me AgentID) (Counts, error)
	// Waiting lists the queue: open, unassigned, handed out by the engine.
	Waiting(ctx context.Context, w Waiting) ([]*Conversation, error)
	// Ahead counts what Waiting would list before c; w.After and w.Limit do not
	// matter.
	Ahead(ctx context.Context, w Waiting, c *Conversation) (int, error)
	// Queue puts what is open and unassigned in an inbox (0 = all) and a team (0 =
	// none) into the queue as of at, or with a zero time takes it out.
	Queue(ctx context.Context, inbox InboxID, team TeamID, at time.Time) error
	// Draft is what is about to be said in the conversation; "" = nothing.
	Draft(ctx context.Context, id ConversationID) (string, error)
	// SetDraft replaces it; "" removes it. What is no conversation of the account
	// has none: NotFound, but for "".
	SetDraft(ctx context.Context, id ConversationID, message string, at time.Time) error
	// Mention records that the agents were mentioned.
	Mention(ctx context.Context, id ConversationID, at time.Time, agents ...AgentID) error
}

// CampaignRepo keeps campaigns.
type CampaignRepo interface {
	// Insert also numbers the campaign (Number); a number is never used again.
	Repo[CampaignID, Campaign, CampaignFilter]
	ByNumber(ctx context.Context, n CampaignNumber) (*Campaign, error) // NotFound
}

// TaskRefusals keeps which items of a task were refused: all of them, where the
// task itself names but the first.
type TaskRefusals interface {
	Add(ctx context.Context, r TaskRefusal) error
	// List returns a task's refusals of items after one, in their order; after
	// is -1 for the first.
	List(ctx context.Context, task TaskID, after, limit int) ([]TaskRefusal, error)
}

// EventLog is the account's append-only log.
type EventLog interface {
	// Append writes the events with the next sequence numbers, without gaps. It
	// MUST be the last lock a transaction takes: from here to the commit, no
	// other transaction of the account appends, so the order of numbers is the
	// order of commits.
	Append(ctx context.Context, events []*Event) error
	// Since returns events after a position, oldest first.
	Since(ctx context.Context, after EventSeq, limit int) ([]*Event, error)
	Head(ctx context.Context) (LogHead, error)
	// Measured returns the conversation's events of the kinds Measured lists,
	// oldest first, without details.
	Measured(ctx context.Context, id ConversationID) ([]*Event, error)
	// Told returns up to limit of the conversation's events of a kind, newest first.
	Told(ctx context.Context, id ConversationID, kind EventKind, limit int) ([]*Event, error)
	// TrimDetails drops the details of events before at.
	TrimDetails(ctx context.Context, before time.Time, limit int) (int, error)
}

// LogHead is where a log stands.
type LogHead struct {
	Epoch  int64    // changes when a log was rebuilt or restored: older cursors mean nothing
	Last   EventSeq // 0 = empty
	Oldest EventSeq // the first position a feed may start after
}

// Reached keeps to whom a business wrote first: providers count these people, over
// all inboxes of an owner (see Templated.TemplateOwner) and a moving day.
type Reached interface {
	// Mark notes that a contact was written to first; of several times the last
	// counts.
	Mark(ctx context.Context, owner string, contact ContactID, at time.Time) error
	// Count is how many contacts but one were marked after since, and when the first
	// of them was; zero = none.
	Count(ctx context.Context, owner string, but ContactID, since time.Time) (n int, first time.Time, err error)
	DropBefore(ctx context.Context, before time.Time) error
}

// JobQueue keeps jobs.
type JobQueue interface {
	// Enqueue adds jobs in this commit. A keyed job that exists and is not
	// running keeps its row and takes the earlier time, unless Move says
	// otherwise; one that runs is marked Again.
	Enqueue(ctx context.Context, jobs ...*Job) error
	// Move sets the time of an unfinished keyed job, in either direction; it
	// reports false when there is none.
	Move(ctx context.Context, kind JobKind, key string, at time.Time) (bool, error)
	// Cancel removes an unfinished keyed job that is not running.
	Cancel(ctx context.Context, kind JobKind, key string) error
	// Claim leases due jobs, the oldest first. Two claims never get one job
	// while its lease lasts. Of jobs with one OrderKey only the oldest
	// unfinished is claimable.
	Claim(ctx context.Context, c Claim) ([]*Job, error)
	// Finish, Fail and Extend need the lease: Conflict when it was lost.
	// Finish removes the job, or re-arms it when Again was set.
	Finish(ctx context.Context, id JobID, lease string, now time.Time) error
	// Fail records the error; the job runs again at, or is dead when dead.
	Fail(ctx context.Context, id JobID, lease, reason string, at time.Time, dead bool) error
	Extend(ctx context.Context, id JobID, lease string, until time.Time) error
	// Dead lists jobs given up, newest first.
	Dead(ctx context.Context, p Page) ([]*Job, error)
	Get(ctx context.Context, id JobID) (*Job, error)
}

// WebhookRepo keeps endpoints.
type WebhookRepo interface {
	Repo[WebhookID, Webhook, WebhookFilter]
	// Advance moves the cursor from one position to another; Conflict when it
	// is elsewhere.
	Advance(ctx context.Context, id WebhookID, from, to EventSeq) error
	// SetBreaker records failures in a row, the pause and the switch-off.
	SetBreaker(ctx context.Context, id WebhookID, failures int, until time.Time, disabled bool) error
}

// IdempotentResult is what a request with an Idempotency-Key came to.
type IdempotentResult struct {
	Fingerprint []byte
	Kind        string // of the result
	ID          int64  // of the result; 0 = the request had none
	Status      int    // of the rendered answer; 0 = not stored yet
	ContentType string
	Body        []byte
}

// Idempotency keeps request keys for 24 hours.
type Idempotency interface {
	// Begin inserts the key and returns nil, or returns what is there.
	Begin(ctx context.Context, scope, key string, fingerprint []byte, at time.Time) (*IdempotentResult, error)
	// Result records the outcome, in the same commit.
	Result(ctx context.Context, scope, key, kind string, id int64) error
	Find(ctx context.Context, scope, key string) (*IdempotentResult, error) // NotFound
	// Answer stores the rendered answer unless there is one.
	Answer(ctx context.Context, scope, key string, status int, contentType string, body []byte) error
}

// AuditEntry is one administrative change.
type AuditEntry struct {
	Account AccountID
	ID      AuditID
	Actor   ActorRef
	Remote  string
	Verb    string // "create", "update", "delete", "sign_in"…
	Noun    string
	Object  int64
	Changes map[string]Change
	Cause   []ActorRef // who set it off, oldest first; nil = the actor alone
	At      time.Time
}

// AuditLog is append-only.
type AuditLog interface {
	Append(ctx context.Context, e *AuditEntry) error
	List(ctx context.Context, f AuditFilter, p Page) ([]*AuditEntry, error) // newest first
	Count(ctx context.Context, f AuditFilter) (int, error)
}

// UserRepo keeps people who can sign in.
type UserRepo interface {
	Repo[AgentID, User, UserFilter]
	ByEmail(ctx context.Context, email string) (*User, error) // without case; NotFound
}

// SessionRepo keeps signed-in devices.
type SessionRepo interface {
	// Put inserts the session, replacing the user's session of the same client,
	// and drops the oldest beyond keep.
	Put(ctx context.Context, s *Session, keep int) error
	Find(ctx context.Context, user AgentID, client string) (*Session, error) // NotFound
	Delete(ctx context.Context, user AgentID, client string) error
	// DeleteOthers ends every session of the user but that of the client, or
	// but the newest when client is "".
	DeleteOthers(ctx context.Context, user AgentID, client string) error
	DeleteUser(ctx context.Context, user AgentID) error
}

// Leases make one of several processes the owner of something.
type Leases interface {
	// Take gets or renews the lease; false when somebody else holds it.
	Take(ctx context.Context, name, holder string, now, until time.Time) (bool, error)
	Drop(ctx context.Context, name, holder string) error
}

// InboxState is the ChannelState of an inbox, as given: the engine seals values.
type InboxState interface {
	ChannelState
	// Keep writes a value unless there is one, and returns what is there then:
	// whoever asks, however close together, gets the same.
	Keep(ctx context.Context, key string, value []byte) ([]byte, error)
}
