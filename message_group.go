package helpdesk

import (
	"cmp"
	"time"
)

// groupWindow is how long after the message that began it a group takes more: what a
// customer sends as one comes within seconds.
const groupWindow = time.Minute

// groupKey is how the inbox remembers a group among external ids, none of which can
// have a NUL: see clean.
func groupKey(group string) string { return "\x00group\x00" + group }

// beginGroup has the rest of a message's group find it.
func (u *unit) beginGroup(m *Message, group string) error {
	if group == "" {
		return nil
	}
	return u.tx.Journal().Join(u.ctx, m.Inbox, groupKey(group), m.ID, u.now)
}

// joinGroup adds what belongs to a group to the message that began it, and saves the
// conversation; nil = it is a message of its own.
func (u *unit) joinGroup(c *Conversation, in Inbound) (*Message, error) {
	m, err := u.groupMessage(c, in)
	if m == nil || err != nil {
		return nil, err
	}
	if err := u.useInbound(in); err != nil {
		return nil, err
	}
	more, held, was := u.attachments(in), len(m.Attachments), m.Content
	if err := u.tx.Messages().AddAttachments(u.ctx, m.ID, more...); err != nil {
		return nil, err
	}
	if in.ExternalID != "" {
		if err := u.tx.Journal().Join(u.ctx, c.Inbox, in.ExternalID, m.ID, u.now); err != nil {
			return nil, err
		}
	}
	quoted, err := u.quotes(c, in.ReplyTo)
	if err != nil {
		return nil, err
	}
	m.Attachments, m.Content, m.UpdatedAt = append(m.Attachments, more...), joinedWords(was, in.Content), u.now
	m.ContentAttrs, m.Extra = merge(merge(in.ContentAttrs, quoted), m.ContentAttrs), merge(in.Extra, m.Extra)
	if err := u.tx.Messages().Update(u.ctx, m); err != nil {
		return nil, err
	}
	u.fetchLinked(&Message{ID: m.ID, Attachments: more})
	change := map[string]Change{"attachments": changed(held, len(m.Attachments))}
	if m.Content != was {
		change["content"] = changed(was, m.Content)
	}
	u.emitMessage(MessageUpdated, c, m, change)
	c.LastActivity = u.now
	if at := u.providerTime(in.At); at.After(c.LastInAt) {
		c.LastInAt = at
	}
	if c.Language() == "" && in.language != "" {
		u.setLanguage(c, in.language)
	}
	if err := u.assign(c); err != nil { // it may have woken the conversation
		return nil, err
	}
	if err := u.tx.Contacts().Touch(u.ctx, c.Contact, u.now); err != nil {
		return nil, err
	}
	return m, u.saveConversation(c)
}

// groupMessage is the message that began a group, if it takes what came.
func (u *unit) groupMessage(c *Conversation, in Inbound) (*Message, error) {
	if in.Group == "" || len(in.Attachments) == 0 {
		return nil, nil
	}
	id, err := u.tx.Journal().Joined(u.ctx, c.Inbox, groupKey(in.Group))
	if id == 0 || err != nil {
		return nil, err
	}
	m, err := u.tx.Messages().Get(u.ctx, id)
	if err != nil {
		return nil, absent(err)
	}
	switch {
	case m.Conversation != c.ID, m.ContentAttrs["deleted"] == true, u.now.Sub(m.CreatedAt) > groupWindow,
		m.ContentType != cmp.Or(in.ContentType, "text"), m.automatic() != in.Automatic,
		len(m.Attachments)+len(in.Attachments) > maxAttachments, tooLong(joinedWords(m.Content, in.Content), maxContent):
		return nil, nil
	}
	return m, nil
}

// joinedWords are those of a group, each caption a paragraph.
func joinedWords(said, more string) string {
	if said == "" || more == "" {
		return said + more
	}
	return said + "\n\n" + more
}
