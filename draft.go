package helpdesk

import (
	"context"
	"strings"
)

// Draft is what agents are about to say in a conversation; "" = nothing. There
// is one, which all who work on the conversation share.
func (s Conversations) Draft(ctx context.Context, id ConversationID) (string, error) {
	return read(ctx, s.d, func(u *unit) (string, error) {
		c, err := u.tx.Conversations().Get(u.ctx, id)
		if err != nil {
			return "", err
		}
		if err := u.mayConversation(ReplyConversation, c); err != nil {
			return "", err
		}
		return u.tx.Conversations().Draft(u.ctx, id)
	})
}

// SetDraft replaces the draft, of at most 150,000 characters; "" removes it.
func (s Conversations) SetDraft(ctx context.Context, id ConversationID, message string) error {
	message = clean(message)
	if strings.TrimSpace(message) == "" {
		message = ""
	}
	p := problems{}
	p.add(tooLong(message, maxContent), "message", "is too long (maximum is 150000 characters)")
	if err := p.err(); err != nil {
		return err
	}
	return remove(ctx, s.d, func(u *unit) error {
		if _, err := u.conversation(ReplyConversation, id); err != nil {
			return err
		}
		return u.tx.Conversations().SetDraft(u.ctx, id, message, u.now)
	})
}
