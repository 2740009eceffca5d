package helpdesk

import "context"

// Delete removes a conversation with its messages and files.
func (s Conversations) Delete(ctx context.Context, id ConversationID) error {
	return remove(ctx, s.d, func(u *unit) error {
		c, err := u.conversation(DeleteConversation, id)
		if err != nil {
			return err
		}
		if err := u.audit("delete", "conversation", int64(id), nil); err != nil {
			return err
		}
		return u.deleteConversation(c)
	})
}

// deleteConversation removes the rows now and the files after the commit.
func (u *unit) deleteConversation(c *Conversation) error {
	var before MessageID // pages come newest first
	for {
		page, err := u.tx.Messages().List(u.ctx, MessageFilter{Conversation: c.ID, Before: before}, Page{Limit: MaxPage})
		if err != nil {
			return err
		}
		for _, m := range page {
			if len(m.Attachments) == 0 {
				continue
			}
			blobs, err := u.tx.Messages().DeleteAttachments(u.ctx, m.ID)
			if err != nil {
				return err
			}
			u.dropBlobs(blobs)
		}
		if len(page) < MaxPage {
			break
		}
		before = page[0].ID
	}
	if err := u.dropScheduled(c.ID); err != nil {
		return err
	}
	told, err := all(u.ctx, u.tx.Notifications(), NotificationFilter{Conversation: c.ID})
	if err != nil {
		return err
	}
	if err := u.tx.Conversations().Delete(u.ctx, c.ID); err != nil {
		return err
	}
	if err := u.tx.Routes().Drop(u.ctx, SurveyRoute, c.UUID); err != nil {
		return err
	}
	if c.Status == Open {
		u.freed(c.Assignee)
	}
	u.emit(&Event{Kind: ConversationDeleted, Conversation: c.ID, Contact: c.Contact, Subject: int64(c.Display), Before: c.facts()})
	u.untell(told)
	return nil
}
