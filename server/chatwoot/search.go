package chatwoot

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/gohelpdesk/helpdesk"
)

const foundPerPage = 15

type searchInput struct {
	pageInput
	Query string           `in:"q"`
	Since string           `in:"since"`
	Until string           `in:"until"`
	From  string           `in:"from"` // contact:7 or agent:7
	Inbox helpdesk.InboxID `in:"inbox_id"`
}

// window reads since and until; the zero time asks nothing.
func (in searchInput) window() (since, until time.Time, err error) {
	if in.Since != "" {
		if since, err = readTime(in.Since); err != nil {
			return since, until, err
		}
	}
	if in.Until != "" {
		until, err = readTime(in.Until)
	}
	return since, until, err
}

// sender reads who wrote; the zero value asks nothing.
func (in searchInput) sender() (helpdesk.ActorRef, error) {
	if in.From == "" {
		return helpdesk.ActorRef{}, nil
	}
	kind, number, _ := strings.Cut(in.From, ":")
	id, err := strconv.ParseInt(number, 10, 64)
	switch {
	case err == nil && kind == "contact":
		return helpdesk.ActorRef{Kind: helpdesk.ByContact, ID: id}, nil
	case err == nil && kind == "agent":
		return helpdesk.ActorRef{Kind: helpdesk.ByAgent, ID: id}, nil
	}
	return helpdesk.ActorRef{}, &helpdesk.Error{Code: helpdesk.Invalid, Message: "invalid sender", Fields: map[string]string{"from": "must be contact:<id> or agent:<id>"}}
}

func searchAll(ctx context.Context, c *call, in searchInput) (out payload[everythingFound], err error) {
	found, err := c.desk.Search.Everything(ctx, in.Query, in.page(foundPerPage))
	if err != nil {
		return out, err
	}
	articles, err := c.desk.Articles.Search(ctx, in.Query, in.page(foundPerPage))
	if err != nil {
		return out, err
	}
	v, err := c.views(ctx)
	if err != nil {
		return out, err
	}
	return wrap(everythingFound{
		Conversations: each(found.Conversations, v.foundConversation), Contacts: each(found.Contacts, viewFoundContact),
		Messages: each(found.Messages, v.foundMessage), Articles: each(articles, viewFoundArticle),
	}), nil
}

func searchConversations(ctx context.Context, c *call, in searchInput) (out payload[conversationsFound], err error) {
	found, err := c.desk.Search.Conversations(ctx, in.Query, in.page(foundPerPage))
	if err != nil {
		return out, err
	}
	v, err := c.views(ctx)
	if err != nil {
		return out, err
	}
	return wrap(conversationsFound{each(found, func(d *helpdesk.ConversationDetail) foundConversation {
		one := v.foundConversation(d)
		extra := object(d.Extra)
		one.AdditionalAttributes = &extra
		return one
	})}), nil
}

func searchForContacts(ctx context.Context, c *call, in searchInput) (out payload[contactsFound], err error) {
	f := helpdesk.ContactFilter{Query: in.Query}
	if f.ActiveSince, f.ActiveUntil, err = in.window(); err != nil {
		return out, err
	}
	found, err := c.desk.Search.Contacts(ctx, f, in.page(foundPerPage))
	return wrap(contactsFound{each(found, viewFoundContact)}), err
}

func searchMessages(ctx context.Context, c *call, in searchInput) (out payload[messagesFound], err error) {
	f := helpdesk.MessageSearch{Query: in.Query, Inbox: in.Inbox}
	if f.Since, f.Until, err = in.window(); err != nil {
		return out, err
	}
	if f.From, err = in.sender(); err != nil {
		return out, err
	}
	found, err := c.desk.Search.Messages(ctx, f, in.page(foundPerPage))
	if err != nil {
		return out, err
	}
	v, err := c.views(ctx)
	if err != nil {
		return out, err
	}
	return wrap(messagesFound{each(found, v.foundMessage)}), nil
}

func searchArticles(ctx context.Context, c *call, in searchInput) (payload[articlesFound], error) {
	found, err := c.desk.Articles.Search(ctx, in.Query, in.page(foundPerPage))
	return wrap(articlesFound{each(found, viewFoundArticle)}), err
}

func searchSaid(ctx context.Context, c *call, in searchInput) (out saidView, err error) {
	found, err := c.desk.Search.Said(ctx, in.Query, in.page(conversationsPerPage))
	if err != nil {
		return out, err
	}
	v, err := c.views(ctx)
	if err != nil {
		return out, err
	}
	out.Meta = saidMeta{found.Counts.Mine, found.Counts.Unassigned, found.Counts.All}
	out.Payload = each(found.Items, func(d *helpdesk.ConversationDetail) saidConversation { return v.said(d, found.Said[d.ID]) })
	return out, nil
}
