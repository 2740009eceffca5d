package dashboard

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/gohelpdesk/helpdesk"
)

// tablePage is a report with a row for each agent, inbox, team, label or channel
// group.
type tablePage struct {
	reportPage
	Kind reportKind
	Sort string // a metric, or "name"
}

// tableColumns are the metrics that tell them apart.
func tableColumns() []reportMetric {
	return []reportMetric{
		{helpdesk.ConversationsCount, 0}, {helpdesk.ResolutionsCount, 1}, {helpdesk.FirstResponseTime, -1}, {helpdesk.ResolutionTime, -1}, {helpdesk.ReplyTime, -1},
	}
}

type reportRow struct {
	reportName
	To      string
	Share   string // of the most conversations, in percent of a bar
	Figures []figure
	values  []float64
}

func (k reportKind) index(c *call) error {
	p := &tablePage{reportPage: reportPage{call: c, Title: c.T(k.title()), Intro: c.T(k.title() + "_intro"), Range: c.reportRange()}, Kind: k, Sort: c.r.URL.Query().Get("sort")}
	p.Filters = append(c.rangeFields(p.Range, false), c.businessField(p.Range), field{Name: "sort", Kind: asHidden, Value: p.Sort})
	if len(p.Range.Wrong) > 0 {
		return c.render("reports/table", http.StatusUnprocessableEntity, p)
	}
	if !c.wantsCSV() {
		return c.render("reports/table", http.StatusOK, p)
	}
	rows, err := p.Rows()
	if err != nil {
		return err
	}
	out := [][]string{{c.T("reports.name")}}
	for _, m := range tableColumns() {
		out[0] = append(out[0], c.columnName(m))
	}
	for _, r := range rows {
		line := []string{r.Name}
		for _, f := range r.Figures {
			line = append(line, f.Plain)
		}
		out = append(out, line)
	}
	return c.csv(k.Path, out)
}

// Columns is for templates: the heads, which sort.
func (p *tablePage) Columns() []figure {
	out := []figure{{Name: p.T("reports.name"), To: p.with("sort", "name"), Current: p.Sort == "name"}}
	for i, m := range tableColumns() {
		out = append(out, figure{Name: p.metricName(m.Metric), To: p.with("sort", string(m.Metric)), Current: p.Sort == string(m.Metric) || i == 0 && p.sorted() < 0})
	}
	return out
}

// sorted is the column of figures that the rows go by; -1 = the first, as nothing
// was chosen.
func (p *tablePage) sorted() int {
	if p.Sort == "name" {
		return len(tableColumns())
	}
	return slices.IndexFunc(tableColumns(), func(m reportMetric) bool { return string(m.Metric) == p.Sort })
}

// Rows is for templates: the most first.
func (p *tablePage) Rows() ([]reportRow, error) {
	figures, err := p.desk.Reports.Table(p.ctx(), p.Range.query(p.call, p.Kind.By, 0))
	if err != nil {
		return nil, err
	}
	names, err := p.reportNames(p.Kind.By)
	if err != nil {
		return nil, err
	}
	most := 1
	var out []reportRow
	for _, n := range names {
		row := reportRow{reportName: n, To: p.path("/reports/", p.Kind.Path, "/", str(n.ID)) + p.Kept()}
		most = max(most, figures[n.ID].Conversations)
		for _, m := range tableColumns() {
			value, count := m.of(figures[n.ID])
			f := figure{Text: p.metricText(m.Metric, value), Plain: metricPlain(m.Metric, value, count)}
			if m.Average() && count > 0 {
				f.Note = p.T("reports.over", "n", p.number(count))
			}
			row.Figures, row.values = append(row.Figures, f), append(row.values, value)
		}
		out = append(out, row)
	}
	for i := range out {
		out[i].Share = strconv.Itoa(figures[out[i].ID].Conversations * 100 / most)
	}
	by := max(p.sorted(), 0)
	slices.SortStableFunc(out, func(a, b reportRow) int {
		if by < len(a.values) && a.values[by] != b.values[by] {
			return cmp.Compare(b.values[by], a.values[by])
		}
		return strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name))
	})
	return out, nil
}

// show is the report of one of them.
func (k reportKind) show(c *call) error {
	id, err := c.id("id")
	if err != nil {
		return err
	}
	names, err := c.reportNames(k.By)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(names, func(n reportName) bool { return n.ID == id })
	if i < 0 {
		return helpdesk.NotFound
	}
	p := &seriesPage{reportPage: reportPage{Title: names[i].Name}, Metrics: reportMetrics(), By: k.By, ID: id}
	p.Crumb = &navItem{Name: c.T(k.title()), To: c.path("/reports/", k.Path) + c.Kept()}
	return c.series(p, strings.TrimSuffix(k.Path, "s")+"-"+str(id))
}
