package chatwoot

import (
	"maps"
	"path"
	"strings"

	"github.com/gohelpdesk/helpdesk"
)

type messageView struct {
	ID                helpdesk.MessageID `json:"id"`
	Content           *string            `json:"content"`
	InboxID           helpdesk.InboxID   `json:"inbox_id"`
	EchoID            string             `json:"echo_id,omitempty"`
	ConversationID    helpdesk.DisplayID `json:"conversation_id"`
	MessageType       int                `json:"message_type"`
	ContentType       string             `json:"content_type"`
	Status            string             `json:"status"`
	ContentAttributes map[string]any     `json:"content_attributes"`
	CreatedAt         epoch              `json:"created_at"`
	Private           bool               `json:"private"`
	SourceID          *string            `json:"source_id"`
	Sender            any                `json:"sender,omitempty"`
	Attachments       []attachmentView   `json:"attachments,omitempty"`
}

// messageType is the number that stands for a kind in REST and on the socket;
// webhooks carry the name.
func messageType(k helpdesk.MessageKind) int {
	switch k {
	case helpdesk.Incoming:
		return 0
	case helpdesk.Outgoing:
		return 1
	case helpdesk.Activity:
		return 2
	default:
		return 3
	}
}

// messageStatus is one of the four that clients know: what is on its way, or may
// have arrived, is "sent".
func messageStatus(s helpdesk.SendState) string {
	switch s {
	case helpdesk.StateDelivered, helpdesk.StateRead, helpdesk.StateFailed:
		return string(s)
	default:
		return string(helpdesk.StateSent)
	}
}

func contentAttributes(m *helpdesk.Message) map[string]any {
	if m.FailReason == "" {
		return object(m.ContentAttrs)
	}
	out := object(maps.Clone(m.ContentAttrs))
	out["external_error"] = m.FailReason
	return out
}

// message is a message of the conversation d.
func (v *views) message(d *helpdesk.ConversationDetail, m *helpdesk.Message) messageView {
	return messageView{
		ID: m.ID, Content: text(m.Content), InboxID: m.Inbox, EchoID: m.EchoID, ConversationID: d.Display,
		MessageType: messageType(m.Kind), ContentType: m.ContentType, Status: messageStatus(m.State),
		ContentAttributes: contentAttributes(m), CreatedAt: epoch{m.CreatedAt}, Private: m.Private, SourceID: text(m.ExternalID),
		Sender: v.sender(d, m), Attachments: v.attachments(m),
	}
}

// sender is who wrote a message; nil = the product itself, or an echo.
func (v *views) sender(d *helpdesk.ConversationDetail, m *helpdesk.Message) any {
	switch m.Sender.Kind {
	case helpdesk.ByContact:
		if d.Customer != nil {
			return pushContact(d.Customer)
		}
	case helpdesk.ByAgent, helpdesk.ByBot:
		if a := v.agents[helpdesk.AgentID(m.Sender.ID)]; a != nil {
			return pushAgent(a)
		}
	default: // nobody with a face
	}
	return nil
}

// senderType is the Rails class of a sender; nil = nobody.
func senderType(r helpdesk.ActorRef) *string {
	switch r.Kind {
	case helpdesk.ByContact:
		return text("Contact")
	case helpdesk.ByAgent:
		return text("User")
	case helpdesk.ByBot:
		return text("AgentBot")
	default:
		return nil
	}
}

// messagePush is a message inside conversations and webhooks.
type messagePush struct {
	ID                helpdesk.MessageID `json:"id"`
	Content           *string            `json:"content"`
	AccountID         helpdesk.AccountID `json:"account_id"`
	InboxID           helpdesk.InboxID   `json:"inbox_id"`
	ConversationID    helpdesk.DisplayID `json:"conversation_id"`
	MessageType       int                `json:"message_type"`
	CreatedAt         epoch              `json:"created_at"`
	UpdatedAt         iso                `json:"updated_at"`
	Private           bool               `json:"private"`
	Status            string             `json:"status"`
	SourceID          *string            `json:"source_id"`
	ContentType       string             `json:"content_type"`
	ContentAttributes map[string]any     `json:"content_attributes"`
	SenderType        *string            `json:"sender_type"`
	SenderID          *int64             `json:"sender_id"`
	ExternalSourceIDs map[string]any     `json:"external_source_ids"`
	AdditionalAttrs   map[string]any     `json:"additional_attributes"`
	ProcessedContent  *string            `json:"processed_message_content"`
	Sentiment         map[string]any     `json:"sentiment"`
	Conversation      messageContext     `json:"conversation"`
	EchoID            string             `json:"echo_id,omitempty"`
	Attachments       []attachmentView   `json:"attachments,omitempty"`
	Sender            any                `json:"sender,omitempty"`
}

type messageContext struct {
	AssigneeID     *helpdesk.AgentID `json:"assignee_id"`
	UnreadCount    int               `json:"unread_count"`
	LastActivityAt epoch             `json:"last_activity_at"`
	ContactInbox   sourceView        `json:"contact_inbox"`
}

type sourceView struct {
	SourceID string `json:"source_id"`
}

func (v *views) push(d *helpdesk.ConversationDetail, m *helpdesk.Message) *messagePush {
	if m == nil {
		return nil
	}
	out := &messagePush{
		ID: m.ID, Content: text(m.Content), AccountID: m.Account, InboxID: m.Inbox, ConversationID: d.Display,
		MessageType: messageType(m.Kind), CreatedAt: epoch{m.CreatedAt}, UpdatedAt: iso{m.UpdatedAt}, Private: m.Private,
		Status: messageStatus(m.State), SourceID: text(m.ExternalID), ContentType: m.ContentType,
		ContentAttributes: contentAttributes(m), SenderType: senderType(m.Sender), ExternalSourceIDs: map[string]any{},
		AdditionalAttrs: object(m.Extra), ProcessedContent: text(m.Content), Sentiment: map[string]any{},
		Conversation: messageContext{AssigneeID: number(d.Assignee), UnreadCount: min(d.Unread, 10), LastActivityAt: epoch{d.LastActivity}},
		EchoID:       m.EchoID, Attachments: v.attachments(m), Sender: v.sender(d, m),
	}
	if out.SenderType != nil {
		out.SenderID = number(m.Sender.ID)
	}
	if d.Address != nil {
		out.Conversation.ContactInbox.SourceID = d.Address.Source
	}
	return out
}

// publicMessage is a message as its customer sees it.
type publicMessage struct {
	ID                helpdesk.MessageID `json:"id"`
	Content           *string            `json:"content"`
	MessageType       int                `json:"message_type"`
	ContentType       string             `json:"content_type"`
	ContentAttributes map[string]any     `json:"content_attributes"`
	CreatedAt         epoch              `json:"created_at"`
	ConversationID    helpdesk.DisplayID `json:"conversation_id"`
	EchoID            string             `json:"echo_id,omitempty"` // an addition: how a client that lost an answer finds what it sent
	Attachments       []attachmentView   `json:"attachments,omitempty"`
	Sender            any                `json:"sender,omitempty"`
}

func (v *views) public(d *helpdesk.ConversationDetail, m *helpdesk.Message) publicMessage {
	return publicMessage{
		ID: m.ID, Content: text(m.Content), MessageType: messageType(m.Kind), ContentType: m.ContentType,
		ContentAttributes: object(m.ContentAttrs), CreatedAt: epoch{m.CreatedAt}, ConversationID: d.Display, EchoID: m.EchoID,
		Attachments: v.attachments(m), Sender: v.sender(d, m),
	}
}

// attachmentView has other keys for each type of attachment.
type attachmentView map[string]any

func (v *views) attachments(m *helpdesk.Message) []attachmentView {
	return each(m.Attachments, v.attachment)
}

func (v *views) attachment(a *helpdesk.Attachment) attachmentView {
	out := attachmentView{"id": a.ID, "message_id": a.Message, "file_type": a.Type, "account_id": v.account}
	switch a.Type {
	case "location":
		out["coordinates_lat"], out["coordinates_long"] = a.Meta["coordinates_lat"], a.Meta["coordinates_long"]
		out["fallback_title"], out["data_url"] = a.Name, v.files.URL(v.actor, a)
	case "fallback":
		out["fallback_title"], out["data_url"] = a.Name, v.files.URL(v.actor, a)
	case "contact":
		out["fallback_title"], out["meta"] = a.Name, object(a.Meta)
	case "embed":
		out["data_url"] = v.files.URL(v.actor, a)
	default:
		address := v.files.URL(v.actor, a)
		out["extension"], out["data_url"], out["thumb_url"], out["file_size"] = extension(a), address, "", a.Size
		out["width"], out["height"] = size(a.Width), size(a.Height)
		if a.Type == "image" {
			out["thumb_url"] = address
		}
		if a.Type == "audio" {
			out["transcribed_text"] = ""
		}
	}
	return out
}

func extension(a *helpdesk.Attachment) *string {
	return text(strings.TrimPrefix(path.Ext(a.Name), "."))
}

func size(n int) *int {
	if n == 0 {
		return nil
	}
	return &n
}
