package helpdesk

import (
	"context"
	"time"
)

// SendBlock says why a message cannot go to a customer now. Programs may compare
// it; later versions add more.
type SendBlock string

const (
	WindowClosed   SendBlock = "window_closed"   // the channel takes no answer so long after the customer's last message
	OptedOut       SendBlock = "opted_out"       // the customer has asked not to be sent such a template
	Disconnected   SendBlock = "disconnected"    // the provider takes nothing from the inbox until it is connected again
	InboxInactive  SendBlock = "inbox_inactive"  // the inbox is switched off: nothing is started in it
	ContactBlocked SendBlock = "contact_blocked" // the contact was blocked, or the conversation muted
)

// Verdict says whether a message can be sent to the customer of a conversation.
type Verdict struct {
	Allowed bool
	Reason  SendBlock // "" when Allowed
	Until   time.Time // when the answer may change by itself; zero = it does not
}

// CanSend says whether a reply can be sent to a conversation's customer now. What
// the desk sends by itself (scheduled messages, keep-alive, the message of
// auto-resolve) goes by the same answer. A private note always can.
func (s Messages) CanSend(ctx context.Context, id ConversationID, r Reply) (Verdict, error) {
	return read(ctx, s.d, func(u *unit) (Verdict, error) {
		c, err := u.tx.Conversations().Get(u.ctx, id)
		if err != nil {
			return Verdict{}, err
		}
		if err := u.mayConversation(ReplyConversation, c); err != nil {
			return Verdict{}, err
		}
		if r.Private {
			return Verdict{Allowed: true}, nil
		}
		v, t := u.canSend(c), templateUse(r.Extra)
		if v.Reason == WindowClosed && t != nil {
			v = Verdict{Allowed: true}
		}
		if refuses, err := u.refuses(c.Contact, t); err != nil || refuses && v.Allowed {
			return Verdict{Reason: OptedOut}, err
		}
		return v, nil
	})
}

// wouldRefuse says why the provider would refuse a message; "" = it takes it.
func (u *unit) wouldRefuse(c *Conversation, out *Outbound) (string, error) {
	sender, err := u.e.openSender(u.cfg.inboxes[c.Inbox])
	if err != nil {
		return "", nil //nolint:nilerr // sendMessage says what is wrong
	}
	if refuses, err := u.refuses(c.Contact, out.Template); err != nil || refuses {
		return "the customer has asked not to be sent such messages", err
	}
	_, own := sender.(Hooked) // the host's own client sends: the window is advice
	switch v := u.canSend(c); {
	case v.Reason == Disconnected:
		return "the inbox must be connected again: " + u.cfg.inboxes[c.Inbox].RevokedReason, nil
	case v.Reason == WindowClosed && out.Template == nil && !own:
		return "the customer wrote too long ago: only a template may be sent", nil
	}
	if f, ok := sender.(Fitter); ok {
		if err := f.Fit(out); err != nil {
			return err.Error(), nil
		}
	}
	return "", nil
}

// fits refuses a reply that its channel cannot carry, before it is stored.
func (u *unit) fits(c *Conversation, m *Message) error {
	sender, err := u.e.openSender(u.cfg.inboxes[c.Inbox])
	f, ok := sender.(Fitter)
	if err != nil || !ok {
		return nil //nolint:nilerr // a channel that this process does not have has no say
	}
	out := Outbound{Content: m.Content, ContentType: m.ContentType, ContentAttrs: m.ContentAttrs, Extra: m.Extra, Template: templateUse(m.Extra)}
	for _, a := range m.Attachments {
		out.Attachments = append(out.Attachments, OutboundFile{Name: a.Name, ContentType: a.ContentType, Size: a.Size})
	}
	return f.Fit(&out)
}

// canSend is the verdict on a conversation that is loaded. An open window says
// until when it stays open.
func (u *unit) canSend(c *Conversation) Verdict {
	box := u.cfg.inboxes[c.Inbox]
	window := u.replyWindow(c.Inbox)
	switch {
	case box == nil || !box.Active:
		return Verdict{Reason: InboxInactive}
	case !box.RevokedAt.IsZero():
		return Verdict{Reason: Disconnected}
	case c.Muted:
		return Verdict{Reason: ContactBlocked}
	case window == 0:
		return Verdict{Allowed: true}
	case c.LastInAt.IsZero() || !u.now.Before(c.LastInAt.Add(window)):
		return Verdict{Reason: WindowClosed}
	}
	return Verdict{Allowed: true, Until: c.LastInAt.Add(window)}
}

// inheritWindow has a conversation that the desk starts stand in the window that
// the customer's last message opened: providers count by person, not by ticket. The
// API channel has no provider, and its windows are its conversations' own.
func (u *unit) inheritWindow(c *Conversation, address *ContactInbox) error {
	sender, err := u.e.openSender(u.cfg.inboxes[c.Inbox])
	if _, own := sender.(Hooked); err != nil || own || u.replyWindow(c.Inbox) == 0 {
		return nil //nolint:nilerr // replyWindow says the same
	}
	list, err := u.tx.Conversations().List(u.ctx, ConversationFilter{ContactInbox: address.ID, Sort: NewestCreated}, Page{Limit: 2})
	for _, before := range list {
		if before.ID != c.ID {
			c.LastInAt = before.LastInAt
		}
	}
	return err
}

// replyWindow is how long after the customer's last message their channel takes
// answers; 0 = always. A channel this process does not have says nothing about it.
func (u *unit) replyWindow(inbox InboxID) time.Duration {
	sender, err := u.e.openSender(u.cfg.inboxes[inbox])
	if err != nil {
		return 0
	}
	if w, ok := sender.(Windowed); ok {
		return w.ReplyWindow()
	}
	return 0
}
