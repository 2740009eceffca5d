package helpdesk

import (
	"context"
	"slices"
	"strings"
)

// Search is the service that finds by words, in all that the actor sees and in
// all that was ever stored. It is for those who work in the account: customers
// may not search.
type Search struct{ d *Desk }

// FoundMessage is a message that was found, and the conversation it is in.
type FoundMessage struct {
	*Message
	In *ConversationDetail
}

// FoundConversations is a page of conversations in which something was said.
type FoundConversations struct {
	*ConversationList
	Said map[ConversationID][]*Message // what was found in each, newest first, at most 100 in all
}

// SearchResult is a page of everything that was found.
type SearchResult struct {
	Conversations []*ConversationDetail
	Contacts      []*Contact
	Messages      []*FoundMessage
}

const maxQuery = 500 // characters of what is searched for

// maySearch asks for one of the rights, and cleans what is searched for; "" is
// allowed, and finds nothing.
func (u *unit) maySearch(query string, one ...Action) (string, error) {
	if !slices.ContainsFunc(one, func(a Action) bool { return u.may(a) == nil }) {
		return "", forbidden(one[0])
	}
	if u.actor.ref.Kind == ByContact {
		return "", forbidden(ReadConversation)
	}
	query = strings.TrimSpace(clean(query))
	if tooLong(query, maxQuery) {
		return "", problems{"q": "is too long (maximum is 500 characters)"}.err()
	}
	return query, nil
}

// Messages finds messages by their words, newest first; f.Scope is the actor's.
func (s Search) Messages(ctx context.Context, f MessageSearch, p Page) ([]*FoundMessage, error) {
	return read(ctx, s.d, func(u *unit) (_ []*FoundMessage, err error) {
		if f.Query, err = u.maySearch(f.Query, ReadConversation); err != nil {
			return nil, err
		}
		return u.findMessages(f, p)
	})
}

func (u *unit) findMessages(f MessageSearch, p Page) ([]*FoundMessage, error) {
	if f.Query == "" {
		return []*FoundMessage{}, nil
	}
	scope := u.scope()
	f.Scope = &scope
	rows, err := u.tx.Messages().Search(u.ctx, f, p)
	if err != nil {
		return nil, err
	}
	in, err := u.conversationsOf(rows)
	if err != nil {
		return nil, err
	}
	out := make([]*FoundMessage, len(rows))
	for i, m := range rows {
		out[i] = &FoundMessage{m, in[m.Conversation]}
	}
	return out, nil
}

// conversationsOf reads the conversations that messages are in, with what stands
// beside them.
func (u *unit) conversationsOf(rows []*Message) (map[ConversationID]*ConversationDetail, error) {
	ids := make([]ConversationID, len(rows))
	for i, m := range rows {
		ids[i] = m.Conversation
	}
	return u.detailsOf(ids)
}

// detailsOf reads conversations with what stands beside them, by id. The caller
// knows that the actor sees them.
func (u *unit) detailsOf(ids []ConversationID) (map[ConversationID]*ConversationDetail, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	found, err := u.tx.Conversations().List(u.ctx, ConversationFilter{IDs: ids}, Page{Limit: MaxPage})
	if err != nil {
		return nil, err
	}
	details, err := u.details(found...)
	out := make(map[ConversationID]*ConversationDetail, len(details))
	for _, d := range details {
		out[d.ID] = d
	}
	return out, err
}

// Conversations finds conversations by who the customer is (any part of their
// name, e-mail, phone, identifier or company), or by their number. The newest
// come first.
func (s Search) Conversations(ctx context.Context, query string, p Page) ([]*ConversationDetail, error) {
	return read(ctx, s.d, func(u *unit) (_ []*ConversationDetail, err error) {
		if query, err = u.maySearch(query, ReadConversation); err != nil {
			return nil, err
		}
		return u.findConversations(query, p)
	})
}

func (u *unit) findConversations(query string, p Page) ([]*ConversationDetail, error) {
	if query == "" {
		return []*ConversationDetail{}, nil
	}
	scope := u.scope()
	rows, err := u.tx.Conversations().List(u.ctx, ConversationFilter{Scope: &scope, Person: query, Sort: NewestCreated}, p)
	if err != nil {
		return nil, err
	}
	return u.details(rows...)
}

// Contacts finds contacts that can be reached by any part of their name, e-mail,
// phone, identifier or company; those heard of last come first. An agent who may
// not list contacts finds those of the conversations they see; whoever may list
// them needs to see none.
func (s Search) Contacts(ctx context.Context, f ContactFilter, p Page) ([]*Contact, error) {
	return read(ctx, s.d, func(u *unit) (_ []*Contact, err error) {
		if f.Query, err = u.maySearch(f.Query, ReadConversation, ReadContacts); err != nil {
			return nil, err
		}
		return u.findContacts(f, p)
	})
}

func (u *unit) findContacts(f ContactFilter, p Page) ([]*Contact, error) {
	if f.Query == "" {
		return []*Contact{}, nil
	}
	f.Known, f.Sort, f.Visible = true, "-last_activity", nil
	if u.may(ReadContacts) != nil {
		scope := u.scope()
		f.Visible = &scope
	}
	return u.tx.Contacts().List(u.ctx, f, p)
}

// Everything finds conversations, contacts and messages, a page of each, in one
// snapshot. Who sees no conversations finds contacts alone.
func (s Search) Everything(ctx context.Context, query string, p Page) (*SearchResult, error) {
	return read(ctx, s.d, func(u *unit) (*SearchResult, error) {
		query, err := u.maySearch(query, ReadConversation, ReadContacts)
		if err != nil {
			return nil, err
		}
		out := &SearchResult{}
		if out.Conversations, err = u.findConversations(query, p); err != nil {
			return nil, err
		}
		if out.Contacts, err = u.findContacts(ContactFilter{Query: query}, p); err != nil {
			return nil, err
		}
		out.Messages, err = u.findMessages(MessageSearch{Query: query}, p)
		return out, err
	})
}

// Said finds conversations in which somebody said the words, by latest activity,
// with counts, and what was said.
func (s Search) Said(ctx context.Context, query string, p Page) (*FoundConversations, error) {
	return read(ctx, s.d, func(u *unit) (*FoundConversations, error) {
		query, err := u.maySearch(query, ReadConversation)
		if err != nil {
			return nil, err
		}
		out := &FoundConversations{&ConversationList{Items: []*ConversationDetail{}}, map[ConversationID][]*Message{}}
		if query == "" {
			return out, nil
		}
		if out.ConversationList, err = u.listConversations(ConversationFilter{Text: query}, p); err != nil {
			return nil, err
		}
		ids := make([]ConversationID, len(out.Items))
		for i, d := range out.Items {
			ids[i] = d.ID
		}
		scope := u.scope()
		found, err := u.tx.Messages().Search(u.ctx, MessageSearch{Query: query, Scope: &scope, Conversations: ids}, Page{Limit: 100})
		for _, m := range found {
			out.Said[m.Conversation] = append(out.Said[m.Conversation], m)
		}
		return out, err
	})
}
