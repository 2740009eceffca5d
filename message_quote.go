package helpdesk

// A message quotes another under two names: in_reply_to, the desk's own id, which
// clients show, and in_reply_to_external_id, by which the provider knows it. Whoever
// gives one is given the other.

// quotes is what a message keeps of the one that it quotes: the provider's name of
// it, and the message, when the conversation has it.
func (u *unit) quotes(c *Conversation, externalID string) (map[string]any, error) {
	if externalID == "" {
		return nil, nil
	}
	attrs := map[string]any{"in_reply_to_external_id": externalID}
	m, err := u.tx.Messages().ByExternal(u.ctx, c.Inbox, externalID)
	if err != nil {
		return attrs, absent(err)
	}
	if m.Conversation == c.ID {
		attrs["in_reply_to"] = float64(m.ID)
	}
	return attrs, nil
}

// quoting adds the provider's name of the message that a reply quotes, which is what
// channels send. A message of another conversation is none that could be quoted.
func (u *unit) quoting(c *Conversation, attrs map[string]any) (map[string]any, error) {
	var id MessageID
	switch v := attrs["in_reply_to"].(type) {
	case float64:
		id = MessageID(v)
	case int64:
		id = MessageID(v)
	case MessageID:
		id = v
	}
	if id <= 0 || attrs["in_reply_to_external_id"] != nil {
		return attrs, nil
	}
	m, err := u.tx.Messages().Get(u.ctx, id)
	if err != nil {
		return attrs, absent(err)
	}
	if m.Conversation != c.ID || m.ExternalID == "" {
		return attrs, nil
	}
	return merge(attrs, map[string]any{"in_reply_to_external_id": m.ExternalID}), nil
}
