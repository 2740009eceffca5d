package helpdesk

import (
	"context"
	"slices"
)

// ConversationChange says what to change of a conversation; nil leaves a field
// alone.
type ConversationChange struct {
	Priority *Priority
	Language *string      // BCP 47: "pt", "pt-BR", "pt_BR"; "" = to be detected again
	SLA      *SLAPolicyID // what it is measured by, from now on and for good: another than the one it has is Invalid
}

// Update changes a conversation's own fields, all at once.
func (s Conversations) Update(ctx context.Context, id ConversationID, ch ConversationChange) (*Conversation, error) {
	p, language := problems{}, ""
	p.add(ch.Priority != nil && !knownPriority(*ch.Priority), "priority", "must be low, medium, high or urgent")
	if ch.Language != nil {
		language = languageCode(*ch.Language)
		p.add(language == "" && *ch.Language != "", conversationLanguage, "must be a language, such as pt or en")
	}
	if err := p.err(); err != nil {
		return nil, err
	}
	return s.edit(ctx, EditConversation, id, func(u *unit, c *Conversation) error {
		if ch.Priority != nil {
			u.setPriority(c, *ch.Priority)
		}
		if ch.SLA != nil {
			if err := u.applySLA(c, *ch.SLA); err != nil {
				return err
			}
		}
		if ch.Language != nil && language != c.Language() {
			u.setLanguage(c, language)
		}
		return nil
	})
}

func knownPriority(p Priority) bool {
	return slices.Contains([]Priority{"", Low, Medium, High, Urgent}, p)
}

// SetPriority sets or, with "", clears the priority.
func (s Conversations) SetPriority(ctx context.Context, id ConversationID, to Priority) (*Conversation, error) {
	return s.Update(ctx, id, ConversationChange{Priority: &to})
}
