package helpdesk

import (
	"strconv"
	"strings"
	"time"
)

// do does one step. A refusal is written into the path, and the flow goes on.
func (w *flowWork) do(s FlowStep) error {
	switch s.Kind {
	case FlowSend:
		if _, err := w.say(s); err != nil {
			return err
		}
	case FlowAsk:
		return w.ask(s)
	case FlowDecide:
		next, fault, err := w.decide(s)
		if err != nil {
			return err
		}
		if fault != nil {
			w.trace(FlowFault, fault.Error())
		}
		w.trace(FlowTook, next)
		w.goOn(next)
		return nil
	case FlowSet, FlowLabel, FlowAssignAgent, FlowAssignTeam:
		if err := w.tried(w.change(s)); err != nil {
			return err
		}
	case FlowWebhook:
		w.trace(FlowCalled, "")
		w.wait(FlowResponse, time.Hour)
		w.u.enqueue(&Job{
			Kind: jobFlowPost, Key: strconv.FormatInt(int64(w.r.ID), 10) + ":" + strconv.Itoa(w.r.Visits),
			Args: args(flowArgs{w.c.ID, w.r.ID, w.r.Visits}),
		})
		return nil
	case FlowPause:
		w.trace(FlowWaited, "")
		w.wait(FlowTime, s.Wait)
		return nil
	case FlowHandOff:
		return w.handOff(FlowHandedOff)
	case FlowFinish:
		return w.finish(s)
	default:
		return w.handOff(FlowRunsFailed)
	}
	w.goOn(s.Next)
	return nil
}

// tried writes down what was refused; a failure is returned.
func (w *flowWork) tried(err error) error {
	if err == nil {
		w.trace(FlowDid, "")
		return nil
	}
	if !refusal(err) {
		return err
	}
	w.trace(FlowFault, err.Error())
	return nil
}

func (w *flowWork) ask(s FlowStep) error {
	m, err := w.say(s)
	if err != nil {
		return err
	}
	w.r.Asked, w.r.Tries = m, 0
	span := s.Timeout
	if span == 0 {
		span = flowPatience
	}
	w.wait(FlowAnswer, span)
	return nil
}

// change does what a step says to the conversation.
func (w *flowWork) change(s FlowStep) error {
	u, c := w.u, w.c
	switch s.Kind {
	case FlowSet:
		value, err := w.fill(s.Value)
		if err != nil {
			return err
		}
		return w.setAttribute(s.Model, s.Attribute, clip(value, 1500))
	case FlowLabel:
		return u.setLabels(c, append(u.cfg.labelTitles(c.Labels), s.Labels...))
	case FlowAssignTeam:
		return u.setTeam(c, s.Team)
	default:
		if s.Agent == 0 {
			u.unassign(c)
			return nil
		}
		return u.assignTo(c, s.Agent)
	}
}

// setAttribute sets an attribute of the conversation or its contact; "" takes it
// away.
func (w *flowWork) setAttribute(model AttributeModel, key, value string) error {
	set := map[string]any{key: value}
	if value == "" {
		set[key] = nil
	}
	if model == ContactAttribute {
		return w.u.setContactAttributes(w.c, set)
	}
	return w.u.setAttributes(w.c, merge(w.c.Attributes, set))
}

// finish ends the flow where it says end.
func (w *flowWork) finish(s FlowStep) error {
	w.over(FlowFinished)
	if !s.Resolve || w.c.Status == Resolved {
		return nil
	}
	return w.u.changeStatus(w.c, Resolved, time.Time{})
}

// fill fills in a text of the flow.
func (w *flowWork) fill(text string) (string, error) {
	var failed error
	out := fillIn(text, func() map[string]any {
		values, err := w.u.templateValues(w.c, strings.Contains(text, "recent_messages"))
		if failed = err; err == nil {
			values["flow"] = w.r.Variables
		}
		return values
	})
	return out, failed
}

// say sends what a step says. Nobody signs it, it is no reply, and it ends no wait.
func (w *flowWork) say(s FlowStep) (MessageID, error) {
	u, c := w.u, w.c
	text, err := w.fill(s.Text)
	if err != nil {
		return 0, err
	}
	what := FlowSaid
	if s.Kind == FlowAsk {
		what = FlowAsked
	}
	if strings.TrimSpace(text) == "" {
		w.trace(FlowFault, "there is nothing to say")
		return c.LastPublic, nil
	}
	w.trace(what, text)
	m := &Message{
		Account: c.Account, Conversation: c.ID, Inbox: c.Inbox, Kind: Template, Content: text, ContentType: "text",
		ContentAttrs: map[string]any{"flow_id": int64(w.r.Flow)}, State: StatePending, CreatedAt: u.now, UpdatedAt: u.now,
	}
	if len(s.Choices) > 0 {
		items := make([]any, len(s.Choices))
		for i, choice := range s.Choices {
			items[i] = map[string]any{"title": choice.Title, "value": choice.value()}
		}
		m.ContentType, m.ContentAttrs["items"] = "input_select", items
	}
	if err := u.tx.Messages().Insert(u.ctx, m); err != nil {
		return 0, err
	}
	c.LastActivity, c.LastPublic = u.now, m.ID
	u.emitMessage(MessageCreated, c, m, nil)
	u.enqueueSend(c, m)
	return m.ID, nil
}

func (c FlowChoice) value() string {
	if c.Value == "" {
		return c.Title
	}
	return c.Value
}

// accept reads an answer: what is kept of it, and whether it is one. A choice may
// be named by its title, its value or its place in the list.
func (s FlowStep) accept(answer string) (value string, right bool) {
	answer = strings.TrimSpace(answer)
	for i, c := range s.Choices {
		if given := fold(answer); given == fold(c.Title) || given == fold(c.value()) || given == strconv.Itoa(i+1) {
			return c.value(), true
		}
	}
	if s.Pattern != "" {
		re, err := compilePattern(s.Pattern)
		if err != nil {
			return "", false
		}
		right, err := re.MatchString(clip(answer, maxFlowValue))
		return answer, err == nil && right
	}
	return answer, len(s.Choices) == 0
}
