package chatwoot

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/gohelpdesk/helpdesk"
)

const responsesPerPage = 25

type responsesInput struct {
	pageInput
	spanInput
	Users        []helpdesk.AgentID `in:"user_ids"`
	Inbox        helpdesk.InboxID   `in:"inbox_id"`
	Team         helpdesk.TeamID    `in:"team_id"`
	Rating       int                `in:"rating"`
	Conversation helpdesk.DisplayID `in:"conversation_id"`
	Sort         string             `in:"sort"`
}

func (in responsesInput) filter(ctx context.Context, c *call) (helpdesk.SurveyFilter, error) {
	span, err := in.span()
	f := helpdesk.SurveyFilter{Span: span, Agents: in.Users, Inbox: in.Inbox, Team: in.Team, Rating: in.Rating, Oldest: in.Sort == "created_at"}
	if err != nil || in.Conversation == 0 {
		return f, err
	}
	row, err := c.desk.Conversations.ByDisplay(ctx, in.Conversation)
	if err == nil {
		f.Conversation = row.ID
	}
	return f, err
}

func listResponses(ctx context.Context, c *call, in responsesInput) ([]responseView, error) {
	f, err := in.filter(ctx, c)
	if err != nil {
		return nil, err
	}
	rows, err := c.desk.Surveys.List(ctx, f, in.page(responsesPerPage))
	return each(rows, viewResponse), err
}

type responseMetrics struct {
	TotalCount        int            `json:"total_count"`
	RatingsCount      map[string]int `json:"ratings_count"`
	TotalSentMessages int            `json:"total_sent_messages_count"`
}

func showResponseMetrics(ctx context.Context, c *call, in responsesInput) (responseMetrics, error) {
	f, err := in.filter(ctx, c)
	if err != nil {
		return responseMetrics{}, err
	}
	n, err := c.desk.Surveys.Figures(ctx, f)
	out := responseMetrics{n.Responses, make(map[string]int, len(n.Ratings)), n.Sent}
	for rating, count := range n.Ratings {
		out.RatingsCount[strconv.Itoa(rating)] = count
	}
	return out, err
}

// downloadResponses is every response of the filter, up to 10,000.
func downloadResponses(ctx context.Context, c *call, in responsesInput) (csvFile, error) {
	f, err := in.filter(ctx, c)
	if err != nil {
		return csvFile{}, err
	}
	out := [][]string{{
		"Agent", "Rating", "Feedback", "Contact name", "Contact e-mail", "Contact phone number", "Conversation", "Recorded at",
	}}
	for page := range 10 {
		rows, err := c.desk.Surveys.List(ctx, f, helpdesk.Page{Limit: helpdesk.MaxPage, Offset: page * helpdesk.MaxPage})
		if err != nil {
			return csvFile{}, err
		}
		out = append(out, each(rows, c.responseLine)...)
		if len(rows) < helpdesk.MaxPage {
			break
		}
	}
	period, err := reportInput{spanInput: in.spanInput}.period()
	if f.Since.IsZero() || f.Until.IsZero() {
		period = []string{"Reporting period: all"}
	}
	return csvFile{append(out, period)}, err
}

func (c *call) responseLine(r *helpdesk.ResponseDetail) []string {
	line := []string{
		"", strconv.Itoa(r.Rating), r.Feedback, "", "", "",
		c.conversationLink(r.Account, r.Display),
		r.CreatedAt.Format(time.RFC3339),
	}
	if r.Owner != nil {
		line[0] = r.Owner.Name + " (" + r.Owner.Email + ")"
	}
	if r.Customer != nil {
		line[3], line[4], line[5] = r.Customer.Name, r.Customer.Email, r.Customer.Phone
	}
	return line
}

// conversationLink is where people open a conversation.
func (c *call) conversationLink(account helpdesk.AccountID, id helpdesk.DisplayID) string {
	return strings.TrimSuffix(c.o.PublicURL, "/") + "/app/accounts/" + strconv.FormatInt(int64(account), 10) + "/conversations/" + strconv.FormatInt(int64(id), 10)
}

// sendSurvey asks the customer by hand.
func sendSurvey(ctx context.Context, c *call, in onConversation) (messageView, error) {
	row, err := in.find(ctx, c)
	if err != nil {
		return messageView{}, err
	}
	m, err := c.desk.Surveys.Send(ctx, row.ID)
	if err != nil {
		return messageView{}, err
	}
	d, err := c.detail(ctx, row.ID)
	if err != nil {
		return messageView{}, err
	}
	v, err := c.views(ctx)
	return v.message(d, m), err
}

// surveyAnswer finds the answer to a survey in submitted values.
func surveyAnswer(values any) (rating int, feedback string, ok bool) {
	all, _ := values.(map[string]any)
	answer, ok := all["csat_survey_response"].(map[string]any)
	switch n := answer["rating"].(type) {
	case float64:
		if n == float64(int(n)) {
			rating = int(n)
		}
	case string:
		rating, _ = strconv.Atoi(n) // 0 is no rating
	}
	feedback, _ = answer["feedback_message"].(string)
	return rating, feedback, ok
}

type surveyInput struct {
	UUID    string `in:"conversation_uuid"`
	Message struct {
		Values any `in:"submitted_values"`
	} `in:"message"`
}

func showSurvey(ctx context.Context, c *call, in surveyInput) (surveyView, error) {
	s, err := c.e.FindSurvey(ctx, in.UUID)
	return shown(s, err, viewSurvey)
}

func answerSurvey(ctx context.Context, c *call, in surveyInput) (surveyView, error) {
	rating, feedback, ok := surveyAnswer(in.Message.Values)
	if !ok {
		return surveyView{}, refused(http.StatusUnprocessableEntity, "param is missing or the value is empty: message")
	}
	s, err := c.e.AnswerSurvey(ctx, in.UUID, rating, feedback)
	return shown(s, err, viewSurvey)
}
