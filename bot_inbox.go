package helpdesk

import (
	"context"
	"slices"
)

// Bot returns the bot an inbox is connected to; nil = none.
func (s Inboxes) Bot(ctx context.Context, id InboxID) (*Bot, error) {
	return read(ctx, s.d, func(u *unit) (*Bot, error) {
		if err := u.mayInbox(id); err != nil {
			return nil, err
		}
		box, err := u.openInbox(id)
		if err != nil {
			return nil, err
		}
		return copied(u.cfg.bots[box.Bot]), nil
	})
}

// SetBot connects an inbox to a bot, which becomes a member of it, or with 0 to
// none. What the former bot held stays pending, and the new one gets its turn on
// those whose customer waits; without one they go to people. Either is a job.
func (s Inboxes) SetBot(ctx context.Context, id InboxID, bot AgentID) (*Inbox, error) {
	return change(ctx, s.d, loadInbox, func(u *unit) (*Inbox, int64, error) {
		if err := u.may(EditSettings); err != nil {
			return nil, 0, err
		}
		box, err := u.tx.Inboxes().Get(u.ctx, id)
		if err != nil || box.Bot == bot {
			return box, int64(id), err
		}
		before := *box
		if err := u.connectBot(box, bot); err != nil {
			return nil, 0, err
		}
		if before.Bot != 0 {
			if err := u.leaveInbox(box, before.Bot); err != nil {
				return nil, 0, err
			}
		}
		u.emit(&Event{Kind: InboxUpdated, Subject: int64(id)})
		return box, int64(id), record(u, "inbox", int64(id), &before, box)
	})
}

// connectBot writes who answers first in an inbox.
func (u *unit) connectBot(box *Inbox, bot AgentID) error {
	box.Bot, box.UpdatedAt = bot, u.now
	if err := u.tx.Inboxes().Update(u.ctx, box); err != nil || bot == 0 {
		return err
	}
	b, err := u.bot(bot)
	if err != nil {
		return err
	}
	if u.cfg.agents[bot] == nil {
		if err := u.joinBot(b); err != nil {
			return err
		}
	}
	u.emit(&Event{Kind: ViewerChanged, Subject: int64(bot)})
	_, err = u.tx.InboxMembers().Add(u.ctx, box.ID, bot)
	return err
}

// leaveInbox ends a bot's work in an inbox it is not connected to any more. One
// of the installation's that has no inbox left leaves the account.
func (u *unit) leaveInbox(box *Inbox, bot AgentID) error {
	if err := u.tx.InboxMembers().Remove(u.ctx, box.ID, bot); err != nil {
		return err
	}
	u.emit(&Event{Kind: ViewerChanged, Subject: int64(bot)})
	u.enqueueHandBack(box.ID, bot)
	elsewhere := slices.ContainsFunc(u.cfg.inboxesOf[bot], func(id InboxID) bool { return id != box.ID })
	if b := u.cfg.bots[bot]; b == nil || b.Account != 0 || elsewhere {
		return nil
	}
	a, err := u.tx.Agents().Get(u.ctx, bot)
	if err != nil {
		return err
	}
	return u.removeAgent(a)
}

// dropBot takes a bot that leaves the account out of its inboxes.
func (u *unit) dropBot(id AgentID) error {
	for _, inbox := range u.cfg.inboxesOf[id] {
		box, err := u.tx.Inboxes().Get(u.ctx, inbox)
		if err != nil {
			return err
		}
		if box.Bot != id {
			continue
		}
		if err := u.connectBot(box, 0); err != nil {
			return err
		}
		u.enqueueHandBack(inbox, id)
	}
	for _, w := range u.cfg.webhooks {
		if w.Bot != id {
			continue
		}
		if err := u.tx.Webhooks().Delete(u.ctx, w.ID); err != nil {
			return err
		}
	}
	if b := u.cfg.bots[id]; b == nil || b.Account == 0 {
		return nil // the installation's bot goes on elsewhere
	} else if b.Avatar != "" {
		u.dropBlobs([]string{b.Avatar})
	}
	if err := u.tx.Grants().Drop(u.ctx, BotGrant, int64(id)); err != nil {
		return err
	}
	return u.tx.Routes().DropObject(u.ctx, AccessTokenRoute, u.actor.account, int64(id))
}
