package helpdesk

import (
	"context"
	"time"
)

// LiveCount is how many conversations are in which state right now.
type LiveCount struct {
	ID           int64 // of the team or agent; 0 = of nobody, or of all
	Open         int
	Unattended   int // open, and nobody has answered yet or the customer waits again
	WaitingAgain int // of those, the ones that were answered before
	Unassigned   int // open, of nobody
	Pending      int
}

// LiveQuery chooses the conversations that are counted as they are now.
type LiveQuery struct {
	By      ReportBy  // ByAccount, ByAgents or ByTeams
	Team    TeamID    // 0 = of any team, or of none
	Inboxes []InboxID // in any of them; nil = wherever, empty = none
}

// BegunCount is how many conversations of an inbox have a status.
type BegunCount struct {
	Inbox  InboxID
	Status Status
	N      int
}

// Live returns the figures of this moment, of one team or, with 0, of all.
func (s Reports) Live(ctx context.Context, team TeamID) (LiveCount, error) {
	return read(ctx, s.d, func(u *unit) (LiveCount, error) {
		if err := u.may(ReadReports); err != nil {
			return LiveCount{}, err
		}
		if team != 0 {
			if err := u.reportable(ByTeams, int64(team)); err != nil {
				return LiveCount{}, err
			}
		}
		rows, err := u.tx.Reports().Live(u.ctx, LiveQuery{Team: team, Inboxes: u.reported()})
		if err != nil || len(rows) == 0 {
			return LiveCount{}, err
		}
		return rows[0], nil
	})
}

// LiveBy returns the figures of this moment for each team or agent that has open
// or pending conversations, by id; those of nobody under id 0.
func (s Reports) LiveBy(ctx context.Context, by ReportBy) ([]LiveCount, error) {
	return read(ctx, s.d, func(u *unit) ([]LiveCount, error) {
		if err := u.may(ReadReports); err != nil {
			return nil, err
		}
		if by != ByAgents && by != ByTeams {
			return nil, problems{"group_by": "must be team_id or assignee_id"}.err()
		}
		return u.tx.Reports().Live(u.ctx, LiveQuery{By: by, Inboxes: u.reported()})
	})
}

// Channels returns, by kind of channel, how many of the conversations that began
// in the span have which status now. A span of more than six months is Invalid.
func (s Reports) Channels(ctx context.Context, span Span) (map[ChannelKind]map[Status]int, error) {
	return read(ctx, s.d, func(u *unit) (map[ChannelKind]map[Status]int, error) {
		if err := u.may(ReadReports); err != nil {
			return nil, err
		}
		q := ReportQuery{Span: span, Every: Yearly}
		p := problems{}
		q.check(p)
		if err := p.err(); err != nil {
			return nil, err
		}
		if span.Until.After(span.Since.AddDate(0, 6, 0)) {
			return nil, Errorf(Invalid, "Date range cannot exceed 6 months")
		}
		rows, err := u.tx.Reports().Begun(u.ctx, span, u.reported())
		out := make(map[ChannelKind]map[Status]int)
		for _, r := range rows {
			box := u.cfg.inboxes[r.Inbox]
			if box == nil {
				continue
			}
			if out[box.Kind] == nil {
				out[box.Kind] = make(map[Status]int)
			}
			out[box.Kind][r.Status] += r.N
		}
		return out, err
	})
}

// BotFigures are what the bots of the account did.
type BotFigures struct {
	Conversations int // begun in inboxes that have a bot now
	Messages      int // sent to customers there
	Resolved      int // of those conversations, resolved without a person
	HandedOff     int // of those conversations, handed to people
}

// Bots returns the figures of the inboxes that have a bot now.
func (s Reports) Bots(ctx context.Context, span Span) (out BotFigures, err error) {
	return read(ctx, s.d, func(u *unit) (BotFigures, error) {
		if err := u.may(ReadReports); err != nil {
			return BotFigures{}, err
		}
		q := ReportQuery{Span: span, Every: Yearly}
		p := problems{}
		q.check(p)
		if err := p.err(); err != nil {
			return BotFigures{}, err
		}
		facts, err := u.tx.Reports().Facts(u.ctx, FactQuery{Kinds: everyKind(), Spans: []Span{span}, By: ByInboxes, Inboxes: u.reported()})
		var sum Figures
		for _, f := range facts {
			if u.cfg.hasBot(InboxID(f.ID)) {
				sum.add(f, false)
			}
		}
		return BotFigures{sum.Conversations, sum.Outgoing, sum.BotResolved, sum.BotHandoffs}, err
	})
}

// ReportEventFilter chooses measured events.
type ReportEventFilter struct {
	Span         // zero times = unbounded
	Kind         EventKind
	Inbox        InboxID
	Agent        AgentID // whose it was
	Conversation ConversationID
	Inboxes      []InboxID // in any of them; nil = all, empty = none
}

// Events returns the events that durations are averaged of, newest first, and
// how many there are. f.Inboxes are the actor's.
func (s Reports) Events(ctx context.Context, f ReportEventFilter, p Page) (list []*Event, n int, err error) {
	err = s.d.view(ctx, func(u *unit) error {
		list, n = nil, 0
		if err := u.may(ReadReports); err != nil {
			return err
		}
		if err := u.reportsOn(f.Inbox); err != nil {
			return err
		}
		f.Inboxes = u.reported()
		if list, err = u.tx.Reports().Events(u.ctx, f, p); err != nil {
			return err
		}
		n, err = u.tx.Reports().CountEvents(u.ctx, f)
		return err
	})
	return list, n, err
}

// EventsOf returns those of one conversation, oldest first, to whoever sees it.
func (s Reports) EventsOf(ctx context.Context, id ConversationID) ([]*Event, error) {
	return read(ctx, s.d, func(u *unit) ([]*Event, error) {
		c, err := u.tx.Conversations().Get(u.ctx, id)
		if err != nil {
			return nil, err
		}
		if err := u.mayConversation(ReadConversation, c); err != nil {
			return nil, err
		}
		if err := u.may(ReadSettings); err != nil { // customers are not told how they were served
			return nil, err
		}
		all, err := u.tx.Events().Measured(u.ctx, id)
		out := make([]*Event, 0, len(all))
		for _, ev := range all {
			if ev.Kind != ConversationCreated {
				out = append(out, ev)
			}
		}
		return out, err
	})
}

// Owner is whom reports credit with an event: the writer of a first reply, else
// the conversation's owner at that moment; 0 = nobody.
func (ev *Event) Owner() AgentID {
	if ev.Kind == FirstReply {
		if ev.Actor.Kind == ByAgent {
			return AgentID(ev.Actor.ID)
		}
		return 0
	}
	return ev.After.Assignee
}

// Began is when what the event measures began.
func (ev *Event) Began() time.Time { return ev.At.Add(-time.Duration(ev.Elapsed) * time.Second) }
