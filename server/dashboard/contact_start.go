package dashboard

import (
	"errors"
	"mime/multipart"
	"net/http"
	"slices"
	"strconv"
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

// Params are what the template wants to be filled in with.
func (p *startPage) Params() []field {
	var out []field
	ask := func(name, label, hint string) {
		out = append(out, field{Name: name, Label: label, Hint: hint, Value: p.Values.Get(name), Wrong: p.Wrong[name], Kind: asText})
	}
	switch h := p.template.Header; {
	case h.Kind == "TEXT" && len(helpdesk.TemplateVariables(h.Text)) > 0:
		ask("header", p.T("contacts.param_header"), h.Text)
	case h.Kind == "IMAGE", h.Kind == "VIDEO", h.Kind == "DOCUMENT":
		ask("header", p.T("contacts.param_media"), p.T("contacts.param_media_hint"))
	}
	for _, name := range helpdesk.TemplateVariables(p.template.Body) {
		ask("body."+name, "{{"+name+"}}", exampleOf(p.T, p.template.Examples[name]))
	}
	for i, b := range p.template.Buttons {
		if strings.Contains(b.URL, "{{") || b.Kind == "COPY_CODE" {
			ask("button."+strconv.Itoa(i), p.T("contacts.param_button", "name", b.Text), b.URL)
		}
	}
	return out
}

func exampleOf(t func(string, ...any) string, example string) string {
	if example == "" {
		return ""
	}
	return t("contacts.param_example", "example", example)
}

// Preview is the template as the customer will read it; what is not filled in yet
// stands as it is.
func (p *startPage) Preview() string {
	out := p.template.Body
	if p.template.Header.Text != "" {
		out = fillHoles(p.template.Header.Text, func(string) string { return p.Values.Get("header") }) + "\n\n" + out
	}
	out = fillHoles(out, func(name string) string { return p.Values.Get("body." + name) })
	if p.template.Footer != "" {
		out += "\n\n" + p.template.Footer
	}
	return out
}

func fillHoles(text string, value func(name string) string) string {
	for _, name := range helpdesk.TemplateVariables(text) {
		if v := value(name); v != "" {
			text = strings.NewReplacer("{{"+name+"}}", v, "{{ "+name+" }}", v).Replace(text)
		}
	}
	return text
}

// postStart looks again, with another inbox or template, or begins.
func (c *call) postStart() error {
	in, err := c.input()
	if err != nil {
		return err
	}
	p := &startPage{call: c, Values: in, Wrong: map[string]string{}, Query: strings.TrimSpace(in.Get("q"))}
	if in.Get("do") == "create" {
		return p.create()
	}
	if err := p.choose(); err != nil {
		return err
	}
	if p.Contact == nil {
		return redirect(c.path("/contacts/start"))
	}
	if id := in.id("canned"); id != 0 && in.Get("do") != "send" {
		if err := p.insertCanned(helpdesk.CannedID(id)); err != nil {
			return err
		}
	}
	if in.Get("do") != "send" {
		return c.render("contacts/start", http.StatusOK, p)
	}
	return p.send()
}

// create takes the number or address that was typed for somebody: who has it
// already, however it is written, or somebody new.
func (p *startPage) create() error {
	row, key := helpdesk.ContactRow{Phone: p.Query}, "phone_number"
	if strings.Contains(p.Query, "@") {
		row, key = helpdesk.ContactRow{Email: p.Query}, "email"
	}
	contact, err := p.desk.Contacts.Upsert(p.ctx(), row)
	if e, ok := errors.AsType[*helpdesk.Error](err); ok && e.Code == helpdesk.Invalid {
		if p.Wrong["q"] = p.wrong(e.Fields[key]); p.Wrong["q"] == "" {
			p.Wrong["q"] = e.Error()
		}
		return p.render("contacts/start", http.StatusUnprocessableEntity, p)
	}
	if err != nil {
		return err
	}
	return redirect(p.path("/contacts/start?contact=", str(contact.ID)))
}

func (p *startPage) insertCanned(id helpdesk.CannedID) error {
	list, err := p.desk.CannedResponses.List(p.ctx(), "")
	if err != nil {
		return err
	}
	for _, a := range list {
		if a.ID == id {
			said := p.Values.Get("content")
			if said != "" && !strings.HasSuffix(said, "\n") {
				said += "\n"
			}
			p.Values.Set("content", said+a.Content)
		}
	}
	return nil
}

// send begins the conversation, as the agent's own.
func (p *startPage) send() error {
	in := p.Values
	if p.box == nil {
		return p.refused(bad(map[string]string{"inbox": "can't be blank"}))
	}
	start := helpdesk.NewConversation{Inbox: p.box.ID, Contact: p.Contact.ID, Source: p.box.Source, Assignee: p.self.ID, Team: helpdesk.TeamID(in.id("team"))}
	teams, err := p.Teams()
	if err != nil {
		return err
	}
	if start.Team != 0 && !slices.ContainsFunc(teams, func(t *helpdesk.Team) bool { return t.ID == start.Team }) {
		return p.refused(bad(map[string]string{"team": "does not exist"}))
	}
	reply, closeFiles, err := p.firstMessage()
	defer closeFiles()
	if err != nil {
		return err
	}
	switch {
	case p.NeedsTemplate() && p.template == nil:
		return p.refused(bad(map[string]string{"template": "can't be blank"}))
	case p.unfilled():
		return p.render("contacts/start", http.StatusUnprocessableEntity, p)
	case p.Blocked() != "" && (reply.Content != "" || len(reply.Files) > 0):
		return p.refused(helpdesk.Errorf(helpdesk.Invalid, "%s", p.Blocked()))
	case p.template != nil || strings.TrimSpace(reply.Content) != "" || len(reply.Files) > 0:
		start.Message = &reply
	}
	if subject := strings.TrimSpace(in.Get("subject")); subject != "" && p.Mail() {
		start.Start.Extra = map[string]any{"mail_subject": subject}
	}
	conv, err := p.desk.Conversations.Create(p.ctx(), start)
	if err != nil {
		return p.refused(err)
	}
	return redirect(p.path("/conversations/", str(conv.Display)))
}

// firstMessage is what was typed, and what closes its files.
func (p *startPage) firstMessage() (helpdesk.Reply, func(), error) {
	in := p.Values
	r := helpdesk.Reply{Content: *in.area("content"), ContentAttrs: map[string]any{}}
	if p.template != nil {
		r.Content, r.Extra = "", map[string]any{"template_params": p.filled()}
	}
	if p.Mail() {
		for _, name := range []string{"cc_emails", "bcc_emails"} {
			if s := strings.TrimSpace(in.Get(name)); s != "" {
				r.ContentAttrs[name] = s
			}
		}
	}
	var open []multipart.File
	closeFiles := func() {
		for _, f := range open {
			_ = f.Close() // it was only read
		}
	}
	if p.r.MultipartForm == nil {
		return r, closeFiles, nil
	}
	for _, h := range p.r.MultipartForm.File["files"] {
		f, err := h.Open()
		if err != nil {
			return r, closeFiles, err
		}
		if open = append(open, f); h.Size > 0 {
			r.Files = append(r.Files, helpdesk.File{Name: h.Filename, ContentType: h.Header.Get("Content-Type"), Data: f})
		}
	}
	return r, closeFiles, nil
}

// unfilled marks the template's parameters that are missing, and reports whether
// there are any. The file of a header may be chosen instead.
func (p *startPage) unfilled() bool {
	if p.template == nil {
		return false
	}
	missing := false
	for _, f := range p.Params() {
		if strings.TrimSpace(f.Value) == "" && (f.Name != "header" || p.template.Header.Kind == "TEXT") {
			p.Wrong[f.Name], missing = p.wrong("can't be blank"), true
		}
	}
	return missing
}

// filled is the template with its parameters, as every client gives them.
func (p *startPage) filled() map[string]any {
	t, body, header := p.template, map[string]any{}, map[string]any{}
	for _, name := range helpdesk.TemplateVariables(t.Body) {
		body[name] = strings.TrimSpace(p.Values.Get("body." + name))
	}
	if v := strings.TrimSpace(p.Values.Get("header")); v != "" {
		if t.Header.Kind == "TEXT" {
			header["1"] = v
		} else {
			header["media_url"], header["media_type"] = v, strings.ToLower(t.Header.Kind)
		}
	}
	buttons := make([]any, len(t.Buttons)) // by their place: those that are fixed are empty
	for i, b := range t.Buttons {
		if v := strings.TrimSpace(p.Values.Get("button." + strconv.Itoa(i))); v != "" {
			buttons[i] = map[string]any{"type": strings.ToLower(b.Kind), "parameter": v}
		}
	}
	params := map[string]any{"body": body}
	if len(header) > 0 {
		params["header"] = header
	}
	if len(buttons) > 0 {
		params["buttons"] = buttons
	}
	return map[string]any{"name": t.Name, "language": t.Language, "category": t.Category, "processed_params": params}
}

// refused shows what is wrong, with nothing lost of what was typed but files.
func (p *startPage) refused(err error) error {
	e, ok := errors.AsType[*helpdesk.Error](err)
	if !ok || !slices.Contains([]helpdesk.Code{helpdesk.Invalid, helpdesk.Conflict, helpdesk.Unsupported, helpdesk.Limited}, e.Code) {
		return err
	}
	var rest []string
	for name, says := range e.Fields {
		switch name {
		case "inbox", "template", "content", "team":
			p.Wrong[name] = p.wrong(says)
		case "template_params":
			p.Wrong["template"] = p.wrong(says)
		default:
			rest = append(rest, name+" "+says)
		}
	}
	slices.Sort(rest)
	if p.Problem = strings.Join(rest, "; "); len(e.Fields) == 0 {
		p.Problem = e.Message
	}
	return p.render("contacts/start", http.StatusUnprocessableEntity, p)
}
