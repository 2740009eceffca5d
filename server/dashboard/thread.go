package dashboard

import (
	"html/template"
	"net/url"
	"slices"
	"strings"

	"github.com/gohelpdesk/helpdesk"
)

// messagesPerPage is how many messages a conversation shows at first, and adds when
// somebody scrolls up.
const messagesPerPage = 30

// bubble is a message as the thread shows it.
type bubble struct {
	ID      helpdesk.MessageID
	Side    string // "in", "out", "note", "auto", "activity"
	Day     string // of the first message of a day
	First   bool   // the first of its author in a row
	Who     person
	Body    template.HTML
	Deleted bool
	Quote   *quote
	Files   []shownFile
	Choices []string // what the customer was offered, or answered
	When    moment
	State   string // key of words: how far a message to the customer has come
	Ticks   string // icon of it
	Failed  string // why it did not arrive
	Retry   bool
	Source  string // what else sent it: a template, a campaign
	Public  bool   // the customer sees it
}

// quote is what a message answers.
type quote struct {
	ID   helpdesk.MessageID
	Who  string
	Text string
}

// shownFile is an attachment as pages show it.
type shownFile struct {
	Kind, Name, Size string
	URL              string
	Width, Height    int
	Text             string // of a location or a contact card
}

// thread is a page of a conversation's messages.
type thread struct {
	Bubbles []bubble
	Older   string // where earlier ones are; "" = there are none
	Last    helpdesk.MessageID
}

// Thread is for templates: the newest messages, or with ?before= the ones before.
func (p *conversationsPage) Thread() (*thread, error) {
	f := helpdesk.MessageFilter{Conversation: p.Open.ID, Before: helpdesk.MessageID(number(p.r.URL.Query().Get("before")))}
	list, err := p.desk.Messages.List(p.ctx(), f, helpdesk.Page{Limit: messagesPerPage})
	if err != nil {
		return nil, err
	}
	out := &thread{}
	if len(list) == messagesPerPage {
		out.Older = p.here(p.Query.String() + "&before=" + url.QueryEscape(str(list[0].ID)))
	}
	quoted, err := p.quoted(list)
	if err != nil {
		return nil, err
	}
	var last *helpdesk.Message
	for _, m := range list {
		b, err := p.bubble(m, quoted)
		if err != nil {
			return nil, err
		}
		if last == nil || p.moment(last.CreatedAt).Day != b.When.Day {
			b.Day = b.When.Day
		}
		b.First = last == nil || b.Day != "" || last.Sender != m.Sender || last.Kind != m.Kind || last.Private != m.Private
		out.Bubbles = append(out.Bubbles, b)
		out.Last, last = m.ID, m
	}
	return out, nil
}

// quoted are the messages that others of the list answer.
func (p *conversationsPage) quoted(list []*helpdesk.Message) (map[helpdesk.MessageID]*helpdesk.Message, error) {
	have := map[helpdesk.MessageID]*helpdesk.Message{}
	for _, m := range list {
		have[m.ID] = m
	}
	missing := []helpdesk.MessageID{}
	for _, m := range list {
		if id := answers(m); id != 0 && have[id] == nil && !slices.Contains(missing, id) {
			missing = append(missing, id)
		}
	}
	if len(missing) == 0 {
		return have, nil
	}
	more, err := p.desk.Messages.List(p.ctx(), helpdesk.MessageFilter{Conversation: p.Open.ID, IDs: missing}, helpdesk.Page{Limit: len(missing)})
	for _, m := range more {
		have[m.ID] = m
	}
	return have, err
}

// answers is the message that m answers; 0 = none.
func answers(m *helpdesk.Message) helpdesk.MessageID {
	switch id := m.ContentAttrs["in_reply_to"].(type) {
	case float64:
		return helpdesk.MessageID(id)
	case int64:
		return helpdesk.MessageID(id)
	case helpdesk.MessageID:
		return id
	}
	return 0
}

func deleted(m *helpdesk.Message) bool {
	gone, _ := m.ContentAttrs["deleted"].(bool)
	return gone
}

func (p *conversationsPage) bubble(m *helpdesk.Message, quoted map[helpdesk.MessageID]*helpdesk.Message) (bubble, error) {
	b := bubble{
		ID: m.ID, Side: side(m), When: p.moment(m.CreatedAt), Deleted: deleted(m),
		Public: !m.Private && m.Kind != helpdesk.Activity,
	}
	var err error
	if b.Who, err = p.author(m); err != nil {
		return b, err
	}
	if b.Deleted {
		return b, nil
	}
	if b.Body = p.markdown(m.Content); b.Side == "activity" {
		b.Body = template.HTML(template.HTMLEscapeString(m.Content))
	}
	for _, a := range m.Attachments {
		b.Files = append(b.Files, p.file(a))
	}
	b.Choices = choices(m)
	if q := quoted[answers(m)]; q != nil {
		who, err := p.author(q)
		if err != nil {
			return b, err
		}
		b.Quote = &quote{q.ID, who.Name, p.summary(q)}
	}
	if b.Side == "out" || b.Side == "auto" {
		b.State, b.Ticks = "thread.state_"+string(m.State), ticks(m.State)
		if m.State == helpdesk.StateFailed {
			b.Failed, b.Retry = m.FailReason, true
			if b.Failed == "" {
				b.Failed = p.T("thread.no_reason")
			}
		}
	}
	switch {
	case m.Extra["campaign_id"] != nil:
		b.Source = p.T("thread.by_campaign")
	case m.Extra["template_params"] != nil:
		b.Source = p.T("thread.by_template")
	}
	return b, nil
}

// side is where and in which colour a message stands.
func side(m *helpdesk.Message) string {
	switch {
	case m.Kind == helpdesk.Activity:
		return "activity"
	case m.Kind == helpdesk.Incoming:
		return "in"
	case m.Private:
		return "note"
	case m.Kind == helpdesk.Template, m.Sender.Kind == helpdesk.ByRule, m.Sender.Kind == helpdesk.ByFlow, m.Sender.Kind == helpdesk.ByBot,
		m.Sender.Kind == helpdesk.BySystem, m.Extra["campaign_id"] != nil:
		return "auto"
	}
	return "out"
}

func ticks(s helpdesk.SendState) string {
	switch s {
	case helpdesk.StateDelivered, helpdesk.StateRead:
		return "checks"
	case helpdesk.StateSent:
		return "check"
	case helpdesk.StateFailed:
		return "warn"
	case helpdesk.StateUnknown:
		return "info"
	default:
		return "clock"
	}
}

// author is who wrote a message.
func (p *conversationsPage) author(m *helpdesk.Message) (person, error) {
	switch m.Sender.Kind {
	case helpdesk.ByContact:
		return p.contactFace(p.Open.Customer), nil
	case helpdesk.ByAgent, helpdesk.ByBot:
		agents, err := p.everybody()
		if a := agents[helpdesk.AgentID(m.Sender.ID)]; a != nil {
			return face(agentName(a), a.Avatar), err
		}
		return face(p.T("thread.former_agent"), ""), err
	default:
		return face(p.T("thread.desk"), ""), nil
	}
}

// everybody are the account's agents and bots by id, read once.
func (p *conversationsPage) everybody() (map[helpdesk.AgentID]*helpdesk.Agent, error) {
	if p.agents != nil {
		return p.agents, nil
	}
	list, err := p.desk.Agents.List(p.ctx(), helpdesk.AgentFilter{})
	if err != nil {
		return nil, err
	}
	p.agents = make(map[helpdesk.AgentID]*helpdesk.Agent, len(list))
	for _, a := range list {
		p.agents[a.ID] = a
	}
	return p.agents, nil
}

// choices are what the customer was offered to choose from, or what they answered.
func choices(m *helpdesk.Message) []string {
	from := m.ContentAttrs["submitted_values"]
	if from == nil {
		from = m.ContentAttrs["items"]
	}
	list, _ := from.([]any)
	var out []string
	for _, v := range list {
		item, _ := v.(map[string]any)
		var parts []string
		for _, key := range []string{"name", "label", "title", "value"} {
			if s, _ := item[key].(string); s != "" && !slices.Contains(parts, s) && len(parts) < 2 {
				parts = append(parts, s)
			}
		}
		if len(parts) > 0 {
			out = append(out, strings.Join(parts, ": "))
		}
	}
	return out
}

func attachmentKind(a *helpdesk.Attachment) string {
	switch a.Type {
	case "image", "audio", "video", "location", "contact":
		return a.Type
	}
	return "file"
}

// file is an attachment for whoever looks. What lives elsewhere is linked and not
// loaded: nobody learns from a picture that it was looked at.
func (p *conversationsPage) file(a *helpdesk.Attachment) shownFile {
	f := shownFile{Kind: attachmentKind(a), Name: a.Name, URL: p.files.URL(p.desk.Actor(), a), Width: a.Width, Height: a.Height}
	if a.Size > 0 {
		f.Size = size(a.Size)
	}
	if a.Blob == "" && f.Kind != "location" && f.Kind != "contact" {
		f.Kind = "link"
	}
	if f.Name == "" {
		f.Name = p.T("conversations.attachment_" + attachmentKind(a))
	}
	for _, key := range []string{"first_name", "last_name", "phone_number", "title", "address"} {
		if s, _ := a.Meta[key].(string); s != "" {
			f.Text += s + " "
		}
	}
	if lat, long := a.Meta["coordinates_lat"], a.Meta["coordinates_long"]; lat != nil && long != nil {
		f.Text += text(lat) + ", " + text(long)
	}
	return f
}
