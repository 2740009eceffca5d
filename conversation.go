package helpdesk

import (
	"context"
	"slices"
	"time"
)

// Status is where a conversation stands.
type Status string

const (
	Open     Status = "open"     // somebody should act
	Pending  Status = "pending"  // with a bot, or prepared and not started
	Snoozed  Status = "snoozed"  // until a time, or until the customer answers
	Resolved Status = "resolved" // done
)

// Priority of a conversation; "" = none.
type Priority string

const (
	Low    Priority = "low"
	Medium Priority = "medium"
	High   Priority = "high"
	Urgent Priority = "urgent"
)

// Conversation is one matter with one contact in one inbox. Its customers call
// it by Display; Version is what If-Match compares.
type Conversation struct {
	Account      AccountID
	ID           ConversationID
	Display      DisplayID
	UUID         string
	Inbox        InboxID
	Contact      ContactID
	ContactInbox ContactInboxID

	Status       Status
	SnoozedUntil time.Time // zero while snoozed = until the customer answers
	Priority     Priority
	Assignee     AgentID // a person or a bot; AssigneeBot says which
	AssigneeBot  bool
	LastAssignee AgentID // the last person assigned, kept when unassigned
	Team         TeamID
	Labels       []LabelID
	Attributes   map[string]any // custom attributes, checked against their definitions
	Extra        map[string]any // what channels add: browser, referer, mail subject…
	Participants []AgentID      // who takes part, in order of id; read along, not written here
	Muted        bool           // mirrors the contact's block; read along, not written here

	OwnerEpoch    int64     // from 1; grows when it moves between bot and people, and where bots work, when a person answers
	QueuedAt      time.Time // set while it waits to be handed out; the queue's order
	Unrouted      int64     // why nobody could take it when that was last asked, as a fingerprint; 0 = not asked
	LastActivity  time.Time // of the latest message of any kind
	WaitingSince  time.Time // the earliest customer message nobody answered; zero = not waiting
	FirstReplyAt  time.Time // zero = no person has answered yet
	LastPublic    MessageID // last message the customer can see: what a reply's AsOf is compared with (stored as last_public_seq)
	LastMessage   MessageID // last message of any kind
	LastIncoming  MessageID
	BotSeen       MessageID        // up to here a bot's program has had its turn
	LastInAt      time.Time        // provider's time of the customer's last message: what a channel's window counts from
	LastReplyAt   time.Time        // of the last reply the customer can see, whoever wrote it; zero = none
	LastAutoAt    time.Time        // of the last message that the desk sent by itself; zero = none
	GreetingDue   bool             // its customer began it, and was not greeted yet
	EmailAsked    bool             // its customer was asked for an address
	Unread        int              // customer messages since an agent last looked
	RuleRuns      int              // rules and flows that ran on it since a person last did something
	KeepAliveAt   time.Time        // when the timer of its keep-alive runs; zero = there is none
	NudgedAt      time.Time        // when the inactivity message went, since the customer's last message; zero = it did not
	FlowRun       FlowRunID        // the flow that runs on it; 0 = none
	SLA           SLAPolicyID      // what it is measured by; 0 = nothing
	OpenedAt      time.Time        // when it last became open; zero = it never was
	AnsweredAt    time.Time        // the last message to the customer, of somebody, that they have not answered; zero = there is none
	SilenceAt     time.Time        // when the timer of rules on silence runs; zero = there is none
	Silences      map[RuleID]int64 // the silence that each of those rules was last asked about: its beginning, in microseconds since 1970
	AgentSeenAt   time.Time
	OwnerSeenAt   time.Time // the assignee's
	ContactSeenAt time.Time

	MergedInto ConversationID
	CreatedAt  time.Time
	UpdatedAt  time.Time
	Version    int64
}

// openConversation finds the conversation a customer's message belongs to, opens
// it where it slept, or starts one (FEATURES D1, D2). It holds the conversation
// until the commit. began says that it begins with the message, or begins anew.
func (u *unit) openConversation(inbox *Inbox, contact *Contact, address *ContactInbox, in Inbound) (c *Conversation, began bool, err error) {
	over := func() bool { return c == nil || c.Status == Resolved && !inbox.Single && !contact.Blocked }
	for _, look := range u.places(contact, address, in.Conversation) {
		if c, err = look(); err != nil {
			return nil, false, err
		}
		if held, err := u.holdsAnswer(c); held || err != nil {
			return c, false, err
		}
		if c == nil || !over() {
			break
		}
	}
	if over() {
		c, err = u.startConversation(inbox, contact, address, in.Start, u.firstStatus(inbox, in.Start.Extra))
		return c, true, err
	}
	began = c.LastPublic == 0 || c.Status == Resolved // a customer's client began it without a word
	if contact.Blocked || c.Status == Open || u.withBot(c) || began && c.Status == Pending && u.entryFlow(inbox, c.Extra) != nil {
		return c, began, nil
	}
	to := Open
	if c.Status == Resolved {
		to = u.firstStatus(inbox, c.Extra)
	}
	u.setStatus(c, to, time.Time{})
	u.tell(c, textReopenedSelf)
	return c, began, nil
}

// places are where a customer's message may belong, each to be looked at while
// those before it are over: the conversation asked for, the latest at the address
// (a client that still names an old one does not start one with every message), and
// the latest there that is not resolved, an older one that was opened again.
func (u *unit) places(contact *Contact, address *ContactInbox, asked DisplayID) []func() (*Conversation, error) {
	list := []func() (*Conversation, error){
		func() (*Conversation, error) { return u.latestConversation(address, false) },
		func() (*Conversation, error) { return u.latestConversation(address, true) },
	}
	if asked == 0 {
		return list
	}
	return slices.Insert(list, 0, func() (*Conversation, error) { return u.askedConversation(contact, address, asked) })
}

// latestConversation is the newest at the address; nil when there is none.
func (u *unit) latestConversation(address *ContactInbox, unresolved bool) (*Conversation, error) {
	c, err := u.tx.Conversations().Latest(u.ctx, address.ID, unresolved)
	if CodeOf(err) == NotFound {
		return nil, nil
	}
	return c, err
}

// askedConversation is the one the customer names, if it is theirs.
func (u *unit) askedConversation(contact *Contact, address *ContactInbox, asked DisplayID) (*Conversation, error) {
	c, err := u.tx.Conversations().ByDisplay(u.ctx, asked)
	if err != nil {
		return nil, err
	}
	proven, err := u.provenWith(address)
	if err != nil {
		return nil, err
	}
	if c.ContactInbox != address.ID && !(c.Contact == contact.ID && slices.Contains(proven, c.ContactInbox)) {
		return nil, notFound("conversation")
	}
	return u.tx.Conversations().Lock(u.ctx, c.ID)
}

// startConversation inserts a new conversation. A blocked contact's is born
// resolved: it is stored, and troubles nobody.
func (u *unit) startConversation(inbox *Inbox, contact *Contact, address *ContactInbox, f StartFields, status Status) (*Conversation, error) {
	if contact.Blocked {
		status = Resolved
	}
	c := &Conversation{
		Account: u.actor.account, UUID: newUUID(), Inbox: inbox.ID, Contact: contact.ID, ContactInbox: address.ID,
		Status: status, Attributes: f.Attributes, Extra: f.Extra, Muted: contact.Blocked, OwnerEpoch: 1,
		LastActivity: u.now, WaitingSince: u.now, CreatedAt: u.now, UpdatedAt: u.now,
		GreetingDue: u.actor.ref.Kind == ByContact,
	}
	switch status { //nolint:exhaustive // the others have no more to set
	case Open:
		c.OpenedAt = u.now
	case Resolved:
		c.WaitingSince = time.Time{}
	}
	p := problems{}
	u.checkAttributes(p, ConversationAttribute, f.Attributes)
	if err := p.err(); err != nil {
		return nil, err
	}
	if err := u.tx.Conversations().Insert(u.ctx, c); err != nil {
		return nil, err
	}
	u.emitConversation(ConversationCreated, c, ConversationFacts{}, nil)
	return c, nil
}

// saveConversation writes everything that changed on a conversation, once.
func (u *unit) saveConversation(c *Conversation) error {
	c.UpdatedAt = u.now
	if u.weighedAnew(c) { // what changed may give it to somebody
		u.drainLater(c.Inbox)
	}
	return u.tx.Conversations().Update(u.ctx, c)
}

// setStatus moves a conversation to another status: the only place that does.
// until counts for snoozed ones alone. It records the events; the caller saves.
func (u *unit) setStatus(c *Conversation, to Status, until time.Time) {
	from, before := c.Status, c.facts()
	c.Status, c.SnoozedUntil = to, time.Time{}
	if to == Open && from != Open {
		c.OpenedAt = u.now
		u.armSilence(c)
	}
	if to == Snoozed {
		c.SnoozedUntil = until
	}
	if to != Open {
		c.unqueue()
	}
	if box := u.cfg.inboxes[c.Inbox]; box != nil && box.Bot != 0 && (from == Pending) != (to == Pending) {
		c.OwnerEpoch++ // it went from the bot to people, or back
	}
	if to == Resolved {
		c.WaitingSince = time.Time{}
	}
	if from == Open && to != Open {
		u.freed(c.Assignee)
	}
	if from == to && to != Snoozed {
		return
	}
	u.leaveFlow(c, FlowMoved)
	if to == Pending || to == Open && from != Pending {
		u.toBot(c)
	}
	details := map[string]Change{"status": changed(from, to)}
	if to == Snoozed {
		details["snoozed_until"] = changed(nil, until)
	}
	switch to {
	case Open:
		u.emitConversation(ConversationOpened, c, before, nil)
	case Resolved:
		ev := &Event{
			Kind: ConversationResolved, Conversation: c.ID, Contact: c.Contact, Before: before, After: c.facts(),
			Elapsed: seconds(u.now.Sub(c.CreatedAt)),
		}
		u.emit(ev)
		u.happened = append(u.happened, happening{ev, c, nil})
		u.ended(c)
		if u.botResolved(c) {
			u.emit(&Event{
				Kind: BotResolved, Conversation: c.ID, Contact: c.Contact, Before: c.facts(), After: c.facts(),
				Elapsed: seconds(u.now.Sub(c.CreatedAt)),
			})
		}
	case Pending, Snoozed: // told as a change of status alone
	}
	u.emitConversation(ConversationStatus, c, before, details)
	u.emitConversation(ConversationUpdated, c, before, details)
}

// Conversations is the service for conversations.
type Conversations struct{ d *Desk }

// conversation loads a conversation the actor may do a to, held until the
// commit. Missing and invisible are one.
func (u *unit) conversation(a Action, id ConversationID) (*Conversation, error) {
	c, err := u.tx.Conversations().Lock(u.ctx, id)
	if err == nil {
		err = u.mayConversation(a, c)
	}
	return orNil(c, err)
}

func loadConversation(u *unit, id int64) (*Conversation, error) {
	return u.tx.Conversations().Get(u.ctx, ConversationID(id))
}

// edit changes one conversation in one Update. Nothing is written when fn fails.
func (s Conversations) edit(ctx context.Context, a Action, id ConversationID, fn func(u *unit, c *Conversation) error) (*Conversation, error) {
	return change(ctx, s.d, loadConversation, func(u *unit) (*Conversation, int64, error) {
		c, err := u.conversation(a, id)
		if err != nil {
			return nil, 0, err
		}
		if err := fn(u, c); err != nil {
			return nil, 0, err
		}
		return c, int64(c.ID), u.saveConversation(c)
	})
}

// Resolve marks a conversation done.
func (s Conversations) Resolve(ctx context.Context, id ConversationID) (*Conversation, error) {
	return s.SetStatus(ctx, id, Resolved, time.Time{})
}

// Reopen opens a conversation.
func (s Conversations) Reopen(ctx context.Context, id ConversationID) (*Conversation, error) {
	return s.SetStatus(ctx, id, Open, time.Time{})
}

// Snooze puts a conversation away until a time, or, when until is zero, until
// the customer answers; a customer's message ends it in both cases.
func (s Conversations) Snooze(ctx context.Context, id ConversationID, until time.Time) (*Conversation, error) {
	return s.SetStatus(ctx, id, Snoozed, until)
}

// SetStatus moves a conversation to a status. An agent who is no administrator
// and opens a conversation takes it, from another as far as they may assign it; one
// that is open already stays whose it is. Closing one that held a place
// hands that place to the next in the queue, in the same commit.
func (s Conversations) SetStatus(ctx context.Context, id ConversationID, to Status, until time.Time) (*Conversation, error) {
	p := problems{}
	p.add(!knownStatus(to), "status", "must be open, pending, snoozed or resolved")
	if err := p.err(); err != nil {
		return nil, err
	}
	return s.edit(ctx, EditConversation, id, func(u *unit, c *Conversation) error {
		p.add(to == Snoozed && !until.IsZero() && !until.After(u.now), "snoozed_until", "must lie ahead")
		if err := p.err(); err != nil {
			return err
		}
		if err := u.takeOpened(c, to); err != nil {
			return err
		}
		return u.changeStatus(c, to, until)
	})
}

// takeOpened gives a conversation to the agent who is about to open it.
func (u *unit) takeOpened(c *Conversation, to Status) error {
	if to != Open || c.Status == Open || u.actor.ref.Kind != ByAgent || u.self.Role == Administrator || !u.cfg.assignable(c.Inbox, u.self.ID) {
		return nil
	}
	if c.Assignee != 0 && !c.AssigneeBot && u.may(AssignConversation) != nil {
		return nil
	}
	return u.assignTo(c, u.self.ID)
}

func knownStatus(s Status) bool {
	return slices.Contains([]Status{Open, Pending, Snoozed, Resolved}, s)
}

// changeStatus is SetStatus within a unit. A person resolves only what has the
// attributes the account asks for.
func (u *unit) changeStatus(c *Conversation, to Status, until time.Time) error {
	if to == Resolved {
		if err := u.checkRequired(c); err != nil {
			return err
		}
	}
	told := map[Status]textKey{Open: textOpened, Pending: textPending, Snoozed: textSnoozed, Resolved: textResolved}[to]
	return u.putStatus(c, to, until, told, u.actorName())
}

// putStatus moves a conversation to a status, with all that follows; told, with
// its args, is the line that says so.
func (u *unit) putStatus(c *Conversation, to Status, until time.Time, told textKey, args ...string) error {
	from := c.Status
	u.setStatus(c, to, until)
	if from != to {
		u.tell(c, told, args...)
	}
	if err := u.armSnooze(c); err != nil {
		return err
	}
	if from == Pending && to == Open && u.actor.ref.Kind == ByBot {
		u.handOff(c)
		if err := u.afterBot(c); err != nil {
			return err
		}
	}
	if to == Open && from != Open {
		return u.assign(c)
	}
	return nil
}

// Toggle flips a conversation as Chatwoot's button does: open becomes resolved,
// everything else open, as SetStatus does it.
func (s Conversations) Toggle(ctx context.Context, id ConversationID) (*Conversation, error) {
	return s.edit(ctx, EditConversation, id, func(u *unit, c *Conversation) error {
		to := Open
		if c.Status == Open {
			to = Resolved
		}
		if err := u.takeOpened(c, to); err != nil {
			return err
		}
		return u.changeStatus(c, to, time.Time{})
	})
}

// CloseOwn lets the customer end their conversation; one that is resolved stays so.
func (s Conversations) CloseOwn(ctx context.Context, id ConversationID) (*Conversation, error) {
	return s.edit(ctx, CloseOwn, id, func(u *unit, c *Conversation) error {
		if c.Status == Resolved {
			return nil
		}
		return u.changeStatus(c, Resolved, time.Time{})
	})
}

// SetLabels replaces the labels by titles; unknown ones are made ad hoc.
func (s Conversations) SetLabels(ctx context.Context, id ConversationID, titles []string) (*Conversation, error) {
	return s.edit(ctx, EditConversation, id, func(u *unit, c *Conversation) error { return u.setLabels(c, titles) })
}

func without(all, some []string) []string {
	return slices.DeleteFunc(slices.Clone(all), func(s string) bool { return slices.Contains(some, s) })
}

// SetAttributes replaces the custom attributes, checked against their
// definitions; all that is wrong is named at once.
func (s Conversations) SetAttributes(ctx context.Context, id ConversationID, values map[string]any) (*Conversation, error) {
	return s.edit(ctx, EditConversation, id, func(u *unit, c *Conversation) error {
		return u.setAttributes(c, cleanMap(values))
	})
}

// SetMuted blocks or unblocks the conversation's contact. Muting resolves the
// conversation; the contact's messages are stored from now on, and open nothing.
func (s Conversations) SetMuted(ctx context.Context, id ConversationID, muted bool) (*Conversation, error) {
	return s.edit(ctx, EditConversation, id, func(u *unit, c *Conversation) error { return u.setMuted(c, muted) })
}

// MarkSeen records that the agent, or the customer, has seen the conversation up
// to now. A customer's look marks what was sent to them as read.
func (s Conversations) MarkSeen(ctx context.Context, id ConversationID) (*Conversation, error) {
	return s.edit(ctx, ReadConversation, id, func(u *unit, c *Conversation) error {
		if u.actor.ref.Kind == ByContact {
			return u.contactSaw(c)
		}
		if c.Unread > 0 {
			u.signal(c, signalRead)
		}
		c.AgentSeenAt, c.Unread = u.now, 0
		if c.Assignee == u.selfID() {
			c.OwnerSeenAt = u.now
		}
		return nil
	})
}

func (u *unit) contactSaw(c *Conversation) error {
	c.ContactSeenAt = u.now
	read, err := u.tx.Messages().MarkRead(u.ctx, c.ID, u.now)
	if err != nil {
		return err
	}
	for _, m := range read {
		u.emitMessage(MessageUpdated, c, m, map[string]Change{"status": changed(StateSent, StateRead)})
	}
	u.emitConversation(ConversationRead, c, c.facts(), nil)
	return nil
}

// MarkUnread makes the customer's last message unseen again.
func (s Conversations) MarkUnread(ctx context.Context, id ConversationID) (*Conversation, error) {
	return s.edit(ctx, ReplyConversation, id, func(u *unit, c *Conversation) error {
		if c.LastIncoming == 0 {
			return nil
		}
		last, err := u.tx.Messages().Get(u.ctx, c.LastIncoming)
		if err != nil {
			return err
		}
		c.AgentSeenAt, c.OwnerSeenAt, c.Unread = last.CreatedAt.Add(-time.Second), last.CreatedAt.Add(-time.Second), max(c.Unread, 1)
		return nil
	})
}

// selfID is the acting agent or bot; 0 for anybody else.
func (u *unit) selfID() AgentID {
	if u.self == nil {
		return 0
	}
	return u.self.ID
}
