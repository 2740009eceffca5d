package storetest

import (
	"context"

	"github.com/gohelpdesk/helpdesk"
)

// testReports: aggregations over the log and the conversations.
func testReports(s suite) {
	s.test("Facts count and sum within spans", factsCount)
	s.test("Facts tell owners apart", factsByOwner)
	s.test("Facts know one account", factsOfOneAccount)
	s.test("figures are limited to inboxes", figuresOfInboxes)
	s.test("Measured and Events list what is measured", measuredEvents)
	s.test("the newest calendar is current", calendarVersions)
}

// story appends the events to the log.
func (d *desk) story(events ...*helpdesk.Event) {
	d.Helper()
	d.update(func(ctx context.Context, tx helpdesk.Tx) error {
		fresh := make([]*helpdesk.Event, len(events))
		for i, ev := range events {
			own := *ev
			fresh[i] = &own
		}
		return tx.Events().Append(ctx, fresh)
	})
}

func (d *desk) facts(q helpdesk.FactQuery) map[helpdesk.Fact]bool {
	d.Helper()
	out := map[helpdesk.Fact]bool{}
	d.view(func(ctx context.Context, tx helpdesk.Tx) error {
		facts, err := tx.Reports().Facts(ctx, q)
		for _, f := range facts {
			out[f] = true
		}
		return err
	})
	return out
}

func facts(list ...helpdesk.Fact) map[helpdesk.Fact]bool {
	out := map[helpdesk.Fact]bool{}
	for _, f := range list {
		out[f] = true
	}
	return out
}

func factsCount(d *desk) {
	resolved := func(n int, of helpdesk.ConversationID, elapsed int64) *helpdesk.Event {
		return &helpdesk.Event{Kind: helpdesk.ConversationResolved, At: at(n), Conversation: of, Elapsed: elapsed, Business: elapsed / 2}
	}
	d.story(resolved(1, 1, 10), resolved(2, 1, 20), resolved(3, 2, 40), resolved(5, 3, 80),
		&helpdesk.Event{Kind: helpdesk.MessageCreated, At: at(2), Conversation: 1, MessageKind: helpdesk.Outgoing},
		&helpdesk.Event{Kind: helpdesk.MessageCreated, At: at(2), Conversation: 1, MessageKind: helpdesk.Outgoing, Private: true},
		&helpdesk.Event{Kind: helpdesk.ConfigChanged, At: at(2)})
	q := helpdesk.FactQuery{
		Kinds: []helpdesk.EventKind{helpdesk.ConversationResolved},
		Spans: []helpdesk.Span{{Since: at(1), Until: at(4)}, {Since: at(3), Until: at(5)}, {Since: at(7), Until: at(9)}},
	}
	want := facts(
		helpdesk.Fact{Span: 0, Kind: helpdesk.ConversationResolved, N: 3, Conversations: 2, Elapsed: 70, Business: 35},
		helpdesk.Fact{Span: 1, Kind: helpdesk.ConversationResolved, N: 1, Conversations: 1, Elapsed: 40, Business: 20},
	)
	equal(d, "resolutions", d.facts(q), want)
	q.Kinds = append(q.Kinds, helpdesk.MessageCreated)
	want[helpdesk.Fact{Span: 0, Kind: helpdesk.MessageCreated, MessageKind: helpdesk.Outgoing, N: 1, Conversations: 1}] = true
	equal(d, "and messages, but no notes", d.facts(q), want)
	equal(d, "nothing asked", d.facts(helpdesk.FactQuery{}), facts())
}

func factsByOwner(d *desk) {
	c, label := d.conversation(), d.label("vip")
	d.update(func(ctx context.Context, tx helpdesk.Tx) error {
		c, err := tx.Conversations().Get(ctx, c.ID)
		if err != nil {
			return err
		}
		c.Assignee, c.Team = 5, 6
		if err := tx.Conversations().Update(ctx, c); err != nil {
			return err
		}
		return tx.Conversations().SetLabels(ctx, c, []helpdesk.LabelID{label.ID})
	})
	then := helpdesk.ConversationFacts{Inbox: c.Inbox, Assignee: 3, Team: 4}
	ada := helpdesk.ActorRef{Kind: helpdesk.ByAgent, ID: 9}
	d.story(
		&helpdesk.Event{Kind: helpdesk.ConversationCreated, At: at(1), Conversation: c.ID, After: then},
		&helpdesk.Event{Kind: helpdesk.FirstReply, At: at(1), Conversation: c.ID, After: then, Actor: ada},
		&helpdesk.Event{Kind: helpdesk.ReplyCreated, At: at(1), Conversation: c.ID, After: then, Actor: ada},
	)
	kinds := []helpdesk.EventKind{helpdesk.ConversationCreated, helpdesk.FirstReply, helpdesk.ReplyCreated}
	by := func(by helpdesk.ReportBy, id int64) map[helpdesk.EventKind]int64 {
		out := map[helpdesk.EventKind]int64{}
		for f := range d.facts(helpdesk.FactQuery{Kinds: kinds, Spans: []helpdesk.Span{{Since: at(0), Until: at(2)}}, By: by, ID: id}) {
			out[f.Kind] = f.ID
		}
		return out
	}
	all := func(id int64) map[helpdesk.EventKind]int64 {
		return map[helpdesk.EventKind]int64{helpdesk.ConversationCreated: id, helpdesk.FirstReply: id, helpdesk.ReplyCreated: id}
	}
	equal(d, "inboxes, as they were", by(helpdesk.ByInboxes, 0), all(int64(c.Inbox)))
	equal(d, "teams, as they are", by(helpdesk.ByTeams, 0), all(6))
	equal(d, "labels, as they are", by(helpdesk.ByLabels, 0), all(int64(label.ID)))
	equal(d, "agents", by(helpdesk.ByAgents, 0), map[helpdesk.EventKind]int64{helpdesk.ConversationCreated: 5, helpdesk.FirstReply: 9, helpdesk.ReplyCreated: 3})
	equal(d, "one agent", by(helpdesk.ByAgents, 9), map[helpdesk.EventKind]int64{helpdesk.FirstReply: 9})
	equal(d, "another team", by(helpdesk.ByTeams, 4), map[helpdesk.EventKind]int64{})
}

func factsOfOneAccount(d *desk) {
	d.in(d.other).story(&helpdesk.Event{Kind: helpdesk.ConversationResolved, At: at(1), Conversation: 1})
	equal(d, "facts", d.facts(helpdesk.FactQuery{Kinds: helpdesk.Measured(), Spans: []helpdesk.Span{{Since: at(0), Until: at(9)}}}), facts())
}

// figures is all that is counted of the inboxes: facts, events, conversations as
// they are and as they began, surveys sent and answered.
func (d *desk) figures(inboxes []helpdesk.InboxID) (out [6]int) {
	d.Helper()
	d.view(func(ctx context.Context, tx helpdesk.Tx) error {
		spans := []helpdesk.Span{{Since: at(0), Until: at(9)}}
		facts, err := tx.Reports().Facts(ctx, helpdesk.FactQuery{Kinds: helpdesk.Measured(), Spans: spans, Inboxes: inboxes})
		if err != nil {
			return err
		}
		for _, f := range facts {
			out[0] += f.N
		}
		events, err := tx.Reports().Events(ctx, helpdesk.ReportEventFilter{Inboxes: inboxes}, helpdesk.Page{})
		if err != nil {
			return err
		}
		n, err := tx.Reports().CountEvents(ctx, helpdesk.ReportEventFilter{Inboxes: inboxes})
		if err != nil {
			return err
		}
		equal(d, "events counted", n, len(events))
		out[1] = n
		live, err := tx.Reports().Live(ctx, helpdesk.LiveQuery{Inboxes: inboxes})
		if err != nil {
			return err
		}
		for _, l := range live {
			out[2] += l.Open
		}
		begun, err := tx.Reports().Begun(ctx, helpdesk.Span{Since: start, Until: away(9)}, inboxes)
		if err != nil {
			return err
		}
		for _, b := range begun {
			out[3] += b.N
		}
		asked := helpdesk.SurveyFilter{Inboxes: inboxes}
		if out[4], err = tx.Surveys().Sent(ctx, asked); err != nil {
			return err
		}
		ratings, err := tx.Surveys().Ratings(ctx, asked)
		if err != nil {
			return err
		}
		rows, err := tx.Surveys().List(ctx, asked, helpdesk.Page{})
		equal(d, "answers counted", ratings[4], len(rows))
		out[5] = len(rows)
		return err
	})
	return out
}

func figuresOfInboxes(d *desk) {
	var boxes []helpdesk.InboxID
	for n := range 3 {
		c := d.conversation()
		boxes = append(boxes, c.Inbox)
		for range n + 1 {
			d.story(&helpdesk.Event{Kind: helpdesk.ConversationResolved, At: at(1), Conversation: c.ID, After: helpdesk.ConversationFacts{Inbox: c.Inbox}})
			m := fullMessage(c)
			m.ContentType, m.Private, m.ExternalID, m.EchoID = helpdesk.SurveyType, false, "", ""
			d.update(func(ctx context.Context, tx helpdesk.Tx) error { return tx.Messages().Insert(ctx, m) })
			insert(d, surveys, &helpdesk.SurveyResponse{Account: d.account, Message: m.ID, Conversation: c.ID, Rating: 4, CreatedAt: at(1), UpdatedAt: at(1)})
		}
	}
	equal(d, "all", d.figures(nil), [6]int{6, 6, 3, 3, 6, 6})
	equal(d, "none", d.figures([]helpdesk.InboxID{}), [6]int{})
	equal(d, "one", d.figures(boxes[1:2]), [6]int{2, 2, 1, 1, 2, 2})
	equal(d, "two", d.figures(boxes[1:]), [6]int{5, 5, 2, 2, 5, 5})
}

func measuredEvents(d *desk) {
	for n, kind := range helpdesk.Measured() {
		d.story(&helpdesk.Event{Kind: kind, At: at(n), Conversation: helpdesk.ConversationID(1 + n%2), After: helpdesk.ConversationFacts{Inbox: 3}})
	}
	d.story(&helpdesk.Event{Kind: helpdesk.ConversationUpdated, At: at(3), Conversation: 1})
	d.view(func(ctx context.Context, tx helpdesk.Tx) error {
		one, err := tx.Events().Measured(ctx, 1)
		equal(d, "of a conversation, oldest first", seqs(one), []helpdesk.EventSeq{1, 3, 5, 7})
		if err != nil {
			return err
		}
		for name, c := range map[string]struct {
			f    helpdesk.ReportEventFilter
			want []helpdesk.EventSeq
		}{
			"all, newest first": {helpdesk.ReportEventFilter{}, []helpdesk.EventSeq{7, 6, 5, 4, 2, 1}}, // the third began a conversation
			"a span":            {helpdesk.ReportEventFilter{Span: helpdesk.Span{Since: at(1), Until: at(4)}}, []helpdesk.EventSeq{4, 2}},
			"a kind":            {helpdesk.ReportEventFilter{Kind: helpdesk.FirstReply}, []helpdesk.EventSeq{6}},
			"a conversation":    {helpdesk.ReportEventFilter{Conversation: 2}, []helpdesk.EventSeq{6, 4, 2}},
			"an inbox":          {helpdesk.ReportEventFilter{Inbox: 4}, []helpdesk.EventSeq{}},
		} {
			rows, err := tx.Reports().Events(ctx, c.f, helpdesk.Page{})
			if err != nil {
				return err
			}
			equal(d, name, seqs(rows), c.want)
			n, err := tx.Reports().CountEvents(ctx, c.f)
			if err != nil {
				return err
			}
			equal(d, name+", counted", n, len(c.want))
		}
		return nil
	})
}

func calendarVersions(d *desk) {
	row := &helpdesk.Calendar{Account: d.account, Inbox: 7, Timezone: "Asia/Kathmandu", Hours: []helpdesk.OpenHours{{Day: 6, OpenMinute: 1, CloseMinute: 2}}, CreatedAt: away(1)}
	team := &helpdesk.Calendar{
		Account: d.account, Team: 7, Hours: []helpdesk.OpenHours{{Day: 1, OpenMinute: 3, CloseMinute: 2, More: []helpdesk.Interval{{Open: 4, Close: 5}}}},
		Holidays: []helpdesk.Holiday{{Date: "2026-12-25"}, {Date: "2026-12-26", Hours: []helpdesk.Interval{{Open: 6, Close: 7}}}}, CreatedAt: away(2),
	}
	d.update(func(ctx context.Context, tx helpdesk.Tx) error {
		older := *row
		older.Timezone = "UTC"
		if err := tx.Calendars().Add(ctx, &older); err != nil {
			return err
		}
		if err := tx.Calendars().Add(ctx, row); err != nil {
			return err
		}
		return tx.Calendars().Add(ctx, team)
	})
	d.view(func(ctx context.Context, tx helpdesk.Tx) error {
		got, err := tx.Calendars().Current(ctx, 7, 0)
		if err != nil {
			return err
		}
		same(d, got, row)
		if got, err = tx.Calendars().Current(ctx, 0, 7); err == nil {
			same(d, got, team)
		}
		return err
	})
	d.in(d.other).refuses(helpdesk.NotFound, func(ctx context.Context, tx helpdesk.Tx) error {
		_, err := tx.Calendars().Current(ctx, 7, 0)
		return err
	})
}
