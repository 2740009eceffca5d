package chatwoot

import (
	"context"
	"encoding/json"

	"github.com/gohelpdesk/helpdesk"
)

// pushed is what clients hear of one kind of event.
type pushed struct {
	name      string
	body      func(*pusher, context.Context, *helpdesk.Event) (any, error)
	customers bool // hear it too, where they see the conversation
	performer bool // it names the agent who did it
}

// pushes is the table of what is told on the cable and as server-sent events.
// What is not in it has no event of Chatwoot's. Who is told is not here: the
// engine's feed gives everybody what they may see.
func pushes() map[helpdesk.EventKind]pushed {
	message, conversation := (*pusher).messageBody, (*pusher).conversationBody
	contact, caches, typing := (*pusher).contactBody, (*pusher).cachesBody, (*pusher).typingBody
	notification := (*pusher).notificationBody
	return map[helpdesk.EventKind]pushed{
		helpdesk.MessageCreated:        {"message.created", message, true, true},
		helpdesk.MessageUpdated:        {"message.updated", message, true, true},
		helpdesk.FirstReply:            {"first.reply.created", message, false, false},
		helpdesk.ConversationCreated:   {"conversation.created", conversation, true, true},
		helpdesk.ConversationUpdated:   {"conversation.updated", conversation, true, false},
		helpdesk.ConversationStatus:    {"conversation.status_changed", conversation, true, false},
		helpdesk.ConversationRead:      {"conversation.read", conversation, false, false},
		helpdesk.ConversationAssigned:  {"assignee.changed", conversation, false, false},
		helpdesk.ConversationTeam:      {"team.changed", conversation, false, false},
		helpdesk.ConversationContact:   {"conversation.contact_changed", conversation, false, false},
		helpdesk.ConversationMentioned: {"conversation.mentioned", conversation, false, false},
		helpdesk.TypingOn:              {"conversation.typing_on", typing, true, false},
		helpdesk.TypingOff:             {"conversation.typing_off", typing, true, false},
		helpdesk.ContactCreated:        {"contact.created", contact, false, false},
		helpdesk.ContactUpdated:        {"contact.updated", contact, false, false},
		helpdesk.ContactMerged:         {"contact.merged", contact, false, false},
		helpdesk.ContactSplit:          {"contact.updated", contact, false, false},
		helpdesk.ContactDeleted:        {"contact.deleted", contact, false, false},
		helpdesk.ConfigChanged:         {"account.cache_invalidated", caches, false, false},
		helpdesk.InboxCreated:          {"account.cache_invalidated", caches, false, false},
		helpdesk.InboxUpdated:          {"account.cache_invalidated", caches, false, false},
		helpdesk.InboxDeleted:          {"account.cache_invalidated", caches, false, false},
		helpdesk.NotificationCreated:   {"notification.created", notification, false, false},
		helpdesk.NotificationUpdated:   {"notification.updated", notification, false, false},
		helpdesk.NotificationDeleted:   {eventNoticeGone, (*pusher).noticeGoneBody, false, false},
	}
}

// eventNoticeGone takes a notification out of a client's list. It also tells the
// figures of a bell alone, with an id that no notification has.
const eventNoticeGone = "notification.deleted"

// Additions to Chatwoot's events, which old clients do not know and pass over.
const (
	eventGone   = "conversation.gone" // {id, account_id}: drop it, it is out of sight
	eventViewer = "viewer.reset"      // {account_id}: what you may see changed, read lists afresh
	eventReset  = "reset"             // {account_id}: the feed cannot go on from where you were, read everything afresh
)

// pusher makes the bodies of events, read by one desk for one audience.
type pusher struct {
	*views
	read      *helpdesk.Desk // whose eyes it is read with
	customers bool           // for customers, who are shown less
	performer *userPush
	name      string // of the event; a body may choose another than the table's

	// What the reader's right to the body hangs on; nil = on no conversation.
	seen *helpdesk.Conversation
}

type pushedMessage struct {
	*messagePush
	Performer       *userPush         `json:"performer,omitempty"`
	PreviousChanges map[string][2]any `json:"previous_changes,omitzero"`
}

type pushedConversation struct {
	conversationPush
	AccountID helpdesk.AccountID `json:"account_id"`
	Performer *userPush          `json:"performer,omitempty"`
}

type pushedContact struct {
	contactPush
	AccountID helpdesk.AccountID `json:"account_id"`
}

type pushedTyping struct {
	Conversation pushedConversation `json:"conversation"`
	User         any                `json:"user"`
	IsPrivate    bool               `json:"is_private"`
	AccountID    helpdesk.AccountID `json:"account_id"`
}

type pushedCaches struct {
	CacheKeys cacheKeys          `json:"cache_keys"`
	AccountID helpdesk.AccountID `json:"account_id"`
}

type pushedGone struct {
	ID        helpdesk.DisplayID `json:"id"`
	AccountID helpdesk.AccountID `json:"account_id"`
}

type pushedNotice struct {
	Notification any                `json:"notification"`
	Unread       int                `json:"unread_count"`
	Count        int                `json:"count"`
	AccountID    helpdesk.AccountID `json:"account_id"`
}

type noticeView struct {
	notificationView
	AccountID helpdesk.AccountID `json:"account_id"`
}

type noticeGone struct {
	ID helpdesk.NotificationID `json:"id"`
}

type pushedReset struct {
	AccountID helpdesk.AccountID `json:"account_id"`
}

func (p *pusher) detail(ctx context.Context, id helpdesk.ConversationID) (*helpdesk.ConversationDetail, error) {
	found, err := p.read.Conversations.Detail(ctx, id)
	if err != nil {
		return nil, err
	}
	p.seen = found[0].Conversation
	if p.customers {
		return ownView(found[0]), nil
	}
	return found[0], nil
}

func (p *pusher) messageBody(ctx context.Context, ev *helpdesk.Event) (any, error) {
	m, err := p.read.Messages.Get(ctx, ev.Message)
	if err != nil {
		return nil, err
	}
	d, err := p.detail(ctx, m.Conversation)
	if err != nil {
		return nil, err
	}
	out := pushedMessage{messagePush: p.push(d, m), Performer: p.performer}
	if ev.Kind == helpdesk.MessageUpdated {
		out.PreviousChanges = previousChanges(ev)
	}
	return out, nil
}

// previousChanges says what a message was and is, in the names of its columns.
func previousChanges(ev *helpdesk.Event) map[string][2]any {
	out := make(map[string][2]any)
	for field, ch := range ev.Details {
		var before, after any
		_ = json.Unmarshal(orNull(ch.Before), &before) // the engine's own JSON
		_ = json.Unmarshal(orNull(ch.After), &after)
		switch field {
		case "status":
			from, _ := before.(string)
			to, _ := after.(string)
			if was, is := messageStatus(helpdesk.SendState(from)), messageStatus(helpdesk.SendState(to)); was != is {
				out[field] = [2]any{was, is} // clients know fewer states than there are
			}
		case "deleted":
			out["content_attributes"] = [2]any{map[string]any{}, map[string]any{"deleted": true}}
		case "submitted_values":
			out["content_attributes"] = [2]any{map[string]any{}, map[string]any{field: after}}
		default:
			out[field] = [2]any{before, after}
		}
	}
	return out
}

func (p *pusher) conversationBody(ctx context.Context, ev *helpdesk.Event) (any, error) {
	d, err := p.detail(ctx, ev.Conversation)
	if err != nil {
		return nil, err
	}
	return p.conversationOf(d), nil
}

// conversationOf leaves out for customers what agents write for each other.
func (p *pusher) conversationOf(d *helpdesk.ConversationDetail) pushedConversation {
	out := pushedConversation{p.conversationPush(d), p.account, p.performer}
	if p.customers {
		out.Labels, out.CustomAttributes, out.Priority, out.Meta.Team = []string{}, map[string]any{}, nil, nil
	}
	return out
}

func (p *pusher) typingBody(ctx context.Context, ev *helpdesk.Event) (any, error) {
	d, err := p.detail(ctx, ev.Conversation)
	if err != nil {
		return nil, err
	}
	out := pushedTyping{Conversation: p.conversationOf(d), IsPrivate: ev.Private, AccountID: p.account}
	if ev.Actor.Kind == helpdesk.ByContact {
		out.User = pushContact(d.Customer)
	} else if a := p.agents[helpdesk.AgentID(ev.Actor.ID)]; a != nil {
		out.User = pushAgent(a)
	}
	return out, nil
}

// contactBody tells of a contact; of one that is gone, that it was this one.
func (p *pusher) contactBody(ctx context.Context, ev *helpdesk.Event) (any, error) {
	if ev.Kind == helpdesk.ContactDeleted {
		return pushedContact{pushContact(&helpdesk.Contact{ID: ev.Contact}), p.account}, nil
	}
	c, err := p.read.Contacts.Get(ctx, ev.Contact)
	if err != nil {
		return nil, err
	}
	return pushedContact{pushContact(c), p.account}, nil
}

func (p *pusher) cachesBody(ctx context.Context, _ *helpdesk.Event) (any, error) {
	keys, err := readCacheKeys(ctx, p.read)
	return pushedCaches{keys, p.account}, err
}

// notificationBody is a notification with the figures of its agent's bell. When
// several changed at once the figures alone are told, in the one way that no
// client takes for a new row of its list.
func (p *pusher) notificationBody(ctx context.Context, ev *helpdesk.Event) (any, error) {
	if ev.Subject == 0 {
		p.name = eventNoticeGone
		return p.noticeGoneBody(ctx, ev)
	}
	n, err := p.read.Notifications.Get(ctx, helpdesk.NotificationID(ev.Subject))
	if err != nil {
		return nil, err
	}
	return p.bell(ctx, noticeView{p.notification(n), p.account})
}

func (p *pusher) noticeGoneBody(ctx context.Context, ev *helpdesk.Event) (any, error) {
	return p.bell(ctx, noticeGone{helpdesk.NotificationID(ev.Subject)})
}

// bell puts the figures beside a notification that a list of notifications has
// without "includes": of those that are neither read nor snoozed.
func (p *pusher) bell(ctx context.Context, notification any) (any, error) {
	unread, err := p.read.Notifications.Unread(ctx)
	return pushedNotice{notification, unread, unread, p.account}, err
}
