package helpdesk

import (
	"context"
	"encoding/base64"
	"fmt"
	"slices"
)

// Cursor is a position in an account's feed. It is opaque: keep it, and give it
// back to continue exactly there.
type Cursor string

func makeCursor(account AccountID, h LogHead, at EventSeq) Cursor {
	return Cursor(base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "%d.%d.%d", account, h.Epoch, at)))
}

func (c Cursor) parse() (account AccountID, epoch int64, at EventSeq, ok bool) {
	raw, err := base64.RawURLEncoding.DecodeString(string(c))
	if err != nil {
		return 0, 0, 0, false
	}
	if _, err := fmt.Sscanf(string(raw), "%d.%d.%d", &account, &epoch, &at); err != nil {
		return 0, 0, 0, false
	}
	return account, epoch, at, makeCursor(account, LogHead{Epoch: epoch}, at) == c
}

// cursor is where the log stands in this snapshot.
func (u *unit) cursor() (Cursor, error) {
	h, err := u.tx.Events().Head(u.ctx)
	return makeCursor(u.actor.account, h, h.Last), err
}

// FeedKind says what an Item of a feed is.
type FeedKind string

const (
	FeedEvent  FeedKind = "event"  // something happened that the viewer may see
	FeedGone   FeedKind = "gone"   // a conversation the viewer saw is out of their sight now; Event says which
	FeedViewer FeedKind = "viewer" // what the viewer may see changed as a whole: read lists afresh
	FeedReset  FeedKind = "reset"  // the cursor is too old, from another log, or from the future: read everything afresh
	FeedTyping FeedKind = "typing" // somebody is writing, or stopped: Event is TypingOn or TypingOff and in no log
)

// Item is one thing a feed tells.
type Item struct {
	Kind   FeedKind
	Cursor Cursor // continue after this item; "" for FeedTyping, which is told once and kept nowhere
	Event  *Event // nil for FeedReset
	// New says that the viewer may not have seen the conversation before: fetch
	// the whole of it. What is in a feed goes by what the viewer may see when it
	// is read, so that ahead of a FeedViewer item an event may name a conversation
	// a client does not know, without New: take it as new.
	New bool
	// Sight is by what the viewer was found to see it; nil where there was
	// nothing to see. It is shared: do not change it.
	Sight *Sight
}

// Sight is what a viewer saw, under one version of the account's configuration.
// A server that renders an event once for many viewers may show what it read to
// each of them whose Scope sees it, if the version is still the same; whoever
// takes part in conversations (Scope.Part), and everybody once it has moved, is
// to be read for by their own desk.
type Sight struct {
	Scope   Scope
	Version int64 // Account.ConfigVersion
}

// Feed reads up to 200 items after a cursor at once, for clients that poll. The
// second result continues there. A cursor that cannot be continued from answers
// one FeedReset.
func (d *Desk) Feed(ctx context.Context, after Cursor) (items []Item, next Cursor, err error) {
	err = d.view(ctx, func(u *unit) error {
		items = []Item{}
		head, err := u.tx.Events().Head(u.ctx)
		if err != nil {
			return err
		}
		account, epoch, at, ok := after.parse()
		if !ok || account != u.actor.account || epoch != head.Epoch || at > head.Last || at < head.Oldest {
			next = makeCursor(u.actor.account, head, head.Last)
			items = append(items, Item{Kind: FeedReset, Cursor: next})
			return nil
		}
		events, err := u.tx.Events().Since(u.ctx, at, feedBatch)
		if err != nil {
			return err
		}
		next = makeCursor(u.actor.account, head, at)
		for _, ev := range events {
			next = makeCursor(u.actor.account, head, ev.Seq)
			item, ok, err := u.feedItem(ev)
			if err != nil {
				return err
			}
			if ok {
				item.Cursor = next
				items = append(items, item)
			}
		}
		return nil
	})
	return items, next, err
}

// feedItem is what the unit's actor gets to know of an event, if anything.
func (u *unit) feedItem(ev *Event) (Item, bool, error) {
	item := Item{Kind: FeedEvent, Event: ev, Sight: u.sight()}
	switch {
	case ev.Kind == ViewerChanged:
		item.Kind, item.Sight = FeedViewer, nil
		return item, u.self != nil && AgentID(ev.Subject) == u.self.ID, nil
	case ev.Agent != 0 && (u.self == nil || ev.Agent != u.self.ID):
		return item, false, nil
	case ev.Conversation == 0:
		return item, u.feedsAccount(ev), nil
	case u.actor.ref.Kind == ByContact && (ev.Private || ev.MessageKind == Activity):
		return item, false, nil
	}
	scope, part := u.scope(), false
	if scope.Part {
		who, err := u.participants(ev.Conversation)
		if err != nil {
			return item, false, err
		}
		part = slices.Contains(who, scope.Agent)
	}
	if ev.Kind == ConversationDeleted {
		part = scope.Part // who took part is gone with it
	}
	sees := ev.After.Inbox != 0 && scope.Sees(ev.After, ev.Contact, part)
	saw := ev.Before.Inbox != 0 && scope.Sees(ev.Before, ev.Contact, part)
	switch {
	case sees:
		// Who takes part is known as of now, not as of the event: a conversation
		// seen for that alone may be new.
		if item.New = !saw || !scope.Sees(ev.Before, ev.Contact, false); u.actor.ref.Kind == ByContact {
			item.Event = copied(ev)
			item.Event.Details = nil // labels, owners, attributes: for agents
		}
		return item, true, nil
	case saw:
		gone := &Event{Account: ev.Account, Seq: ev.Seq, Kind: ev.Kind, At: ev.At, Conversation: ev.Conversation}
		if ev.Kind == ConversationDeleted {
			gone.Subject = ev.Subject // its number, which nobody can look up any more
		}
		return Item{Kind: FeedGone, Event: gone}, true, nil
	}
	return item, false, nil
}

// feedsAccount reports whether the actor hears of an event that concerns no
// conversation.
func (u *unit) feedsAccount(ev *Event) bool {
	switch ev.Kind {
	case NotificationCreated, NotificationUpdated, NotificationDeleted:
		return u.self != nil
	case ContactCreated, ContactUpdated, ContactDeleted, ContactMerged, ContactSplit, ContactConsent:
		if u.actor.ref.Kind == ByContact {
			return ev.Contact == ContactID(u.actor.ref.ID)
		}
		return u.may(ReadContacts) == nil
	case InboxCreated, InboxUpdated, InboxDeleted:
		return u.mayInbox(InboxID(ev.Subject)) == nil
	default:
		return u.actor.ref.Kind != ByContact && u.may(ReadSettings) == nil
	}
}

// sight is by what the unit's actor sees, made once.
func (u *unit) sight() *Sight {
	if u.judged == nil {
		u.judged = &Sight{u.scope(), u.cfg.account.ConfigVersion}
	}
	return u.judged
}

// participants is who takes part in a conversation, read once however many
// viewers are asked about.
func (u *unit) participants(id ConversationID) ([]AgentID, error) {
	if who, known := u.parts[id]; known {
		return who, nil
	}
	who, err := u.tx.Participants().Of(u.ctx, id)
	if err == nil && u.parts != nil {
		u.parts[id] = who
	}
	return who, err
}
