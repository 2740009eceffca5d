package chatwoot

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/gohelpdesk/helpdesk"
)

// csvFile is a table, answered as a file to download.
type csvFile struct{ rows [][]string }

const csvType = "text/csv; charset=utf-8"

// encode writes the table.
func (f csvFile) encode() ([]byte, error) {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	for _, row := range f.rows {
		if err := w.Write(each(row, inert)); err != nil {
			return nil, err
		}
	}
	w.Flush()
	return b.Bytes(), w.Error()
}

// inert keeps a spreadsheet from taking somebody's text for a formula.
func inert(cell string) string {
	if cell != "" && strings.ContainsAny(cell[:1], "=+-@\t\r") {
		return "'" + cell
	}
	return cell
}

// spoken is a duration in its two largest units, "1 hour 5 minutes"; nothing is
// "N/A".
func spoken(m helpdesk.Mean) string {
	left := int64(m.Value())
	if left <= 0 {
		return "N/A"
	}
	var parts []string
	for _, unit := range []struct {
		name string
		size int64
	}{{"day", 86400}, {"hour", 3600}, {"minute", 60}, {"second", 1}} {
		n := left / unit.size
		left -= n * unit.size
		if n > 0 && len(parts) < 2 {
			name := unit.name
			if n > 1 {
				name += "s"
			}
			parts = append(parts, fmt.Sprint(n, " ", name))
		} else if len(parts) > 0 {
			break
		}
	}
	return strings.Join(parts, " ")
}

// period is the first line of every report.
func (in reportInput) period() ([]string, error) {
	span, err := in.span()
	if err != nil {
		return nil, err
	}
	zone, err := in.zone()
	if err != nil {
		return nil, err
	}
	day := func(t time.Time) string { return t.In(zone).Format(time.DateOnly) }
	return []string{"Reporting period " + day(span.Since) + " to " + day(span.Until)}, nil
}

func downloadAgents(ctx context.Context, c *call, in reportInput) (csvFile, error) {
	return c.download(ctx, in, helpdesk.ByAgents, "Agent")
}

func downloadTeams(ctx context.Context, c *call, in reportInput) (csvFile, error) {
	return c.download(ctx, in, helpdesk.ByTeams, "Team")
}

func downloadInboxes(ctx context.Context, c *call, in reportInput) (csvFile, error) {
	return c.download(ctx, in, helpdesk.ByInboxes, "Inbox")
}

func downloadChannelGroups(ctx context.Context, c *call, in reportInput) (csvFile, error) {
	return c.download(ctx, in, helpdesk.ByChannelGroups, "Channel group")
}

func downloadLabels(ctx context.Context, c *call, in reportInput) (csvFile, error) {
	return c.download(ctx, in, helpdesk.ByLabels, "Label")
}

func (c *call) download(ctx context.Context, in reportInput, by helpdesk.ReportBy, what string) (csvFile, error) {
	first, err := in.period()
	if err != nil {
		return csvFile{}, err
	}
	rows, figures, err := c.table(ctx, in, by)
	if err != nil {
		return csvFile{}, err
	}
	head := []string{what + " name"}
	if by == helpdesk.ByInboxes {
		head = append(head, "Inbox type")
	}
	head = append(head, "Conversations", "Average first response time", "Average resolution time", "Average customer waiting time", "Resolutions")
	out := [][]string{first, head}
	for _, e := range rows {
		f, line := figures[e.id], []string{e.name}
		if e.kind != "" {
			line = append(line, e.kind)
		}
		out = append(out, append(line, strconv.Itoa(f.Conversations), spoken(f.FirstResponse), spoken(f.Resolution), spoken(f.Reply), strconv.Itoa(f.Resolutions)))
	}
	return csvFile{out}, nil
}

func downloadConversations(ctx context.Context, c *call, in reportInput) (csvFile, error) {
	first, err := in.period()
	if err != nil {
		return csvFile{}, err
	}
	in.Type = "account"
	q, err := in.query()
	if err != nil {
		return csvFile{}, err
	}
	f, _, err := c.desk.Reports.Summary(ctx, q)
	return csvFile{[][]string{
		first,
		{"Conversations", "Messages received", "Messages sent", "Average first response time", "Average resolution time", "Resolutions", "Average customer waiting time"},
		{
			strconv.Itoa(f.Conversations), strconv.Itoa(f.Incoming), strconv.Itoa(f.Outgoing), spoken(f.FirstResponse), spoken(f.Resolution),
			strconv.Itoa(f.Resolutions), spoken(f.Reply),
		},
	}}, err
}

type trafficInput struct {
	zoneInput
	Days int `in:"days_before"`
}

// downloadTraffic is how many conversations began in each hour of the days
// before today.
func downloadTraffic(ctx context.Context, c *call, in trafficInput) (csvFile, error) {
	zone, err := in.zone()
	if err != nil {
		return csvFile{}, err
	}
	if in.Days == 0 {
		in.Days = 6
	}
	if in.Days < 0 || in.Days > 366 {
		return csvFile{}, badField("days_before", "must be 1 to 366")
	}
	y, m, d := c.e.Now().In(zone).Date()
	day := func(back int) time.Time { return time.Date(y, m, d-back, 0, 0, 0, 0, zone) }
	points, err := c.desk.Reports.Series(ctx, helpdesk.ConversationsCount, helpdesk.ReportQuery{
		Span: helpdesk.Span{Since: day(in.Days), Until: day(0)}, Every: helpdesk.Hourly, Zone: zone,
	})
	if err != nil {
		return csvFile{}, err
	}
	counts := make(map[string]int, len(points))
	for _, p := range points { // the hour that clocks repeat counts as one
		counts[p.Start.Format("2006-01-02 15")] += p.Count
	}
	head := []string{"Start of the hour"}
	for back := in.Days; back > 0; back-- {
		head = append(head, day(back).Format(time.DateOnly))
	}
	out := [][]string{head}
	for hour := range 24 {
		line := []string{fmt.Sprintf("%02d:00", hour)}
		for _, date := range head[1:] {
			line = append(line, strconv.Itoa(counts[fmt.Sprintf("%s %02d", date, hour)]))
		}
		out = append(out, line)
	}
	return csvFile{out}, nil
}
