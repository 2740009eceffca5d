package helpdesk

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// actionWork is what an action needs beside its values.
type actionWork struct {
	event  EventKind // what endpoints are told it was
	reply  *Reply    // for what sends: admitted, its files stored
	failed error     // why it could not be admitted
	taken  bool      // a message was made of it
}

// prepareActions does what may not be done inside a transaction: the host's hook
// sees each reply, and each gets a copy of its files.
func (d *Desk) prepareActions(ctx context.Context, id ConversationID, event EventKind, actions []RuleAction, files []KeptFile) []*actionWork {
	out := make([]*actionWork, len(actions))
	for i, a := range actions {
		w := &actionWork{event: event}
		out[i] = w
		switch a.Name {
		case DoSendMessage, DoAddNote:
			w.reply = &Reply{Content: a.text(), Private: a.Name == DoAddNote}
		case DoSendAttachment:
			w.reply = &Reply{}
		default:
			continue
		}
		w.failed = d.admitWork(ctx, id, a, w.reply, files)
	}
	return out
}

func (d *Desk) admitWork(ctx context.Context, id ConversationID, a RuleAction, r *Reply, files []KeptFile) error {
	if a.Name != DoSendAttachment {
		return d.admitReply(ctx, &id, r)
	}
	f, content, err := d.e.openKept(ctx, files, a.text())
	if err != nil {
		return err
	}
	defer content.Close()
	r.Files = []File{{Name: f.Name, ContentType: f.ContentType, Data: content}}
	err = d.admitReply(ctx, &id, r)
	r.Files = nil
	return err
}

// dropWork removes the copies of files that no message took.
func (e *Engine) dropWork(ctx context.Context, work []*actionWork) {
	for _, w := range work {
		if w.reply == nil || w.taken {
			continue
		}
		for _, a := range w.reply.stored {
			if err := e.opts.Blobs.Delete(context.WithoutCancel(ctx), a.Blob); err != nil {
				e.opts.Logger.Warn("removing a copy that no message took", "err", err)
			}
		}
	}
}

// runActions does the actions one after the other, and saves the conversation.
// One that is refused is left out and the next goes on.
func (u *unit) runActions(c *Conversation, actions []RuleAction, work []*actionWork) error {
	table := ruleActions()
	for i, a := range actions {
		row, known := table[a.Name]
		if !known {
			continue // of a later version
		}
		err := error(nil)
		if row.needs != "" {
			err = u.may(row.needs)
		}
		if err == nil {
			err = row.run(u, c, a, work[i])
		}
		if err != nil && !refusal(err) {
			return err
		}
		if err != nil {
			u.e.opts.Logger.Info("an action was left out", "action", a.Name, "conversation", c.ID, "code", CodeOf(err))
		}
	}
	return u.saveConversation(c)
}

// attribute is what an action sets, as what is merged into the others.
func (a RuleAction) attribute() map[string]any {
	if len(a.Values) < 2 {
		return map[string]any{a.text(): nil}
	}
	return map[string]any{a.text(): a.Values[1]}
}

// filledAttribute is attribute with its text filled in.
func (u *unit) filledAttribute(c *Conversation, a RuleAction) (map[string]any, error) {
	out := a.attribute()
	text, isText := out[a.text()].(string)
	if !isText {
		return out, nil
	}
	filled, err := u.fillReply(c, text)
	out[a.text()] = filled
	return out, err
}

// checkAttribute says what is wrong with an attribute that an action sets.
func checkAttribute(model AttributeModel) func(*unit, RuleAction, []KeptFile) string {
	return func(u *unit, a RuleAction, _ []KeptFile) string {
		if a.text() == "" || tooLong(a.text(), 255) || len(a.Values) > 2 {
			return "must hold the key of an attribute, and a value"
		}
		p := problems{}
		text, _ := a.attribute()[a.text()].(string)
		if len(a.Values) == 2 && a.Values[1] != nil && !strings.Contains(text, "{{") { // or it is known when it is filled in
			u.checkAttributes(p, model, a.attribute())
		}
		for _, what := range p {
			return "holds a value that " + what
		}
		return ""
	}
}

func (u *unit) doSetAttribute(c *Conversation, a RuleAction, _ *actionWork) error {
	set, err := u.filledAttribute(c, a)
	if err != nil {
		return err
	}
	return u.setAttributes(c, merge(c.Attributes, set))
}

func (u *unit) doSetContact(c *Conversation, a RuleAction, _ *actionWork) error {
	set, err := u.filledAttribute(c, a)
	if err != nil {
		return err
	}
	return u.setContactAttributes(c, set)
}

// setContactAttributes merges custom attributes into those of the contact.
func (u *unit) setContactAttributes(c *Conversation, set map[string]any) error {
	contact, err := u.tx.Contacts().Get(u.ctx, c.Contact)
	if err != nil {
		return err
	}
	before := *contact
	contact.Attributes = merge(contact.Attributes, set)
	p := problems{}
	u.checkAttributes(p, ContactAttribute, contact.Attributes)
	if err := p.err(); err != nil {
		return err
	}
	return u.saveContact(&before, contact)
}

// refusal reports whether the desk said no, as opposed to a failure.
func refusal(err error) bool {
	switch CodeOf(err) {
	case Invalid, Forbidden, NotFound, Conflict, Limited, Unsupported:
		return true
	default:
		return false
	}
}

// actionPost is a conversation told to an address that an action names.
type actionPost struct {
	UID          string         `json:"uid"` // the same at every try, for receivers that count
	URL          string         `json:"url"`
	Event        EventKind      `json:"event"`
	Conversation ConversationID `json:"conversation"`
	At           time.Time      `json:"at"`
}

// postAction is the action.post job. The body tells how the conversation is when
// it is posted; one that is gone is not told of.
func (e *Engine) postAction(ctx context.Context, j *Job) error {
	var a actionPost
	if err := json.Unmarshal(j.Args, &a); err != nil {
		return Permanent(err)
	}
	var c *Conversation
	err := e.view(ctx, e.System(j.Account), func(u *unit) (err error) {
		c, err = u.tx.Conversations().Get(u.ctx, a.Conversation)
		return err
	})
	if err != nil {
		return absent(err)
	}
	ev := &Event{Account: j.Account, Kind: a.Event, At: a.At, Conversation: c.ID, Contact: c.Contact, Before: c.facts(), After: c.facts()}
	body, err := e.opts.Payloads.Payload(ctx, e.As(e.System(j.Account)), ev)
	if err != nil || len(bytes.TrimSpace(body)) == 0 {
		return absent(err)
	}
	return e.postUnsigned(ctx, a.URL, a.UID, body)
}

// macroArgs is one run of a macro.
type macroArgs struct {
	Macro         MacroID     `json:"macro"`
	Run           string      `json:"run"` // makes a repeated job do nothing twice
	Actor         ActorRef    `json:"actor"`
	Conversations []DisplayID `json:"conversations"`
}

// runMacro is the macro.run job: one transaction for each conversation, in the
// name of who ran it and with what they may do now.
func (e *Engine) runMacro(ctx context.Context, j *Job) error {
	var a macroArgs
	if err := json.Unmarshal(j.Args, &a); err != nil {
		return Permanent(err)
	}
	actor := Actor{account: j.Account, ref: a.Actor}
	for _, display := range a.Conversations {
		err := e.runMacroOn(ctx, actor, a, display)
		switch CodeOf(err) {
		case "":
		case NotFound: // the conversation is not there for them: the next may be
		case Unauthenticated, Forbidden: // who ran it may not any more
			return nil
		default:
			return err
		}
	}
	return nil
}

func (e *Engine) runMacroOn(ctx context.Context, actor Actor, a macroArgs, display DisplayID) error {
	d := e.As(actor)
	m, err := d.Macros.Get(ctx, a.Macro)
	if err != nil {
		return err
	}
	c, err := d.Conversations.ByDisplay(ctx, display)
	if err != nil {
		return err
	}
	once := WithIdempotencyKey(ctx, "macro", fmt.Sprintf("%s:%d", a.Run, display), nil)
	if done, err := e.RequestDone(once, actor.account); done || err != nil {
		return err // an earlier try of the job: the host is not asked again
	}
	work := d.prepareActions(ctx, c.ID, MacroExecuted, m.Actions, m.Files)
	err = e.update(once, actor, func(u *unit) error {
		for _, w := range work {
			w.taken = false // the closure may run again
		}
		if u.replay != nil {
			return nil
		}
		if err := u.may(RunMacro); err != nil {
			return err
		}
		c, err := u.conversation(ReadConversation, c.ID)
		if err != nil {
			return err
		}
		return u.runActions(c, m.Actions, work)
	})
	if err != nil {
		for _, w := range work {
			w.taken = false
		}
	}
	e.dropWork(ctx, work)
	return err
}

func checkFlow(u *unit, a RuleAction, _ []KeptFile) string {
	if id, ok := a.id(); !ok || u.cfg.flows[FlowID(id)] == nil {
		return "must name a flow of the account"
	}
	return ""
}

func (u *unit) doStartFlow(c *Conversation, a RuleAction, _ *actionWork) error {
	id, _ := a.id()
	_, err := u.startByHand(c, FlowID(id))
	return err
}
