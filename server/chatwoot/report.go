package chatwoot

import (
	"cmp"
	"context"
	"math"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/gohelpdesk/helpdesk"
)

// spanInput is the range of a report: since is in it, until is not.
type spanInput struct {
	Since string `in:"since"`
	Until string `in:"until"`
}

func (in spanInput) span() (s helpdesk.Span, err error) {
	for _, end := range []struct {
		from string
		to   *time.Time
	}{{in.Since, &s.Since}, {in.Until, &s.Until}} {
		if end.from == "" {
			continue
		}
		if *end.to, err = readTime(end.from); err != nil {
			return s, err
		}
	}
	return s, nil
}

type zoneInput struct {
	Offset string `in:"timezone_offset"` // hours east of UTC, as "-3" or "5.5"
	Zone   string `in:"timezone"`        // an addition: an IANA name, which knows when clocks change
}

func (in zoneInput) zone() (*time.Location, error) {
	if in.Zone != "" {
		zone, err := time.LoadLocation(in.Zone)
		if err != nil || in.Zone == "Local" {
			return nil, badField("timezone", "is not known")
		}
		return zone, nil
	}
	hours, err := strconv.ParseFloat(cmp.Or(in.Offset, "0"), 64)
	if err != nil || math.Abs(hours) > 14 || math.IsNaN(hours) {
		return nil, badField("timezone_offset", "must be hours from -14 to 14")
	}
	return time.FixedZone("", int(math.Round(hours*3600))), nil
}

func badField(name, what string) error {
	return &helpdesk.Error{Code: helpdesk.Invalid, Message: "invalid " + name, Fields: map[string]string{name: what}}
}

type reportInput struct {
	spanInput
	zoneInput
	Metric   string `in:"metric"`
	Type     string `in:"type"`
	ID       int64  `in:"id"`
	GroupBy  string `in:"group_by"`
	Business bool   `in:"business_hours"`
}

func (in reportInput) query() (q helpdesk.ReportQuery, err error) {
	q = helpdesk.ReportQuery{By: helpdesk.ReportBy(in.Type), ID: in.ID, Every: helpdesk.Period(in.GroupBy), Business: in.Business}
	if in.Type == "account" {
		q.By, q.ID = helpdesk.ByAccount, 0
	}
	if q.Span, err = in.span(); err != nil {
		return q, err
	}
	q.Zone, err = in.zone()
	return q, err
}

type pointView struct {
	Value     float64 `json:"value"`
	Timestamp epoch   `json:"timestamp"`
	Count     *int    `json:"count,omitempty"` // on averages alone
}

// showReport is a metric over time; one that nobody knows is an empty object.
func showReport(ctx context.Context, c *call, in reportInput) (any, error) {
	q, err := in.query()
	if err != nil {
		return nil, err
	}
	metric := helpdesk.Metric(in.Metric)
	if !metric.Known() {
		_, _, err := c.desk.Reports.Summary(ctx, q)
		return map[string]any{}, err
	}
	points, err := c.desk.Reports.Series(ctx, metric, q)
	return each(points, func(p helpdesk.Point) pointView {
		out := pointView{Value: p.Value, Timestamp: epoch{p.Start}}
		if metric.Average() {
			out.Count = &p.Count
		}
		return out
	}), err
}

func showSummary(ctx context.Context, c *call, in reportInput) (summaryView, error) {
	q, err := in.query()
	if err != nil {
		return summaryView{}, err
	}
	now, before, err := c.desk.Reports.Summary(ctx, q)
	return summaryView{viewFigures(now), viewFigures(before)}, err
}

func showBotSummary(ctx context.Context, c *call, in reportInput) (botSummaryView, error) {
	q, err := in.query()
	if err != nil {
		return botSummaryView{}, err
	}
	now, before, err := c.desk.Reports.Summary(ctx, q)
	return botSummaryView{botFigures{now.BotResolutions, now.BotHandoffs}, botFigures{before.BotResolutions, before.BotHandoffs}}, err
}

func showBotMetrics(ctx context.Context, c *call, in reportInput) (botMetricsView, error) {
	span, err := in.span()
	if err != nil {
		return botMetricsView{}, err
	}
	f, err := c.desk.Reports.Bots(ctx, span)
	return botMetricsView{f.Conversations, f.Messages, percent(f.Resolved, f.Conversations), percent(f.HandedOff, f.Conversations)}, err
}

// percent is a share in whole hundredths; 0 of nothing.
func percent(part, of int) int {
	if of == 0 {
		return 0
	}
	return part * 100 / of
}

type liveInput struct {
	pageInput
	Type    string          `in:"type"`
	Team    helpdesk.TeamID `in:"team_id"`
	GroupBy string          `in:"group_by"`
}

func showLive(ctx context.Context, c *call, in liveInput) (liveView, error) {
	n, err := c.desk.Reports.Live(ctx, in.Team)
	return viewLive(n), err
}

// showGroupedLive is one row for each team or assignee; null is nobody.
func showGroupedLive(ctx context.Context, c *call, in liveInput) ([]map[string]any, error) {
	by, known := map[string]helpdesk.ReportBy{"team_id": helpdesk.ByTeams, "assignee_id": helpdesk.ByAgents}[in.GroupBy]
	if !known {
		return nil, badField("group_by", "must be team_id or assignee_id")
	}
	rows, err := c.desk.Reports.LiveBy(ctx, by)
	return each(rows, func(n helpdesk.LiveCount) map[string]any {
		return map[string]any{"open": n.Open, "unattended": n.Unattended, "unassigned": n.Unassigned, in.GroupBy: number(n.ID)}
	}), err
}

const agentsPerPage = 25

// showConversationReport is the older form of the live figures: of the account,
// or of each agent.
func showConversationReport(ctx context.Context, c *call, in liveInput) (any, error) {
	switch in.Type {
	case "account":
		return showLive(ctx, c, in)
	case "agent":
		return agentLoads(ctx, c, in.page(agentsPerPage))
	default:
		return nil, badField("type", "must be account or agent")
	}
}

func agentLoads(ctx context.Context, c *call, p helpdesk.Page) ([]agentLoad, error) {
	rows, err := c.desk.Reports.LiveBy(ctx, helpdesk.ByAgents)
	if err != nil {
		return nil, err
	}
	agents, err := c.desk.Agents.List(ctx, helpdesk.AgentFilter{Persons: true})
	if err != nil {
		return nil, err
	}
	of := make(map[int64]helpdesk.LiveCount, len(rows))
	for _, n := range rows {
		of[n.ID] = n
	}
	slices.SortStableFunc(agents, func(a, b *helpdesk.Agent) int { return cmp.Compare(of[int64(b.ID)].Open, of[int64(a.ID)].Open) })
	from := min(p.Offset, len(agents))
	return each(agents[from:min(from+p.Limit, len(agents))], func(a *helpdesk.Agent) agentLoad {
		n := of[int64(a.ID)]
		return agentLoad{ID: a.ID, Name: a.Name, Email: a.Email, Availability: a.Effective(), Metric: agentMetric{n.Open, n.Unattended}}
	}), nil
}

// entity is one agent, team, inbox, label or channel group of a report.
type entity struct {
	id         int64
	name, kind string
}

// entities lists what a report has a row for: all agents, teams, labels and channel
// groups of the account, also those the caller has no other business with, and the inboxes that
// are the caller's.
func (c *call) entities(ctx context.Context, by helpdesk.ReportBy) ([]entity, error) {
	desk := c.e.As(c.e.System(c.actor.Account()))
	switch by {
	case helpdesk.ByAgents:
		rows, err := desk.Agents.List(ctx, helpdesk.AgentFilter{Persons: true})
		return each(rows, func(a *helpdesk.Agent) entity { return entity{id: int64(a.ID), name: a.Name} }), err
	case helpdesk.ByTeams:
		rows, err := desk.Teams.List(ctx)
		return each(rows, func(t *helpdesk.Team) entity { return entity{id: int64(t.ID), name: t.Name} }), err
	case helpdesk.ByInboxes:
		rows, err := c.desk.Inboxes.List(ctx)
		return each(rows, func(b *helpdesk.Inbox) entity { return entity{int64(b.ID), b.Name, channelType(b.Kind)} }), err
	case helpdesk.ByChannelGroups:
		rows, err := desk.ChannelGroups.List(ctx)
		return each(rows, func(g *helpdesk.ChannelGroup) entity { return entity{id: int64(g.ID), name: g.Name} }), err
	default:
		rows, err := desk.Labels.List(ctx)
		return each(rows, func(l *helpdesk.Label) entity { return entity{id: int64(l.ID), name: l.Title} }), err
	}
}

// table is a report's rows beside their figures.
func (c *call) table(ctx context.Context, in reportInput, by helpdesk.ReportBy) ([]entity, map[int64]helpdesk.Figures, error) {
	q, err := in.query()
	if err != nil {
		return nil, nil, err
	}
	q.By, q.ID = by, 0
	figures, err := c.desk.Reports.Table(ctx, q)
	if err != nil {
		return nil, nil, err
	}
	rows, err := c.entities(ctx, by)
	return rows, figures, err
}

func listAgentSummaries(ctx context.Context, c *call, in reportInput) ([]rowView, error) {
	return summaries(ctx, c, in, helpdesk.ByAgents)
}

func listTeamSummaries(ctx context.Context, c *call, in reportInput) ([]rowView, error) {
	return summaries(ctx, c, in, helpdesk.ByTeams)
}

func listInboxSummaries(ctx context.Context, c *call, in reportInput) ([]rowView, error) {
	return summaries(ctx, c, in, helpdesk.ByInboxes)
}

func listChannelGroupSummaries(ctx context.Context, c *call, in reportInput) ([]rowView, error) {
	return summaries(ctx, c, in, helpdesk.ByChannelGroups)
}

func summaries(ctx context.Context, c *call, in reportInput, by helpdesk.ReportBy) ([]rowView, error) {
	rows, figures, err := c.table(ctx, in, by)
	return each(rows, func(e entity) rowView { return viewRow(e, figures[e.id]) }), err
}

// listLabelSummaries has names, and 0 where the others have null.
func listLabelSummaries(ctx context.Context, c *call, in reportInput) ([]labelRowView, error) {
	rows, figures, err := c.table(ctx, in, helpdesk.ByLabels)
	return each(rows, func(e entity) labelRowView { return viewLabelRow(e, figures[e.id]) }), err
}

func showChannelSummary(ctx context.Context, c *call, in reportInput) (map[string]channelCounts, error) {
	span, err := in.span()
	if err != nil {
		return nil, err
	}
	found, err := c.desk.Reports.Channels(ctx, span)
	out := make(map[string]channelCounts, len(found))
	for kind, n := range found {
		out[channelType(kind)] = channelCounts{
			n[helpdesk.Open], n[helpdesk.Resolved], n[helpdesk.Pending], n[helpdesk.Snoozed],
			n[helpdesk.Open] + n[helpdesk.Resolved] + n[helpdesk.Pending] + n[helpdesk.Snoozed],
		}
	}
	return out, err
}

type reportEventsInput struct {
	pageInput
	spanInput
	Inbox helpdesk.InboxID `in:"inbox_id"`
	User  helpdesk.AgentID `in:"user_id"`
	Name  string           `in:"name"`
}

const reportEventsPerPage = 25

func listReportEvents(ctx context.Context, c *call, in reportEventsInput) (reportEventsView, error) {
	span, err := in.span()
	if err != nil {
		return reportEventsView{}, err
	}
	f := helpdesk.ReportEventFilter{Span: span, Inbox: in.Inbox, Agent: in.User}
	if in.Name != "" {
		if f.Kind = reportKind(in.Name); f.Kind == "" {
			return reportEventsView{}, refused(http.StatusUnprocessableEntity, "Name is not an event of reports")
		}
	}
	rows, n, err := c.desk.Reports.Events(ctx, f, in.page(reportEventsPerPage))
	pages := (n + reportEventsPerPage - 1) / reportEventsPerPage
	return reportEventsView{each(rows, viewReportEvent), reportEventsMeta{n, max(in.Page, 1), pages}}, err
}

func listConversationReportEvents(ctx context.Context, c *call, in onConversation) ([]reportEventView, error) {
	row, err := in.find(ctx, c)
	if err != nil {
		return nil, err
	}
	rows, err := c.desk.Reports.EventsOf(ctx, row.ID)
	return each(rows, viewReportEvent), err
}
