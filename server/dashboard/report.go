package dashboard

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/gohelpdesk/helpdesk"
)

// reportKind is a report on each agent, inbox, team, label or channel group.
type reportKind struct {
	Path, Icon string
	By         helpdesk.ReportBy
}

func reportKinds() []reportKind {
	return []reportKind{
		{"agents", "person", helpdesk.ByAgents},
		{"inboxes", "inbox", helpdesk.ByInboxes},
		{"teams", "people", helpdesk.ByTeams},
		{"labels", "tag", helpdesk.ByLabels},
		{"channel-groups", "route", helpdesk.ByChannelGroups},
	}
}

// reportPlaces are all reports in the order of their menu.
func reportPlaces() []place {
	out := []place{
		{"reports.overview", "target", "/reports/overview", helpdesk.ReadReports},
		{"reports.conversations", "chat", "/reports/conversations", helpdesk.ReadReports},
	}
	for _, k := range reportKinds() {
		out = append(out, place{k.title(), k.Icon, "/reports/" + k.Path, helpdesk.ReadReports})
	}
	return append(out,
		place{"reports.sla", "clock", "/reports/sla", helpdesk.ReadReports},
		place{"reports.csat", "star", "/reports/csat", helpdesk.ReadReports},
		place{"reports.bots", "bot", "/reports/bots", helpdesk.ReadReports},
	)
}

func reportRoutes() []route {
	out := []route{
		{"GET /reports", helpdesk.ReadReports, func(c *call) error { return redirect(c.path("/reports/overview")) }},
		{"GET /reports/overview", helpdesk.ReadReports, (*call).reportOverview},
		{"GET /reports/conversations", helpdesk.ReadReports, (*call).reportConversations},
		{"GET /reports/sla", helpdesk.ReadReports, (*call).reportSLA},
		{"GET /reports/csat", helpdesk.ReadReports, (*call).reportCSAT},
		{"GET /reports/bots", helpdesk.ReadReports, (*call).reportBots},
	}
	for _, k := range reportKinds() {
		out = append(out, route{"GET /reports/" + k.Path, helpdesk.ReadReports, k.index}, route{"GET /reports/" + k.Path + "/{id}", helpdesk.ReadReports, k.show})
	}
	return out
}

// title is the key of a kind's name.
func (k reportKind) title() string { return "reports." + strings.ReplaceAll(k.Path, "-", "_") }

// reportPage is what every page of the reports has.
type reportPage struct {
	*call
	Title   string
	Intro   string
	Crumb   *navItem // where it was come from; nil = from the menu
	Range   *reportRange
	Filters []field
}

// ReportMenu is for templates: the reports there are.
func (c *call) ReportMenu() []navItem {
	var out []navItem
	for _, p := range reportPlaces() {
		if c.rights[p.may] {
			out = append(out, c.item(p.key, p.icon, p.path))
		}
	}
	return out
}

// asHidden is a field of a filter that keeps what was chosen elsewhere.
const asHidden fieldKind = "hidden"

// reportName is one agent, inbox, team, label or channel group of a report.
type reportName struct {
	ID          int64
	Name        string
	Face        *person
	Icon, Color string
}

// reportNames lists what a report has a row for. Who reads reports is told the names
// of all agents, teams, labels and channel groups of the account, also when they may
// not see its settings; inboxes are those that they see.
func (c *call) reportNames(by helpdesk.ReportBy) (out []reportName, err error) {
	account := c.e.As(c.e.System(c.account.ID))
	switch by {
	case helpdesk.ByAgents:
		rows, err := account.Agents.List(c.ctx(), helpdesk.AgentFilter{Persons: true})
		for _, a := range rows {
			who := face(agentName(a), a.Avatar)
			who.Online = string(a.Effective())
			out = append(out, reportName{ID: int64(a.ID), Name: who.Name, Face: &who})
		}
		return out, err
	case helpdesk.ByInboxes:
		rows, err := c.desk.Inboxes.List(c.ctx())
		for _, b := range rows {
			out = append(out, reportName{ID: int64(b.ID), Name: b.Name, Icon: channelIcon(b.Kind)})
		}
		return out, err
	case helpdesk.ByTeams:
		rows, err := account.Teams.List(c.ctx())
		for _, t := range rows {
			out = append(out, reportName{ID: int64(t.ID), Name: t.Name, Icon: "people"})
		}
		return out, err
	case helpdesk.ByLabels:
		rows, err := account.Labels.List(c.ctx())
		for _, l := range rows {
			out = append(out, reportName{ID: int64(l.ID), Name: l.Title, Color: l.Color})
		}
		return out, err
	case helpdesk.ByChannelGroups:
		rows, err := account.ChannelGroups.List(c.ctx())
		for _, g := range rows {
			out = append(out, reportName{ID: int64(g.ID), Name: g.Name, Icon: "route"})
		}
		return out, err
	case helpdesk.ByAccount:
	}
	return nil, nil
}

// namesField is a question for one of them; "" = any.
func (c *call) namesField(name string, by helpdesk.ReportBy) (field, error) {
	names, err := c.reportNames(by)
	label, anyone := "reports.by_"+name, "reports.any_"+name
	f := field{Name: name, Kind: asSelect, Label: c.T(label), Value: c.r.URL.Query().Get(name), Options: []option{{Label: c.T(anyone)}}}
	for _, n := range names {
		f.Options = append(f.Options, option{Value: str(n.ID), Label: n.Name})
	}
	return f, err
}

// asked is a number of the page's address; what is none is 0.
func (c *call) asked(name string) int64 {
	n, _ := strconv.ParseInt(c.r.URL.Query().Get(name), 10, 64)
	return max(n, 0)
}

// number is a count as it is read in the reader's language.
func (c *call) number(n int) string {
	s := strconv.Itoa(n)
	sep := map[string]string{"en": ",", "pt": ".", "es": "."}[c.lang]
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + sep + s[i:]
	}
	return s
}

// Number is for templates.
func (c *call) Number(n int) string { return c.number(n) }

// duration is a number of seconds in its two largest units; nothing is a dash.
func (c *call) duration(seconds float64) string {
	left := int64(math.Round(seconds))
	if left <= 0 {
		return "–"
	}
	units := []struct {
		key  string
		size int64
	}{{"common.unit_day", 86400}, {"common.unit_hour", 3600}, {"common.unit_minute", 60}, {"reports.unit_second", 1}}
	for i, u := range units {
		if left < u.size {
			continue
		}
		out := fmt.Sprint(left/u.size, c.T(u.key))
		if i+1 < len(units) {
			if rest := left % u.size / units[i+1].size; rest > 0 {
				out += fmt.Sprint(" ", rest, c.T(units[i+1].key))
			}
		}
		return out
	}
	return "–"
}

// share is a part of a whole in percent; a dash of nothing.
func share(part, whole int) string {
	if whole == 0 {
		return "–"
	}
	return strconv.Itoa(int(math.Round(float64(part)*100/float64(whole)))) + "%"
}
