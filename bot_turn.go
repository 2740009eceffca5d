package helpdesk

import (
	"context"
	"encoding/json"
	"fmt"
	"runtime/debug"
	"strconv"
	"time"
)

// How a customer's message becomes a bot's turn
//
// The commit of the message arms two timers of the conversation: the turn, when
// the bot is a program of this process, and the end of its time. They are jobs
// with the conversation for a key: a burst of messages keeps one of each, and a
// timer that comes too early arms itself anew. The program is asked outside any
// transaction. What it answers is committed together with how far it has read
// (Conversation.BotSeen), so that a turn which is taken twice answers once.

const (
	botTries    = 3           // calls of a program before people get the conversation
	botPatience = time.Minute // after which an answer is sent though the customer has written on
	botHistory  = 100         // messages that a turn shows
	botBusy     = time.Second // until a turn is tried again that found every place taken
)

type botArgs struct {
	Conversation ConversationID `json:"conversation"`
}

func (u *unit) enqueueBot(kind JobKind, id ConversationID, at time.Time) {
	u.enqueue(&Job{Kind: kind, Key: strconv.FormatInt(int64(id), 10), RunAt: at, Args: args(botArgs{id})})
}

// botOf is the bot that is to answer in the conversation; nil = people are.
func (u *unit) botOf(c *Conversation) *Bot {
	switch {
	case c.FlowRun != 0: // a flow goes before it
		return nil
	case c.AssigneeBot && (c.Status == Open || c.Status == Pending):
		return u.cfg.bots[c.Assignee]
	case u.withBot(c):
		return u.cfg.bots[u.cfg.inboxes[c.Inbox].Bot]
	default:
		return nil
	}
}

// unanswered reports whether the customer has written and nobody has answered.
func (c *Conversation) unanswered() bool { return !c.WaitingSince.IsZero() && c.LastIncoming != 0 }

// toBot lets a bot that a conversation has come to answer what its customer said
// last, if they wait.
func (u *unit) toBot(c *Conversation) {
	if u.botOf(c) == nil || !c.unanswered() {
		return
	}
	c.BotSeen = min(c.BotSeen, c.LastIncoming-1)
	u.wakeBot(c)
}

// wakeBot arms the timers of a bot that is to answer what the customer has said.
func (u *unit) wakeBot(c *Conversation) {
	b := u.botOf(c)
	if b == nil || !c.unanswered() {
		return
	}
	if b.Program != "" {
		u.enqueueBot(jobBotTurn, c.ID, u.now.Add(u.e.opts.Bots[b.Program].quiet()))
	}
	if b.GiveWayAfter > 0 {
		u.enqueueBot(jobBotSilent, c.ID, u.now.Add(b.patience()))
	}
}

// picked makes it a bot's turn when the customer has picked from the items of a
// message, or filled them in. The conversation is locked.
func (u *unit) picked(c *Conversation, m *Message) error {
	c.BotSeen = min(c.BotSeen, m.ID-1)
	if c.WaitingSince.IsZero() {
		c.WaitingSince = u.now
	}
	u.wakeBot(c)
	return u.saveConversation(c)
}

func (b *Bot) patience() time.Duration { return time.Duration(b.GiveWayAfter) * time.Second }

// endBotTime is the bot.give_way job: people get a conversation whose bot has not
// answered in its time. One that it has answered meanwhile is left alone.
func (e *Engine) endBotTime(ctx context.Context, j *Job) error {
	var a botArgs
	if err := json.Unmarshal(j.Args, &a); err != nil {
		return Permanent(err)
	}
	return e.update(ctx, e.System(j.Account), func(u *unit) error {
		c, err := u.tx.Conversations().Lock(u.ctx, a.Conversation)
		if err != nil {
			return absent(err)
		}
		b := u.botOf(c)
		if b == nil || b.GiveWayAfter == 0 || !c.unanswered() {
			return nil
		}
		if end := c.WaitingSince.Add(b.patience()); end.After(u.now) {
			u.enqueueBot(jobBotSilent, c.ID, end)
			return nil
		}
		return u.giveWay(c, textBotSilent)
	})
}

// takeTurn is the bot.turn job: it asks the program, and commits what it answers.
func (e *Engine) takeTurn(ctx context.Context, j *Job) error {
	var a botArgs
	if err := json.Unmarshal(j.Args, &a); err != nil {
		return Permanent(err)
	}
	t, wait, err := e.openTurn(ctx, j.Account, a.Conversation)
	if err != nil || t == nil && wait == 0 {
		return err
	}
	if wait == 0 {
		select {
		case e.turns <- struct{}{}:
			err = e.doTurn(ctx, t)
			<-e.turns
		default:
			wait = botBusy
		}
	}
	if wait > 0 {
		return e.update(ctx, e.System(j.Account), func(u *unit) error {
			u.enqueueBot(jobBotTurn, a.Conversation, u.now.Add(wait))
			return nil
		})
	}
	if err == nil || j.Attempt < botTries && !isPermanent(err) {
		return err
	}
	e.opts.Logger.Error("a bot failed; people get the conversation", "account", j.Account, "conversation", a.Conversation, "attempt", j.Attempt, "err", err)
	return e.endTurn(ctx, t)
}

// endTurn gives up on a bot's program: people get the conversation, unless it is
// not the bot's any more.
func (e *Engine) endTurn(ctx context.Context, t *Turn) error {
	return e.update(ctx, e.System(t.Desk.actor.account), func(u *unit) error {
		c, err := u.tx.Conversations().Lock(u.ctx, t.id)
		if err != nil || !u.sameTurn(c, t) {
			return absent(err)
		}
		return u.giveWay(c, textBotFailed)
	})
}

// openTurn reads what a bot's program is asked about. Without a turn there is
// nothing to do, or it is not yet its time: wait tells when to look again.
func (e *Engine) openTurn(ctx context.Context, account AccountID, id ConversationID) (t *Turn, wait time.Duration, err error) {
	err = e.view(ctx, e.System(account), func(u *unit) error {
		c, err := u.tx.Conversations().Get(u.ctx, id)
		if err != nil {
			return absent(err)
		}
		b := u.botOf(c)
		if b == nil || b.Program == "" || !c.unanswered() {
			return nil
		}
		if u.cfg.account.Suspended {
			wait = time.Hour
			return nil
		}
		history, err := u.tx.Messages().List(u.ctx, MessageFilter{Conversation: id, Public: true}, Page{Limit: botHistory})
		if err != nil {
			return err
		}
		fresh, first, last := newTo(b.ID, c.BotSeen, history)
		if first.IsZero() {
			return nil
		}
		quiet := e.opts.Bots[b.Program].quiet()
		if wait = min(last.Add(quiet).Sub(u.now), first.Add(10*quiet).Sub(u.now)); wait > 0 {
			return nil
		}
		wait = 0
		contact, err := u.tx.Contacts().Get(u.ctx, c.Contact)
		if err != nil {
			return err
		}
		own := *b
		own.AccessToken, own.Config = nil, cleanMap(b.Config)
		t = &Turn{
			Desk: e.As(e.Bot(account, b.ID)), Bot: &own, Conversation: c, Contact: contact, New: fresh, History: history,
			OwnerEpoch: c.OwnerEpoch, AsOf: c.LastPublic,
			id: id, bot: b.ID, epoch: c.OwnerEpoch, asOf: c.LastPublic, seen: c.BotSeen, incoming: c.LastIncoming, began: first,
		}
		return nil
	})
	return t, wait, err
}

// newTo are the messages that a bot has not had a turn on, and when the customer
// said the first and the last of them; zero = nothing of them is the customer's.
func newTo(bot AgentID, seen MessageID, history []*Message) (fresh []*Message, first, last time.Time) {
	for _, m := range history {
		picked := m.ContentAttrs["submitted_values"] != nil
		if m.ID <= seen || m.Sender == (ActorRef{ByBot, int64(bot)}) && !picked {
			continue
		}
		fresh = append(fresh, m)
		at := m.CreatedAt
		if picked {
			at = m.UpdatedAt
		}
		if m.Kind != Incoming && !picked {
			continue
		}
		if first.IsZero() {
			first = at
		}
		if at.After(last) {
			last = at
		}
	}
	return fresh, first, last
}

// doTurn asks the program and commits its answer.
func (e *Engine) doTurn(ctx context.Context, t *Turn) error {
	p, ok := e.opts.Bots[t.Bot.Program]
	if !ok {
		return Errorf(Unavailable, "this process has no program %q", t.Bot.Program)
	}
	desk := t.Desk
	a, err := p.ask(ctx, t)
	if err != nil {
		return err
	}
	if err := a.check(); err != nil {
		return err
	}
	for i := range a.Replies {
		if err = desk.admitReply(ctx, &t.id, &a.Replies[i]); err != nil {
			break
		}
	}
	var sent []*Message
	if err == nil {
		sent, err = e.settleTurn(ctx, desk, t, a)
	}
	for i, r := range a.Replies {
		var kept []*Attachment
		if i < len(sent) {
			kept = sent[i].Attachments
		}
		desk.dropUnsent(ctx, err, r, kept)
	}
	return err
}

// ask calls the program. A panic is an error, and one that does not return in
// time is left behind.
func (p BotProgram) ask(ctx context.Context, t *Turn) (BotAnswer, error) {
	ctx, cancel := context.WithTimeout(ctx, p.timeout())
	defer cancel()
	type outcome struct {
		a   BotAnswer
		err error
	}
	done := make(chan outcome, 1)
	go func() {
		var o outcome
		defer func() {
			if r := recover(); r != nil {
				o.err = fmt.Errorf("the bot's program panicked: %v\n%s", r, debug.Stack())
			}
			done <- o
		}()
		o.a, o.err = p.Answer(ctx, t)
	}()
	select {
	case o := <-done:
		return o.a, o.err
	case <-ctx.Done():
		return BotAnswer{}, fmt.Errorf("the bot's program did not answer in time: %w", ctx.Err())
	}
}

// sameTurn reports whether a turn is still the bot's to answer: nobody answered
// it, and no person replied or took over.
func (u *unit) sameTurn(c *Conversation, t *Turn) bool {
	b := u.botOf(c)
	return b != nil && b.ID == t.bot && c.OwnerEpoch == t.epoch && c.BotSeen == t.seen
}

// settleTurn commits an answer and that the bot has had its turn. An answer that
// came too late is dropped, without an error and without messages: whoever wrote
// meanwhile has armed the next turn.
func (e *Engine) settleTurn(ctx context.Context, d *Desk, t *Turn, a BotAnswer) (sent []*Message, err error) {
	err = e.update(ctx, d.actor, func(u *unit) error {
		sent = nil
		c, err := u.tx.Conversations().Lock(u.ctx, t.id)
		if err != nil || !u.sameTurn(c, t) {
			return absent(err)
		}
		late := c.LastIncoming != t.incoming
		if late && u.now.Sub(t.began) < botPatience {
			return nil
		}
		for _, r := range a.Replies {
			m, err := u.appendReply(c, r)
			if err != nil {
				return err
			}
			sent = append(sent, m)
		}
		if c.BotSeen = c.LastPublic; late {
			c.BotSeen, c.WaitingSince = t.asOf, u.now
		}
		if err := u.finishTurn(c, a); err != nil {
			return err
		}
		return u.saveConversation(c)
	})
	if CodeOf(err) == Unauthenticated {
		return nil, nil // the bot left the account, and what it held goes to people by another way
	}
	return sent, err
}

// finishTurn does what an answer says beside its replies.
func (u *unit) finishTurn(c *Conversation, a BotAnswer) error {
	switch {
	case a.Resolve:
		return u.changeStatus(c, Resolved, time.Time{})
	case !a.HandOff:
		return nil
	}
	if a.Reason != "" {
		u.tell(c, textBotReason, u.actorName(), a.Reason)
	}
	if c.Status == Pending {
		return u.changeStatus(c, Open, time.Time{})
	}
	u.handOff(c)
	return u.assign(c)
}
