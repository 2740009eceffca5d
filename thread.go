package helpdesk

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"
)

// ConversationDetail is a conversation with what a screen shows beside it, read
// in the same snapshot.
type ConversationDetail struct {
	*Conversation
	Customer *Contact
	Address  *ContactInbox
	Box      *Inbox
	Owner    *Agent // nil = nobody
	OwnerBot *Bot   // of an Owner that is a bot
	Dept     *Team  // nil = none
	Titles   []string
	Last     *Message    // of any kind; nil = none
	LastTalk *Message    // the last that is no activity and not private
	CanReply bool        // false when the channel's window is closed
	Promise  *AppliedSLA // nil = none, or a customer asks
}

// ConversationList is one page of conversations.
type ConversationList struct {
	Items  []*ConversationDetail
	Counts Counts
	Cursor Cursor // the feed continues from here: nothing is missed, nothing seen twice
}

// List returns a page of the conversations the actor sees, with counts that
// leave the filter's Assignee aside. It costs the same number of statements
// whatever the page holds.
func (s Conversations) List(ctx context.Context, f ConversationFilter, p Page) (*ConversationList, error) {
	return read(ctx, s.d, func(u *unit) (*ConversationList, error) {
		if err := u.may(ReadConversation); err != nil {
			return nil, err
		}
		return u.listConversations(f, p)
	})
}

func (u *unit) listConversations(f ConversationFilter, p Page) (*ConversationList, error) {
	f, err := u.narrow(f)
	if err != nil {
		return nil, err
	}
	if f.Assignee == Mine && f.AssigneeID == 0 {
		f.AssigneeID = u.selfID()
	}
	rows, err := u.tx.Conversations().List(u.ctx, f, p)
	if err != nil {
		return nil, err
	}
	out := &ConversationList{}
	if out.Items, err = u.details(rows...); err != nil {
		return nil, err
	}
	if out.Counts, err = u.tx.Conversations().Counts(u.ctx, f, u.selfID()); err != nil {
		return nil, err
	}
	out.Cursor, err = u.cursor()
	return out, err
}

// Counts returns the figures above a list.
func (s Conversations) Counts(ctx context.Context, f ConversationFilter) (Counts, error) {
	return read(ctx, s.d, func(u *unit) (Counts, error) {
		if err := u.may(ReadConversation); err != nil {
			return Counts{}, err
		}
		f, err := u.narrow(f)
		if err != nil {
			return Counts{}, err
		}
		return u.tx.Conversations().Counts(u.ctx, f, u.selfID())
	})
}

// narrow limits a filter to what the actor sees, and checks its condition. A
// customer cannot ask by what only agents see: notes, labels, who takes part.
func (u *unit) narrow(f ConversationFilter) (ConversationFilter, error) {
	scope := u.scope()
	f.Scope, f.Source, f.Text, f.Labels = &scope, clean(f.Source), clean(f.Text), normalTitles(f.Labels)
	f.Person = clean(f.Person)
	if u.actor.ref.Kind == ByContact {
		f.Text, f.Person, f.Labels, f.Participant, f.Mentioned, f.Where = "", "", nil, 0, 0, nil
	}
	var err error
	f.Where, err = u.condition(f.Where, ConversationAttribute)
	return f, err
}

// Get returns one conversation.
func (s Conversations) Get(ctx context.Context, id ConversationID) (*Conversation, error) {
	return read(ctx, s.d, func(u *unit) (*Conversation, error) {
		c, err := u.tx.Conversations().Get(u.ctx, id)
		if err == nil {
			err = u.mayConversation(ReadConversation, c)
		}
		return orNil(c, err)
	})
}

// orNil returns nothing beside an error: what the actor may not see does not
// leave the unit.
func orNil[T any](v *T, err error) (*T, error) {
	if err != nil {
		return nil, err
	}
	return v, nil
}

// ByDisplay returns the conversation people call by this number.
func (s Conversations) ByDisplay(ctx context.Context, d DisplayID) (*Conversation, error) {
	return read(ctx, s.d, func(u *unit) (*Conversation, error) {
		c, err := u.tx.Conversations().ByDisplay(u.ctx, d)
		if err == nil {
			err = u.mayConversation(ReadConversation, c)
		}
		return orNil(c, err)
	})
}

// Detail returns conversations with what stands beside them. Those the actor
// does not see are NotFound.
func (s Conversations) Detail(ctx context.Context, ids ...ConversationID) ([]*ConversationDetail, error) {
	return read(ctx, s.d, func(u *unit) ([]*ConversationDetail, error) {
		rows := make([]*Conversation, 0, len(ids))
		for _, id := range ids {
			c, err := u.tx.Conversations().Get(u.ctx, id)
			if err != nil {
				return nil, err
			}
			if err := u.mayConversation(ReadConversation, c); err != nil {
				return nil, err
			}
			rows = append(rows, c)
		}
		return u.details(rows...)
	})
}

// Participants returns who takes part in a conversation, by name.
func (s Conversations) Participants(ctx context.Context, id ConversationID) ([]*Agent, error) {
	return read(ctx, s.d, func(u *unit) ([]*Agent, error) {
		c, err := u.tx.Conversations().Get(u.ctx, id)
		if err != nil {
			return nil, err
		}
		if err := u.mayConversation(ReadConversation, c); err != nil {
			return nil, err
		}
		if err := u.may(ReadSettings); err != nil {
			return nil, err
		}
		who, err := u.tx.Participants().Of(u.ctx, id)
		if err != nil || len(who) == 0 {
			return nil, err
		}
		return all(u.ctx, Repo[AgentID, Agent, AgentFilter](u.tx.Agents()), AgentFilter{IDs: who})
	})
}

// details reads what stands beside the conversations: five statements, however
// many there are.
func (u *unit) details(rows ...*Conversation) ([]*ConversationDetail, error) {
	if len(rows) == 0 {
		return []*ConversationDetail{}, nil
	}
	ids, contacts := make([]ConversationID, len(rows)), make([]ContactID, len(rows))
	for i, c := range rows {
		ids[i], contacts[i] = c.ID, c.Contact
	}
	slices.Sort(contacts)
	contacts = slices.Compact(contacts)
	people, err := u.tx.Contacts().List(u.ctx, ContactFilter{IDs: contacts}, Page{Limit: MaxPage})
	if err != nil {
		return nil, err
	}
	addresses, err := u.tx.ContactInboxes().Of(u.ctx, contacts...)
	if err != nil {
		return nil, err
	}
	customer := u.actor.ref.Kind == ByContact
	last, err := u.tx.Messages().Last(u.ctx, customer, ids...)
	if err != nil {
		return nil, err
	}
	talk, err := u.tx.Messages().Last(u.ctx, true, ids...)
	if err != nil {
		return nil, err
	}
	agents, err := u.freshAgents(rows)
	if err != nil {
		return nil, err
	}
	promises, err := u.promises(rows, customer)
	if err != nil {
		return nil, err
	}
	byContact, byAddress := make(map[ContactID]*Contact), make(map[ContactInboxID]*ContactInbox)
	for _, p := range people {
		byContact[p.ID] = p
	}
	for _, a := range addresses {
		byAddress[a.ID] = a
	}
	windows := make(map[InboxID]time.Duration)
	out := make([]*ConversationDetail, len(rows))
	for i, c := range rows {
		out[i] = &ConversationDetail{
			Conversation: c, Customer: byContact[c.Contact], Address: byAddress[c.ContactInbox], Box: copied(u.cfg.inboxes[c.Inbox]),
			Owner: agents[c.Assignee], Dept: copied(u.cfg.teams[c.Team]), Titles: u.cfg.labelTitles(c.Labels),
			Last: last[c.ID], LastTalk: talk[c.ID], CanReply: u.canReply(c, windows), OwnerBot: copied(u.cfg.bots[c.Assignee]),
			Promise: promises[c.ID],
		}
		if contact := byContact[c.Contact]; contact != nil {
			c.Muted = contact.Blocked
		}
	}
	return out, nil
}

// promises are the SLAs of the conversations that have one, which no customer is
// told; where none has, nothing is asked.
func (u *unit) promises(rows []*Conversation, customer bool) (map[ConversationID]*AppliedSLA, error) {
	var ids []ConversationID
	for _, c := range rows {
		if c.SLA != 0 && !customer {
			ids = append(ids, c.ID)
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	found, err := u.tx.AppliedSLAs().List(u.ctx, AppliedSLAFilter{Conversations: ids}, Page{Limit: MaxPage})
	out := make(map[ConversationID]*AppliedSLA, len(found))
	for _, a := range found {
		out[a.Conversation] = a
	}
	return out, err
}

// copied gives out a row of the shared configuration as the caller's own.
func copied[T any](row *T) *T {
	if row == nil {
		return nil
	}
	own := *row
	return &own
}

// freshAgents reads the assignees, with their presence as it is now.
func (u *unit) freshAgents(rows []*Conversation) (map[AgentID]*Agent, error) {
	var ids []AgentID
	for _, c := range rows {
		if c.Assignee != 0 {
			ids = append(ids, c.Assignee)
		}
	}
	out := make(map[AgentID]*Agent)
	if len(ids) == 0 {
		return out, nil
	}
	slices.Sort(ids)
	agents, err := u.tx.Agents().List(u.ctx, AgentFilter{IDs: slices.Compact(ids)}, Page{Limit: MaxPage})
	for _, a := range agents {
		out[a.ID] = a
	}
	return out, err
}

// canReply reports whether the channel's window is open. windows remembers each
// inbox's, so that a list opens each channel once.
func (u *unit) canReply(c *Conversation, windows map[InboxID]time.Duration) bool {
	window, known := windows[c.Inbox]
	if !known {
		if sender, err := u.e.openSender(u.cfg.inboxes[c.Inbox]); err == nil {
			window = personWindowOf(sender)
		}
		windows[c.Inbox] = window
	}
	return window == 0 || !c.LastInAt.IsZero() && u.now.Before(c.LastInAt.Add(window))
}

// NewConversation is what an agent starts a conversation with.
type NewConversation struct {
	Inbox        InboxID // 0 = the first that knows Source, of those the caller sees
	Contact      ContactID
	Source       string // of the contact's address; "" = their address in the inbox, made up if there is none
	Status       Status // "" = open
	SnoozedUntil time.Time
	Assignee     AgentID
	Team         TeamID
	Start        StartFields
	Message      *Reply // sent at once, in the same commit
}

// Create starts a conversation with a contact. On a single-conversation inbox
// the existing one goes on. It is assigned to Assignee, or handed out like any
// other.
func (s Conversations) Create(ctx context.Context, in NewConversation) (*Conversation, error) {
	p := problems{}
	in.Status = cmp.Or(in.Status, Open)
	p.add(!knownStatus(in.Status), "status", "must be open, pending, snoozed or resolved")
	p.add(in.Status == Snoozed && !in.SnoozedUntil.IsZero() && !in.SnoozedUntil.After(s.d.e.now()), "snoozed_until", "must lie ahead")
	if err := p.err(); err != nil {
		return nil, err
	}
	if in.Message != nil {
		own := *in.Message
		if in.Message = &own; s.d.actor.ref.Kind == ByContact {
			return nil, forbidden(ReplyConversation)
		}
		if err := s.d.admitReply(ctx, nil, in.Message); err != nil {
			return nil, err
		}
	}
	return change(ctx, s.d, loadConversation, func(u *unit) (*Conversation, int64, error) {
		if err := u.mayStart(in); err != nil {
			return nil, 0, err
		}
		c, err := u.createConversation(in)
		if err != nil {
			return nil, 0, err
		}
		return c, int64(c.ID), u.saveConversation(c)
	})
}

// mayStart asks for the rights to what else a start does.
func (u *unit) mayStart(in NewConversation) error {
	needs := []Action{StartConversation}
	switch {
	case in.Team != 0, in.Assignee != 0 && in.Assignee != u.selfID():
		needs = append(needs, AssignConversation)
	case in.Assignee != 0:
		needs = append(needs, ClaimConversation)
	}
	if in.Message != nil {
		needs = append(needs, ReplyConversation)
	}
	for _, a := range needs {
		if err := u.may(a); err != nil {
			return err
		}
	}
	return nil
}

func (u *unit) createConversation(in NewConversation) (*Conversation, error) {
	contact, address, inbox, err := u.startPoint(in)
	if err != nil {
		return nil, err
	}
	in.Start.Attributes, in.Start.Extra = cleanMap(in.Start.Attributes), cleanMap(in.Start.Extra)
	var c *Conversation
	if inbox.Single {
		if c, err = u.latestConversation(address, false); err != nil {
			return nil, err
		}
	}
	if c != nil {
		if err := u.mayConversation(ReadConversation, c); err != nil {
			return nil, err
		}
	} else {
		asks := u.actor.ref.Kind == ByContact && u.entryFlow(inbox, in.Start.Extra) != nil
		if in.Assignee == 0 && (inbox.Bot != 0 || asks) {
			in.Status = Pending // whoever starts it: the bot answers first, or the flow whom the customer writes to
		}
		if c, err = u.startConversation(inbox, contact, address, in.Start, in.Status); err == nil {
			err = u.inheritWindow(c, address)
		}
		if err != nil {
			return nil, err
		}
		if c.Status == Snoozed {
			c.SnoozedUntil = in.SnoozedUntil
		}
	}
	if in.Team != 0 {
		if err := u.setTeam(c, in.Team); err != nil {
			return nil, err
		}
	}
	if in.Assignee != 0 {
		if err := u.assignTo(c, in.Assignee); err != nil {
			return nil, err
		}
	} else if err := u.assign(c); err != nil {
		return nil, err
	}
	if in.Message != nil {
		if _, err := u.appendReply(c, *in.Message); err != nil {
			return nil, err
		}
	}
	return c, u.armSnooze(c)
}

// startPoint finds who, where and at which address a new conversation starts.
func (u *unit) startPoint(in NewConversation) (*Contact, *ContactInbox, *Inbox, error) {
	if u.actor.ref.Kind == ByContact {
		contact, err := u.tx.Contacts().Get(u.ctx, u.address.Contact)
		if err != nil {
			return nil, nil, nil, err
		}
		// The row is locked, so that two requests on a single-conversation inbox
		// do not both start one.
		address, err := u.tx.ContactInboxes().Claim(u.ctx, u.address.Inbox, u.address.Source)
		return contact, address, u.cfg.inboxes[u.address.Inbox], err
	}
	inbox, err := u.startInbox(in)
	if err != nil {
		return nil, nil, nil, err
	}
	if s := u.scope(); !s.All && !slices.Contains(s.Inboxes, inbox.ID) {
		return nil, nil, nil, notFound("inbox")
	}
	if !inbox.Active || !inbox.ActiveContact {
		return nil, nil, nil, Errorf(Unsupported, "conversations cannot be started in this inbox")
	}
	address, err := u.startAddress(inbox, in)
	if err != nil {
		return nil, nil, nil, err
	}
	contact, err := u.tx.Contacts().Get(u.ctx, address.Contact)
	return contact, address, inbox, err
}

// startInbox is the inbox that is named, or known by the source alone.
func (u *unit) startInbox(in NewConversation) (*Inbox, error) {
	if in.Inbox != 0 || in.Source == "" {
		return u.openInbox(in.Inbox)
	}
	seen := u.scope()
	if seen.All {
		seen.Inboxes = slices.Collect(maps.Keys(u.cfg.inboxes))
	}
	a, err := u.tx.ContactInboxes().FindIn(u.ctx, seen.Inboxes, clean(in.Source))
	if err != nil {
		return nil, err
	}
	return u.openInbox(a.Inbox)
}

func (u *unit) startAddress(inbox *Inbox, in NewConversation) (*ContactInbox, error) {
	if in.Source != "" {
		a, err := u.tx.ContactInboxes().Find(u.ctx, inbox.ID, clean(in.Source))
		if err == nil && (in.Contact == 0 || a.Contact == in.Contact) {
			return a, nil
		}
		if err == nil {
			return nil, &Error{Code: Invalid, Message: "source_id should be unique", Fields: map[string]string{"source_id": "should be unique"}}
		}
		if CodeOf(err) != NotFound || in.Contact == 0 {
			return nil, err
		}
	}
	contact, err := u.contact(ReadContact, in.Contact)
	if err != nil {
		return nil, err
	}
	if in.Source == "" {
		mine, err := u.tx.ContactInboxes().Of(u.ctx, contact.ID)
		if err != nil {
			return nil, err
		}
		for _, a := range mine {
			if a.Inbox == inbox.ID {
				return a, nil
			}
		}
	}
	return u.addAddress(contact, inbox.ID, in.Source)
}
