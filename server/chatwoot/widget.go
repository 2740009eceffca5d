package chatwoot

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/gohelpdesk/helpdesk"
)

// configureWidget is a page's first call: it makes a visitor of whoever brings no
// token.
func configureWidget(ctx context.Context, c *call, _ none) (out widgetConfig, err error) {
	var p *helpdesk.Contact
	var a *helpdesk.ContactInbox
	if c.actor.Ref().Kind == helpdesk.ByContact {
		p, a, err = c.desk.Contacts.Self(ctx)
	} else {
		p, a, err = c.e.Register(ctx, c.inbox.Account, c.inbox.ID, helpdesk.Person{})
	}
	if err != nil {
		return out, err
	}
	token, err := c.visitorToken(ctx, a)
	if err != nil {
		return out, err
	}
	account, err := c.e.As(c.e.System(c.inbox.Account)).Accounts.Get(ctx)
	if err != nil {
		return out, err
	}
	return widgetConfig{
		viewWidget(c.inbox, account, c.files.Base, token, c.e.Now()), viewWidgetSelf(p, a),
		map[string]any{
			"LOGO_THUMBNAIL": "", "BRAND_NAME": "", "WIDGET_BRAND_URL": "", "INSTALLATION_NAME": account.Name,
			"MAXIMUM_FILE_UPLOAD_SIZE": c.o.MaxUpload >> 20,
		},
	}, nil
}

// latest is the visitor's newest conversation; nil = none.
func (c *call) latest(ctx context.Context) (*helpdesk.ConversationDetail, error) {
	found, err := c.desk.Conversations.List(ctx, helpdesk.ConversationFilter{Sort: helpdesk.NewestCreated}, helpdesk.Page{Limit: 1})
	if err != nil || len(found.Items) == 0 {
		return nil, err
	}
	return ownView(found.Items[0]), nil
}

// current is latest where there has to be one.
func (c *call) current(ctx context.Context) (*helpdesk.ConversationDetail, error) {
	d, err := c.latest(ctx)
	if err == nil && d == nil {
		err = &helpdesk.Error{Code: helpdesk.NotFound, Message: "conversation not found"}
	}
	return d, err
}

type widgetMessages struct {
	Payload []publicMessage `json:"payload"`
	Meta    *seenView       `json:"meta,omitempty"`
}

type seenView struct {
	ContactSeen epoch              `json:"contact_last_seen_at"`
	LastSeen    helpdesk.MessageID `json:"last_seen_id"` // an addition: the latest of the page that was seen, which seconds cannot tell
}

func viewSeen(d *helpdesk.ConversationDetail, said []*helpdesk.Message) *seenView {
	out := &seenView{ContactSeen: epoch{d.ContactSeenAt}}
	for _, m := range said {
		if !m.CreatedAt.After(d.ContactSeenAt) {
			out.LastSeen = max(out.LastSeen, m.ID)
		}
	}
	return out
}

type widgetPage struct {
	Before helpdesk.MessageID `in:"before"`
	After  helpdesk.MessageID `in:"after"`
}

func listWidgetMessages(ctx context.Context, c *call, in widgetPage) (widgetMessages, error) {
	d, err := c.latest(ctx)
	if err != nil || d == nil {
		return widgetMessages{Payload: []publicMessage{}}, err
	}
	page := messagesInput{Before: in.Before, After: in.After}.page()
	said, err := c.desk.Messages.List(ctx, helpdesk.MessageFilter{Conversation: d.ID, Before: in.Before, After: in.After}, page)
	if err != nil {
		return widgetMessages{}, err
	}
	v, err := c.views(ctx)
	if err != nil {
		return widgetMessages{}, err
	}
	shape := func(m *helpdesk.Message) publicMessage { return v.public(d, m) }
	return widgetMessages{each(said, shape), viewSeen(d, said)}, nil
}

// widgetText is a message as a page sends it.
type widgetText struct {
	messageInput
	ReplyTo   *int64 `in:"reply_to"`
	Timestamp string `in:"timestamp"`
	Referer   string `in:"referer_url"`
}

// inbound is the engine's form of it. What a conversation starts with is where
// and when it started.
func (in widgetText) inbound(c *call, from helpdesk.Person) (helpdesk.Inbound, error) {
	in.SourceID, in.ContentType, in.CampaignID, in.Template, in.ContentAttrs = "", "", nil, nil, nil
	from.Source = c.source
	out, err := in.messageInput.inbound(c.source, 0)
	out.From = from
	if in.ReplyTo != nil {
		out.ContentAttrs["in_reply_to"] = float64(*in.ReplyTo)
	}
	out.Start.Extra = map[string]any{"browser_language": c.r.URL.Query().Get("locale"), "initiated_at": map[string]any{"timestamp": in.Timestamp}}
	if strings.HasPrefix(in.Referer, "https://") || strings.HasPrefix(in.Referer, "http://") {
		out.Start.Extra["referer"] = in.Referer
	}
	return out, err
}

type widgetSend struct {
	Message widgetText `in:"message"`
}

type widgetMessage struct {
	ID             helpdesk.MessageID `json:"id"`
	Content        *string            `json:"content"`
	InboxID        helpdesk.InboxID   `json:"inbox_id"`
	ConversationID helpdesk.DisplayID `json:"conversation_id"`
	MessageType    int                `json:"message_type"`
	CreatedAt      epoch              `json:"created_at"`
	Private        bool               `json:"private"`
	SourceID       *string            `json:"source_id"`
	EchoID         string             `json:"echo_id,omitempty"` // an addition
	ContentAttrs   map[string]any     `json:"content_attributes"`
	Attachments    []attachmentView   `json:"attachments,omitempty"`
	Sender         any                `json:"sender,omitempty"`
}

func sendWidgetMessage(ctx context.Context, c *call, in widgetSend) (out widgetMessage, err error) {
	inbound, err := in.Message.inbound(c, helpdesk.Person{})
	if err != nil {
		return out, err
	}
	m, err := c.receiveVisitor(ctx, inbound)
	if err != nil {
		return out, err
	}
	d, err := c.ownDetail(ctx, m.Conversation)
	if err != nil {
		return out, err
	}
	v, err := c.views(ctx)
	if err != nil {
		return out, err
	}
	return widgetMessage{
		ID: m.ID, Content: text(m.Content), InboxID: m.Inbox, ConversationID: d.Display, MessageType: messageType(m.Kind), EchoID: m.EchoID,
		CreatedAt: epoch{m.CreatedAt}, ContentAttrs: map[string]any{"in_reply_to": m.ContentAttrs["in_reply_to"]},
		Attachments: v.attachments(m), Sender: v.sender(d, m),
	}, nil
}

// receiveVisitor carries a visitor's message, after which they may be known as
// somebody else.
func (c *call) receiveVisitor(ctx context.Context, in helpdesk.Inbound) (*helpdesk.Message, error) {
	m, err := c.e.Receive(ctx, c.inbox.Account, c.inbox.ID, in)
	if err == nil && m == nil {
		err = errSwitchedOff()
	}
	if err != nil {
		return nil, err
	}
	actor, err := c.e.FindCustomer(ctx, c.inbox, c.source)
	if err == nil {
		c.act(actor)
	}
	return m, err
}

type widgetMessageChange struct {
	ID      helpdesk.MessageID `in:"id"`
	Contact *struct {
		Email string `in:"email"`
		Name  string `in:"name"`
	} `in:"contact"`
	Message struct {
		Values any `in:"submitted_values"`
	} `in:"message"`
}

func updateWidgetMessage(ctx context.Context, c *call, in widgetMessageChange) (struct{}, error) {
	var err error
	if in.Contact != nil && in.Contact.Email != "" {
		_, err = c.desk.Messages.SubmitEmail(ctx, in.ID, in.Contact.Email, in.Contact.Name)
	} else if rating, feedback, ok := surveyAnswer(in.Message.Values); ok {
		_, err = c.desk.Surveys.Answer(ctx, in.ID, rating, feedback)
	} else {
		_, err = c.desk.Messages.SubmitValues(ctx, in.ID, in.Message.Values)
	}
	return struct{}{}, err
}

type widgetConversation struct {
	ID          helpdesk.DisplayID `json:"id"`
	InboxID     helpdesk.InboxID   `json:"inbox_id"`
	ContactSeen epoch              `json:"contact_last_seen_at"`
	Status      helpdesk.Status    `json:"status"`
}

func viewWidgetConversation(d *helpdesk.ConversationDetail) widgetConversation {
	return widgetConversation{d.Display, d.Inbox, epoch{d.ContactSeenAt}, d.Status}
}

func showWidgetConversation(ctx context.Context, c *call, _ none) (any, error) {
	d, err := c.latest(ctx)
	if err != nil || d == nil {
		return struct{}{}, err
	}
	return viewWidgetConversation(d), nil
}

type widgetStart struct {
	Contact struct {
		Name  string `in:"name"`
		Email string `in:"email"`
		Phone string `in:"phone_number"`
	} `in:"contact"`
	Message    widgetText     `in:"message"`
	Attributes map[string]any `in:"custom_attributes"`
}

type widgetStarted struct {
	widgetConversation
	Messages   []publicMessage `json:"messages"`
	Attributes map[string]any  `json:"custom_attributes"`
	Contact    contactRaw      `json:"contact"`
}

func startWidgetConversation(ctx context.Context, c *call, in widgetStart) (out widgetStarted, err error) {
	inbound, err := in.Message.inbound(c, helpdesk.Person{Name: in.Contact.Name, Email: in.Contact.Email, Phone: in.Contact.Phone, Claims: true})
	if err != nil {
		return out, err
	}
	inbound.Start.Attributes = in.Attributes
	m, err := c.receiveVisitor(ctx, inbound)
	if err != nil {
		return out, err
	}
	d, err := c.ownDetail(ctx, m.Conversation)
	if err != nil {
		return out, err
	}
	v, err := c.views(ctx)
	if err != nil {
		return out, err
	}
	said, err := c.desk.Messages.List(ctx, helpdesk.MessageFilter{Conversation: d.ID}, helpdesk.Page{Limit: 20})
	shape := func(m *helpdesk.Message) publicMessage { return v.public(d, m) }
	return widgetStarted{viewWidgetConversation(d), each(said, shape), object(d.Attributes), rawContact(d.Customer)}, err
}

// ownView is a visitor's conversation as they may see it: who is not proven to be
// somebody sees a contact without data. They may have become one with a contact
// by typing an address, and are not to learn the rest of it.
func ownView(d *helpdesk.ConversationDetail) *helpdesk.ConversationDetail {
	if d.Customer != nil && (d.Address == nil || !d.Address.Verified) {
		d.Customer = unknownContact(d.Customer)
	}
	return d
}

// ownDetail is detail as a visitor may see it.
func (c *call) ownDetail(ctx context.Context, id helpdesk.ConversationID) (*helpdesk.ConversationDetail, error) {
	d, err := c.detail(ctx, id)
	if err != nil {
		return nil, err
	}
	return ownView(d), nil
}

func closeWidgetConversation(ctx context.Context, c *call, _ none) (empty, error) {
	d, err := c.current(ctx)
	if err != nil {
		return empty{}, err
	}
	if !slices.Contains(widgetOf(c.inbox).Features, "end_conversation") {
		return empty{}, refused(http.StatusForbidden, "Visitors cannot end conversations of this widget")
	}
	_, err = c.desk.Conversations.CloseOwn(ctx, d.ID)
	return empty{}, err
}

type widgetTyping struct {
	Status string `in:"typing_status"`
}

func toggleWidgetTyping(ctx context.Context, c *call, in widgetTyping) (empty, error) {
	d, err := c.current(ctx)
	if err == nil {
		err = c.desk.Conversations.Typing(ctx, d.ID, in.Status == "on", false)
	}
	return empty{}, err
}

func markWidgetSeen(ctx context.Context, c *call, _ none) (empty, error) {
	d, err := c.latest(ctx)
	if err == nil && d != nil {
		_, err = c.desk.Conversations.MarkSeen(ctx, d.ID)
	}
	return empty{}, err
}

func sendWidgetTranscript(ctx context.Context, c *call, _ none) (empty, error) {
	d, err := c.current(ctx)
	if err != nil {
		return empty{}, err
	}
	return empty{}, c.desk.Conversations.Transcript(ctx, d.ID, "")
}

type widgetAttributes struct {
	Attributes map[string]any `in:"custom_attributes"`
}

func setWidgetAttributes(ctx context.Context, c *call, in widgetAttributes) (noContent, error) {
	d, err := c.current(ctx)
	if err == nil {
		_, err = c.desk.Conversations.SetOwnAttributes(ctx, d.ID, in.Attributes)
	}
	return noContent{}, err
}

type widgetKeys struct {
	Keys []string `in:"custom_attribute"`
}

func dropWidgetAttributes(ctx context.Context, c *call, in widgetKeys) (attributesView, error) {
	d, err := c.current(ctx)
	if err != nil {
		return attributesView{}, err
	}
	row, err := c.desk.Conversations.SetOwnAttributes(ctx, d.ID, without(in.Keys))
	if err != nil {
		return attributesView{}, err
	}
	return attributesView{object(row.Attributes)}, nil
}

// without is the change that removes keys.
func without(keys []string) map[string]any {
	out := make(map[string]any, len(keys))
	for _, k := range keys {
		out[k] = nil
	}
	return out
}

type widgetLabel struct {
	Label string `in:"label"`
}

func addWidgetLabel(ctx context.Context, c *call, in widgetLabel) (noContent, error) {
	return c.labelVisitor(ctx, in.Label, true)
}

func removeWidgetLabel(ctx context.Context, c *call, in widgetLabel) (noContent, error) {
	return c.labelVisitor(ctx, in.Label, false)
}

func (c *call) labelVisitor(ctx context.Context, title string, on bool) (noContent, error) {
	d, err := c.latest(ctx)
	if err == nil && d != nil {
		_, err = c.desk.Conversations.SetOwnLabel(ctx, d.ID, title, on)
	}
	return noContent{}, err
}
