package helpdesk

import (
	"context"
	"io"
	"slices"
	"time"
)

// ScheduledMessage is a reply that is sent later, in the name of its author
// (FEATURES D5). When it is due it is asked anew whether it can be sent; if not it
// is held, with the reason, until somebody reschedules or cancels it.
type ScheduledMessage struct {
	Account        AccountID
	ID             ScheduledID
	Conversation   ConversationID
	Author         ActorRef   // an agent, a bot or the host: who changed it last, and in whose name it goes
	Content        string     // at most 150,000 characters; a template, filled in when it is sent
	Files          []KeptFile // up to 15; once sent they are the message's
	SendAt         time.Time
	HoldIfAnswered bool      // hold it when the customer has written since it was scheduled
	AsOf           MessageID // the customer's last message by then
	State          ScheduledState
	Reason         SendBlock // why it is held
	Detail         string    // what the reason leaves open, for people; mostly ""
	Message        MessageID // what it became
	SentAt         time.Time

	CreatedAt, UpdatedAt time.Time
	Version              int64
}

// ScheduledState says how far a scheduled message has come. One that is cancelled
// is gone.
type ScheduledState string

const (
	ScheduledWaiting ScheduledState = "waiting" // for its time
	ScheduledHeld    ScheduledState = "held"    // was due and could not be sent; Reason says why
	ScheduledSent    ScheduledState = "sent"    // became a message, which has a state of its own
)

// Why a scheduled message may be held, beside what CanSend says.
const (
	CustomerAnswered SendBlock = "customer_answered" // the customer wrote after it was scheduled
	AuthorLeft       SendBlock = "author_left"       // the author is no member of the account any more
	AuthorMayNot     SendBlock = "author_may_not"    // the author may not reply there any more
	AccountSuspended SendBlock = "account_suspended"
	SendRefused      SendBlock = "refused" // by the desk or its host; Detail says what was said
)

// ScheduledInput is what a scheduled message is made of; in an update nil leaves a
// field alone.
type ScheduledInput struct {
	Content        *string
	SendAt         *time.Time // ahead, by five years at most
	HoldIfAnswered *bool
	Files          FileChange
}

const (
	maxScheduled      = 100 // of one conversation that are not sent yet
	maxScheduledAhead = 5 * 366 * 24 * time.Hour
)

// ScheduledMessages is the service for messages that are sent later. Who may reply
// in a conversation sees, makes, changes and cancels them; customers never do.
type ScheduledMessages struct{ d *Desk }

func loadScheduled(u *unit, id int64) (*ScheduledMessage, error) {
	return u.tx.ScheduledMessages().Get(u.ctx, ScheduledID(id))
}

func scheduledFiles(m *ScheduledMessage) []KeptFile { return m.Files }

// List returns scheduled messages of the conversations the actor sees, the next to
// be sent first.
func (s ScheduledMessages) List(ctx context.Context, f ScheduledFilter, p Page) ([]*ScheduledMessage, error) {
	return read(ctx, s.d, func(u *unit) ([]*ScheduledMessage, error) {
		if err := u.may(ReplyConversation); err != nil {
			return nil, err
		}
		scope := u.scope()
		f.Scope = &scope
		return u.tx.ScheduledMessages().List(u.ctx, f, p)
	})
}

// Get returns one scheduled message.
func (s ScheduledMessages) Get(ctx context.Context, id ScheduledID) (*ScheduledMessage, error) {
	return read(ctx, s.d, func(u *unit) (*ScheduledMessage, error) {
		m, err := u.tx.ScheduledMessages().Get(u.ctx, id)
		if err != nil {
			return nil, err
		}
		c, err := u.tx.Conversations().Get(u.ctx, m.Conversation)
		if err == nil {
			err = u.mayConversation(ReplyConversation, c)
		}
		return orNil(m, hidden(err))
	})
}

// hidden is what becomes of a conversation's NotFound where a scheduled message was
// asked for.
func hidden(err error) error {
	if CodeOf(err) == NotFound {
		return notFound("scheduled message")
	}
	return err
}

// OpenFile returns the bytes of a file. The caller closes it.
func (s ScheduledMessages) OpenFile(ctx context.Context, id ScheduledID, key string) (KeptFile, io.ReadSeekCloser, error) {
	m, err := s.Get(ctx, id)
	if err != nil {
		return KeptFile{}, nil, err
	}
	return s.d.e.openKept(ctx, m.Files, key)
}

// Create schedules a message in a conversation, whatever its status. When it is due
// it is sent as any reply is.
func (s ScheduledMessages) Create(ctx context.Context, id ConversationID, in ScheduledInput) (*ScheduledMessage, error) {
	return keeping(ctx, s.d, &in.Files, scheduledFiles, func() (*ScheduledMessage, error) {
		return change(ctx, s.d, loadScheduled, func(u *unit) (*ScheduledMessage, int64, error) {
			c, err := u.conversation(ReplyConversation, id)
			if err != nil {
				return nil, 0, err
			}
			n, err := u.tx.ScheduledMessages().Count(u.ctx, ScheduledFilter{Conversation: id, Unsent: true})
			if err != nil {
				return nil, 0, err
			}
			if n >= maxScheduled {
				return nil, 0, Errorf(Limited, "a conversation has at most %d scheduled messages", maxScheduled)
			}
			m := &ScheduledMessage{Account: c.Account, Conversation: c.ID, State: ScheduledWaiting, CreatedAt: u.now}
			if err := u.applyScheduled(m, c, in); err != nil {
				return nil, 0, err
			}
			if err := u.tx.ScheduledMessages().Insert(u.ctx, m); err != nil {
				return nil, 0, err
			}
			u.tell(c, textScheduled, u.actorName(), m.SendAt.In(u.cfg.zone).Format(lineTime))
			if err := u.armScheduled(m); err != nil {
				return nil, 0, err
			}
			return m, int64(m.ID), u.saveConversation(c)
		})
	})
}

// lineTime is how activity lines write a moment, in the account's time zone.
const lineTime = "2006-01-02 15:04 MST"

// Update changes a message that is not sent yet, which is Conflict afterwards. Who
// does so becomes its author. A held one waits again when it is given a time.
func (s ScheduledMessages) Update(ctx context.Context, id ScheduledID, in ScheduledInput) (*ScheduledMessage, error) {
	return keeping(ctx, s.d, &in.Files, scheduledFiles, func() (*ScheduledMessage, error) {
		return change(ctx, s.d, loadScheduled, func(u *unit) (*ScheduledMessage, int64, error) {
			m, c, err := u.unsent(id)
			if err != nil {
				return nil, 0, err
			}
			if in.SendAt != nil {
				m.State, m.Reason, m.Detail = ScheduledWaiting, "", ""
			}
			if err := u.applyScheduled(m, c, in); err != nil {
				return nil, 0, err
			}
			if err := u.tx.ScheduledMessages().Update(u.ctx, m); err != nil {
				return nil, 0, err
			}
			return m, int64(id), u.armScheduled(m)
		})
	})
}

// Cancel removes a message that is not sent yet; afterwards it is Conflict.
func (s ScheduledMessages) Cancel(ctx context.Context, id ScheduledID) error {
	return remove(ctx, s.d, func(u *unit) error {
		m, c, err := u.unsent(id)
		if err != nil {
			return err
		}
		if err := u.tx.ScheduledMessages().Delete(u.ctx, id); err != nil {
			return err
		}
		u.dropKept(m.Files)
		if err := u.tx.Jobs().Cancel(u.ctx, jobScheduledSend, scheduledKey(id)); err != nil {
			return err
		}
		u.tell(c, textUnscheduled, u.actorName(), m.SendAt.In(u.cfg.zone).Format(lineTime))
		return u.saveConversation(c)
	})
}

// scheduled loads a message and its conversation, which is held until the commit:
// whoever changes, cancels or sends a message holds it.
func (u *unit) scheduled(id ScheduledID) (*ScheduledMessage, *Conversation, error) {
	m, err := u.tx.ScheduledMessages().Get(u.ctx, id)
	if err != nil {
		return nil, nil, err
	}
	c, err := u.conversation(ReplyConversation, m.Conversation)
	if err != nil {
		return nil, nil, hidden(err)
	}
	m, err = u.tx.ScheduledMessages().Get(u.ctx, id) // as it is now that it is held
	return m, c, err
}

// unsent is scheduled for what may still be changed.
func (u *unit) unsent(id ScheduledID) (*ScheduledMessage, *Conversation, error) {
	m, c, err := u.scheduled(id)
	if err == nil && m.State == ScheduledSent {
		err = Errorf(Conflict, "the message was sent already")
	}
	return m, c, err
}

// applyScheduled checks and applies an input. Who writes it has seen what the
// customer said until now.
func (u *unit) applyScheduled(m *ScheduledMessage, c *Conversation, in ScheduledInput) error {
	p := problems{}
	if in.Content != nil {
		m.Content = clean(*in.Content)
		p.add(tooLong(m.Content, maxContent), "content", "is too long (maximum is 150000 characters)")
	}
	m.Files = u.keep(p, m.Files, in.Files)
	p.add(m.Content == "" && len(m.Files) == 0, "content", "can't be blank")
	if in.SendAt != nil {
		m.SendAt = in.SendAt.UTC().Truncate(time.Microsecond)
		p.add(m.SendAt.After(u.now.Add(maxScheduledAhead)), "send_at", "must be within five years")
	}
	p.add((in.SendAt != nil || m.ID == 0) && !m.SendAt.After(u.now), "send_at", "must lie ahead")
	setBool(&m.HoldIfAnswered, in.HoldIfAnswered)
	m.Author, m.AsOf, m.UpdatedAt = u.actor.ref, c.LastIncoming, u.now
	return p.err()
}

// dropScheduled removes the files of a conversation's scheduled messages; the rows
// go with the conversation.
func (u *unit) dropScheduled(id ConversationID) error {
	rows, err := all(u.ctx, u.tx.ScheduledMessages(), ScheduledFilter{Conversation: id})
	for _, m := range rows {
		u.dropKept(m.Files)
	}
	return err
}

// scheduledBlock says why a message that is due is not sent; "" = it is.
func (u *unit) scheduledBlock(m *ScheduledMessage, c *Conversation) (SendBlock, error) {
	left := func() bool { return u.cfg.agents[AgentID(m.Author.ID)] == nil }
	verdict := u.canSend(c)
	switch {
	case u.cfg.account.Suspended:
		return AccountSuspended, nil
	case slices.Contains([]ActorKind{ByAgent, ByBot}, m.Author.Kind) && left():
		return AuthorLeft, nil
	case m.HoldIfAnswered && c.LastIncoming > m.AsOf:
		return CustomerAnswered, nil
	case !verdict.Allowed:
		return verdict.Reason, nil
	}
	if quiet, err := u.letBe(c); err != nil || quiet {
		return OptedOut, err
	}
	return "", nil
}
