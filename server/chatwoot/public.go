package chatwoot

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/gohelpdesk/helpdesk"
)

func showPublicInbox(_ context.Context, c *call, _ none) (publicInbox, error) {
	return viewPublicInbox(c.inbox), nil
}

type customerInput struct {
	Source     string         `in:"source_id"`
	Identifier string         `in:"identifier"`
	Hash       string         `in:"identifier_hash"`
	Email      string         `in:"email"`
	Name       string         `in:"name"`
	Phone      string         `in:"phone_number"`
	AvatarURL  string         `in:"avatar_url"`
	Attributes map[string]any `in:"custom_attributes"`
}

func (in customerInput) person(verified bool) helpdesk.Person {
	return helpdesk.Person{
		Source: in.Source, Identifier: in.Identifier, Email: in.Email, Name: in.Name, Phone: in.Phone, AvatarURL: in.AvatarURL,
		Attributes: in.Attributes, Verified: verified,
	}
}

// customerView is what a customer's client keeps of itself. Who may have named
// somebody else is shown what they said, and nothing more; see KnowsSelf.
type customerView struct {
	SourceID    string             `json:"source_id"`
	PubsubToken string             `json:"pubsub_token"`
	ID          helpdesk.ContactID `json:"id"`
	Name        string             `json:"name"`
	Email       *string            `json:"email"`
	PhoneNumber *string            `json:"phone_number"`
}

func viewCustomer(p *helpdesk.Contact, a *helpdesk.ContactInbox) customerView {
	return customerView{a.Source, a.PubsubToken, p.ID, p.Name, text(p.Email), text(p.Phone)}
}

// verify checks a proof of identity: one that is wrong is 401, where Chatwoot
// fails with 500.
func (c *call) verify(in customerInput) (bool, error) {
	ok, err := c.e.VerifyIdentity(c.inbox, in.Identifier, in.Hash)
	if helpdesk.CodeOf(err) == helpdesk.Unauthenticated {
		return false, refused(http.StatusUnauthorized, "HMAC failed: Invalid Identifier Hash Provided")
	}
	return ok, err
}

func registerCustomer(ctx context.Context, c *call, in customerInput) (customerView, error) {
	verified, err := c.verify(in)
	if err != nil {
		return customerView{}, err
	}
	p, a, err := c.e.Register(ctx, c.inbox.Account, c.inbox.ID, in.person(verified))
	if err != nil {
		return customerView{}, err
	}
	known, err := c.e.As(c.e.Contact(c.inbox.Account, p.ID, a.ID)).Contacts.KnowsSelf(ctx)
	if !known {
		p = in.echo(p)
	}
	return viewCustomer(p, a), err
}

// echo is what the customer has just said of themselves, as it was stored.
func (in customerInput) echo(p *helpdesk.Contact) *helpdesk.Contact {
	out := unknownContact(p)
	for _, f := range []struct {
		given    string
		from, to *string
	}{
		{in.Name, &p.Name, &out.Name},
		{in.Email, &p.Email, &out.Email},
		{in.Phone, &p.Phone, &out.Phone},
		{in.Identifier, &p.Identifier, &out.Identifier},
	} {
		if strings.TrimSpace(f.given) != "" {
			*f.to = *f.from
		}
	}
	out.Attributes = make(map[string]any, len(in.Attributes))
	for key := range in.Attributes {
		if v, stored := p.Attributes[key]; stored {
			out.Attributes[key] = v
		}
	}
	return out
}

// unknownContact is a contact of whom nothing is told.
func unknownContact(p *helpdesk.Contact) *helpdesk.Contact {
	return &helpdesk.Contact{Account: p.Account, ID: p.ID, CreatedAt: p.CreatedAt, UpdatedAt: p.UpdatedAt}
}

func showCustomer(ctx context.Context, c *call, _ none) (customerView, error) {
	p, a, err := c.desk.Contacts.Self(ctx)
	if err != nil {
		return customerView{}, err
	}
	known, err := c.desk.Contacts.KnowsSelf(ctx)
	if !known {
		p = unknownContact(p)
	}
	return viewCustomer(p, a), err
}

func updateCustomer(ctx context.Context, c *call, in customerInput) (contactRaw, error) {
	if in.Hash != "" || in.Identifier != "" {
		if _, err := c.verify(in); err != nil {
			return contactRaw{}, err
		}
	}
	in.Identifier = "" // who one is does not change here
	p, err := c.desk.Contacts.UpdateSelf(ctx, in.person(false))
	if err != nil {
		return contactRaw{}, err
	}
	known, err := c.desk.Contacts.KnowsSelf(ctx)
	if !known {
		p = in.echo(p)
	}
	return rawContact(p), err
}

// selfDetail is detail as its customer may see it.
func (c *call) selfDetail(ctx context.Context, id helpdesk.ConversationID) (*helpdesk.ConversationDetail, error) {
	d, err := c.detail(ctx, id)
	if err != nil {
		return nil, err
	}
	known, err := c.desk.Contacts.KnowsSelf(ctx)
	if !known && d.Customer != nil {
		d.Customer = unknownContact(d.Customer)
	}
	return d, err
}

// publicMessages bounds what a customer gets of one conversation at once.
const publicMessages = 1000

// publicConversation shapes one of the customer's conversations with all that
// was said.
func (c *call) publicConversation(ctx context.Context, row *helpdesk.Conversation, err error) (out publicConversation, _ error) {
	if err != nil {
		return out, err
	}
	d, err := c.selfDetail(ctx, row.ID)
	if err != nil {
		return out, err
	}
	v, err := c.views(ctx)
	if err != nil {
		return out, err
	}
	said, err := c.desk.Messages.List(ctx, helpdesk.MessageFilter{Conversation: row.ID}, helpdesk.Page{Limit: publicMessages})
	return v.publicConversation(d, said), err
}

type startInput struct {
	Attributes map[string]any `in:"custom_attributes"`
}

func startPublicConversation(ctx context.Context, c *call, in startInput) (publicConversation, error) {
	row, err := c.desk.Conversations.Create(ctx, helpdesk.NewConversation{Start: helpdesk.StartFields{Attributes: in.Attributes}})
	return c.publicConversation(ctx, row, err)
}

// listPublicConversations gives the customer's newest 20 with their messages,
// as their clients expect: one read for each, and they are few.
func listPublicConversations(ctx context.Context, c *call, _ none) ([]publicConversation, error) {
	found, err := c.desk.Conversations.List(ctx, helpdesk.ConversationFilter{Sort: helpdesk.NewestCreated}, helpdesk.Page{Limit: 20})
	if err != nil {
		return nil, err
	}
	v, err := c.views(ctx)
	if err != nil {
		return nil, err
	}
	known, err := c.desk.Contacts.KnowsSelf(ctx)
	if err != nil {
		return nil, err
	}
	out := make([]publicConversation, 0, len(found.Items))
	for _, d := range slices.Backward(found.Items) {
		if !known && d.Customer != nil {
			d.Customer = unknownContact(d.Customer)
		}
		said, err := c.desk.Messages.List(ctx, helpdesk.MessageFilter{Conversation: d.ID}, helpdesk.Page{Limit: publicMessages})
		if err != nil {
			return nil, err
		}
		out = append(out, v.publicConversation(d, said))
	}
	return out, nil
}

func showPublicConversation(ctx context.Context, c *call, in onConversation) (publicConversation, error) {
	row, err := in.find(ctx, c)
	return c.publicConversation(ctx, row, err)
}

func closePublicConversation(ctx context.Context, c *call, in onConversation) (publicConversation, error) {
	row, err := in.find(ctx, c)
	if err == nil {
		row, err = c.desk.Conversations.CloseOwn(ctx, row.ID)
	}
	return c.publicConversation(ctx, row, err)
}

func togglePublicTyping(ctx context.Context, c *call, in typingInput) (empty, error) {
	in.Private = false
	return toggleTyping(ctx, c, in)
}

func markPublicSeen(ctx context.Context, c *call, in onConversation) (empty, error) {
	row, err := in.find(ctx, c)
	if err == nil {
		_, err = c.desk.Conversations.MarkSeen(ctx, row.ID)
	}
	return empty{}, err
}

// publicMessage shapes a message of the customer's, wherever it ended up.
func (c *call) publicMessage(ctx context.Context, m *helpdesk.Message, err error) (out publicMessage, _ error) {
	if err != nil {
		return out, err
	}
	d, err := c.selfDetail(ctx, m.Conversation)
	if err != nil {
		return out, err
	}
	v, err := c.views(ctx)
	if err != nil {
		return out, err
	}
	return v.public(d, m), nil
}

type customerMessage struct {
	onConversation
	messageInput
}

func sendPublicMessage(ctx context.Context, c *call, in customerMessage) (publicMessage, error) {
	if _, err := in.find(ctx, c); err != nil {
		return publicMessage{}, err
	}
	// The parameter of that name in the path is the customer's address, not the
	// id of a message.
	in.SourceID = ""
	inbound, err := in.inbound(c.r.PathValue("source_id"), in.Display)
	if err != nil {
		return publicMessage{}, err
	}
	inbound.ContentType, inbound.Extra = "", nil
	m, err := c.e.Receive(ctx, c.inbox.Account, c.inbox.ID, inbound)
	if err == nil && m == nil {
		err = errSwitchedOff()
	}
	return c.publicMessage(ctx, m, err)
}

func listPublicMessages(ctx context.Context, c *call, in messagesInput) ([]publicMessage, error) {
	row, err := in.find(ctx, c)
	if err != nil {
		return nil, err
	}
	d, err := c.selfDetail(ctx, row.ID)
	if err != nil {
		return nil, err
	}
	found, err := c.desk.Messages.List(ctx, helpdesk.MessageFilter{Conversation: row.ID, Before: in.Before, After: in.After}, in.page())
	if err != nil {
		return nil, err
	}
	v, err := c.views(ctx)
	if err != nil {
		return nil, err
	}
	return each(found, func(m *helpdesk.Message) publicMessage { return v.public(d, m) }), nil
}

type valuesInput struct {
	onMessage
	Values any `in:"submitted_values"`
}

func submitPublicValues(ctx context.Context, c *call, in valuesInput) (publicMessage, error) {
	m, _, err := in.find(ctx, c)
	if err != nil {
		return publicMessage{}, err
	}
	if rating, feedback, ok := surveyAnswer(in.Values); ok {
		m, err = c.desk.Surveys.Answer(ctx, m.ID, rating, feedback)
	} else {
		m, err = c.desk.Messages.SubmitValues(ctx, m.ID, in.Values)
	}
	return c.publicMessage(ctx, m, err)
}
