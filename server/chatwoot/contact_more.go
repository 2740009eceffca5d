package chatwoot

import (
	"context"

	"github.com/gohelpdesk/helpdesk"
)

type mergeInput struct {
	Base   helpdesk.ContactID `in:"base_contact_id"`
	Mergee helpdesk.ContactID `in:"mergee_contact_id"`
}

func mergeContacts(ctx context.Context, c *call, in mergeInput) (contactView, error) {
	row, err := c.desk.Contacts.Merge(ctx, in.Base, in.Mergee)
	return shown(row, err, viewContact)
}

type mergeView struct {
	ID       helpdesk.MergeID   `json:"id"`
	Mergee   helpdesk.ContactID `json:"mergee_contact_id"`
	Name     string             `json:"mergee_name"`
	ByType   helpdesk.ActorKind `json:"author_type"`
	ByID     int64              `json:"author_id"`
	MergedAt epoch              `json:"created_at"`
	UndoneAt epoch              `json:"undone_at"` // 0 = it stands
}

func listMerges(ctx context.Context, c *call, in contactID) (payload[[]mergeView], error) {
	rows, err := c.desk.Contacts.Merges(ctx, in.ID)
	return wrap(each(rows, func(m *helpdesk.ContactMerge) mergeView {
		return mergeView{m.ID, m.Merged.ID, m.Merged.Name, m.By.Kind, m.By.ID, epoch{m.CreatedAt}, epoch{m.UndoneAt}}
	})), err
}

type undoMerge struct {
	contactID
	Merge helpdesk.MergeID `in:"merge_id"`
}

func unmergeContacts(ctx context.Context, c *call, in undoMerge) (payload[contactView], error) {
	row, err := c.desk.Contacts.Unmerge(ctx, in.Merge)
	return c.oneContact(ctx, row, err)
}

func listActiveContacts(ctx context.Context, c *call, in contactsInput) (contactsView, error) {
	rows, total, err := c.desk.Contacts.Active(ctx, in.page(contactsPerPage))
	if err != nil {
		return contactsView{}, err
	}
	out, err := c.contacts(ctx, in.WithAddresses == nil || *in.WithAddresses, rows...)
	return contactsView{contactsMeta{&total, c.in.currentPage()}, out}, err
}

type attributeKeys struct {
	contactID
	Keys []string `in:"custom_attributes"`
}

func dropContactAttributes(ctx context.Context, c *call, in attributeKeys) (payload[contactView], error) {
	row, err := c.desk.Contacts.DropAttributes(ctx, in.ID, in.Keys...)
	return c.oneContact(ctx, row, err)
}

func deleteContactAvatar(ctx context.Context, c *call, in contactID) (payload[contactView], error) {
	row, err := c.desk.Contacts.Update(ctx, in.ID, helpdesk.ContactChange{Avatar: &helpdesk.File{}})
	return c.oneContact(ctx, row, err)
}

func showNote(ctx context.Context, c *call, in noteID) (noteView, error) {
	n, err := c.desk.Notes.Get(ctx, in.Contact, in.ID)
	return c.oneNote(ctx, n, err)
}

type noteChange struct {
	noteID
	Content string `in:"content"`
}

func updateNote(ctx context.Context, c *call, in noteChange) (noteView, error) {
	n, err := c.desk.Notes.Update(ctx, in.Contact, in.ID, in.Content)
	return c.oneNote(ctx, n, err)
}

func (c *call) oneNote(ctx context.Context, n *helpdesk.Note, err error) (noteView, error) {
	if err != nil {
		return noteView{}, err
	}
	v, err := c.views(ctx)
	if err != nil {
		return noteView{}, err
	}
	return v.note(n), nil
}

func deleteInboxAvatar(ctx context.Context, c *call, in inboxID) (empty, error) {
	_, err := c.desk.Inboxes.Update(ctx, in.ID, helpdesk.InboxInput{Avatar: &helpdesk.File{}})
	return empty{}, err
}

func deleteProfileAvatar(ctx context.Context, c *call, _ none) (userView, error) {
	desk, err := c.anyDesk()
	if err != nil {
		return userView{}, err
	}
	if c.who.user, err = desk.Profile.Update(ctx, helpdesk.ProfileChange{Avatar: &helpdesk.File{}}); err != nil {
		return userView{}, err
	}
	return c.user(ctx)
}

type bulkAgents struct {
	Emails []string `in:"emails"`
}

func createAgents(ctx context.Context, c *call, in bulkAgents) (empty, error) {
	return empty{}, c.desk.Agents.InviteAll(ctx, in.Emails...)
}
