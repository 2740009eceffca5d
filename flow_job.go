package helpdesk

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"time"
)

// flowTries is how often a webhook of a flow is tried; a customer is waiting.
const flowTries = 3

// flowCall is what a webhook of a flow is sent.
type flowCall struct {
	Event        string            `json:"event"`
	Account      AccountID         `json:"account_id"`
	Flow         FlowID            `json:"flow_id"`
	Run          FlowRunID         `json:"flow_run_id"`
	Step         string            `json:"step"`
	Conversation DisplayID         `json:"conversation_id"`
	Contact      ContactID         `json:"contact_id"`
	Inbox        InboxID           `json:"inbox_id"`
	Variables    map[string]any    `json:"variables"`
	Data         map[string]string `json:"data,omitempty"`
}

// postFlow is the flow.post job: it calls a webhook, and moves the run on with
// what it answers. A try that fails for a time is repeated; after the last the
// flow takes its way for failures.
func (e *Engine) postFlow(ctx context.Context, j *Job) error {
	var a flowArgs
	if err := json.Unmarshal(j.Args, &a); err != nil {
		return Permanent(err)
	}
	call, url, err := e.flowCall(ctx, j.Account, a)
	if err != nil || call == nil {
		return err
	}
	answer, status, err := e.postForAnswer(ctx, url, fmt.Sprintf("flow_%d_%d", a.Run, a.Visit), args(call))
	if (status == 0 || status >= 500 || status == 429) && j.Attempt < flowTries {
		return RetryAfter(Errorf(Unavailable, "the receiver of a flow's webhook did not answer"), time.Duration(j.Attempt)*5*time.Second)
	}
	return e.update(ctx, e.System(j.Account), func(u *unit) error {
		w, err2 := u.awaited(a)
		if err2 != nil || w == nil {
			return err2
		}
		if err := w.answered(answer, status, err); err != nil {
			return err
		}
		return u.saveConversation(w.c)
	})
}

// awaited is heldRun of a run that still waits for this answer.
func (u *unit) awaited(a flowArgs) (*flowWork, error) {
	w, err := u.heldRun(a)
	if err != nil || w == nil || w.r.Waits != FlowResponse || w.r.Visits != a.Visit {
		return nil, err
	}
	return w, nil
}

// flowCall makes what is sent; nil when nobody waits for the answer any more.
func (e *Engine) flowCall(ctx context.Context, account AccountID, a flowArgs) (call *flowCall, url string, err error) {
	err = e.view(ctx, e.System(account), func(u *unit) error {
		call = nil
		c, err := u.tx.Conversations().Get(u.ctx, a.Conversation)
		if err != nil || c.FlowRun != a.Run {
			return absent(err)
		}
		r, err := u.tx.FlowRuns().Get(u.ctx, a.Run)
		if err != nil || r.Waits != FlowResponse || r.Visits != a.Visit {
			return absent(err)
		}
		w := &flowWork{u: u, c: c, r: r}
		s, found := r.stepAt()
		if !found {
			return nil
		}
		url = s.URL
		out := &flowCall{"flow.webhook", account, r.Flow, r.ID, s.ID, c.Display, c.Contact, c.Inbox, r.Variables, nil}
		for name, text := range s.Data {
			if out.Data == nil {
				out.Data = make(map[string]string, len(s.Data))
			}
			filled, err := w.fill(text)
			if err != nil {
				return err
			}
			out.Data[name] = clip(filled, maxFlowText)
		}
		call = out
		return nil
	})
	return call, url, err
}

// answered moves the run on with what its webhook answered.
func (w *flowWork) answered(answer []byte, status int, failed error) error {
	if stop, err := w.halted(); stop || err != nil {
		return err
	}
	s, found := w.r.stepAt()
	if !found {
		w.goOn(w.r.Step)
		return w.walk() // which ends it
	}
	if failed == nil && status/100 != 2 {
		failed = Errorf(Unavailable, "the receiver answered %d", status)
	}
	if failed == nil {
		failed = w.r.fillFrom(s.Fill, answer)
	}
	if failed != nil {
		w.trace(FlowFault, failed.Error())
		w.goOn(s.Failed)
	} else {
		w.trace(FlowGot, strconv.Itoa(status))
		w.goOn(s.Next)
	}
	return w.walk()
}

type flowDropArgs struct {
	Flow FlowID `json:"flow"`
}

// dropFlow is the flow.drop job: the runs of a deleted flow end, and what they
// held goes to people.
func (e *Engine) dropFlow(ctx context.Context, j *Job) error {
	var a flowDropArgs
	if err := json.Unmarshal(j.Args, &a); err != nil {
		return Permanent(err)
	}
	for more := true; more; {
		err := e.update(ctx, e.System(j.Account), func(u *unit) error {
			rows, err := u.tx.FlowRuns().List(u.ctx, FlowRunFilter{Flow: a.Flow, Running: true}, Page{Limit: handBackMax})
			if err != nil {
				return err
			}
			more = len(rows) == handBackMax
			for _, r := range rows {
				if err := u.dropRun(r); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (u *unit) dropRun(r *FlowRun) error {
	c, err := u.tx.Conversations().Lock(u.ctx, r.Conversation)
	if err != nil {
		return absent(err)
	}
	if r, err = u.tx.FlowRuns().Get(u.ctx, r.ID); err != nil || r.Reason != "" {
		return absent(err) // it ended while the conversation was waited for
	}
	w := &flowWork{u: u, c: c, r: r}
	if err := w.handOff(FlowDeleted); err != nil {
		return err
	}
	if err := w.write(); err != nil {
		return err
	}
	return u.saveConversation(c)
}

// Start starts a flow on a conversation, which becomes pending. One on which a
// flow runs already is Conflict; a blocked contact's, or one of an inbox that is
// switched off, is Unsupported.
func (s Flows) Start(ctx context.Context, id ConversationID, flow FlowID) (*FlowRun, error) {
	return change(ctx, s.d, loadFlowRun, func(u *unit) (*FlowRun, int64, error) {
		c, err := u.conversation(EditConversation, id)
		if err != nil {
			return nil, 0, err
		}
		r, err := u.startByHand(c, flow)
		if err != nil {
			return nil, 0, err
		}
		return r, int64(r.ID), u.saveConversation(c)
	})
}

func loadFlowRun(u *unit, id int64) (*FlowRun, error) {
	return u.tx.FlowRuns().Get(u.ctx, FlowRunID(id))
}

func (u *unit) startByHand(c *Conversation, flow FlowID) (*FlowRun, error) {
	f, box := u.liveFlow(flow), u.cfg.inboxes[c.Inbox]
	switch {
	case f == nil:
		return nil, problems{"flow_id": "must be a flow of the account that is switched on"}.err()
	case c.FlowRun != 0:
		return nil, Errorf(Conflict, "a flow runs on this conversation already")
	case c.Muted || box == nil || !u.takes(box):
		return nil, Errorf(Unsupported, "no flow can run on this conversation")
	}
	return u.startFlow(c, f, StartedFlow, nil)
}

// Stop ends the flow that runs on a conversation, and opens it if the flow held
// it. One that is over already is returned as it ended; NotFound when there was
// none.
func (s Flows) Stop(ctx context.Context, id ConversationID) (*FlowRun, error) {
	return change(ctx, s.d, loadFlowRun, func(u *unit) (*FlowRun, int64, error) {
		c, err := u.conversation(EditConversation, id)
		if err != nil {
			return nil, 0, err
		}
		r, err := u.lastRun(c.ID)
		if err != nil {
			return nil, 0, err
		}
		if r.Reason != "" {
			return r, int64(r.ID), nil
		}
		w := &flowWork{u: u, c: c, r: r}
		w.over(FlowStopped)
		if err := w.write(); err != nil {
			return nil, 0, err
		}
		if c.Status == Pending {
			if err := u.changeStatus(c, Open, time.Time{}); err != nil {
				return nil, 0, err
			}
		}
		return r, int64(r.ID), u.saveConversation(c)
	})
}

// Current returns the flow that runs on a conversation, or the last that did;
// NotFound when there was none.
func (s Flows) Current(ctx context.Context, id ConversationID) (*FlowRun, error) {
	return read(ctx, s.d, func(u *unit) (*FlowRun, error) {
		if err := u.mayReadRuns(id); err != nil {
			return nil, err
		}
		return u.lastRun(id)
	})
}

// lastRun is the run on a conversation, or the last there was.
func (u *unit) lastRun(id ConversationID) (*FlowRun, error) {
	rows, err := u.tx.FlowRuns().List(u.ctx, FlowRunFilter{Conversation: id}, Page{Limit: 1})
	if err != nil {
		return nil, err
	}
	if len(rows) == 0 {
		return nil, notFound("flow run")
	}
	return rows[0], nil
}
