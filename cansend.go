package helpdesk

import (
	"context"
	"fmt"
	"io"
	"slices"
	"time"
)

// SendBlock says why a message cannot go to a customer now. Programs may compare
// it; later versions add more.
type SendBlock string

const (
	WindowClosed     SendBlock = "window_closed"     // the channel takes no answer so long after the customer's last message
	NeedsTemplate    SendBlock = "needs_template"    // likewise, but it takes an approved template
	TemplateUnusable SendBlock = "template_unusable" // the template is unknown, or not approved: paused, rejected, judged
	OptedOut         SendBlock = "opted_out"         // the customer has asked not to be sent such messages
	NumberPaused     SendBlock = "number_paused"     // people complain of the inbox: for a day it begins no conversation, and answers as ever
	BudgetSpent      SendBlock = "budget_spent"      // the provider lets the business write to no more people first today
	MessageUnfit     SendBlock = "message_unfit"     // a file, a text, a parameter is not what the channel takes
	ProviderBusy     SendBlock = "provider_busy"     // it is taken, and leaves the desk when the provider's pause is over
	Disconnected     SendBlock = "disconnected"      // the provider takes nothing from the inbox until it is connected again
	InboxInactive    SendBlock = "inbox_inactive"    // the inbox is switched off: the desk says nothing in it by itself
	ContactBlocked   SendBlock = "contact_blocked"   // blocked, or muted: likewise
)

// Verdict says whether a message can be sent to the customer of a conversation.
type Verdict struct {
	Allowed bool
	Reason  SendBlock // "" when Allowed, but for ProviderBusy
	Detail  string    // for people, in English; "" when Reason is
	// Until is when the answer may change by itself: when an open window closes, or
	// when what is in the way may be over. Zero = it does not.
	Until time.Time
	// Consent is the line of the customer's ledger that OptedOut rests on; nil when it
	// is told of anything else.
	Consent *Consent
}

// CanSend says whether a reply can be sent to a conversation's customer now. Every
// way out asks the same question once more when the message leaves: what the
// provider would refuse never gets there, and fails with the verdict's Detail. A
// private note can always be written. What is sent by itself (rules, scheduled
// messages, keep-alive, campaigns) is also stopped by InboxInactive and
// ContactBlocked; a person's reply is not.
func (s Messages) CanSend(ctx context.Context, id ConversationID, r Reply) (Verdict, error) {
	out := Outbound{Content: r.Content, ContentType: r.ContentType, ContentAttrs: r.ContentAttrs, Extra: r.Extra}
	for _, f := range r.Files {
		out.Attachments = append(out.Attachments, OutboundFile{Name: f.Name, ContentType: f.ContentType, Size: sizeOf(f.Data)})
	}
	for _, token := range r.Uploads {
		row, err := s.d.e.findUpload(ctx, s.d.actor.account, token)
		if err != nil {
			return Verdict{}, err
		}
		out.Attachments = append(out.Attachments, OutboundFile{Name: row.Name, ContentType: row.ContentType, Size: row.Size})
	}
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
		who := byProgram
		switch {
		case u.saysByItself():
			who = byNobody
		case u.self != nil && !u.self.Bot && r.Bot == 0:
			who = byPerson
		}
		return u.sendVerdict(c, &out, who)
	})
}

// sizeOf is how many bytes a file has; of one that cannot tell without being read
// it is 1, which fits everywhere.
func sizeOf(data io.Reader) int64 {
	s, ok := data.(io.Seeker)
	if !ok {
		return 1
	}
	at, err := s.Seek(0, io.SeekCurrent)
	if err != nil {
		return 1
	}
	end, err := s.Seek(0, io.SeekEnd)
	if _, back := s.Seek(at, io.SeekStart); err != nil || back != nil {
		return 1
	}
	return end - at
}

// saysByItself reports whether nobody is behind what is sent.
func (u *unit) saysByItself() bool {
	return slices.Contains([]ActorKind{ByRule, ByFlow, BySystem}, u.actor.ref.Kind)
}

// sendVerdict is the one decision about what may leave. It completes the message's
// template by what the desk knows of it, and says whether it goes because a person
// wrote it (Outbound.Late). The first of these that holds is told.
func (u *unit) sendVerdict(c *Conversation, out *Outbound, who author) (Verdict, error) {
	v, sender := u.connected(c, who)
	if sender == nil || !v.Allowed {
		return v, nil
	}
	var err error
	if out.Template, err = u.useTemplate(c.Inbox, out.Extra); CodeOf(err) == Invalid {
		return Verdict{Reason: TemplateUnusable, Detail: err.Error()}, nil
	} else if err != nil {
		return Verdict{}, err
	}
	if refused, by, err := u.refuses(c.Contact, out.Template); err != nil || refused {
		return optedOut(by), err
	}
	if t := out.Template; t != nil && t.Status != "" && t.Status != TemplateApproved {
		return Verdict{Reason: TemplateUnusable, Detail: "the template " + t.Name + " is " + string(t.Status)}, nil
	}
	open, closes := u.window(c, windowOf(sender))
	if !open && who == byPerson {
		open, closes = u.window(c, personWindowOf(sender))
		out.Late = open
	}
	switch _, templates := sender.(Templated); {
	case open:
		v.Until = closes
	case out.Template != nil:
		if until := u.cfg.inboxes[c.Inbox].complainedUntil(); until.After(u.now) {
			return Verdict{Reason: NumberPaused, Detail: "the provider holds back what the business begins, since people complain", Until: until}, nil
		}
		if v, err = u.withinBudget(c, sender); err != nil || !v.Allowed {
			return v, err
		}
	case templates:
		return Verdict{Reason: NeedsTemplate, Detail: "the customer wrote too long ago: only a template may be sent"}, nil
	default:
		return Verdict{Reason: WindowClosed, Detail: windowWords(sender, who)}, nil
	}
	if f, ok := sender.(Fitter); ok {
		if err := f.Fit(out); err != nil {
			return Verdict{Reason: MessageUnfit, Detail: err.Error()}, nil
		}
	}
	if until := u.e.pausedUntil(c.Account, c.Inbox); until.After(u.now) {
		v.Reason, v.Detail, v.Until = ProviderBusy, "the provider asked for a pause", until
	}
	return v, nil
}

// optedOut is the verdict that rests on a line of the ledger; nil = it is not known.
func optedOut(by *Consent) Verdict {
	v := Verdict{Reason: OptedOut, Detail: "the customer has asked not to be sent such messages", Consent: by}
	if by != nil {
		v.Detail += fmt.Sprintf(" (line %d of their ledger, by %s, %s)", by.ID, by.Source, by.At.UTC().Format(time.RFC3339))
	}
	return v
}

// author is who is behind what is sent.
type author int

const (
	byProgram author = iota // a bot, an app, the host
	byNobody                // the desk says it by itself
	byPerson
)

// connected says whether anything leaves an inbox at all, and over what. A channel
// that this process does not have says nothing about it: sending does.
func (u *unit) connected(c *Conversation, who author) (Verdict, Sender) {
	box := u.cfg.inboxes[c.Inbox]
	switch {
	case who == byNobody && (box == nil || !box.Active):
		return Verdict{Reason: InboxInactive, Detail: "the inbox is switched off"}, nil
	case box != nil && !box.RevokedAt.IsZero():
		return Verdict{Reason: Disconnected, Detail: "the inbox must be connected again: " + box.RevokedReason}, nil
	case who == byNobody && c.Muted:
		return Verdict{Reason: ContactBlocked, Detail: "the contact is blocked, or the conversation muted"}, nil
	}
	sender, err := u.e.openSender(box)
	if err != nil {
		return Verdict{Allowed: true}, nil
	}
	return Verdict{Allowed: true}, sender
}

// wouldRefuse says why a message that is about to leave must not; "" = it may.
func (u *unit) wouldRefuse(c *Conversation, m *Message, out *Outbound) (string, error) {
	who := byProgram
	switch {
	case slices.Contains([]ActorKind{ByRule, ByFlow, BySystem}, m.Sender.Kind):
		who = byNobody
	case u.typedByPerson(m):
		who = byPerson
	}
	v, err := u.sendVerdict(c, out, who)
	if sender, _ := u.e.openSender(u.cfg.inboxes[c.Inbox]); v.Reason == WindowClosed {
		if _, own := sender.(Hooked); own {
			return "", err // the host's own client sends: the window is advice
		}
	}
	if v.Allowed {
		return "", err
	}
	return v.Detail, err
}

// fits refuses a reply that its channel cannot carry, before it is stored.
func (u *unit) fits(c *Conversation, m *Message) error {
	sender, err := u.e.openSender(u.cfg.inboxes[c.Inbox])
	if err != nil {
		return nil //nolint:nilerr // a channel that this process does not have has no say
	}
	template, err := u.useTemplate(c.Inbox, m.Extra)
	if err != nil {
		return err
	}
	if template != nil && m.Content == "" {
		m.Content = template.Text()
	}
	f, ok := sender.(Fitter)
	if !ok {
		return nil
	}
	out := Outbound{Content: m.Content, ContentType: m.ContentType, ContentAttrs: m.ContentAttrs, Extra: m.Extra, Template: template}
	for _, a := range m.Attachments {
		out.Attachments = append(out.Attachments, OutboundFile{Name: a.Name, ContentType: a.ContentType, Size: a.Size})
	}
	return f.Fit(&out)
}

// canSend is the verdict on free text that the desk says by itself.
func (u *unit) canSend(c *Conversation) Verdict {
	v, sender := u.connected(c, byNobody)
	if sender == nil || !v.Allowed {
		return v
	}
	open, closes := u.window(c, windowOf(sender))
	if !open {
		return Verdict{Reason: WindowClosed, Detail: "the customer wrote too long ago"}
	}
	v.Until = closes
	return v
}

// windowWords says what a closed window means.
func windowWords(sender Sender, who author) string {
	if who != byPerson && personWindowOf(sender) > windowOf(sender) {
		return "the customer wrote too long ago: only what a person writes may be sent, and that for a few days"
	}
	return "the customer wrote too long ago"
}

// typedByPerson reports whether an agent wrote a message, and no program in their name.
func (u *unit) typedByPerson(m *Message) bool {
	program := m.Extra["campaign_id"] != nil || m.ContentAttrs["automation_rule_id"] != nil
	return m.Sender.Kind == ByAgent && u.cfg.bots[AgentID(m.Sender.ID)] == nil && !program
}

// window reports whether a channel with such a window takes an answer now, and until when; the zero
// time = always.
func (u *unit) window(c *Conversation, window time.Duration) (open bool, closes time.Time) {
	if window == 0 {
		return true, closes
	}
	closes = c.LastInAt.Add(window)
	return !c.LastInAt.IsZero() && u.now.Before(closes), closes
}

// windowOf is how long after the customer's last message their channel takes
// answers; 0 = always.
func windowOf(sender Sender) time.Duration {
	if w, ok := sender.(Windowed); ok {
		return w.ReplyWindow()
	}
	return 0
}

// personWindowOf is windowOf for what a person wrote.
func personWindowOf(sender Sender) time.Duration {
	window := windowOf(sender)
	if p, ok := sender.(PersonWindowed); ok && window > 0 {
		return max(window, p.PersonWindow())
	}
	return window
}

// inheritWindow has a conversation that the desk starts stand in the window that
// the customer's last message opened: providers count by person, not by ticket. The
// API channel has no provider, and its windows are its conversations' own.
func (u *unit) inheritWindow(c *Conversation, address *ContactInbox) error {
	sender, err := u.e.openSender(u.cfg.inboxes[c.Inbox])
	if err != nil {
		return nil //nolint:nilerr // a channel that this process does not have has no window
	}
	if _, own := sender.(Hooked); own || windowOf(sender) == 0 {
		return nil
	}
	list, err := u.tx.Conversations().List(u.ctx, ConversationFilter{ContactInbox: address.ID, Sort: NewestCreated}, Page{Limit: 2})
	for _, before := range list {
		if before.ID != c.ID {
			c.LastInAt = before.LastInAt
		}
	}
	return err
}
