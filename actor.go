package helpdesk

import "slices"

// Role is an agent's built-in profile in one account.
type Role string

const (
	Administrator Role = "administrator" // everything
	Supervisor    Role = "supervisor"    // all an agent can, and every report
	AgentRole     Role = "agent"         // all conversations of their inboxes
	Assistant     Role = "assistant"     // only their own and unassigned conversations of their inboxes
	CustomRoled   Role = "custom"        // what their CustomRole permits
)

// Permissions of a custom role. Every one but ManageAll is limited to the
// agent's inboxes.
type Permissions uint16

const (
	ManageAll           Permissions = 1 << iota // every conversation of the account
	ManageUnassigned                            // unassigned and own conversations
	ManageOthers                                // own, and those assigned to others
	ManageParticipating                         // own, and those they take part in
	ManageContacts
	ViewReports
	ManageHelpCenter
	ManageCampaigns
	ManageLabels
)

// ActorKind says what sort of thing acts.
type ActorKind string

const (
	ByAgent   ActorKind = "agent"
	ByBot     ActorKind = "bot"
	ByContact ActorKind = "contact"
	ByRule    ActorKind = "rule"
	ByFlow    ActorKind = "flow"
	BySystem  ActorKind = "system" // the engine's own clockwork
	ByApp     ActorKind = "app"    // a platform app, in an account it may reach: everything
	ByHost    ActorKind = "host"   // the program the engine is embedded in, trusted with everything in the account
)

// ActorRef names an actor in stored data. The zero value is nobody.
type ActorRef struct {
	Kind ActorKind `json:"k,omitempty"`
	ID   int64     `json:"id,omitempty"`
}

// Actor is who does something, and in which account. It is a value without
// exported fields, made only by the Engine's methods; it holds no rights: what
// an actor may do is read inside the transaction that does it, so a role taken
// away works at once.
type Actor struct {
	account AccountID
	ref     ActorRef
	contact ContactInboxID // the address a contact speaks from
	remote  string         // where from, for the audit log
}

// Account is the account the actor acts in.
func (a Actor) Account() AccountID { return a.account }

// Ref names the actor for logs and events.
func (a Actor) Ref() ActorRef { return a.ref }

// Address is the address a contact speaks from; 0 for anybody else.
func (a Actor) Address() ContactInboxID { return a.contact }

// From returns the actor with the address of whoever is behind it, for the
// audit log.
func (a Actor) From(remote string) Actor { a.remote = clean(remote); return a }

// Agent acts as the agent id of the account. The membership is looked up when
// something is done, not here.
func (e *Engine) Agent(account AccountID, id AgentID) Actor {
	return Actor{account: account, ref: ActorRef{ByAgent, int64(id)}}
}

// Bot acts as an agent bot.
func (e *Engine) Bot(account AccountID, id AgentID) Actor {
	return Actor{account: account, ref: ActorRef{ByBot, int64(id)}}
}

// Contact acts as the customer behind one address.
func (e *Engine) Contact(account AccountID, contact ContactID, address ContactInboxID) Actor {
	return Actor{account: account, ref: ActorRef{ByContact, int64(contact)}, contact: address}
}

// Host acts as the embedding program itself: every right in the account.
func (e *Engine) Host(account AccountID) Actor {
	return Actor{account: account, ref: ActorRef{Kind: ByHost}}
}

// System acts as the engine's own clockwork.
func (e *Engine) System(account AccountID) Actor {
	return Actor{account: account, ref: ActorRef{Kind: BySystem}}
}

// Action is something an actor may or may not do. The table below is the only
// place that says who.
type Action string

const (
	ReadConversation   Action = "conversation.read"
	ReplyConversation  Action = "conversation.reply" // answers, notes, and what becomes of them
	TypeConversation   Action = "conversation.type"  // typing, and the values of a form
	UploadFile         Action = "file.upload"        // hand over a file ahead of its use
	StartConversation  Action = "conversation.start"
	EditConversation   Action = "conversation.edit"   // status, priority, labels, attributes, snooze
	AssignConversation Action = "conversation.assign" // to anybody
	ClaimConversation  Action = "conversation.claim"  // to oneself
	DeleteConversation Action = "conversation.delete"
	CloseOwn           Action = "conversation.close_own" // the customer ends it
	RateConversation   Action = "conversation.rate"      // the customer says how it was
	ReadContact        Action = "contact.read"
	ReadContacts       Action = "contact.list"
	EditContact        Action = "contact.edit"
	DeleteContact      Action = "contact.delete"
	MoveContacts       Action = "contact.move" // import and export
	ReadCanned         Action = "canned.read"
	EditCanned         Action = "canned.edit"
	RunMacro           Action = "macro.run"
	EditMacro          Action = "macro.edit"
	ReadSettings       Action = "settings.read" // agents, teams, labels, attributes, own inboxes
	EditLabels         Action = "label.edit"
	EditSettings       Action = "settings.edit" // account, agents, roles, teams, inboxes, attributes, webhooks, rules, bots
	ReadReports        Action = "report.read"
	EditHelpCenter     Action = "helpcenter.edit"
	EditCampaigns      Action = "campaign.edit"
	ReadAudit          Action = "audit.read"
	EditSelf           Action = "self.edit" // own availability, profile, notifications
)

type grant struct {
	roles []Role      // built-in profiles that may
	perms Permissions // any of these in a custom role suffices
	other []ActorKind // of the actors that are no agents; the system and the host always may
}

// agents are the profiles that work on conversations.
var agentsUp = []Role{Administrator, Supervisor, AgentRole}

const conversationPerms = ManageAll | ManageUnassigned | ManageOthers | ManageParticipating

// permissions is the one table of who may do what (FEATURES A3, A4). What is
// bound to a conversation also needs the conversation to be visible: see Scope.
var permissions = permissionTable()

func permissionTable() map[Action]grant {
	all := append(slices.Clone(agentsUp), Assistant)
	admin := []Role{Administrator}
	botRule := []ActorKind{ByBot, ByRule}
	anyPerm := Permissions(1<<9 - 1)
	return map[Action]grant{
		ReadConversation:   {all, conversationPerms, []ActorKind{ByBot, ByRule, ByContact}},
		ReplyConversation:  {all, conversationPerms, botRule}, // a customer's messages come by Receive
		TypeConversation:   {all, conversationPerms, []ActorKind{ByBot, ByRule, ByContact}},
		UploadFile:         {all, anyPerm, []ActorKind{ByBot, ByRule, ByContact}},
		StartConversation:  {all, conversationPerms, []ActorKind{ByBot, ByContact}},
		EditConversation:   {all, conversationPerms, botRule},
		AssignConversation: {agentsUp, conversationPerms, botRule},
		ClaimConversation:  {all, conversationPerms, []ActorKind{ByBot}},
		DeleteConversation: {admin, 0, nil},
		CloseOwn:           {nil, 0, []ActorKind{ByContact}},
		RateConversation:   {nil, 0, []ActorKind{ByContact}},
		ReadContact:        {all, conversationPerms | ManageContacts, botRule},
		ReadContacts:       {agentsUp, ManageContacts, nil},
		EditContact:        {agentsUp, ManageContacts, []ActorKind{ByRule}},
		DeleteContact:      {admin, 0, nil},
		MoveContacts:       {admin, 0, nil},
		ReadCanned:         {all, anyPerm, nil},
		EditCanned:         {agentsUp, conversationPerms, nil},
		RunMacro:           {all, conversationPerms, nil},
		EditMacro:          {agentsUp, conversationPerms, nil},
		ReadSettings:       {all, anyPerm, botRule},
		EditLabels:         {admin, ManageLabels, nil},
		EditSettings:       {admin, 0, nil},
		ReadReports:        {[]Role{Administrator, Supervisor}, ViewReports, nil},
		EditHelpCenter:     {admin, ManageHelpCenter, nil},
		EditCampaigns:      {admin, ManageCampaigns, nil},
		ReadAudit:          {admin, 0, nil},
		EditSelf:           {all, anyPerm, nil},
	}
}

// Scope is the one visibility predicate: which conversations a viewer sees. The
// store compiles it into SQL for lists, counts and search; Sees is the same in
// memory, for the feed. A property test keeps the two equal.
type Scope struct {
	All     bool      // every conversation of the account
	Inboxes []InboxID // otherwise only of these, and of them:
	Own     bool      // assigned to Agent
	Free    bool      // assigned to nobody
	Others  bool      // assigned to somebody else
	Part    bool      // Agent takes part
	Agent   AgentID

	// Address limits a customer to the conversations of one address, and of those
	// of the Proven that are Contact's: one who is proven sees what was said where
	// they were proven too, and not what others said whom their word made one with
	// them.
	Address ContactInboxID
	Contact ContactID
	Proven  []ContactInboxID
}

// Sees reports whether a conversation with these facts is in scope. takesPart
// says whether Agent is a participant; it matters only when Part is set.
func (s Scope) Sees(f ConversationFacts, contact ContactID, takesPart bool) bool {
	if s.All {
		return true
	}
	if s.Address != 0 {
		return f.ContactInbox == s.Address || contact == s.Contact && slices.Contains(s.Proven, f.ContactInbox)
	}
	if !slices.Contains(s.Inboxes, f.Inbox) {
		return false
	}
	switch f.Assignee {
	case 0:
		return s.Free || s.Part && takesPart
	case s.Agent:
		return s.Own
	default:
		return s.Others || s.Part && takesPart
	}
}
