package helpdesk

import "time"

// receiveElsewhere stores what did not come to the desk as a customer's message
// does: what the business wrote on a device of its own (Inbound.Echo), and what was
// said before the inbox was connected (Inbound.History). It fires no rule, opens
// no window and assigns nobody.
func (u *unit) receiveElsewhere(inbox *Inbox, in Inbound) (*Message, error) {
	if in.ExternalID != "" { // what the desk has sent is told back, too
		m, err := u.tx.Messages().ByExternal(u.ctx, inbox.ID, in.ExternalID)
		if CodeOf(err) != NotFound {
			return m, err
		}
	}
	if in.Echo && in.ExternalID != "" {
		own, wait, err := u.ownEcho(inbox.ID, in) // echo.go: it may be of a message that is on its way
		if own || err != nil {
			return nil, err
		}
		if wait {
			u.echoLater(inbox.ID, in)
			return nil, nil
		}
	}
	return u.storeElsewhere(inbox, in)
}

// storeElsewhere stores it once, whoever else may be about to.
func (u *unit) storeElsewhere(inbox *Inbox, in Inbound) (*Message, error) {
	if seen, err := u.seen(inbox, in.ExternalID); seen || err != nil {
		return u.known(inbox, in.ExternalID, err)
	}
	contact, address, err := u.resolveContact(inbox, in.From)
	if err != nil {
		return nil, err
	}
	u.actor.ref = ActorRef{ByContact, int64(contact.ID)}
	if in.Echo {
		u.actor.ref = ActorRef{Kind: ByHost}
	}
	var m *Message
	err = u.quietly(func() error {
		c, err := u.conversationElsewhere(inbox, contact, address, in)
		if err != nil {
			return err
		}
		if m, err = u.appendElsewhere(c, in); err != nil {
			return err
		}
		return u.saveConversation(c)
	})
	return m, err
}

// quietly has feeds, webhooks and reports told of what happens meanwhile, and
// nobody else: it fires no rule and notifies no agent.
func (u *unit) quietly(do func() error) error {
	happened, notices := len(u.happened), len(u.notices)
	err := do()
	u.happened, u.notices = u.happened[:min(happened, len(u.happened))], u.notices[:min(notices, len(u.notices))]
	return err
}

// conversationElsewhere is the customer's last conversation, one that is not
// resolved before others, and it stays as it is; without one, a new one that waits for nobody.
func (u *unit) conversationElsewhere(inbox *Inbox, contact *Contact, address *ContactInbox, in Inbound) (*Conversation, error) {
	for _, unresolved := range []bool{true, false} {
		c, err := u.latestConversation(address, unresolved)
		if c != nil || err != nil {
			return c, err
		}
	}
	status := Open
	if in.History {
		status = Resolved
	}
	c, err := u.startConversation(inbox, contact, address, in.Start, status)
	if err != nil {
		return nil, err
	}
	c.WaitingSince, c.GreetingDue = time.Time{}, false
	return c, nil
}

// appendElsewhere adds such a message. The caller saves the conversation.
func (u *unit) appendElsewhere(c *Conversation, in Inbound) (*Message, error) {
	m := &Message{
		Account: c.Account, Conversation: c.ID, Inbox: c.Inbox, Kind: Incoming, Content: in.Content, ContentType: "text",
		ContentAttrs: in.ContentAttrs, Extra: in.Extra, Sender: u.actor.ref, ExternalID: in.ExternalID, State: StateSent,
		ProviderAt: u.providerTime(in.At), Attachments: u.attachments(in), CreatedAt: u.now, UpdatedAt: u.now,
	}
	if in.ContentType != "" {
		m.ContentType = in.ContentType
	}
	if in.ReplyTo != "" {
		m.ContentAttrs = merge(m.ContentAttrs, map[string]any{"in_reply_to_external_id": in.ReplyTo})
	}
	if in.Echo {
		m.Kind, m.ContentAttrs = Outgoing, merge(m.ContentAttrs, map[string]any{"external_echo": true})
	}
	if in.History {
		m.CreatedAt, m.UpdatedAt = m.ProviderAt, m.ProviderAt
	}
	if err := u.tx.Messages().Insert(u.ctx, m); err != nil {
		return nil, err
	}
	u.fetchLinked(m)
	if in.History {
		if c.LastPublic == 0 || c.Status == Resolved && m.CreatedAt.After(c.LastActivity) {
			c.LastActivity = m.CreatedAt
		}
		c.LastPublic = max(c.LastPublic, m.ID)
		u.emit(&Event{
			Kind: MessageCreated, Conversation: c.ID, Contact: c.Contact, Message: m.ID, MessageKind: m.Kind,
			Before: c.facts(), After: c.facts(), Details: map[string]Change{"history": changed(false, true)},
		})
		return m, nil
	}
	u.emitMessage(MessageCreated, c, m, nil)
	c.LastActivity, c.LastPublic, c.LastReplyAt, c.AnsweredAt = u.now, m.ID, u.now, u.now
	if u.cfg.hasBot(c.Inbox) {
		c.OwnerEpoch++ // a person has answered: what a bot is thinking up now is too late
	}
	u.endWait(c, m)
	u.armSilence(c)
	return m, u.takeOver(c, true)
}
