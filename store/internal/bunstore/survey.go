package bunstore

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/gohelpdesk/helpdesk"
)

type surveyRow struct {
	bun.BaseModel `bun:"table:helpdesk_survey_responses,alias:s"`

	AccountID    helpdesk.AccountID      `bun:"account_id,pk"`
	ID           helpdesk.SurveyID       `bun:"id,pk,autoincrement"`
	Message      helpdesk.MessageID      `bun:"message_id"`
	Conversation helpdesk.ConversationID `bun:"conversation_id"`
	Agent        helpdesk.AgentID        `bun:"agent_id"`
	Rating       int                     `bun:"rating"`
	Feedback     string                  `bun:"feedback"`
	CreatedAt    int64                   `bun:"created_at"`
	UpdatedAt    int64                   `bun:"updated_at"`
	Version      int64                   `bun:"version"`

	Display helpdesk.DisplayID `bun:"along_display,scanonly"`
	Contact helpdesk.ContactID `bun:"along_contact,scanonly"`
	Inbox   helpdesk.InboxID   `bun:"along_inbox,scanonly"`
}

type surveys struct {
	repo[helpdesk.SurveyID, helpdesk.SurveyResponse, helpdesk.SurveyFilter, surveyRow]
}

func newSurveys(t *tx) *surveys {
	of := func(column string) string {
		return "COALESCE((SELECT c." + column + " FROM @helpdesk_conversations AS c WHERE c.account_id = s.account_id AND c.id = s.conversation_id), 0) AS along_"
	}
	return &surveys{repo[helpdesk.SurveyID, helpdesk.SurveyResponse, helpdesk.SurveyFilter, surveyRow]{t, &noun[helpdesk.SurveyID, helpdesk.SurveyResponse, helpdesk.SurveyFilter, surveyRow]{
		name: "survey response", table: "@helpdesk_survey_responses", alias: "s", newest: true,
		along: of("display_id") + "display, " + of("contact_id") + "contact, " + of("inbox_id") + "inbox",
		pack: func(v *helpdesk.SurveyResponse) *surveyRow {
			return &surveyRow{
				AccountID: v.Account, ID: v.ID, Message: v.Message, Conversation: v.Conversation, Agent: v.Agent, Rating: v.Rating,
				Feedback: v.Feedback, CreatedAt: micros(v.CreatedAt), UpdatedAt: micros(v.UpdatedAt), Version: v.Version,
			}
		},
		unpack: func(r *surveyRow) *helpdesk.SurveyResponse {
			return &helpdesk.SurveyResponse{
				Account: r.AccountID, ID: r.ID, Message: r.Message, Conversation: r.Conversation, Agent: r.Agent, Rating: r.Rating,
				Feedback: r.Feedback, CreatedAt: moment(r.CreatedAt), UpdatedAt: moment(r.UpdatedAt), Version: r.Version,
				Display: r.Display, Contact: r.Contact, Inbox: r.Inbox,
			}
		},
		key: func(v *helpdesk.SurveyResponse) (*helpdesk.AccountID, *helpdesk.SurveyID, *int64) {
			return &v.Account, &v.ID, &v.Version
		},
		filter: t.surveyFilter,
	}}}
}

func (t *tx) surveyFilter(q *bun.SelectQuery, f helpdesk.SurveyFilter) *bun.SelectQuery {
	if f.Message != 0 {
		q = q.Where("s.message_id = ?", f.Message)
	}
	if f.Agents != nil {
		q = q.Where("s.agent_id IN (?)", in(f.Agents))
	}
	if f.Rating != 0 {
		q = q.Where("s.rating = ?", f.Rating)
	}
	if f.Conversation != 0 {
		q = q.Where("s.conversation_id = ?", f.Conversation)
	}
	if f.Inbox != 0 || f.Inboxes != nil || f.Team != 0 {
		q = q.Join(t.d.qualify("JOIN @helpdesk_conversations AS c ON c.account_id = s.account_id AND c.id = s.conversation_id"))
		q = inPlace(q, f)
	}
	return within(q, "s", f.Span)
}

// inPlace asks for the inboxes and team of the conversation c.
func inPlace(q *bun.SelectQuery, f helpdesk.SurveyFilter) *bun.SelectQuery {
	if f.Inbox != 0 {
		q = q.Where("c.inbox_id = ?", f.Inbox)
	}
	if f.Inboxes != nil {
		q = q.Where("c.inbox_id IN (?)", in(f.Inboxes))
	}
	if f.Team != 0 {
		q = q.Where("c.team_id = ?", f.Team)
	}
	return q
}

// within asks for rows made in a span.
func within(q *bun.SelectQuery, alias string, s helpdesk.Span) *bun.SelectQuery {
	if !s.Since.IsZero() {
		q = q.Where("?.created_at >= ?", bun.Safe(alias), micros(s.Since))
	}
	if !s.Until.IsZero() {
		q = q.Where("?.created_at < ?", bun.Safe(alias), micros(s.Until))
	}
	return q
}

// List implements helpdesk.Repo.
func (r *surveys) List(ctx context.Context, f helpdesk.SurveyFilter, p helpdesk.Page) ([]*helpdesk.SurveyResponse, error) {
	var rows []surveyRow
	q, err := byID(r.filtered(r.query(&rows), f), "s", !f.Oldest, p)
	if err != nil {
		return nil, err
	}
	return r.many(ctx, q, &rows)
}

// Latest implements helpdesk.SurveyRepo.
func (r *surveys) Latest(ctx context.Context, id helpdesk.ConversationID) (*helpdesk.Message, error) {
	m, err := newMessages(r.tx).first(ctx, func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Where("m.conversation_id = ? AND m.content_type = 'input_csat' AND NOT m.private", id).Order("m.id DESC").Limit(1)
	})
	if helpdesk.CodeOf(err) == helpdesk.NotFound {
		return nil, notFound("survey")
	}
	return m, err
}

// Ratings implements helpdesk.SurveyRepo.
func (r *surveys) Ratings(ctx context.Context, f helpdesk.SurveyFilter) (map[int]int, error) {
	var rows []struct {
		Rating int `bun:"rating"`
		N      int `bun:"n"`
	}
	q := r.filtered(r.query((*surveyRow)(nil)), f).ColumnExpr("s.rating, count(*) AS n").GroupExpr("s.rating")
	if err := r.fail(q.Scan(ctx, &rows)); err != nil {
		return nil, err
	}
	out := make(map[int]int, len(rows))
	for _, row := range rows {
		out[row.Rating] = row.N
	}
	return out, nil
}

// Sent implements helpdesk.SurveyRepo.
func (r *surveys) Sent(ctx context.Context, f helpdesk.SurveyFilter) (n int, err error) {
	q := r.selectFrom((*messageRow)(nil), "@helpdesk_messages", "m").ColumnExpr("count(*)").
		Join(r.d.qualify("JOIN @helpdesk_conversations AS c ON c.account_id = m.account_id AND c.id = m.conversation_id")).
		Where("m.content_type = 'input_csat' AND NOT m.private")
	if f.Message != 0 {
		q = q.Where("m.id = ?", f.Message)
	}
	if f.Conversation != 0 {
		q = q.Where("m.conversation_id = ?", f.Conversation)
	}
	if f.Agents != nil {
		q = q.Join(r.d.qualify("LEFT JOIN @helpdesk_survey_responses AS s ON s.account_id = m.account_id AND s.message_id = m.id")).
			Where("COALESCE(s.agent_id, c.last_assignee_id) IN (?)", in(f.Agents))
	}
	err = r.fail(within(inPlace(q, f), "m", f.Span).Scan(ctx, &n))
	return n, err
}
