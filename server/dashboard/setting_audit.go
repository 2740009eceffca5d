package dashboard

import (
	"cmp"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/gohelpdesk/helpdesk"
)

func auditRoutes() []route {
	return []route{{"GET /settings/audit", helpdesk.ReadAudit, (*call).showAudit}}
}

// auditNouns are what entries are about.
func auditNouns() []string {
	return []string{
		"account", "agent", "assignment_policy", "attribute", "automation_rule", "bot", "campaign", "canned_response", "channel_group", "contact",
		"conversation", "dashboard_app", "flow", "inbox", "integration", "label", "macro", "message_template", "portal", "role", "sla_policy", "team", "user", "webhook",
	}
}

// auditShown is how many entries a page has.
const auditShown = 50

type auditPage struct {
	*call
	Rows                    []auditRow
	Nouns, Agents           []option
	Noun, Agent, From, Till string
	Many                    int
	Older, Newest           string // addresses; "" = there is none
}

type auditRow struct {
	*helpdesk.AuditEntry
	Who, What string
	Name      string // of what was changed, where the entry says it
	When      moment
	Changes   []auditChange
}

// auditChange is a field before and after, as people read JSON.
type auditChange struct{ Field, Before, After string }

func (c *call) showAudit() error {
	q := c.r.URL.Query()
	p := &auditPage{call: c, Noun: q.Get("noun"), Agent: q.Get("agent"), From: q.Get("from"), Till: q.Get("till")}
	f := helpdesk.AuditFilter{Noun: p.Noun, Agent: helpdesk.AgentID(input{q}.id("agent"))}
	if at, err := time.ParseInLocation(time.DateOnly, p.From, c.zone); err == nil {
		f.Since = at
	}
	if at, err := time.ParseInLocation(time.DateOnly, p.Till, c.zone); err == nil {
		f.Until = at.AddDate(0, 0, 1)
	}
	rows, many, err := c.desk.Audit.List(c.ctx(), f, helpdesk.Page{Limit: auditShown + 1, After: q.Get("after")})
	if err != nil {
		return err
	}
	p.Many = many
	if len(rows) > auditShown {
		rows = rows[:auditShown]
		p.Older = p.to(helpdesk.IDKey(rows[auditShown-1].ID))
	}
	if q.Get("after") != "" {
		p.Newest = p.to("")
	}
	names, err := c.agentNames()
	if err != nil {
		return err
	}
	for _, e := range rows {
		p.Rows = append(p.Rows, c.auditRow(e, names))
	}
	if p.Agents, err = c.agentOptions(); err != nil {
		return err
	}
	for _, n := range auditNouns() {
		p.Nouns = append(p.Nouns, option{Value: n, Label: c.T("audit.noun_" + n)})
	}
	return c.render("settings/audit", http.StatusOK, p)
}

// to is the page's address with the same filter, behind an entry.
func (p *auditPage) to(after string) string {
	q := url.Values{}
	for name, value := range map[string]string{"noun": p.Noun, "agent": p.Agent, "from": p.From, "till": p.Till, "after": after} {
		if value != "" {
			q.Set(name, value)
		}
	}
	return p.path("/settings/audit?", q.Encode())
}

func (c *call) auditRow(e *helpdesk.AuditEntry, names map[helpdesk.AgentID]string) auditRow {
	row := auditRow{AuditEntry: e, When: c.moment(e.At), Who: c.T("audit.by_" + string(e.Actor.Kind))}
	if e.Actor.Kind == helpdesk.ByAgent || e.Actor.Kind == helpdesk.ByBot {
		if row.Who = names[helpdesk.AgentID(e.Actor.ID)]; row.Who == "" {
			row.Who = c.T("audit.gone", "id", e.Actor.ID)
		}
	}
	noun := e.Noun
	if catalogue()["audit.noun_"+noun] != nil {
		noun = c.T("audit.noun_" + noun)
	}
	verb := e.Verb
	if catalogue()["audit.verb_"+verb] != nil {
		verb = c.T("audit.verb_" + verb)
	}
	row.What = verb + " · " + noun
	for _, field := range []string{"name", "title", "short_code"} {
		if ch, ok := e.Changes[field]; ok && row.Name == "" {
			row.Name = cmp.Or(plainJSON(ch.After), plainJSON(ch.Before))
		}
	}
	for _, field := range slices.Sorted(maps.Keys(e.Changes)) {
		ch := e.Changes[field]
		row.Changes = append(row.Changes, auditChange{strings.ReplaceAll(field, "_", " "), excerpt(plainJSON(ch.Before), 200), excerpt(plainJSON(ch.After), 200)})
	}
	return row
}

// plainJSON is a value without its quotation marks, where it is a text.
func plainJSON(raw []byte) string {
	s := string(raw)
	if len(s) > 1 && s[0] == '"' {
		s = strings.ReplaceAll(s[1:len(s)-1], `\"`, `"`)
	}
	if s == "null" {
		return ""
	}
	return s
}
