package dashboard

import (
	"context"
	"io"
	"mime/multipart"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/gohelpdesk/helpdesk"
)

// templateRow is a message template of the list.
type templateRow struct {
	*helpdesk.MessageTemplate
	Badge string
	State string
}

func (c *call) hasTemplates(b *helpdesk.Inbox) bool {
	_, err := c.desk.MessageTemplates.List(c.ctx(), b.ID, helpdesk.MessageTemplateFilter{}, helpdesk.Page{Limit: 1})
	return err == nil
}

// templateBadge is how a state is shown.
func templateBadge(s helpdesk.TemplateStatus) string {
	switch s { //nolint:exhaustive // what is gone is plain
	case helpdesk.TemplateApproved:
		return "good"
	case helpdesk.TemplatePending, helpdesk.TemplatePaused:
		return "warn"
	case helpdesk.TemplateRejected, helpdesk.TemplateDisabled:
		return "bad"
	}
	return "plain"
}

func (p *inboxPage) showTemplates() error {
	found, err := p.desk.MessageTemplates.List(p.ctx(), p.Box.ID, helpdesk.MessageTemplateFilter{}, helpdesk.Page{Limit: helpdesk.MaxPage})
	for _, t := range found {
		p.Templates = append(p.Templates, templateRow{t, templateBadge(t.Status), p.say("templates", "state_", strings.ToLower(string(t.Status)))})
	}
	return err
}

func (c *call) templateSync() error {
	p, _, err := c.inboxPage("templates")
	if err != nil {
		return err
	}
	if _, err := c.desk.MessageTemplates.Sync(c.ctx(), p.Box.ID); err != nil {
		if helpdesk.CodeOf(err) == helpdesk.Unavailable {
			return c.done(p.Base()+"/templates", "templates.not_synced")
		}
		return err
	}
	return c.done(p.Base()+"/templates", "templates.synced")
}

// templatePage is one template, to be written and seen.
type templatePage struct {
	*inboxPage
	ID       helpdesk.MessageTemplateID // 0 = a new one
	Template helpdesk.ProviderTemplate
	State    string
	Badge    string
	Fixed    string // why it cannot be changed

	Examples     []templateExample
	Buttons      []helpdesk.TemplateButton
	WrongButtons string
	Kinds        []string // of buttons
}

// templateExample is a sample value of a variable.
type templateExample struct{ Name, Value string }

func (c *call) templatePage() (*templatePage, error) {
	inbox, _, err := c.inboxPage("templates")
	if err != nil {
		return nil, err
	}
	p := &templatePage{inboxPage: inbox, Kinds: []string{"QUICK_REPLY", "URL", "PHONE_NUMBER", "COPY_CODE"}}
	if c.r.PathValue("template") == "new" {
		p.Template = helpdesk.ProviderTemplate{Language: "pt_BR", Category: "UTILITY"}
		p.show()
		return p, nil
	}
	id, err := c.id("template")
	if err != nil {
		return nil, err
	}
	t, err := c.desk.MessageTemplates.Get(c.ctx(), inbox.Box.ID, helpdesk.MessageTemplateID(id))
	if err != nil {
		return nil, err
	}
	p.ID, p.Template, p.Badge = t.ID, t.ProviderTemplate, templateBadge(t.Status)
	p.State = c.say("templates", "state_", strings.ToLower(string(t.Status)))
	switch {
	case len(t.Raw) > 0:
		p.Fixed = c.T("templates.fixed_raw")
	case t.Status == helpdesk.TemplatePending:
		p.Fixed = c.T("templates.fixed_pending")
	case t.Status == helpdesk.TemplateDeleted || t.Status == helpdesk.TemplateDisabled:
		p.Fixed = c.T("templates.fixed_gone")
	}
	p.show()
	return p, nil
}

// show makes the form of the template.
func (p *templatePage) show() {
	t := &p.Template
	choose := func(prefix string, values ...string) (out []option) {
		for _, v := range values {
			out = append(out, option{Value: v, Label: p.say("templates", prefix, strings.ToLower(v))})
		}
		return out
	}
	category := field{Name: "category", Kind: asSelect, Value: t.Category, Options: choose("category_", "UTILITY", "MARKETING", "AUTHENTICATION")}
	fields := []field{category}
	if p.ID == 0 {
		fields = []field{{Name: "name", Kind: asText, Value: t.Name, Required: true}, {Name: "language", Kind: asText, Value: t.Language, Required: true}, category}
	}
	fields = append(fields,
		field{Name: "header", Kind: asSelect, Value: t.Header.Kind, Options: append([]option{{Label: p.T("common.none")}}, choose("header_", "TEXT", "IMAGE", "VIDEO", "DOCUMENT", "LOCATION")...)},
		field{Name: "header_text", Kind: asText, Value: t.Header.Text, Max: 60},
		field{Name: "header_example", Kind: asText, Value: t.Header.Example},
		field{Name: "sample", Kind: asFile},
		field{Name: "body", Kind: asArea, Value: t.Body, Required: true},
		field{Name: "footer", Kind: asText, Value: t.Footer, Max: 60},
	)
	p.Form = p.ask("templates", fields...)
	p.Examples = nil
	for _, name := range helpdesk.TemplateVariables(t.Body) {
		p.Examples = append(p.Examples, templateExample{name, t.Examples[name]})
	}
	p.Buttons = append(slices.Clone(t.Buttons), helpdesk.TemplateButton{})
	for len(p.Buttons) < 3 {
		p.Buttons = append(p.Buttons, helpdesk.TemplateButton{})
	}
}

// Hole is for templates: a variable as it is written.
func (p *templatePage) Hole(name string) string { return "{{" + name + "}}" }

// Preview is for templates: the body with its examples.
func (p *templatePage) Preview() string {
	use := helpdesk.TemplateUse{ProviderTemplate: p.Template, Params: map[string]string{}}
	for _, e := range p.Examples {
		if use.Params[e.Name] = e.Value; e.Value == "" {
			use.Params[e.Name] = "{{" + e.Name + "}}"
		}
	}
	return use.Text()
}

// read takes what was typed.
func (p *templatePage) read(in input) {
	t := &p.Template
	if p.ID == 0 {
		t.Name, t.Language = *in.text("name"), *in.text("language")
	}
	t.Category, t.Body, t.Footer = in.Get("category"), *in.area("body"), *in.text("footer")
	t.Header = helpdesk.TemplateHeader{Kind: in.Get("header"), Text: *in.text("header_text"), Example: *in.text("header_example")}
	if t.Header.Kind != "TEXT" {
		t.Header.Text = ""
	}
	t.Examples, t.Buttons = map[string]string{}, nil
	t.Format = helpdesk.PositionalParameters
	for _, name := range helpdesk.TemplateVariables(t.Body) {
		t.Examples[name] = in.Get("example." + name)
		if _, err := strconv.Atoi(name); err != nil {
			t.Format = helpdesk.NamedParameters
		}
	}
	column := func(part string, i int) string {
		if list := in.Values["button."+part]; i < len(list) {
			return strings.TrimSpace(list[i])
		}
		return ""
	}
	for i, kind := range in.Values["button.kind"] {
		if kind == "" || i > 20 {
			continue
		}
		b := helpdesk.TemplateButton{Kind: kind, Text: column("text", i), Example: column("example", i)}
		switch kind {
		case "URL":
			b.URL = column("to", i)
		case "PHONE_NUMBER":
			b.Phone = column("to", i)
		}
		t.Buttons = append(t.Buttons, b)
	}
	p.show()
}

// To is for templates: where a button leads.
func (p *templatePage) To(b helpdesk.TemplateButton) string { return b.URL + b.Phone }

func (c *call) templateShow() error {
	p, err := c.templatePage()
	if err != nil {
		return err
	}
	return c.render("settings/inbox-template", http.StatusOK, p)
}

func (c *call) templateSave() error {
	p, err := c.templatePage()
	if err != nil {
		return err
	}
	in, err := c.input()
	if err != nil {
		return err
	}
	p.read(in)
	if in.Get("preview") != "" {
		return c.render("settings/inbox-template", http.StatusOK, p)
	}
	if err = p.sample(); err == nil {
		err = p.write()
	}
	if err == nil {
		return c.done(p.Base()+"/templates", "templates.saved")
	}
	if !p.Form.refuse(c, err) {
		return err
	}
	if says, ok := strings.CutPrefix(p.Form.Problem, "buttons "); ok {
		p.WrongButtons, p.Form.Problem = c.wrong(says), ""
	}
	return c.render("settings/inbox-template", http.StatusUnprocessableEntity, p)
}

func (p *templatePage) write() error {
	in := helpdesk.MessageTemplateInput{Name: p.Template.Name, Language: p.Template.Language, Category: p.Template.Category, TemplateContent: p.Template.TemplateContent}
	if p.ID == 0 {
		_, err := p.desk.MessageTemplates.Create(p.ctx(), p.Box.ID, in)
		return err
	}
	_, err := p.desk.MessageTemplates.Update(p.ctx(), p.Box.ID, p.ID, in)
	return err
}

// sample hands the provider the file that a header's sample is, if one was chosen.
func (p *templatePage) sample() error {
	if p.r.MultipartForm == nil || len(p.r.MultipartForm.File["sample"]) == 0 {
		return nil
	}
	head := p.r.MultipartForm.File["sample"][0]
	handle, err := p.desk.MessageTemplates.UploadSample(p.ctx(), p.Box.ID, sampleFile(head))
	if err != nil {
		return err
	}
	p.Template.Header.Example = handle
	p.show()
	return nil
}

func sampleFile(head *multipart.FileHeader) helpdesk.OutboundFile {
	return helpdesk.OutboundFile{
		Name: head.Filename, ContentType: head.Header.Get("Content-Type"), Size: head.Size,
		Open: func(context.Context) (io.ReadCloser, error) { return head.Open() },
	}
}

func (c *call) templateDelete() error {
	p, err := c.templatePage()
	if err != nil {
		return err
	}
	in, err := c.input()
	if err != nil {
		return err
	}
	if err := c.desk.MessageTemplates.Delete(c.ctx(), p.Box.ID, p.ID, *in.text("name")); err != nil {
		return err
	}
	return c.done(p.Base()+"/templates", "common.deleted")
}
