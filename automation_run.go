package helpdesk

import (
	"errors"
	"maps"
	"slices"
	"sync"

	"github.com/expr-lang/expr/vm"
)

// How rules run
//
// They run in the commit of what they react to, so that nobody ever sees the one
// without the other: before a customer's message is handed out, and at the end of
// every other unit of work. What leaves for the network, and what needs a file,
// becomes a job of the same commit. What rules do fires no rule, and no event that
// a rule stands behind fires that rule again.

// Bounds of what the rules of one transaction do.
const (
	maxRuleSteps    = 50 // actions
	maxRuleFailures = 3  // after which a rule that cannot be evaluated is switched off
	// maxRuleRuns is how many rules run on a conversation before a person has to do
	// something in it: programs that answer each other by way of a rule end there.
	maxRuleRuns = 50
)

// happening is an event that rules may wait for, and what it is about.
type happening struct {
	ev *Event
	c  *Conversation
	m  *Message // of message.created
}

// trigger is what rules are asked about: all that happened of one kind to a
// conversation, in one.
type trigger struct {
	happening
	changed map[string]RuleChange
}

// runRules runs the rules on what has happened in the unit since they last ran.
// held is a conversation that the caller is working on and will save; others are
// read, and saved at once.
func (u *unit) runRules(held *Conversation) error {
	happened := u.happened
	u.happened, u.ruled, u.asked = nil, nil, true
	defer func() { u.asked = true }()
	if len(u.cfg.rules) == 0 {
		return nil
	}
	var ids []ConversationID
	of := map[ConversationID][]trigger{}
	for _, h := range happened {
		id := h.c.ID
		if !u.firesRules(h) || len(u.cfg.rules[h.ev.Kind]) == 0 {
			continue
		}
		if of[id] == nil {
			ids = append(ids, id)
		}
		of[id] = addTrigger(of[id], h)
	}
	for _, id := range ids {
		if held != nil && held.ID == id {
			if err := u.runRulesOn(held, of[id]); err != nil {
				return err
			}
			continue
		}
		if err := u.runRulesLate(id, of[id], happened); err != nil {
			return err
		}
	}
	return nil
}

// runRulesLate runs rules on a conversation that was written already, and brings
// the copies of it that others in the unit hold up to date.
func (u *unit) runRulesLate(id ConversationID, triggers []trigger, copies []happening) error {
	c, err := u.tx.Conversations().Lock(u.ctx, id)
	if err != nil {
		return absent(err) // deleted in the same unit
	}
	before := c.Version
	if err := u.runRulesOn(c, triggers); err != nil || !u.ruled[id] {
		return err
	}
	if err := u.saveConversation(c); err != nil {
		return err
	}
	for _, h := range copies {
		if h.c.ID == id && h.c.Version <= before {
			*h.c = *c
		}
		if h.c.ID == id && len(u.exits) > 0 {
			u.copies = append(u.copies, h.c)
		}
	}
	return nil
}

// firesRules reports whether rules may run on an event: not on what a rule or a
// flow did, not on what the desk says by itself, and not on a conversation that a program of
// the customer's began.
func (u *unit) firesRules(h happening) bool {
	began := h.ev.Kind == ConversationCreated || h.ev.Kind == ConversationOpened
	if h.ev.Actor.Kind == ByRule || h.ev.Actor.Kind == ByFlow || began && h.c.Extra[autoReply] != nil {
		return false
	}
	return h.m == nil || h.m.Kind != Activity && h.m.Kind != Template
}

// addTrigger adds an event, or joins it to another of its kind: a conversation is
// updated once, however many of its fields were changed.
func addTrigger(list []trigger, h happening) []trigger {
	i := slices.IndexFunc(list, func(t trigger) bool { return t.ev.Kind == h.ev.Kind && h.m == nil })
	if i < 0 {
		return append(list, trigger{h, mergeChanges(nil, h.ev.Details)})
	}
	list[i].changed = mergeChanges(list[i].changed, h.ev.Details)
	return list
}

// runRulesOn runs the rules of each trigger in their order. Each sees what those
// before it did.
func (u *unit) runRulesOn(c *Conversation, triggers []trigger) error {
	for _, t := range triggers {
		if c.RuleRuns > 0 && u.person(t.ev.Actor) && !u.automatic {
			c.RuleRuns = 0
			u.mark(c)
		}
		var env any // a RuleEnv, boxed once for all rules
		var machine vm.VM
		for _, r := range u.cfg.rules[t.ev.Kind] {
			if env == nil {
				seen, err := u.ruleEnv(c, t)
				if err != nil {
					return err
				}
				env = *seen
			}
			holds, err := u.ruleHolds(r, &machine, env)
			if err != nil {
				return err
			}
			if !holds {
				continue
			}
			stop, err := u.runRule(r.Rule, c, t)
			if err != nil {
				return err
			}
			if stop {
				break
			}
			env = nil
		}
	}
	return nil
}

// runRule does what a rule says. stop is what it says of those after it.
func (u *unit) runRule(r *Rule, c *Conversation, t trigger) (stop bool, err error) {
	self := ActorRef{ByRule, int64(r.ID)}
	if slices.Contains(t.ev.Cause, self) {
		u.loop(r, c, t.ev.Cause)
		return false, nil
	}
	if c.RuleRuns >= maxRuleRuns {
		if c.RuleRuns == maxRuleRuns {
			c.RuleRuns++
			u.loop(r, c, append(slices.Clone(t.ev.Cause), t.ev.Actor, self))
		}
		return false, nil
	}
	c.RuleRuns++
	actor, agent, ctx := u.actor, u.self, u.ctx
	defer func() { u.actor, u.self, u.ctx = actor, agent, ctx }()
	u.ctx = withCause(ctx, append(slices.Clone(causeFrom(ctx)), t.ev.Actor, self))
	u.actor, u.self = Actor{account: actor.account, ref: self}, nil
	u.mark(c)
	return u.doRule(r, c, t)
}

// loop tells, once, that a rule was kept from setting itself off, and by whom.
func (u *unit) loop(r *Rule, c *Conversation, chain []ActorRef) {
	u.emit(&Event{Kind: LoopDetected, Conversation: c.ID, Contact: c.Contact, Subject: int64(r.ID), Before: c.facts(), After: c.facts()})
	u.events[len(u.events)-1].Cause = chain
	u.mark(c)
	u.e.opts.Logger.Warn("a rule would have set itself off", "rule", r.ID, "conversation", c.ID)
}

// person reports whether somebody acts, and not a program.
func (u *unit) person(a ActorRef) bool {
	agent := u.cfg.agents[AgentID(a.ID)]
	return a.Kind == ByContact || a.Kind == ByAgent && agent != nil && !agent.Bot
}

// mark remembers that rules changed a conversation.
func (u *unit) mark(c *Conversation) {
	if u.ruled == nil {
		u.ruled = map[ConversationID]bool{}
	}
	u.ruled[c.ID] = true
}

// doRule does a rule's actions. One that is refused is left out, and the run says
// so.
func (u *unit) doRule(r *Rule, c *Conversation, t trigger) (stop bool, err error) {
	table := ruleActions()
	var out []string // what became of each action
	for _, a := range r.Actions {
		if u.ruleSteps++; u.ruleSteps > maxRuleSteps {
			out = append(out, string(a.Name)+": too many in one transaction")
			break
		}
		if a.Name == DoCancel {
			out, stop = append(out, string(a.Name)), true
			break
		}
		err := u.doRuleAction(table, r, a, c, t)
		if err != nil && !refusal(err) {
			return false, err
		}
		if err != nil {
			out = append(out, string(a.Name)+": "+err.Error())
		} else {
			out = append(out, string(a.Name))
		}
	}
	u.emit(&Event{
		Kind: RuleRan, Conversation: c.ID, Contact: c.Contact, Message: t.ev.Message, Subject: int64(r.ID),
		Before: c.facts(), After: c.facts(), Details: map[string]Change{"actions": changed(nil, out), "event": changed(nil, t.ev.Kind)},
	})
	return stop, nil
}

// doRuleAction does one action of a rule to a conversation that is held.
func (u *unit) doRuleAction(table map[RuleActionName]ruleAction, r *Rule, a RuleAction, c *Conversation, t trigger) error {
	row, known := table[a.Name]
	if !known {
		return Errorf(Unsupported, "this version does not know it")
	}
	if row.needs != "" {
		if err := u.may(row.needs); err != nil {
			return err
		}
	}
	if slices.Contains(SilenceEvents(), t.ev.Kind) && (a.Name == DoSendMessage || a.Name == DoSendAttachment) {
		quiet, err := u.letBe(c)
		if err != nil {
			return err
		}
		if quiet {
			return Errorf(Conflict, "the customer has asked not to be written to")
		}
	}
	w := &actionWork{event: ruleExecuted(t.ev.Kind)}
	switch a.Name { //nolint:exhaustive // only these need more than their values
	case DoSendMessage, DoAddNote:
		w.reply = &Reply{Content: a.text(), Private: a.Name == DoAddNote, ContentAttrs: map[string]any{"automation_rule_id": int64(r.ID)}}
	case DoSendAttachment: // a file is copied before it is sent, which is not for a transaction
		u.enqueue(&Job{Kind: jobRuleFile, Args: args(ruleFileArgs{Rule: r.ID, File: a.text(), Conversation: c.ID, Run: newToken()})})
		return nil
	}
	return row.run(u, c, a, w)
}

// ruleHolds evaluates a rule's condition. One that cannot be evaluated does not
// hold, and is counted.
func (u *unit) ruleHolds(r *liveRule, machine *vm.VM, env any) (bool, error) {
	p, err := r.ready(u)
	if err != nil {
		return false, u.ruleFailed(r.Rule, err)
	}
	if p == nil {
		return true, nil
	}
	out, err := machine.Run(p, env)
	if err != nil {
		return false, u.ruleFailed(r.Rule, err)
	}
	holds, _ := out.(bool)
	return holds, nil
}

// liveRule is a rule that is switched on, under one configuration. What it asks is
// compiled when it is first asked.
type liveRule struct {
	*Rule
	once    sync.Once
	program *vm.Program // nil holds always
	fault   error
}

func (r *liveRule) ready(u *unit) (*vm.Program, error) {
	r.once.Do(func() { r.program, r.fault = u.program(r.Rule) })
	return r.program, r.fault
}

// program is a rule's condition, ready to run; nil holds always.
func (u *unit) program(r *Rule) (*vm.Program, error) {
	if r.Expression != "" {
		return u.e.programs.get(r.Expression, guardedExpression)
	}
	source, err := u.ruleSource(r)
	if err != nil || source == "" {
		return nil, err
	}
	return u.e.programs.get(source, func(s string) (*vm.Program, error) { return compileExpression(s, 0) })
}

// ruleSource is the expression that a rule's conditions mean now; "" holds always.
func (u *unit) ruleSource(r *Rule) (string, error) {
	if r.Cond.empty() {
		return "", nil
	}
	res := u.resolver(ConversationAttribute)
	res.rule = r.Event
	c := res.resolve(r.Cond, 1)
	if len(res.faults) > 0 {
		return "", errors.New(res.faults[0])
	}
	return expression(c), nil
}

// ruleFailed counts that a rule could not be evaluated, and after a few times
// switches it off and tells the administrators.
func (u *unit) ruleFailed(r *Rule, why error) error {
	u.e.opts.Logger.Warn("a rule could not be evaluated", "rule", r.ID, "err", why)
	now, err := u.tx.Rules().Get(u.ctx, r.ID)
	if err != nil || !now.Active {
		return absent(err)
	}
	now.Failures, now.LastError, now.FailedAt = now.Failures+1, clip(why.Error(), 1000), u.now
	off := now.Failures >= maxRuleFailures
	if off {
		now.Active = false
	}
	if err := u.tx.Rules().Update(u.ctx, now); err != nil {
		return err
	}
	if !off {
		return nil
	}
	change := map[string]Change{"active": changed(true, false), "last_error": changed(nil, now.LastError)}
	if err := u.audit("update", "automation_rule", int64(r.ID), change); err != nil {
		return err
	}
	return u.tellAdmins(
		text(u.cfg.account.Locale, textRuleOff, r.Name),
		text(u.cfg.account.Locale, textRuleOffBody, r.Name, now.LastError))
}

// tellAdmins mails the account's administrators, each alone. Without a Mailer it
// tells nobody.
func (u *unit) tellAdmins(subject, body string) error {
	if u.e.opts.Mailer == nil {
		return nil
	}
	for _, id := range slices.Sorted(maps.Keys(u.cfg.agents)) {
		a := u.cfg.agents[id]
		if a.Role != Administrator || a.Bot || a.Email == "" {
			continue
		}
		if err := u.mail(Mail{To: []string{a.Email}, Subject: subject, Text: body}); err != nil {
			return err
		}
	}
	return nil
}

// ruleExecuted is what the address of a rule's action is told it was.
func ruleExecuted(kind EventKind) EventKind { return RuleExecuted + "." + kind }
