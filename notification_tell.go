package helpdesk

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"time"
)

// notice is an event that agents may have to be told of, with what flush needs to
// know and events do not keep.
type notice struct {
	ev *Event
	c  *Conversation
}

// notify keeps an event for flush, if it is one that agents are told of.
func (u *unit) notify(ev *Event, c *Conversation) {
	switch ev.Kind {
	case ConversationCreated, ConversationHandoff, ConversationMentioned:
	case slaEvent(SLAMissed, SLAFirstResponse), slaEvent(SLAMissed, SLANextResponse), slaEvent(SLAMissed, SLAResolution):
	case ConversationAssigned:
		if ev.After.Assignee == 0 || ev.After.Bot {
			return
		}
	case MessageCreated:
		if ev.MessageKind != Incoming && ev.MessageKind != Outgoing {
			return
		}
	default:
		return
	}
	u.notices = append(u.notices, notice{ev, c})
}

// tellAgents turns the unit's events into notifications: at most one for an agent
// and a conversation, the last that happened, in the place of an older one. It
// asks the store nothing when there is nobody to tell, and otherwise twice.
func (u *unit) tellAgents() error {
	var rows []*Notification
	for _, n := range u.notices {
		for _, told := range u.recipients(n) {
			same := func(o *Notification) bool { return o.Agent == told.Agent && o.Conversation == told.Conversation }
			if i := slices.IndexFunc(rows, same); i >= 0 {
				again := told.Message != 0 && rows[i].Message == told.Message
				if rows[i].Kind == NotifyMentioned || again && told.Kind != NotifyMentioned {
					continue // one of each message, and nothing hides that somebody was asked for
				}
				rows = slices.Delete(rows, i, i+1)
			}
			rows = append(rows, told)
		}
	}
	if len(rows) == 0 {
		return nil
	}
	replaced, err := u.tx.Notifications().Tell(u.ctx, rows...)
	if err != nil {
		return err
	}
	for _, old := range replaced {
		u.emit(&Event{Kind: NotificationDeleted, Agent: old.Agent, Subject: int64(old.ID)})
	}
	for _, n := range rows {
		u.emit(&Event{Kind: NotificationCreated, Agent: n.Agent, Subject: int64(n.ID)})
		u.mailNotification(n)
	}
	return nil
}

// untell says that notifications are gone with their conversation. Of several that
// an agent loses at once there is one event, which names none.
func (u *unit) untell(gone []*Notification) {
	for _, n := range gone {
		lost := func(ev *Event) bool { return ev.Kind == NotificationDeleted && ev.Agent == n.Agent }
		if i := slices.IndexFunc(u.events, lost); i >= 0 {
			u.events[i].Subject = 0
			continue
		}
		u.emit(&Event{Kind: NotificationDeleted, Agent: n.Agent, Subject: int64(n.ID)})
	}
}

// recipients are the notifications of one event (FEATURES K3b): to those who see
// the conversation, and never to who did it.
func (u *unit) recipients(n notice) []*Notification {
	var out []*Notification
	tell := func(kind NotificationKind, agents ...AgentID) {
		for _, id := range agents {
			a := u.cfg.agents[id]
			by := n.ev.Actor
			if a == nil || a.Bot || by.Kind == ByAgent && by.ID == int64(id) || slices.ContainsFunc(out, func(o *Notification) bool { return o.Agent == id }) {
				continue
			}
			if !u.cfg.scopeOf(a).Sees(n.c.facts(), n.c.Contact, slices.Contains(n.c.Participants, id)) {
				continue
			}
			if kind == NotifyCreated && !a.MailOn.Has(kind) && !a.PushOn.Has(kind) {
				continue
			}
			out = append(out, &Notification{
				Account: u.actor.account, Agent: id, Kind: kind, Conversation: n.c.ID, Message: n.ev.Message, By: by,
				LastActivity: u.now, CreatedAt: u.now, UpdatedAt: u.now,
			})
		}
	}
	if n.ev.Kind == ConversationMentioned {
		tell(NotifyMentioned, n.ev.Agent)
		return out
	}
	if n.c.Muted {
		return nil // a blocked contact troubles nobody
	}
	switch n.ev.Kind {
	case ConversationCreated, ConversationHandoff:
		if n.c.Status != Pending {
			tell(NotifyCreated, u.cfg.inboxMembers[n.c.Inbox]...)
		}
	case ConversationAssigned:
		if n.c.Status != Pending && n.c.Assignee == n.ev.After.Assignee {
			tell(NotifyAssigned, n.ev.After.Assignee)
		}
	case MessageCreated:
		tell(NotifyMessage, n.c.Assignee)
		tell(NotifyParticipating, n.c.Participants...)
	case slaEvent(SLAMissed, SLAFirstResponse):
		tell(NotifySLAFirst, u.concerned(n.c)...)
	case slaEvent(SLAMissed, SLANextResponse):
		tell(NotifySLANext, u.concerned(n.c)...)
	case slaEvent(SLAMissed, SLAResolution):
		tell(NotifySLAResolution, u.concerned(n.c)...)
	default: // told of by nobody else
	}
	return out
}

type notificationArgs struct {
	Notification NotificationID `json:"notification"`
}

// armNotification keeps the one timer of a snooze in step with the notification.
func (u *unit) armNotification(n *Notification) error {
	key := strconv.FormatInt(int64(n.ID), 10)
	if n.SnoozedUntil.IsZero() {
		return u.tx.Jobs().Cancel(u.ctx, jobNotificationWake, key)
	}
	if moved, err := u.tx.Jobs().Move(u.ctx, jobNotificationWake, key, n.SnoozedUntil); moved || err != nil {
		return err
	}
	u.enqueue(&Job{Kind: jobNotificationWake, Key: key, RunAt: n.SnoozedUntil, Args: args(notificationArgs{n.ID})})
	return nil
}

// wakeNotification brings a snoozed notification back, unread.
func (e *Engine) wakeNotification(ctx context.Context, j *Job) error {
	var a notificationArgs
	if err := json.Unmarshal(j.Args, &a); err != nil {
		return Permanent(err)
	}
	return e.update(ctx, e.System(j.Account), func(u *unit) error {
		n, err := u.tx.Notifications().Get(u.ctx, a.Notification)
		if CodeOf(err) == NotFound {
			return nil
		}
		if err != nil || n.SnoozedUntil.IsZero() || n.SnoozedUntil.After(u.now) {
			return err
		}
		n.SnoozedUntil, n.ReadAt, n.LastActivity = time.Time{}, time.Time{}, u.now
		n.UpdatedAt = u.now
		u.emit(&Event{Kind: NotificationUpdated, Agent: n.Agent, Subject: int64(n.ID)})
		return u.tx.Notifications().Update(u.ctx, n)
	})
}

// mailDelay is how long a notification waits before it is mailed: who is looking
// has read it by then.
const mailDelay = 30 * time.Second

// mailNotification has a notification mailed, when its agent wants that.
func (u *unit) mailNotification(n *Notification) {
	if u.e.opts.Mailer == nil || !u.cfg.agents[n.Agent].MailOn.Has(n.Kind) {
		return
	}
	u.enqueue(&Job{Kind: jobNotificationMail, RunAt: u.now.Add(mailDelay), Args: args(notificationArgs{n.ID})})
}

// sendNotification mails a notification that is still worth it: unread, of a
// person who confirmed their address and still sees the conversation; and of a
// new message only while they are not connected.
func (e *Engine) sendNotification(ctx context.Context, j *Job) error {
	var a notificationArgs
	if err := json.Unmarshal(j.Args, &a); err != nil {
		return Permanent(err)
	}
	if e.opts.Mailer == nil {
		return Errorf(Unsupported, "no mailer") // another process may have one
	}
	var m *Mail
	err := e.view(ctx, e.System(j.Account), func(u *unit) (err error) {
		m, err = u.notificationMail(a.Notification)
		return absent(err)
	})
	if err != nil || m == nil {
		return err
	}
	return e.mailOut(ctx, *m)
}

// notificationMail is nil when there is nothing to send any more.
func (u *unit) notificationMail(id NotificationID) (*Mail, error) {
	if u.cfg.account.Suspended {
		return nil, nil
	}
	n, err := u.tx.Notifications().Get(u.ctx, id)
	if err != nil {
		return nil, err
	}
	agent, err := u.tx.Agents().Get(u.ctx, n.Agent) // presence as of now
	if err != nil {
		return nil, err
	}
	c, err := u.tx.Conversations().Get(u.ctx, n.Conversation)
	if err != nil {
		return nil, err
	}
	news := n.Kind == NotifyMessage || n.Kind == NotifyParticipating
	sees := u.cfg.scopeOf(agent).Sees(c.facts(), c.Contact, slices.Contains(c.Participants, agent.ID))
	if !n.ReadAt.IsZero() || !n.SnoozedUntil.IsZero() || !agent.Confirmed || !agent.MailOn.Has(n.Kind) || news && agent.Connected || !sees {
		return nil, nil
	}
	contact, err := u.tx.Contacts().Get(u.ctx, c.Contact)
	if err != nil {
		return nil, err
	}
	keys := map[NotificationKind]textKey{
		NotifyCreated: textMailCreated, NotifyAssigned: textMailAssigned, NotifyMessage: textMailMessage,
		NotifyMentioned: textMailMentioned, NotifyParticipating: textMailMessage,
		NotifySLAFirst: textMailSLAFirst, NotifySLANext: textMailSLANext, NotifySLAResolution: textMailSLAResolution,
	}
	subject := text(u.cfg.account.Locale, keys[n.Kind], strconv.FormatInt(int64(c.Display), 10), contact.Name)
	body := subject + "\n"
	if n.Message != 0 {
		said, err := u.tx.Messages().Get(u.ctx, n.Message)
		if err != nil {
			return nil, err
		}
		body += "\n" + clip(said.Content, 500) + "\n"
	}
	return &Mail{To: []string{agent.Email}, Subject: "[" + u.cfg.account.Name + "] " + subject, Text: body}, nil
}
