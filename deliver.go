package helpdesk

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strconv"
	"time"
)

// This page is the way out. A reply is committed as pending together with its
// message.send job (Messages.Send). The job then
//
//	1. commits an attempt as sending,
//	2. calls the provider, outside any transaction,
//	3. commits the outcome: accepted, permanent, retry, or unknown.
//
// A crash between 1 and 3 leaves an attempt that says sending: whoever finds it
// never calls again, unless the channel recognises repeats, but settles it as
// unknown. Receipts of the provider settle it later, whichever comes first.

// rank orders the states of one attempt; a report never moves a message down.
// Failed stands outside: see settles.
func rank(s SendState) int {
	return slices.Index([]SendState{StatePending, StateSending, StateUnknown, StateSent, StateDelivered, StateRead}, s)
}

// settles reports whether a message in from moves to to.
func settles(from, to SendState) bool {
	if to == StateFailed {
		return from == StatePending || from == StateSending || from == StateUnknown || from == StateSent
	}
	return from != StateFailed && rank(to) > rank(from)
}

type sendArgs struct {
	Message MessageID      `json:"message"`
	Inbox   InboxID        `json:"inbox,omitempty"`
	Address ContactInboxID `json:"address,omitempty"`
}

// enqueueSend arms the job of a pending message. Sends of one conversation go in
// order.
func (u *unit) enqueueSend(c *Conversation, m *Message) {
	u.enqueue(&Job{
		Kind: jobMessageSend, Key: strconv.FormatInt(int64(m.ID), 10), Args: args(sendArgs{m.ID, c.Inbox, c.ContactInbox}),
		OrderKey: "send:" + strconv.FormatInt(int64(m.Conversation), 10),
	})
}

// sendMessage is the message.send job.
func (e *Engine) sendMessage(ctx context.Context, j *Job) error {
	var a sendArgs
	if err := json.Unmarshal(j.Args, &a); err != nil {
		return Permanent(err)
	}
	if err := e.awaitTurn(ctx, j.Account, a); err != nil { // pace.go: the provider takes so much at a time
		return err
	}
	out, attempt, err := e.beginAttempt(ctx, j.Account, a.Message)
	if err != nil || out == nil {
		return err
	}
	var receipt Receipt
	sender, err := e.sender(ctx, j.Account, out.inbox)
	switch CodeOf(err) {
	case "":
		receipt, err = sender.Send(ctx, &out.Outbound)
	case Invalid, NotFound, Unsupported: // no try mends the settings
		err = Permanent(err)
	default: // the store may be back for the next try
	}
	switch {
	case errors.Is(err, ErrNotConnected): // no failure of the message: another process may have the connection
		err = RetryAfter(err, notConnectedWait)
	case err != nil && attempt.Number >= maxAttempts && !isAmbiguous(err):
		err = Permanent(err)
	}
	e.slowed(j.Account, out.inbox, err)
	return e.settleAttempt(ctx, j.Account, out, attempt, receipt, err)
}

// notConnectedWait is when a message is tried again that found no connection.
const notConnectedWait = 5 * time.Second

type outgoing struct {
	Outbound
	inbox InboxID
}

// beginAttempt commits the attempt before the provider is called. It returns
// nothing when there is nothing to send (any more).
func (e *Engine) beginAttempt(ctx context.Context, account AccountID, id MessageID) (out *outgoing, attempt *Attempt, err error) {
	err = e.update(ctx, e.System(account), func(u *unit) error {
		out, attempt = nil, nil
		m, c, err := u.messageAnd(id)
		if CodeOf(err) == NotFound {
			return nil
		}
		if err != nil {
			return err
		}
		last, err := u.tx.Attempts().Latest(u.ctx, id)
		if err != nil && CodeOf(err) != NotFound {
			return err
		}
		if last != nil && last.State == StateSending && !u.repeatable(c) {
			last.State, last.EndedAt, last.Error = StateUnknown, u.now, "the process ended while it was sending"
			if err := u.tx.Attempts().Update(u.ctx, last); err != nil {
				return err
			}
			return u.moveMessage(c, m, StateUnknown, "")
		}
		if m.State != StatePending && m.State != StateSending {
			return nil
		}
		attempt = &Attempt{Account: account, Message: id, Number: 1, State: StateSending, StartedAt: u.now}
		if last != nil {
			attempt.Number = last.Number + 1
		}
		if out, err = u.outbound(c, m, attempt); err != nil {
			return err
		}
		if why, err := u.wouldRefuse(c, m, &out.Outbound); err != nil || why != "" { // cansend.go: nothing leaves that the provider would refuse
			if out, attempt = nil, nil; err != nil {
				return err
			}
			return u.moveMessage(c, m, StateFailed, why)
		}
		if err := u.reach(c, &out.Outbound); err != nil {
			return err
		}
		if err := u.tx.Attempts().Insert(u.ctx, m.Inbox, attempt); err != nil {
			return err
		}
		return u.moveMessage(c, m, StateSending, "")
	})
	return out, attempt, err
}

func (u *unit) repeatable(c *Conversation) bool {
	sender, err := u.e.openSender(u.cfg.inboxes[c.Inbox])
	if err != nil {
		return false
	}
	r, ok := sender.(Repeatable)
	return ok && r.Repeatable()
}

// outbound is what the channel gets to see of a message.
func (u *unit) outbound(c *Conversation, m *Message, a *Attempt) (*outgoing, error) {
	address, err := u.tx.ContactInboxes().Get(u.ctx, c.ContactInbox)
	if err != nil {
		return nil, err
	}
	out := &outgoing{inbox: c.Inbox, Outbound: Outbound{
		Message: m.ID, Attempt: a.Number, To: address.Source, Content: m.Content, ContentType: m.ContentType,
		ContentAttrs: m.ContentAttrs, Extra: m.Extra, State: u.e.channelState(c.Account, c.Inbox),
	}}
	if box := u.cfg.inboxes[c.Inbox]; box != nil && u.e.opts.PublicURL != "" {
		out.Callback = u.e.callback(box)
	}
	out.ReplyTo, _ = m.ContentAttrs["in_reply_to_external_id"].(string)
	for _, f := range m.Attachments {
		key := f.Blob
		out.Attachments = append(out.Attachments, OutboundFile{
			Name: f.Name, ContentType: f.ContentType, Size: f.Size,
			Open: func(ctx context.Context) (io.ReadCloser, error) { return u.e.opts.Blobs.Open(ctx, key) },
			Link: func() (string, error) { return u.e.linkFile(f) },
		})
	}
	return out, nil
}

// settleAttempt commits what came of the call. The error it returns is for the
// job: nil when the message has reached the end of this attempt.
func (e *Engine) settleAttempt(ctx context.Context, account AccountID, out *outgoing, a *Attempt, r Receipt, failure error) error {
	var again error
	err := e.update(ctx, e.System(account), func(u *unit) error {
		again = nil
		m, c, err := u.messageAnd(out.Message)
		if CodeOf(err) == NotFound {
			return nil
		}
		if err != nil {
			return err
		}
		done := *a
		done.EndedAt, done.Code = u.now, clean(r.Code)
		to := r.State
		switch {
		case failure == nil:
			if to == "" {
				to = StateSent
			}
			done.ExternalID = clean(r.ExternalID)
		case isAmbiguous(failure):
			to = StateUnknown
		case isRevoked(failure):
			to = StateFailed
			if err := u.revoke(m.Inbox, clean(failure.Error())); err != nil {
				return err
			}
		case isPermanent(failure):
			to = StateFailed
			if err := u.optOut(c, failure); err != nil {
				return err
			}
		default:
			// Nothing was sent: the message is pending again and the job tries anew.
			to, again = StatePending, failure
			if isComplained(failure) {
				if err := u.warn(m.Inbox, Notice{Value: complaints, Reason: failure.Error()}); err != nil {
					return err
				}
			}
		}
		if done.State = to; again != nil {
			done.State = StateFailed
		}
		if failure != nil {
			done.Error = clean(failure.Error())
		}
		if err := u.tx.Attempts().Update(u.ctx, &done); err != nil {
			return err
		}
		for _, part := range r.Parts {
			if _, err := u.seen(u.cfg.inboxes[m.Inbox], clean(part)); err != nil {
				return err
			}
		}
		if failure == nil {
			if err := u.knowAs(c, clean(r.Source)); err != nil {
				return err
			}
		}
		return u.applyOutcome(c, m, to, done, again != nil)
	})
	if err != nil {
		return err
	}
	return again
}

func (u *unit) applyOutcome(c *Conversation, m *Message, to SendState, a Attempt, again bool) error {
	if again {
		if m.State != StateSending {
			return nil
		}
		m.State = StatePending
		return u.tx.Messages().Update(u.ctx, m)
	}
	if a.ExternalID != "" {
		m.ExternalID = a.ExternalID
	}
	if err := u.moveMessage(c, m, to, a.Error); err != nil || m.ExternalID == "" {
		return err
	}
	parked, err := u.tx.Parked().Take(u.ctx, m.Inbox, m.ExternalID)
	if err != nil {
		return err
	}
	for _, r := range parked {
		if err := u.moveMessage(c, m, r.State, r.Reason); err != nil {
			return err
		}
	}
	return nil
}

// moveMessage moves a message's state along the lattice and tells about it. A
// state that does not move still saves the message: its external id may be new.
func (u *unit) moveMessage(c *Conversation, m *Message, to SendState, reason string) error {
	from := m.State
	if settles(from, to) {
		m.State = to
		if to == StateFailed {
			m.FailReason = reason
		}
	}
	m.UpdatedAt = u.now
	if err := u.tx.Messages().Update(u.ctx, m); err != nil {
		return err
	}
	if m.State != from && m.State != StateSending { // that a try began is nobody's news
		u.emitMessage(MessageUpdated, c, m, map[string]Change{"status": changed(from, m.State)})
	}
	return nil
}

// Retry sends a failed or unknown message again: the next attempt, and the only
// way back.
func (s Messages) Retry(ctx context.Context, id MessageID) (*Message, error) {
	return change(ctx, s.d, loadMessage, func(u *unit) (*Message, int64, error) {
		m, c, err := u.messageAnd(id)
		if err != nil {
			return nil, 0, err
		}
		if err := u.mayConversation(ReplyConversation, c); err != nil {
			return nil, 0, err
		}
		if m.Kind == Incoming || m.Private || m.ContentAttrs["deleted"] == true || m.State != StateFailed && m.State != StateUnknown {
			return nil, 0, Errorf(Conflict, "only a message that failed can be sent again")
		}
		from := m.State
		m.State, m.FailReason, m.UpdatedAt = StatePending, "", u.now
		if err := u.tx.Messages().Update(u.ctx, m); err != nil {
			return nil, 0, err
		}
		u.emitMessage(MessageUpdated, c, m, map[string]Change{"status": changed(from, m.State)})
		u.enqueueSend(c, m)
		return m, int64(m.ID), nil
	})
}

// Report settles a message by hand, for inboxes whose delivery the client takes
// care of itself (the API channel).
func (s Messages) Report(ctx context.Context, id MessageID, to SendState, reason string) (*Message, error) {
	return change(ctx, s.d, loadMessage, func(u *unit) (*Message, int64, error) {
		m, c, err := u.messageAnd(id)
		if err != nil {
			return nil, 0, err
		}
		if err := u.mayConversation(ReplyConversation, c); err != nil {
			return nil, 0, err
		}
		sender, err := u.e.openSender(u.cfg.inboxes[c.Inbox])
		if err != nil {
			return nil, 0, err
		}
		if _, ok := sender.(Hooked); !ok {
			return nil, 0, forbidden(ReplyConversation)
		}
		if rank(to) < rank(StateSent) && to != StateFailed {
			return nil, 0, problems{"status": "must be sent, delivered, read or failed"}.err()
		}
		return m, int64(m.ID), u.moveMessage(c, m, to, clean(reason))
	})
}

// sender opens an inbox's channel as it is configured now.
func (e *Engine) sender(ctx context.Context, account AccountID, inbox InboxID) (Sender, error) {
	var box *Inbox
	err := e.view(ctx, e.System(account), func(u *unit) (err error) {
		box, err = u.openInbox(inbox)
		return err
	})
	if err != nil {
		return nil, err
	}
	return e.openSender(box)
}

// openSender opens an inbox. Opened inboxes are cheap and keep nothing, so they
// are made anew each time: a changed setting works at once.
func (e *Engine) openSender(inbox *Inbox) (Sender, error) {
	if inbox == nil {
		return nil, notFound("inbox")
	}
	channel := e.channels[inbox.Kind]
	if channel == nil {
		return nil, Errorf(Unsupported, "this process has no channel of kind %q", inbox.Kind)
	}
	settings, err := e.unseal(inbox.Settings, sealSettings)
	if err != nil {
		return nil, err
	}
	return channel.Open(json.RawMessage(settings))
}
