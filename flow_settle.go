package helpdesk

import "time"

// How flows end and begin that nobody waits for: what a unit of work did to
// conversations is settled when it is flushed.

// leaveFlow ends the run on a conversation, when the unit is flushed.
func (u *unit) leaveFlow(c *Conversation, why FlowEnd) {
	if c.FlowRun == 0 {
		return
	}
	u.left = append(u.left, flowLeft{c, c.FlowRun, why})
	c.FlowRun = 0
	u.letGo(c)
}

// flowLeft is a run that somebody ended.
type flowLeft struct {
	c   *Conversation
	run FlowRunID
	why FlowEnd
}

// takeOver ends the run on a conversation that a person took into their hands,
// and opens it.
func (u *unit) takeOver(c *Conversation, opens bool) error {
	if c.FlowRun == 0 || !u.person(u.actor.ref) && u.actor.ref.Kind != ByHost || u.actor.ref.Kind == ByContact {
		return nil
	}
	u.leaveFlow(c, FlowTakenOver)
	if c.Status != Pending || !opens {
		return nil
	}
	return u.changeStatus(c, Open, time.Time{})
}

// ended remembers that a conversation became resolved: the one place where exit
// flows come from, whoever resolved it.
func (u *unit) ended(c *Conversation) {
	if box := u.cfg.inboxes[c.Inbox]; box != nil && u.liveFlow(box.ExitFlow) != nil {
		u.exits = append(u.exits, c)
	}
}

// settleFlows writes which runs were ended in the unit, and starts the exit flows
// of what was resolved in it.
func (u *unit) settleFlows() error {
	left, exits := u.left, u.exits
	u.left, u.exits = nil, nil
	for _, l := range left {
		r, err := u.tx.FlowRuns().Get(u.ctx, l.run)
		if CodeOf(err) == NotFound || err == nil && r.Reason != "" {
			continue
		}
		if err != nil {
			return err
		}
		w := &flowWork{u: u, c: l.c, r: r}
		w.over(l.why)
		if err := w.write(); err != nil {
			return err
		}
	}
	for _, c := range exits {
		if err := u.startExit(c); err != nil {
			return err
		}
	}
	return nil
}

// startExit starts the exit flow of a conversation that was written already, and
// brings the caller's copy up to date.
func (u *unit) startExit(held *Conversation) error {
	c, err := u.tx.Conversations().Lock(u.ctx, held.ID)
	if err != nil {
		return absent(err)
	}
	box := u.cfg.inboxes[c.Inbox]
	if c.Status != Resolved || c.FlowRun != 0 || c.Muted || box == nil || !u.takes(box) {
		return nil
	}
	if u.person(u.actor.ref) && !u.automatic {
		c.RuleRuns = 0
	}
	if c.RuleRuns++; c.RuleRuns > maxRuleRuns {
		return nil // programs go round in a circle
	}
	before := c.Version
	if _, err := u.startFlow(c, u.liveFlow(box.ExitFlow), ExitFlow, nil); err != nil {
		return err
	}
	if err := u.saveConversation(c); err != nil {
		return err
	}
	for _, o := range append(u.copies, held) {
		if o.ID == c.ID && o.Version <= before {
			*o = *c
		}
	}
	return nil
}

func flowTexts() map[string]map[textKey]string {
	return map[string]map[textKey]string{
		"en": {textFlowHandedOff: "Conversation was opened: a flow handed it over"},
		"pt": {textFlowHandedOff: "Conversa aberta: um fluxo a entregou"},
		"es": {textFlowHandedOff: "Conversación abierta: un flujo la entregó"},
	}
}
