package dashboard

import (
	"net/http"
	"slices"
	"strings"

	"github.com/gohelpdesk/helpdesk"
)

// startPage begins a conversation: with somebody who is looked for or typed in, and
// then, with a Contact, in one of the inboxes that reach them.
type startPage struct {
	*call
	Contact *helpdesk.Contact // nil = not chosen yet
	Query   string            // who is looked for
	Values  input             // what was typed
	Wrong   map[string]string // by field
	Problem string

	boxes    []startInbox
	box      *startInbox
	demand   *startDemand
	template *helpdesk.MessageTemplate
}

// startInbox is an inbox in which the customer is reached.
type startInbox struct {
	*helpdesk.Inbox
	Source string
}

// startDemand is what the channel wants of a first message.
type startDemand struct {
	Verdict   helpdesk.Verdict
	Templates []*helpdesk.MessageTemplate // that may be sent
	Templated bool                        // the channel knows templates
}

func (c *call) showStart() error {
	p := &startPage{call: c, Values: input{c.r.URL.Query()}}
	p.Query = strings.TrimSpace(p.Values.Get("q"))
	if err := p.choose(); err != nil {
		return err
	}
	return c.render("contacts/start", http.StatusOK, p)
}

// choose reads who, where and with which template.
func (p *startPage) choose() error {
	id := p.Values.id("contact")
	if id == 0 {
		return nil
	}
	var err error
	if p.Contact, err = p.desk.Contacts.Get(p.ctx(), helpdesk.ContactID(id)); err != nil {
		return err
	}
	if err := p.chooseInbox(); err != nil || p.box == nil {
		return err
	}
	if p.demand, err = p.demandOf(p.box); err != nil {
		return err
	}
	for _, t := range p.demand.Templates {
		if p.Values.Get("template") == templateKey(t) {
			p.template = t
		}
	}
	return nil
}

func (p *startPage) chooseInbox() error {
	found, err := p.desk.Contacts.Contactable(p.ctx(), p.Contact.ID)
	if err != nil {
		return err
	}
	boxes, err := p.inboxesByID()
	for _, a := range found {
		if box := boxes[a.Inbox]; box != nil {
			p.boxes = append(p.boxes, startInbox{box, a.Source})
		}
	}
	want := helpdesk.InboxID(p.Values.id("inbox"))
	i := slices.IndexFunc(p.boxes, func(b startInbox) bool { return b.ID == want })
	if len(p.boxes) > 0 {
		p.box = &p.boxes[max(i, 0)]
	}
	return err
}

// demandOf asks what may be sent first: by the last conversation there, whose
// window a new one stands in, and without one by whether the channel has templates.
func (p *startPage) demandOf(box *startInbox) (*startDemand, error) {
	d := &startDemand{Verdict: helpdesk.Verdict{Allowed: true}}
	list, err := p.desk.MessageTemplates.List(p.ctx(), box.ID, helpdesk.MessageTemplateFilter{Status: helpdesk.TemplateApproved}, helpdesk.Page{Limit: 500})
	if err != nil && helpdesk.CodeOf(err) != helpdesk.Unsupported {
		return nil, err
	}
	if d.Templated = err == nil; d.Templated {
		d.Templates = list
		d.Verdict = helpdesk.Verdict{Reason: helpdesk.NeedsTemplate}
	}
	before, err := p.desk.Conversations.List(p.ctx(), helpdesk.ConversationFilter{Contact: p.Contact.ID, Inbox: box.ID, Sort: helpdesk.NewestCreated}, helpdesk.Page{Limit: 1})
	if err != nil || len(before.Items) == 0 {
		return d, err
	}
	v, err := p.desk.Messages.CanSend(p.ctx(), before.Items[0].ID, helpdesk.Reply{Content: "…"})
	if helpdesk.CodeOf(err) == helpdesk.NotFound || helpdesk.CodeOf(err) == helpdesk.Forbidden {
		return d, nil
	}
	d.Verdict = v
	return d, err
}

func templateKey(t *helpdesk.MessageTemplate) string { return t.Name + "|" + t.Language }

// Found are the customers that could be meant.
func (p *startPage) Found() ([]contactRow, error) {
	if p.Query == "" || !p.May(string(helpdesk.ReadContacts)) {
		return nil, nil
	}
	list, _, err := p.desk.Contacts.List(p.ctx(), helpdesk.ContactFilter{Query: p.Query, Sort: "-last_activity"}, helpdesk.Page{Limit: 12})
	var out []contactRow
	for _, row := range list {
		out = append(out, contactRow{Contact: row, Name: p.contactName(row), Face: p.contactPerson(row)})
	}
	return out, err
}

// Number is whether what was typed looks like somebody who can be written to.
func (p *startPage) Number() bool {
	return strings.Contains(p.Query, "@") || strings.ContainsAny(p.Query, "0123456789") && strings.Trim(p.Query, "+0123456789 ()-./") == ""
}

// Face and Name are the customer's.
func (p *startPage) Face() person { return p.contactPerson(p.Contact) }

// Name is what the customer is called.
func (p *startPage) Name() string { return p.contactName(p.Contact) }

// Inboxes are those that reach the customer.
func (p *startPage) Inboxes() []startInbox { return p.boxes }

// Inbox is the chosen one; nil = there is none.
func (p *startPage) Inbox() *startInbox { return p.box }

// Demand is what its channel wants.
func (p *startPage) Demand() *startDemand { return p.demand }

// NeedsTemplate is whether nothing but a template may be sent.
func (p *startPage) NeedsTemplate() bool { return p.demand.Verdict.Reason == helpdesk.NeedsTemplate }

// Blocked is why no text may be sent at all; "" = it may.
func (p *startPage) Blocked() string {
	if v := p.demand.Verdict; !v.Allowed && !p.NeedsTemplate() {
		return p.wrong(v.Detail)
	}
	return ""
}

// Template is the chosen one; nil = free text.
func (p *startPage) Template() *helpdesk.MessageTemplate { return p.template }

// TemplateKey is what the form sends for a template.
func (p *startPage) TemplateKey(t *helpdesk.MessageTemplate) string { return templateKey(t) }

// Mail is whether the inbox sends mails.
func (p *startPage) Mail() bool { return p.box.Kind == "email" }

// Teams are those the conversation may go to.
func (p *startPage) Teams() ([]*helpdesk.Team, error) {
	if !p.May(string(helpdesk.AssignConversation)) {
		return nil, nil
	}
	return p.desk.Teams.List(p.ctx())
}

// Canned are the answers that stand ready.
func (p *startPage) Canned() ([]*helpdesk.CannedResponse, error) {
	list, err := p.desk.CannedResponses.List(p.ctx(), "")
	if helpdesk.CodeOf(err) == helpdesk.Forbidden {
		return nil, nil
	}
	return list, err
}
