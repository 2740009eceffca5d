package helpdesk

import (
	"context"
	"time"
)

// SurveyResponse is how satisfied a customer was: the answer to one survey
// message. There is at most one for each; answering again changes it.
type SurveyResponse struct {
	Account      AccountID
	ID           SurveyID
	Message      MessageID // the survey
	Conversation ConversationID
	Display      DisplayID // these three are the conversation's, read along
	Contact      ContactID
	Inbox        InboxID
	Agent        AgentID // the last person assigned when the first answer came; 0 = there had been none
	Rating       int     // 1 to 5, 5 is best
	Feedback     string  // at most 20,000 characters

	CreatedAt, UpdatedAt time.Time
	Version              int64
}

// SurveyType is the content type of a survey message.
const SurveyType = "input_csat"

const (
	surveyLife  = 14 * 24 * time.Hour // how long after it was sent a survey may be answered
	maxFeedback = 20_000              // characters
)

// SurveyFilter chooses responses, or the surveys that were sent.
type SurveyFilter struct {
	Span         // when it was answered, or sent; zero times = unbounded
	Message      MessageID
	Conversation ConversationID
	Agents       []AgentID // of any of them; nil = whosever
	Inbox        InboxID
	Inboxes      []InboxID // in any of them; nil = all, empty = none
	Team         TeamID    // which the conversation is in now
	Rating       int       // 0 = any
	Oldest       bool      // oldest first instead of newest
}

// SurveyFigures are the sums of a report on satisfaction.
type SurveyFigures struct {
	Sent      int // surveys; the filter's rating does not count here
	Responses int
	Ratings   map[int]int // rating to how many gave it
}

// Surveys is the service for customers' satisfaction.
type Surveys struct{ d *Desk }

// Send asks the customer of a conversation how satisfied they are. Administrators
// only; it may be done again.
func (s Surveys) Send(ctx context.Context, id ConversationID) (*Message, error) {
	return change(ctx, s.d, loadMessage, func(u *unit) (*Message, int64, error) {
		c, err := u.conversation(ReplyConversation, id)
		if err != nil {
			return nil, 0, err
		}
		if err := u.may(EditSettings); err != nil {
			return nil, 0, err
		}
		m, err := u.sendSurvey(c)
		if err != nil {
			return nil, 0, err
		}
		if err := u.audit("send", "survey", int64(m.ID), nil); err != nil {
			return nil, 0, err
		}
		return m, int64(m.ID), u.saveConversation(c)
	})
}

// sendSurvey adds a survey to the conversation. It ends no wait, and nobody
// signs it. The caller saves the conversation.
func (u *unit) sendSurvey(c *Conversation) (*Message, error) {
	settings := map[string]any{}
	if box := u.cfg.inboxes[c.Inbox]; box != nil {
		settings, _ = box.Extra["csat_config"].(map[string]any)
	}
	content, _ := settings["message"].(string)
	if content == "" {
		content = text(u.cfg.account.Locale, textSurvey)
	}
	display, _ := settings["display_type"].(string)
	if display != "star" {
		display = "emoji"
	}
	m := u.templateMessage(c, content)
	m.ContentType, m.ContentAttrs = SurveyType, map[string]any{"display_type": display}
	if err := u.sendTemplate(c, m); err != nil {
		return nil, err
	}
	return m, u.openSurvey(c, m)
}

// openSurvey lets whoever holds the conversation's UUID answer a survey in it.
func (u *unit) openSurvey(c *Conversation, m *Message) error {
	if m.ContentType != SurveyType || m.Private {
		return nil
	}
	return u.tx.Routes().Put(u.ctx, Route{SurveyRoute, c.Account, int64(c.ID)}, c.UUID)
}

// Survey is a survey as its customer sees it.
type Survey struct {
	*Message
	Subject  *Conversation
	Box      *Inbox
	Locale   string          // of the account
	Response *SurveyResponse // nil = not answered yet
	Closed   bool            // too old to be answered
}

// FindSurvey returns the latest survey of the conversation with a UUID, which is
// all an outsider needs to know. It is NotFound when none was ever sent.
func (e *Engine) FindSurvey(ctx context.Context, uuid string) (*Survey, error) {
	route, err := e.route(ctx, SurveyRoute, clean(uuid))
	if err != nil {
		return nil, notFound("survey")
	}
	var out *Survey
	err = e.view(ctx, e.System(route.Account), func(u *unit) error {
		if u.cfg.account.Suspended {
			return notFound("survey")
		}
		c, err := u.tx.Conversations().Get(u.ctx, ConversationID(route.Object))
		if err != nil {
			return err
		}
		out, err = u.survey(c)
		return err
	})
	return orNil(out, err)
}

func (u *unit) survey(c *Conversation) (*Survey, error) {
	m, err := u.tx.Surveys().Latest(u.ctx, c.ID)
	if err != nil {
		return nil, err
	}
	out := &Survey{
		Message: m, Subject: c, Box: copied(u.cfg.inboxes[c.Inbox]), Locale: u.cfg.account.Locale,
		Closed: u.now.Sub(m.CreatedAt) > surveyLife,
	}
	found, err := u.tx.Surveys().List(u.ctx, SurveyFilter{Message: m.ID}, Page{Limit: 1})
	if err != nil || len(found) == 0 {
		return out, err
	}
	out.Response = found[0]
	return out, nil
}

// AnswerSurvey records the answer of whoever holds the conversation's UUID.
func (e *Engine) AnswerSurvey(ctx context.Context, uuid string, rating int, feedback string) (*Survey, error) {
	s, err := e.FindSurvey(ctx, uuid)
	if err != nil {
		return nil, err
	}
	actor := e.Contact(s.Account, s.Subject.Contact, s.Subject.ContactInbox)
	if _, err := e.As(actor).Surveys.Answer(ctx, s.ID, rating, feedback); err != nil {
		return nil, err
	}
	return e.FindSurvey(ctx, uuid)
}

// Answer records a customer's answer to a survey message, or changes it. After 14
// days the survey is closed, which is Invalid.
func (s Surveys) Answer(ctx context.Context, id MessageID, rating int, feedback string) (*Message, error) {
	feedback = clean(feedback)
	return change(ctx, s.d, loadMessage, func(u *unit) (*Message, int64, error) {
		m, c, err := u.messageAnd(id)
		if err != nil {
			return nil, 0, err
		}
		if err := u.mayConversation(RateConversation, c); err != nil {
			return nil, 0, err
		}
		if m.ContentType != SurveyType || m.Private {
			return nil, 0, notFound("survey")
		}
		p := problems{}
		p.add(rating < 1 || rating > 5, "rating", "must be 1 to 5")
		p.add(tooLong(feedback, maxFeedback), "feedback_message", "is too long (maximum is 20000 characters)")
		if err := p.err(); err != nil {
			return nil, 0, err
		}
		if u.now.Sub(m.CreatedAt) > surveyLife {
			return nil, 0, Errorf(Invalid, "You cannot update the CSAT survey after 14 days")
		}
		if err := u.putResponse(c, m, rating, feedback); err != nil {
			return nil, 0, err
		}
		values := map[string]any{"csat_survey_response": map[string]any{"rating": rating, "feedback_message": feedback}}
		m.ContentAttrs = merge(m.ContentAttrs, map[string]any{"submitted_values": values})
		m.UpdatedAt = u.now
		if err := u.tx.Messages().Update(u.ctx, m); err != nil {
			return nil, 0, err
		}
		u.emitMessage(MessageUpdated, c, m, map[string]Change{"submitted_values": changed(nil, values)})
		return m, int64(m.ID), nil
	})
}

func (u *unit) putResponse(c *Conversation, m *Message, rating int, feedback string) error {
	found, err := u.tx.Surveys().List(u.ctx, SurveyFilter{Message: m.ID}, Page{Limit: 1})
	if err != nil {
		return err
	}
	if len(found) == 0 {
		return u.tx.Surveys().Insert(u.ctx, &SurveyResponse{
			Account: c.Account, Message: m.ID, Conversation: c.ID, Agent: c.LastAssignee,
			Rating: rating, Feedback: feedback, CreatedAt: u.now, UpdatedAt: u.now,
		})
	}
	r := found[0]
	r.Rating, r.Feedback, r.UpdatedAt = rating, feedback, u.now
	return u.tx.Surveys().Update(u.ctx, r)
}

// ResponseDetail is a response with what a report shows beside it.
type ResponseDetail struct {
	*SurveyResponse
	Customer *Contact // nil = gone, or not for the reader of the report to see
	Owner    *Agent   // nil = nobody, or gone
}

// List returns responses, newest first unless the filter says otherwise, in the
// same number of statements whatever the page holds. Whose reports are limited to
// inboxes (see Reports) is given the responses of those; f.Inboxes are the actor's.
func (s Surveys) List(ctx context.Context, f SurveyFilter, p Page) ([]*ResponseDetail, error) {
	return read(ctx, s.d, func(u *unit) ([]*ResponseDetail, error) {
		if err := u.may(ReadReports); err != nil {
			return nil, err
		}
		if err := u.reportsOn(f.Inbox); err != nil {
			return nil, err
		}
		f.Inboxes = u.reported()
		rows, err := u.tx.Surveys().List(u.ctx, f, p)
		if err != nil || len(rows) == 0 {
			return []*ResponseDetail{}, err
		}
		contacts := make([]ContactID, len(rows))
		for i, r := range rows {
			contacts[i] = r.Contact
		}
		if contacts, err = u.visible(contacts); err != nil {
			return nil, err
		}
		people, err := u.tx.Contacts().List(u.ctx, ContactFilter{IDs: contacts}, Page{Limit: MaxPage})
		byID := make(map[ContactID]*Contact, len(people))
		for _, c := range people {
			byID[c.ID] = c
		}
		out := make([]*ResponseDetail, len(rows))
		for i, r := range rows {
			out[i] = &ResponseDetail{r, byID[r.Contact], copied(u.cfg.agents[r.Agent])}
		}
		return out, err
	})
}

// Figures returns the sums of a report on satisfaction, of what List lists.
func (s Surveys) Figures(ctx context.Context, f SurveyFilter) (SurveyFigures, error) {
	return read(ctx, s.d, func(u *unit) (out SurveyFigures, err error) {
		if err := u.may(ReadReports); err != nil {
			return out, err
		}
		if err := u.reportsOn(f.Inbox); err != nil {
			return out, err
		}
		f.Inboxes = u.reported()
		if out.Ratings, err = u.tx.Surveys().Ratings(u.ctx, f); err != nil {
			return out, err
		}
		for _, n := range out.Ratings {
			out.Responses += n
		}
		out.Sent, err = u.tx.Surveys().Sent(u.ctx, f)
		return out, err
	})
}
