package dashboard

import (
	"errors"
	"mime/multipart"
	"net/http"
	"slices"
	"strings"

	"github.com/gohelpdesk/helpdesk"
)

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
