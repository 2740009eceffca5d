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

// replyForm is what was typed and could not be sent, and why.
type replyForm struct {
	Content, Problem string
	Private          bool
	Stale            bool // the customer or a colleague wrote meanwhile: it may be sent all the same
	Wrong            map[string]string
}

// postReply sends what was written, or stores it as a note. What it did not know of
// is shown first: the reply stays in the composer, and may be sent all the same.
func (c *call) postReply() error {
	in, err := c.input()
	if err != nil {
		return err
	}
	d, err := c.opened()
	if err != nil {
		return err
	}
	r, closeFiles, err := c.reply(in)
	defer closeFiles()
	if err == nil {
		_, err = c.desk.Messages.Send(c.ctx(), d.ID, r)
	}
	if err == nil {
		// What was about to be said is said.
		if err := c.desk.Conversations.SetDraft(c.ctx(), d.ID, ""); err != nil && !errors.Is(err, helpdesk.NotFound) {
			return err
		}
		return redirect(c.talkPath(d))
	}
	e, ok := errors.AsType[*helpdesk.Error](err)
	if !ok || !slices.Contains([]helpdesk.Code{helpdesk.Invalid, helpdesk.Conflict, helpdesk.Limited, helpdesk.Unsupported}, e.Code) {
		return err
	}
	p := &conversationsPage{call: c, Query: readListQuery(c.r.URL.Query()), Open: d}
	p.Reply = replyForm{Content: r.Content, Private: r.Private, Problem: message(err), Wrong: e.Fields}
	for s := range strings.SplitSeq(e.Fields["missed"], ",") {
		if n, err := strconv.ParseInt(s, 10, 64); err == nil {
			p.Missed, p.Reply.Stale = append(p.Missed, helpdesk.MessageID(n)), true
		}
	}
	if p.Reply.Stale {
		p.Reply.Problem = c.T("composer.stale", "n", len(p.Missed))
	}
	status := http.StatusUnprocessableEntity
	if e.Code == helpdesk.Conflict {
		status = http.StatusConflict
	}
	return p.show(status)
}

// reply is what the composer sent, and what closes its files.
func (c *call) reply(in input) (helpdesk.Reply, func(), error) {
	r := helpdesk.Reply{Content: *in.area("content"), Private: *in.yes("private"), ContentAttrs: map[string]any{}}
	if !*in.yes("anyway") {
		r.AsOf = helpdesk.MessageID(in.id("as_of"))
	}
	if id := in.id("in_reply_to"); id != 0 {
		r.ContentAttrs["in_reply_to"] = id
	}
	for _, name := range []string{"cc_emails", "bcc_emails"} {
		if s := in.Get(name); s != "" {
			r.ContentAttrs[name] = s
		}
	}
	if name := in.Get("template"); name != "" {
		r.Extra = map[string]any{"template_params": templateParams(in)}
	}
	var open []multipart.File
	closeFiles := func() {
		for _, f := range open {
			_ = f.Close() // it was only read
		}
	}
	if c.r.MultipartForm == nil {
		return r, closeFiles, nil
	}
	for _, h := range c.r.MultipartForm.File["files"] {
		f, err := h.Open()
		if err != nil {
			return r, closeFiles, err
		}
		open = append(open, f)
		if h.Size > 0 {
			r.Files = append(r.Files, helpdesk.File{Name: h.Filename, ContentType: h.Header.Get("Content-Type"), Data: f})
		}
	}
	return r, closeFiles, nil
}

// templateParams are the values of a message template, as every client gives them.
func templateParams(in input) map[string]any {
	body, header, buttons := map[string]any{}, map[string]any{}, []any{}
	for name, sent := range in.Values {
		if key, ok := strings.CutPrefix(name, "body."); ok {
			body[key] = sent[0]
		}
		if key, ok := strings.CutPrefix(name, "header."); ok && sent[0] != "" {
			header[key] = sent[0]
		}
	}
	for i := range 10 { // by their place: those that are fixed are empty
		v := in.Get("button." + strconv.Itoa(i))
		for v != "" && len(buttons) < i {
			buttons = append(buttons, nil)
		}
		if v != "" {
			buttons = append(buttons, map[string]any{"type": "url", "parameter": v})
		}
	}
	params := map[string]any{"body": body}
	if len(header) > 0 {
		params["header"] = header
	}
	if len(buttons) > 0 {
		params["buttons"] = buttons
	}
	return map[string]any{"name": in.Get("template"), "language": in.Get("language"), "processed_params": params}
}

// postSchedule stores a message to be sent later.
func (c *call) postSchedule() error {
	in, err := c.input()
	if err != nil {
		return err
	}
	d, err := c.opened()
	if err != nil {
		return err
	}
	at, err := c.readMoment("send_at", in.Get("send_at"))
	if err == nil {
		_, err = c.desk.ScheduledMessages.Create(c.ctx(), d.ID, helpdesk.ScheduledInput{
			Content: in.area("content"), SendAt: &at, HoldIfAnswered: in.yes("hold"),
		})
	}
	if err != nil {
		e, ok := errors.AsType[*helpdesk.Error](err)
		if !ok || e.Code != helpdesk.Invalid {
			return err
		}
		p := &conversationsPage{call: c, Query: readListQuery(c.r.URL.Query()), Open: d}
		p.Reply = replyForm{Content: *in.area("content"), Problem: message(err), Wrong: e.Fields}
		return p.show(http.StatusUnprocessableEntity)
	}
	if err := c.desk.Conversations.SetDraft(c.ctx(), d.ID, ""); err != nil && !errors.Is(err, helpdesk.NotFound) {
		return err
	}
	return c.done(c.talkPath(d), "composer.scheduled")
}

// Draft is for templates: what is about to be said.
func (p *conversationsPage) Draft() (string, error) {
	if p.Reply.Problem != "" {
		return p.Reply.Content, nil
	}
	return p.desk.Conversations.Draft(p.ctx(), p.Open.ID)
}

// windowView says whether a plain answer may be sent now.
type windowView struct {
	Open     bool
	Reason   string // key of words; "" = none
	Detail   string
	Until    moment
	Template bool // an approved template may be sent instead
}

// Window is for templates.
func (p *conversationsPage) Window() (*windowView, error) {
	v, err := p.desk.Messages.CanSend(p.ctx(), p.Open.ID, helpdesk.Reply{Content: "…"})
	if err != nil {
		return nil, err
	}
	out := &windowView{Open: v.Allowed, Until: p.moment(v.Until)}
	if v.Reason != "" {
		out.Reason, out.Detail = "composer.block_"+string(v.Reason), v.Detail
	}
	out.Template = v.Reason == helpdesk.NeedsTemplate
	return out, nil
}

// Templates is for templates: the approved message templates of the inbox.
func (p *conversationsPage) Templates() ([]*helpdesk.MessageTemplate, error) {
	return once(&p.templates, p.readTemplates)
}

func (p *conversationsPage) readTemplates() ([]*helpdesk.MessageTemplate, error) {
	list, err := p.desk.MessageTemplates.List(p.ctx(), p.Open.Inbox, helpdesk.MessageTemplateFilter{}, helpdesk.Page{Limit: 100})
	if errors.Is(err, helpdesk.Unsupported) {
		return nil, nil
	}
	out := slices.DeleteFunc(list, func(t *helpdesk.MessageTemplate) bool { return t.Status != helpdesk.TemplateApproved })
	return out, err
}

// Canned is for templates: the answers that stand ready.
func (p *conversationsPage) Canned() ([]*helpdesk.CannedResponse, error) {
	return p.desk.CannedResponses.List(p.ctx(), "")
}

// Mail is for templates: whether the inbox sends mails, which have more addressees.
func (p *conversationsPage) Mail() bool { return p.Open.Box != nil && p.Open.Box.Kind == "email" }
