package dashboard

import (
	"html/template"
	"slices"

	"github.com/gohelpdesk/helpdesk"
)

// Who is for templates: the customer of the open conversation.
func (p *conversationsPage) Who() person { return p.contactFace(p.Open.Customer) }

// Inbox is for templates: the inbox of the open conversation and its icon.
func (p *conversationsPage) Inbox() navItem {
	if p.Open.Box == nil {
		return navItem{Icon: "ch-other"}
	}
	return navItem{Name: p.Open.Box.Name, Icon: channelIcon(p.Open.Box.Kind)}
}

// chooser is somebody, or something, that can be chosen in a menu.
type chooser struct {
	ID      int64
	Name    string
	Face    *person
	Color   string
	Current bool
	Busy    string // beside the name: how many it has
}

// Assignees is for templates: who may own the open conversation, those online
// first.
func (p *conversationsPage) Assignees() ([]chooser, error) {
	return once(&p.assignees, p.readAssignees)
}

func (p *conversationsPage) readAssignees() ([]chooser, error) {
	list, err := p.desk.Agents.List(p.ctx(), helpdesk.AgentFilter{Inbox: p.Open.Inbox, Persons: true})
	if err != nil {
		return nil, err
	}
	rank := map[helpdesk.Availability]int{helpdesk.Online: 0, helpdesk.Busy: 1}
	slices.SortStableFunc(list, func(a, b *helpdesk.Agent) int { return order(rank, a) - order(rank, b) })
	var out []chooser
	for _, a := range list {
		f := face(agentName(a), a.Avatar)
		f.Online = string(a.Effective())
		out = append(out, chooser{ID: int64(a.ID), Name: f.Name, Face: &f, Current: a.ID == p.Open.Assignee})
	}
	return out, nil
}

func order(rank map[helpdesk.Availability]int, a *helpdesk.Agent) int {
	if n, ok := rank[a.Effective()]; ok {
		return n
	}
	return len(rank)
}

// Teams is for templates.
func (p *conversationsPage) Teams() ([]chooser, error) {
	list, err := p.desk.Teams.List(p.ctx())
	var out []chooser
	for _, t := range list {
		out = append(out, chooser{ID: int64(t.ID), Name: t.Name, Current: t.ID == p.Open.Team})
	}
	return out, err
}

// LabelChoices is for templates: all labels, and those the conversation carries
// beside them.
func (p *conversationsPage) LabelChoices() ([]chooser, error) { return once(&p.labels, p.readLabels) }

func (p *conversationsPage) readLabels() ([]chooser, error) {
	list, err := p.desk.Labels.List(p.ctx())
	var out []chooser
	for _, l := range list {
		out = append(out, chooser{Name: l.Title, Color: l.Color, Current: slices.Contains(p.Open.Titles, l.Title)})
	}
	for _, title := range p.Open.Titles {
		if !slices.ContainsFunc(out, func(c chooser) bool { return c.Name == title }) {
			out = append(out, chooser{Name: title, Current: true})
		}
	}
	return out, err
}

// Macros is for templates.
func (p *conversationsPage) Macros() ([]*helpdesk.Macro, error) { return p.desk.Macros.List(p.ctx()) }

// Priorities and Snoozes are for templates.
func (p *conversationsPage) Priorities() []string {
	return []string{"urgent", "high", "medium", "low", ""}
}

// Snoozes likewise.
func (p *conversationsPage) Snoozes() []string { return snoozes() }

// Taking is for templates: who takes part in the open conversation.
func (p *conversationsPage) Taking() ([]chooser, error) {
	agents, err := p.everybody()
	var out []chooser
	for _, id := range p.Open.Participants {
		if a := agents[id]; a != nil {
			f := face(agentName(a), a.Avatar)
			out = append(out, chooser{ID: int64(id), Name: f.Name, Face: &f, Current: id == p.self.ID})
		}
	}
	return out, err
}

// TakesPart is for templates: whether who looks does.
func (p *conversationsPage) TakesPart() bool { return slices.Contains(p.Open.Participants, p.self.ID) }

// shownAttribute is a custom attribute and how it is asked for.
type shownAttribute struct {
	Key, Name, Value, Hint string
	Kind                   helpdesk.AttributeType
	Choices                []string
}

// Attributes is for templates: the conversation's custom attributes.
func (p *conversationsPage) Attributes() ([]shownAttribute, error) {
	return p.attributes(helpdesk.ConversationAttribute, p.Open.Attributes)
}

// ContactAttributes is for templates: the customer's.
func (p *conversationsPage) ContactAttributes() ([]shownAttribute, error) {
	if p.Open.Customer == nil {
		return nil, nil
	}
	return p.attributes(helpdesk.ContactAttribute, p.Open.Customer.Attributes)
}

func (p *conversationsPage) attributes(of helpdesk.AttributeModel, values map[string]any) ([]shownAttribute, error) {
	list, err := p.desk.Attributes.List(p.ctx(), of)
	var out []shownAttribute
	for _, a := range list {
		s := shownAttribute{Key: a.Key, Name: a.Name, Kind: a.Type, Choices: a.Choices, Hint: a.Hint}
		if v := values[a.Key]; v != nil {
			s.Value = text(v)
		}
		out = append(out, s)
	}
	return out, err
}

// Earlier is for templates: the customer's other conversations, the latest first.
func (p *conversationsPage) Earlier() ([]listRow, error) {
	list, err := p.desk.Conversations.List(p.ctx(), helpdesk.ConversationFilter{Contact: p.Open.Contact}, helpdesk.Page{Limit: 6})
	if err != nil {
		return nil, err
	}
	var out []listRow
	for _, d := range list.Items {
		if d.ID != p.Open.ID {
			out = append(out, p.row(d, nil))
		}
	}
	return out, nil
}

// NotesOf is for templates: what agents wrote about the customer.
func (p *conversationsPage) NotesOf() ([]shownNote, error) {
	list, err := p.desk.Notes.List(p.ctx(), p.Open.Contact)
	if err != nil {
		return nil, err
	}
	agents, err := p.everybody()
	var out []shownNote
	for _, n := range list {
		s := shownNote{ID: n.ID, Body: p.markdown(n.Content), When: p.moment(n.CreatedAt), Who: p.T("thread.former_agent")}
		if a := agents[n.Author]; a != nil {
			s.Who = agentName(a)
		}
		out = append(out, s)
	}
	return out, err
}

// Scheduled is for templates: what waits to be sent.
func (p *conversationsPage) Scheduled() ([]shownScheduled, error) {
	list, err := p.desk.ScheduledMessages.List(p.ctx(), helpdesk.ScheduledFilter{Conversation: p.Open.ID, Unsent: true}, helpdesk.Page{Limit: 20})
	var out []shownScheduled
	for _, m := range list {
		out = append(out, shownScheduled{ID: m.ID, Text: m.Content, When: p.moment(m.SendAt), Held: string(m.Reason)})
	}
	return out, err
}

// shownNote is a note about a contact.
type shownNote struct {
	ID   helpdesk.NoteID
	Who  string
	Body template.HTML
	When moment
}

// shownScheduled is a message that waits to be sent; Held says why it was not.
type shownScheduled struct {
	ID   helpdesk.ScheduledID
	Text string
	When moment
	Held string
}
