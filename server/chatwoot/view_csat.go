package chatwoot

import "github.com/gohelpdesk/helpdesk"

type responseView struct {
	ID                   helpdesk.SurveyID  `json:"id"`
	Rating               int                `json:"rating"`
	FeedbackMessage      *string            `json:"feedback_message"`
	CSATReviewNotes      *string            `json:"csat_review_notes"`
	ReviewNotesUpdatedAt *epoch             `json:"review_notes_updated_at"`
	AccountID            helpdesk.AccountID `json:"account_id"`
	MessageID            helpdesk.MessageID `json:"message_id"`
	Contact              *contactView       `json:"contact,omitempty"`
	ConversationID       helpdesk.DisplayID `json:"conversation_id"`
	AssignedAgent        *agentView         `json:"assigned_agent,omitempty"`
	CreatedAt            epoch              `json:"created_at"`
}

func viewResponse(r *helpdesk.ResponseDetail) responseView {
	out := responseView{
		ID: r.ID, Rating: r.Rating, FeedbackMessage: text(r.Feedback), AccountID: r.Account, MessageID: r.Message,
		ConversationID: r.Display, CreatedAt: epoch{r.CreatedAt},
	}
	if r.Customer != nil {
		contact := viewContact(r.Customer)
		out.Contact = &contact
	}
	if r.Owner != nil {
		agent := viewAgent(r.Owner)
		out.AssignedAgent = &agent
	}
	return out
}

// surveyView is a survey as the customer's page reads it.
type surveyView struct {
	ID                 helpdesk.MessageID      `json:"id"`
	CSATSurveyResponse *answerView             `json:"csat_survey_response"`
	DisplayType        string                  `json:"display_type"`
	Content            string                  `json:"content"`
	InboxAvatarURL     string                  `json:"inbox_avatar_url"`
	InboxName          string                  `json:"inbox_name"`
	Locale             string                  `json:"locale"`
	ConversationID     helpdesk.ConversationID `json:"conversation_id"`
	CreatedAt          iso                     `json:"created_at"`
}

type answerView struct {
	Rating          int     `json:"rating"`
	FeedbackMessage *string `json:"feedback_message"`
	CreatedAt       iso     `json:"created_at"`
	UpdatedAt       iso     `json:"updated_at"`
}

func viewSurvey(s *helpdesk.Survey) surveyView {
	out := surveyView{
		ID: s.ID, DisplayType: "emoji", Content: s.Content, Locale: s.Locale, ConversationID: s.Subject.ID, CreatedAt: iso{s.CreatedAt},
	}
	if d, ok := s.ContentAttrs["display_type"].(string); ok && d != "" {
		out.DisplayType = d
	}
	if s.Box != nil {
		out.InboxName, out.InboxAvatarURL = s.Box.Name, picture(s.Box.Avatar, "")
	}
	if r := s.Response; r != nil {
		out.CSATSurveyResponse = &answerView{r.Rating, text(r.Feedback), iso{r.CreatedAt}, iso{r.UpdatedAt}}
	}
	return out
}
