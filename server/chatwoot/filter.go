package chatwoot

import (
	"context"

	"github.com/gohelpdesk/helpdesk"
)

type filterInput struct {
	pageInput
	Sort    string      `in:"sort"`
	Payload []condition `in:"payload"`
}

// where reads the conditions of a filter; none at all ask nothing.
func (in filterInput) where() (*helpdesk.Cond, error) {
	c, err := readConditions(in.Payload)
	return &c, err
}

type filteredConversations struct {
	Meta    filteredCounts     `json:"meta"`
	Payload []conversationView `json:"payload"`
}

// filteredCounts is countsView without one.
type filteredCounts struct {
	Mine       int `json:"mine_count"`
	Unassigned int `json:"unassigned_count"`
	All        int `json:"all_count"`
}

func filterConversations(ctx context.Context, c *call, in filterInput) (out filteredConversations, err error) {
	where, err := in.where()
	if err != nil {
		return out, err
	}
	found, err := c.desk.Conversations.List(ctx, helpdesk.ConversationFilter{Where: where}, in.page(conversationsPerPage))
	if err != nil {
		return out, err
	}
	v, err := c.views(ctx)
	if err != nil {
		return out, err
	}
	n := found.Counts
	return filteredConversations{filteredCounts{n.Mine, n.Unassigned, n.All}, each(found.Items, v.conversation)}, nil
}

func filterContacts(ctx context.Context, c *call, in filterInput) (contactsView, error) {
	where, err := in.where()
	if err != nil {
		return contactsView{}, err
	}
	return c.contactPage(ctx, helpdesk.ContactFilter{Known: true, Sort: contactSort(in.Sort), Where: where}, contactsInput{pageInput: in.pageInput})
}

type addressFilter struct {
	Inbox  helpdesk.InboxID `in:"inbox_id"`
	Source string           `in:"source_id"`
}

// filterAddresses finds the contact behind an address.
func filterAddresses(ctx context.Context, c *call, in addressFilter) (contactView, error) {
	row, err := c.desk.Contacts.BySource(ctx, in.Inbox, in.Source)
	if err != nil {
		return contactView{}, err
	}
	out, err := c.contacts(ctx, true, row)
	if err != nil {
		return contactView{}, err
	}
	return out[0], nil
}
