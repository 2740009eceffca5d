package helpdesk

import (
	"context"
	"encoding/json"
	"slices"
	"time"
)

// withBot reports whether a bot holds the conversation, before any hand-off:
// customers' messages leave it there.
func (u *unit) withBot(c *Conversation) bool {
	box := u.cfg.inboxes[c.Inbox]
	return c.Status == Pending && c.FlowRun == 0 && (c.AssigneeBot || c.Assignee == 0 && box != nil && box.Bot != 0)
}

// handOff tells that a bot gave a conversation to people, and frees it for them.
func (u *unit) handOff(c *Conversation) {
	before := c.facts()
	if c.AssigneeBot {
		u.release(c)
	}
	u.emitConversation(ConversationHandoff, c, before, nil)
}

type handBackArgs struct {
	Inbox InboxID `json:"inbox"`
	Bot   AgentID `json:"bot"`
}

func (u *unit) enqueueHandBack(inbox InboxID, bot AgentID) {
	u.enqueue(&Job{Kind: jobHandBack, Args: args(handBackArgs{inbox, bot})})
}

// handBackMax is how many conversations one transaction gives back to people.
const handBackMax = 20

// handBack is the bot.hand_back job: what a bot owned in an inbox it left is
// released. What waited for it is opened, or where another bot took its place, is
// that one's to answer.
func (e *Engine) handBack(ctx context.Context, j *Job) error {
	var a handBackArgs
	if err := json.Unmarshal(j.Args, &a); err != nil {
		return Permanent(err)
	}
	for more := true; more; {
		err := e.update(ctx, e.System(j.Account), func(u *unit) (err error) {
			more, err = u.handBack(a)
			return err
		})
		if err != nil {
			return err
		}
	}
	return e.passOn(ctx, j.Account, a)
}

// passOn gives the bot that took another's place its turn on what waits there, a
// page of conversations in a transaction. To do it twice arms nothing twice.
func (e *Engine) passOn(ctx context.Context, account AccountID, a handBackArgs) error {
	f := ConversationFilter{Inbox: a.Inbox, Assignee: Unassigned, Status: []Status{Pending}, Sort: OldestCreated}
	for page := (Page{Limit: handBackMax}); ; {
		next := ""
		err := e.update(ctx, e.System(account), func(u *unit) error {
			next = ""
			if box := u.cfg.inboxes[a.Inbox]; box == nil || box.Bot == 0 || box.Bot == a.Bot {
				return nil
			}
			rows, err := u.tx.Conversations().List(u.ctx, f, page)
			if err != nil {
				return err
			}
			for _, row := range rows {
				if err := u.passToBot(row.ID); err != nil {
					return err
				}
			}
			if len(rows) == handBackMax {
				next = f.Key(rows[len(rows)-1])
			}
			return nil
		})
		if err != nil || next == "" {
			return err
		}
		page.After = next
	}
}

// passToBot is toBot of a conversation that nobody has in hand.
func (u *unit) passToBot(id ConversationID) error {
	c, err := u.tx.Conversations().Lock(u.ctx, id)
	if err != nil || u.botOf(c) == nil || !c.unanswered() {
		return absent(err)
	}
	u.toBot(c)
	return u.saveConversation(c)
}

func (u *unit) handBack(a handBackArgs) (more bool, err error) {
	box := u.cfg.inboxes[a.Inbox]
	if box == nil || box.Bot == a.Bot {
		return false, nil
	}
	page := Page{Limit: handBackMax}
	held, err := u.tx.Conversations().List(u.ctx, ConversationFilter{Inbox: a.Inbox, Assignee: Mine, AssigneeID: a.Bot}, page)
	if err == nil && len(held) == 0 && box.Bot == 0 {
		held, err = u.tx.Conversations().List(u.ctx, ConversationFilter{Inbox: a.Inbox, Assignee: Unassigned, Status: []Status{Pending}}, page)
	}
	for _, row := range held {
		c, err := u.tx.Conversations().Lock(u.ctx, row.ID)
		if err != nil {
			return false, err
		}
		if c.Assignee == a.Bot {
			u.release(c)
		}
		if c.Status == Pending && box.Bot == 0 {
			err = u.changeStatus(c, Open, time.Time{})
		} else {
			err = u.assign(c)
		}
		if err != nil {
			return false, err
		}
		if err := u.saveConversation(c); err != nil {
			return false, err
		}
	}
	return len(held) > 0, err
}

// botEvents are what a bot's URL hears of.
func botEvents() []EventKind {
	return []EventKind{MessageCreated, MessageUpdated, ConversationOpened, ConversationResolved}
}

// botHears reports whether an event concerns a bot: of a conversation that it
// owns, or in an inbox that it is connected to, and on which no flow runs.
func (c *config) botHears(bot AgentID, ev *Event) bool {
	if !slices.Contains(botEvents(), ev.Kind) || ev.After.Flow {
		return false
	}
	box := c.inboxes[ev.After.Inbox]
	return ev.After.Bot && ev.After.Assignee == bot || box != nil && box.Bot == bot
}

// botFailed opens a conversation whose bot did not take a message: its customer
// is waiting for somebody.
func (u *unit) botFailed(d *Delivery) error {
	if d.Kind != MessageCreated && d.Kind != MessageUpdated {
		return nil
	}
	c, err := u.tx.Conversations().Lock(u.ctx, d.Conversation)
	if err != nil || !u.withBot(c) {
		return absent(err)
	}
	return u.giveWay(c, textBotFailed)
}

// giveWay takes a conversation from a bot that fails its customer, and gives it to
// people as a hand-off does.
func (u *unit) giveWay(c *Conversation, why textKey) error {
	if c.Status != Open {
		u.setStatus(c, Open, time.Time{})
	}
	u.tell(c, why)
	u.handOff(c)
	if err := u.afterBot(c); err != nil {
		return err
	}
	if err := u.assign(c); err != nil {
		return err
	}
	return u.saveConversation(c)
}
