package chatwoot

import "github.com/gohelpdesk/helpdesk"

type everythingFound struct {
	Conversations []foundConversation `json:"conversations"`
	Contacts      []foundContact      `json:"contacts"`
	Messages      []foundMessage      `json:"messages"`
	Articles      []foundArticle      `json:"articles"`
}

type conversationsFound struct {
	Conversations []foundConversation `json:"conversations"`
}

type contactsFound struct {
	Contacts []foundContact `json:"contacts"`
}

type messagesFound struct {
	Messages []foundMessage `json:"messages"`
}

type articlesFound struct {
	Articles []foundArticle `json:"articles"`
}

type foundContact struct {
	Email                *string            `json:"email"`
	ID                   helpdesk.ContactID `json:"id"`
	Name                 string             `json:"name"`
	PhoneNumber          *string            `json:"phone_number"`
	Identifier           *string            `json:"identifier"`
	AdditionalAttributes map[string]any     `json:"additional_attributes"`
	LastActivityAt       *epoch             `json:"last_activity_at"`
}

func viewFoundContact(c *helpdesk.Contact) foundContact {
	out := foundContact{
		Email: text(c.Email), ID: c.ID, Name: c.Name, PhoneNumber: text(c.Phone), Identifier: text(c.Identifier), AdditionalAttributes: extraAttributes(c),
	}
	if !c.LastActivityAt.IsZero() {
		out.LastActivityAt = &epoch{c.LastActivityAt}
	}
	return out
}

type foundInbox struct {
	ID          helpdesk.InboxID `json:"id"`
	ChannelID   helpdesk.InboxID `json:"channel_id"`
	Name        string           `json:"name"`
	ChannelType string           `json:"channel_type"`
}

func viewFoundInbox(d *helpdesk.ConversationDetail) *foundInbox {
	if d == nil || d.Box == nil {
		return nil
	}
	return &foundInbox{d.Box.ID, d.Box.ID, d.Box.Name, channelType(d.Box.Kind)}
}

type foundAgent struct {
	ID            helpdesk.AgentID `json:"id"`
	AvailableName string           `json:"available_name"`
	Email         string           `json:"email"`
	Name          string           `json:"name"`
	Role          string           `json:"role"`
}

type foundConversation struct {
	ID                   helpdesk.DisplayID `json:"id"`
	AccountID            helpdesk.AccountID `json:"account_id"`
	CreatedAt            epoch              `json:"created_at"`
	Message              *foundMessage      `json:"message"`
	Contact              *foundContact      `json:"contact,omitempty"`
	Inbox                *foundInbox        `json:"inbox,omitempty"`
	Agent                *foundAgent        `json:"agent,omitempty"`
	AdditionalAttributes *map[string]any    `json:"additional_attributes,omitempty"`
}

// foundConversation is a conversation that was found, with its last message.
func (v *views) foundConversation(d *helpdesk.ConversationDetail) foundConversation {
	out := foundConversation{ID: d.Display, AccountID: d.Account, CreatedAt: epoch{d.CreatedAt}, Inbox: viewFoundInbox(d)}
	if last := lastTalk(d); last != nil {
		m := v.foundMessage(&helpdesk.FoundMessage{Message: last, In: d})
		out.Message = &m
	}
	if d.Customer != nil {
		contact := viewFoundContact(d.Customer)
		out.Contact = &contact
	}
	if a := d.Owner; a != nil && !a.Bot {
		out.Agent = &foundAgent{a.ID, a.Name, a.Email, a.Name, roleName(a.Role)}
	}
	return out
}

type foundMessage struct {
	messageView
	Inbox *foundInbox `json:"inbox,omitempty"`
}

func (v *views) foundMessage(m *helpdesk.FoundMessage) foundMessage {
	d := m.In
	if d == nil {
		d = &helpdesk.ConversationDetail{Conversation: &helpdesk.Conversation{}}
	}
	return foundMessage{v.message(d, m.Message), viewFoundInbox(d)}
}

// saidView is conversations in which something was said.
type saidView struct {
	Meta    saidMeta           `json:"meta"`
	Payload []saidConversation `json:"payload"`
}

type saidMeta struct {
	Mine       int `json:"mine_count"`
	Unassigned int `json:"unassigned_count"`
	All        int `json:"all_count"`
}

type saidConversation struct {
	ID        helpdesk.DisplayID `json:"id"`
	UUID      string             `json:"uuid"`
	CreatedAt epoch              `json:"created_at"`
	Contact   saidContact        `json:"contact"`
	Inbox     *saidInbox         `json:"inbox"`
	Messages  []saidMessage      `json:"messages"`
	AccountID helpdesk.AccountID `json:"account_id"`
}

type saidContact struct {
	ID   helpdesk.ContactID `json:"id"`
	Name string             `json:"name"`
}

type saidInbox struct {
	ID          helpdesk.InboxID `json:"id"`
	Name        string           `json:"name"`
	ChannelType string           `json:"channel_type"`
}

type saidMessage struct {
	Content     *string            `json:"content"`
	ID          helpdesk.MessageID `json:"id"`
	SenderName  string             `json:"sender_name,omitempty"`
	MessageType int                `json:"message_type"`
	CreatedAt   epoch              `json:"created_at"`
}

func (v *views) said(d *helpdesk.ConversationDetail, found []*helpdesk.Message) saidConversation {
	out := saidConversation{
		ID: d.Display, UUID: d.UUID, CreatedAt: epoch{d.CreatedAt}, AccountID: d.Account,
		Messages: each(found, func(m *helpdesk.Message) saidMessage {
			return saidMessage{text(m.Content), m.ID, v.senderName(d, m), messageType(m.Kind), epoch{m.CreatedAt}}
		}),
	}
	if d.Customer != nil {
		out.Contact = saidContact{d.Customer.ID, d.Customer.Name}
	}
	if d.Box != nil {
		out.Inbox = &saidInbox{d.Box.ID, d.Box.Name, channelType(d.Box.Kind)}
	}
	return out
}

func (v *views) senderName(d *helpdesk.ConversationDetail, m *helpdesk.Message) string {
	switch who := v.sender(d, m).(type) {
	case contactPush:
		return who.Name
	case userPush:
		return who.Name
	default:
		return ""
	}
}
