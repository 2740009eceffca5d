package dashboard

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/gohelpdesk/helpdesk"
)

// contactChange is one thing of a customer's details that was changed, as the
// desk takes it.
func (c *call) contactChange(name, typed string) (helpdesk.ContactChange, error) {
	var ch helpdesk.ContactChange
	fields := map[string]**string{
		"name": &ch.Name, "email": &ch.Email, "phone_number": &ch.Phone, "identifier": &ch.Identifier,
		"company": &ch.Company, "city": &ch.City, "country": &ch.Country,
	}
	if at, ok := fields[name]; ok {
		*at = &typed
		return ch, nil
	}
	if name == "blocked" {
		yes := typed == "true"
		ch.Blocked = &yes
		return ch, nil
	}
	d, err := c.attributeOf(name)
	if err == nil {
		ch.Attributes = map[string]any{d.Key: attributeValue(d, typed)}
	}
	return ch, err
}

// attributeOf is the definition behind a field.
func (c *call) attributeOf(name string) (*helpdesk.AttributeDefinition, error) {
	id, _ := strconv.ParseInt(strings.TrimPrefix(name, attributePrefix), 10, 64) // what is no number is none
	defs, err := c.desk.Attributes.List(c.ctx(), helpdesk.ContactAttribute)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(defs, func(d *helpdesk.AttributeDefinition) bool { return int64(d.ID) == id })
	if i < 0 {
		return nil, helpdesk.NotFound
	}
	return defs[i], nil
}

// postContact changes one field, which "field" names; what is wrong with it stands
// there. "drop" removes a value that nobody has defined.
func (c *call) postContact() error {
	in, row, err := c.contactInput()
	if err != nil {
		return err
	}
	if key := in.Get("drop"); key != "" {
		if _, err := c.desk.Contacts.DropAttributes(c.ctx(), row.ID, key); err != nil {
			return err
		}
		return c.done(c.path("/contacts/", str(row.ID)), "common.deleted")
	}
	name := in.Get("field")
	typed := strings.TrimSpace(in.Get(name))
	ch, err := c.contactChange(name, typed)
	if err != nil {
		return err
	}
	_, err = c.desk.Contacts.Update(c.ctx(), row.ID, ch)
	return c.contactSaved(row, err, name, typed)
}

func (c *call) contactInput() (input, *helpdesk.Contact, error) {
	row, err := c.theContact()
	if err != nil {
		return input{}, nil, err
	}
	in, err := c.input()
	return in, row, err
}

// contactSaved shows the page again: as it is, or with what is wrong with what was
// typed into a field.
func (c *call) contactSaved(row *helpdesk.Contact, err error, field, typed string) error {
	if err == nil {
		return c.done(c.path("/contacts/", str(row.ID)), "common.saved")
	}
	e, ok := errors.AsType[*helpdesk.Error](err)
	if !ok || !slices.Contains([]helpdesk.Code{helpdesk.Invalid, helpdesk.Conflict, helpdesk.Unsupported}, e.Code) {
		return err
	}
	says := e.Message
	for _, wrong := range e.Fields { // one thing was changed, so all of it is about that
		says = c.wrong(wrong)
	}
	p := &contactPage{call: c, Contact: row, wrong: map[string]string{field: says}, typed: map[string]string{field: typed}}
	return c.render("contacts/show", http.StatusUnprocessableEntity, p)
}

// postContactAvatar changes the picture; without a file it takes it away.
func (c *call) postContactAvatar() error {
	in, row, err := c.contactInput()
	if err != nil {
		return err
	}
	picture := &helpdesk.File{}
	file, head, err := c.r.FormFile("avatar")
	if err == nil {
		defer file.Close()
		picture.Name, picture.Data = head.Filename, file
	} else if in.Get("remove") == "" {
		return c.contactSaved(row, helpdesk.Errorf(helpdesk.Invalid, "%s", c.T("contacts.choose_picture")), "avatar", "")
	}
	_, err = c.desk.Contacts.Update(c.ctx(), row.ID, helpdesk.ContactChange{Avatar: picture})
	return c.contactSaved(row, err, "avatar", "")
}

// AvatarWrong is what is wrong with the picture that was chosen.
func (p *contactPage) AvatarWrong() string { return p.wrong["avatar"] }

// postContactLabels adds a label, or removes one.
func (c *call) postContactLabels() error {
	in, row, err := c.contactInput()
	if err != nil {
		return err
	}
	titles, err := c.desk.Labels.Titles(c.ctx(), row.Labels)
	if err != nil {
		return err
	}
	titles = slices.DeleteFunc(titles, func(t string) bool { return t == in.Get("remove") })
	if add := in.Get("add"); add != "" {
		titles = append(titles, add)
	}
	_, err = c.desk.Contacts.SetLabels(c.ctx(), row.ID, titles)
	return c.contactSaved(row, err, "labels", "")
}

// postContactAddress gives the customer an address in an inbox.
func (c *call) postContactAddress() error {
	in, row, err := c.contactInput()
	if err != nil {
		return err
	}
	_, err = c.desk.Contacts.AddAddress(c.ctx(), row.ID, helpdesk.InboxID(in.id("inbox_id")), in.Get("source_id"))
	return c.contactSaved(row, err, "source_id", in.Get("source_id"))
}

// postContactConsent records what the customer said of what may be sent to them.
func (c *call) postContactConsent() error {
	in, row, err := c.contactInput()
	if err != nil {
		return err
	}
	category := in.Get("category")
	_, err = c.desk.Contacts.SetConsent(c.ctx(), row.ID, helpdesk.ConsentInput{
		Category: helpdesk.ConsentCategory(category), Stop: in.Get("say") == "stop", Note: in.Get("note"),
	})
	return c.contactSaved(row, err, "consent-"+category, in.Get("note"))
}

func (c *call) postContactNote() error {
	in, row, err := c.contactInput()
	if err != nil {
		return err
	}
	typed := *in.area("content")
	_, err = c.desk.Notes.Create(c.ctx(), row.ID, typed)
	return c.contactSaved(row, err, "content", typed)
}

func (c *call) postContactNoteDelete() error {
	row, err := c.theContact()
	if err != nil {
		return err
	}
	note, err := c.id("note")
	if err != nil {
		return err
	}
	if err := c.desk.Notes.Delete(c.ctx(), row.ID, helpdesk.NoteID(note)); err != nil {
		return err
	}
	return c.done(c.path("/contacts/", str(row.ID)), "common.deleted")
}

func (c *call) postContactDelete() error {
	row, err := c.theContact()
	if err != nil {
		return err
	}
	if err := c.desk.Contacts.Delete(c.ctx(), row.ID); err != nil {
		return c.contactSaved(row, err, "delete", "")
	}
	if !c.rights[helpdesk.ReadContacts] {
		return c.done(c.path("/conversations"), "common.deleted")
	}
	return c.done(c.path("/contacts"), "common.deleted")
}

// DeleteWrong is why the customer could not be removed.
func (p *contactPage) DeleteWrong() string { return p.wrong["delete"] }

// newContactPage asks for somebody new.
type newContactPage struct {
	*call
	Form *form
}

// newContactForm asks for all that is known of a customer.
func (c *call) newContactForm() (*form, []*helpdesk.AttributeDefinition, error) {
	q := c.r.URL.Query()
	fields := []field{
		{Name: "name", Kind: asText, Value: q.Get("name"), Max: 255},
		{Name: "email", Kind: asEmail, Value: q.Get("email"), Max: 255},
		{Name: "phone_number", Kind: "tel", Value: q.Get("phone_number"), Max: 50},
		{Name: "company", Kind: asText, Max: 255},
		{Name: "city", Kind: asText, Max: 255},
		{Name: "country", Kind: asText, Max: 255},
		{Name: "identifier", Kind: asText, Max: 255},
	}
	defs, err := c.desk.Attributes.List(c.ctx(), helpdesk.ContactAttribute)
	for i, d := range defs {
		if i == 0 {
			fields = append(fields, field{Name: "custom", Kind: asHeading, Label: c.T("contacts.attributes")})
		}
		var value any
		if d.Default != "" {
			value = d.Default
		}
		fields = append(fields, c.attributeField(d, value))
	}
	return c.ask("contacts", fields...), defs, err
}

func (c *call) showNewContact() error {
	f, _, err := c.newContactForm()
	if err != nil {
		return err
	}
	return c.render("contacts/new", http.StatusOK, &newContactPage{c, f})
}

func (c *call) postNewContact() error {
	in, err := c.input()
	if err != nil {
		return err
	}
	f, defs, err := c.newContactForm()
	if err != nil {
		return err
	}
	ch := helpdesk.ContactChange{
		Name: in.text("name"), Email: in.text("email"), Phone: in.text("phone_number"), Identifier: in.text("identifier"),
		Company: in.text("company"), City: in.text("city"), Country: in.text("country"), Attributes: map[string]any{},
	}
	for _, d := range defs {
		typed := strings.TrimSpace(in.Get(attributePrefix + str(d.ID)))
		if typed != "" || d.Type == helpdesk.CheckboxAttribute {
			ch.Attributes[d.Key] = attributeValue(d, typed)
		}
	}
	if *ch.Name == "" && *ch.Email == "" && *ch.Phone == "" && *ch.Identifier == "" {
		err = bad(map[string]string{"name": "can't be blank"})
	} else {
		var row *helpdesk.Contact
		if row, err = c.desk.Contacts.Create(c.ctx(), helpdesk.NewContact{ContactChange: ch}); err == nil {
			return c.done(c.path("/contacts/", str(row.ID)), "common.saved")
		}
	}
	if !f.refuse(c, underFields(err, defs)) {
		return err
	}
	f.fill(in.Values)
	return c.render("contacts/new", http.StatusUnprocessableEntity, &newContactPage{c, f})
}

// underFields names what is wrong with custom attributes by their fields.
func underFields(err error, defs []*helpdesk.AttributeDefinition) error {
	e, ok := errors.AsType[*helpdesk.Error](err)
	if !ok {
		return err
	}
	out := *e
	out.Fields = map[string]string{}
	for name, wrong := range e.Fields {
		for _, d := range defs {
			if d.Key == name {
				name = attributePrefix + str(d.ID)
			}
		}
		out.Fields[name] = wrong
	}
	return &out
}
