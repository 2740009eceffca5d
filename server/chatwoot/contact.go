package chatwoot

import (
	"context"
	"encoding/json"
	"maps"
	"mime/multipart"
	"slices"
	"strings"

	"github.com/gohelpdesk/helpdesk"
)

const contactsPerPage = 15

type contactID struct {
	ID helpdesk.ContactID `in:"id"`
}

type contactsInput struct {
	pageInput
	Query         string   `in:"q"`
	Sort          string   `in:"sort"`
	Labels        []string `in:"labels"`
	WithAddresses *bool    `in:"include_contact_inboxes"`
}

type contactsView struct {
	Meta    contactsMeta  `json:"meta"`
	Payload []contactView `json:"payload"`
}

type contactsMeta struct {
	Count       *int `json:"count"`
	CurrentPage any  `json:"current_page"`
}

// currentPage echoes the page as it was asked for: a text of a query, a number of
// JSON, or the number 1.
func (p *params) currentPage() any {
	switch page := p.values["page"].(type) {
	case json.Number:
		return page
	case string:
		if page != "" {
			return page
		}
	}
	return 1
}

// contactSort reads "-last_activity_at,name": the first counts.
func contactSort(s string) string {
	first, _, _ := strings.Cut(s, ",")
	name, down := strings.CutPrefix(first, "-")
	names := map[string]string{
		"name": "name", "email": "email", "phone_number": "phone", "last_activity_at": "last_activity", "created_at": "created",
		"company": "company", "company_name": "company", "city": "city", "country": "country",
	}
	switch out := names[name]; {
	case out == "":
		return ""
	case down:
		return "-" + out
	default:
		return out
	}
}

func listContacts(ctx context.Context, c *call, in contactsInput) (contactsView, error) {
	return c.contactPage(ctx, helpdesk.ContactFilter{Known: true, Sort: contactSort(in.Sort), Labels: in.Labels}, in)
}

func searchContacts(ctx context.Context, c *call, in contactsInput) (contactsView, error) {
	if strings.TrimSpace(in.Query) == "" {
		return contactsView{contactsMeta{nil, c.in.currentPage()}, []contactView{}}, nil
	}
	return c.contactPage(ctx, helpdesk.ContactFilter{Known: true, Sort: contactSort(in.Sort), Query: strings.TrimSpace(in.Query)}, in)
}

func (c *call) contactPage(ctx context.Context, f helpdesk.ContactFilter, in contactsInput) (contactsView, error) {
	rows, total, err := c.desk.Contacts.List(ctx, f, in.page(contactsPerPage))
	if err != nil {
		return contactsView{}, err
	}
	out, err := c.contacts(ctx, in.WithAddresses == nil || *in.WithAddresses, rows...)
	return contactsView{contactsMeta{&total, c.in.currentPage()}, out}, err
}

// contacts shapes contacts, with their addresses when asked for: two reads,
// however many there are.
func (c *call) contacts(ctx context.Context, addresses bool, rows ...*helpdesk.Contact) ([]contactView, error) {
	out := each(rows, viewContact)
	if !addresses || len(rows) == 0 {
		return out, nil
	}
	ids := each(rows, func(r *helpdesk.Contact) helpdesk.ContactID { return r.ID })
	found, err := c.desk.Contacts.Addresses(ctx, ids...)
	if err != nil {
		return nil, err
	}
	boxes, err := c.inboxesByID(ctx)
	for i := range out {
		out[i].ContactInboxes = []addressView{}
		for _, a := range found[out[i].ID] {
			if box := boxes[a.Inbox]; box != nil {
				out[i].ContactInboxes = append(out[i].ContactInboxes, addressView{a.Source, slimInbox(box)})
			}
		}
	}
	return out, err
}

func (c *call) oneContact(ctx context.Context, row *helpdesk.Contact, err error) (payload[contactView], error) {
	if err != nil {
		return payload[contactView]{}, err
	}
	out, err := c.contacts(ctx, c.in.values["include_contact_inboxes"] != "false", row)
	if err != nil {
		return payload[contactView]{}, err
	}
	return wrap(out[0]), nil
}

type contactInput struct {
	Name       *string               `in:"name"`
	Email      *string               `in:"email"`
	Phone      *string               `in:"phone_number"`
	Identifier *string               `in:"identifier"`
	Blocked    *bool                 `in:"blocked"`
	AvatarURL  *string               `in:"avatar_url"`
	Avatar     *multipart.FileHeader `in:"avatar"`
	Inbox      helpdesk.InboxID      `in:"inbox_id"`
	Source     string                `in:"source_id"`
	Attributes map[string]any        `in:"custom_attributes"`
	Extra      map[string]any        `in:"additional_attributes"`
}

// change is the engine's form of it. Company and place stand in
// additional_attributes on the wire and in fields of their own in the engine.
func (in contactInput) change() helpdesk.ContactChange {
	out := helpdesk.ContactChange{
		Name: in.Name, Email: in.Email, Phone: in.Phone, Identifier: in.Identifier, AvatarURL: in.AvatarURL,
		Blocked: in.Blocked, Attributes: in.Attributes, Extra: maps.Clone(in.Extra),
	}
	for key, field := range map[string]**string{"company_name": &out.Company, "city": &out.City, "country": &out.Country} {
		if v, ok := out.Extra[key].(string); ok {
			*field = &v
			delete(out.Extra, key)
		}
	}
	return out
}

type createdContact struct {
	Contact      contactView  `json:"contact"`
	ContactInbox contactInbox `json:"contact_inbox"`
}

type contactInbox struct {
	Inbox    *inboxRaw `json:"inbox"`
	SourceID *string   `json:"source_id"`
}

func createContact(ctx context.Context, c *call, in contactInput) (out payload[createdContact], err error) {
	change := in.change()
	avatar, closeFile, err := openFile(in.Avatar)
	if err != nil {
		return out, err
	}
	defer closeFile()
	change.Avatar = avatar
	row, err := c.desk.Contacts.Create(ctx, helpdesk.NewContact{ContactChange: change, Inbox: in.Inbox, Source: in.Source})
	if err != nil {
		return out, err
	}
	views, err := c.contacts(ctx, true, row)
	if err != nil {
		return out, err
	}
	out.Payload.Contact = views[0]
	at := slices.IndexFunc(views[0].ContactInboxes, func(a addressView) bool { return a.Inbox.ID == in.Inbox })
	if at < 0 {
		return out, nil
	}
	box, err := c.desk.Inboxes.Get(ctx, in.Inbox)
	if err != nil {
		return out, err
	}
	portals, err := c.helpCenters(ctx)
	if err != nil {
		return out, err
	}
	out.Payload.ContactInbox = contactInbox{rawInbox(box, portals[box.ID]), &views[0].ContactInboxes[at].SourceID}
	return out, nil
}

func showContact(ctx context.Context, c *call, in contactID) (payload[contactView], error) {
	row, err := c.desk.Contacts.Get(ctx, in.ID)
	return c.oneContact(ctx, row, err)
}

type contactChange struct {
	contactID
	contactInput
}

func updateContact(ctx context.Context, c *call, in contactChange) (payload[contactView], error) {
	change := in.change()
	avatar, closeFile, err := openFile(in.Avatar)
	if err != nil {
		return payload[contactView]{}, err
	}
	defer closeFile()
	change.Avatar = avatar
	row, err := c.desk.Contacts.Update(ctx, in.ID, change)
	return c.oneContact(ctx, row, err)
}

func deleteContact(ctx context.Context, c *call, in contactID) (empty, error) {
	return empty{}, c.desk.Contacts.Delete(ctx, in.ID)
}

func listContactConversations(ctx context.Context, c *call, in contactID) (payload[[]conversationView], error) {
	row, err := c.desk.Contacts.Get(ctx, in.ID)
	if err != nil {
		return payload[[]conversationView]{}, err
	}
	found, err := c.desk.Conversations.List(ctx, helpdesk.ConversationFilter{Contact: row.ID}, helpdesk.Page{Limit: 20})
	if err != nil {
		return payload[[]conversationView]{}, err
	}
	v, err := c.views(ctx)
	if err != nil {
		return payload[[]conversationView]{}, err
	}
	return wrap(each(found.Items, v.conversation)), nil
}

func listContactLabels(ctx context.Context, c *call, in contactID) (payload[[]string], error) {
	row, err := c.desk.Contacts.Get(ctx, in.ID)
	if err != nil {
		return payload[[]string]{}, err
	}
	return c.titles(ctx, row.Labels)
}

// titles shapes labels as their titles.
func (c *call) titles(ctx context.Context, ids []helpdesk.LabelID) (payload[[]string], error) {
	titles, err := c.desk.Labels.Titles(ctx, ids)
	return wrap(list(titles)), err
}

type contactLabels struct {
	contactID
	Labels []string `in:"labels"`
}

func setContactLabels(ctx context.Context, c *call, in contactLabels) (payload[[]string], error) {
	row, err := c.desk.Contacts.SetLabels(ctx, in.ID, in.Labels)
	if err != nil {
		return payload[[]string]{}, err
	}
	return c.titles(ctx, row.Labels)
}

type contactInboxInput struct {
	contactID
	Inbox  helpdesk.InboxID `in:"inbox_id"`
	Source string           `in:"source_id"`
}

func createContactInbox(ctx context.Context, c *call, in contactInboxInput) (addressView, error) {
	box, err := c.desk.Inboxes.Get(ctx, in.Inbox)
	if err != nil {
		return addressView{}, err
	}
	a, err := c.desk.Contacts.AddAddress(ctx, in.ID, in.Inbox, in.Source)
	if err != nil {
		return addressView{}, err
	}
	return addressView{a.Source, slimInbox(box)}, nil
}

// listContactableInboxes is where a conversation with the contact may start.
func listContactableInboxes(ctx context.Context, c *call, in contactID) (payload[[]addressView], error) {
	found, err := c.desk.Contacts.Contactable(ctx, in.ID)
	if err != nil {
		return payload[[]addressView]{}, err
	}
	boxes, err := c.desk.Inboxes.List(ctx)
	out := []addressView{}
	for _, a := range found {
		if i := slices.IndexFunc(boxes, func(box *helpdesk.Inbox) bool { return box.ID == a.Inbox }); i >= 0 {
			out = append(out, addressView{a.Source, slimInbox(boxes[i])})
		}
	}
	return wrap(out), err
}

type notesInput struct {
	Contact helpdesk.ContactID `in:"contact_id"`
}

func listNotes(ctx context.Context, c *call, in notesInput) ([]noteView, error) {
	notes, err := c.desk.Notes.List(ctx, in.Contact)
	if err != nil {
		return nil, err
	}
	v, err := c.views(ctx)
	if err != nil {
		return nil, err
	}
	return each(notes, v.note), nil
}

type noteInput struct {
	notesInput
	Content string `in:"content"`
}

func createNote(ctx context.Context, c *call, in noteInput) (noteView, error) {
	n, err := c.desk.Notes.Create(ctx, in.Contact, in.Content)
	if err != nil {
		return noteView{}, err
	}
	v, err := c.views(ctx)
	if err != nil {
		return noteView{}, err
	}
	return v.note(n), nil
}

type noteID struct {
	notesInput
	ID helpdesk.NoteID `in:"id"`
}

func deleteNote(ctx context.Context, c *call, in noteID) (empty, error) {
	return empty{}, c.desk.Notes.Delete(ctx, in.Contact, in.ID)
}
