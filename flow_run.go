package helpdesk

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"time"
)

// How flows run
//
// A run is a row, and the conversation names it. What happens up to the next
// question, wait or webhook is part of the commit that moved the run on: a
// customer's message, a timer, an answer. Whatever a flow does fires no rule.

// Bounds of a run.
const (
	maxFlowTurn   = 50   // steps in one transaction; a job goes on with the rest
	maxFlowVisits = 1000 // steps of one run
	maxFlowTraces = 500  // of its path that are kept
	flowPatience  = 24 * time.Hour
)

// flowWork is a run that is held and moves on. Whoever holds the conversation
// saves it.
type flowWork struct {
	u     *unit
	c     *Conversation
	r     *FlowRun
	m     *Message // the customer's that moved it on; nil = none
	steps int      // of this transaction
}

// liveFlow is a flow that may start; nil = none.
func (u *unit) liveFlow(id FlowID) *Flow {
	f := u.cfg.flows[id]
	if f == nil || !f.Active || len(f.Steps) == 0 {
		return nil
	}
	return f
}

// entryFlow is the flow that a customer's conversation in the inbox begins with;
// nil = none. What a program of the customer's began has none.
func (u *unit) entryFlow(inbox *Inbox, extra map[string]any) *Flow {
	if extra[autoReply] != nil {
		return nil
	}
	return u.liveFlow(inbox.EntryFlow)
}

// firstStatus is that of a customer's conversation that begins in the inbox, or
// begins anew.
func (u *unit) firstStatus(inbox *Inbox, extra map[string]any) Status {
	if inbox.Bot != 0 || u.entryFlow(inbox, extra) != nil {
		return Pending
	}
	return Open
}

// holdsAnswer reports whether a flow keeps the customer's next message where it
// is: an entry flow while it runs, an exit flow while it asks.
func (u *unit) holdsAnswer(c *Conversation) (bool, error) {
	if c == nil || c.FlowRun == 0 {
		return false, nil
	}
	if c.Status != Resolved {
		return c.Status == Pending, nil
	}
	r, err := u.tx.FlowRuns().Get(u.ctx, c.FlowRun)
	if err != nil || r.Waits == FlowAnswer {
		return err == nil, absent(err)
	}
	u.leaveFlow(c, FlowLeft)
	return false, u.saveConversation(c)
}

// advanceFlow is the step of unit.receive: the message answers the flow that runs
// on the conversation, or starts the inbox's entry flow.
func (u *unit) advanceFlow(c *Conversation, inbox *Inbox, m *Message, began bool) error {
	if c.FlowRun != 0 && m.automatic() {
		return nil
	}
	if c.FlowRun != 0 {
		return u.answerFlow(c, m, m.Content)
	}
	f := u.entryFlow(inbox, c.Extra)
	if !began || f == nil || c.Status != Pending {
		return nil
	}
	_, err := u.startFlow(c, f, EntryFlow, m)
	return err
}

// startFlow begins a run, and goes on to its first wait. The caller saves the
// conversation.
func (u *unit) startFlow(c *Conversation, f *Flow, kind FlowKind, m *Message) (*FlowRun, error) {
	if kind == StartedFlow && c.Status != Pending {
		if err := u.changeStatus(c, Pending, time.Time{}); err != nil {
			return nil, err
		}
	}
	r := &FlowRun{
		Account: c.Account, Flow: f.ID, Conversation: c.ID, Kind: kind, Steps: f.Steps, Step: f.Steps[0].ID,
		Variables: map[string]any{}, StartedAt: u.now,
	}
	if err := u.tx.FlowRuns().Insert(u.ctx, r); err != nil {
		return nil, err
	}
	c.FlowRun = r.ID
	for _, ev := range u.events { // the bot is not to answer what the flow answers
		if ev.Conversation == c.ID && ev.Kind == MessageCreated {
			ev.After.Flow = true
		}
	}
	u.tellFlow(FlowStarted, c, r)
	w := &flowWork{u: u, c: c, r: r, m: m}
	return r, w.walk()
}

// tellFlow records that a run began or ended. What goes after an exit flow waits
// for FlowEnded with the kind "exit".
func (u *unit) tellFlow(kind EventKind, c *Conversation, r *FlowRun) {
	details := map[string]Change{"run": changed(nil, r.ID), "kind": changed(nil, r.Kind)}
	if r.Reason != "" {
		details["reason"] = changed(nil, r.Reason)
	}
	u.emit(&Event{
		Kind: kind, Conversation: c.ID, Contact: c.Contact, Subject: int64(r.Flow), Before: c.facts(), After: c.facts(), Details: details,
	})
}

// walk goes on until the run waits or is over, and writes it.
func (w *flowWork) walk() error {
	u, r := w.u, w.r
	actor, agent, ctx := u.actor, u.self, u.ctx
	defer func() { u.actor, u.self, u.ctx = actor, agent, ctx }()
	self := ActorRef{ByFlow, int64(r.Flow)}
	u.ctx = withCause(ctx, append(slices.Clone(causeFrom(ctx)), actor.ref, self))
	u.actor, u.self = Actor{account: actor.account, ref: self}, nil
	for r.Reason == "" && r.Waits == "" {
		if err := w.step(); err != nil {
			return err
		}
	}
	return w.write()
}

// step does the step that the run stands at.
func (w *flowWork) step() error {
	r := w.r
	s, found := r.stepAt()
	switch {
	case !found:
		return w.handOff(FlowRunsFailed)
	case r.Visits >= maxFlowVisits:
		return w.handOff(FlowEndless)
	case w.steps >= maxFlowTurn:
		w.wait(FlowTurn, 0)
		return nil
	}
	r.Visits++
	w.steps++
	return w.do(s)
}

// wait has the run wait for something, for no longer than a span.
func (w *flowWork) wait(what FlowWait, most time.Duration) {
	w.r.Waits, w.r.Deadline = what, w.u.now.Add(most)
}

// goOn leads the run to a step.
func (w *flowWork) goOn(to string) {
	w.r.Step, w.r.Waits, w.r.Deadline, w.r.Tries = to, "", time.Time{}, 0
}

// trace adds to the path that the run took.
func (w *flowWork) trace(what FlowTraceKind, text string) {
	r := w.r
	r.Path = append(r.Path, FlowTrace{At: w.u.now, Step: r.Step, What: what, Text: clip(clean(text), 1000)})
	if n := len(r.Path) - maxFlowTraces; n > 0 {
		r.Path = slices.Clone(r.Path[n:])
	}
}

// over ends the run; the conversation stays as it is.
func (w *flowWork) over(why FlowEnd) {
	w.trace(FlowOver, string(why))
	r := w.r
	r.Reason, r.EndedAt, r.Waits, r.Deadline, r.Steps = why, w.u.now, "", time.Time{}, nil
	if w.c.FlowRun == r.ID {
		w.c.FlowRun = 0
		w.u.letGo(w.c)
	}
	w.u.tellFlow(FlowEnded, w.c, r)
}

// handOff ends the run and gives the conversation on: to the inbox's bot, or to
// people. After service had ended it stays as it is, unless the flow says so.
func (w *flowWork) handOff(why FlowEnd) error {
	u, c := w.u, w.c
	w.over(why)
	if c.Status == Resolved && why != FlowHandedOff {
		return nil
	}
	box := u.cfg.inboxes[c.Inbox]
	if c.Status == Pending && box != nil && box.Bot != 0 && (c.Assignee == 0 || c.AssigneeBot) {
		return w.tellBot()
	}
	if c.Status != Open {
		if c.Status == Resolved {
			c.WaitingSince = u.now
		}
		u.setStatus(c, Open, time.Time{})
		u.tell(c, textFlowHandedOff)
	}
	if err := u.afterBot(c); err != nil {
		return err
	}
	return u.assign(c)
}

// tellBot has the bot hear of the customer's last message, which the flow kept
// from it.
func (w *flowWork) tellBot() error {
	if w.c.LastIncoming == 0 {
		return nil
	}
	if !w.c.WaitingSince.IsZero() {
		w.c.WaitingSince = w.u.now // its time begins
	}
	w.u.toBot(w.c)
	m, err := w.u.tx.Messages().Get(w.u.ctx, w.c.LastIncoming)
	if err == nil {
		w.u.emitMessage(MessageUpdated, w.c, m, nil)
	}
	return absent(err)
}

type flowArgs struct {
	Conversation ConversationID `json:"conversation"`
	Run          FlowRunID      `json:"run"`
	Visit        int            `json:"visit,omitempty"` // of a webhook: what is asked for
}

// write saves the run, and arms what moves it on.
func (w *flowWork) write() error {
	r := w.r
	if err := w.u.tx.FlowRuns().Update(w.u.ctx, r); err != nil {
		return err
	}
	key := strconv.FormatInt(int64(r.ID), 10)
	if !r.Deadline.IsZero() {
		w.u.enqueue(&Job{Kind: jobFlow, Key: key, RunAt: r.Deadline, Args: args(flowArgs{Conversation: r.Conversation, Run: r.ID})})
	}
	return nil
}

// heldRun loads the run that a job is about, with its conversation held; nil when
// it is over.
func (u *unit) heldRun(a flowArgs) (*flowWork, error) {
	c, err := u.tx.Conversations().Lock(u.ctx, a.Conversation)
	if err != nil || c.FlowRun != a.Run {
		return nil, absent(err)
	}
	r, err := u.tx.FlowRuns().Get(u.ctx, a.Run)
	if err != nil || r.Waits == "" {
		return nil, absent(err)
	}
	return &flowWork{u: u, c: c, r: r}, nil
}

// runFlow is the flow.run job: what a run waited for did not come, or need not.
func (e *Engine) runFlow(ctx context.Context, j *Job) error {
	var a flowArgs
	if err := json.Unmarshal(j.Args, &a); err != nil {
		return Permanent(err)
	}
	return e.update(ctx, e.System(j.Account), func(u *unit) error {
		w, err := u.heldRun(a)
		if err != nil || w == nil {
			return err
		}
		if w.r.Deadline.After(u.now) { // it moved: the timer follows
			u.enqueue(&Job{Kind: jobFlow, Key: j.Key, RunAt: w.r.Deadline, Args: j.Args})
			return nil
		}
		if err := w.timeUp(); err != nil {
			return err
		}
		return u.saveConversation(w.c)
	})
}

// timeUp moves on a run whose time has come.
func (w *flowWork) timeUp() error {
	if stop, err := w.halted(); stop || err != nil {
		return err
	}
	s, found := w.r.stepAt()
	if !found {
		w.goOn(w.r.Step)
		return w.walk() // which ends it
	}
	switch w.r.Waits {
	case FlowAnswer:
		w.trace(FlowLate, "")
		if s.OnTimeout == "" {
			if err := w.handOff(FlowTimedOut); err != nil {
				return err
			}
			return w.write()
		}
		w.goOn(s.OnTimeout)
	case FlowTime:
		w.goOn(s.Next)
	case FlowResponse:
		w.trace(FlowFault, "there was no answer")
		w.goOn(s.Failed)
	case FlowTurn:
		w.goOn(w.r.Step)
	}
	return w.walk()
}

// stepAt is the step that the run stands at.
func (r *FlowRun) stepAt() (s FlowStep, found bool) {
	i := slices.IndexFunc(r.Steps, func(s FlowStep) bool { return s.ID == r.Step })
	if i < 0 {
		return s, false
	}
	return r.Steps[i], true
}

// halted ends a run that may not go on, and writes it.
func (w *flowWork) halted() (bool, error) {
	box := w.u.cfg.inboxes[w.c.Inbox]
	switch {
	case w.c.Muted:
		w.over(FlowBlocked)
	case box == nil || !w.u.takes(box):
		if err := w.handOff(FlowInboxOff); err != nil {
			return true, err
		}
	default:
		return false, nil
	}
	return true, w.write()
}

// answerFlow takes what a customer said for the answer that the run on the
// conversation waits for, if it waits for one.
func (u *unit) answerFlow(c *Conversation, m *Message, answer string) error {
	r, err := u.tx.FlowRuns().Get(u.ctx, c.FlowRun)
	if err != nil {
		return absent(err)
	}
	w := &flowWork{u: u, c: c, r: r, m: m}
	if stop, err := w.halted(); stop || err != nil {
		return err
	}
	if r.Waits != FlowAnswer || m.Kind == Incoming && m.ID <= r.Asked {
		return nil // said before it was asked, or into a pause
	}
	s, found := r.stepAt()
	if !found {
		w.goOn(r.Step)
		return w.walk() // which ends it
	}
	value, right := s.accept(answer)
	if !right {
		return w.wrong(s, answer)
	}
	w.trace(FlowAnswered, value)
	if s.Variable != "" && !r.remember(s.Variable, value) {
		w.trace(FlowFault, "there are too many variables")
	}
	if s.Attribute != "" {
		if err := w.tried(w.setAttribute(s.Model, s.Attribute, value)); err != nil {
			return err
		}
	}
	w.goOn(s.Next)
	return w.walk()
}

// wrong asks again, or gives up.
func (w *flowWork) wrong(s FlowStep, answer string) error {
	w.trace(FlowWrong, answer)
	if w.r.Tries++; w.r.Tries > s.Retries {
		w.trace(FlowGaveUp, s.GiveUp)
		w.goOn(s.GiveUp)
		return w.walk()
	}
	s.Text = cmp.Or(s.RetryText, s.Text)
	m, err := w.say(s)
	if err != nil {
		return err
	}
	w.r.Asked = m
	return w.write()
}

// submitFlow takes what a customer picked below the question that a run asked for
// the answer.
func (u *unit) submitFlow(id ConversationID, m *Message, values any) error {
	if m.ContentAttrs["flow_id"] == nil || u.actor.ref.Kind != ByContact {
		return nil
	}
	c, err := u.tx.Conversations().Lock(u.ctx, id)
	if err != nil || c.FlowRun == 0 {
		return absent(err)
	}
	r, err := u.tx.FlowRuns().Get(u.ctx, c.FlowRun)
	if err != nil || r.Asked != m.ID {
		return absent(err)
	}
	if err := u.answerFlow(c, m, picked(values)); err != nil {
		return err
	}
	return u.saveConversation(c)
}

// picked is the first value of what a form was filled in with.
func picked(values any) string {
	for range 2 {
		if list, ok := values.([]any); ok && len(list) > 0 {
			values = list[0]
		}
	}
	if one, ok := values.(map[string]any); ok {
		for _, key := range []string{"value", "title"} {
			if text, ok := one[key].(string); ok && text != "" {
				return text
			}
		}
	}
	text, _ := values.(string)
	return text
}
