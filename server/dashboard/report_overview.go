package dashboard

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/gohelpdesk/helpdesk"
)

// overviewPage is what happens at this moment.
type overviewPage struct {
	reportPage
	Team int64
}

func (c *call) reportOverview() error {
	p := &overviewPage{reportPage: reportPage{call: c, Title: c.T("reports.overview"), Intro: c.T("reports.overview_intro")}, Team: c.asked("team")}
	team, err := c.namesField("team", helpdesk.ByTeams)
	if err != nil {
		return err
	}
	p.Filters = []field{team}
	if c.wantsCSV() {
		m, err := p.Traffic()
		if err != nil {
			return err
		}
		return c.csv("traffic", p.trafficRows(m))
	}
	return c.render("reports/overview", http.StatusOK, p)
}

// Figures is for templates: the conversations as they are.
func (p *overviewPage) Figures() ([]figure, error) {
	n, err := p.desk.Reports.Live(p.ctx(), helpdesk.TeamID(p.Team))
	card := func(key string, n int, query string) figure {
		if p.Team != 0 {
			query += "&team=" + str(p.Team)
		}
		return figure{Name: p.T(key), Text: p.number(n), Plain: strconv.Itoa(n), To: p.path("/conversations?", query)}
	}
	return []figure{
		card("reports.live_open", n.Open, "tab=all&status=open"), card("reports.live_unattended", n.Unattended, "tab=all&unattended=1"),
		card("reports.live_unassigned", n.Unassigned, "tab=unassigned&status=open"), card("reports.live_pending", n.Pending, "tab=all&status=pending"),
	}, err
}

// load is how much somebody has to do.
type load struct {
	reportName
	To                           string
	Open, Unattended, Unassigned int
	Share                        string
}

// Agents is for templates: who is there, and the load of each.
func (p *overviewPage) Agents() ([]load, error) {
	out, err := p.loads(helpdesk.ByAgents)
	order := []string{"online", "busy", "offline"}
	slices.SortStableFunc(out, func(a, b load) int {
		return cmp.Or(slices.Index(order, a.Face.Online)-slices.Index(order, b.Face.Online), b.Open-a.Open)
	})
	return out, err
}

// Present is for templates: how many agents are in which state.
func (p *overviewPage) Present() (map[string]int, error) {
	names, err := p.reportNames(helpdesk.ByAgents)
	out := map[string]int{}
	for _, n := range names {
		out[n.Face.Online]++
	}
	return out, err
}

// Teams is for templates.
func (p *overviewPage) Teams() ([]load, error) {
	out, err := p.loads(helpdesk.ByTeams)
	slices.SortStableFunc(out, func(a, b load) int { return b.Open - a.Open })
	return out, err
}

func (p *overviewPage) loads(by helpdesk.ReportBy) ([]load, error) {
	counts, err := p.desk.Reports.LiveBy(p.ctx(), by)
	if err != nil {
		return nil, err
	}
	names, err := p.reportNames(by)
	of, most := map[int64]helpdesk.LiveCount{}, 1
	for _, n := range counts {
		of[n.ID] = n
		if n.ID != 0 {
			most = max(most, n.Open)
		}
	}
	path := map[helpdesk.ReportBy]string{helpdesk.ByAgents: "/reports/agents/", helpdesk.ByTeams: "/reports/teams/"}[by]
	out := make([]load, len(names))
	for i, n := range names {
		out[i] = load{n, p.path(path, str(n.ID)), of[n.ID].Open, of[n.ID].Unattended, of[n.ID].Unassigned, strconv.Itoa(of[n.ID].Open * 100 / most)}
	}
	return out, err
}

// TrafficFilters is for templates: what the heat map shows, of which days.
func (p *overviewPage) TrafficFilters() []field {
	metric := field{Name: "traffic", Kind: asSelect, Label: p.T("reports.traffic_of"), Value: string(p.traffic())}
	for _, m := range trafficMetrics() {
		metric.Options = append(metric.Options, option{Value: string(m), Label: p.metricName(m)})
	}
	days := field{Name: "days", Kind: asSelect, Label: p.T("reports.range"), Value: str(p.trafficDays())}
	for _, d := range trafficDays() {
		key := "reports.range_" + str(d)
		days.Options = append(days.Options, option{Value: str(d), Label: p.T(key)})
	}
	return []field{metric, days}
}

func trafficMetrics() []helpdesk.Metric {
	return []helpdesk.Metric{helpdesk.ConversationsCount, helpdesk.IncomingCount, helpdesk.OutgoingCount, helpdesk.ResolutionsCount}
}

func trafficDays() []int { return []int{7, 30, 90} }

func (p *overviewPage) traffic() helpdesk.Metric {
	if i := slices.Index(trafficMetrics(), helpdesk.Metric(p.r.URL.Query().Get("traffic"))); i >= 0 {
		return trafficMetrics()[i]
	}
	return helpdesk.ConversationsCount
}

func (p *overviewPage) trafficDays() int {
	if n := int(p.asked("days")); slices.Contains(trafficDays(), n) {
		return n
	}
	return 7
}

// TrafficName is for templates: what is counted.
func (p *overviewPage) TrafficName() string { return p.metricName(p.traffic()) }

// Traffic is for templates: how much happened in which hour of the week, in the
// last days with today.
func (p *overviewPage) Traffic() (*heatMap, error) {
	y, m, d := p.e.Now().In(p.zone).Date()
	points, err := p.desk.Reports.Series(p.ctx(), p.traffic(), helpdesk.ReportQuery{
		Span:  helpdesk.Span{Since: time.Date(y, m, d+1-p.trafficDays(), 0, 0, 0, 0, p.zone), Until: time.Date(y, m, d+1, 0, 0, 0, 0, p.zone)},
		Every: helpdesk.Hourly, Zone: p.zone,
	})
	var counts [7][24]int
	for _, at := range points {
		local := at.Start.In(p.zone)
		counts[local.Weekday()][local.Hour()] += at.Count
	}
	names := make([]string, 7)
	for i := range names {
		names[i] = p.weekday(time.Weekday(i))
	}
	return newHeatMap(names, counts), err
}

func (p *overviewPage) trafficRows(m *heatMap) [][]string {
	head := []string{p.T("reports.weekday")}
	for _, cell := range m.Days[0].Cells {
		head = append(head, cell.Hour)
	}
	out := [][]string{head}
	for _, day := range m.Days {
		line := []string{day.Name}
		for _, cell := range day.Cells {
			line = append(line, strconv.Itoa(cell.N))
		}
		out = append(out, line)
	}
	return out
}
