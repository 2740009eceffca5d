package dashboard

import (
	"html/template"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/gohelpdesk/helpdesk"
)

// moment of a customer's history: exactly one of the pointers is set, or none, when
// it is how they came.
type timelineItem struct {
	At      time.Time
	Talk    *helpdesk.ConversationDetail
	Note    *helpdesk.Note
	Merge   *helpdesk.ContactMerge
	Consent *helpdesk.Consent

	Who  string // who did it; "" = nobody says
	With string // of a merge: who went into this one
	Last string // of a conversation: what was said last
}

// timeline is a customer's history, newest first.
type timeline struct {
	Items []timelineItem
	More  string // address of the page with more of it; "" = this is all
}

const (
	timelineStep = 30
	timelineMax  = 990
)

// Timeline is what happened with the customer.
func (p *contactPage) Timeline() (*timeline, error) {
	n, _ := strconv.Atoi(p.r.URL.Query().Get("n")) // what is no number asks for no more
	n = min(max(n, timelineStep), timelineMax)
	out := &timeline{}
	for _, part := range []func(n int) ([]timelineItem, error){p.talks, p.notes, p.merges, p.consents} {
		items, err := part(n + 1)
		if err != nil {
			return nil, err
		}
		out.Items = append(out.Items, items...)
	}
	out.Items = append(out.Items, timelineItem{At: p.Contact.CreatedAt})
	slices.SortStableFunc(out.Items, func(a, b timelineItem) int { return b.At.Compare(a.At) })
	if len(out.Items) > n {
		out.Items = out.Items[:n]
		if n < timelineMax {
			out.More = p.Base() + "?" + url.Values{"n": {strconv.Itoa(n + timelineStep)}}.Encode()
		}
	}
	return out, nil
}

func (p *contactPage) talks(n int) ([]timelineItem, error) {
	found, err := p.desk.Conversations.List(p.ctx(), helpdesk.ConversationFilter{Contact: p.Contact.ID, Sort: helpdesk.NewestCreated}, helpdesk.Page{Limit: n})
	if err != nil {
		return nil, err
	}
	var out []timelineItem
	for _, d := range found.Items {
		item := timelineItem{At: d.CreatedAt, Talk: d}
		if d.LastTalk != nil {
			item.Last = oneLine(d.LastTalk.Content, 160)
		}
		if d.Owner != nil {
			item.Who = agentName(d.Owner)
		}
		out = append(out, item)
	}
	return out, nil
}

// oneLine is the beginning of a text, without its line breaks.
func oneLine(s string, most int) string {
	var out []rune
	space := false
	for _, r := range s {
		if r == '\n' || r == '\r' || r == '\t' || r == ' ' {
			space = len(out) > 0
			continue
		}
		if space {
			out, space = append(out, ' '), false
		}
		if len(out) >= most {
			return string(out) + "…"
		}
		out = append(out, r)
	}
	return string(out)
}

func (p *contactPage) notes(int) ([]timelineItem, error) {
	list, err := p.desk.Notes.List(p.ctx(), p.Contact.ID)
	if err != nil {
		return nil, err
	}
	names, err := p.agentNames()
	var out []timelineItem
	for _, n := range list {
		out = append(out, timelineItem{At: n.CreatedAt, Note: n, Who: names[n.Author]})
	}
	return out, err
}

func (p *contactPage) merges(int) ([]timelineItem, error) {
	list, err := p.desk.Contacts.Merges(p.ctx(), p.Contact.ID)
	if err != nil {
		return nil, err
	}
	names, err := p.agentNames()
	var out []timelineItem
	for _, m := range list {
		out = append(out, timelineItem{At: m.CreatedAt, Merge: m, Who: p.actorName(names, m.By), With: p.contactName(&m.Merged)})
	}
	return out, err
}

func (p *contactPage) consents(n int) ([]timelineItem, error) {
	list, err := p.desk.Contacts.Consents(p.ctx(), p.Contact.ID, helpdesk.Page{Limit: n})
	if err != nil {
		return nil, err
	}
	names, err := p.agentNames()
	var out []timelineItem
	for _, said := range list {
		out = append(out, timelineItem{At: said.At, Consent: said, Who: p.actorName(names, said.Actor)})
	}
	return out, err
}

// actorName is who did something; "" = the desk, or nobody who is known.
func (p *contactPage) actorName(names map[helpdesk.AgentID]string, by helpdesk.ActorRef) string {
	if by.Kind == helpdesk.ByAgent {
		return names[helpdesk.AgentID(by.ID)]
	}
	if by.Kind == helpdesk.ByContact {
		return p.Name()
	}
	return ""
}

// Said is a note as it is shown.
func (p *contactPage) Said(n *helpdesk.Note) template.HTML { return p.markdown(n.Content) }

// Channel is the picture of a conversation's inbox.
func (p *contactPage) Channel(d *helpdesk.ConversationDetail) string {
	if d.Box == nil {
		return "ch-other"
	}
	return channelIcon(d.Box.Kind)
}

// StatusBadge is how a conversation's status is shown.
func (p *contactPage) StatusBadge(s helpdesk.Status) string {
	switch s {
	case helpdesk.Open:
		return "good"
	case helpdesk.Pending, helpdesk.Snoozed:
		return "warn"
	case helpdesk.Resolved:
	}
	return "plain"
}
