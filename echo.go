package helpdesk

import (
	"slices"
	"strings"
	"time"
)

// maxUnsettled is how many of a conversation's last messages are looked at for the
// one that an echo is of.
const maxUnsettled = 50

// ownEcho says that an echo is of a message of the desk's own that nobody knows the
// provider's id of yet. One whose outcome is unknown is settled by it; while one is on
// its way the echo has to wait, because it may be of that one.
func (u *unit) ownEcho(inbox InboxID, in Inbound) (own, wait bool, err error) {
	address, err := u.mainAddress(inbox, in.From.Source)
	if err != nil {
		return false, false, absent(err)
	}
	c, err := u.tx.Conversations().Latest(u.ctx, address.ID, false)
	if err != nil {
		return false, false, absent(err)
	}
	last, err := u.tx.Messages().List(u.ctx, MessageFilter{Conversation: c.ID, Public: true}, Page{Limit: maxUnsettled})
	if err != nil {
		return false, false, err
	}
	at := u.providerTime(in.At)
	for _, m := range last {
		switch {
		case m.Kind == Incoming || m.Kind == Activity || m.ExternalID != "":
		case m.State == StateSending:
			wait = wait || u.now.Sub(m.UpdatedAt) <= keepParked
		case rank(m.State) >= rank(StateUnknown) && m.around(at) && sameWords(m, in): // a customer may have read it before
			if _, err := u.seen(u.cfg.inboxes[inbox], in.ExternalID); err != nil {
				return false, false, err
			}
			m.ExternalID = in.ExternalID
			return true, false, u.moveMessage(c, m, StateSent, "")
		}
	}
	return false, wait, nil
}

// around reports whether a message may have left at a time, by the provider's clock:
// what comes late tells when it happened.
func (m *Message) around(at time.Time) bool {
	return !at.Before(m.CreatedAt.Add(-time.Minute)) && !at.After(m.UpdatedAt.Add(keepParked))
}

// sameWords reports whether an echo says what a message says.
func sameWords(m *Message, in Inbound) bool {
	if said := strings.TrimSpace(m.Content); said != "" || len(m.Attachments) == 0 {
		return said == strings.TrimSpace(in.Content)
	}
	return in.Content == "" && len(m.Attachments) == 1 && slices.ContainsFunc(in.Attachments, func(f InboundFile) bool { return f.Type == m.Attachments[0].Type })
}

// echoLater has an echo wait for the message it may be of, as other news do.
func (u *unit) echoLater(inbox InboxID, in Inbound) {
	u.enqueue(&Job{Kind: jobMessageLate, Args: args(lateArgs{Inbox: inbox, Echo: &in, Since: u.now}), RunAt: u.now.Add(lateWait)})
}

// applyEcho stores an echo that waited, unless it was one of the desk's own.
func (u *unit) applyEcho(a lateArgs) (found bool, err error) {
	own, wait, err := u.ownEcho(a.Inbox, *a.Echo)
	if own || err != nil || wait && u.now.Sub(a.Since) < keepParked {
		return own, err
	}
	inbox, err := u.openInbox(a.Inbox)
	if err != nil {
		return true, absent(err)
	}
	_, err = u.storeElsewhere(inbox, *a.Echo)
	return true, err
}
