package storetest

import (
	"github.com/gohelpdesk/helpdesk"
)

// everyByte holds each byte there is.
func everyByte() []byte {
	b := make([]byte, 256)
	for i := range b {
		b[i] = byte(i)
	}
	return b
}

func webhookNoun() noun[helpdesk.WebhookID, helpdesk.Webhook, helpdesk.WebhookFilter] {
	return noun[helpdesk.WebhookID, helpdesk.Webhook, helpdesk.WebhookFilter]{
		name: "Webhook", repo: webhooks,
		// The cursor and the breaker are written by Advance and SetBreaker.
		elsewhere: []string{"After", "Failures", "PausedUntil", "Disabled"},
		make: func(d *desk) *helpdesk.Webhook {
			return &helpdesk.Webhook{
				Account: d.account, Name: awkward("hook"), URL: "https://example.com/" + d.name("hook"),
				Events: []helpdesk.EventKind{helpdesk.MessageCreated, helpdesk.ConversationCreated},
				Inbox:  d.inbox().ID, Bot: 7, Implicit: true, Secret: everyByte(), CreatedAt: at(1), UpdatedAt: at(2),
			}
		},
		change: func(d *desk, w *helpdesk.Webhook) {
			w.Name, w.URL, w.Events, w.Secret = "plain", "https://example.com/"+d.name("hook"), nil, []byte{1}
			w.UpdatedAt = at(3)
		},
	}
}

func contactNoun() noun[helpdesk.ContactID, helpdesk.Contact, helpdesk.ContactFilter] {
	return noun[helpdesk.ContactID, helpdesk.Contact, helpdesk.ContactFilter]{
		name: "Contact", repo: contacts, key: helpdesk.ContactFilter{}.Key,
		// Labels are written by SetLabels; a merge is tested by itself; Connected is presence.
		elsewhere: []string{"Labels", "MergedInto", "Connected"},
		make: func(d *desk) *helpdesk.Contact {
			return &helpdesk.Contact{
				Account: d.account, Name: awkward("contact"), Email: d.name("É.mail") + "@example.com",
				Phone: "+155500" + d.name("")[1:], Identifier: awkward(d.name("identifier")), Company: awkward("co"),
				City: awkward("city"), Country: awkward("country"), AvatarURL: "https://example.com/a?b='", Avatar: d.name("avatar"), Blocked: true,
				Attributes: things("a"), Extra: things("x"), LastActivityAt: away(3), CreatedAt: at(1), UpdatedAt: at(2),
			}
		},
		change: func(_ *desk, c *helpdesk.Contact) {
			*c = helpdesk.Contact{
				Account: c.Account, ID: c.ID, Version: c.Version, CreatedAt: c.CreatedAt,
				Name: "plain", UpdatedAt: at(4),
			}
		},
		collide: func(v, taken *helpdesk.Contact) { v.Email = taken.Email },
	}
}

func noteNoun() noun[helpdesk.NoteID, helpdesk.Note, helpdesk.NoteFilter] {
	return noun[helpdesk.NoteID, helpdesk.Note, helpdesk.NoteFilter]{
		name: "Note", repo: helpdesk.Tx.Notes,
		make: func(d *desk) *helpdesk.Note {
			return &helpdesk.Note{
				Account: d.account, Contact: d.contact().ID, Author: d.agent(), Content: awkward("**note**"),
				CreatedAt: at(1), UpdatedAt: at(2),
			}
		},
		change: func(_ *desk, n *helpdesk.Note) { n.Content, n.UpdatedAt = "plain", at(3) },
	}
}

func conversationNoun() noun[helpdesk.ConversationID, helpdesk.Conversation, helpdesk.ConversationFilter] {
	return noun[helpdesk.ConversationID, helpdesk.Conversation, helpdesk.ConversationFilter]{
		name: "Conversation", repo: conversations, key: helpdesk.ConversationFilter{}.Key,
		// Labels are written by SetLabels, Muted is the contact's.
		elsewhere: []string{"Labels", "Muted", "Participants", "MergedInto"},
		make: func(d *desk) *helpdesk.Conversation {
			a := d.address(d.inbox().ID, d.contact().ID)
			return &helpdesk.Conversation{
				Account: d.account, UUID: d.uuid(), Inbox: a.Inbox, Contact: a.Contact, ContactInbox: a.ID,
				Status: helpdesk.Snoozed, SnoozedUntil: away(60), Priority: helpdesk.Urgent, Assignee: d.agent(),
				AssigneeBot: true, LastAssignee: d.agent(), Team: d.team().ID, Attributes: things("a"), Extra: things("x"),
				OwnerEpoch: 4, QueuedAt: away(5), Unrouted: 1 << 62, LastActivity: away(6), WaitingSince: away(7), FirstReplyAt: away(8),
				LastPublic: 1 << 40, LastMessage: 1<<40 + 1, LastIncoming: 1<<40 - 1, BotSeen: 1<<40 - 2, LastInAt: away(9), Unread: 11, RuleRuns: 3, FlowRun: 1 << 40,
				KeepAliveAt: away(10), NudgedAt: away(11), SLA: 1<<40 + 2, OpenedAt: away(20), AnsweredAt: away(21), SilenceAt: away(22),
				Silences:    map[helpdesk.RuleID]int64{1 << 40: 7, 3: -1},
				LastReplyAt: away(16), LastAutoAt: away(17), GreetingDue: true, EmailAsked: true,
				AgentSeenAt: away(12), OwnerSeenAt: away(13), ContactSeenAt: away(14), CreatedAt: at(1), UpdatedAt: at(2),
			}
		},
		change: func(_ *desk, c *helpdesk.Conversation) {
			*c = helpdesk.Conversation{
				Account: c.Account, ID: c.ID, Display: c.Display, UUID: c.UUID, Version: c.Version,
				Inbox: c.Inbox, Contact: c.Contact, ContactInbox: c.ContactInbox,
				Status: helpdesk.Resolved, LastActivity: at(15), CreatedAt: c.CreatedAt, UpdatedAt: at(16),
			}
		},
	}
}

func deliveryNoun() noun[helpdesk.DeliveryID, helpdesk.Delivery, helpdesk.DeliveryFilter] {
	return noun[helpdesk.DeliveryID, helpdesk.Delivery, helpdesk.DeliveryFilter]{
		name: "Delivery", repo: helpdesk.Tx.Deliveries,
		make: func(d *desk) *helpdesk.Delivery {
			c := d.conversation()
			m := text(c, "hello")
			d.say(m)
			hook := insert(d, webhooks, webhookNoun().make(d))
			return &helpdesk.Delivery{
				Account: d.account, UID: d.name("msg"), Webhook: hook.ID, Seq: 7, Kind: helpdesk.MessageCreated,
				Conversation: c.ID, Message: m.ID, State: helpdesk.DeliveryDead, Attempts: 3, Body: everyByte(),
				Status: 500, Response: awkward("no"), Error: awkward("boom"),
				CreatedAt: at(1), TriedAt: away(2), DeliveredAt: away(3),
			}
		},
		change: func(_ *desk, v *helpdesk.Delivery) {
			v.State, v.Attempts, v.Body, v.Status = helpdesk.DeliveryDelivered, 4, []byte("x"), 200
			v.Response, v.Error, v.TriedAt, v.DeliveredAt = "", "", at(4), at(5)
		},
	}
}
