package helpdesk

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"
)

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
	Avatar       string // key of the picture in Blobs; "" = none
	SuperAdmin   bool   // runs the installation
	Confirmed    bool   // the address is proved
	PendingEmail string // takes Email's place once it is proved; "" = no change waits
	UISettings   map[string]any
	Attributes   map[string]any

	// The second factor: see totp.go.
	OTPSecret   []byte   // sealed; nil = nobody enrolled
	OTPEnabled  bool     // asked for at sign-in
	OTPStep     int64    // the time step of the last code that counted: none counts twice
	BackupCodes [][]byte // digests of those left

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

	Availability Availability    // as chosen
	AutoOffline  bool            // true: shown as offline while not connected
	MailOn       NotificationSet // what they are mailed of
	PushOn       NotificationSet // what they want pushes of
	OpenLimit    int             // open conversations handed out at once; 0 = the account's limit
	Skills       []string        // what an assignment policy's expression may ask for: lower case, in order
	// WorkingHours, switched on, are when conversations are handed to the agent.
	WorkingHours

	Inviter   AgentID
	ActiveAt  time.Time `audit:"-"` // last use of this account
	CreatedAt time.Time
	UpdatedAt time.Time
	Version   int64

	// Read along from the user or bot, and from presence; not written here.
	Name        string
	DisplayName string // what customers and colleagues see instead of Name; "" = Name
	Email       string
	Avatar      string // key of the picture in Blobs; "" = none
	Confirmed   bool
	Connected   bool `audit:"-"` // a heartbeat arrived within the presence window
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

// Agents is the service for who works in the account.
type Agents struct{ d *Desk }

// AgentInput says what an agent is; in an update, zero values and nil leave a
// field alone.
type AgentInput struct {
	Name         string // of the user
	Email        string // of the user; only when inviting
	Role         Role
	Custom       RoleID
	Availability Availability
	AutoOffline  *bool
	OpenLimit    *int
	Skills       *[]string // at most 50 of 100 characters, compared without case

	HoursEnabled *bool
	Timezone     *string
	Hours        []OpenHours // the given days replace theirs
	Holidays     []Holiday   // replace what was; nil leaves them alone
}

func (in AgentInput) check(u *unit, p problems) {
	roles := []Role{"", Administrator, Supervisor, AgentRole, Assistant, CustomRoled}
	p.add(!slices.Contains(roles, in.Role), "role", "must be administrator, supervisor, agent, assistant or custom")
	p.add(in.Role == CustomRoled && u.cfg.roles[in.Custom] == nil, "custom_role_id", "does not exist")
	p.add(!slices.Contains([]Availability{"", Online, Busy, Offline}, in.Availability), "availability", "must be online, busy or offline")
	p.add(tooLong(in.Name, 255), "name", "is too long (maximum is 255 characters)")
	p.add(in.Name != "" && strings.TrimSpace(clean(in.Name)) == "", "name", "can't be blank")
	p.add(in.OpenLimit != nil && *in.OpenLimit < 0, "open_limit", "must not be negative")
	if in.Skills != nil {
		p.add(len(*in.Skills) > maxSkills, "skills", "are too many (maximum is 50)")
		p.add(slices.ContainsFunc(*in.Skills, func(s string) bool { return tooLong(s, 100) }), "skills", "are too long (maximum is 100 characters)")
	}
}

func (in AgentInput) apply(p problems, a *Agent) {
	a.WorkingHours.apply(p, hoursInput{in.HoursEnabled, in.Timezone, in.Hours, in.Holidays})
	if in.Role != "" {
		a.Role, a.Custom = in.Role, in.Custom
	}
	if in.Availability != "" {
		a.Availability = in.Availability
	}
	if in.AutoOffline != nil {
		a.AutoOffline = *in.AutoOffline
	}
	if in.OpenLimit != nil {
		a.OpenLimit = *in.OpenLimit
	}
	if in.Skills != nil {
		a.Skills = normalSkills(*in.Skills)
	}
}

const maxSkills = 50

// normalSkills is a list of skills as it is kept: nil when there are none.
func normalSkills(given []string) []string {
	var out []string
	for _, s := range given {
		if s = strings.ToLower(strings.TrimSpace(clean(s))); s != "" {
			out = append(out, s)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func loadAgent(u *unit, id int64) (*Agent, error) { return u.tx.Agents().Get(u.ctx, AgentID(id)) }

// List returns agents by name, bots among them.
func (s Agents) List(ctx context.Context, f AgentFilter) ([]*Agent, error) {
	return read(ctx, s.d, func(u *unit) ([]*Agent, error) {
		if err := u.may(ReadSettings); err != nil {
			return nil, err
		}
		return all(u.ctx, Repo[AgentID, Agent, AgentFilter](u.tx.Agents()), f)
	})
}

// Get returns one agent.
func (s Agents) Get(ctx context.Context, id AgentID) (*Agent, error) {
	return read(ctx, s.d, func(u *unit) (*Agent, error) {
		if err := u.may(ReadSettings); err != nil {
			return nil, err
		}
		return u.tx.Agents().Get(u.ctx, id)
	})
}

// Invite makes a person an agent of the account, and a user if there is none
// with this e-mail yet. Whoever has no password is mailed a link to set one, for
// a week, where there is a Mailer; and so is whoever never proved the address,
// whose password, sessions and tokens end with it: they may be somebody else's.
// Somebody who is an agent already is Invalid.
func (s Agents) Invite(ctx context.Context, in AgentInput) (*Agent, error) {
	in.Email, in.Name = strings.TrimSpace(clean(in.Email)), strings.TrimSpace(clean(in.Name))
	p := problems{}
	_, err := parseEmail(in.Email)
	p.add(err != nil, "email", "is not an e-mail address")
	if err := p.err(); err != nil {
		return nil, err
	}
	return change(ctx, s.d, loadAgent, func(u *unit) (*Agent, int64, error) {
		if err := u.may(EditSettings); err != nil {
			return nil, 0, err
		}
		user, err := u.invitee(in.Email, cmp.Or(in.Name, in.Email))
		if err != nil {
			return nil, 0, err
		}
		return u.addAgent(user.ID, in)
	})
}

// Add makes an existing user an agent.
func (s Agents) Add(ctx context.Context, user AgentID, in AgentInput) (*Agent, error) {
	return change(ctx, s.d, loadAgent, func(u *unit) (*Agent, int64, error) {
		if err := u.may(EditSettings); err != nil {
			return nil, 0, err
		}
		return u.addAgent(user, in)
	})
}

// newMember is a membership as it begins.
func newMember(account AccountID, id AgentID, role Role, now time.Time) *Agent {
	return &Agent{
		Account: account, ID: id, Role: role, Availability: Online, AutoOffline: true,
		MailOn: newcomersHear(), PushOn: newcomersHear(), CreatedAt: now, UpdatedAt: now,
	}
}

func (u *unit) addAgent(id AgentID, in AgentInput) (*Agent, int64, error) {
	p := problems{}
	in.check(u, p)
	p.add(u.cfg.agents[id] != nil, "email", "is an agent of this account already")
	a := newMember(u.actor.account, id, AgentRole, u.now)
	a.Inviter = u.selfID()
	in.apply(p, a)
	if err := p.err(); err != nil {
		return nil, 0, err
	}
	if err := u.tx.Agents().Insert(u.ctx, a); err != nil {
		return nil, 0, err
	}
	u.emit(&Event{Kind: ViewerChanged, Subject: int64(id)})
	if err := record(u, "agent", int64(id), nil, a); err != nil {
		return nil, 0, err
	}
	fresh, err := u.tx.Agents().Get(u.ctx, id)
	return fresh, int64(id), err
}

// Update changes an agent's role, availability or limits.
func (s Agents) Update(ctx context.Context, id AgentID, in AgentInput) (*Agent, error) {
	return change(ctx, s.d, loadAgent, func(u *unit) (*Agent, int64, error) {
		if err := u.may(EditSettings); err != nil {
			return nil, 0, err
		}
		a, err := u.updateAgent(id, in)
		return a, int64(id), err
	})
}

// SetAvailability is what an agent does for themselves.
func (s Agents) SetAvailability(ctx context.Context, to Availability, autoOffline *bool) (*Agent, error) {
	return change(ctx, s.d, loadAgent, func(u *unit) (*Agent, int64, error) {
		if err := u.may(EditSelf); err != nil || u.self == nil {
			return nil, 0, cmp.Or[error](err, forbidden(EditSelf))
		}
		a, err := u.updateAgent(u.self.ID, AgentInput{Availability: to, AutoOffline: autoOffline})
		return a, int64(u.self.ID), err
	})
}

// Enter records that the acting agent works in this account now: it is the one
// their clients open first.
func (s Agents) Enter(ctx context.Context) error {
	return remove(ctx, s.d, func(u *unit) error {
		if u.self == nil {
			return forbidden(EditSelf)
		}
		a, err := u.tx.Agents().Get(u.ctx, u.self.ID)
		if err != nil {
			return err
		}
		a.ActiveAt, a.UpdatedAt = u.now, u.now
		return u.tx.Agents().Update(u.ctx, a)
	})
}

func (u *unit) updateAgent(id AgentID, in AgentInput) (*Agent, error) {
	p := problems{}
	in.check(u, p)
	a, err := u.tx.Agents().Get(u.ctx, id)
	if err != nil {
		return nil, err
	}
	before := *a
	in.apply(p, a)
	if err := p.err(); err != nil {
		return nil, err
	}
	a.UpdatedAt = u.now
	if err := u.tx.Agents().Update(u.ctx, a); err != nil {
		return nil, err
	}
	if in.Name != "" {
		if err := u.renameUser(id, in.Name); err != nil {
			return nil, err
		}
		a.Name = in.Name
	}
	if before.Effective() != a.Effective() {
		u.emitPresence(id, a.Effective())
	}
	if before.Role != a.Role || before.Custom != a.Custom {
		u.emit(&Event{Kind: ViewerChanged, Subject: int64(id)})
	}
	if u.selfID() != id || before.Role != a.Role { // what agents say of their own presence is no administration
		if err := record(u, "agent", int64(id), &before, a); err != nil {
			return nil, err
		}
	}
	if a.Effective() == Online { // came online, or has more room
		if err := u.reload(); err != nil {
			return nil, err
		}
		u.freed(id)
	}
	return a, nil
}

func (u *unit) renameUser(id AgentID, name string) error {
	user, err := u.tx.Users().Get(u.ctx, id)
	if err != nil {
		return err
	}
	user.Name, user.UpdatedAt = strings.TrimSpace(clean(name)), u.now
	return u.tx.Users().Update(u.ctx, user)
}

// Remove ends a membership: the agent leaves all inboxes and teams, and what
// they owned is owned by nobody and handed on. Their personal macros go.
func (s Agents) Remove(ctx context.Context, id AgentID) error {
	return remove(ctx, s.d, func(u *unit) error {
		if err := u.may(EditSettings); err != nil {
			return err
		}
		a, err := u.tx.Agents().Get(u.ctx, id)
		if err != nil {
			return err
		}
		if err := u.removeAgent(a); err != nil {
			return err
		}
		return record(u, "agent", int64(id), a, nil)
	})
}

func (u *unit) removeAgent(a *Agent) error {
	id := a.ID
	owned, err := all(u.ctx, Repo[ConversationID, Conversation, ConversationFilter](u.tx.Conversations()), ConversationFilter{Assignee: Mine, AssigneeID: id})
	if err != nil {
		return err
	}
	if a.Bot {
		if err := u.dropBot(id); err != nil {
			return err
		}
	}
	if err := u.tx.InboxMembers().RemoveAgent(u.ctx, id); err != nil {
		return err
	}
	if err := u.tx.TeamMembers().RemoveAgent(u.ctx, id); err != nil {
		return err
	}
	if err := u.reload(); err != nil { // what they owned is not handed to who just left
		return err
	}
	for _, c := range owned {
		u.release(c)
		if err := u.assign(c); err != nil {
			return err
		}
		if err := u.saveConversation(c); err != nil {
			return err
		}
	}
	if err := u.dropMacros(id); err != nil {
		return err
	}
	u.emit(&Event{Kind: ViewerChanged, Subject: int64(id)})
	if err := u.tx.Agents().Delete(u.ctx, id); err != nil {
		return err
	}
	return u.reload()
}
