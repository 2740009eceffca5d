package storetest

import (
	"context"
	"time"

	"github.com/gohelpdesk/helpdesk"
)

func scheduledNoun() noun[helpdesk.ScheduledID, helpdesk.ScheduledMessage, helpdesk.ScheduledFilter] {
	return noun[helpdesk.ScheduledID, helpdesk.ScheduledMessage, helpdesk.ScheduledFilter]{
		name: "ScheduledMessage", repo: helpdesk.Tx.ScheduledMessages, key: helpdesk.ScheduledFilter{}.Key,
		make: func(d *desk) *helpdesk.ScheduledMessage {
			c := d.conversation()
			return &helpdesk.ScheduledMessage{
				Account: d.account, Conversation: c.ID, Author: helpdesk.ActorRef{Kind: helpdesk.ByAgent, ID: int64(d.agent())},
				Content: awkward("later"), Files: keptFiles(d), SendAt: away(30 + d.number()%2), HoldIfAnswered: true, AsOf: 1 << 40,
				State: helpdesk.ScheduledHeld, Reason: helpdesk.WindowClosed, Detail: awkward("why"), Message: 1<<40 + 1, SentAt: away(4),
				CreatedAt: at(1), UpdatedAt: at(2),
			}
		},
		change: func(_ *desk, v *helpdesk.ScheduledMessage) {
			v.Author, v.Content, v.Files, v.SendAt, v.HoldIfAnswered = helpdesk.ActorRef{Kind: helpdesk.ByHost}, "plain", nil, at(40), false
			v.AsOf, v.State, v.Reason, v.Detail, v.Message, v.SentAt, v.UpdatedAt = 0, helpdesk.ScheduledWaiting, "", "", 0, time.Time{}, at(5)
		},
	}
}

func testScheduled(s suite) {
	s.test("by conversation, state and scope, the next first", func(d *desk) {
		put := func(after int, state helpdesk.ScheduledState) *helpdesk.ScheduledMessage {
			m := scheduledNoun().make(d)
			m.SendAt, m.State = at(after), state
			return insert(d, helpdesk.Tx.ScheduledMessages, m)
		}
		sent, late, soon := put(1, helpdesk.ScheduledSent), put(9, helpdesk.ScheduledWaiting), put(3, helpdesk.ScheduledHeld)
		var owner *helpdesk.Conversation
		d.view(func(ctx context.Context, tx helpdesk.Tx) (err error) {
			owner, err = tx.Conversations().Get(ctx, late.Conversation)
			return err
		})
		own := helpdesk.Scope{Inboxes: []helpdesk.InboxID{owner.Inbox}, Own: true, Free: true, Others: true}
		for name, c := range map[string]struct {
			filter helpdesk.ScheduledFilter
			want   []helpdesk.ScheduledID
		}{
			"all":          {helpdesk.ScheduledFilter{}, []helpdesk.ScheduledID{sent.ID, soon.ID, late.ID}},
			"unsent":       {helpdesk.ScheduledFilter{Unsent: true}, []helpdesk.ScheduledID{soon.ID, late.ID}},
			"held":         {helpdesk.ScheduledFilter{State: helpdesk.ScheduledHeld}, []helpdesk.ScheduledID{soon.ID}},
			"conversation": {helpdesk.ScheduledFilter{Conversation: sent.Conversation}, []helpdesk.ScheduledID{sent.ID}},
			"scope":        {helpdesk.ScheduledFilter{Scope: &own}, []helpdesk.ScheduledID{late.ID}},
		} {
			d.view(func(ctx context.Context, tx helpdesk.Tx) error {
				rows, err := tx.ScheduledMessages().List(ctx, c.filter, helpdesk.Page{})
				equal(d, name, ids[helpdesk.ScheduledID](rows), c.want)
				return err
			})
		}
		d.update(func(ctx context.Context, tx helpdesk.Tx) error {
			return tx.Conversations().Delete(ctx, late.Conversation)
		})
		d.view(func(ctx context.Context, tx helpdesk.Tx) error {
			n, err := tx.ScheduledMessages().Count(ctx, helpdesk.ScheduledFilter{Conversation: late.Conversation})
			equal(d, "left by a conversation that is gone", n, 0)
			return err
		})
	})
}
