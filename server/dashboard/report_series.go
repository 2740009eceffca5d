package dashboard

import (
	"math"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/gohelpdesk/helpdesk"
)

// reportMetric is a figure that is shown with its trend and over time.
type reportMetric struct {
	helpdesk.Metric
	Better int // 1: more is better, -1: less is, 0: neither
}

func reportMetrics() []reportMetric {
	return []reportMetric{
		{helpdesk.ConversationsCount, 0},
		{helpdesk.IncomingCount, 0},
		{helpdesk.OutgoingCount, 0},
		{helpdesk.ResolutionsCount, 1},
		{helpdesk.FirstResponseTime, -1},
		{helpdesk.ResolutionTime, -1},
		{helpdesk.ReplyTime, -1},
	}
}

func botMetrics() []reportMetric {
	return []reportMetric{{helpdesk.BotResolutionsCount, 1}, {helpdesk.BotHandoffsCount, 0}}
}

// of is the metric's part of figures, and what made it.
func (m reportMetric) of(f helpdesk.Figures) (value float64, count int) {
	mean := func(m helpdesk.Mean) (float64, int) { return m.Value(), m.Count }
	switch m.Metric {
	case helpdesk.FirstResponseTime:
		return mean(f.FirstResponse)
	case helpdesk.ResolutionTime:
		return mean(f.Resolution)
	case helpdesk.ReplyTime:
		return mean(f.Reply)
	case helpdesk.ConversationsCount:
		count = f.Conversations
	case helpdesk.IncomingCount:
		count = f.Incoming
	case helpdesk.OutgoingCount:
		count = f.Outgoing
	case helpdesk.ResolutionsCount:
		count = f.Resolutions
	case helpdesk.BotResolutionsCount:
		count = f.BotResolutions
	case helpdesk.BotHandoffsCount:
		count = f.BotHandoffs
	}
	return float64(count), count
}

// text is a value as it is read.
func (c *call) metricText(m helpdesk.Metric, value float64) string {
	if m.Average() {
		return c.duration(value)
	}
	return c.number(int(value))
}

// metricPlain is a value as a file has it: a count, or whole seconds; "" is no
// average.
func metricPlain(m helpdesk.Metric, value float64, count int) string {
	if m.Average() && count == 0 {
		return ""
	}
	return strconv.FormatFloat(math.Round(value), 'f', 0, 64)
}

func (c *call) metricName(m helpdesk.Metric) string {
	key := "reports.metric_" + string(m)
	return c.T(key)
}

// seriesPage is a report over time: of the account, or of one agent, inbox, team,
// label or channel group.
type seriesPage struct {
	reportPage
	Metrics []reportMetric
	By      helpdesk.ReportBy
	ID      int64
	Shares  []figure // further figures, as of bots
}

// figure is a metric's card.
type figure struct {
	Name, Text, Plain, Note string
	Trend                   string // "+12%"; "" = nothing to compare with
	Before                  string
	Mood                    string // "good" or "bad"; "" = neither
	To                      string // draws it
	Current                 bool
}

func (c *call) reportConversations() error {
	return c.series(&seriesPage{reportPage: reportPage{Title: c.T("reports.conversations"), Intro: c.T("reports.conversations_intro")}, Metrics: reportMetrics()}, "conversations")
}

// series answers with a report over time.
func (c *call) series(p *seriesPage, file string) error {
	p.call, p.Range = c, c.reportRange()
	p.Filters = c.rangeFields(p.Range, true)
	if p.Metrics[0].Metric != helpdesk.BotResolutionsCount {
		p.Filters = append(p.Filters, c.businessField(p.Range))
	}
	p.Filters = append(p.Filters, field{Name: "metric", Kind: asHidden, Value: string(p.Metric().Metric)})
	if len(p.Range.Wrong) > 0 {
		return c.render("reports/series", http.StatusUnprocessableEntity, p)
	}
	if c.wantsCSV() {
		rows, err := p.rows()
		if err != nil {
			return err
		}
		return c.csv(file, rows)
	}
	return c.render("reports/series", http.StatusOK, p)
}

// Metric is for templates: which is drawn.
func (p *seriesPage) Metric() reportMetric {
	for _, m := range p.Metrics {
		if string(m.Metric) == p.r.URL.Query().Get("metric") {
			return m
		}
	}
	return p.Metrics[0]
}

// Figures is for templates: all metrics with their trend.
func (p *seriesPage) Figures() ([]figure, error) {
	now, before, err := p.desk.Reports.Summary(p.ctx(), p.Range.query(p.call, p.By, p.ID))
	var out []figure
	for _, m := range p.Metrics {
		value, count := m.of(now)
		old, _ := m.of(before)
		f := figure{
			Name: p.metricName(m.Metric), Text: p.metricText(m.Metric, value), Plain: metricPlain(m.Metric, value, count),
			Before: p.metricText(m.Metric, old), Current: m == p.Metric(), To: p.with("metric", string(m.Metric)),
		}
		if m.Average() && count > 0 {
			f.Note = p.T("reports.over", "n", p.number(count))
		}
		f.Trend, f.Mood = trend(value, old, m.Better)
		out = append(out, f)
	}
	return append(out, p.Shares...), err
}

// trend is how a value changed, in whole percent, and whether that is good.
func trend(now, before float64, better int) (text, mood string) {
	if before == 0 || now == 0 && better < 0 {
		return "", ""
	}
	change := int(math.Round((now - before) / before * 100))
	switch {
	case change*better > 0:
		mood = "good"
	case change*better < 0:
		mood = "bad"
	}
	if change > 0 {
		text = "+"
	}
	return text + strconv.Itoa(change) + "%", mood
}

// with is the page's address with one thing changed.
func (c *call) with(name, value string) string {
	q := c.r.URL.Query()
	q.Set(name, value)
	q.Del("format")
	return c.r.URL.Path + "?" + q.Encode()
}

// Chart is for templates.
func (p *seriesPage) Chart() (*chart, error) {
	m := p.Metric()
	points, err := p.points(m)
	levels := p.countLevels
	if m.Average() {
		levels = p.timeLevels
	}
	return newChart(p.metricName(m.Metric), m.Average(), points, levels), err
}

func (p *seriesPage) points(m reportMetric) ([]chartPoint, error) {
	series, err := p.desk.Reports.Series(p.ctx(), m.Metric, p.Range.query(p.call, p.By, p.ID))
	out := make([]chartPoint, len(series))
	for i, at := range series {
		label, tick := p.period(at.Start, p.Range.Every)
		out[i] = chartPoint{Label: label, Tick: tick, Value: at.Value, Count: at.Count, Text: p.metricText(m.Metric, at.Value), Plain: metricPlain(m.Metric, at.Value, at.Count)}
		if m.Average() {
			out[i].Note = p.T("reports.over", "n", p.number(at.Count))
		}
	}
	return out, err
}

// rows are all metrics of all periods as a file: durations in seconds.
func (p *seriesPage) rows() ([][]string, error) {
	q := p.Range.query(p.call, p.By, p.ID)
	now, _, err := p.desk.Reports.Summary(p.ctx(), q)
	if err != nil {
		return nil, err
	}
	head, total := []string{p.T("reports.period")}, []string{p.T("reports.total")}
	var lines [][]string
	for _, m := range p.Metrics {
		series, err := p.desk.Reports.Series(p.ctx(), m.Metric, q)
		if err != nil {
			return nil, err
		}
		head = append(head, p.columnName(m))
		value, count := m.of(now)
		total = append(total, metricPlain(m.Metric, value, count))
		for i, at := range series {
			if i == len(lines) {
				lines = append(lines, []string{at.Start.In(p.zone).Format(time.RFC3339)})
			}
			lines[i] = append(lines[i], metricPlain(m.Metric, at.Value, at.Count))
		}
	}
	return append(append([][]string{head}, lines...), total), nil
}

// columnName is a metric as the head of a file's column.
func (c *call) columnName(m reportMetric) string {
	if m.Average() {
		return c.metricName(m.Metric) + " (" + c.T("reports.seconds") + ")"
	}
	return c.metricName(m.Metric)
}

// Kept is for templates: the parts of an address that hold for all reports.
func (c *call) Kept() string {
	out := url.Values{}
	for _, name := range []string{"range", "since", "until", "group", "business"} {
		if v := c.r.URL.Query().Get(name); v != "" {
			out.Set(name, v)
		}
	}
	if len(out) == 0 {
		return ""
	}
	return "?" + out.Encode()
}
