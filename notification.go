package helpdesk

import (
	"context"
	"slices"
	"strconv"
	"time"
)

// NotificationKind says what a notification tells of.
type NotificationKind string

const (
	NotifyCreated       NotificationKind = "conversation_creation"
	NotifyAssigned      NotificationKind = "conversation_assignment"
	NotifyMessage       NotificationKind = "assigned_conversation_new_message"
	NotifyMentioned     NotificationKind = "conversation_mention"
	NotifyParticipating NotificationKind = "participating_conversation_new_message"
	NotifySLAFirst      NotificationKind = "sla_missed_first_response"
	NotifySLANext       NotificationKind = "sla_missed_next_response"
	NotifySLAResolution NotificationKind = "sla_missed_resolution"
)

// NotificationKinds lists all kinds.
func NotificationKinds() []NotificationKind {
	return []NotificationKind{
		NotifyCreated, NotifyAssigned, NotifyMessage, NotifyMentioned, NotifyParticipating, NotifySLAFirst, NotifySLANext, NotifySLAResolution,
	}
}

// NotificationSet is a set of kinds, as it is stored. The zero value is empty.
type NotificationSet uint16

// NotificationsOf is the set of some kinds; what is no kind is left out.
func NotificationsOf(kinds ...NotificationKind) NotificationSet {
	var out NotificationSet
	for i, k := range NotificationKinds() {
		if slices.Contains(kinds, k) {
			out |= 1 << i
		}
	}
	return out
}

// Has reports whether a kind is in the set.
func (s NotificationSet) Has(k NotificationKind) bool { return s&NotificationsOf(k) != 0 }

// Kinds lists the set.
func (s NotificationSet) Kinds() []NotificationKind {
	return slices.DeleteFunc(NotificationKinds(), func(k NotificationKind) bool { return !s.Has(k) })
}

// Notification tells one agent that something happened in a conversation. An
// agent has at most one of each conversation: the latest. It is kept for a month.
type Notification struct {
	Account      AccountID
	ID           NotificationID
	Agent        AgentID // whose it is
	Kind         NotificationKind
	Conversation ConversationID
	Message      MessageID // what was written; 0 = it tells of no message
	By           ActorRef  // who did it
	ReadAt       time.Time // zero = unread
	SnoozedUntil time.Time // zero = not snoozed; it comes back unread
	LastActivity time.Time // what the list is sorted by

	CreatedAt, UpdatedAt time.Time
	Version              int64
}

// NotificationDetail is a notification with what a screen shows beside it.
type NotificationDetail struct {
	*Notification
	In   *ConversationDetail
	Said *Message // nil = it tells of no message, or of one that is gone
}

// NotificationList is one page of an agent's notifications.
type NotificationList struct {
	Items  []*NotificationDetail
	Unread int // of all that are not snoozed
	Count  int // of all that the filter lets through
}

// Notifications is the service for the acting agent's own notifications. Those of
// conversations they no longer see do not exist for them.
type Notifications struct{ d *Desk }

// mayNotify asks whether the actor is a person who has notifications.
func (u *unit) mayNotify() error {
	if err := u.may(EditSelf); err != nil {
		return err
	}
	if u.self == nil || u.self.Bot {
		return forbidden(EditSelf)
	}
	return nil
}

// own limits a filter to what the actor has and sees.
func (u *unit) own(f NotificationFilter) NotificationFilter {
	scope := u.scope()
	f.Agent, f.Scope = u.self.ID, &scope
	return f
}

// unread asks for what counts as unread.
func (u *unit) unread() (int, error) {
	return u.tx.Notifications().Count(u.ctx, u.own(NotificationFilter{Unread: true, Awake: true}))
}

// List returns a page of notifications, the latest activity first, and figures.
// f.Agent and f.Scope are the actor's.
func (s Notifications) List(ctx context.Context, f NotificationFilter, p Page) (*NotificationList, error) {
	return read(ctx, s.d, func(u *unit) (*NotificationList, error) {
		if err := u.mayNotify(); err != nil {
			return nil, err
		}
		f = u.own(f)
		rows, err := u.tx.Notifications().List(u.ctx, f, p)
		if err != nil {
			return nil, err
		}
		out := &NotificationList{}
		if out.Items, err = u.notificationDetails(rows); err != nil {
			return nil, err
		}
		if out.Count, err = u.tx.Notifications().Count(u.ctx, f); err != nil {
			return nil, err
		}
		out.Unread, err = u.unread()
		return out, err
	})
}

// Get returns one notification with what stands beside it.
func (s Notifications) Get(ctx context.Context, id NotificationID) (*NotificationDetail, error) {
	return read(ctx, s.d, func(u *unit) (*NotificationDetail, error) {
		n, err := u.notification(id)
		if err != nil {
			return nil, err
		}
		found, err := u.notificationDetails([]*Notification{n})
		if err != nil {
			return nil, err
		}
		return found[0], nil
	})
}

// Unread counts the notifications that are neither read nor snoozed.
func (s Notifications) Unread(ctx context.Context) (int, error) {
	return read(ctx, s.d, func(u *unit) (int, error) {
		if err := u.mayNotify(); err != nil {
			return 0, err
		}
		return u.unread()
	})
}

func (u *unit) notificationDetails(rows []*Notification) ([]*NotificationDetail, error) {
	conversations, messages := make([]ConversationID, len(rows)), make([]MessageID, 0, len(rows))
	for i, n := range rows {
		conversations[i] = n.Conversation
		if n.Message != 0 {
			messages = append(messages, n.Message)
		}
	}
	in, err := u.detailsOf(conversations)
	if err != nil {
		return nil, err
	}
	said := make(map[MessageID]*Message, len(messages))
	if len(messages) > 0 {
		found, err := u.tx.Messages().List(u.ctx, MessageFilter{IDs: messages}, Page{Limit: MaxPage})
		if err != nil {
			return nil, err
		}
		for _, m := range found {
			said[m.ID] = m
		}
	}
	out := make([]*NotificationDetail, len(rows))
	for i, n := range rows {
		out[i] = &NotificationDetail{n, in[n.Conversation], said[n.Message]}
	}
	return out, nil
}

// notification loads one of the actor's own.
func (u *unit) notification(id NotificationID) (*Notification, error) {
	if err := u.mayNotify(); err != nil {
		return nil, err
	}
	n, err := u.tx.Notifications().Get(u.ctx, id)
	if err != nil {
		return nil, err
	}
	c, err := u.tx.Conversations().Get(u.ctx, n.Conversation)
	if err == nil {
		err = u.mayConversation(ReadConversation, c)
	}
	if n.Agent != u.self.ID || CodeOf(err) == NotFound || CodeOf(err) == Forbidden {
		return nil, notFound("notification")
	}
	return orNil(n, err)
}

func loadNotification(u *unit, id int64) (*Notification, error) {
	return u.tx.Notifications().Get(u.ctx, NotificationID(id))
}

// edit changes one notification in one Update.
func (s Notifications) edit(ctx context.Context, id NotificationID, fn func(u *unit, n *Notification) error) (*Notification, error) {
	return change(ctx, s.d, loadNotification, func(u *unit) (*Notification, int64, error) {
		n, err := u.notification(id)
		if err != nil {
			return nil, 0, err
		}
		if err := fn(u, n); err != nil {
			return nil, 0, err
		}
		return n, int64(id), u.saveNotification(n)
	})
}

func (u *unit) saveNotification(n *Notification) error {
	n.UpdatedAt = u.now
	if err := u.tx.Notifications().Update(u.ctx, n); err != nil {
		return err
	}
	u.emit(&Event{Kind: NotificationUpdated, Agent: n.Agent, Subject: int64(n.ID)})
	return u.armNotification(n)
}

// MarkRead marks a notification as read.
func (s Notifications) MarkRead(ctx context.Context, id NotificationID) (*Notification, error) {
	return s.edit(ctx, id, func(u *unit, n *Notification) error {
		n.ReadAt = u.now
		return nil
	})
}

// MarkUnread makes a notification unread again.
func (s Notifications) MarkUnread(ctx context.Context, id NotificationID) (*Notification, error) {
	return s.edit(ctx, id, func(_ *unit, n *Notification) error {
		n.ReadAt = time.Time{}
		return nil
	})
}

// Snooze puts a notification away until a time that lies ahead; then it is unread.
func (s Notifications) Snooze(ctx context.Context, id NotificationID, until time.Time) (*Notification, error) {
	return s.edit(ctx, id, func(u *unit, n *Notification) error {
		if !until.After(u.now) {
			return problems{"snoozed_until": "must lie ahead"}.err()
		}
		n.SnoozedUntil = until.UTC().Truncate(time.Microsecond)
		return nil
	})
}

// ReadAll marks everything as read that is not snoozed; with a conversation only
// what tells of it.
func (s Notifications) ReadAll(ctx context.Context, conversation ConversationID) error {
	return remove(ctx, s.d, func(u *unit) error {
		if err := u.mayNotify(); err != nil {
			return err
		}
		n, err := u.tx.Notifications().MarkRead(u.ctx, u.self.ID, conversation, u.now)
		if n > 0 {
			u.emit(&Event{Kind: NotificationUpdated, Agent: u.self.ID})
		}
		return err
	})
}

// Delete removes a notification.
func (s Notifications) Delete(ctx context.Context, id NotificationID) error {
	return remove(ctx, s.d, func(u *unit) error {
		if _, err := u.notification(id); err != nil {
			return err
		}
		if err := u.tx.Notifications().Delete(u.ctx, id); err != nil {
			return err
		}
		u.emit(&Event{Kind: NotificationDeleted, Agent: u.self.ID, Subject: int64(id)})
		return u.tx.Jobs().Cancel(u.ctx, jobNotificationWake, strconv.FormatInt(int64(id), 10))
	})
}

// DeleteAll removes all notifications, or only those that were read.
func (s Notifications) DeleteAll(ctx context.Context, onlyRead bool) error {
	return remove(ctx, s.d, func(u *unit) error {
		if err := u.mayNotify(); err != nil {
			return err
		}
		n, err := u.tx.Notifications().Clear(u.ctx, u.self.ID, onlyRead)
		if n > 0 {
			u.emit(&Event{Kind: NotificationDeleted, Agent: u.self.ID})
		}
		return err
	})
}
