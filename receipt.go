package helpdesk

// applyReceipt settles a message by what its provider says. A receipt for an id
// nobody knows yet came before the answer to the send: it waits for it.
func (u *unit) applyReceipt(inbox InboxID, r Receipt) error {
	r.ExternalID, r.Code, r.Reason, r.Source = clean(r.ExternalID), clean(r.Code), clean(r.Reason), clean(r.Source)
	if !r.Through.IsZero() {
		return u.applyThrough(inbox, r)
	}
	if r.ExternalID == "" || tooLong(r.ExternalID, maxSource) {
		return nil
	}
	if r.At.IsZero() {
		r.At = u.now
	}
	if r.Part {
		return u.applyPart(inbox, r)
	}
	m, err := u.receiptMessage(inbox, r)
	if CodeOf(err) == NotFound {
		return u.tx.Parked().Put(u.ctx, inbox, r)
	}
	if err != nil {
		return err
	}
	if m.Kind == Incoming {
		return nil
	}
	if m.ExternalID == "" {
		m.ExternalID = r.ExternalID
	}
	c, err := u.tx.Conversations().Get(u.ctx, m.Conversation)
	if err != nil {
		return err
	}
	return u.moveMessage(c, m, r.State, r.why())
}

// why is a failure in words.
func (r *Receipt) why() string {
	if r.Code != "" {
		return r.Code + ": " + r.Reason
	}
	return r.Reason
}

// applyPart has a message fail of which the customer did not get a part.
func (u *unit) applyPart(inbox InboxID, r Receipt) error {
	if r.State != StateFailed || r.Message == 0 {
		return nil
	}
	m, c, err := u.messageAnd(r.Message)
	if err != nil || m.Inbox != inbox || m.Kind == Incoming {
		return absent(err)
	}
	return u.moveMessage(c, m, StateFailed, r.why())
}

// receiptMessage finds the message that a receipt is about; NotFound.
func (u *unit) receiptMessage(inbox InboxID, r Receipt) (*Message, error) {
	m, err := u.tx.Messages().ByExternal(u.ctx, inbox, r.ExternalID)
	if CodeOf(err) != NotFound || r.Message == 0 {
		return m, err
	}
	if m, err = u.tx.Messages().Get(u.ctx, r.Message); err != nil {
		return nil, err
	}
	if m.Inbox != inbox || m.Kind == Incoming || m.ExternalID != "" && m.ExternalID != r.ExternalID {
		return nil, notFound("message")
	}
	return m, nil
}

// maxThrough is how many of a conversation's last messages a receipt settles that
// is about everything up to a time.
const maxThrough = 100

// applyThrough settles the messages that went to an address up to a time.
func (u *unit) applyThrough(inbox InboxID, r Receipt) error {
	address, err := u.mainAddress(inbox, r.Source)
	if err != nil {
		return absent(err)
	}
	c, err := u.tx.Conversations().Latest(u.ctx, address.ID, false)
	if err != nil {
		return absent(err)
	}
	last, err := u.tx.Messages().List(u.ctx, MessageFilter{Conversation: c.ID, Public: true}, Page{Limit: maxThrough})
	if err != nil {
		return err
	}
	for _, m := range last {
		if m.Kind != Outgoing || m.CreatedAt.After(r.Through) || !settles(m.State, r.State) || rank(m.State) < rank(StateUnknown) {
			continue
		}
		if err := u.moveMessage(c, m, r.State, r.Reason); err != nil {
			return err
		}
	}
	return nil
}

// knowAs has the provider's own spelling of an address lead to the person a
// message went to: who was written to without a ninth digit may answer with one.
func (u *unit) knowAs(c *Conversation, source string) error {
	if source == "" {
		return nil
	}
	address, err := u.tx.ContactInboxes().Get(u.ctx, c.ContactInbox)
	if err != nil || source == address.Source {
		return absent(err)
	}
	return u.alias(address, source)
}
