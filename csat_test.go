package helpdesk_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
)

func TestSurveys(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		ada, bo := w.agent("ada", helpdesk.AgentRole), w.agent("bo", helpdesk.AgentRole)
		box := w.inboxWith(helpdesk.InboxInput{Name: ptr("Shop"), AutoAssign: ptr(false)}, ada, bo)
		c := w.write(box, "c", "hello")
		_, err := w.engine.FindSurvey(w.ctx, c.UUID)
		require.ErrorIs(t, err, helpdesk.NotFound, "nothing was asked yet")
		_, err = w.as(ada).Surveys.Send(w.ctx, c.ID)
		require.ErrorIs(t, err, helpdesk.Forbidden)
		m, err := w.admin.Surveys.Send(w.ctx, c.ID)
		require.NoError(t, err)
		require.Equal(t, helpdesk.Template, m.Kind)
		require.False(t, w.conversation(c.ID).WaitingSince.IsZero(), "a survey is no answer")
		w.runDue()

		_, err = w.engine.AnswerSurvey(w.ctx, c.UUID, 6, strings.Repeat("x", 20_001))
		require.ErrorIs(t, err, helpdesk.Invalid)
		require.ErrorContains(t, err, "rating")
		require.ErrorContains(t, err, "feedback_message")

		assign := func(to helpdesk.AgentID) {
			_, err := w.admin.Conversations.Assign(w.ctx, c.ID, helpdesk.Assignment{To: to})
			require.NoError(t, err)
		}
		assign(ada)
		assign(0)
		s, err := w.engine.AnswerSurvey(w.ctx, c.UUID, 5, "good\x00")
		require.NoError(t, err)
		require.Equal(t, ada, s.Response.Agent, "the last one assigned, though nobody is now")
		require.Equal(t, "good", s.Response.Feedback)
		assign(bo)
		actor, err := w.engine.FindCustomer(w.ctx, box, "c")
		require.NoError(t, err)
		_, err = w.engine.As(actor).Surveys.Answer(w.ctx, m.ID, 2, "on second thought")
		require.NoError(t, err)

		list, err := w.admin.Surveys.List(w.ctx, helpdesk.SurveyFilter{}, helpdesk.Page{})
		require.NoError(t, err)
		require.Len(t, list, 1)
		require.Equal(t, 2, list[0].Rating)
		require.Equal(t, ada, list[0].Agent, "the first answer binds")
		require.Equal(t, c.Display, list[0].Display)
		require.Equal(t, c.Contact, list[0].Customer.ID)
		require.Equal(t, "ada", list[0].Owner.Name)

		stranger, err := w.engine.FindCustomer(w.ctx, box, "d")
		if err == nil {
			_, err = w.engine.As(stranger).Surveys.Answer(w.ctx, m.ID, 1, "")
		}
		require.ErrorIs(t, err, helpdesk.NotFound)
		other := w.write(box, "d", "hello")
		_, err = w.admin.Surveys.Send(w.ctx, other.ID)
		require.NoError(t, err)
		figures := func(f helpdesk.SurveyFilter) helpdesk.SurveyFigures {
			out, err := w.admin.Surveys.Figures(w.ctx, f)
			require.NoError(t, err)
			return out
		}
		require.Equal(t, helpdesk.SurveyFigures{Sent: 2, Responses: 1, Ratings: map[int]int{2: 1}}, figures(helpdesk.SurveyFilter{}))
		require.Equal(t, helpdesk.SurveyFigures{Sent: 2, Ratings: map[int]int{}}, figures(helpdesk.SurveyFilter{Rating: 3}))
		require.Equal(t, helpdesk.SurveyFigures{Sent: 1, Responses: 1, Ratings: map[int]int{2: 1}}, figures(helpdesk.SurveyFilter{Agents: []helpdesk.AgentID{ada}}))
		require.Equal(t, helpdesk.SurveyFigures{Ratings: map[int]int{}}, figures(helpdesk.SurveyFilter{Agents: []helpdesk.AgentID{bo}}), "bo came after the answer")
		require.Equal(t, helpdesk.SurveyFigures{Sent: 2, Responses: 1, Ratings: map[int]int{2: 1}}, figures(helpdesk.SurveyFilter{Inbox: box.ID}))
		require.Equal(t, helpdesk.SurveyFigures{Ratings: map[int]int{}}, figures(helpdesk.SurveyFilter{Team: 7}))
		require.Equal(t, helpdesk.SurveyFigures{Ratings: map[int]int{}}, figures(helpdesk.SurveyFilter{Span: helpdesk.Span{Until: w.clock.Now()}}))

		w.clock.Advance(14 * 24 * time.Hour)
		_, err = w.engine.AnswerSurvey(w.ctx, c.UUID, 3, "")
		require.NoError(t, err, "on the last day")
		w.clock.Advance(time.Second)
		_, err = w.engine.AnswerSurvey(w.ctx, c.UUID, 1, "")
		require.ErrorIs(t, err, helpdesk.Invalid)
		require.NoError(t, w.admin.Conversations.Delete(w.ctx, c.ID))
		_, err = w.engine.FindSurvey(w.ctx, c.UUID)
		require.ErrorIs(t, err, helpdesk.NotFound)
		require.Equal(t, helpdesk.SurveyFigures{Sent: 1, Ratings: map[int]int{}}, figures(helpdesk.SurveyFilter{}), "what was asked goes with the conversation")
	})
}

// A survey may be sent as any other message, too.
func TestSurveyAsAMessage(t *testing.T) {
	t.Parallel()
	w := newWorld(t, openMemory)
	c := w.write(w.inbox("Shop"), "c", "hello")
	plain, err := w.admin.Messages.Send(w.ctx, c.ID, helpdesk.Reply{Content: "hi"})
	require.NoError(t, err)
	m, err := w.admin.Messages.Send(w.ctx, c.ID, helpdesk.Reply{Content: "How was it?", ContentType: helpdesk.SurveyType})
	require.NoError(t, err)
	s, err := w.engine.FindSurvey(w.ctx, c.UUID)
	require.NoError(t, err)
	require.Equal(t, m.ID, s.ID)
	actor, err := w.engine.FindCustomer(w.ctx, w.box(c), "c")
	require.NoError(t, err)
	_, err = w.engine.As(actor).Surveys.Answer(w.ctx, plain.ID, 5, "")
	require.ErrorIs(t, err, helpdesk.NotFound, "no survey")
}

func (w *world) box(c *helpdesk.Conversation) *helpdesk.Inbox {
	w.t.Helper()
	box, err := w.admin.Inboxes.Get(w.ctx, c.Inbox)
	require.NoError(w.t, err)
	return box
}
