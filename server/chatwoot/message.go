package chatwoot

import (
	"context"
	"net/http"

	"github.com/gohelpdesk/helpdesk"
)

type messagesInput struct {
	onConversation
	Before helpdesk.MessageID `in:"before"`
	After  helpdesk.MessageID `in:"after"`
	Public bool               `in:"filter_internal_messages"`
}

// page is how many messages a request gets: the last 20, 20 older, 100 newer, or
// up to 1000 between two.
func (in messagesInput) page() helpdesk.Page {
	switch {
	case in.Before != 0 && in.After != 0:
		return helpdesk.Page{Limit: 1000}
	case in.After != 0:
		return helpdesk.Page{Limit: 100}
	default:
		return helpdesk.Page{Limit: 20}
	}
}

type messagesView struct {
	Meta    messagesMeta  `json:"meta"`
	Payload []messageView `json:"payload"`
}

type messagesMeta struct {
	Labels               []string       `json:"labels"`
	AdditionalAttributes map[string]any `json:"additional_attributes"`
	Contact              contactPush    `json:"contact"`
	Assignee             *userPush      `json:"assignee,omitempty"`
	AgentLastSeenAt      iso            `json:"agent_last_seen_at"`
	AssigneeLastSeenAt   iso            `json:"assignee_last_seen_at"`
}

func listMessages(ctx context.Context, c *call, in messagesInput) (messagesView, error) {
	if err := c.markCursor(ctx); err != nil {
		return messagesView{}, err
	}
	row, err := in.find(ctx, c)
	if err != nil {
		return messagesView{}, err
	}
	d, err := c.detail(ctx, row.ID)
	if err != nil {
		return messagesView{}, err
	}
	found, err := c.desk.Messages.List(ctx, helpdesk.MessageFilter{Conversation: row.ID, Before: in.Before, After: in.After, Public: in.Public}, in.page())
	if err != nil {
		return messagesView{}, err
	}
	v, err := c.views(ctx)
	if err != nil {
		return messagesView{}, err
	}
	out := messagesView{
		Meta: messagesMeta{
			Labels: list(d.Titles), AdditionalAttributes: object(d.Extra), Contact: pushContact(d.Customer),
			AgentLastSeenAt: iso{d.AgentSeenAt}, AssigneeLastSeenAt: iso{d.OwnerSeenAt},
		},
		Payload: each(found, func(m *helpdesk.Message) messageView { return v.message(d, m) }),
	}
	if d.Owner != nil {
		owner := pushAgent(d.Owner)
		out.Meta.Assignee = &owner
	}
	return out, nil
}

// message shapes a message of whatever conversation it ended up in.
func (c *call) message(ctx context.Context, m *helpdesk.Message, err error) (messageView, error) {
	if err != nil {
		return messageView{}, err
	}
	d, err := c.detail(ctx, m.Conversation)
	if err != nil {
		return messageView{}, err
	}
	v, err := c.views(ctx)
	if err != nil {
		return messageView{}, err
	}
	return v.message(d, m), nil
}

type newMessage struct {
	onConversation
	messageInput
}

func createMessage(ctx context.Context, c *call, in newMessage) (messageView, error) {
	row, err := in.find(ctx, c)
	if err != nil {
		return messageView{}, err
	}
	switch in.Type {
	case "incoming", "0":
		m, err := c.receive(ctx, in, row)
		return c.message(ctx, m, err)
	case "", "outgoing", "1", "template", "3": // what the desk's own templates say is sent like anything else
	default:
		return messageView{}, &helpdesk.Error{Code: helpdesk.Invalid, Fields: map[string]string{"message_type": "must be incoming or outgoing"}}
	}
	reply, closeFiles, err := in.reply()
	if err != nil {
		return messageView{}, err
	}
	defer closeFiles()
	m, err := c.desk.Messages.Send(ctx, row.ID, reply)
	return c.message(ctx, m, err)
}

// receive takes a message that an API inbox's own software says came from the
// customer.
func (c *call) receive(ctx context.Context, in newMessage, row *helpdesk.Conversation) (*helpdesk.Message, error) {
	d, err := c.detail(ctx, row.ID)
	if err != nil {
		return nil, err
	}
	if d.Box == nil || d.Box.Kind != apiKind || d.Address == nil {
		return nil, refused(http.StatusUnprocessableEntity, "Incoming messages are only allowed in Api inboxes")
	}
	inbound, err := in.inbound(d.Address.Source, row.Display)
	if err != nil {
		return nil, err
	}
	m, err := c.e.Receive(ctx, c.actor.Account(), row.Inbox, inbound)
	if err == nil && m == nil {
		err = errSwitchedOff()
	}
	return m, err
}

// onMessage is the message in the path.
type onMessage struct {
	onConversation
	ID helpdesk.MessageID `in:"id"`
}

// find loads the message, if it is in the conversation in the path.
func (in onMessage) find(ctx context.Context, c *call) (*helpdesk.Message, *helpdesk.Conversation, error) {
	row, err := in.onConversation.find(ctx, c)
	if err != nil {
		return nil, nil, err
	}
	m, err := c.desk.Messages.Get(ctx, in.ID)
	if err == nil && m.Conversation != row.ID {
		err = &helpdesk.Error{Code: helpdesk.NotFound, Message: "message not found"}
	}
	return m, row, err
}

type messageChange struct {
	onMessage
	Status        string `in:"status"`
	ExternalError string `in:"external_error"`
}

func updateMessage(ctx context.Context, c *call, in messageChange) (messageView, error) {
	m, row, err := in.find(ctx, c)
	if err != nil {
		return messageView{}, err
	}
	box, err := c.desk.Inboxes.Get(ctx, row.Inbox)
	if err != nil {
		return messageView{}, err
	}
	if box.Kind != apiKind {
		return messageView{}, refused(http.StatusForbidden, "Message status update is only allowed for API inboxes")
	}
	if in.Status != "" {
		m, err = c.desk.Messages.Report(ctx, m.ID, sendState(in.Status), in.ExternalError)
	}
	return c.message(ctx, m, err)
}

// sendState reads a status, by name or Chatwoot's number.
func sendState(s string) helpdesk.SendState {
	switch s {
	case "0":
		return helpdesk.StateSent
	case "1":
		return helpdesk.StateDelivered
	case "2":
		return helpdesk.StateRead
	case "3":
		return helpdesk.StateFailed
	default:
		return helpdesk.SendState(s)
	}
}

func deleteMessage(ctx context.Context, c *call, in onMessage) (messageView, error) {
	m, _, err := in.find(ctx, c)
	if err == nil {
		m, err = c.desk.Messages.Delete(ctx, m.ID)
	}
	return c.message(ctx, m, err)
}

func retryMessage(ctx context.Context, c *call, in onMessage) (messageView, error) {
	m, _, err := in.find(ctx, c)
	if err == nil {
		m, err = c.desk.Messages.Retry(ctx, m.ID)
	}
	return c.message(ctx, m, err)
}

// listMessagesAlias is listMessages under the path that Chatwoot's documentation
// has by a slip.
func listMessagesAlias(ctx context.Context, c *call, in messagesInput) (messagesView, error) {
	return listMessages(ctx, c, in)
}
