package dashboard

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"

	"github.com/gohelpdesk/helpdesk"
)

// contactPageRoutes are the pages of one customer. Whoever sees the customer sees
// the page.
func contactPageRoutes() []route {
	edit, start := helpdesk.EditContact, helpdesk.StartConversation
	return []route{
		{"GET /contacts/new", edit, (*call).showNewContact},
		{"POST /contacts/new", edit, (*call).postNewContact},
		{"GET /contacts/start", start, (*call).showStart},
		{"POST /contacts/start", start, (*call).postStart},
		{"GET /contacts/{id}", "", (*call).showContact},
		{"POST /contacts/{id}", edit, (*call).postContact},
		{"POST /contacts/{id}/avatar", edit, (*call).postContactAvatar},
		{"POST /contacts/{id}/labels", edit, (*call).postContactLabels},
		{"POST /contacts/{id}/addresses", edit, (*call).postContactAddress},
		{"POST /contacts/{id}/consents", edit, (*call).postContactConsent},
		{"POST /contacts/{id}/notes", "", (*call).postContactNote},
		{"POST /contacts/{id}/notes/{note}/delete", "", (*call).postContactNoteDelete},
		{"POST /contacts/{id}/delete", helpdesk.DeleteContact, (*call).postContactDelete},
		{"GET /contacts/{id}/merge", edit, (*call).showContactMerge},
		{"POST /contacts/{id}/merge", edit, (*call).postContactMerge},
		{"POST /contacts/{id}/merge/{merge}/undo", edit, (*call).postContactUnmerge},
	}
}

// contactPage is one customer.
type contactPage struct {
	*call
	Contact *helpdesk.Contact

	wrong map[string]string // by field, what is wrong with what was typed
	typed map[string]string // by field, what was typed and is wrong
	names map[helpdesk.AgentID]string
}

// theContact is the customer of the address. One that became part of another leads
// there.
func (c *call) theContact() (*helpdesk.Contact, error) {
	id, err := c.id("id")
	if err != nil {
		return nil, err
	}
	return c.desk.Contacts.Get(c.ctx(), helpdesk.ContactID(id))
}

func (c *call) showContact() error {
	row, err := c.theContact()
	if err != nil {
		return err
	}
	if str(row.ID) != c.r.PathValue("id") {
		return redirect(c.path("/contacts/", str(row.ID)))
	}
	return c.render("contacts/show", http.StatusOK, &contactPage{call: c, Contact: row})
}

// Name is what the customer is called.
func (p *contactPage) Name() string { return p.contactName(p.Contact) }

// Face is the customer's picture.
func (p *contactPage) Face() person { return p.contactPerson(p.Contact) }

// Base is the page's address.
func (p *contactPage) Base() string { return p.path("/contacts/", str(p.Contact.ID)) }

// CanEdit is whether whoever looks may change the customer's details.
func (p *contactPage) CanEdit() bool { return p.May(string(helpdesk.EditContact)) }

// Labels are those the customer has.
func (p *contactPage) Labels() ([]*helpdesk.Label, error) {
	known, err := p.contactLabels()
	if err != nil {
		return nil, err
	}
	titles, err := p.desk.Labels.Titles(p.ctx(), p.Contact.Labels)
	if err != nil {
		return nil, err
	}
	var out []*helpdesk.Label
	for i, id := range p.Contact.Labels {
		l := known[id]
		if l == nil { // nobody defined it
			l = &helpdesk.Label{ID: id, Title: titles[i]}
		}
		out = append(out, l)
	}
	return out, nil
}

// OtherLabels are those that could be added.
func (p *contactPage) OtherLabels() ([]*helpdesk.Label, error) {
	all, err := p.desk.Labels.List(p.ctx())
	return slices.DeleteFunc(all, func(l *helpdesk.Label) bool { return slices.Contains(p.Contact.Labels, l.ID) }), err
}

// Fields are the customer's details as they are edited.
func (p *contactPage) Fields() []field {
	r := p.Contact
	f := p.ask("contacts",
		field{Name: "name", Kind: asText, Value: r.Name},
		field{Name: "email", Kind: asEmail, Value: r.Email},
		field{Name: "phone_number", Kind: "tel", Value: r.Phone},
		field{Name: "company", Kind: asText, Value: r.Company},
		field{Name: "city", Kind: asText, Value: r.City},
		field{Name: "country", Kind: asText, Value: r.Country},
		field{Name: "identifier", Kind: asText, Value: r.Identifier},
	)
	for i := range f.Fields {
		p.retype(&f.Fields[i])
		f.Fields[i].Hint = ""
	}
	return f.Fields
}

// retype puts back what was typed and could not be saved.
func (p *contactPage) retype(f *field) {
	if wrong, ok := p.wrong[f.Name]; ok {
		f.Wrong, f.Value = wrong, p.typed[f.Name]
		f.keepChoice()
	}
}

const attributePrefix = "attribute-" // of a field; the definition's id follows

// Attributes are the custom attributes as they are edited.
func (p *contactPage) Attributes() ([]field, error) {
	defs, err := p.desk.Attributes.List(p.ctx(), helpdesk.ContactAttribute)
	var out []field
	for _, d := range defs {
		f := p.attributeField(d, p.Contact.Attributes[d.Key])
		p.retype(&f)
		out = append(out, f)
	}
	return out, err
}

// attributeField is how a custom attribute is asked for. Numbers are typed as text,
// so that what is none is refused, and not lost.
func (c *call) attributeField(d *helpdesk.AttributeDefinition, v any) field {
	f := field{Name: attributePrefix + str(d.ID), Kind: asText, Label: d.Name, Hint: d.Description, Value: attributeText(v)}
	switch d.Type {
	case helpdesk.LinkAttribute:
		f.Kind = asURL
	case helpdesk.DateAttribute:
		f.Kind = asDate
		f.Value = f.Value[:min(len("2006-01-02"), len(f.Value))]
	case helpdesk.CheckboxAttribute:
		f.Kind = asSwitch
		if f.Value == "false" {
			f.Value = ""
		}
	case helpdesk.ListAttribute:
		f.Kind = asSelect
		f.Options = []option{{}}
		for _, choice := range d.Choices {
			f.Options = append(f.Options, option{Value: choice, Label: choice})
		}
		f.keepChoice()
	case helpdesk.TextAttribute, helpdesk.NumberAttribute, helpdesk.CurrencyAttribute, helpdesk.PercentAttribute:
	}
	return f
}

// keepChoice has a select show a value that is no choice, or no more.
func (f *field) keepChoice() {
	if f.Kind == asSelect && !slices.ContainsFunc(f.Options, func(o option) bool { return o.Value == f.Value }) {
		f.Options = append(f.Options, option{Value: f.Value, Label: f.Value})
	}
}

// attributeText is a custom attribute's value as it is typed.
func attributeText(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	return text(v)
}

// attributeValue is what was typed as a value of the definition's type; nil
// removes it. What is none of it goes as it is, and is refused.
func attributeValue(d *helpdesk.AttributeDefinition, typed string) any {
	switch d.Type {
	case helpdesk.CheckboxAttribute:
		return typed == "true"
	case helpdesk.NumberAttribute, helpdesk.CurrencyAttribute, helpdesk.PercentAttribute:
		if n, err := strconv.ParseFloat(typed, 64); err == nil && d.Check(typed) == "" {
			return n
		}
	case helpdesk.TextAttribute, helpdesk.LinkAttribute, helpdesk.DateAttribute, helpdesk.ListAttribute:
	}
	if typed == "" {
		return nil
	}
	return typed
}

// stray is a value under a key that nobody has defined.
type stray struct{ Key, Value string }

// Strays are the values that stand under no definition.
func (p *contactPage) Strays() ([]stray, error) {
	defs, err := p.desk.Attributes.List(p.ctx(), helpdesk.ContactAttribute)
	var out []stray
	for key, v := range p.Contact.Attributes {
		if !slices.ContainsFunc(defs, func(d *helpdesk.AttributeDefinition) bool { return d.Key == key }) {
			out = append(out, stray{key, attributeText(v)})
		}
	}
	slices.SortFunc(out, func(a, b stray) int { return cmp.Compare(a.Key, b.Key) })
	return out, err
}

// contactAddress is where a customer is reached.
type contactAddress struct {
	Source, Inbox, Icon string
	Verified            bool
}

// Addresses are those in inboxes that whoever looks may see.
func (p *contactPage) Addresses() ([]contactAddress, error) {
	found, err := p.desk.Contacts.Addresses(p.ctx(), p.Contact.ID)
	if err != nil {
		return nil, err
	}
	boxes, err := p.inboxesByID()
	var out []contactAddress
	for _, a := range found[p.Contact.ID] {
		if box := boxes[a.Inbox]; box != nil && a.Main == 0 {
			out = append(out, contactAddress{a.Source, box.Name, channelIcon(box.Kind), a.Verified})
		}
	}
	return out, err
}

// OtherInboxes are those in which the customer has no address.
func (p *contactPage) OtherInboxes() ([]*helpdesk.Inbox, error) {
	found, err := p.desk.Contacts.Addresses(p.ctx(), p.Contact.ID)
	if err != nil {
		return nil, err
	}
	boxes, err := p.desk.Inboxes.List(p.ctx())
	return slices.DeleteFunc(boxes, func(b *helpdesk.Inbox) bool {
		return slices.ContainsFunc(found[p.Contact.ID], func(a *helpdesk.ContactInbox) bool { return a.Inbox == b.ID })
	}), err
}

func (c *call) inboxesByID() (map[helpdesk.InboxID]*helpdesk.Inbox, error) {
	boxes, err := c.desk.Inboxes.List(c.ctx())
	out := make(map[helpdesk.InboxID]*helpdesk.Inbox, len(boxes))
	for _, b := range boxes {
		out[b.ID] = b
	}
	return out, err
}

// AddressWrong and AddressTyped are what is wrong with an address that was added.
func (p *contactPage) AddressWrong() string { return p.wrong["source_id"] }

// AddressTyped is that address.
func (p *contactPage) AddressTyped() string { return p.typed["source_id"] }

// NoteWrong and NoteTyped are what is wrong with a note that was written.
func (p *contactPage) NoteWrong() string { return p.wrong["content"] }

// NoteTyped is that note.
func (p *contactPage) NoteTyped() string { return p.typed["content"] }

// consentState is what the customer said last of a kind of message.
type consentState struct {
	Category helpdesk.ConsentCategory
	Said     bool // something was said at all
	Stop     bool
	Wrong    string
}

// Consents are what holds now.
func (p *contactPage) Consents() ([]consentState, error) {
	said, err := p.desk.Contacts.Consents(p.ctx(), p.Contact.ID, helpdesk.Page{Limit: 1})
	if err != nil {
		return nil, err
	}
	state, _ := p.Contact.Extra["consent"].(map[string]any)
	var out []consentState
	for _, category := range []helpdesk.ConsentCategory{helpdesk.ConsentMarketing, helpdesk.ConsentAll} {
		now, _ := state[string(category)].(map[string]any)
		stop, _ := now["stop"].(bool)
		out = append(out, consentState{category, now != nil && len(said) > 0, stop, p.wrong["consent-"+string(category)]})
	}
	return out, nil
}

// agentNames are the account's people.
func (p *contactPage) agentNames() (map[helpdesk.AgentID]string, error) {
	if p.names != nil {
		return p.names, nil
	}
	list, err := p.desk.Agents.List(p.ctx(), helpdesk.AgentFilter{})
	p.names = make(map[helpdesk.AgentID]string, len(list))
	for _, a := range list {
		p.names[a.ID] = agentName(a)
	}
	return p.names, err
}
