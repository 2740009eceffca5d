package chatwoot

import (
	"cmp"
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/gohelpdesk/helpdesk"
)

// Payloads renders webhook bodies as Chatwoot sends them; give it to the engine
// as Options.Payloads.
type Payloads struct {
	PublicURL string // what links to files begin with, as in Options
}

type accountName struct {
	ID   helpdesk.AccountID `json:"id"`
	Name string             `json:"name"`
}

// hookContact is a contact in a webhook. Type and AccountID are additions.
type hookContact struct {
	Account              accountName        `json:"account"`
	AdditionalAttributes map[string]any     `json:"additional_attributes"`
	Avatar               string             `json:"avatar"`
	CustomAttributes     map[string]any     `json:"custom_attributes"`
	Email                *string            `json:"email"`
	ID                   helpdesk.ContactID `json:"id"`
	Identifier           *string            `json:"identifier"`
	Name                 string             `json:"name"`
	PhoneNumber          *string            `json:"phone_number"`
	Thumbnail            string             `json:"thumbnail"`
	Blocked              bool               `json:"blocked"`
	Type                 string             `json:"type"`
	AccountID            helpdesk.AccountID `json:"account_id"`
}

type hookUser struct {
	ID    helpdesk.AgentID `json:"id"`
	Name  string           `json:"name"`
	Email string           `json:"email,omitempty"`
	Type  string           `json:"type"`
}

type hookConversation struct {
	conversationPush
	AccountID  helpdesk.AccountID `json:"account_id"`  // additions: whose it is,
	DisplayID  helpdesk.DisplayID `json:"display_id"`  // its number by its own name,
	OwnerEpoch int64              `json:"owner_epoch"` // and what a bot says that it knew; see messageInput
}

type conversationEvent struct {
	hookConversation
	Event   string           `json:"event"`
	Changed *[]changedValues `json:"changed_attributes,omitempty"`
}

type statusEvent struct {
	hookConversation
	Event   string    `json:"event"`
	Changed *struct{} `json:"changed_attributes"` // always null
}

type changedValues map[string]previousValue

type previousValue struct {
	Previous json.RawMessage `json:"previous_value"`
	Current  json.RawMessage `json:"current_value"`
}

type messageEvent struct {
	Account              accountName        `json:"account"`
	AccountID            helpdesk.AccountID `json:"account_id"` // an addition
	AdditionalAttributes map[string]any     `json:"additional_attributes"`
	ContentAttributes    map[string]any     `json:"content_attributes"`
	ContentType          string             `json:"content_type"`
	Content              *string            `json:"content"`
	Conversation         hookConversation   `json:"conversation"`
	Contact              hookContact        `json:"contact"` // an addition
	CreatedAt            iso                `json:"created_at"`
	ID                   helpdesk.MessageID `json:"id"`
	Inbox                inboxName          `json:"inbox"`
	MessageType          string             `json:"message_type"`
	Private              bool               `json:"private"`
	Sender               any                `json:"sender"`
	SourceID             *string            `json:"source_id"`
	Attachments          []attachmentView   `json:"attachments,omitempty"`
	Event                string             `json:"event"`
}

type contactEvent struct {
	hookContact
	Event   string           `json:"event"`
	Changed *[]changedValues `json:"changed_attributes,omitempty"`
}

type inboxEvent struct {
	inboxView
	AccountID helpdesk.AccountID `json:"account_id"`
	Event     string             `json:"event"`
}

type typingEvent struct {
	Event        string             `json:"event"`
	User         any                `json:"user"`
	Conversation hookConversation   `json:"conversation"`
	IsPrivate    bool               `json:"is_private"`
	AccountID    helpdesk.AccountID `json:"account_id"`
}

// scene is what bodies are made from.
type scene struct {
	*views
	d       *helpdesk.Desk
	account *helpdesk.Account
}

func (p Payloads) scene(ctx context.Context, d *helpdesk.Desk) (*scene, error) {
	account, err := d.Accounts.Get(ctx)
	if err != nil {
		return nil, err
	}
	v, err := newViews(ctx, linkTo(d.Engine(), p.PublicURL), d.Actor(), d)
	return &scene{v, d, account}, err
}

// Payload implements helpdesk.Payloads. It tells how things are now, as Chatwoot
// does; what is gone meanwhile is not told of.
func (p Payloads) Payload(ctx context.Context, d *helpdesk.Desk, ev *helpdesk.Event) ([]byte, error) {
	s, err := p.scene(ctx, d)
	if err != nil {
		return nil, err
	}
	var body any
	switch ev.Kind {
	case helpdesk.MessageCreated, helpdesk.MessageUpdated:
		body, err = s.message(ctx, ev)
	case helpdesk.ConversationCreated, helpdesk.ConversationUpdated, helpdesk.ConversationStatus,
		helpdesk.ConversationOpened, helpdesk.ConversationResolved: // the last two are for bots
		body, err = s.conversationEvent(ctx, ev)
	case helpdesk.MacroExecuted:
		body, err = s.actionEvent(ctx, ev, string(ev.Kind))
	case helpdesk.ContactCreated, helpdesk.ContactUpdated:
		body, err = s.contactEvent(ctx, ev)
	case helpdesk.InboxCreated, helpdesk.InboxUpdated:
		body, err = s.inboxEvent(ctx, ev)
	default:
		waited, isRule := strings.CutPrefix(string(ev.Kind), string(helpdesk.RuleExecuted)+".")
		if !isRule {
			return nil, nil
		}
		body, err = s.actionEvent(ctx, ev, string(helpdesk.RuleExecuted)+"."+ruleEventName(helpdesk.EventKind(waited)))
	}
	if helpdesk.CodeOf(err) == helpdesk.NotFound {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return p.encode(body)
}

// encode is a body with links to its pictures.
func (p Payloads) encode(body any) ([]byte, error) {
	raw, err := json.Marshal(body)
	return pictures(strings.TrimSuffix(p.PublicURL, "/"), raw), err
}

// Typing implements helpdesk.Payloads.
func (p Payloads) Typing(ctx context.Context, d *helpdesk.Desk, t helpdesk.Typing) ([]byte, error) {
	s, err := p.scene(ctx, d)
	if err != nil {
		return nil, err
	}
	c, err := s.detail(ctx, t.Conversation)
	if err != nil {
		return nil, err
	}
	kind := helpdesk.TypingOff
	if t.On {
		kind = helpdesk.TypingOn
	}
	return p.encode(typingEvent{eventName(kind), s.sender(c, t.By), s.conversation(c), t.Private, s.account.ID})
}

func (s *scene) detail(ctx context.Context, id helpdesk.ConversationID) (*helpdesk.ConversationDetail, error) {
	found, err := s.d.Conversations.Detail(ctx, id)
	if err != nil {
		return nil, err
	}
	return found[0], nil
}

func (s *scene) name() accountName { return accountName{s.account.ID, s.account.Name} }

// then is a conversation as it is now, with the owner epoch of an event: a bot
// that is told late of a message has not seen what a person answered to it.
func (s *scene) then(c *helpdesk.ConversationDetail, ev *helpdesk.Event) hookConversation {
	out := s.conversation(c)
	out.OwnerEpoch = cmp.Or(ev.After.OwnerEpoch, out.OwnerEpoch)
	return out
}

func (s *scene) conversation(c *helpdesk.ConversationDetail) hookConversation {
	return hookConversation{s.conversationPush(c), s.account.ID, c.Display, c.OwnerEpoch}
}

func (s *scene) contact(c *helpdesk.Contact) hookContact {
	if c == nil {
		c = &helpdesk.Contact{}
	}
	return hookContact{
		Account: s.name(), AdditionalAttributes: extraAttributes(c), Avatar: picture(c.Avatar, c.AvatarURL), CustomAttributes: object(c.Attributes),
		Email: text(c.Email), ID: c.ID, Identifier: text(c.Identifier), Name: c.Name, PhoneNumber: text(c.Phone),
		Thumbnail: picture(c.Avatar, c.AvatarURL), Blocked: c.Blocked, Type: "contact", AccountID: s.account.ID,
	}
}

// sender is who acts, in the words of webhooks; null = the product itself.
func (s *scene) sender(c *helpdesk.ConversationDetail, by helpdesk.ActorRef) any {
	switch by.Kind {
	case helpdesk.ByContact:
		return s.contact(c.Customer)
	case helpdesk.ByAgent, helpdesk.ByBot:
		a := s.agents[helpdesk.AgentID(by.ID)]
		if a == nil {
			return nil
		}
		if a.Bot {
			return hookUser{ID: a.ID, Name: a.Name, Type: "agent_bot"}
		}
		return hookUser{a.ID, a.Name, a.Email, "user"}
	default:
		return nil
	}
}

// content is what a message says to software that carries it on: a survey leads
// to its page (package survey), but where the widget shows it.
func (s *scene) content(c *helpdesk.ConversationDetail, m *helpdesk.Message) string {
	if m.ContentType != helpdesk.SurveyType || s.files.Base == "" || m.Content == "" || c.Box != nil && c.Box.Kind == widgetKind {
		return m.Content
	}
	return m.Content + " " + s.files.Base + "/survey/responses/" + c.UUID
}

func (s *scene) message(ctx context.Context, ev *helpdesk.Event) (any, error) {
	m, err := s.d.Messages.Get(ctx, ev.Message)
	if err != nil {
		return nil, err
	}
	c, err := s.detail(ctx, m.Conversation)
	if err != nil {
		return nil, err
	}
	out := messageEvent{
		Account: s.name(), AccountID: s.account.ID, AdditionalAttributes: object(m.Extra), ContentAttributes: contentAttributes(m),
		ContentType: m.ContentType, Content: text(s.content(c, m)), Conversation: s.then(c, ev), Contact: s.contact(c.Customer),
		CreatedAt: iso{m.CreatedAt}, ID: m.ID, MessageType: string(m.Kind), Private: m.Private, Sender: s.sender(c, m.Sender),
		SourceID: text(m.ExternalID), Attachments: s.attachments(m), Event: eventName(ev.Kind),
	}
	if c.Box != nil {
		out.Inbox = inboxName{c.Box.ID, c.Box.Name}
	}
	return out, nil
}

func (s *scene) conversationEvent(ctx context.Context, ev *helpdesk.Event) (any, error) {
	c, err := s.detail(ctx, ev.Conversation)
	if err != nil {
		return nil, err
	}
	out := conversationEvent{hookConversation: s.then(c, ev), Event: eventName(ev.Kind)}
	switch ev.Kind {
	case helpdesk.ConversationStatus:
		return statusEvent{hookConversation: out.hookConversation, Event: out.Event}, nil
	case helpdesk.ConversationUpdated:
		out.Changed = changedAttributes(ev)
	default: // said by its name alone
	}
	return out, nil
}

// macroExecuted is what the address of a macro's action is told.
// actionEvent is what the address of an action of a macro or rule is told.
func (s *scene) actionEvent(ctx context.Context, ev *helpdesk.Event, name string) (any, error) {
	c, err := s.detail(ctx, ev.Conversation)
	if err != nil {
		return nil, err
	}
	return conversationEvent{hookConversation: s.conversation(c), Event: name}, nil
}

func (s *scene) contactEvent(ctx context.Context, ev *helpdesk.Event) (any, error) {
	c, err := s.d.Contacts.Get(ctx, ev.Contact)
	if err != nil {
		return nil, err
	}
	out := contactEvent{hookContact: s.contact(c), Event: eventName(ev.Kind)}
	if ev.Kind == helpdesk.ContactUpdated {
		out.Changed = changedAttributes(ev)
	}
	return out, nil
}

func (s *scene) inboxEvent(ctx context.Context, ev *helpdesk.Event) (any, error) {
	b, err := s.d.Inboxes.Get(ctx, helpdesk.InboxID(ev.Subject))
	if err != nil {
		return nil, err
	}
	return inboxEvent{viewInbox(b, ""), s.account.ID, eventName(ev.Kind)}, nil
}

// changedAttributes lists what an event changed, each on its own, by name.
func changedAttributes(ev *helpdesk.Event) *[]changedValues {
	out := []changedValues{}
	for _, name := range slices.Sorted(maps.Keys(ev.Details)) {
		out = append(out, changedValues{name: {orNull(ev.Details[name].Before), orNull(ev.Details[name].After)}})
	}
	return &out
}

func orNull(raw json.RawMessage) json.RawMessage {
	if len(raw) == 0 {
		return json.RawMessage("null")
	}
	return raw
}
