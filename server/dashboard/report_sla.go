package dashboard

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/gohelpdesk/helpdesk"
)

// slaPage is how promises were kept.
type slaPage struct {
	reportPage
	filter helpdesk.AppliedSLAFilter
	sums   *helpdesk.SLAFigures
}

const reportRows = 25 // conversations of a report's page

func (c *call) reportSLA() error {
	p := &slaPage{reportPage: reportPage{call: c, Title: c.T("reports.sla"), Intro: c.T("reports.sla_intro"), Range: c.reportRange()}}
	p.filter = helpdesk.AppliedSLAFilter{
		From: p.Range.Since, To: p.Range.Until, Newest: true, Policy: helpdesk.SLAPolicyID(c.asked("policy")),
		Inbox: helpdesk.InboxID(c.asked("inbox")), Agent: helpdesk.AgentID(c.asked("agent")), Team: helpdesk.TeamID(c.asked("team")),
	}
	p.Filters = c.rangeFields(p.Range, false)
	policies, err := c.e.As(c.e.System(c.account.ID)).SLAPolicies.List(c.ctx())
	if err != nil {
		return err
	}
	policy := field{Name: "policy", Kind: asSelect, Label: c.T("reports.by_policy"), Value: c.r.URL.Query().Get("policy"), Options: []option{{Label: c.T("reports.any_policy")}}}
	for _, s := range policies {
		policy.Options = append(policy.Options, option{Value: str(s.ID), Label: s.Name})
	}
	p.Filters = append(p.Filters, policy)
	for _, name := range []string{"inbox", "team", "agent"} {
		f, err := c.namesField(name, helpdesk.ReportBy(name))
		if err != nil {
			return err
		}
		p.Filters = append(p.Filters, f)
	}
	if len(p.Range.Wrong) > 0 {
		return c.render("reports/sla", http.StatusUnprocessableEntity, p)
	}
	if c.wantsCSV() {
		return p.download()
	}
	return c.render("reports/sla", http.StatusOK, p)
}

func (p *slaPage) figures() (helpdesk.SLAFigures, error) {
	if p.sums == nil {
		n, err := p.desk.AppliedSLAs.Figures(p.ctx(), p.filter)
		if err != nil {
			return n, err
		}
		p.sums = &n
	}
	return *p.sums, nil
}

// Figures is for templates.
func (p *slaPage) Figures() ([]figure, error) {
	n, err := p.figures()
	return []figure{
		{Name: p.T("reports.sla_rate"), Text: strconv.FormatFloat(n.HitRate(), 'f', 1, 64) + "%", Note: p.T("reports.sla_rate_note")},
		{Name: p.T("reports.sla_missed"), Text: p.number(n.Missed), Plain: strconv.Itoa(n.Missed)},
		{Name: p.T("reports.sla_applied"), Text: p.number(n.Applied), Plain: strconv.Itoa(n.Applied)},
	}, err
}

// slaRow is a conversation in which a promise was not kept.
type slaRow struct {
	Display helpdesk.DisplayID
	Who     person
	Owner   *person
	Policy  string
	Misses  []slaMiss
	Labels  []string
	More    int // misses that are not told
	At      moment
	Open    bool // it may be missed again
}

type slaMiss struct {
	Name string
	Due  moment
}

// Rows is for templates: a page of the conversations with a miss.
func (p *slaPage) Rows() ([]slaRow, error) {
	return p.rows(helpdesk.Page{Limit: reportRows, Offset: (p.page() - 1) * reportRows})
}

// Pager is for templates.
func (p *slaPage) Pager() (pager, error) {
	n, err := p.figures()
	return p.pager(reportRows, n.Missed), err
}

func (p *slaPage) rows(page helpdesk.Page) ([]slaRow, error) {
	f := p.filter
	f.Missed = true
	found, err := p.desk.AppliedSLAs.List(p.ctx(), f, page)
	var out []slaRow
	for _, d := range found {
		row := slaRow{Display: d.Display, Who: p.contactFace(d.Customer), Labels: d.Titles}
		if d.Owner != nil {
			who := face(agentName(d.Owner), d.Owner.Avatar)
			row.Owner = &who
		}
		if a := d.Promise; a != nil {
			row.Policy, row.At, row.Open = a.Terms.Name, p.moment(a.StartedAt), a.Status == helpdesk.SLAActiveMissed
			for _, m := range a.State.Misses {
				key := "reports.sla_" + string(m.Kind)
				row.Misses = append(row.Misses, slaMiss{p.T(key), p.moment(m.Due)})
			}
			row.More = a.State.Missed - len(row.Misses)
		}
		out = append(out, row)
	}
	return out, err
}

// download is every conversation with a miss, up to 10,000.
func (p *slaPage) download() error {
	out := [][]string{{p.T("reports.conversation"), p.T("reports.contact"), p.T("reports.by_agent"), p.T("reports.by_policy"), p.T("reports.sla_misses"), p.T("reports.by_label"), p.T("reports.since")}}
	for n := range 10 {
		rows, err := p.rows(helpdesk.Page{Limit: helpdesk.MaxPage, Offset: n * helpdesk.MaxPage})
		if err != nil {
			return err
		}
		for _, r := range rows {
			owner, misses := "", make([]string, len(r.Misses))
			if r.Owner != nil {
				owner = r.Owner.Name
			}
			for i, m := range r.Misses {
				misses[i] = m.Name + " " + m.Due.ISO
			}
			out = append(out, []string{str(r.Display), r.Who.Name, owner, r.Policy, strings.Join(misses, "; "), strings.Join(r.Labels, ", "), r.At.ISO})
		}
		if len(rows) < helpdesk.MaxPage {
			break
		}
	}
	return p.csv("sla-"+p.Range.Since.Format(time.DateOnly), out)
}
