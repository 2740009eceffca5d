package storetest

import (
	"context"

	"github.com/gohelpdesk/helpdesk"
)

func notifications(tx helpdesk.Tx) helpdesk.Repo[helpdesk.NotificationID, helpdesk.Notification, helpdesk.NotificationFilter] {
	return tx.Notifications()
}

func notificationNoun() noun[helpdesk.NotificationID, helpdesk.Notification, helpdesk.NotificationFilter] {
	return noun[helpdesk.NotificationID, helpdesk.Notification, helpdesk.NotificationFilter]{
		name: "Notification", repo: notifications, key: helpdesk.NotificationFilter{}.Key,
		make: func(d *desk) *helpdesk.Notification {
			return &helpdesk.Notification{
				Account: d.account, Agent: d.agent(), Kind: helpdesk.NotifyMentioned, Conversation: d.conversation().ID, Message: 7,
				By: helpdesk.ActorRef{Kind: helpdesk.ByAgent, ID: 8}, ReadAt: away(1), SnoozedUntil: away(2), LastActivity: away(3),
				CreatedAt: at(1), UpdatedAt: at(2),
			}
		},
		change: func(_ *desk, n *helpdesk.Notification) {
			n.Kind, n.Message, n.By, n.ReadAt, n.SnoozedUntil = helpdesk.NotifyAssigned, 0, helpdesk.ActorRef{}, away(0).AddDate(-60, 0, 0), at(9)
			n.LastActivity, n.UpdatedAt = at(8), at(9)
		},
	}
}

// testNotifications: one of each conversation, lists, and what goes with what.
func testNotifications(s suite) {
	s.test("Tell replaces what an agent had of the conversation", tellReplaces)
	s.test("filters and orders", notificationFilters)
	s.test("MarkRead and Clear", notificationsInBulk)
	s.test("DropBefore", func(d *desk) {
		ann, c := d.agent(), d.conversation()
		old, young := notice(ann, c), notice(d.agent(), c)
		old.CreatedAt, young.CreatedAt = at(1), at(5)
		d.tell(old, young)
		d.update(func(ctx context.Context, tx helpdesk.Tx) error {
			n, err := tx.Notifications().DropBefore(ctx, at(5), 9)
			equal(d, "dropped", n, 1)
			return err
		})
		equal(d, "left", d.told(helpdesk.NotificationFilter{}), []helpdesk.NotificationID{young.ID})
	})
	s.test("they go with the conversation, and with the agent", func(d *desk) {
		ann, bob, gone, kept := d.agent(), d.agent(), d.conversation(), d.conversation()
		left := notice(ann, kept)
		d.tell(notice(ann, gone), left, notice(bob, kept))
		d.update(func(ctx context.Context, tx helpdesk.Tx) error {
			if err := tx.Conversations().Delete(ctx, gone.ID); err != nil {
				return err
			}
			return tx.Agents().Delete(ctx, bob)
		})
		equal(d, "left", d.told(helpdesk.NotificationFilter{}), []helpdesk.NotificationID{left.ID})
	})
	s.test("a conversation comes with who takes part", func(d *desk) {
		c, ann, bob := d.conversation(), d.agent(), d.agent()
		equal(d, "participants", len(get(d, conversations, c.ID).Participants), 0)
		d.update(func(ctx context.Context, tx helpdesk.Tx) error {
			_, err := tx.Participants().Add(ctx, c.ID, bob, ann)
			return err
		})
		equal(d, "participants", get(d, conversations, c.ID).Participants, []helpdesk.AgentID{ann, bob})
	})
}

func notice(agent helpdesk.AgentID, c *helpdesk.Conversation) *helpdesk.Notification {
	return &helpdesk.Notification{
		Account: c.Account, Agent: agent, Kind: helpdesk.NotifyAssigned, Conversation: c.ID, LastActivity: at(1), CreatedAt: at(1), UpdatedAt: at(1),
	}
}

// tell tells, and returns the ids of what was replaced.
func (d *desk) tell(ns ...*helpdesk.Notification) (replaced []helpdesk.NotificationID) {
	d.Helper()
	d.update(func(ctx context.Context, tx helpdesk.Tx) error {
		old, err := tx.Notifications().Tell(ctx, ns...)
		replaced = ids[helpdesk.NotificationID](old)
		return err
	})
	return replaced
}

func (d *desk) told(f helpdesk.NotificationFilter) (found []helpdesk.NotificationID) {
	d.Helper()
	d.view(func(ctx context.Context, tx helpdesk.Tx) error {
		rows, err := tx.Notifications().List(ctx, f, helpdesk.Page{})
		if err != nil {
			return err
		}
		found = ids[helpdesk.NotificationID](rows)
		n, err := tx.Notifications().Count(ctx, f)
		equal(d, "Count", n, len(rows))
		return err
	})
	return found
}

func tellReplaces(d *desk) {
	ann, bob, c, other := d.agent(), d.agent(), d.conversation(), d.conversation()
	first, bobs, elsewhere := notice(ann, c), notice(bob, c), notice(ann, other)
	equal(d, "replaced at first", len(d.tell(first, bobs, elsewhere)), 0)
	if first.ID == 0 || bobs.ID <= first.ID || elsewhere.ID <= bobs.ID || first.Version != 1 {
		d.Fatalf("the ids are %d, %d, %d", first.ID, bobs.ID, elsewhere.ID)
	}
	second := notice(ann, c)
	equal(d, "replaced", d.tell(second), []helpdesk.NotificationID{first.ID})
	same(d, get(d, notifications, second.ID), second)
	equal(d, "left", len(d.told(helpdesk.NotificationFilter{})), 3)
	equal(d, "another account's", len(d.in(d.other).told(helpdesk.NotificationFilter{})), 0)
	foreign := *c
	foreign.Account = d.other
	equal(d, "replaced from another account", len(d.in(d.other).tell(notice(ann, &foreign))), 0)
	equal(d, "left", len(d.told(helpdesk.NotificationFilter{})), 3)
}

func notificationFilters(d *desk) {
	ann, bob := d.agent(), d.agent()
	a, b, c := notice(ann, d.conversation()), notice(ann, d.conversation()), notice(bob, d.conversation())
	a.LastActivity, b.LastActivity, c.LastActivity = at(1), at(3), at(2)
	a.ReadAt, c.SnoozedUntil = at(4), at(9)
	d.tell(a, b, c)
	inbox := get(d, conversations, a.Conversation).Inbox
	for name, w := range map[string]struct {
		f    helpdesk.NotificationFilter
		want []helpdesk.NotificationID
	}{
		"nothing": {helpdesk.NotificationFilter{}, []helpdesk.NotificationID{b.ID, c.ID, a.ID}},
		"oldest":  {helpdesk.NotificationFilter{Oldest: true}, []helpdesk.NotificationID{a.ID, c.ID, b.ID}},
		"of one":  {helpdesk.NotificationFilter{Conversation: b.Conversation}, []helpdesk.NotificationID{b.ID}},
		"agent":   {helpdesk.NotificationFilter{Agent: ann}, []helpdesk.NotificationID{b.ID, a.ID}},
		"unread":  {helpdesk.NotificationFilter{Unread: true}, []helpdesk.NotificationID{b.ID, c.ID}},
		"awake":   {helpdesk.NotificationFilter{Awake: true}, []helpdesk.NotificationID{b.ID, a.ID}},
		"scope": {
			helpdesk.NotificationFilter{Scope: &helpdesk.Scope{Inboxes: []helpdesk.InboxID{inbox}, Free: true}},
			[]helpdesk.NotificationID{a.ID},
		},
	} {
		equal(d, "notifications by "+name, d.told(w.f), w.want)
	}
}

func notificationsInBulk(d *desk) {
	ann, bob, c := d.agent(), d.agent(), d.conversation()
	one, two, asleep, bobs := notice(ann, c), notice(ann, d.conversation()), notice(ann, d.conversation()), notice(bob, c)
	asleep.SnoozedUntil = at(9)
	d.tell(one, two, asleep, bobs)
	count := func(what string, want int, fn func(ctx context.Context, r helpdesk.NotificationRepo) (int, error)) {
		d.Helper()
		d.update(func(ctx context.Context, tx helpdesk.Tx) error {
			n, err := fn(ctx, tx.Notifications())
			equal(d, what, n, want)
			return err
		})
	}
	count("read of one conversation", 1, func(ctx context.Context, r helpdesk.NotificationRepo) (int, error) {
		return r.MarkRead(ctx, ann, c.ID, at(3))
	})
	equal(d, "read at", get(d, notifications, one.ID).ReadAt, at(3))
	count("read of all", 1, func(ctx context.Context, r helpdesk.NotificationRepo) (int, error) {
		return r.MarkRead(ctx, ann, 0, at(4))
	})
	equal(d, "read at", get(d, notifications, one.ID).ReadAt, at(3))
	equal(d, "unread", d.told(helpdesk.NotificationFilter{Unread: true, Oldest: true}), []helpdesk.NotificationID{asleep.ID, bobs.ID})
	count("cleared of what was read", 2, func(ctx context.Context, r helpdesk.NotificationRepo) (int, error) { return r.Clear(ctx, ann, true) })
	count("cleared of all", 1, func(ctx context.Context, r helpdesk.NotificationRepo) (int, error) { return r.Clear(ctx, ann, false) })
	equal(d, "left", d.told(helpdesk.NotificationFilter{}), []helpdesk.NotificationID{bobs.ID})
}

// testSubscriptions: a device is somebody's, once.
func testSubscriptions(s suite) {
	s.test("Put keeps one row a device, and moves it", func(d *desk) {
		ann, bob := d.user().ID, d.user().ID
		first := &helpdesk.PushSubscription{
			User: ann, Kind: helpdesk.FCMPush, Identifier: awkward("device"), Token: awkward("t"), Attributes: things("a"), CreatedAt: at(1), UpdatedAt: away(1),
		}
		d.twice(func(ctx context.Context, tx helpdesk.Tx) error { return tx.Subscriptions().Put(ctx, first) })
		again := *first
		again.ID, again.User, again.Token, again.Attributes, again.CreatedAt, again.UpdatedAt = 0, bob, "other", nil, at(5), at(5)
		d.update(func(ctx context.Context, tx helpdesk.Tx) error { return tx.Subscriptions().Put(ctx, &again) })
		d.view(func(ctx context.Context, tx helpdesk.Tx) error {
			mine, err := tx.Subscriptions().Of(ctx, ann)
			if err != nil {
				return err
			}
			equal(d, "ann's", len(mine), 0)
			theirs, err := tx.Subscriptions().Of(ctx, bob)
			equal(d, "bob's", len(theirs), 1)
			equal(d, "id", theirs[0].ID, first.ID)
			again.CreatedAt = at(1)
			same(d, theirs[0], &again)
			return err
		})
	})
	s.test("Drop forgets by token or identifier, one's own", func(d *desk) {
		ann, bob := d.user().ID, d.user().ID
		d.update(func(ctx context.Context, tx helpdesk.Tx) error {
			for i, user := range []helpdesk.AgentID{ann, ann, bob} {
				name := []string{"a", "b", "c"}[i]
				v := &helpdesk.PushSubscription{User: user, Kind: helpdesk.FCMPush, Identifier: name, Token: "t" + name, CreatedAt: at(1), UpdatedAt: at(1)}
				if err := tx.Subscriptions().Put(ctx, v); err != nil {
					return err
				}
			}
			for _, token := range []string{"a", "tb", "tc", ""} {
				if err := tx.Subscriptions().Drop(ctx, ann, token); err != nil {
					return err
				}
			}
			mine, err := tx.Subscriptions().Of(ctx, ann)
			if err != nil {
				return err
			}
			equal(d, "ann's", len(mine), 0)
			theirs, err := tx.Subscriptions().Of(ctx, bob)
			equal(d, "bob's", len(theirs), 1)
			return err
		})
	})
}
