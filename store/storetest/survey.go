package storetest

import (
	"github.com/gohelpdesk/helpdesk"
)

func surveys(tx helpdesk.Tx) helpdesk.Repo[helpdesk.SurveyID, helpdesk.SurveyResponse, helpdesk.SurveyFilter] {
	return tx.Surveys()
}

func surveyNoun() noun[helpdesk.SurveyID, helpdesk.SurveyResponse, helpdesk.SurveyFilter] {
	return noun[helpdesk.SurveyID, helpdesk.SurveyResponse, helpdesk.SurveyFilter]{
		name: "Survey", repo: surveys,
		elsewhere: []string{"Display", "Contact", "Inbox"},
		make: func(d *desk) *helpdesk.SurveyResponse {
			return &helpdesk.SurveyResponse{
				Account: d.account, Message: helpdesk.MessageID(d.number()), Conversation: 2, Agent: 3, Rating: 4, Feedback: awkward("f"), CreatedAt: at(1), UpdatedAt: at(2),
			}
		},
		change: func(_ *desk, v *helpdesk.SurveyResponse) { v.Rating, v.Feedback, v.UpdatedAt = 1, "", at(3) },
		collide: func(v, taken *helpdesk.SurveyResponse) {
			v.Message = taken.Message
		},
	}
}
