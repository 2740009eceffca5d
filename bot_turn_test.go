package helpdesk_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gohelpdesk/helpdesk"
)

// script is a bot's program that does what the test says, and keeps what it was
// asked.
type script struct {
	mu     sync.Mutex
	asked  []string
	answer func(ctx context.Context, t *helpdesk.Turn) (helpdesk.BotAnswer, error)
}

func (s *script) take(ctx context.Context, t *helpdesk.Turn) (helpdesk.BotAnswer, error) {
	s.mu.Lock()
	s.asked = append(s.asked, t.Text())
	answer := s.answer
	s.mu.Unlock()
	if answer == nil {
		return helpdesk.Say("Re: " + t.Text()), nil
	}
	return answer(ctx, t)
}

const calm = 2 * time.Second

// program gives the world an engine with a program, and an inbox whose bot it is.
func (w *world) program(s *script, box *helpdesk.Inbox) helpdesk.AgentID {
	w.t.Helper()
	w.reprogram(s)
	b, err := w.admin.Bots.Create(w.ctx, helpdesk.BotInput{Name: ptr("Robo"), Program: ptr("robo")})
	require.NoError(w.t, err)
	_, err = w.admin.Inboxes.SetBot(w.ctx, box.ID, b.ID)
	require.NoError(w.t, err)
	return b.ID
}

// reprogram makes another engine on the same store.
func (w *world) reprogram(s *script) {
	w.engine = w.newEngine(helpdesk.Options{Bots: map[string]helpdesk.BotProgram{"robo": {Answer: s.take, Timeout: 5 * time.Second}}})
	w.admin = w.engine.As(w.engine.Agent(w.account, w.owner))
}

// sent are the customer-visible texts that are no customer's.
func (w *world) sent(id helpdesk.ConversationID) (out []string) {
	w.t.Helper()
	for _, m := range w.messages(id) {
		if m.Kind == helpdesk.Outgoing && !m.Private {
			out = append(out, m.Content)
		}
	}
	return out
}

func (w *world) lines(id helpdesk.ConversationID) (out []string) {
	w.t.Helper()
	for _, m := range w.messages(id) {
		if m.Kind == helpdesk.Activity {
			out = append(out, m.Content)
		}
	}
	return out
}

// after lets time pass and does what is due then.
func (w *world) after(d time.Duration) {
	w.t.Helper()
	w.clock.Advance(d)
	w.runDue()
}

func TestBurstIsOneTurn(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		s, box := &script{}, w.inbox("Shop")
		id := w.program(s, box)
		c := w.write(box, "c1", "hello")
		w.after(calm / 2)
		w.write(box, "c1", "where is")
		w.after(calm / 2)
		require.Empty(t, s.asked, "the customer goes on writing")
		w.write(box, "c1", "my order?")
		w.after(calm)
		require.Equal(t, []string{"hello\nwhere is\nmy order?"}, s.asked)
		require.Equal(t, []string{"Re: hello\nwhere is\nmy order?"}, w.sent(c.ID))
		last := w.messages(c.ID)[3]
		require.Equal(t, helpdesk.ActorRef{Kind: helpdesk.ByBot, ID: int64(id)}, last.Sender)
		require.Zero(t, w.conversation(c.ID).WaitingSince)
		require.Equal(t, helpdesk.Pending, w.conversation(c.ID).Status)
		w.after(time.Hour)
		require.Len(t, s.asked, 1)

		w.write(box, "c1", "thanks")
		w.reprogram(s)
		w.after(calm)
		require.Equal(t, "thanks", s.asked[1], "what was said since its last turn, after a restart too")
	})
}

func TestEndlessWriterIsAnswered(t *testing.T) {
	t.Parallel()
	w := newWorld(t, openMemory)
	s, box := &script{}, w.inbox("Shop")
	w.program(s, box)
	for i := range 22 {
		w.write(box, "c1", fmt.Sprint(i))
		w.after(time.Second)
	}
	require.Len(t, s.asked, 1)
}

func TestTurnShowsWhatABotNeeds(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		ada := w.agent("ada", helpdesk.AgentRole)
		s, box := &script{}, w.inbox("Shop", ada)
		id := w.program(s, box)
		_, err := w.admin.Bots.Update(w.ctx, id, helpdesk.BotInput{Config: map[string]any{"tone": "kind"}})
		require.NoError(t, err)
		c := w.write(box, "c1", "hello")
		w.after(calm)
		_, err = w.as(ada).Messages.Send(w.ctx, c.ID, helpdesk.Reply{Content: "a secret", Private: true})
		require.NoError(t, err)
		_, err = w.as(ada).Messages.Send(w.ctx, c.ID, helpdesk.Reply{Content: "I am here too"})
		require.NoError(t, err)
		w.write(box, "c1", "and now?")
		var turn helpdesk.Turn
		s.answer = func(ctx context.Context, t *helpdesk.Turn) (helpdesk.BotAnswer, error) {
			turn = *t
			_, err := t.Desk.Conversations.SetLabels(ctx, t.Conversation.ID, []string{"seen"})
			return helpdesk.BotAnswer{Replies: []helpdesk.Reply{helpdesk.Choices("Which?", "tea", "milk"), {Content: "asked", Private: true}}}, err
		}
		w.after(calm)
		texts := func(ms []*helpdesk.Message) (out []string) {
			for _, m := range ms {
				out = append(out, m.Content)
			}
			return out
		}
		require.Equal(t, []string{"I am here too", "and now?"}, texts(turn.New))
		require.Equal(t, []string{"hello", "Re: hello", "I am here too", "and now?"}, texts(turn.History))
		require.Equal(t, map[string]any{"tone": "kind"}, turn.Bot.Config)
		require.Nil(t, turn.Bot.AccessToken)
		require.Equal(t, c.Contact, turn.Contact.ID)
		require.Equal(t, turn.New[1].ID, turn.AsOf)
		after := w.conversation(c.ID)
		require.Len(t, after.Labels, 1)
		require.Greater(t, turn.OwnerEpoch, c.OwnerEpoch)

		// What the customer picks is a turn, also where no message comes of it.
		list := w.messages(c.ID)
		question := list[len(list)-2]
		require.Equal(t, "input_select", question.ContentType, texts(list))
		s.answer = nil
		customer := w.engine.As(w.engine.Contact(w.account, c.Contact, c.ContactInbox))
		_, err = customer.Messages.SubmitValues(w.ctx, question.ID, []any{map[string]any{"title": "milk", "value": "milk"}})
		require.NoError(t, err)
		w.after(calm)
		require.Equal(t, "milk", s.asked[len(s.asked)-1])
		n := len(s.asked)
		w.after(time.Hour)
		require.Len(t, s.asked, n)
	})
}

func TestBotsTextIsNoTemplate(t *testing.T) {
	t.Parallel()
	w := newWorld(t, openMemory)
	s, box := &script{}, w.inbox("Shop")
	w.program(s, box)
	c := w.write(box, "c1", "{{contact.id}}")
	w.after(calm)
	require.Equal(t, []string{"Re: {{contact.id}}"}, w.sent(c.ID))
}

// Whatever way a bot writes, it repeats a stranger's words and not the contact's
// details; what people wrote for a bot to run is filled in.
func TestBotsByTokenWriteNoTemplates(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		box := w.inbox("Shop")
		id, robo := w.bot(box, "")
		const echo = "{{contact.id}}"
		c := w.write(box, "c1", echo)
		_, err := robo.Messages.Send(w.ctx, c.ID, helpdesk.Reply{Content: echo})
		require.NoError(t, err)
		_, err = w.admin.Messages.Send(w.ctx, c.ID, helpdesk.Reply{Content: echo, Bot: id})
		require.NoError(t, err)
		_, err = robo.Messages.Send(w.ctx, c.ID, helpdesk.Reply{Content: echo, Private: true})
		require.NoError(t, err)
		_, err = robo.ScheduledMessages.Create(w.ctx, c.ID, helpdesk.ScheduledInput{Content: ptr(echo), SendAt: ptr(w.clock.Now().Add(time.Minute))})
		require.NoError(t, err)
		w.after(time.Minute)
		said := 0
		for _, m := range w.messages(c.ID) {
			if m.Kind == helpdesk.Outgoing {
				require.Equal(t, echo, m.Content)
				said++
			}
		}
		require.Equal(t, 4, said)
		_, err = w.admin.Messages.Send(w.ctx, c.ID, helpdesk.Reply{Content: "{{contact.id}}!"})
		require.NoError(t, err)
		require.Contains(t, w.sent(c.ID), fmt.Sprint(c.Contact, "!"))
	})
}

// A bot that takes another's place answers those who wait, in pages, and nobody
// else; people get the conversation when it does not.
func TestNewBotAnswersWhoWaits(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		s, box := &script{}, w.inbox("Shop")
		w.bot(box, "") // one that says nothing
		w.reprogram(s)
		var waiting []helpdesk.ConversationID
		for i := range 23 {
			waiting = append(waiting, w.write(box, fmt.Sprint("c", i), "hello").ID)
		}
		answered := w.write(box, "done", "bye")
		_, err := w.admin.Messages.Send(w.ctx, answered.ID, helpdesk.Reply{Content: "Yes"})
		require.NoError(t, err)
		_, err = w.admin.Conversations.SetStatus(w.ctx, answered.ID, helpdesk.Pending, time.Time{})
		require.NoError(t, err)
		w.after(time.Minute)
		b, err := w.admin.Bots.Create(w.ctx, helpdesk.BotInput{Name: ptr("New"), Program: ptr("robo")})
		require.NoError(t, err)
		_, err = w.admin.Inboxes.SetBot(w.ctx, box.ID, b.ID)
		require.NoError(t, err)
		w.runDue()
		w.after(calm)
		for _, id := range waiting {
			require.Equal(t, []string{"Re: hello"}, w.sent(id))
			require.Equal(t, helpdesk.Pending, w.conversation(id).Status)
		}
		require.Equal(t, []string{"Yes"}, w.sent(answered.ID))
		w.after(time.Hour)
		for _, id := range waiting {
			require.Len(t, w.sent(id), 1)
		}
	})
}

func TestStaleAnswerIsDropped(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		ada := w.agent("ada", helpdesk.AgentRole)
		s, box := &script{}, w.inbox("Shop", ada)
		w.program(s, box)
		var meanwhile func(c *helpdesk.Turn)
		s.answer = func(_ context.Context, t *helpdesk.Turn) (helpdesk.BotAnswer, error) {
			if do := meanwhile; do != nil {
				meanwhile = nil
				do(t)
			}
			return helpdesk.Say("Re: " + t.Text()), nil
		}
		meanwhile = func(*helpdesk.Turn) { w.write(box, "c1", "my order") }
		c := w.write(box, "c1", "where is")
		w.after(calm)
		require.Empty(t, w.sent(c.ID), "the customer wrote on")
		w.after(calm)
		require.Equal(t, []string{"Re: where is\nmy order"}, w.sent(c.ID))

		for name, takes := range map[string]func(*helpdesk.Turn) error{
			"a reply": func(t *helpdesk.Turn) error {
				_, err := w.as(ada).Messages.Send(w.ctx, t.Conversation.ID, helpdesk.Reply{Content: "I do"})
				return err
			},
			"opening": func(t *helpdesk.Turn) error {
				_, err := w.as(ada).Conversations.Reopen(w.ctx, t.Conversation.ID)
				return err
			},
			"another bot": func(*helpdesk.Turn) error {
				b, err := w.admin.Bots.Create(w.ctx, helpdesk.BotInput{Name: ptr("Other")})
				if err == nil {
					_, err = w.admin.Inboxes.SetBot(w.ctx, box.ID, b.ID)
				}
				return err
			},
		} {
			box = w.inbox(name, ada)
			w.program(s, box)
			meanwhile = func(turn *helpdesk.Turn) { require.NoError(t, takes(turn)) }
			c := w.write(box, "c1", "hello")
			w.after(calm)
			w.after(calm)
			require.NotContains(t, w.sent(c.ID), "Re: hello", name)
		}
	})
}

// Somebody who writes whenever the bot thinks is answered after a minute.
func TestWriterWhoNeverWaitsIsAnswered(t *testing.T) {
	t.Parallel()
	w := newWorld(t, openMemory)
	s, box := &script{}, w.inbox("Shop")
	w.program(s, box)
	n := 0
	s.answer = func(_ context.Context, t *helpdesk.Turn) (helpdesk.BotAnswer, error) {
		if n++; n <= 4 {
			w.clock.Advance(25 * time.Second)
			w.write(box, "c1", fmt.Sprint(n))
		}
		return helpdesk.Say("Re: " + t.Text()), nil
	}
	c := w.write(box, "c1", "0")
	for range 6 {
		w.after(calm)
	}
	require.Equal(t, []string{"Re: 0\n1\n2", "Re: 3\n4"}, w.sent(c.ID)[:2])
	require.Zero(t, w.conversation(c.ID).WaitingSince)
}

func TestFailingProgramGivesWay(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		calls  int
		answer func(ctx context.Context, t *helpdesk.Turn) (helpdesk.BotAnswer, error)
	}{
		"an error": {3, func(context.Context, *helpdesk.Turn) (helpdesk.BotAnswer, error) {
			return helpdesk.BotAnswer{}, errors.New("no")
		}},
		"a panic": {3, func(context.Context, *helpdesk.Turn) (helpdesk.BotAnswer, error) { panic("no") }},
		"an error for good": {1, func(context.Context, *helpdesk.Turn) (helpdesk.BotAnswer, error) {
			return helpdesk.BotAnswer{}, helpdesk.Permanent(errors.New("no"))
		}},
		"no answer in time": {3, func(ctx context.Context, _ *helpdesk.Turn) (helpdesk.BotAnswer, error) {
			<-ctx.Done()
			return helpdesk.Say("late"), nil
		}},
		"nonsense": {3, func(context.Context, *helpdesk.Turn) (helpdesk.BotAnswer, error) {
			return helpdesk.BotAnswer{Replies: helpdesk.Say("x").Replies, HandOff: true, Resolve: true}, nil
		}},
		"an empty reply": {3, func(context.Context, *helpdesk.Turn) (helpdesk.BotAnswer, error) { return helpdesk.Say(""), nil }},
	}
	eachStore(t, func(t *testing.T, w *world) {
		ada := w.agent("ada", helpdesk.AgentRole)
		s := &script{}
		bots := map[string]helpdesk.BotProgram{"robo": {Answer: s.take, Timeout: 200 * time.Millisecond}}
		w.engine = w.newEngine(helpdesk.Options{Bots: bots})
		w.admin = w.engine.As(w.engine.Agent(w.account, w.owner))
		b, err := w.admin.Bots.Create(w.ctx, helpdesk.BotInput{Name: ptr("Robo"), Program: ptr("robo"), GiveWayAfter: ptr(0)})
		require.NoError(t, err)
		for name, tt := range tests {
			box := w.inbox(name, ada)
			_, err := w.admin.Inboxes.SetBot(w.ctx, box.ID, b.ID)
			require.NoError(t, err)
			s.answer, s.asked = tt.answer, nil
			c := w.write(box, "c1", "hello")
			w.after(calm)
			if tt.calls > 1 {
				require.Equal(t, helpdesk.Pending, w.conversation(c.ID).Status, name)
			}
			w.after(10 * time.Second)
			w.after(10 * time.Second)
			w.after(time.Hour)
			require.Len(t, s.asked, tt.calls, name)
			after := w.conversation(c.ID)
			require.Equal(t, helpdesk.Open, after.Status, name)
			require.Equal(t, ada, after.Assignee, name)
			require.Empty(t, w.sent(c.ID), name)
			require.Contains(t, w.lines(c.ID), "Conversation was opened: the bot could not be reached", name)
		}
		// A program that failed once and works again answers.
		w.reprogram(s)
		box := w.inbox("again", ada)
		_, err = w.admin.Inboxes.SetBot(w.ctx, box.ID, b.ID)
		require.NoError(t, err)
		s.answer = tests["a panic"].answer
		c := w.write(box, "c1", "hello")
		w.after(calm)
		s.answer = nil
		w.after(10 * time.Second)
		require.Equal(t, []string{"Re: hello"}, w.sent(c.ID))
		// One that another process has, and this one has not, is nobody.
		w.engine = w.newEngine(helpdesk.Options{})
		c = w.write(box, "c2", "hello")
		for range 4 {
			w.after(10 * time.Second)
		}
		require.Equal(t, helpdesk.Open, w.conversation(c.ID).Status)
	})
}

// A crash after the answer was committed, and before the job was settled, does not
// answer twice; one before it asks the program again.
func TestAnswerHappensOnce(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		s, box := &script{}, w.inbox("Shop")
		w.program(s, box)
		_, err := w.admin.Bots.Update(w.ctx, w.bots()[0].ID, helpdesk.BotInput{GiveWayAfter: ptr(0)})
		require.NoError(t, err)
		ctx, crash := context.WithCancel(w.ctx)
		s.answer = func(context.Context, *helpdesk.Turn) (helpdesk.BotAnswer, error) {
			crash()
			return helpdesk.Say("lost"), nil
		}
		c := w.write(box, "c1", "hello")
		w.clock.Advance(calm)
		_ = w.engine.RunDue(ctx)
		require.Empty(t, w.sent(c.ID))
		s.answer = nil
		w.reprogram(s)
		w.after(10 * time.Minute) // the lease is over
		require.Len(t, s.asked, 2)
		require.Equal(t, []string{"Re: hello"}, w.sent(c.ID))

		// The same turn in two processes at once: one answer.
		c = w.write(box, "c2", "hello")
		other := w.newEngine(helpdesk.Options{Bots: map[string]helpdesk.BotProgram{"robo": {Answer: func(context.Context, *helpdesk.Turn) (helpdesk.BotAnswer, error) {
			return helpdesk.Say("other"), nil
		}}}})
		s.answer = func(context.Context, *helpdesk.Turn) (helpdesk.BotAnswer, error) {
			s.answer = nil
			w.clock.Advance(6 * time.Minute) // the lease is lost
			require.NoError(t, other.RunDue(w.ctx))
			return helpdesk.Say("slow"), nil
		}
		w.after(calm)
		w.after(time.Hour)
		require.Equal(t, []string{"other"}, w.sent(c.ID))
	})
}

func (w *world) bots() []*helpdesk.Bot {
	w.t.Helper()
	list, err := w.admin.Bots.List(w.ctx)
	require.NoError(w.t, err)
	return list
}

func TestBotEndsItsTurn(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		ada := w.agent("ada", helpdesk.AgentRole)
		s, box := &script{}, w.inbox("Shop", ada)
		id := w.program(s, box)
		s.answer = func(context.Context, *helpdesk.Turn) (helpdesk.BotAnswer, error) {
			a := helpdesk.Say("One moment")
			a.HandOff, a.Reason = true, "wants a refund"
			return a, nil
		}
		c := w.write(box, "c1", "hello")
		w.after(calm)
		after := w.conversation(c.ID)
		require.Equal(t, helpdesk.Open, after.Status)
		require.Equal(t, ada, after.Assignee)
		require.Equal(t, []string{"One moment"}, w.sent(c.ID))
		require.Contains(t, w.lines(c.ID), "Robo handed the conversation over: wants a refund")
		require.Len(t, w.kinds(helpdesk.ConversationHandoff), 1)

		s.answer = func(context.Context, *helpdesk.Turn) (helpdesk.BotAnswer, error) {
			return helpdesk.BotAnswer{Replies: helpdesk.Say("Bye").Replies, Resolve: true}, nil
		}
		c = w.write(box, "c2", "bye")
		w.after(calm)
		require.Equal(t, helpdesk.Resolved, w.conversation(c.ID).Status)

		// A bot that owns an open conversation answers there too, and gives it up.
		s.answer = nil
		plain := w.inbox("Plain", ada)
		require.NoError(t, w.admin.Inboxes.SetMembers(w.ctx, plain.ID, helpdesk.AddMembers, id))
		c = w.write(plain, "c1", "hello")
		require.Equal(t, ada, c.Assignee)
		_, err := w.admin.Conversations.Assign(w.ctx, c.ID, helpdesk.Assignment{To: id})
		require.NoError(t, err)
		w.after(calm)
		require.Equal(t, []string{"Re: hello"}, w.sent(c.ID), "the customer waits, and the bot is who answers now")
		s.answer = func(context.Context, *helpdesk.Turn) (helpdesk.BotAnswer, error) {
			return helpdesk.HandOff("stuck"), nil
		}
		w.write(plain, "c1", "more")
		w.after(calm)
		require.Equal(t, ada, w.conversation(c.ID).Assignee)
		require.Equal(t, helpdesk.Open, w.conversation(c.ID).Status)

		// What people give back to the bot is its turn again.
		s.answer = nil
		c = w.write(box, "c3", "hello")
		_, err = w.as(ada).Conversations.Reopen(w.ctx, c.ID)
		require.NoError(t, err)
		w.after(calm)
		require.Empty(t, w.sent(c.ID))
		_, err = w.admin.Conversations.Assign(w.ctx, c.ID, helpdesk.Assignment{})
		require.NoError(t, err)
		_, err = w.admin.Conversations.SetStatus(w.ctx, c.ID, helpdesk.Pending, time.Time{})
		require.NoError(t, err)
		w.after(calm)
		require.Equal(t, []string{"Re: hello"}, w.sent(c.ID))
	})
}

func TestSilentBotGivesWay(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		ada := w.agent("ada", helpdesk.AgentRole)
		box := w.inbox("Shop", ada)
		id, robo := w.bot(box, "")
		require.Equal(t, 300, w.bots()[0].GiveWayAfter)
		silent := w.write(box, "c1", "hello")
		w.after(200 * time.Second)
		answered := w.write(box, "c2", "hello")
		w.write(box, "c1", "hello?")
		w.after(99 * time.Second)
		require.Equal(t, helpdesk.Pending, w.conversation(silent.ID).Status)
		_, err := robo.Messages.Send(w.ctx, answered.ID, helpdesk.Reply{Content: "Beep"})
		require.NoError(t, err)
		_, err = robo.Messages.Send(w.ctx, silent.ID, helpdesk.Reply{Content: "hm", Private: true})
		require.NoError(t, err)
		w.after(time.Second)
		after := w.conversation(silent.ID)
		require.Equal(t, helpdesk.Open, after.Status)
		require.Equal(t, ada, after.Assignee)
		require.Contains(t, w.lines(silent.ID), "The bot did not answer in time: people take over")
		require.Len(t, w.kinds(helpdesk.ConversationHandoff), 1)
		w.after(time.Hour)
		require.Equal(t, helpdesk.Pending, w.conversation(answered.ID).Status, "it was answered")

		// The time runs from the first message that is not answered, and the timer
		// that was armed before comes too early.
		w.write(box, "c2", "one more")
		w.after(100 * time.Second)
		_, err = robo.Messages.Send(w.ctx, answered.ID, helpdesk.Reply{Content: "Beep"})
		require.NoError(t, err)
		w.after(100 * time.Second)
		w.write(box, "c2", "and more")
		w.after(299 * time.Second)
		require.Equal(t, helpdesk.Pending, w.conversation(answered.ID).Status)
		w.after(time.Second)
		require.Equal(t, helpdesk.Open, w.conversation(answered.ID).Status)

		_, err = w.admin.Conversations.Assign(w.ctx, answered.ID, helpdesk.Assignment{To: id})
		require.NoError(t, err)
		w.after(301 * time.Second)
		require.Equal(t, ada, w.conversation(answered.ID).Assignee, "an open one that it owns, too")

		_, err = w.admin.Bots.Update(w.ctx, id, helpdesk.BotInput{GiveWayAfter: ptr(0)})
		require.NoError(t, err)
		c := w.write(box, "c3", "hello")
		w.after(48 * time.Hour)
		require.Equal(t, helpdesk.Pending, w.conversation(c.ID).Status, "never")
	})
}

// An answer that says nothing is no answer.
func TestProgramThatSaysNothingGivesWay(t *testing.T) {
	t.Parallel()
	w := newWorld(t, openMemory)
	s, box := &script{}, w.inbox("Shop")
	w.program(s, box)
	s.answer = func(context.Context, *helpdesk.Turn) (helpdesk.BotAnswer, error) { return helpdesk.BotAnswer{}, nil }
	c := w.write(box, "c1", "hello")
	w.after(calm)
	w.after(time.Minute)
	require.Len(t, s.asked, 1)
	require.Equal(t, helpdesk.Pending, w.conversation(c.ID).Status)
	w.after(5 * time.Minute)
	require.Equal(t, helpdesk.Open, w.conversation(c.ID).Status)
}

func TestBotsFieldsAreChecked(t *testing.T) {
	t.Parallel()
	w := newWorld(t, openMemory)
	w.reprogram(&script{})
	for name, in := range map[string]helpdesk.BotInput{
		"program":        {Name: ptr("x"), Program: ptr("unknown")},
		"give_way_after": {Name: ptr("x"), GiveWayAfter: ptr(-1)},
	} {
		_, err := w.admin.Bots.Create(w.ctx, in)
		require.Contains(t, fieldsOf(t, err), name)
	}
	_, err := w.admin.Bots.Create(w.ctx, helpdesk.BotInput{Name: ptr("x"), Program: ptr("robo"), URL: ptr("https://bot.example")})
	require.Contains(t, fieldsOf(t, err), "program")
	b, err := w.admin.Bots.Create(w.ctx, helpdesk.BotInput{Name: ptr("x"), Program: ptr("robo")})
	require.NoError(t, err)
	w.engine = w.newEngine(helpdesk.Options{}) // without it
	w.admin = w.engine.As(w.engine.Agent(w.account, w.owner))
	_, err = w.admin.Bots.Update(w.ctx, b.ID, helpdesk.BotInput{Name: ptr("y")})
	require.NoError(t, err)
	_, err = helpdesk.New(w.store, helpdesk.Options{Bots: map[string]helpdesk.BotProgram{"": {Timeout: time.Hour}}})
	require.ErrorIs(t, err, helpdesk.Invalid)
}

// FEATURES F7: an answer from before a person's reply is refused, also where the
// person left the conversation pending.
func TestOwnerEpochKeepsABotFromTalkingOverPeople(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		ada := w.agent("ada", helpdesk.AgentRole)
		box := w.inbox("Shop", ada)
		_, robo := w.bot(box, "")
		c := w.write(box, "c1", "hello")
		require.NotZero(t, c.OwnerEpoch, "0 would ask nothing")
		send := func(epoch int64) error {
			_, err := robo.Messages.Send(w.ctx, c.ID, helpdesk.Reply{Content: "Beep", OwnerEpoch: epoch})
			return err
		}
		require.NoError(t, send(c.OwnerEpoch))
		require.NoError(t, send(c.OwnerEpoch), "its own answer is no person's")
		_, err := w.as(ada).Messages.Send(w.ctx, c.ID, helpdesk.Reply{Content: "a note", Private: true})
		require.NoError(t, err)
		require.NoError(t, send(c.OwnerEpoch), "nor is a note a reply")
		_, err = w.as(ada).Messages.Send(w.ctx, c.ID, helpdesk.Reply{Content: "It is on its way"})
		require.NoError(t, err)
		require.Equal(t, helpdesk.Pending, w.conversation(c.ID).Status)
		require.ErrorIs(t, send(c.OwnerEpoch), helpdesk.Conflict)
		require.NoError(t, send(w.conversation(c.ID).OwnerEpoch), "it has read the reply")
		_, err = w.engine.As(w.engine.Host(w.account)).Messages.Send(w.ctx, c.ID, helpdesk.Reply{Content: "from the host"})
		require.NoError(t, err)
		require.Greater(t, w.conversation(c.ID).OwnerEpoch, c.OwnerEpoch+1)

		// A bot that says nothing of what it knew writes on, as with Chatwoot.
		_, err = w.as(ada).Conversations.Reopen(w.ctx, c.ID)
		require.NoError(t, err)
		require.NoError(t, send(0))
		require.ErrorIs(t, send(c.OwnerEpoch), helpdesk.Conflict)
	})
}

// FEATURES F7, on who gets what.
func TestBotIsAnAgent(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w *world) {
		ada := w.agent("ada", helpdesk.AgentRole)
		box := w.inboxWith(helpdesk.InboxInput{Name: ptr("Shop"), OpenLimit: ptr(1)}, ada)
		b, err := w.admin.Bots.Create(w.ctx, helpdesk.BotInput{Name: ptr("Robo")})
		require.NoError(t, err)
		agents, err := w.admin.Agents.List(w.ctx, helpdesk.AgentFilter{})
		require.NoError(t, err)
		found := false
		for _, a := range agents {
			found = found || a.ID == b.ID && a.Bot && a.Name == "Robo"
		}
		require.True(t, found, "it appears in the list of agents")
		require.NoError(t, w.admin.Inboxes.SetMembers(w.ctx, box.ID, helpdesk.AddMembers, b.ID))

		one := w.write(box, "c1", "hello")
		require.Equal(t, helpdesk.Open, one.Status, "a member that the inbox is not connected to answers nothing first")
		require.Equal(t, ada, one.Assignee)
		two, three := w.write(box, "c2", "hello"), w.write(box, "c3", "hello")
		require.Zero(t, two.Assignee, "hand-out never picks it")
		for _, c := range []*helpdesk.Conversation{two, three} {
			_, err = w.admin.Conversations.Assign(w.ctx, c.ID, helpdesk.Assignment{To: b.ID})
			require.NoError(t, err)
			require.Equal(t, b.ID, w.conversation(c.ID).Assignee, "limits ignore it")
			require.Equal(t, helpdesk.Open, w.conversation(c.ID).Status)
		}
		_, err = w.admin.Rules.Create(w.ctx, helpdesk.RuleInput{
			Name: ptr("to the bot"), Event: helpdesk.ConversationCreated, Actions: []helpdesk.RuleAction{action(helpdesk.DoAssignAgent, float64(b.ID))},
		})
		require.NoError(t, err)
		require.Equal(t, b.ID, w.write(box, "c4", "hello").Assignee, "by rule")
	})
}
