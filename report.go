package helpdesk

import (
	"context"
	"slices"
	"strings"
	"time"
)

// Span is a stretch of time, from Since up to and without Until.
type Span struct{ Since, Until time.Time }

// ReportBy says what a report tells apart. An agent's part is what the log says
// was theirs when it happened; a label's and a team's is what the conversation
// carries now, as only the conversation knows it.
type ReportBy string

const (
	ByAccount ReportBy = "" // nothing: one figure for everything
	ByAgents  ReportBy = "agent"
	ByInboxes ReportBy = "inbox"
	ByTeams   ReportBy = "team"
	ByLabels  ReportBy = "label"
	// ByChannelGroups is the sum over a group's inboxes; one in several counts in each.
	// Stores are not asked it.
	ByChannelGroups ReportBy = "channel_group"
)

// FactQuery asks the log for figures.
type FactQuery struct {
	Kinds []EventKind
	Spans []Span // may overlap; each is counted by itself
	By    ReportBy
	ID    int64 // only this agent, inbox, team or label; 0 = each
	// Inboxes limits to what happened in them; nil = anywhere, empty = nowhere.
	Inboxes []InboxID
}

// Fact is how often something happened within one span.
type Fact struct {
	Span          int   // index into the query's
	ID            int64 // of the agent, inbox, team or label; 0 with ByAccount
	Kind          EventKind
	MessageKind   MessageKind // of message.created; private notes are left out
	N             int
	Conversations int   // different ones
	Elapsed       int64 // sums, in seconds
	Business      int64
}

// Metric names a figure that is drawn over time.
type Metric string

const (
	ConversationsCount  Metric = "conversations_count"     // begun
	IncomingCount       Metric = "incoming_messages_count" // from customers
	OutgoingCount       Metric = "outgoing_messages_count" // to customers, by people and bots; no notes
	ResolutionsCount    Metric = "resolutions_count"       // a conversation resolved twice counts twice
	BotResolutionsCount Metric = "bot_resolutions_count"
	BotHandoffsCount    Metric = "bot_handoffs_count"      // conversations, each once
	FirstResponseTime   Metric = "avg_first_response_time" // averages of seconds
	ResolutionTime      Metric = "avg_resolution_time"
	ReplyTime           Metric = "reply_time" // of every wait but the first
)

// Known reports whether there is such a metric.
func (m Metric) Known() bool { return m.kind() != "" }

// Average reports whether the metric is a mean of durations, not a count.
func (m Metric) Average() bool {
	return m == FirstResponseTime || m == ResolutionTime || m == ReplyTime
}

// kind is the event a metric counts.
func (m Metric) kind() EventKind {
	switch m {
	case ConversationsCount:
		return ConversationCreated
	case IncomingCount, OutgoingCount:
		return MessageCreated
	case ResolutionsCount, ResolutionTime:
		return ConversationResolved
	case BotResolutionsCount:
		return BotResolved
	case BotHandoffsCount:
		return ConversationHandoff
	case FirstResponseTime:
		return FirstReply
	case ReplyTime:
		return ReplyCreated
	default:
		return ""
	}
}

// Mean is an average of durations, and how many made it.
type Mean struct {
	Count   int
	Seconds int64 // in all
}

func (m *Mean) add(n int, seconds int64) { m.Count, m.Seconds = m.Count+n, m.Seconds+seconds }

// Value is the average in seconds; 0 when there is none.
func (m Mean) Value() float64 {
	if m.Count == 0 {
		return 0
	}
	return float64(m.Seconds) / float64(m.Count)
}

// Figures are all metrics of one span.
type Figures struct {
	Conversations, Incoming, Outgoing        int
	Resolutions, BotResolutions, BotHandoffs int
	BotResolved                              int // different conversations
	FirstResponse, Resolution, Reply         Mean
}

func (f *Figures) add(x Fact, business bool) {
	sum := x.Elapsed
	if business {
		sum = x.Business
	}
	switch x.Kind {
	case ConversationCreated:
		f.Conversations += x.N
	case MessageCreated:
		switch x.MessageKind {
		case Incoming:
			f.Incoming += x.N
		case Outgoing:
			f.Outgoing += x.N
		case Activity, Template: // what the product says itself
		}
	case ConversationResolved:
		f.Resolutions += x.N
		f.Resolution.add(x.N, sum)
	case BotResolved:
		f.BotResolutions += x.N
		f.BotResolved += x.Conversations
	case ConversationHandoff:
		f.BotHandoffs += x.Conversations
	case FirstReply:
		f.FirstResponse.add(x.N, sum)
	case ReplyCreated:
		f.Reply.add(x.N, sum)
	default: // not asked for
	}
}

// point is one metric of the figures.
func (f Figures) point(m Metric) (value float64, count int) {
	means := map[Metric]Mean{FirstResponseTime: f.FirstResponse, ResolutionTime: f.Resolution, ReplyTime: f.Reply}
	if mean, ok := means[m]; ok {
		return mean.Value(), mean.Count
	}
	counts := map[Metric]int{
		ConversationsCount: f.Conversations, IncomingCount: f.Incoming, OutgoingCount: f.Outgoing, ResolutionsCount: f.Resolutions,
		BotResolutionsCount: f.BotResolutions, BotHandoffsCount: f.BotHandoffs,
	}
	return float64(counts[m]), counts[m]
}

// ReportQuery says what a report is about.
type ReportQuery struct {
	Span
	By       ReportBy
	ID       int64          // of the agent, inbox, team, label or channel group; needed unless By is ByAccount
	Every    Period         // of a series; "" = day
	Zone     *time.Location // in which periods begin; nil = UTC
	Business bool           // durations within business hours
}

// Point is one period of a series.
type Point struct {
	Start time.Time // of the period, which may lie before the query's Since
	Value float64   // a count, or seconds
	Count int       // what made an average
}

// Reports is the service for figures. Who may read reports sees those of the
// inboxes they belong to, and of the whole account when they see all of its
// conversations; another inbox is NotFound to them. A report on an agent, a team
// or a label counts what happened in those inboxes alone. Each method costs one
// aggregation, however long the span.
type Reports struct{ d *Desk }

// Series returns a metric in every period of the span, zeros included. More than
// 10,000 periods are Invalid, as is a metric that is not known.
func (s Reports) Series(ctx context.Context, m Metric, q ReportQuery) ([]Point, error) {
	return read(ctx, s.d, func(u *unit) ([]Point, error) {
		if err := u.may(ReadReports); err != nil {
			return nil, err
		}
		p := problems{}
		p.add(!m.Known(), "metric", "is not known")
		starts := q.check(p)
		if err := p.err(); err != nil {
			return nil, err
		}
		if err := u.reportable(q.By, q.ID); err != nil {
			return nil, err
		}
		facts, err := u.facts(q, FactQuery{Kinds: []EventKind{m.kind()}, Spans: spans(starts, q.Span)})
		if err != nil {
			return nil, err
		}
		all := make([]Figures, len(starts))
		for _, f := range facts {
			all[f.Span].add(f, q.Business)
		}
		out := make([]Point, len(starts))
		for i, at := range starts {
			out[i].Start = at
			out[i].Value, out[i].Count = all[i].point(m)
		}
		return out, nil
	})
}

// Summary returns all figures of the span, and those of the span of equal length
// before it.
func (s Reports) Summary(ctx context.Context, q ReportQuery) (now, before Figures, err error) {
	err = s.d.view(ctx, func(u *unit) error {
		now, before = Figures{}, Figures{}
		if err := u.may(ReadReports); err != nil {
			return err
		}
		p := problems{}
		q.check(p)
		if err := p.err(); err != nil {
			return err
		}
		if err := u.reportable(q.By, q.ID); err != nil {
			return err
		}
		prior := Span{q.Since.Add(-q.Until.Sub(q.Since)), q.Since}
		facts, err := u.facts(q, FactQuery{Kinds: everyKind(), Spans: []Span{q.Span, prior}})
		for _, f := range facts {
			if f.Span == 0 {
				now.add(f, q.Business)
			} else {
				before.add(f, q.Business)
			}
		}
		return err
	})
	return now, before, err
}

// facts asks the log what a report is about.
func (u *unit) facts(q ReportQuery, f FactQuery) ([]Fact, error) {
	f.By, f.ID, f.Inboxes = q.By, q.ID, u.reported()
	if q.By == ByChannelGroups {
		f.By, f.ID, f.Inboxes = ByAccount, 0, u.reportedOf(ChannelGroupID(q.ID))
	}
	return u.tx.Reports().Facts(u.ctx, f)
}

// Table returns the figures of every agent, inbox, team, label or channel group that
// has any in the span, by id. The query's ID is ignored.
func (s Reports) Table(ctx context.Context, q ReportQuery) (map[int64]Figures, error) {
	return read(ctx, s.d, func(u *unit) (map[int64]Figures, error) {
		if err := u.may(ReadReports); err != nil {
			return nil, err
		}
		p := problems{}
		q.check(p)
		p.add(q.By == ByAccount, "type", "must be agent, inbox, team, label or channel_group")
		if err := p.err(); err != nil {
			return nil, err
		}
		by := q.By
		if by == ByChannelGroups {
			by = ByInboxes
		}
		facts, err := u.tx.Reports().Facts(u.ctx, FactQuery{Kinds: everyKind(), Spans: []Span{q.Span}, By: by, Inboxes: u.reported()})
		out := make(map[int64]Figures)
		for _, f := range facts {
			for _, id := range u.rowsOf(q.By, f.ID) {
				row := out[id]
				row.add(f, q.Business)
				out[id] = row
			}
		}
		return out, err
	})
}

// everyKind is what all figures together are made of.
func everyKind() []EventKind {
	return slices.DeleteFunc(append(Measured(), MessageCreated), func(k EventKind) bool { return k == ConversationOpened })
}

// check adds what is wrong with a query, and returns the starts of its periods.
func (q *ReportQuery) check(p problems) []time.Time {
	if q.Zone == nil {
		q.Zone = time.UTC
	}
	p.add(q.Since.IsZero(), "since", "is required")
	p.add(q.Until.IsZero(), "until", "is required")
	p.add(q.Until.Before(q.Since), "until", "lies before since")
	p.add(!slices.Contains([]ReportBy{ByAccount, ByAgents, ByInboxes, ByTeams, ByLabels, ByChannelGroups}, q.By), "type", "must be account, agent, inbox, team, label or channel_group")
	p.add(!q.Every.known(), "group_by", "must be hour, day, week, month or year")
	if len(p) > 0 {
		return nil
	}
	starts, ok := q.Every.starts(q.Zone, q.Span)
	p.add(!ok, "group_by", "makes too many points (maximum is 10000)")
	return starts
}

// reported are the inboxes whose figures the actor may read; nil = all of them.
func (u *unit) reported() []InboxID {
	s := u.scope()
	if s.All {
		return nil
	}
	return append([]InboxID{}, s.Inboxes...) // of no inbox: not nil, which is all
}

// reportedOf are those of reported that are in a channel group; none is not nil.
func (u *unit) reportedOf(id ChannelGroupID) []InboxID {
	out := []InboxID{}
	for _, box := range u.cfg.groups[id].Inboxes {
		if u.cfg.inboxes[box] != nil && u.reportsOn(box) == nil {
			out = append(out, box)
		}
	}
	return out
}

// rowsOf are the rows of a table in which a fact counts.
func (u *unit) rowsOf(by ReportBy, id int64) []int64 {
	if by != ByChannelGroups {
		return []int64{id}
	}
	var out []int64
	for _, group := range u.cfg.groupsOf[InboxID(id)] {
		out = append(out, int64(group))
	}
	return out
}

// reportsOn refuses an inbox whose figures the actor may not read; 0 names none.
func (u *unit) reportsOn(id InboxID) error {
	if s := u.scope(); id != 0 && !s.All && !slices.Contains(s.Inboxes, id) {
		return notFound("inbox")
	}
	return nil
}

// reportable refuses what a report cannot be about: an id that names nothing, or
// nothing that the actor sees.
func (u *unit) reportable(by ReportBy, id int64) error {
	known := true
	switch by {
	case ByAgents:
		known = u.cfg.agents[AgentID(id)] != nil
	case ByInboxes:
		known = u.cfg.inboxes[InboxID(id)] != nil && u.reportsOn(InboxID(id)) == nil
	case ByTeams:
		known = u.cfg.teams[TeamID(id)] != nil
	case ByLabels:
		known = u.cfg.labels[LabelID(id)] != nil
	case ByChannelGroups:
		known = u.cfg.groups[ChannelGroupID(id)] != nil
	case ByAccount:
	}
	if !known {
		return notFound(strings.ReplaceAll(string(by), "_", " "))
	}
	return nil
}
